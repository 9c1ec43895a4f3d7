"""One PDU of the gateway: its readings, and one dialogue with it at a time.

Readings are shared: requests that arrive while the PDU is read get that reading, and one that is
not older than `fresh_s` is given again. A reading from before a command is never used after it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Callable, NamedTuple, Optional, TypeVar

from pdu_common.helper import EnumPowerStatus

from ..fleet import opening
from ..fleet.polling import Target, failure
from ..hall.drawing import Cord
from .power import UNKNOWN, CordState, word
from .turns import Turns

T = TypeVar("T")
_NOT_LISTED = "the PDU lists no such outlet"
_UNSURE = "the command may or may not have been carried out"


class Figures(NamedTuple):
    """What one outlet reports."""

    state: str
    current_a: Optional[float] = None
    power_w: Optional[float] = None
    energy_kwh: Optional[float] = None


class OutletsReading(NamedTuple):
    """The outlets of a PDU by identity; none if it could not be read."""

    outlets: Mapping[str, Figures]
    #: when it was begun, as time.monotonic
    begun: float
    #: why it could not be read
    reason: str = ""

    def cord(self, cord: Cord) -> CordState:
        """What this reading says of an outlet."""
        found = self.outlets.get(cord.outlet)
        if found is None:
            return CordState(cord, UNKNOWN, self.reason or _NOT_LISTED)
        return CordState(cord, found.state, "", *found[1:])


class GatewayPdu:
    """A PDU. Made in the event loop that uses it."""

    def __init__(
        self, target: Target, readers: Executor, switchers: Executor, fresh_s: float
    ) -> None:
        #: how it is reached
        self.target = target
        self._fresh_s = fresh_s
        # threads of their own: commands must not wait for readings of PDUs that do not answer
        self._readers, self._switchers = readers, switchers
        self._turns = Turns()
        #: the last reading, by whether it has figures
        self._last: dict[bool, OutletsReading] = {}
        #: the last reading that ended, of either kind; None before the first
        self.newest: Optional[OutletsReading] = None

    def renew(self, target: Target) -> None:
        """Reach the PDU as `target` says from now on. A dialogue that runs is carried through."""
        self.target = target
        self._last.clear()
        self.newest = None

    async def read(self, with_figures: bool = False) -> OutletsReading:
        """The outlets, from a reading that is at most `fresh_s` old."""
        read = self._read_figures if with_figures else self._read_states
        oldest = time.monotonic() - self._fresh_s
        async with self._turns.reading():
            last = self._last.get(with_figures)
            if last is None or last.begun < oldest:
                target = self.target
                last = await _in_thread(self._readers, lambda: read(target))
                if target is self.target:
                    self._last[with_figures] = self.newest = last
        return last

    async def switch(self, cord: Cord, on: bool, target: Target) -> CordState:
        """Send one command, once, to the PDU as `target` reaches it. The state is what the PDU
        reported afterwards, UNKNOWN if the command failed."""
        async with self._turns.command():
            try:
                return await _in_thread(self._switchers, lambda: self._switched(target, cord, on))
            finally:
                self._last.clear()

    def _switched(self, target: Target, cord: Cord, on: bool) -> CordState:
        wanted = EnumPowerStatus.UP if on else EnumPowerStatus.DOWN
        try:
            seen = opening.switch(target, cord.outlet, on)
        except (Exception, SystemExit) as error:  # anybody may have written the archive
            return CordState(cord, UNKNOWN, f"{failure(error).reason}; {_UNSURE}")
        if seen is wanted:
            return CordState(cord, word(seen))
        return CordState(
            cord,
            word(seen),
            f"the PDU accepted the command, but did not report the outlet {_on_off(on)}",
        )

    def _read_states(self, target: Target) -> OutletsReading:
        begun = time.monotonic()
        try:
            found = opening.states(target)
        except (Exception, SystemExit) as error:
            return OutletsReading({}, begun, failure(error).reason)
        return OutletsReading({key: Figures(word(state)) for key, state in found.items()}, begun)

    def _read_figures(self, target: Target) -> OutletsReading:
        begun = time.monotonic()
        try:
            found = opening.outlets(target)
        except (Exception, SystemExit) as error:
            return OutletsReading({}, begun, failure(error).reason)
        return OutletsReading(
            {
                one.identity: Figures(one.state, one.current_a, one.power_w, one.energy_kwh)
                for one in found.outlets
            },
            begun,
        )


async def _in_thread(threads: Executor, call: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, call)


def _on_off(on: bool) -> str:
    return "on" if on else "off"
