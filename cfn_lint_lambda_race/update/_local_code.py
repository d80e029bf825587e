"""Whether local code differs between a commit and the work tree.

The files of the work tree are read and hashed here: git itself would run the filters
of a repository, which is not trusted. `_git` lists alternatives that were tried.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cfn_lint_lambda_race.update._git import (
    Entry,
    GitError,
    Repository,
    Settings,
    TooLongError,
    Tracked,
    first,
)

HASH_LIMIT = 200 * 1024 * 1024
"""How many bytes of files one comparison reads before it gives up."""

TEXT_LIMIT = 1024 * 1024
"""How large a file of source code is read."""

_POINTER = re.compile(
    rb"version https://git-lfs[^\n]*\n(?:[^\n]*\n)*?oid sha256:([0-9a-f]{64})\n"
)
_POINTER_LIMIT = 1023  # by git-lfs's specification: less than 1024
_IDENT = re.compile(rb"\$Id:[^$\n]*\$")
_ATTRIBUTES = ("text", "crlf", "eol", "filter", "ident", "working-tree-encoding")

# What git does not check out, but a tree made by hand can hold.
_HOSTILE = re.compile(
    r"(?:^|[/\\])(?:\.{0,2}|\.git)(?:[/\\]|$)"
    if os.name == "nt"
    else r"(?:^|/)(?:\.{0,2}|\.git)(?:/|$)",
    re.IGNORECASE,
)

_FOLDER, _LINK, _SUBMODULE = 0o040000, 0o120000, 0o160000
_EXECUTABLE = 0o100

_READ = os.O_RDONLY
for _flag in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"):
    _READ |= getattr(os, _flag, 0)  # not every system has every one


@dataclass(frozen=True)
class _Now:
    """What the work tree has at a path; git's hash of it where git alone knows it."""

    mode: int
    digest: str | None
    size: int = 0


@dataclass(frozen=True)
class Changes:
    """The files at and below a path, in the commit or the work tree.

    ``changed`` are those that differ, ``unknown`` those that cannot be compared.
    """

    files: frozenset[str]
    changed: frozenset[str]
    unknown: frozenset[str]


class LocalCode:
    """Compares the files of a commit with those of the work tree.

    Args:
        repository: the repository.
        commit: the commit's hash.
        paths: the paths that will be asked for; they are listed together, when the
            first of them is.
        without: files that never count as different.
    """

    def __init__(
        self,
        repository: Repository,
        commit: str,
        paths: Collection[Path],
        without: Collection[Path] = (),
    ) -> None:
        self._repository = repository
        self.root = repository.root
        self._prefix = os.path.join(self.root, "")
        self._commit = commit
        self._wanted = {repository.name(path) for path in paths}
        self._left_out = {repository.name(path) for path in without}
        self._answers: dict[str, bool | None] = {}
        self._compared_before: dict[str, bool | None] = {}
        self._listed: set[str | None] = {None}
        self._committed: dict[str, Entry] = {}
        self._tracked: dict[str, Tracked] = {}
        self._untracked: set[str] = set()
        self._names: list[str] = []
        self._folders = {"": True}
        self._attributes: dict[str, dict[str, str]] = {}
        self._left = HASH_LIMIT

    def differs(self, path: Path) -> bool | None:
        """Whether a file or folder differs between the commit and the work tree.

        The files on disk count, staged or not; an untracked one counts unless it is
        ignored. Symbolic links are compared, not followed. Of a submodule its files
        count too, or where it is not checked out, the commit that the index names.

        Returns:
            None for unknown: where neither side has anything at this path; where it is
            outside of the work tree, in a submodule or behind a symbolic link; where a
            filter of the repository decides what would be committed; and where there
            is too much to read.

        Raises:
            GitError: where git fails.
        """
        name = self._listed_name(path)
        if name is None:
            return None
        if name not in self._answers:
            self._answers[name] = self._differs(name)
        return self._answers[name]

    def changes(self, path: Path) -> Changes | None:
        """What differs at and below a path; None where `differs` knows nothing."""
        name = self._listed_name(path)
        if name is None:
            return None
        compared = dict(self._compared(name))
        if not compared:
            return None
        return Changes(
            frozenset(compared),
            frozenset(name for name, is_other in compared.items() if is_other),
            frozenset(name for name, is_other in compared.items() if is_other is None),
        )

    def name(self, path: Path) -> str | None:
        """A path as git writes it, "" for the root; None outside of the work tree."""
        return self._repository.name(path)

    def is_known(self, path: Path) -> bool:
        """Whether either side has anything at a path."""
        name = self._listed_name(path)
        return name is not None and any(True for _ in self._below(name))

    def is_moved(self, old: Path, new: Path) -> bool:
        """Whether the work tree has at one path all that the commit had at another."""
        names = [self._listed_name(path) for path in (old, new)]
        if names[0] is None or names[1] is None:
            return False
        before, after = (
            {
                file[len(name) :]: file
                for file in self._below(name)
                if file not in self._left_out
            }
            for name in (names[0], names[1])
        )
        before = {own: file for own, file in before.items() if file in self._committed}
        after = {own: file for own, file in after.items() if self._now(file)}
        return (
            bool(before)
            and before.keys() == after.keys()
            and all(
                self._is_copy(self._committed[file], after[own])
                for own, file in before.items()
            )
        )

    def _is_copy(self, old: Entry, name: str) -> bool:
        """Whether a file of the work tree is one of the commit, whatever its name."""
        now = self._now(name)
        if now is None or stat.S_IFMT(now.mode) != stat.S_IFMT(old.mode):
            return False
        self._left -= now.size
        if self._left < 0:
            return False
        content = self._content(name, is_link=stat.S_ISLNK(now.mode))
        return content is not None and _digest(content, old.digest) == old.digest

    def left_out(self, path: Path) -> list[str]:
        """The files at and below a path that never count as different."""
        name = self._listed_name(path)
        below = [] if name is None else self._below(name)
        return [one for one in below if one in self._left_out]

    def is_file(self, name: str) -> bool:
        """Whether the work tree has a file of this name, behind no symbolic link."""
        now = self._now(name)
        return now is not None and now.digest is None and stat.S_ISREG(now.mode)

    def text(self, name: str) -> str | None:
        """The text of a file of the work tree; None where none can be read."""
        now = self._now(name)
        if now is None or not stat.S_ISREG(now.mode) or now.size > TEXT_LIMIT:
            return None
        content = self._content(name, is_link=False)
        return None if content is None else content.decode(errors="replace")

    def text_before(self, name: str) -> str | None:
        """The text that a file had in the commit; None where none can be read."""
        old = self._committed.get(name)
        if old is None or not stat.S_ISREG(old.mode):
            return None
        try:
            content = self._repository.blob(old.digest, TEXT_LIMIT)
        except TooLongError:
            return None
        return None if content is None else content.decode(errors="replace")

    def _listed_name(self, path: Path) -> str | None:
        """The name of a path, after listing it; None where it cannot be compared."""
        name = self._repository.name(path)
        if name is None or not self._is_own(name):
            return None
        try:
            self._list({name, *self._wanted} - self._listed)
        except TooLongError:
            return None
        return name

    def _is_own(self, name: str) -> bool:
        """Whether no folder above a path is a symbolic link."""
        folders = Path(name).parents[:-1]
        return not any(os.path.islink(self.root / folder) for folder in folders)

    def _list(self, names: Collection[str | None]) -> None:
        """Reads what the commit and the work tree hold at and below some paths."""
        if not names:
            return
        left = sorted(name for name in names if name is not None)
        while left:
            # Nothing below the root would be missing from it.
            batch = [] if "" in left else list(first(left))
            self._committed |= self._repository.entries(self._commit, batch, below=True)
            tracked, untracked = self._repository.files(batch)
            self._tracked |= tracked
            self._untracked |= untracked
            left = left[len(batch) :] if batch else []
        self._listed |= set(names)
        self._names = sorted({*self._committed, *self._tracked, *self._untracked})

    def _below(self, name: str) -> Iterator[str]:
        """The files at and below a path, found by bisection: `0` sorts after `/`."""
        if not name:
            yield from self._names
            return
        places = [(name, f"{name}\0"), (f"{name}/", f"{name}0")]
        for start, end in places:
            first, last = (bisect_left(self._names, bound) for bound in (start, end))
            yield from self._names[first:last]

    def _differs(self, below: str) -> bool | None:
        is_there = unknown = False
        for _, is_other in self._compared(below):
            if is_other:
                return True
            is_there = True
            unknown = unknown or is_other is None
        return None if not is_there or unknown else False

    def _compared(self, below: str) -> Iterator[tuple[str, bool | None]]:
        """The files at and below a path, each with whether it differs.

        Those that need not be read come first.
        """
        alike: list[tuple[str, Entry, _Now]] = []
        for name in self._below(below):
            if name in self._left_out:
                yield name, False
                continue
            if name in self._compared_before:
                yield name, self._compared_before[name]
                continue
            old, new = self._committed.get(name), self._now(name)
            if old is None and new is None:
                continue
            if old is None or new is None or self._is_another_kind(name, old, new):
                yield name, self._keep(name, True)
            elif new.digest is None:
                alike.append((name, old, new))
            else:
                yield name, self._keep(name, self._is_other_commit(name, old, new))
        yield from self._read(alike)

    def _keep(self, name: str, is_other: bool | None) -> bool | None:
        self._compared_before[name] = is_other
        return is_other

    def _read(
        self, files: list[tuple[str, Entry, _Now]]
    ) -> Iterator[tuple[str, bool | None]]:
        """Files that must be read, each with whether its content differs."""
        # The small ones first: a difference in them is found at little cost.
        files.sort(key=lambda file: (file[2].size, file[0]))
        names = [name for name, _, _ in files]
        for index, (name, old, new) in enumerate(files):
            self._left -= new.size
            if self._left < 0:
                yield name, None
                continue
            content = self._content(name, is_link=stat.S_ISLNK(new.mode))
            if content is None:
                yield name, self._keep(name, None)
                continue
            same: bool | None = _digest(content, old.digest) == old.digest
            # A link is stored as it is.
            if not same and stat.S_IFMT(old.mode) != _LINK:
                self._ask_attributes(names[index:])
                same = self._is_same_converted(
                    content, old.digest, self._attributes.get(name)
                )
            yield name, self._keep(name, None if same is None else not same)

    def _ask_attributes(self, names: Sequence[str]) -> None:
        """Have the attributes of the first of some files.

        One call of git says those of all files that are listed, as many as it takes.
        """
        if names[0] not in self._attributes:
            others = (
                name
                for name in self._names
                if name in self._committed and name not in self._attributes
            )
            self._attributes |= self._repository.attributes(
                list(dict.fromkeys([*names, *others])), _ATTRIBUTES
            )

    # -- the work tree -----------------------------------------------------------

    def _now(self, name: str) -> _Now | None:
        """What is at a path now; None where there is nothing."""
        tracked = self._tracked.get(name)
        try:
            there = not _HOSTILE.search(name) and self._is_folder(_parent(name))
            status = os.lstat(self._path(name)) if there else None
        except (OSError, ValueError):
            status = None
        if status is not None and not stat.S_ISDIR(status.st_mode):
            return _Now(status.st_mode, None, status.st_size)
        if tracked and (
            stat.S_IFMT(tracked.entry.mode) == _SUBMODULE
            or (tracked.skipped and status is None)
        ):
            return _Now(tracked.entry.mode, tracked.entry.digest)
        is_repository = status is not None and name in self._untracked
        return _Now(_FOLDER, None) if is_repository else None

    def _is_folder(self, name: str) -> bool:
        """Whether a path is a folder of the work tree, behind no symbolic link."""
        unknown = []
        while name not in self._folders:
            unknown.append(name)
            name = _parent(name)
        known = self._folders[name]
        for folder in reversed(unknown):
            try:
                known = known and stat.S_ISDIR(os.lstat(self._path(folder)).st_mode)
            except (OSError, ValueError):
                known = False
            self._folders[folder] = known
        return known

    def _is_other_commit(self, name: str, old: Entry, new: _Now) -> bool | None:
        """Whether a submodule differs, or a file that a sparse checkout leaves out."""
        path = self.root / name
        if stat.S_IFMT(old.mode) == _SUBMODULE and self._is_folder(name):
            with contextlib.suppress(GitError):
                submodule = Repository.find(path)
                if submodule is not None and submodule.root == path:
                    return LocalCode(submodule, old.digest, [path]).differs(path)
        # It is not checked out, or lacks the commit.
        return new.digest != old.digest

    def _is_another_kind(self, name: str, old: Entry, new: _Now) -> bool:
        """Whether a file became a link, a link a file, or a file (not) executable."""
        if stat.S_IFMT(old.mode) != stat.S_IFMT(new.mode):
            # Where links cannot be made, git writes them as files.
            return not (
                stat.S_IFMT(old.mode) == _LINK
                and stat.S_ISREG(new.mode)
                and not self._settings.is_on("core.symlinks", default=True)
            )
        if not stat.S_ISREG(old.mode) or not (old.mode ^ new.mode) & _EXECUTABLE:
            return False
        if self._settings.is_on("core.filemode", default=True):
            return True
        # The file system does not tell: the index does.
        tracked = self._tracked.get(name)
        return bool(tracked and (old.mode ^ tracked.entry.mode) & _EXECUTABLE)

    def _content(self, name: str, *, is_link: bool) -> bytes | None:
        """The bytes of a file or symbolic link; None where it cannot be read."""
        path = self._path(name)
        try:
            if is_link:
                return os.fsencode(os.readlink(path))
            # The file may have been exchanged since it was looked at.
            with open(os.open(path, _READ), "rb", buffering=0) as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode) or status.st_size > HASH_LIMIT:
                    return None
                return file.readall()
        except OSError:
            return None

    def _path(self, name: str) -> str:
        # Not a Path: with thousands of files, making these takes longest.
        return f"{self._prefix}{name}"

    # -- contents ----------------------------------------------------------------

    def _is_same_converted(
        self, content: bytes, digest: str, attributes: Mapping[str, str] | None
    ) -> bool | None:
        """Whether git, once it has converted a content, stores it under a hash.

        None where that is unknown.
        """
        if attributes is None:
            return None
        driver = attributes["filter"]
        if (
            driver == "lfs"
            and (same := self._is_same_pointer(content, digest)) is not None
        ):
            return same
        if (
            f"filter.{driver}.clean" in self._settings
            or f"filter.{driver}.process" in self._settings
        ):
            return None
        # Without a value git refuses it.
        if attributes["working-tree-encoding"] not in {"unspecified", "unset"}:
            return None
        if self._is_text(content, attributes):
            content = content.replace(b"\r\n", b"\n")
        if attributes["ident"] == "set":
            content = _IDENT.sub(b"$Id$", content)
        return _digest(content, digest) == digest

    def _is_same_pointer(self, content: bytes, digest: str) -> bool | None:
        """Whether Git LFS stores a pointer to a content; None where it stores none."""
        oid = hashlib.sha256(content).hexdigest()
        pointer = (
            "version https://git-lfs.github.com/spec/v1\n"
            f"oid sha256:{oid}\n"
            f"size {len(content)}\n"
        )
        if _digest(pointer.encode(), digest) == digest:
            return True
        try:
            stored = self._repository.blob(digest, _POINTER_LIMIT)
        except TooLongError:
            return None
        pointed = _POINTER.match(stored) if stored is not None else None
        return pointed[1].decode() == oid if pointed else None

    def _is_text(self, content: bytes, attributes: Mapping[str, str]) -> bool:
        """Whether git stores CRLF as LF."""
        text = attributes["text"]
        if text == "unspecified":
            text = attributes["crlf"]  # as it was called before
        if text == "unset":
            return False
        if text in {"set", "input"}:
            return True
        if text != "auto":
            if attributes["eol"] in {"lf", "crlf"}:
                return True
            # On, or "input".
            if not self._settings.is_on("core.autocrlf", default=False):
                return False
        # git guesses. A NUL, or a CR without LF, tells it that this is not text.
        return b"\0" not in content and content.count(b"\r") == content.count(b"\r\n")

    @cached_property
    def _settings(self) -> Settings:
        return self._repository.settings(
            r"^(core\.(autocrlf|filemode|symlinks)|filter\..*\.(clean|process))$",
        )


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _digest(content: bytes, like: str) -> str:
    """git's hash of a file's content, with the algorithm of another hash."""
    algorithm = (
        "sha1"
        if len(like) == len(hashlib.sha1(usedforsecurity=False).hexdigest())
        else "sha256"
    )
    digest = hashlib.new(algorithm, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()
