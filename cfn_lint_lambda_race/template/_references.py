"""Which function, and which qualifier, a text denotes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._identifier import (
    LATEST,
    Identifier,
    parse_identifier,
)
from cfn_lint_lambda_race.template._nodes import (
    ALIAS_TYPE,
    FUNCTION_TYPES,
    NO_VALUE,
    Path,
    Resource,
)
from cfn_lint_lambda_race.template._sam import alias_written, published_alias_id
from cfn_lint_lambda_race.template._scenario import ALWAYS, Scenario
from cfn_lint_lambda_race.template._text import (
    ALIAS,
    FUNCTION,
    VERSION,
    Text,
    Token,
    literal,
)

Parse = Callable[[Text], "Identifier | None"]


@dataclass(frozen=True)
class Reference:
    """A function and a qualifier, as one alternative of a value denotes them.

    ``function`` is the logical ID of a function of the template, None for one
    outside; ``name`` is the text of its name. ``qualifier`` is None where nothing
    stands behind the function, else what stands there: a literal, or the token of
    an alias or a version. An alias of the template is always its token, however
    the template spells it.
    """

    function: str | None
    name: Text
    qualifier: Text | None
    is_arn: bool
    when: Scenario

    @property
    def says_latest(self) -> bool:
        """Whether ``$LATEST`` is written out."""
        return self.qualifier is not None and self.qualifier.literal == LATEST

    @property
    def alias(self) -> Token | None:
        """The alias of the template that the qualifier names, if it does."""
        token = self.qualifier.token if self.qualifier else None
        return token if token is not None and token.kind == ALIAS else None

    @property
    def is_version(self) -> bool:
        """Whether the qualifier is the number of a published version."""
        if self.qualifier is None:
            return False
        token = self.qualifier.token
        if token is not None:
            return token.kind == VERSION
        return (self.qualifier.literal or "").isdecimal()

    @property
    def is_known(self) -> bool:
        """Whether it is certain which qualifier this is."""
        return self.qualifier is None or self.qualifier.is_closed


@dataclass(frozen=True)
class Alias:
    """An alias of the template.

    ``functions`` are those of the template that it can belong to, each with the
    scenario in which it does; empty where that is unknown. ``is_generated`` says
    that SAM publishes it; ``resource`` is the function then.
    """

    resource: Resource
    functions: tuple[tuple[str | None, Scenario], ...]
    is_generated: bool = False

    @property
    def function(self) -> str | None:
        """The logical ID of the function, None where it can be several or none."""
        names = {function for function, _ in self.functions}
        return names.pop() if len(names) == 1 else None


@dataclass(frozen=True)
class LatestBranch:
    """A place where an alias says that it points to ``$LATEST``."""

    path: Path
    when: Scenario


# The handlers of the functions in the CDK's framework for custom resources.
FRAMEWORK_HANDLERS = (
    "framework.onEvent",
    "framework.isComplete",
    "framework.onTimeout",
)


class References:
    """Reads texts as references to the functions of one template."""

    def __init__(
        self, evaluator: Evaluator, possible: Callable[[Scenario], bool]
    ) -> None:
        self._evaluator = evaluator
        self._possible = possible
        self.functions = {
            name: resource
            for name, resource in evaluator.resources.items()
            if resource.type in FUNCTION_TYPES
        }
        self._names = self._function_names()
        # An alias may be written as one of another alias.
        self._alias_names: dict[tuple[str | None, Text], list[str]] = {}
        self.aliases = dict(self._aliases())
        self._alias_names = self._names_of_aliases()
        self._latest: dict[str, list[LatestBranch]] = {}

    def _function_names(self) -> dict[Text, list[tuple[str, Scenario]]]:
        names: dict[Text, list[tuple[str, Scenario]]] = {}
        for function in self.functions.values():
            if "FunctionName" not in function.properties:
                continue
            node = function.properties["FunctionName"]
            for named in self._evaluator.texts(
                node, self._evaluator.existing(function)
            ):
                names.setdefault(named.value, []).append((function.id, named.when))
        return names

    def _aliases(self) -> Iterator[tuple[str, Alias]]:
        for resource in self._evaluator.resources.values():
            if resource.type == ALIAS_TYPE:
                references = self.of(resource.properties.get("FunctionName"))
                functions = tuple((one.function, one.when) for one in references)
                yield resource.id, Alias(resource, functions)
        for resource in self.functions.values():
            if alias_written(resource):
                functions = ((resource.id, ALWAYS),)
                yield published_alias_id(resource.id), Alias(resource, functions, True)

    def _names_of_aliases(self) -> dict[tuple[str | None, Text], list[str]]:
        names: dict[tuple[str | None, Text], list[str]] = {}
        for alias_id, alias in self.aliases.items():
            for name in self.alias_names(alias_id):
                for function in dict.fromkeys(owner for owner, _ in alias.functions):
                    names.setdefault((function, name), []).append(alias_id)
        return names

    def alias_names(self, alias_id: str) -> list[Text]:
        """The names that an alias of the template can have."""
        alias = self.aliases[alias_id]
        node = (
            alias_written(alias.resource)
            if alias.is_generated
            else alias.resource.properties.get("Name")
        )
        return [name.value for name in self._evaluator.texts(node)]

    def of(
        self,
        node: object,
        when: Scenario = ALWAYS,
        parse: Parse = parse_identifier,
    ) -> list[Reference]:
        """The references that a node can denote.

        Args:
            node: a value of the template.
            when: the scenario in which it is looked at.
            parse: how its text is taken apart: as an identifier, or an API's URI.

        Returns:
            A reference for each alternative that denotes a function. Alternatives that
            are unknown, or denote no function, are left out.
        """
        references = []
        for alternative in self._evaluator.texts(node, when):
            references.extend(self.of_text(alternative.value, alternative.when, parse))
        return references

    def of_text(
        self, text: Text, when: Scenario, parse: Parse = parse_identifier
    ) -> list[Reference]:
        """The references that a text denotes.

        Returns:
            Mostly one. None where the text denotes no function or is unknown, several
            where functions of one name exist under different conditions.
        """
        identifier = Identifier(text) if text in self._names else parse(text)
        if identifier is None:
            return []
        name = identifier.name
        functions = self._functions(name, when)
        if not functions:
            if identifier.qualifier is None and not name.is_closed:
                # The token may be a name with a qualifier, or a whole ARN.
                return []
            functions = [(None, when)]
        return [
            Reference(
                function,
                name,
                self._canonical(function, identifier.qualifier, scenario),
                identifier.is_arn,
                scenario,
            )
            for function, scenario in functions
        ]

    def _functions(
        self, name: Text, when: Scenario
    ) -> list[tuple[str | None, Scenario]]:
        """The functions of the template that have a name, each with its scenario."""
        token = name.token
        if token is not None and token.kind == FUNCTION:
            resource = self.functions[token.name]
            return [(resource.id, self._evaluator.existing(resource, when))]
        functions: list[tuple[str | None, Scenario]] = []
        for function, scenario in self._names.get(name, ()):
            merged = when.merged(scenario)
            if merged is not None and self._possible(merged):
                functions.append((function, merged))
        return functions

    def _canonical(
        self, function: str | None, qualifier: Text | None, when: Scenario
    ) -> Text | None:
        if qualifier is None or function is None:
            return qualifier
        # Aliases of one name exist under conditions that exclude each other. Prefer
        # one that points to `$LATEST`: `latest_branches` says when it does.
        known = [
            alias_id
            for alias_id in self._alias_names.get((function, qualifier), ())
            for exists in [self._evaluator.existing(self.aliases[alias_id].resource)]
            for both in [when.merged(exists)]
            if both is not None and self._possible(both)
        ]
        if not known:
            return qualifier
        chosen = next((name for name in known if self.latest_branches(name)), known[0])
        return Text((Token(ALIAS, chosen),))

    def qualified_by(self, reference: Reference, qualifier: Text) -> Reference:
        """The reference with a qualifier that stands in a property of its own."""
        return Reference(
            reference.function,
            reference.name,
            self._canonical(reference.function, qualifier, reference.when),
            reference.is_arn,
            reference.when,
        )

    def latest_branches(self, alias_id: str) -> list[LatestBranch]:
        """Where and when an alias points to ``$LATEST``; empty where it never does."""
        if alias_id not in self._latest:
            self._latest[alias_id] = list(self._latest_branches(alias_id))
        return self._latest[alias_id]

    def _latest_branches(self, alias_id: str) -> Iterator[LatestBranch]:
        alias = self.aliases[alias_id]
        if alias.is_generated:
            return
        resource = alias.resource
        when = self._evaluator.existing(resource)
        for branch in self._evaluator.property(resource, "FunctionVersion", when):
            for version in self._evaluator.texts(branch.node, branch.when):
                if version.value == literal(LATEST) and self._possible(version.when):
                    yield LatestBranch((*branch.path, *version.path), version.when)

    def unmanaged(
        self, function: str | None, when: Scenario = ALWAYS
    ) -> list[Scenario]:
        """The scenarios in which a function does not run on managed instances.

        Where it does, its unqualified ARN means ``$LATEST.PUBLISHED``.
        https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html
        """
        properties = self.functions[function].properties if function else {}
        if "CapacityProviderConfig" not in properties:
            return [when]
        providers = self._evaluator.evaluate(properties["CapacityProviderConfig"], when)
        return [one.when for one in providers if one.value is NO_VALUE]

    def is_framework(self, function: str | None) -> bool:
        """Whether a function is of the CDK's framework for custom resources.

        CloudFormation and the framework's state machine invoke it, during a
        deployment only.
        https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
        """
        resource = self.functions.get(function or "")
        handler = resource.properties.get("Handler") if resource else None
        return handler in FRAMEWORK_HANDLERS

    def unqualified(self, reference: Reference) -> list[Scenario]:
        """The scenarios in which a reference denotes ``$LATEST``; mostly one or none.

        An alias that points to ``$LATEST`` does not qualify; neither does
        ``$LATEST`` written out. What is unknown counts as qualified.
        """
        if reference.qualifier is None:
            return self.unmanaged(reference.function, reference.when)
        if reference.says_latest:
            return [reference.when]
        if reference.alias is None:
            return []
        functions = self.aliases[reference.alias.name].functions
        scenarios = [when for name, when in functions if name == reference.function]
        latest = []
        for branch in self.latest_branches(reference.alias.name):
            for scenario in scenarios or [ALWAYS]:
                merged = reference.when.merged(branch.when)
                merged = merged and merged.merged(scenario)
                if merged is not None:
                    latest.append(merged)
        return latest
