"""Which file of a commit was renamed, without a repository.

Tests `update/_renamed.py` too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cfn_lint_lambda_race.update._git import Repository, TooLongError
from cfn_lint_lambda_race.update._renamed import renamed_from

LINES = b"one\ntwo\nten\nsix\n"


class _Commit:
    """A commit with these files; None for one that is too long to read."""

    def __init__(
        self,
        root: Path,
        files: Mapping[str, bytes | None],
        skipped: Iterable[str] = (),
        is_long: bool = False,
    ) -> None:
        self.root = root
        self._files = files
        self._skipped = skipped
        self._is_long = is_long

    def entries(self, commit: str, names: list[str], below: bool) -> dict[str, Any]:
        if self._is_long:
            raise TooLongError("too long")
        return {
            name: SimpleNamespace(digest=name)
            for name in self._files
            if below or "/" not in name
        }

    def files(self, names: list[str]) -> tuple[dict[str, Any], None]:
        return {
            name: SimpleNamespace(skipped=name in self._skipped)
            for name in self._files
            if name in names
        }, None

    def blob(self, digest: str, limit: int) -> bytes:
        content = self._files[digest]
        if content is None:
            raise TooLongError("too long")
        return content


def _was(
    folder: Path, files: Mapping[str, bytes | None], now: bytes = LINES, **said: Any
) -> str | None:
    """The name that a new file had in a commit."""
    path = folder / "new.json"
    path.write_bytes(now)
    commit = cast(Repository, _Commit(folder, files, **said))
    found = renamed_from(commit, "HEAD", path, 1000)
    return None if found is None else str(found.relative_to(folder))


@pytest.mark.parametrize(
    "name", ["a.json", "a.template", "a.yml", "a.yaml", "infra/a.json"]
)
def test_a_template_of_the_same_content(name: str, tmp_path: Path) -> None:
    assert _was(tmp_path, {name: LINES, "b.json": b"others"}) == str(Path(name))


@pytest.mark.parametrize(
    ("old", "now", "is_similar"),
    [
        (b"one\ntwo\n", LINES, True),
        (LINES, b"one\ntwo\n", True),
        (b"one\ntwo\n", LINES + b"a\n", False),
        (b"  one\r\n\n\ttwo\nten", LINES, True),
        # A line counts as often as it is there.
        (b"one\n" * 4 + b"ten\n" * 2, b"one\n" * 4 + b"six\n" * 5, False),
        (b"one\n" * 5 + b"ten\n" * 2, b"one\n" * 5 + b"six\n" * 5, True),
        (b"", b"", False),
        (b"\n", b"", False),
        (b"", b"\n", False),
        (None, LINES, False),
    ],
)
def test_half_of_the_content_is_enough(
    old: bytes | None, now: bytes, is_similar: bool, tmp_path: Path
) -> None:
    assert _was(tmp_path, {"a.json": old}, now) == ("a.json" if is_similar else None)


def test_what_is_no_template_or_still_there_was_not_renamed(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(LINES)
    assert _was(tmp_path, {"a.txt": LINES, "b.json": LINES}) is None


def test_what_a_sparse_checkout_leaves_out_was_not_renamed(tmp_path: Path) -> None:
    assert _was(tmp_path, {"a.json": LINES}, skipped=["a.json"]) is None
    assert _was(tmp_path, {"a.json": LINES}, skipped=["b.json"]) == "a.json"


@pytest.mark.parametrize(("count", "is_told"), [(50, True), (51, False)])
def test_too_many_files_that_are_gone(
    count: int, is_told: bool, tmp_path: Path
) -> None:
    others: dict[str, bytes | None] = {f"{n}.json": b"" for n in range(count - 1)}
    found = _was(tmp_path, {**others, "a.json": LINES})
    assert found == ("a.json" if is_told else None)


def test_two_that_are_similar_are_none(tmp_path: Path) -> None:
    assert _was(tmp_path, {"a.json": LINES, "b.json": LINES}) is None


def test_a_commit_with_too_many_files(tmp_path: Path) -> None:
    assert _was(tmp_path, {"a.json": LINES}, is_long=True) is None


def test_a_new_file_that_cannot_be_read(tmp_path: Path) -> None:
    commit = cast(Repository, _Commit(tmp_path, {"a.json": LINES}))
    assert renamed_from(commit, "HEAD", tmp_path / "none.json", 1000) is None
