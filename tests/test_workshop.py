"""Parts of fixes: other logical IDs, and the hashes in them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from cfn_lint_lambda_race.cure._edits import Document, apply
from cfn_lint_lambda_race.cure._workshop import (
    mentions,
    renaming,
    short_hash,
    stem_of_version,
)

TEMPLATE = """\
Resources:
  Old:
    Type: AWS::SNS::Topic
  Other:
    Type: Custom::Other
    {key}: {value}
"""
RENAMED: list[tuple[str, str, str]] = [
    ("DependsOn", "Old", "New"),
    ("DependsOn", "[Older, Old]", "[Older, New]"),
    ("DependsOn", "Older", "Older"),
    ("Properties", "{A: {Ref: Old}}", "{A: {Ref: New}}"),
    ("Properties", "{A: {Ref: Older}}", "{A: {Ref: Older}}"),
    # What SAM makes of a function.
    ("Properties", "{A: {Ref: Old.Alias}}", "{A: {Ref: New.Alias}}"),
    ("Properties", "[{'Fn::GetAtt': [Old, Arn]}]", "[{'Fn::GetAtt': [New, Arn]}]"),
    ("Properties", "{'Fn::GetAtt': Old.A.B}", "{'Fn::GetAtt': New.A.B}"),
    ("Properties", "{'Fn::GetAtt': Older.A}", "{'Fn::GetAtt': Older.A}"),
    ("Properties", "{'Fn::GetAtt': [Older, Old]}", "{'Fn::GetAtt': [Older, Old]}"),
    (
        "Properties",
        "{'Fn::Sub': '${Old}${Old.A}${Older}${!Old}Old'}",
        "{'Fn::Sub': '${New}${New.A}${Older}${!Old}Old'}",
    ),
    (
        "Properties",
        "{'Fn::Sub': ['${Old}${A}', {A: {Ref: Old}}]}",
        "{'Fn::Sub': ['${New}${A}', {A: {Ref: New}}]}",
    ),
    # A variable of that name hides the resource in the text alone.
    (
        "Properties",
        "{'Fn::Sub': ['${Old}', {Old: {'Fn::GetAtt': [Old, Arn]}}]}",
        "{'Fn::Sub': ['${Old}', {Old: {'Fn::GetAtt': [New, Arn]}}]}",
    ),
    # What merely equals the name.
    ("Properties", "{Old: Old, A: [Old]}", "{Old: Old, A: [Old]}"),
    ("Properties", "{DependsOn: Old}", "{DependsOn: Old}"),
    ("Condition", "Old", "Old"),
    ("Properties", "{'Fn::Sub': [Old, Old, Old]}", "{'Fn::Sub': [Old, Old, Old]}"),
]


@pytest.mark.parametrize(("key", "before", "after"), RENAMED)
def test_a_resource_is_renamed_where_it_is_named(
    key: str, before: str, after: str
) -> None:
    text = TEMPLATE.format(key=key, value=before)
    template: Any = yaml.safe_load(text)
    edits = renaming(Document(text), template, "Old", "New")
    expected: Any = yaml.safe_load(TEMPLATE.format(key=key, value=after))
    expected["Resources"]["New"] = expected["Resources"].pop("Old")
    assert yaml.safe_load(apply(text, edits)) == expected
    other = template["Resources"]["Other"]
    path = ("Resources", "Other")
    assert mentions(other, "Old", path) == (before != after)
    assert not mentions(other, "Missing", path)


@pytest.mark.parametrize(
    ("digest", "found"),
    [
        ("0123456789abcdef", "0123456789"),
        # Without a number it would look like a word.
        ("abcdefabcd0bcdef", "bcdefabcd0"),
        ("abcdefabcdef0123", "defabcdef0"),
        ("abcdefabcdefabcd", "abcdefabcd"),
    ],
)
def test_a_hash_has_a_number(digest: str, found: str) -> None:
    assert short_hash(digest) == found


def test_a_long_name_leaves_room_for_the_hash() -> None:
    assert stem_of_version("Orders") == "OrdersVersion"
    long = "A" * 255
    assert len(stem_of_version(long)) + 10 <= 255
    assert stem_of_version(long).endswith("Version")
