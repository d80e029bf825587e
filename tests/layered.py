"""Functions with layers, and what W9820 says of them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.linting import FUNCTION, lint_template, messages, paths

Properties = Mapping[str, Any]
ITEM = "Resources/Fn/Properties/Layers/0"
DECLARED = "Resources/Layer/Properties/CompatibleArchitectures"


def published_layer(name: str, account: str = "464622532012") -> dict[str, Any]:
    return {"Fn::Sub": f"arn:aws:lambda:${{AWS::Region}}:{account}:layer:{name}:7"}


# Without its version; also where no intrinsic function may stand.
EXTENSION = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension"
X86 = published_layer("Datadog-Extension")
ARM = published_layer("Datadog-Extension-ARM")
ARM64 = ["arm64"]
X86_64 = ["x86_64"]
ARCH = {"Type": "String", "AllowedValues": ["arm64", "x86_64"]}
IS_ARM = {"IsArm": {"Fn::Equals": [{"Ref": "Arch"}, "arm64"]}}


def layer_for(architectures: Any = None, **more: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {"Content": {"S3Bucket": "b", "S3Key": "k"}}
    if architectures is not None:
        properties["CompatibleArchitectures"] = architectures
    return {"Type": "AWS::Lambda::LayerVersion", "Properties": properties, **more}


def layered(function: Properties, **more: Any) -> dict[str, Any]:
    fn = deepcopy(FUNCTION)
    fn["Properties"].update(function)
    resources = {"Fn": fn, **more.pop("Resources", {})}
    parameters = {
        "Arch": ARCH,
        "Open": {"Type": "String"},
        **more.pop("Parameters", {}),
    }
    return {
        "Parameters": parameters,
        "Conditions": {
            **IS_ARM,
            "IsProd": {"Fn::Equals": [{"Ref": "Open"}, "prod"]},
            "IsDev": {"Fn::Equals": [{"Ref": "Open"}, "dev"]},
        },
        "Resources": resources,
        **more,
    }


def found_by_path(
    folder: Path, template: Mapping[str, Any], *arguments: str
) -> dict[str, str]:
    """The findings: by path, the message."""
    matches = lint_template(folder, template, *arguments)
    crashes = messages(matches, "E0002")
    # cfn-lint's own rules crash on some malformed templates.
    assert not [message for message in crashes if "rule W98" in message]
    found = paths(matches, "W9820")
    assert len(set(found)) == len(found)
    return dict(zip(found, messages(matches, "W9820")))


def branches(condition: str, yes: Any, no: Any) -> dict[str, Any]:
    return {"Fn::If": [condition, yes, no]}


def serverless_with(
    function: Properties, resources: Properties | None = None, **sections: Any
) -> dict[str, Any]:
    properties = {
        "CodeUri": "s3://b/k",
        "Handler": "index.handler",
        "Runtime": "python3.13",
        **function,
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        **sections,
        "Resources": {
            "Fn": {"Type": "AWS::Serverless::Function", "Properties": properties},
            **(resources or {}),
        },
    }


def built_by_sam(
    architecture: Any, method: str | None = None, **properties: Any
) -> dict[str, Any]:
    metadata = {"BuildArchitecture": architecture, "BuildMethod": method}
    return {
        "Type": "AWS::Serverless::LayerVersion",
        "Metadata": {key: value for key, value in metadata.items() if value},
        "Properties": {"ContentUri": "s3://b/k", **properties},
    }
