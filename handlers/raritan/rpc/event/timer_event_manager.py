"""The interface event.TimerEventManager."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Tuple

from ..idl import declared, Interface, method, Structure


class TimerEventManager(Interface):
    """Events at set times, at `/event_engine/timer_events`."""

    idlType = "event.TimerEventManager:2.0.0"

    NO_ERROR = 0
    ERR_INVALID_SCHEDULE = 1
    ERR_UNKNOWN_EVENT_ID = 2
    ERR_CREATE_EVENT_ID_FAILED = 3
    ERR_MAX_TIMERS_CREATED = 4
    JAN = 1
    FEB = 2
    MAR = 3
    APR = 4
    MAY = 5
    JUN = 6
    JUL = 7
    AUG = 8
    SEP = 9
    OCT = 10
    NOV = 11
    DEC = 12
    SUN = 0
    MON = 1
    TUE = 2
    WED = 3
    THU = 4
    FRI = 5
    SAT = 6

    @dataclass(eq=False, repr=False)
    class Range(Structure):
        start: int = 0
        end: int = 0
        step: int = 0

    @dataclass(eq=False, repr=False)
    class Schedule(Structure):
        enabled: bool = False
        minute: List[TimerEventManager.Range] = field(default_factory=list)
        hour: List[TimerEventManager.Range] = field(default_factory=list)
        dayOfMonth: List[TimerEventManager.Range] = field(default_factory=list)
        month: List[TimerEventManager.Range] = field(default_factory=list)
        dayOfWeek: List[TimerEventManager.Range] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class TimerEvent(Structure):
        eventId: List[str] = field(default_factory=list)
        executionTime: TimerEventManager.Schedule = field(default_factory=lambda: TimerEventManager.Schedule())

    @method("_ret_", "eventId")
    def addTimerEvent(self, schedule: TimerEventManager.Schedule) -> Tuple[int, List[str]]: declared()

    @method()
    def modifyTimerEvent(self, eventId: List[str], schedule: TimerEventManager.Schedule) -> int: declared()

    @method()
    def deleteTimerEvent(self, eventId: List[str]) -> int: declared()

    @method()
    def listTimerEvents(self) -> List[TimerEventManager.TimerEvent]: declared()
