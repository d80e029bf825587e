"""Fix a text with the command's own parts, with the rules loaded once."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from cfn_lint_lambda_race import _fix
from cfn_lint_lambda_race.__main__ import main
from cfn_lint_lambda_race._linting import Linter
from cfn_lint_lambda_race.cure._apply import Result
from cfn_lint_lambda_race.update import Settings


def fixed(path: Path, *options: str) -> Result:
    """What `fix` makes of a file; the file stays."""
    parser = argparse.ArgumentParser()
    _fix.add_parser(parser.add_subparsers())
    chosen = parser.parse_args(["fix", *options, str(path)])
    settings = Settings(chosen.baseline_ref, chosen.baseline_path, chosen.change_set)
    linter = Linter([str(path)], settings)
    return _fix.cured(chosen, linter, str(path))[1]


def command(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """The exit code and the output of `fix`."""
    code = main(["fix", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def reasons(result: Result) -> dict[str, str]:
    """Why findings stay, by rule and path."""
    return {
        f"{left.finding.rule} {'/'.join(map(str, left.finding.path))}": left.reason
        for left in result.left
    }
