"""Lint a template with cfn-lint's own runner, as the command does."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import fields
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from cfnlint.config import CliArgs, ConfigMixIn
from cfnlint.context import context
from cfnlint.jsonschema import _filter, _keywords, validators
from cfnlint.match import Match
from cfnlint.rules import Rules
from cfnlint.rules.errors import ParseError, RuleError, TransformError
from cfnlint.runner import Runner
from cfnlint.schema.resolver import RefResolver
from cfnlint.template import Template
from cfnlint.template import template as _template

from cfn_lint_lambda_race.rules._rule import RaceRule

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
CORPUS = ROOT.parent / "shared" / "corpus"
# The templates that document the rules, without those that they are compared with.
FILES = sorted(
    path
    for path in TEMPLATES.rglob("*")
    if path.suffix in (".yaml", ".json")
    and ".before" not in path.name
    and "local" not in path.parts
)

# Resources that make a template of a function and nothing else.
FUNCTION: dict[str, Any] = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Code": {"S3Bucket": "artifacts", "S3Key": "orders.zip"},
        "Handler": "index.handler",
        "Role": "arn:aws:iam::123456789012:role/orders",
        "Runtime": "python3.13",
    },
}

# What cfn-lint says of a rule that raises.
_OF_THE_PACK = re.compile(r"rule [WI]98\d\d\b")


class _PackRunner(Runner):  # type: ignore[misc]
    """cfn-lint's runner with the pack's rules and those for what cannot be linted."""

    def _get_rules(self) -> None:
        self.rules = Rules.create_from_module("cfn_lint_lambda_race")
        self.rules.extend([ParseError(), TransformError(), RuleError()])


class _WholeRunner(Runner):  # type: ignore[misc]
    """cfn-lint's runner with all rules, which are loaded once a process."""

    rules: Rules
    loaded: ClassVar[Rules | None] = None

    def _get_rules(self) -> None:
        if self.loaded is None:
            super()._get_rules()
            _WholeRunner.loaded = self.rules
        self.rules = self.loaded


def _remembering_class(create: Callable[..., type]) -> Callable[..., type]:
    """cfn-lint's maker of validators, giving the same class for the same arguments.

    It makes a new dataclass whenever it comes to a resource, and there are some twenty
    that differ. To make them took a quarter of the time of all of cfn-lint.
    """
    made: list[tuple[tuple[Any, ...], type]] = []

    def remembering(
        validators: Any = None, function_filter: Any = None, fn_resolvers: Any = None
    ) -> type:
        arguments = validators, function_filter, fn_resolvers
        for known, kind in made:
            if known == arguments:
                return kind
        made.append((arguments, create(*arguments)))
        return made[-1][1]

    return remembering


def _remembering_fragment(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """cfn-lint's reader of references, searching a schema once for each of them."""
    found: dict[tuple[int, str], tuple[Any, Any]] = {}

    def remembering(self: RefResolver, document: Any, fragment: str) -> Any:
        key = id(document), fragment
        if key not in found:
            # The document stays with what was found in it, so no other one has its ID.
            found[key] = document, resolve(self, document, fragment)
        return found[key][1]

    return remembering


def _made_once(create: Callable[..., ArgumentParser]) -> Callable[..., ArgumentParser]:
    """cfn-lint's maker of its parser of options, giving the same one each time.

    To make it took half of the time of a configuration.
    """
    parser = create(None)
    defaults = vars(parser.parse_args([]))
    parse = parser.parse_args

    def parsed(arguments: Sequence[str]) -> Namespace:
        # The parser extends the very lists that it has for defaults.
        return parse(arguments, Namespace(**deepcopy(defaults)))

    parser.parse_args = parsed  # type: ignore[assignment,method-assign]
    return lambda _: parser


def _matching(match: Callable[..., Any]) -> Callable[..., Any]:
    """The match of cfn-lint's library of patterns, for one that is compiled already.

    Each key of a template is matched, and it asked for the locale each time.
    """

    def matching(pattern: Any, text: str, *more: Any, **options: Any) -> Any:
        if isinstance(pattern, _template.re.Pattern) and not (more or options):
            return pattern.match(text)
        return match(pattern, text, *more, **options)

    return matching


# The commands that tests start do without.
_template.re.match = _matching(_template.re.match)
CliArgs.create_parser = _made_once(CliArgs.create_parser)
validators.create = _remembering_class(validators.create)
# What a class has and how alike two names are does not change.
context.fields = validators.fields = _filter.fields = cache(fields)
_keywords.SequenceMatcher = cache(SequenceMatcher)
RefResolver.resolve_fragment = _remembering_fragment(RefResolver.resolve_fragment)


def lint(path: Path, *arguments: str) -> list[Match]:
    """What the pack says of a template, informational findings among them.

    Of cfn-lint's own rules only E0000, E0001 and E0002 run: a template that cannot be
    read or transformed, and a rule that raised. Loading all of them takes 100 times
    as long as running the pack.
    """
    return _run(_PackRunner, path, *arguments)


def lint_whole(path: Path, *arguments: str) -> list[Match]:
    """What the pack and all of cfn-lint's rules say of a template.

    For tests that ask whether a template is valid.
    """
    return _run(
        _WholeRunner, path, "--append-rules", "cfn_lint_lambda_race", *arguments
    )


def against_its_baseline(path: Path) -> list[str]:
    """The options that compare `X.yaml` with `X.before.yaml`; none without that."""
    baseline = path.with_name(f"{path.stem}.before{path.suffix}")
    return ["-x", f"W9831:baseline_path={baseline}"] if baseline.exists() else []


def _run(runner: type[Runner], path: Path, *arguments: str) -> list[Match]:
    config = ConfigMixIn(["-c", "I", *arguments, "--", str(path)])
    matches: list[Match] = list(runner(config).run())
    # A rule that raises finds nothing, which else looks like silence.
    crashes = [m.message for m in matches if is_crash(m.rule.id, m.message)]
    assert not crashes, crashes
    return sorted(matches, key=lambda m: (m.linenumber, m.columnnumber, m.rule.id))


def lint_template(
    folder: Path, template: Mapping[str, Any], *arguments: str
) -> list[Match]:
    """All findings on a template that is given as an object."""
    path = folder / "template.json"
    path.write_text(json.dumps(template, indent=1))
    return lint(path, *arguments)


def asked(rule: RaceRule, template: Mapping[str, Any]) -> list[str]:
    """The paths of what one rule finds in a template as it is written.

    For what SAM's translator refuses, with which older cfn-lint begins.
    """
    cfn = Template("template.json", template, ["us-east-1"])
    return ["/".join(map(str, found.path)) for found in rule.match(cfn)]


def is_crash(rule: str, message: str) -> bool:
    """Whether a finding says that a rule of the pack raised."""
    return rule == "E0002" and _OF_THE_PACK.search(message) is not None


def is_ours(match: Match) -> bool:
    """Whether a finding is one of the pack's."""
    return str(match.rule.id)[1:].startswith("98")


def paths(matches: list[Match], rule: str) -> list[str]:
    """The paths of one rule's findings, in the order of the template."""
    return [
        "/".join(str(step) for step in getattr(match, "path", []))
        for match in matches
        if match.rule.id == rule
    ]


def messages(matches: list[Match], rule: str) -> list[str]:
    """The messages of one rule's findings, in the order of the template."""
    return [match.message for match in matches if match.rule.id == rule]


def described(match: Match) -> dict[str, Any]:
    """A finding as the snapshots hold it."""
    return {
        "rule": match.rule.id,
        "path": "/".join(str(step) for step in getattr(match, "path", [])),
        "position": f"{match.linenumber}:{match.columnnumber}",
        "message": match.message,
    }
