"""Each way to load the pack registers every rule exactly once.

Tests `__init__.py` and `rules/__init__.py` too.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

import cfn_lint_lambda_race
from tests.linting import ROOT, TEMPLATES

pytestmark = pytest.mark.slow

PACKAGE = Path(cfn_lint_lambda_race.__file__).parent
IDS = sorted(getattr(cfn_lint_lambda_race, n).id for n in cfn_lint_lambda_race.__all__)
WRONG = TEMPLATES / "W9810" / "wrong.yaml"


def _run(folder: Path, *arguments: str) -> str:
    command = Path(sys.executable).with_name("cfn-lint")
    run = subprocess.run(
        [command, *arguments], cwd=folder, capture_output=True, text=True
    )
    assert "Traceback" not in run.stderr
    return run.stdout


def _listed(output: str) -> list[str]:
    return re.findall(r"^([WI]98\d\d): ", output, re.M)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        pytest.param(TEMPLATES, "cfn_lint_lambda_race", id="module"),
        pytest.param(ROOT, "cfn_lint_lambda_race", id="folder-of-that-name"),
        pytest.param(TEMPLATES, str(PACKAGE), id="installed-folder"),
    ],
)
def test_append_rules(folder: Path, name: str) -> None:
    assert _listed(_run(folder, "--append-rules", name, "--list-rules")) == IDS
    output = _run(folder, "--append-rules", name, "--", str(WRONG))
    assert output.count("W9810 ") == 3


def test_configuration_file(tmp_path: Path) -> None:
    (tmp_path / ".cfnlintrc").write_text("append_rules: [cfn_lint_lambda_race]\n")
    assert _listed(_run(tmp_path, "--list-rules")) == IDS
    assert _run(tmp_path, str(WRONG)).count("W9810 ") == 3


def test_api() -> None:
    arguments = ManualArgs(append_rules=["cfn_lint_lambda_race"])
    matches = lint(WRONG.read_text(), config=arguments)
    assert [match.rule.id for match in matches if match.rule.id in IDS] == ["W9810"] * 3
