"""Who may import whom: `docs/design.md` draws it, this holds it."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.linting import ROOT

# Reads all modules.
pytestmark = pytest.mark.slow

PACKAGE = ROOT / "cfn_lint_lambda_race"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

# The one module below the rules that may ask cfn-lint.
DOOR = "template/_cfnlint.py"

# The words of messages, for the rules, the fixes and the command alike.
WORDS = "_words"

# By folder, or module beside the folders, what of the package it may import from.
MAY_IMPORT = {
    "": {
        WORDS,
        "rules",
        "cure",
        "update",
        "template",
        "_fix",
        "_linting",
        "_pages",
        "_pictures",
        "_plan",
    },
    WORDS: {"template"},
    "cure": {WORDS, "cure", "update", "template", "data"},
    "rules": {WORDS, "rules", "cure", "template", "update"},
    "update": {"update", "template", "data"},
    "template": {"template", "data"},
    "data": {"data"},
}


def _folder(path: Path) -> str:
    if path == PACKAGE / f"{WORDS}.py":
        return WORDS
    parent = path.parent.relative_to(PACKAGE)
    return parent.parts[0] if parent.parts else ""


@cache
def _imported(path: Path) -> list[str]:
    """The modules that a file imports, as dotted names."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found.append(module)
            if module.partition(".")[0] == "tests":
                found += [f"{module}.{alias.name}" for alias in node.names]
    return found


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _below_the_rules() -> list[Path]:
    paths = [path for path in MODULES if _folder(path) not in ("", "rules")]
    assert paths
    return paths


def test_imports_only_what_lies_below() -> None:
    for path in MODULES:
        folders = {
            name.split(".")[1]
            for name in _imported(path)
            if name.startswith("cfn_lint_lambda_race.")
        }
        assert folders <= MAY_IMPORT[_folder(path)], _name(path)


def test_one_door_leads_to_cfn_lint_below_the_rules() -> None:
    """What the pack needs beside the API of rules changes with cfn-lint's releases."""
    for path in _below_the_rules():
        names = [
            name
            for name in _imported(path)
            if name.split(".")[0] in ("cfnlint", "samtranslator")
        ]
        assert not names or _name(path) == DOOR
        assert not [name for name in names if name.startswith("cfnlint.rules")]


def test_only_rules_and_the_command_know_rules() -> None:
    for path in _below_the_rules():
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"[WI]98\d\d", text) == [], _name(path)


def test_a_rule_s_file_imports_no_other_rule() -> None:
    """cfn-lint may execute each file on its own and would register a rule twice."""
    rules = [
        path
        for path in MODULES
        if _folder(path) == "rules" and path.name != "__init__.py"
    ]
    assert rules
    for path in rules:
        helpers = {
            name
            for name in _imported(path)
            if ".rules." in name and "cfnlint." not in name
        }
        assert helpers <= {"cfn_lint_lambda_race.rules._rule"}, _name(path)


def test_needs_nothing_but_cfn_lint() -> None:
    """Users install the pack beside cfn-lint; what only tests have is not there.

    aws-sam-translator comes with each cfn-lint that translates SAM.
    """
    known = {"cfn_lint_lambda_race", "cfnlint", "samtranslator", "yaml"}
    for path in MODULES:
        roots = {name.partition(".")[0] for name in _imported(path)}
        assert roots - known <= set(sys.stdlib_module_names), _name(path)


def test_no_tests_are_a_library_of_others() -> None:
    """What several test modules need is in a module that holds no tests."""
    for path in TESTS:
        names = [name for name in _imported(path) if name.startswith("tests.")]
        assert not [
            name for name in names if name.rpartition(".")[2].startswith("test_")
        ], path.name
