from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_resource
from cfn_lint_lambda_race.cure import name_by_hash
from cfn_lint_lambda_race.rules._rule import RaceRule, finding
from cfn_lint_lambda_race.template import read
from cfn_lint_lambda_race.update import frozen_versions


class FrozenVersion(RaceRule):
    """A version that is published with the first deployment, and never again.

    CloudFormation publishes when it creates an ``AWS::Lambda::Version``, and creates
    it anew only when one of its create-only properties or its logical ID changes. A
    version that is written by hand once pins the function's first state for good.

    - CloudFormation: a new logical ID with every change (``OrdersVersion2``), or a
      ``Description`` with a parameter that every build sets.
    - SAM: ``AutoPublishAlias`` instead of the version.
    - CDK: ``fn.currentVersion`` instead of ``new lambda.Version``.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
    """

    id = "W9833"
    shortdesc = "A Lambda version can never be replaced"
    description = (
        "CloudFormation publishes a version when it creates the resource; nothing here "
        "ever replaces this one, so it keeps the function's first state for good. Give "
        "it a new logical ID with every change."
    )
    aws_page = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "aws-resource-lambda-version.html"
    )

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        for version in frozen_versions(cfn):
            name = name_resource(read(cfn), version.id)
            message = (
                f"Version {name} is published once, because nothing ever replaces it: "
                "callers keep the first deployment; give it a new logical ID with "
                "every change"
            )
            fix = name_by_hash(cfn, version.id)
            yield finding(cfn, ["Resources", version.id], message, fix)
