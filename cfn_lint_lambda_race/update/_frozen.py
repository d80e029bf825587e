"""Whether a version can ever be replaced, that is: whether it publishes again.

Its logical ID says whether somebody counts it, or writes a hash there; whether its
properties can change is asked of `Inputs`.
"""

from __future__ import annotations

import re

from cfn_lint_lambda_race.template import Resource
from cfn_lint_lambda_race.update._inputs import Inputs

# The Serverless Framework names a version <Function>LambdaVersion<hash>.
SERVERLESS_VERSION = re.compile(r"LambdaVersion(?=.*\d)[A-Za-z0-9]{20,}$")
# The CDK ends each logical ID with eight hexadecimal digits: a hash of the construct's
# path, which stays. One of them at least is a letter; eight digits may be a date.
_PATH_HASH = re.compile(r"(?=\d*[A-F])[0-9A-F]{8}$")
# The CDK's ``currentVersion``: behind that hash comes one of the function's text.
_CURRENT_VERSION = re.compile(r"[0-9A-F]{8}[0-9a-f]{32}$")
# What people and generators count with: a number, or a hash of the content (SAM's has
# 10 digits, that of the CDK's current version 32, git's abbreviations 7).
_COUNTED = re.compile(r"\d$|(?=[0-9a-f]*\d)[0-9a-f]{6,}$|" + SERVERLESS_VERSION.pattern)


def is_frozen(version: Resource, inputs: Inputs) -> bool:
    """Whether nothing ever replaces an ``AWS::Lambda::Version``.

    So it is where its logical ID has no number or hash that somebody changes with
    each version, and where no create-only property can change while the template's
    text stays.
    """
    name = _PATH_HASH.sub("", version.id)
    return not _COUNTED.search(name) and not inputs.may_be_replaced(version)


def follows_the_text(version: Resource, inputs: Inputs) -> bool:
    """Whether a version is replaced only in a deployment that changes the template.

    So it is with a fixed logical ID, and with the CDK's current version, whose ID is
    a hash of the function's text. An ID that somebody else counts may change with
    every deployment.
    """
    name = _PATH_HASH.sub("", version.id)
    is_counted = _COUNTED.search(name) and not _CURRENT_VERSION.search(version.id)
    return not is_counted and not inputs.may_be_replaced(version)
