"""The lines of a meter's journal: what is written is what is read."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, Optional

import pytest
from hypothesis import given, strategies as st

from pdu.energy.journal.journal_format import (
    BAD,
    JournalPoll,
    LateRounds,
    LostPolls,
    MeterStart,
    UnitDeclaration,
    boot_of,
    declared_by,
    is_poll,
    new_chain,
    number_of_poll,
    poll_columns,
    time_of,
    why_new_chain,
)
from pdu.energy.journal.journal_index import line_parser
from pdu.pdus.outlet_figures import JOURNAL_FIGURES
from pdu.pdus.states import DOWN, UNKNOWN, UP

_TEXT = st.text(max_size=20)
_FIGURE = st.none() | st.floats(-1e9, 1e9)
_TIME = st.floats(0.0, 4e9)
_PAIR = st.tuples(_TIME, _TIME)
_STATE = st.sampled_from((UP, DOWN, UNKNOWN))
_DECLARATIONS = st.builds(
    UnitDeclaration,
    st.integers(0, 10**6),
    *[_TEXT] * 6,
    st.none() | st.floats(0.001, 100.0),
    st.lists(_TEXT, max_size=5),
    st.lists(_TEXT, max_size=5),
    st.lists(st.tuples(_TEXT, _TEXT, st.none() | st.floats(0.0, 1e3)).map(list), max_size=3),
)

_UNIT = UnitDeclaration(1, "rack 1", "snmp", "192.0.2.8", "acme", "A1", "1.0", None, []).record()


def body(record: dict[str, Any]) -> bytes:
    """A line of a journal without its hash, as `core.files.journal` writes it."""
    return json.dumps(record, separators=(",", ":"), allow_nan=False).encode()[1:]


def read_back(record: dict[str, Any]) -> Any:
    return line_parser()(b"{" + body(record))


@st.composite
def polls(draw: st.DrawFn) -> tuple[int, list[JournalPoll]]:
    """Polls of one unit, and how many outlets it has. A list is whole, or was not read."""
    outlets, meters = draw(st.integers(0, 4)), draw(st.integers(0, 3))
    figures: st.SearchStrategy[list[Optional[float]]] = st.just([]) | st.lists(
        _FIGURE, min_size=outlets, max_size=outlets
    )
    one = st.builds(
        JournalPoll,
        st.integers(0, 10**6),
        _PAIR,
        _PAIR,
        st.sampled_from((None, False, True)),
        *[_FIGURE] * 3,
        st.fixed_dictionaries({figure: figures for figure in JOURNAL_FIGURES}),
        st.lists(_FIGURE, min_size=meters, max_size=meters),
        st.none() | st.lists(_STATE, min_size=outlets, max_size=outlets),
        st.integers(0, 100),
        st.none() | st.tuples(_TEXT, _TEXT),
        _FIGURE,
    )
    return outlets, draw(st.lists(one, min_size=1, max_size=6))


def row(own: Optional[float], each: Sequence[Optional[float]], outlets: int) -> list[Any]:
    """A row as it is to be read: None where nothing was reported."""
    return [own, *(each or [None] * outlets)]


def rounded(values: Sequence[Optional[float]]) -> list[Optional[float]]:
    return [None if one is None else round(one, 3) for one in values]


def known(column: Any) -> list[list[Optional[float]]]:
    return [[None if math.isnan(one) else float(one) for one in line] for line in column]


@given(polls())
def test_polls_are_read_as_they_were_written(made: tuple[int, list[JournalPoll]]) -> None:
    outlets, written = made
    bodies = [body(one.record()) for one in written]
    assert all(map(is_poll, bodies))
    assert [*map(number_of_poll, bodies)] == [one.number for one in written]
    found = poll_columns([read_back(one.record()) for one in written], outlets)
    for place, one in enumerate(written):
        assert known(found.times)[place] == rounded([*one.utc, one.mono[0], one.uptime_s])
        kwh, amperes, watts = (one.figures[figure] for figure in JOURNAL_FIGURES)
        # an energy is evidence: not a digit is lost
        assert known(found.energy_kwh)[place] == row(one.energy_kwh, kwh, outlets)
        assert known(found.current_a)[place] == rounded(row(one.load_a, amperes, outlets))
        assert known(found.power_w)[place] == rounded(row(one.power_w, watts, outlets))
        assert found.sync_states[place] is one.is_synced
        assert bool(found.has_error[place]) is (one.error is not None)


@given(_DECLARATIONS)
def test_a_declaration_is_read_as_it_was_written(written: UnitDeclaration) -> None:
    record = read_back(written.record())
    assert declared_by(record) == written
    assert boot_of(record) is None and not is_poll(body(written.record()))


@given(st.builds(MeterStart, _TEXT, _TEXT, _TIME, _TIME, _TIME, st.integers(0, 10**6)), _TEXT)
def test_other_lines_are_read_as_they_were_written(start: MeterStart, why: str) -> None:
    record = read_back(start.record())
    assert boot_of(record) == start.boot and declared_by(record) is None
    assert time_of(record) == round(start.utc, 3)
    assert why_new_chain(read_back(new_chain(why))) == why and why_new_chain(record) == ""
    for line in (LostPolls(3, 1.0, 2.0, why), LateRounds(2, 2.0, 1.0)):
        assert time_of(read_back(line.record())) == 2.0 and not is_poll(body(line.record()))
        assert boot_of(line.record()) is None and declared_by(line.record()) is None


def test_lines_are_those_of_docs_dev_energy_md() -> None:
    assert MeterStart("1.0", "boot", 1.00049, 2.5, 300.0, 5).record() == {
        "meter": 1,
        "version": "1.0",
        "boot": "boot",
        "utc": 1.0,
        "mono": 2.5,
        "every": 300.0,
        "repaired": 5,
    }
    assert LostPolls(3, 1.0, 2.0, "full").record() == {
        "lost": 3,
        "utc": [1.0, 2.0],
        "reason": "full",
    }
    assert LateRounds(2, 300.0, 600.0).record() == {"late": 2, "utc": [300.0, 600.0]}
    assert new_chain("why") == {"anew": "why"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"meter": 2, "boot": "b"},
        {"meter": 1},
        {"meter": 1, "boot": 7},
        {"unit": 1},
        {**_UNIT, "outlets": "12"},
        {**_UNIT, "serial": None},
        {**_UNIT, "accuracy": True},
        {**_UNIT, "accuracy": 101.0},
    ],
)
def test_a_line_that_no_meter_writes_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(BAD):
        boot_of(wrong)
        declared_by(wrong)
