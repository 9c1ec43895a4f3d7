"""The outlets of a NUT server's devices with their figures."""

from __future__ import annotations

from typing import Any

from .... import host
from ....nut import devices, figures
from ....nut.handler import session
from ....nut.reader import NutReader
from ....nut.switch import STATES
from ...outlet_readings import UnitReading, merged


def outlets(data: Any) -> UnitReading:
    """The outlets: the round trips of one status, 1 after TCP, 1 more without the setting `device`,
    and those of TLS and of a login. Raises the errors of handlers/errors.py."""
    with session(data, "outlets", NutReader) as (client, settings):
        found = devices.read(client, settings)
    ports = list(devices.ports(found))
    return UnitReading(
        figures.whole([one.device.load for one in found]),
        None,
        figures.whole([one.device.energy for one in found]),
        merged(
            [(identity, STATES[outlet.state]) for identity, outlet in ports],
            [host.label(identity, one.number, one.name or "") for identity, one in ports],
            {identity: outlet.current for identity, outlet in ports},
            {identity: outlet.realpower for identity, outlet in ports},
            {identity: outlet.energy for identity, outlet in ports},
        ),
    )
