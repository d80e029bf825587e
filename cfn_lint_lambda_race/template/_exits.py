"""Where unqualified references leave for callers that the template does not show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cfn_lint_lambda_race.data import TargetRow
from cfn_lint_lambda_race.template._connectors import connections
from cfn_lint_lambda_race.template._documents import MAX_NODES
from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._names import objects, references_in
from cfn_lint_lambda_race.template._nested import ReadFile, ends_in_nested
from cfn_lint_lambda_race.template._nodes import (
    Branch,
    Path,
    Resource,
)
from cfn_lint_lambda_race.template._references import Reference, References
from cfn_lint_lambda_race.template._sam import SERVERLESS_STATE_MACHINE
from cfn_lint_lambda_race.template._scenario import ALWAYS, CONDITION, Cases
from cfn_lint_lambda_race.template._targets import Mention, Target
from cfn_lint_lambda_race.template._text import ATTRIBUTE, FUNCTION

OUTPUT = TargetRow("Outputs", "Value", "name", "", what="an output")
_DEPLOYMENT_TYPE = "AWS::CodeDeploy::DeploymentGroup"


@dataclass(frozen=True)
class Exit:
    """A place from which an unqualified reference leaves.

    ``resource`` is the resource, or the output, that holds it, and ``row`` what the
    data says of such places; None for the policy that SAM makes for the resource's
    connector. ``function`` is the logical ID, ``when`` the cases, empty for always.
    """

    path: Path
    resource: Resource
    row: TargetRow | None
    function: str
    when: Cases

    @property
    def is_output(self) -> bool:
        return self.row is OUTPUT

    @property
    def is_policy(self) -> bool:
        return self.row is None or self.row.is_in_policy


class Exits:
    """Finds the places of one template through which references leave."""

    def __init__(
        self,
        evaluator: Evaluator,
        template: Mapping[Any, Any],
        targets: Sequence[Target],
        read_file: ReadFile,
    ) -> None:
        self._read_file = read_file
        self._evaluator = evaluator
        self._template = template
        self._targets = targets

    def of(
        self,
        places: Iterable[Mention],
        uses: Callable[[Mention], Iterable[Any]],
        references: References,
    ) -> Iterator[Exit]:
        """The exits of the template.

        Args:
            places: the places that ``data/exits.json`` names.
            uses: gives how a place names ``$LATEST`` (see `unqualified_uses`).
            references: the references of the template.

        Returns:
            One exit for each place and function, the outputs among the places; none
            where the template shows who invokes the function from there.
        """
        places = list(places)
        yield from self._connected(references)
        any_qualifier = {
            (place.resource.id, reference.function)
            for place in places
            if place.row.is_in_policy
            for reference in place.references
            if reference.qualifier is not None
            and reference.qualifier.literal == "*"
            and reference.when == place.base
        }
        seen: set[tuple[Path, str]] = set()
        for place in [*places, *self._outputs(references)]:
            if not any(map(_is_meant, place.references)):
                continue
            for use in uses(place):
                key = (place.path, use.function)
                if key in seen or use.function not in references.functions:
                    continue
                seen.add(key)
                # The CDK grants `[arn, arn:*]`: the holder can invoke an alias too.
                if (
                    place.row.is_in_policy
                    and (place.resource.id, use.function) in any_qualifier
                ):
                    continue
                if not self._shows_the_caller(place, use.function, references):
                    yield Exit(
                        place.path, place.resource, place.row, use.function, use.when
                    )

    def _connected(self, references: References) -> Iterator[Exit]:
        """The functions that SAM's connectors let other functions invoke."""
        invoking = {target.resource.id for target in self._targets}
        for connection in connections(self._evaluator, references):
            function = connection.reference.function
            if connection.authorised_by != "role" or function is None:
                continue
            if connection.is_for_each or connection.source.id in invoking:
                # The target of the source carries the finding.
                continue
            if (
                references.unqualified(connection.reference)
                and connection.source.id != function
            ):
                yield Exit(connection.path, connection.source, None, function, ())

    def _outputs(self, references: References) -> Iterator[Mention]:
        outputs = self._template.get("Outputs")
        for name, output in outputs.items() if isinstance(outputs, Mapping) else ():
            if not isinstance(output, Mapping) or "Value" not in output:
                continue
            when = ALWAYS
            condition = output.get("Condition")
            if isinstance(condition, str):
                when = ALWAYS.given(CONDITION, condition, True) or ALWAYS
            resource = Resource(str(name), "Outputs", output, None, output)
            value = Branch(output["Value"], ("Outputs", name, "Value"), when)
            for branch in self._evaluator.branches(value):
                named = references.of(branch.node, branch.when)
                if named:
                    known = self._evaluator.evaluate(branch.node, branch.when)
                    is_complete = len(known) == len(named)
                    yield Mention(
                        resource, OUTPUT, branch.path, tuple(named), is_complete, when
                    )

    def _shows_the_caller(
        self, place: Mention, function: str, references: References
    ) -> bool:
        """Whether the template shows who invokes the function from that place."""
        if place.row.path.startswith("Environment/"):
            return place.resource.id == function or references.is_framework(
                place.resource.id
            )
        if place.row.is_in_policy:
            return self._serves_targets_only(place.resource, function, references)
        return ends_in_nested(place, self._evaluator, self._read_file)

    # -- roles -----------------------------------------------------------------

    def _serves_targets_only(
        self, policy: Resource, function: str, references: References
    ) -> bool:
        """Whether a policy's roles are used only by what invokes the function.

        Those targets carry the finding. What CodeDeploy and the CDK's framework for
        custom resources invoke, they invoke in the deployment, when the function is
        complete.
        """
        if policy.type == SERVERLESS_STATE_MACHINE:
            users = {policy.id}
        else:
            roles = self._roles(policy)
            users = {user for role in roles for user in self._users.get(role, ())}
            users -= roles
        known = {
            target.resource.id
            for target in self._targets
            if any(reference.function == function for reference in target.references)
        } | {
            resource.id
            for resource in self._evaluator.resources.values()
            if resource.type == _DEPLOYMENT_TYPE or references.is_framework(resource.id)
        }
        return bool(users) and users <= known

    def _roles(self, policy: Resource) -> set[str]:
        if policy.type == "AWS::IAM::Role":
            return {policy.id}
        names = self._evaluator.follow(policy.properties, ["Roles", "*"])
        names += self._evaluator.follow(policy.properties, ["RoleName"])
        roles = {
            token.name
            for name in names
            for named in self._evaluator.texts(name.node)
            for token in named.value.tokens
            if token.kind == ATTRIBUTE
        }
        # A managed policy can also be named by the role.
        roles |= {
            user
            for user in self._users.get(policy.id, ())
            if (resource := self._evaluator.resources.get(user)) is not None
            and resource.type == "AWS::IAM::Role"
        }
        return roles

    @cached_property
    def _users(self) -> Mapping[str, set[str]]:
        """By resource: the resources, and the outputs, that refer to it.

        Policies that name a role only extend it.
        """
        users: dict[str, set[str]] = {}
        places: list[tuple[str, Any]] = [
            (resource.id, resource.properties)
            for resource in self._evaluator.resources.values()
            if not resource.type.startswith("AWS::IAM::")
            or resource.type in ("AWS::IAM::Role", "AWS::IAM::InstanceProfile")
        ]
        places.append(("an output", self._template.get("Outputs")))
        for user, node in places:
            for below in objects(node, MAX_NODES):
                for name in references_in(below):
                    users.setdefault(name, set()).add(user)
        return users


def _is_meant(reference: Reference) -> bool:
    """Whether a text means the function, rather than merely equals its name."""
    token = reference.name.token
    return reference.is_arn or (token is not None and token.kind == FUNCTION)
