"""An old code base, as docs/recipes/adopt.md tells it."""

from __future__ import annotations

import pytest

from tests.linting import FUNCTION
from tests.recipes.conftest import STORY, Shell
from tests.recipes.pages import block, command, commands

PAGE = "adopt.md"
BLOCK = command(PAGE, "--ignore-checks", "Block on the race alone")
SHOW = command(PAGE, "summary", "Show the rest")


@pytest.fixture
def template(folder: Shell) -> Shell:
    """A folder with what is deployed in the last commit."""
    folder.write({"template.yaml": STORY / "race.before.yaml"})
    folder.do("git init --quiet")
    folder.commit()
    return folder


def test_the_race_alone_blocks(template: Shell) -> None:
    unchanged = template.run(BLOCK)
    assert unchanged.returncode == 0, unchanged.stdout
    template.write({"template.yaml": STORY / "race.yaml"})
    done = template.run(BLOCK)
    assert done.returncode == 4
    assert "W9831 This update changes Architectures of Orders" in done.stdout
    assert done.stdout.count("W98") == 1


def test_the_rest_is_shown(template: Shell) -> None:
    done = template.run(SHOW)
    assert done.returncode == 0
    assert done.stdout.count("W9810 ") == 1


def test_one_function_is_moved(template: Shell) -> None:
    show, write = commands(PAGE, "One function after the other")
    shown = template.run(show)
    assert shown.returncode == 1
    assert "+    Type: AWS::Lambda::Alias" in shown.stdout
    template.run(write)
    done = template.run(SHOW)
    assert "W9810" not in done.stdout
    assert "W9812" not in done.stdout


def test_a_target_is_silenced(folder: Shell) -> None:
    shown = block(PAGE, 'yaml title="silenced"', "Silence with a reason")
    function = "".join(
        f"      {key}: {value}\n" for key, value in FUNCTION["Properties"].items()
    )
    orders = f"  Orders:\n    Type: AWS::Lambda::Function\n    Properties:\n{function}"
    folder.write({"template.yaml": shown + orders})
    assert "W9810" not in folder.run(SHOW).stdout
    told = shown.replace("ignore_checks: [W9810]", "ignore_checks: [W9811]")
    folder.write({"template.yaml": told + orders})
    assert "W9810 Nightly" in folder.run(SHOW).stdout
