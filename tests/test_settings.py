"""Settings that hold for one qualifier: retries, scaling, concurrency, SnapStart."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.attached import (
    CONFIG,
    NEXT,
    PROVISIONED,
    PUBLISHED,
    RULE,
    VERSION,
    GetAtt,
    Json,
    config_on,
    misfits,
    provisioned_on,
    sam_with,
    snap_started,
    topic_for,
    two_aliases,
)
from tests.building import (
    ARN,
    FN,
    LIVE,
    PROD_OR_DEV,
    PROPERTIES,
    alias_of,
    parameter,
    resource,
    rule_for,
    stack,
)
from tests.linting import FUNCTION, lint_template, messages, paths

CAPACITY = {"ProvisionedConcurrencyConfig": PROVISIONED}
NAMED = resource("Lambda::Function", **PROPERTIES, FunctionName="orders")
NEXT_ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders:next"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"

# -- settings ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "qualifier", "expected"),
    [
        (LIVE, "live", []),
        (LIVE, "$LATEST", [CONFIG]),
        (LIVE, "next", [CONFIG]),
        (ARN, "$LATEST", []),
        (ARN, "live", [CONFIG]),
        (VERSION, {GetAtt: ["Version", "Version"]}, []),
        (VERSION, "live", [CONFIG]),
        # Through an alias of the version it has no effect, unlike provisioned capacity.
        (LIVE, {GetAtt: ["Version", "Version"]}, [CONFIG]),
        (LIVE, {"Ref": "Unknown"}, []),
        ({"Fn::Sub": "${Orders.Arn}:${Unknown}"}, "$LATEST", []),
    ],
)
def test_an_event_invoke_config_names_what_is_invoked(
    tmp_path: Path, target: Json, qualifier: Json, expected: list[str]
) -> None:
    template = two_aliases(Topic=topic_for(target), Config=config_on(qualifier))
    template["Parameters"] = {"Unknown": {"Type": "String"}}
    assert misfits(tmp_path, template) == expected


def test_a_setting_that_some_target_uses_is_silent(tmp_path: Path) -> None:
    template = two_aliases(
        Topic=topic_for(LIVE), Rule=rule_for(ARN), Config=config_on("$LATEST")
    )
    assert misfits(tmp_path, template) == []


@pytest.mark.parametrize(
    ("before", "target"),
    [
        # Its qualifier is unknown, it fits, it serves an alias of its version.
        (config_on({"Ref": "Given"}), LIVE),
        (config_on("live"), LIVE),
        (resource("Lambda::Version", FunctionName=FN, **CAPACITY), {"Ref": "Third"}),
    ],
    ids=["unknown", "right", "served"],
)
def test_a_right_setting_hides_no_wrong_one_behind_it(
    tmp_path: Path, before: Json, target: Json
) -> None:
    number = {GetAtt: ["Before", "Version"]}
    template = two_aliases(
        Third=alias_of(number, "third"),
        Topic=topic_for(target),
        Before=before,
        Config=config_on("next"),
    )
    template["Parameters"] = {"Given": {"Type": "String"}}
    assert misfits(tmp_path, template) == [CONFIG]


def test_a_setting_may_be_for_the_qualifier_that_is_unknown(tmp_path: Path) -> None:
    template = two_aliases(Topic=topic_for({"Ref": "Which"}), Config=config_on("live"))
    template["Resources"]["Orders"] = NAMED
    for others, expected in (([], [CONFIG]), ([QUEUE], [])):
        template["Parameters"] = {"Which": parameter(AllowedValues=[NEXT_ARN, *others])}
        assert misfits(tmp_path, template) == expected


def test_a_setting_of_a_function_without_targets_is_silent(tmp_path: Path) -> None:
    assert misfits(tmp_path, two_aliases(Config=config_on("$LATEST"))) == []


def _scalable(identifier: Json) -> Json:
    return resource(
        "ApplicationAutoScaling::ScalableTarget",
        MaxCapacity=9,
        MinCapacity=1,
        ResourceId=identifier,
        ScalableDimension="lambda:function:ProvisionedConcurrency",
        ServiceNamespace="lambda",
    )


SCALABLE = "Resources/Scalable/Properties/ResourceId"


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ({"Fn::Sub": "function:${Orders}:live"}, []),
        ({"Fn::Join": [":", ["function", FN, "live"]]}, []),
        (
            {
                "Fn::Join": [
                    "",
                    [
                        "function:",
                        {"Fn::Select": [6, {"Fn::Split": [":", LIVE]}]},
                        ":live",
                    ],
                ]
            },
            [],
        ),
        ({"Fn::Sub": "function:${Orders}:next"}, [SCALABLE]),
        # The version's capacity serves its aliases too.
        ({"Fn::Sub": "function:${Orders}:${Version.Version}"}, []),
        ({"Fn::Sub": "function:${Orders}:next:more"}, []),
        ({"Fn::Sub": "function:${Orders}:${Unknown}"}, []),
        ({"Fn::ImportValue": "identifier"}, []),
        ("service/cluster/orders", []),
    ],
)
def test_a_scalable_target_scales_what_is_invoked(
    tmp_path: Path, identifier: Json, expected: list[str]
) -> None:
    template = two_aliases(Topic=topic_for(LIVE), Scalable=_scalable(identifier))
    template["Parameters"] = {"Unknown": {"Type": "String"}}
    assert misfits(tmp_path, template) == expected


@pytest.mark.parametrize(
    ("holder", "target", "is_reported"),
    [
        ("Live", LIVE, False),
        ("Live", NEXT, True),
        ("Live", ARN, True),
        ("Version", VERSION, False),
        ("Version", ARN, True),
        # An alias of the version is served by the version's sandboxes.
        ("Version", LIVE, False),
        ("Version", NEXT, False),
    ],
)
def test_provisioned_concurrency_is_for_what_is_invoked(
    tmp_path: Path, holder: str, target: Json, is_reported: bool
) -> None:
    path = f"Resources/{holder}/Properties/ProvisionedConcurrencyConfig"
    found = misfits(tmp_path, provisioned_on(holder, target))
    assert found == ([path] if is_reported else [])


def test_provisioned_concurrency_without_targets_is_silent(tmp_path: Path) -> None:
    template = provisioned_on("Live", LIVE)
    del template["Resources"]["Topic"]
    assert misfits(tmp_path, template) == []


# -- SnapStart ---------------------------------------------------------------------

SNAP = "Resources/Orders/Properties/SnapStart"


@pytest.mark.parametrize(
    ("resources", "is_reported"),
    [
        ({"Rule": rule_for(ARN)}, True),
        ({"Rule": rule_for({"Fn::Sub": "${Orders.Arn}:$LATEST"})}, True),
        ({"Rule": rule_for(ARN), "Topic": topic_for(ARN)}, True),
        ({"Rule": rule_for(LIVE)}, False),
        ({"Rule": rule_for(VERSION)}, False),
        ({"Rule": rule_for(ARN), "Topic": topic_for(LIVE)}, False),
        ({"Rule": rule_for({"Fn::If": ["A", ARN, LIVE]})}, False),
        # Who invokes it is unknown.
        ({}, False),
    ],
)
def test_snap_start_needs_a_published_version(
    tmp_path: Path, resources: Json, is_reported: bool
) -> None:
    template = snap_started(**resources)
    template["Conditions"] = {"A": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}}
    assert misfits(tmp_path, template) == [SNAP] * is_reported


@pytest.mark.parametrize("apply_on", ["None", {"Ref": "Apply"}])
def test_snap_start_that_may_be_off_is_silent(tmp_path: Path, apply_on: Json) -> None:
    template = snap_started(apply_on, Rule=rule_for(ARN))
    template["Parameters"] = {"Apply": {"Type": "String"}}
    assert misfits(tmp_path, template) == []


def test_snap_start_of_a_serverless_function(tmp_path: Path) -> None:
    event = {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}}
    properties = {
        "SnapStart": {"ApplyOn": "PublishedVersions"},
        "Events": {"Nightly": event},
    }
    [message] = messages(lint_template(tmp_path, sam_with(properties)), RULE)
    assert message.endswith("set AutoPublishAlias on Orders and invoke that alias")
    assert misfits(tmp_path, sam_with({**properties, **PUBLISHED})) == []


# -- scalable targets --------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "is_refused"),
    [
        ({"Fn::Sub": "function:${Orders}"}, True),
        ({"Fn::Join": [":", ["function", FN]]}, True),
        ({"Fn::Sub": "function:${Orders}:live"}, False),
        ({"Fn::Sub": "function:${Name}"}, False),
        ("function:elsewhere", False),
        ("function", False),
        ("", False),
        ("table/orders", False),
    ],
)
def test_a_scalable_target_without_a_qualifier_is_refused(
    tmp_path: Path, identifier: Json, is_refused: bool
) -> None:
    scalable = resource(
        "ApplicationAutoScaling::ScalableTarget",
        MaxCapacity=2,
        MinCapacity=1,
        ResourceId=identifier,
        ScalableDimension="lambda:function:ProvisionedConcurrency",
        ServiceNamespace="lambda",
    )
    template = two_aliases(Scalable=scalable)
    template["Parameters"] = {"Name": {"Type": "String"}}
    found = lint_template(tmp_path, template)
    path = "Resources/Scalable/Properties/ResourceId"
    assert paths(found, RULE) == [path] * is_refused
    for message in messages(found, RULE):
        assert message == (
            "The scalable target Scalable names no version or alias of Orders, which "
            "AWS refuses; name one: function:Orders:ALIAS"
        )


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


def test_snap_start_of_a_function_that_nothing_here_invokes(tmp_path: Path) -> None:
    """Others' targets say nothing of it."""
    other = resource("Lambda::Function", **PROPERTIES)
    other["Properties"]["SnapStart"] = {"ApplyOn": "PublishedVersions"}
    template = stack({}, Resources={"Other": other})
    assert paths(lint_template(tmp_path, template), "W9812") == []
    other["Properties"], mine = PROPERTIES, other["Properties"]
    template["Resources"]["Orders"]["Properties"] = mine
    assert len(paths(lint_template(tmp_path, template), "W9812")) == 1


def test_snap_start_counts_the_targets_that_are_there_with_it(tmp_path: Path) -> None:
    template = {**snap_started(Rule=rule_for(ARN), Other=rule_for(LIVE)), **PROD_OR_DEV}
    snap: Json = template["Resources"]["Orders"]["Properties"]
    snap["SnapStart"] = {
        "Fn::If": ["IsProd", snap["SnapStart"], {"Ref": "AWS::NoValue"}]
    }
    template["Resources"]["Other"]["Condition"] = "IsDev"
    assert misfits(tmp_path, template) == [f"{SNAP}/Fn::If/1"]
    del template["Resources"]["Other"]["Condition"]
    assert misfits(tmp_path, template) == []


def test_snap_start_is_silent_where_a_target_may_invoke_a_version(
    tmp_path: Path,
) -> None:
    template = snap_started(Rule=rule_for({"Ref": "Which"}))
    template["Resources"]["Orders"]["Properties"]["FunctionName"] = "orders"
    latest = NEXT_ARN.removesuffix(":next")
    for others, expected in (([], [SNAP]), ([NEXT_ARN], []), ([QUEUE], [])):
        template["Parameters"] = {"Which": parameter(AllowedValues=[latest, *others])}
        assert misfits(tmp_path, template) == expected


def test_snap_start_is_held_to_what_is_invoked_where_it_is_on(tmp_path: Path) -> None:
    target = {"Fn::If": ["IsProd", ARN, LIVE]}
    template = {**snap_started(Rule=rule_for(target)), **PROD_OR_DEV}
    properties: Json = template["Resources"]["Orders"]["Properties"]
    snap, none = properties["SnapStart"], {"Ref": "AWS::NoValue"}
    for branches, expected in (
        ([snap, none], [f"{SNAP}/Fn::If/1"]),
        ([none, snap], []),
    ):
        properties["SnapStart"] = {"Fn::If": ["IsProd", *branches]}
        assert misfits(tmp_path, template) == expected


def test_an_unknown_target_of_another_function_is_another_matter(
    tmp_path: Path,
) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:other"
    other: Json = deepcopy(FUNCTION)
    other["Properties"]["FunctionName"] = "other"
    template = two_aliases(
        Other=other,
        Topic=topic_for(ARN),
        Rule=rule_for({"Ref": "Which"}),
        Config=config_on("live"),
    )
    values = [arn, "arn:aws:sqs:us-east-1:123456789012:queue"]
    template["Parameters"] = {"Which": {"Type": "String", "AllowedValues": values}}
    assert misfits(tmp_path, template) == [CONFIG]


def test_a_scalable_target_is_refused_where_it_can_be(tmp_path: Path) -> None:
    names = [{"Fn::Sub": f"function:${{Orders}}{end}"} for end in ("", ":live")]
    for index, branches in ((1, names), (2, names[::-1])):
        template = {
            **two_aliases(Scalable=_scalable({"Fn::If": ["IsDev", *branches]})),
            **PROD_OR_DEV,
        }
        assert misfits(tmp_path, template) == [f"{SCALABLE}/Fn::If/{index}"]
        template["Resources"]["Scalable"]["Condition"] = ["IsProd", "IsDev"][index - 1]
        assert misfits(tmp_path, template) == []


def test_only_versions_and_aliases_are_provisioned(tmp_path: Path) -> None:
    provisioner = {
        "Type": "Custom::Provisioner",
        "Properties": {
            "FunctionName": FN,
            "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1},
        },
    }
    template = two_aliases(Topic=topic_for(LIVE), Provisioner=provisioner)
    assert misfits(tmp_path, template) == []


def test_retries_stay_with_latest_where_sam_publishes_nothing(tmp_path: Path) -> None:
    """An alias has settings of its own, even if it points there too."""
    config = {"EventInvokeConfig": {"MaximumRetryAttempts": 0}}
    latest = resource(
        "Lambda::Alias", FunctionName=FN, FunctionVersion="$LATEST", Name="latest"
    )
    template = sam_with(config)
    template["Resources"].update(Latest=latest, Topic=topic_for({"Ref": "Latest"}))
    found = misfits(tmp_path, template)
    assert found == ["Resources/Orders/Properties/EventInvokeConfig"]
