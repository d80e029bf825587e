"""A function with two aliases, what invokes it, and what W9812 says of that."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.building import FN, LIVE, alias_of, permission_on, resource, versioned
from tests.linting import lint_template, paths

RULE = "W9812"
FIXED = "Resources/Permission/Properties/FunctionName"

Json = Any

NEXT: Json = {"Ref": "Next"}
VERSION: Json = {"Ref": "Version"}


def two_aliases(**resources: Json) -> Json:
    return versioned(Next=alias_of(name="next"), **resources)


def topic_for(target: Json) -> Json:
    subscription = [{"Protocol": "lambda", "Endpoint": target}]
    return resource("SNS::Topic", Subscription=subscription)


def misfits(folder: Path, template: Json) -> list[str]:
    return paths(lint_template(folder, template), RULE)


def api_of_kind(kind: str, target: Json) -> Json:
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


GetAtt = "Fn::GetAtt"


def uri_of(target: Json) -> Json:
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


def method_for(target: Json) -> Json:
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
                "Uri": uri_of(target),
            },
            ResourceId={"Ref": "Resource"},
            RestApiId={"Ref": "Api"},
        ),
    }


def logs_to(target: Json) -> Json:
    return {
        "Group": resource("Logs::LogGroup"),
        "Target": resource(
            "Logs::SubscriptionFilter",
            DestinationArn=target,
            FilterPattern="ERROR",
            LogGroupName={"Ref": "Group"},
        ),
    }


def url_on(qualifier: str | None) -> Json:
    named = {"Qualifier": qualifier} if qualifier else {}
    return resource("Lambda::Url", AuthType="NONE", TargetFunctionArn=FN, **named)


def to_anybody(function: Json) -> Json:
    permission = permission_on(function, "*", FunctionUrlAuthType="NONE")
    permission["Properties"]["Action"] = "lambda:InvokeFunctionUrl"
    return permission


def via_url(function: Json, **properties: Json) -> Json:
    """The other permission of a URL: what it needs is limited to it."""
    return permission_on(function, "*", InvokedViaFunctionUrl=True, **properties)


def config_on(qualifier: Json) -> Json:
    return resource(
        "Lambda::EventInvokeConfig",
        FunctionName=FN,
        MaximumRetryAttempts=0,
        Qualifier=qualifier,
    )


CONFIG = "Resources/Config/Properties/Qualifier"

PROVISIONED = {"ProvisionedConcurrentExecutions": 5}


def provisioned_on(holder: str, target: Json) -> Json:
    template = two_aliases(Topic=topic_for(target))
    resource = template["Resources"][holder]
    resource["Properties"]["ProvisionedConcurrencyConfig"] = PROVISIONED
    return template


def serverless(**properties: Json) -> Json:
    return resource(
        "Serverless::Function",
        CodeUri="s3://artifacts/orders.zip",
        Handler="index.handler",
        Role="arn:aws:iam::123456789012:role/orders",
        Runtime="python3.13",
        **properties,
    )


def sam_with(properties: Json, **resources: Json) -> Json:
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Orders": serverless(**properties), **resources},
    }


SAM_ALIAS = {"Ref": "Orders.Alias"}
PUBLISHED = {"AutoPublishAlias": "live"}


def api_with_definition(target: Json) -> Json:
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri_of(target)}
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


def document_of(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role_with(*statements: Json, **properties: Json) -> Json:
    policies = [{"PolicyName": "invoke", "PolicyDocument": document_of(*statements)}]
    return resource(
        "IAM::Role",
        AssumeRolePolicyDocument=document_of(),
        **({"Policies": policies} if statements else {}),
        **properties,
    )


ROLE: Json = {"Fn::GetAtt": ["Role", "Arn"]}


def machine_of(target: Json, **properties: Json) -> Json:
    states = {"A": {"Type": "Task", "Resource": target, "End": True}}
    return resource(
        "StepFunctions::StateMachine",
        **{
            "RoleArn": ROLE,
            "Definition": {"StartAt": "A", "States": states},
            **properties,
        },
    )


def invoked_by_role(target: Json, *statements: Json, **resources: Json) -> Json:
    made = {"Machine": machine_of(target), "Role": role_with(*statements)}
    return two_aliases(**{**made, **resources})


def body_with(api: str, **integration: Json) -> Json:
    body = {
        "openapi": "3.0.1",
        "paths": {
            "/orders": {
                "get": {
                    "x-amazon-apigateway-integration": {
                        "type": "aws_proxy",
                        "uri": uri_of(LIVE),
                        **integration,
                    }
                }
            }
        },
    }
    return resource(api, Body=body)


def snap_started(apply_on: Json = "PublishedVersions", **resources: Json) -> Json:
    template = deepcopy(two_aliases(**resources))
    properties = template["Resources"]["Orders"]["Properties"]
    properties["SnapStart"] = {"ApplyOn": apply_on}
    return template
