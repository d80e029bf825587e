"""What a change set says that an update changes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cfn_lint_lambda_race.data import operations
from cfn_lint_lambda_race.template import ALWAYS, FUNCTION_TYPES
from cfn_lint_lambda_race.update._changes import Change, FunctionUpdate, grouped
from cfn_lint_lambda_race.update._deployment import Deployment, Shield

VERSION_TYPE = "AWS::Lambda::Version"
ALIAS_TYPE = "AWS::Lambda::Alias"
_NO_CHANGES = re.compile(
    r"didn't contain changes|no updates are to be performed", re.IGNORECASE
)
_RECREATIONS = ("Always", "Conditionally")
_MAX_CAUSES = 50


class ChangeSetError(Exception):
    """A file cannot be used as a change set; the message says why and what to do."""


@dataclass(frozen=True)
class ResourceChange:
    """One entry of a change set."""

    id: str
    type: str
    action: str
    replacement: str
    details: tuple[Mapping[str, Any], ...]


def parse_change_set(content: bytes) -> ChangeSet:
    """Read the output of ``describe-change-set``, or a JSON list of its pages.

    Raises:
        ChangeSetError: where it is something else, or a change set that failed.
    """
    try:
        # Not UTF-8 alone: PowerShell's `>` writes UTF-16.
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise ChangeSetError(
            "it is not JSON; write it with `aws cloudformation describe-change-set "
            "--output json`"
        ) from None
    pages = document if isinstance(document, list) else [document]
    if not pages or not all(
        isinstance(page, Mapping)
        and isinstance(page.get("Changes", None if len(page) < 2 else []), list)
        and ("Changes" in page or "Status" in page)
        for page in pages
    ):
        raise ChangeSetError(
            "it is not what `aws cloudformation describe-change-set` prints"
        )
    _check_status(pages[0])
    if pages[-1].get("NextToken"):
        raise ChangeSetError(
            "it is one of several pages; describe the change set without "
            "`--no-paginate`, or put all pages into one list"
        )
    entries = [entry for page in pages for entry in page.get("Changes", [])]
    return ChangeSet(tuple(change for entry in entries for change in _resource(entry)))


def _check_status(page: Mapping[str, Any]) -> None:
    status = _text(page, "Status")
    reason = _text(page, "StatusReason")
    if status == "FAILED" and not _NO_CHANGES.search(reason):
        raise ChangeSetError("CloudFormation failed to create it; mend that first")
    if status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        raise ChangeSetError(
            "it is not complete yet; run `aws cloudformation wait "
            "change-set-create-complete` before you describe it"
        )
    if status.startswith("DELETE_"):
        raise ChangeSetError("it is deleted; create another one")


def _resource(entry: Any) -> Iterator[ResourceChange]:
    change = entry.get("ResourceChange") if isinstance(entry, Mapping) else None
    if not isinstance(change, Mapping):
        return
    details = change.get("Details")
    yield ResourceChange(
        _text(change, "LogicalResourceId"),
        _text(change, "ResourceType"),
        _text(change, "Action"),
        _text(change, "Replacement"),
        tuple(
            detail
            for detail in (details if isinstance(details, list) else ())
            if isinstance(detail, Mapping) and isinstance(detail.get("Target"), Mapping)
        ),
    )


def _text(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class ChangeSet:
    """The changes that CloudFormation is about to make."""

    changes: tuple[ResourceChange, ...]
    _causes: dict[str, bool | None] = field(default_factory=dict)

    def function_updates(self) -> list[FunctionUpdate]:
        """The functions that are updated in place, and what changes of them."""
        updates = []
        for change in self.changes:
            if change.type not in FUNCTION_TYPES or change.action != "Modify":
                continue
            if change.replacement == "True":
                continue
            changes = self._changes(change)
            if changes:
                updates.extend(grouped(change.id, changes))
        return updates

    def is_replaced(self, name: str) -> bool:
        """Whether a resource is certainly replaced."""
        return any(
            change.id == name and change.replacement == "True"
            for change in self.changes
        )

    def adds(self, name: str) -> bool:
        """Whether a resource is new."""
        return name in self._by_id and self._by_id[name].action == "Add"

    def makes(self, name: str) -> bool:
        """Whether a resource is new, or certainly replaced."""
        return self.adds(name) or self.is_replaced(name)

    def may_replace(self, name: str) -> bool:
        """Whether a resource is new, or may be replaced."""
        change = self._by_id.get(name)
        return change is not None and (
            change.action == "Add" or change.replacement in ("True", "Conditional")
        )

    def moves(self, name: str, prop: str) -> bool:
        """Whether a resource is replaced, and a property of it certainly changes."""
        return self.is_replaced(name) and self._certainly_changes(name, prop)

    def changes_in_place(self, name: str, prop: str) -> bool:
        """Whether a property certainly changes of a resource that is not replaced."""
        return not self.may_replace(name) and self._certainly_changes(name, prop)

    def _certainly_changes(self, name: str, prop: str) -> bool:
        change = self._by_id.get(name)
        return (
            change is not None
            and change.action == "Modify"
            and any(
                detail["Target"].get("Name") == prop and self._how_sure(detail) is True
                for detail in change.details
            )
        )

    def changes_only(self, name: str, properties: set[str]) -> bool:
        """Whether at most some properties of a resource change, and nothing else."""
        change = self._by_id.get(name)
        if change is None:
            return True
        return (
            change.action == "Modify"
            and change.replacement == "False"
            and bool(change.details)
            and all(
                detail["Target"].get("Attribute") != "Properties"
                or detail["Target"].get("Name") in properties
                for detail in change.details
            )
        )

    def _changes(self, function: ResourceChange) -> list[Change]:
        certain: dict[str, bool] = {}
        for detail in function.details:
            name = detail["Target"].get("Name")
            if detail["Target"].get("Attribute") != "Properties":
                continue
            how_sure = self._how_sure(detail)
            if isinstance(name, str) and how_sure is not None:
                certain[name] = certain.get(name, False) or how_sure
        is_kept = function.replacement != "Conditional"
        return [
            Change(row, ALWAYS, certain[row.property] and is_kept)
            for row in operations()
            if row.operation is not None and row.property in certain
        ]

    def _how_sure(self, detail: Mapping[str, Any], depth: int = 0) -> bool | None:
        """Whether a property changes.

        Returns:
            True where it certainly does, False where it may, None where nothing shows
            that it does.
        """
        target = detail["Target"]
        value = target.get("BeforeValue")
        if isinstance(value, str) and value == target.get("AfterValue"):
            return None
        if detail.get("Evaluation") != "Dynamic":
            return True
        cause = detail.get("CausingEntity")
        if not isinstance(cause, str):
            # The template's text changes, but only the deployment knows the value.
            return False
        return self._replaces(cause.split(".")[0], depth)

    def _replaces(self, name: str, depth: int) -> bool | None:
        """Whether a resource is replaced: True, False for perhaps, None for no."""
        if name not in self._causes:
            # Guards against resources that refer to each other.
            self._causes[name] = None
            self._causes[name] = self._compute_replaces(name, depth + 1)
        return self._causes[name]

    @cached_property
    def _by_id(self) -> dict[str, ResourceChange]:
        """The first entry of each resource."""
        return {change.id: change for change in reversed(self.changes)}

    def _compute_replaces(self, name: str, depth: int) -> bool | None:
        change = self._by_id.get(name)
        if change is None or depth > _MAX_CAUSES:
            return None
        if change.action == "Add" or change.replacement == "True":
            return True
        may_be_replaced = change.replacement == "Conditional" and any(
            self._how_sure(detail, depth) is not None
            for detail in change.details
            if detail["Target"].get("RequiresRecreation") in _RECREATIONS
        )
        return False if may_be_replaced else None

    # -- shields ---------------------------------------------------------------

    def is_unshielded(self, after: Deployment, function: str) -> bool:
        """Whether callers can meet a function between its two API calls.

        Also where this very update adds the alias, or the first version.
        """
        if after.shield(function) is Shield.UNSHIELDED:
            return True
        aliases = self._published(after, function, ALIAS_TYPE)
        published = aliases or self._published(after, function, VERSION_TYPE)
        actions = {change.action for change in published}
        has_old_alias = any(
            alias.function == function
            and name not in {change.id for change in aliases if change.action == "Add"}
            for name, alias in after.reading.references.aliases.items()
            if alias.resource.type == ALIAS_TYPE
        )
        return (
            "Add" in actions
            and actions.isdisjoint({"Modify", "Remove"})
            and (not has_old_alias)
        )

    def publishes(self, after: Deployment, function: str) -> bool:
        """Whether the change set makes, or may make, a new version of a function."""
        return any(
            self._replaces(change.id, 0) is not None
            for change in self._published(after, function, VERSION_TYPE)
        )

    def moved_aliases(self) -> set[str]:
        """The aliases that are new, or point to another version than before."""
        return {
            change.id
            for change in self.changes
            if change.type == ALIAS_TYPE
            and (
                change.action == "Add"
                or any(
                    detail["Target"].get("Name") == "FunctionVersion"
                    and self._how_sure(detail) is not None
                    for detail in change.details
                )
            )
        }

    def _published(
        self, after: Deployment, function: str, kind: str
    ) -> list[ResourceChange]:
        """The changes of a function's versions or aliases, by resource type.

        Those that SAM makes are known by their logical IDs.
        """
        versions = {version.id for version in after.versions(function)}
        aliases = {
            name
            for name, alias in after.reading.references.aliases.items()
            if alias.function == function
        }
        generated = f"{function}{kind.rpartition('::')[2]}"
        return [
            change
            for change in self.changes
            if change.type == kind
            and (change.id in versions | aliases or change.id.startswith(generated))
        ]
