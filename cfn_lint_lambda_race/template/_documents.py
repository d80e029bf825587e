"""Documents inside templates: text and local files that hold more structure.

A template is untrusted. A file is read only below the template's own folder, the
working directory, or the repository that holds the template; links are resolved
first, and there is a size that no file may exceed. Whatever is not understood stays
unknown.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import Any

import yaml

from cfn_lint_lambda_race.template._text import Text

# Reads a file's bytes; None where the file is missing or too large.
ContentOf = Callable[[FilePath], "bytes | None"]

MAX_FILE_SIZE = 2 * 1024 * 1024
MAX_NODES = 100_000
# A text with more levels of nesting than this is not read as a document. YAML's
# scanner takes time that grows with the square of the levels, and its composer, which
# is written in C, crashes the process when the stack is full.
MAX_LEVELS = 1_000
_BRACKET = re.compile(r"[\[\]{}]")
# Block sequences, keys and values that open on one line: "- - ? - x". On lines of
# their own each needs more indentation than the one before.
_OPENING = re.compile(r"(?:[-?:][ \t]+)+")
# A value that is a substitution without quotes: `"TimeoutSeconds": ${Wait}`, or the
# placeholder of a token (see `Text.masked`). Strings are matched to be passed over.
_UNQUOTED = re.compile(
    r'"(?:[^"\\]|\\.)*"?'
    r"|(?<=[\s:,\[])(?P<value>\$\{[^{}\s\"]+\}|[\ue000-\uf8ff])(?=\s*(?:[,}\]\r\n]|$))",
    re.DOTALL,
)


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


def parse(characters: str, is_template: bool = False) -> Any:
    """The document in characters of JSON or YAML; None where they hold none.

    Nor where they hold a template that repeats a key: cfn-lint refuses it.

    AWS puts substitutions in before it parses a definition, so a number may stand
    there as `${Wait}` without quotes. Only where the text cannot be read as it is,
    such a substitution is read as a string.
    """
    document = _parse(characters, is_template)
    if document is None and not is_template:
        quoted = _UNQUOTED.sub(_quote, characters)
        document = _parse(quoted) if quoted != characters else None
    return document if is_small(document) else None


def _quote(match: re.Match[str]) -> str:
    return match[0] if match["value"] is None else f'"{match["value"]}"'


def _parse(characters: str, is_template: bool = False) -> Any:
    hook = _with_each_key_once if is_template else None
    try:
        return json.loads(characters, object_pairs_hook=hook)
    except (ValueError, RecursionError):
        return _parse_yaml(characters, _TemplateLoader if is_template else _Loader)


def _with_each_key_once(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError("a key is repeated")
    return mapping


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads YAML as AWS does: the last of several equal keys counts.

    cfn-lint's own decoder refuses repeated keys, which is right for a template.
    """


def _intrinsic_of_tag(loader: Any, name: str, node: yaml.Node) -> dict[str, Any]:
    """The short form of an intrinsic function, such as `!Sub`, written out."""
    argument: Any
    if isinstance(node, yaml.ScalarNode):
        argument = loader.construct_scalar(node)
        if name == "GetAtt":
            argument = argument.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        argument = loader.construct_sequence(node, deep=True)
    else:
        argument = loader.construct_mapping(node, deep=True)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": argument}


_Loader.add_multi_constructor("!", _intrinsic_of_tag)


class _TemplateLoader(_Loader):
    """Reads YAML as cfn-lint does, which refuses a template that repeats a key."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        # A key that is merged in may stand beside one of the same name.
        keys = [key.value for key, _ in node.value if key.value != "<<"]
        if len(set(keys)) < len(keys):
            raise ValueError("a key is repeated")
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def _parse_yaml(characters: str, loader: type[_Loader] = _Loader) -> Any:
    if is_deep(characters):
        return None
    try:
        with uncollected():
            return loader(characters).get_single_data()
    except Exception:
        # Beside its own errors PyYAML raises whatever a malformed scalar causes:
        # ValueError of a date, KeyError of a boolean, RecursionError, and more.
        return None


@contextmanager
def uncollected() -> Iterator[None]:
    """Keeps Python from searching for garbage while a text is decoded.

    A decoder makes very many nodes and needs them all until its end, when they go
    without any search. But so many new objects would start one, among all of cfn-lint's
    schemas too, which takes several times as long as the decoding.
    """
    is_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_enabled:
            gc.enable()


def is_deep(characters: str) -> bool:
    """Whether a text opens more levels than `MAX_LEVELS`, closed again or not."""
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
    """Whether a document has fewer than `MAX_NODES` nodes, YAML aliases expanded.

    One with more than 200 levels counts as too large.
    """
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
    The file must be below that folder, the working directory, or the repository.
    """
    characters = name.literal
    if not characters or "://" in characters:
        return None
    folder = FilePath(template).parent if template else FilePath.cwd()
    try:
        path = (folder / characters).resolve()
        folder = folder.resolve()
        allowed = {folder, FilePath.cwd().resolve(), _repository(folder)}
        if allowed.isdisjoint(path.parents):
            return None
        content = content_of(path)
        characters = None if content is None else content.decode("utf-8")
    except (OSError, ValueError, RuntimeError):
        return None
    document = None if characters is None else parse(characters)
    return document if isinstance(document, (Mapping, list)) else None


def _repository(folder: FilePath) -> FilePath | None:
    """The nearest folder, from this one upwards, that holds `.git`; None without."""
    for place in (folder, *folder.parents):
        if (place / ".git").exists():
            return place
    return None
