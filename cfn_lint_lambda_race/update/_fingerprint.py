"""A hash of what a function is: another one whenever an update changes the function.

What counts is what a comparison of two templates looks at: the properties that go
through ``UpdateFunctionCode`` and ``UpdateFunctionConfiguration``, the files of local
code, and the create-only properties of the resources that those refer to.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from hashlib import new, sha256
from itertools import islice
from pathlib import Path
from typing import Any

from cfn_lint_lambda_race.data import CODE, CONFIGURATION, operations
from cfn_lint_lambda_race.template import (
    LAYER_TYPES,
    Alternative,
    Resource,
    Text,
    Token,
)
from cfn_lint_lambda_race.template._cfnlint import Template
from cfn_lint_lambda_race.template._nodes import Value
from cfn_lint_lambda_race.update._deployment import (
    Deployment,
    as_lambda_takes,
    create_only_properties,
)
from cfn_lint_lambda_race.update._git import GitError, Repository
from cfn_lint_lambda_race.update._values import pruned

# Limits for resources that refer to each other: of the depth, and of all that a
# function names, each as often as it is named.
_MAX_CHAIN = 30
_MAX_NAMED = 2000
_MAX_FILES = 20_000
_MAX_SIZE = 256 * 1024 * 1024


class Fingerprints:
    """The hashes of one template's functions."""

    def __init__(self, cfn: Template, deployment: Deployment) -> None:
        filename = cfn.filename
        self._template = Path(os.path.realpath(filename)) if filename else None
        self._sides = [deployment]
        if deployment.has_choices:
            self._sides.append(deployment.of_any_choice)
        self._code: dict[str, str | None] = {}

    def of(self, function: str) -> str:
        """The hash of a function of the template, in hexadecimal digits."""
        properties = []
        for side in self._sides:
            resource = side.function(function)
            if resource is not None:
                properties.append(
                    list(_Walk(side, self._code_at).of_function(resource))
                )
        return sha256(json.dumps(properties).encode()).hexdigest()

    def _code_at(self, path: str) -> str | None:
        """The hash of the files at a local path; None where there are none."""
        if path not in self._code:
            self._code[path] = self._read(path)
        return self._code[path]

    def _read(self, path: str) -> str | None:
        if self._template is None or "\0" in path:
            return None
        place = self._template.parent / path
        try:
            repository = Repository.find(self._template)
            if repository is not None:
                return _of_work_tree(repository, place, self._template)
        except GitError:
            pass
        # A template can name any folder; only those of the project are read.
        real = Path(os.path.realpath(place))
        if {self._template.parent, Path.cwd()}.isdisjoint({real, *real.parents}):
            return None
        return _of_files(place, self._template)


class _Walk:
    """Walks over all that a function is made of, in one deployment."""

    def __init__(self, side: Deployment, code_at: Any) -> None:
        self._side = side
        self._code_at = code_at
        self._above: list[str] = []
        self._named = 0

    def of_function(self, function: Resource) -> Iterator[Any]:
        """The function's properties as JSON, each with all its alternatives."""
        for row in operations():
            if row.operation not in (CODE, CONFIGURATION) or row.is_inert:
                continue
            if row.property == "Code":
                paths = self._local(function)
                if paths:
                    yield [row.property, *([one, self._code_at(one)] for one in paths)]
                    continue
            values = [
                [self._scenario(one), self._plain(as_lambda_takes(one.value, row))]
                for one in self._side.values(function, row.property)
            ]
            yield [row.property, *values]

    def _local(self, resource: Resource) -> list[str]:
        paths = [self._side.build_context(resource), self._side.code_path(resource)]
        return [path for path in paths if path is not None]

    @staticmethod
    def _scenario(one: Alternative[Value]) -> list[str]:
        return sorted(str(fact) for fact in one.when.facts)

    def _plain(self, value: Any) -> Any:
        """A value as JSON, each reference with the properties that replace it."""
        if value is None:
            return None
        if isinstance(value, Text):
            return [
                part if isinstance(part, str) else self._token(part)
                for part in value.parts
            ]
        if isinstance(value, dict):
            return {str(key): self._plain(value[key]) for key in sorted(value, key=str)}
        return {"list": [self._plain(item) for item in value]}

    def _token(self, token: Token) -> list[Any]:
        identity: list[Any] = [token.kind, token.name, token.attribute]
        resource = self._side.resources.get(token.name)
        if not token.is_resource or resource is None:
            return identity
        if token.name in self._above or len(self._above) >= _MAX_CHAIN:
            return identity
        self._named += 1
        if self._named > _MAX_NAMED:
            return identity
        self._above.append(token.name)
        identity += self._identity(resource)
        self._above.pop()
        return identity

    def _identity(self, resource: Resource) -> Iterator[Any]:
        """The type and create-only properties of a resource, as JSON."""
        yield resource.type
        if resource.type in LAYER_TYPES:
            paths = self._local_of_layer(resource)
            yield [[one, self._code_at(one)] for one in paths]
            names = set(map(str, resource.properties))
            if paths:
                names -= {"Content", "ContentUri"}
            steps: list[tuple[str, ...]] = [(name,) for name in names]
        else:
            steps = list(create_only_properties(resource.type))
        evaluator = self._side.reading.evaluator
        base = evaluator.existing(resource)
        for names_of in sorted(steps):
            yield [
                "/".join(names_of),
                *(
                    [self._scenario(value), self._plain(pruned(value.value))]
                    for branch in evaluator.follow(
                        resource.properties, names_of, when=base
                    )
                    for value in evaluator.evaluate(branch.node, branch.when)
                ),
            ]

    def _local_of_layer(self, layer: Resource) -> list[str]:
        path = self._side.code_path(layer)
        return [] if path is None else [path]


def _of_work_tree(repository: Repository, place: Path, without: Path) -> str | None:
    """The hash of the files at a path, as git would store them.

    Args:
        repository: the repository.
        place: the path.
        without: a file that does not count.

    Returns:
        Files that git ignores do not count. None where there are no files, the path is
        outside of the work tree, or they are too large.

    Raises:
        GitError: where git fails.
    """
    name = repository.name(place)
    if name is None:
        return None
    tracked, untracked = repository.files([name] if name else [])
    hashed: list[list[object]] = []
    left = _MAX_SIZE
    for file in sorted({*tracked, *untracked} - {repository.name(without) or ""}):
        known = tracked[file].entry.digest if file in tracked else None
        path = repository.root / file
        try:
            status = path.lstat()
            left -= status.st_size
            if left < 0:
                return None
            if stat.S_ISDIR(status.st_mode):
                # Of a submodule the commit that the index names.
                hashed.append([file, known])
            elif stat.S_ISLNK(status.st_mode):
                hashed.append([file, os.readlink(path)])
            elif stat.S_ISREG(status.st_mode):
                digest = _stored(path.read_bytes(), known)
                hashed.append([file, status.st_mode & 0o100, digest])
        except (OSError, ValueError):
            if file in tracked and tracked[file].skipped:
                hashed.append([file, known])
    if not hashed:
        return None
    return sha256(json.dumps(hashed).encode()).hexdigest()


def _stored(content: bytes, known: str | None) -> str:
    """git's hash of a file; the known one where only line ends differ from it."""
    digest = _digest(content, known)
    if known is None or digest == known:
        return digest
    unix = _digest(content.replace(b"\r\n", b"\n"), known)
    return known if unix == known else digest


def _digest(content: bytes, like: str | None) -> str:
    """git's hash of a file's content, with the algorithm of another hash."""
    algorithm = "sha256" if like is not None and len(like) == 64 else "sha1"
    digest = new(algorithm, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def _of_files(place: Path, without: Path) -> str | None:
    """The hash of a file, or of what a folder holds; None for neither."""
    digest = sha256()
    size = count = 0
    try:
        files = [place] if place.is_file() else _below(place)
        for path in sorted(islice(files, _MAX_FILES + 1)):
            if path == without:
                continue
            status = path.lstat()
            count += 1
            size += status.st_size
            if count > _MAX_FILES or size > _MAX_SIZE:
                return None
            if stat.S_ISLNK(status.st_mode):
                content = os.fsencode(os.readlink(path))
            elif stat.S_ISREG(status.st_mode):
                content = path.read_bytes()
            else:
                # A pipe would never end.
                continue
            name = path.relative_to(place).as_posix()
            digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "replace"))
            digest.update(content)
    except OSError:
        return None
    return digest.hexdigest() if count else None


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in files:
            yield Path(root, name)
