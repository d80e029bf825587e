"""The stacks with other values of parameters than the defaults.

A timeline is that of one stack: where conditions decide what moves or is published,
one stack may have a hazard that another does not have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from cfn_lint_lambda_race.template import Resource, Scenario, scalar_text
from cfn_lint_lambda_race.template._scenario import PARAMETER, OtherValue
from cfn_lint_lambda_race.update._choices import (
    Chosen,
    arguments,
    asked_by,
)
from cfn_lint_lambda_race.update._comparison import (
    Comparison,
    ComparisonOfChoice,
)
from cfn_lint_lambda_race.update._deployment import Deployment
from cfn_lint_lambda_race.update._redundant import makes_versions

# Each is one more reading of both templates. Parameters that would make more stacks
# keep their defaults.
_MAX_STACKS = 8
_INVOKED = frozenset(
    {
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGatewayV2::Deployment",
        "AWS::ApiGatewayV2::Stage",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Permission",
    }
)
_VERSION = "AWS::Lambda::Version"


class Stack(NamedTuple):
    """The update of one stack, and the values of parameters that are not defaults."""

    comparison: Comparison
    when: Scenario


def stacks_that_move(comparison: Comparison) -> Iterator[Stack]:
    """The other stacks, where a target moves and conditions decide about it."""
    sides = [
        _invoked(side.of_any_choice)
        for side in (comparison.before, comparison.after)
        if _has_conditions(comparison)
    ]
    if not sides:
        return
    moved = {
        name
        for name in sides[0].keys() & sides[1].keys()
        if sides[0][name] != sides[1][name]
    }
    if moved:
        yield from _stacks(
            comparison, lambda one: one.id in moved or one.type in _INVOKED
        )


def stacks_that_publish(comparison: Comparison) -> Iterator[Stack]:
    """The other stacks, where a version is new and conditions decide about it."""
    sides = (comparison.before, comparison.after)
    mappings = [side.reading.evaluator.mappings for side in sides]
    # Which row of a mapping a stack takes is not known where its key is not.
    if (
        _has_conditions(comparison)
        and mappings[0] == mappings[1]
        and makes_versions(comparison)
    ):
        functions = comparison.after.reading.references.functions
        yield from _stacks(
            comparison, lambda one: one.id in functions or one.type == _VERSION
        )


def _has_conditions(comparison: Comparison) -> bool:
    return all(
        side.reading.evaluator.conditions and not side.reading.parameter_sets
        for side in (comparison.before, comparison.after)
    )


def _invoked(deployment: Deployment) -> Mapping[str, Counter[tuple[Any, ...]]]:
    """By resource, what its targets can invoke, how often, in which scenarios."""
    invoked: dict[str, Counter[tuple[Any, ...]]] = {}
    for written in deployment.reading.serving_targets:
        for target in written.in_resources(deployment.resources):
            invoked.setdefault(target.resource.id, Counter()).update(
                (one.function, one.qualifier, one.when) for one in target.references
            )
    return invoked


def _stacks(
    comparison: Comparison, concerns: Callable[[Resource], bool]
) -> Iterator[Stack]:
    """The stacks that differ in what decides about some resources.

    Args:
        comparison: the update of the stack that takes the defaults.
        concerns: whether a resource's conditions matter.
    """
    sides = (comparison.before, comparison.after)
    evaluators = [side.reading.evaluator for side in sides]
    names = {
        name
        for side in sides
        for resource in side.resources.values()
        if concerns(resource)
        for name in _conditions(resource)
    }
    asked = asked_by(evaluators, names)
    parameters = comparison.after.parameters
    domains = _domains(parameters, asked)
    defaults = {name: _default(parameters[name]) for name in domains}
    for values in product(*domains.values()):
        chosen = dict(zip(domains, values))
        told = {name: chosen[name] for name in chosen if chosen[name] != defaults[name]}
        if told:
            # By what stands for all other values, only conditions can be judged.
            given = {
                name: value
                for name, value in chosen.items()
                if not isinstance(value, OtherValue)
            }
            facts = frozenset(((PARAMETER, name), told[name]) for name in told)
            choice = Chosen(given, chosen, Scenario(facts))
            yield Stack(ComparisonOfChoice(comparison, choice), choice.when)


def _conditions(resource: Resource) -> Iterable[str]:
    """The conditions that a resource, or what it says, rests on."""
    if resource.condition is not None:
        yield resource.condition
    for argument in arguments(dict(resource.properties), "Fn::If"):
        if isinstance(argument[0], str):
            yield argument[0]


def _domains(
    parameters: Mapping[str, Any], asked: Mapping[str, Any]
) -> dict[str, tuple[str, ...]]:
    """The parameters that conditions ask for, with values that make a difference."""
    domains: dict[str, tuple[str, ...]] = {}
    count = 1
    for name in sorted(asked):
        node = parameters.get(name)
        if not isinstance(node, Mapping):
            continue
        kind = str(node.get("Type"))
        if asked[name].is_open or "List" in kind or "SSM::Parameter" in kind:
            continue
        named = list(asked[name].named)
        allowed = _allowed(node)
        default = _default(node)
        if not allowed and default is None:
            # Its value is unknown.
            continue
        values = (*named, OtherValue(named)) if not allowed else tuple(allowed)
        if default is not None and default not in values:
            values = (default, *values[:-1])
        if count * len(values) <= _MAX_STACKS:
            domains[name] = values
            count *= len(values)
    return domains


def _allowed(parameter: Mapping[str, Any]) -> list[str]:
    values = parameter.get("AllowedValues")
    if not isinstance(values, list):
        return []
    return [text for text in map(scalar_text, values) if text is not None]


def _default(parameter: Mapping[str, Any]) -> str | None:
    return scalar_text(parameter.get("Default"))
