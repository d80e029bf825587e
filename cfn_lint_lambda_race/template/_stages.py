"""What the stages of an API put into its integrations: stage variables.

https://docs.aws.amazon.com/apigateway/latest/developerguide/stage-variables.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from cfn_lint_lambda_race.template._evaluator import Branch, Evaluator, Resource
from cfn_lint_lambda_race.template._text import UNKNOWN, Text, token

PREFIX = "stageVariables."


class _Kind(NamedTuple):
    """How resources of a type say what a stage's variables are.

    ``api`` names the property that refers to the API, None for SAM's APIs, which have
    a stage of their own; ``name`` one without which there is no stage.
    """

    api: str | None
    variables: tuple[str, ...]
    name: str | None = None


_KINDS = {
    "AWS::ApiGateway::Deployment": _Kind(
        "RestApiId", ("StageDescription", "Variables"), "StageName"
    ),
    "AWS::ApiGateway::Stage": _Kind("RestApiId", ("Variables",)),
    "AWS::ApiGatewayV2::Stage": _Kind("ApiId", ("StageVariables",)),
    "AWS::Serverless::Api": _Kind(None, ("Variables",)),
    "AWS::Serverless::HttpApi": _Kind(None, ("StageVariables",)),
}


class Stages:
    """The stage variables of a template's APIs."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def variables(self, api: str) -> tuple[Branch, ...]:
        """For each stage of an API, an object of what its variables are.

        By `stageVariables.` and the name. One that a stage does not give, or nobody
        can read, is unknown there if another stage gives it. Empty without stages.
        """
        return self._by_api.get(api, ())

    @cached_property
    def _by_api(self) -> Mapping[str, tuple[Branch, ...]]:
        found: dict[str, list[Branch]] = {}
        for resource in self._evaluator.resources.values():
            kind = _KINDS.get(resource.type)
            if kind is None or (kind.name and kind.name not in resource.properties):
                continue
            for api in self._apis(resource, kind):
                found.setdefault(api, []).extend(self._of_stage(resource, kind))
        return {api: tuple(_completed(stages)) for api, stages in found.items()}

    def _apis(self, resource: Resource, kind: _Kind) -> set[str]:
        if kind.api is None:
            return {resource.id}
        return self.named(resource, kind.api)

    def named(self, resource: Resource, name: str) -> set[str]:
        """The resources that a property refers to."""
        return {
            one.name
            for found in self._evaluator.texts(resource.properties.get(name))
            if isinstance(found.value, Text)
            for one in found.value.tokens
        }

    def _of_stage(self, resource: Resource, kind: _Kind) -> list[Branch]:
        base = self._evaluator.existing(resource)
        found = self._evaluator.follow(
            resource.properties, kind.variables, resource.path, base
        )
        # A stage without variables says what none of them is.
        return found or [Branch({}, resource.path, base)]


def _completed(stages: list[Branch]) -> Iterator[Branch]:
    """The stages, each with every name that any of them has."""
    nodes = [one.node if isinstance(one.node, Mapping) else {} for one in stages]
    names = dict.fromkeys(name for node in nodes for name in node)
    for stage, node in zip(stages, nodes):
        yield Branch(
            {
                f"{PREFIX}{name}": node[name]
                if name in node
                else token(UNKNOWN, f"{PREFIX}{name}")
                for name in names
            },
            stage.path,
            stage.when,
        )
