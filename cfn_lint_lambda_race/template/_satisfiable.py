"""Which scenarios can happen at all."""

from __future__ import annotations

from typing import Any

from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._scenario import CONDITION, Scenario


class Satisfiability:
    """Asks cfn-lint's condition solver, and remembers the answers.

    The solver knows conditions; what the values of parameters say about them is
    evaluated first.
    """

    def __init__(self, conditions: Any, evaluator: Evaluator) -> None:
        self._conditions = conditions
        self._evaluator = evaluator
        self._answers: dict[Scenario, bool] = {}

    def __call__(self, scenario: Scenario) -> bool:
        """Whether some deployment makes all of the scenario's choices."""
        if not scenario.facts:
            return True
        if scenario not in self._answers:
            self._answers[scenario] = self._solve(scenario)
        return self._answers[scenario]

    def _solve(self, scenario: Scenario) -> bool:
        chosen = {name: bool(value) for name, value in scenario.of_kind(CONDITION)}
        values = Scenario(
            frozenset(fact for fact in scenario.facts if fact[0][0] != CONDITION)
        )
        if values.facts:
            for name in self._evaluator.conditions:
                decided = self._evaluator.decide(name, values)
                if decided is not None and chosen.setdefault(name, decided) != decided:
                    return False
        known = {
            name: {value}
            for name, value in chosen.items()
            if self._conditions.get(name) is not None
        }
        if not known:
            return True
        return any(True for _ in self._conditions.build_scenarios(known))
