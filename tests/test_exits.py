"""The rows on what leaves for callers elsewhere, against the schemas."""

from __future__ import annotations

import pytest

from cfn_lint_lambda_race.data import exits
from tests import schemas

# A module's parameters are whatever its author declares.
ROWS = [row for rows in exits().values() for row in rows if row.type != "*::MODULE"]


def test_rows_name_what_the_schemas_know() -> None:
    may_lack = not (schemas.is_current() and schemas.knows_sam())
    for row in ROWS:
        versions = schemas.schemas().get(row.type, ())
        if not versions and may_lack:
            continue
        beside = () if row.inside is not None else tuple(row.when)
        for path in (row.path, *beside):
            assert any(schemas.exists(one, path) for one in versions), (row.type, path)


def test_rows_tell_policies_from_what_passes_a_name_on() -> None:
    for row in ROWS:
        assert row.form in ("arn", "name", "self"), row
        assert row.what is not None, row
        assert (row.what == "a policy") == ("Statement" in row.path), row
        # IAM takes ARNs only.
        assert (row.form == "arn") == ("Statement" in row.path), row


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
