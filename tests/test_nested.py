"""What a nested template does with the function that it is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.building import ARN, resource, stack, versioned
from tests.linting import lint_template, paths

RULE = "I9813"

Json = Any


def _found(folder: Path, template: Json) -> list[str]:
    return paths(lint_template(folder, template), RULE)


PASSED: Json = {"Ref": "Orders"}
NESTED: dict[str, tuple[Json, bool]] = {
    "a grant of every qualifier": (
        {"Place": resource("SSM::Parameter", Value="a")},
        False,
    ),
    "a target": (
        {"Place": resource("Events::Rule", Targets=[{"Id": "a", "Arn": PASSED}])},
        True,
    ),
    "a target through an alias": (
        {
            "Place": resource(
                "Events::Rule",
                Targets=[{"Id": "a", "Arn": {"Fn::Sub": "${Orders}:live"}}],
            )
        },
        False,
    ),
    "an exit": ({"Place": resource("SSM::Parameter", Value=PASSED)}, True),
    "a file that cannot be read": (
        {"Place": resource("Serverless::StateMachine", DefinitionUri="missing.json")},
        True,
    ),
}


@pytest.mark.parametrize("name", NESTED)
def test_a_local_nested_template_decides(tmp_path: Path, name: str) -> None:
    resources, is_reported = NESTED[name]
    nested = {"Parameters": {"Orders": {"Type": "String"}}, "Resources": resources}
    (tmp_path / "nested.json").write_text(json.dumps(nested))
    stack = resource(
        "CloudFormation::Stack",
        Parameters={"Orders": ARN},
        TemplateURL="nested.json",
    )
    found = _found(tmp_path, versioned(Nested=stack))
    assert found == ["Resources/Nested/Properties/Parameters/Orders"] * is_reported


@pytest.mark.parametrize(
    ("more", "is_reported"),
    [
        ({"Outputs": {"A": {"Value": PASSED}}}, True),
        ({"Outputs": {"A": {"Value": "a"}}}, False),
        ({"Outputs": ["a"], "Resources": [1]}, False),
        ({"Transform": "Unknown"}, True),
        ({"Globals": {"Function": {}}}, True),
        ({"Parameters": None}, True),
        ({"Parameters": {"Another": {"Type": "String"}}}, True),
    ],
)
def test_the_sections_of_a_local_nested_template(
    tmp_path: Path, more: Json, is_reported: bool
) -> None:
    nested = {"Parameters": {"Orders": {"Type": "String"}}, "Resources": {}, **more}
    (tmp_path / "nested.json").write_text(json.dumps(nested))
    application = resource(
        "CloudFormation::Stack",
        Parameters={"Orders": ARN},
        TemplateURL="nested.json",
    )
    assert len(_found(tmp_path, versioned(Nested=application))) == is_reported


@pytest.mark.parametrize("output", [None, "text", {}, {"Description": "none"}])
def test_a_malformed_output_of_a_nested_template_is_nothing(
    output: Any, tmp_path: Path
) -> None:
    nested = {
        "Parameters": {"Orders": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"A": output},
    }
    (tmp_path / "nested.json").write_text(json.dumps(nested))
    stack_ = resource(
        "CloudFormation::Stack", TemplateURL="nested.json", Parameters={"Orders": ARN}
    )
    matches = lint_template(tmp_path, stack({}, Resources={"Nested": stack_}))
    assert {"E0002", "I9813"}.isdisjoint(match.rule.id for match in matches)
