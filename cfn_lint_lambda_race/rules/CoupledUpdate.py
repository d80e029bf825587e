from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_resource
from cfn_lint_lambda_race.cure import no_fix
from cfn_lint_lambda_race.rules._rule import RACE_PAGE, RaceRule, finding, joined
from cfn_lint_lambda_race.template import read
from cfn_lint_lambda_race.update import Coupling, couplings

_TARGETS = "its targets have to move, which the fix of W9810 does where it can"


class CoupledUpdate(RaceRule):
    """One parameter drives code and configuration of a function that callers can meet.

    Every deployment that changes the parameter goes through both API calls, and opens
    the race. An input counts if it reaches ``Architectures``, or if it reaches
    ``S3Key``, ``S3ObjectVersion`` or ``ImageUri``, allows any value and is named like
    something that changes with every build: build, checksum, commit, digest, hash,
    release, revision, sha, tag, timestamp, version.

    - CloudFormation: let every target invoke an ``AWS::Lambda::Alias``.
    - SAM: set ``AutoPublishAlias``.
    - CDK: invoke ``fn.addAlias('live')``.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
    """

    id = "W9830"
    shortdesc = "A parameter drives code and configuration of a Lambda function"
    description = (
        "A deployment that changes the parameter changes code and configuration of the "
        "function with two API calls, and whoever invokes $LATEST between them meets "
        "half of each. Invoke an alias of a published version."
    )
    aws_page = RACE_PAGE

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        for coupling in couplings(cfn):
            message = _message(cfn, coupling)
            fix = no_fix(cfn, coupling.function, _TARGETS)
            yield finding(cfn, ["Resources", coupling.function], message, fix)


def _message(cfn: Template, coupling: Coupling) -> str:
    function = name_resource(read(cfn), coupling.function)
    return (
        f"Parameter {coupling.parameter} drives {joined(coupling.code)} of "
        f"{function} (UpdateFunctionCode) and its "
        f"{joined(coupling.configuration)} (UpdateFunctionConfiguration), so a new "
        "value changes $LATEST in two steps; invoke an alias of a published version"
    )
