"""Write the generated parts of the pages: what the data and the rules say.

A generated part stands between two comments, ``<!-- generated: NAME -->`` and
``<!-- end -->``; all else in a page is written by hand. ``python docs/generate.py``
writes the parts; that they are current is a test.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cfnlint.rules import CloudFormationLintRule

import cfn_lint_lambda_race
from cfn_lint_lambda_race import __main__ as command
from cfn_lint_lambda_race._pictures import svg
from cfn_lint_lambda_race._plan import planned
from cfn_lint_lambda_race.data import CODE, CONFIGURATION, load, operations
from cfn_lint_lambda_race.update import Settings

DOCS = Path(__file__).parent
ROOT = DOCS.parent
STORY = "templates/story"
PACKAGE = "cfn_lint_lambda_race"

PICTURE = DOCS / "images" / "findings.svg"
RACE = DOCS / "images" / "race.svg"
_PRETTY = ("--format", "pretty")
_DEMO = (
    *("--append-rules", "cfn_lint_lambda_race"),
    *("-x", f"W9831:baseline_path={STORY}/race.before.yaml"),
    *("--", f"{STORY}/race.yaml"),
)

_PART = re.compile(
    r"(?P<start><!-- generated: (?P<name>[a-z-]+)(?: (?P<argument>\S+))? -->\n)"
    r".*?"
    r"(?P<end><!-- end -->)",
    re.DOTALL,
)

# What a target holds, where the name of the form does not say so.
_FORMS = {
    "alexa-manifest": "names in an Alexa skill's manifest",
    "arn": "ARN",
    "asl": "state machine definition",
    "connect-flow": "contact flow",
    "iot-sql": "rule's SQL",
    "name": "name or ARN",
    "openapi": "OpenAPI body",
    "osis-pipeline": "pipeline definition",
    "sagemaker-pipeline": "pipeline definition",
    "scheduler-input": "the universal target's input",
    "self": "the event itself",
    "ssm-document": "document",
    "uri": "API Gateway URI",
}
_ACCEPTED = {
    ("version", "alias"): "",
    ("version",): "versions only",
    ("alias",): "aliases only",
    (): "none",
}


def rules() -> Mapping[str, CloudFormationLintRule]:
    """The pack's rules by ID, in the order in which the pages list them."""
    found = [
        getattr(cfn_lint_lambda_race, name)() for name in cfn_lint_lambda_race.__all__
    ]
    return {rule.id: rule for rule in sorted(found, key=lambda rule: rule.id[1:])}


def pages() -> list[Path]:
    """The pages that hold generated parts."""
    files = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
    return [path for path in files if _PART.search(path.read_text(encoding="utf-8"))]


def generated(page: str) -> str:
    """A page with its generated parts made anew."""

    def part(match: re.Match[str]) -> str:
        text = _PARTS[match["name"]](match["argument"])
        return f"{match['start']}\n{text}\n\n{match['end']}"

    return _PART.sub(part, page)


def _rule(argument: str) -> str:
    rule = rules()[argument]
    aws = f"[What AWS says]({rule.aws_page})"
    facts = f"`{rule.id}`, {rule.severity}, since {_since(rule.id)}. {aws}."
    return f"**{rule.shortdesc}.** {rule.description}\n\n{facts}"


def _since(rule: str) -> str:
    """The release whose part of the changelog adds a rule."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        if f"\n- {rule} " in part:
            name = part.partition("]")[0].removeprefix("[")
            return "the next release" if name == "Unreleased" else name
    return "the next release"


def _rule_table(folder: str) -> str:
    rows = [
        (
            f"[{rule.id}]({folder}{rule.id}.md)",
            f"`{type(rule).__name__}`",
            _plain(rule.shortdesc),
        )
        for rule in rules().values()
    ]
    return _table(("ID", "name", "says"), rows)


def _operation_table(_: str) -> str:
    titles = {
        CODE: f"`{CODE}`",
        CONFIGURATION: f"`{CONFIGURATION}`",
        "other": "a call of its own, or none",
    }
    columns: dict[str, list[str]] = {name: [] for name in titles}
    for row in operations():
        sam = [name for name in row.sam if name != row.property]
        name = f"`{row.property}`"
        if sam:
            name += f" (SAM: {', '.join(f'`{other}`' for other in sam)})"
        if row.is_inert:
            name += " (changes nothing that code can see)"
        if row.operation is None:
            name += (
                " (a change replaces the function)"
                if row.is_create_only
                else " (read-only)"
            )
        elif row.operation not in columns:
            name += f" (`{row.operation}`)"
        columns[row.operation if row.operation in columns else "other"].append(name)
    rows = [(titles[key], "<br>".join(values)) for key, values in columns.items()]
    return _table(("API call", "properties of `AWS::Lambda::Function`"), rows)


def _target_table(_: str) -> str:
    rows = [
        (
            f"[`{row['type']}`]({row['source']})<br>{_target_path(row)}",
            _FORMS.get(row["form"], row["form"].replace("-", " ")),
            _authorised(row),
            "; ".join(_remarks(row)),
        )
        for row in load("targets.json")
    ]
    counted = len({row["type"] for row in load("targets.json")})
    head = f"{len(rows)} properties of {counted} resource types."
    table = _table(
        ("resource type and property", "holds", "allowed by", "remarks"), rows
    )
    # The style sheet makes it fit into a screen.
    return f'{head}\n\n<div class="targets" markdown>\n\n{table}\n\n</div>'


def _target_path(row: Mapping[str, Any]) -> str:
    path = f"`{row['path']}`"
    if row.get("inside"):
        path += f", inside it `{row['inside']}`"
    return path


def _authorised(row: Mapping[str, Any]) -> str:
    by = row["authorised_by"]
    places = " or ".join(
        f"`{path}`".replace(">", "`'s `") for path in row.get("role", ())
    )
    role = f"the role in {places}" if places else "a role"
    if by == "role":
        return role
    permission = f"a permission for `{by}`"
    if by == "*":
        actions = " and ".join(f"`{action}`" for action in row["actions"])
        permission = f"permissions for [{actions}]({row['actions_source']})"
    return f"{permission}, or {role}" if places else permission


def _remarks(row: Mapping[str, Any]) -> Iterable[str]:
    for path, values in row.get("when", {}).items():
        allowed = " or ".join(f"`{value}`" for value in values)
        yield f"where `{path}` is {allowed}"
    accepted = _ACCEPTED[tuple(row.get("accepts", ("version", "alias")))]
    if accepted:
        yield f"accepts {accepted}" if accepted != "none" else "accepts no qualifier"
    if row.get("qualifier"):
        yield f"qualifier in `{row['qualifier']}`"
    if row.get("file"):
        yield "a local file"
    if row.get("deployment"):
        yield "only with `deployment_targets`"


def _layer_table(_: str) -> str:
    rows = [
        (
            row["vendor"],
            f"`{_cell(row['examples'][0])}`",
            ", ".join(row["architectures"]),
            str(len(row["accounts"])),
            f"[source]({row['source']})",
        )
        for row in load("layers.json")
    ]
    columns = ("vendor", "name, for example", "runs on", "accounts", "page")
    return f"{len(rows)} patterns of names.\n\n{_table(columns, rows)}"


def _demo(_: str) -> str:
    """What the command really prints on the story's second template."""
    program = Path(sys.executable).with_name("cfn-lint")
    run = subprocess.run(  # noqa: S603
        [program, *_DEMO], cwd=ROOT, capture_output=True, text=True
    )
    return f"```console\n{_command(_DEMO)}\n{run.stdout.rstrip()}\n```"


def _command(arguments: Sequence[str]) -> str:
    """A command as one types it, an option and its value a line."""
    pairs = [" ".join(arguments[i : i + 2]) for i in range(0, len(arguments), 2)]
    return " \\\n    ".join(["$ cfn-lint", *pairs])


def picture() -> str:
    """What cfn-lint's coloured format prints on a terminal, recorded as an SVG."""
    # Whoever reads the pages as text needs neither of them.
    import pty

    from rich import _export_format
    from rich.console import Console
    from rich.text import Text

    terminal, end = pty.openpty()
    program = Path(sys.executable).with_name("cfn-lint")
    with subprocess.Popen(  # noqa: S603
        [program, *_PRETTY, *_DEMO], cwd=ROOT, stdout=end, stdin=end
    ):
        os.close(end)
        printed = b""
        # The system says that a terminal is closed with an error.
        with contextlib.suppress(OSError):
            while part := os.read(terminal, 4096):
                printed += part
    os.close(terminal)
    # The last line counts the rules of the cfn-lint that is installed.
    lines = printed.decode().replace("\r", "").strip().splitlines()[:-1]
    console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True)
    console.print(Text(_command((*_PRETTY, *_DEMO)), style="bold"))
    for line in lines:
        console.print(Text.from_ansi(line))
    # Its fonts are a third party's.
    form = re.sub(
        r"@font-face \{\{.*?\}\}\s*",
        "",
        _export_format.CONSOLE_SVG_FORMAT,
        flags=re.DOTALL,
    )
    form = form.replace(
        "Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace"
    )
    svg = console.export_svg(title="cfn-lint", code_format=form, unique_id="findings")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def _fix(_: str) -> str:
    """A template, and what `fix` really prints of it."""
    name = "templates/W9810/wrong-sam.yaml"
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    before = "\n".join(lines)
    return (
        f"```yaml\n{before}\n```\n\n"
        f"```console\n$ cfn-lint-lambda-race fix {name}\n```\n\n"
        f"```diff\n{_printed('fix', name).rstrip()}\n```"
    )


def _printed(*arguments: str) -> str:
    """What the pack's own command prints in the project's folder."""
    printed = io.BytesIO()
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        with (
            contextlib.redirect_stdout(io.TextIOWrapper(printed, encoding="utf-8")),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            command.main(arguments)
            return printed.getvalue().decode()
    finally:
        os.chdir(here)


_RACE = ("--baseline-path", "templates/story/race.before.yaml")
_RACING = "templates/story/race.yaml"


def _planned(*options: str) -> str:
    """What `plan` really prints of the story."""
    return _printed("plan", *options, *_RACE, _RACING)


def _plan(_: str) -> str:
    """What `plan` says of the story."""
    typed = " ".join(["$ cfn-lint-lambda-race plan", *_RACE, "\\\n   ", _RACING])
    return f"```console\n{typed}\n{_planned().rstrip()}\n```"


def drawings() -> Mapping[Path, str]:
    """The drawings of the story, by the files that hold them.

    Whoever has no rich has the picture of the terminal as it is.
    """
    found = {DOCS / "story.svg": _planned("--format", "svg"), RACE: _race()}
    return found | ({PICTURE: picture()} if find_spec("rich") else {})


def _race() -> str:
    """The race, and the same update behind an alias, as `plan` draws them."""
    drawn = []
    for name, title in (("race", "without an alias"), ("alias", "behind an alias")):
        baseline = ROOT / STORY / f"{name}.before.yaml"
        settings = Settings(baseline_path=str(baseline))
        plan = planned(str(ROOT / STORY / f"{name}.yaml"), settings)
        if plan.picture is not None:
            drawn.append((title, plan.picture))
    return svg(drawn)


def _file(name: str) -> str:
    """A file that stands beside the pages, whole."""
    path = DOCS / name
    language = {".yml": "yaml", ".py": "python"}.get(path.suffix, path.suffix[1:])
    return f"```{language}\n{path.read_text(encoding='utf-8').rstrip()}\n```"


def tested_by(module: str) -> list[str]:
    """The test modules for a module of the package: the one that carries its name, and
    those whose docstrings name it."""
    path = Path(module)
    own = f"test_{path.stem.lstrip('_')}.py"
    if path.parent.name == "rules":
        own = f"rules/{own}"
    return [
        name for name, says in _tests().items() if name == own or f"`{module}`" in says
    ]


@cache
def modules() -> Mapping[str, str]:
    """What each module of the package answers, by its path there."""
    return _docstrings(ROOT / PACKAGE, "*.py")


@cache
def _tests() -> Mapping[str, str]:
    return _docstrings(ROOT / "tests", "test_*.py")


def _docstrings(folder: Path, names: str) -> Mapping[str, str]:
    """The docstring of each module, or that of its class, as a rule's file has it."""
    found = {}
    for path in sorted(folder.rglob(names)):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = ast.get_docstring(tree) or next(
            ast.get_docstring(node)
            for node in tree.body
            if isinstance(node, ast.ClassDef)
        )
        found[path.relative_to(folder).as_posix()] = said or ""
    return found


def _summary(docstring: str) -> str:
    first = " ".join(docstring.partition("\n\n")[0].split())
    return _cell(first.replace("``", "`").removesuffix("."))


def _rooms(folder: str) -> str:
    """The modules of a folder, what each answers, and where it is tested."""
    rows = [
        (
            f"`{module}`",
            _summary(says),
            ", ".join(f"`tests/{name}`" for name in tested_by(module)),
        )
        for module, says in modules().items()
        if Path(module).parent.as_posix() == folder
    ]
    return _table(("module", "answers", "tested in"), rows)


def _other_tests(_: str) -> str:
    """The test modules that are for no module alone."""
    known = {name for module in modules() for name in tested_by(module)}
    rows = [
        (f"`tests/{name}`", _summary(says))
        for name, says in _tests().items()
        if name not in known
    ]
    return _table(("test", "holds"), rows)


_PARTS: Mapping[str, Callable[[str], str]] = {
    "demo": _demo,
    "file": _file,
    "fix": _fix,
    "plan": _plan,
    "layers": _layer_table,
    "other-tests": _other_tests,
    "rooms": _rooms,
    "operations": _operation_table,
    "rule": _rule,
    "rules": lambda folder: _rule_table("" if folder == "." else f"{folder}/"),
    "targets": _target_table,
}


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    return text.replace("$LATEST", "`$LATEST`")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    for path in pages():
        old = path.read_text(encoding="utf-8")
        new = generated(old)
        if new != old:
            path.write_text(new, encoding="utf-8")
            print(path.relative_to(ROOT), "written")
    for path, new in drawings().items():
        if not path.exists() or path.read_text(encoding="utf-8") != new:
            path.write_text(new, encoding="utf-8")
            print(path.relative_to(ROOT), "written")


if __name__ == "__main__":
    main()
