"""Events, rules, alarms and data push."""
from __future__ import annotations

from .alarm_manager import AlarmManager
from .channel import Channel
from .consumer import Consumer
from .data_push_service import DataPushService
from .engine import Engine
from .service import Service
from .structures import Event, KeyValue, UserEvent
from .timer_event_manager import TimerEventManager

__all__ = [
    "AlarmManager", "Channel", "Consumer", "DataPushService", "Engine", "Event", "KeyValue", "Service",
    "TimerEventManager", "UserEvent",
]
