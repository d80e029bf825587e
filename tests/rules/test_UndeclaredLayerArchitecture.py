"""I9821: layers that declare nothing and are shared by both architectures."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.layered import (
    ARCH,
    ARM64,
    X86_64,
    branches,
    layer_for,
    layered,
    published_layer,
)
from tests.linting import lint_template, paths

IS_X86 = {"IsX86": {"Fn::Not": [{"Condition": "IsArm"}]}}


@pytest.mark.parametrize(
    ("one", "other", "conditions", "is_shared"),
    [
        (ARM64, X86_64, ("", ""), True),
        (ARM64, ARM64, ("", ""), False),
        # One may be the other.
        ([{"Ref": "Open"}], X86_64, ("", ""), False),
        # One parameter moves both: no deployment has both architectures.
        ([{"Ref": "Arch"}], [{"Ref": "Arch"}], ("", ""), False),
        ([branches("IsArm", "arm64", "x86_64")], [{"Ref": "Arch"}], ("", ""), False),
        ([branches("IsArm", "arm64", "x86_64")], [{"Ref": "Chosen"}], ("", ""), True),
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
    template = layered(
        {},
        Resources={"Layer": layer_for()},
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


def _shared(layer: Any, **resources: Any) -> dict[str, Any]:
    """A template in which functions of both architectures have a layer."""
    template = layered({}, Resources=resources)
    function = template["Resources"].pop("Fn")
    for name, architectures in (("A", ARM64), ("B", X86_64)):
        template["Resources"][name] = deepcopy(function)
        template["Resources"][name]["Properties"] |= {
            "Architectures": architectures,
            "Layers": [layer],
        }
    return template


def test_what_is_no_layer_of_the_stack_declares_nothing(tmp_path: Path) -> None:
    """A custom resource may look up a layer for each architecture."""
    layer = {"Fn::GetAtt": ["Layer", "Arn"]}
    template = _shared(layer, Layer={"Type": "Custom::Layer"})
    assert paths(lint_template(tmp_path, template), "I9821") == []
    template["Resources"]["Layer"] = layer_for()
    assert paths(lint_template(tmp_path, template), "I9821") == ["Resources/Layer"]


@pytest.mark.parametrize(
    "layer",
    [published_layer("Datadog-Node22-x"), published_layer("tools", "123456789012")],
    ids=["known", "unknown"],
)
def test_a_published_layer_is_not_declared_in_the_stack(
    tmp_path: Path, layer: dict[str, Any]
) -> None:
    template = _shared(layer)
    assert paths(lint_template(tmp_path, template), "I9821") == []


@pytest.mark.parametrize(
    ("declared", "is_undeclared"),
    [
        (None, True),
        ({"Ref": "AWS::NoValue"}, True),
        (["arm64", "x86_64"], False),
        (["arm64"], False),
        # What is declared is not known here.
        ([{"Ref": "Open"}], False),
        ({"Fn::ImportValue": "architectures"}, False),
        ({"Fn::Split": [",", {"Ref": "Open"}]}, False),
    ],
    ids=str,
)
def test_whether_a_layer_declares_anything(
    declared: Any, is_undeclared: bool, tmp_path: Path
) -> None:
    template = _shared({"Ref": "Layer"}, Layer=layer_for(declared))
    found = paths(lint_template(tmp_path, template), "I9821")
    assert found == ["Resources/Layer"] * is_undeclared
