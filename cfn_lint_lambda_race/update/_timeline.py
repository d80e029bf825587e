"""The timeline of an update: what comes before what, and what targets meet.

CloudFormation takes a step for each resource when the steps of all that it refers to
are done, and deletes what is left over, replaced resources among it, when all else is
done. So a permission that refers to what moves comes after the move. What nothing
orders can happen either way, and is never reported.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from cfn_lint_lambda_race.data import sam_grants
from cfn_lint_lambda_race.template import (
    ALWAYS,
    MAX_DEPTH,
    Attachments,
    Grant,
    Reference,
    Resource,
    Target,
    Text,
    Token,
    intrinsic,
    sub_variables,
)
from cfn_lint_lambda_race.template._source import SERVERLESS_FUNCTION
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment

REST_DEPLOYMENT = "AWS::ApiGateway::Deployment"
_REST_STAGE = "AWS::ApiGateway::Stage"
_REST_TYPES = frozenset({"AWS::ApiGateway::Method", "AWS::ApiGateway::RestApi"})
_HTTP_STAGE = "AWS::ApiGatewayV2::Stage"
_HTTP_TYPES = frozenset({"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Integration"})
# API Gateway's console invokes through this stage, which no caller can.
_TEST_STAGE = "test-invoke-stage"

Path = tuple[str | int, ...]
_Place = tuple[Path, "Path | None"]


@dataclass(frozen=True)
class Move:
    """A target that invokes another qualifier of its function after an update.

    ``old`` and ``new`` are the qualifiers, empty for ``$LATEST``.
    """

    before: Target
    after: Target
    function: str
    old: str
    new: str


@dataclass(frozen=True)
class Gap:
    """A move whose invocations are denied on every timeline of the update.

    For a while until the permission at ``path`` is there, or, where ``is_undeployed``,
    until somebody deploys the API: the deployment at ``path`` stays. ``permission`` is
    the logical ID of either, or the name of a SAM event.
    """

    path: Path
    permission: str
    move: Move
    is_undeployed: bool = False


class Order:
    """What certainly comes before what, by the references of one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._direct: dict[str, frozenset[str]] = {}
        self._chosen: dict[tuple[int, int], set[str]] = {}

    def follows(self, later: str, earlier: str) -> bool:
        """Whether the step of one resource waits for the step of another."""
        seen: set[str] = set()
        pending = [later]
        while pending:
            for name in self._of(pending.pop()) - seen:
                if name == earlier:
                    return True
                seen.add(name)
                pending.append(name)
        return False

    def _of(self, name: str) -> frozenset[str]:
        if name not in self._direct:
            resource = self._deployment.resources[name]
            found = self._named(resource.properties)
            waits = resource.attributes.get("DependsOn")
            names = waits if isinstance(waits, list) else [waits]
            found |= {one for one in names if isinstance(one, str)}
            self._direct[name] = frozenset(
                one for one in found if one in self._deployment.resources
            )
        return self._direct[name]

    def _named(self, node: Any, depth: int = 0) -> set[str]:
        """What a node refers to, whichever branches its conditions choose."""
        found: set[str] = set()
        seen: set[int] = set()
        pending = [node]
        while pending:
            node = pending.pop()
            if id(node) in seen or not isinstance(node, (Mapping, list)):
                continue
            # YAML can repeat a node, and what it holds, at little cost.
            seen.add(id(node))
            name, argument = intrinsic(node)
            if name == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
                found |= self._of_branches(argument, depth)
            elif name == "Ref" and isinstance(argument, str):
                found.add(argument)
            elif name == "Fn::GetAtt":
                first = argument[0] if isinstance(argument, list) and argument else ""
                text = argument if isinstance(argument, str) else first
                found.add(text.split(".")[0] if isinstance(text, str) else "")
            elif name == "Fn::Sub":
                text, *rest = argument if isinstance(argument, list) else [argument]
                own = {key for one in rest if isinstance(one, Mapping) for key in one}
                if isinstance(text, str):
                    names = {one[1].strip() for one in sub_variables(text)}
                    found |= {one.split(".")[0] for one in names - own}
                pending.extend(rest)
            elif isinstance(node, Mapping):
                pending.extend(node.values())
            elif isinstance(node, list):
                pending.extend(node)
        return found

    def _of_branches(self, argument: list[Any], depth: int) -> set[str]:
        """What an ``Fn::If`` refers to in the branch it takes, or in both."""
        if depth > MAX_DEPTH:
            return set()
        key = (id(argument), depth)
        if key not in self._chosen:
            condition, *branches = argument
            decided = self._deployment.reading.evaluator.decide(condition, ALWAYS)
            if decided is not None:
                branches = [branches[0 if decided else 1]]
            self._chosen[key] = set.intersection(
                *(self._named(branch, depth + 1) for branch in branches)
            )
        return self._chosen[key]


class _Side:
    """One of the two deployments, as the timeline asks it."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.reading = deployment.reading
        self.resources = {
            name: resource
            for name, resource in deployment.resources.items()
            if resource.condition is None
            or self.reading.evaluator.decide(resource.condition, ALWAYS) is not False
        }

    @cached_property
    def targets(self) -> dict[_Place, Target]:
        """The targets by place; none where a place can be several."""
        found: dict[_Place, list[Target]] = {}
        for target in self.reading.targets:
            if not target.row.is_deployment and target.resource.id in self.resources:
                found.setdefault((target.path, target.inner), []).append(target)
        return {place: many[0] for place, many in found.items() if len(many) == 1}

    @cached_property
    def attachments(self) -> Attachments:
        return self.reading.attachments

    def qualifier(self, reference: Reference) -> str | None:
        """What tells qualifiers of two deployments apart: an alias is its name.

        Empty for ``$LATEST``, None for unknown.
        """
        if reference.qualifier is None or reference.says_latest:
            return ""
        if reference.alias is not None:
            names = self.reading.references.alias_names(reference.alias.name)
            known = names[0] if len(names) == 1 else None
            return None if known is None or known.tokens else known.literal
        return str(reference.qualifier) if reference.is_known else None

    def only(self, target: Target) -> Reference | None:
        """What a target invokes, where that is one thing for certain."""
        known = target.references if target.is_complete else ()
        return known[0] if len(known) == 1 else None

    def grants(self, target: Target, function: str) -> list[tuple[Grant, set[Any]]]:
        """The permissions that cover a target, each with its qualifiers."""
        return [
            (grant, {self.qualifier(one) for one in grant.references})
            for grant in self.attachments.covering(target, function)
            if grant.path[1] in self.resources
        ]

    def token(self, resource: Resource, name: str) -> Token | None:
        """The resource that a property names, None where that is not certain."""
        found = self.reading.evaluator.texts(resource.properties.get(name))
        value = found[0].value if len(found) == 1 else None
        return value.token if isinstance(value, Text) else None

    def named(self, resource: Resource, name: str) -> str | None:
        found = self.token(resource, name)
        return found.name if found is not None and found.is_resource else None

    def of_api(self, kind: str, prop: str, api: str) -> list[Resource]:
        return [
            resource
            for resource in self._by_type.get(kind, ())
            if self.named(resource, prop) == api
        ]

    @cached_property
    def _by_type(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            found.setdefault(resource.type, []).append(resource)
        return found


class Timeline:
    """The update from one deployment to the next, as its targets meet it."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._before = _Side(comparison.before)
        self._after = _Side(comparison.after)
        self._order = Order(comparison.after)

    def gaps(self) -> Iterator[Gap]:
        """The moves that deny invocations whatever order CloudFormation takes."""
        for move in self._moves():
            yield from self._gaps_of(move)

    def _moves(self) -> Iterator[Move]:
        if self._before.deployment.is_serverless != (
            self._after.deployment.is_serverless
        ):
            # SAM's source and SAM's output name their places differently.
            return
        for place, after in self._after.targets.items():
            if after.row.authorised_by in ("role", "*"):
                continue
            before = self._before.targets.get(place)
            if before is None or before.resource.type != after.resource.type:
                continue
            old, new = self._before.only(before), self._after.only(after)
            if old is None or new is None or old.function != new.function:
                continue
            function = new.function
            if function is None or any(
                self._comparison.is_replaced(name)
                for name in (function, after.resource.id)
            ):
                continue
            if self._before.attachments.has_role(before, old) or (
                self._after.attachments.has_role(after, new)
            ):
                continue
            keys = self._before.qualifier(old), self._after.qualifier(new)
            if keys[0] is None or keys[1] is None or keys[0] == keys[1]:
                continue
            yield Move(before, after, function, keys[0], keys[1])

    def _gaps_of(self, move: Move) -> Iterator[Gap]:
        if move.after.row.form == "self":
            yield from self._of_event(move)
            return
        old = self._before.grants(move.before, move.function)
        if not any(move.old in keys for _, keys in old):
            # Denied before as well, or permitted by what cannot be seen.
            return
        if move.after.resource.type in _REST_TYPES:
            stays = self._undeployed(move)
            if stays is not None:
                yield Gap(("Resources", stays), stays, move, is_undeployed=True)
                return
        if any(keys & {move.new, None} for _, keys in old):
            return
        for switch in self._switches(move.after):
            late = self._late(move, switch)
            if late:
                for grant in late:
                    yield Gap(grant.path, grant.name, move)
                return

    def _late(self, move: Move, switch: str) -> list[Grant]:
        """The permissions that come after a switch; none where another may not."""
        if self._may_be_permitted_otherwise:
            return []
        found = []
        for grant, keys in self._after.grants(move.after, move.function):
            if not keys & {move.new, None} or not self._serves(grant, switch):
                continue
            is_own = grant.path[-1] == "FunctionName"
            if keys != {move.new} or not is_own:
                return []
            if not self._order.follows(grant.name, switch):
                return []
            found.append(grant)
        return found

    @cached_property
    def _may_be_permitted_otherwise(self) -> bool:
        """Whether a permission is for a function that cannot be told."""
        return any(
            resource.type == "AWS::Lambda::Permission"
            and not self._after.reading.references.of(
                resource.properties.get("FunctionName")
            )
            for resource in self._after.resources.values()
        )

    def _serves(self, grant: Grant, switch: str) -> bool:
        """Whether a permission can be for the stage that switches, if it is one."""
        stage = self._after.resources[switch]
        if stage.type not in (_REST_STAGE, _HTTP_STAGE) or grant.source is None:
            return True
        fields = grant.source.fields(":")
        if len(fields) < 6:
            return True
        named = "".join(str(fields[5]).split("/")[1:2])
        names = [
            found.value.literal
            for found in self._after.reading.evaluator.texts(
                stage.properties.get("StageName")
            )
            if isinstance(found.value, Text)
        ]
        if named == _TEST_STAGE or not names or None in names:
            return named != _TEST_STAGE
        return "$" in named or any(fnmatchcase(str(name), named) for name in names)

    # -- what callers meet ---------------------------------------------------------

    def _switches(self, target: Target) -> Iterator[str]:
        """The resources with whose step the callers of a target meet its move.

        A stage, where the API is deployed to stages, and else what names the function.
        """
        kind = target.resource.type
        if kind in _REST_TYPES:
            yield from self._moved_stages(
                target, _REST_STAGE, REST_DEPLOYMENT, "RestApiId"
            )
        elif kind in _HTTP_TYPES:
            api = self._api(target, "ApiId")
            stages = self._after.of_api(_HTTP_STAGE, "ApiId", api) if api else []
            if any(
                stage.properties.get("AutoDeploy") in (True, "true")
                and stage.id in self._before.resources
                for stage in stages
            ):
                yield target.resource.id
            yield from self._moved_stages(
                target, _HTTP_STAGE, "AWS::ApiGatewayV2::Deployment", "ApiId"
            )
        elif target.row.authorised_by != "apigateway.amazonaws.com":
            yield target.resource.id

    def _api(self, target: Target, name: str) -> str | None:
        kind = target.resource.type
        if kind in ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
            return target.resource.id
        return self._after.named(target.resource, name)

    def _moved_stages(
        self, target: Target, kind: str, deployment: str, name: str
    ) -> Iterator[str]:
        """The stages that get another deployment, made after the target moved."""
        api = self._api(target, name)
        if api is None:
            return
        for stage in self._after.of_api(kind, name, api):
            new = self._after.named(stage, "DeploymentId")
            old = self._deployed(stage)
            made = self._after.resources.get(new) if new is not None else None
            if (
                new is not None
                and made is not None
                and made.type == deployment
                and old is not None
                and (old != new or self._comparison.is_replaced(new))
                and self._order.follows(new, target.resource.id)
            ):
                yield stage.id

    def _deployed(self, stage: Resource) -> str | None:
        """The deployment that a stage had before; None where it was not there."""
        before = self._before.resources.get(stage.id)
        if before is None or self._comparison.is_replaced(stage.id):
            return None
        return self._before.named(before, "DeploymentId")

    def _undeployed(self, move: Move) -> str | None:
        """The deployment that still invokes what the update takes the permission of.

        None where the API gets another one, or where something may still permit it.
        """
        api = self._api(move.after, "RestApiId")
        if api is None or self._may_be_permitted_otherwise:
            return None
        if any(
            keys & {move.old, None}
            for _, keys in self._after.grants(move.before, move.function)
        ):
            return None
        made = self._after.of_api(REST_DEPLOYMENT, "RestApiId", api)
        if not made or any(
            one.id not in self._before.resources
            or self._comparison.is_replaced(one.id)
            or self._comparison.property_differs(
                self._before.resources[one.id], one, ("StageName",)
            )
            for one in made
        ):
            return None
        in_use = {
            self._deployed(stage)
            for stage in self._after.of_api(_REST_STAGE, "RestApiId", api)
            if self._deployed(stage) == self._after.named(stage, "DeploymentId")
        }
        for one in made:
            if one.id in in_use or "StageName" in one.properties:
                return one.id
        return None

    # -- SAM -----------------------------------------------------------------------

    def _of_event(self, move: Move) -> Iterator[Gap]:
        """The gap of an event, whose permission and what it refers to SAM makes."""
        if move.after.resource.type != SERVERLESS_FUNCTION:
            return
        before, after = (
            _at(target.resource.properties, target.path[3:])
            for target in (move.before, move.after)
        )
        row = sam_grants().get(str(after.get("Type")))
        if row is None or not row.follows_the_move:
            return
        if after.get("Type") != before.get("Type"):
            return
        old, new = (side.get("Properties") or {} for side in (before, after))
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            return
        if any(old.get(name) != new.get(name) for name in row.identity):
            # Another source, with a permission of its own.
            return
        if self._permits_event(move):
            return
        yield Gap(move.after.path, str(move.after.path[-1]), move)

    def _permits_event(self, move: Move) -> bool:
        """Whether a permission beside SAM's own may cover the event in time."""
        return self._may_be_permitted_otherwise or any(
            keys & {move.new, None}
            for side, target in (
                (self._before, move.before),
                (self._after, move.after),
            )
            for grant, keys in side.grants(target, move.function)
            if grant.path[-2:-1] != ("Events",)
        )


def _at(node: Any, steps: Path) -> Mapping[str, Any]:
    for step in steps:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return node if isinstance(node, Mapping) else {}
