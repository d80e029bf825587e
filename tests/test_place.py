"""Where the findings about an update stand: on a line that the update changes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from cfnlint.match import Match
from cfnlint.template import transforms

from cfn_lint_lambda_race import ConcurrentUpdate
from cfn_lint_lambda_race.template import _source
from cfn_lint_lambda_race.template._cfnlint import decoded_file
from cfn_lint_lambda_race.update import tell_apart
from tests.building import Template_, resource, rule_for, sam, stack, variables
from tests.linting import lint, lint_template, messages, paths
from tests.updates import configured, lint_update

HEAD = """\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Role: arn:aws:iam::123456789012:role/orders
      Handler: index.handler
      Runtime: python3.13
      Code: {S3Bucket: artifacts, S3Key: orders-%s.zip}
"""
SAM_HEAD = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Key: {Type: String}
%s
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Role: arn:aws:iam::123456789012:role/orders
      Handler: index.handler
      Runtime: python3.13
      CodeUri: s3://artifacts/orders-%s.zip
      Events:
        Hourly: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
"""


def _lint(folder: Path, before: str, after: str) -> list[Match]:
    (folder / "before.yaml").write_text(before)
    (folder / "after.yaml").write_text(after)
    setting = f"W9831:baseline_path={folder / 'before.yaml'}"
    return lint(folder / "after.yaml", "-x", setting)


def _line(matches: list[Match], folder: Path, rule: str = "W9831") -> str:
    """The text of the line at which the one finding of a rule stands."""
    (match,) = (match for match in matches if match.rule.id == rule)
    lines = (folder / "after.yaml").read_text().splitlines()
    return str(lines[match.linenumber - 1].strip())


# By name: what is below the function before and after, and the line of the finding.
WRITTEN: dict[str, tuple[str, str, str]] = {
    "value": ("Timeout: 3", "Timeout: 9", "Timeout: 9"),
    "new": ("Tags: {}", "Timeout: 9", "Timeout: 9"),
    "first-in-the-file": (
        "Timeout: 3\n      MemorySize: 128",
        "Timeout: 9\n      MemorySize: 512",
        "Timeout: 9",
    ),
    "inert": (
        "Description: a\n      Timeout: 3",
        "Description: b\n      Timeout: 9",
        "Timeout: 9",
    ),
    "nested": (
        "Environment:\n        Variables:\n          A: a\n          B: b",
        "Environment:\n        Variables:\n          A: a\n          B: c",
        "B: c",
    ),
    "renamed": (
        "Environment:\n        Variables:\n          A: a\n          B: b",
        "Environment:\n        Variables:\n          A: a\n          C: b",
        "C: b",
    ),
    "item": (
        "Layers:\n        - arn:aws:lambda:us-east-1:1:layer:a:1\n        - arn:b",
        "Layers:\n        - arn:aws:lambda:us-east-1:1:layer:a:2\n        - arn:b",
        "- arn:aws:lambda:us-east-1:1:layer:a:2",
    ),
    "new-item": (
        "Layers:\n        - arn:a\n        - arn:b",
        "Layers:\n        - arn:a\n        - arn:c\n        - arn:b",
        "- arn:c",
    ),
    "removed-item": (
        "Layers:\n        - arn:a\n        - arn:b",
        "Layers:\n        - arn:b",
        "Code: {S3Bucket: artifacts, S3Key: orders-2.zip}",
    ),
    "short-form": (
        "Layers:\n        - !Sub arn:${AWS::Partition}:a",
        "Layers:\n        - !Sub arn:${AWS::Partition}:b",
        "- !Sub arn:${AWS::Partition}:b",
    ),
    "long-form": (
        "Handler:\n        Fn::Sub: ${AWS::Region}.a",
        "Handler:\n        Fn::Sub: ${AWS::Region}.b",
        "Fn::Sub: ${AWS::Region}.b",
    ),
    "join": (
        "Handler: !Join\n        - .\n        - - a\n          - b",
        "Handler: !Join\n        - .\n        - - a\n          - c",
        "- c",
    ),
    "list-to-condition": (
        "Layers:\n        - arn:a",
        "Layers: !If\n        - IsProd\n        - [arn:b]\n        - []",
        "Layers: !If",
    ),
    "condition-to-list": (
        "Layers: !If\n        - IsProd\n        - [arn:b]\n        - []",
        "Layers:\n        - arn:a",
        "Layers:",
    ),
    "text-to-condition": (
        "Handler: a.b",
        "Handler: !If\n        - IsProd\n        - a.c\n        - a.b",
        "Handler: !If",
    ),
    "condition-to-text": (
        "Handler: !If\n        - IsProd\n        - a.c\n        - a.b",
        "Handler: a.b",
        "Handler: a.b",
    ),
    "beside-what-is-quoted-now": (
        "Environment:\n        Variables:\n          A: 3\n          B: b",
        "Environment:\n        Variables:\n          A: '3'\n          B: c",
        "B: c",
    ),
    "beside-a-date": (
        "Environment:\n        Variables:\n          A: 2026-10-17\n          B: b",
        "Environment:\n        Variables:\n          A: 2026-10-17\n          B: c",
        "B: c",
    ),
    "removed": (
        "Timeout: 9",
        "Tags: {}",
        "Code: {S3Bucket: artifacts, S3Key: orders-2.zip}",
    ),
}


@pytest.mark.parametrize(("before", "after", "line"), WRITTEN.values(), ids=WRITTEN)
def test_the_changed_line_of_a_function(
    before: str, after: str, line: str, tmp_path: Path
) -> None:
    head = HEAD.replace("      Handler: index.handler\n", "")
    matches = _lint(
        tmp_path,
        f"{head % 1}      {before}\n",
        f"{head % 2}      {after}\n",
    )
    assert _line(matches, tmp_path) == line


GLOBALS = "Globals: {Function: {MemorySize: 128, Timeout: %s}}"


@pytest.fixture(name="decoded")
def _decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are decoded again with marks on each node, which takes long."""
    decoded: list[str] = []

    def counted(filename: str) -> Any:
        decoded.append(filename)
        return decoded_file(filename)

    monkeypatch.setattr(_source, "decoded_file", counted)
    return decoded


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("Handler: !Sub '${AWS::Region}.%s'", "Handler"),
        ("Handler: {'Fn::Sub': '${AWS::Region}.%s'}", "Handler/Fn::Sub"),
        ("Handler: !Ref %s", "Handler"),
        ("Handler: {Ref: %s}", "Handler/Ref"),
        ("Layers: [arn:a, !Sub 'arn:${AWS::Partition}:%s']", "Layers/1"),
        ("Layers: [arn:a, {Ref: %s}]", "Layers/1/Ref"),
        ("Handler: !Join [., [a, !Ref %s]]", "Handler/Fn::Join/1/1"),
    ],
)
def test_the_path_has_what_the_text_has(
    written: str, path: str, tmp_path: Path
) -> None:
    head = HEAD.replace("      Handler: index.handler\n", "")
    before, after = (
        head % name
        + f"      {written % name}\n"
        + "  Table: {Type: AWS::DynamoDB::Table}\n  Topic: {Type: AWS::SNS::Topic}\n"
        for name in ("Table", "Topic")
    )
    found = paths(_lint(tmp_path, before, after), "W9831")
    assert found == [f"Resources/Orders/Properties/{path}"]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (["A", "B"], ["A", "C", "B"], "Layers/1"),
        (["A", "B"], ["A", "B", "C"], "Layers/2"),
        (["A", "B"], ["A", "C"], "Layers/1/Ref"),
        (["A", "B", "C"], ["B", "D"], "Layers/1/Ref"),
        (["A", "B"], ["B", "C"], "Layers/1"),
        (["A", "B"], ["B"], "Code/S3Key"),
    ],
)
def test_the_item_of_a_list_that_changes(
    old: list[str], new: list[str], path: str, tmp_path: Path
) -> None:
    before, after = (
        stack(
            {
                "Layers": [{"Ref": name} for name in names],
                "Code": {"S3Bucket": "a", "S3Key": f"{'.'.join(names)}.zip"},
            },
            Resources={
                name: resource("Lambda::LayerVersion", LayerName=name)
                for name in "ABCD"
            },
        )
        for names in (old, new)
    )
    found = _paths(tmp_path, before, after)
    assert found == [f"Resources/Orders/Properties/{path}"]


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        (range(251), range(2, 251), "Code/S3Key"),
        (range(251), range(1, 251), "Handler/Fn::Join/1/0"),
        (range(300), range(299), "Code/S3Key"),
        (range(299), range(300), "Handler/Fn::Join/1/299"),
        (range(300), [*range(150), 0, *range(151, 300)], "Handler/Fn::Join/1/150"),
    ],
)
def test_in_a_list_of_hundreds_what_moved_has_changed(
    before: Iterable[int], after: Iterable[int], path: str, tmp_path: Path
) -> None:
    """To find what moved takes the square of their number."""
    templates = (
        stack(
            {
                "Handler": {"Fn::Join": ["", [f"{n:03}" for n in numbers]]},
                "Code": {"S3Bucket": "a", "S3Key": str(list(numbers)[-1]) + key},
            }
        )
        for key, numbers in (("a", before), ("b", after))
    )
    found = _paths(tmp_path, *templates)
    assert found == [f"Resources/Orders/Properties/{path}"]


def test_a_change_of_a_value_is_found_without_another_decoding(
    tmp_path: Path, decoded: list[str]
) -> None:
    before, after = (SAM_HEAD % (GLOBALS % value, value) for value in (3, 9))
    line = _line(_lint(tmp_path, before, after), tmp_path)
    assert line == "CodeUri: s3://artifacts/orders-9.zip"
    with_baseline = len(decoded)
    lint(tmp_path / "after.yaml")
    # An older cfn-lint translates SAM: there each run decodes the file once.
    assert len(decoded) == 2 * with_baseline


def test_a_value_that_globals_change_is_found_without_another_decoding(
    tmp_path: Path, decoded: list[str]
) -> None:
    before, after = (_many(2, None, seconds) for seconds in (3, 9))
    matches = _matches(tmp_path, before, after)
    assert paths(matches, "W9831") == ["Globals/Function/Timeout"]
    with_baseline = len(decoded)
    lint_template(tmp_path, after)
    assert len(decoded) == 2 * with_baseline


def test_what_a_function_sets_beside_globals(tmp_path: Path) -> None:
    """cfn-lint's merge gives the key of the function the place of the one there."""
    before, after = (
        SAM_HEAD % (GLOBALS % 3, key) + f"      MemorySize: {size}\n"
        for key, size in ((1, 256), (2, 512))
    )
    assert _line(_lint(tmp_path, before, after), tmp_path) == "MemorySize: 512"


def test_what_globals_change_stands_at_the_changed_code(tmp_path: Path) -> None:
    before, after = (SAM_HEAD % (GLOBALS % n, n) for n in (3, 9))
    line = "CodeUri: s3://artifacts/orders-9.zip"
    assert _line(_lint(tmp_path, before, after), tmp_path) == line


def test_a_property_of_sam_by_another_name(tmp_path: Path) -> None:
    before, after = (
        SAM_HEAD % ("", key) + f"      Tracing: {mode}\n"
        for key, mode in ((1, "PassThrough"), (2, "Active"))
    )
    assert _line(_lint(tmp_path, before, after), tmp_path) == "Tracing: Active"


def test_what_stays_behind_an_alias(tmp_path: Path) -> None:
    before, after = (
        SAM_HEAD % ("", 1) + f"      AutoPublishAlias: live\n      Timeout: {seconds}\n"
        for seconds in (3, 9)
    )
    matches = _lint(tmp_path, before, after)
    assert _line(matches, tmp_path, "W9832") == "Timeout: 9"


PUBLISHED_BY_HASH = """\
      AutoPublishAlias: live
      AutoPublishCodeSha256: abc
"""
BLOCKS: dict[str, tuple[str, str, str]] = {
    "literal": ("|\n", "a = 1\nb = {}\nc = 3", "b = 2"),
    "added": ("|\n", "a = 1{}", "b = 2"),
    "substituted": ("!Sub |\n", "a = 1\nb = {}\nc = 3", "b = 2"),
    "stripped": ("|-\n", "a = 1\n\nb = {}\nc = 3", "b = 2"),
    "one-line": ("", "b = {}", "InlineCode: b = 2"),
    "one-line-block": ("|\n", "b = {}", "b = 2"),
    "removed-last": ("|\n", "b = 2{}", "InlineCode: |"),
    "folded": (">\n", "a = 1\n\nb = {}\n\nc = 3", "InlineCode: >"),
}


def _inline(code: str) -> str:
    """A template whose function has this inline code."""
    head = SAM_HEAD % ("", 1)
    head = head.replace("      CodeUri: s3://artifacts/orders-1.zip\n", "")
    return f"{head}{PUBLISHED_BY_HASH}      InlineCode: {code}\n"


@pytest.mark.parametrize(("style", "text", "line"), BLOCKS.values(), ids=BLOCKS)
def test_the_changed_line_of_inline_code(
    style: str, text: str, line: str, tmp_path: Path
) -> None:
    values = {"a = 1{}": ("", "\nb = 2"), "b = 2{}": ("\nc = 3", "")}.get(
        text, ("1", "2")
    )
    before, after = (
        _inline(
            style
            + "\n".join(
                f"        {one}" if style and one else one
                for one in text.format(value).split("\n")
            )
        )
        + "      Timeout: 3\n"
        for value in values
    )
    matches = _lint(tmp_path, before, after)
    assert _line(matches, tmp_path, "W9832") == line
    (found,) = (match for match in matches if match.rule.id == "W9832")
    if "|" in style and not line.startswith("InlineCode"):
        # The line is all that is known of a text of several lines.
        assert (found.columnnumber, found.columnnumberend) == (1, 1)
        assert found.linenumberend == found.linenumber


def test_the_changed_line_of_a_text_that_moved_in_a_list(tmp_path: Path) -> None:
    def joined(*texts: str) -> str:
        return "!Join\n        - ''\n        -" + "".join(
            f"\n          - |\n            {text}" for text in texts
        )

    before = _inline(joined("a = 1", "b = 1", "c = 1", "d = 1\n            e = 1"))
    after = _inline(joined("a = 1", "c = 1", "d = 1\n            e = 2"))
    assert _line(_lint(tmp_path, before, after), tmp_path, "W9832") == "e = 2"


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("!Sub |\n%s", "|\n%s", "InlineCode: |"),
        ("|\n%s", "!Sub |\n%s", "InlineCode: !Sub |"),
        ("a = 1", "|\n%s", "b = 2"),
        (
            "|\n%s",
            "{'Fn::Join': ['', [a, b]]}",
            "InlineCode: {'Fn::Join': ['', [a, b]]}",
        ),
    ],
)
def test_a_text_that_is_written_otherwise(
    before: str, after: str, line: str, tmp_path: Path
) -> None:
    old, new = (f"        a = 1\n        b = {value}" for value in (1, 2))
    matches = _lint(
        tmp_path, _inline(before.replace("%s", old)), _inline(after.replace("%s", new))
    )
    assert _line(matches, tmp_path, "W9832") == line


def test_a_default_stands_at_the_function(tmp_path: Path) -> None:
    before, after = (
        stack(
            {
                "Timeout": {"Ref": "Time"},
                "Code": {"S3Bucket": "a", "S3Key": {"Ref": "K"}},
            },
            Parameters={
                "Time": {"Type": "String", "Default": time},
                "K": {"Type": "String", "Default": time},
            },
        )
        for time in ("3", "9")
    )
    assert _paths(tmp_path, before, after) == ["Resources/Orders"]


@pytest.mark.parametrize(
    ("shared", "ignored", "is_there"),
    [
        (None, None, False),
        ({}, None, False),
        ({"Timeout": 3}, "*", False),
        ({"Timeout": 3}, ["Timeout"], False),
        ({"Timeout": 3}, None, True),
    ],
)
def test_what_only_globals_and_defaults_change(
    shared: Any, ignored: Any, is_there: bool, tmp_path: Path
) -> None:
    before, after = (_by_default(size) for size in ("256", "512"))
    for template, seconds in ((before, 3), (after, 9)):
        if shared is not None:
            template["Globals"] = {"Function": {**shared}}
        if shared:
            template["Globals"]["Function"]["Timeout"] = seconds
        for function in template["Resources"].values():
            if ignored is not None:
                function["IgnoreGlobals"] = ignored
                function["Properties"]["Timeout"] = {"Ref": "K"}
    functions = ["Resources/F0", "Resources/F1"]
    found = ["Globals/Function/Timeout"] if is_there else functions
    assert _paths(tmp_path, before, after) == found


def test_a_variable_beside_those_of_globals(tmp_path: Path) -> None:
    before, after = (
        sam(
            {"CodeUri": {"Bucket": "a", "Key": value}, **variables(B=value)},
            Globals={"Function": variables(A="a")},
        )
        for value in ("1", "2")
    )
    place = "Resources/Orders/Properties/Environment/Variables/B"
    assert _paths(tmp_path, before, after) == [place]


def test_globals_that_are_new(tmp_path: Path) -> None:
    before, after = (_by_default(size) for size in ("256", "512"))
    after["Globals"] = {"Function": {"Timeout": 9}}
    assert _paths(tmp_path, before, after) == ["Globals/Function/Timeout"]


def _by_default(size: str) -> Template_:
    """Two SAM functions whose code and memory size are that of a parameter."""
    template = _many(2, None, None, MemorySize={"Ref": "K"})
    template["Parameters"]["K"]["Default"] = size
    return template


@pytest.mark.skipif(
    not hasattr(transforms, "_sam_globals"),
    reason="a cfn-lint that translates SAM itself takes no function without properties",
)
def test_functions_that_have_everything_from_globals(tmp_path: Path) -> None:
    before, after = (_many(2, None, seconds) for seconds in (3, 9))
    for template in (before, after):
        for name in ("F0", "F1"):
            function = template["Resources"][name]
            own = function.pop("Properties")
            del own["Events"]
            template["Resources"][f"{name}Rule"] = rule_for(
                {"Fn::GetAtt": [name, "Arn"]}
            )
            template["Globals"]["Function"] |= own
    assert _paths(tmp_path, before, after) == ["Globals/Function/Timeout"]


def test_functions_that_are_not_sam_s_take_no_globals(tmp_path: Path) -> None:
    before, after = (
        stack(
            {"Code": {"S3Bucket": "a", "S3Key": {"Ref": "K"}}, "Timeout": {"Ref": "K"}},
            Parameters={"K": {"Type": "String", "Default": str(seconds)}},
            Transform="AWS::Serverless-2016-10-31",
            Globals={"Function": {"Timeout": seconds}},
        )
        for seconds in (3, 9)
    )
    for template in (before, after):
        resources = template["Resources"]
        resources |= {
            f"Other{name}": json.loads(
                json.dumps(node).replace("Orders", "OtherOrders")
            )
            for name, node in list(resources.items())
        }
    assert _paths(tmp_path, before, after) == [
        "Resources/Orders",
        "Resources/OtherOrders",
    ]


@pytest.mark.parametrize("own", [[], ["arn:own"]])
def test_a_layer_in_globals_alone_stands_at_the_function(
    own: list[str], tmp_path: Path
) -> None:
    before, after = (
        sam(
            {"Layers": own, "CodeUri": {"Bucket": "a", "Key": {"Ref": "K"}}},
            Globals={"Function": {"Layers": [f"arn:{key}"]}},
            Parameters={"K": {"Type": "String", "Default": key}},
        )
        for key in ("3", "9")
    )
    assert _paths(tmp_path, before, after) == ["Resources/Orders"]


def _matches(folder: Path, before: Template_, after: Template_) -> list[Match]:
    return lint_update(folder, before, after)


def _paths(folder: Path, before: Template_, after: Template_) -> list[str]:
    return paths(_matches(folder, before, after), "W9831")


# -- many functions, one cause -----------------------------------------------------


def _many(
    count: int, seconds: int | None, shared: int | None, **more: Any
) -> Template_:
    """SAM functions that are invoked, each by a schedule, and change their code."""
    one = sam({"CodeUri": {"Bucket": "a", "Key": {"Ref": "K"}}} | more)
    function = one["Resources"].pop("Orders")
    if seconds is not None:
        function["Properties"]["Timeout"] = seconds
    one["Parameters"] = {"K": {"Type": "String", "Default": str(seconds or shared)}}
    if shared is not None:
        one["Globals"] = {"Function": {"Timeout": shared}}
    one["Resources"] = {f"F{n}": json.loads(json.dumps(function)) for n in range(count)}
    return one


def test_what_globals_change_of_thirty_functions_is_one_finding(
    tmp_path: Path,
) -> None:
    before, after = (_many(30, None, seconds) for seconds in (3, 9))
    matches = _matches(tmp_path, before, after)
    assert paths(matches, "W9831") == ["Globals/Function/Timeout"]
    (message,) = messages(matches, "W9831")
    assert message.startswith(
        "This update changes Code of F0, F1, F2 and 27 more (UpdateFunctionCode) and "
        "their Timeout (UpdateFunctionConfiguration), and between"
    )


def test_what_globals_change_behind_aliases_is_one_finding(tmp_path: Path) -> None:
    before, after = (
        _many(30, None, seconds, AutoPublishAlias="live", CodeUri="s3://a/b")
        for seconds in (3, 9)
    )
    matches = _matches(tmp_path, before, after)
    assert paths(matches, "W9832") == ["Globals/Function/Timeout"]
    assert messages(matches, "W9832") == [
        "This update changes Timeout of F0, F1, F2 and 27 more but publishes no new "
        "version, so callers of their versions or aliases keep the old ones; "
        "set AutoPublishAliasAllProperties on each of them"
    ]


@pytest.mark.parametrize(("count", "findings"), [(3, 3), (4, 1)])
def test_the_same_words_stand_at_the_first_of_many(
    count: int, findings: int, tmp_path: Path
) -> None:
    before, after = (_many(count, seconds, None) for seconds in (3, 9))
    matches = _matches(tmp_path, before, after)
    assert (
        paths(matches, "W9831")
        == [f"Resources/F{n}/Properties/Timeout" for n in range(count)][:findings]
    )
    (said, *_) = messages(matches, "W9831")
    assert ("F0, F1, F2 and 1 more" in said) == (findings == 1)
    fixes = [match.fix for match in matches if match.rule.id == "W9831"]
    assert [fix.function for fix in fixes] == [f"F{n}" for n in range(findings)]


@pytest.mark.parametrize("seconds", [(3, 9), (None, None)])
def test_functions_that_are_told_apart_have_a_finding_each(
    seconds: tuple[int | None, int | None], tmp_path: Path
) -> None:
    """Those who cure some of many ask for that."""
    for name, own, shared in zip(("before", "after"), seconds, (3, 9)):
        template = _many(4, own, None if own else shared)
        (tmp_path / f"{name}.json").write_text(json.dumps(template))
    before = str(tmp_path / "before.json")
    cfn = configured(tmp_path / "after.json", baseline_path=before)
    tell_apart(cfn)
    assert len(list(ConcurrentUpdate().match(cfn))) == 4


IGNORING = {"cfn-lint": {"config": {"ignore_checks": ["W9831"]}}}


def test_a_function_that_ignores_the_rule_is_left_out(tmp_path: Path) -> None:
    before, after = (_many(3, None, seconds) for seconds in (3, 9))
    for name in ("F0", "F1"):
        (message,) = messages(_matches(tmp_path, before, after), "W9831")
        assert f"{name}" in message
        after["Resources"][name]["Metadata"] = IGNORING
    # One function is left: the change is not what several share.
    matches = _matches(tmp_path, before, after)
    assert paths(matches, "W9831") == ["Resources/F2"]
    after["Resources"]["F2"]["Metadata"] = IGNORING
    assert paths(_matches(tmp_path, before, after), "W9831") == []


def _mandatory(folder: Path, before: Template_, after: Template_) -> list[str]:
    """The paths of W9831 where it is mandatory and F1 ignores it."""
    after["Resources"]["F1"]["Metadata"] = IGNORING
    (folder / "before.json").write_text(json.dumps(before))
    setting = f"W9831:baseline_path={folder / 'before.json'}"
    matches = lint_template(folder, after, "-x", setting, "--mandatory-checks", "W9831")
    return paths(matches, "W9831")


def test_a_mandatory_rule_is_not_ignored(tmp_path: Path) -> None:
    before, after = (_many(3, None, seconds) for seconds in (3, 9))
    assert _mandatory(tmp_path, before, after) == [
        "Resources/F1",
        "Globals/Function/Timeout",
    ]


def test_a_mandatory_rule_stands_at_what_the_function_itself_changes(
    tmp_path: Path,
) -> None:
    before, after = (_many(2, seconds, None) for seconds in (3, 9))
    assert _mandatory(tmp_path, before, after) == [
        f"Resources/{name}/Properties/Timeout" for name in ("F0", "F1")
    ]


def test_one_function_that_globals_change_is_told_with_those_of_the_same_words(
    tmp_path: Path,
) -> None:
    """It stands at the first of them, which is no place that they share."""
    before, after = (_many(5, seconds, seconds) for seconds in (3, 9))
    for template in (before, after):
        del template["Resources"]["F0"]["Properties"]["Timeout"]
    matches = _matches(tmp_path, before, after)
    assert paths(matches, "W9831") == ["Resources/F0"]
    (message,) = messages(matches, "W9831")
    assert "Code of F0, F1, F2 and 2 more (" in message


def test_many_functions_of_the_same_words_are_told_in_their_order(
    tmp_path: Path,
) -> None:
    before, after = (_many(5, seconds, seconds) for seconds in (3, 9))
    for template in (before, after):
        del template["Resources"]["F1"]["Properties"]["Timeout"]
    (message,) = messages(_matches(tmp_path, before, after), "W9831")
    assert "Code of F0, F1, F2 and 2 more (" in message


def test_functions_that_change_otherwise_are_told_apart(tmp_path: Path) -> None:
    before, after = (_many(3, None, seconds) for seconds in (3, 9))
    after["Resources"]["F1"]["Properties"]["MemorySize"] = 512
    matches = _matches(tmp_path, before, after)
    assert paths(matches, "W9831") == [
        "Resources/F1/Properties/MemorySize",
        "Globals/Function/Timeout",
    ]
    (own, shared) = messages(matches, "W9831")
    assert "MemorySize and Timeout" in own
    assert "Code of F0 and F2 (" in shared


def test_a_function_that_ignores_globals(tmp_path: Path) -> None:
    before, after = (_many(2, seconds, seconds) for seconds in (3, 9))
    for template in (before, after):
        for function in template["Resources"].values():
            function["IgnoreGlobals"] = "*"
    assert paths(_matches(tmp_path, before, after), "W9831") == [
        "Resources/F0/Properties/Timeout",
        "Resources/F1/Properties/Timeout",
    ]
