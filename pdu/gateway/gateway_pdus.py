"""One PDU of the gateway: its readings, and one dialogue with it at a time.

Readings are shared: requests that arrive while the PDU is read get that reading, and one that is
not older than FRESH_S is given again. A reading from before a command is never used after it.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Executor
from typing import Callable, Optional, TypeVar

from pdu_common.helper import EnumPowerStatus

from ..pdus.polling import Target, poll, poll_states
from ..pdus.reading import Reading, error_of
from ..pdus.states import UNKNOWN
from ..site.drawing.drawing import Cord
from ..site.machines import pdu_access
from .pdu_queue import PduQueue
from .power import CordState

T = TypeVar("T")
#: how long a reading is given again, in s
FRESH_S = 5.0
_NOT_LISTED = "the PDU lists no such outlet"
_UNSURE = "the command may or may not have been carried out"


def cord_state(reading: Reading, cord: Cord) -> CordState:
    """What a reading says of an outlet."""
    outlet = reading.outlet(cord.outlet)
    why = "" if reading.failure is None else reading.failure.reason
    if outlet is None:
        return CordState(cord, UNKNOWN, why or _NOT_LISTED)
    return CordState(cord, outlet.state, why, outlet.figures)


class GatewayPdu:
    """A PDU. Made in the event loop that uses it."""

    def __init__(self, target: Target, readers: Executor, switchers: Executor) -> None:
        #: how it is reached
        self.target = target
        # threads of their own: commands must not wait for readings of PDUs that do not answer
        self._readers, self._switchers = readers, switchers
        self._turns = PduQueue()
        #: the last reading, by whether it has figures
        self._last: dict[bool, Reading] = {}
        #: the last reading that ended, of either kind; None before the first
        self.newest: Optional[Reading] = None

    def renew(self, target: Target) -> None:
        """Reach the PDU as `target` says from now on. A dialogue that runs is carried through."""
        self.target = target
        self._last.clear()
        self.newest = None

    async def read_recent(self, with_figures: bool = False) -> Reading:
        """The outlets, from a reading that is at most FRESH_S old."""
        poll_pdu = _all if with_figures else poll_states
        oldest = time.monotonic() - FRESH_S
        async with self._turns.reading():
            last = self._last.get(with_figures)
            if last is None or last.begun < oldest:
                target = self.target
                last = await _run_in_thread(self._readers, lambda: poll_pdu(target))
                if target is self.target:
                    self._last[with_figures] = self.newest = last
        return last

    async def read_now(self, target: Target, with_figures: bool = True) -> Reading:
        """The outlets, read now as `target` reaches them."""
        poll_pdu = _all if with_figures else poll_states
        async with self._turns.reading():
            return await _run_in_thread(self._readers, lambda: poll_pdu(target))

    async def ask(self, question: Callable[[], T]) -> T:
        """Something else that is read of the PDU."""
        async with self._turns.reading():
            return await _run_in_thread(self._readers, question)

    async def switch(self, cord: Cord, on: bool, target: Target) -> CordState:
        """Send one command, once, to the PDU as `target` reaches it. The state is what the PDU
        reported afterwards, UNKNOWN if the command failed."""
        async with self._turns.command():
            try:
                return await _run_in_thread(
                    self._switchers, lambda: self._switch_outlet(target, cord, on)
                )
            finally:
                self._last.clear()

    def _switch_outlet(self, target: Target, cord: Cord, on: bool) -> CordState:
        target_state = EnumPowerStatus.UP if on else EnumPowerStatus.DOWN
        try:
            state = pdu_access.switch(target, cord.outlet, on)
        except (Exception, SystemExit) as error:  # anybody may have written the archive
            return CordState(cord, UNKNOWN, f"{error_of(error).reason}; {_UNSURE}")
        if state is target_state:
            return CordState(cord, state)
        return CordState(
            cord,
            state,
            f"the PDU accepted the command, but did not report the outlet {_action_word(on)}",
        )


def _all(target: Target) -> Reading:
    return poll(target, with_power=True)


async def _run_in_thread(threads: Executor, call: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, call)


def _action_word(on: bool) -> str:
    return "on" if on else "off"
