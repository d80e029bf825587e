"""Permissions of many services, frameworks and connectors."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from cfn_lint_lambda_race import QualifierMismatch
from tests.attached import (
    EVENT,
    FIXED,
    PUBLISHED,
    RULE,
    SAM_ALIAS,
    VERSION,
    GetAtt,
    Json,
    api_of_kind,
    api_with_definition,
    body_with,
    logs_to,
    method_for,
    misfits,
    sam_with,
    two_aliases,
    uri_of,
)
from tests.building import (
    ARN,
    CHOICE,
    FN,
    LIVE,
    PROD_OR_DEV,
    definition_of,
    permission_on,
    resource,
    rule_for,
    sam,
)
from tests.linting import FUNCTION, asked, lint_template, messages, paths

# -- a dozen integrations as the CDK writes them -----------------------------------


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
    wrong = two_aliases(**method_for(LIVE), P=_for_method(FN, path))
    found = ["Resources/P/Properties/FunctionName"] * covers
    assert misfits(tmp_path, wrong) == found
    # On the right one, it makes another surplus only where it is for this method.
    other = {"P": _for_method(LIVE, path), "Q": _for_method(FN, "/*/GET/orders")}
    found = [] if covers else ["Resources/Q/Properties/FunctionName"]
    assert misfits(tmp_path, two_aliases(**method_for(LIVE), **other)) == found


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
        logs_to,
        {"SourceArn": {GetAtt: ["Group", "Arn"]}},
    ),
    "rest api": (
        "apigateway.amazonaws.com",
        method_for,
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
    template = two_aliases(
        **resources(qualified), Permission=permission_on(qualified, principal, **beside)
    )
    assert misfits(tmp_path, template) == []


@pytest.mark.parametrize("name", INTEGRATIONS)
@pytest.mark.parametrize("qualified", [LIVE, VERSION], ids=["alias", "version"])
def test_an_integration_whose_permission_was_put_back_is_reported(
    tmp_path: Path, name: str, qualified: Json
) -> None:
    principal, resources, beside = INTEGRATIONS[name]
    template = two_aliases(
        **resources(qualified), Permission=permission_on(ARN, principal, **beside)
    )
    assert misfits(tmp_path, template) == [FIXED]


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


@pytest.mark.slow
@pytest.mark.parametrize("qualified", [LIVE, VERSION], ids=["alias", "version"])
def test_among_all_integrations_the_one_permission_put_back_is_reported(
    tmp_path: Path, qualified: Json
) -> None:
    template = two_aliases(**_all_integrations(qualified))
    assert misfits(tmp_path, template) == []
    for number in range(0, len(INTEGRATIONS), 3):
        permission = template["Resources"][f"Permission{number}"]["Properties"]
        permission["FunctionName"] = ARN
        expected = [f"Resources/Permission{number}/Properties/FunctionName"]
        assert misfits(tmp_path, template) == expected
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
    template = two_aliases(**method_for(LIVE), **permissions)
    assert misfits(tmp_path, template) == []
    permissions[back]["Properties"]["FunctionName"] = ARN
    assert misfits(tmp_path, template) == [f"Resources/{back}/Properties/FunctionName"]


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
    assert misfits(tmp_path, template) == []


# -- connectors, and what SAM permits ----------------------------------------------


NOTHING = {"Ref": "AWS::NoValue"}


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
    template = sam_with(PUBLISHED, Rule=rule_for(SAM_ALIAS), Connector=connector)
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
        # It may be the same operation.
        ("/{proxy+}", "get", False),
        ("/orders", "post", True),
        ("/others", "get", True),
    ],
)
def test_the_event_of_an_api_permits_its_own_operation(
    tmp_path: Path, path: str, method: str, is_reported: bool
) -> None:
    event = {"RestApiId": {"Ref": "Api"}, "Path": path, "Method": method}
    api = body_with("AWS::Serverless::Api")
    api["Properties"]["DefinitionBody"] = api["Properties"].pop("Body")
    api["Properties"]["StageName"] = "prod"
    operation = api["Properties"]["DefinitionBody"]["paths"]["/orders"]["get"]
    operation["x-amazon-apigateway-integration"]["uri"] = uri_of(SAM_ALIAS)
    template = sam_with(
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
    assert misfits(tmp_path, template) == [FIXED] * is_reported
    # The definition may be a file, of which a permission of SAM's can be wrong.
    properties = api["Properties"]
    document = json.dumps(properties.pop("DefinitionBody"))
    uri = json.dumps(uri_of(SAM_ALIAS))
    assert uri in document
    (tmp_path / "api.json").write_text(document.replace(uri, json.dumps(uri_of(ARN))))
    properties["DefinitionUri"] = "api.json"
    del template["Resources"]["Permission"]
    expected = ["Resources/Orders/Properties/Events/Get"] * (not is_reported)
    assert misfits(tmp_path, template) == expected


@pytest.mark.parametrize("name", ["Api", "paths"])
def test_the_event_of_an_api_may_permit_what_is_no_operation_for_certain(
    tmp_path: Path, name: str
) -> None:
    """An operation under a condition, and an authorizer of whatever API."""
    events: Json = deepcopy(EVENT)
    events["Get"]["Properties"].update(RestApiId={"Ref": name}, Path="/others")
    api = api_with_definition(ARN)
    template = sam_with({**PUBLISHED, "Events": events}, **{name: api})
    template.update(CHOICE)
    properties = api["Properties"]
    assert misfits(tmp_path, template) == []
    operations = properties["DefinitionBody"]["paths"]
    operations["/orders"] = {"Fn::If": ["IsProd", operations["/orders"], {}]}
    expected = ["Resources/Orders/Properties/Events/Get"]
    assert misfits(tmp_path, template) == expected
    del properties["DefinitionBody"]
    authorizer = {"FunctionArn": ARN, "DisableFunctionDefaultPermissions": True}
    properties["Auth"] = {"Authorizers": {"Own": authorizer}}
    assert misfits(tmp_path, template) == expected
    # Else SAM permits the authorizer itself.
    del authorizer["DisableFunctionDefaultPermissions"]
    assert misfits(tmp_path, template) == []


# -- what an event lacks -----------------------------------------------------------


@pytest.mark.parametrize("without", ["Path", "Method"])
def test_an_event_that_lacks_what_it_permits_is_read(
    tmp_path: Path, without: str
) -> None:
    events: Json = deepcopy(EVENT)
    del events["Get"]["Properties"][without]
    api = api_of_kind("AWS::Serverless::Api", {"Fn::Sub": "${Orders.Arn}:7"})
    matches = lint_template(tmp_path, sam_with({"Events": events}, Api=api))
    assert "E0002" not in {match.rule.id for match in matches}


@pytest.mark.parametrize(
    ("name", "value"), [("Path", {"Ref": "Given"}), ("Method", {"Ref": "Given"})]
)
def test_an_event_of_an_unknown_operation_may_permit_each(
    name: str, value: Json
) -> None:
    events: Json = deepcopy(EVENT)
    events["Get"]["Properties"][name] = value
    template = sam_with({**PUBLISHED, "Events": events}, Api=api_with_definition(ARN))
    template["Parameters"] = {"Given": {"Type": "String"}}
    assert asked(QualifierMismatch(), template) == [
        "Resources/Orders/Properties/Events/Get"
    ]


def test_an_event_of_no_api_permits_none(tmp_path: Path) -> None:
    daily = {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}}
    api = api_with_definition(ARN)
    template = sam_with({**PUBLISHED, "Events": {"Daily": daily}}, Api=api)
    assert misfits(tmp_path, template) == []
    # It hides none behind it.
    template = sam_with({**PUBLISHED, "Events": {"Daily": daily, **EVENT}}, Api=api)
    assert misfits(tmp_path, template) == ["Resources/Orders/Properties/Events/Get"]


def test_only_a_function_of_sam_has_events(tmp_path: Path) -> None:
    plain: Json = deepcopy(FUNCTION)
    plain["Properties"]["Events"] = EVENT
    template = sam_with(
        {**PUBLISHED, "Events": EVENT},
        Api=api_with_definition({"Fn::Sub": "${Plain.Arn}:7"}),
    )
    template["Resources"] = {"Plain": plain, **template["Resources"]}
    assert misfits(tmp_path, template) == []
    # It hides no function of SAM behind it.
    template["Resources"]["Api"] = api_with_definition(ARN)
    assert misfits(tmp_path, template) == ["Resources/Orders/Properties/Events/Get"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Principal", {"Fn::If": ["IsProd", "events.amazonaws.com", "*"]}),
        ("Principal", None),
        ("Action", {"Fn::If": ["IsProd", "lambda:InvokeFunction", "lambda:*"]}),
        ("Action", None),
        ("Action", {"Ref": "Given"}),
        ("InvokedViaFunctionUrl", {"Fn::If": ["IsProd", True, False]}),
    ],
    ids=json.dumps,
)
def test_a_permission_that_is_unknown_or_several_lets_nobody_in_for_certain(
    tmp_path: Path, name: str, value: Json
) -> None:
    permission = permission_on(FN)
    permission["Properties"][name] = value
    if value is None:
        del permission["Properties"][name]
    template = {
        **two_aliases(Rule=rule_for(LIVE), Permission=permission),
        **PROD_OR_DEV,
    }
    template["Parameters"] = {**template["Parameters"], "Given": {"Type": "String"}}
    certain = name == "InvokedViaFunctionUrl"
    assert misfits(tmp_path, template) == [FIXED] * certain


def test_only_a_permission_is_one(tmp_path: Path) -> None:
    permission = permission_on(FN)
    for kind, count in ((permission["Type"], 1), ("Custom::Permission", 0)):
        one = {**permission, "Type": kind}
        template = two_aliases(Rule=rule_for(LIVE), Permission=one)
        assert len(misfits(tmp_path, template)) == count


@pytest.mark.parametrize("named", [{"Ref": "Shop"}, "Shop"])
@pytest.mark.parametrize(("kind", "name"), [("Api", "RestApiId"), ("HttpApi", "ApiId")])
def test_an_event_permits_the_api_that_it_names(
    kind: str, name: str, named: Json, tmp_path: Path
) -> None:
    api = resource(
        f"Serverless::{kind}",
        StageName="prod",
        DefinitionBody=definition_of("/", "${Orders.Arn}:7"),
    )
    event = {"Path": "/", "Method": "get", name: named}
    events = {"Hourly": None, "Get": {"Type": kind, "Properties": event}}
    template = sam({"Events": events}, Resources={"Shop": api})
    del template["Resources"]["Orders"]["Properties"]["Events"]["Hourly"]
    found = paths(lint_template(tmp_path, template), "W9812")
    assert found == ["Resources/Orders/Properties/Events/Get"]


def test_a_connector_may_stand_at_its_source(tmp_path: Path) -> None:
    rule = resource(
        "Events::Rule",
        ScheduleExpression="rate(1 day)",
        Targets=[{"Id": "a", "Arn": {"Ref": "Orders.Alias"}}],
    )
    connector = {"Destination": {"Id": "Orders"}, "Permissions": ["Write"]}
    rule["Connectors"] = {"ToOrders": {"Properties": connector}}
    template = sam({"AutoPublishAlias": "live"}, Resources={"Rule": rule})
    (found,) = paths(lint_template(tmp_path, template), "W9812")
    assert found == "Resources/Rule/Connectors/ToOrders/Properties/Destination"


def test_an_event_of_any_method_permits_each(tmp_path: Path) -> None:
    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        "${Orders.Alias}/invocations"
    )
    integration = {"type": "aws_proxy", "uri": {"Fn::Sub": uri}}
    method = {"x-amazon-apigateway-integration": integration}
    permission = resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=FN,
        Principal="apigateway.amazonaws.com",
    )

    def found(of_api: str, of_event: str) -> list[str]:
        paths_ = {"/orders": {of_api: method}}
        api = resource(
            "Serverless::Api",
            StageName="prod",
            DefinitionBody={"openapi": "3.0.1", "paths": paths_},
        )
        event = {"Path": "/orders", "Method": of_event, "RestApiId": {"Ref": "Shop"}}
        template = sam(
            {"AutoPublishAlias": "live"},
            Resources={"Shop": api, "Permission": permission},
        )
        properties = template["Resources"]["Orders"]["Properties"]
        properties["Events"] = {"Get": {"Type": "Api", "Properties": event}}
        return paths(lint_template(tmp_path, template), "W9812")

    any_method = "x-amazon-apigateway-any-method"
    assert found("get", "get") == found(any_method, "get") == found("get", "any") == []
    assert found("get", "post") == ["Resources/Permission/Properties/FunctionName"]


def test_what_sam_permits_for_its_own_event_is_enough(tmp_path: Path) -> None:
    permission = resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=FN,
        Principal="events.amazonaws.com",
    )
    template = sam({"AutoPublishAlias": "live"}, Resources={"Permission": permission})
    assert paths(lint_template(tmp_path, template), "W9812") == []


@pytest.mark.parametrize(
    ("path", "covers"),
    [
        ("/*/GET/orders", True),
        ("/*/*/orders", True),
        ("/*/ANY/orders", True),
        ("/*/GET/carts", False),
    ],
)
def test_a_permission_of_one_method_covers_some_of_any(
    tmp_path: Path, path: str, covers: bool
) -> None:
    method = method_for(LIVE)
    method["Target"]["Properties"]["HttpMethod"] = "ANY"
    template = two_aliases(**method, Permission=_for_method(FN, path))
    assert misfits(tmp_path, template) == [FIXED] * covers


@pytest.mark.parametrize(
    ("path", "covers"),
    [
        ("/*/GET/orders/7", True),
        ("/*/GET/orders/*", True),
        ("/*/GET/orders/{id}", True),
        ("/*/GET/orders/", False),
        ("/*/GET/orders", False),
    ],
)
def test_a_parameter_of_a_path_stands_for_a_part_of_it(
    tmp_path: Path, path: str, covers: bool
) -> None:
    method = method_for(LIVE)
    method["One"] = resource(
        "ApiGateway::Resource",
        ParentId={"Ref": "Resource"},
        PathPart="{id}",
        RestApiId={"Ref": "Api"},
    )
    method["Target"]["Properties"]["ResourceId"] = {"Ref": "One"}
    template = two_aliases(**method, Permission=_for_method(FN, path))
    assert misfits(tmp_path, template) == [FIXED] * covers


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HttpMethod", {"Fn::If": ["IsProd", "GET", "PUT"]}),
        ("ResourceId", "a1b2c3"),
        ("ResourceId", {"Ref": "Elsewhere"}),
        ("ResourceId", None),
    ],
)
def test_a_method_that_is_not_known_is_covered(
    tmp_path: Path, name: str, value: Json
) -> None:
    method = method_for(LIVE)
    method["Target"]["Properties"][name] = value
    template = two_aliases(**method, Permission=_for_method(FN, "/*/POST/orders"))
    template = {**template, **PROD_OR_DEV}
    template["Parameters"] = {
        **PROD_OR_DEV["Parameters"],
        "Elsewhere": {"Type": "String"},
    }
    assert misfits(tmp_path, template) == [FIXED]


@pytest.mark.parametrize(
    "source", ["arn:aws:execute-api:${Api}", "${Api}", "arn:aws:sns:a:b:${Api}/*/GET/x"]
)
def test_a_source_that_names_no_method_covers_each(tmp_path: Path, source: str) -> None:
    permission = permission_on(
        FN, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": source}
    )
    template = two_aliases(**method_for(LIVE), Permission=permission)
    assert misfits(tmp_path, template) == [FIXED]


@pytest.mark.parametrize(
    "connectors",
    [
        {"C": None},
        {"C": [1]},
        {"C": {"Properties": [1]}},
        {"C": {"Properties": {"Destination": {"Id": {"Ref": "Orders"}}}}},
        {"C": {"Properties": {"Destination": {"Id": ["Orders"]}}}},
        {"C": {"Properties": {"Destination": "Orders"}}},
    ],
    ids=json.dumps,
)
def test_a_malformed_connector_permits_nothing(
    tmp_path: Path, connectors: Json
) -> None:
    for one in connectors.values():
        if isinstance(one, dict) and isinstance(one["Properties"], dict):
            one["Properties"]["Permissions"] = ["Write"]
    rule = {**rule_for(SAM_ALIAS), "Connectors": connectors}
    assert misfits(tmp_path, sam_with(PUBLISHED, Rule=rule)) == []


@pytest.mark.parametrize(
    ("source", "destination", "permissions"),
    [
        ({"Id": "Rule"}, {"Id": "Orders"}, ["Read"]),
        ({"Id": "Rule"}, {"Id": "Table"}, ["Write"]),
        ({"Id": "Rule"}, {"Id": "Nothing"}, ["Write"]),
        # A table invokes no function.
        ({"Id": "Table"}, {"Id": "Orders"}, ["Write"]),
        ({"Id": "Nothing"}, {"Id": "Orders"}, ["Write"]),
        ({"Id": ["Rule"]}, {"Id": "Orders"}, ["Write"]),
        ("Rule", {"Id": "Orders"}, ["Write"]),
        (None, {"Id": "Orders"}, ["Write"]),
    ],
    ids=json.dumps,
)
def test_a_connector_of_nothing_to_a_function_permits_nothing(
    source: Json, destination: Json, permissions: list[str]
) -> None:
    connected = {"Destination": destination, "Permissions": permissions}
    before = resource("Serverless::Connector", Source=source, **connected)
    template = sam_with(
        PUBLISHED,
        Rule=rule_for(SAM_ALIAS),
        Table=resource("DynamoDB::Table"),
        Before=before,
    )
    assert asked(QualifierMismatch(), template) == []
    # It hides none behind it.
    template["Resources"]["Connector"] = _connected({"Id": "Orders"}, "Write")
    [found] = asked(QualifierMismatch(), template)
    assert found.startswith("Resources/Connector/")


def test_a_connector_to_a_function_that_is_not_there_then_permits_nothing() -> None:
    orders = {"Id": "Orders"}
    for branches, count in (([orders, NOTHING], 1), ([NOTHING, orders], 0)):
        destination = {"Fn::If": ["IsProd", *branches]}
        template = sam_with(
            PUBLISHED,
            Rule=rule_for(SAM_ALIAS),
            Connector=_connected(destination, "Write"),
        )
        template["Resources"]["Orders"]["Condition"] = "IsProd"
        assert len(asked(QualifierMismatch(), {**template, **PROD_OR_DEV})) == count


def test_only_a_connector_is_one(tmp_path: Path) -> None:
    connector = _connected({"Id": "Orders"}, "Write")
    for kind, count in ((connector["Type"], 1), ("Custom::Connector", 0)):
        one = {**connector, "Type": kind}
        template = sam_with(PUBLISHED, Rule=rule_for(SAM_ALIAS), Connector=one)
        assert len(misfits(tmp_path, template)) == count


def test_an_event_permits_no_method_that_is_a_resource(tmp_path: Path) -> None:
    """Of such a method nobody knows which event is for it."""
    event = {"RestApiId": {"Ref": "Api"}, "Path": "/orders", "Method": "get"}
    template = sam_with(
        {**PUBLISHED, "Events": {"Get": {"Type": "Api", "Properties": event}}},
        **method_for(SAM_ALIAS),
        Permission=_for_method(FN, "/*"),
    )
    assert misfits(tmp_path, template) == []
