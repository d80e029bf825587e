"""The command ``cfn-lint-lambda-race``: what cfn-lint itself has no place for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from cfn_lint_lambda_race import __version__, _fix, _pages, _plan

# What a shell says of a program that SIGPIPE ends.
_NOBODY_READS = 128 + 13


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    0 done, 1 there is something to do, 2 it could not work.
    """
    parser = argparse.ArgumentParser(
        prog="cfn-lint-lambda-race",
        description="Companion of the cfn-lint rules that warn of Lambda update races.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    explain = commands.add_parser("explain", help="print a rule's page, offline")
    explain.add_argument("id", metavar="ID", help="a rule's ID, as in a finding")
    explain.set_defaults(run=_explain)
    _fix.add_parser(commands)
    _plan.add_parser(commands)
    chosen = parser.parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has read enough, as `head` does. Python would complain at its
        # end of what it cannot print then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NOBODY_READS
    return code


def _explain(chosen: argparse.Namespace) -> int:
    page = _pages.page(chosen.id)
    if page is None:
        known = ", ".join(_pages.ids())
        print(f"no rule {chosen.id!r}; there are {known}", file=sys.stderr)
        return 2
    print(_pages.for_terminal(page) if sys.stdout.isatty() else page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
