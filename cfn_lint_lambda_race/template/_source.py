"""Templates as they are written, with SAM's `Globals` merged and SAM untranslated.

cfn-lint reads SAM natively from 1.54 on. Before, it replaces a SAM template by its
translation, and on the way there local paths and API definitions by made-up ones, so
that integrations get lost. So here a SAM template stays one under every cfn-lint, and
its `Globals` reach the resources that loops make.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cfn_lint_lambda_race.template._cfnlint import (
    TRANSFORM_LANGUAGE_EXTENSION,
    TRANSFORM_SAM,
    CfnLintError,
    Template,
    decoded_file,
    decoded_text,
    kept,
    key_at,
    location,
    made_of,
    marked,
    merge_globals,
    quiet,
    repeated_key,
    transforms_of,
)
from cfn_lint_lambda_race.template._documents import is_small, parse
from cfn_lint_lambda_race.template._sam import SERVERLESS_FUNCTION

_FIND_IN_MAP = "Fn::FindInMap"
# A name that no function has, so that cfn-lint leaves alone what stands below it.
_HIDDEN = "Fn::FindInMap, hidden"
# CloudFormation takes 1 MB; SAM templates grow when they are translated.
MAX_SIZE = 4 * 1024 * 1024


class _Origin:
    """Where a template comes from, as far as that is known."""

    # The template as written: another one than cfn-lint lints, or itself.
    source: Template | None = None
    # The text that it was decoded from, where that is not in its file yet.
    text: str | None = None
    # What it was before `Globals` was merged into it, and the same without marks.
    unmerged: Mapping[str, Any] | None = None
    unmarked: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, cfn: Template) -> _Origin:
        return kept(cfn, cls, cls)


class UnusableTemplateError(Exception):
    """A text is not a template; the message says why, as in "it is not UTF-8 text"."""


def is_serverless(template: Mapping[Any, Any]) -> bool:
    """Whether a template declares SAM's transform."""
    return TRANSFORM_SAM in transforms_of(template)


def is_resolved_before_sam(template: Mapping[Any, Any]) -> bool:
    """Whether SAM sees the values of parameters and mappings, not what names them.

    The language extensions put them in, where they come first.
    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html#sam-function-autopublishaliasallproperties
    """
    names = transforms_of(template)
    return (
        TRANSFORM_LANGUAGE_EXTENSION in names
        and TRANSFORM_SAM in names
        and names.index(TRANSFORM_LANGUAGE_EXTENSION) < names.index(TRANSFORM_SAM)
    )


def stand_for(cfn: Template, text: str) -> None:
    """Set the text that a template was decoded from, instead of its file's."""
    _Origin.of(cfn).text = text


def as_written(cfn: Template) -> Template:
    """The template that cfn-lint lints, SAM untranslated where its file allows.

    A template from standard input, or given as text, is taken as it is.
    """
    origin = _Origin.of(cfn)
    if origin.source is None:
        if not _differs(cfn):
            return cfn
        try:
            # As cfn-lint did, so that each node knows where it stands, in JSON too.
            template = _decoded(cfn)
            origin.source = _read(template if is_small(template) else None, cfn)
        except (OSError, RecursionError, UnusableTemplateError, CfnLintError):
            return cfn
    return origin.source


def _decoded(cfn: Template) -> Any:
    """The document in a template's text or file; None where it has neither."""
    text = _Origin.of(cfn).text
    with quiet():
        if text is not None:
            return decoded_text(text)
        if cfn.filename and Path(cfn.filename).is_file():
            return decoded_file(cfn.filename)
    return None


def _differs(cfn: Template) -> bool:
    """Whether the template that cfn-lint lints differs from the one that is written.

    It does where cfn-lint translates SAM, or where loops make resources that `Globals`
    does not reach. With the language extensions cfn-lint takes any value of a mapping
    instead of the one that a parameter chooses.
    """
    written = cfn.transform_pre
    transforms = written.get("Transform", [])
    if TRANSFORM_LANGUAGE_EXTENSION in transforms and written.get(_FIND_IN_MAP):
        return True
    if TRANSFORM_SAM not in transforms:
        return False
    # Set by cfn-lint where it merges them.
    is_merged = bool(written.get("Globals"))
    is_extended = TRANSFORM_LANGUAGE_EXTENSION in transforms
    return (is_merged and is_extended) or not is_serverless(cfn.template)


def content(cfn: Template) -> Mapping[str, Any]:
    """The content of a template as written, with `Globals` merged as SAM merges them.

    Every merge but the newest aws-sam-translator's joins the `Architectures` of a
    function to those of `Globals`, which makes two architectures of one; SAM lets the
    function's own replace them (REPLACE in `samtranslator.plugins.globals`).
    """
    template: Mapping[str, Any] = as_written(cfn).template
    shared: Any = template
    for step in ("Globals", "Function", "Architectures"):
        shared = shared.get(step) if isinstance(shared, Mapping) else None
    resources = template.get("Resources")
    if not isinstance(shared, list) or not isinstance(resources, Mapping):
        return template
    own = {name: _with_own(resource, shared) for name, resource in resources.items()}
    return {**template, "Resources": own}


def unmerged(cfn: Template) -> Mapping[str, Any]:
    """A template as written, with `Globals` in its own place alone.

    Empty where cfn-lint has merged it already and there is no file to read it from.
    """
    source = as_written(cfn)
    template: Mapping[str, Any] = source.template
    origin = _Origin.of(source)
    if origin.unmerged is not None:
        return origin.unmerged
    if not template.get("Globals"):
        return template
    document: Any = None
    with suppress(OSError, RecursionError):
        document = _decoded(source)
    is_usable = isinstance(document, Mapping) and is_small(document)
    origin.unmerged = document if is_usable else {}
    return origin.unmerged


def unmarked(cfn: Template) -> Mapping[str, Any]:
    """The same as `unmerged`, where it does not matter if nodes know their place.

    cfn-lint's decoder, whose nodes do, takes several times as long.
    """
    source = as_written(cfn)
    origin = _Origin.of(source)
    if origin.unmerged is not None or not source.template.get("Globals"):
        return unmerged(cfn)
    if origin.unmarked is None:
        document: Any = None
        with suppress(OSError, ValueError):
            text = origin.text
            if text is None and source.filename:
                text = Path(source.filename).read_bytes().decode("utf-8-sig")
            document = parse(text or "", is_template=True)
        is_usable = isinstance(document, Mapping)
        origin.unmarked = document if is_usable else unmerged(cfn)
    return origin.unmarked


def _with_own(resource: Any, shared: Sequence[Any]) -> Any:
    """A function without the `Architectures` of `Globals` that precede its own."""
    if not isinstance(resource, Mapping):
        return resource
    properties = resource.get("Properties")
    if resource.get("Type") != SERVERLESS_FUNCTION or not isinstance(
        properties, Mapping
    ):
        return resource
    joined, count = properties.get("Architectures"), len(shared)
    # A function has one architecture, so a longer list can only have been joined.
    if not isinstance(joined, list) or len(joined) <= count or joined[:count] != shared:
        return resource
    return {
        **resource,
        "Properties": {**properties, "Architectures": joined[count:]},
    }


def position(cfn: Template, path: Sequence[str | int]) -> tuple[int, ...] | None:
    """Where a path stands in the file, lines from 0.

    None where it stands nowhere, and where cfn-lint finds the right place itself.
    """
    source = as_written(cfn)
    place = location(source, source.template, path)
    if place and path[0] == "Resources" and _is_in_globals(source, place):
        # What a function and `Globals` both have bears the mark of `Globals`.
        own = unmerged(source)
        if _holds(own, path):
            place = location(source, own, path)
    elif source is cfn:
        return None
    return place or None


def _holds(node: Any, path: Sequence[str | int]) -> bool:
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _is_in_globals(source: Template, place: tuple[int, ...]) -> bool:
    section = marked(source.template.get("Globals"))
    if section is None:
        return False
    start, end = section.start_mark, section.end_mark
    return (start.line, start.column) <= place[:2] < (end.line, end.column)


def read_template(content: bytes, cfn: Template) -> Template:
    """The template in the content of a file, linted as `cfn` is.

    Raises `UnusableTemplateError` where there is none, and `CfnLintError`.
    """
    if len(content) > MAX_SIZE:
        raise UnusableTemplateError(f"it is larger than {MAX_SIZE} bytes")
    try:
        characters = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableTemplateError("it is not UTF-8 text") from None
    template = parse(characters, is_template=True)
    if template is None:
        repeated = None
        # cfn-lint raises what it pleases on broken input.
        with quiet(), suppress(Exception):
            repeated = repeated_key(characters)
        if repeated is not None:
            key, first, second = repeated
            where = f" of line {first}" if second != first else ""
            raise UnusableTemplateError(f"line {second} repeats the key {key!r}{where}")
    return _read(template, cfn)


def _read(template: Any, cfn: Template) -> Template:
    """The template in a document; raises `UnusableTemplateError` for another one."""
    if not isinstance(template, Mapping) or not isinstance(
        template.get("Resources"), Mapping
    ):
        raise UnusableTemplateError("it is not a template with Resources")
    # cfn-lint and aws-sam-translator raise what they please on broken input.
    try:
        with quiet():
            made = _transformed(template, cfn)
    except (UnusableTemplateError, CfnLintError):
        raise
    except Exception:
        raise UnusableTemplateError("it cannot be transformed") from None
    # A baseline bears the name of the file that it is compared with.
    _Origin.of(made).source = made
    return made


def _transformed(template: Any, cfn: Template) -> Template:
    if not is_serverless(template):
        return _unrolled(template, cfn)
    # CloudFormation unrolls loops before SAM sees the template.
    transforms = template["Transform"]
    section = template.pop("Globals", None)
    names = transforms_of(template)
    if TRANSFORM_LANGUAGE_EXTENSION in names:
        template["Transform"] = [name for name in names if name != TRANSFORM_SAM]
        template = _unrolled(template, cfn).template
        template["Transform"] = transforms
    if section is None:
        return made_of(template, cfn)
    template["Globals"] = section
    before = {**template, "Resources": _shallow(template["Resources"])}
    merge_globals(template)
    merged = made_of(template, cfn)
    _Origin.of(merged).unmerged = before
    return merged


def _shallow(resources: Mapping[str, Any]) -> dict[str, Any]:
    """The resources in objects of their own; `Globals` changes nothing below them."""
    return {
        name: dict(resource) if isinstance(resource, Mapping) else resource
        for name, resource in resources.items()
    }


def _unrolled(template: Any, cfn: Template) -> Template:
    """The template with its loops unrolled, and nothing else done to it."""
    if TRANSFORM_LANGUAGE_EXTENSION not in transforms_of(template):
        return made_of(template, cfn)
    # cfn-lint would replace lookups in mappings, also where their result varies.
    _rename_key(template, _FIND_IN_MAP, _HIDDEN)
    unrolled = made_of(template, cfn)
    if unrolled.transform():
        raise UnusableTemplateError("it cannot be transformed")
    _rename_key(unrolled.template, _HIDDEN, _FIND_IN_MAP)
    return made_of(unrolled.template, cfn)


def _rename_key(node: Any, old: str, new: str) -> None:
    """Rename a key everywhere except in the values that a loop runs over."""
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(node)
        if not isinstance(node, dict):
            continue
        for key in list(node):
            below = node[key]
            is_loop = str(key).startswith("Fn::ForEach::") and isinstance(below, list)
            pending.extend(below[2:] if is_loop else [below])
            if key == old:
                # cfn-lint finds the place by the key.
                node[key_at(new, key)] = node.pop(key)
