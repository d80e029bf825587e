"""Hostile templates: strategies that make them, and what must hold of each.

`EXAMPLES` in the environment (``make fuzz``) asks for so many examples of each test,
and for others in each run; without it the suite tries the same few every time. Either
way `tests/conftest.py` gives the seed, and prints it with what fails.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from cfnlint.decode import decode
from cfnlint.rules import CloudFormationLintRule
from cfnlint.template import Template
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

import cfn_lint_lambda_race as pack
from cfn_lint_lambda_race.data import exits, operations, targets
from cfn_lint_lambda_race.template import FUNCTION_TYPES, LAYER_TYPES
from cfn_lint_lambda_race.update import Settings, configure
from tests.linting import FUNCTION, TEMPLATES

RULES: list[type[CloudFormationLintRule]] = [getattr(pack, n) for n in pack.__all__]
Path = tuple[Any, ...]
Found = tuple[str, Path, str]


def fuzzed(examples: int, at_least: int = 0) -> settings:
    """The settings of a test that tries so many examples in the suite.

    ``at_least`` are those that it tries where more are asked for.
    """
    wanted = os.environ.get("EXAMPLES")
    return settings(
        max_examples=max(int(wanted), at_least) if wanted else examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def found(cfn: Template) -> list[Found]:
    """What every rule says of a template, each rule asked as cfn-lint asks it."""
    matches = []
    for kind in RULES:
        rule = kind()
        rule.initialize(cfn)
        matches += [(rule.id, tuple(m.path), m.message) for m in rule.match(cfn)]
    return matches


def found_against(cfn: Template, given: Settings) -> list[Found]:
    """What every rule says of a template and a baseline."""
    configure(cfn, given)
    return [
        (kind.id, tuple(match.path), match.message)
        for kind in RULES
        for match in kind().match(cfn)
    ]


def read(template: Any, filename: str | None = None) -> Template | None:
    """A template as cfn-lint hands it to rules; None where cfn-lint itself fails."""
    try:
        cfn = Template(filename, template)
        return None if cfn.transform() else cfn
    except Exception:
        return None


# -- trees ---------------------------------------------------------------------

NAMES = ["Fn", "Other", "Version", "Alias", "Layer", "P", "Q", "M", "C", "D"]
_TEXTS = [
    *NAMES,
    "",
    "live",
    "$LATEST",
    "1",
    "Fn.Arn",
    "Fn.Alias",
    "FnAliaslive",
    "AWS::NoValue",
    "AWS::Region",
    "arm64",
    "${Fn.Arn}:${P}",
    "${",
    "${!Fn}${Fn}}",
    "a,b,,c",
    ":",
    "arn:aws:lambda:us-east-1:123456789012:function:orders",
    "arn:aws:lambda:us-east-1:123456789012:function:orders:live",
    "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension-ARM:1",
    "{{resolve:ssm:/a:1}}",
    "lambda",
    "Allow",
    "lambda:InvokeFunction",
    "[{",
    "- - - ? -",
    "&a [*a]",
    "a: 2024-99-99",
    "a: 0o99",
    "SELECT aws_lambda('orders', 'x') FROM t",
    "Api",
    "ServerlessRestApi",
    "../../etc/passwd",
    ".",
    "\ud800",
    "\0\x07\u202e\U000f0000",
    "\N{GREEK SMALL LETTER ALPHA}" * 300,
]
_SCALARS = st.one_of(
    st.sampled_from(_TEXTS),
    st.text(max_size=5),
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -1, 0, 2**63, float("nan"), float("inf"), -0.0]),
    st.just(datetime.date(2024, 2, 29)),
    st.just(datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc)),
    st.binary(max_size=2),
)
_FUNCTIONS = [
    *("Ref", "Condition", "Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Equals"),
    *("Fn::FindInMap", "Fn::ForEach::L", "Fn::GetAZs", "Fn::GetAtt", "Fn::If"),
    *("Fn::ImportValue", "Fn::Join", "Fn::Length", "Fn::Not", "Fn::Or", "Fn::Select"),
    *("Fn::Split", "Fn::Sub", "Fn::ToJsonString", "Fn::Transform", "Fn::Unknown"),
]


def _properties() -> Iterator[str]:
    for rows in [*targets().values(), *exits().values()]:
        for row in rows:
            for path in (row.path, row.inside or "", *row.when, *row.inside_when):
                yield from path.split("/")
    yield from (row.property for row in operations())


_KEYS = sorted(
    {
        *_properties(),
        *("Type", "Properties", "Condition", "Metadata", "Default", "AllowedValues"),
        *("FunctionName", "FunctionVersion", "Name", "Qualifier", "Description"),
        *("AutoPublishAlias", "Auth", "Authorizers", "IgnoreGlobals", "Connectors"),
        *("Destination", "Source", "Id", "Arn", "Permissions", "DockerContext"),
    }
)
_KEY = st.one_of(
    st.sampled_from(_KEYS),
    st.sampled_from(NAMES),
    st.text(max_size=3),
    st.sampled_from([1, True, None, 2.5, datetime.date(2024, 2, 29), (1, "a")]),
)


def _calls(tree: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Intrinsic functions, their arguments right, nearly right or anything."""
    name = st.one_of(st.sampled_from(NAMES), tree)
    return st.one_of(
        st.builds(lambda f, a: {f: a}, st.sampled_from(_FUNCTIONS), tree),
        st.builds(lambda a: {"Ref": a}, name),
        st.builds(lambda a, b: {"Fn::GetAtt": [a, b]}, name, tree),
        st.builds(lambda c, a, b: {"Fn::If": [c, a, b]}, name, tree, tree),
        st.builds(lambda d, a: {"Fn::Join": [d, a]}, tree, st.lists(tree, max_size=3)),
        st.builds(lambda d, a: {"Fn::Split": [d, a]}, st.sampled_from(":,"), tree),
        st.builds(lambda i, a: {"Fn::Select": [i, a]}, tree, tree),
        st.builds(lambda t, v: {"Fn::Sub": [t, {"P": v}]}, tree, tree),
        st.builds(lambda m, a, b: {"Fn::FindInMap": [m, a, b]}, name, tree, tree),
        st.builds(
            lambda m, a, b, d: {"Fn::FindInMap": [m, a, b, {"DefaultValue": d}]},
            *(name, tree, tree, tree),
        ),
        st.builds(lambda a, b: {"Fn::Equals": [a, b]}, tree, tree),
    )


def _text_of(node: Any) -> str:
    try:
        return json.dumps(node)
    except (TypeError, ValueError):
        return repr(node)


# A strategy that is made anew is looked through anew by Hypothesis.
@cache
def trees() -> st.SearchStrategy[Any]:
    """Anything that JSON or YAML can hold, much of it nearly a template."""
    return st.recursive(
        _SCALARS,
        lambda below: st.one_of(
            st.lists(below, max_size=4),
            st.dictionaries(_KEY, below, max_size=4),
            _calls(below),
            st.builds(_text_of, below),
        ),
        max_leaves=8,
    )


def _sections(tree: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """What may stand in the sections of a template: parts of them are anything."""
    kinds = sorted({*targets(), *exits(), *FUNCTION_TYPES, *LAYER_TYPES})
    kind = st.one_of(
        st.sampled_from(kinds),
        st.sampled_from(sorted(FUNCTION_TYPES)),
        st.sampled_from(
            [
                "AWS::Lambda::Alias",
                "AWS::Lambda::Version",
                "AWS::Lambda::Permission",
                "AWS::Serverless::Connector",
                "Custom::Thing",
                "..::\0::x",
            ]
        ),
        tree,
    )
    properties = st.dictionaries(st.sampled_from(_KEYS), tree, max_size=6)
    resource = st.one_of(
        st.builds(_below_row, st.sampled_from(_ROWS), tree, tree),
        st.fixed_dictionaries(
            {"Type": kind, "Properties": st.one_of(properties, tree)},
            optional={"Condition": tree, "Metadata": tree, "Connectors": tree},
        ),
        tree,
    )
    parameter = st.fixed_dictionaries(
        {"Type": st.one_of(st.sampled_from(["String", "CommaDelimitedList"]), tree)},
        optional={"Default": tree, "AllowedValues": tree},
    )

    def named(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        key = st.one_of(st.sampled_from(NAMES), _KEY)
        return st.one_of(st.dictionaries(key, value, max_size=6), tree)

    return {
        "Resources": st.builds(
            lambda a, b: {"Fn": FUNCTION, **a, **b} if isinstance(b, dict) else b,
            st.dictionaries(st.sampled_from(NAMES), resource, max_size=6),
            named(resource),
        ),
        "Parameters": named(st.one_of(parameter, tree)),
        "Conditions": named(tree),
        "Mappings": named(st.dictionaries(_KEY, st.one_of(tree, named(tree)))),
        "Outputs": named(st.builds(lambda v: {"Value": v}, tree)),
        "Globals": named(tree),
        "Metadata": tree,
        "Rules": tree,
        "Transform": st.one_of(st.just("AWS::Serverless-2016-10-31"), tree),
        "Hooks": tree,
    }


_ROWS = [
    (k, row) for rows in (targets(), exits()) for k, v in rows.items() for row in v
]


def _below_row(place: tuple[str, Any], value: Any, other: Any) -> dict[str, Any]:
    """A resource with a value where a row of the catalogue looks for one."""
    kind, row = place
    node = value
    if row.inside:
        node = _below(row.inside.split("/"), node, other)
        node = node if len(str(value)) % 2 else _text_of(node)
    properties = _below(row.path.split("/"), node, other)
    for path in row.when:
        if "/" not in path and isinstance(properties, dict):
            properties.setdefault(path, row.when[path][0])
    return {"Type": kind.replace("*", "X"), "Properties": properties}


def _below(steps: list[str], node: Any, other: Any) -> Any:
    for step in reversed(steps):
        if step in ("*", "**"):
            node = [node, other] if len(str(other)) % 2 else {"k": node, "l": other}
        else:
            node = {step: node}
    return node


@cache
def templates() -> st.SearchStrategy[Any]:
    """Templates whose sections hold anything, and other trees."""
    tree = trees()
    sections = _sections(tree)
    resources = {"Resources": sections.pop("Resources")}
    return st.one_of(
        st.fixed_dictionaries(resources, optional=sections),
        st.fixed_dictionaries(resources, optional=sections),
        st.dictionaries(_KEY, tree, max_size=4),
    )


# -- mutations -----------------------------------------------------------------


@cache
def seeds() -> list[Any]:
    """The templates that document the rules, as plain objects."""
    files = sorted(
        path
        for path in TEMPLATES.rglob("*")
        if path.suffix in (".yaml", ".json") and "local" not in path.parts
    )
    return [plain(decode(str(path))[0]) for path in files]


def plain(node: Any) -> Any:
    """A node without what cfn-lint's decoder knows of lines."""
    if isinstance(node, Mapping):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    return str(node) if isinstance(node, str) else node


def places(node: Any, path: Path = ()) -> Iterator[Path]:
    """The paths to everything below a node."""
    children: Any = ()
    if isinstance(node, dict):
        children = node.items()
    elif isinstance(node, list):
        children = enumerate(node)
    for key, below in children:
        yield (*path, key)
        yield from places(below, (*path, key))


def at(node: Any, path: Path) -> Any:
    for key in path:
        node = node[key]
    return node


@st.composite
def mutated(draw: st.DrawFn, most: int = 3) -> Any:
    """A template that documents a rule, some of its nodes replaced by others."""
    template = deepcopy(draw(st.sampled_from(seeds())))
    for _ in range(draw(st.integers(1, most))):
        paths = list(places(template))
        if not paths:
            break
        path = draw(st.sampled_from(paths))
        parent, key, node = at(template, path[:-1]), path[-1], at(template, path)
        change = draw(st.sampled_from(["put", "put", "drop", "double", "wrap", "move"]))
        if change == "put":
            parent[key] = draw(trees())
        elif change == "drop":
            del parent[key]
        elif change == "double" and isinstance(parent, dict):
            parent[draw(_KEY)] = deepcopy(node)
        elif change == "double":
            parent.insert(key, deepcopy(node))
        elif change == "wrap":
            parent[key] = draw(_calls(st.one_of(st.just(node), _SCALARS)))
        else:
            parent[key] = deepcopy(at(template, draw(st.sampled_from(paths))))
    return template
