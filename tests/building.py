"""Templates for tests, and their parts.

The function is called ``Orders`` there, its version ``Version`` and its alias ``Live``.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from tests.linting import FUNCTION

Template_ = dict[str, Any]
ROLE = "arn:aws:iam::123456789012:role/orders"
LAYER = "arn:aws:lambda:us-east-1:123456789012:layer:deps"
FN: Any = {"Ref": "Orders"}
ARN: Any = {"Fn::GetAtt": ["Orders", "Arn"]}
LIVE: Any = {"Ref": "Live"}
NUMBER: Any = {"Fn::GetAtt": ["Version", "Version"]}


def resource(kind: str, **properties: Any) -> Template_:
    """A resource; of a type of AWS, what comes behind ``AWS::`` is enough."""
    if not kind.startswith(("AWS::", "Custom::")):
        kind = f"AWS::{kind}"
    return {"Type": kind, "Properties": properties}


def alias_of(version: Any = NUMBER, name: str = "live") -> Template_:
    return resource(
        "Lambda::Alias", FunctionName=FN, FunctionVersion=version, Name=name
    )


def rule_for(target: Any, **properties: Any) -> Template_:
    """A rule that invokes a function every hour."""
    return resource(
        "Events::Rule",
        ScheduleExpression="rate(1 hour)",
        Targets=[{"Id": "orders", "Arn": target}],
        **properties,
    )


def permission_on(
    function: Any, principal: str = "events.amazonaws.com", **properties: Any
) -> Template_:
    return resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=function,
        Principal=principal,
        **properties,
    )


def statement_on(function: Any, **said: Any) -> Template_:
    """A statement of a policy that lets its holder invoke a function."""
    return {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": function,
        **said,
    }


def versioned(**resources: Any) -> Template_:
    """A template of a function, a version of it and an alias of that."""
    return {
        "Resources": {
            "Orders": deepcopy(FUNCTION),
            "Version": resource("Lambda::Version", FunctionName=FN),
            "Live": alias_of(),
            **resources,
        }
    }


def stack(
    properties: Mapping[str, Any] | None = None,
    invoked: Any = None,
    **sections: Any,
) -> Template_:
    """A function ``Orders``, and a topic that invokes it; None removes a property."""
    function: Template_ = deepcopy(FUNCTION)
    merge(function["Properties"], properties or {})
    subscription = {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": "arn:aws:sns:us-east-1:123456789012:orders",
            "Protocol": "lambda",
            "Endpoint": invoked or {"Fn::GetAtt": ["Orders", "Arn"]},
        },
    }
    resources = {"Orders": function, "Invocation": subscription}
    return {"Resources": {**resources, **sections.pop("Resources", {})}, **sections}


def sam(properties: Mapping[str, Any] | None = None, **sections: Any) -> Template_:
    """A SAM function ``Orders`` that a schedule invokes."""
    function: dict[str, Any] = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "CodeUri": {"Bucket": "artifacts", "Key": "orders.zip"},
            "Handler": "index.handler",
            "Role": ROLE,
            "Runtime": "python3.13",
            "Events": {
                "Hourly": {
                    "Type": "Schedule",
                    "Properties": {"Schedule": "rate(1 hour)"},
                }
            },
        },
    }
    merge(function["Properties"], properties or {})
    resources = {"Orders": function, **sections.pop("Resources", {})}
    transform = "AWS::Serverless-2016-10-31"
    return {"Transform": transform, "Resources": resources, **sections}


def merge(into: dict[str, Any], properties: Mapping[str, Any]) -> None:
    for name, value in properties.items():
        if value is None:
            into.pop(name, None)
        else:
            into[name] = value


def parameter(**fields: Any) -> Template_:
    return {"Type": "String", **fields}


def new_code(template: Template_, function: str = "Orders") -> Template_:
    """The template with other code for the function."""
    template = deepcopy(template)
    properties = template["Resources"][function]["Properties"]
    if "CodeUri" in properties:
        properties["CodeUri"]["Key"] = "orders-2.zip"
    else:
        properties["Code"]["S3Key"] = "orders-2.zip"
    return template


def variables(**values: Any) -> Template_:
    return {"Environment": {"Variables": values}}


def version_of(**properties: Any) -> Template_:
    return resource("Lambda::Version", FunctionName={"Ref": "Orders"}, **properties)


def published(
    version: str = "OrdersVersion",
    properties: Any = None,
    invoked: Any = None,
    **of_version: Any,
) -> Template_:
    """A function behind an alias of a version."""
    return stack(
        properties,
        invoked=invoked or {"Ref": "Live"},
        Resources={
            version: version_of(**of_version),
            "Live": alias_of({"Fn::GetAtt": f"{version}.Version"}),
        },
        Parameters={"Version": parameter()},
    )


PROPERTIES: Any = FUNCTION["Properties"]


def with_stage(value: Any) -> dict[str, Any]:
    """A function, and an output of a value that may rest on ``IsProd``."""
    return {
        "Parameters": {"Stage": {"Type": "String"}, "Open": {"Type": "String"}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Resources": {"Orders": FUNCTION},
        "Outputs": {"Value": {"Value": value}},
    }


# Sections in which ``IsProd`` is not known.
PROD_OR_DEV: dict[str, Any] = {
    "Parameters": {"Stage": {"Type": "String"}},
    "Conditions": {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
    },
}
CHOICE: dict[str, Any] = {
    "Parameters": {"Stage": parameter()},
    "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
}
# A version of the function and an alias of that.
VERSIONED: dict[str, Any] = {
    "Version": resource("Lambda::Version", FunctionName=FN),
    "Live": resource(
        "Lambda::Alias",
        FunctionName=FN,
        FunctionVersion={"Fn::GetAtt": ["Version", "Version"]},
        Name="live",
    ),
}


def definition_of(path: str, function: str) -> dict[str, Any]:
    """An API of one operation, which invokes a function by a text of `Fn::Sub`."""
    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        f"{function}/invocations"
    )
    integration = {"type": "aws_proxy", "uri": {"Fn::Sub": uri}}
    method = {"x-amazon-apigateway-integration": integration}
    return {"openapi": "3.0.1", "paths": {path: {"get": method}}}
