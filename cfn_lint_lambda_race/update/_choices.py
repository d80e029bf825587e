"""The values of parameters with which an update is looked at, one after the other.

Where the definition of a condition changes, its old and new results are not related.
Only with a value for each parameter in it are both known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from cfn_lint_lambda_race.template import (
    ALWAYS,
    Evaluator,
    Scenario,
    intrinsic,
    scalar_text,
    sub_variables,
)
from cfn_lint_lambda_race.template._names import names_below
from cfn_lint_lambda_race.template._sam import alias_written
from cfn_lint_lambda_race.template._scenario import (
    PARAMETER,
    PARAMETER_SET,
    OtherValue,
)
from cfn_lint_lambda_race.update._deployment import Deployment

# Each choice is one more comparison of the whole template. Conditions that would need
# more of them stay undecided.
MAX_CHOICES = 32
_PSEUDO = "AWS::"
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9:]+)\}")


@dataclass(frozen=True)
class Chosen:
    """One choice of values for the parameters that changed conditions ask for.

    ``given`` are the values that parameters have everywhere, ``judged`` those that
    they have in conditions alone. ``when`` is the choice as a scenario.
    """

    given: Mapping[str, Any]
    judged: Mapping[str, str]
    when: Scenario


@dataclass
class _Asked:
    """What conditions compare a parameter with.

    ``named`` are literals. ``keys`` are those of mappings in which the parameter
    selects: a deployment with another value fails. ``is_open`` is True where it is
    compared with anything else, so that not all values that matter are known.
    """

    named: dict[str, None] = field(default_factory=dict)
    keys: list[set[str]] = field(default_factory=list)
    is_open: bool = False


class Choices:
    """The conditions that two deployments define differently, and their parameters.

    ``unshared`` are the names of those conditions. ``domains`` are the parameters that
    decide them, each with the values to look at.
    """

    def __init__(self, before: Deployment, after: Deployment) -> None:
        self._sides = (before, after)
        self._evaluators = [side.reading.evaluator for side in self._sides]
        self.unshared = _unshared(*self._evaluators)
        self.domains: dict[str, tuple[str, ...]] = self._domains()
        self._reached: dict[str, frozenset[str]] = {}

    def all(self) -> list[Chosen]:
        """The choices to compare; empty where there are less than two."""
        if not self.unshared:
            return []
        sets = self._sides[1].reading.parameter_sets or [{}]
        choices = []
        for index, given in enumerate(sets):
            when = ALWAYS
            if len(sets) > 1:
                when = Scenario(frozenset({((PARAMETER_SET, ""), index)}))
            names = [name for name in self.domains if name not in given]
            for values in product(*(self.domains[name] for name in names)):
                choices.append(self._chosen(given, dict(zip(names, values)), when))
        return choices if len(choices) > 1 else []

    def concern(self, function: str, chosen: Chosen) -> Any:
        """What of a choice can make a difference to an update of a function.

        Returns:
            Equal for choices between which the function's properties, and all that
            they refer to, cannot tell. None for unknown.
        """
        if any(side.has_rules for side in self._sides):
            # They can link any parameter to any other.
            return None
        if function not in self._reached:
            self._reached[function] = _reached(self._evaluators, function)
        return tuple(
            (name, chosen.judged.get(name), repr(chosen.given.get(name)))
            for name in sorted({*chosen.judged, *chosen.given})
            if name in self._reached[function]
        )

    def _chosen(
        self, given: Mapping[str, Any], values: Mapping[str, str], when: Scenario
    ) -> Chosen:
        allowed = {name: values[name] for name in values if self._allowed(name)}
        facts = frozenset(((PARAMETER, name), values[name]) for name in values)
        return Chosen({**given, **allowed}, values, Scenario(when.facts | facts))

    def _domains(self) -> dict[str, tuple[str, ...]]:
        """By parameter, the values to look at; up to `MAX_CHOICES` combinations."""
        asked = self._asked()
        # A parameter that was renamed mostly keeps its value. Which one was renamed to
        # which is unknown.
        only = [
            {name for name in asked if name in side.parameters} - set(other.parameters)
            for side, other in (self._sides, self._sides[::-1])
        ]
        renamed = only[0] | only[1] if all(only) else set()
        domains: dict[str, tuple[str, ...]] = {}
        count = max(1, len(self._sides[1].reading.parameter_sets))
        for name in sorted(asked):
            values = () if name in renamed else self._values(name, asked[name])
            if values and count * len(values) <= MAX_CHOICES:
                domains[name] = values
                count *= len(values)
        return domains

    def _values(self, name: str, asked: _Asked) -> tuple[str, ...]:
        """The values of a parameter that make a difference; none where unknown.

        Without `AllowedValues`, the last one stands for all other values.
        """
        nodes = [
            side.parameters[name] for side in self._sides if name in side.parameters
        ]
        if asked.is_open or not (nodes or name.startswith(_PSEUDO)):
            return ()
        if not all(isinstance(node, Mapping) for node in nodes):
            return ()
        kinds = [str(node.get("Type")) for node in nodes]
        if any("List" in kind or "SSM::Parameter" in kind for kind in kinds):
            return ()
        if any("Default" in node for node in nodes):
            return ()
        allowed = self._allowed(name)
        if allowed or asked.keys:
            few = [set(allowed)] if allowed else []
            possible = set.intersection(*few, *asked.keys)
            order = allowed or sorted(possible)
            return tuple(value for value in order if value in possible)
        if any("AllowedPattern" in node for node in nodes):
            return ()
        return (*asked.named, OtherValue(asked.named))

    def _allowed(self, name: str) -> list[str]:
        """The values that a parameter may have on both sides; empty for any value."""
        shared: list[str] | None = None
        for side in self._sides:
            node = side.parameters.get(name)
            values = node.get("AllowedValues") if isinstance(node, Mapping) else None
            if isinstance(values, list):
                texts = [text for text in map(scalar_text, values) if text is not None]
                shared = [one for one in texts if shared is None or one in shared]
        return shared or []

    def _asked(self) -> dict[str, _Asked]:
        """The parameters to choose values of, with what conditions compare them with.

        They are those of the conditions that both sides define differently, and that
        the values given and the defaults leave undecided.
        """
        names = [
            name
            for name in self.unshared
            if any(
                name in side.conditions and side.decide(name, ALWAYS) is None
                for side in self._evaluators
            )
        ]
        if not names:
            return {}
        wanted = asked_by(self._evaluators, names)
        # A value that decides one condition decides others too.
        asked = asked_by(self._evaluators)
        return {name: asked[name] for name in wanted}


# -- conditions --------------------------------------------------------------------


def _unshared(before: Evaluator, after: Evaluator) -> frozenset[str]:
    """The names of the conditions that the two sides define differently."""
    sides = (before, after)
    if before.conditions == after.conditions and before.mappings == after.mappings:
        return frozenset()
    names = {*map(str, before.conditions), *map(str, after.conditions)}
    return frozenset(
        name for name in names if len({_meaning(side, name) for side in sides}) > 1
    )


def _meaning(evaluator: Evaluator, name: str) -> str:
    """A text that is equal for conditions with the same definition.

    The conditions and mappings that it refers to are part of that.
    """
    used = _closure(evaluator, [name])
    nodes = {one: evaluator.conditions.get(one) for one in used}
    tables = {
        table: evaluator.mappings.get(table)
        for node in nodes.values()
        for argument in arguments(node, "Fn::FindInMap")
        for table in [argument[0]]
        if isinstance(table, str)
    }
    try:
        return json.dumps([nodes, tables], sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError):
        # Keys of mixed types cannot be sorted: such a condition equals no other one.
        return f"{name} {id(evaluator)}"


def _closure(evaluator: Evaluator, names: Any) -> list[str]:
    """Some conditions, and those that they refer to, each once."""
    closure: dict[str, None] = {}
    pending = [str(name) for name in names]
    while pending:
        name = pending.pop()
        if name in closure or name not in evaluator.conditions:
            continue
        closure[name] = None
        for node in _nodes(evaluator.conditions[name]):
            other = node.get("Condition") if isinstance(node, Mapping) else None
            if isinstance(other, str):
                pending.append(other)
    return sorted(closure)


def _reached(sides: Iterable[Evaluator], function: str) -> frozenset[str]:
    """The names that a function, or anything that it refers to, mentions.

    What is mentioned on one side counts as it is defined on both.
    """
    reached = set()
    pending = [function]
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        reached.add(name)
        for side in sides:
            nodes = [side.conditions.get(name)]
            if name in side.resources:
                nodes.append(side.resources[name].attributes)
            elif name not in side.parameters and name not in side.conditions:
                # It may be what SAM generates from the names of a function and alias.
                nodes += map(alias_written, side.resources.values())
                pending += [one for one in side.resources if name.startswith(one)]
            for node in nodes:
                pending.extend(names_below(node))
    return frozenset(reached)


def _nodes(node: Any) -> Iterator[Any]:
    """A node and all below it; each object once, since YAML can make cycles."""
    seen = set()
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, (Mapping, list)):
            if id(node) in seen:
                continue
            seen.add(id(node))
            pending.extend(node.values() if isinstance(node, Mapping) else node)
        yield node


def arguments(node: Any, name: str) -> Iterator[list[Any]]:
    """The arguments of each use of an intrinsic function below a node."""
    for below in _nodes(node):
        function, argument = intrinsic(below)
        if function == name and isinstance(argument, list) and argument:
            yield argument


def asked_by(
    sides: Iterable[Evaluator], names: Iterable[str] | None = None
) -> dict[str, _Asked]:
    """By parameter, what conditions compare it with.

    Args:
        sides: the evaluators of the templates that have the conditions.
        names: the conditions, with those that they refer to; all by default.
    """
    asked: dict[str, _Asked] = {}
    for side in sides:
        for name in _closure(side, side.conditions if names is None else names):
            for pair in arguments(side.conditions[name], "Fn::Equals"):
                if len(pair) == 2:
                    _ask(side, pair[0], pair[1], asked)
                    _ask(side, pair[1], pair[0], asked)
    return asked


def _ask(side: Evaluator, operand: Any, other: Any, asked: dict[str, _Asked]) -> None:
    """Note the parameters of an operand, and what it is compared with."""
    name = _parameter(operand)
    literal = scalar_text(other)
    if name is not None and literal is not None:
        asked.setdefault(name, _Asked()).named[literal] = None
        return
    function, argument = intrinsic(operand)
    if function == "Fn::FindInMap" and isinstance(argument, list):
        name, keys = _selected(side, argument)
        if name is not None:
            asked.setdefault(name, _Asked()).keys.append(keys)
            return
    for name in _parameters(operand):
        asked.setdefault(name, _Asked()).is_open = True


def _selected(side: Evaluator, argument: list[Any]) -> tuple[str | None, set[str]]:
    """The parameter that selects from a mapping, and the keys; None for other uses."""
    if len(argument) != 3 or not isinstance(argument[0], str):
        return None, set()
    table = side.mappings.get(argument[0])
    if not isinstance(table, Mapping) or not isinstance(argument[2], str):
        return None, set()
    return _parameter(argument[1]), set(map(str, table))


def _parameter(node: Any) -> str | None:
    """The parameter that a node is the value of; None for anything else."""
    name, argument = intrinsic(node)
    if not isinstance(argument, str):
        return None
    if name == "Fn::Sub":
        variable = _VARIABLE.fullmatch(argument)
        return variable[1] if variable else None
    return argument if name == "Ref" else None


def _parameters(node: Any) -> Iterator[str]:
    """The parameters that a node is made from."""
    for below in _nodes(node):
        name, argument = intrinsic(below)
        if name == "Ref" and isinstance(argument, str):
            yield argument
        for text in argument if isinstance(argument, list) else [argument]:
            if name == "Fn::Sub" and isinstance(text, str):
                yield from (match[1].strip() for match in sub_variables(text))
