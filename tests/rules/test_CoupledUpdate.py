"""W9830: an input that drives both sides of an update.

Tests `update/_inputs.py` too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race.update import couplings
from tests.building import LAYER, Template_, parameter, resource, sam, stack, variables
from tests.inputs import built, couplings_of
from tests.linting import lint_template, messages, paths

COMMIT = [("CommitSha", ("Code",), ("Environment",))]


def test_a_commit_in_the_key_and_in_a_variable(tmp_path: Path) -> None:
    assert couplings_of(tmp_path, built()) == COMMIT
    assert couplings_of(tmp_path, built(Default="0")) == COMMIT


def test_a_list_of_values_is_no_build(tmp_path: Path) -> None:
    assert couplings_of(tmp_path, built(AllowedValues=["1", "2"])) == []


@pytest.mark.parametrize("name", ["Stage", "Prefix", "Key", "Bucket", "Project"])
def test_another_name_is_no_build(name: str, tmp_path: Path) -> None:
    assert couplings_of(tmp_path, built(name)) == []


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
        {"Fn::If": ["Other", {"S3Key": {"Ref": "CommitSha"}}, {"S3Key": "b"}]},
    ],
)
def test_the_members_of_code_that_count(code: Template_, tmp_path: Path) -> None:
    template = built()
    template["Resources"]["Orders"]["Properties"]["Code"] = code
    template["Mappings"] = {"M": {"a": {"k": "b"}}}
    template["Conditions"] = {"IsHead": {"Fn::Equals": [{"Ref": "CommitSha"}, ""]}}
    assert couplings_of(tmp_path, template) == COMMIT


@pytest.mark.parametrize(
    "code",
    [
        {"S3Bucket": {"Ref": "CommitSha"}, "S3Key": "b"},
        {"Fn::If": ["Other", {"S3Bucket": {"Ref": "CommitSha"}}, {"ZipFile": "a"}]},
        {"ZipFile": "a"},
        {"ZipFile": {"Ref": "CommitSha"}},
        {"S3Bucket": "a", "S3Key": "b", "SourceKMSKeyArn": {"Ref": "CommitSha"}},
        # Broken.
        {"Fn::If": []},
        {"Fn::If": {"Other": 1}},
        # A mapping of the name of a condition.
        {"Fn::FindInMap": ["IsHead", "a", "k"]},
        None,
    ],
)
def test_the_members_of_code_that_do_not(code: Any, tmp_path: Path) -> None:
    template = built()
    template["Resources"]["Orders"]["Properties"]["Code"] = code
    template["Mappings"] = {"IsHead": {"a": {"k": "b"}}}
    template["Conditions"] = {"IsHead": {"Fn::Equals": [{"Ref": "CommitSha"}, ""]}}
    assert couplings_of(tmp_path, template) == []


def test_an_input_is_found_behind_one_that_is_known_already(tmp_path: Path) -> None:
    """Whichever of the places is read first."""
    both = {"Fn::Sub": "${CommitSha}-${BuildId}-${CommitSha}"}
    one = {"Ref": "CommitSha"}
    for values in ({"A": both, "B": one}, {"A": one, "B": both}):
        template = stack(
            {
                "Code": {"S3Bucket": "a", "S3Key": {"Ref": "BuildId"}},
                **variables(**values),
            },
            Parameters={"CommitSha": parameter(), "BuildId": parameter()},
        )
        found = [("BuildId", ("Code",), ("Environment",))]
        assert couplings_of(tmp_path, template) == found


def test_conditions_that_name_each_other_end(tmp_path: Path) -> None:
    template = built()
    template["Conditions"] = {
        "A": {"Fn::And": [{"Condition": "B"}, {"Fn::Equals": [{"Ref": "Stage"}, "a"]}]},
        "B": {"Fn::Not": [{"Condition": "A"}]},
    }
    properties = template["Resources"]["Orders"]["Properties"]
    properties["Description"] = {"Fn::If": ["A", {"Ref": "CommitSha"}, "b"]}
    (found,) = couplings_of(tmp_path, template)
    assert found[0] == "CommitSha"
    # What stands before them is found too.
    del properties["Description"]
    shown = {"Fn::If": ["A", "a", "b"]}
    properties.update(variables(RELEASE={"Ref": "CommitSha"}, SHOWN=shown))
    assert couplings_of(tmp_path, template) == COMMIT


def test_each_side_alone_is_not_coupled(tmp_path: Path) -> None:
    template = built()
    template["Resources"]["Orders"]["Properties"].pop("Environment")
    assert couplings_of(tmp_path, template) == []
    template = built()
    template["Resources"]["Orders"]["Properties"]["Description"] = {"Ref": "CommitSha"}
    template["Resources"]["Orders"]["Properties"].pop("Environment")
    assert couplings_of(tmp_path, template) == []
    template["Resources"]["Orders"]["Properties"]["Tags"] = [
        {"Key": "release", "Value": {"Ref": "CommitSha"}}
    ]
    assert couplings_of(tmp_path, template) == []


def test_an_input_that_names_the_function_tells_stacks_apart(tmp_path: Path) -> None:
    template = built("Release")
    assert couplings_of(tmp_path, template) != []
    properties = template["Resources"]["Orders"]["Properties"]
    properties["FunctionName"] = {"Fn::Sub": "orders-${Release}"}
    assert couplings_of(tmp_path, template) == []


def test_pseudo_parameters_never_count(tmp_path: Path) -> None:
    template = stack(
        {
            "Code": {"S3Bucket": "a", "S3Key": {"Fn::Sub": "${AWS::Region}/a.zip"}},
            **variables(REGION={"Ref": "AWS::Region"}),
        }
    )
    assert couplings_of(tmp_path, template) == []


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
    assert couplings_of(tmp_path, template) == found
    properties = template["Resources"]["Orders"]["Properties"]
    properties["Architectures"] = [{"Fn::If": ["IsArm", "arm64", "x86_64"]}]
    assert couplings_of(tmp_path, template) == found


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
    assert couplings_of(tmp_path, template) == []


def test_a_shielded_function_is_silent(tmp_path: Path) -> None:
    template = sam(
        {
            "Architectures": [{"Ref": "Architecture"}],
            "Layers": LAYERS["sub"],
            "AutoPublishAlias": "live",
        },
        Parameters=ARCHITECTURE,
    )
    assert couplings_of(tmp_path, template) == []
    del template["Resources"]["Orders"]["Properties"]["AutoPublishAlias"]
    assert couplings_of(tmp_path, template) != []


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
    assert couplings_of(tmp_path, template) == COMMIT


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
    assert couplings_of(tmp_path, template) == [
        ("Architecture", ("Architectures",), ("Layers",))
    ]


def test_a_variable_of_sub_is_no_parameter(tmp_path: Path) -> None:
    template = built()
    template["Resources"]["Orders"]["Properties"]["Environment"] = {
        "Variables": {"A": {"Fn::Sub": ["${CommitSha}", {"CommitSha": "fixed"}]}}
    }
    assert couplings_of(tmp_path, template) == []
    template["Resources"]["Orders"]["Properties"]["Environment"] = {
        "Variables": {"A": {"Fn::Sub": "${!CommitSha}"}}
    }
    assert couplings_of(tmp_path, template) == []


def test_the_finding_stands_at_the_function(tmp_path: Path) -> None:
    matches = lint_template(tmp_path, built())
    assert paths(matches, "W9830") == ["Resources/Orders"]
    assert messages(matches, "W9830") == [
        "Parameter CommitSha drives Code of Orders (UpdateFunctionCode) and its "
        "Environment (UpdateFunctionConfiguration), so a new value changes $LATEST in "
        "two steps; invoke an alias of a published version"
    ]
