"""One deployed state of a template, as an update compares it with another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import cache, cached_property
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any

from cfn_lint_lambda_race.data import OperationRow
from cfn_lint_lambda_race.template import (
    ALWAYS,
    NO_VALUE,
    Alternative,
    Reading,
    Reference,
    Resource,
    Scenario,
    literal,
    read,
    scalar_text,
)
from cfn_lint_lambda_race.template._cfnlint import Template, create_only_pointers
from cfn_lint_lambda_race.template._documents import ContentOf, content_of
from cfn_lint_lambda_race.template._names import names_below, texts
from cfn_lint_lambda_race.template._nodes import Alternatives, Path, at, mapping
from cfn_lint_lambda_race.template._sam import (
    SERVERLESS_FUNCTION,
    SERVERLESS_LAYER,
    as_lambda,
    code_of,
    version_key,
)
from cfn_lint_lambda_race.template._source import (
    content,
    is_resolved_before_sam,
    is_serverless,
    unmarked,
    unmerged,
)
from cfn_lint_lambda_race.update._builds import (
    Build,
    Method,
    dockerfile,
    entry_points,
    method_of,
    settings_of,
)
from cfn_lint_lambda_race.update._values import in_order, pruned

# The properties that can name a local path; the CLIs package what lies there.
_LOCAL = {
    "AWS::Lambda::Function": "Code",
    "AWS::Lambda::LayerVersion": "Content",
    SERVERLESS_FUNCTION: "CodeUri",
    SERVERLESS_LAYER: "ContentUri",
}


# The service that replicates functions to the edge, whatever the partition's suffix.
_EDGE = "edgelambda."


class Shield(Enum):
    """How the template invokes a function.

    ``UNSHIELDED``: some target invokes ``$LATEST``; or none invokes the function, and
    no version is published. ``SHIELDED``: targets invoke only versions, or aliases of
    versions. ``IDLE``: no target invokes it, but a version is published, for callers
    elsewhere. ``DEPLOYING``: only deployments invoke it, as a custom resource does,
    after its update is complete.
    """

    UNSHIELDED = "unshielded"
    SHIELDED = "shielded"
    IDLE = "idle"
    DEPLOYING = "deploying"


class Deployment:
    """What a template deploys.

    Args:
        cfn: the template as written: SAM untranslated, with `Globals` merged.
        defaults_first: take the parameters' defaults as their values. Else each of
            their allowed values is possible.
        content_of: reads the local files that the template names.
        parameter_sets: values of parameters, instead of those given to cfn-lint.
        judged: values of parameters that only conditions know.
        of_choices: who calls the functions with some of the values that were chosen.
    """

    def __init__(
        self,
        cfn: Template,
        defaults_first: bool = True,
        content_of: ContentOf = content_of,
        parameter_sets: Sequence[Mapping[str, Any]] | None = None,
        judged: Mapping[str, str] | None = None,
        of_choices: list[_Callers] | None = None,
    ) -> None:
        self._cfn = cfn
        self._content_of = content_of
        self._defaults_first = defaults_first
        self._chosen = (parameter_sets or [], judged or {})
        self._is_chosen = of_choices is not None
        self._of_choices: list[_Callers] = [] if of_choices is None else of_choices
        self.reading = (
            Reading(cfn, True, content_of, parameter_sets, judged)
            if defaults_first
            else _read_for_all_choices(cfn, content_of)
        )
        template = content(cfn)
        parameters = template.get("Parameters")
        self.parameters = parameters if isinstance(parameters, Mapping) else {}
        self.mappings = template.get("Mappings")
        # An implicit API has nothing else.
        self.shared = template.get("Globals")
        self.is_serverless = is_serverless(template)
        self.is_resolved_before_sam = is_resolved_before_sam(template)
        self.has_rules = "Rules" in template

    @cached_property
    def of_any_choice(self) -> Deployment:
        """What the template deploys with any of its parameters' allowed values."""
        if not self._defaults_first:
            return self
        return Deployment(self._cfn, False, self._content_of)

    def of_choice(
        self, given: Mapping[str, Any], judged: Mapping[str, str]
    ) -> Deployment:
        """What the template deploys with some values of its parameters.

        Args:
            given: the values that parameters have everywhere.
            judged: the values that they have in conditions alone.
        """
        return Deployment(
            self._cfn, True, self._content_of, [given], judged, self._of_choices
        )

    @property
    def has_choices(self) -> bool:
        """Whether parameters decide what the template deploys."""
        return bool(self.reading.evaluator.conditions) or any(
            isinstance(node, Mapping) and "AllowedValues" in node
            for node in self.parameters.values()
        )

    @property
    def unmerged(self) -> Mapping[str, Any]:
        """The template before `Globals` were merged; empty where that is unknown.

        Its nodes need not know where they stand.
        """
        return unmarked(self._cfn)

    def marked(self, root: Path, name: str) -> Mapping[Any, Any]:
        """The properties at a path of the unmerged template, to see where one stands.

        Args:
            root: the path.
            name: the one of the properties whose nodes know where they stand.
        """
        template: Any = content(self._cfn)
        shared = at(template, ("Globals", "Function"))
        if root[0] == "Resources" and isinstance(shared, Mapping) and name in shared:
            # Merged in, it may be that of `Globals`.
            template = unmerged(self._cfn)
        return mapping(at(template, root))

    @property
    def resources(self) -> Mapping[str, Resource]:
        return self.reading.evaluator.resources

    def function(self, name: str) -> Resource | None:
        """The function with a logical ID; None for other resources."""
        return self.reading.references.functions.get(name)

    # -- properties ------------------------------------------------------------

    def values(self, function: Resource, name: str) -> Alternatives:
        """What a function's property can be.

        Args:
            function: a function, of SAM or not.
            name: the property, as ``AWS::Lambda::Function`` calls it.

        Returns:
            Its possible values; ``NO_VALUE`` where the property is absent.
        """
        base = self.reading.evaluator.existing(function)
        node = self.written(function, name)
        if node is None:
            return [Alternative(NO_VALUE, base)]
        return self._possible(self.reading.evaluator.evaluate(node, base))

    @staticmethod
    def written(function: Resource, name: str) -> Any:
        """A function's property as written, also of a SAM function; None if absent."""
        return as_lambda(function, name)

    def parameter(self, name: str) -> str | None:
        """The value that a parameter is given, else its default; None for neither."""
        if name not in self.parameters:
            return None
        value = self.reading.evaluator.text({"Ref": name})
        return None if value is None else value.literal

    def version_key(self, function: Resource) -> str:
        """What SAM hashes into the logical ID of a function's version."""
        return version_key(function, self.resources, self.parameter)

    def _possible(self, values: Alternatives) -> Alternatives:
        if len(values) == 1:
            return values
        return [one for one in values if self.reading.possible(one.when)]

    @staticmethod
    def code_path(resource: Resource) -> str | None:
        """The local path of a function's or a layer's code; None without one.

        Without any code, `sam build` and `sam package` take the template's folder.
        https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html#sam-function-codeuri
        """
        node = resource.properties.get(_LOCAL[resource.type])
        if resource.type == SERVERLESS_FUNCTION:
            code = code_of(resource.properties)
            if code is None and resource.properties.get("PackageType") != "Image":
                return "."
            if node is not code:
                return None
        if not isinstance(node, str) or not node or "://" in node:
            return None
        return normpath(node)

    @staticmethod
    def build_context(function: Resource) -> str | None:
        """The folder that `sam build` builds the image of a function from.

        https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build.html
        """
        metadata = function.attributes.get("Metadata")
        context = (
            metadata.get("DockerContext") if isinstance(metadata, Mapping) else None
        )
        return normpath(context) if isinstance(context, str) else None

    def build(self, resource: Resource) -> Build | None:
        """How a function's or a layer's code is made of local files.

        None where the template names no local files.
        """
        metadata = resource.attributes.get("Metadata")
        context = self.build_context(resource)
        if context is not None:
            options = dockerfile(metadata)
            return Build(context, Method.IMAGE, options, settings_of(metadata))
        path = self.code_path(resource)
        if path is None:
            return None
        method = _method(resource)
        return Build(
            path,
            method,
            entry_points(metadata) if method is Method.ESBUILD else (),
            settings_of(metadata),
            scalar_text(resource.properties.get("Handler")) or "",
            self._is_shared(path),
        )

    @property
    def builds(self) -> Iterator[Build]:
        """How the code of the functions and layers is made of local files."""
        for resource in self.resources.values():
            build = self.build(resource) if resource.type in _LOCAL else None
            if build is not None:
                yield build

    def _is_shared(self, path: str) -> bool:
        """Whether not all files below a local path are code of all that names it.

        One project of Java, .NET or Go makes one program, however many functions it
        is for. In the template's folder other programs may lie, except of Java and Go,
        whose sources have their place.
        """
        if path in self._folders_with_code:
            return True
        methods = self._methods[path]
        own_place = (Method.JAVA, Method.GO)
        programs = own_place if path == "." else (*own_place, Method.DOTNET)
        is_one = len(methods) == 1 and path != "."
        return not (is_one or (len(set(methods)) == 1 and methods[0][0] in programs))

    @cached_property
    def _methods(self) -> Mapping[str, list[tuple[Method, str]]]:
        """By local path, how each resource makes its code of it, with its settings."""
        methods: dict[str, list[tuple[Method, str]]] = {}
        for resource in self.resources.values():
            path = self.code_path(resource) if resource.type in _LOCAL else None
            if path is not None:
                settings = settings_of(resource.attributes.get("Metadata"))
                methods.setdefault(path, []).append((_method(resource), settings))
        return methods

    @cached_property
    def _folders_with_code(self) -> frozenset[str]:
        """The folders above the local paths that hold code."""
        return frozenset(
            folder.as_posix()
            for path in self._methods
            for folder in PurePosixPath(path).parents
        )

    # -- shields ---------------------------------------------------------------

    @property
    def deploying(self) -> frozenset[str]:
        """The functions that only a deployment invokes.

        They provide custom resources, by themselves or behind the CDK's framework.
        """
        return self._callers.deploying

    @cached_property
    def _callers(self) -> _Callers:
        """Who calls the functions.

        Few choices of values say anything about that: those that differ in nothing
        that was asked for share one answer.
        """
        if not self._is_chosen:
            return _Callers(self.reading)
        for known in self._of_choices:
            if known.is_same_with(*self._chosen):
                return known
        # A reading of its own, so that it is known what was asked for.
        reading = Reading(self._cfn, True, self._content_of, *self._chosen)
        self._of_choices.append(_Callers(reading))
        return self._of_choices[-1]

    def shield(self, function: str, when: Scenario = ALWAYS) -> Shield:
        """How the template invokes a function in a scenario."""
        uses = {is_latest for is_latest, _ in self._uses_within(function, when)}
        if True in uses:
            return Shield.UNSHIELDED
        if uses:
            return Shield.SHIELDED
        if function in self.deploying:
            return Shield.DEPLOYING
        return Shield.IDLE if self.publishes(function) else Shield.UNSHIELDED

    def unshielded(self, function: str, when: Scenario) -> list[Scenario]:
        """The scenarios within one in which a function is unshielded, if any."""
        if self.shield(function, when) is not Shield.UNSHIELDED:
            return []
        if not self.publishes(function):
            # So it is where no target invokes it, too.
            return [when]
        uses = self._uses_within(function, when)
        return [both for is_latest, both in uses if is_latest]

    def _uses_within(
        self, function: str, when: Scenario
    ) -> Iterator[tuple[bool, Scenario]]:
        """How targets invoke a function within a scenario, as in `_Callers.uses`."""
        for is_latest, used in self._callers.uses.get(function, ()):
            both = used.merged(when)
            if both is not None and self.reading.possible(both):
                yield is_latest, both

    def publishes(self, function: str) -> bool:
        """Whether callers elsewhere can invoke a published version of a function.

        On Lambda Managed Instances even the unqualified name means one. CloudFront
        invokes nothing but versions, whoever publishes them.
        """
        references = self.reading.references
        if not references.unmanaged(function):
            return True
        return (
            bool(self.versions(function))
            or any(
                not references.latest_branches(name) for name in self.aliases(function)
            )
            or self._is_for_edge(function)
        )

    def _is_for_edge(self, function: str) -> bool:
        """Whether the role of a function is one that Lambda@Edge may assume.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html
        """
        resource = self.function(function)
        if resource is None:
            return False
        named = names_below(resource.properties.get("Role"))
        roles = [self.resources[name] for name in named if name in self.resources]
        return any(
            _EDGE in text
            for one in (resource, *roles)
            for text in texts(one.properties.get("AssumeRolePolicyDocument"))
        )

    def versions(self, function: str) -> list[Resource]:
        """The ``AWS::Lambda::Version`` resources of a function."""
        return self._versions.get(function, [])

    def aliases(self, function: str) -> list[str]:
        """The aliases of a function, those that SAM publishes among them."""
        return self._aliases.get(function, [])

    @cached_property
    def _aliases(self) -> Mapping[str, list[str]]:
        aliases: dict[str, list[str]] = {}
        for name, alias in self.reading.references.aliases.items():
            if alias.function is not None:
                aliases.setdefault(alias.function, []).append(name)
        return aliases

    def invoked(self, function: str) -> list[Reference]:
        """How targets name a function, without those that only deployments invoke."""
        return self._callers.invoked.get(function, [])

    @cached_property
    def _versions(self) -> Mapping[str, list[Resource]]:
        """The ``AWS::Lambda::Version`` resources by function."""
        versions: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            if resource.type != "AWS::Lambda::Version":
                continue
            references = self.reading.references.of(
                resource.properties.get("FunctionName")
            )
            for function in dict.fromkeys(one.function for one in references):
                if function is not None:
                    versions.setdefault(function, []).append(resource)
        return versions


def _method(resource: Resource) -> Method:
    """How `sam build` makes the code of a function or a layer."""
    runtime = scalar_text(resource.properties.get("Runtime"))
    return method_of(runtime, resource.attributes.get("Metadata"))


class _Callers:
    """Who calls the functions of a template, as one reading tells it.

    ``invoked`` says by function how targets name it, without those that only
    deployments invoke. ``uses`` says by function in which scenarios targets invoke it:
    True with those in which they invoke ``$LATEST``, False with all scenarios of the
    targets. ``deploying`` are the functions that only deployments invoke.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.invoked: dict[str, list[Reference]] = {}
        for target in reading.serving_targets:
            for reference in target.references:
                if reference.function is not None:
                    self.invoked.setdefault(reference.function, []).append(reference)
        self.uses = dict(self._uses())
        self.deploying = frozenset(self._deploying()) - set(self.uses)

    def is_same_with(
        self, parameter_sets: Sequence[Mapping[str, Any]], judged: Mapping[str, str]
    ) -> bool:
        """Whether the callers are certainly the same with other values."""
        return self._reading.evaluator.is_same_with(parameter_sets, judged)

    def _uses(self) -> Iterator[tuple[str, list[tuple[bool, Scenario]]]]:
        references = self._reading.references
        for function, invoked in self.invoked.items():
            # The waiter of the CDK's framework invokes it in a deployment only.
            if references.is_framework(function):
                continue
            scenarios: list[tuple[bool, Scenario]] = []
            for one in invoked:
                scenarios.extend((True, when) for when in references.unqualified(one))
                scenarios.append((False, one.when))
            yield function, scenarios

    def _deploying(self) -> Iterator[str]:
        references = self._reading.references
        # Those that a target serves callers with are in `uses`.
        for target in self._reading.targets:
            for one in target.references:
                if one.function is not None:
                    yield one.function
        for name, function in references.functions.items():
            if not references.is_framework(name):
                continue
            yield name
            variables = mapping(at(function.properties, ("Environment", "Variables")))
            for node in variables.values():
                for one in references.of(node):
                    if one.function is not None:
                        yield one.function


def _read_for_all_choices(cfn: Template, of_files: ContentOf) -> Reading:
    """A reading for all choices.

    That is the one that rules share, unless the local files are those of a revision.
    """
    return read(cfn) if of_files is content_of else Reading(cfn, False, of_files)


def as_lambda_takes(value: Any, row: OperationRow) -> Any:
    """An evaluated property as Lambda takes it.

    Args:
        value: the value.
        row: the property, with its default.

    Returns:
        The default where the value is empty or absent, None where there is no default.
        Lists whose order means nothing are sorted.
    """
    value = pruned(value, keeps_empty_texts=row.property == "Environment")
    default = _evaluated(row.default)
    if value is None:
        return default
    if not isinstance(value, dict):
        return value
    defaults = default if isinstance(default, dict) else {}
    return {
        key: in_order(item) if key in row.unordered else item
        for key, item in {**defaults, **value}.items()
    }


def _evaluated(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _evaluated(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_evaluated(value) for value in node]
    return None if node is None else literal(str(node))


@cache
def create_only_properties(resource_type: str) -> tuple[tuple[str, ...], ...]:
    """The properties whose change replaces a resource, from cfn-lint's schemas."""
    prefix = "/properties/"
    return tuple(
        tuple(pointer[len(prefix) :].split("/"))
        for pointer in create_only_pointers(resource_type)
        if pointer.startswith(prefix)
    )
