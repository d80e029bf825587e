"""The words of a timeline: steps, what each of them sets, and who invokes functions.

What callers meet depends on a few facts about the stack. A `World` holds them, and a
step changes some of them. Its keys and values:

| key | value |
|---|---|
| `("code", copy)`, `("configuration", copy)` | a `Half`, of a function or a version |
| `("alias", copy)` | the copy of what it points to; None for unknown |
| `("target", place, OLD or NEW)` | an `Invoked`; None where it does not exist |
| `("deployed", copy, place)` | an `Invoked`: a target as an API's deployment has it |
| `("stage", logical ID, place)` | the `"deployed"` key that a stage serves |
| `("permission", copy)` | whether the permission exists |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from cfn_lint_lambda_race.template import Target
from cfn_lint_lambda_race.template._made import below

Path = tuple[str | int, ...]
# Where a target is: its path, and the path inside a document that is written there.
Place = tuple[Path, "Path | None"]

# A physical resource: its logical ID and `OLD` or `NEW`. A resource that the update
# replaces has both copies until the clean-up deletes the old one.
Copy = tuple[str, str]
OLD, NEW = "old", "new"

Key = tuple[Any, ...]
World = dict[Key, Any]

# The version behind an alias that names it by a number: no update of today made it.
PINNED: Copy = ("", OLD)


class Action(Enum):
    """What CloudFormation does in a step, as tables show it."""

    CODE = "UpdateFunctionCode"
    CONFIGURATION = "UpdateFunctionConfiguration"
    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    DELETE = "delete"


@dataclass(frozen=True)
class Step:
    """One thing that CloudFormation does during an update.

    ``name`` is the logical ID of the resource, or a name for what SAM makes
    (`Orders.Alias`, `Orders.Events.Hourly`); ``type`` is the resource type. `REPLACE`
    creates the new resource; the clean-up deletes the old one in a step of its own.
    """

    name: str
    type: str
    action: Action

    @property
    def words(self) -> str:
        """The step in words."""
        if self.action in (Action.CODE, Action.CONFIGURATION):
            return f"{self.action.value} of {self.name}"
        return f"{self.action.value} {self.name}"


class Half(Enum):
    """The code of a function or version, or its configuration.

    ``SAME`` where the update does not change it, else ``OLD`` until the API call that
    changes it, and ``NEW`` after that call.
    """

    SAME = "same"
    OLD = "old"
    NEW = "new"


class Snapshot(NamedTuple):
    """An effect whose value is copied from another key when the step is taken."""

    of: Key


class Invoked(NamedTuple):
    """What a target invokes.

    ``qualifier`` is empty for ``$LATEST`` and None for unknown. ``behind`` says which
    code and configuration run: the copy of a function or version, or the key of an
    alias; None for unknown.
    """

    function: Copy
    qualifier: str | None
    behind: Key | None


class Act(NamedTuple):
    """A step, and the values that it sets."""

    step: Step
    effects: tuple[tuple[Key, Any], ...]


class Part(NamedTuple):
    """One element of the stack: its values before the update, and its steps."""

    initial: tuple[tuple[Key, Any], ...] = ()
    acts: tuple[Act, ...] = ()


class Permit(NamedTuple):
    """A permission that covers a caller.

    ``key`` says in a world whether it exists; empty for one that exists all the time.
    ``qualifiers`` are those that it can be for, None among them for unknown.
    ``element`` is its logical ID, or the name of what SAM makes; empty where the
    template has no resource for it. ``path`` and ``name`` are for a finding.
    ``actions`` are what it permits of what the caller needs.
    """

    key: Key
    qualifiers: frozenset[str | None]
    element: str
    path: Path
    name: str
    actions: frozenset[str]


@dataclass(frozen=True)
class Caller:
    """Who invokes a function through a target; of an API, through one of its stages.

    ``before`` and ``after`` are the target in the two templates, None where it does
    not exist; ``old`` and ``new`` the qualifiers that it invokes, empty for
    ``$LATEST``, None for unknown. ``keys`` say in a world what the caller invokes.
    ``needs_permission`` is False where a role permits the invocation. ``is_judged``
    is False where it is unknown how, or whether, callers come through the target,
    ``is_served`` where it is only unknown when they meet its new value.
    """

    before: Target | None
    after: Target | None
    function: str
    old: str | None
    new: str | None
    keys: tuple[Key, ...]
    needs_permission: bool
    is_judged: bool
    stage: str = ""
    is_served: bool = True

    @property
    def target(self) -> Target:
        """The target of the new template; of the old one where it is removed."""
        target = self.after or self.before
        assert target is not None
        return target

    @property
    def type(self) -> str:
        """The type of the resource that has the target."""
        return self.target.resource.type

    @property
    def can_be_denied(self) -> bool:
        """Whether invocations come that somebody has to permit."""
        return self.needs_permission and not is_disabled(self.target)

    @property
    def is_moved(self) -> bool:
        """Whether the target certainly invokes another qualifier after the update."""
        return (
            None not in (self.before, self.after, self.old, self.new)
            and self.old != self.new
        )

    @property
    def is_kept(self) -> bool:
        """Whether the target certainly invokes the same qualifier after the update."""
        return None not in (self.before, self.after, self.old) and self.old == self.new


def halves(copy: Copy, half: Half) -> tuple[tuple[Key, Any], ...]:
    """The values of both halves of a function or version."""
    return ((("code", copy), half), (("configuration", copy), half))


def is_disabled(target: Target) -> bool:
    """Whether a resource, such as a rule, or an event of SAM is switched off."""
    properties: Any = target.resource.properties
    if target.row.form == "self":
        properties = below(properties, target.path[3:]).get("Properties")
    return isinstance(properties, Mapping) and (
        properties.get("State") == "DISABLED"
        or properties.get("Enabled") in (False, "false")
    )
