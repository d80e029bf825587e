"""What a node of a template names: parameters, resources and conditions.

Nothing is evaluated: the names tell what a value depends on, not what it is. This is
the one answer to that question, for exits and for inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cfn_lint_lambda_race.template._nodes import sub_variables

MAX_OBJECTS = 20_000
"""How many nodes are searched below one node."""

_REFERRING = ("Ref", "Fn::GetAtt", "Fn::Sub")
_DECIDING = ("Condition", "Fn::If")


def objects(node: Any, limit: int = MAX_OBJECTS) -> Iterator[Mapping[Any, Any]]:
    """The objects in a node, itself among them, until ``limit`` nodes are searched."""
    pending = [node]
    for _ in range(limit):
        if not pending:
            return
        node = pending.pop()
        if isinstance(node, Mapping):
            yield node
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


def texts(node: Any, limit: int = MAX_OBJECTS) -> Iterator[str]:
    """The texts in a node, keys left out, until ``limit`` nodes are searched."""
    pending = [node]
    for _ in range(limit):
        if not pending:
            return
        node = pending.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, Mapping):
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


def names_below(node: Any) -> Iterator[str]:
    """The parameters, resources and conditions that a node names anywhere."""
    for below in objects(node):
        yield from names_in(below)


def names_in(node: Mapping[Any, Any]) -> Iterator[str]:
    """The parameters, resources and conditions that one object names."""
    yield from references_in(node)
    for key in _DECIDING:
        name = _listed(node.get(key))[0]
        if isinstance(name, str):
            yield name


def references_in(node: Mapping[Any, Any]) -> Iterator[str]:
    """The parameters and resources that one object names."""
    for key in _REFERRING:
        for name in named_by(key, node.get(key)):
            yield name.partition(".")[0].strip()


def named_by(function: str, argument: Any) -> list[str]:
    """What the argument of a function that refers names, attributes and all."""
    first, *rest = _listed(argument)
    if not isinstance(first, str):
        return []
    if function != "Fn::Sub":
        return [first]
    own = {key for one in rest if isinstance(one, Mapping) for key in one}
    names = [one[1].strip() for one in sub_variables(first)]
    return [one for one in names if one not in own]


def _listed(node: Any) -> list[Any]:
    return node if isinstance(node, list) and node else [node]
