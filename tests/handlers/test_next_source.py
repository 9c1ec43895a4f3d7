"""One unit at each door: its inlet shows 3 A and no energy, its two outlets show 10 and 20 kWh.

What a protocol says for "I do not have this" leads to the next source; what it says for "not now"
is not known (handlers/shared/meter_figures.py, docs/certain.md).
"""

from __future__ import annotations

from typing import Callable

from handlers.jaws import decoding as jaws
from handlers.netio import decoding as netio
from handlers.nut import outlets as nut
from handlers.nut.settings import SETTINGS
from handlers.shared.meter_figures import Figure, NotKnown
from handlers.shared.settings import Settings
from tests.handlers import codecs
from tests.handlers.raritan.described import L1, Described, handler_of
from tests.handlers.redfish.tree import Json, Tree, handler, outlet, serving, unit

_KWH = (10.0, 20.0)


def _raritan() -> Figure:
    """A null reference: the inlet has no such sensor."""
    described = Described()
    described.inlet({"current": 3.0}, {L1: 3.0})
    described.outlets([1.0, 2.0], [kwh * 1000 for kwh in _KWH])
    return handler_of(described).measured().energy_kwh


def _redfish() -> Figure:
    """The property is missing."""
    path = "/redfish/v1/PowerEquipment/RackPDUs/1/Mains"
    outlets: list[Json] = []
    for number, kwh in enumerate(_KWH, 1):
        outlets.append(outlet(str(number), EnergykWh={"Reading": kwh}))
    resources = unit(outlets, Mains={"@odata.id": path})
    resources[path] = {"Members": [{"Id": "AC1", "CurrentAmps": {"Reading": 3.0}}]}
    with serving(Tree(resources)) as address:
        return handler(address).measured().energy_kwh


def _netio() -> Figure:
    """GlobalMeasure has no TotalEnergy."""
    outputs = [
        {"ID": number, "State": 1, "Energy": kwh * 1000} for number, kwh in enumerate(_KWH, 1)
    ]
    document = {
        "Agent": {"NumOutputs": 2},
        "GlobalMeasure": {"TotalCurrent": 3000},
        "Outputs": outputs,
    }
    return codecs.read(netio, {"/netio.json": document}).energy_kwh


def _jaws() -> Figure:
    """The cord has no energy."""
    usual = {"state": "On", "status": "Normal"}
    outlets = [
        {"id": f"AA{number}", "energy": kwh + 0.5, **usual} for number, kwh in enumerate(_KWH, 1)
    ]
    answers = {
        jaws.OUTLETS: outlets,
        jaws.UNITS: [{"id": "A", "status": "Normal"}],
        jaws.LINES: [{"id": "AA1", "current": 3, **usual}],
        jaws.CORDS: [{"id": "AA", "power_capacity": 7000, **usual}],
    }
    return codecs.read(jaws, answers).energy_kwh


def _nut() -> Figure:
    """The list would be the same if the driver had just failed to read the inlet's counter."""
    variables = {"device.type": "pdu", "driver.name": "snmp-ups", "input.current": "3"}
    for number, kwh in enumerate(_KWH, 1):
        variables[f"outlet.{number}.status"] = "on"
        variables[f"outlet.{number}.energy"] = str(kwh * 1000)
    return nut.decode_outlets(variables, [], {}, Settings({}, SETTINGS)).energy_kwh


DOORS: dict[str, tuple[Callable[[], Figure], object]] = {
    "raritan": (_raritan, 30.0),
    "redfish": (_redfish, 30.0),
    "netio": (_netio, 30.0),
    # a fraction shows that it counts in kWh
    "jaws": (_jaws, 31.0),
}


def test_a_unit_without_an_energy_at_its_inlet_has_that_of_its_outlets() -> None:
    expected = {door: energy for door, (_, energy) in DOORS.items()}
    assert {door: read() for door, (read, _) in DOORS.items()} == expected


def test_over_nut_the_energy_is_not_known() -> None:
    assert isinstance(_nut(), NotKnown)
