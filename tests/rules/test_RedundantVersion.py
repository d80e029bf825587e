"""W9835: new versions that Lambda refuses.

Tests `update/_redundant.py` too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.building import Template_, new_code, parameter, resource, sam
from tests.linting import FUNCTION
from tests.moving import REDUNDANT, found_against, tagged, version_called


def test_new_version_of_the_same_function(tmp_path: Path) -> None:
    before, after = version_called("V1"), version_called("V2")
    assert found_against(tmp_path, before, after, REDUNDANT) == ["Resources/V2"]
    assert found_against(tmp_path, before, new_code(after), REDUNDANT) == []


@pytest.mark.parametrize(
    ("properties", "is_redundant"),
    [
        ({"Description": "more"}, False),
        ({"Timeout": 9}, False),
        ({"Timeout": 3}, True),
        ({"Tags": [{"Key": "a", "Value": "b"}]}, True),
        ({"ReservedConcurrentExecutions": 5}, True),
        ({"Layers": [{"Fn::ImportValue": "layer"}]}, False),
        ({"FunctionName": "other"}, False),
    ],
    ids=["description", "timeout", "default", "tags", "concurrency", "layer", "name"],
)
def test_what_changes_a_function(
    tmp_path: Path, properties: Any, is_redundant: bool
) -> None:
    found = found_against(
        tmp_path, version_called("V1"), version_called("V2", **properties), REDUNDANT
    )
    assert bool(found) is is_redundant


def test_version_that_may_not_be_there_is_silent(tmp_path: Path) -> None:
    before, after = version_called("V1"), version_called("V2")
    for side in (before, after):
        side["Parameters"] = {"Stage": parameter(Default="prod")}
        is_prod = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
        side["Conditions"] = {"IsProd": is_prod}
    assert found_against(tmp_path, before, after, REDUNDANT) == ["Resources/V2"]
    after["Resources"]["V2"]["Condition"] = "IsProd"
    assert found_against(tmp_path, before, after, REDUNDANT) == []


def test_sam_s_source_and_its_output_are_not_compared(tmp_path: Path) -> None:
    before, after = version_called("V1"), version_called("V2")
    before["Transform"] = "AWS::Serverless-2016-10-31"
    assert found_against(tmp_path, before, after, REDUNDANT) == []


def test_first_version_is_not_redundant(tmp_path: Path) -> None:
    before = {"Resources": {"Orders": FUNCTION}}
    assert found_against(tmp_path, before, version_called("V1"), REDUNDANT) == []


@pytest.mark.parametrize(
    ("name", "fields", "found"),
    [
        ("BuildKey", {}, []),
        ("BuildKey", {"Default": "a"}, []),
        ("Anything", {}, []),
        ("Anything", {"Default": "a"}, ["Resources/V2"]),
    ],
)
def test_parameter_that_the_deployment_sets_is_unknown(
    tmp_path: Path, name: str, fields: Template_, found: list[str]
) -> None:
    code = {"S3Bucket": "artifacts", "S3Key": {"Ref": name}}
    sides = [
        {
            **version_called(version, Code=code),
            "Parameters": {name: parameter(**fields)},
        }
        for version in ("V1", "V2")
    ]
    assert found_against(tmp_path, sides[0], sides[1], REDUNDANT) == found


def test_tags_alone_publish_in_vain(tmp_path: Path) -> None:
    before, after = tagged("a"), tagged("b")
    assert found_against(tmp_path, before, after, REDUNDANT) == ["Resources/Orders"]
    assert found_against(tmp_path, before, new_code(after), REDUNDANT) == []
    for side in (before, after):
        del side["Resources"]["Orders"]["Properties"]["AutoPublishAliasAllProperties"]
    assert found_against(tmp_path, before, after, REDUNDANT) == []


@pytest.mark.parametrize("comes_first", [True, False])
def test_other_words_for_a_value_under_the_language_extensions(
    comes_first: bool, tmp_path: Path
) -> None:
    """Where they come first, SAM does not see the words."""
    before, after = tagged("a"), tagged("a")
    for side, value in ((before, {"Ref": "Size"}), (after, "256")):
        side["Resources"]["Orders"]["Properties"]["MemorySize"] = value
        side["Parameters"] = {"Size": parameter(Type="Number", Default="256")}
        transforms = ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]
        side["Transform"] = transforms if comes_first else transforms[::-1]
    found = found_against(tmp_path, before, after, REDUNDANT)
    assert found == ([] if comes_first else ["Resources/Orders"])
    for side, value in ((before, "a"), (after, "b")):
        side["Resources"]["Orders"]["Properties"]["Tags"] = {"a": value}
    assert found_against(tmp_path, before, after, REDUNDANT) == ["Resources/Orders"]


def test_local_code_without_a_revision_is_unknown(tmp_path: Path) -> None:
    sides = tagged("a", CodeUri="src/"), tagged("b", CodeUri="src/")
    assert found_against(tmp_path, *sides, REDUNDANT) == []


@pytest.mark.parametrize("sides", [(None, None), (None, "live"), ("live", None)])
def test_a_first_version_and_none_are_not_redundant(
    tmp_path: Path, sides: tuple[str | None, str | None]
) -> None:
    before, after = (
        tagged(team, AutoPublishAlias=alias) for team, alias in zip("ab", sides)
    )
    assert found_against(tmp_path, before, after, REDUNDANT) == []


def test_another_description_alone_publishes_in_vain(tmp_path: Path) -> None:
    before, after = (
        sam({"AutoPublishAlias": "live", "VersionDescription": one}) for one in "ab"
    )
    assert found_against(tmp_path, before, after, REDUNDANT) == ["Resources/Orders"]


@pytest.mark.parametrize("is_hashed", [False, True])
def test_tags_that_are_new_under_the_language_extensions(
    tmp_path: Path, is_hashed: bool
) -> None:
    """The words of the memory differ, not what they say."""
    before, after = (
        sam(
            {
                "MemorySize": size,
                "AutoPublishAlias": "live",
                "AutoPublishAliasAllProperties": is_hashed,
            }
        )
        for size in ({"Ref": "Size"}, "256")
    )
    after["Resources"]["Orders"]["Properties"]["Tags"] = {"team": "a"}
    for side in (before, after):
        side["Parameters"] = {"Size": parameter(Type="Number", Default="256")}
        side["Transform"] = ["AWS::LanguageExtensions", side["Transform"]]
    found = found_against(tmp_path, before, after, REDUNDANT)
    assert found == ["Resources/Orders"] * is_hashed


def test_a_version_that_was_another_function_s_is_new(tmp_path: Path) -> None:
    before, after = version_called("V1"), version_called("V1")
    for side, function in ((before, "Other"), (after, "Orders")):
        side["Resources"]["Other"] = FUNCTION
        side["Resources"]["V2"] = resource(
            "Lambda::Version", FunctionName={"Ref": function}
        )
    assert found_against(tmp_path, before, after, REDUNDANT) == ["Resources/V2"]


def test_a_function_that_becomes_one_of_sam_s_may_change(tmp_path: Path) -> None:
    """SAM says more of it than the template."""
    before, after = version_called("V1"), version_called("V2")
    for side in (before, after):
        side["Transform"] = "AWS::Serverless-2016-10-31"
    assert found_against(tmp_path, before, after, REDUNDANT) == ["Resources/V2"]
    function = after["Resources"]["Orders"]
    code = function["Properties"].pop("Code")
    uri = {"Bucket": code["S3Bucket"], "Key": code["S3Key"]}
    function["Properties"]["CodeUri"] = uri
    function["Type"] = "AWS::Serverless::Function"
    assert found_against(tmp_path, before, after, REDUNDANT) == []


def test_a_property_of_sam_s_on_another_function_publishes_nothing(
    tmp_path: Path,
) -> None:
    before, after = (
        version_called("V1", AutoPublishAlias="live", VersionDescription=words)
        for words in ("one", "two")
    )
    assert found_against(tmp_path, before, after, REDUNDANT) == []
