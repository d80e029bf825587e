"""The rules' pages, as the installed package carries them."""

from __future__ import annotations

import re
from pathlib import Path

_ID = re.compile(r"[WIE]\d{4}")
_COMMENT = re.compile(r"^<!--.*?-->\n+", re.MULTILINE)
_LINK = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<target>[^)\s]+)\)")
_STRONG = re.compile(r"\*\*(?P<words>[^*\n]+)\*\*")
_CODE = re.compile(r"`(?P<words>[^`\n]+)`")
_FENCE = re.compile(r'^```\w*(?: title="(?P<title>[^"]+)")?$')

_BOLD, _CYAN, _DIM, _PLAIN = "\x1b[1m", "\x1b[36m", "\x1b[2m", "\x1b[0m"


def _folder() -> Path:
    """The wheel holds the pages below the package; a clone has them in docs/."""
    package = Path(__file__).parent
    installed = package / "pages"
    return installed if installed.is_dir() else package.parent / "docs" / "rules"


def ids() -> list[str]:
    """The IDs of the rules that have a page."""
    names = (path.stem for path in _folder().glob("*.md"))
    return sorted((name for name in names if _ID.fullmatch(name)), key=lambda n: n[1:])


def page(rule: str) -> str | None:
    """A rule's page as Markdown; None where no rule has that ID."""
    rule = rule.upper()
    if rule not in ids():
        return None
    text = (_folder() / f"{rule}.md").read_text(encoding="utf-8")
    return _COMMENT.sub("", text).strip()


def for_terminal(markdown: str) -> str:
    """A page with its headings, examples and code set apart by colour."""
    lines = []
    is_example = False
    for line in markdown.splitlines():
        fence = _FENCE.match(line)
        if fence:
            is_example = not is_example
            line = f"{_DIM}--- {fence['title'] or ''}{_PLAIN}" if fence["title"] else ""
        elif is_example:
            line = f"    {_CYAN}{line}{_PLAIN}"
        elif line.startswith("#"):
            line = f"{_BOLD}{line.lstrip('# ')}{_PLAIN}"
        else:
            line = _LINK.sub(_linked, line)
            line = _STRONG.sub(rf"{_BOLD}\g<words>{_PLAIN}", line)
            line = _CODE.sub(rf"{_CYAN}\g<words>{_PLAIN}", line)
        lines.append(line)
    return "\n".join(lines)


def _linked(link: re.Match[str]) -> str:
    """A link's words, with its address where that is one of the web."""
    target = link["target"]
    return f"{link['words']} <{target}>" if "://" in target else link["words"]
