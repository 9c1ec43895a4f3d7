"""SET to a replayed recording (RFC 3416, 4.2.5): the error of each write, and what it changes."""

from __future__ import annotations

import pytest

from pdu.recordings.snmp.recorded_rows import SnmpRow, arcs, detect_device
from pdu.recordings.snmp.unit import RecordedUnit
from tests import recordings

INTEGER, OCTETS, GAUGE = 2, 4, 66
#: rPDU2OutletSwitchedControlCommand, 1 on, 2 off, and rPDU2OutletSwitchedStatusState (PowerNet-MIB)
_CONTROL = arcs("1.3.6.1.4.1.318.1.1.26.9.2.4.1.5.1")
_STATE = arcs("1.3.6.1.4.1.318.1.1.26.9.2.3.1.5.1")


@pytest.fixture
def unit() -> RecordedUnit:
    rows = {
        arcs(oid): SnmpRow(row.tag, row.value)
        for oid, row in recordings.fixture("apc-rpdu2").rows.items()
    }
    return RecordedUnit(rows, detect_device(rows))


@pytest.mark.parametrize(
    "oid, value, error",
    [
        (_CONTROL, SnmpRow(INTEGER, 2), ""),
        (_CONTROL, SnmpRow(INTEGER, 77), "notWritable"),
        (_CONTROL, SnmpRow(GAUGE, 2), "wrongType"),
        (_CONTROL, SnmpRow(OCTETS, b"2"), "wrongType"),
        (_STATE, SnmpRow(INTEGER, 1), "notWritable"),
        (_STATE, SnmpRow(OCTETS, b"1"), "wrongType"),
        (arcs("1.3.6.1.4.1.318.9.9.9"), SnmpRow(INTEGER, 2), "notWritable"),
    ],
)
def test_each_write_gets_its_error_and_only_a_command_changes_the_state(
    oid: tuple[int, ...], value: SnmpRow, error: str, unit: RecordedUnit
) -> None:
    state, row = unit.get(_STATE), unit.get(oid)
    assert state is not None and state.raw == 2  # on
    assert unit.set([(oid, value)]) == (error, 0)
    after = unit.get(_STATE)
    assert after is not None and after.raw == (2 if error else 1)
    assert unit.get(oid) == (row if error else value)
    assert len(unit.writes) == 1 and unit.writes[0].endswith(error or "outlet 1 off")
