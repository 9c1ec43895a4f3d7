"""Beepers."""
from __future__ import annotations

from dataclasses import field
from typing import Tuple

from . import event
from .idl import declared, Enumeration, Event, Interface, method, value_object

__all__ = ["ExternalBeeper", "InternalBeeper"]


class ExternalBeeper(Interface):
    """A beeper on a feature port."""

    idlType = "hmi.ExternalBeeper:1.0.1"

    class State(Enumeration):
        OFF = 0
        ON = 1
        ALARMING = 2

    @value_object
    class StateChangedEvent(Event):
        idlType = "hmi.ExternalBeeper_1_0_1.StateChangedEvent:1.0.0"
        oldState: ExternalBeeper.State = field(default_factory=lambda: ExternalBeeper.State(0))
        newState: ExternalBeeper.State = field(default_factory=lambda: ExternalBeeper.State(0))

    @method()
    def getState(self) -> ExternalBeeper.State: declared()

    @method()
    def alarm(self) -> None: declared()

    @method()
    def on(self) -> None: declared()

    @method()
    def off(self) -> None: declared()


class InternalBeeper(Interface):
    """The beeper in the unit; older and newer firmware differ in `getState`."""

    idlType = "hmi.InternalBeeper:2.0.1"

    class State(Enumeration):
        OFF = 0
        ON_NOTIFICATION = 1
        ON_ACTIVATION = 2

    @value_object
    class MuteChangedEvent(event.UserEvent):
        idlType = "hmi.InternalBeeper_2_0_1.MuteChangedEvent:1.0.0"
        muted: bool = False

    @value_object
    class StateChangedEvent(Event):
        idlType = "hmi.InternalBeeper_2_0_1.StateChangedEvent:1.0.0"
        state: InternalBeeper.State = field(default_factory=lambda: InternalBeeper.State(0))
        reason: str = ""
        mutedTemporarily: bool = False

    @method()
    def mute(self, muted: bool) -> None: declared()

    @method()
    def isMuted(self) -> bool: declared()

    @method()
    def activate(self, on: bool, reason: str, timeout: int) -> None: declared()

    @method("_ret_", "reason", "mutedTemporarily")
    def getState(self) -> Tuple[InternalBeeper.State, str, bool]: declared()

    @method()
    def muteCurrentActivation(self) -> None: declared()
