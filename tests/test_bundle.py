"""Which files esbuild takes into a bundle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.update._git import Tracked
from tests.building import Template_
from tests.built import BUNDLE, built_with, from_source, judged
from tests.repositories import Remembered

# Writes folders of code.
pytestmark = pytest.mark.slow


def _esbuild(*entries: str, uri: str = "src/", **properties: Any) -> Template_:
    metadata = {
        "BuildMethod": "esbuild",
        "BuildProperties": {"EntryPoints": list(entries or ["app.ts"]), **properties},
    }
    return from_source(metadata, CodeUri=uri, Runtime="nodejs22.x")


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
    assert judged(tmp_path, template, BUNDLE, change) is is_code


@pytest.mark.parametrize(
    ("old", "new", "is_code"),
    [
        ("run(1);\n", "// One.\nrun(1);\n", None),
        ("run(1); // One.\n", "run(1);\n\n", None),
        ("/* One. */ run(1);\n", "/* Two. */\n  run(1);\n", None),
        ("run(1);\n", "/* run(1); */\n", True),
        ("run('// one');\n", "run('// two');\n", True),
        ("run(1); // One.\n", "run(2); // Two.\n", True),
    ],
)
def test_whether_comments_are_packaged_is_unknown(
    old: str, new: str, is_code: bool | None, tmp_path: Path
) -> None:
    """A bundle that is minified has none; a source map tells of them."""
    files = {**BUNDLE, "src/b.ts": f"export const b = 1, c = 2;\n{old}"}
    change = {"src/b.ts": f"export const b = 1, c = 2;\n{new}"}
    assert judged(tmp_path, _esbuild(), files, change) is is_code


def test_a_bundle_that_does_not_change(tmp_path: Path) -> None:
    assert judged(tmp_path, _esbuild(), BUNDLE, {}) is False


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
    assert judged(tmp_path, _esbuild(), files, {}) is None
    (tmp_path / "again").mkdir()
    change = {"src/app.ts": f"{source}\nrun();"}
    assert judged(tmp_path / "again", _esbuild(), files, change) is True


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
    assert judged(tmp_path, _esbuild(), files, {name: "changed();"}) is None
    (tmp_path / "c").mkdir()
    change = {"common/c.ts": "changed();"}
    assert judged(tmp_path / "c", _esbuild(), files, change) is False


@pytest.mark.parametrize(
    "template",
    [
        from_source({"BuildMethod": "esbuild"}, Runtime="nodejs22.x"),
        _esbuild("nowhere.ts"),
        *(
            built_with("esbuild", metadata={"BuildProperties": {"EntryPoints": points}})
            for points in ({"Ref": "X"}, [{"Ref": "X"}], [["app.ts"]])
        ),
    ],
)
def test_a_bundle_without_known_entry_points_is_unknown(
    template: Template_, tmp_path: Path
) -> None:
    assert judged(tmp_path, template, BUNDLE, {"src/app.ts": "changed();"}) is None


def test_a_bundle_that_is_made_otherwise_is_unknown(tmp_path: Path) -> None:
    before, after = _esbuild(), _esbuild(Minify=True)
    assert judged(tmp_path, after, BUNDLE, {}, before) is None
    (tmp_path / "again").mkdir()
    change = {"src/app.ts": "changed();"}
    assert judged(tmp_path / "again", after, BUNDLE, change, before) is True


@pytest.mark.slow
def test_a_bundle_that_takes_long_to_scan(tmp_path: Path) -> None:
    texts = ["/*" * 200_000, "import " * 80_000, "`" * 300_001, "'\n" * 200_000]
    for number, text in enumerate(texts):
        folder = tmp_path / str(number)
        folder.mkdir()
        judged(folder, _esbuild(), {"src/app.ts": text}, {"src/a.ts": "x"})


# A change of what no script imports.
OTHER = {"src/README.md": "two"}


@pytest.mark.parametrize(
    "suffix",
    [".tsx", ".ts", ".jsx", ".js", ".mts", ".mjs", ".cts", ".cjs", ".json"],
)
@pytest.mark.parametrize("name", ["src/b", "src/b/index"])
def test_an_import_may_leave_out_the_extension(
    suffix: str, name: str, tmp_path: Path
) -> None:
    files = {"src/app.ts": "import './b';", f"{name}{suffix}": "[1]"}
    assert judged(tmp_path, _esbuild(), files, {f"{name}{suffix}": "[2]"}) is True


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("./b.js", "src/b.ts"),
        ("./b.js", "src/b.tsx"),
        ("./b.jsx", "src/b.ts"),
        ("./b.jsx", "src/b.tsx"),
        ("./b.mjs", "src/b.mts"),
        ("./b.cjs", "src/b.cts"),
        # What follows `?` is for the bundler.
        ("./b.json?raw", "src/b.json"),
    ],
)
def test_an_import_may_name_what_the_compiler_makes(
    written: str, name: str, tmp_path: Path
) -> None:
    files = {"src/app.ts": f"import '{written}';", name: "[1]"}
    assert judged(tmp_path, _esbuild(), files, {name: "[2]"}) is True


@pytest.mark.parametrize(
    ("written", "taken", "other"),
    [
        ("./b", "b.tsx", "b.ts"),
        ("./b", "b.ts", "b.jsx"),
        ("./b", "b.jsx", "b.js"),
        ("./b", "b.js", "b.json"),
        ("./b", "b.json", "b/index.ts"),
        ("./b.js", "b.js", "b.ts"),
        ("./b.js", "b.js.ts", "b.ts"),
        ("./b.js", "b.ts", "b.tsx"),
        ("./b.jsx", "b.ts", "b.tsx"),
        ("./b.jsx", "b.tsx", "b.jsx/index.ts"),
        # Other names keep their last letters.
        ("./bike", "bike/index.ts", "b.ts"),
        ("./bikes", "bikes/index.ts", "b.ts"),
    ],
)
def test_an_import_means_the_first_file_that_there_is(
    written: str, taken: str, other: str, tmp_path: Path
) -> None:
    """As https://esbuild.github.io/api/#resolve-extensions has it."""
    files = {"src/app.ts": f"import '{written}';"}
    files |= {f"src/{name}": "[1]" for name in (taken, other)}
    change = {f"src/{taken}": "[2]"}
    assert judged(tmp_path / "taken", _esbuild(), files, change) is True
    change = {f"src/{other}": "[2]"}
    assert judged(tmp_path / "other", _esbuild(), files, change) is False


@pytest.mark.parametrize(
    "name",
    [
        *(".npmrc", ".yarnrc.yml", "bun.lock", "bun.lockb", "jsconfig.json"),
        *("npm-shrinkwrap.json", "package-lock.json", "package.json"),
        *("pnpm-lock.yaml", "pnpm-workspace.yaml", "tsconfig.base.json"),
        *("tsconfig.build.json", "tsconfig.json", "yarn.lock"),
    ],
)
def test_what_a_file_above_the_code_does_to_a_build_is_unknown(
    name: str, tmp_path: Path
) -> None:
    files = {"src/app.ts": "run();"}
    assert judged(tmp_path, _esbuild(), files, {name: "{}"}) is None


def test_git_lists_at_once_what_a_bundle_may_rest_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[Sequence[str]] = []
    files = Remembered.files

    def note(
        self: Remembered, names: Sequence[str]
    ) -> tuple[dict[str, Tracked], set[str]]:
        listed.append(names)
        return files(self, names)

    monkeypatch.setattr(Remembered, "files", note)
    template = _esbuild(uri="app/src/")
    assert judged(tmp_path, template, {"app/src/app.ts": "run();"}, {}) is False
    (names,) = listed
    assert {"app/src", "app/package.json", "package.json"} <= set(names)


# https://nodejs.org/api/modules.html#built-in-modules
NODE = """
assert async_hooks buffer child_process cluster console constants crypto dgram
diagnostics_channel dns domain events fs http http2 https inspector module net os path
perf_hooks process punycode querystring readline repl stream string_decoder sys timers
tls trace_events tty url util v8 vm wasi worker_threads zlib
"""


@pytest.mark.parametrize(
    ("imported", "packages", "is_known"),
    [
        (NODE.split(), {}, True),
        (["fs/promises", "node:test", "aws-sdk", "aws-sdk/clients/s3"], {}, True),
        (["@smithy/types", "@aws-sdk/client-s3"], {}, True),
        (["uuid"], {"dependencies": {"uuid": "^9"}}, True),
        (["uuid"], {"devDependencies": {"uuid": "^9"}}, True),
        (["uuid"], {"optionalDependencies": {"uuid": "^9"}}, True),
        (["uuid"], {"peerDependencies": {"uuid": "^9"}}, True),
        (["uuid"], {"bundled": {"uuid": "^9"}}, False),
        (["uuid/v4"], {"dependencies": {"uuid": "^9"}}, True),
        (["@acme/a", "@acme/a/b/c"], {"dependencies": {"@acme/a": "^9"}}, True),
        (["@acme/b"], {"dependencies": {"@acme/a": "^9"}}, False),
        # A package of types alone leaves nothing behind.
        (["aws-lambda"], {"devDependencies": {"@types/aws-lambda": "^8"}}, True),
        # What lies in the repository may change with it.
        (["uuid"], {"dependencies": {"uuid": "file:../uuid"}}, False),
        (["uuid"], {"dependencies": {"uuid": "workspace:^1"}}, False),
        (["uuid"], {"dependencies": {"uuid": "link:/uuid"}}, False),
        (["uuid"], {"dependencies": {"uuid": "*"}}, False),
        (["uuid"], {"dependencies": ["uuid"]}, False),
        (["uuid"], ["uuid"], False),
    ],
)
@pytest.mark.parametrize("folder", ["src/", ""])
def test_packages_that_are_not_of_the_repository_do_not_change_with_it(
    imported: list[str], packages: Any, is_known: bool, folder: str, tmp_path: Path
) -> None:
    files = {
        "src/app.ts": "".join(f"import '{name}';\n" for name in imported),
        # Not the only one, and not one that can be read.
        "src/package.json": "{",
        f"{folder}package.json": json.dumps(packages),
    }
    expected = False if is_known else None
    assert judged(tmp_path, _esbuild(), files, OTHER) is expected


@pytest.mark.parametrize(
    ("source", "is_code"),
    [
        ("export interface T { a: string }\n", None),
        ("export type T = string;\n", None),
        ("export interface T { a: string }\nexport const a = 1;\n", True),
        ("run();\n", True),
    ],
)
@pytest.mark.parametrize("suffix", [".ts", ".tsx", ".mts", ".cts"])
def test_a_module_of_types_alone_may_leave_nothing_behind(
    source: str, is_code: bool | None, suffix: str, tmp_path: Path
) -> None:
    name = f"src/types{suffix}"
    files = {"src/app.ts": "import { T } from './types';", name: source}
    change = {name: f"// One more.\n{source}{source.replace('T', 'U')}"}
    assert judged(tmp_path, _esbuild(), files, change) is is_code


def test_a_script_without_types_is_code(tmp_path: Path) -> None:
    files = {"src/app.ts": "import './types';", "src/types.js": "type T"}
    assert judged(tmp_path, _esbuild(), files, {"src/types.js": "type U"}) is True


@pytest.mark.parametrize(
    ("change", "is_code"),
    [({"src/b.ts": "import './app';\nrun(2);"}, True), (OTHER, False)],
)
def test_scripts_that_import_each_other(
    change: dict[str, str], is_code: bool, tmp_path: Path
) -> None:
    files = {"src/app.ts": "import './b';", "src/b.ts": "import './app';\nrun(1);"}
    assert judged(tmp_path, _esbuild(), files, change) is is_code


@pytest.mark.parametrize(
    ("change", "is_code"),
    [({"src/c.ts": "import './b';\nrun(2);"}, None), (OTHER, False)],
)
def test_scripts_that_a_text_names_import_each_other(
    change: dict[str, str], is_code: bool | None, tmp_path: Path
) -> None:
    files = {
        "src/app.ts": "run('./b');",
        "src/b.ts": "import './c';",
        "src/c.ts": "import './b';\nrun(1);",
    }
    assert judged(tmp_path, _esbuild(), files, change) is is_code


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("b.txt", "one", "// One.\none"),
        # Too large to read.
        ("b.ts", "run();", "run();" + " " * (1 << 24)),
        ("b.ts", "run();" + " " * (1 << 24), "run();"),
    ],
)
def test_comments_are_told_in_scripts_that_can_be_read(
    name: str, old: str, new: str, tmp_path: Path
) -> None:
    files = {"src/app.ts": f"import './{name}';", f"src/{name}": old}
    assert judged(tmp_path, _esbuild(), files, {f"src/{name}": new}) is True


def test_one_module_that_nobody_can_follow_is_enough(tmp_path: Path) -> None:
    files = {"src/app.ts": "require(name);\nimport './b';", "src/b.ts": "run();"}
    assert judged(tmp_path, _esbuild(), files, OTHER) is None


def test_a_package_is_no_file_of_its_name(tmp_path: Path) -> None:
    files = {
        "src/app.ts": "import 'uuid';",
        "src/uuid.ts": "one();",
        "package.json": '{"dependencies": {"uuid": "^9"}}',
    }
    assert judged(tmp_path, _esbuild(), files, {"src/uuid.ts": "two();"}) is False


@pytest.mark.parametrize("count", [3, 9])
def test_what_a_bundle_of_very_many_files_has_is_unknown(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfn_lint_lambda_race.update._bundle._MAX_FILES", 6)
    files = {f"src/{n}.ts": f"import './{n + 1}';" for n in range(count)}
    files |= {"src/app.ts": "import './0';", f"src/{count}.ts": "run();"}
    expected = False if count < 6 else None
    assert judged(tmp_path, _esbuild(), files, OTHER) is expected


@pytest.mark.parametrize(("more", "is_code"), [("", False), ("\nrequire(name);", None)])
def test_a_picture_imports_nothing(
    more: str, is_code: bool | None, tmp_path: Path
) -> None:
    files = {"src/app.ts": f"import './a.png';{more}", "src/a.png": "require(name)"}
    assert judged(tmp_path, _esbuild(), files, OTHER) is is_code


def test_what_a_script_imports_that_is_too_large_to_read_is_unknown(
    tmp_path: Path,
) -> None:
    files = {"src/app.ts": "import './b';", "src/b.ts": " " * (1 << 24)}
    assert judged(tmp_path, _esbuild(), files, OTHER) is None


@pytest.mark.parametrize("written", ["../../outside", "../.."])
def test_what_lies_outside_of_the_repository_is_not_looked_at(
    written: str, tmp_path: Path
) -> None:
    for name in ("outside.ts", "index.ts"):
        (tmp_path / name).write_text("run();")
    files = {"src/app.ts": f"import '{written}';"}
    assert judged(tmp_path, _esbuild(), files, OTHER) is None
