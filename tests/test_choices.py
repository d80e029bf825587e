"""Conditions that an update defines anew: told without a value of their parameters.

What is told then is held against what is told with each value that can matter.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from copy import deepcopy
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cfn_lint_lambda_race.template import ALWAYS, Evaluator, Resource, Scenario
from cfn_lint_lambda_race.template._scenario import CONDITION, PARAMETER, OtherValue
from cfn_lint_lambda_race.template._targets import Mentions
from cfn_lint_lambda_race.update import update_of
from cfn_lint_lambda_race.update._choices import Choices
from cfn_lint_lambda_race.update._comparison import Comparison
from tests.building import new_code, parameter, resource, sam, stack
from tests.linting import lint_template, messages
from tests.updates import PUBLISHED, configured, lint_update, update

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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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
