"""One of the two deployments of an update, as its timeline asks about it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from cfn_lint_lambda_race.template import (
    Attachments,
    Grant,
    Reference,
    Resource,
    Target,
    Text,
    Token,
)
from cfn_lint_lambda_race.template._grants import ANYBODY
from cfn_lint_lambda_race.template._made import below
from cfn_lint_lambda_race.template._sam import IMPLICIT_APIS, SERVERLESS_FUNCTION
from cfn_lint_lambda_race.template._text import PARAMETER, UNKNOWN
from cfn_lint_lambda_race.update._deployment import Deployment
from cfn_lint_lambda_race.update._order import deployed
from cfn_lint_lambda_race.update._world import Place


class ApiKind(NamedTuple):
    """How APIs of one kind are deployed, by resource types.

    ``api`` is the property of the others that names the API. Callers meet a change of
    its ``targets`` when a stage gets a new deployment.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/updating-api.html
    """

    targets: frozenset[str]
    deployment: str
    stage: str
    api: str


APIS = (
    ApiKind(
        frozenset(
            {
                "AWS::ApiGateway::Authorizer",
                "AWS::ApiGateway::Method",
                "AWS::ApiGateway::RestApi",
            }
        ),
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::Stage",
        "RestApiId",
    ),
    ApiKind(
        frozenset(
            {
                "AWS::ApiGatewayV2::Api",
                "AWS::ApiGatewayV2::Authorizer",
                "AWS::ApiGatewayV2::Integration",
            }
        ),
        "AWS::ApiGatewayV2::Deployment",
        "AWS::ApiGatewayV2::Stage",
        "ApiId",
    ),
)


def kind_of_api(resource_type: str) -> ApiKind | None:
    """The kind of API that a resource type is a target of; None for another type."""
    return next((one for one in APIS if resource_type in one.targets), None)


API_TYPES = frozenset({"AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"})


class Side:
    """One of the two deployments.

    ``resources`` are those that exist in the stack which takes the defaults.
    """

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.reading = deployment.reading
        self.resources = deployed(deployment)

    @cached_property
    def targets(self) -> dict[Place, Target]:
        """The targets by place, without places that have several alternatives."""
        alternatives: dict[Place, list[Target]] = {}
        for written in self.reading.serving_targets:
            for target in written.in_resources(self.deployment.resources):
                if self.has(target.resource.id):
                    place = target.path, target.inner
                    alternatives.setdefault(place, []).append(target)
        return {place: one[0] for place, one in alternatives.items() if len(one) == 1}

    def has(self, name: str) -> bool:
        """Whether a resource exists, or an API that SAM certainly makes for events."""
        return name in self.resources or any(
            below(one, ()).get("Type") == event
            for event, api in IMPLICIT_APIS.items()
            if api == name
            for function in self.by_type.get(SERVERLESS_FUNCTION, ())
            for one in below(function.properties, ("Events",)).values()
        )

    @cached_property
    def by_resource(self) -> Mapping[str, list[Place]]:
        """The places of the targets of each resource."""
        places: dict[str, list[Place]] = {}
        for place, target in self.targets.items():
            places.setdefault(target.resource.id, []).append(place)
        return places

    @cached_property
    def attachments(self) -> Attachments:
        return self.reading.attachments

    def qualifier(self, reference: Reference) -> str | None:
        """The qualifier of a reference, comparable between two deployments.

        Args:
            reference: what a target or a permission of this side names.

        Returns:
            An alias's name, or the qualifier as text; empty for ``$LATEST``, None for
            unknown.
        """
        if reference.qualifier is None or reference.says_latest:
            return ""
        if reference.alias is not None:
            names = self.reading.references.alias_names(reference.alias.name)
            return names[0].literal if len(names) == 1 else None
        return str(reference.qualifier) if reference.is_known else None

    def only(self, target: Target) -> Reference | None:
        """What a target invokes; None where it can be several things, or unknown."""
        known = target.references if target.is_complete else ()
        return known[0] if len(known) == 1 else None

    def function(self, target: Target) -> str | None:
        """The function of the stack that a target invokes; None for unknown."""
        reference = self.only(target)
        return reference.function if reference is not None else None

    def may_be_other(self, target: Target) -> bool:
        """Whether what stands in the place of the other side's target is unknown.

        It may name a function, of this stack or another one, or be a parameter, an
        import or the like.
        """
        here = self.targets.get((target.path, target.inner))
        if here is not None:
            return self.function(here) is None
        resource = self.resources.get(target.resource.id)
        node: Any = None if resource is None else resource.properties
        for step in target.path[len(target.resource.path) :]:
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                # What stands for all that is below is unknown, or has no such place.
                break
        return node is not None and any(
            token is not None and token.kind in (PARAMETER, UNKNOWN)
            for one in self.reading.evaluator.texts(node)
            for token in [one.value.token]
        )

    def grants(
        self, target: Target, function: str
    ) -> list[tuple[Grant, frozenset[str | None]]]:
        """The permissions that cover a target, whatever qualifier they are for.

        Returns:
            Each with the qualifiers that it can be for, None for an unknown one.
        """
        return [
            (grant, frozenset(self.qualifier(one) for one in grant.references))
            for grant in self.attachments.covering(target, function)
            if grant.path[1] in self.resources
        ]

    def is_by_identity(self, target: Target) -> bool:
        """Whether a target is a function URL whose callers may be let in elsewhere.

        Only one for anybody certainly needs a permission.
        """
        return target.row.authorised_by == ANYBODY and (
            self.attachments.auth_of_url(target) != "NONE"
        )

    def named(self, resource: Resource, name: str) -> str | None:
        """The logical ID of the resource that a property names; None for unknown."""
        token = self.token(resource.properties.get(name))
        return token.name if token is not None and token.is_resource else None

    def token(self, node: Any) -> Token | None:
        """The token that is all of a node's value; None for unknown."""
        texts = self.reading.evaluator.texts(node)
        value = texts[0].value if len(texts) == 1 else None
        return value.token if isinstance(value, Text) else None

    def of_api(self, kind: str, prop: str, api: str) -> list[Resource]:
        """The resources of a type, ``kind``, whose property names an API."""
        return self._of_api.get((kind, prop, api), [])

    @cached_property
    def _of_api(self) -> Mapping[tuple[str, str, str], list[Resource]]:
        members: dict[tuple[str, str, str], list[Resource]] = {}
        for kind in APIS:
            for one in (kind.deployment, kind.stage):
                for resource in self.by_type.get(one, ()):
                    api = self.named(resource, kind.api)
                    if api is not None:
                        members.setdefault((one, kind.api, api), []).append(resource)
        return members

    @cached_property
    def by_type(self) -> Mapping[str, list[Resource]]:
        """The resources by type."""
        resources: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            resources.setdefault(resource.type, []).append(resource)
        return resources

    def published(self, function: Resource) -> bool:
        """Whether SAM publishes an alias of a function."""
        return any(
            alias is not None
            for alias, _ in self.reading.evaluator.published_aliases(function)
        )
