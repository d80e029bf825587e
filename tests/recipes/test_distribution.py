"""What `make dist` publishes: a pure wheel that works with each supported cfn-lint."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

import cfn_lint_lambda_race
from tests.linting import ROOT
from tests.recipes.conftest import FUNCTION_LINE, STORY, TARGET_LINE, Shell, program

PACKAGE = ROOT / "cfn_lint_lambda_race"
OLDEST = re.findall(r'"cfn-lint>=([\d.]+)"', (ROOT / "pyproject.toml").read_text())[0]
# The oldest, the last that translates SAM before the rules see it, and the newest.
VERSIONS = (f"cfn-lint=={OLDEST}", "cfn-lint==1.53.3", "cfn-lint")


def _tracked() -> set[str]:
    """The package's files, without what Python leaves behind."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_wheel_is_pure_and_holds_the_data(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    names = zipfile.ZipFile(wheel).namelist()
    package = {name for name in names if not name.partition("/")[0].endswith("-info")}
    pages = {name for name in package if "/pages/" in name}
    assert {Path(name).name for name in pages} == {
        path.name for path in (ROOT / "docs" / "rules").glob("*.md")
    }
    assert package - pages == _tracked()
    assert "cfn_lint_lambda_race/py.typed" in package
    assert "cfn_lint_lambda_race/data/targets.json" in package


def test_metadata_is_complete(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("-info/METADATA")]
    metadata = HeaderParser().parsestr(archive.read(name).decode())
    assert metadata["Name"] == "cfn-lint-lambda-race"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert (metadata.get_all("Requires-Dist") or [])[0] == f"cfn-lint>={OLDEST}"


def _description(wheel: Path) -> str:
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("-info/METADATA")]
    return archive.read(name).decode().partition("\n\n")[2]


def _links(text: str) -> list[str]:
    return re.findall(
        r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    )


def test_description_has_no_link_that_leads_nowhere(wheel: Path) -> None:
    text = _description(wheel)
    assert "[cfn-lint](https://github.com/aws-cloudformation/cfn-lint)" in text
    assert "W9831" in text
    assert "mermaid" not in text
    assert [link for link in _links(text) if not link.startswith("https://")] == []


def test_one_setting_makes_the_links_absolute(unpacked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(unpacked, folder)
    (folder / "PKG-INFO").unlink()  # else hatchling takes the metadata from there
    project = folder / "pyproject.toml"
    address = "https://example.com/pack"
    text = project.read_text().replace("# [project.urls]", "[project.urls]")
    text = text.replace("# Repository =", f'Repository = "{address}"')
    project.write_text(text)
    build = [sys.executable, "-m", "build", "--wheel", "--outdir"]
    subprocess.run([*build, str(tmp_path), folder], check=True, capture_output=True)
    (built,) = tmp_path.glob("*.whl")
    readme = _links((ROOT / "README.md").read_text())
    expected = [
        link
        if link.startswith("https://")
        else f"{address}/{'raw' if link.endswith('.svg') else 'blob'}/main/{link}"
        for link in readme
    ]
    assert _links(_description(built)) == expected


def test_whoever_installs_it_sees_no_extras(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("-info/METADATA")]
    metadata = HeaderParser().parsestr(archive.read(name).decode())
    assert metadata.get_all("Provides-Extra") is None
    assert metadata["Author"] == "The cfn-lint-lambda-race maintainers"
    assert metadata["Version"] == cfn_lint_lambda_race.__version__


def test_source_distribution_builds_what_the_tests_need(wheel: Path) -> None:
    (path,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= _tracked()
    assert names >= {"LICENSE", "README.md", "Makefile", "tests/demo.py"}
    assert "templates/story/race.yaml" in names


def test_index_would_take_both(wheel: Path) -> None:
    subprocess.run(
        [program("twine"), "check", "--strict", *wheel.parent.iterdir()],
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize("cfn_lint", VERSIONS)
def test_wheel_works_in_a_fresh_environment(
    cfn_lint: str, wheel: Path, tmp_path: Path
) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = environment / "bin" / "pip"
    subprocess.run([pip, "install", "--quiet", cfn_lint, wheel], check=True)
    shell = Shell(tmp_path, environment)
    if "==" in cfn_lint:
        assert shell.do("cfn-lint --version").split()[-1] == cfn_lint.split("==")[1]
    lint = "cfn-lint --append-rules cfn_lint_lambda_race"
    for name, wrong in (("race", 4), ("alias", 0)):
        shell.write({"template.yaml": STORY / f"{name}.yaml"})
        shell.write({"deployed.yaml": STORY / f"{name}.before.yaml"})
        done = shell.run(
            f"{lint} -x W9831:baseline_path=deployed.yaml -- template.yaml"
        )
        assert done.returncode == wrong, done.stdout + done.stderr
        assert (f"template.yaml:{FUNCTION_LINE}:11" in done.stdout) == bool(wrong)
        assert (f"template.yaml:{TARGET_LINE}:7" in done.stdout) == bool(wrong)
