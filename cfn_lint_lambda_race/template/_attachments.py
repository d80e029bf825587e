"""What is attached to one qualifier of a function while targets invoke another.

A permission, the settings of asynchronous invocation, provisioned concurrency and
its scaling each belong to one qualifier, and do nothing for the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property

from cfn_lint_lambda_race.template._connectors import connections
from cfn_lint_lambda_race.template._evaluator import (
    ALIAS_TYPE,
    VERSION_TYPE,
    Evaluator,
    Path,
    Resource,
)
from cfn_lint_lambda_race.template._identifier import LATEST
from cfn_lint_lambda_race.template._references import Reference, References
from cfn_lint_lambda_race.template._satisfiable import Satisfiability
from cfn_lint_lambda_race.template._scenario import Scenario
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
ANYBODY = "*"
_INVOKE = ("lambda:InvokeFunction", "lambda:Invoke*", "lambda:*")
_INVOKE_URL = ("lambda:InvokeFunctionUrl", "lambda:Invoke*", "lambda:*")
_REGION = re.compile(r"\.(\$\{AWS::Region\}|[a-z]{2}(-[a-z]+)+-\d+)(?=\.)")
_PATH_PARAMETER = re.compile(r"\{[^{}]*\}")
# The property that names a source in its ARN; empty where none does.
_NAMES = {
    "AWS::ApiGateway::RestApi": "",
    "AWS::ApiGatewayV2::Api": "",
    "AWS::Cognito::UserPool": "",
    "AWS::Events::Rule": "Name",
    "AWS::IoT::TopicRule": "RuleName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::Serverless::Api": "",
    "AWS::Serverless::HttpApi": "",
    "AWS::SNS::Topic": "TopicName",
}


@dataclass(frozen=True)
class Grant:
    """A permission of a service to invoke a function.

    ``source`` is the text of its ``SourceArn``, None where it has none or an
    unknown one, which covers every source.
    """

    path: Path
    name: str
    principal: str
    references: tuple[Reference, ...]
    source: Text | None
    actions: frozenset[str]


@dataclass(frozen=True)
class Setting:
    """Something other than a permission that is attached to one qualifier.

    ``is_capacity`` tells of provisioned concurrency and its scaling: a version's
    serves the aliases of the version too, and ``$LATEST`` can have none.
    """

    path: Path
    what: str
    reference: Reference
    is_capacity: bool = False


@dataclass(frozen=True)
class Misfit:
    """An attachment to a qualifier other than the one that targets invoke."""

    path: Path
    what: str
    function: str
    has: str
    target: Target
    invoked: str
    is_grant: bool


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

    def __iter__(self) -> Iterator[Misfit]:
        seen: set[Path] = set()
        for misfit in [*self._misfit_grants(), *self._misfit_settings()]:
            if misfit.path not in seen:
                seen.add(misfit.path)
                yield misfit

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
                frozenset({self._text(resource, "Action") or ""}),
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
                    frozenset(_INVOKE[:1]),
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
                    frozenset(_INVOKE[:1]),
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

    def _misfit_grants(self) -> Iterator[Misfit]:
        for target in self._targets:
            principal = target.row.authorised_by
            if principal == "role" or target.row.form == "self":
                continue
            for reference in target.references:
                key = qualifier_key(reference)
                if reference.function is None or key is None:
                    continue
                if not self._possible(reference.when):
                    continue
                yield from self._misfits_of(target, reference, key)

    def _misfits_of(
        self, target: Target, reference: Reference, key: str
    ) -> Iterator[Misfit]:
        assert reference.function is not None
        right: list[Grant] = []
        wrong: list[tuple[Grant, str]] = []
        for grant in self.covering(target, reference.function):
            keys = self._keys(grant.references, reference)
            if key in keys or None in keys:
                right.append(grant)
            elif keys:
                wrong.append((grant, sorted(str(other) for other in keys)[0]))
        for grant, other in wrong:
            if any(_includes(known, grant) for known in right):
                continue
            if right and not _names_a_resource(grant):
                # For a caller elsewhere, or surplus.
                continue
            if right and self._serves_another(grant, target, reference.function):
                continue
            yield Misfit(
                grant.path,
                _permission_name(grant),
                reference.function,
                self._words(other),
                target,
                self._words(key),
                is_grant=True,
            )

    def covering(self, target: Target, function: str) -> list[Grant]:
        """The permissions of a function, for whatever qualifier, that fit a target."""
        return [
            grant
            for grant in self._grants.get(function, ())
            if _permits(grant, target.row.authorised_by)
            and not self._is_apart(grant, target)
        ]

    def _keys(
        self, references: Iterable[Reference], other: Reference
    ) -> set[str | None]:
        """The qualifiers of those references that can hold together with another."""
        keys: set[str | None] = set()
        for reference in references:
            when = reference.when.merged(other.when)
            if (
                reference.function == other.function
                and when is not None
                and self._possible(when)
            ):
                keys.add(qualifier_key(reference))
        return keys

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
        if resource is None or resource.type not in _NAMES:
            return []
        name = _NAMES[resource.type]
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

    # -- settings --------------------------------------------------------------

    def _misfit_settings(self) -> Iterator[Misfit]:
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
            other, target = next(iter(invoked.items()))
            yield Misfit(
                setting.path,
                setting.what,
                function,
                self._words(key),
                target,
                self._words(other or ""),
                is_grant=False,
            )

    def _invoked(self, setting: Reference) -> dict[str | None, Target]:
        """What the targets of a function invoke, each with the first that does."""
        found: dict[str | None, Target] = {}
        for target in self._targets:
            for key in self._keys(target.references, setting):
                found.setdefault(key, target)
            if not target.is_complete and any(
                reference.function == setting.function
                for reference in target.references
            ):
                found.setdefault(None, target)
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
            elif resource.type == "AWS::ApplicationAutoScaling::ScalableTarget":
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
        """``function:NAME:QUALIFIER``.

        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
        """
        for branch in self._evaluator.property(resource, "ResourceId", when):
            for found in self._evaluator.texts(branch.node, branch.when):
                assert isinstance(found.value, Text)
                kind, *rest = found.value.fields(":")
                if kind.literal != "function" or len(rest) != 2:
                    continue
                for named in self._references.of_text(rest[0], found.when):
                    yield Setting(
                        branch.path,
                        f"The scalable target {resource.id}",
                        self._references.qualified_by(named, rest[1]),
                        is_capacity=True,
                    )

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

    @staticmethod
    def _words(key: str) -> str:
        """A qualifier in words."""
        if not key:
            return LATEST
        name = key[2:-1] if key.startswith("${") else key
        if name.endswith((".Alias", ".Version")):
            return f"the {name.rpartition('.')[2].lower()} that SAM publishes"
        return f"version {name}" if name.isdecimal() else name


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
        return any(action in _INVOKE_URL[:1] for action in grant.actions)
    if not any(action in _INVOKE for action in grant.actions):
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
