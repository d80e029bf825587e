"""How values are written in a template: in block or flow style, in YAML or JSON.

Knows the habits of a file, and no positions in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias

import yaml
from yaml.nodes import ScalarNode

# JSON, with intrinsic functions in their long form.
Node: TypeAlias = (
    "bool | int | float | str | Sequence[Node] | Mapping[str, Node] | None"
)

# The length of a list that `!If` and the like have on their line.
_CALL = 60
STRING = "tag:yaml.org,2002:str"
_SHORT_NAME = re.compile(r"Fn::([A-Za-z0-9]+)")
# What a scalar without quotes may begin with and may not contain; stricter than YAML.
_PLAIN = re.compile(r"[A-Za-z0-9_./$+(~^\u00a1-\ud7ff](?:.*[^\s:])?\Z")
_NOT_PLAIN = re.compile(r": |:\t|\s#|\t")
_NOT_PLAIN_IN_FLOW = re.compile(r"[,\[\]{}?:#]")
# What a double-quoted scalar escapes: what YAML's readers refuse or take for a break.
_ESCAPED = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_RESOLVER = yaml.SafeLoader("")


class EditError(Exception):
    """The text cannot be edited so; the message is a plain reason."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a value is written; `quote` is empty where quotes are only for need."""

    quote: str = ""
    is_flow: bool = False
    is_json: bool = False
    # None: as the file mostly does.
    is_short: bool | None = None
    # As behind a short tag, where hardly anybody writes quotes that are not needed.
    is_bare: bool = False
    colon: str = ": "
    comma: str = ", "
    # What stands inside of braces and brackets, as in `{ a: b }`.
    padding: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A value in block style: what stands behind its key, and the lines below."""

    head: str
    lines: Sequence[str] = ()
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes values by the habits of one file.

    `step_width` and `dash_width` are how much deeper a mapping and a list stand below
    their key, `flow_step` is what indents JSON; `quote` is for what needs quotes,
    `key_quote` and `value_quote` for what needs none, and mostly empty.
    """

    is_json: bool
    newline: str
    step_width: int
    dash_width: int
    flow_step: str
    quote: str
    key_quote: str
    value_quote: str
    has_short_tags: bool

    def depth(self, block: Block) -> int:
        """How much deeper than its key a block stands."""
        return self.dash_width if block.is_list else self.step_width

    def block(self, value: Node, style: Style) -> Block:
        """A value in block style, as far as it is a collection or has many lines."""
        if isinstance(value, str):
            literal = _literal(value)
            if literal and style.quote not in ("'", '"'):
                return literal
            return Block(self.scalar(value, style))
        if isinstance(value, Mapping):
            short = self._short(value, style)
            if short is not None:
                name, inner = short
                if isinstance(inner, str):
                    block = self.block(inner, replace(style, is_bare=True))
                else:
                    flow = self.flow(inner, Style(is_flow=True), None)
                    # A short call stays on its line, as people write it.
                    is_call = isinstance(inner, list | tuple) and len(flow) <= _CALL
                    block = Block(flow) if is_call else self.block(inner, Style())
                head = f"!{name} {block.head}".rstrip(" ")
                return replace(block, head=head)
            if value:
                lines = []
                for name, item in value.items():
                    # The quotes of a text do not say how others are written.
                    lines += self.entry(name, item, replace(style, is_short=None))
                    style = Style()
                return Block("", lines)
            return Block("{}")
        if isinstance(value, list | tuple):
            lines = [line for item in value for line in self.item(item)]
            return Block("", lines, is_list=True) if lines else Block("[]")
        return Block(_constant(value))

    def entry(self, name: str, value: Node, style: Style | None = None) -> list[str]:
        """The lines of a key and its value."""
        is_function = is_intrinsic(name) and isinstance(value, str)
        block = self.block(value, style if style and is_function else Style())
        head = f" {block.head}" if block.head else ""
        return [
            f"{self.key(name, Style())}:{head}",
            *indented(block.lines, self.depth(block)),
        ]

    def item(self, value: Node) -> list[str]:
        """The lines of a list's item."""
        block = self.block(value, Style())
        first, *others = [block.head, *block.lines] if block.head else block.lines
        return [f"- {first}", *indented(others, 2)]

    def _short(
        self, value: Mapping[str, Node], style: Style
    ) -> tuple[str, Node] | None:
        """The name and value of an intrinsic function that gets a short tag."""
        if style.is_json or len(value) != 1:
            return None
        if not (self.has_short_tags if style.is_short is None else style.is_short):
            return None
        ((name, inner),) = value.items()
        short = short_name(name)
        if short is None:
            return None
        if name == "Fn::GetAtt":
            if (
                not isinstance(inner, list | tuple)
                or len(inner) != 2
                or not all(isinstance(part, str) and part for part in inner)
                or "." in str(inner[0])
            ):
                return None
            return short, f"{inner[0]}.{inner[1]}"
        if isinstance(inner, str):
            return short, inner
        if isinstance(inner, Mapping):
            # A tag cannot follow a tag.
            is_tagged = self._short(inner, replace(style, is_short=None)) is not None
            return None if is_tagged or not inner else (short, inner)
        if isinstance(inner, Sequence) and inner:
            return short, inner
        return None

    def flow(self, value: Node, style: Style, indent: str | None) -> str:
        """A value in flow style; on lines of its own where `indent` is given."""
        if isinstance(value, str):
            return self.scalar(value, style)
        if not isinstance(value, Mapping | list | tuple):
            return _constant(value)
        if isinstance(value, Mapping):
            short = self._short(value, style)
            if short is not None:
                name, inner = short
                below = replace(style, is_short=None, is_bare=isinstance(inner, str))
                return f"!{name} {self.flow(inner, below, None)}"
            opening, closing = "{", "}"
        else:
            opening, closing = "[", "]"
        if not value:
            return opening + closing
        if not style.is_json or not self.is_json:
            indent = None
        deeper = None if indent is None else indent + self.flow_step
        if isinstance(value, Mapping):
            text = self.flow_entries(value, style, deeper)
        else:
            quote = '"' if style.is_json else ""
            inner_style = replace(style, is_short=None, quote=quote)
            text = self._between(style, deeper).join(
                self.flow(item, inner_style, deeper) for item in value
            )
        if deeper is None:
            return f"{opening}{style.padding}{text}{style.padding}{closing}"
        newline = self.newline
        return f"{opening}{newline}{deeper}{text}{newline}{indent}{closing}"

    def flow_entries(
        self, items: Mapping[str, Node], style: Style, indent: str | None, gap: int = 0
    ) -> str:
        """The entries of a mapping in flow style, `gap` blank lines apart."""
        quote = '"' if style.is_json else ""
        style = replace(style, is_short=None, quote=quote)
        return self._between(style, indent, gap).join(
            self.key(name, style) + style.colon + self.flow(value, style, indent)
            for name, value in items.items()
        )

    def _between(self, style: Style, indent: str | None, gap: int = 0) -> str:
        if indent is None:
            return style.comma
        return "," + self.newline * (gap + 1) + indent

    def key(self, text: str, style: Style) -> str:
        """A string that is a key."""
        return self.scalar(text, style, self.key_quote)

    def scalar(self, text: str, style: Style, usual: str | None = None) -> str:
        """A string, in quotes where the style has them or YAML needs them.

        `usual` are the quotes that the file has where none are needed.
        """
        if style.is_json:
            return _double_quoted(text)
        if usual is None:
            usual = "" if style.is_bare else self.value_quote
        quote = style.quote or usual
        if not quote:
            if _is_plain(text, style.is_flow):
                return text
            quote = self.quote
        if quote == "'" and not _ESCAPED.search(text):
            return "'" + text.replace("'", "''") + "'"
        return _double_quoted(text)


def short_name(name: str) -> str | None:
    """The tag for an intrinsic function's long name; None where it has none."""
    if name == "Ref":
        return name
    match = _SHORT_NAME.fullmatch(name)
    return match[1] if match else None


def is_intrinsic(name: str) -> bool:
    return name == "Ref" or name.startswith("Fn::")


def indented(lines: Iterable[str], width: int) -> list[str]:
    return [" " * width + line if line else line for line in lines]


def _constant(value: Any) -> str:
    """A value that is neither a text nor a collection.

    YAML reads dates where JSON has none.
    """
    if isinstance(value, date):
        return value.isoformat()
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise EditError("there is a value that JSON does not have") from None
    if isinstance(value, float) and "e" in text:
        # YAML wants a point and a sign.
        mantissa, _, exponent = text.partition("e")
        if "." not in mantissa:
            mantissa += ".0"
        if exponent[0] not in "+-":
            exponent = f"+{exponent}"
        return f"{mantissa}e{exponent}"
    return text


def _is_plain(text: str, is_flow: bool) -> bool:
    """Whether YAML reads a text without quotes as that very string."""
    if not _PLAIN.match(text) or _NOT_PLAIN.search(text) or _ESCAPED.search(text):
        return False
    if text[-1].isspace() or text.lower() in ("y", "n") or text.startswith(("...",)):
        return False
    if is_flow and _NOT_PLAIN_IN_FLOW.search(text):
        return False
    resolved: str = _RESOLVER.resolve(ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    if resolved != STRING:
        return False
    try:
        float(text.replace("_", ""))
    except ValueError:
        return not re.fullmatch(r"0[box][0-9a-fA-F_]+", text)
    return False


def _double_quoted(text: str) -> str:
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(short.get(c) or _escape(c) for c in text) + '"'


def _escape(character: str) -> str:
    if _ESCAPED.match(character):
        return f"\\u{ord(character):04x}"
    return character


def _literal(text: str) -> Block | None:
    """A text of several lines as a literal block; None where that would change it."""
    body = text[:-1] if text.endswith("\n") else text
    lines = body.split("\n")
    if "\n" not in text or _ESCAPED.search(body.replace("\n", "")):
        return None
    if not lines[0] or not lines[-1] or lines[0][0] == " ":
        return None
    if any(line and not line.strip() for line in lines):
        return None
    return Block("|" if text.endswith("\n") else "|-", lines)
