"""The project of somebody who follows the recipes, and the programs that it needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.linting import ROOT, TEMPLATES
from tests.recipes.cloud import Cloud, clouded
from tests.recipes.pages import block

SH = ("sh", "-e", "-c")
STORY = TEMPLATES / "story"
# In the story, the line of what changes below the function, and that of the
# integration that invokes it.
FUNCTION_LINE, TARGET_LINE = 28, 61


def program(name: str) -> str:
    """A program on the PATH, or one that was installed beside this Python."""
    found = shutil.which(name) or shutil.which(
        name, path=str(Path(sys.executable).parent)
    )
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def given(variable: str) -> Path:
    """A program or folder that `make recipes` names in the environment."""
    value = os.environ.get(variable, "")
    if not value or not Path(value).exists():
        pytest.skip(f"{variable} names nothing; `make recipes` sets it")
    return Path(value)


class Shell:
    """A shell in a folder, with the environment that has the pack first on its PATH."""

    def __init__(self, folder: Path, environment: Path) -> None:
        self.folder = folder
        self.environment = environment

    def run(
        self,
        command: str,
        *,
        within: str = ".",
        shell: Sequence[str] = SH,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join((str(self.environment / "bin"), os.environ["PATH"]))
        return subprocess.run(
            [*shell, command],
            cwd=self.folder / within,
            env={**os.environ, "PATH": path, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def do(
        self,
        command: str,
        *,
        shell: Sequence[str] = SH,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Run what must succeed."""
        done = self.run(command, shell=shell, variables=variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def write(self, files: Mapping[str, str | Path]) -> None:
        """Put texts, or copies of files, into the folder."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else content.read_text()
            path.write_text(text)

    def commit(self, message: str = "change") -> None:
        self.do(f"git add --all && git commit --quiet --no-verify -m '{message}'")


@pytest.fixture(autouse=True)
def _neutral(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whoever runs the tests has no say in git, and is logged in nowhere."""
    for name in os.environ:
        if name.startswith(("GIT_", "AWS_", "CI", "CODEBUILD_", "GITHUB_", "GITLAB_")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text(
        "[user]\nname = Test\nemail = test@example.com\n[init]\ndefaultBranch = main\n"
    )
    for name, value in {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "SAM_CLI_TELEMETRY": "0",
        "SLS_TELEMETRY_DISABLED": "1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack as `make dist` builds it: the wheel from the source distribution."""
    pytest.importorskip("build", reason="build is not installed")
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, which is what a clone of the repository holds."""
    (path,) = wheel.parent.glob("*.tar.gz")
    folder = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["tar", "-xzf", path, "-C", folder], check=True)
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with what the page's `requirements-lint.txt` installs."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "tools").mkdir()
    shutil.copy(wheel, folder / "tools")
    (folder / "requirements-lint.txt").write_text(block("index.md", "text"))
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    subprocess.run(
        [folder / "venv/bin/pip", "install", "-q", "-r", "requirements-lint.txt"],
        cwd=folder,
        check=True,
    )
    return folder / "venv"


@pytest.fixture
def folder(tmp_path: Path, installed: Path) -> Shell:
    """An empty folder."""
    return Shell(tmp_path, installed)


@pytest.fixture
def project(tmp_path: Path, installed: Path, wheel: Path) -> Shell:
    """A clone with the story: main is deployed, and this branch moves to arm64."""
    path = tmp_path / "project"
    path.mkdir()
    shell = Shell(path, installed)
    shell.write(
        {
            "requirements-lint.txt": block("index.md", "text"),
            "templates/orders.yaml": STORY / "race.before.yaml",
        }
    )
    (path / "tools").mkdir()
    shutil.copy(wheel, path / "tools")
    shell.do("git init --quiet")
    shell.commit("deployed")
    shell.do("git init --quiet --bare ../origin.git")
    shell.do("git remote add origin ../origin.git && git push --quiet origin main")
    shell.do("git switch --quiet -c arm64")
    shell.write({"templates/orders.yaml": STORY / "race.yaml"})
    return shell


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """CloudFormation, as the real AWS CLI of the environment meets it."""
    folder = given("RECIPES_AWS").parent
    path = os.pathsep.join((os.environ["PATH"], str(folder)))
    monkeypatch.setenv("PATH", path)
    with clouded() as cloud:
        yield cloud
