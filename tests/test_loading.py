"""Each way to load the pack registers every rule exactly once.

Tests `__init__.py`, `rules/__init__.py` and `rules/_rule.py` too.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from email.message import Message
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

import cfn_lint_lambda_race
from cfn_lint_lambda_race.rules import _rule
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


@pytest.fixture
def addressed(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., None]]:
    """Say what `project.urls` of the installed pack holds; None: not installed."""

    def say(urls: Sequence[str] | None) -> None:
        message = Message()
        for url in urls or ():
            message["Project-URL"] = url

        def found(name: str) -> Message:
            if urls is None:
                raise PackageNotFoundError(name)
            return message

        monkeypatch.setattr(_rule, "metadata", found)
        _rule._site.cache_clear()

    yield say
    monkeypatch.undo()
    _rule._site.cache_clear()


def test_cfn_lint_lists_each_rule_under_its_topics() -> None:
    for name in cfn_lint_lambda_race.__all__:
        rule = getattr(cfn_lint_lambda_race, name)()
        assert set(rule.tags) == {"resources", "lambda", "deployment"}


CODE = "Repository, https://example.com/code"


def test_finding_leads_to_the_site_once_there_is_one(
    addressed: Callable[..., None],
) -> None:
    addressed([CODE, "Documentation, https://example.com/pages"])
    rule = cfn_lint_lambda_race.UnqualifiedTarget()
    assert rule.source_url == "https://example.com/pages/rules/W9810/"


@pytest.mark.parametrize("urls", [None, [], [CODE]])
def test_finding_leads_to_where_aws_speaks_of_it(
    urls: Sequence[str] | None, addressed: Callable[..., None]
) -> None:
    addressed(urls)
    rules = [getattr(cfn_lint_lambda_race, n)() for n in cfn_lint_lambda_race.__all__]
    for rule in rules:
        assert rule.source_url.startswith("https://docs.aws.amazon.com/")
        # A page on an API call knows nothing of the other one.
        assert "/api/" not in rule.source_url
    of_the_race = {rule.id for rule in rules if rule.source_url == _rule.RACE_PAGE}
    assert of_the_race >= {"W9810", "W9811", "I9813", "W9830", "W9831"}
