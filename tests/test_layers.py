"""Layers that cannot run on their function's architecture (W9820)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.building import parameter, resource, sam, stack
from tests.layered import (
    ARM,
    ARM64,
    DECLARED,
    EXTENSION,
    ITEM,
    X86,
    X86_64,
    branches,
    built_by_sam,
    found_by_path,
    layer_for,
    layered,
    published_layer,
    serverless_with,
)
from tests.linting import lint_template, messages

Properties = Mapping[str, Any]

NO_VALUE = {"Ref": "AWS::NoValue"}

# As each `cdk synth` writes it, of another parameter.
BOOTSTRAP = {
    "CheckBootstrapVersion": {
        "Assertions": [
            {"Assert": {"Fn::Not": [{"Fn::Contains": [["1", "2"], {"Ref": "Open"}]}]}}
        ]
    }
}
EITHER = published_layer("Datadog-Node22-x")
UNKNOWN = published_layer("acme-arm64", "123456789012")


# -- one function, one layer ---------------------------------------------------------


@pytest.mark.parametrize(
    ("architectures", "layer", "is_wrong"),
    [
        (ARM64, X86, True),
        (ARM64, ARM, False),
        (X86_64, ARM, True),
        (X86_64, X86, False),
        (None, ARM, True),
        (None, X86, False),
        (NO_VALUE, ARM, True),
        (ARM64, EITHER, False),
        (X86_64, EITHER, False),
        (ARM64, UNKNOWN, False),
        (X86_64, UNKNOWN, False),
        (ARM64, {"Fn::ImportValue": "layer"}, False),
        (ARM64, {"Ref": "Open"}, False),
        ([{"Ref": "Open"}], X86, False),
        ([{"Fn::ImportValue": "architecture"}], ARM, False),
        # A function has one architecture.
        (["arm64", "x86_64"], X86, False),
        (["arm64", "x86_64"], ARM, False),
    ],
    ids=str,
)
def test_a_published_layer(
    tmp_path: Path, architectures: Any, layer: Any, is_wrong: bool
) -> None:
    function = {"Architectures": architectures, "Layers": [layer]}
    if architectures is None:
        del function["Architectures"]
    found = found_by_path(tmp_path, layered(function))
    assert list(found) == [ITEM] * is_wrong


@pytest.mark.parametrize(
    "layer",
    [
        "arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension:7",
        "arn:aws-us-gov:lambda:us-gov-west-1:002406178527:layer:Datadog-Extension:7",
        {"Fn::Join": [":", ["arn:aws:lambda", {"Ref": "AWS::Region"},
                            "464622532012:layer:Datadog-Extension:7"]]},
        {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":lambda:",
                           {"Ref": "AWS::Region"},
                           ":464622532012:layer:Datadog-Extension:", {"Ref": "Open"}]]},
        {"Fn::Sub": ["arn:aws:lambda:${R}:464622532012:layer:${N}:7",
                     {"R": {"Ref": "AWS::Region"}, "N": "Datadog-Extension"}]},
    ],
    ids=str,
)  # fmt: skip
def test_an_arn_in_every_spelling(tmp_path: Path, layer: Any) -> None:
    found = found_by_path(
        tmp_path, layered({"Architectures": ARM64, "Layers": [layer]})
    )
    assert list(found) == [ITEM]
    assert "use Datadog-Extension-ARM" in found[ITEM]


@pytest.mark.parametrize(
    ("declared", "is_wrong"),
    [
        (["x86_64"], True),
        (["arm64"], False),
        (["arm64", "x86_64"], False),
        (None, False),
        ([{"Ref": "Open"}], False),
        (NO_VALUE, False),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "reference",
    [{"Ref": "Layer"}, {"Fn::GetAtt": ["Layer", "LayerVersionArn"]}],
    ids=["Ref", "GetAtt"],
)
def test_a_layer_of_the_stack(
    tmp_path: Path, declared: Any, is_wrong: bool, reference: Any
) -> None:
    template = layered(
        {"Architectures": ARM64, "Layers": [reference]},
        Resources={"Layer": layer_for(declared)},
    )
    assert list(found_by_path(tmp_path, template)) == [ITEM] * is_wrong


def test_an_image_has_no_layers(tmp_path: Path) -> None:
    function = {"Architectures": ARM64, "Layers": [X86], "PackageType": "Image"}
    assert not found_by_path(tmp_path, layered(function))


# -- scenario by scenario ------------------------------------------------------------


@pytest.mark.parametrize(
    ("architectures", "layers", "wrong"),
    [
        # The pair is right, the crossed pair is wrong.
        ([branches("IsArm", "arm64", "x86_64")], [branches("IsArm", ARM, X86)], {}),
        (
            [branches("IsArm", "arm64", "x86_64")],
            [branches("IsArm", X86, ARM)],
            {
                f"{ITEM}/Fn::If/1": "when IsArm is true",
                f"{ITEM}/Fn::If/2": "when IsArm is false",
            },
        ),
        # Conditions on the whole list.
        (branches("IsArm", ARM64, X86_64), branches("IsArm", [ARM], [X86]), {}),
        (
            branches("IsArm", ARM64, X86_64),
            branches("IsArm", [EITHER, X86], [X86]),
            {"Resources/Fn/Properties/Layers/Fn::If/1/1": "when IsArm is true"},
        ),
        # A condition on one side only.
        ([branches("IsArm", "arm64", "x86_64")], [X86], {ITEM: "when IsArm is true"}),
        (
            ARM64,
            [branches("IsArm", ARM, X86)],
            {f"{ITEM}/Fn::If/2": "when IsArm is false"},
        ),
        (ARM64, [branches("IsArm", ARM, NO_VALUE)], {}),
        (branches("IsArm", ARM64, NO_VALUE), [branches("IsArm", ARM, X86)], {}),
        (branches("IsArm", ARM64, NO_VALUE), [ARM], {ITEM: "when IsArm is false"}),
        # Nested.
        (
            [branches("IsArm", "arm64", "x86_64")],
            [
                branches(
                    "IsProd", branches("IsArm", ARM, X86), branches("IsArm", X86, X86)
                )
            ],
            {f"{ITEM}/Fn::If/2/Fn::If/1": "IsArm is true"},
        ),
        # Two conditions that never hold together.
        (
            [branches("IsProd", "arm64", "x86_64")],
            [branches("IsDev", X86, branches("IsProd", ARM, X86))],
            {},
        ),
        # A parameter decides the condition.
        ([{"Ref": "Arch"}], [branches("IsArm", ARM, X86)], {}),
        (
            [{"Ref": "Arch"}],
            [branches("IsArm", X86, ARM)],
            {f"{ITEM}/Fn::If/1": "IsArm is true", f"{ITEM}/Fn::If/2": "x86_64"},
        ),
        ([{"Ref": "Arch"}], [X86], {ITEM: "when Arch is arm64"}),
    ],
)
def test_scenarios(
    tmp_path: Path, architectures: Any, layers: Any, wrong: dict[str, str]
) -> None:
    function = {"Architectures": architectures, "Layers": layers}
    found = found_by_path(tmp_path, layered(function))
    assert sorted(found) == sorted(wrong)
    for path, words in wrong.items():
        assert words in found[path]


@pytest.mark.parametrize(
    ("arguments", "is_wrong"),
    [
        ([], True),
        (["--parameters", "Arch=arm64"], True),
        (["--parameters", "Arch=x86_64"], False),
    ],
)
@pytest.mark.parametrize("rules", [{}, {"Rules": BOOTSTRAP}], ids=["", "Rules"])
def test_given_parameters(
    tmp_path: Path, arguments: list[str], is_wrong: bool, rules: dict[str, Any]
) -> None:
    function = {"Architectures": [{"Ref": "Arch"}], "Layers": [X86]}
    arguments = [*arguments, "Open=x"] if arguments else []
    found = found_by_path(tmp_path, {**layered(function), **rules}, *arguments)
    assert list(found) == [ITEM] * is_wrong


@pytest.mark.parametrize("rules", [{}, {"Rules": BOOTSTRAP}], ids=["", "Rules"])
@pytest.mark.parametrize(("default", "is_wrong"), [("arm64", True), ("x86_64", False)])
def test_a_default(
    tmp_path: Path, default: str, is_wrong: bool, rules: dict[str, Any]
) -> None:
    template = layered(
        {"Architectures": [{"Ref": "Chosen"}], "Layers": [X86]},
        Parameters={"Chosen": {"Type": "String", "Default": default}},
        **rules,
    )
    assert list(found_by_path(tmp_path, template)) == [ITEM] * is_wrong


@pytest.mark.parametrize(
    ("suffixes", "wrong"),
    [
        ({"arm64": "-ARM", "x86": ""}, {}),
        ({"arm64": "", "x86": ""}, {"arm"}),
        ({"arm64": "-ARM", "x86": "-ARM"}, {"x86"}),
    ],
)
def test_a_mapping_of_one_s_own_words(
    tmp_path: Path, suffixes: dict[str, str], wrong: set[str]
) -> None:
    mapping = {
        "arm": {"architecture": "arm64", "suffix": suffixes["arm64"] or "x"},
        "x86": {"architecture": "x86_64", "suffix": suffixes["x86"] or "x"},
    }
    for row in mapping.values():
        name = "Datadog-Extension" + row.pop("suffix").removeprefix("x")
        row["layer"] = f"arn:aws:lambda:eu-west-1:464622532012:layer:{name}:7"
    template = layered(
        {
            "Architectures": [
                {"Fn::FindInMap": ["Cpu", {"Ref": "Cpu"}, "architecture"]}
            ],
            "Layers": [{"Fn::FindInMap": ["Cpu", {"Ref": "Cpu"}, "layer"]}],
        },
        Parameters={"Cpu": {"Type": "String", "AllowedValues": ["arm", "x86"]}},
        Mappings={"Cpu": mapping},
    )
    found = found_by_path(tmp_path, template)
    assert list(found) == [ITEM] * bool(wrong)
    for cpu in wrong:
        assert f"when Cpu is {cpu}" in found[ITEM]


@pytest.mark.parametrize("rules", [{}, {"Rules": BOOTSTRAP}], ids=["", "Rules"])
def test_a_mapping_by_region(tmp_path: Path, rules: dict[str, Any]) -> None:
    layer = "arn:aws:lambda:{}:464622532012:layer:Datadog-Extension{}:7"
    mapping = {
        "eu-west-1": {"layer": layer.format("eu-west-1", "-ARM")},
        "us-east-1": {"layer": layer.format("us-east-1", "")},
    }
    template = layered(
        {
            "Architectures": ARM64,
            "Layers": [{"Fn::FindInMap": ["Layers", {"Ref": "AWS::Region"}, "layer"]}],
        },
        Mappings={"Layers": mapping},
        **rules,
    )
    found = found_by_path(tmp_path, template)
    assert list(found) == [ITEM]
    assert "when AWS::Region is us-east-1" in found[ITEM]


def test_a_layer_under_a_condition(tmp_path: Path) -> None:
    def template(condition: str) -> dict[str, Any]:
        return layered(
            {
                "Architectures": [branches("IsArm", "arm64", "x86_64")],
                "Layers": [branches("IsArm", {"Ref": "Arm"}, {"Ref": "X86"})],
            },
            Resources={
                "Arm": layer_for(ARM64, Condition=condition),
                "X86": layer_for(X86_64),
            },
        )

    assert not found_by_path(tmp_path, template("IsArm"))
    assert not found_by_path(tmp_path, template("IsProd"))


def test_a_function_under_a_condition(tmp_path: Path) -> None:
    template = layered({"Layers": [branches("IsArm", ARM, X86)]})
    assert list(found_by_path(tmp_path, template)) == [f"{ITEM}/Fn::If/1"]
    template["Conditions"]["IsX86"] = {"Fn::Not": [{"Condition": "IsArm"}]}
    template["Resources"]["Fn"]["Condition"] = "IsX86"
    assert not found_by_path(tmp_path, template)


# -- layers beside each other --------------------------------------------------------


@pytest.mark.parametrize(
    ("architectures", "layers", "wrong"),
    [
        ([{"Ref": "Open"}], [X86, ARM], [1]),
        ([{"Ref": "Open"}], [X86, EITHER, X86], []),
        ([{"Ref": "Open"}], [X86, EITHER, ARM], [2]),
        # Two conditions that never hold together.
        (
            [{"Ref": "Open"}],
            [branches("IsProd", X86, NO_VALUE), branches("IsDev", ARM, NO_VALUE)],
            [],
        ),
        (
            [{"Ref": "Open"}],
            [branches("IsArm", ARM, X86), branches("IsArm", ARM, X86)],
            [],
        ),
        # Against the function once, not a second time against each other.
        (ARM64, [X86, ARM], [0]),
        (X86_64, [X86, ARM], [1]),
        (ARM64, [X86, X86], [0, 1]),
    ],
)
def test_layers_that_contradict_each_other(
    tmp_path: Path, architectures: Any, layers: Any, wrong: list[int]
) -> None:
    function = {"Architectures": architectures, "Layers": layers}
    found = found_by_path(tmp_path, layered(function))
    assert list(found) == [f"Resources/Fn/Properties/Layers/{n}" for n in wrong]


# -- SAM -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "wrong"),
    [
        (built_by_sam("x86_64"), [ITEM]),
        (built_by_sam("arm64"), []),
        # What is built is in the layer, whatever it declares.
        (built_by_sam("arm64", CompatibleArchitectures=["x86_64"]), [DECLARED]),
        (built_by_sam("x86_64", CompatibleArchitectures=["arm64"]), [ITEM, DECLARED]),
        # Without an architecture, `sam build` builds for x86_64, if it builds at all.
        (built_by_sam(None, "python3.13"), [ITEM]),
        (
            built_by_sam(None, "python3.13", CompatibleArchitectures=["arm64"]),
            [ITEM, DECLARED],
        ),
        (built_by_sam(None, CompatibleArchitectures=["arm64"]), []),
        # A library without binaries is declared for both and built for one.
        (
            built_by_sam(
                None, "python3.13", CompatibleArchitectures=["arm64", "x86_64"]
            ),
            [],
        ),
        (built_by_sam("risc", "makefile", CompatibleArchitectures=["arm64"]), []),
        (built_by_sam(["x86_64"], "makefile"), []),
        # What is uploaded already is not built.
        (layer_for(["arm64"], Metadata={"BuildMethod": "python3.13"}), []),
    ],
    ids=str,
)
def test_a_layer_that_sam_builds(
    tmp_path: Path, layer: dict[str, Any], wrong: list[str]
) -> None:
    function = {"Architectures": ARM64, "Layers": [{"Ref": "Layer"}]}
    found = found_by_path(tmp_path, serverless_with(function, {"Layer": layer}))
    assert sorted(found) == sorted(wrong)


@pytest.mark.parametrize(
    ("section", "function", "names"),
    [
        ({"Architectures": ARM64, "Layers": [X86]}, {}, ["Datadog-Extension"]),
        ({"Architectures": ARM64}, {"Layers": [X86]}, ["Datadog-Extension"]),
        ({"Layers": [X86]}, {"Architectures": ARM64}, ["Datadog-Extension"]),
        # A function's own architecture replaces that of Globals.
        (
            {"Architectures": ["x86_64"], "Layers": [X86]},
            {"Architectures": ARM64},
            ["Datadog-Extension"],
        ),
        ({"Architectures": ["x86_64"]}, {"Architectures": ARM64, "Layers": [ARM]}, []),
        ({"Architectures": ARM64}, {"Architectures": ARM64, "Layers": [ARM]}, []),
        ({"Architectures": ARM64, "Layers": [ARM]}, {"Layers": [EITHER]}, []),
        # Layers concatenate.
        (
            {"Architectures": ARM64, "Layers": [X86]},
            {"Layers": [ARM]},
            ["Datadog-Extension"],
        ),
        (
            {"Architectures": ARM64, "Layers": [ARM]},
            {"Layers": [X86]},
            ["Datadog-Extension"],
        ),
    ],
)
def test_globals(
    tmp_path: Path, section: Properties, function: Properties, names: list[str]
) -> None:
    template = serverless_with(function, Globals={"Function": section})
    found = found_by_path(tmp_path, template)
    assert [message.split()[1] for message in found.values()] == names


# -- what is broken ------------------------------------------------------------------

MALFORMED: list[Any] = [
    [None],
    [[[]]],
    [{}],
    [{"a": "b"}],
    {"Fn::If": []},
    [{"Fn::If": ["Missing", "a"]}],
    {"Ref": "Fn"},
    {"Fn::GetAtt": "Missing.Arn"},
    {"Fn::Split": [7]},
]


@pytest.mark.parametrize("node", [*MALFORMED, None, 7, "x86_64", {}], ids=str)
def test_malformed_layers_are_silent(tmp_path: Path, node: Any) -> None:
    assert not found_by_path(
        tmp_path, layered({"Architectures": ARM64, "Layers": node})
    )


@pytest.mark.parametrize("node", [*MALFORMED, 7, "arm", ["arm"], []], ids=str)
def test_malformed_architectures_are_silent(tmp_path: Path, node: Any) -> None:
    function = {"Architectures": node, "Layers": [ARM]}
    assert not found_by_path(tmp_path, layered(function))


@pytest.mark.parametrize(
    "arn",
    [
        "Datadog-Extension",
        "arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension",
        "arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension:7:x",
        "arn:aws:lambda:eu-west-1:464622532012:function:Datadog-Extension:7",
        "arn:aws:lambda:eu-west-1::layer:Datadog-Extension:7",
        "arn:aws:lambda:eu-west-1:464622532012:layer::7",
        {"Fn::Sub": "arn:aws:lambda:eu-west-1:464622532012:layer:${Open}:7"},
        {"Fn::Sub": "arn:aws:lambda:eu-west-1:${Open}:layer:Datadog-Extension:7"},
    ],
    ids=str,
)
def test_what_is_no_arn_of_a_known_layer(tmp_path: Path, arn: Any) -> None:
    assert not found_by_path(
        tmp_path, layered({"Architectures": ARM64, "Layers": [arn]})
    )


@pytest.mark.parametrize("declared", [[], {"Ref": "AWS::NoValue"}, [""]])
def test_a_layer_that_declares_no_architecture_may_run_on_each(
    tmp_path: Path, declared: Any
) -> None:
    function = {"Architectures": ARM64, "Layers": [{"Ref": "Layer"}]}
    template = layered(function)
    template["Resources"]["Layer"] = layer_for(declared)
    assert found_by_path(tmp_path, template) == {}


def test_what_a_layer_declares_may_be_unknown_where_sam_builds_it(
    tmp_path: Path,
) -> None:
    layer = resource(
        "Serverless::LayerVersion",
        ContentUri="layer/",
        CompatibleArchitectures=[{"Ref": "Arch"}],
    )
    layer["Metadata"] = {"BuildMethod": "makefile", "BuildArchitecture": "arm64"}
    template = sam(
        {"Layers": [{"Ref": "Layer"}]},
        Resources={"Layer": layer},
        Parameters={"Arch": parameter()},
    )
    matches = lint_template(tmp_path, template)
    assert {"E0002", "W9820"}.isdisjoint(match.rule.id for match in matches)


def test_a_parameter_may_hold_the_layers(tmp_path: Path) -> None:
    layers = f"{EXTENSION}-ARM:1,{EXTENSION}:1"
    template = stack(
        {"Architectures": ["arm64"], "Layers": {"Ref": "Layers"}},
        Parameters={"Layers": {"Type": "CommaDelimitedList", "Default": layers}},
    )
    (message,) = messages(lint_template(tmp_path, template), "W9820")
    assert message.startswith("Layer Datadog-Extension runs on x86_64 only")


def test_the_layers_that_a_parameter_holds_may_contradict_each_other(
    tmp_path: Path,
) -> None:
    held = {"Type": "CommaDelimitedList", "Default": f"{EXTENSION}-ARM:1,{EXTENSION}:1"}
    template = layered(
        {"Architectures": [{"Ref": "Open"}], "Layers": {"Ref": "Held"}},
        Parameters={"Held": held},
    )
    assert list(found_by_path(tmp_path, template)) == ["Resources/Fn/Properties/Layers"]


@pytest.mark.parametrize(
    "layers", [[X86, UNKNOWN], [UNKNOWN, ARM], [X86, UNKNOWN, ARM]]
)
def test_a_layer_of_which_nothing_is_known_contradicts_none(
    layers: list[Any], tmp_path: Path
) -> None:
    template = layered({"Architectures": [{"Ref": "Open"}], "Layers": layers})
    expected = ["Resources/Fn/Properties/Layers/2"] if len(layers) > 2 else []
    assert list(found_by_path(tmp_path, template)) == expected


@pytest.mark.parametrize(
    "layer",
    [
        {"Fn::FindInMap": ["Layers", {"Ref": "Open"}, "arn"]},
        {"Fn::FindInMap": ["Layers", {"Fn::ImportValue": "key"}, "arn"]},
        {"Fn::Select": [{"Ref": "Open"}, [X86, ARM]]},
        {"Fn::If": ["Missing", X86, ARM]},
        branches("IsArm", ARM, X86),
    ],
    ids=str,
)
def test_what_one_place_may_name_are_no_layers_beside_each_other(
    layer: Any, tmp_path: Path
) -> None:
    mapping = {"one": {"arn": f"{EXTENSION}:1"}, "other": {"arn": f"{EXTENSION}-ARM:1"}}
    template = layered(
        {"Architectures": [{"Ref": "Open"}], "Layers": [layer]},
        Mappings={"Layers": mapping},
    )
    assert not found_by_path(tmp_path, template)
