"""Symbolic text: what a template value says before it is deployed.

A text is a sequence of parts, each either literal characters or a token that
stands for something that only CloudFormation will know: the name of a function,
the number of a version, an account. ``!GetAtt Orders.Arn`` reads
``arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:<Orders>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Union

# Longer than any action, service, stage or path in AWS.
_MAX_PATTERN = 512

# What a token stands for. A function name, a version number, an alias name, a
# region, ... hold letters, digits, "-" and "_" only, so no delimiter can hide in
# them; every other token may hold anything.
FUNCTION = "function"
VERSION = "version"
ALIAS = "alias"
PSEUDO = "pseudo"
PARAMETER = "parameter"
ATTRIBUTE = "attribute"
UNKNOWN = "unknown"

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
# The pseudo parameters whose values hold no delimiter.
CLOSED_PSEUDO_PARAMETERS = frozenset(
    {"AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackName"}
)

# Placeholders for tokens: a block of Unicode that is reserved for private use.
_MASK_START = 0xF0000
_MASK_END = 0xFFFFD
_MASK = re.compile(f"([{chr(_MASK_START)}-{chr(_MASK_END)}])")

_WORD = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Token:
    """Something whose characters are not known before the deployment.

    ``kind`` is one of the constants above, ``name`` a logical ID, a parameter or,
    for an unknown, whatever tells it from other unknowns; ``attribute`` is the
    attribute of a resource (``Ref`` for its reference value).
    """

    kind: str
    name: str
    attribute: str = ""

    @property
    def is_word(self) -> bool:
        """Whether the characters behind the token are certainly a plain word."""
        if self.kind == PSEUDO:
            return self.name in CLOSED_PSEUDO_PARAMETERS
        return self.kind in (FUNCTION, VERSION, ALIAS)

    @property
    def is_resource(self) -> bool:
        """Whether the token stands for a resource of the stack.

        Different resources have different names, ARNs and versions.
        """
        return self.kind in (ALIAS, ATTRIBUTE, FUNCTION, VERSION)

    def __str__(self) -> str:
        if self.attribute and self.attribute != "Ref":
            return f"${{{self.name}.{self.attribute}}}"
        return f"${{{self.name}}}"


Part = Union[str, Token]


@dataclass(frozen=True)
class Text:
    """An immutable sequence of literal characters and tokens."""

    parts: tuple[Part, ...] = ()

    @staticmethod
    def of(*parts: Part | Text) -> Text:
        """The parts put together, neighbouring characters merged."""
        merged: list[Part] = []
        characters: list[str] = []
        for part in _flat(parts):
            if isinstance(part, str):
                if part:
                    characters.append(part)
                continue
            if characters:
                merged.append("".join(characters))
                characters = []
            merged.append(part)
        if characters:
            merged.append("".join(characters))
        return Text(tuple(merged))

    @property
    def literal(self) -> str | None:
        """The characters, or None where a token stands among them."""
        match self.parts:
            case ():
                return ""
            case (str(characters),):
                return characters
        return None

    @property
    def token(self) -> Token | None:
        """The token, where the text is exactly one."""
        match self.parts:
            case (Token() as token,):
                return token
        return None

    @property
    def tokens(self) -> list[Token]:
        return [part for part in self.parts if isinstance(part, Token)]

    @property
    def is_closed(self) -> bool:
        """Whether no token can hide a delimiter."""
        return all(token.is_word for token in self.tokens)

    def fields(self, delimiter: str) -> list[Text]:
        """The text cut at each literal delimiter; tokens stay whole.

        A token that is not a word may hold further delimiters: ask `is_closed`.
        """
        fields: list[list[Part]] = [[]]
        for part in self.parts:
            if isinstance(part, Token):
                fields[-1].append(part)
                continue
            first, *rest = part.split(delimiter)
            fields[-1].append(first)
            fields.extend([piece] for piece in rest)
        return [Text.of(*field) for field in fields]

    def split(self, delimiter: str) -> list[Text] | None:
        """The text split as ``Fn::Split`` does, or None where that is unknown."""
        if not delimiter:
            return None
        for token in self.tokens:
            # A word cannot hold a delimiter that shares no character with words.
            if not token.is_word or _WORD.search(delimiter):
                return None
        return self.fields(delimiter)

    def replaced(self, pattern: re.Pattern[str], kind: str) -> Text:
        """The text with each match of the pattern turned into a token.

        A match may hold tokens, each of which counts as one character.
        """
        masked = self.masked
        parts: list[Part | Text] = []
        start = 0
        for match in pattern.finditer(masked):
            parts.append(self.unmasked(masked[start : match.start()]))
            parts.append(Token(kind, str(self.unmasked(match.group()))))
            start = match.end()
        return Text.of(*parts, self.unmasked(masked[start:]))

    def filled(self, name: str, value: Text) -> Text:
        """The text with each ``${name}`` replaced by a value."""
        parts: list[Part | Text] = []
        for part in self.parts:
            if isinstance(part, str):
                for index, piece in enumerate(part.split(f"${{{name}}}")):
                    parts.extend([value, piece] if index else [piece])
            else:
                parts.append(part)
        return Text.of(*parts)

    @property
    def masked(self) -> str:
        """The characters, with a placeholder of one character for each token.

        For reading text with tools that know no tokens; see `unmasked`.
        """
        positions = iter(range(_MASK_START, _MASK_END))
        return "".join(
            part if isinstance(part, str) else chr(next(positions, _MASK_END))
            for part in self.parts
        )

    def unmasked(self, characters: str) -> Text:
        """The text of an excerpt of `masked`, its tokens put back."""
        tokens = self.tokens
        parts: list[Part] = []
        for piece in _MASK.split(characters):
            position = ord(piece) - _MASK_START if len(piece) == 1 else -1
            if 0 <= position < len(tokens):
                parts.append(tokens[position])
            else:
                parts.append(piece)
        return Text.of(*parts)

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)


def _flat(parts: Iterable[Part | Text]) -> Iterable[Part]:
    for part in parts:
        if isinstance(part, Text):
            yield from part.parts
        else:
            yield part


def literal(value: str) -> Text:
    """The text of plain characters."""
    return Text((value,)) if value else Text()


def token(kind: str, name: str, attribute: str = "") -> Text:
    """The text of a single token."""
    return Text((Token(kind, name, attribute),))


def equal(left: Text, right: Text) -> bool | None:
    """Whether two texts are the same after the deployment; None if unknown."""
    if left == right:
        return True
    if left.literal is not None and right.literal is not None:
        return False
    return None


def fits(name: str, pattern: str) -> bool:
    """Whether a name is one of those that a pattern with ``*`` and ``?`` means.

    A pattern that is longer than any name in AWS fits none, because matching takes
    time that grows with the square of its length.
    """
    return len(pattern) <= _MAX_PATTERN and fnmatchcase(name, pattern)
