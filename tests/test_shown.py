"""What a change set shows of gaps and of versions that Lambda refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.building import (
    ARN,
    LIVE,
    ROLE,
    Template_,
    parameter,
    permission_on,
    rule_for,
)
from tests.change_sets import change, described, detail
from tests.linting import FUNCTION, lint_template, paths
from tests.moving import (
    GAP,
    OF_RULE,
    REDUNDANT,
    authorized,
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


MOVED = change(NEW_NAME, name="Permission", **REPLACED)
UNKNOWN: Template_ = {"Fn::Sub": "${Orders.Arn}:${Qualifier}"}


def _with(resources: dict[str, Template_], front: bool = False) -> Template_:
    """A rule that moves with its permission, behind or before other resources."""
    after = rule_that_moves()[1]
    own = after["Resources"]
    after["Resources"] = {**resources, **own} if front else {**own, **resources}
    after["Parameters"] = {"Qualifier": parameter()}
    after["Conditions"] = {"IsOpen": {"Fn::Equals": [{"Ref": "Qualifier"}, "a"]}}
    return after


def _rule(**properties: Any) -> Template_:
    rule = rule_for(LIVE)
    rule["Properties"].update(properties)
    return rule


def _with_role() -> Template_:
    (target,) = rule_for(LIVE)["Properties"]["Targets"]
    return _rule(Targets=[{**target, "RoleArn": ROLE}])


@pytest.mark.parametrize(
    "resources",
    [
        # Nobody comes through the rule, or a role permits it.
        {"Hourly": _rule(State="DISABLED")},
        {"Hourly": _with_role()},
        # What the rule invokes, or what the permission is for, is unknown.
        {"Hourly": rule_for(UNKNOWN)},
        {
            "Hourly": rule_for(UNKNOWN),
            "Permission": permission_on(UNKNOWN, **OF_RULE),
        },
        {"Permission": permission_on({"Fn::If": ["IsOpen", LIVE, ARN]}, **OF_RULE)},
        # Another permission may be for it.
        {"Other": permission_on(UNKNOWN, **OF_RULE)},
        {"Other": permission_on({"Fn::ImportValue": "orders"})},
    ],
)
def test_change_set_shows_no_gap_where_one_is_uncertain(
    resources: dict[str, Template_], tmp_path: Path
) -> None:
    assert _shown(tmp_path, _with({}), _targets_change(), MOVED) == LATE
    after = _with(resources)
    assert _shown(tmp_path, after, _targets_change(), MOVED) == []


FIRST: Template_ = {"Fn::GetAtt": ["First", "Arn"]}


@pytest.mark.parametrize(
    "resources",
    [
        {"Daily": _rule(State="DISABLED")},
        {"Daily": _rule()},
        {
            "First": FUNCTION,
            "Daily": rule_for(FIRST),
            "Early": permission_on(FIRST),
        },
    ],
)
def test_change_set_shows_a_gap_beside_others_that_are_none(
    resources: dict[str, Template_], tmp_path: Path
) -> None:
    after = _with(resources, front=True)
    first = change(
        detail("FunctionName", recreation="Always"), name="First", replacement="True"
    )
    assert _shown(tmp_path, after, _targets_change(), MOVED, first) == LATE


def test_change_set_shows_a_gap_that_another_qualifier_leaves(tmp_path: Path) -> None:
    after = _with({"Other": permission_on(ARN, **OF_RULE)})
    assert _shown(tmp_path, after, _targets_change(), MOVED) == LATE


METHOD = change(detail("Integration"), name="Get", kind="AWS::ApiGateway::Method")


def test_change_set_shows_a_stage_that_moves_first(tmp_path: Path) -> None:
    changes = [
        METHOD,
        change(name="Two", kind="AWS::ApiGateway::Deployment", action="Add"),
        change(detail("DeploymentId"), name="Prod", kind="AWS::ApiGateway::Stage"),
        MOVED,
    ]
    after = rest_api(LIVE, "Two", STAGE)
    # A stage without a new deployment, one that is new, and a deployment that is not
    # made after the move.
    for missing in (1, 2):
        some = [one for at, one in enumerate(changes) if at != missing]
        assert _shown(tmp_path, after, *some) == []
    assert _shown(tmp_path, after, METHOD, MOVED) == []
    replaced = change(
        detail("DeploymentId"),
        name="Prod",
        kind="AWS::ApiGateway::Stage",
        replacement="True",
    )
    assert _shown(tmp_path, after, *changes[:2], replaced, MOVED) == []
    del after["Resources"]["Two"]["DependsOn"]
    after["Resources"]["Permission"]["DependsOn"] = "Get"
    assert _shown(tmp_path, after, *changes) == []
    assert _shown(tmp_path, rest_api(LIVE, "Two", STAGE), *changes) == LATE
    assert _shown(tmp_path, rest_api(LIVE, "Two", "*"), *changes) == []
    assert _shown(tmp_path, rest_api(LIVE, "Two", STAGE), *changes[2:]) == []


def test_change_set_shows_no_move_of_what_is_deployed_already(tmp_path: Path) -> None:
    after = rest_api(LIVE, "Two", "prod")
    del after["Resources"]["Prod"]
    after["Resources"]["Two"]["Properties"]["StageName"] = "prod"
    after["Resources"]["Permission"]["DependsOn"] = "Get"
    assert _shown(tmp_path, after, METHOD, MOVED) == []


def test_change_set_shows_sam_s_permission(tmp_path: Path) -> None:
    after = event_of_sam("Schedule", AutoPublishAlias="live")
    moved = change(NEW_NAME, name="OrdersItPermission", **REPLACED)
    place = "Resources/Orders/Properties/Events/It"
    assert _shown(tmp_path, after, moved) == [place]
    assert _shown(tmp_path, event_of_sam("SNS", AutoPublishAlias="live"), moved) == []
    # The permission stays, or another one is there.
    assert _shown(tmp_path, after) == []
    other = detail("SourceArn", recreation="Always")
    other = change(other, name="OrdersItPermission", **REPLACED)
    assert _shown(tmp_path, after, other) == []
    after["Resources"]["Wide"] = permission_on({"Fn::Sub": "${Orders}:live"})
    assert _shown(tmp_path, after, moved) == []


@pytest.mark.parametrize("place", ["own", "Globals", "implicit"])
def test_change_set_shows_sam_s_permission_of_an_authorizer(
    tmp_path: Path, place: str
) -> None:
    after = authorized(LIVE, place, EnableFunctionDefaultPermissions=True)
    api = "ServerlessHttpApi" if place == "implicit" else "Http"
    name = f"{api}CheckAuthorizerPermission"
    root = "Globals/HttpApi" if place == "implicit" else "Resources/Http/Properties"
    moved = change(NEW_NAME, name=name, **REPLACED)
    found = [f"{root}/Auth/Authorizers/Check/FunctionArn"]
    assert _shown(tmp_path, after, moved) == found
    other = change(NEW_NAME, name="HttpOtherAuthorizerPermission", **REPLACED)
    assert _shown(tmp_path, after, other) == []
    assert _shown(tmp_path, authorized(LIVE, place), moved) == []


def test_change_set_of_an_api_that_sam_deploys_is_silent(tmp_path: Path) -> None:
    """When callers meet the move, nothing tells."""
    source = {"Fn::Sub": "arn:aws:execute-api:us-east-1:123456789012:${Http}/*"}
    found = []
    for kind in ("Api", "HttpApi"):
        after = authorized(LIVE, kind=kind, DisableFunctionDefaultPermissions=True)
        after["Resources"]["Permission"] = permission_on(
            LIVE, "apigateway.amazonaws.com", SourceArn=source
        )
        moved = change(detail("Auth"), name="Http", kind=f"AWS::Serverless::{kind}")
        found.append(_shown(tmp_path, after, moved, MOVED))
    assert found == [[], LATE]


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
    # A version that is not new, or that is of another function now.
    assert _shown(tmp_path, after, next_one[1], rule=REDUNDANT) == []
    alias = change(name="Version1", kind="AWS::Lambda::Alias", action="Remove")
    assert _shown(tmp_path, after, *first, alias, rule=REDUNDANT) == []
    moved = change(
        NEW_NAME, name="Version2", kind="AWS::Lambda::Version", replacement="True"
    )
    assert _shown(tmp_path, after, moved, rule=REDUNDANT) == []
    # Another function changes.
    after["Resources"] = {"First": FUNCTION, **after["Resources"]}
    code = change(detail("Code"), name="First")
    assert _shown(tmp_path, after, *next_one, code, rule=REDUNDANT) == place
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
    for first in (
        changes[2],
        _version_change("OrdersVersion0f02ef37ac", "Modify"),
        _version_change("OtherVersion0f02ef37ac", "Add"),
    ):
        assert _shown(tmp_path, after, first, changes[1], rule=REDUNDANT) == []
    # Versions that are called so, but are not made by SAM.
    name = "OrdersVersion0f02ef37ac"
    found = _shown(tmp_path, version_called(name), *changes, rule=REDUNDANT)
    assert found == [f"Resources/{name}"]
