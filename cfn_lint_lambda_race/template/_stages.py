"""Stage variables: what the stages of an API put into its integrations' URIs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/stage-variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._nodes import (
    MAX_ALTERNATIVES,
    Alternative,
    Alternatives,
    Resource,
    Value,
    intrinsic,
)
from cfn_lint_lambda_race.template._sam import SERVERLESS_API, SERVERLESS_HTTP_API
from cfn_lint_lambda_race.template._scenario import Scenario
from cfn_lint_lambda_race.template._text import Text

# Limit on the variables of one text; only hostile templates go beyond.
_MAX_STEPS = MAX_ALTERNATIVES
_VARIABLE = re.compile(r"\$\{(stageVariables\.([A-Za-z0-9_]+))\}")
# By type of a resource that belongs to an API, the property that names the API;
# empty where the resource is the API.
_API = {
    "AWS::ApiGateway::Authorizer": "RestApiId",
    "AWS::ApiGateway::Deployment": "RestApiId",
    "AWS::ApiGateway::Method": "RestApiId",
    "AWS::ApiGateway::RestApi": "",
    "AWS::ApiGateway::Stage": "RestApiId",
    "AWS::ApiGatewayV2::Api": "",
    "AWS::ApiGatewayV2::Authorizer": "ApiId",
    "AWS::ApiGatewayV2::Integration": "ApiId",
    "AWS::ApiGatewayV2::Stage": "ApiId",
    SERVERLESS_API: "",
    SERVERLESS_HTTP_API: "",
}
# By type of a resource that makes a stage, where it writes the stage's variables.
_VARIABLES = {
    "AWS::ApiGateway::Deployment": ("StageDescription", "Variables"),
    "AWS::ApiGateway::Stage": ("Variables",),
    "AWS::ApiGatewayV2::Stage": ("StageVariables",),
    SERVERLESS_API: ("Variables",),
    SERVERLESS_HTTP_API: ("StageVariables",),
}


class Stages:
    """The stages of one template's APIs."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def put(self, uri: Alternative[Value], resource: Resource) -> Alternatives:
        """A URI with its stage variables replaced, one alternative for each stage.

        The URI stays as it is for a stage that does not set the variable, and where
        the template has no stage of the resource's API.
        """
        if not isinstance(uri.value, Text) or not _variable(uri.value):
            return [uri]
        done: list[tuple[Text, Scenario]] = []
        pending = [(uri.value, uri.when)]
        for _ in range(_MAX_STEPS):
            if not pending:
                break
            text, when = pending.pop()
            variable = _variable(text)
            values = self._values(resource, variable[2], when) if variable else []
            if variable is None or not values:
                done.append((text, when))
                continue
            if len(done) + len(pending) + len(values) > MAX_ALTERNATIVES:
                return [uri]
            for value in values:
                if value is None:
                    done.append((text, when))
                else:
                    pending.append((text.filled(variable[1], value[0]), value[1]))
        if pending:
            return [uri]
        return [replace(uri, value=text, when=when) for text, when in done]

    def _values(
        self, resource: Resource, name: str, when: Scenario
    ) -> list[tuple[Text, Scenario] | None]:
        """The values of a variable in the stages, None for a stage without it."""
        api = _api(resource)
        stages = (
            stage
            for stage in self._evaluator.resources.values()
            if api is not None and _is_stage(stage) and _api(stage) == api
        )
        values = (
            value for stage in stages for value in self._of_stage(stage, name, when)
        )
        return list(dict.fromkeys(islice(values, MAX_ALTERNATIVES)))

    def _of_stage(
        self, stage: Resource, name: str, when: Scenario
    ) -> Iterator[tuple[Text, Scenario] | None]:
        both = self._evaluator.existing(stage).merged(when)
        if both is None:
            return
        steps = (*_VARIABLES[stage.type], name)
        is_said = False
        for branch in self._evaluator.follow(stage.properties, steps, when=both):
            for value in self._evaluator.evaluate(branch.node, branch.when):
                is_said = True
                text = value.value
                # API Gateway puts a variable in once.
                if isinstance(text, Text) and not _variable(text):
                    yield text, value.when
                else:
                    yield None
        if not is_said:
            yield None


def _variable(text: Text) -> re.Match[str] | None:
    """The first stage variable of a text."""
    matches = (_VARIABLE.search(part) for part in text.parts if isinstance(part, str))
    return next((match for match in matches if match), None)


def _api(resource: Resource) -> str | None:
    """The logical ID of the API that a resource belongs to; None where unknown."""
    name = _API.get(resource.type)
    if not name:
        return resource.id if name == "" else None
    function, argument = intrinsic(resource.properties.get(name))
    return argument if function == "Ref" and isinstance(argument, str) else None


def _is_stage(resource: Resource) -> bool:
    if resource.type == "AWS::ApiGateway::Deployment":
        return "StageName" in resource.properties
    return resource.type in _VARIABLES
