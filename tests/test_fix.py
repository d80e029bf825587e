"""What `fix` makes of findings: the rules of each kind of fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from cfn_lint_lambda_race import _fix
from tests.fixing import fixed, reasons
from tests.linting import TEMPLATES, lint_whole

WRONG = [
    path
    for path in sorted(TEMPLATES.glob("*/wrong*"))
    if path.suffix in (".json", ".yaml")
]

# What nobody but its author can cure, by the words that say why.
LEFT = {
    "W9810/wrong-conditions.yaml": "it does so only when IsProd is false",
    "W9811/wrong-conditions.yaml": "it points there only when IsProd is false",
    "W9811/wrong-parameter.yaml": "W2001",
}


def _diff(path: Path, *options: str) -> str:
    before = path.read_bytes().decode()
    return "".join(_fix.diff("template.yaml", before, fixed(path, *options).text))


def test_sam_publishes_an_alias() -> None:
    assert _diff(TEMPLATES / "W9810" / "wrong-sam.yaml").splitlines()[2:] == [
        "@@ -23,3 +23,5 @@",
        "           Type: Schedule",
        "           Properties:",
        "             Schedule: rate(1 day)",
        "+      AutoPublishAlias: live",
        "+      AutoPublishAliasAllProperties: true",
    ]


@pytest.mark.parametrize(
    "path", WRONG, ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_documented_templates_are_cured_or_say_why_not(
    path: Path, tmp_path: Path
) -> None:
    name = f"{path.parent.name}/{path.name}"
    result = fixed(path, "--generated")
    cured = {(one.rule, one.path) for one in result.fixed}
    copy = tmp_path / path.name
    copy.write_bytes(result.text.encode())
    after = {
        (match.rule.id, tuple(getattr(match, "path", ()))) for match in lint_whole(copy)
    }
    assert not cured & after
    before = {
        (match.rule.id, tuple(getattr(match, "path", ()))) for match in lint_whole(path)
    }
    assert after <= before
    if name in LEFT:
        assert LEFT[name] in " ".join(reasons(result).values())
    elif path.parent.name in ("W9810", "W9811", "W9812", "W9833"):
        assert not reasons(result)
