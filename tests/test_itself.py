"""A template never differs from itself, whatever transforms it and whatever it says.

Nor from itself with its keys in another order; with other code alone, only its code
changes.
"""

from __future__ import annotations

import json
import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.linting import lint

# Generated templates.
pytestmark = pytest.mark.slow

Template_ = dict[str, Any]

_SAM = "AWS::Serverless-2016-10-31"
_EXTENSIONS = "AWS::LanguageExtensions"
_TRANSFORMS: list[Any] = [
    None,
    _EXTENSIONS,
    _SAM,
    [_EXTENSIONS, _SAM],
    [_SAM, _EXTENSIONS],
    [_SAM, "Custom"],
]
_OF_UPDATES = ("W9831", "W9832", "W9834", "W9835", "E0002")
_STAGE = {"Ref": "Stage"}
_IN_MAP = {"Fn::FindInMap": ["Stages", _STAGE, "Name"]}
_IN_LIST = {"Fn::FindInMap": ["Stages", _STAGE, "Layers"]}
_RESOLVED = "{{resolve:secretsmanager:${Name}:SecretString:TOKEN}}"
_OR_DEFAULT = {"Fn::FindInMap": ["Stages", _STAGE, "Gone", {"DefaultValue": "x"}]}
_STAGES: list[Template_] = [
    {},
    {"Default": "dev"},
    {"AllowedValues": ["dev", "live"]},
    {"AllowedValues": ["dev", "live"], "Default": "live"},
]
_TEXTS: list[Any] = [
    "plain",
    "{{resolve:ssm:/name}}",
    "{{resolve:secretsmanager:name:SecretString:TOKEN}}",
    _STAGE,
    _IN_MAP,
    _OR_DEFAULT,
    {"Ref": "AWS::Region"},
    {"Ref": "Table"},
    {"Fn::GetAtt": ["Table", "Arn"]},
    {"Fn::FindInMap": ["Regions", {"Ref": "AWS::Region"}, "Name"]},
    {"Fn::If": ["IsLive", "a", {"Ref": "AWS::NoValue"}]},
    {"Fn::If": ["IsLive", _IN_MAP, _STAGE]},
    {"Fn::ImportValue": {"Fn::Sub": "${Stage}-name"}},
    {"Fn::Join": ["-", [_STAGE, _IN_MAP]]},
    {"Fn::Join": [",", {"Fn::Split": [",", {"Fn::ImportValue": "names"}]}]},
    {"Fn::Select": ["0", {"Fn::Split": [",", {"Ref": "Names"}]}]},
    {"Fn::Sub": [_RESOLVED, {"Name": _IN_MAP}]},
    {"Fn::Sub": ["${Name}-${AWS::StackName}", {"Name": _STAGE}]},
    {"Fn::Sub": "{{resolve:ssm:/${Stage}/name}}"},
    {"Fn::ToJsonString": {"a": _IN_MAP, "b": [_STAGE]}},
    {"Fn::Length": _IN_LIST},
    {"Fn::Transform": {"Name": "Custom", "Parameters": {"a": "b"}}},
]
_LISTS: list[Any] = [
    [{"Ref": "Layer"}],
    [{"Fn::If": ["IsLive", {"Ref": "Layer"}, {"Ref": "AWS::NoValue"}]}],
    _IN_LIST,
    {"Fn::Split": [",", {"Fn::ImportValue": "layers"}]},
    {"Ref": "Layers"},
    {"Fn::If": ["IsLive", _IN_LIST, {"Ref": "AWS::NoValue"}]},
]


def _properties(rng: random.Random) -> Template_:
    """What a function, or `Globals`, says at random."""
    variables = {name: rng.choice(_TEXTS) for name in ("A", "B", "C")}
    choices: Template_ = {
        "Environment": {"Variables": variables},
        "Layers": rng.choice(_LISTS),
        "Timeout": rng.choice([9, _STAGE, {"Fn::If": ["IsLive", 9, 3]}]),
        "Architectures": [rng.choice(["arm64", _IN_MAP, _OR_DEFAULT])],
        "Description": rng.choice(_TEXTS),
    }
    return {name: choices[name] for name in choices if rng.random() < 0.6}


def _template(rng: random.Random, transform: Any) -> Template_:
    is_sam = transform is not None and _SAM in transform
    kind = "AWS::Serverless::Function" if is_sam else "AWS::Lambda::Function"
    code: Template_ = {"Code": {"S3Bucket": "a", "S3Key": "1"}}
    if is_sam:
        code = {"CodeUri": {"Bucket": "a", "Key": "1"}}
    base = {"Handler": "a.b", "Role": "arn:aws:iam::123456789012:role/r", **code}
    function: Template_ = {
        "Type": kind,
        "Properties": {**base, "Runtime": "python3.13", **_properties(rng)},
    }
    resources: Template_ = {
        "Orders": function,
        "Invocation": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": "arn:aws:sns:us-east-1:123456789012:orders",
                "Protocol": "lambda",
                "Endpoint": {"Fn::GetAtt": ["Orders", "Arn"]},
            },
        },
        "Layer": {
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {"Content": {"S3Bucket": "a", "S3Key": rng.choice(_TEXTS)}},
        },
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {"TableName": rng.choice(_TEXTS)},
        },
    }
    if is_sam and rng.random() < 0.5:
        function["Properties"]["AutoPublishAlias"] = "live"
        function["Properties"]["AutoPublishAliasAllProperties"] = rng.random() < 0.5
        resources["Invocation"]["Properties"]["Endpoint"] = {"Ref": "Orders.Alias"}
    if transform is not None and _EXTENSIONS in transform:
        name = "${Name}Work"
        properties = {**deepcopy(base), "Runtime": "python3.13", **_properties(rng)}
        properties["Description"] = {"Fn::Sub": "${Name}"}
        resources["Fn::ForEach::Works"] = [
            "Name",
            ["One", "Two"],
            {name: {"Type": kind, "Properties": properties}},
        ]
    template: Template_ = {
        "Parameters": {
            "Stage": {"Type": "String", **rng.choice(_STAGES)},
            "Names": {"Type": "String"},
            "Layers": {"Type": "CommaDelimitedList"},
        },
        "Conditions": {"IsLive": {"Fn::Equals": [_STAGE, "live"]}},
        "Mappings": {
            "Stages": {
                "dev": {"Name": "arm64", "Layers": ["arn:a", "arn:b"]},
                "live": {"Name": "x86_64", "Layers": ["arn:c"]},
            },
            "Regions": {"us-east-1": {"Name": "a"}, "eu-west-1": {"Name": "b"}},
        },
        "Resources": resources,
    }
    if transform is not None:
        template["Transform"] = transform
    if is_sam and rng.random() < 0.7:
        template["Globals"] = {"Function": _properties(rng)}
    return template


def _reversed(node: Any) -> Any:
    """A node whose keys stand in the opposite order."""
    if isinstance(node, dict):
        return {key: _reversed(node[key]) for key in reversed(node)}
    return [_reversed(item) for item in node] if isinstance(node, list) else node


def _found(folder: Path, before: Template_, after: Template_) -> list[str]:
    (folder / "before.json").write_text(json.dumps(before))
    (folder / "after.json").write_text(json.dumps(after))
    setting = f"W9831:baseline_path={folder / 'before.json'}"
    return [
        f"{match.rule.id} {match.message}"
        for match in lint(folder / "after.json", "-x", setting)
        if match.rule.id in _OF_UPDATES and "No baseline" not in match.message
    ]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("transform", _TRANSFORMS, ids=str)
def test_a_template_is_the_same_as_itself(
    transform: Any, seed: int, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    template = _template(rng, transform)
    assert _found(tmp_path, template, template) == []
    other = _reversed(template)
    assert _found(tmp_path, template, other) == []
    if isinstance(transform, list):
        # Both orders of the transforms mean the same.
        other["Transform"] = transform[::-1]
        assert _found(tmp_path, template, other) == []
    text = json.dumps(template)
    coded = text.replace('"Key": "1"', '"Key": "2"').replace(
        '"S3Key": "1"', '"S3Key": "2"'
    )
    assert coded != text
    assert _found(tmp_path, template, json.loads(coded)) == []
