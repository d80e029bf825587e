"""The built site: its links, and what a phone shows of it."""

from __future__ import annotations

import functools
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from email.message import Message
from html import unescape
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from tests.linting import ROOT
from tests.serving import serving

pytestmark = pytest.mark.slow

PHONE, DESKTOP = 390, 1280
# `make docs` puts it beside the pages, which work without it.
OPTIONAL = {"/mermaid.min.js"}

# What is wider than its frame and cannot be scrolled inside itself. A browser that
# dumps a document does so after this, when all frames are loaded.
MEASURE = """<!DOCTYPE html>
<style>iframe {{ width: {width}px; height: 900px }}</style>
<pre id="said"></pre>
{frames}
<script>
const scrolls = (element) => element !== null && (
  ['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX)
  || scrolls(element.parentElement));
const measured = (frame) => {{
  const root = frame.contentDocument.documentElement;
  const wide = [...root.querySelectorAll('.md-content *')].filter((element) =>
    element.getBoundingClientRect().right > {width} + 1 && !scrolls(element));
  if (root.scrollWidth <= {width} && !wide.length) return 'fits';
  return root.scrollWidth + ': ' + wide.map((found) => found.outerHTML.slice(0, 99));
}};
onload = () => {{
  const frames = [...document.querySelectorAll('iframe')];
  const said = frames.map((frame) => frame.getAttribute('src') + ' ' + measured(frame));
  frames.forEach((frame) => frame.remove());
  document.getElementById('said').textContent = said.join('\\n');
}};
</script>"""


class Page(HTMLParser):
    """What a page links to, and the places in it that links may name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        found = dict(attributes)
        if found.get("rel") != "preconnect":
            self.links += [
                found[key] or "" for key in ("href", "src") if found.get(key)
            ]
        self.places |= {found[key] or "" for key in ("id", "name") if found.get(key)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it."""
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    folder = tmp_path_factory.mktemp("site")
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--site-dir",
        folder,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WARNING " not in done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> Mapping[str, Page]:
    """The pages by their address below the site's root."""
    return {
        f"/{path.parent.relative_to(site).as_posix()}/".replace("/./", "/"): Page(
            path.read_text(encoding="utf-8")
        )
        for path in sorted(site.rglob("index.html"))
    }


def test_each_link_resolves(site: Path, pages: Mapping[str, Page]) -> None:
    assert len(pages) > 20
    broken = []
    for address, page in pages.items():
        for link in page.links:
            target = urlsplit(urljoin(address, link))
            if target.scheme or target.netloc or target.path in OPTIONAL:
                continue
            path = unquote(target.path)
            if path not in pages:
                is_right = (site / path.lstrip("/")).is_file() and not target.fragment
            else:
                is_right = not target.fragment or target.fragment in pages[path].places
            if not is_right:
                broken.append(f"{address}: {link}")
    assert broken == []


def test_no_page_asks_a_third_party(site: Path, pages: Mapping[str, Page]) -> None:
    del pages
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe)[^>]+src="(https?:[^"]+)"', text)
        loaded += re.findall(r'<link[^>]+stylesheet[^>]+href="(https?:[^"]+)"', text)
        assert loaded == [], path


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The site, served."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(functools.partial(Handler, directory=str(site))) as found:
        yield found


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_no_page_is_wider_than_the_screen(
    width: int, site: Path, pages: Mapping[str, Page], address: str, tmp_path: Path
) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is not installed")
    frames = "".join(f'<iframe src="{path}"></iframe>' for path in pages)
    text = MEASURE.format(width=width, frames=frames)
    (site / f"measure-{width}.html").write_text(text)
    done = subprocess.run(
        [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
            *("--no-first-run", "--disable-background-networking", "--disable-sync"),
            *("--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}"),
            f"--window-size={DESKTOP + 200},1000",
            *("--dump-dom", f"{address}/measure-{width}.html"),
        ],
        capture_output=True,
        text=True,
        timeout=180,
    )
    said = re.search(r'<pre id="said">(.*?)</pre>', done.stdout, re.DOTALL)
    assert said is not None, done.stderr[-2000:]
    assert said[1].splitlines() == [f"{path} fits" for path in pages]


def test_rules_have_tabs_that_stay_chosen(site: Path) -> None:
    pages = [
        path for path in site.glob("rules/*/index.html") if "98" in path.parent.name
    ]
    assert len(pages) == len(list((ROOT / "docs" / "rules").glob("?98*.md")))
    for path in pages:
        text = path.read_text(encoding="utf-8")
        labels = re.search(r'<div class="tabbed-labels">(.*?)</div>', text, re.DOTALL)
        assert labels is not None, path
        names = [name for name in re.split(r"<[^>]+>|\n", labels[1]) if name]
        assert names == ["CloudFormation", "SAM", "CDK", "Serverless Framework"], path
        # The theme remembers the tab for the other pages.
        assert "content.tabs.link" in text


def test_wrong_and_right_are_told_apart(site: Path) -> None:
    text = (site / "rules/W9810/index.html").read_text(encoding="utf-8")
    kinds = re.findall(r'<div class="language-(\w+) (wrong|right) highlight">', text)
    assert kinds.count(("yaml", "wrong")) == 2
    assert kinds.count(("yaml", "right")) == 2
    assert kinds.count(("typescript", "right")) == 1
    wrong, right = re.findall(
        r'(?:wrong|right) highlight">(.*?)</div>', text, re.DOTALL
    )[:2]
    assert _highlighted(wrong) == [
        "      Targets: [{Id: orders, Arn: !GetAtt Orders.Arn}]"
    ]
    lines = _highlighted(right)
    assert "    Type: AWS::Lambda::Alias" in lines
    assert "      Targets: [{Id: orders, Arn: !Ref OrdersLive}]" in lines
    assert "  Orders:" not in lines


def _highlighted(block: str) -> list[str]:
    # A line's end stands inside its mark.
    marked = re.findall(r'<span class="hll">(.*?)\n</span>', block, re.DOTALL)
    return [unescape(re.sub("<[^>]+>", "", line)) for line in marked]


def test_changelog_and_favicon_are_there(site: Path) -> None:
    assert "Keep a Changelog" in (site / "changelog/index.html").read_text()
    start = (site / "index.html").read_text(encoding="utf-8")
    assert re.search(r'<link rel="icon" href="images/favicon\.svg"', start)


def test_addresses_come_from_the_project_s_urls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("mkdocs", reason="mkdocs is not installed")
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs" / "hooks.py")
    assert spec is not None
    assert spec.loader is not None
    hooks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hooks)
    known = Message()
    monkeypatch.setattr(hooks, "metadata", lambda _: known)
    empty = SimpleNamespace(site_url=None, repo_url=None)
    assert hooks.on_config(empty) == SimpleNamespace(site_url=None, repo_url=None)
    known["Project-URL"] = "Documentation, https://example.com/pages"
    known["Project-URL"] = "Repository, https://example.com/code"
    assert hooks.on_config(empty) == SimpleNamespace(
        site_url="https://example.com/pages/", repo_url="https://example.com/code"
    )
