"""Symbolic text: literal characters and tokens for what is known later."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_lint_lambda_race.template._text import (
    ALIAS,
    ATTRIBUTE,
    CLOSED_PSEUDO_PARAMETERS,
    FUNCTION,
    PARAMETER,
    PSEUDO,
    UNKNOWN,
    VERSION,
    Part,
    Text,
    Token,
    equal,
    fits,
    literal,
    token,
)

FN = Token(FUNCTION, "Fn")
REGION = Token(PSEUDO, "AWS::Region")
STAGE = Token(PARAMETER, "Stage")
TEXTS = st.lists(
    st.one_of(st.text(max_size=4), st.sampled_from([FN, REGION, STAGE])), max_size=6
).map(lambda parts: Text.of(*parts))


def test_neighbours_are_merged_and_nothing_is_left_out() -> None:
    assert Text.of("a", "", "b", FN, literal("c"), Text.of("d", REGION)).parts == (
        *("ab", FN, "cd", REGION),
    )
    assert Text.of() == Text.of("") == literal("") == Text()


def test_literal_and_token() -> None:
    assert literal("a").literal == "a"
    assert literal("").literal == ""
    assert Text.of(FN).literal is None
    assert Text.of("a", FN).literal is None
    assert Text.of(FN).token == FN
    assert Text.of("a", FN).token is None
    assert literal("").token is None
    assert Text.of(FN, ":", STAGE).tokens == [FN, STAGE]


@pytest.mark.parametrize(
    ("part", "is_word"),
    [
        (FN, True),
        (Token(VERSION, "V"), True),
        (Token(ALIAS, "A"), True),
        *((Token(PSEUDO, name), True) for name in sorted(CLOSED_PSEUDO_PARAMETERS)),
        (Token(PSEUDO, "AWS::StackId"), False),
        (Token(PSEUDO, "AWS::URLSuffix"), False),
        (STAGE, False),
        (Token(ATTRIBUTE, "Queue", "Arn"), False),
        (Token(UNKNOWN, "x"), False),
    ],
)
def test_what_can_hide_a_delimiter(part: Token, is_word: bool) -> None:
    assert part.is_word is is_word
    text = Text.of("a:", part)
    assert text.is_closed is is_word
    split = text.split(":")
    assert split == ([literal("a"), Text.of(part)] if is_word else None)


def test_fields() -> None:
    assert Text.of("a:b", FN, ":", STAGE).fields(":") == [
        literal("a"),
        Text.of("b", FN),
        Text.of(STAGE),
    ]
    assert literal("").fields(":") == [Text()]
    assert literal("::").fields(":") == [Text(), Text(), Text()]
    assert Text.of(":", FN).fields(":") == [Text(), Text.of(FN)]


@pytest.mark.parametrize("delimiter", ["", "-", "e", "a:"])
def test_a_word_may_hold_letters(delimiter: str) -> None:
    assert Text.of("a", FN, "b").split(delimiter) is None


def test_split_of_plain_characters() -> None:
    pieces = literal("a-b--c").split("-")
    assert pieces == [literal("a"), literal("b"), Text(), literal("c")]
    assert literal("a").split("") is None


def test_replaced() -> None:
    text = Text.of("x{{a}}y", FN, "{{b}}").replaced(re.compile(r"\{\{.\}\}"), UNKNOWN)
    assert text == Text.of(
        "x", Token(UNKNOWN, "{{a}}"), "y", FN, Token(UNKNOWN, "{{b}}")
    )
    assert literal("plain").replaced(re.compile("z"), UNKNOWN) == literal("plain")


def test_words_for_readers() -> None:
    arn = Token(ATTRIBUTE, "Queue", "Arn")
    reference = Token(ATTRIBUTE, "Queue", "Ref")
    assert str(Text.of("a:", FN, arn, reference)) == "a:${Fn}${Queue.Arn}${Queue}"


def test_equal() -> None:
    assert equal(Text.of("a", FN), Text.of("a", FN)) is True
    assert equal(literal("a"), literal("b")) is False
    assert equal(Text.of(FN), literal("b")) is None
    assert equal(token(UNKNOWN, "x"), token(UNKNOWN, "y")) is None


def test_a_pattern_longer_than_any_name_fits_none() -> None:
    assert fits("lambda:invokefunction", "*" * 100)
    assert not fits("lambda:invokefunction", "*" * 10_000)


def test_masked_text_keeps_its_tokens() -> None:
    text = Text.of('{"a": "', FN, '", "b": "x', REGION, 'y"}')
    assert len(text.masked) == sum(
        1 if isinstance(part, Token) else len(part) for part in text.parts
    )
    assert text.unmasked(text.masked) == text
    assert text.unmasked(text.masked[7]) == Text.of(FN)
    assert text.unmasked("z") == literal("z")


@given(TEXTS)
def test_masking_is_undone(text: Text) -> None:
    assert text.unmasked(text.masked) == text


@given(TEXTS, st.sampled_from([":", "/", "ab"]))
def test_fields_make_up_the_text(text: Text, delimiter: str) -> None:
    parts: list[Part | Text] = []
    for field in text.fields(delimiter):
        parts += [delimiter, field] if parts else [Text(), field]
    assert Text.of(*parts) == text


@given(TEXTS)
def test_a_split_leaves_no_delimiter(text: Text) -> None:
    for piece in text.split(":") or ():
        assert all(":" not in part for part in piece.parts if isinstance(part, str))


@given(st.text())
def test_text_that_looks_masked_is_read_without_error(characters: str) -> None:
    private = chr(0xF0000) + characters
    assert literal(private).unmasked(private) == literal(private)
