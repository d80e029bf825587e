"""No template, however broken, makes a rule raise or take its time.

Where cfn-lint itself refuses a template there is nothing to ask. Time is bounded by
what the evaluator does, not by the clock.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cfnlint.template import Template
from hypothesis import given
from hypothesis import strategies as st

from cfn_lint_lambda_race.cure import NoFixError, stale_versions
from cfn_lint_lambda_race.cure._edits import Document, EditError, apply
from cfn_lint_lambda_race.rules.ConcurrentUpdate import ConcurrentUpdate
from cfn_lint_lambda_race.rules.UnqualifiedTarget import UnqualifiedTarget
from cfn_lint_lambda_race.template import Evaluator, Reading, Target
from cfn_lint_lambda_race.update import Settings
from tests.fuzzing import (
    RULES,
    found,
    found_against,
    fuzzed,
    mutated,
    read,
    templates,
    trees,
)
from tests.linting import FUNCTION, ROOT, lint_whole
from tests.moving import timeline_between

pytestmark = pytest.mark.slow

ARN = {"Fn::GetAtt": ["Fn", "Arn"]}
LAYER = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension"


@fuzzed(200)
@given(templates())
def test_no_tree_makes_a_rule_raise(template: Any) -> None:
    cfn = read(template)
    if cfn is not None:
        found(cfn)


@fuzzed(120)
@given(mutated())
def test_no_mutation_makes_a_rule_raise(template: Any) -> None:
    cfn = read(template)
    if cfn is not None:
        found(cfn)


def _written(path: Path, document: Any) -> bool:
    """Writes a document as JSON; False where JSON cannot hold it."""
    try:
        path.write_text(json.dumps(document), encoding="utf-8")
    except (TypeError, ValueError):
        return False
    return True


@fuzzed(60)
@given(mutated(), st.one_of(mutated(), templates()))
def test_no_pair_makes_a_timeline_raise(template: Any, baseline: Any) -> None:
    sides = read(baseline), read(template)
    if sides[0] is not None and sides[1] is not None:
        timeline = timeline_between(sides[0], sides[1])
        shown = {len(moment.met) for moment in timeline.moments}
        assert shown == {len(timeline.callers)}
        assert not [one for one in timeline.hazards if one in timeline.possible]


@fuzzed(60)
@given(mutated(), st.one_of(mutated(), templates()))
def test_no_baseline_makes_a_rule_raise(
    tmp_path: Path, template: Any, baseline: Any
) -> None:
    cfn = read(template)
    path = tmp_path / "baseline.json"
    if cfn is not None and _written(path, baseline):
        found_against(cfn, Settings(baseline_path=str(path)))


_PROPERTIES = st.one_of(
    trees(),
    st.dictionaries(st.sampled_from(["Code", "Layers", "Architectures"]), trees()),
)


@fuzzed(40)
@given(st.data())
def test_no_change_makes_a_comparison_raise(
    tmp_path: Path, data: st.DataObject
) -> None:
    template = data.draw(mutated(most=1))
    cfn = read(template)
    path = tmp_path / "baseline.json"
    if cfn is None or not _written(path, template):
        return
    # As JSON holds it: there, each key is text.
    template = json.loads(path.read_text())
    resources = template.get("Resources")
    for resource in resources.values() if isinstance(resources, dict) else ():
        if isinstance(resource, dict) and "Properties" in resource:
            resource["Properties"] = data.draw(_PROPERTIES)
    changed = read(template)
    if changed is not None:
        found_against(changed, Settings(baseline_path=str(path)))


def _change_sets() -> st.SearchStrategy[Any]:
    tree = trees()
    name = st.one_of(st.sampled_from(["Fn", "Layer", "Code", "Layers", "P"]), tree)

    def maybe(*values: str) -> st.SearchStrategy[Any]:
        return st.one_of(st.sampled_from(values), tree)

    detail = st.fixed_dictionaries(
        {
            "Target": st.one_of(
                st.fixed_dictionaries(
                    {"Attribute": maybe("Properties"), "Name": name},
                    optional={"BeforeValue": tree, "AfterValue": tree},
                ),
                tree,
            )
        },
        optional={
            "Evaluation": maybe("Dynamic", "Static"),
            "CausingEntity": maybe("Layer.Arn", "Fn", "P"),
        },
    )
    change = st.fixed_dictionaries(
        {
            "LogicalResourceId": name,
            "ResourceType": maybe("AWS::Lambda::Function", "AWS::Lambda::Version"),
            "Action": maybe("Modify", "Add"),
            "Replacement": maybe("Conditional", "False", "True"),
            "Details": st.one_of(st.lists(detail, max_size=4), tree),
        },
        optional={"Scope": tree},
    )
    page = st.fixed_dictionaries(
        {
            "Changes": st.lists(
                st.one_of(st.builds(lambda c: {"ResourceChange": c}, change), tree),
                max_size=4,
            )
        },
        optional={"Status": maybe("FAILED", "CREATE_COMPLETE"), "StatusReason": tree},
    )
    return st.one_of(page, st.lists(st.one_of(page, tree), max_size=3), tree)


@fuzzed(100)
@given(_change_sets())
def test_no_change_set_makes_a_rule_raise(tmp_path: Path, change_set: Any) -> None:
    cfn = Template(None, {"Resources": {"Fn": FUNCTION}})
    path = tmp_path / "change-set.json"
    if _written(path, change_set):
        found_against(cfn, Settings(change_set=str(path)))


@fuzzed(60)
@given(trees(), trees(), trees(), trees())
def test_no_setting_makes_a_rule_raise(a: Any, b: Any, c: Any, d: Any) -> None:
    cfn = Template(None, {"Resources": {"Fn": FUNCTION, "R": _rule(ARN)}})
    target = UnqualifiedTarget()
    target.configure({"deployment_targets": a, "ignore_target_types": b, "summary": d})
    list(target.match(cfn))
    update = ConcurrentUpdate()
    update.configure({"baseline_path": c, "change_set": d})
    update.initialize(cfn)
    list(update.match(cfn))


@fuzzed(6)
@given(mutated())
def test_no_mutation_makes_the_command_report_a_crash(
    tmp_path: Path, template: Any
) -> None:
    path = tmp_path / "template.json"
    if _written(path, template):
        assert not _crashes(path)


def _crashes(path: Path) -> list[str]:
    """The crashes of our rules; on such templates cfn-lint's crash as well."""
    return [
        match.message
        for match in lint_whole(path)
        if match.rule.id == "E0002" and re.search(r"rule [WI]98", match.message)
    ]


@pytest.mark.parametrize("environment", [{}, {"CI": "true"}, {"EXAMPLES": "300"}])
def test_what_fails_prints_a_seed_with_which_it_fails_again(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "conftest.py").write_text(
        (ROOT / "tests" / "conftest.py").read_text(), encoding="utf-8"
    )
    (tmp_path / "test_rare.py").write_text(
        "from hypothesis import given, strategies as st\n"
        "@given(st.integers(0, 30))\n"
        "def test_rare(number: int) -> None:\n"
        "    assert number < 17\n"
    )

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=tmp_path,
            env={**{k: v for k, v in os.environ.items() if k != "CI"}, **environment},
            capture_output=True,
            text=True,
        ).stdout

    (seed,) = re.findall(r"pytest (--hypothesis-seed=\d+) 'test_rare.py::", run())
    assert f"pytest {seed} " in run(seed)


# -- hostile templates -----------------------------------------------------------


def _rule(arn: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {"Targets": [{"Arn": arn, "Id": "function"}]},
    }


def _function(**properties: Any) -> dict[str, Any]:
    return {
        "Type": FUNCTION["Type"],
        "Properties": {**FUNCTION["Properties"], **properties},
    }


def _everywhere(node: Any) -> dict[str, Any]:
    """A template with a node where the rules look for something."""

    def resource(kind: str, *names: str, **others: Any) -> dict[str, Any]:
        return {"Type": kind, "Properties": {**dict.fromkeys(names, node), **others}}

    return {
        "Globals": {"Api": {"Auth": {"Authorizers": node}}},
        "Outputs": {"Out": {"Value": node}},
        "Resources": {
            "Fn": _function(
                Architectures=node,
                Code=node,
                Environment=node,
                FunctionName=node,
                Layers=node,
            ),
            "Alias": resource(
                "AWS::Lambda::Alias", "FunctionName", "FunctionVersion", "Name"
            ),
            "Version": resource("AWS::Lambda::Version", "FunctionName", "Description"),
            "Permission": resource(
                *("AWS::Lambda::Permission", "Action", "FunctionName"),
                *("Principal", "SourceArn"),
            ),
            "Rule": _rule(node),
            "Serverless": resource(
                *("AWS::Serverless::Function", "AutoPublishAlias", "CodeUri"),
                *("AutoPublishCodeSha256", "Events"),
            ),
            "Published": resource(
                *("AWS::Serverless::Function", "CodeUri", "Environment", "Events"),
                AutoPublishAlias="live",
            ),
            "Api": resource("AWS::Serverless::Api", "Auth", "DefinitionBody"),
            "Machine": resource("AWS::StepFunctions::StateMachine", "Definition"),
            "Text": resource("AWS::StepFunctions::StateMachine", "DefinitionString"),
            "Role": resource("AWS::IAM::Role", "Policies"),
            "Layer": resource("AWS::Lambda::LayerVersion", "CompatibleArchitectures"),
        },
    }


_NESTED: dict[str, Callable[[Any], Any]] = {
    "list": lambda node: [node],
    "object": lambda node: {"Environment": node},
    "If": lambda node: {"Fn::If": ["C", node, "x"]},
    "Join": lambda node: {"Fn::Join": ["", [node]]},
    "Select": lambda node: {"Fn::Select": [0, [node]]},
    "Sub": lambda node: {"Fn::Sub": ["${a}", {"a": node}]},
    "ToJsonString": lambda node: {"Fn::ToJsonString": node},
    "state machine": lambda node: {
        "States": {"Map": {"Type": "Map", "ItemProcessor": node}}
    },
}


def _nested(kind: str, depth: int, node: Any = "x") -> Any:
    for _ in range(depth):
        node = _NESTED[kind](node)
    return node


# cfn-lint's own time grows with the square of what intrinsic functions nest.
_DEPTHS = [(kind, depth) for kind in _NESTED for depth in (60, 3000)]
_DEPTHS += [(kind, 460) for kind in ("list", "object", "state machine")]


@pytest.mark.parametrize(("kind", "depth"), _DEPTHS)
def test_nesting(kind: str, depth: int, tmp_path: Path) -> None:
    template = _everywhere(_nested(kind, depth))
    cfn = read(template)
    if cfn is None:
        return
    found(cfn)
    path = tmp_path / "baseline.json"
    try:
        path.write_text(json.dumps(template).replace('"x"', '"y"'))
    except RecursionError:
        return
    found_against(cfn, Settings(baseline_path=str(path)))


@pytest.mark.parametrize(
    "text", ["[", "{", '{"a":', '["', "- ", "? ", "&a [*a", "!Sub "]
)
@pytest.mark.parametrize("times", [500, 20_000])
def test_nesting_in_text(text: str, times: int) -> None:
    cfn = read(_everywhere(text * times))
    assert cfn is not None
    found(cfn)


_LAYERS = [f"{LAYER}:{number}" for number in range(3000)]
_ALLOWED = [str(number) for number in range(100_000)]
_SUBSTITUTED = json.dumps(
    {
        "StartAt": "A",
        "States": {
            "A": {
                "Type": "Task",
                "Resource": "".join(f"${{S{number}}}" for number in range(8)),
            }
        },
    }
)
LONG: dict[str, Any] = {
    "list": _everywhere(["a"] * 1000),
    "object": _everywhere({f"k{number}": "a" for number in range(1000)}),
    "Join": _everywhere({"Fn::Join": ["", ["x" * 50] * 2000]}),
    "Sub": _everywhere({"Fn::Sub": "${Fn}" * 2000}),
    "open Sub": _everywhere({"Fn::Sub": "${a" * 20_000}),
    "open Sub with one variable": _everywhere({"Fn::Sub": "${a}" + "${a" * 20_000}),
    "text": _everywhere("x" * 1_000_000),
    "spaces": _everywhere("aws_lambda" + " " * 1_000_000 + "("),
    "quotes": _everywhere("aws_lambda('" * 100_000),
    "dynamic references": _everywhere("{{resolve:" * 20_000),
    "stage variables": _everywhere("${stageVariables." * 100_000),
    "colons": _everywhere(":" * 100_000),
    "targets": {
        "Resources": {
            "Fn": FUNCTION,
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {"Targets": [{"Arn": ARN, "Id": "x"}] * 5000},
            },
        }
    },
    "layers": {"Resources": {"Fn": _function(Layers=_LAYERS, Architectures=["arm64"])}},
    "layers of both kinds": {
        "Parameters": {"P": {"Type": "String"}},
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}},
        "Resources": {
            "Fn": _function(
                Layers=[
                    {"Fn::If": ["C", f"{LAYER}-ARM:1", f"{LAYER}:1"]}
                    for _ in range(3000)
                ],
                Architectures=[{"Ref": "P"}],
            )
        },
    },
    "shared layers": {
        "Resources": {
            "Layer": {"Type": "AWS::Lambda::LayerVersion", "Properties": {}},
            "Fn": _function(Layers=[{"Ref": "Layer"}] * 3000),
            "Other": _function(Layers=[{"Ref": "Layer"}] * 3000),
        }
    },
    "allowed values": {
        "Parameters": {"P": {"Type": "String", "AllowedValues": _ALLOWED}},
        "Resources": {f"R{n}": _rule({"Ref": "P"}) for n in range(200)},
    },
    "logical ID of a version": {
        "Resources": {
            "Fn": FUNCTION,
            **{
                name: {
                    "Type": "AWS::Lambda::Version",
                    "Properties": {"FunctionName": {"Ref": "Fn"}},
                }
                for name in ("a" * 100_000 + "g", "LambdaVersion" * 10_000)
            },
        }
    },
    "substitutions": {
        "Parameters": {
            f"P{n}": {"Type": "String", "AllowedValues": _ALLOWED[:40]}
            for n in range(8)
        },
        "Resources": {
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "DefinitionString": _SUBSTITUTED,
                    "DefinitionSubstitutions": {
                        f"S{n}": {"Ref": f"P{n}"} for n in range(8)
                    },
                },
            }
        },
    },
    "attributes": {
        "Parameters": {
            f"P{n}": {"Type": "String", "AllowedValues": _ALLOWED[:40]}
            for n in range(2)
        },
        "Resources": {
            "Fn": FUNCTION,
            "Rule": _rule({"Fn::GetAtt": ["Fn", {"Ref": "P0"}, {"Ref": "P1"}]}),
        },
    },
}


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Counts the nodes that the evaluator looks at."""
    count = [0]
    original = Evaluator.evaluate

    def counted(self: Evaluator, *arguments: Any) -> Any:
        count[0] += 1
        return original(self, *arguments)

    monkeypatch.setattr(Evaluator, "evaluate", counted)
    return iter([count])


@pytest.mark.parametrize("name", LONG)
def test_length(name: str, steps: Iterator[list[int]]) -> None:
    cfn = read(LONG[name])
    assert cfn is not None
    found(cfn)
    assert next(steps)[0] < 200_000


def _cyclic() -> dict[str, Any]:
    def version(function: str) -> dict[str, Any]:
        return {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": function}},
        }

    def alias(function: str, of: Any) -> dict[str, Any]:
        return {
            "Type": "AWS::Lambda::Alias",
            "DependsOn": ["Self", "One"],
            "Condition": "One",
            "Properties": {
                "FunctionName": {"Ref": function},
                "FunctionVersion": of,
                "Name": {"Fn::GetAtt": [function, "Arn"]},
            },
        }

    def layer(name: str) -> dict[str, Any]:
        return {
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {
                "Content": {"S3Bucket": "b", "S3Key": {"Ref": name}},
                "CompatibleArchitectures": [{"Ref": name}],
            },
        }

    return {
        "Conditions": {
            "Self": {"Condition": "Self"},
            "One": {"Fn::Not": [{"Condition": "Two"}]},
            "Two": {"Fn::And": [{"Condition": "One"}, {"Condition": "Self"}]},
        },
        "Mappings": {"M": {"a": {"b": {"Fn::FindInMap": ["M", "a", "b"]}}}},
        "Parameters": {"P": {"Type": "String", "Default": {"Ref": "P"}}},
        "Resources": {
            "Fn": _function(
                FunctionName={"Ref": "Fn"},
                Layers=[{"Ref": "LayerOne"}, {"Fn::FindInMap": ["M", "a", "b"]}],
                Environment={"Variables": {"A": {"Fn::If": ["Two", ARN, "x"]}}},
            ),
            "FnOne": _function(FunctionName={"Ref": "FnTwo"}),
            "FnTwo": _function(FunctionName={"Fn::GetAtt": ["FnOne", "Arn"]}),
            "LayerOne": layer("LayerTwo"),
            "LayerTwo": layer("LayerOne"),
            "Self": alias("Self", {"Fn::GetAtt": ["Self", "FunctionVersion"]}),
            "One": alias("Two", {"Ref": "Two"}),
            "Two": alias("One", {"Ref": "One"}),
            "V1": version("V2"),
            "V2": version("V1"),
            "Rule": _rule({"Fn::If": ["One", {"Ref": "One"}, {"Ref": "V1"}]}),
        },
    }


def test_cycles(tmp_path: Path) -> None:
    template = _cyclic()
    cfn = read(template)
    assert cfn is not None
    found(cfn)
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(template).replace('"b"', '"c"'))
    found_against(cfn, Settings(baseline_path=str(path)))


_HEAD = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n"
TEXTS = {
    "keys that are no strings": (
        "  1: {Type: AWS::Lambda::Function}\n  true: x\n  2024-01-01: y\n"
        "  null: {Type: AWS::Lambda::Alias}\n  ? [a, b]\n  : z\n  1.5: {}\n"
        "  Fn:\n    Type: AWS::Lambda::Function\n    Properties:\n      1: 2\n"
        "      Environment: {Variables: {1: a, true: b, null: c, 2024-01-01: d}}\n"
    ),
    "values that are no strings": (
        "  Fn:\n    Type: 2024-01-01\n  Other:\n    Type: AWS::Lambda::Function\n"
        "    Condition: 1\n    Properties:\n      FunctionName: 2024-01-01\n"
        "      Layers: 1.5\n      Architectures: true\n      Code: !!binary aGk=\n"
        "      Handler: .nan\n      Timeout: .inf\n      Role: 0x" + "f" * 6000 + "\n"
        "  Rule:\n    Type: AWS::Events::Rule\n    Properties:\n      Targets:\n"
        "        - {Arn: 12, Id: 1}\n        - 2024-01-01T00:00:00Z\n        - ~\n"
    ),
    "duplicate keys": (
        "  Fn: {Type: AWS::Lambda::Function}\n  Fn: {Type: AWS::Lambda::Alias}\n"
    ),
    "anchors and merge keys": (
        "  Fn: &fn\n    Type: AWS::Lambda::Function\n    Properties: &p\n"
        "      Code: {S3Bucket: a, S3Key: b}\n      Layers: &l [a, *empty]\n"
    ).replace(", *empty", "")
    + (
        "  Other:\n    <<: *fn\n    Properties:\n      <<: [*p, *p]\n      Layers: *l\n"
        "  Rule:\n    Type: AWS::Events::Rule\n    Properties:\n"
        "      Targets: [{Arn: &arn !GetAtt Fn.Arn, Id: a}, {Arn: *arn, Id: b}]\n"
    ),
    "an anchor that holds itself": (
        "  Fn: &fn\n    Type: *fn\n    Properties: &p [*p]\n"
    ),
    "a merge that is no object": "  Fn:\n    <<: [1, 2]\n    Type: x\n",
    "unicode": (
        '  "\\u00e4\\U0001f600":\n    Type: AWS::Lambda::Function\n    Properties:\n'
        '      FunctionName: "\\x07\\u202e\\u2028\\U000F0000"\n      Layers: ["\\0"]\n'
        "  Rule:\n    Type: AWS::Events::Rule\n    Properties:\n      Targets:\n"
        '        - {Id: a, Arn: !GetAtt "\\u00e4\\U0001f600.Arn"}\n'
    ),
    "control characters": "  Fn: {Type: 'AWS::Lambda::Function\x07'}\n",
    "short forms of anything": (
        "  Fn: !Sub [1, 2, 3]\n  Other:\n    Type: AWS::Lambda::Function\n"
        "    Properties: !Ref {a: b}\n  Rule:\n    Type: AWS::Events::Rule\n"
        "    Properties:\n      Targets:\n        - {Id: a, Arn: !GetAtt }\n"
        "        - {Id: b, Arn: !GetAtt [a]}\n        - {Id: c, Arn: !Sub }\n"
        "        - {Id: d, Arn: !If []}\n        - {Id: e, Arn: !FindInMap [1, 2]}\n"
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_yaml(name: str, tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(_HEAD + TEXTS[name], encoding="utf-8")
    assert not _crashes(path)


def test_surrogates_and_nul(tmp_path: Path) -> None:
    odd = "\ud800\0\x1b\U0001f600"
    template = {"Resources": {odd: FUNCTION, "Fn": _function(FunctionName=odd)}}
    template["Resources"]["Rule"] = _rule({"Fn::GetAtt": [odd, "Arn"]})
    template["Resources"]["Sam"] = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {"DefinitionUri": odd},
    }
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template))
    assert not _crashes(path)


def test_texts_of_megabytes_are_compared_in_place(tmp_path: Path) -> None:
    def template(letter: str) -> dict[str, Any]:
        return {
            "Parameters": {"P": {"Type": "String", "AllowedValues": _ALLOWED[:40]}},
            "Resources": {
                "Fn": _function(
                    Code={
                        "ZipFile": {"Fn::Sub": "a" * 1_000_000 + "${P}" + letter},
                    },
                    Handler=letter,
                )
            },
        }

    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(template("a")))
    cfn = read(template("b"))
    assert cfn is not None
    matches = found_against(cfn, Settings(baseline_path=str(path)))
    assert [rule for rule, _, _ in matches] == ["W9831"]


def test_scenarios_of_an_update_do_not_multiply(tmp_path: Path) -> None:
    def template(one: str) -> dict[str, Any]:
        values = [{"Ref": f"P{n}"} for n in range(2)]

        def choice(yes: Any, no: Any) -> Any:
            return {"Fn::If": ["C", yes, no]}

        return {
            "Parameters": {
                f"P{n}": {"Type": "String", "AllowedValues": _ALLOWED[:40]}
                for n in range(2)
            },
            "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}},
            "Resources": {
                "Fn": _function(
                    Code={"S3Bucket": "b", "S3Key": choice(f"{one}", "same")},
                    Environment={
                        "Variables": {"A": choice("same", f"{one}"), "B": values[0]}
                    },
                    Handler=choice("same", {"Fn::Sub": one + "${P1}"}),
                )
            },
        }

    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(template("a")))
    cfn = read(template("b"))
    assert cfn is not None
    assert not found_against(cfn, Settings(baseline_path=str(path)))


def test_json_twice_in_one_key_and_numbers_that_json_has_not(tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(
        '{"Resources": {"Fn": {"Type": "AWS::Lambda::Function", "Properties": '
        '{"Timeout": NaN, "MemorySize": Infinity, "Layers": -1e999, "Layers": '
        + "1" * 5000
        + "}}}}"
    )
    assert not _crashes(path)


def test_a_rule_that_raises_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Reading, target: Target) -> Any:
        raise RuntimeError

    path = tmp_path / "template.json"
    path.write_text(json.dumps({"Resources": {"Fn": FUNCTION, "R": _rule(ARN)}}))
    assert not _crashes(path)
    monkeypatch.setattr(Reading, "unqualified_uses", broken)
    with pytest.raises(AssertionError, match="W9810"):
        _crashes(path)


@fuzzed(60)
@given(st.one_of(mutated(), templates()))
def test_no_template_makes_a_fix_raise(tmp_path: Path, template: Any) -> None:
    """Each fix is edits after which the text can be read, or a reason in words."""
    path = tmp_path / "template.json"
    if not _written(path, template):
        return
    text = path.read_text(encoding="utf-8")
    cfn = read(json.loads(text))
    if cfn is None:
        return
    list(stale_versions(cfn))
    try:
        document = Document(text)
    except EditError:
        return
    for kind in RULES:
        for match in kind().match(cfn):
            with suppress(EditError, NoFixError):
                json.loads(apply(text, match.fix.edits(document)))
