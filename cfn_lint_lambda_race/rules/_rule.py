"""What the rules of this pack have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar

from cfnlint.helpers import ensure_list
from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race.cure import Fix
from cfn_lint_lambda_race.template import position
from cfn_lint_lambda_race.update import Change, Settings, note_problem


class RaceRule(CloudFormationLintRule):  # type: ignore[misc]
    """The base of the pack's rules; cfn-lint registers no rule without an ID."""

    _unknown_settings: tuple[str, ...] = ()
    tags: ClassVar[list[str]] = ["resources", "lambda", "deployment"]

    def configure(self, configs: Any = None, experimental: bool = False) -> None:
        """Take the settings; a single value where a list belongs is its only item.

        Older cfn-lint takes a text apart there, and raises where it cannot.
        """
        self._unknown_settings = ()
        if isinstance(configs, dict):
            self._unknown_settings = tuple(
                str(name) for name in configs if name not in self.config_definition
            )
            kinds = {name: row["type"] for name, row in self.config_definition.items()}
            configs = {
                name: ensure_list(value) if kinds.get(name) == "list" else value
                for name, value in configs.items()
            }
        super().configure(configs, experimental)

    def initialize(self, cfn: Template) -> None:
        """Note the settings that no rule has: cfn-lint passes over them in silence."""
        for name in self._unknown_settings:
            note_problem(cfn, _misspelt(self.id, name, list(self.config_definition)))


def _misspelt(rule: str, name: str, own: Sequence[str]) -> str:
    """What to say of a setting that a rule does not have, with the nearest one."""
    owners = dict.fromkeys(Settings._fields, "W9831") | dict.fromkeys(own, rule)
    close = get_close_matches(name.lower().replace("-", "_"), owners, 1)
    cure = f"set {owners[close[0]]}:{close[0]}" if close else "remove it"
    # A template's own Metadata can say anything here.
    shown = name if len(name) <= 40 and name.isprintable() else f"{name[:40]!r}"
    return f"{rule} has no setting {shown}, so it has no effect; {cure}"


def finding(
    cfn: Template, path: Sequence[str | int], message: str, fix: Fix | None = None
) -> RuleMatch:
    """A finding at a path of the template as it is written, with what cures it."""
    more: dict[str, Any] = {} if fix is None else {"fix": fix}
    location = position(cfn, path)
    if location is not None:
        more["location"] = location
    return RuleMatch(list(path), message, **more)


def joined(names: Sequence[str]) -> str:
    """Some names in words: ``Code, Layers and Timeout``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def listed(changes: Iterable[Change]) -> str:
    """The properties that some changes are of, without those that change nothing."""
    return joined([change.name for change in changes if not change.row.is_inert])
