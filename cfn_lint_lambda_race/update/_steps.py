"""The steps of an update that callers of functions can notice, and what each sets.

Read from two deployments; `_world.py` says what a step can set. The timeline walks the
steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from cfn_lint_lambda_race.template import (
    VERSION,
    Grant,
    Reference,
    Resource,
    Target,
    scalar_text,
)
from cfn_lint_lambda_race.template._grants import ANYBODY, INVOKE, is_via_url, text_of
from cfn_lint_lambda_race.template._made import (
    below,
    element,
    event_type,
    made_permission,
    may_be_permitted,
)
from cfn_lint_lambda_race.template._sam import (
    SERVERLESS_FUNCTION,
    SERVERLESS_HTTP_API,
    published_alias_id,
    published_version_id,
)
from cfn_lint_lambda_race.template._text import fits
from cfn_lint_lambda_race.update._changes import FunctionUpdate
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._order import Order
from cfn_lint_lambda_race.update._publication import stays_with_serverless
from cfn_lint_lambda_race.update._side import API_TYPES, ApiKind, Side, kind_of_api
from cfn_lint_lambda_race.update._world import (
    NEW,
    OLD,
    PINNED,
    Act,
    Action,
    Caller,
    Copy,
    Half,
    Invoked,
    Key,
    Part,
    Permit,
    Place,
    Snapshot,
    Step,
    halves,
    is_disabled,
)

PERMISSION = "AWS::Lambda::Permission"
_ALIAS = "AWS::Lambda::Alias"
_VERSION = "AWS::Lambda::Version"

# What the source of an authorizer's permission has where others have a stage.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
_AUTHORIZERS = "authorizers"
# How a text says what is unknown; and principals that are unknown in part, but no
# services.
_UNKNOWN = "${"
_NO_SERVICES = ("arn:", "${AWS::AccountId}")
# API Gateway's console invokes through this stage, which no caller can.
_TEST_STAGE = "test-invoke-stage"


class Steps:
    """The steps of the update from one deployment to the next.

    Each ``part_of...`` gives one element of the stack: its values before the update,
    and the steps that change them.
    """

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.before = Side(comparison.before)
        self.after = Side(comparison.after)
        self._parts: dict[str, Part] = {}

    # -- the order -----------------------------------------------------------------

    @cached_property
    def order(self) -> Order:
        """Which steps wait for which others."""
        return Order(self.comparison.after, dict(self._made()))

    def _made(self) -> Iterator[tuple[str, frozenset[str]]]:
        """By the name of what SAM makes of a function, the names that it waits for."""
        for function in self.after.by_type.get(SERVERLESS_FUNCTION, ()):
            # What SAM does not make has no step, so that nothing waits.
            awaited = {function.id}
            yield published_version_id(function.id), frozenset(awaited)
            awaited.add(published_version_id(function.id))
            yield published_alias_id(function.id), frozenset(awaited)
            awaited.add(published_alias_id(function.id))
            for place in self.after.by_resource.get(function.id, ()):
                target = self.after.targets[place]
                if target.row.form != "self":
                    continue
                name = element(target)
                made = made_permission(target)
                first = {made.element} if made and made.row.is_awaited else set()
                yield name, frozenset(awaited | first)
                if made is not None:
                    late = awaited | ({name} if made.row.follows_the_move else set())
                    yield made.element, frozenset(late)
        for target in self.after.targets.values():
            made = made_permission(target)
            if made is not None and target.row.form != "self":
                yield made.element, frozenset({element(target)})

    # -- copies --------------------------------------------------------------------

    def copy(self, name: str, is_after: bool = True) -> Copy:
        """The physical resource behind a logical ID, after the update or before it."""
        is_new = is_after and (
            name not in self.before.resources or self.comparison.is_replaced(name)
        )
        return name, NEW if is_new else OLD

    def _action(self, name: str) -> Action:
        return Action.REPLACE if name in self.before.resources else Action.CREATE

    # -- functions -----------------------------------------------------------------

    @cached_property
    def updates(self) -> Mapping[str, FunctionUpdate]:
        """By function, what the update changes of it; the first of several updates.

        They are several only where code and configuration change in each of them.
        """
        updates: dict[str, FunctionUpdate] = {}
        for update in self.comparison.function_updates():
            updates.setdefault(update.function, update)
        return updates

    def part_of_function(self, name: str) -> Part:
        """A function: its two halves, and the API calls that change them."""
        if name not in self._parts:
            self._parts[name] = self._function(name)
        return self._parts[name]

    def _function(self, name: str) -> Part:
        old, new = (side.resources.get(name) for side in (self.before, self.after))
        initial: list[tuple[Key, Any]] = []
        acts: list[Act] = []
        if old is not None:
            calls = self._calls(name)
            for half in ("code", "configuration"):
                is_old = half in calls and calls[half]
                initial.append(((half, (name, OLD)), Half.OLD if is_old else Half.SAME))
            actions = {"code": Action.CODE, "configuration": Action.CONFIGURATION}
            for half, is_seen in calls.items():
                step = Step(name, old.type, actions[half])
                effect = ((half, (name, OLD)), Half.NEW if is_seen else Half.SAME)
                acts.append(Act(step, (effect,)))
        if new is not None and self.copy(name)[1] == NEW:
            step = Step(name, new.type, self._action(name))
            acts.append(Act(step, halves((name, NEW), Half.NEW)))
        if old is not None and (new is None or self.copy(name)[1] == NEW):
            acts.append(Act(Step(name, old.type, Action.DELETE), ()))
        return Part(tuple(initial), tuple(acts))

    def _calls(self, name: str) -> dict[str, bool]:
        """The API calls on a function: ``code``, ``configuration`` or both.

        Each with whether the function's code can notice what it changes.
        """
        update = self.updates.get(name)
        if update is None:
            return {}
        calls = {}
        if update.code:
            calls["code"] = True
        if update.configuration:
            calls["configuration"] = any(
                not change.row.is_inert for change in update.configuration
            )
        return calls

    # -- versions and aliases ------------------------------------------------------

    def part_of_version(self, name: str) -> Part:
        """A version: it takes the values that its function has when it is created."""
        if name not in self._parts:
            function = _function_that_makes(name)
            self._parts[name] = (
                self._made_version(function) if function else self._version(name)
            )
        return self._parts[name]

    def _version(self, name: str) -> Part:
        old, new = (side.resources.get(name) for side in (self.before, self.after))
        initial = halves((name, OLD), Half.OLD) if old is not None else ()
        acts: list[Act] = []
        if new is not None and self.copy(name)[1] == NEW:
            function = self._function_of(new)
            step = Step(name, _VERSION, self._action(name))
            acts.append(Act(step, self._snapshot(name, function)))
        is_gone = new is None or self.copy(name)[1] == NEW
        if old is not None and is_gone and not self._is_retained(name):
            acts.append(Act(Step(name, _VERSION, Action.DELETE), ()))
        return Part(initial, tuple(acts))

    def _snapshot(self, name: str, function: str | None) -> tuple[tuple[Key, Any], ...]:
        """The values of a new version of a function; none where that is unknown."""
        if function is None:
            return ()
        copy = self.copy(function)
        return tuple(
            ((half, (name, NEW)), Snapshot((half, copy)))
            for half in ("code", "configuration")
        )

    def _function_of(self, version: Resource) -> str | None:
        """The function that a version of the new template is of; None for unknown."""
        references = self.after.reading.references.of(
            version.properties.get("FunctionName")
        )
        return references[0].function if len(references) == 1 else None

    def _made_version(self, function: str) -> Part:
        """The version that SAM makes of a function."""
        name = f"{function}.Version"
        initial = halves((name, OLD), Half.OLD)
        if not self.is_published_anew(function):
            return Part(initial)
        step = Step(name, _VERSION, self._action_of_made(function))
        return Part(initial, (Act(step, self._snapshot(name, function)),))

    def _action_of_made(self, function: str) -> Action:
        old = self.before.resources.get(function)
        is_there = old is not None and self.before.published(old)
        return Action.REPLACE if is_there else Action.CREATE

    def is_published_anew(self, function: str) -> bool:
        """Whether SAM makes a new version of a function, or may do so."""
        old, new = (side.resources.get(function) for side in (self.before, self.after))
        if new is None or not self.after.published(new):
            return False
        if old is None or not self.before.published(old):
            return True
        return self.comparison.is_replaced(function) or not stays_with_serverless(
            self.comparison, old, new, self.updates.get(function)
        )

    def part_of_alias(self, name: str) -> Part:
        """An alias, and when it points to something else."""
        if name not in self._parts:
            self._parts[name] = self._alias(name)
        return self._parts[name]

    def _alias(self, name: str) -> Part:
        copies = [
            (name, OLD)
            if name in self.before.reading.references.aliases and self._had(name)
            else None,
            self._copy_of_alias(name),
        ]
        points = [self._pointer(side, name) for side in (self.before, self.after)]
        acts: list[Act] = []
        initial: tuple[tuple[Key, Any], ...] = ()
        if copies[0] is not None:
            initial = ((("alias", copies[0]), points[0]),)
        if copies[1] is None:
            if copies[0] is not None:
                acts.append(Act(Step(name, _ALIAS, Action.DELETE), ()))
            return Part(initial, tuple(acts))
        effect = ((("alias", copies[1]), points[1]),)
        if copies[1][1] == NEW:
            action = Action.CREATE if copies[0] is None else Action.REPLACE
            acts.append(Act(Step(name, _ALIAS, action), effect))
            if copies[0] is not None:
                acts.append(Act(Step(name, _ALIAS, Action.DELETE), ()))
        elif points[0] != points[1]:
            acts.append(Act(Step(name, _ALIAS, Action.CHANGE), effect))
        return Part(initial, tuple(acts))

    def _had(self, name: str) -> bool:
        """Whether an alias exists before the update."""
        return self._owner(name) in self.before.resources

    def _owner(self, name: str) -> str:
        """The resource that makes an alias: itself, or a function of SAM's."""
        return _function_that_makes(name) or name

    def _copy_of_alias(self, name: str) -> Copy | None:
        """The alias after the update; None where it no longer exists."""
        aliases = self.after.reading.references.aliases
        if name not in aliases or self._owner(name) not in self.after.resources:
            return None
        before = self.before.reading.references.aliases
        if name not in before:
            return name, NEW
        if aliases[name].resource.type == SERVERLESS_FUNCTION:
            names = [
                side.reading.references.alias_names(name)
                for side in (self.before, self.after)
            ]
            is_same = names[0] == names[1] and self.copy(self._owner(name))[1] == OLD
            return name, OLD if is_same else NEW
        return self.copy(name)

    def _pointer(self, side: Side, name: str) -> Copy | None:
        """The function (for ``$LATEST``) or version behind an alias.

        None for unknown.
        """
        alias = side.reading.references.aliases.get(name)
        if alias is None or alias.function is None:
            return None
        is_after = side is self.after
        if alias.resource.type == SERVERLESS_FUNCTION:
            is_new = is_after and self.is_published_anew(alias.function)
            return f"{alias.function}.Version", NEW if is_new else OLD
        if side.reading.references.latest_branches(name):
            return self.copy(alias.function, is_after)
        node = alias.resource.properties.get("FunctionVersion")
        token = side.token(node)
        if token is not None and token.kind == VERSION:
            return self._version_copy(token.name, is_after)
        number = scalar_text(node)
        if number is None:
            return None
        other = self.before.reading.references.aliases.get(name)
        same = other is not None and number == scalar_text(
            other.resource.properties.get("FunctionVersion")
        )
        return PINNED if same else None

    def _version_copy(self, name: str, is_after: bool) -> Copy:
        function = _function_that_makes(name)
        if not function:
            return self.copy(name, is_after)
        return name, NEW if is_after and self.is_published_anew(function) else OLD

    # -- permissions ---------------------------------------------------------------

    def part_of_permission(self, name: str) -> Part:
        """An ``AWS::Lambda::Permission``: whether it exists."""
        if name not in self._parts:
            self._parts[name] = self._there(
                name,
                PERMISSION,
                name in self.before.resources,
                self._copy_of_permission(name, True)
                if name in self.after.resources
                else None,
                self._is_retained(name),
            )
        return self._parts[name]

    def _copy_of_permission(self, name: str, is_after: bool) -> Copy:
        """The permission behind a logical ID, after the update or before it.

        Its ``FunctionName`` replaces it when it changes. Two texts that are partly
        unknown may be equal, and so do not count as a change; but they are different
        where their qualifiers certainly are.
        """
        if not is_after or self.copy(name)[1] == NEW:
            return self.copy(name, is_after)
        old, new = (
            {
                side.qualifier(one)
                for one in side.reading.references.of(
                    side.resources[name].properties.get("FunctionName")
                )
            }
            for side in (self.before, self.after)
        )
        is_other = bool(old and new) and None not in old | new and not old & new
        return name, NEW if is_other else OLD

    def _is_retained(self, name: str) -> bool:
        """Whether the clean-up leaves a resource that the update replaces or removes.

        True where either template says so, since then it may be.
        """
        sides = [side.resources.get(name) for side in (self.before, self.after)]
        policy = "DeletionPolicy" if sides[1] is None else "UpdateReplacePolicy"
        return any(
            side is not None and str(side.attributes.get(policy)).startswith("Retain")
            for side in sides
        )

    def _there(
        self,
        name: str,
        kind: str,
        was: bool,
        copy: Copy | None,
        is_retained: bool = False,
    ) -> Part:
        """A permission: when it exists.

        Args:
            name: its logical ID, or the name of what SAM makes.
            kind: its resource type.
            was: whether it exists before the update.
            copy: what it is after the update; None where it is removed.
            is_retained: whether the clean-up leaves the old one.
        """
        initial: tuple[tuple[Key, Any], ...] = ()
        acts: list[Act] = []
        if was:
            initial = ((("permission", (name, OLD)), True),)
        if copy is not None and copy[1] == NEW:
            action = Action.REPLACE if was else Action.CREATE
            effect = ((("permission", copy), True),)
            acts.append(Act(Step(name, kind, action), effect))
        if was and not is_retained and (copy is None or copy[1] == NEW):
            effect = ((("permission", (name, OLD)), False),)
            acts.append(Act(Step(name, kind, Action.DELETE), effect))
        return Part(initial, tuple(acts))

    def permits(self, caller: Caller) -> list[Permit]:
        """The permissions that cover a caller, those of both templates."""
        permits: list[Permit] = []
        for side, target in (
            (self.before, caller.before),
            (self.after, caller.after),
        ):
            if target is None:
                continue
            is_after = side is self.after
            permits += self._made_permits(target, caller, is_after)
            for grant, qualifiers in side.grants(target, caller.function):
                if grant.path[-2:-1] == ("Events",) and target.row.form == "self":
                    continue
                if not self._serves(grant, caller):
                    continue
                is_own = grant.path[-1] == "FunctionName"
                key: Key = ()
                if is_own:
                    copy = self._copy_of_permission(grant.name, is_after)
                    key = ("permission", copy)
                permits.append(
                    Permit(
                        key,
                        qualifiers if is_own else frozenset({None}),
                        grant.name if is_own else "",
                        grant.path,
                        grant.name,
                        self._actions(grant, target, qualifiers, caller),
                    )
                )
        return permits

    @staticmethod
    def _actions(
        grant: Grant,
        target: Target,
        qualifiers: frozenset[str | None],
        caller: Caller,
    ) -> frozenset[str]:
        """What a permission is there for, of what a target has to be permitted.

        What may be for something else counts where it permits the target after all.
        """
        principal = target.row.authorised_by
        if qualifiers.isdisjoint({caller.new, None}) and not (
            grant.is_meant_for(principal)
        ):
            return frozenset()
        return frozenset(
            action for action in target.row.actions if grant.permits(action, principal)
        )

    def _made_permits(
        self, target: Target, caller: Caller, is_after: bool
    ) -> Iterator[Permit]:
        """The permission that SAM makes for a target; none for events that poll.

        One of unknown qualifier where SAM may make one.
        """
        made = made_permission(target)
        actions = frozenset(target.row.actions)
        if made is None:
            if may_be_permitted(target):
                unknown: frozenset[str | None] = frozenset({None})
                yield Permit((), unknown, "", target.path, "", actions)
            return
        qualifier = caller.new if is_after else caller.old
        is_new = is_after and self._makes_permission(caller)
        yield Permit(
            ("permission", (made.element, NEW if is_new else OLD)),
            frozenset({qualifier}),
            made.element,
            target.path,
            made.name,
            actions,
        )

    def part_of_made_permission(self, caller: Caller, name: str) -> Part:
        """The permission that SAM makes for a target: whether it exists."""
        if name not in self._parts:
            copy = (name, NEW if self._makes_permission(caller) else OLD)
            is_there = [
                target is not None and made_permission(target) is not None
                for target in (caller.before, caller.after)
            ]
            self._parts[name] = self._there(
                name, PERMISSION, is_there[0], copy if is_there[1] else None
            )
        return self._parts[name]

    @staticmethod
    def _makes_permission(caller: Caller) -> bool:
        """Whether SAM makes a new permission for a target, if it has one after all."""
        return (
            caller.before is None
            or made_permission(caller.before) is None
            or caller.old != caller.new
        )

    def may_be_permitted_otherwise(self, caller: Caller) -> bool:
        """Whether some permission may be for anything, a caller among it.

        Its function, its action or its principal is unknown; or it is for anybody, and
        the caller no function URL, of which anybody is the principal.
        """
        is_url = caller.target.row.authorised_by == ANYBODY
        return self._has_open_permissions[is_url]

    @cached_property
    def _has_open_permissions(self) -> Mapping[bool, bool]:
        """Whether some permission may be for any target: for a function URL or not."""
        permissions = self.after.by_type.get(PERMISSION, ())
        return {
            is_url: any(self._is_open(one, is_url) for one in permissions)
            for is_url in (False, True)
        }

    def _is_open(self, permission: Resource, is_url: bool) -> bool:
        reading = self.after.reading
        principal, action = (
            text_of(reading.evaluator, permission, name) or _UNKNOWN
            for name in ("Principal", "Action")
        )
        is_for_some_service = _UNKNOWN in principal and not principal.startswith(
            _NO_SERVICES
        )
        is_for_anybody = (
            principal == ANYBODY
            and not is_url
            and is_via_url(reading.evaluator, permission) is not True
            and fits(INVOKE, action.lower())
        )
        return (
            not reading.references.of(permission.properties.get("FunctionName"))
            or _UNKNOWN in action
            or is_for_some_service
            or is_for_anybody
        )

    def _serves(self, grant: Grant, caller: Caller) -> bool:
        """Whether a permission can be for the stage that a caller comes through.

        Also where the caller comes through none, or the permission names none.
        """
        resource = self.after.resources.get(caller.stage)
        if resource is None or grant.source is None:
            return True
        fields = grant.source.fields(":")
        if len(fields) < 6:
            return True
        api, slash, rest = str(fields[5]).partition("/")
        if not slash:
            # A wildcard matches slashes too.
            return "*" in api
        named = rest.partition("/")[0]
        if "$" in named:
            return True
        if caller.type.endswith("::Authorizer"):
            return fits(_AUTHORIZERS, named)
        if named == _TEST_STAGE:
            return False
        names = [
            one.value.literal
            for one in self.after.reading.evaluator.texts(
                resource.properties.get("StageName")
            )
        ]
        return not names or any(name is None or fits(name, named) for name in names)

    # -- targets -------------------------------------------------------------------

    @property
    def _names_alike(self) -> bool:
        """Whether both templates name the places of their targets in the same way.

        SAM's source and SAM's output do not.
        """
        return (
            self.before.deployment.is_serverless == self.after.deployment.is_serverless
        )

    @cached_property
    def callers(self) -> list[Caller]:
        """Who invokes the functions of the stack, in the order of the template.

        Targets that can invoke several things are left out.
        """
        if not self._names_alike:
            return []
        places = dict.fromkeys([*self.after.targets, *self.before.targets])
        return [caller for place in places for caller in self._callers(place)]

    @property
    def moved(self) -> Iterator[Caller]:
        """The callers whose target the update moves to another qualifier.

        Nobody else is looked at: rules ask at each update, and mostly nothing moves.
        """
        for place, old, new in self._kept():
            qualifiers = {
                side.qualifier(one)
                for side, one in ((self.before, old), (self.after, new))
                if one
            }
            if len(qualifiers) > 1:
                yield from (one for one in self._callers(place) if one.is_moved)

    @property
    def uncertain(self) -> Iterator[Caller]:
        """The callers whose target may come to invoke what nothing permits yet.

        A qualifier is unknown, or the function is, or becomes another one: the timeline
        tells nothing of them. Left out is what a permission of the template certainly
        permits before.
        """
        for place, old, new in self._kept():
            if old is None or new is None:
                continue
            is_other = old.function != new.function
            for caller in self._callers(place):
                is_open = None in (caller.old, caller.new)
                may_move = is_other or (is_open and old.qualifier != new.qualifier)
                if self.comparison.is_replaced(caller.function) or (
                    may_move and not self._is_permitted_first(caller)
                ):
                    yield caller
        for place in self._half_known():
            for caller in self._callers(place, is_half_known=True):
                if not self._is_permitted_first(caller):
                    yield caller

    def _half_known(self) -> Iterator[Place]:
        """The places that invoke a function of the stack on one side alone.

        What stands there on the other side may be a function, too.
        """
        if not self._names_alike:
            return
        for side, other in ((self.before, self.after), (self.after, self.before)):
            for place, target in side.targets.items():
                if (
                    side.function(target) is not None
                    and other.may_be_other(target)
                    and not self._is_reordered(target.resource.id)
                ):
                    yield place

    def _kept(self) -> Iterator[tuple[Place, Reference | None, Reference | None]]:
        """The places of targets in both templates, each with what is invoked there."""
        if not self._names_alike:
            return
        before, after = self.before, self.after
        for place in [one for one in after.targets if one in before.targets]:
            yield (
                place,
                before.only(before.targets[place]),
                after.only(after.targets[place]),
            )

    @property
    def substitutes(self) -> Iterator[Caller]:
        """The callers of new targets that may come in place of others.

        So does one of a function whose target of the same kind, with another
        qualifier, goes. A new authorizer stands before all that call its API already.
        Left out is what a permission of the template certainly permits before.
        """
        if not self._names_alike:
            return
        targets = self.after.targets
        gone = [
            (one.row, self.before.only(one))
            for at, one in self.before.targets.items()
            if at not in targets
        ]
        for place in [one for one in targets if one not in self.before.targets]:
            for caller in self._callers(place):
                old = {
                    self.before.qualifier(reference)
                    for row, reference in gone
                    if reference is not None
                    and reference.function == caller.function
                    and row == caller.target.row
                }
                is_substitute = old or self._stands_before_callers(caller.target)
                if (
                    is_substitute
                    and caller.new not in old
                    and not self._is_permitted_first(caller)
                ):
                    yield caller

    def _stands_before_callers(self, target: Target) -> bool:
        """Whether a new target is an authorizer of an API that was there before."""
        if "Authorizer" not in target.row.path:
            return False
        kind = kind_of_api(target.resource.type)
        api = self._api(target, kind) if kind else target.resource.id
        return api is None or self.before.has(api)

    def _is_permitted_first(self, caller: Caller) -> bool:
        """Whether what a caller comes to invoke is permitted before its target changes.

        By a permission that is deployed, or that the target waits for.
        """
        if caller.new is None:
            return False
        awaited = self.order.awaited(element(caller.target))
        return any(
            one.qualifiers == {caller.new}
            and (
                one.key == ("permission", (one.element, OLD)) or one.element in awaited
            )
            for one in self.permits(caller)
        )

    @property
    def says_the_same(self) -> bool:
        """Whether both templates have the same text, so that nothing changes."""
        before, after = self.before.deployment, self.after.deployment
        evaluators = before.reading.evaluator, after.reading.evaluator
        return (
            before.resources == after.resources
            and before.shared == after.shared
            and before.parameters == after.parameters
            and evaluators[0].conditions == evaluators[1].conditions
            and evaluators[0].mappings == evaluators[1].mappings
        )

    def _callers(self, place: Place, is_half_known: bool = False) -> Iterator[Caller]:
        """Who invokes functions through the target at a place.

        Nobody where it may invoke what is unknown. ``is_half_known`` leaves such a side
        out instead, as if the target were not there.
        """
        before, after = (side.targets.get(place) for side in (self.before, self.after))
        if before and after and before.resource.type != after.resource.type:
            return
        if is_half_known:
            before, after = (
                target if target and side.function(target) else None
                for side, target in ((self.before, before), (self.after, after))
            )
        for side, target in ((self.before, before), (self.after, after)):
            if target and side.function(target) is None:
                return
        references = [
            side.only(target) if target else None
            for side, target in ((self.before, before), (self.after, after))
        ]
        known = next(one for one in references[::-1] if one is not None)
        assert known.function is not None
        old, new = (
            side.qualifier(one) if one is not None else None
            for side, one in zip((self.before, self.after), references)
        )
        if before and after and old != new and self._is_reordered(after.resource.id):
            new = old
        target = after or before
        assert target is not None
        needs = target.row.authorised_by != "role" and not any(
            side.attachments.has_role(one, reference) or side.is_by_identity(one)
            for side, one, reference in zip(
                (self.before, self.after), (before, after), references
            )
            if one is not None and reference is not None
        )
        functions = {one.function for one in references if one is not None}
        is_same = len(functions) == 1 and not self.comparison.is_replaced(
            known.function
        )
        caller = Caller(
            before,
            after,
            known.function,
            old,
            new,
            (("target", place, OLD), ("target", place, NEW)),
            needs_permission=needs,
            is_judged=is_same
            and not self._is_other_source(before, after)
            and not (after is not None and is_disabled(after)),
        )
        yield from self._through_api(caller, place)

    def _is_other_source(self, before: Target | None, after: Target | None) -> bool:
        """Whether an event of SAM's gets another source, so another permission."""
        if before is None or after is None or after.row.form != "self":
            return False
        events = [
            below(one.resource.properties, one.path[3:]) for one in (before, after)
        ]
        made = made_permission(after)
        if made is None or event_type(before) != event_type(after):
            return True
        old, new = (event.get("Properties") or {} for event in events)
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            return True
        return any(old.get(name) != new.get(name) for name in made.row.identity)

    def _is_reordered(self, name: str) -> bool:
        """Whether a resource invokes the same things as before, in another order."""
        sides = [
            Counter(
                None
                if reference is None
                else (reference.function, side.qualifier(reference))
                for place in side.by_resource.get(name, ())
                for reference in [side.only(side.targets[place])]
            )
            for side in (self.before, self.after)
        ]
        return sides[0] == sides[1]

    def _through_api(self, caller: Caller, place: Place) -> list[Caller]:
        """The callers of a target: of an API's, one for each stage that serves it.

        Args:
            caller: the caller, as if it invoked the target directly.
            place: where the target is.

        Returns:
            Callers whose keys and stage say how they come to the target; the one that
            was given, not judged, where that is unknown.
        """
        kind = kind_of_api(caller.type)
        if kind is None:
            # SAM's HTTP APIs deploy themselves. When its REST APIs do, nothing tells.
            is_known = (
                caller.target.row.form == "self"
                or caller.type == SERVERLESS_HTTP_API
                or caller.target.row.authorised_by != "apigateway.amazonaws.com"
            )
            return [replace(caller, is_served=is_known)]
        api = self._api(caller.target, kind) or ""
        stages = self.after.of_api(kind.stage, kind.api, api)
        served: list[Caller] = []
        for stage in stages:
            old = self._deployed(stage, kind)
            if stage.properties.get("AutoDeploy") in (True, "true"):
                if stage.id in self.before.resources:
                    served.append(replace(caller, stage=stage.id))
            elif old is not None and self.after.named(stage, "DeploymentId"):
                keys = (("stage", stage.id, place),)
                served.append(replace(caller, keys=keys, stage=stage.id))
        if not served:
            served = [
                replace(
                    caller, keys=(("deployed", (one.id, OLD), place),), stage=one.id
                )
                for one in self.after.of_api(kind.deployment, kind.api, api)
                if self._stays(one) and "StageName" in one.properties
            ]
        if served or stages:
            return served
        return [replace(caller, is_judged=False)]

    def _api(self, target: Target, kind: ApiKind) -> str | None:
        """The logical ID of a target's API; None for unknown."""
        if target.resource.type in API_TYPES:
            return target.resource.id
        return self.after.named(target.resource, kind.api)

    def _deployed(self, stage: Resource, kind: ApiKind) -> str | None:
        """The deployment that a stage serves before the update.

        None where the stage is new or replaced, or where that is unknown.
        """
        before = self.before.resources.get(stage.id)
        if before is None or self.comparison.is_replaced(stage.id):
            return None
        name = self.before.named(before, "DeploymentId")
        resource = self.before.resources.get(name or "")
        return name if resource and resource.type == kind.deployment else None

    def _stays(self, resource: Resource) -> bool:
        """Whether a deployment with a stage of its own is the same as before."""
        return self.copy(resource.id)[
            1
        ] == OLD and not self.comparison.property_differs(
            self.before.resources[resource.id], resource, ("StageName",)
        )

    def part_of_target(self, caller: Caller) -> Part:
        """The target of a caller: what it invokes before and after."""
        place = caller.target.path, caller.target.inner
        values = [
            self._invoked(side, one, is_after)
            for side, one, is_after in (
                (self.before, caller.before, False),
                (self.after, caller.after, True),
            )
        ]
        name = element(caller.target)
        kind = caller.target.resource.type
        keys = [("target", place, OLD), ("target", place, NEW)]
        acts: list[Act] = []
        owner = caller.target.resource.id
        made = made_permission(caller.target)
        is_replaced = (
            None not in values
            and values[0] != values[1]
            and made is not None
            and made.row.is_replaced
            if caller.target.row.form == "self"
            # Two ARNs that are partly unknown may be equal, two qualifiers are not.
            else self.comparison.is_replaced(owner)
            or (caller.is_moved and caller.target.row.authorised_by == ANYBODY)
        )
        is_there = [owner in side.resources for side in (self.before, self.after)]
        if values[0] is None or is_replaced:
            action = Action.CHANGE if is_there[0] else Action.CREATE
            action = Action.REPLACE if is_replaced else action
            acts.append(Act(Step(name, kind, action), ((keys[1], values[1]),)))
        elif values[1] is not None and values[0] != values[1]:
            step = Step(name, kind, Action.CHANGE)
            acts.append(Act(step, ((keys[0], values[1]),)))
        if values[1] is None or is_replaced:
            is_kept = is_there[1] and not is_replaced
            action = Action.CHANGE if is_kept else Action.DELETE
            acts.append(Act(Step(name, kind, action), ((keys[0], None),)))
        return Part(((keys[0], values[0]),), tuple(acts))

    def _invoked(
        self, side: Side, target: Target | None, is_after: bool
    ) -> Invoked | None:
        """What a target of one side invokes; None where it does not, or for unknown."""
        reference = side.only(target) if target is not None else None
        if reference is None or reference.function is None:
            return None
        function = self.copy(reference.function, is_after)
        behind: Key | None = None
        token = reference.qualifier.token if reference.qualifier else None
        if reference.qualifier is None or reference.says_latest:
            is_latest = reference.says_latest or side.reading.references.unmanaged(
                reference.function
            )
            behind = function if is_latest else None
        elif reference.alias is not None:
            name = reference.alias.name
            copy = self._copy_of_alias(name) if is_after else (name, OLD)
            behind = ("alias", copy) if copy is not None else None
        elif token is not None and token.kind == VERSION:
            behind = self._version_copy(token.name, is_after)
        return Invoked(function, side.qualifier(reference), behind)

    # -- deployments of APIs -------------------------------------------------------

    def parts_of_api(self, caller: Caller) -> Iterator[Part]:
        """The deployments and the stage through which a caller of an API comes."""
        kind = kind_of_api(caller.type)
        if kind is None or caller.keys[0][0] not in ("stage", "deployed"):
            return
        place = caller.target.path, caller.target.inner
        target: list[Key] = [("target", place, one) for one in (OLD, NEW)]
        if caller.keys[0][0] == "deployed":
            name = caller.stage
            value = self._invoked(self.before, caller.before, False)
            yield Part(((("deployed", (name, OLD), place), value),))
            return
        stage = self.after.resources[caller.stage]
        old = self._deployed(stage, kind)
        new = self.after.named(stage, "DeploymentId")
        assert old is not None
        assert new is not None
        value = self._invoked(self.before, caller.before, False)
        initial: Key = ("deployed", (old, OLD), place)
        yield Part(((initial, value),))
        made = self.after.resources.get(new)
        copy: Copy | None = None
        if made is not None and made.type == kind.deployment:
            copy = self.copy(new)
            if copy[1] == NEW:
                step = Step(new, kind.deployment, self._action(new))
                key = target[1] if caller.before is None else target[0]
                effect = (("deployed", copy, place), Snapshot(key))
                yield Part((), (Act(step, (effect,)),))
            else:
                yield Part(((("deployed", copy, place), value),))
        key = ("stage", stage.id, place)
        acts: tuple[Act, ...] = ()
        if copy != (old, OLD):
            step = Step(stage.id, kind.stage, Action.CHANGE)
            acts = (Act(step, ((key, ("deployed", copy, place)),)),)
        yield Part(((key, initial),), acts)


def _function_that_makes(name: str) -> str:
    """The function of SAM that makes a version or an alias; empty for none.

    A dot is in no logical ID, but in the names of what SAM makes.
    """
    return name.rpartition(".")[0]
