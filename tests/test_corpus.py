"""Real templates: the article's pair, and no crash on any other."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from cfnlint.match import Match

from cfn_lint_lambda_race._linting import FailedRuleError, Linter, LintError
from cfn_lint_lambda_race.update import Settings, update_of
from tests.linting import CORPUS, is_ours, lint, messages, paths

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS.exists(), reason="no corpus beside us"),
]

FILES = sorted(
    path
    for path in CORPUS.rglob("*")
    if path.suffix in (".yaml", ".yml", ".json", ".template")
)
ARTICLE = CORPUS / "article"
FUNCTION = "HelloHandler2E4FBA4D"


@cache
def _article(name: str, baseline: str = "") -> list[Match]:
    setting = f"W9831:baseline_path={ARTICLE / baseline}.template.json"
    arguments = ["-x", setting] if baseline else []
    return lint(ARTICLE / f"{name}.template.json", *arguments)


def test_the_article_s_update_races() -> None:
    matches = _article("cdk-datadog-arm", "cdk-datadog-x86")
    assert paths(matches, "W9831") == [
        f"Resources/{FUNCTION}/Properties/Layers/1/Fn::Join/1/2"
    ]
    (message,) = messages(matches, "W9831")
    for word in (
        "Architectures",
        "Layers",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
        "exec format error",
        FUNCTION,
    ):
        assert word in message
    assert paths(matches, "W9810") == [
        "Resources/RestproxyANYB8F8E428/Properties/Integration/Uri",
        "Resources/RestANYCE895D35/Properties/Integration/Uri",
    ]


def test_the_article_s_update_behind_an_alias_does_not() -> None:
    matches = _article("cdk-datadog-arm-alias", "cdk-datadog-x86-alias")
    assert [match for match in matches if is_ours(match)] == []


@pytest.mark.parametrize("name", ["x86", "arm", "x86-alias", "arm-alias"])
def test_the_article_s_layers_fit(name: str) -> None:
    assert paths(_article(f"cdk-datadog-{name}"), "W9820") == []


# `test_fix.py` runs all of cfn-lint on those that have something to fix.
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_crash_and_no_update_against_itself(path: Path) -> None:
    name, text = str(path), path.read_bytes().decode()
    try:
        cfn, findings = Linter([name]).compared(
            name, text, Settings(baseline_path=name)
        )
    except FailedRuleError:
        raise
    except LintError:
        pytest.skip("cfn-lint cannot read it")
    # Some are no templates.
    said = [one.message for one in findings]
    assert said == [one for one in said if "is not a template" in one]
    comparison = update_of(cfn).comparison
    if comparison is not None:
        updates = comparison.function_updates()
        assert not [(one.function, one.code, one.configuration) for one in updates]
