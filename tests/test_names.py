"""What a node names, read from its text."""

from __future__ import annotations

from typing import Any

import pytest

from cfn_lint_lambda_race.template._names import (
    named_by,
    names_below,
    objects,
    references_in,
    texts,
)


@pytest.mark.parametrize(
    ("node", "names"),
    [
        ({"Ref": "Fn"}, {"Fn"}),
        ({"Fn::GetAtt": ["Fn", "Arn"]}, {"Fn"}),
        ({"Fn::GetAtt": "Fn.Arn"}, {"Fn"}),
        ({"Fn::Sub": "${Fn.Arn}:${ Name }"}, {"Fn", "Name"}),
        ({"Fn::Sub": ["${Own}${Fn}", {"Own": {"Ref": "Other"}}]}, {"Fn", "Other"}),
        ({"Fn::Sub": ["${Fn}", 7]}, {"Fn"}),
        ({"Fn::If": ["IsProd", {"Ref": "A"}, {"Ref": "B"}]}, {"IsProd", "A", "B"}),
        ({"Condition": "IsProd"}, {"IsProd"}),
        ([{"Deep": [{"Ref": "Fn"}]}], {"Fn"}),
        ({"Ref": 7, "Fn::Sub": [], "Fn::GetAtt": [None], "Fn::If": {}}, set()),
        ("Fn", set()),
        (None, set()),
    ],
)
def test_names_below_a_node(node: Any, names: set[str]) -> None:
    assert set(names_below(node)) == names


def test_the_texts_in_a_node() -> None:
    node = {"a": "1", "b": [["2"], {"c": "3"}, 4], "d": None}
    assert set(texts(node)) == {"1", "2", "3"}
    assert list(texts([["1"], "2"], limit=2)) == ["2"]
    assert list(texts("1")) == ["1"]


def test_a_condition_is_no_reference() -> None:
    assert (
        list(references_in({"Condition": "IsProd", "Fn::If": ["IsProd", 1, 2]})) == []
    )


def test_what_is_named_keeps_its_attributes() -> None:
    assert named_by("Fn::Sub", "${Orders.Alias}") == ["Orders.Alias"]
    assert named_by("Ref", "Orders.Alias") == ["Orders.Alias"]


def test_a_node_is_looked_through_as_far_as_a_bound() -> None:
    assert len(list(objects([{"a": 1}] * 100, 50))) < 50
