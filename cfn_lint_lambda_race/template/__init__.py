"""What a template says: values, functions, layers, references, targets.

Knows no rule. `read` gives the one reading of a template that all rules share.

The modules begin with an underscore because cfn-lint, given this package as a
folder of rules, executes every file that does not, each on its own.
"""

from cfn_lint_lambda_race.template._attachments import ANY, Attachments, Kind, Misfit
from cfn_lint_lambda_race.template._evaluator import Evaluator
from cfn_lint_lambda_race.template._exits import Exit
from cfn_lint_lambda_race.template._grants import Grant
from cfn_lint_lambda_race.template._identifier import LATEST
from cfn_lint_lambda_race.template._layers import (
    Contradiction,
    Layer,
    Mismatch,
)
from cfn_lint_lambda_race.template._nodes import (
    FUNCTION_TYPES,
    LAYER_TYPES,
    MAX_ALTERNATIVES,
    MAX_DEPTH,
    NO_VALUE,
    Alternative,
    Alternatives,
    Resource,
    intrinsic,
    scalar_text,
    sub_variables,
)
from cfn_lint_lambda_race.template._reading import Reading, UnqualifiedUse, read
from cfn_lint_lambda_race.template._references import Reference
from cfn_lint_lambda_race.template._scenario import ALWAYS, Cases, Scenario
from cfn_lint_lambda_race.template._source import position
from cfn_lint_lambda_race.template._targets import Target
from cfn_lint_lambda_race.template._text import (
    VERSION,
    Part,
    Text,
    Token,
    literal,
)

__all__ = [
    "ALWAYS",
    "ANY",
    "FUNCTION_TYPES",
    "LATEST",
    "LAYER_TYPES",
    "MAX_ALTERNATIVES",
    "MAX_DEPTH",
    "NO_VALUE",
    "VERSION",
    "Alternative",
    "Alternatives",
    "Attachments",
    "Cases",
    "Contradiction",
    "Evaluator",
    "Exit",
    "Grant",
    "Kind",
    "Layer",
    "Misfit",
    "Mismatch",
    "Part",
    "Reading",
    "Reference",
    "Resource",
    "Scenario",
    "Target",
    "Text",
    "Token",
    "UnqualifiedUse",
    "intrinsic",
    "literal",
    "position",
    "read",
    "scalar_text",
    "sub_variables",
]
