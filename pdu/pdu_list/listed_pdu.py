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
        return shown_place(self)


class Place(NamedTuple):
    """Where a unit is read."""

    handler: str
    host: str
    #: "" for the usual one of a handler that this program does not know
    port: str
    #: which of several units at this address; "" for all of them
    choice: str


def place_of(device: ListedPdu) -> Place:
    """Where a PDU of a list is read. Its login says nothing of that."""
    settings = dict(device.settings)
    handler = handler_name(device.handler)
    where = device.address
    if handler != "snmp" and settings.get("host"):
        where = Address(settings["host"])
    usual = usual_ports(handler)
    port = settings.get("port") or ("" if where.port is None else str(where.port))
    if not port and usual is not None:
        port = str(usual[settings.get("scheme") == "http"])
    choice = settings.get(_CHOICES.get(handler, ""), "")
    number = port.lstrip("0") or port  # the handler takes leading zeros
    return Place(handler, hosts.one_spelling(where.host), number, choice)


def shown_place(device: ListedPdu) -> str:
    """The address as it is in the list, with a port that is a setting and not the usual one."""
    port = dict(device.settings).get("port", "")
    if not port:
        return device.address
    usual, plain = usual_ports(device.handler) or (0, 0)
    is_plain = dict(device.settings).get("scheme") == "http"
    return host_with_port(device.address.host, port, plain if is_plain else usual)


def usual_ports(handler: str) -> Optional[tuple[int, int]]:
    """The ports that a handler uses where none is said, the second one over plain HTTP. None for a
    handler that this program does not know.
    """
    handler = handler_name(handler)
    return _PORTS.get(handler, _HTTP_PORTS if registry.is_handler(handler) else None)


def handler_name(handler: str) -> str:
    """The name of a handler, also of its archive (`pdu_snmp-0.4.0.tar.gz`)."""
    if handler.isidentifier():
        return handler
    file = os.path.basename(os.path.normpath(handler.partition(":")[0]))
    return re.sub(r"(-.*)?(\.tar\.gz|\.py)?$", "", file).removeprefix("pdu_")
