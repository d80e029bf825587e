"""I9814, W9811, W9833: versions by number, aliases of none, versions that stay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.building import (
    ARN,
    FN,
    LIVE,
    NUMBER,
    alias_of,
    resource,
    rule_for,
    versioned,
)
from tests.linting import FUNCTION, lint_template, messages, paths

BY_NUMBER, LATEST, FROZEN = "I9814", "W9811", "W9833"

Json = Any

VERSION: Json = {"Ref": "Version"}


def _found(folder: Path, template: Json, rule: str) -> list[str]:
    return paths(lint_template(folder, template), rule)


TARGET = "Resources/Rule/Properties/Targets/0/Arn"
ROLE = "arn:aws:iam::123456789012:role/shop"

# -- I9814 -------------------------------------------------------------------------


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
    assert paths(matches, BY_NUMBER) == [TARGET]
    assert paths(matches, "W9810") == []


@pytest.mark.parametrize(
    "target",
    [
        LIVE,
        ARN,
        {"Fn::Sub": "${Orders.Arn}:live"},
        {"Fn::Sub": "${Orders.Arn}:$LATEST"},
        {"Fn::Sub": "${Orders.Arn}:${Unknown}"},
        {"Fn::ImportValue": "orders"},
    ],
    ids=json.dumps,
)
def test_a_target_that_names_no_version_is_silent(tmp_path: Path, target: Json) -> None:
    template = versioned(Rule=rule_for(target))
    template["Parameters"] = {"Unknown": {"Type": "String"}}
    assert _found(tmp_path, template, BY_NUMBER) == []


def test_it_stands_at_the_branch(tmp_path: Path) -> None:
    template = versioned(Rule=rule_for({"Fn::If": ["IsProd", LIVE, VERSION]}))
    equals = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}
    template["Conditions"] = {"IsProd": equals}
    assert _found(tmp_path, template, BY_NUMBER) == [f"{TARGET}/Fn::If/2"]


def test_it_says_what_is_replaced(tmp_path: Path) -> None:
    schedule = resource(
        "Scheduler::Schedule",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="rate(1 day)",
        Target={"Arn": VERSION, "RoleArn": "arn:aws:iam::123456789012:role/schedule"},
    )
    template = versioned(Rule=rule_for(VERSION), Schedule=schedule)
    by_policy, by_role = messages(lint_template(tmp_path, template), BY_NUMBER)
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
    assert _found(tmp_path, versioned(Site=site), BY_NUMBER) == []


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
    assert _found(tmp_path, template, BY_NUMBER) == [TARGET]


def test_a_version_in_a_branch_that_cannot_hold_is_silent(tmp_path: Path) -> None:
    template = versioned(Rule=rule_for({"Fn::If": ["Never", VERSION, LIVE]}))
    template["Conditions"] = {"Never": {"Fn::Equals": ["a", "b"]}}
    assert _found(tmp_path, template, BY_NUMBER) == []


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
    [message] = messages(lint_template(tmp_path, template), BY_NUMBER)
    assert f"invokes a version of {name} by number" in message


def test_what_takes_only_versions_does_not_hide_what_comes_behind(
    tmp_path: Path,
) -> None:
    edge = {"EventType": "viewer-request", "LambdaFunctionARN": VERSION}
    cache = {"DefaultCacheBehavior": {"LambdaFunctionAssociations": [edge]}}
    distribution = resource("CloudFront::Distribution", DistributionConfig=cache)
    template = versioned(Edge=distribution, Rule=rule_for(VERSION))
    assert _found(tmp_path, template, BY_NUMBER) == [TARGET]


def test_what_the_deployment_invokes_is_silent(tmp_path: Path) -> None:
    custom = resource("Custom::Migration", ServiceToken=VERSION)
    assert _found(tmp_path, versioned(Custom=custom), BY_NUMBER) == []


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
    assert _found(tmp_path, template, BY_NUMBER) == [TARGET] * is_reported


# -- W9811 -------------------------------------------------------------------------

POINTS = "Resources/Live/Properties/FunctionVersion"


def _by_parameter(**said: Json) -> Json:
    template = versioned(Live=alias_of({"Ref": "Which"}))
    template["Parameters"] = {"Which": {"Type": "String", **said}}
    return template


def test_an_alias_points_to_latest(tmp_path: Path) -> None:
    template = versioned(Live=alias_of("$LATEST"))
    assert _found(tmp_path, template, LATEST) == [POINTS]


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (FN, "Live of Orders"),
        ({"Fn::ImportValue": "orders"}, "Live"),
        ({"Fn::If": ["IsProd", FN, {"Ref": "Others"}]}, "Live"),
    ],
    ids=json.dumps,
)
def test_it_names_the_only_function_of_the_alias(
    function: Json, name: str, tmp_path: Path
) -> None:
    template = versioned(Live=alias_of("$LATEST"), Others=FUNCTION)
    template["Resources"]["Live"]["Properties"]["FunctionName"] = function
    equals = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}
    template["Conditions"] = {"IsProd": equals}
    (message,) = messages(lint_template(tmp_path, template), LATEST)
    assert message.startswith(f"Alias {name} points to $LATEST, ")


@pytest.mark.parametrize("version", [NUMBER, "7", {"Fn::ImportValue": "version"}])
def test_an_alias_of_a_version_is_silent(tmp_path: Path, version: Json) -> None:
    assert _found(tmp_path, versioned(Live=alias_of(version)), LATEST) == []


@pytest.mark.parametrize(
    ("said", "is_reported"),
    [
        ({"Default": "$LATEST"}, True),
        ({"Default": "7"}, False),
        ({}, False),
        ({"AllowedValues": ["7", "$LATEST"]}, True),
        ({"AllowedValues": ["7", "8"]}, False),
    ],
)
def test_an_alias_points_where_a_parameter_says(
    tmp_path: Path, said: Json, is_reported: bool
) -> None:
    found = _found(tmp_path, _by_parameter(**said), LATEST)
    assert found == [POINTS] * is_reported


@pytest.mark.parametrize(("given", "is_reported"), [("7", False), ("$LATEST", True)])
def test_a_parameter_that_cfn_lint_was_given_counts(
    tmp_path: Path, given: str, is_reported: bool
) -> None:
    default = "$LATEST" if given == "7" else "7"
    template = _by_parameter(Default=default)
    matches = lint_template(tmp_path, template, "--parameters", f"Which={given}")
    assert paths(matches, LATEST) == [POINTS] * is_reported


def _conditional() -> Json:
    template = versioned(Live=alias_of({"Fn::If": ["IsProd", NUMBER, "$LATEST"]}))
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    return template


def test_one_branch_that_can_hold_is_enough(tmp_path: Path) -> None:
    template = _conditional()
    template["Resources"]["Rule"] = rule_for(LIVE)
    matches = lint_template(tmp_path, template)
    assert paths(matches, LATEST) == [f"{POINTS}/Fn::If/2"]
    assert paths(matches, "W9810") == [TARGET]


def test_a_branch_that_cannot_hold_is_silent(tmp_path: Path) -> None:
    template = _conditional()
    template["Resources"]["Live"]["Condition"] = "IsProd"
    assert _found(tmp_path, template, LATEST) == []


@pytest.mark.parametrize(
    "target",
    [LIVE, {"Fn::Sub": "${Orders.Arn}:live"}, {"Fn::Join": [":", [ARN, "live"]]}],
    ids=json.dumps,
)
def test_its_targets_are_unqualified_too(tmp_path: Path, target: Json) -> None:
    template = versioned(Live=alias_of("$LATEST"), Rule=rule_for(target))
    matches = lint_template(tmp_path, template)
    assert paths(matches, LATEST) == [POINTS]
    assert paths(matches, "W9810") == [TARGET]
    [message] = messages(matches, "W9810")
    assert "alias Live" in message


# -- W9833 -------------------------------------------------------------------------


def _versioned(name: str, **properties: Json) -> Json:
    version = resource("Lambda::Version", FunctionName=FN, **properties)
    return {
        "Parameters": {
            "Build": {"Type": "String"},
            "Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]},
        },
        "Resources": {"Orders": FUNCTION, name: version},
    }


SHA = "nX8eF0x6cV1mJb2QpT4sYw7zKdRgHuLiOaEfBn3C5t0="


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"Description": "what callers invoke"},
        {"CodeSha256": SHA},
        {"Description": {"Ref": "AWS::StackName"}},
        {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 5}},
    ],
    ids=json.dumps,
)
def test_a_version_that_nothing_replaces_is_frozen(
    tmp_path: Path, properties: Json
) -> None:
    found = _found(tmp_path, _versioned("OrdersVersion", **properties), FROZEN)
    assert found == ["Resources/OrdersVersion"]


@pytest.mark.parametrize(
    "properties",
    [
        {"Description": {"Ref": "Build"}},
        {"Description": {"Fn::Sub": "build ${Build}"}},
        {"CodeSha256": {"Ref": "Build"}},
        {"CodeSha256": {"Fn::ImportValue": "sha"}},
    ],
    ids=json.dumps,
)
def test_a_version_that_an_input_replaces_is_silent(
    tmp_path: Path, properties: Json
) -> None:
    assert _found(tmp_path, _versioned("OrdersVersion", **properties), FROZEN) == []


@pytest.mark.parametrize(
    "name",
    [
        # Somebody's method, git, SAM, the CDK, and the Serverless Framework.
        "OrdersVersion2",
        "OrdersVersion2f9c1b7",
        "OrdersVersion0123abcdef",
        "OrdersCurrentVersion8C5E1B7Ab3f0c61d2e94a75086bd1f37c2a9e504",
        "OrdersLambdaVersionmX2Zc7Yb1kQf0T9uVwLr5sN8aE3dG6hJ4iK0oPqRs",
    ],
)
def test_a_logical_id_that_changes_is_silent(tmp_path: Path, name: str) -> None:
    assert _found(tmp_path, _versioned(name), FROZEN) == []


@pytest.mark.parametrize(
    ("before", "is_reported"), [("build 1", False), ("build 2", True)]
)
def test_a_description_that_the_baseline_shows_to_change_is_silent(
    tmp_path: Path, before: str, is_reported: bool
) -> None:
    baseline = tmp_path / "before.json"
    baseline.write_text(json.dumps(_versioned("OrdersVersion", Description=before)))
    matches = lint_template(
        tmp_path,
        _versioned("OrdersVersion", Description="build 2"),
        "-x",
        f"W9831:baseline_path={baseline}",
    )
    assert paths(matches, FROZEN) == ["Resources/OrdersVersion"] * is_reported
