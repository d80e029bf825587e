"""I9821: layers that declare nothing and are shared by both architectures."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.layered import ARCH, ARM64, X86_64, branches, layer_for, layered
from tests.linting import lint_template, paths

IS_X86 = {"IsX86": {"Fn::Not": [{"Condition": "IsArm"}]}}


@pytest.mark.parametrize(
    ("one", "other", "conditions", "is_shared"),
    [
        (ARM64, X86_64, ("", ""), True),
        (ARM64, ARM64, ("", ""), False),
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


def test_what_is_no_layer_of_the_stack_declares_nothing(tmp_path: Path) -> None:
    """A custom resource may look up a layer for each architecture."""
    template = layered({}, Resources={"Layer": {"Type": "Custom::Layer"}})
    resources = template["Resources"]
    function = resources.pop("Fn")
    for name, architectures in (("A", ARM64), ("B", X86_64)):
        resources[name] = deepcopy(function)
        layer = {"Fn::GetAtt": ["Layer", "Arn"]}
        resources[name]["Properties"] |= {
            "Architectures": architectures,
            "Layers": [layer],
        }
    assert paths(lint_template(tmp_path, template), "I9821") == []
    resources["Layer"] = layer_for()
    assert paths(lint_template(tmp_path, template), "I9821") == ["Resources/Layer"]
