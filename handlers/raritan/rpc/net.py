"""Network settings, services, diagnosis and port forwarding."""

from __future__ import annotations

from collections.abc import Mapping

from ._idl.net import *
from ._runtime.classes import public_names

FORWARDED_PORTS: Mapping[str, int] = {
    "https": 50000,
    "http": 50100,
    "ssh": 50200,
    "telnet": 50300,
    "snmp": 50500,
    "modbus": 50600,
}  # snmp over UDP, the others over TCP
HIGHEST_POSITION = 31


def forwarded_port(position: int, service: str = "https") -> int:
    """The port of a service at the primary unit's address. Position 0 is the primary unit, 1 to 31
    are expansion units.

    >>> forwarded_port(0), forwarded_port(2), forwarded_port(2, "snmp")
    (50000, 50002, 50502)

    Raises ValueError for an unknown service or position:

    >>> forwarded_port(2, "gopher")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: service 'gopher', position 2: give one of ...telnet..., and a position from 0 to 31
    """
    if service not in FORWARDED_PORTS or not 0 <= position <= HIGHEST_POSITION:
        services = ", ".join(FORWARDED_PORTS)
        raise ValueError(
            f"service {service!r}, position {position}: give one of {services}, and a position from"
            f" 0 to {HIGHEST_POSITION}"
        )
    return FORWARDED_PORTS[service] + position


__all__ = public_names(globals())
