"""What SAM's connectors let invoke a function.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/managing-permissions-connectors.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cfn_lint_lambda_race.data import connectors
from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._identifier import function_arn
from cfn_lint_lambda_race.template._nodes import (
    Branch,
    Path,
    Resource,
)
from cfn_lint_lambda_race.template._references import Reference, References
from cfn_lint_lambda_race.template._sam import SERVERLESS_CONNECTOR
from cfn_lint_lambda_race.template._text import FUNCTION, token


@dataclass(frozen=True)
class Connection:
    """One destination function of a connector.

    ``source`` is the resource that it connects, ``authorised_by`` the service
    principal that SAM permits to invoke the function, or ``role`` where it gives
    the source's role a policy; ``is_for_each`` says that this covers each
    qualifier of the function.
    """

    path: Path
    source: Resource
    authorised_by: str
    reference: Reference
    is_for_each: bool


def connections(evaluator: Evaluator, references: References) -> Iterator[Connection]:
    """The connections to functions that a template's connectors make.

    SAM grants them on the unqualified function, unless the destination is an ARN.
    """
    for source, properties, path in _connectors(evaluator):
        row = connectors().get(source.type)
        if row is None or not _writes(evaluator, properties):
            continue
        place = Branch(properties, path, evaluator.existing(source))
        for destination in evaluator.below(place, "Destination"):
            for item in evaluator.items(destination):
                for reference in _destination(evaluator, references, item):
                    yield Connection(
                        item.path,
                        source,
                        row.authorised_by,
                        reference,
                        row.qualifiers,
                    )


def _connectors(
    evaluator: Evaluator,
) -> Iterator[tuple[Resource, Mapping[Any, Any], Path]]:
    for resource in evaluator.resources.values():
        if resource.type == SERVERLESS_CONNECTOR:
            named = resource.properties.get("Source")
            name = named.get("Id") if isinstance(named, Mapping) else None
            source = evaluator.resources.get(name) if isinstance(name, str) else None
            if source is not None:
                yield source, resource.properties, resource.path
        embedded = resource.attributes.get("Connectors")
        for name, connector in (
            embedded.items() if isinstance(embedded, Mapping) else ()
        ):
            properties = (
                connector.get("Properties") if isinstance(connector, Mapping) else None
            )
            if isinstance(properties, Mapping):
                path = ("Resources", resource.id, "Connectors", name, "Properties")
                yield resource, properties, path


def _writes(evaluator: Evaluator, properties: Mapping[Any, Any]) -> bool:
    return any(
        branch.node == "Write"
        for branch in evaluator.follow(properties, ["Permissions", "*"])
    )


def _destination(
    evaluator: Evaluator, references: References, item: Branch
) -> list[Reference]:
    node = item.node if isinstance(item.node, Mapping) else {}
    name = node.get("Id")
    if isinstance(name, str) and name in references.functions:
        when = evaluator.existing(references.functions[name], item.when)
        return references.of(function_arn(token(FUNCTION, name)), when)
    return references.of(node["Arn"], item.when) if "Arn" in node else []
