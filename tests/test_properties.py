"""What must hold of findings whatever the template says.

Over the templates that document the rules, and over generated ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.decode import decode
from cfnlint.template import Template
from hypothesis import given
from hypothesis import strategies as st

from cfn_lint_lambda_race.update import Settings
from tests.fuzzing import Found, found, found_against, fuzzed, plain, read
from tests.linting import FILES, FUNCTION, TEMPLATES

# Every documented template, cut, turned and written otherwise.
pytestmark = pytest.mark.slow

NAMES = [path.relative_to(TEMPLATES).as_posix() for path in FILES]


def _template(name: str) -> Any:
    return plain(decode(str(TEMPLATES / name))[0])


def _found(template: Any, filename: str | None = None) -> list[Found]:
    cfn = read(deepcopy(template), filename)
    assert cfn is not None
    return found(cfn)


def _said(template: Any) -> list[tuple[str, str]]:
    return sorted((rule, message) for rule, _, message in _found(template))


# -- names ---------------------------------------------------------------------


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    """A node with each whole word that is a logical ID replaced."""
    if isinstance(node, dict):
        return {
            _renamed(key, names): _renamed(value, names) for key, value in node.items()
        }
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    if not isinstance(node, str):
        return node
    return re.sub(r"[A-Za-z0-9]+", lambda word: names.get(word[0], word[0]), node)


def _is_renamable(template: Any) -> bool:
    """Whether the names of resources occur as names of resources alone.

    An ID may say that its version is counted, or that SAM generates it.
    """
    text = json.dumps([template.get("Parameters"), template.get("Conditions")])
    words = {*re.findall(r"[A-Za-z0-9]+", text), *_words_beside(template)}
    return words.isdisjoint(template["Resources"]) and "Transform" not in template


def _words_beside(template: Any) -> set[str]:
    """The words of keys and types, which must not be renamed."""
    found: set[str] = set()
    pending = [*template["Resources"].values()]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            found.update(*(re.findall(r"[A-Za-z0-9]+", str(key)) for key in node))
            found.update(re.findall(r"[A-Za-z0-9]+", str(node.get("Type"))))
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return found


def test_new_names_change_nothing_but_names() -> None:
    templates = {name: _template(name) for name in NAMES}
    renamable = {name: one for name, one in templates.items() if _is_renamable(one)}
    assert len(renamable) > 30
    for name, template in renamable.items():
        # Behind the name: what it ends with can say how a version is counted.
        names = {old: f"Renamed{old}" for old in template["Resources"]}
        old = _found(template)
        new = _found(_renamed(template, names))
        assert new == [
            (rule, tuple(_renamed(list(path), names)), _renamed(message, names))
            for rule, path, message in old
        ], name


# -- spellings -----------------------------------------------------------------


def test_json_and_yaml_say_the_same(tmp_path: Path) -> None:
    as_json, as_yaml = tmp_path / "template.json", tmp_path / "template.yaml"
    for name in NAMES:
        template = json.loads(json.dumps(_template(name), default=str))
        as_json.write_text(json.dumps(template))
        as_yaml.write_text(yaml.safe_dump(template, sort_keys=False))
        ways = []
        for path in (as_json, as_yaml):
            document, errors = decode(str(path))
            assert not errors, name
            cfn = Template(str(path), document)
            assert not cfn.transform(), name
            ways.append(found(cfn))
        assert ways[0] == ways[1], name


_ARNS = [
    ["arn:aws:lambda:us-east-1:123456789012:function:", "orders"],
    ["arn:aws:lambda:us-east-1:123456789012:function:", "orders", ":", "$LATEST"],
    ["arn:aws:lambda:us-east-1:123456789012:function:", "orders", ":live"],
    ["arn:aws:lambda:us-east-1:123456789012:function:orders:", "7"],
    ["arn:", "aws", ":lambda:us-east-1:", "123456789012", ":function:", "known"],
    ["known", ":", "live"],
    ["123456789012:function:", "known"],
    ["orders"],
    ["arn:aws:sqs:us-east-1:123456789012:", "orders"],
]


def _spelled(pieces: list[str], how: str) -> Any:
    if how == "literal":
        return "".join(pieces)
    if how == "Join":
        return {"Fn::Join": ["", pieces]}
    if how == "Join with colons":
        return {"Fn::Join": [":", "".join(pieces).split(":")]}
    if how == "Split":
        return {"Fn::Join": ["+", {"Fn::Split": ["+", "".join(pieces)]}]}
    if how == "parameters":
        return {"Fn::Sub": "".join(f"${{P{n}}}" for n in range(len(pieces)))}
    if how == "mapping":
        return {"Fn::FindInMap": ["M", "value", "whole"]}
    variables = {f"V{number}": piece for number, piece in enumerate(pieces)}
    return {"Fn::Sub": ["".join(f"${{{name}}}" for name in variables), variables]}


def _targeting(pieces: list[str], how: str) -> dict[str, Any]:
    arn = _spelled(pieces, how)
    return {
        "Mappings": {"M": {"value": {"whole": "".join(pieces)}}},
        "Parameters": {
            f"P{number}": {"Type": "String", "Default": piece}
            for number, piece in enumerate(pieces)
        },
        "Resources": {
            "Fn": {
                **FUNCTION,
                "Properties": {**FUNCTION["Properties"], "FunctionName": "known"},
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {"Targets": [{"Arn": arn, "Id": "function"}]},
            },
            "Mapping": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {"FunctionName": arn},
            },
        },
    }


@pytest.mark.parametrize(
    "how", ["Join", "Join with colons", "Split", "Sub", "parameters", "mapping"]
)
@pytest.mark.parametrize("pieces", _ARNS, ids="".join)
def test_spellings_say_the_same(pieces: list[str], how: str) -> None:
    assert _found(_targeting(pieces, how)) == _found(_targeting(pieces, "literal"))


@fuzzed(40)
@given(st.sampled_from(_ARNS), st.data())
def test_any_cut_says_the_same(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=4).map(sorted))
    cut = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)])]
    how = data.draw(st.sampled_from(["Join", "Sub"]))
    assert _found(_targeting(cut, how)) == _found(_targeting(pieces, "literal"))


# -- other resources, and no update ----------------------------------------------

_UNRELATED = {
    "UnrelatedBucket": {"Type": "AWS::S3::Bucket"},
    "UnrelatedQueue": {
        "Type": "AWS::SQS::Queue",
        "Properties": {"DelaySeconds": 1, "Tags": [{"Key": "a", "Value": "b"}]},
    },
}


def test_an_unrelated_resource_changes_nothing() -> None:
    for name in NAMES:
        template = _template(name)
        alone = _found(template)
        for resources in (
            {**_UNRELATED, **template["Resources"]},
            {**template["Resources"], **_UNRELATED},
        ):
            assert _found({**template, "Resources": resources}) == alone, name


def test_a_template_does_not_differ_from_itself() -> None:
    for name in NAMES:
        path = TEMPLATES / name
        document, _ = decode(str(path))
        cfn = Template(str(path), document)
        assert not cfn.transform(), name
        matches = found_against(cfn, Settings(baseline_path=str(path)))
        told = [match for match in matches if match[0] in ("W9831", "W9832")]
        assert not told, name


# -- the cure --------------------------------------------------------------------


def _through_alias(node: Any, functions: set[str]) -> Any:
    """A node whose references to functions go through aliases of them."""
    if isinstance(node, list):
        return [_through_alias(item, functions) for item in node]
    if not isinstance(node, dict):
        if isinstance(node, str):
            for function in functions:
                alias = f"${{{function}Shield}}"
                node = node.replace(f"${{{function}.Arn}}", alias)
                node = node.replace(f"${{{function}}}", f"${{{function}}}:shield")
        return node
    attribute = node.get("Fn::GetAtt")
    if isinstance(attribute, str):
        attribute = attribute.split(".")
    if attribute and attribute[0] in functions and attribute[1:] == ["Arn"]:
        return {"Ref": f"{attribute[0]}Shield"}
    if node.get("Ref") in functions:
        return {"Ref": f"{node['Ref']}Shield"}
    return {key: _through_alias(value, functions) for key, value in node.items()}


def _shielded(template: Any) -> Any:
    resources = template["Resources"]
    functions = {
        name for name, r in resources.items() if r["Type"] == "AWS::Lambda::Function"
    }
    new = _through_alias(resources, functions)
    for name in functions:
        condition = {
            key: value for key, value in resources[name].items() if key == "Condition"
        }
        new[f"{name}Published"] = {
            **condition,
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": name}},
        }
        new[f"{name}Shield"] = {
            **condition,
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "FunctionName": {"Ref": name},
                "FunctionVersion": {"Fn::GetAtt": [f"{name}Published", "Version"]},
                "Name": "shield",
            },
        }
    return {**template, "Resources": new}


def _is_curable(name: str) -> bool:
    """Whether a template refers to its functions where they can be replaced.

    An alias of `$LATEST` stays one, and a literal names a function without reference.
    """
    template = _template(name)
    kinds = {resource["Type"] for resource in template["Resources"].values()}
    return (
        any(rule == "W9810" for rule, _, _ in _found(template))
        and "AWS::Lambda::Function" in kinds
        and "Transform" not in template
        and not any(rule == "W9811" for rule, _, _ in _found(template))
    )


def test_an_alias_for_every_reference_cures() -> None:
    curable = [name for name in NAMES if _is_curable(name)]
    assert len(curable) > 15
    for name in curable:
        cured = _shielded(_template(name))
        assert [found for found in _found(cured) if found[0] == "W9810"] == [], name


# -- what mutants showed to be untested --------------------------------------------


def _rule(arn: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {"Targets": [{"Arn": arn, "Id": "function"}]},
    }


def test_a_version_of_something_else_is_no_version_of_a_function() -> None:
    resources = {
        "Fn": FUNCTION,
        "Published": {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": "Fn"}},
        },
        "Other": {"Type": "AWS::IoT::ProvisioningTemplate", "Properties": {}},
    }

    def rules(attribute: str) -> list[str]:
        rule = _rule({"Fn::Sub": f"${{Fn.Arn}}:${{{attribute}}}"})
        template = {"Resources": {**resources, "Rule": rule}}
        return [rule for rule, _, _ in _found(template) if rule == "I9814"]

    assert rules("Published.Version") == ["I9814"]
    assert rules("Other.Version") == []
    assert rules("Published.CodeSha256") == []


def test_an_arn_whose_name_is_unknown_says_nothing() -> None:
    arn = {"Fn::Sub": "arn:aws:lambda:us-east-1:123456789012:function:${Name}"}
    template = {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Fn": FUNCTION, "Rule": _rule(arn)},
    }
    assert _found(template) == []


@pytest.mark.parametrize(
    ("shas", "sha", "expected"),
    [("a", "a", []), ("a", "b", ["W9831"]), ("ab", "a", ["W9831"])],
)
def test_the_hash_of_a_serverless_framework_package_decides(
    shas: str, sha: str, expected: list[str], tmp_path: Path
) -> None:
    def template(time: str, shas: str) -> dict[str, Any]:
        properties: Any = FUNCTION["Properties"]
        code = {"S3Bucket": "b", "S3Key": f"orders/{time}/orders.zip"}
        return {
            "Resources": {
                "Fn": {
                    **FUNCTION,
                    "Properties": {**properties, "Code": code, "Handler": time},
                },
                **{
                    f"FnLambdaVersion{time}0123456789abcdefghijklmn{sha}": {
                        "Type": "AWS::Lambda::Version",
                        "Properties": {
                            "FunctionName": {"Ref": "Fn"},
                            "CodeSha256": sha,
                        },
                    }
                    for sha in shas
                },
                "Rule": _rule({"Fn::GetAtt": ["Fn", "Arn"]}),
            }
        }

    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(template("1700000000", shas)))
    cfn = read(template("1800000000", sha))
    assert cfn is not None
    matches = found_against(cfn, Settings(baseline_path=str(path)))
    assert [rule for rule, _, _ in matches if rule.startswith("W983")] == expected
