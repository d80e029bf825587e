"""The rows on what leaves for callers elsewhere, against the schemas."""

from __future__ import annotations

import pytest

from cfn_lint_lambda_race.data import TargetRow, exits
from tests import schemas


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
