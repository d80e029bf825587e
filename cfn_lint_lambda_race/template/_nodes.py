"""The types of template nodes, and of the values that they evaluate to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeGuard, TypeVar, Union

from cfn_lint_lambda_race.template._scenario import ALWAYS, Scenario
from cfn_lint_lambda_race.template._text import UNKNOWN, Text, token

# A value with more alternatives than this is unknown: reading stays linear.
MAX_ALTERNATIVES = 64
# Parameters and mappings with more choices than this are not enumerated.
MAX_CHOICES = 40
# No generator nests intrinsic functions deeper; a template that does is hostile.
MAX_DEPTH = 48

FUNCTION_TYPES = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})
ALIAS_TYPE = "AWS::Lambda::Alias"
VERSION_TYPE = "AWS::Lambda::Version"
LAYER_TYPES = frozenset({"AWS::Lambda::LayerVersion", "AWS::Serverless::LayerVersion"})

_INTRINSIC = re.compile(r"Fn::\w+$|Ref$")
_SUB_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class _NoValue:
    """``AWS::NoValue``: the property, or the item, is not there."""

    def __repr__(self) -> str:
        return "NO_VALUE"


NO_VALUE = _NoValue()

Value = Union[Text, "list[Value]", "dict[str, Value]", _NoValue]
# What an alternative is known to be: a `Value`, or a `Text` where texts are asked for.
Known = TypeVar("Known", bound=Value, covariant=True)
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Alternative(Generic[Known]):
    """One thing a template value can be.

    ``value`` is a `Text`, a list or an object of values, or `NO_VALUE`; ``when``
    the scenario under which it is so; ``path`` leads from the place that was
    evaluated to the branch that says so.
    """

    value: Known
    when: Scenario = ALWAYS
    path: Path = ()


Alternatives = list[Alternative[Value]]


def is_text(alternative: Alternative[Value]) -> TypeGuard[Alternative[Text]]:
    """Whether an alternative is a text."""
    return isinstance(alternative.value, Text)


@dataclass(frozen=True)
class Branch:
    """A template node as written, reached through conditions.

    Inside a document that is text, or a file, ``path`` stays with the property
    that holds it, and ``inner`` leads on from there.
    """

    node: Any
    path: Path
    when: Scenario
    inner: Path | None = None

    def below(
        self, node: Any, *keys: str | int, when: Scenario | None = None
    ) -> Branch:
        """The branch of a node that the keys lead to from here."""
        when = self.when if when is None else when
        if self.inner is None:
            return Branch(node, (*self.path, *keys), when)
        return Branch(node, self.path, when, (*self.inner, *keys))


@dataclass(frozen=True)
class Resource:
    """A resource of the template; what is malformed reads as absent."""

    id: str
    type: str
    properties: Mapping[Any, Any]
    condition: str | None
    attributes: Mapping[Any, Any]

    @property
    def path(self) -> Path:
        return ("Resources", self.id, "Properties")


def intrinsic(node: Any) -> tuple[str, Any] | tuple[None, None]:
    """The name and the argument of an intrinsic function, or a pair of None."""
    if isinstance(node, Mapping) and len(node) == 1:
        ((name, argument),) = node.items()
        if isinstance(name, str) and _INTRINSIC.match(name):
            return name, argument
    return None, None


def scalar_text(node: Any) -> str | None:
    """The characters of a scalar as CloudFormation passes them on, or None."""
    if isinstance(node, str):
        return str(node)
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, (int, float)):
        try:
            return str(node)
        except ValueError:
            # Python does not write out integers of thousands of digits.
            return None
    return None


def sub_variables(text: str) -> Iterator[re.Match[str]]:
    """The variables of a ``Fn::Sub``: group 1 is what stands between the braces."""
    # Behind the last brace, each `${` would be followed to the text's end in vain.
    return _SUB_VARIABLE.finditer(text, 0, text.rfind("}") + 1)


def unknown(node: Any) -> Text:
    """A token for a node that cannot be evaluated; equal nodes, equal tokens."""
    return token(UNKNOWN, _identity(node))


def _identity(node: Any) -> str:
    try:
        return json.dumps(node, sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError):
        # Keys of mixed types cannot be sorted; deep nodes cannot be walked.
        return f"node {id(node)}"


def mapping(node: Any) -> Mapping[Any, Any]:
    """A node that is a mapping; an empty mapping for any other node."""
    return node if isinstance(node, Mapping) else {}


def at(node: Any, path: Path) -> Any:
    """The node that keys lead to; None where one of them leads nowhere."""
    for step in path:
        node = mapping(node).get(step)
    return node
