"""A timeline as people look at it: a table, a Mermaid diagram, a drawing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, TextIO

from cfn_lint_lambda_race._words import name_target
from cfn_lint_lambda_race.template import read
from cfn_lint_lambda_race.template._cfnlint import Template
from cfn_lint_lambda_race.update import Timeline, update_of

_WIDTH = 80
_MAX_COLUMNS = 5
_DENIED, _MIXED = "DENIED", "MIXED"
_COLOURS = {"old": "36", "new": "32", _MIXED: "1;31", _DENIED: "1;31"}
# The lanes of what is published, by type; what comes first is made first.
_PUBLISHED = {"AWS::Lambda::Version": "versions", "AWS::Lambda::Alias": "alias"}
_SAME = "All targets meet the same as before, throughout."
# How the steps of a function's two calls begin.
_CALLS = "UpdateFunction"
_BEFORE = "before the update"


@dataclass(frozen=True)
class Row:
    """A step in words, what it is done to, and what each column meets after it."""

    step: str
    name: str
    type: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A timeline with a column for those targets that meet the same all the time.

    ``columns`` are the names of the targets of each; ``rest`` is how many columns are
    left out. ``published`` are the lanes of a drawing that hold something before the
    update.
    """

    columns: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    rest: int = 0
    published: frozenset[str] = frozenset()

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
    return Picture(columns, rows, len(bad) - len(shown), _published(cfn))


def _published(cfn: Template) -> frozenset[str]:
    """The lanes of what is published before the update."""
    comparison = update_of(cfn).comparison
    resources = comparison.before.resources.values() if comparison else ()
    found = {_PUBLISHED[one.type] for one in resources if one.type in _PUBLISHED}
    if any(one.properties.get("AutoPublishAlias") for one in resources):
        found |= set(_PUBLISHED.values())
    return frozenset(found)


def _first_published(cfn: Template, rows: Sequence[Row]) -> Iterator[Row]:
    """What an update publishes that no caller meets yet, and no function changes in.

    The timeline leaves it out.
    """
    comparison = update_of(cfn).comparison
    if comparison is None or any(row.step.startswith(_CALLS) for row in rows):
        return
    known = {row.name for row in rows}
    for kind in _PUBLISHED:
        for name, resource in comparison.after.resources.items():
            is_new = name not in comparison.before.resources
            if resource.type == kind and is_new and name not in known:
                yield Row(f"create {name}", name, kind, rows[0].cells)


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

_LANES = ("callers", "alias", "versions", "$LATEST", "CloudFormation")
_LANE, _ROW, _TOP, _LEFT = 112, 52, 64, 12
# The lane of the steps, which are long.
_STEPS = 232
_STYLE = """
  svg { background: #fff; font: 13px system-ui, sans-serif; fill: #1b1f24; }
  .lane { stroke: #c4c9d0; stroke-dasharray: 3 4; }
  .head { font-weight: 600; }
  .title { font-weight: 600; font-size: 15px; }
  .small { font-size: 11px; }
  .old { fill: #d5e8f7; } .new { fill: #d3efd7; }
  .bad { fill: #c62828; } .on-bad { fill: #fff; font-weight: 600; }
  .none { fill: #eceff2; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14171a; fill: #e4e7eb; }
    .lane { stroke: #454c55; }
    .old { fill: #1d4460; } .new { fill: #1f5130; } .none { fill: #2a2f35; }
  }
"""


def svg(pictures: Sequence[tuple[str, Picture]]) -> str:
    """Timelines as lanes in which time runs downwards."""
    width = _LEFT * 2 + _LANE * (len(_LANES) - 1) + _STEPS
    parts: list[str] = []
    top = 0
    for title, one in pictures:
        drawn, height = _drawn(title, one, top)
        parts += drawn
        top += height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" '
        f'width="100%" style="max-width: {width}px" role="img" '
        f'aria-label="Timeline of the update">\n<style>{_STYLE}</style>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _drawn(title: str, one: Picture, top: int) -> tuple[list[str], int]:
    height = _TOP + _ROW * len(one.rows) + 16
    parts = [f'<text class="title" x="{_LEFT}" y="{top + 20}">{escape(title)}</text>']
    for number, lane in enumerate(_LANES):
        is_last = number == len(_LANES) - 1
        x = _LEFT + _LANE * number + (_STEPS if is_last else _LANE) // 2
        parts.append(
            f'<text class="head" x="{x}" y="{top + 46}" text-anchor="middle">'
            f"{escape(lane)}</text>"
        )
        if is_last:
            continue
        parts.append(
            f'<line class="lane" x1="{x}" x2="{x}" y1="{top + 54}" '
            f'y2="{top + height - 12}"/>'
        )
    state = {"alias": "", "versions": "", "$LATEST": "old"}
    state |= dict.fromkeys(one.published, "old")
    for number, row in enumerate(one.rows):
        y = top + _TOP + _ROW * number
        _advance(state, row, one.rows[number + 1 :])
        worst = _worst(row.cells)
        parts += _box(0, y, worst or "old")
        for lane in ("alias", "versions", "$LATEST"):
            if state[lane]:
                parts += _box(_LANES.index(lane), y, state[lane])
        parts += _note(y, row)
    return parts, height


def _advance(state: dict[str, str], row: Row, behind: Sequence[Row]) -> None:
    """What the lanes hold after a step, with those that come ``behind``."""
    if row.step.startswith(_CALLS):
        is_half = any(
            one.name == row.name and one.step.startswith(_CALLS) for one in behind
        )
        state["$LATEST"] = _MIXED if is_half else "new"
    elif row.type.endswith("Alias"):
        state["alias"] = "old" if state["$LATEST"] == "old" else "new"
    elif row.type.endswith("Version") and row.step.startswith(("create", "replace")):
        made = "old" if state["$LATEST"] == "old" else "new"
        both = state["versions"] == "old" and made == "new"
        state["versions"] = "old, new" if both else made


def _worst(cells: Sequence[str]) -> str:
    for text in (_DENIED, _MIXED):
        if text in cells:
            return text
    return ", ".join(dict.fromkeys(cells))


def _box(lane: int, y: int, text: str) -> list[str]:
    kind = {"old": "old", "new": "new", _MIXED: "bad", _DENIED: "bad"}.get(text, "none")
    x = _LEFT + _LANE * lane + 8
    words = ' class="on-bad"' if kind == "bad" else ""
    return [
        f'<rect class="{kind}" x="{x}" y="{y}" width="{_LANE - 16}" height="34" '
        'rx="6"/>',
        f'<text{words} x="{x + _LANE // 2 - 8}" y="{y + 22}" text-anchor="middle">'
        f"{escape(text)}</text>",
    ]


def _note(y: int, row: Row) -> list[str]:
    """The step in the lane of CloudFormation, on two lines."""
    x = _LEFT + _LANE * (len(_LANES) - 1) + _STEPS // 2
    first, _, second = row.step.partition(" of " if " of " in row.step else " ")
    return [
        f'<text class="small" x="{x}" y="{y + line}" text-anchor="middle">'
        f"{escape(_cut(text, 36))}</text>"
        for line, text in ((14, first), (29, second))
        if text
    ]
