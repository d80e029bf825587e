"""What is attached to one qualifier of a function while targets invoke another.

A permission, a role's policy, the settings of asynchronous invocation, provisioned
concurrency and its scaling each belong to one qualifier, and do nothing for others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import chain

from cfn_lint_lambda_race.data import source_names
from cfn_lint_lambda_race.template._connectors import connections
from cfn_lint_lambda_race.template._evaluator import (
    ALIAS_TYPE,
    VERSION_TYPE,
    Evaluator,
    Path,
    Resource,
)
from cfn_lint_lambda_race.template._references import Reference, References
from cfn_lint_lambda_race.template._roles import Allowance, Roles
from cfn_lint_lambda_race.template._satisfiable import Satisfiability
from cfn_lint_lambda_race.template._scenario import ALWAYS, Scenario
from cfn_lint_lambda_race.template._targets import Target
from cfn_lint_lambda_race.template._text import (
    ALIAS,
    ATTRIBUTE,
    FUNCTION,
    VERSION,
    Text,
    literal,
    token,
)

PERMISSION_TYPE = "AWS::Lambda::Permission"
SCALABLE_TYPE = "AWS::ApplicationAutoScaling::ScalableTarget"
ANYBODY = "*"
# Every qualifier of a function: of a policy, or of what applies to each version.
ANY = "*"
# IAM's actions ignore case.
_INVOKE = "lambda:invokefunction"
_INVOKE_URL = "lambda:invokefunctionurl"
# SAM writes these for a role where API Gateway shall have none.
_NO_ROLE = ("", "NONE")
_ANY_METHODS = frozenset({"any", "x-amazon-apigateway-any-method"})
_REGION = re.compile(r"\.(\$\{AWS::Region\}|[a-z]{2}(-[a-z]+)+-\d+)(?=\.)")
_PATH_PARAMETER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class Grant:
    """A permission of a service to invoke a function.

    ``source`` is the text of its ``SourceArn``, None where it has none or an
    unknown one, which covers every source. ``operation`` is the path and the method
    that SAM permits for an event of an API. ``is_moveable`` says that a template can
    put it on another qualifier.
    """

    path: Path
    name: str
    principal: str
    references: tuple[Reference, ...]
    source: Text | None
    action: str
    operation: tuple[str, str] | None = None
    is_connector: bool = False
    is_moveable: bool = True


@dataclass(frozen=True)
class Setting:
    """Something other than a permission that is attached to one qualifier.

    ``is_capacity`` tells of provisioned concurrency and its scaling: a version's
    serves the aliases of the version too, and ``$LATEST`` can have none. SAM's own
    is not ``is_moveable`` to another qualifier.
    """

    path: Path
    what: str
    reference: Reference
    is_capacity: bool = False
    is_moveable: bool = True


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
    what: str
    function: str
    has: Text | None
    target: Target
    invoked: Text | None
    kind: Kind
    is_moveable: bool = True
    scenarios: tuple[Scenario, ...] = (ALWAYS,)
    base: Scenario = ALWAYS
    is_always: bool = True


@dataclass(frozen=True)
class Refused:
    """A scalable target that names a function and no qualifier of it."""

    path: Path
    what: str
    function: str


@dataclass
class _Found:
    """A misfit, and the alternatives of its target that are so."""

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
        targets: Iterable[Target],
    ) -> None:
        self._evaluator = evaluator
        self._references = references
        self._possible = possible
        self._targets = [target for target in targets if not target.row.is_deployment]

        self._roles = Roles(evaluator, references)

    def __iter__(self) -> Iterator[Misfit]:
        """The misfits, one a place."""
        places: dict[Path, _Found] = {}
        for misfit, reference, when in chain(
            self._misfit_grants(),
            self._misfit_roles(),
            self._misfit_settings(),
            self._misfit_snap_starts(),
        ):
            found = places.setdefault(misfit.path, _Found(misfit))
            if found.misfit == misfit:
                found.references.append(reference)
                found.scenarios.append(when)
        yield from map(self._with_scenarios, places.values())

    def _with_scenarios(self, found: _Found) -> Misfit:
        misfit = found.misfit
        target = misfit.target
        resource = self._evaluator.resources.get(str(misfit.path[1]))
        base = target.base
        if resource is not None:
            base = self._evaluator.existing(resource, base)
        is_always = target.is_complete and all(
            reference in found.references or not self._possible(reference.when)
            for reference in target.references
        )
        scenarios = tuple(dict.fromkeys(found.scenarios))
        return replace(misfit, scenarios=scenarios, base=base, is_always=is_always)

    # -- permissions -----------------------------------------------------------

    @cached_property
    def _grants(self) -> Mapping[str, list[Grant]]:
        """The permissions by function."""
        grants: dict[str, list[Grant]] = {}
        for grant in [*self._permissions(), *self._connected(), *self._events()]:
            for function in {reference.function for reference in grant.references}:
                if function is not None:
                    grants.setdefault(function, []).append(grant)
        return grants

    def _permissions(self) -> Iterator[Grant]:
        for resource in self._evaluator.resources.values():
            if resource.type != PERMISSION_TYPE:
                continue
            base = self._evaluator.existing(resource)
            named = self._evaluator.property(resource, "FunctionName", base)
            found = [
                reference
                for branch in named
                for reference in self._references.of(branch.node, branch.when)
            ]
            yield Grant(
                (*resource.path, "FunctionName"),
                resource.id,
                self._text(resource, "Principal") or "",
                tuple(found),
                self._source_of_permission(resource),
                (self._text(resource, "Action") or "").lower(),
            )

    def _text(self, resource: Resource, name: str) -> str | None:
        texts = self._evaluator.texts(resource.properties.get(name))
        return str(texts[0].value) if len(texts) == 1 else None

    def _source_of_permission(self, resource: Resource) -> Text | None:
        if "SourceArn" not in resource.properties:
            return None
        texts = self._evaluator.texts(resource.properties["SourceArn"])
        value = texts[0].value if len(texts) == 1 else None
        return value if isinstance(value, Text) else None

    def _connected(self) -> Iterator[Grant]:
        for found in connections(self._evaluator, self._references):
            if found.authorised_by != "role":
                yield Grant(
                    found.path,
                    f"the connector of {found.source.id}",
                    found.authorised_by,
                    (found.reference,),
                    token(ATTRIBUTE, found.source.id, "Ref"),
                    _INVOKE,
                    is_connector=True,
                )

    def _events(self) -> Iterator[Grant]:
        """The events that only permit their API: that has its own definition."""
        for function in self._references.functions.values():
            if function.type != "AWS::Serverless::Function":
                continue
            mine = {
                target.path
                for target in self._targets
                if target.resource.id == function.id
            }
            for branch in self._evaluator.follow(
                function.properties, ["Events", "*"], function.path
            ):
                api = self._api_of_event(branch.node)
                if branch.path in mine or api is None:
                    continue
                references = tuple(
                    Reference(
                        function.id, token(FUNCTION, function.id), alias, True, when
                    )
                    for alias, when in self._evaluator.published_aliases(
                        function, branch.when
                    )
                )
                yield Grant(
                    branch.path,
                    f"event {branch.path[-1]} of {function.id}",
                    "apigateway.amazonaws.com",
                    references,
                    api,
                    _INVOKE,
                    operation=self._operation_of_event(branch.node),
                    is_moveable=False,
                )

    def _api_of_event(self, event: object) -> Text | None:
        for name in ("RestApiId", "ApiId"):
            for branch in self._evaluator.follow(event, ["Properties", name]):
                for found in self._evaluator.texts(branch.node):
                    if isinstance(found.value, Text):
                        literal = found.value.literal
                        # SAM takes the logical ID itself for a reference to it.
                        return (
                            token(ATTRIBUTE, literal, "Ref") if literal else found.value
                        )
        return None

    def _operation_of_event(self, event: object) -> tuple[str, str] | None:
        """The path and the method of an API's event, None where one is unknown."""
        named: list[str] = []
        for name in ("Path", "Method"):
            texts = [
                found.value.literal
                for branch in self._evaluator.follow(event, ["Properties", name])
                for found in self._evaluator.texts(branch.node)
                if isinstance(found.value, Text)
            ]
            if len(texts) != 1 or texts[0] is None:
                return None
            named.append(texts[0])
        return named[0], named[1].lower()

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
            if not is_by_role and not self._has_role(target, reference):
                yield from self._misfits_of(target, reference, key)

    def _has_role(self, target: Target, reference: Reference) -> bool:
        """Whether a target may have a role, so that it needs no permission."""
        for branch in target.roles:
            when = branch.when.merged(reference.when)
            if when is None or not self._possible(when):
                continue
            for found in self._evaluator.texts(branch.node, when):
                is_none = isinstance(found.value, Text) and (
                    found.value.literal in _NO_ROLE
                )
                if not is_none and self._possible(found.when):
                    return True
        return False

    def _misfits_of(
        self, target: Target, reference: Reference, key: str
    ) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        assert reference.function is not None
        right: list[Grant] = []
        wrong: list[tuple[Grant, Reference, Scenario]] = []
        for grant in self._covering(target, reference.function):
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
            if right and self._serves_another(grant, target, reference.function):
                continue
            misfit = Misfit(
                grant.path,
                _permission_name(grant),
                reference.function,
                _qualifier(other),
                target,
                _qualifier(reference),
                Kind.CONNECTOR if grant.is_connector else Kind.PERMISSION,
                grant.is_moveable,
            )
            yield misfit, reference, when

    def _covering(self, target: Target, function: str) -> list[Grant]:
        return [
            grant
            for grant in self._grants.get(function, ())
            if _permits(grant, target.row.authorised_by)
            and not self._is_apart(grant, target)
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

    def _serves_another(self, grant: Grant, target: Target, function: str) -> bool:
        """Whether a permission fits some other target that it covers."""
        mine = {qualifier_key(reference) for reference in grant.references}
        return any(
            reference.function == function and qualifier_key(reference) in {*mine, None}
            for other in self._targets
            if other is not target
            and _permits(grant, other.row.authorised_by)
            and not self._is_apart(grant, other)
            for reference in other.references
        )

    # -- sources ---------------------------------------------------------------

    def _is_apart(self, grant: Grant, target: Target) -> bool:
        """Whether a permission is certainly for another source than a target's."""
        if grant.operation is not None and _is_other_operation(grant, target):
            return True
        if grant.source is None:
            return False
        source = self._source(target)
        if source is None:
            return False
        mine, theirs = _resources(grant.source), _resources(source)
        if mine and theirs:
            if not mine & theirs:
                return True
            return self._is_other_method(grant.source, target)
        granted = _name_in(grant.source)
        if granted is None:
            return False
        names = self._physical_names(source)
        if names is None:
            # CloudFormation makes a name up, which nobody can write out before.
            return granted != "*"
        return any(
            name.literal is not None and not fnmatchcase(name.literal, granted)
            for name in names
        )

    def _source(self, target: Target) -> Text | None:
        named = target.row.source_arn
        if named is None:
            return None
        if not named.startswith("property:"):
            return token(ATTRIBUTE, target.resource.id, "Ref")
        node = target.resource.properties.get(named.partition(":")[2])
        texts = self._evaluator.texts(node)
        value = texts[0].value if len(texts) == 1 else None
        return value if isinstance(value, Text) else None

    def _physical_names(self, source: Text) -> list[Text] | None:
        """What a source can be called: written out, or as its resource is named.

        Empty where that is unknown, None where CloudFormation makes the name up.
        """
        if source.token is None:
            name = _name_in(source)
            return [] if name is None else [literal(name)]
        resource = self._evaluator.resources.get(source.token.name)
        name = source_names().get(resource.type) if resource else None
        if resource is None or name is None:
            return []
        if name not in resource.properties:
            return None
        texts = self._evaluator.texts(resource.properties[name])
        return [found.value for found in texts if isinstance(found.value, Text)]

    def _is_other_method(self, granted: Text, target: Target) -> bool:
        """Whether a permission names another method of the target's REST API.

        arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH
        """
        method = self._method(target.resource)
        fields = granted.fields(":")
        if method is None or len(fields) < 6 or fields[2].literal != "execute-api":
            return False
        _, *rest = str(fields[5]).split("/", 2)
        if len(rest) < 2:
            return False
        return not (fnmatchcase(method, rest[1]) or fnmatchcase(rest[1], method))

    def _method(self, resource: Resource) -> str | None:
        """``METHOD/PATH`` of a REST API's method, None where that is unknown."""
        if resource.type != "AWS::ApiGateway::Method":
            return None
        verb = self._text(resource, "HttpMethod")
        parts: list[str] = []
        parent: Resource | None = resource
        attribute = "ResourceId"
        for _ in range(20):
            texts = self._evaluator.texts(
                parent.properties.get(attribute) if parent else None
            )
            value = texts[0].value if len(texts) == 1 else None
            found = value.token if isinstance(value, Text) else None
            if found is None or verb is None:
                return None
            if found.attribute == "RootResourceId":
                path = "/".join(reversed(parts))
                return f"{'*' if verb == 'ANY' else verb}/{path}"
            parent = self._evaluator.resources.get(found.name)
            part = self._text(parent, "PathPart") if parent else None
            if part is None:
                return None
            parts.append(_PATH_PARAMETER.sub("*", part))
            attribute = "ParentId"
        return None

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
                        allowance.what,
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
            not _REGION.sub("", grant.principal)
            .removesuffix(".cn")
            .endswith((".amazonaws.com", ".amazon.com"))
            and {key, None} & set(self._held(grant.references, reference))
            for grant in self._grants.get(reference.function or "", ())
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
        return any(
            isinstance(found.value, Text) and found.value.literal is None
            for found in named
        )

    # -- settings --------------------------------------------------------------

    def _misfit_snap_starts(self) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        """SnapStart of functions whose targets all invoke ``$LATEST``.

        https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
        """
        for function in self._references.functions.values():
            when = self._evaluator.existing(function)
            for branch in self._evaluator.property(function, "SnapStart", when):
                applied = [
                    found
                    for below in self._evaluator.below(branch, "ApplyOn")
                    for found in self._evaluator.texts(below.node, below.when)
                    if found.value == literal("PublishedVersions")
                ]
                for found in applied:
                    yield from self._unpublished(function, branch.path, found.when)

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
                    f"SnapStart of {function.id}",
                    function.id,
                    literal(ANY),
                    target,
                    None,
                    Kind.SNAP_START,
                )
                yield misfit, reference, scenario

    @property
    def refused(self) -> Iterator[Refused]:
        """The scalable targets that AWS refuses, for they name no qualifier.

        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
        """
        for resource in self._evaluator.resources.values():
            if resource.type != SCALABLE_TYPE:
                continue
            when = self._evaluator.existing(resource)
            for path, fields, scenario in self._scaled(resource, when):
                if len(fields) > 1:
                    continue
                for named in self._references.of_text(fields[0], scenario):
                    if named.function is not None and self._possible(named.when):
                        what = f"The scalable target {resource.id}"
                        yield Refused(path, what, named.function)

    def _misfit_settings(self) -> Iterator[tuple[Misfit, Reference, Scenario]]:
        for setting in self._settings():
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
                setting.what,
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
        found: dict[str | None, tuple[Target, Reference, Scenario]] = {}
        for target in self._targets:
            for key, (reference, when) in self._held(
                target.references, setting
            ).items():
                found.setdefault(key, (target, reference, when))
            for reference in () if target.is_complete else target.references:
                if reference.function == setting.function:
                    found.setdefault(None, (target, reference, reference.when))
        return found

    def _is_alias_of(self, invoked: str | None, version: str) -> bool:
        """Whether what is invoked is an alias of a version."""
        for name, alias in self._references.aliases.items():
            if invoked != str(token(ALIAS, name)) or alias.resource.type != ALIAS_TYPE:
                continue
            for found in self._evaluator.texts(
                alias.resource.properties.get("FunctionVersion")
            ):
                if str(found.value) == version:
                    return True
        return False

    def _settings(self) -> Iterator[Setting]:
        for resource in self._evaluator.resources.values():
            when = self._evaluator.existing(resource)
            if resource.type == "AWS::Lambda::EventInvokeConfig":
                yield from self._event_invoke_config(resource, when)
            elif resource.type == SCALABLE_TYPE:
                yield from self._scalable_target(resource, when)
            elif resource.type == "AWS::Serverless::Function":
                yield from self._of_serverless(resource, when)
            elif resource.type in (ALIAS_TYPE, VERSION_TYPE):
                yield from self._provisioned(resource, when)

    def _event_invoke_config(
        self, resource: Resource, when: Scenario
    ) -> Iterator[Setting]:
        for branch in self._evaluator.property(resource, "Qualifier", when):
            for qualifier in self._evaluator.texts(branch.node, branch.when):
                named = resource.properties.get("FunctionName")
                for reference in self._references.of(named, qualifier.when):
                    if isinstance(qualifier.value, Text):
                        yield Setting(
                            branch.path,
                            f"The event-invoke config {resource.id}",
                            self._references.qualified_by(reference, qualifier.value),
                        )

    def _scalable_target(self, resource: Resource, when: Scenario) -> Iterator[Setting]:
        for path, fields, found in self._scaled(resource, when):
            if len(fields) == 2:
                for named in self._references.of_text(fields[0], found):
                    yield Setting(
                        path,
                        f"The scalable target {resource.id}",
                        self._references.qualified_by(named, fields[1]),
                        is_capacity=True,
                    )

    def _scaled(
        self, resource: Resource, when: Scenario
    ) -> Iterator[tuple[Path, list[Text], Scenario]]:
        """``function:NAME:QUALIFIER``.

        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
        """
        for branch in self._evaluator.property(resource, "ResourceId", when):
            for found in self._evaluator.texts(branch.node, branch.when):
                assert isinstance(found.value, Text)
                kind, *rest = found.value.fields(":")
                if kind.literal == "function" and 1 <= len(rest) <= 2:
                    yield branch.path, rest, found.when

    def _of_serverless(self, resource: Resource, when: Scenario) -> Iterator[Setting]:
        for name, what in (
            ("EventInvokeConfig", "The event-invoke config"),
            ("ProvisionedConcurrencyConfig", "The provisioned concurrency"),
        ):
            for branch in self._evaluator.property(resource, name, when):
                for alias, scenario in self._evaluator.published_aliases(
                    resource, branch.when
                ):
                    reference = Reference(
                        resource.id, token(FUNCTION, resource.id), alias, True, scenario
                    )
                    yield Setting(
                        branch.path,
                        f"{what} of {resource.id}",
                        reference,
                        is_capacity=name == "ProvisionedConcurrencyConfig",
                        is_moveable=False,
                    )

    def _provisioned(self, resource: Resource, when: Scenario) -> Iterator[Setting]:
        kind = ALIAS if resource.type == ALIAS_TYPE else VERSION
        name = "ProvisionedConcurrencyConfig"
        for branch in self._evaluator.property(resource, name, when):
            named = resource.properties.get("FunctionName")
            for reference in self._references.of(named, branch.when):
                yield Setting(
                    branch.path,
                    f"The provisioned concurrency of {resource.id}",
                    replace(reference, qualifier=token(kind, resource.id)),
                    is_capacity=True,
                )


def _qualifier(reference: Reference) -> Text | None:
    return None if reference.says_latest else reference.qualifier


def _is_other_operation(grant: Grant, target: Target) -> bool:
    """Whether SAM permits another path or method than the one of a target."""
    steps = target.path if target.inner is None else target.inner
    if grant.operation is None or "paths" not in steps:
        return False
    path, method = grant.operation
    rest = [str(step) for step in steps[steps.index("paths") + 1 :]]
    if "Fn::If" in rest or len(rest) < 2:
        return False
    if path != rest[0]:
        # `/{proxy+}` and other spellings of one path cannot be told apart.
        return "{" not in path + rest[0]
    methods = {method, rest[1].lower()}
    return len(methods) > 1 and not methods & _ANY_METHODS


def _permission_name(grant: Grant) -> str:
    is_resource = grant.path[-1] == "FunctionName"
    return (
        f"Permission {grant.name}"
        if is_resource
        else (grant.name[:1].upper() + grant.name[1:])
    )


def _permits(grant: Grant, principal: str) -> bool:
    """Whether a permission is for a principal; a function URL is for anybody."""
    if principal == ANYBODY:
        return grant.action == _INVOKE_URL
    if not fnmatchcase(_INVOKE, grant.action):
        return False
    named = _REGION.sub("", grant.principal)
    return named.removesuffix(".cn") == principal


def _includes(one: Grant, other: Grant) -> bool:
    """Whether a permission covers every source that another one covers."""
    if one.source is None:
        return True
    if other.source is None:
        return False
    return fnmatchcase(str(other.source), str(one.source))


def _resources(source: Text) -> set[str]:
    return {found.name for found in source.tokens if found.kind == ATTRIBUTE}


def _names_a_resource(grant: Grant) -> bool:
    return grant.source is not None and bool(_resources(grant.source))


def _name_in(source: Text) -> str | None:
    """The name in a source's ARN, or in a text that is none; None if unknown."""
    fields = source.fields(":")
    if fields[0].literal != "arn":
        return source.literal
    named = fields[5].literal if len(fields) == 6 else None
    if named is None:
        return None
    # API/STAGE/METHOD/PATH, but rule/BUS/NAME and userpool/POOL
    parts = named.split("/")
    return parts[0] if fields[2].literal == "execute-api" else parts[-1]
