"""Stage variables in the URIs of API Gateway's integrations."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race.template import read
from tests.building import resource
from tests.invoking import FORMS, integration, invoked_by
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
# How a text shows what nobody knows.
OPEN = "${${stageVariables.alias}}"
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
    "of-itself-in-one-of-two": (
        _template(
            Stage=_stage(alias="${stageVariables.alias}"), Test=_stage("test", **LATEST)
        ),
        [URI],
    ),
    "deployment-without-a-stage": (
        _template(
            Deployed=resource(
                "ApiGateway::Deployment",
                RestApiId={"Ref": "Shop"},
                StageDescription={"Variables": LATEST},
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
    "authorizer": (
        _template(
            Get=resource(
                "ApiGateway::Authorizer",
                RestApiId={"Ref": "Shop"},
                Type="TOKEN",
                AuthorizerUri={"Fn::Sub": ALIASED},
            ),
            Stage=_stage(**LATEST),
        ),
        ["Resources/Get/Properties/AuthorizerUri"],
    ),
    "authorizer-of-http-api": (
        _template(
            Get=resource(
                "ApiGatewayV2::Authorizer",
                ApiId={"Ref": "Web"},
                AuthorizerType="REQUEST",
                AuthorizerUri={"Fn::Sub": ALIASED},
            ),
            Stage=resource(
                "ApiGatewayV2::Stage",
                ApiId={"Ref": "Web"},
                StageName="prod",
                StageVariables=LATEST,
            ),
        ),
        ["Resources/Get/Properties/AuthorizerUri"],
    ),
}


@pytest.mark.parametrize(("template", "expected"), CASES.values(), ids=CASES)
def test_what_the_stages_say(
    template: Json, expected: list[str], tmp_path: Path
) -> None:
    assert paths(lint_template(tmp_path, template), "W9810") == expected


@pytest.mark.parametrize(
    ("kind", "name", "stage"),
    [
        ("Api", "Variables", {"StageName": "prod"}),
        ("HttpApi", "StageVariables", {"StageName": "prod"}),
        # SAM makes the stage `$default`.
        ("HttpApi", "StageVariables", {}),
    ],
)
def test_a_definition_of_sam_s(
    kind: str, name: str, stage: Json, tmp_path: Path
) -> None:
    integration = {"type": "aws_proxy", "uri": {"Fn::Sub": ALIASED}}
    operation = {"get": {"x-amazon-apigateway-integration": integration}}
    shop = resource(
        f"Serverless::{kind}",
        DefinitionBody={"openapi": "3.0.1", "paths": {"/orders": operation}},
        **stage,
        **{name: LATEST},
    )
    template = _template(Shop=shop)
    del template["Resources"]["Get"]
    template["Transform"] = "AWS::Serverless-2016-10-31"
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert "invokes $LATEST of Orders" in message


@pytest.mark.parametrize(
    ("of_method", "of_stage", "is_same"),
    [
        ({"Ref": "Shop"}, {"Ref": "Shop"}, True),
        ({"Ref": "Shop"}, {"Fn::ImportValue": "Shop"}, False),
        ({"Ref": "Shop"}, "Shop", False),
        ({"Fn::ImportValue": "a"}, {"Fn::ImportValue": "b"}, False),
        ({"Ref": ["Shop"]}, {"Ref": ["Shop"]}, False),
    ],
    ids=str,
)
def test_a_stage_speaks_for_its_own_api_alone(
    of_method: Json, of_stage: Json, is_same: bool, tmp_path: Path
) -> None:
    template = _template(Stage=_stage(**LATEST))
    template["Resources"]["Get"]["Properties"]["RestApiId"] = of_method
    template["Resources"]["Stage"]["Properties"]["RestApiId"] = of_stage
    found = lint_template(tmp_path, template)
    assert paths(found, "W9810") == [URI] * is_same


def test_a_stage_of_another_case_says_nothing(tmp_path: Path) -> None:
    template = _template(Stage={**_stage(**LATEST), "Condition": "IsTest"})
    template["Resources"]["Get"]["Condition"] = "IsProd"
    template["Conditions"] = {
        "IsProd": {"Fn::Equals": [{"Ref": "Name"}, "prod"]},
        "IsTest": {"Fn::Not": [{"Condition": "IsProd"}]},
    }
    matches = lint_template(tmp_path, template)
    assert {"E0002", "W9810"}.isdisjoint(match.rule.id for match in matches)
    get = template["Resources"]["Get"]
    del get["Condition"]
    uri = get["Properties"]["Integration"]["Uri"]
    get["Properties"]["Integration"]["Uri"] = {"Fn::If": ["IsTest", "none", uri]}
    assert paths(lint_template(tmp_path, template), "W9810") == []


@pytest.mark.parametrize("uri", [{"Ref": "AWS::NoValue"}, [], ["a"], 7, {"a": "b"}])
def test_a_malformed_uri_has_no_variables(uri: Json, tmp_path: Path) -> None:
    template = _template(Stage=_stage(**LATEST))
    template["Resources"]["Get"]["Properties"]["Integration"]["Uri"] = uri
    crashes = messages(lint_template(tmp_path, template), "E0002")
    assert not [message for message in crashes if "rule W98" in message]


@pytest.mark.parametrize(
    ("stages", "qualifiers"),
    [
        ([{"alias": "live"}, {"alias": "$LATEST"}], ["$LATEST", "live"]),
        ([{"alias": "live"}, {"alias": "live"}], ["live"]),
        # One that leaves it out leaves it unknown.
        ([{"alias": "live"}, {"other": "x"}], [OPEN, "live"]),
        ([{"alias": "live"}, {}], [OPEN, "live"]),
        ([{}], [OPEN]),
    ],
    ids=str,
)
def test_what_every_stage_says_counts(
    stages: list[Json], qualifiers: list[str], tmp_path: Path
) -> None:
    named = {f"Stage{n}": _stage(f"s{n}", **one) for n, one in enumerate(stages)}
    cfn = Template(str(tmp_path / "t.json"), _template(**named), ["us-east-1"])
    (target,) = read(cfn).targets
    found = {str(reference.qualifier) for reference in target.references}
    assert sorted(found) == qualifiers


@pytest.mark.slow
def test_many_variables_are_not_followed(tmp_path: Path) -> None:
    names = [f"v{number}" for number in range(5_000)]
    uri = HEAD + "".join(f"${{!stageVariables.{name}}}" for name in names)
    template = _template(uri, Stage=_stage(**dict.fromkeys(names, "x")))
    start = process_time()
    assert paths(lint_template(tmp_path, template), "W9810") == []
    assert process_time() - start < 5


def test_what_has_too_many_variables_stays_as_it_is() -> None:
    names = [f"v{number}" for number in range(70)]
    uri = f"{HEAD}${{Orders.Arn}}:" + "".join(
        f"${{!stageVariables.{n}}}" for n in names
    )
    template = _template(uri, Stage=_stage(**dict.fromkeys(names, "x")))
    (target,) = read(Template("t.json", template, ["us-east-1"])).targets
    (reference,) = target.references
    assert not reference.is_known


def _stage_of(kind: str, variables: Any) -> dict[str, Any]:
    """The resources that give an API of a kind one stage."""
    api, name = (
        ("RestApiId", "Variables")
        if kind == "AWS::ApiGateway::RestApi"
        else ("ApiId", "StageVariables")
    )
    properties = {api: {"Ref": "Api"}, "StageName": "live", name: variables}
    return {"Type": kind.rpartition("::")[0] + "::Stage", "Properties": properties}


@pytest.mark.parametrize("kind", ["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"])
@pytest.mark.parametrize(
    ("stages", "said"),
    [
        # Without a stage that says, a variable is unknown.
        ([], 0),
        ([{}], 0),
        ([{"other": "x"}], 0),
        ([{"alias": "live"}], 0),
        ([{"alias": "$LATEST"}], 1),
        ([{"alias": "live"}, {"alias": "$LATEST"}], 1),
        ([{"alias": "live"}, {}], 0),
        ([{"alias": {"Ref": "AWS::NoValue"}}], 0),
        ([{"Ref": "AWS::NoValue"}], 0),
        (["malformed"], 0),
        ([{"alias": ["malformed"]}], 0),
    ],
)
@pytest.mark.parametrize("is_inside", [False, True])
def test_a_stage_variable_is_what_the_stages_say(
    kind: str, stages: list[Any], said: int, is_inside: bool, tmp_path: Path
) -> None:
    uri = integration()["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    uri = {"Fn::Sub": uri.replace("Fn.Arn}", "Fn.Arn}:${!stageVariables.alias}")}
    node = {"x-amazon-apigateway-integration": {"uri": uri}}
    api: dict[str, Any] = {"Type": kind, "Properties": {}}
    resources = {"Api": api}
    if is_inside:
        api["Properties"]["Body"] = {"paths": {"/orders": {"get": node}}}
    elif kind == "AWS::ApiGatewayV2::Api":
        resources["Rule"] = {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {"ApiId": {"Ref": "Api"}, "IntegrationUri": uri},
        }
    else:
        resources["Rule"] = {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {"RestApiId": {"Ref": "Api"}, "Integration": {"Uri": uri}},
        }
    for index, variables in enumerate(stages):
        resources[f"Stage{index}"] = _stage_of(kind, variables)
    template = invoked_by("AWS::SQS::Queue", {}, Resources=resources)
    template["Resources"] = {**invoked_by("X::Y::Z", {})["Resources"], **resources}
    cfn = Template(str(tmp_path / "t.json"), template, ["us-east-1"])
    reading = read(cfn)
    used = [one for t in reading.targets for one in reading.unqualified_uses(t)]
    assert len(used) == said
    qualifiers = {
        str(reference.qualifier)
        for target in reading.targets
        for reference in target.references
    }
    if stages and all(isinstance(one, dict) and "alias" in one for one in stages):
        known = [str(one["alias"]) for one in stages if isinstance(one["alias"], str)]
        assert qualifiers.issuperset(known)


def test_the_stage_that_sam_makes_says_its_variables(tmp_path: Path) -> None:
    arn = {"Fn::Sub": FORMS["uri"].replace("{}", "${!stageVariables.fn}")}
    node = {"x-amazon-apigateway-integration": {"uri": arn}}
    for kind, name in (("Api", "Variables"), ("HttpApi", "StageVariables")):
        for value, said in (("Fn.Arn", 1), ("Outside", 0)):
            properties = {
                "StageName": "live",
                "DefinitionBody": {"paths": {"/orders": {"get": node}}},
                name: {"fn": {"Fn::GetAtt": value.split(".")}}
                if said
                else {"fn": {"Fn::ImportValue": "x"}},
            }
            template = invoked_by(f"AWS::Serverless::{kind}", properties)
            template["Transform"] = "AWS::Serverless-2016-10-31"
            matches = lint_template(tmp_path, template)
            assert len(paths(matches, "W9810")) == said
