"""Units of three generations share the tree 30966.10.2: only those of the MS-PDU are read. A MIB
with an object for each outlet has no outlets at other depths, in any family."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from handlers.shared.errors import PduHandlerError, ProtocolError
from handlers.snmp import detection, metering
from handlers.snmp.controls import cell_of
from handlers.snmp.objects import Column
from handlers.snmp.parts import parts_of
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import FIGURES, VIEW_FIGURES, ReadScope
from tests.handlers.snmp.memory import Memory, Value, tables

TREE = "1.3.6.1.4.1.30966.10.2"
SYSTEM: Mapping[str, Value] = {
    "1.3.6.1.2.1.1.1.0": "PDU",
    "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.30966",
    "1.3.6.1.2.1.1.3.0": 1,
}
VOLTS_AND_TENTHS_OF_A = (230, 231, 229, 34, 12, 7)


def unit(third: Value, states: Mapping[str, Value]) -> Memory:
    """A unit with this object 10.2.1.3, and these below 10.2.4."""
    objects = {**SYSTEM, f"{TREE}.1.1.0": "rack 9", f"{TREE}.1.3.0": third}
    for number, value in enumerate(VOLTS_AND_TENTHS_OF_A, 1):
        objects[f"{TREE}.2.{number}.0"] = value
    objects.update({f"{TREE}.3.{number}.0": 25 for number in range(1, 7)})
    objects.update({f"{TREE}.4.{row}": value for row, value in states.items()})
    return Memory(objects)


NETPDU = {f"{group}.{number}.0": 3 for group in (1, 2, 3) for number in range(1, 9)}
ALARMS = {f"{number}.0": 0 for number in range(1, 13)}
OTHERS = [
    pytest.param("3", NETPDU, id="NETPDU-MIB, whose device type is a number"),
    pytest.param("MPDU", NETPDU, id="NETPDU-MIB"),
    pytest.param(9600, ALARMS, id="a metered unit, by its baud rate"),
    pytest.param(12, ALARMS, id="numbers in place of states"),
]


@pytest.mark.parametrize("scope", [FIGURES, VIEW_FIGURES], ids=["tools", "the view"])
@pytest.mark.parametrize("third, states", OTHERS)
def test_a_unit_of_another_generation_has_no_figures(
    third: Value, states: Mapping[str, Value], scope: ReadScope
) -> None:
    """What an MS-PDU has as its total is the voltage of line 2: 231 A were returned."""
    with pytest.raises(PduHandlerError):
        metering.read_statistic(detection.detect(unit(third, states), PROFILES, scope))


@pytest.mark.parametrize("third, states", OTHERS)
def test_a_unit_of_another_generation_has_no_outlets(
    third: Value, states: Mapping[str, Value]
) -> None:
    with pytest.raises(PduHandlerError):
        detection.detect(unit(third, states), PROFILES)


def columns_of_objects() -> list[Column]:
    """The columns of all families with an object for each outlet or line."""
    columns = [part for part in parts_of(PROFILES) if isinstance(part, Column)]
    return [column for column in columns if column.suffix.split(".")[-1] == "0"]


def test_an_object_at_another_depth_is_no_outlet() -> None:
    columns = columns_of_objects()
    assert len({column.oid for column in columns}) > 20
    for column in columns:
        objects = {
            f"{column.oid}.1.{column.suffix}": "ON",
            f"{column.oid}.1.1.{column.suffix}": "ON",
        }
        assert [*tables(objects)[column]] == ["1"], column
        assert tables(objects, "1.1")[column] == {}
        with pytest.raises(ProtocolError):
            cell_of(tables(objects), column, "1.1")
