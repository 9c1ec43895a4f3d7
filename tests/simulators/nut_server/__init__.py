"""A simulated NUT server with PDUs that really switch, for tests and the demo.

    with NutServer([SwitchedPdu("pdu", outlets=24)]) as server:
        ... server.host, server.port, server.books(), server.faults

Written from RFC 9271, NUT's text on its protocol and the answers of a real upsd 2.8; it shares nothing with the handlers,
so that both can only agree by being right. NUT's own upsc, upscmd and upsrw are run against it.
"""
from .devices import Device, StaticDevice, SwitchedPdu
from .faults import Cut, Driver, Faults
from .server import NutServer
from .users import ADMIN, User

__all__ = ["ADMIN", "Cut", "Device", "Driver", "Faults", "NutServer", "StaticDevice", "SwitchedPdu", "User"]
