from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_resource, name_stack, name_target
from cfn_lint_lambda_race.cure import close_gap
from cfn_lint_lambda_race.rules._rule import RaceRule, finding
from cfn_lint_lambda_race.template import read
from cfn_lint_lambda_race.update import Hazard, Kind, gaps


class PermissionGap(RaceRule):
    """This update moves a target before the permission for its new qualifier is there.

    A permission belongs to one qualifier. Where its ``SourceArn`` refers to what
    moves, CloudFormation makes it after the move, and denies what comes in between.
    A REST API without a new deployment keeps invoking what is permitted no more.
    A function URL of another qualifier is a new URL, and needs two permissions.

    - CloudFormation, CDK: deploy the alias with a permission of its own beside the
      old one first, then move the target, then take the old permission away.
    - REST API: give the ``AWS::ApiGateway::Deployment`` a new logical ID.
    - SAM: SAM makes both for an event; deploy the alias alone, and at a quiet time.
      For an authorizer, deploy a permission of your own first.

    The settings of W9831 say what to compare with, also where W9831 is ignored.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
    """

    id = "W9834"
    shortdesc = "An update moves a Lambda target before its permission is there"
    description = (
        "Against the baseline, this update moves a target to another qualifier before "
        "the permission for it is there, or without the API deployment that makes the "
        "move take effect, so invocations are denied. Deploy the permission first."
    )
    aws_page = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "aws-resource-lambda-permission.html"
    )

    def __init__(self) -> None:
        super().__init__()
        self.parent_rules = ["W9831"]

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        for gap in gaps(cfn):
            yield finding(cfn, gap.path, _message(cfn, gap), close_gap(cfn, gap))


def _message(cfn: Template, gap: Hazard) -> str:
    assert gap.caller is not None
    reading = read(cfn)
    target = f"{name_stack(gap.when)}{name_target(reading, gap.caller.target)}"
    function = name_resource(reading, gap.function)
    permission = name_resource(reading, gap.name)
    old, new = (
        f"qualifier {one}" if one else "$LATEST"
        for one in (gap.caller.old, gap.caller.new)
    )
    if gap.kind is Kind.UNDEPLOYED:
        return (
            f"{target} moves to {new} of {function}, but deployment {permission} keeps "
            f"invoking {old}, whose permission is deleted; give {permission} a new "
            "logical ID"
        )
    if gap.lacks:
        limit = " with InvokedViaFunctionUrl" if gap.lacks.endswith("Function") else ""
        return (
            f"{target} moves to {new} of {function}: a new URL, which is denied "
            f"without a permission for {gap.lacks} too; add one{limit}"
        )
    if gap.is_by_sam:
        is_event = gap.caller.target.row.form == "self"
        cure = (
            "deploy this change alone, at a quiet time"
            if is_event
            else "permit it yourself first (cfn-lint-lambda-race plan)"
        )
        return (
            f"{target} moves to {new} before SAM's permission for it exists, so "
            f"invocations are denied meanwhile; {cure}"
        )
    return (
        f"{target} moves to {new} of {function} before permission {permission} "
        "exists, so invocations are denied meanwhile; deploy the permission first, "
        "beside the old one"
    )
