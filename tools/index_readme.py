"""The README as the package index shows it: with links that lead somewhere there.

Hatchling runs this when it builds. A link to a file of the repository becomes one to
the address in ``project.urls``; while there is none, it becomes the words alone, and a
picture its description.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(?P<picture>!?)\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_COMMENT = re.compile(r"^<!--.*?-->\n+", re.MULTILINE)
_FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


class IndexReadme(MetadataHookInterface):
    """The hook that gives a distribution its description."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the README to the metadata."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        address = metadata.get("urls", {}).get("Repository")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": for_index(text, address),
        }


def for_index(readme: str, repository: str | None) -> str:
    """The README for a place that has none of the repository's files beside it."""

    def absolute(link: re.Match[str]) -> str:
        target = link["target"]
        if target.startswith(("https://", "#")):
            return link[0]
        if repository is None:
            return link["words"]
        kind = "raw" if link["picture"] else "blob"
        address = f"{repository.rstrip('/')}/{kind}/main/{target}"
        return f"{link['picture']}[{link['words']}]({address})"

    parts = _FENCED.split(_COMMENT.sub("", readme))
    # Every second part is an example.
    parts[::2] = [_LINK.sub(absolute, part) for part in parts[::2]]
    return "".join(parts)
