"""Which API call applies which property, against botocore's model and the schemas.

Tests `data/__init__.py` too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from botocore.model import ServiceModel
from botocore.session import Session

from cfn_lint_lambda_race.data import (
    CODE,
    CONFIGURATION,
    OperationRow,
    load,
    operations,
)
from cfn_lint_lambda_race.template._sam import NOT_OF_THE_FUNCTION
from tests.schemas import is_current, knows_sam, schemas
from tests.schemas import properties as paths_of

ROWS = {row.property: row for row in operations()}
# Members of the requests that are no property of a function.
NOT_PROPERTIES = {"FunctionName", "RevisionId", "DryRun", "Publish", "PublishTo"}
# Members that CloudFormation's function has no property for.
NO_PROPERTIES = {"AcceleratorConfig", "RuntimeConfig"}
# By property, its name in the API where that differs.
MEMBERS = {
    row["property"]: row["member"] for row in load("operations.json") if "member" in row
}
# UpdateFunctionCode takes the parts of `Code` one by one.
CODE_MEMBERS = {
    *("ImageUri", "S3Bucket", "S3Key", "S3ObjectVersion", "SourceKMSKeyArn"),
    # `Code.ZipFile` and how CloudFormation stores S3 objects.
    *("ZipFile", "S3ObjectStorageMode"),
}
# What SAM makes something else of than a property of the function: its role, the
# version, the alias, the integrations; `CodeUri` becomes the code.
SAM_ONLY = NOT_OF_THE_FUNCTION - {"CodeUri"} | {"AutoPublishCodeSha256"}


@cache
def _lambda() -> ServiceModel:
    return Session().get_service_model("lambda")


def _members(operation: str) -> set[str]:
    return set(_lambda().operation_model(operation).input_shape.members)


def _function() -> Mapping[str, Any]:
    (schema, *_) = schemas()["AWS::Lambda::Function"]
    return schema


def _own(pointers: list[str]) -> set[str]:
    names = {pointer.removeprefix("/properties/") for pointer in pointers}
    return {name for name in names if "/" not in name}


def test_rows_are_sorted_and_unique() -> None:
    names = [row["property"] for row in load("operations.json")]
    assert len(names) > 30
    assert names == sorted(set(names))
    assert len(ROWS) == len(names)


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: str(row.property))
def test_a_row(row: OperationRow) -> None:
    assert row.source.startswith("https://docs.aws.amazon.com/")
    if row.operation is None:
        return
    assert not row.is_create_only
    members = _members(row.operation)
    if row.property == "Code":
        assert {"ImageUri", "S3Bucket", "S3Key", "ZipFile"} <= members
    elif row.operation in (CODE, CONFIGURATION) or row.property in MEMBERS:
        assert MEMBERS.get(row.property, row.property) in members
    else:
        # An operation of its own; its name tells the property.
        assert "FunctionName" in members or "Resource" in members


@pytest.mark.parametrize("operation", [CODE, CONFIGURATION])
def test_every_member_of_a_request_is_a_row(operation: str) -> None:
    members = _members(operation) - NOT_PROPERTIES - NO_PROPERTIES
    if operation == CODE:
        assert {"S3Key", "ZipFile"} <= members
        members -= CODE_MEMBERS
    rows = {
        MEMBERS.get(row.property, row.property)
        for row in ROWS.values()
        if row.operation == operation and row.property != "Code"
    }
    assert members - rows == set(), "add a row for each"
    assert rows - members == set(), "botocore knows no such member"
    assert rows


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS.values() if row.operation not in (CODE, CONFIGURATION, None)],
    ids=lambda row: str(row.property),
)
def test_an_operation_of_its_own_takes_the_property(row: OperationRow) -> None:
    """The property itself, or what is in it."""
    assert row.operation is not None
    inside = {
        path.split("/")[1]
        for path in paths_of(_function())
        if path.startswith(f"{row.property}/")
    }
    # Of a list of pairs, the API takes a map.
    assert _members(row.operation) & {
        row.property,
        *inside,
        MEMBERS.get(row.property),
    } - {"*"}


def test_what_has_no_order() -> None:
    """Sets of networks and groups; the later of two layers covers the earlier."""
    unordered = {row.property: row.unordered for row in ROWS.values() if row.unordered}
    assert unordered == {"VpcConfig": ("SecurityGroupIds", "SubnetIds")}
    model = _lambda().shape_for("VpcConfig")
    assert set(unordered["VpcConfig"]) <= set(model.members)


def test_each_default_is_tested() -> None:
    assert {row.property for row in ROWS.values() if row.default is not None} == {
        *("Architectures", "EphemeralStorage", "LoggingConfig", "MemorySize"),
        *("PackageType", "SnapStart", "Timeout", "TracingConfig", "VpcConfig"),
    }


def test_what_has_no_property() -> None:
    assert not NO_PROPERTIES & set(_function()["properties"]), "add a row for each"
    assert _members(CONFIGURATION) >= NO_PROPERTIES


def test_every_property_of_a_function_is_a_row() -> None:
    properties = set(_function()["properties"])
    assert len(properties) > 25
    assert properties - set(ROWS) == set(), "add a row for each to operations.json"
    if is_current():
        assert set(ROWS) - properties == set()


def test_what_replaces_the_function_is_no_update() -> None:
    replaced = _own(_function()["createOnlyProperties"])
    assert {"FunctionName", "PackageType"} <= replaced
    known = {row.property for row in ROWS.values() if row.is_create_only}
    assert replaced == known & set(_function()["properties"])


def test_what_is_read_only_has_no_operation() -> None:
    read_only = _own(_function()["readOnlyProperties"])
    assert "Arn" in read_only
    for name in read_only:
        assert ROWS[name].operation is None
        assert not ROWS[name].is_create_only
    without = {row.property for row in ROWS.values() if row.operation is None}
    create_only = {row.property for row in ROWS.values() if row.is_create_only}
    assert without - create_only == read_only


@pytest.mark.skipif(not knows_sam(), reason="no schemas of SAM's resources")
def test_every_property_of_a_serverless_function_is_known() -> None:
    known = {name for row in ROWS.values() for name in (row.property, *row.sam)}
    versions = schemas().get("AWS::Serverless::Function", ())
    properties = {name for schema in versions for name in schema["properties"]}
    assert len(properties) > 40
    assert properties - known - SAM_ONLY == set(), (
        "name each in `sam` of the property that it becomes, or in NOT_OF_THE_FUNCTION"
    )
    if is_current():
        assert properties >= SAM_ONLY
        assert {name for row in ROWS.values() for name in row.sam} <= properties
    assert not known & SAM_ONLY


def test_no_property_of_sam_becomes_two() -> None:
    names = [name for row in ROWS.values() for name in row.sam]
    assert names
    assert len(set(names)) == len(names)
    assert not set(names) & set(ROWS)


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("Architectures", ["x86_64"]),
        ("EphemeralStorage", {"Size": 512}),
        ("MemorySize", 128),
        (
            "LoggingConfig",
            {
                "LogFormat": "Text",
                "ApplicationLogLevel": "INFO",
                "SystemLogLevel": "INFO",
            },
        ),
        ("PackageType", "Zip"),
        ("SnapStart", {"ApplyOn": "None"}),
        ("Timeout", 3),
        ("TracingConfig", {"Mode": "PassThrough"}),
        ("VpcConfig", {"Ipv6AllowedForDualStack": "false"}),
    ],
)
def test_documented_defaults(name: str, default: Any) -> None:
    assert ROWS[name].default == default


def test_what_is_neither_side() -> None:
    sides = {
        operation: {row.property for row in ROWS.values() if row.operation == operation}
        for operation in (CODE, CONFIGURATION)
    }
    assert sides[CODE] == {"Architectures", "Code"}
    assert {"Environment", "Handler", "Layers", "Runtime"} <= sides[CONFIGURATION]
    neither = {
        *("CodeSigningConfigArn", "FunctionScalingConfig", "RecursiveLoop"),
        *("ReservedConcurrentExecutions", "RuntimeManagementConfig", "Tags"),
    }
    assert not neither & (sides[CODE] | sides[CONFIGURATION])
    assert {row.property for row in ROWS.values() if row.is_inert} == {"Description"}
