from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race.rules._rule import RaceRule, finding
from cfn_lint_lambda_race.template import LATEST, Misfit, read


class QualifierMismatch(RaceRule):
    """A permission or a setting belongs to another qualifier than what is invoked.

    A permission on the function permits nobody to invoke its alias, and the reverse;
    retries, destinations and provisioned concurrency of one qualifier do nothing for
    another. It is the next fault that people meet who move an integration to an alias.

    - CloudFormation: write ``!Ref Alias`` as the ``FunctionName`` of the permission,
      and the alias's name as the ``Qualifier`` of the event-invoke config.
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
    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        reading = read(cfn)
        for misfit in reading.misfits:
            target = reading.name_target(misfit.target)
            yield finding(cfn, misfit.path, _message(misfit, target))


def _message(misfit: Misfit, target: str) -> str:
    verb, effect, moved = (
        ("is for", "its invocations are denied", "the permission")
        if misfit.is_grant
        else ("applies to", "it has no effect there", "it")
    )
    # The other way round would be a step back: $LATEST shields nobody.
    cure = (
        f"let {target} invoke {misfit.has}"
        if misfit.invoked == LATEST
        else f"put {moved} on {misfit.invoked}"
    )
    return (
        f"{misfit.what} {verb} {misfit.has}, but {target} invokes {misfit.invoked} of "
        f"{misfit.function}, so {effect}; {cure}"
    )
