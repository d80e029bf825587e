"""Every row of the catalogue from end to end: found unqualified, silent qualified.

The templates are made from the rows themselves, so a new row is tested by being
there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from cfnlint.template import Template

from cfn_lint_lambda_race import UnqualifiedTarget
from cfn_lint_lambda_race._words import name_target
from cfn_lint_lambda_race.data import TargetRow, load, targets
from cfn_lint_lambda_race.template import read
from tests import linting
from tests.linting import lint_template, messages, paths

ROWS = [row for rows in targets().values() for row in rows]
ATTRIBUTES = [row for row in ROWS if row.is_attribute]
PLACES = [row for row in ROWS if row.form != "self" and not row.is_attribute]
OWN = [row for row in ROWS if row.form == "self"]
IN_PROPERTIES = [row for row in PLACES if row.inside is None]
IN_DOCUMENTS = [row for row in PLACES if row.inside is not None and not row.is_file]
IN_FILES = [row for row in PLACES if row.is_file]

# What stands around the reference, in Fn::Sub's words.
FORMS = {
    "arn": "{}",
    "name": "{}",
    "iot-sql": "SELECT *, aws_lambda('{}', *) AS price FROM 'orders'",
    "uri": "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path"
    "/2015-03-31/functions/{}/invocations",
}
# How a template writes the reference, and whether that is unqualified.
WRITTEN = {
    "${Fn.Arn}": True,
    "${Fn.Arn}:$LATEST": True,
    "${Alias}": False,
    "${Fn.Arn}:live": False,
    "${Version}": False,
    "${Fn.Arn}:${Version.Version}": False,
    "${Fn.Arn}:$LATEST.PUBLISHED": False,
    "${Fn.Arn}:${Stage}": False,
}
# What a property beside the reference says of the qualifier.
QUALIFIERS: list[tuple[Any, bool]] = [
    ("live", False),
    ("7", False),
    ({"Ref": "Stage"}, False),
    ({"Fn::GetAtt": "Version.Version"}, False),
    ("$LATEST", True),
    ({"Ref": "AWS::NoValue"}, True),
]
# The same in a file, which holds no intrinsic functions.
ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders"
LITERAL = {
    ARN: True,
    f"{ARN}:$LATEST": True,
    f"{ARN}:live": False,
    f"{ARN}:7": False,
}
FUNCTION: dict[str, Any] = {
    "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "orders"}},
    "Version": {
        "Type": "AWS::Lambda::Version",
        "Properties": {"FunctionName": {"Ref": "Fn"}},
    },
    "Alias": {
        "Type": "AWS::Lambda::Alias",
        "Properties": {
            "FunctionName": {"Ref": "Fn"},
            "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
            "Name": "live",
        },
    },
}


class Use(NamedTuple):
    """An unqualified use, as far as these tests look at it."""

    function: str
    path: str


class Case(NamedTuple):
    """The properties of a target, and whether it is unqualified."""

    properties: Mapping[str, Any]
    is_unqualified: bool
    written: str = ""


def _uses(
    kind: str, cases: Sequence[Case], file: Path | None = None, **more: Any
) -> list[list[Use]]:
    """The unqualified uses in a template with a resource for each case."""
    template = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {
            **deepcopy(FUNCTION),
            **{
                f"Target{index}": {"Type": kind, "Properties": case.properties}
                for index, case in enumerate(cases)
            },
        },
        **more,
    }
    filename = str(file.with_name("template.json")) if file else "template.json"
    reading = read(Template(filename, template, ["us-east-1"]))
    found: list[list[Use]] = [[] for _ in cases]
    for target in reading.targets:
        for use in reading.unqualified_uses(target):
            path = "/".join(map(str, target.path[3:]))
            index = int(target.resource.id.removeprefix("Target"))
            assert target.path[:3] == ("Resources", target.resource.id, "Properties")
            found[index].append(Use(use.function, path))
    return found


def _check(kind: str, cases: Sequence[Case], place: str, **more: Any) -> None:
    """Each unqualified case has one use, at the place; the others have none."""
    assert {case.is_unqualified for case in cases} == {True, False}
    for case, uses in zip(cases, _uses(kind, cases, **more)):
        expected = [Use("Fn", place)] if case.is_unqualified else []
        assert uses == expected, (case.written, case.properties)


def _name(row: TargetRow) -> str:
    what = "".join(f" {values[0]}" for values in row.when.values())
    return f"{row.type} {row.path} {row.inside or ''}{what}"


def _kind(row: TargetRow) -> str:
    return row.type.replace("*", "Orders")


def _put(node: Any, path: str, value: Any, item: str | int) -> None:
    """Put a value below a node; ``item`` is what stands for ``*``."""
    steps: list[str | int] = [
        item if step == "*" else step for step in path.split("/") if step != "**"
    ]
    for step, following in zip(steps, [*steps[1:], None]):
        below: Any = value
        if following is not None:
            below = [] if isinstance(following, int) else {}
        if isinstance(node, list):
            if not node:
                node.append(below)
            node = node[0]
        elif following is None:
            node[step] = value
        else:
            node = node.setdefault(step, below)


def _admitted(when: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    """Values beside a place that match, each pattern at least once."""
    for index in range(max([1, *map(len, when.values())])):
        yield {
            path: patterns[min(index, len(patterns) - 1)].replace("*", "aws")
            for path, patterns in when.items()
        }


def _properties(beside: Mapping[str, Any], item: str | int = 0) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for path, value in beside.items():
        _put(properties, path, value, item)
    return properties


def _documents(
    row: TargetRow, value: Any, outer: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    """Documents that hold a value at the row's place, below further steps."""
    assert row.inside is not None
    for beside in _admitted(row.inside_when):
        document = _properties(beside)
        _put(document, row.inside, value, 0)
        yield _properties({"/".join(outer): document}) if outer else document


def _in_document(row: TargetRow, document: Any) -> dict[str, Any]:
    properties = _properties(next(_admitted(row.when)))
    _put(properties, row.path, document, 0)
    return properties


def _sub(row: TargetRow, reference: str) -> dict[str, Any]:
    return {"Fn::Sub": FORMS[row.form].format(reference)}


def _place(path: str, item: str | int) -> str:
    steps = [str(item) if s == "*" else s for s in path.split("/") if s != "**"]
    return "/".join(steps)


def test_the_catalogue_is_large() -> None:
    assert len(IN_PROPERTIES) > 150
    assert len(IN_DOCUMENTS) > 25
    assert len(IN_FILES) > 8
    assert len(OWN) > 15
    groups = (IN_PROPERTIES, IN_DOCUMENTS, IN_FILES, OWN, ATTRIBUTES)
    assert len(ROWS) == sum(map(len, groups))


@pytest.mark.parametrize("item", [0, "Key"])
@pytest.mark.parametrize("row", IN_PROPERTIES, ids=_name)
def test_a_property(row: TargetRow, item: str | int) -> None:
    cases: list[Case] = []
    for beside in _admitted(row.when):
        for reference, is_unqualified in WRITTEN.items():
            properties = _properties(beside, item)
            _put(properties, row.path, _sub(row, reference), item)
            cases.append(Case(properties, is_unqualified, reference))
    _check(_kind(row), cases, _place(row.path, item))


@pytest.mark.parametrize("row", ATTRIBUTES, ids=_name)
@pytest.mark.parametrize(("reference", "is_unqualified"), WRITTEN.items())
def test_an_attribute(row: TargetRow, reference: str, is_unqualified: bool) -> None:
    target = {**FUNCTION["Alias"], "Type": row.type}
    _put(target, row.path, _sub(row, reference), 0)
    template = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {**FUNCTION, "Target": target},
    }
    reading = read(Template("template.json", template, ["us-east-1"]))
    uses = [
        Use(use.function, "/".join(map(str, found.path[2:])))
        for found in reading.targets
        for use in reading.unqualified_uses(found)
    ]
    assert uses == ([Use("Fn", row.path)] if is_unqualified else [])


@pytest.mark.parametrize("row", IN_PROPERTIES, ids=_name)
def test_the_branch_of_a_property(row: TargetRow) -> None:
    conditions = {"Is": {"Fn::Equals": [{"Ref": "Stage"}, "x"]}}
    properties = _properties(next(_admitted(row.when)))
    branches = [_sub(row, "${Alias}"), _sub(row, "${Fn.Arn}")]
    _put(properties, row.path, {"Fn::If": ["Is", *branches]}, 0)
    (uses,) = _uses(_kind(row), [Case(properties, True)], Conditions=conditions)
    assert uses == [Use("Fn", f"{_place(row.path, 0)}/Fn::If/2")]


@pytest.mark.parametrize("row", [row for row in IN_PROPERTIES if row.when], ids=_name)
def test_what_stands_beside_decides(row: TargetRow) -> None:
    cases: list[Case] = []
    for path in row.when:
        for other in ("SOMETHING-ELSE", {"Ref": "Stage"}, None):
            beside = {**next(_admitted(row.when)), path: other}
            if other is None:
                del beside[path]
            properties = _properties(beside)
            _put(properties, row.path, _sub(row, "${Fn.Arn}"), 0)
            cases.append(Case(properties, False, f"{path} {other}"))
    assert len(cases) >= 3
    assert _uses(_kind(row), cases) == [[] for _ in cases]


@pytest.mark.parametrize(
    "row", [row for row in PLACES if row.qualifier and not row.is_file], ids=_name
)
def test_a_qualifier_beside(row: TargetRow) -> None:
    assert row.qualifier is not None
    cases: list[Case] = []
    for qualifier, is_unqualified in QUALIFIERS:
        properties = _properties(next(_admitted(row.when)))
        document = properties
        if row.inside is not None:
            document = _properties(next(_admitted(row.inside_when)))
        _put(document, row.qualifier, qualifier, 0)
        _put(document, row.inside or row.path, _sub(row, "${Fn.Arn}"), 0)
        if row.inside is not None:
            _put(properties, row.path, document, 0)
        cases.append(Case(properties, is_unqualified, str(qualifier)))
    place = _place(f"{row.path}/{row.inside}" if row.inside else row.path, 0)
    _check(_kind(row), cases, place)


@pytest.mark.parametrize("row", IN_DOCUMENTS, ids=_name)
def test_an_object(row: TargetRow) -> None:
    assert row.inside is not None
    for outer in [(), ("Outer",)] if "**" in row.inside else [()]:
        cases = [
            Case(_in_document(row, document), is_unqualified, reference)
            for reference, is_unqualified in WRITTEN.items()
            for document in _documents(row, _sub(row, reference), outer)
        ]
        inside = "/".join([*outer, row.inside])
        _check(_kind(row), cases, _place(f"{row.path}/{inside}", 0))


@pytest.mark.parametrize("row", IN_DOCUMENTS, ids=_name)
def test_text(row: TargetRow) -> None:
    assert row.inside is not None
    cases: list[Case] = []
    for reference, is_unqualified in WRITTEN.items():
        text = _sub(row, reference)
        for outer in [(), ("Outer",)] if "**" in row.inside else [()]:
            for document in _documents(row, "<here>", outer):
                before, after = json.dumps(document).split("<here>")
                joined = [before, text, after]
                substituted = before + text["Fn::Sub"] + after
                whole = _documents(row, text, outer)
                for written in (
                    {"Fn::Sub": substituted},
                    {"Fn::Join": ["", joined]},
                    {"Fn::ToJsonString": next(whole)},
                ):
                    properties = _in_document(row, written)
                    cases.append(Case(properties, is_unqualified, reference))
    _check(_kind(row), cases, _place(row.path, 0))


@pytest.mark.parametrize("row", IN_FILES, ids=_name)
def test_a_file(row: TargetRow, tmp_path: Path) -> None:
    around = FORMS[row.form].format("<here>")
    around = around.replace("${AWS::Partition}", "aws")
    around = around.replace("${AWS::Region}", "us-east-1")
    cases: list[Case] = []
    for reference, is_unqualified in LITERAL.items():
        value = around.replace("<here>", reference)
        for document in _documents(row, value, ()):
            file = tmp_path / f"{len(cases)}.json"
            file.write_text(json.dumps(document))
            properties = _in_document(row, file.name)
            cases.append(Case(properties, is_unqualified, reference))
    _check(_kind(row), cases, _place(row.path, 0), file=tmp_path / "x")


@pytest.mark.parametrize("row", [row for row in PLACES if row.substitutions], ids=_name)
def test_a_substitution(row: TargetRow, tmp_path: Path) -> None:
    assert row.substitutions is not None
    cases: list[Case] = []
    for reference, is_unqualified in WRITTEN.items():
        for document in _documents(row, "${Name}", ()):
            file = tmp_path / f"{len(cases)}.json"
            file.write_text(json.dumps(document))
            wholes: list[Any] = (
                [file.name] if row.is_file else [document, json.dumps(document)]
            )
            for whole in wholes:
                properties = _in_document(row, whole)
                properties[row.substitutions] = {"Name": {"Fn::Sub": reference}}
                cases.append(Case(properties, is_unqualified, reference))
    _check(_kind(row), cases, f"{row.substitutions}/Name", file=tmp_path / "x")


@pytest.mark.parametrize("row", OWN, ids=_name)
def test_a_section_of_a_serverless_function(row: TargetRow) -> None:
    properties = _properties(next(_admitted(row.when)), "Key")
    properties.setdefault(row.path.split("/")[0], {"AuthType": "NONE"})
    cases = [
        Case(properties, True),
        Case({**properties, "AutoPublishAlias": {"Ref": "AWS::NoValue"}}, True),
        Case({**properties, "AutoPublishAlias": "live"}, False),
        Case({**properties, "AutoPublishAlias": {"Ref": "Stage"}}, False),
    ]
    place = _place(row.path, "Key")
    for index, (case, uses) in enumerate(zip(cases, _uses(row.type, cases))):
        expected = [Use(f"Target{index}", place)] if case.is_unqualified else []
        assert uses == expected


def _named(written: str) -> dict[str, Any]:
    """A resource for each row that CloudFormation takes as it is, by logical ID."""
    resources: dict[str, Any] = {}
    for index, row in enumerate(PLACES):
        if row.is_file or row.type.startswith("AWS::Serverless::"):
            continue
        value: Any = _sub(row, written)
        if row.inside is not None:
            value = {"Fn::ToJsonString": next(_documents(row, value, ()))}
        properties = _in_document(row, value)
        resources[f"Target{index}"] = {"Type": _kind(row), "Properties": properties}
    return resources


@pytest.mark.parametrize(
    ("arguments", "with_deployment"),
    [((), False), (("-x", "W9810:deployment_targets=true"), True)],
)
def test_cfn_lint_reports_each(
    arguments: tuple[str, ...], with_deployment: bool, tmp_path: Path
) -> None:
    unqualified = _named("${Fn.Arn}")
    qualified = {f"Good{name}": node for name, node in _named("${Alias}").items()}
    template = {
        "Transform": "AWS::LanguageExtensions",
        "Resources": {**deepcopy(FUNCTION), **unqualified, **qualified},
    }
    assert len(unqualified) > 180
    expected = [
        f"Resources/{name}/Properties/{_place(row.path, 0)}"
        for index, row in enumerate(PLACES)
        for name in [f"Target{index}"]
        if name in unqualified and (with_deployment or not row.is_deployment)
    ]
    found = lint_template(tmp_path, template, *arguments)
    assert sorted(paths(found, "W9810")) == sorted(expected)


def test_every_form_is_tested() -> None:
    assert {row.form for row in PLACES} == set(FORMS)
    assert not set(load("documents.json")) & {row.form for row in ROWS}


def test_an_alias_of_latest_is_unqualified_and_named() -> None:
    resources = deepcopy(FUNCTION)
    resources["Alias"]["Properties"]["FunctionVersion"] = "$LATEST"
    pipe = {"Type": "AWS::Pipes::Pipe", "Properties": {"Target": {"Ref": "Alias"}}}
    template = {"Resources": {**resources, "Pipe": pipe}}
    reading = read(Template("template.json", template, ["us-east-1"]))
    (target,) = reading.targets
    (use,) = reading.unqualified_uses(target)
    assert (use.function, use.alias, use.when) == ("Fn", "Alias", ())


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


# -- what the schemas do not tell, as AWS's and others' pages write it ---------------

_FUNCTIONS = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
_URI = {"Fn::Sub": f"{_FUNCTIONS}${{Fn.Arn}}/invocations"}
_FN_ARN = {"Fn::GetAtt": ["Fn", "Arn"]}
_INVOKE = "arn:aws:states:::lambda:invoke"
_STEP = {"Name": "Score", "Type": "Lambda", "FunctionArn": _FN_ARN}
_FLOW = {"Type": "InvokeLambdaFunction", "Parameters": {"LambdaFunctionARN": _FN_ARN}}
_AUTHORIZER = {"type": "token", "authorizerUri": _URI}
_TO_FN = {"type": "aws_proxy", "uri": _URI}
_TRIGGER = {"Trigger": "PreSignUp"}


def _openapi(**sections: Any) -> dict[str, Any]:
    return {"Body": {"openapi": "3.0.1", "paths": {}, **sections}}


def _machine(**state: Any) -> dict[str, Any]:
    states = {"Sell": {"Type": "Task", "End": True, **state}}
    return {"Definition": {"StartAt": "Sell", "States": states}}


def _runbook(action: str, **inputs: Any) -> dict[str, Any]:
    step = {"name": "sell", "action": action, "inputs": inputs}
    content = {"schemaVersion": "0.3", "mainSteps": [step]}
    return {"Content": content, "DocumentType": "Automation"}


def _pipeline(*steps: Any) -> dict[str, Any]:
    body = {"Version": "2020-12-01", "Steps": list(steps)}
    return {
        "PipelineDefinition": {"PipelineDefinitionBody": {"Fn::ToJsonString": body}}
    }


# By the page: what an example of it becomes in a template.
DOCUMENTED: dict[str, tuple[str, dict[str, Any]]] = {
    "api-gateway-swagger-extensions-integration": (
        "AWS::ApiGateway::RestApi",
        _openapi(paths={"/": {"get": {"x-amazon-apigateway-integration": _TO_FN}}}),
    ),
    "api-gateway-extensions-integrations": (
        "AWS::ApiGatewayV2::Api",
        _openapi(components={"x-amazon-apigateway-integrations": {"sell": _TO_FN}}),
    ),
    "api-gateway-swagger-extensions-authorizer": (
        "AWS::ApiGateway::RestApi",
        _openapi(
            securityDefinitions={"A": {"x-amazon-apigateway-authorizer": _AUTHORIZER}}
        ),
    ),
    "http-api-lambda-authorizer": (
        "AWS::ApiGatewayV2::Api",
        _openapi(
            components={
                "securitySchemes": {
                    "A": {"x-amazon-apigateway-authorizer": _AUTHORIZER}
                }
            }
        ),
    ),
    "connect-lambda, its ARN": (
        "AWS::StepFunctions::StateMachine",
        _machine(Resource=_FN_ARN),
    ),
    "connect-lambda": (
        "AWS::StepFunctions::StateMachine",
        _machine(Resource=_INVOKE, Parameters={"FunctionName": _FN_ARN}),
    ),
    "connect-lambda, its task token": (
        "AWS::StepFunctions::StateMachine",
        _machine(
            Resource=f"{_INVOKE}.waitForTaskToken", Parameters={"FunctionName": _FN_ARN}
        ),
    ),
    "transforming-data": (
        "AWS::StepFunctions::StateMachine",
        _machine(Resource=_INVOKE, Arguments={"FunctionName": _FN_ARN}),
    ),
    "automation-action-lambda": (
        "AWS::SSM::Document",
        _runbook("aws:invokeLambdaFunction", FunctionName={"Ref": "Fn"}),
    ),
    "automation-action-executeawsapi": (
        "AWS::SSM::Document",
        _runbook(
            "aws:executeAwsApi",
            Service="lambda",
            Api="Invoke",
            FunctionName={"Ref": "Fn"},
        ),
    ),
    "build-and-manage-steps-types": ("AWS::SageMaker::Pipeline", _pipeline(_STEP)),
    "step-type-condition": (
        "AWS::SageMaker::Pipeline",
        _pipeline({"Type": "Condition", "Arguments": {"IfSteps": [_STEP]}}),
    ),
    "step-type-condition, its else": (
        "AWS::SageMaker::Pipeline",
        _pipeline({"Type": "Condition", "Arguments": {"ElseSteps": [_STEP]}}),
    ),
    "interactions-invokelambdafunction": (
        "AWS::Connect::ContactFlow",
        {"Content": {"Fn::ToJsonString": {"Actions": [_FLOW]}}},
    ),
    "interactions-invokelambdafunction, in a module": (
        "AWS::Connect::ContactFlowModule",
        {"Content": {"Fn::ToJsonString": {"Actions": [_FLOW]}}},
    ),
    "managing-targets-universal": (
        "AWS::Scheduler::Schedule",
        {
            "Target": {
                "Arn": "arn:aws:scheduler:::aws-sdk:lambda:invoke",
                "Input": {"Fn::ToJsonString": {"FunctionName": {"Ref": "Fn"}}},
            }
        },
    ),
    "aws-resource-eventsv2-subscriber": (
        "AWS::EventsV2::Subscriber",
        {
            "InvokeConfiguration": {
                "TargetArn": "arn:aws:events:::aws-sdk:lambda:invoke",
                "UniversalTargetParameters": {
                    "Input": {"Fn::ToJsonString": {"FunctionName": {"Ref": "Fn"}}}
                },
            }
        },
    ),
    "configure-client-lambda": (
        "AWS::OSIS::Pipeline",
        {
            "PipelineConfigurationBody": {
                "Fn::ToJsonString": {
                    "a": {
                        "processor": [{"aws_lambda": {"function_name": {"Ref": "Fn"}}}]
                    }
                }
            }
        },
    ),
    "serverless: s3": (
        "Custom::S3",
        {
            "FunctionName": {"Ref": "Fn"},
            "BucketConfigs": [{"Event": "s3:ObjectCreated:*"}],
        },
    ),
    "serverless: event-bridge": (
        "Custom::EventBridge",
        {
            "FunctionName": {"Ref": "Fn"},
            "EventBridgeConfig": {"RuleName": "shop-dev-orders-rule-1"},
        },
    ),
    "serverless: cognito-user-pool": (
        "Custom::CognitoUserPool",
        {"FunctionName": {"Ref": "Fn"}, "UserPoolConfigs": [_TRIGGER]},
    ),
}


@pytest.mark.parametrize(("kind", "properties"), DOCUMENTED.values(), ids=DOCUMENTED)
def test_what_a_page_shows_is_a_target(kind: str, properties: Any) -> None:
    ((use,),) = _uses(kind, [Case(properties, True)])
    assert use.function == "Fn"


_RUN_FN = {"FunctionName": {"Ref": "Fn"}, "Qualifier": "live"}
_API_CALL = {"Service": "lambda", "Api": "Invoke"}
QUALIFIED: dict[str, tuple[str, dict[str, Any]]] = {
    "connect-lambda": (
        "AWS::StepFunctions::StateMachine",
        _machine(Resource=_INVOKE, Parameters=_RUN_FN),
    ),
    "transforming-data": (
        "AWS::StepFunctions::StateMachine",
        _machine(Resource=_INVOKE, Arguments=_RUN_FN),
    ),
    "automation-action-lambda": (
        "AWS::SSM::Document",
        _runbook("aws:invokeLambdaFunction", **_RUN_FN),
    ),
    "automation-action-executeawsapi": (
        "AWS::SSM::Document",
        _runbook("aws:executeAwsApi", **_API_CALL, **_RUN_FN),
    ),
    "managing-targets-universal": (
        "AWS::Scheduler::Schedule",
        {
            "Target": {
                "Arn": "arn:aws:scheduler:::aws-sdk:lambda:invoke",
                "Input": {"Fn::ToJsonString": _RUN_FN},
            }
        },
    ),
}


@pytest.mark.parametrize(("kind", "properties"), QUALIFIED.values(), ids=QUALIFIED)
def test_the_qualifier_that_a_page_shows_counts(kind: str, properties: Any) -> None:
    assert _uses(kind, [Case(properties, False)]) == [[]]


@pytest.mark.parametrize("hook", ["BeforeAllowTrafficHook", "AfterAllowTrafficHook"])
def test_a_hook_of_a_deployment_is_a_target_of_the_deployment(
    hook: str, tmp_path: Path
) -> None:
    alias = deepcopy(FUNCTION["Alias"])
    alias["UpdatePolicy"] = {"CodeDeployLambdaAliasUpdate": {hook: {"Ref": "Fn"}}}
    template = {"Resources": {**FUNCTION, "Alias": alias}}
    template["Resources"]["Fn"] = linting.FUNCTION
    matches = lint_template(tmp_path, template, "-x", "W9810:deployment_targets=true")
    where = f"Resources/Alias/UpdatePolicy/CodeDeployLambdaAliasUpdate/{hook}"
    assert paths(matches, "W9810") == [where]
    assert paths(lint_template(tmp_path, template), "W9810") == []


# -- what one value says in several ways --------------------------------------------

RULE = "Resources/Rule/Properties/"


def _template(kind: str, properties: Any, **sections: Any) -> dict[str, Any]:
    """A function, and a resource that invokes it."""
    resources = {
        "Fn": linting.FUNCTION,
        "Rule": {"Type": kind, "Properties": properties},
    }
    return {**sections, "Resources": {**resources, **sections.get("Resources", {})}}


def _scheduled(arn: Any, **sections: Any) -> dict[str, Any]:
    """A function that an EventBridge rule invokes by an ARN."""
    properties = {
        "ScheduleExpression": "rate(1 hour)",
        "Targets": [{"Id": "orders", "Arn": arn}],
    }
    return _template("AWS::Events::Rule", properties, **sections)


def test_each_function_of_a_statement_counts(tmp_path: Path) -> None:
    sql = "SELECT aws_lambda('${Fn.Arn}:live', *) AS a, aws_lambda('${Fn.Arn}', *) AS b"
    payload = {"Sql": {"Fn::Sub": f"{sql} FROM 'orders'"}, "Actions": []}
    template = _template("AWS::IoT::TopicRule", {"TopicRulePayload": payload})
    found = paths(lint_template(tmp_path, template), "W9810")
    assert found == [f"{RULE}TopicRulePayload/Sql"]


@pytest.mark.parametrize(
    ("otherwise", "count"),
    [({"Ref": "AWS::NoValue"}, 1), ("$LATEST", 1), ("beta", 0)],
)
def test_each_branch_of_a_qualifier_counts(
    otherwise: Any, count: int, tmp_path: Path
) -> None:
    template = _template(
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
    template = _scheduled(
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
    template = _scheduled(
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

OUTSIDE = "arn:aws:lambda:us-east-1:123456789012:function:elsewhere"
PARTITIONS = ("aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-f", "aws-eusc")
LIVE_OR_NOT = {"Fn::If": ["IsLive", "live", {"Ref": "AWS::NoValue"}]}
SECTIONS: dict[str, Any] = {
    "Parameters": {
        "Open": {"Type": "String"},
        "OpenList": {"Type": "CommaDelimitedList"},
        "Given": {"Type": "String", "AllowedValues": ["live", "$LATEST"]},
        "Stage": {"Type": "String", "Default": "dev"},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/arn"},
    },
    "Conditions": {
        "IsLive": {"Fn::Equals": [{"Ref": "Open"}, "live"]},
        "IsTest": {"Fn::Not": [{"Condition": "IsLive"}]},
    },
    "Mappings": {
        "Stages": {"dev": {"Suffix": ""}, "live": {"Suffix": ":live"}},
        "Regions": {"us-east-1": {"Suffix": ""}, "eu-west-1": {"Suffix": ":live"}},
    },
}
FN_ARN = {"Fn::GetAtt": ["Fn", "Arn"]}
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
    template = {**SECTIONS, "Resources": {**FUNCTION, **resources}}
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
    resources = {"Alias": FUNCTION["Alias"], "Version": FUNCTION["Version"]}
    template = _scheduled(value, **{**SECTIONS, "Resources": resources})
    found = messages(lint_template(tmp_path, template, "--parameters", given), "W9810")
    assert len(found) == count
    assert not any(" when " in message for message in found)


def test_a_parameter_can_be_the_whole_list(tmp_path: Path) -> None:
    arns = {"Ref": "OpenList"}
    template = _template("AWS::CloudWatch::Alarm", {"AlarmActions": arns}, **SECTIONS)
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
    template = _scheduled(arn, **{**SECTIONS, "Resources": twins})
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
    template = _scheduled(value, **{**SECTIONS, "Resources": resources})
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
    template = _scheduled({"Ref": "Alias"}, **{**SECTIONS, "Resources": resources})
    matches = lint_template(tmp_path, template)
    assert not [match for match in matches if match.rule.id in ("E0002", "W9810")]


def test_managed_instances_under_a_condition(tmp_path: Path) -> None:
    capacity = {"Fn::If": ["IsLive", {"A": "b"}, {"Ref": "AWS::NoValue"}]}
    properties = {**linting.FUNCTION["Properties"], "CapacityProviderConfig": capacity}
    function = {**linting.FUNCTION, "Properties": properties}
    template = _scheduled(FN_ARN, **{**SECTIONS, "Resources": {"Fn": function}})
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert " of Fn when IsLive is false," in message


def test_a_scenario_says_nothing_twice(tmp_path: Path) -> None:
    node = {"Fn::If": ["IsLive", {"Ref": "Alias"}, FN_ARN]}
    resources = {"Alias": FUNCTION["Alias"], "Version": FUNCTION["Version"]}
    template = _scheduled(node, **{**SECTIONS, "Resources": resources})
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


@pytest.mark.parametrize("publishing", [{"AutoPublishAlias": "live"}, {}])
def test_globals_reach_what_loops_make(publishing: Any, tmp_path: Path) -> None:
    event = {"Type": "Schedule", "Properties": {"Schedule": "rate(1 hour)"}}
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "CodeUri": "s3://artifacts/orders.zip",
            "Events": {"Tick": event},
            "Handler": "index.handler",
        },
    }
    template = {
        "Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"],
        "Globals": {"Function": {"Runtime": "python3.13", **publishing}},
        "Resources": {"Fn::ForEach::Each": ["Id", ["A", "B"], {"Fn${Id}": function}]},
    }
    found = paths(lint_template(tmp_path, template), "W9810")
    places = [f"Resources/Fn{name}/Properties/Events/Tick" for name in "AB"]
    assert found == ([] if publishing else places)


# -- documents -----------------------------------------------------------------------

INVOKE = "arn:aws:states:::lambda:invoke"


@pytest.mark.parametrize(
    ("state", "substitutions", "place"),
    [
        ({"Resource": "${F}"}, {"F": FN_ARN}, "DefinitionSubstitutions/F"),
        ({"Resource": "${F}"}, {"F": {"Ref": "Alias"}}, None),
        ({"Resource": "${F}"}, {"G": FN_ARN}, None),
        ({"Resource": OUTSIDE.replace("elsewhere", "${F}")}, {}, None),
        ({"Resource": OUTSIDE.replace("elsewhere", "${F}")}, {"G": "x"}, None),
        (
            {"Resource": "${F}"},
            {"F": {"Fn::If": ["IsLive", {"Ref": "Alias"}, FN_ARN]}},
            "DefinitionSubstitutions/F/Fn::If/2",
        ),
        (
            {"Resource": "${F}"},
            {"Fn::If": ["IsLive", {"F": {"Ref": "Alias"}}, {"F": FN_ARN}]},
            "DefinitionSubstitutions/Fn::If/2/F",
        ),
        ({"Resource": "${F}:${Q}"}, {"F": FN_ARN, "Q": "live"}, None),
        (
            {"Resource": "${F}:${Q}"},
            {"F": FN_ARN, "Q": "$LATEST"},
            "Definition/States/Task/Resource",
        ),
        ({"Resource": "${F}:${Q}"}, {"F": FN_ARN}, None),
        (
            {"Resource": "${R}", "Parameters": {"FunctionName": "${F}"}},
            {"R": INVOKE, "F": FN_ARN},
            "DefinitionSubstitutions/F",
        ),
        (
            {
                "Resource": INVOKE,
                "Parameters": {"FunctionName": "${F}", "Qualifier": "${Q}"},
            },
            {"F": FN_ARN, "Q": "$LATEST"},
            "DefinitionSubstitutions/F",
        ),
        (
            {
                "Resource": INVOKE,
                "Parameters": {"FunctionName": "${F}", "Qualifier": "${Q}"},
            },
            {"F": FN_ARN, "Q": "live"},
            None,
        ),
        ({"Resource": "${F}"}, ["F"], None),
        ({"Resource": "${F}"}, None, None),
    ],
    ids=str,
)
def test_substitutions(
    state: Any, substitutions: Any, place: str | None, tmp_path: Path
) -> None:
    properties = {
        "Definition": {"States": {"Task": {"Type": "Task", **state}}},
        "DefinitionSubstitutions": substitutions,
    }
    resources = {"Alias": FUNCTION["Alias"], "Version": FUNCTION["Version"]}
    kind = "AWS::StepFunctions::StateMachine"
    template = _template(kind, properties, **{**SECTIONS, "Resources": resources})
    found = paths(lint_template(tmp_path, template), "W9810")
    assert found == ([f"{RULE}{place}"] if place else [])


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({"Task": {"Resource": FN_ARN}}, "State Task of Rule ("),
        ({"States": {"Resource": FN_ARN}}, "State States of Rule ("),
        (
            {"Map": {"ItemProcessor": {"States": {"Task": {"Resource": FN_ARN}}}}},
            "State Map/Task of Rule (",
        ),
        (
            {"Task": {"Fn::If": ["IsLive", {"Resource": FN_ARN}, {}]}},
            "State Task of Rule (",
        ),
    ],
)
def test_the_name_of_a_state(states: Any, words: str, tmp_path: Path) -> None:
    kind = "AWS::StepFunctions::StateMachine"
    template = _template(kind, {"Definition": {"States": states}}, **SECTIONS)
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert message.startswith(words)


def test_more_substitutions_than_anybody_can_read() -> None:
    conditions = {
        f"Is{n}": {"Fn::Equals": [{"Ref": "Open"}, str(n)]} for n in range(40)
    }
    choices = {name: {"Fn::If": [name, "a", "b"]} for name in conditions}
    text = "".join(f"${{{name}}}" for name in conditions)
    properties = {
        "Definition": {"States": {"Task": {"Resource": f"{OUTSIDE}{text}"}}},
        "DefinitionSubstitutions": choices,
    }
    kind = "AWS::StepFunctions::StateMachine"
    template = _template(kind, properties, Conditions=conditions)
    reading = read(Template("template.json", template, ["us-east-1"]))
    assert reading.targets == []


STATES = json.dumps({"States": {"Task": {"Type": "Task", "Resource": OUTSIDE}}})


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("states.json", STATES, 1),
        ("states.json", "\ufeff" + STATES, 1),
        ("states.json", STATES.replace(OUTSIDE, f"{OUTSIDE}:live"), 0),
        ("states.json", STATES[:-1], 0),
        ("states.json", STATES + " " * 2**21, 0),
        ("states.json", "", 0),
        ("folder/../states.json", STATES, 1),
        ("states.yaml", f"States:\n  Task:\n    Resource: {OUTSIDE}\n", 1),
        ("states.yaml", f"States:\n\tTask:\n    Resource: {OUTSIDE}\n", 0),
        ("states.yaml", f"--- {STATES}\n--- {STATES}\n", 0),
        # What AWS reads: a repeated key, and substitutions that need no quotes.
        ("states.yaml", f"Comment: a\nComment: b\nStates: {STATES[11:-1]}\n", 1),
        ("states.json", STATES.replace("{", '{"TimeoutSeconds": ${Wait}, '), 1),
        ("states.json", STATES.replace("{", '{"TimeoutSeconds":\t${Wait}\n,\t'), 1),
        ("states.json", STATES.replace("{", '{"Comment": "\\" ${a}", "b": ${b}, '), 1),
        ("states.yaml", "States: {T: {Time: ${T}, Resource: '" + OUTSIDE + "'}}", 1),
        ("states.json", '"' + '\\"' * 100_000 + "${a}", 0),
        ("states.yaml", f"? [a]\n: b\nStates: {STATES[11:-1]}\n", 0),
        ("states.yaml", f"When: 2026-99-99\nStates: {STATES[11:-1]}\n", 0),
        ("states.yaml", "&a [*a]", 0),
        ("states.yaml", "a: !!python/object/apply:os.getcwd []", 0),
        ("../states.json", STATES, 0),
        ("folder", None, 0),
        ("missing.json", None, 0),
        ("/etc/hostname", None, 0),
        ("inside.json", None, 1),
        ("outside.json", None, 0),
        ("loop.json", None, 0),
    ],
)
def test_a_file_of_a_template_that_nobody_trusts(
    name: str, content: str | None, count: int, tmp_path: Path
) -> None:
    folder = tmp_path / "app"
    (folder / "folder").mkdir(parents=True)
    for place in (tmp_path / "out.json", folder / "in.json"):
        place.write_text(STATES)
    (folder / "inside.json").symlink_to("in.json")
    (folder / "outside.json").symlink_to(tmp_path / "out.json")
    (folder / "loop.json").symlink_to("loop.json")
    if content is not None:
        (folder / name).write_text(content)
    machine = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {"DefinitionUri": name},
    }
    template = {"Resources": {"States": machine}}
    reading = read(Template(str(folder / "t.json"), template, ["us-east-1"]))
    uses = [
        use for target in reading.targets for use in reading.unqualified_uses(target)
    ]
    assert [use.function for use in uses] == ["elsewhere"] * count


@pytest.mark.parametrize(
    ("git", "name", "count"),
    [
        ("", "../steps/states.json", 1),
        ("deploy", "../../steps/states.json", 0),
        (None, "../steps/states.json", 0),
        ("", "../../outside.json", 0),
        ("", "../steps/link.json", 0),
    ],
)
def test_a_file_elsewhere_in_the_repository(
    git: str | None, name: str, count: int, tmp_path: Path
) -> None:
    root = tmp_path / "repository"
    template = root / "deploy" / "template.json"
    if git == "deploy":
        template = root / "deploy" / "inner" / "template.json"
    template.parent.mkdir(parents=True)
    (root / "steps").mkdir()
    if git is not None:
        # In a work tree of its own, `.git` is a file.
        (root / git / ".git").write_text("gitdir: elsewhere")
    (root / "steps" / "states.json").write_text(STATES)
    (tmp_path / "outside.json").write_text(STATES)
    (root / "steps" / "link.json").symlink_to(tmp_path / "outside.json")
    machine = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {"DefinitionUri": name},
    }
    reading = read(
        Template(str(template), {"Resources": {"States": machine}}, ["us-east-1"])
    )
    assert len(reading.targets) == count


def _integration() -> dict[str, Any]:
    uri = (
        FORMS["uri"].replace("{}", "${Fn.Arn}").replace("${{", "${").replace("}}", "}")
    )
    return {"x-amazon-apigateway-integration": {"uri": {"Fn::Sub": uri}}}


def _include(name: str) -> dict[str, Any]:
    return {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": name}}}


_ORDERS = {"/orders": {"get": "{}"}}


@pytest.mark.parametrize(
    ("file", "body"),
    [
        ({"paths": _ORDERS}, {"{include}": 1}),
        ({"paths": _ORDERS}, {"openapi": "3.0.1", "paths": {}, "{include}": 1}),
        ({"paths": _ORDERS}, {"openapi": "3.0.1", "{include}": 1}),
        (_ORDERS, {"openapi": "3.0.1", "paths": {"{include}": 1}}),
        (_ORDERS, {"paths": {"/users": {"get": {}}, "{include}": 1}}),
        (_ORDERS["/orders"], {"paths": {"/orders": {"{include}": 1}}}),
        (_ORDERS["/orders"], {"paths": {"/orders": {"put": {}, "{include}": 1}}}),
        ("{}", {"paths": {"/orders": {"get": {"{include}": 1}}}}),
    ],
)
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AWS::ApiGateway::RestApi", "Body"),
        ("AWS::ApiGatewayV2::Api", "Body"),
        ("AWS::Serverless::Api", "DefinitionBody"),
        ("AWS::Serverless::HttpApi", "DefinitionBody"),
    ],
)
def test_what_an_api_includes_is_read(
    kind: str, name: str, file: Any, body: Any, tmp_path: Path
) -> None:
    def put(node: Any, location: str) -> Any:
        if node == "{}":
            return _integration()
        if not isinstance(node, dict):
            return node
        items = {key: put(value, location) for key, value in node.items()}
        if items.pop("{include}", None):
            items.update(_include(location))
        return items

    (tmp_path / "spec.yaml").write_text(yaml.safe_dump(put(file, "")))
    for location, count in (("./spec.yaml", 1), ("s3://bucket/spec.yaml", 0)):
        document = put(body, location)
        template = _template(kind, {name: document})
        if "Serverless" in kind:
            template["Transform"] = "AWS::Serverless-2016-10-31"
        if kind == "AWS::Serverless::Api":
            # The translation of older cfn-lint asks for it.
            template["Resources"]["Rule"]["Properties"]["StageName"] = "live"
        matches = lint_template(tmp_path, template)
        assert len(paths(matches, "W9810")) == count
        # What is written beside an include that cannot be read is judged.
        document.setdefault("paths", {})["/users"] = {"post": _integration()}
        matches = lint_template(tmp_path, template)
        assert len(paths(matches, "W9810")) == count + 1


def _stage(kind: str, variables: Any) -> dict[str, Any]:
    """The resources that give an API of a kind one stage."""
    api, name = (
        ("RestApiId", "Variables")
        if kind == "AWS::ApiGateway::RestApi"
        else ("ApiId", "StageVariables")
    )
    properties = {api: {"Ref": "Api"}, "StageName": "live", name: variables}
    return {"Type": kind.rpartition("::")[0] + "::Stage", "Properties": properties}


@pytest.mark.parametrize("kind", ["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"])
@pytest.mark.parametrize(
    ("stages", "said"),
    [
        # Without a stage that says, a variable is unknown.
        ([], 0),
        ([{}], 0),
        ([{"other": "x"}], 0),
        ([{"alias": "live"}], 0),
        ([{"alias": "$LATEST"}], 1),
        ([{"alias": "live"}, {"alias": "$LATEST"}], 1),
        ([{"alias": "live"}, {}], 0),
        ([{"alias": {"Ref": "AWS::NoValue"}}], 0),
        ([{"Ref": "AWS::NoValue"}], 0),
        (["malformed"], 0),
        ([{"alias": ["malformed"]}], 0),
    ],
)
@pytest.mark.parametrize("is_inside", [False, True])
def test_a_stage_variable_is_what_the_stages_say(
    kind: str, stages: list[Any], said: int, is_inside: bool, tmp_path: Path
) -> None:
    uri = _integration()["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    uri = {"Fn::Sub": uri.replace("Fn.Arn}", "Fn.Arn}:${!stageVariables.alias}")}
    node = {"x-amazon-apigateway-integration": {"uri": uri}}
    api: dict[str, Any] = {"Type": kind, "Properties": {}}
    resources = {"Api": api}
    if is_inside:
        api["Properties"]["Body"] = {"paths": {"/orders": {"get": node}}}
    elif kind == "AWS::ApiGatewayV2::Api":
        resources["Rule"] = {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {"ApiId": {"Ref": "Api"}, "IntegrationUri": uri},
        }
    else:
        resources["Rule"] = {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {"RestApiId": {"Ref": "Api"}, "Integration": {"Uri": uri}},
        }
    for index, variables in enumerate(stages):
        resources[f"Stage{index}"] = _stage(kind, variables)
    template = _template("AWS::SQS::Queue", {}, Resources=resources)
    template["Resources"] = {**_template("X::Y::Z", {})["Resources"], **resources}
    cfn = Template(str(tmp_path / "t.json"), template, ["us-east-1"])
    reading = read(cfn)
    used = [one for t in reading.targets for one in reading.unqualified_uses(t)]
    assert len(used) == said
    qualifiers = {
        str(reference.qualifier)
        for target in reading.targets
        for reference in target.references
    }
    if stages and all(isinstance(one, dict) and "alias" in one for one in stages):
        known = [str(one["alias"]) for one in stages if isinstance(one["alias"], str)]
        assert qualifiers.issuperset(known)


def test_the_stage_that_sam_makes_says_its_variables(tmp_path: Path) -> None:
    arn = {"Fn::Sub": FORMS["uri"].replace("{}", "${!stageVariables.fn}")}
    node = {"x-amazon-apigateway-integration": {"uri": arn}}
    for kind, name in (("Api", "Variables"), ("HttpApi", "StageVariables")):
        for value, said in (("Fn.Arn", 1), ("Outside", 0)):
            properties = {
                "StageName": "live",
                "DefinitionBody": {"paths": {"/orders": {"get": node}}},
                name: {"fn": {"Fn::GetAtt": value.split(".")}}
                if said
                else {"fn": {"Fn::ImportValue": "x"}},
            }
            template = _template(f"AWS::Serverless::{kind}", properties)
            template["Transform"] = "AWS::Serverless-2016-10-31"
            matches = lint_template(tmp_path, template)
            assert len(paths(matches, "W9810")) == said


def test_an_include_of_itself_ends(tmp_path: Path) -> None:
    states = {"States": {"A": {"Resource": OUTSIDE}}, **_include("states.json")}
    (tmp_path / "states.json").write_text(json.dumps(states))
    template = _template("AWS::StepFunctions::StateMachine", {"Definition": states})
    assert len(paths(lint_template(tmp_path, template), "W9810")) == 2


@pytest.mark.parametrize("count", [1, 8])
def test_a_document_that_varies_elsewhere_is_judged_once(
    count: int, tmp_path: Path
) -> None:
    names = [f"Voice{n}" for n in range(count)]
    comment = "".join(f"${{{name}}}" for name in names)
    text = json.dumps({"States": {"A": {"Resource": "${Fn.Arn}"}}, "Comment": comment})
    voices = {"Type": "String", "AllowedValues": ["Joanna", "Joey", "Ruth"]}
    template = _template(
        "AWS::StepFunctions::StateMachine",
        {"DefinitionString": {"Fn::Sub": text}},
        Parameters=dict.fromkeys(names, voices),
    )
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert " when " not in message


def test_a_document_that_varies_in_what_it_invokes_says_when(tmp_path: Path) -> None:
    machine = '{"States": {"A": {"Resource": "%s"}}}'
    text = {"Fn::Sub": [machine % "${Task}", {"Task": {"Ref": "Task"}}]}
    tasks = {
        "Type": "String",
        "AllowedValues": [OUTSIDE, f"{OUTSIDE}:live", "arn:aws:states:::sns:publish"],
    }
    template = _template(
        "AWS::StepFunctions::StateMachine",
        {"DefinitionString": text},
        Parameters={"Task": tasks},
    )
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert f" when Task is {OUTSIDE}, which changes in" in message


def test_a_substituted_state_of_an_object_has_its_name(tmp_path: Path) -> None:
    properties = {
        "Definition": {"States": {"Sell": {"Type": "Task", "Resource": "${Task}"}}},
        "DefinitionSubstitutions": {"Task": {"Fn::GetAtt": ["Fn", "Arn"]}},
    }
    template = _template("AWS::StepFunctions::StateMachine", properties)
    matches = lint_template(tmp_path, template)
    place = "Resources/Rule/Properties/DefinitionSubstitutions/Task"
    assert paths(matches, "W9810") == [place]
    assert messages(matches, "W9810")[0].startswith("State Sell of Rule")


def test_a_destination_is_called_one(tmp_path: Path) -> None:
    function = {"Fn::GetAtt": ["Fn", "Arn"]}
    properties = {
        "FunctionName": "other",
        "Qualifier": "live",
        "DestinationConfig": {"OnFailure": {"Destination": function}},
    }
    template = _template("AWS::Lambda::EventInvokeConfig", properties)
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
    template = _scheduled({"Fn::GetAtt": ["Fn", "Arn"]})
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
    template = _scheduled({"Fn::Sub": f"${{Fn.Arn}}{qualifier}"})
    fn = deepcopy(linting.FUNCTION)
    fn["Properties"]["DurableConfig"] = {"ExecutionTimeout": 60}
    template["Resources"]["Fn"] = fn
    [message] = messages(lint_template(tmp_path, template), "W9810")
    assert ("refuses" in message) == is_refused
    assert ("two steps" in message) != is_refused


def test_a_state_may_pin_a_version(tmp_path: Path) -> None:
    states = {"States": {"A": {"Type": "Task", "Resource": f"{OUTSIDE}:3"}}}
    machine = {"Definition": states}
    template = _template("AWS::StepFunctions::StateMachine", machine)
    assert paths(lint_template(tmp_path, template), "I9814") == []
    template = _scheduled(f"{OUTSIDE}:3")
    assert len(paths(lint_template(tmp_path, template), "I9814")) == 1


def test_an_http_api_takes_its_target_as_a_uri_too(tmp_path: Path) -> None:
    uri = (
        "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:"
        "lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}%s/invocations"
    )
    for qualifier, count in (("", 1), (":live", 0)):
        target = {"Target": {"Fn::Sub": uri % qualifier}}
        template = _template("AWS::ApiGatewayV2::Api", target)
        assert len(messages(lint_template(tmp_path, template), "W9810")) == count


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
        template = _scheduled(arn, Parameters=parameters)
        found = messages(lint_template(tmp_path, template), "W9810")
        assert len(found) == told
    assert "$LATEST of orders0 or 12 more functions, which" in found[0]


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
    cfn = Template("t.json", _scheduled(FN_ARN), ["us-east-1"])
    assert len(list(rule.match(cfn))) == count


# -- a summary ---------------------------------------------------------------------

SUMMARY = ("-x", "W9810:summary=true")


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
