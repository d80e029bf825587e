from __future__ import annotations

from collections.abc import Iterator, Sequence

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_published, say_cases
from cfn_lint_lambda_race.cure import publish_changes
from cfn_lint_lambda_race.rules._rule import (
    RaceRule,
    Told,
    finding,
    gathered,
    listed,
    named,
)
from cfn_lint_lambda_race.template import read
from cfn_lint_lambda_race.update import (
    Cure,
    Unpublished,
    cases_of_change,
    place_of,
    update_of,
)


class UnpublishedUpdate(RaceRule):
    """This update changes a function behind an alias, but publishes no new version.

    ``$LATEST`` changes, the version does not: callers keep the old code or the old
    configuration until some later deployment publishes.

    - CloudFormation: give the ``AWS::Lambda::Version`` a new logical ID with every
      change, and let the alias follow.
    - SAM: ``AutoPublishAlias`` looks only at code, environment, memory and SnapStart;
      set ``AutoPublishAliasAllProperties: true``.
    - CDK: ``fn.currentVersion`` gets a new logical ID with every change.

    The settings of W9831 say what to compare with, also where W9831 is ignored.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
    """

    id = "W9832"
    shortdesc = "An update of a Lambda function behind a version publishes no new one"
    description = (
        "Against the baseline, this update changes a function whose callers invoke a "
        "version or an alias, but publishes no new version, so they keep the old one. "
        "Publish a version with every change."
    )
    aws_page = (
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html"
    )

    def __init__(self) -> None:
        super().__init__()
        self.parent_rules = ["W9831"]

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        by_function = {one.update.function: one for one in update_of(cfn).unpublished}
        told = [
            Told(name, place_of(cfn, one.update), _words(cfn, one))
            for name, one in by_function.items()
        ]
        for place, functions in gathered(cfn, self.id, told):
            stale = [by_function[function] for function in functions]
            fix = publish_changes(cfn, functions)
            message = _message(cfn, stale)
            yield finding(cfn, place.path, message, fix, place.line)


# What publishes a version; `{}` is the function.
CURES = {
    Cure.VERSION: "give {} a new AWS::Lambda::Version",
    Cure.CODE_HASH: "set another AutoPublishCodeSha256 on {}",
    Cure.DESCRIPTION: "set another VersionDescription on {}",
    Cure.ALL_PROPERTIES: "set AutoPublishAliasAllProperties on {}",
}


def _words(cfn: Template, unpublished: Unpublished) -> tuple[str, str, str]:
    """What the message says besides the function."""
    changes = listed([*unpublished.update.code, *unpublished.update.configuration])
    return (
        changes,
        say_cases(cases_of_change(cfn, unpublished.update)),
        CURES[unpublished.cure],
    )


def _message(cfn: Template, stale: Sequence[Unpublished]) -> str:
    changes, when, cure = _words(cfn, stale[0])
    functions = named(cfn, [one.update.function for one in stale])
    when = f" when {when}" if when else ""
    is_one = len(stale) == 1
    invoked = (
        name_published(read(cfn), stale[0].name)
        if is_one
        else "their versions or aliases"
    )
    owner = stale[0].update.function if is_one else "each of them"
    return (
        f"This update changes {changes} of {functions}{when} but publishes no new "
        f"version, so callers of {invoked} keep the old one{'' if is_one else 's'}; "
        f"{cure.format(owner)}"
    )
