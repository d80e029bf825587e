"""cfn-lsp-extra, with the rule's ID and page on each diagnostic, and its fix.

Let the editor start ``python cfn_lsp.py`` instead of ``cfn-lsp-extra``. A template
that is saved is linted by its name, as on the command line, so that ``.cfnlintrc``,
baselines and the files that it names are found.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cfn_lsp_extra import __main__, cfnlint_integration, server
from cfnlint.api import lint, lint_file
from cfnlint.rules import Match
from lsprotocol.types import (
    TEXT_DOCUMENT_CODE_ACTION,
    CodeAction,
    CodeActionKind,
    CodeActionOptions,
    CodeActionParams,
    CodeDescription,
    Diagnostic,
    DiagnosticSeverity,
    Position,
    Range,
    TextEdit,
    WorkspaceEdit,
)
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from cfn_lint_lambda_race._fix import edits_for

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


def with_fixes(make: Callable[..., LanguageServer]) -> Callable[..., LanguageServer]:
    """What makes the server, so that it offers the fixes of the rules."""

    def made(*arguments: Any) -> LanguageServer:
        language_server = make(*arguments)

        @language_server.feature(
            TEXT_DOCUMENT_CODE_ACTION, CodeActionOptions([CodeActionKind.QuickFix])
        )
        def actions(ls: LanguageServer, params: CodeActionParams) -> list[CodeAction]:
            document = ls.workspace.get_text_document(params.text_document.uri)
            return [
                found
                for problem in params.context.diagnostics
                for found in fixes(document, problem)
            ]

        return language_server

    return made


def fixes(document: TextDocument, problem: Diagnostic) -> list[CodeAction]:
    rule, line = str(problem.code), problem.range.start.line + 1
    if rule[1:3] != "98":
        return []
    edits = edits_for(document.path, document.source, rule, line)
    changes = [
        TextEdit(
            Range(Position(edit["line"] - 1, 0), Position(edit["end_line"] - 1, 0)),
            edit["text"],
        )
        for edit in edits
    ]
    if not changes:
        return []
    return [
        CodeAction(
            title=f"Fix {rule}",
            kind=CodeActionKind.QuickFix,
            diagnostics=[problem],
            edit=WorkspaceEdit(changes={document.uri: changes}),
        )
    ]


if __name__ == "__main__":
    server.diagnostics = diagnostics
    __main__.server = with_fixes(__main__.server)
    __main__.cli()
