"""Whether an update publishes a version of what it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from cfn_lint_lambda_race.template import (
    Resource,
    scalar_text,
)
from cfn_lint_lambda_race.template._sam import (
    SERVERLESS_FUNCTION,
    published_alias_id,
)
from cfn_lint_lambda_race.update._changes import FunctionUpdate
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment
from cfn_lint_lambda_race.update._frozen import follows_the_text
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
    names = [published_alias_id(function)] if serverless else []
    return _stale(after, function, [*names, *_aliases(after, function)], moved)


class Cure(Enum):
    """What makes an update of a function publish a version."""

    # A new `AWS::Lambda::Version`.
    VERSION = auto()
    # Another `AutoPublishCodeSha256`, or another `VersionDescription`.
    CODE_HASH = auto()
    DESCRIPTION = auto()
    # `AutoPublishAliasAllProperties`.
    ALL_PROPERTIES = auto()


def cure(comparison: Comparison, update: FunctionUpdate) -> Cure:
    """What makes such an update publish."""
    function = comparison.after.function(update.function)
    before = comparison.before.function(update.function)
    assert function is not None
    assert before is not None
    keys = [
        side.version_key(_of_all_properties(one))
        for side, one in ((comparison.before, before), (comparison.after, function))
    ]
    return _cure(function, keys[0] != keys[1])


def cure_of_changes(inputs: Inputs, update: FunctionUpdate) -> Cure:
    """The same without the old template: a parameter's value may be what is new."""
    after = inputs.deployment
    function = after.function(update.function)
    assert function is not None
    return _cure(
        function,
        any(
            not inputs.is_looked_up(after.written(function, change.name))
            for change in (*update.code, *update.configuration)
            if not change.row.is_inert
        ),
    )


def _cure(function: Resource, is_text_new: bool) -> Cure:
    properties = function.properties
    if function.type != SERVERLESS_FUNCTION or "AutoPublishAlias" not in properties:
        return Cure.VERSION
    if "AutoPublishCodeSha256" in properties:
        return Cure.CODE_HASH
    if properties.get("AutoPublishAliasAllProperties") or not is_text_new:
        # SAM hashes the text, and the text stays.
        return Cure.DESCRIPTION
    return Cure.ALL_PROPERTIES


def _of_all_properties(function: Resource) -> Resource:
    flag = {"AutoPublishAliasAllProperties": True}
    return replace(function, properties={**function.properties, **flag})


@dataclass(frozen=True)
class UnpublishedInput:
    """Parameters whose new values change a function, but publish no version of it.

    ``changes`` are the properties that they reach, ``name`` the alias or version
    that stays, ``described`` the version, or the function that SAM publishes, whose
    description must rest on them to be replaced with them; ``is_secret`` tells that
    their values may not be written there.
    """

    function: str
    parameters: tuple[str, ...]
    changes: tuple[str, ...]
    name: str
    described: str
    is_secret: bool


def unpublished_input(inputs: Inputs, function: Resource) -> UnpublishedInput | None:
    """The parameters of a function behind a version that publish nothing anew.

    None where there are none, or where another input of the same build publishes.
    """
    deployment = inputs.deployment
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
        function.id if is_serverless else versions[0].id,
        any(map(inputs.is_secret, changed)),
    )


def _stale(
    after: Deployment, function: str, aliases: list[str], moved: set[str]
) -> str | None:
    versions = after.versions(function)
    if not (aliases or versions):
        return None
    invoked = _invoked(after, function)
    for name in aliases:
        if name not in moved and (invoked is None or name in invoked):
            return name
    for version in versions:
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


def _publishes_by_hand(comparison: Comparison, function: str) -> bool:
    """Whether an ``AWS::Lambda::Version`` of the function is, or may be, a new one."""
    inputs = comparison.inputs
    return any(
        version.id not in comparison.before.resources
        or comparison.is_replaced(version.id)
        or inputs.may_be_replaced(version)
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
        if alias.is_generated:
            continue
        if references.latest_branches(name):
            continue
        node = alias.resource.properties.get("FunctionVersion")
        tokens = [value.value.token for value in evaluator.texts(node)]
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
    """The alias that SAM does not move; None where it does, or for unknown."""
    if after.type != SERVERLESS_FUNCTION or "AutoPublishAlias" not in after.properties:
        return []
    if before.type != SERVERLESS_FUNCTION or (
        "AutoPublishAlias" not in before.properties
    ):
        # The alias is new, and its version with it; or one side is SAM's output,
        # which does not say what its version was made from.
        return None
    keys = [
        side.version_key(function)
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
    if comparison.inputs.awaits_build(code):
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
    return [published_alias_id(after.id)]


def stays_with_serverless(
    comparison: Comparison,
    before: Resource,
    after: Resource,
    update: FunctionUpdate | None,
) -> bool:
    """Whether SAM certainly makes no new version of a function that it published."""
    if update is not None:
        return bool(_of_serverless(comparison, before, after, update))
    keys = comparison.before.version_key(before), comparison.after.version_key(after)
    return keys[0] == keys[1] and not comparison.property_differs(
        before, after, ("VersionDescription",)
    )


def is_described_anew(
    comparison: Comparison, before: Resource, after: Resource
) -> bool:
    """Whether the version's description, which is create-only, is or may be new."""
    name = "VersionDescription"
    return comparison.inputs.may_change(
        after.properties.get(name)
    ) or comparison.property_differs(before, after, (name,))
