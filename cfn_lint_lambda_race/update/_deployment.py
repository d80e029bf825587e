"""One deployed state of a template, as an update compares it with another."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from typing import Any

from cfnlint.template import Template

from cfn_lint_lambda_race.data import operations
from cfn_lint_lambda_race.template import (
    NO_VALUE,
    Alternative,
    Reading,
    Resource,
    Text,
    literal,
    token,
)

SERVERLESS_FUNCTION = "AWS::Serverless::Function"
_S3_URI = "s3://"


class Shield(Enum):
    """How the template invokes a function.

    Unshielded: somewhere by ``$LATEST``, or nowhere and nothing is published;
    shielded: only through versions or aliases of them; idle: nowhere, but a
    version or an alias is published for callers elsewhere.
    """

    UNSHIELDED = "unshielded"
    SHIELDED = "shielded"
    IDLE = "idle"


class Deployment:
    """What a template deploys: its parameters' defaults taken as the values.

    The template is one as written: SAM untranslated, `Globals` merged.
    """

    def __init__(self, cfn: Template) -> None:
        self.reading = Reading(cfn, defaults_first=True)
        parameters = cfn.template.get("Parameters")
        self.parameters = parameters if isinstance(parameters, Mapping) else {}

    @property
    def resources(self) -> Mapping[str, Resource]:
        return self.reading.evaluator.resources

    def function(self, name: str) -> Resource | None:
        """The function of a logical ID; None where there is none."""
        return self.reading.references.functions.get(name)

    # -- properties ------------------------------------------------------------

    def values(self, function: Resource, name: str) -> list[Alternative]:
        """What a property of ``AWS::Lambda::Function`` is; also for a SAM function.

        ``NO_VALUE`` where it is absent.
        """
        base = self.reading.evaluator.existing(function)
        node = self.written(function, name)
        if node is None:
            return [Alternative(NO_VALUE, base)]
        return self._possible(self.reading.evaluator.evaluate(node, base))

    @staticmethod
    def written(function: Resource, name: str) -> Any:
        """A property of ``AWS::Lambda::Function`` as written; None where absent."""
        if function.type == SERVERLESS_FUNCTION:
            return _as_lambda(function, name)
        return function.properties.get(name)

    def parameter(self, name: str) -> str | None:
        """The value that a parameter has by default, or is given; None for none."""
        if name not in self.parameters:
            return None
        found = self.reading.evaluator.texts({"Ref": name})
        value = found[0].value if len(found) == 1 else None
        return value.literal if isinstance(value, Text) else None

    def _possible(self, found: list[Alternative]) -> list[Alternative]:
        if len(found) == 1:
            return found
        return [one for one in found if self.reading.possible(one.when)]

    @staticmethod
    def code_path(resource: Resource, *names: str) -> str | None:
        """The local path that one of some properties names; None where none does."""
        for name in names:
            node = resource.properties.get(name)
            if isinstance(node, str) and node and "://" not in node:
                return str(node)
        return None

    @staticmethod
    def build_context(function: Resource) -> str | None:
        """The folder that `sam build` builds the image of a function from.

        https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build.html
        """
        metadata = function.attributes.get("Metadata")
        context = (
            metadata.get("DockerContext") if isinstance(metadata, Mapping) else None
        )
        return str(context) if isinstance(context, str) else None

    # -- shields ---------------------------------------------------------------

    @cached_property
    def _uses(self) -> dict[str, tuple[bool, bool]]:
        """By function: whether a target invokes ``$LATEST``, whether another not."""
        uses: dict[str, tuple[bool, bool]] = {}
        references = self.reading.references
        for target in self.reading.targets:
            if target.row.is_deployment:
                continue
            for reference in target.references:
                if reference.function is None or not self.reading.possible(
                    reference.when
                ):
                    continue
                latest = any(
                    self.reading.possible(when)
                    for when in references.unqualified(reference)
                )
                open_, closed = uses.get(reference.function, (False, False))
                uses[reference.function] = (open_ or latest, closed or not latest)
        return uses

    def shield(self, function: str) -> Shield:
        """How the template invokes a function."""
        open_, closed = self._uses.get(function, (False, False))
        if open_:
            return Shield.UNSHIELDED
        if closed:
            return Shield.SHIELDED
        return Shield.IDLE if self.publishes(function) else Shield.UNSHIELDED

    def publishes(self, function: str) -> bool:
        """Whether the template has a version, or an alias of one, of a function."""
        references = self.reading.references
        return bool(self.versions(function)) or any(
            alias.function == function and not references.latest_branches(name)
            for name, alias in references.aliases.items()
        )

    def versions(self, function: str) -> list[Resource]:
        """The ``AWS::Lambda::Version`` resources of a function."""
        return [
            resource
            for resource in self.resources.values()
            if resource.type == "AWS::Lambda::Version"
            and any(
                found.function == function
                for found in self.reading.references.of(
                    resource.properties.get("FunctionName")
                )
            )
        ]


def _as_lambda(function: Resource, name: str) -> Any:
    """A property of a SAM function as the Lambda function has it after translation.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
    """
    properties = function.properties
    if name == "Code":
        return _code(properties)
    if name == "TracingConfig":
        return _wrapped("Mode", properties.get("Tracing"))
    if name == "DeadLetterConfig":
        queue = properties.get("DeadLetterQueue")
        target = queue.get("TargetArn") if isinstance(queue, Mapping) else None
        return _wrapped("TargetArn", target)
    if name == "Role" and "Role" not in properties:
        return token("attribute", f"{function.id}Role", "Arn")
    return properties.get(name)


def _wrapped(key: str, node: Any) -> Any:
    return None if node is None else {key: node}


def _code(properties: Mapping[Any, Any]) -> Any:
    code: dict[str, Any] = {}
    uri = properties.get("CodeUri")
    if isinstance(uri, str) and uri.startswith(_S3_URI):
        bucket, _, key = uri[len(_S3_URI) :].partition("/")
        code = {"S3Bucket": bucket, "S3Key": key}
    elif isinstance(uri, Mapping) and "Bucket" in uri:
        names = {"Bucket": "S3Bucket", "Key": "S3Key", "Version": "S3ObjectVersion"}
        code = {names.get(str(key), str(key)): uri[key] for key in uri}
    elif uri is not None:
        return uri
    for name, member in (
        ("ImageUri", "ImageUri"),
        ("InlineCode", "ZipFile"),
        ("SourceKMSKeyArn", "SourceKMSKeyArn"),
    ):
        if name in properties:
            code[member] = properties[name]
    return code or None


def default_value(name: str) -> Any:
    """What an absent property means, as an evaluated value; None for nothing."""
    return _evaluated({row.property: row.default for row in operations()}[name])


def _evaluated(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _evaluated(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_evaluated(value) for value in node]
    return None if node is None else literal(str(node))
