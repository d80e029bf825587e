"""What holds an attachment to a qualifier, or an allowance to invoke a function."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple


class Form(Enum):
    """What a holder is to the resource that it is named by."""

    # Resources of their own.
    PERMISSION = auto()
    EVENT_INVOKE_CONFIG = auto()
    SCALABLE_TARGET = auto()
    ROLE = auto()
    POLICY = auto()
    # Parts of a function, an alias or a version, or made of a resource by SAM.
    CONNECTOR = auto()
    EVENT = auto()
    EVENT_INVOKE_CONFIG_OF = auto()
    PROVISIONED_CONCURRENCY_OF = auto()
    ROLE_OF = auto()
    SNAP_START_OF = auto()


class Holder(NamedTuple):
    """What holds something, by a logical ID; ``event`` is the name of an event."""

    form: Form
    id: str
    event: str = ""
