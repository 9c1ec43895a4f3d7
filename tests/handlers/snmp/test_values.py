"""Tables that end before their count, and doubts whose object is missing."""

from __future__ import annotations

import pytest

from handlers.shared.errors import ProtocolError
from handlers.snmp.device import SnmpDevice, all_outlets
from handlers.snmp.outlets import Outlets
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources import Column, Complete, Prefixed, Scalar, UpToCount
from handlers.snmp.sources.base import counted_by
from handlers.snmp.sources.choices import IfComplete
from handlers.snmp.sources.filters import lacks_first_row
from handlers.snmp.states import Doubt, State
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.memory import Value, filled, reader, table

A, B = Column("1.3.1"), Column("1.3.2")


@pytest.mark.parametrize(
    "rows, lacks",
    [
        pytest.param(("1", "2", "3"), False, id="rows 1 to 3"),
        pytest.param(("1", "3", "4"), True, id="row 2 is absent, and row 4 is not counted"),
        pytest.param(("2", "3", "4"), True, id="row 1 is absent, and row 4 is not counted"),
        pytest.param(("1", "3", "a"), False, id="no numbers: nothing tells which are counted"),
        pytest.param(("1", "3", "\u0664"), False, id="a digit outside ASCII is no number"),
        pytest.param(("0", "1", "3"), False, id="from 0: nothing tells which are counted"),
        pytest.param(("1", "3", "5"), False, id="two gaps: the table is not numbered 1, 2, 3"),
    ],
)
def test_a_table_that_lacks_a_row_up_to_its_count_is_not_complete(
    rows: tuple[str, ...], lacks: bool
) -> None:
    """The device counts 3 rows, and the table has 3: one may be absent, and one not counted."""
    identities = [f"1.{row}" for row in rows]
    assert lacks_first_row(identities, 3) is lacks


@pytest.mark.parametrize(
    "rows, lacks",
    [
        pytest.param(("1", "2", "3"), False, id="rows 1 to 3"),
        pytest.param(("1", "3", "4"), True, id="row 2 is absent, and row 4 is not counted"),
        pytest.param(("2", "3", "4"), True, id="row 1 is absent, and row 4 is not counted"),
        pytest.param(("0", "1", "3"), False, id="from 0: nothing tells which are counted"),
        pytest.param(("1", "3", "5"), False, id="two gaps: the table is not numbered 1, 2, 3"),
    ],
)
def test_a_row_that_a_table_lacks_up_to_its_count_is_added(
    rows: tuple[str, ...], lacks: bool
) -> None:
    """As above, by the object that counts the rows: the absent one is listed, as a lost one."""
    count = "1.3.9.0"
    device = {**table(A.oid, dict.fromkeys(rows, 5)), count: 3}
    complete_rows = filled(Complete(A, count=Scalar(count)), device)
    assert (len(complete_rows) > len(rows)) is lacks


@pytest.mark.parametrize(
    "optional, rows, expected",
    [
        pytest.param(False, {}, EnumPowerStatus.UNKNOWN, id="no doubts"),
        pytest.param(True, {}, EnumPowerStatus.UP, id="no doubts, which are optional"),
        pytest.param(False, {"1": 0}, EnumPowerStatus.UP, id="no doubt of this outlet"),
        pytest.param(True, {"1": 0}, EnumPowerStatus.UP, id="no doubt of this outlet, optional"),
        pytest.param(False, {"2": 0}, EnumPowerStatus.UNKNOWN, id="of another outlet alone"),
        pytest.param(True, {"2": 0}, EnumPowerStatus.UNKNOWN, id="of another alone, optional"),
    ],
)
def test_a_doubt_of_which_the_device_has_nothing_stays_unless_it_is_optional(
    optional: bool, rows: dict[str, Value], expected: EnumPowerStatus
) -> None:
    state = State(A, on=("1",), off=("2",), doubts=(Doubt(B, ("0",), optional),))
    device = reader({"1.3.1.1": 1, **table("1.3.2", rows)})
    assert state.state_of(device, "1").state is expected
    assert state.read_from(device)["1"] is expected


COUNT = Scalar("1.3.9.0")
NO_COUNTS = (65535, 2**32 - 1, 2**31 - 1, 32767, -1, "2.5", "two", "")


@pytest.mark.parametrize("value", NO_COUNTS)
def test_what_is_no_count_is_believed_by_no_part_that_counts(value: Value) -> None:
    """A register that is filled up counts nothing: rows are neither wanted beyond the table's nor
    taken as proven by it."""
    assert counted_by(value) is None
    device = {**table(A.oid, {"1": 5, "2": 6}), COUNT.oid: value}
    rows = {"1": 5, "2": 6}
    assert filled(Complete(A, count=COUNT), device) == rows
    assert filled(UpToCount(A, COUNT), device) == rows
    with pytest.raises(ProtocolError):
        filled(UpToCount(A, COUNT, count_is_required=True), device)
    assert [*filled(IfComplete(A, COUNT), device)] == ["."]
    outlets = Outlets(states=State(A, on=("5",), off=("6",)), count=COUNT)
    unit = SnmpDevice(PROFILES[0], outlets, {}, reader(device), is_counted=False)
    assert [*all_outlets(unit)] == ["1", "2"]


@pytest.mark.parametrize(
    "rows, position, lost",
    [
        pytest.param("1 2 3", -1, "", id="rows from 1"),
        pytest.param("0 1", -1, "", id="rows from 0"),
        pytest.param("2 3", -1, ".", id="no row 1"),
        pytest.param("1.1 1.2 2.2 2.3", -1, "2.", id="no row 1 of unit 2"),
        pytest.param("1.50.51 2.48.49 3.48.49", 0, "48.49.", id="no row 1 of a unit behind it"),
        pytest.param("", -1, "", id="no table"),
        pytest.param("2 3", -2, "", id="no arc there"),
    ],
)
def test_without_the_first_row_of_a_table_that_is_numbered_from_one_a_row_is_lost(
    rows: str, position: int, lost: str
) -> None:
    device = table(A.oid, dict.fromkeys(rows.split(), 5))
    complete_rows = filled(Complete(A, from_one=position), device)
    assert [*complete_rows] == [*rows.split(), *lost.split()]


def test_a_row_with_a_name_in_place_of_a_number_is_not_looked_for() -> None:
    device = table(A.oid, {"1": 5})
    complete_rows = filled(Complete(Prefixed("B", A), from_one=0), device)
    assert [*complete_rows] == ["B.1"]
