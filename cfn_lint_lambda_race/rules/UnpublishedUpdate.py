from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race.cure import publish_changes
from cfn_lint_lambda_race.rules._rule import RaceRule, finding, listed
from cfn_lint_lambda_race.update import FunctionUpdate, scenario_of_change, update_of


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
    source_url = (
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html"
    )

    def __init__(self) -> None:
        super().__init__()
        self.parent_rules = ["W9831"]

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        for found in update_of(cfn).unpublished:
            message = _message(*found, scenario_of_change(cfn, found.update))
            path = ["Resources", found.update.function]
            fix = publish_changes(cfn, found.update.function)
            yield finding(cfn, path, message, fix)


def _message(update: FunctionUpdate, name: str, cure: str, when: str) -> str:
    changes = listed([*update.code, *update.configuration])
    when = f" when {when}" if when else ""
    return (
        f"This update changes {changes} of {update.function}{when} but publishes no "
        f"new version, so whoever invokes {name} keeps the old one; {cure}"
    )
