"""Which scenarios can happen at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from cfn_lint_lambda_race.template._cfnlint import Conditions, is_solvable
from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._scenario import CONDITION, PARAMETER, Scenario

_WORD = re.compile(r"[\w:]+")


class Solved(dict[frozenset[tuple[str, bool]], bool]):
    """What cfn-lint's solver said of the conditions of one template."""


class Satisfiability:
    """Asks cfn-lint's condition solver, and remembers the answers.

    The solver knows conditions; what the values of parameters say about them is
    evaluated first. Conditions that share nothing are asked about one by one, so
    that the answers do not multiply as the scenarios do.
    """

    def __init__(
        self,
        conditions: Conditions,
        evaluator: Evaluator,
        has_rules: bool,
        solved: Solved,
    ) -> None:
        """``solved`` is what the solver has said already, in other readings."""
        self._conditions = conditions
        self._evaluator = evaluator
        # `Rules` can link any parameter to any other, so nothing is asked apart.
        self._is_whole = has_rules
        self._answers: dict[Scenario, bool] = {}
        self._solved = solved
        self._words: dict[str, frozenset[str]] = {}
        self._by_word: dict[str, list[str]] | None = None

    def __call__(self, scenario: Scenario) -> bool:
        """Whether some deployment makes all of the scenario's choices."""
        if not scenario.facts:
            return True
        if scenario not in self._answers:
            self._answers[scenario] = self._solve(scenario)
        return self._answers[scenario]

    def _solve(self, scenario: Scenario) -> bool:
        chosen = {name: bool(value) for name, value in scenario.of_kind(CONDITION)}
        for name, decided in self._decided(scenario):
            if chosen.setdefault(name, decided) != decided:
                return False
        conditions = self._conditions
        known = [
            (name, value)
            for name, value in chosen.items()
            if conditions.get(name) is not None
        ]
        for group in self._groups(known):
            if group not in self._solved:
                self._solved[group] = is_solvable(conditions, group)
            if not self._solved[group]:
                return False
        return True

    def _decided(self, scenario: Scenario) -> Iterator[tuple[str, bool]]:
        """The conditions that the chosen values of parameters decide."""
        values = [fact for fact in scenario.facts if fact[0][0] != CONDITION]
        names: Iterable[str] = self._evaluator.conditions
        if all(kind == PARAMETER for (kind, _), _ in values):
            words = (name for (_, name), _ in values)
            names = dict.fromkeys(chain.from_iterable(map(self._mentioning, words)))
        for name in names:
            # Only the choices that it mentions: the evaluator can reuse its answer.
            mentioned = self._mentioned(name)
            facts = (
                fact
                for fact in values
                if fact[0][0] != PARAMETER or fact[0][1] in mentioned
            )
            decided = self._evaluator.decide(name, Scenario(frozenset(facts)))
            if decided is not None:
                yield name, decided

    def _groups(
        self, known: list[tuple[str, bool]]
    ) -> Iterator[frozenset[tuple[str, bool]]]:
        """The choices in groups that no parameter or condition links to each other."""
        if self._is_whole:
            # No choice is always possible, but the solver finds no scenario for it.
            if known:
                yield frozenset(known)
            return
        groups: list[tuple[frozenset[str], frozenset[tuple[str, bool]]]] = []
        for choice in known:
            words, group = self._mentioned(choice[0]), frozenset([choice])
            apart = []
            for other in groups:
                if words.isdisjoint(other[0]):
                    apart.append(other)
                else:
                    words, group = words | other[0], group | other[1]
            groups = [*apart, (words, group)]
        yield from (group for _, group in groups)

    def _mentioning(self, word: str) -> Iterable[str]:
        """The conditions that mention a parameter."""
        if self._by_word is None:
            self._by_word = {}
            for name in self._evaluator.conditions:
                for mentioned in self._mentioned(name):
                    self._by_word.setdefault(mentioned, []).append(name)
        return self._by_word.get(word, ())

    def _mentioned(self, name: str) -> frozenset[str]:
        """The names that a condition's answer may depend on.

        Returns:
            The condition's own name, the conditions that it refers to directly or
            through others, and each text that they compare. Parameters are among
            these texts; the others are never the name of anything and do no harm.
        """
        if name not in self._words:
            self._words[name] = frozenset(self._words_of(name))
        return self._words[name]

    def _words_of(self, name: str) -> Iterator[str]:
        conditions = self._evaluator.conditions
        seen: set[int | str] = {name}
        pending = [conditions.get(name)]
        yield name
        while pending:
            node = pending.pop()
            if isinstance(node, str):
                yield from _WORD.findall(node)
                continue
            if not isinstance(node, (Mapping, list)) or id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, list):
                pending.extend(node)
                continue
            other = node.get("Condition")
            if isinstance(other, str) and other not in seen:
                seen.add(other)
                yield other
                pending.append(conditions.get(other))
            for key, below in node.items():
                if key == "Fn::Equals" and isinstance(below, list):
                    # A literal says nothing of what a condition depends on.
                    pending.extend(one for one in below if not isinstance(one, str))
                else:
                    pending.append(below)
