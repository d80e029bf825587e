"""Whether the ``SourceArn`` of a permission covers the source of a target."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from cfn_lint_lambda_race.data import source_names
from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._grants import Grant, text_of
from cfn_lint_lambda_race.template._nodes import Resource
from cfn_lint_lambda_race.template._targets import Target
from cfn_lint_lambda_race.template._text import ATTRIBUTE, Text, literal, token

_ANY_METHODS = frozenset({"any", "x-amazon-apigateway-any-method"})
_PATH_PARAMETER = re.compile(r"\{[^{}]*\}")


class Sources:
    """Compares the sources of permissions with those of targets."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def is_apart(self, grant: Grant, target: Target) -> bool:
        """Whether a permission certainly does not cover the source of a target."""
        if _is_other_operation(grant, target):
            return True
        if grant.source is None:
            return False
        source = self._source(target)
        if source is None:
            return False
        mine, theirs = resources_in(grant.source), resources_in(source)
        if mine and theirs:
            if not mine & theirs:
                return True
            return self._is_other_method(grant.source, target)
        granted = _name_in(grant.source)
        if granted is None:
            return False
        names = self._physical_names(source)
        if names is None:
            # CloudFormation generates the name, so no permission can spell it out.
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
        return self._evaluator.text(node)

    def _physical_names(self, source: Text) -> list[Text] | None:
        """What a source can be called: written out, or as its resource is named.

        Empty where that is unknown, None where CloudFormation generates the name.
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
        return [one.value for one in texts]

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
        verb = text_of(self._evaluator, resource, "HttpMethod")
        parts: list[str] = []
        parent: Resource | None = resource
        attribute = "ResourceId"
        for _ in range(20):
            value = self._evaluator.text(
                parent.properties.get(attribute) if parent else None
            )
            parent_token = None if value is None else value.token
            if parent_token is None or verb is None:
                return None
            if parent_token.attribute == "RootResourceId":
                path = "/".join(reversed(parts))
                return f"{'*' if verb == 'ANY' else verb}/{path}"
            parent = self._evaluator.resources.get(parent_token.name)
            part = text_of(self._evaluator, parent, "PathPart") if parent else None
            if part is None:
                return None
            # A path parameter stands for one part of a path or more, never for none.
            parts.append(_PATH_PARAMETER.sub("?*", part))
            attribute = "ParentId"
        return None


def _is_other_operation(grant: Grant, target: Target) -> bool:
    """Whether SAM permits another path or method than the one of a target."""
    if grant.operation is None:
        return False
    path, method = grant.operation
    match target.path if target.inner is None else target.inner:
        case (*_, "paths", str(other), str(verb), "x-amazon-apigateway-integration", _):
            if path != other:
                # `/{proxy+}` and other spellings of one path cannot be told apart.
                return "{" not in path + other
            methods = {method, verb.lower()}
            return len(methods) > 1 and not methods & _ANY_METHODS
    return False


def resources_in(source: Text) -> set[str]:
    """The logical IDs of the resources that a source refers to."""
    return {one.name for one in source.tokens if one.kind == ATTRIBUTE}


def _name_in(source: Text) -> str | None:
    """The name in a source's ARN, or in a text that is not an ARN; None if unknown."""
    fields = source.fields(":")
    if fields[0].literal != "arn":
        return source.literal
    named = fields[5].literal if len(fields) == 6 else None
    if named is None:
        return None
    # API/STAGE/METHOD/PATH, but rule/BUS/NAME and userpool/POOL
    parts = named.split("/")
    return parts[0] if fields[2].literal == "execute-api" else parts[-1]
