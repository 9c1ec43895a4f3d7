"""Beepers. Source: ExternalBeeper.idl, InternalBeeper.idl."""

from __future__ import annotations

from typing import Optional

from . import event, idl
from ._runtime import ZERO, Enumeration, Interface, method


class ExternalBeeper(Interface, version="1.0.1"):
    """A beeper on a feature port."""

    class State(Enumeration):
        OFF, ON, ALARMING = range(3)

    class StateChangedEvent(idl.Event):
        oldState: ExternalBeeper.State = ZERO
        newState: ExternalBeeper.State = ZERO

    def getState(self) -> ExternalBeeper.State: ...
    def alarm(self) -> None: ...
    def on(self) -> None: ...
    def off(self) -> None: ...


class InternalBeeper(Interface, version="2.0.1"):
    """The beeper in the unit. Firmware 3.3 does not send `mutedTemporarily`; it is then False."""

    class State(Enumeration):
        OFF, ON_NOTIFICATION, ON_ACTIVATION = range(3)

    class MuteChangedEvent(event.UserEvent):
        muted: bool = False

    class StateChangedEvent(idl.Event):
        state: InternalBeeper.State = ZERO
        reason: str = ""
        mutedTemporarily: bool = False

    def mute(self, muted: bool) -> None: ...
    def isMuted(self) -> bool: ...
    def activate(self, on: bool, reason: str, timeout: int) -> None: ...
    @method("_ret_", "reason", "mutedTemporarily")
    def getState(self) -> tuple[InternalBeeper.State, str, Optional[bool]]: ...
    def muteCurrentActivation(self) -> None: ...
