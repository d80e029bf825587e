"""The inputs of a template: its parameters, and the properties that they drive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cfn_lint_lambda_race.data import (
    CODE,
    CONFIGURATION,
    operations,
    words_of_inputs,
)
from cfn_lint_lambda_race.template import (
    FUNCTION_TYPES,
    LAYER_TYPES,
    Resource,
    Text,
    Token,
    intrinsic,
)
from cfn_lint_lambda_race.template._names import (
    MAX_OBJECTS,
    names_in,
    objects,
)
from cfn_lint_lambda_race.template._nodes import Value
from cfn_lint_lambda_race.template._text import UNKNOWN
from cfn_lint_lambda_race.update._deployment import Deployment, create_only_properties
from cfn_lint_lambda_race.update._values import ASSET_HASH

# The members of `Code` that do not say which code it is.
_NOT_THE_CODE = frozenset({"S3Bucket", "SourceKMSKeyArn", "ZipFile"})
# A dynamic reference that names a version of its parameter says the same for good.
_PINNED = re.compile(r"\{\{resolve:ssm(-secure)?:[^:{}]+:\d+\}\}")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True)
class Coupling:
    """One input that drives both code and configuration of a function.

    ``code`` and ``configuration`` are the names of the properties that it reaches.
    """

    function: str
    parameter: str
    code: tuple[str, ...]
    configuration: tuple[str, ...]


def words(name: str) -> frozenset[str]:
    """The words of a name in CamelCase, with hyphens or with underscores."""
    parts = [word.lower() for word in _WORD.findall(name)]
    # "sha256" is one word, though it changes from letters to digits.
    joined = [f"{one}{two}" for one, two in pairwise(parts) if two.isdecimal()]
    return frozenset([*parts, *joined])


def changes_with_every_build(name: str) -> bool:
    """Whether a parameter is named like something that every build changes."""
    return bool(words(name) & words_of_inputs()["changes_with_every_build"])


def stays_with_the_stack(name: str) -> bool:
    """Whether a parameter is named like something that differs between stacks."""
    return not changes_with_every_build(name) and bool(
        words(name) & words_of_inputs()["stays_with_the_stack"]
    )


class Inputs:
    """Which parameters reach which properties of one deployment's functions."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self._parameters = deployment.parameters

    def couplings(self, function: Resource) -> Iterator[Coupling]:
        """The inputs that drive both code and configuration of a function."""
        naming = self.reaching(function.properties.get("FunctionName"))
        code = self._code_inputs(function)
        for parameter in sorted(set(code) - naming):
            configuration = tuple(
                row.property
                for row in operations()
                if row.operation == CONFIGURATION
                and not row.is_inert
                and parameter in self.reaching(self._node(function, row.property))
            )
            if configuration:
                yield Coupling(
                    function.id, parameter, tuple(code[parameter]), configuration
                )

    def _code_inputs(self, function: Resource) -> dict[str, list[str]]:
        """By parameter, the properties of the code that it drives."""
        properties: dict[str, list[str]] = {}
        for row in operations():
            if row.operation != CODE:
                continue
            node = self._node(function, row.property)
            for parameter in self.reaching(_members(node)):
                if row.property != "Code" or self._is_build_input(parameter):
                    properties.setdefault(parameter, []).append(row.property)
        return properties

    def changed_by(
        self, function: Resource, any_name: bool
    ) -> dict[str, tuple[str, ...]]:
        """The parameters that deployments are likely to set to new values.

        Args:
            function: the function that they change.
            any_name: take all parameters, but those that are named like something
                that differs between stacks. Else only those that are named like
                something that every build changes.

        Returns:
            By parameter, the properties that it changes. Parameters in the function's
            name are left out: a new name makes another function.
        """
        properties: dict[str, list[str]] = {}
        for row in operations():
            if row.is_inert or row.operation not in (CODE, CONFIGURATION):
                # No version holds it, or nobody sees the difference.
                continue
            node = self._node(function, row.property)
            for name in self.reaching(_members(node)):
                properties.setdefault(name, []).append(row.property)
        naming = self.reaching(function.properties.get("FunctionName"))
        return {
            name: tuple(dict.fromkeys(properties[name]))
            for name in sorted(properties)
            if name not in naming
            and not self._is_limited(name)
            and not ASSET_HASH.search(name)
            and (
                not stays_with_the_stack(name)
                if any_name
                else changes_with_every_build(name)
            )
        }

    def is_secret(self, name: str) -> bool:
        """Whether CloudFormation hides the value of a parameter (``NoEcho``)."""
        parameter = self._parameters.get(name)
        no_echo = parameter.get("NoEcho") if isinstance(parameter, Mapping) else None
        return str(no_echo).lower() == "true"

    def rests_on_a_build(self, node: Any) -> bool:
        """Whether a node depends on a parameter that every build may change."""
        return any(map(self._is_build_input, self.reaching(node)))

    def _node(self, function: Resource, name: str) -> Any:
        return self.deployment.written(function, name)

    def _is_build_input(self, name: str) -> bool:
        return changes_with_every_build(name) and not self._is_limited(name)

    def _is_limited(self, name: str) -> bool:
        parameter = self._parameters.get(name)
        return isinstance(parameter, Mapping) and "AllowedValues" in parameter

    def may_change(self, node: Any) -> bool:
        """Whether a deployment of the same text can change the value of a node.

        A parameter can, unless it has `AllowedValues` or is named like something that
        differs between stacks; and anything else that only the deployment knows.
        """
        if any(
            not self._is_limited(name) and not stays_with_the_stack(name)
            for name in self.reaching(node)
        ):
            return True
        if node is None:
            return False
        # Defaults would hide the branches that another value takes.
        evaluator = self.deployment.of_any_choice.reading.evaluator
        return any(self._is_open(one.value) for one in evaluator.evaluate(node))

    def may_be_replaced(self, resource: Resource) -> bool:
        """Whether a deployment of the same text can replace a resource.

        That is, whether a create-only property of it may change. Asks one template;
        what an update from one template to another certainly replaces is asked of
        the two: `Comparison.is_replaced`.
        """
        if any(str(name).startswith("Fn::") for name in resource.properties):
            # A transform or a loop may write any of them.
            return True
        names = {steps[0] for steps in create_only_properties(resource.type)}
        return any(
            self.may_change(resource.properties[name])
            for name in names & resource.properties.keys()
        )

    def _is_open(self, value: Value) -> bool:
        """Whether an evaluated value depends on what only the deployment knows."""
        if isinstance(value, Text):
            return any(self._is_open_token(token) for token in value.tokens)
        if isinstance(value, dict):
            # An intrinsic function beside other keys is a transform, whose output is
            # unknown.
            return any(
                key.startswith("Fn::") or self._is_open(below)
                for key, below in value.items()
            )
        return isinstance(value, list) and any(map(self._is_open, value))

    def _is_open_token(self, token: Token) -> bool:
        if token.kind == UNKNOWN:
            return not _PINNED.fullmatch(token.name)
        resource = self.deployment.resources.get(token.name)
        return resource is not None and resource.type not in FUNCTION_TYPES

    def is_looked_up(self, node: Any) -> bool:
        """Whether a node's value depends on parameters or mappings."""
        return bool(self.reaching(node)) or any(
            "Fn::FindInMap" in below for below in objects(node)
        )

    def awaits_build(self, node: Any) -> bool:
        """Whether a node depends on a build's parameter that is given no value here.

        A default of it stands for a deployment without a build.
        """
        given = self.deployment.reading.parameter_sets
        return any(
            self._is_build_input(name) and not any(name in one for one in given)
            for name in self.reaching(node)
        )

    def rests_on_the_deployment(self, node: Any) -> bool:
        """Whether a node depends on a parameter that any deployment may change."""
        return any(
            self._is_build_input(name) or self.deployment.parameter(name) is None
            for name in self.reaching(node)
        )

    def reaching(self, node: Any) -> set[str]:
        """The parameters that a node's value depends on, directly or indirectly.

        Args:
            node: a value of the template, intrinsics in long form.

        Returns:
            Their names. Counted are also those behind conditions, and behind the
            stack's own layers, since a new layer version has a new ARN.
        """
        parameters: set[str] = set()
        seen: set[str] = set()
        pending = [node]
        for _ in range(MAX_OBJECTS):
            if not pending:
                break
            node = pending.pop()
            if isinstance(node, list):
                pending.extend(node)
            if not isinstance(node, Mapping):
                continue
            pending.extend(node.values())
            for name in names_in(node):
                if name in seen:
                    continue
                seen.add(name)
                if name in self._parameters:
                    parameters.add(name)
                pending.append(self._behind(name))
        return parameters

    def _behind(self, name: str) -> Any:
        """What a condition, or a layer of the stack, is made of."""
        condition = self.deployment.reading.evaluator.conditions.get(name)
        resource = self.deployment.resources.get(name)
        layer = (
            resource.properties if resource and resource.type in LAYER_TYPES else None
        )
        return [condition, layer]


def _members(node: Any) -> list[Any]:
    """The parts of a property from every branch; of ``Code`` what says which it is."""
    members: list[Any] = []
    pending = [node]
    for _ in range(MAX_OBJECTS):
        if not pending:
            break
        node = pending.pop()
        name, argument = intrinsic(node)
        if name == "Fn::If" and isinstance(argument, list) and argument:
            members.append({"Condition": argument[0]})
            pending.extend(argument[1:])
        elif name is None and isinstance(node, Mapping):
            members.extend(node[key] for key in node if key not in _NOT_THE_CODE)
        else:
            members.append(node)
    return members
