"""What to do about a finding: edits of a template's text. Knows no rule.

`_edits` knows text and positions, and nothing of Lambda; the others ask `template`
and `update` what is to change.
"""

from cfn_lint_lambda_race.cure._fixes import (
    Fix,
    allow_qualifiers,
    attach_to_invoked,
    invoke_published,
    name_by_hash,
    no_fix,
    point_to_version,
    publish_changes,
    publish_inputs,
    qualify_scaling,
    stale_versions,
)
from cfn_lint_lambda_race.cure._gaps import close_gap
from cfn_lint_lambda_race.cure._workshop import (
    ALIAS_NAME,
    DEFAULT_ALIAS,
    Choices,
    NoFixError,
)

__all__ = [
    "ALIAS_NAME",
    "DEFAULT_ALIAS",
    "Choices",
    "Fix",
    "NoFixError",
    "allow_qualifiers",
    "attach_to_invoked",
    "close_gap",
    "invoke_published",
    "name_by_hash",
    "no_fix",
    "point_to_version",
    "publish_changes",
    "publish_inputs",
    "qualify_scaling",
    "stale_versions",
]
