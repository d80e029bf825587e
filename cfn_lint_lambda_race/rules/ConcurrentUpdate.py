from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race.rules._rule import RaceRule, finding, listed
from cfn_lint_lambda_race.update import (
    FunctionUpdate,
    Settings,
    configure,
    has_layers,
    problems_of,
    scenario_of,
    update_of,
)


class ConcurrentUpdate(RaceRule):
    """This update changes code and configuration of a function that callers can meet.

    CloudFormation applies the one with ``UpdateFunctionCode``, the other with
    ``UpdateFunctionConfiguration``. Between the two calls ``$LATEST`` is half old and
    half new: new code without its environment variable, an arm64 sandbox with an
    x86_64 extension. It is right before and after, so no review shows it.

    - CloudFormation: let every target invoke an ``AWS::Lambda::Alias`` first, in an
      update of its own, and change the function in the next.
    - SAM: deploy ``AutoPublishAlias`` first.
    - CDK: deploy the targets with ``fn.addAlias('live')`` first.

    One of the settings says what to compare with: ``baseline_ref`` a git revision,
    ``baseline_path`` a template or a folder, ``change_set`` the output of ``aws
    cloudformation describe-change-set``.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
    """

    id = "W9831"
    shortdesc = "An update changes code and configuration of a Lambda function at once"
    description = (
        "Against the baseline, this update changes code and configuration of a "
        "function through two API calls; whoever invokes $LATEST between them meets "
        "half of each. Invoke an alias of a published version before you change both."
    )
    source_url = (
        "https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html"
    )

    def __init__(self) -> None:
        super().__init__()
        self.child_rules = {"W9832": None}
        self.config_definition = {
            name: {"default": None, "type": "string"} for name in Settings._fields
        }
        self.configure()

    def initialize(self, cfn: Template) -> None:
        super().initialize(cfn)
        configure(cfn, Settings(**{n: self.config[n] for n in Settings._fields}))

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        update = update_of(cfn)
        problems = problems_of(cfn)
        if update.problem:
            problems.append(f"No baseline to compare with: {update.problem}")
        for message in problems:
            # Line 1: a template that cfn-lint before 1.54 translates has no other.
            yield RuleMatch(_top(cfn), message, location=None)
        for function in update.concurrent:
            when = scenario_of(cfn, function)
            message = _message(function, when, has_layers(cfn, function))
            yield finding(cfn, ["Resources", function.function], message)


def _top(cfn: Template) -> list[str]:
    """The top of the template.

    cfn-lint drops a finding with an empty path where any resource ignores the rule.
    """
    return ["Resources"] if ConcurrentUpdate.id in cfn.get_directives() else []


def _message(update: FunctionUpdate, when: str, has_layers: bool) -> str:
    may = "" if update.is_certain else "may "
    changes = "change" if may else "changes"
    breaks = (
        "; binaries in its layers and extensions then fail to start with 'exec format "
        "error'"
        if has_layers and any(change.name == "Architectures" for change in update.code)
        else ""
    )
    when = f" when {when}" if when else ""
    return (
        f"This update {may}{changes} {listed(update.code)} of {update.function} "
        f"(UpdateFunctionCode) and its {listed(update.configuration)} "
        f"(UpdateFunctionConfiguration){when}, and between the two calls $LATEST is "
        f"half old and half new{breaks}; invoke an alias of a published version before "
        "you change both"
    )
