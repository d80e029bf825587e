"""Inputs that drive both sides or publish nothing, and versions that stay frozen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.helpers import PSEUDOPARAMS
from cfnlint.template import Template

from cfn_lint_lambda_race.data import words_of_inputs
from cfn_lint_lambda_race.update import (
    Settings,
    configure,
    couplings,
    frozen_versions,
    unpublished_inputs,
)
from cfn_lint_lambda_race.update._inputs import (
    changes_with_every_build,
    stays_with_the_stack,
    words,
)
from tests import schemas
from tests.building import LAYER, Template_, parameter, resource, sam, stack, variables
from tests.linting import lint_template, messages, paths
from tests.updates import load

Found = list[tuple[str, tuple[str, ...], tuple[str, ...]]]


def _couplings(folder: Path, template: Template_) -> Found:
    (folder / "template.json").write_text(json.dumps(template))
    return [
        (found.parameter, found.code, found.configuration)
        for found in couplings(load(folder / "template.json"))
    ]


# -- names -------------------------------------------------------------------------

EVERY_BUILD = [
    "AppVersion",
    "BuildId",
    "BuildNumber",
    "CodeChecksum",
    "CodeSHA256",
    "CodeSha256",
    "CommitSHA",
    "CommitSha",
    "GIT_COMMIT",
    "GitHash",
    "GitSha1",
    "ImageDigest",
    "ImageTag",
    "ReleaseName",
    "SHA",
    "SourceRevision",
    "Timestamp",
    "commit",
    "git-commit",
    "image_tag",
    "lambdaVersion",
]
NOT_EVERY_BUILD = [
    "Artifacts",
    "BucketName",
    "Conversion",
    "Environment",
    "Key",
    "Messages",
    "Prefix",
    "Rebuilder",
    "Shape",
    "Share",
    "Stage",
    "Stages",
    "Vintage",
]


@pytest.mark.parametrize("name", EVERY_BUILD)
def test_changes_with_every_build(name: str) -> None:
    assert changes_with_every_build(name)
    assert not stays_with_the_stack(name)


@pytest.mark.parametrize("name", NOT_EVERY_BUILD)
def test_does_not_change_with_every_build(name: str) -> None:
    assert not changes_with_every_build(name)


# Each with another word that tells stacks apart.
OF_THE_STACK = [
    "AccountId",
    "AppId",
    "ApplicationId",
    "BucketPrefix",
    "Domain_Name",
    "EnvType",
    "EnvironmentType",
    "FunctionPath",
    "ProjectId",
    "RegionCode",
    "ServiceId",
    "StackId",
    "Stage",
    "stage",
]


@pytest.mark.parametrize("name", OF_THE_STACK)
def test_stays_with_the_stack(name: str) -> None:
    assert stays_with_the_stack(name)
    assert not changes_with_every_build(name)
    # What says both is of the build: no stack is called after its version.
    assert not stays_with_the_stack(f"{name}Version")


def test_the_words_are_those_that_aws_uses_for_it() -> None:
    """In the names of its properties; git alone says ``sha1``."""
    older = set() if schemas.is_current() else {"checksum"}
    used = {
        word
        for versions in schemas.schemas().values()
        for path in schemas.properties(versions[0])
        for word in words(path.rpartition("/")[2])
    }
    listed = words_of_inputs()
    assert listed.keys() == {"changes_with_every_build", "stays_with_the_stack"}
    assert frozenset.union(*listed.values()) - used - older == {"sha1"}
    assert not frozenset.intersection(*listed.values())


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("AWS::Lambda::Function", "Code/S3ObjectVersion"),
        ("AWS::Lambda::Version", "CodeSha256"),
        ("AWS::Serverless::Function", "AutoPublishCodeSha256"),
    ],
)
def test_what_lambda_and_sam_take_from_a_build_is_named_so(
    kind: str, path: str
) -> None:
    if kind in schemas.schemas():
        assert any(schemas.exists(schema, path) for schema in schemas.schemas()[kind])
    assert changes_with_every_build(path.rpartition("/")[2])


@pytest.mark.parametrize("name", ["AccountId", "Region", "StackId", "StackName"])
def test_what_cloudformation_itself_tells_of_a_stack_stays(name: str) -> None:
    assert f"AWS::{name}" in PSEUDOPARAMS
    assert stays_with_the_stack(name)


# -- one input for both sides (W9830) ----------------------------------------------


def _built(name: str = "CommitSha", **fields: Any) -> Template_:
    """A parameter in the code's key and in a variable."""
    return stack(
        {
            "Code": {"S3Bucket": "a", "S3Key": {"Fn::Sub": f"${{{name}}}.zip"}},
            **variables(RELEASE={"Ref": name}),
        },
        Parameters={name: parameter(**fields)},
    )


COMMIT = [("CommitSha", ("Code",), ("Environment",))]


def test_a_commit_in_the_key_and_in_a_variable(tmp_path: Path) -> None:
    assert _couplings(tmp_path, _built()) == COMMIT
    assert _couplings(tmp_path, _built(Default="0")) == COMMIT


def test_a_list_of_values_is_no_build(tmp_path: Path) -> None:
    assert _couplings(tmp_path, _built(AllowedValues=["1", "2"])) == []


@pytest.mark.parametrize("name", ["Stage", "Prefix", "Key", "Bucket", "Project"])
def test_another_name_is_no_build(name: str, tmp_path: Path) -> None:
    assert _couplings(tmp_path, _built(name)) == []


@pytest.mark.parametrize(
    "code",
    [
        {"S3Bucket": "a", "S3Key": {"Ref": "CommitSha"}},
        {"S3Bucket": "a", "S3Key": "b", "S3ObjectVersion": {"Ref": "CommitSha"}},
        {"ImageUri": {"Fn::Join": [":", ["orders", {"Ref": "CommitSha"}]]}},
        {"S3Bucket": "a", "S3Key": {"Fn::FindInMap": ["M", {"Ref": "CommitSha"}, "k"]}},
        {"S3Bucket": "a", "S3Key": {"Fn::If": ["IsHead", "b", "c"]}},
        {"Fn::If": ["IsHead", {"S3Key": "b"}, {"S3Key": "c"}]},
        {"Fn::If": ["Other", {"S3Key": "b"}, {"S3Key": {"Ref": "CommitSha"}}]},
    ],
)
def test_the_members_of_code_that_count(code: Template_, tmp_path: Path) -> None:
    template = _built()
    template["Resources"]["Orders"]["Properties"]["Code"] = code
    template["Mappings"] = {"M": {"a": {"k": "b"}}}
    template["Conditions"] = {"IsHead": {"Fn::Equals": [{"Ref": "CommitSha"}, ""]}}
    assert _couplings(tmp_path, template) == COMMIT


@pytest.mark.parametrize(
    "code",
    [
        {"S3Bucket": {"Ref": "CommitSha"}, "S3Key": "b"},
        {"Fn::If": ["Other", {"S3Bucket": {"Ref": "CommitSha"}}, {"ZipFile": "a"}]},
        {"ZipFile": "a"},
        None,
    ],
)
def test_the_members_of_code_that_do_not(code: Any, tmp_path: Path) -> None:
    template = _built()
    template["Resources"]["Orders"]["Properties"]["Code"] = code
    assert _couplings(tmp_path, template) == []


def test_each_side_alone_is_not_coupled(tmp_path: Path) -> None:
    template = _built()
    template["Resources"]["Orders"]["Properties"].pop("Environment")
    assert _couplings(tmp_path, template) == []
    template = _built()
    template["Resources"]["Orders"]["Properties"]["Description"] = {"Ref": "CommitSha"}
    template["Resources"]["Orders"]["Properties"].pop("Environment")
    assert _couplings(tmp_path, template) == []
    template["Resources"]["Orders"]["Properties"]["Tags"] = [
        {"Key": "release", "Value": {"Ref": "CommitSha"}}
    ]
    assert _couplings(tmp_path, template) == []


def test_an_input_that_names_the_function_tells_stacks_apart(tmp_path: Path) -> None:
    template = _built("Release")
    assert _couplings(tmp_path, template) != []
    properties = template["Resources"]["Orders"]["Properties"]
    properties["FunctionName"] = {"Fn::Sub": "orders-${Release}"}
    assert _couplings(tmp_path, template) == []


def test_pseudo_parameters_never_count(tmp_path: Path) -> None:
    template = stack(
        {
            "Code": {"S3Bucket": "a", "S3Key": {"Fn::Sub": "${AWS::Region}/a.zip"}},
            **variables(REGION={"Ref": "AWS::Region"}),
        }
    )
    assert _couplings(tmp_path, template) == []


ARCHITECTURE = {"Architecture": parameter(AllowedValues=["x86_64", "arm64"])}
IS_ARM = {"IsArm": {"Fn::Equals": [{"Ref": "Architecture"}, "arm64"]}}
_MAPPED = {"M": {"x86": {"layer": f"{LAYER}:1"}, "arm64": {"layer": f"{LAYER}-arm:1"}}}

LAYERS = {
    "sub": [{"Fn::Sub": LAYER + "-${Architecture}:1"}],
    "if": [{"Fn::If": ["IsArm", f"{LAYER}-arm:1", f"{LAYER}:1"]}],
    "if-around": {"Fn::If": ["IsArm", [f"{LAYER}-arm:1"], [f"{LAYER}:1"]]},
    "mapping": [{"Fn::FindInMap": ["M", {"Ref": "Architecture"}, "layer"]}],
    "nested-condition": [{"Fn::If": ["IsFast", f"{LAYER}-arm:1", f"{LAYER}:1"]}],
    "stack-layer": [{"Ref": "Deps"}],
}


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_an_architecture_drives_layers_by_any_road(layers: Any, tmp_path: Path) -> None:
    template = stack(
        {"Architectures": [{"Ref": "Architecture"}], "Layers": layers},
        Parameters=ARCHITECTURE,
        Conditions={**IS_ARM, "IsFast": {"Fn::And": [{"Condition": "IsArm"}] * 2}},
        Mappings=_MAPPED,
        Resources={
            "Deps": resource(
                "Lambda::LayerVersion",
                Content={"S3Bucket": "a", "S3Key": {"Fn::Sub": "${Architecture}.zip"}},
            )
        },
    )
    found = [("Architecture", ("Architectures",), ("Layers",))]
    assert _couplings(tmp_path, template) == found
    properties = template["Resources"]["Orders"]["Properties"]
    properties["Architectures"] = [{"Fn::If": ["IsArm", "arm64", "x86_64"]}]
    assert _couplings(tmp_path, template) == found


def test_a_layer_of_the_stack_alone_drives_only_layers(tmp_path: Path) -> None:
    template = stack(
        {"Layers": [{"Ref": "Deps"}]},
        Parameters={"CommitSha": parameter()},
        Resources={
            "Deps": resource(
                "Lambda::LayerVersion",
                Content={"S3Bucket": "a", "S3Key": {"Ref": "CommitSha"}},
            )
        },
    )
    assert _couplings(tmp_path, template) == []


def test_a_shielded_function_is_silent(tmp_path: Path) -> None:
    template = sam(
        {
            "Architectures": [{"Ref": "Architecture"}],
            "Layers": LAYERS["sub"],
            "AutoPublishAlias": "live",
        },
        Parameters=ARCHITECTURE,
    )
    assert _couplings(tmp_path, template) == []
    del template["Resources"]["Orders"]["Properties"]["AutoPublishAlias"]
    assert _couplings(tmp_path, template) != []


def test_a_shield_that_a_condition_takes_away_is_none() -> None:
    alias = {"Fn::If": ["IsProd", "live", {"Ref": "AWS::NoValue"}]}
    template = sam(
        {
            "Architectures": [{"Ref": "Architecture"}],
            "Layers": LAYERS["sub"],
            "AutoPublishAlias": alias,
        },
        Parameters={
            **ARCHITECTURE,
            "Stage": parameter(Default="prod", AllowedValues=["prod", "dev"]),
        },
        Conditions={"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    )
    # As cfn-lint reads it natively: aws-sam-translator refuses a choice of aliases.
    (found,) = couplings(Template("template.json", template, ["us-east-1"]))
    assert (found.parameter, found.code, found.configuration) == (
        "Architecture",
        ("Architectures",),
        ("Layers",),
    )


def test_sam_s_address_of_the_code_counts(tmp_path: Path) -> None:
    template = sam(
        {
            "CodeUri": {"Fn::Sub": "s3://artifacts/${CommitSha}.zip"},
            **variables(RELEASE={"Ref": "CommitSha"}),
        },
        Parameters={"CommitSha": parameter()},
    )
    assert _couplings(tmp_path, template) == COMMIT


def test_globals_count(tmp_path: Path) -> None:
    template = sam(
        Parameters=ARCHITECTURE,
        Globals={
            "Function": {
                "Architectures": [{"Ref": "Architecture"}],
                "Layers": LAYERS["sub"],
            }
        },
    )
    assert _couplings(tmp_path, template) == [
        ("Architecture", ("Architectures",), ("Layers",))
    ]


def test_a_variable_of_sub_is_no_parameter(tmp_path: Path) -> None:
    template = _built()
    template["Resources"]["Orders"]["Properties"]["Environment"] = {
        "Variables": {"A": {"Fn::Sub": ["${CommitSha}", {"CommitSha": "fixed"}]}}
    }
    assert _couplings(tmp_path, template) == []
    template["Resources"]["Orders"]["Properties"]["Environment"] = {
        "Variables": {"A": {"Fn::Sub": "${!CommitSha}"}}
    }
    assert _couplings(tmp_path, template) == []


def test_the_finding_stands_at_the_function(tmp_path: Path) -> None:
    matches = lint_template(tmp_path, _built())
    assert paths(matches, "W9830") == ["Resources/Orders"]
    assert messages(matches, "W9830") == [
        "Parameter CommitSha drives Code of Orders (UpdateFunctionCode) and its "
        "Environment (UpdateFunctionConfiguration), so a new value changes $LATEST in "
        "two steps; invoke an alias of a published version"
    ]


# -- versions that nothing replaces (W9833) ----------------------------------------


def _frozen(folder: Path, template: Template_, before: Any = None) -> list[str]:
    (folder / "template.json").write_text(json.dumps(template))
    cfn = load(folder / "template.json")
    if before is not None:
        (folder / "before.json").write_text(json.dumps(before))
        configure(cfn, Settings(baseline_path=str(folder / "before.json")))
    return [version.id for version in frozen_versions(cfn)]


def _versioned(name: str = "OrdersVersion", **properties: Any) -> Template_:
    version = resource("Lambda::Version", FunctionName={"Ref": "Orders"}, **properties)
    parameters = {
        "CommitSha": parameter(),
        "Stage": parameter(),
        "Limited": parameter(AllowedValues=["1", "2"]),
    }
    return stack(Resources={name: version}, Parameters=parameters)


FROZEN: dict[str, Template_] = {
    "bare": {},
    "description": {"Description": "the version"},
    "hash": {"CodeSha256": "a" * 44},
    "stage": {"Description": {"Ref": "Stage"}},
    "limited": {"Description": {"Ref": "Limited"}},
    "pseudo": {"Description": {"Fn::Sub": "${AWS::StackName}-${AWS::Region}"}},
    "concurrency": {
        "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}
    },
    "pinned-reference": {"Description": "{{resolve:ssm:/build:3}}"},
    "mapping": {"Description": {"Fn::FindInMap": ["M", {"Ref": "Limited"}, "k"]}},
    "if": {"Description": {"Fn::If": ["IsOne", "one", "two"]}},
    "function": {"Description": {"Fn::Sub": "of ${Orders}"}},
}


@pytest.mark.parametrize("properties", FROZEN.values(), ids=FROZEN)
def test_nothing_replaces_it(properties: Template_, tmp_path: Path) -> None:
    template = _versioned(**properties)
    template["Mappings"] = {"M": {"1": {"k": "one"}, "2": {"k": "two"}}}
    template["Conditions"] = {"IsOne": {"Fn::Equals": [{"Ref": "Limited"}, "1"]}}
    assert _frozen(tmp_path, template) == ["OrdersVersion"]


MOVING: dict[str, Template_] = {
    "description": {"Description": {"Ref": "CommitSha"}},
    "part-of-a-description": {"Description": {"Fn::Sub": "built from ${CommitSha}"}},
    "hash": {"CodeSha256": {"Ref": "CommitSha"}},
    "import": {"Description": {"Fn::ImportValue": "build"}},
    "other-resource": {"Description": {"Fn::GetAtt": "Build.Id"}},
    "stack-output": {
        "Description": {"Fn::GetStackOutput": {"StackName": "a", "OutputName": "b"}}
    },
    "reference": {"Description": "{{resolve:ssm:/build}}"},
    "part-of-a-reference": {"Description": "of {{resolve:ssm:/build}}, today"},
    "reference-put-in": {"Description": {"Fn::Sub": "{{resolve:ssm:/build}}"}},
    "reference-by-stage": {
        "Description": {"Fn::Sub": "{{resolve:ssm:/${AWS::Region}/build}}"}
    },
    "reference-joined": {
        "Description": {"Fn::Join": ["", ["{{resolve:ssm:/", "build", "}}"]]}
    },
    "secret": {"Description": "{{resolve:secretsmanager:build:SecretString:id}}"},
    "transform": {"Description": {"Fn::Transform": {"Name": "Build"}}},
    "transform-beside": {"Fn::Transform": {"Name": "Build"}},
    "transform-inside": {
        "ProvisionedConcurrencyConfig": {
            "ProvisionedConcurrentExecutions": 1,
            "Fn::Transform": {"Name": "Build"},
        }
    },
    "branch": {"Description": {"Fn::If": ["IsOne", "a", {"Fn::ImportValue": "build"}]}},
}


@pytest.mark.parametrize("properties", MOVING.values(), ids=MOVING)
def test_an_input_replaces_it(properties: Template_, tmp_path: Path) -> None:
    template = _versioned(**properties)
    template["Resources"]["Build"] = resource("CloudFormation::CustomResource")
    template["Parameters"]["Limited"]["Default"] = "1"
    template["Conditions"] = {"IsOne": {"Fn::Equals": [{"Ref": "Limited"}, "1"]}}
    assert _frozen(tmp_path, template) == []


GENERATED = [
    "OrdersCurrentVersionE7A382CC5c1d0fcc0fa1e4a2ad6ccda7bd2d3a1d",
    "OrdersCurrentVersion7C2AC8E8f1c0f0a3e4b5d6c7a8b9c0d1e2f3a4b5",
    "OrdersVersion3c1d5ca1b2",
    "OrdersVersion0123456789",
    "OrdersVersionabcdef0123",
    "OrdersLambdaVersionXk3pYwq8ZsTn2bVd7fGh4jKl9mQrStUvWxYz0123abc",
    "HelloLambdaVersion6H2dPbMWkLTKbCYVDYjBwmuSFNTMWRgHtxKPZVGqI",
    "OrdersVersion2",
    "OrdersVersion20240131",
    "OrdersV12",
]
BY_HAND = [
    "OrdersVersion",
    "Version",
    "LambdaVersionResource",
    "CurrentVersion",
    "OrdersFacadeVersion",
    "PublishedVersionE7A382CC",
    "OrdersLambdaVersion",
    "Decade",
    "OrdersLambdaVersionForTheAliasOfTheProduct",
]


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_or_numbered_name(name: str, tmp_path: Path) -> None:
    assert _frozen(tmp_path, _versioned(name)) == []


@pytest.mark.parametrize("name", BY_HAND)
def test_a_name_that_stays(name: str, tmp_path: Path) -> None:
    assert _frozen(tmp_path, _versioned(name)) == [name]


@pytest.mark.parametrize("name", ["Description", "CodeSha256"])
def test_the_baseline_shows_that_a_literal_changes(name: str, tmp_path: Path) -> None:
    before, after = (_versioned(**{name: value}) for value in ("one", "two"))
    assert _frozen(tmp_path, after, before) == []
    assert _frozen(tmp_path, after, after) == ["OrdersVersion"]


def test_a_version_behind_another_function_s_number(tmp_path: Path) -> None:
    template = _versioned()
    template["Resources"]["OrdersVersion"]["Properties"]["FunctionName"] = "orders"
    assert _frozen(tmp_path, template) == ["OrdersVersion"]


def test_a_function_that_is_named_anew_replaces_its_version(tmp_path: Path) -> None:
    template = _versioned()
    template["Resources"]["OrdersVersion"]["Properties"]["FunctionName"] = {
        "Fn::Sub": "orders-${CommitSha}"
    }
    assert _frozen(tmp_path, template) == []


def test_the_finding_stands_at_the_version(tmp_path: Path) -> None:
    matches = lint_template(tmp_path, _versioned())
    assert paths(matches, "W9833") == ["Resources/OrdersVersion"]
    (message,) = messages(matches, "W9833")
    assert "Version OrdersVersion is published once, because nothing" in message


# -- broken templates --------------------------------------------------------------


@pytest.mark.parametrize("node", [None, 5, "x", [], {}, {"Ref": 5}, {"Fn::Sub": [5]}])
@pytest.mark.parametrize(
    "place", ["Code", "Layers", "Architectures", "FunctionName", "Environment"]
)
def test_nothing_broken_crashes(node: Any, place: str, tmp_path: Path) -> None:
    template = _built()
    template["Resources"]["Orders"]["Properties"][place] = node
    template["Resources"]["OrdersVersion"] = resource(
        "Lambda::Version", FunctionName=node, Description=node
    )
    template["Parameters"]["Broken"] = node
    _couplings(tmp_path, template)
    _frozen(tmp_path, template)


# -- inputs that publish nothing (I9836) -------------------------------------------


def _unpublished(folder: Path, template: Template_) -> list[tuple[Any, ...]]:
    (folder / "template.json").write_text(json.dumps(template))
    return [
        (found.parameters, found.changes, found.name, found.described)
        for found in unpublished_inputs(load(folder / "template.json"))
    ]


CURRENT = "OrdersCurrentVersionE7A382CC5c1d0fcc0fa1e4a2ad6ccda7bd2d3a1d"


def _behind_alias(
    name: str = CURRENT, by: str = "CommitSha", **properties: Any
) -> Template_:
    """A function with a parameter in a variable, behind an alias of a version."""
    template = _versioned(name, **properties)
    template["Parameters"][by] = template["Parameters"].get(by, parameter())
    template["Resources"]["Orders"]["Properties"].update(variables(A={"Ref": by}))
    template["Resources"]["Live"] = resource(
        "Lambda::Alias",
        FunctionName={"Ref": "Orders"},
        FunctionVersion={"Fn::GetAtt": f"{name}.Version"},
        Name="live",
    )
    endpoint = template["Resources"]["Invocation"]["Properties"]
    endpoint["Endpoint"] = {"Ref": "Live"}
    return template


@pytest.mark.parametrize("name", [CURRENT, "OrdersVersion"])
def test_a_build_behind_a_version_that_stays(name: str, tmp_path: Path) -> None:
    assert _unpublished(tmp_path, _behind_alias(name)) == [
        (("CommitSha",), ("Environment",), "Live", name)
    ]


@pytest.mark.parametrize("name", ["OrdersVersion2", "OrdersVersion2f9c1b7"])
def test_a_version_that_somebody_counts(name: str, tmp_path: Path) -> None:
    assert _unpublished(tmp_path, _behind_alias(name)) == []


@pytest.mark.parametrize(
    "properties",
    [
        {"Description": {"Ref": "CommitSha"}},
        {"Description": {"Fn::Sub": "built from ${CommitSha}"}},
        {"CodeSha256": {"Ref": "CommitSha"}},
        {"Description": {"Fn::ImportValue": "build"}},
        {"Fn::Transform": {"Name": "Build"}},
    ],
)
def test_a_version_that_moves_with_it(properties: Template_, tmp_path: Path) -> None:
    assert _unpublished(tmp_path, _behind_alias(**properties)) == []


@pytest.mark.parametrize("by", ["Stage", "Limited", "LogLevel", "AWS::Region"])
def test_what_no_build_changes(by: str, tmp_path: Path) -> None:
    template = _behind_alias(by=by)
    template["Parameters"].pop("AWS::Region", None)
    assert _unpublished(tmp_path, template) == []


def test_an_asset_of_the_cdk_is_named_after_its_content(tmp_path: Path) -> None:
    by = f"AssetParameters{'0a' * 32}S3VersionKey5E5A0E73"
    assert _unpublished(tmp_path, _behind_alias(by=by)) == []


def test_an_input_that_names_the_function_publishes_another(tmp_path: Path) -> None:
    template = _behind_alias()
    template["Resources"]["Orders"]["Properties"]["FunctionName"] = {
        "Fn::Sub": "orders-${CommitSha}"
    }
    assert _unpublished(tmp_path, template) == []


def test_nothing_is_behind_a_version(tmp_path: Path) -> None:
    template = _behind_alias()
    template["Resources"]["Live"]["Properties"]["FunctionVersion"] = "$LATEST"
    template["Resources"].pop(CURRENT)
    assert _unpublished(tmp_path, template) == []
    assert _unpublished(tmp_path, _built()) == []
    template = _behind_alias()
    endpoint = template["Resources"]["Invocation"]["Properties"]
    endpoint["Endpoint"] = {"Fn::GetAtt": "Orders.Arn"}
    assert _unpublished(tmp_path, template) == []


def _sam_behind_alias(by: str = "LogLevel", **properties: Any) -> Template_:
    return sam(
        {
            "AutoPublishAlias": "live",
            "CodeUri": "s3://artifacts/orders.zip",
            **variables(A={"Ref": by}),
            **properties,
        },
        Parameters={
            "CommitSha": parameter(),
            "LogLevel": parameter(),
            "Stage": parameter(),
            "Limited": parameter(AllowedValues=["1", "2"]),
        },
    )


SAM_S = "Orders.Alias"


@pytest.mark.parametrize("by", ["LogLevel", "CommitSha"])
@pytest.mark.parametrize("is_all", [False, True])
def test_sam_hashes_the_name_of_a_parameter(
    by: str, is_all: bool, tmp_path: Path
) -> None:
    template = _sam_behind_alias(by, AutoPublishAliasAllProperties=is_all)
    assert _unpublished(tmp_path, template) == [
        ((by,), ("Environment",), SAM_S, "Orders")
    ]


@pytest.mark.parametrize(
    "properties",
    [
        {"CodeUri": {"Bucket": "a", "Key": {"Fn::Sub": "${LogLevel}.zip"}}},
        {"CodeUri": {"Fn::Sub": "s3://a/${CommitSha}.zip"}},
        {"AutoPublishCodeSha256": {"Ref": "CommitSha"}},
        {"AutoPublishCodeSha256": {"Ref": "LogLevel"}},
        {"VersionDescription": {"Ref": "LogLevel"}},
        {"VersionDescription": {"Ref": "CommitSha"}},
        {"FunctionName": {"Ref": "LogLevel"}},
        variables(A={"Ref": "Stage"}),
        variables(A={"Ref": "Limited"}),
        variables(A={"Ref": "AWS::Region"}),
        variables(A={"Fn::GetAtt": "Queue.Arn"}),
    ],
    ids=json.dumps,
)
def test_what_publishes_with_sam(properties: Template_, tmp_path: Path) -> None:
    assert _unpublished(tmp_path, _sam_behind_alias(**properties)) == []


def test_the_finding_counts_the_parameters(tmp_path: Path) -> None:
    names = ["Key1", "Key2", "Key3", "Key4", "Key5"]
    template = sam(
        {"AutoPublishAlias": "live", **variables(**{n: {"Ref": n} for n in names})},
        Parameters={name: parameter() for name in names},
    )
    matches = lint_template(tmp_path, template)
    assert paths(matches, "I9836") == ["Resources/Orders"]
    assert messages(matches, "I9836") == [
        "Parameters Key1, Key2, Key3 and 2 more change Environment of Orders without "
        "publishing a version, so callers of Orders.Alias keep the old one; add them "
        "to the VersionDescription of Orders"
    ]


def test_a_secret_does_not_belong_into_a_description(tmp_path: Path) -> None:
    template = _sam_behind_alias()
    template["Parameters"]["LogLevel"]["NoEcho"] = True
    (message,) = messages(lint_template(tmp_path, template), "I9836")
    assert message.endswith("; change the VersionDescription of Orders with it")
