"""One outlet: a command with its proof, and off and on again. Pure.

A command goes out once. What it was for is proven if the PDU reports it after the command and again
some seconds later, because some relays fall back. An outlet is switched on again only if it was on,
and only if it is proven off: without that, a command to switch on might come before the one to
switch off, and prove nothing about a restart.
"""

from __future__ import annotations

import enum
import time
from typing import Callable, Protocol

from pdu_common.helper import EnumPowerStatus

from ..cli.states import DOWN, UNKNOWN, UP

#: how long after its first report a state is read again, in s: a unit may report the wanted state
#: for 2 to 3 s before it shows that the relay did not follow (netBooter, by its owners)
AGAIN_S = 4.0


class ProofOutlet(Protocol):
    """What a proof needs of an outlet."""

    def command(self, *, on: bool) -> EnumPowerStatus:
        """Send one command, once. Returns what the PDU reports afterwards.

        After an error the command may or may not have been carried out.
        """

    def state(self) -> EnumPowerStatus:
        """What the PDU reports now; UNKNOWN if it cannot be read. Does not raise."""


def target_state(*, on: bool) -> EnumPowerStatus:
    """The state that a command is for."""
    return UP if on else DOWN


def switch_outlet(
    outlet: ProofOutlet, *, on: bool, sleep: Callable[[float], None] = time.sleep
) -> EnumPowerStatus:
    """Switch an outlet. Returns the state that the PDU reports at the end: the target state if it
    reports that twice, AGAIN_S apart. Raises what the command raises.
    """
    state = outlet.command(on=on)
    if state is not target_state(on=on):
        return state
    sleep(AGAIN_S)
    return outlet.state()


class RestartStage(enum.Enum):
    """How far a restart came. The value says it for people."""

    UNTOUCHED = "was not touched: no command was sent"
    GOING_OFF = "may or may not have been switched off, and was not switched on"
    OFF = "was switched off, and not on again"
    GOING_ON = "was off, and may or may not have been switched on"
    ON = "was off and is on again"


class OutletPower:
    """An outlet that is switched; or, with `read_is_on`, `switch_off`, a pause of at least AGAIN_S
    and `switch_on`, off and, once that is proven, on again.

    `stage` and `last_state` say how far it came and how it was left, also after an error and
    Ctrl-C.
    """

    def __init__(self, outlet: ProofOutlet, sleep: Callable[[float], None] = time.sleep) -> None:
        self.outlet, self._sleep = outlet, sleep
        self.stage = RestartStage.UNTOUCHED
        #: what the PDU reported last; UNKNOWN while a command has no answer
        self.last_state: EnumPowerStatus = UNKNOWN

    def switch(self, *, on: bool) -> bool:
        """Switch it. Returns whether that is proven. Raises what the command raises."""
        self.last_state = UNKNOWN
        self.last_state = switch_outlet(self.outlet, on=on, sleep=self._sleep)
        return self.last_state is target_state(on=on)

    def read_is_on(self) -> bool:
        """Read it. Returns whether it is on. An outlet that is not known to be on may be off on
        purpose: `switch_off` then sends nothing.
        """
        self.last_state = self.outlet.state()
        return self.last_state is UP

    def switch_off(self) -> bool:
        """Switch off the outlet, if `read_is_on` found it on. Returns whether that is proven so
        far: `switch_on` reads it again. Raises what the command raises.
        """
        if self.last_state is not UP:
            return False
        self.stage, self.last_state = RestartStage.GOING_OFF, UNKNOWN
        self.last_state = self.outlet.command(on=False)
        if self.last_state is DOWN:
            self.stage = RestartStage.OFF
        return self.stage is RestartStage.OFF

    def switch_on(self) -> bool:
        """Switch on the outlet that `switch_off` has switched off. Returns whether that is proven;
        if it did not stay off, nothing is sent, and `stage` remains OFF. Raises what the command
        raises.
        """
        if self.stage is not RestartStage.OFF:
            return False
        self.last_state = self.outlet.state()
        if self.last_state is not DOWN:
            return False
        self.stage = RestartStage.GOING_ON
        if self.switch(on=True):
            self.stage = RestartStage.ON
        return self.stage is RestartStage.ON
