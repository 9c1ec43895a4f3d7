"""SET to a replayed recording (RFC 3416, 4.2.5): the error of each write, and what it changes."""

from __future__ import annotations

import pytest

from pdu.recordings.snmp.recorded_rows import SnmpRow, arcs, detect_device
from pdu.recordings.snmp.unit import SnmpUnit
from tests import recordings

INTEGER, OCTETS, GAUGE = 2, 4, 66
#: rPDU2OutletSwitchedControlCommand, 1 on, 2 off, and rPDU2OutletSwitchedStatusState (PowerNet-MIB)
_CONTROL = arcs("1.3.6.1.4.1.318.1.1.26.9.2.4.1.5.1")
_STATE = arcs("1.3.6.1.4.1.318.1.1.26.9.2.3.1.5.1")


@pytest.fixture
def unit() -> SnmpUnit:
    """The unit of the fixture apc-rpdu2; its outlet 1 is on."""
    rows = {}
    for oid, row in recordings.fixture("apc-rpdu2").rows.items():
        rows[arcs(oid)] = SnmpRow(row.tag, row.value)
    return SnmpUnit(rows, detect_device(rows))


def test_a_command_changes_the_state(unit: SnmpUnit) -> None:
    off = SnmpRow(INTEGER, 2)

    error = unit.set([(_CONTROL, off)])

    assert error == ("", 0)
    state = unit.get(_STATE)
    assert state is not None and state.raw == 1  # off
    assert unit.get(_CONTROL) == off
    (write,) = unit.writes
    assert write.endswith("outlet 1 off")


@pytest.mark.parametrize(
    "oid, value, error",
    [
        pytest.param(_CONTROL, SnmpRow(INTEGER, 77), "notWritable", id="no command"),
        pytest.param(_CONTROL, SnmpRow(GAUGE, 2), "wrongType", id="command as a Gauge"),
        pytest.param(_CONTROL, SnmpRow(OCTETS, b"2"), "wrongType", id="command as a text"),
        pytest.param(_STATE, SnmpRow(INTEGER, 1), "notWritable", id="state"),
        pytest.param(_STATE, SnmpRow(OCTETS, b"1"), "wrongType", id="state as a text"),
        pytest.param(
            arcs("1.3.6.1.4.1.318.9.9.9"), SnmpRow(INTEGER, 2), "notWritable", id="no object"
        ),
    ],
)
def test_each_other_write_gets_its_error_and_changes_nothing(
    oid: tuple[int, ...], value: SnmpRow, error: str, unit: SnmpUnit
) -> None:
    row = unit.get(oid)

    assert unit.set([(oid, value)]) == (error, 0)

    state = unit.get(_STATE)
    assert state is not None and state.raw == 2  # on
    assert unit.get(oid) == row
    (write,) = unit.writes
    assert write.endswith(error)
