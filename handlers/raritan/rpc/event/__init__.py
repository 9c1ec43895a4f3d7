"""Events, rules, alarms and data push."""
from __future__ import annotations

from typing import TYPE_CHECKING

from .._runtime import lazily

if TYPE_CHECKING:
    from .channels import *
    from .engine import *
    from .structures import *

__getattr__, __all__ = lazily(__name__, {
    "channels": "Channel Consumer DataPushService Service",
    "engine": "AlarmManager Engine TimerEventManager",
    "structures": "Event KeyValue UserEvent",
})
