"""One seed for all generated examples, printed with what fails; and no lost time."""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Callable, Generator
from typing import Any

import pytest
from cfnlint.jsonschema import validators
from cfnlint.schema.resolver import RefResolver
from hypothesis import is_hypothesis_test, settings

# The option of hypothesis's own plugin.
SEED = "hypothesis_seed"

# Nothing but the seed decides about the examples, also where CI is set, in which
# Hypothesis would take no seed.
settings.register_profile("suite", derandomize=False, database=None, print_blob=True)
settings.load_profile("suite")

# cfn-lint's schemas and the tests themselves are many objects, none of them garbage.
# To look for garbage among them took a sixth of the suite's time.
gc.disable()


def _remembering_class(create: Callable[..., type]) -> Callable[..., type]:
    """cfn-lint's maker of validators, giving the same class for the same arguments.

    It makes a new dataclass whenever it comes to a resource, and there are some twenty
    that differ. To make them took a quarter of the time of all of cfn-lint.
    """
    made: list[tuple[tuple[Any, ...], type]] = []

    def remembering(
        validators: Any = None, function_filter: Any = None, fn_resolvers: Any = None
    ) -> type:
        arguments = validators, function_filter, fn_resolvers
        for known, kind in made:
            if known == arguments:
                return kind
        made.append((arguments, create(*arguments)))
        return made[-1][1]

    return remembering


def _remembering_fragment(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """cfn-lint's reader of references, searching a schema once for each of them."""
    found: dict[tuple[int, str], tuple[Any, Any]] = {}

    def remembering(self: RefResolver, document: Any, fragment: str) -> Any:
        key = id(document), fragment
        if key not in found:
            # The document stays with what was found in it, so no other one has its ID.
            found[key] = document, resolve(self, document, fragment)
        return found[key][1]

    return remembering


# The commands that tests start do without.
validators.create = _remembering_class(validators.create)
RefResolver.resolve_fragment = _remembering_fragment(RefResolver.resolve_fragment)


def pytest_collection_finish() -> None:
    """Look for garbage only in what the tests make.

    What lives longer, such as cfn-lint's schemas once they are loaded, is mostly none.
    """
    gc.freeze()
    gc.set_threshold(50_000, 10, 1000)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the seed that was not chosen: the same in every run of the suite, and
    another one where `EXAMPLES` (`make fuzz`) asks for other examples.

    Hypothesis reads the option after this, and pytest-xdist hands it to its workers.
    """
    if getattr(config.option, SEED, None) is None:
        wanted = os.environ.get("EXAMPLES")
        seed = random.SystemRandom().randrange(2**32) if wanted else 0
        setattr(config.option, SEED, str(seed))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say how a test of generated examples fails again."""
    report = yield
    if report.failed and is_hypothesis_test(getattr(item, "obj", None)):
        examples = os.environ.get("EXAMPLES")
        setting = f"EXAMPLES={examples} " if examples else ""
        seed = item.config.getoption(SEED)
        again = f"{setting}pytest --hypothesis-seed={seed} '{item.nodeid}'"
        report.sections.append(("To see it fail again", again))
    return report
