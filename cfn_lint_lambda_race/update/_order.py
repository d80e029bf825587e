"""What certainly comes before what in an update.

CloudFormation takes a step for each resource when the steps of all that it refers to
are done, and deletes what is left over, replaced resources among it, when all else is
done.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cfn_lint_lambda_race.template import (
    ALWAYS,
    MAX_DEPTH,
    Resource,
    intrinsic,
)
from cfn_lint_lambda_race.template._names import named_by
from cfn_lint_lambda_race.update._deployment import Deployment


class Order:
    """Which steps wait for which others, by the references of one deployment.

    Args:
        deployment: the new template.
        made: the same for what SAM makes of functions, which the template itself does
            not have: by name, the names that it waits for.
    """

    def __init__(
        self,
        deployment: Deployment,
        made: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self._deployment = deployment
        self._resources = deployed(deployment)
        self._made = made or {}
        self._direct: dict[str, frozenset[str]] = {}
        self._all: dict[str, frozenset[str]] = {}
        self._chosen: dict[tuple[int, int], set[str]] = {}

    def follows(self, later: str, earlier: str) -> bool:
        """Whether the step of one resource waits for the step of another."""
        return earlier in self.awaited(later)

    def awaited(self, name: str) -> frozenset[str]:
        """The names of all that a resource's step waits for, directly or indirectly."""
        if name not in self._all:
            seen: set[str] = set()
            pending = [name]
            while pending:
                direct = self._of(pending.pop()) - seen
                seen |= direct
                pending.extend(direct)
            self._all[name] = frozenset(seen)
        return self._all[name]

    def _of(self, name: str) -> frozenset[str]:
        """The names of what a resource's step waits for directly.

        Parameters are among them, which have no step.
        """
        if name in self._made:
            return self._made[name]
        if name not in self._direct:
            resource = self._resources.get(name)
            named: set[str] = set()
            if resource is not None:
                named = self._named(resource.properties)
                waits = resource.attributes.get("DependsOn")
                names = waits if isinstance(waits, list) else [waits]
                named |= {one for one in names if isinstance(one, str)}
            self._direct[name] = frozenset(named)
        return self._direct[name]

    def _named(self, node: Any, depth: int = 0) -> set[str]:
        """What a node refers to in every branch that its conditions can choose."""
        named: set[str] = set()
        seen: set[int] = set()
        pending = [node]
        while pending:
            node = pending.pop()
            if id(node) in seen or not isinstance(node, (Mapping, list)):
                continue
            # YAML aliases repeat a node cheaply, so a small file can be a huge tree.
            seen.add(id(node))
            name, argument = intrinsic(node)
            if name == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
                named |= self._of_branches(argument, depth)
            elif name in ("Ref", "Fn::GetAtt", "Fn::Sub"):
                named |= {self._resource(one) for one in named_by(name, argument)}
                pending.extend(argument if isinstance(argument, list) else [])
            else:
                pending.extend(node.values() if isinstance(node, Mapping) else node)
        return named

    def _resource(self, name: str) -> str:
        """The name of what a reference waits for: `Orders.Alias` is made by SAM."""
        base, _, attribute = name.partition(".")
        made = f"{base}.{attribute.partition('.')[0]}"
        return made if made in self._made else base

    def _of_branches(self, argument: list[Any], depth: int) -> set[str]:
        """What an ``Fn::If`` refers to in the branch it takes; in both, if unknown."""
        if depth > MAX_DEPTH:
            return set()
        key = (id(argument), depth)
        if key not in self._chosen:
            condition, *branches = argument
            decided = self._deployment.reading.evaluator.decide(condition, ALWAYS)
            if decided is not None:
                branches = [branches[0 if decided else 1]]
            self._chosen[key] = set.intersection(
                *(self._named(branch, depth + 1) for branch in branches)
            )
        return self._chosen[key]


def deployed(deployment: Deployment) -> Mapping[str, Resource]:
    """The resources that a deployment creates: those whose condition is not false.

    Nothing waits for the others, not even by `DependsOn`.
    """
    decide = deployment.reading.evaluator.decide
    return {
        name: resource
        for name, resource in deployment.resources.items()
        if resource.condition is None or decide(resource.condition, ALWAYS) is not False
    }
