"""What all rules share: their topics, and where a finding leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from email.message import Message
from importlib.metadata import PackageNotFoundError

import pytest

import cfn_lint_lambda_race
from cfn_lint_lambda_race.rules import _rule


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
