"""Updates between two templates, and what W9831 says of them."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from cfnlint.match import Match
from cfnlint.template import Template

from cfn_lint_lambda_race.update import Settings, Update, configure, update_of
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment
from tests.building import Template_, new_code, parameter, resource, stack
from tests.linting import lint_template


def load(path: Path) -> Template:
    """A template as cfn-lint has it when it runs the rules."""
    cfn = Template(str(path), json.loads(path.read_text()), ["us-east-1"])
    assert cfn.transform() == []
    return cfn


def side_of(template: Template_, **given: Any) -> Deployment:
    """One side of an update, of a template that is in no file."""
    # cfn-lint sorts what conditions compare, in place.
    cfn = Template("template.json", deepcopy(template), ["us-east-1"])
    return Deployment(cfn, **given)


def compared(*templates: Template_, differ: bool | None = None) -> Comparison:
    """The comparison of two templates; ``differ`` says whether built code does."""
    before, after = map(side_of, templates)
    return Comparison(before, after, lambda one, other: differ)


def update(folder: Path, before: Template_, after: Template_) -> Update:
    """The update between two templates, by ``baseline_path``."""
    (folder / "before.json").write_text(json.dumps(before))
    (folder / "after.json").write_text(json.dumps(after))
    return update_of(
        configured(folder / "after.json", baseline_path=str(folder / "before.json"))
    )


def lint_update(folder: Path, before: Template_, after: Template_) -> list[Match]:
    """What the rules say of the second template where the first one is deployed."""
    (folder / "before.json").write_text(json.dumps(before))
    setting = f"W9831:baseline_path={folder / 'before.json'}"
    return lint_template(folder, after, "-x", setting)


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


STAGE = {"Stage": parameter(Default="prod")}
CONDITIONS = {
    "Parameters": STAGE,
    "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
}


def conditional(code: Any, timeout: Any) -> Template_:
    """A function whose code and timeout may rest on ``IsProd``."""
    properties = {"Code": {"S3Bucket": "a", "S3Key": code}, "Timeout": timeout}
    return stack(properties, **deepcopy(CONDITIONS))


def if_prod(one: Any, other: Any) -> Template_:
    return {"Fn::If": ["IsProd", one, other]}


STAGES = {"Default": "prod", "AllowedValues": ["prod", "dev"]}


def staged(code: Any, timeout: Any, **stage: Any) -> Template_:
    """A function whose code and timeout rest on what the stage is."""
    template = conditional(code, timeout)
    template["Parameters"]["Stage"] = parameter(**stage)
    template["Conditions"]["IsDev"] = {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}
    return template


def if_dev(one: Any, other: Any) -> Template_:
    return {"Fn::If": ["IsDev", one, other]}


def both_sides_changed(**properties: Any) -> Template_:
    """``stack()`` with other code and another configuration."""
    return new_code(stack({"Timeout": 9, **properties}))


PUBLISHED = {
    "OrdersVersion": resource("Lambda::Version", FunctionName={"Ref": "Orders"}),
    "Live": resource(
        "Lambda::Alias",
        FunctionName={"Ref": "Orders"},
        FunctionVersion={"Fn::GetAtt": "OrdersVersion.Version"},
        Name="live",
    ),
}


def behind_alias(**properties: Any) -> Template_:
    """A function that is invoked through an alias alone."""
    return stack(properties, invoked={"Ref": "Live"}, Resources=deepcopy(PUBLISHED))
