"""Whether a version can ever be replaced, that is: whether it publishes again."""

from __future__ import annotations

import re

from cfn_lint_lambda_race.template import Resource
from cfn_lint_lambda_race.update._comparison import (
    SERVERLESS_VERSION,
    create_only_properties,
)
from cfn_lint_lambda_race.update._inputs import Inputs

# The CDK ends each logical ID with eight hexadecimal digits that hash the path of
# the construct, and stay. At least one of them a letter: else it is a date.
_PATH_HASH = re.compile(r"(?=\d*[A-F])[0-9A-F]{8}$")
# The CDK's ``currentVersion``: behind that hash the one of the function's text.
_CURRENT_VERSION = re.compile(r"[0-9A-F]{8}[0-9a-f]{32}$")
# What people and generators count with: a number, a hash of the content (SAM's has
# 10 digits, the CDK's current version 32 more, git's abbreviations 7).
_COUNTED = re.compile(r"\d$|(?=[0-9a-f]*\d)[0-9a-f]{6,}$|" + SERVERLESS_VERSION.pattern)


def is_frozen(version: Resource, inputs: Inputs) -> bool:
    """Whether nothing ever replaces an ``AWS::Lambda::Version``.

    Nobody counts versions in its logical ID, and no create-only property can change
    while the template's text stays.
    """
    name = _PATH_HASH.sub("", version.id)
    return not _COUNTED.search(name) and not may_be_replaced(version, inputs)


def follows_the_text(version: Resource, inputs: Inputs) -> bool:
    """Whether a version is replaced at most where the template's text changes.

    As the CDK's current version, whose ID is a hash of the function's text; a name
    that somebody else counts may change with every deployment.
    """
    name = _PATH_HASH.sub("", version.id)
    is_counted = _COUNTED.search(name) and not _CURRENT_VERSION.search(version.id)
    return not is_counted and not may_be_replaced(version, inputs)


def may_be_replaced(version: Resource, inputs: Inputs) -> bool:
    """Whether a create-only property can change while the template's text stays."""
    names = {steps[0] for steps in create_only_properties(version.type)}
    if any(str(name).startswith("Fn::") for name in version.properties):
        # A transform or a loop may write any of them.
        return True
    return any(
        inputs.may_change(version.properties[name])
        for name in names
        if name in version.properties
    )
