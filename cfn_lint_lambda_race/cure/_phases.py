"""A racing update as several updates, each of which is safe on its own.

What is deployed gets a version, an alias and permissions for it (prepare); then the
targets move to the alias (move); then the function changes, behind the alias (change).
Each phase is a text: edits of the one that is deployed, and of the new template.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import (
    Callable,
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from typing import Any

from cfn_lint_lambda_race.cure._difference import edits_between
from cfn_lint_lambda_race.cure._edits import Document, Edit, EditError, Node, apply
from cfn_lint_lambda_race.cure._workshop import renaming
from cfn_lint_lambda_race.template import Target, intrinsic
from cfn_lint_lambda_race.template import read as read_template
from cfn_lint_lambda_race.template._cfnlint import Template
from cfn_lint_lambda_race.template._made import MadePermission
from cfn_lint_lambda_race.template._sam import SERVERLESS_FUNCTION
from cfn_lint_lambda_race.update import versions_of

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
# What SAM publishes an alias by.
_PUBLISHING = ("AutoPublishAlias", "AutoPublishAliasAllProperties")
# Decodes a text into a template.
_Read = Callable[[str], Template]


@dataclass(frozen=True)
class Phase:
    """One of the updates: a name, and the template to deploy."""

    name: str
    text: str


def phases(
    before: str,
    cured: str,
    after: str,
    read: _Read,
    permitted: Iterable[tuple[Target, MadePermission]] = (),
) -> list[Phase]:
    """The phases from what is deployed to the new template.

    Args:
        before: the text that is deployed.
        cured: the same with its targets on aliases.
        after: the new template with its targets on aliases.
        read: decodes a text into the template.
        permitted: the targets that SAM permits only when it moves them to the aliases.

    Returns:
        The phases that differ from the one before; the last is ``after``, but for the
        logical IDs of API deployments. Where SAM moves the targets as it makes the
        aliases, the first phase does both.

    Raises:
        EditError: a text cannot be edited so.
    """
    goal = read(cured)
    prepared = _prepared(before, read(before), goal, permitted)
    moved, renamed = _moved(prepared, read(before), read(prepared), goal, read)
    is_both = prepared != before and read(moved).template == read(prepared).template
    by_sam = any(map(is_serverless_function, resources_of(goal).values()))
    made = [
        Phase(INTRODUCE if is_both and by_sam else PREPARE, prepared),
        Phase(MOVE, moved),
        Phase(CHANGE, _with_names(after, renamed, read)),
    ]
    deployed = read(before).template
    changing = []
    for phase in made:
        template = read(phase.text).template
        if template != deployed:
            changing.append(phase)
            deployed = template
    return changing


def _prepared(
    text: str,
    before: Template,
    cured: Template,
    permitted: Iterable[tuple[Target, MadePermission]],
) -> str:
    """What is deployed, with what its targets need before they move."""
    document = Document(text)
    edits: list[Edit] = []
    old, new = resources_of(before), resources_of(cured)
    owners = _owners(cured)
    last = next(reversed(old), "")
    added = _permitting(permitted, old, new, last)
    behind = last
    for name, resource in new.items():
        place = ("Resources", name)
        behind = name if name in old else behind
        if name not in old and resource.get("Type") in _PUBLISHED:
            function = owners.get(name, "")
            owner = function if function in old else last
            added.setdefault(owner, {})[name] = resource
        elif name not in old and resource.get("Type") == _PERMISSION:
            added.setdefault(behind, {})[name] = resource
        elif name in old and resource != old[name]:
            if resource.get("Type") == _PERMISSION:
                added.setdefault(name, {})[_beside(name, new)] = resource
            elif resource.get("Type") in _ROLES:
                edits += edits_between(document, place, old[name], resource)
            elif is_serverless_function(resource):
                published = _publishing_as(old[name], resource, "Properties")
                edits += edits_between(document, place, old[name], published)
    if "Globals" in before.template and "Globals" in cured.template:
        shared = before.template["Globals"]
        published = _publishing_as(shared, cured.template["Globals"], "Function")
        edits += edits_between(document, ("Globals",), shared, published)
    for name, resources in added.items():
        edits.append(document.add_resources(name, resources))
    return apply(text, edits)


def _permitting(
    permitted: Iterable[tuple[Target, MadePermission]],
    old: Container[str],
    new: Mapping[str, Any],
    last: str,
) -> dict[str, dict[str, Node]]:
    """The permissions that SAM would make too late, by the resources that they follow.

    ``last`` is followed by those of an API that is no resource.
    """
    added: dict[str, dict[str, Node]] = {}
    for target, made in permitted:
        api = target.resource.id
        behind = api if api in old else last
        if api not in old and any(
            "Condition" in one for one in new.values() if is_serverless_function(one)
        ):
            # SAM puts conditions together for it, and the permission needs the same.
            raise EditError(f"{api} is there under conditions of its functions")
        name = _beside(made.id, new)
        added.setdefault(behind, {})[name] = _as_sam_permits(target, made)
    return added


def _as_sam_permits(target: Target, made: MadePermission) -> dict[str, Node]:
    """The permission that SAM makes for an authorizer, as a resource."""
    api = target.resource
    source = f"{{AWS::Region}}:${{AWS::AccountId}}:${{{api.id}}}/authorizers/*"
    return {
        "Type": _PERMISSION,
        **({} if api.condition is None else {"Condition": api.condition}),
        "Properties": {
            "Action": target.row.actions[0],
            "FunctionName": api.properties["Auth"]["Authorizers"][made.name][
                "FunctionArn"
            ],
            "Principal": target.row.authorised_by,
            "SourceArn": {"Fn::Sub": f"arn:${{AWS::Partition}}:execute-api:${source}"},
        },
    }


def _publishing_as(old: Any, new: Any, section: str) -> Any:
    """A function, or what all share, that publishes as another one does."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return old
    mine, theirs = old.get(section), new.get(section)
    if not (isinstance(mine, Mapping) and isinstance(theirs, Mapping)):
        return old
    added = {key: theirs[key] for key in _PUBLISHING if key in theirs}
    return {**old, section: {**mine, **added}}


def _moved(
    text: str, before: Template, prepared: Template, cured: Template, read: _Read
) -> tuple[str, dict[str, str]]:
    """The prepared text with its targets on the aliases, and renamed deployments."""
    document = Document(text)
    old, new = resources_of(prepared), resources_of(cured)
    edits: list[Edit] = []
    apis: dict[str, list[str]] = {}
    for name, resource in new.items():
        kind = resource.get("Type")
        if name in old and resource != old[name] and kind != _PERMISSION:
            edits += edits_between(document, ("Resources", name), old[name], resource)
            if kind in _PARTS_OF_API:
                apis.setdefault(_api_of(name, resource), []).append(name)
    # The others are where they were in the text that is deployed.
    for section in cured.template:
        if section != "Resources" and section in before.template:
            sides = prepared.template[section], cured.template[section]
            edits += edits_between(document, (section,), *sides)
    digest = hashlib.sha256(apply(text, edits).encode()).hexdigest()[:8]
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
    return _with_names(apply(text, edits), renamed, read), renamed


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
        cfn = read(text)
        if old not in resources_of(cfn):
            continue
        if new in resources_of(cfn):
            raise EditError(f"there are both {old} and {new}")
        text = apply(text, renaming(Document(text), cfn.template, old, new))
    return text


def aligned(
    text: str,
    original: Template,
    other: Template,
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
    text = _published_alike(text, original, other, read)
    cfn = read(text)
    resources, theirs = resources_of(cfn), resources_of(other)
    owners, their_owners = _owners(cfn), _owners(other)
    renamed: dict[str, str] = {}
    named: dict[str, Node] = {}
    for name, resource in resources.items():
        if name in resources_of(original) or resource.get("Type") not in _PUBLISHED:
            continue
        function = owners.get(name, "")
        is_alias = resource["Type"] == _ALIAS
        if not function or not (is_alias or function in unchanged):
            continue
        wanted = [
            one
            for one, owner in their_owners.items()
            if owner == function and theirs[one].get("Type") == resource["Type"]
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
    cfn = read(text)
    return apply(
        text,
        [
            document.replace(("Resources", alias, "Properties", "Name"), name)
            for alias, name in named.items()
            if _name(resources_of(cfn)[alias]) != name
        ],
    )


def _published_alike(
    text: str, original: Template, other: Template, read: _Read
) -> str:
    """A cured text in which SAM publishes the aliases that another template has."""
    document = Document(text)
    cfn = read(text)
    edits: list[Edit] = []
    for name, resource in resources_of(cfn).items():
        if not is_serverless_function(resource) or _publishing(original, name):
            continue
        mine, theirs = _publishing(cfn, name), _publishing(other, name)
        if not (mine and theirs) or mine == theirs:
            continue
        path = ("Resources", name, "Properties")
        own = _properties(resource)
        changed = {key: value for key, value in own.items() if key not in _PUBLISHING}
        edits += edits_between(document, path, own, {**changed, **theirs})
    return apply(text, edits)


def _publishing(cfn: Template, name: str) -> dict[str, Any]:
    """What SAM publishes a function by; empty where it publishes nothing."""
    shared = cfn.template.get("Globals")
    shared = shared.get("Function") if isinstance(shared, Mapping) else None
    own = _properties(resources_of(cfn).get(name, {}))
    both = {**(shared if isinstance(shared, Mapping) else {}), **own}
    if not both.get(_PUBLISHING[0]):
        return {}
    return {key: both[key] for key in _PUBLISHING if key in both}


def twins(before: Template, after: Template) -> Iterator[str]:
    """The aliases that Lambda refuses to make: one of that name is still there."""
    old, new = resources_of(before), resources_of(after)
    owners = _owners(before)
    there = {
        (owner, repr(_name(old[alias])))
        for alias, owner in owners.items()
        if old[alias].get("Type") == _ALIAS
    }
    for alias, owner in _owners(after).items():
        key = owner, repr(_name(new[alias]))
        if new[alias].get("Type") == _ALIAS and alias not in old and key in there:
            yield alias


def _name(alias: Mapping[str, Any]) -> Any:
    return _properties(alias).get("Name")


def _owners(cfn: Template) -> dict[str, str]:
    """The versions and aliases that are resources, each with its function."""
    references = read_template(cfn).references
    owners = {
        name: alias.function
        for name, alias in references.aliases.items()
        if alias.function and not alias.is_generated
    }
    for function in references.functions:
        owners |= {version.id: function for version in versions_of(cfn, function)}
    return owners


def _beside(name: str, resources: Mapping[str, Any]) -> str:
    """A logical ID for the permission that stands beside another."""
    return next(
        free
        for number in range(1, 10_000)
        for free in [f"{name}Prepared{number if number > 1 else ''}"]
        if free not in resources
    )


def resources_of(cfn: Template) -> dict[str, Mapping[str, Any]]:
    """The resources of a template, without what only looks like some."""
    resources = cfn.template.get("Resources")
    if not isinstance(resources, Mapping):
        return {}
    return {name: one for name, one in resources.items() if isinstance(one, Mapping)}


def is_serverless_function(resource: Mapping[str, Any]) -> bool:
    """Whether SAM makes a function of a resource."""
    return resource.get("Type") == SERVERLESS_FUNCTION


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
    changes is not an addition that the old code cannot miss: a new variable, a new
    layer behind the others, more memory or time.

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
