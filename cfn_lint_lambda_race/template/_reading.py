"""One reading of a template, shared by all rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeVar

from cfn_lint_lambda_race.data import TargetRow, exits, targets
from cfn_lint_lambda_race.template._attachments import Attachments, Misfit
from cfn_lint_lambda_race.template._cfnlint import Template, kept
from cfn_lint_lambda_race.template._cfnlint import parameter_sets as given_to
from cfn_lint_lambda_race.template._documents import (
    ContentOf,
    content_of,
    read_file,
)
from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._exits import Exit, Exits
from cfn_lint_lambda_race.template._layers import Layers
from cfn_lint_lambda_race.template._nodes import (
    Resource,
)
from cfn_lint_lambda_race.template._references import Reference, References
from cfn_lint_lambda_race.template._sam import SERVERLESS_FUNCTION, published_alias_id
from cfn_lint_lambda_race.template._satisfiable import Satisfiability, Solved
from cfn_lint_lambda_race.template._scenario import (
    ALWAYS,
    CONDITION,
    PARAMETER,
    Cases,
    Choice,
    Fact,
    Scenario,
)
from cfn_lint_lambda_race.template._settings import Refused
from cfn_lint_lambda_race.template._source import (
    as_written,
    content,
)
from cfn_lint_lambda_race.template._targets import Mention, Mentions, Target

_Kind = TypeVar("_Kind", bound=Mention)

# By parameter, the values that are looked at although the template does not name them.
Domains = Mapping[str, Sequence[str]]
NO_DOMAINS: Domains = {}


class UnqualifiedUse(NamedTuple):
    """A target invokes ``$LATEST`` of a function.

    ``function`` is the logical ID, or the name of a function outside the template.
    ``alias`` is the logical ID of the alias through which it does so, empty where it
    names the function itself. ``when`` are the cases, empty for always.
    """

    function: str
    alias: str
    when: Cases


class Reading:
    """What a template says: its values, functions and targets."""

    def __init__(
        self,
        cfn: Template,
        defaults_first: bool = False,
        content_of: ContentOf = content_of,
        parameter_sets: Sequence[Mapping[str, Any]] | None = None,
        judged: Mapping[str, str] | None = None,
    ) -> None:
        cfn = as_written(cfn)
        self.parameter_sets = (
            given_to(cfn) if parameter_sets is None else parameter_sets
        )
        template = content(cfn)
        self._read_file = partial(
            read_file, template=cfn.filename, content_of=content_of
        )
        self.evaluator = Evaluator(
            template, self.parameter_sets, defaults_first, judged
        )
        self.possible = Satisfiability(
            cfn.conditions,
            self.evaluator,
            has_rules="Rules" in template,
            solved=kept(cfn, Solved, Solved),
        )
        self.references = References(self.evaluator, self.possible)
        self.layers = Layers(self.evaluator, self.possible)
        self._template = template

    @cached_property
    def targets(self) -> list[Target]:
        """Every place through which a service invokes a function."""
        return list(self._mentions(targets(), Target))

    @cached_property
    def serving_targets(self) -> list[Target]:
        """The targets whose callers can meet an update: not those of deployments."""
        return [target for target in self.targets if not target.row.is_deployment]

    def _mentions(
        self, rows: Mapping[str, Sequence[TargetRow]], kind: type[_Kind]
    ) -> Mentions[_Kind]:
        return Mentions(
            self.evaluator, self.references, self._template, self._read_file, rows, kind
        )

    @cached_property
    def exits(self) -> list[Exit]:
        """Every place through which an unqualified reference leaves."""
        places = self._mentions(exits(), Mention)
        return list(
            Exits(
                self.evaluator, self._template, self.serving_targets, self._read_file
            ).of(places, self.unqualified_uses, self.references)
        )

    @cached_property
    def misfits(self) -> list[Misfit]:
        """What is attached to a qualifier other than the one that targets invoke."""
        return list(self.attachments)

    @property
    def refused(self) -> list[Refused]:
        """The scalable targets that AWS refuses."""
        return list(self.attachments.refused)

    @cached_property
    def attachments(self) -> Attachments:
        return Attachments(
            self.evaluator, self.references, self.possible, self.serving_targets
        )

    def unqualified_uses(self, target: Mention) -> list[UnqualifiedUse]:
        """How a place names ``$LATEST``.

        Args:
            target: a target, or another place that names functions.

        Returns:
            One use for each function and alias, mostly one or none. It has cases only
            where another alternative of the place does not name ``$LATEST``.
        """
        by_use: dict[tuple[str, str], list[Scenario]] = {}
        is_always = target.is_complete
        for reference in target.references:
            if self.references.is_framework(reference.function):
                continue
            scenarios = [
                scenario
                for scenario in self.references.unqualified(reference)
                if self._is_reportable(reference) and self.possible(scenario)
            ]
            is_always = is_always and any(
                self.case(scenario, reference.when) == ALWAYS for scenario in scenarios
            )
            alias = reference.alias.name if reference.alias else ""
            key = (reference.function or str(reference.name), alias)
            if scenarios:
                by_use.setdefault(key, []).extend(scenarios)
        return [
            UnqualifiedUse(
                function,
                alias,
                self.cases(scenarios, target.base, is_always),
            )
            for (function, alias), scenarios in by_use.items()
        ]

    @staticmethod
    def _is_reportable(reference: Reference) -> bool:
        """Whether a reference certainly denotes a function.

        An ARN does; a bare name only if a function of the template has it.
        """
        return reference.function is not None or reference.is_arn

    def role_of(self, target: Target) -> str:
        """The logical ID of the role that must allow what a target invokes, or ""."""
        return self.attachments.role_of(target)

    def is_refused(self, target: Target, function: str) -> bool:
        """Whether Lambda refuses what a target invokes, a durable function.

        It refuses what has no qualifier; `$LATEST` may be written out.
        https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html
        """
        resource = self.references.functions.get(function)
        return (
            resource is not None
            and isinstance(resource.properties.get("DurableConfig"), Mapping)
            and all(
                reference.qualifier is None
                for reference in target.references
                if reference.function == function
            )
        )

    def is_serverless(self, function: str) -> bool:
        """Whether SAM can publish the function."""
        resource = self.references.functions.get(function)
        return resource is not None and resource.type == SERVERLESS_FUNCTION

    @property
    def functions(self) -> list[Resource]:
        """The functions of the template."""
        return list(self.references.functions.values())

    def publishes_alias(self, function: str) -> bool:
        """Whether SAM publishes an alias of the function already."""
        return published_alias_id(function) in self.references.aliases

    def cases(
        self,
        scenarios: Sequence[Scenario],
        base: Scenario,
        is_always: bool = False,
        domains: Domains = NO_DOMAINS,
    ) -> Cases:
        """The scenarios in which something holds, as a message tells them.

        Args:
            scenarios: those in which it holds; at least one.
            base: what is true wherever the question arises, so not worth a word.
            is_always: whether it holds in every other scenario of that place too, so
                that only what all ``scenarios`` share can be worth a word.
            domains: by parameter, the values that were looked at, where the template
                itself names none.

        Returns:
            The scenarios, each once and cut down as `case` does it; none where one of
            them says nothing that a reader could choose.
        """
        if is_always:
            shared = frozenset.intersection(*(one.facts for one in scenarios))
            scenarios = [Scenario(shared)]
        cases = dict.fromkeys(self.case(one, base, domains) for one in scenarios)
        return () if ALWAYS in cases else tuple(cases)

    def simplified(
        self,
        scenarios: Iterable[Scenario],
        base: Scenario,
        domains: Domains = NO_DOMAINS,
    ) -> list[Scenario]:
        """The scenarios without the choices that make no difference.

        Scenarios that differ in one choice alone become one, if they cover everything
        that can be chosen there.
        """
        simple = dict.fromkeys(scenarios)
        facts = dict.fromkeys(fact for one in simple for fact, _ in one.facts)
        for fact in sorted(facts):
            groups: dict[Scenario, list[Scenario]] = {}
            for one in simple:
                groups.setdefault(one.without(*fact), []).append(one)
            for rest, group in groups.items():
                if rest in group or self._is_any(fact, rest, group, base, domains):
                    simple = {one: None for one in simple if one not in group}
                    simple[rest] = None
        return list(simple)

    def _is_any(
        self,
        fact: Fact,
        rest: Scenario,
        group: Sequence[Scenario],
        base: Scenario,
        domains: Domains,
    ) -> bool:
        """Whether a group of scenarios covers each choice of a fact that can happen."""
        kind, name = fact
        made = {one.get(kind, name) for one in group}
        # No condition has the name of a parameter.
        choices: Sequence[Choice] = domains.get(name) or self.evaluator.choices(
            kind, name, rest
        )
        scenario = rest.merged(base) or rest
        missing = [
            scenario.given(kind, name, choice)
            for choice in choices
            if choice not in made
        ]
        return bool(choices) and not any(
            one is not None and self.possible(one) for one in missing
        )

    def case(
        self, scenario: Scenario, base: Scenario, domains: Domains = NO_DOMAINS
    ) -> Scenario:
        """What a scenario says beyond ``base``, as far as a reader could choose it.

        ``ALWAYS`` where that is nothing.
        """
        case = ALWAYS
        for name, value in scenario.of_kind(CONDITION):
            if self.evaluator.decide(name, ALWAYS) is value:
                # The template, or the values that cfn-lint is given, leave no choice.
                continue
            contrary = base.given(CONDITION, name, not value)
            if contrary is not None and self.possible(contrary):
                case = case.given(CONDITION, name, value) or case
                base = base.given(CONDITION, name, value) or base
        for name, value in scenario.of_kind(PARAMETER):
            is_open = base.get(PARAMETER, name) is None
            if is_open and (name in domains or self._is_choice(name)):
                case = case.given(PARAMETER, name, value) or case
        return case

    def _is_choice(self, name: str) -> bool:
        return (
            name.startswith("AWS::") or len(self.evaluator.choices(PARAMETER, name)) > 1
        )


def read(cfn: Template) -> Reading:
    """The reading of a template; the same one for every rule that asks."""
    return kept(cfn, Reading, lambda: Reading(cfn))
