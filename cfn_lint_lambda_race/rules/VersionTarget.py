from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_resource, name_target
from cfn_lint_lambda_race.cure import no_fix
from cfn_lint_lambda_race.rules._rule import RaceRule, finding
from cfn_lint_lambda_race.template import Reading, Target, read

_STATE_MACHINES = ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine")


class VersionTarget(RaceRule):
    """A service invokes a published version by its number rather than an alias.

    This does not race, but every deployment must replace the integration and its
    permission, one after the other: in between the new version has no permission yet,
    or the old one has lost its own. Rolling back means changing every integration. An
    alias moves alone.

    - CloudFormation: point an ``AWS::Lambda::Alias`` to the version, and write
      ``!Ref Alias`` in the integration and in its permission.
    - SAM: ``AutoPublishAlias`` does that.
    - CDK: ``fn.addAlias('live')`` instead of ``fn.currentVersion``.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
    """

    id = "I9814"
    shortdesc = "A service invokes a version of a Lambda function, not an alias"
    description = (
        "Each deployment must replace an integration that names a version, and its "
        "permission, one after the other, and between the two it is denied. An alias "
        "moves alone."
    )
    aws_page = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html"

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        reading = read(cfn)
        for target in reading.serving_targets:
            if "alias" not in target.row.accepts:
                continue
            # A machine and its role change in one step, and people pin a version for
            # executions that are running.
            if target.resource.type in _STATE_MACHINES:
                continue
            names = {
                reference.function or str(reference.name)
                for reference in target.references
                if reference.is_version and reading.possible(reference.when)
            }
            for name in sorted(names):
                message = _message(reading, target, name)
                fix = no_fix(cfn, name, "a version may be pinned on purpose")
                yield finding(cfn, target.path, message, fix)


def _message(reading: Reading, target: Target, function: str) -> str:
    gap = (
        "it, and going back means replacing it again"
        if target.row.authorised_by == "role"
        else "it and its permission in turn, and invocations between are denied"
    )
    name = name_resource(reading, function)
    return (
        f"{name_target(reading, target)} invokes a version of {name} by number: each "
        f"deployment replaces {gap}; invoke an alias"
    )
