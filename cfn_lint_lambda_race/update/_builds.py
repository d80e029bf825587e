"""Which of the files below a code path end up in a function, a layer or an image.

Without a build all of them do. `sam build` compiles or bundles most kinds of code;
where nobody can tell what it takes, the answer is unknown (None).
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from posixpath import join
from typing import Any

from cfn_lint_lambda_race.template._text import fits
from cfn_lint_lambda_race.update._bundle import BUILD_FILES, Bundles, upwards
from cfn_lint_lambda_race.update._local_code import Changes, LocalCode


class Method(Enum):
    """How the files at a path become code."""

    COPIED = "copied"
    NPM = "npm"
    ESBUILD = "esbuild"
    MAKE = "make"
    GO = "go"
    RUST = "rust"
    JAVA = "java"
    DOTNET = "dotnet"
    IMAGE = "image"


# How the values of `Metadata.BuildMethod`, and the runtimes that are built, begin. All
# others are copied, with their dependencies beside them.
_BY_BUILD_METHOD = {
    "esbuild": Method.ESBUILD,
    "makefile": Method.MAKE,
    "go1": Method.GO,
    "rust-cargolambda": Method.RUST,
    "java": Method.JAVA,
    "dotnet": Method.DOTNET,
    "nodejs": Method.NPM,
}
_BY_RUNTIME = {
    "go1": Method.GO,
    "java": Method.JAVA,
    "dotnet": Method.DOTNET,
    "nodejs": Method.NPM,
}


@dataclass(frozen=True)
class Build:
    """How a resource's code is made of local files.

    ``path`` is relative to the template. ``options`` are the entry points of a bundle,
    or the Dockerfile of an image; ``settings`` what `Metadata` says of the build, as
    text. ``handler`` is the function's handler. ``is_shared`` is True where the code
    of another resource lies below the same path, or is built from it in another way.
    """

    path: str
    method: Method = Method.COPIED
    options: tuple[str, ...] = ()
    settings: str = ""
    handler: str = ""
    is_shared: bool = False


def method_of(runtime: str | None, metadata: Any) -> Method:
    """How `sam build` makes code: as ``Metadata`` says, else by the runtime."""
    named = metadata.get("BuildMethod") if isinstance(metadata, Mapping) else None
    if isinstance(metadata, Mapping) and str(metadata.get("SkipBuild")).lower() == (
        "true"
    ):
        return Method.COPIED
    if isinstance(named, str):
        return _starting(_BY_BUILD_METHOD, named)
    return _starting(_BY_RUNTIME, runtime or "")


def _starting(methods: Mapping[str, Method], text: str) -> Method:
    return next(
        (methods[start] for start in methods if text.startswith(start)), Method.COPIED
    )


def settings_of(metadata: Any) -> str:
    """What ``Metadata`` says of a build, as text that can be compared."""
    names = (
        "BuildMethod",
        "BuildProperties",
        "ContextPath",
        "DockerBuildArgs",
        "DockerBuildTarget",
        "SkipBuild",
        "WorkingDirectory",
    )
    if not isinstance(metadata, Mapping):
        return ""
    kept = {name: metadata[name] for name in names if name in metadata}
    try:
        return json.dumps(kept, sort_keys=True, default=str)
    except TypeError:
        # Keys of mixed types cannot be sorted.
        return repr(kept)


def entry_points(metadata: Any) -> tuple[str, ...]:
    """The entry points of a bundle; none where they are not written out."""
    properties = metadata.get("BuildProperties")
    points = properties.get("EntryPoints") if isinstance(properties, Mapping) else None
    if not isinstance(points, list) or not all(isinstance(one, str) for one in points):
        return ()
    return tuple(points)


def dockerfile(metadata: Any) -> tuple[str, ...]:
    """The Dockerfile of an image; none where it is not written out."""
    name = metadata.get("Dockerfile")
    return (name,) if isinstance(name, str) else ()


# -- names ---------------------------------------------------------------------

# The files that say which dependencies code has, in any language.
_MANIFEST = re.compile(
    r"(?:^|/)(?:"
    + "|".join(map(re.escape, BUILD_FILES))
    + r"|tsconfig[^/]*\.json|Makefile|go\.(?:mod|sum|work)|Cargo\.(?:toml|lock)"
    r"|pom\.xml|[^/]*\.gradle(?:\.kts)?|gradle\.(?:properties|lockfile)"
    r"|[^/]*\.(?:cs|fs|vb)proj|[^/]*\.sln|Directory\.[^/]*\.(?:props|targets)"
    r"|global\.json|aws-lambda-tools-defaults\.json)$",
    re.IGNORECASE,
)
# Where code that is not compiled names its dependencies, and what there means another
# folder of the repository.
_DEPENDENCIES = (
    "Gemfile",
    "Pipfile",
    "package.json",
    "pyproject.toml",
    "requirements.txt",
)
_ELSEWHERE = re.compile(r"\.\./|(?<!:)\.\.[\"'\s]|\b(?:file|link|portal|workspace):")
# Files that no compiler reads: documents, tests, and the settings of tools.
_BESIDE = re.compile(
    r"(?:^|/)\.[^/]+(?:/|$)"
    r"|(?:^|/)(?:docs?|tests?|__tests__|testdata|benches|examples"
    r"|[^/]+[._-]tests?)/"
    r"|\.(?:md|rst|adoc|png|svg|gif|jpe?g|drawio|puml)$"
    r"|(?:^|/)(?:LICEN[CS]E|NOTICE|README|CHANGELOG|CODEOWNERS|CONTRIBUTING)[^/]*$"
    r"|(?:^|/)(?:samconfig\.|template|buildspec|Jenkinsfile)[^/]*$"
    r"|[._](?:test|spec)\.\w+$",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"\.(?:c|cc|clj|cpp|cr|cs|dart|exs?|fs|go|groovy|h|hpp|hs|java|[cm]?jsx?|jl|kt"
    r"|lua|ml|nim|php|pl|psm?1|py|r|rb|rs|scala|sh|swift|[cm]?tsx?|zig)$"
)

# Whether a changed file, relative to the code's path, is code; None for unknown.
_Judge = Callable[[str], "bool | None"]


def _java(name: str) -> bool | None:
    if name.startswith("src/main/"):
        return True
    return False if _is_beside(name) or name.startswith("src/test") else None


def _rust(name: str) -> bool | None:
    if name.startswith("src/") and name.endswith(".rs"):
        return None if name.startswith("src/bin/") else True
    return False if _is_beside(name) else None


def _go(name: str) -> bool | None:
    if name.endswith("_test.go"):
        return False
    if name.endswith(".go"):
        # The files of one folder are one package; those of others must be imported.
        return True if "/" not in name else None
    return False if _is_beside(name) else None


def _dotnet(name: str) -> bool | None:
    if _is_beside(name):
        return False
    return True if name.endswith((".cs", ".fs", ".vb")) else None


# How a Makefile takes the whole folder: `cp -r . out`, `rsync -a ./ out`, `cp * out`.
_TAKES_ALL = re.compile(
    r"\b(?:cp|rsync)\b[^\n]*[ \t](?:\.|\./\*?|\*)(?=[ \t]+[^ \t\n;&|])"
)


def _make(text: str) -> _Judge:
    """What a Makefile takes: the source that it names, copies or has compiled."""

    def judge(name: str) -> bool | None:
        if not _SOURCE.search(name) or _is_beside(name):
            return None
        first, _, rest = name.partition("/")
        patterns = [rf"(?<![\w.-]){re.escape(first)}(?![\w-])"]
        if not rest:
            patterns.append(rf"[ \t]\*\.{re.escape(name.rpartition('.')[2])}\b")
        if name.endswith(".go") and not rest:
            patterns.append(r"\bgo build\b(?![^\n]*\./\w)")
        if name.startswith("src/") and not name.startswith("src/bin/"):
            patterns += [r"\bcargo\b"] if name.endswith(".rs") else []
        is_taken = _TAKES_ALL.search(text) or any(
            re.search(pattern, text) for pattern in patterns
        )
        return True if is_taken else None

    return judge


def _is_beside(name: str) -> bool:
    return bool(_BESIDE.search(name)) and not _MANIFEST.search(name)


_JUDGES: Mapping[Method, _Judge] = {
    Method.JAVA: _java,
    Method.RUST: _rust,
    Method.GO: _go,
    Method.DOTNET: _dotnet,
}
# The files that say what to compile, in the folder that is built. Without them, the
# folder holds what a build has already made.
_TOLD_BY: Mapping[Method, re.Pattern[str]] = {
    Method.JAVA: re.compile(r"pom\.xml$|(?:build|settings)\.gradle(?:\.kts)?$"),
    Method.RUST: re.compile(r"Cargo\.toml$"),
    Method.GO: re.compile(r"go\.(?:mod|work)$|[^/]*\.go$"),
    Method.DOTNET: re.compile(r"[^/]*\.(?:cs|fs|vb)proj$|[^/]*\.sln$"),
}
_PROJECT = re.compile(r"\.(?:cs|fs|vb)proj$")
# Files that, in a folder above, make the folder that is built a part of a larger build.
_WORKSPACES = (
    "Cargo.toml",
    "build.gradle",
    "build.gradle.kts",
    "go.mod",
    "go.work",
    "pom.xml",
    "settings.gradle",
    "settings.gradle.kts",
)


_NAMES_FOLDER = re.compile(r'"(?:ContextPath|WorkingDirectory)"')


def paths_read(builds: Iterable[Build], folder: Path, root: Path) -> set[Path]:
    """The paths that have to be compared for some builds.

    Args:
        builds: the builds of a template.
        folder: the template's folder.
        root: the repository's root; nothing above it is read.
    """
    paths = set()
    for build in builds:
        path = folder / build.path
        paths.add(path)
        if build.method is Method.ESBUILD:
            above = [at for at in path.parents if at == root or root in at.parents]
            paths.update(at / file for at in above for file in BUILD_FILES)
    return paths


class Builds:
    """Compares the files that builds are made of, in a commit and in the work tree."""

    def __init__(self, code: LocalCode, folder: Path) -> None:
        self._code = code
        self._folder = folder

    @cached_property
    def _bundles(self) -> Bundles:
        return Bundles(self._code)

    def differs(self, build: Build) -> bool | None:
        """Whether a build makes other code than at the commit; None for unknown.

        Raises:
            GitError: where git fails.
        """
        path = self._folder / build.path
        if build.method is Method.COPIED:
            return self._copied(build, path)
        changes = self._code.changes(path)
        if changes is None:
            return None
        name = self._code.name(path) or ""
        below = f"{name}/" if name else ""
        if name in changes.files:
            # A single file, as a build made it.
            return self._code.differs(path)
        if build.method is Method.NPM:
            return self._npm(build, path, below, changes)
        if build.method is Method.ESBUILD:
            return self._bundled(build, name, changes)
        if build.method is Method.IMAGE:
            return self._image(build, path, below, changes)
        return self._compiled(build, path, name, changes)

    def is_moved(self, old: Build, new: Build) -> bool:
        """Whether a build only finds the files of another one at another path.

        Then the package is the same, and so is its name in S3.
        """
        return self._code.is_moved(self._folder / old.path, self._folder / new.path)

    # -- without a build -------------------------------------------------------

    def _copied(self, build: Build, path: Path) -> bool | None:
        """The answer for code that is taken as it is.

        The template is no code, but where it is packaged too, the package differs.
        """
        differs = self._code.differs(path)
        if differs is False and (
            self._is_built_elsewhere(build, path)
            or self._code.left_out(path)
            or self._needs_other_folders(path)
        ):
            return None
        return differs

    def _is_built_elsewhere(self, build: Build, path: Path) -> bool:
        """Whether the handler lies in a folder that git does not have.

        That folder is the output of a build whose sources are unknown.
        """
        first, slash, _ = build.handler.partition("/")
        if not slash or first == "node_modules":
            return False
        changes = self._code.changes(path)
        name = self._code.name(path) or ""
        # A single file holds the folder, as a build packed it.
        below = join(name, first, "")
        return (
            changes is not None
            and name not in changes.files
            and not any(file.startswith(below) for file in changes.files)
        )

    def _needs_other_folders(self, path: Path) -> bool:
        """Whether dependencies lie in the repository, beside the folder."""
        name = self._code.name(path) or ""
        texts = (self._code.text(join(name, file)) for file in _DEPENDENCIES)
        return any(_ELSEWHERE.search(text) for text in texts if text is not None)

    def _npm(
        self, build: Build, path: Path, below: str, changes: Changes
    ) -> bool | None:
        """The answer for `npm pack`, which reads `files` and `.npmignore`."""
        package = f"{below}package.json"
        if package not in changes.files:
            return self._copied(build, path)
        changed = [name[len(below) :] for name in changes.changed]
        if not changed:
            return self._copied(build, path)
        left_out = self._patterns(f"{below}.npmignore")
        files = _files_of(self._code.text(package))
        return (
            True
            if any(
                _is_packed(name, files) and not _matches(name, left_out)
                for name in changed
            )
            else None
        )

    def _patterns(self, name: str) -> list[str]:
        """The patterns of a file such as `.dockerignore`."""
        lines = [line.strip() for line in (self._code.text(name) or "").splitlines()]
        return [line for line in lines if line and not line.startswith(("#", "!"))]

    # -- with a build ----------------------------------------------------------

    def _bundled(self, build: Build, name: str, changes: Changes) -> bool | None:
        """The answer for esbuild, which takes what its entry points import."""
        if not build.options:
            return None
        bundle = self._bundles.of(name, build.options)
        changed = sorted(changes.changed & bundle.certain)
        if changed:
            # What comments become depends on how esbuild is told to minify.
            alike = all(map(self._bundles.differs_in_comments, changed))
            return None if alike else True
        if bundle.is_open:
            return None
        differing = changes.changed | changes.unknown
        if differing & bundle.possible or any(map(_MANIFEST.search, differing)):
            return None
        above = [join(at, file) for at in upwards(name)[1:] for file in BUILD_FILES]
        elsewhere = [one for one in bundle.possible if one not in changes.files]
        return False if self._are_same([*above, *elsewhere]) else None

    def _are_same(self, names: Iterable[str]) -> bool:
        """Whether files are the same as at the commit; missing in both counts too."""
        paths = [self._code.root / name for name in names]
        return all(
            self._code.differs(path) is False
            for path in paths
            if self._code.is_known(path)
        )

    def _compiled(
        self, build: Build, path: Path, name: str, changes: Changes
    ) -> bool | None:
        """The answer for compilers: what changed, and whether they read it."""
        below = f"{name}/" if name else ""
        told_by = _TOLD_BY.get(build.method)
        if told_by is not None and not any(
            told_by.match(file[len(below) :]) for file in changes.files
        ):
            # There is nothing to build here: these files are a build's output.
            return self._copied(build, path)
        judge = _JUDGES.get(build.method) or _make(
            self._code.text(f"{below}Makefile") or ""
        )
        judged = [judge(file[len(below) :]) for file in changes.changed]
        projects = [file for file in changes.files if _PROJECT.search(file)]
        if True in judged and not build.is_shared and len(projects) <= 1:
            return True
        if True in judged or None in judged or changes.unknown:
            return None
        if build.method is Method.MAKE and self._code.left_out(path):
            return None
        told = [
            file
            for file in changes.files
            if _MANIFEST.search(file) and "/" not in file[len(below) :]
        ]
        return False if self._is_context_same(build, name, told) else None

    def _is_context_same(self, build: Build, name: str, told: list[str]) -> bool:
        """Whether nothing changed outside of a folder that its build may read.

        Args:
            build: the build.
            name: the folder, below the repository's root.
            told: the files in it that say what to build.
        """
        outer = name
        texts = map(self._code.text, told)
        if _NAMES_FOLDER.search(build.settings) or any(
            text is None or ".." in text for text in texts
        ):
            outer = ""
        for at in upwards(name)[1:]:
            if any(self._code.is_file(join(at, file)) for file in _WORKSPACES):
                outer = at
        if outer == name:
            return True
        changes = self._code.changes(self._code.root / outer)
        return changes is not None and not any(
            not _is_beside(file) for file in changes.changed | changes.unknown
        )

    # -- images ----------------------------------------------------------------

    def _image(
        self, build: Build, path: Path, below: str, changes: Changes
    ) -> bool | None:
        """The answer for an image, which takes what its Dockerfile copies."""
        dockerfile = f"{below}{build.options[0] if build.options else 'Dockerfile'}"
        text = self._code.text(dockerfile)
        if text is None:
            return True if changes.changed else None if changes.unknown else False
        if dockerfile in changes.changed:
            return True
        copies = _Copies(text)
        left_out = self._patterns(f"{below}.dockerignore")
        judged = [
            None if is_copied is not False and _matches(name, left_out) else is_copied
            for file in changes.changed
            for name in [file[len(below) :]]
            for is_copied in [copies.has(name)]
        ]
        if True in judged:
            return True
        # The template is no code, but where it is copied too, the image differs.
        packed = any(
            copies.has(name[len(below) :]) is not False
            for name in self._code.left_out(path)
        )
        return None if packed or None in judged or changes.unknown else False


class _Copies:
    """What a Dockerfile copies from its context."""

    def __init__(self, text: str) -> None:
        self._sources: list[tuple[str, bool]] = []
        self._is_open = False
        instructions = re.sub(r"\\[ \t]*\r?\n", " ", text).splitlines()
        stages = [line for line in instructions if re.match(r"\s*FROM\s", line, re.I)]
        stage = 0
        for line in instructions:
            words = line.split()
            name = words[0].upper() if words else ""
            if name == "FROM":
                stage += 1
            elif name in ("COPY", "ADD"):
                self._add(words[1:], stage == len(stages))
            elif name == "RUN" and "--mount" in line:
                self._is_open = True

    def _add(self, words: list[str], is_last: bool) -> None:
        if any(word.startswith("--from") for word in words):
            return
        paths = [word for word in words if not word.startswith("--")]
        if paths and paths[0].startswith("["):
            paths = re.findall(r'"([^"]*)"', " ".join(paths))
        for path in paths[:-1]:
            if "$" in path or path.startswith("<<"):
                self._is_open = True
            source = path.removeprefix("./").strip("/")
            self._sources.append(("" if source == "." else source, is_last))

    def has(self, name: str) -> bool | None:
        """Whether a file of the context is in the image; None for unknown."""
        taken = [is_last for source, is_last in self._sources if _is_in(name, source)]
        if not taken:
            return None if self._is_open else False
        # A file that only an earlier stage copies may not reach the image.
        return True if any(taken) or not _is_beside(name) else None


def _is_in(name: str, source: str) -> bool:
    """Whether a file is, or lies below, what a pattern of `COPY` means."""
    if not source or name == source or name.startswith(f"{source}/"):
        return True
    parts = name.split("/")
    return any(
        fits("/".join(parts[:count]), source) for count in range(1, len(parts) + 1)
    )


def _matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern of an ignore file may mean a file; their dialects differ."""
    parts = name.split("/")
    for pattern in patterns:
        bare = pattern.removeprefix("**/").strip("/").removesuffix("/**")
        if _is_in(name, bare) or any(fits(part, bare) for part in parts):
            return True
    return False


# Files that `npm pack` never packs, or that `sam build` removes again.
# https://docs.npmjs.com/cli/v10/configuring-npm/package-json#files
_NOT_PACKED = re.compile(
    r"(?:^|/)(?:\.git|\.gitignore|\.npmignore|\.npmrc|\.aws-sam|node_modules|\.DS_Store"
    r"|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)(?:/|$)"
)
_ALWAYS_PACKED = re.compile(r"(?:package\.json|(?:README|LICEN[CS]E)[^/]*)$", re.I)


def _files_of(text: str | None) -> list[str] | None:
    """The ``files`` of a package.json's text; None where all files are packed."""
    try:
        package = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    files = package.get("files") if isinstance(package, Mapping) else None
    return [str(file) for file in files] if isinstance(files, list) else None


def _is_packed(name: str, files: list[str] | None) -> bool:
    """Whether `npm pack` packs a file, if no ignore file says otherwise."""
    if _NOT_PACKED.search(name):
        return False
    if _ALWAYS_PACKED.match(name) or files is None:
        return True
    return any(
        _is_in(name, file.removeprefix("./").strip("/").removesuffix("/**"))
        for file in files
    )
