"""Lint a template with the pack, as the cfn-lint command does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cfnlint.config import ConfigMixIn
from cfnlint.match import Match
from cfnlint.runner import Runner

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
CORPUS = ROOT.parent / "shared" / "corpus"

# Resources that make a template of a function and nothing else.
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Code": {"S3Bucket": "artifacts", "S3Key": "orders.zip"},
        "Handler": "index.handler",
        "Role": "arn:aws:iam::123456789012:role/orders",
        "Runtime": "python3.13",
    },
}


def lint(path: Path, *arguments: str) -> list[Match]:
    """All findings on a template, informational ones among them."""
    config = ConfigMixIn(
        [
            "-c",
            "I",
            "--append-rules",
            "cfn_lint_lambda_race",
            *arguments,
            "--",
            str(path),
        ]
    )
    matches: list[Match] = list(Runner(config).run())
    return sorted(matches, key=lambda m: (m.linenumber, m.columnnumber, m.rule.id))


def lint_template(
    folder: Path, template: Mapping[str, Any], *arguments: str
) -> list[Match]:
    """All findings on a template that is given as an object."""
    path = folder / "template.json"
    path.write_text(json.dumps(template, indent=1))
    return lint(path, *arguments)


def is_ours(match: Match) -> bool:
    """Whether a finding is one of the pack's."""
    return str(match.rule.id)[1:].startswith("98")


def paths(matches: list[Match], rule: str) -> list[str]:
    """The paths of one rule's findings, in the order of the template."""
    return [
        "/".join(str(step) for step in getattr(match, "path", []))
        for match in matches
        if match.rule.id == rule
    ]


def messages(matches: list[Match], rule: str) -> list[str]:
    """The messages of one rule's findings, in the order of the template."""
    return [match.message for match in matches if match.rule.id == rule]


def described(match: Match) -> dict[str, Any]:
    """A finding as the snapshots hold it."""
    return {
        "rule": match.rule.id,
        "path": "/".join(str(step) for step in getattr(match, "path", [])),
        "position": f"{match.linenumber}:{match.columnnumber}",
        "message": match.message,
    }
