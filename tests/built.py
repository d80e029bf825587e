"""Functions that a build makes from files, and which of the files are code."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from cfn_lint_lambda_race.update import Update, update_of
from cfn_lint_lambda_race.update._git import Repository
from tests.building import Template_, sam
from tests.repositories import Remembered, Work
from tests.updates import configured

NAME = "template.json"
Files = Mapping[str, str]


def from_source(metadata: Any = None, **properties: Any) -> Template_:
    """A SAM function whose code lies below ``src``."""
    template = sam({"CodeUri": "src/", **properties})
    if metadata is not None:
        template["Resources"]["Orders"]["Metadata"] = metadata
    return template


def built_with(method: str, runtime: str = "provided.al2023", **more: Any) -> Template_:
    metadata = {"BuildMethod": method, **more.pop("metadata", {})}
    return from_source(metadata, Runtime=runtime, **more)


def judged(
    folder: Path,
    template: Template_,
    files: Files,
    change: Mapping[str, str | None],
    before: Template_ | None = None,
    encoded: Collection[str] = (),
    name: str = NAME,
    problem: str = "",
) -> bool | None:
    """Whether a change of files, None for deleted, is one of the function's code.

    None for unknown, and where there is a problem instead of an answer.
    """
    committed = {name: json.dumps(before or template), **files}
    work = Work(folder / "work", init=False)
    template = json.loads(json.dumps(template))
    template["Resources"]["Orders"]["Properties"]["Timeout"] = 9
    work.write({**committed, name: json.dumps(template)})
    for file, content in change.items():
        if content is None:
            (work.root / file).unlink()
        else:
            work.write({file: content})
    repository = Remembered(work.root, committed, encoded)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Repository, "find", lambda path: repository)
        update = update_of(configured(work.root / name, baseline_ref="HEAD"))
        assert update.problem == problem
        return None if problem else _changes_code(update)


def _changes_code(update: Update) -> bool | None:
    comparison = update.comparison
    assert comparison is not None
    function = comparison.after.function("Orders")
    assert function is not None
    changes_code = any(one.code for one in comparison.function_updates())
    if comparison.is_local_code_unknown(function):
        assert not changes_code
        return None
    return changes_code


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

CODE = {"src/app.py": "one\n", "src/lib/util.py": "two\n"}


def json_text(template: Template_) -> str:
    return json.dumps(template, indent=1)


def with_new_timeout(root: Path) -> Work:
    """One commit of a SAM template and its code; the work tree has a new timeout."""
    work = Work(root)
    work.commit(
        {"template.json": json_text(from_source()), **CODE, ".gitignore": "*.pyc\n"}
    )
    work.write({"template.json": json_text(from_source(Timeout=9))})
    return work


def update_since(
    work: Work, revision: str = "HEAD", name: str = "template.json"
) -> Update:
    return update_of(configured(work.root / name, baseline_ref=revision))


def change_code(work: Work) -> None:
    """Change a file of the code, and tell git nothing of it."""
    work.write({"src/app.py": "three\n"})
