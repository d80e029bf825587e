from cfn_lint_lambda_race.rules.ConcurrentUpdate import ConcurrentUpdate
from cfn_lint_lambda_race.rules.LayerArchitectureMismatch import (
    LayerArchitectureMismatch,
)
from cfn_lint_lambda_race.rules.UnqualifiedTarget import UnqualifiedTarget

__all__ = ["ConcurrentUpdate", "LayerArchitectureMismatch", "UnqualifiedTarget"]
