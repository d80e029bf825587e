"""What becomes of a parameter in a nested template that is a local file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from cfn_lint_lambda_race.data import TargetRow, exits, targets
from cfn_lint_lambda_race.template._cfnlint import TRANSFORM_SAM, transforms_of
from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._references import Reference, References
from cfn_lint_lambda_race.template._sam import SERVERLESS_APPLICATION
from cfn_lint_lambda_race.template._targets import Mention, Mentions
from cfn_lint_lambda_race.template._text import Text, literal

# By type: the property that names the nested template.
_LOCATIONS = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    SERVERLESS_APPLICATION: "Location",
}
# A function that no template has: a parameter is followed by giving it this value.
_NAME = "followed-through-a-nested-template"
_ARN = f"arn:aws:lambda:us-east-1:123456789012:function:{_NAME}"

ReadFile = Callable[[Text], Any]


def ends_in_nested(place: Mention, evaluator: Evaluator, read_file: ReadFile) -> bool:
    """Whether a nested stack's parameter reaches no target and no exit there.

    False for any other place, and where the nested template cannot be read.
    """
    stack = place.resource
    if stack.type not in _LOCATIONS:
        return False
    parameter = place.path[len(stack.path) + 1]
    values = {_ARN if reference.is_arn else _NAME for reference in place.references}
    locations = evaluator.texts(stack.properties.get(_LOCATIONS[stack.type]))
    names = [one.value for one in locations]
    return bool(names) and not any(
        _reaches(name, str(parameter), value, read_file)
        for name in names
        for value in values
    )


def _reaches(name: Text, parameter: str, value: str, read_file: ReadFile) -> bool:
    """Whether a nested template, given a parameter's value, passes it on.

    What cannot be read counts as if it did.
    """
    template = read_file(name)
    if not isinstance(template, Mapping):
        return True
    parameters = template.get("Parameters")
    if (
        "Globals" in template
        or any(transform != TRANSFORM_SAM for transform in transforms_of(template))
        or not isinstance(parameters, Mapping)
        or parameter not in parameters
    ):
        return True
    followed = {**parameters, parameter: {"Type": "String", "Default": value}}
    template = {**template, "Parameters": followed}
    folder = literal(f"{PurePath(name.literal or '').parent.as_posix()}/")
    is_unread = False

    def read_beside(inner: Text) -> Any:
        nonlocal is_unread
        document = read_file(Text.of(folder, inner))
        is_unread = is_unread or document is None
        return document

    evaluator = Evaluator(template, [])
    # Nobody asks cfn-lint's solver: any scenario may happen.
    references = References(evaluator, lambda scenario: True)
    places = Mentions(evaluator, references, template, read_beside, _rows(), Mention)
    is_reached = any(
        reference.name.literal == _NAME
        and (reference.qualifier is None or reference.says_latest)
        for named in (
            *(place.references for place in places),
            *_of_outputs(template, references),
        )
        for reference in named
    )
    return is_reached or is_unread


def _rows() -> dict[str, tuple[TargetRow, ...]]:
    """The rows of targets and of exits together, by type."""
    invoking, leaving = targets(), exits()
    return {
        kind: (*invoking.get(kind, ()), *leaving.get(kind, ()))
        for kind in {**invoking, **leaving}
    }


def _of_outputs(
    template: Mapping[Any, Any], references: References
) -> Iterator[list[Reference]]:
    outputs = template.get("Outputs")
    for output in outputs.values() if isinstance(outputs, Mapping) else ():
        if isinstance(output, Mapping) and "Value" in output:
            yield references.of(output["Value"])
