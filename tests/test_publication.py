"""What an update fails to publish (W9832), held against aws-sam-translator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.template._sam import NOT_OF_THE_FUNCTION
from cfn_lint_lambda_race.update import Cure, Update, update_of
from cfn_lint_lambda_race.update._publication import (
    stale_alias,
    stays_with_serverless,
)
from tests import schemas
from tests.building import (
    LAYER,
    ROLE,
    Template_,
    alias_of,
    new_code,
    parameter,
    published,
    resource,
    sam,
    stack,
    variables,
)
from tests.linting import lint_template, messages
from tests.translation import translated
from tests.updates import compared, configured, side_of, update


def _stale(found: Update) -> list[tuple[str, str]]:
    """The functions that W9832 names, each with what stays behind."""
    assert found.problem == ""
    return [(one.update.function, one.name) for one in found.unpublished]


# -- versions by hand --------------------------------------------------------------

ARN = {"Fn::GetAtt": "Orders.Arn"}

ACTIVE: dict[str, Template_] = {
    "code": {"Code": {"S3Bucket": "a", "S3Key": "b"}},
    "architecture": {"Architectures": ["arm64"]},
    "timeout": {"Timeout": 9},
    "layers": {"Layers": [f"{LAYER}:1"]},
    "role": {"Role": f"{ROLE}-2"},
}


@pytest.mark.parametrize("properties", ACTIVE.values(), ids=ACTIVE)
def test_a_version_that_stays(properties: Template_, tmp_path: Path) -> None:
    found = update(tmp_path, published(), published(properties=properties))
    assert _stale(found) == [("Orders", "Live")]


INERT: dict[str, Template_] = {
    "nothing": {},
    "description": {"Description": "more"},
    "tags": {"Tags": [{"Key": "a", "Value": "b"}]},
    "concurrency": {"ReservedConcurrentExecutions": 1},
    "default": {"Timeout": 3},
}


@pytest.mark.parametrize("properties", INERT.values(), ids=INERT)
def test_nothing_to_publish(properties: Template_, tmp_path: Path) -> None:
    found = update(tmp_path, published(), published(properties=properties))
    assert _stale(found) == []


def test_a_version_of_another_name_is_new(tmp_path: Path) -> None:
    after = new_code(published("OrdersVersion2"))
    assert _stale(update(tmp_path, published(), after)) == []


@pytest.mark.parametrize(
    ("version", "stale"),
    [
        ("OrdersLambdaVersionBwLYvGtbDVCgMtkGpC4V8dSFZVDg3bLqTwYJXvU", []),
        ("OrdersVersion", [("Orders", "Live")]),
    ],
)
def test_the_same_package_below_another_key(
    version: str, stale: list[tuple[str, str]], tmp_path: Path
) -> None:
    # The Serverless Framework's key has the time of the deployment in it.
    before = published(version, CodeSha256="5zKTbLS4Ymw=")
    assert _stale(update(tmp_path, before, new_code(before))) == stale


@pytest.mark.parametrize("name", ["Description", "CodeSha256"])
def test_a_version_that_is_replaced_is_new(name: str, tmp_path: Path) -> None:
    before, after = (published(**{name: value}) for value in ("one", "two"))
    assert _stale(update(tmp_path, before, new_code(after))) == []


def test_a_version_that_every_build_describes_anew_may_be_new(tmp_path: Path) -> None:
    before = published(Description={"Ref": "Version"})
    assert _stale(update(tmp_path, before, new_code(before))) == []


def test_a_replaced_function_replaces_its_version(tmp_path: Path) -> None:
    after = new_code(published(properties={"FunctionName": "orders"}))
    assert _stale(update(tmp_path, published(), after)) == []


def test_a_version_without_an_alias(tmp_path: Path) -> None:
    before = published(invoked={"Ref": "OrdersVersion"})
    del before["Resources"]["Live"]
    found = update(tmp_path, before, new_code(before))
    assert _stale(found) == [("Orders", "OrdersVersion")]


def test_callers_elsewhere_use_an_alias_that_nothing_invokes(tmp_path: Path) -> None:
    before = published()
    del before["Resources"]["Invocation"]
    found = update(tmp_path, before, new_code(before))
    assert _stale(found) == [("Orders", "Live")]


def test_an_alias_that_nothing_invokes_beside_latest(tmp_path: Path) -> None:
    before = published(invoked=ARN)
    assert _stale(update(tmp_path, before, new_code(before))) == []


def test_an_alias_of_latest_has_nothing_to_publish(tmp_path: Path) -> None:
    before = stack(invoked={"Ref": "Live"}, Resources={"Live": alias_of("$LATEST")})
    assert _stale(update(tmp_path, before, new_code(before))) == []


def _numbered(number: Any, properties: Any = None) -> Template_:
    return stack(
        properties,
        invoked={"Ref": "Live"},
        Resources={"Live": alias_of(number)},
        Parameters={"Version": parameter(Default="3")},
    )


@pytest.mark.parametrize("number", ["3", 3])
def test_an_alias_of_a_number_that_nothing_provides(
    number: Any, tmp_path: Path
) -> None:
    before = _numbered(number)
    assert _stale(update(tmp_path, before, new_code(before))) == [("Orders", "Live")]


def test_a_number_in_quotes_is_the_same(tmp_path: Path) -> None:
    after = new_code(_numbered(3))
    assert _stale(update(tmp_path, _numbered("3"), after)) == [("Orders", "Live")]


def test_an_alias_of_another_number_moves(tmp_path: Path) -> None:
    after = new_code(_numbered("4"))
    assert _stale(update(tmp_path, _numbered("3"), after)) == []


def _of_two_versions(alias_of_: str, code: str, invoked: Any) -> Template_:
    """A function with two versions, an alias of one of them, and a target."""
    names = ("OrdersV1", "OrdersV2")
    function_name = {"FunctionName": {"Ref": "Orders"}}
    return stack(
        {"Code": {"S3Bucket": "a", "S3Key": code}},
        invoked=invoked,
        Resources={
            **{name: resource("Lambda::Version", **function_name) for name in names},
            "Live": resource(
                "Lambda::Alias",
                **function_name,
                FunctionVersion={"Fn::GetAtt": [alias_of_, "Version"]},
                Name="live",
            ),
        },
    )


@pytest.mark.parametrize("is_reverted", [True, False])
def test_a_version_that_was_published_before_may_be_the_right_one(
    is_reverted: bool, tmp_path: Path
) -> None:
    """A revert takes back the code and the move to the version of it."""
    version = "OrdersV1" if is_reverted else "OrdersV2"
    before = _of_two_versions("OrdersV2", "2.zip", {"Ref": "Live"})
    after = _of_two_versions(version, "1.zip", {"Ref": "Live"})
    assert _stale(update(tmp_path, before, after)) == (
        [] if is_reverted else [("Orders", "Live")]
    )
    if is_reverted:
        del after["Resources"]["OrdersV2"]
        assert _stale(update(tmp_path, before, after)) == []
    # The target itself names the version.
    before = _of_two_versions("OrdersV2", "2.zip", {"Ref": "OrdersV2"})
    after = _of_two_versions("OrdersV2", "1.zip", {"Ref": version})
    assert _stale(update(tmp_path, before, after)) == (
        [] if is_reverted else [("Orders", "OrdersV2")]
    )


def test_another_way_to_write_a_version_does_not_move_an_alias(tmp_path: Path) -> None:
    before = _of_two_versions("OrdersV2", "2.zip", {"Ref": "Live"})
    after = _of_two_versions("OrdersV2", "1.zip", {"Ref": "Live"})
    alias = after["Resources"]["Live"]["Properties"]
    alias["FunctionVersion"] = {"Fn::GetAtt": "OrdersV2.Version"}
    assert _stale(update(tmp_path, before, after)) == [("Orders", "Live")]


def test_an_alias_of_a_parameter_is_unknown(tmp_path: Path) -> None:
    before = _numbered({"Ref": "Version"})
    assert _stale(update(tmp_path, before, new_code(before))) == []


def test_a_version_that_is_invoked_beside_its_alias(tmp_path: Path) -> None:
    before = published(invoked={"Ref": "OrdersVersion"})
    assert _stale(update(tmp_path, before, new_code(before))) == [
        ("Orders", "OrdersVersion")
    ]


def test_a_function_without_versions(tmp_path: Path) -> None:
    assert _stale(update(tmp_path, stack(), new_code(stack()))) == []


def test_the_update_that_introduces_the_version(tmp_path: Path) -> None:
    after = new_code(published())
    assert _stale(update(tmp_path, stack(), after)) == []


# -- against aws-sam-translator ----------------------------------------------------


def _version_id(template: Template_) -> str:
    """The logical ID that SAM gives the version of ``Orders``."""
    given = {
        name: node["Default"]
        for name, node in template.get("Parameters", {}).items()
        if "Default" in node
    }
    (name,) = [
        name
        for name, node in translated(template, given)["Resources"].items()
        if node["Type"] == "AWS::Lambda::Version"
    ]
    assert isinstance(name, str)
    return name


REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders"
IMAGE: Template_ = {
    "CodeUri": None,
    "Handler": None,
    "ImageUri": f"{REPOSITORY}:1",
    "PackageType": "Image",
    "Runtime": None,
}

# Properties of the function before and after, each of which changes the function.
PROPERTIES: dict[str, tuple[Template_, Template_]] = {
    "Architectures": ({}, {"Architectures": ["arm64"]}),
    "CodeUri": ({}, {"CodeUri": {"Bucket": "artifacts", "Key": "orders-2.zip"}}),
    "CodeUri-version": (
        {},
        {"CodeUri": {"Bucket": "artifacts", "Key": "orders.zip", "Version": "2"}},
    ),
    "CodeUri-text": (
        {"CodeUri": "s3://artifacts/a.zip"},
        {"CodeUri": "s3://artifacts/b.zip"},
    ),
    "CodeUri-text-version": (
        {"CodeUri": "s3://artifacts/a.zip?versionId=1"},
        {"CodeUri": "s3://artifacts/a.zip?versionId=2"},
    ),
    "CodeUri-parameter": (
        {"CodeUri": {"Bucket": "artifacts", "Key": {"Ref": "Key"}}},
        {},
    ),
    "DeadLetterQueue": ({}, {"DeadLetterQueue": {"Type": "SQS", "TargetArn": ROLE}}),
    "Environment": ({}, variables(A="b")),
    "Environment-value": (variables(A="b"), variables(A="c")),
    "Environment-reference": (variables(A={"Ref": "Key"}), variables(A="c")),
    "Environment-empty": ({}, {"Environment": {}, "Timeout": 9}),
    "EphemeralStorage": ({}, {"EphemeralStorage": {"Size": 1024}}),
    "FileSystemConfigs": (
        {},
        {"FileSystemConfigs": [{"Arn": ROLE, "LocalMountPath": "/mnt/a"}]},
    ),
    "Handler": ({}, {"Handler": "other.handler"}),
    "ImageConfig": (IMAGE, {**IMAGE, "ImageConfig": {"Command": ["a"]}}),
    "ImageUri": (IMAGE, {**IMAGE, "ImageUri": f"{REPOSITORY}:2"}),
    "InlineCode": (
        {"CodeUri": None, "InlineCode": "a"},
        {"CodeUri": None, "InlineCode": "b"},
    ),
    "KmsKeyArn": ({}, {"KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/a"}),
    "Layers": ({}, {"Layers": [f"{LAYER}:1"]}),
    "Layers-version": ({"Layers": [f"{LAYER}:1"]}, {"Layers": [f"{LAYER}:2"]}),
    "LoggingConfig": ({}, {"LoggingConfig": {"LogFormat": "JSON"}}),
    "MemorySize": ({}, {"MemorySize": 256}),
    "Role": ({}, {"Role": f"{ROLE}-2"}),
    "Role-of-sam": ({}, {"Role": None}),
    "Runtime": ({}, {"Runtime": "python3.14"}),
    "SnapStart": ({}, {"SnapStart": {"ApplyOn": "PublishedVersions"}}),
    "Timeout": ({}, {"Timeout": 9}),
    "Timeout-and-Code": (
        {},
        {"Timeout": 9, "CodeUri": {"Bucket": "artifacts", "Key": "orders-2.zip"}},
    ),
    "Timeout-and-Description": ({}, {"Timeout": 9, "Description": "more"}),
    "Timeout-and-Events": ({}, {"Timeout": 9, "Events": None}),
    "Timeout-and-Policies": ({}, {"Timeout": 9, "Policies": ["AWSLambdaExecute"]}),
    "Timeout-and-SnapStart": (
        {"SnapStart": {"ApplyOn": "None"}},
        {"Timeout": 9},
    ),
    "Timeout-and-Tags": ({}, {"Timeout": 9, "Tags": {"a": "b"}}),
    "Tracing": ({}, {"Tracing": "Active"}),
    "Tracing-and-Timeout": ({"Tracing": "Disabled"}, {"Timeout": 9}),
    "VpcConfig": ({}, {"VpcConfig": {"SubnetIds": ["subnet-1"]}}),
}
PUBLISHING: dict[str, Template_] = {
    "alias": {},
    "all-properties": {"AutoPublishAliasAllProperties": True},
    "not-all-properties": {"AutoPublishAliasAllProperties": False},
    "hash": {"AutoPublishCodeSha256": "0" * 64},
    "hash-and-all-properties": {
        "AutoPublishAliasAllProperties": True,
        "AutoPublishCodeSha256": "0" * 64,
    },
}

# What SAM hands to the Lambda function under another name, or looks at itself.
UNDER_ANOTHER_NAME = {
    *("AutoPublishCodeSha256", "DeadLetterQueue", "ImageUri", "InlineCode"),
    *("SourceKMSKeyArn", "Tracing"),
}


@pytest.mark.skipif(
    not (schemas.is_current() and schemas.knows_sam()),
    reason="no current schemas of SAM's resources",
)
def test_what_is_no_property_of_the_function_is_what_the_schemas_say() -> None:
    [sam_function, *_] = schemas.schemas()["AWS::Serverless::Function"]
    [function, *_] = schemas.schemas()["AWS::Lambda::Function"]
    others = set(sam_function["properties"]) - set(function["properties"])
    assert others - UNDER_ANOTHER_NAME == NOT_OF_THE_FUNCTION


def _serverless(properties: Template_, publishing: Template_, key: str) -> Template_:
    publish = {"AutoPublishAlias": "live", **publishing}
    return sam(
        {**publish, **properties},
        Parameters={"Key": parameter(Default=key)},
        Mappings={"Sizes": {"128": {"Is": "128"}, "256": {"Is": "256"}}},
    )


def _mapped(name: str) -> Template_:
    return {"Fn::FindInMap": ["Sizes", {"Ref": name}, "Is"]}


def _matrix() -> Iterator[Any]:
    for kind, publishing in PUBLISHING.items():
        for name, (before, after) in PROPERTIES.items():
            yield pytest.param(
                _serverless(before, publishing, "a"),
                _serverless(after, publishing, "a"),
                id=f"{name}-{kind}",
            )
        # The same text, with another default.
        for name, properties in {
            "code": {"CodeUri": {"Bucket": "artifacts", "Key": {"Ref": "Key"}}},
            "code-sub": {
                "CodeUri": {"Bucket": "artifacts", "Key": {"Fn::Sub": "${Key}.zip"}}
            },
            "code-join": {
                "CodeUri": {
                    "Bucket": "artifacts",
                    "Key": {"Fn::Join": ["/", ["a", {"Ref": "Key"}]]},
                }
            },
            "code-sub-list": {
                "CodeUri": {
                    "Bucket": "artifacts",
                    "Key": {"Fn::Sub": ["${Key}/${Name}", {"Name": "orders.zip"}]},
                }
            },
            "environment": variables(A={"Ref": "Key"}),
            "environment-sub": variables(A={"Fn::Sub": "${Key}"}),
            "memory": {"MemorySize": {"Ref": "Key"}},
            "timeout": {"Timeout": {"Ref": "Key"}},
            "timeout-mapping": {"Timeout": _mapped("Key")},
            "memory-mapping": {"MemorySize": _mapped("Key")},
            "environment-mapping": variables(A=_mapped("Key")),
            "code-mapping": {"CodeUri": {"Bucket": "artifacts", "Key": _mapped("Key")}},
        }.items():
            yield pytest.param(
                _serverless(properties, publishing, "128"),
                _serverless(properties, publishing, "256"),
                id=f"parameter-{name}-{kind}",
            )


def _layer_pairs() -> Iterator[Any]:
    for kind, publishing in PUBLISHING.items():
        for flag in (None, True, False):
            for reference in ({"Ref": "Deps"}, {"Fn::Sub": "${Deps}"}):
                yield pytest.param(
                    *(
                        sam(
                            {
                                "AutoPublishAlias": "live",
                                "Layers": [reference],
                                **publishing,
                            },
                            Resources={"Deps": _layer(uri, flag)},
                        )
                        for uri in ("s3://a/deps-1.zip", "s3://a/deps-2.zip")
                    ),
                    id=f"layer-{kind}-{flag}-{next(iter(reference))}",
                )


def _layer(uri: str, flag: bool | None) -> Template_:
    properties: Template_ = {"ContentUri": uri}
    if flag is not None:
        properties["PublishLambdaVersion"] = flag
    return resource("Serverless::LayerVersion", **properties)


HASHES: dict[str, tuple[Any, Any]] = {
    "new-hash": ("0" * 64, "1" * 64),
    "same-ten": ("0" * 64, "0" * 10 + "1" * 54),
    "parameter": ({"Ref": "One"}, {"Ref": "Two"}),
    "same-parameter": ({"Ref": "One"}, "1" * 64),
    "no-hash": ("", ""),
}


def _hash_pairs() -> Iterator[Any]:
    parameters = {
        "One": parameter(Default="1" * 64),
        "Two": parameter(Default="2" * 64),
    }
    for name, pair in HASHES.items():
        for is_all in (False, True):
            yield pytest.param(
                *(
                    sam(
                        {
                            "AutoPublishAlias": "live",
                            "AutoPublishAliasAllProperties": is_all,
                            "AutoPublishCodeSha256": digest,
                            "Timeout": seconds,
                        },
                        Parameters=parameters,
                    )
                    for digest, seconds in zip(pair, (3, 9))
                ),
                id=f"{name}-{is_all}",
            )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"), [*_matrix(), *_layer_pairs(), *_hash_pairs()]
)
def test_silent_exactly_where_sam_publishes(
    before: Template_,
    after: Template_,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    moves = _version_id(before) != _version_id(after)
    ways = [update(tmp_path, *pair) for pair in ((before, after), (after, before))]
    for found in ways:
        assert found.comparison is not None
        # Each pair changes the function.
        assert any(change.is_active for change in found.comparison.function_updates())
        stale = [] if moves else [("Orders", "Orders.Alias")]
        assert _stale(found) == stale
    # All properties are the cure exactly where SAM publishes with them.
    own = after["Resources"]["Orders"]["Properties"]
    is_open = not own.get("AutoPublishAliasAllProperties") and (
        "AutoPublishCodeSha256" not in own
    )
    for template in (before, after):
        properties = template["Resources"]["Orders"]["Properties"]
        properties["AutoPublishAliasAllProperties"] = True
    for one in ways[0].unpublished:
        helps = is_open and _version_id(before) != _version_id(after)
        assert (one.cure is Cure.ALL_PROPERTIES) is helps


def test_a_mapping_is_no_text_of_the_function(tmp_path: Path) -> None:
    """SAM hashes what is written, and that stays: all properties would not help."""
    before, after = (
        _serverless({"Timeout": _mapped("Key")}, {}, key) for key in ("128", "256")
    )
    (found,) = update(tmp_path, before, after).unpublished
    assert found.cure is Cure.DESCRIPTION
    before = _serverless({"Timeout": 3}, {}, "128")
    after = _serverless({"Timeout": 9}, {}, "128")
    (found,) = update(tmp_path, before, after).unpublished
    assert found.cure is Cure.ALL_PROPERTIES


@pytest.mark.parametrize(
    ("properties", "changed_one", "is_all", "stale"),
    [
        (variables(A={"Ref": "One"}), "One", False, None),
        (variables(A={"Fn::Sub": "${One}-x"}), "One", True, None),
        ({"Timeout": {"Ref": "One"}}, "One", False, Cure.ALL_PROPERTIES),
        ({"Timeout": {"Ref": "One"}}, "One", True, None),
        ({"Timeout": _mapped("Key")}, "Key", True, None),
        ({"MemorySize": _mapped("Key")}, "Key", False, None),
        (
            {"Timeout": {"Ref": "One"}, "AutoPublishCodeSha256": "1" * 64},
            "One",
            True,
            Cure.CODE_HASH,
        ),
    ],
)
@pytest.mark.parametrize("comes_first", [True, False])
def test_the_language_extensions_show_sam_the_values(
    properties: Template_,
    changed_one: str,
    is_all: bool,
    stale: Cure | None,
    comes_first: bool,
    tmp_path: Path,
) -> None:
    """Where they come first, a new value of a parameter publishes."""
    own = {"AutoPublishAlias": "live", "AutoPublishAliasAllProperties": is_all}
    before, after = (
        sam(
            {**own, **properties},
            Parameters={
                "One": parameter(Default="10"),
                "Key": parameter(Default="128"),
                changed_one: parameter(Default=value),
            },
            Mappings={"Sizes": {"128": {"Is": "128"}, "256": {"Is": "256"}}},
        )
        for value in (("20", "30") if changed_one == "One" else ("128", "256"))
    )
    transforms = ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]
    for template in (before, after):
        template["Transform"] = transforms if comes_first else transforms[::-1]
    found = update(tmp_path, before, after)
    cures = [one.cure for one in found.unpublished]
    if comes_first:
        assert cures == ([] if stale is None else [stale])
    else:
        assert cures == [stale if stale is Cure.CODE_HASH else Cure.DESCRIPTION]


# -- SAM's aliases -----------------------------------------------------------------


def test_the_update_that_introduces_sam_s_alias(tmp_path: Path) -> None:
    after = sam({"AutoPublishAlias": "live", "Timeout": 9})
    assert _stale(update(tmp_path, sam(), after)) == []


@pytest.mark.parametrize(
    ("old", "new", "is_stale"),
    [
        ("one", "one", True),
        ("one", "two", False),
        (None, "two", False),
        ({"Ref": "CommitSha"}, {"Ref": "CommitSha"}, False),
        ({"Ref": "Stage"}, {"Ref": "Stage"}, True),
    ],
)
def test_a_description_of_its_own_replaces_the_version(
    old: Any, new: Any, is_stale: bool, tmp_path: Path
) -> None:
    parameters = {"CommitSha": parameter(), "Stage": parameter()}
    before, after = (
        sam(
            {
                "AutoPublishAlias": "live",
                "Timeout": seconds,
                "VersionDescription": text,
            },
            Parameters=parameters,
        )
        for seconds, text in ((3, old), (9, new))
    )
    assert bool(_stale(update(tmp_path, before, after))) is is_stale


@pytest.mark.parametrize(
    ("name", "fields", "is_stale"),
    [
        ("CommitSha", {}, False),
        ("CommitSha", {"Default": "0"}, False),
        ("CommitSha", {"AllowedValues": ["0", "1"]}, True),
        ("Artifacts", {}, True),
    ],
)
@pytest.mark.parametrize("place", ["CodeUri", "AutoPublishCodeSha256"])
def test_what_the_build_puts_in_may_publish(
    name: str, fields: Template_, is_stale: bool, place: str, tmp_path: Path
) -> None:
    node: Any = {"Ref": name}
    node = {"Bucket": "artifacts", "Key": node} if place == "CodeUri" else node
    before, after = (
        sam(
            {"AutoPublishAlias": "live", "Timeout": seconds, place: node},
            Parameters={name: parameter(**fields)},
        )
        for seconds in (3, 9)
    )
    assert bool(_stale(update(tmp_path, before, after))) is is_stale


@pytest.mark.parametrize("fields", [{}, {"Default": "0"}], ids=str)
def test_a_build_that_is_given_publishes_nothing_else(
    fields: Template_, tmp_path: Path
) -> None:
    before, after = (
        sam(
            {
                "AutoPublishAlias": "live",
                "AutoPublishCodeSha256": {"Ref": "CommitSha"},
                "Timeout": seconds,
            },
            Parameters={"CommitSha": parameter(**fields)},
        )
        for seconds in (3, 9)
    )
    (tmp_path / "before.json").write_text(json.dumps(before))
    setting = f"W9831:baseline_path={tmp_path / 'before.json'}"
    given = ("-x", setting, "--parameters", "CommitSha=1")
    (message,) = messages(lint_template(tmp_path, after, *given), "W9832")
    assert "set another AutoPublishCodeSha256 on Orders" in message


def test_globals_publish(tmp_path: Path) -> None:
    before, after = (
        sam(
            {"Timeout": seconds},
            Globals={"Function": {"AutoPublishAlias": "live"}},
        )
        for seconds in (3, 9)
    )
    assert _stale(update(tmp_path, before, after)) == [("Orders", "Orders.Alias")]


def test_local_code_publishes_where_it_differs(tmp_path: Path) -> None:
    from tests.repositories import Work

    work = Work(tmp_path / "work")
    before, after = (
        sam({"AutoPublishAlias": "live", "CodeUri": "src", "Timeout": seconds})
        for seconds in (3, 9)
    )
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    work.write({"template.json": json.dumps(before), "src/app.py": "one\n"})
    work.git("add", "--all")
    work.git(*identity, "commit", "-q", "-m", "a commit")
    work.write({"template.json": json.dumps(after)})
    path = work.root / "template.json"
    stale = [("Orders", "Orders.Alias")]
    assert _stale(update_of(configured(path, baseline_ref="HEAD"))) == stale
    # Another file gets another name in S3.
    work.write({"src/app.py": "two\n"})
    assert _stale(update_of(configured(path, baseline_ref="HEAD"))) == []


def test_local_code_behind_a_hash_does_not(tmp_path: Path) -> None:
    from tests.repositories import Work

    work = Work(tmp_path / "work")
    template = sam(
        {
            "AutoPublishAlias": "live",
            "AutoPublishCodeSha256": "0" * 64,
            "CodeUri": "src",
        }
    )
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    work.write({"template.json": json.dumps(template), "src/app.py": "one\n"})
    work.git("add", "--all")
    work.git(*identity, "commit", "-q", "-m", "a commit")
    work.write({"src/app.py": "two\n"})
    path = work.root / "template.json"
    assert _stale(update_of(configured(path, baseline_ref="HEAD"))) == [
        ("Orders", "Orders.Alias")
    ]


def test_an_alias_of_another_function_publishes_nothing_of_this(
    tmp_path: Path,
) -> None:
    def template(key: str) -> dict[str, Any]:
        found = stack({"Code": {"S3Bucket": "b", "S3Key": key}})
        found["Resources"]["Other"] = stack()["Resources"]["Orders"]
        found["Resources"]["Live"] = resource(
            "Lambda::Alias",
            FunctionName={"Ref": "Other"},
            FunctionVersion="7",
            Name="live",
        )
        del found["Resources"]["Invocation"]
        return found

    assert update(tmp_path, template("one"), template("two")).unpublished == ()


def test_what_only_deployments_invoke_publishes_for_nobody(tmp_path: Path) -> None:
    before, after = published(), published(properties={"Timeout": 9})
    for side in (before, after):
        del side["Resources"]["Invocation"]
    # Callers elsewhere may use the alias.
    assert _stale(update(tmp_path, before, after)) == [("Orders", "Live")]
    for side in (before, after):
        custom = resource("Custom::Migration", ServiceToken={"Ref": "Live"})
        side["Resources"]["Migration"] = custom
    assert _stale(update(tmp_path, before, after)) == []


# -- what is no publication of SAM's ---------------------------------------------------

# Means nothing on a function that is not one of SAM's.
STRAY = {"AutoPublishAlias": "live"}


def _of_sam(properties: Template_, invoked: Any = None) -> Template_:
    """A SAM function with a version by hand."""
    function = sam(properties)["Resources"]["Orders"]
    side = published(invoked=invoked)
    side["Transform"] = sam()["Transform"]
    side["Resources"]["Orders"] = function
    return side


@pytest.mark.parametrize(
    ("before", "after", "stale", "cure"),
    [
        # Versions by hand.
        (_of_sam({}), _of_sam({"Timeout": 9}), "Live", Cure.VERSION),
        (published(), published(properties={"Timeout": 9}), "Live", Cure.VERSION),
        (
            published(properties=STRAY),
            published(properties={**STRAY, "Timeout": 9}),
            "Live",
            Cure.VERSION,
        ),
        (stack(STRAY), stack({**STRAY, "Timeout": 9}), None, None),
        (sam(), sam({"Timeout": 9}), None, None),
        # SAM's.
        (sam(STRAY), sam({**STRAY, "Timeout": 9}), "Orders.Alias", Cure.ALL_PROPERTIES),
        (sam(), sam({**STRAY, "Timeout": 9}), None, None),
        # One side is SAM's source, the other its output.
        (stack(STRAY), sam({**STRAY, "Timeout": 9}), None, None),
    ],
    ids=[
        *("SAM by hand", "by hand", "stray by hand", "stray", "SAM", "SAM's"),
        *("introduced", "translated"),
    ],
)
def test_who_publishes(
    before: Template_, after: Template_, stale: str | None, cure: Any, tmp_path: Path
) -> None:
    found = update(tmp_path, before, after)
    assert [one.name for one in found.unpublished] == ([stale] if stale else [])
    assert [one.cure for one in found.unpublished] == ([cure] if cure else [])


def test_what_stays_old_of_a_function_without_an_update() -> None:
    def stale(template: Template_, *moved: str, function: str = "Orders") -> Any:
        return stale_alias(side_of(template), function, set(moved))

    assert stale(sam(STRAY)) == "Orders.Alias"
    for template in (sam(), stack(), stack(STRAY)):
        assert stale(template) is None
        template["Resources"].pop("Invocation", None)
        template["Resources"]["Orders"]["Properties"].pop("Events", None)
        assert stale(template) is None
    # One of SAM's, and one by hand.
    both = sam(STRAY, Resources={"Second": alias_of("7")})
    both["Resources"]["Orders"]["Properties"].pop("Events")
    assert stale(both) == "Orders.Alias"
    assert stale(both, "Orders.Alias") == "Second"
    assert stale(sam(STRAY), function="Missing") is None
    assert stale(published()) == "Live"
    # Nobody elsewhere invokes a version that has an alias.
    idle = published()
    del idle["Resources"]["Invocation"]
    assert stale(idle) == "Live"
    assert stale(idle, "Live") is None
    del idle["Resources"]["Live"]
    assert stale(idle) == "OrdersVersion"
    # A number that the template does not make.
    numbered = published(invoked={"Fn::Sub": "${Orders.Arn}:7"})
    assert stale(numbered) is None
    numbered = published(invoked={"Fn::Sub": "${Orders.Arn}:${Version}"})
    assert stale(numbered) is None


@pytest.mark.parametrize(
    ("number", "is_stale"),
    [
        ({"Fn::GetAtt": "OrdersVersion.Version"}, True),
        ("7", True),
        (7, True),
        # Of another function, of another stack, or of nobody knows what.
        ({"Fn::GetAtt": "OtherVersion.Version"}, False),
        ({"Fn::GetAtt": "Nested.Outputs.Version"}, False),
        ({"Ref": "Version"}, False),
        ("$LATEST", False),
    ],
    ids=str,
)
@pytest.mark.parametrize("is_first", [True, False])
def test_the_aliases_of_a_version_that_the_template_knows(
    number: Any, is_stale: bool, is_first: bool
) -> None:
    template = published()
    resources = template["Resources"]
    resources["Other"] = resources["Orders"]
    other = resource("Lambda::Version", FunctionName={"Ref": "Other"})
    resources["OtherVersion"] = other
    url = "https://example.com/nested.yaml"
    resources["Nested"] = resource("CloudFormation::Stack", TemplateURL=url)
    live = resources.pop("Live")
    second = {"Second": alias_of(number), "Live": live}
    names = second if is_first else dict(reversed(second.items()))
    template["Resources"] = {**resources, **names}
    del template["Resources"]["Invocation"]
    side = side_of(template)
    # Those of which nothing is known hide none that stands behind them.
    assert stale_alias(side, "Orders", set()) == (
        "Second" if is_stale and is_first else "Live"
    )
    stale = "Second" if is_stale else None
    assert stale_alias(side, "Orders", {"Live"}) == stale


@pytest.mark.parametrize(
    ("number", "stale"),
    [
        ({"Fn::GetAtt": "OrdersVersion.Version"}, [("Orders", "Live")]),
        # Somebody has published it before: it may be the very state of the function.
        ("7", []),
    ],
    ids=str,
)
def test_an_alias_that_comes_with_the_update(
    number: Any, stale: list[tuple[str, str]], tmp_path: Path
) -> None:
    before = published(invoked={"Ref": "OrdersVersion"})
    del before["Resources"]["Live"]
    after = new_code(published())
    after["Resources"]["Live"] = alias_of(number)
    assert _stale(update(tmp_path, before, after)) == stale


def test_a_version_that_is_replaced_and_has_no_alias(tmp_path: Path) -> None:
    sides = []
    for words in ("one", "two"):
        side = published(invoked={"Ref": "OrdersVersion"}, Description=words)
        del side["Resources"]["Live"]
        sides.append(side)
    assert _stale(update(tmp_path, sides[0], new_code(sides[1]))) == []
    assert _stale(update(tmp_path, sides[0], new_code(sides[0]))) == [
        ("Orders", "OrdersVersion")
    ]


def test_a_version_that_is_invoked_beside_the_old_one(tmp_path: Path) -> None:
    before = published("OrdersA", invoked={"Ref": "OrdersA"})
    del before["Resources"]["Live"]
    second = resource("Lambda::Version", FunctionName={"Ref": "Orders"})
    before["Resources"] = {"OrdersB": second, **before["Resources"]}
    after = new_code(before)
    after["Resources"]["Second"] = json.loads(
        json.dumps(after["Resources"]["Invocation"]).replace("OrdersA", "OrdersB")
    )
    assert _stale(update(tmp_path, before, after)) == [("Orders", "OrdersB")]


CODE_OF_MAP = {"Bucket": "a", "Key": {"Fn::FindInMap": ["Keys", "Orders", "Key"]}}
HASHED = {**STRAY, "AutoPublishCodeSha256": "0" * 64}


def _keys(key: str) -> Template_:
    mappings = {"Keys": {"Orders": {"Key": key}}}
    return sam({**STRAY, "CodeUri": CODE_OF_MAP}, Mappings=mappings)


def _image(context: str) -> Template_:
    template = sam({**STRAY, "PackageType": "Image", "CodeUri": None})
    function = template["Resources"]["Orders"]
    for name in ("Handler", "Runtime"):
        del function["Properties"][name]
    function["Metadata"] = {"Dockerfile": "Dockerfile", "DockerContext": context}
    return template


@pytest.mark.parametrize(
    ("before", "after", "is_stale"),
    [
        # SAM hashes the name of a key, not what a mapping has there.
        (_keys("one.zip"), _keys("two.zip"), True),
        # What is built from another folder is packaged under another name.
        (_image("app"), _image("lib"), False),
        # Whether a folder's content changes is not known from a template alone.
        (
            sam({**STRAY, "CodeUri": "src"}),
            sam({**STRAY, "CodeUri": "src", "Timeout": 9}),
            False,
        ),
        (
            sam({**HASHED, "CodeUri": "src"}),
            sam({**HASHED, "CodeUri": "src", "Timeout": 9}),
            True,
        ),
    ],
    ids=["mapping", "image", "folder", "hash"],
)
def test_code_of_sam_that_changes_or_may(
    before: Template_, after: Template_, is_stale: bool, tmp_path: Path
) -> None:
    expected = [("Orders", "Orders.Alias")] if is_stale else []
    assert _stale(update(tmp_path, before, after)) == expected


@pytest.mark.parametrize(
    ("old", "new", "stays"),
    [
        ({}, {}, True),
        ({}, {"Timeout": 9}, True),
        ({"VersionDescription": "a"}, {"VersionDescription": "a"}, True),
        ({"VersionDescription": "a"}, {"VersionDescription": "b"}, False),
        ({}, {"MemorySize": 512}, False),
        (
            {"MemorySize": 128, "VersionDescription": "a"},
            {"MemorySize": 512, "VersionDescription": "b"},
            False,
        ),
        ({"CodeUri": "s3://a/b"}, {"CodeUri": "s3://a/c"}, False),
    ],
    ids=str,
)
def test_a_function_of_sam_that_certainly_gets_no_version(
    old: Template_, new: Template_, stays: bool
) -> None:
    comparison = compared(*(sam({**STRAY, **side}) for side in (old, new)))
    was, is_now = (
        side.resources["Orders"] for side in (comparison.before, comparison.after)
    )
    assert stays_with_serverless(comparison, was, is_now, None) is stays
    for one in comparison.function_updates():
        assert stays_with_serverless(comparison, was, is_now, one) is stays


def test_what_a_build_puts_in_may_publish_a_version() -> None:
    properties = {**STRAY, "AutoPublishCodeSha256": {"Ref": "CommitSha"}}
    comparison = compared(
        *(
            sam(
                {**properties, "Timeout": seconds},
                Parameters={"CommitSha": parameter()},
            )
            for seconds in (3, 9)
        )
    )
    was, is_now = (
        side.resources["Orders"] for side in (comparison.before, comparison.after)
    )
    (one,) = comparison.function_updates()
    assert not stays_with_serverless(comparison, was, is_now, one)
