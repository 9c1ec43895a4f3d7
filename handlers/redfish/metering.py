"""The answer of `statistic`: which resources are read, and which of their figures count."""
from __future__ import annotations

from typing import Callable, List, NamedTuple, Optional, Sequence, Tuple, TypeVar

from .. import host
from ..http.failures import HttpRefused
from . import figures, sensors
from .answers import Json
from .figures import AMPERES, KILOWATT_HOURS, Figure
from .members import members
from .resources import health_state, link
from .service import RedfishService
from .units import Unit, outlets, units

Figures = Optional[Sequence[Figure]]
T = TypeVar("T")
_GONE = ("404", "410")


class _Port(NamedTuple):
    identity: str
    current: Figures
    energy: Figures


class _Metered(NamedTuple):
    """One PDU, as far as its resources tell; sensors may be left to read."""

    load: Figures
    energy: Figures
    ports: List[_Port]


def measured(service: RedfishService, wanted: str) -> Tuple[Optional[float], Optional[float], List[host.PortFigures]]:
    """Load in A, energy in kWh, and both of each outlet.

    Round trips after those of `units`, for each PDU: outlets, mains and metrics, 3; branches, 1, where the mains are not
    metered; those of `sensors.read`, where values are nowhere else. Where the service does not expand, 1 more for each member.
    """
    every = units(service, wanted)
    found = [_read(service, unit) for unit in every]
    ports = [port for one in found for port in one.ports]
    currents = [*(one.load for one in found), *(port.current for port in ports)]
    energies = [*(one.energy for one in found), *(port.energy for port in ports)]
    read = sensors.read(service, every, {**figures.sources(currents), **figures.sources(energies)})
    amperes, hours = ({source: figures.sensor(one, units_) for source, one in read.items()}
                      for units_ in (AMPERES, KILOWATT_HOURS))
    return (figures.total(figures.whole(one.load for one in found), amperes),
            figures.total(figures.whole(one.energy for one in found), hours),
            [host.PortFigures(port.identity, figures.total(port.current, amperes), figures.total(port.energy, hours))
             for port in ports])


def _read(service: RedfishService, unit: Unit) -> _Metered:
    listed = outlets(service, unit, metered=True)
    ports = [_Port(name, figures.current(one), _energy(one)) for name, one in listed]
    mains = _circuits(service, unit, "Mains")
    load = figures.whole(map(figures.current, mains))
    if load is None:
        load = figures.whole(map(figures.current, _circuits(service, unit, "Branches")))
    energy = _energy(_metrics(service, unit))
    if energy is None:
        energy = figures.whole(map(_energy, mains))
    return _Metered(figures.whole(port.current for port in ports) if load is None else load,
                    figures.whole(port.energy for port in ports) if energy is None else energy, ports)


def _circuits(service: RedfishService, unit: Unit, key: str) -> List[Json]:
    """The circuits that a PDU lists, without those that are not fitted; none where the list is not there."""
    there = link(unit.resource, key)
    none: List[Json] = []
    found = _if_there(lambda: members(service, service.expanded(there)), none) if there is not None else none
    return [one for one in found if health_state(one) != "Absent"]


def _metrics(service: RedfishService, unit: Unit) -> Json:
    there = link(unit.resource, "Metrics")
    return _if_there(lambda: service.get(there), {}) if there is not None else {}


def _if_there(read: Callable[[], T], otherwise: T) -> T:
    """What `read` returns; `otherwise` where a link leads to nothing. Other errors are raised: another source would jump."""
    try:
        return read()
    except HttpRefused as error:
        if error.code in _GONE:
            return otherwise
        raise


def _energy(resource: Json) -> Figures:
    found = figures.excerpt(resource, "EnergykWh")
    return None if found is None else [found]
