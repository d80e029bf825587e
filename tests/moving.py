"""Updates that move what services invoke."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from cfnlint.template import Template

from cfn_lint_lambda_race.update import Timeline
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment
from tests.attached import to_anybody, via_url
from tests.building import ARN, LIVE, Template_, permission_on, resource, rule_for, sam
from tests.linting import FUNCTION, paths
from tests.updates import lint_update

GAP, REDUNDANT = "W9834", "W9835"


def published_as(version: str = "OrdersVersion1") -> Template_:
    """The resources of a function whose version has this logical ID."""
    return {
        "Orders": deepcopy(FUNCTION),
        version: resource("Lambda::Version", FunctionName={"Ref": "Orders"}),
        "Live": resource(
            "Lambda::Alias",
            FunctionName={"Ref": "Orders"},
            FunctionVersion={"Fn::GetAtt": [version, "Version"]},
            Name="live",
        ),
    }


def url_that_moves(
    before: Sequence[Any] = (ARN, ARN, ARN), after: Sequence[Any] = (LIVE, LIVE, LIVE)
) -> tuple[Template_, Template_]:
    """A function URL and its two permissions, each on something; None for without."""
    sides = []
    for url, first, second in (before, after):
        permissions = {"First": to_anybody(first), "Second": via_url(second)}
        granted = {"First": first, "Second": second}
        sides.append(
            stack_with(
                Url=resource("Lambda::Url", AuthType="NONE", TargetFunctionArn=url),
                **{name: permissions[name] for name in granted if granted[name]},
            )
        )
    return sides[0], sides[1]


# The source that a permission of the rule `Hourly` names.
OF_RULE: Template_ = {"SourceArn": {"Fn::GetAtt": ["Hourly", "Arn"]}}


def stack_with(**resources: Any) -> Template_:
    return {"Resources": {**published_as(), **resources}}


def found_against(
    folder: Path, before: Template_, after: Template_, rule: str = GAP
) -> list[str]:
    """The paths of a rule's findings on an update."""
    matches = lint_update(folder, before, after)
    assert not paths(matches, "E0002")
    return paths(matches, rule)


def rule_that_moves(
    before: Any = ARN, after: Any = LIVE, **properties: Any
) -> tuple[Template_, Template_]:
    """A rule and its permission that move together."""
    source = properties or OF_RULE
    sides = [
        stack_with(Hourly=rule_for(side), Permission=permission_on(side, **source))
        for side in (before, after)
    ]
    return sides[0], sides[1]


def rest_api(invoked: Any, deployment: str, stage: Any = "*") -> Template_:
    """A REST API with a deployment of this logical ID, and its permission."""
    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${I}/invocations"
    )
    execute = "arn:aws:execute-api:us-east-1:123456789012:${Api}/${S}/GET/"
    return stack_with(
        Api=resource("ApiGateway::RestApi", Name="orders"),
        Get=resource(
            "ApiGateway::Method",
            RestApiId={"Ref": "Api"},
            ResourceId={"Fn::GetAtt": ["Api", "RootResourceId"]},
            HttpMethod="GET",
            AuthorizationType="NONE",
            Integration={
                "Type": "AWS_PROXY",
                "IntegrationHttpMethod": "POST",
                "Uri": {"Fn::Sub": [uri, {"I": invoked}]},
            },
        ),
        **{
            deployment: {
                **resource("ApiGateway::Deployment", RestApiId={"Ref": "Api"}),
                "DependsOn": ["Get"],
            }
        },
        Prod=resource(
            "ApiGateway::Stage",
            RestApiId={"Ref": "Api"},
            DeploymentId={"Ref": deployment},
            StageName="prod",
        ),
        Permission=permission_on(
            invoked,
            "apigateway.amazonaws.com",
            SourceArn={"Fn::Sub": [execute, {"S": stage}]},
        ),
    )


STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/orders"
CLUSTER = "arn:aws:kafka:us-east-1:123456789012:cluster/orders/1"
ACCESS = [{"Type": "BASIC_AUTH", "URI": "arn:aws:secretsmanager:us-east-1:1:secret:a"}]
EVENTS: Mapping[str, Template_] = {
    "AlexaSkill": {"SkillId": "amzn1.ask.skill.orders"},
    "DocumentDB": {
        "Cluster": "arn:aws:rds:us-east-1:123456789012:cluster:orders",
        "DatabaseName": "orders",
        "SourceAccessConfigurations": ACCESS,
    },
    "DynamoDB": {
        "Stream": "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/1",
        "StartingPosition": "LATEST",
    },
    "Kinesis": {"Stream": STREAM, "StartingPosition": "LATEST"},
    "MQ": {
        "Broker": "arn:aws:mq:us-east-1:123456789012:broker:orders:b-1",
        "Queues": ["orders"],
        "SourceAccessConfigurations": ACCESS,
    },
    "MSK": {"Stream": CLUSTER, "Topics": ["orders"], "StartingPosition": "LATEST"},
    "SelfManagedKafka": {
        "KafkaBootstrapServers": ["example.com:9092"],
        "Topics": ["orders"],
        "SourceAccessConfigurations": ACCESS,
    },
    "Api": {"Path": "/", "Method": "get"},
    "CloudWatchEvent": {"Pattern": {"source": ["aws.ec2"]}},
    "CloudWatchLogs": {"LogGroupName": "orders", "FilterPattern": ""},
    "Cognito": {"UserPool": {"Ref": "Pool"}, "Trigger": "PreSignUp"},
    "EventBridgeRule": {"Pattern": {"source": ["aws.ec2"]}},
    "HttpApi": {"Path": "/", "Method": "get"},
    "IoTRule": {"Sql": "SELECT * FROM 'orders'"},
    "S3": {"Bucket": {"Ref": "Bucket"}, "Events": "s3:ObjectCreated:*"},
    "SNS": {"Topic": {"Ref": "Topic"}},
    "SQS": {"Queue": "arn:aws:sqs:us-east-1:123456789012:orders"},
    "Schedule": {"Schedule": "rate(1 hour)"},
    "ScheduleV2": {"ScheduleExpression": "rate(1 hour)"},
}
SOURCES = {
    "Pool": resource("Cognito::UserPool"),
    "Bucket": resource("S3::Bucket"),
    "Topic": resource("SNS::Topic"),
}


def event_of_sam(kind: str, **properties: Any) -> Template_:
    """A SAM function with one event of a type."""
    events = {"It": {"Type": kind, "Properties": EVENTS[kind]}}
    return sam({"Events": events, **properties}, Resources=deepcopy(SOURCES))


def authorized(
    invoked: Any, place: str = "own", kind: str = "HttpApi", **said: Any
) -> Template_:
    """An API of SAM whose authorizer invokes something, and a function behind it.

    ``place`` is where the authorizer stands: in the API (own), in `Globals`, or there
    for the API that SAM makes of an event (implicit); ``said`` is what else it says.
    """
    version = {"AuthorizerPayloadFormatVersion": "2.0"} if kind == "HttpApi" else {}
    authorizer = {"FunctionArn": invoked, **version, **said}
    auth = {"DefaultAuthorizer": "Check", "Authorizers": {"Check": authorizer}}
    event: Template_ = {"Path": "/", "Method": "get"}
    resources = published_as()
    if place != "implicit":
        event["ApiId" if kind == "HttpApi" else "RestApiId"] = {"Ref": "Http"}
        own: Template_ = {"Auth": auth} if place == "own" else {}
        if kind == "Api":
            # Without a definition, old versions of SAM refuse `Auth` of `Globals`.
            info = {"title": "orders", "version": "1"}
            body = {"swagger": "2.0", "info": info, "paths": {}}
            own |= {"StageName": "prod", "DefinitionBody": body}
        resources["Http"] = resource(f"Serverless::{kind}", **own)
    events = {"Get": {"Type": kind, "Properties": event}}
    template = sam({"AutoPublishAlias": "live", "Events": events})
    template["Resources"]["Front"] = template["Resources"].pop("Orders")
    template["Resources"].update(resources)
    return (
        template if place == "own" else {**template, "Globals": {kind: {"Auth": auth}}}
    )


def referred(node: Any) -> Iterator[str]:
    """The logical IDs that a translated node refers to."""
    if isinstance(node, list):
        for item in node:
            yield from referred(item)
    for key, value in node.items() if isinstance(node, dict) else ():
        if key in ("Ref", "DependsOn"):
            yield from [value] if isinstance(value, str) else value
        elif key == "Fn::GetAtt":
            yield value[0] if isinstance(value, list) else value.split(".")[0]
        elif key == "Fn::Sub":
            text = value if isinstance(value, str) else value[0]
            yield from (one.split("}")[0] for one in text.split("${")[1:])
            yield from referred(value)
        else:
            yield from referred(value)


def waited_for(resources: Template_, later: str, seen: set[str]) -> set[str]:
    """What a resource of a translated template refers to, directly or not."""
    for name in set(referred(resources[later])) & resources.keys() - seen:
        seen.add(name)
        waited_for(resources, name, seen)
    return seen


def version_called(version: str, **properties: Any) -> Template_:
    """A function with these properties, and a version of this logical ID."""
    resources = published_as(version)
    resources["Orders"]["Properties"].update(properties)
    return {"Resources": resources}


def tagged(team: str, **properties: Any) -> Template_:
    """A SAM function that publishes a version where anything changes, and its tag."""
    everything = {"AutoPublishAlias": "live", "AutoPublishAliasAllProperties": True}
    return sam({"Tags": {"team": team}, **everything, **properties})


def timeline_from(before: Template_, after: Template_) -> Timeline:
    """The timeline of the update from one template to another."""
    sides = [
        Template(f"{name}.json", one, ["us-east-1"])
        for name, one in (("before", before), ("after", after))
    ]
    return timeline_between(sides[0], sides[1])


def timeline_between(before: Template, after: Template) -> Timeline:
    """The same of what cfn-lint reads; local code changes where its path does."""
    return Timeline(
        Comparison(
            Deployment(before),
            Deployment(after),
            lambda old, new: old.path != new.path,
        )
    )
