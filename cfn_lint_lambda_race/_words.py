"""The words for what a template holds: resources, targets, qualifiers, cases.

Below here, nothing is put into words, and nothing that is compared is a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from cfn_lint_lambda_race.template import Reading, Scenario, Target
from cfn_lint_lambda_race.template._holders import Form, Holder
from cfn_lint_lambda_race.template._nodes import Path
from cfn_lint_lambda_race.template._sam import parse_reference
from cfn_lint_lambda_race.template._scenario import (
    CONDITION,
    PARAMETER,
    Choice,
    OtherValue,
)

# The path of a CDK construct as a message may print it.
_CONSTRUCT = re.compile(r"[\w.:@ -]{1,128}(/[\w.:@ -]{1,128}){1,16}")


def name_target(reading: Reading, target: Target) -> str:
    """What messages call a target: what it is, and the resource that has it."""
    resource = target.resource
    path = without_branches(target.path)
    if path[:1] == ("Globals",):
        return f"Authorizer {path[-2]} in Globals"
    if target.row.path == "FunctionUrlConfig":
        return f"The function URL of {resource.id}"
    if target.row.form == "self" and path[-2:-1] == ("Events",):
        return f"Event {path[-1]} of {resource.id}"
    construct = _construct(reading, resource.id)
    where = f"{resource.id} ({resource.type})"
    if construct:
        where = f"{construct} ({resource.id}, {resource.type})"
    if "DestinationConfig" in path:
        return f"The {path[-2]} destination of {where}"
    steps = iter(path if target.inner is None else without_branches(target.inner))
    states = [str(next(steps, "")) for step in steps if step == "States"]
    return f"State {'/'.join(states)} of {where}" if states else where


def name_resource(reading: Reading, logical_id: str) -> str:
    """What messages call a resource: by its construct first, where the CDK made it."""
    construct = _construct(reading, logical_id)
    return f"{construct} ({logical_id})" if construct else logical_id


def _construct(reading: Reading, logical_id: str) -> str:
    """The path of the CDK construct that a resource comes from; empty without one.

    Without its first part, the stack, and without the `Resource` or `Default` at the
    end, which is what a construct calls its main resource.
    """
    resource = reading.evaluator.resources.get(logical_id)
    metadata = resource.attributes.get("Metadata") if resource else None
    path = metadata.get("aws:cdk:path") if isinstance(metadata, Mapping) else None
    if not isinstance(path, str) or not _CONSTRUCT.fullmatch(path):
        return ""
    _, *parts = path.split("/")
    if len(parts) > 1 and parts[-1] in ("Resource", "Default"):
        parts.pop()
    return "/".join(parts)


def name_published(reading: Reading, published: str) -> str:
    """What messages call an alias or a version, also one that SAM makes."""
    if parse_reference(published) is not None:
        return published
    return name_resource(reading, published)


_HOLDERS = {
    Form.PERMISSION: "Permission {id}",
    Form.EVENT_INVOKE_CONFIG: "The event-invoke config {id}",
    Form.SCALABLE_TARGET: "The scalable target {id}",
    Form.ROLE: "Role {id}",
    Form.POLICY: "Policy {id}",
    Form.CONNECTOR: "The connector of {id}",
    Form.EVENT: "Event {event} of {id}",
    Form.EVENT_INVOKE_CONFIG_OF: "The event-invoke config of {id}",
    Form.PROVISIONED_CONCURRENCY_OF: "The provisioned concurrency of {id}",
    Form.ROLE_OF: "The role of {id}",
    Form.SNAP_START_OF: "SnapStart of {id}",
}


def name_holder(holder: Holder) -> str:
    """What messages call the holder of an attachment."""
    return _HOLDERS[holder.form].format(id=holder.id, event=holder.event)


def say_cases(cases: Sequence[Scenario]) -> str:
    """The cases in which something holds: the first two, the others counted.

    ``IsProd is true and Stage is live or IsProd is false``; empty without cases, which
    means always.
    """
    count = len(cases) - 2
    more = f" or in {count} more case{'s' if count > 1 else ''}" if count > 0 else ""
    return " or ".join(_say_case(case) for case in cases[:2]) + more


def name_stack(when: Scenario) -> str:
    """What a message on a stack that does not take the defaults begins with."""
    case = _say_case(when)
    return f"When {case}: " if case else ""


def _say_case(case: Scenario) -> str:
    conditions = (
        f"{name} is {'true' if value else 'false'}"
        for name, value in case.of_kind(CONDITION)
    )
    parameters = (
        f"{name} is {_say_value(value)}" for name, value in case.of_kind(PARAMETER)
    )
    return " and ".join([*conditions, *parameters])


def _say_value(value: Choice) -> str:
    """The value of a parameter, or "not dev" for all but that one."""
    if not isinstance(value, OtherValue):
        return str(value) or "empty"
    words = [one or "empty" for one in value.named]
    if len(words) == 1:
        return f"not {words[0]}"
    if len(words) == 2:
        return f"neither {words[0]} nor {words[1]}"
    rest = f"{len(words) - 3} more" if len(words) > 3 else ""
    shown = ", ".join(words[:3] if rest else words[:-1])
    return f"none of {shown} and {rest or words[-1]}"


def without_branches(path: Path) -> Path:
    """A path without the steps into the branches of ``Fn::If``."""
    return tuple(
        step for before, step in pairwise(("", *path)) if "Fn::If" not in (before, step)
    )
