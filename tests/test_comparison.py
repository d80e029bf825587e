"""What an update changes (W9831): values that are the same, and values that are not.

Each pair changes the code of one function as well, so that the finding tells whether
the pair counts as a change of its configuration, and by which name.

Tests `update/_changes.py` and `update/_values.py` too.
"""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race.data import CONFIGURATION, operations
from cfn_lint_lambda_race.template import ALWAYS, Scenario
from cfn_lint_lambda_race.template._sam import WRITTEN_OUT
from cfn_lint_lambda_race.template._scenario import CONDITION
from cfn_lint_lambda_race.update import (
    FunctionUpdate,
    Settings,
    configure,
    update_of,
)
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment
from tests.building import (
    LAYER,
    ROLE,
    Template_,
    new_code,
    parameter,
    resource,
    sam,
    stack,
    variables,
)
from tests.linting import TEMPLATES, messages
from tests.translation import translated
from tests.updates import (
    CONDITIONS,
    STAGE,
    STAGES,
    both_sides_changed,
    changed,
    compared,
    conditional,
    if_dev,
    if_prod,
    lint_update,
    side_of,
    staged,
    update,
)

Pair = tuple[Any, Any]


# -- what is the same --------------------------------------------------------------

_QUEUE = {"Queue": {"Type": "AWS::SQS::Queue"}}

# Values of an environment variable.
SAME_VALUES: dict[str, Pair] = {
    "sub-and-ref": ({"Fn::Sub": "${Queue}"}, {"Ref": "Queue"}),
    "sub-with-spaces": ({"Fn::Sub": "${ Queue }"}, {"Ref": "Queue"}),
    "sub-list": (
        {"Fn::Sub": ["${Q}-1", {"Q": {"Ref": "Queue"}}]},
        {"Fn::Sub": "${Queue}-1"},
    ),
    "join-and-sub": (
        {"Fn::Join": ["-", [{"Ref": "Queue"}, "a"]]},
        {"Fn::Sub": "${Queue}-a"},
    ),
    "get-att-spellings": (
        {"Fn::GetAtt": "Queue.Arn"},
        {"Fn::GetAtt": ["Queue", "Arn"]},
    ),
    "get-att-and-sub": ({"Fn::Sub": "${Queue.Arn}"}, {"Fn::GetAtt": "Queue.Arn"}),
    "pseudo": ({"Ref": "AWS::Region"}, {"Fn::Sub": "${AWS::Region}"}),
    "literal-dollar": ({"Fn::Sub": "${!Queue}"}, "${Queue}"),
    "quoted-number": ("5", 5),
    "quoted-boolean": ("true", True),
    "parameter-and-its-default": ({"Ref": "Stage"}, "prod"),
    "select": ({"Fn::Select": [1, ["a", "b"]]}, "b"),
    "split": ({"Fn::Select": ["0", {"Fn::Split": [",", "a,b"]}]}, "a"),
    "find-in-map": ({"Fn::FindInMap": ["Map", "a", "b"]}, "c"),
    "equal-branches": ({"Fn::If": ["IsProd", "a", "a"]}, "a"),
    "json": (
        {"Fn::ToJsonString": {"a": {"Ref": "Stage"}}},
        {"Fn::ToJsonString": {"a": "prod"}},
    ),
    "json-and-its-text": (
        {"Fn::ToJsonString": {"a": {"Ref": "Stage"}, "b": [1, True, "2"]}},
        '{"a":"prod","b":[1,true,"2"]}',
    ),
    "length": ({"Fn::Length": ["a", {"Ref": "One"}]}, 2),
    "import": ({"Fn::ImportValue": "a"}, {"Fn::ImportValue": "a"}),
    "unknown-imports": ({"Fn::ImportValue": "a"}, {"Fn::ImportValue": "b"}),
    "unknown-parameters": ({"Ref": "One"}, {"Ref": "Two"}),
    "unknown-and-known": ({"Ref": "One"}, "one"),
    "unknown-inside": ({"Fn::Sub": "a-${One}-c"}, {"Fn::Sub": "a-${Two}-c"}),
    "unknown-at-the-end": ({"Fn::Sub": "a-${One}"}, "a-b"),
    "unknown-behind-the-same": (
        {"Fn::Sub": "${Queue}-${One}"},
        {"Fn::Sub": "${Queue}-${Two}"},
    ),
    "dynamic-references": ("{{resolve:ssm:/a}}", "{{resolve:ssm:/b}}"),
    "dynamic-references-put-together": (
        {"Fn::Sub": "{{resolve:ssm:/a/${One}}}"},
        {"Fn::Sub": "{{resolve:secretsmanager:b:SecretString:${Queue}}}"},
    ),
    "dynamic-reference-joined": (
        {"Fn::Join": ["", ["{{resolve:ssm:/", {"Ref": "Queue"}, "}}"]]},
        "a",
    ),
    "dynamic-reference-inside": (
        {"Fn::Sub": ["x-{{resolve:ssm:${Q}}}-y", {"Q": {"Ref": "Queue"}}]},
        "x-1-y",
    ),
}

SECTIONS = {
    "Conditions": CONDITIONS["Conditions"],
    "Parameters": {**STAGE, "One": parameter(), "Two": parameter()},
    "Mappings": {"Map": {"a": {"b": "c", "d": "e"}}},
    "Resources": _QUEUE,
}


def _valued(value: Any) -> Template_:
    return stack(variables(VALUE=value), **deepcopy(SECTIONS))


@pytest.mark.parametrize("pair", SAME_VALUES.values(), ids=SAME_VALUES)
def test_is_the_same_value(pair: Pair, tmp_path: Path) -> None:
    one, other = map(_valued, pair)
    assert changed(update(tmp_path, one, new_code(other))) == ()
    assert changed(update(tmp_path, other, new_code(one))) == ()


OTHER_VALUES: dict[str, Pair] = {
    "literal": ("a", "b"),
    "case": ("a", "A"),
    "empty": ("a", ""),
    "new": ({"Ref": "AWS::NoValue"}, "a"),
    "number": (1, 2),
    "length": ({"Fn::Length": ["a"]}, {"Fn::Length": ["a", "b"]}),
    "part": ({"Fn::Sub": "${Queue}-a"}, {"Fn::Sub": "${Queue}-b"}),
    "before-an-unknown": ({"Fn::Sub": "a-${One}"}, {"Fn::Sub": "b-${Two}"}),
    "behind-an-unknown": ({"Fn::Sub": "${One}-a"}, {"Fn::Sub": "${Two}-b"}),
    "last-but-one": ({"Fn::Sub": "${One}-ab"}, {"Fn::Sub": "${Two}-cb"}),
    "attribute": ({"Ref": "Queue"}, {"Fn::GetAtt": "Queue.Arn"}),
    "key-of-a-map": (
        {"Fn::FindInMap": ["Map", "a", "b"]},
        {"Fn::FindInMap": ["Map", "a", "d"]},
    ),
    "one-branch": (
        {"Fn::If": ["IsProd", "a", "b"]},
        {"Fn::If": ["IsProd", "c", "b"]},
    ),
    "branch": ({"Fn::If": ["IsProd", "a", "b"]}, {"Fn::If": ["IsProd", "b", "a"]}),
}


@pytest.mark.parametrize("pair", OTHER_VALUES.values(), ids=OTHER_VALUES)
def test_is_another_value(pair: Pair, tmp_path: Path) -> None:
    one, other = map(_valued, pair)
    assert changed(update(tmp_path, one, new_code(other))) == ("Code", "Environment")
    assert changed(update(tmp_path, other, new_code(one))) == ("Code", "Environment")


# Properties of the function, None for an absent one.
SAME_PROPERTIES: dict[str, Pair] = {
    "architecture": ({"Architectures": ["x86_64"]}, {}),
    "timeout": ({"Timeout": 3}, {}),
    "quoted-timeout": ({"Timeout": "30"}, {"Timeout": 30}),
    "memory": ({"MemorySize": 128}, {}),
    "storage": ({"EphemeralStorage": {"Size": 512}}, {}),
    "tracing": ({"TracingConfig": {"Mode": "PassThrough"}}, {}),
    "snap-start": ({"SnapStart": {"ApplyOn": "None"}}, {}),
    "logging": ({"LoggingConfig": {"LogFormat": "Text"}}, {}),
    "logging-in-part": (
        {"LoggingConfig": {"LogGroup": "orders"}},
        {"LoggingConfig": {"LogGroup": "orders", "LogFormat": "Text"}},
    ),
    "no-layers": ({"Layers": []}, {}),
    "no-value": ({"Layers": {"Ref": "AWS::NoValue"}}, {}),
    "no-value-in-a-list": (
        {"Layers": [f"{LAYER}:1", {"Ref": "AWS::NoValue"}]},
        {"Layers": [f"{LAYER}:1"]},
    ),
    "no-variables": ({"Environment": {"Variables": {}}}, {}),
    "no-environment": ({"Environment": {}}, {}),
    "no-vpc": ({"VpcConfig": {"SecurityGroupIds": [], "SubnetIds": []}}, {}),
    "no-file-systems": ({"FileSystemConfigs": []}, {}),
    "no-dead-letters": ({"DeadLetterConfig": {}}, {}),
    "no-image-config": ({"ImageConfig": {}}, {}),
    "no-key": ({"KmsKeyArn": ""}, {}),
    "no-target": ({"DeadLetterConfig": {"TargetArn": ""}}, {}),
    "single-layer": ({"Layers": f"{LAYER}:1"}, {"Layers": [f"{LAYER}:1"]}),
    "order-of-subnets": (
        {"VpcConfig": {"SubnetIds": ["s", "t"], "SecurityGroupIds": ["g", "h"]}},
        {"VpcConfig": {"SubnetIds": ["t", "s"], "SecurityGroupIds": ["h", "g"]}},
    ),
    "order-of-unknown-subnets": (
        {"VpcConfig": {"SubnetIds": [{"Ref": "One"}, "s"]}},
        {"VpcConfig": {"SubnetIds": ["t", {"Ref": "One"}]}},
    ),
    "dual-stack": (
        {"VpcConfig": {"SubnetIds": ["s"], "Ipv6AllowedForDualStack": False}},
        {"VpcConfig": {"SubnetIds": ["s"]}},
    ),
    "log-level": (
        {"LoggingConfig": {"LogFormat": "JSON"}},
        {"LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "INFO"}},
    ),
    "order-of-keys": (
        {"VpcConfig": {"SubnetIds": ["s"], "SecurityGroupIds": ["g"]}},
        {"VpcConfig": {"SecurityGroupIds": ["g"], "SubnetIds": ["s"]}},
    ),
    "order-of-what-is-no-subnet": (
        {"VpcConfig": {"SubnetIds": [{"a": "b"}, "s"]}},
        {"VpcConfig": {"SubnetIds": [{"a": "b"}, {"Ref": "One"}]}},
    ),
    "variables-of-another-stack": (
        {"Environment": {"Variables": {"Fn::ImportValue": "variables"}}},
        {"Environment": {"Variables": {"A": "b"}}},
    ),
    "description": ({"Description": "a"}, {"Description": "b"}),
    "tags": ({"Tags": [{"Key": "a", "Value": "b"}]}, {}),
    "concurrency": ({"ReservedConcurrentExecutions": 1}, {}),
    "code-signing": ({"CodeSigningConfigArn": "a"}, {"CodeSigningConfigArn": "b"}),
    "recursion": ({"RecursiveLoop": "Allow"}, {}),
    "runtime-management": (
        {"RuntimeManagementConfig": {"UpdateRuntimeOn": "Auto"}},
        {},
    ),
    "scaling": ({"FunctionScalingConfig": {"MinExecutionEnvironments": 1}}, {}),
}


@pytest.mark.parametrize("pair", SAME_PROPERTIES.values(), ids=SAME_PROPERTIES)
def test_is_no_change_of_configuration(pair: Pair, tmp_path: Path) -> None:
    one, other = (stack(side, Parameters={"One": parameter()}) for side in pair)
    assert changed(update(tmp_path, one, new_code(other))) == ()
    assert changed(update(tmp_path, other, new_code(one))) == ()


OTHER_PROPERTIES: dict[str, Any] = {
    "CapacityProviderConfig": {
        "LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": "a"}
    },
    "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"},
    "DurableConfig": {"ExecutionTimeout": 60},
    "Environment": {"Variables": {"A": "b"}},
    "EphemeralStorage": {"Size": 1024},
    "FileSystemConfigs": [{"Arn": "a", "LocalMountPath": "/mnt/a"}],
    "Handler": "other.handler",
    "ImageConfig": {"Command": ["a"]},
    "KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/a",
    "Layers": [f"{LAYER}:1"],
    "LoggingConfig": {"LogFormat": "JSON"},
    "MemorySize": 256,
    "Role": f"{ROLE}-2",
    "Runtime": "python3.14",
    "SnapStart": {"ApplyOn": "PublishedVersions"},
    "Timeout": 4,
    "TracingConfig": {"Mode": "Active"},
    "VpcConfig": {"SubnetIds": ["subnet-1"]},
}


def test_every_property_of_the_configuration_is_tried() -> None:
    names = {row.property for row in operations() if row.operation == CONFIGURATION}
    assert names - {"Description"} == set(OTHER_PROPERTIES)


@pytest.mark.parametrize("name", OTHER_PROPERTIES)
def test_is_a_change_of_configuration(name: str, tmp_path: Path) -> None:
    one, other = stack(), stack({name: OTHER_PROPERTIES[name]})
    assert changed(update(tmp_path, one, new_code(other))) == ("Code", name)
    assert changed(update(tmp_path, other, new_code(one))) == ("Code", name)
    # Either side alone is no race.
    assert changed(update(tmp_path, one, other)) == ()
    assert changed(update(tmp_path, other, new_code(other))) == ()


@pytest.mark.parametrize(
    ("single", "is_change"),
    [
        (f"{LAYER}:2", True),
        # It may be a list of the very same layer.
        ({"Ref": "Layers"}, False),
        ({"Fn::GetAtt": ["Queue", "Outputs.Layers"]}, False),
    ],
)
def test_a_single_value_is_a_list_of_one_item(
    single: Any, is_change: bool, tmp_path: Path
) -> None:
    one, other = stack({"Layers": single}), stack({"Layers": [f"{LAYER}:1"]})
    expected = ("Code", "Layers") if is_change else ()
    for side in (one, other):
        side["Parameters"] = {"Layers": {"Type": "CommaDelimitedList"}}
        side["Resources"]["Queue"] = resource("SQS::Queue")
    assert changed(update(tmp_path, one, new_code(other))) == expected
    assert changed(update(tmp_path, other, new_code(one))) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"KmsKeyArn": {"Ref": "One"}}),
        ({}, {"VpcConfig": {"SubnetIds": {"Fn::ImportValue": "subnets"}}}),
        (
            {"Environment": {"Variables": "a"}},
            {"Environment": {"Variables": {"A": "b"}}},
        ),
    ],
)
def test_what_is_there_and_what_is_not_differ(
    old: Template_, new: Template_, tmp_path: Path
) -> None:
    one, other = (stack(side, Parameters={"One": parameter()}) for side in (old, new))
    for sides in ((one, new_code(other)), (other, new_code(one))):
        assert changed(update(tmp_path, *sides)) == ("Code", *new)


@pytest.mark.parametrize("attribute", ["Ref", "Arn", "Version"])
def test_a_resource_is_no_list(attribute: str, tmp_path: Path) -> None:
    def named(name: str) -> Any:
        at = {"Fn::GetAtt": [name, attribute]}
        return {"Ref": name} if attribute == "Ref" else at

    kind = "Lambda::Version" if attribute == "Version" else "SQS::Queue"
    resources = {name: resource(kind) for name in ("Queue", "Other")}
    one = stack({"Layers": named("Queue")}, Resources=deepcopy(resources))
    other = stack({"Layers": [named("Other")]}, Resources=resources)
    for sides in ((one, new_code(other)), (other, new_code(one))):
        assert changed(update(tmp_path, *sides)) == ("Code", "Layers")


_IMPORTS = [{"Fn::ImportValue": name} for name in "ab"]


@pytest.mark.parametrize(
    "subnets",
    [
        {"Fn::Split": [",", {"Fn::ImportValue": "all"}]},
        {"Ref": "Subnets"},
        {"Fn::GetAtt": ["Network", "Subnets"]},
        {"Fn::ImportValue": "all"},
    ],
    ids=str,
)
def test_what_may_be_a_list_is_not_compared_with_one(
    subnets: Any, tmp_path: Path
) -> None:
    sections = {
        "Parameters": {"Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"}},
        "Resources": {"Network": resource("CloudFormation::CustomResource")},
    }
    before, after = (
        stack({"VpcConfig": {"SubnetIds": one}}, **deepcopy(sections))
        for one in (subnets, _IMPORTS)
    )
    for one, other in ((before, after), (after, before)):
        assert changed(update(tmp_path, one, new_code(other))) == ()


def test_an_empty_variable_is_one(tmp_path: Path) -> None:
    after = new_code(stack(variables(A="")))
    assert changed(update(tmp_path, stack(), after)) == ("Code", "Environment")


def test_the_order_of_layers_counts(tmp_path: Path) -> None:
    one, other = f"{LAYER}:1", f"{LAYER}:2"
    before, after = stack({"Layers": [one, other]}), stack({"Layers": [other, one]})
    assert changed(update(tmp_path, before, new_code(after))) == ("Code", "Layers")


CODES: dict[str, Pair] = {
    "key": ({"S3Bucket": "a", "S3Key": "b"}, {"S3Bucket": "a", "S3Key": "c"}),
    "bucket": ({"S3Bucket": "a", "S3Key": "b"}, {"S3Bucket": "c", "S3Key": "b"}),
    "version": (
        {"S3Bucket": "a", "S3Key": "b", "S3ObjectVersion": "1"},
        {"S3Bucket": "a", "S3Key": "b", "S3ObjectVersion": "2"},
    ),
    "image": ({"ImageUri": "orders:1"}, {"ImageUri": "orders:2"}),
    "inline": ({"ZipFile": "a"}, {"ZipFile": "b"}),
    "inline-to-object": ({"ZipFile": "a"}, {"S3Bucket": "a", "S3Key": "b"}),
    "local-to-inline": ("src", {"ZipFile": "a"}),
    "inline-to-local": ({"ZipFile": "a"}, "src"),
    "local-to-local": ("src", "lib"),
    "asset-parameters": (
        {"S3Bucket": "a", "S3Key": {"Ref": f"AssetParameters{'a' * 64}S3Key0"}},
        {"S3Bucket": "a", "S3Key": {"Ref": f"AssetParameters{'b' * 64}S3Key0"}},
    ),
}
ASSETS = {
    f"AssetParameters{digit * 64}{what}": parameter()
    for digit in "ab"
    for what in ("S3Key0", "S3Key1")
}


@pytest.mark.parametrize("pair", CODES.values(), ids=CODES)
def test_is_new_code(pair: Pair, tmp_path: Path) -> None:
    one, other = pair
    before = stack({"Code": one}, Parameters=ASSETS)
    after = stack({"Code": other, "Timeout": 9}, Parameters=ASSETS)
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")


SAME_CODES: dict[str, Pair] = {
    "local-spellings": ("src", "./src/"),
    "local-to-object": ("./src", {"S3Bucket": "a", "S3Key": "b"}),
    "object-to-local": ({"S3Bucket": "a", "S3Key": "b"}, "./src"),
    "local-to-nothing": ("src", None),
    "nothing-to-local": (None, "src"),
    "unknown": (
        {"S3Bucket": "a", "S3Key": {"Ref": "One"}},
        {"S3Bucket": "a", "S3Key": {"Ref": "Two"}},
    ),
    "asset-and-parameter": (
        {"S3Bucket": "a", "S3Key": {"Ref": f"AssetParameters{'a' * 64}S3Key0"}},
        {"S3Bucket": "a", "S3Key": {"Ref": "One"}},
    ),
    "parameter-and-asset": (
        {"S3Bucket": "a", "S3Key": {"Ref": "One"}},
        {"S3Bucket": "a", "S3Key": {"Ref": f"AssetParameters{'a' * 64}S3Key0"}},
    ),
    "parts-of-one-asset": (
        {"S3Bucket": "a", "S3Key": {"Ref": f"AssetParameters{'a' * 64}S3Key0"}},
        {"S3Bucket": "a", "S3Key": {"Ref": f"AssetParameters{'a' * 64}S3Key1"}},
    ),
}


@pytest.mark.parametrize("pair", SAME_CODES.values(), ids=SAME_CODES)
def test_is_no_new_code_for_sure(pair: Pair, tmp_path: Path) -> None:
    parameters = {**ASSETS, "One": parameter(), "Two": parameter()}
    before = stack({"Code": pair[0]}, Parameters=parameters)
    after = stack({"Code": pair[1], "Timeout": 9}, Parameters=parameters)
    assert changed(update(tmp_path, before, after)) == ()


# -- what a value refers to --------------------------------------------------------


def _refers(to: Any, **sections: Any) -> Template_:
    return stack(variables(VALUE=to), **sections)


def _refers_to_sam(**properties: Any) -> Template_:
    other = sam(properties)["Resources"]["Orders"]
    return sam(variables(VALUE={"Ref": "Other"}), Resources={"Other": other})


def _layers(content: Any, kind: str = "Lambda", **properties: Any) -> Template_:
    layer = resource(f"{kind}::LayerVersion", **content, **properties)
    return stack({"Layers": [{"Ref": "Deps"}]}, Resources={"Deps": layer})


_CONTENT = {"Content": {"S3Bucket": "a", "S3Key": "deps-1.zip"}}
_OTHER_CONTENT = {"Content": {"S3Bucket": "a", "S3Key": "deps-2.zip"}}
_LAYER_OF_CDK = {"Type": "AWS::Lambda::LayerVersion", "Properties": _CONTENT}

BEHIND: dict[str, tuple[Template_, Template_, str]] = {
    "layer-content": (_layers(_CONTENT), _layers(_OTHER_CONTENT), "Layers"),
    "layer-description": (
        _layers(_CONTENT),
        _layers(_CONTENT, Description="more"),
        "Layers",
    ),
    "layer-architectures": (
        _layers(_CONTENT, CompatibleArchitectures=["x86_64"]),
        _layers(_CONTENT, CompatibleArchitectures=["arm64"]),
        "Layers",
    ),
    "sam-layer-content": (
        _layers({"ContentUri": "s3://a/deps-1.zip"}, "Serverless"),
        _layers({"ContentUri": "s3://a/deps-2.zip"}, "Serverless"),
        "Layers",
    ),
    "sam-layer-folder": (
        _layers({"ContentUri": "layer-2"}, "Serverless"),
        _layers({"ContentUri": "layer-1"}, "Serverless"),
        "Layers",
    ),
    # SAM names such a layer anew, and so publishes it anew.
    "sam-layer-retention": (
        _layers({"ContentUri": "s3://a/deps.zip"}, "Serverless"),
        _layers({"ContentUri": "s3://a/deps.zip"}, "Serverless", RetentionPolicy="x"),
        "Layers",
    ),
    "layer-hash": (
        stack(
            {"Layers": [{"Ref": "Deps11111111"}]},
            Resources={"Deps11111111": _LAYER_OF_CDK},
        ),
        stack(
            {"Layers": [{"Ref": "Deps22222222"}]},
            Resources={"Deps22222222": _LAYER_OF_CDK},
        ),
        "Layers",
    ),
    "layer-through-a-parameter": (
        stack(
            {"Layers": [{"Ref": "Deps"}]},
            Parameters={"Key": parameter(Default="1")},
            Resources={
                "Deps": resource(
                    "Lambda::LayerVersion",
                    Content={"S3Bucket": "a", "S3Key": {"Ref": "Key"}},
                )
            },
        ),
        stack(
            {"Layers": [{"Ref": "Deps"}]},
            Parameters={"Key": parameter(Default="2")},
            Resources={
                "Deps": resource(
                    "Lambda::LayerVersion",
                    Content={"S3Bucket": "a", "S3Key": {"Ref": "Key"}},
                )
            },
        ),
        "Layers",
    ),
    "replaced-resource": (
        _refers({"Ref": "Queue"}, Resources={"Queue": resource("SQS::Queue")}),
        _refers(
            {"Ref": "Queue"},
            Resources={"Queue": resource("SQS::Queue", QueueName="orders")},
        ),
        "Environment",
    ),
    "resource-of-another-type": (
        _refers({"Ref": "Sink"}, Resources={"Sink": resource("SQS::Queue")}),
        _refers({"Ref": "Sink"}, Resources={"Sink": resource("SNS::Topic")}),
        "Environment",
    ),
    "attribute-of-a-replaced-resource": (
        _refers(
            {"Fn::GetAtt": "Queue.Arn"},
            Resources={"Queue": resource("SQS::Queue", FifoQueue=False)},
        ),
        _refers(
            {"Fn::GetAtt": "Queue.Arn"},
            Resources={"Queue": resource("SQS::Queue", FifoQueue=True)},
        ),
        "Environment",
    ),
    "resource-behind-a-replaced-resource": (
        _refers(
            {"Ref": "Service"},
            Resources={
                "Cluster": resource("ECS::Cluster", ClusterName="a"),
                "Service": resource("ECS::Service", Cluster={"Ref": "Cluster"}),
            },
        ),
        _refers(
            {"Ref": "Service"},
            Resources={
                "Cluster": resource("ECS::Cluster", ClusterName="b"),
                "Service": resource("ECS::Service", Cluster={"Ref": "Cluster"}),
            },
        ),
        "Environment",
    ),
    "other-function-replaced": (
        _refers(
            {"Ref": "Other"},
            Resources={
                "Other": resource("Lambda::Function", FunctionName="a"),
            },
        ),
        _refers(
            {"Ref": "Other"},
            Resources={
                "Other": resource("Lambda::Function", FunctionName="b"),
            },
        ),
        "Environment",
    ),
    "other-sam-function-replaced": (
        _refers_to_sam(FunctionName="a"),
        _refers_to_sam(FunctionName="b"),
        "Environment",
    ),
    "role": (
        stack(
            {"Role": {"Fn::GetAtt": "Role.Arn"}},
            Resources={"Role": resource("IAM::Role", RoleName="a")},
        ),
        stack(
            {"Role": {"Fn::GetAtt": "Role.Arn"}},
            Resources={"Role": resource("IAM::Role", RoleName="b")},
        ),
        "Role",
    ),
    "mapping": (
        _refers({"Fn::FindInMap": ["M", "a", "b"]}, Mappings={"M": {"a": {"b": "1"}}}),
        _refers({"Fn::FindInMap": ["M", "a", "b"]}, Mappings={"M": {"a": {"b": "2"}}}),
        "Environment",
    ),
    "mapping-of-regions": (
        _refers(
            {"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "b"]},
            Mappings={"M": {"eu-west-1": {"b": "1"}, "us-east-1": {"b": "2"}}},
        ),
        _refers(
            {"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "b"]},
            Mappings={"M": {"eu-west-1": {"b": "1"}, "us-east-1": {"b": "3"}}},
        ),
        "Environment",
    ),
    "parameter-default": (
        _refers({"Ref": "P"}, Parameters={"P": parameter(Default="1")}),
        _refers({"Ref": "P"}, Parameters={"P": parameter(Default="2")}),
        "Environment",
    ),
    "parameter-default-among-allowed-values": (
        _refers(
            {"Ref": "P"},
            Parameters={"P": parameter(Default="1", AllowedValues=["1", "2"])},
        ),
        _refers(
            {"Ref": "P"},
            Parameters={"P": parameter(Default="2", AllowedValues=["1", "2"])},
        ),
        "Environment",
    ),
    "list-parameter-default": (
        stack(
            {"Layers": {"Ref": "P"}},
            Parameters={"P": {"Type": "CommaDelimitedList", "Default": "a"}},
        ),
        stack(
            {"Layers": {"Ref": "P"}},
            Parameters={"P": {"Type": "CommaDelimitedList", "Default": "a,b"}},
        ),
        "Layers",
    ),
}


@pytest.mark.parametrize("case", BEHIND.values(), ids=BEHIND)
def test_what_a_value_refers_to_counts(
    case: tuple[Template_, Template_, str], tmp_path: Path
) -> None:
    before, after, name = case
    assert changed(update(tmp_path, before, new_code(after))) == ("Code", name)
    assert changed(update(tmp_path, after, new_code(before))) == ("Code", name)
    assert changed(update(tmp_path, before, new_code(before))) == ()


def test_a_resource_that_is_updated_in_place_is_the_same(tmp_path: Path) -> None:
    before, after = (
        _refers(
            {"Ref": "Queue"},
            Resources={"Queue": resource("SQS::Queue", VisibilityTimeout=seconds)},
        )
        for seconds in (30, 60)
    )
    assert changed(update(tmp_path, before, new_code(after))) == ()


def test_a_resource_of_an_unheard_type_is_the_same(tmp_path: Path) -> None:
    def template(name: str) -> Template_:
        own = {"Type": "Shop::Orders::Table", "Properties": {"Name": name}}
        return _refers({"Ref": "Own"}, Resources={"Own": own})

    found = update(tmp_path, template("a"), new_code(template("b")))
    assert changed(found) == ()


# What SAM wants of each of its resources at least.
REQUIRED: dict[str, Template_] = {
    "Api": {"StageName": "v1"},
    "Application": {"Location": "https://example.com/nested.yaml"},
    "HttpApi": {"DefinitionBody": {"openapi": "3.0.1", "paths": {}}},
    "SimpleTable": {},
    "StateMachine": {"Definition": {"StartAt": "A"}, "Role": ROLE},
}


@pytest.mark.parametrize(("serverless", "written"), WRITTEN_OUT.items())
def test_a_resource_of_sam_written_out_is_the_same(
    serverless: str, written: str, tmp_path: Path
) -> None:
    before, after = (
        sam(
            variables(NAME={"Ref": "Own"}),
            Resources={"Own": {"Type": kind, "Properties": properties}},
        )
        for kind, properties in (
            (serverless, REQUIRED[serverless.rpartition("::")[2]]),
            (written, {}),
        )
    )
    assert changed(update(tmp_path, before, new_code(after))) == ()
    assert changed(update(tmp_path, after, new_code(before))) == ()


@pytest.mark.parametrize(
    "kinds", list(product(["Serverless::SimpleTable", "DynamoDB::Table"], repeat=2))
)
def test_a_table_of_another_name_is_another_table(
    kinds: tuple[str, str], tmp_path: Path
) -> None:
    before, after, same = (
        sam(
            variables(TABLE={"Ref": "Table"}),
            Resources={"Table": resource(kind, TableName=name)},
        )
        for kind, name in (
            (kinds[0], "orders"),
            (kinds[1], "orders-2"),
            (kinds[1], "orders"),
        )
    )
    found = update(tmp_path, before, new_code(after))
    assert changed(found) == ("Code", "Environment")
    assert changed(update(tmp_path, before, new_code(same))) == ()


@pytest.mark.slow
def test_sam_writes_its_resources_out_as_the_pack_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made = _processed(
        sam(
            Resources={
                kind: resource(f"Serverless::{kind}", **below)
                for kind, below in REQUIRED.items()
            }
        )
    )
    assert {
        f"AWS::Serverless::{kind}": made["Resources"][kind]["Type"] for kind in REQUIRED
    } == WRITTEN_OUT


def test_a_role_s_policies_are_not_its_arn(tmp_path: Path) -> None:
    before, after = (
        stack(
            {"Role": {"Fn::GetAtt": "Role.Arn"}},
            Resources={"Role": resource("IAM::Role", ManagedPolicyArns=policies)},
        )
        for policies in ([], ["arn:aws:iam::aws:policy/ReadOnlyAccess"])
    )
    assert changed(update(tmp_path, before, new_code(after))) == ()


def test_resources_that_refer_to_each_other_do_not_hang(tmp_path: Path) -> None:
    resources = {
        "A": resource("SQS::Queue", QueueName={"Ref": "B"}),
        "B": resource("SQS::Queue", QueueName={"Ref": "A"}),
    }
    template = _refers({"Ref": "A"}, Resources=resources)
    assert changed(update(tmp_path, template, new_code(template))) == ()


def test_globals_count(tmp_path: Path) -> None:
    before, after = (
        sam(Globals={"Function": {"Layers": [f"{LAYER}:{number}"]}}) for number in "12"
    )
    assert changed(update(tmp_path, before, new_code(after))) == ("Code", "Layers")


@pytest.mark.parametrize("is_extended_first", [True, False])
@pytest.mark.parametrize("value", ["{{resolve:ssm:${Name}}}", "${Name}-x", "${Name}"])
def test_globals_under_the_language_extensions_are_read_alike(
    value: str, is_extended_first: bool, tmp_path: Path
) -> None:
    name = {"Fn::FindInMap": ["Stages", {"Ref": "Stage"}, "Name"]}
    token = {"Fn::Sub": [value, {"Name": name}]}
    before = sam(
        Parameters={"Stage": parameter(AllowedValues=["dev", "prod"])},
        Mappings={"Stages": {"dev": {"Name": "one"}, "prod": {"Name": "two"}}},
        Globals={"Function": variables(TOKEN=token, NAME=name)},
    )
    transforms = [before["Transform"], "AWS::LanguageExtensions"]
    before["Transform"] = sorted(transforms, reverse=not is_extended_first)
    assert changed(update(tmp_path, before, new_code(before))) == ()
    after = new_code(before)
    after["Mappings"]["Stages"]["prod"]["Name"] = "three"
    is_known = "resolve" not in value
    assert changed(update(tmp_path, before, after)) == ("Code", "Environment")
    del before["Globals"]["Function"]["Environment"]["Variables"]["NAME"]
    del after["Globals"]["Function"]["Environment"]["Variables"]["NAME"]
    expected = ("Code", "Environment") if is_known else ()
    assert changed(update(tmp_path, before, after)) == expected


@pytest.mark.parametrize("make", [stack, sam], ids=["cloudformation", "sam"])
def test_the_language_extensions_leave_the_baseline_what_it_is(
    make: Any, tmp_path: Path
) -> None:
    """Where cfn-lint makes something else of a template, its file is read again."""
    before = make(
        {"Timeout": {"Fn::FindInMap": ["Stages", {"Ref": "Stage"}, "Seconds"]}},
        Parameters={"Stage": parameter(Default="dev")},
        Mappings={"Stages": {"dev": {"Seconds": 5}, "prod": {"Seconds": 9}}},
    )
    transforms = ["AWS::LanguageExtensions"]
    before["Transform"] = [*transforms, *([before["Transform"]] if make is sam else [])]
    assert changed(update(tmp_path, before, new_code(before))) == ()
    after = new_code(before)
    after["Mappings"]["Stages"]["dev"]["Seconds"] = 6
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")


def test_tracing_that_is_disabled_is_none(tmp_path: Path) -> None:
    found = update(tmp_path, sam({"Tracing": "Disabled"}), new_code(sam()))
    assert changed(found) == ()
    found = update(tmp_path, sam({"Tracing": "Active"}), new_code(sam()))
    assert changed(found) == ("Code", "TracingConfig")


@pytest.mark.parametrize("role", [ROLE, {"Ref": "Given"}, {"Fn::GetAtt": "Own.Arn"}])
def test_a_role_in_the_place_of_sam_s(role: Any, tmp_path: Path) -> None:
    sections = {
        "Parameters": {"Given": parameter()},
        "Resources": {"Own": resource("IAM::Role")},
    }
    one, other = (sam({"Role": node}, **deepcopy(sections)) for node in (None, role))
    assert changed(update(tmp_path, one, new_code(other))) == ("Code", "Role")
    assert changed(update(tmp_path, other, new_code(one))) == ("Code", "Role")


def test_sam_s_role_written_out_is_the_same(tmp_path: Path) -> None:
    own = {"OrdersRole": resource("IAM::Role")}
    after = sam({"Role": {"Fn::GetAtt": "OrdersRole.Arn"}}, Resources=own)
    assert changed(update(tmp_path, sam({"Role": None}), new_code(after))) == ()


def test_globals_and_a_property_are_the_same(tmp_path: Path) -> None:
    before = sam(Globals={"Function": {"Timeout": 30}})
    after = sam({"Timeout": 30})
    assert changed(update(tmp_path, before, new_code(after))) == ()


# -- conditions --------------------------------------------------------------------


def test_changes_of_one_scenario_race(tmp_path: Path) -> None:
    before = conditional("1", 3)
    after = conditional(if_prod("2", "1"), if_prod(9, 3))
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")


def test_a_default_that_flips_a_condition_counts(tmp_path: Path) -> None:
    before = conditional(if_prod("1", "2"), if_prod(3, 9))
    after = deepcopy(before)
    after["Parameters"]["Stage"]["Default"] = "dev"
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")


def test_a_condition_that_is_flipped_counts(tmp_path: Path) -> None:
    before = conditional(if_prod("1", "2"), if_prod(3, 9))
    after = deepcopy(before)
    after["Conditions"]["IsProd"] = {"Fn::Not": [before["Conditions"]["IsProd"]]}
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")


def test_a_condition_that_is_flipped_on_one_side_only_is_told(tmp_path: Path) -> None:
    before, after = conditional("1", 3), conditional(if_prod("1", "2"), if_prod(3, 9))
    after["Parameters"]["Stage"]["Default"] = "dev"
    (found,) = update(tmp_path, before, after).concurrent
    assert found.when.get(CONDITION, "IsProd") is False


def test_the_branches_of_a_condition_that_is_not_flipped_stay_apart(
    tmp_path: Path,
) -> None:
    other = {"Fn::If": ["IsOther", "1", "2"]}
    before = conditional(other, other)
    before["Parameters"]["Other"] = parameter()
    before["Conditions"]["IsOther"] = {"Fn::Equals": [{"Ref": "Other"}, "yes"]}
    after = deepcopy(before)
    after["Parameters"]["Stage"]["Default"] = "dev"
    assert changed(update(tmp_path, before, after)) == ()


def test_a_function_that_a_flipped_condition_creates_has_no_race(
    tmp_path: Path,
) -> None:
    before = conditional(if_prod("1", "2"), if_prod(3, 9))
    before["Resources"]["Orders"]["Condition"] = "IsProd"
    before["Resources"]["Invocation"]["Condition"] = "IsProd"
    after = deepcopy(before)
    after["Parameters"]["Stage"]["Default"] = "dev"
    for one, other in ((before, after), (after, before)):
        assert changed(update(tmp_path, one, other)) == ()


def test_a_condition_without_a_default_holds_on_both_sides(tmp_path: Path) -> None:
    before = conditional(if_prod("1", "2"), if_prod(3, 9))
    del before["Parameters"]["Stage"]["Default"]
    assert changed(update(tmp_path, before, deepcopy(before))) == ()
    after = deepcopy(before)
    properties = after["Resources"]["Orders"]["Properties"]
    properties.update(Code={"S3Bucket": "a", "S3Key": if_prod("1", "4")}, Timeout=9)
    # New code where it is not the product, another timeout where it is.
    assert changed(update(tmp_path, before, after)) == ()


def test_changes_that_never_meet_do_not(tmp_path: Path) -> None:
    before = conditional("1", 3)
    after = conditional(if_prod("2", "1"), if_prod(3, 9))
    assert changed(update(tmp_path, before, after)) == ()


@pytest.mark.parametrize("stage", [STAGES, {"Default": "prod"}, {}], ids=str)
def test_the_branch_that_no_default_takes_races(
    stage: Template_, tmp_path: Path
) -> None:
    before = staged(if_prod("1", "2"), if_prod(3, 9), **stage)
    after = staged(if_prod("1", "4"), if_prod(3, 5), **stage)
    found = update(tmp_path, before, after)
    assert changed(found) == ("Code", "Timeout")
    (message,) = messages(lint_update(tmp_path, before, after), "W9831")
    assert "(UpdateFunctionConfiguration) when IsProd is false, and" in message


def test_branches_of_a_condition_that_is_defined_anew_are_notcompared(
    tmp_path: Path,
) -> None:
    before = staged(if_prod("1", "2"), if_prod(3, 9), **STAGES)
    after = staged(if_prod("1", "4"), if_prod(3, 5), **STAGES)
    is_prod = {"Fn::Not": [{"Condition": "IsDev"}]}
    after["Conditions"]["IsProd"] = is_prod
    assert changed(update(tmp_path, before, after)) == ()
    before["Conditions"]["IsProd"] = is_prod
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")


@pytest.mark.parametrize("stage", [STAGES, {"Default": "prod"}, {}], ids=str)
@pytest.mark.parametrize(
    "timeouts", [(if_prod(3, 9), if_prod(3, 5)), (if_dev(3, 9),) * 2]
)
def test_branches_that_exclude_each_other_do_not(
    timeouts: tuple[Any, Any], stage: Template_, tmp_path: Path
) -> None:
    before = staged(if_prod("1", "2"), timeouts[0], **stage)
    after = staged(if_prod("4", "2"), timeouts[1], **stage)
    assert changed(update(tmp_path, before, after)) == ()


@pytest.mark.parametrize("stage", [STAGES, {"Default": "prod"}, {}], ids=str)
def test_conditions_that_exclude_each_other_do_not(
    stage: Template_, tmp_path: Path
) -> None:
    before = staged(if_prod("1", "2"), if_dev(3, 9), **stage)
    after = staged(if_prod("4", "2"), if_dev(5, 9), **stage)
    assert changed(update(tmp_path, before, after)) == ()


def test_a_change_meets_only_what_changes_in_its_scenario(tmp_path: Path) -> None:
    before = staged("1", 3)
    after = staged(if_prod("2", "1"), if_prod(3, 9))
    after["Resources"]["Orders"]["Properties"]["MemorySize"] = 256
    assert changed(update(tmp_path, before, after)) == ("Code", "MemorySize")


def test_a_value_that_a_choice_replaces_is_judged_by_its_default(
    tmp_path: Path,
) -> None:
    before = staged("1", 3, **STAGES)
    after = staged("2", if_prod(3, 9), **STAGES)
    assert changed(update(tmp_path, before, after)) == ()
    assert changed(update(tmp_path, after, before)) == ()


def test_a_key_that_no_default_selects_counts(tmp_path: Path) -> None:
    def mapped(value: str) -> Template_:
        return _refers(
            {"Fn::FindInMap": ["M", {"Ref": "Stage"}, "v"]},
            Parameters={"Stage": parameter(**STAGES)},
            Mappings={"M": {"prod": {"v": "1"}, "dev": {"v": value}}},
        )

    found = update(tmp_path, mapped("2"), new_code(mapped("3")))
    assert changed(found) == ("Code", "Environment")
    assert [one.when.get("parameter", "Stage") for one in found.concurrent] == ["dev"]


# -- functions ---------------------------------------------------------------------


def test_a_new_function_has_no_race(tmp_path: Path) -> None:
    before = stack()
    del before["Resources"]["Orders"], before["Resources"]["Invocation"]
    before["Resources"]["Queue"] = resource("SQS::Queue")
    assert update(tmp_path, before, both_sides_changed()).concurrent == ()
    assert update(tmp_path, both_sides_changed(), before).concurrent == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"FunctionName": "orders"}),
        ({"FunctionName": "orders"}, {"FunctionName": "orders-2"}),
        ({}, {"PackageType": "Image"}),
        ({}, {"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}),
    ],
)
def test_a_replaced_function_has_no_race(
    old: Template_, new: Template_, tmp_path: Path
) -> None:
    assert update(tmp_path, stack(old), both_sides_changed(**new)).concurrent == ()


def test_a_function_with_the_default_package_type_is_not_replaced(
    tmp_path: Path,
) -> None:
    found = update(tmp_path, stack(), both_sides_changed(PackageType="Zip"))
    assert changed(found) == ("Code", "Timeout")


def test_architectures_are_code(tmp_path: Path) -> None:
    after = stack({"Architectures": ["arm64"], "Layers": [f"{LAYER}:2"]})
    assert changed(update(tmp_path, stack(), after)) == ("Architectures", "Layers")
    both = stack({"Architectures": ["arm64"]})
    assert changed(update(tmp_path, stack(), new_code(both))) == ()


# -- SAM's source and what SAM makes of it -----------------------------------------


def _processed(template: Template_) -> Template_:
    processed: Template_ = translated(template)
    return processed


def _rich(**properties: Any) -> Template_:
    table = {"Type": "AWS::Serverless::SimpleTable"}
    layer = resource("Serverless::LayerVersion", ContentUri="s3://a/deps.zip")
    return sam(
        {
            "Layers": [{"Ref": "Deps"}],
            "Role": None,
            "Tracing": "Active",
            "EphemeralStorage": {"Size": 1024},
            "LoggingConfig": {"LogFormat": "JSON"},
            "DeadLetterQueue": {"Type": "SQS", "TargetArn": ROLE},
            "Tags": {"team": "orders"},
            **variables(
                TABLE={"Ref": "Table"},
                URL={"Fn::Sub": "https://${Web}.example.com"},
                OTHER={"Ref": "Other.Alias"},
            ),
            **properties,
        },
        Resources={
            "Deps": layer,
            "Table": table,
            "Web": resource("Serverless::Api", StageName="v1", DefinitionBody={}),
            "Other": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "AutoPublishAlias": "live",
                    "CodeUri": "s3://artifacts/other.zip",
                    "Handler": "index.handler",
                    "Runtime": "python3.13",
                },
            },
        },
    )


@pytest.mark.parametrize(
    "properties",
    [{}, {"AutoPublishAlias": "live"}, {"CapacityProviderConfig": {"Arn": ROLE}}],
)
def test_sam_s_output_is_the_same_function(
    properties: Template_, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    source, output = _rich(**properties), _processed(_rich(**properties))
    for before, after in ((source, output), (output, source)):
        found = update(tmp_path, before, after)
        assert found.comparison is not None
        assert [
            (one.code, one.configuration)
            for one in found.comparison.function_updates()
            if one.is_active
        ] == []
        assert found.unpublished == ()


def test_an_update_from_sam_s_output_races(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    after = new_code(_rich(Timeout=9))
    for before, later in (
        (_processed(_rich()), after),
        (_rich(), _processed(after)),
    ):
        assert changed(update(tmp_path, before, later)) == ("Code", "Timeout")


def test_a_local_path_against_a_packaged_one_is_unknown(tmp_path: Path) -> None:
    before = sam()
    after = sam({"CodeUri": "src/", "Timeout": 9})
    assert update(tmp_path, before, after).concurrent == ()


_PUSHED = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders"
_IMAGE = {"CodeUri": None, "Handler": None, "Runtime": None, "PackageType": "Image"}


def test_an_image_that_is_built_against_one_that_is_pushed_is_unknown(
    tmp_path: Path,
) -> None:
    before = sam({**_IMAGE, "ImageUri": f"{_PUSHED}:1"})
    after = sam({**_IMAGE, "Timeout": 9})
    for template, folder in ((before, "/ci/build/app"), (after, "./app")):
        template["Resources"]["Orders"]["Metadata"] = {"DockerContext": folder}
    assert update(tmp_path, before, after).concurrent == ()


@pytest.mark.parametrize(
    ("old", "new", "is_code"),
    [
        ((None, "app"), (None, "./app"), False),
        ((None, "app"), (None, "lib"), True),
        # The folder stays; the name under which it is pushed does not.
        (("1", "app"), ("2", "app"), True),
        (("1", "app"), ("1", "app"), False),
        # Two folders of other machines, or one of them, cannot be compared.
        ((None, "/one/app"), (None, "/two/app"), False),
        ((None, "/one/app"), (None, "app"), False),
        ((None, "app"), (None, "/one/app"), False),
        (("1", "/one/app"), ("2", "/two/app"), True),
        (("1", "/one/app"), ("1", "/two/app"), False),
        # What is pushed was built from nobody knows what.
        (("1", None), (None, "app"), False),
        ((None, "app"), ("1", None), False),
        (("1", None), ("2", "app"), True),
        (("1", None), ("1", "app"), False),
    ],
)
def test_what_an_image_is_built_from_decides_or_its_name(
    old: tuple[str | None, str | None],
    new: tuple[str | None, str | None],
    is_code: bool,
) -> None:
    def side(tag: str | None, folder: str | None) -> Deployment:
        image = None if tag is None else f"{_PUSHED}:{tag}"
        template = sam({**_IMAGE, "ImageUri": image})
        template["Resources"]["Orders"]["Metadata"] = {"DockerContext": folder}
        return side_of(template)

    comparison = Comparison(side(*old), side(*new))
    assert [bool(one.code) for one in comparison.function_updates()] == (
        [True] if is_code else []
    )


@pytest.mark.parametrize(("differs", "is_code"), [(True, True), (False, False)])
@pytest.mark.parametrize("folder", ["app", "/one/app"])
def test_an_image_is_new_where_its_files_are(
    folder: str, differs: bool, is_code: bool
) -> None:
    template = sam(_IMAGE)
    template["Resources"]["Orders"]["Metadata"] = {"DockerContext": folder}
    found = compared(template, template, differ=differs).function_updates()
    assert [bool(one.code) for one in found] == ([True] if is_code else [])


def test_the_same_image_under_another_name_is_new() -> None:
    sides = [sam({**_IMAGE, "ImageUri": f"{_PUSHED}:{tag}"}) for tag in (1, 2)]
    for side in sides:
        side["Resources"]["Orders"]["Metadata"] = {"DockerContext": "app"}
    for before, after in ((sides[0], sides[1]), (sides[1], sides[1])):
        found = compared(before, after, differ=False).function_updates()
        assert [bool(one.code) for one in found] == [True] * (before != after)


# -- broken templates --------------------------------------------------------------

BROKEN = [None, 5, "text", True, [], {}, [None], {"Ref": 5}, {"Fn::If": "x"}]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["Code", "Environment", "Layers", "Architectures", "FunctionName"]
)
def test_no_broken_property_crashes(name: str, tmp_path: Path) -> None:
    for node in BROKEN:
        broken = stack()
        broken["Resources"]["Orders"]["Properties"][name] = node
        for one, other in ((broken, stack()), (stack(), broken), (broken, broken)):
            assert update(tmp_path, one, other).problem == "", node


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["CodeUri", "ImageUri", "AutoPublishAlias", "DeadLetterQueue", "Layers"]
)
def test_no_broken_property_of_sam_crashes(name: str, tmp_path: Path) -> None:
    for node in BROKEN:
        broken = sam({"AutoPublishAlias": "live"})
        broken["Resources"]["Orders"]["Properties"][name] = node
        broken["Resources"]["Orders"]["Metadata"] = {"DockerContext": node}
        fine = sam({"AutoPublishAlias": "live", "Timeout": 9})
        for one, other in ((broken, fine), (fine, broken), (broken, broken)):
            (tmp_path / "after.json").write_text(json.dumps(other))
            cfn = Template(str(tmp_path / "after.json"), other, ["us-east-1"])
            # cfn-lint itself refuses some of them, and runs no rule then.
            if not cfn.transform():
                update(tmp_path, one, other)


# -- whole templates ---------------------------------------------------------------


def _templates() -> list[Path]:
    suffixes = (".yaml", ".yml", ".json", ".template")
    return sorted(path for path in TEMPLATES.rglob("*") if path.suffix in suffixes)


@pytest.mark.slow
@pytest.mark.parametrize("path", _templates(), ids=lambda path: path.name)
def test_a_template_against_itself_is_silent(path: Path) -> None:
    from cfnlint.decode import decode

    template, _ = decode(str(path))
    if not isinstance(template, dict) or "Resources" not in template:
        pytest.skip("no template")
    cfn = Template(str(path), template, ["us-east-1"])
    try:
        if cfn.transform():
            pytest.skip("cfn-lint cannot transform it")
    except Exception:
        pytest.skip("cfn-lint cannot transform it")
    configure(cfn, Settings(baseline_path=str(path)))
    found = update_of(cfn)
    assert (found.concurrent, found.unpublished) == ((), ())
    assert found.problem == "" or "not a template" in found.problem
    if found.comparison is not None:
        updates = found.comparison.function_updates()
        assert not [(one.function, one.code, one.configuration) for one in updates]


def test_a_chain_of_replacements_ends(tmp_path: Path) -> None:
    def chain(last: str) -> Template_:
        names: list[Any] = [{"Ref": f"Topic{number}"} for number in range(1, 400)]
        topics = {
            f"Topic{number}": resource("SNS::Topic", TopicName=name)
            for number, name in enumerate([*names, last])
        }
        return stack(variables(Topic={"Ref": "Topic0"}), Resources=topics)

    # How far the replacement comes is not known, so it is none.
    found = update(tmp_path, chain("one"), new_code(chain("two")))
    assert changed(found) == ()


# -- one resource, or one property -----------------------------------------------------


def _chain(length: int, last: str, name: str = "Queue") -> Template_:
    """Queues, each but the last called like the next one."""
    queues = {
        f"{name}{number}": resource(
            "SQS::Queue", QueueName={"Ref": f"{name}{number + 1}"}
        )
        for number in range(length - 1)
    }
    queues[f"{name}{length - 1}"] = resource("SQS::Queue", QueueName=last)
    return queues


@pytest.mark.parametrize(("length", "is_known"), [(2, True), (30, True), (31, False)])
def test_thirty_replacements_in_a_row_are_followed(length: int, is_known: bool) -> None:
    def sides() -> Comparison:
        short = {name: _chain(2, name, "Short") for name in "ab"}
        return compared(
            *(
                {"Resources": {**_chain(length, name), **short[name]}}
                for name in ("a", "b")
            )
        )

    assert sides().is_replaced("Queue0") is is_known
    # Whatever was asked before.
    comparison = sides()
    for _ in range(2):
        assert comparison.is_replaced("Short0")
        assert comparison.is_replaced("Short1")
        assert not comparison.is_replaced("Missing")
    assert comparison.is_replaced("Queue0") is is_known


@pytest.mark.parametrize("family", ["ipv4", None])
def test_what_only_a_new_resource_can_have_below_a_property(family: str | None) -> None:
    def cluster(family: str | None) -> Template_:
        network = {"KubernetesNetworkConfig": {"IpFamily": family}} if family else {}
        return {"Resources": {"Shop": resource("EKS::Cluster", **network)}}

    for sides in (("ipv6", family), (family, "ipv6")):
        assert compared(*map(cluster, sides)).is_replaced("Shop")
    assert not compared(cluster(family), cluster(family)).is_replaced("Shop")


def test_an_api_of_sam_has_its_protocol_already() -> None:
    before, after = (
        sam(Resources={"Api": resource(kind, **properties)})
        for kind, properties in (
            ("Serverless::HttpApi", {}),
            ("ApiGatewayV2::Api", {"ProtocolType": "HTTP"}),
        )
    )
    assert not compared(before, after).is_replaced("Api")
    assert not compared(after, before).is_replaced("Api")


def test_a_function_of_sam_written_out_is_the_same() -> None:
    def functions(kind: str, **properties: Any) -> Template_:
        return sam(Resources={"Other": resource(f"{kind}::Function", **properties)})

    before, after = functions("Serverless"), functions("Lambda")
    assert not compared(before, after).is_replaced("Other")
    renamed = functions("Lambda", FunctionName="other")
    assert compared(before, renamed).is_replaced("Other")


@pytest.mark.parametrize(
    ("condition", "is_new"),
    [(None, False), ("IsProd", False), ("IsDev", True), ("IsOpen", False)],
)
def test_a_resource_is_new_where_it_certainly_was_not_there(
    condition: str | None, is_new: bool
) -> None:
    def template(condition: str | None) -> Template_:
        queue = resource("SQS::Queue")
        if condition is not None:
            queue["Condition"] = condition
        return {
            "Parameters": {**STAGE, "Open": parameter()},
            "Conditions": {
                "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
                "IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
                "IsOpen": {"Fn::Equals": [{"Ref": "Open"}, "x"]},
            },
            "Resources": {"Queue": queue, "Second": resource("SQS::Queue")},
        }

    comparison = compared(template(condition), template(None))
    assert comparison.is_new(comparison.after.resources["Queue"]) is is_new
    del (before := template(None))["Resources"]["Queue"]
    comparison = compared(before, template(condition))
    assert comparison.is_new(comparison.after.resources["Queue"])


def _stays(comparison: Comparison, name: str) -> bool:
    """Whether a property of the function certainly stays the same."""
    (row,) = (row for row in operations() if row.property == name)
    before, after = (
        side.resources["Orders"] for side in (comparison.before, comparison.after)
    )
    return comparison.is_same(before, after, row)


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        (3, 3, True),
        (3, "3", True),
        (3, 4, False),
        (None, 3, True),
        (if_prod(3, 4), if_prod(3, 4), True),
        (if_prod(3, 4), if_prod(3, 5), False),
        (if_prod(3, 4), if_prod(5, 4), False),
        (if_prod(3, 4), 3, False),
        (3, if_prod(3, 4), False),
        ({"Ref": "One"}, {"Ref": "Two"}, False),
    ],
    ids=str,
)
def test_a_property_certainly_stays_the_same(old: Any, new: Any, is_same: bool) -> None:
    sections = deepcopy(CONDITIONS)
    sections["Parameters"] = {
        "Stage": parameter(),
        "One": parameter(),
        "Two": parameter(),
    }
    comparison = compared(
        *(
            stack({} if value is None else {"Timeout": value}, **sections)
            for value in (old, new)
        )
    )
    assert _stays(comparison, "Timeout") is is_same
    assert _stays(comparison, "MemorySize")


S3 = {"S3Bucket": "a", "S3Key": "b"}


@pytest.mark.parametrize(
    ("old", "new", "differ", "is_same"),
    [
        (S3, S3, None, True),
        (S3, {**S3, "S3Key": "c"}, None, False),
        ("src", "src", False, True),
        ("src", "src", True, False),
        # What is built is not known, whatever the template says of it.
        ("src", "src", None, False),
        ("src", S3, False, False),
        (S3, "src", False, False),
    ],
    ids=str,
)
def test_code_certainly_stays_the_same(
    old: Any, new: Any, differ: bool | None, is_same: bool
) -> None:
    comparison = compared(stack({"Code": old}), stack({"Code": new}), differ=differ)
    assert _stays(comparison, "Code") is is_same
    assert _stays(comparison, "Timeout")


@pytest.mark.parametrize("property_name", ["ContentUri", "Content"])
def test_a_layer_that_is_built_on_one_side_is_not_known_to_change(
    property_name: str,
) -> None:
    kind = "Serverless" if property_name == "ContentUri" else "Lambda"
    s3: Any = "s3://a/deps.zip" if kind == "Serverless" else S3

    def layer(content: Any, **properties: Any) -> Template_:
        properties = {property_name: content, **properties}
        deps = resource(f"{kind}::LayerVersion", **properties)
        return sam(Resources={"Deps": deps})

    for sides in (("layer", s3), (s3, "layer"), ("layer", "layer")):
        assert not compared(*map(layer, sides)).is_replaced("Deps")
        assert compared(
            layer(sides[0]), layer(sides[1], Description="more")
        ).is_replaced("Deps")
    assert compared(layer("layer"), layer("layer"), differ=True).is_replaced("Deps")
    assert not compared(layer("layer"), layer("layer"), differ=False).is_replaced(
        "Deps"
    )


@pytest.mark.parametrize(
    ("role", "name", "is_other"),
    [
        (f"{ROLE}-2", None, True),
        ({"Fn::GetAtt": "ShopRole.Arn"}, "ShopRole", True),
        # The template has the role that SAM would make.
        ({"Fn::GetAtt": "OrdersRole.Arn"}, "OrdersRole", False),
    ],
    ids=str,
)
def test_a_role_that_sam_makes_no_more_is_another_one(
    role: Any, name: str | None, is_other: bool, tmp_path: Path
) -> None:
    roles = {} if name is None else {name: resource("IAM::Role")}
    made, written = sam(), sam({"Role": role}, Resources=roles)
    for side in (made, written):
        side["Resources"]["Orders"]["Properties"].pop("Role", None)
    written["Resources"]["Orders"]["Properties"]["Role"] = role
    expected = ("Code", "Role") if is_other else ()
    assert changed(update(tmp_path, made, new_code(written))) == expected
    assert changed(update(tmp_path, written, new_code(made))) == expected


def test_a_role_is_another_one_also_where_the_function_is_no_longer_sam_s() -> None:
    written = stack()
    made = sam()
    made["Resources"]["Orders"]["Properties"].pop("Role")
    for sides in ((made, written), (written, made)):
        (found,) = compared(*sides).function_updates()
        assert "Role" in [change.name for change in found.configuration]


def test_an_image_that_is_built_from_now_on_may_be_another_one() -> None:
    pushed, built = (sam({**_IMAGE, "ImageUri": f"{_PUSHED}:1"}) for _ in "12")
    built["Resources"]["Orders"]["Metadata"] = {"DockerContext": "app"}
    for sides, is_same in (
        ((pushed, pushed), True),
        ((pushed, built), False),
        ((built, pushed), False),
    ):
        comparison = compared(*sides, differ=False)
        assert _stays(comparison, "Code") is is_same


def test_a_condition_that_flips_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    """Code changes in one region, the timeout in the others: never together."""

    def template(stage: str, timeout: Any) -> Template_:
        side = conditional({"Fn::If": ["IsEu", if_prod("new", "old"), "same"]}, timeout)
        side["Parameters"]["Stage"] = parameter(Default=stage)
        side["Conditions"]["IsEu"] = {
            "Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]
        }
        return side

    elsewhere = {"Fn::If": ["IsEu", 3, if_prod(9, 3)]}
    pair = template("dev", elsewhere), template("prod", elsewhere)
    assert changed(update(tmp_path, *pair)) == ()
    there = {"Fn::If": ["IsEu", if_prod(9, 3), 3]}
    pair = template("dev", there), template("prod", there)
    assert changed(update(tmp_path, *pair)) == ("Code", "Timeout")


def _updates(comparison: Comparison | None) -> list[tuple[str, ...]]:
    """Each update of a function: what changes, and when."""
    assert comparison is not None
    return [
        (
            *(change.name for change in (*one.code, *one.configuration)),
            *sorted(f"{name}={choice}" for (_, name), choice in one.when.facts),
        )
        for one in map(comparison.told, comparison.function_updates())
    ]


def test_a_branch_of_a_condition_that_is_gone_is_compared() -> None:
    before, after = conditional("1", if_prod(3, 9)), conditional("2", 5)
    del after["Conditions"]
    for side in (before, after):
        # Any name, so that no choice of one decides the condition.
        side["Parameters"] = {"Stage": parameter(AllowedPattern="[a-z]+")}
    for sides in ((before, after), (after, before)):
        assert _updates(compared(*sides)) == [
            ("Code", "Timeout", "IsProd=True"),
            ("Code", "Timeout", "IsProd=False"),
        ]
    # From which branch of the one to which of the other is not known.
    after["Conditions"] = {"IsNew": {"Fn::Equals": [{"Ref": "Stage"}, "new"]}}
    timeout = {"Fn::If": ["IsNew", 5, 7]}
    after["Resources"]["Orders"]["Properties"]["Timeout"] = timeout
    assert _updates(compared(before, after)) == [("Code",)]


def test_whether_a_new_branch_meets_one_that_is_gone_is_not_known() -> None:
    before, after = conditional(if_prod("1", "2"), 3), conditional("3", if_dev(9, 3))
    after["Conditions"] = {"IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}}
    for side in (before, after):
        side["Parameters"] = {"Stage": parameter(AllowedPattern="[a-z]+")}
    assert _updates(compared(before, after)) == [("Timeout",)]


def test_a_branch_that_is_taken_now_leads_to_the_same_of_a_new_definition() -> None:
    """What the new definition is, nobody knows: it may be that of no stack."""
    before, after = conditional("1", if_prod(3, 5)), conditional("2", if_prod(9, 7))
    after["Parameters"]["Other"] = parameter(AllowedPattern="[a-z]+")
    after["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Other"}, "prod"]}}
    assert _updates(compared(before, after)) == [("Code", "Timeout", "IsProd=True")]


@pytest.mark.parametrize(("switch", "is_there"), [("on", True), ("off", False)])
def test_a_function_that_is_in_no_stack_is_not_updated(
    switch: str, is_there: bool
) -> None:
    def side(code: str) -> Template_:
        template = conditional(code, 3)
        template["Parameters"]["Switch"] = parameter(Default=switch)
        template["Conditions"]["IsOn"] = {"Fn::Equals": [{"Ref": "Switch"}, "on"]}
        template["Resources"]["Orders"]["Condition"] = "IsOn"
        return template

    assert bool(_updates(compared(side("1"), side("2")))) is is_there


def test_local_code_of_a_new_function_is_not_known() -> None:
    for template, is_unknown in ((sam({"CodeUri": "src/"}), True), (sam(), False)):
        comparison = compared({"Resources": {}}, template)
        function = comparison.after.resources["Orders"]
        assert comparison.is_local_code_unknown(function) is is_unknown


def test_a_stage_that_one_side_does_not_allow_does_not_race() -> None:
    neither = if_prod(3, if_dev(3, 9))
    two = staged("1", 3, AllowedValues=["prod", "dev"])
    for stages, found in (
        (["prod", "dev", "test"], ("Timeout",)),
        (["prod", "dev"], ("Code",)),
    ):
        other = staged("2", neither, AllowedValues=stages)
        assert _updates(compared(two, other)) == [found]
        assert _updates(compared(other, two)) == [found]
    before = staged("1", 3, AllowedValues=["prod", "dev", "test"])
    after = staged("2", neither, AllowedValues=["prod", "dev", "test"])
    assert _updates(compared(before, after)) == [
        ("Code", "Timeout", "IsDev=False", "IsProd=False")
    ]


@pytest.mark.parametrize(
    ("condition", "is_compared"),
    [
        # Nobody knows what it is by default.
        ({"Fn::Equals": [{"Ref": "Open"}, "x"]}, True),
        # The stage leaves it no choice.
        ({"Fn::Not": [{"Condition": "IsProd"}]}, True),
        # By default it is another one.
        ({"Fn::Equals": [{"Ref": "Size"}, "big"]}, False),
        ({"Fn::Equals": [{"Ref": "Size"}, "small"]}, True),
    ],
    ids=str,
)
def test_an_option_that_is_new_is_rarely_taken_at_once(
    condition: Template_, is_compared: bool
) -> None:
    def side(code: str, timeout: Any) -> Template_:
        template = staged(code, if_dev(timeout, 5), **STAGES)
        template["Parameters"].update(Open=parameter(), Size=parameter(Default="small"))
        template["Conditions"]["IsNew"] = condition
        return template

    before, after = side("1", 3), side("2", {"Fn::If": ["IsNew", 9, 3]})
    comparison = compared(before, after)
    assert _updates(comparison) == [("Code",)]
    assert _updates(comparison.other_choices) == [
        ("Code", "Timeout", "IsDev=True", "IsNew=True") if is_compared else ("Code",)
    ]


@pytest.mark.parametrize(
    ("default", "found"),
    [
        ({}, ("Code", "Timeout", "IsDev=True", "Seconds=9")),
        ({"Default": "9"}, ("Code", "Timeout", "IsDev=True", "Seconds=9")),
        ({"Default": "3"}, ("Code",)),
    ],
    ids=str,
)
def test_a_parameter_that_is_new_mostly_keeps_its_default(
    default: Template_, found: tuple[str, ...]
) -> None:
    def side(code: str, timeout: Any) -> Template_:
        template = staged(code, if_dev(timeout, 5), **STAGES)
        template["Parameters"]["Seconds"] = parameter(
            AllowedValues=["3", "9"], **default
        )
        return template

    comparison = compared(side("1", 3), side("2", {"Ref": "Seconds"}))
    assert _updates(comparison.other_choices) == [found]


def test_other_values_of_a_parameter_make_other_stacks() -> None:
    def side(code: str, service: str, **stage: Any) -> Template_:
        name = {"Fn::FindInMap": ["Services", {"Ref": "Stage"}, "Name"]}
        return stack(
            {**variables(SERVICE=name), "Code": {"S3Bucket": "a", "S3Key": code}},
            Parameters={"Stage": parameter(Default="dev", **stage)},
            Mappings={"Services": {"dev": {"Name": "d"}, "live": {"Name": service}}},
        )

    allowed = {"AllowedValues": ["dev", "live"]}
    comparison = compared(side("1", "l", **allowed), side("2", "L", **allowed))
    assert _updates(comparison) == [("Code",)]
    assert _updates(comparison.other_choices) == [("Code", "Environment", "Stage=live")]
    assert compared(side("1", "l"), side("2", "L")).other_choices is None


def test_where_a_resource_exists_limits_when_an_update_matters() -> None:
    template = conditional(if_prod("1", "2"), 3)
    template["Resources"]["Queue"] = {"Type": "AWS::SQS::Queue", "Condition": "IsProd"}
    template["Parameters"]["Stage"] = parameter()
    comparison = compared(template, template)
    both = [
        Scenario(frozenset({((CONDITION, "IsProd"), one)})) for one in (True, False)
    ]
    for name, active, expected in (
        ("Queue", [ALWAYS], both[:1]),
        ("Queue", both, both[:1]),
        # Something else is wrong there.
        ("Queue", both[1:], both[1:]),
        ("Orders", both, both),
        ("Missing", both, both),
    ):
        update = FunctionUpdate("Orders", (), (), ALWAYS, active=tuple(active))
        assert comparison.where_is(name, update).active == tuple(expected)


def test_a_layer_of_another_type_is_another_one() -> None:
    def deps(kind: str, **properties: Any) -> Template_:
        return sam(Resources={"Deps": resource(kind, **properties)})

    layer = deps("Lambda::LayerVersion", Content=S3)
    for sides in ((deps("SQS::Queue"), layer), (layer, deps("SQS::Queue"))):
        assert compared(*sides).is_replaced("Deps")


def test_another_resource_is_told_also_where_the_function_is_no_longer_sam_s() -> None:
    queues = {name: resource("SQS::Queue") for name in ("One", "Two")}
    before = sam(variables(NAME={"Ref": "One"}), Resources=queues)
    for name, found in (("One", []), ("Two", ["Environment"])):
        after = stack(variables(NAME={"Ref": name}), Resources=queues)
        updates = compared(before, after).function_updates()
        changes = [change.name for one in updates for change in one.configuration]
        assert [name for name in changes if name == "Environment"] == found


@pytest.mark.parametrize(
    ("name", "value", "are_compared"),
    [
        # The defaults make another function of it, or none.
        ("Name", "two", False),
        ("Switch", "off", False),
        ("Other", "two", True),
    ],
)
def test_other_stacks_are_told_where_the_defaults_keep_the_function(
    name: str, value: str, are_compared: bool
) -> None:
    def side(code: str, timeout: int, **defaults: str) -> Template_:
        template = staged(code, if_dev(timeout, 5), **STAGES)
        known = {"Name": "one", "Switch": "on", "Other": "one", **defaults}
        template["Parameters"].update(
            {one: parameter(Default=default) for one, default in known.items()}
        )
        template["Conditions"]["IsOn"] = {"Fn::Equals": [{"Ref": "Switch"}, "on"]}
        function = template["Resources"]["Orders"]
        function["Condition"] = "IsOn"
        function["Properties"]["FunctionName"] = {"Ref": "Name"}
        return template

    comparison = compared(side("1", 3), side("2", 9, **{name: value}))
    assert _updates(comparison.other_choices) == (
        [("Code", "Timeout", "IsDev=True", "IsOn=True")] if are_compared else []
    )


def test_a_function_that_only_other_stacks_replace_does_not_race_there() -> None:
    def side(code: str, timeout: int, name: str) -> Template_:
        template = staged(code, if_dev(timeout, 5), **STAGES)
        function = template["Resources"]["Orders"]["Properties"]
        function["FunctionName"] = if_dev(name, "orders")
        return template

    comparison = compared(side("1", 3, "one"), side("2", 9, "two"))
    assert _updates(comparison) == [("Code",)]
    assert _updates(comparison.other_choices) == []


def test_a_choice_is_told_without_what_it_decides() -> None:
    def side(big: str, code: str, small: Any, other: int) -> Template_:
        template = staged(code, {"Fn::If": ["IsSmall", small, other]})
        template["Parameters"]["Size"] = parameter(AllowedValues=["s", "m", "l"])
        template["Conditions"].update(
            IsSmall={"Fn::Equals": [{"Ref": "Size"}, "s"]},
            IsBig={"Fn::Equals": [{"Ref": "Size"}, big]},
        )
        return template

    before, after = side("m", "1", 3, 5), side("l", "2", if_prod(9, 3), 7)
    assert [_updates(one) for one in compared(before, after).chosen] == [
        [("Code", "Timeout", "IsProd=True", "Size=s")],
        [("Code", "Timeout", "Size=m")],
        [("Code", "Timeout", "Size=l")],
    ]


def test_values_of_branches_that_never_meet_are_not_compared() -> None:
    def side(name: Any) -> Template_:
        topic = resource("SNS::Topic", TopicName=if_prod(name, "two"))
        return {
            "Parameters": {"Stage": parameter()},
            "Conditions": CONDITIONS["Conditions"],
            "Resources": {"Topic": topic},
        }

    assert not compared(side("one"), side({"Fn::Sub": "one"})).is_replaced("Topic")
    assert compared(side("one"), side({"Fn::Sub": "new"})).is_replaced("Topic")


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        # One branch is all that either can be.
        (if_prod(3, 9), {"Fn::If": ["IsBig", 9, 3]}, True),
        (if_prod(3, 9), {"Fn::If": ["IsBig", 3, 9]}, False),
        # Both can be all, but of what the condition was nobody knows.
        ({"Fn::If": ["IsOpen", 3, 9]}, {"Fn::If": ["IsOpen", 3, 9]}, False),
    ],
    ids=str,
)
def test_the_same_value_behind_a_condition_that_is_defined_anew(
    old: Any, new: Any, is_same: bool
) -> None:
    def side(timeout: Any, value: str) -> Template_:
        template = conditional("1", timeout)
        template["Parameters"]["Open"] = parameter(AllowedPattern="[a-z]+")
        template["Conditions"].update(
            IsBig={"Fn::Equals": [{"Ref": "Stage"}, value]},
            IsOpen={"Fn::Equals": [{"Ref": "Open"}, value]},
        )
        return template

    comparison = compared(side(old, "one"), side(new, "two"))
    assert _stays(comparison, "Timeout") is is_same


HASH = "a1" * 20


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        (
            {f"OrdersLambdaVersion{HASH}": "x"},
            {f"OrdersLambdaVersion{HASH}": "x"},
            True,
        ),
        (
            {f"OrdersLambdaVersion{HASH}": "x"},
            {f"OrdersLambdaVersionb{HASH}": "x"},
            True,
        ),
        (
            {f"OrdersLambdaVersion{HASH}": "x"},
            {f"OrdersLambdaVersion{HASH}": "y"},
            False,
        ),
        (
            {f"OrdersLambdaVersion{HASH}": {"Ref": "One"}},
            {f"OrdersLambdaVersion{HASH}": {"Ref": "One"}},
            False,
        ),
        # Which of two is the newest is not known.
        (
            {f"OrdersLambdaVersion{HASH}": "x", f"OrdersLambdaVersionb{HASH}": "y"},
            {f"OrdersLambdaVersion{HASH}": "x", f"OrdersLambdaVersionb{HASH}": "y"},
            False,
        ),
        ({}, {}, False),
        # What people write may be out of date.
        ({"OrdersVersion1": "x"}, {"OrdersVersion1": "x"}, False),
    ],
    ids=["same", "named", "other", "unknown", "two", "none", "by hand"],
)
def test_the_serverless_framework_says_that_code_stays(
    old: Template_, new: Template_, is_same: bool, tmp_path: Path
) -> None:
    def template(key: str, timeout: int, versions: Template_) -> Template_:
        code = {"S3Bucket": "a", "S3Key": key}
        return stack(
            {"Code": code, "Timeout": timeout},
            Parameters={"One": parameter()},
            Resources={
                name: resource(
                    "Lambda::Version", FunctionName={"Ref": "Orders"}, CodeSha256=sha
                )
                for name, sha in versions.items()
            },
        )

    sides = template("2026-11-27/orders.zip", 3, old), template("b", 9, new)
    expected = () if is_same else ("Code", "Timeout")
    assert changed(update(tmp_path, *sides)) == expected
