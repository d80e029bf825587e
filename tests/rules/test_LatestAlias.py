"""W9811: aliases of $LATEST."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.building import ARN, FN, LIVE, NUMBER, alias_of, rule_for, versioned
from tests.linting import FUNCTION, lint_template, messages, paths

RULE = "W9811"

Json = Any


def _found(folder: Path, template: Json) -> list[str]:
    return paths(lint_template(folder, template), RULE)


TARGET = "Resources/Rule/Properties/Targets/0/Arn"

POINTS = "Resources/Live/Properties/FunctionVersion"


def _by_parameter(**said: Json) -> Json:
    template = versioned(Live=alias_of({"Ref": "Which"}))
    template["Parameters"] = {"Which": {"Type": "String", **said}}
    return template


def test_an_alias_points_to_latest(tmp_path: Path) -> None:
    template = versioned(Live=alias_of("$LATEST"))
    assert _found(tmp_path, template) == [POINTS]


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (FN, "Live of Orders"),
        ({"Fn::ImportValue": "orders"}, "Live"),
        ({"Fn::If": ["IsProd", FN, {"Ref": "Others"}]}, "Live"),
    ],
    ids=json.dumps,
)
def test_it_names_the_only_function_of_the_alias(
    function: Json, name: str, tmp_path: Path
) -> None:
    template = versioned(Live=alias_of("$LATEST"), Others=FUNCTION)
    template["Resources"]["Live"]["Properties"]["FunctionName"] = function
    equals = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}
    template["Conditions"] = {"IsProd": equals}
    (message,) = messages(lint_template(tmp_path, template), RULE)
    assert message.startswith(f"Alias {name} points to $LATEST, ")


@pytest.mark.parametrize("version", [NUMBER, "7", {"Fn::ImportValue": "version"}])
def test_an_alias_of_a_version_is_silent(tmp_path: Path, version: Json) -> None:
    assert _found(tmp_path, versioned(Live=alias_of(version))) == []


@pytest.mark.parametrize(
    ("said", "is_reported"),
    [
        ({"Default": "$LATEST"}, True),
        ({"Default": "7"}, False),
        ({}, False),
        ({"AllowedValues": ["7", "$LATEST"]}, True),
        ({"AllowedValues": ["7", "8"]}, False),
    ],
)
def test_an_alias_points_where_a_parameter_says(
    tmp_path: Path, said: Json, is_reported: bool
) -> None:
    found = _found(tmp_path, _by_parameter(**said))
    assert found == [POINTS] * is_reported


@pytest.mark.parametrize(("given", "is_reported"), [("7", False), ("$LATEST", True)])
def test_a_parameter_that_cfn_lint_was_given_counts(
    tmp_path: Path, given: str, is_reported: bool
) -> None:
    default = "$LATEST" if given == "7" else "7"
    template = _by_parameter(Default=default)
    matches = lint_template(tmp_path, template, "--parameters", f"Which={given}")
    assert paths(matches, RULE) == [POINTS] * is_reported


def _conditional() -> Json:
    template = versioned(Live=alias_of({"Fn::If": ["IsProd", NUMBER, "$LATEST"]}))
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    return template


def test_one_branch_that_can_hold_is_enough(tmp_path: Path) -> None:
    template = _conditional()
    template["Resources"]["Rule"] = rule_for(LIVE)
    matches = lint_template(tmp_path, template)
    assert paths(matches, RULE) == [f"{POINTS}/Fn::If/2"]
    assert paths(matches, "W9810") == [TARGET]


def test_a_branch_that_cannot_hold_is_silent(tmp_path: Path) -> None:
    template = _conditional()
    template["Resources"]["Live"]["Condition"] = "IsProd"
    assert _found(tmp_path, template) == []


@pytest.mark.parametrize(
    "target",
    [LIVE, {"Fn::Sub": "${Orders.Arn}:live"}, {"Fn::Join": [":", [ARN, "live"]]}],
    ids=json.dumps,
)
def test_its_targets_are_unqualified_too(tmp_path: Path, target: Json) -> None:
    template = versioned(Live=alias_of("$LATEST"), Rule=rule_for(target))
    matches = lint_template(tmp_path, template)
    assert paths(matches, RULE) == [POINTS]
    assert paths(matches, "W9810") == [TARGET]
    [message] = messages(matches, "W9810")
    assert "alias Live" in message
