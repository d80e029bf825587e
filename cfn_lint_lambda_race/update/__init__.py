"""What an update changes: baselines, comparison, change sets. Knows no rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from cfn_lint_lambda_race.template import Cases, Resource, Scenario, read
from cfn_lint_lambda_race.template._cfnlint import Template, kept
from cfn_lint_lambda_race.update._baseline import (
    BaselineError,
    Settings,
    baseline_content,
    compare,
    read_change_set,
    settings_of_template,
)
from cfn_lint_lambda_race.update._change_set import ChangeSet
from cfn_lint_lambda_race.update._changes import Change, FunctionUpdate
from cfn_lint_lambda_race.update._comparison import Comparison
from cfn_lint_lambda_race.update._deployment import Deployment, Shield
from cfn_lint_lambda_race.update._fingerprint import Fingerprints
from cfn_lint_lambda_race.update._frozen import is_frozen
from cfn_lint_lambda_race.update._inputs import Coupling, Inputs
from cfn_lint_lambda_race.update._place import Place
from cfn_lint_lambda_race.update._place import place_of as _place_of
from cfn_lint_lambda_race.update._publication import (
    Cure,
    UnpublishedInput,
    cure,
    cure_of_changes,
    stale_alias,
    unmoved,
    unpublished_input,
)
from cfn_lint_lambda_race.update._redundant import Redundant, redundant
from cfn_lint_lambda_race.update._shown import shown_gaps, shown_redundant
from cfn_lint_lambda_race.update._stacks import stacks_that_move, stacks_that_publish
from cfn_lint_lambda_race.update._timeline import Hazard, Kind, Timeline
from cfn_lint_lambda_race.update._values import pruned

__all__ = [
    "BaselineError",
    "Change",
    "Coupling",
    "Cure",
    "FunctionUpdate",
    "Hazard",
    "Kind",
    "Place",
    "Settings",
    "Timeline",
    "Unpublished",
    "UnpublishedInput",
    "Update",
    "baseline_content",
    "cases_of",
    "cases_of_change",
    "configure",
    "couplings",
    "fingerprint",
    "frozen_versions",
    "gaps",
    "has_layers",
    "note_problem",
    "place_of",
    "problems_of",
    "redundant_versions",
    "timeline_of",
    "unpublished_inputs",
    "update_of",
    "versions_of",
]


class Unpublished(NamedTuple):
    """An update of a function whose callers keep the old version.

    ``name`` is what they invoke: the logical ID of an alias or version, or
    `Orders.Alias` for what SAM publishes. ``cure`` is what would publish a new one.
    """

    update: FunctionUpdate
    name: str
    cure: Cure


class Update(NamedTuple):
    """What is known of the update that deploys a template.

    ``problem`` says why a setting cannot be honoured; empty where it can.
    ``concurrent`` are the functions whose code and configuration change together while
    callers can meet them, ``unpublished`` those that change without a new version.
    It was read from ``comparison`` or from ``change_set``; both are None where there
    is nothing to compare with. ``replaces`` says, by logical ID, whether the update
    certainly replaces a resource.
    """

    problem: str = ""
    concurrent: tuple[FunctionUpdate, ...] = ()
    unpublished: tuple[Unpublished, ...] = ()
    comparison: Comparison | None = None
    change_set: ChangeSet | None = None
    replaces: Callable[[str], bool] = lambda name: False


@dataclass
class _Known:
    """What was read for one template; cached with it, and dropped with it."""

    settings: Settings = field(default_factory=Settings)
    refused: Mapping[str, Any] = field(default_factory=dict)
    update: Update | None = None
    inputs: Inputs | None = None
    timeline: Timeline | None = None
    problems: dict[str, None] = field(default_factory=dict)
    fingerprints: Fingerprints | None = None
    is_told_apart: bool = False

    @classmethod
    def of(cls, cfn: Template) -> _Known:
        return kept(cfn, cls, cls)


def configure(cfn: Template, settings: Settings, rule: str = "") -> None:
    """Say what a template is compared with, for every rule that compares.

    Args:
        cfn: the template that is linted.
        settings: the baseline.
        rule: the ID of the rule that has these settings. Where the template's own
            `Metadata` sets them, they are refused.
    """
    known = _Known.of(cfn)
    known.settings, known.update, known.timeline = settings, None, None
    known.refused = settings_of_template(cfn.template, rule)


def note_problem(cfn: Template, problem: str) -> None:
    """Keep what is wrong with a rule's settings, for the rule that reports it."""
    _Known.of(cfn).problems[problem] = None


def problems_of(cfn: Template) -> list[str]:
    """What is wrong with settings, without repetition, in the order it was noted."""
    return list(_Known.of(cfn).problems)


def tell_apart(cfn: Template) -> None:
    """Let each function have a finding of its own, for who cures some of many."""
    _Known.of(cfn).is_told_apart = True


def is_told_apart(cfn: Template) -> bool:
    """Whether each function has a finding of its own, whatever it shares."""
    return _Known.of(cfn).is_told_apart


def update_of(cfn: Template) -> Update:
    """The update from the configured baseline to a template; cached."""
    known = _Known.of(cfn)
    if known.update is None:
        known.update = _update(cfn, known.settings, known.refused)
    return known.update


def place_of(cfn: Template, update: FunctionUpdate) -> Place:
    """Where a finding on a function's update stands: the text that changed.

    The function itself with a change set, which shows no text.
    """
    return _place_of(update_of(cfn).comparison, update)


def cases_of(cfn: Template, update: FunctionUpdate) -> Cases:
    """When code and configuration both change; empty for always."""
    return _cases(cfn, update.function, [update.when, *update.also])


def cases_of_change(cfn: Template, update: FunctionUpdate) -> Cases:
    """When anything changes; empty for always."""
    return _cases(cfn, update.function, update.active)


def has_layers(cfn: Template, update: FunctionUpdate) -> bool:
    """Whether the function has layers, before or after the update."""
    deployment = _deployment_of(cfn)
    function = deployment.function(update.function)
    assert function is not None
    return any(change.name == "Layers" for change in update.configuration) or any(
        pruned(one.value) is not None for one in deployment.values(function, "Layers")
    )


def _cases(cfn: Template, function: str, scenarios: Sequence[Scenario]) -> Cases:
    """Some scenarios of a function; none where they cover every case."""
    reading = read(cfn)
    base = reading.evaluator.existing(reading.references.functions[function])
    comparison = update_of(cfn).comparison
    domains = {} if comparison is None else comparison.choices.domains
    simple = reading.simplified(scenarios, base, domains)
    return reading.cases(simple, base, domains=domains)


def _inputs_of(cfn: Template) -> Inputs:
    known = _Known.of(cfn)
    if known.inputs is None:
        known.inputs = Inputs(Deployment(cfn))
    return known.inputs


def _deployment_of(cfn: Template) -> Deployment:
    return _inputs_of(cfn).deployment


def _update(cfn: Template, settings: Settings, refused: Mapping[str, Any]) -> Update:
    problem = (
        f"{' and '.join(refused)} cannot be set in the template's Metadata, which "
        "anybody who writes the template controls; set it on the command line or in "
        ".cfnlintrc"
        if refused
        else ""
    )
    try:
        update = _from_settings(cfn, settings.without(refused))
    except BaselineError as error:
        return Update(problem or str(error))
    return update._replace(problem=problem)


def _from_settings(cfn: Template, settings: Settings) -> Update:
    settings.check()
    if settings.change_set:
        return _from_change_set(settings.change_set, _inputs_of(cfn))
    if settings.baseline_ref or settings.baseline_path:
        return _from_comparison(compare(settings, cfn, _deployment_of(cfn)))
    return Update()


def _from_comparison(comparison: Comparison | None) -> Update:
    if comparison is None:
        return Update()
    findings = _Findings()
    for one in comparison.chosen:
        findings.add(one)
    other = comparison.other_choices
    if other is not None:
        of_others = _Findings()
        of_others.add(other)
        # What the defaults deploy goes first.
        findings.concurrent = {**of_others.concurrent, **findings.concurrent}
        findings.unpublished = {**of_others.unpublished, **findings.unpublished}
        if findings.concurrent or findings.unpublished:
            findings.add_scenarios(comparison)
    return Update(
        concurrent=tuple(findings.concurrent.values()),
        unpublished=tuple(findings.unpublished.values()),
        comparison=comparison,
        replaces=comparison.is_replaced,
    )


@dataclass
class _Findings:
    """The findings of several comparisons of one update, joined by function."""

    concurrent: dict[str, FunctionUpdate] = field(default_factory=dict)
    unpublished: dict[str, Unpublished] = field(default_factory=dict)

    def add(self, comparison: Comparison) -> None:
        """Add the findings of a comparison."""
        for update, alias in _judged(comparison):
            name = update.function
            if update.is_concurrent and comparison.is_unshielded(update):
                known = self.concurrent.get(name)
                told = comparison.told(comparison.met(update))
                self.concurrent[name] = known.joined(told) if known else told
            if alias is not None:
                stale = self.unpublished.get(name)
                told = comparison.told(update)
                if stale is not None:
                    told = stale.update.joined(told)
                said = cure(comparison, update)
                self.unpublished[name] = Unpublished(told, alias, said)

    def add_scenarios(self, defaults: Comparison) -> None:
        """Add the scenarios of all stacks to the findings so far.

        Args:
            defaults: the update of the stack that takes the parameters' defaults.
        """
        comparison, default = defaults.any_choice, defaults.after.parameter
        evaluator = comparison.after.reading.evaluator
        for update, alias in _judged(comparison):
            name = update.function
            racing, stale = self.concurrent.get(name), self.unpublished.get(name)
            # Whether it always holds is told already: of several choices, by those that
            # the function's shield rests on.
            always = evaluator.existing(evaluator.resources[name])
            if racing and update.is_concurrent and comparison.is_unshielded(update):
                met = comparison.met(update)
                if met.when != always:
                    self.concurrent[name] = racing.told_of(met, default)
            if stale and alias is not None and always not in update.active:
                told = stale.update.told_of(update, default)
                self.unpublished[name] = stale._replace(update=told)


def _judged(comparison: Comparison) -> Iterator[tuple[FunctionUpdate, str | None]]:
    """Each update of a function, with the alias or version that stays old, if any."""
    for update in comparison.function_updates():
        alias = unmoved(comparison, update)
        yield update if alias is None else comparison.where_is(alias, update), alias


def _from_change_set(setting: str, inputs: Inputs) -> Update:
    change_set = read_change_set(setting)
    after = inputs.deployment
    updates = [
        update
        for update in change_set.function_updates()
        if after.function(update.function) is not None
    ]
    return Update(
        concurrent=tuple(
            update
            for update in updates
            if update.is_concurrent and change_set.is_unshielded(after, update.function)
        ),
        unpublished=tuple(
            Unpublished(update, name, cure_of_changes(inputs, update))
            for update in updates
            if update.is_active and not change_set.publishes(after, update.function)
            for name in [
                stale_alias(after, update.function, change_set.moved_aliases())
            ]
            if name is not None
        ),
        change_set=change_set,
        replaces=change_set.is_replaced,
    )


def fingerprint(cfn: Template, function: str) -> str:
    """A hash of a function's code and configuration; changes whenever they do."""
    known = _Known.of(cfn)
    if known.fingerprints is None:
        known.fingerprints = Fingerprints(cfn, _deployment_of(cfn))
    return known.fingerprints.of(function)


def versions_of(cfn: Template, function: str) -> list[Resource]:
    """The `AWS::Lambda::Version` resources of a function."""
    return _deployment_of(cfn).versions(function)


def couplings(cfn: Template) -> Iterator[Coupling]:
    """The inputs that drive code and configuration of one unshielded function."""
    inputs = _inputs_of(cfn)
    deployment = inputs.deployment
    for function in deployment.reading.functions:
        coupled = list(inputs.couplings(function))
        is_met = coupled and (
            deployment.of_any_choice.shield(function.id) is Shield.UNSHIELDED
        )
        if is_met:
            yield from coupled


def unpublished_inputs(cfn: Template) -> Iterator[UnpublishedInput]:
    """The inputs that change functions behind a version, but publish no new one."""
    inputs = _inputs_of(cfn)
    deployment = inputs.deployment
    if not deployment.parameters:
        return
    for function in deployment.reading.functions:
        unpublished = unpublished_input(inputs, function)
        if unpublished is not None:
            yield unpublished


def frozen_versions(cfn: Template) -> Iterator[Resource]:
    """The versions of a template that no later deployment replaces."""
    versions = [
        resource
        for resource in read(cfn).evaluator.resources.values()
        if resource.type == "AWS::Lambda::Version"
    ]
    if not versions:
        return
    inputs = _inputs_of(cfn)
    replaces = update_of(cfn).replaces
    for version in versions:
        if is_frozen(version, inputs) and not replaces(version.id):
            yield version


def timeline_of(cfn: Template) -> Timeline | None:
    """The timeline of the update from the baseline; None without one."""
    known = _Known.of(cfn)
    comparison = update_of(cfn).comparison
    if known.timeline is None and comparison is not None:
        known.timeline = Timeline(comparison)
    return known.timeline


def gaps(cfn: Template) -> Iterator[Hazard]:
    """The invocations that the update certainly denies: one hazard for each path."""
    update = update_of(cfn)
    timeline = timeline_of(cfn)
    hazards: list[Hazard] = []
    if timeline is not None and update.comparison is not None:
        if timeline.says_the_same:
            return
        hazards = list(timeline.gaps())
        for stack, when in stacks_that_move(update.comparison):
            hazards += [replace(one, when=when) for one in Timeline(stack).gaps()]
    elif update.change_set is not None:
        hazards = list(shown_gaps(update.change_set, _deployment_of(cfn)))
    # What the defaults deploy goes first.
    yield from {gap.path: gap for gap in reversed(hazards)}.values()


def redundant_versions(cfn: Template) -> Iterator[Redundant]:
    """The new versions that Lambda refuses to publish, since nothing changed."""
    update = update_of(cfn)
    versions: list[Redundant] = []
    if update.comparison is not None:
        versions = list(redundant(update.comparison))
        for stack, when in stacks_that_publish(update.comparison):
            versions += [one._replace(when=when) for one in redundant(stack)]
    elif update.change_set is not None:
        versions = list(shown_redundant(update.change_set, _deployment_of(cfn)))
    yield from {one.name: one for one in reversed(versions)}.values()
