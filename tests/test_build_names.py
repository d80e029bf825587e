"""Which files a build takes, and which packages a bundle does not hold, by name."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from cfn_lint_lambda_race.update._builds import (
    _JUDGES,
    _MANIFEST,
    _TOLD_BY,
    _WORKSPACES,
    Method,
    _files_of,
    _is_beside,
    _is_packed,
    method_of,
    settings_of,
)
from cfn_lint_lambda_race.update._bundle import _Dependencies

CODE, NO_CODE, UNKNOWN = True, False, None
JUDGED: dict[Method, dict[str, bool | None]] = {
    Method.JAVA: {
        "src/main/java/App.java": CODE,
        "src/main/resources/a.md": CODE,
        "src/test/java/AppTest.java": NO_CODE,
        "src/testFixtures/java/A.java": NO_CODE,
        "README.md": NO_CODE,
        "pom.xml": UNKNOWN,
        "App.java": UNKNOWN,
    },
    Method.RUST: {
        "src/main.rs": CODE,
        "src/bin/other.rs": UNKNOWN,
        "src/a.txt": UNKNOWN,
        "tests/all.rs": NO_CODE,
        "benches/fast.rs": NO_CODE,
        "examples/one.rs": NO_CODE,
        "README.md": NO_CODE,
        "build.rs": UNKNOWN,
        "Cargo.lock": UNKNOWN,
    },
    Method.GO: {
        "main.go": CODE,
        "main_test.go": NO_CODE,
        "lib/lib.go": UNKNOWN,
        "lib/lib_test.go": NO_CODE,
        "testdata/a.json": NO_CODE,
        "README.md": NO_CODE,
        "go.sum": UNKNOWN,
        "a.txt": UNKNOWN,
    },
    Method.DOTNET: {
        "Fn.cs": CODE,
        "Fn.fs": CODE,
        "Fn.vb": CODE,
        "Fn.Tests/A.cs": NO_CODE,
        "docs/A.cs": NO_CODE,
        "Fn.csproj": UNKNOWN,
        "a.txt": UNKNOWN,
    },
}


@pytest.mark.parametrize("method", JUDGED)
def test_which_files_are_code(method: Method) -> None:
    judge = _JUDGES[method]
    assert {name: judge(name) for name in JUDGED[method]} == JUDGED[method]


def test_each_compiler_judges_files() -> None:
    # What is code there, the build's own files say.
    others = {Method.COPIED, Method.NPM, Method.ESBUILD, Method.IMAGE, Method.MAKE}
    assert set(JUDGED) == set(_JUDGES) == set(Method) - others


def test_what_decides_on_dependencies() -> None:
    for name in (
        # Those of a bundle, wherever they lie above it.
        *(".npmrc", ".yarnrc.yml", "bun.lock", "bun.lockb", "jsconfig.json"),
        *("npm-shrinkwrap.json", "package-lock.json", "package.json"),
        *("pnpm-lock.yaml", "pnpm-workspace.yaml", "yarn.lock"),
        *("tsconfig.json", "tsconfig.base.json", "tsconfig.build.json"),
        "tsconfig.test.json",
        *("Makefile", "go.mod", "go.sum", "go.work", "Cargo.toml", "Cargo.lock"),
        *("pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle"),
        *("gradle.properties", "gradle.lockfile", "Fn.csproj", "Fn.fsproj"),
        *("Fn.vbproj", "Fn.sln", "Directory.Build.props", "Directory.Build.targets"),
        *("global.json", "aws-lambda-tools-defaults.json"),
    ):
        for path in (name, f"src/{name}"):
            assert _MANIFEST.search(path), path
            assert not _is_beside(path), path


def test_what_no_compiler_takes() -> None:
    for name, is_beside in (
        *((f"{name}/a.js", True) for name in ("doc", "docs", "test", "tests")),
        *((f"{name}/a.js", True) for name in ("__tests__", "testdata", ".github")),
        *((f"{name}/a.js", True) for name in ("benches", "examples", "app-tests")),
        *((f"a.{end}", True) for end in ("md", "rst", "adoc", "png", "svg", "gif")),
        *((f"a.{end}", True) for end in ("jpg", "jpeg", "drawio", "puml", "MD")),
        *((name, True) for name in ("LICENSE", "LICENCE.txt", "NOTICE", "README")),
        *((name, True) for name in ("CHANGELOG.md", "CODEOWNERS", "CONTRIBUTING")),
        *(
            (name, True)
            for name in ("samconfig.toml", "template.yaml", "buildspec.yml")
        ),
        *((name, True) for name in ("Jenkinsfile", ".gitignore", "src/.eslintrc")),
        *((name, True) for name in ("a.test.js", "a.spec.ts", "a_test.py")),
        *((name, False) for name in ("app.js", "src/app.js", "a.json", "contest/a.js")),
        *((name, False) for name in ("documents/a.js", "latest/a.js", "attest.js")),
    ):
        assert _is_beside(name) == is_beside, name


@pytest.mark.parametrize(
    ("runtime", "metadata", "method"),
    [
        ("python3.13", None, Method.COPIED),
        ("nodejs22.x", None, Method.NPM),
        ("go1.x", None, Method.GO),
        ("java21", None, Method.JAVA),
        ("dotnet8", None, Method.DOTNET),
        ("provided.al2023", None, Method.COPIED),
        (None, {"BuildMethod": "esbuild"}, Method.ESBUILD),
        (None, {"BuildMethod": "makefile"}, Method.MAKE),
        (None, {"BuildMethod": "go1.x"}, Method.GO),
        (None, {"BuildMethod": "rust-cargolambda"}, Method.RUST),
        (None, {"BuildMethod": "java21"}, Method.JAVA),
        (None, {"BuildMethod": "dotnet8"}, Method.DOTNET),
        (None, {"BuildMethod": "nodejs22.x"}, Method.NPM),
        (None, {"BuildMethod": "python3.13"}, Method.COPIED),
        ("nodejs22.x", {"BuildMethod": "esbuild"}, Method.ESBUILD),
        ("nodejs22.x", {"BuildMethod": {"Ref": "A"}}, Method.NPM),
        ("nodejs22.x", {"SkipBuild": True}, Method.COPIED),
        ("nodejs22.x", {"SkipBuild": "True"}, Method.COPIED),
        ("nodejs22.x", {"SkipBuild": False}, Method.NPM),
        ("nodejs22.x", [], Method.NPM),
    ],
)
def test_how_code_is_built(runtime: Any, metadata: Any, method: Method) -> None:
    assert method_of(runtime, metadata) is method


def test_which_settings_make_another_build() -> None:
    names = (
        *("BuildMethod", "BuildProperties", "ContextPath", "DockerBuildArgs"),
        *("DockerBuildTarget", "SkipBuild", "WorkingDirectory"),
    )
    found = {settings_of({name: "a"}) for name in names}
    assert len(found) == len(names)
    assert settings_of({}) not in found
    assert settings_of({"aws:cdk:path": "a"}) == settings_of({})
    assert settings_of(None) == settings_of("a") == ""
    # Keys that have no order.
    mixed = {settings_of({"BuildProperties": {1: "a", "b": c}}) for c in "cde"}
    assert len(mixed) == 3
    both = {"BuildMethod": "a", "SkipBuild": "b"}
    assert settings_of(both) == settings_of(dict(reversed(both.items())))


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (Method.JAVA, "pom.xml"),
        (Method.JAVA, "build.gradle"),
        (Method.JAVA, "build.gradle.kts"),
        (Method.JAVA, "settings.gradle"),
        (Method.JAVA, "settings.gradle.kts"),
        (Method.RUST, "Cargo.toml"),
        (Method.GO, "go.mod"),
        (Method.GO, "go.work"),
        (Method.GO, "main.go"),
        (Method.DOTNET, "Fn.csproj"),
        (Method.DOTNET, "Fn.fsproj"),
        (Method.DOTNET, "Fn.vbproj"),
        (Method.DOTNET, "Fn.sln"),
    ],
)
def test_what_a_compiler_is_told_by(method: Method, name: str) -> None:
    assert _TOLD_BY[method].match(name)
    assert not _TOLD_BY[method].match(f"{name}.txt")
    # Above the folder it makes that a part of something larger.
    is_workspace = method is not Method.DOTNET and name != "main.go"
    assert (name in _WORKSPACES) == is_workspace


LONG = "a" * 9999


@pytest.mark.parametrize(
    ("name", "files", "is_packed"),
    [
        ("app.js", None, True),
        ("lib/app.js", None, True),
        *((f"{name}/a", None, False) for name in (".git", ".aws-sam", "node_modules")),
        *((name, None, False) for name in (".gitignore", ".npmignore", ".npmrc")),
        *((name, None, False) for name in (".DS_Store", "package-lock.json")),
        *((name, None, False) for name in ("yarn.lock", "pnpm-lock.yaml", "bun.lock")),
        ("bun.lockb", None, False),
        ("lib/node_modules/a", None, False),
        ("app.js", ["lib"], False),
        ("lib/app.js", ["lib"], True),
        ("lib/app.js", ["./lib/"], True),
        ("lib/app.js", ["lib/**"], True),
        ("library/app.js", ["lib"], False),
        ("package.json", ["lib"], True),
        ("README.md", ["lib"], True),
        ("LICENCE", ["lib"], True),
        ("lib/node_modules/a", ["lib"], False),
        # Longer than any pattern.
        (LONG, [LONG], True),
        (f"{LONG}/app.js", [LONG], True),
        (f"{LONG}.js", [LONG], False),
    ],
)
def test_what_npm_packs(name: str, files: list[str] | None, is_packed: bool) -> None:
    assert _is_packed(name, files) == is_packed


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ('{"files": ["lib"]}', ["lib"]),
        ("{}", None),
        ("[]", None),
        ("{", None),
        ("", None),
        (None, None),
    ],
)
def test_the_files_of_a_package(text: str | None, files: list[str] | None) -> None:
    assert _files_of(text) == files


# As https://nodejs.org/api/modules.html#built-in-modules lists them.
BUILT_IN = (
    *("assert", "async_hooks", "buffer", "child_process", "cluster", "console"),
    *("constants", "crypto", "dgram", "diagnostics_channel", "dns", "domain"),
    *("events", "fs", "http", "http2", "https", "inspector", "module", "net"),
    *("os", "path", "perf_hooks", "process", "punycode", "querystring"),
    *("readline", "repl", "stream", "string_decoder", "sys", "timers", "tls"),
    *("trace_events", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads"),
    "zlib",
)


def test_node_brings_its_own_modules() -> None:
    dependencies = _Dependencies([])
    for name in BUILT_IN:
        assert dependencies.has(name), name
        assert dependencies.has(f"{name}/promises"), name
        assert not dependencies.has(f"./{name}"), name


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="no node")
def test_node_s_own_modules_are_those_that_it_lists() -> None:
    asked = "process.stdout.write(require('module').builtinModules.join(' '))"
    done = subprocess.run(["node", "-e", asked], capture_output=True, check=True)
    # Those with an underscore are internal, and deprecated.
    names = [name for name in done.stdout.decode().split() if not name.startswith("_")]
    assert all(map(_Dependencies([]).has, names))
    assert set(BUILT_IN) <= set(names)


@pytest.mark.parametrize(
    ("name", "is_elsewhere"),
    [
        *((name, True) for name in ("aws-sdk", "aws-sdk/clients/s3", "node:test")),
        *((name, True) for name in ("@aws-sdk/client-s3", "@smithy/types")),
        *((name, True) for name in ("left", "left/pad", "@a/b", "@a/b/c", "typed")),
        *((name, False) for name in ("right", "@a/c", "@a", "aws-sdk-mock", "./left")),
        *((name, False) for name in ("f", "l", "p", "w", "dot", "slash", "star", "no")),
    ],
)
def test_what_a_package_brings_from_elsewhere(name: str, is_elsewhere: bool) -> None:
    versions = {
        **dict.fromkeys(("left", "@a/b", "@types/typed"), "^1.0.0"),
        "f": "file:../f",
        "l": "link:../l",
        "p": "portal:../p",
        "w": "workspace:*",
        "dot": "../dot",
        "slash": "/a",
        "star": "*",
        "no": "",
    }
    kinds = "dependencies", "devDependencies"
    for kind in (*kinds, "optionalDependencies", "peerDependencies"):
        texts = ["{", "[]", '{"dependencies": 1}', json.dumps({kind: versions})]
        assert _Dependencies(texts).has(name) == is_elsewhere
