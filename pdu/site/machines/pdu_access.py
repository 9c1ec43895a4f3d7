"""The PDUs of machines: what they read now, and commands to their outlets."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, NamedTuple, Optional, Protocol, TypeVar

from handlers.shared.errors import Denied, printable
from handlers.shared.meter_figures import MeterFigures
from pdu_common.helper import EnumPowerStatus

from ...pdus.adapters.state_ground import StateGround
from ...pdus.handler_tools import HandlerTools
from ...pdus.listed_pdu import place_of
from ...pdus.polling import Target, poll, poll_states, read_nameplate
from ...pdus.reading import Reading, error_of
from ...pdus.states import UNKNOWN
from . import outlet as one_outlet

_MOST_AT_ONCE = 32
T = TypeVar("T")


class NotProven(Exception):
    """What was asked for did not happen, or nobody can say that it did."""


class MachineOutlet(Protocol):
    """An outlet of a machine: a `Cord` of the drawing."""

    @property
    def pdu(self) -> str:
        """The name of its PDU."""

    @property
    def outlet(self) -> str:
        """Its identity there."""


class OutletReading(NamedTuple):
    """One outlet as it reads now."""

    state: EnumPowerStatus
    draw: MeterFigures = MeterFigures()
    #: what the state rests on
    ground: StateGround = StateGround()


class PduReading(NamedTuple):
    """One PDU as it reads now."""

    #: by identity; none if it could not be read
    outlets: Mapping[str, OutletReading]
    #: why it could not be read, in whole or in part; "" if it could
    reason: str = ""
    #: what a meter of its own shows at its inlet, over all lines; without one, no figure
    inlet: MeterFigures = MeterFigures()


class CommandResult(NamedTuple):
    """What came of one command."""

    #: what the PDU reported afterwards
    state: EnumPowerStatus
    #: why nothing is known; "" if the PDU answered
    reason: str = ""


class PduAccess(Protocol):
    """How a proof reaches PDUs and clocks; tests have another one."""

    def read_pdus(self, pdus: Collection[str]) -> Mapping[str, PduReading]:
        """Read these PDUs now. One that cannot be read has a reason."""

    def switch(
        self, cords: Sequence[MachineOutlet], on: bool
    ) -> Mapping[MachineOutlet, CommandResult]:
        """Send each of these outlets one command, once: those of different PDUs at the same time.
        Does not raise for a PDU.
        """

    def key(self, pdu: str) -> str:
        """Which device a PDU is, whatever its name."""

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        """The serial numbers of these PDUs, read now: "" for one that tells none, None if it could
        not be read.
        """

    def now(self) -> float:
        """Seconds since 1970."""

    def monotonic(self) -> float:
        """Seconds of a clock that nobody sets."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class ListedOutlet(NamedTuple):
    """An outlet of a PDU of a list. An `Outlet`."""

    target: Target
    identity: str

    def command(self, on: bool) -> EnumPowerStatus:
        pdu = HandlerTools(self.target.handler).four_methods(self.target.data())
        return pdu.switch(self.identity, on)

    def state(self) -> EnumPowerStatus:
        outlet = poll_states(self.target).outlet(printable(self.identity))
        return UNKNOWN if outlet is None else outlet.state


def switch(target: Target, identity: str, on: bool) -> EnumPowerStatus:
    """As `outlet.switch_outlet`, of an outlet of a list: one command, once. Raises the errors of
    its handler, after which the command may or may not have been carried out.
    """
    return one_outlet.switch_outlet(ListedOutlet(target, identity), on)


class SystemClock:
    """The clock of a `PduAccess`: this computer's."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class PolledPdus(SystemClock):
    """The PDUs of a list. A `PduAccess`."""

    def __init__(self, targets: Mapping[str, Target], timeout_s: Optional[float] = None) -> None:
        """`timeout_s` bounds each request of a reading."""
        self._targets, self._timeout_s = targets, timeout_s
        # PDUs that were read, and those that refused the login before they were
        self._let_in: set[str] = set()
        self._refused: dict[str, PduReading] = {}

    def read_pdus(self, pdus: Collection[str]) -> Mapping[str, PduReading]:
        return self._call_each(list(dict.fromkeys(pdus)), self._read_pdu)

    def _read_pdu(self, name: str) -> PduReading:
        """A PDU that refuses the login at first is asked once: a proof reads each second, and a few
        wrong logins may block an account, for other programs too."""
        if name in self._refused:
            return self._refused[name]
        reading = poll(self._targets[name], self._timeout_s, with_power=True)
        now = pdu_reading(reading)
        if now.outlets:
            self._let_in.add(name)
        elif name not in self._let_in and _is_denied(reading):
            self._refused[name] = now
        return now

    def switch(
        self, cords: Sequence[MachineOutlet], on: bool
    ) -> Mapping[MachineOutlet, CommandResult]:
        names = list(dict.fromkeys(cord.pdu for cord in cords))

        def one_pdu(name: str) -> list[tuple[MachineOutlet, CommandResult]]:
            mine = [cord for cord in cords if cord.pdu == name]
            return [(cord, self._command(cord, on)) for cord in mine]

        results_by_pdu = self._call_each(names, one_pdu)
        return {cord: result for results in results_by_pdu.values() for cord, result in results}

    def _command(self, cord: MachineOutlet, on: bool) -> CommandResult:
        try:
            return CommandResult(ListedOutlet(self._targets[cord.pdu], cord.outlet).command(on))
        except (Exception, SystemExit) as error:  # anybody may have written the archive
            return CommandResult(UNKNOWN, error_of(error).reason)

    def _call_each(self, names: Sequence[str], work: Callable[[str], T]) -> dict[str, T]:
        if not names:
            return {}
        with ThreadPoolExecutor(min(len(names), _MOST_AT_ONCE)) as pool:
            return dict(zip(names, pool.map(work, names)))

    def key(self, pdu: str) -> str:
        return " ".join(place_of(self._targets[pdu].device))

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        return self._call_each(list(dict.fromkeys(pdus)), lambda name: serial(self._targets[name]))


def serial(target: Target) -> Optional[str]:
    """The serial number of a PDU, "" if it tells none, None if it could not be read."""
    try:
        return read_nameplate(target).serial
    except (Exception, SystemExit):  # anybody may have written the archive
        return None


def _is_denied(reading: Reading) -> bool:
    return reading.failure is not None and reading.failure.kind == Denied.kind


def pdu_reading(reading: Reading) -> PduReading:
    """A reading of the fleet as a proof needs it."""
    return PduReading(
        {
            outlet.identity: OutletReading(
                outlet.state,
                MeterFigures(outlet.figures.current_a, outlet.figures.power_w),
                outlet.ground,
            )
            for outlet in reading.outlets
        },
        "" if reading.failure is None else reading.failure.reason,
        MeterFigures(reading.inlet_a, reading.inlet_w),
    )
