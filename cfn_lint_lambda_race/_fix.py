"""The command's `fix`: what cures the findings, as a diff or written."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher, unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cfn_lint_lambda_race import _pages
from cfn_lint_lambda_race._linting import TOLERATED, FileLint, Linter, LintError
from cfn_lint_lambda_race.cure import ALIAS_NAME, DEFAULT_ALIAS, Choices
from cfn_lint_lambda_race.cure._apply import Curing, Finding, Result
from cfn_lint_lambda_race.cure._edits import EditError
from cfn_lint_lambda_race.cure._files import Source, UnusableFileError, read, write
from cfn_lint_lambda_race.cure._generated import why_generated
from cfn_lint_lambda_race.update import Settings

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# As YAML and editors count lines; patch and git know only those that end in \n.
_SHOWN_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_NO_NEWLINE = "\\ No newline at end of file\n"


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "fix",
        help="cure the findings: print a diff, or write it",
        description=(
            "Print what cures the findings as a unified diff that patch and git apply "
            "take; --write makes the changes. Each fix is applied and linted again "
            "before it is shown. Exit codes: 0 nothing to fix, 1 there is, 2 it could "
            "not work."
        ),
    )
    parser.add_argument("templates", nargs="+", metavar="TEMPLATE")
    parser.add_argument(
        "--write", action="store_true", help="write the files instead of a diff"
    )
    parser.add_argument(
        "--unsafe",
        action="store_true",
        help="also what can refuse somebody who is served today",
    )
    parser.add_argument(
        "--generated",
        action="store_true",
        help="also in templates that a generator will write anew",
    )
    parser.add_argument(
        "--rule",
        action="append",
        type=_rule,
        default=[],
        metavar="ID",
        help="cure only the findings of this rule (may be repeated)",
    )
    parser.add_argument(
        "--function",
        action="append",
        default=[],
        metavar="ID",
        help="cure only this function, by its logical ID (may be repeated)",
    )
    parser.add_argument(
        "--alias",
        type=_alias,
        default=DEFAULT_ALIAS,
        metavar="NAME",
        help=f"the name of new aliases (default: {DEFAULT_ALIAS})",
    )
    add_baseline(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=run)


def add_baseline(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what a template is to be compared with."""
    baseline = parser.add_mutually_exclusive_group()
    baseline.add_argument("--baseline-ref", metavar="R", help="a git revision")
    baseline.add_argument(
        "--baseline-path", metavar="P", help="a template, or a folder that holds it"
    )
    baseline.add_argument(
        "--change-set", metavar="F", help="the output of describe-change-set"
    )


def _rule(text: str) -> str:
    rule = text.upper()
    if rule not in _pages.ids():
        known = ", ".join(_pages.ids())
        raise argparse.ArgumentTypeError(f"no rule {text!r}; there are {known}")
    return rule


def _alias(text: str) -> str:
    if not ALIAS_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a name for an alias: letters, digits, - and _, at most "
            "128, and not digits alone"
        )
    return text


def run(chosen: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    settings = Settings(chosen.baseline_ref, chosen.baseline_path, chosen.change_set)
    try:
        # Of many functions, a finding is named after the first.
        is_apart = bool(chosen.function)
        linter = Linter(chosen.templates, settings, is_told_apart=is_apart)
    except LintError as error:
        print(error, file=sys.stderr)
        return 2
    reports = []
    code = 0
    for number, name in enumerate(linter.templates):
        _progress(f"[{number + 1}/{len(linter.templates)}] {name}", linter.templates)
        try:
            source, result = cured(chosen, linter, name)
            before = source.text
            changes = result.text != before
            if changes and chosen.write:
                write(source, result.text)
            elif changes:
                code = max(code, 1)
        except (UnusableFileError, LintError, EditError) as error:
            _progress("", linter.templates)
            print(f"{name}: {error}", file=sys.stderr)
            reports.append({"file": name, "error": str(error)})
            code = 2
            continue
        _progress("", linter.templates)
        if chosen.format == "text":
            _print(chosen, name, before, result)
        else:
            reports.append(_report(name, before, result))
    if chosen.format == "json":
        print(json.dumps({"templates": reports}, indent=2))
    return code


def _progress(line: str, templates: Sequence[str]) -> None:
    """Show a line on a terminal, over the last one."""
    if len(templates) > 1 and sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def cured(
    chosen: argparse.Namespace, linter: Linter, name: str
) -> tuple[Source, Result]:
    """A file as it was read, and what comes of it."""
    source = read(Path(name))
    text = source.text

    def is_wanted(finding: Finding) -> bool:
        assert finding.fix is not None
        return (not chosen.rule or finding.rule in chosen.rule) and (
            not chosen.function or finding.fix.function in chosen.function
        )

    def refuse(finding: Finding) -> str | None:
        assert finding.fix is not None
        if not chosen.generated:
            reason = why_generated(finding.fix, name, chosen.alias)
            if reason is not None:
                return reason
        if not (finding.fix.is_safe or chosen.unsafe):
            return "somebody who is served today may be refused; --unsafe does it"
        return None

    with TemporaryDirectory() as folder:
        lint = FileLint(linter, name, Path(folder), text)
        choices = Choices(chosen.alias, frozenset(chosen.function))
        curing = Curing(text, lint, choices, is_wanted, refuse, TOLERATED)
        lint.check_baseline(curing.before)
        result = curing.run()
    # W9832 knows that these have changed since, whatever the file as it was says.
    changed = {
        one.fix.function for one in result.fixed if one.rule == "W9832" and one.fix
    }
    result.notes = [
        note
        for note in result.notes
        if note.rule != "W9835" or note.fix is None or note.fix.function not in changed
    ]
    return source, result


def edits_for(filename: str, text: str, rule: str, line: int) -> list[dict[str, Any]]:
    """The edits that cure one finding of a text, for editors; empty without a fix.

    As ``edits`` of the command's JSON. ``filename`` says where the text belongs, and
    ``line`` where the finding stands, from 1.
    """

    def is_wanted(finding: Finding) -> bool:
        return finding.rule == rule and finding.line == line

    def refuse(finding: Finding) -> str | None:
        assert finding.fix is not None
        is_safe = finding.fix.is_safe
        return None if is_safe else "an editor offers what is safe"

    try:
        with TemporaryDirectory() as folder:
            lint = FileLint(Linter([]), filename, Path(folder), text)
            curing = Curing(text, lint, Choices(), is_wanted, refuse, TOLERATED)
            return list(_edits(text, curing.run().text))
    except (LintError, EditError):
        return []


# -- what is said --------------------------------------------------------------


def _print(chosen: argparse.Namespace, name: str, before: str, result: Result) -> None:
    if not chosen.write:
        _emit(diff(name, before, result.text))
    elif result.text != before:
        count = len(result.fixed)
        print(f"{name}: {count} finding{'s' if count != 1 else ''} fixed")
    for left in result.left:
        finding = left.finding
        print(
            f"{name}:{finding.line}: {finding.rule} has no fix: {left.reason}. "
            f"{finding.message}",
            file=sys.stderr,
        )
    for note in result.notes:
        print(
            f"{name}:{note.line}: note ({note.rule}): {note.message}", file=sys.stderr
        )


def _emit(lines: Iterable[str]) -> None:
    """Print lines as they are: Windows would write other line ends."""
    text = "".join(lines)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()


def diff(name: str, before: str, after: str) -> Iterator[str]:
    """The lines of a unified diff that `patch -p1` and `git apply` take."""
    path = Path(name)
    try:
        path = path.resolve().relative_to(Path.cwd())
    except ValueError:
        path = path.resolve()
    shown = path.as_posix().lstrip("/")
    # A tab ends a name that has spaces.
    end = "\t" if " " in shown else ""
    for line in unified_diff(
        _LINE.findall(before),
        _LINE.findall(after),
        f"a/{shown}{end}",
        f"b/{shown}{end}",
    ):
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def _report(name: str, before: str, result: Result) -> dict[str, Any]:
    return {
        "file": name,
        "fixed": [finding.as_json() for finding in result.fixed],
        "left": [
            {**left.finding.as_json(), "reason": left.reason} for left in result.left
        ],
        "notes": [finding.as_json() for finding in result.notes],
        "edits": list(_edits(before, result.text)),
    }


def _edits(before: str, after: str) -> Iterator[dict[str, Any]]:
    """The changes of lines: where they begin and end, and what comes there.

    Offsets count characters from 0, lines from 1; ``end`` and ``end_line`` are behind.
    """
    old, new = _SHOWN_LINE.findall(before), _SHOWN_LINE.findall(after)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    for tag, first, last, start, end in SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            yield {
                "start": starts[first],
                "end": starts[last],
                "line": first + 1,
                "end_line": last + 1,
                "text": "".join(new[start:end]),
            }
