"""Tables: read once and whole, with what the answers lack as NO_ANSWER."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

from handlers.shared.errors import ProtocolError
from handlers.snmp import metering
from handlers.snmp.cells import NO_ANSWER, Missing, Rows
from handlers.snmp.computed import Complete
from handlers.snmp.controls import cell_of
from handlers.snmp.device import NOT_DECIDED, SnmpDevice
from handlers.snmp.filters import of_units, one_of, where
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Column, PerUnit, Scalar, Span, Spread
from handlers.snmp.outlets import Outlets
from handlers.snmp.profiles import PROFILES
from handlers.snmp.tables import Tables, computed_from, tables_of_device
from tests.handlers.snmp.memory import Memory, Value, table, tables, tables_of

STATE, MARK, OTHER = Column("1.3.9.1.1"), Column("1.3.9.1.2"), Column("1.3.9.1.3")
SCALAR = Scalar("1.3.9.8.0")
FULL: Mapping[str, Value] = {"1": 10, "2": 20, "3": 30}


@computed_from(STATE, MARK, by_row=True)
def marked(tables: Tables) -> Rows:
    return where(tables[STATE], tables[MARK], one_of("1"))


def device(states: Mapping[str, Value], marks: Mapping[str, Value]) -> Memory:
    return Memory({**table(STATE.oid, states), **table(MARK.oid, marks)})


def wanted_of(memory: Memory, outlet: str = "") -> Tables:
    whole = tables_of_device(memory, sources=[marked]).of_known_family()
    return whole.one_row(outlet) if outlet else whole


def test_a_cell_that_is_missing_is_lost_beside_others_and_nothing_alone() -> None:
    memory = device({"1": 10, "2": 20}, {"1": 1})
    assert list(wanted_of(memory)[marked]) == ["1", "2"]
    assert isinstance(wanted_of(memory)[marked]["2"], Missing)
    # alone, a lost value would pass for an outlet
    for source in (STATE, MARK, marked):
        assert wanted_of(memory, "99")[source] == {}
    assert wanted_of(memory, "2")[marked] == {}


def test_an_outlet_alone_reads_its_own_cells_by_get() -> None:
    memory = device(FULL, dict.fromkeys(FULL, 1))
    assert wanted_of(memory, "2")[marked] == {"2": 20}
    assert memory.asked == [f"get {STATE.oid}.2", f"get {MARK.oid}.2"]


def test_a_function_that_needs_other_rows_has_all_of_them_for_one_outlet() -> None:
    highest = computed_from(STATE)(
        lambda tables: {row: str(len(tables[STATE])) for row in tables[STATE]}
    )
    assert tables(table(STATE.oid, FULL), "2")[highest] == {"2": "3"}
    assert tables(table(STATE.oid, FULL), "99")[highest] == {}


def test_a_table_is_read_with_all_columns_of_the_call_and_once() -> None:
    memory = device({"1": 10}, {"1": 1, "2": 1})
    read = tables_of_device(memory, sources=[STATE, MARK]).of_known_family()
    assert read[STATE] == {"1": 10, "2": NO_ANSWER}
    assert read[MARK] == {"1": 1, "2": 1}
    assert memory.asked == [f"walk {STATE.oid}", f"walk {MARK.oid}"]


def test_a_family_that_is_only_tried_reads_the_column_of_its_states_alone() -> None:
    memory = device({}, {"1": 1})
    assert tables_of_device(memory, sources=[marked])[STATE] == {}
    assert memory.asked == [f"walk {STATE.oid}"]


def test_an_empty_first_column_of_one_unit_of_a_chain_hides_no_unit() -> None:
    units = PerUnit("1.3.7", 1, 2, "2")
    marks = PerUnit("1.3.7", 1, 2, "3")
    objects = {**table("1.3.7.2.2", {"1": 5}), **table("1.3.7.1.3", {"1": 1})}
    read = tables_of_device(Memory(objects), sources=[units, marks]).of_known_family()
    assert read[units] == {"1.1": NO_ANSWER, "2.1": 5}
    assert read[marks] == {"1.1": 1, "2.1": NO_ANSWER}


@pytest.mark.parametrize("value, text", [(0, "0"), ("", ""), ("0", "0"), (None, "")])
def test_a_0_is_no_missing_value(value: Value, text: str) -> None:
    objects = {} if value is None else {SCALAR.oid: value}
    assert tables(objects).text(SCALAR) == text
    assert tables(objects).scalar(SCALAR) == value
    assert tables(objects)[SCALAR] == ({} if value is None else {"0": value})
    assert tables(table(STATE.oid, {"1": 0}), "1")[STATE] == {"1": 0}
    assert tables(table(STATE.oid, {"1": 0})).has_cell(STATE, "1")


def test_the_first_table_that_the_device_has_serves_each_row() -> None:
    objects = {**table(STATE.oid, {"1": 10}), **table("1.3.8.1", {"1": 1, "2": 2})}
    second = Column("1.3.8.1")
    assert tables(objects).first(STATE, second) == {"1": 10}
    assert tables(objects, "2").first(STATE, second) == {}  # its row in the other is another outlet
    assert tables(table("1.3.8.1", {"2": 2}), "2").first(STATE, second) == {"2": 2}


def test_a_new_reading_keeps_names_and_absent_columns_alone() -> None:
    absent = Column(OTHER.oid, optional=True)
    memory = device(FULL, FULL)
    first = tables_of_device(memory, sources=[STATE, absent]).of_known_family()
    assert (first[STATE], first[absent]) == (FULL, {})
    first.names(MARK.oid)
    memory.asked.clear()
    again = first.again()
    assert again[STATE] == FULL
    assert again.of_known_family()[absent] == {}
    assert again.names(MARK.oid) == FULL
    assert memory.asked == [f"walk {STATE.oid}", f"walk {absent.oid}"]


def test_a_value_in_an_error_is_short_or_says_that_it_holds_a_secret() -> None:
    class Secret(Memory):
        @staticmethod
        def quoted(words: str) -> str:
            if "s3" in words:
                return "(left out: it holds a secret, and this sentence is longer)"
            return words

    secret = tables_of(Secret({}))
    assert secret.quoted("x" * 90) == "x" * 80
    assert secret.quoted("x" * 90, 5) == "xxxxx"
    assert secret.quoted("my s3cret", 5).startswith("(left out: it holds a secret, and")
    # a secret that is cut off is looked for, too
    assert secret.quoted("x" * 90 + "s3cret", 5).startswith("(left out")


@given(st.text("0123456789.-+ ", max_size=5))
def test_a_spread_never_leaves_its_bounds_on_either_side(identity: str) -> None:
    spread = Spread("1.3.9", (Span(1, 24, 2),))
    inside = [str(number) for number in range(1, 25)]
    if identity in inside:
        # outlet 1 has the instance 2
        assert cell_of(tables({}), spread, identity) == f"1.3.9.{int(identity) + 1}.0"
    else:
        with pytest.raises(ProtocolError):
            cell_of(tables({}), spread, identity)


def test_the_units_of_a_hostile_table_are_found_row_by_row() -> None:
    """Comparing each row with each would take an hour."""
    many: dict[str, Value] = {str(n): n for n in range(60_000)}
    assert of_units({**many}, {**many}) == many
    read = tables(table(STATE.oid, many))
    assert read[Complete(STATE, count=STATE, gaps=True)].keys() > many.keys()


def test_the_meters_of_a_hostile_table_are_found_row_by_row() -> None:
    """Of outlets that have none, comparing each with each row would take an hour."""
    meter = Column("1.4.1")
    outlets = Outlets(rows=STATE, current=Measurement(meter))
    rows = {**table(STATE.oid, {f"1.{n}": 1 for n in range(30_000)})}
    read = tables({**rows, **table(meter.oid, {f"2.{n}": 1 for n in range(30_000)})})
    decisions = dict.fromkeys(read[STATE], NOT_DECIDED)
    assert metering.read_statistic(SnmpDevice(PROFILES[0], outlets, decisions, read)).ports == {}
