"""The steps of an update one by one, and which state callers meet after each.

Tests `update/_side.py` and `update/_timeline.py` too.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from cfn_lint_lambda_race.template._made import below
from cfn_lint_lambda_race.update._world import Action
from tests.building import (
    ARN,
    FN,
    LIVE,
    Template_,
    alias_of,
    new_code,
    parameter,
    permission_on,
    resource,
    rule_for,
    sam,
)
from tests.linting import FUNCTION
from tests.moving import (
    EVENTS,
    OF_RULE,
    event_of_sam,
    rest_api,
    rule_that_moves,
    stack_with,
    timeline_from,
    url_that_moves,
)

PUBLISHED = {"AutoPublishAlias": "live"}
QUEUE = {"Resources": {"Queue": resource("SQS::Queue")}}
STAGE = {"Ref": "Prod"}
UNKNOWN = {"Ref": "Unknown"}
VERSION_1 = {"Ref": "OrdersVersion1"}


def _told(before: Template_, after: Template_) -> list[str]:
    """Each step with what the callers meet after it, and then what goes wrong.

    The clean-up is one line, since the order inside it says nothing.
    """
    parameters = {"Unknown": parameter()}
    timeline = timeline_from(
        *(
            {**side, "Parameters": {**parameters, **side.get("Parameters", {})}}
            for side in (before, after)
        )
    )
    rows: list[str] = []
    deleted: list[str] = []
    for moment in timeline.moments:
        states = ["denied" if one.is_denied else one.state.value for one in moment.met]
        step = moment.step.words if moment.step else "before"
        if moment.step and moment.step.action is Action.DELETE:
            rows = rows[:-1] if deleted else rows
            deleted.append(moment.step.name)
            step = f"without {', '.join(sorted(deleted))}"
        rows.append(": ".join([step, *states]))
    for certainty, hazards in (
        ("certainly", timeline.hazards),
        ("perhaps", timeline.possible),
    ):
        for one in hazards:
            assert one.path[0] == "Resources"
            assert one.name in one.path
            lasting = " for good" if one.is_lasting else ""
            rows.append(f"{certainty} {one.kind.value}{lasting}: {one.name}")
    return rows


def _changed(side: Template_, **properties: Any) -> Template_:
    """The same with other code, and other properties of the function."""
    changed = new_code(side)
    changed["Resources"]["Orders"]["Properties"].update(properties)
    return changed


def _renamed(side: Template_, old: str, new: str) -> Template_:
    renamed: Template_ = json.loads(json.dumps(side).replace(f'"{old}"', f'"{new}"'))
    return renamed


def _without(side: Template_, *names: str) -> Template_:
    side = deepcopy(side)
    for name in names:
        del side["Resources"][name]
    return side


def _with(side: Template_, name: str, **properties: Any) -> Template_:
    """The same with other properties of a resource; None removes one."""
    side = deepcopy(side)
    held = side["Resources"][name]["Properties"]
    held.update(properties)
    for key in [key for key, value in held.items() if value is None]:
        del held[key]
    return side


BEHIND_ALIAS = rule_that_moves(LIVE)[0]
BEHIND_VERSION = rule_that_moves(VERSION_1)[0]
# What is there only where an alias is.
PUBLISHING = ("OrdersVersion1", "Live", "Hourly", "Permission")


def _staged(side: Template_, stage: str, *names: str) -> Template_:
    """The same in a stage; resources of these names are in production alone."""
    side = deepcopy(side)
    side["Parameters"] = {"Stage": parameter(Default=stage)}
    side["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    for name in names:
        side["Resources"][name]["Condition"] = "IsProd"
    return side


# -- cases ------------------------------------------------------------

RULE, MOVED = rule_that_moves()
ONE = {"Fn::Sub": "${Orders}:1"}
LATEST = {"Fn::Sub": "${Orders.Arn}:$LATEST"}
OPEN = {"Conditions": {"IsOpen": {"Fn::Equals": [UNKNOWN, "x"]}}}
MANAGED = {
    "CapacityProviderConfig": {
        "LambdaManagedInstancesCapacityProviderConfig": {
            "CapacityProviderArn": (
                "arn:aws:lambda:us-east-1:123456789012:capacity-provider:orders"
            )
        }
    }
}


def _targets(*invoked: Any) -> Template_:
    """A rule with several targets."""
    targets = [{"Id": str(n), "Arn": arn} for n, arn in enumerate(invoked)]
    return _with(RULE, "Hourly", Targets=targets)


def _at(version: Any) -> Template_:
    """A rule that invokes an alias of a version."""
    return _with(_without(BEHIND_ALIAS, "Permission"), "Live", FunctionVersion=version)


def _permitting(function: Any) -> Template_:
    """A rule that invokes an alias, and its permission on something."""
    return {**_with(BEHIND_ALIAS, "Permission", FunctionName=function), **OPEN}


def _extra(count: int, function: Any, side: Template_) -> Template_:
    """The same with more permissions, which nothing orders."""
    side = deepcopy(side)
    for number in range(count):
        account = f"{number:012}"
        side["Resources"][f"E{number}"] = permission_on(function, SourceAccount=account)
    return side


# -- SAM -----------------------------------------------------------------------------

SAM_ALIAS = {"Ref": "Orders.Alias"}
SAM_VERSION = {"Ref": "Orders.Version"}
NOTHING_OF_SAM = {"Transform": "AWS::Serverless-2016-10-31", **QUEUE}
CONNECTOR = resource(
    "Serverless::Connector",
    Source={"Id": "Web"},
    Destination={"Id": "Orders"},
    Permissions=["Write"],
)


def _ruled(invoked: Any, **properties: Any) -> Template_:
    """A SAM function that publishes, and a rule that invokes something of it."""
    return sam(
        {"Events": None, **PUBLISHED, **properties},
        Resources={"Hourly": rule_for(invoked)},
    )


def _own_alias(invoked: Any = LIVE, **properties: Any) -> Template_:
    """The same behind an alias that the template itself has."""
    template = _ruled(invoked, **properties)
    number = {"Fn::GetAtt": ["Orders.Version", "Version"]}
    template["Resources"]["Live"] = alias_of(number, "own")
    return template


def _evented(kinds: list[str], **properties: Any) -> Template_:
    events = {kind: {"Type": kind, "Properties": EVENTS[kind]} for kind in kinds}
    return sam({**properties, "Events": events})


def _of_web(**properties: Any) -> Template_:
    """An event of an HTTP API that the template has, with a connector."""
    template = event_of_sam("HttpApi", **properties)
    event = template["Resources"]["Orders"]["Properties"]["Events"]["It"]
    event["Properties"] = {**event["Properties"], "ApiId": {"Ref": "Web"}}
    template["Resources"]["Web"] = resource("Serverless::HttpApi")
    return template


def _linked(**properties: Any) -> Template_:
    template = _of_web(**properties)
    template["Resources"]["Link"] = CONNECTOR
    return template


def _destined(arn: Any, **properties: Any) -> Template_:
    """A SAM function that hands on to another, or to itself, before its event."""
    template = event_of_sam("Schedule", **properties)
    function = template["Resources"]["Orders"]["Properties"]
    destination = {"OnSuccess": {"Type": "Lambda", "Destination": arn}}
    function["EventInvokeConfig"] = {"DestinationConfig": destination}
    function["Events"] = function.pop("Events")
    template["Resources"]["Other"] = deepcopy(FUNCTION)
    return template


def _without_events(side: Template_) -> Template_:
    return _with(side, "Orders", Events=None)


OTHER = {"Fn::GetAtt": ["Other", "Arn"]}


# -- APIs ----------------------------------------------------------------------------


def _without_method(deployment: str) -> Template_:
    side = _without(rest_api(ARN, deployment), "Get")
    del side["Resources"][deployment]["DependsOn"]
    return side


def _two_deployments(invoked: Any, served: str) -> Template_:
    side = _with(rest_api(invoked, "One"), "Prod", DeploymentId={"Ref": served})
    side["Resources"]["Two"] = side["Resources"]["One"]
    return side


def _stage_of_its_own(invoked: Any, name: str, deployment: str = "One") -> Template_:
    """A deployment that makes its stage itself."""
    side = _with(rest_api(invoked, deployment), deployment, StageName=name)
    return _without(side, "Prod")


def _by_role(invoked: Any, deployment: str) -> Template_:
    """A method that a role permits to invoke."""
    side = rest_api(invoked, deployment, STAGE)
    integration = side["Resources"]["Get"]["Properties"]["Integration"]
    integration["Credentials"] = "arn:aws:iam::123456789012:role/api"
    return side


def _http_api(invoked: Any, deployment: str = "", **stage: Any) -> Template_:
    api = {"ApiId": {"Ref": "Web"}}
    arn = "arn:aws:execute-api:us-east-1:123456789012:${Web}/*"
    if deployment:
        stage["DeploymentId"] = {"Ref": deployment}
    side = stack_with(
        Web=resource("ApiGatewayV2::Api", Name="web", ProtocolType="HTTP"),
        Integration=resource(
            "ApiGatewayV2::Integration",
            IntegrationType="AWS_PROXY",
            IntegrationUri=invoked,
            PayloadFormatVersion="2.0",
            **api,
        ),
        Prod=resource("ApiGatewayV2::Stage", StageName="prod", **api, **stage),
        Permission=permission_on(
            invoked, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": arn}
        ),
    )
    if deployment:
        made = resource("ApiGatewayV2::Deployment", **api)
        side["Resources"][deployment] = {**made, "DependsOn": "Integration"}
    return side


def _of_source(invoked: Any, arn: Any) -> Template_:
    return _with(rest_api(invoked, "One"), "Permission", SourceArn=arn)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(
            QUEUE,
            BEHIND_ALIAS,
            """
            before: absent
            create Orders: absent
            create OrdersVersion1: absent
            create Live: absent
            create Hourly: new
            create Permission: new
            """,
            id="created",
        ),
        pytest.param(
            QUEUE,
            BEHIND_VERSION,
            """
            before: absent
            create Orders: absent
            create OrdersVersion1: absent
            create Hourly: new
            create Permission: new
            """,
            id="created, a version invoked",
        ),
        pytest.param(
            BEHIND_ALIAS,
            QUEUE,
            """
            before: old
            without Hourly, Live, Orders, OrdersVersion1, Permission: absent
            """,
            id="removed",
        ),
        pytest.param(
            BEHIND_VERSION,
            QUEUE,
            """
            before: old
            without Hourly, Orders, OrdersVersion1, Permission: absent
            """,
            id="removed, a version invoked",
        ),
        pytest.param(
            _staged(BEHIND_ALIAS, "dev", *PUBLISHING),
            _changed(_staged(BEHIND_ALIAS, "prod", *PUBLISHING), Timeout=9),
            """
            before: absent
            UpdateFunctionCode of Orders: absent
            UpdateFunctionConfiguration of Orders: absent
            create OrdersVersion1: absent
            create Live: absent
            create Hourly: new
            create Permission: new
            """,
            id="created by a condition",
        ),
        pytest.param(
            _staged(BEHIND_ALIAS, "prod", *PUBLISHING),
            _changed(_staged(BEHIND_ALIAS, "dev", *PUBLISHING), Timeout=9),
            """
            before: old
            UpdateFunctionCode of Orders: old
            UpdateFunctionConfiguration of Orders: old
            without Hourly, Live, OrdersVersion1, Permission: absent
            """,
            id="removed by a condition",
        ),
        pytest.param(
            _staged(BEHIND_ALIAS, "dev", "Orders", *PUBLISHING),
            _changed(_staged(BEHIND_ALIAS, "dev", "Orders", *PUBLISHING), Timeout=9),
            """
            before
            """,
            id="in another stage alone",
        ),
        pytest.param(
            BEHIND_ALIAS,
            _with(BEHIND_ALIAS, "Orders", FunctionName="other"),
            """
            before: old
            replace Orders: old
            replace OrdersVersion1: old
            replace Live: old
            change Hourly: new
            without Live, Orders, OrdersVersion1: new
            """,
            id="replaced",
        ),
        pytest.param(
            BEHIND_VERSION,
            _renamed(
                _with(BEHIND_VERSION, "Orders", FunctionName="other"),
                "OrdersVersion1",
                "V2",
            ),
            """
            before: old
            replace Orders: old
            create V2: old
            change Hourly: new
            without Orders, OrdersVersion1: new
            """,
            id="replaced, and its version under another name",
        ),
        pytest.param(
            RULE,
            _changed(RULE, Description="orders"),
            """
            before: old
            UpdateFunctionCode of Orders: new
            UpdateFunctionConfiguration of Orders: new
            """,
            id="configuration that code cannot notice",
        ),
        pytest.param(
            BEHIND_ALIAS,
            _with(
                _renamed(_changed(BEHIND_ALIAS), "OrdersVersion1", "V2"),
                "V2",
                FunctionName=UNKNOWN,
            ),
            """
            before: old
            UpdateFunctionCode of Orders: old
            create V2: old
            change Live: unknown
            without OrdersVersion1: unknown
            """,
            id="version of an unknown function",
        ),
        pytest.param(
            _with(RULE, "Orders", **MANAGED),
            _changed(RULE, Timeout=9, **MANAGED),
            """
            before: unknown
            UpdateFunctionCode of Orders: unknown
            UpdateFunctionConfiguration of Orders: unknown
            """,
            id="managed instances, which serve a published version",
        ),
        pytest.param(
            _with(rule_that_moves(LATEST)[0], "Orders", **MANAGED),
            _changed(rule_that_moves(LATEST)[0], Timeout=9, **MANAGED),
            """
            before: old
            UpdateFunctionCode of Orders: mixed
            UpdateFunctionConfiguration of Orders: new
            certainly race: Orders
            """,
            id="$LATEST",
        ),
        pytest.param(
            rule_that_moves({"Fn::Sub": "${Orders.Arn}:${Unknown}"})[0],
            _changed(rule_that_moves({"Fn::Sub": "${Orders.Arn}:${Unknown}"})[0]),
            """
            before: unknown
            UpdateFunctionCode of Orders: unknown
            """,
            id="unknown qualifier",
        ),
    ],
)
def test_functions_and_their_versions(
    before: Template_, after: Template_, told: str
) -> None:
    assert _told(before, after) == [line.strip() for line in told.split("\n")[1:-1]]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(
            _without(RULE, "Live", "Permission"),
            _without(BEHIND_ALIAS, "Permission"),
            """
            before: old
            create Live: old
            change Hourly: old
            """,
            id="created",
        ),
        pytest.param(
            _without(RULE, "Live", "Permission"),
            _at("1"),
            """
            before: old
            create Live: old
            change Hourly: unknown
            """,
            id="created at a number",
        ),
        pytest.param(
            _without(BEHIND_ALIAS, "Permission"),
            _without(RULE, "Live", "Permission"),
            """
            before: old
            change Hourly: old
            without Live: old
            """,
            id="removed",
        ),
        pytest.param(
            BEHIND_ALIAS,
            _with(BEHIND_ALIAS, "Live", Name="prod"),
            """
            before: old
            replace Live: old
            change Hourly: denied
            replace Permission: old
            without Live, Permission: old
            certainly denied: Permission
            """,
            id="of another name",
        ),
        pytest.param(
            BEHIND_ALIAS,
            _with(BEHIND_ALIAS, "Live", Name=UNKNOWN),
            """
            before: old
            change Hourly: old
            """,
            id="of an unknown name",
        ),
        pytest.param(
            _without(BEHIND_ALIAS, "Hourly", "Permission"),
            _changed(BEHIND_ALIAS, Timeout=9),
            """
            before: absent
            UpdateFunctionCode of Orders: absent
            UpdateFunctionConfiguration of Orders: absent
            create Hourly: old
            create Permission: old
            """,
            id="of a new rule",
        ),
        pytest.param(
            _at("1"),
            _changed(_at(1)),
            """
            before: old
            UpdateFunctionCode of Orders: old
            certainly stale for good: Orders
            """,
            id="of the same number",
        ),
        pytest.param(
            _at("1"),
            _changed(_at("2")),
            """
            before: old
            UpdateFunctionCode of Orders: old
            change Live: unknown
            """,
            id="of another number",
        ),
        pytest.param(
            _at("1"),
            _changed(_at(UNKNOWN)),
            """
            before: old
            UpdateFunctionCode of Orders: old
            change Live: unknown
            """,
            id="of an unknown number",
        ),
        pytest.param(
            _at("1"),
            _changed(_at("$LATEST")),
            """
            before: old
            UpdateFunctionCode of Orders: old
            change Live: new
            """,
            id="from a number to $LATEST",
        ),
        pytest.param(
            _at("$LATEST"),
            _changed(_at("1"), Timeout=9),
            """
            before: old
            UpdateFunctionCode of Orders: mixed
            UpdateFunctionConfiguration of Orders: new
            change Live: unknown
            certainly race: Orders
            """,
            id="from $LATEST to a number",
        ),
        pytest.param(
            _at(UNKNOWN),
            _changed(_at("1")),
            """
            before: unknown
            UpdateFunctionCode of Orders: unknown
            """,
            id="from an unknown number to one",
        ),
        pytest.param(
            _at(UNKNOWN),
            _changed(_at({"Fn::ImportValue": "number"})),
            """
            before: unknown
            UpdateFunctionCode of Orders: unknown
            """,
            id="from an unknown number to another",
        ),
        pytest.param(
            _at(UNKNOWN),
            _changed(_without(BEHIND_ALIAS, "Permission")),
            """
            before: unknown
            UpdateFunctionCode of Orders: unknown
            change Live: old
            certainly stale for good: Orders
            """,
            id="from an unknown number to a version",
        ),
    ],
)
def test_aliases(before: Template_, after: Template_, told: str) -> None:
    assert _told(before, after) == [line.strip() for line in told.split("\n")[1:-1]]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(
            _targets(ARN, ARN),
            {
                **MOVED,
                "Resources": {
                    **_targets(LIVE, LIVE)["Resources"],
                    "Permission": MOVED["Resources"]["Permission"],
                },
            },
            """
            before: old: old
            change Hourly: denied: denied
            replace Permission: old: old
            without Permission: old: old
            certainly denied: Permission
            certainly denied: Permission
            """,
            id="late, of two targets",
        ),
        pytest.param(
            RULE,
            _targets(ARN, LIVE),
            """
            before: old: absent
            change Hourly: old: old
            """,
            id="target added",
        ),
        pytest.param(
            _targets(ARN, LIVE),
            RULE,
            """
            before: old: old
            change Hourly: old: absent
            """,
            id="target removed",
        ),
        pytest.param(
            _permitting(FN),
            _permitting(LIVE),
            """
            before: old
            replace Permission: old
            without Permission: old
            """,
            id="for what is invoked",
        ),
        pytest.param(
            _permitting(LIVE),
            _permitting(FN),
            """
            before: old
            replace Permission: old
            without Permission: denied
            certainly denied for good: Hourly
            """,
            id="for something else",
        ),
        pytest.param(
            _permitting(LIVE),
            _permitting({"Fn::Sub": "${Orders}:live"}),
            """
            before: old
            """,
            id="for the same in other words",
        ),
        pytest.param(
            _permitting(LIVE),
            _permitting(ONE),
            """
            before: old
            replace Permission: old
            without Permission: denied
            certainly denied for good: Hourly
            """,
            id="for another qualifier",
        ),
        pytest.param(
            _permitting(ONE),
            _permitting({"Fn::Sub": "${Orders}:${Unknown}"}),
            """
            before: old
            """,
            id="for an unknown qualifier",
        ),
        pytest.param(
            _permitting(FN),
            _permitting(UNKNOWN),
            """
            before: old
            """,
            id="for an unknown function",
        ),
        pytest.param(
            _permitting(UNKNOWN),
            _permitting(LIVE),
            """
            before: old
            """,
            id="from an unknown function",
        ),
        pytest.param(
            _permitting({"Fn::If": ["IsOpen", UNKNOWN, LIVE]}),
            _permitting({"Fn::If": ["IsOpen", LIVE, UNKNOWN]}),
            """
            before: old
            """,
            id="for what a condition chooses",
        ),
        pytest.param(
            RULE,
            _extra(
                10, ARN, _renamed(_changed(MOVED, Timeout=9), "OrdersVersion1", "V2")
            ),
            """
            before: old
            UpdateFunctionCode of Orders: mixed
            UpdateFunctionConfiguration of Orders: new
            create V2: new
            change Live: new
            create E0: new
            create E1: new
            create E2: new
            create E3: new
            create E4: new
            create E5: new
            create E6: new
            create E7: new
            create E8: new
            create E9: new
            change Hourly: denied
            replace Permission: new
            without OrdersVersion1, Permission: new
            certainly race: Orders
            certainly denied: Permission
            """,
            id="beside many that others need",
        ),
        pytest.param(
            RULE,
            _extra(12, ARN, MOVED),
            """
            before: old
            create E0: old
            create E1: old
            create E2: old
            create E3: old
            create E4: old
            create E5: old
            create E6: old
            create E7: old
            create E8: old
            create E9: old
            create E10: old
            create E11: old
            change Hourly: denied
            replace Permission: old
            without Permission: old
            perhaps denied: Permission
            """,
            id="beside more than are looked at",
        ),
        pytest.param(
            RULE,
            _extra(12, ARN, _changed(RULE, Timeout=9)),
            """
            before: old
            UpdateFunctionCode of Orders: mixed
            UpdateFunctionConfiguration of Orders: new
            create E0: new
            create E1: new
            create E2: new
            create E3: new
            create E4: new
            create E5: new
            create E6: new
            create E7: new
            create E8: new
            create E9: new
            create E10: new
            create E11: new
            certainly race: Orders
            """,
            id="a race beside more than are looked at",
        ),
        pytest.param(
            RULE,
            {
                "Resources": {
                    **MOVED["Resources"],
                    "Hourly": {**rule_for(LIVE), "DependsOn": "Permission"},
                }
            },
            """
            before: old
            replace Permission: old
            change Hourly: old
            without Permission: old
            """,
            id="in a circle of steps, which CloudFormation refuses",
        ),
    ],
)
def test_permissions(before: Template_, after: Template_, told: str) -> None:
    assert _told(before, after) == [line.strip() for line in told.split("\n")[1:-1]]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(
            NOTHING_OF_SAM,
            _ruled(SAM_VERSION),
            """
            before: absent
            create Orders: absent
            create Orders.Version: absent
            create Hourly: new
            """,
            id="version created",
        ),
        pytest.param(
            NOTHING_OF_SAM,
            _ruled(SAM_ALIAS),
            """
            before: absent
            create Orders: absent
            create Orders.Version: absent
            create Orders.Alias: absent
            create Hourly: new
            """,
            id="alias created",
        ),
        pytest.param(
            _ruled(SAM_ALIAS),
            NOTHING_OF_SAM,
            """
            before: old
            without Hourly, Orders, Orders.Alias: absent
            """,
            id="alias removed",
        ),
        pytest.param(
            _ruled(SAM_VERSION),
            new_code(_ruled(SAM_VERSION)),
            """
            before: old
            UpdateFunctionCode of Orders: old
            replace Orders.Version: old
            change Hourly: new
            """,
            id="new version",
        ),
        pytest.param(
            _ruled(SAM_VERSION),
            {**_ruled(SAM_VERSION), "Description": "orders"},
            """
            before: old
            """,
            id="same version",
        ),
        pytest.param(
            _ruled(SAM_VERSION),
            new_code(_ruled(ARN, AutoPublishAlias=None)),
            """
            before: old
            UpdateFunctionCode of Orders: old
            change Hourly: new
            """,
            id="no version any more",
        ),
        pytest.param(
            _own_alias(),
            new_code(_own_alias()),
            """
            before: old
            UpdateFunctionCode of Orders: old
            replace Orders.Version: old
            change Live: new
            """,
            id="alias of the template",
        ),
        pytest.param(
            _ruled(ARN, AutoPublishAlias=None),
            _own_alias(),
            """
            before: old
            create Orders.Version: old
            create Live: old
            change Hourly: old
            """,
            id="alias of the template, of a first version",
        ),
        pytest.param(
            _ruled(SAM_ALIAS),
            _ruled(SAM_ALIAS, AutoPublishAlias="prod"),
            """
            before: old
            replace Orders.Alias: old
            change Hourly: old
            without Orders.Alias: old
            """,
            id="alias of another name",
        ),
        pytest.param(
            _ruled(SAM_ALIAS),
            _ruled(SAM_ALIAS, FunctionName="other"),
            """
            before: old
            replace Orders: old
            replace Orders.Version: old
            replace Orders.Alias: old
            change Hourly: new
            without Orders, Orders.Alias: new
            """,
            id="replaced function",
        ),
        pytest.param(
            event_of_sam("SNS"),
            event_of_sam("SNS", **PUBLISHED),
            """
            before: old
            create Orders.Version: old
            create Orders.Alias: old
            replace Orders.Events.It.Permission: old
            replace Orders.Events.It: old
            without Orders.Events.It, Orders.Events.It.Permission: old
            """,
            id="subscription on an alias",
        ),
        pytest.param(
            event_of_sam("SNS", **PUBLISHED),
            new_code(event_of_sam("SNS")),
            """
            before: old
            UpdateFunctionCode of Orders: old
            replace Orders.Events.It.Permission: old
            replace Orders.Events.It: old
            without Orders.Alias, Orders.Events.It, Orders.Events.It.Permission: new
            """,
            id="subscription on the function again",
        ),
        pytest.param(
            event_of_sam("Cognito", AutoPublishAlias="prod"),
            new_code(event_of_sam("Cognito", **PUBLISHED)),
            """
            before: old
            UpdateFunctionCode of Orders: old
            replace Orders.Version: old
            replace Orders.Alias: old
            change Orders.Events.It: denied
            replace Orders.Events.It.Permission: new
            without Orders.Alias, Orders.Events.It.Permission: new
            certainly denied: It
            """,
            id="alias of another name for a trigger",
        ),
        pytest.param(
            _evented(["SNS", "SQS"], **PUBLISHED),
            new_code(_evented(["SNS", "SQS"], **PUBLISHED)),
            """
            before: old: old
            UpdateFunctionCode of Orders: old: old
            replace Orders.Version: old: old
            change Orders.Alias: new: new
            """,
            id="alias with two events",
        ),
        pytest.param(
            {**OPEN, **event_of_sam("Schedule")},
            {
                **OPEN,
                **new_code(
                    event_of_sam(
                        "Schedule", AutoPublishAlias={"Fn::If": ["IsOpen", "a", "b"]}
                    )
                ),
            },
            """
            before
            UpdateFunctionCode of Orders
            """,
            id="alias that a condition names",
        ),
        pytest.param(
            _of_web(),
            _of_web(**PUBLISHED),
            """
            before: old
            create Orders.Version: old
            create Orders.Alias: old
            change Orders.Events.It: denied
            replace Orders.Events.It.Permission: old
            without Orders.Events.It.Permission: old
            certainly denied: It
            """,
            id="event of an API of the template",
        ),
        pytest.param(
            _linked(),
            _linked(**PUBLISHED),
            """
            before: old
            create Orders.Version: old
            create Orders.Alias: old
            change Orders.Events.It: old
            replace Orders.Events.It.Permission: old
            without Orders.Events.It.Permission: old
            """,
            id="event of an API with a connector",
        ),
        pytest.param(
            _of_web(),
            _linked(**PUBLISHED),
            """
            before: old
            create Orders.Version: old
            create Orders.Alias: old
            change Orders.Events.It: old
            replace Orders.Events.It.Permission: old
            without Orders.Events.It.Permission: old
            """,
            id="event of an API with a new connector",
        ),
        pytest.param(
            _destined(OTHER),
            _destined(OTHER, **PUBLISHED),
            """
            before: old: old
            create Orders.Version: old: old
            create Orders.Alias: old: old
            change Orders.Events.It: old: denied
            replace Orders.Events.It.Permission: old: old
            without Orders.Events.It.Permission: old: old
            certainly denied: It
            """,
            id="destination of the function",
        ),
        pytest.param(
            _destined(OTHER),
            _changed(_destined(OTHER), Timeout=9),
            """
            before: old: old
            UpdateFunctionCode of Orders: old: mixed
            UpdateFunctionConfiguration of Orders: old: new
            certainly race: Orders
            """,
            id="destination of a function that changes",
        ),
        pytest.param(
            NOTHING_OF_SAM,
            _without_events(_destined(ARN)),
            """
            before: absent
            create Orders: new
            """,
            id="function that is its own destination",
        ),
    ],
)
def test_what_sam_makes(before: Template_, after: Template_, told: str) -> None:
    assert _told(before, after) == [line.strip() for line in told.split("\n")[1:-1]]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(
            _without_method("One"),
            rest_api(ARN, "Two"),
            """
            before: absent
            create Get: absent
            create Two: absent
            change Prod: old
            """,
            id="new method",
        ),
        pytest.param(
            _without_method("One"),
            rest_api(ARN, "One"),
            """
            before: absent
            create Get: absent
            """,
            id="new method without a deployment",
        ),
        pytest.param(
            _two_deployments(ARN, "One"),
            _two_deployments(LIVE, "Two"),
            """
            before: old
            replace Permission: old
            change Get: old
            change Prod: old
            without Permission: denied
            certainly undeployed for good: Two
            """,
            id="deployment that was there",
        ),
        pytest.param(
            _two_deployments(ARN, "One"),
            _two_deployments(LIVE, "One"),
            """
            before: old
            replace Permission: old
            change Get: old
            without Permission: denied
            certainly undeployed for good: One
            """,
            id="stage with another deployment",
        ),
        pytest.param(
            rest_api(ARN, "One", STAGE),
            rest_api(LIVE, "Two", STAGE),
            """
            before: old
            change Get: old
            create Two: old
            change Prod: denied
            replace Permission: old
            without Permission: old
            certainly denied: Permission
            """,
            id="stage that a permission is for",
        ),
        pytest.param(
            _with(rest_api(ARN, "One", STAGE), "Prod", StageName=None),
            _with(rest_api(LIVE, "Two", STAGE), "Prod", StageName=None),
            """
            before: old
            change Get: old
            create Two: old
            change Prod: denied
            replace Permission: old
            without Permission: old
            certainly denied: Permission
            """,
            id="stage without a name",
        ),
        pytest.param(
            _without(rest_api(ARN, "One"), "Prod"),
            rest_api(LIVE, "One"),
            """
            before
            """,
            id="new stage",
        ),
        pytest.param(
            rest_api(ARN, "One"),
            _with(rest_api(LIVE, "Two"), "Prod", StageName="dev"),
            """
            before
            """,
            id="replaced stage",
        ),
        pytest.param(
            rest_api(ARN, "One"),
            _with(rest_api(LIVE, "One"), "Prod", DeploymentId="abc123"),
            """
            before
            """,
            id="deployment by its ID",
        ),
        pytest.param(
            _with(rest_api(ARN, "One"), "Prod", DeploymentId="abc123"),
            rest_api(LIVE, "Two"),
            """
            before
            """,
            id="deployment by its ID until now",
        ),
        pytest.param(
            _with(rest_api(ARN, "One"), "Prod", RestApiId="abc123"),
            _with(rest_api(LIVE, "One"), "Prod", RestApiId="abc123"),
            """
            before: old
            change Get: old
            """,
            id="API by its ID",
        ),
        pytest.param(
            _with(rest_api(ARN, "One"), "Get", RestApiId="abc123"),
            _with(rest_api(LIVE, "One"), "Get", RestApiId="abc123"),
            """
            before: old
            change Get: old
            """,
            id="method of an API by its ID",
        ),
        pytest.param(
            _stage_of_its_own(ARN, "prod"),
            _stage_of_its_own(LIVE, "prod"),
            """
            before: old
            replace Permission: old
            change Get: old
            without Permission: denied
            certainly undeployed for good: One
            """,
            id="stage of its own",
        ),
        pytest.param(
            _stage_of_its_own(ARN, "prod"),
            _stage_of_its_own(LIVE, "dev"),
            """
            before: old
            change Get: old
            """,
            id="stage of its own, of another name",
        ),
        pytest.param(
            _stage_of_its_own(ARN, "prod"),
            _stage_of_its_own(LIVE, "prod", "Two"),
            """
            before: old
            change Get: old
            """,
            id="stage of its own, of another deployment",
        ),
        pytest.param(
            _with(rest_api(ARN, "One"), "One", StageName="dev"),
            _with(rest_api(LIVE, "One"), "One", StageName="dev"),
            """
            before: old
            replace Permission: old
            change Get: old
            without Permission: denied
            certainly undeployed for good: One
            """,
            id="stage of its own beside another",
        ),
        pytest.param(
            _without(rest_api(ARN, "One"), "Prod"),
            _without(rest_api(LIVE, "One"), "Prod"),
            """
            before: old
            change Get: old
            """,
            id="no stage",
        ),
        pytest.param(
            _of_source(ARN, None),
            _of_source(LIVE, None),
            """
            before: old
            replace Permission: old
            change Get: old
            without Permission: denied
            certainly undeployed for good: One
            """,
            id="permission for any source",
        ),
        pytest.param(
            _of_source(ARN, "arn:aws:execute-api:us-east-1:123456789012"),
            _of_source(LIVE, "arn:aws:execute-api:us-east-1:123456789012"),
            """
            before: old
            replace Permission: old
            change Get: old
            without Permission: denied
            certainly undeployed for good: One
            """,
            id="permission for a short source",
        ),
        pytest.param(
            _by_role(ARN, "One"),
            _by_role(LIVE, "Two"),
            """
            before: old
            change Get: old
            create Two: old
            change Prod: old
            """,
            id="by a role",
        ),
        pytest.param(
            rest_api(ARN, "One", STAGE),
            _by_role(LIVE, "Two"),
            """
            before: old
            change Get: old
            create Two: old
            change Prod: old
            """,
            id="by a role from now on",
        ),
        pytest.param(
            _http_api(ARN, "One"),
            _http_api(LIVE, "Two"),
            """
            before: old
            replace Permission: old
            change Integration: old
            create Two: old
            change Prod: old
            without Permission: old
            perhaps denied: Permission
            """,
            id="HTTP API",
        ),
        pytest.param(
            _http_api(ARN, AutoDeploy=True),
            _http_api(LIVE, AutoDeploy=True),
            """
            before: old
            replace Permission: old
            change Integration: old
            without Permission: old
            perhaps denied: Permission
            """,
            id="HTTP API that deploys itself",
        ),
        pytest.param(
            _without(_http_api(ARN, AutoDeploy=True), "Prod"),
            _http_api(LIVE, AutoDeploy=True),
            """
            before
            """,
            id="new stage of an HTTP API that deploys itself",
        ),
    ],
)
def test_apis(before: Template_, after: Template_, told: str) -> None:
    assert _told(before, after) == [line.strip() for line in told.split("\n")[1:-1]]


# -- what is not told ------------------------------------------------------------------


def test_a_resource_of_another_type_is_another_target() -> None:
    """CloudFormation refuses it under the same name."""
    sides = [
        stack_with(Alarm=resource(f"CloudWatch::{kind}", AlarmActions=[arn]))
        for kind, arn in (("Alarm", ARN), ("CompositeAlarm", LIVE))
    ]
    assert timeline_from(sides[0], sides[1]).callers == []


def test_sam_s_source_and_its_output_have_no_callers_in_common() -> None:
    source = {**RULE, "Transform": "AWS::Serverless-2016-10-31"}
    assert timeline_from(source, RULE).callers == []


@pytest.mark.parametrize(
    ("properties", "rows"),
    [
        ({"Timeout": 9}, ["UpdateFunctionConfiguration of Orders: new"]),
        # Nobody who is invoked notices that.
        ({"Description": "x"}, ["UpdateFunctionConfiguration of Orders: old"]),
    ],
    ids=str,
)
def test_one_call_is_one_step(properties: Template_, rows: list[str]) -> None:
    before = rule_that_moves(ARN)[0]
    assert _told(before, _with(before, "Orders", **properties))[1:] == rows


@pytest.mark.parametrize("section", ["Parameters", "Conditions", "Mappings"])
def test_each_section_can_make_a_difference(section: str) -> None:
    sections = {
        "Parameters": {"Stage": parameter()},
        "Conditions": {"IsProd": {"Fn::Equals": ["a", "b"]}},
        "Mappings": {"Sizes": {"dev": {"Timeout": 5}}},
    }
    assert timeline_from(RULE, RULE).says_the_same
    assert not timeline_from(RULE, MOVED).says_the_same
    more = {**RULE, section: sections[section]}
    assert not timeline_from(RULE, more).says_the_same
    assert not timeline_from(more, RULE).says_the_same
    assert timeline_from(more, more).says_the_same


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Schedule", "SNS"),
        ("SQS", "Schedule"),
        ("Schedule", "SQS"),
        ("SNS", "Schedule"),
    ],
)
def test_an_event_of_another_type_has_other_permissions(
    before: str, after: str
) -> None:
    timeline = timeline_from(
        event_of_sam(before), new_code(event_of_sam(after, **PUBLISHED))
    )
    assert (timeline.hazards, timeline.possible) == ((), ())


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("properties", ["rate(1 hour)", ["rate(1 hour)"]])
def test_an_event_without_properties_is_denied_nothing(
    number: int, properties: Any
) -> None:
    sides = [event_of_sam("Schedule"), event_of_sam("Schedule", **PUBLISHED)]
    event = sides[number]["Resources"]["Orders"]["Properties"]["Events"]["It"]
    event["Properties"] = properties
    timeline = timeline_from(sides[0], sides[1])
    assert (timeline.hazards, timeline.possible) == ((), ())


def test_a_permission_comes_with_an_event_of_an_unknown_alias() -> None:
    after = event_of_sam("SNS", AutoPublishAlias=UNKNOWN)
    told = _told(_without_events(after), after)
    assert "create Orders.Events.It.Permission: absent" in told


def test_an_event_that_is_gone_takes_its_permission_with_it() -> None:
    before = event_of_sam("Api", **PUBLISHED)
    timeline = timeline_from(before, _without_events(before))
    words = [step.words for step in timeline.steps if "Permission" in step.name]
    assert words == ["delete Orders.Events.It.Permission"]
    states = [moment.met[0].state.value for moment in timeline.moments]
    assert (states[0], states[-1]) == ("old", "absent")


@pytest.mark.parametrize("name", ["Orders", "OrdersVersion1", "Live"])
def test_what_no_stack_has_is_in_no_step(name: str) -> None:
    """CloudFormation refuses what refers to it."""
    before = _staged(BEHIND_ALIAS, "dev", name)
    timeline = timeline_from(before, _changed(before, Timeout=9))
    assert not any(step.words.endswith(f"e {name}") for step in timeline.steps)
    assert timeline.hazards == ()
    if name != "Orders":
        assert {one.met[0].state.value for one in timeline.moments} == {"unknown"}


@pytest.mark.parametrize("on", [FN, LIVE, UNKNOWN, {"Fn::Sub": "${Orders}:${Unknown}"}])
def test_what_may_be_for_a_url_may_permit_it(on: Any) -> None:
    """On another qualifier than the URL's it may be for something else."""
    before, after = url_that_moves((ARN, ARN, ARN), (LIVE, LIVE, None))
    after["Resources"]["Other"] = permission_on(on, "*")
    told = _told(before, after)
    assert ("certainly denied for good: Url" in told) is (on == FN)


def test_a_url_of_sam_s_is_one_step() -> None:
    url = {"FunctionUrlConfig": {"AuthType": "NONE"}}
    after = _with(_ruled(SAM_ALIAS), "Orders", **url)
    steps = timeline_from(_ruled(SAM_ALIAS), after).steps
    assert [step.name for step in steps] == ["Orders.FunctionUrlConfig"]


def test_created_and_removed_functions_are_steps_once() -> None:
    rule = _without(stack_with(Hourly=rule_for(ARN)), "Live", "OrdersVersion1")
    assert _told(QUEUE, rule) == [
        "before: absent",
        "create Orders: absent",
        "create Hourly: new",
    ]
    assert _told(rule, QUEUE) == ["before: old", "without Hourly, Orders: absent"]


def test_a_replaced_rule_brings_its_targets_and_takes_them_along() -> None:
    one, two = _targets(LIVE), _targets(LIVE, ARN)
    rows = _told(one, _with(two, "Hourly", Name="other"))
    assert rows[1].startswith("replace Hourly: old: old")
    assert [row for row in rows if "change Hourly" in row] == []
    rows = _told(two, _with(one, "Hourly", Name="other"))
    assert rows[1].startswith("replace Hourly: old: old")
    assert [row for row in rows if "change Hourly" in row] == []


def test_a_version_of_what_stays_is_refused() -> None:
    rows = _told(BEHIND_ALIAS, _renamed(BEHIND_ALIAS, "OrdersVersion1", "V2"))
    assert rows[-1] == "certainly refused: V2"


def test_a_rule_that_moves_to_another_function_is_not_judged() -> None:
    other: Any = {"Fn::GetAtt": ["Other", "Arn"]}
    after = rule_that_moves(other)[0]
    before = deepcopy(BEHIND_ALIAS)
    for side in (before, after):
        side["Resources"]["Other"] = deepcopy(FUNCTION)
        side["Resources"]["Early"] = permission_on({"Fn::Sub": "${Other}:live"})
    timeline = timeline_from(before, after)
    assert [one.function for one in timeline.callers] == ["Other"]
    assert (timeline.hazards, timeline.possible) == ((), ())


def test_what_moves_to_an_unknown_qualifier_may_be_permitted() -> None:
    unknown = {"Fn::Sub": "${Orders.Arn}:${Unknown}"}
    rows = _told(RULE, _with(MOVED, "Hourly", Targets=[{"Id": "a", "Arn": unknown}]))
    assert not any("denied" in row for row in rows)
    of_topic = {"Fn::Sub": "${Orders.Arn}:${Topic.TopicName}"}
    after = rule_that_moves(of_topic)[0]
    after["Resources"]["Topic"] = resource("SNS::Topic")
    assert not any("Topic" in row for row in _told(RULE, after))


@pytest.mark.parametrize("side", [0, 1])
def test_a_deployment_that_is_made_elsewhere_is_unknown(side: int) -> None:
    sides = [rest_api(ARN, "One", STAGE), rest_api(LIVE, "Two", STAGE)]
    elsewhere = _with(sides[side], "Prod", DeploymentId={"Ref": "Made"})
    elsewhere["Resources"]["Made"] = resource("Custom::Deployment")
    sides[side] = elsewhere
    timeline = timeline_from(sides[0], sides[1])
    assert (timeline.hazards, timeline.possible) == ((), ())


def test_what_an_api_serves_is_the_function_that_was() -> None:
    """Where another takes its place, until the stage has a new deployment."""
    before, after = rest_api(ARN, "One"), rest_api(ARN, "Two")
    rows = _told(before, _with(after, "Orders", FunctionName="other"))
    assert rows[:-1] == [
        "before: old",
        "replace Orders: old",
        "change Get: old",
        "create Two: old",
        "change Prod: new",
    ]
    before = _stage_of_its_own(ARN, "prod")
    rows = _told(before, _with(before, "Orders", FunctionName="other"))
    assert all(row.endswith("old") for row in rows if row[:7] != "certain")


def test_a_step_that_waits_for_itself_is_never_taken() -> None:
    after = deepcopy(MOVED)
    after["Resources"]["Hourly"]["DependsOn"] = "Hourly"
    assert timeline_from(RULE, after).hazards == ()


def test_targets_beside_an_unknown_one_do_not_move_either() -> None:
    chosen = {"Fn::If": ["IsOpen", ARN, {"Fn::ImportValue": "function"}]}
    unknown = {"Fn::Sub": ["${It}", {"It": chosen}]}
    sides = [
        {**_targets(unknown, *known), **OPEN} for known in ((ARN, LIVE), (LIVE, ARN))
    ]
    sides[1]["Resources"]["Permission"] = MOVED["Resources"]["Permission"]
    timeline = timeline_from(sides[0], sides[1])
    assert [one.is_moved for one in timeline.callers] == [False, False]


@pytest.mark.parametrize(
    "name", [None, UNKNOWN, {"Fn::If": ["IsOpen", "live", "prod"]}]
)
def test_a_move_to_an_alias_of_no_certain_name_is_not_told(name: Any) -> None:
    sides = [{**_with(side, "Live", Name=name), **OPEN} for side in (RULE, MOVED)]
    timeline = timeline_from(sides[0], sides[1])
    assert (timeline.hazards, timeline.possible) == ((), ())


def test_a_deployment_that_no_stack_has_is_unknown() -> None:
    """CloudFormation refuses what refers to it."""
    after = _staged(rest_api(LIVE, "Two"), "dev", "Two")
    timeline = timeline_from(rest_api(ARN, "One"), after)
    assert (timeline.hazards, timeline.possible) == ((), ())


def test_what_is_perhaps_denied_before_is_not_judged() -> None:
    unknown = {"Fn::Sub": "${Orders}:${Unknown}"}
    before, after = rest_api(ARN, "One"), rest_api(LIVE, "One")
    before["Resources"]["Old"] = before["Resources"].pop("Permission")
    assert _told(before, after)[-1] == "certainly undeployed for good: One"
    rows = _told(_with(before, "Old", FunctionName=unknown), after)
    assert not any("denied" in row or "certainly" in row for row in rows)


def test_an_event_without_properties_moves_too() -> None:
    """Of an HTTP API it is what no other route is for."""
    sides = [event_of_sam("HttpApi"), event_of_sam("HttpApi", **PUBLISHED)]
    for side in sides:
        del side["Resources"]["Orders"]["Properties"]["Events"]["It"]["Properties"]
    assert [one.name for one in timeline_from(sides[0], sides[1]).hazards] == ["It"]


def test_what_a_connector_permits_is_no_step() -> None:
    link = {**CONNECTOR["Properties"], "Source": {"Id": "Hourly"}}
    before = _ruled(SAM_ALIAS)
    before["Resources"]["Link"] = resource("Serverless::Connector", **link)
    after = _with(before, "Hourly", Name="other")
    assert [row.split(":")[0] for row in _told(before, after)] == [
        "before",
        "replace Hourly",
        "without Hourly",
    ]


@pytest.mark.parametrize(
    ("node", "path"),
    [
        ({}, ["a"]),
        ([], [0]),
        (5, ["a"]),
        ("text", ["a"]),
        ({"a": 5}, ["a"]),
        ({"a": [{}]}, ["a", "b"]),
    ],
)
def test_below_what_is_not_there_is_nothing(node: Any, path: list[Any]) -> None:
    assert below(node, path) == {}
    assert below({"a": [{"b": {"c": 5}}]}, ["a", 0, "b"]) == {"c": 5}


def test_a_url_that_may_move_is_not_another_for_certain() -> None:
    unknown = {"Fn::Sub": "${Orders.Arn}:${Unknown}"}
    rows = _told(*url_that_moves((LIVE, LIVE, LIVE), (unknown, LIVE, LIVE)))
    assert "change Url: unknown" in rows


def test_a_permission_of_another_stage_is_not_late() -> None:
    after = deepcopy(MOVED)
    after["Resources"]["Early"] = permission_on(LIVE, **OF_RULE)
    timeline = timeline_from(RULE, _staged(after, "dev", "Early"))
    assert [one.name for one in timeline.hazards] == ["Permission"]


@pytest.mark.parametrize(
    "api", [UNKNOWN, {"Fn::If": ["IsOpen", {"Ref": "Api"}, "abc123"]}]
)
def test_stages_of_an_api_that_is_unknown_are_not_told(api: Any) -> None:
    sides = [rest_api(ARN, "One", STAGE), rest_api(LIVE, "Two", STAGE)]
    for number, names in enumerate(
        [("Get", "One", "Prod"), ("Get", "Two", "Prod")],
    ):
        for name in names:
            sides[number] = _with(sides[number], name, RestApiId=api)
        sides[number] = {
            **sides[number],
            **OPEN,
            "Parameters": {"Unknown": parameter()},
        }
    timeline = timeline_from(sides[0], sides[1])
    assert (timeline.hazards, timeline.possible) == ((), ())


def test_one_place_in_two_definitions_has_no_caller() -> None:
    states = {"A": {"Type": "Task", "Resource": "${It}", "End": True}}
    texts = [
        json.dumps({"StartAt": "A", "States": states, "Comment": one}) for one in "ab"
    ]
    machine = resource(
        "StepFunctions::StateMachine",
        RoleArn="arn:aws:iam::123456789012:role/machine",
        DefinitionString={"Fn::If": ["IsOpen", *texts]},
        DefinitionSubstitutions={"It": ARN},
    )
    side = {**stack_with(Machine=machine), **OPEN}
    assert timeline_from(side, side).callers == []
    machine["Properties"]["DefinitionString"] = texts[0]
    assert len(timeline_from(side, side).callers) == 1
