"""Decisions that could be left out of the code before a test here noticed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.template import Evaluator
from cfn_lint_lambda_race.update import update_of
from tests.linting import lint_template, messages, paths
from tests.test_change_set import change, described, detail
from tests.test_git import Work
from tests.test_updates import configured, parameter, resource, sam, stack, update

FN: Any = {"Ref": "Orders"}
ARN: Any = {"Fn::GetAtt": ["Orders", "Arn"]}


# -- values ------------------------------------------------------------------------


def _texts(node: Any, *sets: Any, **conditions: Any) -> list[str]:
    parameters = {
        "Stage": {"Type": "String", "Default": "dev"},
        "Open": {"Type": "String"},
    }
    always = {"Fn::Equals": ["a", "a"]}
    prod = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    template = {
        "Parameters": parameters,
        "Conditions": {
            "Always": always,
            "Never": {"Fn::Not": [{"Condition": "Always"}]},
            "IsProd": prod,
            **conditions,
        },
    }
    return [str(found.value) for found in Evaluator(template, sets).evaluate(node)]


@pytest.mark.parametrize(
    "condition",
    [
        {"Fn::And": [{"Condition": "Always"}, {"Condition": "IsProd"}]},
        {"Fn::Or": [{"Condition": "Never"}, {"Condition": "IsProd"}]},
        {"Fn::Unknown": [{"Condition": "Always"}, {"Condition": "Always"}]},
        {"Fn::Equals": ["a", "b", "c"]},
        {"Fn::Not": [{"Condition": "Always"}, {"Condition": "Always"}]},
    ],
)
def test_what_does_not_decide_a_condition(condition: Any) -> None:
    assert _texts({"Fn::If": ["C", "a", "b"]}, C=condition) == ["a", "b"]


def test_a_default_that_was_taken_decides_conditions_beside_it() -> None:
    choice = {"Fn::If": ["IsProd", "1", "2"]}
    assert _texts({"Fn::Join": ["", [{"Ref": "Stage"}, choice]]}) == ["dev2"]


def test_a_set_of_parameters_that_leaves_one_out_says_nothing_of_it() -> None:
    sets = {"Stage": "prod"}, {"Open": "x"}
    assert _texts({"Ref": "Stage"}, *sets) == ["prod"]


# -- targets -----------------------------------------------------------------------


@pytest.mark.parametrize("api", [{"Ref": "Elsewhere"}, "a1b2c3d4e5"])
@pytest.mark.parametrize("kind", ["Api", "HttpApi"])
def test_an_event_of_an_api_elsewhere_is_only_a_permission(
    tmp_path: Path, kind: str, api: Any
) -> None:
    key = "RestApiId" if kind == "Api" else "ApiId"
    event = {"Path": "/", "Method": "get", key: api}
    template = sam(
        {"Events": {"Web": {"Type": kind, "Properties": event}}},
        Parameters={"Elsewhere": parameter()},
    )
    assert paths(lint_template(tmp_path, template), "W9810") == []


@pytest.mark.parametrize("end", ["/invocations", ""])
def test_an_integration_may_leave_out_what_it_asks_for(
    tmp_path: Path, end: str
) -> None:
    path = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    method = resource(
        "ApiGateway::Method",
        HttpMethod="GET",
        Integration={
            "Type": "AWS_PROXY",
            "Uri": {"Fn::Join": ["", [path, ARN, end]]},
        },
    )
    matches = lint_template(tmp_path, stack(Resources={"Method": method}))
    place = "Resources/Method/Properties/Integration/Uri"
    assert paths(matches, "W9810")[1:] == [place]


def test_each_item_of_a_list_says_its_own_protocol(tmp_path: Path) -> None:
    protocols = ("sqs", "lambda", "https")
    topic = resource(
        "SNS::Topic",
        Subscription=[{"Protocol": one, "Endpoint": ARN} for one in protocols],
    )
    found = paths(lint_template(tmp_path, stack(Resources={"Topic": topic})), "W9810")
    assert found[1:] == ["Resources/Topic/Properties/Subscription/1/Endpoint"]


# -- what is attached --------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "is_wrong"), [("function", True), ("spot-fleet", False)]
)
def test_only_a_scalable_target_of_a_function_is_one(
    tmp_path: Path, kind: str, is_wrong: bool
) -> None:
    version = {"Fn::GetAtt": ["Version", "Version"]}
    template = stack(
        invoked={"Ref": "Live"},
        Resources={
            "Version": resource("Lambda::Version", FunctionName=FN),
            **{
                name: resource(
                    "Lambda::Alias",
                    FunctionName=FN,
                    FunctionVersion=version,
                    Name=name.lower(),
                )
                for name in ("Live", "Next")
            },
            "Scaling": resource(
                "ApplicationAutoScaling::ScalableTarget",
                ResourceId={"Fn::Sub": f"{kind}:${{Orders}}:next"},
            ),
        },
    )
    place = ["Resources/Scaling/Properties/ResourceId"] if is_wrong else []
    assert paths(lint_template(tmp_path, template), "W9812") == place


def test_settings_of_functions_elsewhere_are_not_each_other_s(tmp_path: Path) -> None:
    def arn(name: str) -> str:
        return f"arn:aws:lambda:us-east-1:123456789012:function:{name}"

    def template(named: str) -> dict[str, Any]:
        config = resource(
            "Lambda::EventInvokeConfig",
            FunctionName=named,
            Qualifier="live",
            MaximumRetryAttempts=0,
        )
        found = stack(invoked=arn("carts:next"), Resources={"Config": config})
        found["Resources"]["Orders"]["Properties"]["FunctionName"] = "carts"
        return found

    config = ["Resources/Config/Properties/Qualifier"]
    assert paths(lint_template(tmp_path, template("carts")), "W9812") == config
    elsewhere = template(arn("shop"))
    del elsewhere["Resources"]["Orders"]["Properties"]["FunctionName"]
    assert paths(lint_template(tmp_path, elsewhere), "W9812") == []


# -- what leaves -------------------------------------------------------------------


def test_a_sam_machine_s_own_policies_serve_the_machine(tmp_path: Path) -> None:
    def template(invoked: Any) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction"}
        task = {"Type": "Task", "Resource": invoked, "End": True}
        return sam(
            {"Events": None},
            Resources={
                "Machine": resource(
                    "Serverless::StateMachine",
                    Definition={"StartAt": "Task", "States": {"Task": task}},
                    Policies=[{"Statement": [{**statement, "Resource": ARN}]}],
                )
            },
        )

    matches = lint_template(tmp_path, template(ARN))
    assert len(paths(matches, "W9810")) == 1
    assert paths(matches, "I9813") == []
    elsewhere = template("arn:aws:states:::sqs:sendMessage")
    assert len(paths(lint_template(tmp_path, elsewhere), "I9813")) == 1


def test_an_arn_that_is_written_out_leaves_too(tmp_path: Path) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:orders"
    template = stack(
        {"FunctionName": "orders"},
        Outputs={"Arn": {"Value": arn}, "Name": {"Value": "orders"}},
    )
    found = paths(lint_template(tmp_path, template), "I9813")
    assert found == ["Outputs/Arn/Value"]


# -- layers ------------------------------------------------------------------------


def test_a_layer_that_is_wrong_in_two_ways_says_when_in_which(tmp_path: Path) -> None:
    layer = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension"
    template = stack(
        {
            "Architectures": [{"Ref": "Arch"}],
            "Layers": [{"Fn::FindInMap": ["Twins", {"Ref": "Arch"}, "layer"]}],
        },
        Parameters={"Arch": parameter(AllowedValues=["arm64", "x86-64"])},
        Mappings={
            "Twins": {"arm64": {"layer": f"{layer}:1"}, "x86-64": {"layer": "x"}}
        },
    )
    template["Parameters"]["Arch"]["AllowedValues"] = ["arm64", "x86_64"]
    template["Mappings"]["Twins"]["x86_64"] = {"layer": f"{layer}-ARM:1"}
    found = messages(lint_template(tmp_path, template), "W9820")
    assert found
    assert all("Arch is" in message for message in found)


# -- updates -----------------------------------------------------------------------


def test_an_alias_of_another_function_publishes_nothing_of_this(
    tmp_path: Path,
) -> None:
    def template(key: str) -> dict[str, Any]:
        found = stack({"Code": {"S3Bucket": "b", "S3Key": key}})
        found["Resources"]["Other"] = stack()["Resources"]["Orders"]
        found["Resources"]["Live"] = resource(
            "Lambda::Alias",
            FunctionName={"Ref": "Other"},
            FunctionVersion="7",
            Name="live",
        )
        del found["Resources"]["Invocation"]
        return found

    assert update(tmp_path, template("one"), template("two")).unpublished == ()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_the_files_of_an_image_publish_where_they_differ(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    template = sam(
        {
            "AutoPublishAlias": "live",
            "CodeUri": None,
            "Handler": None,
            "Runtime": None,
            "PackageType": "Image",
        }
    )
    template["Resources"]["Orders"]["Metadata"] = {"DockerContext": "src"}
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    work.write({"template.json": json.dumps(template), "src/app.py": "one\n"})
    work.git("add", "--all")
    work.git(*identity, "commit", "-q", "-m", "a commit")
    work.write({"src/app.py": "two\n"})
    cfn = configured(work.root / "template.json", baseline_ref="HEAD")
    assert update_of(cfn).problem == ""
    assert update_of(cfn).unpublished == ()


def test_what_is_sure_once_in_a_change_set_is_sure(tmp_path: Path) -> None:
    sure, unsure = detail("Layers"), detail("Layers", "Dynamic")
    for details in ((sure, unsure), (unsure, sure), (unsure,)):
        document = described(change(detail("Code"), *details))
        path = tmp_path / "change-set.json"
        path.write_text(json.dumps(document))
        (tmp_path / "template.json").write_text(json.dumps(stack()))
        cfn = configured(tmp_path / "template.json", change_set=str(path))
        (found,) = update_of(cfn).concurrent
        assert found.is_certain == (sure in details)
