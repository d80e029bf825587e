"""A racing update as several updates, each of which is safe on its own.

What is deployed gets a version, an alias and permissions for it (prepare); then the
targets move to the alias (move); then the function changes, behind the alias (change).
Each phase is a text: edits of the one that is deployed, and of the new template.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cfn_lint_lambda_race.cure._difference import edits_between
from cfn_lint_lambda_race.cure._edits import Document, Edit, EditError, Node, apply
from cfn_lint_lambda_race.cure._workshop import renaming
from cfn_lint_lambda_race.template import intrinsic

PREPARE, MOVE, CHANGE, INTRODUCE = "prepare", "move", "change", "introduce"

_PERMISSION = "AWS::Lambda::Permission"
_ALIAS = "AWS::Lambda::Alias"
_DEPLOYMENTS = ("AWS::ApiGateway::Deployment", "AWS::ApiGatewayV2::Deployment")
_PUBLISHED = ("AWS::Lambda::Version", _ALIAS)
# What an API's callers meet changes only with another deployment.
_PARTS_OF_API = (
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
)
# What is allowed beside what was allowed before hurts nobody.
_ROLES = (
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::RolePolicy",
)
# What a function has where it says nothing.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
_DEFAULTS = {"MemorySize": 128, "Timeout": 3}
# Variables that a runtime reads, whatever the code does.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
# https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
_READ_BY_RUNTIMES = re.compile(
    r"(AWS_|_|DOTNET_|JAVA_TOOL_OPTIONS$|LD_|NODE_|PATH$|PYTHON|GEM_|RUBY|TZ$|LANG$)"
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
            Phase(CHANGE, _with_names(after, renamed, read)),
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
    old, new = resources_of(before), resources_of(cured)
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
                edits += edits_between(
                    document, ("Resources", name), old[name], resource
                )
    for function, resources in made.items():
        behind = function or next(reversed(old))
        edits.append(document.add_resources(behind, resources))
    return apply(text, edits)


def _moved(
    prepared: str, before: Any, cured: Any, read: _Read
) -> tuple[str, dict[str, str]]:
    """The prepared text with its targets on the aliases, and renamed deployments."""
    document = Document(prepared)
    old, new = resources_of(before), resources_of(cured)
    edits: list[Edit] = []
    apis: dict[str, list[str]] = {}
    for name, resource in new.items():
        kind = resource.get("Type")
        if name in old and resource != old[name] and kind not in (_PERMISSION, *_ROLES):
            edits += edits_between(document, ("Resources", name), old[name], resource)
            if kind in _PARTS_OF_API:
                apis.setdefault(_api_of(name, resource), []).append(name)
    # The others are where they were in the text that is deployed.
    for section in cured:
        if section != "Resources" and section in before:
            edits += edits_between(
                document, (section,), before[section], cured[section]
            )
    digest = hashlib.sha256(apply(prepared, edits).encode()).hexdigest()[:8]
    renamed = {
        name: f"{name}{digest}"
        for name, resource in old.items()
        if resource.get("Type") in _DEPLOYMENTS
        and _api_of(name, resource) in apis
        and name in new
    }
    for name in renamed:
        parts = apis[_api_of(name, old[name])]
        # Deployed before its methods move, an API would stay what it was.
        edits += _waiting(document, name, old[name], parts)
    text = apply(prepared, edits)
    return _with_names(text, renamed, read), renamed


def _waiting(
    document: Document, name: str, resource: Mapping[str, Any], parts: Sequence[str]
) -> list[Edit]:
    """Lets a deployment wait for parts of its API."""
    depends = resource.get("DependsOn", [])
    known = depends if isinstance(depends, list) else [depends]
    known = [*known, _api_of(name, resource)]
    more = [part for part in parts if part not in known]
    if not more:
        return []
    place = ("Resources", name)
    if "DependsOn" in resource:
        names = [*known[:-1], *more]
        return [document.replace((*place, "DependsOn"), names)]
    return [document.add_keys(place, {"DependsOn": list(more)}, "Type")]


def _with_names(text: str, renamed: Mapping[str, str], read: _Read) -> str:
    """A text in which some resources have other logical IDs."""
    for old, new in renamed.items():
        template = read(text)
        if old not in resources_of(template):
            continue
        if new in resources_of(template):
            raise EditError(f"there are both {old} and {new}")
        text = apply(text, renaming(Document(text), template, old, new))
    return text


def aligned(
    text: str,
    original: Mapping[str, Any],
    other: Mapping[str, Any],
    unchanged: Container[str],
    read: _Read,
) -> str:
    """A cured text whose new aliases are those that another template has.

    An alias under another logical ID would be another one of the same name, which
    Lambda refuses. ``original`` is the template before it was cured; of functions that
    are ``unchanged`` the versions are the same ones too, since Lambda refuses those
    that differ in nothing.

    Raises `EditError` where it cannot be edited so.
    """
    resources = resources_of(read(text))
    theirs = resources_of(other)
    renamed: dict[str, str] = {}
    named: dict[str, Node] = {}
    for name, resource in resources.items():
        if name in resources_of(original) or resource.get("Type") not in _PUBLISHED:
            continue
        function = _function_of(resource, resources)
        is_alias = resource["Type"] == _ALIAS
        if not function or not (is_alias or function in unchanged):
            continue
        wanted = [
            one
            for one, found in theirs.items()
            if found.get("Type") == resource["Type"]
            and _function_of(found, theirs) == function
        ]
        if name in wanted or not wanted:
            continue
        if is_alias:
            # The one of the same name, if there is any.
            wanted.sort(key=lambda one: _name(theirs[one]) != _name(resource))
            named[wanted[0]] = _name(theirs[wanted[0]])
        renamed[name] = wanted[0]
    text = _with_names(text, renamed, read)
    document = Document(text)
    template = read(text)
    return apply(
        text,
        [
            document.replace(("Resources", alias, "Properties", "Name"), name)
            for alias, name in named.items()
            if _name(resources_of(template)[alias]) != name
        ],
    )


def twins(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The aliases that Lambda refuses to make: one of that name is still there."""
    old, new = resources_of(before), resources_of(after)
    there = {
        (_function_of(one, old), repr(_name(one))): alias
        for alias, one in old.items()
        if one.get("Type") == _ALIAS and _function_of(one, old)
    }
    for alias, one in new.items():
        key = _function_of(one, new), repr(_name(one))
        if one.get("Type") == _ALIAS and alias not in old and key in there:
            yield alias


def _name(alias: Mapping[str, Any]) -> Any:
    return _properties(alias).get("Name")


def _function_of(resource: Mapping[str, Any], resources: Mapping[str, Any]) -> str:
    """The function that a new version or alias is of."""
    named = _properties(resource).get("FunctionName")
    name = intrinsic(named)[1]
    if isinstance(name, list) and name:
        name = name[0]
    if isinstance(name, str) and name in resources:
        return name
    # By the name that the function itself is given.
    return next(
        (
            function
            for function, one in resources.items()
            if one.get("Type") == "AWS::Lambda::Function"
            and named is not None
            and _properties(one).get("FunctionName") == named
        ),
        "",
    )


def _beside(name: str, resources: Mapping[str, Any]) -> str:
    """A logical ID for the permission that stands beside another."""
    return next(
        found
        for number in range(1, 10_000)
        for found in [f"{name}Prepared{number if number > 1 else ''}"]
        if found not in resources
    )


def resources_of(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The resources of a template, without what only looks like some."""
    resources = template.get("Resources")
    if not isinstance(resources, Mapping):
        return {}
    return {name: one for name, one in resources.items() if isinstance(one, Mapping)}


def _properties(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = resource.get("Properties")
    return properties if isinstance(properties, Mapping) else {}


def _api_of(name: str, resource: Mapping[str, Any]) -> str:
    properties = _properties(resource)
    api = intrinsic(properties.get("RestApiId", properties.get("ApiId")))[1]
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
    old, new = resources_of(read(before)), resources_of(read(after))
    edits: list[Edit] = []
    for function, names in functions.items():
        sides = [_properties(one[function]) for one in (old, new)]
        for name in names:
            was, now = (side.get(name) for side in sides)
            if not _is_addition(name, was, now):
                return None
            path = ("Resources", function, "Properties")
            if name in sides[0]:
                edits += edits_between(document, (*path, name), was, now)
            else:
                edits.append(document.add_keys(path, {name: now}))
    return apply(before, edits)


def _is_addition(name: str, old: Any, new: Any) -> bool:
    if name == "Environment":
        was, now = ((one or {}).get("Variables", {}) for one in (old, new))
        if not (isinstance(was, Mapping) and isinstance(now, Mapping)):
            return False
        return all(key in now and now[key] == value for key, value in was.items()) and (
            not any(_READ_BY_RUNTIMES.match(str(key)) for key in now if key not in was)
        )
    if name == "Layers":
        was = old or []
        return isinstance(new, list) and new[: len(was)] == was
    if name in _DEFAULTS:
        was = _DEFAULTS[name] if old is None else old
        return isinstance(was, int) and isinstance(new, int) and new >= was
    return False
