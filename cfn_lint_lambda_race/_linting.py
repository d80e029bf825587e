"""cfn-lint itself, asked about texts that are not written to their file yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from os.path import expanduser, isdir
from pathlib import Path
from typing import Any

from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.match import Match
from cfnlint.rules import RuleMatch, Rules
from cfnlint.rules.errors import ParseError, RuleError, TransformError
from cfnlint.runner.template.runner import _dedup, _run_template_per_config
from cfnlint.template import Template

from cfn_lint_lambda_race.cure import stale_versions
from cfn_lint_lambda_race.cure._apply import Finding
from cfn_lint_lambda_race.template._cfnlint import ignoring
from cfn_lint_lambda_race.template._source import stand_for
from cfn_lint_lambda_race.update import Settings, tell_apart

_PACK = "cfn_lint_lambda_race"
# What W9831 says of its settings stands at the top of the template.
_BELOW_RESOURCES = 2
_COMPARES, _UNPUBLISHED = "W9831", "W9832"
_TARGETS = "W9810"
# How cfn-lint says that a template, or a pattern, is not a file.
_NO_GLOB = " could not be processed by glob.glob"
# What the update to a cured template may show: who deploys it has to know.
_NOTES = frozenset({"W9834", "W9835"})
# What may be new: what a new alias makes true, and what the deployment has to know.
TOLERATED = frozenset({"I9836", *_NOTES})
UPDATE_RULES = frozenset({_COMPARES, _UNPUBLISHED, *_NOTES})
# What says that callers are behind no alias, or that an alias is not permitted.
TARGET_RULES = frozenset({_TARGETS, "W9811", "W9812"})


@cache
def _pack_rules() -> Rules:
    rules = Rules.create_from_module(_PACK)
    rules.extend([ParseError(), TransformError(), RuleError()])
    return rules


@cache
def _whole_rules(folders: tuple[str, ...], custom_rules: str) -> Rules:
    rules = Rules()
    # What the configuration names is the user's; it can name the pack as well.
    try:
        for path in dict.fromkeys(folders):
            if path != _PACK and isdir(expanduser(path)):
                rules.update(Rules.create_from_directory(path))
            elif path != _PACK:
                rules.update(Rules.create_from_module(path))
        rules.update(Rules.create_from_custom_rules_file(custom_rules))
        if _COMPARES not in rules:
            rules.update(Rules.create_from_module(_PACK))
    except Exception as error:
        raise LintError(f"its rules cannot be loaded: {error}") from None
    return rules


class LintError(Exception):
    """cfn-lint cannot lint a template; the message says why."""


class FailedRuleError(LintError):
    """A rule of the pack raised, so its silence says nothing."""


class _Config(ConfigMixIn):  # type: ignore[misc]
    """The user's configuration, the pack's informational findings included.

    ``mandatory`` are rules that speak even where they are ignored.
    """

    baseline: Settings = Settings()
    mandatory: frozenset[str] = frozenset()
    is_told_apart: bool = False

    @property
    def configure_rules(self) -> dict[str, Any]:
        configured = dict(super().configure_rules or {})
        given = {key: value for key, value in self.baseline._asdict().items() if value}
        if given:
            configured[_COMPARES] = given
        # A fix is for one target: each needs a finding of its own.
        if isinstance(configured.get(_TARGETS), dict):
            configured[_TARGETS] = {**configured[_TARGETS], "summary": False}
        return configured

    @property
    def include_checks(self) -> list[str]:
        return [*super().include_checks, "I98"]

    @property
    def mandatory_checks(self) -> list[str]:
        return [*super().mandatory_checks, *self.mandatory]


class Linter:
    """cfn-lint with the user's configuration, its rules loaded once."""

    def __init__(
        self,
        names: Sequence[str],
        baseline: Settings = Settings(),  # noqa: B008
        mandatory: Iterable[str] = (),
        is_told_apart: bool = False,
    ) -> None:
        """``names`` are templates, or globs; raises `LintError` where they are none.

        ``mandatory`` are rules that speak even where they are ignored;
        ``is_told_apart`` gives each function a finding of its own, whatever it shares.
        """
        # cfn-lint raises various errors for a malformed configuration file.
        try:
            self._config = _Config(["--", *names])
            self._config.baseline = baseline
            self._config.mandatory = frozenset(mandatory)
            self._config.is_told_apart = is_told_apart
            self.templates: list[str] = list(self._config.templates or ())
        except Exception as error:
            # A schema's error has its words apart; older ones print all that they hold.
            words = str(getattr(error, "message", None) or error)
            if words.endswith(_NO_GLOB):
                name = words.removesuffix(_NO_GLOB)
                raise LintError(f"{name}: there is no such file") from None
            raise LintError(
                f"the templates or the configuration cannot be read: {words}"
            ) from None

    @property
    def _whole(self) -> Rules:
        config = self._config
        return _whole_rules(tuple(config.append_rules), config.custom_rules)

    @property
    def has_baseline(self) -> bool:
        """Whether the user says what the templates are to be compared with."""
        return any(self.settings)

    @property
    def settings(self) -> Settings:
        """What the templates are to be compared with, by options or `.cfnlintrc`."""
        configured = self._config.configure_rules.get(_COMPARES) or {}
        return Settings(**{name: configured.get(name) for name in Settings._fields})

    def template(self, filename: str, text: str) -> Template:
        """A text as cfn-lint decodes it, with the user's parameters.

        Raises `LintError` where it is not a template.
        """
        return _template(filename, text, self._config)

    def pack(self, filename: str, text: str, baseline: str = "") -> list[Finding]:
        """What the pack says of a text, as if it stood in a file.

        ``baseline`` is a file to compare it with, instead of the configured one.
        """
        settings = Settings(baseline_path=baseline) if baseline else None
        return self._of_pack(filename, text, settings)[1]

    def _of_pack(
        self, filename: str, text: str, settings: Settings | None
    ) -> tuple[Template, list[Finding]]:
        """What the pack says. Raises `FailedRuleError` where one of its rules does."""
        cfn, findings = self._run(_pack_rules(), filename, text, settings)
        for one in findings:
            if one.rule == RuleError.id:
                raise FailedRuleError(f"a rule of the pack failed: {one.message}")
        return cfn, findings

    def compared(
        self, filename: str, text: str, settings: Settings
    ) -> tuple[Template, list[Finding]]:
        """A template that its rules have compared, and what they say of the update.

        What they have read of the update is kept with the template.
        """
        cfn, findings = self._of_pack(filename, text, settings)
        return cfn, [
            replace(one, is_ignored=self._is_ignored(cfn, one))
            for one in findings
            if one.rule in UPDATE_RULES
        ]

    def _is_ignored(self, cfn: Template, finding: Finding) -> bool:
        """Whether the user, or the resource of a finding, ignores its rule."""
        return any(
            finding.rule.startswith(prefix) for prefix in self._config.ignore_checks
        ) or (
            finding.path[:1] == ("Resources",)
            and finding.path[1:2] != ()
            and finding.path[1] in ignoring(cfn, finding.rule)
        )

    def whole(self, filename: str, text: str) -> list[Finding]:
        """What all of cfn-lint says of a text."""
        return self._run(self._whole, filename, text)[1]

    def _run(
        self, rules: Rules, filename: str, text: str, settings: Settings | None = None
    ) -> tuple[Template, list[Finding]]:
        config = self._config
        usual = config.baseline
        if settings is not None:
            config.baseline = settings
        try:
            cfn, matches = _lint(filename, text, config, rules)
            # cfn-lint keeps no order, and fixes follow this one.
            return cfn, sorted(map(_finding, matches), key=_order)
        finally:
            config.baseline = usual


def _lint(
    filename: str, text: str, config: _Config, rules: Rules
) -> tuple[Template, list[Match]]:
    # cfn-lint and aws-sam-translator raise what they please on broken input.
    try:
        cfn = _template(filename, text, config)
        matches = list(_dedup(_run_template_per_config(cfn, config, rules)))
        for match in matches:
            if isinstance(match.rule, TransformError):
                raise LintError(f"it cannot be transformed: {_words(match)}")
        return cfn, [*matches, *_stale(cfn, rules, config)]
    except LintError:
        raise
    except Exception as error:
        raise LintError(f"cfn-lint cannot lint it: {error}") from None


def _template(filename: str, text: str, config: _Config) -> Template:
    template, matches = decode_str(text)
    if matches:
        raise LintError(f"it cannot be read: {_words(matches[0])}")
    if not isinstance(template, dict) or not template:
        raise LintError("it is not a template")
    config.set_template_args(template)
    cfn = Template(filename, template, config.regions, config.parameters)
    stand_for(cfn, text)
    if config.is_told_apart:
        tell_apart(cfn)
    return cfn


def _stale(cfn: Template, rules: Rules, config: ConfigMixIn) -> Iterator[Match]:
    """The versions whose logical IDs `fix` made of what their functions were.

    W9832 tells of them where there is a baseline.
    """
    rule = rules.get(_UNPUBLISHED)
    if rule is None or not rules.is_rule_enabled(rule, config):
        return
    for version, function, fix in stale_versions(cfn):
        message = (
            f"{function} is not what {version} was named after any more, so this "
            "template publishes no new version of it; give the version a new logical ID"
        )
        path = ["Resources", version]
        yield Match(
            message, rule, cfn.filename, rulematch_obj=RuleMatch(path, message, fix=fix)
        )


def _words(match: Match) -> str:
    words = " ".join(match.message.split())
    where = f" (line {match.linenumber})"
    return words if words.endswith(where) else words + where


def _order(finding: Finding) -> tuple[int, int, str, str, str]:
    path = "/".join(map(str, finding.path))
    return finding.line, finding.column, finding.rule, path, finding.message


def _finding(match: Match) -> Finding:
    return Finding(
        match.rule.id,
        tuple(getattr(match, "path", None) or ()),
        match.message,
        match.linenumber,
        match.columnnumber,
        getattr(match, "fix", None),
    )


class FileLint:
    """Lints the texts that a file may come to hold, as `cure` wants it."""

    def __init__(self, linter: Linter, filename: str, folder: Path, text: str) -> None:
        """``text`` is what the file holds now; ``folder`` takes a copy of it."""
        self._linter = linter
        self._filename = filename
        self._original = folder / "baseline.template"
        self._original.write_bytes(text.encode("utf-8"))
        self._text = text
        self._pack: dict[str, list[Finding]] = {}
        self._whole: dict[str, list[Finding]] = {}
        # The text that was asked for last is mostly asked for again.
        self._update: tuple[str, list[Finding]] = "", []

    def pack(self, text: str) -> list[Finding]:
        if text in self._whole:
            return self._whole[text]
        return self._asked(self._linter.pack, text, self._pack)

    def whole(self, text: str) -> list[Finding]:
        return self._asked(self._linter.whole, text, self._whole)

    def _asked(
        self,
        lint: Callable[[str, str], list[Finding]],
        text: str,
        known: dict[str, list[Finding]],
    ) -> list[Finding]:
        """What is said of a text, from what is ``known`` where it is there."""
        if text not in known:
            # The text as it was and the last one that was tried are asked for again.
            for old in known.keys() - {self._text}:
                del known[old]
            known[text] = lint(self._filename, text)
        return known[text]

    def check_baseline(self, findings: Iterable[Finding]) -> None:
        """Raise `LintError` where the pack cannot compare as it was told to."""
        for finding in findings:
            if finding.rule == _COMPARES and len(finding.path) < _BELOW_RESOURCES:
                raise LintError(finding.message)

    def update(self, text: str) -> tuple[list[Finding], list[Finding]]:
        if self._linter.has_baseline:
            # What is deployed is known, and all rules have compared with that.
            return [], []
        if self._update[0] != text:
            findings = self._linter.pack(self._filename, text, str(self._original))
            self._update = text, [one for one in findings if one.rule in UPDATE_RULES]
        findings = self._update[1]
        return (
            [finding for finding in findings if finding.rule not in _NOTES],
            [finding for finding in findings if finding.rule in _NOTES],
        )
