"""Scenarios: the choices under which a value holds.

A template describes many deployments. A scenario fixes some of what tells them
apart: which conditions are true, which value a parameter has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Union

CONDITION = "condition"
PARAMETER = "parameter"
# Which of several parameter files or `--parameters` is deployed.
PARAMETER_SET = "parameter set"


class OtherValue(str):
    """Stands for every value of a parameter but some.

    As a text it is none of these, so that conditions can be judged by it.
    """

    named: tuple[str, ...]

    def __new__(cls, named: Iterable[str]) -> OtherValue:
        """Every value but those that are named."""
        names = tuple(named)
        other = super().__new__(cls, "\0".join(["", *names]))
        other.named = names
        return other


Choice = Union[bool, int, str]
Fact = tuple[str, str]


@dataclass(frozen=True)
class Scenario:
    """An immutable set of choices, each made at most once."""

    facts: frozenset[tuple[Fact, Choice]] = frozenset()
    _by_fact: Mapping[Fact, Choice] = field(
        init=False, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_fact", dict(self.facts))

    def get(self, kind: str, name: str) -> Choice | None:
        """The choice made, or None where this scenario leaves it open."""
        return self._by_fact.get((kind, name))

    def given(self, kind: str, name: str, choice: Choice) -> Scenario | None:
        """The scenario with one more choice; None if it contradicts one made."""
        known = self._by_fact.get((kind, name))
        if known is None:
            return Scenario(self.facts | {((kind, name), choice)})
        return self if known == choice else None

    def without(self, kind: str, *names: str) -> Scenario:
        """The scenario with some choices of one kind left open."""
        left_open = {(kind, name) for name in names}
        facts = (item for item in self.facts if item[0] not in left_open)
        return Scenario(frozenset(facts))

    def merged(self, other: Scenario) -> Scenario | None:
        """Both scenarios at once; None if they contradict each other."""
        if other.facts <= self.facts:
            return self
        if any(
            self._by_fact.get(fact, choice) != choice for fact, choice in other.facts
        ):
            return None
        return Scenario(self.facts | other.facts)

    def of_kind(self, kind: str) -> Iterator[tuple[str, Choice]]:
        """The names and choices of one kind, sorted by name."""
        for (fact_kind, name), choice in sorted(
            self.facts, key=lambda item: (item[0], str(item[1]))
        ):
            if fact_kind == kind:
                yield name, choice


ALWAYS = Scenario()

Cases = tuple[Scenario, ...]
"""The scenarios in which something holds, for a reader; empty where it always does.

Each keeps only the choices that a reader could make otherwise: see `Reading.cases`.
"""
