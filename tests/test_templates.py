"""The templates that document the rules: each says exactly what it should.

``templates/<rule>/right*`` must be silent and ``wrong*`` must not; a file
``X.before.yaml`` is the baseline of ``X.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cfnlint.match import Match
from snapshottest.module import SnapshotModule
from snapshottest.pytest import PyTestSnapshotTest

import cfn_lint_lambda_race
from tests.linting import (
    FILES,
    TEMPLATES,
    against_its_baseline,
    described,
    is_ours,
    lint,
    lint_whole,
)

HERE = Path(__file__).parent
RULES = sorted(
    getattr(cfn_lint_lambda_race, name).id for name in cfn_lint_lambda_race.__all__
)


def _name(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


@cache
def _ours(path: Path) -> list[Match]:
    return [
        match for match in lint(path, *against_its_baseline(path)) if is_ours(match)
    ]


class _FolderSnapshots(PyTestSnapshotTest):  # type: ignore[misc]
    """The snapshots of one folder of templates, in a file of their own.

    snapshottest has one file for a test module, which would be of a thousand lines.
    """

    @property
    def module(self) -> SnapshotModule:
        folder = self.request.getfixturevalue("path").parent.name
        # `snapshots/snap_<folder>.py` beside this file.
        return SnapshotModule.get_module_for_testpath(str(HERE / folder))


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Iterator[PyTestSnapshotTest]:
    """snapshottest's own fixture, by folder; `--snapshot-update` works as ever."""
    with _FolderSnapshots(request) as snapshots:
        yield snapshots


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_findings(path: Path, snapshot: PyTestSnapshotTest) -> None:
    snapshot.assert_match([described(match) for match in _ours(path)], _name(path))


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=_name)
def test_is_a_valid_template(path: Path) -> None:
    """And the pack says among all of cfn-lint's rules what it says alone."""
    matches = lint_whole(path, *against_its_baseline(path))
    errors = [str(match) for match in matches if match.rule.id.startswith("E")]
    assert errors == []
    ours = [described(match) for match in matches if is_ours(match)]
    assert ours == [described(match) for match in _ours(path)]


def test_says_what_its_name_says() -> None:
    for path in FILES:
        rule = path.parent.name
        found = [match for match in _ours(path) if match.rule.id == rule]
        if path.name.startswith("right"):
            assert not found, path
        elif path.name.startswith("wrong"):
            assert found, path
        else:
            assert rule == "story", path


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_a_right_and_a_wrong_template(rule: str) -> None:
    names = [path.name for path in FILES if path.parent.name == rule]
    assert any(name.startswith("right") for name in names)
    assert any(name.startswith("wrong") for name in names)


def test_each_folder_is_a_rule_or_the_story() -> None:
    folders = {path.parent.name for path in FILES}
    assert folders == {*RULES, "story"}


def test_each_file_of_snapshots_is_of_a_folder() -> None:
    """`--snapshot-update` removes what no template has, but no whole file."""
    files = {path.stem for path in (HERE / "snapshots").glob("snap_*.py")}
    assert files == {f"snap_{path.parent.name}" for path in FILES}
