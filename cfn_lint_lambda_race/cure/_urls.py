"""What a function URL needs that is to invoke an alias: there it is another URL.

Since October 2025 a new one needs `lambda:InvokeFunction` beside
`lambda:InvokeFunctionUrl`, which is all that older templates permit.
https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_lint_lambda_race.cure._edits import Edit, Node
from cfn_lint_lambda_race.cure._workshop import NoFixError, Workshop
from cfn_lint_lambda_race.template import Grant, Target
from cfn_lint_lambda_race.template._cfnlint import has_property
from cfn_lint_lambda_race.template._grants import (
    ANYBODY,
    PERMISSION_TYPE,
    VIA_URL,
)

# What says nothing of the callers that a permission is for.
_OWN = ("Action", "FunctionName", "FunctionUrlAuthType", VIA_URL)


def permitted_too(shop: Workshop, target: Target, function: str) -> list[Edit]:
    """Permits, beside what lets anybody use a URL, what a new URL needs too.

    Where the one permission is, and goes, there goes the other. It is limited to the
    URL: without that, whoever may use the URL could invoke the function directly.

    Raises `NoFixError` where cfn-lint would refuse that, and where the permission
    names somebody: whether they have policies of their own, only people know.
    """
    edits: dict[str, Edit] = {}
    for name, principal in _alone(shop, target, function):
        if principal != ANYBODY:
            raise NoFixError(
                f"the alias gets a new URL, and {name} does not let its principal use "
                f"that without a permission for {target.row.actions[1]} too "
                f"({VIA_URL}: true); add one first"
            )
        if not has_property(PERMISSION_TYPE, VIA_URL):
            raise NoFixError(
                "the alias gets a new URL, for which a permission has to say "
                f"{VIA_URL}; this cfn-lint does not know it, a newer one does"
            )
        condition = shop.reading.evaluator.resources[name].condition
        properties: dict[str, Node] = {
            **shop.node(("Resources", name, "Properties")),
            "Action": target.row.actions[1],
            VIA_URL: True,
        }
        properties.pop("FunctionUrlAuthType", None)
        second: dict[str, Node] = {"Type": PERMISSION_TYPE}
        if condition is not None:
            second["Condition"] = condition
        second["Properties"] = properties
        edits[name] = shop.document.add_resources(
            name, {shop.free_id(f"{name[:200]}Invoke"): second}
        )
    return list(edits.values())


def _alone(shop: Workshop, target: Target, function: str) -> Iterator[tuple[str, str]]:
    """The permissions for a URL beside which there is none for the other action.

    Each as its logical ID and its principal.
    """
    attachments = shop.reading.attachments
    if target.row.authorised_by != ANYBODY or (
        # SAM makes both for what anybody may use.
        target.row.form == "self" and attachments.auth_of_url(target) != "AWS_IAM"
    ):
        return
    first, second = target.row.actions
    grants = attachments.covering(target, function)
    seconds = [
        one
        for one in grants
        if one.permits(second, ANYBODY) and one.is_meant_for(ANYBODY)
    ]
    for grant in grants:
        if grant.permits(first, ANYBODY) and not any(
            _goes_with(shop, grant, other) for other in seconds
        ):
            yield grant.name, grant.principal


def _goes_with(shop: Workshop, first: Grant, second: Grant) -> bool:
    """Whether one permission is for all callers of another, wherever that exists."""
    one, other = (
        shop.reading.evaluator.resources[grant.name] for grant in (first, second)
    )
    return other.condition in (None, one.condition) and all(
        one.properties.get(name) == value
        for name, value in other.properties.items()
        if name not in _OWN
    )
