"""What intrinsic functions mean.

Tests `template/_intrinsics.py` and `template/_nodes.py` too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from cfnlint.template import Template
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cfn_lint_lambda_race.template import (
    NO_VALUE,
    Alternative,
    Evaluator,
    Text,
    Token,
    literal,
    read,
)
from cfn_lint_lambda_race.template import _evaluator as evaluator_module
from cfn_lint_lambda_race.template import _intrinsics as intrinsics_module
from cfn_lint_lambda_race.template._nodes import (
    MAX_ALTERNATIVES,
    MAX_CHOICES,
    MAX_DEPTH,
)
from cfn_lint_lambda_race.template._scenario import (
    ALWAYS,
    CONDITION,
    PARAMETER,
    PARAMETER_SET,
)
from cfn_lint_lambda_race.template._text import UNKNOWN
from tests.building import with_stage

NOTHING = {"Ref": "AWS::NoValue"}
ARN = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}"

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Open": {"Type": "String"},
        "Stage": {"Type": "String", "Default": "dev"},
        "Size": {"Type": "Number", "Default": 3},
        "Arch": {"Type": "String", "AllowedValues": ["arm64", "x86_64"]},
        "Both": {"Type": "String", "AllowedValues": ["a", "b"], "Default": "b"},
        "Names": {"Type": "CommaDelimitedList", "Default": "one, two"},
        "Empty": {"Type": "CommaDelimitedList", "Default": ""},
        "Numbers": {"Type": "List<Number>", "Default": "1,2"},
        "Key": {"Type": "AWS::EC2::KeyPair::KeyName", "Default": "mine"},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"},
        "Untyped": {"Default": "x"},
        "Broken": "x",
        "Many": {"Type": "String", "AllowedValues": [str(n) for n in range(100)]},
    },
    "Mappings": {
        "ByArch": {"arm64": {"suffix": "-ARM"}, "x86": {"suffix": ""}},
        "Twins": {"arm64": {"twin": "x86_64"}, "x86_64": {"twin": "arm64"}},
        "ByRegion": {
            "eu-west-1": {"account": "111111111111", "list": ["a", "b"]},
            "us-east-1": {"account": "222222222222", "list": ["c"]},
        },
        "Broken": "x",
    },
    "Conditions": {
        "IsArm": {"Fn::Equals": [{"Ref": "Arch"}, "arm64"]},
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsNotArm": {"Fn::Not": [{"Condition": "IsArm"}]},
        "Never": {"Fn::Equals": ["a", "b"]},
        "Always": {"Fn::Equals": ["a", "a"]},
        "Both": {"Fn::And": [{"Condition": "IsArm"}, {"Condition": "Always"}]},
        "Any": {"Fn::Or": [{"Condition": "IsArm"}, {"Condition": "Always"}]},
        "Itself": {"Fn::Not": [{"Condition": "Itself"}]},
        "Ping": {"Condition": "Pong"},
        "Pong": {"Condition": "Ping"},
        "Broken": 7,
    },
    "Resources": {
        "Fn": {"Type": "AWS::Lambda::Function", "Properties": {}},
        "Version": {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": "Fn"}},
        },
        "Alias": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {"FunctionName": {"Fn::GetAtt": "Fn.Arn"}, "Name": "live"},
        },
        "Loop": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {"FunctionName": {"Ref": "Loop"}},
        },
        "Layer": {"Type": "AWS::Lambda::LayerVersion"},
        "Sam": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"AutoPublishAlias": "my-live"},
        },
        "Plain": {"Type": "AWS::Serverless::Function"},
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Armed": {
            "Type": "AWS::Lambda::Function",
            "Properties": {},
            "Condition": "IsArm",
        },
    },
}
SAM_ARN = ARN.replace("${Fn}", "${Sam}")


def _evaluator(
    *sets: Mapping[str, Any], defaults_first: bool = False, **sections: Any
) -> Evaluator:
    return Evaluator({**TEMPLATE, **sections}, sets, defaults_first)


def _plain(value: Any) -> Any:
    """A value with its texts spelled out; tokens as ``Fn::Sub`` writes them."""
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _values(node: Any, evaluator: Evaluator | None = None) -> list[Any]:
    found = (evaluator or _evaluator()).evaluate(node)
    return [_plain(alternative.value) for alternative in found]


def _is_unknown(found: Sequence[Alternative[Any]]) -> bool:
    (alternative,) = found
    value = alternative.value
    token = value.token if isinstance(value, Text) else None
    return token is not None and token.kind == UNKNOWN


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ("a", "a"),
        ("", ""),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        (["a", {"Ref": "AWS::NoValue"}, "b"], ["a", "b"]),
        ({"A": "a", "B": {"Ref": "AWS::NoValue"}}, {"A": "a"}),
        ({"Ref": "AWS::NoValue"}, NO_VALUE),
        ({"Ref": "AWS::Region"}, "${AWS::Region}"),
        ({"Ref": "AWS::AccountId"}, "${AWS::AccountId}"),
        # References
        ({"Ref": "Fn"}, "${Fn}"),
        ({"Fn::GetAtt": ["Fn", "Arn"]}, ARN),
        ({"Fn::GetAtt": "Fn.Arn"}, ARN),
        ({"Ref": "Alias"}, f"{ARN}:${{Alias}}"),
        ({"Fn::GetAtt": ["Alias", "AliasArn"]}, f"{ARN}:${{Alias}}"),
        ({"Ref": "Version"}, f"{ARN}:${{Version}}"),
        ({"Fn::GetAtt": "Version.FunctionArn"}, f"{ARN}:${{Version}}"),
        ({"Fn::GetAtt": ["Version", "Version"]}, "${Version}"),
        ({"Ref": "Layer"}, "${Layer}"),
        ({"Fn::GetAtt": "Layer.LayerVersionArn"}, "${Layer}"),
        ({"Fn::GetAtt": "Alias.Other"}, "${Alias.Other}"),
        ({"Fn::GetAtt": "Version.Other"}, "${Version.Other}"),
        ({"Fn::GetAtt": "Queue.Arn"}, "${Queue.Arn}"),
        ({"Fn::GetAtt": "Queue.Version"}, "${Queue.Version}"),
        ({"Fn::GetAtt": ["Stack", "Outputs", "Arn"]}, "${Stack.Outputs.Arn}"),
        ({"Fn::GetAtt": "Stack.Outputs.Arn"}, "${Stack.Outputs.Arn}"),
        ({"Fn::GetAtt": ["Stack", {"Ref": "Stage"}]}, "${Stack.dev}"),
        ({"Ref": "Missing"}, "${Missing}"),
        # SAM
        ({"Ref": "Sam.Alias"}, f"{SAM_ARN}:${{Sam.Alias}}"),
        ({"Fn::GetAtt": ["Sam", "Alias"]}, f"{SAM_ARN}:${{Sam.Alias}}"),
        ({"Ref": "SamAliasmyDlive"}, f"{SAM_ARN}:${{Sam.Alias}}"),
        ({"Fn::Sub": "${Sam.Alias}"}, f"{SAM_ARN}:${{Sam.Alias}}"),
        ({"Ref": "Sam.Version"}, f"{SAM_ARN}:${{Sam.Version}}"),
        ({"Fn::Sub": "${Sam.Version}"}, f"{SAM_ARN}:${{Sam.Version}}"),
        ({"Fn::GetAtt": "Sam.Version.Version"}, "${Sam.Version}"),
        ({"Fn::GetAtt": ["Sam.Version", "Version"]}, "${Sam.Version}"),
        ({"Fn::GetAtt": ["Sam.Version", "FunctionArn"]}, f"{SAM_ARN}:${{Sam.Version}}"),
        ({"Fn::GetAtt": ["Sam.Alias", "AliasArn"]}, f"{SAM_ARN}:${{Sam.Alias}}"),
        ({"Ref": "Plain.Alias"}, "${Plain.Alias}"),
        ({"Fn::GetAtt": "Fn.Other"}, "${Fn.Other}"),
        ({"Ref": "Fn.Version"}, "${Fn.Version}"),
        # Parameters
        ({"Ref": "Open"}, "${Open}"),
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Size"}, "3"),
        ({"Ref": "Names"}, ["one", "two"]),
        ({"Ref": "Empty"}, []),
        ({"Ref": "Numbers"}, ["1", "2"]),
        ({"Ref": "Key"}, "mine"),
        ({"Ref": "Stored"}, "${Stored}"),
        ({"Ref": "Untyped"}, "${Untyped}"),
        ({"Ref": "Broken"}, "${Broken}"),
        ({"Ref": "Many"}, "${Many}"),
        # Fn::Sub
        ({"Fn::Sub": "${Fn.Arn}:live"}, f"{ARN}:live"),
        ({"Fn::Sub": "${ Fn.Arn }"}, ARN),
        ({"Fn::Sub": "${!Literal}-${Stage}"}, "${Literal}-dev"),
        ({"Fn::Sub": "plain $ {Stage}"}, "plain $ {Stage}"),
        ({"Fn::Sub": ["${A}-${Stage}", {"A": {"Ref": "Fn"}}]}, "${Fn}-dev"),
        ({"Fn::Sub": ["${Stage}", {"Stage": "mine"}]}, "mine"),
        ({"Fn::Sub": ["${A.B}", {"A.B": "dotted"}]}, "dotted"),
        ({"Fn::Sub": ["x", {}]}, "x"),
        ({"Fn::Sub": "ab"}, "ab"),
        ({"Fn::Sub": ""}, ""),
        # Fn::Join
        ({"Fn::Join": [":", [{"Fn::GetAtt": "Fn.Arn"}, "live"]]}, f"{ARN}:live"),
        ({"Fn::Join": ["", []]}, ""),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::NoValue"}, "b"]]}, "a-b"),
        ({"Fn::Join": ["-", {"Ref": "Names"}]}, "one-two"),
        ({"Fn::Join": ["-", {"Fn::Split": [".", "a.b"]}]}, "a-b"),
        # Fn::Split and Fn::Select
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::Select": [1, ["a", "b"]]}, "b"),
        ({"Fn::Select": ["1", {"Ref": "Names"}]}, "two"),
        ({"Fn::Select": [{"Ref": "Size"}, list("abcd")]}, "d"),
        ({"Fn::Select": [6, {"Fn::Split": [":", {"Ref": "Alias"}]}]}, "${Fn}"),
        ({"Fn::Select": [3, {"Fn::Split": [":", {"Ref": "Alias"}]}]}, "${AWS::Region}"),
        ({"Fn::Select": [7, {"Fn::Split": [":", {"Ref": "Alias"}]}]}, "${Alias}"),
        # Fn::FindInMap
        ({"Fn::FindInMap": ["ByArch", "arm64", "suffix"]}, "-ARM"),
        ({"Fn::FindInMap": ["ByRegion", "eu-west-1", "list"]}, ["a", "b"]),
        (
            {"Fn::FindInMap": ["ByArch", "none", "suffix", {"DefaultValue": "d"}]},
            "d",
        ),
        (
            {"Fn::FindInMap": ["None", "none", "suffix", {"DefaultValue": "d"}]},
            "d",
        ),
        (
            {"Fn::FindInMap": ["ByArch", "arm64", "suffix", {"DefaultValue": "d"}]},
            "-ARM",
        ),
        # Fn::ToJsonString
        (
            {"Fn::ToJsonString": {"A": [1, "b\n", True], "B": [1.5, "2", {}]}},
            '{"A":[1,"b\\n",true],"B":[1.5,"2",{}]}',
        ),
        ({"Fn::ToJsonString": {"A": {"Ref": "Fn"}}}, '{"A":"${Fn}"}'),
        ({"Fn::ToJsonString": [1, {"Ref": "AWS::NoValue"}, "b"]}, '[1,"b"]'),
        ({"Fn::ToJsonString": {"Ref": "AWS::NoValue"}}, "null"),
        (
            {"Fn::ToJsonString": {"A": {"Fn::Length": {"Ref": "Open"}}}},
            '{"A":"${{"Fn::Length": {"Ref": "Open"}}}"}',
        ),
        # Which item was a number is not known where some may be absent.
        (
            {"Fn::ToJsonString": [{"Fn::If": ["Never", 1, NOTHING]}, 7, "8", ["b"]]},
            '["7","8",["b"]]',
        ),
        # Fn::Length
        ({"Fn::Length": ["a", {"Ref": "AWS::NoValue"}, "b"]}, "2"),
        ({"Fn::Length": {"Ref": "Names"}}, "2"),
        ({"Fn::Length": {"Fn::Split": [",", "a,b,c"]}}, "3"),
        ({"Fn::ToJsonString": {"A": {"Fn::Length": []}}}, '{"A":0}'),
        # Dynamic references
        ("{{resolve:ssm:/a:1}}-b", "${{{resolve:ssm:/a:1}}}-b"),
    ],
    ids=str,
)
def test_one_value(node: Any, value: Any) -> None:
    assert _values(node) == [value]


def test_the_cdk_s_alias_of_an_alias() -> None:
    parts = {"Fn::Split": [":", {"Ref": "Alias"}]}
    steps = [{"Fn::Select": [index, parts]} for index in range(7)]
    node = {"Fn::Join": ["", [{"Fn::Join": [":", steps]}, ":live"]]}
    assert _values(node) == [f"{ARN}:live"]


def test_intrinsic_functions_nest() -> None:
    node: Any = {"Fn::GetAtt": "Fn.Arn"}
    for _ in range(8):
        node = {"Fn::Join": ["", [{"Fn::Sub": ["${A}", {"A": node}]}]]}
    assert _values(node) == [ARN]


def test_unknowns_are_equal_where_they_are_the_same() -> None:
    evaluator = _evaluator()
    one, same, other = (
        evaluator.evaluate({"Fn::ImportValue": {"Fn::Sub": f"{name}-Arn"}})[0].value
        for name in ("a", "a", "b")
    )
    assert one == same != other
    assert _is_unknown(evaluator.evaluate({"Fn::ImportValue": "a"}))


# -- alternatives --------------------------------------------------------------------


def _said(node: Any, evaluator: Evaluator | None = None) -> dict[str, dict[str, Any]]:
    found = (evaluator or _evaluator()).evaluate(node)
    said = {
        str(_plain(alternative.value)): {
            name: value
            for kind in (CONDITION, PARAMETER)
            for name, value in alternative.when.of_kind(kind)
        }
        for alternative in found
    }
    assert len(said) == len(found)
    return said


def test_a_condition() -> None:
    node = {"Fn::If": ["IsProd", {"Ref": "Fn"}, "b"]}
    assert _said(node) == {"${Fn}": {"IsProd": True}, "b": {"IsProd": False}}
    one, other = _evaluator().evaluate(node)
    assert (one.path, other.path) == (("Fn::If", 1), ("Fn::If", 2))


def test_a_condition_in_a_condition() -> None:
    node = {"Fn::If": ["IsProd", {"Fn::If": ["IsProd", "a", "b"]}, "c"]}
    assert _said(node) == {"a": {"IsProd": True}, "c": {"IsProd": False}}
    deep = {"Fn::If": ["IsProd", "a", {"Fn::If": ["IsArm", "b", "c"]}]}
    found = _evaluator().evaluate(deep)
    assert [alternative.path for alternative in found] == [
        ("Fn::If", 1),
        ("Fn::If", 2, "Fn::If", 1),
        ("Fn::If", 2, "Fn::If", 2),
    ]


def test_a_condition_that_a_chosen_one_decides() -> None:
    conditions = {**TEMPLATE["Conditions"], "IsDev": {"Fn::Not": [{"Condition": "C"}]}}
    conditions["C"] = {"Fn::Equals": [{"Ref": "Open"}, "a"]}
    node = {"Fn::If": ["C", {"Fn::If": ["IsDev", "a", "b"]}, "c"]}
    assert _values(node, _evaluator(Conditions=conditions)) == ["b", "c"]


@pytest.mark.parametrize("name", ["Fn::And", "Fn::Or"])
def test_a_part_that_stands_alone_decides(name: str) -> None:
    conditions = {"Always": {"Fn::Equals": ["a", "a"]}}
    conditions["C"] = {name: [{"Condition": "Always"}]}  # type: ignore[list-item]
    assert _evaluator(Conditions=conditions).decide("C", ALWAYS) is True


def test_the_same_condition_twice_in_a_text() -> None:
    choice = {"Fn::If": ["IsProd", "a", "b"]}
    assert set(_said({"Fn::Join": ["", [choice, choice]]})) == {"aa", "bb"}


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("Always", ["a"]),
        ("Never", ["b"]),
        ("Any", ["a"]),
        ("IsProd", ["a", "b"]),
        ("Itself", ["a", "b"]),
        ("Ping", ["a", "b"]),
        ("Broken", ["a", "b"]),
        ("Missing", ["a", "b"]),
    ],
)
def test_what_decides_a_condition(condition: str, values: list[str]) -> None:
    assert _values({"Fn::If": [condition, "a", "b"]}) == values


@pytest.mark.parametrize("condition", ["IsArm", "Both"])
def test_a_parameter_decides_a_condition(condition: str) -> None:
    node = {"Fn::Join": ["", [{"Ref": "Arch"}, {"Fn::If": [condition, "-1", "-2"]}]]}
    assert set(_said(node)) == {"arm64-1", "x86_64-2"}
    node["Fn::Join"][1][1] = {"Fn::If": ["IsNotArm", "-2", "-1"]}  # type: ignore[index]
    assert set(_said(node)) == {"arm64-1", "x86_64-2"}


def test_allowed_values_and_a_default() -> None:
    assert _said({"Ref": "Arch"}) == {
        "arm64": {"Arch": "arm64"},
        "x86_64": {"Arch": "x86_64"},
    }
    assert set(_said({"Ref": "Both"})) == {"a", "b"}
    assert set(_said({"Ref": "Both"}, _evaluator(defaults_first=True))) == {"b"}


def test_given_parameters() -> None:
    evaluator = _evaluator({"Arch": "arm64", "Open": 7}, {"Arch": "x86_64"})
    assert set(_said({"Ref": "Arch"}, evaluator)) == {"arm64", "x86_64"}
    both = {"Fn::Join": ["", [{"Ref": "Arch"}, {"Fn::If": ["IsArm", "1", "2"]}]]}
    assert set(_said(both, evaluator)) == {"arm641", "x86_642"}
    assert _values({"Ref": "Both"}, _evaluator({"Both": "c"})) == ["c"]
    assert _values({"Ref": "Names"}, _evaluator({"Names": "x"})) == [["x"]]


def test_what_is_judged_decides_conditions_and_nothing_else() -> None:
    in_europe = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}
    template = {
        **TEMPLATE,
        "Conditions": {
            "InEurope": in_europe,
            "IsOpen": {"Fn::Equals": [{"Ref": "Open"}, "yes"]},
        },
    }
    judged = {"AWS::Region": "us-east-1", "Open": "yes"}
    evaluator = Evaluator(template, judged=judged)
    assert _values({"Fn::Sub": "${AWS::Region}-${Open}"}, evaluator) == [
        "${AWS::Region}-${Open}"
    ]
    assert evaluator.decide("InEurope", ALWAYS) is False
    assert evaluator.decide("IsOpen", ALWAYS) is True
    # What was chosen goes before.
    chosen = ALWAYS.given(PARAMETER, "AWS::Region", "eu-west-1")
    assert chosen is not None
    assert evaluator.decide("InEurope", chosen) is True


def test_only_what_was_asked_must_be_the_same() -> None:
    evaluator = Evaluator(TEMPLATE, [{"Stage": "a"}, {"Stage": "b"}], judged={})
    evaluator.evaluate({"Ref": "Stage"})
    given = {"Stage": "a"}, {"Stage": "b", "Open": "x"}
    assert evaluator.is_same_with(given, {})
    assert not evaluator.is_same_with(({"Stage": "a"}, {"Stage": "c"}), {})
    evaluator.decide("IsArm", ALWAYS)
    assert evaluator.is_same_with(given, {"Size": "1"})
    assert not evaluator.is_same_with(given, {"Arch": "arm64"})


def test_how_many_values_of_a_parameter_are_looked_at() -> None:
    def allowing(count: int) -> Evaluator:
        allowed = [str(number) for number in range(count)]
        parameter = {"Type": "String", "AllowedValues": allowed}
        return _evaluator(Parameters={"P": parameter})

    def given(count: int) -> Evaluator:
        return _evaluator(*({"Open": number} for number in range(count)))

    assert len(_values({"Ref": "P"}, allowing(MAX_CHOICES))) == MAX_CHOICES
    assert _values({"Ref": "P"}, allowing(MAX_CHOICES + 1)) == ["${P}"]
    assert allowing(MAX_CHOICES + 1).choices(PARAMETER, "P") == []
    assert len(_values({"Ref": "Open"}, given(MAX_CHOICES))) == MAX_CHOICES
    assert _values({"Ref": "Open"}, given(MAX_CHOICES + 1)) == ["${Open}"]


def test_an_allowed_value_that_is_none_is_left_out() -> None:
    parameter = {"Type": "String", "AllowedValues": ["a", None, ["b"]]}
    assert _values({"Ref": "P"}, _evaluator(Parameters={"P": parameter})) == ["a"]


@pytest.mark.parametrize(("count", "is_known"), [(40, True), (41, False)])
def test_how_many_keys_of_a_mapping_are_looked_at(count: int, is_known: bool) -> None:
    table = {f"region{n}": {"k": f"account{n}"} for n in range(count)}
    evaluator = _evaluator(Mappings={"M": table})
    found = evaluator.evaluate({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "k"]})
    assert len(found) == (count if is_known else 1)
    assert _is_unknown(found[:1]) is not is_known


def test_a_mapping_of_too_many_values_is_unknown_whole() -> None:
    """Not known up to where it was looked up."""
    table = {f"region{n}": {str(m): f"{n}-{m}" for m in range(8)} for n in range(9)}
    keys = [{"Ref": "AWS::Region"}, {"Ref": "AWS::AccountId"}]
    node = {"Fn::FindInMap": ["M", *keys]}
    assert _is_unknown(_evaluator(Mappings={"M": table}).evaluate(node))


def test_mappings_by_parameter_and_by_region() -> None:
    twin = {"Fn::FindInMap": ["Twins", {"Ref": "Arch"}, "twin"]}
    assert _said(twin) == {"x86_64": {"Arch": "arm64"}, "arm64": {"Arch": "x86_64"}}
    assert set(_said({"Fn::Join": ["-", [{"Ref": "Arch"}, twin]]})) == {
        *("arm64-x86_64", "x86_64-arm64"),
    }
    by_region = {"Fn::FindInMap": ["ByRegion", {"Ref": "AWS::Region"}, "account"]}
    assert _said(by_region) == {
        "111111111111": {"AWS::Region": "eu-west-1"},
        "222222222222": {"AWS::Region": "us-east-1"},
    }
    whole = {"Fn::Join": [":", [{"Ref": "AWS::Region"}, by_region]]}
    assert len(_said(whole)) == 2
    twice = {"Fn::Join": [":", [by_region, by_region, {"Ref": "AWS::Region"}]]}
    assert "111111111111:111111111111:eu-west-1" in _said(twice)
    assert len(_said(twice)) == 2


def test_a_resource_with_a_condition() -> None:
    (found,) = _evaluator().evaluate({"Fn::GetAtt": "Armed.Arn"})
    assert found.when.get(CONDITION, "IsArm") is True


def test_an_alias_under_a_condition() -> None:
    resources = {
        **TEMPLATE["Resources"],
        "Sam": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "AutoPublishAlias": {
                    "Fn::If": ["IsProd", "live", {"Ref": "AWS::NoValue"}]
                }
            },
        },
    }
    evaluator = _evaluator(Resources=resources)
    found = evaluator.published_aliases(evaluator.resources["Sam"])
    assert [(str(alias), when.get(CONDITION, "IsProd")) for alias, when in found] == [
        ("${Sam.Alias}", True),
        ("None", False),
    ]


def test_an_alias_that_only_some_choices_publish() -> None:
    def said(*choice: Any) -> list[tuple[str, Any]]:
        sam = {"AutoPublishAlias": {"Fn::If": ["IsProd", *choice]}}
        resources = {"Sam": {"Type": "AWS::Serverless::Function", "Properties": sam}}
        found = _evaluator(Resources=resources).evaluate({"Ref": "Sam.Alias"})
        return [(_plain(one.value), one.when.get(CONDITION, "IsProd")) for one in found]

    alias = f"{SAM_ARN}:${{Sam.Alias}}"
    assert said("live", NOTHING) == [(alias, True)]
    assert said(NOTHING, "live") == [(alias, False)]
    assert said("live", "next") == [(alias, True), (alias, False)]


@pytest.mark.parametrize(
    ("node", "places"),
    [
        ({"Fn::If": ["IsProd", "a", {"Ref": "AWS::NoValue"}]}, [("Fn::If", 1)]),
        ({"Fn::FindInMap": ["Twins", "arm64", "twin"]}, [()]),
        # A malformed one does not.
        ({"Fn::If": "IsProd"}, [()]),
        ({"Fn::If": ["IsProd", "a"]}, [()]),
        ({"Fn::If": [{"Condition": "IsProd"}, "a", "b"]}, [()]),
        ({"Fn::ImportValue": "AWS::NoValue"}, [()]),
        ({"Ref": "AWS::AccountId"}, [()]),
        ({"Ref": "Fn"}, [()]),
        ("a", [()]),
    ],
    ids=str,
)
def test_only_conditions_branch(node: Any, places: list[Any]) -> None:
    found = _evaluator().follow(node, ())
    assert [branch.path for branch in found] == places


@pytest.mark.parametrize(
    ("node", "step", "places"),
    [
        ([{"A": 1}, 2], "*", [(0,), (1,)]),
        ([{"A": 1}], "A", []),
        ({"A": 1, "B": 2}, "B", [("B",)]),
        ({"A": 1, "B": 2}, "*", [("A",), ("B",)]),
        # What an intrinsic function says is not looked into.
        ({"Ref": "Fn"}, "Ref", []),
        ({"Ref": "Fn"}, "*", [()]),
    ],
    ids=str,
)
def test_a_step_below(node: Any, step: str, places: list[Any]) -> None:
    found = _evaluator().follow(node, (step,))
    assert [branch.path for branch in found] == places


# -- what is malformed, endless or too much ------------------------------------------


def test_an_alias_that_names_itself() -> None:
    (value,) = _values({"Ref": "Loop"})
    assert value.endswith(":${Loop}")
    assert "${Loop.FunctionName}" in value


MALFORMED: list[Any] = [
    None,
    "",
    "a",
    7,
    True,
    [],
    {},
    ["a"],
    ["a", "b", "c", "d", "e"],
    [[], {}],
]
MALFORMED += [{"a": "b"}, [None, None], [None, None, None], ["a", None], [{}, {}, {}]]
MALFORMED += [[["a"], "b"], [["a"], ["b"], ["c"]], {"Ref": "Fn"}, [{"Ref": []}, "x"]]
MALFORMED += [["Missing", "a", "b"], [-1, ["a"]], [9, ["a"]], ["x", ["a"]], "${", "${}"]
MALFORMED += [["ByRegion", {"Ref": "AWS::Region"}, {}], ["Broken", "a", "b"]]
MALFORMED += [["ByArch", "arm64", "suffix", "d"], [1, "ab"], [1.5, ["a", "b"]]]
FUNCTIONS = (
    *("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::If"),
    *(
        "Fn::FindInMap",
        "Fn::ImportValue",
        "Fn::ToJsonString",
        "Fn::Unheard",
        "Fn::Base64",
    ),
    *("Fn::Transform", "Fn::Cidr", "Fn::GetAZs", "Fn::Length"),
)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_malformed_arguments(name: str) -> None:
    for argument in MALFORMED:
        evaluator = _evaluator()
        node = {name: argument}
        assert evaluator.evaluate(node)
        assert evaluator.evaluate({"Fn::Join": ["", ["a", node]]})
        assert evaluator.evaluate({"Fn::Sub": ["${A}", {"A": node}]})
        assert evaluator.evaluate([node, {"A": node}])


@pytest.mark.parametrize(
    "node",
    [
        {"Fn::Join": [",", "ab"]},
        {"Fn::Join": [{"Ref": "Stage"}, ["a", "b"]]},
        {"Fn::Select": [2, ["a", "b"]]},
        {"Fn::Select": [-1, ["a", "b"]]},
        {"Fn::Select": [6, {"Fn::Split": [":", {"Ref": "Open"}]}]},
        {"Fn::Split": ["", "ab"]},
        {"Fn::Split": [",", "a,b", "c"]},
        {"Fn::Sub": ["${A}", {"A": "a"}, "b"]},
        {"Fn::FindInMap": ["ByArch", "none", "suffix"]},
        {"Fn::FindInMap": ["None", "arm64", "suffix"]},
        {"Fn::FindInMap": ["ByArch", {"Ref": "Open"}, "suffix"]},
        {
            "Fn::FindInMap": [
                *("ByArch", {"Ref": "Open"}, "suffix"),
                {"DefaultValue": "d"},
            ]
        },
        {"Fn::GetAtt": ["Stack", {"Ref": "Open"}]},
        {"Fn::GetAtt": ["Fn", {"Ref": "Names"}]},
        {"Fn::Join": ["", ["a", ["b"]]]},
        {"Fn::Sub": ["${A}", {"A": {"b": "c"}}]},
        {"Fn::Select": ["9" * 5_000, ["a"]]},
        {"Fn::If": ["IsProd", "a"]},
        {"Fn::If": ["IsProd", "a", "b", "c"]},
        {"Fn::Unheard": "a"},
        {"Ref": ["Fn"]},
        {"Fn::GetAtt": "Fn"},
        None,
    ],
    ids=str,
)
def test_what_cannot_be_known(node: Any) -> None:
    assert _is_unknown(_evaluator().evaluate(node))


def test_too_many_alternatives() -> None:
    conditions = {f"C{n}": {"Fn::Equals": [{"Ref": "Open"}, str(n)]} for n in range(9)}
    choices = [{"Fn::If": [name, "a", "b"]} for name in conditions]
    evaluator = _evaluator(Conditions=conditions)
    assert len(evaluator.evaluate({"Fn::Join": ["", choices[:6]]})) == MAX_ALTERNATIVES
    assert _is_unknown(evaluator.evaluate({"Fn::Join": ["", choices]}))
    variables = {f"A{number}": choice for number, choice in enumerate(choices)}
    text = "".join(f"${{{name}}}" for name in variables)
    assert _is_unknown(evaluator.evaluate({"Fn::Sub": [text, variables]}))
    assert _is_unknown(evaluator.evaluate(choices))
    assert _is_unknown(evaluator.evaluate({str(n): c for n, c in enumerate(choices)}))


def _choices(count: int, one: Any = "a", other: Any = "b") -> tuple[Evaluator, Any]:
    """An evaluator, and choices that have too many alternatives together."""
    names = [f"C{n}" for n in range(count)]
    conditions = {n: {"Fn::Equals": [{"Ref": "Open"}, n]} for n in names}
    choices = [{"Fn::If": [name, one, other]} for name in names]
    return _evaluator(Conditions=conditions), choices


@pytest.mark.parametrize("other", ["b", NOTHING], ids=str)
def test_what_is_beside_too_many_alternatives_is_kept(other: Any) -> None:
    evaluator, choices = _choices(9, other=other)
    nodes = ["orders", "", *choices]
    (found,) = evaluator.evaluate({"Fn::Join": [":", nodes]})
    assert isinstance(found.value, Text)
    fields = found.value.fields(":")
    assert fields[:2] == [literal("orders"), Text()]
    assert all(field.token for field in fields[2:])


def test_a_function_beside_too_many_alternatives_is_kept() -> None:
    evaluator, choices = _choices(9)
    choices[0]["Fn::If"][1:] = [{"Ref": "Fn"}, {"Ref": "Sam"}]
    found = evaluator.evaluate({"Fn::Join": [":", choices]})
    names = [_plain(one.value.fields(":")[0]) for one in found]  # type: ignore[union-attr]
    assert names == ["${Fn}", "${Sam}"]


def test_too_many_alternatives_of_functions_are_unknown() -> None:
    evaluator, choices = _choices(9, {"Ref": "Fn"}, {"Ref": "Sam"})
    one, other = (evaluator.evaluate({"Fn::Join": [d, choices]}) for d in ",;")
    assert _is_unknown(one)
    assert _is_unknown(other)
    assert one[0].value != other[0].value


def test_too_many_branches_are_none() -> None:
    conditions = {f"C{n}": {"Fn::Equals": [{"Ref": "Open"}, str(n)]} for n in range(99)}
    evaluator = _evaluator(Conditions=conditions)
    node: Any = "a"
    for name in [*conditions][: MAX_ALTERNATIVES - 1]:
        node = {"Fn::If": [name, "b", node]}
    assert len(evaluator.follow(node, ())) == MAX_ALTERNATIVES
    assert evaluator.follow({"Fn::If": ["C98", "b", node]}, ()) == []


def test_too_many_attributes_are_unknown() -> None:
    conditions = {f"C{n}": {"Fn::Equals": [{"Ref": "Open"}, str(n)]} for n in range(9)}
    names = [{"Fn::If": [name, "a", "b"]} for name in conditions]
    node = {"Fn::GetAtt": ["Stack", *names]}
    assert _is_unknown(_evaluator(Conditions=conditions).evaluate(node))


def test_an_alias_of_no_value_denotes_something_unknown() -> None:
    alias = {
        "Type": "AWS::Lambda::Alias",
        "Properties": {"FunctionName": {"Ref": "AWS::NoValue"}},
    }
    (value,) = _values({"Ref": "A"}, _evaluator(Resources={"A": alias}))
    assert value.endswith(":function:${A.FunctionName}:${A}")


@pytest.mark.parametrize("name", [[], {}, ["IsProd"], {"Ref": "IsProd"}, 7, None])
def test_a_malformed_name_of_a_condition_decides_nothing(name: Any) -> None:
    conditions = {"C": {"Condition": name}}
    choice = {"Fn::If": ["C", "a", "b"]}
    assert _values(choice, _evaluator(Conditions=conditions)) == ["a", "b"]


def test_a_deep_condition_decides_nothing_and_leaves_the_others_alone() -> None:
    always: Any = {"Fn::Equals": ["a", "a"]}
    deep: Any = always
    for _ in range(2 * 1_000):
        deep = {"Fn::Not": [deep]}
    chain = {f"C{n}": {"Condition": f"C{n - 1}"} for n in range(1, 2 * MAX_DEPTH)}
    evaluator = _evaluator(Conditions={"C0": always, "Deep": deep, **chain})
    assert evaluator.decide("Deep", ALWAYS) is None
    assert evaluator.decide(f"C{2 * MAX_DEPTH - 1}", ALWAYS) is None
    # What was too far from there is not from here.
    assert evaluator.decide(f"C{MAX_DEPTH - 1}", ALWAYS) is True
    assert evaluator.decide("C1", ALWAYS) is True


def test_the_choices_of_a_fact() -> None:
    evaluator = _evaluator({"Stage": "a"}, {"Stage": "b"})
    assert evaluator.choices(CONDITION, "IsProd") == [True, False]
    assert evaluator.choices(PARAMETER_SET, "") == [0, 1]
    assert evaluator.choices(PARAMETER, "Arch") == ["arm64", "x86_64"]
    assert evaluator.choices(PARAMETER, "Open") == []


@pytest.mark.parametrize(
    ("items", "is_known"),
    [
        (["a" * 50], True),
        (["a" * 96], True),
        (["a" * 97], False),
        (["a" * 100], False),
        (["a" * 92, {"Ref": "Open"}], True),
        (["a" * 93, {"Ref": "Open"}], False),
    ],
    ids=["short", "longest", "longer", "long", "token", "longer token"],
)
def test_how_long_a_definition_may_be(
    items: list[Any], is_known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token counts as one character."""
    monkeypatch.setattr(intrinsics_module, "MAX_LENGTH", 100)
    found = _evaluator().evaluate({"Fn::ToJsonString": items})
    assert _is_unknown(found) is not is_known


def test_items_that_move_are_texts() -> None:
    """Which of them are numbers is told by their places."""
    some = {"Fn::If": ["IsProd", "a", NOTHING]}
    found = _values({"Fn::ToJsonString": [some, 5, "6", ["b"]]})
    assert set(found) == {'["a",5,"6",["b"]]', '["5","6",["b"]]'}


def test_a_short_text_is_no_pair() -> None:
    assert _values({"Fn::Sub": "ab"}) == ["ab"]


def test_a_long_definition_is_not_too_much() -> None:
    (value,) = _values({"Fn::ToJsonString": ["a" * 1_000] * 500})
    assert len(value) == 500 * 1_003 + 1


def test_too_deep() -> None:
    node: Any = "a"
    for _ in range(MAX_DEPTH * 50):
        node = {"Fn::Join": ["", [node]]}
    (found,) = _evaluator().evaluate(node)
    assert isinstance(found.value, Text)
    assert found.value.literal is None


@pytest.mark.parametrize(
    "template",
    [
        {},
        {"Resources": None},
        {"Resources": []},
        {"Resources": {"A": None, "B": {"Type": 7}, 7: {"Type": "AWS::Lambda::Alias"}}},
        {"Resources": {"A": {"Type": "AWS::Lambda::Alias", "Properties": "x"}}},
        {"Parameters": [], "Mappings": "x", "Conditions": None},
    ],
    ids=str,
)
def test_broken_templates(template: Any) -> None:
    evaluator = Evaluator(template)
    for name in ("A", "B"):
        assert evaluator.evaluate({"Ref": name})
        assert evaluator.evaluate({"Fn::GetAtt": [name, "Arn"]})
    assert evaluator.decide("A", evaluator.evaluate("x")[0].when) is None


NAMES = st.sampled_from(
    ["Fn", "Alias", "Sam", "Arch", "Names", "IsArm", "ByArch", "arm64", "suffix", "Arn"]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 9),
    st.floats(allow_nan=False),
    st.text(max_size=6),
    NAMES,
    st.sampled_from(
        ["${Fn.Arn}:live", "${", ":", "{{resolve:ssm:/a}}", "AWS::NoValue"]
    ),
)
NODES = st.recursive(
    SCALARS,
    lambda nodes: st.one_of(
        st.lists(nodes, max_size=4),
        st.dictionaries(st.one_of(st.text(max_size=3), NAMES), nodes, max_size=3),
        st.builds(
            lambda name, argument: {name: argument}, st.sampled_from(FUNCTIONS), nodes
        ),
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(NODES)
def test_no_node_raises(node: Any) -> None:
    found = _evaluator().evaluate(node)
    assert 0 < len(found) <= MAX_ALTERNATIVES
    for alternative in found:
        assert alternative.value is NO_VALUE or isinstance(
            alternative.value, (Text, list, dict)
        )


TARGETS = (
    ("AWS::Lambda::EventSourceMapping", "FunctionName"),
    ("AWS::Events::Rule", "Targets"),
    ("AWS::SNS::Topic", "Subscription"),
    ("AWS::ApiGateway::RestApi", "Body"),
    ("AWS::StepFunctions::StateMachine", "DefinitionString"),
    ("AWS::StepFunctions::StateMachine", "DefinitionSubstitutions"),
    ("AWS::Serverless::Function", "Events"),
    ("AWS::Serverless::StateMachine", "DefinitionUri"),
    ("AWS::Lambda::Alias", "FunctionName"),
    ("AWS::Lambda::Alias", "FunctionVersion"),
    ("AWS::Lambda::Function", "Layers"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Lambda::Function", "Architectures"),
    ("AWS::Serverless::Connector", "Source"),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(TARGETS), NODES)
def test_no_property_raises(place: tuple[str, str], node: Any) -> None:
    kind, name = place
    resource = {"Type": kind, "Properties": {name: node}}
    template = {**TEMPLATE, "Resources": {**TEMPLATE["Resources"], "Any": resource}}
    reading = read(Template("template.json", template, ["us-east-1"]))
    assert isinstance(reading.references.of(node), list)
    for target in reading.targets:
        assert isinstance(reading.unqualified_uses(target), list)
    for function in reading.functions:
        assert isinstance(reading.layers.mismatches(function), list)


def test_tokens_are_named_after_what_they_stand_for() -> None:
    (found,) = _evaluator().evaluate({"Ref": "Fn"})
    assert isinstance(found.value, Text)
    assert found.value.token == Token("function", "Fn")


def test_unknowns_of_different_functions_differ() -> None:
    names = {"Parameters": {"Names": {"Type": "CommaDelimitedList"}}}
    evaluator = Evaluator(names)
    one, other = (
        evaluator.evaluate({"Fn::Join": [delimiter, {"Ref": "Names"}]})[0].value
        for delimiter in ",;"
    )
    assert one != other


def test_a_mapping_of_many_values_is_looked_up_only_so_far() -> None:
    table = {
        f"region{number}": {f"{key}": f"orders-{key}" for key in range(40)}
        for number in range(40)
    }
    keys = [{"Ref": "AWS::Region"}, {"Ref": "AWS::AccountId"}]
    evaluator = Evaluator({"Mappings": {"Names": table}})
    (found,) = evaluator.evaluate({"Fn::FindInMap": ["Names", *keys]})
    assert isinstance(found.value, Text)
    assert found.value.token is not None
    assert found.value.token.kind == UNKNOWN
    assert evaluator._steps < 2 * MAX_ALTERNATIVES


def _texts(node: Any, *sets: Any, **conditions: Any) -> list[str]:
    parameters = {
        "Stage": {"Type": "String", "Default": "dev"},
        "Open": {"Type": "String"},
    }
    always = {"Fn::Equals": ["a", "a"]}
    prod = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    template = {
        "Parameters": parameters,
        "Conditions": {
            "Always": always,
            "Never": {"Fn::Not": [{"Condition": "Always"}]},
            "IsProd": prod,
            **conditions,
        },
    }
    return [str(found.value) for found in Evaluator(template, sets).evaluate(node)]


@pytest.mark.parametrize(
    "condition",
    [
        {"Fn::And": [{"Condition": "Always"}, {"Condition": "IsProd"}]},
        {"Fn::Or": [{"Condition": "Never"}, {"Condition": "IsProd"}]},
        {"Fn::Unknown": [{"Condition": "Always"}, {"Condition": "Always"}]},
        {"Fn::Equals": ["a", "b", "c"]},
        {"Fn::Not": [{"Condition": "Always"}, {"Condition": "Always"}]},
        {"Fn::Equals": [["a"], ["a"]]},
        {"Fn::Equals": [["a"], "a"]},
        {"Fn::Equals": ["a", {"a": "a"}]},
    ],
)
def test_what_does_not_decide_a_condition(condition: Any) -> None:
    assert _texts({"Fn::If": ["C", "a", "b"]}, C=condition) == ["a", "b"]


def test_a_default_that_was_taken_decides_conditions_beside_it() -> None:
    choice = {"Fn::If": ["IsProd", "1", "2"]}
    assert _texts({"Fn::Join": ["", [{"Ref": "Stage"}, choice]]}) == ["dev2"]


def test_a_set_of_parameters_that_leaves_one_out_says_nothing_of_it() -> None:
    sets = {"Stage": "prod"}, {"Open": "x"}
    assert _texts({"Ref": "Stage"}, *sets) == ["prod"]


TWO_SETS = ({"Stage": "prod", "Open": "x"}, {"Stage": "dev", "Open": "y"})


def test_what_sets_of_parameters_give_is_given_together() -> None:
    assert _texts({"Fn::Sub": "${Stage}-${Open}"}, *TWO_SETS) == ["prod-x", "dev-y"]
    # One parameter is looked at; the other one decides the condition.
    choice = {"Fn::If": ["IsProd", "live", "beta"]}
    node = {"Fn::Join": [":", [{"Ref": "Open"}, choice]]}
    cfn = Template("template.json", with_stage(node), ["us-east-1"])
    sets = [SimpleNamespace(parameters=values) for values in TWO_SETS]
    cfn.context = cfn.context.evolve(parameter_sets=sets)
    reading = read(cfn)
    found = reading.evaluator.evaluate(node)
    possible = [str(one.value) for one in found if reading.possible(one.when)]
    assert possible == ["x:live", "y:beta"]


def test_what_was_read_before_leaves_room_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bound is for one value, not for all of a large template."""
    monkeypatch.setattr(evaluator_module, "MAX_STEPS", 20)
    evaluator = Evaluator({})
    node = {"Fn::Join": ["-", ["a", {"Fn::Join": ["-", ["b", "c"]]}]]}
    for _ in range(20):
        assert [str(found.value) for found in evaluator.evaluate(node)] == ["a-b-c"]


def test_what_takes_too_many_steps_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluator_module, "MAX_STEPS", 20)
    node = {"Fn::Join": ["-", [{"Fn::Sub": "a"}] * 30]}
    assert _is_unknown(Evaluator({}).evaluate(node))


def test_mappings_in_mappings_end() -> None:
    """Each would be looked up for every value of the one before."""
    names = [f"key{number}" for number in range(40)]
    parameter = {"Type": "String", "AllowedValues": names}
    node: Any = "k"
    for number in range(5):
        node = {"Fn::FindInMap": ["M", {"Ref": f"P{number}"}, node]}
    evaluator = Evaluator(
        {
            "Parameters": {f"P{number}": parameter for number in range(5)},
            "Mappings": {"M": {name: {"k": "k"} for name in names}},
        }
    )
    assert evaluator.evaluate(node)
    assert evaluator._steps < 2 * evaluator_module.MAX_STEPS


@pytest.mark.slow
def test_choices_in_choices_end() -> None:
    """Each doubles the work, though all that is found is that it is too much."""
    node: Any = "a"
    conditions = {}
    for number in range(16):
        node = {"Fn::If": [f"C{number}", node, node]}
        conditions[f"C{number}"] = {"Fn::Equals": [{"Ref": f"P{number}"}, "a"]}
    parameters = {f"P{number}": {"Type": "String"} for number in range(16)}
    evaluator = Evaluator({"Parameters": parameters, "Conditions": conditions})
    assert any(_is_unknown([found]) for found in evaluator.evaluate(node))
    assert evaluator._steps < 2 * evaluator_module.MAX_STEPS


def test_what_cannot_be_written_out_is_unknown() -> None:
    deep: Any = []
    for _ in range(5_000):
        deep = [deep]
    for node in ({1: "a", "b": "c"}, 10**5000, deep):
        assert _is_unknown(Evaluator({}).evaluate({"Fn::Unknown": node}))
    assert _is_unknown(Evaluator({}).evaluate(10**5000))


def test_what_is_unknown_is_the_same_in_each_order_of_its_keys() -> None:
    one, other = (
        Evaluator({}).evaluate({"Fn::Unknown": node})
        for node in ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    )
    assert one == other


def test_a_key_may_be_a_number() -> None:
    """YAML has such keys; an intrinsic function is none of them."""
    assert _texts({"Fn::ToJsonString": {1: "a"}}) != []
    (found,) = Evaluator({}).evaluate({1: "a"})
    assert isinstance(found.value, dict)
    assert list(found.value.values()) == [literal("a")]


def test_a_logical_id_that_is_too_long_hides_no_other_resource() -> None:
    topic = {"Type": "AWS::SNS::Topic"}
    resources = {"A" * 256: topic, "B" * 255: topic}
    assert list(Evaluator({"Resources": resources}).resources) == ["B" * 255]


def test_what_has_no_type_hides_no_other_resource() -> None:
    topic = {"Type": "AWS::SNS::Topic"}
    for odd in (None, 7, {}, {"Type": 7}, {"Type": {"Ref": "A"}}):
        found = Evaluator({"Resources": {"Odd": odd, "Topic": topic}}).resources
        assert list(found) == ["Topic"]
