"""Templates whose parameters change with a build, and what is asked about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cfn_lint_lambda_race.update import Settings, configure, couplings, frozen_versions
from tests.building import Template_, parameter, resource, stack, variables
from tests.updates import load

Found = list[tuple[str, tuple[str, ...], tuple[str, ...]]]


def couplings_of(folder: Path, template: Template_) -> Found:
    (folder / "template.json").write_text(json.dumps(template))
    return [
        (found.parameter, found.code, found.configuration)
        for found in couplings(load(folder / "template.json"))
    ]


def built(name: str = "CommitSha", **fields: Any) -> Template_:
    """A parameter in the code's key and in a variable."""
    return stack(
        {
            "Code": {"S3Bucket": "a", "S3Key": {"Fn::Sub": f"${{{name}}}.zip"}},
            **variables(RELEASE={"Ref": name}),
        },
        Parameters={name: parameter(**fields)},
    )


def frozen_in(folder: Path, template: Template_, before: Any = None) -> list[str]:
    (folder / "template.json").write_text(json.dumps(template))
    cfn = load(folder / "template.json")
    if before is not None:
        (folder / "before.json").write_text(json.dumps(before))
        configure(cfn, Settings(baseline_path=str(folder / "before.json")))
    return [version.id for version in frozen_versions(cfn)]


def with_version(name: str = "OrdersVersion", **properties: Any) -> Template_:
    version = resource("Lambda::Version", FunctionName={"Ref": "Orders"}, **properties)
    parameters = {
        "CommitSha": parameter(),
        "Stage": parameter(),
        "Limited": parameter(AllowedValues=["1", "2"]),
    }
    return stack(Resources={name: version}, Parameters=parameters)
