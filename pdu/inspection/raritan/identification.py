"""A unit as the Raritan handler sees it, for `pdu identify`: model, firmware, outlets and meters.

The handler calls methods of objects of the unit, such as getInlets of /model/pdu/0, several in one
request, a *bulk*: each call returns a `Pending`, which has the answer or its `error` when the bulk
is performed. *Link units* are further units behind this one. The result is a `finding`, which each
function `_note_...` fills in further: what the handler `can` and `cannot` do, as phrases.
"""

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
    JSON-RPC", about={"model": "PX3-5190R", ...}, ...)`. `data`: DCImanager's form of the PDU, which
    make_handler takes.

    Raises the errors of handlers/shared/errors.py, Denied if the login is refused.
    """
    finding = HandlerFinding(
        "raritan",
        family="Xerus JSON-RPC",
        why="it answers the calls of Xerus firmware at /model/pdu/0",
    )
    config = settings.read_settings(data)
    with settings.agent(data, config) as agent:
        outlets = _note_units(agent, config.link_units, finding)
    with RaritanPdu(data).opened() as open_pdu:
        port_states = [state for _, state in open_pdu.states()]
        noun = _noun(outlets, len(port_states))
        if port_states:
            finding.note_states(port_states, _STATE_BASIS, noun)
        else:
            finding.cannot.append("read states: it lists no outlets")
        finding.note_figures(
            lambda: open_pdu.figures(with_power=False),
            load=_LOAD_BASIS,
            energy=_ENERGY_BASIS,
            noun=noun,
        )
    return finding


def _noun(outlets: int, ports: int) -> str:
    """What the output calls a port of the unit, by the numbers of its outlets and of its ports:
    some ports, or all, may be branch circuits.

    >>> _noun(8, 8), _noun(8, 20), _noun(0, 12)
    ('outlet', 'port', 'branch circuit')
    """
    if outlets == ports:
        return "outlet"
    return "port" if outlets else "branch circuit"


def _note_units(agent: Agent, link_units: LinkUnitSelection, finding: HandlerFinding) -> int:
    """Note in `finding` what the unit and its link units are, and which outlets can be switched.
    Returns the number of outlets. `link_units`: which of them the settings take.

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
    _note_nameplate(metadata, version, finding)
    for listed_unit, unit_inlets in zip(listed_units, inlets):
        inlet_count = "cannot be read"
        if unit_inlets.error is None:
            inlet_count = str(len(unit_inlets.get()))
        path = listed_unit.unit.path()
        finding.seen.append({"object": f"{path} getOutlets", "holds": _outlet_types(listed_unit)})
        finding.seen.append({"object": f"{path} getInlets", "holds": inlet_count})
    if any(map(states.may_not_read_failures, failures)):
        finding.cannot.append(f"see a relay that fails: {states.NO_FAILURES}")
    outlet_count = len(outlet_metadata)
    finding.tried = [{"family": "Xerus JSON-RPC", "result": counted(outlet_count, "outlet")}]
    _note_switching(outlet_metadata, finding)
    return outlet_count


def _note_nameplate(
    metadata: Pending[Pdu.MetaData], version: Pending[str], finding: HandlerFinding
) -> None:
    """Note in `finding` manufacturer, model and firmware; of a unit that refuses its metadata the
    firmware alone, from its `version`.

    about    manufacturer: Raritan; model: PX3-5190R; firmware: 4.0.20.5-49038
    """
    if metadata.error is None:
        plate = metadata.get().nameplate
        finding.note_about({"manufacturer": plate.manufacturer, "model": plate.model})
        finding.note_about({"firmware": metadata.get().fwRevision})
    elif version.error is None:
        finding.note_about({"firmware": version.get()})


def _outlet_types(unit: ListedUnit) -> str:
    """How many outlets of each version of the interface a unit has, for people:

    8 × pdumodel.Outlet:2.1.5
    none
    """
    count_by_type = Counter(outlet.wire_type for outlet in unit.outlets)
    texts = [f"{count} × {name}" for name, count in count_by_type.items()]
    return ", ".join(texts) or "none"


def _note_switching(
    outlet_metadata: Sequence[Pending[Outlet.MetaData]], finding: HandlerFinding
) -> None:
    """Note in `finding` how many outlets say in their metadata that they can be switched.

    can       switch 8 of 8 outlets (not tried here; the account needs the right to switch)
    cannot    switch: no outlet reports that it is switchable
    cannot    switch: it lists no outlets
    """
    switchable = [row for row in outlet_metadata if answered_field(row, "isSwitchable")]
    if switchable:
        finding.note_switched(len(switchable), len(outlet_metadata), _SWITCHING)
    elif outlet_metadata:
        finding.cannot.append("switch: no outlet reports that it is switchable")
    else:
        finding.cannot.append("switch: it lists no outlets")
