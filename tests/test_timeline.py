"""What an update denies its callers (W9834), and what Lambda refuses (W9835)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cfnlint.template import Template
from hypothesis import given
from hypothesis import strategies as st

from cfn_lint_lambda_race.data import sam_grants, targets
from cfn_lint_lambda_race.update import (
    Kind,
    Timeline,
    gaps,
    redundant_versions,
    timeline_between,
    timeline_of,
    update_of,
)
from cfn_lint_lambda_race.update._deployment import Deployment
from cfn_lint_lambda_race.update._order import Order
from tests.change_sets import change, described, detail
from tests.fuzzing import fuzzed
from tests.linting import CORPUS, FUNCTION, lint, lint_template, messages, paths
from tests.test_updates import Template_, configured, new_code, parameter, resource, sam

GAP, REDUNDANT = "W9834", "W9835"
ARN = {"Fn::GetAtt": ["Orders", "Arn"]}
LIVE = {"Ref": "Live"}


def _published(version: str = "OrdersVersion1") -> Template_:
    return {
        "Orders": deepcopy(FUNCTION),
        version: resource("Lambda::Version", FunctionName={"Ref": "Orders"}),
        "Live": resource(
            "Lambda::Alias",
            FunctionName={"Ref": "Orders"},
            FunctionVersion={"Fn::GetAtt": [version, "Version"]},
            Name="live",
        ),
    }


def _rule(invoked: Any, **properties: Any) -> Template_:
    return resource(
        "Events::Rule",
        ScheduleExpression="rate(1 hour)",
        Targets=[{"Id": "orders", "Arn": invoked}],
        **properties,
    )


def _permission(invoked: Any, principal: str = "events", **more: Any) -> Template_:
    return resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=invoked,
        Principal=f"{principal}.amazonaws.com",
        **more,
    )


OF_RULE: Template_ = {"SourceArn": {"Fn::GetAtt": ["Hourly", "Arn"]}}


def _stack(**resources: Any) -> Template_:
    return {"Resources": {**_published(), **resources}}


def _found(
    folder: Path, before: Template_, after: Template_, rule: str = GAP
) -> list[str]:
    (folder / "before.json").write_text(json.dumps(before))
    setting = f"W9831:baseline_path={folder / 'before.json'}"
    matches = lint_template(folder, after, "-x", setting)
    assert not paths(matches, "E0002")
    return paths(matches, rule)


def _moved(
    before: Any = ARN, after: Any = LIVE, **properties: Any
) -> tuple[Template_, Template_]:
    """A rule and its permission that move together."""
    source = properties or OF_RULE
    sides = [
        _stack(Hourly=_rule(side), Permission=_permission(side, **source))
        for side in (before, after)
    ]
    return sides[0], sides[1]


# -- the permission comes too late ---------------------------------------------------

LATE = ["Resources/Permission/Properties/FunctionName"]


def test_permission_that_refers_to_what_moves_comes_too_late(tmp_path: Path) -> None:
    assert _found(tmp_path, *_moved()) == LATE


def test_permission_on_the_way_back_comes_too_late(tmp_path: Path) -> None:
    assert _found(tmp_path, *_moved(LIVE, ARN)) == LATE


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
    assert _found(tmp_path, *_moved(**source)) == LATE


def test_depends_on_orders(tmp_path: Path) -> None:
    before, after = _moved(SourceAccount="123456789012")
    after["Resources"]["Permission"]["DependsOn"] = ["Hourly"]
    assert _found(tmp_path, before, after) == LATE


def test_what_nothing_orders_is_silent(tmp_path: Path) -> None:
    assert _found(tmp_path, *_moved(SourceAccount="123456789012")) == []


def test_permission_that_comes_first_is_silent(tmp_path: Path) -> None:
    before, after = _moved(SourceAccount="123456789012")
    after["Resources"]["Hourly"]["DependsOn"] = "Permission"
    assert _found(tmp_path, before, after) == []


def test_permission_under_another_name_comes_too_late(tmp_path: Path) -> None:
    before, after = _moved()
    after["Resources"]["Other"] = after["Resources"].pop("Permission")
    assert _found(tmp_path, before, after) == [LATE[0].replace("Permission", "Other")]


def test_two_deployments_are_silent(tmp_path: Path) -> None:
    before, last = _moved()
    between = deepcopy(before)
    between["Resources"]["New"] = _permission(LIVE, **OF_RULE)
    moved = deepcopy(between)
    moved["Resources"]["Hourly"] = _rule(LIVE)
    assert _found(tmp_path, before, between) == []
    assert _found(tmp_path, between, moved) == []
    # The permission that is there already lives until the clean-up.
    assert _found(tmp_path, between, last) == []


def test_early_permission_beside_a_late_one_is_silent(tmp_path: Path) -> None:
    before, after = _moved()
    after["Resources"]["Wide"] = _permission(LIVE)
    assert _found(tmp_path, before, after) == []


def test_reference_in_one_branch_alone_orders_nothing(tmp_path: Path) -> None:
    before, after = _moved()
    arn = "arn:aws:events:us-east-1:123456789012:rule/hourly"
    for side in (before, after):
        side["Parameters"] = {"Stage": parameter()}
        side["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
        side["Resources"]["Permission"]["Properties"]["SourceArn"] = {
            "Fn::If": ["IsProd", OF_RULE["SourceArn"], arn]
        }
    assert _found(tmp_path, before, after) == []


def test_alias_by_its_name_is_no_move(tmp_path: Path) -> None:
    assert _found(tmp_path, *_moved({"Fn::Sub": "${Orders.Arn}:live"}, LIVE)) == []


def test_alias_of_another_name_is_a_move(tmp_path: Path) -> None:
    before, after = _moved(LIVE, LIVE)
    after["Resources"]["Live"]["Properties"]["Name"] = "prod"
    assert _found(tmp_path, before, after) == LATE


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
    before, after = _moved()
    for side in (before, after):
        side["Resources"]["Orders"]["Properties"]["FunctionName"] = "orders"
    after["Resources"]["Permission"]["Properties"]["FunctionName"] = named
    assert _found(tmp_path, before, after) == LATE


def test_rule_that_is_disabled_invokes_nothing(tmp_path: Path) -> None:
    before, after = _moved()
    after["Resources"]["Hourly"]["Properties"]["State"] = "DISABLED"
    assert _found(tmp_path, before, after) == []
    before["Resources"]["Hourly"]["Properties"]["State"] = "DISABLED"
    assert _found(tmp_path, before, after) == []
    after["Resources"]["Hourly"]["Properties"]["State"] = "ENABLED"
    assert _found(tmp_path, before, after) == LATE


def test_permission_that_was_missing_before_is_silent(tmp_path: Path) -> None:
    before, after = _moved()
    del before["Resources"]["Permission"]
    assert _found(tmp_path, before, after) == []


def test_permission_on_what_cannot_be_told_is_silent(tmp_path: Path) -> None:
    before, after = _moved()
    after["Resources"]["Other"] = _permission({"Fn::ImportValue": "function"})
    assert _found(tmp_path, before, after) == []


def test_replaced_source_is_silent(tmp_path: Path) -> None:
    before, after = _moved()
    after["Resources"]["Hourly"]["Properties"]["Name"] = "hourly"
    assert _found(tmp_path, before, after) == []


def test_same_template_and_its_reordering_are_silent(tmp_path: Path) -> None:
    for side in _moved():
        turned = {"Resources": dict(reversed(side["Resources"].items()))}
        assert _found(tmp_path, side, side) == []
        assert _found(tmp_path, side, turned) == []
        assert _found(tmp_path, side, turned, REDUNDANT) == []


def test_first_deployment_is_silent(tmp_path: Path) -> None:
    _, after = _moved()
    assert _found(tmp_path, {"Resources": {"Orders": FUNCTION}}, after) == []
    assert _found(tmp_path, {"Resources": {"Q": resource("SQS::Queue")}}, after) == []


# -- APIs ----------------------------------------------------------------------------


def _rest(invoked: Any, deployment: str, stage: Any = "*") -> Template_:
    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${I}/invocations"
    )
    execute = "arn:aws:execute-api:us-east-1:123456789012:${Api}/${S}/GET/"
    return _stack(
        Api=resource("ApiGateway::RestApi", Name="orders"),
        Get=resource(
            "ApiGateway::Method",
            RestApiId={"Ref": "Api"},
            ResourceId={"Fn::GetAtt": ["Api", "RootResourceId"]},
            HttpMethod="GET",
            AuthorizationType="NONE",
            Integration={
                "Type": "AWS_PROXY",
                "IntegrationHttpMethod": "POST",
                "Uri": {"Fn::Sub": [uri, {"I": invoked}]},
            },
        ),
        **{
            deployment: {
                **resource("ApiGateway::Deployment", RestApiId={"Ref": "Api"}),
                "DependsOn": ["Get"],
            }
        },
        Prod=resource(
            "ApiGateway::Stage",
            RestApiId={"Ref": "Api"},
            DeploymentId={"Ref": deployment},
            StageName="prod",
        ),
        Permission=_permission(
            invoked, "apigateway", SourceArn={"Fn::Sub": [execute, {"S": stage}]}
        ),
    )


STAGE = {"Ref": "Prod"}


@pytest.mark.parametrize("stage", [STAGE, "*"], ids=["stage", "any"])
def test_method_moves_while_its_deployment_stays(tmp_path: Path, stage: Any) -> None:
    sides = _rest(ARN, "One", stage), _rest(LIVE, "One", stage)
    assert _found(tmp_path, *sides) == ["Resources/One"]
    setting = f"W9831:baseline_path={tmp_path / 'before.json'}"
    (message,) = messages(lint_template(tmp_path, sides[1], "-x", setting), GAP)
    assert "whose permission is deleted" in message


def test_permission_that_is_retained_permits_still(tmp_path: Path) -> None:
    before, after = _rest(ARN, "One"), _rest(LIVE, "One")
    after["Resources"]["Permission"]["UpdateReplacePolicy"] = "Retain"
    assert _found(tmp_path, before, after) == []
    after["Resources"]["Other"] = after["Resources"].pop("Permission")
    assert _found(tmp_path, before, after) == ["Resources/One"]
    before["Resources"]["Permission"]["DeletionPolicy"] = "Retain"
    assert _found(tmp_path, before, after) == []
    # It is for the old qualifier alone: what moves is denied meanwhile.
    before, after = _moved()
    after["Resources"]["Permission"]["UpdateReplacePolicy"] = "Retain"
    assert _found(tmp_path, before, after) == LATE


def test_stage_that_keeps_its_deployment_is_permitted_still(tmp_path: Path) -> None:
    before, after = _rest(ARN, "One"), _rest(LIVE, "One")
    after["Resources"]["Old"] = before["Resources"]["Permission"]
    assert _found(tmp_path, before, after) == []


def test_new_deployment_orders_by_the_stage(tmp_path: Path) -> None:
    sides = _rest(ARN, "One", STAGE), _rest(LIVE, "Two", STAGE)
    assert _found(tmp_path, *sides) == LATE


def test_new_deployment_and_nothing_that_orders(tmp_path: Path) -> None:
    # The permission refers to the API alone: it may come before the stage.
    assert _found(tmp_path, _rest(ARN, "One"), _rest(LIVE, "Two")) == []


def test_deployment_that_may_come_before_the_method(tmp_path: Path) -> None:
    sides = _rest(ARN, "One", STAGE), _rest(LIVE, "Two", STAGE)
    del sides[1]["Resources"]["Two"]["DependsOn"]
    assert _found(tmp_path, *sides) == []


def test_permission_for_another_stage_does_not_serve(tmp_path: Path) -> None:
    sides = _rest(ARN, "One", STAGE), _rest(LIVE, "Two", STAGE)
    for name, served in (("dev", LATE), ("prod", [])):
        arn = f"arn:aws:execute-api:us-east-1:123456789012:${{Api}}/{name}/GET/"
        sides[1]["Resources"]["Early"] = _permission(
            LIVE, "apigateway", SourceArn={"Fn::Sub": arn}
        )
        assert _found(tmp_path, *sides) == served


@pytest.mark.parametrize("source", ["*", "${Api}*", "${Api}/*", "${Api}/${Any}/*"])
def test_permission_for_any_stage_serves_each(tmp_path: Path, source: str) -> None:
    sides = _rest(ARN, "One", STAGE), _rest(LIVE, "Two", STAGE)
    arn = f"arn:aws:execute-api:us-east-1:123456789012:{source}"
    sides[1]["Parameters"] = {"Any": parameter()}
    sides[1]["Resources"]["Early"] = _permission(
        LIVE, "apigateway", SourceArn={"Fn::Sub": arn}
    )
    assert _found(tmp_path, *sides) == []


def _authorized(invoked: Any, deployment: str, path: str) -> Template_:
    """A REST API whose authorizer invokes something, its method always the function."""
    template = _rest(ARN, deployment)
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
    template["Resources"]["AuthPermission"] = _permission(
        invoked, "apigateway", SourceArn={"Fn::Sub": arn}
    )
    template["Resources"]["Permission"]["Properties"]["SourceArn"] = {
        "Fn::Sub": [EXECUTE, {"S": "prod"}]
    }
    return template


@pytest.mark.parametrize("path", ["authorizers/${Auth}", "authorizers/*", "*"])
def test_authorizer_moves_while_its_deployment_stays(tmp_path: Path, path: str) -> None:
    sides = _authorized(ARN, "One", path), _authorized(LIVE, "One", path)
    assert _found(tmp_path, *sides) == ["Resources/One"]
    assert _found(tmp_path, sides[0], _authorized(LIVE, "Two", path)) == []
    # A permission for the methods of a stage is not one for the authorizer.
    sides[1]["Resources"]["Old"] = deepcopy(sides[0]["Resources"]["AuthPermission"])
    assert _found(tmp_path, *sides) == []


def test_branches_that_both_refer_order() -> None:
    _, after = _moved()
    after["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "AWS::Region"}, "a"]}}
    node: Any = OF_RULE["SourceArn"]
    for _ in range(10):
        # The same object twice, as an anchor of YAML makes it.
        node = {"Fn::If": ["IsProd", node, node]}
    properties = after["Resources"]["Permission"]["Properties"]
    properties["SourceArn"] = node
    properties["FunctionName"] = LIVE
    order = Order(Deployment(Template("template.json", after, ["us-east-1"])))
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


def test_each_template_of_the_corpus_against_itself_is_silent() -> None:
    for path in sorted((CORPUS / "cdk").rglob("*.template.json")):
        cfn = configured(path, baseline_path=str(path))
        assert list(gaps(cfn)) == []
        assert list(redundant_versions(cfn)) == []


# -- SAM -----------------------------------------------------------------------------

STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/orders"
CLUSTER = "arn:aws:kafka:us-east-1:123456789012:cluster/orders/1"
ACCESS = [{"Type": "BASIC_AUTH", "URI": "arn:aws:secretsmanager:us-east-1:1:secret:a"}]
EVENTS: Mapping[str, Template_] = {
    "AlexaSkill": {"SkillId": "amzn1.ask.skill.orders"},
    "DocumentDB": {
        "Cluster": "arn:aws:rds:us-east-1:123456789012:cluster:orders",
        "DatabaseName": "orders",
        "SourceAccessConfigurations": ACCESS,
    },
    "DynamoDB": {
        "Stream": "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/1",
        "StartingPosition": "LATEST",
    },
    "Kinesis": {"Stream": STREAM, "StartingPosition": "LATEST"},
    "MQ": {
        "Broker": "arn:aws:mq:us-east-1:123456789012:broker:orders:b-1",
        "Queues": ["orders"],
        "SourceAccessConfigurations": ACCESS,
    },
    "MSK": {"Stream": CLUSTER, "Topics": ["orders"], "StartingPosition": "LATEST"},
    "SelfManagedKafka": {
        "KafkaBootstrapServers": ["example.com:9092"],
        "Topics": ["orders"],
        "SourceAccessConfigurations": ACCESS,
    },
    "Api": {"Path": "/", "Method": "get"},
    "CloudWatchEvent": {"Pattern": {"source": ["aws.ec2"]}},
    "CloudWatchLogs": {"LogGroupName": "orders", "FilterPattern": ""},
    "Cognito": {"UserPool": {"Ref": "Pool"}, "Trigger": "PreSignUp"},
    "EventBridgeRule": {"Pattern": {"source": ["aws.ec2"]}},
    "HttpApi": {"Path": "/", "Method": "get"},
    "IoTRule": {"Sql": "SELECT * FROM 'orders'"},
    "S3": {"Bucket": {"Ref": "Bucket"}, "Events": "s3:ObjectCreated:*"},
    "SNS": {"Topic": {"Ref": "Topic"}},
    "SQS": {"Queue": "arn:aws:sqs:us-east-1:123456789012:orders"},
    "Schedule": {"Schedule": "rate(1 hour)"},
    "ScheduleV2": {"ScheduleExpression": "rate(1 hour)"},
}
SOURCES = {
    "Pool": resource("Cognito::UserPool"),
    "Bucket": resource("S3::Bucket"),
    "Topic": resource("SNS::Topic"),
}


def _event(kind: str, **properties: Any) -> Template_:
    events = {"It": {"Type": kind, "Properties": EVENTS[kind]}}
    return sam({"Events": events, **properties}, Resources=deepcopy(SOURCES))


def _refers(node: Any) -> Iterator[str]:
    """The logical IDs that a translated node refers to."""
    if isinstance(node, list):
        for item in node:
            yield from _refers(item)
    for key, value in node.items() if isinstance(node, dict) else ():
        if key in ("Ref", "DependsOn"):
            yield from [value] if isinstance(value, str) else value
        elif key == "Fn::GetAtt":
            yield value[0] if isinstance(value, list) else value.split(".")[0]
        elif key == "Fn::Sub":
            text = value if isinstance(value, str) else value[0]
            yield from (one.split("}")[0] for one in text.split("${")[1:])
            yield from _refers(value)
        else:
            yield from _refers(value)


def _waits_for(resources: Template_, later: str, seen: set[str]) -> set[str]:
    for name in set(_refers(resources[later])) & resources.keys() - seen:
        seen.add(name)
        _waits_for(resources, name, seen)
    return seen


def _follows_in_translation(kind: str) -> bool:
    """Whether SAM's permission on the alias waits for what callers invoke it by."""
    resources = _translated(_event(kind, AutoPublishAlias="live"))["Resources"]
    replaced = {"AWS::SNS::Subscription"}
    moved = [
        name
        for name, one in resources.items()
        if "OrdersAliaslive" in set(_refers(one))
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
        name in _waits_for(resources, permission, set())
        for permission in permissions
        for name in moved
    )


def _defined(invoked: Any, kind: str) -> Template_:
    """An API of SAM whose own definition says what it invokes."""
    template = sam({"AutoPublishAlias": "live"})
    del template["Resources"]["Orders"]["Properties"]["Events"]
    uri = _rest(invoked, "One")["Resources"]["Get"]["Properties"]["Integration"]["Uri"]
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
    template["Resources"]["Permission"] = _permission(
        invoked, "apigateway", SourceArn={"Fn::Sub": arn}
    )
    return template


@pytest.mark.parametrize(("kind", "place"), [("Api", []), ("HttpApi", LATE)])
def test_definition_of_an_api_of_sam(
    tmp_path: Path, kind: str, place: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    alias = {"Ref": "Orders.Alias"}
    sides = _defined(ARN, kind), _defined(alias, kind)
    # SAM deploys an HTTP API by itself; what permits it waits for the API.
    assert _found(tmp_path, *sides) == place
    translated = _timeline(*map(_translated, sides))
    assert bool(list(translated.gaps())) is bool(place)


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
    translator = pytest.importorskip("samtranslator.translator.transform")
    found: Template_ = translator.transform(deepcopy(template), {}, _Policies())
    return found


class _Policies:
    def load(self) -> dict[str, str]:
        return {}


def test_each_event_that_needs_a_permission_has_a_row() -> None:
    granted = {
        kind
        for row in targets()["AWS::Serverless::Function"]
        if row.path == "Events/*" and row.authorised_by != "role"
        for kinds in row.when.values()
        for kind in kinds
    }
    assert granted == set(sam_grants())


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
    found = _found(tmp_path, _event(kind), _event(kind, AutoPublishAlias="live"))
    place = "Resources/Orders/Properties/Events/It"
    assert found == ([place] if row is not None and row.follows_the_move else [])


@pytest.mark.parametrize("kind", EVENTS)
def test_verdict_is_that_of_the_translation(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    sides = _event(kind), _event(kind, AutoPublishAlias="live")
    native = _timeline(*sides)
    translated = _timeline(*map(_translated, sides))
    assert bool(list(native.gaps())) is bool(list(translated.gaps()))
    assert bool(native.possible) is bool(translated.possible)
    for code in ("two.zip", "one.zip"):
        changed = deepcopy(sides[1])
        function = changed["Resources"]["Orders"]["Properties"]
        function["CodeUri"]["Key"] = code
        function["Timeout"] = 9
        kinds = [
            {one.kind for one in _timeline(*pair).hazards}
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
    resources = _translated(_event(kind, AutoPublishAlias="live"))["Resources"]
    kinds = {name: one["Type"] for name, one in resources.items()}
    is_awaited = any(
        "AWS::Lambda::Permission"
        in {kinds[one] for one in _waits_for(resources, name, set())}
        for name in resources
        if "OrdersAliaslive" in set(_refers(resources[name]))
    )
    row = sam_grants().get(kind)
    assert is_awaited is (row is not None and row.is_awaited)


# -- versions that Lambda refuses ----------------------------------------------------


def _versioned(version: str, **properties: Any) -> Template_:
    resources = _published(version)
    resources["Orders"]["Properties"].update(properties)
    return {"Resources": resources}


def test_new_version_of_the_same_function(tmp_path: Path) -> None:
    before, after = _versioned("V1"), _versioned("V2")
    assert _found(tmp_path, before, after, REDUNDANT) == ["Resources/V2"]
    assert _found(tmp_path, before, new_code(after), REDUNDANT) == []


@pytest.mark.parametrize(
    ("properties", "is_redundant"),
    [
        ({"Description": "more"}, False),
        ({"Timeout": 9}, False),
        ({"Timeout": 3}, True),
        ({"Tags": [{"Key": "a", "Value": "b"}]}, True),
        ({"ReservedConcurrentExecutions": 5}, True),
        ({"Layers": [{"Fn::ImportValue": "layer"}]}, False),
    ],
    ids=["description", "timeout", "default", "tags", "concurrency", "layer"],
)
def test_what_changes_a_function(
    tmp_path: Path, properties: Any, is_redundant: bool
) -> None:
    found = _found(
        tmp_path, _versioned("V1"), _versioned("V2", **properties), REDUNDANT
    )
    assert bool(found) is is_redundant


def test_first_version_is_not_redundant(tmp_path: Path) -> None:
    before = {"Resources": {"Orders": FUNCTION}}
    assert _found(tmp_path, before, _versioned("V1"), REDUNDANT) == []


@pytest.mark.parametrize("name", ["BuildKey", "Anything"])
def test_parameter_that_the_deployment_sets_is_unknown(
    tmp_path: Path, name: str
) -> None:
    code = {"S3Bucket": "artifacts", "S3Key": {"Ref": name}}
    sides = [
        {**_versioned(version, Code=code), "Parameters": {name: parameter()}}
        for version in ("V1", "V2")
    ]
    assert _found(tmp_path, sides[0], sides[1], REDUNDANT) == []


def _tagged(team: str, **properties: Any) -> Template_:
    everything = {"AutoPublishAlias": "live", "AutoPublishAliasAllProperties": True}
    return sam({"Tags": {"team": team}, **everything, **properties})


def test_tags_alone_publish_in_vain(tmp_path: Path) -> None:
    before, after = _tagged("a"), _tagged("b")
    assert _found(tmp_path, before, after, REDUNDANT) == ["Resources/Orders"]
    assert _found(tmp_path, before, new_code(after), REDUNDANT) == []
    for side in (before, after):
        del side["Resources"]["Orders"]["Properties"]["AutoPublishAliasAllProperties"]
    assert _found(tmp_path, before, after, REDUNDANT) == []


def test_local_code_without_a_revision_is_unknown(tmp_path: Path) -> None:
    sides = _tagged("a", CodeUri="src/"), _tagged("b", CodeUri="src/")
    assert _found(tmp_path, *sides, REDUNDANT) == []


# -- the timeline as a table ---------------------------------------------------------


def _timeline(before: Template_, after: Template_) -> Timeline:
    sides = [
        Template(f"{name}.json", one, ["us-east-1"])
        for name, one in (("before", before), ("after", after))
    ]
    return timeline_between(sides[0], sides[1])


def _table(before: Template_, after: Template_) -> list[tuple[str, ...]]:
    """The steps in words, and what each caller meets after each."""
    return [
        (
            moment.step.words if moment.step else "",
            *(
                "denied" if met.is_denied else str(met.state.value)
                for met in moment.met
            ),
        )
        for moment in _timeline(before, after).moments
    ]


def _changed(side: Template_, version: str = "OrdersVersion1") -> Template_:
    """The same with other code, another timeout and a version of this name."""
    text = json.dumps(new_code(side)).replace("OrdersVersion1", version)
    changed: Template_ = json.loads(text)
    changed["Resources"]["Orders"]["Properties"]["Timeout"] = 9
    return changed


def test_race_and_denial_in_one_update() -> None:
    before, after = _moved()
    assert _table(before, _changed(after, "V2")) == [
        ("", "old"),
        ("UpdateFunctionCode of Orders", "mixed"),
        ("UpdateFunctionConfiguration of Orders", "new"),
        ("create V2", "new"),
        ("change Live", "new"),
        ("change Hourly", "denied"),
        ("replace Permission", "new"),
        ("delete OrdersVersion1", "new"),
        ("delete Permission", "new"),
    ]
    timeline = _timeline(before, _changed(after, "V2"))
    assert [one.kind for one in timeline.hazards] == [Kind.RACE, Kind.DENIED]
    assert timeline.possible == ()


def test_alias_that_moves_shields() -> None:
    side = _moved(LIVE)[0]
    assert _table(side, _changed(side, "V2")) == [
        ("", "old"),
        ("UpdateFunctionCode of Orders", "old"),
        ("UpdateFunctionConfiguration of Orders", "old"),
        ("create V2", "old"),
        ("change Live", "new"),
        ("delete OrdersVersion1", "new"),
    ]
    assert _timeline(side, _changed(side, "V2")).hazards == ()


def test_alias_that_stays_is_stale() -> None:
    side = _moved(LIVE)[0]
    assert {row[1] for row in _table(side, _changed(side))} == {"old"}
    (hazard,) = _timeline(side, _changed(side)).hazards
    assert (hazard.kind, hazard.is_lasting) == (Kind.STALE, True)


def test_stage_serves_the_old_method_until_it_is_deployed() -> None:
    sides = _rest(ARN, "One", STAGE), _rest(LIVE, "Two", STAGE)
    table = _table(*sides)
    assert [row[0] for row in table[1:]] == [
        "change Get",
        "create Two",
        "change Prod",
        "replace Permission",
        "delete Permission",
    ]
    assert [row[1] for row in table] == [*["old"] * 3, "denied", "old", "old"]
    table = _table(_rest(ARN, "One"), _rest(LIVE, "One"))
    assert [row[1] for row in table] == [*["old"] * 3, "denied"]


def test_what_some_orders_avoid_is_kept_apart() -> None:
    timeline = _timeline(*_moved(SourceAccount="123456789012"))
    assert timeline.hazards == ()
    assert [one.kind for one in timeline.possible] == [Kind.DENIED]
    # The table shows an order without it.
    assert not any(met.is_denied for one in timeline.moments for met in one.met)


def test_sam_s_own_resources_are_steps() -> None:
    table = _table(_event("Schedule"), _event("Schedule", AutoPublishAlias="live"))
    assert table == [
        ("", "old"),
        ("create Orders.Version", "old"),
        ("create Orders.Alias", "old"),
        ("change Orders.Events.It", "denied"),
        ("replace Orders.Events.It.Permission", "old"),
        ("delete Orders.Events.It.Permission", "old"),
    ]


def test_same_template_has_no_steps() -> None:
    for side in (*_moved(), _event("Schedule", AutoPublishAlias="live")):
        assert _timeline(side, side).steps == []
        assert len(_timeline(side, side).callers) == 1


def test_only_affected_callers_make_a_column() -> None:
    before, after = _moved()
    for side in (before, after):
        side["Resources"]["Daily"] = _rule(LIVE)
    timeline = _timeline(before, after)
    names = [timeline.callers[one].target.resource.id for one in timeline.affected]
    assert names == ["Hourly"]
    assert len(timeline.callers) == 2


def test_new_and_removed_targets_are_met_while_they_are_there() -> None:
    with_rule = _stack(Hourly=_rule(ARN))
    states = [row[1] for row in _table(_stack(), with_rule)]
    assert states == ["absent", "old"]
    states = [row[1] for row in _table(with_rule, _stack())]
    assert states == ["old", "absent"]


def test_replaced_target_serves_until_the_clean_up() -> None:
    before, after = _moved()
    after["Resources"]["Hourly"]["Properties"]["Name"] = "hourly"
    table = _table(before, after)
    assert [row[0] for row in table[1:]] == [
        "replace Hourly",
        "replace Permission",
        "delete Permission",
        "delete Hourly",
    ]


# -- stacks that do not take the defaults --------------------------------------------


def _staged_rule(dev: Any, prod: Any = LIVE, **stage: Any) -> Template_:
    """A rule and its permission that invoke something else in each stage."""
    invoked = {"Fn::If": ["IsProd", prod, dev]}
    template = _stack(Hourly=_rule(invoked), Permission=_permission(invoked, **OF_RULE))
    template["Parameters"] = {"Stage": parameter(**(stage or {"Default": "prod"}))}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    return template


@pytest.mark.parametrize(
    ("stage", "when"),
    [
        ({"Default": "prod"}, "Stage is not prod"),
        ({"Default": "prod", "AllowedValues": ["dev", "prod"]}, "Stage is dev"),
        ({"Default": "dev"}, ""),
        ({"AllowedValues": ["dev", "prod"]}, "Stage is dev"),
    ],
    ids=["other", "allowed", "default", "none"],
)
def test_gap_of_a_stack_that_does_not_take_the_defaults(
    tmp_path: Path, stage: Template_, when: str
) -> None:
    sides = _staged_rule(ARN, **stage), _staged_rule(LIVE, **stage)
    assert _found(tmp_path, *sides) == LATE
    setting = f"W9831:baseline_path={tmp_path / 'before.json'}"
    (message,) = messages(lint_template(tmp_path, sides[1], "-x", setting), GAP)
    assert message.startswith(f"When {when}: Hourly" if when else "Hourly")


def test_permission_that_one_stage_alone_has_early(tmp_path: Path) -> None:
    before, after = _moved()
    for side in (before, after):
        staged = _staged_rule(ARN)
        side.update({key: staged[key] for key in ("Parameters", "Conditions")})
    after["Resources"]["Early"] = {**_permission(LIVE), "Condition": "IsProd"}
    # The rule moves in both, but only one of them has another permission in time.
    after["Resources"]["Hourly"]["Properties"]["State"] = {
        "Fn::If": ["IsProd", "ENABLED", "DISABLED"]
    }
    assert _found(tmp_path, before, after) == LATE


def test_version_in_vain_in_one_stage_alone(tmp_path: Path) -> None:
    before, after = _versioned("V1", Timeout=5), _versioned("V2")
    for side in (before, after):
        staged = _staged_rule(ARN)
        side.update({key: staged[key] for key in ("Parameters", "Conditions")})
    function = after["Resources"]["Orders"]["Properties"]
    function["Timeout"] = {"Fn::If": ["IsProd", 9, 5]}
    assert _found(tmp_path, before, after, REDUNDANT) == ["Resources/V2"]
    function["Timeout"] = {"Fn::If": ["IsProd", 9, 8]}
    assert _found(tmp_path, before, after, REDUNDANT) == []


# -- change sets -------------------------------------------------------------------

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
    after = _moved()[1]
    assert _shown(tmp_path, after, _targets_change(), moved) == LATE
    # Nothing moves, or something else of the permission changes.
    assert _shown(tmp_path, after, moved) == []
    source = change(
        detail("SourceArn", recreation="Always"), name="Permission", **REPLACED
    )
    assert _shown(tmp_path, after, _targets_change(), source) == []
    # Another permission is there already.
    after["Resources"]["Wide"] = _permission(LIVE)
    assert _shown(tmp_path, after, _targets_change(), moved) == []


def test_change_set_of_what_nothing_orders_is_silent(tmp_path: Path) -> None:
    after = _moved(SourceAccount="123456789012")[1]
    moved = change(NEW_NAME, name="Permission", **REPLACED)
    assert _shown(tmp_path, after, _targets_change(), moved) == []


def test_change_set_of_a_replaced_function_is_silent(tmp_path: Path) -> None:
    moved = change(NEW_NAME, name="Permission", **REPLACED)
    function = change(detail("FunctionName"), replacement="True")
    after = _moved()[1]
    assert _shown(tmp_path, after, _targets_change(), moved, function) == []


def test_change_set_shows_a_stage_that_moves_first(tmp_path: Path) -> None:
    changes = [
        change(detail("Integration"), name="Get", kind="AWS::ApiGateway::Method"),
        change(name="Two", kind="AWS::ApiGateway::Deployment", action="Add"),
        change(detail("DeploymentId"), name="Prod", kind="AWS::ApiGateway::Stage"),
        change(NEW_NAME, name="Permission", **REPLACED),
    ]
    assert _shown(tmp_path, _rest(LIVE, "Two", STAGE), *changes) == LATE
    assert _shown(tmp_path, _rest(LIVE, "Two", "*"), *changes) == []
    assert _shown(tmp_path, _rest(LIVE, "Two", STAGE), *changes[2:]) == []


def test_change_set_shows_sam_s_permission(tmp_path: Path) -> None:
    after = _event("Schedule", AutoPublishAlias="live")
    moved = change(NEW_NAME, name="OrdersItPermission", **REPLACED)
    place = "Resources/Orders/Properties/Events/It"
    assert _shown(tmp_path, after, moved) == [place]
    assert _shown(tmp_path, _event("SNS", AutoPublishAlias="live"), moved) == []


def _version_change(name: str, action: str, replacement: str = "") -> Template_:
    return change(
        name=name,
        kind="AWS::Lambda::Version",
        action=action,
        replacement=replacement,
    )


def test_change_set_shows_a_version_in_vain(tmp_path: Path) -> None:
    after = _versioned("Version2")
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
    for other in (change(detail("Code")), change(), change(replacement="True")):
        assert _shown(tmp_path, after, *next_one, other, rule=REDUNDANT) == []


def test_change_set_shows_sam_s_version_in_vain(tmp_path: Path) -> None:
    changes = [
        _version_change("OrdersVersion0f02ef37ac", "Add"),
        _version_change("OrdersVersionaaaaaaaaaa", "Remove"),
        change(detail("Tags", attribute="Tags")),
    ]
    after = _tagged("b")
    assert _shown(tmp_path, after, *changes, rule=REDUNDANT) == ["Resources/Orders"]
    assert _shown(tmp_path, after, changes[0], rule=REDUNDANT) == []


# -- all orders ----------------------------------------------------------------------
#
# The second answer: what is made here is walked here, over every order, from what the
# template says. It shares nothing with the timeline but the question.

OTHERS_ARN = "arn:aws:events:us-east-1:123456789012:rule/others"
EXECUTE = "arn:aws:execute-api:us-east-1:123456789012:${Api}/${S}/GET/"


@st.composite
def _updates(draw: st.DrawFn) -> tuple[Template_, Template_]:
    """Two deployments of a function behind a rule, or behind a method of a REST API."""
    is_api = draw(st.booleans())
    chosen = st.sampled_from
    keeps = draw(chosen(["nothing", "function", "version"]))
    code, version = draw(st.booleans()), draw(st.booleans())
    sides = []
    for number in range(2):
        is_new = [bool(number and flag) for flag in (code, draw(st.booleans()))]
        side = _publishing(draw, number if version else 0)
        if keeps != "function":
            side["Orders"]["Properties"]["Code"]["S3Key"] = f"{is_new[0]}.zip"
            side["Orders"]["Properties"]["Timeout"] = 9 if is_new[1] else 5
        names = ["", "live"] if "Live" in side else [""]
        names += ["version"] if "Version" in str(side.keys()) else []
        invoked = draw(st.sampled_from(names))
        side.update(_invoking(draw, side, invoked, is_api))
        others = [_arn(side, name) for name in names]
        for name in ["P1", *draw(st.lists(chosen(["P2", "P3", "P4"]), unique=True))]:
            on = draw(chosen([invoked, invoked, *names]))
            side[name] = _permitting(draw, side, on, is_api)
            if name == "P4":
                side[name]["Properties"]["SourceArn"] = OTHERS_ARN
        sides.append(_conditional(draw, side, others))
    return sides[0], sides[1]


def _publishing(draw: st.DrawFn, number: int) -> Template_:
    """The function, and mostly a version and an alias of it."""
    side = _published(f"Version{number + 1}")
    if draw(st.integers(0, 3)) == 0:
        del side["Live"]
    elif draw(st.integers(0, 7)) == 0:
        side["Live"]["Properties"]["FunctionVersion"] = "$LATEST"
    if "Live" not in side and draw(st.booleans()):
        del side[f"Version{number + 1}"]
    return side


def _arn(side: Template_, qualifier: str) -> Any:
    version = next((name for name in side if name.startswith("Version")), None)
    return {"": ARN, "live": LIVE, "version": {"Ref": version}}[qualifier]


def _invoking(
    draw: st.DrawFn, side: Template_, invoked: str, is_api: bool
) -> Template_:
    arn = _arn(side, invoked)
    if not is_api:
        return {"Hourly": _rule(arn)}
    deployment = draw(st.sampled_from(["One", "Two"]))
    resources: Template_ = _rest(arn, deployment)["Resources"]
    if draw(st.integers(0, 3)) == 0:
        del resources[deployment]["DependsOn"]
    return {name: resources[name] for name in ("Api", "Get", deployment, "Prod")}


def _permitting(draw: st.DrawFn, side: Template_, on: str, is_api: bool) -> Template_:
    """A permission, for a source that orders it or not, or for another source."""
    if is_api:
        stage = draw(st.sampled_from([STAGE, "*", "prod"]))
        source = {"Fn::Sub": [EXECUTE, {"S": stage}]}
        made = _permission(_arn(side, on), "apigateway", SourceArn=source)
    else:
        source = draw(st.sampled_from([OF_RULE["SourceArn"], None]))
        more: Template_ = {} if source is None else {"SourceArn": source}
        made = _permission(_arn(side, on), **more)
    waits = draw(st.sampled_from(["none", "none", "later", "earlier"]))
    mover = "Prod" if is_api else "Hourly"
    if waits == "later":
        made["DependsOn"] = mover
    if waits == "earlier":
        side[mover].setdefault("DependsOn", []).append("P1")
    return made


def _conditional(draw: st.DrawFn, side: Template_, invoked: list[Any]) -> Template_:
    """The side, perhaps with permissions that stages have, or have on something else.

    The stage is prod by default.
    """
    for name in ("P1", "P2", "P3"):
        if name in side and draw(st.integers(0, 5)) == 0:
            side[name]["Condition"] = draw(st.sampled_from(["IsProd", "IsDev"]))
        if name in side and draw(st.integers(0, 5)) == 0:
            properties = side[name]["Properties"]
            branches = [properties["FunctionName"], draw(st.sampled_from(invoked))]
            properties["FunctionName"] = {"Fn::If": ["IsProd", *branches]}
    stages = {"IsProd": "prod", "IsDev": "dev"}
    return {
        "Parameters": {"Stage": parameter(Default="prod")},
        "Conditions": {
            name: {"Fn::Equals": [{"Ref": "Stage"}, value]}
            for name, value in stages.items()
        },
        "Resources": side,
    }


def _chosen(node: Any, stage: str) -> Any:
    """What a stage makes of a template's resources."""
    if isinstance(node, list):
        return [_chosen(one, stage) for one in node]
    if not isinstance(node, dict):
        return node
    if "Fn::If" in node:
        name, yes, no = node["Fn::If"]
        return _chosen(yes if name == f"Is{stage.title()}" else no, stage)
    below = {key: _chosen(value, stage) for key, value in node.items()}
    return {
        key: value
        for key, value in below.items()
        if value != {"Ref": "AWS::NoValue"}
        and not (
            isinstance(value, dict)
            and value.get("Condition") not in (None, f"Is{stage.title()}")
        )
    }


class _Walk:
    """What callers meet in one order of the steps, at each moment of it."""

    def __init__(self, old: Template_, new: Template_) -> None:
        self.old, self.new = old, new
        self.halves = {"code": "old", "configuration": "old"}
        self.versions = {name: ("old", "old") for name in old if "Version" in name}
        self.alias = _points(old)
        self.target = self.deployed = _invokes(old)
        self.deployments: Template_ = {
            name: self.target for name in ("One", "Two") if name in old
        }
        self.permissions = dict(_permits(old))
        self.mixed, self.denied = [self.met()[0]], [self.met()[1]]

    def take(self, step: str) -> None:
        if step in self.halves:
            self.halves[step] = "new"
        elif step.startswith("Version"):
            self.versions.setdefault(step, self.both())
        elif step == "Live":
            self.alias = _points(self.new)
        elif step in ("Hourly", "Get"):
            self.target = _invokes(self.new)
        elif step in ("One", "Two"):
            # One that is there already is not made again.
            self.deployments.setdefault(step, self.target)
        elif step == "Prod":
            deployment = self.new["Prod"]["Properties"]["DeploymentId"]["Ref"]
            self.deployed = self.deployments[deployment]
        elif step == "clean-up":
            self.permissions = dict(_permits(self.new))
        else:
            on = dict(_permits(self.new)).get((step, json.dumps(self.new[step])))
            if on is not None:
                self.permissions[step, json.dumps(self.new[step])] = on
        mixed, denied = self.met()
        self.mixed.append(mixed)
        self.denied.append(denied)

    def both(self) -> tuple[str, str]:
        return self.halves["code"], self.halves["configuration"]

    def invoked(self) -> str:
        return self.deployed if "Prod" in self.new else self.target

    def met(self) -> tuple[str, bool]:
        invoked = self.invoked()
        return self.state(invoked), invoked not in self.permissions.values()

    def state(self, invoked: str) -> str:
        behind = self.alias if invoked == "live" else invoked
        both = self.versions[behind] if behind else self.both()
        changed = {
            half
            for half, name in zip(both, self.halves)
            if _function(self.old, name) != _function(self.new, name)
        }
        return "mixed" if len(changed) > 1 else "".join(changed) or "old"


def _function(side: Template_, half: str) -> Any:
    properties = side["Orders"]["Properties"]
    return properties["Code"] if half == "code" else properties.get("Timeout")


def _points(side: Template_) -> str:
    """The version behind the alias, empty for ``$LATEST``."""
    node = side.get("Live", {}).get("Properties", {}).get("FunctionVersion")
    return node["Fn::GetAtt"][0] if isinstance(node, dict) else ""


def _qualifier(node: Any) -> str:
    """What stands behind the function: empty, live or the name of a version."""
    name = node.get("Ref", "")
    return "live" if name == "Live" else str(name)


def _invokes(side: Template_) -> str:
    if "Hourly" in side:
        return _qualifier(side["Hourly"]["Properties"]["Targets"][0]["Arn"])
    uri = side["Get"]["Properties"]["Integration"]["Uri"]
    return _qualifier(uri["Fn::Sub"][1]["I"])


def _permits(side: Template_) -> Iterator[tuple[tuple[str, str], str]]:
    """The permissions for the source that invokes; what for which qualifier."""
    for name in ("P1", "P2", "P3", "P4"):
        properties = side.get(name, {}).get("Properties", {})
        if properties and properties.get("SourceArn") != OTHERS_ARN:
            yield (name, json.dumps(side[name])), _qualifier(properties["FunctionName"])


def _orders(steps: list[str], waits: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Every order of the steps in which each comes after what it waits for."""
    if not steps:
        yield []
    for step in steps:
        rest = [one for one in steps if one != step]
        if not waits[step] & set(rest):
            for order in _orders(rest, waits):
                yield [step, *order]


def _walks(old: Template_, new: Template_) -> Iterator[_Walk]:
    calls = [
        half
        for half in ("code", "configuration")
        if _function(old, half) != _function(new, half)
    ]
    others = [name for name in new if name != "Orders" and new[name] != old.get(name)]
    waits = {name: _waits_for(new, name, set()) for name in others}
    for step in waits:
        if "Orders" in waits[step]:
            waits[step] |= set(calls)
    waits |= {call: set() for call in calls}
    for order in _orders([*calls, *others], waits):
        walk = _Walk(old, new)
        for step in [*order, "clean-up"]:
            walk.take(step)
        yield walk


def _hazards(old: Template_, new: Template_) -> set[str]:
    """The rules that must speak: of what every order of an update has."""
    walks = list(_walks(old, new))
    first = walks[0]
    is_old = [_function(old, half) == _function(new, half) for half in first.halves]
    found = set()
    is_moved = _invokes(old) != _invokes(new)
    if all("mixed" in walk.mixed for walk in walks):
        found.add("W9831")
    # Of what the template invokes: an API that is not deployed is another fault.
    invoked = _invokes(new)
    if not all(is_old) and all(walk.state(invoked) == "old" for walk in walks):
        found.add("W9832")
    if is_moved and not first.denied[0]:
        ends = [walk.denied[-1] for walk in walks]
        if not any(ends) and all(any(walk.denied) for walk in walks):
            found.add("W9834")
        if all(ends) and all(walk.invoked() == _invokes(old) for walk in walks):
            found.add("W9834")
    versions = [{name for name in side if "Version" in name} for side in (old, new)]
    if all(is_old) and versions[0] and versions[1] - versions[0]:
        found.add("W9835")
    return found


def _is_circular(side: Template_) -> bool:
    return any(name in _waits_for(side, name, set()) for name in side)


@fuzzed(250, at_least=20_000)
@given(_updates())
def test_rules_say_what_every_order_has(sides: tuple[Template_, Template_]) -> None:
    defaults = [_chosen(side["Resources"], "prod") for side in sides]
    others = [
        [_chosen(side["Resources"], stage) for side in sides]
        for stage in ("dev", "another")
    ]
    if any(_is_circular(side) for stack in (defaults, *others) for side in stack):
        return
    with TemporaryDirectory() as folder:
        for name, side in zip(("before", "after"), sides):
            (Path(folder) / f"{name}.json").write_text(json.dumps(side))
        cfn = configured(
            Path(folder) / "after.json", baseline_path=f"{folder}/before.json"
        )
        said = {
            "W9831": update_of(cfn).concurrent,
            "W9832": update_of(cfn).unpublished,
            "W9834": list(gaps(cfn)),
            "W9835": list(redundant_versions(cfn)),
        }
        expected = _hazards(*defaults)
        timeline = timeline_of(cfn)
        assert timeline is not None
        kinds = {hazard.kind for hazard in timeline.hazards}
        assert (Kind.RACE in kinds) is ("W9831" in expected)
        assert (Kind.REFUSED in kinds) is ("W9835" in expected)
        if _is_deployed(*defaults):
            assert (Kind.STALE in kinds) is ("W9832" in expected)
        # What the defaults do not choose counts where they are silent.
        for stack in others:
            expected |= _hazards(*stack)
        # Decided: a function must be shielded after the update as well.
        if _meets_latest(defaults[1]) and _changes_both(*defaults):
            expected.add("W9831")
        assert {rule for rule, found in said.items() if found} == expected


def _is_deployed(old: Template_, new: Template_) -> bool:
    """Whether callers come to what the template says in the end."""
    return all(walk.invoked() == _invokes(new) for walk in _walks(old, new))


def _meets_latest(side: Template_) -> bool:
    invoked = _invokes(side)
    return not invoked or (invoked == "live" and not _points(side))


def _changes_both(*sides: Template_) -> bool:
    return all(
        _function(sides[0], half) != _function(sides[1], half)
        for half in ("code", "configuration")
    )
