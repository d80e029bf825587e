"""Reading and replacing a template's file so that nothing is lost."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# The size of a template's body in S3; larger ones are refused.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_BYTES = 1_000_000


class UnusableFileError(Exception):
    """A file cannot be read or replaced; the message is a plain reason."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read: its text, with its line ends and byte order mark."""

    path: Path
    text: str


def read(path: Path) -> Source:
    """The text of a file; raises `UnusableFileError` where it cannot be a template."""
    return Source(path, _decoded(_content(path)))


def write(source: Source, text: str) -> None:
    """Put another text into the file that was read, all at once or not at all.

    The file keeps its mode. Raises `UnusableFileError` where it cannot be written or
    is no longer what was read, and then leaves it as it is.
    """
    path = source.path
    before = source.text.encode()
    content = text.encode()
    if len(content) > MAX_BYTES:
        raise UnusableFileError(f"it would be larger than {MAX_BYTES:,} bytes")
    _refuse_changed(path, before)
    # Replacing a file asks its folder for leave, not the file.
    mode = path.stat().st_mode
    if not mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        raise UnusableFileError("it is read-only")
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".cfn-lint-")
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, stat.S_IMODE(mode))
        _refuse_changed(path, before)
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise UnusableFileError(_reason(error, "written")) from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)


def _refuse_changed(path: Path, before: bytes) -> None:
    if _content(path) != before:
        raise UnusableFileError("it has changed since it was read")


def _content(path: Path) -> bytes:
    """The bytes of a regular file that is small enough."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise UnusableFileError("it is a symbolic link")
        if not stat.S_ISREG(status.st_mode):
            raise UnusableFileError("it is not a regular file")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnusableFileError(_reason(error, "read")) from None
    except ValueError:
        # A name with a NUL.
        raise UnusableFileError("there is no such file") from None
    if len(content) > MAX_BYTES:
        raise UnusableFileError(
            f"it is larger than the {MAX_BYTES:,} bytes that CloudFormation takes"
        )
    return content


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise UnusableFileError("it is not UTF-8 text") from None


def _reason(error: OSError, what: str) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return f"it cannot be {what}: permission denied"
    return f"it cannot be {what}: {error.strerror or 'input/output error'}"
