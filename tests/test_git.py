"""Repositories made here, among them hostile ones, as the baseline reads them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.update import _git
from cfn_lint_lambda_race.update._git import GitError, Repository
from tests.repositories import (  # noqa: F401
    LIMIT,
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


# -- finding ---------------------------------------------------------------------


def test_is_found_from_a_file_and_from_folders(work: Work) -> None:
    for path in (".", "template.yaml", "src", "src/lib/util.py", "src/not-there.py"):
        found = Repository.find(work.root / path)
        assert found is not None, path
        assert found.root == work.root


def test_working_directory_does_not_count(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Work(tmp_path / "other")
    monkeypatch.chdir(other.root)
    found = Repository.find(work.root / "src")
    assert found is not None
    assert found.root == work.root


def test_relative_path_is_below_the_working_directory(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(work.root / "src")
    found = Repository.find(Path("app.py"))
    assert found is not None
    assert found.read(found.resolve("HEAD"), Path("app.py"), LIMIT) == b"one\n"


def test_nothing_is_found_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert Repository.find(tmp_path) is None
    assert Repository.find(tmp_path / "no" / "such" / "template.yaml") is None
    assert Repository.find(tmp_path / "null\0byte") is None


def test_nothing_is_found_in_what_git_keeps(work: Work, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    work.git("clone", "-q", "--bare", str(work.root), str(bare))
    assert Repository.find(work.root / ".git" / "config") is None
    assert Repository.find(bare / "config") is None


def test_symbolic_link_to_a_template_is_resolved(work: Work, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere.yaml"
    link.symlink_to(work.root / "template.yaml")
    found = Repository.find(link)
    assert found is not None
    assert found.root == work.root
    assert found.read(found.resolve("HEAD"), link, LIMIT) == b"one"


def test_symbolic_link_to_a_folder_above_is_resolved(
    work: Work, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    path = tmp_path / "link" / "work" / "src"
    found = Repository.find(path)
    assert found is not None
    assert found.root == work.root
    head = found.resolve("HEAD")
    assert found.read(head, path / "app.py", LIMIT) == b"one\n"
    assert differs(found, head, path) is False


def test_linked_worktree(work: Work, tmp_path: Path) -> None:
    linked = Work(tmp_path / "linked tree", init=False)
    work.git("worktree", "add", "-q", "-b", "other", str(linked.root))
    linked.write({"src/app.py": "changed\n"})
    assert linked.repository.root == linked.root
    assert linked.read("src/app.py") == b"one\n"
    assert linked.differs("src") is True
    assert work.differs("src") is False


def test_worktree_whose_repository_is_gone(work: Work, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    work.git("worktree", "add", "-q", str(linked))
    work.root.rename(tmp_path / "moved")
    with pytest.raises(GitError, match=r"git rev-parse fails .*not a git repository"):
        Repository.find(linked)


def test_work_tree_elsewhere_is_not_meant(work: Work, tmp_path: Path) -> None:
    work.git("config", "core.worktree", str(tmp_path / "other"))
    (tmp_path / "other").mkdir()
    assert Repository.find(work.root / "template.yaml") is None


def test_git_missing(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        GitError, match=r"^git is not installed; install it or use baseline_path$"
    ):
        Repository.find(work.root)


def test_git_of_the_working_directory_is_not_run(
    work: Work, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(work.root / "git", marker)
    monkeypatch.chdir(work.root)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", os.environ["PATH"]]))
    assert Repository.find(work.root) is not None
    assert not marker.exists()


def test_owner_that_git_does_not_trust(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = _git._environment
    monkeypatch.setattr(
        _git,
        "_environment",
        lambda: {**environment(), "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"},
    )
    with pytest.raises(GitError) as caught:
        Repository.find(work.root)
    assert "another user owns it" in str(caught.value)
    assert f"`git config --global --add safe.directory {work.root}`" in str(
        caught.value
    )


def test_broken_configuration(work: Work) -> None:
    (work.root / ".git" / "config").write_text("[core\n")
    with pytest.raises(GitError, match=r"git rev-parse fails .*config"):
        Repository.find(work.root)


def _disguised(folder: Path, source: Work) -> None:
    """Make a folder that looks like a bare repository, as any clone can hold one."""
    source.git("clone", "-q", "--bare", str(source.root), str(folder))
    (folder / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n"
    )


@pytest.mark.parametrize("place", ["infra", "infra/deep"])
def test_folder_that_looks_like_a_repository_is_none(
    work: Work, tmp_path: Path, place: str
) -> None:
    """Else a pull request could decide what `origin/main` is."""
    other = Work(tmp_path / "other")
    other.commit({"template.yaml": "forged"})
    _disguised(work.root / "infra", other)
    work.write({f"{place}/template.yaml": "new"})
    found = Repository.find(work.root / place / "template.yaml")
    assert found is not None
    assert found.root == work.root
    head = work.git("rev-parse", "HEAD")
    assert found.resolve("main") == head
    assert found.read(head, work.root / "template.yaml", LIMIT) == b"one"


def test_folder_that_looks_like_a_repository_outside_of_any(tmp_path: Path) -> None:
    other = Work(tmp_path / "other")
    other.commit({"template.yaml": "forged"})
    _disguised(tmp_path / "infra", other)
    (tmp_path / "infra" / "template.yaml").write_text("new")
    assert Repository.find(tmp_path / "infra" / "template.yaml") is None
    # Nor does an entry of that name make one of it.
    (tmp_path / "infra" / ".git").mkdir()
    assert Repository.find(tmp_path / "infra" / "template.yaml") is None


def test_settings_of_a_folder_that_looks_like_a_repository_have_no_effect(
    work: Work, tmp_path: Path, marker: Path
) -> None:
    other = Work(tmp_path / "other")
    other.commit({"template.yaml": "forged"})
    _disguised(work.root / "infra", other)
    with (work.root / "infra" / "config").open("a") as file:
        file.write(f"\tfsmonitor = {program(tmp_path / 'fsmonitor', marker)}\n")
    work.write({"infra/template.yaml": "new"})
    found = Repository.find(work.root / "infra" / "template.yaml")
    assert found is not None
    assert differs(found, found.resolve("HEAD"), work.root / "infra") is True
    assert not marker.exists()


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ("git version 2.30.2", False),
        ("git version 2.38.9", False),
        ("git version 2.39.3 (Apple Git-146)", False),
        ("git version 2.39.4", True),
        ("git version 2.40.1", False),
        ("git version 2.40.2.windows.1", True),
        ("git version 2.43.3", False),
        ("git version 2.44.1", True),
        ("git version 2.45.0", False),
        ("git version 2.45.1", True),
        ("git version 2.46.0-rc1", True),
        ("git version 3.0", True),
        ("git version 1.9.5", False),
        ("something else", False),
    ],
)
def test_partial_clone_of_a_git_that_would_fetch_is_refused(
    work: Work, monkeypatch: pytest.MonkeyPatch, version: str, is_safe: bool
) -> None:
    ask = _git._ask

    def older(folder: Path, *arguments: str, limit: int | None = None) -> _git._Answer:
        if arguments == ("version",):
            return _git._Answer(0, f"{version}\n".encode(), "")
        return ask(folder, *arguments, limit=limit)

    monkeypatch.setattr(_git, "_ask", older)
    # Whatever git it is: there is nothing to fetch from.
    assert Repository.find(work.root) is not None
    work.git("config", "remote.origin.promisor", "true")
    if is_safe:
        assert Repository.find(work.root) is not None
        return
    with pytest.raises(GitError, match=r"partial clone.*update git to 2\.45\.1"):
        Repository.find(work.root)


@pytest.mark.parametrize("place", [".git/config", "included", ".git/config.worktree"])
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        # git takes a remote with a filter for a promisor, too.
        ("remote.origin.partialCloneFilter", "blob:none"),
        ("Remote.a.b.PARTIALCLONEFILTER", "blob:none"),
    ],
)
def test_each_setting_that_makes_a_partial_clone_is_refused(
    work: Work, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, place: str
) -> None:
    monkeypatch.setattr(_git, "_never_fetches", lambda version: False)
    work.git("config", "include.path", str(work.root / "included"))
    work.git("config", "extensions.worktreeConfig", "true")
    work.git("config", "--file", str(work.root / place), setting, value)
    with pytest.raises(GitError, match="partial clone"):
        Repository.find(work.root)


def test_settings_that_cannot_be_read_are_no_reason_to_go_on(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an old git would fetch since its promisor was not seen."""
    ask = _git._ask

    def failing(folder: Path, *arguments: str, limit: int | None = None) -> Any:
        if arguments[0] == "config":
            return _git._Answer(128, b"", "fatal: bad config line 9")
        return ask(folder, *arguments, limit=limit)

    monkeypatch.setattr(_git, "_ask", failing)
    with pytest.raises(GitError, match="bad config line 9"):
        Repository.find(work.root)


def test_program_of_a_remote_with_a_filter_does_not_run(
    work: Work, tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A remote with a filter is a promisor even where nothing else says so."""
    # As with a git that knows neither this nor that it is too old.
    monkeypatch.delitem(_git._VARIABLES, "GIT_NO_LAZY_FETCH")
    path = program(tmp_path / "trap", marker)
    for key, value in {
        "remote.origin.url": "::x",
        "remote.origin.partialCloneFilter": "blob:none",
        "alias.remote-": f"!{path}",
    }.items():
        work.git("config", key, value)
    head = work.git("rev-parse", "HEAD")
    digest = work.git("rev-parse", "HEAD:template.yaml")
    (work.root / ".git" / "objects" / digest[:2] / digest[2:]).unlink()
    found = Repository.find(work.root)
    assert found is not None
    with pytest.raises(GitError, match="partial clone"):
        found.read(head, work.root / "template.yaml", LIMIT)
    assert not marker.exists()
    with monkeypatch.context() as patch:
        patch.setitem(os.environ, "GIT_ALLOW_PROTOCOL", ":")
        work.run("cat-file", "blob", digest)
    assert marker.exists()


# -- resolving -------------------------------------------------------------------


def test_revisions(work: Work) -> None:
    first = work.git("rev-parse", "HEAD")
    work.git("tag", "-a", "-m", "a tag", "v1")
    work.git("branch", "team/feature")
    second = work.commit({"template.yaml": "two"})
    resolve = work.repository.resolve
    assert resolve("HEAD") == resolve("main") == resolve("@") == second
    assert resolve("HEAD~1") == resolve("v1") == resolve("team/feature") == first
    assert resolve(first[:10]) == resolve(first) == first


def test_detached_head(work: Work) -> None:
    first = work.git("rev-parse", "HEAD")
    work.commit({"src/app.py": "two\n"})
    work.git("checkout", "-q", "--detach", first)
    assert work.repository.resolve("HEAD") == first
    assert work.differs("src") is False
    assert work.differs("src", commit="main") is True


@pytest.mark.parametrize(
    "revision",
    ["", " ", "-h", "--output=x", "--all", "HE\0AD", "HEAD\n", "HEAD\nmain", "\udc80"],
)
def test_no_revision_at_all(work: Work, revision: str) -> None:
    with pytest.raises(
        GitError, match=r"is not a git revision; name a branch"
    ) as caught:
        work.repository.resolve(revision)
    assert str(caught.value).isprintable()
    assert not (work.root / "x").exists()


@pytest.mark.parametrize(
    "revision",
    [
        "nope",
        "0" * 40,
        "HEAD~99",
        "HEAD:src",
        "^HEAD",
        "main..main",
        "HEAD^@",
        "a b",
        "x" * 999,
    ],
)
def test_unknown_revision(work: Work, revision: str) -> None:
    with pytest.raises(
        GitError, match=r"^no revision '.*' in this repository; name a branch"
    ):
        work.repository.resolve(revision)


def test_repository_without_commits(tmp_path: Path) -> None:
    with pytest.raises(GitError, match=r"no revision 'HEAD' .*; make a first commit"):
        Work(tmp_path / "empty").repository.resolve("HEAD")


def test_branch_of_a_remote_that_is_not_fetched(work: Work) -> None:
    work.git("remote", "add", "origin", "https://example.com/x.git")
    for revision, branch in {
        "origin/main": "main",
        "origin/feature/x~2": "feature/x",
        "origin/$(touch x)": "'$(touch x)'",
    }.items():
        with pytest.raises(GitError) as caught:
            work.repository.resolve(revision)
        assert str(caught.value) == (
            f"no revision '{revision}' in this repository; "
            f"run `git fetch origin {branch}`"
        )


def test_branch_that_only_the_remote_has(work: Work, tmp_path: Path) -> None:
    work.git("branch", "release")
    clone = Work(tmp_path / "clone", init=False)
    work.git("clone", "-q", str(work.root), str(clone.root))
    with pytest.raises(
        GitError, match=r"no revision 'release' .*; use 'origin/release'"
    ):
        clone.repository.resolve("release")


def test_shallow_clone(work: Work, tmp_path: Path) -> None:
    work.git("branch", "release")
    work.git("tag", "v1")
    work.commit({"src/app.py": "two\n"})
    clone = Work(tmp_path / "clone", init=False)
    work.git("clone", "-q", "--depth", "1", f"file://{work.root}", str(clone.root))
    resolve = clone.repository.resolve
    assert resolve("HEAD") == resolve("origin/main")
    assert clone.read("src/app.py") == b"two\n"
    assert clone.differs("src") is False
    for revision, command in {
        "HEAD~1": "git fetch --unshallow",
        "origin/main~1": "git fetch --unshallow",
        "v1": "git fetch --unshallow --tags",
        "origin/release": "git fetch origin release:refs/remotes/origin/release",
        "upstream/main": "git fetch --unshallow --tags",
    }.items():
        with pytest.raises(GitError) as caught:
            resolve(revision)
        assert str(caught.value).endswith(f"run `{command}`")
    # What the message says does help.
    clone.git("fetch", "-q", "origin", "release:refs/remotes/origin/release")
    assert resolve("origin/release")
    clone.git("fetch", "-q", "--unshallow", "--tags")
    assert resolve("HEAD~1") == resolve("v1")


# -- reading ---------------------------------------------------------------------


def test_content_in_a_commit(work: Work) -> None:
    work.commit({"template.yaml": "two"})
    work.write({"template.yaml": "three"})
    assert work.read("template.yaml") == b"two"
    assert work.read("template.yaml", "HEAD~1") == b"one"
    assert work.read("src/../template.yaml") == b"two"
    assert work.read("src/lib/util.py") == b"two\n"


def test_content_survives_deletion(work: Work) -> None:
    work.git("rm", "-q", "-r", "src")
    assert work.read("src/lib/util.py") == b"two\n"


def test_no_such_file_in_a_commit(work: Work, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    work.write({"new.yaml": "new"})
    for path in (
        "",
        "src",
        "src/",
        "new.yaml",
        "nope/x",
        "*.yaml",
        ":(top)template.yaml",
        "../secret",
        "src/../../secret",
        "/etc/hosts",
        "null\0byte",
        "x" * 5000,
        ".git/config",
    ):
        assert work.read(path) is None, path


def test_symbolic_link_in_a_commit_is_not_followed(work: Work) -> None:
    (work.root / "link.yaml").symlink_to("template.yaml")
    (work.root / "folder").symlink_to("src", target_is_directory=True)
    work.commit()
    assert work.read("link.yaml") is None
    assert work.read("folder/app.py") is None


def test_large_content_is_refused(work: Work) -> None:
    work.commit({"template.yaml": "x" * 101})
    repository = work.repository
    head = repository.resolve("HEAD")
    assert repository.read(head, work.root / "template.yaml", 101) == b"x" * 101
    with pytest.raises(GitError, match=r"'template.yaml' is larger than 100 bytes in "):
        repository.read(head, work.root / "template.yaml", 100)


def test_missing_commit(work: Work) -> None:
    with pytest.raises(GitError, match=r"git ls-tree fails"):
        work.repository.read("0" * 40, work.root / "template.yaml", LIMIT)
    for commit in ("HEAD", "--help", ""):
        with pytest.raises(GitError, match=r"is not a commit"):
            work.repository.read(commit, work.root / "template.yaml", LIMIT)


@pytest.fixture
def submodule(work: Work, tmp_path: Path) -> Work:
    other = Work(tmp_path / "other")
    other.commit({"lib.py": "one\n"})
    work.git("submodule", "--quiet", "add", str(other.root), "src/vendor")
    work.commit()
    return Work(work.root / "src/vendor", init=False)


# -- other repositories ----------------------------------------------------------


def test_sha256(tmp_path: Path) -> None:
    work = Work(tmp_path / "work", init=False)
    if work.run("init", "-q", "-b", "main", "--object-format=sha256").returncode:
        pytest.skip("this git has no SHA-256 repositories")
    head = work.commit({"src/app.py": "one\n"})
    assert len(head) == 64
    assert work.repository.resolve("HEAD") == head
    assert work.read("src/app.py") == b"one\n"
    assert work.differs("src") is False
    work.write({"src/app.py": "two\n"})
    assert work.differs("src") is True


def test_replaced_object_is_not_read(work: Work) -> None:
    old = work.git("rev-parse", "HEAD:src/app.py")
    work.git("replace", old, work.git("rev-parse", "HEAD:src/lib/util.py"))
    assert work.git("cat-file", "blob", "HEAD:src/app.py") == "two"
    assert work.read("src/app.py") == b"one\n"


def test_environment_of_a_hook_does_not_count(
    work: Work, tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Work(tmp_path / "other")
    other.commit({"template.yaml": "other"})
    trace = tmp_path / "trace"
    for name, value in {
        "GIT_DIR": other.root / ".git",
        "GIT_WORK_TREE": other.root,
        "GIT_INDEX_FILE": other.root / ".git/index",
        "GIT_OBJECT_DIRECTORY": other.root / ".git/objects",
        "GIT_EXTERNAL_DIFF": program(tmp_path / "diff", marker),
        "GIT_PAGER": program(tmp_path / "pager", marker),
        "GIT_CONFIG_COUNT": 1,
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": program(tmp_path / "fsmonitor", marker),
        "GIT_CONFIG_PARAMETERS": "'core.bare'='true'",
        "GIT_TRACE": trace,
        "GIT_PREFIX": "src/",
    }.items():
        monkeypatch.setenv(name, str(value))
    found = Repository.find(work.root / "template.yaml")
    assert found is not None
    assert found.root == work.root
    head = found.resolve("HEAD")
    assert found.read(head, work.root / "template.yaml", LIMIT) == b"one"
    assert differs(found, head, work.root / "src") is False
    assert not marker.exists()
    assert not trace.exists()


# -- limits ----------------------------------------------------------------------


@pytest.fixture
def fake(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git that does what the test writes into it."""
    path = tmp_path / "bin" / "git"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(path.parent), os.environ["PATH"]]))
    return path


def test_slow_git(
    work: Work, fake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = tmp_path / "started"
    fake.write_text(
        f"#!/bin/sh\nsleep 30 & echo $! > {shlex.quote(str(started))}; wait\n"
    )
    monkeypatch.setattr(_git, "TIME_LIMIT", 0.3)
    start = time.monotonic()
    with pytest.raises(GitError, match=r"^git did not answer within 0.3 seconds; "):
        Repository.find(work.root)
    assert time.monotonic() - start < 5
    # What git had started is gone too.
    process = int(started.read_text())
    for _ in range(100):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            break
        if is_zombie(process):
            break
        time.sleep(0.02)
    else:
        pytest.fail("still running")


def is_zombie(process: int) -> bool:
    """Whether a process has ended, and only its parent has not taken notice."""
    try:
        return (
            Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
            == "Z"
        )
    except OSError:
        return False


def test_git_that_stays_after_its_answer(
    work: Work, fake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.write_text("#!/bin/sh\nexec >&- 2>&-; sleep 30\n")
    monkeypatch.setattr(_git, "TIME_LIMIT", 0.3)
    start = time.monotonic()
    with pytest.raises(GitError, match=r"did not answer"):
        Repository.find(work.root)
    assert time.monotonic() - start < 5


def test_endless_answer(
    work: Work, fake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Repository(work.root)
    fake.write_text(
        "#!/bin/sh\nwhile :; do echo 0123456789012345678901234567890; done\n"
    )
    monkeypatch.setattr(_git, "ANSWER_LIMIT", 100_000)
    with pytest.raises(GitError, match=r"answers too much"):
        Repository.find(work.root)
    assert differs(repository, "0" * 40, work.root / "src") is None


def test_git_that_does_not_start(work: Work, fake: Path) -> None:
    fake.write_text("#!/no/such/program\n")
    with pytest.raises(
        GitError, match=r"^git does not start \(.*\); use baseline_path$"
    ):
        Repository.find(work.root)


def test_git_that_complains_at_length(work: Work, fake: Path) -> None:
    fake.write_text(
        "#!/bin/sh\nyes 'fatal: \033[31mno' | head -c 1000000 >&2; exit 128\n"
    )
    with pytest.raises(GitError, match=r"git rev-parse fails") as caught:
        Repository.find(work.root)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that is there once something ran that must not."""
    return tmp_path / "marker"


# -- hostile repositories --------------------------------------------------------


def program(path: Path, marker: Path) -> Path:
    """A program that leaves the marker."""
    path.write_text(f"#!/bin/sh\ntouch {shlex.quote(str(marker))}\nexit 1\n")
    path.chmod(0o755)
    return path


def use(work: Work) -> None:
    """Asks everything there is to ask, of changed and unchanged files."""
    repository = Repository.find(work.root / "template.yaml")
    assert repository is not None
    head = repository.resolve("HEAD")
    for revision in ("nope", "origin/nope", "HEAD~9"):
        with pytest.raises(GitError):
            repository.resolve(revision)
    repository.read(head, work.root / "template.yaml", LIMIT)
    differs(repository, head, work.root / "src")
    differs(repository, head, work.root)
    (work.root / "src/app.py").write_text("changed\r\n")
    differs(repository, head, work.root / "src/app.py")
    differs(repository, head, work.root)


# What makes git run the program of a setting, so that the test shows that it is a trap;
# nothing where that takes a terminal or another repository.
TRAPS = {
    "core.fsmonitor": ["status"],
    "diff.external": ["diff"],
    "diff.x.command": ["diff"],
    "diff.x.textconv": ["diff"],
    "filter.x.clean": ["diff"],
    "filter.x.smudge": ["checkout", "-f", "."],
    "filter.x.process": ["diff"],
    "alias.trap": ["trap"],
    "core.editor": ["commit", "--amend"],
    "core.sshCommand": ["fetch", "ssh://example.com/x"],
    "credential.helper": ["credential", "fill"],
    "core.pager": [],
    "core.askPass": [],
    "core.alternateRefsCommand": [],
    "core.gitProxy": [],
    "gpg.program": [],
    "interactive.diffFilter": [],
    "uploadpack.packObjectsHook": [],
}
ALIASES = [
    f"alias.{name}"
    for name in ("rev-parse", "ls-tree", "ls-files", "cat-file", "config")
]


@pytest.mark.parametrize("setting", [*TRAPS, *ALIASES])
def test_programs_of_the_configuration_do_not_run(
    work: Work, tmp_path: Path, marker: Path, setting: str
) -> None:
    work.commit({".gitattributes": "*.py filter=x diff=x\n", "src/other.py": "x\n"})
    path = str(program(tmp_path / "trap", marker))
    work.git("config", setting, f"!{path}" if setting.startswith("alias.") else path)
    use(work)
    assert not marker.exists()
    if trigger := TRAPS.get(setting):
        work.write({"src/app.py": "changed again\n"})
        if setting == "filter.x.smudge":
            (work.root / "src/other.py").unlink()
        done = subprocess.run(
            ["git", *trigger],
            cwd=work.root,
            input="protocol=https\nhost=example.com\n\n",
            capture_output=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        )
        assert marker.exists(), done


@pytest.mark.parametrize("folder", [".git/hooks", "hooks"])
def test_hooks_do_not_run(work: Work, marker: Path, folder: str) -> None:
    hooks = work.root / folder
    hooks.mkdir(exist_ok=True)
    for name in (
        "post-index-change",
        "fsmonitor-watchman",
        "reference-transaction",
        "post-checkout",
        "pre-auto-gc",
    ):
        program(hooks / name, marker)
    if folder == "hooks":
        work.git("config", "core.hooksPath", str(hooks))
    use(work)
    assert not marker.exists()
    work.write({"src/app.py": "again\n"})
    work.run("add", "src/app.py")
    assert marker.exists()


def test_programs_of_included_and_worktree_configuration_do_not_run(
    work: Work, tmp_path: Path, marker: Path
) -> None:
    path = program(tmp_path / "trap", marker)
    (tmp_path / "included").write_text(f"[core]\n\tfsmonitor = {path}\n")
    work.git("config", "include.path", str(tmp_path / "included"))
    work.git("config", "extensions.worktreeConfig", "true")
    work.git("config", "--worktree", "core.fsmonitor", str(path))
    use(work)
    assert not marker.exists()


def test_programs_of_submodules_do_not_run(
    work: Work, submodule: Work, marker: Path, tmp_path: Path
) -> None:
    path = program(tmp_path / "trap", marker)
    work.git("config", "submodule.recurse", "true")
    work.write({"src/vendor/.gitattributes": "* filter=x\n"})
    submodule.git("config", "core.fsmonitor", str(path))
    submodule.git("config", "filter.x.clean", str(path))
    use(work)
    assert not marker.exists()
    work.run("status")
    assert marker.exists()


@pytest.mark.parametrize("knows", [True, False])
@pytest.mark.parametrize(
    "how", ["sshCommand", "uploadpack", "ext", "helper", "empty", "colon"]
)
def test_missing_objects_are_not_fetched(
    work: Work,
    tmp_path: Path,
    marker: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    knows: bool,
) -> None:
    """As in a partial clone: what is not there, the promisor remote has."""
    if not knows:  # as with an older git
        monkeypatch.delitem(_git._VARIABLES, "GIT_NO_LAZY_FETCH")
    path = program(tmp_path / "git-remote-trap", marker)
    monkeypatch.setenv("PATH", os.pathsep.join([os.environ["PATH"], str(tmp_path)]))
    url = {
        "sshCommand": "ssh://example.com/x",
        "uploadpack": f"file://{work.root}",
        "ext": f"ext::{path}",
        "helper": "trap::x",
        # Whatever name the one allowed protocol may have, an alias can have as well.
        "empty": "::x",
        "colon": ":::x",
    }[how]
    for key, value in {
        "extensions.partialClone": "origin",
        "remote.origin.url": url,
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": str(path),
        "core.sshCommand": str(path),
        "alias.remote-": f"!{path}",
        "protocol.ext.allow": "always",
        "protocol.ssh.allow": "always",
        "protocol.file.allow": "always",
        "protocol.trap.allow": "always",
        "protocol.allow": "always",
    }.items():
        work.git("config", key, value)
    work.git("config", "core.repositoryFormatVersion", "1")
    head = work.git("rev-parse", "HEAD")
    for name in ("template.yaml", "src/app.py", "src/lib"):
        digest = work.git("rev-parse", f"HEAD:{name}")
        (work.root / ".git/objects" / digest[:2] / digest[2:]).unlink()
    repository = work.repository
    with pytest.raises(
        GitError, match=r"lacks 'template.yaml' of .* `git cat-file -e"
    ) as caught:
        repository.read(head, work.root / "template.yaml", LIMIT)
    with pytest.raises(GitError, match=r"git ls-tree fails"):
        differs(repository, head, work.root / "src")
    with pytest.raises(GitError, match=r"no revision"):
        repository.resolve("1" * 40)
    assert differs(repository, head, work.root / "src/app.py") is False
    assert not marker.exists()
    command = str(caught.value).split("`")[1].split()[1:]
    work.run(*command)
    assert marker.exists()


def test_pointer_that_is_missing_is_unknown(work: Work) -> None:
    work.commit(
        {".gitattributes": "*.bin filter=lfs -text", "src/x.bin": pointer(b"model")}
    )
    digest = work.git("rev-parse", "HEAD:src/x.bin")
    work.git("config", "filter.lfs.clean", "git-lfs clean -- %f")
    (work.root / ".git/objects" / digest[:2] / digest[2:]).unlink()
    work.write({"src/x.bin": b"model"})
    assert work.differs("src") is False
    work.write({"src/x.bin": b"other"})
    assert work.differs("src") is None


@pytest.mark.parametrize("name", ["..", ".", ".git", ".GIT"])
def test_tree_that_leads_out_of_the_work_tree(
    work: Work, tmp_path: Path, name: str
) -> None:
    content = b"secret"
    for folder in (tmp_path, work.root / ".git", work.root):
        (folder / "secret").write_bytes(content)

    def make(kind: str, mode: str, entry: str, content: bytes) -> bytes:
        done = subprocess.run(
            ["git", "hash-object", "--literally", "-w", "-t", kind, "--stdin"],
            cwd=work.root,
            input=content,
            capture_output=True,
            check=True,
        )
        digest = bytes.fromhex(done.stdout.decode())
        return f"{mode} {entry}\0".encode() + digest

    tree = make("tree", "40000", name, make("blob", "100644", "secret", content))
    root = make("tree", "40000", "x", tree).partition(b"\0")[2].hex()
    commit = work.git("commit-tree", "-m", "hostile", root)
    # The file is there and has that content; but it is not a file of the work tree.
    others = ("template.yaml", "src/app.py", "src/lib/util.py", "secret")
    assert work.differs(".", *others, commit=commit) is True


def test_nothing_is_written(work: Work) -> None:
    work.git("config", "core.untrackedCache", "true")
    work.git("update-index", "--untracked-cache")
    # The index would be refreshed: its times of the files no longer hold.
    for path in (work.root / "src").rglob("*.py"):
        os.utime(path, (1, 1))

    def state() -> dict[str, tuple[int, bytes]]:
        return {
            str(path): (
                path.stat().st_mtime_ns,
                path.read_bytes() if path.is_file() else b"",
            )
            for path in (work.root / ".git").rglob("*")
        }

    before = state()
    use(work)
    assert state() == before
    work.git("status")
    assert state() != before


def test_no_shell_and_no_input(work: Work, fake: Path, tmp_path: Path) -> None:
    """No shell reads what git is called with, and nothing comes in."""
    log = tmp_path / "log"
    fake.write_text(
        "#!/bin/sh\n"
        f"exec > {shlex.quote(str(log))}\n"
        'for word in "$@"; do echo "$word"; done; env; cat\n'
        "exit 1\n"
    )
    with pytest.raises(GitError):
        Repository(work.root).resolve("$(touch x);`touch x`")
    lines = log.read_text().splitlines()
    assert not (work.root / "x").exists()
    assert "core.fsmonitor=" in lines
    for line in (
        "GIT_OPTIONAL_LOCKS=0",
        "GIT_NO_LAZY_FETCH=1",
        "GIT_TERMINAL_PROMPT=0",
        "GIT_NO_REPLACE_OBJECTS=1",
        "LC_ALL=C",
    ):
        assert line in lines
