"""Mutants of the package that no test notices: ``make mutants``.

Cosmic Ray says which mutants there are; to its kinds come decisions that are left out:
a condition, a part of one, a name in a list of names; and functions that answer
nothing. Coverage says which tests reach
a line, so that each mutant meets those alone, the narrowest first. Loading is what
takes long in a test run: a process that has loaded all but the package and its tests
forks for each mutant. Works on copies of the project; run it, with Python 3.11 or
later, from the project's folder. With ``--keep FOLDER`` the copies and the verdicts
stay there, and the next run goes on where this one was stopped.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import importlib
import inspect
import itertools
import json
import marshal
import multiprocessing
import os
import random
import re
import resource
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
from types import CodeType
from typing import Any, NamedTuple, NoReturn, Union

import coverage
import pytest
import tomllib  # type: ignore[import-not-found, unused-ignore]
from cosmic_ray.commands.init import _all_work_items
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

COPIED = (
    "cfn_lint_lambda_race",
    "docs",
    "tests",
    "templates",
    "pyproject.toml",
    "README.md",
)
# So many of the tests that reach a mutant run first: nearly every mutant dies there.
FIRST = 40
# So long may a mutant's tests compute: a mutant that never ends is killed. Time of the
# clock is only for those that wait, since it says nothing on a machine that is busy.
SECONDS = 120
SECONDS_OF_THE_CLOCK = 600
# So many seconds make a test a slow one.
SLOW = 0.2
# So many tests that killed mutants close by run before all others.
NEAREST = 12
DECISION = "a decision left out"
SWITCHED = "a function switched off"
# Of the operators that Cosmic Ray puts in the place of another these alone: where they
# are noticed, so are the rest, or else the rest is no operator of these values.
REPLACED = re.compile(
    r"Comparison.*_(Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is|In_NotIn|NotIn_In"
    r"|Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt)$"
    r"|Binary.*_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|Mod_Mul|BitOr_BitAnd|BitAnd_BitOr)$"
    r"|Unary.*_Delete_\w+$"
)


class Mutant(NamedTuple):
    """A change of one place in one file."""

    module: str
    operator: str
    occurrence: int
    line: int

    def code(self) -> str | None:
        """The file with the change; None where that is the same program."""
        source = Path(self.module).read_text(encoding="utf-8")
        if self.operator in OWN:
            _, start, end, text = OWN[self.operator](source)[self.occurrence]
            octets = source.encode()
            code = (octets[:start] + text.encode() + octets[end:]).decode()
        else:
            code = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        if code is None or _meaning.__wrapped__(code) == _meaning(source):
            return None
        return code


class Verdict(NamedTuple):
    """What became of a mutant, and its first line that differs, before and after."""

    mutant: Mutant
    word: str
    was: str = ""
    becomes: str = ""


class Covered:
    """A pytest plugin: which test reaches which lines, in coverage's data, and how long
    each takes."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured = measured
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.measured.switch_context(item.nodeid)
        began = time.monotonic()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.monotonic() - began
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
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    for item in _all_work_items([path], {}):
        for change in item.mutations:
            name = change.operator_name
            if "Operator_" in name and not REPLACED.search(name):
                continue
            if name == "core/AddNot":
                # Noticed where the condition that is left out is.
                continue
            if "(frozen=True)" in lines[change.start_pos[0] - 1]:
                # For the type checker: what is in a set fails at once, and nobody
                # changes the others.
                continue
            yield Mutant(
                str(path),
                name,
                change.occurrence,
                change.start_pos[0],
            )

    for operator, changes in OWN.items():
        for number, (line, *_) in enumerate(changes(source)):
            yield Mutant(str(path), operator, number, line)


# A change of a text: the line, the octets from which and to which something stands,
# and what stands there instead.
Change = tuple[int, int, int, str]


@cache
def decisions(source: str) -> list[Change]:
    """What can be left out of a program's decisions."""
    tree = ast.parse(source)
    # Which names a module offers decides nothing.
    offered = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and "__all__" in map(ast.unparse, node.targets)
    ]
    return [
        _change(source, place, place, text)
        for node in ast.walk(tree)
        for place, text in (_left_out(node) if node not in offered else ())
    ]


@cache
def switched_off(source: str) -> list[Change]:
    """The functions of a program that can answer nothing, by what they return."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef) or node.returns is None:
            continue
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        for answer in _nothing(ast.unparse(node.returns)) if body else ():
            found.append(_change(source, body[0], body[-1], f"return {answer}"))
    return found


def _nothing(returns: str) -> Iterator[str]:
    """What a function can answer that has nothing to say, by what it returns."""
    if returns == "bool":
        yield from ("False", "True")
    elif returns.endswith("| None") or returns == "None":
        yield "None"
    for name, answer in _EMPTY.items():
        if returns.partition("[")[0] == name:
            yield answer


_EMPTY = {
    "Iterator": "iter(())",
    "list": "[]",
    "tuple": "()",
    "set": "set()",
    "frozenset": "frozenset()",
    "dict": "{}",
    "Mapping": "{}",
    "str": "''",
}
_Node = Union[ast.expr, ast.stmt]
OWN = {DECISION: decisions, SWITCHED: switched_off}


def _change(source: str, first: _Node, last: _Node, text: str) -> Change:
    assert last.end_lineno is not None
    assert last.end_col_offset is not None
    starts = [0, *itertools.accumulate(map(len, source.encode().splitlines(True)))]
    start = starts[first.lineno - 1] + first.col_offset
    end = starts[last.end_lineno - 1] + last.end_col_offset
    return first.lineno, start, end, text


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


@cache
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


def selected(settings: dict[str, Any]) -> list[str]:
    """The tests that hold mutants, in pytest's words."""
    without = [f"--ignore=tests/{name}.py" for name in settings["tests_without"]]
    return [*settings["tests"], *without]


def measure(settings: dict[str, Any], data: Path) -> None:
    """Run the tests once and note the lines that each reaches."""
    measured = coverage.Coverage(
        data_file=str(data), source=["cfn_lint_lambda_race"], config_file=False
    )
    covered = Covered(measured)
    with measured.collect():
        code = pytest.main(
            ["-qq", "-p", "no:cacheprovider", *selected(settings)], plugins=[covered]
        )
    measured.save()
    _seconds(data).write_text(json.dumps(covered.seconds), encoding="utf-8")
    if code:
        sys.exit("the tests must pass before mutants can say anything")


def _seconds(data: Path) -> Path:
    """Where it stands how long each test takes, beside the lines that it reaches."""
    return data.with_suffix(".seconds.json")


class Tests:
    """Which tests reach a line."""

    def __init__(self, data: Path, folder: Path, at_most: int) -> None:
        self.folder = folder
        self.at_most = at_most
        seconds = json.loads(_seconds(data).read_text(encoding="utf-8"))
        self.slow = {test for test, taken in seconds.items() if taken > SLOW}
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

    @cache  # noqa: B019
    def here(self, module: str) -> Counter[str]:
        """How many lines of a module each test reaches."""
        return Counter(itertools.chain.from_iterable(self.lines(module).values()))

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that reach a mutant, those first that reach little else.

        What runs on import has no test of its own: each that uses the module counts.
        """
        lines = self.lines(mutant.module)
        here = self.here(mutant.module)
        head, body = _statement(mutant.module, mutant.line)
        reached = set[str]().union(*(lines.get(line, ()) for line in head)) or {*here}
        # In turn those made for the module, those that reach the most here, those that
        # reach little else, and one of each test module, since what one of them does
        # not notice, the next to it does not either; of a condition's those for which
        # it holds, and the others.
        narrow = sorted(reached, key=lambda one: (self.reach[one], one))
        close = sorted(narrow, key=lambda one: -here[one])
        own = [test for test in narrow if test.startswith(_tested_by(mutant.module))]
        modules = itertools.groupby(sorted(narrow, key=_module_of), _module_of)
        spread = _in_turn(*(list(tests) for _, tests in modules))
        inside = lines.get(body, set())
        orders = [
            [test for test in order if (test in inside) is is_inside]
            for order in (own, close, narrow, spread)
            for is_inside in (True, False)
        ]
        # A slow one is worth it where no other notices.
        found = sorted(_in_turn(*orders), key=self.slow.__contains__)
        # Those that are made for the module say most, however many they are.
        own = [test for test in own if test not in self.slow]
        return _in_turn([*found[: self.at_most or None], *own])


@cache
def _tested_by(module: str) -> tuple[str, ...]:
    """How the tests begin that are made for a module: of its name, or naming it."""
    path = Path(module)
    name = f"test_{path.stem.lstrip('_')}.py"
    said = f"`{'/'.join(path.parts[1:])}`"
    files = sorted(Path("tests").rglob("test_*.py"))
    return tuple(
        f"{file}::"
        for file in files
        if file.name == name
        or said in (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "")
    )


def _module_of(test: str) -> str:
    return test.partition("::")[0]


def _in_turn(*orders: list[str]) -> list[str]:
    """Each test of some lists once: the first of each, then the second of each."""
    turns = itertools.chain.from_iterable(itertools.zip_longest(*orders))
    return list(dict.fromkeys(test for test in turns if test is not None))


def _statement(module: str, line: int) -> tuple[range, int]:
    """The lines of the innermost statement at a line, and the first of its body.

    No lines where that runs on import; 0 where there is no body.
    """
    found = range(line, line + 1)
    first = 0
    is_in_function = False
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.stmt) and node.end_lineno is not None:
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno
            if node.lineno <= line <= max(end, node.lineno):
                found = range(node.lineno, max(end, node.lineno) + 1)
                first = body[0].lineno if body else 0
            is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            if is_function and end < line <= node.end_lineno:
                is_in_function = True
    return (found, first) if is_in_function else (range(0), 0)


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
    with _written(folder / mutant.module, code):
        return all(
            _passes(batch, folder) for batch in (tests[:FIRST], tests[FIRST:]) if batch
        )


def _passes(tests: list[str], folder: Path) -> bool:
    child = os.fork()
    if child == 0:
        _run(tests, folder)
    return _status(child) == 0


def _status(child: int) -> int:
    """What a child leaves with; another number than 0 where it does not end."""
    ended = time.monotonic() + SECONDS_OF_THE_CLOCK
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return -1
        time.sleep(0.005)


def _confine() -> None:
    """Say nothing from here on, and end where the computing takes too long."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def _run(tests: list[str], folder: Path) -> None:
    """Run tests and leave with pytest's code; never returns."""
    code = 70
    try:
        _confine()
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        # A mutant that is written in the same second has the age of the last one; also
        # for the programs that tests start.
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        files = sorted({*map(_module_of, tests)})
        code = pytest.main(
            ["-x", "-qq", "-p", "no:cacheprovider", *files], plugins=[Chosen(tests)]
        )
    finally:
        os._exit(code)


def copy(folder: Path) -> Path:
    """A fresh copy of the project."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        path = Path(name)
        if path.is_dir():
            shutil.copytree(path, folder / name)
        else:
            shutil.copy(path, folder / name)
    return folder


# A child of the process that has collected the tests leaves with these.
PASSED, FAILED, CANNOT = 0, 1, 2


class Forks:
    """A pytest plugin: instead of running the tests, judge mutants by them.

    A process that has collected the tests forks for each mutant; the child puts it
    into what is loaded, and runs the tests that reach it.
    """

    def __init__(
        self, jobs: list[tuple[Mutant, list[str]]], folders: list[Path], tally: Tally
    ) -> None:
        self.jobs = jobs
        self.folders = folders
        self.tally = tally
        self.verdicts: SimpleQueue[Verdict] = multiprocessing.SimpleQueue()
        self.killers: list[tuple[Mutant, str]] = []
        self.taken = multiprocessing.Value("i", 0)

    def _taken(self) -> Iterator[tuple[Mutant, list[str]]]:
        """The jobs that no other process has taken."""
        while True:
            with self.taken.get_lock():
                number = self.taken.value
                self.taken.value += 1
            if number >= len(self.jobs):
                return
            yield self.jobs[number]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        _warm()
        gc.freeze()
        children = []
        mine = os.getpid()
        for folder in self.folders:
            child = os.fork()
            if child == 0:
                try:
                    os.chdir(folder)
                    for mutant, tests in self._taken():
                        if os.getppid() != mine:
                            break
                        self.verdicts.put(self._verdict(mutant, tests, items))
                finally:
                    os._exit(0)
            children.append(child)
        try:
            for _ in self.jobs:
                verdict = self.verdicts.get()
                if verdict.word != "cannot":
                    self.tally.add(verdict)
        except KeyboardInterrupt:
            for child in children:
                os.kill(child, signal.SIGKILL)
        return True

    def _verdict(
        self, mutant: Mutant, tests: list[str], items: dict[str, pytest.Item]
    ) -> Verdict:
        code = mutant.code()
        if code is None:
            return Verdict(mutant, "same")
        source = Path(mutant.module).read_text(encoding="utf-8")
        # Here, so that the children need not.
        _compiled(source)
        _skeleton(source)
        _frame(source)
        order = dict.fromkeys([*self._nearest(mutant), *tests])
        chosen = [items[test] for test in order if test in items]
        told, tell = os.pipe()
        with _written(Path(mutant.module), code):
            child = os.fork()
            if child == 0:
                _try(mutant.module, source, code, chosen, tell)
            status = _status(child)
        os.close(tell)
        with open(told, encoding="utf-8") as killer:
            if name := killer.read():
                self.killers.append((mutant, name))
        words = {PASSED: "survived", CANNOT: "cannot"}
        return Verdict(mutant, words.get(status, "killed"), *_difference(mutant, code))

    def _nearest(self, mutant: Mutant) -> list[str]:
        """The tests that killed the nearest mutants of the same module."""
        here = [row for row in self.killers if row[0].module == mutant.module]
        here.sort(key=lambda row: abs(row[0].line - mutant.line))
        return list(dict.fromkeys(test for _, test in here))[:NEAREST]


def _warm() -> None:
    """Load what a first lint loads; what the package computes is not kept."""
    linting = importlib.import_module("tests.linting")
    linting.lint(linting.FILES[0])
    for name, module in list(sys.modules.items()):
        if name.startswith("cfn_lint_lambda_race.") and ".data" not in name:
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


@contextlib.contextmanager
def _written(path: Path, code: str) -> Iterator[None]:
    """Put a mutant into its file: cfn-lint loads the rules' from there."""
    original = path.read_text(encoding="utf-8")
    path.write_text(code, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(original, encoding="utf-8")


def _try(
    module: str, source: str, code: str, tests: list[pytest.Item], tell: int
) -> NoReturn:
    """Run tests with a mutant in what is loaded, until one fails, and tell which."""
    status = FAILED
    try:
        _confine()
        if not _put_in(module, source, code):
            os._exit(CANNOT)
        with tempfile.TemporaryDirectory() as temporary:
            session = tests[0].session
            factory = session.config._tmp_path_factory  # type: ignore[attr-defined]
            factory._given_basetemp = Path(temporary) / "tests"
            for test, following in zip(tests, [*tests[1:], None]):
                test.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
                if session.testsfailed:
                    os.write(tell, test.nodeid.encode())
                    break
            else:
                status = PASSED
    finally:
        os._exit(status)


def _put_in(module: str, source: str, code: str) -> bool:
    """Give what is loaded of a module the code of a mutant; False where it cannot.

    Functions keep their identity, so that whoever imported them has the mutant.
    """
    name = ".".join(Path(module).with_suffix("").parts).removesuffix(".__init__")
    if name not in sys.modules:
        return False
    loaded = vars(sys.modules[name])
    before, after = _compiled(source), _functions(compile(code, "", "exec"))
    if before.keys() != after.keys():
        return False
    is_done = False
    for place, function in after.items():
        if _same(function, before[place]):
            continue
        live = _live(loaded, place)
        if live is None or len(live.__code__.co_freevars) != len(function.co_freevars):
            return False
        live.__code__ = function
        is_done = True
    if _skeleton(source) != _skeleton.__wrapped__(code):
        if _frame(source) != _frame.__wrapped__(code):
            return False
        is_done = _put_in_values(name, code) or is_done
    return is_done


def _put_in_values(name: str, code: str) -> bool:
    """Give what is loaded the plain values of a mutant's module; False for none."""
    is_done = False
    loaded = vars(sys.modules[name])
    fresh: dict[str, Any] = {"__name__": name}
    exec(compile(code, name, "exec"), fresh)  # noqa: S102
    plain = (str, int, float, tuple, list, dict, set, frozenset, re.Pattern)
    for key, value in fresh.items():
        if key.startswith("__") or not isinstance(value, plain):
            continue
        old = loaded.get(key)
        if old == value:
            continue
        for other in list(sys.modules.values()):
            is_ours = other.__name__.startswith(("cfn_lint_lambda_race", "tests"))
            if is_ours and vars(other).get(key) is old:
                setattr(other, key, value)
                is_done = True
    return is_done


@cache
def _compiled(source: str) -> dict[Any, CodeType]:
    return _functions(compile(source, "", "exec"))


def _functions(code: CodeType, place: tuple[str, ...] = ()) -> dict[Any, CodeType]:
    """The code of a module's functions and its classes' methods, by their names."""
    found: dict[Any, CodeType] = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and not constant.co_name.startswith("<"):
            here = (*place, constant.co_name)
            if constant.co_flags & inspect.CO_OPTIMIZED:
                found[here] = constant
            else:
                found.update(_functions(constant, here))
    return found


def _same(one: CodeType, other: CodeType) -> bool:
    return marshal.dumps(one) == marshal.dumps(other)


def _live(loaded: dict[str, Any], place: tuple[str, ...]) -> Any:
    """The function of a name as it is loaded, without what decorates it."""
    found: Any = None
    names: Any = loaded
    for step in place:
        found = names.get(step)
        names = getattr(found, "__dict__", {})
    for attribute in ("fget", "func", "__func__"):
        found = getattr(found, attribute, found)
    found = inspect.unwrap(found) if callable(found) else found
    return found if hasattr(found, "__code__") else None


@cache
def _skeleton(source: str) -> str:
    """A program without the bodies of its functions."""
    return ast.dump(_bodiless(source))


@cache
def _frame(source: str) -> str:
    """A program without the bodies of its functions and the values of its names."""
    tree = _bodiless(source)
    tree.body = [
        node for node in tree.body if not isinstance(node, (ast.Assign, ast.AnnAssign))
    ]
    return ast.dump(tree)


def _bodiless(source: str) -> ast.Module:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = []
    return tree


def _difference(mutant: Mutant, code: str) -> tuple[str, str]:
    source = Path(mutant.module).read_text(encoding="utf-8")
    lines = itertools.zip_longest(source.splitlines(), code.splitlines(), fillvalue="")
    was, becomes = next(pair for pair in lines if pair[0] != pair[1])
    return was.strip(), becomes.strip()


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
    word = "survived" if survives(mutant, code, tests, _FOLDER) else "killed"
    return Verdict(mutant, word, *_difference(mutant, code))


class Tally:
    """The verdicts, those of an earlier run among them, and their number by word."""

    def __init__(self, log: Path, explained: set[tuple[str, str, str]]) -> None:
        self.log = log
        self.explained = explained
        self.counts: Counter[str] = Counter()
        self.known: set[Mutant] = set()

    def take_up(self, chosen: list[Mutant]) -> None:
        """Count what an earlier run said of these mutants."""
        wanted = set(chosen)
        if not self.log.exists():
            return
        for line in self.log.read_text(encoding="utf-8").splitlines():
            mutant, *rest = json.loads(line)
            if Mutant(*mutant) in wanted:
                self._count(Verdict(Mutant(*mutant), *rest))

    def add(self, verdict: Verdict) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            print(json.dumps(verdict), file=file)
        self._count(verdict)

    def _count(self, verdict: Verdict) -> None:
        mutant, word, was, becomes = verdict
        self.known.add(mutant)
        if word == "survived" and (mutant.module, was, becomes) in self.explained:
            word = "equivalent"
        self.counts[word] += 1
        if word == "survived":
            place = f"{mutant.module}:{mutant.line} {mutant.operator}"
            print(f"{place}\n  - {was}\n  + {becomes}", flush=True)


def _measured(settings: dict[str, Any], folder: Path, data: Path) -> bool:
    """Note in a process of its own which tests reach which lines."""
    measuring = os.fork()
    if measuring == 0:
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        measure(settings, data)
        os._exit(0)
    return os.waitpid(measuring, 0)[1] == 0


def judge(
    chosen: list[Mutant], tally: Tally, root: Path, jobs: int, settings: dict[str, Any]
) -> bool:
    """Judge mutants of the project that is the working directory, in copies of it."""
    folders = [copy(root / str(number)) for number in range(jobs)]
    data = root / "coverage"
    if not data.exists() and not _measured(settings, folders[0], data):
        return False
    tests = Tests(data, folders[0], settings["at_most"])
    reached = {one: tests.of(one) for one in chosen if one not in tally.known}
    forked = multiprocessing.get_context("fork")
    free: SimpleQueue[Path] = SimpleQueue(ctx=forked)
    for folder in folders:
        free.put(folder)
    # Before this process loads the package.
    with forked.Pool(jobs, _start, (free,)) as pool:
        here = Path.cwd()
        os.chdir(folders[0])
        sys.path.insert(0, str(folders[0]))
        within_reach = [job for job in reached.items() if job[1]]
        within_reach.sort(key=lambda job: (job[0].module, job[0].line))
        forks = Forks(within_reach, folders, tally)
        options = ["-s", "-qq", "-p", "no:cacheprovider"]
        pytest.main([*options, *selected(settings)], plugins=[forks])
        os.chdir(here)
        left = [(one, reached[one]) for one in reached if one not in tally.known]
        # Interrupted, it tells how far it came.
        with contextlib.suppress(KeyboardInterrupt):
            for verdict in pool.imap_unordered(_judge, left):
                tally.add(verdict)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module", nargs="*", help="instead of all")
    parser.add_argument("--sample", type=int, default=0, help="so many, not all")
    parser.add_argument("--seed", type=int, default=0, help="which sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="go on there where one stopped")
    parser.add_argument("--at-most", type=int, default=0, help="so many tests for each")
    parser.add_argument("--operators", default="", help="those whose names match")
    arguments = parser.parse_args()

    settings = tomllib.loads(Path("tools/mutants.toml").read_text(encoding="utf-8"))
    settings["at_most"] = arguments.at_most
    if arguments.module:
        settings["modules"] = arguments.module
    explained = {
        (row["module"], row["was"], row["becomes"])
        for row in settings.get("equivalent", ())
    }
    with contextlib.ExitStack() as stack:
        root: Path = arguments.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory())
        )
        root = root.absolute()
        source = root / "source"
        # What happens to the project from here on does not matter.
        os.chdir(source if source.exists() else copy(source))
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
        tally = Tally(root / "verdicts.jsonl", explained)
        tally.take_up(chosen)
        if not judge(chosen, tally, root, arguments.jobs, settings):
            return 1
    counts = tally.counts
    words = ("killed", "equivalent", "survived")
    judged = sum(counts[word] for word in words)
    print(f"{judged} mutants:", *(f"{counts[word]} {word}" for word in words))
    print(f"(and {counts['same']} of annotations, which nothing evaluates)")
    if len(tally.known) < len(chosen):
        print(f"{len(chosen) - len(tally.known)} were not run")
    return 1 if counts["survived"] else 0


if __name__ == "__main__":
    sys.exit(main())
