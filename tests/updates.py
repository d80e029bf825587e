"""Updates between two templates, and what W9831 says of them."""

from __future__ import annotations

import json
from pathlib import Path

from cfnlint.template import Template

from cfn_lint_lambda_race.update import Settings, Update, configure, update_of
from tests.building import Template_


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
