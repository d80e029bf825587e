"""What SAM makes of a template: types, published aliases, generated IDs, versions.

How `Globals` and loops become resources is in `_source`, what the permission for an
event waits for in `data/sam_grants.json`.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from cfn_lint_lambda_race.template._nodes import (
    MAX_DEPTH,
    Resource,
    intrinsic,
    sub_variables,
)
from cfn_lint_lambda_race.template._text import ATTRIBUTE, token

SERVERLESS_API = "AWS::Serverless::Api"
SERVERLESS_APPLICATION = "AWS::Serverless::Application"
SERVERLESS_CONNECTOR = "AWS::Serverless::Connector"
SERVERLESS_FUNCTION = "AWS::Serverless::Function"
SERVERLESS_HTTP_API = "AWS::Serverless::HttpApi"
SERVERLESS_LAYER = "AWS::Serverless::LayerVersion"
SERVERLESS_STATE_MACHINE = "AWS::Serverless::StateMachine"
SERVERLESS_WEBSOCKET_API = "AWS::Serverless::WebSocketApi"

# What SAM makes of its resources, below the same logical ID.
# https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
WRITTEN_OUT = {
    SERVERLESS_API: "AWS::ApiGateway::RestApi",
    SERVERLESS_APPLICATION: "AWS::CloudFormation::Stack",
    SERVERLESS_HTTP_API: "AWS::ApiGatewayV2::Api",
    "AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table",
    SERVERLESS_STATE_MACHINE: "AWS::StepFunctions::StateMachine",
}
# By the type of an event, the property that names its API.
API_EVENTS = {"Api": "RestApiId", "HttpApi": "ApiId"}
# By the type of an event, the API that SAM makes where it names none.
IMPLICIT_APIS = {"Api": "ServerlessRestApi", "HttpApi": "ServerlessHttpApi"}
# By the type of an API, its section in `Globals`.
GLOBALS_OF_APIS = {SERVERLESS_API: "Api", SERVERLESS_HTTP_API: "HttpApi"}
_S3_URI = "s3://"
_REFERENCE = re.compile(r"(?P<function>[^.]+)\.(?P<what>Alias|Version)(\.Version)?$")
_VERSION_ENDING = re.compile(r"Version[0-9a-f]{10}")

# -- names ---------------------------------------------------------------------


def alias_written(resource: Resource) -> Any:
    """What a function's ``AutoPublishAlias`` says; None where SAM publishes nothing."""
    if resource.type != SERVERLESS_FUNCTION:
        return None
    return resource.properties.get("AutoPublishAlias") or None


def published_alias_id(function: str) -> str:
    """What a template calls the alias that SAM publishes of a function."""
    return f"{function}.Alias"


def published_version_id(function: str) -> str:
    """What a template calls the version that SAM publishes of a function."""
    return f"{function}.Version"


def parse_reference(name: str) -> re.Match[str] | None:
    """A name such as ``Orders.Alias`` taken apart: groups ``function`` and ``what``."""
    return _REFERENCE.fullmatch(name)


def alias_logical_id(function: str, alias: str) -> str:
    """The logical ID that SAM gives to an alias of a function.

    As aws-sam-translator has it (``SamFunction._construct_alias``).
    """
    return f"{function}Alias{alias.replace('-', 'D').replace('_', 'U')}"


def is_version_of(function: str, logical_id: str) -> bool:
    """Whether a logical ID is one that SAM gives to a version of a function."""
    return logical_id.startswith(function) and bool(
        _VERSION_ENDING.fullmatch(logical_id[len(function) :])
    )


def makes_role(function: Resource) -> bool:
    """Whether SAM makes the role of a function."""
    return function.type == SERVERLESS_FUNCTION and "Role" not in function.properties


def role_id(function: str) -> str:
    """The logical ID of the role that SAM makes of a function."""
    return f"{function}Role"


# -- what Lambda gets ----------------------------------------------------------


def as_lambda(function: Resource, name: str) -> Any:
    """A property of ``AWS::Lambda::Function`` as written; None where absent.

    Of a SAM function, as the Lambda function has it after translation.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
    """
    properties = function.properties
    if function.type != SERVERLESS_FUNCTION:
        return properties.get(name)
    if name == "Code":
        return code_of(properties)
    if name == "TracingConfig":
        mode = properties.get("Tracing")
        return None if mode == "Disabled" else _wrapped("Mode", mode)
    if name == "CapacityProviderConfig":
        return _capacity_provider(properties.get(name))
    if name == "DeadLetterConfig":
        queue = properties.get("DeadLetterQueue")
        target = queue.get("TargetArn") if isinstance(queue, Mapping) else None
        return _wrapped("TargetArn", target)
    if name == "Role" and makes_role(function):
        return token(ATTRIBUTE, role_id(function.id), "Arn")
    return properties.get(name)


def _wrapped(key: str, node: Any) -> Any:
    return None if node is None else {key: node}


def _capacity_provider(node: Any) -> Any:
    if not isinstance(node, Mapping) or "Arn" not in node:
        return node
    names = {"Arn": "CapacityProviderArn"}
    config = {names.get(str(key), str(key)): node[key] for key in node}
    return {"LambdaManagedInstancesCapacityProviderConfig": config}


def code_of(properties: Mapping[Any, Any]) -> Any:
    """``Code`` as SAM makes it: an image, inline code or an object, in this order."""
    if properties.get("PackageType") == "Image":
        return _wrapped("ImageUri", properties.get("ImageUri"))
    uri = properties.get("CodeUri")
    code: dict[str, Any] = {}
    if "InlineCode" in properties:
        code = {"ZipFile": properties["InlineCode"]}
    elif isinstance(uri, str) and uri.startswith(_S3_URI):
        bucket, _, key = uri[len(_S3_URI) :].partition("/")
        key, _, version = key.partition("?versionId=")
        code = {"S3Bucket": bucket, "S3Key": key}
        if version:
            code["S3ObjectVersion"] = version
    elif isinstance(uri, Mapping) and "Bucket" in uri:
        names = {"Bucket": "S3Bucket", "Key": "S3Key", "Version": "S3ObjectVersion"}
        code = {names.get(str(key), str(key)): uri[key] for key in uri}
    else:
        return (
            uri if uri is not None else _wrapped("ImageUri", properties.get("ImageUri"))
        )
    if "SourceKMSKeyArn" in properties:
        code["SourceKMSKeyArn"] = properties["SourceKMSKeyArn"]
    return code


# -- the version ---------------------------------------------------------------

# Takes the name of a parameter and returns its value, None where that is unknown.
ParameterOf = Callable[[str], "str | None"]


def version_key(
    function: Resource,
    resources: Mapping[str, Resource],
    parameter: ParameterOf,
) -> str:
    """What the logical ID of a SAM function's version is a hash of.

    As aws-sam-translator has it (``SamFunction._construct_version``): the code with
    its parameters resolved, and environment, memory and SnapStart as written; with
    ``AutoPublishAliasAllProperties`` every other property as written; where
    ``AutoPublishCodeSha256`` is set, the first ten characters of that alone.

    Returns:
        A text that differs where the version's logical ID does; empty where the
        properties cannot be written as JSON.
    """
    properties = function.properties
    sha = _with_parameters(parameter, properties.get("AutoPublishCodeSha256"))
    if sha:
        return _json(sha)[:11]
    code = _with_parameters(parameter, as_lambda(function, "Code"))
    if properties.get("AutoPublishAliasAllProperties"):
        layers = _published_layers(function, resources)
        return _json([code, _all_properties(function), layers])
    made_of = {
        "Code": code,
        "Environment": properties.get("Environment") or None,
        "MemorySize": properties.get("MemorySize"),
        "SnapStart": _snap_start(properties.get("SnapStart")),
    }
    assert made_of.keys() == _HASHED
    return _json(made_of)


# What SAM's hash is made of by default, as ``AWS::Lambda::Function`` calls it.
_HASHED = frozenset({"Code", "Environment", "MemorySize", "SnapStart"})


def is_hashed(function: Resource, name: str) -> bool:
    """Whether a property of a SAM function is a part of its `version_key`.

    Args:
        function: the function.
        name: the property, as ``AWS::Lambda::Function`` calls it.
    """
    properties = function.properties
    if properties.get("AutoPublishCodeSha256"):
        return False
    return bool(properties.get("AutoPublishAliasAllProperties")) or name in _HASHED


def _snap_start(node: Any) -> Any:
    is_on = isinstance(node, Mapping) and node.get("ApplyOn", "None") != "None"
    return node if is_on else None


# Properties of a SAM function that the Lambda function it becomes does not have.
NOT_OF_THE_FUNCTION = frozenset(
    {
        "AssumeRolePolicyDocument",
        "AutoPublishAlias",
        "AutoPublishAliasAllProperties",
        "CodeUri",
        "DeploymentPreference",
        "EventInvokeConfig",
        "Events",
        "FunctionUrlConfig",
        "PermissionsBoundary",
        "Policies",
        "PropagateTags",
        "ProvisionedConcurrencyConfig",
        "RolePath",
        "VersionDeletionPolicy",
        "VersionDescription",
    }
)


def _all_properties(function: Resource) -> dict[str, Any]:
    return {
        str(name): node
        for name, node in function.properties.items()
        if name not in NOT_OF_THE_FUNCTION
    }


def _published_layers(
    function: Resource, resources: Mapping[str, Resource]
) -> list[Any]:
    """The layers of the stack whose content counts for the function's version."""
    nodes = function.properties.get("Layers")
    published = []
    for node in nodes if isinstance(nodes, list) else []:
        name, argument = intrinsic(node)
        layer = resources.get(str(argument)) if name == "Ref" else None
        if layer is not None and layer.properties.get("PublishLambdaVersion"):
            published.append(dict(layer.properties))
    return published


def _with_parameters(parameter: ParameterOf, node: Any, depth: int = 0) -> Any:
    """A node with its references to parameters resolved, and nothing else."""
    if depth > MAX_DEPTH:
        return node
    name, argument = intrinsic(node)
    if name == "Ref" and isinstance(argument, str):
        return parameter(argument) or node
    if name == "Fn::Sub" and isinstance(argument, str):
        return {"Fn::Sub": _substituted(parameter, argument)}
    if name == "Fn::Sub" and isinstance(argument, list) and argument:
        text, *rest = argument
        if isinstance(text, str):
            text = _substituted(parameter, text)
        below = [_with_parameters(parameter, value, depth + 1) for value in rest]
        return {"Fn::Sub": [text, *below]}
    if isinstance(node, Mapping):
        return {
            key: _with_parameters(parameter, below, depth + 1)
            for key, below in node.items()
        }
    if isinstance(node, list):
        return [_with_parameters(parameter, below, depth + 1) for below in node]
    return node


def _substituted(parameter: ParameterOf, text: str) -> str:
    end = 0
    pieces = []
    for variable in sub_variables(text):
        value = parameter(variable[1].strip())
        pieces += [text[end : variable.start()], value or variable[0]]
        end = variable.end()
    return "".join([*pieces, text[end:]])


def _json(node: Any) -> str:
    try:
        return json.dumps(node, sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError):
        return ""
