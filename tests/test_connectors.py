"""The data on SAM's connectors and on sources, against what they are taken from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.data import ConnectorRow, connectors, load, source_names
from tests.schemas import exists, is_current, schemas

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


def test_every_source_of_a_permission_that_has_a_name_is_known() -> None:
    # Where a target says whose ARN its permission names, by a type of the table.
    named = {
        row["type"]
        for row in load("targets.json")
        if row.get("source_arn") in ("Arn", "Ref")
    }
    assert {"AWS::Events::Rule", "AWS::IoT::TopicRule", "AWS::S3::Bucket"} <= (
        named & set(source_names())
    )
