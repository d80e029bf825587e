"""The permissions of a template: who may invoke which qualifier of a function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cfn_lint_lambda_race.template._connectors import connections
from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._holders import Form, Holder
from cfn_lint_lambda_race.template._nodes import (
    Path,
    Resource,
)
from cfn_lint_lambda_race.template._references import Reference, References
from cfn_lint_lambda_race.template._sam import SERVERLESS_FUNCTION
from cfn_lint_lambda_race.template._text import ATTRIBUTE, FUNCTION, Text, fits, token

PERMISSION_TYPE = "AWS::Lambda::Permission"
ANYBODY = "*"
# The property that limits a permission to invocations through a function URL.
VIA_URL = "InvokedViaFunctionUrl"
# IAM's actions ignore case.
INVOKE = "lambda:invokefunction"
_INVOKE_URL = "lambda:invokefunctionurl"
_REGION = re.compile(r"\.(\$\{AWS::Region\}|[a-z]{2}(-[a-z]+)+-\d+)(?=\.)")


@dataclass(frozen=True)
class Grant:
    """A permission of a service to invoke a function.

    ``source`` is its ``SourceArn``, None where that is absent or unknown, so that
    it may cover every source. ``operation`` is the path and the method
    that SAM permits for an event of an API. ``is_via_url`` says that it holds for
    invocations through a function URL only, None where that is unknown.
    ``is_moveable`` says that a template can put it on another qualifier.
    """

    path: Path
    holder: Holder
    principal: str
    references: tuple[Reference, ...]
    source: Text | None
    action: str
    operation: tuple[str, str] | None = None
    is_via_url: bool | None = False
    is_moveable: bool = True

    @property
    def name(self) -> str:
        """The logical ID of the permission, or of what SAM makes it for."""
        return self.holder.id

    @property
    def is_connector(self) -> bool:
        return self.holder.form is Form.CONNECTOR

    @property
    def is_for_a_service(self) -> bool:
        """Whether the principal is a service, rather than an account or a role."""
        return service_of(self.principal).endswith((".amazonaws.com", ".amazon.com"))

    @property
    def is_for_urls_only(self) -> bool:
        return self.action == _INVOKE_URL or self.is_via_url is True

    def permits(self, action: str, principal: str) -> bool:
        """Whether the permission lets a principal do what an action names.

        The principal of a function URL is anybody. Its permissions may name somebody
        whom the URL lets in, as long as they are for nothing but URLs.
        """
        if not fits(action.lower(), self.action):
            return False
        if principal == ANYBODY:
            return self.is_for_urls_only or self.principal == ANYBODY
        return self.is_via_url is not True and service_of(self.principal) == principal

    def is_meant_for(self, principal: str) -> bool:
        """Whether what lets a principal do something is certainly there for that.

        To let anybody invoke a function may have another reason than its URL.
        """
        return (
            principal != ANYBODY
            or self.is_for_urls_only
            or fits(_INVOKE_URL, self.action)
        )


class Grants:
    """Reads the permissions that a template writes, and those that SAM makes."""

    def __init__(self, evaluator: Evaluator, references: References) -> None:
        self._evaluator = evaluator
        self._references = references

    def of(self, function: str | None) -> list[Grant]:
        """The permissions of one function."""
        return self._by_function.get(function or "", [])

    @cached_property
    def _by_function(self) -> Mapping[str, list[Grant]]:
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
            references = [
                reference
                for branch in named
                for reference in self._references.of(branch.node, branch.when)
            ]
            yield Grant(
                (*resource.path, "FunctionName"),
                Holder(Form.PERMISSION, resource.id),
                text_of(self._evaluator, resource, "Principal") or "",
                tuple(references),
                self._source_of_permission(resource),
                (text_of(self._evaluator, resource, "Action") or "").lower(),
                is_via_url=is_via_url(self._evaluator, resource),
            )

    def _source_of_permission(self, resource: Resource) -> Text | None:
        if "SourceArn" not in resource.properties:
            return None
        return self._evaluator.text(resource.properties["SourceArn"])

    def _connected(self) -> Iterator[Grant]:
        for connection in connections(self._evaluator, self._references):
            if connection.authorised_by != "role":
                yield Grant(
                    connection.path,
                    Holder(Form.CONNECTOR, connection.source.id),
                    connection.authorised_by,
                    (connection.reference,),
                    token(ATTRIBUTE, connection.source.id, "Ref"),
                    INVOKE,
                )

    def _events(self) -> Iterator[Grant]:
        """The events of an API, which may have a definition of its own."""
        for function in self._references.functions.values():
            if function.type != SERVERLESS_FUNCTION:
                continue
            for branch in self._evaluator.follow(
                function.properties, ["Events", "*"], function.path
            ):
                api = self._api_of_event(branch.node)
                if api is None:
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
                    Holder(Form.EVENT, function.id, str(branch.path[-1])),
                    "apigateway.amazonaws.com",
                    references,
                    api,
                    INVOKE,
                    operation=self._operation_of_event(branch.node),
                    is_moveable=False,
                )

    def _api_of_event(self, event: object) -> Text | None:
        for name in ("RestApiId", "ApiId"):
            for branch in self._evaluator.follow(event, ["Properties", name]):
                for api in self._evaluator.texts(branch.node):
                    literal = api.value.literal
                    # SAM takes the logical ID itself for a reference to it.
                    return token(ATTRIBUTE, literal, "Ref") if literal else api.value
        return None

    def _operation_of_event(self, event: object) -> tuple[str, str] | None:
        """The path and the method of an API's event, None where one is unknown."""
        named: list[str] = []
        for name in ("Path", "Method"):
            texts = [
                text.value.literal
                for branch in self._evaluator.follow(event, ["Properties", name])
                for text in self._evaluator.texts(branch.node)
            ]
            if len(texts) != 1 or texts[0] is None:
                return None
            named.append(texts[0])
        return named[0], named[1].lower()


def text_of(evaluator: Evaluator, resource: Resource, name: str) -> str | None:
    """The one text of a resource's property, None where there are several or none."""
    texts = evaluator.texts(resource.properties.get(name))
    return str(texts[0].value) if len(texts) == 1 else None


def is_via_url(evaluator: Evaluator, permission: Resource) -> bool | None:
    """Whether a permission is limited to invocations through a function URL.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """
    if VIA_URL not in permission.properties:
        return False
    said = evaluator.text(permission.properties[VIA_URL])
    if said is None or said.literal is None:
        return None
    return said.literal.lower() == "true"


def service_of(principal: str) -> str:
    """A service principal without its region, and without the ``.cn`` of China."""
    return _REGION.sub("", principal).removesuffix(".cn")
