"""A column that is walked late shows what an earlier answer of its table lacks: figures, lines and
reasons are as if it had been walked first, whether power is read or not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from handlers.dcimanager.views import Figures
from handlers.shared.errors import ProtocolError
from handlers.shared.meter_figures import NotKnown
from handlers.snmp import detection, metering
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import FIGURES, VIEW_FIGURES
from pdu.inspection.snmp.topology import parts_of_device
from tests.handlers.snmp import recorded, units
from tests.handlers.snmp.memory import Memory, Value, of_rows, plain
from tests.simulators.snmp_units import Fixture, fixture

WITH_POWER = pytest.mark.parametrize("with_power", [False, True])


class FailedWalk(Memory):
    """A device that answers a walk of one column with rows that repeat."""

    def __init__(self, objects: Mapping[str, Value], column: str) -> None:
        super().__init__(objects)
        self._column = column

    def walk(self, oid: str) -> Mapping[str, Value]:
        rows = super().walk(oid)
        if oid == self._column:
            raise ProtocolError("a row is repeated", "192.0.2.1", "walk")
        return rows


def computed_from(unit: Fixture, column: str) -> list[str]:
    return [oid for oid in unit.rows if oid.startswith(f"{column}.")]


def statistic(unit: Fixture, device: Memory, *, with_power: bool) -> Figures:
    snmp_device = units.find(unit, device, FIGURES if with_power else VIEW_FIGURES)
    return metering.read_statistic(snmp_device, with_power=with_power)


@WITH_POWER
def test_a_walk_that_failed_is_an_error_and_no_total_that_is_not_known(with_power: bool) -> None:
    """APC Easy PDU: a column of the devices, of whose table another column has no row."""
    unit = fixture("apc-easy-epdu_metered")
    column = "1.3.6.1.4.1.318.1.1.30.2.1.1.11"
    device = FailedWalk({oid: plain(row) for oid, row in unit.rows.items()}, column)

    with pytest.raises(ProtocolError, match="a row is repeated"):
        statistic(unit, device, with_power=with_power)

    assert device.asked.count(f"walk {column}") == 1


def test_a_line_whose_current_is_lost_is_a_line() -> None:
    """APC rPDU2: rPDU2PhaseStatusCurrent is the first column that the lines need."""
    unit = fixture("apc-rpdu2")
    device = units.memory(unit)
    labels = [part.label for part in parts_of_device(units.find(unit, device))]

    with device.without(computed_from(unit, "1.3.6.1.4.1.318.1.1.26.6.3.1.5")):
        parts = parts_of_device(units.find(unit, device))

    assert [part.label for part in parts] == labels
    assert all(isinstance(part.current_a, NotKnown) for part in parts)


@pytest.mark.parametrize("name", ["hpe-mapdu_pdu3", "apc-cpdu"])
def test_a_row_of_padding_is_no_outlet_without_the_name_or_key_that_marks_it(name: str) -> None:
    """Recorded units whose meters have rows beyond their outlets."""
    rows = recorded.rows(name)
    device = of_rows(rows)
    outlets = detection.detect(device, PROFILES).states.keys()
    metering.read_statistic(detection.detect(device, PROFILES, FIGURES))
    padding: list[str] = []
    for column in device.walked_columns():
        last_rows = [oid for oid in rows if oid.startswith(f"{column}.")][-1:]
        with device.without(last_rows):
            try:
                figures = metering.read_statistic(detection.detect(device, PROFILES, FIGURES))
            except ProtocolError:
                continue
        if not figures.ports.keys() <= outlets:
            padding.append(column)
    assert padding == []
