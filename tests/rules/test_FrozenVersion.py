"""W9833: versions that nothing replaces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.building import FN, resource
from tests.linting import FUNCTION, lint_template, paths

RULE = "W9833"

Json = Any


def _found(folder: Path, template: Json) -> list[str]:
    return paths(lint_template(folder, template), RULE)


def _versioned(name: str, **properties: Json) -> Json:
    version = resource("Lambda::Version", FunctionName=FN, **properties)
    return {
        "Parameters": {
            "Build": {"Type": "String"},
            "Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]},
        },
        "Resources": {"Orders": FUNCTION, name: version},
    }


SHA = "nX8eF0x6cV1mJb2QpT4sYw7zKdRgHuLiOaEfBn3C5t0="


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"Description": "what callers invoke"},
        {"CodeSha256": SHA},
        {"Description": {"Ref": "AWS::StackName"}},
        {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 5}},
    ],
    ids=json.dumps,
)
def test_a_version_that_nothing_replaces_is_frozen(
    tmp_path: Path, properties: Json
) -> None:
    found = _found(tmp_path, _versioned("OrdersVersion", **properties))
    assert found == ["Resources/OrdersVersion"]


@pytest.mark.parametrize(
    "properties",
    [
        {"Description": {"Ref": "Build"}},
        {"Description": {"Fn::Sub": "build ${Build}"}},
        {"CodeSha256": {"Ref": "Build"}},
        {"CodeSha256": {"Fn::ImportValue": "sha"}},
    ],
    ids=json.dumps,
)
def test_a_version_that_an_input_replaces_is_silent(
    tmp_path: Path, properties: Json
) -> None:
    assert _found(tmp_path, _versioned("OrdersVersion", **properties)) == []


@pytest.mark.parametrize(
    "name",
    [
        # Somebody's method, git, SAM, the CDK, and the Serverless Framework.
        "OrdersVersion2",
        "OrdersVersion2f9c1b7",
        "OrdersVersion0123abcdef",
        "OrdersCurrentVersion8C5E1B7Ab3f0c61d2e94a75086bd1f37c2a9e504",
        "OrdersLambdaVersionmX2Zc7Yb1kQf0T9uVwLr5sN8aE3dG6hJ4iK0oPqRs",
    ],
)
def test_a_logical_id_that_changes_is_silent(tmp_path: Path, name: str) -> None:
    assert _found(tmp_path, _versioned(name)) == []


@pytest.mark.parametrize(
    ("before", "is_reported"), [("build 1", False), ("build 2", True)]
)
def test_a_description_that_the_baseline_shows_to_change_is_silent(
    tmp_path: Path, before: str, is_reported: bool
) -> None:
    baseline = tmp_path / "before.json"
    baseline.write_text(json.dumps(_versioned("OrdersVersion", Description=before)))
    matches = lint_template(
        tmp_path,
        _versioned("OrdersVersion", Description="build 2"),
        "-x",
        f"W9831:baseline_path={baseline}",
    )
    assert paths(matches, RULE) == ["Resources/OrdersVersion"] * is_reported
