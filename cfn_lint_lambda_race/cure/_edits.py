"""Edits of a template's text at the positions of its nodes, in the file's own style.

Nothing is serialised anew: an edit replaces or inserts the text of what changes, and
every other byte stays. Nothing here knows of Lambda.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeAlias

import yaml
from yaml.nodes import CollectionNode, MappingNode, ScalarNode, SequenceNode

from cfn_lint_lambda_race.cure._writing import (
    STRING,
    EditError,
    Node,
    Style,
    Writer,
    indented,
    is_intrinsic,
    short_name,
)

__all__ = ["Document", "Edit", "EditError", "Node", "Path", "apply"]

# As cfn-lint's paths: keys and indexes, intrinsic functions by their long names, also
# where the text has a short tag.
Path: TypeAlias = Sequence[str | int]
# Far beyond what a template needs, and far from what Python's stack takes.
_MAX_DEPTH = 100
_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"
_ANCHOR = re.compile(r"(?:![^\s&]*\s+)?&")
_COLON = re.compile(r"\s*:")
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*")
_NOTHING_OR_COMMENT = re.compile(r"[ \t]*(?:[ \t]#[^\r\n]*)?\Z")
_COMMA_OR_COMMENT = re.compile(r"[ \t]*(,?)[ \t]*(?:[ \t]#[^\r\n]*)?\Z")
# A text that needs no quotes.
_WORD = re.compile(r"[A-Za-z][\w./:-]*\w")


@dataclass(frozen=True, slots=True)
class Edit:
    """The text from `start` to `end` (offsets into the whole text) becomes `text`."""

    start: int
    end: int
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made at once; raises `EditError` where they overlap.

    What is inserted at one place stands in the order given.
    """
    parts, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise EditError("two edits touch the same place")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


@dataclass(frozen=True, slots=True)
class _Place:
    """A node on a path, and how it got there."""

    node: yaml.Node
    parent: _Place | None = None
    key: yaml.Node | None = None
    index: int = 0
    # Whether the text around the node is in flow style, `{...}` or `[...]`.
    is_flow: bool = False
    # Whether the path went through the node's short tag: the value of `!Sub value`.
    is_inner: bool = False
    # Of `!GetAtt name.attribute`, which has no nodes of its own.
    part: int | None = None


class Document:
    """The text of a template, YAML or JSON, and the edits that change it.

    Offsets count from the start of the text, a byte order mark included. Methods raise
    `EditError` where the text has no such place or an edit there would change another.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._shift = 1 if text.startswith("\ufeff") else 0
        self._body = text[self._shift :]
        self._is_json = _is_json(self._body)
        self._root = _composed(self._body, self._is_json)
        self._newline = _newline(text)
        self._shared: set[int] = set()
        self._blank_lines: int | None = None
        self._writer = self._learned()

    # What callers ask.

    def replace(self, path: Path, value: Node) -> Edit:
        """The node at a path becomes another value."""
        return self._shifted(self._replaced(self._find(path), value))

    def add_keys(
        self, path: Path, items: Mapping[str, Node], after: str | None = None
    ) -> Edit:
        """Keys for the mapping at a path, behind the key `after` if it is there.

        Where the path's last key is missing or has no value, it gets the mapping.
        """
        if not items:
            raise EditError("there is nothing to add")
        *above, last = path or [""]
        if path and isinstance(last, str):
            outer = self._find(above)
            if self._is_mapping(outer) and not self._has_key(outer.node, last):
                return self.add_keys(above, {last: dict(items)}, after)
        return self._shifted(self._with_keys(self._find(path), items, after))

    def append(self, path: Path, value: Node) -> Edit:
        """One more item for the list at a path."""
        place = self._find(path)
        node = place.node
        if _is_null(node) and not place.is_inner:
            return self._shifted(self._replaced(place, [value]))
        if not isinstance(node, SequenceNode) or _is_short(node) is not place.is_inner:
            raise EditError(f"{_words(path)} is not a list")
        self._refuse_shared(node)
        if not node.value:
            return self._shifted(self._replaced(place, [value]))
        end = self._item_end(node, len(node.value) - 1)
        if node.flow_style:
            edit = self._inserted_in_flow(
                node,
                end,
                lambda indent: self._writer.flow(value, self._flow_style(node), indent),
            )
            return self._shifted(edit)
        column = self._dash_column(node)
        return self._shifted(
            self._inserted(node, end, self._writer.item(value), column)
        )

    def rename_key(self, path: Path, name: str) -> Edit:
        """The last key of a path gets another name."""
        place = self._find(path)
        if place.is_inner and place.part is None:
            short = short_name(name)
            if short is None or name == "Fn::GetAtt":
                raise EditError(f"{name} has no short form")
            start = _start(place.node)
            return self._shifted(
                Edit(start, start + len(str(place.node.tag)), f"!{short}")
            )
        if place.key is None or place.parent is None:
            raise EditError(f"{_words(path)} is not a key")
        if self._has_key(place.parent.node, name):
            raise EditError(f"{name} is there already")
        key = place.key
        self._refuse_shared(key)
        flow = place.is_flow
        style = self._flow_style(place.parent.node) if flow else Style()
        style = replace(style, quote=_quote_of(key), is_flow=flow, is_bare=True)
        text = self._writer.scalar(name, style)
        return self._shifted(Edit(_start(key), _end(key), text))

    def remove(self, path: Path) -> Edit:
        """The entry at a path, key and value, goes; its collection stays."""
        place = self._find(path)
        parent = place.parent
        if parent is None or place.is_inner:
            raise EditError(f"{_words(path)} cannot be removed alone")
        collection = parent.node
        entries = self._extents(collection)
        if len(entries) == 1:
            empty: Node = {} if isinstance(collection, MappingNode) else []
            return self._shifted(self._replaced(parent, empty))
        position = place.index
        start, end = entries[position]
        is_last = position + 1 == len(entries)
        if _is_flow(collection):
            if is_last:
                return self._shifted(Edit(entries[position - 1][1], end, ""))
            return self._shifted(Edit(start, entries[position + 1][0], ""))
        line = self._line_start(start)
        if self._body[line:start].strip():
            # Behind the dash of a list's item, so what comes next moves up.
            if is_last:
                raise EditError(f"{_words(path)} cannot be removed alone")
            return self._shifted(Edit(start, entries[position + 1][0], ""))
        stop = self._line_end(end)
        if stop == len(self._body):
            return self._shifted(Edit(len(self._body[:line].rstrip("\r\n")), stop, ""))
        begin = self._next_line(stop)
        blank = _BLANK_LINES.match(self._body, begin)
        assert blank
        # A text of many lines that stands before would take in spaces of blank lines.
        breaks = re.sub(r"[ \t]", "", blank[0])
        if position and self._keeps_breaks(collection.value[position - 1]):
            breaks = ""
        return self._shifted(Edit(line, blank.end(), breaks))

    def keys(self, path: Path) -> list[str]:
        """The keys of the mapping at a path; none where there is no mapping."""
        node = self._find(path).node
        pairs = node.value if isinstance(node, MappingNode) else []
        return [str(key.value) for key, _ in pairs]

    def add_resources(self, behind: str, resources: Mapping[str, Node]) -> Edit:
        """Resources behind the one with a logical ID, as far apart as the others."""
        if not resources:
            raise EditError("there is nothing to add")
        place = self._find(["Resources"])
        self._find(["Resources", behind])
        return self._shifted(
            self._with_keys(place, resources, behind, self._gap(place.node))
        )

    # Where nodes stand.

    def span(self, path: Path) -> Edit:
        """The text of what stands at a path, as the edit that leaves it as it is."""
        node = self._find(path).node
        self._refuse_shared(node)
        shifted = self._shifted(Edit(_start(node), self._content_end(node), ""))
        source = self.text[shifted.start : shifted.end]
        return Edit(shifted.start, shifted.end, source)

    def _find(self, path: Path) -> _Place:
        place = _Place(self._root)
        for count, step in enumerate(path, 1):
            inner = self._step(place, step)
            if inner is None:
                raise EditError(f"there is no {_words(path[:count])}")
            place = inner
        return place

    def _step(self, place: _Place, step: str | int) -> _Place | None:
        node = place.node
        self._refuse_shared(node)
        if _is_short(node) and not place.is_inner:
            if step != _long_name(node):
                return None
            return replace(place, parent=place, is_inner=True)
        is_flow = place.is_flow or _is_flow(node)
        if isinstance(node, MappingNode):
            self._refuse_merge(node)
            for index, (key, value) in enumerate(node.value):
                if isinstance(key, ScalarNode) and key.value == str(step):
                    return _Place(value, place, key, index, is_flow)
        elif isinstance(node, SequenceNode):
            if isinstance(step, int) and 0 <= step < len(node.value):
                return _Place(node.value[step], place, None, step, is_flow)
        elif place.is_inner and node.tag == "!GetAtt" and place.part is None:
            parts = node.value.split(".", 1)
            if isinstance(step, int) and 0 <= step < len(parts):
                return replace(place, part=step)
        return None

    def _is_mapping(self, place: _Place) -> bool:
        node = place.node
        return isinstance(node, MappingNode) and _is_short(node) is place.is_inner

    def _has_key(self, node: yaml.Node, name: str) -> bool:
        assert isinstance(node, MappingNode)
        self._refuse_merge(node)
        return any(key.value == name for key, _ in node.value)

    def _refuse_merge(self, node: MappingNode) -> None:
        if any(key.tag == _MERGE for key, _ in node.value):
            line = node.start_mark.line + 1
            raise EditError(f"the mapping in line {line} has a merge key (<<)")

    def _refuse_shared(self, node: yaml.Node) -> None:
        if id(node) in self._shared or _ANCHOR.match(self._body, _start(node)):
            line = node.start_mark.line + 1
            raise EditError(
                f"line {line} has an anchor, so an edit would change all its uses"
            )

    def _content_end(self, node: yaml.Node) -> int:
        """Where a node's own text ends, without what follows a block collection."""
        if isinstance(node, ScalarNode):
            return (
                self._block_scalar_end(node) if node.style in ("|", ">") else _end(node)
            )
        assert isinstance(node, CollectionNode)
        if node.flow_style or not node.value:
            return _end(node)
        return self._item_end(node, len(node.value) - 1)

    def _item_end(self, node: CollectionNode, index: int) -> int:
        """Where the text of a collection's item ends."""
        item = node.value[index]
        before = _start(node) if index == 0 else 0
        if isinstance(item, tuple):
            key, item = item
            before = self._content_end(key)
        if id(item) in self._shared and self._is_alias(item, node, index):
            mark = r"\s*:\s*(\*[^\s,\]}]+)" if before and index >= 0 else None
            marked = re.compile(mark).match(self._body, before) if mark else None
            if not isinstance(node, MappingNode) or marked is None:
                line = node.start_mark.line + 1
                raise EditError(f"the list in line {line} has an alias")
            return marked.end()
        if _start(item) == _end(item) and isinstance(node, MappingNode):
            # An explicit key without a value has its empty value anywhere.
            colon = _COLON.match(self._body, before)
            return colon.end() if colon else before
        return self._content_end(item)

    def _is_alias(self, item: yaml.Node, node: CollectionNode, index: int) -> bool:
        """Whether a shared node stands in a collection by an alias, `*name`."""
        if _start(item) < _start(node):
            return True
        if isinstance(node, MappingNode):
            return _start(item) < _end(node.value[index][0])
        return any(other is item for other in node.value[:index])

    def _block_scalar_end(self, node: ScalarNode) -> int:
        """Where the last line of a literal or folded scalar ends."""
        start = _start(node)
        text = self._body[start : _end(node)]
        lines = text.splitlines(keepends=True)
        header = lines[0].split("#")[0]
        if "+" not in header:
            filled = [line for line in lines[1:] if line.strip(" \r\n")]
            depth = min((len(x) - len(x.lstrip(" ")) for x in filled), default=10**9)
            while len(lines) > 1:
                last = lines[-1].rstrip("\r\n")
                if last.strip(" ") or len(last) > depth:
                    break
                lines.pop()
        kept = "".join(lines)
        for newline in ("\r\n", "\n", "\r"):
            if kept.endswith(newline):
                return start + len(kept) - len(newline)
        return start + len(kept)

    def _keeps_breaks(self, item: yaml.Node | tuple[yaml.Node, yaml.Node]) -> bool:
        """Whether blank lines behind an entry are part of its last text."""
        leaf = self._last_leaf(item[1] if isinstance(item, tuple) else item)
        return isinstance(leaf, ScalarNode) and leaf.style in ("|", ">")

    def _last_leaf(self, node: yaml.Node) -> yaml.Node:
        while isinstance(node, CollectionNode) and node.value and not node.flow_style:
            last = node.value[-1]
            node = last[1] if isinstance(last, tuple) else last
        return node

    def _extents(self, node: yaml.Node) -> list[tuple[int, int]]:
        """Where each entry of a collection starts and ends."""
        extents = []
        assert isinstance(node, CollectionNode)
        for index, item in enumerate(node.value):
            end = self._item_end(node, index)
            if isinstance(item, tuple):
                start = _start(item[0])
                mark = re.search(r"\?\s+\Z", self._body[max(0, start - 99) : start])
                if mark:
                    start -= len(mark[0])
            elif node.flow_style:
                start = _start(item)
            else:
                start = self._body.rindex("-", 0, max(_start(item), 1))
            extents.append((start, end))
        return extents

    def _key_column(self, node: MappingNode) -> int:
        """The column of a block mapping's keys."""
        start = self._extents_start(node)
        return start - self._line_start(start)

    def _extents_start(self, node: MappingNode) -> int:
        start = _start(node.value[0][0])
        mark = re.search(r"\?[ \t]+\Z", self._body[self._line_start(start) : start])
        return start - len(mark[0]) if mark else start

    def _dash_column(self, node: SequenceNode) -> int:
        """The column of the dashes of a block sequence."""
        start = _start(node)
        mark = re.compile(r"![^\s]*(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r))+[ ]*").match(
            self._body, start
        )
        at = mark.end() if mark else start
        return at - self._line_start(at)

    def _line_start(self, at: int) -> int:
        return max(self._body.rfind("\n", 0, at), self._body.rfind("\r", 0, at)) + 1

    def _line_end(self, at: int) -> int:
        rest = _REST_OF_LINE.match(self._body, at)
        assert rest
        return rest.end()

    def _next_line(self, at: int) -> int:
        """The start of the line behind a line's end."""
        return at + (2 if self._body.startswith("\r\n", at) else 1)

    def _shifted(self, edit: Edit) -> Edit:
        return Edit(edit.start + self._shift, edit.end + self._shift, edit.text)

    # How to change them.

    def _replaced(self, place: _Place, value: Node) -> Edit:
        node = place.node
        if place.part is not None:
            parts = node.value.split(".", 1)
            parts[place.part] = value
            value, place = parts, replace(place, part=None)
        is_short = None
        if place.is_inner:
            assert place.parent is not None
            value, place, is_short = {_long_name(node): value}, place.parent, True
        self._refuse_shared(node)
        if place.parent is None:
            raise EditError("the whole template is not to be replaced")
        outer = place.parent.node
        assert isinstance(outer, CollectionNode)
        start, end = _start(node), self._content_end(node)
        if place.key is not None and start == end:
            start = end = self._item_end(outer, place.index)
        is_same = isinstance(value, str) or (
            isinstance(value, Mapping)
            and _is_short(node)
            and list(value) == [_long_name(node)]
        )
        quote = _quote_of(node) if is_same else ""
        is_bare = isinstance(value, str) and node.tag == STRING and not quote
        style = Style(quote=quote, is_short=is_short, is_bare=is_bare)
        is_flow = _is_flow(node) and not _is_short(node) and not isinstance(value, str)
        if place.is_flow or is_flow:
            inside = outer if place.is_flow else node
            style = self._flow_style(inside)
            style = replace(style, is_short=is_short, is_bare=is_bare)
            if quote:
                style = replace(style, quote=quote, is_json=self._is_json)
            is_multiline = self._is_multiline(outer) or self._is_multiline(node)
            indent = self._indent(start) if is_multiline else None
            text = self._writer.flow(value, style, indent)
            return Edit(start, end, f" {text}" if start == end else text)
        if place.key is None:
            edit = self._replaced_item(node, start, end, value, style)
        else:
            edit = self._replaced_value(place, start, end, value, style)
        return self._closed(edit)

    def _replaced_item(
        self, node: yaml.Node, start: int, end: int, value: Node, style: Style
    ) -> Edit:
        block = self._writer.block(value, style)
        column = node.start_mark.column
        lead = ""
        if start == end:
            lead, column = " ", column + 1
        lines = [block.head, *block.lines] if block.head else list(block.lines)
        first, *others = lines
        if not others:
            return Edit(start, end, lead + first)
        stop, comment = self._comment_behind(end)
        rest = self._joined(indented(others, column))
        return Edit(start, stop, lead + first + comment + rest)

    def _replaced_value(
        self, place: _Place, start: int, end: int, value: Node, style: Style
    ) -> Edit:
        assert place.parent is not None
        mapping = place.parent.node
        assert isinstance(mapping, MappingNode)
        assert isinstance(place.key, ScalarNode)
        block = self._writer.block(value, style)
        colon = _COLON.match(self._body, self._content_end(place.key))
        if colon is None:
            raise EditError(f"{place.key.value} has no value in its text")
        after = colon.end()
        between = self._body[after:start]
        if not block.lines:
            if between.strip():
                return Edit(start, end, block.head)
            if between and "\n" not in between and "\r" not in between:
                return Edit(start, end, block.head)
            return Edit(after, end, f" {block.head}")
        column = self._key_column(mapping) + self._writer.depth(block)
        known = _first_mark(place.node)
        if known is not None and known.column > self._key_column(mapping):
            column = known.column
        lines = indented(block.lines, column)
        if between.strip():
            if block.head:
                lines = [
                    " " * column + block.head,
                    *indented(lines, self._writer.step_width),
                ]
            return Edit(after, end, between.rstrip() + self._joined(lines))
        head = f" {block.head}" if block.head else ""
        stop, comment = self._comment_behind(end)
        return Edit(after, stop, head + comment + self._joined(lines))

    def _comment_behind(self, end: int) -> tuple[int, str]:
        """The end of what an edit covers, and a comment behind, which stays there."""
        stop = self._line_end(end)
        rest = self._body[end:stop]
        if rest.strip() and _NOTHING_OR_COMMENT.match(rest):
            return stop, rest
        return end, ""

    def _with_keys(
        self, place: _Place, items: Mapping[str, Node], after: str | None, gap: int = 0
    ) -> Edit:
        node = place.node
        if _is_null(node) and not place.is_inner:
            return self._replaced(place, items)
        if not self._is_mapping(place):
            raise EditError(f"line {node.start_mark.line + 1} has no mapping")
        assert isinstance(node, MappingNode)
        self._refuse_shared(node)
        for name in items:
            if self._has_key(node, name):
                raise EditError(f"{name} is there already")
        if not node.value:
            return self._replaced(place, items)
        if _is_flow(node) and _start(node) == _start(node.value[0][0]):
            line = node.start_mark.line + 1
            raise EditError(f"the mapping in line {line} has no braces")
        index = _index(node, after)
        end = self._item_end(node, index)
        if node.flow_style or place.is_flow:
            style = self._flow_style(node)
            return self._inserted_in_flow(
                node,
                end,
                lambda indent: self._writer.flow_entries(items, style, indent, gap),
                gap,
            )
        column = self._key_column(node)
        lines = []
        for name, value in items.items():
            lines += [""] * gap
            lines += self._writer.entry(name, value)
        return self._inserted(node.value[index][1], end, lines, column)

    def _inserted(
        self, last: yaml.Node, end: int, lines: Iterable[str], column: int
    ) -> Edit:
        """Lines in a column, behind the one that ends a block collection's item."""
        lines = indented(lines, column)
        stop = self._line_end(end)
        if not _NOTHING_OR_COMMENT.match(self._body, end, stop):
            line = self._body.count("\n", 0, end) + 1
            raise EditError(f"something stands behind the value in line {line}")
        stop = self._behind_comments(stop, column)
        leaf = self._last_leaf(last)
        if stop == len(self._body) and getattr(leaf, "style", None) in ("|", ">"):
            header = self._body[_start(leaf) :].splitlines()[0]
            if "-" not in header:
                raise EditError("the file's last text has no final newline")
        return self._closed(Edit(stop, stop, self._joined(lines)))

    def _behind_comments(self, stop: int, column: int) -> int:
        """The end of the comments below a line that belong to what ends there.

        They stand deeper than the column of what is next.
        """
        at = stop
        while at < len(self._body):
            start = self._next_line(at)
            at = self._line_end(start)
            line = self._body[start:at]
            depth = len(line) - len(line.lstrip(" "))
            if line.strip() and not (depth > column and line[depth] == "#"):
                break
            if line.strip():
                stop = at
        return stop

    def _inserted_in_flow(
        self,
        node: CollectionNode,
        end: int,
        render: Callable[[str | None], str],
        gap: int = 0,
    ) -> Edit:
        """What `render` makes, given its indentation, behind an item in flow style."""
        stop = self._line_end(end)
        rest = self._body[end:stop]
        follows = _COMMA_OR_COMMENT.match(rest)
        if not self._is_multiline(node) or not follows:
            comma = self._comma(node)
            return Edit(end, end, comma + render(None))
        indent = self._indent(self._first(node))
        text = self._newline * (gap + 1) + indent + render(indent)
        if follows[1]:
            return Edit(stop, stop, f"{text},")
        if not rest.strip():
            return Edit(end, end, f",{text}")
        return Edit(end, stop, f",{rest}{text}")

    def _closed(self, edit: Edit) -> Edit:
        """An edit that ends a file in a text of many lines ends that line, too."""
        if edit.end == len(self._body) and re.search(r"\|\r?\n", edit.text):
            return Edit(edit.start, edit.end, edit.text + self._newline)
        return edit

    def _joined(self, lines: Iterable[str]) -> str:
        return "".join(self._newline + line for line in lines)

    def _gap(self, node: yaml.Node) -> int:
        """How many blank lines there mostly are between resources."""
        if self._blank_lines is not None:
            return self._blank_lines
        gaps: Counter[int] = Counter()
        assert isinstance(node, MappingNode)
        for index in range(len(node.value) - 1):
            try:
                end = self._item_end(node, index)
            except EditError:
                continue
            between = self._body[end : _start(node.value[index + 1][0])]
            lines = between.splitlines()[1:-1]
            # Beside comments, the blank lines of one place.
            runs = groupby(lines, key=lambda line: not line.strip())
            gaps[
                max((len([*run]) for is_blank, run in runs if is_blank), default=0)
            ] += 1
        self._blank_lines = gaps.most_common(1)[0][0] if gaps else 0
        return self._blank_lines

    # The file's style.

    def _learned(self) -> Writer:
        steps: Counter[int] = Counter()
        dashes: Counter[int] = Counter()
        quotes: Counter[str] = Counter()
        values: Counter[str] = Counter()
        keys: dict[int, str] = {}
        short = 0
        for node in self._nodes():
            short += _is_short(node)
            if isinstance(node, ScalarNode):
                quotes[_quote_of(node)] += 1
                if id(node) not in keys and _WORD.fullmatch(node.value):
                    values[_quote_of(node)] += node.tag == STRING
            if not isinstance(node, MappingNode):
                continue
            _refuse_twice(node)
            keys |= {id(key): _quote_of(key) for key, _ in node.value}
            if len(node.value) == 1 and is_intrinsic(node.value[0][0].value):
                short -= 1
            for key, value in node.value:
                below = _first_mark(value)
                if below is None or below.line == key.start_mark.line:
                    continue
                depth = below.column - key.start_mark.column
                (steps if isinstance(value, MappingNode) else dashes)[depth] += 1
        step = next((n for n, _ in steps.most_common() if n > 0), 2)
        return Writer(
            is_json=self._is_json,
            newline=self._newline,
            step_width=step,
            dash_width=next((n for n, _ in dashes.most_common() if n >= 0), step),
            flow_step=self._learned_flow_step(),
            quote='"' if quotes['"'] >= quotes["'"] else "'",
            key_quote=_mostly(Counter(keys.values())),
            value_quote=_mostly(values),
            has_short_tags=not self._is_json and short >= 0,
        )

    def _nodes(self) -> Iterator[yaml.Node]:
        """All nodes, each once; those that stand in several places are remembered."""
        seen: set[int] = set()
        pending = [(self._root, 0)]
        while pending:
            node, depth = pending.pop()
            if depth > _MAX_DEPTH:
                raise EditError("it is nested too deeply")
            if id(node) in seen:
                self._shared.add(id(node))
                continue
            seen.add(id(node))
            yield node
            if isinstance(node, SequenceNode):
                pending += [(item, depth + 1) for item in node.value]
            elif isinstance(node, MappingNode):
                pending += [(part, depth + 1) for pair in node.value for part in pair]

    def _learned_flow_step(self) -> str:
        """What one more level of a JSON file is indented by."""
        root = self._root
        if isinstance(root, MappingNode) and root.flow_style and root.value:
            start = _start(root.value[0][0])
            line = self._line_start(start)
            if line and not self._body[line:start].strip():
                return self._body[line:start] or ""
        return "  "

    def _is_multiline(self, node: yaml.Node) -> bool:
        return isinstance(node, CollectionNode) and bool(
            node.flow_style
            and node.value
            and "\n" in self._body[_start(node) : self._first(node)]
        )

    def _first(self, node: CollectionNode) -> int:
        item = node.value[0]
        return _start(item[0] if isinstance(item, tuple) else item)

    def _indent(self, at: int) -> str:
        """The indentation of a line."""
        start = self._line_start(at)
        line = self._body[start : self._line_end(start)]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def _comma(self, node: CollectionNode) -> str:
        """What separates the items of a collection in flow style on a line."""
        if len(node.value) > 1:
            second = node.value[1]
            if isinstance(second, tuple):
                second = second[0]
            end = self._item_end(node, 0)
            text = self._body[end : _start(second)]
            if re.fullmatch(r" *, *", text):
                return text
        return "," if self._colon(node) == ":" else ", "

    def _colon(self, node: CollectionNode) -> str:
        """What separates a key from its value in flow style."""
        for item in [*node.value, *(getattr(self._root, "value", None) or [])]:
            if isinstance(item, tuple) and not self._is_block(item[0]):
                key, value = item
                text = self._body[_end(key) : _start(value)]
                if re.fullmatch(r" *: *", text) and (
                    text.endswith(" ") or key.style == '"'
                ):
                    return text
        return ": "

    def _is_block(self, key: yaml.Node) -> bool:
        return not self._is_json and _quote_of(key) != '"'

    def _flow_style(self, node: yaml.Node) -> Style:
        """How a collection in flow style is written."""
        assert isinstance(node, CollectionNode)
        is_json = self._is_json or self._looks_like_json(node)
        colon = self._colon(node) if is_json else ": "
        comma = ", "
        if is_json and colon == ":":
            comma = ","
        quote = '"' if is_json else ""
        first = self._first(node) if node.value else 1
        lead = self._body[max(0, first - 2) : first]
        return Style(
            quote=quote,
            is_flow=True,
            is_json=is_json,
            colon=colon,
            comma=comma,
            padding=" " if lead in ("{ ", "[ ") else "",
        )

    def _looks_like_json(self, node: CollectionNode) -> bool:
        """Whether all strings in a collection have double quotes."""
        strings = []
        for item in node.value:
            for part in item if isinstance(item, tuple) else [item]:
                if isinstance(part, ScalarNode) and part.tag == STRING:
                    strings.append(part.style)
                elif _is_short(part):
                    return False
        return bool(strings) and set(strings) == {'"'} and isinstance(node, MappingNode)


def _newline(text: str) -> str:
    """How most lines of a text end."""
    both = text.count("\r\n")
    alone = text.count("\n") - both, text.count("\r") - both
    if both > max(alone):
        return "\r\n"
    return "\r" if alone[1] > alone[0] else "\n"


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _composed(text: str, is_json: bool) -> yaml.Node:
    """The root node of the only document in a text."""
    fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    attempts = [(fast, text)]
    if is_json:
        # JSON may be indented by tabs, and its strings cannot contain them; libyaml
        # refuses the halves of a character that JSON escapes.
        spaced = text.replace("\t", " ")
        attempts += [(fast, spaced), (yaml.SafeLoader, spaced)]
    problem: Exception | None = None
    for loader, content in attempts:
        try:
            root = yaml.compose(content, Loader=loader)
        except (yaml.YAMLError, UnicodeError, ValueError, RecursionError) as error:
            problem = error
            continue
        if root is None:
            raise EditError("the file is empty")
        return root
    raise EditError(_problem(problem))


def _problem(error: Exception | None) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    mark = getattr(error, "problem_mark", None)
    where = f" (line {mark.line + 1})" if mark else ""
    context = getattr(error, "context", None) or ""
    if "single document" in context:
        return "the file has several documents"
    return f"it is not valid YAML{where}"


def _refuse_twice(node: MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode):
            raise EditError(f"line {line} has a key that is not a text")
        if key.value in seen:
            raise EditError(f"{key.value} is there twice (line {line})")
        seen.add(key.value)


def _start(node: yaml.Node) -> int:
    return int(node.start_mark.index)


def _end(node: yaml.Node) -> int:
    return int(node.end_mark.index)


def _words(path: Path) -> str:
    return "/".join(map(str, path)) or "the template"


def _is_short(node: yaml.Node) -> bool:
    """Whether a node has a tag for an intrinsic function, `!Ref`."""
    return str(node.tag).startswith("!") and len(str(node.tag)) > 1


def _long_name(node: yaml.Node) -> str:
    name = str(node.tag)[1:]
    return name if name in ("Ref", "Condition") else f"Fn::{name}"


def _index(node: MappingNode, after: str | None) -> int:
    """Where a mapping has a key; at its end where it has none of that name."""
    for index, (key, _) in enumerate(node.value):
        if key.value == after:
            return index
    return len(node.value) - 1


def _first_mark(node: yaml.Node) -> yaml.Mark | None:
    """Where the first entry of a block collection stands; None for other nodes."""
    if not isinstance(node, CollectionNode) or node.flow_style or not node.value:
        return None
    if isinstance(node, MappingNode):
        mark: yaml.Mark = node.value[0][0].start_mark
        return mark
    return node.start_mark


def _mostly(quotes: Counter[str]) -> str:
    """The quotes that texts have which need none; empty where most have none."""
    if quotes[""] >= quotes["'"] + quotes['"']:
        return ""
    return '"' if quotes['"'] >= quotes["'"] else "'"


def _is_flow(node: yaml.Node) -> bool:
    return isinstance(node, CollectionNode) and bool(node.flow_style)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == _NULL


def _quote_of(node: yaml.Node) -> str:
    style = getattr(node, "style", None)
    return style if style in ("'", '"') else ""
