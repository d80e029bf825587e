"""Layers that cannot run on their function's architecture (W9820)."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.linting import FUNCTION, lint_template, messages, paths

Properties = Mapping[str, Any]

NO_VALUE = {"Ref": "AWS::NoValue"}
ITEM = "Resources/Fn/Properties/Layers/0"
DECLARED = "Resources/Layer/Properties/CompatibleArchitectures"

# As each `cdk synth` writes it, of another parameter.
BOOTSTRAP = {
    "CheckBootstrapVersion": {
        "Assertions": [
            {"Assert": {"Fn::Not": [{"Fn::Contains": [["1", "2"], {"Ref": "Open"}]}]}}
        ]
    }
}


def _published(name: str, account: str = "464622532012") -> dict[str, Any]:
    return {"Fn::Sub": f"arn:aws:lambda:${{AWS::Region}}:{account}:layer:{name}:7"}


X86 = _published("Datadog-Extension")
ARM = _published("Datadog-Extension-ARM")
EITHER = _published("Datadog-Node22-x")
UNKNOWN = _published("acme-arm64", "123456789012")
ARM64 = ["arm64"]
X86_64 = ["x86_64"]
ARCH = {"Type": "String", "AllowedValues": ["arm64", "x86_64"]}
IS_ARM = {"IsArm": {"Fn::Equals": [{"Ref": "Arch"}, "arm64"]}}


def _layer(architectures: Any = None, **more: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {"Content": {"S3Bucket": "b", "S3Key": "k"}}
    if architectures is not None:
        properties["CompatibleArchitectures"] = architectures
    return {"Type": "AWS::Lambda::LayerVersion", "Properties": properties, **more}


def _template(function: Properties, **more: Any) -> dict[str, Any]:
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


def _found(
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
    ],
    ids=str,
)
def test_a_published_layer(
    tmp_path: Path, architectures: Any, layer: Any, is_wrong: bool
) -> None:
    function = {"Architectures": architectures, "Layers": [layer]}
    if architectures is None:
        del function["Architectures"]
    found = _found(tmp_path, _template(function))
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
    found = _found(tmp_path, _template({"Architectures": ARM64, "Layers": [layer]}))
    assert list(found) == [ITEM]
    assert "use Datadog-Extension-ARM" in found[ITEM]


@pytest.mark.parametrize(
    ("name", "account", "architecture", "twin"),
    [
        ("LambdaInsightsExtension", "580247275435", "arm64", "-Arm64"),
        ("AWSLambdaPowertoolsPythonV2-Arm64", "017000801446", "x86_64", "PythonV2"),
        ("Datadog-Extension-ARM-FIPS", "464622532012", "x86_64", "Extension-FIPS"),
        ("Datadog-Python312", "464622532012", "arm64", "Datadog-Python312-ARM"),
        ("NewRelicPython312", "451483290750", "arm64", "NewRelicPython312ARM64"),
        ("arm-php-84", "534081306603", "x86_64", "use php-84"),
    ],
)
def test_the_twin_is_named(
    tmp_path: Path, name: str, account: str, architecture: str, twin: str
) -> None:
    layer = _published(name, account)
    function = {"Architectures": [architecture], "Layers": [layer]}
    (message,) = _found(tmp_path, _template(function)).values()
    assert name in message
    assert twin in message
    assert f"Fn is {architecture}" in message


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
    template = _template(
        {"Architectures": ARM64, "Layers": [reference]},
        Resources={"Layer": _layer(declared)},
    )
    assert list(_found(tmp_path, template)) == [ITEM] * is_wrong


def test_an_image_has_no_layers(tmp_path: Path) -> None:
    function = {"Architectures": ARM64, "Layers": [X86], "PackageType": "Image"}
    assert not _found(tmp_path, _template(function))


# -- scenario by scenario ------------------------------------------------------------


def _if(condition: str, yes: Any, no: Any) -> dict[str, Any]:
    return {"Fn::If": [condition, yes, no]}


@pytest.mark.parametrize(
    ("architectures", "layers", "wrong"),
    [
        # The pair is right, the crossed pair is wrong.
        ([_if("IsArm", "arm64", "x86_64")], [_if("IsArm", ARM, X86)], {}),
        (
            [_if("IsArm", "arm64", "x86_64")],
            [_if("IsArm", X86, ARM)],
            {
                f"{ITEM}/Fn::If/1": "when IsArm is true",
                f"{ITEM}/Fn::If/2": "when IsArm is false",
            },
        ),
        # Conditions on the whole list.
        (_if("IsArm", ARM64, X86_64), _if("IsArm", [ARM], [X86]), {}),
        (
            _if("IsArm", ARM64, X86_64),
            _if("IsArm", [EITHER, X86], [X86]),
            {"Resources/Fn/Properties/Layers/Fn::If/1/1": "when IsArm is true"},
        ),
        # A condition on one side only.
        ([_if("IsArm", "arm64", "x86_64")], [X86], {ITEM: "when IsArm is true"}),
        (ARM64, [_if("IsArm", ARM, X86)], {f"{ITEM}/Fn::If/2": "when IsArm is false"}),
        (ARM64, [_if("IsArm", ARM, NO_VALUE)], {}),
        (_if("IsArm", ARM64, NO_VALUE), [_if("IsArm", ARM, X86)], {}),
        (_if("IsArm", ARM64, NO_VALUE), [ARM], {ITEM: "when IsArm is false"}),
        # Nested.
        (
            [_if("IsArm", "arm64", "x86_64")],
            [_if("IsProd", _if("IsArm", ARM, X86), _if("IsArm", X86, X86))],
            {f"{ITEM}/Fn::If/2/Fn::If/1": "IsArm is true"},
        ),
        # Two conditions that never hold together.
        (
            [_if("IsProd", "arm64", "x86_64")],
            [_if("IsDev", X86, _if("IsProd", ARM, X86))],
            {},
        ),
        # A parameter decides the condition.
        ([{"Ref": "Arch"}], [_if("IsArm", ARM, X86)], {}),
        (
            [{"Ref": "Arch"}],
            [_if("IsArm", X86, ARM)],
            {f"{ITEM}/Fn::If/1": "IsArm is true", f"{ITEM}/Fn::If/2": "x86_64"},
        ),
        ([{"Ref": "Arch"}], [X86], {ITEM: "when Arch is arm64"}),
    ],
)
def test_scenarios(
    tmp_path: Path, architectures: Any, layers: Any, wrong: dict[str, str]
) -> None:
    function = {"Architectures": architectures, "Layers": layers}
    found = _found(tmp_path, _template(function))
    assert sorted(found) == sorted(wrong)
    for path, words in wrong.items():
        assert words in found[path]


def test_what_always_holds_says_no_case(tmp_path: Path) -> None:
    function = {"Architectures": ARM64, "Layers": [_if("IsProd", X86, X86)]}
    found = _found(tmp_path, _template(function))
    assert sorted(found) == [f"{ITEM}/Fn::If/1", f"{ITEM}/Fn::If/2"]
    plain = _found(tmp_path, _template({"Architectures": ARM64, "Layers": [X86]}))
    assert " when " not in plain[ITEM]


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
    found = _found(tmp_path, {**_template(function), **rules}, *arguments)
    assert list(found) == [ITEM] * is_wrong


@pytest.mark.parametrize("rules", [{}, {"Rules": BOOTSTRAP}], ids=["", "Rules"])
@pytest.mark.parametrize(("default", "is_wrong"), [("arm64", True), ("x86_64", False)])
def test_a_default(
    tmp_path: Path, default: str, is_wrong: bool, rules: dict[str, Any]
) -> None:
    template = _template(
        {"Architectures": [{"Ref": "Chosen"}], "Layers": [X86]},
        Parameters={"Chosen": {"Type": "String", "Default": default}},
        **rules,
    )
    assert list(_found(tmp_path, template)) == [ITEM] * is_wrong


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
    template = _template(
        {
            "Architectures": [
                {"Fn::FindInMap": ["Cpu", {"Ref": "Cpu"}, "architecture"]}
            ],
            "Layers": [{"Fn::FindInMap": ["Cpu", {"Ref": "Cpu"}, "layer"]}],
        },
        Parameters={"Cpu": {"Type": "String", "AllowedValues": ["arm", "x86"]}},
        Mappings={"Cpu": mapping},
    )
    found = _found(tmp_path, template)
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
    template = _template(
        {
            "Architectures": ARM64,
            "Layers": [{"Fn::FindInMap": ["Layers", {"Ref": "AWS::Region"}, "layer"]}],
        },
        Mappings={"Layers": mapping},
        **rules,
    )
    found = _found(tmp_path, template)
    assert list(found) == [ITEM]
    assert "when AWS::Region is us-east-1" in found[ITEM]


def test_a_layer_under_a_condition(tmp_path: Path) -> None:
    def template(condition: str) -> dict[str, Any]:
        return _template(
            {
                "Architectures": [_if("IsArm", "arm64", "x86_64")],
                "Layers": [_if("IsArm", {"Ref": "Arm"}, {"Ref": "X86"})],
            },
            Resources={
                "Arm": _layer(ARM64, Condition=condition),
                "X86": _layer(X86_64),
            },
        )

    assert not _found(tmp_path, template("IsArm"))
    assert not _found(tmp_path, template("IsProd"))


def test_a_function_under_a_condition(tmp_path: Path) -> None:
    template = _template({"Layers": [_if("IsArm", ARM, X86)]})
    assert list(_found(tmp_path, template)) == [f"{ITEM}/Fn::If/1"]
    template["Conditions"]["IsX86"] = {"Fn::Not": [{"Condition": "IsArm"}]}
    template["Resources"]["Fn"]["Condition"] = "IsX86"
    assert not _found(tmp_path, template)


# -- layers that say nothing ---------------------------------------------------------

IS_X86 = {"IsX86": {"Fn::Not": [{"Condition": "IsArm"}]}}


@pytest.mark.parametrize(
    ("one", "other", "conditions", "is_shared"),
    [
        (ARM64, X86_64, ("", ""), True),
        (ARM64, ARM64, ("", ""), False),
        # One parameter moves both: no deployment has both architectures.
        ([{"Ref": "Arch"}], [{"Ref": "Arch"}], ("", ""), False),
        ([_if("IsArm", "arm64", "x86_64")], [{"Ref": "Arch"}], ("", ""), False),
        ([_if("IsArm", "arm64", "x86_64")], [{"Ref": "Chosen"}], ("", ""), True),
        # They never exist together.
        (ARM64, X86_64, ("IsArm", "IsX86"), False),
        (ARM64, X86_64, ("IsArm", "IsProd"), True),
        (ARM64, X86_64, ("IsProd", "IsDev"), False),
    ],
)
def test_a_layer_that_functions_of_both_architectures_share(
    tmp_path: Path,
    one: Any,
    other: Any,
    conditions: tuple[str, str],
    is_shared: bool,
) -> None:
    template = _template(
        {},
        Resources={"Layer": _layer()},
        Parameters={"Chosen": {**ARCH, "Default": "arm64"}},
    )
    template["Conditions"].update(IS_X86)
    resources = template["Resources"]
    function = resources.pop("Fn")
    for name, architectures, condition in zip(("A", "B"), (one, other), conditions):
        resources[name] = deepcopy(function)
        resources[name]["Properties"]["Architectures"] = architectures
        resources[name]["Properties"]["Layers"] = [{"Ref": "Layer"}]
        if condition:
            resources[name]["Condition"] = condition
    found = paths(lint_template(tmp_path, template), "I9821")
    assert found == ["Resources/Layer"] * is_shared


# -- layers beside each other --------------------------------------------------------


@pytest.mark.parametrize(
    ("architectures", "layers", "wrong"),
    [
        ([{"Ref": "Open"}], [X86, ARM], [1]),
        ([{"Ref": "Open"}], [X86, EITHER, X86], []),
        ([{"Ref": "Open"}], [_if("IsArm", ARM, X86), _if("IsArm", ARM, X86)], []),
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
    found = _found(tmp_path, _template(function))
    assert list(found) == [f"Resources/Fn/Properties/Layers/{n}" for n in wrong]


# -- SAM -----------------------------------------------------------------------------


def _serverless(
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


def _built(
    architecture: str | None, method: str | None = None, **properties: Any
) -> dict[str, Any]:
    metadata = {"BuildArchitecture": architecture, "BuildMethod": method}
    return {
        "Type": "AWS::Serverless::LayerVersion",
        "Metadata": {key: value for key, value in metadata.items() if value},
        "Properties": {"ContentUri": "s3://b/k", **properties},
    }


@pytest.mark.parametrize(
    ("layer", "wrong"),
    [
        (_built("x86_64"), [ITEM]),
        (_built("arm64"), []),
        # What is built is in the layer, whatever it declares.
        (_built("arm64", CompatibleArchitectures=["x86_64"]), [DECLARED]),
        (_built("x86_64", CompatibleArchitectures=["arm64"]), [ITEM, DECLARED]),
        # Without an architecture, `sam build` builds for x86_64, if it builds at all.
        (_built(None, "python3.13"), [ITEM]),
        (
            _built(None, "python3.13", CompatibleArchitectures=["arm64"]),
            [ITEM, DECLARED],
        ),
        (_built(None, CompatibleArchitectures=["arm64"]), []),
        # A library without binaries is declared for both and built for one.
        (_built(None, "python3.13", CompatibleArchitectures=["arm64", "x86_64"]), []),
        (_built("risc", "makefile", CompatibleArchitectures=["arm64"]), []),
    ],
    ids=str,
)
def test_a_layer_that_sam_builds(
    tmp_path: Path, layer: dict[str, Any], wrong: list[str]
) -> None:
    function = {"Architectures": ARM64, "Layers": [{"Ref": "Layer"}]}
    found = _found(tmp_path, _serverless(function, {"Layer": layer}))
    assert sorted(found) == sorted(wrong)


def test_a_layer_that_contradicts_itself_in_one_case(tmp_path: Path) -> None:
    declared = _if("IsProd", ["arm64"], ["x86_64"])
    layer = _built("x86_64", "makefile", CompatibleArchitectures=declared)
    template = _serverless(
        {"Architectures": ["x86_64"]},
        {"Layer": layer},
        Parameters={"Stage": {"Type": "String"}},
        Conditions={"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    )
    ((path, message),) = _found(tmp_path, template).items()
    assert path == f"{DECLARED}/Fn::If/1"
    assert "SAM builds layer Layer for x86_64, but it declares arm64 only" in message
    assert "when IsProd is true" in message
    assert "BuildArchitecture" in message


def test_a_layer_that_contradicts_itself_in_every_case_or_none(tmp_path: Path) -> None:
    layer = _built("x86_64", "makefile", CompatibleArchitectures=["arm64"])
    (message,) = _found(tmp_path, _serverless({}, {"Layer": layer})).values()
    assert " when" not in message
    # The branch of a condition that never holds is not what the layer declares.
    declared = _if("Never", ["arm64"], ["x86_64"])
    layer = _built("x86_64", "makefile", CompatibleArchitectures=declared)
    conditions = {"Never": {"Fn::Equals": ["a", "b"]}}
    template = _serverless({}, {"Layer": layer}, Conditions=conditions)
    assert _found(tmp_path, template) == {}
    # Nor is that of a condition under which the layer is not there.
    stage = {"Ref": "Stage"}
    template = _serverless(
        {},
        {"Layer": {**layer, "Condition": "Always"}},
        Parameters={"Stage": {"Type": "String"}},
        Conditions={
            name: {"Fn::Equals": [stage, name]} for name in ("Never", "Always")
        },
    )
    assert _found(tmp_path, template) == {}


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([X86, ARM], "one fails with 'exec format error'"),
        # Of a layer that only declares an architecture nobody knows what is in it.
        ([X86, {"Ref": "Layer"}], "binaries in one do not run"),
    ],
)
def test_of_two_layers_one_cannot_run(
    layers: list[Any], words: str, tmp_path: Path
) -> None:
    template = _template({"Architectures": [{"Ref": "Open"}], "Layers": layers})
    template["Resources"]["Layer"] = _layer(["arm64"])
    (message,) = _found(tmp_path, template).values()
    assert words in message


def test_a_construct_names_the_function(tmp_path: Path) -> None:
    template = _template({"Architectures": ARM64, "Layers": [X86]})
    template["Resources"]["Fn"]["Metadata"] = {"aws:cdk:path": "Shop/Orders/Resource"}
    (message,) = _found(tmp_path, template).values()
    assert "but Orders (Fn) is arm64" in message


def test_only_known_binaries_fail_to_start(tmp_path: Path) -> None:
    """A layer of Python files that declares one architecture breaks nothing."""
    known = _found(tmp_path, _template({"Architectures": ARM64, "Layers": [X86]}))
    assert "'exec format error'" in known[ITEM]
    # A library is loaded, not started.
    pandas = "arn:aws:lambda:us-east-1:336392948345:layer:AWSSDKPandas-Python312:1"
    library = _found(tmp_path, _template({"Architectures": ARM64, "Layers": [pandas]}))
    assert "exec format error" not in library[ITEM]
    function = {"Architectures": ARM64, "Layers": [{"Ref": "Layer"}]}
    template = _template(function)
    template["Resources"]["Layer"] = _layer(["x86_64"])
    declared = _found(tmp_path, template)
    assert "exec format error" not in declared[ITEM]
    assert "binaries in it do not run" in declared[ITEM]


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
    template = _serverless(function, Globals={"Function": section})
    found = _found(tmp_path, template)
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
    assert not _found(tmp_path, _template({"Architectures": ARM64, "Layers": node}))


@pytest.mark.parametrize("node", [*MALFORMED, 7, "arm", ["arm"], []], ids=str)
def test_malformed_architectures_are_silent(tmp_path: Path, node: Any) -> None:
    function = {"Architectures": node, "Layers": [ARM]}
    assert not _found(tmp_path, _template(function))


@pytest.mark.parametrize(
    "arn",
    [
        "Datadog-Extension",
        "arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension",
        "arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension:7:x",
        "arn:aws:lambda:eu-west-1:464622532012:function:Datadog-Extension:7",
        "arn:aws:lambda:eu-west-1::layer:Datadog-Extension:7",
        "arn:aws:lambda:eu-west-1:464622532012:layer::7",
    ],
)
def test_what_is_no_arn_of_a_layer(tmp_path: Path, arn: str) -> None:
    assert not _found(tmp_path, _template({"Architectures": ARM64, "Layers": [arn]}))


@pytest.mark.parametrize("declared", [[], {"Ref": "AWS::NoValue"}, [""]])
def test_a_layer_that_declares_no_architecture_may_run_on_each(
    tmp_path: Path, declared: Any
) -> None:
    function = {"Architectures": ARM64, "Layers": [{"Ref": "Layer"}]}
    template = _template(function)
    template["Resources"]["Layer"] = _layer(declared)
    assert _found(tmp_path, template) == {}
