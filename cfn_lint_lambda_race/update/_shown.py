"""What a change set shows of a timeline: permissions that come late, vain versions.

It names what changes, but not what it was. A permission that is made anew for another
qualifier tells that what it permits moved, or was denied before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from cfn_lint_lambda_race.data import CODE, CONFIGURATION, operations, sam_grants
from cfn_lint_lambda_race.template._sam import SERVERLESS_FUNCTION, is_version_of
from cfn_lint_lambda_race.update._change_set import VERSION_TYPE, ChangeSet
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment
from cfn_lint_lambda_race.update._redundant import Redundant
from cfn_lint_lambda_race.update._steps import Steps
from cfn_lint_lambda_race.update._timeline import Hazard, Kind
from cfn_lint_lambda_race.update._world import (
    Caller,
    Permit,
    element,
    event_type,
)

# What generators put behind the name of a version: a hash, or a number.
_ENDING = re.compile(r"[0-9a-fA-F]+$")


def shown_gaps(change_set: ChangeSet, after: Deployment) -> Iterator[Hazard]:
    """The permissions that a change set makes after what they permit has moved."""
    steps = Steps(Comparison(after, after))
    for caller in steps.callers:
        if not (caller.needs_permission and caller.is_judged) or caller.new is None:
            continue
        if change_set.may_replace(caller.function):
            continue
        permits = [
            one
            for one in dict.fromkeys(steps.permits(caller))
            if not one.qualifiers.isdisjoint({caller.new, None})
        ]
        if not permits or steps.may_be_permitted_otherwise:
            continue
        if caller.target.row.form == "self":
            is_late = _is_late_event(change_set, caller, permits)
        else:
            is_late = _is_late(change_set, steps, caller, permits)
        if is_late:
            # What it invoked before is not shown.
            moved = replace(caller, before=None, old=None)
            for one in permits:
                yield Hazard(Kind.DENIED, one.path, one.name, caller.function, moved)


def _is_late(
    change_set: ChangeSet, steps: Steps, caller: Caller, permits: list[Permit]
) -> bool:
    """Whether each permission for what a target invokes comes after its move."""
    target = caller.target
    switch: str | None = target.resource.id
    if caller.keys[0][0] == "stage":
        switch = _switch(change_set, steps, caller)
    elif caller.keys[0][0] == "deployed":
        return False
    if switch is None or not change_set.changes_in_place(
        target.resource.id, str(target.path[3])
    ):
        return False
    return any(
        change_set.moves(one.element, "FunctionName") for one in permits
    ) and all(
        one.qualifiers == {caller.new}
        and change_set.makes(one.element)
        and steps.order.follows(one.element, switch)
        for one in permits
    )


def _switch(change_set: ChangeSet, steps: Steps, caller: Caller) -> str | None:
    """The stage, where a deployment that follows the target's move gets it."""
    stage = steps.after.resources[caller.stage]
    deployment = steps.after.named(stage, "DeploymentId")
    if (
        deployment is None
        or not change_set.makes(deployment)
        or not change_set.changes_in_place(stage.id, "DeploymentId")
        or not steps.order.follows(deployment, caller.target.resource.id)
    ):
        return None
    return stage.id


def _is_late_event(
    change_set: ChangeSet, caller: Caller, permits: list[Permit]
) -> bool:
    """Whether SAM's permission for an event is made anew, after the event's target."""
    row = sam_grants().get(event_type(caller.target))
    name = "".join(str(caller.target.path[index]) for index in (1, -1))
    return (
        row is not None
        and row.follows_the_move
        and [one.element for one in permits] == [f"{element(caller.target)}.Permission"]
        and change_set.moves(f"{name}Permission", "FunctionName")
    )


def shown_redundant(change_set: ChangeSet, after: Deployment) -> Iterator[Redundant]:
    """The versions that a change set makes of functions that it leaves alone."""
    gone = [
        change.id
        for change in change_set.changes
        if change.type == VERSION_TYPE and change.action == "Remove"
    ]
    stems = {_ENDING.sub("", name) for name in gone}
    for function in after.reading.functions:
        if not _leaves(change_set, function.id):
            continue
        names = [one.id for one in after.versions(function.id)]
        for name in names:
            is_next = change_set.adds(name) and _ENDING.sub("", name) in stems
            is_other = change_set.is_replaced(name) and not (
                change_set.moves(name, "FunctionName")
            )
            if is_next or is_other:
                yield Redundant(name, function.id)
        if (
            function.type == SERVERLESS_FUNCTION
            and any(
                is_version_of(function.id, change.id) and change_set.adds(change.id)
                for change in change_set.changes
            )
            and any(is_version_of(function.id, name) for name in gone)
        ):
            yield Redundant(function.id, function.id)


def _leaves(change_set: ChangeSet, function: str) -> bool:
    """Whether a change set certainly calls none of the operations that count."""
    others = {
        row.property
        for row in operations()
        if row.operation not in (CODE, CONFIGURATION)
    }
    return change_set.changes_only(function, others)
