"""What the rules of this pack have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race.template import position
from cfn_lint_lambda_race.update import Change


class RaceRule(CloudFormationLintRule):  # type: ignore[misc]
    """The base of the pack's rules; cfn-lint registers no rule without an ID."""

    tags: ClassVar[list[str]] = ["resources", "lambda", "deployment"]


def finding(cfn: Template, path: Sequence[str | int], message: str) -> RuleMatch:
    """A finding at a path of the template as it is written."""
    location = position(cfn, path)
    if location is None:
        return RuleMatch(list(path), message)
    return RuleMatch(list(path), message, location=location)


def joined(names: Sequence[str]) -> str:
    """Some names in words: ``Code, Layers and Timeout``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def listed(changes: Iterable[Change]) -> str:
    """The properties that some changes are of, without those that change nothing."""
    return joined([change.name for change in changes if not change.row.is_inert])
