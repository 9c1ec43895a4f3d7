"""What a service is to the Redfish handler: its PDUs, what it offers, and what each figure rests on."""
from __future__ import annotations

from collections import Counter
from typing import Any, List

from ....errors import PduHandlerError, Refused, printable
from ....redfish import commands, metering, resources, settings, units
from ....redfish.answers import Json
from ....redfish.service import RedfishService, opened
from ..kinds import Identity

_LONGEST = 120              # characters of one value
_SCHEMA = "the standard's schema; units simulated from it"
_ABOUT = {"manufacturer": "Manufacturer", "model": "Model", "firmware": "FirmwareVersion"}


def identity(data: Any) -> Identity:
    """Raises the errors of handlers/errors.py: Denied where the login is refused, Unsupported where there is no service."""
    given = settings.read(data)
    out = Identity("redfish", True)
    with opened(given) as service:
        try:
            _service(service, given, out)
        except PduHandlerError as error:
            raise error.at(service.host, "identify") from None
    return out


def _service(service: RedfishService, given: settings.Given, out: Identity) -> None:
    root = service.root()
    found = units.units(service, given.pdu)
    out.about.update({"service": printable(f"Redfish {resources.text(root, 'RedfishVersion')}".strip(), _LONGEST)})
    for unit in found:
        out.about.update({f"{unit.prefix.rstrip('.')} {name}".strip(): printable(value, _LONGEST) for name, key in _ABOUT.items()
                          for value in [resources.text(unit.resource, key)] if value})
    outlets = [one for unit in found for one in units.outlets(service, unit, metered=True)]
    out.seen = [{"object": "PowerEquipment", "holds": f"{len(found)} PDU{'s' if len(found) > 1 else ''}"},
                {"object": "Outlets", "holds": f"{len(outlets)}"},
                {"object": "$expand", "holds": "offered" if service.expands else "not offered"}]
    out.tried = [{"family": "Redfish", "result": f"{len(outlets)} outlets"}]
    _states([outlet for _, outlet in outlets], out)
    _figures(service, given.pdu, out)
    out.family, out.why = "Redfish", "its service root lists power equipment"


def _states(outlets: List[Json], out: Identity) -> None:
    if not outlets:
        out.cannot += ["read states: it lists no outlets", "switch: it lists no outlets"]
        return
    counted = Counter(resources.state(one).name for one in outlets)
    states = ", ".join(f"{counted[name]} {name}" for name in ("UP", "DOWN", "UNKNOWN") if counted[name])
    out.can.append(f"read the states of {len(outlets)} outlets ({states})")
    out.rests["state"] = f"Outlet, PowerState: {_SCHEMA}"
    actions = [resources.child(resources.child(one, "Actions"), commands.ACTION) for one in outlets]
    offered = [one for one in actions if resources.text(one, "target")]
    sure = [one for one in offered if commands.allowed(one, {}) is not None or commands.info_link(one) is not None]
    if sure:
        out.can.append(f"switch {len(sure)} of {len(outlets)} outlets (it was not tried here, and needs an account that may)")
        out.rests["switching"] = f"action {commands.ACTION[1:]}, with the values that it lists: {_SCHEMA}"
    if len(sure) < len(offered):
        out.cannot.append(f"switch {len(offered) - len(sure)} outlets without switch_unproven=yes: their actions do not say what "
                          f"they take")
    if not offered:
        out.cannot.append("switch: no outlet offers the action, or the account may not")


def _figures(service: RedfishService, pdu: str, out: Identity) -> None:
    try:
        load, energy, ports = metering.measured(service, pdu)
    except Refused as error:
        out.cannot.append(f"tell load and energy: {error.reason}")
        return
    for name, value, unit, basis in (("load", load, "A", "the mains' lines; else branches, else outlets"),
                                     ("energy", energy, "kWh", "the PDU's metrics; else mains, else outlets")):
        out.note_total(name, value, unit, f"{basis}: {_SCHEMA}")
    metered = sum(port.energy_kwh is not None for port in ports)
    if metered:
        out.can.append(f"tell the energy by outlet ({metered} outlets)")
    else:
        out.cannot.append("tell figures by outlet")
