"""New versions of functions that an update does not change: Lambda refuses them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cfn_lint_lambda_race.data import CODE, CONFIGURATION, operations
from cfn_lint_lambda_race.template import ALWAYS, Resource, Scenario
from cfn_lint_lambda_race.template._sam import (
    NOT_OF_THE_FUNCTION,
    alias_written,
    is_hashed,
)
from cfn_lint_lambda_race.update._comparison import Comparison


class Redundant(NamedTuple):
    """A new version of a function that does not change.

    ``name`` is the logical ID of the version; for SAM that of the function.
    ``when`` are the values of parameters of a stack that does not take the defaults.
    """

    name: str
    function: str
    when: Scenario = ALWAYS

    @property
    def is_of_serverless(self) -> bool:
        return self.name == self.function


def redundant(comparison: Comparison) -> Iterator[Redundant]:
    """The new versions that Lambda refuses.

    Only where the function certainly stays the same: with local code that cannot be
    compared, or a parameter that a deployment may set, nothing is said.
    """
    for before, function in _kept(comparison):
        made = list(_new_versions(comparison, before, function))
        if made and _stays(comparison, before, function):
            yield from made


def makes_versions(comparison: Comparison) -> bool:
    """Whether an update makes a version, not the first one, of any function."""
    return any(
        True
        for before, function in _kept(comparison)
        for _ in _new_versions(comparison, before, function)
    )


def _kept(comparison: Comparison) -> Iterator[tuple[Resource, Resource]]:
    """The functions that exist before and after, as pairs."""
    if comparison.before.is_serverless != comparison.after.is_serverless:
        return
    for function in comparison.after.reading.functions:
        before = comparison.before.function(function.id)
        if before is not None and before.type == function.type:
            yield before, function


def _new_versions(
    comparison: Comparison, before: Resource, function: Resource
) -> Iterator[Redundant]:
    """The new versions of a function that had one; the first is not redundant."""
    is_first = not comparison.before.versions(function.id)
    for version in () if is_first else comparison.after.versions(function.id):
        if version.condition is None and (
            version.id not in comparison.before.resources
            or comparison.is_replaced(version.id)
        ):
            yield Redundant(version.id, function.id)
    if all(map(alias_written, (before, function))) and (
        _is_hashed_anew(comparison, before, function)
        or comparison.property_differs(before, function, ("VersionDescription",))
    ):
        yield Redundant(function.id, function.id)


def _is_hashed_anew(
    comparison: Comparison, before: Resource, function: Resource
) -> bool:
    """Whether SAM's hash of a function differs."""
    sides = comparison.before, comparison.after
    if sides[0].version_key(before) == sides[1].version_key(function):
        return False
    if not any(side.is_resolved_before_sam for side in sides):
        return True
    # SAM sees values, of which the text may say the same in other words.
    names = before.properties.keys() | function.properties.keys()
    return any(
        is_hashed(function, name)
        and comparison.property_differs(before, function, (name,))
        for name in names - NOT_OF_THE_FUNCTION
    )


def _stays(comparison: Comparison, before: Resource, function: Resource) -> bool:
    """Whether the update certainly calls no API after which Lambda can publish."""
    inputs = comparison.inputs
    return not comparison.is_replaced(function.id) and all(
        comparison.is_same(before, function, row)
        and not inputs.rests_on_the_deployment(
            comparison.after.written(function, row.property)
        )
        for row in operations()
        if row.operation in (CODE, CONFIGURATION)
    )
