"""Asks git safely what a revision holds, and what the index lists.

A repository is not trusted. Its configuration can name programs, and linting the
template of a stranger must not run them. So only plumbing commands that read what git
has stored are run, with every setting switched off that could start a program or a
fetch.

Alternatives that were tried:

- `git diff --raw` with the filters switched off needs 77 lines instead of all of
  `_local_code`. But `-c` cannot switch off a filter whose name has an equals sign
  (`a=b`), and git runs it.
- dulwich runs the repository's filters.
- pygit2 is a dependency of 16 MB.
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
"""How many bytes git may answer. Trees within trees can be listed nearly for ever."""
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

# They say which of the user's own files git reads. Other variables are for another
# command: a git hook that runs the linter passes on GIT_DIR and GIT_INDEX_FILE.
_KEPT_VARIABLES = frozenset(
    {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM"}
)
_VARIABLES = {
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    # The only protocol that git may use is one that nobody can guess. A URL `name::x`
    # makes git run `remote-name`, which can be an alias that the repository defines.
    # An empty name would not do, since it can be defined too.
    "GIT_ALLOW_PROTOCOL": f"none-{secrets.token_hex(16)}",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}

# The first patch of each series 2.x that knows GIT_NO_LAZY_FETCH. Before it, git
# fetches missing objects from a promisor remote, and with `fetch.bundleURI` that fetch
# writes into the repository, whatever protocols are allowed.
# https://github.com/git/git/blob/master/Documentation/RelNotes/2.45.1.txt
_NEVER_FETCHES = {39: 4, 40: 2, 41: 1, 42: 2, 43: 4, 44: 1, 45: 1}

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_OWNED = re.compile(r"dubious ownership|unsafe repository")
_NO_WORK_TREE = re.compile(
    r"not a git repository \(or any|must be run in a work tree"
    r"|cannot use bare repository"
)


class GitError(Exception):
    """git cannot answer.

    The message says what is wrong and what to do. Code that catches it shows the
    message, and decides nothing by its words.
    """


class TooLongError(GitError):
    """git's answer is longer than the limit."""


class Repository:
    """A git work tree; `root` is its top folder, with symbolic links resolved."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def find(cls, path: Path) -> Repository | None:
        """The repository whose work tree holds a file or folder.

        Only a `.git` entry at or above the path counts. It is looked for here, not by
        git, which would also take a folder of a clone that looks like a bare
        repository, with the settings of whoever committed that folder.

        Returns:
            None where there is no repository, or the path is in a bare repository or
            in `.git` itself.

        Raises:
            GitError: where git is missing, refuses, fails or would fetch.
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
        folders = os.fsdecode(answer.output).removesuffix("\n")
        top, _, git_folder = folders.rpartition("\n")
        # core.worktree can name any folder; only the one with `.git` in it is trusted.
        if Path(os.path.realpath(top)) != root or Path(git_folder) == root:
            return None
        _refuse_to_fetch(root)
        return cls(root)

    @property
    def has_commit(self) -> bool:
        """Whether `HEAD` names a commit: False before the first commit."""
        return self._commit("HEAD") is not None

    def ignores(self, path: Path) -> bool:
        """Whether git ignores a file, and does not track it."""
        name = self.name(path)
        if not name:
            return False
        options = ("-z", "--others", "--ignored", "--exclude-standard")
        return bool(_ask(self.root, "ls-files", *options, "--", name).output)

    def resolve(self, revision: str) -> str:
        """The hash of the commit that a revision (`HEAD~2`, `origin/main`) names.

        Raises:
            GitError: where it does not name one.
        """
        if (
            not revision.strip()
            or revision.startswith("-")
            or not revision.isprintable()
        ):
            raise GitError(
                f"{_quoted(revision)} is not a git revision; "
                "name a branch, a tag or a commit"
            )
        commit = self._commit(revision)
        if commit is None:
            raise GitError(self._unknown(revision))
        return commit

    def read(self, commit: str, path: Path, limit: int) -> bytes | None:
        """The content that a file of the work tree has in a commit.

        Returns:
            None where the commit has no such file (folders and symbolic links do not
            count), or the path is outside of the work tree.

        Raises:
            GitError: where it is larger than `limit` bytes, or git fails.
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
        """A path relative to the root, with slashes; "" for the root itself.

        Symbolic links that lead to the work tree are resolved, those in it are not.
        None outside of the work tree.
        """
        return _name(self.root, path)

    def entries(
        self, commit: str, names: Sequence[str], *, below: bool = False
    ) -> dict[str, Entry]:
        """What a commit holds at some paths, by path.

        Args:
            commit: the commit's hash.
            names: the paths; none for all that is in the root.
            below: list the files at and below the paths, not the paths themselves.

        Raises:
            GitError: where there is no such commit, or git fails.
        """
        if not _HASH.fullmatch(commit):
            raise _no_commit(commit)
        options = ("-r",) if below else ()
        return _tree(self.root, commit, names, *options)

    def files(self, names: Sequence[str]) -> tuple[dict[str, Tracked], set[str]]:
        """The tracked files at and below some paths, and the untracked ones.

        Files that git ignores are in neither.
        """
        return _files(self.root, names)

    def attributes(
        self, names: Sequence[str], wanted: Sequence[str]
    ) -> dict[str, dict[str, str]]:
        """The attributes of the first files, as many as one call takes, by path."""
        batch = list(first(names))
        answer = _ask(self.root, "check-attr", "-z", *wanted, "--", *batch)
        if answer.status:
            raise _failure("check-attr", answer, self.root)
        attributes: dict[str, dict[str, str]] = {}
        fields = iter(_lines(answer.output))
        for name, attribute, value in zip(fields, fields, fields):
            attributes.setdefault(name, {})[attribute] = value
        return attributes

    def settings(self, pattern: str) -> Settings:
        """The settings whose names match a regular expression."""
        return Settings.read(self.root, pattern)

    def blob(self, digest: str, limit: int) -> bytes | None:
        """The content of a blob by its hash; None where the repository lacks it.

        Raises:
            TooLongError: where it is larger than ``limit`` bytes.
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
        """What to say about a revision that does not exist."""
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
        """The command that fetches `remote/branch`; None for another kind of name."""
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
    """What git has at a path: its mode, and the hash of its content."""

    mode: int
    digest: str


@dataclass(frozen=True)
class Tracked:
    """A file in the index; ``skipped`` where a sparse checkout leaves it out."""

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
    """What a commit holds at some paths, as `Repository.entries` gives it."""
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
    """The tracked and untracked files, as `Repository.files` gives them."""
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
    """A path relative to a root, as `Repository.name` gives it."""
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
    """A path without `..`, resolved as the system does: behind symbolic links."""
    plain = Path(path.anchor)
    for part in path.parts[1:]:
        plain = Path(os.path.realpath(plain)).parent if part == ".." else plain / part
    return plain


def first(names: Sequence[str]) -> Iterator[str]:
    """As many of some names, at least one, as fit into one command line."""
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
    """Reads what a process writes, and stops at a limit (``is_too_long``)."""

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
    # A filter alone makes git fetch from a remote, too.
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
    """Run git in a folder.

    Args:
        folder: the root of a work tree.
        arguments: the command and its arguments.
        limit: how many bytes it may print, `ANSWER_LIMIT` by default.

    Raises:
        GitError: where git does not start, or takes too long.
        TooLongError: where it prints more.
    """
    command = [_executable(), *_COMMAND_LINE, *arguments]
    try:
        process = subprocess.Popen(  # noqa: S603
            command,
            bufsize=0,
            cwd=folder,
            # Only the `.git` of this folder is used: git looks no further up.
            env={**_environment(), "GIT_CEILING_DIRECTORIES": str(folder.parent)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Without a terminal nothing can ask for a password, and all processes
            # that git may start can be killed together with it.
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
            # Streams must not be closed while they are read.
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
    """The path of git; never one in the working directory, which is not trusted."""
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
    """The parts of an output that NUL ends, decoded as file names are."""
    return [os.fsdecode(line) for line in output.split(b"\0")[:-1]]


def _no_commit(name: str) -> GitError:
    return GitError(
        f"{_quoted(name)} is not a commit; name a branch, a tag or a commit"
    )


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
    """A text as one line of at most 200 printable characters."""
    plain = "".join(c if c.isprintable() else "?" for c in text)
    return plain if len(plain) <= 200 else f"{plain[:199]}…"


def _quoted(text: str) -> str:
    return f"'{_plain(text)}'"
