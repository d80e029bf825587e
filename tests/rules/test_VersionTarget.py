"""I9814: targets that invoke a version by its number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.building import ARN, LIVE, NUMBER, PROD_OR_DEV, resource, rule_for, versioned
from tests.linting import FUNCTION, lint_template, messages, paths

RULE = "I9814"

Json = Any

VERSION: Json = {"Ref": "Version"}


def _found(folder: Path, template: Json) -> list[str]:
    return paths(lint_template(folder, template), RULE)


TARGET = "Resources/Rule/Properties/Targets/0/Arn"
ROLE = "arn:aws:iam::123456789012:role/shop"


@pytest.mark.parametrize(
    "target",
    [
        VERSION,
        {"Fn::Sub": "${Version}"},
        {"Fn::Join": [":", [ARN, NUMBER]]},
        {"Fn::Sub": "${Orders.Arn}:${Version.Version}"},
        {"Fn::Sub": "${Orders.Arn}:7"},
    ],
    ids=json.dumps,
)
def test_a_target_invokes_a_version_by_its_number(tmp_path: Path, target: Json) -> None:
    matches = lint_template(tmp_path, versioned(Rule=rule_for(target)))
    assert paths(matches, RULE) == [TARGET]
    assert paths(matches, "W9810") == []


@pytest.mark.parametrize(
    "target",
    [
        LIVE,
        ARN,
        {"Fn::Sub": "${Orders.Arn}:live"},
        {"Fn::Sub": "${Orders.Arn}:$LATEST"},
        {"Fn::Sub": "${Orders.Arn}:${Unknown}"},
        {"Fn::Sub": "${Orders.Arn}:7${Unknown}"},
        {"Fn::ImportValue": "orders"},
    ],
    ids=json.dumps,
)
def test_a_target_that_names_no_version_is_silent(tmp_path: Path, target: Json) -> None:
    template = versioned(Rule=rule_for(target))
    template["Parameters"] = {"Unknown": {"Type": "String"}}
    assert _found(tmp_path, template) == []


def test_it_stands_at_the_branch(tmp_path: Path) -> None:
    template = versioned(Rule=rule_for({"Fn::If": ["IsProd", LIVE, VERSION]}))
    equals = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}
    template["Conditions"] = {"IsProd": equals}
    assert _found(tmp_path, template) == [f"{TARGET}/Fn::If/2"]


def test_it_says_what_is_replaced(tmp_path: Path) -> None:
    schedule = resource(
        "Scheduler::Schedule",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="rate(1 day)",
        Target={"Arn": VERSION, "RoleArn": "arn:aws:iam::123456789012:role/schedule"},
    )
    template = versioned(Rule=rule_for(VERSION), Schedule=schedule)
    by_policy, by_role = messages(lint_template(tmp_path, template), RULE)
    assert "permission" in by_policy
    assert "permission" not in by_role
    for message in (by_policy, by_role):
        assert "Orders" in message
        assert "alias" in message


def test_a_service_that_takes_only_versions_is_silent(tmp_path: Path) -> None:
    association = {"EventType": "viewer-request", "LambdaFunctionARN": VERSION}
    behavior = {
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "LambdaFunctionAssociations": [association],
        "TargetOriginId": "shop",
        "ViewerProtocolPolicy": "https-only",
    }
    origin = {
        "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"},
        "DomainName": "shop.example.com",
        "Id": "shop",
    }
    site = resource(
        "CloudFront::Distribution",
        DistributionConfig={
            "DefaultCacheBehavior": behavior,
            "Enabled": True,
            "Origins": [origin],
        },
    )
    assert _found(tmp_path, versioned(Site=site)) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AWS::StepFunctions::StateMachine", "Definition"),
        ("AWS::Serverless::StateMachine", "Definition"),
    ],
)
def test_a_machine_may_pin_a_version_for_executions_that_run(
    kind: str, name: str, tmp_path: Path
) -> None:
    state = {"Type": "Task", "Resource": VERSION, "End": True}
    definition = {"StartAt": "Sell", "States": {"Sell": state}}
    machine = resource(kind, Role=ROLE, RoleArn=ROLE, **{name: definition})
    del machine["Properties"]["RoleArn" if "Serverless" in kind else "Role"]
    template = versioned(Machine=machine, Rule=rule_for(VERSION))
    template["Transform"] = "AWS::Serverless-2016-10-31"
    # What comes behind it in the template counts all the same.
    assert _found(tmp_path, template) == [TARGET]


def test_a_version_in_a_branch_that_cannot_hold_is_silent(tmp_path: Path) -> None:
    template = versioned(Rule=rule_for({"Fn::If": ["Never", VERSION, LIVE]}))
    template["Conditions"] = {"Never": {"Fn::Equals": ["a", "b"]}}
    assert _found(tmp_path, template) == []


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (VERSION, "Orders"),
        ("arn:aws:lambda:us-east-1:123456789012:function:elsewhere:7", "elsewhere"),
    ],
)
def test_the_function_of_a_version_is_named(
    tmp_path: Path, target: Json, name: str
) -> None:
    template = versioned(Rule=rule_for(target))
    orders = {**FUNCTION["Properties"], "FunctionName": "shop-orders"}
    template["Resources"]["Orders"] = {**FUNCTION, "Properties": orders}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert f"invokes a version of {name} by number" in message


def test_what_takes_only_versions_does_not_hide_what_comes_behind(
    tmp_path: Path,
) -> None:
    edge = {"EventType": "viewer-request", "LambdaFunctionARN": VERSION}
    cache = {"DefaultCacheBehavior": {"LambdaFunctionAssociations": [edge]}}
    distribution = resource("CloudFront::Distribution", DistributionConfig=cache)
    template = versioned(Edge=distribution, Rule=rule_for(VERSION))
    assert _found(tmp_path, template) == [TARGET]


def test_what_the_deployment_invokes_is_silent(tmp_path: Path) -> None:
    custom = resource("Custom::Migration", ServiceToken=VERSION)
    assert _found(tmp_path, versioned(Custom=custom)) == []


@pytest.mark.parametrize(
    ("name", "is_reported"), [("Orders.Version", True), ("Orders.Alias", False)]
)
def test_versions_of_serverless_functions(
    tmp_path: Path, name: str, is_reported: bool
) -> None:
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": resource(
                "Serverless::Function",
                AutoPublishAlias="live",
                CodeUri="s3://artifacts/orders.zip",
                Handler="index.handler",
                Runtime="python3.13",
            ),
            "Rule": rule_for({"Ref": name}),
        },
    }
    assert _found(tmp_path, template) == [TARGET] * is_reported


def test_a_branch_that_cannot_be_there_with_its_target_is_silent(
    tmp_path: Path,
) -> None:
    rule = rule_for({"Fn::If": ["IsDev", VERSION, LIVE]})
    template = {**versioned(Rule=rule), **PROD_OR_DEV}
    assert _found(tmp_path, template) == [f"{TARGET}/Fn::If/1"]
    rule["Condition"] = "IsProd"
    assert _found(tmp_path, template) == []
