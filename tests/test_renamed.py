"""Templates that had another name in the revision."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.building import new_code, stack
from tests.built import (
    change_code,
    from_source,
    json_text,
    update_since,
    with_new_timeout,
)
from tests.repositories import Work, _neutral  # noqa: F401
from tests.updates import changed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="no git"),
    pytest.mark.usefixtures("_neutral"),
]
RACE = ("Code", "Timeout")


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return with_new_timeout(tmp_path / "work")


LONG = {"Description": "x" * 2000}


@pytest.mark.parametrize("name", ["service.json", "infra/service.json"])
@pytest.mark.parametrize("is_staged", [False, True])
def test_a_template_that_was_renamed(
    name: str, is_staged: bool, tmp_path: Path
) -> None:
    """Its content tells what it was."""
    other = {"other.json": json_text({"Resources": {}, "Description": "y" * 2000})}
    work = Work(tmp_path / "work")
    work.commit({"template.json": json_text({**stack(), **LONG}), **other})
    (work.root / "infra").mkdir()
    work.git("mv", "template.json", name)
    (work.root / "other.json").unlink()
    work.write({name: json_text({**new_code(stack({"Timeout": 9})), **LONG})})
    if is_staged:
        work.git("add", "--all")
    assert changed(update_since(work, name=name)) == RACE


def test_a_renamed_template_and_its_code(work: Work) -> None:
    work.git("mv", "template.json", "service.json")
    work.write(
        {"service.json": json_text({**from_source(Timeout=9), "Description": "new"})}
    )
    assert changed(update_since(work, name="service.json")) == ()
    change_code(work)
    assert changed(update_since(work, name="service.json")) == RACE


@pytest.mark.parametrize("moves_code", [False, True])
@pytest.mark.parametrize("path", ["src/", "../src/"])
def test_code_of_a_template_that_moved_is_unknown(
    path: str, moves_code: bool, work: Work
) -> None:
    """The paths of both sides begin in different folders."""
    (work.root / "infra").mkdir()
    work.git("mv", "template.json", "infra/template.json")
    if moves_code:
        work.git("mv", "src", "infra/src")
    template = from_source(CodeUri=path, Timeout=9, AutoPublishAlias="live")
    work.write({"infra/template.json": json_text(template)})
    update = update_since(work, name="infra/template.json")
    assert update[:3] == ("", (), ())
    assert update.comparison is not None


def test_a_template_beside_two_that_are_gone_is_new(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    work.commit({f"{name}.json": json_text({**stack(), **LONG}) for name in "ab"})
    for name in "ab":
        (work.root / f"{name}.json").unlink()
    work.write({"c.json": json_text({**new_code(stack({"Timeout": 9})), **LONG})})
    assert update_since(work, name="c.json").comparison is None


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_template_that_is_like_none_that_is_gone_is_new(
    is_gone: bool, tmp_path: Path
) -> None:
    work = Work(tmp_path / "work")
    before = stack() if not is_gone else {**stack(), **LONG}
    work.commit({"a.json": json_text(before)})
    if is_gone:
        (work.root / "a.json").unlink()
    work.write({"c.json": json_text(new_code(stack({"Timeout": 9})))})
    assert update_since(work, name="c.json").comparison is None


def test_what_a_sparse_checkout_leaves_out_is_not_gone(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    work.commit({"a/a.json": json_text({**stack(), **LONG}), "b/b.txt": "b"})
    work.git("sparse-checkout", "set", "b")
    assert not (work.root / "a").exists()
    work.write({"b/a.json": json_text({**new_code(stack({"Timeout": 9})), **LONG})})
    assert update_since(work, name="b/a.json").comparison is None
