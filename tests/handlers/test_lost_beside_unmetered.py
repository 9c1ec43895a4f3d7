"""A sum of which one part was lost and another has no meter is not known, at each door: what was
lost may be why the other seems to have no meter."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Callable

import pytest

from handlers.http.dialogue import Outlet, outlet_sums
from handlers.nut import outlets as nut
from handlers.nut.devices import ListedDevice, figures_of
from handlers.nut.settings import SETTINGS
from handlers.shared.meter_figures import (
    ExactFigure,
    Figure,
    MeterFigures,
    NotKnown,
    NotMetered,
    exact_sum_if_complete,
    largest,
    sum_if_complete,
    sum_of_parts,
)
from handlers.shared.settings import Settings
from handlers.snmp.arcs import Arcs
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Column
from handlers.snmp.totals import Total
from tests.handlers.raritan.unit_table import changed_unit
from tests.handlers.redfish.tree import Tree, handler, outlet, serving, unit
from tests.handlers.snmp.memory import table, tables

LOST = NotKnown("no answer")
PARTS: Sequence[Figure] = (1.0, None, NotMetered("it has two feeds"), LOST)


def _exact(part: Figure) -> ExactFigure:
    return Decimal(str(part)) if isinstance(part, float) else part


def _of_snmp_rows(parts: Sequence[Figure]) -> ExactFigure:
    rows = {str(number): _exact(part) for number, part in enumerate(parts, 1)}
    return Total(else_outlets=True).read(tables({}), None, rows)


SUMS: Mapping[str, Callable[[Sequence[Figure]], object]] = {
    "sum_if_complete": sum_if_complete,
    "largest": largest,
    "sum_of_parts": lambda parts: sum_of_parts("outlet", dict(zip("123", parts))),
    "exact_sum_if_complete": lambda parts: exact_sum_if_complete(map(_exact, parts)),
    "the outlets of an SNMP unit": _of_snmp_rows,
}


@pytest.mark.parametrize("join", SUMS.values(), ids=SUMS)
def test_a_lost_part_alone_decides_that_a_sum_is_not_known(
    join: Callable[[Sequence[Figure]], object],
) -> None:
    for count in (1, 2, 3):
        for parts in itertools.product(PARTS, repeat=count):
            assert isinstance(join(parts), NotKnown) is (LOST in parts), parts


def _raritan() -> Figure:
    changes = (
        "pdu.0 getSensors/activeEnergy = null",
        "inlet.0 getSensors/activeEnergy = null",
        "O0ActiveEnergy = invalid",
        "O1ActiveEnergy = HTTP 404",
    )
    with changed_unit(" & ".join(changes)) as device:
        return device.handler().measured().energy_kwh


def _redfish() -> Figure:
    outlets = [outlet("1"), outlet("2", EnergykWh={"Reading": None})]
    with serving(Tree(unit(outlets))) as address:
        return handler(address).measured().energy_kwh


def _codec() -> Figure:
    outlets = [
        Outlet("1", figures=MeterFigures()),
        Outlet("2", figures=MeterFigures(energy_kwh=LOST)),
    ]
    return outlet_sums(outlets).energy_kwh


def _nut() -> Figure:
    """A PDU without a meter, and one whose energy is no number."""
    devices: list[ListedDevice] = []
    for name, variables in {"first": {}, "second": {"input.energy": ""}}.items():
        device = nut.decode_outlets(
            {"device.type": "pdu", "outlet.1.status": "on", **variables},
            [],
            {},
            Settings({}, SETTINGS),
        )
        devices.append(ListedDevice(prefix=name, name=name, device=device))
    return figures_of(devices).energy_kwh


def _chain_of_snmp_units(outlets: Mapping[str, ExactFigure], units: Mapping[str, int]) -> object:
    """The load of a chain: unit 1 shows no number, unit 2 has no row."""
    rows = table("1.3.1", {"1.1": "-"})
    total = Total((Measurement(Column("1.3.1")),), unit=Arcs(stop=1), units=Column("1.3.2"))
    return total.read(tables({**rows, **table("1.3.2", units)}), None, outlets)


DOORS: Mapping[str, Callable[[], object]] = {
    "outlets of Raritan": _raritan,
    "outlets of Redfish": _redfish,
    "outlets of a codec": _codec,
    "devices of NUT": _nut,
    "units of an SNMP chain": lambda: _chain_of_snmp_units({}, {"1": 1, "2": 1}),
    "units of an SNMP chain with outlets": lambda: _chain_of_snmp_units(
        {"1.1": None, "2.1": None}, {"1": 1, "2": 1}
    ),
}


@pytest.mark.parametrize("total", DOORS.values(), ids=DOORS)
def test_no_door_calls_a_lost_part_unmetered(total: Callable[[], object]) -> None:
    assert isinstance(total(), NotKnown)


def test_units_without_a_row_are_unmetered_only_if_each_is_certainly_without_a_meter() -> None:
    """Unit 2 is listed without a meter, unit 3 without a value: it may have lost its row."""
    total = Total((Measurement(Column("1.3.1")),), unit=Arcs(stop=1), units=Column("1.3.2"))
    rows = table("1.3.1", {"1.1": 5})
    unmetered = tables({**rows, **table("1.3.2", {"1": 1, "2": 1})})
    lost = tables({**rows, **table("1.3.2", {"1": 1, "2": 1, "3": ""})})
    assert total.read(unmetered, None) == NotMetered("unit 2 without a meter")
    assert isinstance(total.read(lost, None), NotKnown)
