"""A function, and what invokes it in many ways."""

from __future__ import annotations

from typing import Any

from tests import linting

# What stands around the reference, in Fn::Sub's words.
FORMS = {
    "arn": "{}",
    "name": "{}",
    "iot-sql": "SELECT *, aws_lambda('{}', *) AS price FROM 'orders'",
    "uri": "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path"
    "/2015-03-31/functions/{}/invocations",
}
# A function, a version of it and an alias of that.
PUBLISHED: dict[str, Any] = {
    "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "orders"}},
    "Version": {
        "Type": "AWS::Lambda::Version",
        "Properties": {"FunctionName": {"Ref": "Fn"}},
    },
    "Alias": {
        "Type": "AWS::Lambda::Alias",
        "Properties": {
            "FunctionName": {"Ref": "Fn"},
            "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
            "Name": "live",
        },
    },
}

# Where the properties of what invokes it stand.
RULE = "Resources/Rule/Properties/"


def invoked_by(kind: str, properties: Any, **sections: Any) -> dict[str, Any]:
    """A function, and a resource that invokes it."""
    resources = {
        "Fn": linting.FUNCTION,
        "Rule": {"Type": kind, "Properties": properties},
    }
    return {**sections, "Resources": {**resources, **sections.get("Resources", {})}}


def scheduled(arn: Any, **sections: Any) -> dict[str, Any]:
    """A function that an EventBridge rule invokes by an ARN."""
    properties = {
        "ScheduleExpression": "rate(1 hour)",
        "Targets": [{"Id": "orders", "Arn": arn}],
    }
    return invoked_by("AWS::Events::Rule", properties, **sections)


OUTSIDE = "arn:aws:lambda:us-east-1:123456789012:function:elsewhere"
SECTIONS: dict[str, Any] = {
    "Parameters": {
        "Open": {"Type": "String"},
        "OpenList": {"Type": "CommaDelimitedList"},
        "Given": {"Type": "String", "AllowedValues": ["live", "$LATEST"]},
        "Stage": {"Type": "String", "Default": "dev"},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/arn"},
    },
    "Conditions": {
        "IsLive": {"Fn::Equals": [{"Ref": "Open"}, "live"]},
        "IsTest": {"Fn::Not": [{"Condition": "IsLive"}]},
    },
    "Mappings": {
        "Stages": {"dev": {"Suffix": ""}, "live": {"Suffix": ":live"}},
        "Regions": {"us-east-1": {"Suffix": ""}, "eu-west-1": {"Suffix": ":live"}},
    },
}
FN_ARN = {"Fn::GetAtt": ["Fn", "Arn"]}


def integration() -> dict[str, Any]:
    uri = (
        FORMS["uri"].replace("{}", "${Fn.Arn}").replace("${{", "${").replace("}}", "}")
    )
    return {"x-amazon-apigateway-integration": {"uri": {"Fn::Sub": uri}}}
