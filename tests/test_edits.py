"""Edits of a template's text: what they say, and that nothing else changes."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path as File
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

from cfn_lint_lambda_race.cure._edits import (
    Document,
    Edit,
    EditError,
    Node,
    Path,
    apply,
)
from tests.linting import CORPUS

# An edit, and what the same change does to the decoded template.
Kind = tuple[Callable[[Document], Edit], Callable[[Any], None]]


def decoded(text: str) -> Any:
    """A text as cfn-lint reads it, as plain lists and dicts."""
    found = cfn_yaml.loads(text.replace("\t", " "), "template.yaml")
    return json.loads(json.dumps(found, default=str))


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Each path of a template, and what is there."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


NEW: Node = {
    "Type": "AWS::Lambda::Alias",
    "DeletionPolicy": "Retain",
    "Properties": {
        "FunctionName": {"Ref": "Orders"},
        "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
        "Name": "live",
        "Description": "it's: a 'text' # of \"odd\" kind",
        "Number": "012",
        "Tags": [
            {"Key": "a", "Value": {"Fn::Sub": "${AWS::Region}-x"}},
            "yes",
            1,
            True,
        ],
        "Empty": [],
        "Nothing": {},
        "Joined": {"Fn::Join": ["", ["a", {"Ref": "B"}, {"Fn::Base64": {"Ref": "C"}}]]},
    },
}
VALUES: list[Node] = [
    "plain",
    "a: b",
    "",
    "line\nline",
    "2012-10-17",
    7,
    True,
    None,
    {"Ref": "Orders"},
    {"Fn::GetAtt": ["Orders", "Arn"]},
    {"Fn::Sub": "arn:${AWS::Partition}:x:y"},
    {"Fn::If": ["Is", {"Ref": "A"}, {"Fn::Sub": "x"}]},
    ["a", {"Ref": "B"}],
    {"Key": {"Ref": "A"}, "Other": [1, {"x": "y"}]},
    NEW,
]


def _replaced(path: Path, new: Node) -> Kind:
    def change(root: Any) -> None:
        at(root, path[:-1])[path[-1]] = copy.deepcopy(new)

    return lambda document: document.replace(path, new), change


def _added(path: Path, new: Node) -> Kind:
    items = {"Added": new, "Another": "x"}

    def change(root: Any) -> None:
        at(root, path).update(copy.deepcopy(items))

    return lambda document: document.add_keys(path, items), change


def _appended(path: Path, new: Node) -> Kind:
    def change(root: Any) -> None:
        at(root, path).append(copy.deepcopy(new))

    return lambda document: document.append(path, new), change


def _removed(path: Path) -> Kind:
    def change(root: Any) -> None:
        del at(root, path[:-1])[path[-1]]

    return lambda document: document.remove(path), change


def _renamed(path: Path) -> Kind:
    def change(root: Any) -> None:
        parent = at(root, path[:-1])
        parent["Renamed"] = parent.pop(path[-1])

    return lambda document: document.rename_key(path, "Renamed"), change


def _extended(name: str) -> Kind:
    def change(root: Any) -> None:
        root["Resources"]["LiveAlias"] = copy.deepcopy(NEW)

    return lambda document: document.add_resources(name, {"LiveAlias": NEW}), change


def kinds(template: Any, chance: random.Random) -> Iterator[Kind]:
    """Some edits of a template, drawn at random."""
    every = [(path, value) for path, value in places(template) if path]
    for path, value in chance.sample(every, min(12, len(every))):
        new = chance.choice(VALUES)
        yield _replaced(path, new)
        yield _removed(path)
        if isinstance(value, dict) and not any(key[:4] == "Fn::" for key in value):
            yield _added(path, new)
        if isinstance(value, list):
            yield _appended(path, new)
        if isinstance(path[-1], str):
            yield _renamed(path)
    names = list(template["Resources"])
    for name in chance.sample(names, min(4, len(names))):
        yield _extended(name)


def check(text: str, chance: random.Random) -> tuple[int, int]:
    """Try edits of a text; how many were made and how many were refused."""
    template = decoded(text)
    document = Document(text)
    made = refused = 0
    for make, change in kinds(template, chance):
        try:
            edit = make(document)
        except EditError:
            refused += 1
            continue
        made += 1
        expected = copy.deepcopy(template)
        change(expected)
        after = apply(text, [edit])
        assert after[: edit.start] == text[: edit.start]
        assert after[edit.start + len(edit.text) :] == text[edit.end :]
        assert decoded(after) == expected, edit
    return made, refused


def _templates() -> list[File]:
    if not CORPUS.exists():
        return []
    names = ("*.yaml", "*.yml", "*.json", "*.template")
    return sorted(found for name in names for found in CORPUS.rglob(name))


@pytest.mark.slow
@pytest.mark.parametrize("path", _templates(), ids=lambda path: path.name)
def test_corpus(path: File) -> None:
    text = path.read_bytes().decode()
    try:
        template = decoded(text)
        Document(text)
    except Exception as error:
        pytest.skip(f"not read: {error}")
    if not isinstance(template, dict) or not isinstance(
        template.get("Resources"), dict
    ):
        pytest.skip("no template")
    made, refused = check(text, random.Random(path.name))
    assert made >= refused
