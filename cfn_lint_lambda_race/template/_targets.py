"""The targets of a template: where services invoke functions.

The catalogue says where to look; this module walks there and reads references.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Generic, TypeVar

from cfn_lint_lambda_race.data import TargetRow
from cfn_lint_lambda_race.template._documents import MAX_NODES, read_text
from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._identifier import parse_identifier, parse_uri
from cfn_lint_lambda_race.template._nodes import (
    MAX_ALTERNATIVES,
    NO_VALUE,
    Alternative,
    Branch,
    Path,
    Resource,
    Value,
    intrinsic,
    is_text,
    unknown,
)
from cfn_lint_lambda_race.template._references import Reference, References
from cfn_lint_lambda_race.template._sam import (
    API_EVENTS,
    GLOBALS_OF_APIS,
    IMPLICIT_APIS,
    SERVERLESS_API,
)
from cfn_lint_lambda_race.template._scenario import ALWAYS, Scenario
from cfn_lint_lambda_race.template._stages import Stages
from cfn_lint_lambda_race.template._text import ATTRIBUTE, FUNCTION, Text, fits, token

_SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
_AWS_LAMBDA = re.compile(r"""\baws_lambda\s*\(\s*(["'])(?P<function>.*?)\1""")
# What may be put into a text: a dynamic reference, or a substitution.
_PUT_IN = re.compile(r"\{\{|\$\{")
_ANY_METHOD = "x-amazon-apigateway-any-method"


@dataclass(frozen=True)
class Mention:
    """A place, named by a row of data, whose value names functions.

    ``references`` are the alternatives of what it names, ``is_complete`` says that
    none of them is unknown. ``path`` is the place; where that is a document,
    ``inner`` leads on inside it. ``base`` is the scenario in which the place is
    there at all, ``roles`` are the branches of the property that names the role of
    the service. ``heirs`` are the logical IDs of the APIs that take a place of
    `Globals`, the implicit one among them.
    """

    resource: Resource
    row: TargetRow
    path: Path
    references: tuple[Reference, ...]
    is_complete: bool
    base: Scenario = ALWAYS
    inner: Path | None = None
    roles: tuple[Branch, ...] = ()
    heirs: tuple[str, ...] = ()


class Target(Mention):
    """A place through which a service invokes the functions that it names."""

    @property
    def is_by_role(self) -> bool:
        """Whether a role has to allow the invocation, rather than a permission."""
        return bool(self.roles or (self.row.authorised_by == "role" and self.row.role))

    def in_resources(self, resources: Mapping[str, Resource]) -> list[Target]:
        """The target itself; of a place in `Globals`, as each API takes it.

        An implicit API is no resource of the template: there the path stays that in
        `Globals`.
        """
        if not self.heirs:
            return [self]
        return [self._in(resources.get(name), name) for name in self.heirs]

    def _in(self, api: Resource | None, name: str) -> Target:
        if api is None:
            return replace(self, resource=replace(self.resource, id=name))
        path = (*api.path, *self.path[len(("Globals", "Api")) :])
        return replace(self, resource=api, path=path)


_Kind = TypeVar("_Kind", bound=Mention)


@dataclass(frozen=True)
class _Place:
    """A branch that ``steps`` of a row's path lead to; ``trail`` is the way there.

    ``substitutions`` are the branches of the property whose values replace ``${name}``
    in a document's texts.
    """

    branch: Branch
    steps: tuple[str, ...]
    trail: tuple[Branch, ...]
    substitutions: tuple[Branch, ...] = ()


# By root and path, the places of one resource.
_Known = dict[tuple[Path, str], list[_Place]]


class Mentions(Generic[_Kind]):
    """Finds the places of one template that rows of data name: targets, or others."""

    def __init__(
        self,
        evaluator: Evaluator,
        references: References,
        template: Mapping[Any, Any],
        read_file: Callable[[Text], Any],
        rows: Mapping[str, Sequence[TargetRow]],
        kind: type[_Kind],
    ) -> None:
        self._kind = kind
        self._rows = rows
        self._evaluator = evaluator
        self._references = references
        self._globals = template.get("Globals")
        self._read_file = read_file
        self._stages = Stages(evaluator)

    def __iter__(self) -> Iterator[_Kind]:
        rows = self._rows
        for resource in self._evaluator.resources.values():
            kinds = [
                resource.type,
                *(["Custom::*"] if _is_custom(resource.type) else []),
                *(["*::MODULE"] if resource.type.endswith("::MODULE") else []),
            ]
            base = self._evaluator.existing(resource)
            known: _Known = {}
            for row in (row for kind in kinds for row in rows.get(kind, ())):
                yield from self._of_row(resource, row, base, known)
        yield from self._of_globals(rows)

    def _of_globals(self, rows: Mapping[str, Sequence[TargetRow]]) -> Iterator[_Kind]:
        """What `Globals` says of every API, the implicit ones among them."""
        if not isinstance(self._globals, Mapping):
            return
        for kind, section in GLOBALS_OF_APIS.items():
            properties = self._globals.get(section)
            if isinstance(properties, Mapping):
                resource = Resource(section, kind, properties, None, {})
                root = Branch(properties, ("Globals", section), ALWAYS)
                known: _Known = {}
                for row in rows.get(kind, ()):
                    for target in self._below(resource, row, root, known):
                        heirs = dict.fromkeys(self._heirs(target, section))
                        if heirs:
                            yield replace(target, heirs=tuple(heirs))

    def _heirs(self, target: Mention, section: str) -> Iterator[str]:
        """The APIs that take a place of `Globals`; implicit APIs always do."""
        steps = target.path[len(("Globals", section)) :]
        for resource in self._evaluator.resources.values():
            if GLOBALS_OF_APIS.get(resource.type) == section and self._is_global(
                resource, steps
            ):
                yield resource.id
            for event in self._evaluator.follow(resource.properties, ["Events", "*"]):
                node = event.node
                if isinstance(node, Mapping) and node.get("Type") == section:
                    names = self._evaluator.follow(
                        node, ["Properties", API_EVENTS[section]]
                    )
                    apis = [
                        _api_name(value.value)
                        for name in names
                        for value in self._evaluator.texts(name.node)
                    ]
                    if not apis or not set(IMPLICIT_APIS.values()).isdisjoint(apis):
                        yield IMPLICIT_APIS[section]

    def _of_row(
        self, resource: Resource, row: TargetRow, base: Scenario, known: _Known
    ) -> Iterator[_Kind]:
        root = Branch(resource.properties, resource.path, base)
        if row.is_attribute:
            root = Branch(resource.attributes, resource.path[:-1], base)
        for target in self._below(resource, row, root, known):
            if not self._is_global(resource, target.path[len(resource.path) :]):
                yield target

    def _is_global(self, resource: Resource, steps: Path) -> bool:
        """Whether cfn-lint merged the place into the resource from `Globals`."""
        section = GLOBALS_OF_APIS.get(resource.type)
        if section is None or not isinstance(self._globals, Mapping):
            return False
        node: Any = self._globals.get(section)
        own: Any = resource.properties
        for step in steps:
            try:
                node, own = node[step], own[step]
            except (KeyError, IndexError, TypeError):
                return False
        return unknown(node) == unknown(own)

    def _below(
        self, resource: Resource, row: TargetRow, root: Branch, known: _Known
    ) -> Iterator[_Kind]:
        # Many rows have the same path, and differ in what must stand beside it.
        key = (root.path, row.path)
        if key not in known:
            start = _Place(root, (), (root,))
            known[key] = list(self._places(start, row.path.split("/")))
        for place in known[key]:
            for scenario in self._admitted(place, row.when):
                admitted = _with(place, scenario)
                if row.inside is None:
                    for target in self._target(resource, row, admitted, root):
                        yield replace(target, roles=self._roles(admitted, row))
                else:
                    yield from self._inside(resource, row, row.inside, admitted, root)

    def _roles(self, place: _Place, row: TargetRow) -> tuple[Branch, ...]:
        """The branches of the properties that name the role behind a place."""
        for path in row.role:
            named, _, attribute = path.partition(">")
            branches = [beside.branch for beside in self._beside(place, named)]
            if attribute:
                branches = [
                    branch
                    for one in branches
                    for branch in self._of_other(one, attribute)
                ]
            if branches:
                return tuple(branches)
        return ()

    def _of_other(self, branch: Branch, name: str) -> Iterator[Branch]:
        """A property of the resource that a node refers to."""
        for text in self._evaluator.texts(branch.node, branch.when):
            for named in text.value.tokens:
                resource = self._evaluator.resources.get(named.name)
                if resource is not None:
                    yield from self._evaluator.property(resource, name, text.when)

    def _inside(
        self,
        resource: Resource,
        row: TargetRow,
        inside: str,
        whole: _Place,
        root: Branch,
    ) -> Iterator[_Kind]:
        """The places inside the documents at a place, one target for each.

        ``inside`` is the row's path in a document; ``root`` is what ``whole`` is in.
        """
        branch = whole.branch
        roles: tuple[Branch, ...] | None = None
        replaced = self._replaced_operations(resource, row)
        substitutions = tuple(
            self._evaluator.below(root, row.substitutions) if row.substitutions else ()
        )
        documents: dict[Path, int] = {}
        by_place: dict[tuple[Path, Path, Path | None], list[list[_Kind]]] = {}
        for document in self._documents(branch, row.is_file):
            documents[document.path] = documents.get(document.path, 0) + 1
            there: dict[tuple[Path, Path, Path | None], list[_Kind]] = {}
            start = _Place(document, (), (document,), substitutions)
            for place in self._places(start, inside.split("/")):
                if _operation(place.branch) in replaced:
                    continue
                for scenario in self._admitted(place, row.inside_when):
                    admitted = _with(place, scenario)
                    for target in self._target(resource, row, admitted, root):
                        mine = self._roles_inside(admitted, row.inside_role)
                        if not mine and roles is None:
                            roles = self._roles(whole, row)
                        key = (document.path, target.path, target.inner)
                        there.setdefault(key, []).append(
                            replace(target, roles=mine or roles or ())
                        )
            for key, alternatives in there.items():
                by_place.setdefault(key, []).append(alternatives)
        for key, of_documents in by_place.items():
            yield _merged(of_documents, documents[key[0]])

    def _roles_inside(self, place: _Place, path: str | None) -> tuple[Branch, ...]:
        """What a document says beside a place that names the role behind it.

        A substitution of a state machine may stand for it.
        """
        if path is None:
            return ()
        return tuple(
            replace(beside.branch, node=role.value, when=role.when)
            for beside in self._beside(place, path)
            for role in self._values(beside)
            if isinstance(role.value, Text)
        )

    def _replaced_operations(
        self, api: Resource, row: TargetRow
    ) -> set[tuple[Any, ...]]:
        """The paths and methods of an API's definition that events replace.

        https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-api.html#sam-api-mergedefinitions
        """
        if row.form != "uri" or not api.properties.get("MergeDefinitions"):
            return set()
        return {
            (_literal(event.node, "Path"), _literal(event.node, "Method").lower())
            for function in self._references.functions.values()
            for event in self._evaluator.follow(function.properties, ["Events", "*"])
            for name in self._evaluator.follow(event.node, ["Properties", "RestApiId"])
            for text in self._evaluator.texts(name.node)
            if _api_name(text.value) == api.id
        }

    # -- walking ---------------------------------------------------------------

    def _places(self, place: _Place, steps: Sequence[str]) -> Iterator[_Place]:
        """The places below a place, in the order of the template.

        Walks with a stack of its own: documents nest deeper than Python calls.
        """
        pending = [place]
        visited = 0
        while pending:
            place = pending.pop()
            visited += 1
            if visited > MAX_NODES:
                return
            if len(place.steps) == len(steps):
                yield place
                continue
            step = steps[len(place.steps)]
            below: list[_Place] = []
            if step == "**":
                # No step at all, or one more into the tree.
                below = [
                    self._after(place, step, place.branch),
                    *(
                        replace(place, branch=b)
                        for b in self._included_below(place.branch, "*")
                        if isinstance(b.node, (Mapping, list))
                        and intrinsic(b.node)[0] is None
                    ),
                ]
            else:
                below = [
                    self._after(place, step, branch)
                    for branch in self._included_below(place.branch, step)
                ]
            pending.extend(reversed(below))

    def _included_below(self, branch: Branch, step: str) -> list[Branch]:
        """The nodes one step below a node, and below what it includes.

        People write `openapi:` beside an include, so that the body is valid, and
        include what is below `paths:`. Included files include nothing themselves.
        """
        below = self._evaluator.below(branch, step)
        node = branch.node
        if not isinstance(node, Mapping) or "Fn::Transform" not in node:
            return below
        if branch.inner is None:
            for included in self._included(branch, node["Fn::Transform"]):
                below = [*below, *self._evaluator.below(included, step)]
        return below

    @staticmethod
    def _after(place: _Place, step: str, branch: Branch) -> _Place:
        return replace(
            place,
            branch=branch,
            steps=(*place.steps, step),
            trail=(*place.trail, branch),
        )

    def _beside(self, place: _Place, path: str) -> Iterator[_Place]:
        """The places of another path that shares its first steps with a place.

        An empty path is the place that all of them start from.
        """
        steps, shared = _shared_steps(place, path)
        branch = replace(place.trail[shared], when=place.branch.when)
        start = replace(
            place,
            branch=branch,
            steps=tuple(steps[:shared]),
            trail=place.trail[: shared + 1],
        )
        yield from self._places(start, steps)

    def _admitted(
        self, place: _Place, when: Mapping[str, tuple[str, ...]]
    ) -> list[Scenario]:
        """The scenarios in which the values beside a place match their patterns."""
        scenarios = [place.branch.when]
        for path, patterns in when.items():
            written = _written(place, path)
            if written is not None:
                if not any(fits(written, pattern) for pattern in patterns):
                    return []
                continue
            scenarios = [
                value.when
                for scenario in scenarios
                for beside in self._beside(_with(place, scenario), path)
                for value in self._values(beside)
                if _matches(value.value, patterns)
            ]
        return list(dict.fromkeys(scenarios))

    def _documents(self, branch: Branch, is_file: bool) -> Iterator[Branch]:
        """The documents at a place: an object, JSON or YAML text, or a file."""
        name, argument = intrinsic(branch.node)
        if name == "Fn::Transform":
            yield from self._included(branch, argument)
            return
        if isinstance(branch.node, (Mapping, list)) and name is None:
            if not is_file:
                yield branch
            return
        for text in self._evaluator.texts(branch.node, branch.when):
            read = self._read_file if is_file else read_text
            # One that cannot be read counts as empty, so that targets are incomplete.
            path = (*branch.path, *text.path)
            yield Branch(read(text.value), path, text.when, inner=())

    def _included(self, branch: Branch, argument: Any) -> Iterator[Branch]:
        """The local file that ``AWS::Include`` names, as `sam package` takes it.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
        """
        if not isinstance(argument, Mapping) or argument.get("Name") != "AWS::Include":
            return
        parameters = argument.get("Parameters")
        if not isinstance(parameters, Mapping):
            return
        for location in self._evaluator.texts(parameters.get("Location"), branch.when):
            document = self._read_file(location.value)
            yield Branch(document, branch.path, location.when, inner=())

    # -- reading ---------------------------------------------------------------

    def _target(
        self, resource: Resource, row: TargetRow, place: _Place, root: Branch
    ) -> Iterator[_Kind]:
        branch = place.branch
        if row.form == "self":
            yield from self._own(resource, row, branch, root.when)
            return
        read: dict[Path, list[Reference | None]] = {}
        for value in (
            one
            for written in self._values(place)
            for one in self._stages.put(written, resource)
        ):
            texts: list[Any] = [value.value]
            if isinstance(value.value, list) and place.steps[-1] == "*":
                # A parameter can stand for the whole list.
                texts = value.value
            for text in texts:
                if isinstance(text, Text):
                    references = self._read(text, value.when, row, place)
                    read.setdefault(value.path, []).extend(references)
        for path, found_there in read.items():
            known = tuple(one for one in found_there if one is not None)
            if known:
                is_complete = None not in found_there
                # A substitution is written elsewhere; the state keeps its name.
                inner = branch.path if path != branch.path else None
                if branch.inner is not None:
                    inner = branch.inner
                yield self._kind(
                    resource, row, path, known, is_complete, root.when, inner
                )

    def _values(self, place: _Place) -> Iterable[Alternative[Value]]:
        """What a place can say, each with the path to where that is written.

        A document's substitutions are put in; where one is the whole text, it is
        written there.
        """
        branch = place.branch
        for one in self._evaluator.evaluate(branch.node, branch.when):
            here = replace(one, path=branch.path)
            if place.substitutions and is_text(here):
                yield from self._substituted(here, place)
            else:
                yield here

    def _substituted(
        self, text: Alternative[Text], place: _Place
    ) -> Sequence[Alternative[Text]]:
        """What a document's text can be with all its substitutions put in.

        One unknown where there are more than `MAX_ALTERNATIVES`.
        """
        texts = [text]
        for name in _substitutions_in(text.value):
            put = (
                one
                for current in texts
                for one in self._put(current, name, place.substitutions)
            )
            texts = list(islice(put, MAX_ALTERNATIVES + 1))
            if len(texts) > MAX_ALTERNATIVES:
                return [Alternative(unknown(place.branch.node), text.when, text.path)]
        return texts

    def _put(
        self, current: Alternative[Text], name: str, substitutions: Sequence[Branch]
    ) -> list[Alternative[Text]]:
        """A text with one of its substitutions put in; unchanged without one."""
        text = current.value
        is_whole = text.literal == f"${{{name}}}"
        return [
            Alternative(
                text.filled(name, value.value),
                value.when,
                (*below.path, *value.path) if is_whole else current.path,
            )
            for branch in substitutions
            for when in [current.when.merged(branch.when)]
            if when is not None
            for below in self._evaluator.below(replace(branch, when=when), name)
            for value in self._evaluator.texts(below.node, below.when)
        ] or [current]

    def _read(
        self, text: Text, when: Scenario, row: TargetRow, place: _Place
    ) -> Iterator[Reference | None]:
        """The references that a text denotes, None for each that is unknown."""
        for named in functions_of_sql(text) if row.form == "iot-sql" else [text]:
            references = self._references.of_text(named, when, _PARSERS[row.form])
            if not references:
                yield None
            for reference in references:
                if row.qualifier is None:
                    yield reference
                else:
                    yield from self._qualified(reference, row.qualifier, place)

    def _qualified(
        self, reference: Reference, qualifier: str, place: _Place
    ) -> Iterator[Reference | None]:
        """The reference with the qualifier that stands in a property beside it.

        One for each branch of that property; the reference itself where a branch
        leaves it out.
        """
        parent, _, name = qualifier.rpartition("/")
        parents = list(self._beside(_with(place, reference.when), parent))
        if not parents:
            yield reference
        for beside in parents:
            branch = beside.branch
            node = branch.node if isinstance(branch.node, Mapping) else {}
            if f"{name}.$" in node:
                # A path into the state's input: known at run time.
                yield None
            elif name not in node:
                yield replace(reference, when=branch.when)
            else:
                for value in self._values(
                    self._after(beside, name, branch.below(node[name], name))
                ):
                    qualified = replace(reference, when=value.when)
                    if value.value is NO_VALUE:
                        yield qualified
                    elif (
                        not isinstance(value.value, Text)
                        or not value.value.is_closed
                        or _is_expression(value.value)
                    ):
                        yield None
                    else:
                        yield self._references.qualified_by(qualified, value.value)

    def _own(
        self, resource: Resource, row: TargetRow, branch: Branch, base: Scenario
    ) -> Iterator[_Kind]:
        """The target that SAM makes of a section of the function, such as an event.

        It invokes the alias that SAM publishes, or the function itself.
        """
        if not branch.node:
            return
        if row.path == "Events/*" and not self._is_integration(branch):
            return
        references = tuple(
            Reference(resource.id, token(FUNCTION, resource.id), alias, True, when)
            for alias, when in self._evaluator.published_aliases(resource, branch.when)
        )
        yield self._kind(resource, row, branch.path, references, True, base)

    def _is_integration(self, event: Branch) -> bool:
        """Whether an event adds an integration, rather than a permission alone.

        Where an API has a definition of its own, that names the function.
        https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-api.html
        """
        kind = event.node.get("Type")
        name = API_EVENTS.get(kind) if isinstance(kind, str) else None
        if name is None:
            return True
        apis = self._evaluator.follow(event.node, ["Properties", name])
        if not apis:
            return True
        for api in apis:
            for text in self._evaluator.texts(api.node):
                name = _api_name(text.value)
                resource = self._evaluator.resources.get(name)
                if resource is None and name in IMPLICIT_APIS.values():
                    return True
                if resource is not None and self._adds_integration(resource, event):
                    return True
        return False

    def _adds_integration(self, api: Resource, event: Branch) -> bool:
        if api.type not in GLOBALS_OF_APIS:
            return False
        own = [
            name
            for name in ("DefinitionBody", "DefinitionUri")
            if api.properties.get(name)
        ]
        if not own or api.properties.get("MergeDefinitions"):
            return True
        if api.type == SERVERLESS_API:
            return False
        # SAM adds to an HTTP API's definition what that leaves out.
        path = _literal(event.node, "Path") or "$default"
        method = _literal(event.node, "Method").lower() or "any"
        steps = ["paths", path, _ANY_METHOD if method == "any" else method]
        body = api.properties.get("DefinitionBody")
        if not isinstance(body, Mapping) or "Fn::Transform" in body:
            return False
        if intrinsic(body)[0] is not None:
            return False
        integration = "x-amazon-apigateway-integration"
        return not any(
            isinstance(operation.node, Mapping) and integration in operation.node
            for operation in self._evaluator.follow(body, steps)
        )


def functions_of_sql(text: Text) -> list[Text]:
    """What each ``aws_lambda()`` of an IoT SQL statement names; empty without one.

    https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-functions.html#iot-func-aws-lambda
    """
    return [
        text.unmasked(match["function"]) for match in _AWS_LAMBDA.finditer(text.masked)
    ]


_PARSERS = {
    "arn": parse_identifier,
    "iot-sql": parse_identifier,
    "name": parse_identifier,
    "uri": parse_uri,
}


def _merged(of_documents: list[list[_Kind]], documents: int) -> _Kind:
    """One target for a place that several readings of one document have.

    A document's text can vary with what does not reach the function. ``documents``
    is how many readings there are; where some lack the place, or have it in some
    scenarios only, the target is incomplete, so that its scenarios are told.
    """
    alternatives = [target for targets in of_documents for target in targets]
    # Mostly the role of the resource, which is the same for each reading.
    roles = {id(target.roles): target.roles for target in alternatives}
    return replace(
        alternatives[0],
        references=tuple(one for target in alternatives for one in target.references),
        roles=tuple(branch for of_one in roles.values() for branch in of_one),
        is_complete=len(alternatives) == len(of_documents) == documents
        and all(target.is_complete for target in alternatives),
    )


def _operation(branch: Branch) -> tuple[Any, ...]:
    """The path and the method that an integration's ``uri`` stands below."""
    keys = branch.path if branch.inner is None else branch.inner
    return tuple(keys[-4:-2])


def _api_name(value: Text) -> str:
    """The logical ID that an event names its API by, as `Ref` or as it is."""
    if value.token is not None and value.token.kind == ATTRIBUTE:
        return value.token.name
    return value.literal or ""


def _is_custom(kind: str) -> bool:
    return kind.startswith("Custom::")


def _shared_steps(place: _Place, path: str) -> tuple[list[str], int]:
    """The steps of a path, and how many of the first ones lead to a place too."""
    steps = path.split("/") if path else []
    shared = 0
    for mine, other in zip(place.steps, steps):
        if mine != other:
            break
        shared += 1
    return steps, shared


def _written(place: _Place, path: str) -> str | None:
    """A text beside a place that is written out as it is; None for all others.

    Most are, and each row of data asks for one.
    """
    steps, shared = _shared_steps(place, path)
    node = place.trail[shared].node
    for step in steps[shared:]:
        if not isinstance(node, Mapping) or step not in node:
            return None
        node = node[step]
    is_plain = isinstance(node, str) and not _PUT_IN.search(node)
    return node if is_plain else None


def _with(place: _Place, when: Scenario) -> _Place:
    return replace(place, branch=replace(place.branch, when=when))


def _substitutions_in(text: Text) -> list[str]:
    """The names of the substitutions in a text."""
    names = {
        match[1]
        for part in text.parts
        if isinstance(part, str)
        for match in _SUBSTITUTION.finditer(part)
    }
    return sorted(names)


def _matches(value: Value, patterns: Sequence[str]) -> bool:
    if not isinstance(value, Text):
        return False
    return any(fits(str(value), pattern) for pattern in patterns)


def _is_expression(text: Text) -> bool:
    """Whether a text is JSONata, which is evaluated when the state runs."""
    first = text.parts[0] if text.parts else ""
    return isinstance(first, str) and first.lstrip().startswith("{%")


def _literal(event: Any, name: str) -> str:
    properties = event.get("Properties") if isinstance(event, Mapping) else None
    value = properties.get(name) if isinstance(properties, Mapping) else None
    return value if isinstance(value, str) else ""
