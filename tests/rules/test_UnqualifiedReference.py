"""I9813: unqualified references that leave for callers the template does not show.

Tests `template/_exits.py` too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race import UnqualifiedReference
from tests.building import (
    ARN,
    CHOICE,
    FN,
    LIVE,
    PROPERTIES,
    VERSIONED,
    parameter,
    resource,
    rule_for,
    sam,
    stack,
    statement_on,
    variables,
    versioned,
)
from tests.linting import FUNCTION, asked, lint_template, messages, paths

RULE = "I9813"

Json = Any

ANY: Json = {"Fn::Sub": "${Orders.Arn}:*"}
UNQUALIFIED = pytest.mark.parametrize(
    "value",
    [FN, ARN, {"Fn::Sub": "${Orders.Arn}"}, {"Fn::Sub": "${Orders.Arn}:$LATEST"}],
)


def _function(**properties: Json) -> Json:
    function: Json = FUNCTION
    return {**function, "Properties": {**function["Properties"], **properties}}


def _environment(value: Json) -> Json:
    return _function(Environment={"Variables": {"ORDERS": value}})


def _found(folder: Path, template: Json) -> list[str]:
    return paths(lint_template(folder, template), RULE)


# -- outputs -----------------------------------------------------------------------


@UNQUALIFIED
def test_an_output_passes_on_the_function(tmp_path: Path, value: Json) -> None:
    template = {**versioned(), "Outputs": {"Name": {"Value": value}}}
    assert _found(tmp_path, template) == ["Outputs/Name/Value"]


@pytest.mark.parametrize("is_exported", [True, False])
def test_it_says_when_an_output_is_exported(tmp_path: Path, is_exported: bool) -> None:
    export = {"Export": {"Name": "orders"}} if is_exported else {}
    template = {**versioned(), "Outputs": {"Name": {"Value": ARN, **export}}}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert ("exported" in message) == is_exported
    assert "Orders" in message


def test_it_stands_at_the_branch(tmp_path: Path) -> None:
    value = {"Fn::If": ["IsProd", LIVE, ARN]}
    template = {
        **versioned(),
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
        "Outputs": {"Name": {"Value": value}},
    }
    assert _found(tmp_path, template) == ["Outputs/Name/Value/Fn::If/2"]


@pytest.mark.parametrize(
    "value",
    [
        LIVE,
        {"Ref": "Version"},
        {"Fn::Sub": "${Orders.Arn}:live"},
        ANY,
        {"Fn::ImportValue": "orders"},
        {"Fn::GetAtt": ["Orders", "SnapStartResponse.ApplyOn"]},
        "arn:aws:lambda:us-east-1:123456789012:function:another",
    ],
)
def test_an_output_of_anything_else_is_silent(tmp_path: Path, value: Json) -> None:
    template = {**versioned(), "Outputs": {"Name": {"Value": value}}}
    assert _found(tmp_path, template) == []


def test_a_console_link_is_silent(tmp_path: Path) -> None:
    link = "https://console.aws.amazon.com/lambda/home#/functions/${Orders}"
    template = {**versioned(), "Outputs": {"Link": {"Value": {"Fn::Sub": link}}}}
    assert _found(tmp_path, template) == []


@pytest.mark.parametrize("is_policy", [True, False])
def test_what_leaves_in_some_scenario_says_when(
    tmp_path: Path, is_policy: bool
) -> None:
    value = {"Fn::If": ["IsProd", ARN, LIVE]}
    template = versioned()
    if is_policy:
        statement = {"Effect": "Allow", "Action": "lambda:*", "Resource": value}
        document = {"Statement": [statement]}
        policy = {"PolicyName": "p", "Groups": ["g"], "PolicyDocument": document}
        template["Resources"]["Policy"] = resource("IAM::Policy", **policy)
    else:
        template["Outputs"] = {"Name": {"Value": value}}
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "without a qualifier when IsProd is true, so" in message
    template["Conditions"] = {"IsProd": {"Fn::Equals": ["a", "a"]}}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert " when " not in message


# -- environments ------------------------------------------------------------------


@UNQUALIFIED
def test_the_environment_of_another_function_passes_it_on(
    tmp_path: Path, value: Json
) -> None:
    template = versioned(Checkout=_environment(value))
    assert _found(tmp_path, template) == [
        "Resources/Checkout/Properties/Environment/Variables/ORDERS"
    ]


def test_each_variable_is_a_place_of_its_own(tmp_path: Path) -> None:
    variables = {"ARN": ARN, "NAME": FN, "ALIAS": LIVE, "TABLE": "orders"}
    template = versioned(Checkout=_function(Environment={"Variables": variables}))
    where = "Resources/Checkout/Properties/Environment/Variables"
    assert _found(tmp_path, template) == [f"{where}/ARN", f"{where}/NAME"]


def test_a_function_that_names_itself_is_silent(tmp_path: Path) -> None:
    name = "shop-orders"
    itself = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    template = versioned(
        Orders=_function(
            FunctionName=name,
            Environment={"Variables": {"NAME": name, "SELF": itself}},
        )
    )
    assert _found(tmp_path, template) == []


def test_a_literal_that_equals_a_name_is_silent(tmp_path: Path) -> None:
    template = versioned(
        Orders=_function(FunctionName="orders"), Checkout=_environment("orders")
    )
    assert _found(tmp_path, template) == []


# -- other values ------------------------------------------------------------------


@UNQUALIFIED
def test_the_parameters_of_a_nested_stack_pass_it_on(
    tmp_path: Path, value: Json
) -> None:
    stack = resource(
        "CloudFormation::Stack",
        Parameters={"Orders": value, "Live": LIVE},
        TemplateURL="https://artifacts.s3.amazonaws.com/api.yaml",
    )
    assert _found(tmp_path, versioned(Nested=stack)) == [
        "Resources/Nested/Properties/Parameters/Orders"
    ]


@UNQUALIFIED
def test_the_parameters_of_a_module_pass_it_on(tmp_path: Path, value: Json) -> None:
    module = {
        "Type": "Acme::Api::Routes::MODULE",
        "Properties": {"Orders": value, "Live": LIVE},
    }
    assert _found(tmp_path, versioned(Routes=module)) == [
        "Resources/Routes/Properties/Orders"
    ]


@pytest.mark.parametrize("properties", [None, 3, [1], {}, {"Orders": {"Ref": 3}}])
def test_a_malformed_module_is_silent(tmp_path: Path, properties: Json) -> None:
    module = {"Type": "Acme::Api::Routes::MODULE", "Properties": properties}
    assert _found(tmp_path, versioned(Routes=module)) == []


@UNQUALIFIED
def test_a_parameter_of_the_systems_manager_passes_it_on(
    tmp_path: Path, value: Json
) -> None:
    parameter = resource("SSM::Parameter", Type="String", Value=value)
    assert _found(tmp_path, versioned(Parameter=parameter)) == [
        "Resources/Parameter/Properties/Value"
    ]


@pytest.mark.parametrize("value", [ARN, {"Fn::Sub": '{"orders": "${Orders.Arn}"}'}])
def test_a_secret_passes_it_on(tmp_path: Path, value: Json) -> None:
    secret = resource("SecretsManager::Secret", SecretString=value)
    assert _found(tmp_path, versioned(Secret=secret)) == [
        "Resources/Secret/Properties/SecretString"
    ]


@pytest.mark.parametrize("value", [ARN, {"Fn::Sub": '{"orders": "${Orders.Arn}"}'}])
def test_an_app_config_passes_it_on(tmp_path: Path, value: Json) -> None:
    version = resource(
        "AppConfig::HostedConfigurationVersion",
        ApplicationId="abc1234",
        ConfigurationProfileId="abc1234",
        Content=value,
        ContentType="application/json",
    )
    assert _found(tmp_path, versioned(Config=version)) == [
        "Resources/Config/Properties/Content"
    ]


@pytest.mark.parametrize(
    "resource",
    [
        resource("SSM::Parameter", Type="String", Value=LIVE),
        resource("SecretsManager::Secret", SecretString=LIVE),
        _environment(LIVE),
    ],
    ids=lambda resource: str(resource["Type"]),
)
def test_an_alias_may_leave(tmp_path: Path, resource: Json) -> None:
    assert _found(tmp_path, versioned(Place=resource)) == []


# -- places where nobody invokes ---------------------------------------------------

DASHBOARD = {"Fn::Sub": '{"widgets": [{"metrics": [["Errors", "${Orders}"]]}]}'}
SILENT: dict[str, Json] = {
    "log group": resource(
        "Logs::LogGroup", LogGroupName={"Fn::Sub": "/aws/lambda/${Orders}"}
    ),
    "metric filter": resource(
        "Logs::MetricFilter",
        FilterPattern="ERROR",
        LogGroupName={"Fn::Sub": "/aws/lambda/${Orders}"},
        MetricTransformations=[
            {"MetricName": "Errors", "MetricNamespace": FN, "MetricValue": "1"}
        ],
    ),
    "alarm": resource(
        "CloudWatch::Alarm",
        ComparisonOperator="GreaterThanThreshold",
        Dimensions=[{"Name": "FunctionName", "Value": FN}],
        EvaluationPeriods=1,
        MetricName="Errors",
        Namespace="AWS/Lambda",
        Period=60,
        Statistic="Sum",
        Threshold=1,
    ),
    "dashboard": resource("CloudWatch::Dashboard", DashboardBody=DASHBOARD),
    "tags": resource("SQS::Queue", Tags=[{"Key": "for", "Value": FN}]),
    "permission": resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=FN,
        Principal="123456789012",
    ),
    "custom resource": resource(
        "Custom::Warm",
        ServiceToken="arn:aws:lambda:us-east-1:123456789012:function:warm",
        Function=ARN,
    ),
}


@pytest.mark.parametrize("name", SILENT)
def test_a_place_where_nobody_invokes_is_silent(tmp_path: Path, name: str) -> None:
    assert _found(tmp_path, versioned(Place=SILENT[name])) == []


# -- policies ----------------------------------------------------------------------


def _document(statement: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": statement}


def _managed(statement: Json) -> Json:
    return resource(
        "IAM::ManagedPolicy", PolicyDocument=_document(statement), Users=["shop"]
    )


TRUST = _document(
    [
        {
            "Action": "sts:AssumeRole",
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
        }
    ]
)


def _role(statement: Json) -> Json:
    policies = [{"PolicyName": "invoke", "PolicyDocument": _document(statement)}]
    return resource("IAM::Role", AssumeRolePolicyDocument=TRUST, Policies=policies)


DOCUMENT = "Properties/PolicyDocument/Statement/0/Resource"
POLICIES: dict[str, tuple[Json, str]] = {
    "managed": (_managed([statement_on(ARN)]), DOCUMENT),
    "inline": (
        resource(
            "IAM::Policy",
            PolicyDocument=_document([statement_on(ARN)]),
            PolicyName="invoke",
            Users=["shop"],
        ),
        DOCUMENT,
    ),
    "role": (
        _role([statement_on(ARN)]),
        "Properties/Policies/0/PolicyDocument/Statement/0/Resource",
    ),
    "single statement": (
        _managed(statement_on(ARN)),
        "Properties/PolicyDocument/Statement/Resource",
    ),
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_grants_the_unqualified_function(tmp_path: Path, name: str) -> None:
    policy, below = POLICIES[name]
    template = versioned(Policy=policy)
    assert _found(tmp_path, template) == [f"Resources/Policy/{below}"]


@pytest.mark.parametrize(
    "action",
    [
        "lambda:InvokeFunction",
        "lambda:Invoke*",
        "lambda:*",
        ["lambda:GetFunction", "lambda:InvokeFunction"],
    ],
)
def test_what_grants_invocation(tmp_path: Path, action: Json) -> None:
    template = versioned(Policy=_managed([statement_on(ARN, Action=action)]))
    assert _found(tmp_path, template) == [f"Resources/Policy/{DOCUMENT}"]


@pytest.mark.parametrize(
    "statement",
    [
        statement_on(LIVE),
        statement_on(ANY),
        statement_on({"Fn::Sub": "${Orders.Arn}:live"}),
        statement_on({"Fn::Sub": "${Orders.Arn}*"}),
        statement_on("*"),
        statement_on(ARN, Effect="Deny"),
        statement_on(ARN, Action="lambda:GetFunction"),
        {"Effect": "Allow", "NotAction": "lambda:DeleteFunction", "Resource": ARN},
        statement_on("arn:aws:lambda:us-east-1:123456789012:function:another"),
    ],
    ids=lambda statement: json.dumps(statement),
)
def test_what_does_not_grant_the_unqualified_function(
    tmp_path: Path, statement: Json
) -> None:
    assert _found(tmp_path, versioned(Policy=_managed([statement]))) == []


def test_the_pair_that_the_cdk_writes_is_silent(tmp_path: Path) -> None:
    every = {"Fn::Join": ["", [ARN, ":*"]]}
    template = versioned(
        Pair=_managed([statement_on([ARN, every])]),
        Apart=_managed([statement_on(ARN), statement_on(every)]),
    )
    assert _found(tmp_path, template) == []


def test_a_pair_in_one_case_only_is_no_pair(tmp_path: Path) -> None:
    every = {"Fn::If": ["IsProd", ANY, {"Ref": "AWS::NoValue"}]}
    template = {
        **versioned(Policy=_managed([statement_on([ARN, every])])),
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
    }
    assert _found(tmp_path, template) == [f"Resources/Policy/{DOCUMENT}/0"]


@pytest.mark.parametrize("beside", [LIVE, {"Fn::Sub": "${Orders.Arn}:7"}])
def test_one_qualifier_beside_the_function_is_no_pair(
    tmp_path: Path, beside: Json
) -> None:
    template = versioned(Policy=_managed([statement_on([ARN, beside])]))
    assert _found(tmp_path, template) == [f"Resources/Policy/{DOCUMENT}/0"]


@pytest.mark.parametrize(
    ("variable", "allowed", "place"),
    [
        (ANY, ARN, "Policies/0/Statement/0/Resource"),
        (ARN, ANY, "Environment/Variables/A"),
    ],
)
def test_a_policy_is_no_pair_with_what_a_function_is_told(
    tmp_path: Path, variable: Json, allowed: Json, place: str
) -> None:
    checkout = _serverless(
        Policies=[{"Statement": [statement_on(allowed)]}], **variables(A=variable)
    )
    found = _found(tmp_path, _sam(Checkout=checkout))
    assert found == [f"Resources/Checkout/Properties/{place}"]


def _called(*names: str) -> Json:
    """An ARN that ends in one of some names, and the functions that are called so."""
    chosen: Json = names[-1]
    for number, name in reversed([*enumerate(names[:-1])]):
        chosen = {"Fn::If": [f"Is{number}", name, chosen]}
    arn = "arn:aws:lambda:us-east-1:123456789012:function"
    template = versioned(
        Other=_function(FunctionName="other"),
        Latest=resource(
            "Lambda::Alias", FunctionName=FN, FunctionVersion="$LATEST", Name="latest"
        ),
    )
    template["Resources"]["Orders"] = _function(FunctionName="orders")
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {
        f"Is{number}": {"Fn::Equals": [{"Ref": "Stage"}, str(number)]}
        for number in range(len(names))
    }
    return template, {"Fn::Join": [":", [arn, chosen]]}


def test_each_function_that_a_place_names_is_told_once(tmp_path: Path) -> None:
    template, value = _called("elsewhere", "orders:latest", "orders", "other")
    template["Outputs"] = {"Arn": {"Value": value}}
    found = messages(lint_template(tmp_path, template), RULE)
    assert len(found) == 2
    for message, name in zip(sorted(found), ("Orders", "Other")):
        assert f" {name} without a qualifier" in message


def test_a_pair_of_one_function_is_no_pair_of_another(tmp_path: Path) -> None:
    template, value = _called("orders", "other")
    policy = _managed([statement_on(value), statement_on(ANY)])
    template["Resources"]["Policy"] = policy
    (message,) = messages(lint_template(tmp_path, template), RULE)
    assert " Other without a qualifier" in message


@pytest.mark.parametrize("named", [["orders", "orders:$LATEST"], ["orders", "q:r:s"]])
def test_an_output_that_may_name_something_else_says_when(
    tmp_path: Path, named: list[str]
) -> None:
    template, value = _called(*named)
    template["Outputs"] = {"Arn": {"Value": value}}
    (message,) = messages(lint_template(tmp_path, template), RULE)
    assert (" when Is0 is true" in message) == ("q:r:s" in named)
    assert (" when " in message) == ("q:r:s" in named)


def _framework(what: str, **properties: Json) -> Json:
    return _function(Handler=f"framework.{what}", **properties)


def test_the_frame_of_custom_resources_of_the_cdk_is_silent(tmp_path: Path) -> None:
    states = '{"States": {"A": {"Type": "Task", "Resource": "${Complete.Arn}"}}}'
    role = {"Fn::GetAtt": ["Role", "Arn"]}
    template = versioned(
        Event=_framework("onEvent", Role=role, Environment={"Variables": {"A": ARN}}),
        Complete=_framework("isComplete"),
        Role=_role([statement_on(ARN)]),
        Waiter=resource(
            "StepFunctions::StateMachine",
            DefinitionString={"Fn::Sub": states},
            RoleArn={"Fn::GetAtt": ["Waiting", "Arn"]},
        ),
        Waiting=_role([statement_on({"Fn::GetAtt": ["Complete", "Arn"]})]),
    )
    matches = lint_template(tmp_path, template)
    assert paths(matches, RULE) == paths(matches, "W9810") == []
    template["Resources"]["Event"]["Properties"]["Handler"] = "index.handler"
    assert len(_found(tmp_path, template)) == 2


def test_the_frame_of_custom_resources_hides_no_other_function(tmp_path: Path) -> None:
    either = {"Fn::If": ["IsProd", {"Fn::GetAtt": ["Complete", "Arn"]}, ARN]}
    target = {"Fn::Sub": ["${Arn}", {"Arn": either}]}
    made = versioned(Complete=_framework("isComplete"), Rule=rule_for(target))
    (message,) = messages(lint_template(tmp_path, {**made, **CHOICE}), "W9810")
    assert "$LATEST of Orders when IsProd is false" in message


def test_the_role_of_a_function_with_another_target_is_reported(
    tmp_path: Path,
) -> None:
    template = versioned(
        Policy=_role([statement_on(ARN)]),
        Caller=_function(Role={"Fn::GetAtt": ["Policy", "Arn"]}),
        Schedule=resource(
            "Events::Rule",
            ScheduleExpression="rate(1 day)",
            Targets=[{"Id": "a", "Arn": {"Fn::GetAtt": ["Caller", "Arn"]}}],
        ),
        Mapping=resource("Lambda::EventSourceMapping", FunctionName={"Ref": "Caller"}),
    )
    assert len(_found(tmp_path, template)) == 1


def _schedule(target: Json) -> Json:
    return resource(
        "Scheduler::Schedule",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="rate(1 day)",
        Target={"Arn": target, "RoleArn": {"Fn::GetAtt": ["Policy", "Arn"]}},
    )


def test_the_role_of_a_target_is_silent(tmp_path: Path) -> None:
    template = versioned(Policy=_role([statement_on(ARN)]), Schedule=_schedule(ARN))
    matches = lint_template(tmp_path, template)
    assert paths(matches, RULE) == []
    assert paths(matches, "W9810") == ["Resources/Schedule/Properties/Target/Arn"]


def test_the_role_of_another_function_s_target_is_reported(tmp_path: Path) -> None:
    template = versioned(
        Policy=_role([statement_on(ARN)]),
        Other=_function(),
        Schedule=_schedule({"Fn::GetAtt": ["Other", "Arn"]}),
    )
    assert len(_found(tmp_path, template)) == 1


def _attached(**to: Json) -> Json:
    document = _document([statement_on(ARN)])
    return resource("IAM::Policy", PolicyName="p", PolicyDocument=document, **to)


@pytest.mark.parametrize("name", ["Role", "Given"])
def test_a_policy_that_names_the_role_of_a_target_is_silent(
    tmp_path: Path, name: str
) -> None:
    """A role of another template can have other users."""
    role = {"Fn::Sub": f"arn:aws:iam::123456789012:role/${{{name}}}"}
    schedule = _schedule(ARN)
    schedule["Properties"]["Target"]["RoleArn"] = role
    template = versioned(
        Role=_role([]), More=_attached(Roles=[{"Ref": name}]), Schedule=schedule
    )
    template["Parameters"] = {"Given": {"Type": "String"}}
    assert len(_found(tmp_path, template)) == (name == "Given")


def test_a_policy_that_a_function_names_serves_the_function(tmp_path: Path) -> None:
    """Whatever invokes that function too."""
    states = {
        name: {"Type": "Task", "Resource": {"Fn::GetAtt": [name, "Arn"]}, "End": True}
        for name in ("Orders", "Checkout")
    }
    template = _sam(
        Checkout=_serverless(Policies=[{"Ref": "Policy"}]),
        Policy=_managed([statement_on(ARN)]),
        Machine=resource("StepFunctions::StateMachine", Definition={"States": states}),
    )
    assert [path.split("/")[1] for path in _found(tmp_path, template)] == ["Policy"]


def test_the_role_of_a_target_and_somebody_else_is_reported(tmp_path: Path) -> None:
    template = versioned(
        Policy=_role([statement_on(ARN)]),
        Schedule=_schedule(ARN),
        Profile=resource("IAM::InstanceProfile", Roles=[{"Ref": "Policy"}]),
    )
    assert len(_found(tmp_path, template)) == 1


def test_the_role_of_a_target_that_others_can_have_is_reported(tmp_path: Path) -> None:
    template = versioned(Policy=_role([statement_on(ARN)]), Schedule=_schedule(ARN))
    template["Outputs"] = {"Role": {"Value": {"Fn::GetAtt": ["Policy", "Arn"]}}}
    assert len(_found(tmp_path, template)) == 1


def test_the_role_with_which_codedeploy_invokes_hooks_is_silent(
    tmp_path: Path,
) -> None:
    group = resource(
        "CodeDeploy::DeploymentGroup",
        ApplicationName="orders",
        ServiceRoleArn={"Fn::GetAtt": ["Policy", "Arn"]},
    )
    template = versioned(Policy=_role([statement_on(ARN)]), Group=group)
    assert _found(tmp_path, template) == []


# -- managed instances -------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "is_reported"),
    [(ARN, False), (FN, False), ({"Fn::Sub": "${Orders.Arn}:$LATEST"}, True)],
)
def test_on_managed_instances_only_latest_written_out_counts(
    tmp_path: Path, value: Json, is_reported: bool
) -> None:
    capacity = "arn:aws:lambda:us-east-1:123456789012:capacity-provider:shop"
    managed = {
        "LambdaManagedInstancesCapacityProviderConfig": {
            "CapacityProviderArn": capacity
        }
    }
    template = versioned(Orders=_function(CapacityProviderConfig=managed))
    template["Outputs"] = {"Name": {"Value": value}}
    assert _found(tmp_path, template) == ["Outputs/Name/Value"] * is_reported


# -- SAM ---------------------------------------------------------------------------


def _serverless(**properties: Json) -> Json:
    return resource(
        "Serverless::Function",
        CodeUri="s3://artifacts/orders.zip",
        Handler="index.handler",
        Runtime="python3.13",
        **properties,
    )


def _sam(**resources: Json) -> Json:
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Orders": _serverless(AutoPublishAlias="live"), **resources},
    }


SAM_ALIAS = {"Ref": "Orders.Alias"}


@pytest.mark.parametrize(("value", "is_reported"), [(ARN, True), (SAM_ALIAS, False)])
def test_policies_of_serverless_functions(
    tmp_path: Path, value: Json, is_reported: bool
) -> None:
    policies = [_document([statement_on(value)])]
    found = _found(tmp_path, _sam(Checkout=_serverless(Policies=policies)))
    assert [path.split("/")[1] for path in found] == ["Checkout"] * is_reported


def test_a_policy_template_grants_every_qualifier(tmp_path: Path) -> None:
    policies = [{"LambdaInvokePolicy": {"FunctionName": FN}}]
    assert _found(tmp_path, _sam(Checkout=_serverless(Policies=policies))) == []


@pytest.mark.parametrize(("value", "is_reported"), [(FN, True), (SAM_ALIAS, False)])
def test_the_environment_of_serverless_functions(
    tmp_path: Path, value: Json, is_reported: bool
) -> None:
    environment = {"Variables": {"ORDERS": value}}
    found = _found(tmp_path, _sam(Checkout=_serverless(Environment=environment)))
    where = "Resources/Checkout/Properties/Environment/Variables/ORDERS"
    assert found == [where] * is_reported


def test_a_skill_is_configured_elsewhere(tmp_path: Path) -> None:
    template = _sam(Orders=_serverless(Events={"Skill": {"Type": "AlexaSkill"}}))
    matches = lint_template(tmp_path, template)
    assert paths(matches, RULE) == ["Resources/Orders/Properties/Events/Skill"]
    assert paths(matches, "W9810") == []
    (message,) = messages(matches, RULE)
    assert message.startswith("An Alexa skill (event Skill) passes on Orders without")


def test_a_skill_in_a_branch_is_called_by_its_event() -> None:
    skill = {"Fn::If": ["IsProd", {"Type": "AlexaSkill"}, {"Ref": "AWS::NoValue"}]}
    template = {**_sam(Orders=_serverless(Events={"Skill": skill})), **CHOICE}
    cfn = Template("template.json", template, ["us-east-1"])
    (found,) = UnqualifiedReference().match(cfn)
    assert found.message.startswith("An Alexa skill (event Skill) passes on Orders")


@pytest.mark.parametrize(
    ("source", "destination", "is_reported"),
    [
        ("Checkout", {"Id": "Orders"}, True),
        ("Checkout", {"Arn": ARN, "Type": "AWS::Lambda::Function"}, True),
        # A function that invokes itself runs the code that it has.
        ("Orders", {"Id": "Orders"}, False),
        ("Checkout", {"Id": ["Orders"]}, False),
        ("Checkout", None, False),
        (
            "Checkout",
            {"Arn": {"Fn::Sub": "${Orders.Arn}:live"}, "Type": "AWS::Lambda::Function"},
            False,
        ),
        # SAM permits the service, not who holds a role.
        ("Topic", {"Id": "Orders"}, False),
        # SAM allows every qualifier too.
        ("Data", {"Id": "Orders"}, False),
    ],
)
def test_a_connector_from_a_function_grants_unqualified(
    source: str, destination: Json, is_reported: bool
) -> None:
    connector = resource(
        "Serverless::Connector",
        Source={"Id": source},
        Destination=destination,
        Permissions=["Write"],
    )
    template = _sam(
        Checkout=_serverless(),
        Topic=resource("SNS::Topic"),
        Data=resource("AppSync::DataSource", Type="AWS_LAMBDA"),
        Connector=connector,
    )
    found = asked(UnqualifiedReference(), template)
    assert [path.split("/")[1] for path in found] == ["Connector"] * is_reported
    # It hides none behind it.
    behind = resource(
        "Serverless::Connector",
        Source={"Id": "Checkout"},
        Destination={"Id": "Orders"},
        Permissions=["Write"],
    )
    template["Resources"]["Behind"] = behind
    found = asked(UnqualifiedReference(), template)
    assert [path.split("/")[1] for path in found][-1] == "Behind"


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
        Outputs={"Name": {"Value": "orders"}, "Arn": {"Value": arn}},
    )
    found = paths(lint_template(tmp_path, template), "I9813")
    assert found == ["Outputs/Arn/Value"]


@pytest.mark.parametrize("output", [None, "text", [], {}, {"Value": None}])
def test_a_malformed_output_is_nothing(output: Any, tmp_path: Path) -> None:
    template = stack({}, Outputs={"A": output, "B": {"Value": ARN}})
    matches = lint_template(tmp_path, template)
    if not any(match.rule.id == "E0000" for match in matches):
        assert paths(matches, "I9813") == ["Outputs/B/Value"]


def test_an_output_that_names_a_policy_holds_nothing_of_it(tmp_path: Path) -> None:
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": ARN}
    policy = resource("IAM::ManagedPolicy", PolicyDocument={"Statement": [statement]})
    template = stack(
        {}, Resources={"Policy": policy}, Outputs={"P": {"Value": {"Ref": "Policy"}}}
    )
    matches = lint_template(tmp_path, template)
    assert [path.split("/")[1] for path in paths(matches, "I9813")] == ["Policy"]
    assert "E0002" not in {match.rule.id for match in matches}


def test_a_connector_to_a_function_elsewhere_leaves_nothing() -> None:
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
    template = sam({"Events": None}, Resources={"Connector": connector})
    assert asked(UnqualifiedReference(), template) == []
    connector["Properties"]["Destination"] = {"Id": "Checkout"}
    template["Resources"]["Checkout"] = _serverless()
    assert len(asked(UnqualifiedReference(), template)) == 1


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
