"""W9834: what an update denies its callers.

Tests `update/_timeline.py` and `update/_order.py` too.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.update import gaps, redundant_versions
from cfn_lint_lambda_race.update._order import Order
from cfn_lint_lambda_race.update._steps import Steps
from cfn_lint_lambda_race.update._world import Caller, Place
from tests.building import (
    ARN,
    LIVE,
    Template_,
    new_code,
    parameter,
    permission_on,
    resource,
    rule_for,
    sam,
)
from tests.linting import CORPUS, FUNCTION, lint, lint_template, messages, paths
from tests.moving import (
    GAP,
    OF_RULE,
    REDUNDANT,
    found_against,
    rest_api,
    rule_that_moves,
    stack_with,
    timeline_from,
    url_that_moves,
)
from tests.updates import configured, lint_update, side_of

LATE = ["Resources/Permission/Properties/FunctionName"]


# -- a URL of another qualifier is a new one ------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "end"),
    [
        (LIVE, None, "lambda:InvokeFunction too; add one with InvokedViaFunctionUrl"),
        (None, LIVE, "lambda:InvokeFunctionUrl too; add one"),
        (LIVE, LIVE, None),
        # What W9812 tells.
        (LIVE, ARN, None),
    ],
)
def test_url_that_moves_lacks_a_permission(
    tmp_path: Path, first: Any, second: Any, end: str | None
) -> None:
    before, after = url_that_moves((ARN, ARN, ARN), (LIVE, first, second))
    matches = lint_update(tmp_path, before, after)
    place = "Resources/Url/Properties/TargetFunctionArn"
    assert paths(matches, GAP) == [place] * (end is not None)
    for message in messages(matches, GAP):
        assert message == (
            "Url (AWS::Lambda::Url) moves to qualifier live of Orders: a new URL, "
            f"which is denied without a permission for {end}"
        )


def test_url_that_had_one_permission_and_stays_is_silent(tmp_path: Path) -> None:
    side = url_that_moves((LIVE, LIVE, None))[0]
    assert found_against(tmp_path, side, {**side, "Description": "orders"}) == []


# -- the permission comes too late ---------------------------------------------------


def test_permission_that_refers_to_what_moves_comes_too_late(tmp_path: Path) -> None:
    assert found_against(tmp_path, *rule_that_moves()) == LATE


def test_permission_on_the_way_back_comes_too_late(tmp_path: Path) -> None:
    assert found_against(tmp_path, *rule_that_moves(LIVE, ARN)) == LATE


@pytest.mark.parametrize(
    "source",
    [
        {"SourceArn": {"Fn::Sub": "${Hourly.Arn}"}},
        {"SourceArn": {"Fn::GetAtt": "Hourly.Arn"}},
        {"SourceArn": {"Fn::Join": ["", [{"Fn::GetAtt": ["Hourly", "Arn"]}]]}},
    ],
    ids=["sub", "text", "join"],
)
def test_each_way_to_refer_orders(tmp_path: Path, source: Any) -> None:
    assert found_against(tmp_path, *rule_that_moves(**source)) == LATE


def test_depends_on_orders(tmp_path: Path) -> None:
    before, after = rule_that_moves(SourceAccount="123456789012")
    after["Resources"]["Permission"]["DependsOn"] = ["Hourly"]
    assert found_against(tmp_path, before, after) == LATE


def test_what_waits_in_a_circle_is_never_deployed(tmp_path: Path) -> None:
    before, after = rule_that_moves(SourceAccount="123456789012")
    after["Resources"]["Permission"]["DependsOn"] = ["Hourly", "Permission"]
    assert found_against(tmp_path, before, after) == []


def test_what_nothing_orders_is_silent(tmp_path: Path) -> None:
    assert found_against(tmp_path, *rule_that_moves(SourceAccount="123456789012")) == []


def test_permission_that_comes_first_is_silent(tmp_path: Path) -> None:
    before, after = rule_that_moves(SourceAccount="123456789012")
    after["Resources"]["Hourly"]["DependsOn"] = "Permission"
    assert found_against(tmp_path, before, after) == []


def test_permission_under_another_name_comes_too_late(tmp_path: Path) -> None:
    before, after = rule_that_moves()
    after["Resources"]["Other"] = after["Resources"].pop("Permission")
    assert found_against(tmp_path, before, after) == [
        LATE[0].replace("Permission", "Other")
    ]


def test_two_deployments_are_silent(tmp_path: Path) -> None:
    before, last = rule_that_moves()
    between = deepcopy(before)
    between["Resources"]["New"] = permission_on(LIVE, **OF_RULE)
    moved = deepcopy(between)
    moved["Resources"]["Hourly"] = rule_for(LIVE)
    assert found_against(tmp_path, before, between) == []
    assert found_against(tmp_path, between, moved) == []
    # The permission that is there already lives until the clean-up.
    assert found_against(tmp_path, between, last) == []


def test_early_permission_beside_a_late_one_is_silent(tmp_path: Path) -> None:
    before, after = rule_that_moves()
    after["Resources"]["Wide"] = permission_on(LIVE)
    assert found_against(tmp_path, before, after) == []


def test_reference_in_one_branch_alone_orders_nothing(tmp_path: Path) -> None:
    before, after = rule_that_moves()
    arn = "arn:aws:events:us-east-1:123456789012:rule/hourly"
    for side in (before, after):
        side["Parameters"] = {"Stage": parameter()}
        side["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
        side["Resources"]["Permission"]["Properties"]["SourceArn"] = {
            "Fn::If": ["IsProd", OF_RULE["SourceArn"], arn]
        }
    assert found_against(tmp_path, before, after) == []


def test_the_branch_that_a_condition_takes_orders(tmp_path: Path) -> None:
    before, after = rule_that_moves()
    arn = "arn:aws:events:us-east-1:123456789012:rule/hourly"
    for side in (before, after):
        side["Conditions"] = {"Always": {"Fn::Equals": ["a", "a"]}}
        side["Resources"]["Permission"]["Properties"]["SourceArn"] = {
            "Fn::If": ["Always", OF_RULE["SourceArn"], arn]
        }
    assert found_against(tmp_path, before, after) == LATE
    for side in (before, after):
        side["Conditions"] = {"Always": {"Fn::Equals": ["a", "b"]}}
    assert found_against(tmp_path, before, after) == []


def test_target_of_an_http_api_moves_with_the_api(tmp_path: Path) -> None:
    source = "arn:aws:execute-api:us-east-1:123456789012:${Shop}/*"
    before, after = (
        stack_with(
            Shop=resource(
                "ApiGatewayV2::Api", Name="a", ProtocolType="HTTP", Target=side
            ),
            Prod=resource(
                "ApiGatewayV2::Stage",
                ApiId={"Ref": "Shop"},
                AutoDeploy=True,
                StageName="prod",
            ),
            Permission=permission_on(
                side, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": source}
            ),
        )
        for side in (ARN, LIVE)
    )
    assert found_against(tmp_path, before, after) == LATE
    for side in (before, after):
        side["Resources"]["Prod"]["Properties"]["AutoDeploy"] = "true"
    assert found_against(tmp_path, before, after) == LATE
    # Through another stage nobody knows what the callers meet.
    for side in (before, after):
        del side["Resources"]["Prod"]["Properties"]["AutoDeploy"]
    assert found_against(tmp_path, before, after) == []


def test_alias_by_its_name_is_no_move(tmp_path: Path) -> None:
    assert (
        found_against(
            tmp_path, *rule_that_moves({"Fn::Sub": "${Orders.Arn}:live"}, LIVE)
        )
        == []
    )


def test_alias_of_another_name_is_a_move(tmp_path: Path) -> None:
    before, after = rule_that_moves(LIVE, LIVE)
    after["Resources"]["Live"]["Properties"]["Name"] = "prod"
    assert found_against(tmp_path, before, after) == LATE


@pytest.mark.parametrize(
    "named",
    [
        {"Fn::Sub": "${Orders}:live"},
        "orders:live",
        "arn:aws:lambda:us-east-1:123456789012:function:orders:live",
    ],
    ids=["sub", "name", "arn"],
)
def test_each_way_to_name_the_alias_is_another_permission(
    tmp_path: Path, named: Any
) -> None:
    before, after = rule_that_moves()
    for side in (before, after):
        side["Resources"]["Orders"]["Properties"]["FunctionName"] = "orders"
    after["Resources"]["Permission"]["Properties"]["FunctionName"] = named
    assert found_against(tmp_path, before, after) == LATE


def test_rule_that_is_disabled_invokes_nothing(tmp_path: Path) -> None:
    before, after = rule_that_moves()
    after["Resources"]["Hourly"]["Properties"]["State"] = "DISABLED"
    assert found_against(tmp_path, before, after) == []
    before["Resources"]["Hourly"]["Properties"]["State"] = "DISABLED"
    assert found_against(tmp_path, before, after) == []
    after["Resources"]["Hourly"]["Properties"]["State"] = "ENABLED"
    assert found_against(tmp_path, before, after) == LATE


@pytest.mark.parametrize(
    ("enabled", "is_told"), [(True, True), (False, False), ("false", False)]
)
def test_event_that_is_switched_off_invokes_nothing(
    tmp_path: Path, enabled: Any, is_told: bool
) -> None:
    before, after = sam(), sam({"AutoPublishAlias": "live"})
    for side in (before, after):
        function = side["Resources"]["Orders"]["Properties"]
        function["Events"]["Hourly"]["Properties"]["Enabled"] = enabled
    place = "Resources/Orders/Properties/Events/Hourly"
    assert found_against(tmp_path, before, after) == [place] * is_told


def test_permission_that_was_missing_before_is_silent(tmp_path: Path) -> None:
    before, after = rule_that_moves()
    del before["Resources"]["Permission"]
    assert found_against(tmp_path, before, after) == []


def test_permission_on_what_cannot_be_told_is_silent(tmp_path: Path) -> None:
    before, after = rule_that_moves()
    after["Resources"]["Other"] = permission_on({"Fn::ImportValue": "function"})
    assert found_against(tmp_path, before, after) == []


def test_replaced_source_is_silent(tmp_path: Path) -> None:
    before, after = rule_that_moves()
    after["Resources"]["Hourly"]["Properties"]["Name"] = "hourly"
    assert found_against(tmp_path, before, after) == []


def test_same_template_and_its_reordering_are_silent(tmp_path: Path) -> None:
    for side in rule_that_moves():
        turned = {"Resources": dict(reversed(side["Resources"].items()))}
        assert found_against(tmp_path, side, side) == []
        assert found_against(tmp_path, side, turned) == []
        assert found_against(tmp_path, side, turned, REDUNDANT) == []


def test_targets_in_another_order_do_not_move(tmp_path: Path) -> None:
    targets = [{"Id": "a", "Arn": ARN}, {"Id": "b", "Arn": LIVE}]
    before, after = rule_that_moves(ARN, ARN)
    before["Resources"]["Hourly"]["Properties"]["Targets"] = targets
    after["Resources"]["Hourly"]["Properties"]["Targets"] = targets[::-1]
    # Until now the alias was denied.
    after["Resources"]["Late"] = permission_on(LIVE, **OF_RULE)
    assert found_against(tmp_path, before, after) == []
    after["Resources"]["Hourly"]["Properties"]["Targets"] = [
        {"Id": "a", "Arn": LIVE},
        {"Id": "b", "Arn": LIVE},
    ]
    late = "Resources/Late/Properties/FunctionName"
    assert found_against(tmp_path, before, after) == [late]


def test_first_deployment_is_silent(tmp_path: Path) -> None:
    _, after = rule_that_moves()
    assert found_against(tmp_path, {"Resources": {"Orders": FUNCTION}}, after) == []
    assert (
        found_against(tmp_path, {"Resources": {"Q": resource("SQS::Queue")}}, after)
        == []
    )


STAGE = {"Ref": "Prod"}


# -- APIs ----------------------------------------------------------------------------


def test_more_moments_than_can_be_looked_at_are_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found_against(tmp_path, *rule_that_moves()) == LATE
    monkeypatch.setattr("cfn_lint_lambda_race.update._timeline._MAX_MOMENTS", 0)
    assert found_against(tmp_path, *rule_that_moves()) == []


@pytest.mark.parametrize("stage", [STAGE, "*"], ids=["stage", "any"])
def test_method_moves_while_its_deployment_stays(tmp_path: Path, stage: Any) -> None:
    sides = rest_api(ARN, "One", stage), rest_api(LIVE, "One", stage)
    assert found_against(tmp_path, *sides) == ["Resources/One"]
    setting = f"W9831:baseline_path={tmp_path / 'before.json'}"
    (message,) = messages(lint_template(tmp_path, sides[1], "-x", setting), GAP)
    assert message.startswith(
        "Get (AWS::ApiGateway::Method) moves to qualifier live of Orders, but "
        "deployment One keeps invoking $LATEST, whose permission is deleted"
    )


def test_permission_that_is_retained_permits_still(tmp_path: Path) -> None:
    before, after = rest_api(ARN, "One"), rest_api(LIVE, "One")
    after["Resources"]["Permission"]["UpdateReplacePolicy"] = "Retain"
    assert found_against(tmp_path, before, after) == []
    after["Resources"]["Other"] = after["Resources"].pop("Permission")
    assert found_against(tmp_path, before, after) == ["Resources/One"]
    before["Resources"]["Permission"]["DeletionPolicy"] = "Retain"
    assert found_against(tmp_path, before, after) == []
    # It is for the old qualifier alone: what moves is denied meanwhile.
    before, after = rule_that_moves()
    after["Resources"]["Permission"]["UpdateReplacePolicy"] = "Retain"
    assert found_against(tmp_path, before, after) == LATE


def test_stage_that_keeps_its_deployment_is_permitted_still(tmp_path: Path) -> None:
    before, after = rest_api(ARN, "One"), rest_api(LIVE, "One")
    after["Resources"]["Old"] = before["Resources"]["Permission"]
    assert found_against(tmp_path, before, after) == []


def test_new_deployment_orders_by_the_stage(tmp_path: Path) -> None:
    sides = rest_api(ARN, "One", STAGE), rest_api(LIVE, "Two", STAGE)
    assert found_against(tmp_path, *sides) == LATE


def test_new_deployment_and_nothing_that_orders(tmp_path: Path) -> None:
    # The permission refers to the API alone: it may come before the stage.
    assert found_against(tmp_path, rest_api(ARN, "One"), rest_api(LIVE, "Two")) == []


def test_deployment_that_may_come_before_the_method(tmp_path: Path) -> None:
    sides = rest_api(ARN, "One", STAGE), rest_api(LIVE, "Two", STAGE)
    del sides[1]["Resources"]["Two"]["DependsOn"]
    assert found_against(tmp_path, *sides) == []


def test_permission_for_another_stage_does_not_serve(tmp_path: Path) -> None:
    sides = rest_api(ARN, "One", STAGE), rest_api(LIVE, "Two", STAGE)
    for name, served in (("dev", LATE), ("prod", [])):
        arn = f"arn:aws:execute-api:us-east-1:123456789012:${{Api}}/{name}/GET/"
        sides[1]["Resources"]["Early"] = permission_on(
            LIVE, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": arn}
        )
        assert found_against(tmp_path, *sides) == served


@pytest.mark.parametrize("source", ["*", "${Api}*", "${Api}/*", "${Api}/${Any}/*"])
def test_permission_for_any_stage_serves_each(tmp_path: Path, source: str) -> None:
    sides = rest_api(ARN, "One", STAGE), rest_api(LIVE, "Two", STAGE)
    arn = f"arn:aws:execute-api:us-east-1:123456789012:{source}"
    sides[1]["Parameters"] = {"Any": parameter()}
    sides[1]["Resources"]["Early"] = permission_on(
        LIVE, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": arn}
    )
    assert found_against(tmp_path, *sides) == []


def _authorized(invoked: Any, deployment: str, path: str) -> Template_:
    """A REST API whose authorizer invokes something, its method always the function."""
    template = rest_api(ARN, deployment)
    uri = template["Resources"]["Get"]["Properties"]["Integration"]["Uri"]
    template["Resources"]["Auth"] = resource(
        "ApiGateway::Authorizer",
        RestApiId={"Ref": "Api"},
        Type="TOKEN",
        Name="auth",
        IdentitySource="method.request.header.Authorization",
        AuthorizerUri={"Fn::Sub": [uri["Fn::Sub"][0], {"I": invoked}]},
    )
    template["Resources"][deployment]["DependsOn"] = ["Get", "Auth"]
    arn = f"arn:aws:execute-api:us-east-1:123456789012:${{Api}}/{path}"
    template["Resources"]["AuthPermission"] = permission_on(
        invoked, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": arn}
    )
    source = template["Resources"]["Permission"]["Properties"]["SourceArn"]
    source["Fn::Sub"][1]["S"] = "prod"
    return template


@pytest.mark.parametrize("path", ["authorizers/${Auth}", "authorizers/*", "*"])
def test_authorizer_moves_while_its_deployment_stays(tmp_path: Path, path: str) -> None:
    sides = _authorized(ARN, "One", path), _authorized(LIVE, "One", path)
    assert found_against(tmp_path, *sides) == ["Resources/One"]
    assert found_against(tmp_path, sides[0], _authorized(LIVE, "Two", path)) == []
    # A permission for the methods of a stage is not one for the authorizer.
    sides[1]["Resources"]["Old"] = deepcopy(sides[0]["Resources"]["AuthPermission"])
    assert found_against(tmp_path, *sides) == []


def test_permission_for_a_stage_of_unknown_name_may_serve(tmp_path: Path) -> None:
    sides = rest_api(ARN, "One", STAGE), rest_api(LIVE, "Two", STAGE)
    for side in sides:
        side["Parameters"] = {"Name": parameter()}
        side["Resources"]["Prod"]["Properties"]["StageName"] = {"Ref": "Name"}
    # API Gateway's console alone invokes through the second.
    for name, served in (("dev", []), ("test-invoke-stage", LATE)):
        arn = f"arn:aws:execute-api:us-east-1:123456789012:${{Api}}/{name}/GET/"
        sides[1]["Resources"]["Early"] = permission_on(
            LIVE, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": arn}
        )
        assert found_against(tmp_path, *sides) == served


@pytest.mark.parametrize(
    ("family", "api", "part"),
    [
        ("ApiGateway", "RestApi", "Body"),
        ("ApiGatewayV2", "Api", "Body"),
        ("ApiGatewayV2", "Api", "Integration"),
        ("ApiGatewayV2", "Api", "Authorizer"),
    ],
)
def test_part_of_an_api_moves_while_its_deployment_stays(
    family: str, api: str, part: str, tmp_path: Path
) -> None:
    def template(invoked: Any, deployment: str) -> Template_:
        uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${I}"
        called = {"uri": {"Fn::Sub": [f"{uri}/invocations", {"I": invoked}]}}
        method = {"get": {"x-amazon-apigateway-integration": called}}
        body = {"Body": {"openapi": "3.0.1", "paths": {"/": method}}}
        of_api = {f"{api}Id": {"Ref": "Shop"}}
        source = "arn:aws:execute-api:us-east-1:123456789012:${Shop}/*"
        resources = {
            "Shop": resource(f"{family}::{api}", **(body if part == "Body" else {})),
            deployment: resource(f"{family}::Deployment", **of_api),
            "Prod": resource(
                f"{family}::Stage",
                StageName="prod",
                DeploymentId={"Ref": deployment},
                **of_api,
            ),
            "Permission": permission_on(
                invoked, "apigateway.amazonaws.com", SourceArn={"Fn::Sub": source}
            ),
        }
        if part == "Integration":
            integration = resource(
                f"{family}::Integration", IntegrationUri=invoked, **of_api
            )
            resources["Part"] = integration
        if part == "Authorizer":
            resources["Part"] = resource(
                f"{family}::Authorizer",
                AuthorizerType="REQUEST",
                Name="auth",
                AuthorizerUri=called["uri"],
                **of_api,
            )
        return stack_with(**resources)

    sides = template(ARN, "One"), template(LIVE, "One")
    assert found_against(tmp_path, *sides) == ["Resources/One"]
    # What nothing orders is not certain.
    assert found_against(tmp_path, sides[0], template(LIVE, "Two")) == []


@pytest.mark.parametrize(
    ("name", "stage", "expected"),
    [
        ("One", "prod", ["Resources/One"]),
        # It is made anew, with what the method has become.
        ("Two", "prod", []),
        # A new deployment of the same name.
        ("One", "live", []),
    ],
)
def test_a_deployment_may_have_a_stage_of_its_own(
    name: str, stage: str, expected: list[str], tmp_path: Path
) -> None:
    before, after = rest_api(ARN, "One"), rest_api(LIVE, name)
    for side, deployment, named in ((before, "One", "prod"), (after, name, stage)):
        del side["Resources"]["Prod"]
        side["Resources"][deployment]["Properties"]["StageName"] = named
    assert found_against(tmp_path, before, after) == expected


def test_branches_that_both_refer_order() -> None:
    _, after = rule_that_moves()
    after["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "AWS::Region"}, "a"]}}
    node: Any = OF_RULE["SourceArn"]
    for _ in range(10):
        # The same object twice, as an anchor of YAML makes it.
        node = {"Fn::If": ["IsProd", node, node]}
    properties = after["Resources"]["Permission"]["Properties"]
    properties["SourceArn"] = node
    properties["FunctionName"] = LIVE
    order = Order(side_of(after))
    assert order.follows("Permission", "Orders")
    assert order.follows("Permission", "Hourly")


@pytest.mark.parametrize("kind", ["x86", "arm"])
def test_each_permission_is_told_with_a_method_that_it_is_for(kind: str) -> None:
    folder = CORPUS / "article"
    if not folder.exists():
        pytest.skip("the corpus is not here")
    before = folder / f"cdk-datadog-{kind}.template.json"
    alias = folder / f"cdk-datadog-{kind}-alias.template.json"
    found = messages(lint(alias, "-x", f"W9831:baseline_path={before}"), GAP)
    about = {
        words.partition("permission ")[2].partition(" ")[0]: words for words in found
    }
    root = about["RestANYApiPermissionHelloRestA2020199ANY5E5FFEF6"]
    assert "RestANYCE895D35" in root
    assert "RestproxyANY" not in root
    proxy = about["RestproxyANYApiPermissionHelloRestA2020199ANYproxy585F863C"]
    assert "RestproxyANYB8F8E428" in proxy


@pytest.mark.parametrize("kind", ["x86", "arm"])
def test_cure_of_the_article_comes_too_late(kind: str) -> None:
    folder = CORPUS / "article"
    if not folder.exists():
        pytest.skip("the corpus is not here")
    cfn = configured(
        folder / f"cdk-datadog-{kind}-alias.template.json",
        baseline_path=str(folder / f"cdk-datadog-{kind}.template.json"),
    )
    found = {gap.name for gap in gaps(cfn)}
    assert found == {
        "RestproxyANYApiPermissionHelloRestA2020199ANYproxy585F863C",
        "RestANYApiPermissionHelloRestA2020199ANY5E5FFEF6",
    }
    assert list(redundant_versions(cfn)) == []


@pytest.mark.slow
def test_each_template_of_the_corpus_against_itself_is_silent() -> None:
    for path in sorted((CORPUS / "cdk").rglob("*.template.json")):
        cfn = configured(path, baseline_path=str(path))
        assert list(gaps(cfn)) == []
        assert list(redundant_versions(cfn)) == []


def test_callers_that_stay_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule asks at each update, and mostly nothing moves."""
    looked_at: list[Place] = []
    look = Steps._callers

    def looking(self: Steps, place: Place) -> Iterator[Caller]:
        looked_at.append(place)
        return look(self, place)

    monkeypatch.setattr(Steps, "_callers", looking)
    before, after = rule_that_moves()
    assert list(timeline_from(before, new_code(before)).gaps()) == []
    assert looked_at == []
    assert len(list(timeline_from(before, after).gaps())) == 1
    assert len(looked_at) == 1
