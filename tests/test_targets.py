"""Every row of the catalogue from end to end: found unqualified, silent qualified.

The templates are made from the rows themselves, so a new row is tested by being
there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race.data import TargetRow, load, targets
from cfn_lint_lambda_race.template import Evaluator, read

ROWS = [row for rows in targets().values() for row in rows]
PLACES = [row for row in ROWS if row.form != "self"]
OWN = [row for row in ROWS if row.form == "self"]
IN_PROPERTIES = [row for row in PLACES if row.inside is None]
IN_DOCUMENTS = [row for row in PLACES if row.inside is not None and not row.is_file]
IN_FILES = [row for row in PLACES if row.is_file]

# What stands around the reference, in Fn::Sub's words.
FORMS = {
    "arn": "{}",
    "name": "{}",
    "iot-sql": "SELECT *, aws_lambda('{}', *) AS price FROM 'orders'",
    "uri": "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path"
    "/2015-03-31/functions/{}/invocations",
}
# How a template writes the reference, and whether that is unqualified.
WRITTEN = {
    "function": ("${Fn.Arn}", True),
    "latest": ("${Fn.Arn}:$LATEST", True),
    "alias": ("${Alias}", False),
    "alias by name": ("${Fn.Arn}:live", False),
    "version": ("${Version}", False),
    "version by number": ("${Fn.Arn}:${Version.Version}", False),
    "published": ("${Fn.Arn}:$LATEST.PUBLISHED", False),
    "unknown": ("${Fn.Arn}:${Stage}", False),
}
# The same in a file, which holds no intrinsic functions.
ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders"
LITERAL = {
    ARN: True,
    f"{ARN}:$LATEST": True,
    f"{ARN}:live": False,
    f"{ARN}:7": False,
}
FUNCTION = {
    "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "orders"}},
    "Version": {
        "Type": "AWS::Lambda::Version",
        "Properties": {"FunctionName": {"Ref": "Fn"}},
    },
    "Alias": {
        "Type": "AWS::Lambda::Alias",
        "Properties": {
            "FunctionName": {"Ref": "Fn"},
            "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
            "Name": "live",
        },
    },
}


class Use(NamedTuple):
    """An unqualified use, as far as these tests look at it."""

    function: str
    path: str


def _uses(
    kind: str, properties: Mapping[str, Any], file: Path | None = None, **more: Any
) -> list[Use]:
    """The unqualified uses in a template with one resource beside the function."""
    template = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {
            **deepcopy(FUNCTION),
            "Target": {"Type": kind, "Properties": properties},
        },
        **more,
    }
    filename = str(file.with_name("template.json")) if file else "template.json"
    reading = read(Template(filename, template, ["us-east-1"]))
    return [
        Use(use.function, "/".join(map(str, target.path)))
        for target in reading.targets
        for use in reading.unqualified_uses(target)
    ]


def _name(row: TargetRow) -> str:
    what = "".join(f" {values[0]}" for values in row.when.values())
    return f"{row.type} {row.path} {row.inside or ''}{what}"


def _kind(row: TargetRow) -> str:
    return row.type.replace("*", "Orders")


def _put(node: Any, path: str, value: Any, item: str | int) -> None:
    """Put a value below a node; ``item`` is what stands for ``*``."""
    steps: list[str | int] = [
        item if step == "*" else step for step in path.split("/") if step != "**"
    ]
    for step, following in zip(steps, [*steps[1:], None]):
        below: Any = value
        if following is not None:
            below = [] if isinstance(following, int) else {}
        if isinstance(node, list):
            if not node:
                node.append(below)
            node = node[0]
        elif following is None:
            node[step] = value
        else:
            node = node.setdefault(step, below)


def _admitted(when: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    """Values beside a place that match, each pattern at least once."""
    for index in range(max([1, *map(len, when.values())])):
        yield {
            path: patterns[min(index, len(patterns) - 1)].replace("*", "aws")
            for path, patterns in when.items()
        }


def _sub(row: TargetRow, reference: str) -> dict[str, Any]:
    return {"Fn::Sub": FORMS[row.form].format(reference)}


def _place(path: str, item: str | int) -> str:
    steps = [str(item) if step == "*" else step for step in path.split("/")]
    return "/".join(["Resources/Target/Properties", *steps]).replace("/**", "")


def test_the_catalogue_is_large() -> None:
    assert len(IN_PROPERTIES) > 150
    assert len(IN_DOCUMENTS) > 25
    assert len(IN_FILES) > 8
    assert len(OWN) > 15
    assert len(ROWS) == sum(map(len, (IN_PROPERTIES, IN_DOCUMENTS, IN_FILES, OWN)))


@pytest.mark.parametrize("item", [0, "Key"])
@pytest.mark.parametrize("row", IN_PROPERTIES, ids=_name)
def test_a_property(row: TargetRow, item: str | int) -> None:
    for beside in _admitted(row.when):
        for reference, is_unqualified in WRITTEN.values():
            properties: dict[str, Any] = {}
            for path, value in beside.items():
                _put(properties, path, value, item)
            _put(properties, row.path, _sub(row, reference), item)
            expected = [Use("Fn", _place(row.path, item))] if is_unqualified else []
            assert _uses(_kind(row), properties) == expected, reference


@pytest.mark.parametrize("item", [0, "Key"])
@pytest.mark.parametrize("row", IN_PROPERTIES, ids=_name)
def test_the_branch_of_a_property(row: TargetRow, item: str | int) -> None:
    conditions = {"Is": {"Fn::Equals": [{"Ref": "Stage"}, "x"]}}
    (beside, *_) = _admitted(row.when)
    properties: dict[str, Any] = {}
    for path, value in beside.items():
        _put(properties, path, value, item)
    branches = [_sub(row, "${Alias}"), _sub(row, "${Fn.Arn}")]
    _put(properties, row.path, {"Fn::If": ["Is", *branches]}, item)
    assert _uses(_kind(row), properties, Conditions=conditions) == [
        Use("Fn", f"{_place(row.path, item)}/Fn::If/2")
    ]


@pytest.mark.parametrize("row", [row for row in IN_PROPERTIES if row.when], ids=_name)
@pytest.mark.parametrize("other", ["SOMETHING-ELSE", {"Ref": "Stage"}, None])
def test_what_stands_beside_decides(row: TargetRow, other: Any) -> None:
    for path in row.when:
        properties: dict[str, Any] = {}
        for name, value in next(_admitted(row.when)).items():
            if name != path:
                _put(properties, name, value, 0)
            elif other is not None:
                _put(properties, name, other, 0)
        _put(properties, row.path, _sub(row, "${Fn.Arn}"), 0)
        assert _uses(_kind(row), properties) == []


@pytest.mark.parametrize(
    "row", [row for row in PLACES if row.qualifier and not row.is_file], ids=_name
)
@pytest.mark.parametrize(
    ("qualifier", "is_unqualified"),
    [
        ("live", False),
        ("7", False),
        ({"Ref": "Stage"}, False),
        ({"Fn::GetAtt": "Version.Version"}, False),
        ("$LATEST", True),
        ({"Ref": "AWS::NoValue"}, True),
    ],
    ids=str,
)
def test_a_qualifier_beside(
    row: TargetRow, qualifier: Any, is_unqualified: bool
) -> None:
    assert row.qualifier is not None
    properties: dict[str, Any] = {}
    for path, value in next(_admitted(row.when)).items():
        _put(properties, path, value, 0)
    document = properties
    if row.inside is not None:
        document = {}
        for path, value in next(_admitted(row.inside_when)).items():
            _put(document, path, value, 0)
    _put(document, row.qualifier, qualifier, 0)
    _put(document, row.inside or row.path, _sub(row, "${Fn.Arn}"), 0)
    if row.inside is not None:
        _put(properties, row.path, document, 0)
    assert len(_uses(_kind(row), properties)) == is_unqualified


def _documents(row: TargetRow, value: Any, item: str | int) -> Iterator[dict[str, Any]]:
    """Documents that hold a value at the row's place, ``**`` at no and at two steps."""
    assert row.inside is not None
    for beside in _admitted(row.inside_when):
        document: dict[str, Any] = {}
        for path, admitted in beside.items():
            _put(document, path, admitted, item)
        _put(document, row.inside, value, item)
        yield document
        if row.inside.startswith("**"):
            yield {"Outer": [document]}


def _in_document(row: TargetRow, document: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for path, value in next(_admitted(row.when)).items():
        _put(properties, path, value, 0)
    _put(properties, row.path, document, 0)
    return properties


@pytest.mark.parametrize("item", [0, "Key"])
@pytest.mark.parametrize("row", IN_DOCUMENTS, ids=_name)
def test_an_object_in_a_document(row: TargetRow, item: str | int) -> None:
    for reference, is_unqualified in WRITTEN.values():
        for document in _documents(row, _sub(row, reference), item):
            uses = _uses(_kind(row), _in_document(row, document))
            assert [use.function for use in uses] == ["Fn"] * is_unqualified, reference
            for use in uses:
                assert use.path.startswith(_place(row.path, 0))
                assert use.path.endswith(row.inside.split("*")[-1])  # type: ignore[union-attr]


@pytest.mark.parametrize("item", [0, "Key"])
@pytest.mark.parametrize("row", IN_DOCUMENTS, ids=_name)
def test_text_in_a_document(row: TargetRow, item: str | int) -> None:
    for reference, is_unqualified in WRITTEN.values():
        text = _sub(row, reference)
        expected = [Use("Fn", _place(row.path, 0))] if is_unqualified else []
        for document in _documents(row, text["Fn::Sub"], item):
            written = {"Fn::Sub": json.dumps(document)}
            assert _uses(_kind(row), _in_document(row, written)) == expected
        for document in _documents(row, text, item):
            written = {"Fn::ToJsonString": document}
            assert _uses(_kind(row), _in_document(row, written)) == expected
        for document in _documents(row, "<here>", item):
            before, after = json.dumps(document).split("<here>")
            written = {"Fn::Join": ["", [before, text, after]]}
            assert _uses(_kind(row), _in_document(row, written)) == expected


@pytest.mark.parametrize("row", IN_FILES, ids=_name)
def test_a_file(row: TargetRow, tmp_path: Path) -> None:
    file = tmp_path / "definition.json"
    around = FORMS[row.form].replace("${{AWS::Partition}}", "aws")
    around = around.replace("${{AWS::Region}}", "us-east-1")
    for reference, is_unqualified in LITERAL.items():
        for document in _documents(row, around.format(reference), "Key"):
            file.write_text(json.dumps(document))
            properties = _in_document(row, file.name)
            expected = [Use("Fn", _place(row.path, 0))] if is_unqualified else []
            assert _uses(_kind(row), properties, file) == expected, reference


@pytest.mark.parametrize("row", [row for row in PLACES if row.substitutions], ids=_name)
def test_a_substitution(row: TargetRow, tmp_path: Path) -> None:
    assert row.substitutions is not None
    file = tmp_path / "definition.json"
    for reference, is_unqualified in WRITTEN.values():
        for document in _documents(row, "${Name}", "Key"):
            file.write_text(json.dumps(document))
            wholes = [file.name] if row.is_file else [document, json.dumps(document)]
            for whole in wholes:
                properties = _in_document(row, whole)
                properties[row.substitutions] = {"Name": {"Fn::Sub": reference}}
                uses = _uses(_kind(row), properties, file)
                expected = [Use("Fn", _place(f"{row.substitutions}/Name", 0))]
                assert uses == (expected if is_unqualified else []), reference


@pytest.mark.parametrize("row", OWN, ids=_name)
def test_a_section_of_a_serverless_function(row: TargetRow) -> None:
    for beside in _admitted(row.when):
        properties: dict[str, Any] = {}
        for path, value in beside.items():
            _put(properties, path, value, "Key")
        properties.setdefault(row.path.split("/")[0], {})
        place = _place(row.path, "Key")
        assert _uses(row.type, properties) == [Use("Target", place)]
        assert _uses(row.type, {**properties, "AutoPublishAlias": "live"}) == []
        never = {"AutoPublishAlias": {"Ref": "AWS::NoValue"}}
        assert _uses(row.type, {**properties, **never}) == [Use("Target", place)]


def test_the_catalogue_s_forms_are_those_that_are_tested() -> None:
    assert {row.form for row in PLACES} == set(FORMS)
    documents = set(load("documents.json"))
    assert not documents & {row.form for row in ROWS}


def test_an_alias_of_latest_is_found_in_every_place() -> None:
    (row,) = (
        row for row in ROWS if row.type == "AWS::Pipes::Pipe" and row.path == "Target"
    )
    assert _uses(_kind(row), {"Target": {"Ref": "Alias"}}) == []
    latest = deepcopy(FUNCTION)
    latest["Alias"]["Properties"]["FunctionVersion"] = "$LATEST"
    template = {
        "Resources": {
            **latest,
            "Target": {"Type": row.type, "Properties": {"Target": {"Ref": "Alias"}}},
        }
    }
    reading = read(Template("template.json", template, ["us-east-1"]))
    (target,) = reading.targets
    (use,) = reading.unqualified_uses(target)
    assert (use.function, use.alias) == ("Fn", "Alias")
    assert isinstance(reading.evaluator, Evaluator)
