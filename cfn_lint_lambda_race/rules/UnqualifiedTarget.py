from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_resource, name_target, say_cases
from cfn_lint_lambda_race.cure import invoke_published
from cfn_lint_lambda_race.rules._rule import RACE_PAGE, RaceRule, finding
from cfn_lint_lambda_race.template import Reading, Target, UnqualifiedUse, read
from cfn_lint_lambda_race.template._cfnlint import ignoring

# A target that can invoke more functions than this gets one finding for all of them.
MAX_USES = 12


class UnqualifiedTarget(RaceRule):
    """A service invokes ``$LATEST``, which changes in two steps during an update.

    While CloudFormation updates a function, ``$LATEST`` has new code and old
    configuration, or the reverse, for some seconds: the two go through two API
    calls, ``UpdateFunctionCode`` and ``UpdateFunctionConfiguration``. A published
    version never changes, so let the service invoke a version, or an alias of one.

    - CloudFormation: add an ``AWS::Lambda::Version`` and an ``AWS::Lambda::Alias``,
      and write ``!Ref Alias`` where the function's ARN stands.
    - SAM: set ``AutoPublishAlias: live`` on the function, or in ``Globals``.
    - CDK: pass ``fn.addAlias('live')`` where ``fn`` is passed.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
    """

    id = "W9810"
    shortdesc = "A service invokes $LATEST of a Lambda function"
    description = (
        "CloudFormation updates a function's code and its configuration with two API "
        "calls; between them $LATEST is half old and half new, and whoever invokes it "
        "then can fail. Let services invoke a published version or an alias."
    )
    aws_page = RACE_PAGE

    def __init__(self) -> None:
        super().__init__()
        self.config_definition = {
            "deployment_targets": {"default": False, "type": "boolean"},
            "ignore_target_types": {
                "default": [],
                "type": "list",
                "itemtype": "string",
            },
            "summary": {"default": False, "type": "boolean"},
        }
        self.configure()

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        reading = read(cfn)
        told = [
            one
            for target in reading.targets
            if self._is_wanted(target)
            for one in _folded(target, reading.unqualified_uses(target))
        ]
        for group in self._grouped(cfn, told):
            target, use, _ = group[0]
            message = _message(reading, group)
            fix = invoke_published(cfn, target, use)
            yield finding(cfn, target.path, message, fix)

    def _grouped(
        self, cfn: Template, told: Sequence[_TargetUse]
    ) -> Iterable[Sequence[_TargetUse]]:
        """The uses, a group for each finding: alone, or with `summary` by function.

        cfn-lint drops a finding at a resource that ignores the rule, so such a target
        must not be the first of a summary.
        """
        if not self.config["summary"]:
            return [[one] for one in told]
        ignored = ignoring(cfn, self.id)
        groups: dict[tuple[str, int], list[_TargetUse]] = {}
        for one in told:
            if one.target.resource.id not in ignored:
                groups.setdefault((one.use.function, one.others), []).append(one)
        return groups.values()

    def _is_wanted(self, target: Target) -> bool:
        if target.resource.type in self.config["ignore_target_types"]:
            return False
        return not target.row.is_deployment or self.config["deployment_targets"]


class _TargetUse(NamedTuple):
    """A use that a finding tells of; ``others`` counts the functions left out of it."""

    target: Target
    use: UnqualifiedUse
    others: int = 0


def _folded(target: Target, uses: list[UnqualifiedUse]) -> list[_TargetUse]:
    """The uses to tell of; one for all where a target can invoke many functions."""
    if len(uses) <= MAX_USES:
        return [_TargetUse(target, use) for use in uses]
    first = UnqualifiedUse(uses[0].function, "", ())
    return [_TargetUse(target, first, len(uses) - 1)]


def _message(reading: Reading, group: Sequence[_TargetUse]) -> str:
    """The words for a target, or for the first of several and how many more there are.

    What not all of them share is left out.
    """
    target, use, more = group[0]
    others = len({one.target.path for one in group} - {target.path})
    who, invokes = name_target(reading, target), "invokes"
    if others:
        who += f" and {others} more target{'s' if others > 1 else ''}"
        invokes = "invoke"
    through = f" through alias {use.alias}" if use.alias else ""
    when = f" when {say_cases(use.when)}" if use.when else ""
    if any((one.alias, one.when) != (use.alias, use.when) for _, one, _ in group):
        through = when = ""
    cures = {_cure(reading, one) for one in group}
    cure = cures.pop() if len(cures) == 1 else "invoke an alias of a published version"
    function = name_resource(reading, use.function)
    if more:
        function += f" or {more} more functions"
    elif all(reading.is_refused(one.target, use.function) for one in group):
        return (
            f"{who} {invokes} {function} without a qualifier{when}, which Lambda "
            f"refuses for a durable function; {cure}"
        )
    return (
        f"{who} {invokes} $LATEST of {function}{through}{when}, which changes in two "
        f"steps during an update; {cure}"
    )


def _cure(reading: Reading, told: _TargetUse) -> str:
    target, use, more = told
    if target.row.note:
        return target.row.note
    if use.alias:
        # What its role allows is not to change.
        return f"let {use.alias} point to a published version"
    role = ""
    if target.is_by_role:
        name = reading.role_of(target)
        who = f"role {name_resource(reading, name)}" if name else "its role"
        role = f", which {who} must allow"
    if not more and reading.publishes_alias(use.function):
        return f"invoke !Ref {use.function}.Alias{role}"
    if not more and reading.is_serverless(use.function):
        if role:
            return f"set AutoPublishAlias and invoke !Ref {use.function}.Alias{role}"
        return f"set AutoPublishAlias on {use.function} and invoke that alias"
    if target.row.accepts == ("version",):
        return "invoke a published version"
    return f"invoke an alias of a published version{role}"
