"""The simulated PDUs on which handlers run in a copy of the platform: one of each family over SNMP,
and one behind a NUT server, for the platform's other form.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Callable, NamedTuple

from handlers.shared.errors import SettingsError

from ..recordings.nut import dump
from ..recordings.nut.server import NutServer
from ..recordings.replay_server import HOST
from ..recordings.simulated_pdu import SimulatedPdu
from ..recordings.snmp.agent import SnmpServer
from ..workshop.handler.snmp_units import COMMUNITY, family_device
from .trials import Form

#: seconds for one SNMP request of the platform
_TIMEOUT_S = "20"
_NUT_DEVICE = "pdu"
_NUT_OUTLETS = {"1": "on", "2": "off", "3": "on", "4": "on"}


class PlatformPdu(NamedTuple):
    """A PDU on this machine, of which everything is known."""

    #: for people
    about: str
    #: what DCImanager's form would carry for it
    form: Form
    unit: SimulatedPdu
    #: how many requests reached it
    requests: Callable[[], int]


@contextlib.contextmanager
def snmp_pdu(family: str, port: int = 0) -> Iterator[PlatformPdu]:
    """The PDU of a family, on a free UDP port unless one is given. Raises SettingsError for a port
    that cannot be used.
    """
    device = family_device(family)
    if device is None:
        raise SettingsError(f"there is no simulated unit of the family {family}")
    with contextlib.closing(SnmpServer(COMMUNITY)) as server:
        unit = device.unit()
        try:
            agent = server.serve(unit, port)
        except OSError as error:
            raise SettingsError(f"the UDP port {port} cannot be used ({error.strerror})") from None
        fields = {
            "version": "2",
            "port": str(agent.port),
            "community": COMMUNITY,
            "timeout": _TIMEOUT_S,
        }

        def requests() -> int:
            return agent.datagrams

        yield PlatformPdu(
            about=device.about,
            form=Form(protocol="snmp", address=HOST, snmp=fields, settings={}, handler="pdu_snmp"),
            unit=unit,
            requests=requests,
        )


@contextlib.contextmanager
def nut_pdu() -> Iterator[PlatformPdu]:
    """A PDU behind a NUT server: the form without SNMP, with handler settings."""
    (recorded_device,) = dump.parse(_nut_dump())
    server = NutServer([recorded_device], 0)
    replay = server.describe("nut", "")
    settings = {
        "port": str(replay.port),
        "device": _NUT_DEVICE,
        "username": "admin",
        "password": "any",
    }

    try:
        yield PlatformPdu(
            about="a simulated PDU behind a NUT server",
            form=Form(
                protocol="custom", address=HOST, snmp={}, settings=settings, handler="pdu_nut"
            ),
            unit=server,
            requests=replay.connections,
        )
    finally:
        replay.close()


def _nut_dump() -> str:
    """The recording of a PDU behind a NUT server (pdu/recordings/nut/dump.py)."""
    lines = [f"# device {_NUT_DEVICE} simulated", "device.type: pdu", "ups.status: OL"]
    lines += ["input.current: 4.5", f"outlet.count: {len(_NUT_OUTLETS)}"]
    for outlet, state in _NUT_OUTLETS.items():
        lines += [
            f"outlet.{outlet}.id: {outlet}",
            f"outlet.{outlet}.desc: Outlet {outlet}",
            f"outlet.{outlet}.switchable: yes",
            f"outlet.{outlet}.status: {state}",
            f"# command outlet.{outlet}.load.on Turn the outlet on",
            f"# command outlet.{outlet}.load.off Turn the outlet off",
        ]
    return "\n".join([*lines, ""])
