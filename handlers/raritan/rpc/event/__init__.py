"""Events, rules, timers, alarms and data push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._runtime import lazily

if TYPE_CHECKING:
    from .services import *
    from .structures import *

__getattr__, __all__ = lazily(
    __name__,
    {
        "services": (
            "AlarmManager Channel Consumer DataPushService Engine Service TimerEventManager"
        ),
        "structures": "Event KeyValue UserEvent",
    },
)
