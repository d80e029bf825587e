"""Which layers a function has, and which architectures run them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from cfn_lint_lambda_race.data import published_layer
from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._nodes import (
    LAYER_TYPES,
    NO_VALUE,
    Branch,
    Path,
    Resource,
    Value,
)
from cfn_lint_lambda_race.template._sam import SERVERLESS_LAYER
from cfn_lint_lambda_race.template._satisfiable import Satisfiability
from cfn_lint_lambda_race.template._scenario import ALWAYS, Scenario
from cfn_lint_lambda_race.template._text import ATTRIBUTE, Text

ARM64 = "arm64"
X86_64 = "x86_64"
BOTH = frozenset({ARM64, X86_64})


@dataclass(frozen=True)
class Layer:
    """A layer that a function may have, in one scenario.

    ``name`` is the logical ID, or the name of a published layer; ``architectures``
    those it runs on, None where nothing says so; ``is_undeclared`` says that the
    layer is in the template and declares nothing; ``twin`` is the name of its vendor's
    layer for the other architecture; ``has_binaries`` says that it is known to bring a
    program that Lambda starts, such as an extension.
    """

    name: str
    path: Path
    when: Scenario
    architectures: frozenset[str] | None
    is_undeclared: bool = False
    twin: str | None = None
    has_binaries: bool = False


@dataclass(frozen=True)
class Contradiction:
    """A layer that `sam build` builds for another architecture than it declares."""

    layer: str
    path: Path
    built: str
    declared: frozenset[str]
    when: Scenario


@dataclass(frozen=True)
class Mismatch:
    """A layer that cannot run on its function, or beside another layer.

    ``architecture`` is the function's; it is empty where that is unknown and the layer
    contradicts ``other``, a layer of the same list. ``whens`` are the scenarios in
    which it cannot run, ``is_always`` says that there is no other one.
    """

    layer: Layer
    architecture: str
    whens: tuple[Scenario, ...]
    is_always: bool
    other: Layer | None = None


@dataclass(frozen=True)
class Undeclared:
    """A layer that declares nothing; by architecture, a function that uses it."""

    layer: str
    functions: dict[str, str]


class Layers:
    """Reads the layers and the architectures of one template's functions."""

    def __init__(self, evaluator: Evaluator, possible: Satisfiability) -> None:
        self._evaluator = evaluator
        self._possible = possible
        self._known: dict[tuple[str, Scenario], list[tuple[str | None, Scenario]]] = {}

    def architectures(
        self, function: Resource, when: Scenario = ALWAYS
    ) -> list[tuple[str | None, Scenario]]:
        """The architectures that a function can have, each with its scenario.

        None stands for one that is unknown.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html#cfn-lambda-function-architectures
        """
        if "Architectures" not in function.properties:
            return [(X86_64, when)]
        key = (function.id, when)
        if key not in self._known:
            node = function.properties["Architectures"]
            self._known[key] = [
                (_architecture(one.value), one.when)
                for one in self._evaluator.evaluate(node, when)
            ]
        return self._known[key]

    def layers(self, function: Resource) -> list[Layer]:
        """The layers of a function, in the order in which they are written.

        One for each scenario. Values that do not name a layer are left out.
        """
        if "Layers" not in function.properties or self._is_image(function):
            return []
        base = self._evaluator.existing(function)
        node = function.properties["Layers"]
        place = Branch(node, (*function.path, "Layers"), base)
        layers: list[Layer] = []
        for item in self._evaluator.items(place):
            for alternative in self._evaluator.evaluate(item.node, item.when):
                path = (*item.path, *alternative.path)
                values = alternative.value
                for value in values if isinstance(values, list) else [values]:
                    if isinstance(value, Text):
                        layers.extend(self._read(value, path, alternative.when))
        return layers

    def _is_image(self, function: Resource) -> bool:
        package = self._evaluator.property(function, "PackageType")
        return any(
            str(package_type.value) == "Image"
            for branch in package
            for package_type in self._evaluator.texts(branch.node, branch.when)
        )

    def _read(self, text: Text, path: Path, when: Scenario) -> Iterator[Layer]:
        token = text.token
        resource = self._evaluator.resources.get(token.name) if token else None
        if token and token.kind == ATTRIBUTE and resource is not None:
            if resource.type in LAYER_TYPES:
                yield from self._of_stack(resource, path, when)
            return
        # arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION
        fields = text.fields(":")
        if len(fields) != 8 or fields[5].literal != "layer":
            return
        account, name = fields[4].literal, fields[6].literal
        if not account or not name:
            return
        row = published_layer(account, name)
        if row is None:
            yield Layer(name, path, when, None)
        else:
            twin = row.twin_of(name)
            yield Layer(
                name, path, when, row.architectures, False, twin, row.has_binaries
            )

    def _of_stack(
        self, resource: Resource, path: Path, when: Scenario
    ) -> Iterator[Layer]:
        built = self._built_for(resource)
        node = resource.properties.get("CompatibleArchitectures")
        if node is None:
            architectures = None if built is None else frozenset({built})
            yield Layer(resource.id, path, when, architectures, built is None)
            return
        for declared in self._evaluator.evaluate(node, when):
            names = _architectures(declared.value)
            is_undeclared = not isinstance(declared.value, (Text, list))
            if names is not None and built is not None and built not in names:
                names = frozenset({built})
            yield Layer(resource.id, path, declared.when, names, is_undeclared)

    def _built_for(self, resource: Resource) -> str | None:
        """What `sam build` builds a layer for; None where it does not, or unknown.

        https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/building-layers.html
        """
        metadata = resource.attributes.get("Metadata")
        if resource.type != SERVERLESS_LAYER or not isinstance(metadata, Mapping):
            return None
        if "BuildArchitecture" not in metadata:
            return X86_64 if metadata.get("BuildMethod") else None
        built = metadata["BuildArchitecture"]
        return built if isinstance(built, str) and built in BOTH else None

    def contradictions(self) -> Iterator[Contradiction]:
        """The layers that are built for an architecture that they do not declare."""
        for resource in self._evaluator.resources.values():
            built = self._built_for(resource)
            node = resource.properties.get("CompatibleArchitectures")
            if built is None or node is None:
                continue
            path = (*resource.path, "CompatibleArchitectures")
            base = self._evaluator.existing(resource)
            for declared in self._evaluator.evaluate(node, base):
                names = _architectures(declared.value)
                if names is not None and built not in names:
                    where = (*path, *declared.path)
                    yield Contradiction(resource.id, where, built, names, declared.when)

    # -- questions -------------------------------------------------------------

    def mismatches(self, function: Resource) -> list[Mismatch]:
        """The layers that cannot run on their function, in some scenario."""
        layers = self.layers(function)
        mismatches = list(self._with_function(function, layers))
        seen = {mismatch.layer.path for mismatch in mismatches}
        return mismatches + [
            mismatch
            for mismatch in self._with_each_other(layers)
            if mismatch.layer.path not in seen
            and mismatch.other is not None
            and mismatch.other.path not in seen
        ]

    def _with_function(
        self, function: Resource, layers: list[Layer]
    ) -> Iterator[Mismatch]:
        wrong: dict[tuple[Path, str, str], list[tuple[Layer, Scenario]]] = {}
        right: set[Path] = set()
        for layer in layers:
            for architecture, when in self.architectures(function, layer.when):
                if not self._possible(when):
                    continue
                if (
                    layer.architectures is None
                    or architecture is None
                    or architecture in layer.architectures
                ):
                    right.add(layer.path)
                    continue
                key = (layer.path, layer.name, architecture)
                wrong.setdefault(key, []).append((layer, when))
        wanted: dict[Path, set[str]] = {}
        for path, _, architecture in wrong:
            wanted.setdefault(path, set()).add(architecture)
        for (path, _, architecture), cases in wrong.items():
            whens = tuple(when for _, when in cases)
            is_always = path not in right and len(wanted[path]) == 1
            yield Mismatch(cases[0][0], architecture, whens, is_always)

    def _with_each_other(self, layers: list[Layer]) -> Iterator[Mismatch]:
        # One of each kind: a list can name a layer a thousand times.
        kinds: dict[tuple[frozenset[str], Scenario], Layer] = {}
        for layer in layers:
            if layer.architectures:
                kinds.setdefault((layer.architectures, layer.when), layer)
        if len({architectures for architectures, _ in kinds}) < 2:
            return
        for ((these, when), first), ((those, other), second) in combinations(
            kinds.items(), 2
        ):
            if these & those:
                continue
            both = when.merged(other)
            if both is not None and self._possible(both):
                yield Mismatch(second, "", (both,), False, first)
                return

    def undeclared(self, functions: list[Resource]) -> Iterator[Undeclared]:
        """The layers of the stack that functions of both architectures share.

        Only those that say nothing of their architecture.
        """
        # In order, each only once: a list can name a layer a thousand times.
        uses: dict[str, dict[tuple[str, str, Scenario], None]] = {}
        for function in functions:
            for layer in self.layers(function):
                if layer.is_undeclared:
                    for architecture, when in self.architectures(function, layer.when):
                        if architecture is not None:
                            use = (function.id, architecture, when)
                            uses.setdefault(layer.name, {})[use] = None
        for name, users in uses.items():
            for one, other in combinations(users, 2):
                if one[0] == other[0] or one[1] == other[1]:
                    continue
                both = one[2].merged(other[2])
                if both is not None and self._possible(both):
                    yield Undeclared(name, {one[1]: one[0], other[1]: other[0]})
                    break


def _architectures(value: Value) -> frozenset[str] | None:
    """The architectures in an evaluated list; None where one is unknown."""
    names = []
    for item in value if isinstance(value, list) else [value]:
        name = item.literal if isinstance(item, Text) else None
        if name not in BOTH:
            return None
        names.append(name)
    return frozenset(names) or None


def _architecture(value: Value) -> str | None:
    if value is NO_VALUE:
        return X86_64
    names = _architectures(value)
    return next(iter(names)) if names is not None and len(names) == 1 else None
