from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_resource, say_cases
from cfn_lint_lambda_race.cure import point_to_version
from cfn_lint_lambda_race.rules._rule import RACE_PAGE, RaceRule, finding
from cfn_lint_lambda_race.template import read


class LatestAlias(RaceRule):
    """An alias that points to ``$LATEST`` changes in two steps during an update.

    It protects nobody from an update: who invokes the alias invokes ``$LATEST``.

    - CloudFormation: ``FunctionVersion: !GetAtt Version.Version`` of an
      ``AWS::Lambda::Version`` that gets a new logical ID with every change.
    - SAM: ``AutoPublishAlias`` does that.
    - CDK: ``fn.addAlias('live')``, or ``version: fn.currentVersion`` for an ``Alias``.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
    """

    id = "W9811"
    shortdesc = "An alias points to $LATEST of its Lambda function"
    description = (
        "An alias of $LATEST changes with the function, call by call, so it shields "
        "nobody from an update. Let it point to a published version."
    )
    aws_page = RACE_PAGE

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        reading = read(cfn)
        for name, alias in reading.references.aliases.items():
            base = reading.evaluator.existing(alias.resource)
            for branch in reading.references.latest_branches(name):
                cases = reading.cases([branch.when], base)
                when = f" when {say_cases(cases)}" if cases else ""
                owner = alias.function
                function = f" of {name_resource(reading, owner)}" if owner else ""
                message = (
                    f"Alias {name_resource(reading, name)}{function} points to "
                    f"$LATEST{when}, which changes in two steps during an update; "
                    "point it to a published version"
                )
                fix = point_to_version(cfn, name, branch.path, cases)
                yield finding(cfn, branch.path, message, fix)
