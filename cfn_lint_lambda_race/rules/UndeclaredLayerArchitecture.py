from __future__ import annotations

from collections.abc import Iterator

from cfnlint.rules import RuleMatch
from cfnlint.template import Template

from cfn_lint_lambda_race.cure import no_fix
from cfn_lint_lambda_race.rules._rule import RaceRule, finding
from cfn_lint_lambda_race.template import read


class UndeclaredLayerArchitecture(RaceRule):
    """Functions of both architectures share a layer that says nothing of its own.

    If the layer holds a binary, one of them fails with ``exec format error``. With
    ``CompatibleArchitectures`` on the layer, cfn-lint and Lambda can tell.

    - CloudFormation: ``CompatibleArchitectures: [arm64]``, or both for a layer
      without binaries; a layer of its own for each architecture otherwise.
    - SAM: the same, or ``Metadata: BuildArchitecture: arm64``.
    - CDK: ``compatibleArchitectures: [Architecture.ARM_64]``.

    https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html
    """

    id = "I9821"
    shortdesc = "A layer shared by functions of both architectures declares none"
    description = (
        "A layer that functions of different architectures share should declare with "
        "CompatibleArchitectures what it runs on: a binary for one of them fails on "
        "the other with 'exec format error'."
    )
    aws_page = "https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html"

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        reading = read(cfn)
        for shared in reading.layers.undeclared(reading.functions):
            users = " and ".join(
                f"{function} ({architecture})"
                for architecture, function in sorted(shared.functions.items())
            )
            message = (
                f"Layer {shared.layer} is shared by {users} but declares no "
                "CompatibleArchitectures: its binaries fail on one with 'exec format "
                "error'; declare what it runs on"
            )
            fix = no_fix(cfn, "", "what is in the layer is not known here")
            yield finding(cfn, ["Resources", shared.layer], message, fix)
