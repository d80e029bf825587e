from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race._words import name_resource, say_cases
from cfn_lint_lambda_race.cure import no_fix
from cfn_lint_lambda_race.rules._rule import RaceRule, finding
from cfn_lint_lambda_race.template import Contradiction, Layer, Mismatch, Reading, read

_UNKNOWN = "which version another layer has is not known here"
_EITHER = "which of the two is right is not known here"


class LayerArchitectureMismatch(RaceRule):
    """A layer holds binaries for another architecture than the function's.

    An extension of the wrong architecture ends every invocation with ``exec format
    error``, a native library fails when it is imported. What a layer runs on is
    read from ``CompatibleArchitectures``, from SAM's ``BuildArchitecture`` or from
    the name under which its vendor publishes it.

    https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html
    """

    id = "W9820"
    shortdesc = "A layer cannot run on the architecture of its Lambda function"
    description = (
        "Extensions and native libraries in a layer are built for x86_64 or arm64; "
        "on the other architecture they fail with 'exec format error'. Use the layer "
        "that is built for the function's architecture."
    )
    aws_page = "https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html"

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        reading = read(cfn)
        for function in reading.functions:
            for mismatch in reading.layers.mismatches(function):
                message = _message(reading, function.id, mismatch)
                fix = no_fix(cfn, function.id, _UNKNOWN)
                yield finding(cfn, mismatch.layer.path, message, fix)
        for contradiction in reading.layers.contradictions():
            if reading.possible(contradiction.when):
                message = _contradicted(reading, contradiction)
                fix = no_fix(cfn, "", _EITHER)
                yield finding(cfn, contradiction.path, message, fix)


def _contradicted(reading: Reading, contradiction: Contradiction) -> str:
    layer, built = contradiction.layer, contradiction.built
    base = reading.evaluator.existing(reading.evaluator.resources[layer])
    cases = reading.cases([contradiction.when], base)
    when = f" when {say_cases(cases)}" if cases else ""
    declared = "/".join(sorted(contradiction.declared))
    return (
        f"SAM builds layer {layer} for {built}, but it declares {declared} only{when}: "
        f"binaries in it fail on {declared}; set BuildArchitecture in its Metadata"
    )


def _message(reading: Reading, function: str, mismatch: Mismatch) -> str:
    layer, other = mismatch.layer, mismatch.other
    resource = reading.evaluator.resources[function]
    base = reading.evaluator.existing(resource)
    cases = reading.cases(mismatch.whens, base, mismatch.is_always)
    when = f" when {say_cases(cases)}" if cases else ""
    runs = "/".join(sorted(layer.architectures or ()))
    function = name_resource(reading, function)
    if other is not None:
        others = "/".join(sorted(other.architectures or ()))
        return (
            f"Layers {layer.name} ({runs}) and {other.name} ({others}) of {function} "
            f"run on different architectures{when}: {_consequence(layer, other)}; use "
            "layers of one architecture"
        )
    cure = layer.twin or f"a layer built for {mismatch.architecture}"
    return (
        f"Layer {layer.name} runs on {runs} only, but {function} is "
        f"{mismatch.architecture}{when}: {_consequence(layer)}; use {cure}"
    )


def _consequence(*layers: Layer) -> str:
    """What happens; a layer that only declares an architecture may hold no binary."""
    one = "one" if len(layers) > 1 else "it"
    if all(layer.has_binaries for layer in layers):
        return f"{one} fails with 'exec format error'"
    return f"binaries in {one} do not run"
