"""Where a finding on an update stands: the text that differs from the baseline.

A pull request shows only the findings on lines that it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import chain, repeat
from typing import Any, NamedTuple

from cfn_lint_lambda_race.template import scalar_text
from cfn_lint_lambda_race.template._cfnlint import Marked, marked
from cfn_lint_lambda_race.template._nodes import Path, at
from cfn_lint_lambda_race.template._sam import SERVERLESS_FUNCTION
from cfn_lint_lambda_race.update._changes import Change, FunctionUpdate
from cfn_lint_lambda_race.update._comparison import Comparison

# Longer lists are compared item by item: finding what moved costs their square.
_MAX_ITEMS = 500
_MISSING = object()


class Place(NamedTuple):
    """Where a finding on a function's update stands.

    ``is_shared`` is True for a path in `Globals`, which other functions share.
    ``line`` is the changed line in a text of several lines, counted from 0 in the
    file; None where the path is enough.
    """

    path: Path
    is_shared: bool = False
    line: int | None = None


def place_of(comparison: Comparison | None, update: FunctionUpdate) -> Place:
    """The first changed text among the properties that an update changes.

    Looked at are the function's own properties, then those of `Globals`; in each the
    configuration, then the code. Where no text differs (a mapping or local code does,
    or there is no comparison), it is the function itself.
    """
    function = Place(("Resources", update.function))
    if comparison is None:
        return function
    sides = [side.unmerged for side in (comparison.before, comparison.after)]
    roots: tuple[tuple[Path, bool], ...] = (
        (("Resources", update.function, "Properties"), False),
        (("Globals", "Function"), True),
    )
    resource = comparison.after.resources[update.function]
    is_serverless = resource.type == SERVERLESS_FUNCTION
    takes_globals = is_serverless and "IgnoreGlobals" not in resource.attributes
    configuration = [one for one in update.configuration if not one.row.is_inert]
    for root, is_shared in roots:
        before, after = (at(side, root) for side in sides)
        if not isinstance(after, Mapping) or (is_shared and not takes_globals):
            continue
        old = before if isinstance(before, Mapping) else {}
        for changes in (configuration, update.code):
            names = _written_names(changes, is_serverless)
            found = _changed(_only(old, names), _only(after, names))
            if found is not None:
                # The same nodes, but those of the new text know where they stand.
                name = str(found[0][0])
                after = comparison.after.marked(root, name)
                found = _changed(_only(old, {name}), _only(after, {name}))
                if found is None:
                    return function
                steps, was = found
                line = _line(was, after, steps)
                return Place((*root, *_positioned(steps)), is_shared, line)
    return function


def _line(before: Any, after: Any, steps: Path) -> int | None:
    """The line of the first change in a block scalar (`|`); None for other nodes.

    Args:
        before: the old text.
        after: the node that has the new text below it.
        steps: the path there.
    """
    inner: Marked | None = None
    for step in steps:
        after = after[step]
        if marked(after) is not None:
            inner = marked(after)
    if inner is None or not (isinstance(before, str) and isinstance(after, str)):
        return None
    old, new = before.splitlines(), after.splitlines()
    start, end = inner.start_mark.line, inner.end_mark.line
    if end - start - 1 != len(new):
        return None
    changed = (n for n, line in enumerate(new) if n >= len(old) or old[n] != line)
    number = next(changed, None)
    return None if number is None else start + 1 + number


def _positioned(steps: Path) -> Path:
    """The path without last steps that the text does not have: `Fn::Sub` of `!Sub`."""
    while _is_function(steps[-1]) and marked(steps[-1]) is None:
        steps = steps[:-1]
    return steps


def _is_function(step: str | int) -> bool:
    return step == "Ref" or str(step).startswith("Fn::")


def _written_names(changes: Sequence[Change], is_serverless: bool) -> set[str]:
    if not is_serverless:
        return {change.name for change in changes}
    return {name for one in changes for name in one.row.sam or (one.name,)}


def _only(properties: Mapping[Any, Any], names: set[str]) -> dict[Any, Any]:
    return {name: node for name, node in properties.items() if name in names}


def _changed(before: Any, after: Any) -> tuple[Path, Any] | None:
    """The path to the first text below a node that is new or changed, and its old text.

    None where nothing is, or something was only removed. What is new has no old text.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        pairs: Iterable[tuple[Any, Any, Any]] = (
            (key, before.get(key, _MISSING), node) for key, node in after.items()
        )
    elif isinstance(before, list) and isinstance(after, list):
        pairs = _items(before, after)
    else:
        is_same = before == after or (
            scalar_text(before) == scalar_text(after) is not None
        )
        return None if is_same else ((), before)
    for step, old, new in pairs:
        found = _changed(old, new)
        if found is not None:
            steps, was = found
            return (step, *steps), was
    return None


def _items(before: list[Any], after: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """The items to compare of two lists: index, old item or `_MISSING`, new item.

    An item that only moved is left out.
    """
    if len(before) + len(after) > _MAX_ITEMS:
        old = chain(before, repeat(_MISSING))
        yield from zip(range(len(after)), old, after)
        return
    old_texts, new_texts = ([repr(item) for item in side] for side in (before, after))
    matcher = SequenceMatcher(None, old_texts, new_texts)
    for _, start, end, first, last in matcher.get_opcodes():
        old = chain(before[start:end], repeat(_MISSING))
        yield from zip(range(first, last), old, after[first:last])
