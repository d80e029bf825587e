"""The rules, one a file: an ID, words, and the question it asks. No analysis."""

from cfn_lint_lambda_race.rules.ConcurrentUpdate import ConcurrentUpdate
from cfn_lint_lambda_race.rules.CoupledUpdate import CoupledUpdate
from cfn_lint_lambda_race.rules.FrozenVersion import FrozenVersion
from cfn_lint_lambda_race.rules.LatestAlias import LatestAlias
from cfn_lint_lambda_race.rules.LayerArchitectureMismatch import (
    LayerArchitectureMismatch,
)
from cfn_lint_lambda_race.rules.PermissionGap import PermissionGap
from cfn_lint_lambda_race.rules.QualifierMismatch import QualifierMismatch
from cfn_lint_lambda_race.rules.RedundantVersion import RedundantVersion
from cfn_lint_lambda_race.rules.UndeclaredLayerArchitecture import (
    UndeclaredLayerArchitecture,
)
from cfn_lint_lambda_race.rules.UnpublishedInput import UnpublishedInput
from cfn_lint_lambda_race.rules.UnpublishedUpdate import UnpublishedUpdate
from cfn_lint_lambda_race.rules.UnqualifiedReference import UnqualifiedReference
from cfn_lint_lambda_race.rules.UnqualifiedTarget import UnqualifiedTarget
from cfn_lint_lambda_race.rules.VersionTarget import VersionTarget

__all__ = [
    "ConcurrentUpdate",
    "CoupledUpdate",
    "FrozenVersion",
    "LatestAlias",
    "LayerArchitectureMismatch",
    "PermissionGap",
    "QualifierMismatch",
    "RedundantVersion",
    "UndeclaredLayerArchitecture",
    "UnpublishedInput",
    "UnpublishedUpdate",
    "UnqualifiedReference",
    "UnqualifiedTarget",
    "VersionTarget",
]
