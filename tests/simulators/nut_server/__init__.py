"""A simulated NUT server with PDUs that switch.

    with NutServer([SwitchedPdu("pdu", outlets=24)]) as server:
        ... server.host, server.port, server.truth(), server.faults

Written from RFC 9271, NUT's documentation of its protocol and the answers of a real upsd 2.8. It
shares no code with the handlers.
"""

from .devices import Device, StaticDevice, SwitchedPdu
from .faults import Cut, Driver, Faults
from .server import NutServer
from .session import Session
from .users import ADMIN, User

__all__ = [
    "ADMIN",
    "Cut",
    "Device",
    "Driver",
    "Faults",
    "NutServer",
    "Session",
    "StaticDevice",
    "SwitchedPdu",
    "User",
]
