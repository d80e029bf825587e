"""cfn-lsp-extra, with the rule's ID and page on each diagnostic.

Let the editor start ``python cfn_lsp.py`` in the place of ``cfn-lsp-extra``. A template
that is saved is linted by its name, as on the command line, so that ``.cfnlintrc``,
baselines and the files that it names are found.
"""

from __future__ import annotations

from pathlib import Path

from cfn_lsp_extra import __main__, cfnlint_integration, server
from cfnlint.api import lint, lint_file
from cfnlint.rules import Match
from lsprotocol.types import (
    CodeDescription,
    Diagnostic,
    DiagnosticSeverity,
    Position,
    Range,
)

SEVERITIES = {
    "error": DiagnosticSeverity.Error,
    "warning": DiagnosticSeverity.Warning,
    "informational": DiagnosticSeverity.Information,
}


def diagnostics(text: str, path: str) -> list[Diagnostic]:
    saved = Path(path)
    if saved.is_file() and saved.read_text(encoding="utf-8") == text:
        matches = lint_file(saved)
    else:
        config = cfnlint_integration.load_cfnlint_config(log_exceptions=False)
        matches = lint(text, config=config)
    return [diagnostic(match) for match in matches]


def diagnostic(match: Match) -> Diagnostic:
    return Diagnostic(
        range=Range(
            start=Position(match.linenumber - 1, match.columnnumber - 1),
            end=Position(match.linenumberend - 1, match.columnnumberend - 1),
        ),
        message=match.message,
        severity=SEVERITIES[match.rule.severity],
        source="cfn-lint",
        code=match.rule.id,
        code_description=CodeDescription(href=match.rule.source_url),
    )


if __name__ == "__main__":
    server.diagnostics = diagnostics
    __main__.cli()
