"""The pages, and the templates that they show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.linting import ROOT

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]

FENCE = re.compile(r"^(`{3,})(?P<info>[^\n]*)\n(?P<body>.*?)^\1$", re.M | re.S)
_TITLE = re.compile(r'yaml title="(?P<title>[^"]+)"')


class Example(NamedTuple):
    """A template in a page, and the one that is deployed when it is linted."""

    page: Path
    number: int
    title: str
    body: str
    deployed: str | None

    @property
    def kind(self) -> str:
        return self.title.partition(":")[0]

    @property
    def rule(self) -> str:
        return self.title.partition(": ")[2] or self.page.stem

    def write(self, folder: Path) -> tuple[Path, list[str]]:
        """Write it into a folder: its path, and the options to lint it with."""
        path = folder / "template.yaml"
        path.write_text(self.body)
        if self.deployed is None:
            return path, []
        deployed = folder / "deployed.yaml"
        deployed.write_text(self.deployed)
        return path, ["-x", f"W9831:baseline_path={deployed}"]

    def __str__(self) -> str:
        return f"{page_name(self.page)}-{self.number}-{self.title}"


def page_name(page: Path) -> str:
    """A page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def examples() -> Iterator[Example]:
    """The templates of all pages that have a title, in their order."""
    for page in PAGES:
        deployed = None
        for number, match in enumerate(FENCE.finditer(page.read_text())):
            found = _TITLE.match(match["info"])
            if found is None:
                continue
            if found["title"] == "deployed":
                deployed = match["body"]
            yield Example(page, number, found["title"], match["body"], deployed)
