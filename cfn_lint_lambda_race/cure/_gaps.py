"""What closes the gap in which an update denies the invocations of a target.

A permission that refers to what it permits is made after that has moved, and no edit
of one template changes this. What only a `DependsOn` orders can be turned round, and
an API is invoked as its methods say as soon as it gets another deployment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterator, Mapping
from typing import Any

from cfn_lint_lambda_race.cure._edits import Edit
from cfn_lint_lambda_race.cure._fixes import HASH, Fix
from cfn_lint_lambda_race.cure._urls import permitted_too
from cfn_lint_lambda_race.cure._workshop import (
    NoFixError,
    Workshop,
    mentions,
    short_hash,
)
from cfn_lint_lambda_race.template import Target
from cfn_lint_lambda_race.template._cfnlint import Template
from cfn_lint_lambda_race.update import Hazard, Kind


def close_gap(cfn: Template, gap: Hazard) -> Fix:
    """Lets an update invoke nothing that is not permitted."""

    def make(shop: Workshop) -> list[Edit]:
        if gap.caller is not None and gap.lacks:
            return _permitted_too(shop, gap.caller.target, gap.function)
        if gap.is_by_sam:
            raise NoFixError(
                "SAM makes the permission together with the alias, after the move"
                if gap.caller is not None and gap.caller.target.row.form == "self"
                else "SAM makes the permission after the move: it takes one of the "
                "template's own, deployed first; cfn-lint-lambda-race plan writes it"
            )
        invoking = {
            target.resource.id
            for target in shop.reading.targets
            if any(one.function == gap.function for one in target.references)
        }
        if gap.kind is Kind.UNDEPLOYED:
            return _deployed_anew(shop, gap.name, invoking)
        return _permitted_first(shop, gap.name, invoking)

    return Fix(gap.function, cfn, make)


def _permitted_too(shop: Workshop, target: Target, function: str) -> list[Edit]:
    """Permits what a function URL lacks on its new qualifier."""
    edits = permitted_too(shop, target, function)
    if not edits:
        raise NoFixError("only people know whether anybody may still use the URL")
    return edits


def _deployed_anew(shop: Workshop, name: str, invoking: Container[str]) -> list[Edit]:
    """Gives an API's deployment another logical ID, so that there is another one."""
    place = ("Resources", name)
    deployment = shop.node(place)
    parts = dict(_parts(shop, deployment))
    stem = name[:-10] if HASH.fullmatch(name[-10:]) else name
    said = json.dumps([name, parts], sort_keys=True, default=str)
    digest = short_hash(hashlib.sha256(said.encode()).hexdigest())
    # Made before what moves, it would hold what that was.
    waits = [
        one for one in parts if one in invoking and not mentions(deployment, one, place)
    ]
    edits = shop.renamed(name, f"{stem[:200]}{digest}")
    return [*edits, *shop.waiting(name, waits)]


def _parts(shop: Workshop, deployment: Any) -> Iterator[tuple[str, Any]]:
    """What an API consists of: the resources that name it as the deployment does."""
    api = _api(deployment)
    for name, resource in shop.written["Resources"].items():
        if isinstance(resource, Mapping) and (
            {"Ref": name} == api or (api is not None and _api(resource) == api)
        ):
            yield name, resource


def _api(resource: Any) -> Any:
    properties = resource.get("Properties")
    if not isinstance(properties, Mapping):
        return None
    return properties.get("RestApiId", properties.get("ApiId"))


def _permitted_first(shop: Workshop, name: str, invoking: Container[str]) -> list[Edit]:
    """Lets what moves wait for its permission, where it is the other way round."""
    permission = shop.node(("Resources", name))
    waits = permission.get("DependsOn")
    waits = waits if isinstance(waits, list) else [waits]
    moved = [one for one in waits if one in invoking]
    properties = permission.get("Properties")
    if not moved or any(mentions(properties, one) for one in moved):
        raise NoFixError(
            f"{name} refers to what moves, so it is made after that: it takes two "
            "deployments; cfn-lint-lambda-race plan writes the templates of both"
        )
    turned = [edit for one in moved for edit in shop.waiting(one, [name])]
    return [*shop.waiting(name, [], moved), *turned]
