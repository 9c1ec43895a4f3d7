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
from handlers.shelly import decoding as shelly
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
    """The reason names the parts. A part that is not known comes first: beside it, 0 would be a
    load."""
    lost = NotKnown("no answer")
    for flow in (0.0, 2.0):
        outlets: dict[str, Figure] = {"1": flow, "2": None, "3": None}
        assert sum_of_parts("outlet", outlets) == NotMetered("outlets 2, 3 do not meter it")
        assert sum_of_parts("PDU", {"1": flow, "2": None}, "; choose") == NotMetered(
            "PDU 2 does not meter it; choose"
        )
        assert sum_of_parts("PDU", {"1": flow, "2": None, "3": lost}, "; choose") == lost
    reason = NotMetered("it has two feeds")
    assert sum_of_parts("PDU", {"1": 2.0, "2": reason}) == NotMetered("PDU 2: it has two feeds")
    assert sum_of_parts("PDU", {"1": lost, "2": reason}) == lost
    assert sum_of_parts("PDU", {"2": reason}) == reason
    assert sum_of_parts("outlet", {"1": 0.1, "2": 0.2}) == 0.3
    assert sum_of_parts("outlet", {"1": 0.1, "2": lost}) == lost
    assert sum_of_parts("outlet", {"1": None, "2": None}) is None
    assert sum_of_parts("outlet", {}) is None


def _redfish_load(circuits: Sequence[Json], **more: Any) -> Figure:
    """The load of a PDU with these mains."""
    path = "/redfish/v1/PowerEquipment/RackPDUs/1/Mains"
    resources = unit([outlet("1")], Mains={"@odata.id": path}, **more)
    resources[path] = {
        "Members": [{"Id": f"AC{n}", **circuit} for n, circuit in enumerate(circuits)]
    }
    with serving(Tree(resources)) as address:
        return handler(address).measured().load_a


def _redfish_outlets(outlets: Sequence[Json]) -> Figure:
    """The load of a PDU with these outlets alone."""
    members = [outlet(str(number), **fields) for number, fields in enumerate(outlets, 1)]
    with serving(Tree(unit(members))) as address:
        return handler(address).measured().load_a


def _raritan_load(left: str) -> Figure:
    with changed_unit(left) as device:
        return device.handler().measured().load_a


def _nut_load(**variables: str) -> Figure:
    names = {name.replace("_", "."): text for name, text in variables.items()}
    given = {"device.type": "pdu", "driver.name": "snmp-ups", **names}
    return nut.decode_outlets(given, [], {}, Settings({}, SETTINGS)).load_a


def _shelly_load(*relays: Json) -> Figure:
    status: Json = {}
    for number, fields in enumerate(relays):
        switch_id = number if number < 2 else 98 + number  # the third is an add-on
        status[f"switch:{switch_id}"] = {"id": switch_id, "output": True, **fields}
    return codecs.read(shelly, {shelly.STATUS: status}).load_a


def _netio_load(*outputs: Json) -> Figure:
    rows = [{"ID": number, "State": 1, **fields} for number, fields in enumerate(outputs, 1)]
    document = {
        "Agent": {"NumOutputs": len(rows)},
        "GlobalMeasure": {"TotalLoad": 5},
        "Outputs": rows,
    }
    return codecs.read(netio, {"/netio.json": document}).load_a


def _jaws_load(*lines: Json) -> Figure:
    usual = {"state": "On", "status": "Normal"}
    answers = {
        jaws.OUTLETS: [{"id": "AA1", **usual}],
        jaws.UNITS: [{"id": "A", "status": "Normal"}],
        jaws.LINES: [
            {"id": f"AA{number}", **usual, **line} for number, line in enumerate(lines, 1)
        ],
        jaws.CORDS: [_CORD],
    }
    return codecs.read(jaws, answers).load_a


_METER = {"current": 1.0, "voltage": 230.0, "active_power": 230}
_RELAY = {"current": 1.0, "apower": 230.0}
#: by door, what the load is of parts of which one is measured, one has no meter, and one is lost
LOST_BESIDE_UNMETERED: Mapping[str, Callable[[], Figure]] = {
    "Raritan, inlets": lambda: _raritan_load(
        "unit inlets=3 well_known_sensors=false & inlet.1 getSensors/current = null"
        " & inlet.1 getPoles = [] & I2Current = invalid"
    ),
    "Raritan, units": lambda: _raritan_load(
        'link 2 outlets=1 metering="none" & link_units = yes & I0Current = invalid'
    ),
    "Redfish, mains": lambda: _redfish_load(
        [{"CurrentAmps": {"Reading": 1.0}}, {"Name": "no meter"}, {"CurrentAmps": None}]
    ),
    "Redfish, outlets": lambda: _redfish_outlets(
        [{"CurrentAmps": {"Reading": 1.0}}, {}, {"CurrentAmps": None}]
    ),
    "NUT, members of a chain": lambda: _nut_load(
        device_count="3",
        device_1_input_current="1",
        device_2_device_type="ups",
        device_2_outlet_1_status="on",
        device_3_input_current="",
    ),
    "NUT, lines": lambda: _nut_load(outlet_1_status="on", input_phases="3", input_L2_current=""),
    "Shelly": lambda: _shelly_load(_RELAY, {**_RELAY, "current": None}, {}),
    "NETIO": lambda: _netio_load({"Current": 1000}, {}, {"Current": None}),
    "JAWS": lambda: _jaws_load(_METER, {}, {**_METER, "current": "?"}),
}


@pytest.mark.parametrize("door", LOST_BESIDE_UNMETERED)
def test_a_part_that_is_lost_beside_one_without_a_meter_makes_the_load_not_known(door: str) -> None:
    assert isinstance(LOST_BESIDE_UNMETERED[door](), NotKnown)
