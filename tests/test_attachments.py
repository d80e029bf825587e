"""What is attached to another qualifier than the one that targets invoke (W9812).

Tests `template/_holders.py` too.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest

from tests.attached import (
    CONFIG,
    EVENT,
    FIXED,
    NEXT,
    PROVISIONED,
    PUBLISHED,
    RULE,
    SAM_ALIAS,
    VERSION,
    GetAtt,
    Json,
    api_with_definition,
    config_on,
    invoked_by_role,
    misfits,
    sam_with,
    to_anybody,
    two_aliases,
    url_on,
    via_url,
)
from tests.building import (
    ARN,
    FN,
    LIVE,
    PROD_OR_DEV,
    alias_of,
    permission_on,
    resource,
    rule_for,
    statement_on,
)
from tests.linting import lint_template, messages, paths
from tests.translation import translated

# -- permissions -------------------------------------------------------------------


def test_the_target_invokes_an_alias_and_the_grant_is_on_the_function(
    tmp_path: Path,
) -> None:
    template = two_aliases(Rule=rule_for(LIVE), Permission=permission_on(FN))
    assert misfits(tmp_path, template) == [FIXED]


def test_the_target_is_unqualified_and_the_grant_is_on_the_alias(
    tmp_path: Path,
) -> None:
    template = two_aliases(Rule=rule_for(ARN), Permission=permission_on(LIVE))
    assert misfits(tmp_path, template) == [FIXED]


@pytest.mark.parametrize("granted", [NEXT, VERSION, {"Fn::Sub": "${Orders.Arn}:7"}])
def test_the_grant_is_on_another_qualifier(tmp_path: Path, granted: Json) -> None:
    template = two_aliases(Rule=rule_for(LIVE), Permission=permission_on(granted))
    assert misfits(tmp_path, template) == [FIXED]


@pytest.mark.parametrize(
    "granted",
    [
        LIVE,
        {"Fn::Sub": "${Orders}:live"},
        {"Fn::Sub": "${Orders.Arn}:live"},
        {"Fn::Join": [":", [FN, "live"]]},
        {
            "Fn::Join": [
                "",
                [{"Fn::Select": [6, {"Fn::Split": [":", LIVE]}]}, ":live"],
            ]
        },
    ],
)
def test_an_alias_by_any_road_is_the_same(tmp_path: Path, granted: Json) -> None:
    template = two_aliases(Rule=rule_for(LIVE), Permission=permission_on(granted))
    assert misfits(tmp_path, template) == []


def test_latest_written_out_is_the_unqualified_function(tmp_path: Path) -> None:
    granted = {"Fn::Sub": "${Orders.Arn}:$LATEST"}
    template = two_aliases(Rule=rule_for(ARN), Permission=permission_on(granted))
    assert misfits(tmp_path, template) == []


@pytest.mark.parametrize(
    "granted",
    [
        {"Fn::ImportValue": "orders"},
        {"Ref": "Unknown"},
        {"Fn::Sub": "${Orders.Arn}:${Unknown}"},
        "arn:aws:lambda:us-east-1:123456789012:function:another",
    ],
)
def test_an_unknown_or_another_function_is_silent(
    tmp_path: Path, granted: Json
) -> None:
    template = two_aliases(Rule=rule_for(LIVE), Permission=permission_on(granted))
    template["Parameters"] = {"Unknown": {"Type": "String"}}
    assert misfits(tmp_path, template) == []


def test_a_grant_to_another_principal_is_another_matter(tmp_path: Path) -> None:
    template = two_aliases(
        Rule=rule_for(LIVE), Permission=permission_on(FN, "sns.amazonaws.com")
    )
    assert misfits(tmp_path, template) == []


def test_a_grant_of_another_action_is_another_matter(tmp_path: Path) -> None:
    template = two_aliases(Rule=rule_for(LIVE), Permission=permission_on(FN))
    template["Resources"]["Permission"]["Properties"]["Action"] = "lambda:GetFunction"
    assert misfits(tmp_path, template) == []


def test_no_grant_at_all_is_unknown(tmp_path: Path) -> None:
    assert misfits(tmp_path, two_aliases(Rule=rule_for(LIVE))) == []


def test_a_grant_without_any_target_is_silent(tmp_path: Path) -> None:
    assert misfits(tmp_path, two_aliases(Permission=permission_on(FN))) == []


def test_a_target_that_a_role_authorises_needs_no_grant(tmp_path: Path) -> None:
    schedule = resource(
        "Scheduler::Schedule",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="rate(1 day)",
        Target={"Arn": LIVE, "RoleArn": "arn:aws:iam::123456789012:role/schedule"},
    )
    template = two_aliases(
        Schedule=schedule, Permission=permission_on(FN, "scheduler.amazonaws.com")
    )
    assert misfits(tmp_path, template) == []


def test_a_surplus_grant_beside_the_right_one_is_silent(tmp_path: Path) -> None:
    template = two_aliases(
        Rule=rule_for(LIVE), Right=permission_on(LIVE), Permission=permission_on(FN)
    )
    assert misfits(tmp_path, template) == []


def test_an_alias_of_latest_is_compared_as_written(tmp_path: Path) -> None:
    template = two_aliases(Rule=rule_for(LIVE), Permission=permission_on(LIVE))
    template["Resources"]["Live"] = alias_of("$LATEST")
    assert misfits(tmp_path, template) == []


@pytest.mark.parametrize("stage", ["prod", "dev"])
def test_branches_are_compared_scenario_by_scenario(tmp_path: Path, stage: str) -> None:
    matching = {"Fn::If": ["IsProd", LIVE, FN]}
    target = {"Fn::If": ["IsProd", LIVE, ARN]}
    crossed = {"Fn::If": ["IsProd", FN, LIVE]}
    for granted, expected in ((matching, []), (crossed, [FIXED])):
        template = two_aliases(Rule=rule_for(target), Permission=permission_on(granted))
        template["Parameters"] = {"Stage": {"Type": "String", "Default": stage}}
        template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
        assert [path[: len(FIXED)] for path in misfits(tmp_path, template)] == expected


@pytest.mark.parametrize(
    "first",
    ["another:live", {"Fn::Sub": "${Orders}:${Given}"}],
    ids=["else", "unclear"],
)
def test_a_case_of_which_nothing_is_known_hides_no_other(
    tmp_path: Path, first: Json
) -> None:
    orders = {"Fn::Sub": "${Orders}:live"}
    name = {"Fn::If": ["IsProd", first, orders]}
    arn = "arn:aws:lambda:us-east-1:123456789012:function"
    target = {"Fn::Join": [":", [arn, name]]}
    template = {
        **two_aliases(Rule=rule_for(target), Permission=permission_on(FN)),
        **PROD_OR_DEV,
    }
    template["Parameters"] = {**template["Parameters"], "Given": {"Type": "String"}}
    assert misfits(tmp_path, template) == [FIXED]


def test_a_grant_that_never_meets_the_target_is_silent(tmp_path: Path) -> None:
    template = two_aliases(
        Rule={**rule_for(LIVE), "Condition": "IsProd"},
        Permission={**permission_on(FN), "Condition": "IsDev"},
    )
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
    }
    assert misfits(tmp_path, template) == []


# -- function URLs -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("qualifier", "granted", "expected"),
    [
        ("live", LIVE, []),
        ("live", FN, [FIXED]),
        (None, FN, []),
        (None, LIVE, [FIXED]),
    ],
)
def test_a_url_is_judged_by_its_permission(
    tmp_path: Path, qualifier: str | None, granted: Json, expected: list[str]
) -> None:
    template = two_aliases(Url=url_on(qualifier), Permission=to_anybody(granted))
    assert misfits(tmp_path, template) == expected


@pytest.mark.parametrize("first", [LIVE, FN, None])
@pytest.mark.parametrize("second", [LIVE, FN, None])
def test_a_url_needs_both_of_its_permissions(
    tmp_path: Path, first: Json, second: Json
) -> None:
    """A right one of one action makes no wrong one of the other surplus."""
    permissions = {"First": to_anybody(first), "Second": via_url(second)}
    sides = {"First": first, "Second": second}
    template = two_aliases(
        Url=url_on("live"), **{name: permissions[name] for name in sides if sides[name]}
    )
    assert misfits(tmp_path, template) == [
        f"Resources/{name}/Properties/FunctionName"
        for name, side in sides.items()
        if side == FN
    ]


def test_a_url_without_qualifier_needs_both_permissions_on_the_function(
    tmp_path: Path,
) -> None:
    template = two_aliases(
        Url=url_on(None), First=to_anybody(FN), Permission=via_url(LIVE)
    )
    assert misfits(tmp_path, template) == [FIXED]


@pytest.mark.parametrize(
    ("said", "is_reported"),
    [
        ({"InvokedViaFunctionUrl": True}, True),
        ({"InvokedViaFunctionUrl": "true"}, True),
        ({"InvokedViaFunctionUrl": "True"}, True),
        ({"InvokedViaFunctionUrl": True, "Principal": "123456789012"}, True),
        ({"InvokedViaFunctionUrl": True, "Action": "lambda:*"}, True),
        ({"Action": "lambda:*"}, True),
        ({"Action": "*"}, True),
        # For something else, as far as the template tells.
        ({}, False),
        ({"InvokedViaFunctionUrl": False}, False),
        ({"InvokedViaFunctionUrl": {"Ref": "Given"}}, False),
        ({"Principal": "123456789012"}, False),
        ({"Principal": "123456789012", "Action": "lambda:*"}, False),
        ({"Principal": "cloudfront.amazonaws.com"}, False),
        ({"Principal": "events.amazonaws.com", "Action": "*"}, False),
        ({"Action": "lambda:GetFunction"}, False),
    ],
)
@pytest.mark.parametrize("first", [None, LIVE])
def test_what_is_for_a_url_is_told_from_what_is_not(
    tmp_path: Path, first: Json, said: Json, is_reported: bool
) -> None:
    permission = permission_on(FN, "*")
    permission["Properties"].update(said)
    template = two_aliases(Url=url_on("live"), Permission=permission)
    template["Parameters"] = {"Given": {"Type": "String"}}
    if first:
        template["Resources"]["First"] = to_anybody(first)
    assert misfits(tmp_path, template) == [FIXED] * is_reported


@pytest.mark.parametrize(
    "said",
    [
        {"InvokedViaFunctionUrl": True},
        {},
        {"Action": "lambda:*"},
        {"Action": "*"},
        {"InvokedViaFunctionUrl": {"Ref": "Given"}},
    ],
)
def test_whatever_permits_a_url_makes_another_surplus(
    tmp_path: Path, said: Json
) -> None:
    right = permission_on(LIVE, "*")
    right["Properties"].update(said)
    template = two_aliases(
        Url=url_on("live"),
        First=to_anybody(LIVE),
        Right=right,
        Left=via_url(FN),
    )
    template["Parameters"] = {"Given": {"Type": "String"}}
    assert misfits(tmp_path, template) == []


def test_what_is_limited_to_a_url_permits_no_service(tmp_path: Path) -> None:
    permission = permission_on(FN, InvokedViaFunctionUrl=True)
    template = two_aliases(Rule=rule_for(LIVE), Permission=permission)
    assert misfits(tmp_path, template) == []


@pytest.mark.parametrize(
    ("permission", "is_silent"),
    [
        (permission_on(LIVE, "123456789012"), True),
        (via_url(LIVE), False),
        (to_anybody(LIVE), False),
    ],
)
def test_what_is_limited_to_a_url_permits_no_role(
    tmp_path: Path, permission: Json, is_silent: bool
) -> None:
    template = invoked_by_role(LIVE, statement_on(ARN), Permission=permission)
    assert bool(misfits(tmp_path, template)) != is_silent


@pytest.mark.parametrize(
    ("auth", "is_reported"),
    [
        ("AWS_IAM", True),
        ("NONE", False),
        ({"Ref": "Given"}, False),
        ({"Fn::If": ["IsProd", "AWS_IAM", "NONE"]}, False),
        ({"Fn::If": ["IsProd", "NONE", "AWS_IAM"]}, False),
    ],
)
def test_what_is_written_for_a_url_of_sam_s_may_not_match(
    tmp_path: Path, auth: Json, is_reported: bool
) -> None:
    """SAM makes the permissions only where the URL is for anybody."""
    permission = permission_on(FN, "cloudfront.amazonaws.com")
    permission["Properties"]["Action"] = "lambda:InvokeFunctionUrl"
    template = sam_with(
        {**PUBLISHED, "FunctionUrlConfig": {"AuthType": auth}}, Permission=permission
    )
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Given"}, "prod"]}}
    template["Parameters"] = {"Given": {"Type": "String"}}
    assert misfits(tmp_path, template) == [FIXED] * is_reported


@pytest.mark.parametrize("qualifier", ["live", None])
def test_a_url_beside_targets_of_another_qualifier_is_silent(
    tmp_path: Path, qualifier: str | None
) -> None:
    template = two_aliases(Url=url_on(qualifier), Rule=rule_for(NEXT))
    assert misfits(tmp_path, template) == []


# -- SAM ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("granted", "expected"), [(SAM_ALIAS, []), (FN, [FIXED]), (ARN, [FIXED])]
)
def test_what_is_written_by_hand_beside_serverless_may_not_match(
    tmp_path: Path, granted: Json, expected: list[str]
) -> None:
    template = sam_with(
        PUBLISHED, Rule=rule_for(SAM_ALIAS), Permission=permission_on(granted)
    )
    assert misfits(tmp_path, template) == expected


@pytest.mark.parametrize(
    ("qualifier", "expected"), [("live", []), ("$LATEST", [CONFIG])]
)
def test_a_config_that_is_written_by_hand_beside_serverless_may_not_match(
    tmp_path: Path, qualifier: str, expected: list[str]
) -> None:
    events = {"Daily": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}}}
    template = sam_with({**PUBLISHED, "Events": events}, Config=config_on(qualifier))
    assert misfits(tmp_path, template) == expected


@pytest.mark.parametrize(
    ("properties", "target", "is_reported"),
    [
        (PUBLISHED, SAM_ALIAS, False),
        (PUBLISHED, ARN, True),
        ({}, ARN, False),
    ],
)
def test_an_event_of_an_api_with_a_definition_permits_only(
    tmp_path: Path, properties: Json, target: Json, is_reported: bool
) -> None:
    template = sam_with(
        {**properties, "Events": EVENT}, Api=api_with_definition(target)
    )
    found = misfits(tmp_path, template)
    assert found == (["Resources/Orders/Properties/Events/Get"] if is_reported else [])


@pytest.mark.parametrize(("target", "is_reported"), [(SAM_ALIAS, True), (ARN, False)])
def test_a_connector_from_a_rule_permits_the_function(
    tmp_path: Path, target: Json, is_reported: bool
) -> None:
    connector = resource(
        "Serverless::Connector",
        Source={"Id": "Rule"},
        Destination={"Id": "Orders"},
        Permissions=["Write"],
    )
    template = sam_with(PUBLISHED, Rule=rule_for(target), Connector=connector)
    found = lint_template(tmp_path, template)
    reported = [path.split("/")[1] for path in paths(found, RULE)]
    assert reported == ["Connector"] * is_reported
    for message in messages(found, RULE):
        assert message == (
            "The connector of Rule permits $LATEST, but Rule (AWS::Events::Rule) "
            "invokes !Ref Orders.Alias of Orders, so its invocations are denied; "
            "give the Destination the Arn of !Ref Orders.Alias"
        )


# -- what SAM generates ------------------------------------------------------------

EVENTS: dict[str, Json] = {
    "Api": {"Type": "Api", "Properties": {"Path": "/", "Method": "get"}},
    "Cognito": {
        "Type": "Cognito",
        "Properties": {"UserPool": {"Ref": "Pool"}, "Trigger": "PreSignUp"},
    },
    "HttpApi": {"Type": "HttpApi", "Properties": {"Path": "/", "Method": "get"}},
    "IoTRule": {"Type": "IoTRule", "Properties": {"Sql": "SELECT * FROM 'orders'"}},
    "Logs": {
        "Type": "CloudWatchLogs",
        "Properties": {"LogGroupName": "shop", "FilterPattern": "ERROR"},
    },
    "Rule": {
        "Type": "EventBridgeRule",
        "Properties": {"Pattern": {"source": ["shop"]}},
    },
    "S3": {
        "Type": "S3",
        "Properties": {"Bucket": {"Ref": "Bucket"}, "Events": "s3:ObjectCreated:*"},
    },
    "Schedule": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}},
    "SNS": {"Type": "SNS", "Properties": {"Topic": {"Ref": "Topic"}}},
    "SQS": {"Type": "SQS", "Properties": {"Queue": {GetAtt: ["Queue", "Arn"]}}},
}
BESIDE = {
    "Bucket": {"Type": "AWS::S3::Bucket"},
    "Pool": {"Type": "AWS::Cognito::UserPool"},
    "Queue": {"Type": "AWS::SQS::Queue"},
    "Topic": {"Type": "AWS::SNS::Topic"},
}
SETTINGS: dict[str, Json] = {
    "plain": {},
    "invoke config": {"EventInvokeConfig": {"MaximumRetryAttempts": 0}},
    "provisioned": {"ProvisionedConcurrencyConfig": PROVISIONED},
    "url": {"FunctionUrlConfig": {"AuthType": "NONE"}},
    "deployment": {"DeploymentPreference": {"Type": "AllAtOnce"}},
    "snap start": {"SnapStart": {"ApplyOn": "PublishedVersions"}},
    "conditional": {"AutoPublishAlias": {"Ref": "Alias"}},
}
MATRIX = [
    *((kind, "plain") for kind in EVENTS),
    *(("", setting) for setting in SETTINGS),
]


def _generated(kind: str, setting: str) -> Json:
    """A function with one event, or with each where none is named."""
    events = {kind: EVENTS[kind]} if kind else EVENTS
    template = sam_with({**PUBLISHED, "Events": events, **SETTINGS[setting]}, **BESIDE)
    template["Parameters"] = {"Alias": {"Type": "String", "Default": "live"}}
    # The translator changes what it is given.
    return deepcopy(template)


@pytest.mark.parametrize(("kind", "setting"), MATRIX)
def test_what_serverless_generates_matches(
    tmp_path: Path, kind: str, setting: str
) -> None:
    assert misfits(tmp_path, _generated(kind, setting)) == []


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "setting"), MATRIX)
def test_what_the_translator_writes_matches(
    tmp_path: Path, kind: str, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    template = translated(_generated(kind, setting), {"Alias": "live"})
    assert any(
        resource["Type"] == "AWS::Lambda::Alias"
        for resource in template["Resources"].values()
    )
    assert misfits(tmp_path, template) == []
