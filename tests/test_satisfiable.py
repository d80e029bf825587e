"""What is asked of cfn-lint's condition solver, and that the answers are its own.

Tests `template/_scenario.py` too.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race.template import ALWAYS, Reading, Scenario
from cfn_lint_lambda_race.template._scenario import (
    CONDITION,
    PARAMETER,
    PARAMETER_SET,
)

IN_EUROPE = {
    "Fn::Equals": [{"Fn::Select": [0, {"Fn::Split": ["-", {"Ref": "R"}]}]}, "eu"]
}
CONDITIONS: dict[str, Any] = {
    "IsA": {"Fn::Equals": [{"Ref": "Stage"}, "a"]},
    "IsB": {"Fn::Equals": ["b", {"Ref": "Stage"}]},
    "IsNotA": {"Fn::Not": [{"Condition": "IsA"}]},
    "IsOther": {"Fn::Equals": [{"Ref": "Free"}, "a"]},
    "IsBoth": {"Fn::And": [{"Condition": "IsA"}, {"Condition": "IsOther"}]},
    "IsEither": {"Fn::Or": [{"Condition": "IsB"}, {"Condition": "IsBoth"}]},
    "IsEurope": IN_EUROPE,
    "IsNotEurope": {"Fn::Not": [IN_EUROPE]},
    "IsPaid": {"Fn::Equals": [{"Fn::FindInMap": ["M", {"Ref": "Stage"}, "k"]}, "1"]},
}
# Numbers are as good as texts, and what is malformed decides nothing.
UNUSUAL: dict[str, Any] = {
    "IsNumbered": {
        "Fn::And": [
            {"Fn::Equals": [{"Fn::Sub": ["${Stage}-${X}", {"X": 8}]}, "a-8"]},
            {"Fn::Equals": [{"Ref": "Free"}, 7]},
        ]
    },
    "IsMalformed": {"Fn::Equals": 7},
}


# What the CDK writes into each template.
BOOTSTRAP = {
    "CheckBootstrapVersion": {
        "Assertions": [
            {
                "Assert": {
                    "Fn::Not": [{"Fn::Contains": [["1", "2"], {"Ref": "Free"}]}]
                },
                "AssertDescription": "The environment is bootstrapped",
            }
        ]
    }
}


def _template(**sections: Any) -> Template:
    parameters = {
        "Stage": {"Type": "String", "AllowedValues": ["a", "b", "c"]},
        "Free": {"Type": "String"},
        "R": {"Type": "String"},
    }
    template = {
        "Parameters": parameters,
        "Mappings": {"M": {"a": {"k": "1"}, "b": {"k": "2"}, "c": {"k": "3"}}},
        "Conditions": CONDITIONS,
        "Resources": {},
        **sections,
    }
    return Template("template.yaml", template, ["us-east-1"])


def _scenario(kind: str, choices: dict[str, Any]) -> Scenario:
    found = ALWAYS
    for name, choice in choices.items():
        found = found.given(kind, name, choice) or found
    return found


@pytest.mark.slow
@pytest.mark.parametrize("names", [*combinations(CONDITIONS, 3)], ids="-".join)
def test_answers_are_those_of_one_question(names: tuple[str, ...]) -> None:
    cfn = _template()
    possible = Reading(cfn).possible
    for values in product((True, False), repeat=len(names)):
        chosen = dict(zip(names, values))
        whole = cfn.conditions.build_scenarios({n: {v} for n, v in chosen.items()})
        assert possible(_scenario(CONDITION, chosen)) is any(True for _ in whole)


@pytest.mark.parametrize(
    ("stage", "chosen", "is_possible"),
    [
        ("a", {"IsA": True}, True),
        ("a", {"IsB": True}, False),
        ("b", {"IsBoth": True}, False),
        ("b", {"IsEither": False}, False),
        ("c", {"IsEither": True}, False),
        ("c", {"IsEurope": True, "IsOther": False}, True),
        ("a", {"IsPaid": False}, False),
        ("b", {"IsPaid": False}, True),
        ("a", {"IsNumbered": True}, True),
        ("b", {"IsNumbered": True}, False),
        ("b", {"IsMalformed": True}, True),
    ],
)
@pytest.mark.parametrize("sections", [{}, {"Rules": BOOTSTRAP}], ids=["", "Rules"])
def test_values_of_parameters_decide(
    stage: str, chosen: dict[str, bool], is_possible: bool, sections: dict[str, Any]
) -> None:
    values = _scenario(PARAMETER, {"Stage": stage})
    both = values.merged(_scenario(CONDITION, chosen))
    assert both is not None
    template = _template(Conditions={**CONDITIONS, **UNUSUAL}, **sections)
    assert Reading(template).possible(both) is is_possible


@pytest.mark.parametrize("sections", [{}, {"Rules": BOOTSTRAP}], ids=["", "Rules"])
@pytest.mark.parametrize("conditions", [{}, CONDITIONS], ids=["none", "some"])
def test_a_choice_that_no_condition_mentions_is_possible(
    sections: dict[str, Any], conditions: dict[str, Any]
) -> None:
    """Each `cdk synth` has `Rules`; they must not silence mappings and defaults."""
    possible = Reading(_template(Conditions=conditions, **sections)).possible
    assert possible(_scenario(PARAMETER, {"R": "eu-west-1"}))
    assert possible(_scenario(PARAMETER, {"Stage": "b"}))


def test_rules_tie_what_shares_no_parameter() -> None:
    rule = {
        "RuleCondition": {"Fn::Equals": [{"Ref": "Stage"}, "a"]},
        "Assertions": [{"Assert": {"Fn::Equals": [{"Ref": "Free"}, "a"]}}],
    }
    chosen = _scenario(CONDITION, {"IsA": True, "IsOther": False})
    assert Reading(_template()).possible(chosen)
    assert not Reading(_template(Rules={"Tie": rule})).possible(chosen)


def test_questions_do_not_multiply() -> None:
    count = 12
    conditions = {
        f"C{n}": {"Fn::Equals": [{"Ref": f"P{n}"}, "x"]} for n in range(count)
    }
    parameters = {f"P{n}": {"Type": "String"} for n in range(count)}
    cfn = _template(Conditions=conditions, Parameters=parameters)
    questions: list[Any] = []
    solve = cfn.conditions.build_scenarios

    def asked(known: Any) -> Any:
        questions.append(known)
        return solve(known)

    cfn.conditions.build_scenarios = asked
    possible = Reading(cfn).possible
    for values in product((True, False), repeat=6):
        for first in range(count - 5):
            names = (f"C{n}" for n in range(first, first + 6))
            assert possible(_scenario(CONDITION, dict(zip(names, values))))
    assert len(questions) == 2 * count


def test_a_choice_is_made_once() -> None:
    one = _scenario(PARAMETER, {"Stage": "a"})
    assert one.given(PARAMETER, "Stage", "b") is None
    assert one.given(PARAMETER, "Stage", "a") == one
    assert one.merged(_scenario(PARAMETER, {"Stage": "b"})) is None


def test_the_values_that_are_given_decide_what_they_are_given_for() -> None:
    given = [{"Stage": "a"}, {"Stage": "b"}]
    possible = Reading(_template(), parameter_sets=given).possible
    first = _scenario(PARAMETER_SET, {"": 0})
    for values in (first, first.given(PARAMETER, "Stage", "a") or ALWAYS):
        for is_a in (True, False):
            assert possible(values.given(CONDITION, "IsA", is_a) or ALWAYS) is is_a
