"""pre-commit, as docs/recipes/pre-commit.md tells it, with the real program."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.linting import ROOT
from tests.recipes.conftest import FUNCTION_LINE, STORY, Shell, program
from tests.recipes.pages import FILES, document

# What cfn-lint's repository tells pre-commit.
HOOKS = """\
- id: cfn-lint
  name: cfn-lint
  language: python
  entry: cfn-lint
  files: \\.(json|yaml|yml|template)$
"""
# cfn-lint itself comes from the package index, as a dependency of what is installed.
STAND_IN = """\
from setuptools import setup
setup(name="cfn-lint-stand-in", version="1", py_modules=[], install_requires=["{}"])
"""


@pytest.fixture
def hooked(project: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The project, where git commit runs pre-commit."""
    folder = Path(program("pre-commit")).parent
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{folder}")
    project.write({"templates/orders.yaml": STORY / "race.before.yaml"})
    project.do("pre-commit install")
    return project


def _commit(project: Shell, *names: str) -> tuple[int, str]:
    done = project.run(f"git add --all && git commit -m change {' '.join(names)}")
    return done.returncode, done.stdout + done.stderr


def test_commit_that_races_is_stopped(hooked: Shell) -> None:
    hooked.write({".pre-commit-config.yaml": FILES / "pre-commit-local.yaml"})
    code, said = _commit(hooked)
    assert (code, "no files to check" in said) == (0, True), said

    hooked.write({"templates/orders.yaml": STORY / "race.yaml"})
    code, said = _commit(hooked)
    assert code == 1
    assert "cfn-lint with cfn_lint_lambda_race" in said
    assert "W9831 This update changes Architectures of Orders" in said
    assert f"templates/orders.yaml:{FUNCTION_LINE}:11" in said


def test_commit_behind_an_alias_passes(hooked: Shell) -> None:
    hooked.write(
        {
            ".pre-commit-config.yaml": FILES / "pre-commit-local.yaml",
            "templates/orders.yaml": STORY / "alias.before.yaml",
        }
    )
    hooked.commit("deployed")
    hooked.write({"templates/orders.yaml": STORY / "alias.yaml"})
    code, said = _commit(hooked)
    assert (code, "Passed" in said) == (0, True), said


def test_commit_that_changes_a_function_gets_a_new_version(hooked: Shell) -> None:
    text = (STORY / "alias.before.yaml").read_text()
    (old,) = re.findall(r"\w+(?=:\n +Type: AWS::Lambda::Version)", text)
    by_hash = text.replace(old, "OrdersVersion0000000000")
    hooked.write(
        {
            ".pre-commit-config.yaml": FILES / "pre-commit-fix.yaml",
            "templates/orders.yaml": by_hash,
        }
    )
    code, said = _commit(hooked)
    assert (code, "files were modified by this hook" in said) == (1, True), said
    first = (hooked.folder / "templates/orders.yaml").read_text()
    code, said = _commit(hooked)
    assert (code, "Passed" in said) == (0, True), said

    hooked.write({"templates/orders.yaml": f"{first}\n# A comment changes nothing.\n"})
    assert _commit(hooked)[0] == 0
    hooked.write({"templates/orders.yaml": first.replace("index.handler", "a.b")})
    assert _commit(hooked)[0] == 1
    second = (hooked.folder / "templates/orders.yaml").read_text()
    names = [
        re.findall(r"\w+(?=:\n +Type: AWS::Lambda::Version)", each)
        for each in (first, second)
    ]
    assert names[0] != names[1]
    assert _commit(hooked)[0] == 0


def test_first_commit_has_nothing_to_compare_with(folder: Shell, hooked: Shell) -> None:
    new = Shell(folder.folder / "new", folder.environment)
    new.write(
        {
            ".pre-commit-config.yaml": FILES / "pre-commit-local.yaml",
            "templates/orders.yaml": STORY / "race.before.yaml",
        }
    )
    new.do("git init --quiet && pre-commit install")
    code, said = _commit(new)
    # What does not compare still speaks.
    assert code == 1
    assert "W9810" in said
    assert "W9831" not in said


def test_pre_commit_installs_cfn_lint_and_the_pack(
    hooked: Shell, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's file as it is; what stands behind its addresses is stood in for.

    The repository is one made here that holds cfn-lint's own hook; git is told that
    it is at the address of cfn-lint's. The pack comes from a folder with its wheel,
    since it is not in the package index yet.
    """
    (remote,) = document("pre-commit-remote.yaml")["repos"]
    revision = remote["rev"]
    stand_in = Shell(hooked.folder.parent / "cfn-lint", hooked.environment)
    stand_in.write(
        {
            ".pre-commit-hooks.yaml": HOOKS,
            "setup.py": STAND_IN.format(f"cfn-lint=={revision.removeprefix('v')}"),
        }
    )
    stand_in.do("git init --quiet")
    stand_in.commit()
    stand_in.do(f"git tag {revision}")
    address = stand_in.folder.as_uri()
    hooked.do(f"git config --global url.{address}.insteadOf {remote['repo']}")
    links = f"{os.environ.get('PIP_FIND_LINKS', '')} {wheel.parent}"
    monkeypatch.setenv("PIP_FIND_LINKS", links.strip())

    hooked.write({".pre-commit-config.yaml": FILES / "pre-commit-remote.yaml"})
    hooked.commit("deployed")
    hooked.write({"templates/orders.yaml": STORY / "race.yaml"})
    # The hook must find cfn-lint in the environment that pre-commit made.
    bare = Shell(hooked.folder, Path("nowhere"))
    code, said = _commit(bare)
    assert code == 1, said
    assert "W9831 This update changes Architectures of Orders" in said


@pytest.fixture
def repository(hooked: Shell, unpacked: Path) -> Shell:
    """The pack's repository, at some address; no environment is there but its own."""
    clone = Shell(hooked.folder.parent / "pack", hooked.environment)
    shutil.copytree(unpacked, clone.folder)
    clone.do("git init --quiet")
    clone.commit()
    clone.do("git tag v0")
    return clone


def _configured(repository: Shell, hook: str) -> str:
    """The page's file with one of its hooks, and the address of this repository."""
    (entry,) = document("pre-commit-repository.yaml")["repos"]
    (found,) = [each for each in entry["hooks"] if each["id"] == hook]
    address = repository.folder.as_uri()
    return yaml.safe_dump({"repos": [{"repo": address, "rev": "v0", "hooks": [found]}]})


def test_hook_of_the_repository_lints(hooked: Shell, repository: Shell) -> None:
    config = _configured(repository, "cfn-lint-lambda-race")
    hooked.write({".pre-commit-config.yaml": config})
    hooked.commit("deployed")
    hooked.write({"templates/orders.yaml": STORY / "race.yaml", "other.yaml": "a: 1"})
    bare = Shell(hooked.folder, Path("nowhere"))
    code, said = _commit(bare)
    assert code == 1, said
    assert "W9831 This update changes Architectures of Orders" in said
    assert "other.yaml" not in said


def test_hook_of_the_repository_publishes(hooked: Shell, repository: Shell) -> None:
    text = (STORY / "alias.before.yaml").read_text()
    (old,) = re.findall(r"\w+(?=:\n +Type: AWS::Lambda::Version)", text)
    config = _configured(repository, "cfn-lint-lambda-race-publish")
    template = text.replace(old, "OrdersVersion0000000000")
    hooked.write({".pre-commit-config.yaml": config, "templates/orders.yaml": template})
    bare = Shell(hooked.folder, Path("nowhere"))
    code, said = _commit(bare)
    assert (code, "files were modified by this hook" in said) == (1, True), said
    assert (
        "OrdersVersion0000000000"
        not in (hooked.folder / "templates/orders.yaml").read_text()
    )
    code, said = _commit(bare)
    assert (code, "Passed" in said) == (0, True), said


def test_hooks_of_the_repository_are_what_pre_commit_reads(folder: Shell) -> None:
    check = f"{program('pre-commit')} validate-manifest"
    folder.do(f"{check} {ROOT / '.pre-commit-hooks.yaml'}")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (entry,) = document("pre-commit-repository.yaml")["repos"]
    assert [hook["id"] for hook in entry["hooks"]] == [hook["id"] for hook in hooks]
