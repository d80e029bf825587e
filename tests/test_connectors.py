"""The data on SAM's connectors and on sources, against what they are taken from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race.data import (
    ConnectorRow,
    TargetRow,
    connectors,
    load,
    source_names,
)
from cfn_lint_lambda_race.template import Target, literal, read
from cfn_lint_lambda_race.template._grants import Grant
from cfn_lint_lambda_race.template._holders import Form, Holder
from cfn_lint_lambda_race.template._sources import Sources
from tests.schemas import OWNERS, exists, is_current, schemas

FUNCTION = "AWS::Lambda::Function"
# SAM makes the one of the other: a connector knows both.
SAM_TYPES = {
    "AWS::Serverless::Api": "AWS::ApiGateway::RestApi",
    "AWS::Serverless::Function": FUNCTION,
    "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Api",
    "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
}


def _profiles() -> dict[str, Any]:
    profile = pytest.importorskip("samtranslator.model.connector_profiles.profile")
    path = Path(profile.__file__).parent / "profiles.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))["Permissions"]
    return found


def _invoking() -> Iterator[ConnectorRow]:
    """What aws-sam-translator lets invoke the function that it writes to."""
    for source, destinations in _profiles().items():
        profile = destinations.get(FUNCTION, {})
        granted = profile.get("Properties", {}).get("AccessCategories", {}).get("Write")
        if not granted or "lambda:InvokeFunction" not in json.dumps(granted):
            continue
        if profile["Type"] == "AWS_LAMBDA_PERMISSION":
            yield ConnectorRow(source, granted["Principal"], False)
        else:
            assert profile["Properties"]["SourcePolicy"], "the policy of the source"
            qualifiers = "%{Destination.Arn}:*" in json.dumps(granted)
            yield ConnectorRow(source, "role", qualifiers)


def test_the_rows_are_what_sam_grants() -> None:
    granted = {row.type: row for row in _invoking()}
    for name, made in SAM_TYPES.items():
        granted[name] = granted[made]._replace(type=name)
    if is_current():
        assert connectors() == granted
    else:
        assert granted.items() <= connectors().items()


def test_rows_are_sorted_and_have_a_source() -> None:
    for name in ("connectors.json", "sources.json"):
        rows = load(name)
        kinds = [row["type"] for row in rows]
        assert kinds == sorted(set(kinds))
        assert all(row["source"].startswith("https://docs.aws.") for row in rows)


@pytest.mark.parametrize("kind", source_names())
def test_the_name_of_a_source_is_a_property_that_identifies_it(kind: str) -> None:
    if kind not in schemas():
        pytest.skip("this cfn-lint has no schemas of SAM's resources")
    name = source_names()[kind]
    for schema in schemas()[kind]:
        if name:
            assert exists(schema, name)
            assert f"/properties/{name}" in schema["createOnlyProperties"]
        elif not kind.startswith("AWS::Serverless::"):
            read_only = schema["readOnlyProperties"]
            assert set(schema["primaryIdentifier"]) <= set(read_only)


# Sources whose name in an ARN that is written out is not compared: their ARNs end in
# an ID, or have a form of their own.
NOT_COMPARED = {
    "AWS::AppSync::Api",
    "AWS::AppSync::GraphQLApi",
    "AWS::Bedrock::Agent",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::LogAlarm",
    "AWS::CodeCommit::Repository",
    "AWS::Config::ConfigRule",
    "AWS::Connect::Instance",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::IVSChat::Room",
    "AWS::IoT::Authorizer",
    "AWS::IoT::CertificateProvider",
    "AWS::IoT::DomainConfiguration",
    "AWS::Lex::BotAlias",
    "AWS::SecretsManager::Secret",
    "AWS::Transfer::Server",
    "AWS::VpcLattice::TargetGroup",
    "Alexa::ASK::Skill",
}


def test_every_source_of_a_permission_is_known() -> None:
    """Those whose ARN a permission for a target names, of the target's own row."""
    named = {
        OWNERS[row["source_arn"].removeprefix("property:")]
        if row["source_arn"].startswith("property:")
        else row["type"]
        for row in load("targets.json")
        if "source_arn" in row
    }
    assert set(source_names()) | NOT_COMPARED == named
    assert not set(source_names()) & NOT_COMPARED


@pytest.mark.parametrize("kind", source_names())
def test_a_source_that_is_written_out_is_another_than_one_without_a_name(
    kind: str,
) -> None:
    """CloudFormation makes the name up, or the ID: nobody can write it before."""
    service = {"ApiGateway": "execute-api", "ApiGatewayV2": "execute-api"}
    _, namespace, _ = kind.split("::")
    arn = f"arn:aws:{service.get(namespace, namespace.lower())}:us-east-1:1:orders"
    if "Api" in kind:
        arn = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3/*"
    function = {"Type": FUNCTION, "Properties": {"FunctionName": "orders"}}
    template = {"Resources": {"Fn": function, "It": {"Type": kind, "Properties": {}}}}
    cfn = Template("template.json", template, ["us-east-1"])
    reading = read(cfn)
    (resource,) = (r for r in reading.evaluator.resources.values() if r.id == "It")
    row = TargetRow(kind, "P", "arn", "", "x.amazonaws.com", source_arn="Ref")
    target = Target(resource, row, resource.path, (), True)
    grant = Grant(
        (),
        Holder(Form.PERMISSION, "P"),
        "x.amazonaws.com",
        (),
        literal(arn),
        "lambda:invokefunction",
    )
    sources = Sources(reading.evaluator)
    assert sources.is_apart(grant, target)
    everything = replace(grant, source=literal(arn.rpartition(":")[0] + ":*"))
    assert not sources.is_apart(everything, target)
