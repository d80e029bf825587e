"""Stacks that do not take the defaults of parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_stack
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment
from cfn_lint_lambda_race.update._stacks import stacks_that_move
from tests.building import ARN, LIVE, Template_, parameter, permission_on, rule_for
from tests.linting import lint_template, messages
from tests.moving import (
    GAP,
    OF_RULE,
    REDUNDANT,
    found_against,
    rule_that_moves,
    stack_with,
    version_called,
)

LATE = ["Resources/Permission/Properties/FunctionName"]


def _staged_rule(dev: Any, prod: Any = LIVE, **stage: Any) -> Template_:
    """A rule and its permission that invoke something else in each stage."""
    invoked = {"Fn::If": ["IsProd", prod, dev]}
    template = stack_with(
        Hourly=rule_for(invoked), Permission=permission_on(invoked, **OF_RULE)
    )
    template["Parameters"] = {"Stage": parameter(**(stage or {"Default": "prod"}))}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    return template


@pytest.mark.parametrize(
    ("stage", "when"),
    [
        ({"Default": "prod"}, "Stage is not prod"),
        ({"Default": "prod", "AllowedValues": ["dev", "prod"]}, "Stage is dev"),
        ({"Default": "dev"}, ""),
        ({"AllowedValues": ["dev", "prod"]}, "Stage is dev"),
        ({"Default": "prod", "AllowedValues": ["", "prod"]}, "Stage is empty"),
    ],
    ids=["other", "allowed", "default", "none", "empty"],
)
def test_gap_of_a_stack_that_does_not_take_the_defaults(
    tmp_path: Path, stage: Template_, when: str
) -> None:
    sides = _staged_rule(ARN, **stage), _staged_rule(LIVE, **stage)
    assert found_against(tmp_path, *sides) == LATE
    setting = f"W9831:baseline_path={tmp_path / 'before.json'}"
    (message,) = messages(lint_template(tmp_path, sides[1], "-x", setting), GAP)
    assert message.startswith(f"When {when}: Hourly" if when else "Hourly")


def test_permission_that_one_stage_alone_has_early(tmp_path: Path) -> None:
    before, after = rule_that_moves()
    for side in (before, after):
        staged = _staged_rule(ARN)
        side.update({key: staged[key] for key in ("Parameters", "Conditions")})
    after["Resources"]["Early"] = {**permission_on(LIVE), "Condition": "IsProd"}
    # The rule moves in both, but only one of them has another permission in time.
    after["Resources"]["Hourly"]["Properties"]["State"] = {
        "Fn::If": ["IsProd", "ENABLED", "DISABLED"]
    }
    assert found_against(tmp_path, before, after) == LATE


def test_version_in_vain_in_one_stage_alone(tmp_path: Path) -> None:
    before, after = version_called("V1", Timeout=5), version_called("V2")
    for side in (before, after):
        staged = _staged_rule(ARN)
        side.update({key: staged[key] for key in ("Parameters", "Conditions")})
    function = after["Resources"]["Orders"]["Properties"]
    function["Timeout"] = {"Fn::If": ["IsProd", 9, 5]}
    assert found_against(tmp_path, before, after, REDUNDANT) == ["Resources/V2"]
    function["Timeout"] = {"Fn::If": ["IsProd", 9, 8]}
    assert found_against(tmp_path, before, after, REDUNDANT) == []


@pytest.mark.parametrize(
    ("kind", "concerns"),
    [
        ("AWS::ApiGateway::Deployment", True),
        ("AWS::ApiGateway::Stage", True),
        ("AWS::ApiGatewayV2::Deployment", True),
        ("AWS::ApiGatewayV2::Stage", True),
        ("AWS::Lambda::Alias", True),
        ("AWS::Lambda::Permission", True),
        ("AWS::SQS::Queue", False),
    ],
)
@pytest.mark.parametrize("is_inside", [False, True])
def test_stacks_differ_in_what_targets_are_reached_through(
    kind: str, concerns: bool, is_inside: bool
) -> None:
    staged = _staged_rule(ARN)
    other: Template_ = {"Type": kind, "Condition": "IsProd", "Properties": {}}
    if is_inside:
        choice = {"Fn::If": ["IsProd", "a", "b"]}
        other = {"Type": kind, "Properties": {"Description": choice}}
    sides = []
    for side in rule_that_moves():
        side.update({key: staged[key] for key in ("Parameters", "Conditions")})
        side["Resources"]["Other"] = other
        sides.append(Deployment(Template("template.json", side, ["us-east-1"])))
    comparison = Comparison(sides[0], sides[1])
    found = [name_stack(one.when) for one in stacks_that_move(comparison)]
    assert found == ["When Stage is not prod: "] * concerns
