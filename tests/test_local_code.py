"""What differs between files here and in a commit."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.update import _git, _local_code
from cfn_lint_lambda_race.update._git import Repository, TooLongError
from cfn_lint_lambda_race.update._local_code import Changes, LocalCode
from tests.linting import ROOT
from tests.repositories import (  # noqa: F401
    LIMIT,
    Remembered,
    Work,
    _neutral,
    differs,
    pointer,
    with_code,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform == "win32", reason="made with POSIX shells and modes"
    ),
    pytest.mark.usefixtures("_neutral"),
]


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return with_code(tmp_path / "work")


def _code(work: Work) -> LocalCode:
    """The files of the last commit and the work tree."""
    return LocalCode(work.repository, work.repository.resolve("HEAD"), [work.root])


def _lose(work: Work, name: str) -> None:
    """Let a repository lack what it has of a file."""
    digest = work.git("rev-parse", f"HEAD:{name}")
    (work.root / ".git/objects" / digest[:2] / digest[2:]).unlink()


def _heard(monkeypatch: pytest.MonkeyPatch, question: str) -> list[list[str]]:
    """The names that each call of one of the repository's questions is given."""
    calls: list[list[str]] = []
    ask = getattr(Repository, question)

    def heard(self: Repository, names: Sequence[str], *rest: Sequence[str]) -> Any:
        calls.append(list(names))
        return ask(self, names, *rest)

    monkeypatch.setattr(Repository, question, heard)
    return calls


def test_a_commit_that_is_remembered_is_as_git_has_it(work: Work) -> None:
    """What tests take in the place of git, where they ask for many comparisons."""
    committed = {"template.yaml": "one", "src/app.py": "one\n", "src/lib/util.py": "x"}
    head = work.commit(committed)
    work.write({"src/app.py": "two\n", "new.py": "", "src/new.py": "", "srcs/a": ""})
    (work.root / "src/lib/util.py").unlink()
    own, other = work.repository, Remembered(work.root, committed)
    digests = [entry.digest for entry in own.entries(head, [], below=True).values()]
    for names in ([], ["src"], ["src/app.py", "new.py"], ["src/lib", "template.yaml"]):
        assert other.files(names) == own.files(names), names
        entries = own.entries(head, names, below=True)
        assert other.entries(head, names, below=True) == entries, names
        names = names or ["src/app.py"]
        attributes = own.attributes(names, ["text", "eol"])
        assert other.attributes(names, ["text", "eol"]) == attributes
    for digest in digests:
        assert other.blob(digest, LIMIT) == own.blob(digest, LIMIT)
        for repository in (own, other):
            with pytest.raises(TooLongError):
                repository.blob(digest, 0)
    for name in ("template.yaml", "src", "src/new.py"):
        path = work.root / name
        assert other.read(head, path, LIMIT) == own.read(head, path, LIMIT)


# -- comparing -------------------------------------------------------------------


def test_nothing_differs(work: Work) -> None:
    for path in (
        ".",
        "src",
        "src/lib",
        "src/app.py",
        "template.yaml",
        "src/../src/app.py",
    ):
        assert work.differs(path) is False, path
    os.utime(work.root / "src/app.py", (1, 1))
    assert work.differs("src") is False


def test_committed_change(work: Work) -> None:
    work.commit({"src/app.py": "two\n"})
    assert work.differs("src") is False
    assert work.differs("src", commit="HEAD~1") is True
    assert work.differs("src/app.py", commit="HEAD~1") is True
    assert work.differs("src/lib", commit="HEAD~1") is False


def test_unstaged_change(work: Work) -> None:
    work.write({"src/app.py": "two\n"})
    assert work.differs("src") is True
    assert work.differs("src/lib") is False
    assert work.differs("template.yaml") is False


def test_change_of_the_same_size_and_time(work: Work) -> None:
    path = work.root / "src/app.py"
    before = path.stat()
    path.write_text("two\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert work.differs("src") is True


def test_staged_change(work: Work) -> None:
    work.write({"src/app.py": "two\n"})
    work.git("add", "src/app.py")
    assert work.differs("src") is True


def test_staged_change_that_the_work_tree_took_back(work: Work) -> None:
    work.write({"src/app.py": "two\n"})
    work.git("add", "src/app.py")
    work.write({"src/app.py": "one\n"})
    assert work.differs("src") is False


def test_staged_file_that_is_not_on_disk(work: Work) -> None:
    work.write({"src/new.py": "new\n", "new/x": "x"})
    work.git("add", "--all")
    (work.root / "src/new.py").unlink()
    (work.root / "new/x").unlink()
    assert work.differs("src") is False
    assert work.differs("new") is None


def test_what_comes_after_a_staged_file_that_is_not_on_disk(work: Work) -> None:
    work.write({"src/aaa.py": "new\n"})
    work.git("add", "--all")
    (work.root / "src/aaa.py").unlink()
    work.write({"src/new.py": "new\n"})
    assert work.differs("src") is True


def test_staged_file_that_became_a_folder(work: Work) -> None:
    work.write({"src/new": "new\n"})
    work.git("add", "--all")
    (work.root / "src/new").unlink()
    (work.root / "src/new").mkdir()
    assert work.differs("src") is False


def test_untracked_file(work: Work) -> None:
    work.write({"src/lib/new.py": ""})
    assert work.differs("src") is True
    assert work.differs("src/lib/new.py") is True
    assert work.differs("src/app.py") is False


def test_untracked_file_that_goes_once_it_is_listed(work: Work) -> None:
    work.write({"src/new.py": ""})
    code = _code(work)
    assert code.is_known(work.root / "src/new.py")
    (work.root / "src/new.py").unlink()
    assert code.differs(work.root / "src") is False


def test_ignored_file(work: Work) -> None:
    work.commit({".gitignore": "*.pyc\nbuild/\n"})
    work.write({"src/app.pyc": "x", "build/app.zip": "x"})
    work.write({".git/info/exclude": "*.log\n"})
    work.write({"src/x.log": "x"})
    assert work.differs("src") is False
    assert work.differs("build") is None
    assert work.differs("build/app.zip") is None


def test_ignored_file_that_is_tracked(work: Work) -> None:
    work.write({".gitignore": "*.zip\n", "src/app.zip": "one"})
    work.git("add", "--force", "src/app.zip")
    work.commit()
    assert work.differs("src") is False
    work.write({"src/app.zip": "two"})
    assert work.differs("src") is True


def test_file_that_is_no_longer_tracked(work: Work) -> None:
    work.git("rm", "-q", "--cached", "src/app.py")
    assert work.differs("src") is False
    work.write({".gitignore": "app.py\n"})
    assert work.differs("src") is False
    work.write({"src/app.py": "two\n"})
    assert work.differs("src") is True


@pytest.mark.parametrize("staged", [False, True])
def test_deleted_file(work: Work, staged: bool) -> None:
    work.git("rm", "-q", "src/lib/util.py")
    if not staged:
        work.git("reset", "-q")
    assert work.differs("src") is True
    assert work.differs("src/lib") is True
    assert work.differs("src/app.py") is False


@pytest.mark.parametrize("staged", [False, True])
def test_renamed_file(work: Work, staged: bool) -> None:
    work.git("mv", "src/app.py", "src/main.py")
    if not staged:
        work.git("reset", "-q")
    for path in ("src", "src/app.py", "src/main.py"):
        assert work.differs(path) is True, path


def test_renamed_by_case_alone(work: Work) -> None:
    work.git("mv", "src/app.py", "src/App.py")
    assert work.differs("src") is True


@pytest.mark.parametrize("staged", [False, True])
def test_mode(work: Work, staged: bool) -> None:
    (work.root / "src/app.py").chmod(0o755)
    if staged:
        work.git("add", "src/app.py")
    assert work.differs("src") is True


def test_other_bits_of_the_mode_do_not_count(work: Work) -> None:
    for mode in (0o600, 0o645, 0o654):
        (work.root / "src/app.py").chmod(mode)
        assert work.differs("src") is False


def test_mode_where_the_file_system_has_none(work: Work) -> None:
    work.git("config", "core.fileMode", "false")
    (work.root / "src/app.py").chmod(0o755)
    assert work.differs("src") is False
    work.git("update-index", "--chmod=+x", "src/app.py")
    assert work.differs("src") is True


def test_mode_where_nothing_says_whether_the_file_system_has_one(work: Work) -> None:
    work.git("config", "--unset", "core.fileMode")
    (work.root / "src/app.py").chmod(0o755)
    assert work.differs("src") is True


def test_mode_that_neither_the_file_system_nor_the_index_tells(work: Work) -> None:
    work.git("config", "core.fileMode", "false")
    work.git("rm", "-q", "--cached", "src/app.py")
    (work.root / "src/app.py").chmod(0o755)
    assert work.differs("src") is False


def test_files_to_leave_out(work: Work) -> None:
    work.write({"template.yaml": "two"})
    assert work.differs(".") is True
    assert work.differs(".", "template.yaml", "not-there", "../outside") is False
    assert work.differs("template.yaml", "template.yaml") is False
    work.write({"src/app.py": "two\n"})
    assert work.differs(".", "template.yaml") is True


def test_nothing_there(work: Work) -> None:
    (work.root / "empty").mkdir()
    for path in (
        "nope",
        "nope/nope",
        "empty",
        "src/app.py/x",
        ".git",
        "*",
        "s*c",
        ":(top)src",
    ):
        assert work.differs(path) is None, path


def test_outside_of_the_work_tree(work: Work, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").write_text("x")
    (tmp_path / "work2").mkdir()
    for path in (
        "..",
        "../other",
        "../work2",
        "src/../../other",
        "/",
        "/etc",
        "null\0byte",
    ):
        assert work.differs(path) is None, path


def test_nothing_is_known_of_what_is_not_there(work: Work, tmp_path: Path) -> None:
    """Nor of what is outside; whatever else is listed."""
    left_out = [work.root / "src/app.py"]
    head = work.repository.resolve("HEAD")
    code = LocalCode(work.repository, head, [work.root], left_out)
    assert code.is_known(work.root / "src")
    assert code.changes(work.root / "src") is not None
    assert code.left_out(work.root / "src") == ["src/app.py"]
    assert code.left_out(work.root / "src/lib") == []
    for path in (work.root / "none", tmp_path):
        assert code.differs(path) is None
        assert code.changes(path) is None
        assert not code.is_known(path)
        assert code.left_out(path) == []
    assert code.name(work.root / "src") == "src"
    assert code.name(work.root) == ""
    assert code.name(tmp_path) is None


@pytest.mark.parametrize(
    "name",
    [
        "with space.py",
        "ünïcödé-日本.py",
        "new\nline.py",
        'quo"te.py',
        "tab\t.py",
        "-x",
        "*",
        "[a]",
    ],
)
def test_names(work: Work, name: str) -> None:
    path = f"src/{name}/{name}"
    work.commit({path: "one\n"})
    assert work.read(path) == b"one\n"
    for place in ("src", f"src/{name}", path):
        assert work.differs(place) is False, place
    work.write({path: "two\n"})
    for place in ("src", f"src/{name}", path):
        assert work.differs(place) is True, place


def test_name_that_is_not_unicode(work: Work) -> None:
    path = os.path.join(os.fsencode(work.root), b"src/\xff.py")
    try:
        Path(os.fsdecode(path)).write_text("one\n")
    except OSError:
        pytest.skip("the file system takes Unicode only")
    work.commit()
    assert work.differs("src") is False
    Path(os.fsdecode(path)).write_text("two\n")
    assert work.differs("src") is True


def test_file_becomes_a_folder_and_back(work: Work) -> None:
    (work.root / "src/app.py").unlink()
    work.write({"src/app.py/x": "x"})
    assert work.differs("src") is True
    assert work.differs("src/app.py") is True
    work.commit()
    (work.root / "src/app.py/x").unlink()
    (work.root / "src/app.py").rmdir()
    work.write({"src/app.py": "one\n"})
    assert work.differs("src/app.py") is True
    assert work.differs("src/app.py", commit="HEAD~1") is False


def test_file_becomes_a_pipe(work: Work) -> None:
    (work.root / "src/app.py").unlink()
    os.mkfifo(work.root / "src/app.py")
    assert work.differs("src") is True


def _refuse(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the system refuse to open a file."""
    opened = os.open

    def refuse(path: object, *rest: int) -> int:
        if str(path).endswith(name):
            raise PermissionError
        return opened(str(path), *rest)

    monkeypatch.setattr(os, "open", refuse)


def test_file_that_cannot_be_read(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    _refuse(monkeypatch, "app.py")
    assert work.differs("src") is None


def test_what_comes_after_a_file_that_cannot_be_read(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.write({"src/lib/util.py": "as long as it is, it comes last\n"})
    _refuse(monkeypatch, "app.py")
    assert work.differs("src") is True


@pytest.mark.parametrize("flag", ["O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"])
def test_a_file_is_opened_without_following_or_waiting(flag: str) -> None:
    """Whatever took its place since it was looked at."""
    assert _local_code._READ & getattr(os, flag)


@pytest.mark.parametrize(
    ("mode", "size"), [(stat.S_IFIFO, 4), (stat.S_IFREG, _local_code.HASH_LIMIT + 1)]
)
def test_file_that_was_exchanged_since_it_was_looked_at(
    work: Work, monkeypatch: pytest.MonkeyPatch, mode: int, size: int
) -> None:
    other = os.stat_result((mode, 0, 0, 0, 0, 0, size, 0, 0, 0))
    code = _code(work)
    assert code.is_known(work.root / "src")
    monkeypatch.setattr(os, "fstat", lambda _: other)
    assert code.differs(work.root / "src") is None


def test_conflict(work: Work) -> None:
    base = work.git("rev-parse", "HEAD")
    work.commit({"src/app.py": "two\n"})
    work.git("checkout", "-q", "-b", "other", base)
    work.commit({"src/app.py": "three\n"})
    assert work.run("merge", "main").returncode
    assert work.differs("src") is True
    work.write({"src/app.py": "three\n"})
    assert work.differs("src") is False


def test_subfolder_template(work: Work) -> None:
    work.commit({"service/template.yaml": "x", "service/src/a.py": "a"})
    found = Repository.find(work.root / "service/template.yaml")
    assert found is not None
    head = found.resolve("HEAD")
    assert found.read(head, work.root / "service/template.yaml", LIMIT) == b"x"
    assert differs(found, head, work.root / "service/src") is False
    assert differs(found, head, work.root / "service" / ".." / "src") is False
    work.write({"service/src/b.py": "b"})
    assert differs(found, head, work.root / "service/src") is True
    assert differs(found, head, work.root / "service/../src") is False


# -- symbolic links, submodules, sparse checkouts --------------------------------


def test_symbolic_link_is_compared_as_a_link(work: Work, tmp_path: Path) -> None:
    link = work.root / "src/link.py"
    link.symlink_to("app.py")
    work.commit()
    assert work.differs("src") is False
    assert work.differs("src/link.py") is False
    work.write({"src/app.py": "two\n"})
    assert work.differs("src/link.py") is False
    link.unlink()
    link.symlink_to(tmp_path)
    assert work.differs("src/link.py") is True
    link.unlink()
    link.write_text("app.py")
    assert work.differs("src/link.py") is True
    work.git("config", "core.symlinks", "false")
    assert work.differs("src/link.py") is False
    link.write_text("other.py")
    assert work.differs("src/link.py") is True
    link.unlink()
    os.mkfifo(link)
    assert work.differs("src/link.py") is True


def test_folder_behind_a_symbolic_link_is_unknown(work: Work, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "src").mkdir(parents=True)
    (outside / "src" / "x").write_text("x")
    (work.root / "out").symlink_to(outside, target_is_directory=True)
    (work.root / "in").symlink_to("src", target_is_directory=True)
    work.commit()
    assert work.differs("out/src") is None
    assert work.differs("out/src/x") is None
    assert work.differs("in/lib") is None
    assert work.differs("out/../src") is None
    # The links themselves are links.
    assert work.differs("out") is False
    assert work.differs("in") is False


def test_folder_that_became_a_symbolic_link(work: Work, tmp_path: Path) -> None:
    (work.root / "src/lib").rename(tmp_path / "lib")
    (work.root / "src/lib").symlink_to(tmp_path / "lib", target_is_directory=True)
    assert work.differs("src") is True
    # Also where git does not list the link.
    work.write({".git/info/exclude": "lib\n"})
    assert work.differs("src") is True
    assert work.differs("src/lib/util.py") is None


def test_what_is_deep_behind_a_symbolic_link_is_unknown(
    work: Work, tmp_path: Path
) -> None:
    (work.root / "src").rename(tmp_path / "src")
    (work.root / "src").symlink_to(tmp_path / "src", target_is_directory=True)
    assert work.differs("src/lib/util.py") is None
    # Whoever asks for all is told that it is gone.
    code = _code(work)
    changes = code.changes(work.root)
    assert changes is not None
    assert changes.changed == {"src", "src/app.py", "src/lib/util.py"}


def test_target_of_a_link_is_stored_as_it_is(work: Work) -> None:
    link = work.root / "src/link"
    link.symlink_to("a\nb")
    work.commit({".gitattributes": "* text"})
    assert work.differs("src") is False
    link.unlink()
    link.symlink_to("a\r\nb")
    assert work.differs("src") is True


def test_link_that_leads_to_itself(work: Work) -> None:
    (work.root / "loop").symlink_to("loop")
    assert work.differs("loop/x") is None
    assert Repository.find(work.root / "loop" / "x") is None


@pytest.fixture
def submodule(work: Work, tmp_path: Path) -> Work:
    other = Work(tmp_path / "other")
    other.commit({"lib.py": "one\n"})
    work.git("submodule", "--quiet", "add", str(other.root), "src/vendor")
    work.commit()
    return Work(work.root / "src/vendor", init=False)


def test_submodule_of_a_folder(work: Work, submodule: Work) -> None:
    assert work.differs("src") is False
    assert work.differs("src/vendor") is False
    # Its files count, committed in it or not, and whatever the index names.
    submodule.write({"lib.py": "two\n"})
    assert work.differs("src") is True
    submodule.commit()
    assert work.differs("src") is True
    assert work.differs("src/vendor") is True
    work.git("add", "src/vendor")
    assert work.differs("src") is True
    submodule.git("checkout", "-q", "HEAD~1")
    assert work.differs("src") is False
    assert work.differs("src", commit="HEAD~1") is True
    # What lies in it is another repository's.
    assert work.differs("src/vendor/lib.py") is None


def test_submodule_that_is_not_checked_out(work: Work, submodule: Work) -> None:
    work.git("submodule", "--quiet", "deinit", "--force", "src/vendor")
    assert work.differs("src") is False


def test_submodule_that_is_not_checked_out_is_not_the_repository_around_it(
    work: Work,
) -> None:
    # Its commit is one of the repository that it is in.
    head = work.git("rev-parse", "HEAD")
    work.git("update-index", "--add", "--cacheinfo", f"160000,{head},src/vendor")
    commit = work.git("commit-tree", "-m", "other", work.git("write-tree"))
    (work.root / "src/vendor").mkdir()
    assert work.differs("src", commit=commit) is False


def test_submodule_that_lacks_the_commit(work: Work, submodule: Work) -> None:
    entry = f"160000,{'1' * 40},src/vendor"
    work.git("update-index", "--cacheinfo", entry)
    commit = work.git("commit-tree", "-m", "other", work.git("write-tree"))
    assert work.differs("src", commit=commit) is False
    work.git("update-index", "--cacheinfo", entry.replace("1" * 40, "2" * 40))
    assert work.differs("src", commit=commit) is True


def test_submodule_that_is_unknown(work: Work, submodule: Work) -> None:
    submodule.commit({".gitattributes": "* filter=x\n"})
    work.commit()
    submodule.git("config", "filter.x.clean", "false")
    submodule.write({"lib.py": "two\n"})
    assert work.differs("src") is None
    work.write({"src/app.py": "two\n"})
    assert work.differs("src") is True


def test_submodule_that_is_removed(work: Work, submodule: Work) -> None:
    work.git("rm", "-q", "--cached", "src/vendor")
    assert work.differs("src") is True


def test_submodule_that_became_a_file(work: Work, submodule: Work) -> None:
    """Whatever a filter makes of the file."""
    work.commit({".gitattributes": "* filter=x\n"})
    work.git("config", "filter.x.clean", "false")
    work.git("config", "core.symlinks", "false")
    submodule.root.rename(work.root / "away")
    submodule.root.write_text("now a file\n")
    assert work.differs("src/vendor") is True


def test_template_in_a_submodule(work: Work, submodule: Work) -> None:
    assert submodule.repository.root == work.root / "src/vendor"
    assert submodule.read("lib.py") == b"one\n"
    submodule.write({"lib.py": "two\n"})
    assert submodule.differs(".") is True


def test_untracked_repository(work: Work) -> None:
    nested = Work(work.root / "src/nested")
    nested.commit({"x": "x"})
    assert work.differs("src") is True
    assert work.differs("src/nested/x") is None


def test_sparse_checkout(work: Work) -> None:
    work.commit({"other/x": "one"})
    first = work.git("rev-parse", "HEAD")
    work.git("sparse-checkout", "set", "--no-cone", "/src/", "/template.yaml")
    assert not (work.root / "other/x").exists()
    assert work.differs("other") is False
    assert work.differs(".") is False
    (work.root / "other/x").mkdir(parents=True)
    assert work.differs("other") is True
    (work.root / "other/x").rmdir()
    # What was committed since differs, though it is not on disk.
    digest = work.git("hash-object", "-w", "src/app.py")
    work.git("update-index", "--cacheinfo", f"100644,{digest},other/x")
    work.git("update-index", "--skip-worktree", "other/x")
    assert work.differs("other", commit=first) is True
    # What is on disk after all counts.
    work.write({"other/x": "one"})
    assert work.differs("other", commit=first) is False


def test_repository_in_a_folder_that_is_tracked(work: Work) -> None:
    Work(work.root / "src")
    assert work.differs("src/lib") is False
    work.write({"src/lib/util.py": "three\n"})
    assert work.differs("src/lib") is True


def test_deep_folders(work: Work) -> None:
    path = "/".join(["d"] * 1200)
    digest = work.git("rev-parse", "HEAD:src/app.py")
    work.git("update-index", "--add", "--cacheinfo", f"100644,{digest},{path}/x")
    assert work.differs("d") is None
    commit = work.git("commit-tree", "-m", "deep", work.git("write-tree"))
    assert work.differs("d", commit=commit) is True


def test_file_that_is_assumed_unchanged(work: Work) -> None:
    work.git("update-index", "--assume-unchanged", "src/app.py")
    assert work.differs("src") is False
    work.write({"src/app.py": "two\n"})
    assert work.differs("src") is True


# -- conversions -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "autocrlf"),
    [
        ("", "true"),
        ("", "input"),
        ("* text=auto", ""),
        ("* text", ""),
        ("* eol=crlf", ""),
        ("* eol=lf", ""),
        ("* text eol=crlf", ""),
        ("* crlf", ""),
        ("* crlf=input", ""),
        ("* text -working-tree-encoding", ""),
        ("*.py ident", "true"),
    ],
)
def test_line_endings_that_git_converts(
    work: Work, attributes: str, autocrlf: str
) -> None:
    work.commit({".gitattributes": attributes})
    if autocrlf:
        work.git("config", "core.autocrlf", autocrlf)
    work.write({"src/app.py": "one\r\n"})
    assert work.run("diff", "--quiet").returncode == 0
    assert work.differs("src") is False
    work.write({"src/app.py": "two\r\n"})
    assert work.differs("src") is True


@pytest.mark.parametrize(
    ("attributes", "autocrlf"),
    [
        ("", ""),
        ("", "false"),
        ("* -text", "true"),
        ("* binary", "true"),
        ("* -crlf", "true"),
    ],
)
def test_line_endings_that_git_keeps(
    work: Work, attributes: str, autocrlf: str
) -> None:
    work.commit({".gitattributes": attributes})
    if autocrlf:
        work.git("config", "core.autocrlf", autocrlf)
    work.write({"src/app.py": "one\r\n"})
    assert work.run("diff", "--quiet").returncode == 1
    assert work.differs("src") is True


def test_binary_file_with_line_endings(work: Work) -> None:
    work.commit(
        {".gitattributes": "* text=auto", "src/x.bin": b"\0\n", "src/y": b"a\rb\n"}
    )
    work.write({"src/x.bin": b"\0\r\n"})
    assert work.differs("src/x.bin") is True
    work.write({"src/y": b"a\rb\r\n"})
    assert work.differs("src/y") is True


def test_expanded_ident(work: Work) -> None:
    work.commit({".gitattributes": "*.py ident", "src/app.py": "# $Id$\n"})
    work.write({"src/app.py": "# $Id: 0123 $\n"})
    assert work.run("diff", "--quiet").returncode == 0
    assert work.differs("src") is False
    work.write({"src/app.py": "# $Id: 0123 $ x\n"})
    assert work.differs("src") is True
    # Where nothing asks for it, it is a text like another.
    work.write({".gitattributes": "", "src/app.py": "# $Id: 0123 $\n"})
    assert work.differs("src") is True


def test_encoding_of_the_work_tree_is_unknown(work: Work) -> None:
    work.commit(
        {
            ".gitattributes": "*.txt working-tree-encoding=UTF-16",
            "src/x.txt": "x".encode("utf-16"),
        }
    )
    assert work.differs("src") is None
    work.write({".gitattributes": "* working-tree-encoding", "src/app.py": "two"})
    assert work.differs("src/app.py") is None


def test_filter_is_unknown(work: Work) -> None:
    work.commit({".gitattributes": "*.py filter=x"})
    # A filter that this clone does not know changes nothing.
    work.write({"src/app.py": "two\n"})
    assert work.differs("src") is True
    work.git("config", "filter.x.clean", "false")
    assert work.differs("src") is None
    work.write({"src/new.txt": "x"})
    assert work.differs("src") is True
    (work.root / "src/new.txt").unlink()
    work.write({"src/app.py": "one\n"})
    assert work.differs("src") is False


def test_process_is_a_filter_too(work: Work) -> None:
    work.commit({".gitattributes": "*.py filter=x"})
    work.git("config", "filter.x.process", "false")
    work.write({"src/app.py": "two\n"})
    assert work.differs("src") is None


@pytest.mark.parametrize("prefix", ["", "ext-0-foo sha256:" + "0" * 64 + "\n"])
def test_large_file_storage(work: Work, prefix: str, marker: Path) -> None:
    version, rest = pointer(b"model").split("\n", 1)
    stored = f"{version}\n{prefix}{rest}"
    work.commit({".gitattributes": "*.bin filter=lfs -text", "src/x.bin": stored})
    for key in ("clean", "smudge", "process"):
        work.git(
            "config", f"filter.lfs.{key}", f"touch {shlex.quote(str(marker))}; cat"
        )
    assert work.differs("src") is False
    work.write({"src/x.bin": b"model"})
    assert work.differs("src") is False
    work.write({"src/x.bin": b"other"})
    assert work.differs("src") is True
    work.write({"src/x.bin": pointer(b"other")})
    assert work.differs("src") is True
    assert not marker.exists()


@pytest.mark.parametrize(("size", "is_read"), [(1023, True), (1024, False)])
def test_large_pointer(work: Work, size: int, is_read: bool) -> None:
    version, rest = pointer(b"model").split("\n", 1)
    extension = "x" * (size - len(version) - len(rest) - 2)
    stored = f"{version}\n{extension}\n{rest}"
    assert len(stored) == size
    work.commit({".gitattributes": "*.bin filter=lfs -text", "src/x.bin": stored})
    work.git("config", "filter.lfs.clean", "git-lfs clean -- %f")
    work.write({"src/x.bin": b"model"})
    assert work.differs("src") is (False if is_read else None)


def test_large_file_that_was_committed_as_it_is(work: Work) -> None:
    work.commit({"src/x.bin": b"model" * 1000})
    work.write({".gitattributes": "*.bin filter=lfs", "src/x.bin": b"other" * 1000})
    work.git("config", "filter.lfs.clean", "git-lfs clean -- %f")
    assert work.differs("src") is None


def test_small_file_that_was_committed_as_it_is(work: Work) -> None:
    work.commit({"src/x.bin": "model"})
    work.write({".gitattributes": "*.bin filter=lfs", "src/x.bin": "other"})
    work.git("config", "filter.lfs.clean", "git-lfs clean -- %f")
    assert work.differs("src") is None
    # Nor does it help where the repository lacks what was committed.
    _lose(work, "src/x.bin")
    assert work.differs("src") is None


def test_attributes_of_many_files(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_git, "_ARGUMENTS_LIMIT", 100)
    work.commit(
        {".gitattributes": "* text", **{f"src/{n}.py": f"{n}\n" for n in range(50)}}
    )
    work.write({f"src/{n}.py": f"{n}\r\n" for n in range(50)})
    calls = _heard(monkeypatch, "attributes")
    assert work.differs("src") is False
    # Each takes ten names of nine letters.
    assert len(calls) == 5


# -- what is moved, and what is read ---------------------------------------------


def test_moved(work: Work, tmp_path: Path) -> None:
    head = work.commit({"one/a": "a", "one/lib/b": "b"})
    one, two, outside = work.root / "one", work.root / "two", tmp_path
    one.rename(two)

    def is_moved(old: Path, new: Path) -> bool:
        return LocalCode(work.repository, head, [old, new]).is_moved(old, new)

    assert is_moved(one, two)
    assert not is_moved(one, one)
    for pair in ((one, outside), (outside, two), (outside, outside)):
        assert not is_moved(*pair)
    work.write({"two/c": "c"})
    assert not is_moved(one, two)


def test_moved_are_the_files_of_the_commit_that_are_there(work: Work) -> None:
    head = work.commit({"one/a": "a", "one/b": "b", "two/gone": ""})
    one, two = work.root / "one", work.root / "two"
    (two / "gone").unlink()
    work.write({"two/a": "a", "two/b": "b", "one/new": ""})

    def is_moved(*without: Path) -> bool:
        code = LocalCode(work.repository, head, [work.root], without)
        return code.is_moved(one, two)

    assert is_moved()
    (two / "b").unlink()
    assert not is_moved()
    assert is_moved(one / "b")
    work.write({"two/b": "c"})
    assert not is_moved()
    # Nothing is no copy of nothing.
    code = LocalCode(work.repository, head, [work.root])
    assert not code.is_moved(work.root / "x", work.root / "y")


def test_what_cannot_be_read_is_no_copy(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = work.commit({"one/a": "a"})
    work.write({"two/a": "a"})
    one, two = work.root / "one", work.root / "two"
    code = LocalCode(work.repository, head, [one, two])
    assert code.is_file("two/a")
    _refuse(monkeypatch, "two/a")
    assert not code.is_moved(one, two)
    assert code.text("two/a") is None


def test_what_is_a_file_and_has_a_text(work: Work, submodule: Work) -> None:
    (work.root / "src/link.py").symlink_to("app.py")
    os.mkfifo(work.root / "src/pipe")
    work.commit()
    work.git("update-index", "--skip-worktree", "src/lib/util.py")
    (work.root / "src/lib/util.py").unlink()
    code = _code(work)
    assert code.is_known(work.root)
    assert code.is_file("src/app.py")
    assert code.text("src/app.py") == "one\n"
    for name in ("link.py", "pipe", "none.py", "vendor", "lib", "lib/util.py"):
        assert not code.is_file(f"src/{name}"), name
        assert code.text(f"src/{name}") is None, name


def test_text_of_a_large_file(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    code = _code(work)
    for limit, text in ((4, "one\n"), (3, None)):
        monkeypatch.setattr(_local_code, "TEXT_LIMIT", limit)
        assert code.text("src/app.py") == text


def test_a_link_is_no_copy_of_a_file_that_holds_its_target(work: Work) -> None:
    (work.root / "one").mkdir()
    (work.root / "one/a").symlink_to("a")
    head = work.commit()
    work.write({"two/a": "a"})
    one, two = work.root / "one", work.root / "two"
    assert not LocalCode(work.repository, head, [one, two]).is_moved(one, two)


def test_text_before(work: Work) -> None:
    (work.root / "src/link.py").symlink_to("app.py")
    head = work.commit()
    work.write({"src/app.py": "two\n", "src/new.py": "new\n"})
    code = LocalCode(work.repository, head, [work.root])
    assert code.is_known(work.root / "src")
    assert code.text_before("src/app.py") == "one\n"
    for name in ("src/link.py", "src/new.py", "src/none.py"):
        assert code.text_before(name) is None
    # Where the repository lacks it, there is none.
    _lose(work, "src/app.py")
    assert code.text_before("src/app.py") is None


# -- limits ----------------------------------------------------------------------


def test_tree_that_grows_without_end(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = work.git("rev-parse", "HEAD:src")
    for _ in range(12):
        entries = "".join(f"040000 tree {tree}\t{n}\n" for n in range(9))
        tree = subprocess.run(
            ["git", "mktree"],
            cwd=work.root,
            input=entries,
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout.strip()
    commit = work.git("commit-tree", "-m", "a bomb", tree)
    monkeypatch.setattr(_git, "ANSWER_LIMIT", 1_000_000)
    assert work.differs(".", commit=commit) is None


def test_much_to_read_is_unknown(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    work.commit({"src/large": "x" * 1000})
    monkeypatch.setattr(_local_code, "HASH_LIMIT", 500)
    assert work.differs("src") is None
    # A difference that is found before that is one.
    work.write({"src/app.py": "two\n"})
    assert work.differs("src") is True
    work.write({"src/app.py": "one\n", "src/new": ""})
    assert work.differs("src") is True


def test_what_is_just_not_too_much_is_read(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.commit({"one/file": "x" * 1000})
    work.write({"two/file": "x" * 1000})
    head = work.repository.resolve("HEAD")
    one, two = (work.root / name for name in ("one", "two"))
    for limit, is_read in ((1000, True), (999, False)):
        monkeypatch.setattr(_local_code, "HASH_LIMIT", limit)
        monkeypatch.setattr(_local_code, "TEXT_LIMIT", limit)
        assert work.differs("one") is (False if is_read else None)
        assert (
            LocalCode(work.repository, head, [one, two]).is_moved(one, two) is is_read
        )
        text = LocalCode(work.repository, head, [one]).text("one/file")
        assert text == ("x" * 1000 if is_read else None)


def test_what_was_read_is_not_read_again(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = work.commit({"one/file": "x" * 1000})
    monkeypatch.setattr(_local_code, "HASH_LIMIT", 1000)
    code = LocalCode(work.repository, head, [work.root])
    assert code.differs(work.root / "one/file") is False
    assert code.differs(work.root / "one") is False


def test_no_more_is_listed_than_is_asked_for(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = _heard(monkeypatch, "files")
    assert work.differs("src/lib") is False
    assert calls == [["src/lib"]]


def test_what_many_files_are_together_is_too_much_to_read(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"one/{name}": "x" * 500 for name in "abc"}
    head = work.commit(files)
    work.write({name.replace("one", "two"): text for name, text in files.items()})
    one, two = work.root / "one", work.root / "two"

    def code(limit: int) -> LocalCode:
        monkeypatch.setattr(_local_code, "HASH_LIMIT", limit)
        return LocalCode(work.repository, head, [work.root])

    for limit, unknown in ((1500, ""), (1499, "c"), (999, "bc")):
        changes = code(limit).changes(one)
        assert changes is not None
        assert changes.unknown == {f"one/{name}" for name in unknown}
        assert code(limit).is_moved(one, two) is (not unknown)


def test_what_is_read_of_a_template_is_documented() -> None:
    page = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    all_files, one_file = (
        f"{limit / 2**20:g} MiB"
        for limit in (_local_code.HASH_LIMIT, _local_code.TEXT_LIMIT)
    )
    assert (
        f"; {all_files} a template, imports looked for in files of {one_file}" in page
    )


@pytest.mark.skipif(os.name == "nt", reason="a backslash divides folders there")
def test_a_backslash_is_a_letter_of_a_name(work: Work) -> None:
    work.commit({"src/a\\..\\b": "one"})
    assert work.differs("src") is False
    work.write({"src/a\\..\\b": "two"})
    assert work.differs("src") is True


def test_few_processes(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = work.repository
    head = repository.resolve("HEAD")
    asked: list[str] = []
    ask = _git._ask

    def count(folder: Path, *arguments: str, limit: int | None = None) -> _git._Answer:
        asked.append(arguments[0])
        return ask(folder, *arguments, limit=limit)

    monkeypatch.setattr(_git, "_ask", count)
    assert differs(repository, head, work.root / "src") is False
    assert asked == ["ls-tree", "ls-files"]
    work.write({"src/app.py": "two\n"})
    asked.clear()
    assert differs(repository, head, work.root / "src") is True
    assert asked == ["ls-tree", "ls-files", "check-attr", "config"]
    asked.clear()
    repository.read(head, work.root / "template.yaml", LIMIT)
    assert asked == ["ls-tree", "cat-file"]
    asked.clear()
    paths = [work.root / name for name in ("src/app.py", "src", "src/lib", "none")]
    code = LocalCode(repository, head, paths)
    assert [code.differs(path) for path in paths * 2] == [True, True, False, None] * 2
    assert asked == ["ls-tree", "ls-files", "check-attr", "config"]
    asked.clear()
    # What was not announced is listed when it is asked for.
    assert code.differs(work.root / "template.yaml") is False
    assert code.differs(work.root) is True
    assert asked == ["ls-tree", "ls-files"] * 2


def test_attributes_of_many_folders_are_asked_once(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"code/{n}" for n in range(10)]
    head = work.commit({f"{name}/a.py": f"{name}\n" for name in names})
    work.write({f"{name}/a.py": f"{name}\r\n" for name in names})
    asked: list[str] = []
    ask = _git._ask

    def count(folder: Path, *arguments: str, limit: int | None = None) -> _git._Answer:
        asked.append(arguments[0])
        return ask(folder, *arguments, limit=limit)

    monkeypatch.setattr(_git, "_ask", count)
    code = LocalCode(work.repository, head, [work.root / name for name in names])
    assert {code.differs(work.root / name) for name in names} == {True}
    assert asked.count("check-attr") == 1


def test_attributes_are_asked_of_what_the_commit_has(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.write({"src/app.py": "one\r\n", "src/new.py": ""})
    calls = _heard(monkeypatch, "attributes")
    code = _code(work)
    assert code.changes(work.root / "src") == Changes(
        frozenset({"src/app.py", "src/lib/util.py", "src/new.py"}),
        frozenset({"src/app.py", "src/new.py"}),
        frozenset(),
    )
    (asked,) = calls
    assert sorted(asked) == ["src/app.py", "src/lib/util.py", "template.yaml"]


def test_many_paths(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_git, "_ARGUMENTS_LIMIT", 100)
    names = [f"code/{'x' * 20}{n}" for n in range(20)]
    head = work.commit({f"{name}/a.py": name for name in names})
    work.write({f"{name}/a.py": "changed" for name in names[::2]})
    code = LocalCode(work.repository, head, [work.root / name for name in names])
    found = [code.differs(work.root / name) for name in names]
    assert found == [True, False] * 10


def test_names_that_begin_alike(work: Work) -> None:
    work.commit({f"{name}/x": name for name in ("a", "a-b", "a.b", "a0", "ab", "a/a")})
    work.write({f"{name}/x": "changed" for name in ("a-b", "a.b", "a0", "ab")})
    assert work.differs("a") is False
    work.write({"a/a/x": "changed"})
    assert work.differs("a") is True
    assert work.differs("a/a") is True


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that is there once something ran that must not."""
    return tmp_path / "marker"
