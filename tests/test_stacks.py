"""Stacks that do not take the defaults of parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race._words import name_stack
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._stacks import (
    Stack,
    stacks_that_move,
    stacks_that_publish,
)
from tests.building import (
    ARN,
    CHOICE,
    LIVE,
    Template_,
    parameter,
    permission_on,
    rule_for,
)
from tests.linting import lint_template, messages
from tests.moving import (
    GAP,
    OF_RULE,
    REDUNDANT,
    authorized,
    found_against,
    rule_that_moves,
    stack_with,
    version_called,
)
from tests.updates import lint_update, side_of

LATE = ["Resources/Permission/Properties/FunctionName"]


def _staged_rule(dev: Any, prod: Any = LIVE, **stage: Any) -> Template_:
    """A rule and its permission that invoke something else in each stage."""
    invoked = {"Fn::If": ["IsProd", prod, dev]}
    template = stack_with(
        Hourly=rule_for(invoked), Permission=permission_on(invoked, **OF_RULE)
    )
    return {**template, **_staged(**(stage or {"Default": "prod"}))}


def _staged(**stage: Any) -> Template_:
    """Sections that ask for a stage."""
    return {**CHOICE, "Parameters": {"Stage": parameter(**stage)}}


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


@pytest.mark.parametrize(
    ("name", "other", "fields"),
    [
        ("AWS::Region", "eu-west-1", None),
        ("Open", {"Ref": "AWS::StackName"}, {"Default": "x"}),
        ("List", "x", {"Default": "x", "Type": "List<String>"}),
        ("Never", "x", {}),
    ],
    ids=["region", "open", "list", "no default"],
)
def test_what_has_no_known_values_hides_no_stage(
    tmp_path: Path, name: str, other: Any, fields: Template_ | None
) -> None:
    sides = _staged_rule(ARN), _staged_rule(LIVE)
    for side in sides:
        is_prod = side["Conditions"]["IsProd"]
        also = {"Fn::Equals": [{"Ref": name}, other]}
        side["Conditions"] = {"IsProd": {"Fn::And": [is_prod, also]}}
        if fields is not None:
            side["Parameters"] = {**side["Parameters"], name: parameter(**fields)}
    assert found_against(tmp_path, *sides) == LATE
    (message,) = messages(lint_update(tmp_path, *sides), GAP)
    assert message.startswith("When Stage is not prod: Hourly")


def test_permission_that_one_stage_alone_has_early(tmp_path: Path) -> None:
    before, after = rule_that_moves()
    for side in (before, after):
        side.update(_staged(Default="prod"))
    after["Resources"]["Early"] = {**permission_on(LIVE), "Condition": "IsProd"}
    # The rule moves in both, but only one of them has another permission in time.
    after["Resources"]["Hourly"]["Properties"]["State"] = {
        "Fn::If": ["IsProd", "ENABLED", "DISABLED"]
    }
    assert found_against(tmp_path, before, after) == LATE


@pytest.mark.parametrize(
    ("default", "when"), [("dev", "Stage is prod"), ("prod", "Stage is not prod")]
)
def test_the_value_of_a_stack_is_known_where_it_is_one(
    tmp_path: Path, default: str, when: str
) -> None:
    """What stands for all others is no text."""
    on_stage = {"Fn::Sub": "${Orders.Arn}:${Stage}"}
    before, after = rule_that_moves(ARN, on_stage)
    for side in (before, after):
        side.update(_staged(Default=default))
        is_prod = {"Condition": "IsProd"}
        early = is_prod if default == "prod" else {"Fn::Not": [is_prod]}
        side["Conditions"] = {**side["Conditions"], "IsEarly": {"Fn::And": [early] * 2}}
    after["Resources"]["Early"] = {**permission_on(on_stage), "Condition": "IsEarly"}
    (message,) = messages(lint_update(tmp_path, before, after), GAP)
    assert message.startswith(f"When {when}: Hourly")
    assert "\0" not in message
    assert default == "prod" or "moves to qualifier prod of Orders" in message


def test_version_in_vain_in_one_stage_alone(tmp_path: Path) -> None:
    before, after = version_called("V1", Timeout=5), version_called("V2")
    for side in (before, after):
        side.update(_staged(Default="prod"))
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
    other: Template_ = {"Type": kind, "Condition": "IsProd", "Properties": {}}
    if is_inside:
        choice = {"Fn::If": ["IsProd", "a", "b"]}
        other = {"Type": kind, "Properties": {"Description": choice}}
    sides = rule_that_moves()
    for side in sides:
        side.update(_staged(Default="prod"))
        side["Resources"]["Other"] = other
    assert _stacks(*sides) == ["Stage is not prod"] * concerns


def _stacks(
    before: Template_,
    after: Template_,
    asked: Callable[[Comparison], Iterable[Stack]] = stacks_that_move,
    *given: Template_,
) -> list[str]:
    """The stacks that are asked for, by what tells them from the defaults."""
    sides = [side_of(side, parameter_sets=given) for side in (before, after)]
    words = [name_stack(one.when) for one in asked(Comparison(sides[0], sides[1]))]
    return [one.removeprefix("When ").removesuffix(": ") for one in words]


def _equal(*sides: Any) -> Template_:
    return {"Fn::Equals": [*sides]}


def _moves_where(
    parameters: Template_, *conditions: Any
) -> tuple[Template_, Template_]:
    """A rule that moves, and its permission in the stacks of some conditions alone."""
    sides = rule_that_moves()
    for side in sides:
        side["Parameters"] = parameters
        named = {f"C{number}": one for number, one in enumerate(conditions)}
        side["Conditions"] = named
        for name in named:
            kept = side["Resources"]["Permission"]
            side["Resources"][f"For{name}"] = {**kept, "Condition": name}
    return sides


def _moves_in_a_stage() -> tuple[Template_, Template_]:
    return _moves_where({"Stage": parameter(Default="dev")}, IS_PROD)


IS_PROD = CHOICE["Conditions"]["IsProd"]


@pytest.mark.parametrize(
    ("stage", "condition", "expected"),
    [
        ({"Default": "dev"}, IS_PROD, ["prod"]),
        ({"Default": "dev", "AllowedValues": ["dev", "prod"]}, IS_PROD, ["prod"]),
        ({"AllowedValues": ["dev", "prod"]}, IS_PROD, ["dev", "prod"]),
        (
            {"Default": "prod", "AllowedValues": ["dev", "test", "prod"]},
            IS_PROD,
            ["dev", "test"],
        ),
        (
            {"Default": "dev"},
            {"Fn::Or": [IS_PROD, _equal({"Ref": "Stage"}, "test")]},
            ["test", "prod"],
        ),
        # Nobody knows what such a parameter is compared as, or what it is.
        ({"Default": "dev", "Type": "CommaDelimitedList"}, IS_PROD, []),
        (
            {"Default": "/stage", "Type": "AWS::SSM::Parameter::Value<String>"},
            IS_PROD,
            [],
        ),
        ({}, IS_PROD, []),
        ({"Default": "dev"}, _equal({"Fn::Sub": "${Stage}-1"}, "prod-1"), []),
        (
            {"Default": "dev"},
            {"Fn::Or": [IS_PROD, _equal({"Fn::Sub": "${Stage}-1"}, "test-1")]},
            [],
        ),
        ({"Default": "dev", "AllowedValues": "dev"}, IS_PROD, ["prod"]),
        ({"Default": "dev", "AllowedValues": ["dev", {}, "prod"]}, IS_PROD, ["prod"]),
    ],
)
def test_a_stack_for_each_value_that_makes_a_difference(
    stage: Template_, condition: Any, expected: list[str]
) -> None:
    sides = _moves_where({"Stage": parameter(**stage)}, condition)
    assert _stacks(*sides) == [f"Stage is {value}" for value in expected]


@pytest.mark.parametrize("node", [None, "String", ["String"], parameter()])
def test_a_parameter_of_unknown_value_keeps_it(node: Any) -> None:
    other = parameter(Default="eu")
    sides = _moves_where(
        {"Area": node, "Zone": other},
        _equal({"Ref": "Area"}, "a"),
        _equal({"Ref": "Zone"}, "us"),
    )
    assert _stacks(*sides) == ["Zone is us"]


@pytest.mark.parametrize(
    ("count", "expected"), [(1, 2), (2, 4), (3, 8), (4, 8)], ids="{}".format
)
def test_parameters_that_make_too_many_stacks_keep_their_defaults(
    count: int, expected: int
) -> None:
    names = [f"P{number}" for number in range(count)]
    sides = _moves_where(
        {name: parameter(Default="no") for name in names},
        *(_equal({"Ref": name}, "yes") for name in names),
    )
    # All but the one that takes the defaults.
    assert len(_stacks(*sides)) == expected - 1


def test_nine_stacks_are_too_many() -> None:
    names = ["Area", "Zone"]
    sides = _moves_where(
        {name: parameter(Default="no") for name in names},
        *(_equal({"Ref": name}, value) for name in names for value in ("a", "b")),
    )
    assert _stacks(*sides) == ["Area is a", "Area is b"]


def test_a_condition_that_is_no_name_decides_nothing() -> None:
    sides = _moves_in_a_stage()
    for side in sides:
        odd = {"Fn::If": [{"Ref": "Stage"}, "a", "b"]}
        side["Resources"]["Hourly"]["Properties"]["Description"] = odd
    assert _stacks(*sides) == ["Stage is prod"]


def test_a_parameter_of_too_many_values_leaves_room_for_the_next() -> None:
    many = [str(number) for number in range(20)]
    sides = _moves_where(
        {
            "Area": parameter(Default="1", AllowedValues=many),
            "Zone": parameter(Default="eu"),
        },
        _equal({"Ref": "Area"}, "2"),
        _equal({"Ref": "Zone"}, "us"),
    )
    assert _stacks(*sides) == ["Zone is us"]


@pytest.mark.parametrize("other", [0, 1])
def test_conditions_of_one_side_alone_make_no_stacks(other: int) -> None:
    sides = _moves_in_a_stage()
    assert _stacks(*sides) == ["Stage is prod"]
    del sides[other]["Conditions"]
    assert _stacks(*sides) == []


def test_values_that_are_given_are_the_only_stack() -> None:
    sides = _moves_in_a_stage()
    assert _stacks(*sides, stacks_that_move, {"Stage": "prod"}) == []
    sides = _published_anew()
    assert _stacks(*sides, stacks_that_publish, {"Stage": "prod"}) == []


@pytest.mark.parametrize("change", ["nothing", "gone", "new"])
def test_what_does_not_move_makes_no_stacks(change: str) -> None:
    sides = _moves_in_a_stage()
    if change == "nothing":
        sides[1]["Resources"]["Hourly"] = sides[0]["Resources"]["Hourly"]
    else:
        del sides[change == "gone"]["Resources"]["Hourly"]
    assert _stacks(*sides) == []


@pytest.mark.parametrize("name", ["Hourly", "Daily"])
def test_the_resource_that_moves_decides_and_no_other(name: str) -> None:
    before, after = rule_that_moves()
    for side in (before, after):
        side.update(_staged(Default="dev"))
        side["Resources"]["Daily"] = rule_for(LIVE)
        side["Resources"][name]["Condition"] = "IsProd"
    assert _stacks(before, after) == ["Stage is prod"] * (name == "Hourly")


def _published_anew() -> tuple[Template_, Template_]:
    """A new version that says something else in one stage."""
    before, after = version_called("V1"), version_called("V2")
    for side, version in ((before, "V1"), (after, "V2")):
        side.update(_staged(Default="dev"))
        choice = {"Fn::If": ["IsProd", "a", "b"]}
        side["Resources"][version]["Properties"]["Description"] = choice
    return before, after


def test_stacks_differ_in_what_is_published() -> None:
    before, after = _published_anew()
    assert _stacks(before, after, stacks_that_publish) == ["Stage is prod"]
    for side, version in ((before, "V1"), (after, "V2")):
        del side["Resources"][version]["Properties"]["Description"]
        choice = {"Fn::If": ["IsProd", 9, 5]}
        side["Resources"]["Orders"]["Properties"]["Timeout"] = choice
    assert _stacks(before, after, stacks_that_publish) == ["Stage is prod"]
    for side in (before, after):
        side["Resources"]["Orders"]["Properties"]["Timeout"] = 5
        side["Resources"]["Queue"] = {"Type": "AWS::SQS::Queue", "Condition": "IsProd"}
    assert _stacks(before, after, stacks_that_publish) == []


@pytest.mark.parametrize("side", [0, 1])
def test_rows_of_a_mapping_that_changes_are_of_no_stack(side: int) -> None:
    sides = _published_anew()
    for one in sides:
        one["Mappings"] = {"Sizes": {"dev": {"Timeout": 5}}}
    assert _stacks(*sides, stacks_that_publish) == ["Stage is prod"]
    sides[side]["Mappings"] = {"Sizes": {"dev": {"Timeout": 9}}}
    assert _stacks(*sides, stacks_that_publish) == []


def test_without_new_versions_no_stack_is_told_from_another() -> None:
    before, _ = _published_anew()
    assert _stacks(before, before, stacks_that_publish) == []


@pytest.mark.parametrize("place", ["own", "Globals"])
@pytest.mark.parametrize(("default", "when"), [("dev", ""), ("prod", "Stage is dev")])
def test_authorizer_of_a_stack_that_does_not_take_the_defaults(
    tmp_path: Path, place: str, default: str, when: str
) -> None:
    def side(dev: Any) -> Template_:
        invoked = {"Fn::If": ["IsProd", LIVE, dev]}
        template = authorized(invoked, place, EnableFunctionDefaultPermissions=True)
        return {**template, **_staged(Default=default, AllowedValues=["dev", "prod"])}

    (found,) = found_against(tmp_path, side(ARN), side(LIVE))
    assert found.startswith("Resources/Http/Properties/Auth/Authorizers/Check/")
    setting = f"W9831:baseline_path={tmp_path / 'before.json'}"
    (message,) = messages(lint_template(tmp_path, side(LIVE), "-x", setting), GAP)
    assert message.startswith(f"When {when}: Http" if when else "Http")
