"""W9810: what is said of a target that invokes $LATEST.

Tests `_words.py` and `template/_reading.py` too.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race import UnqualifiedTarget
from cfn_lint_lambda_race._words import name_target, say_cases
from cfn_lint_lambda_race.template import ALWAYS, Reading, read
from cfn_lint_lambda_race.template._scenario import (
    CONDITION,
    PARAMETER,
    PARAMETER_SET,
    OtherValue,
    Scenario,
)
from tests import linting
from tests.building import ARN, resource, rule_for, sam
from tests.invoking import FN_ARN, OUTSIDE, PUBLISHED, SECTIONS, invoked_by, scheduled
from tests.linting import lint_template, messages, paths

SUMMARY = ("-x", "W9810:summary=true")


def test_an_alias_of_latest_is_unqualified_and_named() -> None:
    resources = deepcopy(PUBLISHED)
    resources["Alias"]["Properties"]["FunctionVersion"] = "$LATEST"
    pipe = {"Type": "AWS::Pipes::Pipe", "Properties": {"Target": {"Ref": "Alias"}}}
    template = {"Resources": {**resources, "Pipe": pipe}}
    reading = read(Template("template.json", template, ["us-east-1"]))
    (target,) = reading.targets
    (use,) = reading.unqualified_uses(target)
    assert (use.function, use.alias, use.when) == ("Fn", "Alias", ())


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({}, "invokes $LATEST of Fn through alias Alias, which"),
        # Not all of them go through it.
        ({"Other": rule_for(FN_ARN)}, "and 1 more target invoke $LATEST of Fn, which"),
    ],
)
def test_the_alias_of_latest_is_told_where_it_is_shared(
    others: dict[str, Any], words: str, tmp_path: Path
) -> None:
    resources = deepcopy(PUBLISHED)
    resources["Alias"]["Properties"]["FunctionVersion"] = "$LATEST"
    rule = rule_for({"Ref": "Alias"})
    template = {"Resources": {**resources, "Rule": rule, **others}}
    (message,) = messages(lint_template(tmp_path, template, *SUMMARY), "W9810")
    assert words in message


@pytest.mark.parametrize(
    ("kind", "properties", "cure"),
    [
        # Where the service takes no qualifier, the row tells the way round.
        (
            "AWS::IoTAnalytics::Pipeline",
            {"PipelineActivities": [{"Lambda": {"LambdaName": {"Ref": "Fn"}}}]},
            "name a thin function that invokes an alias",
        ),
        (
            "AWS::CloudFront::Distribution",
            {
                "DistributionConfig": {
                    "DefaultCacheBehavior": {
                        "LambdaFunctionAssociations": [
                            {"LambdaFunctionARN": {"Fn::GetAtt": "Fn.Arn"}}
                        ]
                    }
                }
            },
            "; invoke a published version",
        ),
    ],
    ids=["no qualifier", "versions only"],
)
def test_the_cure_is_one_that_the_service_takes(
    kind: str, properties: Any, cure: str, tmp_path: Path
) -> None:
    resources = {"Fn": linting.FUNCTION, "It": {"Type": kind, "Properties": properties}}
    found = messages(lint_template(tmp_path, {"Resources": resources}), "W9810")
    assert len(found) == 1
    assert cure in found[0]
    assert "invoke an alias of a published version" not in found[0]


def test_a_queue_is_read_by_the_function_s_own_role(tmp_path: Path) -> None:
    queue = "arn:aws:sqs:us-east-1:123456789012:orders"
    mapping = resource(
        "Lambda::EventSourceMapping", FunctionName=FN_ARN, EventSourceArn=queue
    )
    template = {"Resources": {"Fn": linting.FUNCTION, "It": mapping}}
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert message.endswith("invoke an alias of a published version")


def test_targets_that_need_different_cures_have_a_general_one(tmp_path: Path) -> None:
    edge = {"LambdaFunctionARN": FN_ARN, "EventType": "viewer-request"}
    behavior = {"LambdaFunctionAssociations": [edge]}
    activity = {"Lambda": {"LambdaName": {"Ref": "Fn"}, "BatchSize": 1}}
    resources = {
        "Fn": linting.FUNCTION,
        "Versions": resource(
            "CloudFront::Distribution",
            DistributionConfig={"DefaultCacheBehavior": behavior},
        ),
        "None": resource("IoTAnalytics::Pipeline", PipelineActivities=[activity]),
    }
    found = lint_template(tmp_path, {"Resources": resources}, *SUMMARY)
    (message,) = messages(found, "W9810")
    assert message.endswith("; invoke an alias of a published version")


# -- what exists under conditions --------------------------------------------------


def test_a_scenario_says_nothing_twice(tmp_path: Path) -> None:
    node = {"Fn::If": ["IsLive", {"Ref": "Alias"}, FN_ARN]}
    resources = {"Alias": PUBLISHED["Alias"], "Version": PUBLISHED["Version"]}
    template = scheduled(node, **{**SECTIONS, "Resources": resources})
    template["Resources"]["Rule"]["Condition"] = "IsTest"
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert " when " not in message


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        (
            {"Events": {"Tick": {"Fn::If": ["IsLive", {"Type": "Schedule"}, {}]}}},
            "Event Tick of Fn invokes",
        ),
        (
            {"FunctionUrlConfig": {"Fn::If": ["IsLive", {"AuthType": "NONE"}, {}]}},
            "The function URL of Fn invokes",
        ),
    ],
)
def test_a_place_in_a_branch_has_its_name(properties: Any, words: str) -> None:
    function = {"Type": "AWS::Serverless::Function", "Properties": properties}
    template = {**SECTIONS, "Resources": {"Fn": function}}
    reading = read(Template("template.json", template, ["us-east-1"]))
    (target,) = reading.targets
    assert words.startswith(name_target(reading, target))


# -- documents -----------------------------------------------------------------------


def test_a_destination_is_called_one(tmp_path: Path) -> None:
    function = {"Fn::GetAtt": ["Fn", "Arn"]}
    properties = {
        "FunctionName": "other",
        "Qualifier": "live",
        "DestinationConfig": {"OnFailure": {"Destination": function}},
    }
    template = invoked_by("AWS::Lambda::EventInvokeConfig", properties)
    [message] = messages(lint_template(tmp_path, template), "W9810")
    assert message.startswith("The OnFailure destination of Rule (")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("Stack/Shop/Orders/Resource", "of Shop/Orders (Fn),"),
        ("Stack/Orders", "of Orders (Fn),"),
        ("Stack/Resource", "of Resource (Fn),"),
        ("Stack", "of Fn,"),
        ("Stack/a\nb", "of Fn,"),
        (["Stack/Orders"], "of Fn,"),
    ],
)
def test_a_construct_has_its_name(path: Any, words: str, tmp_path: Path) -> None:
    template = scheduled({"Fn::GetAtt": ["Fn", "Arn"]})
    fn = {**template["Resources"]["Fn"], "Metadata": {"aws:cdk:path": path}}
    template["Resources"]["Fn"] = fn
    rule = template["Resources"]["Rule"]
    rule["Metadata"] = {"aws:cdk:path": "Stack/Shop/Nightly/Resource"}
    [message] = messages(lint_template(tmp_path, template), "W9810")
    assert message.startswith("Shop/Nightly (Rule, AWS::Events::Rule) invokes")
    assert words in message


@pytest.mark.parametrize(("qualifier", "is_refused"), [("", True), (":$LATEST", False)])
def test_a_durable_function_refuses_what_has_no_qualifier(
    qualifier: str, is_refused: bool, tmp_path: Path
) -> None:
    template = scheduled({"Fn::Sub": f"${{Fn.Arn}}{qualifier}"})
    fn = deepcopy(linting.FUNCTION)
    fn["Properties"]["DurableConfig"] = {"ExecutionTimeout": 60}
    template["Resources"]["Fn"] = fn
    [message] = messages(lint_template(tmp_path, template), "W9810")
    assert ("refuses" in message) == is_refused
    assert ("two steps" in message) != is_refused


def test_it_stands_where_a_serverless_template_in_json_says(tmp_path: Path) -> None:
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "CodeUri": "s3://artifacts/orders.zip",
            "Handler": "index.handler",
            "Runtime": "python3.13",
            "Events": {
                "Often": {
                    "Type": "Schedule",
                    "Properties": {"Schedule": "rate(5 minutes)"},
                }
            },
        },
    }
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Orders": function},
    }
    matches = lint_template(tmp_path, template)
    (found,) = [match for match in matches if match.rule.id == "W9810"]
    lines = (tmp_path / "template.json").read_text().splitlines()
    assert '"Often"' in lines[found.linenumber - 1]


def test_many_functions_of_one_target_are_one_finding(tmp_path: Path) -> None:
    arn = {"Fn::Sub": "arn:aws:lambda:us-east-1:123456789012:function:${Name}"}
    for count, told in ((12, 12), (13, 1)):
        names = [f"orders{number}" for number in range(count)]
        parameters = {"Name": {"Type": "String", "AllowedValues": names}}
        template = scheduled(arn, Parameters=parameters)
        found = messages(lint_template(tmp_path, template), "W9810")
        assert len(found) == told
    assert "$LATEST of orders0 or 12 more functions, which" in found[0]


@pytest.mark.parametrize("properties", [{}, {"AutoPublishAlias": "live"}])
def test_the_cure_for_many_functions_is_not_that_of_the_first(
    properties: dict[str, Any], tmp_path: Path
) -> None:
    names = [f"orders{number}" for number in range(13)]
    template = sam(
        {"FunctionName": "orders0", "Events": None, **properties},
        Parameters={"Name": {"Type": "String", "AllowedValues": names}},
        Resources={
            "Rule": rule_for(
                {"Fn::Sub": "arn:aws:lambda:us-east-1:123456789012:function:${Name}"}
            )
        },
    )
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert "$LATEST of Orders or 12 more functions, which" in message
    assert message.endswith("; invoke an alias of a published version")


@pytest.mark.parametrize(
    ("ignored", "count"),
    [
        (["AWS::Events::Rule"], 0),
        ("AWS::Events::Rule", 0),
        (["AWS::SNS::Topic", "AWS::Events::Rule"], 0),
        (["AWS::Events"], 1),
        ([], 1),
        (None, 1),
        (7, 1),
    ],
)
def test_types_of_targets_can_be_ignored(ignored: Any, count: int) -> None:
    rule = UnqualifiedTarget()
    rule.configure({"ignore_target_types": ignored})
    cfn = Template("t.json", scheduled(FN_ARN), ["us-east-1"])
    assert len(list(rule.match(cfn))) == count


# -- a summary ---------------------------------------------------------------------


def _rules(count: int, **more: Any) -> dict[str, Any]:
    return {
        f"Rule{number}": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": "rate(1 day)",
                "Targets": [{"Id": "t", "Arn": {"Fn::GetAtt": "Fn.Arn"}}],
            },
            **more,
        }
        for number in range(count)
    }


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "Rule0 (AWS::Events::Rule) invokes $LATEST of Fn, which"),
        (2, "Rule0 (AWS::Events::Rule) and 1 more target invoke $LATEST of Fn, which"),
        (20, "Rule0 (AWS::Events::Rule) and 19 more targets invoke $LATEST of Fn"),
    ],
)
def test_a_summary_counts_the_targets(count: int, words: str, tmp_path: Path) -> None:
    template = {"Resources": {**_rules(count), "Fn": deepcopy(linting.FUNCTION)}}
    assert len(messages(lint_template(tmp_path, template), "W9810")) == count
    found = lint_template(tmp_path, template, *SUMMARY)
    assert paths(found, "W9810") == ["Resources/Rule0/Properties/Targets/0/Arn"]
    (message,) = messages(found, "W9810")
    assert message.startswith(words)
    assert message.endswith("; invoke an alias of a published version")


def test_a_summary_has_a_finding_for_each_function(tmp_path: Path) -> None:
    others = _rules(5)
    for number in (3, 4):
        target = others[f"Rule{number}"]["Properties"]["Targets"][0]
        target["Arn"] = {"Fn::GetAtt": "Other.Arn"}
    functions = {name: deepcopy(linting.FUNCTION) for name in ("Fn", "Other")}
    template = {"Resources": {**others, **functions}}
    found = messages(lint_template(tmp_path, template, *SUMMARY), "W9810")
    assert ["2 more targets" in found[0], "1 more target " in found[1]] == [True, True]
    assert len(found) == 2


def test_a_summary_passes_over_what_is_ignored(tmp_path: Path) -> None:
    ignored = {"cfn-lint": {"config": {"ignore_checks": ["W9810"]}}}
    resources = _rules(3)
    resources["Rule0"]["Metadata"] = ignored
    template = {"Resources": {**resources, "Fn": deepcopy(linting.FUNCTION)}}
    found = lint_template(tmp_path, template, *SUMMARY)
    assert paths(found, "W9810") == ["Resources/Rule1/Properties/Targets/0/Arn"]
    assert " and 1 more target " in messages(found, "W9810")[0]


def test_a_summary_says_what_its_targets_share(tmp_path: Path) -> None:
    resources = _rules(2)
    choice = {"Fn::If": ["IsProd", {"Fn::GetAtt": "Fn.Arn"}, "arn:aws:sns:a:b:c"]}
    resources["Rule0"]["Properties"]["Targets"][0]["Arn"] = choice
    template = {
        "Parameters": {"Stage": {"Type": "String", "AllowedValues": ["a", "b"]}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "a"]}},
        "Resources": {**resources, "Fn": deepcopy(linting.FUNCTION)},
    }
    (message,) = messages(lint_template(tmp_path, template, *SUMMARY), "W9810")
    assert " and 1 more target invoke $LATEST of Fn, which" in message


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


def _one_of(*arns: str, **more: Any) -> dict[str, Any]:
    """A rule whose target a parameter chooses, by values that the template lists."""
    which = {"Type": "String", "AllowedValues": list(arns)}
    return scheduled({"Ref": "Which"}, Parameters={"Which": which}, **more)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, " when Which is a0, which"),
        (2, " when Which is a0 or Which is a1, which"),
        (3, " when Which is a0 or Which is a1 or in 1 more case, which"),
        (4, " when Which is a0 or Which is a1 or in 2 more cases, which"),
    ],
)
def test_a_few_cases_are_told_and_the_others_counted(
    count: int, words: str, tmp_path: Path
) -> None:
    names = [f"a{number}" for number in range(count)]
    ends = {**{name: {"end": ":$LATEST"} for name in names}, "b": {"end": ":live"}}
    end = {"Fn::FindInMap": ["Ends", {"Ref": "Which"}, "end"]}
    template = scheduled(
        {"Fn::Sub": [f"{OUTSIDE}${{End}}", {"End": end}]},
        Parameters={"Which": {"Type": "String", "AllowedValues": [*ends]}},
        Mappings={"Ends": ends},
    )
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert words in message


def test_what_is_so_in_each_case_names_none(tmp_path: Path) -> None:
    template = _one_of(OUTSIDE, f"{OUTSIDE}:$LATEST")
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert " when " not in message
    template = _one_of(OUTSIDE, f"{OUTSIDE}:$LATEST", "arn:aws:sns:a:b:c")
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert f" when Which is {OUTSIDE} or Which is " in message


def test_a_condition_that_follows_from_another_is_not_told(tmp_path: Path) -> None:
    conditions = {
        name: {"Fn::Equals": [{"Ref": "Stage"}, name]} for name in ("Live", "Test")
    }
    choice = {"Fn::If": ["Test", f"{OUTSIDE}:live", FN_ARN]}
    template = scheduled(
        {"Fn::If": ["Live", choice, f"{OUTSIDE}:live"]},
        Parameters={"Stage": {"Type": "String"}},
        Conditions=conditions,
    )
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert "$LATEST of Fn when Live is true, which" in message


def test_cases_that_differ_in_one_choice_alone_are_one() -> None:
    template = Template("t.json", {**scheduled(FN_ARN), **SECTIONS}, ["us-east-1"])
    reading = read(template)
    live, test = (
        ALWAYS.given(CONDITION, "IsLive", value) or ALWAYS for value in (True, False)
    )
    assert reading.simplified([live, test], ALWAYS) == [ALWAYS]
    assert reading.simplified([live], ALWAYS) == [live]
    # Where the other choice cannot be, the one says nothing.
    assert reading.simplified([live], live) == [ALWAYS]
    sets = [{"Open": "live"}, {"Open": "test"}]
    given = Reading(template, parameter_sets=sets)
    both = [ALWAYS.given(PARAMETER_SET, "", index) or ALWAYS for index in (0, 1)]
    assert given.simplified(both, ALWAYS) == [ALWAYS]
    assert given.simplified(both[:1], ALWAYS) == both[:1]
    assert reading.simplified([live, ALWAYS], ALWAYS) == [ALWAYS]
    # A case of another base stays as it is.
    other = both[0].merged(test) or ALWAYS
    assert given.simplified([other], live) == [other]
    # Of a region nobody knows the others.
    region = ALWAYS.given(PARAMETER, "AWS::Region", "eu-west-1") or ALWAYS
    assert reading.simplified([region], ALWAYS) == [region]


def test_a_case_leaves_out_what_the_given_values_decide() -> None:
    conditions = {
        name: {"Fn::Equals": [{"Ref": name}, "a"]} for name in ("First", "Second")
    }
    template = {**scheduled(FN_ARN), "Conditions": conditions}
    template["Parameters"] = {name: {"Type": "String"} for name in conditions}
    case = Scenario(frozenset({((CONDITION, name), True) for name in conditions}))
    cfn = Template("t.json", template, ["us-east-1"])
    for given, told in (("First", "Second"), ("Second", "First")):
        reading = Reading(cfn, parameter_sets=[{given: "a"}])
        assert reading.case(case, ALWAYS) == ALWAYS.given(CONDITION, told, True)


def test_a_durable_function_is_refused_whatever_else_is_invoked(tmp_path: Path) -> None:
    fn = deepcopy(linting.FUNCTION)
    fn["Properties"].update(FunctionName="fn", DurableConfig={"ExecutionTimeout": 60})
    arn = OUTSIDE.replace("elsewhere", "fn")
    template = _one_of(arn, f"{OUTSIDE}:live")
    template["Resources"]["Fn"] = fn
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert "which Lambda refuses for a durable function" in message


def test_a_summary_of_two_functions_refuses_the_durable_one_alone(
    tmp_path: Path,
) -> None:
    fn = deepcopy(linting.FUNCTION)
    fn["Properties"]["DurableConfig"] = {"ExecutionTimeout": 60}
    template = {"Resources": {**_rules(2), "Fn": fn}}
    latest = {"Fn::Sub": "${Fn.Arn}:$LATEST"}
    template["Resources"]["Rule1"]["Properties"]["Targets"][0]["Arn"] = latest
    (message,) = messages(lint_template(tmp_path, template, *SUMMARY), "W9810")
    assert "refuses" not in message


def test_an_alias_of_latest_is_one_of_its_own_function(tmp_path: Path) -> None:
    alias = {"FunctionName": OUTSIDE, "FunctionVersion": "$LATEST", "Name": "live"}
    resources = {"Alias": {"Type": "AWS::Lambda::Alias", "Properties": alias}}
    found: list[list[str]] = []
    for arn in ({"Ref": "Alias"}, f"{OUTSIDE}2:live"):
        template = scheduled(arn, Resources=deepcopy(resources))
        found.append(messages(lint_template(tmp_path, template), "W9810"))
    assert [len(one) for one in found] == [1, 0]
    # Also where nobody knows which function that is.
    template = scheduled({"Ref": "Alias"}, Resources=deepcopy(resources))
    unknown = {"Fn::ImportValue": "orders"}
    template["Resources"]["Alias"]["Properties"]["FunctionName"] = unknown
    assert len(messages(lint_template(tmp_path, template), "W9810")) == 1


@pytest.mark.parametrize(
    ("beside", "is_reported"),
    [
        ({}, True),
        ({"Qualifier": "$LATEST"}, True),
        ({"Qualifier": "live"}, False),
        # A path into the input, or JSONata: known at run time.
        ({"Qualifier.$": "$.alias"}, False),
        ({"Qualifier": "{% $alias %}"}, False),
    ],
)
@pytest.mark.parametrize("name", ["Parameters", "Arguments"])
def test_a_state_names_its_qualifier_beside_the_function(
    name: str, beside: Any, is_reported: bool, tmp_path: Path
) -> None:
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        name: {"FunctionName": FN_ARN, **beside},
    }
    definition = {"StartAt": "A", "States": {"A": state}}
    kind = "AWS::StepFunctions::StateMachine"
    template = invoked_by(kind, {"Definition": definition})
    assert len(messages(lint_template(tmp_path, template), "W9810")) == is_reported


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (["dev"], "Stage is not dev"),
        (["", "dev"], "Stage is neither empty nor dev"),
        (["a", "b", "c"], "Stage is none of a, b and c"),
        (["a", "b", "c", "d", "e"], "Stage is none of a, b, c and 2 more"),
    ],
)
def test_all_other_values_of_a_parameter(named: list[str], words: str) -> None:
    other = OtherValue(named)
    assert other not in named
    assert say_cases([Scenario(frozenset({((PARAMETER, "Stage"), other)}))]) == words
