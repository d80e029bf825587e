"""What a nested template does with the function that it is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.building import ARN, FN, resource, stack, versioned
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


@pytest.mark.parametrize(
    ("value", "inner", "is_reported"),
    [
        # A target takes a name where the name is passed, and an ARN where that is.
        (FN, PASSED, True),
        (ARN, PASSED, True),
        ({"Fn::Sub": "${Orders.Arn}:$LATEST"}, PASSED, True),
        (FN, {"Fn::Sub": "${Orders}:$LATEST"}, True),
        (FN, {"Fn::Sub": "${Orders}:live"}, False),
        (FN, {"Fn::Sub": "${Orders}-other"}, False),
        (ARN, {"Fn::Select": [6, {"Fn::Split": [":", PASSED]}]}, True),
        (FN, {"Fn::Select": [6, {"Fn::Split": [":", PASSED]}]}, False),
    ],
)
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AWS::CloudFormation::Stack", "TemplateURL"),
        ("AWS::Serverless::Application", "Location"),
    ],
)
def test_a_local_nested_template_is_given_what_is_passed(
    tmp_path: Path, kind: str, name: str, value: Json, inner: Json, is_reported: bool
) -> None:
    mapping = resource(
        "Lambda::EventSourceMapping",
        FunctionName=inner,
        EventSourceArn="arn:aws:sqs:us-east-1:123456789012:orders",
    )
    nested = {
        "Parameters": {"Orders": {"Type": "String"}},
        "Resources": {"Mapping": mapping},
    }
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "nested.json").write_text(json.dumps(nested))
    location = {name: "inner/nested.json"}
    stack = resource(kind, Parameters={"Orders": value}, **location)
    template = {**versioned(Nested=stack), "Transform": "AWS::Serverless-2016-10-31"}
    assert len(_found(tmp_path, template)) == is_reported


def test_a_file_of_a_nested_template_lies_beside_that(tmp_path: Path) -> None:
    states = {"A": {"Type": "Task", "Resource": "${Orders}"}}
    machine = resource(
        "Serverless::StateMachine",
        DefinitionUri="machine.json",
        DefinitionSubstitutions={"Orders": "arn:aws:sns:us-east-1:123456789012:other"},
    )
    nested = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Orders": {"Type": "String"}},
        "Resources": {"Machine": machine},
    }
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "nested.json").write_text(json.dumps(nested))
    stack = resource(
        "CloudFormation::Stack",
        Parameters={"Orders": ARN},
        TemplateURL="inner/nested.json",
    )
    template = versioned(Nested=stack)
    # What cannot be read may invoke it.
    assert len(_found(tmp_path, template)) == 1
    definition = json.dumps({"StartAt": "A", "States": states})
    (tmp_path / "inner" / "machine.json").write_text(definition)
    assert _found(tmp_path, template) == []
    # One file that is read does not speak for another.
    nested["Resources"] = {
        "Lost": resource("Serverless::StateMachine", DefinitionUri="lost.json"),
        "Machine": machine,
    }
    (tmp_path / "inner" / "nested.json").write_text(json.dumps(nested))
    assert len(_found(tmp_path, template)) == 1


def test_an_application_of_a_repository_is_no_file(tmp_path: Path) -> None:
    location = {
        "ApplicationId": "arn:aws:serverlessrepo:us-east-1:123456789012:applications/a",
        "SemanticVersion": "1.0.0",
    }
    nested = resource(
        "Serverless::Application", Parameters={"Orders": ARN}, Location=location
    )
    template = {**versioned(Nested=nested), "Transform": "AWS::Serverless-2016-10-31"}
    assert _found(tmp_path, template) == [
        "Resources/Nested/Properties/Parameters/Orders"
    ]
