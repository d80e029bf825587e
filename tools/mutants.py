"""Mutants of the package that no test notices: ``make mutants``.

Cosmic Ray says which mutants there are; to its kinds come decisions that are left out:
a condition, a part of one, a name in a list of names. Coverage says which tests reach
a line, so that each mutant meets those alone, the narrowest first. Loading is what
takes long in a test run: a process that has loaded all but the package and its tests
forks for each mutant. Works on copies of the project; run it, with Python 3.11 or
later, from the project's folder.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import itertools
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any, NamedTuple

import coverage
import pytest
import tomllib
from cosmic_ray.commands.init import _all_work_items
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

COPIED = ("cfn_lint_lambda_race", "tests", "templates", "pyproject.toml", "README.md")
# So many of the tests that reach a mutant run first: nearly every mutant dies there.
FIRST = 40
SECONDS = 300
DECISION = "a decision left out"


class Mutant(NamedTuple):
    """A change of one place in one file."""

    module: str
    operator: str
    occurrence: int
    line: int

    def code(self) -> str | None:
        """The file with the change; None where that is the same program."""
        source = Path(self.module).read_text(encoding="utf-8")
        if self.operator == DECISION:
            _, start, end, text = decisions(source)[self.occurrence]
            octets = source.encode()
            code = (octets[:start] + text.encode() + octets[end:]).decode()
        else:
            code = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        if code is None or _meaning(code) == _meaning(source):
            return None
        return code


class Verdict(NamedTuple):
    """What became of a mutant, and its first line that differs, before and after."""

    mutant: Mutant
    word: str
    was: str = ""
    becomes: str = ""


class Covered:
    """A pytest plugin: which test reaches which lines, in coverage's data."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured = measured

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.measured.switch_context(item.nodeid)
        try:
            return (yield)
        finally:
            self.measured.switch_context("")


class Chosen:
    """A pytest plugin: run these tests, in this order."""

    def __init__(self, tests: list[str]) -> None:
        self.order = {test: number for number, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self.order]
        items.sort(key=lambda item: self.order[item.nodeid])


# -- which mutants -------------------------------------------------------------------


def modules(settings: dict[str, Any]) -> list[Path]:
    paths = itertools.chain.from_iterable(
        path.rglob("*.py") if path.is_dir() else [path]
        for path in map(Path, settings["modules"])
    )
    return sorted(path for path in paths if str(path) not in settings["without"])


def mutants(path: Path) -> Iterator[Mutant]:
    for item in _all_work_items([path], {}):
        for change in item.mutations:
            yield Mutant(
                str(path),
                change.operator_name,
                change.occurrence,
                change.start_pos[0],
            )

    source = path.read_text(encoding="utf-8")
    for number, (line, *_) in enumerate(decisions(source)):
        yield Mutant(str(path), DECISION, number, line)


@cache
def decisions(source: str) -> list[tuple[int, int, int, str]]:
    """What can be left out of a program's decisions.

    Each as its line, the octets from which and to which it stands, and what stands
    there instead.
    """
    starts = [0, *itertools.accumulate(map(len, source.encode().splitlines(True)))]
    found = []
    tree = ast.parse(source)
    # Which names a module offers decides nothing.
    offered = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and "__all__" in map(ast.unparse, node.targets)
    ]
    for node in ast.walk(tree):
        for place, text in _left_out(node) if node not in offered else ():
            assert place.end_lineno is not None
            assert place.end_col_offset is not None
            start = starts[place.lineno - 1] + place.col_offset
            end = starts[place.end_lineno - 1] + place.end_col_offset
            found.append((place.lineno, start, end, text))
    return found


def _left_out(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """What can stand instead of an expression of a node's."""
    if isinstance(node, (ast.If, ast.IfExp)):
        yield node.test, "False"
        yield node.test, "True"
    elif isinstance(node, ast.comprehension):
        for test in node.ifs:
            yield test, "True"
    elif isinstance(node, ast.BoolOp):
        for rest in itertools.combinations(node.values, len(node.values) - 1):
            one = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, list(rest))
            yield node, f"({ast.unparse(one)})"
    elif isinstance(node, (ast.Set, ast.List, ast.Tuple)) and len(node.elts) > 1:
        for number, element in enumerate(node.elts):
            if isinstance(element, ast.Constant):
                rest = (*node.elts[:number], *node.elts[number + 1 :])
                texts = ", ".join(map(ast.unparse, rest))
                yield node, _BRACKETS[type(node)].format(texts)


_BRACKETS = {ast.Set: "{{{}}}", ast.List: "[{}]", ast.Tuple: "({},)"}


def _meaning(source: str) -> str:
    """A program without its annotations, which nothing evaluates."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Name("object")
    return ast.dump(tree)


# -- which tests ---------------------------------------------------------------------


def measure(settings: dict[str, Any], data: Path) -> None:
    """Run the tests once and note the lines that each reaches."""
    measured = coverage.Coverage(
        data_file=str(data), source=["cfn_lint_lambda_race"], config_file=False
    )
    without = [f"--ignore=tests/{name}.py" for name in settings["tests_without"]]
    with measured.collect():
        code = pytest.main(
            ["-qq", "-p", "no:cacheprovider", *settings["tests"], *without],
            plugins=[Covered(measured)],
        )
    measured.save()
    if code:
        sys.exit("the tests must pass before mutants can say anything")


class Tests:
    """Which tests reach a line."""

    def __init__(self, data: Path, folder: Path) -> None:
        self.folder = folder
        self.data = coverage.CoverageData(str(data))
        self.data.read()
        self.reach: Counter[str] = Counter()
        for module in self.data.measured_files():
            for tests in self.data.contexts_by_lineno(module).values():
                self.reach.update(set(tests))

    @cache  # noqa: B019
    def lines(self, module: str) -> dict[int, set[str]]:
        found = self.data.contexts_by_lineno(str(self.folder / module))
        return {line: set(tests) - {""} for line, tests in found.items()}

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that reach a mutant, those first that reach little else.

        What runs on import has no test of its own: each that uses the module counts.
        """
        lines = self.lines(mutant.module)
        reached = set[str]()
        for line in _statement(mutant.module, mutant.line):
            reached |= lines.get(line, set())
        reached = reached or set().union(*lines.values())
        return sorted(reached, key=lambda test: (self.reach[test], test))


def _statement(module: str, line: int) -> range:
    """The lines of the innermost statement at a line, without its body."""
    found = range(line, line + 1)
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.stmt) and node.end_lineno is not None:
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno
            if node.lineno <= line <= max(end, node.lineno):
                found = range(node.lineno, max(end, node.lineno) + 1)
    return found


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(Path(module).read_text(encoding="utf-8"))


# -- mutants against tests -------------------------------------------------------------


def preload() -> None:
    """Load what the tests need, but neither them nor the package."""
    for name in (
        *("cfnlint.config", "cfnlint.runner", "hypothesis", "snapshottest", "yaml"),
        *("boto3", "samtranslator.translator.translator"),
    ):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def survives(mutant: Mutant, code: str, tests: list[str], folder: Path) -> bool:
    """Whether the tests pass in a copy of the project that holds the mutant."""
    path = folder / mutant.module
    original = path.read_text(encoding="utf-8")
    path.write_text(code, encoding="utf-8")
    try:
        return all(
            _passes(batch, folder) for batch in (tests[:FIRST], tests[FIRST:]) if batch
        )
    finally:
        path.write_text(original, encoding="utf-8")


def _passes(tests: list[str], folder: Path) -> bool:
    child = os.fork()
    if child == 0:
        _run(tests, folder)
    ended = time.monotonic() + SECONDS
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        if time.monotonic() > ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return False
        time.sleep(0.02)


def _run(tests: list[str], folder: Path) -> None:
    """Run tests and leave with pytest's code; never returns."""
    code = 70
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        # A mutant that is written in the same second has the age of the last one.
        sys.dont_write_bytecode = True
        files = sorted({test.partition("::")[0] for test in tests})
        code = pytest.main(
            ["-x", "-qq", "-p", "no:cacheprovider", *files], plugins=[Chosen(tests)]
        )
    finally:
        os._exit(code)


def copy(folder: Path) -> Path:
    for name in COPIED:
        path = Path(name)
        if path.is_dir():
            shutil.copytree(path, folder / name)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)
    return folder


_FOLDER = Path()


def _start(folders: SimpleQueue[Path]) -> None:
    global _FOLDER
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _FOLDER = folders.get()
    preload()


def _judge(job: tuple[Mutant, list[str]]) -> Verdict:
    mutant, tests = job
    code = mutant.code()
    if code is None:
        return Verdict(mutant, "same")
    source = Path(mutant.module).read_text(encoding="utf-8")
    lines = itertools.zip_longest(source.splitlines(), code.splitlines(), fillvalue="")
    was, becomes = next(pair for pair in lines if pair[0] != pair[1])
    word = "survived" if survives(mutant, code, tests, _FOLDER) else "killed"
    return Verdict(mutant, word, was.strip(), becomes.strip())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module", nargs="*", help="instead of all")
    parser.add_argument("--sample", type=int, default=0, help="so many, not all")
    parser.add_argument("--seed", type=int, default=0, help="which sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--operators", default="", help="those whose names match")
    arguments = parser.parse_args()

    settings = tomllib.loads(Path("tools/mutants.toml").read_text(encoding="utf-8"))
    if arguments.module:
        settings["modules"] = arguments.module
    explained = {
        (row["module"], row["was"], row["becomes"])
        for row in settings.get("equivalent", ())
    }
    chosen = [
        mutant
        for path in modules(settings)
        for mutant in mutants(path)
        if re.search(arguments.operators, mutant.operator)
    ]
    print(f"{len(chosen)} mutants of {len(modules(settings))} files", flush=True)
    if arguments.sample and arguments.sample < len(chosen):
        chosen = random.Random(arguments.seed).sample(chosen, arguments.sample)  # noqa: S311
        print(f"a sample of {len(chosen)}, seed {arguments.seed}", flush=True)

    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        folders = [copy(root / str(number)) for number in range(arguments.jobs)]
        # What happens to the project from here on does not matter.
        os.chdir(copy(root / "source"))
        data = root / "coverage"
        measuring = os.fork()
        if measuring == 0:
            os.chdir(folders[0])
            sys.path.insert(0, str(folders[0]))
            measure(settings, data)
            os._exit(0)
        if os.waitpid(measuring, 0)[1]:
            return 1
        tests = Tests(data, folders[0])
        forked = multiprocessing.get_context("fork")
        free: SimpleQueue[Path] = SimpleQueue(ctx=forked)
        for folder in folders:
            free.put(folder)
        counts: Counter[str] = Counter()
        with forked.Pool(arguments.jobs, _start, (free,)) as pool:
            jobs = [(mutant, tests.of(mutant)) for mutant in chosen]
            # Interrupted, it tells how far it came.
            with contextlib.suppress(KeyboardInterrupt):
                for mutant, word, was, becomes in pool.imap_unordered(_judge, jobs):
                    is_explained = (mutant.module, was, becomes) in explained
                    if word == "survived" and is_explained:
                        word = "equivalent"
                    counts[word] += 1
                    if word == "survived":
                        place = f"{mutant.module}:{mutant.line} {mutant.operator}"
                        print(f"{place}\n  - {was}\n  + {becomes}", flush=True)
    words = ("killed", "equivalent", "survived")
    judged = sum(counts[word] for word in words)
    print(f"{judged} mutants:", *(f"{counts[word]} {word}" for word in words))
    print(f"(and {counts['same']} of annotations, which nothing evaluates)")
    return 1 if counts["survived"] else 0


if __name__ == "__main__":
    sys.exit(main())
