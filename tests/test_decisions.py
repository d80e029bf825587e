"""Decisions that could be left out of the code before a test here noticed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race.template import Evaluator, _evaluator, literal, read
from cfn_lint_lambda_race.update import update_of
from tests import linting
from tests.building import parameter, resource, sam, stack, variables
from tests.change_sets import change, described, detail
from tests.linting import lint_template, messages, paths
from tests.repositories import Work
from tests.updates import configured, update

FN: Any = {"Ref": "Orders"}
ARN: Any = {"Fn::GetAtt": ["Orders", "Arn"]}
PROPERTIES: Any = linting.FUNCTION["Properties"]


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


TWO_SETS = ({"Stage": "prod", "Open": "x"}, {"Stage": "dev", "Open": "y"})


def test_what_sets_of_parameters_give_is_given_together() -> None:
    assert _texts({"Fn::Sub": "${Stage}-${Open}"}, *TWO_SETS) == ["prod-x", "dev-y"]
    # One parameter is looked at; the other one decides the condition.
    choice = {"Fn::If": ["IsProd", "live", "beta"]}
    node = {"Fn::Join": [":", [{"Ref": "Open"}, choice]]}
    cfn = Template("template.json", _with_stage(node), ["us-east-1"])
    sets = [SimpleNamespace(parameters=values) for values in TWO_SETS]
    cfn.context = cfn.context.evolve(parameter_sets=sets)
    reading = read(cfn)
    found = reading.evaluator.evaluate(node)
    possible = [str(one.value) for one in found if reading.possible(one.when)]
    assert possible == ["x:live", "y:beta"]


def _with_stage(value: Any) -> dict[str, Any]:
    return {
        "Parameters": {"Stage": {"Type": "String"}, "Open": {"Type": "String"}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Resources": {"Orders": linting.FUNCTION},
        "Outputs": {"Value": {"Value": value}},
    }


def test_what_was_read_before_leaves_room_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bound is for one value, not for all of a large template."""
    monkeypatch.setattr(_evaluator, "MAX_STEPS", 20)
    evaluator = Evaluator({})
    node = {"Fn::Join": ["-", ["a", {"Fn::Join": ["-", ["b", "c"]]}]]}
    for _ in range(20):
        assert [str(found.value) for found in evaluator.evaluate(node)] == ["a-b-c"]


def test_what_is_never_there_has_no_value_that_matters(tmp_path: Path) -> None:
    """A branch that can only hold where the resource that it names does not exist."""
    attribute = {"Fn::GetAtt": ["Orders", "Arn"]}
    template = _with_stage({"Fn::If": ["IsProd", "none", attribute]})
    template["Resources"]["Orders"] = {**linting.FUNCTION, "Condition": "IsProd"}
    assert lint_template(tmp_path, template) == []
    queue = {"Type": "AWS::SQS::Queue", "Condition": "IsProd"}
    template["Resources"]["Queue"] = queue
    value = {"Fn::If": ["IsProd", "none", {"Fn::GetAtt": ["Queue", "Arn"]}]}
    template["Outputs"]["Value"]["Value"] = value
    assert lint_template(tmp_path, template) == []


def test_a_name_means_the_function_that_is_there(tmp_path: Path) -> None:
    named = {**PROPERTIES, "FunctionName": "orders"}
    function = {"Type": "AWS::Lambda::Function", "Properties": named}
    template = _with_stage("")
    template["Resources"] = {
        "Orders": {**function, "Condition": "IsProd"},
        "Rule": resource(
            "Events::Rule",
            ScheduleExpression="rate(1 day)",
            Targets=[
                {
                    "Id": "a",
                    "Arn": {
                        "Fn::If": [
                            "IsProd",
                            "arn:aws:sqs:us-east-1:123456789012:orders",
                            "arn:aws:lambda:us-east-1:123456789012:function:orders",
                        ]
                    },
                }
            ],
        ),
    }
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert "$LATEST of Orders" not in message


def test_an_alias_of_latest_in_the_other_scenario_is_none(tmp_path: Path) -> None:
    template = stack(
        {},
        Resources={
            "Version": resource("Lambda::Version", FunctionName=FN),
            "Live": resource(
                "Lambda::Alias",
                FunctionName=FN,
                Name="live",
                FunctionVersion={
                    "Fn::If": [
                        "IsProd",
                        {"Fn::GetAtt": ["Version", "Version"]},
                        "$LATEST",
                    ]
                },
            ),
            "Topic": resource(
                "SNS::Topic",
                Subscription=[
                    {
                        "Protocol": "lambda",
                        "Endpoint": {"Fn::If": ["IsProd", {"Ref": "Live"}, "none"]},
                    }
                ],
            ),
        },
        Parameters={"Stage": parameter()},
        Conditions={"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    )
    matches = lint_template(tmp_path, template)
    assert paths(matches, "W9811") != []
    assert [path for path in paths(matches, "W9810") if "Topic" in path] == []


# -- targets -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["onEvent", "isComplete", "onTimeout"])
def test_each_part_of_the_cdk_s_framework_is_the_deployment_s(
    name: str, tmp_path: Path
) -> None:
    def template(handler: str) -> dict[str, Any]:
        caller = {**PROPERTIES, "Handler": handler}
        caller.update(variables(ORDERS=ARN))
        return stack({}, Resources={"Caller": resource("Lambda::Function", **caller)})

    assert paths(lint_template(tmp_path, template(f"framework.{name}")), "I9813") == []
    assert paths(lint_template(tmp_path, template("index.handler")), "I9813") != []


def test_a_type_of_an_event_may_be_a_parameter(tmp_path: Path) -> None:
    event = {"Type": {"Ref": "Kind"}, "Properties": {"Path": "/", "Method": "get"}}
    template = sam(
        {"Events": {"Get": event}}, Parameters={"Kind": parameter(Default="Api")}
    )
    matches = lint_template(tmp_path, template)
    assert "E0002" not in {match.rule.id for match in matches}


def test_an_event_of_an_api_in_a_file_is_only_a_permission(tmp_path: Path) -> None:
    event = {"Path": "/", "Method": "get", "RestApiId": {"Ref": "Api"}}
    api = resource("Serverless::Api", StageName="prod", DefinitionUri="api.yaml")
    template = sam(
        {"Events": {"Get": {"Type": "Api", "Properties": event}}},
        Resources={"Api": api},
    )
    assert paths(lint_template(tmp_path, template), "W9810") == []


@pytest.mark.parametrize("qualifier", [["live"], {"a": "live"}, 7])
def test_a_malformed_qualifier_is_unknown(qualifier: Any, tmp_path: Path) -> None:
    invoke = {"FunctionName": ARN, "Qualifier": qualifier}
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
    definition = {"StartAt": "A", "States": {"A": {**task, "Parameters": invoke}}}
    template = stack(
        {},
        Resources={
            "Machine": resource("StepFunctions::StateMachine", Definition=definition)
        },
    )
    matches = lint_template(tmp_path, template)
    assert "E0002" not in {match.rule.id for match in matches}
    assert not [path for path in paths(matches, "W9810") if "Machine" in path]


def test_a_definition_with_many_short_lists_is_read(tmp_path: Path) -> None:
    """What nests is bounded, not how much there is."""
    lists = "\n".join(f"  - [{number}]" for number in range(1_200))
    state = "{Type: Task, End: true, Resource: ${Orders.Arn}}"
    text = f"StartAt: A\nStates:\n  A: {state}\nLists:\n{lists}\n"
    machine = resource(
        "StepFunctions::StateMachine", DefinitionString={"Fn::Sub": text}
    )
    template = stack({}, Resources={"Machine": machine})
    found = paths(lint_template(tmp_path, template), "W9810")
    assert "Resources/Machine/Properties/DefinitionString" in found


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


@pytest.mark.parametrize("output", [None, "text", [], {}, {"Value": None}])
def test_a_malformed_output_is_nothing(output: Any, tmp_path: Path) -> None:
    template = stack({}, Outputs={"A": output, "B": {"Value": ARN}})
    matches = lint_template(tmp_path, template)
    if not any(match.rule.id == "E0000" for match in matches):
        assert paths(matches, "I9813") == ["Outputs/B/Value"]


@pytest.mark.parametrize("output", [None, "text", {}, {"Description": "none"}])
def test_a_malformed_output_of_a_nested_template_is_nothing(
    output: Any, tmp_path: Path
) -> None:
    nested = {
        "Parameters": {"Orders": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"A": output},
    }
    (tmp_path / "nested.json").write_text(json.dumps(nested))
    stack_ = resource(
        "CloudFormation::Stack", TemplateURL="nested.json", Parameters={"Orders": ARN}
    )
    matches = lint_template(tmp_path, stack({}, Resources={"Nested": stack_}))
    assert {"E0002", "I9813"}.isdisjoint(match.rule.id for match in matches)


def test_an_output_that_names_a_policy_holds_nothing_of_it(tmp_path: Path) -> None:
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": ARN}
    policy = resource("IAM::ManagedPolicy", PolicyDocument={"Statement": [statement]})
    template = stack(
        {}, Resources={"Policy": policy}, Outputs={"P": {"Value": {"Ref": "Policy"}}}
    )
    matches = lint_template(tmp_path, template)
    assert [path.split("/")[1] for path in paths(matches, "I9813")] == ["Policy"]
    assert "E0002" not in {match.rule.id for match in matches}


def test_a_connector_to_a_function_elsewhere_leaves_nothing(tmp_path: Path) -> None:
    destination = {
        "Type": "AWS::Lambda::Function",
        "Arn": "arn:aws:lambda:us-east-1:123456789012:function:elsewhere",
    }
    connector = resource(
        "Serverless::Connector",
        Source={"Id": "Orders"},
        Destination=destination,
        Permissions=["Write"],
    )
    template = sam({}, Resources={"Connector": connector})
    assert paths(lint_template(tmp_path, template), "I9813") == []


# -- layers ------------------------------------------------------------------------


def test_what_a_layer_declares_may_be_unknown_where_sam_builds_it(
    tmp_path: Path,
) -> None:
    layer = resource(
        "Serverless::LayerVersion",
        ContentUri="layer/",
        CompatibleArchitectures=[{"Ref": "Arch"}],
    )
    layer["Metadata"] = {"BuildMethod": "makefile", "BuildArchitecture": "arm64"}
    template = sam(
        {"Layers": [{"Ref": "Layer"}]},
        Resources={"Layer": layer},
        Parameters={"Arch": parameter()},
    )
    matches = lint_template(tmp_path, template)
    assert {"E0002", "W9820"}.isdisjoint(match.rule.id for match in matches)


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


# -- what has a condition, a list or another form -------------------------------------


CHOICE: dict[str, Any] = {
    "Parameters": {"Stage": parameter()},
    "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
}
VERSIONED: dict[str, Any] = {
    "Version": resource("Lambda::Version", FunctionName=FN),
    "Live": resource(
        "Lambda::Alias",
        FunctionName=FN,
        FunctionVersion={"Fn::GetAtt": ["Version", "Version"]},
        Name="live",
    ),
}
LIVE: Any = {"Ref": "Live"}


def test_an_output_is_judged_where_it_is_there(tmp_path: Path) -> None:
    value = {"Fn::If": ["IsProd", LIVE, ARN]}
    template = stack({}, Resources=VERSIONED, **CHOICE)
    template["Outputs"] = {"Name": {"Value": value, "Condition": "IsProd"}}
    assert paths(lint_template(tmp_path, template), "I9813") == []
    del template["Outputs"]["Name"]["Condition"]
    assert paths(lint_template(tmp_path, template), "I9813") != []


def test_a_policy_that_a_role_names_serves_the_role(tmp_path: Path) -> None:
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": ARN}
    task = {"Type": "Task", "Resource": ARN, "End": True}
    template = stack(
        {},
        Resources={
            "Policy": resource(
                "IAM::ManagedPolicy", PolicyDocument={"Statement": [statement]}
            ),
            "Role": resource("IAM::Role", ManagedPolicyArns=[{"Ref": "Policy"}]),
            "Machine": resource(
                "StepFunctions::StateMachine",
                RoleArn={"Fn::GetAtt": ["Role", "Arn"]},
                Definition={"StartAt": "A", "States": {"A": task}},
            ),
        },
    )
    # The machine carries W9810: its policy is not a finding of its own.
    assert paths(lint_template(tmp_path, template), "I9813") == []
    task["Resource"] = "arn:aws:states:::sqs:sendMessage"
    assert len(paths(lint_template(tmp_path, template), "I9813")) == 1


def _definition(path: str, function: str) -> dict[str, Any]:
    """An API of one operation, which invokes a function by a text of `Fn::Sub`."""
    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        f"{function}/invocations"
    )
    integration = {"type": "aws_proxy", "uri": {"Fn::Sub": uri}}
    method = {"x-amazon-apigateway-integration": integration}
    return {"openapi": "3.0.1", "paths": {path: {"get": method}}}


@pytest.mark.parametrize(("kind", "name"), [("Api", "RestApiId"), ("HttpApi", "ApiId")])
def test_an_event_permits_the_api_that_it_names(
    kind: str, name: str, tmp_path: Path
) -> None:
    api = resource(
        f"Serverless::{kind}",
        StageName="prod",
        DefinitionBody=_definition("/", "${Orders.Arn}:7"),
    )
    event = {"Path": "/", "Method": "get", name: {"Ref": "Shop"}}
    events = {"Hourly": None, "Get": {"Type": kind, "Properties": event}}
    template = sam({"Events": events}, Resources={"Shop": api})
    del template["Resources"]["Orders"]["Properties"]["Events"]["Hourly"]
    found = paths(lint_template(tmp_path, template), "W9812")
    assert found == ["Resources/Orders/Properties/Events/Get"]


def test_a_parameter_may_hold_the_layers(tmp_path: Path) -> None:
    arn = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension"
    layers = f"{arn}-ARM:1,{arn}:1"
    template = stack(
        {"Architectures": ["arm64"], "Layers": {"Ref": "Layers"}},
        Parameters={"Layers": {"Type": "CommaDelimitedList", "Default": layers}},
    )
    (message,) = messages(lint_template(tmp_path, template), "W9820")
    assert message.startswith("Layer Datadog-Extension runs on x86_64 only")


def test_a_parameter_may_hold_what_a_statement_allows(tmp_path: Path) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function"
    task = {"Type": "Task", "Resource": LIVE, "End": True}
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction"}
    policy = {"Statement": [{**statement, "Resource": {"Ref": "Arns"}}]}
    template = stack(
        {"FunctionName": "orders"},
        Resources={
            **VERSIONED,
            "Role": resource("IAM::Role", Policies=[{"PolicyDocument": policy}]),
            "Machine": resource(
                "StepFunctions::StateMachine",
                RoleArn={"Fn::GetAtt": ["Role", "Arn"]},
                Definition={"StartAt": "A", "States": {"A": task}},
            ),
        },
        Parameters={"Arns": {"Type": "CommaDelimitedList"}},
    )
    for names, count in (("carts,orders", 1), ("carts,orders:live", 0)):
        default = ",".join(f"{arn}:{name}" for name in names.split(","))
        template["Parameters"]["Arns"]["Default"] = default
        assert len(paths(lint_template(tmp_path, template), "W9812")) == count, names


@pytest.mark.parametrize(("qualifier", "count"), [("next", 1), ("${Stage}", 0)])
def test_a_statement_on_an_unknown_qualifier_may_be_right(
    qualifier: str, count: int, tmp_path: Path
) -> None:
    allowed = {"Fn::Sub": f"${{Orders.Arn}}:{qualifier}"}
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction"}
    policy = {"Statement": [{**statement, "Resource": allowed}]}
    task = {"Type": "Task", "Resource": LIVE, "End": True}
    template = stack(
        {},
        Resources={
            **VERSIONED,
            "Role": resource("IAM::Role", Policies=[{"PolicyDocument": policy}]),
            "Machine": resource(
                "StepFunctions::StateMachine",
                RoleArn={"Fn::GetAtt": ["Role", "Arn"]},
                Definition={"StartAt": "A", "States": {"A": task}},
            ),
        },
        **CHOICE,
    )
    assert len(paths(lint_template(tmp_path, template), "W9812")) == count


def test_a_role_may_be_that_of_the_resource_that_is_named(tmp_path: Path) -> None:
    """The target of a gateway is invoked by the gateway's role."""
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": ARN}
    policy = {"Statement": [statement]}
    target = {"Mcp": {"Lambda": {"LambdaArn": LIVE}}}
    template = stack(
        {},
        Resources={
            **VERSIONED,
            "Role": resource("IAM::Role", Policies=[{"PolicyDocument": policy}]),
            "Gateway": resource(
                "BedrockAgentCore::Gateway", RoleArn={"Fn::GetAtt": ["Role", "Arn"]}
            ),
            "Tools": resource(
                "BedrockAgentCore::GatewayTarget",
                GatewayIdentifier={"Ref": "Gateway"},
                TargetConfiguration=target,
            ),
        },
    )
    (found,) = paths(lint_template(tmp_path, template), "W9812")
    assert found.startswith("Resources/Role/Properties/Policies/0/")


def test_a_connector_may_stand_at_its_source(tmp_path: Path) -> None:
    rule = resource(
        "Events::Rule",
        ScheduleExpression="rate(1 day)",
        Targets=[{"Id": "a", "Arn": {"Ref": "Orders.Alias"}}],
    )
    connector = {"Destination": {"Id": "Orders"}, "Permissions": ["Write"]}
    rule["Connectors"] = {"ToOrders": {"Properties": connector}}
    template = sam({"AutoPublishAlias": "live"}, Resources={"Rule": rule})
    (found,) = paths(lint_template(tmp_path, template), "W9812")
    assert found.startswith("Resources/Rule/Connectors/ToOrders")


def test_snap_start_of_a_function_that_nothing_here_invokes(tmp_path: Path) -> None:
    """Others' targets say nothing of it."""
    other = resource("Lambda::Function", **PROPERTIES)
    other["Properties"]["SnapStart"] = {"ApplyOn": "PublishedVersions"}
    template = stack({}, Resources={"Other": other})
    assert paths(lint_template(tmp_path, template), "W9812") == []
    other["Properties"], mine = PROPERTIES, other["Properties"]
    template["Resources"]["Orders"]["Properties"] = mine
    assert len(paths(lint_template(tmp_path, template), "W9812")) == 1


# -- what counts as right, and what is said of it -------------------------------------


@pytest.mark.parametrize(
    ("granted", "is_reported"), [(LIVE, False), ({"Fn::Sub": "${Orders}:next"}, True)]
)
def test_a_permission_for_the_account_counts_on_the_qualifier_that_is_invoked(
    granted: Any, is_reported: bool, tmp_path: Path
) -> None:
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": ARN}
    policy = {"Statement": [statement]}
    task = {"Type": "Task", "Resource": LIVE, "End": True}
    template = stack(
        {},
        Resources={
            **VERSIONED,
            "Role": resource("IAM::Role", Policies=[{"PolicyDocument": policy}]),
            "Machine": resource(
                "StepFunctions::StateMachine",
                RoleArn={"Fn::GetAtt": ["Role", "Arn"]},
                Definition={"StartAt": "A", "States": {"A": task}},
            ),
            "Permission": resource(
                "Lambda::Permission",
                Action="lambda:InvokeFunction",
                FunctionName=granted,
                Principal="123456789012",
            ),
        },
    )
    found = paths(lint_template(tmp_path, template), "W9812")
    assert len(found) == is_reported


def test_an_event_of_any_method_permits_each(tmp_path: Path) -> None:
    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        "${Orders.Alias}/invocations"
    )
    integration = {"type": "aws_proxy", "uri": {"Fn::Sub": uri}}
    method = {"x-amazon-apigateway-integration": integration}
    permission = resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=FN,
        Principal="apigateway.amazonaws.com",
    )

    def found(of_api: str, of_event: str) -> list[str]:
        paths_ = {"/orders": {of_api: method}}
        api = resource(
            "Serverless::Api",
            StageName="prod",
            DefinitionBody={"openapi": "3.0.1", "paths": paths_},
        )
        event = {"Path": "/orders", "Method": of_event, "RestApiId": {"Ref": "Shop"}}
        template = sam(
            {"AutoPublishAlias": "live"},
            Resources={"Shop": api, "Permission": permission},
        )
        properties = template["Resources"]["Orders"]["Properties"]
        properties["Events"] = {"Get": {"Type": "Api", "Properties": event}}
        return paths(lint_template(tmp_path, template), "W9812")

    any_method = "x-amazon-apigateway-any-method"
    assert found("get", "get") == found(any_method, "get") == found("get", "any") == []
    assert found("get", "post") == ["Resources/Permission/Properties/FunctionName"]


def test_what_sam_permits_for_its_own_event_is_enough(tmp_path: Path) -> None:
    permission = resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=FN,
        Principal="events.amazonaws.com",
    )
    template = sam({"AutoPublishAlias": "live"}, Resources={"Permission": permission})
    assert paths(lint_template(tmp_path, template), "W9812") == []


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


@pytest.mark.parametrize(
    ("architecture", "when"),
    [
        ("arm64", ""),
        ({"Fn::If": ["IsProd", "arm64", "x86_64"]}, " when IsProd is true"),
    ],
)
def test_a_layer_that_is_right_in_one_case_is_wrong_in_the_other(
    architecture: Any, when: str, tmp_path: Path
) -> None:
    layer = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:1"
    template = stack({"Architectures": [architecture], "Layers": [layer]}, **CHOICE)
    (message,) = messages(lint_template(tmp_path, template), "W9820")
    assert f"but Orders is arm64{when}:" in message


def test_a_parameter_that_also_names_the_function_does_not_mean_it(
    tmp_path: Path,
) -> None:
    other = resource("Lambda::Function", **PROPERTIES)
    other["Properties"] = {**PROPERTIES, **variables(A={"Ref": "Name"})}
    template = stack(
        {"FunctionName": {"Ref": "Name"}},
        Resources={"Other": other},
        Parameters={"Name": parameter()},
    )
    assert paths(lint_template(tmp_path, template), "I9813") == []


def test_the_alias_that_sam_publishes_is_the_cure(tmp_path: Path) -> None:
    def cure(**properties: Any) -> str:
        rule = resource(
            "Events::Rule",
            ScheduleExpression="rate(1 day)",
            Targets=[{"Id": "a", "Arn": ARN}],
        )
        template = sam({**properties}, Resources={"Rule": rule})
        matches = lint_template(tmp_path, template)
        (found,) = [
            match.message
            for match in matches
            if match.rule.id == "W9810" and match.message.startswith("Rule ")
        ]
        return str(found).rpartition("; ")[2]

    assert cure() == "set AutoPublishAlias on Orders and invoke that alias"
    assert cure(AutoPublishAlias="live") == "invoke !Ref Orders.Alias"


def test_a_key_may_be_a_number() -> None:
    """YAML has such keys; an intrinsic function is none of them."""
    assert _texts({"Fn::ToJsonString": {1: "a"}}) != []
    (found,) = Evaluator({}).evaluate({1: "a"})
    assert isinstance(found.value, dict)
    assert list(found.value.values()) == [literal("a")]


@pytest.mark.parametrize(("named", "is_replaced"), [("Shop", True), ("Office", False)])
def test_an_event_takes_over_the_operation_of_its_own_api(
    named: str, is_replaced: bool, tmp_path: Path
) -> None:
    shop = resource(
        "Serverless::Api",
        StageName="prod",
        MergeDefinitions=True,
        DefinitionBody=_definition("/orders", "${Orders.Arn}"),
    )
    office = resource("Serverless::Api", StageName="prod")
    event = {"Path": "/orders", "Method": "get", "RestApiId": {"Ref": named}}
    template = sam(
        {"AutoPublishAlias": "live"}, Resources={"Shop": shop, "Office": office}
    )
    properties = template["Resources"]["Orders"]["Properties"]
    properties["Events"] = {"Get": {"Type": "Api", "Properties": event}}
    found = paths(lint_template(tmp_path, template), "W9810")
    assert any("Shop" in path for path in found) is not is_replaced


@pytest.mark.parametrize(
    ("kind", "name", "api"),
    [
        ("Api", "RestApiId", "ServerlessRestApi"),
        ("HttpApi", "ApiId", "ServerlessHttpApi"),
    ],
)
def test_an_api_that_sam_makes_takes_what_globals_say(
    kind: str, name: str, api: str, tmp_path: Path
) -> None:
    authorizer = {"FunctionArn": ARN, "AuthorizerPayloadFormatVersion": "2.0"}
    event = {"Path": "/", "Method": "get", name: {"Ref": api}}
    template = sam(
        {},
        Globals={kind: {"Auth": {"Authorizers": {"A": authorizer}}}},
        Parameters={"Elsewhere": parameter()},
    )
    properties = template["Resources"]["Orders"]["Properties"]
    properties["Events"] = {"Get": {"Type": kind, "Properties": event}}
    where = f"Globals/{kind}/Auth/Authorizers/A/FunctionArn"
    assert where in paths(lint_template(tmp_path, template), "W9810")
    event[name] = {"Ref": "Elsewhere"}
    assert where not in paths(lint_template(tmp_path, template), "W9810")
