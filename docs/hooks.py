"""What MkDocs makes of the pages beyond what they say as text.

The pages are plain Markdown, which `cfn-lint-lambda-race explain`, the tests and a
reader of the repository take as it is. For the site, a rule's sections for the ways to
write a template become tabs, and its examples show by colour what is wrong and right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from importlib.metadata import metadata
from pathlib import Path
from typing import Any, NamedTuple

from mkdocs.structure.files import File

TABS = ("CloudFormation", "SAM", "CDK", "Serverless Framework")
_SECTION = re.compile(r"^## (?P<title>.+)\n(?P<body>(?:(?!^## ).*\n?)*)", re.MULTILINE)
_EXAMPLE = re.compile(
    r'^```(?P<language>\w+) title="(?P<title>deployed|wrong|right)[^"]*"\n'
    r"(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_BOTH = re.compile(
    r"^```(?P<language>\w+)\n// wrong\n(?P<wrong>(?:(?!^```).*\n)*?)"
    r"\n*// right\n(?P<right>(?:(?!^```).*\n)*?)```$",
    re.MULTILINE,
)
_SIGNS = {"deployed": "", "wrong": "✗ ", "right": "✓ "}


def on_config(config: Any) -> Any:
    """Take the addresses from `project.urls`, once it has some."""
    urls = metadata("cfn-lint-lambda-race").get_all("Project-URL") or ()
    for url in urls:
        label, _, address = url.partition(", ")
        if label == "Documentation":
            config.site_url = f"{address.rstrip('/')}/"
        elif label == "Repository":
            config.repo_url = address
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the changelog, which stands beside the folder of the pages."""
    path = Path(config.config_file_path).with_name("CHANGELOG.md")
    files.append(File.generated(config, "changelog.md", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn a rule's sections into tabs."""
    if page.file.src_uri == "changelog.md":
        return re.sub(r"^## \[(.+?)\]", r"## \1", markdown, flags=re.MULTILINE)
    if not re.fullmatch(r"rules/[A-Z]\d+\.md", page.file.src_uri):
        return markdown
    sections = {match["title"]: match for match in _SECTION.finditer(markdown)}
    tabs = [sections[title] for title in TABS]
    # They stand in this order in each page, with nothing in between.
    before, after = markdown[: tabs[0].start()], markdown[tabs[-1].end() :]
    parts = ["## Wrong and right\n"]
    for tab in tabs:
        parts.append(f'=== "{tab["title"]}"\n')
        parts.append(_indented(_coloured(tab["body"].strip())) + "\n")
    return before + "\n".join(parts) + "\n" + after


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())


class _Example(NamedTuple):
    """An example, and the one before it, from which it differs where it matters."""

    title: str
    lines: list[str]


def _coloured(section: str) -> str:
    """A section whose examples have a class for their kind and highlighted lines."""
    section = _BOTH.sub(
        lambda both: "\n\n".join(
            f'```{both["language"]} title="{title}"\n{both[title].strip()}\n```'
            for title in ("wrong", "right")
        ),
        section,
    )
    examples = [
        _Example(match["title"], match["body"].splitlines())
        for match in _EXAMPLE.finditer(section)
    ]
    numbers = iter(range(len(examples)))

    def coloured(match: re.Match[str]) -> str:
        number = next(numbers)
        title = match["title"]
        lines = " ".join(map(str, _telling(examples, number)))
        highlighted = f' hl_lines="{lines}"' if lines else ""
        classes = f".{match['language']} .{title}"
        head = f'```{{ {classes} title="{_SIGNS[title]}{title}"{highlighted} }}'
        return f"{head}\n{match['body']}```"

    return _EXAMPLE.sub(coloured, section)


def _telling(examples: list[_Example], number: int) -> Iterator[int]:
    """The lines, from 1, by which an example differs from the one it belongs to.

    A wrong update differs from what is deployed; a wrong template from the right one
    that follows; what is right from what was wrong.
    """
    example = examples[number]
    before = examples[number - 1] if number else None
    after = examples[number + 1] if number + 1 < len(examples) else None
    other = {
        "deployed": None,
        "wrong": before if before and before.title == "deployed" else after,
        "right": before,
    }[example.title]
    if other is None:
        return
    matcher = SequenceMatcher(None, other.lines, example.lines, autojunk=False)
    for tag, _, _, start, end in matcher.get_opcodes():
        if tag != "equal":
            yield from range(start + 1, end + 1)
