"""Conditions that an update defines anew: told without a value of their parameters.

What is told then is held against what is told with each value that can matter.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race.template import ALWAYS, Evaluator, Resource, Scenario
from cfn_lint_lambda_race.template._cfnlint import _Given, kept
from cfn_lint_lambda_race.template._scenario import (
    CONDITION,
    PARAMETER,
    PARAMETER_SET,
    OtherValue,
)
from cfn_lint_lambda_race.template._targets import Mentions
from cfn_lint_lambda_race.update import update_of
from cfn_lint_lambda_race.update._choices import Choices, Chosen
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment
from tests.building import new_code, parameter, resource, sam, stack
from tests.linting import lint_template, messages
from tests.updates import PUBLISHED, configured, lint_update, side_of, update

# Most compare an update for each value that decides something in it.
pytestmark = pytest.mark.slow

Template_ = dict[str, Any]


def _is(value: str, name: str = "Stage") -> Template_:
    return {"Fn::Equals": [{"Ref": name}, value]}


def _not(node: Any) -> Template_:
    return {"Fn::Not": [node]}


def _any(*nodes: Any) -> Template_:
    return {"Fn::Or": list(nodes)}


def _staged(condition: Any, name: str = "IsX", **stage: Any) -> Template_:
    """A function whose architecture and timeout rest on one condition."""
    return stack(
        {
            "Architectures": [{"Fn::If": [name, "arm64", "x86_64"]}],
            "Timeout": {"Fn::If": [name, 9, 3]},
        },
        Parameters={"Stage": parameter(**stage)},
        Conditions={name: condition},
    )


_BEFORE = _is("build")
_AFTER = _any(_is("build"), _is("staging"))
_STAGES = {"AllowedValues": ["dev", "staging", "build"]}


def _when(folder: Path, before: Template_, after: Template_, *arguments: str) -> Any:
    """When W9831 says that it holds: empty for always, None where it is silent."""
    (folder / "before.json").write_text(json.dumps(before))
    setting = f"W9831:baseline_path={folder / 'before.json'}"
    found = messages(lint_template(folder, after, "-x", setting, *arguments), "W9831")
    if not found:
        return None
    (message,) = found
    head = message.split(", and between")[0]
    return head.split("(UpdateFunctionConfiguration)")[1].removeprefix(" when ")


@pytest.mark.parametrize(
    ("value", "said"), [("staging", ""), ("dev", None), ("build", None)]
)
@pytest.mark.parametrize("stage", [{}, _STAGES], ids=["any", "allowed"])
def test_a_value_decides_what_both_sides_make_of_it(
    value: str, said: str | None, stage: Template_, tmp_path: Path
) -> None:
    before, after = _staged(_BEFORE, **stage), _staged(_AFTER, **stage)
    given = ("--parameters", f"Stage={value}")
    assert _when(tmp_path, before, after, *given) == said
    stage = {**stage, "Default": value}
    before, after = _staged(_BEFORE, **stage), _staged(_AFTER, **stage)
    assert _when(tmp_path, before, after) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (_BEFORE, _AFTER, "Stage is staging"),
        (_AFTER, _BEFORE, "Stage is staging"),
        (_BEFORE, _is("staging"), "Stage is build or Stage is staging"),
        (_BEFORE, _not(_is("build")), ""),
        (_BEFORE, _not(_is("dev")), "Stage is neither build nor dev"),
        (_not(_is("")), _is("dev"), "Stage is neither empty nor dev"),
        (_is(""), {"Fn::Equals": ["a", "b"]}, "Stage is empty"),
        (_is(""), {"Fn::Equals": ["a", "a"]}, "Stage is not empty"),
        (_BEFORE, _not(_not(_is("build"))), None),
        (_BEFORE, _any(_is("build"), _is("build")), None),
        (_BEFORE, {"Fn::Equals": ["build", {"Ref": "Stage"}]}, None),
        (_BEFORE, {"Fn::Equals": [{"Fn::Sub": "${Stage}"}, "build"]}, None),
        # What nobody can name the values of stays undecided.
        (_BEFORE, {"Fn::Equals": [{"Fn::Sub": "${Stage}-x"}, "build"]}, None),
        (_BEFORE, {"Fn::Equals": [{"Ref": "Stage"}, {"Ref": "AWS::Region"}]}, None),
        (_BEFORE, "malformed", None),
        (_BEFORE, {"Fn::Equals": [{"Ref": "Gone"}, "x"]}, None),
    ],
)
def test_each_value_that_conditions_name_is_looked_at(
    before: Any, after: Any, said: str | None, tmp_path: Path
) -> None:
    assert _when(tmp_path, _staged(before), _staged(after)) == said


def test_a_region_is_a_value_as_any_other(tmp_path: Path) -> None:
    region = _is("us-east-1", "AWS::Region")
    both = _any(region, _is("eu-west-1", "AWS::Region"))
    said = _when(tmp_path, _staged(region), _staged(both))
    assert said == "AWS::Region is eu-west-1"


@pytest.mark.parametrize("name", ["IsX", "IsY"])
def test_a_condition_below_another_is_defined_anew(name: str, tmp_path: Path) -> None:
    before, after = (_staged({"Condition": name}, "IsZ") for _ in range(2))
    before["Conditions"]["IsX"], after["Conditions"][name] = _BEFORE, _AFTER
    if name == "IsX":
        assert _when(tmp_path, before, after) == "Stage is staging"
    else:
        before["Conditions"]["IsZ"] = {"Condition": "IsX"}
        after["Conditions"][name] = _BEFORE
        assert _when(tmp_path, before, after) is None


def test_a_mapping_defines_a_condition_anew(tmp_path: Path) -> None:
    def side(arm: str) -> Template_:
        found = {"Fn::FindInMap": ["Arm", {"Ref": "Stage"}, "Is"]}
        template = _staged({"Fn::Equals": [found, "yes"]})
        rows = {"dev": "no", "live": arm, "test": "yes"}
        template["Mappings"] = {"Arm": {key: {"Is": rows[key]} for key in rows}}
        return template

    assert _when(tmp_path, side("no"), side("yes")) == "Stage is live"
    assert _when(tmp_path, side("no"), side("no")) is None


def test_a_condition_of_another_name_is_the_same(tmp_path: Path) -> None:
    before, after = _staged(_BEFORE), _staged(_BEFORE, "IsY")
    assert _when(tmp_path, before, after) is None
    after["Resources"]["Orders"]["Properties"]["Timeout"]["Fn::If"][1] = 10
    after["Resources"]["Orders"]["Properties"]["Code"]["S3Key"] = "orders-2.zip"
    assert _when(tmp_path, before, after) == "Stage is build"


def test_a_parameter_of_another_name_has_the_same_value(tmp_path: Path) -> None:
    before, after = _staged(_BEFORE), _staged(_is("build", "Environment"))
    after["Parameters"] = {"Environment": parameter()}
    assert _when(tmp_path, before, after) is None


@pytest.mark.parametrize("has_rules", [False, True])
def test_a_condition_that_is_new_hides_no_race(has_rules: bool, tmp_path: Path) -> None:
    before, after = stack(), _staged(_is("build"))
    before["Parameters"] = {"Stage": parameter()}
    if has_rules:
        after["Rules"] = {"R": {"Assertions": [{"Assert": _not(_is("", "Stage"))}]}}
    assert _when(tmp_path, before, after) == "Stage is build"
    assert _when(tmp_path, after, before) == "Stage is build"


_DEV = {"Default": "dev"}


def _with_variables(**variables: Any) -> Template_:
    template = stack(
        {"Environment": {"Variables": variables}},
        Parameters={"Stage": parameter(**_DEV)},
    )
    template["Conditions"] = {"IsProd": _is("prod")}
    return template


def test_a_new_condition_beside_a_change_hides_it_in_no_stack(tmp_path: Path) -> None:
    before = _with_variables(A={"Fn::If": ["IsProd", "1", "2"]})
    option = {"Fn::If": ["IsNew", "x", {"Ref": "AWS::NoValue"}]}
    after = new_code(_with_variables(A={"Fn::If": ["IsProd", "3", "2"]}, B=option))
    after["Conditions"]["IsNew"] = _is("yes", "New")
    after["Parameters"]["New"] = parameter(Default="no")
    said = _when(tmp_path, before, after)
    assert said == "IsNew is true and IsProd is false or IsProd is true"


def test_an_option_that_no_default_takes_is_no_change(tmp_path: Path) -> None:
    option = {"Fn::If": ["IsProd", "x", {"Ref": "AWS::NoValue"}]}
    before, after = _with_variables(A="1"), _with_variables(A="1", B=option)
    del before["Conditions"]
    assert _when(tmp_path, before, new_code(after)) is None
    assert _when(tmp_path, after, new_code(before)) is None


@pytest.mark.parametrize(
    ("one", "other", "said"), [("3", "4", ""), ("3", "2", "IsProd is true")]
)
@pytest.mark.parametrize("default", ["dev", "prod"])
def test_a_default_does_not_hide_that_other_stacks_race_too(
    default: str, one: str, other: str, said: str, tmp_path: Path
) -> None:
    def side(one: str, other: str) -> Template_:
        template = _with_variables(A={"Fn::If": ["IsProd", one, other]})
        template["Parameters"]["Stage"]["Default"] = default
        return template

    after = new_code(side(one, other))
    assert _when(tmp_path, side("1", "2"), after) == said
    assert _when(tmp_path, _with_variables(A="1"), new_code(side("3", "4"))) == ""


def test_other_stacks_are_told_of_only_what_changes_there(tmp_path: Path) -> None:
    before, after = _staged(_BEFORE, **_DEV), _staged(_BEFORE, **_DEV)
    properties = after["Resources"]["Orders"]["Properties"]
    properties["Timeout"] = {"Fn::If": ["IsX", 9, 4]}
    properties["MemorySize"] = {"Fn::If": ["IsX", 256, 128]}
    assert _when(tmp_path, before, new_code(after)) == "IsX is false"


def test_a_condition_that_creates_the_function_has_no_race(tmp_path: Path) -> None:
    before, after = _staged(_BEFORE), _staged(_AFTER)
    for side in (before, after):
        side["Resources"]["Orders"]["Condition"] = "IsX"
        side["Resources"]["Invocation"]["Condition"] = "IsX"
    assert _when(tmp_path, before, after) is None
    after["Resources"]["Orders"]["Properties"]["Code"]["S3Key"] = "orders-2.zip"
    after["Resources"]["Orders"]["Properties"]["MemorySize"] = 512
    assert _when(tmp_path, before, after) == "Stage is build"


@pytest.mark.parametrize(
    ("value", "said"), [("staging", ""), ("dev", None), ("build", None)]
)
@pytest.mark.parametrize("transforms", [[], ["AWS::LanguageExtensions"]], ids=len)
@pytest.mark.parametrize("stage", [{}, {"Default": "prod"}], ids=["any", "default"])
def test_a_value_that_is_given_decides_under_transforms(
    value: str,
    said: str | None,
    transforms: list[str],
    stage: Template_,
    tmp_path: Path,
) -> None:
    """cfn-lint forgets the values when it transforms a template."""

    def side(condition: Any) -> Template_:
        template = sam(
            {"Timeout": {"Fn::If": ["IsX", 9, 3]}},
            Parameters={"Stage": parameter(**stage)},
            Conditions={"IsX": condition},
        )
        template["Transform"] = [*transforms, template["Transform"]]
        return template

    before, after = side(_BEFORE), new_code(side(_AFTER))
    given = ("--parameters", f"Stage={value}")
    assert _when(tmp_path, before, after, *given) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [("prod", ""), ("dev", None), ("", "IsProd is true and IsX is true")],
)
@pytest.mark.parametrize("stage", [{}, {"AllowedValues": ["dev", "prod"]}], ids=str)
def test_what_a_given_value_decides_is_not_worth_a_word(
    value: str, said: str | None, stage: Template_, tmp_path: Path
) -> None:
    def side(timeout: int) -> Template_:
        inner = {"Fn::If": ["IsX", timeout, 3]}
        return stack(
            {"Timeout": {"Fn::If": ["IsProd", inner, 3]}},
            Parameters={"Stage": parameter(**stage), "X": parameter()},
            Conditions={"IsProd": _is("prod"), "IsX": _is("yes", "X")},
        )

    given = ["--parameters", f"Stage={value}", "X=yes"] if value else []
    assert _when(tmp_path, side(5), new_code(side(9)), *given) == said


@pytest.mark.parametrize(("value", "said"), [("prod", ""), ("dev", None), ("", "")])
def test_a_function_that_is_not_there_has_no_race(
    value: str, said: str | None, tmp_path: Path
) -> None:
    before = stack({"Timeout": 3}, Parameters={"Stage": parameter(Default="dev")})
    before["Conditions"] = {"IsProd": _is("prod")}
    for name in before["Resources"]:
        before["Resources"][name]["Condition"] = "IsProd"
    after = new_code(before)
    after["Resources"]["Orders"]["Properties"]["Timeout"] = 9
    given = ("--parameters", f"Stage={value}") if value else ()
    assert _when(tmp_path, before, after, *given) == said


def test_a_new_layer_version_of_some_stages_counts(tmp_path: Path) -> None:
    def side(condition: Any) -> Template_:
        template = _staged(condition)
        content = {"S3Bucket": "a", "S3Key": {"Fn::If": ["IsX", "arm", "x86"]}}
        template["Resources"]["Layer"] = resource(
            "Lambda::LayerVersion", Content=content
        )
        properties = template["Resources"]["Orders"]["Properties"]
        del properties["Timeout"]
        properties["Layers"] = [{"Ref": "Layer"}]
        return template

    assert _when(tmp_path, side(_BEFORE), side(_AFTER)) == "Stage is staging"


def test_a_version_of_what_a_condition_changes_is_not_redundant(
    tmp_path: Path,
) -> None:
    def side(version: str, condition: Any) -> Template_:
        template = _staged(condition)
        template["Resources"][version] = resource(
            "Lambda::Version", FunctionName={"Ref": "Orders"}
        )
        return template

    here = _is("us-east-1", "AWS::Region")
    before = side("One", here)
    (tmp_path / "before.json").write_text(json.dumps(before))
    setting = f"W9831:baseline_path={tmp_path / 'before.json'}"
    for condition, count in ((here, 1), (_is("x", "AWS::Region"), 0)):
        found = lint_template(tmp_path, side("Two", condition), "-x", setting)
        assert len(messages(found, "W9835")) == count


def test_what_is_not_published_says_for_which_value(tmp_path: Path) -> None:
    def side(condition: Any) -> Template_:
        template = _staged(condition)
        del template["Resources"]["Orders"]["Properties"]["Architectures"]
        template["Resources"]["Version"] = resource(
            "Lambda::Version", FunctionName={"Ref": "Orders"}
        )
        template["Resources"]["Alias"] = resource(
            "Lambda::Alias",
            FunctionName={"Ref": "Orders"},
            FunctionVersion={"Fn::GetAtt": ["Version", "Version"]},
            Name="live",
        )
        invocation = template["Resources"]["Invocation"]["Properties"]
        invocation["Endpoint"] = {"Ref": "Alias"}
        return template

    found = lint_update(tmp_path, side(_BEFORE), side(_AFTER))
    (message,) = messages(found, "W9832")
    assert "Timeout of Orders when Stage is staging" in message


def test_a_template_with_more_choices_than_are_looked_at_is_silent(
    tmp_path: Path,
) -> None:
    many = _any(*(_is(f"s{number}") for number in range(60)))
    assert _when(tmp_path, _staged(_BEFORE), _staged(many)) is None


# -- any conditions ----------------------------------------------------------------

_DOMAINS = {"Stage": ["a", "b", "c"], "Flag": ["yes", "no"]}
_ALLOWED: list[Template_] = [
    {name: {"AllowedValues": _DOMAINS[name]} for name in names}
    for names in (["Stage"], ["Flag"], ["Stage", "Flag"])
]


def _random_condition(rng: random.Random, depth: int = 2) -> Any:
    kind = rng.choice(["equals"] * 3 + ["not", "and", "or", "name"])
    if depth == 0 or kind == "equals":
        name = rng.choice(list(_DOMAINS))
        return _is(rng.choice(_DOMAINS[name]), name)
    if kind == "name":
        return {"Condition": "Base"}
    parts = [
        _random_condition(rng, depth - 1) for _ in range(1 if kind == "not" else 2)
    ]
    return {f"Fn::{kind.title()}": parts}


def _random_value(rng: random.Random, names: list[str], one: Any, other: Any) -> Any:
    name = rng.choice([*names, ""])
    if not name:
        return rng.choice([one, other])
    return {"Fn::If": [name, *rng.sample([one, other], 2)]}


def _random_pair(rng: random.Random, parameters: Template_) -> list[Template_]:
    """Two templates that share some conditions, rename some, and define some anew."""
    base = _is(rng.choice(_DOMAINS["Stage"]))
    definitions = [_random_condition(rng) for _ in range(3)]
    sides = []
    for _ in range(2):
        names = rng.sample(["IsX", "IsY", "IsZ"], 2)
        conditions = {
            "Base": base if rng.random() < 0.8 else _is("b"),
            **{name: rng.choice(definitions) for name in names},
        }
        properties = {
            "Architectures": [_random_value(rng, names, "arm64", "x86_64")],
            "Timeout": _random_value(rng, names, 3, 9),
            "MemorySize": rng.choice([128, _random_value(rng, names, 128, 256)]),
        }
        alias = {"Fn::GetAtt": ["Orders", "Arn"]}
        side = stack(properties, alias, Parameters=parameters, Conditions=conditions)
        if rng.random() < 0.3:
            side["Resources"]["Orders"]["Condition"] = names[0]
            side["Resources"]["Invocation"]["Condition"] = names[0]
        if rng.random() < 0.2:
            side["Rules"] = {"R": {"Assertions": [{"Assert": _not(_is("x"))}]}}
        sides.append(side)
    return sides


def _racing(folder: Path, values: Mapping[str, str] | None = None) -> list[Scenario]:
    """When the update races, of stacks with some values of their parameters."""
    cfn = configured(folder / "after.json", baseline_path=str(folder / "before.json"))
    if values:
        sets = [SimpleNamespace(parameters=values)]
        cfn.context = cfn.context.evolve(parameter_sets=sets)
    return [
        when
        for found in update_of(cfn).concurrent
        for when in (found.when, *found.also)
    ]


def _holds(after: Template_, when: Scenario, values: Mapping[str, str]) -> bool:
    """Whether a scenario is that of some values of the parameters."""
    evaluator = Evaluator(after, [values])
    for name, value in when.of_kind(CONDITION):
        if evaluator.decide(name, ALWAYS) is not value:
            return False
    for name, value in when.of_kind(PARAMETER):
        if isinstance(value, OtherValue):
            if values[name] in value.named:
                return False
        elif values[name] != value:
            return False
    return True


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("allowed", [{}, _ALLOWED[0], _ALLOWED[2]], ids=str)
def test_what_is_told_of_defaults_is_so_with_each_value(
    seed: int, allowed: Template_, tmp_path: Path
) -> None:
    defaults = {name: values[-1] for name, values in _DOMAINS.items()}
    declared = {
        name: parameter(Default=defaults[name], **allowed.get(name, {}))
        for name in _DOMAINS
    }
    rng = random.Random(seed)
    before, after = _random_pair(rng, declared)
    conditions = {name: _random_condition(rng) for name in ("IsX", "IsY", "IsZ")}
    for side in (before, after):
        side["Conditions"] = {**conditions, "Base": _is("b")}
    update(tmp_path, before, after)
    told = _racing(tmp_path)
    for chosen in product(*_DOMAINS.values()):
        values = dict(zip(_DOMAINS, chosen))
        is_racing = bool(_racing(tmp_path, values))
        is_told = any(_holds(after, when, values) for when in told)
        assert is_racing or not is_told, (values, told)
        assert is_told or not (is_racing and values == defaults), (values, told)


@pytest.mark.parametrize("parameters", [{}, *_ALLOWED], ids=str)
@pytest.mark.parametrize("seed", range(12))
def test_what_is_told_of_no_value_is_told_of_each(
    seed: int, parameters: Template_, tmp_path: Path
) -> None:
    declared = {name: parameter(**parameters.get(name, {})) for name in _DOMAINS}
    before, after = _random_pair(random.Random(seed), declared)
    update(tmp_path, before, after)
    told = _racing(tmp_path)
    domains = {
        name: [*values, *([] if name in parameters else ["zzz"])]
        for name, values in _DOMAINS.items()
    }
    for chosen in product(*domains.values()):
        values = dict(zip(domains, chosen))
        is_racing = bool(_racing(tmp_path, values))
        is_told = any(_holds(after, when, values) for when in told)
        assert is_told == is_racing, (values, told)


# -- what is looked at once ----------------------------------------------------------

_NAMES = ("First", "Second", "Third")


def _random_stack(rng: random.Random, parameters: Template_) -> Template_:
    """Functions that rest on conditions in many ways, some through what they name."""
    definitions = [_random_condition(rng) for _ in range(3)]
    conditions = ["IsX", "IsY", "IsZ"]
    resources: Template_ = {
        "Layer": resource(
            "Lambda::LayerVersion",
            Content={
                "S3Bucket": "b",
                "S3Key": _random_value(rng, conditions, "a", "b"),
            },
        ),
        "Table": resource(
            "DynamoDB::Table", TableName=_random_value(rng, conditions, "a", "b")
        ),
    }
    for name in _NAMES:
        used = rng.sample(conditions, rng.choice([0, 1, 1, 2]))
        function = resource(
            "Lambda::Function",
            Handler="index.handler",
            Role="arn:aws:iam::123456789012:role/orders",
            Runtime="python3.13",
            Code={"S3Bucket": "b", "S3Key": _random_value(rng, used, "a", "b")},
            Timeout=_random_value(rng, used, 3, 9),
            Layers=[{"Ref": "Layer"}] if rng.random() < 0.3 else [],
            Environment={
                "Variables": {
                    "TABLE": {"Ref": "Table"} if rng.random() < 0.3 else "",
                    "STAGE": {"Ref": "Stage"} if rng.random() < 0.2 else "",
                }
            },
        )
        alias = resource(
            "Lambda::Alias",
            FunctionName={"Ref": name},
            FunctionVersion=_random_value(
                rng, used, {"Fn::GetAtt": [f"{name}Version", "Version"]}, "$LATEST"
            ),
            Name="live",
        )
        invoked = _random_value(
            rng,
            rng.choice([conditions, []]),
            {"Ref": f"{name}Alias"},
            {"Fn::GetAtt": [name, "Arn"]},
        )
        resources |= {
            name: function,
            f"{name}Version": resource("Lambda::Version", FunctionName={"Ref": name}),
            f"{name}Alias": alias,
            f"{name}Rule": resource(
                "Events::Rule",
                ScheduleExpression="rate(1 hour)",
                Targets=[{"Id": "one", "Arn": invoked}],
            ),
        }
        for part in (name, f"{name}Rule"):
            if rng.random() < 0.15:
                resources[part]["Condition"] = rng.choice(conditions)
    template = {
        "Parameters": parameters,
        "Conditions": {
            "Base": _is(rng.choice(_DOMAINS["Stage"])),
            **{name: rng.choice(definitions) for name in conditions},
        },
        "Resources": resources,
    }
    if rng.random() < 0.1:
        template["Rules"] = {"R": {"Assertions": [{"Assert": _not(_is("x"))}]}}
    return template


@pytest.mark.parametrize("seed", range(30))
def test_what_is_looked_at_once_is_so_for_each_choice(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    allowed = rng.choice([{}, {}, *_ALLOWED])
    parameters = {name: parameter(**allowed.get(name, {})) for name in _DOMAINS}
    pair = [_random_stack(rng, parameters) for _ in range(2)]
    # Mostly the same text, so that what is told comes from conditions.
    for name, one in pair[0]["Resources"].items():
        if rng.random() < 0.6:
            pair[1]["Resources"][name] = one
    found = update(tmp_path, *pair)
    monkeypatch.setattr(Choices, "concern", lambda *_: None)
    monkeypatch.setattr(Evaluator, "is_same_with", lambda *_: False)
    each = update(tmp_path, *pair)
    assert found.concurrent == each.concurrent
    assert found.unpublished == each.unpublished


def _looked_at(
    folder: Path, count: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int]:
    """How many functions an update compares, and how often it looks for targets.

    There are so many functions with a condition each, defined anew for a parameter
    of its own, and one function without.
    """
    compared: list[str] = []
    compare = Comparison._changes

    def counted(self: Any, before: Resource, after: Resource) -> Any:
        compared.append(after.id)
        return compare(self, before, after)

    searched: list[Mentions[Any]] = []
    search = Mentions.__iter__

    def searching(self: Mentions[Any]) -> Any:
        searched.append(self)
        return search(self)

    monkeypatch.setattr(Comparison, "_changes", counted)
    monkeypatch.setattr(Mentions, "__iter__", searching)
    sides = []
    for defined in (_BEFORE, _AFTER):
        side = _staged(_is("build"), Default="dev")
        for number in range(count):
            name, stage = f"F{number}", f"Stage{number}"
            text = json.dumps(_staged(defined)).replace('"Stage"', f'"{stage}"')
            one = json.loads(text.replace("IsX", f"Is{number}"))
            function = one["Resources"]["Orders"]
            side["Parameters"] |= one["Parameters"]
            side["Conditions"] |= one["Conditions"]
            side["Resources"][name] = function
        sides.append(side)
    assert len(update(folder, *sides).concurrent) == count
    return len(compared), len(searched)


def test_a_function_is_compared_for_what_concerns_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared, searched = _looked_at(tmp_path, 3, monkeypatch)
    # Once for the one that no choice concerns, and for the others with each of three
    # values; then for other defaults and for scenarios. It was 4 times 27, and more.
    assert compared <= 1 + 3 * 3 + 2 * 4
    # Nothing that is chosen decides about targets.
    assert searched <= 2


def _shielded_in_some_stages(condition: Any, timeout: int) -> Template_:
    """A function that is invoked through an alias where a condition is true."""
    target = {"Fn::If": ["IsX", {"Ref": "Live"}, {"Fn::GetAtt": "Orders.Arn"}]}
    template = stack(
        {"Timeout": timeout},
        invoked=target,
        Parameters={"Stage": parameter()},
        Conditions={"IsX": condition},
        Resources=deepcopy(PUBLISHED),
    )
    for name in PUBLISHED:
        template["Resources"][name]["Condition"] = "IsX"
    return template


def _told(folder: Path, before: Template_, after: Template_) -> list[str]:
    """When W9831 says that it holds, and when W9832 does."""
    found = lint_update(folder, before, after)
    said = [*messages(found, "W9831"), *messages(found, "W9832")]
    return ["".join(re.findall(r" when (.*?)(?:, and| but) ", one)) for one in said]


def test_a_shield_that_rests_on_a_condition(tmp_path: Path) -> None:
    before, after = (_shielded_in_some_stages(_BEFORE, n) for n in (3, 9))
    said = ["IsX is false", "IsX is true"]
    assert _told(tmp_path, before, new_code(after)) == said


def test_a_shield_that_comes_with_the_update_is_too_late(tmp_path: Path) -> None:
    """Where the condition becomes true, the version is new and the function races."""
    before = _shielded_in_some_stages(_BEFORE, 3)
    after = new_code(_shielded_in_some_stages(_AFTER, 9))
    said = ["Stage is staging or Stage is neither build nor staging", "Stage is build"]
    assert _told(tmp_path, before, after) == said


@pytest.mark.parametrize(
    ("default", "given", "said"),
    [
        ("1", "$LATEST", "Stage is staging"),
        ("$LATEST", "1", None),
        ("$LATEST", None, "Stage is staging"),
        ("1", None, None),
    ],
)
@pytest.mark.parametrize("fields", [{}, {"AllowedValues": ["$LATEST", "1"]}], ids=len)
def test_a_value_decides_whom_a_choice_lets_in(
    default: str,
    given: str | None,
    said: str | None,
    fields: Template_,
    tmp_path: Path,
) -> None:
    before, after = _staged(_BEFORE), _staged(_AFTER)
    for template in (before, after):
        template["Parameters"]["Qualifier"] = parameter(Default=default, **fields)
        template["Resources"].update(PUBLISHED)
        own = template["Resources"]["Invocation"]["Properties"]
        own["Endpoint"] = {"Fn::Sub": "${Orders.Arn}:${Qualifier}"}
    arguments = ("--parameters", f"Qualifier={given}") if given else ()
    assert _when(tmp_path, before, after, *arguments) == said


@pytest.mark.parametrize(
    ("is_published", "said"), [(True, "IsOpen is true"), (False, "")]
)
def test_when_callers_meet_what_only_one_side_lets_in(
    is_published: bool, said: str, tmp_path: Path
) -> None:
    """Without a version, callers elsewhere invoke the function itself."""
    live = {"Fn::Sub": "${Orders.Arn}:live"}
    open_to = {"Fn::If": ["IsOpen", {"Fn::GetAtt": "Orders.Arn"}, live]}
    before, after = (
        stack(
            {"Timeout": seconds},
            invoked=invoked,
            Parameters={"Stage": parameter()},
            Conditions={"IsOpen": _is("open")},
        )
        for seconds, invoked in ((3, open_to), (9, live))
    )
    if is_published:
        before["Resources"].update(PUBLISHED)
    assert _when(tmp_path, before, new_code(after)) == said


# -- which values are looked at --------------------------------------------------------

# What stands for all the values that nothing names.
OTHER = "another"


def _eq(one: Any, other: Any) -> Template_:
    return {"Fn::Equals": [one, other]}


def _of_map(*steps: Any) -> Template_:
    return {"Fn::FindInMap": list(steps)}


REF: Template_ = {"Ref": "Stage"}
KINDS = {"dev": {"Kind": "a"}, "test": {"Kind": "a"}, "prod": {"Kind": "b"}}
OF_KIND = _eq(_of_map("Kinds", REF, "Kind"), "b")


def _side(**sections: Any) -> Deployment:
    """One side of an update; it has a parameter ``Stage`` and mappings."""
    template = {
        "Parameters": {"Stage": parameter()},
        "Mappings": {"Kinds": KINDS, "Few": {"prod": {"Kind": "b"}, "dev": {}}},
        "Resources": {},
        **sections,
    }
    return side_of(template)


def _choices(before: Template_, after: Template_) -> Choices:
    return Choices(_side(**before), _side(**after))


def _conditions(before: Any, after: Any, **shared: Any) -> Choices:
    """Of a condition that is defined anew."""
    return _choices(
        {"Conditions": {"IsX": before}, **shared},
        {"Conditions": {"IsX": after}, **shared},
    )


def _domains(choices: Choices) -> dict[str, list[str]]:
    return {
        name: [OTHER if isinstance(one, OtherValue) else one for one in values]
        for name, values in choices.domains.items()
    }


def _stages(**stage: Any) -> Template_:
    return {"Parameters": {"Stage": parameter(**stage)}}


NAMED = ["a", "b", OTHER]


@pytest.mark.parametrize(
    ("old", "new", "values"),
    [
        (_eq(REF, "a"), _eq(REF, "b"), NAMED),
        (_eq("a", REF), _eq("b", REF), NAMED),
        (_eq({"Fn::Sub": "${Stage}"}, "a"), _eq(REF, "b"), NAMED),
        (_not(_eq(REF, "a")), _any(_eq(REF, "b"), _eq(REF, "a")), NAMED),
        (_eq(REF, "a"), None, ["a", OTHER]),
        (None, _eq(REF, "b"), ["b", OTHER]),
        (_eq(REF, 1), _eq(REF, 2), ["1", "2", OTHER]),
        (_eq(REF, True), _eq(REF, "no"), ["true", "no", OTHER]),
        # With other values the deployment fails.
        (OF_KIND, _not(OF_KIND), ["dev", "prod", "test"]),
        (OF_KIND, _eq(REF, "prod"), ["dev", "prod", "test"]),
        (
            OF_KIND,
            _any(OF_KIND, _eq(_of_map("Few", REF, "Kind"), "b")),
            ["dev", "prod"],
        ),
        # Compared with what is not known.
        (_eq(REF, "a"), _eq(REF, {"Ref": "AWS::StackName"}), None),
        (_eq(REF, "a"), _eq({"Fn::Sub": "${Stage}-1"}, "b"), None),
        (_eq(REF, "a"), _eq({"Fn::Sub": ["${X}${Stage}", {"X": "-"}]}, "b"), None),
        (_eq(REF, "a"), _eq({"Fn::Join": ["-", ["x", REF]]}, "b"), None),
        (_eq(REF, "a"), _eq(_of_map("Missing", REF, "Kind"), "b"), None),
        (_eq(REF, "a"), _eq(_of_map("Kinds", REF, REF), "b"), None),
        (_eq(REF, "a"), _eq(_of_map(REF, "prod", "Kind"), "b"), None),
        (_eq(REF, "a"), _eq(_of_map("Kinds", REF), "b"), None),
        (_eq(REF, "a"), _eq(_of_map("Kinds", REF, "Kind", {}), "b"), None),
        (_eq(REF, "a"), _eq({"Fn::FindInMap": REF}, "b"), None),
        (_eq(REF, "a"), _eq({"Fn::Select": ["Kinds", REF, "Kind"]}, "b"), None),
        (
            _eq(REF, "a"),
            _eq(_of_map("Kinds", {"Fn::Sub": "${Stage}1"}, "K"), "b"),
            None,
        ),
        # Not of the parameter's value.
        (_eq(REF, "a"), _eq({"Fn::ImportValue": "Stage"}, "b"), ["a", OTHER]),
        (_eq(REF, "a"), _eq({"Fn::Sub": "Stage"}, "b"), ["a", OTHER]),
        (_eq(REF, "a"), _eq({"Fn::ImportValue": "${Stage}"}, "b"), ["a", OTHER]),
        (_eq(REF, "a"), _eq({"Fn::Join": ["", [{"Ref": [0]}]]}, "b"), ["a", OTHER]),
        (_eq(REF, "a"), _eq({"Fn::FindInMap": []}, "b"), ["a", OTHER]),
        (_eq(REF, "a"), _eq("x", "b"), ["a", OTHER]),
        # No comparison.
        (_eq(REF, "a"), {"Fn::Equals": [REF, "b", "c"]}, ["a", OTHER]),
        (_eq(REF, "a"), {"Fn::Equals": [REF]}, ["a", OTHER]),
        (_eq(REF, "a"), {"Fn::Equals": []}, ["a", OTHER]),
        (_eq(REF, "a"), {"Fn::Equals": REF}, ["a", OTHER]),
        (_eq(REF, "a"), {"Condition": ["IsY"]}, ["a", OTHER]),
    ],
    ids=str,
)
def test_the_values_that_decide_a_changed_condition(
    old: Any, new: Any, values: list[str] | None
) -> None:
    choices = _choices(
        {"Conditions": {} if old is None else {"IsX": old}},
        {"Conditions": {} if new is None else {"IsX": new}},
    )
    assert choices.unshared == {"IsX"}
    assert _domains(choices) == ({} if values is None else {"Stage": values})


STRING = {"Type": "String"}
ABC = {**STRING, "AllowedValues": ["c", "b", "a"]}


@pytest.mark.parametrize(
    ("before", "after", "values"),
    [
        (STRING, STRING, NAMED),
        (ABC, ABC, ["c", "b", "a"]),
        (ABC, STRING, ["c", "b", "a"]),
        (STRING, ABC, ["c", "b", "a"]),
        # What both allow.
        (ABC, {**STRING, "AllowedValues": ["a", "b", "d"]}, ["a", "b"]),
        ({**STRING, "AllowedValues": [1, True, {}]}, STRING, ["1", "true"]),
        ({**STRING, "AllowedValues": "a"}, STRING, NAMED),
        ({"Type": "AWS::EC2::VPC::Id"}, STRING, NAMED),
        # A value that is known, or may be any.
        ({**STRING, "Default": "a"}, STRING, None),
        (STRING, {**ABC, "Default": "a"}, None),
        ({**STRING, "AllowedPattern": "[a-z]"}, STRING, None),
        (STRING, {**STRING, "AllowedPattern": "[a-z]"}, None),
        ({"Type": "CommaDelimitedList"}, STRING, None),
        ({"Type": "List<Number>"}, STRING, None),
        (STRING, {"Type": "AWS::SSM::Parameter::Value<String>"}, None),
        ("String", STRING, None),
        (STRING, ["String"], None),
    ],
    ids=str,
)
def test_the_values_that_a_parameter_may_have(
    before: Any, after: Any, values: list[str] | None
) -> None:
    choices = _choices(
        {"Conditions": {"IsX": _eq(REF, "a")}, "Parameters": {"Stage": before}},
        {"Conditions": {"IsX": _eq(REF, "b")}, "Parameters": {"Stage": after}},
    )
    assert _domains(choices) == ({} if values is None else {"Stage": values})


def test_a_parameter_that_is_not_declared_has_no_value() -> None:
    one, other = (_eq({"Ref": "Nothing"}, value) for value in "ab")
    assert _domains(_conditions(one, other)) == {}
    one, other = (_eq({"Ref": "AWS::Region"}, value) for value in "ab")
    assert _domains(_conditions(one, other)) == {"AWS::Region": NAMED}


def test_allowed_values_are_of_use_where_a_mapping_has_them() -> None:
    stages = _stages(AllowedValues=["qa", "prod", "dev"])
    choices = _conditions(OF_KIND, _not(OF_KIND), **stages)
    assert _domains(choices) == {"Stage": ["prod", "dev"]}


def test_values_that_other_conditions_name_are_looked_at_too() -> None:
    other = {"IsY": _eq(REF, "y"), "IsZ": _eq({"Ref": "AWS::Region"}, "z")}
    choices = _choices(
        {"Conditions": {"IsX": _eq(REF, "a"), **other}},
        {"Conditions": {"IsX": _eq(REF, "b"), **other}},
    )
    assert choices.unshared == {"IsX"}
    assert set(_domains(choices)["Stage"]) == {"a", "b", "y", OTHER}
    assert [*choices.domains] == ["Stage"]


def test_a_parameter_that_may_have_been_renamed_is_not_looked_at() -> None:
    def named(*names: str, **asked: str) -> Template_:
        return {
            "Parameters": {name: parameter() for name in names},
            "Conditions": {key: _is("a", name) for key, name in asked.items()},
        }

    choices = _choices(named("Old", IsX="Old"), named("New", IsX="New"))
    assert _domains(choices) == {}
    # Beside it one that both have, and one of which the name stays.
    choices = _choices(
        named("Old", "Both", IsX="Old", IsY="Both"), named("New", "Both", IsX="New")
    )
    assert _domains(choices) == {"Both": ["a", OTHER]}
    choices = _choices(named("Old", "New", IsX="Old"), named("New", IsX="New"))
    assert _domains(choices) == {"New": ["a", OTHER], "Old": ["a", OTHER]}
    choices = _choices(named(), named("New", IsX="New"))
    assert _domains(choices) == {"New": ["a", OTHER]}
    choices = _choices(named("Old", IsX="Old"), named())
    assert _domains(choices) == {"Old": ["a", OTHER]}


@pytest.mark.parametrize(
    ("counts", "looked_at"),
    [((8, 4), "AB"), ((8, 5), "A"), ((33, 2), "B"), ((32,), "A")],
    ids=str,
)
def test_as_many_choices_as_are_compared(
    counts: tuple[int, ...], looked_at: str
) -> None:
    names = dict(zip("AB", counts))
    parameters = {
        name: parameter(AllowedValues=[str(number) for number in range(count)])
        for name, count in names.items()
    }
    choices = _choices(
        {"Parameters": parameters},
        {
            "Parameters": parameters,
            "Conditions": {f"Is{name}": _is("0", name) for name in names},
        },
    )
    assert "".join(choices.domains) == looked_at
    every = [dict(one.judged) for one in choices.all()]
    values = [[(name, one) for one in choices.domains[name]] for name in looked_at]
    assert every == [dict(one) for one in product(*values)]


def test_one_choice_is_none() -> None:
    mappings = {"Mappings": {"Kinds": {"a": {"Kind": "b"}}}}
    choices = _conditions(OF_KIND, _not(OF_KIND), **mappings)
    assert _domains(choices) == {"Stage": ["a"]}
    assert choices.all() == []
    assert _conditions(_eq(REF, "a"), _eq(REF, "a")).all() == []


def test_a_value_is_given_where_it_is_allowed_and_judged_by_where_it_is_named() -> None:
    conditions = _eq(REF, "a"), _eq(REF, "b")
    (one, *_) = _conditions(*conditions, **_stages(AllowedValues=["a", "b"])).all()
    assert (one.given, one.judged) == ({"Stage": "a"}, {"Stage": "a"})
    (one, *_) = _conditions(*conditions).all()
    assert (one.given, one.judged) == ({}, {"Stage": "a"})
    assert one.when == Scenario(frozenset({((PARAMETER, "Stage"), "a")}))


# -- which conditions are defined anew -------------------------------------------------

PROD = _eq(REF, "prod")
OF_B, OF_C = {"Condition": "B"}, {"Condition": "C"}


@pytest.mark.parametrize(
    ("before", "after", "unshared"),
    [
        ({"A": PROD}, {"A": PROD}, ""),
        ({"A": PROD, "B": PROD}, {"A": PROD, "B": _not(PROD)}, "B"),
        ({"A": PROD}, {}, "A"),
        ({}, {"A": PROD}, "A"),
        # By what they refer to.
        (
            {"A": _not({"Condition": "B"}), "B": PROD, "C": PROD},
            {"A": _not({"Condition": "B"}), "B": _not(PROD), "C": PROD},
            "AB",
        ),
        (
            {"A": {"Condition": "B"}, "B": {"Condition": "A"}, "C": PROD},
            {"A": {"Condition": "B"}, "B": {"Condition": "A"}},
            "C",
        ),
        # Each of them, in whatever order, and however often.
        *(
            (
                {"A": _any(*below), "B": PROD, "C": PROD},
                {"A": _any(*below), "B": _not(PROD), "C": PROD},
                "AB",
            )
            for below in (
                [OF_C, OF_C, OF_B],
                [OF_B, OF_C, OF_C],
                [dict(OF_C), OF_C, OF_B],
                [OF_B, OF_C, dict(OF_C)],
            )
        ),
        # What names nothing.
        (
            {"A": _not({"Condition": "X"}), "B": PROD},
            {"A": _not({"Condition": "X"})},
            "B",
        ),
        ({"A": {"Condition": ["B"]}, "B": PROD}, {"A": {"Condition": ["B"]}}, "B"),
        # The order of keys says nothing.
        ({"A": {"a": 1, "b": 2}, "B": PROD}, {"A": {"b": 2, "a": 1}}, "B"),
    ],
    ids=str,
)
def test_the_conditions_that_are_defined_anew(
    before: Any, after: Any, unshared: str
) -> None:
    for sides in ((before, after), (after, before)):
        choices = _choices(*({"Conditions": side} for side in sides))
        assert "".join(sorted(choices.unshared)) == unshared


@pytest.mark.parametrize(
    ("changed", "unshared"),
    [
        ({"Kinds": {**KINDS, "dev": {"Kind": "b"}}}, {"IsKind", "IsTwice"}),
        ({"Other": {"a": {"b": "c"}}}, set()),
        # Keys of mixed kinds cannot be compared.
        ({"Kinds": {1: {"Kind": "c"}, "dev": {}}}, {"IsKind", "IsTwice"}),
        ({"Kinds": dict(reversed(KINDS.items())), "Other": {"a": {"b": "d"}}}, set()),
    ],
    ids=["used", "another", "mixed", "order"],
)
def test_a_mapping_counts_where_a_condition_uses_it(
    changed: Template_, unshared: set[str]
) -> None:
    conditions = {
        "IsProd": PROD,
        "IsKind": OF_KIND,
        "IsTwice": _any({"Condition": "IsKind"}, PROD),
        # The name of a mapping that is chosen.
        "IsChosen": _eq(_of_map(REF, "a", "b"), "c"),
    }
    mappings = {"Kinds": KINDS, "Other": {"a": {"b": "d"}}}
    choices = _choices(
        {"Conditions": conditions, "Mappings": mappings},
        {"Conditions": conditions, "Mappings": {**mappings, **changed}},
    )
    assert choices.unshared == unshared


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_eq("a", "b"), _eq("a", "c")),
        (_eq({"Ref": "Mode"}, "a"), _eq({"Ref": "Mode"}, "b")),
        # In each case on one side it is undecided.
        (_eq("a", "b"), PROD),
        (PROD, _eq("a", "b")),
        # Whatever the parameter is.
        (_any(_eq("a", "a"), _is("a")), _any(_eq("a", "a"), _is("b"))),
        (None, _any(_eq("a", "a"), _is("b"))),
        (_any(_eq("a", "a"), _is("b")), None),
    ],
    ids=str,
)
def test_what_is_decided_asks_for_no_value(old: Any, new: Any) -> None:
    parameters = {"Stage": parameter(), "Mode": parameter(Default="a")}
    before, after = (
        {"Conditions": {} if one is None else {"IsX": one}, "Parameters": parameters}
        for one in (old, new)
    )
    choices = _choices(before, after)
    assert choices.unshared == {"IsX"}
    is_open = PROD in (old, new)
    assert _domains(choices) == ({"Stage": ["prod", OTHER]} if is_open else {})


# -- what is given, and what concerns a function ---------------------------------------


def _given(*sets: Template_, conditions: tuple[Any, Any], **shared: Any) -> Choices:
    """The choices where cfn-lint is given values of parameters."""
    sides = []
    for condition in conditions:
        template = {
            "Parameters": {"Stage": parameter(), "Mode": parameter()},
            "Conditions": {"IsX": condition},
            "Resources": {},
            **shared,
        }
        cfn = Template("template.json", template, ["us-east-1"])
        kept(
            cfn,
            _Given,
            partial(_Given, [SimpleNamespace(parameters=one) for one in sets]),
        )
        sides.append(Deployment(cfn))
    return Choices(*sides)


def _set(index: int, **stage: str) -> Scenario:
    facts = {((PARAMETER, name), value) for name, value in stage.items()}
    return Scenario(frozenset({((PARAMETER_SET, ""), index), *facts}))


def test_each_set_of_given_values_has_its_choices() -> None:
    conditions = _eq(REF, "a"), _eq(REF, "b")
    choices = _given({"Mode": "x"}, {"Mode": "y"}, conditions=conditions).all()
    assert [one.given for one in choices] == [{"Mode": "x"}] * 3 + [{"Mode": "y"}] * 3
    for index, (one, other, any_else) in enumerate((choices[:3], choices[3:])):
        assert one.when == _set(index, Stage="a")
        assert other.when == _set(index, Stage="b")
        assert isinstance(any_else.judged["Stage"], OtherValue)
    # One set is no choice.
    first, *_ = _given({"Mode": "x"}, conditions=conditions).all()
    assert first.given == {"Mode": "x"}
    assert first.when == Scenario(frozenset({((PARAMETER, "Stage"), "a")}))
    # Values that decide what is defined anew are looked at one after the other.
    one, other = _given({"Stage": "a"}, {"Stage": "b"}, conditions=conditions).all()
    assert (one.given, one.judged, one.when) == ({"Stage": "a"}, {}, _set(0))
    assert (other.given, other.judged, other.when) == ({"Stage": "b"}, {}, _set(1))
    # Where nothing is defined anew there is no choice either.
    same = _eq(REF, "a"), _eq(REF, "a")
    assert _given({"Stage": "a"}, {"Stage": "b"}, conditions=same).all() == []


@pytest.mark.parametrize(("count", "is_looked_at"), [(16, True), (17, False)])
def test_sets_of_values_multiply_the_choices(count: int, is_looked_at: bool) -> None:
    values = [str(number) for number in range(count)]
    choices = _given(
        {"Mode": "x"},
        {"Mode": "y"},
        conditions=(_eq(REF, "0"), _eq(REF, "1")),
        Parameters={"Stage": parameter(AllowedValues=values), "Mode": parameter()},
    )
    assert bool(choices.domains) is is_looked_at


def _function(value: Any, **properties: Any) -> Template_:
    variables = {"Environment": {"Variables": {"VALUE": value}}}
    return resource("Serverless::Function", **variables, **properties)


@pytest.mark.parametrize(
    ("value", "is_concerned"),
    [
        ("x", False),
        (REF, True),
        ({"Fn::If": ["IsX", "a", "b"]}, True),
        ({"Fn::If": ["IsY", "a", "b"]}, False),
        ({"Ref": "Mode"}, False),
        ({"Ref": "Queue"}, True),
        ({"Ref": "Topic"}, False),
        # What SAM makes for an alias that is called by the stage.
        ({"Ref": "Staged.Alias"}, True),
        ({"Ref": "StagedAliaslive"}, True),
        ({"Ref": "Circle"}, False),
    ],
    ids=str,
)
@pytest.mark.parametrize("has_rules", [False, True])
def test_what_a_choice_has_to_do_with_a_function(
    value: Any, is_concerned: bool, has_rules: bool
) -> None:
    rules = {"Assertions": [{"Assert": _eq(REF, {"Ref": "Mode"})}]}
    choices = _given(
        conditions=(_eq(REF, "a"), _eq(REF, "b")),
        Conditions={"IsX": PROD, "IsY": _eq({"Ref": "Mode"}, "y")},
        **({"Rules": {"Alike": rules}} if has_rules else {}),
        Resources={
            "Orders": _function(value),
            "Staged": _function("x", AutoPublishAlias=REF),
            "Queue": resource("SQS::Queue", QueueName=REF),
            "Topic": resource("SNS::Topic", TopicName={"Ref": "Mode"}),
            "Circle": resource("SNS::Topic", TopicName={"Ref": "Other"}),
            "Other": resource("SNS::Topic", TopicName={"Ref": "Circle"}),
        },
    )
    one, other = (Chosen({}, {"Stage": stage}, Scenario(frozenset())) for stage in "ab")
    concern = [choices.concern("Orders", chosen) for chosen in (one, other)]
    if has_rules:
        assert concern == [None, None]
    else:
        assert (concern[0] != concern[1]) is is_concerned
        assert None not in concern
