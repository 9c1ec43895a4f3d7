"""What a rehearsal does not know, each with what it touches. Pure."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from ..kit.output import counted
from ..pdus.saved import HallReadings
from .rehearsal import Hall
from .verdicts import Now


class Unknown(NamedTuple):
    """One thing that is not known."""

    what: str
    #: machines, or PDUs and outlets where no machine is named; () for all machines
    touches: Sequence[str] = ()


ALWAYS = (
    Unknown("whether each supply works under its full load, and its rating"),
    Unknown("inrush when power returns, and what each machine's firmware does then"),
    Unknown("temperature and age of breakers; loads at another hour"),
    Unknown("everything above the feeds of the drawing"),
)

_OPEN = {
    Now.UNREAD: "the state and current of outlets that were not read",
    Now.UNKNOWN: "the state of outlets",
    Now.UNMETERED: "the current of outlets without a meter",
    Now.WEAK: "whether supplies that draw hardly more than an input filter are dead",
    Now.IDLE: "why outlets that are on carry nothing",
}


def unknowns(hall: Hall, touched: Collection[str]) -> list[Unknown]:
    """What an answer does not know in which failures touch these machines."""
    readings = hall.readings
    found = [*_age(readings, time.time())]
    machines: dict[Now, list[str]] = {state: [] for state in _OPEN}
    for name, cords in hall.cords.items():
        if name in touched:
            for state in {one.now for one in cords} & _OPEN.keys():
                machines[state].append(name)
    found += [Unknown(_OPEN[state], names) for state, names in machines.items() if names]
    failed = [name for name, one in readings.pdus.items() if one.error]
    if failed:
        found.append(Unknown("PDUs whose reading failed, in part or as a whole", failed))
    unrated = [
        f"{pdu.name}/{one.name}"
        for pdu in hall.drawing.pdus.values()
        for one in (*pdu.lines, *pdu.breakers)
        if one.rating_a is None
    ]
    if unrated:
        found.append(Unknown("ratings of lines and breakers (key breaker_a)", unrated))
    open_ = [pdu.name for pdu in hall.drawing.pdus.values() if not pdu.lines_are_drawn]
    if open_:
        found.append(Unknown("which outlets are behind which line (no [[pdu.line]])", open_))
    nobodys = [str(one.cord) for one in hall.unowned if one.high_a]
    if nobodys:
        found.append(Unknown("what hangs on outlets that carry current and nobody drew", nobodys))
    return [*found, *ALWAYS]


def _age(readings: HallReadings, now: float) -> Iterable[Unknown]:
    """The age of the readings is always named; loads change within minutes."""
    if readings.taken is None:
        yield Unknown("how old the readings are")
        return
    minutes = round((now - readings.taken) / 60)
    if minutes < 0:
        yield Unknown("how old the readings are: their time is in the future")
    elif minutes == 0:
        yield Unknown("what changed since the readings, which are less than a minute old")
    else:
        yield Unknown(f"what changed since the readings, {counted(minutes, 'minute')} ago")
