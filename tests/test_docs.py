"""The pages say what the rules and the data say, and their examples hold."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from cfnlint.config import ConfigMixIn

import cfn_lint_lambda_race
from tests.linting import ROOT, lint, lint_whole
from tests.pages import DOCS, FENCE, PAGES, Example, examples, page_name

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DOCS.exists(), reason="the pages are not here"),
]

RULES = {
    rule.id: rule
    for rule in (
        getattr(cfn_lint_lambda_race, name)() for name in cfn_lint_lambda_race.__all__
    )
}

_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


def _blocks(title: str) -> list[Example]:
    return [example for example in examples() if example.kind == title]


def _lint(example: Example, folder: Path) -> list[Any]:
    path, options = example.write(folder)
    return lint_whole(path, *options)


@cache
def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _prose(page: Path) -> str:
    return FENCE.sub("", page.read_text())


@cache
def _anchors(page: Path) -> frozenset[str]:
    titles = re.findall(r"^#+ (.+)$", _prose(page), re.M)
    return frozenset(
        re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower())
        for title in titles
    )


def test_drawings_are_current() -> None:
    for path, drawing in _generator().drawings().items():
        assert path.read_text(encoding="utf-8") == drawing


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_generated_parts_are_current(page: Path) -> None:
    text = page.read_text()
    assert _generator().generated(text) == text, "run `make docs`"


def test_each_module_answers_something_and_is_tested() -> None:
    design = (DOCS / "design.md").read_text(encoding="utf-8")
    for module, says in _generator().modules().items():
        assert says
        assert f"\n| `{module}` |" in design, "a part `rooms` for its folder"
        assert _generator().tested_by(module), f"no test names {module}"


def test_tests_name_modules_that_are_there() -> None:
    for path in (ROOT / "tests").rglob("test_*.py"):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        for module in re.findall(r"`((?:\w+/)?\w+\.py)`", said):
            assert (ROOT / "cfn_lint_lambda_race" / module).exists(), path


def test_tests_that_are_named_are_there() -> None:
    package = (ROOT / "cfn_lint_lambda_race").rglob("*.py")
    for path in (*PAGES, ROOT / "Makefile", *package):
        for name in re.findall(r"\btests/[\w/]+\.py\b", path.read_text("utf-8")):
            assert (ROOT / name).exists(), f"{page_name(path)}: {name}"


def test_picture_asks_nobody_else() -> None:
    svg = _generator().PICTURE.read_text(encoding="utf-8")
    assert "W9831" in svg
    assert "url(" not in svg.replace("url(#findings", "")


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_links_resolve(page: Path) -> None:
    for match in _LINK.finditer(_prose(page)):
        target, _, anchor = match["target"].partition("#")
        if target.startswith(("https://", "http://")):
            continue
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), match["target"]
        assert not anchor or anchor in _anchors(path), match["target"]


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_its_page(rule: str) -> None:
    text = (DOCS / "rules" / f"{rule}.md").read_text()
    assert text.startswith(f"# {rule} {type(RULES[rule]).__name__}\n")
    assert RULES[rule].shortdesc in text
    assert RULES[rule].description in text
    assert RULES[rule].aws_page in text
    for word in ("Why", "CloudFormation", "SAM", "CDK", "Serverless Framework"):
        assert f"\n## {word}\n" in text
    assert "\n## When to ignore it\n" in text


@pytest.mark.parametrize("rule", RULES)
def test_each_setting_is_explained(rule: str) -> None:
    text = (DOCS / "rules" / f"{rule}.md").read_text().partition("\n## Settings\n")[2]
    for setting in getattr(RULES[rule], "config_definition", {}):
        assert f"`{setting}" in text


@pytest.mark.parametrize("rule", RULES)
def test_readme_names_each_rule(rule: str) -> None:
    text = (ROOT / "README.md").read_text()
    assert (
        f"| [{rule}](docs/rules/{rule}.md) | `{type(RULES[rule]).__name__}` |" in text
    )


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_wrong_and_right(rule: str) -> None:
    for title in ("wrong", "right"):
        assert any(example.page.stem == rule for example in _blocks(title))


@pytest.mark.parametrize("example", _blocks("wrong"), ids=str)
def test_wrong_is_wrong(example: Example, tmp_path: Path) -> None:
    found = [match.rule.id for match in _lint(example, tmp_path)]
    assert example.rule in found
    assert not [rule for rule in found if rule.startswith("E")]


@pytest.mark.parametrize("example", _blocks("right"), ids=str)
def test_right_is_right(example: Example, tmp_path: Path) -> None:
    found = [match.rule.id for match in _lint(example, tmp_path)]
    assert example.rule not in found
    assert not [rule for rule in found if rule.startswith("E")]


@pytest.mark.parametrize("example", _blocks("settings"), ids=str)
def test_settings_are_accepted(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".cfnlintrc").write_text(example.body)
    # A pattern must match something.
    (tmp_path / "templates" / "examples").mkdir(parents=True)
    for folder in ("templates", "templates/examples"):
        (tmp_path / folder / "empty.yaml").write_text("Resources: {}")
    monkeypatch.chdir(tmp_path)
    # cfn-lint's own rules stand before it.
    assert ConfigMixIn([]).append_rules[1:] == ["cfn_lint_lambda_race"]
    # A setting that a rule does not know is a finding.
    said = [match.message for match in lint(Path("templates", "empty.yaml"))]
    assert not [message for message in said if "is in no git work tree" not in message]


def test_navigation_holds_each_page() -> None:
    text = (ROOT / "mkdocs.yml").read_text().partition("\nnav:\n")[2]

    def leaves(node: Any) -> Iterator[str]:
        if isinstance(node, str):
            yield node
        for child in node.values() if isinstance(node, dict) else ():
            yield from leaves(child)
        for child in node if isinstance(node, list) else ():
            yield from leaves(child)

    listed = set(leaves(yaml.safe_load(text)))
    # The changelog stands beside the folder of the pages; docs/hooks.py adds it.
    pages = {path.relative_to(DOCS).as_posix() for path in PAGES[1:]}
    assert listed == pages | {"changelog.md"}


def test_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    program = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    run = subprocess.run(
        [*program, "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "site" / "rules" / "W9810" / "index.html").exists()


def test_changelog_and_recipes_name_the_release() -> None:
    version = cfn_lint_lambda_race.__version__
    assert f"\n## [{version}] - " in (ROOT / "CHANGELOG.md").read_text()
    recipes = (DOCS / "recipes" / "index.md").read_text()
    assert set(re.findall(r"race-([\d.]+)-py3", recipes)) == {version}
