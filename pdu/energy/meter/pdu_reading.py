"""Takes one reading of a PDU: states and figures as DCImanager reads them, then the nameplate, the
lines, breakers and watts, all in one session.

What identifies the unit may cost requests (SNMP: serial number, firmware and accuracy), so it is
read at the first poll, after a failed one, once an hour, and when the unit may be another one: its
uptime is not the one before plus the time that passed, or a register has fallen. A unit that was
exchanged between these is one that answers at the same address, started within seconds of the
other, and has no lower register; the hour bounds even that.

The requests of a poll are counted in tests/pdu/energy/meter/test_pdu_reading.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Optional

from ...pdus.handler_tools import OpenHandler
from ...pdus.polling import Target, poll
from ...pdus.reading import Reading, read_topology
from ..journal.clocks import Instant, is_synchronised
from ..registers.poll import OWN
from .journal_writer import PollResult

#: after so many seconds the whole nameplate is read again
WHOLE_EACH_S = 3600.0
# by how much an uptime may be wrong: this, and a share of the time between two polls
_UPTIME_S, _UPTIME_SHARE = 5.0, 0.01


class KnownPdu(NamedTuple):
    """What an earlier poll has read, to see whether it was the same unit."""

    #: of the monotonic clock, at the end of that poll
    mono: float
    uptime_s: Optional[float]
    #: identity, or OWN -> kWh
    registers: Mapping[str, float]
    #: of the monotonic clock, when the whole nameplate was read last
    whole: float


def take(target: Target, previous: Optional[KnownPdu]) -> PollResult:
    """Read a PDU. A failure is part of the reading."""
    begin, is_synced = Instant.now(), is_synchronised()
    is_due = previous is None or begin.mono - previous.whole >= WHOLE_EACH_S

    def plate(reading: Reading, unit: OpenHandler) -> Reading:
        def runs_on(uptime_s: Optional[float]) -> bool:
            return not is_due and previous is not None and _runs_on(previous, reading, uptime_s)

        return reading._replace(plate=unit.nameplate(runs_on))

    reading = poll(target, with_labels=is_due, with_power=True, parts=(plate, read_topology))
    return PollResult(begin, Instant.now(), reading, is_synced)


def known_for_next_poll(poll: PollResult, previous: Optional[KnownPdu]) -> Optional[KnownPdu]:
    """What the next poll should know; None after a failed one."""
    begin, end, reading, _ = poll
    if reading.failure is not None:
        return None
    is_due = previous is None or begin.mono - previous.whole >= WHOLE_EACH_S
    whole_read = begin.mono if is_due or previous is None else previous.whole
    return KnownPdu(end.mono, reading.plate.uptime_s, _registers(reading), whole_read)


def _runs_on(previous: KnownPdu, reading: Reading, uptime_s: Optional[float]) -> bool:
    """Whether everything says that the unit is the one of the earlier poll, and ran on."""
    if uptime_s is None or previous.uptime_s is None:
        return False
    elapsed_s = Instant.now().mono - previous.mono
    if abs(uptime_s - previous.uptime_s - elapsed_s) > _UPTIME_S + _UPTIME_SHARE * elapsed_s:
        return False
    now = _registers(reading)
    return all(
        now.get(identity, last_value) >= last_value
        for identity, last_value in previous.registers.items()
    )


def _registers(reading: Reading) -> dict[str, float]:
    registers = [(outlet.identity, outlet.figures.energy_kwh) for outlet in reading.outlets]
    registers.append((OWN, reading.energy_kwh))
    return {identity: kwh for identity, kwh in registers if kwh is not None}
