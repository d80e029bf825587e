"""The edits that make one node of a template another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cfn_lint_lambda_race.cure._edits import Document, Edit
from cfn_lint_lambda_race.template import intrinsic
from cfn_lint_lambda_race.template._nodes import Path

# Where a text stands, the text and the new one.
_OfText = Callable[[Path, str, str], Edit]
# A short tag writes them as one word.
_WHOLE = ("Condition", "Fn::GetAtt", "Ref")


def edits_between(
    document: Document, path: Path, old: Any, new: Any, of_text: _OfText | None = None
) -> list[Edit]:
    """The edits that make the node at a path another, as small as they can be.

    Args:
        document: the text.
        path: where the node stands.
        old: the node, as the text decodes.
        new: what it is to be.
        of_text: makes the edit of a text that changes; without it the new text takes
            the place of the old one.

    Raises:
        EditError: the text cannot be edited there.
    """
    if old == new:
        return []
    if isinstance(old, str) and isinstance(new, str) and of_text is not None:
        return [of_text(path, old, new)]
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        name = intrinsic(old)[0]
        if name == intrinsic(new)[0] and name not in _WHOLE:
            edits = [
                edit
                for key in old
                for edit in (
                    edits_between(document, (*path, key), old[key], new[key], of_text)
                    if key in new
                    else [document.remove((*path, key))]
                )
            ]
            added = {key: new[key] for key in new if key not in old}
            return [*edits, document.add_keys(path, added)] if added else edits
    if isinstance(old, list) and isinstance(new, list):
        if len(old) == len(new):
            return [
                edit
                for index, (one, other) in enumerate(zip(old, new))
                for edit in edits_between(document, (*path, index), one, other, of_text)
            ]
        if old and len(new) == len(old) + 1 and new[:-1] == old:
            return [document.append(path, new[-1])]
    return [document.replace(path, new)]
