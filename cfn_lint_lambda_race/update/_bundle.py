"""Which files a JavaScript bundle is made of: what its entry points import.

The source is scanned with patterns, not parsed. So there are two answers: the files
that the entry points certainly import, and those that they may import. All other files
are not in the bundle.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname, join, normpath

from cfn_lint_lambda_race.update._local_code import LocalCode

# The files that decide which dependencies there are, and how modules are resolved. They
# count in the folder of the code and in those above it.
# https://esbuild.github.io/content-types/#tsconfig-json
BUILD_FILES = (
    ".npmrc",
    ".yarnrc.yml",
    "bun.lock",
    "bun.lockb",
    "jsconfig.json",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "package.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "tsconfig.base.json",
    "tsconfig.build.json",
    "tsconfig.json",
    "yarn.lock",
)

_MAX_FILES = 5000  # of one bundle
# In the order in which they are tried; those of esbuild first.
# https://esbuild.github.io/api/#resolve-extensions
_EXTENSIONS = (".tsx", ".ts", ".jsx", ".js", ".mts", ".mjs", ".cts", ".cjs", ".json")
# TypeScript imports name the file that the compiler will make: `./a.js` means `a.ts`.
# https://github.com/evanw/esbuild/blob/main/internal/resolver/resolver.go
_WRITTEN_AS = {
    ".js": (".ts", ".tsx"),
    ".jsx": (".ts", ".tsx"),
    ".mjs": (".mts",),
    ".cjs": (".cts",),
}
_SCRIPT = re.compile(r"\.[cm]?[jt]sx?$")

# A comment or a string. One without an end reaches to the end of the file, so that the
# scan takes linear time.
_COMMENT_OR_TEXT = re.compile(
    r"//[^\n]*"
    r"|/\*(?:.*?\*/|.*)"
    r"|`(?:[^`\\]|\\.)*`?"
    r'|"(?:[^"\\\n]|\\.)*"?'
    r"|'(?:[^'\\\n]|\\.)*'?",
    re.DOTALL,
)
# `import type` and `export type` are erased by the compiler.
_FROM = re.compile(
    r"\b(?:import|export)\b(?!\s+type\b\s*[{*\w])"
    r"(?:(?!\b(?:import|export)\b)[^'\"`;()])*?\bfrom\s*(['\"])([^'\"\n]+)\1"
)
_IMPORT = re.compile(r"\bimport\s*(['\"])([^'\"\n]+)\1")
_CALL = re.compile(r"\b(?:require|import)\s*\(\s*(['\"`])([^'\"`$\n]+)\1\s*[,)]")
_COMPUTED = re.compile(r"\b(?:require|import)\s*\(\s*(?:[^'\"`\s)]|`[^`]*\$\{)")
_RELATIVE = re.compile(r"['\"`](\.{1,2}/[^'\"`\n$]*)['\"`]")
# What the compiler does not erase together with the types.
_VALUE = re.compile(
    r"\b(?:await|class|const|default|enum|function|let|namespace|new|throw|var)\b"
    r"|\bexport\s*[{*=]|\bexports\b|=>\s*[{(]"
)
_TYPE = re.compile(r"\b(?:interface|type)\s+\w")

# https://nodejs.org/api/modules.html#built-in-modules
_BUILT_IN = frozenset(
    [
        "assert",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "diagnostics_channel",
        "dns",
        "domain",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "repl",
        "stream",
        "string_decoder",
        "sys",
        "timers",
        "tls",
        "trace_events",
        "tty",
        "url",
        "util",
        "v8",
        "vm",
        "wasi",
        "worker_threads",
        "zlib",
    ]
)
# The AWS SDK is part of Lambda's runtimes.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
_BROUGHT = re.compile(r"aws-sdk(?:/|$)|@aws-sdk/|@smithy/")
_DEPENDENCIES = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
)
# The version of a dependency that lies in the repository itself.
_LOCAL = re.compile(r"(?:file|link|portal|workspace):|\.|/|\*$|$")


@dataclass(frozen=True)
class _Module:
    """What a module's text names.

    ``imports`` are certain; ``mentions`` are all relative paths in its strings.
    ``is_open`` is True where an import is computed when the code runs, ``is_value``
    where the module has more than types.
    """

    imports: tuple[str, ...]
    mentions: tuple[str, ...]
    is_open: bool
    is_value: bool


@dataclass(frozen=True)
class Bundle:
    """The files that are certainly in a bundle, and those that possibly are.

    ``is_open`` is True where an import cannot be followed, so that there may be more.
    """

    certain: frozenset[str]
    possible: frozenset[str]
    is_open: bool


class Bundles:
    """The bundles of a work tree; each file is read once."""

    def __init__(self, code: LocalCode) -> None:
        self._code = code
        self._modules: dict[str, _Module | None] = {}
        self._resolved: dict[str, str | None] = {}
        self._packages: dict[str, _Dependencies] = {}

    def of(self, folder: str, entries: Iterable[str]) -> Bundle:
        """The bundle of some entry points.

        Args:
            folder: the folder that they are relative to, below the repository's root.
            entries: the entry points, as SAM's `Metadata` names them.
        """
        certain: set[str] = set()
        possible: set[str] = set()
        files = [self._resolve(normpath(join(folder, entry))) for entry in entries]
        is_open = None in files
        pending = [(name, True) for name in files if name is not None]
        while pending:
            name, is_certain = pending.pop()
            if name in certain or (not is_certain and name in possible):
                continue
            if len(possible) > _MAX_FILES:
                is_open = True
                break
            module = self._module(name)
            possible.add(name)
            if is_certain:
                certain.add(name)
            if module is None:
                # A picture imports nothing, but source code that cannot be read may.
                is_open = is_open or bool(_SCRIPT.search(name))
                continue
            imported = [self._imported(name, written) for written in module.imports]
            pending += [(one, is_certain) for one in imported if one is not None]
            is_open = is_open or module.is_open
            dependencies = self._dependencies(dirname(name))
            for written, one in zip(module.imports, imported, strict=True):
                if one is None and not dependencies.has(written):
                    is_open = True
            mentioned = [self._imported(name, written) for written in module.mentions]
            pending += [(one, False) for one in mentioned if one is not None]
        types = {name for name in certain if self._has_only_types(name)}
        return Bundle(frozenset(certain - types), frozenset(possible), is_open)

    def _has_only_types(self, name: str) -> bool:
        module = self._module(name)
        return module is not None and not module.is_value

    def _imported(self, importer: str, written: str) -> str | None:
        """The file that an import means; None for a package, or for none."""
        if not written.startswith("."):
            return None
        # What follows `?` is for the bundler.
        return self._resolve(normpath(join(dirname(importer), written.split("?")[0])))

    def differs_in_comments(self, name: str) -> bool:
        """Whether nothing but comments and white space changes in a script."""
        before, after = self._code.text_before(name), self._code.text(name)
        return (
            _SCRIPT.search(name) is not None
            and before is not None
            and after is not None
            and _without_comments(before).split() == _without_comments(after).split()
        )

    def _resolve(self, name: str) -> str | None:
        """The file that an import path means, which may lack its extension.

        None where there is no such file, or it lies outside of the repository.
        """
        if name not in self._resolved:
            self._resolved[name] = self._looked_up(name)
        return self._resolved[name]

    def _looked_up(self, name: str) -> str | None:
        candidates = [name, *(f"{name}{suffix}" for suffix in _EXTENSIONS)]
        for suffix, sources in _WRITTEN_AS.items():
            if name.endswith(suffix):
                stem = name[: -len(suffix)]
                candidates += [f"{stem}{source}" for source in sources]
        candidates += [join(name, f"index{suffix}") for suffix in _EXTENSIONS]
        return next((one for one in candidates if self._code.is_file(one)), None)

    def _module(self, name: str) -> _Module | None:
        if name not in self._modules:
            text = self._code.text(name) if _SCRIPT.search(name) else None
            self._modules[name] = None if text is None else _scanned(text, name)
        return self._modules[name]

    def _dependencies(self, folder: str) -> _Dependencies:
        """The packages that the files of a folder can import."""
        if folder not in self._packages:
            names = [join(at, "package.json") for at in upwards(folder)]
            texts = [self._code.text(name) for name in names]
            self._packages[folder] = _Dependencies(
                [text for text in texts if text is not None]
            )
        return self._packages[folder]


class _Dependencies:
    """The packages that a folder's files can import from outside the repository.

    Args:
        texts: the package.json of the folder, and of those above it.
    """

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts

    @cached_property
    def _versions(self) -> dict[str, str]:
        versions: dict[str, str] = {}
        for text in self._texts:
            try:
                package = json.loads(text)
            except (ValueError, RecursionError):
                continue
            for kind in _DEPENDENCIES:
                named = package.get(kind) if isinstance(package, Mapping) else None
                if isinstance(named, Mapping):
                    versions.update({str(key): str(named[key]) for key in named})
        return versions

    def has(self, written: str) -> bool:
        """Whether an import names a package from outside the repository."""
        if written.startswith("node:") or _BROUGHT.match(written):
            return True
        parts = written.split("/")
        name = "/".join(parts[: 2 if written.startswith("@") else 1])
        if name in self._versions:
            return not _LOCAL.match(self._versions[name])
        # A package of types alone is erased.
        return name in _BUILT_IN or f"@types/{name}" in self._versions


def _scanned(text: str, name: str) -> _Module:
    """What the text of a source file names."""
    code = _without_comments(text)
    imports = [
        match[2]
        for pattern in (_FROM, _IMPORT, _CALL)
        for match in pattern.finditer(code)
    ]
    is_typed = name.endswith((".ts", ".tsx", ".mts", ".cts"))
    bare = _COMMENT_OR_TEXT.sub("''", code) if is_typed else ""
    return _Module(
        tuple(dict.fromkeys(imports)),
        tuple(dict.fromkeys(match[1] for match in _RELATIVE.finditer(code))),
        bool(_COMPUTED.search(code)),
        bool(_VALUE.search(bare)) or not _TYPE.search(bare),
    )


def _without_comments(text: str) -> str:
    return _COMMENT_OR_TEXT.sub(
        lambda match: " " if match[0].startswith("/") else match[0], text
    )


def upwards(folder: str) -> list[str]:
    """A folder and those above it, up to the repository's root, which is ""."""
    folders = [folder]
    while folder:
        folder = dirname(folder)
        folders.append(folder)
    return folders
