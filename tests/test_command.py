"""The command: what it prints, and the exit code that says how it went."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cfn_lint_lambda_race
from cfn_lint_lambda_race import _pages
from cfn_lint_lambda_race.__main__ import main

RULES = sorted(
    (getattr(cfn_lint_lambda_race, name).id for name in cfn_lint_lambda_race.__all__),
    key=lambda rule: str(rule[1:]),
)


def test_each_rule_has_a_page_and_each_page_a_rule() -> None:
    assert _pages.ids() == RULES


@pytest.mark.parametrize("rule", RULES)
def test_explain_prints_the_page(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", rule.lower()]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"# {rule} ")
    assert "## Why" in printed
    assert "<!--" not in printed
    assert "\x1b" not in printed


def test_explain_names_the_rules_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "W1234"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no rule 'W1234'" in captured.err
    assert "W9831" in captured.err


@pytest.mark.parametrize("rule", ["../W9831", "index", "W98311"])
def test_explain_reads_nothing_but_pages(
    rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", rule]) == 2
    assert capsys.readouterr().out == ""


def test_a_terminal_gets_colour_and_no_markup() -> None:
    page = "# A rule\n\n**It says** `x`, see [AWS](https://a.b) or [more](c.md).\n\n"
    page += '```yaml title="wrong"\nA: `b`\n```'
    assert _pages.for_terminal(page).splitlines() == [
        "\x1b[1mA rule\x1b[0m",
        "",
        "\x1b[1mIt says\x1b[0m \x1b[36mx\x1b[0m, see AWS <https://a.b> or more.",
        "",
        "\x1b[2m--- wrong\x1b[0m",
        "    \x1b[36mA: `b`\x1b[0m",
    ]


def test_it_is_a_module_too() -> None:
    command = [sys.executable, "-m", "cfn_lint_lambda_race", "explain", "W9831"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0
    assert run.stdout.startswith("# W9831 ConcurrentUpdate")
