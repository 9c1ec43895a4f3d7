"""Thinning of readings, the energy used, and failed writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from fractions import Fraction
from typing import Optional

import pytest
from hypothesis import given, strategies as st

from .database import Database
from .readings import DAY, HOUR, OLDEST, Reading, chosen, keep, series, thin, used
from .records import Call, Pdu
from .sealed import Sealer
from .store import Store

NOW = 2_000_000_000.0
Counts = Sequence[Optional[float]]


def exact(times: Sequence[float], counts: Counts, changes: Sequence[float]) -> Fraction:
    """The exact sum of the counter's rises.

    A rise during which the device changed does not count.
    """
    known = [(at, Fraction(count)) for at, count in zip(times, counts) if count is not None]
    return sum(
        (
            max(Fraction(0), after - before)
            for (earlier, before), (later, after) in zip(known, known[1:])
            if not any(earlier <= at < later for at in changes)
        ),
        Fraction(0),
    )


# Seconds since the row before, energy in eighths of a kWh, load, whether the device changed between
# the rows.
ROW = st.tuples(
    st.one_of(st.integers(1, 100), st.integers(1, 40_000)),
    st.one_of(st.none(), st.integers(0, 50)),
    st.floats(0, 40),
    st.sampled_from([False] * 4 + [True]),
)


@given(st.lists(ROW, min_size=1, max_size=120))
def test_thinning_keeps_the_energy_used_however_often_counters_fall_or_devices_change(
    rows: list[tuple[int, Optional[int], float, bool]],
) -> None:
    times, counts, changes, at = [], [], [], NOW - sum(step for step, *_ in rows)
    for step, count, _, changed in rows:
        changes += [at + step / 2] if changed else []
        at += step
        times.append(at)
        counts.append(None if count is None else count / 8)
    loads = [load for *_, load, _ in rows]
    kept = chosen(times, loads, [{"": count} for count in counts], NOW, changes)
    left = [(at, count) for at, count in zip(times, counts) if at in kept]
    assert exact([at for at, _ in left], [count for _, count in left], changes) == exact(
        times, counts, changes
    )
    assert times[-1] in kept and {at for at in times if at >= NOW - 2 * HOUR} <= kept
    assert max(loads) == max(load for at, load in zip(times, loads) if at in kept)


def test_each_stretch_of_old_readings_keeps_the_last_and_the_highest_load() -> None:
    # one reading each minute, from a day to 4 hours old
    times = [NOW - DAY + 60.0 * minute for minute in range(20 * 60)]
    loads = [10.0 if minute % 5 == 2 else 1.0 for minute in range(len(times))]
    kept = sorted(chosen(times, loads, [{"": minute / 4} for minute in range(len(times))], NOW))
    assert len(kept) <= 2 * len(times) / 5 + 2
    assert {at for at, load in zip(times, loads) if load == 10.0} <= set(kept)
    assert {at for at, after in zip(times, times[1:]) if at // 300 != after // 300} <= set(kept)
    assert len(chosen(times, loads, [{}] * len(times), NOW + 10 * DAY)) <= 2 * 21 + 1
    assert chosen(times, loads, [{}] * len(times), NOW + 2 * OLDEST) == set()


def pdu_of(store: Store) -> Pdu:
    store.create("pdu", "pdu_x", "x", ["custom"], [])
    return store.add_pdu("rack", "pdu_x", "127.0.0.1", {}, {})


def meter(db: Database, pdu: Pdu, at: float, energy: float, load: Optional[float] = 1.0) -> None:
    value = {
        "load": load or 0.0,
        "total_consumption": energy,
        "metered": ["energy"] if load is None else ["energy", "load"],
        "ports": {"1": energy / 2, "9": 0.0},
        "port_metered": ["1"],
        "port_load": {"1": 0.5},
    }
    call = Call("statistic", "", 0.1, value, "", "", at=at)
    pdu.note(call)
    with db.writing() as connection:
        keep(connection, pdu, call)


def test_stored_and_thinned_readings_are_unchanged() -> None:
    db = Database(None)
    try:
        store = Store(db, Sealer(None))
        pdu = pdu_of(store)
        for minute in range(600):
            jump = 5000 if minute > 302 else 0  # to the counter of another device
            meter(
                db,
                pdu,
                NOW - 60.0 * (600 - minute),
                100 + minute / 3 + jump,
                load=None if minute == 3 else 1.25,
            )
        pdu.changes = [NOW - 60.0 * (600 - 302.5)]
        store.save(pdu)
        before = series(db, pdu.id, 0.0)
        assert before[3].load is None and before[4] == Reading(NOW - 60.0 * 596, 1.25, 100 + 4 / 3)
        outlet = series(db, pdu.id, 0.0, "1")
        assert (
            outlet[4] == Reading(before[4].at, 0.5, (100 + 4 / 3) / 2)
            and series(db, pdu.id, 0.0, "9") == []
        )
        assert thin(db, NOW) > 600
        after: set[Reading] = set(series(db, pdu.id, 0.0))
        assert after < set(before) and set(series(db, pdu.id, 0.0, "1")) < set(outlet)
        assert used(before, pdu.changes) == pytest.approx(598 / 3, rel=1e-12)
        assert used(sorted(after), pdu.changes) == pytest.approx(598 / 3, rel=1e-12)
        assert thin(db, NOW) == 0
    finally:
        db.close()


def test_a_failed_write_names_its_reason_and_changes_nothing() -> None:
    db = Database(None)
    try:
        (pages,) = db.rows("PRAGMA page_count")[0]
        db.rows(f"PRAGMA max_page_count = {pages}")  # as on a full disk
        with pytest.raises(sqlite3.OperationalError, match="is full"):
            db.write("INSERT INTO server (name, bmc) VALUES (?, '')", ("x" * 100_000,))
        with pytest.raises(sqlite3.IntegrityError), db.writing() as connection:
            connection.execute("PRAGMA defer_foreign_keys = ON")  # the COMMIT fails
            connection.execute("INSERT INTO feed VALUES (9, 9, '1')")
        db.write("INSERT INTO server (name, bmc) VALUES ('after', '')")
        assert (
            db.rows("SELECT name FROM server") == [("after",)]
            and db.rows("SELECT * FROM feed") == []
        )
    finally:
        db.close()


def test_energy_used_needs_two_readings_of_one_device() -> None:
    def of(*counts: Optional[float], changes: Sequence[float] = ()) -> Optional[float]:
        rows: list[Reading] = [Reading(float(at), None, count) for at, count in enumerate(counts)]
        return used(rows, changes)

    assert of() is None and of(5.0) is None and of(None, 5.0) is None
    assert of(5.0, 7.5) == 2.5 and of(5.0, None, 7.0, 1.0, 2.0) == 3.0
    assert (
        of(5.0, 900.0, changes=[0.5]) is None and of(5.0, None, 900.0, 902.0, changes=[0.5]) == 2.0
    )
