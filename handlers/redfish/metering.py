"""The answer of `statistic`: which resources are read, and which of their figures are used.

The link of a PDU shows that it has the mains, branches or metrics there: if they cannot be read
(404, too), their figures are not known. Only a PDU without the link is read by another source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Callable, NamedTuple

from .. import dcimanager
from ..shared.errors import PduHandlerError
from ..shared.meter_figures import NOT_ASKED, MeterFigures, measured
from . import figures, sensors
from .figures import AMPERES, KILOWATT_HOURS, WATTS, Figures, Sensors, of_part, unknown
from .members import Member, each_member, read_list, readable
from .resources import is_absent, link, status_state, text
from .responses import Json
from .service import RESOURCE_ERRORS, RedfishService
from .units import (
    UNIT_ERRORS,
    ListedOutlet,
    ServicePdu,
    name_unit,
    raise_if_shared,
    raise_if_twice,
    read_outlets,
    read_units,
)

# Resource.State of a circuit that carries nothing, and of one that cannot be read now
_UNUSED, _OFFLINE = ("Absent", "Disabled"), ("UnavailableOffline", "StandbyOffline")


class _FigureParts(NamedTuple):
    """The summands of each figure of a PDU, of its mains, or of an outlet. A value may be missing
    because its sensor is read later."""

    currents: Figures = None
    energies: Figures = None
    #: None too if it was not asked for
    powers: Figures = None


class _Port(NamedTuple):
    identity: str
    parts: _FigureParts


class _UnitFigures(NamedTuple):
    """The figures in the resources of one PDU."""

    total: _FigureParts
    #: of its mains
    inlet: _FigureParts
    ports: list[_Port]


def read_statistic(
    service: RedfishService, pdu_setting: str, with_power: bool = False
) -> dcimanager.Figures:
    """Load and energy, in total and by outlet; the power only `with_power`, which costs something
    if only sensors have it.

    Usual round trips for each PDU: up to 3 for outlets, mains and metrics; 1 for branches if the
    mains lack a figure; 1 more for each further page of a list, and for each outlet or circuit
    that a list only links to. Add the round trips of `units`, and those of `sensors.read_sensors`
    if only sensors have the values.
    """
    every = read_units(service, pdu_setting)
    raise_if_shared(every, [pdu.resource for pdu in every], "Mains", "Branches", "Metrics")
    figures_of_pdus = [_unit_figures(service, pdu, every, with_power) for pdu in every]
    ports = [port for pdu in figures_of_pdus for port in pdu.ports]
    raise_if_twice(service, "outlets that are called", [port.identity for port in ports])
    every_parts = [
        *(pdu.total for pdu in figures_of_pdus),
        *(pdu.inlet for pdu in figures_of_pdus),
        *(port.parts for port in ports),
    ]
    sources = figures.sensors_to_read(summands for parts in every_parts for summands in parts)
    amperes, hours, watts = _split_by_unit(sensors.read_sensors(service, every, sources))
    total = _sum([pdu.total for pdu in figures_of_pdus])
    inlet = _sum([pdu.inlet for pdu in figures_of_pdus])
    return dcimanager.Figures(
        load_a=figures.total(total.currents, amperes),
        energy_kwh=figures.total(total.energies, hours),
        ports={
            port.identity: MeterFigures(
                current_a=figures.total(port.parts.currents, amperes),
                power_w=figures.total(port.parts.powers, watts) if with_power else NOT_ASKED,
                energy_kwh=figures.total(port.parts.energies, hours),
            )
            for port in ports
        },
        power_w=figures.total(total.powers, watts) if with_power else NOT_ASKED,
        inlet_a=figures.total(inlet.currents, amperes),
        inlet_w=figures.total(inlet.powers, watts) if with_power else NOT_ASKED,
    )


def _sum(parts: Sequence[_FigureParts]) -> _FigureParts:
    """Each figure as the sum of that figure of all `parts`."""
    return _FigureParts(
        currents=figures.sum_if_complete(part.currents for part in parts),
        energies=figures.sum_if_complete(part.energies for part in parts),
        powers=figures.sum_if_complete(part.powers for part in parts),
    )


def _split_by_unit(resource_by_source: Mapping[str, Json]) -> tuple[Sensors, Sensors, Sensors]:
    """The sensors in A, in kWh and in W, each None in the others."""
    amperes, hours, watts = (
        {source: figures.sensor(resource, unit) for source, resource in resource_by_source.items()}
        for unit in (AMPERES, KILOWATT_HOURS, WATTS)
    )
    return amperes, hours, watts


def _port(outlet: ListedOutlet, with_power: bool) -> _Port:
    """What an outlet meters; power only `with_power`."""
    member = outlet.error or outlet.resource
    place = f"outlet {outlet.identity}"
    return _Port(
        outlet.identity,
        _FigureParts(
            _member_figures(place, member, figures.current),
            _member_figures(place, member, figures.energy),
            _member_figures(place, member, figures.power) if with_power else None,
        ),
    )


def _unit_figures(
    service: RedfishService, pdu: ServicePdu, every: Sequence[ServicePdu], with_power: bool
) -> _UnitFigures:
    """The figures of one PDU of `every`. An absent one of several has no load, and a counter that
    is not known.
    """
    if len(every) > 1 and is_absent(pdu.resource) and link(pdu.resource, "Mains") is None:
        counter = _FigureParts((), unknown(f"the PDU {pdu.prefix[:-1]} is Absent"), ())
        return _UnitFigures(counter, counter, [])
    try:
        ports = [_port(outlet, with_power) for outlet in read_outlets(service, pdu)]
    except UNIT_ERRORS as error:
        raise name_unit(error, every, pdu.prefix) from None
    inlet = _sum_circuits("Mains", _circuits(service, pdu, "Mains"), with_power)
    metrics = _metrics(service, pdu)
    # DMTF's metrics of a PDU have no current
    unit = _FigureParts(
        None,
        _member_figures("Metrics", metrics, figures.energy),
        _member_figures("Metrics", metrics, figures.power) if with_power else None,
    )
    total = _first(unit, inlet)
    lacks_power = with_power and total.powers is None
    if total.currents is None or total.energies is None or lacks_power:
        branches = _circuits(service, pdu, "Branches")
        total = _first(total, _sum_circuits("Branches", branches, with_power))
    return _UnitFigures(_first(total, _sum([port.parts for port in ports])), inlet, ports)


def _first(better: _FigureParts, other: _FigureParts) -> _FigureParts:
    """Each figure of `better`, or if there is none, of `other`."""
    return _FigureParts(
        *(figure if figure is not None else part for figure, part in zip(better, other))
    )


def _circuits(service: RedfishService, pdu: ServicePdu, key: str) -> list[Member]:
    """The circuits that a PDU lists, with an error in place of one that cannot be read, or of a
    list that cannot be read; none where the PDU has no such list.

    A list with an Id twice cannot be read: the figures might count twice.
    """
    target = link(pdu.resource, key)
    if target is None:
        return []
    try:
        circuits = each_member(service, read_list(service, target))
        raise_if_twice(
            service,
            "circuits that are called",
            [name for name in (text(circuit, "Id") for circuit in readable(circuits)) if name],
        )
    except RESOURCE_ERRORS as error:
        return [error]
    return circuits


def _sum_circuits(key: str, circuits: Sequence[Member], with_power: bool) -> _FigureParts:
    """The sums over circuits. One that is absent or disabled counts only by the counter that it
    shows: without it the sum would fall, and jump when the circuit is back. One that is offline may
    show its last current.
    """
    used_circuits = [circuit for circuit in circuits if _state(circuit) not in _UNUSED]
    counting_circuits = [
        circuit for circuit in circuits if _state(circuit) not in _UNUSED or _shows_counter(circuit)
    ]

    def part_figures(circuit: Member, figures_of: Callable[[Json], Figures]) -> Figures:
        circuit_id = "" if isinstance(circuit, PduHandlerError) else text(circuit, "Id")
        return _member_figures(f"{key} {circuit_id}".strip(), circuit, figures_of)

    def present_sum(figures_of: Callable[[Json], Figures]) -> Figures:
        return figures.sum_if_complete(
            unknown(f"{key}: its Status is {_state(circuit)}")
            if _state(circuit) in _OFFLINE
            else part_figures(circuit, figures_of)
            for circuit in used_circuits
        )

    return _FigureParts(
        present_sum(figures.current),
        figures.sum_if_complete(
            part_figures(circuit, figures.energy) for circuit in counting_circuits
        ),
        present_sum(figures.power) if with_power else None,
    )


def _member_figures(place: str, member: Member, figures_of: Callable[[Json], Figures]) -> Figures:
    """The figures of a resource, whose reasons name its `place`. One that cannot be read has a
    figure that is not known: no other source may replace it, because the sum would jump."""
    if isinstance(member, PduHandlerError):
        return unknown(f"{place}: {member.reason}")
    return of_part(place, figures_of(member))


def _state(circuit: Member) -> str:
    return "" if isinstance(circuit, PduHandlerError) else status_state(circuit)


def _shows_counter(circuit: Member) -> bool:
    counter = None if isinstance(circuit, PduHandlerError) else figures.energy(circuit)
    return counter is not None and measured(counter[0].value) is not None


def _metrics(service: RedfishService, pdu: ServicePdu) -> Member:
    """The metrics of a PDU; {} if it has none, the error if they cannot be read."""
    target = link(pdu.resource, "Metrics")
    try:
        return {} if target is None else service.get(target)
    except RESOURCE_ERRORS as error:
        return error
