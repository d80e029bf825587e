"""What a change set shows of gaps and of versions that Lambda refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.building import LIVE, Template_, permission_on
from tests.change_sets import change, described, detail
from tests.linting import lint_template, paths
from tests.moving import (
    GAP,
    OF_RULE,
    REDUNDANT,
    event_of_sam,
    rest_api,
    rule_that_moves,
    tagged,
    version_called,
)

LATE = ["Resources/Permission/Properties/FunctionName"]

STAGE = {"Ref": "Prod"}

REPLACED = {"kind": "AWS::Lambda::Permission", "replacement": "True"}
NEW_NAME = detail("FunctionName", recreation="Always")


def _shown(
    folder: Path, template: Template_, *changes: Template_, rule: str = GAP
) -> list[str]:
    """Where a rule speaks of a template by a change set."""
    (folder / "change-set.json").write_text(json.dumps(described(*changes)))
    setting = f"W9831:change_set={folder / 'change-set.json'}"
    matches = lint_template(folder, template, "-x", setting)
    assert not paths(matches, "E0002")
    return paths(matches, rule)


def _targets_change() -> Template_:
    return change(detail("Targets"), name="Hourly", kind="AWS::Events::Rule")


def test_change_set_shows_a_permission_that_comes_too_late(tmp_path: Path) -> None:
    moved = change(NEW_NAME, name="Permission", **REPLACED)
    after = rule_that_moves()[1]
    assert _shown(tmp_path, after, _targets_change(), moved) == LATE
    # Nothing moves, or something else of the permission changes.
    assert _shown(tmp_path, after, moved) == []
    other = change(
        detail("SourceArn", recreation="Always"), name="Permission", **REPLACED
    )
    assert _shown(tmp_path, after, _targets_change(), other) == []
    # Another permission is there already.
    for source in ({}, OF_RULE):
        after["Resources"]["Wide"] = permission_on(LIVE, **source)
        assert _shown(tmp_path, after, _targets_change(), moved) == []


def test_change_set_of_what_nothing_orders_is_silent(tmp_path: Path) -> None:
    after = rule_that_moves(SourceAccount="123456789012")[1]
    moved = change(NEW_NAME, name="Permission", **REPLACED)
    assert _shown(tmp_path, after, _targets_change(), moved) == []


@pytest.mark.parametrize("replacement", ["True", "Conditional"])
def test_change_set_of_a_replaced_function_is_silent(
    replacement: str, tmp_path: Path
) -> None:
    moved = change(NEW_NAME, name="Permission", **REPLACED)
    function = change(detail("FunctionName"), replacement=replacement)
    after = rule_that_moves()[1]
    assert _shown(tmp_path, after, _targets_change(), moved, function) == []


def test_change_set_shows_a_stage_that_moves_first(tmp_path: Path) -> None:
    changes = [
        change(detail("Integration"), name="Get", kind="AWS::ApiGateway::Method"),
        change(name="Two", kind="AWS::ApiGateway::Deployment", action="Add"),
        change(detail("DeploymentId"), name="Prod", kind="AWS::ApiGateway::Stage"),
        change(NEW_NAME, name="Permission", **REPLACED),
    ]
    assert _shown(tmp_path, rest_api(LIVE, "Two", STAGE), *changes) == LATE
    assert _shown(tmp_path, rest_api(LIVE, "Two", "*"), *changes) == []
    assert _shown(tmp_path, rest_api(LIVE, "Two", STAGE), *changes[2:]) == []


def test_change_set_shows_sam_s_permission(tmp_path: Path) -> None:
    after = event_of_sam("Schedule", AutoPublishAlias="live")
    moved = change(NEW_NAME, name="OrdersItPermission", **REPLACED)
    place = "Resources/Orders/Properties/Events/It"
    assert _shown(tmp_path, after, moved) == [place]
    assert _shown(tmp_path, event_of_sam("SNS", AutoPublishAlias="live"), moved) == []


def _version_change(name: str, action: str, replacement: str = "") -> Template_:
    return change(
        name=name,
        kind="AWS::Lambda::Version",
        action=action,
        replacement=replacement,
    )


def test_change_set_shows_a_version_in_vain(tmp_path: Path) -> None:
    after = version_called("Version2")
    next_one = [
        _version_change("Version2", "Add"),
        _version_change("Version1", "Remove"),
    ]
    place = ["Resources/Version2"]
    assert _shown(tmp_path, after, *next_one, rule=REDUNDANT) == place
    tags = change(detail("Tags"))
    assert _shown(tmp_path, after, *next_one, tags, rule=REDUNDANT) == place
    replaced = _version_change("Version2", "Modify", "True")
    assert _shown(tmp_path, after, replaced, rule=REDUNDANT) == place
    # The first version, a changed function, and one of which nothing is told.
    first = next_one[:1]
    assert _shown(tmp_path, after, *first, rule=REDUNDANT) == []
    for other in (
        *(change(detail("Code")), change(), change(action="Add")),
        *(change(detail("Tags"), replacement=one) for one in ("True", "Conditional")),
    ):
        assert _shown(tmp_path, after, *next_one, other, rule=REDUNDANT) == []


def test_change_set_shows_sam_s_version_in_vain(tmp_path: Path) -> None:
    changes = [
        _version_change("OrdersVersion0f02ef37ac", "Add"),
        _version_change("OrdersVersionaaaaaaaaaa", "Remove"),
        change(detail("Tags", attribute="Tags")),
    ]
    after = tagged("b")
    assert _shown(tmp_path, after, *changes, rule=REDUNDANT) == ["Resources/Orders"]
    assert _shown(tmp_path, after, changes[0], rule=REDUNDANT) == []
