"""Where a primary unit offers the services of its expansion units: at a port of each service, plus the unit's position."""
from __future__ import annotations

from typing import Mapping

FORWARDED_PORTS: Mapping[str, int] = {"https": 50000, "http": 50100, "ssh": 50200, "telnet": 50300, "snmp": 50500,
                                      "modbus": 50600}       # snmp over UDP, the others over TCP
HIGHEST_POSITION = 31


def forwarded_port(position: int, service: str = "https") -> int:
    """The port on the primary unit's address; position 0 is the primary unit itself, 1 to 31 are expansion units.

    Raises ValueError for a service or a position that there is not. No round trip.
    """
    if service not in FORWARDED_PORTS or not 0 <= position <= HIGHEST_POSITION:
        raise ValueError(f"{service} of position {position}: give one of {', '.join(FORWARDED_PORTS)} and 0 to {HIGHEST_POSITION}")
    return FORWARDED_PORTS[service] + position
