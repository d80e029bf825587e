"""Versions that nothing ever replaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.building import Template_, resource
from tests.inputs import frozen_in, with_version
from tests.linting import lint_template, messages, paths

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
    "pinned-secure": {"Description": "{{resolve:ssm-secure:/build:3}}"},
    "mapping": {"Description": {"Fn::FindInMap": ["M", {"Ref": "Limited"}, "k"]}},
    "if": {"Description": {"Fn::If": ["IsOne", "one", "two"]}},
    "function": {"Description": {"Fn::Sub": "of ${Orders}"}},
}


@pytest.mark.parametrize("properties", FROZEN.values(), ids=FROZEN)
def test_nothing_replaces_it(properties: Template_, tmp_path: Path) -> None:
    template = with_version(**properties)
    template["Mappings"] = {"M": {"1": {"k": "one"}, "2": {"k": "two"}}}
    template["Conditions"] = {"IsOne": {"Fn::Equals": [{"Ref": "Limited"}, "1"]}}
    assert frozen_in(tmp_path, template) == ["OrdersVersion"]


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
    "reference-secure": {"Description": "{{resolve:ssm-secure:/build}}"},
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
    template = with_version(**properties)
    template["Resources"]["Build"] = resource("CloudFormation::CustomResource")
    template["Parameters"]["Limited"]["Default"] = "1"
    template["Conditions"] = {"IsOne": {"Fn::Equals": [{"Ref": "Limited"}, "1"]}}
    assert frozen_in(tmp_path, template) == []


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
    assert frozen_in(tmp_path, with_version(name)) == []


@pytest.mark.parametrize("name", BY_HAND)
def test_a_name_that_stays(name: str, tmp_path: Path) -> None:
    assert frozen_in(tmp_path, with_version(name)) == [name]


@pytest.mark.parametrize("name", ["Description", "CodeSha256"])
def test_the_baseline_shows_that_a_literal_changes(name: str, tmp_path: Path) -> None:
    before, after = (with_version(**{name: value}) for value in ("one", "two"))
    assert frozen_in(tmp_path, after, before) == []
    assert frozen_in(tmp_path, after, after) == ["OrdersVersion"]


def test_a_version_behind_another_function_s_number(tmp_path: Path) -> None:
    template = with_version()
    template["Resources"]["OrdersVersion"]["Properties"]["FunctionName"] = "orders"
    assert frozen_in(tmp_path, template) == ["OrdersVersion"]


def test_a_function_that_is_named_anew_replaces_its_version(tmp_path: Path) -> None:
    template = with_version()
    template["Resources"]["OrdersVersion"]["Properties"]["FunctionName"] = {
        "Fn::Sub": "orders-${CommitSha}"
    }
    assert frozen_in(tmp_path, template) == []


def test_the_finding_stands_at_the_version(tmp_path: Path) -> None:
    matches = lint_template(tmp_path, with_version())
    assert paths(matches, "W9833") == ["Resources/OrdersVersion"]
    (message,) = messages(matches, "W9833")
    assert "Version OrdersVersion is published once, because nothing" in message
