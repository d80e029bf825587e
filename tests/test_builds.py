"""Which files are code: by what `sam build` makes of them, or takes without a build."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.update import update_of
from tests.building import Template_, resource, sam
from tests.repositories import Work, _neutral  # noqa: F401
from tests.updates import configured

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="no git"),
    pytest.mark.usefixtures("_neutral"),
]

NAME = "template.json"
Files = Mapping[str, str]


def _template(metadata: Any = None, **properties: Any) -> Template_:
    template = sam({"CodeUri": "src/", **properties})
    if metadata is not None:
        template["Resources"]["Orders"]["Metadata"] = metadata
    return template


def _esbuild(*entries: str, uri: str = "src/", **properties: Any) -> Template_:
    metadata = {
        "BuildMethod": "esbuild",
        "BuildProperties": {"EntryPoints": list(entries or ["app.ts"]), **properties},
    }
    return _template(metadata, CodeUri=uri, Runtime="nodejs22.x")


def _built(method: str, runtime: str = "provided.al2023", **more: Any) -> Template_:
    metadata = {"BuildMethod": method, **more.pop("metadata", {})}
    return _template(metadata, Runtime=runtime, **more)


def _judged(
    folder: Path,
    template: Template_,
    files: Files,
    change: Mapping[str, str | None],
    before: Template_ | None = None,
) -> bool | None:
    """Whether a change of files, None for deleted, is one of the function's code."""
    work = Work(folder / "work")
    work.commit({NAME: json.dumps(before or template), **files})
    template = json.loads(json.dumps(template))
    template["Resources"]["Orders"]["Properties"]["Timeout"] = 9
    work.write({NAME: json.dumps(template)})
    for name, content in change.items():
        if content is None:
            (work.root / name).unlink()
        else:
            work.write({name: content})
    update = update_of(configured(work.root / NAME, baseline_ref="HEAD"))
    assert update.problem == ""
    comparison = update.comparison
    assert comparison is not None
    function = comparison.after.function("Orders")
    assert function is not None
    changes_code = any(one.code for one in comparison.function_updates())
    if comparison.is_local_code_unknown(function):
        assert not changes_code
        return None
    return changes_code


# -- bundles -----------------------------------------------------------------------

PACKAGE = '{"dependencies": {"uuid": "^9", "shared": "file:../shared"}}'
BUNDLE = {
    "src/app.ts": (
        "import { a } from './lib/a';\nimport { v4 } from 'uuid';\n"
        "import fs from 'node:fs';\nimport { S3 } from '@aws-sdk/client-s3';\n"
        "import type { T } from './types';\n// import './old'\n"
        "import {\n  b,\n  c,\n} from './b.js';\nconst d = require('./d.json');\n"
        "export const handler = async () => (await import('./late'))"
        ".run(a, './data');\n"
    ),
    "src/lib/a.ts": "export * from './index';\n",
    "src/lib/index.ts": "export const a = 1;\n",
    "src/b.ts": "export const b = 1, c = 2;\n",
    "src/d.json": "{}",
    "src/late.mjs": "export const run = () => 1;\n",
    "src/types.ts": "export interface T { a: string }\n",
    "src/shapes.ts": "export type S = string;\n",
    "src/old.ts": "export const old = 1;\n",
    "src/data.ts": "export const data = 1;\n",
    "src/other.ts": "export const other = 1;\n",
    "src/README.md": "one",
    "src/.github/workflows/ci.yml": "one",
    "src/tests/app.test.ts": "import '../app';\n",
    "src/package.json": PACKAGE,
    "src/package-lock.json": "{}",
    "package.json": "{}",
    "tsconfig.json": "{}",
    "README.md": "one",
    "infra/other.yaml": "one",
}


@pytest.mark.parametrize(
    ("name", "is_code"),
    [
        ("src/app.ts", True),
        ("src/lib/a.ts", True),
        ("src/lib/index.ts", True),
        ("src/b.ts", True),
        ("src/d.json", True),
        ("src/late.mjs", True),
        # Types leave nothing behind, and what a text names may be read or not.
        ("src/types.ts", None),
        ("src/old.ts", False),
        ("src/data.ts", None),
        ("src/other.ts", False),
        ("src/new.ts", False),
        ("src/README.md", False),
        ("src/.github/workflows/ci.yml", False),
        ("src/tests/app.test.ts", False),
        ("src/package.json", None),
        ("src/package-lock.json", None),
        ("src/tsconfig.json", None),
        ("package.json", None),
        ("pnpm-lock.yaml", None),
        ("tsconfig.json", None),
        ("README.md", False),
        ("infra/other.yaml", False),
    ],
)
@pytest.mark.parametrize("uri", ["src/", "."])
def test_the_code_of_a_bundle_is_what_it_imports(
    name: str, is_code: bool | None, uri: str, tmp_path: Path
) -> None:
    entry = "app.ts" if uri == "src/" else "src/app.ts"
    template = _esbuild(entry, uri=uri)
    change = {name: "export const changed = 1;\n"}
    assert _judged(tmp_path, template, BUNDLE, change) is is_code


def test_a_bundle_that_does_not_change(tmp_path: Path) -> None:
    assert _judged(tmp_path, _esbuild(), BUNDLE, {}) is False


@pytest.mark.parametrize(
    "source",
    [
        "import '@/lib/a';",
        "import 'shared';",
        "import '#internal';",
        "import './generated/client';",
        "import '../../outside';",
        "const a = require(name);",
        "const a = await import(`./${name}`);",
    ],
)
def test_a_bundle_that_imports_what_nobody_can_follow(
    source: str, tmp_path: Path
) -> None:
    files = {**BUNDLE, "src/app.ts": source}
    assert _judged(tmp_path, _esbuild(), files, {}) is None
    (tmp_path / "again").mkdir()
    change = {"src/app.ts": f"{source}\nrun();"}
    assert _judged(tmp_path / "again", _esbuild(), files, change) is True


@pytest.mark.parametrize("name", ["common/a.ts", "common/b.ts"])
def test_what_a_bundle_imports_from_outside_is_unknown(
    name: str, tmp_path: Path
) -> None:
    files = {
        "src/app.ts": "import '../common/a';",
        "common/a.ts": "import './b';",
        "common/b.ts": "run();",
        "common/c.ts": "run();",
    }
    assert _judged(tmp_path, _esbuild(), files, {name: "changed();"}) is None
    (tmp_path / "c").mkdir()
    change = {"common/c.ts": "changed();"}
    assert _judged(tmp_path / "c", _esbuild(), files, change) is False


@pytest.mark.parametrize(
    "template",
    [
        _template({"BuildMethod": "esbuild"}, Runtime="nodejs22.x"),
        _esbuild("nowhere.ts"),
        _built("esbuild", metadata={"BuildProperties": {"EntryPoints": {"Ref": "X"}}}),
    ],
)
def test_a_bundle_without_known_entry_points_is_unknown(
    template: Template_, tmp_path: Path
) -> None:
    assert _judged(tmp_path, template, BUNDLE, {"src/app.ts": "changed();"}) is None


def test_a_bundle_that_is_made_otherwise_is_unknown(tmp_path: Path) -> None:
    before, after = _esbuild(), _esbuild(Minify=True)
    assert _judged(tmp_path, after, BUNDLE, {}, before) is None
    (tmp_path / "again").mkdir()
    change = {"src/app.ts": "changed();"}
    assert _judged(tmp_path / "again", after, BUNDLE, change, before) is True


def test_a_bundle_that_takes_long_to_scan(tmp_path: Path) -> None:
    texts = ["/*" * 200_000, "import " * 80_000, "`" * 300_001, "'\n" * 200_000]
    for number, text in enumerate(texts):
        folder = tmp_path / str(number)
        folder.mkdir()
        _judged(folder, _esbuild(), {"src/app.ts": text}, {"src/a.ts": "x"})


# -- other builds ------------------------------------------------------------------

GO = {
    "src/main.go": "package main",
    "src/go.mod": "module x",
    "src/lib/lib.go": "package lib",
}
RUST = {"src/Cargo.toml": "[package]", "src/src/main.rs": "fn main() {}"}
JAVA = {"src/pom.xml": "<project/>", "src/src/main/java/App.java": "class App {}"}
DOTNET = {"src/Fn.csproj": "<Project/>", "src/Fn.cs": "class Fn {}"}
MAKE = {"src/Makefile": "build-Orders:\n\tcp app.py $(ARTIFACTS_DIR)"}
NPM = {"src/package.json": "{}", "src/app.js": "run()", "src/lib/b.js": "run()"}


@pytest.mark.parametrize(
    ("template", "files", "name", "is_code"),
    [
        (_built("go1.x"), GO, "src/main.go", True),
        (_built("go1.x"), GO, "src/main_test.go", False),
        (_built("go1.x"), GO, "src/lib/lib.go", None),
        (_built("go1.x"), GO, "src/go.sum", None),
        (_built("go1.x"), GO, "src/README.md", False),
        (_built("go1.x"), GO, "README.md", False),
        (_built("go1.x"), {"go.mod": "", "src/main.go": ""}, "lib/a.go", None),
        (_built("go1.x"), {"go.mod": "", "src/main.go": ""}, "README.md", False),
        (_built("rust-cargolambda"), RUST, "src/src/lib.rs", True),
        (_built("rust-cargolambda"), RUST, "src/Cargo.lock", None),
        (_built("rust-cargolambda"), RUST, "src/tests/all.rs", False),
        (_built("rust-cargolambda"), RUST, "src/README.md", False),
        (_template(Runtime="java21"), JAVA, "src/src/main/java/B.java", True),
        (_template(Runtime="java21"), JAVA, "src/src/main/resources/a.txt", True),
        (_template(Runtime="java21"), JAVA, "src/src/test/java/T.java", False),
        (_template(Runtime="java21"), JAVA, "src/pom.xml", None),
        (_template(Runtime="java21"), JAVA, "src/README.md", False),
        (_template(Runtime="dotnet8"), DOTNET, "src/Fn.cs", True),
        (_template(Runtime="dotnet8"), DOTNET, "src/Fn.csproj", None),
        (_template(Runtime="dotnet8"), DOTNET, "src/Fn.Tests/A.cs", False),
        (_template(Runtime="dotnet8"), DOTNET, "src/Readme.md", False),
        (_built("makefile"), MAKE, "src/app.py", True),
        (_built("makefile"), MAKE, "src/Makefile", None),
        (_built("makefile"), MAKE, "src/README.md", None),
        (_built("makefile"), MAKE, "README.md", False),
        (_built("makefile", CodeUri="."), MAKE, "src/app.py", None),
        # Nothing is built where nothing says what, or where it is not to be.
        (_template(Runtime="java21"), {"src/App.class": ""}, "src/README.md", True),
        (
            _built("esbuild", metadata={"SkipBuild": True}),
            BUNDLE,
            "src/README.md",
            True,
        ),
        (_template(Runtime="nodejs22.x"), NPM, "src/app.js", True),
        (_template(Runtime="nodejs22.x"), NPM, "src/README.md", True),
        (_template(Runtime="nodejs22.x"), NPM, "src/package.json", True),
        (_template(Runtime="nodejs22.x"), NPM, "src/package-lock.json", None),
        (_template(Runtime="nodejs22.x"), NPM, "README.md", False),
        (
            _template(Runtime="nodejs22.x"),
            {**NPM, "src/.npmignore": "tests/*\n"},
            "src/tests/unit/app.test.js",
            None,
        ),
        (
            _template(Runtime="nodejs22.x"),
            {**NPM, "src/package.json": '{"files": ["app.js", "lib/"]}'},
            "src/lib/b.js",
            True,
        ),
        (
            _template(Runtime="nodejs22.x"),
            {**NPM, "src/package.json": '{"files": ["app.js", "lib/"]}'},
            "src/jest.config.js",
            None,
        ),
        # What is not built is packaged as it is.
        (_template(), {"src/app.py": ""}, "src/requirements.txt", True),
        (_template(), {"src/app.py": ""}, "src/README.md", True),
        (_template(), {"src/app.py": ""}, "src/tests/test_app.py", True),
        (_template(), {"src/app.py": ""}, "README.md", False),
        (_template(CodeUri="."), {"app.py": ""}, "README.md", True),
        (_template(CodeUri="."), {"app.py": ""}, ".github/workflows/ci.yml", True),
        (_template(CodeUri="."), {"app.py": ""}, "other.yaml", True),
        (_template(Runtime="ruby3.3"), {"src/a.rb": ""}, "src/Gemfile.lock", True),
    ],
)
def test_what_a_build_takes(
    template: Template_, files: Files, name: str, is_code: bool | None, tmp_path: Path
) -> None:
    assert _judged(tmp_path, template, files, {name: "changed"}) is is_code


def test_a_makefile_that_names_other_folders(tmp_path: Path) -> None:
    files = {"src/Makefile": "build-Orders:\n\tcp -r ../common $(ARTIFACTS_DIR)"}
    change = {"common/a.py": "changed"}
    assert _judged(tmp_path, _built("makefile"), files, change) is None


def test_code_that_several_functions_share(tmp_path: Path) -> None:
    """A build of several programs takes for each of them what it names."""
    other = resource(
        "Serverless::Function",
        CodeUri="src",
        Handler="b",
        Role="arn:aws:iam::123456789012:role/orders",
        Runtime="provided.al2023",
    )
    other["Metadata"] = {"BuildMethod": "rust-cargolambda"}
    template = _built("rust-cargolambda")
    template["Resources"]["Other"] = other
    change = {"src/src/main.rs": "changed"}
    assert _judged(tmp_path, template, RUST, change) is None


@pytest.mark.parametrize("handler", ["dist/app.handler", "build/src/app.handler"])
def test_a_handler_that_a_build_makes_is_unknown(handler: str, tmp_path: Path) -> None:
    for number, (runtime, files) in enumerate(
        [("nodejs22.x", NPM), ("python3.13", {"src/app.py": ""})]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        template = _template(Handler=handler, Runtime=runtime)
        assert _judged(folder, template, files, {}) is None


@pytest.mark.parametrize(
    "handler",
    ["lib/b.handler", "node_modules/x/y.handler", "/opt/nodejs/a.handler", "a.b"],
)
def test_a_handler_that_is_there_or_in_a_layer(handler: str, tmp_path: Path) -> None:
    template = _template(Handler=handler, Runtime="nodejs22.x")
    assert _judged(tmp_path, template, NPM, {}) is False


# -- images ------------------------------------------------------------------------


def _image(**metadata: str) -> Template_:
    kept = {"CodeUri": None, "Handler": None, "Runtime": None, "PackageType": "Image"}
    return _template({"DockerContext": ".", **metadata}, **kept)


DOCKERFILE = """\
FROM public.ecr.aws/lambda/python:3.13
COPY requirements.txt ./
COPY --chown=1:1 src \\
  lib/*.py ./
COPY ["conf/a.json", "./"]
"""
STAGES = """\
FROM node:22 AS build
COPY . .
RUN npm run build
FROM public.ecr.aws/lambda/nodejs:22
COPY --from=build /dist ./
"""


@pytest.mark.parametrize(
    ("dockerfile", "name", "is_code"),
    [
        (DOCKERFILE, "requirements.txt", True),
        (DOCKERFILE, "src/deep/app.py", True),
        (DOCKERFILE, "lib/a.py", True),
        (DOCKERFILE, "conf/a.json", True),
        (DOCKERFILE, "conf/b.json", False),
        (DOCKERFILE, "README.md", False),
        (DOCKERFILE, "Dockerfile", True),
        ("FROM x\nCOPY . .\n", "README.md", True),
        ("FROM x\nCOPY . .\n", "out/a.py", None),
        ("FROM x\nCOPY $SOURCE .\n", "src/app.py", None),
        (STAGES, "src/app.ts", True),
        (STAGES, "README.md", None),
    ],
)
def test_an_image_is_what_its_dockerfile_copies(
    dockerfile: str, name: str, is_code: bool | None, tmp_path: Path
) -> None:
    files = {"Dockerfile": dockerfile, ".dockerignore": "out\n"}
    assert _judged(tmp_path, _image(), files, {name: "FROM y\n"}) is is_code


def test_a_dockerfile_of_another_name(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM x\nCOPY . .\n", "a.docker": "FROM x\nCOPY a.py .\n"}
    template = _image(Dockerfile="a.docker")
    assert _judged(tmp_path, template, files, {"b.py": "changed"}) is False
