"""Lint every template below a folder and print what the pack says of them.

python tools/corpus.py FOLDER [--findings]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cfnlint.config import ConfigMixIn
from cfnlint.match import Match
from cfnlint.runner import Runner
from cfnlint.version import __version__

SUFFIXES = {".yaml", ".yml", ".json", ".template"}
SLOWEST = 5
CRASH = "E0002"
UNREADABLE = "E0000"


def templates(folder: Path) -> Iterator[Path]:
    """The files below a folder that look like templates, in a stable order."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in SUFFIXES and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            if "Resources" in text and ("AWS::" in text or "Custom::" in text):
                yield path


def lint(path: Path) -> list[Match]:
    """All findings on one template, informational ones among them."""
    arguments = ["-c", "I", "--append-rules", "cfn_lint_lambda_race", "--", str(path)]
    return list(Runner(ConfigMixIn(arguments)).run())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--findings", action="store_true", help="print each finding")
    options = parser.parse_args()
    found: Counter[str] = Counter()
    files: dict[str, set[Path]] = {}
    crashes: list[tuple[Path, str]] = []
    seconds: dict[Path, float] = {}
    unreadable = 0
    for path in templates(options.folder):
        name = path.relative_to(options.folder)
        start = time.process_time()
        try:
            matches = lint(path)
        except Exception as error:
            # Whatever it is, the table shall name it and go on.
            crashes.append((name, f"{type(error).__name__}: {error}"))
            continue
        seconds[name] = time.process_time() - start
        unreadable += any(match.rule.id == UNREADABLE for match in matches)
        for match in matches:
            rule = str(match.rule.id)
            if rule == CRASH and "98" in match.message:
                crashes.append((name, match.message))
            if rule[1:].startswith("98"):
                found[rule] += 1
                files.setdefault(rule, set()).add(name)
                if options.findings:
                    where = "/".join(map(str, getattr(match, "path", [])))
                    print(f"{rule} {name}:{match.linenumber} {where}: {match.message}")
    print(f"cfn-lint {__version__}, {len(seconds)} templates, {unreadable} unreadable")
    print(f"{'rule':<8}{'findings':>10}{'templates':>11}")
    for rule in sorted(found):
        print(f"{rule:<8}{found[rule]:>10}{len(files[rule]):>11}")
    print(f"crashes: {len(crashes)}")
    for name, message in crashes:
        print(f"  {name}: {message}")
    print("slowest (seconds of CPU):")
    for name in sorted(seconds, key=lambda name: -seconds[name])[:SLOWEST]:
        print(f"  {seconds[name]:6.2f}  {name}")
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
