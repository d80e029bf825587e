"""Asking git safely: what a revision holds, and what the index lists.

A repository is not trusted: its configuration can name programs, and whoever lints a
template of a stranger must not run them. So git is asked only for what it has stored,
by plumbing commands that read, with every setting switched off that starts a program
or a fetch.

What else was measured and left out:

- `git diff --raw` with the filters switched off takes 77 lines instead of
  `_local_code`, but a driver that is named `a=b` cannot be switched off by `-c`, and
  still runs.
- dulwich runs the repository's filters.
- pygit2 weighs 16 MB, for a linter that depends on cfn-lint alone.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shlex
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TIME_LIMIT = 10.0
"""How many seconds git may take for one answer."""
ANSWER_LIMIT = 32 * 1024 * 1024
"""How many bytes git may answer: a tree that holds one tree many times never ends."""
_ARGUMENTS_LIMIT = 16_000  # bytes of file names in one command; Windows takes 32 KiB

_COMMAND_LINE = (
    "--no-pager",
    *(
        word
        for setting in (
            # Empty rather than false: git before 2.36 takes any value for a program.
            "core.fsmonitor=",
            f"core.hooksPath={os.devnull}",
            "core.askPass=",
            "core.sshCommand=",
            "core.alternateRefsCommand=",
            "credential.helper=",
            "diff.external=",
            "protocol.allow=never",
            # A folder of a clone can look like a bare repository of its own.
            "safe.bareRepository=explicit",
            "submodule.recurse=false",
            "gc.auto=0",
            "maintenance.auto=false",
        )
        for word in ("-c", setting)
    ),
)

# They say which of the user's own files git reads. All else in GIT_* is meant for
# another command: a hook that runs the linter hands down GIT_DIR and GIT_INDEX_FILE.
_KEPT_VARIABLES = frozenset(
    {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM"}
)
_VARIABLES = {
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    # The only protocol that git may use. A URL `name::x` makes git run `remote-name`,
    # which can be an alias of the repository's, so nobody must guess the name; an
    # empty one is a name like any other.
    "GIT_ALLOW_PROTOCOL": f"none-{secrets.token_hex(16)}",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}

# The first versions that know GIT_NO_LAZY_FETCH, by their series. Before them, git
# fetches from a promisor remote what is not there, and `fetch.bundleURI` makes that
# fetch write into the repository, whatever the protocol.
# https://github.com/git/git/blob/master/Documentation/RelNotes/2.45.1.txt
_NEVER_FETCHES = {39: 4, 40: 2, 41: 1, 42: 2, 43: 4, 44: 1, 45: 1}

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_OWNED = re.compile(r"dubious ownership|unsafe repository")
_NO_WORK_TREE = re.compile(
    r"not a git repository \(or any|must be run in a work tree"
    r"|cannot use bare repository"
)


class GitError(Exception):
    """git cannot answer; the message says what is wrong and what to do about it."""


class TooLongError(GitError):
    """git answers more than the limit."""


class Repository:
    """A work tree; `root` is its topmost folder, symbolic links resolved."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def find(cls, path: Path) -> Repository | None:
        """The repository whose work tree holds a file or folder.

        Only a `.git` entry at or above the path makes one; it is looked for here and
        not by git, which would also take a folder of a clone that looks like a bare
        repository, with references and settings of whoever wrote that folder.

        None: there is none, or the path lies in a bare repository or in `.git`.
        Raises GitError where git is missing, refuses, fails or would fetch.
        """
        if "\0" in str(path):
            return None
        real = Path(os.path.realpath(path))
        folder = real if os.path.isdir(real) else real.parent
        root = next(
            (above for above in (folder, *folder.parents) if _has_git(above)), None
        )
        if root is None or not os.path.isdir(folder):
            return None
        if ".git" in real.relative_to(root).parts:
            return None
        answer = _ask(root, "rev-parse", "--show-toplevel", "--absolute-git-dir")
        if answer.status:
            if _NO_WORK_TREE.search(answer.complaint):
                return None
            raise _failure("rev-parse", answer, root)
        found = os.fsdecode(answer.output).removesuffix("\n")
        top, _, git_folder = found.rpartition("\n")
        # core.worktree can name any folder; only the one that holds `.git` is meant.
        if Path(os.path.realpath(top)) != root or Path(git_folder) == root:
            return None
        _refuse_to_fetch(root)
        return cls(root)

    @property
    def has_commit(self) -> bool:
        """Whether `HEAD` names a commit; not so before the first one."""
        return self._commit("HEAD") is not None

    def ignores(self, path: Path) -> bool:
        """Whether git ignores a file, which it does not track either."""
        name = self.name(path)
        if not name:
            return False
        options = ("-z", "--others", "--ignored", "--exclude-standard")
        return bool(_ask(self.root, "ls-files", *options, "--", name).output)

    def resolve(self, revision: str) -> str:
        """The hash of the commit that a revision (`HEAD~2`, `origin/main`) names.

        Raises GitError where it names none.
        """
        if (
            not revision.strip()
            or revision.startswith("-")
            or not revision.isprintable()
        ):
            raise GitError(
                f"{_quoted(revision)} is no git revision; "
                "name a branch, a tag or a commit"
            )
        commit = self._commit(revision)
        if commit is None:
            raise GitError(self._unknown(revision))
        return commit

    def read(self, commit: str, path: Path, limit: int) -> bytes | None:
        """The content that a file of the work tree has in a commit.

        None: the commit has no such file (folders and links do not count), or the
        path lies outside of the work tree. Raises GitError where it is larger than
        `limit` bytes, or git fails.
        """
        name = self.name(path)
        entry = self.entries(commit, [name]).get(name) if name else None
        if entry is None or not stat.S_ISREG(entry.mode):
            return None
        try:
            content = self.blob(entry.digest, limit)
        except TooLongError:
            raise GitError(
                f"{_quoted(str(name))} is larger than {limit} bytes in {commit[:12]}; "
                "use a smaller file"
            ) from None
        if content is None:
            raise GitError(
                f"this repository lacks {_quoted(str(name))} of {commit[:12]} "
                f"(a partial clone?); run `git cat-file -e {entry.digest}` to fetch it"
            )
        return content

    # -- listings --------------------------------------------------------------

    def name(self, path: Path) -> str | None:
        """A path as git writes it, "" for the root; None outside of the work tree.

        Symbolic links on the way to the work tree are resolved, those in it are not.
        """
        return _name(self.root, path)

    def entries(
        self, commit: str, names: Sequence[str], *, below: bool = False
    ) -> dict[str, Entry]:
        """What a commit holds at some paths, by path; the root's without any.

        With ``below``, the files at and below them. Raises GitError where there is no
        such commit.
        """
        if not _HASH.fullmatch(commit):
            raise _no_commit(commit)
        options = ("-r",) if below else ()
        return _tree(self.root, commit, names, *options)

    def files(self, names: Sequence[str]) -> tuple[dict[str, Tracked], set[str]]:
        """What the index has at and below paths; what it neither has nor ignores."""
        return _files(self.root, names)

    def attributes(
        self, names: Sequence[str], wanted: Sequence[str]
    ) -> dict[str, dict[str, str]]:
        """The attributes of the first files, as many as one call takes, by path."""
        batch = list(first(names))
        answer = _ask(self.root, "check-attr", "-z", *wanted, "--", *batch)
        if answer.status:
            raise _failure("check-attr", answer, self.root)
        found: dict[str, dict[str, str]] = {}
        fields = iter(_lines(answer.output))
        for name, attribute, value in zip(fields, fields, fields):
            found.setdefault(name, {})[attribute] = value
        return found

    def settings(self, pattern: str) -> Settings:
        """The settings whose names match a regular expression."""
        return Settings.read(self.root, pattern)

    def blob(self, digest: str, limit: int) -> bytes | None:
        """The content of a hash; None where the repository lacks it.

        Raises TooLongError where it is larger than ``limit`` bytes.
        """
        answer = _ask(self.root, "cat-file", "blob", digest, limit=limit)
        return None if answer.status else answer.output

    # -- revisions -------------------------------------------------------------

    def _commit(self, revision: str) -> str | None:
        answer = _ask(
            self.root,
            "rev-parse",
            "--verify",
            "--end-of-options",
            f"{revision}^{{commit}}",
        )
        commit = os.fsdecode(answer.output).strip()
        return commit if not answer.status and _HASH.fullmatch(commit) else None

    def _unknown(self, revision: str) -> str:
        """What to say of a revision that is not there."""
        said = f"no revision {_quoted(revision)} in this repository"
        if self._commit("HEAD") is None and revision.startswith(("HEAD", "@")):
            return f"{said}; make a first commit"
        shallow = _ask(
            self.root, "rev-parse", "--is-shallow-repository"
        ).output.startswith(b"true")
        base = re.split(r"[~^@:]", revision, maxsplit=1)[0]
        behind = revision != base and (not base or self._commit(base) is not None)
        if not behind and (fetch := self._fetch(base, shallow)):
            return f"{said}; run `{fetch}`"
        if shallow:
            command = (
                "git fetch --unshallow" if behind else "git fetch --unshallow --tags"
            )
            return f"{said}, a shallow clone; run `{command}`"
        if not behind and self._commit(f"refs/remotes/origin/{base}"):
            return f"{said}; use {_quoted(f'origin/{revision}')}"
        return f"{said}; name a branch, a tag or a commit that it has"

    def _fetch(self, name: str, shallow: bool) -> str | None:
        """The command that fetches `remote/branch`; None where the name is none."""
        settings = Settings.read(self.root, r"^remote\..*\.(url|fetch)$")
        remotes = {key[len("remote.") :].rpartition(".")[0] for key in settings}
        remote = max(
            (r for r in remotes if name.startswith(f"{r}/")), key=len, default=""
        )
        if not remote:
            if not (shallow and "/" in name) or remotes:
                return None
            remote = name.partition("/")[0]
        branch = name[len(remote) + 1 :]
        if not branch:
            return None
        # A clone of a single branch fetches others without naming them `remote/branch`.
        covered = {
            f"+refs/heads/{pattern}:refs/remotes/{remote}/{pattern}"
            for pattern in ("*", branch)
        }
        if not covered.intersection(settings.get(f"remote.{remote}.fetch", ())):
            branch = f"{branch}:refs/remotes/{remote}/{branch}"
        return f"git fetch {shlex.quote(remote)} {shlex.quote(branch)}"


@dataclass(frozen=True)
class Entry:
    """What git has at a path: its mode, and the hash of it."""

    mode: int
    digest: str


@dataclass(frozen=True)
class Tracked:
    """A file in the index; a sparse checkout leaves a skipped one out."""

    entry: Entry
    skipped: bool


class Settings(dict[str, list[str]]):
    """Settings of the repository and the user, by name; the last value holds."""

    @classmethod
    def read(cls, root: Path, pattern: str) -> Settings:
        # Exit status 1 says that nothing matches.
        answer = _ask(root, "config", "--null", "--get-regexp", pattern)
        if answer.status not in (0, 1):
            raise _failure("config", answer, root)
        settings = cls()
        for line in _lines(answer.output):
            key, has_value, value = line.partition("\n")
            settings.setdefault(key, []).append(value if has_value else "true")
        return settings

    def last(self, key: str, default: str) -> str:
        return self.get(key, [default])[-1].lower()

    def is_on(self, key: str, *, default: bool) -> bool:
        return self.last(key, str(default)) not in {"false", "no", "off", "0", ""}


# -- listings --------------------------------------------------------------------


def _tree(
    root: Path, commit: str, names: Sequence[str], *options: str
) -> dict[str, Entry]:
    """What a commit holds at some paths, all without any; by path."""
    answer = _ask(root, "ls-tree", "-z", "--full-tree", *options, commit, "--", *names)
    if answer.status:
        raise _failure("ls-tree", answer, root)
    entries = {}
    for line in _lines(answer.output):
        what, _, path = line.partition("\t")
        mode, _, digest = what.split(" ")
        entries[path] = Entry(int(mode, 8), digest)
    return entries


def _files(root: Path, names: Sequence[str]) -> tuple[dict[str, Tracked], set[str]]:
    """What the index has at and below paths; what it neither has nor ignores."""
    answer = _ask(
        root,
        "ls-files",
        "-z",
        "-t",
        "--stage",
        "--others",
        "--exclude-standard",
        "--",
        *names,
    )
    if answer.status:
        raise _failure("ls-files", answer, root)
    tracked, untracked = {}, set()
    for line in _lines(answer.output):
        if line.startswith("? "):
            # Another repository is listed as a folder, with a slash behind it.
            untracked.add(line[2:].rstrip("/"))
            continue
        what, _, path = line.partition("\t")
        tag, mode, digest, _ = what.split(" ")
        tracked[path] = Tracked(Entry(int(mode, 8), digest), tag == "S")
    return tracked, untracked


# -- paths -----------------------------------------------------------------------


def _name(root: Path, path: Path) -> str | None:
    """A path as git writes it, "" for the root; None outside of the work tree.

    Symbolic links on the way to the work tree are resolved, those in it are not.
    """
    if "\0" in str(path):
        return None
    path = _without_parents(path.absolute())
    for ancestor in (*reversed(path.parents), path):
        try:
            inside = Path(os.path.realpath(ancestor)).relative_to(root)
        except ValueError:
            continue
        name = (inside / path.relative_to(ancestor)).as_posix()
        return "" if name == "." else name
    return None


def _without_parents(path: Path) -> Path:
    """A path without `..`, which leads above what a symbolic link before it names."""
    found = Path(path.anchor)
    for part in path.parts[1:]:
        found = Path(os.path.realpath(found)).parent if part == ".." else found / part
    return found


def first(names: Sequence[str]) -> Iterator[str]:
    """The first of some names, at least one, that fit into one command."""
    limit = _ARGUMENTS_LIMIT
    for index, name in enumerate(names):
        limit -= len(os.fsencode(name)) + 1
        if index and limit < 0:
            return
        yield name


# -- processes -------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    status: int
    output: bytes
    complaint: str


class _Reader(threading.Thread):
    """Reads what a process writes, up to a limit; what is more is only noticed."""

    def __init__(self, stream: IO[bytes] | None, limit: int) -> None:
        super().__init__(daemon=True)
        assert stream is not None
        self._stream = stream
        self._limit = limit
        self.content = bytearray()
        self.is_too_long = threading.Event()

    def run(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while chunk := self._stream.read(1 << 16):
                if len(self.content) + len(chunk) > self._limit:
                    self.is_too_long.set()
                    return
                self.content += chunk


def _has_git(folder: Path) -> bool:
    return os.path.lexists(folder / ".git")


def _refuse_to_fetch(root: Path) -> None:
    """Raise GitError where git would fetch what a partial clone lacks."""
    # A filter alone makes a remote one that git fetches from, too.
    pattern = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"
    if not Settings.read(root, pattern):
        return
    version = os.fsdecode(_ask(root, "version").output).strip()
    if not _never_fetches(version):
        raise GitError(
            f"this is a partial clone, and {_plain(version)} cannot be kept from "
            "fetching; update git to 2.45.1, or use baseline_path"
        )


def _never_fetches(version: str) -> bool:
    """Whether a git, by what `git version` prints, knows GIT_NO_LAZY_FETCH."""
    numbers = re.match(r"git version (\d+)\.(\d+)(?:\.(\d+))?", version)
    if numbers is None:
        return False
    major, minor, patch = (int(number or 0) for number in numbers.groups())
    if major != 2 or minor > max(_NEVER_FETCHES):
        return major > 1
    return minor in _NEVER_FETCHES and patch >= _NEVER_FETCHES[minor]


def _ask(folder: Path, *arguments: str, limit: int | None = None) -> _Answer:
    """Runs git in a folder. Raises GitError where it cannot run or takes too long."""
    command = [_executable(), *_COMMAND_LINE, *arguments]
    try:
        process = subprocess.Popen(  # noqa: S603
            command,
            bufsize=0,
            cwd=folder,
            # The `.git` of this folder or none: git looks no further up.
            env={**_environment(), "GIT_CEILING_DIRECTORIES": str(folder.parent)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Without a terminal nothing can ask for a password, and what git might
            # start can be ended together with it.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, ValueError) as error:
        raise GitError(
            f"git does not start ({_plain(str(error))}); use baseline_path"
        ) from None
    with process:
        output = _Reader(process.stdout, ANSWER_LIMIT if limit is None else limit)
        complaint = _Reader(process.stderr, ANSWER_LIMIT)
        try:
            status = _wait(process, output, complaint)
        except BaseException:
            _end(process)
            # A stream is closed only when nobody reads it any more.
            output.join(1)
            complaint.join(1)
            raise
    return _Answer(
        status, bytes(output.content), complaint.content.decode(errors="replace")
    )


def _wait(process: subprocess.Popen[bytes], output: _Reader, complaint: _Reader) -> int:
    """The exit status of a process whose output is being read."""
    deadline = time.monotonic() + TIME_LIMIT
    try:
        for reader in (output, complaint):
            reader.start()
        for reader in (output, complaint):
            reader.join(max(0.0, deadline - time.monotonic()))
            if reader.is_too_long.is_set():
                raise TooLongError("git answers too much; use baseline_path")
            if reader.is_alive():
                raise subprocess.TimeoutExpired("git", TIME_LIMIT)
        return process.wait(max(0.01, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise GitError(
            f"git did not answer within {TIME_LIMIT:g} seconds; "
            "run it by hand to see why, or use baseline_path"
        ) from None


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _executable() -> str:
    """Where git is; never in the working directory, which may belong to a stranger."""
    name = "git.exe" if os.name == "nt" else "git"
    for folder in os.get_exec_path():
        path = os.path.join(folder, name)
        if os.path.isabs(folder) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise GitError("git is not installed; install it or use baseline_path")


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("GIT_") or name.upper() in _KEPT_VARIABLES
    }
    return kept | _VARIABLES


def _lines(output: bytes) -> list[str]:
    """What git separates by NUL; decoded as the names of files are."""
    return [os.fsdecode(line) for line in output.split(b"\0")[:-1]]


def _no_commit(name: str) -> GitError:
    return GitError(f"{_quoted(name)} is no commit; name a branch, a tag or a commit")


def _failure(command: str, answer: _Answer, folder: Path) -> GitError:
    if _OWNED.search(answer.complaint):
        named = re.search(r"safe\.directory (.+)", answer.complaint)
        return GitError(
            "git refuses this repository since another user owns it; if you trust it, "
            "run `git config --global --add safe.directory "
            f"{_plain(named[1]) if named else shlex.quote(str(folder))}`"
        )
    first = (
        answer.complaint.strip().partition("\n")[0] or f"exit status {answer.status}"
    )
    return GitError(
        f"git {command} fails ({_plain(first)}); repair the repository (`git fsck`), "
        "fetch what a partial clone lacks, or use baseline_path"
    )


def _plain(text: str) -> str:
    """A text on one line of bearable length."""
    plain = "".join(c if c.isprintable() else "?" for c in text)
    return plain if len(plain) <= 200 else f"{plain[:199]}…"


def _quoted(text: str) -> str:
    return f"'{_plain(text)}'"
