"""Stage variables in the URIs of API Gateway's integrations."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import Any

import pytest

from tests.building import resource
from tests.linting import FUNCTION, lint_template, messages, paths

Json = Any
HEAD = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
ALIASED = f"{HEAD}${{Orders.Arn}}:${{!stageVariables.alias}}/invocations"
NAMED = (
    f"{HEAD}arn:aws:lambda:us-east-1:123456789012:function:"
    "${!stageVariables.alias}/invocations"
)


def _stage(name: str = "prod", **variables: Json) -> Json:
    return resource(
        "ApiGateway::Stage",
        RestApiId={"Ref": "Shop"},
        StageName=name,
        Variables=variables,
    )


def _template(uri: str = ALIASED, **resources: Json) -> Json:
    properties: Json = FUNCTION["Properties"]
    function = {
        "Type": FUNCTION["Type"],
        "Properties": {**properties, "FunctionName": "orders"},
    }
    method = resource(
        "ApiGateway::Method",
        RestApiId={"Ref": "Shop"},
        Integration={"Type": "AWS_PROXY", "Uri": {"Fn::Sub": uri}},
    )
    shop = resource("ApiGateway::RestApi", Name="shop")
    return {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Orders": function, "Shop": shop, "Get": method, **resources},
    }


URI = "Resources/Get/Properties/Integration/Uri"
LATEST = {"alias": "$LATEST"}
NOTHING: list[str] = []
CASES: dict[str, tuple[Json, list[str]]] = {
    "latest": (_template(Stage=_stage(**LATEST)), [URI]),
    "alias": (_template(Stage=_stage(alias="live")), NOTHING),
    "one-of-two": (
        _template(Stage=_stage(alias="live"), Test=_stage("test", **LATEST)),
        [URI],
    ),
    "name": (_template(NAMED, Stage=_stage(alias="orders")), [URI]),
    "name-and-alias": (_template(NAMED, Stage=_stage(alias="orders:live")), NOTHING),
    "reference": (_template(NAMED, Stage=_stage(alias={"Ref": "Orders"})), [URI]),
    "parameter": (_template(Stage=_stage(alias={"Ref": "Name"})), NOTHING),
    "of-itself": (
        _template(Stage=_stage(alias="${stageVariables.alias}")),
        NOTHING,
    ),
    "no-such-variable": (_template(Stage=_stage(other="$LATEST")), NOTHING),
    "no-stage": (_template(), NOTHING),
    "malformed": (
        _template(Stage=resource("ApiGateway::Stage", RestApiId=3, Variables=[1])),
        NOTHING,
    ),
    "deployment": (
        _template(
            Deployed=resource(
                "ApiGateway::Deployment",
                RestApiId={"Ref": "Shop"},
                StageName="prod",
                StageDescription={"Variables": LATEST},
            )
        ),
        [URI],
    ),
    "of-another-api": (
        _template(
            Stage=resource(
                "ApiGateway::Stage", RestApiId={"Ref": "Other"}, Variables=LATEST
            )
        ),
        NOTHING,
    ),
    "http-api": (
        _template(
            Get=resource(
                "ApiGatewayV2::Integration",
                ApiId={"Ref": "Web"},
                IntegrationType="AWS_PROXY",
                IntegrationUri={"Fn::Sub": ALIASED},
            ),
            Stage=resource(
                "ApiGatewayV2::Stage",
                ApiId={"Ref": "Web"},
                StageName="prod",
                StageVariables=LATEST,
            ),
        ),
        ["Resources/Get/Properties/IntegrationUri"],
    ),
}


@pytest.mark.parametrize(("template", "expected"), CASES.values(), ids=CASES)
def test_what_the_stages_say(
    template: Json, expected: list[str], tmp_path: Path
) -> None:
    assert paths(lint_template(tmp_path, template), "W9810") == expected


def test_a_definition_of_sam_s(tmp_path: Path) -> None:
    integration = {"type": "aws_proxy", "uri": {"Fn::Sub": ALIASED}}
    operation = {"get": {"x-amazon-apigateway-integration": integration}}
    shop = resource(
        "Serverless::Api",
        StageName="prod",
        Variables=LATEST,
        DefinitionBody={"openapi": "3.0.1", "paths": {"/orders": operation}},
    )
    template = _template(Shop=shop)
    del template["Resources"]["Get"]
    template["Transform"] = "AWS::Serverless-2016-10-31"
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert "invokes $LATEST of Orders" in message


def test_many_variables_are_not_followed(tmp_path: Path) -> None:
    names = [f"v{number}" for number in range(5_000)]
    uri = HEAD + "".join(f"${{!stageVariables.{name}}}" for name in names)
    template = _template(uri, Stage=_stage(**dict.fromkeys(names, "x")))
    start = process_time()
    assert paths(lint_template(tmp_path, template), "W9810") == []
    assert process_time() - start < 5
