"""What the making of a fix needs: a template's reading, its text, and choices."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from cfn_lint_lambda_race.cure._difference import edits_between
from cfn_lint_lambda_race.cure._edits import Document, Edit, EditError, Node
from cfn_lint_lambda_race.cure._rewriting import Published, Rewriting
from cfn_lint_lambda_race.template import Reading, Resource, Text, intrinsic, read
from cfn_lint_lambda_race.template._cfnlint import Template, forget, kept
from cfn_lint_lambda_race.template._nodes import Path
from cfn_lint_lambda_race.template._sam import (
    SERVERLESS_FUNCTION,
    alias_logical_id,
    published_alias_id,
)
from cfn_lint_lambda_race.template._source import as_written
from cfn_lint_lambda_race.update import fingerprint, versions_of

DEFAULT_ALIAS = "live"
ALIAS_NAME = re.compile(r"(?![0-9]+$)[A-Za-z0-9_-]{1,128}")
_VERSION_TYPE = "AWS::Lambda::Version"
_ALIAS_TYPE = "AWS::Lambda::Alias"
_PUBLISHING = "AutoPublishAlias"
_EVERYTHING = "AutoPublishAliasAllProperties"


# A logical ID has at most 255 characters.
_MAX_STEM = 200
_DIGITS = 10


class NoFixError(Exception):
    """There is no fix; the message says why, to stand behind a colon."""


@dataclass(frozen=True)
class Choices:
    """What the user chooses: the name of new aliases, and which functions to cure.

    No ``functions`` are all of them.
    """

    alias: str = DEFAULT_ALIAS
    functions: frozenset[str] = frozenset()


class _Names(NamedTuple):
    """The names of a function: as texts, and as texts of `Fn::Sub`."""

    texts: tuple[str, ...]
    sources: tuple[str, ...]


class Workshop:
    """Makes fixes for one text of a template."""

    def __init__(self, cfn: Template, document: Document, choices: Choices) -> None:
        self.cfn = cfn
        self.document = document
        self.choices = choices
        self.reading: Reading = read(cfn)
        self.written: Any = as_written(cfn).template

    def node(self, path: Sequence[str | int]) -> Any:
        """The node at a path; raises `NoFixError` where the text has none."""
        node: Any = self.written
        try:
            self.document.span(path[:2])
        except EditError as error:
            if str(error).startswith("there is no "):
                raise NoFixError("a macro or a loop writes this place") from None
        for step in path:
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                raise NoFixError("a macro or a loop writes this place") from None
        return node

    def rewrite(
        self, path: Path, old: Any, new: Any, rewriting: Rewriting
    ) -> list[Edit]:
        """The edits that make one node of another, where the two differ."""

        def of_text(place: Path, text: str, other: str) -> Edit:
            return self._rewritten(place, text, other, rewriting)

        return edits_between(self.document, path, old, new, of_text)

    def _rewritten(self, path: Path, old: str, new: str, rewriting: Rewriting) -> Edit:
        """The edit of a text that keeps its lines and quotes, where it can."""
        there = self.document.span(path)
        written = rewriting.of_source(old, there.text)
        grown = len(written) - len(there.text)
        if written != there.text and grown == len(new) - len(old):
            return Edit(there.start, there.end, written)
        return self.document.replace(path, new)

    def made_after(
        self, path: Path, node: Any, published: Iterable[Published]
    ) -> list[Edit]:
        """Lets a resource be made after the aliases that a node of it names.

        A reference orders the two; a name that is written out does not.
        """
        if path[:1] != ("Resources",):
            return []
        published = list(published)
        new = [
            one.ref
            for one in published
            if one.ref and "." not in one.ref and not mentions(node, one.ref)
        ]
        functions = {one.function for one in published}
        # What an alias of the same function takes the place of.
        replaced = [
            name
            for name, alias in self.reading.references.aliases.items()
            if alias.function in functions and name not in new
        ]
        return self.waiting(str(path[1]), new, replaced) if new else []

    def waiting(
        self, name: str, more: Sequence[str], less: Container[str] = ()
    ) -> list[Edit]:
        """Lets a resource wait for more, or for less, by its `DependsOn`."""
        path = ("Resources", name)
        resource = self.node(path)
        depends = resource.get("DependsOn", [])
        old = depends if isinstance(depends, list) else [depends]
        kept = [one for one in old if one not in less and one is not None]
        new = [one for one in more if one not in kept]
        if kept == old and not new:
            return []
        place = (*path, "DependsOn")
        if isinstance(depends, list) and kept == old and len(new) == 1 and old:
            return [self.document.append(place, new[0])]
        names: list[Node] = [*kept, *new]
        if not names:
            return [self.document.remove(place)]
        value = names[0] if len(names) == 1 else names
        if "DependsOn" in resource:
            return [self.document.replace(place, value)]
        after = "Type" if "Type" in resource else None
        return [self.document.add_keys(path, {"DependsOn": value}, after)]

    def function(self, name: str) -> Resource:
        """A function of the template; raises `NoFixError` for one elsewhere."""
        resource = self.reading.references.functions.get(name)
        if resource is None:
            raise NoFixError("the function is not in this template")
        if not isinstance(self.written.get("Resources", {}).get(name), Mapping):
            raise NoFixError("a macro or a loop writes the function")
        return resource

    # -- what a function publishes -----------------------------------------------

    def published(
        self, name: str, accepted: Sequence[str] = ("alias",)
    ) -> tuple[Published, list[Edit]]:
        """What callers of a function are to invoke, and the edits that make it.

        An alias of a version that is there is taken, the one of the chosen name
        first. Where no alias is ``accepted``, it is a version.
        """
        function = self.function(name)
        names = self._names(function)
        if "alias" not in accepted:
            return self._published_version(function, names)
        there = self._alias(function)
        if there is not None:
            return there, []
        if function.type == SERVERLESS_FUNCTION:
            return _of_serverless(function.id, self.choices.alias, names), (
                self._publishing(function)
            )
        return self._resources(function, names)

    def _names(self, function: Resource) -> _Names:
        """How a template writes the name of a function."""
        written = function.properties.get("FunctionName")
        alternatives = self.reading.evaluator.texts(written)
        name, argument = intrinsic(written)
        sources: tuple[str, ...] = ()
        if isinstance(argument, str) and name in ("Ref", "Fn::Sub"):
            sources = (f"${{{argument}}}" if name == "Ref" else argument,)
        return _Names(
            tuple(
                one.value.literal
                for one in alternatives
                if isinstance(one.value, Text) and one.value.literal
            ),
            sources,
        )

    def aliases(self, function: Resource) -> list[str]:
        """The aliases of a function that exist wherever it does, not of `$LATEST`."""
        references = self.reading.references
        return [
            name
            for name, alias in references.aliases.items()
            if alias.function == function.id
            and alias.resource.condition in (None, function.condition)
            and not references.latest_branches(name)
        ]

    def _alias(self, function: Resource) -> Published | None:
        aliases = [self.qualifier(function.id, name) for name in self.aliases(function)]
        aliases.sort(key=lambda one: one.name != self.choices.alias)
        return aliases[0] if aliases else None

    def said(self, parameter: str) -> Node:
        """The value of a parameter as one text."""
        declared = self.reading.evaluator.parameters.get(parameter)
        kind = str(declared.get("Type")) if isinstance(declared, Mapping) else ""
        reference: Node = {"Ref": parameter}
        if "List" in kind:
            return {"Fn::Join": [",", reference]}
        return reference

    def qualifier(self, function: str, name: str) -> Published:
        """An alias or a version of a function, by the name that its token has."""
        references = self.reading.references
        names = self._names(self.function(function))
        alias = references.aliases.get(name)
        if alias is None:
            # A version: `Ref` gives its ARN.
            return Published(function, name, name, None, *names)
        is_serverless = alias.resource.id == function
        written = alias.resource.properties.get(
            _PUBLISHING if is_serverless else "Name"
        )
        # A parameter can have another value than the one that is known.
        literal = written if isinstance(written, str) else None
        if is_serverless:
            return _of_serverless(function, literal, names)
        return Published(function, name, name, literal, *names)

    # -- SAM -----------------------------------------------------------------------

    def _publishing(self, function: Resource) -> list[Edit]:
        """Sets `AutoPublishAlias`, in `Globals` where all of its functions need it."""
        path: tuple[str, ...] = ("Resources", function.id, "Properties")
        shared = self._section("Globals", "Function")
        if shared is not None and self._all_need_it():
            # cfn-lint knows nothing else about versions there.
            return [
                self.document.add_keys(
                    ("Globals", "Function"), {_PUBLISHING: self.choices.alias}
                )
            ]
        own = self._section(*path) or {}
        added: dict[str, Node] = {_PUBLISHING: self.choices.alias, _EVERYTHING: True}
        if _PUBLISHING in own:
            # It is there and empty.
            raise NoFixError(f"{_PUBLISHING} of {function.id} says no name")
        for section in (own, shared or {}):
            if _EVERYTHING in section:
                added.pop(_EVERYTHING, None)
        return [self.document.add_keys(path, added)]

    def publishing_everything(self, function: Resource) -> list[Edit]:
        """Lets SAM publish a version with every change of a function."""
        properties = function.properties
        if _PUBLISHING not in properties:
            raise NoFixError("SAM publishes no alias of it")
        if properties.get(_EVERYTHING) or "AutoPublishCodeSha256" in properties:
            raise NoFixError("what it publishes by is set by hand")
        path: tuple[str, ...] = ("Resources", function.id, "Properties")
        shared = self._section("Globals", "Function")
        if shared is not None and _PUBLISHING not in (self._section(*path) or {}):
            path = ("Globals", "Function")
        if _EVERYTHING in (self._section(*path) or {}):
            return [self.document.replace((*path, _EVERYTHING), True)]
        return [self.document.add_keys(path, {_EVERYTHING: True}, _PUBLISHING)]

    def _section(self, *path: str) -> Mapping[str, Any] | None:
        node: Any = self.written
        for step in path:
            node = node.get(step) if isinstance(node, Mapping) else None
        return node if isinstance(node, Mapping) else None

    def _all_need_it(self) -> bool:
        """Whether every function of SAM lacks an alias that its targets could use."""
        if self.choices.functions:
            return False
        functions = [
            function
            for function in self.reading.functions
            if function.type == SERVERLESS_FUNCTION
        ]
        return all(
            function.id in self._unqualified and not self.aliases(function)
            for function in functions
        )

    @cached_property
    def _unqualified(self) -> frozenset[str]:
        """The functions of which some target invokes `$LATEST`, for good."""
        return frozenset(
            use.function
            for target in self.reading.serving_targets
            if target.row.accepts
            for use in self.reading.unqualified_uses(target)
        )

    # -- CloudFormation ------------------------------------------------------------

    def _published_version(
        self, function: Resource, names: _Names
    ) -> tuple[Published, list[Edit]]:
        """The version of a function; `Ref` gives its ARN."""
        if function.type == SERVERLESS_FUNCTION:
            name = f"{function.id}.Version"
            edits = [] if self.aliases(function) else self._publishing(function)
            return Published(function.id, name, None, None, *names), edits
        version, edits = self.version(function.id)
        return Published(function.id, version, version, None, *names), edits

    def _resources(
        self, function: Resource, names: _Names
    ) -> tuple[Published, list[Edit]]:
        """An alias of the function's version, and the version where it has none."""
        version, resources = self._version(function)
        words = re.split(r"[-_]", self.choices.alias)
        name = "".join(word[:1].upper() + word[1:] for word in words)
        stem = function.id[:_MAX_STEM]
        alias = self.free_id(f"{stem}{name}", f"{stem}Alias{name}")
        resources[alias] = {
            "Type": _ALIAS_TYPE,
            **self._condition(function),
            "Properties": {
                "FunctionName": {"Ref": function.id},
                "FunctionVersion": {"Fn::GetAtt": [version, "Version"]},
                "Name": self.choices.alias,
            },
        }
        published = Published(function.id, alias, alias, self.choices.alias, *names)
        return published, [self.document.add_resources(function.id, resources)]

    def version(self, name: str) -> tuple[str, list[Edit]]:
        """A version of a function, and the edits that make it where it has none."""
        function = self.function(name)
        version, resources = self._version(function)
        if not resources:
            return version, []
        return version, [self.document.add_resources(function.id, resources)]

    def _version(self, function: Resource) -> tuple[str, dict[str, Any]]:
        """The logical ID of a function's version, and the resource if it is new."""
        for version in versions_of(self.cfn, function.id):
            if version.condition in (None, function.condition):
                return version.id, {}
        name = self.version_id(function.id)
        return name, {
            name: {
                "Type": _VERSION_TYPE,
                **self._condition(function),
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {"FunctionName": {"Ref": function.id}},
            }
        }

    def version_id(self, function: str) -> str:
        """The logical ID of the version of what a function is now."""
        return (
            f"{stem_of_version(function)}{short_hash(fingerprint(self.cfn, function))}"
        )

    def renamed(self, old: str, new: str) -> list[Edit]:
        """Gives a resource another logical ID, wherever the template names it."""
        if new == old:
            raise NoFixError("its logical ID is that of what the function is now")
        if new in self.reading.evaluator.resources:
            raise NoFixError(f"there is another resource {new}")
        self.node(("Resources", old))
        return renaming(self.document, self.written, old, new)

    @staticmethod
    def _condition(function: Resource) -> dict[str, Any]:
        return {} if function.condition is None else {"Condition": function.condition}

    def free_id(self, *wanted: str) -> str:
        """The first logical ID that no resource of the template has."""
        for name in wanted:
            if name not in self.reading.evaluator.resources:
                return name
        return next(
            name
            for number in range(2, 10_000)
            for name in [f"{wanted[-1]}{number}"]
            if name not in self.reading.evaluator.resources
        )


def mentions(node: Any, name: str, path: Path = ()) -> bool:
    """Whether a node refers to a resource, or waits for it by `DependsOn`."""
    return next(_renamed(node, name, "", path), None) is not None


def renaming(document: Document, template: Any, old: str, new: str) -> list[Edit]:
    """Gives a resource of a document another logical ID, wherever it is named.

    ``template`` is what the document decodes to. Raises `EditError` where an edit would
    change other places too.
    """
    edits = [document.rename_key(("Resources", old), new)]
    for path, node in _renamed(template, old, new):
        if path[-1:] == ("Fn::Sub",) or path[-2:] == ("Fn::Sub", 0):
            there = document.span(path)
            written = _in_text(there.text, old, new)
            if written != there.text:
                # The text keeps its lines and quotes.
                edits.append(Edit(there.start, there.end, written))
                continue
        edits.append(document.replace(path, node))
    return edits


def _renamed(
    node: Any, old: str, new: str, path: Path = ()
) -> Iterator[tuple[Path, Any]]:
    """The smallest nodes that name a resource, and what they are with another ID."""
    if isinstance(node, str):
        if node == old and path[2:3] == ("DependsOn",) and len(path) in (3, 4):
            yield path, new
    elif intrinsic(node)[0] in ("Ref", "Fn::GetAtt"):
        reference = _renamed_reference(node, old, new)
        if reference != node:
            yield path, reference
    elif intrinsic(node)[0] == "Fn::Sub":
        yield from _renamed_text(intrinsic(node)[1], old, new, (*path, "Fn::Sub"))
    elif isinstance(node, Mapping):
        for key, below in node.items():
            yield from _renamed(below, old, new, (*path, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _renamed(item, old, new, (*path, index))


def _renamed_reference(node: Any, old: str, new: str) -> Any:
    name, argument = intrinsic(node)
    if argument == old and name == "Ref":
        return {name: new}
    if isinstance(argument, list) and argument[:1] == [old]:
        return {name: [new, *argument[1:]]}
    if isinstance(argument, str) and argument.startswith(f"{old}."):
        return {name: new + argument[len(old) :]}
    return node


def _renamed_text(
    argument: Any, old: str, new: str, path: Path
) -> Iterator[tuple[Path, Any]]:
    if isinstance(argument, str):
        text = _in_text(argument, old, new)
        if text != argument:
            yield path, text
    elif isinstance(argument, list) and len(argument) == 2:
        text, variables = argument
        if isinstance(text, str) and isinstance(variables, Mapping):
            if old not in variables and _in_text(text, old, new) != text:
                yield (*path, 0), _in_text(text, old, new)
            yield from _renamed(variables, old, new, (*path, 1))


def _in_text(text: str, old: str, new: str) -> str:
    """A text of `Fn::Sub` that names a resource by another logical ID."""
    return re.sub(rf"\$\{{{re.escape(old)}(?=[.}}])", f"${{{new}", text)


def stem_of_version(function: str) -> str:
    """How the logical IDs of a function's versions begin, before the hash."""
    return f"{function[:_MAX_STEM]}Version"


def short_hash(digest: str) -> str:
    """The first digits of a hash that look like one: 0 to 9 is among them."""
    for start in range(len(digest) - _DIGITS):
        part = digest[start : start + _DIGITS]
        if any(map(str.isdecimal, part)):
            return part
    return digest[:_DIGITS]


def _of_serverless(function: str, alias: str | None, names: _Names) -> Published:
    """What SAM publishes of a function, by the logical ID that it generates."""
    variable = None
    if alias is not None:
        variable = alias_logical_id(function, alias)
    return Published(function, published_alias_id(function), variable, alias, *names)


def workshop(cfn: Template, document: Document, choices: Choices) -> Workshop:
    """The workshop for a text; the same one for every fix of it."""
    shop = kept(cfn, Workshop, lambda: Workshop(cfn, document, choices))
    if shop.document is not document or shop.choices != choices:
        forget(cfn, Workshop)
        return workshop(cfn, document, choices)
    return shop
