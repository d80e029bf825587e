"""A racing update as several updates, each of which is safe on its own.

What is deployed gets a version, an alias and permissions for it (prepare); then the
targets move to the alias (move); then the function changes, behind the alias (change).
Each phase is a text: edits of the one that is deployed, and of the new template.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cfn_lint_lambda_race.cure._edits import Document, Edit, Node, apply
from cfn_lint_lambda_race.cure._workshop import naming, renamed_in
from cfn_lint_lambda_race.template import intrinsic

PREPARE, MOVE, CHANGE, INTRODUCE = "prepare", "move", "change", "introduce"

_PERMISSION = "AWS::Lambda::Permission"
_DEPLOYMENT = "AWS::ApiGateway::Deployment"
_PUBLISHED = ("AWS::Lambda::Version", "AWS::Lambda::Alias")
# What an API's callers meet changes only with another deployment.
_PARTS_OF_API = (
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::RestApi",
)
# What is allowed beside what was allowed before hurts nobody.
_ROLES = (
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::RolePolicy",
)
_Path = tuple[Any, ...]
# Decodes a text into a template.
_Read = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class Phase:
    """One of the updates: a name, and the template to deploy."""

    name: str
    text: str


def phases(
    before: str, cured: str, after: str, read: _Read, is_serverless: bool
) -> list[Phase]:
    """The phases from what is deployed to the new template.

    Args:
        before: the text that is deployed.
        cured: the same with its targets on aliases.
        after: the new template with its targets on aliases.
        read: decodes a text into the template.
        is_serverless: whether SAM makes aliases and permissions.

    Returns:
        The phases that differ from the one before; the last is ``after``, but for the
        logical IDs of API deployments.

    Raises:
        EditError: a text cannot be edited so.
    """
    if is_serverless:
        made = [Phase(INTRODUCE, cured), Phase(CHANGE, after)]
    else:
        prepared = _prepared(before, read(before), read(cured))
        moved, renamed = _moved(prepared, read(before), read(cured), read)
        made = [
            Phase(PREPARE, prepared),
            Phase(MOVE, moved),
            Phase(CHANGE, with_names(after, renamed, read)),
        ]
    deployed = read(before)
    found = []
    for phase in made:
        template = read(phase.text)
        if template != deployed:
            found.append(phase)
            deployed = template
    return found


def _prepared(text: str, before: Any, cured: Any) -> str:
    """What is deployed, with what its targets need before they move."""
    document = Document(text)
    edits: list[Edit] = []
    old, new = before["Resources"], cured["Resources"]
    made: dict[str, dict[str, Node]] = {}
    for name, resource in new.items():
        if name not in old and resource.get("Type") in _PUBLISHED:
            function = _function_of(resource, new)
            made.setdefault(function if function in old else "", {})[name] = resource
        elif name in old and resource != old[name]:
            if resource.get("Type") == _PERMISSION:
                beside = {_beside(name, new): resource}
                edits.append(document.add_resources(name, beside))
            elif resource.get("Type") in _ROLES:
                edits += _edits(document, ("Resources", name), old[name], resource)
    for function, resources in made.items():
        behind = function or next(reversed(old))
        edits.append(document.add_resources(behind, resources))
    return apply(text, edits)


def _moved(
    prepared: str, before: Any, cured: Any, read: _Read
) -> tuple[str, dict[str, str]]:
    """The prepared text with its targets on the aliases, and renamed deployments."""
    document = Document(prepared)
    old, new = before["Resources"], cured["Resources"]
    edits: list[Edit] = []
    apis: set[str] = set()
    for name, resource in new.items():
        kind = resource.get("Type")
        if name in old and resource != old[name] and kind not in (_PERMISSION, *_ROLES):
            edits += _edits(document, ("Resources", name), old[name], resource)
            if kind in _PARTS_OF_API:
                apis.add(_api_of(name, resource))
    # The others are where they were in the text that is deployed.
    for section in cured:
        if section != "Resources" and section in before:
            edits += _edits(document, (section,), before[section], cured[section])
    text = apply(prepared, edits)
    renamed = {
        name: f"{name}{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        for name, resource in old.items()
        if resource.get("Type") == _DEPLOYMENT
        and _api_of(name, resource) in apis
        and name in new
    }
    return with_names(text, renamed, read), renamed


def aliases_of(template: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """By function, the logical ID and the name of the alias that a template has."""
    resources = template["Resources"]
    return {
        _function_of(one, resources): (name, one["Properties"].get("Name"))
        for name, one in resources.items()
        if one.get("Type") == "AWS::Lambda::Alias"
    }


def named_as(cured: str, after: str, read: _Read) -> str:
    """What is deployed, cured, with the logical IDs that the new template has.

    An alias keeps its logical ID, since no two can have its name; a version where its
    function stays as it is, since Lambda refuses a second one.
    """
    new = read(after)
    aliases = aliases_of(new)
    renamed = {}
    for function, (name, _) in aliases_of(read(cured)).items():
        if function in aliases:
            renamed[name] = aliases[function][0]
    sides = read(cured)["Resources"], new["Resources"]
    for function in aliases:
        if sides[0].get(function) == sides[1].get(function):
            old, wanted = (_versions(side, function) for side in sides)
            if len(old) == len(wanted) == 1:
                renamed[old[0]] = wanted[0]
    free = {old: new for old, new in renamed.items() if old != new}
    return with_names(cured, free, read)


def _versions(resources: Mapping[str, Any], function: str) -> list[str]:
    return [
        name
        for name, one in resources.items()
        if one.get("Type") == "AWS::Lambda::Version"
        and _function_of(one, resources) == function
    ]


def with_names(text: str, renamed: Mapping[str, str], read: _Read) -> str:
    """A text in which some resources have other logical IDs."""
    for old, new in renamed.items():
        template = read(text)
        if old not in template["Resources"]:
            continue
        document = Document(text)
        edits = [document.rename_key(("Resources", old), new)]
        for path, node in naming(template, old):
            edits.append(document.replace(path, renamed_in(node, old, new)))
        text = apply(text, edits)
    return text


def _edits(document: Document, path: _Path, old: Any, new: Any) -> list[Edit]:
    """The edits that make one node of another, as small as their structure allows."""
    if old == new:
        return []
    is_mapping = isinstance(old, Mapping) and isinstance(new, Mapping)
    if is_mapping and not intrinsic(old)[0] and not intrinsic(new)[0]:
        added = {key: new[key] for key in new if key not in old}
        edits = [
            edit
            for key in old
            for edit in (
                _edits(document, (*path, key), old[key], new[key])
                if key in new
                else [document.remove((*path, key))]
            )
        ]
        return [*edits, document.add_keys(path, added)] if added else edits
    if isinstance(old, list) and isinstance(new, list):
        if len(old) == len(new):
            return [
                edit
                for index, (one, other) in enumerate(zip(old, new))
                for edit in _edits(document, (*path, index), one, other)
            ]
        if len(new) == len(old) + 1 and new[: len(old)] == old:
            return [document.append(path, new[-1])]
    return [document.replace(path, new)]


def _function_of(resource: Mapping[str, Any], resources: Mapping[str, Any]) -> str:
    """The function that a new version or alias is of."""
    named = resource.get("Properties", {}).get("FunctionName")
    name = intrinsic(named)[1]
    return name if isinstance(name, str) and name in resources else ""


def _beside(name: str, resources: Mapping[str, Any]) -> str:
    """A logical ID for the permission that stands beside another."""
    return next(
        found
        for number in range(1, 10_000)
        for found in [f"{name}Prepared{number if number > 1 else ''}"]
        if found not in resources
    )


def _api_of(name: str, resource: Mapping[str, Any]) -> str:
    api = intrinsic(resource.get("Properties", {}).get("RestApiId"))[1]
    return api if isinstance(api, str) else name


def configured_first(
    before: str, after: str, functions: Mapping[str, Sequence[str]], read: _Read
) -> str | None:
    """What is deployed, with the new configuration of some functions.

    ``functions`` says by function the properties that change. None where one of the
    changes is no addition that the old code cannot miss: a new variable, a new layer
    behind the others, more memory or time.

    Raises `EditError` where the text cannot be edited so.
    """
    document = Document(before)
    old, new = read(before)["Resources"], read(after)["Resources"]
    edits: list[Edit] = []
    for function, names in functions.items():
        sides = [one[function].get("Properties", {}) for one in (old, new)]
        for name in names:
            was, now = (side.get(name) for side in sides)
            if not _is_addition(name, was, now):
                return None
            path = ("Resources", function, "Properties")
            if name in sides[0]:
                edits += _edits(document, (*path, name), was, now)
            else:
                edits.append(document.add_keys(path, {name: now}))
    return apply(before, edits)


def _is_addition(name: str, old: Any, new: Any) -> bool:
    if name == "Environment":
        was, now = ((one or {}).get("Variables", {}) for one in (old, new))
        return isinstance(was, Mapping) and all(
            key in now and now[key] == value for key, value in was.items()
        )
    if name == "Layers":
        was = old or []
        return isinstance(new, list) and new[: len(was)] == was
    if name in ("MemorySize", "Timeout"):
        return isinstance(old, int) and isinstance(new, int) and new >= old
    return False


def names_of(phases: Sequence[Phase]) -> list[str]:
    """The file names of some phases, without their suffix."""
    return [f"{number}-{phase.name}" for number, phase in enumerate(phases, 1)]
