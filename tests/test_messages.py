"""A message says the fact, then the cure, in few words; the page explains."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cfnlint.match import Match

from tests.linting import ROOT, TEMPLATES, against_its_baseline, is_ours, lint
from tests.pages import examples

MAX_WORDS = 25
PHRASES = ["half-way", "half old", "half new", "by any road", "in the place of"]

# What a message names counts as one word, however its template spells it: a resource
# with its construct and type, a property with its operation, a part of a resource, a
# list of names, and what a case ("when IsProd is false") says of one.
_NAMES = [
    (r" when [\w.:]+ is [^\s,;:]+(?: (?:and|or) [\w.:]+ is [^\s,;:]+)*", ""),
    (r"^When [\w.:]+ is [^:]+: ", ""),
    # By construct and logical ID or type, by operation, by architecture.
    (r"[\w./:@-]+ \([\w.:/, -]+\)", "NAME"),
    # The part of a resource that invokes, or passes something on.
    (r"(?:State|Event) \S+ of \S+", "NAME"),
    (r"(?:The|An?) [\w ]*?(?:destination|environment|parameter|secret|policy) of \S+",
     "NAME"),
    (r"[\w./:@-]+(?:, [\w./:@-]+)*(?: and (?:\d+ more|[A-Z]\w*))(?=[ ,;:]|$)", "NAME"),
]  # fmt: skip


def _words(message: str) -> list[str]:
    for pattern, name in _NAMES:
        message = re.sub(pattern, name, message)
    return message.split()


@cache
def _messages() -> list[str]:
    """The messages on all templates and on the examples of all pages."""
    found: set[str] = set()
    for path in sorted(TEMPLATES.rglob("*")):
        if path.suffix in (".yaml", ".json") and "local" not in path.parts:
            found |= _of_ours(lint(path, *against_its_baseline(path)))
    with TemporaryDirectory() as folder:
        for example in examples():
            path, options = example.write(Path(folder))
            found |= _of_ours(lint(path, *options))
    return sorted(found | _recorded())


def _of_ours(matches: list[Match]) -> set[str]:
    return {match.message for match in matches if is_ours(match)}


def _recorded() -> set[str]:
    files = sorted((ROOT / "tests" / "snapshots").glob("snap_*.py"))
    assert files
    return {
        found["message"]
        for path in files
        for findings in import_module(f"tests.snapshots.{path.stem}").snapshots.values()
        for found in findings
    }


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("Api/ANY (ApiANY6E, AWS::ApiGateway::Method) invokes Orders (Orders78B)", 3),
        ("State EachOrder/Ship of Process (AWS::X::Y) invokes Orders", 3),
        ("Code and Timeout of F0, F1, F2 and 27 more", 3),
        ("$LATEST of Orders when IsProd is false and Stage is dev, which", 4),
        ("The environment of Checkout passes on Orders", 4),
        ("Orders (UpdateFunctionCode) and its Layers (UpdateFunctionConfiguration)", 4),
    ],
)
def test_what_a_message_names_counts_as_one_word(message: str, count: int) -> None:
    assert len(_words(message)) == count


@pytest.mark.slow
def test_messages_are_short() -> None:
    assert _messages()
    long = [one for one in _messages() if len(_words(one)) > MAX_WORDS]
    assert long == []


@pytest.mark.slow
def test_messages_give_a_cure_behind_the_fact() -> None:
    assert [one for one in _messages() if len(one.split("; ")) != 2] == []


@pytest.mark.slow
@pytest.mark.parametrize("phrase", [*PHRASES, r"is no [a-z]"])
def test_messages_are_plain(phrase: str) -> None:
    assert [one for one in _messages() if re.search(phrase, one)] == []
