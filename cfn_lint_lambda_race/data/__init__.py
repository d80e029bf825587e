"""Facts about AWS, each row with the page that says so.

``targets.json`` the properties through which services invoke functions,
``documents.json`` where documents inside such properties name functions,
``operations.json`` which Lambda API operation applies a function's property,
``exits.json`` the properties through which references leave the template,
``connectors.json`` what SAM connectors let invoke functions,
``sources.json`` which property names a resource in its ARN,
``inputs.json`` how parameters are named that change with every build,
``layers.json`` what the names of published layers say of their architecture.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class TargetRow(NamedTuple):
    """A property through which a service invokes a Lambda function.

    ``path`` leads from the resource's properties to the value, or from the resource
    itself (``is_attribute``), ``inside`` on from there where the value is a document
    (an object, or JSON or YAML text), or the name of a local file that holds one
    (``is_file``). A ``*`` stands for every
    item or key, ``**`` for any number of steps. ``form`` names the parser of the
    text. ``when`` maps further paths to the patterns that their values must match,
    ``qualifier`` is the path of a qualifier that is a property of its own; both
    begin where ``path`` and ``inside`` begin, and a ``*`` in them means the same
    item. ``authorised_by`` is a service principal, which needs a permission on the
    function, or ``role``; ``role`` are the paths of the role, the first that is there
    decides (``A>B``: property B of the resource that A refers to), ``inside_role`` that
    of a document, which goes before them; a service that has a role needs no
    permission. ``actions`` are what permissions have to allow, all of them together.
    ``accepts`` are the kinds of qualifier that the service takes.
    ``what`` is how messages call the place, for those of `exits`.
    """

    type: str
    path: str
    form: str
    source: str
    authorised_by: str = "role"
    actions: tuple[str, ...] = ("lambda:InvokeFunction",)
    role: tuple[str, ...] = ()
    inside_role: str | None = None
    accepts: tuple[str, ...] = ("version", "alias")
    inside: str | None = None
    is_file: bool = False
    is_attribute: bool = False
    when: Mapping[str, tuple[str, ...]] = {}
    inside_when: Mapping[str, tuple[str, ...]] = {}
    qualifier: str | None = None
    substitutions: str | None = None
    source_arn: str | None = None
    note: str | None = None
    what: str | None = None
    is_deployment: bool = False

    @property
    def is_in_policy(self) -> bool:
        """Whether the place is in a statement of a policy."""
        return "Statement" in self.path.split("/")


class ConnectorRow(NamedTuple):
    """A source of SAM's connectors to functions.

    ``authorised_by`` is the service principal that SAM permits to invoke the
    function, or ``role`` where it gives the source's role a policy; ``qualifiers``
    says that this covers each version and alias as well.
    """

    type: str
    authorised_by: str
    qualifiers: bool


def load(name: str) -> Any:
    """The content of a data file."""
    return json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def targets() -> Mapping[str, tuple[TargetRow, ...]]:
    """The catalogue of targets, by resource type.

    A row whose form names a document stands for the places inside it.
    """
    return _rows("targets.json")


@cache
def exits() -> Mapping[str, tuple[TargetRow, ...]]:
    """The properties through which references leave, by resource type."""
    return _rows("exits.json")


@cache
def connectors() -> Mapping[str, ConnectorRow]:
    """What SAM's connectors let invoke functions, by the type of their source."""
    return {
        row["type"]: ConnectorRow(
            row["type"], row["authorised_by"], row.get("qualifiers", False)
        )
        for row in load("connectors.json")
    }


@cache
def source_names() -> Mapping[str, str]:
    """By resource type, the property that names it in its ARN.

    Empty where none does: its ARN holds an ID that AWS makes up.
    """
    return {row["type"]: row.get("name", "") for row in load("sources.json")}


class SamGrantRow(NamedTuple):
    """The permission that SAM makes for an event of a function, or an authorizer.

    ``type`` is the event's; of an authorizer it is the API's, and ``asked_by`` or
    ``refused_by`` the authorizer's property by which SAM makes the permission or not.

    ``follows_the_move``: CloudFormation makes it after the target has moved to another
    qualifier, since it refers to what moves; ``is_awaited``: before, since what moves
    waits for it. ``is_replaced``: a move makes another target, and the old
    one serves until the clean-up. ``identity`` are the properties of the event whose
    change makes its source another one.
    """

    type: str
    follows_the_move: bool
    source: str
    identity: tuple[str, ...] = ()
    is_awaited: bool = False
    is_replaced: bool = False
    asked_by: str = ""
    refused_by: str = ""


@cache
def sam_grants() -> Mapping[str, SamGrantRow]:
    """By the type of an event or an API, when CloudFormation makes its permission."""
    return {
        row["type"]: SamGrantRow(**{**row, "identity": tuple(row.get("identity", ()))})
        for row in load("sam_grants.json")
    }


def _rows(name: str) -> Mapping[str, tuple[TargetRow, ...]]:
    documents = load("documents.json")
    rows: dict[str, tuple[TargetRow, ...]] = {}
    for row in load(name):
        for inside in documents.get(row["form"], [{}]):
            target = _target_row({**row, "inside_when": {}, **_places(inside)})
            rows[target.type] = (*rows.get(target.type, ()), target)
    return rows


def _places(inside: Mapping[str, Any]) -> Mapping[str, Any]:
    places = {
        **inside,
        "inside_when": inside.get("when", {}),
        "inside_role": inside.get("role"),
    }
    for name in ("when", "role", "source"):
        places.pop(name, None)
    return places if inside else {}


def _target_row(row: Mapping[str, Any]) -> TargetRow:
    fields = {key: row[key] for key in TargetRow._fields if key in row}
    for key in ("when", "inside_when"):
        fields[key] = {path: tuple(values) for path, values in row.get(key, {}).items()}
    for key in ("accepts", "actions"):
        fields[key] = tuple(row.get(key, TargetRow._field_defaults[key]))
    fields["role"] = tuple(row.get("role", ()))
    fields["is_deployment"] = bool(row.get("deployment"))
    fields["is_file"] = bool(row.get("file"))
    fields["is_attribute"] = bool(row.get("attribute"))
    return TargetRow(**fields)


class LayerRow(NamedTuple):
    """What the name of a published layer says of its architecture.

    ``pattern`` matches the whole name; a layer counts only if one of ``accounts``
    publishes it. ``twin`` is the name of the vendor's layer for the other
    architecture, where ``{N}`` stands for group N of the pattern. ``has_binaries``
    says that the layer is known to bring a program that Lambda starts, such as an
    extension; a library is loaded by other code and fails with another error.
    """

    vendor: str
    accounts: frozenset[str]
    pattern: re.Pattern[str]
    architectures: frozenset[str]
    source: str
    twin: str | None = None
    has_binaries: bool = False

    def twin_of(self, name: str) -> str | None:
        """The name of the twin of a layer that the row matches, None without one."""
        match = self.pattern.fullmatch(name)
        if self.twin is None or match is None:
            return None
        return _GROUP.sub(lambda group: match[int(group[1])] or "", self.twin)


_GROUP = re.compile(r"\{(\d+)\}")


@cache
def layers() -> Mapping[str, tuple[LayerRow, ...]]:
    """The table of published layers, by account."""
    rows: dict[str, tuple[LayerRow, ...]] = {}
    for row in load("layers.json"):
        layer = LayerRow(
            row["vendor"],
            frozenset(row["accounts"]),
            re.compile(row["pattern"]),
            frozenset(row["architectures"]),
            row["source"],
            row.get("twin"),
            row.get("has_binaries", False),
        )
        for account in layer.accounts:
            rows[account] = (*rows.get(account, ()), layer)
    return rows


@cache
def published_layer(account: str, name: str) -> LayerRow | None:
    """The row of a published layer; None where the table does not know it."""
    for row in layers().get(account, ()):
        if row.pattern.fullmatch(name):
            return row
    return None


CODE = "UpdateFunctionCode"
CONFIGURATION = "UpdateFunctionConfiguration"


class OperationRow(NamedTuple):
    """The Lambda API call that applies a property of a function.

    ``operation`` is None for what no call changes: a read-only property, or one
    whose change replaces the function. ``default`` is what an absent property
    means, ``sam`` the properties of ``AWS::Serverless::Function`` that become this
    one (its own name where empty), ``unordered`` its members that are lists without
    an order. A change of an ``is_inert`` property changes nothing that code can see.
    """

    property: str
    operation: str | None
    source: str
    default: Any = None
    sam: tuple[str, ...] = ()
    is_inert: bool = False
    is_create_only: bool = False
    unordered: tuple[str, ...] = ()


@cache
def operations() -> tuple[OperationRow, ...]:
    """Which Lambda API call applies which property of a function."""
    return tuple(
        OperationRow(
            row["property"],
            row["operation"],
            row["source"],
            row.get("default"),
            tuple(row.get("sam", ())),
            row.get("inert", False),
            row.get("create_only", False),
            tuple(row.get("unordered", ())),
        )
        for row in load("operations.json")
    )


@cache
def words_of_inputs() -> Mapping[str, frozenset[str]]:
    """Words in the names of parameters that say how often their value changes."""
    return {kind: frozenset(words) for kind, words in load("inputs.json").items()}
