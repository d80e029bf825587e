"""The resource schemas of the installed cfn-lint, which the data files are held to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint

Schema = Mapping[str, Any]

FOLDER = Path(cfnlint.__file__).parent / "data" / "schemas"
# The data files were written against the schemas of this day. Older ones lack some
# resource types and properties; newer ones should lack none.
WRITTEN = "2026-10-20"

FORMAT = "AWS::Lambda::Function.Arn"
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders"
# A pattern that admits these too speaks of text, not of ARNs.
PLAIN = ("orders", "orders.json", "123456789012", "us-east-1", "https://example.com/")
_LAMBDA = re.compile(r"lambda", re.IGNORECASE)
_FUNCTION = re.compile(r"function_?(arn|name)s?(/\*)*$", re.IGNORECASE)
_BRANCHES = ("allOf", "anyOf", "oneOf")
# The type of the resource that a target's property names, for which it acts.
OWNERS = {
    "ApiId": "AWS::ApiGatewayV2::Api",
    "BucketName": "AWS::S3::Bucket",
    "InstanceArn": "AWS::Connect::Instance",
    "InstanceId": "AWS::Connect::Instance",
    "RestApiId": "AWS::ApiGateway::RestApi",
    "SecretId": "AWS::SecretsManager::Secret",
    "TopicArn": "AWS::SNS::Topic",
}


def is_current() -> bool:
    """Whether the schemas are at least as new as the data files."""
    path = FOLDER / "version.json"
    if not path.exists():  # cfn-lint did not yet say
        return False
    return str(json.loads(path.read_text("utf-8"))["schema_date"]) >= WRITTEN


def knows_sam() -> bool:
    """Whether there are schemas of SAM's resources; a cfn-lint that translates SAM
    before the rules see it may have none."""
    return "AWS::Serverless::Function" in (_names() or schemas())


@cache
def schemas() -> Mapping[str, tuple[Schema, ...]]:
    """By resource type its schemas, which may differ from region to region."""
    names = _names()
    if not names:  # each region once had a folder
        files = (FOLDER / "providers" / "us_east_1").glob("*.json")
        found = [json.loads(path.read_text("utf-8")) for path in sorted(files)]
        return {schema["typeName"]: (schema,) for schema in found}
    return {kind: tuple(map(_load, sorted(names[kind]))) for kind in sorted(names)}


@cache
def _names() -> Mapping[str, set[str]]:
    """By resource type the names of its schemas, where all are in one folder."""
    names: dict[str, set[str]] = {}
    if (FOLDER / "resources").exists():
        for provider in (FOLDER / "providers").glob("*.json"):
            for kind, name in json.loads(provider.read_text("utf-8")).items():
                names.setdefault(kind, set()).add(name)
    return names


@cache
def _load(name: str) -> Schema:
    path = FOLDER / "resources" / f"{name}.json"
    schema: Schema = json.loads(path.read_text("utf-8"))
    return schema


def properties(schema: Schema) -> Mapping[str, list[Schema]]:
    """Every property by its path (``*`` is an item or a key), with what is said of it.

    A definition is not entered inside itself.
    """
    found: dict[str, list[Schema]] = {}

    def visit(node: Any, path: str, inside: tuple[str, ...]) -> None:
        if not isinstance(node, Mapping):
            return
        found.setdefault(path, []).append(node)
        reference = node.get("$ref")
        if isinstance(reference, str) and reference not in inside:
            visit(_definition(schema, reference), path, (*inside, reference))
        for below in _alternatives(node):
            visit(below, path, inside)
        for step, below in _steps(node):
            visit(below, f"{path}/{step}", inside)

    for name, below in schema.get("properties", {}).items():
        visit(below, name, ())
    return found


def lambda_properties(schema: Schema) -> Mapping[str, str]:
    """The properties that may name a Lambda function, each with what says so.

    By its format, a pattern that admits a function's ARN, a name that ends like a
    function's ARN or name, or the word in a name or a description. Only what can hold
    text, and what a template can set.
    """
    nodes = properties(schema)
    read_only = {_path(pointer) for pointer in schema.get("readOnlyProperties", ())}
    return {
        path: why
        for path, here in nodes.items()
        if not read_only & set(_with_parents(path)) and any(map(_holds_text, here))
        for why in [_why(path, nodes)]
        if why
    }


def _why(path: str, nodes: Mapping[str, list[Schema]]) -> str:
    here = nodes[path]
    if any(node.get("format") == FORMAT for node in here):
        return "its format"
    if any(_admits_function(node.get("pattern")) for node in here):
        return "its pattern"
    if _LAMBDA.search(path) or _FUNCTION.search(path):
        return "its name"
    # The description of a list or an object tells of its items and its keys.
    whole = re.sub(r"(/\*)+$", "", path)
    parent = whole.rpartition("/")[0]
    for place in (path, whole, parent):
        if any(_LAMBDA.search(str(n.get("description"))) for n in nodes.get(place, ())):
            return "its description"
    values = [value for node in here for value in node.get("enum", ())]
    return "a value" if any(_LAMBDA.search(str(value)) for value in values) else ""


@cache
def _admits_function(pattern: str | None) -> bool:
    if pattern is None:
        return False
    try:
        expression = re.compile(pattern)
    except re.error:
        # What Python does not understand counts, so that somebody looks at it.
        return "lambda" in pattern
    if not expression.search(FUNCTION_ARN):
        return "lambda" in pattern
    return not any(map(expression.search, PLAIN))


def _holds_text(node: Schema) -> bool:
    """Whether text may stand here, or an object of unknown content."""
    if any(key in node for key in ("$ref", "properties", "items", *_BRANCHES)):
        return False
    kinds = _types(node)
    if not kinds:
        return any(key in node for key in ("format", "pattern", "enum", "const"))
    return "string" in kinds or ("object" in kinds and _is_free(node))


def exists(schema: Schema, path: str) -> bool:
    """Whether a path leads to a property, or into an object of unknown content."""

    def follow(node: Any, steps: list[str], inside: tuple[str, ...]) -> bool:
        if not isinstance(node, Mapping):
            return False
        if not steps:
            return True
        reference = node.get("$ref")
        if isinstance(reference, str) and reference not in inside:
            target = _definition(schema, reference)
            if follow(target, steps, (*inside, reference)):
                return True
        if any(follow(below, steps, inside) for below in _alternatives(node)):
            return True
        named = {"properties", "patternProperties", "additionalProperties"}
        is_list = not named & set(node)
        return any(
            follow(below, steps[1:], ())
            for step, below in _steps(node)
            if step == steps[0] or (step == "*" and not is_list)
        ) or ("$ref" not in node and _is_free(node))

    return follow({"properties": schema["properties"]}, path.split("/"), ())


def _is_free(node: Schema) -> bool:
    if any(key in node for key in ("properties", "items", *_BRANCHES)):
        return False
    return (
        "object" in (_types(node) or ["object"])
        and not node.get("patternProperties")
        and node.get("additionalProperties") is not False
    )


def _types(node: Schema) -> list[str]:
    kinds = node.get("type", [])
    return kinds if isinstance(kinds, list) else [kinds]


def _alternatives(node: Schema) -> Iterator[Any]:
    for key in _BRANCHES:
        yield from node.get(key) or ()
    for key in ("if", "then", "else"):
        yield node.get(key)


def _steps(node: Schema) -> Iterator[tuple[str, Any]]:
    yield from (node.get("properties") or {}).items()
    items = node.get("items")
    for below in items if isinstance(items, list) else [items]:
        yield "*", below
    for below in (node.get("patternProperties") or {}).values():
        yield "*", below
    yield "*", node.get("additionalProperties")


def _definition(schema: Schema, reference: str) -> Any:
    node: Any = schema
    for step in reference.removeprefix("#/").split("/"):
        node = node.get(step.replace("~1", "/").replace("~0", "~"), {})
    return node


def _path(pointer: str) -> str:
    return pointer.removeprefix("/properties/").replace("/properties/", "/")


def _with_parents(path: str) -> Iterator[str]:
    steps = path.split("/")
    for end in range(len(steps)):
        yield "/".join(steps[: end + 1])
