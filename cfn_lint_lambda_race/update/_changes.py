"""What an update changes of a function: its properties, by the API call they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from cfn_lint_lambda_race.data import CODE, CONFIGURATION, OperationRow
from cfn_lint_lambda_race.template import ALWAYS, Scenario
from cfn_lint_lambda_race.template._scenario import PARAMETER


@dataclass(frozen=True)
class Change:
    """A property of a function that an update changes, and in which scenario.

    ``is_certain`` is False where a change set says only that it may change.
    """

    row: OperationRow
    when: Scenario
    is_certain: bool = True

    @property
    def name(self) -> str:
        return self.row.property


@dataclass(frozen=True)
class FunctionUpdate:
    """What one update changes of one function that exists before and after.

    ``code`` are the changes that go through ``UpdateFunctionCode``, ``configuration``
    those through ``UpdateFunctionConfiguration``. They happen together in the scenario
    ``when``, and in those of ``also``. ``active`` are the scenarios in which something
    changes that the function's code can notice.
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

    def told_of(
        self, other: FunctionUpdate, default: Callable[[str], str | None]
    ) -> FunctionUpdate:
        """This update, with the scenarios of another one of the same function.

        Only where the other one also changes some property of each API call that this
        one goes through; else this update as it is.

        Args:
            other: an update of stacks that choose any value of their parameters.
            default: the value of a parameter in the stack that this update is of. A
                scenario of ``other`` that chooses it says all that one of this says.
        """
        names = {change.name for change in (*other.code, *other.configuration)}
        sides = [side for side in (self.code, self.configuration) if side]
        if not all(any(change.name in names for change in side) for side in sides):
            return self

        def joined(
            own: Sequence[Scenario], others: Sequence[Scenario]
        ) -> tuple[Scenario, ...]:
            kept = [
                one
                for one in own
                if not any(_says_more(more, one, default) for more in others)
            ]
            return tuple(dict.fromkeys([*kept, *others]))

        when, *also = joined([self.when, *self.also], [other.when, *other.also])
        active = joined(self.active, other.active)
        return replace(self, when=when, also=tuple(also), active=active)

    @property
    def is_concurrent(self) -> bool:
        """Whether the update goes through both API calls, and callers can notice."""
        return bool(self.code) and any(
            not change.row.is_inert for change in self.configuration
        )

    @property
    def is_active(self) -> bool:
        """Whether it changes anything that the function's code can notice."""
        return bool(self.code) or any(
            not change.row.is_inert for change in self.configuration
        )

    @property
    def is_certain(self) -> bool:
        """Whether code and configuration both change for certain."""
        return any(change.is_certain for change in self.code) and any(
            change.is_certain and not change.row.is_inert
            for change in self.configuration
        )


def _says_more(
    more: Scenario, one: Scenario, default: Callable[[str], str | None]
) -> bool:
    """Whether a scenario is another one, with choices that the defaults make."""
    return one.facts < more.facts and all(
        kind == PARAMETER and default(name) == choice
        for (kind, name), choice in more.facts - one.facts
    )


def grouped(
    function: str,
    changes: list[Change],
    is_possible: Callable[[Scenario], bool] = lambda when: True,
) -> list[FunctionUpdate]:
    """The changes of a function as updates.

    Args:
        function: its logical ID.
        changes: what changes, each with its scenario.
        is_possible: whether a scenario can happen at all.

    Returns:
        One update for each scenario in which code and configuration change together.
        Where there is no such scenario, a single update that has the configuration
        alone or, where that is inert, the changes of both.
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
        # Code and configuration never change together: one of them is enough.
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
    """The changes, one for each property: the last."""
    return tuple({change.name: change for change in changes}.values())
