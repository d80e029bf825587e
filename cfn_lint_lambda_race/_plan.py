"""The command's `plan`: an update's timeline, and the phases that make it safe."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cfn_lint_lambda_race import _pictures
from cfn_lint_lambda_race._fix import add_baseline
from cfn_lint_lambda_race._linting import (
    TARGET_RULES,
    UPDATE_RULES,
    FileLint,
    Linter,
    LintError,
)
from cfn_lint_lambda_race._pictures import Picture, picture
from cfn_lint_lambda_race._words import name_resource, name_stack, name_target
from cfn_lint_lambda_race.cure import Choices
from cfn_lint_lambda_race.cure._apply import Curing, Finding, Left, Result
from cfn_lint_lambda_race.cure._edits import EditError
from cfn_lint_lambda_race.cure._files import UnusableFileError, read
from cfn_lint_lambda_race.cure._phases import (
    INTRODUCE,
    MOVE,
    Phase,
    aligned,
    configured_first,
    phases,
    resources_of,
    twins,
)
from cfn_lint_lambda_race.template import read as read_template
from cfn_lint_lambda_race.template._cfnlint import Template, location
from cfn_lint_lambda_race.template._source import as_written, is_serverless
from cfn_lint_lambda_race.update import (
    BaselineError,
    Hazard,
    Kind,
    Settings,
    baseline_content,
    gaps,
    redundant_versions,
    timeline_of,
    update_of,
)

_CURED_AFTER = TARGET_RULES | {"W9832"}
# What a plan asks, whoever ignores it.
_ASKED = UPDATE_RULES | TARGET_RULES


class PlanError(Exception):
    """There is nothing to plan with; the message says why."""


@dataclass
class Step:
    """A phase, and what goes wrong in deploying it after the one before.

    ``doubts`` say in words what goes wrong in some orders of its steps, or what AWS
    refuses, ``unknown`` of which moves nothing tells whether they deny callers.
    """

    name: str
    text: str
    hazards: list[Finding]
    picture: Picture | None
    doubts: list[str] = field(default_factory=list)
    unknown: str = ""

    @property
    def is_safe(self) -> bool:
        return not (self.hazards or self.doubts)


@dataclass
class Plan:
    """An update as it is, and the phases in its place.

    ``hazards`` and ``doubts`` are those of the update itself, as of a `Step`.
    ``reason`` says why there are no phases, or what a reader has to know.
    """

    template: str
    verdict: str
    hazards: list[Finding] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    picture: Picture | None = None
    steps: list[Step] = field(default_factory=list)
    is_serverless: bool = False
    reason: str = ""

    @property
    def is_safe(self) -> bool:
        """Whether no order of the steps that CloudFormation must take is bad.

        Orders that it may take are for ``doubts``.
        """
        return not self.hazards


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "plan",
        help="show an update's timeline, and the phases that make it safe",
        description=(
            "Show what callers meet at each step of the update from what is deployed "
            "to a template and, where that goes wrong, the updates that are safe in "
            "its place. Exit codes: 0 done, 1 with --check where the update is not "
            "safe, 2 it could not work."
        ),
    )
    parser.add_argument("template", metavar="TEMPLATE")
    add_baseline(parser)
    parser.add_argument(
        "--output-dir", metavar="DIR", help="write the phases there, as templates"
    )
    parser.add_argument(
        "--force", action="store_true", help="write into a folder that has files"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit with 1 where the update is not safe; write nothing",
    )
    parser.add_argument(
        "--without-alias",
        action="store_true",
        help="look for an order of two updates that needs no alias",
    )
    parser.add_argument(
        "--format", choices=("text", "markdown", "json", "svg"), default="text"
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    try:
        folder = _folder(chosen)
        plan = planned(
            chosen.template,
            Settings(chosen.baseline_ref, chosen.baseline_path, chosen.change_set),
            without_alias=chosen.without_alias,
        )
        print(_FORMATS[chosen.format](plan, chosen.output_dir), end="")
        if folder is not None and plan.steps:
            _write(plan, folder)
    except (PlanError, LintError, UnusableFileError, EditError, OSError) as error:
        # What cannot be read at all names itself.
        words = str(error).removeprefix(f"{chosen.template}: ")
        print(f"{chosen.template}: {words}", file=sys.stderr)
        return 2
    return int(chosen.check and not plan.is_safe)


def _folder(chosen: argparse.Namespace) -> Path | None:
    if chosen.output_dir is None or chosen.check:
        return None
    folder = Path(chosen.output_dir)
    if folder.is_dir() and any(folder.iterdir()) and not chosen.force:
        raise PlanError(f"{folder} has files; name another folder, or add --force")
    if folder.exists() and not folder.is_dir():
        raise PlanError(f"{folder} is not a folder")
    return folder


def _write(plan: Plan, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, step in zip(_names(plan), plan.steps):
        (folder / name).write_bytes(step.text.encode())


def _names(plan: Plan) -> list[str]:
    suffix = Path(plan.template).suffix or ".yaml"
    return [f"{n}-{step.name}{suffix}" for n, step in enumerate(plan.steps, 1)]


# -- planning ------------------------------------------------------------------


def planned(name: str, settings: Settings, *, without_alias: bool = False) -> Plan:
    """The plan for the update from what settings name to a template's file.

    Raises `PlanError`, `LintError`, `UnusableFileError` and `EditError`.
    """
    linter = Linter([name], settings, _ASKED)
    if len(linter.templates) != 1:
        raise PlanError("it is not one template; name one")
    (name,) = linter.templates
    text = read(Path(name)).text
    if not linter.has_baseline:
        raise PlanError(
            "there is nothing to compare it with; add --baseline-ref, --baseline-path "
            "or --change-set"
        )
    # What the user says; a template that is read may say something else.
    settings = linter.settings
    cfn, findings = linter.compared(name, text, settings)
    for finding in findings:
        if len(finding.path) < 2:
            raise PlanError(finding.message)
    if settings.change_set:
        return _of_change_set(name, findings)
    before = _baseline(settings, cfn)
    if before is None:
        return Plan(name, "safe: nothing is deployed that callers could invoke")
    if before == text:
        return Plan(name, "safe: it equals its baseline, so nothing changes")
    timeline = timeline_of(cfn)
    drawn = None if timeline is None else picture(cfn, timeline)
    hazards, doubts = _hazards(cfn, findings), _doubts(cfn)
    plan = Plan(name, _verdict(hazards, doubts), hazards, doubts, drawn)
    if plan.is_safe and not plan.doubts:
        plan.reason = _unknown(cfn)
        if plan.reason:
            plan.verdict = _AS_FAR_AS_SEEN
        return plan
    plan.is_serverless = is_serverless(as_written(cfn).template)
    with TemporaryDirectory() as folder:
        making = _Making(linter, name, before, text, cfn, Path(folder))
        making.into(plan, without_alias=without_alias)
    return plan


def _baseline(settings: Settings, cfn: Template) -> str | None:
    try:
        content = baseline_content(settings, cfn)
        return None if content is None else content.decode("utf-8")
    except BaselineError as error:
        raise PlanError(str(error)) from None
    except UnicodeDecodeError:
        raise PlanError("its baseline is not UTF-8") from None


def _of_change_set(name: str, findings: Sequence[Finding]) -> Plan:
    verdict = _verdict(findings) if findings else "safe, as far as the change set shows"
    plan = Plan(name, verdict, list(findings))
    plan.reason = (
        "A change set does not hold the template that is deployed. For a timeline and "
        "phases, fetch it (aws cloudformation get-template --template-stage Original) "
        "and name it with --baseline-path."
    )
    return plan


_AS_FAR_AS_SEEN = (
    "safe, as far as the template tells: no caller meets a half-updated function"
)


def _verdict(hazards: Sequence[Finding], doubts: Sequence[str] = ()) -> str:
    """Whether an update is safe, in one sentence."""
    if hazards:
        return f"not safe: {_counted(len(hazards), 'hazard')}"
    if doubts:
        possible = _counted(len(doubts), "possible hazard")
        return f"safe, unless CloudFormation takes a bad order: {possible}"
    return "safe: no caller meets a half-updated function, and none is denied"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}"


def _hazards(cfn: Template, findings: Sequence[Finding]) -> list[Finding]:
    """What goes wrong for certain: what rules say, and what only the timeline knows."""
    update, timeline = update_of(cfn), timeline_of(cfn)
    gap_paths = {gap.path for gap in gaps(cfn)}
    told = {
        *((Kind.RACE, one.function) for one in update.concurrent),
        *((Kind.STALE, one.update.function) for one in update.unpublished),
        *((Kind.REFUSED, one.name) for one in redundant_versions(cfn)),
    }
    hazards = list(findings)
    for hazard in timeline.hazards if timeline is not None else ():
        is_told = (hazard.kind, hazard.name) in told or hazard.path in gap_paths
        if not is_told:
            source = as_written(cfn)
            found_at = location(source, source.template, hazard.path)
            line = found_at[0] + 1 if found_at else 1
            words = _in_words(cfn, hazard)
            hazards.append(Finding("", hazard.path, words, line))
    return list({(one.rule, one.path, one.message): one for one in hazards}.values())


def _doubts(cfn: Template) -> list[str]:
    """What goes wrong in some orders that CloudFormation may take, in words."""
    timeline = timeline_of(cfn)
    possible = () if timeline is None else timeline.possible
    return list(
        dict.fromkeys(
            f"In some orders, for nothing in the template decides: {words}"
            for words in (_in_words(cfn, one) for one in possible)
        )
    )


def _unknown(cfn: Template) -> str:
    """Of which changes of targets nothing tells whether they deny, in words."""
    timeline = timeline_of(cfn)
    callers = () if timeline is None else timeline.unjudged
    reading = read_template(cfn)
    names = dict.fromkeys(name_target(reading, one.target) for one in callers)
    if not names:
        return ""
    return (
        f"Whether invocations through {', '.join(names)} are denied meanwhile is not "
        "known: the template does not tell when callers meet the change, or what "
        "permits them."
    )


class _Making:
    """Makes the phases of one update."""

    def __init__(
        self,
        linter: Linter,
        name: str,
        before: str,
        after: str,
        cfn: Template,
        folder: Path,
    ) -> None:
        self._linter = linter
        self._alone = Linter([name], mandatory=_ASKED)
        self._name = name
        self._before = before
        self._after = after
        self._cfn = cfn
        self._folder = folder
        self._templates: dict[str, Template] = {}
        # What cannot be cured in the new template.
        self._left: list[Left] = []
        # What to know of the targets that move.
        self._warnings: list[str] = []

    def into(self, plan: Plan, *, without_alias: bool) -> None:
        """Puts the phases into a plan, or the reason why there are none."""
        try:
            made = self._configured() if without_alias else self._phases()
        except (EditError, LintError) as error:
            plan.reason = f"The phases cannot be written: {error}."
            return
        goal = self._read(self._after).template
        if not made or self._read(made[0].text).template == goal:
            plan.reason = (
                "Only people know whether the old code runs with the new "
                "configuration, or the new code with the old one."
                if without_alias
                else self._why_not()
            )
            return
        deployed = self._before
        for phase in made:
            step = self._step(deployed, phase)
            if phase.name in (MOVE, INTRODUCE):
                step.doubts += self._warnings
            plan.steps.append(step)
            deployed = phase.text
        uncured = self._uncured()
        if uncured and not all(step.is_safe for step in plan.steps):
            plan.reason = "\n".join(["What has no cure:", *uncured])
        elif self._names_local_code():
            plan.reason = (
                "The templates name local code: deploy all phases but the last from a "
                "checkout of what is deployed, so that they upload the old code."
            )
        unknown = dict.fromkeys(step.unknown for step in plan.steps)
        plan.reason = "\n".join(one for one in (plan.reason, *unknown) if one)

    def _why_not(self) -> str:
        """Why there are no phases, in words."""
        head = "No safer phases could be written; people must decide."
        return "\n".join([head, *self._uncured()])

    def _uncured(self) -> list[str]:
        """What stays as it is, and why."""
        timeline = timeline_of(self._cfn)
        callers = () if timeline is None else timeline.callers
        called = {caller.function for caller in callers}
        racing = {one.function for one in update_of(self._cfn).concurrent}
        return [
            *(
                f"- {one.finding.rule} at line {one.finding.line}: {one.reason}"
                for one in self._left
            ),
            *(
                f"- Nothing in the template invokes {name}: publish an alias of it, "
                "let its callers elsewhere invoke that, and deploy the change then."
                for name in sorted(racing - called)
            ),
        ]

    def _phases(self) -> list[Phase]:
        functions = self._functions()
        moved = self._cured(self._alone, self._before, functions, TARGET_RULES)
        cured = moved.text
        self._warnings = [
            f"{'/'.join(map(str, one.path[1:2]))}: {one.message}"
            for one in moved.notes
            if one.rule in TARGET_RULES
        ]
        result = self._cured(self._linter, self._after, functions, _CURED_AFTER)
        after, self._left = result.text, result.left
        old, new = self._read(self._before), self._read(self._after)
        unchanged = set(resources_of(old)) - self._changed()
        after = aligned(after, new, old, unchanged, self._read)
        cured = aligned(cured, old, self._read(after), unchanged, self._read)
        move = timeline_of(self._compared(self._before, cured)[0])
        permitted = () if move is None else move.permitted_anew
        return phases(self._before, cured, after, self._read, permitted)

    def _configured(self) -> list[Phase]:
        changes = {}
        for one in update_of(self._cfn).concurrent:
            active = [change for change in one.configuration if not change.row.is_inert]
            changes[one.function] = [change.name for change in active]
            is_moved = any(change.name == "Architectures" for change in one.code)
            if is_moved and "Layers" in changes[one.function]:
                # The layer may be for the new architecture alone.
                return []
        first = configured_first(self._before, self._after, changes, self._read)
        if not changes or first is None:
            return []
        return [Phase("configuration", first), Phase("code", self._after)]

    def _changed(self) -> set[str]:
        """The functions that the update changes."""
        comparison = update_of(self._cfn).comparison
        if comparison is None:
            return set()
        return {one.function for one in comparison.function_updates()}

    def _functions(self) -> set[str]:
        """The functions that are in a hazard."""
        update = update_of(self._cfn)
        timeline = timeline_of(self._cfn)
        hazards = [*timeline.hazards, *timeline.possible] if timeline else []
        return {
            *(one.function for one in update.concurrent),
            *(one.update.function for one in update.unpublished),
            *(hazard.function for hazard in hazards),
        }

    def _cured(
        self, linter: Linter, text: str, functions: set[str], rules: frozenset[str]
    ) -> Result:
        """A text in which the targets of some functions invoke aliases."""

        def is_wanted(finding: Finding) -> bool:
            assert finding.fix is not None
            return finding.rule in rules and finding.fix.function in functions

        def refuse(finding: Finding) -> str | None:
            assert finding.fix is not None
            return None if finding.fix.is_safe else "it is not safe"

        lint = FileLint(linter, self._name, self._folder, text)
        tolerated = {*UPDATE_RULES, "I9836"}

        def is_brought(finding: Finding) -> bool:
            # The phases deploy APIs anew.
            return finding.rule != "W9834"

        curing = Curing(text, lint, Choices(), is_wanted, refuse, tolerated, is_brought)
        return curing.run()

    def _read(self, text: str) -> Template:
        if text not in self._templates:
            self._templates[text] = self._linter.template(self._name, text)
        return self._templates[text]

    def _compared(self, deployed: str, text: str) -> tuple[Template, list[Finding]]:
        """The update from one text to another, as `Linter.compared` gives it."""
        file = self._folder / f"deployed{Path(self._name).suffix}"
        file.write_bytes(deployed.encode())
        settings = Settings(baseline_path=str(file))
        return self._linter.compared(self._name, text, settings)

    def _step(self, deployed: str, phase: Phase) -> Step:
        cfn, findings = self._compared(deployed, phase.text)
        timeline = timeline_of(cfn)
        doubts = [
            f"there is an alias of the same name as {alias} already, so Lambda refuses "
            "it; give it another name"
            for alias in twins(self._read(deployed), self._read(phase.text))
        ]
        return Step(
            phase.name,
            phase.text,
            _hazards(cfn, findings),
            None if timeline is None else picture(cfn, timeline),
            [*doubts, *_doubts(cfn)],
            _unknown(cfn),
        )

    def _names_local_code(self) -> bool:
        for resource in resources_of(self._read(self._before)).values():
            properties = resource.get("Properties")
            for name in ("CodeUri", "Code"):
                code = properties.get(name) if isinstance(properties, Mapping) else None
                if isinstance(code, str) and not code.startswith("s3://"):
                    return True
        return False


_WORDS = {
    Kind.RACE: "{who} meets {function} half-updated, for the seconds between its two "
    "calls",
    Kind.STALE: "{who} keeps meeting the old {function}, until an update publishes "
    "the new one",
    Kind.DENIED: "{who} is denied, from its move until permission {name} exists",
    Kind.UNDEPLOYED: "{who} is denied, until an update deploys its API anew in the "
    "place of {name}",
    Kind.REFUSED: "Lambda refuses version {name}, for {function} does not change, and "
    "the update rolls back",
}
_DENIED_BY_SAM = "{who} is denied, from its move until SAM's permission for it exists"
_DENIED_FOR_GOOD = "{who} is denied, from its move until an update permits it"
_NO_LONGER_PERMITTED = (
    "{who} is denied, for the update takes its permission away and leaves none for it"
)


def _in_words(cfn: Template, hazard: Hazard) -> str:
    """Who meets what, and for how long."""
    reading = read_template(cfn)
    who = "" if hazard.caller is None else name_target(reading, hazard.caller.target)
    words = _WORDS[hazard.kind]
    if hazard.kind is Kind.DENIED and hazard.is_lasting:
        is_kept = hazard.caller is not None and hazard.caller.is_kept
        words = _NO_LONGER_PERMITTED if is_kept else _DENIED_FOR_GOOD
    elif hazard.is_by_sam:
        words = _DENIED_BY_SAM
    function, name = (
        name_resource(reading, one) for one in (hazard.function, hazard.name)
    )
    said = words.format(who=who, function=function, name=name)
    return f"{name_stack(hazard.when)}{said}"


# -- what is said --------------------------------------------------------------


def _text(plan: Plan, output_dir: str | None) -> str:
    head = f"{plan.template}: {plan.verdict}\n"
    if plan.is_safe and not plan.doubts:
        return f"{head}{plan.reason}\n" if plan.reason else head
    parts = [head]
    if plan.picture is not None:
        parts.append(f"\n{_pictures.table(plan.picture, sys.stdout)}\n")
    parts += [f"{_wrapped(one)}\n" for one in _remaining(plan)]
    if plan.steps:
        parts.append(f"\n{_outcome(plan)}\n")
    for number, step in enumerate(plan.steps, 1):
        parts.append(f"\n{number}. {step.name}: {_about(step)}\n")
        if step.picture is not None:
            parts.append(_pictures.table(step.picture, sys.stdout))
        parts += [f"{_wrapped(one)}\n" for one in _remaining(step)]
    if plan.reason:
        parts.append(f"\n{plan.reason}\n")
    if plan.steps:
        parts.append(_commands(plan, output_dir))
    return "".join(part if part.endswith("\n") else f"{part}\n" for part in parts)


def _wrapped(text: str) -> str:
    """A sentence in the lines of a terminal; one line where a program reads it."""
    if not sys.stdout.isatty():
        return text
    return textwrap.fill(text, 80, break_long_words=False, break_on_hyphens=False)


def _outcome(plan: Plan) -> str:
    """What the phases come to, in one sentence."""
    count = len(plan.steps)
    updates = f"{count} update{'s' if count > 1 else ''}"
    if all(step.is_safe for step in plan.steps):
        return f"Safe in {updates}:"
    return f"In {updates}, of which not every one is safe; people must decide:"


def _remaining(one: Plan | Step) -> list[str]:
    """What goes wrong or can go wrong, in words."""
    return [*map(_said, one.hazards), *one.doubts]


def _said(finding: Finding) -> str:
    ignored = f" ({finding.rule} is ignored; the update is the same)"
    words = f"{finding.rule} {finding.message}".strip()
    return f"{words}{ignored if finding.is_ignored else ''}"


_ABOUT = {
    "prepare": "publishes what is deployed, with an alias and its permissions",
    "move": "lets the targets invoke the alias",
    "introduce": "lets SAM publish an alias, which the events invoke",
    "change": "changes the function behind the alias",
    "configuration": "adds the new configuration, which the old code does not miss",
    "code": "changes the code",
}


def _about(step: Step) -> str:
    about = _ABOUT[step.name]
    return about if step.is_safe else f"{about}; not safe"


def _commands(plan: Plan, output_dir: str | None) -> str:
    if output_dir is None:
        return "\nAdd --output-dir DIR to write them."
    lines = ["", "Deploy them one after another, each when the one before is done:"]
    for name in _names(plan):
        file = shlex.quote((Path(output_dir) / name).as_posix())
        deploy = "sam deploy" if plan.is_serverless else "aws cloudformation deploy"
        lines.append(
            f"  {deploy} --template-file {file} --stack-name STACK "
            "--capabilities CAPABILITY_IAM"
        )
    return "\n".join(lines)


def _json(plan: Plan, output_dir: str | None) -> str:
    del output_dir
    report = {
        "template": plan.template,
        "safe": plan.is_safe,
        "verdict": plan.verdict,
        "hazards": [_described(one) for one in plan.hazards],
        "possible": plan.doubts,
        "timeline": plan.picture.as_json() if plan.picture else None,
        "note": plan.reason,
        "phases": [
            {
                "name": step.name,
                "file": name,
                "safe": step.is_safe,
                "hazards": [_described(one) for one in step.hazards],
                "possible": step.doubts,
                "timeline": step.picture.as_json() if step.picture else None,
                "text": step.text,
            }
            for name, step in zip(_names(plan), plan.steps)
        ],
    }
    return json.dumps(report, indent=2) + "\n"


def _described(finding: Finding) -> dict[str, Any]:
    return {**finding.as_json(), "ignored": finding.is_ignored}


def _markdown(plan: Plan, output_dir: str | None) -> str:
    del output_dir
    parts = [f"### {_pictures.in_cell(plan.template)}: {plan.verdict}", ""]
    parts += [f"- {_pictures.in_cell(one)}" for one in _remaining(plan)]
    if plan.picture is not None and (plan.hazards or plan.doubts):
        parts += _drawn(plan.picture)
    if plan.steps:
        parts += ["", f"**{_outcome(plan)}**"]
    for number, step in enumerate(plan.steps, 1):
        parts += ["", "<details>"]
        parts += [f"<summary>{number}. {step.name}: {_about(step)}</summary>", ""]
        parts += [f"- {_pictures.in_cell(one)}" for one in _remaining(step)]
        if step.picture is not None:
            parts += _drawn(step.picture)
        parts += ["", "</details>"]
    if plan.reason:
        parts += ["", plan.reason]
    return "\n".join(parts) + "\n"


def _drawn(picture: Picture) -> list[str]:
    parts = [_pictures.mermaid(picture), _pictures.markdown_table(picture)]
    return [line for part in parts if part for line in ("", part)]


def _svg(plan: Plan, output_dir: str | None) -> str:
    del output_dir
    if plan.picture is None:
        raise PlanError("there is no timeline to draw")
    drawn = [("today's update", plan.picture)]
    drawn += [
        (f"{number}. {step.name}", step.picture)
        for number, step in enumerate(plan.steps, 1)
        if step.picture is not None
    ]
    return _pictures.svg(drawn)


_FORMATS: Mapping[str, Callable[[Plan, str | None], str]] = {
    "text": _text,
    "markdown": _markdown,
    "json": _json,
    "svg": _svg,
}
