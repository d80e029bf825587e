"""Reading and replacing files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cfn_lint_lambda_race.cure._files import MAX_BYTES, UnusableFileError, read, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "template.yaml"
    file.write_bytes(b"\xef\xbb\xbfA: \xc3\xa4\r\nB: 1")
    return file


def test_keeps_bytes_and_mode(path: Path) -> None:
    path.chmod(0o640)
    source = read(path)
    assert source.text == "\ufeffA: \u00e4\r\nB: 1"
    write(source, source.text + "\r\nC: 2")
    assert path.read_bytes() == b"\xef\xbb\xbfA: \xc3\xa4\r\nB: 1\r\nC: 2"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(path.parent) == [path.name]


def test_never_replaces_what_has_changed(path: Path) -> None:
    source = read(path)
    path.write_text("other")
    with pytest.raises(UnusableFileError, match="has changed"):
        write(source, "new")
    assert path.read_text() == "other"
    path.unlink()
    with pytest.raises(UnusableFileError, match="no such file"):
        write(source, "new")
    assert not path.exists()


def test_never_replaces_what_is_read_only(path: Path) -> None:
    source = read(path)
    path.chmod(0o444)
    with pytest.raises(UnusableFileError, match="read-only"):
        write(source, "new")
    assert path.read_bytes() == source.text.encode()


def test_leaves_the_file_and_nothing_else_where_writing_fails(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    source = read(path)
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(UnusableFileError, match="No space left"):
        write(source, "new")
    assert path.read_bytes() == source.text.encode()
    assert os.listdir(path.parent) == [path.name]


def test_refuses_a_text_that_became_too_large(path: Path) -> None:
    source = read(path)
    with pytest.raises(UnusableFileError, match="would be larger"):
        write(source, "x" * (MAX_BYTES + 1))


def test_refuses_what_is_no_template_s_file(path: Path) -> None:
    folder = path.parent
    (folder / "link").symlink_to(path)
    (folder / "latin").write_bytes(b"\xe4")
    (folder / "large").write_bytes(b"x" * (MAX_BYTES + 1))
    os.mkfifo(folder / "pipe")
    for name, reason in (
        ("link", "symbolic link"),
        ("latin", "not UTF-8"),
        ("large", "1,000,000 bytes"),
        ("pipe", "not a regular file"),
        (".", "not a regular file"),
        ("absent", "no such file"),
        ("template.yaml/x", "no such file"),
        ("a\0b", "no such file"),
    ):
        with pytest.raises(UnusableFileError, match=reason):
            read(folder / name)
    (folder / "full").write_bytes(b"x" * MAX_BYTES)
    assert len(read(folder / "full").text) == MAX_BYTES
