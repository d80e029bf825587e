"""Edits of a template's text.

Tests `cure/_writing.py` too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date
from functools import lru_cache
from pathlib import Path as File
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_lint_lambda_race.cure._edits import Document, Edit, EditError, apply
from tests.linting import CORPUS

YAML = """\
# A shop.
Resources:
  Fn:  # the function
    Type: AWS::Lambda::Function
    Properties:
      Handler: 'index.handler' # where it starts
      Layers:
        - !Ref Layer
        - a
      Role: !GetAtt Role.Arn
      Environment: {Variables: {A: b}}
      Text: |
        one
        two

  # The role.
  Role:
    Type: AWS::IAM::Role

  Empty:
    Type: T
    Properties:

Outputs:
  Url:
    Value: !Join ['', [a, !Sub "${Fn}"]]
"""
TEMPLATE_JSON = """\
{
\t"Resources": {
\t\t"Fn": {
\t\t\t"Type": "AWS::Lambda::Function",
\t\t\t"Properties": {"Handler": "a", "Layers": []}
\t\t}
\t}
}"""


def decode(text: str) -> Any:
    """What cfn-lint reads, without its own classes."""
    text = text.removeprefix("\ufeff")
    try:
        found = json.loads(text)
    except ValueError:
        found = cfn_yaml.loads(text)
    return json.loads(json.dumps(found, default=str))


def edited(text: str, method: str, *arguments: Any) -> str:
    """The text after an edit, of which nothing outside changed."""
    return edited_document(Document(text), method, *arguments)


def edited_document(document: Document, method: str, *arguments: Any) -> str:
    """The same of a document, which stays as it is."""
    text = document.text
    edit: Edit = getattr(document, method)(*arguments)
    after = apply(text, [edit])
    assert after == text[: edit.start] + edit.text + text[edit.end :]
    return after


FN = ["Resources", "Fn"]
PROPERTIES = [*FN, "Properties"]


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        ([*PROPERTIES, "Handler"], "b", "'index.handler' #", "'b' #"),
        ([*PROPERTIES, "Handler"], {"Ref": "A"}, "'index.handler' #", "!Ref A #"),
        ([*PROPERTIES, "Role"], {"Ref": "A"}, "!GetAtt Role.Arn", "!Ref A"),
        (
            [*PROPERTIES, "Role", "Fn::GetAtt"],
            ["Other", "Arn"],
            "!GetAtt Role.Arn",
            "!GetAtt Other.Arn",
        ),
        (
            [*PROPERTIES, "Role", "Fn::GetAtt", 1],
            "RoleId",
            "!GetAtt Role.Arn",
            "!GetAtt Role.RoleId",
        ),
        (
            ["Outputs", "Url", "Value", "Fn::Join", 1, 1, "Fn::Sub"],
            "${Fn}:a",
            '"${Fn}"',
            '"${Fn}:a"',
        ),
        ([*PROPERTIES, "Layers"], "x", "\n        - !Ref Layer\n        - a", " x"),
        ([*PROPERTIES, "Text"], "x", "|\n        one\n        two", "x"),
        (
            [*PROPERTIES, "Handler"],
            ["a", {"b": 1, "c": None}],
            " 'index.handler' # where it starts",
            " # where it starts\n        - a\n        - b: 1\n          c: null",
        ),
        ([*PROPERTIES, "Environment", "Variables", "A"], "1", "A: b", "A: '1'"),
        ([*PROPERTIES, "Layers", 1], {"b": 1, "c": 2}, "- a", "- b: 1\n          c: 2"),
    ],
)
def test_replaces(path: list[Any], value: Any, before: str, after: str) -> None:
    assert before in YAML
    text = edited(YAML, "replace", path, value)
    assert text == YAML.replace(before, after, 1)


def test_adds_keys() -> None:
    text = edited(YAML, "add_keys", PROPERTIES, {"A": {"B": ["c"]}}, "Handler")
    assert text == YAML.replace(
        "starts\n", "starts\n      A:\n        B:\n          - c\n"
    )
    text = edited(YAML, "add_keys", PROPERTIES, {"A": True})
    assert text == YAML.replace("        two\n", "        two\n      A: true\n")
    variables = [*PROPERTIES, "Environment", "Variables"]
    text = edited(YAML, "add_keys", variables, {"C": {"Ref": "D"}})
    assert text == YAML.replace("{A: b}", "{A: b, C: !Ref D}")


def test_adds_keys_where_there_is_no_mapping() -> None:
    text = edited(YAML, "add_keys", ["Resources", "Empty", "Properties"], {"A": 1})
    assert text == YAML.replace("Properties:\n\n", "Properties:\n      A: 1\n\n")
    text = edited(YAML, "add_keys", ["Resources", "Role", "Properties"], {"A": 1})
    assert text == YAML.replace(
        "IAM::Role\n", "IAM::Role\n    Properties:\n      A: 1\n"
    )


def test_adds_resources() -> None:
    text = edited(YAML, "add_resources", "Fn", {"X": {"Type": "T"}})
    assert text == YAML.replace("two\n", "two\n\n  X:\n    Type: T\n")
    text = edited(YAML, "add_resources", "Empty", {"X": {"Type": "T"}})
    assert text == YAML.replace(
        "Properties:\n\n", "Properties:\n\n  X:\n    Type: T\n\n"
    )


def test_keeps_the_style_of_json() -> None:
    text = edited(TEMPLATE_JSON, "add_resources", "Fn", {"X": {"Type": "T"}})
    added = ',\n\t\t"X": {\n\t\t\t"Type": "T"\n\t\t}'
    assert text == TEMPLATE_JSON.replace("\n\t\t}\n", f"\n\t\t}}{added}\n")
    text = edited(TEMPLATE_JSON, "add_keys", PROPERTIES, {"B": {"Ref": "C"}})
    assert '"Layers": [], "B": {"Ref": "C"}}' in text
    line = '{"Resources":{"Fn":{"Type":"T"}}}'
    text = edited(line, "add_resources", "Fn", {"X": {"Type": "T", "A": ["b", 1]}})
    assert text == '{"Resources":{"Fn":{"Type":"T"},"X":{"Type":"T","A":["b",1]}}}'


def test_keeps_carriage_returns_and_byte_order_marks() -> None:
    text = "\ufeff" + YAML.replace("\n", "\r\n")
    after = edited(text, "add_keys", PROPERTIES, {"A": {"B": 1}}, "Handler")
    assert after == text.replace("starts\r\n", "starts\r\n      A:\r\n        B: 1\r\n")


def test_takes_files_without_a_final_newline() -> None:
    text = "Resources:\n  Fn:\n    Type: T"
    after = edited(text, "add_keys", FN, {"A": 1})
    assert after == "Resources:\n  Fn:\n    Type: T\n    A: 1"
    after = edited(text, "add_keys", FN, {"A": "b\nc\n"})
    assert decode(after)["Resources"]["Fn"]["A"] == "b\nc\n"


def test_appends_and_removes_and_renames() -> None:
    layers = [*PROPERTIES, "Layers"]
    text = edited(YAML, "append", layers, {"Ref": "B"})
    assert text == YAML.replace("- a\n", "- a\n        - !Ref B\n")
    assert edited(text, "remove", [*layers, 2]) == YAML
    text = edited(YAML, "rename_key", [*PROPERTIES, "Handler"], "Entry")
    assert text == YAML.replace("Handler:", "Entry:")
    text = edited(YAML, "remove", ["Outputs", "Url", "Value", "Fn::Join", 1, 0])
    assert text == YAML.replace("[a, !Sub", "[!Sub")
    text = edited(YAML, "remove", [*PROPERTIES, "Handler"])
    assert text == YAML.replace(
        "      Handler: 'index.handler' # where it starts\n", ""
    )


def test_a_short_call_stays_on_its_line() -> None:
    call = {"Fn::If": ["Is", {"Ref": "A"}, {"Fn::Join": ["", ["b", "c"]]}]}
    text = edited(YAML, "add_keys", PROPERTIES, {"A": call}, "Handler")
    assert "      A: !If [Is, !Ref A, !Join ['', [b, c]]]\n" in text


def test_reads_json_that_yaml_refuses() -> None:
    text = '{\t"A": "\\ud83d\\ude00 \\/", "B": 1}'
    assert edited(text, "replace", ["B"], "c") == text.replace("1}", '"c"}')


def test_adds_beside_anchors_and_aliases() -> None:
    text = "Resources:\n  A: &a\n    Type: T\n  B: *a\n"
    after = edited(text, "add_resources", "A", {"C": {"D": 1}})
    assert after == text.replace("  B:", "  C:\n    D: 1\n  B:")
    after = edited(text, "add_keys", ["Resources"], {"C": {"D": 1}})
    assert after == text + "  C:\n    D: 1\n"


def test_keys_with_a_question_mark() -> None:
    text = "? A\n: b: 1\n  c: 2\n"
    assert edited(text, "add_keys", ["A"], {"d": 1}) == text + "  d: 1\n"
    assert edited(text, "replace", ["A"], "x") == "? A\n: x\n"


def test_refuses_a_mapping_without_braces() -> None:
    text = "A: [a, B: c]\n"
    with pytest.raises(EditError, match="no braces"):
        Document(text).add_keys(["A", 1], {"D": 1})


def test_sequences_that_are_not_indented() -> None:
    text = (
        "Resources:\n    Fn:\n        A:\n        - 1\n        B:\n            c: d\n"
    )
    after = edited(text, "add_keys", FN, {"E": [{"f": {"g": "h"}}]})
    assert after == text + ("        E:\n        - f:\n              g: h\n")


def test_keys_and_texts_have_the_quotes_of_the_file() -> None:
    text = """\
'Resources':
  'A':
    'Type': 'AWS::SNS::Topic'
    'Properties': {'Name': {'Ref': 'B'}}
"""
    document = Document(text)
    added = document.add_resources("A", {"C": {"Type": "T", "X": {"Ref": "A"}}})
    place = ["Resources", "A", "Properties", "Name"]
    replaced = document.replace(place, {"Ref": "C"})
    assert apply(text, [added, replaced]) == text.replace("'B'", "'C'") + (
        "  'C':\n    'Type': 'T'\n    'X':\n      'Ref': 'A'\n"
    )
    mixed = "'A': x\n'B': y\n'C': !Ref z\n"
    document = Document(mixed)
    edits = [document.replace(["A"], "w"), document.replace(["C"], {"Ref": "v"})]
    assert apply(mixed, edits) == "'A': w\n'B': y\n'C': !Ref v\n"
    assert apply(mixed, [document.rename_key(["A"], "D")])[:5] == "'D': "


def test_braces_keep_their_spaces() -> None:
    text = '{ "a" : { "b" : [ 1 ] } }'
    edit = Document(text).replace(["a", "b"], {"c": [2]})
    assert apply(text, [edit]) == '{ "a" : { "b" : { "c" : [ 2 ] } } }'
    text = "a: { b: c }\n"
    edit = Document(text).replace(["a"], {"d": {"e": "f"}})
    assert apply(text, [edit]) == "a: { d: { e: f } }\n"


def test_lines_end_as_most_do() -> None:
    for end in ("\n", "\r\n", "\r"):
        text = f"a:{end}  b: c{end}d: e{end}"
        edit = Document(text).add_keys(["a"], {"f": "g"})
        assert apply(text, [edit]) == text.replace("d: e", f"  f: g{end}d: e")


def test_writes_dates_and_refuses_what_json_has_not() -> None:
    document = Document("a: b\n")
    assert document.replace(["a"], date(2020, 1, 1)).text == "2020-01-01"  # type: ignore[arg-type]
    for value in (b"x", {"a"}, float("inf")):
        with pytest.raises(EditError, match="JSON"):
            document.replace(["a"], [value])  # type: ignore[list-item]


def test_comments_stay_with_what_they_stand_below() -> None:
    text = """\
Resources:
  A:
    Type: T
    # of A

    # of A too
  # of B


  B:
    Type: T
"""
    edit = Document(text).add_resources("A", {"C": {"Type": "T"}})
    assert apply(text, [edit]) == text.replace(
        "  # of B", "\n\n  C:\n    Type: T\n  # of B"
    )
    items = "A:\n- b\n  # of b\n# of C\nC: d\n"
    edit = Document(items).append(["A"], "e")
    assert apply(items, [edit]) == items.replace("# of C", "- e\n# of C")


def test_what_is_replaced_keeps_its_column_and_braces() -> None:
    text = "A:\n     # of b\n     b:\n       - c\nD: {e: [f, g]}\nH:\n  i: j\n"
    document = Document(text)
    edits = [document.replace(["A"], {"k": 1}), document.replace(["D"], {"l": [2]})]
    assert apply(text, edits) == (
        "A:\n     # of b\n     k: 1\nD: {l: [2]}\nH:\n  i: j\n"
    )


def test_long_form_stays_long() -> None:
    text = "Resources:\n  Fn:\n    A:\n      Ref: B\n"
    after = edited(text, "add_keys", FN, {"C": {"Fn::GetAtt": ["D", "Arn"]}})
    assert after == text + "    C:\n      Fn::GetAtt:\n        - D\n        - Arn\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\na: 2\n", "twice"),
        ("a: [\n", "not valid YAML"),
        ("a: 1\n---\nb: 2\n", "several documents"),
        ("", "empty"),
        ("[" * 5000, "nested|not valid"),
        ("[" * 200 + "]" * 200, "nested"),
    ],
)
def test_refuses_texts(text: str, reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        Document(text)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (["A", "x"], "anchor"),
        (["B", "x"], "anchor"),
        (["B"], "anchor"),
        (["C", "y"], "merge"),
        (["D"], "there is no D"),
        (["E", "x"], "there is no E/x"),
        ([], "whole template"),
    ],
)
def test_refuses_places(path: list[Any], reason: str) -> None:
    text = "A: &a\n  x: 1\nB: *a\nC:\n  <<: *a\n  y: 2\nE: 1\n"
    with pytest.raises(EditError, match=reason):
        Document(text).replace(path, "z")


def test_refuses_edits_that_overlap() -> None:
    with pytest.raises(EditError):
        apply("abc", [Edit(0, 2, "x"), Edit(1, 3, "y")])
    assert apply("abc", [Edit(1, 1, "x"), Edit(1, 1, "y"), Edit(1, 2, "z")]) == "axyzc"


# Strings that need quotes, or look as if they did.
ODD = [
    *("yes", "null", "~", "1", "1e3", "0x1", "a: b", "a #b", "- a", "*a", "&a", "!a"),
    *("|", "a:", "'a'", "2020-01-01", "<<", "=", "%a", '"a', "[a", "{a", "@a", "`a"),
    *("a\nb", "a\nb\n", "a\n\nb\n", " a\nb", "a\n", "\n", "a\n\n", "a\r\nb"),
    *("?", "? a", "---", "...", "#a", "", " ", "a,b", "a]", "a?b", "Fn::Sub"),
]
# Values as templates have them.
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(ODD),
)
KEYS = st.one_of(st.sampled_from(["Ref", "Fn::Sub", "Fn::If", "Condition"]), TEXTS)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-99, 99), st.floats(-9, 9), TEXTS
)
FUNCTIONS = st.one_of(
    st.builds(lambda name: {"Ref": name}, TEXTS),
    st.builds(lambda text: {"Fn::Sub": text}, TEXTS),
    st.builds(lambda a, b: {"Fn::GetAtt": [a, b]}, TEXTS, TEXTS),
)
VALUES = st.recursive(
    st.one_of(SCALARS, FUNCTIONS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            KEYS.filter(lambda key: key not in ("", "<<")), inner, max_size=3
        ),
        st.builds(lambda value: {"Fn::Base64": value}, inner),
        st.builds(lambda *items: {"Fn::If": list(items)}, TEXTS, inner, inner),
    ),
    max_leaves=8,
)
TEXTS_TO_EDIT = [
    YAML,
    YAML.replace("\n", "\r\n"),
    TEMPLATE_JSON,
    json.dumps(decode(YAML), indent=4),
    json.dumps(decode(YAML)),
    json.dumps(decode(YAML), separators=(",", ":")),
    YAML.rstrip("\n"),
    "Resources:\n  Fn:\n    P:\n    - - a\n      - b: c\n        ? d\n        : e\n"
    "    -\n",
    "Resources: {Fn: {Properties: [a, {b: c,}, !Sub 'd', # e\n  f # g\n  ]}}\n",
    "---\nResources:\n  F:\n    a: >-\n      b\n\n      c\n"
    "    d: |+\n      e\n\n\n    f: 1\n...\n",
    "A: |\n  b\n\nB: 1\n    \nC: 2\n",
]


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all nodes."""
    yield path
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from nodes(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from nodes(item, (*path, index))


def at(template: Any, path: Any) -> Any:
    for step in path:
        template = template[step]
    return template


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_an_edit_is_read_as_it_was_meant(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS_TO_EDIT))
    path = data.draw(st.sampled_from([p for p in nodes(decode(text)) if p]))
    check(text, list(path), data.draw(VALUES))


@given(VALUES, st.sampled_from(["Fn", "Empty"]))
@settings(max_examples=50, deadline=None)
def test_twins_become_the_same_template(value: Any, behind: str) -> None:
    twin = json.dumps(decode(YAML), indent=2)
    resources = {"New": {"Type": "T", "Properties": {"A": value}}}
    first, second = (
        edited(text, "add_resources", behind, resources) for text in (YAML, twin)
    )
    assert decode(first) == decode(second)
    assert [*json.loads(second)["Resources"]] == [*decode(first)["Resources"]]


def check(text: str, path: list[Any], value: Any) -> int:
    """Make each edit that fits a node; how many were not refused."""
    (template, document), made = _read(text), 0
    for method, arguments, change in changes(template, path, value):
        expected = deepcopy(template)
        change(expected)
        try:
            edit = getattr(document, method)(*arguments)
        except EditError:
            continue
        made += 1
        assert decode(apply(text, [edit])) == expected, (method, path, edit)
    return made


@lru_cache(1)
def _read(text: str) -> tuple[Any, Document]:
    document = Document(text)
    return decode(text), document


def changes(
    template: Any, path: list[Any], value: Any
) -> Iterator[tuple[str, tuple[Any, ...], Callable[[Any], None]]]:
    """Methods of a document, what they get, and what they do to a template."""
    target, (*above, last) = at(template, path), path
    if "Fn::GetAtt" in path:
        # The short form takes no other value than two names.
        value = "Other" if last != "Fn::GetAtt" else ["Other", "Arn"]

    def put(root: Any) -> None:
        at(root, above)[last] = value

    yield "replace", (path, value), put
    if isinstance(target, dict):
        yield (
            "add_keys",
            (path, {"New": value}),
            lambda root: at(root, path).update(New=value),
        )
    elif isinstance(target, list) and "Fn::GetAtt" not in path:
        yield "append", (path, value), lambda root: at(root, path).append(value)

    def drop(root: Any) -> None:
        del at(root, above)[last]

    if "Fn::GetAtt" not in path[:-1]:
        yield "remove", (path,), drop

    def rename(root: Any) -> None:
        at(root, above)["Renamed"] = at(root, above).pop(last)

    if isinstance(last, str):
        yield "rename_key", (path, "Renamed"), rename


CORPUS_FILES = sorted(
    path
    for path in CORPUS.rglob("*")
    if path.suffix in (".yaml", ".yml", ".json", ".template")
)


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.exists(), reason="no corpus beside us")
@pytest.mark.parametrize(
    "file", CORPUS_FILES, ids=lambda f: f"{f.parent.name}/{f.name}"
)
def test_edits_of_real_templates(file: File) -> None:
    with file.open(encoding="utf-8", newline="") as stream:
        text = stream.read()
    try:
        template, document = _read(text)
    except EditError as error:
        pytest.skip(str(error))
    paths = [list(path) for path in nodes(template) if path]
    value: Any = {"X": {"Ref": "X"}, "a": [{"Fn::GetAtt": ["B", "Arn"]}, "c: d"]}
    # Few of a large file: reading one takes a second.
    step = max(1, len(paths) * len(text) // 30_000)
    made = [check(text, path, value) for path in paths[::step]]
    assert sum(made) >= len(made)
    # Some JSON files beside the templates are none.
    for behind in [*template.get("Resources", {})][::10]:
        after = decode(
            edited_document(document, "add_resources", behind, {"New": value})
        )
        names = [*after["Resources"]]
        assert names[names.index(behind) + 1] == "New"
        assert after["Resources"].pop("New") == value
        assert after == template
