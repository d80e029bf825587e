"""What SAM's own translator makes of a template."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache, partial
from typing import Any

import pytest


@cache
def _new_translator() -> Any:
    """What makes a translator of SAM's.

    Each starts a session of boto3 and checks SAM's own policy templates, which takes
    longer than the translation; here all share them.
    """
    translator = pytest.importorskip("samtranslator.translator.translator")
    parser = pytest.importorskip("samtranslator.parser.parser")
    session = pytest.importorskip("boto3").session.Session(region_name="us-east-1")
    policies = "make_policy_template_for_function_plugin"
    setattr(translator, policies, cache(getattr(translator, policies)))
    new = translator.Translator
    return partial(new, {}, parser.Parser(), boto_session=session)


def translated(template: Any, parameters: Mapping[str, Any] | None = None) -> Any:
    """The template that SAM makes of one, which stays as it is.

    Raises what SAM raises where it cannot, and skips the test without the translator.
    """
    translator = _new_translator()()
    return translator.translate(
        deepcopy(template), parameter_values=dict(parameters or {})
    )
