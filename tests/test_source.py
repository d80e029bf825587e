"""Templates as they are written, whatever cfn-lint made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cfnlint.template import Template

from cfn_lint_lambda_race.template._source import content
from tests.linting import lint


def _architectures(shared: Any, joined: Any, kind: str = "Function") -> Any:
    """What a function has, of what is left of a merge with `Globals`."""
    template = {
        "Globals": {"Function": {"Architectures": shared}},
        "Resources": {
            "Orders": {
                "Type": f"AWS::Serverless::{kind}",
                "Properties": {"Architectures": joined},
            }
        },
    }
    found = content(Template("template.json", template, ["us-east-1"]))
    return found["Resources"]["Orders"]["Properties"]["Architectures"]


@pytest.mark.parametrize(
    ("shared", "joined", "own"),
    [
        (["arm64"], ["arm64", "x86_64"], ["x86_64"]),
        (["arm64"], ["arm64", "arm64"], ["arm64"]),
        (["arm64"], ["arm64"], ["arm64"]),
        (["arm64"], ["x86_64"], ["x86_64"]),
        # Not joined by anybody: the shared ones come first.
        (["arm64"], ["x86_64", "arm64"], ["x86_64", "arm64"]),
        (["arm64"], {"Ref": "Architectures"}, {"Ref": "Architectures"}),
        ({"Ref": "Shared"}, ["arm64", "x86_64"], ["arm64", "x86_64"]),
        (None, ["arm64", "x86_64"], ["arm64", "x86_64"]),
    ],
)
def test_the_architectures_of_a_function_are_its_own(
    shared: Any, joined: Any, own: Any
) -> None:
    assert _architectures(shared, joined) == own
    assert _architectures(shared, joined, "LayerVersion") == joined


@pytest.mark.parametrize("node", [None, 7, "a", [1]])
def test_what_is_malformed_stays_beside_globals(node: Any) -> None:
    kind = "AWS::Serverless::Function"
    resources = {
        "A": node,
        "B": {"Type": kind, "Properties": node},
        "C": {"Type": node},
    }
    template = {
        "Globals": {"Function": {"Architectures": ["arm64"]}},
        "Resources": resources,
    }
    found = content(Template("template.json", template, ["us-east-1"]))
    assert found["Resources"] == resources
    for other in ({**template, "Globals": node}, {**template, "Resources": node}):
        found = content(Template("template.json", other, ["us-east-1"]))
        assert found == other


LAYER = "arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension:7"
SERVERLESS = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    {shared}
    Handler: index.handler
    Runtime: python3.13
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/orders.zip
      {own}
      Architectures: [arm64]
"""


@pytest.mark.parametrize(
    ("shared", "own", "line"),
    [
        (f"Layers: [{LAYER}]", "MemorySize: 512", 4),
        ("MemorySize: 512", f"Layers: [{LAYER}]", 12),
    ],
    ids=["Globals", "function"],
)
def test_a_finding_stands_where_the_property_is_written(
    tmp_path: Path, shared: str, own: str, line: int
) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(SERVERLESS.format(shared=shared, own=own))
    assert [one.linenumber for one in lint(path) if one.rule.id == "W9820"] == [line]
