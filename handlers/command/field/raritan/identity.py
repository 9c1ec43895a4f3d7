"""A unit as the Raritan handler sees it: model, firmware, outlets, meters, and the evidence of each figure."""
from __future__ import annotations

from collections import Counter
from typing import Any

from ....raritan import settings
from ....raritan.handler import RaritanPdu
from ....raritan.rpc import Agent, Bulk
from ....raritan.rpc.firmware import Firmware
from ....raritan.rpc.pdumodel import Outlet, Pdu
from ...output import counted
from ..kinds import Identity

_BINDING = "the vendor's documented interface, which recorded traffic of two real units confirms"


def identity(data: Any) -> Identity:
    """The unit, and what can be read and switched. Raises the errors of handlers/errors.py, Denied if the login is refused."""
    out = Identity("raritan", family="Xerus JSON-RPC", why="it answers the calls of Xerus firmware at /model/pdu/0")
    with settings.agent(data, settings.read(data)) as agent:
        _unit(agent, out)
    handler = RaritanPdu(data)
    states = [port.power_status for port in handler.status().ports]
    if states:
        out.note_states(states, f"Outlet.getState, powerState: {_BINDING}")
    else:
        out.cannot.append("read states: it lists no outlets")
    out.note_figures(
        handler.statistic, f"the sum of the line currents of the inlets in use; else breakers, else outlets: {_BINDING}",
        f"the unit's counter; else those of its inlets, else of its outlets: {_BINDING}")
    return out


def _unit(agent: Agent, out: Identity) -> None:
    """Note model, firmware, objects and relays in `out`."""
    bulk = Bulk(agent)
    pdu = Pdu("/model/pdu/0", agent)
    metadata, listed, inlets = bulk.add(pdu.getMetaData), bulk.add(pdu.getOutlets), bulk.add(pdu.getInlets)
    version = bulk.add(Firmware("/firmware", agent).getVersion)
    bulk.perform()
    if listed.error is not None:
        raise listed.error
    if metadata.error is None:
        plate = metadata.get().nameplate
        out.note_about({"manufacturer": plate.manufacturer, "model": plate.model, "firmware": metadata.get().fwRevision})
    elif version.error is None:
        out.note_about({"firmware": version.get()})
    outlets = listed.get()
    bulk = Bulk(agent)
    asked = bulk.each(Outlet.getMetaData, outlets)
    bulk.perform()
    types = Counter(one.wire_type for one in outlets)
    held = ", ".join(f"{count} × {name}" for name, count in types.items())
    out.seen = [{"object": "/model/pdu/0 getOutlets", "holds": held or "none"},
                {"object": "/model/pdu/0 getInlets", "holds": str(len(inlets.get())) if inlets.error is None else "no answer"}]
    out.tried = [{"family": "Xerus JSON-RPC", "result": counted(len(outlets), "outlet")}]
    switchable = sum(one.error is None and one.get().isSwitchable for one in asked)
    if switchable:
        out.note_switched(switchable, len(asked),
                          f"Outlet.setPowerState: {_BINDING}; the vendor's own SDK also switches a simulated unit")
    else:
        out.cannot.append("switch: no outlet reports that it is switchable" if asked else "switch: it lists no outlets")
