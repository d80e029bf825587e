"""A timeline as people look at it: a table, a Mermaid diagram, a drawing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, TextIO

from cfn_lint_lambda_race._words import name_target
from cfn_lint_lambda_race.template import read
from cfn_lint_lambda_race.template._cfnlint import Template
from cfn_lint_lambda_race.template._sam import published_version_id
from cfn_lint_lambda_race.update import Timeline, update_of
from cfn_lint_lambda_race.update._deployment import Deployment

_WIDTH = 80
_MAX_COLUMNS = 5
_DENIED, _MIXED = "DENIED", "MIXED"
_COLOURS = {"old": "36", "new": "32", _MIXED: "1;31", _DENIED: "1;31"}
_VERSION, _ALIAS = "AWS::Lambda::Version", "AWS::Lambda::Alias"
_SAME = "All targets meet the same as before, throughout."
# How the steps of a function's two calls begin.
_CALLS = "UpdateFunction"
_BEFORE = "before the update"


@dataclass(frozen=True)
class Row:
    """A step in words, what it is done to, and what each column meets after it.

    ``lanes`` are what aliases, versions and `$LATEST` hold then; empty for nothing.
    """

    step: str
    name: str
    type: str
    cells: tuple[str, ...]
    lanes: tuple[str, ...] = ("", "", "")

    @property
    def is_call(self) -> bool:
        """Whether it is one of the two calls that update a function."""
        return self.step.startswith(_CALLS)


@dataclass(frozen=True)
class Picture:
    """A timeline with a column for those targets that meet the same all the time.

    ``columns`` are the names of the targets of each; ``rest`` is how many columns are
    left out.
    """

    columns: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    rest: int = 0

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "targets": [list(names) for names in self.columns],
            "steps": [{"step": row.step, "met": list(row.cells)} for row in self.rows],
        }


def picture(cfn: Template, timeline: Timeline) -> Picture:
    """What is to be shown of a timeline: the targets that the update reaches."""
    reading = read(cfn)
    moments = timeline.moments
    groups: dict[tuple[str, ...], list[str]] = {}
    for number in timeline.affected:
        cells = tuple(_cell(moment.met[number]) for moment in moments)
        caller = timeline.callers[number]
        name = name_target(reading, caller.target)
        if caller.stage:
            name = f"{name} through {caller.stage}"
        groups.setdefault(cells, []).append(name)
    # What goes wrong first.
    bad = sorted(groups, key=lambda cells: not {_MIXED, _DENIED} & set(cells))
    shown = bad[:_MAX_COLUMNS]
    rows = tuple(
        Row(
            moment.step.words if moment.step else _BEFORE,
            moment.step.name if moment.step else "",
            moment.step.type if moment.step else "",
            tuple(cells[index] for cells in shown),
        )
        for index, moment in enumerate(moments)
    )
    columns = tuple(tuple(dict.fromkeys(groups[cells])) for cells in shown)
    rows = rows[:1] + tuple(_first_published(cfn, rows)) + rows[1:]
    lanes = _Lanes(cfn, timeline, rows)
    rows = tuple(
        replace(row, lanes=lanes.after(row, rows[number + 1 :]))
        for number, row in enumerate(rows)
    )
    return Picture(columns, rows, len(bad) - len(shown))


def _first_published(cfn: Template, rows: Sequence[Row]) -> Iterator[Row]:
    """What an update publishes that no caller meets yet, and no function changes in.

    The timeline leaves it out.
    """
    comparison = update_of(cfn).comparison
    if comparison is None or any(row.is_call for row in rows):
        return
    known = {row.name for row in rows}
    for kind in (_VERSION, _ALIAS):
        for name, resource in comparison.after.resources.items():
            is_new = name not in comparison.before.resources
            if resource.type == kind and is_new and name not in known:
                yield Row(f"create {name}", name, kind, rows[0].cells)


class _Lanes:
    """What aliases, versions and `$LATEST` hold while an update goes on.

    Of the functions that it reaches; an alias of `$LATEST` shows nothing of its own.
    """

    def __init__(self, cfn: Template, timeline: Timeline, rows: Sequence[Row]) -> None:
        comparison = update_of(cfn).comparison
        sides = (comparison.before, comparison.after) if comparison else ()
        # By what a function is, or has published: the function and the lane.
        self._places: dict[str, tuple[str, int]] = {}
        # By lane: what each holds, the one before the update and its successor.
        self._held: list[dict[tuple[str, bool], str]] = [{}, {}, {}]
        sides_places = [dict(_places(side)) for side in sides]
        for places in sides_places:
            self._places |= places
        affected = [timeline.callers[number] for number in timeline.affected]
        reached = {
            *(one.function for one in timeline.callers if one.is_moved),
            *(one.function for one in affected),
            *(self._places[row.name][0] for row in rows if row.name in self._places),
        }
        for name, (function, lane) in sides_places[0].items() if sides_places else ():
            if function in reached:
                self._held[lane][name, False] = "old"

    def after(self, row: Row, behind: Sequence[Row]) -> tuple[str, ...]:
        """The lanes after a step, with those that come ``behind``."""
        verb = row.step.partition(" ")[0]
        if row.name in self._places:
            function, lane = self._places[row.name]
            held = self._held[lane]
            if row.is_call:
                is_half = any(one.is_call and one.name == row.name for one in behind)
                held[row.name, False] = _MIXED if is_half else "new"
            elif verb == "delete":
                held.pop((row.name, False), None)
            else:
                held[row.name, verb != "change"] = self._made(function, lane)
        return tuple(_joined(held.values()) for held in self._held)

    def _made(self, function: str, lane: int) -> str:
        """What is made now: a function, a copy of it, or a pointer to the last copy."""
        if lane == len(self._held) - 1:
            return "new"
        behind = [
            state
            for (name, _), state in self._held[lane + 1].items()
            if self._places[name][0] == function
        ]
        return "new" if "new" in behind else _joined(behind)


def _places(side: Deployment) -> Iterator[tuple[str, tuple[str, int]]]:
    """By name, the function and the lane of all that a deployment shows in lanes."""
    references = side.reading.references
    for function in references.functions:
        yield function, (function, 2)
        for version in side.versions(function):
            yield version.id, (function, 1)
        for alias in side.aliases(function):
            if references.latest_branches(alias):
                continue
            yield alias, (function, 0)
            if references.aliases[alias].is_generated:
                yield published_version_id(function), (function, 1)


def _joined(states: Iterable[str]) -> str:
    """Some states in one word, what goes wrong before all else."""
    joined = set(states)
    for bad in (_DENIED, _MIXED):
        if bad in joined:
            return bad
    return ", ".join(sorted(joined, key=lambda one: (one == "new", one)))


def _cell(met: Any) -> str:
    if met.is_denied:
        return _DENIED
    state = str(met.state.value)
    return _MIXED if state == "mixed" else state


def _named(picture: Picture) -> list[tuple[str, str]]:
    """By the letter of a column, its targets in words."""
    letters = "ABCDE"
    named = []
    for letter, names in zip(letters, picture.columns):
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        named.append((letter, f"{names[0]}{more}"))
    return named


# -- in a terminal -------------------------------------------------------------


def table(picture: Picture, stream: TextIO) -> str:
    """The timeline in 80 columns, in colour on a terminal."""
    if not picture.columns:
        return f"{_SAME}\n"
    colours = stream.isatty() and "NO_COLOR" not in os.environ
    named = _named(picture)
    cell = 9
    first = _WIDTH - cell * len(named)
    longest = max(len(row.step) for row in picture.rows)
    first = min(first, longest + 2)
    lines = [f"{letter}  {_cut(name, _WIDTH - 3)}" for letter, name in named]
    if picture.rest:
        lines.append(f"   and {picture.rest} more that meet something else")
    lines.append("")
    heads = "".join(letter.ljust(cell) for letter, _ in named)
    lines.append(f"{' ' * first}{heads}".rstrip())
    for row in picture.rows:
        step = _cut(row.step, first - 2).ljust(first)
        cells = "".join(_coloured(text, cell, colours) for text in row.cells)
        lines.append(f"{step}{cells}".rstrip())
    return "\n".join(lines) + "\n"


def _cut(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    # The end of a logical ID tells as much as its beginning.
    half = (width - 1) // 2
    return f"{text[: width - 1 - half]}…{text[-half:]}"


def _coloured(text: str, width: int, colours: bool) -> str:
    padding = " " * (width - len(text))
    code = _COLOURS.get(text) if colours else None
    return f"\x1b[{code}m{text}\x1b[0m{padding}" if code else f"{text}{padding}"


# -- in a pull request ---------------------------------------------------------


def markdown_table(picture: Picture) -> str:
    """The timeline as a table."""
    if not picture.columns:
        return _SAME
    named = _named(picture)
    heads = [in_cell(name) for _, name in named]
    lines = [f"| step | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for row in picture.rows:
        cells = [
            f"**{text}**" if text in (_MIXED, _DENIED) else text for text in row.cells
        ]
        lines.append(f"| {in_cell(row.step)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def in_cell(text: str) -> str:
    """A text that stays what it is in a table: a template may hold anything."""
    shown = escape(text, quote=False).replace("|", "\\|").replace("`", "'")
    return " ".join(shown.split())


def mermaid(picture: Picture) -> str:
    """What callers of each column meet, as a sequence diagram; empty without any."""
    if not picture.columns:
        return ""
    lines = ["```mermaid", "sequenceDiagram", "    participant F as CloudFormation"]
    named = _named(picture)
    for letter, name in named:
        lines.append(f"    participant {letter} as {_in_diagram(name)}")
    previous: Sequence[str] = [""] * len(named)
    for row in picture.rows:
        changed = [
            (letter, new)
            for (letter, _), old, new in zip(named, previous, row.cells)
            if old != new
        ]
        if row.name:
            for letter, _ in changed:
                lines.append(f"    F->>{letter}: {_in_diagram(row.step)}")
        lines += [f"    Note over {letter}: {new}" for letter, new in changed]
        previous = row.cells
    return "\n".join([*lines, "```"])


def _in_diagram(text: str) -> str:
    return "".join(
        char if char.isalnum() or char in " ._-()/" else " " for char in text
    )


# -- as a drawing --------------------------------------------------------------

_LANES = ("callers", "alias", "versions", "$LATEST")
# A phone shows the whole of it at three quarters of its size.
_LANE, _ROW, _TOP, _LEFT, _BOX = 71, 44, 74, 8, 32
_STEPS = _LEFT + _LANE * len(_LANES) + 4
_DRAWING = _STEPS + 184
_STYLE = """
  svg { font: 13px system-ui, sans-serif; fill: #1b1f24; }
  .page { fill: #fff; }
  .lane { stroke: #c4c9d0; stroke-dasharray: 3 4; }
  .head { font-weight: 600; }
  .title { font-weight: 600; font-size: 15px; }
  .small { font-size: 12px; }
  .old { fill: #d5e8f7; } .new { fill: #d3efd7; }
  .bad { fill: #c62828; } .on-bad { fill: #fff; font-weight: 600; }
  .none { fill: #e4e8ec; }
  @media (prefers-color-scheme: dark) {
    svg { fill: #e4e7eb; }
    .page { fill: #14171a; }
    .lane { stroke: #454c55; }
    .old { fill: #1d4460; } .new { fill: #1f5130; } .none { fill: #30363d; }
  }
"""


def svg(pictures: Sequence[tuple[str, Picture]]) -> str:
    """Timelines as lanes in which time runs downwards, each with its title."""
    parts: list[str] = []
    top = 0
    for title, one in pictures:
        drawn, height = _drawn(title, one, top)
        parts += drawn
        top += height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_DRAWING} {top}" '
        f'width="{_DRAWING}" style="max-width: 100%" role="img" '
        f'aria-label="Timeline of the update">\n<style>{_STYLE}</style>\n'
        f'<rect class="page" width="{_DRAWING}" height="{top}"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _drawn(title: str, one: Picture, top: int) -> tuple[list[str], int]:
    height = _TOP + _ROW * len(one.rows) + 12
    parts = [
        _words(_LEFT, top + 22, title, "title"),
        _words(_LEFT, top + 40, _cut(_of_callers(one), 68), "small"),
        _words(_STEPS, top + 62, "CloudFormation", "head"),
    ]
    for number, lane in enumerate(_LANES):
        x = _LEFT + _LANE * number + _LANE // 2
        parts.append(_words(x, top + 62, lane, "head", is_centred=True))
        parts.append(
            f'<line class="lane" x1="{x}" x2="{x}" y1="{top + 68}" '
            f'y2="{top + height - 8}"/>'
        )
    for number, row in enumerate(one.rows):
        y = top + _TOP + _ROW * number
        met = _joined(row.cells) or "old"
        for place, text in enumerate((met, *row.lanes)):
            if text:
                # What nobody meets is not bad.
                parts += _box(place, y, text, is_met=not place or text in row.cells)
        parts += _note(y, row)
    return parts, height


def _of_callers(one: Picture) -> str:
    """Who is in the lane of the callers."""
    names = [name for names in one.columns for name in names]
    if not names:
        return _SAME
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more}"


def _words(x: int, y: int, text: str, kind: str, *, is_centred: bool = False) -> str:
    anchor = ' text-anchor="middle"' if is_centred else ""
    return f'<text class="{kind}" x="{x}" y="{y}"{anchor}>{escape(text)}</text>'


def _box(lane: int, y: int, text: str, *, is_met: bool) -> list[str]:
    kind = "bad" if text in (_MIXED, _DENIED) and is_met else "none"
    kind = text if text in ("old", "new") else kind
    x = _LEFT + _LANE * lane + 3
    words = "on-bad" if kind == "bad" else "state"
    return [
        f'<rect class="{kind}" x="{x}" y="{y}" width="{_LANE - 6}" height="{_BOX}" '
        'rx="6"/>',
        _words(x + _LANE // 2 - 3, y + 21, text, words, is_centred=True),
    ]


def _note(y: int, row: Row) -> list[str]:
    """The step in the lane of CloudFormation, on two lines."""
    first, _, second = row.step.partition(" of " if row.is_call else " ")
    return [
        _words(_STEPS, y + line, _cut(text, 28), "small")
        for line, text in ((14, first), (29, second))
        if text
    ]
