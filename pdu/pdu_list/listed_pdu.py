"""One PDU of a list, and where it is read. Pure.

An *address* is the text of the list: "pdu7.example:8443". A *place* tells one unit from another, so
that none is counted twice: the host in one spelling, the port if it is not the usual one of the
protocol ("udp 1161"), and which of several units behind it is chosen.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, Optional

from handlers import registry
from handlers.shared.address import Address, host_with_port
from handlers.shared.errors import SettingsError, printable

from ..network import hosts
from .logins import DeviceLogin, names

#: handler -> the ports that it uses where none is said, the second one over plain HTTP, if not
#: those of https and http (RFC 9110); of SNMP: RFC 3417; of NUT: IANA
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
        """The address, with a port that is a setting, for people and other programs: several PDUs
        may be behind one address.

        >>> ListedPdu("r1", "netio", Address("192.0.2.7"), settings=(("port", "8443"),)).where
        '192.0.2.7:8443'
        """
        return shown_place(self.handler, self.address, dict(self.settings))

    def login(self, logins: Mapping[str, DeviceLogin]) -> Optional[DeviceLogin]:
        """Its login, None if the list names none. `logins`: all that are known, by name. Raises
        SettingsError if they have none of this name.

        >>> hall = DeviceLogin("hall", {"username": "reader"}, {})
        >>> ListedPdu("r1", "netio", Address("192.0.2.7"), "hall").login({"hall": hall}).settings
        {'username': 'reader'}
        >>> ListedPdu("r2", "netio", Address("192.0.2.8")).login({"hall": hall}) is None
        True
        """
        if not self.auth:
            return None
        if self.auth in logins:
            return logins[self.auth]
        raise SettingsError(
            f"unknown login {printable(self.auth, 60)!r}; known: {names(logins)};"
            " give their file as --auth, or as logins.toml beside the list"
        )


#: the choice of a PDU that reads all units of its address
ALL_UNITS = ""
#: `Place.port` of a unit that is asked at the usual port of its protocol
USUAL_PORT = ""


class Place(NamedTuple):
    """Where a unit is read: two PDUs of a list with one place are one unit, whatever handlers read
    it. Units of one host and one port differ by what a setting chooses.
    """

    host: str
    #: the protocol's port: USUAL_PORT of a unit itself, else transport and number, such as
    #: "udp 1161": behind NAT, another port of one address is another unit
    port: str
    #: which of several units at this port, or ALL_UNITS
    choice: str


def place_of(device: ListedPdu, logins: Mapping[str, DeviceLogin] = MappingProxyType({})) -> Place:
    """The place of a PDU of a list. `logins`: by name; one may have a port, or choose a unit. The
    PDU's own settings win.

    >>> listed_pdu = ListedPdu("r1", "redfish", Address("192.0.2.7"), settings=(("pdu", "2"),))
    >>> place_of(listed_pdu)
    Place(host='192.0.2.7', port='', choice='2')
    >>> place_of(ListedPdu("r2", "snmp", Address("192.0.2.7:1161"))).port
    'udp 1161'
    """
    login = logins.get(device.auth)
    login_settings = {} if login is None else login.settings
    settings = {**login_settings, **dict(device.settings)}
    handler = handler_name(device.handler)
    address = device.address
    own_host = settings.get("host", "").strip()
    if handler != "snmp" and own_host:
        address = Address(own_host)
    choice = ALL_UNITS
    if usual_ports(handler) is None:
        choice = _all_settings(settings)
    elif handler in _CHOICES:
        choice = settings.get(_CHOICES[handler], ALL_UNITS)
    port = settings.get("port", "").strip()
    if not port and address.port is not None:
        port = str(address.port)
    return Place(
        host=hosts.one_spelling(address.host), port=place_port(handler, port), choice=choice
    )


def place_port(handler: str, port: str) -> str:
    """`Place.port` of what a handler reads at a `port` (a text, "" if none is said): "" for the
    usual port of its protocol. A NUT server is no unit but runs on any machine in front of some, so
    its usual port is named, too.

    >>> place_port("netio", "0443"), place_port("netio", "8443"), place_port("nut", "")
    ('', 'tcp 8443', 'tcp 3493')
    """
    port = port.lstrip("0") or port  # handlers read 0443 as 443
    ports = usual_ports(handler) or _HTTP_PORTS
    if handler_name(handler) == "nut":
        return f"tcp {port or ports[0]}"
    if not port or port in map(str, ports):
        return USUAL_PORT
    transport = "udp" if handler_name(handler) == "snmp" else "tcp"
    return f"{transport} {port}"


def _all_settings(settings: Mapping[str, str]) -> str:
    """`Place.choice` of a handler that this program does not know: all settings but the port,
    because any of them may choose one of several units.

    >>> _all_settings({"port": "8080", "unit": "2", "bank": "A"}), _all_settings({})
    ('bank=A; unit=2', 'no settings')
    """
    pairs = [f"{key}={text}" for key, text in sorted(settings.items()) if key != "port"]
    return "; ".join(pairs) or "no settings"


def shown_place(handler: str, address: Address, settings: Mapping[str, str]) -> str:
    """The address as it was written, with a port that is a setting and not the usual one: several
    PDUs may be behind one address.

    >>> shown_place("netio", Address("192.0.2.7"), {"port": "8443"})
    '192.0.2.7:8443'
    >>> shown_place("netio", Address("192.0.2.7"), {"port": "443"})
    '192.0.2.7'
    """
    port = settings.get("port", "")
    if not port:
        return address
    is_plain = settings.get("scheme", "").strip().lower() == "http"
    usual_port, plain_port = usual_ports(handler) or (0, 0)
    return host_with_port(address.host, port, plain_port if is_plain else usual_port)


def usual_ports(handler: str) -> Optional[tuple[int, int]]:
    """The ports that a handler uses where none is said, the second one over plain HTTP. None for a
    handler that this program does not know.

    >>> usual_ports("netio"), usual_ports("dir/own.py")
    ((443, 80), None)
    """
    name = handler_name(handler)
    if name in _PORTS:
        return _PORTS[name]
    return _HTTP_PORTS if registry.is_handler(name) else None


def handler_name(handler: str) -> str:
    """The name of a handler: `snmp` of `snmp`, of its archive `pdu_snmp-0.4.0.tar.gz`, of a folder
    or file `dir/snmp.py`, and of these with `:MODULE`, which says what to import.

    >>> handler_name("dir/pdu_snmp-0.4.0.tar.gz"), handler_name("dir/own.py:module")
    ('snmp', 'own')
    """
    if handler.isidentifier():
        return handler
    file = os.path.basename(os.path.normpath(handler.partition(":")[0]))
    return re.sub(r"(-.*)?\.tar\.gz$|\.py$", "", file).removeprefix("pdu_")
