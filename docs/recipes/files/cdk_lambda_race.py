"""cfn-lint with the rules of cfn_lint_lambda_race, at each ``cdk synth``.

Validations.of(app).add_plugins(LambdaRaces(baseline="../deployed/cdk.out"))
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import jsii
from aws_cdk import (
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)

# So that the CDK can name the line of the app at which a construct was made.
os.environ.setdefault("JSII_HOST_STACK_TRACES", "1")


@jsii.implements(IPolicyValidationPlugin)
class LambdaRaces:
    """A validation plugin: what the pack says of the synthesised templates.

    ``baseline`` is an earlier ``cdk.out``, that of what is deployed; without it,
    updates are not judged. ``fail=False`` shows the findings and lets the synthesis
    succeed.
    ``cfn_lint`` is the program of the environment that has the pack.
    """

    def __init__(
        self, *, baseline: str = "", fail: bool = True, cfn_lint: str = "cfn-lint"
    ) -> None:
        self.baseline = baseline
        self.fail = fail
        self.cfn_lint = cfn_lint

    @property
    def name(self) -> str:
        return "cfn-lint-lambda-race"

    def validate(
        self, context: IPolicyValidationContext
    ) -> PolicyValidationPluginReport:
        templates = context.template_paths
        try:
            violations = [violation(match) for match in self.lint(templates)]
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            # What a plugin raises, the CDK passes over, and the synthesis succeeds.
            violations = [failure(error, templates[0])]
        return PolicyValidationPluginReport(
            success=not violations or not self.fail, violations=violations
        )

    def lint(self, templates: list[str]) -> list[dict[str, Any]]:
        command = [self.cfn_lint, "--format", "json", "--non-zero-exit-code", "none"]
        command += ["--append-rules", "cfn_lint_lambda_race"]
        if self.baseline:
            command += ["-x", f"W9831:baseline_path={self.baseline}"]
        command += ["--", *templates]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        # The CDK's own validator has cfn-lint's other rules.
        return [
            match
            for match in json.loads(done.stdout)
            if match["Rule"]["Id"].startswith("W98")
        ]


def violation(match: dict[str, Any]) -> PolicyViolation:
    """What the CDK reports of one of cfn-lint's findings."""
    _, *path = match["Location"]["Path"] or [""]
    resource, *place = path or [None]
    return PolicyViolation(
        rule_name=match["Rule"]["Id"],
        description=match["Message"],
        severity="warning",
        fix=f"cfn-lint-lambda-race explain {match['Rule']['Id']}",
        violating_resources=[
            PolicyViolatingResource(
                resource_logical_id=resource,
                locations=["/".join(map(str, place))],
                template_path=match["Filename"],
            )
        ],
    )


def failure(error: Exception, template: str) -> PolicyViolation:
    """What the CDK reports where cfn-lint could not be run."""
    said = getattr(error, "stderr", None) or str(error)
    reason = said.strip().splitlines()[-1]
    return PolicyViolation(
        rule_name="cannot-run",
        description=f"No race was looked for, since cfn-lint cannot be run: {reason}",
        severity="error",
        fix="install cfn-lint and the pack, and name the program with cfn_lint",
        violating_resources=[
            PolicyViolatingResource(locations=[""], template_path=template)
        ],
    )
