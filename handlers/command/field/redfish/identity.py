"""A service as the Redfish handler sees it: its PDUs, what they offer, and the evidence of each figure."""
from __future__ import annotations

from typing import Any, List

from .... import host
from ....errors import PduHandlerError
from ....redfish import commands, metering, resources, settings, units
from ....redfish.answers import Json
from ....redfish.service import RedfishService
from ...output import counted
from ..kinds import Identity

_SCHEMA = "the standard's schema, tried on units simulated from it"
_ABOUT = {"manufacturer": "Manufacturer", "model": "Model", "firmware": "FirmwareVersion"}


def identity(data: Any) -> Identity:
    """The service's PDUs, and what can be read and switched.

    Raises the errors of handlers/errors.py: Denied if the login is refused, Unsupported if the host has no Redfish service.
    """
    given = settings.read(data)
    out = Identity("redfish", family="Redfish", why="its service root lists power equipment")
    with RedfishService(given) as service:
        try:
            _service(service, given, out)
        except PduHandlerError as error:
            raise error.at(service.host, "identify") from None
    return out


def _service(service: RedfishService, given: settings.Given, out: Identity) -> None:
    root = service.root()
    found = units.units(service, given.pdu)
    out.note_about({"service": f"Redfish {resources.text(root, 'RedfishVersion')}".strip()})
    for unit in found:
        out.note_about({f"{unit.prefix.rstrip('.')} {name}".strip(): resources.text(unit.resource, key)
                        for name, key in _ABOUT.items()})
    outlets = [one for unit in found for one in units.outlets(service, unit, metered=True)]
    out.seen = [{"object": "PowerEquipment", "holds": counted(len(found), "PDU")},
                {"object": "Outlets", "holds": str(len(outlets))},
                {"object": "$expand", "holds": "offered" if service.expands else "not offered"}]
    out.tried = [{"family": "Redfish", "result": counted(len(outlets), "outlet")}]
    _states([outlet for _, outlet in outlets], given.switch_unproven, out)
    out.note_figures(lambda: host.statistic_view(*metering.measured(service, given.pdu)),
                     f"the mains' lines; else branches, else outlets: {_SCHEMA}",
                     f"the PDU's metrics; else mains, else outlets: {_SCHEMA}")


def _states(outlets: List[Json], switch_unproven: bool, out: Identity) -> None:
    if not outlets:
        out.cannot += ["read states: it lists no outlets", "switch: it lists no outlets"]
        return
    out.note_states([resources.state(one) for one in outlets], f"Outlet, PowerState: {_SCHEMA}")
    actions = [resources.child(resources.child(one, "Actions"), commands.ACTION) for one in outlets]
    offered = [one for one in actions if resources.text(one, "target")]
    listing = [one for one in offered if commands.allowed(one, {}) is not None or commands.info_link(one) is not None]
    sure = offered if switch_unproven else listing
    if sure:
        values = ", with the values that it lists" if listing else ""
        out.note_switched(len(sure), len(outlets), f"action {commands.ACTION[1:]}{values}: {_SCHEMA}")
    if len(sure) < len(offered):
        out.cannot.append(f"switch {counted(len(offered) - len(sure), 'outlet')} without switch_unproven=yes: the action "
                          "lists no values that it accepts")
    if not offered:
        out.cannot.append("switch: no outlet offers the action to this account")
