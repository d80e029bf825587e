"""What the statements of a role allow, and which role a target invokes by."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.template import _roles
from tests.attached import (
    FIXED,
    NEXT,
    PUBLISHED,
    ROLE,
    RULE,
    SAM_ALIAS,
    VERSION,
    GetAtt,
    Json,
    body_with,
    document_of,
    invoked_by_role,
    machine_of,
    method_for,
    misfits,
    role_with,
    sam_with,
    serverless,
    two_aliases,
    uri_of,
)
from tests.building import (
    ARN,
    CHOICE,
    FN,
    LIVE,
    PROD_OR_DEV,
    VERSIONED,
    Template_,
    permission_on,
    resource,
    rule_for,
    stack,
    statement_on,
)
from tests.linting import FUNCTION, lint_template, messages, paths

# -- roles -------------------------------------------------------------------------

ANY: Json = {"Fn::Sub": "${Orders.Arn}:*"}

INLINE = "Resources/Role/Properties/Policies/0/PolicyDocument/Statement"


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        (LIVE, ARN),
        (LIVE, NEXT),
        (LIVE, VERSION),
        (ARN, LIVE),
        (ARN, ANY),
        (VERSION, LIVE),
        (LIVE, {"Fn::Sub": "${Orders.Arn}:next"}),
    ],
)
def test_a_role_that_allows_another_qualifier_only(
    tmp_path: Path, target: Json, allowed: Json
) -> None:
    found = misfits(tmp_path, invoked_by_role(target, statement_on(allowed)))
    assert found == [f"{INLINE}/0/Resource"]


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        (LIVE, LIVE),
        (LIVE, ANY),
        (LIVE, [ARN, ANY]),
        (LIVE, [ARN, LIVE]),
        (ARN, [ARN, ANY]),
        (LIVE, "*"),
        (LIVE, {"Fn::Sub": "${Orders.Arn}*"}),
        (LIVE, "arn:aws:lambda:*:*:function:*"),
        (LIVE, {"Fn::Sub": "arn:*:lambda:*:*:function:${Orders}:*"}),
        (LIVE, [ARN, {"Fn::ImportValue": "functions"}]),
        (LIVE, [ARN, {"Ref": "AnotherTemplatesParameter"}]),
        # Nothing is about the function at all.
        (LIVE, {"Fn::GetAtt": ["Topic", "Arn"]}),
        (LIVE, "arn:aws:s3:::artifacts/*"),
    ],
)
def test_a_role_that_allows_the_qualifier_or_may_do_so_is_silent(
    tmp_path: Path, target: Json, allowed: Json
) -> None:
    topic = resource("SNS::Topic")
    template = invoked_by_role(target, statement_on(allowed), Topic=topic)
    assert misfits(tmp_path, template) == []


@pytest.mark.parametrize(
    "more",
    [
        {"Action": "lambda:invokefunction"},
        {"Action": ["logs:PutLogEvents", "Lambda:Invoke*"]},
        {"Action": "lambda:*"},
        {"Action": "*"},
    ],
)
def test_actions_of_a_role_are_patterns_that_ignore_case(
    tmp_path: Path, more: Json
) -> None:
    template = invoked_by_role(LIVE, statement_on(ARN, **more))
    assert len(misfits(tmp_path, template)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        statement_on(ARN, Action="lambda:GetFunction"),
        statement_on(ARN, Effect="Deny"),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": ARN},
        {"Effect": "Allow", "Action": "lambda:*", "NotResource": NEXT},
        {"Fn::Transform": {"Name": "AWS::Include"}},
        statement_on(ARN, Action={"Ref": "Actions"}),
    ],
)
def test_a_statement_that_says_nothing_for_certain_is_silent(
    tmp_path: Path, statement: Json
) -> None:
    template = invoked_by_role(LIVE, statement)
    template["Parameters"] = {"Actions": {"Type": "String"}}
    assert misfits(tmp_path, template) == []
    # Beside one that is wrong, what cannot be read may be right.
    certain = {"Deny", "lambda:GetFunction"} & {
        str(value) for value in statement.values()
    }
    template = invoked_by_role(LIVE, statement_on(ARN), statement)
    template["Parameters"] = {"Actions": {"Type": "String"}}
    assert len(misfits(tmp_path, template)) == len(certain)


@pytest.mark.parametrize(
    "policy",
    [
        resource("IAM::Policy", Roles=[{"Ref": "Role"}]),
        resource("IAM::ManagedPolicy", Roles=[{"Ref": "Role"}]),
        resource("IAM::RolePolicy", RoleName={"Ref": "Role"}),
    ],
)
@pytest.mark.parametrize(("allowed", "is_reported"), [(ARN, True), (LIVE, False)])
def test_a_policy_that_is_attached_to_the_role_counts(
    tmp_path: Path, policy: Json, allowed: Json, is_reported: bool
) -> None:
    policy = deepcopy(policy)
    policy["Properties"]["PolicyDocument"] = document_of(statement_on(allowed))
    found = misfits(tmp_path, invoked_by_role(LIVE, Policy=policy))
    path = "Resources/Policy/Properties/PolicyDocument/Statement/0/Resource"
    assert found == [path] * is_reported


def test_a_managed_policy_that_the_role_names_counts(tmp_path: Path) -> None:
    policy = resource(
        "IAM::ManagedPolicy", PolicyDocument=document_of(statement_on(ARN))
    )
    role = role_with(ManagedPolicyArns=[{"Ref": "Policy"}])
    found = misfits(tmp_path, invoked_by_role(LIVE, Role=role, Policy=policy))
    assert found == ["Resources/Policy/Properties/PolicyDocument/Statement/0/Resource"]


@pytest.mark.parametrize(
    "resources",
    [
        # What somebody else's policy allows is unknown.
        {
            "Role": role_with(
                statement_on(ARN), ManagedPolicyArns=["arn:aws:iam::aws:policy/Lambda"]
            )
        },
        {"Role": role_with(statement_on(ARN), ManagedPolicyArns={"Ref": "Policies"})},
        {
            "Role": role_with(
                statement_on(ARN), ManagedPolicyArns=[{"Fn::ImportValue": "policy"}]
            )
        },
        {"Role": role_with(statement_on(ARN), ManagedPolicyArns=[{"a": "b"}])},
        # A policy whose role is unknown may be for this one.
        {
            "Role": role_with(statement_on(ARN)),
            "Policy": resource(
                "IAM::Policy",
                Roles=[{"Ref": "RoleName"}],
                PolicyDocument=document_of(statement_on(LIVE)),
            ),
        },
        # No statement is about the function.
        {"Role": role_with()},
        {
            "Role": role_with(),
            "Policy": resource(
                "IAM::Policy",
                Roles=[{"Ref": "RoleName"}],
                PolicyDocument=document_of(statement_on(ARN)),
            ),
        },
    ],
)
def test_a_role_whose_policies_cannot_all_be_read_is_silent(
    tmp_path: Path, resources: Json
) -> None:
    template = invoked_by_role(LIVE, **resources)
    template["Parameters"] = {
        "RoleName": {"Type": "String"},
        "Policies": {"Type": "CommaDelimitedList"},
    }
    assert misfits(tmp_path, template) == []


@pytest.mark.parametrize(
    "role",
    [
        "arn:aws:iam::123456789012:role/machine",
        {"Fn::ImportValue": "role"},
        {GetAtt: ["Missing", "Arn"]},
    ],
)
def test_a_role_of_another_template_is_silent(tmp_path: Path, role: Json) -> None:
    machine = machine_of(LIVE, RoleArn=role)
    template = two_aliases(Machine=machine, Role=role_with(statement_on(ARN)))
    assert misfits(tmp_path, template) == []


def test_what_makes_a_role_may_give_it_more_policies(tmp_path: Path) -> None:
    template = invoked_by_role(
        LIVE,
        Machine=machine_of(LIVE, RoleArn={GetAtt: ["Nested", "Outputs.Arn"]}),
        Nested=resource("CloudFormation::Stack", TemplateURL="https://a/b"),
        Policy=resource(
            "IAM::Policy",
            Roles=[{GetAtt: ["Nested", "Outputs.Name"]}],
            PolicyDocument=document_of(statement_on(ARN)),
        ),
    )
    assert misfits(tmp_path, template) == []


def test_a_policy_of_another_role_allows_nothing_to_this_one(tmp_path: Path) -> None:
    other = resource(
        "IAM::Policy",
        Roles=[{"Ref": "Other"}, {"Ref": "AWS::NoValue"}],
        PolicyDocument=document_of(statement_on(LIVE)),
    )
    template = invoked_by_role(LIVE, statement_on(ARN), Other=role_with(), Policy=other)
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"]


def test_the_arn_of_a_role_may_be_put_together(tmp_path: Path) -> None:
    arn = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/${Role}"}
    machine = machine_of(LIVE, RoleArn=arn)
    template = invoked_by_role(LIVE, statement_on(ARN), Machine=machine)
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"]


def test_a_role_of_another_scenario_hides_none(tmp_path: Path) -> None:
    role = {"Fn::If": ["IsProd", {GetAtt: ["Other", "Arn"]}, ROLE]}
    machine = machine_of({"Fn::If": ["IsProd", ARN, LIVE]}, RoleArn=role)
    template = invoked_by_role(
        LIVE, statement_on(ARN), Machine=machine, Other=role_with(statement_on(ARN))
    )
    assert misfits(tmp_path, {**template, **CHOICE}) == [f"{INLINE}/0/Resource"]


def test_a_role_is_judged_in_the_scenario_of_its_target(tmp_path: Path) -> None:
    both = {"Fn::If": ["IsProd", LIVE, ARN]}
    template = invoked_by_role(both, statement_on(both))
    template["Parameters"] = {"Stage": {"Type": "String"}}
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    assert misfits(tmp_path, template) == []
    template = {
        **template,
        "Resources": invoked_by_role(both, statement_on(ARN))["Resources"],
    }
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "when IsProd is true" in message
    assert message.endswith("allow Live too")


def test_each_target_of_a_role_needs_a_statement(tmp_path: Path) -> None:
    template = invoked_by_role(LIVE, statement_on(ARN), Other=machine_of(ARN))
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"]


@pytest.mark.parametrize(
    ("principal", "is_reported"),
    [
        (ROLE, False),
        ({"Ref": "AWS::AccountId"}, False),
        ("states.amazonaws.com", True),
        ("alexa-appkit.amazon.com", True),
    ],
)
def test_a_permission_may_be_for_the_role(
    tmp_path: Path, principal: Json, is_reported: bool
) -> None:
    permission = permission_on(LIVE, principal)
    template = invoked_by_role(LIVE, statement_on(ARN), Permission=permission)
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"] * is_reported


TARGETS_BY_ROLE: dict[str, Json] = {
    "schedule": resource(
        "Scheduler::Schedule",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="rate(1 day)",
        Target={"Arn": LIVE, "RoleArn": ROLE},
    ),
    "pipe": resource(
        "Pipes::Pipe", RoleArn=ROLE, Source="arn:aws:sqs:::q", Target=LIVE
    ),
    "rule": resource(
        "Events::Rule",
        ScheduleExpression="rate(1 day)",
        Targets=[{"Id": "orders", "Arn": LIVE, "RoleArn": ROLE}],
    ),
    "data source": resource(
        "AppSync::DataSource",
        ApiId="api",
        Name="orders",
        Type="AWS_LAMBDA",
        ServiceRoleArn=ROLE,
        LambdaConfig={"LambdaFunctionArn": LIVE},
    ),
    "stream": resource(
        "KinesisFirehose::DeliveryStream",
        ExtendedS3DestinationConfiguration={
            "BucketARN": "arn:aws:s3:::b",
            "RoleARN": ROLE,
            "ProcessingConfiguration": {
                "Processors": [
                    {
                        "Type": "Lambda",
                        "Parameters": [
                            {"ParameterName": "LambdaArn", "ParameterValue": LIVE}
                        ],
                    }
                ]
            },
        },
    ),
    "destination": resource(
        "Lambda::EventInvokeConfig",
        FunctionName={"Ref": "Source"},
        Qualifier="$LATEST",
        DestinationConfig={"OnSuccess": {"Destination": LIVE}},
    ),
    "state": machine_of(
        LIVE,
        RoleArn="arn:aws:iam::123456789012:role/machine",
        Definition={
            "StartAt": "A",
            "States": {
                "A": {
                    "Type": "Task",
                    "Resource": LIVE,
                    "Credentials": {"RoleArn": ROLE},
                    "End": True,
                }
            },
        },
    ),
    "stage of a pipeline": resource(
        "CodePipeline::Pipeline",
        RoleArn=ROLE,
        Stages=[
            {
                "Name": "Invoke",
                "Actions": [
                    {
                        "Name": "Invoke",
                        "ActionTypeId": {
                            "Category": "Invoke",
                            "Owner": "AWS",
                            "Provider": "Lambda",
                            "Version": "1",
                        },
                        "Configuration": {
                            "FunctionName": {"Fn::Sub": "${Orders}:live"}
                        },
                    }
                ],
            }
        ],
    ),
}


@pytest.mark.parametrize("name", TARGETS_BY_ROLE)
@pytest.mark.parametrize(("allowed", "is_reported"), [(ARN, True), (LIVE, False)])
def test_the_row_says_where_the_role_comes_from(
    tmp_path: Path, name: str, allowed: Json, is_reported: bool
) -> None:
    source: Json = deepcopy(FUNCTION)
    source["Properties"]["Role"] = ROLE
    template = two_aliases(
        Target=TARGETS_BY_ROLE[name],
        Role=role_with(statement_on(allowed)),
        Source=source,
    )
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"] * is_reported


def test_a_state_with_credentials_that_are_computed_is_silent(tmp_path: Path) -> None:
    machine = deepcopy(TARGETS_BY_ROLE["state"])
    machine["Properties"]["RoleArn"] = ROLE
    state = machine["Properties"]["Definition"]["States"]["A"]
    state["Credentials"] = {"RoleArn.$": "$.role"}
    template = two_aliases(Target=machine, Role=role_with(statement_on(ARN)))
    assert misfits(tmp_path, template) == []


# -- targets with a role of their own ----------------------------------------------

_ELSEWHERE = {"Fn::ImportValue": "role"}


def _with_credentials(role: Json) -> dict[str, Json]:
    integration = {"Type": "AWS_PROXY", "Uri": uri_of(LIVE)}
    if role is not None:
        integration["Credentials"] = role
    method = resource(
        "ApiGateway::Method",
        RestApiId={"Ref": "Api"},
        ResourceId={"Fn::GetAtt": ["Api", "RootResourceId"]},
        HttpMethod="GET",
        AuthorizationType="NONE",
        Integration=integration,
    )
    authorizer = resource(
        "ApiGateway::Authorizer",
        RestApiId={"Ref": "Api"},
        Name="orders",
        Type="TOKEN",
        AuthorizerUri=uri_of(LIVE),
        **({"AuthorizerCredentials": role} if role is not None else {}),
    )
    credentials = {} if role is None else {"CredentialsArn": role}
    return {
        "method": {
            "Api": resource("ApiGateway::RestApi", Name="a"),
            "Target": method,
        },
        "authorizer": {
            "Api": resource("ApiGateway::RestApi", Name="a"),
            "Target": authorizer,
        },
        "integration": {
            "Api": resource("ApiGatewayV2::Api", Name="a"),
            "Target": resource(
                "ApiGatewayV2::Integration",
                ApiId={"Ref": "Api"},
                IntegrationType="AWS_PROXY",
                IntegrationUri=LIVE,
                PayloadFormatVersion="2.0",
                **credentials,
            ),
        },
        "definition": {
            "Api": body_with(
                "AWS::ApiGateway::RestApi",
                **({"credentials": role} if role is not None else {}),
            )
        },
    }


@pytest.mark.parametrize("name", _with_credentials(None))
@pytest.mark.parametrize(
    ("role", "is_reported"),
    [
        (None, True),
        ({"Ref": "AWS::NoValue"}, True),
        (_ELSEWHERE, False),
        ("arn:aws:iam::*:user/*", False),
    ],
)
def test_a_permission_beside_a_role_is_surplus(
    tmp_path: Path, name: str, role: Json, is_reported: bool
) -> None:
    permission = permission_on(FN, "apigateway.amazonaws.com")
    template = two_aliases(**_with_credentials(role)[name], Permission=permission)
    assert misfits(tmp_path, template) == [FIXED] * is_reported


def test_the_credentials_of_an_api_are_held_to_the_qualifier(tmp_path: Path) -> None:
    role = role_with(statement_on(ARN))
    template = two_aliases(**_with_credentials(ROLE)["method"], Role=role)
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"]


def test_a_rule_with_a_role_needs_no_permission(tmp_path: Path) -> None:
    template = two_aliases(
        Target=TARGETS_BY_ROLE["rule"],
        Role=role_with(statement_on(LIVE)),
        Permission=permission_on(FN),
    )
    assert misfits(tmp_path, template) == []


# -- SAM's roles -------------------------------------------------------------------


def _sam_machine(*policies: Json, **properties: Json) -> Json:
    states = {"A": {"Type": "Task", "Resource": SAM_ALIAS, "End": True}}
    return resource(
        "Serverless::StateMachine",
        Definition={"StartAt": "A", "States": states},
        **({"Policies": list(policies)} if policies else {}),
        **properties,
    )


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([document_of(statement_on(ARN))], ["0/Statement/0/Resource"]),
        (
            [
                {"DynamoDBReadPolicy": {"TableName": "t"}},
                document_of(statement_on(ARN)),
            ],
            ["1/Statement/0/Resource"],
        ),
        ([document_of(statement_on(SAM_ALIAS))], []),
        (
            [
                document_of(statement_on(ARN)),
                {"LambdaInvokePolicy": {"FunctionName": FN}},
            ],
            [],
        ),
        ([document_of(statement_on(ARN)), "AWSLambdaRole"], []),
        ([document_of(statement_on(ARN)), {"Ref": "Policy"}], []),
        ([document_of(statement_on(ARN)), {"Unknown": {"FunctionName": FN}}], []),
        ([document_of(statement_on(ARN)), {"Fn::If": ["Nobody", "a", "b"]}], []),
        ([{"LambdaInvokePolicy": {"FunctionName": FN}}], []),
        ([document_of(statement_on(ARN)), 7], []),
        # SAM takes a policy template alone only.
        (
            [
                document_of(statement_on(ARN)),
                {"SQSPollerPolicy": {}, "LambdaInvokePolicy": {"FunctionName": FN}},
            ],
            [],
        ),
    ],
)
def test_the_policies_of_a_serverless_state_machine_count(
    tmp_path: Path, policies: list[Json], expected: list[str]
) -> None:
    template = sam_with(PUBLISHED, Machine=_sam_machine(*policies))
    root = "Resources/Machine/Properties/Policies/"
    assert misfits(tmp_path, template) == [root + path for path in expected]


def test_policies_beside_a_role_are_without_effect(tmp_path: Path) -> None:
    machine = _sam_machine(document_of(statement_on(ARN)), Role=_ELSEWHERE)
    assert misfits(tmp_path, sam_with(PUBLISHED, Machine=machine)) == []


@pytest.mark.parametrize(
    ("destination", "is_reported"),
    [
        ({"Id": "Orders"}, True),
        ({"Arn": ARN, "Type": "AWS::Lambda::Function"}, True),
        ({"Arn": SAM_ALIAS, "Type": "AWS::Lambda::Function"}, False),
    ],
)
def test_a_connector_of_a_state_machine_is_a_policy(
    tmp_path: Path, destination: Json, is_reported: bool
) -> None:
    connector = resource(
        "Serverless::Connector",
        Source={"Id": "Machine"},
        Destination=destination,
        Permissions=["Write"],
    )
    template = sam_with(PUBLISHED, Machine=_sam_machine(), Connector=connector)
    found = lint_template(tmp_path, template)
    reported = [path.split("/")[1] for path in paths(found, RULE)]
    assert reported == ["Connector"] * is_reported
    # The state machine shows who invokes the function.
    assert paths(found, "I9813") == []


def test_the_connector_of_another_state_machine_allows_nothing(tmp_path: Path) -> None:
    connector = resource(
        "Serverless::Connector",
        Source={"Id": "Other"},
        Destination={"Arn": SAM_ALIAS, "Type": "AWS::Lambda::Function"},
        Permissions=["Write"],
    )
    machine = _sam_machine(document_of(statement_on(ARN)))
    template = sam_with(
        PUBLISHED, Machine=machine, Other=_sam_machine(), Connector=connector
    )
    root = "Resources/Machine/Properties/Policies/"
    assert misfits(tmp_path, template) == [f"{root}0/Statement/0/Resource"]


def test_a_connector_that_makes_a_permission_allows_no_role(tmp_path: Path) -> None:
    rule = deepcopy(TARGETS_BY_ROLE["rule"])
    rule["Properties"]["Targets"][0]["Arn"] = SAM_ALIAS
    connector = resource(
        "Serverless::Connector",
        Source={"Id": "Rule"},
        Destination={"Id": "Orders"},
        Permissions=["Write"],
    )
    template = sam_with(PUBLISHED, Rule=rule, Role=role_with(), Connector=connector)
    assert misfits(tmp_path, template) == []


def test_sam_lets_a_function_invoke_its_destination(tmp_path: Path) -> None:
    destination = {"Type": "Lambda", "Destination": SAM_ALIAS}
    source = serverless(
        Policies=[document_of(statement_on(ARN))],
        EventInvokeConfig={"DestinationConfig": {"OnSuccess": destination}},
    )
    del source["Properties"]["Role"]
    assert misfits(tmp_path, sam_with(PUBLISHED, Source=source)) == []


def test_a_connector_at_a_machine_of_sam_s_allows(tmp_path: Path) -> None:
    states = {"A": {"Type": "Task", "Resource": SAM_ALIAS, "End": True}}
    connector = {"Destination": {"Id": "Orders"}, "Permissions": ["Write"]}
    machine = {
        **resource("Serverless::StateMachine", Definition={"States": states}),
        "Connectors": {"ToOrders": {"Properties": connector}},
    }
    found = lint_template(tmp_path, sam_with(PUBLISHED, Machine=machine))
    (message,) = messages(found, RULE)
    assert message.startswith("The connector of Machine allows $LATEST, but State A")


def test_a_connector_for_each_qualifier_is_right(tmp_path: Path) -> None:
    source = deepcopy(TARGETS_BY_ROLE["data source"])
    source["Properties"]["LambdaConfig"]["LambdaFunctionArn"] = SAM_ALIAS
    connector = resource(
        "Serverless::Connector",
        Source={"Id": "Target"},
        Destination={"Id": "Orders"},
        Permissions=["Write"],
    )
    template = sam_with(PUBLISHED, Target=source, Role=role_with(statement_on(ARN)))
    assert len(misfits(tmp_path, template)) == 1
    template["Resources"]["Connector"] = connector
    found = lint_template(tmp_path, template)
    assert paths(found, RULE) == []
    assert paths(found, "I9813") == []


@pytest.mark.parametrize(
    ("role", "is_reported"),
    [(None, True), ("NONE", True), ("", True), (_ELSEWHERE, False)],
)
@pytest.mark.parametrize("kind", ["AWS::Serverless::Api", "AWS::Serverless::HttpApi"])
def test_an_authorizer_of_sam_may_have_a_role(
    tmp_path: Path, kind: str, role: Json, is_reported: bool
) -> None:
    authorizer = {
        "FunctionArn": SAM_ALIAS,
        **({} if role is None else {"FunctionInvokeRole": role}),
        # Neither is permitted by SAM itself.
        **(
            {"AuthorizerPayloadFormatVersion": "2.0"}
            if kind.endswith("HttpApi")
            else {"DisableFunctionDefaultPermissions": True}
        ),
    }
    api = resource(kind, StageName="prod", Auth={"Authorizers": {"Custom": authorizer}})
    permission = permission_on(FN, "apigateway.amazonaws.com")
    template = sam_with(PUBLISHED, Api=api, Permission=permission)
    assert misfits(tmp_path, template) == [FIXED] * is_reported


@pytest.mark.parametrize("target", [ARN, LIVE])
def test_an_unqualified_target_is_told_that_its_role_must_allow_the_alias(
    tmp_path: Path, target: Json
) -> None:
    found = lint_template(tmp_path, invoked_by_role(target, statement_on(ANY)))
    for message in messages(found, "W9810"):
        assert message.endswith(
            "alias of a published version, which role Role must allow"
        )
    assert len(messages(found, "W9810")) == (target == ARN)
    found = lint_template(tmp_path, two_aliases(Rule=rule_for(target)))
    assert not any("role" in message for message in messages(found, "W9810"))


def test_a_role_that_sam_makes_must_allow_the_alias(tmp_path: Path) -> None:
    definition = {
        "StartAt": "Ship",
        "States": {"Ship": {"Type": "Task", "Resource": ARN, "End": True}},
    }
    steps = resource("AWS::Serverless::StateMachine", Definition=definition)
    found = lint_template(tmp_path, sam_with(PUBLISHED, Steps=steps))
    (message,) = messages(found, "W9810")
    assert message.endswith(".Alias, which its role must allow")


def test_the_policy_templates_of_sam_that_let_invoke_are_known() -> None:
    translator = pytest.importorskip("samtranslator")
    path = Path(translator.__file__).parent / "policy_templates_data"
    text = (path / "policy_templates.json").read_text("utf-8")
    templates = json.loads(text)["Templates"]
    granting = {
        name
        for name, template in templates.items()
        if "lambda:InvokeFunction" in json.dumps(template)
    }
    assert granting == {_roles._INVOKE_TEMPLATE}


# -- what may be right -------------------------------------------------------------

NOTHING = {"Ref": "AWS::NoValue"}


def test_a_role_in_one_scenario_leaves_the_other_to_permissions(tmp_path: Path) -> None:
    api = method_for({"Fn::If": ["IsProd", ARN, LIVE]})
    integration = api["Target"]["Properties"]["Integration"]
    integration["Credentials"] = {"Fn::If": ["IsProd", ROLE, NOTHING]}
    permission = permission_on(FN, "apigateway.amazonaws.com")
    template = {**two_aliases(**api, Role=role_with(), Permission=permission), **CHOICE}
    [message] = messages(lint_template(tmp_path, template), RULE)
    assert "invokes Live of Orders when IsProd is false, so" in message
    for nothing in (NOTHING, "", "NONE"):
        integration["Credentials"] = {"Fn::If": ["IsProd", nothing, ROLE]}
        resources = two_aliases(**api, Role=role_with(), Permission=permission)
        assert misfits(tmp_path, {**resources, **CHOICE}) == []


def test_a_role_that_is_never_there_with_its_target_authorises_nothing(
    tmp_path: Path,
) -> None:
    api = method_for({"Fn::If": ["IsProd", LIVE, ARN]})
    integration = api["Target"]["Properties"]["Integration"]
    integration["Credentials"] = {"Fn::If": ["IsDev", ROLE, NOTHING]}
    permission = permission_on(FN, "apigateway.amazonaws.com")
    resources = two_aliases(**api, Role=role_with(), Permission=permission)
    assert misfits(tmp_path, {**resources, **PROD_OR_DEV}) == [FIXED]


@pytest.mark.parametrize(
    ("name", "is_reported"),
    [({"Fn::Sub": "${Stage}-orders"}, False), ("carts", True), (None, True)],
)
def test_a_statement_on_a_name_may_be_on_a_function_that_is_called_so(
    tmp_path: Path, name: Json, is_reported: bool
) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:shop-orders:live"
    template = {**invoked_by_role(LIVE, statement_on(ARN), statement_on(arn)), **CHOICE}
    orders: Json = deepcopy(FUNCTION)
    orders["Properties"].update({"FunctionName": name} if name else {})
    template["Resources"]["Orders"] = orders
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"] * is_reported


def test_a_statement_on_a_name_that_is_unknown_may_be_right(tmp_path: Path) -> None:
    arn = {"Fn::Sub": "arn:aws:lambda:us-east-1:123456789012:function:${Stage}:live"}
    template = {**invoked_by_role(LIVE, statement_on(ARN), statement_on(arn)), **CHOICE}
    assert misfits(tmp_path, template) == []


def test_the_first_of_the_wrong_statements_is_reported(tmp_path: Path) -> None:
    template = invoked_by_role(LIVE, statement_on(ARN), statement_on(NEXT))
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"]


def test_a_statement_on_another_function_alone_is_another_matter(
    tmp_path: Path,
) -> None:
    statement = statement_on({GetAtt: ["Other", "Arn"]})
    template = invoked_by_role(LIVE, statement, Other=deepcopy(FUNCTION))
    assert misfits(tmp_path, template) == []


@pytest.mark.parametrize("pattern", ["liv?", "l*", "*"])
def test_a_statement_on_a_pattern_of_qualifiers_may_be_right(
    tmp_path: Path, pattern: str
) -> None:
    allowed = {"Fn::Sub": f"${{Orders.Arn}}:{pattern}"}
    template = invoked_by_role(LIVE, statement_on(ARN), statement_on(allowed))
    assert misfits(tmp_path, template) == []
    template = invoked_by_role(ARN, statement_on(allowed))
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"]


def test_a_permission_for_the_role_hides_no_other_target(tmp_path: Path) -> None:
    template = invoked_by_role(
        LIVE,
        statement_on(ARN),
        Permission=permission_on(LIVE, ROLE),
        Other=machine_of(NEXT),
    )
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"]


def test_a_statement_of_another_scenario_allows_nothing_here(tmp_path: Path) -> None:
    allowed = {"Fn::If": ["IsProd", ARN, NOTHING]}
    invoked = {"Fn::If": ["IsProd", ARN, LIVE]}
    template = {**invoked_by_role(invoked, statement_on(allowed)), **CHOICE}
    assert misfits(tmp_path, template) == []


@pytest.mark.parametrize(
    ("beside", "is_reported"),
    [
        (NOTHING, True),
        ({GetAtt: ["Topic", "TopicArn"]}, True),
        ("arn:aws:s3:::artifacts/*", True),
        ("arn:aws:s3*", True),
        ("arn:aws:lam*:us-east-1:123456789012:function:orders:live", False),
        # What stands in the place of the service, or before it, may be anything.
        ("arn:aws", False),
        ({"Fn::Sub": "arn:aws:${Stored.Value}:a:b:function:orders:live"}, False),
        ({"Fn::Sub": "${Stored.Value}:lambda:a:b:function:orders:live"}, False),
        # What an output of a nested stack or a parameter holds may be the function.
        ({GetAtt: ["Nested", "Outputs.Arn"]}, False),
        ({GetAtt: ["Stored", "Value"]}, False),
        ({GetAtt: ["Orders", "Unknown"]}, False),
        ({GetAtt: ["Own", "Arn"]}, False),
        ({"a": "b"}, False),
        (["a"], False),
    ],
    ids=json.dumps,
)
def test_what_a_statement_names_beside_may_be_the_function(
    tmp_path: Path, beside: Json, is_reported: bool
) -> None:
    template = invoked_by_role(
        LIVE,
        statement_on([ARN, beside]),
        Topic=resource("SNS::Topic"),
        Nested=resource("CloudFormation::Stack", TemplateURL="https://a/b"),
        Stored=resource("SSM::Parameter", Type="String", Value="v"),
        Own=resource("Custom::Function", ServiceToken="arn:aws:sns:a:b:c"),
    )
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource/0"] * is_reported


@pytest.mark.parametrize(
    "more", [{"Action": [{"a": "b"}]}, {"Effect": {"a": "b"}}, {"Effect": ["Allow"]}]
)
def test_a_malformed_statement_may_be_right(tmp_path: Path, more: Json) -> None:
    template = invoked_by_role(LIVE, statement_on(ARN), {**statement_on(ARN), **more})
    matches = lint_template(tmp_path, template)
    assert [match for match in matches if match.rule.id == "E0002"] == []


@pytest.mark.parametrize("odd", ["Statement", 7, None, True, {}])
def test_what_is_no_statement_may_be_right(tmp_path: Path, odd: Json) -> None:
    # `lint` fails where a rule raises.
    assert misfits(tmp_path, invoked_by_role(LIVE, statement_on(ARN), odd)) == []
    role = role_with(statement_on(ARN))
    for policy in (
        odd,
        {"PolicyDocument": odd},
        {"PolicyDocument": {"Statement": odd}},
    ):
        role["Properties"]["Policies"] = [policy]
        assert misfits(tmp_path, invoked_by_role(LIVE, Role=role)) == []


_CREDENTIALS = {"type": "aws_proxy", "credentials": ROLE}
_ROLE_BESIDE: dict[str, Json] = {
    "integration": {
        "paths": {"/": {"get": {"x-amazon-apigateway-integration": _CREDENTIALS}}}
    },
    "integrations": {
        "components": {"x-amazon-apigateway-integrations": {"sell": _CREDENTIALS}}
    },
    "security schemes": {
        "components": {
            "securitySchemes": {
                "A": {"x-amazon-apigateway-authorizer": {"authorizerCredentials": ROLE}}
            }
        }
    },
    "security definitions": {
        "securityDefinitions": {
            "A": {"x-amazon-apigateway-authorizer": {"authorizerCredentials": ROLE}}
        }
    },
}


def _with_uri(node: Json, has_role: bool) -> Json:
    """A definition in which each integration and authorizer invokes the alias."""
    if not isinstance(node, dict) or node == ROLE:
        return node
    made = {key: _with_uri(value, has_role) for key, value in node.items()}
    for role, uri in (
        ("credentials", "uri"),
        ("authorizerCredentials", "authorizerUri"),
    ):
        if role in made:
            made[uri] = uri_of(LIVE)
            if not has_role:
                del made[role]
    return made


@pytest.mark.parametrize("name", _ROLE_BESIDE)
def test_a_definition_says_by_which_role_it_invokes(tmp_path: Path, name: str) -> None:
    for has_role, expected in ((True, []), (False, [FIXED])):
        template = two_aliases(
            Api=resource(
                "ApiGateway::RestApi", Body=_with_uri(_ROLE_BESIDE[name], has_role)
            ),
            Role=role_with(),
            Permission=permission_on(FN, "apigateway.amazonaws.com"),
        )
        assert misfits(tmp_path, template) == expected


@pytest.mark.parametrize(
    ("action", "inputs"),
    [
        ("aws:invokeLambdaFunction", {}),
        ("aws:executeAwsApi", {"Service": "lambda", "Api": "Invoke"}),
    ],
)
def test_a_runbook_says_by_which_role_it_invokes(
    tmp_path: Path, action: str, inputs: Json
) -> None:
    step = {"action": action, "inputs": {**inputs, "FunctionName": LIVE}}
    content = {"assumeRole": ROLE, "mainSteps": [step]}
    template = two_aliases(
        Runbook=resource("SSM::Document", Content=content),
        Role=role_with(statement_on(ARN)),
    )
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"]


def _machine_that_may_invoke(allowed: Any) -> Template_:
    """A state machine that invokes the alias, and its role."""
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction"}
    policy = {"Statement": [{**statement, "Resource": allowed}]}
    task = {"Type": "Task", "Resource": LIVE, "End": True}
    return {
        "Role": resource("IAM::Role", Policies=[{"PolicyDocument": policy}]),
        "Machine": resource(
            "StepFunctions::StateMachine",
            RoleArn={"Fn::GetAtt": ["Role", "Arn"]},
            Definition={"StartAt": "A", "States": {"A": task}},
        ),
    }


def test_a_parameter_may_hold_what_a_statement_allows(tmp_path: Path) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function"
    template = stack(
        {"FunctionName": "orders"},
        Resources={**VERSIONED, **_machine_that_may_invoke({"Ref": "Arns"})},
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
    template = stack(
        {},
        Resources={
            **VERSIONED,
            **_machine_that_may_invoke(allowed),
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


@pytest.mark.parametrize(
    ("granted", "is_reported"),
    [
        (LIVE, False),
        ({"Fn::Sub": "${Orders}:${Given}"}, False),
        ({"Fn::Sub": "${Orders}:next"}, True),
    ],
)
def test_a_permission_for_the_account_counts_on_the_qualifier_that_is_invoked(
    granted: Any, is_reported: bool, tmp_path: Path
) -> None:
    template = stack(
        {},
        Resources={
            **VERSIONED,
            **_machine_that_may_invoke(ARN),
            "Permission": resource(
                "Lambda::Permission",
                Action="lambda:InvokeFunction",
                FunctionName=granted,
                Principal="123456789012",
            ),
        },
        Parameters={"Given": {"Type": "String"}},
    )
    found = paths(lint_template(tmp_path, template), "W9812")
    assert len(found) == is_reported


def test_a_statement_that_cannot_be_there_with_its_target_allows_nothing(
    tmp_path: Path,
) -> None:
    allowed = {"Fn::If": ["IsDev", LIVE, ARN]}
    template = {**invoked_by_role(LIVE, statement_on(allowed)), **PROD_OR_DEV}
    template["Resources"]["Machine"]["Condition"] = "IsProd"
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource/Fn::If/2"]


def test_a_statement_on_another_function_s_qualifiers_allows_none_of_this(
    tmp_path: Path,
) -> None:
    statement = statement_on([ARN, {"Fn::Sub": "${Other.Arn}:*"}])
    template = invoked_by_role(LIVE, statement, Other=deepcopy(FUNCTION))
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource/0"]


@pytest.mark.parametrize("qualifier", ["{% $alias %}", " {% $alias %}"])
def test_a_qualifier_that_is_computed_may_be_right(
    qualifier: str, tmp_path: Path
) -> None:
    arguments = {"FunctionName": FN, "Qualifier": qualifier}
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": arguments,
    }
    template = invoked_by_role(LIVE, statement_on(ARN))
    machine = template["Resources"]["Machine"]["Properties"]
    machine["Definition"] = {"QueryLanguage": "JSONata", "States": {"A": state}}
    assert misfits(tmp_path, template) == []
    arguments["Qualifier"] = "live"
    assert misfits(tmp_path, template) == [f"{INLINE}/0/Resource"]


def test_a_statement_that_may_deny_may_allow(tmp_path: Path) -> None:
    effect = {"Fn::If": ["IsProd", "Allow", "Deny"]}
    other = statement_on(LIVE, Effect=effect)
    template = {**invoked_by_role(LIVE, statement_on(ARN), other), **PROD_OR_DEV}
    assert misfits(tmp_path, template) == []
    other["Resource"] = ARN
    template = {**invoked_by_role(LIVE, other), **PROD_OR_DEV}
    assert misfits(tmp_path, template) == []
