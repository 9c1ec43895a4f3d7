"""A unit as the Raritan handler sees it: model, firmware, outlets and meters, with evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from handlers.raritan import settings, states
from handlers.raritan.discovery import ListedUnit, discover_units
from handlers.raritan.handler import RaritanPdu
from handlers.raritan.link_units_setting import LinkUnitSelection
from handlers.raritan.rpc import Agent, Pending, answered_field
from handlers.raritan.rpc.firmware import Firmware
from handlers.raritan.rpc.pdumodel import Outlet, Pdu

from ...cli.output import counted
from ..finding import HandlerFinding

_DOCUMENTED = "the vendor's documented interface"
_READINGS = (
    f"{_DOCUMENTED}, which recorded traffic of two real units confirms for inlets and outlets"
)
_SWITCHING = (
    f"Outlet.setPowerState: {_DOCUMENTED}; the vendor's own SDK also switches a simulated unit"
)
_MAINS = "on a power meter controller, the mains of its panels or power meters"
_STATE_BASIS = (
    f"Outlet.getState, powerState: {_DOCUMENTED}; the vendor's own SDK reads the same from"
    " simulated units"
)
_LOAD_BASIS = (
    "the currents of the inlets in use; else of the breakers, else of the outlets;"
    f" {_MAINS}: {_READINGS}"
)
_ENERGY_BASIS = (
    f"the unit's counter; else its inlets' counters, else its outlets'; {_MAINS}: {_READINGS}"
)


def identify(data: Any) -> HandlerFinding:
    """The unit, and what can be read and switched: `HandlerFinding("raritan", family="Xerus
    JSON-RPC", about={"model": "PX3-5190R", ...}, ...)`.

    Raises the errors of handlers/shared/errors.py, Denied if the login is refused.
    """
    out = HandlerFinding(
        "raritan",
        family="Xerus JSON-RPC",
        why="it answers the calls of Xerus firmware at /model/pdu/0",
    )
    config = settings.read_settings(data)
    with settings.agent(data, config) as agent:
        outlets = _note_units(agent, config.link_units, out)
    with RaritanPdu(data).opened() as open_pdu:
        port_states = [state for _, state in open_pdu.states()]
        noun = _noun(outlets, len(port_states))
        if port_states:
            out.note_states(port_states, _STATE_BASIS, noun)
        else:
            out.cannot.append("read states: it lists no outlets")
        out.note_figures(
            lambda: open_pdu.figures(with_power=False),
            load=_LOAD_BASIS,
            energy=_ENERGY_BASIS,
            noun=noun,
        )
    return out


def _noun(outlets: int, ports: int) -> str:
    """What the output calls a port: some ports of the unit may be branch circuits, or all.

    >>> _noun(8, 8), _noun(8, 20), _noun(0, 12)
    ('outlet', 'port', 'branch circuit')
    """
    if outlets == ports:
        return "outlet"
    return "port" if outlets else "branch circuit"


def _note_units(agent: Agent, link_units: LinkUnitSelection, out: HandlerFinding) -> int:
    """Note the unit and its link units in `out`. Returns the number of outlets.

    about    manufacturer: Raritan; model: PX3-5190R; firmware: 4.0.20.5-49038
    seen     /model/pdu/0 getOutlets: 8 × pdumodel.Outlet:2.1.5; /model/pdu/0 getInlets: 1
    """
    listed_units, bulk = discover_units(agent, link_units)
    metadata = bulk.add(Pdu("/model/pdu/0", agent).getMetaData)
    version = bulk.add(Firmware("/firmware", agent).getVersion)
    units = [listed_unit.unit for listed_unit in listed_units]
    inlets = [bulk.add(unit.proxy(Pdu).getInlets) for unit in units]
    failures = [states.queue_hardware_failures(bulk, unit) for unit in units]
    outlet_metadata: list[Pending[Outlet.MetaData]] = []
    for listed_unit in listed_units:
        outlet_metadata += bulk.add_each(Outlet.getMetaData, listed_unit.outlets)
    bulk.perform()
    _note_nameplate(metadata, version, out)
    for listed_unit, unit_inlets in zip(listed_units, inlets):
        inlet_count = "cannot be read"
        if unit_inlets.error is None:
            inlet_count = str(len(unit_inlets.get()))
        path = listed_unit.unit.path()
        out.seen.append({"object": f"{path} getOutlets", "holds": _outlet_types(listed_unit)})
        out.seen.append({"object": f"{path} getInlets", "holds": inlet_count})
    if any(map(states.may_not_read_failures, failures)):
        out.cannot.append(f"see a relay that fails: {states.NO_FAILURES}")
    outlet_count = len(outlet_metadata)
    out.tried = [{"family": "Xerus JSON-RPC", "result": counted(outlet_count, "outlet")}]
    _note_switching(outlet_metadata, out)
    return outlet_count


def _note_nameplate(
    metadata: Pending[Pdu.MetaData], version: Pending[str], out: HandlerFinding
) -> None:
    """Note in `out` manufacturer, model and firmware; of a unit without metadata the firmware
    alone.
    """
    if metadata.error is None:
        plate = metadata.get().nameplate
        out.note_about({"manufacturer": plate.manufacturer, "model": plate.model})
        out.note_about({"firmware": metadata.get().fwRevision})
    elif version.error is None:
        out.note_about({"firmware": version.get()})


def _outlet_types(unit: ListedUnit) -> str:
    """How many outlets of each interface a unit has, for people: `8 × pdumodel.Outlet:2.1.5`, or
    `none`.
    """
    count_by_type = Counter(outlet.wire_type for outlet in unit.outlets)
    texts = [f"{count} × {name}" for name, count in count_by_type.items()]
    return ", ".join(texts) or "none"


def _note_switching(
    outlet_metadata: Sequence[Pending[Outlet.MetaData]], out: HandlerFinding
) -> None:
    """Note in `out` how many outlets say that they can be switched: `switch 8 of 8 outlets ...`, or
    `switch: no outlet reports that it is switchable`.
    """
    switchable = [row for row in outlet_metadata if answered_field(row, "isSwitchable")]
    if switchable:
        out.note_switched(len(switchable), len(outlet_metadata), _SWITCHING)
    elif outlet_metadata:
        out.cannot.append("switch: no outlet reports that it is switchable")
    else:
        out.cannot.append("switch: it lists no outlets")
