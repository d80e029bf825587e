"""The permissions that SAM makes for targets: for events, and for authorizers.

When CloudFormation makes them is in `data/sam_grants.json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cfn_lint_lambda_race.data import SamGrantRow, sam_grants
from cfn_lint_lambda_race.template._sam import SERVERLESS_WEBSOCKET_API
from cfn_lint_lambda_race.template._targets import Target


class MadePermission(NamedTuple):
    """The permission that SAM makes for a target: what makes it, and what it is called.

    ``id`` is the logical ID that SAM generates, ``element`` the name of its steps, and
    ``name`` that of the event or the authorizer.
    """

    row: SamGrantRow
    id: str
    element: str
    name: str


def made_permission(target: Target) -> MadePermission | None:
    """The permission that SAM makes for a target; None for none, or for unknown."""
    owner = target.resource
    if target.row.form == "self":
        event = sam_grants().get(event_type(target))
        if event is None:
            return None
        name = str(target.path[-1])
        return MadePermission(
            event, f"{owner.id}{name}Permission", f"{element(target)}.Permission", name
        )
    if not _is_permitted(target):
        return None
    name = _authorizer(target)
    return MadePermission(
        sam_grants()[owner.type],
        f"{owner.id}{name}AuthorizerPermission",
        f"{owner.id}.{name}.Permission",
        name,
    )


def may_be_permitted(target: Target) -> bool:
    """Whether SAM makes a permission for what an API invokes, or may make one.

    It does for the routes and the authorizer of a WebSocket API.
    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
    """
    is_of_websocket = target.resource.type == SERVERLESS_WEBSOCKET_API
    return is_of_websocket or _is_permitted(target) is not False


def _is_permitted(target: Target) -> bool | None:
    """Whether SAM makes a permission for an authorizer; None for unknown.

    False for other targets.
    """
    name = _authorizer(target)
    if not name:
        return False
    row = sam_grants()[target.row.type]
    place = ("Auth", "Authorizers", name)
    authorizer = below(target.resource.properties, place)
    if "FunctionArn" not in authorizer:
        return None
    said = authorizer.get(row.asked_by or row.refused_by)
    if said is True:
        return bool(row.asked_by)
    return bool(row.refused_by) if said in (None, False) else None


def _authorizer(target: Target) -> str:
    """The name of the authorizer of a SAM API; empty for another target."""
    if not target.row.path.startswith("Auth/Authorizers/"):
        return ""
    # Behind it may come the branches of `Fn::If`.
    return str(target.path[target.path.index("Authorizers", 2) + 1])


def element(target: Target) -> str:
    """What a step that changes a target is named by: its resource, or SAM's event."""
    if target.row.form == "self":
        return ".".join(str(one) for one in (target.path[1], *target.path[3:]))
    return target.resource.id


def event_type(target: Target) -> str:
    """The type of a SAM function's event."""
    return str(below(target.resource.properties, target.path[3:]).get("Type"))


def below(node: Any, steps: Iterable[str | int]) -> Mapping[str, Any]:
    """The mapping at the end of a path; an empty one where there is none."""
    for step in steps:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return node if isinstance(node, Mapping) else {}
