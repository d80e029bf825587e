"""Fixes applied to a text, and kept only where they hold what they promise.

Fixes are made from one reading of the text and applied together, as far as they touch
different places; those that remain are made anew from what came out. In the end the
text is linted as a whole. Where that tells of anything new, or of what was to be cured,
the fixes are tried in halves, until it is known which of them is to blame.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Protocol

from cfn_lint_lambda_race.cure._edits import Document, Edit, EditError, apply
from cfn_lint_lambda_race.cure._fixes import Fix
from cfn_lint_lambda_race.cure._workshop import Choices, NoFixError

# Each round reads the text once; fixes of one place wait for one another.
_MAX_ROUNDS = 25

Key = tuple[str, tuple[str | int, ...], str]
_Place = tuple[str, tuple[str | int, ...]]


@dataclass(frozen=True)
class Finding:
    """What a linter says of a text, with the fix where it knows one.

    ``is_ignored`` tells that the template or its user ignores the rule there.
    """

    rule: str
    path: tuple[str | int, ...]
    message: str
    line: int = 1
    column: int = 1
    fix: Fix | None = None
    is_ignored: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "rule": self.rule or None,
            "function": self.fix.function if self.fix else None,
            "path": list(self.path),
            "line": self.line,
            "column": self.column,
            "message": self.message,
        }

    @property
    def key(self) -> Key:
        """What tells findings apart while the text changes."""
        return self.rule, self.path, self.fix.function if self.fix else ""


class Lint(Protocol):
    """What lints a text that may not be written to its file yet."""

    def pack(self, text: str) -> list[Finding]:
        """What the rules say that know fixes."""

    def whole(self, text: str) -> list[Finding]:
        """What all rules say."""

    def update(self, text: str) -> tuple[list[Finding], list[Finding]]:
        """What is wrong with the update to a text, and what is to be told of it."""


@dataclass(frozen=True)
class Left:
    """A finding that stays, and why."""

    finding: Finding
    reason: str


@dataclass
class Result:
    """What came of a text: the new one, what is cured in it, and what is left."""

    text: str
    fixed: list[Finding] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)


@dataclass
class _Attempt:
    """A text after some fixes: the findings that had edits, and why others had not."""

    text: str
    made: list[Finding] = field(default_factory=list)
    reasons: dict[Key, str] = field(default_factory=dict)


class Curing:
    """Cures the findings of one text."""

    def __init__(
        self,
        text: str,
        lint: Lint,
        choices: Choices,
        is_wanted: Callable[[Finding], bool],
        refuse: Callable[[Finding], str | None],
        tolerated: Container[str] = (),
        is_brought: Callable[[Finding], bool] = lambda finding: True,
    ) -> None:
        """``refuse`` says why a finding is not to be cured, None where it is.

        ``tolerated`` are the rules of which new findings are told, not refused;
        ``is_brought`` says which of all that fixes bring about are cured with them.
        """
        self._tolerated = tolerated
        self._is_brought = is_brought
        self._lint = lint
        self._choices = choices
        self._refuse = refuse
        self.before = lint.pack(text)
        self._known = {finding.key for finding in self.before}
        self._text = text
        self._wanted = [
            finding
            for finding in self.before
            if finding.fix is not None and is_wanted(finding)
        ]

    def run(self) -> Result:
        """What comes of the text. Raises `EditError` where nothing can be edited."""
        result = Result(self._text)
        if not self._wanted:
            return result
        _document(self._text)
        open_ones = []
        for finding in self._wanted:
            reason = self._refuse(finding)
            if reason is None:
                open_ones.append(finding)
            else:
                result.left.append(Left(finding, reason))
        self._solve(open_ones, result)
        order = {finding.key: index for index, finding in enumerate(self._wanted)}
        warned = set()
        for finding in result.fixed:
            function, warning = (
                (finding.fix.function, finding.fix.warning) if finding.fix else ("", "")
            )
            if warning and (function, warning) not in warned:
                warned.add((function, warning))
                result.notes.append(replace(finding, message=warning, fix=None))
        result.fixed.sort(key=lambda finding: order[finding.key])
        result.left.sort(key=lambda left: order[left.finding.key])
        return result

    def _solve(self, findings: Sequence[Finding], result: Result) -> None:
        """Cures what can be cured of some findings, in halves where it must."""
        if not findings:
            return
        attempt = self._attempt(result.text, findings)
        without = [one for one in findings if one not in attempt.made]
        if not attempt.made:
            self._leave(without, attempt, result)
            return
        after = self._lint.whole(attempt.text)
        blame, notes = self._verify(attempt, after)
        if blame is None:
            result.text = attempt.text
            result.notes = notes
            left = {finding.key for finding in after}
            # A fix may cure what had none of its own.
            result.fixed += [one for one in findings if one.key not in left]
            self._leave([one for one in without if one.key in left], attempt, result)
            return
        groups = _grouped(findings, lambda one: one.fix and one.fix.function)
        if len(groups) == 1:
            # One text can name a function twice.
            groups = _grouped(findings, lambda one: one.key)
        if len(groups) == 1:
            result.left += [Left(one, blame) for one in findings]
            return
        middle = len(groups) // 2
        for half in (groups[:middle], groups[middle:]):
            self._solve([one for group in half for one in group], result)

    def _leave(
        self, findings: Iterable[Finding], attempt: _Attempt, result: Result
    ) -> None:
        for one in findings:
            reason = attempt.reasons.get(one.key, "other fixes stand in its way")
            result.left.append(Left(one, reason))

    # -- one attempt -----------------------------------------------------------------

    def _attempt(self, text: str, findings: Sequence[Finding]) -> _Attempt:
        """The text after the fixes of some findings, and of what they bring about."""
        attempt = _Attempt(text)
        wanted = {finding.key: finding for finding in findings}
        functions = {finding.fix.function for finding in findings if finding.fix}
        done: set[Key] = set()
        for _ in range(_MAX_ROUNDS):
            waiting = [
                finding
                for finding in self._lint.pack(attempt.text)
                if finding.fix is not None
                and finding.key not in done
                and (
                    finding.key in wanted
                    or (
                        finding.key not in self._known
                        and finding.fix.function in functions
                        and finding.fix.is_safe
                        and self._is_brought(finding)
                    )
                )
            ]
            first = [one for one in waiting if one.fix and one.fix.is_first]
            edits = self._edits(attempt, first, done, wanted)
            if not edits:
                edits = self._edits(attempt, waiting, done, wanted)
            if not edits:
                break
            attempt.text = apply(attempt.text, edits)
        for _ in range(_MAX_ROUNDS if attempt.made else 0):
            brought = [
                finding
                for finding in self._lint.update(attempt.text)[1]
                if finding.fix is not None and self._is_brought(finding)
            ]
            edits = self._edits(attempt, brought, done, wanted)
            if not edits:
                break
            attempt.text = apply(attempt.text, edits)
        return attempt

    def _edits(
        self,
        attempt: _Attempt,
        waiting: Sequence[Finding],
        done: set[Key],
        wanted: Mapping[Key, Finding],
    ) -> list[Edit]:
        """The edits of one round, of which no two touch the same place."""
        document = _document(attempt.text)
        chosen: dict[Edit, None] = {}
        for finding in waiting:
            assert finding.fix is not None
            if finding.key in done:
                continue
            try:
                edits = finding.fix.edits(document, self._choices)
            except (NoFixError, EditError) as error:
                attempt.reasons[finding.key] = str(error)
                done.add(finding.key)
                continue
            if any(_clash(new, old) for new in edits for old in chosen):
                continue
            done.add(finding.key)
            chosen.update(dict.fromkeys(edits))
            if finding.key in wanted:
                attempt.made.append(wanted[finding.key])
        return list(chosen)

    # -- what came of it ---------------------------------------------------------------

    def _verify(
        self, attempt: _Attempt, after: Sequence[Finding]
    ) -> tuple[str | None, list[Finding]]:
        """Why an attempt cannot be kept, None where it can; and what is to be told."""
        cured = {finding.key for finding in attempt.made}
        for finding in after:
            if finding.key in cured:
                return "the fix would not cure it", []
        told = self._not_of(self.before, after, attempt.text)
        if not all(finding.rule in self._tolerated for finding in told):
            # All rules together are asked of the text as it was where that decides:
            # they take ten times as long, and are mostly silent about either text.
            told = self._not_of(self._lint.whole(self._text), told, attempt.text)
        for finding in told:
            if finding.rule not in self._tolerated:
                why = attempt.reasons.get(finding.key)
                more = f" ({why})" if why else ""
                said = f"{finding.rule}: {finding.message}{more}"
                return f"the fix would bring {said}", []
        problems, notes = self._lint.update(attempt.text)
        for finding in problems:
            return f"deploying the fix brings {finding.rule}: {finding.message}", []
        return None, [_with_reason(one, attempt.reasons) for one in (*told, *notes)]

    def _not_of(
        self, before: Iterable[Finding], after: Iterable[Finding], text: str
    ) -> list[Finding]:
        """What is said of a text and was not said of the text as it was."""
        known = {(finding.rule, finding.path) for finding in before}
        known |= self._moved(known, text)
        return [one for one in after if (one.rule, one.path) not in known]

    def _moved(self, known: Iterable[_Place], text: str) -> set[_Place]:
        """Where findings stand whose resources have other logical IDs in a text.

        A resource that gets another one keeps its place between its neighbours.
        """
        old, new = _resources(self._text), _resources(text)
        gone = [name for name in old if name not in new]
        if not gone:
            return set()
        kept = [name for name in new if name in old]
        added = set(new) - set(old)
        renamed: dict[str, list[str]] = {}
        for name in gone:
            index = old.index(name)
            before = next((n for n in reversed(old[:index]) if n in new), None)
            start = new.index(before) + 1 if before is not None else 0
            behind = new[start:]
            count = next(
                (n for n, one in enumerate(behind) if one in kept), len(behind)
            )
            renamed[name] = [one for one in behind[:count] if one in added]
        return {
            (rule, ("Resources", name, *path[2:]))
            for rule, path in known
            if path[:1] == ("Resources",) and len(path) > 1
            for name in renamed.get(str(path[1]), ())
        }


@lru_cache(maxsize=2)
def _document(text: str) -> Document:
    """A text to be edited: mostly that as it was, or the last one that was tried."""
    return Document(text)


def _resources(text: str) -> list[str]:
    try:
        return _document(text).keys(("Resources",))
    except EditError:
        return []


def _with_reason(finding: Finding, reasons: Mapping[Key, str]) -> Finding:
    """What is to be told of an update, and why no fix can bring it in order."""
    reason = reasons.get(finding.key)
    if reason is None:
        return finding
    return replace(finding, message=f"{finding.message} ({reason})")


def _clash(new: Edit, old: Edit) -> bool:
    """Whether two different edits touch the same place."""
    if new == old:
        return False
    return new.start <= old.end and old.start <= new.end


def _grouped(
    findings: Iterable[Finding], of: Callable[[Finding], object]
) -> list[list[Finding]]:
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(of(finding), []).append(finding)
    return list(groups.values())
