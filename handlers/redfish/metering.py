"""The answer of `statistic`: which resources are read, and which of their figures are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Callable, NamedTuple, Optional

from .. import host
from ..http.errors import HttpRefused
from ..shared.errors import PduHandlerError
from . import figures, sensors
from .figures import AMPERES, KILOWATT_HOURS, WATTS, RedfishFigure, Sensors
from .members import Member, each_member, read_list, readable
from .resources import is_absent, link, text
from .responses import Json
from .service import RESOURCE_ERRORS, RedfishService
from .units import (
    UNIT_ERRORS,
    ServicePdu,
    name_and_log,
    raise_if_shared,
    raise_if_twice,
    read_outlets,
    readable_units,
)

Figures = Optional[Sequence[RedfishFigure]]
_GONE = ("404", "410")


class _Port(NamedTuple):
    identity: str
    current: Figures
    energy: Figures
    power: Figures


class _UnitFigures(NamedTuple):
    """The figures in the resources of one PDU.

    A value may be missing because its sensor is read later.
    """

    load: Figures
    #: of its mains
    inlet: Figures
    energy: Figures
    ports: list[_Port]


#: of a PDU that cannot be read
_UNREAD = _UnitFigures((RedfishFigure(),), (RedfishFigure(),), (RedfishFigure(),), [])


def read_statistic(
    service: RedfishService, pdu_setting: str, with_power: bool = False
) -> host.Figures:
    """Load and energy, in total and by outlet; the power of outlets only `with_power`, which costs
    something if only sensors have it.

    Usual round trips for each PDU: up to 3 for outlets, mains and metrics; 1 for branches if the
    mains are not metered; 1 more for each further page of a list, and for each outlet or circuit
    that a list only links to. Add the round trips of `units`, and those of `sensors.read_sensors`
    if only sensors have the values.
    """
    every, errors = readable_units(service, pdu_setting)
    raise_if_shared(every, [pdu.resource for pdu in every], "Mains", "Branches", "Metrics")
    figures_of_pdus = [_metered_of(service, pdu, every, with_power) for pdu in every]
    figures_of_pdus += [_UNREAD for _ in errors]
    ports = [port for pdu in figures_of_pdus for port in pdu.ports]
    raise_if_twice(service, "outlets that are called", [port.identity for port in ports])
    currents = [*(pdu.load for pdu in figures_of_pdus), *(port.current for port in ports)]
    energies = [*(pdu.energy for pdu in figures_of_pdus), *(port.energy for port in ports)]
    parts = [*currents, *energies, *(port.power for port in ports)]
    resource_by_source = sensors.read_sensors(service, every, figures.sensors_to_read(parts))
    amperes, hours, watts = _split_by_unit(resource_by_source)
    load = figures.total(figures.sum_if_complete(pdu.load for pdu in figures_of_pdus), amperes)
    energy = figures.total(figures.sum_if_complete(pdu.energy for pdu in figures_of_pdus), hours)
    inlet = figures.total(figures.sum_if_complete(pdu.inlet for pdu in figures_of_pdus), amperes)
    return host.Figures(load, energy, _port_figures(ports, amperes, hours, watts), inlet_a=inlet)


def _split_by_unit(resource_by_source: Mapping[str, Json]) -> tuple[Sensors, Sensors, Sensors]:
    """The sensors in A, in kWh and in W, each None in the others."""
    amperes, hours, watts = (
        {source: figures.sensor(resource, unit) for source, resource in resource_by_source.items()}
        for unit in (AMPERES, KILOWATT_HOURS, WATTS)
    )
    return amperes, hours, watts


def _port_figures(
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


def _ports(outlets: Sequence[tuple[str, Json]], with_power: bool) -> list[_Port]:
    return [
        _Port(
            name,
            figures.current(outlet),
            _energy(outlet),
            figures.power(outlet) if with_power else None,
        )
        for name, outlet in outlets
    ]


def _metered_of(
    service: RedfishService, pdu: ServicePdu, every: Sequence[ServicePdu], with_power: bool
) -> _UnitFigures:
    """The figures of one PDU of `every`. An absent one of several has no load, and a counter that
    is not known.
    """
    is_one_of_several = len(every) > 1
    if is_one_of_several and is_absent(pdu.resource) and link(pdu.resource, "Mains") is None:
        return _UNREAD._replace(load=(), inlet=())
    try:
        ports = _ports(read_outlets(service, pdu), with_power)
    except UNIT_ERRORS as error:
        if not is_one_of_several:
            raise
        name_and_log(error, every, pdu.prefix)
        return _UNREAD
    mains = _circuits(service, pdu, "Mains")
    load = inlet = _load(mains)
    if load is None:
        load = _load(_circuits(service, pdu, "Branches"))
    energy = _member_figures(_metrics(service, pdu), _energy)
    if energy is None:
        # with the counter of an absent circuit: the sum would fall, and jump when it is back
        energy = figures.sum_if_complete(
            _member_figures(circuit, _energy)
            for circuit in mains
            if _is_fitted(circuit) or _shows_counter(circuit)
        )
    if load is None:
        load = figures.sum_if_complete(port.current for port in ports)
    if energy is None:
        energy = figures.sum_if_complete(port.energy for port in ports)
    return _UnitFigures(load, inlet, energy, ports)


def _circuits(service: RedfishService, pdu: ServicePdu, key: str) -> list[Member]:
    """The circuits that a PDU lists, with an error in place of one that cannot be read, or of a
    list that cannot be read; none where the PDU has no such list.

    A list with an Id twice cannot be read: the figures might count twice.
    """
    target = link(pdu.resource, key)
    collection = _unless_missing(lambda: read_list(service, target)) if target is not None else {}
    if isinstance(collection, PduHandlerError) or not collection:
        return [collection] if collection else []
    try:
        circuits = each_member(service, collection)
        raise_if_twice(
            service,
            "circuits that are called",
            [name for name in (text(circuit, "Id") for circuit in readable(circuits)) if name],
        )
    except RESOURCE_ERRORS as error:
        return [error]
    return circuits


def _load(circuits: Sequence[Member]) -> Figures:
    return figures.sum_if_complete(
        _member_figures(circuit, figures.current) for circuit in circuits if _is_fitted(circuit)
    )


def _member_figures(member: Member, figures_of: Callable[[Json], Figures]) -> Figures:
    """The figures of a resource. One that cannot be read has a figure that is not known: no other
    source may replace it, because the sum would jump."""
    return [RedfishFigure()] if isinstance(member, PduHandlerError) else figures_of(member)


def _is_fitted(circuit: Member) -> bool:
    return isinstance(circuit, PduHandlerError) or not is_absent(circuit)


def _shows_counter(circuit: Member) -> bool:
    counter = _member_figures(circuit, _energy)
    return counter is not None and counter[0].value is not None


def _metrics(service: RedfishService, pdu: ServicePdu) -> Member:
    target = link(pdu.resource, "Metrics")
    return _unless_missing(lambda: service.get(target)) if target is not None else {}


def _unless_missing(fetch: Callable[[], Json]) -> Member:
    """The result of `fetch`; {} if there is no such resource, and otherwise the error if it cannot
    be read."""
    try:
        return fetch()
    except RESOURCE_ERRORS as error:
        return {} if isinstance(error, HttpRefused) and error.code in _GONE else error


def _energy(resource: Json) -> Figures:
    """The energy counter; None without one.

    If it is null, no other counter replaces it, because the figure would jump.
    """
    figure = figures.excerpt(resource, "EnergykWh")
    return [figure or RedfishFigure()] if "EnergykWh" in resource else None
