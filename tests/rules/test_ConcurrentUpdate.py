"""W9831: what is said of an update that changes both sides of a function."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.building import LAYER, Template_, new_code, parameter, stack, variables
from tests.linting import CORPUS, messages, paths
from tests.updates import (
    PUBLISHED,
    STAGES,
    behind_alias,
    changed,
    if_dev,
    if_prod,
    lint_update,
    staged,
    update,
)

ARTICLE = CORPUS / "article"


# -- the stacks in which it holds --------------------------------------------------


def _said(folder: Path, before: Template_, after: Template_, rule: str) -> str:
    """When a finding says that it holds; empty where it does not say."""
    (message,) = messages(lint_update(folder, before, after), rule)
    return "".join(re.findall(r" when (.*?)(?:, and| but) ", message))


def _by_stage(code: str, timeout: str, services: Mapping[str, str]) -> Template_:
    """A function whose variable comes from a mapping of four stages."""
    return stack(
        {
            **variables(
                SERVICE={"Fn::FindInMap": ["Services", {"Ref": "Stage"}, "Name"]},
                TIMEOUT=timeout,
            ),
            "Code": {"S3Bucket": "a", "S3Key": code},
        },
        Parameters={"Stage": parameter(AllowedValues=list(services))},
        Mappings={
            "Services": {stage: {"Name": name} for stage, name in services.items()}
        },
    )


_SERVICES = {"dev": "d", "test": "t", "live": "l", "demo": "m"}


@pytest.mark.parametrize(
    ("services", "said"),
    [
        ({"live": "L"}, "Stage is live"),
        ({"dev": "D", "live": "L"}, "Stage is dev or Stage is live"),
        (
            {"dev": "D", "test": "T", "live": "L"},
            "Stage is dev or Stage is test or in 1 more case",
        ),
        ({"dev": "D", "test": "T", "live": "L", "demo": "M"}, ""),
    ],
)
def test_every_stage_that_races_is_told(
    services: dict[str, str], said: str, tmp_path: Path
) -> None:
    before = _by_stage("1", "3", _SERVICES)
    after = _by_stage("2", "3", {**_SERVICES, **services})
    assert _said(tmp_path, before, after, "W9831") == said


def test_a_change_of_every_stage_says_none(tmp_path: Path) -> None:
    before, after = (_by_stage(one, one, _SERVICES) for one in "12")
    assert _said(tmp_path, before, after, "W9831") == ""


def test_choices_that_make_no_difference_are_not_told(tmp_path: Path) -> None:
    before = staged(if_prod("1", "2"), if_dev(3, 9))
    after = staged(if_prod("3", "4"), if_dev(4, 8))
    assert _said(tmp_path, before, after, "W9831") == ""


@pytest.mark.parametrize("timeout", [5, 9])
def test_an_update_that_publishes_nothing_says_when(
    timeout: int, tmp_path: Path
) -> None:
    def side(one: int, other: int) -> Template_:
        template = behind_alias()
        template["Parameters"] = {"Stage": parameter()}
        template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
        template["Resources"]["Orders"]["Properties"]["Timeout"] = if_prod(one, other)
        return template

    said = _said(tmp_path, side(3, 9), side(4, timeout), "W9832")
    assert said == ("IsProd is true" if timeout == 9 else "")


@pytest.mark.parametrize("other", [6, 4])
def test_a_stage_in_which_an_alias_shields_is_not_told(
    other: int, tmp_path: Path
) -> None:
    def side(code: str, timeout: Any) -> Template_:
        template = staged(code, timeout, **STAGES)
        template["Resources"]["Invocation"]["Properties"]["Endpoint"] = if_prod(
            {"Fn::GetAtt": ["Orders", "Arn"]}, {"Ref": "Live"}
        )
        template["Resources"].update(deepcopy(PUBLISHED))
        return template

    after = 4 if other == 4 else if_prod(4, other)
    said = _said(tmp_path, side("1", 3), side("2", after), "W9831")
    assert said == "IsProd is true"


@pytest.mark.parametrize("is_behind_alias", [False, True])
def test_what_no_stack_does_is_not_told_beside_what_one_does(
    is_behind_alias: bool, tmp_path: Path
) -> None:
    """The new timeout is for a stage that the default is not, and nobody has yet."""

    def side(code: str, timeout: int, of_other: Any) -> Template_:
        template = staged(code, timeout, **STAGES)
        other = staged(code, of_other)["Resources"]["Orders"]
        template["Resources"]["Other"] = other
        if is_behind_alias:
            published = json.dumps(PUBLISHED).replace('"Orders"', '"Other"')
            template["Resources"].update(json.loads(published))
            other["Properties"]["Code"]["S3Key"] = "1"
        return template

    matches = lint_update(tmp_path, side("1", 3, 3), side("2", 9, if_dev(9, 3)))
    assert paths(matches, "W9831") == ["Resources/Orders/Properties/Timeout"]
    assert paths(matches, "W9832") == []


def test_what_always_changes_does_not_widen_when_it_races(tmp_path: Path) -> None:
    """No caller notices a description, so that with it alone nothing races."""

    def side(big: str, code: str, description: str) -> Template_:
        template = staged(code, {"Fn::If": ["IsBig", 9, 3]})
        template["Parameters"]["Size"] = parameter(AllowedValues=["s", "m", "l"])
        template["Conditions"]["IsBig"] = {"Fn::Equals": [{"Ref": "Size"}, big]}
        function = template["Resources"]["Orders"]
        function["Condition"] = "IsDev"
        function["Properties"]["Description"] = description
        return template

    before, after = side("m", "1", "one"), side("l", "2", "two")
    said = _said(tmp_path, before, after, "W9831")
    assert said == "Size is m or Size is l"


# -- the article -------------------------------------------------------------------


@pytest.mark.skipif(not ARTICLE.exists(), reason="no corpus beside us")
def test_the_article(tmp_path: Path) -> None:
    templates = {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in ARTICLE.glob("*.json")
    }
    prefix = "cdk-datadog"
    x86, arm = templates[f"{prefix}-x86"], templates[f"{prefix}-arm"]
    function = "HelloHandler2E4FBA4D"
    assert changed(update(tmp_path, x86, arm), function) == ("Architectures", "Layers")
    x86, arm = templates[f"{prefix}-x86-alias"], templates[f"{prefix}-arm-alias"]
    assert update(tmp_path, x86, arm)[:3] == ("", (), ())


# -- the finding -------------------------------------------------------------------


def test_the_finding_names_both_sides(tmp_path: Path) -> None:
    after = new_code(stack({"Timeout": 9, "MemorySize": 512, "Description": "more"}))
    matches = lint_update(tmp_path, stack(), after)
    assert paths(matches, "W9831") == ["Resources/Orders/Properties/Timeout"]
    assert messages(matches, "W9831") == [
        "This update changes Code of Orders (UpdateFunctionCode) and its MemorySize "
        "and Timeout (UpdateFunctionConfiguration), and between the two calls $LATEST "
        "mixes old and new; invoke an alias first (cfn-lint-lambda-race plan)"
    ]


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        (["dev"], "Stage is dev"),
        (["qa"], "Stage is qa"),
        (["dev", "prod"], "Stage is dev or Stage is prod"),
        (["dev", "qa", "prod"], ""),
    ],
    ids=str,
)
def test_the_finding_names_each_stage_also_the_default(
    stages: list[str], said: str, tmp_path: Path
) -> None:
    """A mapping decides by a parameter whose values are all known."""

    def template(changed: list[str]) -> Template_:
        return stack(
            {"Timeout": {"Fn::FindInMap": ["Stages", {"Ref": "Stage"}, "timeout"]}},
            Parameters={
                "Stage": parameter(Default="dev", AllowedValues=["dev", "qa", "prod"])
            },
            Mappings={
                "Stages": {
                    stage: {"timeout": 9 if stage in changed else 3}
                    for stage in ("dev", "qa", "prod")
                }
            },
        )

    after = new_code(template(stages))
    assert _said(tmp_path, template([]), after, "W9831") == said


_EU = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}


@pytest.mark.parametrize(
    ("timeout", "said"),
    [
        ({"Fn::If": ["IsBig", 9, 3]}, "Stage is dev"),
        (
            {"Fn::If": ["IsEu", {"Fn::If": ["IsBig", 9, 3]}, 3]},
            "IsEu is true and Stage is dev",
        ),
        (
            {"Fn::FindInMap": ["Sizes", {"Ref": "Size"}, "Seconds"]},
            "Size is large and Stage is dev",
        ),
    ],
    ids=["stage", "region", "size"],
)
def test_the_finding_tells_the_stage_and_what_it_leaves_open(
    timeout: Template_, said: str, tmp_path: Path
) -> None:
    def template(stages: list[str], seconds: int) -> Template_:
        of_stage = [{"Fn::Equals": [{"Ref": "Stage"}, stage]} for stage in stages]
        code = {"S3Bucket": "a", "S3Key": {"Fn::If": ["IsBig", "big", "small"]}}
        return stack(
            {"Code": code, "Timeout": timeout},
            Parameters={
                "Stage": parameter(AllowedValues=["prod", "dev", "test"]),
                "Size": parameter(AllowedValues=["small", "large"]),
            },
            Conditions={"IsBig": {"Fn::Or": of_stage}, "IsEu": _EU},
            Mappings={
                "Sizes": {"small": {"Seconds": 3}, "large": {"Seconds": seconds}}
            },
        )

    before, after = template(["prod", "prod"], 3), template(["prod", "dev"], 9)
    assert _said(tmp_path, before, after, "W9831") == said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"Layers": [f"{LAYER}:2"]}),
        ({"Layers": [f"{LAYER}:1"]}, {"Layers": [f"{LAYER}:2"]}),
        ({"Layers": [f"{LAYER}:1"]}, {"Layers": [f"{LAYER}:1"], "Timeout": 9}),
        ({"Layers": [f"{LAYER}:1"]}, {}),
    ],
    ids=["new", "changed", "kept", "removed"],
)
def test_the_finding_tells_what_a_new_architecture_breaks(
    old: Template_, new: Template_, tmp_path: Path
) -> None:
    after = stack({"Architectures": ["arm64"], **new})
    (message,) = messages(lint_update(tmp_path, stack(old), after), "W9831")
    assert "layer binaries fail with 'exec format error'" in message


def test_new_code_breaks_no_layers(tmp_path: Path) -> None:
    before, after = (stack({"Layers": [f"{LAYER}:{one}"]}) for one in "12")
    (message,) = messages(lint_update(tmp_path, before, new_code(after)), "W9831")
    assert "between the two calls $LATEST mixes old and new" in message


@pytest.mark.parametrize(
    "layers",
    [
        {},
        {"Layers": []},
        {"Layers": {"Ref": "AWS::NoValue"}},
        {"Layers": [{"Ref": "AWS::NoValue"}]},
    ],
    ids=str,
)
def test_a_new_architecture_breaks_no_layers_where_there_are_none(
    layers: Template_, tmp_path: Path
) -> None:
    after = stack({"Architectures": ["arm64"], "Timeout": 9, **layers})
    (message,) = messages(lint_update(tmp_path, stack(), after), "W9831")
    assert "exec format error" not in message
