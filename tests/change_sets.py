"""What `aws cloudformation describe-change-set` prints, built for tests."""

from __future__ import annotations

from typing import Any

Template_ = dict[str, Any]


def detail(
    name: str,
    evaluation: str = "Static",
    cause: str | None = None,
    attribute: str = "Properties",
    recreation: str = "Never",
    **target: Any,
) -> Template_:
    found: Template_ = {
        "Target": {
            "Attribute": attribute,
            "Name": name,
            "RequiresRecreation": recreation,
            **target,
        },
        "Evaluation": evaluation,
        "ChangeSource": "DirectModification",
    }
    if cause is not None:
        found["CausingEntity"] = cause
        found["ChangeSource"] = "ResourceReference"
    return found


def change(
    *details: Template_,
    name: str = "Orders",
    kind: str = "AWS::Lambda::Function",
    action: str = "Modify",
    replacement: str = "False",
) -> Template_:
    return {
        "Type": "Resource",
        "ResourceChange": {
            "Action": action,
            "LogicalResourceId": name,
            "PhysicalResourceId": f"{name}-1ABCDEFGHIJK",
            "ResourceType": kind,
            "Replacement": replacement,
            "Scope": ["Properties"],
            "Details": list(details),
        },
    }


def described(*changes: Template_, **fields: Any) -> Template_:
    return {
        "ChangeSetName": "release",
        "StackName": "orders",
        "Status": "CREATE_COMPLETE",
        "ExecutionStatus": "AVAILABLE",
        "Changes": list(changes),
        **fields,
    }
