"""Which steps of an update wait for which others."""

from __future__ import annotations

from typing import Any

import pytest

from cfn_lint_lambda_race.update._order import Order
from tests.building import CHOICE, resource
from tests.updates import side_of

EARLY: Any = {"Ref": "Early"}
# What SAM makes of a function, by what it waits for.
MADE = {
    "Orders.Version": frozenset({"Orders"}),
    "Orders.Alias": frozenset({"Orders", "Orders.Version"}),
}


def _order(node: Any, depends: Any = None) -> Order:
    """The order of a few topics, one of which says something."""
    topics = {name: resource("SNS::Topic") for name in ("Early", "Orders", "Late")}
    topics["Late"]["Properties"] = {"DisplayName": node}
    if depends is not None:
        topics["Late"]["DependsOn"] = depends
    conditions = {
        **CHOICE["Conditions"],
        "Always": {"Fn::Equals": ["a", "a"]},
        "Never": {"Fn::Equals": ["a", "b"]},
    }
    template = {**CHOICE, "Conditions": conditions, "Resources": topics}
    return Order(side_of(template), MADE)


@pytest.mark.parametrize(
    "node",
    [
        {"Fn::Cidr": [EARLY, 2, 8]},
        {"Fn::Cidr": ["10.0.0.0/16", EARLY, 8]},
        {"Fn::Join": ["-", ["a", EARLY, "b"]]},
        {"Fn::Sub": ["${It}", {"It": EARLY}]},
        {"Fn::Sub": "${Early.TopicName}"},
        {"Fn::GetAtt": "Early.TopicName"},
        {"Fn::If": ["IsProd", EARLY, [EARLY, "a"]]},
        [{"deep": [EARLY]}],
    ],
)
def test_a_step_waits_for_what_it_refers_to_anywhere(node: Any) -> None:
    assert _order(node).awaited("Late") == {"Early"}
    assert not _order(node).awaited("Early")


@pytest.mark.parametrize(
    ("node", "made"),
    [
        ({"Ref": "Orders.Alias"}, {"Orders", "Orders.Version", "Orders.Alias"}),
        ({"Fn::Sub": "${Orders.Alias}"}, {"Orders", "Orders.Version", "Orders.Alias"}),
        ({"Fn::GetAtt": ["Orders.Version", "Version"]}, {"Orders", "Orders.Version"}),
        ({"Fn::Sub": "${Orders.Version.Version}"}, {"Orders", "Orders.Version"}),
        ({"Fn::GetAtt": ["Orders", "TopicName"]}, {"Orders"}),
    ],
)
def test_a_step_waits_for_what_sam_makes(node: Any, made: set[str]) -> None:
    assert _order(node).awaited("Late") == made


@pytest.mark.parametrize(
    "odd",
    [
        *({name: 5} for name in ("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::If")),
        {"Fn::If": ["IsProd"]},
        {"Fn::If": {}},
    ],
)
def test_what_is_no_reference_is_not_waited_for(odd: Any) -> None:
    assert _order([odd, EARLY]).awaited("Late") == {"Early"}
    assert not _order(odd).follows("Late", "Early")


@pytest.mark.parametrize("depends", ["Early", ["Early"], ["Early", {}, 5]])
def test_depends_on_is_waited_for(depends: Any) -> None:
    assert _order("a", depends).awaited("Late") == {"Early"}


@pytest.mark.parametrize("depends", [{}, 5, [["Early"]]])
def test_what_is_no_name_is_not_waited_for(depends: Any) -> None:
    assert not _order("a", depends).awaited("Late")


@pytest.mark.parametrize(
    ("branches", "is_awaited"),
    [
        (["IsProd", EARLY, "a"], False),
        (["IsProd", "a", EARLY], False),
        (["Never", EARLY, "a"], False),
        (["Never", "a", EARLY], True),
        (["Always", EARLY, "a"], True),
        (["Always", "a", EARLY], False),
    ],
)
def test_a_step_waits_for_what_every_stack_refers_to(
    branches: list[Any], is_awaited: bool
) -> None:
    assert _order({"Fn::If": branches}).follows("Late", "Early") is is_awaited


def test_what_is_no_step_waits_for_nothing() -> None:
    assert not _order(EARLY).awaited("Nothing")


def test_conditions_in_conditions_are_read_to_some_depth() -> None:
    def nested(levels: int) -> Order:
        node = EARLY
        for _ in range(levels):
            node = {"Fn::If": ["IsProd", EARLY, node]}
        return _order(node)

    assert nested(40).follows("Late", "Early")
    assert not nested(60).follows("Late", "Early")
