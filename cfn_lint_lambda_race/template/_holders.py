"""The holder of an attachment: the resource, or its part, that a message names."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple


class Form(Enum):
    """Which kind of resource, or which part of one, a holder is."""

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
    """A holder: its form, and the logical ID of the resource that it is or belongs to.

    ``event`` is the name of a SAM event, empty for the other forms.
    """

    form: Form
    id: str
    event: str = ""
