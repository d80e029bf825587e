"""One seed for all generated examples, printed with what fails; and no lost time."""

from __future__ import annotations

import gc
import os
import random
import tempfile
from collections.abc import Generator

import pytest
from hypothesis import is_hypothesis_test, settings

# The option of hypothesis's own plugin.
SEED = "hypothesis_seed"

# Where Linux keeps files in memory, and what has to be free there: many times what
# the suite leaves there at a time.
_MEMORY, _ROOM = "/dev/shm", 1 << 28

# Nothing but the seed decides about the examples, also where CI is set, in which
# Hypothesis would take no seed.
settings.register_profile("suite", derandomize=False, database=None, print_blob=True)
settings.load_profile("suite")

# cfn-lint's schemas and the tests themselves are many objects, none of them garbage.
# To look for garbage among them took a sixth of the suite's time.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage only in what the tests make.

    What lives longer, such as cfn-lint's schemas once they are loaded, is mostly none.
    """
    gc.freeze()
    gc.set_threshold(50_000, 10, 1000)
    gc.enable()


def _use_memory() -> None:
    """Let tests, and the programs that they start, write into memory where they can.

    They write thousands of small files: on a disk, tests of git and of updates took a
    fifth longer. Where whoever runs the tests has chosen a place, it stays.
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK | os.X_OK):
        return
    system = os.statvfs(_MEMORY)
    # Programs that must not be started have to be such as could be.
    can_run = not system.f_flag & os.ST_NOEXEC
    if can_run and system.f_bavail * system.f_frsize > _ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = _MEMORY


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose what was not chosen: where tests write, and the seed.

    The seed is the same in every run of the suite, and another one where `EXAMPLES`
    (`make fuzz`) asks for other examples. Hypothesis reads the option after this, and
    pytest-xdist hands it, and the environment, to its workers.
    """
    _use_memory()
    if getattr(config.option, SEED, None) is None:
        wanted = os.environ.get("EXAMPLES")
        seed = random.SystemRandom().randrange(2**32) if wanted else 0
        setattr(config.option, SEED, str(seed))


def pytest_itemcollected(item: pytest.Item) -> None:
    """What generated examples are tried on is slow."""
    if is_hypothesis_test(getattr(item, "obj", None)):
        item.add_marker("slow")


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
