"""One unit at each door: its inlet shows 3 A, its two outlets show 10 and 20 kWh, or the first
shows none. Its energy is what one law says (handlers/shared/meter_figures.py, docs/certain.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

import pytest

from handlers.jaws import decoding as jaws
from handlers.netio import decoding as netio
from handlers.nut import outlets as nut
from handlers.nut.settings import SETTINGS
from handlers.shared.meter_figures import (
    Figure,
    NotKnown,
    NotMetered,
    sum_of_parts,
)
from handlers.shared.settings import Settings
from tests.handlers import codecs
from tests.handlers.raritan.unit_table import changed_unit
from tests.handlers.redfish.tree import Json, Tree, handler, outlet, serving, unit

#: kWh of each outlet; None for one that cannot be read now
Outlets = Sequence[Optional[float]]


class Door(NamedTuple):
    """A protocol: the unit's energy, by that of its outlets and by what the inlet says."""

    energy: Callable[[Outlets, Any], Figure]
    #: the inlet says "I do not have this"
    absent: Any
    #: the inlet says "not now"
    lost: Any
    #: the inlet shows 40 kWh
    shown: Any


def _raritan(outlets: Outlets, inlet: str) -> Figure:
    changes = ["pdu.0 getSensors/activeEnergy = null", inlet]
    for number, kwh in enumerate(outlets):
        value = "invalid" if kwh is None else str(kwh * 1000)
        changes.append(f"O{number}ActiveEnergy = {value}")
    with changed_unit(" & ".join(changes)) as device:
        return device.handler().measured().energy_kwh


def _redfish(outlets: Outlets, inlet: Json) -> Figure:
    path = "/redfish/v1/PowerEquipment/RackPDUs/1/Mains"
    members = [
        outlet(str(number), EnergykWh={"Reading": kwh}) for number, kwh in enumerate(outlets, 1)
    ]
    resources = unit(members, Mains={"@odata.id": path})
    resources[path] = {"Members": [{"Id": "AC1", "CurrentAmps": {"Reading": 3.0}, **inlet}]}
    with serving(Tree(resources)) as address:
        return handler(address).measured().energy_kwh


def _netio(outlets: Outlets, totals: object) -> Figure:
    outputs = []
    for number, kwh in enumerate(outlets, 1):
        energy = None if kwh is None else kwh * 1000
        outputs.append({"ID": number, "State": 1, "Energy": energy})
    document = {"Agent": {"NumOutputs": 2}, "GlobalMeasure": totals, "Outputs": outputs}
    return codecs.read(netio, {"/netio.json": document}).energy_kwh


def _jaws(outlets: Outlets, cords: object) -> Figure:
    """Each outlet has 0.5 kWh more, which is taken off again: without a fraction, JAWS does not
    show whether it counts in kWh or Wh."""
    usual = {"state": "On", "status": "Normal"}
    rows = []
    for number, kwh in enumerate(outlets, 1):
        rows.append({"id": f"AA{number}", "energy": kwh and kwh + 0.5, **usual})
    answers = {
        jaws.OUTLETS: rows,
        jaws.UNITS: [{"id": "A", "status": "Normal"}],
        jaws.LINES: [{"id": "AA1", "current": 3, **usual}],
        jaws.CORDS: cords,
    }
    energy = codecs.read(jaws, answers).energy_kwh
    return 30.0 if energy == 10.5 + 20.5 else energy


def _nut(outlets: Outlets, inlet: Mapping[str, str]) -> Figure:
    variables = {"device.type": "pdu", "driver.name": "snmp-ups", **inlet}
    for number, kwh in enumerate(outlets, 1):
        variables[f"outlet.{number}.status"] = "on"
        if kwh is not None:
            variables[f"outlet.{number}.energy"] = str(kwh * 1000)
    return nut.decode_outlets(variables, [], {}, Settings({}, SETTINGS)).energy_kwh


_AMPERES = {"TotalCurrent": 3000}
_CORD = {"id": "AA", "power_capacity": 7000, "state": "On", "status": "Normal"}
DOORS: Mapping[str, Door] = {
    "Raritan": Door(
        _raritan,
        absent="inlet.0 getSensors/activeEnergy = null",
        lost="I0ActiveEnergy = error -32603",
        shown="I0ActiveEnergy = 40000",
    ),
    "Redfish": Door(
        _redfish,
        absent={},
        lost={"EnergykWh": None},
        shown={"EnergykWh": {"Reading": 40.0}},
    ),
    "NETIO": Door(_netio, absent=_AMPERES, lost={}, shown={**_AMPERES, "TotalEnergy": 40_000}),
    "JAWS": Door(_jaws, absent=[_CORD], lost=b"[", shown=[{**_CORD, "energy": 40}]),
    # an inlet with a meter may have a counter that its driver does not list now
    "NUT": Door(_nut, absent={}, lost={"input.current": "3"}, shown={"input.energy": "40000"}),
}


@pytest.mark.parametrize("door", DOORS)
def test_the_total_of_a_unit_is_decided_by_one_law(door: str) -> None:
    protocol = DOORS[door]
    assert protocol.energy([10.0, 20.0], protocol.shown) == 40.0
    assert protocol.energy([10.0, 20.0], protocol.absent) == 30.0
    assert isinstance(protocol.energy([10.0, 20.0], protocol.lost), NotKnown)
    assert isinstance(protocol.energy([None, 20.0], protocol.absent), NotKnown)


def test_a_sum_of_which_a_part_has_no_meter_is_not_metered_whatever_flows() -> None:
    """The reason names the parts. With a part that is not known now, the sum is not known."""
    lost = NotKnown("no answer")
    for flow in (0.0, 2.0):
        outlets: dict[str, Figure] = {"1": flow, "2": None, "3": None}
        assert sum_of_parts("outlet", outlets) == NotMetered("outlets 2, 3 do not meter it")
        assert sum_of_parts("PDU", {"1": flow, "2": None}, "; choose") == NotMetered(
            "PDU 2 does not meter it; choose"
        )
        assert sum_of_parts("PDU", {"1": flow, "2": None, "3": lost}) == lost
    reason = NotMetered("it has two feeds")
    two_feeds = NotMetered("PDU 2: it has two feeds")
    assert sum_of_parts("PDU", {"1": 2.0, "2": reason}) == two_feeds
    assert sum_of_parts("PDU", {"1": lost, "2": reason}) == lost
    assert sum_of_parts("PDU", {"2": reason}) == reason
    assert sum_of_parts("outlet", {"1": 0.1, "2": 0.2}) == 0.3
    assert sum_of_parts("outlet", {"1": 0.1, "2": lost}) == lost
    assert sum_of_parts("outlet", {"1": None, "2": None}) is None
    assert sum_of_parts("outlet", {}) is None
