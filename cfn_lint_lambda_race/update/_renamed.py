"""Finds under which name a commit has a template that was renamed since.

As `git diff -M` does, by content. Git itself is not asked, since it would run filters
that the repository configures.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from cfn_lint_lambda_race.update._git import Repository, TooLongError

_SUFFIXES = (".json", ".template", ".yaml", ".yml")
# As `git diff -M` has it without a number.
# https://git-scm.com/docs/git-diff#Documentation/git-diff.txt--Mn
_SIMILAR = 0.5
_MAX_GONE = 50


def renamed_from(
    repository: Repository, commit: str, path: Path, limit: int
) -> Path | None:
    """The file of a commit that was renamed to a path.

    Args:
        repository: the repository.
        commit: the commit's hash.
        path: the file in the work tree.
        limit: files of more bytes are not looked at.

    Returns:
        Of the templates that the work tree no longer has, the one with similar
        content. None where there is none, or more than one.

    Raises:
        GitError: where git fails.
    """
    try:
        entries = repository.entries(commit, [], below=True)
    except TooLongError:
        return None
    gone = [
        name
        for name in entries
        if name.endswith(_SUFFIXES) and not os.path.lexists(repository.root / name)
    ]
    if not gone or len(gone) > _MAX_GONE:
        return None
    # A sparse checkout leaves files out that are not gone.
    tracked, _ = repository.files(gone)
    try:
        with path.open("rb") as file:
            content = file.read(limit)
    except OSError:
        return None
    similar = [
        name
        for name in gone
        if not (name in tracked and tracked[name].skipped)
        and _is_similar(_blob(repository, entries[name].digest, limit), content)
    ]
    return repository.root / similar[0] if len(similar) == 1 else None


def _blob(repository: Repository, digest: str, limit: int) -> bytes | None:
    try:
        return repository.blob(digest, limit)
    except TooLongError:
        return None


def _is_similar(old: bytes | None, new: bytes) -> bool:
    """Whether two files share enough of their lines."""
    if not old or not new:
        return False
    sides = [Counter(line.strip() for line in side.splitlines()) for side in (old, new)]
    shared, *sizes = (
        sum(len(line) * count for line, count in lines.items())
        for lines in (sides[0] & sides[1], *sides)
    )
    return shared >= _SIMILAR * max(sizes)
