"""What the pack reads in a SAM template, against what SAM makes of it.

The verdict that is compared: for each function, which services invoke it, and
whether each does so unqualified. A service is the catalogue's ``authorised_by``,
which is a service principal, or ``role`` where the service assumes one. Resources,
logical IDs and paths differ between a template and its translation; that a
service invokes the function, and how it is let in, must not. In the templates
written here each has a single integration, so nothing missed or surplus can hide
behind another, and each states its verdict too, so two empty ones do not pass.

Tests `template/_source.py` too.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode
from cfnlint.template import Template, transforms

from cfn_lint_lambda_race.template import read
from cfn_lint_lambda_race.template._nodes import Resource
from cfn_lint_lambda_race.template._sam import (
    as_lambda,
    is_version_of,
    makes_role,
    role_id,
    version_key,
)
from cfn_lint_lambda_race.template._source import content
from tests.building import resource
from tests.linting import CORPUS, lint_template, paths
from tests.translation import translated

pytest.importorskip("samtranslator")
from samtranslator.plugins.globals.globals_plugin import GlobalsPlugin
from samtranslator.public.exceptions import InvalidDocumentException

pytestmark = pytest.mark.skipif(
    not hasattr(transforms, "_sam_globals"),
    reason="this cfn-lint translates SAM itself, so there is no native reading",
)

Template_ = dict[str, Any]
# Function, service, whether it invokes $LATEST.
Verdict = set[tuple[str, str, bool]]

REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/orders"
KAFKA = "arn:aws:kafka:us-east-1:123456789012:cluster/c/1-2"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-a1b2c3"
DURATION = "rate(5 minutes)"
APIGATEWAY = "apigateway.amazonaws.com"
EVENTS = "events.amazonaws.com"

# What a packaged template says where its source names local files.
PACKAGED = {
    ("AWS::Serverless::Application", "Location"): "s3://artifacts/template.yaml",
    ("AWS::Serverless::Api", "DefinitionUri"): "s3://artifacts/openapi.yaml",
    ("AWS::Serverless::Function", "CodeUri"): "s3://artifacts/orders.zip",
    ("AWS::Serverless::HttpApi", "DefinitionUri"): "s3://artifacts/openapi.yaml",
    ("AWS::Serverless::LayerVersion", "ContentUri"): "s3://artifacts/layer.zip",
    ("AWS::Serverless::StateMachine", "DefinitionUri"): "s3://artifacts/states.json",
}
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:1"


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


# -- reading -----------------------------------------------------------------------


def _verdict(template: Template_, path: Path | str = "template.yaml") -> Verdict:
    """Which services invoke which functions, and whether they do so unqualified."""
    cfn = Template(str(path), template, [REGION])
    assert cfn.transform() == []
    reading = read(cfn)
    verdict: Verdict = set()
    for target in reading.targets:
        if target.row.is_deployment:
            continue
        unqualified = {use.function for use in reading.unqualified_uses(target)}
        service = target.row.authorised_by
        verdict.update((function, service, True) for function in unqualified)
        for reference in target.references:
            function = reference.function
            if (
                function is not None
                and reading.possible(reference.when)
                and not reading.references.unqualified(reference)
            ):
                verdict.add((function, service, False))
    return verdict


def _translated(template: Template_) -> Template_:
    """What the transform of SAM makes of a template, its local files packaged."""
    template = deepcopy(template)
    _package("AWS::Serverless::Function", template.get("Globals", {}).get("Function"))
    for made in template["Resources"].values():
        _package(made.get("Type"), made.get("Properties"))
    packaged: Template_ = translated(template)
    return packaged


def _package(kind: str, properties: Any) -> None:
    if not isinstance(properties, dict):
        return
    if properties.get("PackageType") == "Image":
        properties["ImageUri"] = IMAGE
    if "InlineCode" in properties:
        properties.pop("CodeUri", None)
    for (packaged, name), uri in PACKAGED.items():
        if packaged == kind and name in properties:
            properties[name] = uri


# -- templates ---------------------------------------------------------------------


def _function(**properties: Any) -> Template_:
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "CodeUri": "s3://artifacts/orders.zip",
            "Handler": "index.handler",
            "Role": ROLE,
            "Runtime": "python3.13",
            **properties,
        },
    }


def _event(kind: str, properties: Any = None, **resources: Any) -> Template_:
    """Properties of the function with one event, and the resources it needs."""
    event = {"Type": kind, "Properties": properties or {}}
    return {"Properties": {"Events": {"Event": event}}, "Resources": resources}


def _uri(reference: str) -> Template_:
    path = "lambda:path/2015-03-31/functions"
    arn = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:{path}"
    return {"Fn::Sub": f"{arn}/${{{reference}}}/invocations"}


def _openapi(reference: str) -> Template_:
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": _uri(reference)}
    method = {"x-amazon-apigateway-integration": integration}
    return {
        "openapi": "3.0.1",
        "info": {"title": "orders", "version": "1"},
        "paths": {"/orders": {"get": method}},
    }


REST = {"Path": "/orders", "Method": "get"}
TOPIC = "arn:aws:sns:us-east-1:123456789012:orders"
STREAM = {"StartingPosition": "LATEST"}

# Properties of the function and further resources, by what invokes the function.
# What SAM generates for the function invokes its alias, where there is one.
GENERATED: dict[str, tuple[str, Template_]] = {
    "Api, implicit": (APIGATEWAY, _event("Api", REST)),
    "Api, explicit": (
        APIGATEWAY,
        _event(
            "Api",
            {**REST, "RestApiId": {"Ref": "Rest"}},
            Rest=resource("Serverless::Api", StageName="live"),
        ),
    ),
    "Api, merged into a definition": (
        APIGATEWAY,
        _event(
            "Api",
            {**REST, "RestApiId": {"Ref": "Rest"}},
            Rest=resource(
                "Serverless::Api",
                StageName="live",
                MergeDefinitions=True,
                DefinitionBody={"openapi": "3.0.1", "paths": {"/": {"get": {}}}},
            ),
        ),
    ),
    "HttpApi, implicit": (APIGATEWAY, _event("HttpApi", REST)),
    "HttpApi, catch-all": (APIGATEWAY, _event("HttpApi")),
    "HttpApi, explicit": (
        APIGATEWAY,
        _event(
            "HttpApi",
            {**REST, "ApiId": {"Ref": "Http"}},
            Http=resource("Serverless::HttpApi"),
        ),
    ),
    "HttpApi, not in its definition": (
        APIGATEWAY,
        _event(
            "HttpApi",
            {**REST, "ApiId": {"Ref": "Http"}},
            Http=resource(
                "Serverless::HttpApi",
                DefinitionBody={"openapi": "3.0.1", "paths": {}},
            ),
        ),
    ),
    "Schedule": (EVENTS, _event("Schedule", {"Schedule": DURATION})),
    "ScheduleV2": ("role", _event("ScheduleV2", {"ScheduleExpression": DURATION})),
    "CloudWatchEvent": (EVENTS, _event("CloudWatchEvent", {"Pattern": {"a": ["b"]}})),
    "EventBridgeRule": (EVENTS, _event("EventBridgeRule", {"Pattern": {"a": ["b"]}})),
    "CloudWatchLogs": (
        "logs.amazonaws.com",
        _event("CloudWatchLogs", {"LogGroupName": "orders", "FilterPattern": ""}),
    ),
    "Cognito": (
        "cognito-idp.amazonaws.com",
        _event(
            "Cognito",
            {"UserPool": {"Ref": "Pool"}, "Trigger": "PreSignUp"},
            Pool=resource("Cognito::UserPool"),
        ),
    ),
    "Cognito, several triggers": (
        "cognito-idp.amazonaws.com",
        _event(
            "Cognito",
            {
                "UserPool": {"Ref": "Pool"},
                "Trigger": ["PreSignUp", "PostConfirmation"],
            },
            Pool=resource("Cognito::UserPool"),
        ),
    ),
    "IoTRule": ("iot.amazonaws.com", _event("IoTRule", {"Sql": "SELECT * FROM 'a'"})),
    "S3": (
        "s3.amazonaws.com",
        _event(
            "S3",
            {"Bucket": {"Ref": "Bucket"}, "Events": "s3:ObjectCreated:*"},
            Bucket=resource("S3::Bucket"),
        ),
    ),
    "SNS": ("sns.amazonaws.com", _event("SNS", {"Topic": TOPIC})),
    "SQS": (
        "role",
        _event("SQS", {"Queue": "arn:aws:sqs:us-east-1:123456789012:orders"}),
    ),
    "Kinesis": (
        "role",
        _event(
            "Kinesis",
            {"Stream": "arn:aws:kinesis:us-east-1:123456789012:stream/o", **STREAM},
        ),
    ),
    "DynamoDB": (
        "role",
        _event(
            "DynamoDB",
            {
                "Stream": "arn:aws:dynamodb:us-east-1:123456789012:table/o/stream/s",
                **STREAM,
            },
        ),
    ),
    "MSK": (
        "role",
        _event("MSK", {"Stream": KAFKA, "Topics": ["orders"], **STREAM}),
    ),
    "MQ": (
        "role",
        _event(
            "MQ",
            {
                "Broker": "arn:aws:mq:us-east-1:123456789012:broker:orders:b-1",
                "Queues": ["orders"],
                "SourceAccessConfigurations": [{"Type": "BASIC_AUTH", "URI": SECRET}],
            },
        ),
    ),
    "SelfManagedKafka": (
        "role",
        _event(
            "SelfManagedKafka",
            {
                "KafkaBootstrapServers": ["kafka.example.com:9092"],
                "Topics": ["orders"],
                "SourceAccessConfigurations": [
                    {"Type": "SASL_SCRAM_512_AUTH", "URI": SECRET}
                ],
            },
        ),
    ),
    "DocumentDB": (
        "role",
        _event(
            "DocumentDB",
            {
                "Cluster": "arn:aws:rds:us-east-1:123456789012:cluster:orders",
                "DatabaseName": "orders",
                "SourceAccessConfigurations": [{"Type": "BASIC_AUTH", "URI": SECRET}],
                **STREAM,
            },
        ),
    ),
    "FunctionUrlConfig": (
        "*",
        {"Properties": {"FunctionUrlConfig": {"AuthType": "AWS_IAM"}}},
    ),
}


def _destination(reference: Any, when: str) -> Template_:
    destination = {"Type": "Lambda", "Destination": reference}
    config = {"DestinationConfig": {when: destination}}
    return {"Caller": _function(EventInvokeConfig=config)}


def _http_authorizer(reference: Any) -> Template_:
    return {
        "Authorizers": {
            "Own": {
                "FunctionArn": reference,
                "AuthorizerPayloadFormatVersion": "2.0",
                "Identity": {"Headers": ["Authorization"]},
            }
        }
    }


def _graphql(**properties: Any) -> Template_:
    return {
        "Graph": resource(
            "Serverless::GraphQLApi",
            **{
                "SchemaInline": "type Query { a: String }",
                "Auth": {"Type": "API_KEY"},
                **properties,
            },
        )
    }


def _websocket(**properties: Any) -> Template_:
    api = {"RouteSelectionExpression": "$request.body.action", **properties}
    return {"Socket": resource("Serverless::WebSocketApi", **api)}


def _states(resource: Any, **state: Any) -> Template_:
    task = {"Type": "Task", "Resource": resource, "End": True, **state}
    return {"StartAt": "Task", "States": {"Task": task}}


def _state_machine(definition: Any, **properties: Any) -> Template_:
    return {
        "States": resource(
            "Serverless::StateMachine",
            Definition=definition,
            Role=ROLE,
            **properties,
        )
    }


INVOKE = "arn:aws:states:::lambda:invoke"


def _referring(arn: Any, name: str) -> dict[str, tuple[str, Template_]]:
    """Resources that name the function themselves, and the service each stands for.

    The first form of the reference is a node, the second for ``Fn::Sub``.
    """
    token = {"Own": {"FunctionArn": arn}}
    lambda_auth = {"Type": "AWS_LAMBDA", "LambdaAuthorizer": {"AuthorizerUri": arn}}
    return {
        "Api, own definition": (
            APIGATEWAY,
            {
                "Rest": resource(
                    "Serverless::Api",
                    StageName="live",
                    DefinitionBody=_openapi(name),
                )
            },
        ),
        "HttpApi, own definition": (
            APIGATEWAY,
            {"Http": resource("Serverless::HttpApi", DefinitionBody=_openapi(name))},
        ),
        "Api, authorizer": (
            APIGATEWAY,
            {
                "Rest": resource(
                    "Serverless::Api",
                    StageName="live",
                    Auth={"DefaultAuthorizer": "Own", "Authorizers": token},
                    DefinitionBody={"swagger": "2.0", "paths": {}},
                )
            },
        ),
        "HttpApi, authorizer": (
            APIGATEWAY,
            {
                "Http": resource(
                    "Serverless::HttpApi",
                    Auth=_http_authorizer(arn),
                    DefinitionBody={"openapi": "3.0.1", "paths": {}},
                )
            },
        ),
        "WebSocketApi, route": (
            APIGATEWAY,
            _websocket(Routes={"$connect": {"FunctionArn": arn}}),
        ),
        "GraphQLApi, data source": (
            "role",
            _graphql(DataSources={"Lambda": {"Source": {"FunctionArn": arn}}}),
        ),
        "GraphQLApi, authorizer": (
            "appsync.amazonaws.com",
            _graphql(Auth=lambda_auth),
        ),
        "GraphQLApi, additional authorizer": (
            "appsync.amazonaws.com",
            _graphql(Auth={"Type": "API_KEY", "Additional": [lambda_auth]}),
        ),
        "StateMachine, resource": ("role", _state_machine(_states(arn))),
        "StateMachine, parameters": (
            "role",
            _state_machine(_states(INVOKE, Parameters={"FunctionName": arn})),
        ),
        "StateMachine, arguments": (
            "role",
            _state_machine(
                {
                    **_states(INVOKE, Arguments={"FunctionName": arn}),
                    "QueryLanguage": "JSONata",
                }
            ),
        ),
        "StateMachine, substitution": (
            "role",
            _state_machine(
                _states("${Function}"), DefinitionSubstitutions={"Function": arn}
            ),
        ),
        "OnFailure": ("role", _destination(arn, "OnFailure")),
        "OnSuccess": ("role", _destination(arn, "OnSuccess")),
        "plain resource": (
            EVENTS,
            {
                "Rule": resource(
                    "Events::Rule",
                    ScheduleExpression=DURATION,
                    Targets=[{"Arn": arn, "Id": "orders"}],
                )
            },
        ),
    }


ALIAS = {"AutoPublishAlias": "live"}
# How the function comes by an alias, or not: what its template adds, and which.
PUBLISHING: dict[str, tuple[bool, Template_]] = {
    "no alias": (False, {}),
    "own alias": (True, {"Properties": ALIAS}),
    "global alias": (True, {"Globals": {"Function": ALIAS}}),
    "parameter": (
        True,
        {
            "Properties": {"AutoPublishAlias": {"Ref": "Stage"}},
            "Parameters": {"Stage": {"Type": "String", "Default": "live"}},
        },
    ),
    "ignored globals": (
        False,
        {
            "Globals": {"Function": ALIAS},
            "IgnoreGlobals": ["AutoPublishAlias"],
        },
    ),
    "ignored globals, all": (
        False,
        {"Globals": {"Function": ALIAS}, "IgnoreGlobals": "*"},
    ),
}


def _template(
    publishing: Template_,
    properties: Mapping[str, Any],
    resources: Mapping[str, Any],
    **sections: Any,
) -> Template_:
    function = _function(**publishing.get("Properties", {}), **properties)
    if "IgnoreGlobals" in publishing:
        function["IgnoreGlobals"] = publishing["IgnoreGlobals"]
    given: Template_ = {
        name: publishing[name]
        for name in ("Globals", "Parameters")
        if name in publishing
    }
    template: Template_ = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        **given,
        **sections,
        "Resources": {"Orders": function, **resources},
    }
    plain: Template_ = json.loads(json.dumps(template))
    return plain


def _assert_agreed(template: Template_, expected: Verdict | None = None) -> Verdict:
    translated = _verdict(_translated(template))
    native = _verdict(deepcopy(template))
    assert native == translated
    if expected is not None:
        assert native == expected
    return native


# -- tests -------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", GENERATED)
def test_what_sam_generates(name: str) -> None:
    service, parts = GENERATED[name]
    for is_published, given in PUBLISHING.values():
        template = _template(given, parts["Properties"], parts.get("Resources", {}))
        _assert_agreed(template, {("Orders", service, not is_published)})


@pytest.mark.slow
@pytest.mark.parametrize("name", _referring(None, ""))
def test_what_names_the_function_s_arn(name: str) -> None:
    arn = {"Fn::GetAtt": ["Orders", "Arn"]}
    service, resources = _referring(arn, "Orders.Arn")[name]
    for _, given in PUBLISHING.values():
        template = _template(given, {}, resources)
        _assert_agreed(template, {("Orders", service, True)})


@pytest.mark.slow
@pytest.mark.parametrize(
    "reference", ["Orders.Alias", "Orders.Version", "OrdersAliaslive"]
)
@pytest.mark.parametrize("name", _referring(None, ""))
def test_what_names_the_alias(name: str, reference: str) -> None:
    service, resources = _referring({"Ref": reference}, reference)[name]
    for is_published, given in PUBLISHING.values():
        if is_published:
            template = _template(given, {}, resources)
            _assert_agreed(template, {("Orders", service, False)})


IS_PROD: Template_ = {
    "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    "Parameters": {"Stage": {"Type": "String"}},
}
SCHEDULE = {"Type": "Schedule", "Properties": {"Schedule": DURATION}}
ORDERS_ARN = {"Fn::GetAtt": ["Orders", "Arn"]}
CHECK_ARN = {"Fn::GetAtt": ["Check", "Arn"]}
CAPACITY = {"Arn": "arn:aws:lambda:us-east-1:123456789012:capacity-provider:orders"}
AUTHORIZERS = {"Own": {"FunctionArn": CHECK_ARN}}
CHECKED = {"Auth": {"DefaultAuthorizer": "Own", "Authorizers": AUTHORIZERS}}
CHECK = {"Check": _function()}


def _if(one: Any, other: Any) -> Template_:
    return {"Fn::If": ["IsProd", one, other]}


def _rule(reference: Any) -> Template_:
    targets = [{"Arn": reference, "Id": "orders"}]
    return resource("Events::Rule", ScheduleExpression=DURATION, Targets=targets)


def _rest_event(api: Any) -> Template_:
    return {"Event": {"Type": "Api", "Properties": {**REST, "RestApiId": api}}}


def _http_event(api: Any, **properties: Any) -> Template_:
    return {"Event": {"Type": "HttpApi", "Properties": {**properties, "ApiId": api}}}


def _rest(**properties: Any) -> Template_:
    return resource("Serverless::Api", StageName="live", **properties)


def _http(**properties: Any) -> Template_:
    return resource("Serverless::HttpApi", **properties)


def _method(reference: str) -> Any:
    return _openapi(reference)["paths"]["/orders"]["get"]


def _of(
    function: Template_, resources: Template_ | None = None, **sections: Any
) -> Template_:
    template = _template({}, {}, resources or {}, **sections)
    template["Resources"]["Orders"] = json.loads(json.dumps(function))
    return template


def _sqs(**properties: Any) -> Template_:
    event = {"Type": "SNS", "Properties": {"Topic": TOPIC, **properties}}
    return {"Event": event}


# Templates with a turn of their own, and what they come to.
TURNS: dict[str, tuple[Template_, Verdict]] = {
    "alias, null": (
        _of(_function(AutoPublishAlias=None, Events={"Event": SCHEDULE})),
        {("Orders", EVENTS, True)},
    ),
    "conditional function": (
        _of(
            {**_function(Events={"Event": SCHEDULE}), "Condition": "IsProd"}, **IS_PROD
        ),
        {("Orders", EVENTS, True)},
    ),
    "conditional function, alias": (
        _of(
            {**_function(**ALIAS, Events={"Event": SCHEDULE}), "Condition": "IsProd"},
            {"Rule": _rule({"Ref": "Orders.Alias"})},
            **IS_PROD,
        ),
        {("Orders", EVENTS, False)},
    ),
    "conditional reference": (
        _of(
            _function(**ALIAS),
            {"Rule": _rule(_if(ORDERS_ARN, {"Ref": "Orders.Alias"}))},
            **IS_PROD,
        ),
        {("Orders", EVENTS, False), ("Orders", EVENTS, True)},
    ),
    "conditional URL": (
        _of(
            _function(
                FunctionUrlConfig=_if({"AuthType": "NONE"}, {"Ref": "AWS::NoValue"})
            ),
            **IS_PROD,
        ),
        {("Orders", "*", True)},
    ),
    "generated ID, hyphen": (
        _of(
            _function(AutoPublishAlias="my-live"),
            {"Rule": _rule({"Ref": "OrdersAliasmyDlive"})},
        ),
        {("Orders", EVENTS, False)},
    ),
    "generated ID, underscore": (
        _of(
            _function(AutoPublishAlias="my_live"),
            {"Rule": _rule({"Ref": "OrdersAliasmyUlive"})},
        ),
        {("Orders", EVENTS, False)},
    ),
    "version's number": (
        _of(
            _function(**ALIAS),
            {"Rule": _rule({"Fn::Sub": "${Orders.Arn}:${Orders.Version.Version}"})},
        ),
        {("Orders", EVENTS, False)},
    ),
    "alias's name": (
        _of(_function(**ALIAS), {"Rule": _rule({"Fn::Sub": "${Orders.Arn}:live"})}),
        {("Orders", EVENTS, False)},
    ),
    "API, definition and event": (
        _of(
            _function(**ALIAS, Events=_rest_event({"Ref": "Rest"})),
            {"Rest": _rest(DefinitionBody=_openapi("Orders.Arn"))},
        ),
        {("Orders", APIGATEWAY, True)},
    ),
    "API, definition without the function": (
        _of(
            _function(Events=_rest_event({"Ref": "Rest"})),
            {"Rest": _rest(DefinitionBody={"swagger": "2.0", "paths": {}})},
        ),
        set(),
    ),
    "API, plain resource": (
        _of(
            _function(Events=_rest_event({"Ref": "Rest"})),
            {"Rest": resource("ApiGateway::RestApi", Name="orders")},
        ),
        set(),
    ),
    "API, by name": (
        _of(_function(Events=_rest_event("Rest")), {"Rest": _rest()}),
        {("Orders", APIGATEWAY, True)},
    ),
    "HTTP API, definition and event": (
        _of(
            _function(**ALIAS, Events=_http_event({"Ref": "Http"}, **REST)),
            {"Http": _http(DefinitionBody=_openapi("Orders.Arn"))},
        ),
        {("Orders", APIGATEWAY, True)},
    ),
    "HTTP API, definition of another path": (
        _of(
            _function(
                **ALIAS,
                Events=_http_event({"Ref": "Http"}, Path="/other", Method="get"),
            ),
            {"Http": _http(DefinitionBody=_openapi("Orders.Arn"))},
        ),
        {("Orders", APIGATEWAY, False), ("Orders", APIGATEWAY, True)},
    ),
    "HTTP API, definition of any method": (
        _of(
            _function(
                **ALIAS,
                Events=_http_event({"Ref": "Http"}, Path="/orders", Method="ANY"),
            ),
            {
                "Http": _http(
                    DefinitionBody={
                        "openapi": "3.0.1",
                        "paths": {
                            "/orders": {
                                "x-amazon-apigateway-any-method": _method("Orders.Arn")
                            }
                        },
                    }
                )
            },
        ),
        {("Orders", APIGATEWAY, True)},
    ),
    "HTTP API, plain resource": (
        _of(
            _function(Events=_http_event({"Ref": "Http"}, **REST)),
            {"Http": resource("ApiGatewayV2::Api", Name="o", ProtocolType="HTTP")},
        ),
        set(),
    ),
    "authorizer in Globals, implicit API": (
        _of(
            _function(**ALIAS, Events={"Event": {"Type": "Api", "Properties": REST}}),
            CHECK,
            Globals={"Api": CHECKED},
        ),
        {("Check", APIGATEWAY, True), ("Orders", APIGATEWAY, False)},
    ),
    "authorizer in Globals, explicit API": (
        _of(
            _function(**ALIAS, Events=_rest_event({"Ref": "Rest"})),
            {**CHECK, "Rest": _rest()},
            Globals={"Api": CHECKED},
        ),
        {("Check", APIGATEWAY, True), ("Orders", APIGATEWAY, False)},
    ),
    "authorizer in Globals, HTTP API": (
        _of(
            _function(
                **ALIAS, Events={"Event": {"Type": "HttpApi", "Properties": REST}}
            ),
            CHECK,
            Globals={"HttpApi": {"Auth": _http_authorizer(CHECK_ARN)}},
        ),
        {("Check", APIGATEWAY, True), ("Orders", APIGATEWAY, False)},
    ),
    "authorizer without a permission": (
        _of(
            _function(**ALIAS, Events=_rest_event({"Ref": "Rest"})),
            {
                **CHECK,
                "Rest": _rest(
                    Auth={
                        "Authorizers": {
                            "Own": {
                                "FunctionArn": CHECK_ARN,
                                "DisableFunctionDefaultPermissions": True,
                            }
                        }
                    }
                ),
            },
        ),
        {("Check", APIGATEWAY, True), ("Orders", APIGATEWAY, False)},
    ),
    "authorizer of a WebSocket API": (
        _of(
            _function(**ALIAS),
            {
                **CHECK,
                **_websocket(
                    Auth={"AuthType": "CUSTOM", "AuthArn": CHECK_ARN},
                    Routes={"$connect": {"FunctionArn": {"Ref": "Orders.Alias"}}},
                ),
            },
        ),
        {("Check", APIGATEWAY, True), ("Orders", APIGATEWAY, False)},
    ),
    "capacity provider": (
        _of(
            _function(CapacityProviderConfig=CAPACITY, Events={"Event": SCHEDULE}),
        ),
        {("Orders", EVENTS, False)},
    ),
    "capacity provider in Globals": (
        _of(
            _function(Events={"Event": SCHEDULE}),
            Globals={"Function": {"CapacityProviderConfig": CAPACITY}},
        ),
        {("Orders", EVENTS, False)},
    ),
    "connector": (
        _of(
            _function(**ALIAS),
            {
                "Rule": {
                    **_rule(ORDERS_ARN),
                    "Connectors": {
                        "Own": {
                            "Properties": {
                                "Destination": {"Id": "Orders"},
                                "Permissions": ["Write"],
                            }
                        }
                    },
                }
            },
        ),
        {("Orders", EVENTS, True)},
    ),
    "destination in Globals": (
        _of(
            _function(),
            {},
            Globals={
                "Function": {
                    "EventInvokeConfig": {
                        "DestinationConfig": {
                            "OnFailure": {"Type": "Lambda", "Destination": ORDERS_ARN}
                        }
                    }
                }
            },
        ),
        {("Orders", "role", True)},
    ),
    "hooks of the deployment": (
        _of(
            _function(
                **ALIAS,
                DeploymentPreference={
                    "Type": "AllAtOnce",
                    "Hooks": {"PreTraffic": {"Ref": "Check"}},
                },
                Events={"Event": SCHEDULE},
            ),
            CHECK,
        ),
        {("Orders", EVENTS, False)},
    ),
    "substitution and qualifier": (
        _of(
            _function(**ALIAS),
            _state_machine(
                _states("${Function}:live"),
                DefinitionSubstitutions={"Function": ORDERS_ARN},
            ),
        ),
        {("Orders", "role", False)},
    ),
    "skill": (_of(_function(Events={"Event": {"Type": "AlexaSkill"}})), set()),
    "topic": (
        _of(_function(Events=_sqs(SqsSubscription=False))),
        {("Orders", "sns.amazonaws.com", True)},
    ),
    "two functions of one bucket": (
        _of(
            _function(
                **ALIAS,
                Events={
                    "Event": {
                        "Type": "S3",
                        "Properties": {
                            "Bucket": {"Ref": "Bucket"},
                            "Events": "s3:ObjectCreated:*",
                        },
                    }
                },
            ),
            {
                "Bucket": resource("S3::Bucket"),
                "Check": _function(
                    Events={
                        "Event": {
                            "Type": "S3",
                            "Properties": {
                                "Bucket": {"Ref": "Bucket"},
                                "Events": "s3:ObjectRemoved:*",
                            },
                        }
                    }
                ),
            },
        ),
        {
            ("Check", "s3.amazonaws.com", True),
            ("Orders", "s3.amazonaws.com", False),
        },
    ),
    "alias, empty": (
        _of(_function(AutoPublishAlias="", Events={"Event": SCHEDULE})),
        {("Orders", EVENTS, True)},
    ),
    "alias's attribute": (
        _of(
            _function(**ALIAS),
            {"Rule": _rule({"Fn::GetAtt": ["Orders.Alias", "AliasArn"]})},
        ),
        {("Orders", EVENTS, False)},
    ),
    "generated ID's attribute": (
        _of(
            _function(**ALIAS),
            {"Rule": _rule({"Fn::GetAtt": ["OrdersAliaslive", "AliasArn"]})},
        ),
        {("Orders", EVENTS, False)},
    ),
    "implicit API, by name": (
        _of(_function(Events=_rest_event({"Ref": "ServerlessRestApi"}))),
        {("Orders", APIGATEWAY, True)},
    ),
    "implicit HTTP API, by name": (
        _of(_function(Events=_http_event({"Ref": "ServerlessHttpApi"}, **REST))),
        {("Orders", APIGATEWAY, True)},
    ),
    "HTTP API, definition of the catch-all": (
        _of(
            _function(**ALIAS, Events=_http_event({"Ref": "Http"})),
            {
                "Http": _http(
                    DefinitionBody={
                        "openapi": "3.0.1",
                        "paths": {
                            "$default": {
                                "x-amazon-apigateway-any-method": _method("Orders.Arn")
                            }
                        },
                    }
                )
            },
        ),
        {("Orders", APIGATEWAY, True)},
    ),
    "definition that an event overrides": (
        _of(
            _function(**ALIAS, Events=_rest_event({"Ref": "Rest"})),
            {
                "Rest": _rest(
                    MergeDefinitions=True, DefinitionBody=_openapi("Orders.Arn")
                )
            },
        ),
        {("Orders", APIGATEWAY, False)},
    ),
    "authorizer in Globals that the only API overrides": (
        _of(
            _function(**ALIAS, Events=_rest_event({"Ref": "Rest"})),
            {
                **CHECK,
                "Rest": _rest(
                    Auth={
                        "Authorizers": {"Own": {"FunctionArn": {"Ref": "Orders.Alias"}}}
                    }
                ),
            },
            Globals={"Api": CHECKED},
        ),
        {("Orders", APIGATEWAY, False)},
    ),
    "URL, null": (_of(_function(FunctionUrlConfig=None)), set()),
    "URL, empty": (_of(_function(FunctionUrlConfig={})), set()),
    "authorizer in Globals that no API has": (
        _of(
            _function(**ALIAS, Events=_rest_event({"Ref": "Rest"})),
            {**CHECK, "Rest": {**_rest(), "IgnoreGlobals": "*"}},
            Globals={"Api": CHECKED},
        ),
        {("Orders", APIGATEWAY, False)},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TURNS)
def test_a_turn(name: str) -> None:
    _assert_agreed(*TURNS[name])


# -- several functions at once -----------------------------------------------------

SEVERAL = ("Orders", "Check", "Stock")


def _renamed(part: Any, suffix: str) -> Any:
    """A part of a template with IDs and paths of its own."""
    text = json.dumps(part).replace("/orders", f"/{suffix.lower()}")
    for kind in ("Rest", "Http", "Pool", "Bucket"):
        text = text.replace(f'"Ref": "{kind}"', f'"Ref": "{kind}{suffix}"')
    return json.loads(text)


def _several(seed: int) -> Template_:
    """Functions that differ in how they publish and in what invokes them."""
    choose = random.Random(seed)
    # An API takes one catch-all only.
    kinds = sorted(set(GENERATED) - {"HttpApi, catch-all"})
    template = _template({}, {}, {})
    resources = template["Resources"] = {}
    is_global = choose.random() < 0.3
    if is_global:
        template["Globals"] = {"Function": ALIAS}
    for name in SEVERAL:
        own = choose.choice([{}, ALIAS, {"FunctionName": name}])
        function = resources[name] = _function(**own, Events={})
        is_ignored = choose.random() < 0.2
        if is_ignored:
            function["IgnoreGlobals"] = "*"
        for number, kind in enumerate(choose.sample(kinds, 2)):
            suffix = f"{name}{number}"
            parts = _renamed(GENERATED[kind][1], suffix)
            for event in parts["Properties"].pop("Events", {}).values():
                function["Properties"]["Events"][f"Event{number}"] = event
            function["Properties"].update(parts["Properties"])
            for made, part in parts.get("Resources", {}).items():
                resources[f"{made}{suffix}"] = part
        references = [f"{name}.Arn"]
        if own is ALIAS or (is_global and not is_ignored):
            references += [f"{name}.Alias", f"{name}Aliaslive"]
        reference = choose.choice(references)
        referring = _referring({"Fn::Sub": f"${{{reference}}}"}, reference)
        for made, part in referring[choose.choice(sorted(referring))][1].items():
            resources[f"{made}Of{name}"] = part
    plain: Template_ = json.loads(json.dumps(template))
    return plain


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_several_functions(seed: int) -> None:
    verdict = _assert_agreed(_several(seed))
    assert {function for function, *_ in verdict} == set(SEVERAL)


@pytest.mark.parametrize("reference", ["Orders.Arn", "Orders.Alias"])
@pytest.mark.parametrize("kind", ["Api", "HttpApi"])
def test_an_api_s_local_definition(kind: str, reference: str, tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(_openapi(reference)))
    stage = {"StageName": "live"} if kind == "Api" else {}

    def template(**definition: Any) -> Template_:
        api = resource(f"Serverless::{kind}", **stage, **definition)
        return _of(_function(**ALIAS), {"Own": api})

    native = _verdict(template(DefinitionUri="openapi.json"), tmp_path / "t.yaml")
    packaged = template(DefinitionBody=_openapi(reference))
    assert native == _verdict(_translated(packaged))
    assert native == {("Orders", APIGATEWAY, reference == "Orders.Arn")}


@pytest.mark.parametrize("reference", ["Orders.Arn", "Orders.Alias"])
def test_a_state_machine_s_local_definition(reference: str, tmp_path: Path) -> None:
    (tmp_path / "states.json").write_text(json.dumps(_states("${Function}")))
    node = {"Fn::Sub": f"${{{reference}}}"}

    def template(name: str, definition: Any) -> Template_:
        machine = resource(
            "Serverless::StateMachine",
            DefinitionSubstitutions={"Function": node},
            Role=ROLE,
            **{name: definition},
        )
        return _of(_function(**ALIAS), {"States": machine})

    local = template("DefinitionUri", "states.json")
    native = _verdict(local, tmp_path / "t.yaml")
    packaged = template("Definition", _states("${Function}"))
    assert native == _verdict(_translated(packaged))
    assert native == {("Orders", "role", reference == "Orders.Arn")}


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.exists(), reason="no corpus beside us")
def test_real_templates() -> None:
    refused = []
    compared = 0
    for path in sorted((CORPUS / "sam").iterdir()):
        template, matches = decode(str(path))
        if matches or "Transform" not in (template or {}):
            continue
        source = json.loads(json.dumps(template, default=str))
        try:
            translated = _translated(source)
        except InvalidDocumentException:
            refused.append(path.name)
            continue
        assert _verdict(template, path) == _verdict(translated, path), path.name
        compared += 1
    assert compared > 20 * len(refused), refused


@pytest.mark.parametrize(
    "own", [None, ["arm64"], ["x86_64"], [{"Ref": "Arch"}]], ids=str
)
@pytest.mark.parametrize("shared", [None, ["arm64"], ["x86_64"]], ids=str)
@pytest.mark.parametrize("ignored", [None, ["Architectures"], "*"], ids=str)
def test_globals_merge_as_sam_merges_them(own: Any, shared: Any, ignored: Any) -> None:
    """Property by property: an architecture replaces, other lists are joined."""
    pytest.importorskip(
        "samtranslator.plugins.globals.merge_strategy", reason="it joins architectures"
    )
    more = {} if own is None else {"Architectures": own}
    function = _function(
        Layers=["arn:own"], Environment={"Variables": {"A": "1"}}, **more
    )
    if ignored is not None:
        function["IgnoreGlobals"] = ignored
    section: Template_ = {
        "Layers": ["arn:shared"],
        "Environment": {"Variables": {"B": "2"}},
    }
    if shared is not None:
        section["Architectures"] = shared
    elif isinstance(ignored, list):
        return  # SAM refuses to ignore what Globals does not say
    template: Template_ = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Arch": {"Type": "String", "Default": "arm64"}},
        "Globals": {"Function": section},
        "Resources": {"Fn": function},
    }
    expected = deepcopy(template)
    GlobalsPlugin().on_before_transform_template(expected)
    cfn = Template("template.yaml", deepcopy(template), [REGION])
    assert cfn.transform() == []
    merged = content(cfn)["Resources"]["Fn"]["Properties"]
    wanted = expected["Resources"]["Fn"]["Properties"]
    for name in ("Architectures", "Layers", "Environment"):
        assert merged.get(name) == wanted.get(name), name


@pytest.mark.parametrize(
    ("logical_id", "expected"),
    [
        ("OrdersVersion0123456789", True),
        ("OrdersVersion0a1b2c3d4e", True),
        ("OrdersVersion012345678", False),
        ("OrdersVersion0123456789a", False),
        ("OrdersVersion012345678g", False),
        ("ReturnsVersion0123456789", False),
        ("RefundVersion0123456789", False),
        ("OrdersVersion", False),
    ],
)
def test_how_sam_names_versions(logical_id: str, expected: bool) -> None:
    assert is_version_of("Orders", logical_id) is expected


def test_sam_makes_the_role_of_its_functions_alone() -> None:
    def function(kind: str, **properties: Any) -> Resource:
        return Resource("Orders", f"AWS::{kind}::Function", properties, None, {})

    assert makes_role(function("Serverless"))
    assert not makes_role(function("Serverless", Role="arn:aws:iam::1:role/orders"))
    assert not makes_role(function("Lambda"))
    assert role_id("Orders") == "OrdersRole"
    assert as_lambda(function("Lambda"), "Role") is None
    assert as_lambda(function("Serverless", Role="r"), "Role") == "r"
    assert "OrdersRole" in str(as_lambda(function("Serverless"), "Role"))


def test_a_layer_that_is_imported_is_none_of_the_template_s() -> None:
    def layered(layer: Any) -> str:
        return _key(AutoPublishAliasAllProperties=True, Layers=[layer])

    assert "ContentUri" in layered({"Ref": "Shared"})
    assert "ContentUri" not in layered({"Fn::ImportValue": "Shared"})


def _key(**properties: Any) -> str:
    """What the logical ID of a function's version is a hash of.

    The template has a parameter ``Stage`` and a layer ``Shared``.
    """
    kind = "AWS::Serverless::Function"
    function = Resource("Orders", kind, properties, None, {})
    layer = {"ContentUri": "s3://b/layer", "PublishLambdaVersion": True}
    kind = "AWS::Serverless::LayerVersion"
    shared = Resource("Shared", kind, layer, None, {})
    values = {"Stage": "live"}
    return version_key(function, {"Shared": shared}, values.get)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        # SAM takes the first ten characters.
        (
            {"AutoPublishCodeSha256": "a" * 64},
            {"AutoPublishCodeSha256": "a" * 10},
            True,
        ),
        (
            {"AutoPublishCodeSha256": "a" * 64},
            {"AutoPublishCodeSha256": "a" * 9},
            False,
        ),
        # In which order keys are written means nothing.
        (
            {"CodeUri": {"Bucket": "b", "Key": "k"}},
            {"CodeUri": {"Key": "k", "Bucket": "b"}},
            True,
        ),
        (
            {"CodeUri": {"Fn::ImportValue": {"Fn::Sub": "a"}}},
            {"CodeUri": {"Fn::ImportValue": {"Fn::Sub": "b"}}},
            False,
        ),
        (
            {"CodeUri": {"Fn::Sub": "a-${One}"}},
            {"CodeUri": {"Fn::Sub": "b-${One}"}},
            False,
        ),
        ({"CodeUri": {"Fn::Sub": "${One}"}}, {"CodeUri": {"Fn::Sub": "One"}}, False),
        (
            {"CodeUri": {"Fn::Join": ["", ["a", {"Ref": "A"}]]}},
            {"CodeUri": {"Fn::Join": ["", ["a", {"Ref": "B"}]]}},
            False,
        ),
        # The values of parameters count, wherever the code names them.
        ({"CodeUri": {"Ref": "Stage"}}, {"CodeUri": "live"}, True),
        ({"CodeUri": {"Fn::Sub": "${Stage}"}}, {"CodeUri": {"Fn::Sub": "live"}}, True),
        (
            {"CodeUri": {"Fn::Sub": ["${Stage}", {"A": {"Ref": "Stage"}}]}},
            {"CodeUri": {"Fn::Sub": ["live", {"A": "live"}]}},
            True,
        ),
        # What only looks like the name of one is none.
        ({"CodeUri": {"Fn::ImportValue": "Stage"}}, {"CodeUri": "live"}, False),
        (
            {"CodeUri": {"Fn::ImportValue": "${Stage}"}},
            {"CodeUri": {"Fn::Sub": "live"}},
            False,
        ),
        (
            {"CodeUri": {"Fn::Join": ["${Stage}", []]}},
            {"CodeUri": {"Fn::Sub": ["live", []]}},
            False,
        ),
        ({"CodeUri": {"Ref": ["a"]}}, {"CodeUri": {"Ref": ["b"]}}, False),
        ({"CodeUri": {"Fn::Sub": []}}, {"CodeUri": {"Fn::Sub": [[]]}}, False),
        ({"CodeUri": {"Fn::Sub": {"a": 1}}}, {"CodeUri": {"Fn::Sub": ["a"]}}, False),
        # Nothing that is switched on.
        ({"Environment": {}}, {}, True),
        ({"SnapStart": {"ApplyOn": "None"}}, {}, True),
        ({"SnapStart": {}}, {}, True),
        ({"SnapStart": {"ApplyOn": "PublishedVersions"}}, {}, False),
        # An image without its type, and code beside an image.
        ({"ImageUri": "a"}, {"ImageUri": "b"}, False),
        ({"CodeUri": "code", "ImageUri": "a"}, {"CodeUri": "code"}, True),
    ],
    ids=str,
)
def test_what_the_version_of_a_function_is_a_hash_of(
    one: Template_, other: Template_, is_same: bool
) -> None:
    assert (_key(**one) == _key(**other)) is is_same


def _deep(wrapped: Callable[[Any], Any]) -> Any:
    node: Any = []
    for _ in range(20_000):
        node = wrapped(node)
    return node


_LOOP: list[Any] = []
_LOOP.append(_LOOP)


@pytest.mark.parametrize(
    "node",
    [
        _deep(lambda node: [node]),
        _deep(lambda node: {"a": node}),
        _deep(lambda node: {"Fn::Sub": ["", node]}),
        _LOOP,
        {1: "a", "b": "c"},
    ],
    ids=["lists", "mappings", "substitutions", "itself", "keys"],
)
def test_what_is_no_json_has_no_version(node: Any) -> None:
    assert _key(CodeUri="s3://b/k", Environment=node) == ""
    assert _key(CodeUri=node) == ""


ALL = {**ALIAS, "AutoPublishAliasAllProperties": True}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"AutoPublishAlias": "live"}, {"AutoPublishAlias": "next"}),
        (
            {"CodeUri": "s3://artifacts/orders.zip"},
            {"CodeUri": {"Bucket": "artifacts", "Key": "orders.zip"}},
        ),
        *(
            ({}, {name: value})
            for name, value in {
                "AssumeRolePolicyDocument": {"Statement": []},
                "DeploymentPreference": {"Type": "AllAtOnce", "Enabled": False},
                "EventInvokeConfig": {"MaximumRetryAttempts": 1},
                "Events": {"Hourly": SCHEDULE},
                "FunctionUrlConfig": {"AuthType": "NONE"},
                "PermissionsBoundary": ROLE,
                "Policies": ["AWSLambdaExecute"],
                "PropagateTags": True,
                "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1},
                "RolePath": "/orders/",
                "VersionDeletionPolicy": "Retain",
                "VersionDescription": "other",
            }.items()
        ),
    ],
    ids=str,
)
def test_what_is_not_of_the_function_publishes_no_version(
    one: Template_, other: Template_
) -> None:
    base = {**_function(Role=ROLE)["Properties"], **ALL}
    base.pop("Events", None)
    assert _key(**{**base, **one}) == _key(**{**base, **other})
    versions = [
        {
            name
            for name, made in translated(
                {"Resources": {"Orders": _function(**{**base, **properties})}}
            )["Resources"].items()
            if made["Type"] == "AWS::Lambda::Version"
        }
        for properties in (one, other)
    ]
    assert versions[0] == versions[1] != set()


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({"Tracing": "Active"}, "TracingConfig"),
        ({"Tracing": "PassThrough"}, "TracingConfig"),
        ({"Tracing": "Disabled"}, "TracingConfig"),
        ({}, "TracingConfig"),
        ({"DeadLetterQueue": {"Type": "SQS", "TargetArn": TOPIC}}, "DeadLetterConfig"),
        ({}, "DeadLetterConfig"),
        ({"MemorySize": 512}, "MemorySize"),
        ({"Layers": [TOPIC]}, "Layers"),
        ({"CodeUri": "s3://b/k"}, "Code"),
        ({"CodeUri": "s3://b/k?versionId=v"}, "Code"),
        ({"CodeUri": {"Bucket": "b", "Key": "k"}}, "Code"),
        ({"CodeUri": {"Bucket": "b", "Key": "k", "Version": "v"}}, "Code"),
        ({"CodeUri": "s3://b/k", "SourceKMSKeyArn": TOPIC}, "Code"),
        ({"InlineCode": "def handler(): pass", "CodeUri": None}, "Code"),
        ({"InlineCode": "a", "CodeUri": "s3://b/k"}, "Code"),
        (
            {"PackageType": "Image", "ImageUri": IMAGE}
            | dict.fromkeys(("Handler", "Runtime")),
            "Code",
        ),
        ({"CapacityProviderConfig": {"Arn": TOPIC}}, "CapacityProviderConfig"),
        ({}, "CapacityProviderConfig"),
        (
            {"PackageType": "Image", "ImageUri": IMAGE}
            | dict.fromkeys(("CodeUri", "Handler", "Runtime")),
            "Code",
        ),
    ],
    ids=str,
)
def test_what_lambda_gets_is_what_sam_hands_over(
    properties: Template_, name: str
) -> None:
    all_of_it = {**_function(Role=ROLE)["Properties"], **properties}
    written = {key: node for key, node in all_of_it.items() if node is not None}
    kind = "AWS::Serverless::Function"
    template = {"Resources": {"Orders": {"Type": kind, "Properties": written}}}
    made = translated(template)["Resources"]["Orders"]["Properties"]
    mine = as_lambda(Resource("Orders", kind, written, None, {}), name)
    assert mine == made.get(name)


def test_sam_publishes_no_alias_of_a_plain_function() -> None:
    for kind, count in (("Serverless", 1), ("Lambda", 0)):
        template = {
            "Resources": {
                "Orders": {"Type": f"AWS::{kind}::Function", "Properties": ALIAS}
            }
        }
        cfn = Template("template.json", template, [REGION])
        assert len(read(cfn).references.aliases) == count


@pytest.mark.parametrize("node", [{"Ref": "AWS::NoValue"}, {}, [], None, "a"])
def test_a_capacity_provider_without_an_arn_stays_as_it_is(node: Any) -> None:
    kind = "AWS::Serverless::Function"
    function = Resource("Orders", kind, {"CapacityProviderConfig": node}, None, {})
    assert as_lambda(function, "CapacityProviderConfig") == node


@pytest.mark.parametrize("name", ["", None])
def test_an_empty_name_publishes_no_alias(name: Any, tmp_path: Path) -> None:
    function = _function(AutoPublishAlias=name, Events={"Hourly": SCHEDULE})
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Orders": function},
    }
    found = paths(lint_template(tmp_path, template), "W9810")
    assert found == ["Resources/Orders/Properties/Events/Hourly"]
