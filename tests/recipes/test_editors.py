"""Editors, as docs/recipes/editors.md tells it.

Vim with ALE and cfn-lsp-extra are driven for real. VS Code's extension and AWS's
language server cannot be installed from a package index: here runs the command that
their sources build (cfn-lint-visual-studio-code's ``validationHandler.ts``,
cloudformation-languageserver's ``LocalCfnLintExecutor.ts``).
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.recipes import pages
from tests.recipes.conftest import FUNCTION_LINE, STORY, TARGET_LINE, Shell, program
from tests.recipes.pages import FILES, blocks, command, document

PAGE = "editors.md"
ALE = Path("/usr/share/vim/vimfiles/pack/dist-bundle/opt/ale")
SETTINGS = blocks("command-line.md", 'yaml title="settings"')[0]
TEMPLATE = "templates/orders.yaml"

# Lint, wait for the linter, and write down what the location list holds.
DRIVER = """
set nocompatible nomore
let &runtimepath = '{home}/.vim,' . &runtimepath
let g:ale_lint_on_enter = 0
{vimrc}
packadd ale
filetype plugin on
function! Report() abort
  let g:reported = 1
endfunction
let g:reported = 0
autocmd User ALELintPost call Report()
edit {template}
ALELint
let tries = 0
while !g:reported && tries < 600
  sleep 100m
  let tries += 1
endwhile
sleep 100m
call writefile([json_encode(getloclist(0))], 'found.json')
qall!
"""


@pytest.fixture
def vim(project: Shell) -> Shell:
    """The project, and the plugin of the distribution."""
    if not ALE.is_dir():
        pytest.skip("Debian's vim-ale is not installed")
    program("vim")
    return project


def _location_list(shell: Shell, vimrc: str) -> dict[int, dict[str, Any]]:
    """What the user of Vim sees, by line."""
    home = shell.folder.parent / "home"
    driver = DRIVER.format(home=home, vimrc=vimrc, template=TEMPLATE)
    shell.write({"../driver.vim": driver})
    done = shell.run("vim -es -u NONE -i NONE -S ../driver.vim")
    found = shell.folder / "found.json"
    assert found.exists(), done.stdout + done.stderr
    return {entry["lnum"]: entry for entry in json.loads(found.read_text())}


def test_vim_with_settings_of_the_project(vim: Shell) -> None:
    vim.write({".cfnlintrc": SETTINGS})
    (vimrc, _) = blocks(PAGE, "vim", "Vim, with ALE")
    target = _location_list(vim, vimrc)[TARGET_LINE]
    assert (target["col"], target["end_col"], target["type"]) == (7, 21, "W")
    assert "invokes $LATEST of Orders" in target["text"]


def test_vim_with_a_linter_of_its_own(vim: Shell) -> None:
    vim.write(_vim_files())
    (vimrc,) = re.findall(r"`(let g:ale_linters = [^`]+)`", pages.text(PAGE))
    found = _location_list(vim, vimrc)
    assert found.keys() == {FUNCTION_LINE, TARGET_LINE}
    assert "This update changes Architectures of Orders" in found[FUNCTION_LINE]["text"]


def _vim_files() -> dict[str, str]:
    """The recipe's file holds two; the comments say where each belongs."""
    text = (FILES / "ale.vim").read_text()
    parts = re.split(r'^" ~/(\.vim/\S+)\n', text, flags=re.M)[1:]
    return {f"../home/{name}": body for name, body in zip(parts[::2], parts[1::2])}


def test_settings_of_the_vscode_extension(project: Shell) -> None:
    settings = document("vscode-settings.json")
    arguments = ["--format", "json", "--include-checks", "I"]
    for rules in settings["cfnLint.appendRules"]:
        arguments += ["--append-rules", rules]
    arguments += ["--", str(project.folder / TEMPLATE)]
    # The extension hands path and arguments to a shell, or splits the path itself.
    line = f"{settings['cfnLint.path']} {shlex.join(arguments)}"
    # It runs where the editor was started.
    done = project.run(line, within="..")
    found = {entry["Rule"]["Id"]: entry for entry in json.loads(done.stdout)}
    assert found["W9810"]["Location"]["Start"]["LineNumber"] == TARGET_LINE
    assert found["W9831"]["Location"]["Start"]["LineNumber"] == FUNCTION_LINE


def test_settings_of_the_aws_toolkit(project: Shell) -> None:
    (path,) = document("aws-toolkit-settings.json").values()
    name = "cfn-lint-for-aws-toolkit"
    assert path == f"/path/to/the/environment/bin/{name}"
    folder = project.folder / "bin"
    project.write({f"bin/{name}": FILES / name, ".cfnlintrc": SETTINGS})
    (folder / name).chmod(0o755)
    (folder / "cfn-lint").symlink_to(project.environment / "bin" / "cfn-lint")
    done = project.run(f"{folder / name} --format json {project.folder / TEMPLATE}")
    assert done.returncode == 0
    found = {entry["Rule"]["Id"]: entry for entry in json.loads(done.stdout)}
    assert found["W9810"]["Location"]["Start"]["LineNumber"] == TARGET_LINE
    assert found["W9831"]["Location"]["Start"]["LineNumber"] == FUNCTION_LINE


class Client:
    """An editor's side of the language server protocol, on a program's pipes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def send(self, method: str, parameters: Any, **fields: Any) -> None:
        body = {"jsonrpc": "2.0", "method": method, "params": parameters, **fields}
        content = json.dumps(body).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
        self.process.stdin.flush()

    def receive(self, method: str | None = None) -> Any:
        """The next message of a method; the next answer without one."""
        assert self.process.stdout is not None
        while True:
            length = 0
            while line := self.process.stdout.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            assert length, "the server is gone"
            message = json.loads(self.process.stdout.read(length))
            if message.get("method") == method:
                return message.get("params", message.get("result"))


@contextmanager
def _server(shell: Shell, line: str) -> Iterator[Client]:
    name, *arguments = shlex.split(line)
    process = subprocess.Popen(
        [shell.environment / "bin" / name, *arguments],
        cwd=shell.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    client = Client(process)
    try:
        root = shell.folder.as_uri()
        client.send(
            "initialize",
            {"processId": None, "rootUri": root, "capabilities": {}},
            id=1,
        )
        client.receive()
        client.send("initialized", {})
        yield client
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def served(project: Shell) -> Shell:
    """The project, and the language server in the environment that has the pack."""
    project.do(command(PAGE, "pip install cfn-lsp-extra").partition("#")[0])
    project.write({"cfn_lsp.py": FILES / "cfn_lsp.py"})
    return project


def _diagnostics(shell: Shell, line: str, text: str = "") -> dict[int, dict[str, Any]]:
    """What a client is sent that opens the template, by line."""
    path = shell.folder / TEMPLATE
    document = {
        "uri": path.as_uri(),
        "languageId": "yaml.cloudformation",
        "version": 1,
        "text": text or path.read_text(),
    }
    with _server(shell, line) as client:
        client.send("textDocument/didOpen", {"textDocument": document})
        sent = client.receive("textDocument/publishDiagnostics")
    assert sent["uri"] == path.as_uri()
    return {entry["range"]["start"]["line"] + 1: entry for entry in sent["diagnostics"]}


def _assert_on_target(diagnostic: Mapping[str, Any]) -> None:
    assert "invokes $LATEST of Orders" in diagnostic["message"]
    assert diagnostic["range"] == {
        "start": {"line": TARGET_LINE - 1, "character": 6},
        "end": {"line": TARGET_LINE - 1, "character": 20},
    }
    assert diagnostic["severity"] == 2  # a warning


def test_language_server_sends_diagnostics(served: Shell) -> None:
    served.write(
        {
            ".cfnlintrc": SETTINGS.replace(
                "baseline_ref: HEAD", "baseline_path: deployed.yaml"
            ),
            "deployed.yaml": STORY / "race.before.yaml",
        }
    )
    found = _diagnostics(served, "cfn-lsp-extra")
    target = found[TARGET_LINE]
    _assert_on_target(target)
    assert "changes Architectures of Orders" in found[FUNCTION_LINE]["message"]
    # What the page says is missing. Once it is there, the page is to say so.
    assert not {"code", "codeDescription"} & target.keys()


def test_language_server_sends_code_and_link(served: Shell) -> None:
    served.write({".cfnlintrc": SETTINGS})
    found = _diagnostics(served, "python cfn_lsp.py")
    target = found[TARGET_LINE]
    _assert_on_target(target)
    assert target["code"] == "W9810"
    assert target["codeDescription"]["href"].startswith("https://docs.aws.amazon.com/")
    assert found[FUNCTION_LINE]["code"] == "W9831"  # against HEAD, in git


def test_language_server_offers_the_fix(served: Shell) -> None:
    served.write({".cfnlintrc": SETTINGS})
    path = served.folder / TEMPLATE
    text = path.read_text()
    document = {
        "uri": path.as_uri(),
        "languageId": "yaml.cloudformation",
        "version": 1,
        "text": text,
    }
    with _server(served, "python cfn_lsp.py") as client:
        client.send("textDocument/didOpen", {"textDocument": document})
        sent = client.receive("textDocument/publishDiagnostics")
        (problem,) = [one for one in sent["diagnostics"] if one["code"] == "W9810"]
        client.send(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": path.as_uri()},
                "range": problem["range"],
                "context": {"diagnostics": [problem]},
            },
            id=2,
        )
        (action,) = client.receive()
    assert (action["title"], action["kind"]) == ("Fix W9810", "quickfix")
    lines = text.splitlines(keepends=True)
    (edits,) = action["edit"]["changes"].values()
    for edit in reversed(edits):
        start, end = edit["range"]["start"], edit["range"]["end"]
        assert start["character"] == end["character"] == 0
        lines[start["line"] : end["line"]] = [edit["newText"]]
    path.write_text("".join(lines))
    served.do("cfn-lint-lambda-race fix --write --rule W9810 templates/orders.yaml")
    assert path.read_text() == "".join(lines)
    assert "Type: AWS::Lambda::Alias" in path.read_text()


def test_language_server_lints_what_is_not_saved(served: Shell) -> None:
    served.write({".cfnlintrc": "append_rules: [cfn_lint_lambda_race]\n"})
    text = "# not saved yet\n" + (STORY / "race.yaml").read_text()
    found = _diagnostics(served, "python cfn_lsp.py", text)
    assert found[TARGET_LINE + 1]["code"] == "W9810"
