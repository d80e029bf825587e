"""Fix a text with the command's own parts, with the rules loaded once."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from cfn_lint_lambda_race import _fix
from cfn_lint_lambda_race.__main__ import main
from cfn_lint_lambda_race._linting import Linter
from cfn_lint_lambda_race.cure._apply import Finding, Result
from cfn_lint_lambda_race.update import Settings
from tests.linting import is_crash


class Heard(Linter):
    """Remembers what all of cfn-lint said of each text; no rule of the pack may raise.

    ``said`` holds it by text.
    """

    def __init__(self, names: Sequence[str], baseline: Settings) -> None:
        super().__init__(names, baseline)
        self.said: dict[str, list[Finding]] = {}

    def whole(self, filename: str, text: str) -> list[Finding]:
        if text not in self.said:
            said = self.said[text] = super().whole(filename, text)
            assert not any(is_crash(one.rule, one.message) for one in said)
        return self.said[text]


class PackAlone(Linter):
    """Asks the pack alone, also where all of cfn-lint is asked: all that has a fix."""

    def whole(self, filename: str, text: str) -> list[Finding]:
        return self.pack(filename, text)


def fixed(path: Path, *options: str) -> Result:
    """What `fix` makes of a file; the file stays."""
    return fixed_by(Linter, path, *options)[1]


AnyLinter = TypeVar("AnyLinter", bound=Linter)


def fixed_by(
    kind: Callable[[Sequence[str], Settings], AnyLinter], path: Path, *options: str
) -> tuple[AnyLinter, Result]:
    """The same with a linter of another kind, which is given back too."""
    parser = argparse.ArgumentParser()
    _fix.add_parser(parser.add_subparsers())
    chosen = parser.parse_args(["fix", *options, str(path)])
    settings = Settings(chosen.baseline_ref, chosen.baseline_path, chosen.change_set)
    linter = kind([str(path)], settings)
    return linter, _fix.cured(chosen, linter, str(path))[1]


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
