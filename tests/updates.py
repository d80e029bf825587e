"""Templates of one function, updates between two of them, and what W9831 says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from cfnlint.template import Template

from cfn_lint_lambda_race.update import Settings, Update, configure, update_of
from tests.linting import FUNCTION

Template_ = dict[str, Any]
ROLE = "arn:aws:iam::123456789012:role/orders"
LAYER = "arn:aws:lambda:us-east-1:123456789012:layer:deps"


def stack(
    properties: Mapping[str, Any] | None = None,
    invoked: Any = None,
    **sections: Any,
) -> Template_:
    """A function ``Orders``, and a topic that invokes it; None removes a property."""
    function: Template_ = deepcopy(FUNCTION)
    merge(function["Properties"], properties or {})
    subscription = {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": "arn:aws:sns:us-east-1:123456789012:orders",
            "Protocol": "lambda",
            "Endpoint": invoked or {"Fn::GetAtt": ["Orders", "Arn"]},
        },
    }
    resources = {"Orders": function, "Invocation": subscription}
    return {"Resources": {**resources, **sections.pop("Resources", {})}, **sections}


def sam(properties: Mapping[str, Any] | None = None, **sections: Any) -> Template_:
    """A SAM function ``Orders`` that a schedule invokes."""
    function: dict[str, Any] = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "CodeUri": {"Bucket": "artifacts", "Key": "orders.zip"},
            "Handler": "index.handler",
            "Role": ROLE,
            "Runtime": "python3.13",
            "Events": {
                "Hourly": {
                    "Type": "Schedule",
                    "Properties": {"Schedule": "rate(1 hour)"},
                }
            },
        },
    }
    merge(function["Properties"], properties or {})
    resources = {"Orders": function, **sections.pop("Resources", {})}
    transform = "AWS::Serverless-2016-10-31"
    return {"Transform": transform, "Resources": resources, **sections}


def merge(into: dict[str, Any], properties: Mapping[str, Any]) -> None:
    for name, value in properties.items():
        if value is None:
            into.pop(name, None)
        else:
            into[name] = value


def parameter(**fields: Any) -> Template_:
    return {"Type": "String", **fields}


def resource(kind: str, **properties: Any) -> Template_:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def new_code(template: Template_, function: str = "Orders") -> Template_:
    """The template with other code for the function."""
    template = deepcopy(template)
    properties = template["Resources"][function]["Properties"]
    if "CodeUri" in properties:
        properties["CodeUri"]["Key"] = "orders-2.zip"
    else:
        properties["Code"]["S3Key"] = "orders-2.zip"
    return template


def variables(**values: Any) -> Template_:
    return {"Environment": {"Variables": values}}


def load(path: Path) -> Template:
    """A template as cfn-lint has it when it runs the rules."""
    cfn = Template(str(path), json.loads(path.read_text()), ["us-east-1"])
    assert cfn.transform() == []
    return cfn


def update(folder: Path, before: Template_, after: Template_) -> Update:
    """The update between two templates, by ``baseline_path``."""
    (folder / "before.json").write_text(json.dumps(before))
    (folder / "after.json").write_text(json.dumps(after))
    return update_of(
        configured(folder / "after.json", baseline_path=str(folder / "before.json"))
    )


def configured(path: Path, **settings: str) -> Template:
    cfn = load(path)
    configure(cfn, Settings(**settings))
    return cfn


def changed(found: Update, function: str = "Orders") -> tuple[str, ...]:
    """The properties that W9831 names: code, then configuration; none if silent."""
    assert found.problem == ""
    return tuple(
        change.name
        for one in found.concurrent
        if one.function == function
        for change in (*one.code, *one.configuration)
        if not change.row.is_inert
    )
