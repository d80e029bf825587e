"""Targets inside documents: state machines, API definitions, and files of them."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.template import Template

from cfn_lint_lambda_race.template import literal, read
from cfn_lint_lambda_race.template._documents import (
    MAX_FILE_SIZE,
    MAX_LEVELS,
    MAX_NODES,
    content_of,
    is_deep,
    is_small,
    parse,
    read_file,
    read_text,
    uncollected,
)
from tests.building import resource, stack
from tests.invoking import (
    FN_ARN,
    OUTSIDE,
    PUBLISHED,
    RULE,
    SECTIONS,
    integration,
    invoked_by,
)
from tests.linting import lint_template, messages, paths

INVOKE = "arn:aws:states:::lambda:invoke"


@pytest.mark.parametrize(
    ("state", "substitutions", "place"),
    [
        ({"Resource": "${F}"}, {"F": FN_ARN}, "DefinitionSubstitutions/F"),
        ({"Resource": "${F}"}, {"F": {"Ref": "Alias"}}, None),
        ({"Resource": "${F}"}, {"G": FN_ARN}, None),
        ({"Resource": OUTSIDE.replace("elsewhere", "${F}")}, {}, None),
        ({"Resource": OUTSIDE.replace("elsewhere", "${F}")}, {"G": "x"}, None),
        (
            {"Resource": "${F}"},
            {"F": {"Fn::If": ["IsLive", {"Ref": "Alias"}, FN_ARN]}},
            "DefinitionSubstitutions/F/Fn::If/2",
        ),
        (
            {"Resource": "${F}"},
            {"Fn::If": ["IsLive", {"F": {"Ref": "Alias"}}, {"F": FN_ARN}]},
            "DefinitionSubstitutions/Fn::If/2/F",
        ),
        ({"Resource": "${F}:${Q}"}, {"F": FN_ARN, "Q": "live"}, None),
        (
            {"Resource": "${F}:${Q}"},
            {"F": FN_ARN, "Q": "$LATEST"},
            "Definition/States/Task/Resource",
        ),
        ({"Resource": "${F}:${Q}"}, {"F": FN_ARN}, None),
        (
            {"Resource": "${R}", "Parameters": {"FunctionName": "${F}"}},
            {"R": INVOKE, "F": FN_ARN},
            "DefinitionSubstitutions/F",
        ),
        (
            {
                "Resource": INVOKE,
                "Parameters": {"FunctionName": "${F}", "Qualifier": "${Q}"},
            },
            {"F": FN_ARN, "Q": "$LATEST"},
            "DefinitionSubstitutions/F",
        ),
        (
            {
                "Resource": INVOKE,
                "Parameters": {"FunctionName": "${F}", "Qualifier": "${Q}"},
            },
            {"F": FN_ARN, "Q": "live"},
            None,
        ),
        ({"Resource": "${F}"}, ["F"], None),
        ({"Resource": "${F}"}, None, None),
    ],
    ids=str,
)
def test_substitutions(
    state: Any, substitutions: Any, place: str | None, tmp_path: Path
) -> None:
    properties = {
        "Definition": {"States": {"Task": {"Type": "Task", **state}}},
        "DefinitionSubstitutions": substitutions,
    }
    resources = {"Alias": PUBLISHED["Alias"], "Version": PUBLISHED["Version"]}
    kind = "AWS::StepFunctions::StateMachine"
    template = invoked_by(kind, properties, **{**SECTIONS, "Resources": resources})
    found = paths(lint_template(tmp_path, template), "W9810")
    assert found == ([f"{RULE}{place}"] if place else [])


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({"Task": {"Resource": FN_ARN}}, "State Task of Rule ("),
        ({"States": {"Resource": FN_ARN}}, "State States of Rule ("),
        (
            {"Map": {"ItemProcessor": {"States": {"Task": {"Resource": FN_ARN}}}}},
            "State Map/Task of Rule (",
        ),
        (
            {"Task": {"Fn::If": ["IsLive", {"Resource": FN_ARN}, {}]}},
            "State Task of Rule (",
        ),
    ],
)
def test_the_name_of_a_state(states: Any, words: str, tmp_path: Path) -> None:
    kind = "AWS::StepFunctions::StateMachine"
    template = invoked_by(kind, {"Definition": {"States": states}}, **SECTIONS)
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert message.startswith(words)


@pytest.mark.slow
def test_more_substitutions_than_anybody_can_read() -> None:
    conditions = {
        f"Is{n}": {"Fn::Equals": [{"Ref": "Open"}, str(n)]} for n in range(40)
    }
    choices = {name: {"Fn::If": [name, "a", "b"]} for name in conditions}
    text = "".join(f"${{{name}}}" for name in conditions)
    properties = {
        "Definition": {"States": {"Task": {"Resource": f"{OUTSIDE}{text}"}}},
        "DefinitionSubstitutions": choices,
    }
    kind = "AWS::StepFunctions::StateMachine"
    template = invoked_by(kind, properties, Conditions=conditions)
    reading = read(Template("template.json", template, ["us-east-1"]))
    assert reading.targets == []


STATES = json.dumps({"States": {"Task": {"Type": "Task", "Resource": OUTSIDE}}})


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("states.json", STATES, 1),
        ("states.json", "\ufeff" + STATES, 1),
        ("states.json", STATES.replace(OUTSIDE, f"{OUTSIDE}:live"), 0),
        ("states.json", STATES[:-1], 0),
        ("states.json", STATES + " " * 2**21, 0),
        ("states.json", "", 0),
        ("folder/../states.json", STATES, 1),
        ("states.yaml", f"States:\n  Task:\n    Resource: {OUTSIDE}\n", 1),
        ("states.yaml", f"States:\n\tTask:\n    Resource: {OUTSIDE}\n", 0),
        ("states.yaml", f"--- {STATES}\n--- {STATES}\n", 0),
        # What AWS reads: a repeated key, and substitutions that need no quotes.
        ("states.yaml", f"Comment: a\nComment: b\nStates: {STATES[11:-1]}\n", 1),
        ("states.json", STATES.replace("{", '{"TimeoutSeconds": ${Wait}, '), 1),
        ("states.json", STATES.replace("{", '{"TimeoutSeconds":\t${Wait}\n,\t'), 1),
        ("states.json", STATES.replace("{", '{"Comment": "\\" ${a}", "b": ${b}, '), 1),
        ("states.yaml", "States: {T: {Time: ${T}, Resource: '" + OUTSIDE + "'}}", 1),
        ("states.json", '"' + '\\"' * 100_000 + "${a}", 0),
        ("states.yaml", f"? [a]\n: b\nStates: {STATES[11:-1]}\n", 0),
        ("states.yaml", f"When: 2026-99-99\nStates: {STATES[11:-1]}\n", 0),
        ("states.yaml", "&a [*a]", 0),
        ("states.yaml", "a: !!python/object/apply:os.getcwd []", 0),
        ("../states.json", STATES, 0),
        ("folder", None, 0),
        ("missing.json", None, 0),
        ("/etc/hostname", None, 0),
        ("inside.json", None, 1),
        ("outside.json", None, 0),
        ("loop.json", None, 0),
    ],
)
def test_a_file_of_a_template_that_nobody_trusts(
    name: str, content: str | None, count: int, tmp_path: Path
) -> None:
    folder = tmp_path / "app"
    (folder / "folder").mkdir(parents=True)
    for place in (tmp_path / "out.json", folder / "in.json"):
        place.write_text(STATES)
    (folder / "inside.json").symlink_to("in.json")
    (folder / "outside.json").symlink_to(tmp_path / "out.json")
    (folder / "loop.json").symlink_to("loop.json")
    if content is not None:
        (folder / name).write_text(content)
    machine = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {"DefinitionUri": name},
    }
    template = {"Resources": {"States": machine}}
    reading = read(Template(str(folder / "t.json"), template, ["us-east-1"]))
    uses = [
        use for target in reading.targets for use in reading.unqualified_uses(target)
    ]
    assert [use.function for use in uses] == ["elsewhere"] * count


@pytest.mark.parametrize(
    ("git", "name", "count"),
    [
        ("", "../steps/states.json", 1),
        ("deploy", "../../steps/states.json", 0),
        (None, "../steps/states.json", 0),
        ("", "../../outside.json", 0),
        ("", "../steps/link.json", 0),
    ],
)
def test_a_file_elsewhere_in_the_repository(
    git: str | None, name: str, count: int, tmp_path: Path
) -> None:
    root = tmp_path / "repository"
    template = root / "deploy" / "template.json"
    if git == "deploy":
        template = root / "deploy" / "inner" / "template.json"
    template.parent.mkdir(parents=True)
    (root / "steps").mkdir()
    if git is not None:
        # In a work tree of its own, `.git` is a file.
        (root / git / ".git").write_text("gitdir: elsewhere")
    (root / "steps" / "states.json").write_text(STATES)
    (tmp_path / "outside.json").write_text(STATES)
    (root / "steps" / "link.json").symlink_to(tmp_path / "outside.json")
    machine = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {"DefinitionUri": name},
    }
    reading = read(
        Template(str(template), {"Resources": {"States": machine}}, ["us-east-1"])
    )
    assert len(reading.targets) == count


def _include(name: str) -> dict[str, Any]:
    return {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": name}}}


_ORDERS = {"/orders": {"get": "{}"}}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "body"),
    [
        ({"paths": _ORDERS}, {"{include}": 1}),
        ({"paths": _ORDERS}, {"openapi": "3.0.1", "paths": {}, "{include}": 1}),
        ({"paths": _ORDERS}, {"openapi": "3.0.1", "{include}": 1}),
        (_ORDERS, {"openapi": "3.0.1", "paths": {"{include}": 1}}),
        (_ORDERS, {"paths": {"/users": {"get": {}}, "{include}": 1}}),
        (_ORDERS["/orders"], {"paths": {"/orders": {"{include}": 1}}}),
        (_ORDERS["/orders"], {"paths": {"/orders": {"put": {}, "{include}": 1}}}),
        ("{}", {"paths": {"/orders": {"get": {"{include}": 1}}}}),
    ],
)
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AWS::ApiGateway::RestApi", "Body"),
        ("AWS::ApiGatewayV2::Api", "Body"),
        ("AWS::Serverless::Api", "DefinitionBody"),
        ("AWS::Serverless::HttpApi", "DefinitionBody"),
    ],
)
def test_what_an_api_includes_is_read(
    kind: str, name: str, file: Any, body: Any, tmp_path: Path
) -> None:
    def put(node: Any, location: str) -> Any:
        if node == "{}":
            return integration()
        if not isinstance(node, dict):
            return node
        items = {key: put(value, location) for key, value in node.items()}
        if items.pop("{include}", None):
            items.update(_include(location))
        return items

    (tmp_path / "spec.yaml").write_text(yaml.safe_dump(put(file, "")))
    for location, count in (("./spec.yaml", 1), ("s3://bucket/spec.yaml", 0)):
        document = put(body, location)
        template = invoked_by(kind, {name: document})
        if "Serverless" in kind:
            template["Transform"] = "AWS::Serverless-2016-10-31"
        if kind == "AWS::Serverless::Api":
            # The translation of older cfn-lint asks for it.
            template["Resources"]["Rule"]["Properties"]["StageName"] = "live"
        matches = lint_template(tmp_path, template)
        assert len(paths(matches, "W9810")) == count
        # What is written beside an include that cannot be read is judged.
        document.setdefault("paths", {})["/users"] = {"post": integration()}
        matches = lint_template(tmp_path, template)
        assert len(paths(matches, "W9810")) == count + 1


def test_an_include_of_itself_ends(tmp_path: Path) -> None:
    states = {"States": {"A": {"Resource": OUTSIDE}}, **_include("states.json")}
    (tmp_path / "states.json").write_text(json.dumps(states))
    template = invoked_by("AWS::StepFunctions::StateMachine", {"Definition": states})
    assert len(paths(lint_template(tmp_path, template), "W9810")) == 2


@pytest.mark.parametrize("count", [1, 8])
def test_a_document_that_varies_elsewhere_is_judged_once(
    count: int, tmp_path: Path
) -> None:
    names = [f"Voice{n}" for n in range(count)]
    comment = "".join(f"${{{name}}}" for name in names)
    text = json.dumps({"States": {"A": {"Resource": "${Fn.Arn}"}}, "Comment": comment})
    voices = {"Type": "String", "AllowedValues": ["Joanna", "Joey", "Ruth"]}
    template = invoked_by(
        "AWS::StepFunctions::StateMachine",
        {"DefinitionString": {"Fn::Sub": text}},
        Parameters=dict.fromkeys(names, voices),
    )
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert " when " not in message


def test_a_document_that_varies_in_what_it_invokes_says_when(tmp_path: Path) -> None:
    machine = '{"States": {"A": {"Resource": "%s"}}}'
    text = {"Fn::Sub": [machine % "${Task}", {"Task": {"Ref": "Task"}}]}
    tasks = {
        "Type": "String",
        "AllowedValues": [OUTSIDE, f"{OUTSIDE}:live", "arn:aws:states:::sns:publish"],
    }
    template = invoked_by(
        "AWS::StepFunctions::StateMachine",
        {"DefinitionString": text},
        Parameters={"Task": tasks},
    )
    (message,) = messages(lint_template(tmp_path, template), "W9810")
    assert f" when Task is {OUTSIDE}, which changes in" in message


def test_a_substituted_state_of_an_object_has_its_name(tmp_path: Path) -> None:
    properties = {
        "Definition": {"States": {"Sell": {"Type": "Task", "Resource": "${Task}"}}},
        "DefinitionSubstitutions": {"Task": {"Fn::GetAtt": ["Fn", "Arn"]}},
    }
    template = invoked_by("AWS::StepFunctions::StateMachine", properties)
    matches = lint_template(tmp_path, template)
    place = "Resources/Rule/Properties/DefinitionSubstitutions/Task"
    assert paths(matches, "W9810") == [place]
    assert messages(matches, "W9810")[0].startswith("State Sell of Rule")


def test_a_definition_with_many_short_lists_is_read(tmp_path: Path) -> None:
    """What nests is bounded, not how much there is."""
    lists = "\n".join(f"  - [{number}]" for number in range(1_200))
    state = "{Type: Task, End: true, Resource: ${Orders.Arn}}"
    text = f"StartAt: A\nStates:\n  A: {state}\nLists:\n{lists}\n"
    machine = resource(
        "StepFunctions::StateMachine", DefinitionString={"Fn::Sub": text}
    )
    template = stack({}, Resources={"Machine": machine})
    found = paths(lint_template(tmp_path, template), "W9810")
    assert "Resources/Machine/Properties/DefinitionString" in found


@pytest.mark.parametrize(
    ("characters", "document"),
    [
        ("a: !Ref Orders", {"a": {"Ref": "Orders"}}),
        ("a: !Condition IsProd", {"a": {"Condition": "IsProd"}}),
        ("a: !Sub '${Orders.Arn}'", {"a": {"Fn::Sub": "${Orders.Arn}"}}),
        ("a: !GetAtt Orders.Arn", {"a": {"Fn::GetAtt": ["Orders", "Arn"]}}),
        (
            "a: !GetAtt Stack.Outputs.Arn",
            {"a": {"Fn::GetAtt": ["Stack", "Outputs.Arn"]}},
        ),
        ("a: !GetAtt [Orders, Arn]", {"a": {"Fn::GetAtt": ["Orders", "Arn"]}}),
        ("a: !If [A, [1], {b: 2}]", {"a": {"Fn::If": ["A", [1], {"b": 2}]}}),
        (
            "a: !Transform {Name: AWS::Include, Parameters: {Location: a.json}}",
            {
                "a": {
                    "Fn::Transform": {
                        "Name": "AWS::Include",
                        "Parameters": {"Location": "a.json"},
                    }
                }
            },
        ),
        # The last of several equal keys counts.
        ("a: 1\na: 2", {"a": 2}),
        # An escape that YAML lacks.
        ('{"a": 1, "a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        ('{"a": ${Wait}}', {"a": "${Wait}"}),
        ('{"a": 1, "a": ${Wait}}', {"a": "${Wait}"}),
        ('{"a": "say \\"${Wait}\\", "}', {"a": 'say "${Wait}", '}),
        ("a: [", None),
        ("a: 2001-99-99", None),
        ("a: !!bool maybe", None),
    ],
)
def test_what_a_text_holds(characters: str, document: Any) -> None:
    assert parse(characters) == document


@pytest.mark.parametrize(
    ("characters", "document"),
    [
        # An escape that YAML lacks.
        ('{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        ('{"a": 1, "a": 2}', None),
        ("a: 1\na: 2", None),
        # A template is not filled in before it is read.
        ('{"a": ${Wait}}', None),
        ("? [a]\n: 1", None),
        ("a: &a {b: 1}\nc: {<<: *a, b: 2}", {"a": {"b": 1}, "c": {"b": 2}}),
        (
            "a: &a {x: 1}\nb: &b {y: 2}\nc:\n  <<: *a\n  <<: *b\n",
            {"a": {"x": 1}, "b": {"y": 2}, "c": {"x": 1, "y": 2}},
        ),
    ],
)
def test_what_a_text_holds_as_a_template(characters: str, document: Any) -> None:
    assert parse(characters, is_template=True) == document


@pytest.mark.parametrize("characters", ["", "a", "7", "null", "[", "- [a"])
def test_a_text_that_holds_no_structure_is_no_document(characters: str) -> None:
    assert read_text(literal(characters)) is None


@pytest.mark.parametrize(
    "characters",
    [
        "[" * 300 + "]" * 300,
        '{"a":' * 300 + "1" + "}" * 300,
        "[" * 2_000 + "]" * 2_000,
        "- " * 2_000 + "a",
        "? " * 2_000 + "a",
        "[" * 2_000,
    ],
    ids=["list", "object", "long list", "items", "keys", "open"],
)
def test_what_nests_as_no_document_does_is_none(characters: str) -> None:
    assert parse(characters) is None


def test_aliases_count_as_what_they_stand_for() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for number in range(1, 6):
        names = ", ".join([f"*a{number - 1}"] * 10)
        lines.append(f"a{number}: &a{number} [{names}]")
    assert parse("\n".join(lines[:3])) is not None
    assert parse("\n".join(lines)) is None
    assert is_small([[1]] * 100)


def test_how_large_a_document_may_be() -> None:
    assert is_small([1] * (MAX_NODES - 2))
    assert not is_small([1] * (MAX_NODES - 1))
    document: Any = 1
    for _ in range(199):
        document = [document]
    assert is_small(document)
    assert not is_small([document])


@pytest.mark.slow
def test_decoding_starts_no_search_for_garbage() -> None:
    text = yaml.dump([{str(number): [number]} for number in range(3_000)])
    searches: list[str] = []

    def searched(phase: str, _: Any) -> None:
        searches.append(phase)

    gc.callbacks.append(searched)
    try:
        gc.collect()
        before = len(searches)
        # Where the decoder is done, what it leaves may start one.
        assert len(parse(text)) == 3_000
        assert len(searches) - before <= 2
    finally:
        gc.callbacks.remove(searched)
    assert gc.isenabled()
    with uncollected(), uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_who_searches_for_no_garbage_does_not_after_decoding() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_folder_or_a_large_file_has_no_content(tmp_path: Path) -> None:
    assert content_of(tmp_path) is None
    file = tmp_path / "a.json"
    # As docs/safety.md says.
    assert MAX_FILE_SIZE == 2 * 1024 * 1024
    file.write_bytes(b"1" * MAX_FILE_SIZE)
    assert content_of(file) is not None
    file.write_bytes(b"1" * (MAX_FILE_SIZE + 1))
    assert content_of(file) is None


def test_a_template_without_a_name_lies_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.json").write_text('{"a": 1}')
    monkeypatch.chdir(tmp_path)
    assert read_file(literal("a.json"), None, content_of) == {"a": 1}
    assert read_file(literal("b.json"), None, content_of) is None


@pytest.mark.parametrize("text", ["", "orders", "7", "a: [", "a\0b"])
def test_a_file_without_structure_is_no_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "a.json").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert read_file(literal("a.json"), None, content_of) is None


def test_no_file_has_such_a_name(tmp_path: Path) -> None:
    template = str(tmp_path / "template.yaml")
    for name in ("", "a\0b", "a" * 10_000):
        assert read_file(literal(name), template, content_of) is None


def test_a_url_is_no_local_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s3:" / "bucket").mkdir(parents=True)
    (tmp_path / "s3:" / "bucket" / "a.json").write_text('{"a": 1}')
    monkeypatch.chdir(tmp_path)
    assert read_file(literal("s3:/bucket/a.json"), None, content_of) == {"a": 1}
    assert read_file(literal("s3://bucket/a.json"), None, content_of) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[0, " * MAX_LEVELS, False),
        ("[0, " * (MAX_LEVELS + 1), True),
        ('{"a": ' * (MAX_LEVELS + 1), True),
        ("[]" * (MAX_LEVELS + 1), False),
        ("[[], " * (MAX_LEVELS + 1), True),
        ("]" * MAX_LEVELS + "[" * MAX_LEVELS, False),
        ("]" * MAX_LEVELS + "[" * (MAX_LEVELS + 1), True),
        ("- " * MAX_LEVELS, False),
        ("- " * (MAX_LEVELS + 1), True),
        ("- a\n" * (MAX_LEVELS + 1), False),
    ],
    ids=[
        "deep",
        "list",
        "object",
        "wide",
        "beside",
        "closed before",
        "closed",
        "items",
        "sequence",
        "lines",
    ],
)
def test_what_no_decoder_should_follow(text: str, expected: bool) -> None:
    assert is_deep(text) is expected
