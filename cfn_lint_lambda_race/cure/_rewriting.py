"""A value that denotes a function, written so that it denotes an alias of it.

Works on nodes as a template has them and keeps their form: an ARN stays one, a name
gets the qualifier behind it, and the texts of `Fn::Sub` and `Fn::Join` keep whatever
else they say. What is written otherwise comes back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cfn_lint_lambda_race.template import LATEST, intrinsic

# One field of an ARN: characters, or a variable of `Fn::Sub`.
_FIELD = r"(?:\$\{[^{}]*\}|[\w*-])*"
_ARN = rf"arn:{_FIELD}:lambda:{_FIELD}:{_FIELD}:function:"
_SAID = rf":{re.escape(LATEST)}(?![\w.])"
_QUALIFIER = rf"(?:{_SAID})?"
# Nothing that belongs to the name, or qualifies it, comes behind.
_END = r"(?![:\w$-])"
# How a document says that a name is a function's, in JSON or YAML.
_NAMING = r"(\bFunctionName\\*[\"']?\s*:\s*\\*[\"']?)"


@dataclass(frozen=True)
class Published:
    """How a template writes what callers of a function are to invoke.

    ``ref`` is what `Ref` takes and ``variable`` what `Fn::Sub` takes for its ARN;
    ``variable`` and ``name`` are None where the name is not written out, ``written`` is
    the ARN where no `Ref` gives it. ``names`` are the names that the function itself is
    written with, ``sources`` those that are texts of `Fn::Sub`.
    """

    function: str
    ref: str
    variable: str | None
    name: str | None
    names: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    written: Any = None

    @property
    def arn(self) -> Any:
        return {"Ref": self.ref} if self.written is None else self.written

    @property
    def qualified_name(self) -> dict[str, Any]:
        """``function:alias``, for services that take no ARN."""
        return {"Fn::Sub": f"${{{self.function}}}:{self.name}"}


@dataclass
class Rewriting:
    """Rewrites nodes towards what is published, by logical ID of the function.

    ``takes_arn`` is False for a property that takes only names.
    """

    published: Mapping[str, Published]
    takes_arn: bool = True
    _variables: dict[str, Any] = field(default_factory=dict)
    _texts: dict[str, tuple[list[str], Mapping[str, Any], bool]] = field(
        default_factory=dict
    )

    def of(self, node: Any, is_whole: bool = True) -> Any:
        """The node, rewritten. ``is_whole`` says that it is all of a value."""
        name, argument = intrinsic(node)
        if name == "Ref":
            published = (
                self.published.get(argument) if isinstance(argument, str) else None
            )
            return node if published is None else self._name(published, is_whole)
        if name == "Fn::GetAtt":
            return self._attribute(node, argument)
        if name == "Fn::Sub":
            return self._substituted(node, argument, is_whole)
        if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2:
            return {name: [argument[0], self._joined(*argument)]}
        if name == "Fn::If" and isinstance(argument, list):
            return {
                name: [*argument[:1], *(self.of(one, is_whole) for one in argument[1:])]
            }
        if isinstance(node, Mapping):
            return {key: self.of(value, name is None) for key, value in node.items()}
        if isinstance(node, list):
            return [self.of(item, is_whole) for item in node]
        return self._literal(node) if isinstance(node, str) else node

    def _name(self, published: Published, is_whole: bool) -> Any:
        if is_whole and self.takes_arn:
            return published.arn
        if published.name is None:
            return {"Ref": published.function}
        return published.qualified_name

    def _attribute(self, node: Any, argument: Any) -> Any:
        steps = argument.split(".", 1) if isinstance(argument, str) else argument
        if not isinstance(steps, list) or len(steps) != 2 or steps[1] != "Arn":
            return node
        published = self.published.get(steps[0]) if isinstance(steps[0], str) else None
        return node if published is None else published.arn

    def _joined(self, delimiter: Any, items: Any) -> Any:
        if not isinstance(items, list):
            return self.of(items, is_whole=False)
        parts = []
        for index, item in enumerate(items):
            before = items[index - 1] if index else None
            new = self.of(item, is_whole=False)
            if isinstance(item, str) and self._is_function(before):
                # What is published takes the place of the two.
                if delimiter == ":" and item == LATEST:
                    continue
                new = re.sub(rf"^:{re.escape(LATEST)}(?![\w.])", "", item)
            elif self._is_function(item) and _is_qualified(
                delimiter, items[index + 1 :]
            ):
                new = item
            parts.append(new)
        return parts

    def _is_function(self, node: Any) -> bool:
        name, _ = intrinsic(node)
        return name in ("Ref", "Fn::GetAtt") and self.of(node) != node

    # -- texts -----------------------------------------------------------------

    def _substituted(self, node: Any, argument: Any, is_whole: bool) -> Any:
        if isinstance(argument, str):
            text, own = argument, {}
        elif (
            isinstance(argument, list)
            and len(argument) == 2
            and isinstance(argument[0], str)
            and isinstance(argument[1], Mapping)
        ):
            text, own = argument[0], dict(argument[1])
        else:
            return node
        variables = {
            key: value
            if _is_qualified_in(text, key)
            else self._of_variable(text, key, value)
            for key, value in own.items()
        }
        published = [key for key in own if variables[key] != own[key]]
        # A text below is done with its own.
        self._variables = {}
        self._texts[text] = published, own, is_whole
        new = self._text(text, published, own, is_whole)
        variables |= self._variables
        if not variables:
            return {"Fn::Sub": new}
        return {"Fn::Sub": [new, variables]}

    def of_source(self, text: str, source: str) -> str:
        """How a text of `Fn::Sub` that was rewritten is written, from how it was."""
        return self._text(source, *self._texts.get(text, ([], {}, False)))

    def _of_variable(self, text: str, name: str, value: Any) -> Any:
        if intrinsic(value)[0] == "Ref":
            return self.of(value, is_whole=text.strip() == f"${{{name}}}")
        return self.of(value)

    def _text(
        self,
        text: str,
        published: Iterable[str],
        own: Mapping[str, Any],
        is_whole: bool,
    ) -> str:
        """A text of `Fn::Sub`; ``published`` are those of its own variables that
        denote what is published, in which `$LATEST` must not be said any more."""
        for name in published:
            text = re.sub(rf"(\$\{{{re.escape(name)}\}}){_SAID}", r"\1", text)
        for one in self.published.values():
            if one.function not in own:
                text = self._with_variables(text, one, is_whole)
            text = self._with_names(text, one, () if own else one.sources)
        return text

    def _with_variables(self, text: str, published: Published, is_whole: bool) -> str:
        function = re.escape(published.function)
        arns = rf"(?:{_ARN}\$\{{{function}\}}|\$\{{{function}\.Arn\}})"
        text, count = re.subn(
            rf"{arns}{_QUALIFIER}{_END}", lambda _: self._variable(published), text
        )
        if published.name is None:
            return text
        # A partial ARN: `account:function:name`.
        text, partial = re.subn(
            rf"(\bfunction:\$\{{{function}\}}){_QUALIFIER}{_END}",
            lambda match: f"{match[1]}:{published.name}",
            text,
        )
        if self.takes_arn and not is_whole:
            new = self._variable(published)
        else:
            new = f"${{{published.function}}}:{published.name}"
        # Beside an ARN, a name that stands anywhere may be there for people.
        before = _NAMING if count or partial else "()"
        name = rf"{before}(?<![\w:}}-])\$\{{{function}\}}{_QUALIFIER}{_END}"
        return re.sub(name, lambda match: match[1] + new, text)

    def _variable(self, published: Published) -> str:
        if published.variable is not None:
            return f"${{{published.variable}}}"
        name = f"{published.function}Alias"
        self._variables[name] = published.arn
        return f"${{{name}}}"

    def _literal(self, text: str) -> Any:
        for published in self.published.values():
            if published.name is None:
                continue
            if text in published.names:
                # A reference orders the resources, too.
                return published.arn if self.takes_arn else f"{text}:{published.name}"
            text = self._with_names(text, published)
        return text

    @staticmethod
    def _with_names(text: str, published: Published, more: Iterable[str] = ()) -> str:
        for name in (*published.names, *more) if published.name is not None else ():
            text = re.sub(
                rf"(:function:{re.escape(name)}){_QUALIFIER}{_END}",
                lambda match: f"{match[1]}:{published.name}",
                text,
            )
        return text


def _is_qualified(delimiter: Any, behind: list[Any]) -> bool:
    """Whether what follows a function in a `Fn::Join` is a qualifier of its own."""
    first = behind[0] if behind else None
    if delimiter == ":":
        return first not in (None, LATEST)
    return isinstance(first, str) and bool(re.match(r":(?!\$LATEST(?![\w.]))", first))


def _is_qualified_in(text: str, variable: str) -> bool:
    """Whether a text of `Fn::Sub` puts a qualifier of its own behind a variable."""
    return bool(
        re.search(rf"\$\{{{re.escape(variable)}\}}:(?!\$LATEST(?![\w.]))", text)
    )
