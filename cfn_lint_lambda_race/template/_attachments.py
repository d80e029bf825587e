"""What is attached to one qualifier of a function while targets invoke another.

A permission, a role's policy, the settings of asynchronous invocation, provisioned
concurrency and its scaling each belong to one qualifier, and do nothing for others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from fnmatch import fnmatchcase
from itertools import chain
from typing import NamedTuple

from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._grants import Grant, Grants
from cfn_lint_lambda_race.template._holders import Form, Holder
from cfn_lint_lambda_race.template._made import may_be_permitted
from cfn_lint_lambda_race.template._nodes import Path, Resource
from cfn_lint_lambda_race.template._references import Reference, References
from cfn_lint_lambda_race.template._roles import Allowance, Roles
from cfn_lint_lambda_race.template._satisfiable import Satisfiability
from cfn_lint_lambda_race.template._scenario import ALWAYS, Scenario
from cfn_lint_lambda_race.template._settings import Refused, Settings
from cfn_lint_lambda_race.template._sources import Sources, resources_in
from cfn_lint_lambda_race.template._targets import Target
from cfn_lint_lambda_race.template._text import (
    ALIAS,
    Text,
    literal,
    token,
)

# The qualifier of a policy or a setting that applies to every one.
ANY = "*"
# What SAM templates write where API Gateway is to use no role.
_NO_ROLE = ("", "NONE")


class _Invocation(NamedTuple):
    """An alternative of a target whose function and qualifier are known.

    ``qualifier`` is as `comparable_qualifier` returns it.
    """

    target: Target
    reference: Reference
    function: str
    qualifier: Text


# How `comparable_qualifier` returns `$LATEST`.
_LATEST = Text()


class Kind(Enum):
    """What is attached to a qualifier."""

    PERMISSION = auto()
    CONNECTOR = auto()
    POLICY = auto()
    SETTING = auto()
    SNAP_START = auto()


@dataclass(frozen=True)
class Misfit:
    """An attachment to a qualifier other than the one that a target invokes.

    ``has`` and ``invoked`` are the two qualifiers, None for ``$LATEST``; a policy's
    can be ``*``, every qualifier. ``base`` is the scenario in which target and
    attachment exist, ``scenarios`` are those in which they do not fit, ``is_always``
    says that no alternative of the target fits. ``is_moveable`` says that a template
    can put the attachment on the other qualifier.
    """

    path: Path
    holder: Holder
    function: str
    has: Text | None
    target: Target
    invoked: Text | None
    kind: Kind
    is_moveable: bool = True
    scenarios: tuple[Scenario, ...] = (ALWAYS,)
    base: Scenario = ALWAYS
    is_always: bool = True


@dataclass
class _Cases:
    """A misfit, and the alternatives of its target in which it is one."""

    misfit: Misfit
    references: list[Reference] = field(default_factory=list)
    scenarios: list[Scenario] = field(default_factory=list)


def comparable_qualifier(reference: Reference) -> Text | None:
    """A qualifier as others are compared with it.

    Returns:
        The qualifier; an empty text for ``$LATEST``, written out or not; None where
        it is unknown.
    """
    if reference.qualifier is None or reference.says_latest:
        return _LATEST
    return reference.qualifier if reference.is_known else None


class Attachments:
    """Compares what is attached to functions with what their targets invoke."""

    def __init__(
        self,
        evaluator: Evaluator,
        references: References,
        possible: Satisfiability,
        targets: Sequence[Target],
    ) -> None:
        self._evaluator = evaluator
        self._references = references
        self._possible = possible
        self._targets = targets

        self._grants = Grants(evaluator, references)
        self._sources = Sources(evaluator)
        self._roles = Roles(evaluator, references)
        self._settings = Settings(evaluator, references, possible)

    def __iter__(self) -> Iterator[Misfit]:
        """The misfits, one for each place that holds an attachment."""
        places: dict[Path, _Cases] = {}
        for misfit, reference, when in chain(
            self._misfit_grants(),
            self._misfit_roles(),
            self._misfit_settings(),
            self._misfit_snap_starts(),
        ):
            cases = places.setdefault(misfit.path, _Cases(misfit))
            if cases.misfit == misfit:
                cases.references.append(reference)
                cases.scenarios.append(when)
        yield from map(self._with_scenarios, places.values())

    def _with_scenarios(self, cases: _Cases) -> Misfit:
        misfit = cases.misfit
        target = misfit.target
        holder = self._evaluator.resources[str(misfit.path[1])]
        base = self._evaluator.existing(holder, target.base)
        is_always = target.is_complete and all(
            reference in cases.references or not self._possible(reference.when)
            for reference in target.references
        )
        scenarios = tuple(dict.fromkeys(cases.scenarios))
        return replace(misfit, scenarios=scenarios, base=base, is_always=is_always)

    # -- permissions -----------------------------------------------------------

    def _invocations(self) -> Iterator[_Invocation]:
        """The alternatives of targets, where function and qualifier are known."""
        for target in self._targets:
            if target.row.form == "self" and self.auth_of_url(target) != "AWS_IAM":
                # SAM makes the permissions of events, and of URLs for anybody.
                continue
            for reference in target.references:
                function = reference.function
                qualifier = comparable_qualifier(reference)
                if function is None or qualifier is None:
                    continue
                if self._possible(reference.when):
                    yield _Invocation(target, reference, function, qualifier)

    def auth_of_url(self, target: Target) -> str | None:
        """The ``AuthType`` of a function URL.

        None where it is unknown or several.
        """
        # SAM has all of a URL in one property of the function.
        above = [target.row.path] if target.row.form == "self" else []
        types = {
            one.value.literal
            for branch in self._evaluator.follow(
                target.resource.properties, [*above, "AuthType"]
            )
            for one in self._evaluator.texts(branch.node)
        }
        return types.pop() if len(types) == 1 else None

    def _misfit_grants(self) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        for invocation in self._invocations():
            target = invocation.target
            if not (
                self.has_role(target, invocation.reference) or may_be_permitted(target)
            ):
                yield from self._misfits_of(invocation)

    def role_of(self, target: Target) -> str:
        """The logical ID of the role by which a target is authorised, or ""."""
        return self._roles.name_of(target)

    def has_role(self, target: Target, reference: Reference) -> bool:
        """Whether a target may have a role, so that it needs no permission."""
        return any(
            role.value.literal not in _NO_ROLE and self._possible(role.when)
            for branch in target.roles
            for when in [branch.when.merged(reference.when)]
            if when is not None
            for role in self._evaluator.texts(branch.node, when)
        )

    def _misfits_of(
        self, invocation: _Invocation
    ) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        """The permissions that let a target do what it does elsewhere.

        Each action needs a permission, so a right one of one action makes no wrong
        one of another surplus.
        """
        for action in invocation.target.row.actions:
            yield from self._misfits_for(invocation, action)

    def _misfits_for(
        self, invocation: _Invocation, action: str
    ) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        target, reference, function, qualifier = invocation
        principal = target.row.authorised_by
        right: list[Grant] = []
        wrong: list[tuple[Grant, Reference, Scenario]] = []
        for grant in self.covering(target, function):
            if not grant.permits(action, principal):
                continue
            held = self._held(grant.references, reference)
            if qualifier in held or None in held:
                right.append(grant)
            elif held and grant.is_meant_for(principal):
                wrong.append((grant, *held[min(held, key=str)]))
        if any(grant.operation is not None for grant in right):
            # SAM permits the very method; what is written by hand is surplus.
            return
        for grant, other, when in wrong:
            if right and not _names_a_resource(grant):
                # For a caller elsewhere, or surplus.
                continue
            if any(_includes(known, grant) for known in right):
                continue
            if right and self._serves(grant, function):
                continue
            misfit = Misfit(
                grant.path,
                grant.holder,
                function,
                _qualifier(other),
                target,
                _qualifier(reference),
                Kind.CONNECTOR if grant.is_connector else Kind.PERMISSION,
                grant.is_moveable,
            )
            yield misfit, reference, when

    def covering(self, target: Target, function: str) -> list[Grant]:
        """The permissions on a function that a target may use, whatever qualifier."""
        return [
            grant for grant in self._grants.of(function) if self._covers(grant, target)
        ]

    def _covers(self, grant: Grant, target: Target) -> bool:
        """Whether a permission lets a target do some of what it does."""
        return any(
            grant.permits(action, target.row.authorised_by)
            for action in target.row.actions
        ) and not self._sources.is_apart(grant, target)

    def _held(
        self, references: Iterable[Reference], other: Reference
    ) -> dict[Text | None, tuple[Reference, Scenario]]:
        """The qualifiers of those references that can hold together with another.

        Returns:
            By qualifier (see `comparable_qualifier`), the first reference that has
            it, and the scenario in which both hold.
        """
        held: dict[Text | None, tuple[Reference, Scenario]] = {}
        for reference in references:
            when = reference.when.merged(other.when)
            if (
                reference.function == other.function
                and when is not None
                and self._possible(when)
            ):
                held.setdefault(comparable_qualifier(reference), (reference, when))
        return held

    def _serves(self, grant: Grant, function: str) -> bool:
        """Whether a permission fits what some target that it covers can invoke."""
        mine = {comparable_qualifier(reference) for reference in grant.references}
        return any(
            reference.function == function
            and comparable_qualifier(reference) in {*mine, None}
            for other in self._targets
            if self._covers(grant, other)
            for reference in other.references
        )

    # -- roles -----------------------------------------------------------------

    def _misfit_roles(self) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        for target, reference, function, qualifier in self._invocations():
            if self._is_permitted_to_roles(reference, qualifier):
                continue
            for allowances, when in self._roles.of(target, reference.when):
                wrong = self._wrong_allowance(allowances, reference, when)
                if wrong is not None:
                    allowance, other, scenario = wrong
                    misfit = Misfit(
                        allowance.path,
                        allowance.holder,
                        function,
                        _qualifier(other),
                        target,
                        _qualifier(reference),
                        Kind.POLICY,
                    )
                    yield misfit, reference, scenario

    def _is_permitted_to_roles(self, reference: Reference, qualifier: Text) -> bool:
        """Whether a permission for an account or a role may let the role invoke."""
        return any(
            not grant.is_for_a_service
            and not grant.is_for_urls_only
            and {qualifier, None} & set(self._held(grant.references, reference))
            for grant in self._grants.of(reference.function)
        )

    def _wrong_allowance(
        self, allowances: Iterable[Allowance], reference: Reference, when: Scenario
    ) -> tuple[Allowance, Reference, Scenario] | None:
        """What a role allows of a function, where none of it is the right qualifier.

        None where something is right, or nothing is about that function.
        """
        wrong: tuple[Allowance, Reference, Scenario] | None = None
        for allowance in allowances:
            scenario = allowance.when.merged(when)
            if scenario is None or not self._possible(scenario):
                continue
            if self._may_fit(allowance.reference, reference):
                return None
            other = allowance.reference
            if (
                wrong is None
                and allowance.is_certain
                and other is not None
                and other.function == reference.function
            ):
                wrong = allowance, other, scenario
        return wrong

    def _may_fit(self, allowed: Reference | None, reference: Reference) -> bool:
        """Whether a statement may be about what a target invokes."""
        if allowed is None:
            return True
        if allowed.function is None:
            return self._may_be_called(reference.function, allowed.name)
        if allowed.function != reference.function:
            return False
        key, invoked = comparable_qualifier(allowed), comparable_qualifier(reference)
        if key is None or key == invoked:
            return True
        # `fn:*` is every qualifier, and not the function without one.
        is_pattern = not {"*", "?"}.isdisjoint(str(key))
        return is_pattern and reference.qualifier is not None

    def _may_be_called(self, function: str | None, name: Text) -> bool:
        """Whether a function may have a name that the template writes out."""
        resource = self._references.functions.get(function or "")
        if resource is None or name.literal is None:
            return True
        named = self._evaluator.texts(resource.properties.get("FunctionName"))
        if "FunctionName" not in resource.properties:
            # CloudFormation generates the name.
            return False
        return any(name.value.literal is None for name in named)

    # -- settings --------------------------------------------------------------

    def _misfit_snap_starts(self) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        """SnapStart of functions whose targets all invoke ``$LATEST``.

        https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
        """
        for function in self._references.functions.values():
            when = self._evaluator.existing(function)
            for branch in self._evaluator.property(function, "SnapStart", when):
                applied = [
                    mode
                    for below in self._evaluator.below(branch, "ApplyOn")
                    for mode in self._evaluator.texts(below.node, below.when)
                    if mode.value == literal("PublishedVersions")
                ]
                for mode in applied:
                    yield from self._unpublished(function, branch.path, mode.when)

    def _unpublished(
        self, function: Resource, path: Path, when: Scenario
    ) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        invoked = [
            (target, reference, scenario)
            for target in self._targets
            for reference in target.references
            if reference.function == function.id
            for scenario in [reference.when.merged(when)]
            if scenario is not None and self._possible(scenario)
        ]
        if all(
            target.is_complete and self._references.unqualified(reference)
            for target, reference, _ in invoked
        ):
            for target, reference, scenario in invoked:
                misfit = Misfit(
                    path,
                    Holder(Form.SNAP_START_OF, function.id),
                    function.id,
                    literal(ANY),
                    target,
                    None,
                    Kind.SNAP_START,
                )
                yield misfit, reference, scenario

    @property
    def refused(self) -> Iterator[Refused]:
        """The scalable targets that AWS refuses."""
        return self._settings.refused

    def _misfit_settings(self) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        for setting in self._settings:
            key = comparable_qualifier(setting.reference)
            function = setting.reference.function
            if key is None or function is None:
                continue
            invoked = self._invoked(setting.reference)
            if not invoked or None in invoked or key in invoked:
                continue
            if setting.is_capacity and any(
                self._is_alias_of(other, key) for other in invoked
            ):
                continue
            target, reference, when = next(iter(invoked.values()))
            misfit = Misfit(
                setting.path,
                setting.holder,
                function,
                _qualifier(setting.reference),
                target,
                _qualifier(reference),
                Kind.SETTING,
                setting.is_moveable,
            )
            yield misfit, reference, when

    def _invoked(
        self, setting: Reference
    ) -> dict[Text | None, tuple[Target, Reference, Scenario]]:
        """By qualifier, the first target that invokes a setting's function by it.

        None stands for a qualifier that is unknown.
        """
        by_qualifier: dict[Text | None, tuple[Target, Reference, Scenario]] = {}
        for target in self._targets:
            for key, (reference, when) in self._held(
                target.references, setting
            ).items():
                by_qualifier.setdefault(key, (target, reference, when))
            for reference in () if target.is_complete else target.references:
                if reference.function == setting.function:
                    by_qualifier.setdefault(None, (target, reference, reference.when))
        return by_qualifier

    def _is_alias_of(self, invoked: Text | None, version: Text) -> bool:
        """Whether one qualifier is an alias of another one, a version."""
        for name, alias in self._references.aliases.items():
            if invoked != token(ALIAS, name):
                continue
            for pointed in self._evaluator.texts(
                alias.resource.properties.get("FunctionVersion")
            ):
                if pointed.value == version:
                    return True
        return False


def _qualifier(reference: Reference) -> Text | None:
    return None if reference.says_latest else reference.qualifier


def _includes(one: Grant, other: Grant) -> bool:
    """Whether a permission covers every source that another one covers."""
    return one.source is None or fnmatchcase(str(other.source), str(one.source))


def _names_a_resource(grant: Grant) -> bool:
    return grant.source is not None and bool(resources_in(grant.source))
