"""A unit as the Raritan handler sees it: model, firmware, outlets and meters, with evidence."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import Any

from handlers.raritan import settings, states
from handlers.raritan.discovery import discover_units
from handlers.raritan.handler import RaritanPdu
from handlers.raritan.link_units_setting import LinkUnitSelection
from handlers.raritan.rpc import Agent
from handlers.raritan.rpc.firmware import Firmware
from handlers.raritan.rpc.pdumodel import Outlet, Pdu

from ...cli.output import counted
from ..recording_formats import HandlerFinding

_DOCUMENTED = "the vendor's documented interface"
_READINGS = (
    f"{_DOCUMENTED}, which recorded traffic of two real units confirms for inlets and outlets"
)
_SWITCHING = (
    f"Outlet.setPowerState: {_DOCUMENTED}; the vendor's own SDK also switches a simulated unit"
)
_MAINS = "on a power meter controller, the mains of its panels or power meters"


def identify(data: Any) -> HandlerFinding:
    """The unit, and what can be read and switched.

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
            out.note_states(
                port_states,
                f"Outlet.getState, powerState: {_DOCUMENTED}; the vendor's own SDK reads the same"
                " from simulated units",
                noun,
            )
        else:
            out.cannot.append("read states: it lists no outlets")
        out.note_figures(
            lambda: open_pdu.figures(with_power=False),
            "the currents of the inlets in use; else of the breakers, else of the outlets;"
            f" {_MAINS}: {_READINGS}",
            "the unit's counter; else its inlets' counters, else its outlets';"
            f" {_MAINS}: {_READINGS}",
            noun,
        )
    return out


def _noun(outlets: int, ports: int) -> str:
    """What the output calls a port: some ports of the unit may be branch circuits, or all."""
    if outlets == ports:
        return "outlet"
    return "port" if outlets else "branch circuit"


def _note_units(agent: Agent, link_units: LinkUnitSelection, out: HandlerFinding) -> int:
    """Note the unit and its link units in `out`. Returns the number of outlets."""
    listed_units, bulk = discover_units(agent, link_units)
    metadata = bulk.add(Pdu("/model/pdu/0", agent).getMetaData)
    version = bulk.add(Firmware("/firmware", agent).getVersion)
    inlets = [bulk.add(unit.unit.proxy(Pdu).getInlets) for unit in listed_units]
    failures = [states.queue_hardware_failures(bulk, unit.unit) for unit in listed_units]
    metadata_calls = list(
        chain.from_iterable(
            bulk.add_each(Outlet.getMetaData, unit.outlets) for unit in listed_units
        )
    )
    bulk.perform()
    if metadata.error is None:
        plate, firmware = metadata.get().nameplate, metadata.get().fwRevision
        maker = {"manufacturer": plate.manufacturer, "model": plate.model}
        out.note_about({**maker, "firmware": firmware})
    elif version.error is None:
        out.note_about({"firmware": version.get()})
    for listed_unit, answer in zip(listed_units, inlets):
        types = Counter(outlet.wire_type for outlet in listed_unit.outlets)
        outlet_types = ", ".join(f"{count} × {name}" for name, count in types.items())
        inlet_count = str(len(answer.get())) if answer.error is None else "cannot be read"
        path = listed_unit.unit.path()
        out.seen += [
            {"object": f"{path} getOutlets", "holds": outlet_types or "none"},
            {"object": f"{path} getInlets", "holds": inlet_count},
        ]
    total = len(metadata_calls)
    if any(map(states.may_not_read_failures, failures)):
        out.cannot.append(f"see a relay that fails: {states.NO_FAILURES}")
    out.tried = [{"family": "Xerus JSON-RPC", "result": counted(total, "outlet")}]
    switchable = sum(call.error is None and call.get().isSwitchable for call in metadata_calls)
    if switchable:
        out.note_switched(switchable, total, _SWITCHING)
    elif total:
        out.cannot.append("switch: no outlet reports that it is switchable")
    else:
        out.cannot.append("switch: it lists no outlets")
    return total
