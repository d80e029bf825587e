from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_resource, say_cases, without_branches
from cfn_lint_lambda_race.cure import allow_qualifiers
from cfn_lint_lambda_race.rules._rule import RACE_PAGE, RaceRule, finding
from cfn_lint_lambda_race.template import Exit, read


class UnqualifiedReference(RaceRule):
    """An unqualified ARN or name leaves for a caller that the template does not show.

    Whoever imports an output, reads an environment variable or an SSM parameter, or
    holds a policy, can then invoke ``$LATEST`` only, which updates change in two steps.
    Pass on an alias instead, and grant invocation on the alias.

    - CloudFormation: ``!Ref Alias`` instead of ``!GetAtt Function.Arn``; in a
      policy the alias, or ``!Sub ${Function.Arn}:*`` for any qualifier.
    - SAM: ``!Ref Function.Alias`` with ``AutoPublishAlias`` on the function.
    - CDK: pass on ``alias.functionArn``, and call ``alias.grantInvoke(caller)``.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
    """

    id = "I9813"
    shortdesc = "An unqualified reference to a Lambda function leaves the template"
    description = (
        "An output, an environment, a policy, a nested stack or a parameter passes on "
        "a function without a qualifier, so that callers elsewhere invoke $LATEST, "
        "which changes in two steps during an update. Pass on an alias."
    )
    aws_page = RACE_PAGE

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        reading = read(cfn)
        for place in reading.exits:
            function = name_resource(reading, place.function)
            fix = allow_qualifiers(cfn, place)
            yield finding(cfn, place.path, _message(place, function), fix)


def _message(place: Exit, function: str) -> str:
    when = f" when {say_cases(place.when)}" if place.when else ""
    what = _capital(_what(place))
    if place.is_policy:
        return (
            f"{what} grants invocation of {function} without a "
            f"qualifier{when}, so its holder invokes $LATEST, which changes in two "
            "steps during an update; grant an alias"
        )
    return (
        f"{what} passes on {function} without a qualifier{when}, "
        "so callers invoke $LATEST, which changes in two steps during an update; pass "
        "on an alias"
    )


def _what(place: Exit) -> str:
    """What a message calls a place from which a reference leaves."""
    resource, row = place.resource, place.row
    if row is None:
        return f"a policy of {resource.id}, from its connector,"
    if place.is_output:
        is_exported = "Export" in resource.properties
        return f"output {resource.id}{' (exported)' if is_exported else ''}"
    if row.form == "self":
        return f"an Alexa skill (event {without_branches(place.path)[-1]})"
    return f"{row.what} of {resource.id}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
