"""W9820: what is said of layers that cannot run on their function's architecture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.building import CHOICE, parameter, stack
from tests.layered import (
    ARM,
    ARM64,
    DECLARED,
    EXTENSION,
    ITEM,
    X86,
    branches,
    built_by_sam,
    found_by_path,
    layer_for,
    layered,
    published_layer,
    serverless_with,
)
from tests.linting import lint_template, messages

# -- one function, one layer ---------------------------------------------------------


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
    layer = published_layer(name, account)
    function = {"Architectures": [architecture], "Layers": [layer]}
    (message,) = found_by_path(tmp_path, layered(function)).values()
    assert name in message
    assert twin in message
    assert f"Fn is {architecture}" in message


# -- scenario by scenario ------------------------------------------------------------


def test_what_always_holds_says_no_case(tmp_path: Path) -> None:
    function = {"Architectures": ARM64, "Layers": [branches("IsProd", X86, X86)]}
    found = found_by_path(tmp_path, layered(function))
    assert sorted(found) == [f"{ITEM}/Fn::If/1", f"{ITEM}/Fn::If/2"]
    plain = found_by_path(tmp_path, layered({"Architectures": ARM64, "Layers": [X86]}))
    assert " when " not in plain[ITEM]


@pytest.mark.parametrize(
    ("regions", "found"),
    [
        # By region, the function's architecture and the layer.
        ({"a": ("arm64", ""), "b": ("arm64", "")}, {"arm64": []}),
        (
            {"a": ("arm64", ""), "b": ("arm64", ""), "c": ("arm64", "-ARM")},
            {"arm64": ["a", "b"]},
        ),
        (
            {"a": ("arm64", ""), "b": ("arm64", ""), "c": ("x86_64", "-ARM")},
            {"arm64": ["a", "b"], "x86_64": ["c"]},
        ),
    ],
)
def test_the_cases_of_one_place_are_told_unless_they_are_all(
    regions: dict[str, tuple[str, str]], found: dict[str, list[str]], tmp_path: Path
) -> None:
    mapping = {
        f"eu-{region}-1": {"cpu": cpu, "layer": f"{EXTENSION}{suffix}:1"}
        for region, (cpu, suffix) in regions.items()
    }
    chosen: list[Any] = ["Regions", {"Ref": "AWS::Region"}]
    template = layered(
        {
            "Architectures": [{"Fn::FindInMap": [*chosen, "cpu"]}],
            "Layers": [{"Fn::FindInMap": [*chosen, "layer"]}],
        },
        Mappings={"Regions": mapping},
    )
    told = {
        message.partition(" but Fn is ")[2].split()[0].rstrip(":"): [
            region for region in regions if f"eu-{region}-1" in message
        ]
        for message in messages(lint_template(tmp_path, template), "W9820")
    }
    assert told == found


# -- SAM -----------------------------------------------------------------------------


def test_a_layer_that_contradicts_itself_in_one_case(tmp_path: Path) -> None:
    declared = branches("IsProd", ["arm64"], ["x86_64"])
    layer = built_by_sam("x86_64", "makefile", CompatibleArchitectures=declared)
    template = serverless_with(
        {"Architectures": ["x86_64"]},
        {"Layer": layer},
        Parameters={"Stage": {"Type": "String"}},
        Conditions={"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    )
    ((path, message),) = found_by_path(tmp_path, template).items()
    assert path == f"{DECLARED}/Fn::If/1"
    assert "SAM builds layer Layer for x86_64, but it declares arm64 only" in message
    assert "when IsProd is true" in message
    assert "BuildArchitecture" in message


def test_a_layer_that_contradicts_itself_in_every_case_or_none(tmp_path: Path) -> None:
    layer = built_by_sam("x86_64", "makefile", CompatibleArchitectures=["arm64"])
    (message,) = found_by_path(tmp_path, serverless_with({}, {"Layer": layer})).values()
    assert " when" not in message
    # The branch of a condition that never holds is not what the layer declares.
    declared = branches("Never", ["arm64"], ["x86_64"])
    layer = built_by_sam("x86_64", "makefile", CompatibleArchitectures=declared)
    conditions = {"Never": {"Fn::Equals": ["a", "b"]}}
    template = serverless_with({}, {"Layer": layer}, Conditions=conditions)
    assert found_by_path(tmp_path, template) == {}
    # Nor is that of a condition under which the layer is not there.
    stage = {"Ref": "Stage"}
    template = serverless_with(
        {},
        {"Layer": {**layer, "Condition": "Always"}},
        Parameters={"Stage": {"Type": "String"}},
        Conditions={
            name: {"Fn::Equals": [stage, name]} for name in ("Never", "Always")
        },
    )
    assert found_by_path(tmp_path, template) == {}


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
    template = layered({"Architectures": [{"Ref": "Open"}], "Layers": layers})
    template["Resources"]["Layer"] = layer_for(["arm64"])
    (message,) = found_by_path(tmp_path, template).values()
    assert words in message


def test_of_two_layers_one_may_be_there_in_one_case_only(tmp_path: Path) -> None:
    layers = [branches("IsProd", X86, {"Ref": "AWS::NoValue"}), ARM]
    template = layered({"Architectures": [{"Ref": "Open"}], "Layers": layers})
    (message,) = found_by_path(tmp_path, template).values()
    assert "run on different architectures when IsProd is true:" in message


def test_a_construct_names_the_function(tmp_path: Path) -> None:
    template = layered({"Architectures": ARM64, "Layers": [X86]})
    template["Resources"]["Fn"]["Metadata"] = {"aws:cdk:path": "Shop/Orders/Resource"}
    (message,) = found_by_path(tmp_path, template).values()
    assert "but Orders (Fn) is arm64" in message


def test_only_known_binaries_fail_to_start(tmp_path: Path) -> None:
    """A layer of Python files that declares one architecture breaks nothing."""
    known = found_by_path(tmp_path, layered({"Architectures": ARM64, "Layers": [X86]}))
    assert "'exec format error'" in known[ITEM]
    # A library is loaded, not started.
    pandas = "arn:aws:lambda:us-east-1:336392948345:layer:AWSSDKPandas-Python312:1"
    library = found_by_path(
        tmp_path, layered({"Architectures": ARM64, "Layers": [pandas]})
    )
    assert "exec format error" not in library[ITEM]
    function = {"Architectures": ARM64, "Layers": [{"Ref": "Layer"}]}
    template = layered(function)
    template["Resources"]["Layer"] = layer_for(["x86_64"])
    declared = found_by_path(tmp_path, template)
    assert "exec format error" not in declared[ITEM]
    assert "binaries in it do not run" in declared[ITEM]


def test_a_layer_that_is_wrong_in_two_ways_says_when_in_which(tmp_path: Path) -> None:
    template = stack(
        {
            "Architectures": [{"Ref": "Arch"}],
            "Layers": [{"Fn::FindInMap": ["Twins", {"Ref": "Arch"}, "layer"]}],
        },
        Parameters={"Arch": parameter(AllowedValues=["arm64", "x86-64"])},
        Mappings={
            "Twins": {"arm64": {"layer": f"{EXTENSION}:1"}, "x86-64": {"layer": "x"}}
        },
    )
    template["Parameters"]["Arch"]["AllowedValues"] = ["arm64", "x86_64"]
    template["Mappings"]["Twins"]["x86_64"] = {"layer": f"{EXTENSION}-ARM:1"}
    found = messages(lint_template(tmp_path, template), "W9820")
    assert found
    assert all("Arch is" in message for message in found)


@pytest.mark.parametrize(
    ("architecture", "when"),
    [
        ("arm64", ""),
        ({"Fn::If": ["IsProd", "arm64", "x86_64"]}, " when IsProd is true"),
    ],
)
def test_a_layer_that_is_right_in_one_case_is_wrong_in_the_other(
    architecture: Any, when: str, tmp_path: Path
) -> None:
    template = stack(
        {"Architectures": [architecture], "Layers": [f"{EXTENSION}:1"]}, **CHOICE
    )
    (message,) = messages(lint_template(tmp_path, template), "W9820")
    assert f"but Orders is arm64{when}:" in message
