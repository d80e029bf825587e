"""What an update is compared with: revisions, files, and settings that cannot hold.

Tests `update/__init__.py` too.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint as lint_text
from cfnlint.config import ManualArgs
from cfnlint.template import Template

from cfn_lint_lambda_race.rules._rule import _misspelt
from cfn_lint_lambda_race.template import Reading
from cfn_lint_lambda_race.update import (
    BaselineError,
    Settings,
    Update,
    _git,
    baseline_content,
    update_of,
)
from cfn_lint_lambda_race.update._baseline import settings_of_template
from tests.building import Template_, new_code, resource, sam, stack, variables
from tests.built import (
    CODE,
    change_code,
    from_source,
    json_text,
    update_since,
    with_new_timeout,
)
from tests.linting import described, is_ours, lint, lint_template, messages, paths
from tests.repositories import Work, _neutral  # noqa: F401
from tests.updates import changed, configured, load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="no git"),
    pytest.mark.usefixtures("_neutral"),
]
RACE = ("Code", "Timeout")


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return with_new_timeout(tmp_path / "work")


# -- local code --------------------------------------------------------------------


def _staged(work: Work) -> None:
    work.write({"src/app.py": "three\n"})
    work.git("add", "src")


def _untracked(work: Work) -> None:
    work.write({"src/new.py": "three\n"})


def _deleted(work: Work) -> None:
    (work.root / "src" / "app.py").unlink()


def _deleted_and_staged(work: Work) -> None:
    work.git("rm", "-q", "src/app.py")


def _renamed(work: Work) -> None:
    work.git("mv", "src/app.py", "src/main.py")


def _renamed_without_git(work: Work) -> None:
    (work.root / "src" / "app.py").rename(work.root / "src" / "main.py")


def _moved_out(work: Work) -> None:
    work.git("mv", "src/app.py", "app.py")


CHANGES: list[Callable[[Work], None]] = [
    change_code,
    _staged,
    _untracked,
    _deleted,
    _deleted_and_staged,
    _renamed,
    _renamed_without_git,
    _moved_out,
]


@pytest.mark.parametrize("change", CHANGES)
def test_local_code_counts(change: Callable[[Work], None], work: Work) -> None:
    assert changed(update_since(work)) == ()
    change(work)
    assert changed(update_since(work)) == RACE


@pytest.mark.parametrize("change", CHANGES)
def test_committed_code_counts(change: Callable[[Work], None], work: Work) -> None:
    change(work)
    work.commit()
    assert changed(update_since(work, "HEAD~1")) == RACE
    assert changed(update_since(work)) == ()


def test_ignored_files_do_not_count(work: Work) -> None:
    work.write({"src/app.pyc": "three\n"})
    assert changed(update_since(work)) == ()


def test_files_beside_the_code_do_not_count(work: Work) -> None:
    work.write({"other/app.py": "three\n", "README.md": "three\n"})
    assert changed(update_since(work)) == ()


def test_code_alone_is_no_race(work: Work) -> None:
    work.git("checkout", "-q", "template.json")
    change_code(work)
    assert changed(update_since(work)) == ()


@pytest.mark.parametrize("path", ["src", "./src", "src/.", "./other/../src/"])
def test_the_spelling_of_a_path_does_not_count(path: str, work: Work) -> None:
    work.write({"template.json": json_text(from_source(CodeUri=path, Timeout=9))})
    assert changed(update_since(work)) == ()
    change_code(work)
    assert changed(update_since(work)) == RACE


def test_another_path_is_new_code(work: Work) -> None:
    work.write({"template.json": json_text(from_source(CodeUri="lib/", Timeout=9))})
    work.write({"lib/app.py": "one\n"})
    assert changed(update_since(work)) == RACE


def test_the_same_files_at_another_path_are_the_same_package(work: Work) -> None:
    """SAM names a package by the hash of its files."""
    work.git("mv", "src", "lib")
    work.write({"template.json": json_text(from_source(CodeUri="lib/", Timeout=9))})
    assert changed(update_since(work)) == ()
    work.write({"lib/app.py": "three\n"})
    assert changed(update_since(work)) == RACE


@pytest.mark.parametrize("path", ["src/lib/util.py", "lib/util.py"])
def test_a_single_file_that_moves_is_the_same(path: str, work: Work) -> None:
    template = from_source(CodeUri="src/lib/util.py")
    work.commit({"template.json": json_text(template)})
    work.write({path: "two\n"})
    template = from_source(CodeUri=path, Timeout=9)
    work.write({"template.json": json_text(template)})
    assert changed(update_since(work)) == ()


@pytest.mark.parametrize("path", ["nowhere/", "../outside", "/", "a\0b", "*", "-x"])
def test_a_path_that_holds_nothing_is_unknown(path: str, work: Work) -> None:
    for seconds in (3, 9):
        work.write(
            {"template.json": json_text(from_source(CodeUri=path, Timeout=seconds))}
        )
        if seconds == 3:
            work.commit()
    found = update_since(work)
    assert (changed(found), found.problem) == ((), "")


def test_the_template_itself_is_no_code(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    work.commit(
        {"template.json": json_text(from_source(CodeUri=".")), "app.py": "one\n"}
    )
    work.write({"template.json": json_text(from_source(CodeUri=".", Timeout=9))})
    assert changed(update_since(work)) == ()
    work.write({"app.py": "two\n"})
    assert changed(update_since(work)) == RACE


def test_paths_begin_at_the_template(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    before, after = (
        from_source(CodeUri="../src", Timeout=seconds) for seconds in (3, 9)
    )
    work.commit({"infra/template.json": json_text(before), **CODE})
    work.write({"infra/template.json": json_text(after)})
    assert changed(update_since(work, name="infra/template.json")) == ()
    change_code(work)
    assert changed(update_since(work, name="infra/template.json")) == RACE


def test_code_of_globals_counts(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    before, after = (
        sam(
            {"CodeUri": None},
            Globals={"Function": {"CodeUri": "src", "Timeout": seconds}},
        )
        for seconds in (3, 9)
    )
    work.commit({"template.json": json_text(before), **CODE})
    work.write({"template.json": json_text(after)})
    assert changed(update_since(work)) == ()
    change_code(work)
    assert changed(update_since(work)) == RACE


def test_inline_code_wins_over_code_of_globals(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    before, after = (
        sam(
            {"CodeUri": None, "InlineCode": "pass", "Timeout": seconds},
            Globals={"Function": {"CodeUri": "src"}},
        )
        for seconds in (3, 9)
    )
    work.commit({"template.json": json_text(before), **CODE})
    work.write({"template.json": json_text(after)})
    change_code(work)
    assert changed(update_since(work)) == ()


def test_code_of_a_plain_function_counts(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    before, after = (stack({"Code": "./src", "Timeout": seconds}) for seconds in (3, 9))
    work.commit({"template.json": json_text(before), **CODE})
    work.write({"template.json": json_text(after)})
    assert changed(update_since(work)) == ()
    change_code(work)
    assert changed(update_since(work)) == RACE


@pytest.mark.parametrize("image", [{}, {"ImageUri": "orders:latest"}])
def test_the_context_of_an_image_counts(image: Template_, tmp_path: Path) -> None:
    def image_function(**properties: Any) -> Template_:
        kept = {"CodeUri": None, "Handler": None, "Runtime": None}
        template = sam({**kept, "PackageType": "Image", **image, **properties})
        metadata = {"DockerContext": "./src", "Dockerfile": "Dockerfile"}
        template["Resources"]["Orders"]["Metadata"] = metadata
        return template

    work = Work(tmp_path / "work")
    work.commit({"template.json": json_text(image_function()), **CODE})
    work.write({"template.json": json_text(image_function(Timeout=9))})
    assert changed(update_since(work)) == ()
    change_code(work)
    assert changed(update_since(work)) == RACE
    moved = image_function(Timeout=9)
    moved["Resources"]["Orders"]["Metadata"]["DockerContext"] = "other"
    work.git("checkout", "-q", "src")
    work.write({"template.json": json_text(moved), "other/app.py": "one\n"})
    assert changed(update_since(work)) == RACE


@pytest.mark.parametrize(
    "layer",
    [
        resource("Serverless::LayerVersion", ContentUri="src"),
        resource("Lambda::LayerVersion", Content="src"),
    ],
)
def test_content_of_a_layer_counts(layer: Template_, tmp_path: Path) -> None:
    template = sam({"Layers": [{"Ref": "Deps"}]}, Resources={"Deps": layer})
    work = Work(tmp_path / "work")
    work.commit({"template.json": json_text(template), **CODE})
    work.write({"template.json": json_text(new_code(template))})
    assert changed(update_since(work)) == ()
    change_code(work)
    assert changed(update_since(work)) == ("Code", "Layers")


def test_a_definition_is_no_code_of_a_function(tmp_path: Path) -> None:
    machine = resource("Serverless::StateMachine", DefinitionUri="src/states.json")
    before, after = (
        sam(
            {**variables(MACHINE={"Ref": "Machine"}), "CodeUri": "lib/"},
            Resources={"Machine": machine},
        )
        for _ in range(2)
    )
    work = Work(tmp_path / "work")
    work.commit(
        {
            "template.json": json_text(before),
            "src/states.json": "{}",
            "lib/a.py": "one\n",
        }
    )
    work.write(
        {
            "template.json": json_text(after),
            "src/states.json": '{"a": 1}',
            "lib/a.py": "two\n",
        }
    )
    # The state machine is updated in place; what refers to it stays the same.
    assert changed(update_since(work)) == ()


@pytest.mark.parametrize(
    ("before", "after", "races"),
    [("", ":live", True), (":live", "", True), (":live", ":live", False)],
)
def test_a_definition_shields_as_the_revision_has_it(
    before: str, after: str, races: bool, tmp_path: Path
) -> None:
    states = {"Type": "Task", "Resource": "${Arn}", "End": True}
    definition = json.dumps({"StartAt": "Pay", "States": {"Pay": states}})
    machine = resource(
        "Serverless::StateMachine",
        DefinitionUri="states.json",
        DefinitionSubstitutions={"Arn": {"Fn::GetAtt": "Orders.Arn"}},
    )

    def files(code: str, qualifier: str, **properties: Any) -> dict[str, str]:
        template = from_source(AutoPublishAlias="live", **properties)
        template["Resources"]["Machine"] = machine
        return {
            "template.json": json_text(template),
            "states.json": definition.replace("${Arn}", "${Arn}" + qualifier),
            "src/app.py": code,
        }

    work = Work(tmp_path / "work")
    work.commit(files("one\n", before))
    work.write(files("two\n", after, Timeout=9))
    assert changed(update_since(work)) == (("Code", "Timeout") if races else ())


def test_a_definition_that_the_revision_has_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = resource("Serverless::StateMachine", DefinitionUri="states.json")
    template = sam({"AutoPublishAlias": "live"}, Resources={"Machine": machine})
    limit = 1000
    monkeypatch.setattr("cfn_lint_lambda_race.update._baseline.MAX_FILE_SIZE", limit)
    work = Work(tmp_path / "work")
    work.commit({"template.json": json_text(template), "states.json": " " * limit * 2})
    work.write({"template.json": json_text(new_code(template)), "states.json": "{}"})
    matches = lint(work.root / "template.json", "-x", "W9831:baseline_ref=HEAD")
    assert messages(matches, "W9831") == []


def test_code_of_many_functions_is_listed_once(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def functions(seconds: int) -> str:
        template = sam({"Timeout": seconds})
        orders = template["Resources"]["Orders"]
        for number in range(9):
            properties = {**orders["Properties"], "CodeUri": f"src/{number % 3}"}
            template["Resources"][f"F{number}"] = {**orders, "Properties": properties}
        return json_text(template)

    files = {f"src/{number}/app.py": "one\n" for number in range(3)}
    work.commit({"template.json": functions(3), **files})
    work.write({"template.json": functions(9), "src/1/app.py": "two\n"})
    asked: list[str] = []
    ask = _git._ask

    def count(folder: Path, *words: str, limit: int | None = None) -> _git._Answer:
        asked.append(words[0])
        return ask(folder, *words, limit=limit)

    monkeypatch.setattr(_git, "_ask", count)
    found = update_since(work).concurrent
    assert [update.function for update in found] == ["F1", "F4", "F7"]
    assert asked[5:] == ["ls-tree", "ls-files", "check-attr", "config"]


# -- revisions ---------------------------------------------------------------------


@pytest.mark.parametrize("revision", ["HEAD", "main", "v1", "HEAD@{0}", "@"])
def test_revisions(revision: str, work: Work) -> None:
    work.git("tag", "v1")
    change_code(work)
    assert changed(update_since(work, revision)) == RACE


def test_a_template_behind_a_symbolic_link(work: Work, tmp_path: Path) -> None:
    (work.root / "current").symlink_to(".", target_is_directory=True)
    (work.root / "deploy").mkdir()
    (work.root / "deploy" / "link.json").symlink_to("../template.json")
    work.commit({"template.json": json_text(from_source())})
    work.write({"template.json": json_text(from_source(Timeout=9))})
    (tmp_path / "outside.json").symlink_to(work.root / "template.json")
    names = ["current/template.json", "deploy/link.json", "../outside.json"]
    for name in names:
        assert changed(update_since(work, name=name)) == ()
    # Local paths begin at the file that the link leads to.
    change_code(work)
    for name in names:
        assert changed(update_since(work, name=name)) == RACE


def test_a_template_that_the_revision_does_not_have_is_new(work: Work) -> None:
    work.write({"new.json": json_text(from_source(Timeout=9))})
    change_code(work)
    assert update_since(work, name="new.json")[:3] == ("", (), ())


def test_a_function_that_the_revision_does_not_have_is_new(work: Work) -> None:
    before = from_source()
    before["Resources"]["Old"] = before["Resources"].pop("Orders")
    work.commit({"template.json": json_text(before)})
    work.write({"template.json": json_text(from_source(Timeout=9))})
    change_code(work)
    assert changed(update_since(work)) == ()


@pytest.mark.parametrize(
    "section", [{}, {"Globals": {"Function": {"MemorySize": 256}}}]
)
def test_without_code_uri_the_templates_folder_is_the_code(
    work: Work, section: dict[str, Any]
) -> None:
    """`sam build` and `sam package` take it."""

    def template(seconds: int, **more: Any) -> str:
        made = sam({"Timeout": seconds, **more})
        for name in ("CodeUri", "InlineCode"):
            if name not in more:
                made["Resources"]["Orders"]["Properties"].pop(name, None)
        return json_text({**made, **section})

    work.commit({"infra/template.json": template(3), "infra/app.py": "one\n"})
    name = "infra/template.json"
    work.write({name: template(9)})
    assert changed(update_since(work, name=name)) == ()
    work.write({"src/app.py": "three\n"})
    assert changed(update_since(work, name=name)) == ()
    work.write({"infra/app.py": "two\n"})
    assert changed(update_since(work, name=name)) == RACE
    work.write({name: template(9, InlineCode="x")})
    assert "infra" not in str(update_since(work, name=name).problem)


def test_what_a_build_made_may_be_new_code(work: Work) -> None:
    """git ignores it, so that nobody knows whether SAM publishes another version."""

    def template(seconds: int, path: str) -> str:
        return json_text(
            sam({"CodeUri": path, "Timeout": seconds, "AutoPublishAlias": "live"})
        )

    for path, is_stale in (("src/", True), ("dist/", False)):
        work.commit({".gitignore": "dist/\n", "template.json": template(3, path)})
        work.write({"dist/app.js": "built\n", "template.json": template(9, path)})
        update = update_since(work)
        assert bool(update.unpublished) is is_stale, path
        assert update.concurrent == ()


def test_a_template_outside_of_any_repository_has_no_baseline(tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(json_text(from_source()))
    problem = update_of(configured(path, baseline_ref="HEAD")).problem
    assert "in no git work tree; use baseline_path" in problem


def test_a_template_that_git_ignores_has_no_baseline(work: Work) -> None:
    work.commit({".gitignore": "cdk.out/\n"})
    work.write(
        {
            "cdk.out/a.json": json_text(from_source()),
            "new.json": json_text(from_source()),
        }
    )
    problem = update_since(work, name="cdk.out/a.json").problem
    assert "which git ignores" in problem
    assert "use baseline_path" in problem
    assert update_since(work, name="new.json").problem == ""


def test_a_template_without_a_file_name_has_no_baseline(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with `sam validate --lint`, which hands over a text."""
    monkeypatch.chdir(work.root)
    settings = {"W9831": {"baseline_ref": "HEAD"}}
    found = lint_text(
        (work.root / "template.json").read_text(),
        config=ManualArgs(
            append_rules=["cfn_lint_lambda_race"], configure_rules=settings
        ),
    )
    (message,) = (m.message for m in found if m.rule.id in ("W9831", "W9832"))
    assert "a template without a file name" in message
    assert "use baseline_path" in message


def test_nothing_is_deployed_before_the_first_commit(tmp_path: Path) -> None:
    work = Work(tmp_path / "new")
    work.write({"template.json": json_text(from_source())})
    for revision in ("HEAD", "@"):
        assert update_since(work, revision)[:3] == ("", (), ())
    assert "no revision" in update_since(work, "main").problem


@pytest.mark.parametrize(
    ("setting", "cure"),
    [
        ("W9831:baseline=HEAD", "set W9831:baseline_ref"),
        ("W9831:baseline-ref=HEAD", "set W9831:baseline_ref"),
        ("W9831:changeset=a.json", "set W9831:change_set"),
        ("W9832:baseline_ref=HEAD", "set W9831:baseline_ref"),
        ("W9810:ignore_types=x", "set W9810:ignore_target_types"),
        ("W9810:zzz=x", "remove it"),
    ],
)
def test_a_setting_that_no_rule_has(tmp_path: Path, setting: str, cure: str) -> None:
    rule, _, name = setting.partition("=")[0].partition(":")
    found = lint_template(tmp_path, AFTER, "-x", setting)
    assert messages(found, "W9831") == [
        f"{rule} has no setting {name}, so it has no effect; {cure}"
    ]
    assert paths(found, "W9831") == [""]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a" * 40, "a" * 40), ("a" * 41, repr("a" * 40)), ("a\nb", "'a\\nb'")],
)
def test_a_setting_is_named_on_one_line(name: str, shown: str) -> None:
    assert f"has no setting {shown}, so" in _misspelt("W9810", name, [])


def test_what_was_compared_is_logged(
    work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "cfnlint")
    update_since(work)
    head = work.git("rev-parse", "HEAD")
    (record,) = (r.message for r in caplog.records if "Compared" in r.message)
    assert record.endswith(f"template.json with that of HEAD, commit {head}")


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("no-such-branch", "baseline_ref no-such-branch cannot be read: no revision"),
        ("--upload-pack=touch x", "is not a git revision"),
        ("HEAD:template.json", "no revision"),
        ("HEAD~9", "no revision"),
    ],
)
def test_a_revision_that_is_not_there(revision: str, said: str, work: Work) -> None:
    assert said in update_since(work, revision).problem


def test_a_shallow_clone(work: Work, tmp_path: Path) -> None:
    work.git("branch", "release")
    work.commit({"src/app.py": "three\n"})
    clone = Work(tmp_path / "clone", init=False)
    work.git("clone", "-q", "--depth", "1", f"file://{work.root}", str(clone.root))
    assert update_since(clone).problem == ""
    problem = update_since(clone, "origin/release").problem
    assert "git fetch origin release" in problem
    assert "git fetch --unshallow" in update_since(clone, "HEAD~1").problem


def test_no_git(work: Work, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    problem = update_since(work).problem
    assert "baseline_ref HEAD cannot be read" in problem
    assert "git" in problem


def test_a_malformed_template_in_the_revision(work: Work) -> None:
    work.commit({"template.json": "password: [secret"})
    work.write({"template.json": json_text(from_source())})
    problem = update_since(work).problem
    assert problem.startswith("the template in baseline_ref HEAD cannot be compared")
    assert "secret" not in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Resources:\n  A: {Type: a}\n  B: {Type: a}\n  A: {Type: a}\n",
            "line 4 repeats the key 'A' of line 2; ",
        ),
        (
            '{"Resources": {\n"B": {"Type": "a"},\n"A": {}, "A": {"Type": "b"}}}',
            "line 3 repeats the key 'A'; ",
        ),
        (
            '{"Resources": {\n"A": {},\n"B": {"Type": "a"},\n"A": {"Type": "b"}}}',
            "line 4 repeats the key 'A' of line 2; ",
        ),
        (
            '{"Resources": {\n"A": {}, "A": {},\n"B": {}, "B": {}}}',
            "line 2 repeats the key 'A'; ",
        ),
    ],
    ids=["yaml", "json", "json-lines", "json-keys"],
)
def test_a_repeated_key_in_the_revision_is_named(
    text: str, said: str, work: Work
) -> None:
    work.commit({"template.json": text})
    work.write({"template.json": json_text(from_source())})
    problem = update_since(work).problem
    assert f"cannot be compared: {said}" in problem


def test_a_merged_key_in_the_revision_is_not_repeated(work: Work) -> None:
    text = "A: &a {Type: x, Condition: y}\nResources:\n  Q:\n    <<: *a\n    Type: z\n"
    work.commit({"template.json": text})
    work.write({"template.json": json_text(from_source())})
    assert update_since(work).problem == ""


def test_a_huge_template_in_the_revision(work: Work) -> None:
    work.commit({"template.json": " " * (5 * 1024 * 1024)})
    work.write({"template.json": json_text(from_source())})
    assert "is larger than" in update_since(work).problem


# -- the same finding from everywhere ----------------------------------------------


def _run(folder: Path, *arguments: str, text: str | None = None) -> str:
    command = Path(sys.executable).with_name("cfn-lint")
    rules = ("--append-rules", "cfn_lint_lambda_race", "--format", "parseable")
    run = subprocess.run(
        [command, *rules, *arguments],
        cwd=folder,
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in run.stderr
    assert "E0002" not in run.stdout
    return run.stdout


def test_the_same_finding_from_everywhere(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(folder: Path, name: str) -> list[dict[str, Any]]:
        monkeypatch.chdir(folder)
        matches = lint(Path(name), "-x", "W9831:baseline_ref=HEAD")
        return [described(match) for match in matches]

    change_code(work)
    (work.root / "sub" / "folder").mkdir(parents=True)
    expected = found(work.root, "template.json")
    assert [one["rule"] for one in expected].count("W9831") == 1
    assert found(work.root / "sub", "../template.json") == expected
    assert found(work.root / "sub" / "folder", "../../template.json") == expected
    assert found(tmp_path, str(work.root / "template.json")) == expected
    tree = tmp_path / "tree"
    work.git("worktree", "add", "-q", str(tree), "-b", "other")
    for name in ("template.json", "src/app.py"):
        shutil.copy(work.root / name, tree / name)
    assert found(tree, "template.json") == expected


def test_standard_input(work: Work) -> None:
    change_code(work)
    text = (work.root / "template.json").read_text()
    output = _run(work.root, "-x", "W9831:baseline_ref=HEAD", text=text)
    assert "a template without a file name" in output


# -- files -------------------------------------------------------------------------

AFTER = new_code(stack({"Timeout": 9}))


def _with_path(folder: Path, setting: str, name: str = "after.json") -> Update:
    (folder / name).write_text(json_text(AFTER))
    return update_of(configured(folder / name, baseline_path=setting))


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "deployed.yaml").write_text(json_text(stack()))
    assert changed(_with_path(tmp_path, str(tmp_path / "deployed.yaml"))) == RACE


def test_a_file_below_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deployed.json").write_text(json_text(stack()))
    monkeypatch.chdir(tmp_path)
    assert changed(_with_path(tmp_path, "deployed.json")) == RACE


def test_a_folder_with_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "deployed").mkdir()
    (tmp_path / "deployed" / "after.json").write_text(json_text(stack()))
    assert changed(_with_path(tmp_path, str(tmp_path / "deployed"))) == RACE


def test_a_folder_with_the_same_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder, template in (("infra", stack()), (".", AFTER)):
        (tmp_path / "deployed" / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "deployed" / folder / "a.json").write_text(json_text(template))
    (tmp_path / "infra").mkdir()
    assert changed(_with_path(tmp_path, "deployed", "infra/a.json")) == RACE


def test_a_local_path_has_no_history_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "before.json").write_text(json_text(from_source()))
    (tmp_path / "after.json").write_text(json_text(from_source(Timeout=9)))
    cfn = configured(
        tmp_path / "after.json", baseline_path=str(tmp_path / "before.json")
    )
    assert changed(update_of(cfn)) == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"", "not a template"),
        (b"secret", "not a template"),
        (b"[1, secret]", "not a template"),
        (b"{secret", "not a template"),
        (b"secret: [", "not a template"),
        (b"secret: \ttab", "not a template"),
        (b'{"Resources": ["secret"]}', "not a template"),
        (b"root:x:0:0:secret:/root:/bin/sh\n", "not a template"),
        (b"a: &a secret\nb: *c\n", "not a template"),
        (b"!!python/object/apply:os.system ['secret']", "not a template"),
        (b"[" * 100_000, "not a template"),
        (b" " * (5 * 1024 * 1024), "larger than"),
    ],
)
def test_a_file_that_is_no_template(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "deployed"
    path.write_bytes(content)
    problem = _with_path(tmp_path, str(path)).problem
    assert said in problem
    assert str(path) in problem
    assert "secret" not in problem


def _bomb(levels: int = 30) -> str:
    lines = ["a0: &a0 [x, x]"]
    lines += [
        f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]"
        for level in range(1, levels)
    ]
    return "\n".join([*lines, "Resources:", f"  Orders: *a{levels - 1}"])


def test_anchors_that_explode_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bomb.yaml").write_text(_bomb())
    problem = _with_path(tmp_path, str(tmp_path / "bomb.yaml")).problem
    assert "not a template" in problem or "too large" in problem


def test_anchors_that_do_not_explode_are_read(tmp_path: Path) -> None:
    resources = json.dumps(stack()["Resources"])
    text = f"Metadata: {{x: &x {{a: b}}, y: [*x, *x]}}\nResources: {resources}\n"
    (tmp_path / "deployed.yaml").write_text(text)
    assert changed(_with_path(tmp_path, str(tmp_path / "deployed.yaml"))) == RACE


def test_a_serverless_bomb_is_refused(tmp_path: Path) -> None:
    transform = "\nTransform: AWS::Serverless-2016-10-31\nGlobals: {Function: *a29}\n"
    (tmp_path / "bomb.yaml").write_text(_bomb() + transform)
    assert _with_path(tmp_path, str(tmp_path / "bomb.yaml")).problem


def test_no_such_file(tmp_path: Path) -> None:
    problem = _with_path(tmp_path, str(tmp_path / "nowhere.json")).problem
    assert "does not exist" in problem


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_no_name_of_a_file(name: str, tmp_path: Path) -> None:
    assert "baseline_path" in _with_path(tmp_path, name).problem


def test_a_folder_without_the_template(tmp_path: Path) -> None:
    (tmp_path / "deployed").mkdir()
    problem = _with_path(tmp_path, str(tmp_path / "deployed")).problem
    assert "holds no after.json" in problem


@pytest.mark.parametrize(
    ("other", "is_new"),
    [
        ("other.json", True),
        ("other.template", True),
        ("other.template.json", True),
        ("other.yaml", True),
        ("other.yml", True),
        ("README.md", False),
    ],
)
def test_a_new_stack_beside_others(other: str, is_new: bool, tmp_path: Path) -> None:
    (tmp_path / "deployed" / "assembly").mkdir(parents=True)
    (tmp_path / "deployed" / "assembly" / other).write_text(json_text(stack()))
    update = _with_path(tmp_path, str(tmp_path / "deployed"))
    if is_new:
        assert update[:3] == ("", (), ())
    else:
        assert "holds no after.json" in update.problem


def test_the_text_of_a_baseline(work: Work, tmp_path: Path) -> None:
    """What `fix` and `plan` show of it."""
    text = json_text(from_source())
    work.write({"new.json": text})
    was, new = (load(work.root / name) for name in ("template.json", "new.json"))
    folder = tmp_path / "deployed"
    folder.mkdir()
    (folder / "template.json").write_text(text)
    in_head = Settings(baseline_ref="HEAD")
    in_folder = Settings(baseline_path=str(folder))
    for settings in (in_head, in_folder):
        assert baseline_content(settings, was) == text.encode()
        assert baseline_content(settings, new) is None
    with pytest.raises(BaselineError, match="baseline_ref nowhere: no revision"):
        baseline_content(Settings(baseline_ref="nowhere"), was)


def test_a_text_is_compared_with_a_file_and_not_with_a_folder(tmp_path: Path) -> None:
    (tmp_path / "before.json").write_text(json_text(stack()))
    for path, said in (("before.json", "This update"), ("", "has no file name")):
        settings = {"W9831": {"baseline_path": str(tmp_path / path)}}
        found = lint_text(
            json_text(AFTER),
            config=ManualArgs(
                append_rules=["cfn_lint_lambda_race"], configure_rules=settings
            ),
        )
        (message,) = (one.message for one in found if one.rule.id == "W9831")
        assert said in message


def test_a_template_from_elsewhere_has_its_whole_path_in_a_folder(
    tmp_path: Path,
) -> None:
    deployed = tmp_path / "deployed"
    same = deployed / Path(*tmp_path.parts[1:])
    same.mkdir(parents=True)
    (same / "after.json").write_text(json_text(stack()))
    for folder in (deployed, *same.parents):
        if deployed in (folder, *folder.parents):
            (folder / "after.json").write_text(json_text(AFTER))
    assert changed(_with_path(tmp_path, str(deployed))) == RACE


def test_a_path_that_leads_upwards_does_not_leave_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("here", "there", "deployed/there", "deployed/here"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "deployed/there/after.json").write_text(json_text(stack()))
    (tmp_path / "deployed/here/other.json").write_text(json_text(stack()))
    (tmp_path / "there/after.json").write_text(json_text(AFTER))
    monkeypatch.chdir(tmp_path / "here")
    found = update_of(
        configured(
            Path("../there/after.json"), baseline_path=str(tmp_path / "deployed/here")
        )
    )
    assert found[:3] == ("", (), ())


def test_the_longest_end_of_the_path_in_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stacks of a CDK stage, below a `cdk.out` of another name."""
    monkeypatch.chdir(tmp_path)
    for folder, template in (("assembly-Prod", stack()), ("assembly-Test", AFTER)):
        (tmp_path / "old" / folder).mkdir(parents=True)
        (tmp_path / "old" / folder / "a.json").write_text(json_text(template))
        (tmp_path / "cdk.out" / folder).mkdir(parents=True)
    (tmp_path / "old" / "a.json").write_text(json_text(AFTER))
    assert changed(_with_path(tmp_path, "old", "cdk.out/assembly-Prod/a.json")) == RACE
    assert changed(_with_path(tmp_path, "old", "cdk.out/assembly-Test/a.json")) == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    problem = _with_path(tmp_path, str(tmp_path / "pipe")).problem
    assert "is not a file" in problem


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="the super-user reads anything"
)
def test_an_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "deployed.json"
    path.write_text(json_text(stack()))
    path.chmod(0)
    assert "cannot be read" in _with_path(tmp_path, str(path)).problem


# -- settings ----------------------------------------------------------------------


def _configured_by(folder: Path, *arguments: str) -> list[str]:
    """The pack's findings of the rules that compare."""
    matches = lint_template(folder, AFTER, *arguments)
    return sorted({m.rule.id for m in matches if m.rule.id in ("W9831", "W9832")})


def test_without_a_setting_nothing_compares(tmp_path: Path) -> None:
    assert _configured_by(tmp_path) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"baseline_ref": "HEAD", "baseline_path": "a"},
        {"baseline_ref": "HEAD", "change_set": "a"},
        {"baseline_path": "a", "change_set": "b"},
        {"baseline_ref": "HEAD", "baseline_path": "a", "change_set": "b"},
    ],
)
def test_more_than_one_setting(settings: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json_text(AFTER))
    found = update_of(configured(tmp_path / "a.json", **settings))
    assert found.problem.startswith(" and ".join(settings)) or all(
        name in found.problem for name in settings
    )
    assert "only one of them can be the baseline" in found.problem
    assert found[1:] == Update()[1:]


@pytest.mark.parametrize("name", Settings._fields)
def test_an_empty_setting_is_a_finding(name: str, tmp_path: Path) -> None:
    """As a variable that is not set leaves it in a pipeline."""
    matches = lint_template(tmp_path, AFTER, "-x", f"W9831:{name}=")
    assert paths(matches, "W9831") == [""]
    (message,) = messages(matches, "W9831")
    assert f"{name} is empty" in message


def test_an_empty_setting_beside_another(tmp_path: Path) -> None:
    (tmp_path / "before.json").write_text(json_text(stack()))
    setting = f"W9831:baseline_path={tmp_path / 'before.json'}"
    matches = lint_template(tmp_path, AFTER, "-x", "W9831:baseline_ref=", setting)
    assert paths(matches, "W9831") == ["Resources/Orders/Properties/Timeout"]


def test_a_broken_setting_is_one_finding_at_the_top(tmp_path: Path) -> None:
    setting = f"W9831:baseline_path={tmp_path / 'nowhere.json'}"
    matches = lint_template(tmp_path, AFTER, "-x", setting)
    assert paths(matches, "W9831") == [""]
    (message,) = messages(matches, "W9831")
    assert message.startswith("No baseline to compare with: ")


def test_a_broken_setting_is_found_in_a_sam_template(tmp_path: Path) -> None:
    setting = f"W9831:baseline_path={tmp_path / 'nowhere.json'}"
    matches = lint_template(tmp_path, sam(), "-x", setting)
    (match,) = [match for match in matches if match.rule.id == "W9831"]
    assert (match.linenumber, match.columnnumber) == (1, 1)
    assert "does not exist" in match.message


def test_a_broken_setting_is_found_where_a_resource_ignores_the_rule(
    tmp_path: Path,
) -> None:
    template = json.loads(json_text(AFTER))
    ignore = {"cfn-lint": {"config": {"ignore_checks": ["W9831"]}}}
    template["Resources"]["Invocation"]["Metadata"] = ignore
    setting = f"W9831:baseline_path={tmp_path / 'nowhere.json'}"
    matches = lint_template(tmp_path, template, "-x", setting)
    assert len(messages(matches, "W9831")) == 1


def test_a_resource_ignores_the_rule(tmp_path: Path) -> None:
    (tmp_path / "before.json").write_text(json_text(stack()))
    template = json.loads(json_text(AFTER))
    ignore = {"cfn-lint": {"config": {"ignore_checks": ["W9831"]}}}
    template["Resources"]["Orders"]["Metadata"] = ignore
    setting = f"W9831:baseline_path={tmp_path / 'before.json'}"
    assert messages(lint_template(tmp_path, template, "-x", setting), "W9831") == []


def _refused(folder: Path, settings: Any, template: Template_ | None = None) -> Any:
    config = {"configure_rules": {"W9831": settings}}
    metadata = {"Metadata": {"cfn-lint": {"config": config}}}
    return lint_template(folder, {**(template or AFTER), **metadata})


@pytest.mark.parametrize("name", Settings._fields)
@pytest.mark.parametrize("value", ["HEAD", "/etc/passwd", ["a"], 0, False, None, ""])
def test_a_template_cannot_set_a_baseline(
    name: str, value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    monkeypatch.setattr(
        "cfn_lint_lambda_race.update.compare", lambda *arguments: read.append(arguments)
    )
    (message,) = messages(_refused(tmp_path, {name: value}), "W9831")
    assert "cannot be set in the template's Metadata" in message
    assert name in message
    assert read == []


def test_the_user_s_setting_holds_beside_one_of_the_template(tmp_path: Path) -> None:
    for name in ("before.json", "other.json"):
        (tmp_path / name).write_text(json_text(stack()))
    own = str(tmp_path / "before.json")
    # One that is the same may be the template's, for all that the rule can see.
    for value, count in ((str(tmp_path / "other.json"), 2), (own, 1)):
        settings = {"W9831": {"baseline_path": value}}
        metadata = {"cfn-lint": {"config": {"configure_rules": settings}}}
        template = {**AFTER, "Metadata": metadata}
        matches = lint_template(tmp_path, template, "-x", f"W9831:baseline_path={own}")
        assert (
            paths(matches, "W9831")
            == ["", "Resources/Orders/Properties/Timeout"][:count]
        )
        assert "cannot be set" in messages(matches, "W9831")[0]


def test_a_refused_setting_is_told_before_one_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    settings = {"W9831": {"change_set": "other.json"}}
    metadata = {"cfn-lint": {"config": {"configure_rules": settings}}}
    missing = f"W9831:baseline_path={tmp_path / 'missing.json'}"
    matches = lint_template(tmp_path, {**AFTER, "Metadata": metadata}, "-x", missing)
    (message,) = messages(matches, "W9831")
    assert "change_set cannot be set in the template's Metadata" in message


def test_a_setting_of_one_template_does_not_reach_the_next(tmp_path: Path) -> None:
    (tmp_path / "before.json").write_text(json_text(stack()))
    settings = {"W9831": {"baseline_path": "before.json"}}
    metadata = {"cfn-lint": {"config": {"configure_rules": settings}}}
    (tmp_path / "a.json").write_text(json_text({**AFTER, "Metadata": metadata}))
    (tmp_path / "b.json").write_text(json_text(AFTER))
    output = _run(tmp_path, "--", "a.json", "b.json")
    found = [line for line in output.splitlines() if ":W983" in line]
    assert len(found) == 1
    assert "cannot be set in the template's Metadata" in found[0]


@pytest.mark.parametrize("name", Settings._fields)
def test_a_sam_template_cannot_set_a_baseline(name: str, tmp_path: Path) -> None:
    (message,) = messages(_refused(tmp_path, {name: "HEAD"}, sam()), "W9831")
    assert "cannot be set in the template's Metadata" in message


def test_a_template_given_as_text_cannot_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "before.json").write_text(json_text(stack()))
    settings = {"W9831": {"baseline_path": "before.json"}}
    metadata = {"cfn-lint": {"config": {"configure_rules": settings}}}
    arguments = ManualArgs(append_rules=["cfn_lint_lambda_race"])
    for template in (AFTER, new_code(sam({"Timeout": 9}))):
        text = json_text({**template, "Metadata": metadata})
        found = [m.message for m in lint_text(text, config=arguments)]
        assert not [message for message in found if "This update" in message]


def test_a_template_of_the_language_extensions_cannot_either(tmp_path: Path) -> None:
    template = {**AFTER, "Transform": "AWS::LanguageExtensions"}
    (message,) = messages(_refused(tmp_path, {"baseline_ref": "x"}, template), "W9831")
    assert "cannot be set in the template's Metadata" in message


@pytest.mark.parametrize("node", [None, 5, "x", [], {}, {"W9831": 5}, {"W9831": ["x"]}])
def test_metadata_of_any_shape_is_no_setting(node: Any) -> None:
    for template in (
        node,
        {"Metadata": node},
        {"Metadata": {"cfn-lint": node}},
        {"Metadata": {"cfn-lint": {"config": node}}},
        {"Metadata": {"cfn-lint": {"config": {"configure_rules": node}}}},
    ):
        assert settings_of_template(template, "W9831") == {}


# -- how settings reach the rules that compare -------------------------------------

# An alias on a number that stays: the update races nowhere, and publishes nothing.
_PINNED = stack(
    invoked={"Ref": "Live"},
    Resources={
        "OrdersVersion2": resource(
            "Lambda::Version", FunctionName={"Fn::GetAtt": "Orders.Arn"}
        ),
        "Live": resource(
            "Lambda::Alias",
            FunctionName={"Fn::GetAtt": "Orders.Arn"},
            FunctionVersion={"Fn::GetAtt": "OrdersVersion2.Version"},
            Name="live",
        ),
    },
)


@pytest.fixture
def pinned(tmp_path: Path) -> Path:
    (tmp_path / "before.json").write_text(json_text(_PINNED))
    (tmp_path / "after.json").write_text(json_text(new_code(_PINNED)))
    return tmp_path


def test_settings_reach_w9832(pinned: Path) -> None:
    setting = ("-x", f"W9831:baseline_path={pinned / 'before.json'}")
    for arguments in ((), ("-i", "W9831"), ("-i", "W9831", "W9810")):
        matches = lint(pinned / "after.json", *setting, *arguments)
        assert paths(matches, "W9832") == ["Resources/Orders/Properties/Code/S3Key"]
    assert paths(lint(pinned / "after.json", *setting, "-i", "W9832"), "W9832") == []


@pytest.mark.parametrize("ignore", [[], ["W9831"]])
def test_settings_of_the_configuration_file(pinned: Path, ignore: list[str]) -> None:
    settings = {
        "configure_rules": {"W9831": {"baseline_path": "before.json"}},
        "ignore_checks": ignore,
    }
    (pinned / ".cfnlintrc").write_text(json.dumps(settings))
    assert "W9832" in _run(pinned, "--", "after.json")


@pytest.mark.parametrize("ignore", [[], ["W9831"]])
def test_settings_of_the_api(pinned: Path, ignore: list[str]) -> None:
    arguments = ManualArgs(
        append_rules=["cfn_lint_lambda_race"],
        configure_rules={"W9831": {"baseline_path": str(pinned / "before.json")}},
        ignore_checks=ignore,
    )
    found = lint_text((pinned / "after.json").read_text(), config=arguments)
    ids = {match.rule.id for match in found if is_ours(match)}
    assert "W9832" in ids


def test_templates_are_not_kept(pinned: Path) -> None:
    """An editor's server lints in one process for days."""
    (pinned / "sam.json").write_text(json_text(from_source(Timeout=9)))

    def alive() -> int:
        gc.collect()
        return sum(isinstance(found, Template | Reading) for found in gc.get_objects())

    counts = []
    for _ in range(3):
        for name in ("after.json", "sam.json"):
            setting = f"W9831:baseline_path={pinned / 'before.json'}"
            lint(pinned / name, "-x", setting)
        counts.append(alive())
    assert counts[0] == counts[1] == counts[2]


def test_one_run_keeps_the_templates_apart(pinned: Path) -> None:
    (pinned / "deployed").mkdir()
    shutil.copy(pinned / "before.json", pinned / "deployed" / "after.json")
    shutil.copy(pinned / "before.json", pinned / "deployed" / "other.json")
    shutil.copy(pinned / "before.json", pinned / "other.json")
    setting = ("-x", f"W9831:baseline_path={pinned / 'deployed'}", "--")
    output = _run(pinned, *setting, "after.json", "other.json")
    assert [line for line in output.splitlines() if ":W983" in line] == [
        line for line in output.splitlines() if line.startswith("after.json")
    ]
