"""What a run needs (PDUs, clocks and a journal; tests have another one), and how it
ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional, Protocol

from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus

from ...core.cli.error_output import Interrupted
from ...pdus.saved_readings import HallReadings
from ...site.drawing.drawing import Cord

#: how often a state that is waited for is read, in s
POLL_S = 1.0
# the longest time without looking whether somebody wants to stop, in s
_TICK_S = 0.25


class RunEnvironment(Protocol):
    """The PDUs, clocks and journal of a run."""

    def read_pdus(self, pdus: Collection[str]) -> HallReadings:
        """Read these PDUs now. A PDU that cannot be read has an error in its reading."""

    def switch(self, cord: Cord, on: bool) -> EnumPowerStatus:
        """Send one command once. Returns the state that the PDU reports, else UNKNOWN.

        After an error the command may or may not have been carried out.
        """

    def key(self, pdu: str) -> str:
        """Which device a PDU is, whatever its name."""

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        """The serial numbers of these PDUs: "" for one that tells none, None if it could not be
        read.
        """

    def now(self) -> float:
        """Seconds since 1970, for the journal."""

    def monotonic(self) -> float:
        """Seconds of a clock that nobody sets."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def is_stopping(self) -> bool:
        """Whether somebody asked the run to stop."""


class Log(Protocol):
    """The journal."""

    def append(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Write these lines to the disk, all or none."""


class UnexpectedState(PduHandlerError):
    """Something is not as it has to be."""

    kind = "not-proven"


def stop_if_asked(environment: RunEnvironment) -> None:
    """Raises Interrupted if somebody asked the run to stop."""
    if environment.is_stopping():
        raise Interrupted("asked to stop")


def wait_until(environment: RunEnvironment, end: float, may_stop: bool = True) -> None:
    """Wait until a time of its monotonic clock. Raises Interrupted, if it may be stopped."""
    while True:
        if may_stop:
            stop_if_asked(environment)
        left_s = end - environment.monotonic()
        if left_s <= 0:
            return
        environment.sleep(min(left_s, _TICK_S))


class OutletLeftOff(NamedTuple):
    """An outlet that a run leaves off, or of which it does not know it."""

    cord: Cord
    #: DOWN or UNKNOWN
    state: EnumPowerStatus


class Ended(NamedTuple):
    """How a run ended."""

    #: the steps that were ended, with those of runs before it
    steps_done: int
    #: why it stopped before the last step
    error: Optional[BaseException] = None
    #: what it was doing then
    at: str = ""
    left: Sequence[OutletLeftOff] = ()
    #: outlets that were switched on again after the surprise
    restored: Sequence[Cord] = ()
