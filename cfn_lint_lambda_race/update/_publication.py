"""Whether an update publishes a version of what it changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cfn_lint_lambda_race.template import (
    MAX_DEPTH,
    Resource,
    Text,
    intrinsic,
    scalar_text,
    sub_variables,
)
from cfn_lint_lambda_race.template._source import SERVERLESS_FUNCTION
from cfn_lint_lambda_race.update._changes import FunctionUpdate
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment
from cfn_lint_lambda_race.update._frozen import follows_the_text, may_be_replaced
from cfn_lint_lambda_race.update._inputs import Inputs


def unmoved(comparison: Comparison, update: FunctionUpdate) -> str | None:
    """The alias or version behind which an update leaves the old state.

    None where a new version is published, where nothing is behind a version, or
    where that is unknown.
    """
    if not update.is_active:
        return None
    after = comparison.after
    function = after.function(update.function)
    before = comparison.before.function(update.function)
    if function is None or before is None:
        return None
    if _publishes_by_hand(comparison, function.id):
        return None
    by_serverless = _of_serverless(comparison, before, function, update)
    if by_serverless is None:
        return None
    aliases = _aliases(after, function.id)
    moved = {name for name in aliases if _is_moved_by_hand(comparison, name)}
    return _stale(after, function.id, [*by_serverless, *aliases], moved)


def stale_alias(after: Deployment, function: str, moved: set[str]) -> str | None:
    """The alias or version that stays, where no new version is published.

    ``moved`` are the aliases that do not.
    """
    resource = after.function(function)
    serverless = resource is not None and (
        resource.type == SERVERLESS_FUNCTION
        and "AutoPublishAlias" in resource.properties
    )
    names = [f"{function}.Alias"] if serverless else []
    return _stale(after, function, [*names, *_aliases(after, function)], moved)


def cure(comparison: Comparison, update: FunctionUpdate) -> str:
    """What makes such an update publish, in words: `{}` for the function."""
    function = comparison.after.function(update.function)
    before = comparison.before.function(update.function)
    assert function is not None
    assert before is not None
    keys = [
        version_key(side, _of_all_properties(one))
        for side, one in ((comparison.before, before), (comparison.after, function))
    ]
    return _cure(function, keys[0] != keys[1])


def cure_of_changes(after: Deployment, update: FunctionUpdate) -> str:
    """The same where nobody knows the text before: a value by parameter may be new."""
    function = after.function(update.function)
    assert function is not None
    inputs = Inputs(after)
    return _cure(
        function,
        any(
            not inputs.is_looked_up(after.written(function, change.name))
            for change in (*update.code, *update.configuration)
            if not change.row.is_inert
        ),
    )


def _cure(function: Resource, is_text_new: bool) -> str:
    properties = function.properties
    if function.type != SERVERLESS_FUNCTION or "AutoPublishAlias" not in properties:
        return "give {} a new AWS::Lambda::Version"
    if "AutoPublishCodeSha256" in properties:
        return "set another AutoPublishCodeSha256 on {}"
    if properties.get("AutoPublishAliasAllProperties") or not is_text_new:
        # SAM hashes the text, and the text stays.
        return "set another VersionDescription on {}"
    return "set AutoPublishAliasAllProperties on {}"


def _of_all_properties(function: Resource) -> Resource:
    flag = {"AutoPublishAliasAllProperties": True}
    return replace(function, properties={**function.properties, **flag})


@dataclass(frozen=True)
class UnpublishedInput:
    """Parameters whose new values change a function, but publish no version of it.

    ``changes`` are the properties that they reach, ``name`` the alias or version
    that stays, ``description`` what must rest on them to be replaced with them;
    ``is_secret`` tells that their values may not be written there.
    """

    function: str
    parameters: tuple[str, ...]
    changes: tuple[str, ...]
    name: str
    description: str
    is_secret: bool


def unpublished_input(
    deployment: Deployment, function: Resource
) -> UnpublishedInput | None:
    """The parameters of a function behind a version that publish nothing anew.

    None where there are none, or where another input of the same build publishes.
    """
    inputs = Inputs(deployment)
    versions = deployment.versions(function.id)
    if not all(follows_the_text(version, inputs) for version in versions):
        return None
    properties = function.properties
    is_serverless = (
        function.type == SERVERLESS_FUNCTION and "AutoPublishAlias" in properties
    )
    name = stale_alias(deployment, function.id, set())
    if name is None or not (versions or is_serverless):
        return None
    changed = inputs.changed_by(function, any_name=is_serverless)
    if is_serverless:
        key = properties.get("AutoPublishCodeSha256")
        if key is None:
            key = deployment.written(function, "Code")
        description = properties.get("VersionDescription")
        if inputs.rests_on_a_build(key) or inputs.may_change(description):
            return None
        # SAM resolves these before it hashes what holds them.
        published = inputs.named(key)
        changed = {one: changed[one] for one in changed if one not in published}
    if not changed:
        return None
    reached = dict.fromkeys(name for names in changed.values() for name in names)
    return UnpublishedInput(
        function.id,
        tuple(changed),
        tuple(reached),
        name,
        f"VersionDescription of {function.id}"
        if is_serverless
        else f"Description of {versions[0].id}",
        any(map(inputs.is_secret, changed)),
    )


def _stale(
    after: Deployment, function: str, aliases: list[str], moved: set[str]
) -> str | None:
    invoked = _invoked(after, function)
    for name in aliases:
        if name not in moved and (invoked is None or name in invoked):
            return _words(name)
    for version in after.versions(function):
        # Nobody elsewhere invokes a version that has an alias.
        if not aliases if invoked is None else version.id in invoked:
            return version.id
    return None


def _is_moved_by_hand(comparison: Comparison, name: str) -> bool:
    """Whether an alias is new, or gets another number that is written out."""
    after = comparison.after.reading.references.aliases[name].resource
    before = comparison.before.resources.get(name)
    number = scalar_text(after.properties.get("FunctionVersion"))
    if number is None:
        return False
    return (
        before is None
        or scalar_text(before.properties.get("FunctionVersion")) != number
    )


def _words(name: str) -> str:
    function, _, kind = name.rpartition(".")
    return f"the alias that SAM publishes of {function}" if kind == "Alias" else name


def _publishes_by_hand(comparison: Comparison, function: str) -> bool:
    """Whether an ``AWS::Lambda::Version`` of the function is, or may be, a new one."""
    inputs = Inputs(comparison.after)
    return any(
        version.id not in comparison.before.resources
        or comparison.is_replaced(version.id)
        or may_be_replaced(version, inputs)
        for version in comparison.after.versions(function)
    )


def _aliases(deployment: Deployment, function: str) -> list[str]:
    """The aliases of a function that point to a version, by its resource or number.

    Not those of ``$LATEST``, and not those whose version is a parameter.
    """
    references = deployment.reading.references
    evaluator = deployment.reading.evaluator
    versions = {version.id for version in deployment.versions(function)}
    found = []
    for name in deployment.aliases(function):
        alias = references.aliases[name]
        if alias.resource.type == SERVERLESS_FUNCTION:
            continue
        if references.latest_branches(name):
            continue
        node = alias.resource.properties.get("FunctionVersion")
        tokens = [
            value.value.token
            for value in evaluator.texts(node)
            if isinstance(value.value, Text)
        ]
        if scalar_text(node) is not None or any(
            token is not None and token.name in versions for token in tokens
        ):
            found.append(name)
    return found


def _invoked(deployment: Deployment, function: str) -> set[str] | None:
    """The aliases and versions of a function that targets invoke, by their names.

    None where no target invokes anything of the function: callers elsewhere use what
    the template publishes; not what only a deployment invokes.
    """
    if function in deployment.deploying:
        return set()
    invoked = deployment.invoked(function)
    if not invoked:
        return None
    qualifiers = [reference.qualifier for reference in invoked]
    return {one.token.name for one in qualifiers if one is not None and one.token}


# -- SAM -----------------------------------------------------------------------


def _of_serverless(
    comparison: Comparison, before: Resource, after: Resource, update: FunctionUpdate
) -> list[str] | None:
    """The alias that SAM does not move; None where it does, or where nobody knows."""
    if after.type != SERVERLESS_FUNCTION or "AutoPublishAlias" not in after.properties:
        return []
    if before.type != SERVERLESS_FUNCTION or (
        "AutoPublishAlias" not in before.properties
    ):
        # The alias is new, and its version with it; or one side is SAM's output,
        # which does not say what its version was made from.
        return None
    keys = [
        version_key(side, function)
        for side, function in (
            (comparison.before, before),
            (comparison.after, after),
        )
    ]
    if keys[0] != keys[1] or is_described_anew(comparison, before, after):
        return None
    code = after.properties.get("AutoPublishCodeSha256")
    if code is None:
        code = comparison.after.written(after, "Code")
    if Inputs(comparison.after).awaits_build(code):
        return None
    is_code_new = any(change.name == "Code" for change in update.code)
    has_path = comparison.after.code_path(after) is not None
    is_image = comparison.after.build_context(after) is not None
    has_hash = "AutoPublishCodeSha256" in after.properties
    if is_code_new and (has_path or is_image) and not has_hash:
        # `sam package` uploads it under another name.
        return None
    if not has_hash and comparison.is_local_code_unknown(after):
        return None
    return [f"{after.id}.Alias"]


def stays_with_serverless(
    comparison: Comparison,
    before: Resource,
    after: Resource,
    update: FunctionUpdate | None,
) -> bool:
    """Whether SAM certainly makes no new version of a function that it published."""
    if update is not None:
        return bool(_of_serverless(comparison, before, after, update))
    keys = version_key(comparison.before, before), version_key(comparison.after, after)
    return keys[0] == keys[1] and not comparison.property_differs(
        before, after, ("VersionDescription",)
    )


def is_described_anew(
    comparison: Comparison, before: Resource, after: Resource
) -> bool:
    """Whether the version's description, which is create-only, is or may be new."""
    name = "VersionDescription"
    return Inputs(comparison.after).may_change(
        after.properties.get(name)
    ) or comparison.property_differs(before, after, (name,))


def version_key(deployment: Deployment, function: Resource) -> str:
    """What the logical ID of a SAM function's version is a hash of.

    As aws-sam-translator has it (``SamFunction._construct_version``): the code with
    its parameters resolved, and environment, memory and SnapStart as written; with
    ``AutoPublishAliasAllProperties`` every other property as written; where
    ``AutoPublishCodeSha256`` is set, the first ten characters of that alone.
    """
    properties = function.properties
    sha = _with_parameters(deployment, properties.get("AutoPublishCodeSha256"))
    if sha:
        return _json(sha)[:11]
    code = _with_parameters(deployment, deployment.written(function, "Code"))
    if properties.get("AutoPublishAliasAllProperties"):
        layers = _published_layers(deployment, function)
        return _json([code, _all_properties(function), layers])
    made_of = {
        "Code": code,
        "Environment": properties.get("Environment") or None,
        "MemorySize": properties.get("MemorySize"),
        "SnapStart": _snap_start(properties.get("SnapStart")),
    }
    return _json(made_of)


def _snap_start(node: Any) -> Any:
    is_on = isinstance(node, Mapping) and node.get("ApplyOn", "None") != "None"
    return node if is_on else None


# What of a SAM function is no property of the Lambda function it becomes.
_NOT_OF_THE_FUNCTION = frozenset(
    {
        "AssumeRolePolicyDocument",
        "AutoPublishAlias",
        "AutoPublishAliasAllProperties",
        "CodeUri",
        "DeploymentPreference",
        "EventInvokeConfig",
        "Events",
        "FunctionUrlConfig",
        "PermissionsBoundary",
        "Policies",
        "PropagateTags",
        "ProvisionedConcurrencyConfig",
        "RolePath",
        "VersionDeletionPolicy",
        "VersionDescription",
    }
)


def _all_properties(function: Resource) -> dict[str, Any]:
    return {
        str(name): node
        for name, node in function.properties.items()
        if name not in _NOT_OF_THE_FUNCTION
    }


def _published_layers(deployment: Deployment, function: Resource) -> list[Any]:
    """The layers of the stack whose content counts for the function's version."""
    nodes = function.properties.get("Layers")
    found = []
    for node in nodes if isinstance(nodes, list) else []:
        name, argument = intrinsic(node)
        layer = deployment.resources.get(str(argument)) if name == "Ref" else None
        if layer is not None and layer.properties.get("PublishLambdaVersion"):
            found.append(dict(layer.properties))
    return found


def _with_parameters(deployment: Deployment, node: Any, depth: int = 0) -> Any:
    """A node with its references to parameters resolved, and nothing else."""
    if depth > MAX_DEPTH:
        return node
    name, argument = intrinsic(node)
    if name == "Ref" and isinstance(argument, str):
        return deployment.parameter(argument) or node
    if name == "Fn::Sub" and isinstance(argument, str):
        return {"Fn::Sub": _substituted(deployment, argument)}
    if name == "Fn::Sub" and isinstance(argument, list) and argument:
        text, *rest = argument
        if isinstance(text, str):
            text = _substituted(deployment, text)
        below = [_with_parameters(deployment, value, depth + 1) for value in rest]
        return {"Fn::Sub": [text, *below]}
    if isinstance(node, Mapping):
        return {
            key: _with_parameters(deployment, below, depth + 1)
            for key, below in node.items()
        }
    if isinstance(node, list):
        return [_with_parameters(deployment, below, depth + 1) for below in node]
    return node


def _substituted(deployment: Deployment, text: str) -> str:
    end = 0
    pieces = []
    for found in sub_variables(text):
        value = deployment.parameter(found[1].strip())
        pieces += [text[end : found.start()], value or found[0]]
        end = found.end()
    return "".join([*pieces, text[end:]])


def _json(node: Any) -> str:
    try:
        return json.dumps(node, sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError):
        return ""
