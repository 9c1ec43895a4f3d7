"""The answer of `statistic`: which resources are read, and which of their figures are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Callable, NamedTuple, Optional, TypeVar

from .. import host
from ..http.errors import HttpRefused
from . import figures, sensors
from .figures import AMPERES, KILOWATT_HOURS, WATTS, RedfishFigure, Sensors
from .members import members
from .resources import link, status_state, text
from .responses import Json
from .service import RedfishService
from .units import ServicePdu, raise_if_shared, raise_if_twice, read_outlets, read_units

Figures = Optional[Sequence[RedfishFigure]]
T = TypeVar("T")
_GONE = ("404", "410")


class _Port(NamedTuple):
    identity: str
    current: Figures
    energy: Figures
    power: Figures


class _Metered(NamedTuple):
    """The figures in the resources of one PDU.

    A value may be missing because its sensor is read later.
    """

    load: Figures
    #: of its mains
    inlet: Figures
    energy: Figures
    ports: list[_Port]


def read_statistic(service: RedfishService, wanted: str, with_power: bool = False) -> host.Figures:
    """Load and energy, in total and by outlet; the power of outlets only `with_power`, which costs
    something if only sensors have it.

    Usual round trips for each PDU: up to 3 for outlets, mains and metrics; 1 for branches if the
    mains are not metered; 1 more for each further page of a list, and for each outlet or circuit
    that a list only links to. Add the round trips of `units`, and those of `sensors.read_sensors`
    if only sensors have the values.
    """
    every = read_units(service, wanted)
    raise_if_shared(every, [pdu.resource for pdu in every], "Mains", "Branches", "Metrics")
    found = [_read(service, pdu, with_power) for pdu in every]
    ports = [port for one in found for port in one.ports]
    raise_if_twice(service, "outlets that are called", [port.identity for port in ports])
    currents = [*(one.load for one in found), *(port.current for port in ports)]
    energies = [*(one.energy for one in found), *(port.energy for port in ports)]
    parts = [*currents, *energies, *(port.power for port in ports)]
    read = sensors.read_sensors(service, every, figures.sensors_to_read(parts))
    amperes, hours, watts = _by_unit(read)
    load = figures.total(figures.sum_if_complete(one.load for one in found), amperes)
    energy = figures.total(figures.sum_if_complete(one.energy for one in found), hours)
    inlet = figures.total(figures.sum_if_complete(one.inlet for one in found), amperes)
    return host.Figures(load, energy, _of_ports(ports, amperes, hours, watts), inlet_a=inlet)


def _by_unit(read: Mapping[str, Json]) -> tuple[Sensors, Sensors, Sensors]:
    """The sensors in A, in kWh and in W, each None in the others."""
    amperes, hours, watts = (
        {source: figures.sensor(one, unit) for source, one in read.items()}
        for unit in (AMPERES, KILOWATT_HOURS, WATTS)
    )
    return amperes, hours, watts


def _of_ports(
    ports: Sequence[_Port], amperes: Sensors, hours: Sensors, watts: Sensors
) -> list[host.PortFigures]:
    return [
        host.PortFigures(
            port.identity,
            figures.total(port.current, amperes),
            figures.total(port.energy, hours),
            figures.total(port.power, watts),
        )
        for port in ports
    ]


def _ports(listed: Sequence[tuple[str, Json]], with_power: bool) -> list[_Port]:
    return [
        _Port(name, figures.current(one), _energy(one), figures.power(one) if with_power else None)
        for name, one in listed
    ]


def _read(service: RedfishService, pdu: ServicePdu, with_power: bool) -> _Metered:
    ports = _ports(read_outlets(service, pdu), with_power)
    mains = _circuits(service, pdu, "Mains")
    load = inlet = _load(mains)
    if load is None:
        load = _load(_circuits(service, pdu, "Branches"))
    energy = _energy(_metrics(service, pdu))
    if energy is None:
        # with the counter of an absent circuit: the sum would fall, and jump when it is back
        energy = figures.sum_if_complete(
            _energy(one) for one in mains if _is_fitted(one) or _shows_counter(one)
        )
    if load is None:
        load = figures.sum_if_complete(port.current for port in ports)
    if energy is None:
        energy = figures.sum_if_complete(port.energy for port in ports)
    return _Metered(load, inlet, energy, ports)


def _circuits(service: RedfishService, pdu: ServicePdu, key: str) -> list[Json]:
    """The circuits that a PDU lists; none where it has no such list.

    Raises ProtocolError if an Id occurs twice, because the figures might count twice.
    """
    target = link(pdu.resource, key)
    listed = _unless_missing(lambda: service.expanded(target)) if target is not None else None
    found = members(service, listed) if listed is not None else []
    raise_if_twice(
        service,
        "circuits that are called",
        [name for name in (text(one, "Id") for one in found) if name],
    )
    return found


def _load(circuits: Sequence[Json]) -> Figures:
    return figures.sum_if_complete(figures.current(one) for one in circuits if _is_fitted(one))


def _is_fitted(circuit: Json) -> bool:
    return status_state(circuit) != "Absent"


def _shows_counter(circuit: Json) -> bool:
    counter = figures.excerpt(circuit, "EnergykWh")
    return counter is not None and counter.value is not None


def _metrics(service: RedfishService, pdu: ServicePdu) -> Json:
    target = link(pdu.resource, "Metrics")
    return _unless_missing(lambda: service.get(target)) or {} if target is not None else {}


def _unless_missing(read: Callable[[], T]) -> Optional[T]:
    """The result of `read`; None if there is no such resource. Other errors are raised, because the
    figures would jump if another source replaced this one."""
    try:
        return read()
    except HttpRefused as error:
        if error.code in _GONE:
            return None
        raise


def _energy(resource: Json) -> Figures:
    """The energy counter; None without one.

    If it is null, no other counter replaces it, because the figure would jump.
    """
    found = figures.excerpt(resource, "EnergykWh")
    return [found or RedfishFigure()] if "EnergykWh" in resource else None
