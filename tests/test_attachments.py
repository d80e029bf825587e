"""W9812: what is attached to another qualifier than the one that targets invoke."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.template import _roles
from tests.building import (
    ARN,
    FN,
    LIVE,
    alias_of,
    permission_on,
    resource,
    rule_for,
    statement_on,
    versioned,
)
from tests.linting import FUNCTION, lint_template, messages, paths

RULE = "W9812"
FIXED = "Resources/Permission/Properties/FunctionName"

Json = Any

NEXT: Json = {"Ref": "Next"}
VERSION: Json = {"Ref": "Version"}


def _template(**resources: Json) -> Json:
    return versioned(Next=alias_of(name="next"), **resources)


def _topic(target: Json) -> Json:
    subscription = [{"Protocol": "lambda", "Endpoint": target}]
    return resource("SNS::Topic", Subscription=subscription)


def _found(folder: Path, template: Json) -> list[str]:
    return paths(lint_template(folder, template), RULE)


# -- permissions -------------------------------------------------------------------


def test_the_target_invokes_an_alias_and_the_grant_is_on_the_function(
    tmp_path: Path,
) -> None:
    template = _template(Rule=rule_for(LIVE), Permission=permission_on(FN))
    assert _found(tmp_path, template) == [FIXED]


def test_the_target_is_unqualified_and_the_grant_is_on_the_alias(
    tmp_path: Path,
) -> None:
    template = _template(Rule=rule_for(ARN), Permission=permission_on(LIVE))
    assert _found(tmp_path, template) == [FIXED]


@pytest.mark.parametrize("granted", [NEXT, VERSION, {"Fn::Sub": "${Orders.Arn}:7"}])
def test_the_grant_is_on_another_qualifier(tmp_path: Path, granted: Json) -> None:
    template = _template(Rule=rule_for(LIVE), Permission=permission_on(granted))
    assert _found(tmp_path, template) == [FIXED]


def test_the_message_names_permission_target_and_qualifier(tmp_path: Path) -> None:
    template = _template(Nightly=rule_for(LIVE), Permission=permission_on(FN))
    [message] = messages(lint_template(tmp_path, template), RULE)
    for word in ("Permission", "Nightly", "Live", "Orders", "$LATEST"):
        assert word in message


def test_no_cure_leads_back_to_latest(tmp_path: Path) -> None:
    template = _template(Nightly=rule_for(ARN), Permission=permission_on(LIVE))
    [message] = messages(lint_template(tmp_path, template), RULE)
    cure = "so its invocations are denied; let Nightly (AWS::Events::Rule) invoke Live"
    assert message.endswith(cure)


@pytest.mark.parametrize(
    "granted",
    [
        LIVE,
        {"Fn::Sub": "${Orders}:live"},
        {"Fn::Sub": "${Orders.Arn}:live"},
        {"Fn::Join": [":", [FN, "live"]]},
        {
            "Fn::Join": [
                "",
                [{"Fn::Select": [6, {"Fn::Split": [":", LIVE]}]}, ":live"],
            ]
        },
    ],
)
def test_an_alias_by_any_road_is_the_same(tmp_path: Path, granted: Json) -> None:
    template = _template(Rule=rule_for(LIVE), Permission=permission_on(granted))
    assert _found(tmp_path, template) == []


def test_latest_written_out_is_the_unqualified_function(tmp_path: Path) -> None:
    granted = {"Fn::Sub": "${Orders.Arn}:$LATEST"}
    template = _template(Rule=rule_for(ARN), Permission=permission_on(granted))
    assert _found(tmp_path, template) == []


@pytest.mark.parametrize(
    "granted",
    [
        {"Fn::ImportValue": "orders"},
        {"Ref": "Unknown"},
        {"Fn::Sub": "${Orders.Arn}:${Unknown}"},
        "arn:aws:lambda:us-east-1:123456789012:function:another",
    ],
)
def test_an_unknown_or_another_function_is_silent(
    tmp_path: Path, granted: Json
) -> None:
    template = _template(Rule=rule_for(LIVE), Permission=permission_on(granted))
    template["Parameters"] = {"Unknown": {"Type": "String"}}
    assert _found(tmp_path, template) == []


def test_a_grant_to_another_principal_is_another_matter(tmp_path: Path) -> None:
    template = _template(
        Rule=rule_for(LIVE), Permission=permission_on(FN, "sns.amazonaws.com")
    )
    assert _found(tmp_path, template) == []


def test_a_grant_of_another_action_is_another_matter(tmp_path: Path) -> None:
    template = _template(Rule=rule_for(LIVE), Permission=permission_on(FN))
    template["Resources"]["Permission"]["Properties"]["Action"] = "lambda:GetFunction"
    assert _found(tmp_path, template) == []


def test_no_grant_at_all_is_unknown(tmp_path: Path) -> None:
    assert _found(tmp_path, _template(Rule=rule_for(LIVE))) == []


def test_a_grant_without_any_target_is_silent(tmp_path: Path) -> None:
    assert _found(tmp_path, _template(Permission=permission_on(FN))) == []


def test_a_target_that_a_role_authorises_needs_no_grant(tmp_path: Path) -> None:
    schedule = resource(
        "Scheduler::Schedule",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="rate(1 day)",
        Target={"Arn": LIVE, "RoleArn": "arn:aws:iam::123456789012:role/schedule"},
    )
    template = _template(
        Schedule=schedule, Permission=permission_on(FN, "scheduler.amazonaws.com")
    )
    assert _found(tmp_path, template) == []


def test_a_surplus_grant_beside_the_right_one_is_silent(tmp_path: Path) -> None:
    template = _template(
        Rule=rule_for(LIVE), Right=permission_on(LIVE), Permission=permission_on(FN)
    )
    assert _found(tmp_path, template) == []


def test_an_alias_of_latest_is_compared_as_written(tmp_path: Path) -> None:
    template = _template(Rule=rule_for(LIVE), Permission=permission_on(LIVE))
    template["Resources"]["Live"] = alias_of("$LATEST")
    assert _found(tmp_path, template) == []


@pytest.mark.parametrize("stage", ["prod", "dev"])
def test_branches_are_compared_scenario_by_scenario(tmp_path: Path, stage: str) -> None:
    matching = {"Fn::If": ["IsProd", LIVE, FN]}
    target = {"Fn::If": ["IsProd", LIVE, ARN]}
    crossed = {"Fn::If": ["IsProd", FN, LIVE]}
    for granted, expected in ((matching, []), (crossed, [FIXED])):
        template = _template(Rule=rule_for(target), Permission=permission_on(granted))
        template["Parameters"] = {"Stage": {"Type": "String", "Default": stage}}
        template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
        assert [path[: len(FIXED)] for path in _found(tmp_path, template)] == expected


def test_a_grant_that_never_meets_the_target_is_silent(tmp_path: Path) -> None:
    template = _template(
        Rule={**rule_for(LIVE), "Condition": "IsProd"},
        Permission={**permission_on(FN), "Condition": "IsDev"},
    )
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
    }
    assert _found(tmp_path, template) == []


# -- sources -----------------------------------------------------------------------


def _api(target: Json) -> Json:
    return resource(
        "ApiGatewayV2::Api", Name="orders", ProtocolType="HTTP", Target=target
    )


def _from_api(function: Json, api: str) -> Json:
    source = f"arn:${{AWS::Partition}}:execute-api:*:*:${{{api}}}/*"
    return permission_on(
        function, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": source}
    )


def test_a_wrong_grant_for_another_source_is_another_matter(tmp_path: Path) -> None:
    template = _template(
        Shop=_api(LIVE), FromShop=_from_api(LIVE, "Shop"), Office=_api(ARN)
    )
    template["Resources"]["Permission"] = _from_api(FN, "Office")
    assert _found(tmp_path, template) == []


def test_a_right_grant_for_another_source_does_not_help(tmp_path: Path) -> None:
    template = _template(
        Shop=_api(LIVE),
        FromShop=_from_api(LIVE, "Shop"),
        Office=_api(LIVE),
        Permission=_from_api(FN, "Office"),
    )
    assert _found(tmp_path, template) == [FIXED]


def test_a_grant_without_a_source_covers_each(tmp_path: Path) -> None:
    template = _template(
        Shop=_api(LIVE), Permission=permission_on(FN, "apigateway.amazonaws.com")
    )
    assert _found(tmp_path, template) == [FIXED]


def _api_of_kind(kind: str, target: Json) -> Json:
    """An API of which a definition says what it invokes."""
    uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    integration = {"uri": {"Fn::Join": ["", [uri, target, "/invocations"]]}}
    definition = {
        "openapi": "3.0.1",
        "paths": {"/orders": {"get": {"x-amazon-apigateway-integration": integration}}},
    }
    if "Serverless" in kind:
        return resource(kind, DefinitionBody=definition, StageName="prod")
    return resource(kind, Body=definition)


@pytest.mark.parametrize(
    "kind",
    [
        *("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"),
        *("AWS::Serverless::Api", "AWS::Serverless::HttpApi"),
    ],
)
def test_a_permission_is_for_the_api_that_its_source_names(
    kind: str, tmp_path: Path
) -> None:
    apis = {"Shop": _api_of_kind(kind, LIVE), "Office": _api_of_kind(kind, ARN)}
    template = _template(**apis, Permission=_from_api(FN, "Office"))
    template["Transform"] = "AWS::Serverless-2016-10-31"
    assert _found(tmp_path, template) == []
    template["Resources"]["Permission"] = _from_api(FN, "Shop")
    assert _found(tmp_path, template) == [FIXED]


def _from(function: Json, service: str, name: str) -> Json:
    source = f"arn:aws:{service}:us-east-1:123456789012:{name}"
    principal = {"execute-api": "apigateway"}.get(service, service)
    return permission_on(function, f"{principal}.amazonaws.com", SourceArn=source)


@pytest.mark.parametrize("own", [{}, {"Name": {"Ref": "Named"}}, {"Name": "nightly"}])
@pytest.mark.parametrize(
    "beside",
    [
        {"SourceAccount": {"Ref": "AWS::AccountId"}},
        {"SourceArn": "arn:aws:events:us-east-1:123456789012:rule/other-*"},
        {"SourceArn": {"Ref": "Named"}},
    ],
    ids=["account", "pattern", "parameter"],
)
def test_a_grant_for_a_caller_elsewhere_beside_the_right_one_is_silent(
    tmp_path: Path, own: Json, beside: Json
) -> None:
    rule = rule_for(LIVE)
    rule["Properties"].update(own)
    right = permission_on(LIVE, SourceArn={"Fn::GetAtt": ["Rule", "Arn"]})
    template = _template(Rule=rule, Right=right, Permission=permission_on(FN, **beside))
    template["Parameters"] = {"Named": {"Type": "String"}}
    assert _found(tmp_path, template) == []


@pytest.mark.parametrize(
    ("own", "name", "expected"),
    [
        ({}, "rule/other", []),
        ({}, "rule/other-*", []),
        ({}, "rule/*", [FIXED]),
        ({"Name": "nightly"}, "rule/nightly", [FIXED]),
        ({"Name": "nightly"}, "rule/bus/nightly", [FIXED]),
        ({"Name": "nightly"}, "rule/night*", [FIXED]),
        ({"Name": "nightly"}, "rule/daily", []),
    ],
)
def test_a_source_that_is_written_out_is_compared_by_name(
    tmp_path: Path, own: Json, name: str, expected: list[str]
) -> None:
    rule = rule_for(LIVE)
    rule["Properties"].update(own)
    template = _template(Rule=rule, Permission=_from(FN, "events", name))
    assert _found(tmp_path, template) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("a1b2c3/*/*", []), ("orders/*", []), ("*/prod/*", [FIXED])]
)
def test_an_api_has_an_id_that_nobody_knows_before(
    tmp_path: Path, name: str, expected: list[str]
) -> None:
    template = _template(Shop=_api(LIVE), Permission=_from(FN, "execute-api", name))
    assert _found(tmp_path, template) == expected


def test_a_grant_that_may_be_for_an_unknown_qualifier_is_silent(
    tmp_path: Path,
) -> None:
    stage = {"Fn::Sub": "${Orders.Arn}:${!stageVariables.alias}"}
    integration = resource(
        "ApiGatewayV2::Integration",
        ApiId={"Ref": "Shop"},
        IntegrationType="AWS_PROXY",
        IntegrationUri=stage,
    )
    template = _template(
        Shop=_api(LIVE),
        Other=integration,
        FromShop=_from_shop(LIVE, "prod"),
        Permission=_from_shop(FN, "test"),
    )
    assert _found(tmp_path, template) == []
    del template["Resources"]["Other"]
    assert _found(tmp_path, template) == [FIXED]


def _from_shop(function: Json, stage: str) -> Json:
    source = f"arn:${{AWS::Partition}}:execute-api:*:*:${{Shop}}/{stage}/*"
    return permission_on(
        function, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": source}
    )


# -- a dozen integrations as the CDK writes them -----------------------------------

GetAtt = "Fn::GetAtt"


def _execute_api(api: str, path: str) -> Json:
    return {
        "Fn::Join": [
            "",
            [
                "arn:",
                {"Ref": "AWS::Partition"},
                ":execute-api:",
                {"Ref": "AWS::Region"},
                ":",
                {"Ref": "AWS::AccountId"},
                ":",
                {"Ref": api},
                path,
            ],
        ]
    }


def _uri(target: Json) -> Json:
    return {
        "Fn::Join": [
            "",
            [
                "arn:",
                {"Ref": "AWS::Partition"},
                ":apigateway:",
                {"Ref": "AWS::Region"},
                ":lambda:path/2015-03-31/functions/",
                target,
                "/invocations",
            ],
        ]
    }


def _method(target: Json) -> Json:
    return {
        "Api": resource("ApiGateway::RestApi", Name="Api"),
        "Resource": resource(
            "ApiGateway::Resource",
            ParentId={GetAtt: ["Api", "RootResourceId"]},
            PathPart="orders",
            RestApiId={"Ref": "Api"},
        ),
        "Target": resource(
            "ApiGateway::Method",
            AuthorizationType="NONE",
            HttpMethod="GET",
            Integration={
                "IntegrationHttpMethod": "POST",
                "Type": "AWS_PROXY",
                "Uri": _uri(target),
            },
            ResourceId={"Ref": "Resource"},
            RestApiId={"Ref": "Api"},
        ),
    }


def _for_method(function: Json, path: str) -> Json:
    source = _execute_api("Api", path)
    return permission_on(function, "apigateway.amazonaws.com", SourceArn=source)


@pytest.mark.parametrize(
    ("path", "covers"),
    [
        ("/*/GET/orders", True),
        ("/*/*/orders", True),
        ("/*/*/*", True),
        ("/*", True),
        ("/*/POST/orders", False),
        ("/*/GET/carts", False),
        ("/*/GET/orders/*", False),
        ("/*/GET/", False),
    ],
)
def test_a_permission_is_for_the_method_that_its_source_names(
    tmp_path: Path, path: str, covers: bool
) -> None:
    # On the wrong qualifier, it is wrong only where it is for this method.
    wrong = _template(**_method(LIVE), P=_for_method(FN, path))
    found = ["Resources/P/Properties/FunctionName"] * covers
    assert _found(tmp_path, wrong) == found
    # On the right one, it makes another surplus only where it is for this method.
    other = {"P": _for_method(LIVE, path), "Q": _for_method(FN, "/*/GET/orders")}
    found = [] if covers else ["Resources/Q/Properties/FunctionName"]
    assert _found(tmp_path, _template(**_method(LIVE), **other)) == found


def _rest_authorizer(target: Json) -> Json:
    return {
        "Api": resource("ApiGateway::RestApi", Name="Api"),
        "Target": resource(
            "ApiGateway::Authorizer",
            AuthorizerUri={
                "Fn::Join": [
                    "",
                    [
                        "arn:",
                        {"Fn::Select": [1, {"Fn::Split": [":", target]}]},
                        ":apigateway:",
                        {"Fn::Select": [3, {"Fn::Split": [":", target]}]},
                        ":lambda:path/2015-03-31/functions/",
                        target,
                        "/invocations",
                    ],
                ]
            },
            IdentitySource="method.request.header.Authorization",
            Name="authorizer",
            RestApiId={"Ref": "Api"},
            Type="TOKEN",
        ),
    }


def _http_integration(target: Json) -> Json:
    return {
        "Api": resource("ApiGatewayV2::Api", Name="Api", ProtocolType="HTTP"),
        "Target": resource(
            "ApiGatewayV2::Integration",
            ApiId={"Ref": "Api"},
            IntegrationType="AWS_PROXY",
            IntegrationUri=target,
            PayloadFormatVersion="2.0",
        ),
    }


def _s3_notifications(target: Json) -> Json:
    return {
        "Bucket": resource("S3::Bucket"),
        "Target": resource(
            "Custom::S3BucketNotifications",
            ServiceToken="arn:aws:lambda:us-east-1:123456789012:function:handler",
            BucketName={"Ref": "Bucket"},
            NotificationConfiguration={
                "LambdaFunctionConfigurations": [
                    {"Events": ["s3:ObjectCreated:*"], "LambdaFunctionArn": target}
                ]
            },
            Managed=True,
        ),
    }


def _logs(target: Json) -> Json:
    return {
        "Group": resource("Logs::LogGroup"),
        "Target": resource(
            "Logs::SubscriptionFilter",
            DestinationArn=target,
            FilterPattern="ERROR",
            LogGroupName={"Ref": "Group"},
        ),
    }


def _iot(target: Json) -> Json:
    payload = {
        "Sql": "SELECT * FROM 'orders'",
        "Actions": [{"Lambda": {"FunctionArn": target}}],
    }
    return {"Target": resource("IoT::TopicRule", TopicRulePayload=payload)}


def _appsync(target: Json) -> Json:
    return {
        "Target": resource(
            "AppSync::GraphQLApi",
            AuthenticationType="AWS_LAMBDA",
            LambdaAuthorizerConfig={"AuthorizerUri": target},
            Name="Api",
        )
    }


def _subscription(target: Json) -> Json:
    return {
        "Topic": resource("SNS::Topic"),
        "Target": resource(
            "SNS::Subscription",
            Endpoint=target,
            Protocol="lambda",
            TopicArn={"Ref": "Topic"},
        ),
    }


def _rotation(target: Json) -> Json:
    return {
        "Secret": resource("SecretsManager::Secret"),
        "Target": resource(
            "SecretsManager::RotationSchedule",
            RotationLambdaARN=target,
            RotationRules={"ScheduleExpression": "rate(30 days)"},
            SecretId={"Ref": "Secret"},
        ),
    }


def _target_group(target: Json) -> Json:
    return {
        "Target": resource(
            "ElasticLoadBalancingV2::TargetGroup",
            TargetType="lambda",
            Targets=[{"Id": target}],
        )
    }


def _pool(target: Json) -> Json:
    return {"Target": resource("Cognito::UserPool", LambdaConfig={"PreSignUp": target})}


def _alarm(target: Json) -> Json:
    return {
        "Target": resource(
            "CloudWatch::Alarm",
            AlarmActions=[target],
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            MetricName="Errors",
            Namespace="Shop",
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
    }


def _config_rule(target: Json) -> Json:
    source = {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": target}
    return {"Target": resource("Config::ConfigRule", Source=source)}


# Principal, resources, and what the permission says beside them.
INTEGRATIONS: dict[str, tuple[str, Callable[[Json], Json], Json]] = {
    "alarm": (
        "lambda.alarms.cloudwatch.amazonaws.com",
        _alarm,
        {
            "SourceAccount": {"Ref": "AWS::AccountId"},
            "SourceArn": {GetAtt: ["Target", "Arn"]},
        },
    ),
    "appsync": (
        "appsync.amazonaws.com",
        _appsync,
        {"SourceArn": {GetAtt: ["Target", "Arn"]}},
    ),
    "cognito": (
        "cognito-idp.amazonaws.com",
        _pool,
        {"SourceArn": {GetAtt: ["Target", "Arn"]}},
    ),
    "config": ("config.amazonaws.com", _config_rule, {}),
    "http api": (
        "apigateway.amazonaws.com",
        _http_integration,
        {"SourceArn": _execute_api("Api", "/*/*/orders")},
    ),
    "iot": ("iot.amazonaws.com", _iot, {"SourceArn": {GetAtt: ["Target", "Arn"]}}),
    "load balancer": ("elasticloadbalancing.amazonaws.com", _target_group, {}),
    "logs": (
        "logs.amazonaws.com",
        _logs,
        {"SourceArn": {GetAtt: ["Group", "Arn"]}},
    ),
    "rest api": (
        "apigateway.amazonaws.com",
        _method,
        {"SourceArn": _execute_api("Api", "/prod/GET/orders")},
    ),
    "rest authorizer": (
        "apigateway.amazonaws.com",
        _rest_authorizer,
        {"SourceArn": _execute_api("Api", "/authorizers/abc123")},
    ),
    "rotation": ("secretsmanager.amazonaws.com", _rotation, {}),
    "rule": (
        "events.amazonaws.com",
        lambda target: {"Target": rule_for(target)},
        {"SourceArn": {GetAtt: ["Target", "Arn"]}},
    ),
    "s3": (
        "s3.amazonaws.com",
        _s3_notifications,
        {
            "SourceAccount": {"Ref": "AWS::AccountId"},
            "SourceArn": {GetAtt: ["Bucket", "Arn"]},
        },
    ),
    "topic": (
        "sns.amazonaws.com",
        _subscription,
        {"SourceArn": {"Ref": "Topic"}},
    ),
}


@pytest.mark.parametrize("name", INTEGRATIONS)
@pytest.mark.parametrize("qualified", [LIVE, VERSION], ids=["alias", "version"])
def test_an_integration_whose_permission_fits_is_silent(
    tmp_path: Path, name: str, qualified: Json
) -> None:
    principal, resources, beside = INTEGRATIONS[name]
    template = _template(
        **resources(qualified), Permission=permission_on(qualified, principal, **beside)
    )
    assert _found(tmp_path, template) == []


@pytest.mark.parametrize("name", INTEGRATIONS)
@pytest.mark.parametrize("qualified", [LIVE, VERSION], ids=["alias", "version"])
def test_an_integration_whose_permission_was_put_back_is_reported(
    tmp_path: Path, name: str, qualified: Json
) -> None:
    principal, resources, beside = INTEGRATIONS[name]
    template = _template(
        **resources(qualified), Permission=permission_on(ARN, principal, **beside)
    )
    assert _found(tmp_path, template) == [FIXED]


def _all_integrations(qualified: Json) -> Json:
    """Each integration once in one template, its logical IDs made distinct."""
    merged: Json = {}
    for number, (principal, resources, beside) in enumerate(INTEGRATIONS.values()):
        own = {
            **resources(qualified),
            "Permission": permission_on(qualified, principal, **beside),
        }
        names = {name: f"{name}{number}" for name in own}
        merged.update({names[name]: _renamed(own[name], names) for name in own})
    return merged


def _renamed(node: Json, names: dict[str, str]) -> Json:
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("Ref"), str):
        return {"Ref": names.get(node["Ref"], node["Ref"])}
    if isinstance(node.get(GetAtt), list):
        resource, attribute = node[GetAtt]
        return {GetAtt: [names.get(resource, resource), attribute]}
    return {key: _renamed(value, names) for key, value in node.items()}


@pytest.mark.parametrize("qualified", [LIVE, VERSION], ids=["alias", "version"])
def test_among_all_integrations_the_one_permission_put_back_is_reported(
    tmp_path: Path, qualified: Json
) -> None:
    template = _template(**_all_integrations(qualified))
    assert _found(tmp_path, template) == []
    for number in range(0, len(INTEGRATIONS), 3):
        permission = template["Resources"][f"Permission{number}"]["Properties"]
        permission["FunctionName"] = ARN
        expected = [f"Resources/Permission{number}/Properties/FunctionName"]
        assert _found(tmp_path, template) == expected
        permission["FunctionName"] = qualified


@pytest.mark.parametrize("back", ["Stage", "Test"])
def test_either_permission_of_a_method_put_back_is_reported(
    tmp_path: Path, back: str
) -> None:
    # The CDK permits the stage, and the console's test, one by one.
    permissions = {
        name: permission_on(
            LIVE,
            "apigateway.amazonaws.com",
            SourceArn=_execute_api("Api", f"/{stage}/GET/orders"),
        )
        for name, stage in (("Stage", "prod"), ("Test", "test-invoke-stage"))
    }
    template = _template(**_method(LIVE), **permissions)
    assert _found(tmp_path, template) == []
    permissions[back]["Properties"]["FunctionName"] = ARN
    assert _found(tmp_path, template) == [f"Resources/{back}/Properties/FunctionName"]


# -- the Serverless Framework ------------------------------------------------------


@pytest.mark.parametrize("qualified", [None, "OrdersProvConcLambdaAlias"])
def test_what_the_serverless_framework_writes_is_silent(
    tmp_path: Path, qualified: str | None
) -> None:
    function = "OrdersLambdaFunction"
    target = {"Ref": qualified} if qualified else {GetAtt: [function, "Arn"]}
    version = "OrdersLambdaVersionmX2Zc7Yb1kQf0T9uVwLr5sN8aE3dG6hJ4iK0oPqRs"
    template = {
        "Resources": {
            function: FUNCTION,
            version: resource("Lambda::Version", FunctionName={"Ref": function}),
            "OrdersProvConcLambdaAlias": resource(
                "Lambda::Alias",
                FunctionName={"Ref": function},
                FunctionVersion={GetAtt: [version, "Version"]},
                Name="provisioned",
            ),
            "Rule": rule_for(target),
            "RulePermission": permission_on(
                target, SourceArn={GetAtt: ["Rule", "Arn"]}
            ),
            **_http_integration(target),
            "ApiPermission": permission_on(
                target,
                "apigateway.amazonaws.com",
                SourceArn=_execute_api("Api", "/*"),
            ),
        }
    }
    assert _found(tmp_path, template) == []


# -- function URLs -----------------------------------------------------------------


def _url(qualifier: str | None) -> Json:
    named = {"Qualifier": qualifier} if qualifier else {}
    return resource("Lambda::Url", AuthType="NONE", TargetFunctionArn=FN, **named)


def _to_anybody(function: Json) -> Json:
    permission = permission_on(function, "*", FunctionUrlAuthType="NONE")
    permission["Properties"]["Action"] = "lambda:InvokeFunctionUrl"
    return permission


@pytest.mark.parametrize(
    ("qualifier", "granted", "expected"),
    [
        ("live", LIVE, []),
        ("live", FN, [FIXED]),
        (None, FN, []),
        (None, LIVE, [FIXED]),
    ],
)
def test_a_url_is_judged_by_its_permission(
    tmp_path: Path, qualifier: str | None, granted: Json, expected: list[str]
) -> None:
    template = _template(Url=_url(qualifier), Permission=_to_anybody(granted))
    assert _found(tmp_path, template) == expected


@pytest.mark.parametrize("qualifier", ["live", None])
def test_a_url_beside_targets_of_another_qualifier_is_silent(
    tmp_path: Path, qualifier: str | None
) -> None:
    template = _template(Url=_url(qualifier), Rule=rule_for(NEXT))
    assert _found(tmp_path, template) == []


# -- settings ----------------------------------------------------------------------


def _config(qualifier: Json) -> Json:
    return resource(
        "Lambda::EventInvokeConfig",
        FunctionName=FN,
        MaximumRetryAttempts=0,
        Qualifier=qualifier,
    )


CONFIG = "Resources/Config/Properties/Qualifier"


@pytest.mark.parametrize(
    ("target", "qualifier", "expected"),
    [
        (LIVE, "live", []),
        (LIVE, "$LATEST", [CONFIG]),
        (LIVE, "next", [CONFIG]),
        (ARN, "$LATEST", []),
        (ARN, "live", [CONFIG]),
        (VERSION, {GetAtt: ["Version", "Version"]}, []),
        (VERSION, "live", [CONFIG]),
        (LIVE, {"Ref": "Unknown"}, []),
        ({"Fn::Sub": "${Orders.Arn}:${Unknown}"}, "$LATEST", []),
    ],
)
def test_an_event_invoke_config_names_what_is_invoked(
    tmp_path: Path, target: Json, qualifier: Json, expected: list[str]
) -> None:
    template = _template(Topic=_topic(target), Config=_config(qualifier))
    template["Parameters"] = {"Unknown": {"Type": "String"}}
    assert _found(tmp_path, template) == expected


def test_a_setting_that_some_target_uses_is_silent(tmp_path: Path) -> None:
    template = _template(
        Topic=_topic(LIVE), Rule=rule_for(ARN), Config=_config("$LATEST")
    )
    assert _found(tmp_path, template) == []


def test_a_setting_of_a_function_without_targets_is_silent(tmp_path: Path) -> None:
    assert _found(tmp_path, _template(Config=_config("$LATEST"))) == []


def _scalable(identifier: Json) -> Json:
    return resource(
        "ApplicationAutoScaling::ScalableTarget",
        MaxCapacity=9,
        MinCapacity=1,
        ResourceId=identifier,
        ScalableDimension="lambda:function:ProvisionedConcurrency",
        ServiceNamespace="lambda",
    )


SCALABLE = "Resources/Scalable/Properties/ResourceId"


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ({"Fn::Sub": "function:${Orders}:live"}, []),
        ({"Fn::Join": [":", ["function", FN, "live"]]}, []),
        (
            {
                "Fn::Join": [
                    "",
                    [
                        "function:",
                        {"Fn::Select": [6, {"Fn::Split": [":", LIVE]}]},
                        ":live",
                    ],
                ]
            },
            [],
        ),
        ({"Fn::Sub": "function:${Orders}:next"}, [SCALABLE]),
        ({"Fn::Sub": "function:${Orders}:${Unknown}"}, []),
        ({"Fn::ImportValue": "identifier"}, []),
        ("service/cluster/orders", []),
    ],
)
def test_a_scalable_target_scales_what_is_invoked(
    tmp_path: Path, identifier: Json, expected: list[str]
) -> None:
    template = _template(Topic=_topic(LIVE), Scalable=_scalable(identifier))
    template["Parameters"] = {"Unknown": {"Type": "String"}}
    assert _found(tmp_path, template) == expected


PROVISIONED = {"ProvisionedConcurrentExecutions": 5}


def _provisioned(holder: str, target: Json) -> Json:
    template = _template(Topic=_topic(target))
    resource = template["Resources"][holder]
    resource["Properties"]["ProvisionedConcurrencyConfig"] = PROVISIONED
    return template


@pytest.mark.parametrize(
    ("holder", "target", "is_reported"),
    [
        ("Live", LIVE, False),
        ("Live", NEXT, True),
        ("Live", ARN, True),
        ("Version", VERSION, False),
        ("Version", ARN, True),
        # An alias of the version is served by the version's sandboxes.
        ("Version", LIVE, False),
    ],
)
def test_provisioned_concurrency_is_for_what_is_invoked(
    tmp_path: Path, holder: str, target: Json, is_reported: bool
) -> None:
    path = f"Resources/{holder}/Properties/ProvisionedConcurrencyConfig"
    found = _found(tmp_path, _provisioned(holder, target))
    assert found == ([path] if is_reported else [])


def test_provisioned_concurrency_without_targets_is_silent(tmp_path: Path) -> None:
    template = _provisioned("Live", LIVE)
    del template["Resources"]["Topic"]
    assert _found(tmp_path, template) == []


# -- SAM ---------------------------------------------------------------------------


def _serverless(**properties: Json) -> Json:
    return resource(
        "Serverless::Function",
        CodeUri="s3://artifacts/orders.zip",
        Handler="index.handler",
        Role="arn:aws:iam::123456789012:role/orders",
        Runtime="python3.13",
        **properties,
    )


def _sam(properties: Json, **resources: Json) -> Json:
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Orders": _serverless(**properties), **resources},
    }


SAM_ALIAS = {"Ref": "Orders.Alias"}
PUBLISHED = {"AutoPublishAlias": "live"}


@pytest.mark.parametrize(
    ("granted", "expected"), [(SAM_ALIAS, []), (FN, [FIXED]), (ARN, [FIXED])]
)
def test_what_is_written_by_hand_beside_serverless_may_not_match(
    tmp_path: Path, granted: Json, expected: list[str]
) -> None:
    template = _sam(
        PUBLISHED, Rule=rule_for(SAM_ALIAS), Permission=permission_on(granted)
    )
    assert _found(tmp_path, template) == expected


@pytest.mark.parametrize(
    ("qualifier", "expected"), [("live", []), ("$LATEST", [CONFIG])]
)
def test_a_config_that_is_written_by_hand_beside_serverless_may_not_match(
    tmp_path: Path, qualifier: str, expected: list[str]
) -> None:
    events = {"Daily": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}}}
    template = _sam({**PUBLISHED, "Events": events}, Config=_config(qualifier))
    assert _found(tmp_path, template) == expected


def _defined_api(target: Json) -> Json:
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": _uri(target)}
    method = {"x-amazon-apigateway-integration": integration}
    return resource(
        "Serverless::Api",
        StageName="live",
        DefinitionBody={
            "openapi": "3.0.1",
            "info": {"title": "orders", "version": "1"},
            "paths": {"/orders": {"get": method}},
        },
    )


EVENT = {
    "Get": {
        "Type": "Api",
        "Properties": {"Path": "/orders", "Method": "get", "RestApiId": {"Ref": "Api"}},
    }
}


@pytest.mark.parametrize(
    ("properties", "target", "is_reported"),
    [
        (PUBLISHED, SAM_ALIAS, False),
        (PUBLISHED, ARN, True),
        ({}, ARN, False),
    ],
)
def test_an_event_of_an_api_with_a_definition_permits_only(
    tmp_path: Path, properties: Json, target: Json, is_reported: bool
) -> None:
    template = _sam({**properties, "Events": EVENT}, Api=_defined_api(target))
    found = _found(tmp_path, template)
    assert found == (["Resources/Orders/Properties/Events/Get"] if is_reported else [])


@pytest.mark.parametrize(("target", "is_reported"), [(SAM_ALIAS, True), (ARN, False)])
def test_a_connector_from_a_rule_permits_the_function(
    tmp_path: Path, target: Json, is_reported: bool
) -> None:
    connector = resource(
        "Serverless::Connector",
        Source={"Id": "Rule"},
        Destination={"Id": "Orders"},
        Permissions=["Write"],
    )
    template = _sam(PUBLISHED, Rule=rule_for(target), Connector=connector)
    found = lint_template(tmp_path, template)
    reported = [path.split("/")[1] for path in paths(found, RULE)]
    assert reported == ["Connector"] * is_reported
    for message in messages(found, RULE):
        assert message == (
            "The connector of Rule permits $LATEST, but Rule (AWS::Events::Rule) "
            "invokes !Ref Orders.Alias of Orders, so its invocations are denied; "
            "give the Destination the Arn of !Ref Orders.Alias"
        )


# -- what SAM generates ------------------------------------------------------------

EVENTS: dict[str, Json] = {
    "Api": {"Type": "Api", "Properties": {"Path": "/", "Method": "get"}},
    "Cognito": {
        "Type": "Cognito",
        "Properties": {"UserPool": {"Ref": "Pool"}, "Trigger": "PreSignUp"},
    },
    "HttpApi": {"Type": "HttpApi", "Properties": {"Path": "/", "Method": "get"}},
    "IoTRule": {"Type": "IoTRule", "Properties": {"Sql": "SELECT * FROM 'orders'"}},
    "Logs": {
        "Type": "CloudWatchLogs",
        "Properties": {"LogGroupName": "shop", "FilterPattern": "ERROR"},
    },
    "Rule": {
        "Type": "EventBridgeRule",
        "Properties": {"Pattern": {"source": ["shop"]}},
    },
    "S3": {
        "Type": "S3",
        "Properties": {"Bucket": {"Ref": "Bucket"}, "Events": "s3:ObjectCreated:*"},
    },
    "Schedule": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}},
    "SNS": {"Type": "SNS", "Properties": {"Topic": {"Ref": "Topic"}}},
    "SQS": {"Type": "SQS", "Properties": {"Queue": {GetAtt: ["Queue", "Arn"]}}},
}
BESIDE = {
    "Bucket": {"Type": "AWS::S3::Bucket"},
    "Pool": {"Type": "AWS::Cognito::UserPool"},
    "Queue": {"Type": "AWS::SQS::Queue"},
    "Topic": {"Type": "AWS::SNS::Topic"},
}
SETTINGS: dict[str, Json] = {
    "plain": {},
    "invoke config": {"EventInvokeConfig": {"MaximumRetryAttempts": 0}},
    "provisioned": {"ProvisionedConcurrencyConfig": PROVISIONED},
    "url": {"FunctionUrlConfig": {"AuthType": "NONE"}},
    "deployment": {"DeploymentPreference": {"Type": "AllAtOnce"}},
    "snap start": {"SnapStart": {"ApplyOn": "PublishedVersions"}},
    "conditional": {"AutoPublishAlias": {"Ref": "Alias"}},
}
MATRIX = [
    *((kind, "plain") for kind in EVENTS),
    *(("", setting) for setting in SETTINGS),
]


def _generated(kind: str, setting: str) -> Json:
    """A function with one event, or with each where none is named."""
    events = {kind: EVENTS[kind]} if kind else EVENTS
    template = _sam({**PUBLISHED, "Events": events, **SETTINGS[setting]}, **BESIDE)
    template["Parameters"] = {"Alias": {"Type": "String", "Default": "live"}}
    # The translator changes what it is given.
    return deepcopy(template)


@pytest.mark.parametrize(("kind", "setting"), MATRIX)
def test_what_serverless_generates_matches(
    tmp_path: Path, kind: str, setting: str
) -> None:
    assert _found(tmp_path, _generated(kind, setting)) == []


@pytest.mark.parametrize(("kind", "setting"), MATRIX)
def test_what_the_translator_writes_matches(
    tmp_path: Path, kind: str, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    translator = pytest.importorskip("samtranslator.translator.translator")
    parser = pytest.importorskip("samtranslator.parser.parser")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    translate = translator.Translator({}, parser.Parser()).translate
    template = translate(_generated(kind, setting), {"Alias": "live"})
    assert any(
        resource["Type"] == "AWS::Lambda::Alias"
        for resource in template["Resources"].values()
    )
    assert _found(tmp_path, template) == []


# -- roles -------------------------------------------------------------------------


def _document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _role(*statements: Json, **properties: Json) -> Json:
    policies = [{"PolicyName": "invoke", "PolicyDocument": _document(*statements)}]
    return resource(
        "IAM::Role",
        AssumeRolePolicyDocument=_document(),
        **({"Policies": policies} if statements else {}),
        **properties,
    )


ROLE: Json = {"Fn::GetAtt": ["Role", "Arn"]}
ANY: Json = {"Fn::Sub": "${Orders.Arn}:*"}


def _machine(target: Json, **properties: Json) -> Json:
    states = {"A": {"Type": "Task", "Resource": target, "End": True}}
    return resource(
        "StepFunctions::StateMachine",
        **{
            "RoleArn": ROLE,
            "Definition": {"StartAt": "A", "States": states},
            **properties,
        },
    )


def _by_role(target: Json, *statements: Json, **resources: Json) -> Json:
    return _template(
        Machine=_machine(target), **{"Role": _role(*statements), **resources}
    )


INLINE = "Resources/Role/Properties/Policies/0/PolicyDocument/Statement"


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        (LIVE, ARN),
        (LIVE, NEXT),
        (LIVE, VERSION),
        (ARN, LIVE),
        (ARN, ANY),
        (VERSION, LIVE),
        (LIVE, {"Fn::Sub": "${Orders.Arn}:next"}),
    ],
)
def test_a_role_that_allows_another_qualifier_only(
    tmp_path: Path, target: Json, allowed: Json
) -> None:
    found = _found(tmp_path, _by_role(target, statement_on(allowed)))
    assert found == [f"{INLINE}/0/Resource"]


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        (LIVE, LIVE),
        (LIVE, ANY),
        (LIVE, [ARN, ANY]),
        (LIVE, [ARN, LIVE]),
        (ARN, [ARN, ANY]),
        (LIVE, "*"),
        (LIVE, {"Fn::Sub": "${Orders.Arn}*"}),
        (LIVE, "arn:aws:lambda:*:*:function:*"),
        (LIVE, {"Fn::Sub": "arn:*:lambda:*:*:function:${Orders}:*"}),
        (LIVE, [ARN, {"Fn::ImportValue": "functions"}]),
        (LIVE, [ARN, {"Ref": "AnotherTemplatesParameter"}]),
        # Nothing is about the function at all.
        (LIVE, {"Fn::GetAtt": ["Topic", "Arn"]}),
        (LIVE, "arn:aws:s3:::artifacts/*"),
    ],
)
def test_a_role_that_allows_the_qualifier_or_may_do_so_is_silent(
    tmp_path: Path, target: Json, allowed: Json
) -> None:
    topic = resource("SNS::Topic")
    template = _by_role(target, statement_on(allowed), Topic=topic)
    assert _found(tmp_path, template) == []


@pytest.mark.parametrize(
    "more",
    [
        {"Action": "lambda:invokefunction"},
        {"Action": ["logs:PutLogEvents", "Lambda:Invoke*"]},
        {"Action": "lambda:*"},
        {"Action": "*"},
    ],
)
def test_actions_of_a_role_are_patterns_that_ignore_case(
    tmp_path: Path, more: Json
) -> None:
    template = _by_role(LIVE, statement_on(ARN, **more))
    assert len(_found(tmp_path, template)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        statement_on(ARN, Action="lambda:GetFunction"),
        statement_on(ARN, Effect="Deny"),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": ARN},
        {"Effect": "Allow", "Action": "lambda:*", "NotResource": NEXT},
        {"Fn::Transform": {"Name": "AWS::Include"}},
        statement_on(ARN, Action={"Ref": "Actions"}),
    ],
)
def test_a_statement_that_says_nothing_for_certain_is_silent(
    tmp_path: Path, statement: Json
) -> None:
    template = _by_role(LIVE, statement)
    template["Parameters"] = {"Actions": {"Type": "String"}}
    assert _found(tmp_path, template) == []
    # Beside one that is wrong, what cannot be read may be right.
    certain = {"Deny", "lambda:GetFunction"} & {
        str(value) for value in statement.values()
    }
    template = _by_role(LIVE, statement_on(ARN), statement)
    template["Parameters"] = {"Actions": {"Type": "String"}}
    assert len(_found(tmp_path, template)) == len(certain)


@pytest.mark.parametrize(
    "policy",
    [
        resource("IAM::Policy", Roles=[{"Ref": "Role"}]),
        resource("IAM::ManagedPolicy", Roles=[{"Ref": "Role"}]),
        resource("IAM::RolePolicy", RoleName={"Ref": "Role"}),
    ],
)
@pytest.mark.parametrize(("allowed", "is_reported"), [(ARN, True), (LIVE, False)])
def test_a_policy_that_is_attached_to_the_role_counts(
    tmp_path: Path, policy: Json, allowed: Json, is_reported: bool
) -> None:
    policy = deepcopy(policy)
    policy["Properties"]["PolicyDocument"] = _document(statement_on(allowed))
    found = _found(tmp_path, _by_role(LIVE, Policy=policy))
    path = "Resources/Policy/Properties/PolicyDocument/Statement/0/Resource"
    assert found == [path] * is_reported


def test_a_managed_policy_that_the_role_names_counts(tmp_path: Path) -> None:
    policy = resource("IAM::ManagedPolicy", PolicyDocument=_document(statement_on(ARN)))
    role = _role(ManagedPolicyArns=[{"Ref": "Policy"}])
    found = _found(tmp_path, _by_role(LIVE, Role=role, Policy=policy))
    assert found == ["Resources/Policy/Properties/PolicyDocument/Statement/0/Resource"]


@pytest.mark.parametrize(
    "resources",
    [
        # What somebody else's policy allows is unknown.
        {
            "Role": _role(
                statement_on(ARN), ManagedPolicyArns=["arn:aws:iam::aws:policy/Lambda"]
            )
        },
        {"Role": _role(statement_on(ARN), ManagedPolicyArns={"Ref": "Policies"})},
        # A policy whose role is unknown may be for this one.
        {
            "Role": _role(statement_on(ARN)),
            "Policy": resource(
                "IAM::Policy",
                Roles=[{"Ref": "RoleName"}],
                PolicyDocument=_document(statement_on(LIVE)),
            ),
        },
        # No statement is about the function.
        {"Role": _role()},
        {
            "Role": _role(),
            "Policy": resource(
                "IAM::Policy",
                Roles=[{"Ref": "RoleName"}],
                PolicyDocument=_document(statement_on(ARN)),
            ),
        },
    ],
)
def test_a_role_whose_policies_cannot_all_be_read_is_silent(
    tmp_path: Path, resources: Json
) -> None:
    template = _by_role(LIVE, **resources)
    template["Parameters"] = {
        "RoleName": {"Type": "String"},
        "Policies": {"Type": "CommaDelimitedList"},
    }
    assert _found(tmp_path, template) == []


@pytest.mark.parametrize(
    "role", ["arn:aws:iam::123456789012:role/machine", {"Fn::ImportValue": "role"}]
)
def test_a_role_of_another_template_is_silent(tmp_path: Path, role: Json) -> None:
    machine = _machine(LIVE, RoleArn=role)
    template = _template(Machine=machine, Role=_role(statement_on(ARN)))
    assert _found(tmp_path, template) == []


def test_a_role_is_judged_in_the_scenario_of_its_target(tmp_path: Path) -> None:
    both = {"Fn::If": ["IsProd", LIVE, ARN]}
    template = _by_role(both, statement_on(both))
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    assert _found(tmp_path, template) == []
    template = {**template, "Resources": _by_role(both, statement_on(ARN))["Resources"]}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "when IsProd is true" in message
    assert message.endswith("allow Live too")


def test_the_message_on_a_role_names_it(tmp_path: Path) -> None:
    template = _by_role(LIVE, statement_on(ARN))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message == (
        "Role Role allows $LATEST, but State A of Machine "
        "(AWS::StepFunctions::StateMachine) invokes Live of Orders, so its invocations "
        "are denied; allow Live too"
    )


def test_each_target_of_a_role_needs_a_statement(tmp_path: Path) -> None:
    template = _by_role(LIVE, statement_on(ARN), Other=_machine(ARN))
    assert _found(tmp_path, template) == [f"{INLINE}/0/Resource"]


@pytest.mark.parametrize(
    ("principal", "is_reported"),
    [
        (ROLE, False),
        ({"Ref": "AWS::AccountId"}, False),
        ("states.amazonaws.com", True),
    ],
)
def test_a_permission_may_be_for_the_role(
    tmp_path: Path, principal: Json, is_reported: bool
) -> None:
    permission = permission_on(LIVE, principal)
    template = _by_role(LIVE, statement_on(ARN), Permission=permission)
    assert _found(tmp_path, template) == [f"{INLINE}/0/Resource"] * is_reported


TARGETS_BY_ROLE: dict[str, Json] = {
    "schedule": resource(
        "Scheduler::Schedule",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="rate(1 day)",
        Target={"Arn": LIVE, "RoleArn": ROLE},
    ),
    "pipe": resource(
        "Pipes::Pipe", RoleArn=ROLE, Source="arn:aws:sqs:::q", Target=LIVE
    ),
    "rule": resource(
        "Events::Rule",
        ScheduleExpression="rate(1 day)",
        Targets=[{"Id": "orders", "Arn": LIVE, "RoleArn": ROLE}],
    ),
    "data source": resource(
        "AppSync::DataSource",
        ApiId="api",
        Name="orders",
        Type="AWS_LAMBDA",
        ServiceRoleArn=ROLE,
        LambdaConfig={"LambdaFunctionArn": LIVE},
    ),
    "stream": resource(
        "KinesisFirehose::DeliveryStream",
        ExtendedS3DestinationConfiguration={
            "BucketARN": "arn:aws:s3:::b",
            "RoleARN": ROLE,
            "ProcessingConfiguration": {
                "Processors": [
                    {
                        "Type": "Lambda",
                        "Parameters": [
                            {"ParameterName": "LambdaArn", "ParameterValue": LIVE}
                        ],
                    }
                ]
            },
        },
    ),
    "destination": resource(
        "Lambda::EventInvokeConfig",
        FunctionName={"Ref": "Source"},
        Qualifier="$LATEST",
        DestinationConfig={"OnSuccess": {"Destination": LIVE}},
    ),
    "state": _machine(
        LIVE,
        RoleArn="arn:aws:iam::123456789012:role/machine",
        Definition={
            "StartAt": "A",
            "States": {
                "A": {
                    "Type": "Task",
                    "Resource": LIVE,
                    "Credentials": {"RoleArn": ROLE},
                    "End": True,
                }
            },
        },
    ),
    "stage of a pipeline": resource(
        "CodePipeline::Pipeline",
        RoleArn=ROLE,
        Stages=[
            {
                "Name": "Invoke",
                "Actions": [
                    {
                        "Name": "Invoke",
                        "ActionTypeId": {
                            "Category": "Invoke",
                            "Owner": "AWS",
                            "Provider": "Lambda",
                            "Version": "1",
                        },
                        "Configuration": {
                            "FunctionName": {"Fn::Sub": "${Orders}:live"}
                        },
                    }
                ],
            }
        ],
    ),
}


@pytest.mark.parametrize("name", TARGETS_BY_ROLE)
@pytest.mark.parametrize(("allowed", "is_reported"), [(ARN, True), (LIVE, False)])
def test_the_row_says_where_the_role_comes_from(
    tmp_path: Path, name: str, allowed: Json, is_reported: bool
) -> None:
    source: Json = deepcopy(FUNCTION)
    source["Properties"]["Role"] = ROLE
    template = _template(
        Target=TARGETS_BY_ROLE[name], Role=_role(statement_on(allowed)), Source=source
    )
    assert _found(tmp_path, template) == [f"{INLINE}/0/Resource"] * is_reported


def test_a_state_with_credentials_that_are_computed_is_silent(tmp_path: Path) -> None:
    machine = deepcopy(TARGETS_BY_ROLE["state"])
    machine["Properties"]["RoleArn"] = ROLE
    state = machine["Properties"]["Definition"]["States"]["A"]
    state["Credentials"] = {"RoleArn.$": "$.role"}
    template = _template(Target=machine, Role=_role(statement_on(ARN)))
    assert _found(tmp_path, template) == []


# -- targets with a role of their own ----------------------------------------------

_ELSEWHERE = {"Fn::ImportValue": "role"}


def _body(api: str, **integration: Json) -> Json:
    body = {
        "openapi": "3.0.1",
        "paths": {
            "/orders": {
                "get": {
                    "x-amazon-apigateway-integration": {
                        "type": "aws_proxy",
                        "uri": _uri(LIVE),
                        **integration,
                    }
                }
            }
        },
    }
    return resource(api, Body=body)


def _with_credentials(role: Json) -> dict[str, Json]:
    integration = {"Type": "AWS_PROXY", "Uri": _uri(LIVE)}
    if role is not None:
        integration["Credentials"] = role
    method = resource(
        "ApiGateway::Method",
        RestApiId={"Ref": "Api"},
        ResourceId={"Fn::GetAtt": ["Api", "RootResourceId"]},
        HttpMethod="GET",
        AuthorizationType="NONE",
        Integration=integration,
    )
    authorizer = resource(
        "ApiGateway::Authorizer",
        RestApiId={"Ref": "Api"},
        Name="orders",
        Type="TOKEN",
        AuthorizerUri=_uri(LIVE),
        **({"AuthorizerCredentials": role} if role is not None else {}),
    )
    credentials = {} if role is None else {"CredentialsArn": role}
    return {
        "method": {
            "Api": resource("ApiGateway::RestApi", Name="a"),
            "Target": method,
        },
        "authorizer": {
            "Api": resource("ApiGateway::RestApi", Name="a"),
            "Target": authorizer,
        },
        "integration": {
            "Api": resource("ApiGatewayV2::Api", Name="a"),
            "Target": resource(
                "ApiGatewayV2::Integration",
                ApiId={"Ref": "Api"},
                IntegrationType="AWS_PROXY",
                IntegrationUri=LIVE,
                PayloadFormatVersion="2.0",
                **credentials,
            ),
        },
        "definition": {
            "Api": _body(
                "AWS::ApiGateway::RestApi",
                **({"credentials": role} if role is not None else {}),
            )
        },
    }


@pytest.mark.parametrize("name", _with_credentials(None))
@pytest.mark.parametrize(
    ("role", "is_reported"),
    [
        (None, True),
        ({"Ref": "AWS::NoValue"}, True),
        (_ELSEWHERE, False),
        ("arn:aws:iam::*:user/*", False),
    ],
)
def test_a_permission_beside_a_role_is_surplus(
    tmp_path: Path, name: str, role: Json, is_reported: bool
) -> None:
    permission = permission_on(FN, "apigateway.amazonaws.com")
    template = _template(**_with_credentials(role)[name], Permission=permission)
    assert _found(tmp_path, template) == [FIXED] * is_reported


def test_the_credentials_of_an_api_are_held_to_the_qualifier(tmp_path: Path) -> None:
    role = _role(statement_on(ARN))
    template = _template(**_with_credentials(ROLE)["method"], Role=role)
    assert _found(tmp_path, template) == [f"{INLINE}/0/Resource"]


def test_a_rule_with_a_role_needs_no_permission(tmp_path: Path) -> None:
    template = _template(
        Target=TARGETS_BY_ROLE["rule"],
        Role=_role(statement_on(LIVE)),
        Permission=permission_on(FN),
    )
    assert _found(tmp_path, template) == []


# -- SAM's roles -------------------------------------------------------------------


def _sam_machine(*policies: Json, **properties: Json) -> Json:
    states = {"A": {"Type": "Task", "Resource": SAM_ALIAS, "End": True}}
    return resource(
        "Serverless::StateMachine",
        Definition={"StartAt": "A", "States": states},
        **({"Policies": list(policies)} if policies else {}),
        **properties,
    )


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([_document(statement_on(ARN))], ["0/Statement/0/Resource"]),
        (
            [{"DynamoDBReadPolicy": {"TableName": "t"}}, _document(statement_on(ARN))],
            ["1/Statement/0/Resource"],
        ),
        ([_document(statement_on(SAM_ALIAS))], []),
        (
            [
                _document(statement_on(ARN)),
                {"LambdaInvokePolicy": {"FunctionName": FN}},
            ],
            [],
        ),
        ([_document(statement_on(ARN)), "AWSLambdaRole"], []),
        ([_document(statement_on(ARN)), {"Ref": "Policy"}], []),
        ([_document(statement_on(ARN)), {"Fn::If": ["Nobody", "a", "b"]}], []),
        ([{"LambdaInvokePolicy": {"FunctionName": FN}}], []),
    ],
)
def test_the_policies_of_a_serverless_state_machine_count(
    tmp_path: Path, policies: list[Json], expected: list[str]
) -> None:
    template = _sam(PUBLISHED, Machine=_sam_machine(*policies))
    root = "Resources/Machine/Properties/Policies/"
    assert _found(tmp_path, template) == [root + path for path in expected]


def test_policies_beside_a_role_are_without_effect(tmp_path: Path) -> None:
    machine = _sam_machine(_document(statement_on(ARN)), Role=_ELSEWHERE)
    assert _found(tmp_path, _sam(PUBLISHED, Machine=machine)) == []


@pytest.mark.parametrize(
    ("destination", "is_reported"),
    [
        ({"Id": "Orders"}, True),
        ({"Arn": ARN, "Type": "AWS::Lambda::Function"}, True),
        ({"Arn": SAM_ALIAS, "Type": "AWS::Lambda::Function"}, False),
    ],
)
def test_a_connector_of_a_state_machine_is_a_policy(
    tmp_path: Path, destination: Json, is_reported: bool
) -> None:
    connector = resource(
        "Serverless::Connector",
        Source={"Id": "Machine"},
        Destination=destination,
        Permissions=["Write"],
    )
    template = _sam(PUBLISHED, Machine=_sam_machine(), Connector=connector)
    found = lint_template(tmp_path, template)
    reported = [path.split("/")[1] for path in paths(found, RULE)]
    assert reported == ["Connector"] * is_reported
    # The state machine shows who invokes the function.
    assert paths(found, "I9813") == []


def test_a_connector_for_each_qualifier_is_right(tmp_path: Path) -> None:
    source = deepcopy(TARGETS_BY_ROLE["data source"])
    source["Properties"]["LambdaConfig"]["LambdaFunctionArn"] = SAM_ALIAS
    connector = resource(
        "Serverless::Connector",
        Source={"Id": "Target"},
        Destination={"Id": "Orders"},
        Permissions=["Write"],
    )
    template = _sam(PUBLISHED, Target=source, Role=_role(statement_on(ARN)))
    assert len(_found(tmp_path, template)) == 1
    template["Resources"]["Connector"] = connector
    found = lint_template(tmp_path, template)
    assert paths(found, RULE) == []
    assert paths(found, "I9813") == []


@pytest.mark.parametrize(
    ("role", "is_reported"), [(None, True), ("NONE", True), (_ELSEWHERE, False)]
)
@pytest.mark.parametrize("kind", ["AWS::Serverless::Api", "AWS::Serverless::HttpApi"])
def test_an_authorizer_of_sam_may_have_a_role(
    tmp_path: Path, kind: str, role: Json, is_reported: bool
) -> None:
    authorizer = {
        "FunctionArn": SAM_ALIAS,
        **({} if role is None else {"FunctionInvokeRole": role}),
        **(
            {"AuthorizerPayloadFormatVersion": "2.0"}
            if kind.endswith("HttpApi")
            else {}
        ),
    }
    api = resource(kind, StageName="prod", Auth={"Authorizers": {"Custom": authorizer}})
    permission = permission_on(FN, "apigateway.amazonaws.com")
    template = _sam(PUBLISHED, Api=api, Permission=permission)
    assert _found(tmp_path, template) == [FIXED] * is_reported


@pytest.mark.parametrize("target", [ARN, LIVE])
def test_an_unqualified_target_is_told_that_its_role_must_allow_the_alias(
    tmp_path: Path, target: Json
) -> None:
    found = lint_template(tmp_path, _by_role(target, statement_on(ANY)))
    for message in messages(found, "W9810"):
        assert message.endswith(
            "alias of a published version, which role Role must allow"
        )
    assert len(messages(found, "W9810")) == (target == ARN)
    found = lint_template(tmp_path, _template(Rule=rule_for(target)))
    assert not any("role" in message for message in messages(found, "W9810"))


def test_the_policy_templates_of_sam_that_let_invoke_are_known() -> None:
    translator = pytest.importorskip("samtranslator")
    path = Path(translator.__file__).parent / "policy_templates_data"
    text = (path / "policy_templates.json").read_text("utf-8")
    templates = json.loads(text)["Templates"]
    granting = {
        name
        for name, template in templates.items()
        if "lambda:InvokeFunction" in json.dumps(template)
    }
    assert granting == {_roles._INVOKE_TEMPLATE}


# -- SnapStart ---------------------------------------------------------------------

SNAP = "Resources/Orders/Properties/SnapStart"


def _snapped(apply_on: Json = "PublishedVersions", **resources: Json) -> Json:
    template = deepcopy(_template(**resources))
    properties = template["Resources"]["Orders"]["Properties"]
    properties["SnapStart"] = {"ApplyOn": apply_on}
    return template


@pytest.mark.parametrize(
    ("resources", "is_reported"),
    [
        ({"Rule": rule_for(ARN)}, True),
        ({"Rule": rule_for({"Fn::Sub": "${Orders.Arn}:$LATEST"})}, True),
        ({"Rule": rule_for(ARN), "Topic": _topic(ARN)}, True),
        ({"Rule": rule_for(LIVE)}, False),
        ({"Rule": rule_for(VERSION)}, False),
        ({"Rule": rule_for(ARN), "Topic": _topic(LIVE)}, False),
        ({"Rule": rule_for({"Fn::If": ["A", ARN, LIVE]})}, False),
        # Who invokes it is unknown.
        ({}, False),
    ],
)
def test_snap_start_needs_a_published_version(
    tmp_path: Path, resources: Json, is_reported: bool
) -> None:
    template = _snapped(**resources)
    template["Conditions"] = {"A": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}}
    assert _found(tmp_path, template) == [SNAP] * is_reported


@pytest.mark.parametrize("apply_on", ["None", {"Ref": "Apply"}])
def test_snap_start_that_may_be_off_is_silent(tmp_path: Path, apply_on: Json) -> None:
    template = _snapped(apply_on, Rule=rule_for(ARN))
    template["Parameters"] = {"Apply": {"Type": "String"}}
    assert _found(tmp_path, template) == []


def test_the_message_on_snap_start_says_how_it_takes_effect(tmp_path: Path) -> None:
    [message] = messages(lint_template(tmp_path, _snapped(Rule=rule_for(ARN))), RULE)
    assert message == (
        "SnapStart of Orders applies to published versions, but Rule "
        "(AWS::Events::Rule) invokes $LATEST of Orders, so it has no effect; "
        "let Rule (AWS::Events::Rule) invoke an alias"
    )


def test_snap_start_of_a_serverless_function(tmp_path: Path) -> None:
    event = {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}}
    properties = {
        "SnapStart": {"ApplyOn": "PublishedVersions"},
        "Events": {"Nightly": event},
    }
    [message] = messages(lint_template(tmp_path, _sam(properties)), RULE)
    assert message.endswith("set AutoPublishAlias on Orders and invoke that alias")
    assert _found(tmp_path, _sam({**properties, **PUBLISHED})) == []


# -- what is said ------------------------------------------------------------------


def test_a_misfit_in_some_scenario_says_when(tmp_path: Path) -> None:
    template = _template(
        Topic=_topic({"Fn::If": ["IsProd", LIVE, ARN]}),
        Permission=permission_on(FN, "sns.amazonaws.com"),
    )
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "invokes Live of Orders when IsProd is true, so" in message
    # Where target and permission are there at all, it is always so.
    template = _template(
        Topic=_topic(LIVE), Permission=permission_on(FN, "sns.amazonaws.com")
    )
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    for name in ("Topic", "Permission"):
        template["Resources"][name]["Condition"] = "IsProd"
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert " when " not in message


def test_a_config_in_some_scenario_says_when(tmp_path: Path) -> None:
    template = _template(Topic=_topic(LIVE), Config=_config("$LATEST"))
    config = template["Resources"]["Config"]["Properties"]
    config["Qualifier"] = {"Fn::If": ["IsProd", "live", "$LATEST"]}
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "when IsProd is false" in message


@pytest.mark.parametrize(
    ("action", "is_reported"),
    [
        ("lambda:invokeFunction", True),
        ("LAMBDA:INVOKEFUNCTION", True),
        ("lambda:invoke*", True),
        ("lambda:invokeFunctionUrl", False),
        ("lambda:GetFunction", False),
    ],
)
def test_the_action_of_a_permission_ignores_case(
    tmp_path: Path, action: str, is_reported: bool
) -> None:
    permission = permission_on(FN)
    permission["Properties"]["Action"] = action
    template = _template(Rule=rule_for(LIVE), Permission=permission)
    assert _found(tmp_path, template) == [FIXED] * is_reported


@pytest.mark.parametrize(
    "principal",
    ["logs.amazonaws.com", "logs.us-east-1.amazonaws.com", "logs.amazonaws.com.cn"],
)
def test_a_principal_may_be_of_a_region_or_of_china(
    tmp_path: Path, principal: str
) -> None:
    resources = _logs(LIVE)
    permissions = [
        name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Permission"
    ]
    for name in permissions:
        del resources[name]
    template = _template(**resources, Permission=permission_on(FN, principal))
    assert _found(tmp_path, template) == [FIXED]


def test_a_target_that_takes_no_qualifier_is_not_told_to_invoke_one(
    tmp_path: Path,
) -> None:
    edge = {"EventType": "viewer-request", "LambdaFunctionARN": ARN}
    distribution = resource(
        "CloudFront::Distribution",
        DistributionConfig={
            "DefaultCacheBehavior": {"LambdaFunctionAssociations": [edge]}
        },
    )
    template = _provisioned("Live", LIVE)
    del template["Resources"]["Topic"]
    template["Resources"]["Distribution"] = distribution
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "invoke Live" not in message


def test_sam_s_own_setting_cannot_be_put_elsewhere(tmp_path: Path) -> None:
    properties = {**PUBLISHED, "ProvisionedConcurrencyConfig": {"A": 1}}
    template = _sam(properties, Rule=rule_for({"Fn::Sub": "${Orders.Arn}:2"}))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message == (
        "The provisioned concurrency of Orders applies to !Ref Orders.Alias, but Rule "
        "(AWS::Events::Rule) invokes version 2 of Orders, so it has no effect; "
        "let Rule (AWS::Events::Rule) invoke !Ref Orders.Alias"
    )


def test_what_sam_publishes_is_named_as_a_template_writes_it(tmp_path: Path) -> None:
    template = _sam(PUBLISHED, Rule=rule_for(SAM_ALIAS), Permission=permission_on(FN))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.endswith("put the permission on !Ref Orders.Alias")


def test_what_sam_permits_is_to_be_written_beside_it(tmp_path: Path) -> None:
    """An event permits the function itself: SAM has no other place for it."""
    template = _sam({"Events": EVENT}, Api=_defined_api({"Fn::Sub": "${Orders.Arn}:7"}))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.startswith("Event Get of Orders is for $LATEST")
    assert message.endswith("write one for version 7 yourself")


@pytest.mark.parametrize(
    ("qualifier", "words"), [("gone", "gone"), ("7", "version 7"), ("l7", "l7")]
)
def test_a_qualifier_that_is_written_out_is_named_so(
    tmp_path: Path, qualifier: str, words: str
) -> None:
    granted = {"Fn::Sub": f"${{Orders.Arn}}:{qualifier}"}
    template = _template(Nightly=rule_for(ARN), Permission=permission_on(granted))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.startswith(f"Permission Permission is for {words}, but")
    assert message.endswith(f"let Nightly (AWS::Events::Rule) invoke {words}")


@pytest.mark.parametrize(
    ("granted", "cure"),
    [
        (LIVE, "let Url (AWS::Lambda::Url) invoke Live"),
        # A function URL takes aliases only.
        (VERSION, "put the permission on $LATEST"),
        ({"Fn::Sub": "${Orders.Arn}:7"}, "put the permission on $LATEST"),
    ],
)
def test_a_url_is_not_told_to_invoke_a_version(
    tmp_path: Path, granted: Json, cure: str
) -> None:
    template = _template(Url=_url(None), Permission=_to_anybody(granted))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.endswith(cure)


def test_snap_start_where_the_service_takes_no_version(tmp_path: Path) -> None:
    pipeline = resource(
        "IoTAnalytics::Pipeline",
        PipelineActivities=[{"Lambda": {"LambdaName": FN, "BatchSize": 1}}],
    )
    [message] = messages(lint_template(tmp_path, _snapped(Pipeline=pipeline)), RULE)
    cure = "invoke it through a service that takes versions"
    assert message.endswith(cure)


def test_snap_start_beside_the_alias_of_sam(tmp_path: Path) -> None:
    properties = {**PUBLISHED, "SnapStart": {"ApplyOn": "PublishedVersions"}}
    template = _sam(properties, Rule=rule_for(ARN))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.endswith("invoke an alias")


# -- connectors, and what SAM permits ----------------------------------------------


def _connected(destination: Json, *permissions: str) -> Json:
    return resource(
        "Serverless::Connector",
        Source={"Id": "Rule"},
        Destination=destination,
        Permissions=list(permissions),
    )


@pytest.mark.parametrize(
    ("destination", "permissions", "is_reported"),
    [
        ({"Id": "Orders"}, ["Write"], True),
        ({"Id": "Orders"}, ["Read"], False),
        ({"Id": "Orders"}, [], False),
        ({"Arn": ARN, "Type": "AWS::Lambda::Function"}, ["Write"], True),
        ({"Arn": SAM_ALIAS, "Type": "AWS::Lambda::Function"}, ["Write"], False),
        (
            {"Arn": {"Ref": "Elsewhere"}, "Type": "AWS::Lambda::Function"},
            ["Write"],
            False,
        ),
    ],
)
def test_a_connector_permits_its_destination_to_write(
    tmp_path: Path, destination: Json, permissions: list[str], is_reported: bool
) -> None:
    connector = _connected(destination, *permissions)
    template = _sam(PUBLISHED, Rule=rule_for(SAM_ALIAS), Connector=connector)
    template["Parameters"] = {"Elsewhere": {"Type": "String"}}
    found = lint_template(tmp_path, template)
    assert [path.split("/")[1] for path in paths(found, RULE)] == [
        "Connector"
    ] * is_reported
    for message in messages(found, RULE):
        assert message.endswith("give the Destination the Arn of !Ref Orders.Alias")


@pytest.mark.parametrize(
    ("path", "method", "is_reported"),
    [
        ("/orders", "get", False),
        ("/orders", "any", False),
        ("/orders", "post", True),
        ("/others", "get", True),
    ],
)
def test_the_event_of_an_api_permits_its_own_operation(
    tmp_path: Path, path: str, method: str, is_reported: bool
) -> None:
    event = {"RestApiId": {"Ref": "Api"}, "Path": path, "Method": method}
    api = _body("AWS::Serverless::Api")
    api["Properties"]["DefinitionBody"] = api["Properties"].pop("Body")
    api["Properties"]["StageName"] = "prod"
    operation = api["Properties"]["DefinitionBody"]["paths"]["/orders"]["get"]
    operation["x-amazon-apigateway-integration"]["uri"] = _uri(SAM_ALIAS)
    template = _sam(
        {**PUBLISHED, "Events": {"Get": {"Type": "Api", "Properties": event}}},
        Api=api,
        Permission=permission_on(
            FN,
            "apigateway.amazonaws.com",
            SourceArn={
                "Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:"
                "${Api}/*/*/*"
            },
        ),
    )
    assert _found(tmp_path, template) == [FIXED] * is_reported


# -- scalable targets --------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "is_refused"),
    [
        ({"Fn::Sub": "function:${Orders}"}, True),
        ({"Fn::Join": [":", ["function", FN]]}, True),
        ({"Fn::Sub": "function:${Orders}:live"}, False),
        ({"Fn::Sub": "function:${Name}"}, False),
        ("function:elsewhere", False),
        ("table/orders", False),
    ],
)
def test_a_scalable_target_without_a_qualifier_is_refused(
    tmp_path: Path, identifier: Json, is_refused: bool
) -> None:
    scalable = resource(
        "ApplicationAutoScaling::ScalableTarget",
        MaxCapacity=2,
        MinCapacity=1,
        ResourceId=identifier,
        ScalableDimension="lambda:function:ProvisionedConcurrency",
        ServiceNamespace="lambda",
    )
    template = _template(Scalable=scalable)
    template["Parameters"] = {"Name": {"Type": "String"}}
    found = lint_template(tmp_path, template)
    path = "Resources/Scalable/Properties/ResourceId"
    assert paths(found, RULE) == [path] * is_refused
    for message in messages(found, RULE):
        assert message == (
            "The scalable target Scalable names no version or alias of Orders, which "
            "AWS refuses; name one: function:Orders:ALIAS"
        )


# -- decisions that could be left out unnoticed --------------------------------------

PROD = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
CHOICE = {"Parameters": {"Stage": {"Type": "String"}}, "Conditions": PROD}
NOTHING = {"Ref": "AWS::NoValue"}


def test_a_permission_for_every_source_makes_another_surplus(tmp_path: Path) -> None:
    source = {GetAtt: ["Rule", "Arn"]}
    template = _template(
        Rule=rule_for(LIVE),
        Right=permission_on(LIVE),
        Permission=permission_on(FN, SourceArn=source),
    )
    assert _found(tmp_path, template) == []


def test_a_source_that_is_one_of_several_covers_each(tmp_path: Path) -> None:
    sources = [{GetAtt: ["Rule", "Arn"]}, {GetAtt: ["Other", "Arn"]}]
    template = _template(
        Rule=rule_for(LIVE),
        Other=rule_for(LIVE),
        Permission=permission_on(FN, SourceArn={"Fn::If": ["IsProd", *sources]}),
        Right=permission_on(LIVE, SourceArn=sources[0]),
    )
    assert _found(tmp_path, {**template, **CHOICE}) == [FIXED]


@pytest.mark.parametrize(("name", "expected"), [("orders", [FIXED]), ("carts", [])])
def test_a_source_is_compared_by_its_name_where_both_are_written_out(
    tmp_path: Path, name: str, expected: list[str]
) -> None:
    subscription = resource(
        "SNS::Subscription",
        Endpoint=LIVE,
        Protocol="lambda",
        TopicArn="arn:aws:sns:us-east-1:123456789012:orders",
    )
    permission = _from(FN, "sns", name)
    template = _template(Subscription=subscription, Permission=permission)
    assert _found(tmp_path, template) == expected


def test_a_source_of_which_no_name_is_known_is_covered(tmp_path: Path) -> None:
    authorizer = resource(
        "IoT::Authorizer", AuthorizerFunctionArn=LIVE, AuthorizerName="orders"
    )
    template = _template(
        It=authorizer, Permission=_from(FN, "iot", "authorizer/orders")
    )
    assert _found(tmp_path, template) == [FIXED]


def test_a_role_in_one_scenario_leaves_the_other_to_permissions(tmp_path: Path) -> None:
    api = _method({"Fn::If": ["IsProd", ARN, LIVE]})
    integration = api["Target"]["Properties"]["Integration"]
    integration["Credentials"] = {"Fn::If": ["IsProd", ROLE, NOTHING]}
    permission = permission_on(FN, "apigateway.amazonaws.com")
    template = {**_template(**api, Role=_role(), Permission=permission), **CHOICE}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "invokes Live of Orders when IsProd is false, so" in message
    integration["Credentials"] = {"Fn::If": ["IsProd", NOTHING, ROLE]}
    template = {**_template(**api, Role=_role(), Permission=permission), **CHOICE}
    assert _found(tmp_path, template) == []


@pytest.mark.parametrize(
    ("name", "is_reported"),
    [({"Fn::Sub": "${Stage}-orders"}, False), ("carts", True), (None, True)],
)
def test_a_statement_on_a_name_may_be_on_a_function_that_is_called_so(
    tmp_path: Path, name: Json, is_reported: bool
) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:shop-orders:live"
    template = {**_by_role(LIVE, statement_on(ARN), statement_on(arn)), **CHOICE}
    orders: Json = deepcopy(FUNCTION)
    orders["Properties"].update({"FunctionName": name} if name else {})
    template["Resources"]["Orders"] = orders
    assert _found(tmp_path, template) == [f"{INLINE}/0/Resource"] * is_reported


def test_a_statement_of_another_scenario_allows_nothing_here(tmp_path: Path) -> None:
    allowed = {"Fn::If": ["IsProd", ARN, NOTHING]}
    invoked = {"Fn::If": ["IsProd", ARN, LIVE]}
    template = {**_by_role(invoked, statement_on(allowed)), **CHOICE}
    assert _found(tmp_path, template) == []


@pytest.mark.parametrize(
    ("beside", "is_reported"),
    [
        (NOTHING, True),
        ({GetAtt: ["Topic", "TopicArn"]}, True),
        # What an output of a nested stack or a parameter holds may be the function.
        ({GetAtt: ["Nested", "Outputs.Arn"]}, False),
        ({GetAtt: ["Stored", "Value"]}, False),
    ],
    ids=["nothing", "topic", "nested", "stored"],
)
def test_what_a_statement_names_beside_may_be_the_function(
    tmp_path: Path, beside: Json, is_reported: bool
) -> None:
    template = _by_role(
        LIVE,
        statement_on([ARN, beside]),
        Topic=resource("SNS::Topic"),
        Nested=resource("CloudFormation::Stack", TemplateURL="https://a/b"),
        Stored=resource("SSM::Parameter", Type="String", Value="v"),
    )
    assert _found(tmp_path, template) == [f"{INLINE}/0/Resource/0"] * is_reported


@pytest.mark.parametrize(
    "more", [{"Action": [{"a": "b"}]}, {"Effect": {"a": "b"}}, {"Effect": ["Allow"]}]
)
def test_a_malformed_statement_may_be_right(tmp_path: Path, more: Json) -> None:
    template = _by_role(LIVE, statement_on(ARN), {**statement_on(ARN), **more})
    matches = lint_template(tmp_path, template)
    assert [match for match in matches if match.rule.id == "E0002"] == []


@pytest.mark.parametrize("without", ["Path", "Method"])
def test_an_event_that_lacks_what_it_permits_is_read(
    tmp_path: Path, without: str
) -> None:
    events: Json = deepcopy(EVENT)
    del events["Get"]["Properties"][without]
    api = _api_of_kind("AWS::Serverless::Api", {"Fn::Sub": "${Orders.Arn}:7"})
    matches = lint_template(tmp_path, _sam({"Events": events}, Api=api))
    assert "E0002" not in {match.rule.id for match in matches}


_CREDENTIALS = {"type": "aws_proxy", "credentials": ROLE}
_ROLE_BESIDE: dict[str, Json] = {
    "integration": {
        "paths": {"/": {"get": {"x-amazon-apigateway-integration": _CREDENTIALS}}}
    },
    "integrations": {
        "components": {"x-amazon-apigateway-integrations": {"sell": _CREDENTIALS}}
    },
    "security schemes": {
        "components": {
            "securitySchemes": {
                "A": {"x-amazon-apigateway-authorizer": {"authorizerCredentials": ROLE}}
            }
        }
    },
    "security definitions": {
        "securityDefinitions": {
            "A": {"x-amazon-apigateway-authorizer": {"authorizerCredentials": ROLE}}
        }
    },
}


def _with_uri(node: Json, has_role: bool) -> Json:
    """A definition in which each integration and authorizer invokes the alias."""
    if not isinstance(node, dict) or node == ROLE:
        return node
    made = {key: _with_uri(value, has_role) for key, value in node.items()}
    for role, uri in (
        ("credentials", "uri"),
        ("authorizerCredentials", "authorizerUri"),
    ):
        if role in made:
            made[uri] = _uri(LIVE)
            if not has_role:
                del made[role]
    return made


@pytest.mark.parametrize("name", _ROLE_BESIDE)
def test_a_definition_says_by_which_role_it_invokes(tmp_path: Path, name: str) -> None:
    for has_role, expected in ((True, []), (False, [FIXED])):
        template = _template(
            Api=resource(
                "ApiGateway::RestApi", Body=_with_uri(_ROLE_BESIDE[name], has_role)
            ),
            Role=_role(),
            Permission=permission_on(FN, "apigateway.amazonaws.com"),
        )
        assert _found(tmp_path, template) == expected


@pytest.mark.parametrize(
    ("action", "inputs"),
    [
        ("aws:invokeLambdaFunction", {}),
        ("aws:executeAwsApi", {"Service": "lambda", "Api": "Invoke"}),
    ],
)
def test_a_runbook_says_by_which_role_it_invokes(
    tmp_path: Path, action: str, inputs: Json
) -> None:
    step = {"action": action, "inputs": {**inputs, "FunctionName": LIVE}}
    content = {"assumeRole": ROLE, "mainSteps": [step]}
    template = _template(
        Runbook=resource("SSM::Document", Content=content),
        Role=_role(statement_on(ARN)),
    )
    assert _found(tmp_path, template) == [f"{INLINE}/0/Resource"]
