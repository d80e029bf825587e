"""What an update changes: baselines, comparison, change sets. Knows no rule."""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

from cfnlint.template import Template

from cfn_lint_lambda_race.update._baseline import (
    BaselineError,
    Settings,
    compare,
    refuse_settings_of_template,
)
from cfn_lint_lambda_race.update._comparison import Change, Comparison, FunctionUpdate

__all__ = [
    "Change",
    "Comparison",
    "FunctionUpdate",
    "Settings",
    "Update",
    "configure",
    "update_of",
]


class Update(NamedTuple):
    """What is known of the update that deploys a template.

    ``problem`` says why a setting cannot be honoured, ``functions`` what changes of
    each function; ``comparison`` is None where there is nothing to compare with.
    """

    comparison: Comparison | None = None
    functions: tuple[FunctionUpdate, ...] = ()
    problem: str = ""


_SETTINGS: WeakKeyDictionary[Template, Settings] = WeakKeyDictionary()
_UPDATES: WeakKeyDictionary[Template, Update] = WeakKeyDictionary()


def configure(cfn: Template, settings: Settings) -> None:
    """Say what a template is to be compared with, for every rule that compares."""
    _SETTINGS[cfn] = settings
    _UPDATES.pop(cfn, None)


def update_of(cfn: Template) -> Update:
    """The update from the configured baseline to a template, read once."""
    if cfn not in _UPDATES:
        _UPDATES[cfn] = _update(cfn, _SETTINGS.get(cfn, Settings()))
    return _UPDATES[cfn]


def _update(cfn: Template, settings: Settings) -> Update:
    try:
        refuse_settings_of_template(settings, cfn.template)
        if len(settings.given) > 1:
            return Update(
                problem=f"{' and '.join(settings.given)} are set, but only one of them "
                "can be the baseline; remove the others"
            )
        comparison = compare(settings, cfn)
        if comparison is None:
            return Update()
        return Update(comparison, tuple(comparison.function_updates()))
    except BaselineError as error:
        return Update(problem=str(error))
