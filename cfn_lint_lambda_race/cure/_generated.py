"""Templates that a generator writes anew: their source is what is to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import PurePath
from typing import Any

from cfn_lint_lambda_race.cure._fixes import Fix


def why_generated(fix: Fix, filename: str, alias: str) -> str | None:
    """Why a finding is to be cured in another file; None where it is not."""
    parts = PurePath(filename).parts
    if "cdk.out" in parts or _is_of_cdk(fix.template):
        construct = _construct(fix.template, fix.function)
        if not construct:
            return "the CDK writes this template; change its source (or --generated)"
        name = construct.rsplit("/", 1)[-1]
        name = name[:1].lower() + name[1:]
        return (
            f"the CDK writes this template; {construct}: pass {name}.addAlias("
            f"'{alias}') (or --generated)"
        )
    if ".serverless" in parts:
        return (
            "the Serverless Framework writes this template; change serverless.yml "
            "(or --generated)"
        )
    if any(pair == (".aws-sam", "build") for pair in pairwise(parts)):
        return (
            "sam build writes this template; change the one that it reads (or "
            "--generated)"
        )
    return None


def _is_of_cdk(template: Any) -> bool:
    resources = template.get("Resources") if isinstance(template, Mapping) else None
    for resource in resources.values() if isinstance(resources, Mapping) else ():
        if not isinstance(resource, Mapping):
            continue
        metadata = resource.get("Metadata")
        if resource.get("Type") == "AWS::CDK::Metadata" or (
            isinstance(metadata, Mapping) and "aws:cdk:path" in metadata
        ):
            return True
    return False


def _construct(template: Any, name: str) -> str:
    """The path of the construct that a resource comes from; empty without one."""
    node: Any = template
    for step in ("Resources", name, "Metadata", "aws:cdk:path"):
        node = node.get(step) if isinstance(node, Mapping) else None
    if not isinstance(node, str) or not node.isprintable():
        return ""
    return node.removesuffix("/Resource").removesuffix("/Default")
