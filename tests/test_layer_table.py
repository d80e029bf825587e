"""The table of published layers: each row has a source, and no two contradict.

Tests `data/__init__.py` too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from cfn_lint_lambda_race.data import layers, load, published_layer

Row = Mapping[str, Any]

ROWS: list[Row] = load("layers.json")
REQUIRED = {"vendor", "accounts", "pattern", "architectures", "examples", "source"}
ARCHITECTURES = (["x86_64"], ["arm64"], ["x86_64", "arm64"])
OPPOSITE = {"x86_64": ["arm64"], "arm64": ["x86_64"]}
# https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html
LAYER_NAME = re.compile(r"[A-Za-z0-9_-]{1,140}")
# What vendors put in the places of names that vary.
RUNTIMES = ("8", "27", "36", "37", "38", "39", "310", "311", "312", "313", "314")


def problems(rows: Sequence[Row]) -> list[str]:
    """What is wrong with a table."""
    return [
        f"{row.get('vendor')} {row.get('pattern')}: {problem}"
        for row in rows
        for check in (_malformed(row), _programs(row), _contradictions(row, rows))
        for problem in check
    ]


def _malformed(row: Row) -> Iterator[str]:
    if REQUIRED - set(row) or set(row) - REQUIRED - {"twin", "has_binaries"}:
        yield "keys"
        return
    if not row["source"].startswith("https://"):
        yield "no source"
    if row["architectures"] not in ARCHITECTURES:
        yield "architectures"
    if not row["examples"]:
        yield "no example"
    accounts = row["accounts"]
    if not accounts or len(set(accounts)) != len(accounts):
        yield "accounts"
    if not all(re.fullmatch("[0-9]{12}", account) for account in accounts):
        yield "accounts"
    for name in row["examples"]:
        if not LAYER_NAME.fullmatch(name):
            yield f"{name} is no name of a layer"
        if not re.fullmatch(row["pattern"], name):
            yield f"does not match its example {name}"


def _programs(row: Row) -> Iterator[str]:
    """An extension is a program, and one runs on one architecture."""
    brings = row.get("has_binaries", False)
    if re.search("(?i)extension|adapter", str(row.get("pattern"))) and not brings:
        yield "an extension without a program"
    if brings and len(row["architectures"]) > 1:
        yield "a program for two architectures"


def _contradictions(row: Row, rows: Sequence[Row]) -> Iterator[str]:
    for name in row.get("examples", ()):
        for other in rows:
            if other is not row and _shares(row, other, name):
                yield f"{other['vendor']} {other['pattern']} matches {name} too"
        if "twin" in row:
            yield from _twin_problems(row, rows, name)
    for name in _further_names(row):
        for other in rows:
            disagrees = other.get("architectures") != row.get("architectures")
            if disagrees and _shares(row, row, name) and _shares(row, other, name):
                yield f"{other['pattern']} disagrees on {name}"


def _shares(row: Row, other: Row, name: str) -> bool:
    accounts = set(row["accounts"]) & set(other.get("accounts", ()))
    return bool(accounts and re.fullmatch(other["pattern"], name))


def _twin_problems(row: Row, rows: Sequence[Row], name: str) -> Iterator[str]:
    match = re.fullmatch(row["pattern"], name)
    wanted = OPPOSITE.get("".join(row["architectures"]))
    if match is None or wanted is None:
        yield "a twin of nothing"
        return
    groups = dict(enumerate(match.groups(), start=1))
    twin = re.sub(r"\{(\d+)\}", lambda g: groups.get(int(g[1])) or "", row["twin"])
    for account in row["accounts"]:
        hits = [
            other["architectures"]
            for other in rows
            if account in other["accounts"] and re.fullmatch(other["pattern"], twin)
        ]
        if hits != [wanted]:
            yield f"no twin {twin} in account {account}"


def _further_names(row: Row) -> Iterator[str]:
    """Names that the row may match beside its examples."""
    for name in row.get("examples", ()):
        for suffix in ("-arm64", "-Arm64", "-ARM", "-arm", "ARM64", "-x86_64", "-FIPS"):
            yield from (name + suffix, name.removesuffix(suffix))
        for number in RUNTIMES:
            yield re.sub(r"\d+", number, name)


@pytest.mark.slow
def test_the_table_is_right() -> None:
    assert len(ROWS) > 70
    assert problems(ROWS) == []


def test_every_example_resolves() -> None:
    for row in ROWS:
        for account, name in product(row["accounts"], row["examples"]):
            found = published_layer(account, name)
            assert found is not None, name
            assert found.architectures == frozenset(row["architectures"])
            assert found.source == row["source"]
            twin = found.twin_of(name)
            assert (twin is None) == ("twin" not in row)
            if twin is not None:
                other = published_layer(account, twin)
                assert other is not None
                assert other.architectures | found.architectures == {"x86_64", "arm64"}
                assert other.twin_of(twin) == name


def test_the_table_holds_all_rows() -> None:
    assert sum(map(len, layers().values())) == sum(len(r["accounts"]) for r in ROWS)


@pytest.mark.parametrize(
    ("account", "name"),
    [
        ("123456789012", "Datadog-Extension"),
        ("464622532012", "Datadog-Extension-Next"),
        ("464622532012", "my-Datadog-Extension"),
        ("464622532012", "datadog-extension"),
        ("", ""),
    ],
)
def test_what_the_table_does_not_know(account: str, name: str) -> None:
    assert published_layer(account, name) is None


X86 = {
    "vendor": "Acme",
    "accounts": ["123456789012"],
    "pattern": "acme(-fips)?",
    "architectures": ["x86_64"],
    "twin": "acme-arm64{1}",
    "examples": ["acme", "acme-fips"],
    "source": "https://acme.example/layers",
}
ARM = {
    **X86,
    "pattern": "acme-arm64(-fips)?",
    "architectures": ["arm64"],
    "twin": "acme{1}",
    "examples": ["acme-arm64"],
}


def test_a_right_table_has_no_problem() -> None:
    assert problems([X86, ARM]) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"source": ""}, "no source"),
        ({"source": "http://acme.example"}, "no source"),
        ({"architectures": ["arm"]}, "architectures"),
        ({"architectures": []}, "architectures"),
        ({"accounts": []}, "accounts"),
        ({"accounts": ["1234"]}, "accounts"),
        ({"accounts": ["123456789012"] * 2}, "accounts"),
        ({"examples": []}, "no example"),
        ({"examples": ["other"]}, "does not match its example"),
        ({"examples": ["acme:1"], "pattern": "acme:1"}, "is no name of a layer"),
        ({"pattern": "acme(-fips|-arm64)?"}, "disagrees on"),
        ({"examples": ["acme-arm64"], "pattern": "acme.*"}, "matches acme-arm64 too"),
        ({"architectures": ["arm64"]}, "no twin"),
        ({"architectures": ["x86_64", "arm64"]}, "a twin of nothing"),
        ({"twin": "acme-arm"}, "no twin acme-arm "),
        ({"accounts": ["123456789012", "210987654321"]}, "no twin"),
        ({"note": "x"}, "keys"),
    ],
)
def test_a_wrong_row_is_rejected(change: Row, problem: str) -> None:
    assert problem in "\n".join(problems([{**X86, **change}, ARM]))


@pytest.mark.parametrize("key", sorted(REQUIRED))
def test_a_row_without_a_key_is_rejected(key: str) -> None:
    row = {name: value for name, value in X86.items() if name != key}
    assert any(problem.endswith("keys") for problem in map(str, _malformed(row)))
