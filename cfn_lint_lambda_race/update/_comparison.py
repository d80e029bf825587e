"""What an update changes: two deployments of a template, resource by resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from itertools import islice
from posixpath import isabs
from typing import Any

from cfn_lint_lambda_race.data import OperationRow, operations
from cfn_lint_lambda_race.template import (
    ALWAYS,
    FUNCTION_TYPES,
    LAYER_TYPES,
    MAX_ALTERNATIVES,
    Alternative,
    Resource,
    Scenario,
    Text,
    Token,
    scalar_text,
)
from cfn_lint_lambda_race.template._names import names_in, objects
from cfn_lint_lambda_race.template._nodes import Value
from cfn_lint_lambda_race.template._sam import (
    WRITTEN_OUT,
    makes_role,
    role_id,
)
from cfn_lint_lambda_race.template._scenario import (
    CONDITION,
    PARAMETER,
    Choice,
    Fact,
)
from cfn_lint_lambda_race.template._text import UNKNOWN
from cfn_lint_lambda_race.update._builds import Build, Method
from cfn_lint_lambda_race.update._changes import Change, FunctionUpdate, grouped
from cfn_lint_lambda_race.update._choices import Choices, Chosen
from cfn_lint_lambda_race.update._deployment import (
    Deployment,
    Shield,
    as_lambda_takes,
    create_only_properties,
)
from cfn_lint_lambda_race.update._frozen import SERVERLESS_VERSION
from cfn_lint_lambda_race.update._inputs import (
    Inputs,
)
from cfn_lint_lambda_race.update._values import differ, pruned

# Depth limit for replacements that cause other replacements; only hostile templates
# go deeper.
_MAX_CHAIN = 30

# Whether two builds, one before and one after, make different code; None for unknown.
CodeDiffers = Callable[[Build, Build], "bool | None"]


class Comparison:
    """The update from one deployment to the next.

    Args:
        before: what is deployed now.
        after: what the template deploys.
        code_differs: whether two builds of local files make different code; None for
            unknown. By default that is known only of builds at different paths.
    """

    def __init__(
        self,
        before: Deployment,
        after: Deployment,
        code_differs: CodeDiffers | None = None,
    ) -> None:
        self.before = before
        self.after = after
        self._code_differs = cache(code_differs or _path_differs)
        self._replaced: dict[str, bool] = {}
        self._named_alike: dict[str, bool] = {}
        self._of_choices: dict[Any, list[FunctionUpdate]] = {}
        self._chain = 0

    @cached_property
    def choices(self) -> Choices:
        """The conditions whose definition the update changes, and what decides them."""
        return Choices(self.before, self.after)

    @cached_property
    def inputs(self) -> Inputs:
        """The inputs of the new deployment."""
        return Inputs(self.after)

    @cached_property
    def chosen(self) -> list[Comparison]:
        """The update of the stack that takes the defaults.

        Where conditions ask for parameters without a default, one for each of their
        values.
        """
        chosen = [ComparisonOfChoice(self, choice) for choice in self.choices.all()]
        return [*chosen] or [self]

    @cached_property
    def other_choices(self) -> ComparisonOfOtherChoices | None:
        """The update of the stacks that take other values; None without choices."""
        if not (self.before.has_choices and self.after.has_choices):
            return None
        before, after = self.before.of_any_choice, self.after.of_any_choice
        return ComparisonOfOtherChoices(before, after, self)

    @cached_property
    def any_choice(self) -> Comparison:
        """The update of all stacks, with every combination of both sides' choices.

        Some combinations belong to no stack. So this shows in which scenarios a finding
        of the others happens as well, but makes no finding of its own.
        """
        return Comparison(
            self.before.of_any_choice, self.after.of_any_choice, self._code_differs
        )

    def function_updates(self) -> Iterator[FunctionUpdate]:
        """The functions that the update changes, in the order of the template.

        Yields:
            One update for each scenario in which code and configuration of a function
            change together; one for a function of which only one of them changes.
        """
        for function in self.after.reading.functions:
            yield from self._updates(function)

    def _updates(self, function: Resource) -> list[FunctionUpdate]:
        """The updates of one function, as `function_updates` gives them."""
        before = self.before.function(function.id)
        if before is None or self._is_other(before, function):
            return []
        changes = self._changes(before, function)
        return grouped(function.id, changes, self._is_possible) if changes else []

    def told(self, update: FunctionUpdate) -> FunctionUpdate:
        """An update with scenarios that say to which choice it belongs."""
        return update

    def _is_possible(self, when: Scenario) -> bool:
        """Whether a scenario can happen on both sides."""
        return (
            not (self._mentions_lost(when) and self._mentions_unshared(when))
            and self.before.reading.possible(when)
            and self.after.reading.possible(when)
        )

    def _mentions_lost(self, when: Scenario) -> bool:
        """Whether a scenario has a condition that the update removes."""
        kept = self.after.reading.evaluator.conditions
        return any(name not in kept for name in self._unshared(when))

    def _mentions_unshared(self, when: Scenario) -> bool:
        """Whether a scenario has a condition that the new template adds or changes."""
        kept = self.after.reading.evaluator.conditions
        return any(name in kept for name in self._unshared(when))

    def _unshared(self, when: Scenario) -> list[str]:
        """The conditions of a scenario that the two sides define differently."""
        unshared = self.choices.unshared
        if not unshared:
            return []
        return [name for name, _ in when.of_kind(CONDITION) if name in unshared]

    def _is_other(self, before: Resource, after: Resource) -> bool:
        """Whether a function is replaced, or does not exist on both sides."""
        is_absent = any(
            resource.condition is not None
            and side.reading.evaluator.decide(resource.condition, ALWAYS) is False
            for side, resource in ((self.before, before), (self.after, after))
        )
        return is_absent or self._is_made_anew(before, after)

    def _is_made_anew(self, before: Resource, after: Resource) -> bool:
        """Whether the update replaces a function, creates or deletes it."""
        is_flipped = bool({before.condition, after.condition} & self._flipped)
        return is_flipped or self._function_is_replaced(before, after)

    def is_unshielded(self, update: FunctionUpdate) -> bool:
        """Whether callers can meet a function between its two API calls.

        Also where the update itself introduces the alias: the targets move to it only
        after the function has changed.
        """
        return any(self._unshielded_sides(update))

    def met(self, update: FunctionUpdate) -> FunctionUpdate:
        """The update of an unshielded function in those scenarios in which it is so.

        As it is where that rests on a condition that the two sides define differently.
        """
        scenarios = dict.fromkeys(
            when
            for side in (self.after, self.before)
            for when in side.unshielded(update.function, update.when)
        )
        if any(map(self._unshared, scenarios)):
            return update
        when, *also = scenarios
        return replace(update, when=when, also=(*also, *update.also))

    def _unshielded_sides(self, update: FunctionUpdate) -> Iterator[bool]:
        """Whether the function is unshielded in the new template, and in the old one.

        The new template goes first, since the rules have read it already.
        """
        for side in (self.after, self.before):
            yield side.shield(update.function, update.when) is Shield.UNSHIELDED

    # -- properties ------------------------------------------------------------

    def _changes(self, before: Resource, after: Resource) -> list[Change]:
        return [
            Change(row, when)
            for row in operations()
            if row.operation is not None
            for when in self._scenarios_of_change(before, after, row)
        ]

    def _scenarios_of_change(
        self, before: Resource, after: Resource, row: OperationRow
    ) -> list[Scenario]:
        existing = self.after.reading.evaluator.existing(after)
        if row.property == "Code":
            decided = self._local_code(before, after)
            if decided is not None:
                return [existing] if decided else []
            if self._is_same_package(before, after):
                return []
        if row.property == "Role" and self._is_other_role(before, after):
            return [existing]
        return self._differences(before, after, row)

    def _is_other_role(self, before: Resource, after: Resource) -> bool:
        """Whether the function's role was made by SAM and now is not, or the reverse.

        SAM makes its role only for a function that names none.
        """
        made = [makes_role(side) for side in (before, after)]
        name = role_id(after.id)
        return made[0] != made[1] and not (
            name in self.before.resources or name in self.after.resources
        )

    def _differences(
        self, before: Resource, after: Resource, row: OperationRow
    ) -> list[Scenario]:
        name = row.property
        if self._is_as_written(
            self.before.written(before, name), self.after.written(after, name)
        ):
            return []
        old, new = (
            [(when, as_lambda_takes(value, row)) for when, value in side]
            for side in self._sides(
                self.before.values(before, name), self.after.values(after, name)
            )
        )
        scenarios = (
            when
            for before_when, one in old
            for after_when, other in new
            for when in [self._merged(before_when, after_when)]
            if when is not None and differ(one, other)
        )
        # Each side has few alternatives, but they multiply.
        return list(islice(dict.fromkeys(scenarios), MAX_ALTERNATIVES))

    def _is_as_written(self, old: Any, new: Any) -> bool:
        """Whether two nodes have the same text, and all that they name stays the same.

        So it is with most properties. Evaluating them, with all conditions and
        parameters behind them, would take most of the time.
        """
        return bool(old == new) and all(
            self._is_named_alike(name)
            for below in objects(new)
            for name in (*names_in(below), *(["Fn::FindInMap"] & below.keys()))
        )

    def _is_named_alike(self, name: str) -> bool:
        """Whether a parameter, condition or resource is the same on both sides."""
        if name not in self._named_alike:
            # Conditions that name each other are broken: compare their values.
            self._named_alike[name] = False
            self._named_alike[name] = self._compute_named_alike(name)
        return self._named_alike[name]

    def _compute_named_alike(self, name: str) -> bool:
        if name == "Fn::FindInMap":
            return bool(self.before.mappings == self.after.mappings)
        old, new = (
            side.reading.evaluator.conditions.get(name)
            for side in (self.before, self.after)
        )
        return (
            self.before.parameters.get(name) == self.after.parameters.get(name)
            and self._is_as_written(old, new)
            and not self.is_replaced(name)
        )

    def is_same(self, before: Resource, after: Resource, row: OperationRow) -> bool:
        """Whether a property of a function certainly stays the same."""
        if row.property == "Code":
            old_build, new_build = self.before.build(before), self.after.build(after)
            if old_build is not None or new_build is not None:
                return self._build_differs(old_build, new_build) is False
        old, new_values = (
            [(when, as_lambda_takes(value, row)) for when, value in side]
            for side in self._sides(
                self.before.values(before, row.property),
                self.after.values(after, row.property),
            )
        )
        if len(old) == len(new_values) == 1:
            # There is nothing else that either can be.
            return bool(old[0][1] == new_values[0][1])
        return old == new_values and not any(
            self._mentions_unshared(when) for when, _ in old
        )

    def is_local_code_unknown(self, function: Resource) -> bool:
        """Whether a function has local code that cannot be compared."""
        before = self.before.function(function.id)
        old = self.before.build(before) if before is not None else None
        new = self.after.build(function)
        return new is not None and self._build_differs(old, new) is None

    def _build_differs(self, before: Build | None, after: Build | None) -> bool | None:
        """Whether two builds make different code; None for unknown."""
        if before is None or after is None:
            return None
        return self._code_differs(before, after)

    def _local_code(self, before: Resource, after: Resource) -> bool | None:
        """Whether local code changes; None where no side names local code."""
        old, new = self.before.build(before), self.after.build(after)
        if new is not None and new.method is Method.IMAGE:
            return self._image(before, after, old, new)
        if old is not None and new is not None:
            return bool(self._build_differs(old, new))
        if old is not None or new is not None:
            # One side is built here. The other names an object in S3, of which nobody
            # knows what it was built from.
            code = Deployment.written(before if old is None else after, "Code")
            return isinstance(code, Mapping) and "ZipFile" in code
        return None

    def _is_same_package(self, before: Resource, after: Resource) -> bool:
        """Whether the Serverless Framework says by a hash that the code stays.

        It uploads the same package below another time stamp with each deployment,
        and writes the package's hash into each version that it generates. What
        people write there by hand may be out of date.
        """
        old, new = (
            {
                scalar_text(version.properties.get("CodeSha256"))
                for version in side.versions(function.id)
                if SERVERLESS_VERSION.search(version.id)
            }
            for side, function in ((self.before, before), (self.after, after))
        )
        return old == new and len(new) == 1 and None not in new

    def _image(
        self, before: Resource, after: Resource, old: Build | None, new: Build
    ) -> bool | None:
        """Whether an image that SAM builds changes; None where the template decides."""
        if self._code_differs(new, new):
            return True
        if (
            old is not None
            and old.method is Method.IMAGE
            and not (isabs(old.path) or isabs(new.path))
        ):
            return self._code_differs(old, new) or None
        images = [Deployment.written(side, "Code") for side in (before, after)]
        # One side is built here. The other names an image in a registry, of which
        # nobody knows what it was built from.
        return False if None in images else None

    def _merged(self, before: Scenario, after: Scenario) -> Scenario | None:
        """The scenario of an update from one scenario to another.

        Args:
            before: a scenario of the old template.
            after: a scenario of the new template.

        Returns:
            What holds in both. None where no stack goes from the one to the other, or
            where that is unknown: a condition whose definition changes says nothing
            about the other side, unless it is decided there.
        """
        if after.merged(before) is None:
            before, after = self._unflipped(before), self._unflipped(after)
        if after.merged(before) is None:
            return None
        left_open = self._left_open(before)
        if self._mentions_unshared(left_open) or (
            self._mentions_lost(left_open) and self._mentions_unshared(after)
        ):
            return None
        return after.merged(left_open)

    def _left_open(self, when: Scenario) -> Scenario:
        """A scenario of the old template, without conditions that are decided there.

        Only those that the two sides define differently are left out.
        """
        decide = self.before.reading.evaluator.decide
        decided = (
            name
            for name in self._unshared(when)
            if decide(name, ALWAYS) is when.get(CONDITION, name)
        )
        return when.without(CONDITION, *decided)

    def _unflipped(self, when: Scenario) -> Scenario:
        return when.without(CONDITION, *self._flipped)

    @cached_property
    def _flipped(self) -> frozenset[str]:
        """The conditions that are true on one side and false on the other."""
        before, after = (side.reading.evaluator for side in (self.before, self.after))
        return frozenset(
            name
            for name in after.conditions
            if {before.decide(name, ALWAYS), after.decide(name, ALWAYS)}
            == {True, False}
        )

    def _sides(
        self, before: Iterable[Alternative[Value]], after: Iterable[Alternative[Value]]
    ) -> list[list[tuple[Scenario, Any]]]:
        """The alternatives of both sides, pruned, so that they can be compared.

        References in them are equal where they name the same resource.
        """
        return [
            [(one.when, pruned(_mapped(one.value, change))) for one in side]
            for side, change in ((before, self._known), (after, self._moved))
        ]

    def _moved(self, reference: Token) -> Token:
        """Mark a token whose resource this update replaces.

        Args:
            reference: a token of the new template.

        Returns:
            A token that differs from the old template's, where the resource is
            replaced; else the token as `_known` gives it.
        """
        if self.is_replaced(reference.name):
            return Token(
                reference.kind, f"{reference.name} replaced", reference.attribute
            )
        return self._known(reference)

    def _known(self, reference: Token) -> Token:
        """A reference; unknown where SAM may have changed the name of its resource."""
        is_generated = self._is_translated and not (
            reference.name in self.before.resources
            and reference.name in self.after.resources
        )
        kind = UNKNOWN if is_generated else reference.kind
        return Token(kind, reference.name, reference.attribute)

    @cached_property
    def _is_translated(self) -> bool:
        """Whether one side is SAM's source, and the other SAM's output."""
        return self.before.is_serverless != self.after.is_serverless

    # -- replacement -----------------------------------------------------------

    def where_is(self, name: str, update: FunctionUpdate) -> FunctionUpdate:
        """An update with the active scenarios in which a resource exists.

        All of them where that rests on a condition that the two sides define
        differently.
        """
        resource = self.after.resources.get(name)
        if resource is None or resource.condition in self.choices.unshared:
            return update
        existing = self.after.reading.evaluator.existing(resource)
        both = [when.merged(existing) for when in update.active]
        active = tuple(when for when in both if when is not None)
        return replace(update, active=active or update.active)

    def is_new(self, after: Resource) -> bool:
        """Whether the update certainly creates a resource of the new template."""
        before = self.before.resources.get(after.id)
        decide = self.before.reading.evaluator.decide
        return before is None or (
            before.condition is not None and decide(before.condition, ALWAYS) is False
        )

    def is_replaced(self, name: str) -> bool:
        """Whether the update certainly replaces a resource of both templates."""
        if name not in self._replaced:
            if self._chain >= _MAX_CHAIN:
                return False
            # Guards against resources that refer to each other.
            self._replaced[name] = False
            self._chain += 1
            try:
                self._replaced[name] = self._compute_replaced(name)
            finally:
                self._chain -= 1
        return self._replaced[name]

    def _compute_replaced(self, name: str) -> bool:
        before = self.before.resources.get(name)
        after = self.after.resources.get(name)
        if before is None or after is None:
            return False
        if before.type == after.type and after.type in LAYER_TYPES:
            return self._layer_is_replaced(before, after)
        if {before.type, after.type} <= FUNCTION_TYPES:
            return self._function_is_replaced(before, after)
        old, new = (WRITTEN_OUT.get(one.type, one.type) for one in (before, after))
        if old != new:
            return not self._is_translated
        return any(
            self.property_differs(before, after, steps)
            for steps in create_only_properties(new)
            # SAM has some of them under other names.
            if new == before.type == after.type
            or steps[0] in before.properties.keys() & after.properties.keys()
        )

    def _function_is_replaced(self, before: Resource, after: Resource) -> bool:
        return any(
            self._differences(before, after, row)
            for row in operations()
            if row.is_create_only
        )

    def _layer_is_replaced(self, before: Resource, after: Resource) -> bool:
        """Whether a new layer version is published: when any of its properties changes.

        SAM hashes all properties of its own resource into the layer's logical ID, also
        those that CloudFormation does not know (``_construct_lambda_layer`` of
        aws-sam-translator's ``SamLayerVersion``).
        """
        old, new = self.before.build(before), self.after.build(after)
        if self._build_differs(old, new):
            return True
        names = set(before.properties) | set(after.properties)
        if old is not None or new is not None:
            names -= {"Content", "ContentUri"}
        return any(self.property_differs(before, after, (str(name),)) for name in names)

    def property_differs(
        self, before: Resource, after: Resource, steps: tuple[str, ...]
    ) -> bool:
        """Whether a value in a resource's properties certainly changes.

        Args:
            before: the resource in the old template.
            after: the resource in the new template.
            steps: the path to the value, below ``Properties``.
        """
        if self._is_as_written(
            before.properties.get(steps[0]), after.properties.get(steps[0])
        ):
            return False
        sides = []
        for side, resource in ((self.before, before), (self.after, after)):
            evaluator = side.reading.evaluator
            base = evaluator.existing(resource)
            branches = evaluator.follow(resource.properties, steps, when=base)
            values = [
                alternative
                for branch in branches
                for alternative in evaluator.evaluate(branch.node, branch.when)
            ]
            sides.append(values)
        old, new = self._sides(*sides)
        if not old or not new:
            return any(value is not None for _, value in old or new)
        return any(
            differ(one, other)
            for before_when, one in old
            for after_when, other in new
            if self._merged(before_when, after_when) is not None
        )


class ComparisonOfChoice(Comparison):
    """The update of the stack with some values of parameters.

    They decide the conditions of both sides, also where the definitions differ.
    """

    def __init__(self, defaults: Comparison, chosen: Chosen) -> None:
        before, after = (
            side.of_choice(chosen.given, chosen.judged)
            for side in (defaults.before, defaults.after)
        )
        super().__init__(before, after, defaults._code_differs)
        self._defaults = defaults
        self._chosen = chosen

    @property
    def choices(self) -> Choices:
        return self._defaults.choices

    def _updates(self, function: Resource) -> list[FunctionUpdate]:
        """The updates of one function; compared once for choices that it ignores."""
        concern = self.choices.concern(function.id, self._chosen)
        if concern is None:
            return super()._updates(function)
        known, key = self._defaults._of_choices, (function.id, concern)
        if key not in known:
            known[key] = super()._updates(function)
        return known[key]

    def told(self, update: FunctionUpdate) -> FunctionUpdate:
        """The update, its scenarios given the choice and what it leaves open."""
        return replace(
            update,
            when=self._told(update.when),
            also=tuple(map(self._told, update.also)),
            active=tuple(dict.fromkeys(map(self._told, update.active))),
        )

    def _told(self, when: Scenario) -> Scenario:
        decide = self.after.reading.evaluator.decide
        decided = (
            name
            for name, _ in when.of_kind(CONDITION)
            if decide(name, ALWAYS) is not None
        )
        left_open = when.without(CONDITION, *decided)
        return Scenario(left_open.facts | self._chosen.when.facts)


class ComparisonOfOtherChoices(Comparison):
    """The update of the stacks that do not take the parameters' defaults.

    ``before`` and ``after`` are deployments of any choice, ``defaults`` is the
    comparison of the stack that takes the defaults. Each branch is compared with the
    same branch of the other side. A choice that only one side has is decided by its
    default: a new option is rarely taken in the update that introduces it.
    """

    def __init__(
        self, before: Deployment, after: Deployment, defaults: Comparison
    ) -> None:
        super().__init__(before, after, defaults._code_differs)
        self._defaults = defaults

    def is_unshielded(self, update: FunctionUpdate) -> bool:
        """Whether callers can meet a function between its two API calls.

        Which branch a stack takes on each side is unknown, so both must show it.
        """
        return all(self._unshielded_sides(update))

    def _is_other(self, before: Resource, after: Resource) -> bool:
        return self._defaults._is_made_anew(before, after) or super()._is_other(
            before, after
        )

    def _merged(self, before: Scenario, after: Scenario) -> Scenario | None:
        merged = super()._merged(before, after)
        if merged is None:
            return None
        sides = (
            (self._defaults.before, before, after),
            (self._defaults.after, after, before),
        )
        for side, own, other in sides:
            for fact in own.facts - other.facts:
                if not self._is_as_by_default(side, fact, merged):
                    return None
        return merged

    def _is_as_by_default(
        self, side: Deployment, made: tuple[Fact, Choice], when: Scenario
    ) -> bool:
        """Whether a choice that only one side has is that of the default.

        Also where the rest of the scenario allows no other choice.
        """
        (kind, name), choice = made
        if kind == PARAMETER:
            return side.parameter(name) in (None, choice)
        if side.reading.evaluator.decide(name, ALWAYS) in (None, choice):
            return True
        contrary = when.without(kind, name).given(kind, name, not choice)
        return contrary is not None and not self._is_possible(contrary)

    @property
    def choices(self) -> Choices:
        return self._defaults.choices


def _path_differs(before: Build, after: Build) -> bool | None:
    """Whether code is at another path; None for the same one, which is unknown."""
    return True if before.path != after.path else None


def _mapped(value: Any, change: Callable[[Token], Token]) -> Any:
    """A value, with each of its references changed by a function."""
    if isinstance(value, Text):
        parts = (
            change(part) if isinstance(part, Token) else part for part in value.parts
        )
        return Text.of(*parts)
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _mapped(item, change) for key, item in value.items()}
    return value
