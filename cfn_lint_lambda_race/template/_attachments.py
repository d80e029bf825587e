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

from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._grants import Grant, Grants
from cfn_lint_lambda_race.template._holders import Form, Holder
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

# Every qualifier of a function: of a policy, or of what applies to each version.
ANY = "*"
# SAM writes these for a role where API Gateway shall have none.
_NO_ROLE = ("", "NONE")


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
    can be ``*``, every qualifier. ``scenarios`` are those in which it is so, of all
    in which target and attachment are there (``base``); ``is_always`` says that
    nothing else can be chosen at that target. ``is_moveable`` says that a template
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


def qualifier_key(reference: Reference) -> str | None:
    """What tells qualifiers apart; empty for ``$LATEST``, None for unknown."""
    if reference.qualifier is None or reference.says_latest:
        return ""
    return str(reference.qualifier) if reference.is_known else None


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
        """The misfits, one a place."""
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
        resource = self._evaluator.resources.get(str(misfit.path[1]))
        base = target.base
        if resource is not None:
            base = self._evaluator.existing(resource, base)
        is_always = target.is_complete and all(
            reference in cases.references or not self._possible(reference.when)
            for reference in target.references
        )
        scenarios = tuple(dict.fromkeys(cases.scenarios))
        return replace(misfit, scenarios=scenarios, base=base, is_always=is_always)

    # -- permissions -----------------------------------------------------------

    def _judged(self) -> Iterator[tuple[Target, Reference, str]]:
        """The alternatives of the targets of which it is known what they invoke."""
        for target in self._targets:
            if target.row.form == "self":
                continue
            for reference in target.references:
                key = qualifier_key(reference)
                if reference.function is None or key is None:
                    continue
                if self._possible(reference.when):
                    yield target, reference, key

    def _misfit_grants(self) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        for target, reference, key in self._judged():
            is_by_role = target.row.authorised_by == "role"
            if not is_by_role and not self.has_role(target, reference):
                yield from self._misfits_of(target, reference, key)

    def role_of(self, target: Target) -> str:
        """The logical ID of the role by which a target is authorised, or ""."""
        return self._roles.name_of(target)

    def has_role(self, target: Target, reference: Reference) -> bool:
        """Whether a target may have a role, so that it needs no permission."""
        for branch in target.roles:
            when = branch.when.merged(reference.when)
            if when is None or not self._possible(when):
                continue
            for role in self._evaluator.texts(branch.node, when):
                is_none = role.value.literal in _NO_ROLE
                if not is_none and self._possible(role.when):
                    return True
        return False

    def _misfits_of(
        self, target: Target, reference: Reference, key: str
    ) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        assert reference.function is not None
        right: list[Grant] = []
        wrong: list[tuple[Grant, Reference, Scenario]] = []
        for grant in self.covering(target, reference.function):
            held = self._held(grant.references, reference)
            if key in held or None in held:
                right.append(grant)
            elif held:
                wrong.append((grant, *held[min(map(str, held))]))
        if any(grant.operation is not None for grant in right):
            # SAM permits the very method; what is written by hand is surplus.
            return
        for grant, other, when in wrong:
            if any(_includes(known, grant) for known in right):
                continue
            if right and not _names_a_resource(grant):
                # For a caller elsewhere, or surplus.
                continue
            if right and self._serves(grant, reference.function):
                continue
            misfit = Misfit(
                grant.path,
                grant.holder,
                reference.function,
                _qualifier(other),
                target,
                _qualifier(reference),
                Kind.CONNECTOR if grant.is_connector else Kind.PERMISSION,
                grant.is_moveable,
            )
            yield misfit, reference, when

    def covering(self, target: Target, function: str) -> list[Grant]:
        """The permissions of a function, for whatever qualifier, that fit a target."""
        return [
            grant
            for grant in self._grants.of(function)
            if grant.permits(target.row.authorised_by)
            and not self._sources.is_apart(grant, target)
        ]

    def _held(
        self, references: Iterable[Reference], other: Reference
    ) -> dict[str | None, tuple[Reference, Scenario]]:
        """The qualifiers of those references that can hold together with another.

        Each with the first reference that has it, and the scenario of both.
        """
        held: dict[str | None, tuple[Reference, Scenario]] = {}
        for reference in references:
            when = reference.when.merged(other.when)
            if (
                reference.function == other.function
                and when is not None
                and self._possible(when)
            ):
                held.setdefault(qualifier_key(reference), (reference, when))
        return held

    def _serves(self, grant: Grant, function: str) -> bool:
        """Whether a permission fits what some target that it covers can invoke."""
        mine = {qualifier_key(reference) for reference in grant.references}
        return any(
            reference.function == function and qualifier_key(reference) in {*mine, None}
            for other in self._targets
            if grant.permits(other.row.authorised_by)
            and not self._sources.is_apart(grant, other)
            for reference in other.references
        )

    # -- roles -----------------------------------------------------------------

    def _misfit_roles(self) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        for target, reference, key in self._judged():
            if self._is_permitted_to_roles(reference, key):
                continue
            for allowances, when in self._roles.of(target, reference.when):
                wrong = self._wrong_allowance(allowances, reference, when)
                if wrong is not None:
                    allowance, other, scenario = wrong
                    assert reference.function is not None
                    misfit = Misfit(
                        allowance.path,
                        allowance.holder,
                        reference.function,
                        _qualifier(other),
                        target,
                        _qualifier(reference),
                        Kind.POLICY,
                    )
                    yield misfit, reference, scenario

    def _is_permitted_to_roles(self, reference: Reference, key: str) -> bool:
        """Whether a permission for an account or a role may let the role invoke."""
        return any(
            not grant.is_for_a_service
            and {key, None} & set(self._held(grant.references, reference))
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
        key, invoked = qualifier_key(allowed), qualifier_key(reference)
        if key is None or key == invoked:
            return True
        # `fn:*` is every qualifier, and not the function without one.
        is_pattern = "*" in key or "?" in key
        return is_pattern and reference.qualifier is not None

    def _may_be_called(self, function: str | None, name: Text) -> bool:
        """Whether a function may have a name that the template writes out."""
        resource = self._references.functions.get(function or "")
        if resource is None or name.literal is None:
            return True
        named = self._evaluator.texts(resource.properties.get("FunctionName"))
        if "FunctionName" not in resource.properties:
            # CloudFormation makes one up.
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
            key = qualifier_key(setting.reference)
            function = setting.reference.function
            if (
                key is None
                or function is None
                or not self._possible(setting.reference.when)
            ):
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
    ) -> dict[str | None, tuple[Target, Reference, Scenario]]:
        """What the targets of a function invoke, each with the first that does."""
        by_qualifier: dict[str | None, tuple[Target, Reference, Scenario]] = {}
        for target in self._targets:
            for key, (reference, when) in self._held(
                target.references, setting
            ).items():
                by_qualifier.setdefault(key, (target, reference, when))
            for reference in () if target.is_complete else target.references:
                if reference.function == setting.function:
                    by_qualifier.setdefault(None, (target, reference, reference.when))
        return by_qualifier

    def _is_alias_of(self, invoked: str | None, version: str) -> bool:
        """Whether what is invoked is an alias of a version."""
        for name, alias in self._references.aliases.items():
            if invoked != str(token(ALIAS, name)):
                continue
            for pointed in self._evaluator.texts(
                alias.resource.properties.get("FunctionVersion")
            ):
                if str(pointed.value) == version:
                    return True
        return False


def _qualifier(reference: Reference) -> Text | None:
    return None if reference.says_latest else reference.qualifier


def _includes(one: Grant, other: Grant) -> bool:
    """Whether a permission covers every source that another one covers."""
    if one.source is None:
        return True
    if other.source is None:
        return False
    return fnmatchcase(str(other.source), str(one.source))


def _names_a_resource(grant: Grant) -> bool:
    return grant.source is not None and bool(resources_in(grant.source))
