"""The hazards that a change set shows: late permissions and redundant versions.

A change set names what changes, but not what it was. Where it replaces a permission
because of its `FunctionName`, and changes what is permitted, that has moved to another
qualifier. What an API's deployment holds that stays, a change set does not show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from cfn_lint_lambda_race.data import CODE, CONFIGURATION, operations
from cfn_lint_lambda_race.template._made import MadePermission, made_permission
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
)

# What generators append to the logical ID of a version: a hash, or a number.
_ENDING = re.compile(r"[0-9a-fA-F]+$")


def shown_gaps(change_set: ChangeSet, after: Deployment) -> Iterator[Hazard]:
    """The permissions that the update replaces after the move that needs them.

    Args:
        change_set: what changes.
        after: the new template.
    """
    steps = Steps(Comparison(after, after))
    for caller in steps.callers:
        is_judged = caller.is_judged and caller.is_served
        if (
            not (caller.needs_permission and is_judged)
            or caller.new is None
            or steps.may_be_permitted_otherwise(caller)
        ):
            continue
        if change_set.may_replace(caller.function):
            continue
        permits = [
            one
            for one in dict.fromkeys(steps.permits(caller))
            if not one.qualifiers.isdisjoint({caller.new, None})
        ]
        made = made_permission(caller.target)
        if made is not None:
            is_late = _is_made_late(change_set, made, permits)
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
    """Whether each permission that a caller needs comes after the target's move."""
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
    """The stage whose change lets callers meet the moved target.

    None where it does not certainly get a new deployment, made after the move.
    """
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


def _is_made_late(
    change_set: ChangeSet, made: MadePermission, permits: list[Permit]
) -> bool:
    """Whether SAM's permission for a target is replaced, after the target."""
    return (
        made.row.follows_the_move
        and [one.element for one in permits] == [made.element]
        and change_set.moves(made.id, "FunctionName")
    )


def shown_redundant(change_set: ChangeSet, after: Deployment) -> Iterator[Redundant]:
    """The versions that a change set makes of functions that it does not change."""
    removed = [
        change.id
        for change in change_set.changes
        if change.type == VERSION_TYPE and change.action == "Remove"
    ]
    stems = {_ENDING.sub("", name) for name in removed}
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
            and any(is_version_of(function.id, name) for name in removed)
        ):
            yield Redundant(function.id, function.id)


def _leaves(change_set: ChangeSet, function: str) -> bool:
    """Whether a change set certainly changes neither code nor configuration."""
    others = {
        row.property
        for row in operations()
        if row.operation not in (CODE, CONFIGURATION)
    }
    return change_set.changes_only(function, others)
