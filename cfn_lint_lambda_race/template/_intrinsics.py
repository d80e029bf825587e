"""What the intrinsic functions on texts, lists and mappings mean, one by one.

Each takes the evaluator, the function's argument and a scenario, and returns the
alternatives in that scenario: `UNCLEAR` for one that cannot be evaluated, None where
the whole argument cannot. `Ref`, `Fn::GetAtt` and `Fn::If`, which depend on resources,
parameters and conditions, are methods of the evaluator.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from cfn_lint_lambda_race.template._nodes import (
    MAX_ALTERNATIVES,
    MAX_CHOICES,
    Alternative,
    Alternatives,
    Value,
    mapping,
    sub_variables,
    unknown,
)
from cfn_lint_lambda_race.template._scenario import ALWAYS, PARAMETER, Scenario
from cfn_lint_lambda_race.template._text import (
    ALIAS,
    FUNCTION,
    PSEUDO,
    UNKNOWN,
    VERSION,
    Part,
    Text,
    token,
)

# CloudFormation takes templates of 1 MB; JSON within JSON doubles at each level.
MAX_LENGTH = 2 * 1024 * 1024
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:[^{}]*\}\}")

# What an intrinsic function returns for an alternative that it cannot evaluate;
# `Evaluator._evaluate` replaces it by the unknown of the whole node.
UNCLEAR = token(UNKNOWN, "unclear")


class Evaluating(Protocol):
    """What intrinsic functions ask the evaluator."""

    @property
    def mappings(self) -> Mapping[Any, Any]:
        """The mappings of the template."""

    def evaluate(self, node: Any, when: Scenario = ALWAYS) -> Alternatives:
        """What a node can be."""

    def evaluate_list(self, node: list[Any], when: Scenario) -> Alternatives:
        """What a list of nodes can be."""

    def texts(self, node: Any, when: Scenario = ALWAYS) -> list[Alternative[Text]]:
        """What a scalar can be."""


def _sub(evaluator: Evaluating, argument: Any, when: Scenario) -> Alternatives | None:
    variables: Mapping[Any, Any] = {}
    if isinstance(argument, list) and len(argument) == 2:
        argument, variables = argument[0], mapping(argument[1])
    if not isinstance(argument, str):
        return None
    nodes: list[Any] = []
    start = 0
    for match in sub_variables(argument):
        nodes.append(argument[start : match.start()])
        start = match.end()
        name = match[1].strip()
        if name.startswith("!"):
            nodes.append(f"${{{name[1:]}}}")
        elif name in variables:
            nodes.append(variables[name])
        elif "." in name:
            nodes.append({"Fn::GetAtt": name.split(".", 1)})
        else:
            nodes.append({"Ref": name})
    nodes.append(argument[start:])
    return _concatenated(evaluator, nodes, "", when)


def _join(evaluator: Evaluating, argument: Any, when: Scenario) -> Alternatives | None:
    if not isinstance(argument, list) or len(argument) != 2:
        return None
    delimiter, nodes = argument
    if not isinstance(delimiter, str):
        return None
    if isinstance(nodes, list):
        return _concatenated(evaluator, nodes, delimiter, when)
    return [
        Alternative(_joined(items.value, delimiter), items.when)
        for items in evaluator.evaluate(nodes, when)
    ]


def _concatenated(
    evaluator: Evaluating, nodes: list[Any], delimiter: str, when: Scenario
) -> Alternatives | None:
    texts: Alternatives = []
    alternatives = evaluator.evaluate_list(nodes, when)
    if any(isinstance(one.value, Text) for one in alternatives):
        opaque = [_opaque(evaluator, node, when) for node in nodes]
        if all(part == "" or isinstance(part, Text) for part in opaque):
            return None
        alternatives = evaluator.evaluate_list(opaque, when)
    for alternative in alternatives:
        joined = _joined(alternative.value, delimiter)
        texts.append(Alternative(joined, alternative.when))
    return texts


def _opaque(evaluator: Evaluating, node: Any, when: Scenario) -> Any:
    """A part of a text that has too many alternatives: unknown if the part varies.

    A part that names a function, a version or an alias is kept.
    """
    values = evaluator.evaluate(node, when)
    if len(values) < 2 or any(
        token.kind in (ALIAS, FUNCTION, VERSION)
        for one in values
        if isinstance(one.value, Text)
        for token in one.value.tokens
    ):
        return node
    return unknown(node)


def _select(
    evaluator: Evaluating, argument: Any, when: Scenario
) -> Alternatives | None:
    if not isinstance(argument, list) or len(argument) != 2:
        return None
    selected: Alternatives = []
    for index in evaluator.texts(argument[0], when):
        number = _index(str(index.value))
        for items in evaluator.evaluate(argument[1], index.when):
            values = items.value if isinstance(items.value, list) else []
            if number is None or number >= len(values):
                selected.append(Alternative(UNCLEAR, items.when))
            else:
                selected.append(Alternative(values[number], items.when))
    return selected


def _split(evaluator: Evaluating, argument: Any, when: Scenario) -> Alternatives | None:
    if not isinstance(argument, list) or len(argument) != 2:
        return None
    delimiter = argument[0]
    if not isinstance(delimiter, str):
        return None
    lists: Alternatives = []
    for alternative in evaluator.texts(argument[1], when):
        pieces = alternative.value.split(delimiter)
        value: Value = UNCLEAR if pieces is None else list(pieces)
        lists.append(Alternative(value, alternative.when))
    return lists


def _find_in_map(
    evaluator: Evaluating, argument: Any, when: Scenario
) -> Alternatives | None:
    if not isinstance(argument, list) or len(argument) not in (3, 4):
        return None
    default = mapping(argument[3]) if len(argument) == 4 else {}
    values: Alternatives = []
    for name in evaluator.texts(argument[0], when):
        table = evaluator.mappings.get(str(name.value))
        values.extend(_look_up(evaluator, table, argument[1:3], default, name.when))
    return values


def _look_up(
    evaluator: Evaluating,
    table: Any,
    keys: list[Any],
    default: Mapping[Any, Any],
    when: Scenario,
) -> Alternatives:
    if not keys:
        return evaluator.evaluate(table, when)
    values: Alternatives = []
    for key in evaluator.texts(keys[0], when):
        for name, scenario in _keys(key, mapping(table)):
            if name is not None and name in mapping(table):
                values.extend(
                    _look_up(
                        evaluator, mapping(table)[name], keys[1:], default, scenario
                    )
                )
            elif "DefaultValue" in default and name is not None:
                values.extend(evaluator.evaluate(default["DefaultValue"], scenario))
            else:
                values.append(Alternative(UNCLEAR, scenario))
            if len(values) > MAX_ALTERNATIVES:
                return values
    return values


def _keys(
    key: Alternative[Text], table: Mapping[Any, Any]
) -> Iterator[tuple[str | None, Scenario]]:
    """The keys that a text can select; None for one that is unknown.

    Behind a pseudo parameter, each key of the mapping is an alternative.
    """
    pseudo = key.value.token
    if pseudo is not None and pseudo.kind == PSEUDO and len(table) <= MAX_CHOICES:
        for name in table:
            scenario = key.when.given(PARAMETER, pseudo.name, str(name))
            if scenario is not None:
                yield str(name), scenario
        return
    yield key.value.literal, key.when


def _import_value(evaluator: Evaluating, argument: Any, when: Scenario) -> Alternatives:
    return [
        Alternative(unknown({"Fn::ImportValue": str(name.value)}), name.when)
        for name in evaluator.texts(argument, when)
    ]


def _to_json(
    evaluator: Evaluating, argument: Any, when: Scenario
) -> Alternatives | None:
    texts: Alternatives = []
    for alternative in evaluator.evaluate(argument, when):
        parts: list[Part] = []
        length = 0
        for part in _json_parts(alternative.value, argument):
            parts.append(part)
            length += len(part) if isinstance(part, str) else 1
            if length > MAX_LENGTH:
                return None
        texts.append(Alternative(Text.of(*parts), alternative.when))
    return texts


def _length(
    evaluator: Evaluating, argument: Any, when: Scenario
) -> Alternatives | None:
    return [
        Alternative(
            Text.of(str(len(items.value)))
            if isinstance(items.value, list)
            else UNCLEAR,
            items.when,
        )
        for items in evaluator.evaluate(argument, when)
    ]


INTRINSICS: Mapping[str, Callable[[Evaluating, Any, Scenario], Alternatives | None]] = {
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json,
}


def _index(characters: str) -> int | None:
    """The index of a list's item; None where the characters are not one."""
    is_number = characters.isdecimal() and len(characters) < 10
    return int(characters) if is_number else None


def with_dynamic_references(text: Text) -> Text:
    if any("{{resolve:" in part for part in text.parts if isinstance(part, str)):
        return text.replaced(_DYNAMIC_REFERENCE, UNKNOWN)
    return text


def _joined(items: Value, delimiter: str) -> Text:
    parts: list[Part | Text] = []
    if not isinstance(items, list):
        return UNCLEAR
    for index, item in enumerate(items):
        if not isinstance(item, Text):
            return UNCLEAR
        if index:
            parts.append(delimiter)
        parts.append(item)
    return with_dynamic_references(Text.of(*parts))


def _json_parts(value: Value, node: Any) -> Iterator[Part]:
    """The parts of a value's JSON, as CloudFormation writes it: without spaces.

    Tokens stand inside its strings.

    Args:
        value: the value.
        node: what it was evaluated from, which tells numbers from texts.
    """
    if isinstance(value, Text) and value.literal is not None and _is_number(node):
        yield value.literal
    elif isinstance(value, Text):
        yield '"'
        for part in value.parts:
            yield json.dumps(part)[1:-1] if isinstance(part, str) else part
        yield '"'
    elif isinstance(value, list):
        items = node if isinstance(node, list) else []
        items = [item for item in items if item != {"Ref": "AWS::NoValue"}]
        # Items that only some scenarios have make the others move.
        is_whole = len(items) == len(value)
        yield "["
        for index, item in enumerate(value):
            if index:
                yield ","
            yield from _json_parts(item, items[index] if is_whole else None)
        yield "]"
    elif isinstance(value, dict):
        below = {str(key): item for key, item in mapping(node).items()}
        yield "{"
        for index, (key, item) in enumerate(value.items()):
            yield f"{',' if index else ''}{json.dumps(key)}:"
            yield from _json_parts(item, below.get(key))
        yield "}"
    else:
        yield "null"


def _is_number(node: Any) -> bool:
    """Whether JSON has what a node evaluates to without quotes."""
    return isinstance(node, (bool, int, float)) or "Fn::Length" in mapping(node)
