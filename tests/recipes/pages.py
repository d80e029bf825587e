"""What the recipes' pages tell a reader to type, taken from the pages themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from tests.linting import ROOT

RECIPES = ROOT / "docs" / "recipes"
FILES = RECIPES / "files"

_FENCE = re.compile(r"^```(?P<info>[^\n]+)\n(?P<body>.*?)^```$", re.M | re.S)


def text(page: str) -> str:
    """A page as it is written."""
    return (RECIPES / page).read_text(encoding="utf-8")


def blocks(page: str, info: str, section: str = "") -> list[str]:
    """The fenced blocks of one kind in a page, or in one section of it."""
    part = text(page)
    if section:
        title = re.search(rf"^(#+) {re.escape(section)}\n", part, re.M)
        assert title is not None, f"{page} has no section {section}"
        rest = part[title.end() :]
        end = re.search(rf"^#{{1,{len(title[1])}}} ", _masked(rest), re.M)
        part = rest[: end.start()] if end else rest
    return [match["body"] for match in _FENCE.finditer(part) if match["info"] == info]


def _masked(page: str) -> str:
    """A text of the same length in which no comment of a block looks like a title."""
    return _FENCE.sub(lambda match: match[0].replace("\n#", "\n "), page)


def block(page: str, info: str, section: str = "") -> str:
    """The only such block."""
    (found,) = blocks(page, info, section)
    return found


def commands(page: str, section: str = "") -> list[str]:
    """The commands of a page's shell blocks, each on one line."""
    lines = "".join(blocks(page, "shell", section)).replace("\\\n", " ").splitlines()
    return [" ".join(line.split()) for line in lines]


def command(page: str, part: str, section: str = "") -> str:
    """The only command that holds a text."""
    (found,) = [line for line in commands(page, section) if part in line]
    return found


def table(page: str, section: str) -> list[list[str]]:
    """The rows of the table in a section, without its head."""
    part = text(page).partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    rows = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def document(name: str) -> Any:
    """A recipe's file, read as YAML (of which JSON is a part)."""
    return yaml.safe_load((FILES / name).read_text(encoding="utf-8"))


def named(steps: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    """The step of a workflow that has a name."""
    (found,) = [step for step in steps if step.get("name") == name]
    return found
