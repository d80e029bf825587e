"""W9832: what is said of an update that publishes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.rules.UnpublishedUpdate import CURES
from tests.building import (
    Template_,
    new_code,
    parameter,
    published,
    sam,
    stack,
)
from tests.linting import messages, paths
from tests.updates import if_prod, lint_update, update

# -- what is said ------------------------------------------------------------------


def test_the_finding(tmp_path: Path) -> None:
    after = new_code(published(properties={"Timeout": 9, "Description": "more"}))
    matches = lint_update(tmp_path, published(), after)
    assert paths(matches, "W9831") == []
    assert paths(matches, "W9832") == ["Resources/Orders/Properties/Timeout"]
    assert messages(matches, "W9832") == [
        "This update changes Code and Timeout of Orders but publishes no new version, "
        "so callers of Live keep the old one; give Orders a new AWS::Lambda::Version"
    ]


def test_the_finding_on_sam(tmp_path: Path) -> None:
    before, after = (
        sam({"AutoPublishAlias": "live", "Timeout": seconds}) for seconds in (3, 9)
    )
    matches = lint_update(tmp_path, before, after)
    assert paths(matches, "W9832") == ["Resources/Orders/Properties/Timeout"]
    (message,) = messages(matches, "W9832")
    assert "Orders.Alias" in message
    assert "set AutoPublishAliasAllProperties on Orders" in message


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"AutoPublishCodeSha256": "0" * 64}, "set another AutoPublishCodeSha256"),
        ({"AutoPublishAliasAllProperties": True}, "set another VersionDescription"),
    ],
)
def test_the_cure_is_one(properties: Template_, said: str, tmp_path: Path) -> None:
    before, after = (
        sam(
            {"AutoPublishAlias": "live", "Timeout": {"Ref": "Seconds"}, **properties},
            Parameters={"Seconds": parameter(Default=seconds)},
        )
        for seconds in ("3", "9")
    )
    (found,) = update(tmp_path, before, after).unpublished
    assert CURES[found.cure].format("Orders") == f"{said} on Orders"


STAGES = ["prod", "dev", "test", "demo"]


def _in(*stages: str) -> Template_:
    of_stage = [{"Fn::Equals": [{"Ref": "Stage"}, stage]} for stage in stages]
    return {"Fn::Or": of_stage} if len(of_stage) > 1 else of_stage[0]


@pytest.mark.parametrize(
    ("old", "new", "stage", "said"),
    [
        # In the stack that takes the default; the others stay as they are.
        (("prod", 3), ("prod", 9), {"Default": "prod"}, "IsBig is true"),
        # Where the condition is defined anew.
        (
            ("prod", 9),
            (["prod", "dev", "test"], 9),
            {},
            "Stage is dev or Stage is test",
        ),
        ((["prod", "dev"], 9), ("prod", 9), {}, "Stage is dev"),
    ],
)
def test_the_finding_says_in_which_stacks(
    old: Any, new: Any, stage: Template_, said: str, tmp_path: Path
) -> None:
    sides = []
    for stages, seconds in (old, new):
        timeout = {"Fn::If": ["IsBig", seconds, 3]}
        side = published(properties={"Timeout": timeout})
        side["Parameters"]["Stage"] = parameter(AllowedValues=STAGES, **stage)
        side["Conditions"] = {"IsBig": _in(*([stages] if stages == "prod" else stages))}
        sides.append(side)
    (message,) = messages(lint_update(tmp_path, *sides), "W9832")
    assert f"of Orders when {said} but publishes" in message


@pytest.mark.parametrize(
    ("description", "said"), [("b", ""), ("c", "when IsProd is true ")]
)
def test_a_stage_that_publishes_a_version_is_not_told(
    description: str, said: str, tmp_path: Path
) -> None:
    def side(one: int, other: int, description: str) -> Template_:
        template = published(
            properties={"Timeout": if_prod(one, other)},
            Description=if_prod("a", description),
        )
        template["Parameters"]["Stage"] = parameter(
            Default="prod", AllowedValues=["prod", "dev"]
        )
        template["Conditions"] = {"IsProd": _in("prod")}
        return template

    matches = lint_update(tmp_path, side(3, 5, "b"), side(4, 6, description))
    (message,) = messages(matches, "W9832")
    assert f"of Orders {said}but publishes" in message


# -- the names in messages ---------------------------------------------------------


def _constructed(template: Template_) -> Template_:
    """The template as the CDK writes it: with the construct of each resource."""
    for name, node in template["Resources"].items():
        node["Metadata"] = {"aws:cdk:path": f"Stack/Shop/{name}/Resource"}
    return template


@pytest.mark.parametrize(
    ("before", "after", "rule", "said"),
    [
        (
            stack({"Timeout": 3}),
            new_code(stack({"Timeout": 9})),
            "W9831",
            ["of Shop/Orders (Orders) (UpdateFunctionCode)"],
        ),
        (
            published(properties={"Timeout": 3}),
            published(properties={"Timeout": 9}),
            "W9832",
            ["of Shop/Orders (Orders) but", "callers of Shop/Live (Live) keep"],
        ),
        (
            published(),
            published(),
            "W9833",
            ["Version Shop/OrdersVersion (OrdersVersion) is published once"],
        ),
        (
            published("OrdersVersion1"),
            published("OrdersVersion2"),
            "W9835",
            [
                "Shop/OrdersVersion2 (OrdersVersion2) is a new version of unchanged "
                "Shop/Orders (Orders): Lambda refuses"
            ],
        ),
    ],
)
def test_constructs_have_their_names(
    before: Template_, after: Template_, rule: str, said: list[str], tmp_path: Path
) -> None:
    found = lint_update(tmp_path, _constructed(before), _constructed(after))
    (message,) = messages(found, rule)
    assert [words for words in said if words not in message] == []
