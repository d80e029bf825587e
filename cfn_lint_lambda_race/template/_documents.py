"""Documents inside templates: text and local files that hold more structure.

A template is untrusted. A file is read only below the template's own folder or
the working directory, links resolved, up to a size; whatever is not understood
stays unknown.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path as FilePath
from typing import Any

from cfnlint.decode import decode_str

from cfn_lint_lambda_race.template._text import Text

# The bytes of a file, None where there is none or too much of it.
ContentOf = Callable[[FilePath], "bytes | None"]

MAX_FILE_SIZE = 2 * 1024 * 1024
MAX_NODES = 100_000
# What opens more levels than this, one inside the other, is no document. YAML's
# scanner takes a time that grows with their square, and its composer, which is
# written in C, ends the process when the stack is full.
MAX_LEVELS = 1_000
_BRACKET = re.compile(r"[\[\]{}]")
# Block sequences, keys and values that open on one line: "- - ? - x". On lines of
# their own each needs more indentation than the one before.
_OPENING = re.compile(r"(?:[-?:][ \t]+)+")


def read_text(text: Text) -> Any:
    """The document that a text holds as JSON or YAML; None where it holds none.

    Scalars keep their types, strings become texts with their tokens.
    """
    document = parse(text.masked)
    if not isinstance(document, (Mapping, list)):
        return None
    return _unmasked(document, text)


def _unmasked(node: Any, text: Text) -> Any:
    if isinstance(node, str):
        return text.unmasked(node)
    if isinstance(node, Mapping):
        return {str(key): _unmasked(value, text) for key, value in node.items()}
    if isinstance(node, list):
        return [_unmasked(value, text) for value in node]
    return node


def parse(characters: str) -> Any:
    """The document in characters of JSON or YAML; None where they hold none."""
    try:
        document = json.loads(characters)
    except (ValueError, RecursionError):
        document = _parse_yaml(characters)
    return document if is_small(document) else None


def _parse_yaml(characters: str) -> Any:
    if _is_deep(characters):
        return None
    # cfn-lint's decoder knows the short forms of the intrinsic functions. It
    # logs what it cannot read, which here is no news for the user.
    logger = logging.getLogger("cfnlint.decode.decode")
    disabled, logger.disabled = logger.disabled, True
    try:
        document, _ = decode_str(characters)
    except RecursionError:
        return None
    finally:
        logger.disabled = disabled
    return document


def _is_deep(characters: str) -> bool:
    """Whether a text nests as no document does, wherever its levels end."""
    depth = 0
    for bracket in _BRACKET.findall(characters):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        if depth > MAX_LEVELS:
            return True
    return any(
        len(run.split()) > MAX_LEVELS
        for run in _OPENING.findall(characters)
        if len(run) > MAX_LEVELS
    )


def is_small(document: Any) -> bool:
    """Whether a document, its YAML aliases spelled out, stays below a size."""
    sizes: dict[int, int] = {}

    def size(node: Any, depth: int) -> int:
        known = sizes.get(id(node))
        if known is not None:
            return known
        children: list[Any] = []
        if isinstance(node, Mapping):
            children = list(node.values())
        elif isinstance(node, list):
            children = node
        total = 1 if depth else MAX_NODES
        for child in children:
            if total >= MAX_NODES:
                break
            total += size(child, depth - 1)
        sizes[id(node)] = total
        return total

    return size(document, 200) < MAX_NODES


def content_of(path: FilePath) -> bytes | None:
    """The content of a file as it is now; raises OSError where it cannot be read."""
    if not path.is_file() or path.stat().st_size > MAX_FILE_SIZE:
        return None
    return path.read_bytes()


def read_file(name: Text, template: str | None, content_of: ContentOf) -> Any:
    """The document in a local file that a property names; None where there is none.

    Relative names start at the template's folder, as for the SAM and the AWS CLI.
    """
    characters = name.literal
    if not characters or "://" in characters or "\0" in characters:
        return None
    folder = FilePath(template).parent if template else FilePath.cwd()
    try:
        path = (folder / characters).resolve()
        allowed = {folder.resolve(), FilePath.cwd().resolve()}
        if not any(root in path.parents for root in allowed):
            return None
        content = content_of(path)
        characters = None if content is None else content.decode("utf-8")
    except (OSError, ValueError, RuntimeError):
        return None
    document = None if characters is None else parse(characters)
    return document if isinstance(document, (Mapping, list)) else None
