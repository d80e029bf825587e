"""Edits of a template's text, at the positions of its nodes.

Whatever is not edited stays byte for byte: nothing is parsed and written anew. What is
written takes the style of the file: its indentation and quotes, ``!Ref`` or ``Ref:``,
flow or block, JSON or YAML, its line ends and the blank lines between resources.

Nothing here knows what a template means.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Union

import yaml

Path = Sequence[Union[str, int]]
# JSON, with intrinsics in their long form: ``{"Ref": "Orders"}``.
Node = Union[None, bool, int, float, str, list["Node"], dict[str, "Node"]]

_BOM = "\ufeff"
_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"
# The intrinsics that have a short form which decodes to the long form, whatever they
# hold. `Condition` is left out: outside of conditions it is an attribute.
_SHORT = {
    "Ref",
    *(
        f"Fn::{name}"
        for name in (
            *("And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If"),
            *("ImportValue", "Join", "Length", "Not", "Or", "Select", "Split", "Sub"),
            "ToJsonString",
        )
    ),
}
_COMMENT_LINE = re.compile(r"[ \t]*#")
_NOTHING_BUT_A_COMMENT = re.compile(r"[ \t]*(#[^\r\n]*)?")


class EditError(Exception):
    """The text cannot be edited there; the message says why, in plain words."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The text to stand in the place of the characters from ``start`` to ``end``."""

    start: int
    end: int
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after some edits, all of which say positions of the text before.

    Insertions at one place come in the order given.

    Raises:
        EditError: two edits overlap.
    """
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < done:
            raise EditError("two edits touch the same place")
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*parts, text[done:]])


class Document:
    """The text of a template and the positions of what it says.

    Paths are cfn-lint's: keys and indexes from the top, intrinsics in their long form
    also where the text has the short one (``["Outputs", "Arn", "Value", "Ref"]``).
    """

    def __init__(self, text: str) -> None:
        """Find the positions.

        Raises:
            EditError: the text is no YAML or JSON of one document with unique keys.
        """
        self.text = text
        try:
            # cfn-lint takes tabs in JSON, which YAML refuses; a space is as long.
            root = yaml.compose(text.replace("\t", " "), Loader=_loader(text))
        except (yaml.YAMLError, RecursionError) as error:
            problem = getattr(error, "problem", None) or "it cannot be read"
            raise EditError(f"it is neither YAML nor JSON: {problem}") from error
        if not isinstance(root, yaml.MappingNode):
            raise EditError("it is no template: there are no keys at its top")
        self._root = root
        self._shared = _shared(root)
        self._style = _Style(text, root)

    def replace(self, path: Path, value: Node) -> Edit:
        """Put another value in the place of the one at a path.

        Raises:
            EditError: there is none, or the edit would change other places too.
        """
        node = self._at(path)
        self._check_whole(node)
        if path and isinstance(path[-1], str) and _long_name(node.tag) == path[-1]:
            # What a short form holds is a node with its tag.
            return self.replace(path[:-1], {path[-1]: value})
        if path and isinstance(path[-1], int):
            self._check_items(path[:-1])
        start, end = node.start_mark.index, self._end(node)
        if self._is_flow(path[:-1]):
            quotes = self._quotes(path[:-1])
            column = self._indent(start) if self._style.has_lines else None
            return Edit(start, end, self._style.flow(value, quotes, column))
        inline = self._style.inline(value)
        before = self.text[:start].rstrip(" \t\r\n")
        # A comment between the key and its value stays, with the value behind it.
        bare = before[-1:] in (":", "-", "?") and not _has_comment(before)
        if inline is not None:
            return (
                Edit(len(before), end, f" {inline}")
                if bare
                else Edit(start, end, inline)
            )
        column = self._child_column(path)
        lines = self._style.block(value, column)
        if before[-1:] == "-" and bare:
            return Edit(start, end, self._lines(lines, column))
        pad = self._style.newline + " " * column
        return Edit(
            len(before) if bare else start, end, pad + self._lines(lines, column)
        )

    def add_keys(
        self, path: Path, items: Mapping[str, Node], after: str | None = None
    ) -> Edit:
        """Add keys to the mapping at a path, last or behind a key that it has.

        Where nothing is at the path, or nothing but its key, the mapping is made.

        Raises:
            EditError: there is something else, or the edit would change other places.
        """
        node = self._find(path)
        if node is None:
            return self.add_keys(path[:-1], {str(path[-1]): dict(items)}, after)
        if node.tag == _NULL:
            return self._fill(path, node, dict(items))
        if not isinstance(node, yaml.MappingNode) or _long_name(node.tag):
            raise EditError(f"{_shown(path)} is no mapping")
        if not node.value:
            return self._replace_empty(path, node, dict(items))
        for key, _ in node.value:
            if key.value in items:
                raise EditError(f"{_shown(path)} has {key.value} already")
        neighbour = node.value[-1]
        for pair in node.value:
            if pair[0].value == after:
                neighbour = pair
        if node.flow_style:
            quotes = self._quotes(path)
            column = self._own_line_column(node.value[0][0])
            texts = [
                self._style.flow_pair(key, value, quotes, column)
                for key, value in items.items()
            ]
            return self._insert_flow(neighbour[1], texts, column)
        column = self._mapping_column(node)
        lines = [
            line
            for key, value in items.items()
            for line in self._style.pair(key, value, column)
        ]
        return self._insert_block(neighbour[1], lines, column)

    def append(self, path: Path, value: Node) -> Edit:
        """Add a value at the end of the list at a path.

        Raises:
            EditError: there is no list, or the edit would change other places too.
        """
        node = self._at(path)
        if not isinstance(node, yaml.SequenceNode):
            raise EditError(f"{_shown(path)} is no list")
        if not node.value:
            return self._replace_empty(path, node, [value])
        if node.flow_style:
            column = self._own_line_column(node.value[0])
            quotes = self._quotes(path)
            return self._insert_flow(
                node.value[-1], [self._style.flow(value, quotes, column)], column
            )
        dash = self.text.rfind("-", 0, node.value[0].start_mark.index)
        column = dash - self._line_start(dash)
        return self._insert_block(
            node.value[-1], self._style.item(value, column), column
        )

    def rename_key(self, path: Path, name: str) -> Edit:
        """Give the key at a path another name.

        Raises:
            EditError: there is no such key, or the edit would change other places too.
        """
        key, _ = self._pair(path)
        quote = self.text[key.start_mark.index]
        text = self._style.scalar(name, flow=True)
        if quote in "\"'":
            text = _quoted(name, quote)
        return Edit(key.start_mark.index, key.end_mark.index, text)

    def remove(self, path: Path) -> Edit:
        """Take away what is at a path, with its key; a collection may become empty.

        Raises:
            EditError: there is nothing, or the edit would change other places too.
        """
        parent = self._at(path[:-1])
        if not isinstance(parent, yaml.CollectionNode):
            raise EditError(f"there is nothing at {_shown(path)}")
        if isinstance(path[-1], int):
            self._check_items(path[:-1])
            self._at(path)
            starts = [item.start_mark.index for item in parent.value]
            ends = [self._end(item) for item in parent.value]
            here = path[-1]
            values = [*parent.value]
        else:
            pair = self._pair(path)
            starts = [key.start_mark.index for key, _ in parent.value]
            ends = [self._end(value) for _, value in parent.value]
            here = next(i for i, found in enumerate(parent.value) if found is pair)
            values = [value for _, value in parent.value]
        self._check_whole(values[here])
        if len(values) == 1:
            empty: Node = [] if isinstance(parent, yaml.SequenceNode) else {}
            return self.replace(path[:-1], empty)
        if parent.flow_style:
            if here:
                return Edit(ends[here - 1], ends[here], "")
            return Edit(starts[0], starts[1], "")
        if isinstance(path[-1], int):
            starts = [self.text.rfind("-", 0, start) for start in starts]
        start = starts[here]
        line = self._line_start(start)
        if self.text[line:start].strip():
            # The first key behind a dash: the next one takes its place.
            return Edit(start, starts[here + 1], "")
        end = self._next_line(self._line_end(ends[here]))
        # Spaces of a blank line would belong to a block scalar that stands before.
        blank = re.compile(r"(?:[ \t]*\r?\n)*").match(self.text, end)
        assert blank is not None
        breaks = re.sub(r"[ \t]", "", blank[0])
        return Edit(line, blank.end(), breaks)

    def add_resources(self, behind: str, resources: Mapping[str, Node]) -> Edit:
        """Add resources behind another one.

        Raises:
            EditError: there is none, or the edit would change other places too.
        """
        path = ["Resources"]
        node = self._at(path)
        here, neighbour = self._pair([*path, behind])
        assert isinstance(node, yaml.MappingNode)  # since it has a key
        if node.flow_style:
            return self.add_keys(path, resources, after=behind)
        column = self._mapping_column(node)
        blank = self._blank_lines(node, here)
        lines: list[str] = []
        for name, body in resources.items():
            lines += [""] * blank + self._style.pair(name, body, column)
        return self._insert_block(neighbour, lines, column)

    # Positions

    def _find(self, path: Path) -> yaml.Node | None:
        """The node at a path; None where its last key is missing."""
        node: yaml.Node = self._root
        for depth, key in enumerate(path):
            if id(node) in self._shared:
                raise EditError(
                    f"{_shown(path[:depth])} has an anchor: an edit there would "
                    "change all its uses"
                )
            name = _long_name(node.tag)
            if name and not _is_inside(path, depth, name):
                if key != name:
                    return None
                continue
            child = _child(node, key)
            if child is None:
                if isinstance(node, yaml.MappingNode) and _merges(node):
                    raise EditError(
                        f"{_shown(path[:depth])} has a merge key, so {key} may stand "
                        "elsewhere"
                    )
                if depth == len(path) - 1:
                    return None
                raise EditError(f"there is nothing at {_shown(path[: depth + 1])}")
            node = child
        if id(node) in self._shared:
            raise EditError(
                f"{_shown(path)} has an anchor: an edit there would change all its uses"
            )
        return node

    def _at(self, path: Path) -> yaml.Node:
        node = self._find(path)
        if node is None:
            raise EditError(f"there is nothing at {_shown(path)}")
        return node

    def _pair(self, path: Path) -> tuple[yaml.Node, yaml.Node]:
        """The key and the value at a path that ends in a key."""
        parent = self._at(path[:-1])
        if isinstance(parent, yaml.MappingNode) and not _long_name(parent.tag):
            for pair in parent.value:
                if pair[0].value == path[-1]:
                    self._check_whole(pair[1])
                    found: tuple[yaml.Node, yaml.Node] = pair
                    return found
        raise EditError(f"there is no key at {_shown(path)}")

    def _check_whole(self, node: yaml.Node) -> None:
        """Refuse a node that holds an anchor which is used elsewhere."""
        if any(id(inner) in self._shared for inner in _nodes(node)):
            raise EditError("what stands there has an anchor that is used elsewhere")

    def _check_items(self, path: Path) -> None:
        """Refuse the parts of ``!GetAtt A.B``, which are no nodes of their own."""
        if not isinstance(self._at(path), yaml.SequenceNode):
            raise EditError(f"{_shown(path)} is no list")

    def _end(self, node: yaml.Node) -> int:
        """Where a node ends; a block collection ends where its last leaf does."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            header = self.text[start : self._line_end(start)]
            if "+" not in header.partition("#")[0]:
                # The blank lines behind it are none of its text.
                end = len(self.text[:end].rstrip("\r\n \t"))
        return int(end)

    def _line_start(self, index: int) -> int:
        start = self.text.rfind("\n", 0, index) + 1
        return start or int(self.text.startswith(_BOM))

    def _indent(self, index: int) -> int:
        """By how much the line is indented."""
        line = self.text[self._line_start(index) : self._line_end(index)]
        return len(line) - len(line.lstrip(" \t"))

    def _line_end(self, index: int) -> int:
        """Where the line ends, before its line break."""
        end = self.text.find("\n", index)
        if end < 0:
            return len(self.text)
        return end - 1 if end > index and self.text[end - 1] == "\r" else end

    def _next_line(self, end: int) -> int:
        return end + len(self._style.newline) if end < len(self.text) else end

    def _mapping_column(self, node: yaml.MappingNode) -> int:
        key = node.value[0][0].start_mark.index
        if self.text[:key].rstrip().endswith("?"):
            key = self.text.rfind("?", 0, key)
        return int(key - self._line_start(key))

    def _own_line_column(self, node: yaml.Node) -> int | None:
        """The column of a node that begins its line; None where it doesn't."""
        start = node.start_mark.index
        line = self._line_start(start)
        return start - line if not self.text[line:start].strip() else None

    def _child_column(self, path: Path) -> int:
        """The column of what stands below a key or behind a dash, in a block."""
        parent = self._at(path[:-1])
        if isinstance(parent, yaml.SequenceNode):
            start = self._at(path).start_mark.index
            return int(start - self._line_start(start))
        if not isinstance(parent, yaml.MappingNode):
            return self._style.step
        return self._mapping_column(parent) + self._style.step

    def _is_flow(self, path: Path) -> bool:
        """Whether what stands at a path stands in braces or brackets."""
        return any(
            isinstance(node, yaml.CollectionNode) and bool(node.flow_style)
            for node in self._along(path)
        )

    def _along(self, path: Path) -> Iterator[yaml.Node]:
        for depth in range(len(path) + 1):
            node = self._find(path[:depth])
            if node is not None:
                yield node

    def _quotes(self, path: Path) -> bool:
        """Whether all texts there are in double quotes, as in JSON."""
        if self._style.is_json:
            return True
        node = self._find(path)
        if isinstance(node, yaml.MappingNode) and node.value:
            return self.text[node.value[0][0].start_mark.index] == '"'
        return False

    def _blank_lines(self, node: yaml.MappingNode, key: yaml.Node) -> int:
        """How many blank lines stand before a resource, or before the second one."""
        keys = [found for found, _ in node.value]
        here = keys.index(key)
        if here == 0 and len(keys) > 1:
            here = 1
        if here == 0:
            return 1 if self._style.has_blank_lines else 0
        before = self._end(node.value[here - 1][1])
        between = self.text[before : keys[here].start_mark.index]
        lines = between.split("\n")[1:-1]
        return sum(not line.strip() for line in lines)

    # Insertions

    def _fill(self, path: Path, node: yaml.Node, value: Node) -> Edit:
        """Put a value behind a key that has none."""
        if self._is_flow(path[:-1]) or node.start_mark.index != node.end_mark.index:
            return self.replace(path, value)
        key, _ = self._pair(path)
        end = self._line_end(key.end_mark.index)
        column = self._child_column(path)
        lines = self._style.block(value, column)
        pad = self._style.newline + " " * column
        return Edit(end, end, pad + self._lines(lines, column))

    def _replace_empty(self, path: Path, node: yaml.Node, value: Node) -> Edit:
        if not self._style.is_json or not path:
            return self.replace(path, value)
        start = node.start_mark.index
        column = self._indent(start) if self._style.has_lines else None
        return Edit(start, node.end_mark.index, self._style.flow(value, True, column))

    def _insert_block(
        self, neighbour: yaml.Node, lines: Sequence[str], column: int
    ) -> Edit:
        """Add lines behind a node of a block, and behind its own comments."""
        newline = self._style.newline
        end = self._end(neighbour)
        if self.text[end - 1] == "\n":
            # Behind a block scalar that keeps its last line breaks.
            text = "".join(
                (" " * column + line if line else "") + newline for line in lines
            )
            return Edit(end, end, text)
        end = place = self._line_end(end)
        while end < len(self.text):
            start = self._next_line(end)
            end = self._line_end(start)
            line = self.text[start:end]
            if not line.strip() and end < len(self.text):
                continue
            indent = len(line) - len(line.lstrip(" "))
            if not _COMMENT_LINE.match(line) or indent <= column:
                break
            place = end
        text = "".join(
            newline + (" " * column + line if line else "") for line in lines
        )
        return Edit(place, place, text)

    def _insert_flow(
        self, neighbour: yaml.Node, texts: Sequence[str], column: int | None
    ) -> Edit:
        """Add items behind one of those in braces or brackets."""
        end = self._end(neighbour)
        if column is None:
            separator = self._style.separator
            return Edit(end, end, "".join(separator + text for text in texts))
        newline = self._style.newline + " " * column
        joined = f",{newline}".join(texts)
        rest = self.text[end : self._line_end(end)]
        if self._style.is_json or not rest.strip():
            return Edit(end, end, f",{newline}{joined}")
        # A comment of the line, and a comma that is there already, stay on the line.
        has_comma = rest.lstrip().startswith(",")
        after = rest.lstrip()[1:] if has_comma else rest
        if not _NOTHING_BUT_A_COMMENT.fullmatch(after):
            return Edit(end, end, f",{newline}{joined}")
        tail = "," if has_comma else ""
        kept = rest if has_comma else "," + rest
        return Edit(end, end + len(rest), f"{kept}{newline}{joined}{tail}")

    def _lines(self, lines: Sequence[str], column: int) -> str:
        """Lines as one text, the first of which stands where it is put."""
        return (self._style.newline + " " * column).join(lines)


class _Style:
    """How a file writes what it says."""

    def __init__(self, text: str, root: yaml.MappingNode) -> None:
        self.is_json = bool(root.flow_style)
        self.has_lines = "\n" in text.strip()
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.step, self.dash = _indentation(root)
        self.has_blank_lines = bool(re.search(r"\n[ \t]*\r?\n", text.strip()))
        self.has_short_forms = not self.is_json and _prefers_short_forms(root)
        self.quote = '"' if text.count('"') >= text.count("'") else "'"
        spaced = re.search(r'[\]}"\w](,[ \t]*)["\w{\[]', text)
        self.separator = spaced[1] if self.is_json and spaced else ", "
        colon = re.search(r'"([ \t]*:[ \t]*)["{\[\w]', text)
        self.colon = colon[1] if self.is_json and colon else ": "

    def block(self, value: Node, column: int) -> list[str]:
        """A value as lines that begin at a column, without the indentation."""
        inline = self.inline(value)
        if inline is not None:
            return [inline]
        if isinstance(value, dict):
            return [
                line
                for key, inner in value.items()
                for line in self.pair(key, inner, column)
            ]
        assert isinstance(value, list)
        return [line for inner in value for line in self.item(inner, column)]

    def pair(self, key: str, value: Node, column: int) -> list[str]:
        """A key with its value, as lines of a block mapping."""
        name = self.scalar(key, flow=False)
        inline = self.inline(value)
        if inline is not None:
            return [f"{name}: {inline}"]
        step = self.dash if isinstance(value, list) else self.step
        lines = self.block(value, column + step)
        return [f"{name}:", *(" " * step + line if line else "" for line in lines)]

    def item(self, value: Node, column: int) -> list[str]:
        """A value as lines of a block sequence."""
        first, *others = self.block(value, column + 2)
        return [f"- {first}", *(f"  {line}" for line in others)]

    def inline(self, value: Node) -> str | None:
        """A value that needs no lines of its own; None where it does."""
        if isinstance(value, dict):
            name = self._short_name(value)
            if name is not None or not value:
                return self.flow(value, False)
            return None
        if isinstance(value, list):
            return None if value else "[]"
        return self.scalar(value, flow=False)

    def flow(self, value: Node, quotes: bool, column: int | None = None) -> str:
        """A value as it stands in braces and brackets, and on one line but in JSON."""
        if isinstance(value, (dict, list)):
            name = self._short_name(value) if not quotes else None
            if name is not None:
                assert isinstance(value, dict)
                return self._short(name, value[name])
            inner = column + self.step if column is not None and quotes else None
            return self.collection(value, quotes, inner)
        return (
            json.dumps(value, ensure_ascii=False)
            if quotes
            else self.scalar(value, flow=True)
        )

    def flow_pair(
        self, key: str, value: Node, quotes: bool, column: int | None = None
    ) -> str:
        """A key with its value, as it stands in braces."""
        name = self.flow(key, quotes)
        return f"{name}{self.colon}{self.flow(value, quotes, column)}"

    def collection(self, value: Node, quotes: bool, column: int | None) -> str:
        """A mapping or list in braces or brackets; with a column, on lines there."""
        if isinstance(value, dict):
            left, right = "{", "}"
            parts = [self.flow_pair(*pair, quotes, column) for pair in value.items()]
        else:
            assert isinstance(value, list)
            left, right = "[", "]"
            parts = [self.flow(inner, quotes, column) for inner in value]
        if column is None or not parts:
            return f"{left}{self.separator.join(parts)}{right}"
        pad = self.newline + " " * column
        outer = self.newline + " " * (column - self.step)
        return f"{left}{pad}{f',{pad}'.join(parts)}{outer}{right}"

    def scalar(self, value: Node, *, flow: bool) -> str:
        """A scalar, in quotes where it needs them."""
        if not isinstance(value, str):
            return json.dumps(value)
        if self.is_json:
            return json.dumps(value, ensure_ascii=False)
        if _is_plain(value, flow):
            return value
        return _quoted(value, self.quote)

    def _short_name(self, value: Node) -> str | None:
        """The intrinsic that a value is, where the file writes it in its short form."""
        if not self.has_short_forms or not isinstance(value, dict) or len(value) != 1:
            return None
        ((name, inner),) = value.items()
        if name == "Fn::GetAtt":
            return name if _is_attribute(inner) else None
        # A short form makes a text of any scalar.
        return name if name in _SHORT and isinstance(inner, (str, list, dict)) else None

    def _short(self, name: str, value: Node) -> str:
        tag = "!" + name.removeprefix("Fn::")
        if name == "Fn::GetAtt":
            assert isinstance(value, list)
            value = ".".join(map(str, value))
        if self._short_name(value):
            # A node has one tag, so what is inside is in its long form.
            assert isinstance(value, dict)
            return f"{tag} {self.collection(value, False, None)}"
        return f"{tag} {self.flow(value, False)}"


def _loader(text: str) -> type[yaml.SafeLoader]:
    """The parser in C, where PyYAML has it; a byte order mark shifts its positions."""
    if text.startswith(_BOM):
        return yaml.SafeLoader
    loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return loader


def _shared(root: yaml.Node) -> set[int]:
    """The nodes that stand in more than one place, by an anchor."""
    counted: Counter[int] = Counter()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        counted[id(node)] += 1
        if counted[id(node)] == 1:
            waiting += _children(node)
            if isinstance(node, yaml.MappingNode):
                _check_keys(node)
    return {found for found, count in counted.items() if count > 1}


def _check_keys(node: yaml.MappingNode) -> None:
    """Refuse a mapping that says a key twice, or a key that is no text."""
    seen: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise EditError(f"a key in line {line} is no text")
        if key.tag != _MERGE and key.value in seen:
            lines = f"{seen[key.value]} and {line}"
            raise EditError(f"the key {key.value} stands twice, in lines {lines}")
        seen[key.value] = line


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    """A node and all below it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += _children(node)


def _child(node: yaml.Node, key: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        return node.value[key] if 0 <= key < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        for found, value in node.value:
            if found.value == str(key):
                child: yaml.Node = value
                return child
    return None


def _merges(node: yaml.MappingNode) -> bool:
    return any(key.tag == _MERGE for key, _ in node.value)


def _long_name(tag: str) -> str:
    """The intrinsic that a tag stands for; empty where it stands for none."""
    if not tag.startswith("!") or tag == "!":
        return ""
    name = tag[1:]
    return name if name in ("Ref", "Condition") else f"Fn::{name}"


def _is_inside(path: Path, depth: int, name: str) -> bool:
    """Whether the key before has gone into a short form."""
    return depth > 0 and path[depth - 1] == name


def _has_comment(before: str) -> bool:
    """Whether the last line of a text has a comment."""
    line = before[before.rfind("\n") + 1 :]
    return bool(re.search(r"(^|\s)#", line))


def _indentation(root: yaml.MappingNode) -> tuple[int, int]:
    """By how much a mapping's keys stand to the right, and a list's dashes."""
    steps: Counter[int] = Counter()
    dashes: Counter[int] = Counter()
    for node in _nodes(root):
        if not isinstance(node, yaml.MappingNode):
            continue
        for key, value in node.value:
            if not isinstance(value, yaml.CollectionNode) or not value.value:
                continue
            if value.start_mark.line == key.start_mark.line and not value.flow_style:
                continue
            first = value.value[0]
            if isinstance(value, yaml.MappingNode):
                inner = first[0].start_mark
                if inner.line != key.start_mark.line:
                    steps[inner.column - key.start_mark.column] += 1
            elif not value.flow_style:
                dashes[value.start_mark.column - key.start_mark.column] += 1
    step = next((n for n, _ in steps.most_common() if n > 0), 2)
    dash = next((n for n, _ in dashes.most_common() if n >= 0), step)
    return step, dash


def _prefers_short_forms(root: yaml.Node) -> bool:
    short = long = 0
    for node in _nodes(root):
        short += bool(_long_name(node.tag))
        if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
            long += node.value[0][0].value in _SHORT
    return short >= long


def _is_attribute(value: Node) -> bool:
    """Whether ``!GetAtt`` with one text reads as this value."""
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(isinstance(part, str) for part in value) and "." not in str(value[0])


def _is_plain(value: str, flow: bool) -> bool:
    """Whether a text needs no quotes: YAML then reads the same text."""
    if not value or value != value.strip() or not value.isprintable():
        return False
    try:
        return bool(yaml.safe_load(f"[{value}]" if flow else f"- {value}") == [value])
    except (yaml.YAMLError, ValueError):
        return False


def _quoted(value: str, quote: str) -> str:
    if quote == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)


def _shown(path: Path) -> str:
    return "/".join(map(str, path)) or "the template"
