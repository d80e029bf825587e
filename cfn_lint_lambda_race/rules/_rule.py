"""What the rules of this pack have in common."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from typing import Any, ClassVar, NamedTuple

from cfnlint.helpers import ensure_list
from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_resource
from cfn_lint_lambda_race.cure import Fix
from cfn_lint_lambda_race.template import position, read
from cfn_lint_lambda_race.template._cfnlint import ignoring
from cfn_lint_lambda_race.update import (
    Change,
    Place,
    Settings,
    is_told_apart,
    note_problem,
)

NAMED = 3
"""How many names a message lists; the others are counted."""


RACE_PAGE = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-resource-lambda-function.html"
)
"""AWS's page that says "your function may encounter errors in the time between the
calls"."""


@cache
def _site() -> str | None:
    """The site's address as `project.urls` of pyproject.toml has it, with its slash."""
    try:
        urls = metadata("cfn-lint-lambda-race").get_all("Project-URL", ())
    except PackageNotFoundError:  # a folder of rules, not installed
        return None
    for url in urls:
        label, _, address = url.partition(",")
        if label == "Documentation":
            return f"{address.strip().rstrip('/')}/"
    return None


class RaceRule(CloudFormationLintRule):  # type: ignore[misc]
    """The base of the pack's rules; cfn-lint registers no rule without an ID."""

    aws_page = ""
    """The page of AWS that documents what the rule relies on."""

    _unknown_settings: tuple[str, ...] = ()
    tags: ClassVar[list[str]] = ["resources", "lambda", "deployment"]

    @property
    def source_url(self) -> str:
        """Where a finding leads: the rule's page on the site, if there is a site."""
        site = _site()
        return f"{site}rules/{self.id}/" if site else self.aws_page

    def configure(self, configs: Any = None, experimental: bool = False) -> None:
        """Take the settings; a single value where a list belongs is its only item.

        Older cfn-lint splits a text into its characters there, or raises.
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
        """Note the settings that no rule has, which cfn-lint ignores silently."""
        for name in self._unknown_settings:
            note_problem(cfn, _misspelt(self.id, name, list(self.config_definition)))


def _misspelt(rule: str, name: str, own: Sequence[str]) -> str:
    """The message about a setting that a rule does not have, naming the nearest one."""
    owners = dict.fromkeys(Settings._fields, "W9831") | dict.fromkeys(own, rule)
    close = get_close_matches(name.lower().replace("-", "_"), owners, 1)
    cure = f"set {owners[close[0]]}:{close[0]}" if close else "remove it"
    # The name can come from a template's own Metadata, so it may be anything.
    shown = name if len(name) <= 40 and name.isprintable() else f"{name[:40]!r}"
    return f"{rule} has no setting {shown}, so it has no effect; {cure}"


def finding(
    cfn: Template,
    path: Sequence[str | int],
    message: str,
    fix: Fix | None,
    line: int | None = None,
) -> RuleMatch:
    """A finding at a path of the template as it is written.

    ``line`` is where it stands if that is not at the path, ``fix`` what cures it.
    """
    location = position(cfn, path) if line is None else (line, 0, line, 0)
    more = {} if location is None else {"location": location}
    return RuleMatch(list(path), message, fix=fix, **more)


class Told(NamedTuple):
    """What a rule says about a function: the place, and the words without its name."""

    function: str
    place: Place
    words: Hashable


def gathered(
    cfn: Template, rule: str, told: Iterable[Told]
) -> Iterator[tuple[Place, list[str]]]:
    """The places of findings, each with the functions that its message names.

    A change in `Globals` is reported there, once for all functions of which the same
    is told. What is told alike of more functions than a message names is reported
    once, at the first of them. Else each function has a finding of its own, and so has
    a function that ignores the rule: cfn-lint leaves that finding out, unless the rule
    is mandatory. So has each where functions are told apart.
    """
    ignored = ignoring(cfn, rule)
    shared: dict[tuple[Place, Hashable], list[Told]] = {}
    same: dict[Hashable, list[Told]] = {}
    for one in told:
        if one.function in ignored or is_told_apart(cfn):
            place = Place(("Resources", one.function))
            yield place if one.place.is_shared else one.place, [one.function]
        else:
            shared.setdefault((one.place, one.words), []).append(one)
    for (place, words), sharing in shared.items():
        if len(sharing) > 1:
            yield place, [one.function for one in sharing]
        else:
            same.setdefault(words, []).extend(sharing)
    for alike in same.values():
        groups = [alike] if len(alike) > NAMED else [[one] for one in alike]
        for group in groups:
            place = group[0].place
            if place.is_shared:
                place = Place(("Resources", group[0].function))
            yield place, [one.function for one in group]


def named(cfn: Template, functions: Sequence[str]) -> str:
    """What a message calls some functions: the first by name, the others counted."""
    names = [name_resource(read(cfn), function) for function in functions[:NAMED]]
    others = len(functions) - len(names)
    return joined([*names, f"{others} more"] if others else names)


def joined(names: Sequence[str]) -> str:
    """Some names as an English list: ``Code, Layers and Timeout``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def listed(changes: Iterable[Change]) -> str:
    """The changed properties as an English list, without inert ones."""
    return joined([change.name for change in changes if not change.row.is_inert])
