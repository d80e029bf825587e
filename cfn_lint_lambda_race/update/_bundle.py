"""Which files a JavaScript bundle is made of: what its entry points import.

The source is scanned, not parsed, so there are two answers: the files that an entry
point certainly imports, and those that it may. A file in neither is not in the bundle.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname, join, normpath

from cfn_lint_lambda_race.update._local_code import LocalCode

# What decides on dependencies and on how modules are resolved, in a folder or above.
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
_EXTENSIONS = (".tsx", ".ts", ".jsx", ".js", ".mts", ".mjs", ".cts", ".cjs", ".json")
# TypeScript writes the name of what the compiler will make of a file.
_WRITTEN_AS = {
    ".js": (".ts", ".tsx"),
    ".jsx": (".tsx",),
    ".mjs": (".mts",),
    ".cjs": (".cts",),
}
_SCRIPT = re.compile(r"\.[cm]?[jt]sx?$")

# A comment or a text. One that does not end reaches as far as there is anything, so
# that no character is looked at more than twice.
_COMMENT_OR_TEXT = re.compile(
    r"//[^\n]*"
    r"|/\*(?:.*?\*/|.*)"
    r"|`(?:[^`\\]|\\.)*`?"
    r'|"(?:[^"\\\n]|\\.)*"?'
    r"|'(?:[^'\\\n]|\\.)*'?",
    re.DOTALL,
)
# `import type` and `export type` leave nothing behind.
_FROM = re.compile(
    r"\b(?:import|export)\b(?!\s+type\b\s*[{*\w])"
    r"(?:(?!\b(?:import|export)\b)[^'\"`;()])*?\bfrom\s*(['\"])([^'\"\n]+)\1"
)
_IMPORT = re.compile(r"\bimport\s*(['\"])([^'\"\n]+)\1")
_CALL = re.compile(r"\b(?:require|import)\s*\(\s*(['\"`])([^'\"`$\n]+)\1\s*[,)]")
_COMPUTED = re.compile(r"\b(?:require|import)\s*\(\s*(?:[^'\"`\s)]|`[^`]*\$\{)")
_RELATIVE = re.compile(r"['\"`](\.{1,2}/[^'\"`\n$]*)['\"`]")
# What a module has that leaves something behind when types are taken away.
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
# Lambda's runtimes bring the AWS SDK.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
_BROUGHT = re.compile(r"aws-sdk(?:/|$)|@aws-sdk/|@smithy/")
_DEPENDENCIES = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
)
# A dependency that lies in the repository itself.
_LOCAL = re.compile(r"(?:file|link|portal|workspace):|\.|/|\*$|$")


@dataclass(frozen=True)
class _Module:
    """What a module's text names.

    ``imports`` are certain, ``mentions`` any other relative path. ``is_open`` where it
    imports what only running it tells; ``is_value`` where more than types is in it.
    """

    imports: tuple[str, ...]
    mentions: tuple[str, ...]
    is_open: bool
    is_value: bool


@dataclass(frozen=True)
class Bundle:
    """The files of a bundle: certainly in it, and possibly.

    ``is_open`` where it imports what nobody can follow.
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
        """What entry points, relative to a folder, import."""
        certain: set[str] = set()
        possible: set[str] = set()
        found = [self._resolve(normpath(join(folder, entry))) for entry in entries]
        is_open = None in found
        pending = [(name, True) for name in found if name is not None]
        while pending:
            name, is_certain = pending.pop()
            if name in certain or (not is_certain and name in possible):
                continue
            if len(possible) > _MAX_FILES:
                is_open = True
                break
            module = self._module(name)
            is_first = name not in possible
            possible.add(name)
            if is_certain:
                certain.add(name)
            if module is None:
                # A text or a picture imports nothing; source that cannot be read may.
                is_open = is_open or bool(_SCRIPT.search(name))
                continue
            imported = [self._imported(name, written) for written in module.imports]
            pending += [(one, is_certain) for one in imported if one is not None]
            if not is_first:
                continue
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
        if not written.startswith("."):
            return None
        # A bundler takes what is behind `?` for itself.
        return self._resolve(normpath(join(dirname(importer), written.split("?")[0])))

    def _resolve(self, name: str) -> str | None:
        """The file that a path without its extension, or a folder, means."""
        if name not in self._resolved:
            self._resolved[name] = self._looked_up(name)
        return self._resolved[name]

    def _looked_up(self, name: str) -> str | None:
        if name.startswith("../") or name == "..":
            return None
        candidates = [name]
        for suffix, sources in _WRITTEN_AS.items():
            if name.endswith(suffix):
                stem = name[: -len(suffix)]
                candidates += [f"{stem}{source}" for source in sources]
        candidates += [f"{name}{suffix}" for suffix in _EXTENSIONS]
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
    """The packages that are there for a folder: no source of the repository."""

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
                found = package.get(kind) if isinstance(package, Mapping) else None
                if isinstance(found, Mapping):
                    versions.update({str(key): str(found[key]) for key in found})
        return versions

    def has(self, written: str) -> bool:
        """Whether an import names a package that comes from elsewhere."""
        if written.startswith("."):
            return False
        if written.startswith("node:") or _BROUGHT.match(written):
            return True
        parts = written.split("/")
        name = "/".join(parts[: 2 if written.startswith("@") else 1])
        if name in self._versions:
            return not _LOCAL.match(self._versions[name])
        # Types alone leave nothing behind.
        return name in _BUILT_IN or f"@types/{name}" in self._versions


def _scanned(text: str, name: str) -> _Module:
    code = _COMMENT_OR_TEXT.sub(_without_comment, text)
    imports = [
        found[2]
        for pattern in (_FROM, _IMPORT, _CALL)
        for found in pattern.finditer(code)
    ]
    is_typed = name.endswith((".ts", ".tsx", ".mts", ".cts"))
    bare = _COMMENT_OR_TEXT.sub("''", code) if is_typed else ""
    return _Module(
        tuple(dict.fromkeys(imports)),
        tuple(dict.fromkeys(found[1] for found in _RELATIVE.finditer(code))),
        bool(_COMPUTED.search(code)),
        not is_typed or bool(_VALUE.search(bare)) or not _TYPE.search(bare),
    )


def _without_comment(found: re.Match[str]) -> str:
    return " " if found[0].startswith("/") else found[0]


def upwards(folder: str) -> list[str]:
    """A folder and those above it, to the root, which is ""."""
    found = [folder]
    while folder:
        folder = dirname(folder)
        found.append(folder)
    return found
