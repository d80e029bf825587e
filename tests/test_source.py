"""Templates as they are written, whatever cfn-lint made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.template import Template
from cfnlint.version import __version__

from cfn_lint_lambda_race.template import _source
from cfn_lint_lambda_race.template._cfnlint import CfnLintError, decoded_text
from cfn_lint_lambda_race.template._source import (
    UnusableTemplateError,
    as_written,
    content,
    is_resolved_before_sam,
    is_serverless,
    position,
    read_template,
    stand_for,
    unmarked,
    unmerged,
)
from tests.linting import lint


def _architectures(shared: Any, joined: Any, kind: str = "Function") -> Any:
    """What a function has, of what is left of a merge with `Globals`."""
    template = {
        "Globals": {"Function": {"Architectures": shared}},
        "Resources": {
            "Orders": {
                "Type": f"AWS::Serverless::{kind}",
                "Properties": {"Architectures": joined},
            }
        },
    }
    found = content(Template("template.json", template, ["us-east-1"]))
    return found["Resources"]["Orders"]["Properties"]["Architectures"]


@pytest.mark.parametrize(
    ("shared", "joined", "own"),
    [
        (["arm64"], ["arm64", "x86_64"], ["x86_64"]),
        (["arm64"], ["arm64", "arm64"], ["arm64"]),
        (["arm64"], ["arm64"], ["arm64"]),
        (["arm64"], ["x86_64"], ["x86_64"]),
        # Not joined by anybody: the shared ones come first.
        (["arm64"], ["x86_64", "arm64"], ["x86_64", "arm64"]),
        (["arm64"], {"Ref": "Architectures"}, {"Ref": "Architectures"}),
        (["arm64"], None, None),
        ({"Ref": "Shared"}, ["arm64", "x86_64"], ["arm64", "x86_64"]),
        (None, ["arm64", "x86_64"], ["arm64", "x86_64"]),
    ],
)
def test_the_architectures_of_a_function_are_its_own(
    shared: Any, joined: Any, own: Any
) -> None:
    assert _architectures(shared, joined) == own
    assert _architectures(shared, joined, "LayerVersion") == joined


@pytest.mark.parametrize("node", [None, 7, "a", [1]])
def test_what_is_malformed_stays_beside_globals(node: Any) -> None:
    kind = "AWS::Serverless::Function"
    resources = {
        "A": node,
        "B": {"Type": kind, "Properties": node},
        "C": {"Type": node},
    }
    template = {
        "Globals": {"Function": {"Architectures": ["arm64"]}},
        "Resources": resources,
    }
    found = content(Template("template.json", template, ["us-east-1"]))
    assert found["Resources"] == resources
    for other in ({**template, "Globals": node}, {**template, "Resources": node}):
        found = content(Template("template.json", other, ["us-east-1"]))
        assert found == other


LAYER = "arn:aws:lambda:eu-west-1:464622532012:layer:Datadog-Extension:7"
SERVERLESS = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    {shared}
    Handler: index.handler
    Runtime: python3.13
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/orders.zip
      {own}
      Architectures: [arm64]
"""


@pytest.mark.parametrize(
    ("shared", "own", "line"),
    [
        (f"Layers: [{LAYER}]", "MemorySize: 512", 4),
        ("MemorySize: 512", f"Layers: [{LAYER}]", 12),
    ],
    ids=["Globals", "function"],
)
def test_a_finding_stands_where_the_property_is_written(
    tmp_path: Path, shared: str, own: str, line: int
) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(SERVERLESS.format(shared=shared, own=own))
    assert [one.linenumber for one in lint(path) if one.rule.id == "W9820"] == [line]


# -- what is read anew -----------------------------------------------------------------

SAM = "AWS::Serverless-2016-10-31"
EXTENSIONS = "AWS::LanguageExtensions"
HANDLER = "Properties: {Handler: index.handler, Runtime: python3.13, CodeUri: s3://b/k}"
PLAIN = f"Resources: {{Orders: {{Type: AWS::Serverless::Function, {HANDLER}}}}}"
LOOKUP = "Outputs: {Mode: {Value: !FindInMap [Modes, Stage, Name]}}"
MODES = "Mappings: {Modes: {Stage: {Name: live, Names: [A, B]}}}"
SHARED = "Globals: {Function: {Timeout: 5}}"


def _template(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def _linted(text: str, filename: str | None = None) -> Template:
    """A text as cfn-lint lints it, read from a file, or from nowhere."""
    if filename is not None:
        Path(filename).write_text(text, encoding="utf-8")
    cfn = Template(filename, decoded_text(text), ["us-east-1"])
    cfn.transform()
    return cfn


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        (_template(PLAIN, MODES, LOOKUP), False),
        (_template(f"Transform: {EXTENSIONS}", PLAIN), False),
        (_template(f"Transform: {EXTENSIONS}", PLAIN, MODES, LOOKUP), True),
        (_template(f"Transform: [{EXTENSIONS}, {SAM}]", PLAIN), False),
        (_template(f"Transform: [{EXTENSIONS}, {SAM}]", SHARED, PLAIN), True),
        (_template(f"Transform: {SAM}", SHARED, PLAIN), False),
    ],
    ids=["plain", "extended", "a lookup", "SAM", "Globals", "Globals alone"],
)
def test_a_file_is_read_again_where_cfn_lint_changed_it(
    tmp_path: Path, text: str, is_read: bool
) -> None:
    is_sam = SAM in text
    cfn = _linted(text, str(tmp_path / "template.yaml"))
    if is_sam and "AWS::Serverless::Function" not in str(cfn.template):
        pytest.skip("this cfn-lint translates SAM, so it is always read again")
    assert (as_written(cfn) is not cfn) is is_read
    # Once.
    assert as_written(cfn) is as_written(cfn)


@pytest.mark.parametrize("transforms", [EXTENSIONS, f"[{EXTENSIONS}, {SAM}]"])
def test_values_that_vary_are_not_put_in(tmp_path: Path, transforms: str) -> None:
    text = _template(
        f"Transform: {transforms}",
        MODES,
        "Resources:",
        "  Fn::ForEach::Topics:",
        "    - Name",
        "    - !FindInMap [Modes, Stage, Names]",
        "    - Topic${Name}:",
        "        Type: AWS::SNS::Topic",
        "        Properties:",
        "          TopicName: !FindInMap [Modes, Stage, Name]",
        "          Tags: [{Key: a, Value: !FindInMap [Modes, Stage, Name]}]",
    )
    cfn = _linted(text, str(tmp_path / "template.yaml"))
    lookup = {"Fn::FindInMap": ["Modes", "Stage", "Name"]}
    topic = {
        "Type": "AWS::SNS::Topic",
        "Properties": {"TopicName": lookup, "Tags": [{"Key": "a", "Value": lookup}]},
    }
    assert content(cfn)["Resources"] == {"TopicA": topic, "TopicB": topic}


CHANGED = _template(f"Transform: [{EXTENSIONS}, {SAM}]", SHARED, PLAIN)
MERGED = _template(f"Transform: {SAM}", SHARED, PLAIN)
KINDS = pytest.mark.parametrize("written", [CHANGED, MERGED], ids=["changed", "merged"])


def _merged(written: str, filename: str | None = None) -> Template:
    """A template into which cfn-lint has merged `Globals`, and done nothing else."""
    cfn = _linted(written, filename)
    if "AWS::Serverless::Function" not in str(cfn.template):
        pytest.skip("this cfn-lint translates SAM")
    return cfn


def _many(node: str, name: str) -> str:
    """A key that holds a node twenty times."""
    return f"{name}: &{name} [{', '.join([node] * 20)}]\n"


@KINDS
@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("- a list", {}),
        ("Resources: 7", {"Resources": 7}),
        (
            "Resources: {Fn::ForEach::Loop: 7}\nTransform: AWS::LanguageExtensions",
            {
                "Resources": {"Fn::ForEach::Loop": 7},
                "Transform": "AWS::LanguageExtensions",
            },
        ),
        ("{" * 300 + "}" * 300, {}),
        ("[" * 5000, {}),
        # Some 170,000 nodes: more than we take, fewer than cfn-lint does.
        (
            f"{_many('1', 'a')}{_many('*a', 'b')}{_many('*b', 'c')}{_many('*c', 'd')}"
            "Resources: {}\nTransform: AWS::LanguageExtensions",
            {},
        ),
    ],
    ids=["list", "number", "loop", "deep", "too deep", "large"],
)
def test_what_cannot_be_read_again_is_taken_as_it_is(
    written: str, text: str, document: Any
) -> None:
    cfn = _merged(written)
    assert as_written(cfn) is cfn
    cfn.filename = "template.yaml"
    stand_for(cfn, text)
    assert as_written(cfn) is cfn
    # As it was before the merge it is known from its file alone.
    for before in (unmarked, unmerged):
        assert before(cfn) == document


@KINDS
@pytest.mark.parametrize("filename", [None, "missing.yaml", "a" * 500, "."])
def test_a_file_that_cannot_be_read_is_no_error(
    written: str, filename: str | None
) -> None:
    cfn = _merged(written)
    cfn.filename = filename
    assert as_written(cfn) is cfn
    assert unmarked(cfn) == unmerged(cfn) == {}


def test_globals_that_cannot_be_merged_are_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def merge(document: Any) -> None:
        raise CfnLintError("this cfn-lint is not known")

    monkeypatch.setattr(_source, "merge_globals", merge)
    cfn = _linted(CHANGED)
    cfn.filename = "template.yaml"
    stand_for(cfn, CHANGED)
    assert as_written(cfn) is cfn


@KINDS
def test_a_text_counts_instead_of_the_file_that_it_is_for(
    tmp_path: Path, written: str
) -> None:
    cfn = _linted(written, str(tmp_path / "template.yaml"))
    stand_for(cfn, written.replace("Orders", "Invoices"))
    own = {"Handler": "index.handler", "Runtime": "python3.13", "CodeUri": "s3://b/k"}
    for before in (unmarked(cfn), unmerged(cfn)):
        assert [*before["Resources"]] == ["Invoices"]
        assert before["Resources"]["Invoices"]["Properties"] == own


@KINDS
def test_a_function_has_its_own_and_the_shared_properties(
    tmp_path: Path, written: str
) -> None:
    cfn = _linted(written, str(tmp_path / "template.yaml"))
    own = {"Handler": "index.handler", "Runtime": "python3.13", "CodeUri": "s3://b/k"}
    assert content(cfn)["Resources"]["Orders"]["Properties"] == {**own, "Timeout": 5}
    for before in (unmarked, unmerged):
        assert before(cfn)["Resources"]["Orders"]["Properties"] == own
        assert before(cfn)["Globals"] == {"Function": {"Timeout": 5}}
        # Read once.
        assert before(cfn) is before(cfn)


def test_nothing_is_read_where_globals_is_missing(tmp_path: Path) -> None:
    cfn = _linted(_template(f"Transform: {SAM}", PLAIN))
    assert unmarked(cfn) is unmerged(cfn) is as_written(cfn).template


@pytest.mark.parametrize(
    ("transforms", "is_first"),
    [
        ([EXTENSIONS, SAM], True),
        ([SAM, EXTENSIONS], False),
        ([SAM], False),
        ([EXTENSIONS], False),
        (SAM, False),
        ([], False),
    ],
)
def test_what_the_language_extensions_put_in_before_sam(
    transforms: Any, is_first: bool
) -> None:
    template = {"Transform": transforms}
    assert is_resolved_before_sam(template) is is_first
    assert is_serverless(template) is (SAM in transforms)


PLACES = """\
Transform: [TRANSFORMS]
Globals:
  Function:
    Timeout: 5
    Environment: {Variables: {MODE: shared}}
Outputs:
  Timeout:
    Value: 5
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      CodeUri: s3://bucket/orders.zip
      Timeout: 9
      MemorySize: 512
      Environment: {Variables: {STAGE: own}}
"""
BELOW = ("Resources", "Orders", "Properties")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        # In both: the function's own.
        ((*BELOW, "Timeout"), 16),
        ((*BELOW, "Environment", "Variables"), 18),
        # In one of them.
        ((*BELOW, "MemorySize"), 17),
        ((*BELOW, "Environment", "Variables", "MODE"), 5),
        ((*BELOW, "Environment", "Variables", "STAGE"), 18),
        (("Globals", "Function", "Timeout"), 4),
        (("Outputs", "Timeout", "Value"), 8),
        # In none: where it would stand.
        ((*BELOW, "Layers"), 12),
        # Nowhere.
        (("Conditions", "IsLive"), None),
    ],
    ids=lambda part: "/".join(part) if isinstance(part, tuple) else None,
)
@pytest.mark.parametrize("order", [0, 1], ids=["Globals first", "Globals last"])
def test_the_place_of_a_property(
    tmp_path: Path, path: tuple[str, ...], line: int | None, order: int
) -> None:
    text = PLACES.replace("TRANSFORMS", f"{EXTENSIONS}, {SAM}")
    lines = text.splitlines(keepends=True)
    moved = 0
    if order:
        lines = [lines[0], *lines[5:], *lines[1:5]]
        moved = 13 if line and line <= 5 else -4
    cfn = _linted("".join(lines), str(tmp_path / "template.yaml"))
    place = position(cfn, path)
    assert (place and place[0] + 1) == (line and line + moved)


def test_globals_on_one_line(tmp_path: Path) -> None:
    text = CHANGED.replace("CodeUri:", "Timeout: 9, CodeUri:")
    cfn = _linted(text, str(tmp_path / "template.yaml"))
    assert position(cfn, [*BELOW, "Timeout"]) == (
        2,
        text.splitlines()[2].index("Timeout"),
        2,
        text.splitlines()[2].index(": 9"),
    )


def test_cfn_lint_finds_the_place_in_what_it_has_not_changed(tmp_path: Path) -> None:
    cfn = _linted(_template(PLAIN), str(tmp_path / "template.yaml"))
    assert position(cfn, ["Resources", "Orders", "Type"]) is None


# -- another template ------------------------------------------------------------------

LIKE = Template("template.yaml", {}, ["us-east-1"])
LARGEST = 4_194_304


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"#" * LARGEST, "it is not a template with Resources"),
        (b"#" * (LARGEST + 1), f"it is larger than {LARGEST} bytes"),
        (b"\xff\xfe", "it is not UTF-8 text"),
        (b"Resources: 7", "it is not a template with Resources"),
        (b"[" * 100_000, "it is not a template with Resources"),
        (b"Resources: {}\nA: 1\nA: 2", "line 3 repeats the key 'A' of line 2"),
        (b"{Resources: {}, A: 1, A: 2}", "line 1 repeats the key 'A'"),
        (
            b"Transform: AWS::LanguageExtensions\nResources: {Fn::ForEach::Loop: 7}",
            "it cannot be transformed",
        ),
    ],
)
def test_what_is_no_template_says_why(content: bytes, why: str) -> None:
    with pytest.raises(UnusableTemplateError, match=f"^{why}$"):
        read_template(content, LIKE)


def test_whatever_a_transform_raises_is_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def raising(cfn: Template) -> None:
        raise RecursionError(cfn.filename)

    monkeypatch.setattr(Template, "transform", raising)
    content = b"Transform: AWS::LanguageExtensions\nResources: {}"
    with pytest.raises(UnusableTemplateError, match="it cannot be transformed"):
        read_template(content, LIKE)


@pytest.mark.parametrize("transform", [SAM, [EXTENSIONS, SAM], EXTENSIONS, None])
def test_a_template_stays_what_it_is(transform: Any) -> None:
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Timeout": 5}}
    template: dict[str, Any] = {"Resources": {"Orders": function}}
    if transform:
        template["Transform"] = transform
    made = read_template(json.dumps(template).encode(), LIKE)
    assert made.template == template
    assert as_written(made) is made


@pytest.mark.parametrize(
    "broken",
    [{"Resources": {"Orders": 7}}, {"Globals": 7}, {"Globals": {"Function": 7}}],
    ids=["resource", "Globals", "functions"],
)
def test_what_cannot_be_merged_is_no_crash(broken: Any) -> None:
    """cfn-lint leaves it as it is; before 1.54 it raises."""
    function = {"Type": "AWS::Serverless::Function", "Properties": {}}
    template = {
        "Transform": SAM,
        "Globals": {"Function": {"Timeout": 5}},
        "Resources": {"Orders": function},
        **broken,
    }
    text = json.dumps(template).encode()
    if tuple(map(int, __version__.split(".")[:2])) < (1, 54):
        with pytest.raises(UnusableTemplateError, match="it cannot be transformed"):
            read_template(text, LIKE)
    else:
        assert read_template(text, LIKE).template == template
