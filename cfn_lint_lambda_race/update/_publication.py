"""Whether an update publishes a version of what it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from cfn_lint_lambda_race.template import (
    Resource,
    scalar_text,
)
from cfn_lint_lambda_race.template._names import names_below
from cfn_lint_lambda_race.template._sam import (
    SERVERLESS_FUNCTION,
    is_hashed,
    published_alias_id,
)
from cfn_lint_lambda_race.update._changes import FunctionUpdate
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment
from cfn_lint_lambda_race.update._frozen import follows_the_text
from cfn_lint_lambda_race.update._inputs import Inputs


def unmoved(comparison: Comparison, update: FunctionUpdate) -> str | None:
    """The alias or version whose callers keep the old state of a function.

    Args:
        comparison: the update.
        update: what it changes of the function.

    Returns:
        A logical ID, or `Orders.Alias` for what SAM publishes. None where a new
        version is published, where no version is, or where that is unknown.
    """
    if not update.is_active:
        return None
    after = comparison.after
    function = after.function(update.function)
    before = comparison.before.function(update.function)
    assert function is not None
    assert before is not None
    if _publishes_by_hand(comparison, function.id):
        return None
    by_serverless = _of_serverless(comparison, before, function, update)
    if by_serverless is None:
        return None
    aliases = _aliases(after, function.id)
    moved = {name for name in aliases if _is_moved_by_hand(comparison, name)}
    moved |= _newly_invoked(comparison, function.id)
    return _stale(after, function.id, [*by_serverless, *aliases], moved)


def stale_alias(after: Deployment, function: str, moved: set[str]) -> str | None:
    """The alias or version that stays old if no new version is published.

    Args:
        after: the new template.
        function: the function's logical ID.
        moved: the aliases that get another version.

    Returns:
        Its name, as `unmoved` gives it; None where no caller keeps an old version.
    """
    resource = after.function(function)
    serverless = resource is not None and (
        resource.type == SERVERLESS_FUNCTION
        and "AutoPublishAlias" in resource.properties
    )
    names = [published_alias_id(function)] if serverless else []
    return _stale(after, function, [*names, *_aliases(after, function)], moved)


class Cure(Enum):
    """What the template needs so that an update of a function publishes a version."""

    # A new `AWS::Lambda::Version`.
    VERSION = auto()
    # Another `AutoPublishCodeSha256`, or another `VersionDescription`.
    CODE_HASH = auto()
    DESCRIPTION = auto()
    # `AutoPublishAliasAllProperties`.
    ALL_PROPERTIES = auto()


def cure(comparison: Comparison, update: FunctionUpdate) -> Cure:
    """What would make an update publish that does not."""
    function = comparison.after.function(update.function)
    before = comparison.before.function(update.function)
    assert function is not None
    assert before is not None
    keys = [
        side.version_key(_of_all_properties(one))
        for side, one in ((comparison.before, before), (comparison.after, function))
    ]
    is_seen = _is_hashed_by_value(
        comparison.inputs, _of_all_properties(function), update
    )
    return _cure(function, is_seen or keys[0] != keys[1])


def cure_of_changes(inputs: Inputs, update: FunctionUpdate) -> Cure:
    """The same for a change set, which does not show the old template.

    There a new value of a parameter may be the change, while the text stays.
    """
    after = inputs.deployment
    function = after.function(update.function)
    assert function is not None
    is_seen = _is_hashed_by_value(inputs, _of_all_properties(function), update)
    return _cure(
        function,
        is_seen
        or any(
            not inputs.is_looked_up(after.written(function, change.name))
            for change in (*update.code, *update.configuration)
            if not change.row.is_inert
        ),
    )


def _cure(function: Resource, is_seen: bool) -> Cure:
    properties = function.properties
    if function.type != SERVERLESS_FUNCTION or "AutoPublishAlias" not in properties:
        return Cure.VERSION
    if "AutoPublishCodeSha256" in properties:
        return Cure.CODE_HASH
    if properties.get("AutoPublishAliasAllProperties") or not is_seen:
        # SAM hashes the text of the properties, which does not change.
        return Cure.DESCRIPTION
    return Cure.ALL_PROPERTIES


def _is_hashed_by_value(
    inputs: Inputs, function: Resource, update: FunctionUpdate
) -> bool:
    """Whether SAM hashes a value that an update changes, and not its name alone."""
    after = inputs.deployment
    return after.is_resolved_before_sam and any(
        is_hashed(function, change.name)
        and inputs.is_looked_up(after.written(function, change.name))
        for change in (*update.code, *update.configuration)
    )


def _of_all_properties(function: Resource) -> Resource:
    flag = {"AutoPublishAliasAllProperties": True}
    return replace(function, properties={**function.properties, **flag})


@dataclass(frozen=True)
class UnpublishedInput:
    """Parameters whose new values change a function, but publish no version of it.

    ``changes`` are the properties that they change, ``name`` is the alias or version
    that stays old. ``described`` is the version, or SAM's function, whose description
    has to contain the parameters, so that new values publish. ``is_secret`` is True
    where one of them is `NoEcho`, and so does not belong into a description.
    """

    function: str
    parameters: tuple[str, ...]
    changes: tuple[str, ...]
    name: str
    described: str
    is_secret: bool


def unpublished_input(inputs: Inputs, function: Resource) -> UnpublishedInput | None:
    """The parameters that change a function behind a version, but publish no new one.

    None where there are none, and where the build that changes them also changes
    what publishes.
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
        published = set(names_below(key))
        changed = {one: changed[one] for one in changed if one not in published}
        if deployment.is_resolved_before_sam:
            changed = {
                one: names
                for one, names in changed.items()
                if not any(is_hashed(function, name) for name in names)
            }
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
        if version.id not in moved and (
            not aliases if invoked is None else version.id in invoked
        ):
            return version.id
    return None


def _is_moved_by_hand(comparison: Comparison, name: str) -> bool:
    """Whether an alias gets another version, which somebody has published before.

    What that version holds is unknown: it may be the very state that the function
    gets, as where a commit is reverted.
    """
    after = comparison.after.reading.references.aliases[name].resource
    before = comparison.before.resources.get(name)
    if before is None:
        return scalar_text(after.properties.get("FunctionVersion")) is not None
    return comparison.property_differs(before, after, ("FunctionVersion",))


def _newly_invoked(comparison: Comparison, function: str) -> set[str]:
    """The versions that targets invoke in the place of others."""
    old, new = (
        {version.id for version in side.versions(function)}
        & (_invoked(side, function) or set())
        for side in (comparison.before, comparison.after)
    )
    return new - old if old - new else set()


def _publishes_by_hand(comparison: Comparison, function: str) -> bool:
    """Whether an ``AWS::Lambda::Version`` of the function is, or may be, new."""
    inputs = comparison.inputs
    return any(
        comparison.is_new(version)
        or comparison.is_replaced(version.id)
        or inputs.may_be_replaced(version)
        for version in comparison.after.versions(function)
    )


def _aliases(deployment: Deployment, function: str) -> list[str]:
    """The aliases of a function with a version of the template, or a literal number.

    Those of ``$LATEST`` are left out, and those whose version is a parameter.
    """
    references = deployment.reading.references
    evaluator = deployment.reading.evaluator
    versions = {version.id for version in deployment.versions(function)}
    names = []
    for name in deployment.aliases(function):
        if references.latest_branches(name):
            continue
        # What SAM publishes has none.
        node = references.aliases[name].resource.properties.get("FunctionVersion")
        tokens = [value.value.token for value in evaluator.texts(node)]
        if scalar_text(node) is not None or any(
            token is not None and token.name in versions for token in tokens
        ):
            names.append(name)
    return names


def _invoked(deployment: Deployment, function: str) -> set[str] | None:
    """The names of the aliases and versions of a function that targets invoke.

    None where no target invokes the function, so that callers elsewhere may use
    whatever the template publishes; empty where only deployments invoke it.
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
    """The alias for which SAM publishes no new version, as a list.

    Empty where SAM has none; None where it publishes, or where that is unknown.
    """
    if after.type != SERVERLESS_FUNCTION or "AutoPublishAlias" not in after.properties:
        return []
    if before.type != SERVERLESS_FUNCTION or (
        "AutoPublishAlias" not in before.properties
    ):
        # Either the alias is new, and its version too; or one side is SAM's output,
        # which does not show what SAM hashed.
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
    if _is_hashed_by_value(comparison.inputs, after, update):
        return None
    code = after.properties.get("AutoPublishCodeSha256")
    if code is None:
        code = comparison.after.written(after, "Code")
    if comparison.inputs.awaits_build(code):
        return None
    is_code_new = any(change.name == "Code" for change in update.code)
    is_built = comparison.after.build(after) is not None
    has_hash = "AutoPublishCodeSha256" in after.properties
    if is_code_new and is_built and not has_hash:
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
    """Whether SAM certainly publishes no new version of a function."""
    if update is not None:
        return bool(_of_serverless(comparison, before, after, update))
    keys = comparison.before.version_key(before), comparison.after.version_key(after)
    return keys[0] == keys[1] and not comparison.property_differs(
        before, after, ("VersionDescription",)
    )


def is_described_anew(
    comparison: Comparison, before: Resource, after: Resource
) -> bool:
    """Whether the version's description is or may be new, which replaces it."""
    name = "VersionDescription"
    return comparison.inputs.may_change(
        after.properties.get(name)
    ) or comparison.property_differs(before, after, (name,))
