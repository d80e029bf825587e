"""Documents in texts and in local files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.template import literal
from cfn_lint_lambda_race.template._documents import (
    MAX_FILE_SIZE,
    content_of,
    is_small,
    parse,
    read_file,
    read_text,
)


@pytest.mark.parametrize(
    ("characters", "document"),
    [
        ("a: !Ref Orders", {"a": {"Ref": "Orders"}}),
        ("a: !Condition IsProd", {"a": {"Condition": "IsProd"}}),
        ("a: !Sub '${Orders.Arn}'", {"a": {"Fn::Sub": "${Orders.Arn}"}}),
        ("a: !GetAtt Orders.Arn", {"a": {"Fn::GetAtt": ["Orders", "Arn"]}}),
        ("a: !GetAtt [Orders, Arn]", {"a": {"Fn::GetAtt": ["Orders", "Arn"]}}),
        ("a: !If [A, [1], {b: 2}]", {"a": {"Fn::If": ["A", [1], {"b": 2}]}}),
        (
            "a: !Transform {Name: AWS::Include, Parameters: {Location: a.json}}",
            {
                "a": {
                    "Fn::Transform": {
                        "Name": "AWS::Include",
                        "Parameters": {"Location": "a.json"},
                    }
                }
            },
        ),
        # The last of several equal keys counts.
        ("a: 1\na: 2", {"a": 2}),
        ('{"a": ${Wait}}', {"a": "${Wait}"}),
        ('{"a": "say \\"${Wait}\\", "}', {"a": 'say "${Wait}", '}),
        ("a: [", None),
        ("a: 2001-99-99", None),
        ("a: !!bool maybe", None),
    ],
)
def test_what_a_text_holds(characters: str, document: Any) -> None:
    assert parse(characters) == document


@pytest.mark.parametrize("characters", ["", "a", "7", "null", "[", "- [a"])
def test_a_text_that_holds_no_structure_is_no_document(characters: str) -> None:
    assert read_text(literal(characters)) is None


@pytest.mark.parametrize(
    "characters",
    [
        "[" * 300 + "]" * 300,
        '{"a":' * 300 + "1" + "}" * 300,
        "[" * 2_000 + "]" * 2_000,
        "- " * 2_000 + "a",
        "? " * 2_000 + "a",
        "[" * 2_000,
    ],
    ids=["list", "object", "long list", "items", "keys", "open"],
)
def test_what_nests_as_no_document_does_is_none(characters: str) -> None:
    assert parse(characters) is None


def test_aliases_count_as_what_they_stand_for() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for number in range(1, 6):
        names = ", ".join([f"*a{number - 1}"] * 10)
        lines.append(f"a{number}: &a{number} [{names}]")
    assert parse("\n".join(lines[:3])) is not None
    assert parse("\n".join(lines)) is None
    assert is_small([[1]] * 100)


def test_a_folder_or_a_large_file_has_no_content(tmp_path: Path) -> None:
    assert content_of(tmp_path) is None
    file = tmp_path / "a.json"
    file.write_bytes(b"1" * MAX_FILE_SIZE)
    assert content_of(file) is not None
    file.write_bytes(b"1" * (MAX_FILE_SIZE + 1))
    assert content_of(file) is None


def test_a_template_without_a_name_lies_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.json").write_text('{"a": 1}')
    monkeypatch.chdir(tmp_path)
    assert read_file(literal("a.json"), None, content_of) == {"a": 1}
    assert read_file(literal("b.json"), None, content_of) is None
