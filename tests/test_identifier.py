"""The forms of a function identifier."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_lint_lambda_race.template._identifier import (
    Identifier,
    function_arn,
    parse_identifier,
    parse_uri,
)
from cfn_lint_lambda_race.template._text import (
    FUNCTION,
    PARAMETER,
    PSEUDO,
    UNKNOWN,
    Text,
    Token,
    literal,
)

FN = Token(FUNCTION, "Fn")
REGION = Token(PSEUDO, "AWS::Region")
STAGE = Token(PARAMETER, "Stage")
PARTITIONS = (
    *("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e"),
    *("aws-iso-f", "aws-eusc"),
)
QUALIFIERS = ("live", "7", "$LATEST", "$LATEST.PUBLISHED")


def _arn(partition: str = "aws") -> str:
    return f"arn:{partition}:lambda:eu-west-1:123456789012:function:orders"


def _arns(partition: str) -> Iterator[tuple[str, Identifier]]:
    """With each qualifier and without one, and what that is read as."""
    for qualifier in (None, *QUALIFIERS):
        whole = _arn(partition) + (f":{qualifier}" if qualifier else "")
        read = literal(qualifier) if qualifier else None
        yield whole, Identifier(literal("orders"), read, is_arn=True)


@pytest.mark.parametrize("partition", PARTITIONS)
def test_an_arn(partition: str) -> None:
    for whole, expected in _arns(partition):
        assert parse_identifier(literal(whole)) == expected
        assert parse_uri(literal(whole)) == expected


@pytest.mark.parametrize("head", ["", "123456789012:function:", "function:"])
@pytest.mark.parametrize("qualifier", [None, *QUALIFIERS])
def test_a_partial_arn_or_a_name(head: str, qualifier: str | None) -> None:
    whole = f"{head}orders" + (f":{qualifier}" if qualifier else "")
    found = parse_identifier(literal(whole))
    if head == "function:":
        # Nobody knows whether the account is missing or the function's name is
        # "function": not understood as the function orders.
        assert found is None or found.name != literal("orders")
        return
    assert found == Identifier(
        literal("orders"), literal(qualifier) if qualifier else None
    )
    assert parse_uri(literal(whole)) is None


def test_what_is_no_identifier() -> None:
    for whole in (
        "",
        ":",
        "orders:",
        ":live",
        "arn",
        "arn:aws:lambda",
        "arn:aws:sqs:eu-west-1:123456789012:orders",
        "arn:aws:lambda:eu-west-1:123456789012:function",
        "arn:aws:lambda:eu-west-1:123456789012:function:",
        "arn:aws:lambda:eu-west-1:123456789012:function:orders:",
        "arn:aws:lambda:eu-west-1:123456789012:function:orders:live:more",
        "arn:aws:lambda:eu-west-1:123456789012:layer:orders:7",
        "arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:7",
        "arn:aws:states:::lambda:invoke",
        "123456789012:layer:orders",
        "123456789012:function:",
        "a:b:c:d:e",
        "a:b:c",
        "orders/live",
        "orders.v1",
        "${Name}",
        "arn:aws:lambda:eu-west-1:123456789012:function:${Name}",
        "arn:aws:lambda:eu-west-1:123456789012:function:*",
        "arn:aws:states:eu-west-1:123456789012:function:orders",
        "arn:aws:lambda:eu-west-1:123456789012:layer:orders",
    ):
        found = parse_identifier(literal(whole))
        assert found is None or not found.is_arn, whole
        if whole != "arn":
            assert found is None, whole


def test_the_arn_of_a_function_of_the_stack() -> None:
    name = Text.of(FN)
    assert parse_identifier(function_arn(name)) == Identifier(name, None, True)
    live = literal("live")
    assert parse_identifier(function_arn(name, live)) == Identifier(name, live, True)


def test_tokens_that_may_hide_a_colon() -> None:
    assert parse_identifier(Text.of(STAGE)) is None
    assert parse_identifier(Text.of(STAGE, ":live")) is None
    assert parse_identifier(Text.of(FN)) == Identifier(Text.of(FN))
    assert parse_identifier(Text.of(FN, ":", STAGE)) == Identifier(
        Text.of(FN), Text.of(STAGE)
    )
    whole = Text.of("arn:aws:lambda:", REGION, ":", STAGE, ":function:orders")
    assert parse_identifier(whole) == Identifier(literal("orders"), None, True)


@pytest.mark.parametrize("partition", PARTITIONS)
def test_an_invocation_uri(partition: str) -> None:
    dates = "2015-03-31", "2021-11-15"
    ends = "invocations", "response-streaming-invocations"
    for (arn, expected), date, end in product(_arns(partition), dates, ends):
        path = f"path/{date}/functions/{arn}/{end}"
        uri = f"arn:{partition}:apigateway:eu-west-1:lambda:{path}"
        assert parse_uri(literal(uri)) == expected


def test_an_invocation_uri_with_tokens() -> None:
    whole = Text.of(
        *("arn:aws:apigateway:", REGION, ":lambda:path/2015-03-31/functions/"),
        *(function_arn(Text.of(FN), literal("live")), "/invocations"),
    )
    assert parse_uri(whole) == Identifier(Text.of(FN), literal("live"), True)


def test_an_invocation_uri_whose_only_token_is_the_function() -> None:
    head = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
    arn = _arn().removesuffix("orders")
    assert parse_uri(Text.of(head, arn, FN, "/invocations")) == Identifier(
        Text.of(FN), None, True
    )


@pytest.mark.parametrize(
    ("arn", "qualifier"),
    [
        (_arn() + ":${stageVariables.alias}", "${stageVariables.alias}"),
        (_arn().replace("orders", "${stageVariables.function}"), None),
    ],
)
def test_stage_variables_are_unknown(arn: str, qualifier: str | None) -> None:
    head = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
    found = parse_uri(literal(f"{head}{arn}/invocations"))
    assert found is not None
    if qualifier is None:
        assert found.name.token == Token(UNKNOWN, "${stageVariables.function}")
    else:
        assert found.qualifier == Text.of(Token(UNKNOWN, qualifier))


@pytest.mark.parametrize(
    "whole",
    [
        "https://example.com/orders",
        "arn:aws:apigateway:eu-west-1:sqs:path/123456789012/orders",
        "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions//invocations",
        "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/",
        "orders",
        "orders:live",
        "",
    ],
)
def test_what_is_no_uri_of_a_function(whole: str) -> None:
    assert parse_uri(literal(whole)) is None


@given(
    st.lists(
        st.one_of(
            st.sampled_from([":", "arn", "function", "lambda", "/invocations", ""]),
            st.text(max_size=3),
            st.sampled_from([FN, STAGE, REGION]),
        ),
        max_size=12,
    )
)
def test_no_text_makes_them_raise(parts: list[str | Token]) -> None:
    text = Text.of(*parts)
    for found in (parse_identifier(text), parse_uri(text)):
        assert found is None or found.name.parts
