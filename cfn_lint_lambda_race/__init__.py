"""A rules pack for cfn-lint that warns of the race in updates of Lambda functions."""

from cfn_lint_lambda_race.rules import *  # noqa: F403
from cfn_lint_lambda_race.rules import __all__ as __all__

__version__ = "0.2.0"
