"""Months of a register whose energy is known, as tables: a steady load, polled every 15 minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Callable, Optional

from pdu.energy.customers import Period
from pdu.energy.readings import INLET, PduReadings, RegisterReadings

#: 2026-10-01T00:00:00Z
BEGIN = 1790812800.0
DAY, EVERY = 86_400.0, 900.0
OCTOBER = Period(BEGIN, BEGIN + 31 * DAY)
#: of each register before it counts
START_WH = 5_000_000


def times(days: float = 31.0) -> list[float]:
    """The polls of a month, from a day before to a day after."""
    count = int((days + 2.0) * DAY / EVERY)
    return [BEGIN - DAY + 60.0 + place * EVERY for place in range(count)]


def register(
    watts: float,
    at: Sequence[float],
    *,
    step: int = 1,
    shown: Optional[Callable[[float, int], Optional[int]]] = None,
    read_watts: Optional[float] = None,
) -> RegisterReadings:
    """A register that counts a steady load. `shown`: what it shows in place of a value, by the time
    since BEGIN in s; `read_watts`: the power that is read; None: the true one.
    """
    wh = []
    for time in at:
        value: Optional[int] = START_WH + int(watts * (time - at[0]) / 3600.0)
        if shown is not None:
            value = shown(time - BEGIN, value or 0)
        wh.append(None if value is None else value // step * step)
    return RegisterReadings(
        wh, [watts if read_watts is None else read_watts] * len(at), [None] * len(at)
    )


def pdu(
    registers: Mapping[str, RegisterReadings],
    at: Sequence[float],
    *,
    units: Optional[Sequence[str]] = None,
    uptimes: Optional[Sequence[Optional[float]]] = None,
    family: str = "",
) -> PduReadings:
    """Polls of a PDU, each of one second."""
    return PduReadings(
        "rack1",
        at,
        [time + 1.0 for time in at],
        units or ["A1"] * len(at),
        [family] * len(at),
        uptimes or [1e6 + time - at[0] for time in at],
        registers,
    )


__all__ = ["BEGIN", "DAY", "EVERY", "INLET", "OCTOBER", "START_WH", "pdu", "register", "times"]
