from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_holder, name_target, say_cases
from cfn_lint_lambda_race.cure import attach_to_invoked, qualify_scaling
from cfn_lint_lambda_race.rules._rule import RaceRule, finding
from cfn_lint_lambda_race.template import (
    ANY,
    LATEST,
    VERSION,
    Kind,
    Misfit,
    Reading,
    Target,
    Text,
    read,
)


class QualifierMismatch(RaceRule):
    """A permission or a setting belongs to a qualifier other than the one invoked.

    A permission on the function, or a role's statement on its ARN, does not allow its
    alias to be invoked, and the reverse; retries, destinations and provisioned
    concurrency of one qualifier do nothing for another. People who move an integration
    to an alias often forget to move these too.

    - CloudFormation: write ``!Ref Alias`` as the ``FunctionName`` of the permission,
      and the alias's name as the ``Qualifier`` of the event-invoke config.
    - Role: allow ``!Ref Alias``, or ``!Sub "${Function.Arn}:*"``.
    - SAM: let ``Events`` make the permission, or write ``!Ref Function.Alias``.
    - CDK: call ``alias.addPermission`` and ``alias.configureAsyncInvoke``.

    https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """

    id = "W9812"
    shortdesc = "A permission or setting is on another qualifier than targets invoke"
    description = (
        "A permission, an event-invoke config, provisioned concurrency or a scalable "
        "target belongs to one qualifier of a function. On another than the one that "
        "targets invoke, the invocation is denied, or the setting does not apply."
    )
    aws_page = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        reading = read(cfn)
        for misfit in reading.misfits:
            fix = attach_to_invoked(cfn, misfit)
            yield finding(cfn, misfit.path, _message(reading, misfit), fix)
        for refused in reading.refused:
            who = name_holder(refused.holder)
            message = (
                f"{who} names no version or alias of {refused.function}, "
                f"which AWS refuses; name one: function:{refused.function}:ALIAS"
            )
            yield finding(cfn, refused.path, message, qualify_scaling(cfn, refused))


_DENIED = "its invocations are denied"
# By what is attached: the verb, and the effect of the mismatch.
_WORDS = {
    Kind.PERMISSION: ("is for", _DENIED),
    Kind.CONNECTOR: ("permits", _DENIED),
    Kind.POLICY: ("allows", _DENIED),
    Kind.SETTING: ("applies to", "it has no effect"),
    Kind.SNAP_START: ("applies to", "it has no effect"),
}


def _message(reading: Reading, misfit: Misfit) -> str:
    verb, effect = _WORDS[misfit.kind]
    target = name_target(reading, misfit.target)
    cases = reading.cases(misfit.scenarios, misfit.base, misfit.is_always)
    when = f" when {say_cases(cases)}" if cases else ""
    holder = name_holder(misfit.holder)
    return (
        f"{holder} {verb} {_words(misfit.has)}, but {target} invokes "
        f"{_words(misfit.invoked)} of {misfit.function}"
        f"{when}, so {effect}; "
        f"{_cure(reading, misfit, target)}"
    )


def _cure(reading: Reading, misfit: Misfit, target: str) -> str:
    has, invoked = _words(misfit.has), _words(misfit.invoked)
    # Towards $LATEST would be a step back: it shields nobody.
    is_better = misfit.invoked is None or not misfit.is_moveable
    if is_better and misfit.has is not None and _takes(misfit.target, misfit.has):
        if misfit.has.literal != ANY:
            return f"let {target} invoke {has}"
        if reading.is_serverless(misfit.function) and not reading.publishes_alias(
            misfit.function
        ):
            return f"set AutoPublishAlias on {misfit.function} and invoke that alias"
        return f"let {target} invoke an alias"
    if not misfit.is_moveable:
        return f"write one for {invoked} yourself"
    if misfit.kind is Kind.SNAP_START:
        return "invoke it through a service that takes versions"
    if misfit.kind is Kind.POLICY:
        return f"allow {invoked} too"
    if misfit.kind is Kind.CONNECTOR:
        return f"give the Destination the Arn of {invoked}"
    moved = "the permission" if misfit.kind is Kind.PERMISSION else "it"
    return f"put {moved} on {invoked}"


def _takes(target: Target, qualifier: Text) -> bool:
    """Whether the service of a target accepts a qualifier; `*` counts as an alias."""
    is_version = (qualifier.literal or "").isdecimal() or (
        qualifier.token is not None and qualifier.token.kind == VERSION
    )
    return ("version" if is_version else "alias") in target.row.accepts


def _words(qualifier: Text | None) -> str:
    """What a message calls a qualifier."""
    if qualifier is None:
        return LATEST
    if qualifier.literal == ANY:
        return "published versions"
    token = qualifier.token
    if token is None:
        name = str(qualifier)
        return f"version {name}" if name.isdecimal() else name
    # What SAM publishes has no logical ID that its template shows.
    return f"!Ref {token.name}" if "." in token.name else token.name
