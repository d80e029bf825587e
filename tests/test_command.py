"""The command: what it prints, and the exit code that says how it went.

Tests `__main__.py`, `_linting.py`, `_pages.py` and `cure/_generated.py` too.
"""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

import cfn_lint_lambda_race
from cfn_lint_lambda_race import _pages
from cfn_lint_lambda_race.__main__ import main
from cfn_lint_lambda_race._linting import Linter
from cfn_lint_lambda_race.rules.PermissionGap import PermissionGap
from tests.fixing import command
from tests.linting import TEMPLATES, is_ours, lint_whole

# Each starts the command or lints wholly.
pytestmark = pytest.mark.slow

PACKAGE = Path(cfn_lint_lambda_race.__file__).parent
RULES = sorted(
    (getattr(cfn_lint_lambda_race, name).id for name in cfn_lint_lambda_race.__all__),
    key=lambda rule: str(rule[1:]),
)


def test_each_rule_has_a_page_and_each_page_a_rule() -> None:
    assert _pages.ids() == RULES


@pytest.mark.parametrize("rule", RULES)
def test_explain_prints_the_page(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", rule.lower()]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"# {rule} ")
    assert "## Why" in printed
    assert "<!--" not in printed
    assert "\x1b" not in printed


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.glob("W981*/wrong*")), ids=lambda path: path.name
)
def test_cfn_lint_is_asked_about_a_text_as_about_a_file(path: Path) -> None:
    text = path.read_bytes().decode()
    asked = Linter([str(path)]).whole(str(path), text)
    assert {(one.rule, one.path, one.message, one.line) for one in asked} == {
        (one.rule.id, tuple(getattr(one, "path", ())), one.message, one.linenumber)
        for one in lint_whole(path)
        if is_ours(one) or not one.rule.id.startswith("I")
    }


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"{cfn_lint_lambda_race.__version__}\n"


def test_explain_names_the_rules_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "W1234"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no rule 'W1234'" in captured.err
    assert "W9831" in captured.err


def test_explain_stops_where_nobody_reads_on() -> None:
    command = [sys.executable, "-m", "cfn_lint_lambda_race", "explain", "W9831"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        started.stdout.close()  # as `head` does, before the page is printed
        assert started.stderr is not None
        assert started.stderr.read() == ""
    assert started.returncode == 128 + 13


@pytest.mark.parametrize("rule", ["../W9831", "index", "W98311"])
def test_explain_reads_nothing_but_pages(
    rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", rule]) == 2
    assert capsys.readouterr().out == ""


def test_a_terminal_gets_colour_and_no_markup() -> None:
    page = "# A rule\n\n**It says** `x`, see [AWS](https://a.b) or [more](c.md).\n\n"
    page += '```yaml title="wrong"\nA: `b`\n```'
    assert _pages.for_terminal(page).splitlines() == [
        "\x1b[1mA rule\x1b[0m",
        "",
        "\x1b[1mIt says\x1b[0m \x1b[36mx\x1b[0m, see AWS <https://a.b> or more.",
        "",
        "\x1b[2m--- wrong\x1b[0m",
        "    \x1b[36mA: `b`\x1b[0m",
    ]


def test_it_is_a_module_too() -> None:
    command = [sys.executable, "-m", "cfn_lint_lambda_race", "explain", "W9831"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0
    assert run.stdout.startswith("# W9831 ConcurrentUpdate")


# -- fix -----------------------------------------------------------------------------

SAM = (TEMPLATES / "W9810" / "wrong-sam.yaml").read_text(encoding="utf-8")
HAND = (TEMPLATES / "W9810" / "wrong.yaml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sam.yaml").write_text(SAM, encoding="utf-8")
    return tmp_path


def test_fix_prints_a_diff_and_writes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = command(capsys, "sam.yaml")
    assert code == 1
    assert out.startswith("--- a/sam.yaml\n+++ b/sam.yaml\n@@ ")
    assert "+      AutoPublishAlias: live\n" in out
    assert (folder / "sam.yaml").read_text(encoding="utf-8") == SAM


@pytest.mark.parametrize(
    "tool", [["patch", "-p1", "--binary"], ["git", "apply"]], ids=["patch", "git"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", ""], ids=["unix", "dos", "no-newline"])
def test_tools_take_the_diff(
    tool: list[str], end: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which(tool[0]) is None:
        pytest.skip(f"no {tool[0]}")
    below = folder / "two words"
    below.mkdir()
    path = below / "template.yaml"
    lines = HAND.splitlines()
    path.write_bytes(((end or "\n").join(lines) + end).encode())
    _, out, _ = command(capsys, str(path))
    subprocess.run(tool, input=out.encode(), check=True, capture_output=True)
    patched = path.read_bytes()
    path.write_bytes(((end or "\n").join(lines) + end).encode())
    assert command(capsys, "--write", str(path))[0] == 0
    assert path.read_bytes() == patched


def test_fix_writes_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "sam.yaml"
    path.chmod(0o640)
    code, out, _ = command(capsys, "--write", "sam.yaml")
    assert (code, out) == (0, "sam.yaml: 2 findings fixed\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    written = path.read_bytes()
    assert command(capsys, "--write", "sam.yaml")[:2] == (0, "")
    assert command(capsys, "sam.yaml")[:2] == (0, "")
    assert path.read_bytes() == written
    assert [found.name for found in folder.iterdir()] == ["sam.yaml"]


def test_fix_takes_globs_and_several_templates(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "other.yaml").write_text(HAND, encoding="utf-8")
    code, out, _ = command(capsys, "*.yaml")
    assert code == 1
    assert [line for line in out.splitlines() if line.startswith("+++")] == [
        "+++ b/other.yaml",
        "+++ b/sam.yaml",
    ]


def test_fix_cures_what_is_chosen(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(capsys, "--rule", "w9812", "sam.yaml")[:2] == (0, "")
    assert command(capsys, "--function", "Other", "sam.yaml")[:2] == (0, "")
    code, out, _ = command(
        capsys, "--rule", "W9810", "--function", "Orders", "--alias", "prod", "sam.yaml"
    )
    assert code == 1
    assert "+      AutoPublishAlias: prod\n" in out


@pytest.mark.parametrize("chosen", [["F0"], ["F1"], ["F1", "F3"]])
def test_fix_cures_what_is_chosen_of_many_functions_that_share_a_finding(
    chosen: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"F{number}" for number in range(5)]
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "CodeUri": "s3://bucket/key",
            "Events": {
                "Nightly": {
                    "Type": "Schedule",
                    "Properties": {"Schedule": "rate(1 day)"},
                }
            },
        },
    }
    for path, seconds in (("deployed.json", 3), ("all.json", 9)):
        shared = {"AutoPublishAlias": "live", "Timeout": seconds}
        template = {
            "Transform": "AWS::Serverless-2016-10-31",
            "Globals": {"Function": shared},
            "Resources": dict.fromkeys(names, function),
        }
        (folder / path).write_text(json.dumps(template, indent=1), encoding="utf-8")
    arguments = [word for name in chosen for word in ("--function", name)]
    baseline = ["--baseline-path", "deployed.json"]
    command(capsys, "--write", *baseline, *arguments, "all.json")
    resources = json.loads((folder / "all.json").read_text())["Resources"]
    cured = [
        name
        for name in names
        if "AutoPublishAliasAllProperties" in resources[name]["Properties"]
    ]
    assert cured == chosen


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--rule", "W1"], "no rule 'W1'"),
        (["--alias", "1"], "not a name for an alias"),
        (["--baseline-ref", "HEAD", "--baseline-path", "x"], "not allowed with"),
    ],
)
def test_fix_refuses_options_that_mean_nothing(
    arguments: list[str],
    word: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["fix", *arguments, "sam.yaml"])
    assert stopped.value.code == 2
    assert word in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"Resources: \xff", "not UTF-8"),
        (SAM.replace("Resources:", "Resources: {}\nResources:").encode(), "Duplicate"),
        (b"[]", "template"),
        (b"a: [", ""),
        (b"", ""),
    ],
    ids=["encoding", "duplicate-key", "list", "broken", "empty"],
)
def test_fix_says_what_it_cannot_work_on(
    content: bytes, word: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "bad.yaml"
    path.write_bytes(content)
    code, out, error = command(capsys, "--write", "bad.yaml", "sam.yaml")
    assert code == 2
    # The others are cured all the same.
    assert out == "sam.yaml: 2 findings fixed\n"
    assert error.startswith("bad.yaml: ")
    assert word in error
    assert path.read_bytes() == content


# Right, as far as rules speak.
UPDATE = ("--baseline-path", "W9831/right.before.yaml", "W9831/right.yaml")


@pytest.mark.parametrize("arguments", [("fix", "W9810/wrong.yaml"), ("plan", *UPDATE)])
def test_nothing_is_claimed_where_a_rule_raises(
    arguments: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def raising(*_: Any) -> NoReturn:
        raise ValueError("a fault of ours")

    monkeypatch.chdir(TEMPLATES)
    monkeypatch.setattr(PermissionGap, "match", raising)
    assert main(arguments) == 2
    output, error = capsys.readouterr()
    assert output == ""
    assert "a rule of the pack failed" in error
    assert "rule W9834: 'a fault of ours'" in error


def test_fix_names_a_file_that_is_not_there(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, error = command(capsys, "missing.yaml")
    assert (code, out) == (2, "")
    assert error == "missing.yaml: there is no such file\n"


def test_fix_leaves_symbolic_links(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "link.yaml").symlink_to("sam.yaml")
    code, _, error = command(capsys, "--write", "link.yaml")
    assert code == 2
    assert "symbolic link" in error
    assert (folder / "sam.yaml").read_text(encoding="utf-8") == SAM


def test_fix_says_a_baseline_that_cannot_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, error = command(capsys, "--baseline-path", "deployed.yaml", "sam.yaml")
    assert (code, out) == (2, "")
    assert "deployed.yaml does not exist" in error


def test_fix_says_all_of_it_as_json(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = command(capsys, "--format", "json", "sam.yaml")
    assert code == 1
    (report,) = json.loads(out)["templates"]
    assert report["file"] == "sam.yaml"
    assert [(one["rule"], one["function"]) for one in report["fixed"]] == [
        ("W9810", "Orders"),
        ("W9810", "Orders"),
    ]
    assert report["left"] == []
    (edit,) = report["edits"]
    lines = SAM.splitlines(keepends=True)
    assert edit["start"] == len("".join(lines[: edit["line"] - 1]))
    text = SAM[: edit["start"]] + edit["text"] + SAM[edit["end"] :]
    assert command(capsys, "--write", "sam.yaml")[0] == 0
    assert (folder / "sam.yaml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_fix_counts_lines_as_editors_do(
    end: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SAM.replace("\n", end)
    (folder / "other.yaml").write_bytes(text.encode())
    _, out, _ = command(capsys, "--format", "json", "other.yaml", "sam.yaml")
    other, usual = json.loads(out)["templates"]
    lines = [[one["line"], one["end_line"]] for one in other["edits"]]
    assert lines == [[one["line"], one["end_line"]] for one in usual["edits"]]
    for one in other["edits"]:
        assert text[: one["start"]].count(end) == one["line"] - 1


def test_fix_tells_why_it_leaves_a_finding(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = TEMPLATES / "W9810" / "wrong-conditions.yaml"
    (folder / "sam.yaml").write_bytes(wrong.read_bytes())
    code, out, error = command(capsys, "sam.yaml")
    assert (code, out) == (0, "")
    (line,) = error.splitlines()
    assert line.startswith("sam.yaml:48: W9810 has no fix: it does so only when")
    assert line.endswith("invoke an alias of a published version")


def test_fix_leaves_what_a_generator_writes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = TEMPLATES / "W9810" / "wrong-cdk.json"
    (folder / "sam.json").write_bytes(wrong.read_bytes())
    code, out, error = command(capsys, "sam.json")
    assert (code, out) == (0, "")
    assert "Shop/Orders: pass orders.addAlias('live')" in error
    assert command(capsys, "--generated", "sam.json")[0] == 1


def test_fix_does_what_is_unsafe_when_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = TEMPLATES / "I9813" / "wrong-policy.yaml"
    (folder / "sam.yaml").write_bytes(wrong.read_bytes())
    code, out, error = command(capsys, "sam.yaml")
    assert (code, out) == (0, "")
    assert "--unsafe" in error
    code, out, _ = command(capsys, "--unsafe", "sam.yaml")
    assert code == 1
    assert "${Orders.Arn}:*" in out


@pytest.mark.parametrize(
    ("place", "word"),
    [
        ("cdk.out", "the CDK writes this template"),
        ("app/.serverless", "change serverless.yml"),
        (".aws-sam/build", "change the one that it reads"),
    ],
)
def test_fix_knows_where_generators_write(
    place: str, word: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / place / "template.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(HAND, encoding="utf-8")
    code, out, error = command(capsys, f"{place}/template.yaml")
    assert (code, out) == (0, "")
    assert word in error
    assert command(capsys, "--generated", f"{place}/template.yaml")[0] == 1


def test_fix_shows_how_far_it_is_on_a_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "other.yaml").write_text(HAND, encoding="utf-8")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    _, _, error = command(capsys, "*.yaml")
    assert "[1/2] other.yaml" in error
    assert "[2/2] sam.yaml" in error


@pytest.mark.parametrize("name", ["cfn_lint_lambda_race", str(PACKAGE)])
def test_fix_takes_a_configuration_that_names_the_pack(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".cfnlintrc").write_text(f"append_rules: [{name}]\n", encoding="utf-8")
    assert command(capsys, "sam.yaml")[0] == 1


def test_fix_says_that_the_rules_of_a_configuration_are_missing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".cfnlintrc").write_text("append_rules: [no_such_pack]\n")
    code, out, error = command(capsys, "sam.yaml")
    assert (code, out) == (2, "")
    assert "no_such_pack" in error


def test_fix_says_that_a_configuration_cannot_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".cfnlintrc").write_text("append_rules: 1\n")
    code, out, error = command(capsys, "sam.yaml")
    assert (code, out) == (2, "")
    assert "the configuration cannot be read: " in error
    assert "array" in error
