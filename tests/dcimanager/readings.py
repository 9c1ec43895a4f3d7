"""Stores load and energy over time, by PDU and by outlet, and thins old readings.

Thinning removes whole readings and never changes one. Of each stretch of time it keeps the last
reading and, for a PDU as a whole, the one with the highest load. It also keeps the readings before
and after a counter fell, appeared or disappeared, and before and after the PDU's address, SNMP
parameters or settings were changed. The energy used over the whole time, the sum of the counters'
rises, therefore stays the same, until readings are older than `OLDEST` and removed.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from .database import Database
from .records import Call, Pdu

HOUR, DAY = 3600.0, 86400.0
# Age of a reading, and the length of a stretch of time for readings older than that. Both are in
# seconds.
TIERS = ((2 * HOUR, 300.0), (2 * DAY, HOUR), (31 * DAY, DAY))
OLDEST = 3 * 365 * DAY


class Reading(NamedTuple):
    """`at` in seconds since 1970, `load` in amperes, `energy` in kWh; None: not metered."""

    at: float
    load: Optional[float]
    energy: Optional[float]


def keep(connection: sqlite3.Connection, pdu: Pdu, call: Call) -> None:
    """Write the figures of one successful `statistic`."""
    load = pdu.load_a if "load" in pdu.metered else None
    energy = pdu.energy_kwh if "energy" in pdu.metered else None
    connection.execute(
        "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)", (pdu.id, call.at, load, energy)
    )
    energies = {identity: pdu.port_energy_kwh[identity] for identity in pdu.port_metered}
    figures = {
        identity: [pdu.port_load_a.get(identity), energies.get(identity)]
        for identity in {**pdu.port_load_a, **energies}
    }
    if figures:
        connection.execute(
            "INSERT OR REPLACE INTO outlets VALUES (?, ?, ?)", (pdu.id, call.at, _packed(figures))
        )


def series(db: Database, pdu: int, since: float, outlet: Optional[str] = None) -> list[Reading]:
    """The readings of a PDU or of one of its outlets, oldest first."""
    if outlet is None:
        return [
            Reading(*row)
            for row in db.rows(
                "SELECT at, load, energy FROM reading WHERE pdu = ? AND at >= ? ORDER BY at",
                (pdu, since),
            )
        ]
    rows = db.rows(
        "SELECT at, figures FROM outlets WHERE pdu = ? AND at >= ? ORDER BY at", (pdu, since)
    )
    return [
        Reading(at, *figures[outlet])
        for at, figures in ((at, _figures(packed)) for at, packed in rows)
        if outlet in figures
    ]


def used(readings: Sequence[Reading], changes: Sequence[float] = ()) -> Optional[float]:
    """The sum of a counter's rises in kWh; a fall, for example after a restart, counts as 0. None
    if no two counts are compared.

    `changes` are the times at which the PDU's address, SNMP parameters or settings were changed.
    Counts before and after such a time are not compared: they may come from two devices.
    """
    counts = [(reading.at, reading.energy) for reading in readings if reading.energy is not None]
    steps = [
        after - before
        for (earlier, before), (later, after) in zip(counts, counts[1:])
        if not changed(changes, earlier, later)
    ]
    return sum(max(0.0, step) for step in steps) if steps else None


def changed(changes: Sequence[float], earlier: float, later: float) -> bool:
    """Whether one of `changes` was between two readings.

    A change at the time of a reading counts as later.
    """
    return any(earlier <= at < later for at in changes)


def thin(db: Database, now: float) -> int:
    """Removes the readings that `chosen` does not keep, and returns their number."""
    gone = 0
    for pdu, seen in db.rows("SELECT id, seen FROM pdu"):
        changes = json.loads(seen).get("changes", [])
        for table in ("reading", "outlets"):
            gone += _thin_table(db, table, int(pdu), changes, now)
    return gone


def _thin_table(db: Database, table: str, pdu: int, changes: Sequence[float], now: float) -> int:
    what = "at, load, energy" if table == "reading" else "at, figures"
    rows = db.rows(
        f"SELECT {what} FROM {table} WHERE pdu = ? AND at < ? ORDER BY at",  # noqa: S608
        (pdu, now - TIERS[0][0]),
    )
    if table == "reading":
        loads: list[Optional[float]] = [load for _, load, _ in rows]
        counters: list[Mapping[str, Optional[float]]] = [{"": energy} for *_, energy in rows]
    else:
        loads = [None] * len(rows)
        counters = [
            {identity: energy for identity, (_, energy) in _figures(packed).items()}
            for _, packed in rows
        ]
    times = [float(row[0]) for row in rows]
    kept = chosen(times, loads, counters, now, changes)
    old = [(pdu, at) for at in times if at not in kept]
    if old:
        with db.writing() as connection:
            connection.executemany(f"DELETE FROM {table} WHERE pdu = ? AND at = ?", old)  # noqa: S608
    return len(old)


def chosen(
    times: Sequence[float],
    loads: Sequence[Optional[float]],
    counters: Sequence[Mapping[str, Optional[float]]],
    now: float,
    changes: Sequence[float] = (),
) -> set[float]:
    """The times of the readings to keep; the first three sequences are oldest first.

    These are the readings that the module's docstring names, the oldest, the newest, and all
    younger than the first tier. None is older than OLDEST seconds.
    """
    kept: set[float] = {*times[:1], *times[-1:]}
    # stretch -> highest load and its time
    best: dict[tuple[float, int], tuple[float, float]] = {}
    last: dict[tuple[float, int], float] = {}
    for position, at in enumerate(times):
        size = stretch(now - at)
        if size is None:
            kept.add(at)
            continue
        place = (size, int(at // size))
        last[place] = at
        load = loads[position]
        if load is not None:
            highest = best.get(place)
            if highest is None or load >= highest[0]:
                best[place] = load, at
        if position:
            before = times[position - 1]
            fell = _fell(counters[position - 1], counters[position])
            if fell or changed(changes, before, at):
                kept.update((before, at))
    kept.update(last.values())
    kept.update(at for _, at in best.values())
    return {at for at in kept if at > now - OLDEST}


def stretch(age: float) -> Optional[float]:
    """The length in seconds of the stretch in which readings of this age are thinned; None: all are
    kept.
    """
    return next((size for older, size in reversed(TIERS) if age > older), None)


def _fell(before: Mapping[str, Optional[float]], after: Mapping[str, Optional[float]]) -> bool:
    """Whether a counter fell, appeared or disappeared."""
    for identity in before.keys() | after.keys():
        one, two = before.get(identity), after.get(identity)
        if one is None and two is None:
            continue
        if one is None or two is None or two < one:
            return True
    return False


def _packed(figures: Mapping[str, Sequence[Optional[float]]]) -> bytes:
    return zlib.compress(json.dumps(figures, separators=(",", ":")).encode())


def _figures(packed: bytes) -> dict[str, tuple[Optional[float], Optional[float]]]:
    return {
        identity: (load, energy)
        for identity, (load, energy) in json.loads(zlib.decompress(packed)).items()
    }
