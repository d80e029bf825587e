"""What one update changes of a function, by scenario."""

from __future__ import annotations

import pytest

from cfn_lint_lambda_race.data import operations
from cfn_lint_lambda_race.template import ALWAYS, Scenario
from cfn_lint_lambda_race.template._scenario import CONDITION, PARAMETER
from cfn_lint_lambda_race.update._changes import Change, FunctionUpdate, grouped

ROWS = {row.property: row for row in operations()}
OTHERS = ("Timeout", "MemorySize", "Description")


def _when(**choices: bool | str) -> Scenario:
    """A scenario of conditions, which hold or not, and of parameters' values."""
    return Scenario(
        frozenset(
            ((CONDITION if isinstance(choice, bool) else PARAMETER, name), choice)
            for name, choice in choices.items()
        )
    )


def _change(name: str, when: Scenario = ALWAYS, is_certain: bool = True) -> Change:
    return Change(ROWS[name], when, is_certain)


def _update(*changes: Change, when: Scenario = ALWAYS) -> FunctionUpdate:
    code = tuple(one for one in changes if one.name not in OTHERS)
    others = tuple(one for one in changes if one.name in OTHERS)
    return FunctionUpdate("Orders", code, others, when, active=(when,))


def _names(update: FunctionUpdate) -> tuple[str, ...]:
    return tuple(change.name for change in (*update.code, *update.configuration))


@pytest.mark.parametrize(
    ("names", "is_concurrent", "is_active"),
    [
        (["Code", "Timeout"], True, True),
        (["Code", "Description", "Timeout"], True, True),
        (["Code", "Description"], False, True),
        (["Code"], False, True),
        (["Timeout"], False, True),
        (["Description"], False, False),
    ],
)
def test_what_the_code_of_a_function_can_notice(
    names: list[str], is_concurrent: bool, is_active: bool
) -> None:
    update = _update(*map(_change, names))
    assert (update.is_concurrent, update.is_active) == (is_concurrent, is_active)


@pytest.mark.parametrize(
    ("code", "timeout", "is_certain"),
    [
        (True, True, True),
        (True, False, False),
        (False, True, False),
        (False, False, False),
    ],
)
def test_an_update_is_certain_where_both_sides_are(
    code: bool, timeout: bool, is_certain: bool
) -> None:
    update = _update(
        _change("Code", is_certain=code),
        _change("Timeout", is_certain=timeout),
        _change("Description"),
    )
    assert update.is_certain is is_certain


PROD, DEV, OPEN = _when(IsProd=True), _when(IsDev=True), _when(IsOpen=True)


def test_code_and_configuration_that_change_together() -> None:
    changes = [
        _change("Code", PROD),
        _change("Timeout"),
        _change("MemorySize", DEV),
        _change("Description", OPEN),
    ]
    (update,) = grouped("Orders", changes, lambda when: not PROD.facts < when.facts)
    assert _names(update) == ("Code", "Timeout")
    assert update.when == PROD
    one, other = grouped("Orders", changes)
    assert (
        _names(one) == _names(other) == ("Code", "Timeout", "MemorySize", *OTHERS[2:])
    )
    assert (one.when, other.when) == (PROD, PROD.merged(DEV))
    # What nobody can notice is none of the scenarios.
    assert set(one.active) == {PROD, ALWAYS, DEV}


@pytest.mark.parametrize("other", [DEV, _when(IsProd=False)])
def test_code_and_configuration_that_never_change_together(other: Scenario) -> None:
    changes = [_change("Code", PROD), _change("Timeout", other)]
    (update,) = grouped("Orders", changes, lambda when: len(when.facts) < 2)
    assert _names(update) == ("Timeout",)
    assert update.active == (other,)
    # Beside what nobody can notice, the code is told too.
    changes = [_change("Code"), _change("Description", other)]
    (update,) = grouped("Orders", changes)
    assert _names(update) == ("Code", "Description")
    assert (update.when, update.active) == (ALWAYS, (ALWAYS,))


MORE = _when(IsProd=True, Stage="prod")


@pytest.mark.parametrize(
    ("own", "others", "told"),
    [
        # The value that the own scenario takes says nothing more.
        ([PROD], [MORE], [MORE]),
        ([PROD, DEV], [MORE], [DEV, MORE]),
        # Other values, conditions and scenarios do.
        ([PROD], [_when(IsProd=True, Stage="dev")], [PROD, None]),
        ([PROD], [_when(IsProd=True, IsOpen=True)], [PROD, None]),
        ([MORE], [PROD], [MORE, PROD]),
        ([PROD, DEV], [PROD], [PROD, DEV]),
    ],
)
@pytest.mark.parametrize("names", [["Code", "Timeout"], ["Code"], ["Timeout"]])
def test_the_scenarios_of_other_stacks_are_told_once(
    names: list[str],
    own: list[Scenario],
    others: list[Scenario],
    told: list[Scenario | None],
) -> None:
    first, *rest = (_update(*map(_change, names), when=when) for when in own)
    for one in rest:
        first = first.joined(one)
    other, *rest = (_update(*map(_change, names), when=when) for when in others)
    found = first.told_of(other, {"Stage": "prod"}.get)
    expected = [others[0] if one is None else one for one in told]
    assert [found.when, *found.also] == list(found.active) == expected
    # Stacks that change something else say nothing of this one.
    unlike = _update(_change("MemorySize"), when=others[0])
    assert first.told_of(unlike, {"Stage": "prod"}.get) == first
