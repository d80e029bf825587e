"""What the rules of this pack have in common."""

from __future__ import annotations

from typing import ClassVar

from cfnlint.rules import CloudFormationLintRule


class RaceRule(CloudFormationLintRule):  # type: ignore[misc]
    """The base of the pack's rules; cfn-lint registers no rule without an ID."""

    tags: ClassVar[list[str]] = ["resources", "lambda", "deployment"]
