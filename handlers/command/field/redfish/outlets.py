"""The outlets of a Redfish service with their figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Optional

from .... import host
from ....redfish import figures, metering, resources, settings, units
from ....redfish.answers import Json
from ....redfish.sensors import read
from ....redfish.service import RedfishService
from ...outlet_readings import UnitReading, merged

# limit up to the logout; longer than a handler's, since DCImanager does not wait
_MOST_SECONDS = 120.0


def outlets(data: Any) -> UnitReading:
    """The outlets: the round trips of a status and of a statistic, and those of `sensors.read` if
    only sensors have the watts. Raises the errors of handlers/errors.py."""
    given = settings.read(data)
    with RedfishService(given, seconds=_MOST_SECONDS) as service:
        every = units.units(service, given.pdu)
        found = list(chain.from_iterable(units.outlets(service, unit) for unit in every))
        load, energy, ports = metering.measured(service, given.pdu)
        watts = powers(service, every, (outlet for _, outlet in found))
    return UnitReading(
        load,
        None,
        energy,
        merged(
            [(identity, resources.state(outlet)) for identity, outlet in found],
            [
                host.label(identity, resources.identity(outlet), resources.name(outlet))
                for identity, outlet in found
            ],
            {port.identity: port.load_a for port in ports},
            dict(zip((identity for identity, _ in found), watts)),
            {port.identity: port.energy_kwh for port in ports},
        ),
    )


def powers(
    service: RedfishService, every: Sequence[units.ServicePdu], found: Iterable[Json]
) -> list[Optional[float]]:
    """The active power of each of these outlets in W; None if it is not metered or not known."""
    parts = [excerpts(outlet, "PowerWatts") for outlet in found]
    linked = read(service, every, figures.sources(parts))
    watts = {source: figures.sensor(one, ("W",)) for source, one in linked.items()}
    return [figures.total(part, watts) for part in parts]


def excerpts(outlet: Json, key: str) -> Optional[Sequence[figures.RedfishFigure]]:
    """The excerpt of one sensor, for `figures.total`."""
    found = figures.excerpt(outlet, key)
    return None if found is None else [found]
