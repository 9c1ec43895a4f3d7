"""The answer of `statistic`: which resources are read, and which of their figures count."""
from __future__ import annotations

import contextlib
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from .. import host
from ..errors import ProtocolError
from . import figures
from .answers import Json
from .figures import AMPERES, KILOWATT_HOURS, Figure, Sensors
from .members import members
from .resources import link
from .service import RedfishService
from .units import Unit, outlets, units

Figures = Optional[Sequence[Figure]]


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
    metered; 1 for each sensor whose value is nowhere else. Where the service does not expand, 1 more for each member.
    """
    every = [_read(service, unit) for unit in units(service, wanted)]
    ports = [port for one in every for port in one.ports]
    amperes = _sensors(service, [one.load for one in every] + [port.current for port in ports], AMPERES)
    hours = _sensors(service, [one.energy for one in every] + [port.energy for port in ports], KILOWATT_HOURS)
    return (figures.total(figures.whole(one.load for one in every), amperes),
            figures.total(figures.whole(one.energy for one in every), hours),
            [host.PortFigures(port.identity, figures.total(port.current, amperes), figures.total(port.energy, hours))
             for port in ports])


def _read(service: RedfishService, unit: Unit) -> _Metered:
    listed = outlets(service, unit, metered=True)
    ports = [_Port(name, figures.current(one), _energy(one)) for name, one in listed]
    mains = _circuits(service, unit, "Mains")
    load = figures.whole(map(figures.current, mains))
    if load is None:
        load = figures.whole(map(figures.current, _circuits(service, unit, "Branches")))
    metrics = link(unit.resource, "Metrics")
    energy = _energy(service.get(metrics)) if metrics is not None else None
    if energy is None:
        energy = figures.whole(map(_energy, mains))
    return _Metered(figures.whole(port.current for port in ports) if load is None else load,
                    figures.whole(port.energy for port in ports) if energy is None else energy, ports)


def _circuits(service: RedfishService, unit: Unit, key: str) -> List[Json]:
    there = link(unit.resource, key)
    return members(service, service.expanded(there)) if there is not None else []


def _energy(resource: Json) -> Figures:
    found = figures.excerpt(resource, "EnergykWh")
    return None if found is None else [found]


def _sensors(service: RedfishService, wanted: Sequence[Figures], units_: Sequence[str]) -> Sensors:
    """What the sensors show whose values are in no resource. One that is missing, or elsewhere, is not known."""
    paths: Dict[str, str] = {}
    for source in figures.sources(wanted):
        with contextlib.suppress(ProtocolError):
            paths[source] = service.path(source)
    read = service.all(list(paths.values()))
    return {source: figures.sensor(one, units_) for source, one in zip(paths, read) if isinstance(one, dict)}
