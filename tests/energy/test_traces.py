"""What a proof does not show, and what is one register twice; and a run that was killed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pdu.energy.statement.traces import Trace, counted_twice, identity, missing
from tests.energy import statement_kills

DAY = 86400.0
_BEGIN = 1790812800.0  # 2026-10-01T00:00:00Z


def trace(
    pdu: str = "left",
    outlet: str = "3",
    units: Sequence[tuple[str, str]] = (("m", "s"),),
    kwh: Sequence[float] = (1.0, 2.0, 3.0),
    begin: float = _BEGIN,
    every: float = 3600.0,
) -> Trace:
    readings = [(begin + every * at, value) for at, value in enumerate(kwh)]
    return Trace(pdu, outlet, begin, begin + DAY, set(units), readings, (0, 0), ())


@pytest.mark.parametrize(
    "other",
    [
        trace("right"),
        trace(outlet="03"),
        trace("LEFT ", units=[("n", "t")]),
        trace("right", units=[("n", "s")], kwh=[1.0, 2.0, 3.1]),
        trace("right", outlet="003"),
    ],
)
def test_one_register_in_two_lines_is_named(other: Trace) -> None:
    assert "are one register at one time" in counted_twice([trace(), other])
    later = other._replace(begin=other.end, end=other.end + DAY)
    assert counted_twice([trace(), later]) == ""


@pytest.mark.parametrize(
    "other",
    [
        trace(outlet="4"),
        trace("right", units=[("n", "t")]),
        # a maker's serial number that all of its units have
        trace("right", units=[("n", "s")], kwh=[700.0, 701.0, 702.0]),
        # several units behind one address
        trace("right", units=[("m", "t")]),
    ],
)
def test_two_registers_are_two(other: Trace) -> None:
    assert counted_twice([trace(), other]) == ""


@pytest.mark.parametrize(
    ("units", "is_part"), [([("m", "s")], True), ([("n", "s")], False), ([("m", "t")], False)]
)
def test_an_inlet_has_the_outlets_of_its_unit(
    units: Sequence[tuple[str, str]], is_part: bool
) -> None:
    inlet = trace("right", "", units, [700.0, 701.5, 702.0])
    assert bool(counted_twice([trace(), inlet])) is is_part


def test_twenty_equal_rises_at_equal_times_are_no_chance() -> None:
    kwh = [float(at * at % 97 + at * 100) for at in range(22)]
    copy = trace("right", "8", [("n", "t")], [value + 5000.0 for value in kwh])
    assert counted_twice([trace(kwh=kwh), copy])
    assert not counted_twice([trace(kwh=kwh[:15]), copy._replace(readings=copy.readings[:15])])


def test_days_without_a_reading_are_counted() -> None:
    read = [(_BEGIN + 5.0, 1.0)]
    week = Trace("left", "3", _BEGIN, _BEGIN + 7 * DAY, set(), read, (0, 9), ())
    days, end, hidden = missing([week])
    assert end == "MISSING: no reading is shown after the end of left, outlet 3"
    assert days == (
        "MISSING: no reading is shown of 6 days (2026-10-02, 2026-10-03, 2026-10-04, ...) of left,"
        " outlet 3"
    )
    assert hidden == "HIDDEN, perhaps of this time: readings, 9 of left, outlet 3"
    one = trace()
    ended = [*one.readings, (one.end, 1e6)]
    assert missing([one._replace(readings=ended)]) == []
    (days,) = missing([one._replace(readings=[(_BEGIN - 3 * DAY, 0.5), *ended])])
    assert days.startswith(
        "MISSING: no reading is shown of 2 days (2026-09-29, 2026-09-30) of left"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("03", "3"),
        ("2.07", "2.7"),
        ("A01", "a1"),
        (" 7 ", "7"),
        ("0", "00"),
        ("r\u200b1", "r1"),
        ("\uff14", "4"),
        ("r\u00ad1\ufe0f", "R1"),
        ("r1\U000e0100", "r1"),
        ("r\u31641", "r1"),
    ],
)
def test_an_identity_has_one_spelling(one: str, other: str) -> None:
    assert identity(one) == identity(other)
    assert identity("3") != identity("30") and identity("1.1") != identity("11")


def test_a_killed_run_gives_no_number_twice_and_is_named(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """`python -m tests.energy.statement_kills` kills it at each step."""
    folder = tmp_path_factory.mktemp("kills")
    kept = statement_kills.prepared(folder)
    steps = statement_kills.steps_of(kept, folder / "whole")
    for at, share in enumerate((0.6, 0.95)):
        found = statement_kills.killed(kept, folder / str(at), int(share * steps))
        assert found.faults == []


@pytest.mark.parametrize(
    ("at", "is_hidden"), [(-1.0, False), (0.0, True), (DAY - 1, True), (DAY, False)]
)
def test_registers_of_its_own_time_are_counted_as_hidden(at: float, is_hidden: bool) -> None:
    """What flowed is hidden of others' time alone."""
    read = [(_BEGIN - 1.0, 1.0), (_BEGIN + DAY, 2.0)]
    line = Trace("left", "3", _BEGIN, _BEGIN + DAY, set(), read, (3, 3), [_BEGIN + at])
    assert any("HIDDEN" in text for text in missing([line])) == is_hidden
