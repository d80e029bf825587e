from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_published, name_resource
from cfn_lint_lambda_race.cure import publish_inputs
from cfn_lint_lambda_race.rules._rule import NAMED, RaceRule, finding, joined
from cfn_lint_lambda_race.template import read
from cfn_lint_lambda_race.update import UnpublishedInput as Unpublished
from cfn_lint_lambda_race.update import unpublished_inputs


class UnpublishedInput(RaceRule):
    """A new value of a parameter changes a function, but publishes no version of it.

    What publishes is the template's text, and the text stays: the CDK and SAM hash
    it before the parameter has its value. ``$LATEST`` changes, callers of the alias
    keep the old value. What W9832 sees with a baseline, told without one.

    - CloudFormation: put the parameter into the version's ``Description`` too.
    - SAM: put it into ``VersionDescription``.
    - CDK: set ``currentVersionOptions.description`` from the parameter, or give the
      value when the template is made, not as a parameter.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
    """

    id = "I9836"
    shortdesc = "A parameter changes a Lambda function but publishes no version"
    description = (
        "A deployment that gives the parameter a new value changes the function, but "
        "not what its version is made from, so callers of the version or alias keep "
        "the old one. Put the parameter into the version's description."
    )
    aws_page = (
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html"
    )

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        for unpublished in unpublished_inputs(cfn):
            fix = publish_inputs(cfn, unpublished)
            message = _message(cfn, unpublished)
            yield finding(cfn, ["Resources", unpublished.function], message, fix)


def _message(cfn: Template, unpublished: Unpublished) -> str:
    function = name_resource(read(cfn), unpublished.function)
    invoked = name_published(read(cfn), unpublished.name)
    names = list(unpublished.parameters[:NAMED])
    others = len(unpublished.parameters) - len(names)
    if others:
        names.append(f"{others} more")
    is_one = len(unpublished.parameters) == 1
    them = "it" if is_one else "them"
    is_of_function = unpublished.described == unpublished.function
    kind = "VersionDescription" if is_of_function else "Description"
    description = f"{kind} of {unpublished.described}"
    cure = (
        f"change the {description} with {them}"
        if unpublished.is_secret
        else f"add {them} to the {description}"
    )
    return (
        f"{'Parameter' if is_one else 'Parameters'} {joined(names)} "
        f"{'changes' if is_one else 'change'} {joined(unpublished.changes)} of "
        f"{function} without publishing a version, so callers of {invoked} keep the "
        f"old one; {cure}"
    )
