"""Which function and which qualifier a value denotes.

Tests `template/_reading.py` too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import linting
from tests.building import (
    ARN,
    FN,
    LIVE,
    PROD_OR_DEV,
    PROPERTIES,
    alias_of,
    parameter,
    permission_on,
    resource,
    rule_for,
    stack,
    versioned,
    with_stage,
)
from tests.invoking import (
    FN_ARN,
    OUTSIDE,
    PUBLISHED,
    RULE,
    SECTIONS,
    invoked_by,
    scheduled,
)
from tests.linting import FUNCTION, lint_template, messages, paths

# -- what one value says in several ways --------------------------------------------


def test_each_function_of_a_statement_counts(tmp_path: Path) -> None:
    sql = "SELECT aws_lambda('${Fn.Arn}:live', *) AS a, aws_lambda('${Fn.Arn}', *) AS b"
    payload = {"Sql": {"Fn::Sub": f"{sql} FROM 'orders'"}, "Actions": []}
    template = invoked_by("AWS::IoT::TopicRule", {"TopicRulePayload": payload})
    found = paths(lint_template(tmp_path, template), "W9810")
    assert found == [f"{RULE}TopicRulePayload/Sql"]


@pytest.mark.parametrize(
    ("otherwise", "count"),
    [({"Ref": "AWS::NoValue"}, 1), ("$LATEST", 1), ("beta", 0)],
)
def test_each_branch_of_a_qualifier_counts(
    otherwise: Any, count: int, tmp_path: Path
) -> None:
    template = invoked_by(
        "AWS::Lambda::Url",
        {
            "AuthType": "NONE",
            "TargetFunctionArn": {"Fn::GetAtt": "Fn.Arn"},
            "Qualifier": {"Fn::If": ["IsLive", "live", otherwise]},
        },
        Parameters={"Stage": {"Type": "String"}},
        Conditions={"IsLive": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}},
    )
    found = messages(lint_template(tmp_path, template), "W9810")
    assert len(found) == count
    assert all("IsLive is false" in message for message in found)


def test_a_key_that_a_mapping_lacks_hides_no_other(tmp_path: Path) -> None:
    suffix = {"Fn::FindInMap": ["Stages", {"Ref": "Stage"}, "Suffix"]}
    template = scheduled(
        {"Fn::Join": ["", [{"Fn::GetAtt": "Fn.Arn"}, suffix]]},
        Parameters={"Stage": {"Type": "String", "AllowedValues": ["beta", "live"]}},
        Mappings={"Stages": {"live": {"Suffix": ":$LATEST"}}},
    )
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert "live" in message
    assert "beta" not in message


@pytest.mark.parametrize("latest", ["One", "Two"])
def test_aliases_of_one_name_exclude_each_other(latest: str, tmp_path: Path) -> None:
    aliases = {
        name: {
            "Type": "AWS::Lambda::Alias",
            "Condition": condition,
            "Properties": {
                "FunctionName": {"Ref": "Fn"},
                "FunctionVersion": "$LATEST" if name == latest else "7",
                "Name": "live",
            },
        }
        for name, condition in (("One", "IsTest"), ("Two", "IsLive"))
    }
    template = scheduled(
        {"Fn::Sub": "${Fn.Arn}:live"},
        Parameters={"Stage": {"Type": "String"}},
        Conditions={
            "IsLive": {"Fn::Equals": [{"Ref": "Stage"}, "live"]},
            "IsTest": {"Fn::Not": [{"Condition": "IsLive"}]},
        },
        Resources=aliases,
    )
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert latest in message


# -- one value in all its spellings ---------------------------------------------------

PARTITIONS = ("aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-f", "aws-eusc")
LIVE_OR_NOT = {"Fn::If": ["IsLive", "live", {"Ref": "AWS::NoValue"}]}
PIECES = {"Fn::Split": [":", {"Ref": "Alias"}]}


def _suffixed(*key: Any) -> dict[str, Any]:
    found = {"Suffix": {"Fn::FindInMap": list(key)}}
    return {"Fn::Sub": ["${Fn.Arn}${Suffix}", found]}


# The value, and below it the places of the findings; without a place, itself.
SPELLINGS: list[tuple[Any, tuple[str, ...]]] = [
    ({"Fn::GetAtt": "Fn.Arn"}, ("",)),
    ({"Ref": "Fn"}, ("",)),
    ("orders", ("",)),
    ("orders:$LATEST", ("",)),
    ("orders:live", ()),
    ("123456789012:function:orders", ("",)),
    ("123456789012:function:orders:live", ()),
    ("elsewhere", ()),
    ("elsewhere:$LATEST", ()),
    ("123456789012:function:elsewhere", ()),
    (OUTSIDE, ("",)),
    (f"{OUTSIDE}:$LATEST", ("",)),
    (f"{OUTSIDE}:$LATEST.PUBLISHED", ()),
    (f"{OUTSIDE}:live", ()),
    (f"{OUTSIDE}:7", ()),
    (f"{OUTSIDE}:", ()),
    (f"{OUTSIDE}:live:more", ()),
    (f"{OUTSIDE}/invocations", ()),
    *((OUTSIDE.replace(":aws:", f":{name}:"), ("",)) for name in PARTITIONS),
    *((f"{OUTSIDE}:7".replace(":aws:", f":{name}:"), ()) for name in PARTITIONS),
    ({"Fn::Sub": "${Fn.Arn}:$LATEST"}, ("",)),
    ({"Fn::Sub": "${Fn.Arn}:$LATEST.PUBLISHED"}, ()),
    ({"Fn::Sub": "${Fn.Arn}${Open}"}, ()),
    ({"Fn::Sub": "${Fn.Arn}:${Open}"}, ()),
    ({"Fn::Sub": "${Fn.Arn}:${Given}"}, ("",)),
    ({"Fn::Sub": "${Fn.Arn}:${Stage}"}, ()),
    ({"Fn::Sub": "${!Fn.Arn}"}, ()),
    ({"Fn::Sub": OUTSIDE.replace("elsewhere", "${AWS::StackName}-x")}, ("",)),
    ({"Fn::Sub": OUTSIDE.replace("elsewhere", "app-${Stage}")}, ("",)),
    ({"Fn::Sub": OUTSIDE.replace("elsewhere", "${Open}")}, ()),
    ({"Fn::Sub": OUTSIDE.replace("elsewhere", "${Open}") + ":$LATEST"}, ("",)),
    ({"Fn::Sub": OUTSIDE.replace("elsewhere", "{{resolve:ssm:/name}}")}, ()),
    ({"Fn::Join": [":", [FN_ARN, {"Ref": "AWS::NoValue"}]]}, ("",)),
    ({"Fn::Join": [":", [FN_ARN, LIVE_OR_NOT]]}, ("",)),
    ({"Fn::Join": [":", {"Fn::If": ["IsLive", [FN_ARN, "live"], [FN_ARN]]}]}, ("",)),
    ({"Fn::Join": [":", {"Ref": "OpenList"}]}, ()),
    ({"Fn::Join": ["", [{"Fn::Select": [6, PIECES]}, ":live"]]}, ()),
    ({"Fn::Select": [6, PIECES]}, ("",)),
    ({"Fn::Select": ["1", [{"Ref": "Alias"}, FN_ARN]]}, ("",)),
    ({"Fn::Select": [7, [FN_ARN]]}, ()),
    (_suffixed("Stages", {"Ref": "Stage"}, "Suffix"), ("",)),
    (_suffixed("Stages", "live", "Suffix"), ()),
    (_suffixed("Stages", {"Ref": "Open"}, "Suffix"), ()),
    (_suffixed("Stages", "none", "Suffix"), ()),
    (_suffixed("Stages", "none", "Suffix", {"DefaultValue": ""}), ("",)),
    (_suffixed("Stages", "none", "Suffix", {"DefaultValue": ":live"}), ()),
    (_suffixed("Regions", {"Ref": "AWS::Region"}, "Suffix"), ("",)),
    ({"Fn::If": ["IsLive", {"Ref": "Alias"}, FN_ARN]}, ("/Fn::If/2",)),
    ({"Fn::If": ["IsLive", {"Ref": "Fn"}, FN_ARN]}, ("/Fn::If/1", "/Fn::If/2")),
    (
        {"Fn::If": ["IsLive", {"Ref": "Alias"}, {"Fn::If": ["IsTest", FN_ARN, "x"]}]},
        ("/Fn::If/2/Fn::If/1",),
    ),
    (
        {"Fn::If": ["IsLive", {"Ref": "Alias"}, {"Fn::If": ["IsTest", "x", FN_ARN]}]},
        (),
    ),
    ({"Fn::ImportValue": "arn"}, ()),
    ({"Fn::GetAtt": ["Stack", "Outputs.Arn"]}, ()),
    ({"Ref": "Open"}, ()),
    ({"Ref": "Stored"}, ()),
    ("{{resolve:ssm:/arn}}", ()),
    *(({name: FN_ARN}, ()) for name in ("Fn::Base64", "Fn::Transform", "Fn::Never")),
    *((node, ()) for node in (None, True, 7, "", [], [FN_ARN], {}, {"Arn": FN_ARN})),
]


def test_one_function_in_all_its_spellings(tmp_path: Path) -> None:
    resources = {
        f"Mapping{index}": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"FunctionName": value},
        }
        for index, (value, _) in enumerate(SPELLINGS)
    }
    template = {**SECTIONS, "Resources": {**PUBLISHED, **resources}}
    matches = lint_template(tmp_path, template)
    assert paths(matches, "W9810") == [
        f"Resources/Mapping{index}/Properties/FunctionName{place}"
        for index, (_, places) in enumerate(SPELLINGS)
        for place in places
    ]
    assert not paths(matches, "E0002")


@pytest.mark.parametrize(
    ("value", "given", "count"),
    [
        ({"Fn::Sub": "${Fn.Arn}:${Open}"}, "Open=$LATEST", 1),
        ({"Fn::Sub": "${Fn.Arn}:${Open}"}, "Open=live", 0),
        ({"Fn::Sub": "${Fn.Arn}:${Given}"}, "Given=$LATEST", 1),
        ({"Fn::Sub": "${Fn.Arn}:${Given}"}, "Given=live", 0),
        ({"Ref": "Open"}, f"Open={OUTSIDE}", 1),
        ({"Fn::If": ["IsLive", {"Ref": "Alias"}, FN_ARN]}, "Open=live", 0),
    ],
)
def test_a_given_parameter(value: Any, given: str, count: int, tmp_path: Path) -> None:
    resources = {"Alias": PUBLISHED["Alias"], "Version": PUBLISHED["Version"]}
    template = scheduled(value, **{**SECTIONS, "Resources": resources})
    found = messages(lint_template(tmp_path, template, "--parameters", given), "W9810")
    assert len(found) == count
    assert not any(" when " in message for message in found)


def test_a_parameter_can_be_the_whole_list(tmp_path: Path) -> None:
    arns = {"Ref": "OpenList"}
    template = invoked_by("AWS::CloudWatch::Alarm", {"AlarmActions": arns}, **SECTIONS)
    given = ("--parameters", f"OpenList={OUTSIDE}")
    found = paths(lint_template(tmp_path, template, *given), "W9810")
    assert found == [f"{RULE}AlarmActions"]
    assert paths(lint_template(tmp_path, template), "W9810") == []


# -- what exists under conditions --------------------------------------------------


def _twin(function: str, condition: str) -> dict[str, Any]:
    properties = {**linting.FUNCTION["Properties"], "FunctionName": function}
    return {**linting.FUNCTION, "Condition": condition, "Properties": properties}


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (None, [" of One when IsLive is true", " of Two when IsTest is true"]),
        ("IsLive", [" of One,"]),
        ("IsTest", [" of Two,"]),
    ],
)
def test_functions_of_one_name(
    condition: str | None, said: list[str], tmp_path: Path
) -> None:
    twins = {"One": _twin("twin", "IsLive"), "Two": _twin("twin", "IsTest")}
    arn = OUTSIDE.replace("elsewhere", "twin")
    template = scheduled(arn, **{**SECTIONS, "Resources": twins})
    if condition is not None:
        template["Resources"]["Rule"]["Condition"] = condition
    found = messages(lint_template(tmp_path, template), "W9810")
    assert len(found) == len(said)
    assert all(words in message for words, message in zip(said, found))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"Fn::Sub": "${Fn.Arn}:live"}, ["of Fn through alias Alias when IsLive is"]),
        ({"Fn::Sub": "${Two.Arn}:live"}, ["of Two through alias Alias when IsLive is"]),
        (
            {"Ref": "Alias"},
            [
                "of Fn through alias Alias when IsLive is true",
                "of Two through alias Alias when IsLive is false",
            ],
        ),
        (
            {"Fn::If": ["IsTest", {"Fn::Sub": "${Fn.Arn}:live"}, "x"]},
            [],
        ),
    ],
)
def test_an_alias_of_one_of_two_functions(
    value: Any, said: list[str], tmp_path: Path
) -> None:
    alias = {
        "FunctionName": {"Fn::If": ["IsLive", {"Ref": "Fn"}, {"Ref": "Two"}]},
        "FunctionVersion": "$LATEST",
        "Name": "live",
    }
    resources = {
        "Two": linting.FUNCTION,
        "Alias": {"Type": "AWS::Lambda::Alias", "Properties": alias},
    }
    template = scheduled(value, **{**SECTIONS, "Resources": resources})
    found = messages(lint_template(tmp_path, template), "W9810")
    assert len(found) == len(said)
    assert all(words in message for words, message in zip(said, found))


def test_an_alias_of_a_function_elsewhere(tmp_path: Path) -> None:
    alias = {
        "FunctionName": {"Fn::ImportValue": "orders"},
        "FunctionVersion": "7",
        "Name": "live",
    }
    resources = {"Alias": {"Type": "AWS::Lambda::Alias", "Properties": alias}}
    template = scheduled({"Ref": "Alias"}, **{**SECTIONS, "Resources": resources})
    matches = lint_template(tmp_path, template)
    assert not [match for match in matches if match.rule.id in ("E0002", "W9810")]


def test_an_alias_is_none_of_another_function_elsewhere(tmp_path: Path) -> None:
    alias = resource(
        "Lambda::Alias", FunctionName=OUTSIDE, FunctionVersion="$LATEST", Name="live"
    )
    arn = f"{OUTSIDE.replace('elsewhere', 'other')}:live"
    template = scheduled(arn, **{**SECTIONS, "Resources": {"Alias": alias}})
    assert paths(lint_template(tmp_path, template), "W9810") == []


def test_a_function_that_cannot_be_there_has_no_name(tmp_path: Path) -> None:
    template = scheduled(OUTSIDE, **PROD_OR_DEV)
    named = {**PROPERTIES, "FunctionName": "elsewhere"}
    template["Resources"]["Orders"] = {
        **FUNCTION,
        "Properties": named,
        "Condition": "IsProd",
    }
    for condition, is_it in (("IsProd", True), ("IsDev", False)):
        template["Resources"]["Rule"]["Condition"] = condition
        said = messages(lint_template(tmp_path, template), "W9810")
        assert ["of Orders" in message for message in said] == [is_it]


def test_a_function_is_known_by_a_name_that_nobody_knows(tmp_path: Path) -> None:
    properties = {"AuthType": "NONE", "TargetFunctionArn": {"Ref": "Open"}}
    template = invoked_by("AWS::Lambda::Url", properties, **SECTIONS)
    assert messages(lint_template(tmp_path, template), "W9810") == []
    named = {**PROPERTIES, "FunctionName": {"Ref": "Open"}}
    template["Resources"]["Fn"] = {**FUNCTION, "Properties": named}
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert "of Fn" in message


def test_an_alias_points_to_no_version_of_another_case(tmp_path: Path) -> None:
    version = {"Fn::If": ["IsDev", "$LATEST", "7"]}
    alias = resource(
        "Lambda::Alias", FunctionName=FN, FunctionVersion=version, Name="live"
    )
    for condition, count in (("IsDev", 1), ("IsProd", 0)):
        resources = {"Live": {**alias, "Condition": condition}}
        template = stack({}, Resources=resources, **PROD_OR_DEV)
        assert len(paths(lint_template(tmp_path, template), "W9811")) == count


def test_managed_instances_under_a_condition(tmp_path: Path) -> None:
    capacity = {"Fn::If": ["IsLive", {"A": "b"}, {"Ref": "AWS::NoValue"}]}
    properties = {**linting.FUNCTION["Properties"], "CapacityProviderConfig": capacity}
    function = {**linting.FUNCTION, "Properties": properties}
    template = scheduled(FN_ARN, **{**SECTIONS, "Resources": {"Fn": function}})
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert " of Fn when IsLive is false," in message


def test_what_is_never_there_has_no_value_that_matters(tmp_path: Path) -> None:
    """A branch that can only hold where the resource that it names does not exist."""
    attribute = {"Fn::GetAtt": ["Orders", "Arn"]}
    template = with_stage({"Fn::If": ["IsProd", "none", attribute]})
    template["Resources"]["Orders"] = {**FUNCTION, "Condition": "IsProd"}
    assert lint_template(tmp_path, template) == []
    queue = {"Type": "AWS::SQS::Queue", "Condition": "IsProd"}
    template["Resources"]["Queue"] = queue
    value = {"Fn::If": ["IsProd", "none", {"Fn::GetAtt": ["Queue", "Arn"]}]}
    template["Outputs"]["Value"]["Value"] = value
    assert lint_template(tmp_path, template) == []


def test_a_branch_that_is_never_there_with_its_resource_is_none(
    tmp_path: Path,
) -> None:
    rule = {**rule_for({"Fn::If": ["IsDev", ARN, LIVE]}), "Condition": "IsProd"}
    template = {**versioned(Rule=rule), **PROD_OR_DEV}
    assert paths(lint_template(tmp_path, template), "W9810") == []
    rule["Condition"] = "IsDev"
    assert paths(lint_template(tmp_path, template), "W9810") != []


@pytest.mark.parametrize("is_branch", [True, False])
def test_a_name_means_the_alias_that_can_be_there(
    is_branch: bool, tmp_path: Path
) -> None:
    """The permission for one alias is for that which has its name then."""
    named: Any = {"Fn::Sub": "${Orders.Arn}:live"}
    if is_branch:
        queue = "arn:aws:sqs:us-east-1:123456789012:orders"
        named = {"Fn::If": ["IsDev", queue, named]}
    rule = rule_for(named)
    template = versioned(Dev=alias_of("$LATEST"), Rule=rule)
    template["Resources"]["Permission"] = permission_on(LIVE)
    for name in ("Permission", "Live") if is_branch else ("Permission", "Live", "Rule"):
        template["Resources"][name]["Condition"] = "IsProd"
    template["Resources"]["Dev"]["Condition"] = "IsDev"
    template.update(PROD_OR_DEV)
    assert paths(lint_template(tmp_path, template), "W9812") == []
    template["Resources"]["Dev"]["Condition"] = "IsOther"
    template["Conditions"]["IsOther"] = {"Fn::Equals": [{"Ref": "AWS::Region"}, "a"]}
    assert paths(lint_template(tmp_path, template), "W9812") != []


def test_a_name_means_the_function_that_is_there(tmp_path: Path) -> None:
    named = {**PROPERTIES, "FunctionName": "orders"}
    function = {"Type": "AWS::Lambda::Function", "Properties": named}
    template = with_stage("")
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
