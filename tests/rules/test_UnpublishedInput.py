"""I9836: inputs that change a function and publish no version.

Tests `update/_publication.py` too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.update import unpublished_inputs
from tests.building import Template_, parameter, resource, sam, variables
from tests.inputs import built, with_version
from tests.linting import lint_template, messages, paths
from tests.updates import load


def _unpublished(folder: Path, template: Template_) -> list[tuple[Any, ...]]:
    (folder / "template.json").write_text(json.dumps(template))
    return [
        (found.parameters, found.changes, found.name, found.described)
        for found in unpublished_inputs(load(folder / "template.json"))
    ]


CURRENT = "OrdersCurrentVersionE7A382CC5c1d0fcc0fa1e4a2ad6ccda7bd2d3a1d"


def _behind_alias(
    name: str = CURRENT, by: str = "CommitSha", **properties: Any
) -> Template_:
    """A function with a parameter in a variable, behind an alias of a version."""
    template = with_version(name, **properties)
    template["Parameters"][by] = template["Parameters"].get(by, parameter())
    template["Resources"]["Orders"]["Properties"].update(variables(A={"Ref": by}))
    template["Resources"]["Live"] = resource(
        "Lambda::Alias",
        FunctionName={"Ref": "Orders"},
        FunctionVersion={"Fn::GetAtt": f"{name}.Version"},
        Name="live",
    )
    endpoint = template["Resources"]["Invocation"]["Properties"]
    endpoint["Endpoint"] = {"Ref": "Live"}
    return template


@pytest.mark.parametrize("name", [CURRENT, "OrdersVersion"])
def test_a_build_behind_a_version_that_stays(name: str, tmp_path: Path) -> None:
    assert _unpublished(tmp_path, _behind_alias(name)) == [
        (("CommitSha",), ("Environment",), "Live", name)
    ]


@pytest.mark.parametrize("name", ["OrdersVersion2", "OrdersVersion2f9c1b7"])
def test_a_version_that_somebody_counts(name: str, tmp_path: Path) -> None:
    assert _unpublished(tmp_path, _behind_alias(name)) == []


@pytest.mark.parametrize(
    "properties",
    [
        {"Description": {"Ref": "CommitSha"}},
        {"Description": {"Fn::Sub": "built from ${CommitSha}"}},
        {"CodeSha256": {"Ref": "CommitSha"}},
        {"Description": {"Fn::ImportValue": "build"}},
        {"Description": [{"Fn::ImportValue": "build"}]},
        {
            "ProvisionedConcurrencyConfig": {
                "ProvisionedConcurrentExecutions": {"Fn::ImportValue": "count"}
            }
        },
        {"Fn::Transform": {"Name": "Build"}},
    ],
)
def test_a_version_that_moves_with_it(properties: Template_, tmp_path: Path) -> None:
    assert _unpublished(tmp_path, _behind_alias(**properties)) == []


@pytest.mark.parametrize(
    "description",
    [{"Ref": "Stage"}, {"Ref": "Limited"}, {"Ref": "AWS::NoValue"}, "a", ["a"]],
)
def test_a_version_that_moves_with_nothing(description: Any, tmp_path: Path) -> None:
    template = _behind_alias(Description=description)
    assert [found[0] for found in _unpublished(tmp_path, template)] == [("CommitSha",)]


@pytest.mark.parametrize("broken", [None, 5, "a", []])
def test_a_parameter_that_is_broken(broken: Any, tmp_path: Path) -> None:
    template = _behind_alias()
    template["Parameters"]["CommitSha"] = broken
    assert [found[0] for found in _unpublished(tmp_path, template)] == [("CommitSha",)]


def test_what_no_version_holds(tmp_path: Path) -> None:
    template = _sam_behind_alias(
        AutoPublishCodeSha256="a",
        CodeUri={"Bucket": {"Ref": "CommitSha"}, "Key": "orders.zip"},
        Tags={"release": {"Ref": "CommitSha"}},
    )
    found = [("LogLevel",)]
    assert [one[0] for one in _unpublished(tmp_path, template)] == found
    properties = template["Resources"]["Orders"]["Properties"]
    properties["Description"] = {"Ref": "CommitSha"}
    properties["ReservedConcurrentExecutions"] = {"Ref": "CommitSha"}
    assert [one[0] for one in _unpublished(tmp_path, template)] == found


@pytest.mark.parametrize("by", ["Stage", "Limited", "LogLevel", "AWS::Region"])
def test_what_no_build_changes(by: str, tmp_path: Path) -> None:
    template = _behind_alias(by=by)
    template["Parameters"].pop("AWS::Region", None)
    assert _unpublished(tmp_path, template) == []


def test_an_asset_of_the_cdk_is_named_after_its_content(tmp_path: Path) -> None:
    by = f"AssetParameters{'0a' * 32}S3VersionKey5E5A0E73"
    assert _unpublished(tmp_path, _behind_alias(by=by)) == []


def test_an_input_that_names_the_function_publishes_another(tmp_path: Path) -> None:
    template = _behind_alias()
    template["Resources"]["Orders"]["Properties"]["FunctionName"] = {
        "Fn::Sub": "orders-${CommitSha}"
    }
    assert _unpublished(tmp_path, template) == []


def test_nothing_is_behind_a_version(tmp_path: Path) -> None:
    template = _behind_alias()
    template["Resources"]["Live"]["Properties"]["FunctionVersion"] = "$LATEST"
    template["Resources"].pop(CURRENT)
    assert _unpublished(tmp_path, template) == []
    assert _unpublished(tmp_path, built()) == []
    template = _behind_alias()
    endpoint = template["Resources"]["Invocation"]["Properties"]
    endpoint["Endpoint"] = {"Fn::GetAtt": "Orders.Arn"}
    assert _unpublished(tmp_path, template) == []


def _sam_behind_alias(by: str = "LogLevel", **properties: Any) -> Template_:
    return sam(
        {
            "AutoPublishAlias": "live",
            "CodeUri": "s3://artifacts/orders.zip",
            **variables(A={"Ref": by}),
            **properties,
        },
        Parameters={
            "CommitSha": parameter(),
            "LogLevel": parameter(),
            "Stage": parameter(),
            "Limited": parameter(AllowedValues=["1", "2"]),
        },
    )


SAM_S = "Orders.Alias"


@pytest.mark.parametrize("by", ["LogLevel", "CommitSha"])
@pytest.mark.parametrize("is_all", [False, True])
def test_sam_hashes_the_name_of_a_parameter(
    by: str, is_all: bool, tmp_path: Path
) -> None:
    template = _sam_behind_alias(by, AutoPublishAliasAllProperties=is_all)
    assert _unpublished(tmp_path, template) == [
        ((by,), ("Environment",), SAM_S, "Orders")
    ]


@pytest.mark.parametrize(
    ("properties", "is_all", "changes"),
    [
        ({}, False, []),
        ({}, True, []),
        ({"Timeout": {"Ref": "LogLevel"}}, False, []),
        ({"Timeout": {"Ref": "LogLevel"}, **variables(A="b")}, True, []),
        ({"Timeout": {"Ref": "LogLevel"}, **variables(A="b")}, False, ["Timeout"]),
    ],
)
def test_the_language_extensions_show_sam_the_value(
    properties: Template_, is_all: bool, changes: list[str], tmp_path: Path
) -> None:
    """Where they come first, a new value of what SAM hashes publishes."""
    template = _sam_behind_alias(AutoPublishAliasAllProperties=is_all, **properties)
    template["Transform"] = ["AWS::LanguageExtensions", template["Transform"]]
    assert [found[1] for found in _unpublished(tmp_path, template)] == [
        (name,) for name in changes
    ]
    template["Transform"].reverse()
    assert _unpublished(tmp_path, template) != []


@pytest.mark.parametrize(
    "properties",
    [
        {"CodeUri": {"Bucket": "a", "Key": {"Fn::Sub": "${LogLevel}.zip"}}},
        {"CodeUri": {"Fn::Sub": "s3://a/${CommitSha}.zip"}},
        {"AutoPublishCodeSha256": {"Ref": "CommitSha"}},
        {"AutoPublishCodeSha256": {"Ref": "LogLevel"}},
        {"VersionDescription": {"Ref": "LogLevel"}},
        {"VersionDescription": {"Ref": "CommitSha"}},
        {"FunctionName": {"Ref": "LogLevel"}},
        variables(A={"Ref": "Stage"}),
        variables(A={"Ref": "Limited"}),
        variables(A={"Ref": "AWS::Region"}),
        variables(A={"Fn::GetAtt": "Queue.Arn"}),
    ],
    ids=json.dumps,
)
def test_what_publishes_with_sam(properties: Template_, tmp_path: Path) -> None:
    assert _unpublished(tmp_path, _sam_behind_alias(**properties)) == []


def test_the_finding_counts_the_parameters(tmp_path: Path) -> None:
    names = ["Key1", "Key2", "Key3", "Key4", "Key5"]
    template = sam(
        {"AutoPublishAlias": "live", **variables(**{n: {"Ref": n} for n in names})},
        Parameters={name: parameter() for name in names},
    )
    matches = lint_template(tmp_path, template)
    assert paths(matches, "I9836") == ["Resources/Orders"]
    assert messages(matches, "I9836") == [
        "Parameters Key1, Key2, Key3 and 2 more change Environment of Orders without "
        "publishing a version, so callers of Orders.Alias keep the old one; add them "
        "to the VersionDescription of Orders"
    ]


@pytest.mark.parametrize(
    ("no_echo", "is_secret"),
    [(True, True), ("true", True), ("True", True), (False, False), ("no", False)],
)
def test_a_secret_does_not_belong_into_a_description(
    no_echo: Any, is_secret: bool, tmp_path: Path
) -> None:
    template = _sam_behind_alias()
    template["Parameters"]["LogLevel"]["NoEcho"] = no_echo
    (message,) = messages(lint_template(tmp_path, template), "I9836")
    cure = "; change the VersionDescription of Orders with it"
    assert message.endswith(cure) == is_secret


def test_another_name_counts_behind_sam_s_alias_alone(tmp_path: Path) -> None:
    assert _unpublished(tmp_path, _behind_alias(by="Flavour")) == []
    assert len(_unpublished(tmp_path, _behind_alias())) == 1
    # The property means nothing on a function that is not one of SAM's.
    template = _behind_alias(by="Flavour")
    template["Resources"]["Orders"]["Properties"]["AutoPublishAlias"] = "live"
    assert _unpublished(tmp_path, template) == []
    # A version by hand of a function of SAM's.
    template = _behind_alias(by="Flavour")
    function = sam(variables(A={"Ref": "Flavour"}))["Resources"]["Orders"]
    template["Transform"] = sam()["Transform"]
    template["Resources"]["Orders"] = function
    assert _unpublished(tmp_path, template) == []


def test_code_of_every_build_behind_a_version_that_stays(tmp_path: Path) -> None:
    template = _behind_alias()
    code = {"S3Bucket": "a", "S3Key": {"Ref": "CommitSha"}}
    template["Resources"]["Orders"]["Properties"]["Code"] = code
    assert _unpublished(tmp_path, template) == [
        (("CommitSha",), ("Code", "Environment"), "Live", CURRENT)
    ]


def test_an_alias_of_a_number_publishes_nothing_here(tmp_path: Path) -> None:
    template = _behind_alias()
    template["Resources"]["Live"]["Properties"]["FunctionVersion"] = "7"
    del template["Resources"][CURRENT]
    assert _unpublished(tmp_path, template) == []


def test_the_first_of_two_versions_gets_the_description(tmp_path: Path) -> None:
    template = _behind_alias("OrdersVersion")
    resources = template["Resources"]
    resources["AnotherVersion"] = resources["OrdersVersion"]
    (found,) = _unpublished(tmp_path, template)
    assert found[-1] == "OrdersVersion"
