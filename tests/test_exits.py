"""I9813: unqualified references that leave for callers the template does not show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.data import TargetRow, exits
from tests import schemas
from tests.building import ARN, FN, LIVE, resource, statement_on, versioned
from tests.linting import FUNCTION, lint_template, messages, paths

RULE = "I9813"

Json = Any

ANY: Json = {"Fn::Sub": "${Orders.Arn}:*"}
ROLE_ARN = "arn:aws:iam::123456789012:role/shop"
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


# -- the data ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    # A module's parameters are whatever its author declares.
    [row for rows in exits().values() for row in rows if row.type != "*::MODULE"],
    ids=lambda row: f"{row.type} {row.path}",
)
def test_a_row_names_what_the_schemas_know(row: TargetRow) -> None:
    versions = schemas.schemas().get(row.type, ())
    if not versions and not (schemas.is_current() and schemas.knows_sam()):
        pytest.skip("older schemas lack the type")
    beside = () if row.inside is not None else tuple(row.when)
    for path in (row.path, *beside):
        assert any(schemas.exists(schema, path) for schema in versions), path
    assert row.form in ("arn", "name", "self")
    # What is said of a policy is another thing than of what passes a name on.
    assert row.what is not None
    assert (row.what == "a policy") == ("Statement" in row.path)
    assert (row.form == "arn") == ("Statement" in row.path), "IAM takes ARNs only"


def test_each_policy_that_a_resource_holds_is_a_row() -> None:
    """Of IAM, whose policies let those who hold them invoke, and of SAM's own roles."""
    documents = {
        (kind, path)
        for kind, versions in schemas.schemas().items()
        if kind.startswith("AWS::IAM::")
        for schema in versions
        for path in schemas.properties(schema)
        if path.endswith("PolicyDocument") and "Assume" not in path
    }
    rows = {
        (row.type, row.path.partition("/Statement")[0])
        for rows in exits().values()
        for row in rows
        if "Statement" in row.path and row.type.startswith("AWS::IAM::")
    }
    assert len(documents) >= 6
    assert documents <= rows
    if schemas.is_current():
        assert documents == rows


@pytest.mark.parametrize("statement", ["Statement", "Statement/*"])
def test_each_policy_is_read_as_one_statement_and_as_a_list(statement: str) -> None:
    holders = {
        row.path.partition("Statement")[0] + row.type
        for rows in exits().values()
        for row in rows
        if "Statement" in row.path
    }
    assert holders == {
        row.path.partition("Statement")[0] + row.type
        for rows in exits().values()
        for row in rows
        if f"{statement}/Resource/*" in row.path
    }


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


PASSED: Json = {"Ref": "Orders"}
NESTED: dict[str, tuple[Json, bool]] = {
    "a grant of every qualifier": (
        {"Place": resource("SSM::Parameter", Value="a")},
        False,
    ),
    "a target": (
        {"Place": resource("Events::Rule", Targets=[{"Id": "a", "Arn": PASSED}])},
        True,
    ),
    "a target through an alias": (
        {
            "Place": resource(
                "Events::Rule",
                Targets=[{"Id": "a", "Arn": {"Fn::Sub": "${Orders}:live"}}],
            )
        },
        False,
    ),
    "an exit": ({"Place": resource("SSM::Parameter", Value=PASSED)}, True),
    "a file that cannot be read": (
        {"Place": resource("Serverless::StateMachine", DefinitionUri="missing.json")},
        True,
    ),
}


@pytest.mark.parametrize("name", NESTED)
def test_a_local_nested_template_decides(tmp_path: Path, name: str) -> None:
    resources, is_reported = NESTED[name]
    nested = {"Parameters": {"Orders": {"Type": "String"}}, "Resources": resources}
    (tmp_path / "nested.json").write_text(json.dumps(nested))
    stack = resource(
        "CloudFormation::Stack",
        Parameters={"Orders": ARN},
        TemplateURL="nested.json",
    )
    found = _found(tmp_path, versioned(Nested=stack))
    assert found == ["Resources/Nested/Properties/Parameters/Orders"] * is_reported


@pytest.mark.parametrize(
    ("more", "is_reported"),
    [
        ({"Outputs": {"A": {"Value": PASSED}}}, True),
        ({"Outputs": {"A": {"Value": "a"}}}, False),
        ({"Outputs": ["a"], "Resources": [1]}, False),
        ({"Transform": "Unknown"}, True),
        ({"Globals": {"Function": {}}}, True),
        ({"Parameters": None}, True),
        ({"Parameters": {"Another": {"Type": "String"}}}, True),
    ],
)
def test_the_sections_of_a_local_nested_template(
    tmp_path: Path, more: Json, is_reported: bool
) -> None:
    nested = {"Parameters": {"Orders": {"Type": "String"}}, "Resources": {}, **more}
    (tmp_path / "nested.json").write_text(json.dumps(nested))
    application = resource(
        "CloudFormation::Stack",
        Parameters={"Orders": ARN},
        TemplateURL="nested.json",
    )
    assert len(_found(tmp_path, versioned(Nested=application))) == is_reported


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


def test_the_role_of_a_target_and_somebody_else_is_reported(tmp_path: Path) -> None:
    template = versioned(
        Policy=_role([statement_on(ARN)]),
        Schedule=_schedule(ARN),
        Profile=resource("IAM::InstanceProfile", Roles=[{"Ref": "Policy"}]),
    )
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


def test_a_connector_from_a_function_grants_unqualified(tmp_path: Path) -> None:
    connector = resource(
        "Serverless::Connector",
        Source={"Id": "Checkout"},
        Destination={"Id": "Orders"},
        Permissions=["Write"],
    )
    found = _found(tmp_path, _sam(Checkout=_serverless(), Connector=connector))
    assert [path.split("/")[1] for path in found] == ["Connector"]
