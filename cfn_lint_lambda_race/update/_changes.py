"""What an update changes of a function: properties, by the operation that they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from cfn_lint_lambda_race.data import CODE, CONFIGURATION, OperationRow
from cfn_lint_lambda_race.template import ALWAYS, Scenario


@dataclass(frozen=True)
class Change:
    """A property of a function that an update changes.

    ``is_certain`` is False where a change set says that it depends.
    """

    row: OperationRow
    when: Scenario
    is_certain: bool = True

    @property
    def name(self) -> str:
        return self.row.property


@dataclass(frozen=True)
class FunctionUpdate:
    """What one update changes of one function that is there before and after.

    ``code`` and ``configuration`` are the changes that go through
    ``UpdateFunctionCode`` and ``UpdateFunctionConfiguration`` in one and the same
    scenario, which is ``when``, or one of ``also``. ``active`` are the scenarios in
    which anything changes that the code can see.
    """

    function: str
    code: tuple[Change, ...]
    configuration: tuple[Change, ...]
    when: Scenario = ALWAYS
    also: tuple[Scenario, ...] = ()
    active: tuple[Scenario, ...] = (ALWAYS,)

    def joined(self, other: FunctionUpdate) -> FunctionUpdate:
        """One update for the scenarios of two."""
        return replace(
            self,
            code=_unique([*self.code, *other.code]),
            configuration=_unique([*self.configuration, *other.configuration]),
            also=(*self.also, other.when, *other.also),
            active=tuple(dict.fromkeys([*self.active, *other.active])),
        )

    def told_of(self, other: FunctionUpdate) -> FunctionUpdate:
        """This update, with the scenarios in which another changes some of the same.

        Of both operations, where this one goes through both.
        """
        names = {change.name for change in (*other.code, *other.configuration)}
        sides = [side for side in (self.code, self.configuration) if side]
        if not all(any(change.name in names for change in side) for side in sides):
            return self
        return replace(
            self,
            also=(*self.also, other.when, *other.also),
            active=tuple(dict.fromkeys([*self.active, *other.active])),
        )

    @property
    def is_concurrent(self) -> bool:
        """Whether the update goes through both operations."""
        return bool(self.code) and any(
            not change.row.is_inert for change in self.configuration
        )

    @property
    def is_active(self) -> bool:
        """Whether it changes anything that the function's code can see."""
        return bool(self.code) or any(
            not change.row.is_inert for change in self.configuration
        )

    @property
    def is_certain(self) -> bool:
        """Whether both sides change whatever the deployment finds."""
        return any(change.is_certain for change in self.code) and any(
            change.is_certain and not change.row.is_inert
            for change in self.configuration
        )


def grouped(
    function: str,
    changes: list[Change],
    is_possible: Callable[[Scenario], bool] = lambda when: True,
) -> list[FunctionUpdate]:
    """The changes by operation: one update for each scenario that changes both sides.

    A single one, with one side only, where there is no such scenario.
    """
    code = [change for change in changes if change.row.operation == CODE]
    rest = [change for change in changes if change.row.operation == CONFIGURATION]
    active = [change for change in rest if not change.row.is_inert]
    both = dict.fromkeys(
        when
        for one in code
        for other in active
        for when in [one.when.merged(other.when)]
        if when is not None and is_possible(when)
    )
    if not both:
        # Never both at once: what changes on one side.
        return [
            _update(function, [change for change in changes if change not in code])
            if active
            else _update(function, changes)
        ]
    return [
        _update(
            function,
            [
                change
                for change in changes
                for merged in [change.when.merged(when)]
                if merged is not None and is_possible(merged)
            ],
            when,
        )
        for when in both
    ]


def _update(
    function: str, changes: list[Change], when: Scenario = ALWAYS
) -> FunctionUpdate:
    operations = (CODE, CONFIGURATION)
    code, configuration = (
        [change for change in changes if change.row.operation == operation]
        for operation in operations
    )
    return FunctionUpdate(
        function,
        _unique(code),
        _unique(configuration),
        when,
        active=tuple(
            dict.fromkeys(
                change.when
                for change in [*code, *configuration]
                if not change.row.is_inert
            )
        ),
    )


def _unique(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes, of each property one."""
    return tuple({change.name: change for change in changes}.values())
