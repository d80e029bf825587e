"""The one door to cfn-lint below the rules: all that is asked of it beside its rules.

Little of this is documented by cfn-lint, and some of it has changed before. So it
stands here alone, and `tests/test_cfnlint.py` holds each member against the cfn-lint
that is installed.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from cfnlint import template as _template
from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode, decode_str
from cfnlint.decode.node import str_node
from cfnlint.helpers import (
    REGION_PRIMARY,
    TRANSFORM_LANGUAGE_EXTENSION,
    TRANSFORM_SAM,
    ensure_list,
)
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError
from cfnlint.version import __version__

from cfn_lint_lambda_race.template._documents import is_small, uncollected

__all__ = ["TRANSFORM_LANGUAGE_EXTENSION", "TRANSFORM_SAM", "ensure_list"]

# Where cfn-lint logs, so that its `--info` and `--debug` show what the pack says.
LOGGER = "cfnlint"

_REPEATED = re.compile(
    r"Duplicate found (?P<quote>['\"])(?P<key>.{1,80})(?P=quote) \(line (?P<line>\d+)\)"
)

_Kept = TypeVar("_Kept")


class CfnLintError(Exception):
    """The cfn-lint that is installed lacks what the pack needs; says what and why."""


class Conditions(Protocol):
    """What is asked of `cfnlint.conditions.Conditions`."""

    def get(self, name: str) -> Any:
        """The condition with a name; None where the template has no such condition."""

    def build_scenarios(
        self, conditions: dict[str, set[bool]]
    ) -> Iterator[dict[str, bool]]:
        """The scenarios in which conditions have the given values."""


class Template(Protocol):
    """What is asked of `cfnlint.template.Template`."""

    filename: str | None
    # The document, broken ones included, after transforms.
    template: Any
    # By section, what a transform may have replaced: `Transform`, `Globals`, loops.
    transform_pre: Mapping[str, Any]
    regions: list[str]
    # Its `parameter_sets` are the values that the user gave for parameters.
    context: Any
    conditions: Conditions

    def transform(self) -> list[Any]:
        """Apply the transforms in place; the matches that say why it failed."""

    def get_location_yaml(
        self, text: Any, path: list[str | int]
    ) -> Sequence[int] | None:
        """Where a path of a decoded document stands: line, column, line, column."""

    def get_directives(self) -> Mapping[str, list[str]]:
        """By rule, the resources whose `Metadata` ignores it."""


class Marked(Protocol):
    """A node or key of a decoded document that knows where it stands."""

    start_mark: Any
    end_mark: Any


def kept(cfn: Template, kind: type[_Kept], make: Callable[[], _Kept]) -> _Kept:
    """The one object of a class that belongs to a template, made when first asked for.

    It is kept with the template, so that both end together.
    """
    objects: dict[type, Any] = vars(cfn).setdefault(f"{__name__}.kept", {})
    if kind not in objects:
        objects[kind] = make()
    one: _Kept = objects[kind]
    return one


def forget(cfn: Template, kind: type) -> None:
    """Drop the object of a class that belongs to a template, if there is one."""
    vars(cfn).get(f"{__name__}.kept", {}).pop(kind, None)


# -- templates -----------------------------------------------------------------


def decoded_file(filename: str) -> Any:
    """The document in a template's file, its nodes marked; None for a broken one."""
    with uncollected():
        return decode(filename)[0]


def decoded_text(text: str) -> Any:
    """The document in a template's text, its nodes marked; None for a broken one."""
    with uncollected():
        return decode_str(text)[0]


def repeated_key(text: str) -> tuple[str, int, int] | None:
    """The key that a template's text repeats, and its first two lines; None for none.

    Nothing else of the text is told: it may be no template.
    """
    matches = [_REPEATED.match(one.message) for one in decode_str(text)[1]]
    found = [(match["key"], int(match["line"])) for match in matches if match]
    if not found:
        return None
    key, line = found[0]
    return key, line, next((at for name, at in found[1:] if name == key), line)


def made_of(document: Any, like: Template) -> Template:
    """A template of a document, with the file name and settings of another one."""
    sets = kept(like, _Given, lambda: _Given.to(like)).sets
    made: Template = _template.Template(like.filename, document, like.regions, sets)
    return made


def transforms_of(document: Mapping[Any, Any]) -> list[Any]:
    """What the `Transform` of a document names."""
    transforms: list[Any] = ensure_list(document.get("Transform", []))
    return transforms


def parameter_sets(cfn: Template) -> list[Mapping[str, Any]]:
    """The values that the user gives for parameters, a mapping for each deployment."""
    sets = kept(cfn, _Given, lambda: _Given.to(cfn)).sets
    given = (getattr(one, "parameters", None) for one in sets)
    return [values for values in given if isinstance(values, Mapping)]


@dataclass
class _Given:
    """What the user gives for the parameters of a template, as cfn-lint has it."""

    sets: list[Any]

    @classmethod
    def to(cls, cfn: Template) -> _Given:
        """What is given for a template.

        cfn-lint forgets it when it applies a transform (`cfn.context` is made anew),
        and hands no rule its configuration. So the run that asks the rules is looked
        at, which knows both.
        """
        sets = getattr(cfn.context, "parameter_sets", None)
        is_forgotten = not sets and cfn.transform_pre.get("Transform")
        frame = sys._getframe() if is_forgotten else None
        while frame is not None:
            here = frame.f_locals
            if here.get("cfn") is cfn and isinstance(here.get("config"), ConfigMixIn):
                sets = here["config"].parameters
                break
            frame = frame.f_back
        return cls(list(sets or ()))


def merge_globals(document: Any) -> None:
    """Merge SAM's `Globals` into the resources of a document, in place.

    Raises `CfnLintError` where neither cfn-lint nor aws-sam-translator does it.
    """
    try:
        # The cfn-lint that reads SAM natively.
        from cfnlint.template.transforms._sam_globals import merge_globals as merge
    except ImportError:
        _merge_globals_as_sam(document)
    else:
        merge(document)


def _merge_globals_as_sam(document: Any) -> None:
    try:
        # Installed with each cfn-lint that translates SAM.
        from samtranslator.plugins.globals.globals_plugin import GlobalsPlugin
    except ImportError:
        raise CfnLintError(
            f"cfn-lint {__version__} merges the Globals of SAM in a way that this "
            "cfn-lint-lambda-race does not know; update one of the two"
        ) from None

    if is_small(document):
        section = deepcopy(document.get("Globals"))
        GlobalsPlugin().on_before_transform_template(document)
        if section is not None:
            # The plugin drops what it has merged; some findings stand there.
            document["Globals"] = section


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps cfn-lint from logging about a file that the user did not lint."""
    logger = logging.getLogger(LOGGER)
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


# -- positions -----------------------------------------------------------------


def location(
    cfn: Template, document: Any, path: Sequence[str | int]
) -> tuple[int, ...]:
    """Where the node at a path of a document stands, lines from 0; or empty.

    Where the document lacks the path, its nearest parent's place.
    """
    return tuple(cfn.get_location_yaml(document, list(path)) or ())


def marked(node: Any) -> Marked | None:
    """A node or key as one that knows where it stands; None where it does not."""
    return node if hasattr(node, "start_mark") else None


def key_at(name: str, place: Any) -> str:
    """A key called ``name`` that has the position of another one, if that has one."""
    known = marked(place)
    if known is None:
        return name
    key: str = str_node(name, known.start_mark, known.end_mark)
    return key


# -- answers -------------------------------------------------------------------


def ignoring(cfn: Template, rule: str) -> Collection[str]:
    """The resources that ignore a rule; none where cfn-lint cannot read `Metadata`."""
    try:
        return cfn.get_directives().get(rule, ())
    except (AttributeError, TypeError):
        return ()


def is_solvable(conditions: Conditions, known: Iterable[tuple[str, bool]]) -> bool:
    """Whether conditions can have the given values all at once."""
    scenarios = conditions.build_scenarios({name: {value} for name, value in known})
    return any(True for _ in scenarios)


def create_only_pointers(resource_type: str) -> tuple[str, ...]:
    """The properties whose change replaces a resource, as JSON pointers.

    Empty for a type that cfn-lint has no schema of.
    """
    return tuple(_schema(resource_type).get("createOnlyProperties", ()))


def has_property(resource_type: str, name: str) -> bool:
    """Whether cfn-lint knows a property of a type, and would not refuse it."""
    return name in _schema(resource_type).get("properties", {})


def _schema(resource_type: str) -> Mapping[str, Any]:
    """The schema of a type; empty for one that cfn-lint has none of."""
    try:
        found = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
            REGION_PRIMARY, resource_type
        )
    except ResourceNotFoundError:
        return {}
    schema: Mapping[str, Any] = found.schema
    return schema
