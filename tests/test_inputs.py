"""Which parameters change with every build, by their names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cfnlint.helpers import PSEUDOPARAMS

from cfn_lint_lambda_race.data import words_of_inputs
from cfn_lint_lambda_race.update._inputs import (
    changes_with_every_build,
    stays_with_the_stack,
    words,
)
from tests import schemas
from tests.building import resource
from tests.inputs import built, couplings_of, frozen_in

EVERY_BUILD = [
    "AppVersion",
    "BuildId",
    "BuildNumber",
    "CodeChecksum",
    "CodeSHA256",
    "CodeSha256",
    "CommitSHA",
    "CommitSha",
    "GIT_COMMIT",
    "GitHash",
    "GitSha1",
    "ImageDigest",
    "ImageTag",
    "ReleaseName",
    "SHA",
    "SourceRevision",
    "Timestamp",
    "commit",
    "git-commit",
    "image_tag",
    "lambdaVersion",
]
NOT_EVERY_BUILD = [
    "Artifacts",
    "BucketName",
    "Conversion",
    "Environment",
    "Key",
    "Messages",
    "Prefix",
    "Rebuilder",
    "Shape",
    "Share",
    "Stage",
    "Stages",
    "Vintage",
]


@pytest.mark.parametrize("name", EVERY_BUILD)
def test_changes_with_every_build(name: str) -> None:
    assert changes_with_every_build(name)
    assert not stays_with_the_stack(name)


def test_words_are_joined_with_the_number_behind_them_alone() -> None:
    assert words("SourceSha256") == {"source", "sha", "256", "sha256"}
    assert words("SourceRevision") == {"source", "revision"}


@pytest.mark.parametrize("name", NOT_EVERY_BUILD)
def test_does_not_change_with_every_build(name: str) -> None:
    assert not changes_with_every_build(name)


# Each with another word that tells stacks apart.
OF_THE_STACK = [
    "AccountId",
    "AppId",
    "ApplicationId",
    "BucketPrefix",
    "Domain_Name",
    "EnvType",
    "EnvironmentType",
    "FunctionPath",
    "ProjectId",
    "RegionCode",
    "ServiceId",
    "StackId",
    "Stage",
    "stage",
]


@pytest.mark.parametrize("name", OF_THE_STACK)
def test_stays_with_the_stack(name: str) -> None:
    assert stays_with_the_stack(name)
    assert not changes_with_every_build(name)
    # What says both is of the build: no stack is called after its version.
    assert not stays_with_the_stack(f"{name}Version")


@pytest.mark.slow
def test_the_words_are_those_that_aws_uses_for_it() -> None:
    """In the names of its properties; git alone says ``sha1``."""
    older = set() if schemas.is_current() else {"checksum"}
    used = {
        word
        for versions in schemas.schemas().values()
        for path in schemas.properties(versions[0])
        for word in words(path.rpartition("/")[2])
    }
    listed = words_of_inputs()
    assert listed.keys() == {"changes_with_every_build", "stays_with_the_stack"}
    assert frozenset.union(*listed.values()) - used - older == {"sha1"}
    assert not frozenset.intersection(*listed.values())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("AWS::Lambda::Function", "Code/S3ObjectVersion"),
        ("AWS::Lambda::Version", "CodeSha256"),
        ("AWS::Serverless::Function", "AutoPublishCodeSha256"),
    ],
)
def test_what_lambda_and_sam_take_from_a_build_is_named_so(
    kind: str, path: str
) -> None:
    if kind in schemas.schemas():
        assert any(schemas.exists(schema, path) for schema in schemas.schemas()[kind])
    assert changes_with_every_build(path.rpartition("/")[2])


@pytest.mark.parametrize("name", ["AccountId", "Region", "StackId", "StackName"])
def test_what_cloudformation_itself_tells_of_a_stack_stays(name: str) -> None:
    assert f"AWS::{name}" in PSEUDOPARAMS
    assert stays_with_the_stack(name)


@pytest.mark.parametrize("node", [None, 5, "x", [], {}, {"Ref": 5}, {"Fn::Sub": [5]}])
@pytest.mark.parametrize(
    "place", ["Code", "Layers", "Architectures", "FunctionName", "Environment"]
)
def test_nothing_broken_crashes(node: Any, place: str, tmp_path: Path) -> None:
    template = built()
    template["Resources"]["Orders"]["Properties"][place] = node
    template["Resources"]["OrdersVersion"] = resource(
        "Lambda::Version", FunctionName=node, Description=node
    )
    template["Parameters"]["Broken"] = node
    couplings_of(tmp_path, template)
    frozen_in(tmp_path, template)
