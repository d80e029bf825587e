"""What the rules of this pack have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from cfnlint.helpers import ensure_list
from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race.template import position
from cfn_lint_lambda_race.update import Change


class RaceRule(CloudFormationLintRule):  # type: ignore[misc]
    """The base of the pack's rules; cfn-lint registers no rule without an ID."""

    tags: ClassVar[list[str]] = ["resources", "lambda", "deployment"]

    def configure(self, configs: Any = None, experimental: bool = False) -> None:
        """Take the settings; a single value where a list belongs is its only item.

        Older cfn-lint takes a text apart there, and raises where it cannot.
        """
        if isinstance(configs, dict):
            kinds = {name: row["type"] for name, row in self.config_definition.items()}
            configs = {
                name: ensure_list(value) if kinds.get(name) == "list" else value
                for name, value in configs.items()
            }
        super().configure(configs, experimental)


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
