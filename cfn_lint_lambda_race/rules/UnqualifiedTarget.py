from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race.cure import invoke_published
from cfn_lint_lambda_race.rules._rule import RaceRule, finding
from cfn_lint_lambda_race.rules._words import name_resource, name_target
from cfn_lint_lambda_race.template import Reading, Target, UnqualifiedUse, read

# A target can invoke that many functions, by its parameters, with a finding for each.
MAX_USES = 12


class UnqualifiedTarget(RaceRule):
    """A service invokes ``$LATEST``, and meets every update of the function half-way.

    While CloudFormation updates a function, ``$LATEST`` has new code and old
    configuration, or the reverse, for some seconds: the two go through two API
    calls, ``UpdateFunctionCode`` and ``UpdateFunctionConfiguration``. A published
    version never changes, so let the service invoke a version, or an alias of one.

    - CloudFormation: add an ``AWS::Lambda::Version`` and an ``AWS::Lambda::Alias``,
      and write ``!Ref Alias`` where the function's ARN stands.
    - SAM: set ``AutoPublishAlias: live`` on the function, or in ``Globals``.
    - CDK: pass ``fn.addAlias('live')`` where ``fn`` is passed.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
    """

    id = "W9810"
    shortdesc = "A service invokes $LATEST of a Lambda function"
    description = (
        "CloudFormation updates a function's code and its configuration with two API "
        "calls; between them $LATEST is half old and half new, and whoever invokes it "
        "then can fail. Let services invoke a published version or an alias."
    )
    source_url = (
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html"
    )

    def __init__(self) -> None:
        super().__init__()
        self.config_definition = {
            "deployment_targets": {"default": False, "type": "boolean"},
            "ignore_target_types": {
                "default": [],
                "type": "list",
                "itemtype": "string",
            },
        }
        self.configure()

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        reading = read(cfn)
        for target in reading.targets:
            if self._is_wanted(target):
                for use in _folded(reading.unqualified_uses(target)):
                    message = _message(reading, target, use)
                    fix = invoke_published(cfn, target, use)
                    yield finding(cfn, target.path, message, fix)

    def _is_wanted(self, target: Target) -> bool:
        if target.resource.type in self.config["ignore_target_types"]:
            return False
        return not target.row.is_deployment or self.config["deployment_targets"]


def _folded(uses: list[UnqualifiedUse]) -> list[UnqualifiedUse]:
    """The uses to tell of; one for all where a target can invoke many functions."""
    if len(uses) <= MAX_USES:
        return uses
    function = f"{uses[0].function} or {len(uses) - 1} more functions"
    return [UnqualifiedUse(function, "", "")]


def _message(reading: Reading, target: Target, use: UnqualifiedUse) -> str:
    who = name_target(reading, target)
    through = f" through alias {use.alias}" if use.alias else ""
    when = f" when {use.when}" if use.when else ""
    function = name_resource(reading, use.function)
    if reading.is_refused(target, use.function):
        return (
            f"{who} invokes {function} without a qualifier{when}, which Lambda "
            f"refuses for a durable function; {_cure(reading, target, use)}"
        )
    return (
        f"{who} invokes $LATEST of {function}{through}{when}, which is half old "
        "and half new while the function is being updated; "
        f"{_cure(reading, target, use)}"
    )


def _cure(reading: Reading, target: Target, use: UnqualifiedUse) -> str:
    if target.row.note:
        return target.row.note
    if use.alias:
        # What its role allows is not to change.
        return f"let {use.alias} point to a published version"
    role = ", which its role must allow" if target.is_by_role else ""
    if reading.publishes_alias(use.function):
        return f"invoke !Ref {use.function}.Alias{role}"
    if reading.is_serverless(use.function):
        return f"set AutoPublishAlias on {use.function} and invoke that alias{role}"
    if target.row.accepts == ("version",):
        return "invoke a published version"
    return f"invoke an alias of a published version{role}"
