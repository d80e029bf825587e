"""The forms in which a text identifies a Lambda function.

Lambda takes a name, a partial ARN or an ARN, each with or without a qualifier:
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax
API Gateway wraps the ARN in one of its own:
https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html#apigw-Type-Integration-uri
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cfn_lint_lambda_race.template._text import PSEUDO, UNKNOWN, Text, token

LATEST = "$LATEST"

# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#lambda-Invoke-request-FunctionName
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.[^{}]*\}")
_INVOCATION_SUFFIX = re.compile(r"/(response-streaming-)?invocations$")
_FUNCTIONS_PATH = re.compile(r":lambda:path/(?:/)?\d{4}-\d{2}-\d{2}/functions/")


@dataclass(frozen=True)
class Identifier:
    """A function identifier taken apart.

    ``name`` is the text of the name field, ``qualifier`` that of the field behind
    it, None where there is no such field. Either may hold tokens.
    """

    name: Text
    qualifier: Text | None = None
    is_arn: bool = False


def function_arn(name: Text, qualifier: Text | None = None) -> Text:
    """The ARN of a function of the stack's own account and region."""
    head = Text.of(
        "arn:",
        token(PSEUDO, "AWS::Partition"),
        ":lambda:",
        token(PSEUDO, "AWS::Region"),
        ":",
        token(PSEUDO, "AWS::AccountId"),
        ":function:",
        name,
    )
    return head if qualifier is None else Text.of(head, ":", qualifier)


def parse_identifier(text: Text) -> Identifier | None:
    """Take a name, partial ARN or ARN apart; None for other texts.

    A token between two colons counts as one field; a text that begins with a
    token that may hold colons is not understood.
    """
    fields = text.fields(":")
    if fields[0].literal == "arn":
        if not 7 <= len(fields) <= 8:
            return None
        if fields[2].literal != "lambda" or fields[5].literal != "function":
            return None
        return _identifier(fields[6:], is_arn=True)
    if len(fields) in (3, 4) and fields[1].literal == "function":
        return _identifier(fields[2:])
    if len(fields) <= 2 and fields[0].is_closed:
        return _identifier(fields)
    return None


def _identifier(fields: list[Text], is_arn: bool = False) -> Identifier | None:
    name, *rest = fields
    if not name.parts or any(not field.parts for field in rest):
        return None
    if not all(_NAME.fullmatch(part) for part in name.parts if isinstance(part, str)):
        return None
    return Identifier(name, rest[0] if rest else None, is_arn)


def parse_uri(text: Text) -> Identifier | None:
    """Take the URI of an API Gateway integration apart, or a plain ARN.

    None where it names no Lambda function, or where a stage variable decides.
    """
    text = text.replaced(_STAGE_VARIABLE, UNKNOWN)
    for index, part in enumerate(text.parts):
        if not isinstance(part, str):
            continue
        match = _FUNCTIONS_PATH.search(part)
        if match:
            rest = Text.of(part[match.end() :], *text.parts[index + 1 :])
            return parse_identifier(_without_suffix(rest))
    identifier = parse_identifier(text)
    return identifier if identifier and identifier.is_arn else None


def _without_suffix(text: Text) -> Text:
    if text.parts and isinstance(text.parts[-1], str):
        return Text.of(*text.parts[:-1], _INVOCATION_SUFFIX.sub("", text.parts[-1]))
    return text
