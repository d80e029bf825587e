"""Git repositories for tests, away from the settings of whoever runs them."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pytest

from cfn_lint_lambda_race.update._git import (
    Entry,
    Repository,
    Settings,
    TooLongError,
    Tracked,
)
from cfn_lint_lambda_race.update._local_code import LocalCode

LIMIT = 1 << 20


@pytest.fixture
def _neutral(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An environment in which the settings of whoever runs the tests do not count."""
    for name in os.environ:
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    for name, value in {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        # None: its sample hooks are most of what a test would write.
        "GIT_TEMPLATE_DIR": "",
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.com",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.com",
    }.items():
        monkeypatch.setenv(name, value)


def differs(
    repository: Repository, commit: str, path: Path, without: Collection[Path] = ()
) -> bool | None:
    return LocalCode(repository, commit, [path], without).differs(path)


class Work:
    """A work tree under test."""

    def __init__(self, root: Path, *options: str, init: bool = True) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        if init:
            self.git("init", "-q", "-b", "main", *options)

    def run(
        self, *arguments: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.root,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def git(self, *arguments: str, **environment: str) -> str:
        done = self.run(*arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, str | bytes] | None = None) -> str:
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "a commit")
        return self.git("rev-parse", "HEAD")

    @property
    def repository(self) -> Repository:
        found = Repository.find(self.root)
        assert found is not None
        return found

    def differs(self, path: str, *without: str, commit: str = "HEAD") -> bool | None:
        repository = self.repository
        left_out = [self.root / name for name in without]
        return differs(
            repository, repository.resolve(commit), self.root / path, left_out
        )

    def read(self, path: str, commit: str = "HEAD") -> bytes | None:
        repository = self.repository
        return repository.read(repository.resolve(commit), self.root / path, LIMIT)


class Remembered(Repository):
    """A work tree, and a commit of it that is kept here: git is not started.

    Every file counts, also those that a `.gitignore` names. Some are ``encoded``: where
    they change, nobody can tell whether git has something else.
    """

    def __init__(
        self, root: Path, files: Mapping[str, str], encoded: Collection[str] = ()
    ) -> None:
        super().__init__(root)
        self._encoded = encoded
        self._blobs: dict[str, bytes] = {}
        self._committed: dict[str, Entry] = {}
        for name, text in files.items():
            content = text.encode()
            blob = b"blob %d\0%b" % (len(content), content)
            digest = hashlib.sha1(blob, usedforsecurity=False).hexdigest()
            self._blobs[digest] = content
            self._committed[name] = Entry(0o100644, digest)

    def resolve(self, revision: str) -> str:
        return "0" * 40

    def entries(
        self, commit: str, names: Sequence[str], *, below: bool = False
    ) -> dict[str, Entry]:
        return {
            name: entry
            for name, entry in self._committed.items()
            if name in names or (below and _is_below(name, names))
        }

    def files(self, names: Sequence[str]) -> tuple[dict[str, Tracked], set[str]]:
        entries = self.entries("", names, below=True)
        there = {
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*")
            if path.is_file()
        }
        untracked = {
            name
            for name in there - self._committed.keys()
            if not name.startswith(".git/")
            and (name in names or _is_below(name, names))
        }
        return {name: Tracked(entries[name], False) for name in entries}, untracked

    def attributes(
        self, names: Sequence[str], wanted: Sequence[str]
    ) -> dict[str, dict[str, str]]:
        return {
            name: dict.fromkeys(wanted, "unspecified")
            | ({"working-tree-encoding": "UTF-16"} if name in self._encoded else {})
            for name in names
        }

    def settings(self, pattern: str) -> Settings:
        return Settings()

    def blob(self, digest: str, limit: int) -> bytes | None:
        content = self._blobs[digest]
        if len(content) > limit:
            raise TooLongError(digest)
        return content


def _is_below(name: str, folders: Sequence[str]) -> bool:
    return not folders or any(name.startswith(f"{folder}/") for folder in folders)


def pointer(content: bytes) -> str:
    """What Git LFS commits in the place of a large file."""
    return (
        "version https://git-lfs.github.com/spec/v1\n"
        f"oid sha256:{hashlib.sha256(content).hexdigest()}\nsize {len(content)}\n"
    )


def with_code(root: Path) -> Work:
    """One commit of a template and two files of code."""
    work = Work(root)
    work.commit(
        {"template.yaml": "one", "src/app.py": "one\n", "src/lib/util.py": "two\n"}
    )
    return work
