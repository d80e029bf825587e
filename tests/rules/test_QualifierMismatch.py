"""W9812: what is said of what does not fit the qualifier that targets invoke."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attached import (
    EVENT,
    FIXED,
    PUBLISHED,
    RULE,
    SAM_ALIAS,
    VERSION,
    Json,
    api_with_definition,
    config_on,
    invoked_by_role,
    logs_to,
    misfits,
    provisioned_on,
    sam_with,
    snap_started,
    to_anybody,
    topic_for,
    two_aliases,
    url_on,
)
from tests.building import (
    ARN,
    FN,
    LIVE,
    PROD_OR_DEV,
    VERSIONED,
    parameter,
    permission_on,
    resource,
    rule_for,
    stack,
    statement_on,
)
from tests.linting import lint_template, messages
from tests.moving import authorized

# -- permissions -------------------------------------------------------------------


def test_the_message_names_permission_target_and_qualifier(tmp_path: Path) -> None:
    template = two_aliases(Nightly=rule_for(LIVE), Permission=permission_on(FN))
    [message] = messages(lint_template(tmp_path, template), RULE)
    for word in ("Permission", "Nightly", "Live", "Orders", "$LATEST"):
        assert word in message


@pytest.mark.parametrize("target", [ARN, {"Fn::Sub": "${Orders.Arn}:$LATEST"}])
def test_no_cure_leads_back_to_latest(tmp_path: Path, target: Json) -> None:
    template = two_aliases(Nightly=rule_for(target), Permission=permission_on(LIVE))
    [message] = messages(lint_template(tmp_path, template), RULE)
    cure = "so its invocations are denied; let Nightly (AWS::Events::Rule) invoke Live"
    assert message.endswith(cure)


# -- roles -------------------------------------------------------------------------


def test_the_message_on_a_role_names_it(tmp_path: Path) -> None:
    template = invoked_by_role(LIVE, statement_on(ARN))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message == (
        "Role Role allows $LATEST, but State A of Machine "
        "(AWS::StepFunctions::StateMachine) invokes Live of Orders, so its invocations "
        "are denied; allow Live too"
    )


# -- SnapStart ---------------------------------------------------------------------


def test_the_message_on_snap_start_says_how_it_takes_effect(tmp_path: Path) -> None:
    [message] = messages(
        lint_template(tmp_path, snap_started(Rule=rule_for(ARN))), RULE
    )
    assert message == (
        "SnapStart of Orders applies to published versions, but Rule "
        "(AWS::Events::Rule) invokes $LATEST of Orders, so it has no effect; "
        "let Rule (AWS::Events::Rule) invoke an alias"
    )


# -- what is said ------------------------------------------------------------------


def test_a_misfit_in_some_scenario_says_when(tmp_path: Path) -> None:
    template = two_aliases(
        Topic=topic_for({"Fn::If": ["IsProd", LIVE, ARN]}),
        Permission=permission_on(FN, "sns.amazonaws.com"),
    )
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "invokes Live of Orders when IsProd is true, so" in message
    # Where target and permission are there at all, it is always so.
    template = two_aliases(
        Topic=topic_for(LIVE), Permission=permission_on(FN, "sns.amazonaws.com")
    )
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    for name in ("Permission", "Topic"):
        template["Resources"][name]["Condition"] = "IsProd"
        [message] = messages(lint_template(tmp_path, template), RULE)
        assert " when " not in message


@pytest.mark.parametrize("left", ["$LATEST", {"Ref": "Given"}, "no:function"])
def test_a_misfit_in_some_scenarios_names_each(tmp_path: Path, left: Json) -> None:
    """Of what is left the permission is right, or may be."""
    name = {"Fn::If": ["IsProd", "live", {"Fn::If": ["IsDev", "live", left]}]}
    target = {"Fn::Join": [":", [ARN, name]]}
    template = {
        **two_aliases(
            Topic=topic_for(target),
            Permission=permission_on(FN, "sns.amazonaws.com"),
        ),
        **PROD_OR_DEV,
    }
    template["Parameters"] = {**template["Parameters"], "Given": {"Type": "String"}}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "invokes Live of Orders when IsProd is true or IsDev is true, so" in message


def test_a_config_in_some_scenario_says_when(tmp_path: Path) -> None:
    template = two_aliases(Topic=topic_for(LIVE), Config=config_on("$LATEST"))
    config = template["Resources"]["Config"]["Properties"]
    config["Qualifier"] = {"Fn::If": ["IsProd", "live", "$LATEST"]}
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "when IsProd is false" in message


@pytest.mark.parametrize(
    ("action", "is_reported"),
    [
        ("lambda:invokeFunction", True),
        ("LAMBDA:INVOKEFUNCTION", True),
        ("lambda:invoke*", True),
        ("lambda:invokeFunctionUrl", False),
        ("lambda:GetFunction", False),
    ],
)
def test_the_action_of_a_permission_ignores_case(
    tmp_path: Path, action: str, is_reported: bool
) -> None:
    permission = permission_on(FN)
    permission["Properties"]["Action"] = action
    template = two_aliases(Rule=rule_for(LIVE), Permission=permission)
    assert misfits(tmp_path, template) == [FIXED] * is_reported


@pytest.mark.parametrize(
    "principal",
    ["logs.amazonaws.com", "logs.us-east-1.amazonaws.com", "logs.amazonaws.com.cn"],
)
def test_a_principal_may_be_of_a_region_or_of_china(
    tmp_path: Path, principal: str
) -> None:
    resources = logs_to(LIVE)
    permissions = [
        name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Permission"
    ]
    for name in permissions:
        del resources[name]
    template = two_aliases(**resources, Permission=permission_on(FN, principal))
    assert misfits(tmp_path, template) == [FIXED]


def test_a_target_that_takes_no_qualifier_is_not_told_to_invoke_one(
    tmp_path: Path,
) -> None:
    edge = {"EventType": "viewer-request", "LambdaFunctionARN": ARN}
    distribution = resource(
        "CloudFront::Distribution",
        DistributionConfig={
            "DefaultCacheBehavior": {"LambdaFunctionAssociations": [edge]}
        },
    )
    template = provisioned_on("Live", LIVE)
    del template["Resources"]["Topic"]
    template["Resources"]["Distribution"] = distribution
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "invoke Live" not in message


def test_sam_s_own_setting_cannot_be_put_elsewhere(tmp_path: Path) -> None:
    properties = {**PUBLISHED, "ProvisionedConcurrencyConfig": {"A": 1}}
    template = sam_with(properties, Rule=rule_for({"Fn::Sub": "${Orders.Arn}:2"}))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message == (
        "The provisioned concurrency of Orders applies to !Ref Orders.Alias, but Rule "
        "(AWS::Events::Rule) invokes version 2 of Orders, so it has no effect; "
        "let Rule (AWS::Events::Rule) invoke !Ref Orders.Alias"
    )


def test_of_two_aliases_the_one_that_is_invoked_is_right(tmp_path: Path) -> None:
    nightly = rule_for({"Ref": "Next"})
    template = two_aliases(Nightly=nightly, Permission=permission_on(LIVE))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.endswith("put the permission on Next")


def test_a_config_is_to_be_put_on_the_alias_that_is_invoked(tmp_path: Path) -> None:
    template = two_aliases(Topic=topic_for({"Ref": "Next"}), Config=config_on("live"))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.endswith("put it on Next")


def test_what_sam_publishes_is_named_as_a_template_writes_it(tmp_path: Path) -> None:
    template = sam_with(
        PUBLISHED, Rule=rule_for(SAM_ALIAS), Permission=permission_on(FN)
    )
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.endswith("put the permission on !Ref Orders.Alias")


def test_what_sam_permits_is_to_be_written_beside_it(tmp_path: Path) -> None:
    """An event permits the function itself: SAM has no other place for it."""
    template = sam_with(
        {"Events": EVENT}, Api=api_with_definition({"Fn::Sub": "${Orders.Arn}:7"})
    )
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.startswith("Event Get of Orders is for $LATEST")
    assert message.endswith("write one for version 7 yourself")


@pytest.mark.parametrize(
    ("qualifier", "words"), [("gone", "gone"), ("7", "version 7"), ("l7", "l7")]
)
def test_a_qualifier_that_is_written_out_is_named_so(
    tmp_path: Path, qualifier: str, words: str
) -> None:
    granted = {"Fn::Sub": f"${{Orders.Arn}}:{qualifier}"}
    template = two_aliases(Nightly=rule_for(ARN), Permission=permission_on(granted))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.startswith(f"Permission Permission is for {words}, but")
    assert message.endswith(f"let Nightly (AWS::Events::Rule) invoke {words}")


@pytest.mark.parametrize(
    ("granted", "cure"),
    [
        (LIVE, "let Url (AWS::Lambda::Url) invoke Live"),
        # A function URL takes aliases only.
        (VERSION, "put the permission on $LATEST"),
        ({"Fn::Sub": "${Orders.Arn}:7"}, "put the permission on $LATEST"),
    ],
)
def test_a_url_is_not_told_to_invoke_a_version(
    tmp_path: Path, granted: Json, cure: str
) -> None:
    template = two_aliases(Url=url_on(None), Permission=to_anybody(granted))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.endswith(cure)


def test_snap_start_where_the_service_takes_no_version(tmp_path: Path) -> None:
    pipeline = resource(
        "IoTAnalytics::Pipeline",
        PipelineActivities=[{"Lambda": {"LambdaName": FN, "BatchSize": 1}}],
    )
    [message] = messages(lint_template(tmp_path, snap_started(Pipeline=pipeline)), RULE)
    cure = "invoke it through a service that takes versions"
    assert message.endswith(cure)


def test_snap_start_beside_the_alias_of_sam(tmp_path: Path) -> None:
    properties = {**PUBLISHED, "SnapStart": {"ApplyOn": "PublishedVersions"}}
    template = sam_with(properties, Rule=rule_for(ARN))
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert message.endswith("invoke an alias")


def test_what_cannot_be_is_no_case_of_its_own(tmp_path: Path) -> None:
    endpoint = {"Fn::If": ["Never", ARN, LIVE]}
    subscription = [{"Protocol": "lambda", "Endpoint": endpoint}]
    permission = resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=FN,
        Principal="sns.amazonaws.com",
    )
    topic = resource("SNS::Topic", Subscription=subscription)
    template = stack(
        {},
        LIVE,
        Resources={**VERSIONED, "Topic": topic, "Permission": permission},
        Conditions={"Never": {"Fn::Equals": ["a", "b"]}},
    )
    (message,) = messages(lint_template(tmp_path, template), "W9812")
    assert " when " not in message


def test_a_misfit_says_when_of_the_target_that_it_names(tmp_path: Path) -> None:
    other = "arn:aws:lambda:us-east-1:123456789012:function:office"
    template = two_aliases(
        Rule=rule_for({"Fn::If": ["IsProd", LIVE, other]}),
        Other=rule_for({"Fn::If": ["IsProd", other, LIVE]}),
        Permission=permission_on(FN),
    )
    [message] = messages(lint_template(tmp_path, {**template, **PROD_OR_DEV}), RULE)
    assert (
        "Rule (AWS::Events::Rule) invokes Live of Orders when IsProd is true, so"
        in (message)
    )


def test_what_a_target_cannot_invoke_is_no_other_case(tmp_path: Path) -> None:
    """The alias is the same in each stage in which the rule is there."""
    names = {"a": {"alias": "live"}, "b": {"alias": "live"}, "c": {"alias": "next"}}
    stage = {"Fn::Equals": [{"Ref": "Stage"}, "c"]}
    alias = {"Fn::FindInMap": ["Stages", {"Ref": "Stage"}, "alias"]}
    target = {"Fn::Sub": ["${Orders.Arn}:${Alias}", {"Alias": alias}]}
    template = {
        **two_aliases(Rule=rule_for(target), Permission=permission_on(FN)),
        "Parameters": {"Stage": {"Type": "String", "AllowedValues": [*names]}},
        "Mappings": {"Stages": names},
        "Conditions": {"IsShop": {"Fn::Not": [stage]}},
    }
    template["Resources"]["Rule"]["Condition"] = "IsShop"
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "invokes Live of Orders, so" in message


@pytest.mark.parametrize(
    ("kind", "said", "is_denied"),
    [
        ("HttpApi", {}, True),
        ("HttpApi", {"EnableFunctionDefaultPermissions": False}, True),
        ("HttpApi", {"EnableFunctionDefaultPermissions": True}, False),
        ("HttpApi", {"EnableFunctionDefaultPermissions": {"Ref": "Asked"}}, False),
        ("Api", {}, False),
        ("Api", {"DisableFunctionDefaultPermissions": False}, False),
        ("Api", {"DisableFunctionDefaultPermissions": True}, True),
        ("Api", {"DisableFunctionDefaultPermissions": {"Ref": "Asked"}}, False),
    ],
)
def test_an_authorizer_that_sam_permits_is_not_denied(
    tmp_path: Path, kind: str, said: Json, is_denied: bool
) -> None:
    template = authorized(LIVE, kind=kind, **said)
    template["Parameters"] = {"Asked": parameter(AllowedValues=["true", "false"])}
    source = "arn:aws:execute-api:us-east-1:123456789012:${Http}/authorizers/*"
    template["Resources"]["Old"] = permission_on(
        ARN, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": source}
    )
    found = messages(lint_template(tmp_path, template), "W9812")
    assert bool(found) is is_denied


def test_the_routes_of_a_websocket_api_are_permitted_by_sam(tmp_path: Path) -> None:
    template = authorized(LIVE)
    template["Resources"]["Http"] = resource(
        "Serverless::WebSocketApi",
        RouteSelectionExpression="$request.body.action",
        StageName="prod",
        Routes={"$connect": {"FunctionArn": LIVE}},
    )
    del template["Resources"]["Front"]["Properties"]["Events"]
    template["Resources"]["Old"] = permission_on(
        ARN,
        "apigateway.amazonaws.com",
        SourceArn={"Fn::Sub": "arn:aws:execute-api:us-east-1:123456789012:${Http}/*"},
    )
    assert messages(lint_template(tmp_path, template), "W9812") == []
