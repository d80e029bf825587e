"""The permissions that SAM makes for events, against aws-sam-translator.

Tests `template/_made.py` and `template/_sam.py` too.
"""

from __future__ import annotations

import json
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.data import sam_grants, targets
from cfn_lint_lambda_race.template._made import (
    below,
    made_permission,
    may_be_permitted,
)
from tests.building import (
    ARN,
    CHOICE,
    LIVE,
    Template_,
    parameter,
    permission_on,
    resource,
    sam,
)
from tests.fixing import fixed
from tests.moving import (
    EVENTS,
    GAP,
    authorized,
    event_of_sam,
    found_against,
    referred,
    rest_api,
    timeline_from,
    waited_for,
)
from tests.translation import translated
from tests.updates import lint_update


def _follows_in_translation(kind: str) -> bool:
    """Whether SAM's permission on the alias waits for what callers invoke it by."""
    resources = _translated(event_of_sam(kind, AutoPublishAlias="live"))["Resources"]
    replaced = {"AWS::SNS::Subscription"}
    moved = [
        name
        for name, one in resources.items()
        if "OrdersAliaslive" in set(referred(one))
        and one["Type"] not in {"AWS::Lambda::Permission", *replaced}
    ]
    if kind == "Api":
        moved = [n for n, r in resources.items() if r["Type"].endswith("::Stage")]
    permissions = [
        name
        for name, one in resources.items()
        if one["Type"] == "AWS::Lambda::Permission"
    ]
    return bool(permissions) and any(
        name in waited_for(resources, permission, set())
        for permission in permissions
        for name in moved
    )


def _defined(invoked: Any, kind: str) -> Template_:
    """An API of SAM whose own definition says what it invokes."""
    template = sam({"AutoPublishAlias": "live"})
    del template["Resources"]["Orders"]["Properties"]["Events"]
    uri = rest_api(invoked, "One")["Resources"]["Get"]["Properties"]["Integration"][
        "Uri"
    ]
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
    if kind == "HttpApi":
        integration["payloadFormatVersion"] = "2.0"
    operation = {"x-amazon-apigateway-integration": integration, "responses": {}}
    body = {
        "openapi": "3.0.1",
        "info": {"title": "orders", "version": "1"},
        "paths": {"/": {"get": operation}},
    }
    stage = {} if kind == "HttpApi" else {"StageName": "prod"}
    template["Resources"]["It"] = resource(
        f"Serverless::{kind}", DefinitionBody=body, **stage
    )
    arn = "arn:aws:execute-api:us-east-1:123456789012:${It}/*"
    template["Resources"]["Permission"] = permission_on(
        invoked, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": arn}
    )
    return template


@pytest.mark.parametrize(
    ("kind", "place"),
    [("Api", []), ("HttpApi", ["Resources/Permission/Properties/FunctionName"])],
)
def test_definition_of_an_api_of_sam(
    tmp_path: Path, kind: str, place: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    alias = {"Ref": "Orders.Alias"}
    sides = _defined(ARN, kind), _defined(alias, kind)
    # SAM deploys an HTTP API by itself; what permits it waits for the API.
    assert found_against(tmp_path, *sides) == place
    translated = timeline_from(*map(_translated, sides))
    assert bool(list(translated.gaps())) is bool(place)


def test_an_event_may_permit_what_the_definition_of_its_api_invokes() -> None:
    sides = _defined(ARN, "HttpApi"), _defined({"Ref": "Orders.Alias"}, "HttpApi")
    assert [one.name for one in timeline_from(*sides).hazards] == ["Permission"]
    event = {"Path": "/", "Method": "get", "ApiId": "It"}
    for side in sides:
        function = side["Resources"]["Orders"]["Properties"]
        function["Events"] = {"Get": {"Type": "HttpApi", "Properties": event}}
    assert timeline_from(*sides).hazards == ()


def test_each_event_of_sam_is_tried() -> None:
    sources = pytest.importorskip("samtranslator.model.eventsources")
    kinds = set()
    for module in ("push", "pull", "cloudwatchlogs", "scheduler"):
        found = import_module(f"{sources.__name__}.{module}")
        kinds |= {
            vars(kind)["resource_type"]
            for kind in vars(found).values()
            if isinstance(kind, type)
            and kind.__module__ == found.__name__
            and vars(kind).get("resource_type")
        }
    assert kinds == set(EVENTS)


def _translated(template: Template_) -> Template_:
    result: Template_ = translated(template)
    return result


@pytest.mark.parametrize("kind", ["Serverless::Function", "Lambda::Url"])
def test_a_url_needs_what_sam_permits_for_one(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    template = sam({"FunctionUrlConfig": {"AuthType": "NONE"}, "Events": None})
    actions = [
        one["Properties"]["Action"]
        for one in _translated(template)["Resources"].values()
        if one["Type"] == "AWS::Lambda::Permission"
    ]
    (row,) = (row for row in targets()[f"AWS::{kind}"] if row.authorised_by == "*")
    assert row.actions == tuple(actions)


def test_each_event_that_needs_a_permission_has_a_row() -> None:
    granted = {
        kind
        for row in targets()["AWS::Serverless::Function"]
        if row.path == "Events/*" and row.authorised_by != "role"
        for kinds in row.when.values()
        for kind in kinds
    }
    assert granted == {kind for kind in sam_grants() if not kind.startswith("AWS::")}


def test_each_api_with_authorizers_has_a_row() -> None:
    kinds = {
        kind
        for kind, rows in targets().items()
        if any(row.path.startswith("Auth/Authorizers/") for row in rows)
    }
    assert kinds == {kind for kind in sam_grants() if kind.startswith("AWS::")}


@pytest.mark.parametrize("kind", EVENTS)
def test_rows_say_what_sam_translates(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    row = sam_grants().get(kind)
    assert _follows_in_translation(kind) == (row is not None and row.follows_the_move)


@pytest.mark.parametrize("kind", EVENTS)
def test_alias_for_an_event(tmp_path: Path, kind: str) -> None:
    row = sam_grants().get(kind)
    found = found_against(
        tmp_path, event_of_sam(kind), event_of_sam(kind, AutoPublishAlias="live")
    )
    place = "Resources/Orders/Properties/Events/It"
    assert found == ([place] if row is not None and row.follows_the_move else [])


@pytest.mark.parametrize(
    ("kind", "said", "is_other"),
    [
        ("Cognito", {"UserPool": {"Ref": "OtherPool"}}, True),
        ("Cognito", {"Trigger": "PostConfirmation"}, False),
        ("EventBridgeRule", {"RuleName": "other"}, True),
        ("HttpApi", {"Path": "/other"}, True),
        ("HttpApi", {"Method": "post"}, True),
        ("HttpApi", {"TimeoutInMillis": 900}, False),
        ("Schedule", {"Name": "other"}, True),
        ("Schedule", {"Schedule": "rate(2 hours)"}, False),
    ],
)
def test_event_of_another_source_has_a_permission_of_its_own(
    tmp_path: Path, kind: str, said: dict[str, Any], is_other: bool
) -> None:
    sides = event_of_sam(kind), event_of_sam(kind, AutoPublishAlias="live")
    event = sides[1]["Resources"]["Orders"]["Properties"]["Events"]["It"]
    event["Properties"] = {**event["Properties"], **said}
    place = "Resources/Orders/Properties/Events/It"
    assert found_against(tmp_path, *sides) == ([] if is_other else [place])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"Enabled": False}, []),
        ({"Enabled": "false"}, []),
        ({"State": "DISABLED"}, []),
        ({"Enabled": True}, ["Resources/Orders/Properties/Events/It"]),
        ({"State": "ENABLED"}, ["Resources/Orders/Properties/Events/It"]),
    ],
)
def test_alias_for_an_event_that_is_switched_off(
    tmp_path: Path, said: dict[str, Any], expected: list[str]
) -> None:
    sides = event_of_sam("Schedule"), event_of_sam("Schedule", AutoPublishAlias="live")
    for side in sides:
        event = side["Resources"]["Orders"]["Properties"]["Events"]["It"]
        event["Properties"] = {**event["Properties"], **said}
    assert found_against(tmp_path, *sides) == expected


@pytest.mark.parametrize("properties", ["rate(1 hour)", None, []])
def test_an_event_without_properties_is_met(properties: Any) -> None:
    sides = event_of_sam("Schedule"), event_of_sam("Schedule", AutoPublishAlias="live")
    for side in sides:
        event = side["Resources"]["Orders"]["Properties"]["Events"]["It"]
        event["Properties"] = properties
    assert len(timeline_from(*sides).callers) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", EVENTS)
def test_verdict_is_that_of_the_translation(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    sides = event_of_sam(kind), event_of_sam(kind, AutoPublishAlias="live")
    native = timeline_from(*sides)
    translated = timeline_from(*map(_translated, sides))
    assert bool(list(native.gaps())) is bool(list(translated.gaps()))
    assert bool(native.possible) is bool(translated.possible)
    for code in ("two.zip", "one.zip"):
        changed = deepcopy(sides[1])
        function = changed["Resources"]["Orders"]["Properties"]
        function["CodeUri"]["Key"] = code
        function["Timeout"] = 9
        kinds = [
            {one.kind for one in timeline_from(*pair).hazards}
            for pair in (
                (sides[0], changed),
                (_translated(sides[0]), _translated(changed)),
                (sides[1], changed),
                (_translated(sides[1]), _translated(changed)),
            )
        ]
        assert kinds[0] == kinds[1]
        assert kinds[2] == kinds[3] == set()


@pytest.mark.parametrize("kind", EVENTS)
def test_rows_say_what_waits_for_its_permission(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    resources = _translated(event_of_sam(kind, AutoPublishAlias="live"))["Resources"]
    kinds = {name: one["Type"] for name, one in resources.items()}
    is_awaited = any(
        "AWS::Lambda::Permission"
        in {kinds[one] for one in waited_for(resources, name, set())}
        for name in resources
        if "OrdersAliaslive" in set(referred(resources[name]))
    )
    row = sam_grants().get(kind)
    assert is_awaited is (row is not None and row.is_awaited)


# By where an authorizer stands, its API and where a finding on its move stands.
AUTHORIZERS = {
    "own": ("Http", "Resources/Http/Properties"),
    "Globals": ("Http", "Resources/Http/Properties"),
    "implicit": ("ServerlessHttpApi", "Globals/HttpApi"),
}
(ASKED,) = (row.asked_by for row in sam_grants().values() if row.asked_by)
ASK: Template_ = {ASKED: True}


def _moves(place: str, **said: Any) -> tuple[Template_, Template_]:
    """An authorizer that moves to the alias."""
    return authorized(ARN, place, **said), authorized(LIVE, place, **said)


@pytest.mark.parametrize("said", [{}, {ASKED: False}, ASK], ids=str)
@pytest.mark.parametrize("place", AUTHORIZERS)
def test_authorizer_that_moves_before_sam_permits_it(
    tmp_path: Path, place: str, said: Template_, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    sides = _moves(place, **said)
    is_late = said == ASK
    api, root = AUTHORIZERS[place]
    found = [f"{root}/Auth/Authorizers/Check/FunctionArn"] if is_late else []
    assert found_against(tmp_path, *sides) == found
    resources = _translated(sides[1])["Resources"]
    name = f"{api}CheckAuthorizerPermission"
    assert (name in resources) is is_late
    if is_late:
        assert resources[name]["Properties"]["FunctionName"] == LIVE
        # Its source refers to the API, which says what is invoked.
        assert api in waited_for(resources, name, set())
        assert "Live" in set(referred(resources[api]))


@pytest.mark.parametrize("value", [None, False, True], ids=str)
@pytest.mark.parametrize("kind", ["Api", "HttpApi"])
def test_rows_say_which_authorizers_sam_permits(
    kind: str, value: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    row = sam_grants()[f"AWS::Serverless::{kind}"]
    said: Template_ = {}
    if value is not None:
        said = {row.asked_by or row.refused_by: value}
    api = authorized(LIVE, kind=kind, **said)
    (target,) = (
        one.target
        for one in timeline_from(api, api).callers
        if one.target.resource.id == "Http"
    )
    made = made_permission(target)
    names = {
        name
        for name, one in _translated(api)["Resources"].items()
        if one["Type"] == "AWS::Lambda::Permission" and name.startswith("Http")
    }
    assert names == ({made.id} if made is not None else set())


@pytest.mark.parametrize(
    "authorizers",
    [
        {"Fn::If": ["IsProd", {"Check": {"FunctionArn": LIVE}}, {}]},
        {"Check": {"Fn::If": ["IsProd", {"FunctionArn": LIVE}, {}]}},
        {1: {"FunctionArn": LIVE}},
    ],
    ids=["all", "one", "number"],
)
def test_authorizer_of_which_sam_can_make_nothing(authorizers: Any) -> None:
    api = authorized(LIVE, kind="Api")
    api["Resources"]["Http"]["Properties"]["Auth"]["Authorizers"] = authorizers
    api.update(CHOICE, Parameters={"Stage": parameter(Default="prod")})
    (target,) = (
        one.target
        for one in timeline_from(api, api).callers
        if one.target.resource.id == "Http"
    )
    assert made_permission(target) is None


def test_the_cure_of_an_authorizer_is_the_plan(tmp_path: Path) -> None:
    before, after = _moves("own", **ASK)
    (match,) = (
        one for one in lint_update(tmp_path, before, after) if one.rule.id == GAP
    )
    assert match.message == (
        "Http (AWS::Serverless::HttpApi) moves to qualifier live before SAM's "
        "permission for it exists, so invocations are denied meanwhile; permit it "
        "yourself first (cfn-lint-lambda-race plan)"
    )
    path = tmp_path / "after.json"
    path.write_text(json.dumps(after))
    (left,) = fixed(path, "--baseline-path", str(tmp_path / "before.json")).left
    assert "cfn-lint-lambda-race plan writes it" in left.reason


def test_an_api_that_is_called_as_its_properties() -> None:
    sides = []
    for invoked in (ARN, LIVE):
        text = json.dumps(authorized(invoked, **ASK)).replace('"Http"', '"Authorizers"')
        sides.append(json.loads(text))
    (hazard,) = timeline_from(*sides).hazards
    assert hazard.name == "Check"


def test_an_authorizer_that_sam_begins_to_permit(tmp_path: Path) -> None:
    """Before the update a permission of the template's own lets it in."""
    wide = permission_on(ARN, "apigateway.amazonaws.com")
    sides = authorized(ARN), authorized(LIVE, **ASK)
    for side in sides:
        side["Resources"]["Wide"] = wide
    place = ["Resources/Http/Properties/Auth/Authorizers/Check/FunctionArn"]
    assert found_against(tmp_path, *sides) == place
    # The other way round nothing permits the alias, which can be seen without this.
    back = authorized(LIVE)
    back["Resources"]["Wide"] = wide
    assert found_against(tmp_path, authorized(ARN, **ASK), back) == []


@pytest.mark.parametrize("place", AUTHORIZERS)
def test_authorizer_that_the_template_permits(tmp_path: Path, place: str) -> None:
    source = (
        f"arn:aws:execute-api:us-east-1:123456789012:${{{AUTHORIZERS[place][0]}}}/*"
    )
    sides = _moves(place)
    for side, invoked in zip(sides, (ARN, LIVE)):
        side["Resources"]["Permission"] = permission_on(
            invoked, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": source}
        )
    late = ["Resources/Permission/Properties/FunctionName"]
    assert found_against(tmp_path, *sides) == late
    # What is beside it stays.
    sides[1]["Resources"]["Beside"] = permission_on(
        LIVE, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": source}
    )
    sides[0]["Resources"]["Beside"] = sides[1]["Resources"]["Beside"]
    assert found_against(tmp_path, *sides) == []


@pytest.mark.parametrize("default", ["dev", "prod"])
def test_no_event_makes_an_api(tmp_path: Path, default: str) -> None:
    sides = _moves("implicit", **ASK)
    for side in sides:
        side["Resources"]["Front"]["Condition"] = "IsProd"
        side.update(CHOICE, Parameters={"Stage": parameter(Default=default)})
    place = ["Globals/HttpApi/Auth/Authorizers/Check/FunctionArn"]
    assert found_against(tmp_path, *sides) == (place if default == "prod" else [])


def test_globals_that_each_api_overrides_move_nothing(tmp_path: Path) -> None:
    sides = _moves("Globals", **ASK)
    own = authorized(LIVE, **ASK)["Resources"]["Http"]
    for side in sides:
        side["Resources"]["Http"] = own
    assert found_against(tmp_path, *sides) == []


def test_sam_permits_what_a_websocket_api_invokes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("samtranslator.model.api.websocket_api_generator")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    template = authorized(LIVE)
    del template["Resources"]["Front"]["Properties"]["Events"]
    template["Resources"]["Http"] = resource(
        "Serverless::WebSocketApi",
        RouteSelectionExpression="$request.body.action",
        StageName="prod",
        Auth={"AuthType": "CUSTOM", "AuthArn": LIVE},
        Routes={"$connect": {"FunctionArn": LIVE}},
    )
    permitted = [
        one["Properties"]["FunctionName"]
        for one in _translated(template)["Resources"].values()
        if one["Type"] == "AWS::Lambda::Permission"
    ]
    assert permitted == [LIVE, LIVE]
    callers = timeline_from(template, template).callers
    of_it = [one.target for one in callers if one.target.resource.id == "Http"]
    assert len(of_it) == 2
    assert all(map(may_be_permitted, of_it))


@pytest.mark.parametrize("node", [{"Auth": ["a"]}, {"Auth": "a"}, {}, ["Auth"], "a", 1])
def test_below_what_is_no_mapping_is_nothing(node: Any) -> None:
    assert below(node, ("Auth",)) == {}
    assert below({"Auth": {"a": node}}, ("Auth", "a", "Auth")) == {}
