"""One side of an update: whom it shields, and who only deploys."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race.template import Alternative, Resource, read
from cfn_lint_lambda_race.update import versions_of
from cfn_lint_lambda_race.update._deployment import Deployment
from tests.building import (
    PROD_OR_DEV,
    ROLE,
    Template_,
    merge,
    new_code,
    parameter,
    resource,
    rule_for,
    sam,
    stack,
    variables,
)
from tests.updates import (
    PUBLISHED,
    STAGES,
    behind_alias,
    both_sides_changed,
    changed,
    if_dev,
    if_prod,
    staged,
    update,
)

# -- code --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "properties", "path"),
    [
        ("Lambda::Function", {"Code": "src/"}, "src"),
        ("Lambda::Function", {"Code": "./a/../src"}, "src"),
        ("Lambda::Function", {"Code": ""}, None),
        ("Lambda::Function", {"Code": "s3://artifacts/a.zip"}, None),
        ("Lambda::Function", {"Code": {"ZipFile": "src"}}, None),
        ("Lambda::Function", {"CodeUri": "src"}, None),
        ("Lambda::Function", {}, None),
        ("Lambda::LayerVersion", {"Content": "src"}, "src"),
        ("Lambda::LayerVersion", {"Content": {"S3Bucket": "a"}}, None),
        ("Serverless::LayerVersion", {"ContentUri": "src"}, "src"),
        ("Serverless::LayerVersion", {}, None),
        ("Serverless::Function", {"CodeUri": "src"}, "src"),
        ("Serverless::Function", {"CodeUri": "s3://artifacts/a.zip"}, None),
        ("Serverless::Function", {"CodeUri": "https://a/b.zip"}, None),
        ("Serverless::Function", {"CodeUri": {"Ref": "Uri"}}, None),
        ("Serverless::Function", {"CodeUri": ""}, None),
        # Without any code, it is the template's folder.
        ("Serverless::Function", {}, "."),
        ("Serverless::Function", {"InlineCode": "run()"}, None),
        ("Serverless::Function", {"InlineCode": "run()", "CodeUri": "src"}, None),
        ("Serverless::Function", {"ImageUri": "a"}, None),
        ("Serverless::Function", {"PackageType": "Zip"}, "."),
        ("Serverless::Function", {"PackageType": "Image"}, None),
        ("Serverless::Function", {"PackageType": "Image", "CodeUri": "src"}, None),
    ],
)
def test_where_the_code_lies(
    kind: str, properties: Template_, path: str | None
) -> None:
    code = Resource("Orders", f"AWS::{kind}", properties, None, {})
    assert Deployment.code_path(code) == path


# -- properties --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ({}, {"Architectures": ["x86_64"]}, ()),
        ({}, {"Architectures": ["arm64"]}, ("Architectures",)),
        ({}, {"EphemeralStorage": {"Size": 512}}, ()),
        ({}, {"EphemeralStorage": {"Size": "512"}}, ()),
        ({}, {"Layers": []}, ()),
        ({}, {"KmsKeyArn": ""}, ()),
        ({**variables(A="a")}, {**variables(A="a", B="")}, ("Environment",)),
        ({"LoggingConfig": {}}, {"LoggingConfig": {"LogFormat": "Text"}}, ()),
        (
            {"LoggingConfig": {"LogGroup": "a"}},
            {"LoggingConfig": {"LogGroup": "a", "SystemLogLevel": "INFO"}},
            (),
        ),
        (
            {"ImageConfig": {"Command": ["a", "b"]}},
            {"ImageConfig": {"Command": ["b", "a"]}},
            ("ImageConfig",),
        ),
        (
            {"VpcConfig": {"SubnetIds": ["a", "b"], "SecurityGroupIds": ["c"]}},
            {"VpcConfig": {"SubnetIds": ["b", "a"], "SecurityGroupIds": ["c"]}},
            (),
        ),
    ],
)
def test_what_lambda_takes_for_the_same(
    old: Template_, new: Template_, names: tuple[str, ...], tmp_path: Path
) -> None:
    found = update(
        tmp_path, stack({**old, "Timeout": 3}), new_code(stack({**new, "Timeout": 9}))
    )
    assert sorted(changed(found)) == sorted(("Code", *names, "Timeout"))


def _seconds(timeout: Any, **properties: Any) -> Template_:
    """What is behind an alias, with this timeout."""
    template = behind_alias(Timeout=timeout, **properties)
    template.update(deepcopy(PROD_OR_DEV))
    return template


@pytest.mark.parametrize("is_conditional", [False, True])
def test_a_value_that_no_stack_can_have_does_not_change(
    is_conditional: bool, tmp_path: Path
) -> None:
    before, after, other = (
        _seconds(if_prod(one if is_conditional else if_dev(one, 3), two))
        for one, two in ((5, 3), (6, 3), (5, 4))
    )
    if is_conditional:
        for template in (before, after, other):
            template["Resources"]["Orders"]["Condition"] = "IsDev"
    assert update(tmp_path, before, after).unpublished == ()
    assert update(tmp_path, before, other).unpublished != ()


@pytest.mark.parametrize("broken", [None, 5, "a", []])
def test_a_parameter_that_is_broken_chooses_nothing(
    broken: Any, tmp_path: Path
) -> None:
    before, after = stack(), both_sides_changed()
    for template in (before, after):
        template["Parameters"] = {"Stage": broken}
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")


# -- shields -----------------------------------------------------------------------

_LATEST = {
    "Live": resource(
        "Lambda::Alias",
        FunctionName={"Ref": "Orders"},
        FunctionVersion="$LATEST",
        Name="live",
    )
}


def _idle(**properties: Any) -> Template_:
    template = stack(properties)
    del template["Resources"]["Invocation"]
    return template


def test_a_function_behind_an_alias_is_silent(tmp_path: Path) -> None:
    after = new_code(behind_alias(Timeout=9))
    assert update(tmp_path, behind_alias(), after).concurrent == ()


def test_the_update_that_introduces_the_alias_still_races(tmp_path: Path) -> None:
    after = new_code(behind_alias(Timeout=9))
    assert changed(update(tmp_path, stack(), after)) == ("Code", "Timeout")


def test_the_update_that_removes_the_alias_races(tmp_path: Path) -> None:
    assert changed(update(tmp_path, behind_alias(), both_sides_changed())) == (
        "Code",
        "Timeout",
    )


def test_a_target_beside_the_alias_races(tmp_path: Path) -> None:
    before, after = behind_alias(), new_code(behind_alias(Timeout=9))
    for template in (before, after):
        template["Resources"]["Rule"] = resource(
            "Events::Rule",
            ScheduleExpression="rate(1 hour)",
            Targets=[{"Id": "orders", "Arn": {"Fn::GetAtt": "Orders.Arn"}}],
        )
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")


def test_an_alias_of_latest_shields_nobody(tmp_path: Path) -> None:
    before, after = (
        stack(properties, invoked={"Ref": "Live"}, Resources=deepcopy(_LATEST))
        for properties in ({}, {"Timeout": 9})
    )
    assert changed(update(tmp_path, before, new_code(after))) == ("Code", "Timeout")


def test_nobody_invokes_a_function_without_versions(tmp_path: Path) -> None:
    found = update(tmp_path, _idle(), new_code(_idle(Timeout=9)))
    assert changed(found) == ("Code", "Timeout")


def test_nobody_invokes_a_function_with_an_alias_of_latest(tmp_path: Path) -> None:
    before, after = _idle(), new_code(_idle(Timeout=9))
    for template in (before, after):
        template["Resources"].update(_LATEST)
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")


def test_the_versions_of_a_function_are_its_own() -> None:
    template = behind_alias()
    template["Resources"]["Other"] = deepcopy(template["Resources"]["Orders"])
    cfn = Template("template.json", template, ["us-east-1"])
    assert [version.id for version in versions_of(cfn, "Orders")] == ["OrdersVersion"]
    assert versions_of(cfn, "Other") == []


def test_what_names_a_function_is_no_version_of_it(tmp_path: Path) -> None:
    before, after = _idle(), new_code(_idle(Timeout=9))
    for template in (before, after):
        template["Resources"]["Retries"] = resource(
            "Lambda::EventInvokeConfig",
            FunctionName={"Ref": "Orders"},
            Qualifier="$LATEST",
            MaximumRetryAttempts=0,
        )
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")


def test_an_alias_of_a_version_that_is_published_elsewhere(tmp_path: Path) -> None:
    before, after = _idle(), new_code(_idle(Timeout=9))
    for template in (before, after):
        live = deepcopy(PUBLISHED["Live"])
        live["Properties"]["FunctionVersion"] = "1"
        template["Resources"]["Live"] = live
    assert update(tmp_path, before, after).concurrent == ()


def test_a_target_of_a_qualifier_that_is_published_elsewhere(tmp_path: Path) -> None:
    invoked = {"Fn::Sub": "${Orders.Arn}:live"}
    before, after = (stack({"Timeout": n}, invoked=invoked) for n in (3, 9))
    assert update(tmp_path, before, new_code(after)).concurrent == ()


@pytest.mark.parametrize(("condition", "is_met"), [("IsDev", False), ("IsProd", True)])
def test_a_target_of_other_stacks_meets_nothing(
    condition: str, is_met: bool, tmp_path: Path
) -> None:
    before, after = (_seconds(if_prod(n, 3)) for n in (3, 9))
    for template in (before, after):
        own = template["Resources"]["Invocation"]
        own["Condition"] = condition
        own["Properties"]["Endpoint"] = {"Fn::GetAtt": "Orders.Arn"}
    found = changed(update(tmp_path, before, new_code(after)))
    assert found == (("Code", "Timeout") if is_met else ())


@pytest.mark.parametrize("published", [["OrdersVersion"], ["OrdersVersion", "Live"]])
def test_nobody_invokes_a_function_with_versions(
    published: list[str], tmp_path: Path
) -> None:
    before, after = _idle(), new_code(_idle(Timeout=9))
    for template in (before, after):
        template["Resources"].update({name: PUBLISHED[name] for name in published})
    assert update(tmp_path, before, after).concurrent == ()


@pytest.mark.parametrize("stage", [STAGES, {}, {**STAGES, "Default": "dev"}])
def test_a_shield_that_a_condition_takes_away(stage: Template_, tmp_path: Path) -> None:
    def shielded(code: str, timeout: Any) -> Template_:
        template = staged(code, timeout, **stage)
        template["Resources"].update(deepcopy(PUBLISHED))
        invoked = if_prod({"Ref": "Live"}, {"Fn::GetAtt": "Orders.Arn"})
        template["Resources"]["Invocation"]["Properties"]["Endpoint"] = invoked
        return template

    found = update(tmp_path, shielded("1", 3), shielded("2", 9))
    assert changed(found) == ("Code", "Timeout")
    # What changes only behind the alias does not race.
    found = update(tmp_path, shielded("1", if_prod(3, 9)), shielded("2", if_prod(4, 9)))
    assert changed(found) == ()


def test_nobody_invokes_a_function_on_managed_instances(tmp_path: Path) -> None:
    provider = {
        "CapacityProviderConfig": {
            "LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": "a"}
        }
    }
    before, after = _idle(**provider), new_code(_idle(**provider, Timeout=9))
    assert changed(update(tmp_path, before, after)) == ()


def _trusting(service: Any) -> Template_:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": ["lambda.amazonaws.com", service]},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("service", "is_met"),
    [
        ("edgelambda.amazonaws.com", False),
        ({"Fn::Sub": "edgelambda.${AWS::URLSuffix}"}, False),
        ({"Fn::Join": ["", ["edgelambda.", {"Ref": "AWS::URLSuffix"}]]}, False),
        ("events.amazonaws.com", True),
    ],
)
@pytest.mark.parametrize("role", ["Role.Arn", ["Role", "Arn"]])
def test_cloudfront_invokes_versions_only(
    service: Any, is_met: bool, role: Any, tmp_path: Path
) -> None:
    """A custom resource, or another stack, publishes them: there are none here."""
    before, after = _idle(), new_code(_idle(Timeout=9))
    for template in (before, after):
        template["Resources"]["Role"] = resource(
            "IAM::Role", AssumeRolePolicyDocument=_trusting(service)
        )
        own = template["Resources"]["Orders"]["Properties"]
        own["Role"] = {"Fn::GetAtt": role}
    found = changed(update(tmp_path, before, after))
    assert found == (("Code", "Timeout") if is_met else ())
    for template, one in ((before, stack()), (after, stack())):
        template["Resources"]["Invocation"] = one["Resources"]["Invocation"]
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")


def test_cloudfront_invokes_versions_only_of_sam_s_functions(tmp_path: Path) -> None:
    trust = {"AssumeRolePolicyDocument": _trusting("edgelambda.amazonaws.com")}
    before, after = sam(trust), new_code(sam({**trust, "Timeout": 9}))
    assert changed(update(tmp_path, before, after)) == ("Code", "Timeout")
    for template in (before, after):
        del template["Resources"]["Orders"]["Properties"]["Events"]
    assert changed(update(tmp_path, before, after)) == ()


def test_sam_publishes(tmp_path: Path) -> None:
    before, after = sam({"AutoPublishAlias": "live"}), sam({"Timeout": 9})
    merge(after["Resources"]["Orders"]["Properties"], {"AutoPublishAlias": "live"})
    assert update(tmp_path, before, new_code(after)).concurrent == ()
    without = sam({"Timeout": 9})
    assert changed(update(tmp_path, sam(), new_code(without))) == ("Code", "Timeout")


# -- what only a deployment invokes ------------------------------------------------

DEPLOYING: dict[str, Template_] = {
    "custom resource": {
        "Thing": resource(
            "CloudFormation::CustomResource",
            ServiceToken={"Fn::GetAtt": ["Orders", "Arn"]},
        )
    },
    "custom resource of a name": {
        "Thing": {
            "Type": "Custom::Thing",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Orders", "Arn"]}},
        }
    },
    "CDK's framework": {
        "Framework": resource(
            "Lambda::Function",
            Code={"S3Bucket": "artifacts", "S3Key": "framework.zip"},
            Handler="framework.onEvent",
            Role=ROLE,
            Runtime="nodejs22.x",
            **variables(USER_ON_EVENT_FUNCTION_ARN={"Fn::GetAtt": ["Orders", "Arn"]}),
        ),
        "Thing": resource(
            "CloudFormation::CustomResource",
            ServiceToken={"Fn::GetAtt": ["Framework", "Arn"]},
        ),
    },
}


@pytest.mark.parametrize("resources", DEPLOYING.values(), ids=DEPLOYING)
@pytest.mark.parametrize("is_invoked", [False, True])
def test_what_only_a_deployment_invokes_is_not_met(
    resources: Template_, is_invoked: bool, tmp_path: Path
) -> None:
    before, after = (
        stack({"Timeout": seconds}, Resources=resources) for seconds in (3, 9)
    )
    if not is_invoked:
        for template in (before, after):
            del template["Resources"]["Invocation"]
    found = update(tmp_path, before, new_code(after))
    assert bool(found.concurrent) is is_invoked


@pytest.mark.parametrize("resources", DEPLOYING.values(), ids=DEPLOYING)
@pytest.mark.parametrize("is_invoked", [False, True])
def test_what_only_a_deployment_invokes_needs_no_new_version(
    resources: Template_, is_invoked: bool, tmp_path: Path
) -> None:
    events = {} if is_invoked else {"Events": None}
    before, after = (
        sam(
            {"AutoPublishAlias": "live", "Timeout": seconds, **events},
            Resources=resources,
        )
        for seconds in (3, 9)
    )
    assert bool(update(tmp_path, before, after).unpublished) is is_invoked


def test_the_framework_s_own_functions_are_not_met(tmp_path: Path) -> None:
    """Its state machine waits for them, in a deployment."""
    machine = resource(
        "StepFunctions::StateMachine",
        DefinitionString={
            "Fn::Sub": json.dumps(
                {"States": {"A": {"Type": "Task", "Resource": "${Orders.Arn}"}}}
            )
        },
    )
    handler = {"Handler": "framework.isComplete"}
    before, after = (
        stack({**handler, "Timeout": seconds}, Resources={"Waiter": machine})
        for seconds in (3, 9)
    )
    for template in (before, after):
        del template["Resources"]["Invocation"]
    assert update(tmp_path, before, new_code(after)).concurrent == ()


def test_what_the_framework_invokes_says_nothing_of_other_functions(
    tmp_path: Path,
) -> None:
    before, after = (
        stack({"Timeout": seconds}, Resources=deepcopy(PUBLISHED)) for seconds in (3, 9)
    )
    framework = DEPLOYING["CDK's framework"]["Framework"]
    arn = {"Fn::GetAtt": ["Framework", "Arn"]}
    for template in (before, after):
        template["Resources"] = {
            "Hourly": rule_for(arn),
            "Framework": framework,
            **template["Resources"],
        }
    found = update(tmp_path, before, new_code(after))
    assert changed(found) == ("Code", "Timeout")


def test_only_what_may_differ_is_evaluated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written alike, and rests on what stays, is the same."""
    asked: list[str] = []
    values = Deployment.values

    def count(
        self: Deployment, function: Resource, name: str
    ) -> list[Alternative[Any]]:
        asked.append(name)
        return values(self, function, name)

    monkeypatch.setattr(Deployment, "values", count)
    chosen = {"Fn::If": ["IsLarge", 512, 128]}
    before, after = (
        stack(
            {"MemorySize": chosen, "Timeout": seconds, **variables(A={"Ref": "Size"})},
            Parameters={"Size": parameter(Default="large")},
            Conditions={"IsLarge": {"Fn::Equals": [{"Ref": "Size"}, "large"]}},
        )
        for seconds in (3, 9)
    )
    assert changed(update(tmp_path, before, new_code(after))) == ("Code", "Timeout")
    assert set(asked) == {"Code", "Timeout"}
    after["Parameters"]["Size"]["Default"] = "small"
    assert changed(update(tmp_path, before, new_code(after))) == (
        "Code",
        "Environment",
        "MemorySize",
        "Timeout",
    )


def test_any_choice_reads_the_files_of_its_own_side() -> None:
    """Those of a revision are not those of the work tree; else what rules share."""
    outside = "arn:aws:lambda:us-east-1:123456789012:function:elsewhere"
    steps = {"States": {"Task": {"Type": "Task", "Resource": outside}}}
    machine = resource("Serverless::StateMachine", DefinitionUri="missing.json")
    template: Template_ = {
        "Parameters": {"Stage": parameter(Default="a", AllowedValues=["a", "b"])},
        "Resources": {"Steps": machine},
    }
    cfn = Template("template.json", template, ["us-east-1"])
    shared = Deployment(cfn).of_any_choice.reading
    assert shared is read(cfn)
    committed = Deployment(cfn, content_of=lambda path: json.dumps(steps).encode())
    for reading, count in ((shared, 0), (committed.of_any_choice.reading, 1)):
        assert len(reading.targets) == count
        assert len(reading.evaluator.texts({"Ref": "Stage"})) == 2
    assert len(committed.reading.evaluator.texts({"Ref": "Stage"})) == 1
