from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_resource, name_stack
from cfn_lint_lambda_race.cure import no_fix
from cfn_lint_lambda_race.rules._rule import RaceRule, finding
from cfn_lint_lambda_race.template import read
from cfn_lint_lambda_race.update import redundant_versions

_WAIT = "the new version can wait for the function's next change"


class RedundantVersion(RaceRule):
    """This update makes a new version of a function that it does not change.

    Lambda publishes nothing where code and configuration are those of the last
    version: the new version is refused, and the whole update rolls back.

    - CloudFormation: put what replaces the version into the function's
      ``Description`` too, or replace the version only when the function changes.
    - SAM: with ``AutoPublishAliasAllProperties``, change tags together with the code.
    - CDK: ``fn.currentVersion`` changes only with the function.

    The settings of W9831 say what to compare with, also where W9831 is ignored.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
    """

    id = "W9835"
    shortdesc = "An update publishes a Lambda function that it does not change"
    description = (
        "Against the baseline, this update makes a new version of a function that it "
        "does not change: Lambda refuses, and the update rolls back. Change the "
        "function too, if only its Description, or keep the version."
    )
    aws_page = (
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html"
    )

    def __init__(self) -> None:
        super().__init__()
        self.parent_rules = ["W9831"]

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        for redundant in redundant_versions(cfn):
            function = name_resource(read(cfn), redundant.function)
            version = name_resource(read(cfn), redundant.name)
            when = name_stack(redundant.when)
            what = "SAM makes" if redundant.is_of_serverless else f"{version} is"
            message = (
                f"{when}{what} a new version of unchanged {function}: "
                "Lambda refuses and the update rolls back; change the function's "
                "Description too or keep the version"
            )
            fix = no_fix(cfn, redundant.function, _WAIT)
            yield finding(cfn, ["Resources", redundant.name], message, fix)
