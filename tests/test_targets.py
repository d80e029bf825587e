"""Every row of the catalogue from end to end: found unqualified, silent qualified.

The templates are made from the rows themselves, so a new row is tested by being
there.

Tests `template/__init__.py` too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race.data import TargetRow, load, targets
from cfn_lint_lambda_race.template import Target, read
from cfn_lint_lambda_race.template import _targets as _targets_module
from tests import linting
from tests.building import (
    ARN,
    CHOICE,
    PROPERTIES,
    definition_of,
    parameter,
    resource,
    sam,
    stack,
    variables,
)
from tests.invoking import (
    FN_ARN,
    FORMS,
    OUTSIDE,
    PUBLISHED,
    integration,
    invoked_by,
    scheduled,
)
from tests.linting import lint_template, messages, paths

ROWS = [row for rows in targets().values() for row in rows]
ATTRIBUTES = [row for row in ROWS if row.is_attribute]
PLACES = [row for row in ROWS if row.form != "self" and not row.is_attribute]
OWN = [row for row in ROWS if row.form == "self"]
IN_PROPERTIES = [row for row in PLACES if row.inside is None]
IN_DOCUMENTS = [row for row in PLACES if row.inside is not None and not row.is_file]
IN_FILES = [row for row in PLACES if row.is_file]

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
LITERAL_ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders"
LITERAL = {
    LITERAL_ARN: True,
    f"{LITERAL_ARN}:$LATEST": True,
    f"{LITERAL_ARN}:live": False,
    f"{LITERAL_ARN}:7": False,
}


class Use(NamedTuple):
    """An unqualified use, as far as these tests look at it."""

    function: str
    path: str


class Case(NamedTuple):
    """A target of a type, and whether it is unqualified, which shows at ``place``."""

    kind: str
    properties: Mapping[str, Any]
    is_unqualified: bool
    place: str = ""
    written: str = ""


def _uses(
    cases: Sequence[Case], file: Path | None = None, **more: Any
) -> list[list[Use]]:
    """The unqualified uses in a template with a resource for each case."""
    template = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {
            **deepcopy(PUBLISHED),
            **{
                f"Target{index}": {"Type": case.kind, "Properties": case.properties}
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


def _check(groups: Iterable[Sequence[Case]], file: Path | None = None) -> None:
    """Each unqualified case has one use, at its place; the others have none.

    A group, which one row of the catalogue makes, has both.
    """
    cases: list[Case] = []
    for group in groups:
        assert {case.is_unqualified for case in group} == {True, False}
        cases += group
    for case, uses in zip(cases, _uses(cases, file)):
        assert uses == ([Use("Fn", case.place)] if case.is_unqualified else []), case


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


def _property(row: TargetRow, item: str | int) -> Iterator[Case]:
    place = _place(row.path, item)
    for beside in _admitted(row.when):
        for reference, is_unqualified in WRITTEN.items():
            properties = _properties(beside, item)
            _put(properties, row.path, _sub(row, reference), item)
            yield Case(_kind(row), properties, is_unqualified, place, reference)


# Every row in every way to write it.
@pytest.mark.slow
@pytest.mark.parametrize("item", [0, "Key"])
def test_properties(item: str | int) -> None:
    _check([*_property(row, item)] for row in IN_PROPERTIES)


@pytest.mark.parametrize("row", ATTRIBUTES, ids=_name)
@pytest.mark.parametrize(("reference", "is_unqualified"), WRITTEN.items())
def test_an_attribute(row: TargetRow, reference: str, is_unqualified: bool) -> None:
    target = {**PUBLISHED["Alias"], "Type": row.type}
    _put(target, row.path, _sub(row, reference), 0)
    template = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {**PUBLISHED, "Target": target},
    }
    reading = read(Template("template.json", template, ["us-east-1"]))
    uses = [
        Use(use.function, "/".join(map(str, found.path[2:])))
        for found in reading.targets
        for use in reading.unqualified_uses(found)
    ]
    assert uses == ([Use("Fn", row.path)] if is_unqualified else [])


def test_branches_of_properties() -> None:
    conditions = {"Is": {"Fn::Equals": [{"Ref": "Stage"}, "x"]}}
    cases: list[Case] = []
    for row in IN_PROPERTIES:
        properties = _properties(next(_admitted(row.when)))
        branches = [_sub(row, "${Alias}"), _sub(row, "${Fn.Arn}")]
        _put(properties, row.path, {"Fn::If": ["Is", *branches]}, 0)
        place = f"{_place(row.path, 0)}/Fn::If/2"
        cases.append(Case(_kind(row), properties, True, place))
    for case, uses in zip(cases, _uses(cases, Conditions=conditions)):
        assert uses == [Use("Fn", case.place)], case


def test_what_stands_beside_decides() -> None:
    rows = [row for row in IN_PROPERTIES if row.when]
    cases: list[Case] = []
    for row in rows:
        for path in row.when:
            for other in ("SOMETHING-ELSE", {"Ref": "Stage"}, None):
                beside = {**next(_admitted(row.when)), path: other}
                if other is None:
                    del beside[path]
                properties = _properties(beside)
                _put(properties, row.path, _sub(row, "${Fn.Arn}"), 0)
                what = f"{path} {other}"
                cases.append(Case(_kind(row), properties, False, written=what))
    assert len(cases) >= 3 * len(rows)
    for case, uses in zip(cases, _uses(cases)):
        assert uses == [], case


def _beside(row: TargetRow) -> Iterator[Case]:
    assert row.qualifier is not None
    place = _place(f"{row.path}/{row.inside}" if row.inside else row.path, 0)
    for qualifier, is_unqualified in QUALIFIERS:
        properties = _properties(next(_admitted(row.when)))
        document = properties
        if row.inside is not None:
            document = _properties(next(_admitted(row.inside_when)))
        _put(document, row.qualifier, qualifier, 0)
        _put(document, row.inside or row.path, _sub(row, "${Fn.Arn}"), 0)
        if row.inside is not None:
            _put(properties, row.path, document, 0)
        yield Case(_kind(row), properties, is_unqualified, place, str(qualifier))


def test_qualifiers_beside() -> None:
    _check([*_beside(row)] for row in PLACES if row.qualifier and not row.is_file)


def _objects(row: TargetRow, outer: tuple[str, ...]) -> Iterator[Case]:
    assert row.inside is not None
    place = _place("/".join([row.path, *outer, row.inside]), 0)
    for reference, is_unqualified in WRITTEN.items():
        for document in _documents(row, _sub(row, reference), outer):
            properties = _in_document(row, document)
            yield Case(_kind(row), properties, is_unqualified, place, reference)


@pytest.mark.slow
def test_objects() -> None:
    deep = [row for row in IN_DOCUMENTS if row.inside and "**" in row.inside]
    assert len(deep) > 3
    _check(
        [
            *([*_objects(row, ())] for row in IN_DOCUMENTS),
            *([*_objects(row, ("Outer",))] for row in deep),
        ]
    )


def _texts(row: TargetRow) -> Iterator[Case]:
    assert row.inside is not None
    place = _place(row.path, 0)
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
                    yield Case(_kind(row), properties, is_unqualified, place, reference)


@pytest.mark.slow
def test_texts() -> None:
    _check([*_texts(row)] for row in IN_DOCUMENTS)


@pytest.mark.parametrize("row", IN_FILES, ids=_name)
def test_a_file(row: TargetRow, tmp_path: Path) -> None:
    around = FORMS[row.form].format("<here>")
    around = around.replace("${AWS::Partition}", "aws")
    around = around.replace("${AWS::Region}", "us-east-1")
    place = _place(row.path, 0)
    cases: list[Case] = []
    for reference, is_unqualified in LITERAL.items():
        value = around.replace("<here>", reference)
        for document in _documents(row, value, ()):
            file = tmp_path / f"{len(cases)}.json"
            file.write_text(json.dumps(document))
            properties = _in_document(row, file.name)
            cases.append(Case(_kind(row), properties, is_unqualified, place, reference))
    _check([cases], file=tmp_path / "x")


@pytest.mark.parametrize("row", [row for row in PLACES if row.substitutions], ids=_name)
def test_a_substitution(row: TargetRow, tmp_path: Path) -> None:
    assert row.substitutions is not None
    place = f"{row.substitutions}/Name"
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
                cases.append(
                    Case(_kind(row), properties, is_unqualified, place, reference)
                )
    _check([cases], file=tmp_path / "x")


@pytest.mark.parametrize("row", OWN, ids=_name)
def test_a_section_of_a_serverless_function(row: TargetRow) -> None:
    properties = _properties(next(_admitted(row.when)), "Key")
    properties.setdefault(row.path.split("/")[0], {"AuthType": "NONE"})
    absent, anything = {"Ref": "AWS::NoValue"}, {"Ref": "Stage"}
    cases = [
        Case(row.type, properties, True),
        Case(row.type, {**properties, "AutoPublishAlias": absent}, True),
        Case(row.type, {**properties, "AutoPublishAlias": "live"}, False),
        Case(row.type, {**properties, "AutoPublishAlias": anything}, False),
    ]
    place = _place(row.path, "Key")
    for index, (case, uses) in enumerate(zip(cases, _uses(cases))):
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


@pytest.mark.slow
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
        "Resources": {**deepcopy(PUBLISHED), **unqualified, **qualified},
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
    ((use,),) = _uses([Case(kind, properties, True)])
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
    assert _uses([Case(kind, properties, False)]) == [[]]


@pytest.mark.parametrize("hook", ["BeforeAllowTrafficHook", "AfterAllowTrafficHook"])
def test_a_hook_of_a_deployment_is_a_target_of_the_deployment(
    hook: str, tmp_path: Path
) -> None:
    alias = deepcopy(PUBLISHED["Alias"])
    alias["UpdatePolicy"] = {"CodeDeployLambdaAliasUpdate": {hook: {"Ref": "Fn"}}}
    template = {"Resources": {**PUBLISHED, "Alias": alias}}
    template["Resources"]["Fn"] = linting.FUNCTION
    matches = lint_template(tmp_path, template, "-x", "W9810:deployment_targets=true")
    where = f"Resources/Alias/UpdatePolicy/CodeDeployLambdaAliasUpdate/{hook}"
    assert paths(matches, "W9810") == [where]
    assert paths(lint_template(tmp_path, template), "W9810") == []


# -- what exists under conditions --------------------------------------------------


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


def test_a_state_may_pin_a_version(tmp_path: Path) -> None:
    states = {"States": {"A": {"Type": "Task", "Resource": f"{OUTSIDE}:3"}}}
    machine = {"Definition": states}
    template = invoked_by("AWS::StepFunctions::StateMachine", machine)
    assert paths(lint_template(tmp_path, template), "I9814") == []
    template = scheduled(f"{OUTSIDE}:3")
    assert len(paths(lint_template(tmp_path, template), "I9814")) == 1


def test_an_http_api_takes_its_target_as_a_uri_too(tmp_path: Path) -> None:
    uri = (
        "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:"
        "lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}%s/invocations"
    )
    for qualifier, count in (("", 1), (":live", 0)):
        target = {"Target": {"Fn::Sub": uri % qualifier}}
        template = invoked_by("AWS::ApiGatewayV2::Api", target)
        assert len(messages(lint_template(tmp_path, template), "W9810")) == count


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


@pytest.mark.parametrize(("named", "is_replaced"), [("Shop", True), ("Office", False)])
def test_an_event_takes_over_the_operation_of_its_own_api(
    named: str, is_replaced: bool, tmp_path: Path
) -> None:
    shop = resource(
        "Serverless::Api",
        StageName="prod",
        MergeDefinitions=True,
        DefinitionBody=definition_of("/orders", "${Orders.Arn}"),
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


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("AWS::Events::Rule", "Targets/0/Arn"),
        ("AWS::Events::Rule", "Targets/0"),
        ("AWS::CloudWatch::Alarm", "AlarmActions/0"),
        ("AWS::ApiGateway::RestApi", "Body/Fn::Transform"),
        ("AWS::ApiGateway::RestApi", "Body/Fn::Transform/Parameters"),
        ("AWS::ApiGateway::RestApi", "Body/paths/Fn::Transform"),
        ("AWS::ApiGatewayV2::Api", "Body/paths"),
        ("AWS::Lambda::EventSourceMapping", "FunctionName"),
        ("AWS::Lambda::Url", "Qualifier"),
        ("AWS::Serverless::Function", "Events"),
        ("AWS::Serverless::Function", "Events/Get"),
        ("AWS::Serverless::Function", "Events/Get/Type"),
        ("AWS::Serverless::Function", "Events/Get/Properties"),
        ("AWS::Serverless::Function", "Events/Get/Properties/RestApiId"),
        ("AWS::Serverless::Function", "Events/Get/Properties/Path"),
        ("AWS::StepFunctions::StateMachine", "DefinitionSubstitutions"),
        ("AWS::StepFunctions::StateMachine", "DefinitionSubstitutions/Orders"),
        ("AWS::StepFunctions::StateMachine", "Definition/States/A/Resource"),
        (
            "AWS::StepFunctions::StateMachine",
            "Definition/States/A/Parameters/Qualifier",
        ),
    ],
)
def test_a_malformed_place_is_no_target(kind: str, path: str) -> None:
    properties: dict[str, Any] = {
        "DefinitionSubstitutions": {"Orders": {"Fn::GetAtt": "Fn.Arn"}},
        "Definition": {
            "States": {
                "A": {
                    "Type": "Task",
                    "Resource": _INVOKE,
                    "Parameters": {"FunctionName": {"Ref": "Fn"}},
                }
            }
        },
        "Body": {"paths": {}, "Fn::Transform": {"Name": "AWS::Include"}},
        "Events": {
            "Get": {"Type": "Api", "Properties": {"Path": "/", "Method": "get"}}
        },
        "TargetFunctionArn": {"Ref": "Fn"},
        "Targets": [{"Id": "orders", "Arn": {"Fn::GetAtt": "Fn.Arn"}}],
        "AlarmActions": [None],
    }
    below: Any = properties
    steps = [int(step) if step.isdecimal() else step for step in path.split("/")]
    for step in steps[:-1]:
        below = below[step]
    nodes: list[Any] = [None, 7, "a", [1], [[]], {}, {"a": "b"}, {"Ref": []}]
    for node in nodes:
        below[steps[-1]] = node
        template = invoked_by(kind, properties)
        reading = read(Template("template.json", template, ["us-east-1"]))
        for target in reading.targets:
            assert isinstance(reading.unqualified_uses(target), list)
        assert isinstance(reading.exits, list)
        assert isinstance(reading.misfits, list)


@pytest.mark.parametrize("node", [None, 7, "a", [1], {"Auth": "a"}, {"Auth": [1]}])
@pytest.mark.parametrize("section", ["Api", "HttpApi", "Function"])
def test_malformed_globals_are_no_target(section: str, node: Any) -> None:
    template = {**scheduled(FN_ARN), "Globals": {section: node}}
    template["Resources"]["Api"] = {"Type": f"AWS::Serverless::{section}"}
    reading = read(Template("template.json", template, ["us-east-1"]))
    assert [target.resource.id for target in reading.targets] == ["Rule"]


@pytest.mark.parametrize(("name", "count"), [("AWS::Include", 1), ("OwnMacro", 0)])
def test_another_transform_includes_nothing(
    name: str, count: int, tmp_path: Path
) -> None:
    document = {"paths": {"/orders": {"get": integration()}}}
    (tmp_path / "api.json").write_text(json.dumps(document))
    body = {"Fn::Transform": {"Name": name, "Parameters": {"Location": "api.json"}}}
    template = invoked_by("AWS::ApiGateway::RestApi", {"Body": body})
    assert len(messages(lint_template(tmp_path, template), "W9810")) == count


@pytest.mark.parametrize("qualifier", ["", "{% $alias %}", " {% $alias %}"])
def test_a_qualifier_that_says_nothing_here_is_no_finding(
    qualifier: str, tmp_path: Path
) -> None:
    arguments = {"FunctionName": {"Ref": "Fn"}, "Qualifier": qualifier}
    state = {"Type": "Task", "Resource": _INVOKE, "Arguments": arguments}
    definition = {"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": state}}
    template = invoked_by(
        "AWS::StepFunctions::StateMachine", {"Definition": definition}
    )
    assert messages(lint_template(tmp_path, template), "W9810") == []


_OPERATION = {"get": integration()}


@pytest.mark.parametrize(
    ("kind", "api", "event", "is_target"),
    [
        ("HttpApi", {"DefinitionBody": {"paths": {}}}, {}, True),
        ("HttpApi", {}, {}, True),
        ("HttpApi", {"DefinitionUri": "api.yaml"}, {}, False),
        (
            "HttpApi",
            {
                "DefinitionBody": {
                    "paths": {
                        "$default": {"x-amazon-apigateway-any-method": integration()}
                    }
                }
            },
            {},
            False,
        ),
        (
            "HttpApi",
            {"DefinitionBody": {"paths": {"/a": _OPERATION}}},
            {"Path": "/a", "Method": "GET"},
            False,
        ),
        (
            "HttpApi",
            {"DefinitionBody": {"paths": {"/a": {"get": {}}}}},
            {"Path": "/a", "Method": "GET"},
            True,
        ),
        (
            "HttpApi",
            {"DefinitionBody": {"paths": {"/a": {"get": None}}}},
            {"Path": "/a", "Method": "GET"},
            True,
        ),
        (
            "HttpApi",
            {"DefinitionBody": {"Fn::If": ["Is", {"paths": {}}, {"paths": {}}]}},
            {},
            False,
        ),
        (
            "HttpApi",
            {"DefinitionBody": {"paths": {}, "Fn::Transform": {"Name": "Own"}}},
            {},
            False,
        ),
        (
            "Api",
            {"DefinitionBody": {"paths": {}}},
            {"Path": "/a", "Method": "get"},
            False,
        ),
        (
            "Api",
            {"DefinitionBody": {"paths": {}}, "MergeDefinitions": True},
            {"Path": "/a", "Method": "get"},
            True,
        ),
    ],
)
def test_an_event_invokes_what_its_api_leaves_out(
    kind: str, api: Any, event: Any, is_target: bool
) -> None:
    name = {"Api": "RestApiId", "HttpApi": "ApiId"}[kind]
    properties = {**event, name: {"Ref": "Shop"}}
    function = sam({"Events": {"It": {"Type": kind, "Properties": properties}}})
    function["Resources"]["Shop"] = resource(f"Serverless::{kind}", **api)
    reading = read(Template("template.json", function, ["us-east-1"]))
    found = [one for one in reading.targets if one.resource.id == "Orders"]
    assert bool(found) == is_target


def test_an_authorizer_of_all_apis_is_told_once(tmp_path: Path) -> None:
    check = {"FunctionArn": {"Fn::GetAtt": ["Orders", "Arn"]}}
    auth = {"DefaultAuthorizer": "Check", "Authorizers": {"Check": check}}
    events = {
        name: {
            "Type": "Api",
            "Properties": {"Path": "/", "Method": "get", "RestApiId": {"Ref": name}},
        }
        for name in ("Shop", "Office")
    }
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Globals": {"Api": {"Auth": auth}},
        "Resources": {
            **{
                name: resource(
                    "Serverless::Api",
                    StageName="prod",
                    DefinitionBody={"openapi": "3.0.1", "paths": {}},
                )
                for name in events
            },
            "Orders": resource(
                "Serverless::Function",
                CodeUri="s3://artifacts/orders.zip",
                Handler="index.handler",
                Runtime="python3.13",
                Events=events,
            ),
        },
    }
    found = lint_template(tmp_path, template)
    assert [path for path in paths(found, "W9810") if "Authorizers" in path] == [
        "Globals/Api/Auth/Authorizers/Check/FunctionArn"
    ]


# -- what a place is made of -------------------------------------------------------


def _targets(template: Mapping[str, Any], file: str = "template.json") -> list[Target]:
    return list(read(Template(file, dict(template), ["us-east-1"])).targets)


def _states(*resources: Any) -> dict[str, Any]:
    return {
        "States": {
            f"S{index}": {"Type": "Task", "Resource": one}
            for index, one in enumerate(resources)
        }
    }


@pytest.mark.parametrize(
    ("other", "is_complete"),
    [(f"{OUTSIDE}:1", True), ("?", False), ("${Missing}", False)],
)
@pytest.mark.parametrize("more", [{}, {"DefinitionSubstitutions": {"Other": "a"}}])
def test_a_place_that_may_name_what_nobody_knows_is_incomplete(
    more: Any, other: Any, is_complete: bool
) -> None:
    which = {"Type": "String", "AllowedValues": [OUTSIDE, other]}
    template = invoked_by(
        "AWS::StepFunctions::StateMachine",
        {"Definition": _states({"Ref": "Which"}), **more},
        Parameters={"Which": which},
    )
    assert [one.is_complete for one in _targets(template)] == [is_complete]


@pytest.mark.parametrize(
    ("other", "is_complete"),
    [
        (f'"Resource": "{OUTSIDE}:1"', True),
        ('"Resource": "?"', False),
        ('"Comment": "a"', False),
    ],
)
def test_a_place_that_some_readings_of_a_document_lack_is_incomplete(
    other: str, is_complete: bool
) -> None:
    task = {"Type": "String", "AllowedValues": [f'"Resource": "{OUTSIDE}"', other]}
    text = '{"States": {"A": {"Type": "Task", ${Task}}}}'
    template = invoked_by(
        "AWS::StepFunctions::StateMachine",
        {"DefinitionString": {"Fn::Sub": text}},
        Parameters={"Task": task},
    )
    assert [one.is_complete for one in _targets(template)] == [is_complete]


@pytest.mark.parametrize("is_text", [True, False])
def test_what_a_substitution_fills_is_told_by_its_state(is_text: bool) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:${Name}"
    definition: Any = _states("${Task}", "${Task}", arn, OUTSIDE)
    properties = {
        "DefinitionString" if is_text else "Definition": (
            json.dumps(definition) if is_text else definition
        ),
        "DefinitionSubstitutions": {"Task": FN_ARN, "Name": {"Ref": "Fn"}},
    }
    root = ("Resources", "Rule", "Properties")
    task = (*root, "DefinitionSubstitutions", "Task")
    place = (*root, "DefinitionString" if is_text else "Definition")
    states = [("States", f"S{index}", "Resource") for index in range(4)]
    found = _targets(invoked_by("AWS::StepFunctions::StateMachine", properties))
    if is_text:
        expected: list[Any] = [
            (task, states[0]),
            (task, states[1]),
            (place, states[2]),
            (place, states[3]),
        ]
    else:
        expected = [
            (task, (*place, *states[0])),
            (task, (*place, *states[1])),
            ((*place, *states[2]), None),
            ((*place, *states[3]), None),
        ]
    assert [(one.path, one.inner) for one in found] == expected


def test_substitutions_of_another_scenario_fill_nothing() -> None:
    properties = {
        "Definition": _states({"Fn::If": ["IsProd", "${Task}", OUTSIDE]}),
        "DefinitionSubstitutions": {
            "Fn::If": ["IsProd", {"Other": "a"}, {"Task": FN_ARN}]
        },
    }
    template = invoked_by("AWS::StepFunctions::StateMachine", properties, **CHOICE)
    found = _targets(template)
    assert [ref.function for one in found for ref in one.references] == [None]


@pytest.mark.parametrize(("bound", "count"), [(2, 0), (3, 3), (4, 3)])
def test_a_text_is_filled_in_a_bounded_number_of_ways(
    bound: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_targets_module, "MAX_ALTERNATIVES", bound)
    qualifiers = {"Type": "String", "AllowedValues": ["1", "2", "3"]}
    template = invoked_by(
        "AWS::StepFunctions::StateMachine",
        {
            "Definition": _states(f"{OUTSIDE}:${{Qualifier}}"),
            "DefinitionSubstitutions": {"Qualifier": {"Ref": "Qualifier"}},
        },
        Parameters={"Qualifier": qualifiers},
    )
    assert sum(len(one.references) for one in _targets(template)) == count


@pytest.mark.parametrize(("bound", "count"), [(7, 2), (8, 3), (9, 3)])
def test_a_walk_visits_a_bounded_number_of_nodes(
    bound: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The properties, the list, and each item and its ARN."""
    monkeypatch.setattr(_targets_module, "MAX_NODES", bound)
    items = [{"Id": name, "Arn": FN_ARN} for name in "abc"]
    template = invoked_by("AWS::Events::Rule", {"Targets": items})
    assert len(_targets(template)) == count


def test_the_places_of_a_tree_are_told_from_the_top() -> None:
    inner = {"ItemProcessor": _states(FN_ARN)}
    definition = {"States": {"Each": inner, **_states(FN_ARN)["States"]}}
    template = invoked_by(
        "AWS::StepFunctions::StateMachine", {"Definition": definition}
    )
    found = ["/".join(map(str, one.path[4:])) for one in _targets(template)]
    below = "States/Each/ItemProcessor/States/S0/Resource"
    assert found == ["States/S0/Resource", below]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::Events::Rule", {"Targets": [{"Id": "a", "Arn": [FN_ARN]}]}),
        (
            "AWS::SNS::Subscription",
            {"Protocol": {"Ref": "AWS::NoValue"}, "Endpoint": FN_ARN},
        ),
        (
            "Custom::EventBridge",
            {
                "FunctionName": {"Ref": "Fn"},
                "EventBridgeConfig": {"RuleName": ["shop-rule-1"]},
            },
        ),
        (
            "AWS::Serverless::Api",
            {"DefinitionUri": {"paths": {"/orders": {"get": integration()}}}},
        ),
    ],
)
def test_a_value_of_another_shape_names_nothing(kind: str, properties: Any) -> None:
    assert _targets(invoked_by(kind, properties)) == []


@pytest.mark.parametrize("node", [None, 7, "Qualifier", [1]])
def test_a_malformed_neighbour_says_no_qualifier(node: Any) -> None:
    properties = {
        "TaskType": "LAMBDA",
        "TaskArn": FN_ARN,
        "TaskInvocationParameters": {"MaintenanceWindowLambdaParameters": node},
    }
    template = invoked_by("AWS::SSM::MaintenanceWindowTask", properties)
    (target,) = _targets(template)
    assert [one.qualifier for one in target.references] == [None]


def test_an_included_file_includes_nothing_itself(tmp_path: Path) -> None:
    def include(name: str) -> dict[str, Any]:
        location = {"Location": name}
        return {"Fn::Transform": {"Name": "AWS::Include", "Parameters": location}}

    path = {"/orders": {"parameters": [], **include("methods.json")}}
    (tmp_path / "methods.json").write_text(json.dumps({"get": integration()}))
    (tmp_path / "paths.json").write_text(json.dumps(path))
    for paths_of, count in ((path, 1), ({"/a": {}, **include("paths.json")}, 0)):
        body = {"openapi": "3.0.1", "paths": paths_of}
        template = invoked_by("AWS::ApiGateway::RestApi", {"Body": body})
        assert len(_targets(template, str(tmp_path / "template.json"))) == count


@pytest.mark.parametrize(
    ("resource", "count"), [(_INVOKE, 1), ("arn:aws:states:::sqs:sendMessage", 0)]
)
def test_what_stands_beside_may_be_a_substitution(resource: str, count: int) -> None:
    state = {
        "Type": "Task",
        "Resource": "${Operation}",
        "Parameters": {"FunctionName": {"Ref": "Fn"}},
    }
    properties = {
        "Definition": {"States": {"A": state}},
        "DefinitionSubstitutions": {"Operation": resource},
    }
    template = invoked_by("AWS::StepFunctions::StateMachine", properties)
    assert len(_targets(template)) == count


def test_an_expression_around_a_value_is_no_qualifier() -> None:
    qualifier = {"Fn::Sub": "{% $prefix & '${Version.Version}' %}"}
    arguments = {"FunctionName": {"Ref": "Fn"}, "Qualifier": qualifier}
    state = {"Type": "Task", "Resource": _INVOKE, "Arguments": arguments}
    definition = {"QueryLanguage": "JSONata", "States": {"A": state}}
    template = invoked_by(
        "AWS::StepFunctions::StateMachine", {"Definition": definition}
    )
    template["Resources"]["Version"] = PUBLISHED["Version"]
    assert _targets(template) == []


def test_the_function_that_an_event_of_sam_invokes_is_known() -> None:
    event = {"Type": "Schedule", "Properties": {"Schedule": "rate(1 hour)"}}
    template = invoked_by("AWS::Serverless::Function", {"Events": {"It": event}})
    (target,) = _targets(template)
    (reference,) = target.references
    assert (target.is_complete, reference.function) == (True, "Rule")
    assert reference.is_arn


@pytest.mark.parametrize("name", ["Qualifier", "Qualifier.$"])
def test_a_qualifier_that_nobody_knows_makes_no_target(name: str) -> None:
    parameters = {"FunctionName": {"Ref": "Fn"}, name: {"Fn::ImportValue": "alias"}}
    state = {"Type": "Task", "Resource": _INVOKE, "Parameters": parameters}
    template = invoked_by(
        "AWS::StepFunctions::StateMachine", {"Definition": {"States": {"A": state}}}
    )
    assert _targets(template) == []


def test_a_resource_names_only_what_it_does_where_it_is_there() -> None:
    queue = "arn:aws:sqs:us-east-1:123456789012:orders"
    template = scheduled({"Fn::If": ["IsProd", queue, FN_ARN]}, **CHOICE)
    assert len(_targets(template)) == 1
    template["Resources"]["Rule"]["Condition"] = "IsProd"
    assert _targets(template) == []


_ROLE = "arn:aws:iam::123456789012:role/caller"


@pytest.mark.parametrize(
    ("credentials", "is_by_role"),
    [(_ROLE, True), ({"Ref": "AWS::NoValue"}, False), ([_ROLE], False)],
)
def test_credentials_in_a_document_name_a_role(
    credentials: Any, is_by_role: bool
) -> None:
    operation = deepcopy(integration())
    operation["x-amazon-apigateway-integration"]["credentials"] = credentials
    body = {"openapi": "3.0.1", "paths": {"/orders": {"get": operation}}}
    (target,) = _targets(invoked_by("AWS::ApiGateway::RestApi", {"Body": body}))
    assert target.is_by_role is is_by_role
    assert len(target.roles) == is_by_role


# -- APIs of SAM -------------------------------------------------------------------


@pytest.mark.parametrize(("body", "count"), [({"paths": {}}, 0), (None, 1)])
def test_an_api_with_the_name_of_an_implicit_one_is_that_api(
    body: Any, count: int
) -> None:
    api = {"StageName": "a", **({"DefinitionBody": body} if body else {})}
    event = {"Path": "/", "Method": "get", "RestApiId": {"Ref": "ServerlessRestApi"}}
    events = {"Get": {"Type": "Api", "Properties": event}}
    template = invoked_by("AWS::Serverless::Function", {"Events": events})
    template["Resources"]["ServerlessRestApi"] = resource("Serverless::Api", **api)
    assert len(_targets(template)) == count


_CHECK = {"Auth": {"Authorizers": {"A": {"FunctionArn": FN_ARN}}}}


@pytest.mark.parametrize(
    "event",
    [
        None,
        7,
        "a",
        [1],
        {"Type": "Schedule", "Properties": {"Schedule": "rate(1 hour)"}},
        {"Type": "HttpApi", "Properties": {"Path": "/", "Method": "get"}},
    ],
)
def test_globals_reach_no_api_where_no_event_makes_one(event: Any) -> None:
    template = invoked_by("AWS::Serverless::Function", {"Events": {"It": event}})
    template["Globals"] = {"Api": _CHECK}
    assert not [one for one in _targets(template) if one.path[0] == "Globals"]


def test_globals_reach_apis_of_their_own_kind_alone() -> None:
    template = invoked_by("AWS::Serverless::HttpApi", deepcopy(_CHECK))
    template["Globals"] = {"Api": _CHECK, "HttpApi": _CHECK}
    assert [one.path[:2] for one in _targets(template)] == [("Globals", "HttpApi")]


@pytest.mark.parametrize("is_text", [True, False])
@pytest.mark.parametrize("is_merged", [True, False])
def test_an_event_replaces_its_own_operation_alone(
    is_merged: bool, is_text: bool
) -> None:
    """Where the definitions are merged; none else."""
    uri = integration()["x-amazon-apigateway-integration"]["uri"]
    written = uri["Fn::Sub"] if is_text else uri
    operation = {"x-amazon-apigateway-integration": {"uri": written}}
    definition = {
        "paths": {
            "/orders": {"get": operation, "post": operation},
            "/prices": {"get": operation},
        }
    }
    body = {"Fn::Sub": json.dumps(definition)} if is_text else definition
    api = {"StageName": "a", "DefinitionBody": body, "MergeDefinitions": is_merged}
    event = {"Path": "/orders", "Method": "GET", "RestApiId": {"Ref": "Rule"}}
    events = {"Get": {"Type": "Api", "Properties": event}}
    template = invoked_by("AWS::Serverless::Api", api)
    template["Resources"]["Fn"] = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Events": events},
    }
    found = [one for one in _targets(template) if one.resource.id == "Rule"]
    steps = [(one.inner or one.path[4:])[1:3] for one in found]
    others = [("/orders", "post"), ("/prices", "get")]
    assert steps == (others if is_merged else [("/orders", "get"), *others])
