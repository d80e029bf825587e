"""Which files esbuild takes into a bundle."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.building import Template_
from tests.built import BUNDLE, built_with, from_source, judged
from tests.repositories import _neutral  # noqa: F401

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="no git"),
    pytest.mark.usefixtures("_neutral"),
]


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
        built_with(
            "esbuild", metadata={"BuildProperties": {"EntryPoints": {"Ref": "X"}}}
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


def test_a_bundle_that_takes_long_to_scan(tmp_path: Path) -> None:
    texts = ["/*" * 200_000, "import " * 80_000, "`" * 300_001, "'\n" * 200_000]
    for number, text in enumerate(texts):
        folder = tmp_path / str(number)
        folder.mkdir()
        judged(folder, _esbuild(), {"src/app.ts": text}, {"src/a.ts": "x"})
