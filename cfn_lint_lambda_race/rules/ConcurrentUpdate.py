from __future__ import annotations

from collections.abc import Iterator, Sequence

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import say_cases
from cfn_lint_lambda_race.cure import no_fix
from cfn_lint_lambda_race.rules._rule import (
    RACE_PAGE,
    RaceRule,
    Told,
    finding,
    gathered,
    listed,
    named,
)
from cfn_lint_lambda_race.template._cfnlint import ignoring
from cfn_lint_lambda_race.update import (
    FunctionUpdate,
    Settings,
    cases_of,
    configure,
    has_layers,
    place_of,
    problems_of,
    update_of,
)

_TOO_LATE = (
    "an alias that comes with this update comes too late; deploy it first, or in the "
    "phases that cfn-lint-lambda-race plan writes"
)


class ConcurrentUpdate(RaceRule):
    """This update changes code and configuration of a function that callers can meet.

    CloudFormation applies the one with ``UpdateFunctionCode``, the other with
    ``UpdateFunctionConfiguration``. Between the two calls ``$LATEST`` is half old and
    half new: new code without its environment variable, an arm64 sandbox with an
    x86_64 extension. The template is correct before and after, so no review shows it.

    - CloudFormation: let every target invoke an ``AWS::Lambda::Alias`` first, in an
      update of its own, and change the function in the next.
    - SAM: deploy ``AutoPublishAlias`` first.
    - CDK: deploy the targets with ``fn.addAlias('live')`` first.

    One of the settings says what to compare with: ``baseline_ref`` a git revision,
    ``baseline_path`` a template or a folder, ``change_set`` the output of ``aws
    cloudformation describe-change-set``.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
    """

    id = "W9831"
    shortdesc = "An update changes code and configuration of a Lambda function at once"
    description = (
        "Against the baseline, this update changes code and configuration of a "
        "function through two API calls; whoever invokes $LATEST between them meets "
        "half of each. Invoke an alias of a published version before you change both."
    )
    aws_page = RACE_PAGE

    def __init__(self) -> None:
        super().__init__()
        self.child_rules = {"W9832": None}
        self.config_definition = {
            name: {"default": None, "type": "string"} for name in Settings._fields
        }
        self.configure()

    def initialize(self, cfn: Template) -> None:
        super().initialize(cfn)
        settings = Settings(**{name: self.config[name] for name in Settings._fields})
        configure(cfn, settings, self.id)

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        update = update_of(cfn)
        problems = problems_of(cfn)
        if update.problem:
            problems.append(f"No baseline to compare with: {update.problem}")
        for message in problems:
            # Line 1: a template that cfn-lint before 1.54 translates has no other.
            yield RuleMatch(_top(cfn), message, location=None)
        by_function = {one.function: one for one in update.concurrent}
        told = [
            Told(one.function, place_of(cfn, one), _words(cfn, one))
            for one in by_function.values()
        ]
        for place, functions in gathered(cfn, self.id, told):
            updates = [by_function[function] for function in functions]
            fix = no_fix(cfn, functions[0], _TOO_LATE)
            message = _message(cfn, updates)
            yield finding(cfn, place.path, message, fix, place.line)


def _top(cfn: Template) -> list[str]:
    """The top of the template.

    cfn-lint drops a finding with an empty path where any resource ignores the rule.
    """
    return ["Resources"] if ignoring(cfn, ConcurrentUpdate.id) else []


def _words(cfn: Template, update: FunctionUpdate) -> tuple[str, str, bool, str]:
    """What the message says besides the function."""
    code, configuration = listed(update.code), listed(update.configuration)
    return code, configuration, update.is_certain, say_cases(cases_of(cfn, update))


def _message(cfn: Template, updates: Sequence[FunctionUpdate]) -> str:
    code, configuration, is_certain, when = _words(cfn, updates[0])
    changes = "changes" if is_certain else "may change"
    their = "its" if len(updates) == 1 else "their"
    moves = any(change.name == "Architectures" for change in updates[0].code)
    effect = (
        "layer binaries fail with 'exec format error'"
        if moves and all(has_layers(cfn, update) for update in updates)
        else "$LATEST mixes old and new"
    )
    when = f" when {when}" if when else ""
    functions = named(cfn, [update.function for update in updates])
    return (
        f"This update {changes} {code} of {functions} (UpdateFunctionCode) and "
        f"{their} {configuration} (UpdateFunctionConfiguration){when}, and between the "
        f"two calls {effect}; invoke an alias first (cfn-lint-lambda-race plan)"
    )
