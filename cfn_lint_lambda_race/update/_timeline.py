"""The timeline of an update: its steps, and what callers meet at each of them.

The template's dependencies allow several orders of the steps. A hazard is certain
where every one of them has it, and possible where only some do; rules report what is
certain.

Which functions race or keep an old version is also read without a timeline, function
by function (`Comparison.is_unshielded`, `_publication.unmoved`). Both readings are
needed: a timeline knows only what the template's own targets invoke in the stack that
takes the defaults. The other one also covers functions that nothing in the template
invokes, conditions that the defaults do not decide, and change sets.
`tests/test_timeline.py` checks that the two agree wherever both apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple

from cfn_lint_lambda_race.template import ALWAYS, Scenario, Target
from cfn_lint_lambda_race.template._made import (
    MadePermission,
    element,
    made_permission,
)
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._redundant import redundant
from cfn_lint_lambda_race.update._steps import Steps
from cfn_lint_lambda_race.update._world import (
    NEW,
    PINNED,
    Act,
    Action,
    Caller,
    Half,
    Invoked,
    Key,
    Part,
    Path,
    Permit,
    Snapshot,
    Step,
    World,
)

# How many moments of one caller are looked at. Where there are more, a hazard counts as
# possible, not as certain.
_MAX_MOMENTS = 3000


class State(Enum):
    """Which state of a function an invocation meets.

    ``ABSENT`` where the target does not exist, ``MIXED`` where the code is new and the
    configuration old, or the reverse.
    """

    ABSENT = "absent"
    OLD = "old"
    NEW = "new"
    MIXED = "mixed"
    UNKNOWN = "unknown"


class Met(NamedTuple):
    """What an invocation of one caller meets at one moment.

    ``is_permitted`` is None for unknown.
    """

    state: State
    is_permitted: bool | None

    @property
    def is_denied(self) -> bool:
        return self.is_permitted is False


class Moment(NamedTuple):
    """The stack after a step, or before the update, where ``step`` is None.

    ``met`` is what each of the timeline's callers meets, in the callers' order.
    """

    step: Step | None
    met: tuple[Met, ...]


class Kind(Enum):
    """What can go wrong because of an update, and not before or after it."""

    RACE = "race"
    STALE = "stale"
    DENIED = "denied"
    UNDEPLOYED = "undeployed"
    REFUSED = "refused"


@dataclass(frozen=True)
class Hazard:
    """What goes wrong in an update.

    ``path`` and ``name`` are those of the culprit: the function that races or stays
    old, the permission that comes too late (for SAM the event), the API's deployment
    that stays, the version that Lambda refuses. ``is_lasting`` is True where it lasts
    until a later update; a target that is kept then loses its permission. ``caller`` is
    who is affected; None where Lambda refuses. ``lacks`` is the action that no
    permission allows a URL, where one allows the other. ``when`` are the values of
    parameters of a stack that does not take the defaults.
    """

    kind: Kind
    path: Path
    name: str
    function: str
    caller: Caller | None = None
    is_lasting: bool = False
    lacks: str = ""
    when: Scenario = ALWAYS

    @property
    def is_by_sam(self) -> bool:
        """Whether SAM makes the permission that comes too late."""
        place = self.caller.target.path if self.caller else None
        return not self.is_lasting and self.path == place


class Verdict(NamedTuple):
    """Hazards: those of every order of the steps, and those of some orders only."""

    certain: tuple[Hazard, ...]
    possible: tuple[Hazard, ...]


class Timeline:
    """What callers meet during the update from one deployment to the next.

    As a table: ``callers`` are its columns, ``moments`` its rows, in one of the orders
    that the dependencies allow.
    """

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._read = Steps(comparison)

    @property
    def callers(self) -> Sequence[Caller]:
        return self._read.callers

    @property
    def steps(self) -> list[Step]:
        """The steps that callers can notice, and those that make versions."""
        return [moment.step for moment in self.moments if moment.step is not None]

    @cached_property
    def moments(self) -> list[Moment]:
        """The moment before the update, and the one after each of its steps."""
        scenes = [self._scene(caller, is_whole=True) for caller in self.callers]
        world: World = {}
        for scene in scenes:
            world.update(scene.world)
        acts = self._in_order(self._all_acts(scenes))
        moments = [Moment(None, tuple(scene.met(world) for scene in scenes))]
        for act in acts:
            world = _after(world, act)
            met = tuple(scene.met(world) for scene in scenes)
            moments.append(Moment(act.step, met))
        return moments

    @property
    def affected(self) -> list[int]:
        """The indexes of the callers for whom something changes during the update."""
        columns = zip(*(moment.met for moment in self.moments))
        return [number for number, met in enumerate(columns) if len(set(met)) > 1]

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        """What goes wrong in every order of the steps."""
        return self._verdict.certain

    @property
    def possible(self) -> tuple[Hazard, ...]:
        """What goes wrong in some orders of the steps only."""
        return self._verdict.possible

    @cached_property
    def _verdict(self) -> Verdict:
        certain: list[Hazard] = []
        possible: list[Hazard] = []
        for caller in self.callers:
            for kind in (self._race, self._stale, self._denied):
                verdict = kind(caller)
                certain += verdict.certain
                possible += verdict.possible
        for version in redundant(self._comparison):
            path = ("Resources", version.name)
            certain.append(Hazard(Kind.REFUSED, path, version.name, version.function))
        return Verdict(tuple(certain), tuple(possible))

    @property
    def unjudged(self) -> Iterator[Caller]:
        """The callers of whom nothing tells whether the change of their target denies.

        It moves, or may, or is new and may come in place of another. Hazards that some
        order of the steps has are told as such.
        """
        for caller in (*self._read.substitutes, *self._read.uncertain):
            if caller.can_be_denied:
                yield caller
        for caller in self.callers:
            if not ((caller.is_moved or caller.is_kept) and caller.can_be_denied):
                continue
            judged = replace(caller, is_judged=True, is_served=True)
            scene = self._scene(judged, of_permission=True)
            if caller.is_kept and scene.permits is None:
                # By what cannot be seen it is permitted as before.
                continue
            is_unseen, _ = self._walk(scene, scene.is_unknown)
            denied = self._denied(judged)
            is_for_good = any(one.is_lasting for one in denied.certain)
            if (
                is_unseen
                or (not caller.is_judged and any(denied))
                or (not caller.is_served and is_for_good)
            ):
                yield caller

    @property
    def permitted_anew(self) -> Iterator[tuple[Target, MadePermission]]:
        """The authorizers that move, as they are then, with SAM's new permissions."""
        for caller in self._read.moved:
            made = made_permission(caller.target)
            if (
                made is not None
                and caller.needs_permission
                and caller.target.row.form != "self"
            ):
                yield caller.target, made

    @property
    def says_the_same(self) -> bool:
        """Whether both templates have the same text."""
        return self._read.says_the_same

    def gaps(self) -> Iterator[Hazard]:
        """The moves of targets that deny invocations in every order of the steps.

        Left out is what stays denied after the update although no API waits for a
        deployment: there the new template itself has a permission on the wrong
        qualifier, which can be seen without a baseline. That a function URL is a new
        one, which needs a permission that the old one did without, cannot.
        """
        for caller in self._read.moved:
            for hazard in self._denied(caller).certain:
                is_seen_alone = hazard.kind is Kind.DENIED and hazard.is_lasting
                if not is_seen_alone or hazard.lacks:
                    yield hazard

    # -- hazards -------------------------------------------------------------------

    def _race(self, caller: Caller) -> Verdict:
        """A function that is half new when the caller meets it."""
        scene = self._scene(caller)

        def is_mixed(world: World) -> bool:
            return scene.met(world).state is State.MIXED

        path = ("Resources", caller.function)
        hazard = Hazard(Kind.RACE, path, caller.function, caller.function, caller)
        return self._judged(scene, is_mixed, [hazard])

    def _stale(self, caller: Caller) -> Verdict:
        """A function that is new at the end, while the caller meets the old one."""
        scene = self._scene(caller)
        calls = self._read.part_of_function(caller.function).acts
        changes = any(value is Half.NEW for act in calls for _, value in act.effects)
        if not changes or caller.before is None:
            return Verdict((), ())
        if scene.met(self._end(scene)).state is not State.OLD:
            return Verdict((), ())
        path = ("Resources", caller.function)
        hazard = Hazard(
            Kind.STALE, path, caller.function, caller.function, caller, is_lasting=True
        )
        return Verdict((hazard,), ())

    def _denied(self, caller: Caller) -> Verdict:
        """A permission that is late, or goes; or an API whose deployment stays."""
        if not (caller.is_moved or caller.is_kept):
            return Verdict((), ())
        scene = self._scene(caller, of_permission=True)
        if scene.met(scene.world).is_permitted is not True:
            # Denied before as well, or permitted by what cannot be seen.
            return Verdict((), ())

        def is_denied(world: World) -> bool:
            return scene.met(world).is_denied

        end = self._end(scene)
        if not scene.met(end).is_denied:
            if caller.is_kept:
                # What goes does so at the end, when all that comes is there.
                return Verdict((), ())
            late = [
                Hazard(Kind.DENIED, one.path, one.name, caller.function, caller)
                for one in dict.fromkeys(scene.permits or ())
                if one.qualifiers == {caller.new}
            ]
            # The clean-up takes nothing that is needed at the end.
            steps = (a for a in scene.acts if a.step.action is not Action.DELETE)
            moving = scene._replace(acts=tuple(steps))
            certain, possible = self._judged(moving, is_denied, late)
            if caller.is_served:
                return Verdict(certain, possible)
            return Verdict((), (*certain, *possible))
        if not caller.is_served:
            return Verdict((), ())
        stays = self._stays(scene, end, caller) if caller.is_moved else None
        if stays is not None:
            hazard = Hazard(
                Kind.UNDEPLOYED,
                ("Resources", stays),
                stays,
                caller.function,
                caller,
                is_lasting=True,
            )
            return Verdict((hazard,), ())
        hazard = Hazard(
            Kind.DENIED,
            caller.target.path,
            element(caller.target),
            caller.function,
            caller,
            is_lasting=True,
            lacks=scene.lacks(end),
        )
        return Verdict((hazard,), ())

    def _stays(self, scene: _Scene, end: World, caller: Caller) -> str | None:
        """The deployment that still serves the old target of an API at the end.

        None where what is served is new, or not an API's.
        """
        key = caller.keys[0]
        if key[0] == "stage":
            key = end[key]
        invoked = end.get(key)
        if invoked is None or invoked.qualifier != caller.old:
            return None
        name: str = key[1][0]
        return name

    def _judged(
        self,
        scene: _Scene,
        is_bad: Callable[[World], bool],
        hazards: list[Hazard],
    ) -> Verdict:
        """The hazards, as certain, as possible, or left out.

        Args:
            scene: what decides what the caller meets.
            is_bad: whether a moment, given by its world, is hazardous.
            hazards: what to say if so.
        """
        is_possible, is_certain = self._walk(scene, is_bad)
        if is_certain:
            return Verdict(tuple(hazards), ())
        return Verdict((), tuple(hazards) if is_possible else ())

    # -- walking -------------------------------------------------------------------

    def _scene(
        self, caller: Caller, of_permission: bool = False, is_whole: bool = False
    ) -> _Scene:
        """What decides what a caller meets.

        Args:
            caller: who invokes.
            of_permission: look at whether the caller is permitted, and not at which
                state of the function it meets.
            is_whole: look at both.
        """
        read = self._read
        parts = [read.part_of_target(caller), *read.parts_of_api(caller)]
        permits: list[Permit] = []
        # A table says nothing of denials where none is certain.
        is_asked = of_permission or (is_whole and caller.is_served)
        if is_asked and caller.needs_permission and caller.is_judged:
            permits = read.permits(caller)
            for one in permits:
                # A dot is in no logical ID, but in the names of what SAM makes.
                if "." in one.element:
                    parts.append(read.part_of_made_permission(caller, one.element))
                else:
                    parts.append(read.part_of_permission(one.element))
        if not of_permission:
            parts += self._behind(parts)
        world: World = {}
        acts: dict[Step, Act] = {}
        for part in parts:
            world.update(part.initial)
            for act in part.acts:
                known = acts.get(act.step)
                effects = act.effects
                if known is not None:
                    effects = tuple(dict.fromkeys([*known.effects, *effects]))
                acts[act.step] = Act(act.step, effects)
        scene = _Scene(caller, world, tuple(acts.values()), tuple(permits), read)
        if scene.met(world).is_permitted is not True:
            # Permitted by what cannot be seen, if at all.
            scene = scene._replace(permits=None)
        return scene

    def _behind(self, parts: Iterable[Part]) -> list[Part]:
        """The functions, versions and aliases behind what a caller invokes."""
        read = self._read
        behind: list[Part] = []
        pending = [
            value
            for part in parts
            for _, value in (
                *part.initial,
                *(effect for act in part.acts for effect in act.effects),
            )
        ]
        while pending:
            value = pending.pop()
            if isinstance(value, Invoked):
                behind.append(read.part_of_function(value.function[0]))
                value = value.behind
            if not isinstance(value, tuple):
                continue
            if value[0] == "alias":
                part = read.part_of_alias(value[1][0])
                behind.append(part)
                pending += [one for _, one in part.initial]
                pending += [one for act in part.acts for _, one in act.effects]
            elif len(value) == 2:
                name = value[0]
                functions = read.after.reading.references.functions
                if (
                    name in functions
                    or name in read.before.reading.references.functions
                ):
                    behind.append(read.part_of_function(name))
                else:
                    behind.append(read.part_of_version(name))
        return behind

    def _all_acts(self, scenes: Iterable[_Scene]) -> list[Act]:
        """The steps of all callers, each once, and every API call on a function."""
        acts: dict[Step, Act] = {}
        for scene in scenes:
            for act in scene.acts:
                known = acts.get(act.step)
                effects = (
                    act.effects if known is None else (*known.effects, *act.effects)
                )
                acts[act.step] = Act(act.step, tuple(dict.fromkeys(effects)))
        for update in self._read.updates:
            for act in self._read.part_of_function(update).acts:
                acts.setdefault(act.step, act)
        return list(acts.values())

    def _waits(self, acts: Sequence[Act]) -> list[set[int]]:
        """For each act, the indexes of the acts that it waits for."""
        order = self._read.order
        waits: list[set[int]] = []
        for act in acts:
            step = act.step
            if step.action is Action.DELETE:
                # The clean-up comes when all else is done.
                awaited_acts = {
                    number
                    for number, other in enumerate(acts)
                    if other.step.action is not Action.DELETE
                }
            else:
                awaited = order.awaited(step.name)
                awaited_acts = {
                    number
                    for number, other in enumerate(acts)
                    if other.step.name in awaited
                    and other.step.action is not Action.DELETE
                }
            waits.append(awaited_acts)
        return waits

    def _in_order(self, acts: list[Act]) -> list[Act]:
        """The acts in one order that their dependencies allow.

        Functions first, and permissions before targets, unless something forces the
        reverse. So a table shows no hazard that another order would avoid.
        """
        acts = sorted(acts, key=_rank)
        waits = self._waits(acts)
        done: list[int] = []
        while len(done) < len(acts):
            ready = [
                number
                for number in range(len(acts))
                if number not in done and waits[number] <= set(done)
            ]
            left = (number for number in range(len(acts)) if number not in done)
            # CloudFormation refuses circular references, so any order will do.
            done.append(ready[0] if ready else next(left))
        return [acts[number] for number in done]

    def _end(self, scene: _Scene) -> World:
        """The world after the update; the same in every order."""
        world = scene.world
        for act in self._in_order(list(scene.acts)):
            world = _after(world, act)
        return world

    def _walk(
        self, scene: _Scene, is_bad: Callable[[World], bool]
    ) -> tuple[bool, bool]:
        """Whether some order of the steps has a bad moment, and whether every one has.

        Follows all orders at once, each up to its first bad moment. If no order comes
        to its end that way, every one has a bad moment.
        """
        acts = scene.acts
        waits = self._waits(acts)
        everything = (1 << len(acts)) - 1
        masks = [sum(1 << number for number in awaited) for awaited in waits]
        seen: set[tuple[int, frozenset[tuple[Key, object]]]] = set()
        pending = [(0, scene.world)]
        is_possible = is_avoided = False
        while pending:
            done, world = pending.pop()
            if done == everything:
                is_avoided = True
            for number, act in enumerate(acts):
                if done >> number & 1 or masks[number] & ~done:
                    continue
                reached = done | 1 << number
                then = _after(world, act)
                key = reached, frozenset(then.items())
                if key in seen:
                    continue
                seen.add(key)
                if is_bad(then):
                    is_possible = True
                else:
                    pending.append((reached, then))
            if len(seen) > _MAX_MOMENTS:
                return True, False
        # A circle of references lets no order reach the end.
        return is_possible, not is_avoided and not self._is_circular(masks)

    @staticmethod
    def _is_circular(masks: Sequence[int]) -> bool:
        """Whether steps wait for each other in a circle.

        Args:
            masks: for each step, those that it waits for, as bits.
        """
        done = 0
        for _ in masks:
            for number, mask in enumerate(masks):
                if not mask & ~done:
                    done |= 1 << number
        return done != (1 << len(masks)) - 1


class _Scene(NamedTuple):
    """One caller's part of an update.

    ``world`` holds the values before the update, ``acts`` the steps that change them.
    ``permits`` is None where nobody looks at permissions, or they are unknown.
    """

    caller: Caller
    world: World
    acts: tuple[Act, ...]
    permits: tuple[Permit, ...] | None
    read: Steps

    def met(self, world: World) -> Met:
        """What the caller meets in a world.

        Of a target that is being replaced there are two, the new one and, until the
        clean-up, the old one: the one that is permitted counts.
        """
        met = []
        for key in self.caller.keys:
            value: Any = world.get(key)
            if key[0] == "stage":
                value = world.get(value)
            if isinstance(value, Invoked):
                met.append(
                    Met(_state(value, world), self._permitted(value, key, world))
                )
        if not met:
            return Met(State.ABSENT, None)
        return next((one for one in met if not one.is_denied), met[0])

    def is_unknown(self, world: World) -> bool:
        """Whether nothing tells if the caller is permitted in a world."""
        return self.met(world).is_permitted is None

    def _permitted(self, invoked: Invoked, key: Key, world: World) -> bool | None:
        """Whether the caller may invoke something; None for unknown.

        Args:
            invoked: what the caller invokes.
            key: what has it in the world.
            world: which permissions exist.
        """
        if self.permits is None or invoked.qualifier is None:
            return None
        # A URL that was made before October 2025 may do with the first action.
        # https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
        needed = self.caller.target.row.actions[: None if key[-1] == NEW else 1]
        permitted = {self._lets(one, invoked.qualifier, world) for one in needed}
        return next((one for one in (False, None) if one in permitted), True)

    def lacks(self, world: World) -> str:
        """What no permission allows a function URL, while one allows it the other."""
        held = {
            action
            for one in self.permits or ()
            if world.get(one.key)
            for action in one.actions
        }
        lacking = [one for one in self.caller.target.row.actions if one not in held]
        return lacking[0] if held and lacking else ""

    def _lets(self, action: str, qualifier: str, world: World) -> bool | None:
        """Whether the caller may do something to a qualifier; None for unknown."""
        held = [
            one.qualifiers
            for one in self.permits or ()
            if action in one.actions and (not one.key or world.get(one.key))
        ]
        if any(one == {qualifier} for one in held):
            return True
        if self.read.may_be_permitted_otherwise(self.caller) or any(
            not one.isdisjoint({qualifier, None}) for one in held
        ):
            return None
        return False


def _state(invoked: Invoked, world: World) -> State:
    """Which state of a function somebody meets who invokes something."""
    behind = invoked.behind
    if behind is not None and behind[0] == "alias":
        behind = world.get(behind)
    halves = {world.get((half, behind)) for half in ("code", "configuration")}
    if behind == PINNED:
        halves = {Half.OLD}
    if None in halves:
        return State.UNKNOWN
    if {Half.OLD, Half.NEW} <= halves:
        return State.MIXED
    return State.NEW if Half.NEW in halves else State.OLD


def _after(world: World, act: Act) -> World:
    """The world after an act."""
    changed = {
        key: world.get(value.of) if isinstance(value, Snapshot) else value
        for key, value in act.effects
    }
    return {**world, **changed}


# The code and the configuration of functions go before all others.
_FUNCTION = ""
_FIRST = (
    _FUNCTION,
    "AWS::Lambda::Version",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Permission",
)


def _rank(act: Act) -> tuple[bool, bool, bool, int]:
    """Which of several steps goes first in the table, where each may."""
    action, kind = act.step.action, act.step.type
    if action in (Action.CODE, Action.CONFIGURATION):
        kind = _FUNCTION
    return (
        action is Action.DELETE,
        kind.endswith("::Stage"),
        kind.endswith("::Deployment"),
        _FIRST.index(kind) if kind in _FIRST else len(_FIRST),
    )
