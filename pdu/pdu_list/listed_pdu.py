"""One PDU of a list, and where it is read. Pure."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple, Optional

from handlers import registry
from handlers.shared.address import Address, host_with_port

from ..network import hosts

#: handler -> the port that it uses where none is said (SNMP: RFC 3417; NUT: IANA), if not that of
#: https (RFC 9110); the second one is that of http
_PORTS: Mapping[str, tuple[int, int]] = {
    "snmp": (161, 161),
    "nut": (3493, 3493),
}
_HTTP_PORTS = (443, 80)
#: handler -> the setting that chooses one of several units at an address; without it, all are read
_CHOICES: Mapping[str, str] = {"nut": "device", "redfish": "pdu"}


class ListedPdu(NamedTuple):
    """One PDU of a list."""

    name: str
    #: the name of a handler, or the path of a file, folder or archive with one
    handler: str
    address: Address
    #: the name of a login, "" for the login from the environment
    auth: str = ""
    #: pairs of key and value
    settings: tuple[tuple[str, str], ...] = ()
    #: whether outlets in the state UNKNOWN are normal
    metered: bool = False

    @property
    def where(self) -> str:
        """Where it is, for people and other programs: the address, with a port that is a setting.
        Several PDUs may be behind one address.
        """
        return shown_place(self.handler, self.address, dict(self.settings))


#: the choice of a PDU that reads all units of its address
ALL_UNITS = ""


class Place(NamedTuple):
    """Where a unit is read."""

    handler: str
    host: str
    #: "" for the usual one of a handler that this program does not know
    port: str
    #: which of several units at this address, or ALL_UNITS
    choice: str


def place_of(device: ListedPdu) -> Place:
    """Where a PDU of a list is read. Its login says nothing of that."""
    settings = dict(device.settings)
    handler = handler_name(device.handler)
    address = device.address
    if handler != "snmp" and settings.get("host"):
        address = Address(settings["host"])
    port = settings.get("port", "")
    if not port and address.port is not None:
        port = str(address.port)
    if not port:
        port = _usual_port(handler, settings)
    is_known_handler = usual_ports(handler) is not None
    choice = ALL_UNITS
    if not is_known_handler:
        choice = _all_settings(settings)
    elif handler in _CHOICES:
        choice = settings.get(_CHOICES[handler], ALL_UNITS)
    return Place(
        handler=handler,
        host=hosts.one_spelling(address.host),
        port=port.lstrip("0") or port,  # the handler takes leading zeros
        choice=choice,
    )


def _usual_port(handler: str, settings: Mapping[str, str]) -> str:
    """The port that a handler with these settings uses where none is said; "" for a handler that
    this program does not know.
    """
    ports = usual_ports(handler)
    if ports is None:
        return ""
    usual, plain = ports
    is_plain = settings.get("scheme", "").strip().lower() == "http"
    return str(plain if is_plain else usual)


def _all_settings(settings: Mapping[str, str]) -> str:
    """`Place.choice` of a handler that this program does not know: all settings but the port,
    because any of them may choose one of several units.
    """
    pairs = [f"{key}={text}" for key, text in sorted(settings.items()) if key != "port"]
    return "; ".join(pairs) or "no settings"


def shown_place(handler: str, address: Address, settings: Mapping[str, str]) -> str:
    """The address as it was written, with a port that is a setting and not the usual one: several
    PDUs may be behind one address.
    """
    port = settings.get("port", "")
    if not port:
        return address
    usual_port = int(_usual_port(handler, settings) or 0)
    return host_with_port(address.host, port, usual_port)


def usual_ports(handler: str) -> Optional[tuple[int, int]]:
    """The ports that a handler uses where none is said, the second one over plain HTTP. None for a
    handler that this program does not know.
    """
    name = handler_name(handler)
    if name in _PORTS:
        return _PORTS[name]
    return _HTTP_PORTS if registry.is_handler(name) else None


def handler_name(handler: str) -> str:
    """The name of a handler: `snmp` of `snmp`, of its archive `pdu_snmp-0.4.0.tar.gz`, of a folder
    or file `dir/snmp.py`, and of these with `:MODULE`, which says what to import.
    """
    if handler.isidentifier():
        return handler
    file = os.path.basename(os.path.normpath(handler.partition(":")[0]))
    return re.sub(r"(-.*)?\.tar\.gz$|\.py$", "", file).removeprefix("pdu_")
