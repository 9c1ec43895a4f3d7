"""The answer of `statistic`: which resources are read, and which of their figures are used.

The link of a PDU shows that it has the mains, branches or metrics there: if they cannot be read
(404, too), their figures are not known. Only a PDU without the link is read by another source.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Callable, NamedTuple

from .. import dcimanager
from ..shared.errors import PduHandlerError
from ..shared.meter_figures import NOT_ASKED, MeterFigures, measured
from . import figures, sensors
from .figures import AMPERES, KILOWATT_HOURS, WATTS, Figures, Sensors, of_part, unknown
from .members import Member, each_member, read_list, readable
from .outlets import read_outlets
from .pdus import (
    UNIT_ERRORS,
    ServicePdu,
    name_unit,
    raise_if_shared,
    raise_if_twice,
    read_units,
)
from .resources import is_absent, link, status_state, text
from .responses import Json
from .service import RESOURCE_ERRORS, RedfishService
from .settings import PduChoice

# Resource.State of a circuit that carries nothing, and of one that cannot be read now
_UNUSED, _OFFLINE = ("Absent", "Disabled"), ("UnavailableOffline", "StandbyOffline")


#: the summands of current, energy and, if it was asked for, power, of a PDU, its mains or an
#: outlet; a value may be missing because its sensor is read later
_Parts = Sequence[Figures]
_FigureOf = Callable[[Json], Figures]
#: what is read of a resource, and the units of its sensors
_KINDS: Sequence[tuple[_FigureOf, Sequence[str]]] = (
    (figures.current, AMPERES),
    (figures.energy, KILOWATT_HOURS),
    (figures.power, WATTS),
)


class _UnitFigures(NamedTuple):
    """The figures in the resources of one PDU."""

    total: _Parts
    #: of its mains
    inlet: _Parts
    #: of its outlets, by identity
    ports: Sequence[tuple[str, _Parts]]

    def figures(self) -> Iterator[Figures]:
        """All of them, for which sensors may have to be read."""
        return itertools.chain(self.total, self.inlet, *(parts for _, parts in self.ports))


def read_statistic(
    service: RedfishService, choice: PduChoice, *, with_power: bool = False
) -> dcimanager.Figures:
    """Load and energy, in total and by outlet; the power only `with_power`, which costs something
    if only sensors have it.

    Usual round trips for each PDU: up to 3 for outlets, mains and metrics; 1 for branches if the
    mains lack a figure; 1 more for each further page of a list, and for each outlet or circuit
    that a list only links to. Add the round trips of `pdus`, and those of `sensors.read_sensors`
    if only sensors have the values.
    """
    pdus = read_units(service, choice)
    raise_if_shared(pdus, [pdu.resource for pdu in pdus], "Mains", "Branches", "Metrics")
    kinds = _KINDS if with_power else _KINDS[:2]
    figures_of = [figure_of for figure_of, _ in kinds]
    pdu_figures = [_unit_figures(service, pdu, pdus, figures_of) for pdu in pdus]
    ports = [port for unit in pdu_figures for port in unit.ports]
    raise_if_twice(service, "outlets that are called", [identity for identity, _ in ports])
    sources = figures.sensors_to_read(figure for unit in pdu_figures for figure in unit.figures())
    sensor_by_source = sensors.read_sensors(service, pdus, sources)
    readings: list[Sensors] = [
        {source: figures.sensor(sensor, units) for source, sensor in sensor_by_source.items()}
        for _, units in kinds
    ]

    def meter(parts: _Parts) -> MeterFigures:
        current, energy, *powers = map(figures.total, parts, readings)
        power = powers[0] if powers else NOT_ASKED
        return MeterFigures(current_a=current, power_w=power, energy_kwh=energy)

    total = meter(_sum([unit.total for unit in pdu_figures]))
    inlet = meter(_sum([unit.inlet for unit in pdu_figures]))
    return dcimanager.Figures(
        total.current_a,
        total.energy_kwh,
        {identity: meter(parts) for identity, parts in ports},
        total.power_w,
        inlet.current_a,
        inlet.power_w,
    )


def _sum(addends: Sequence[_Parts]) -> _Parts:
    """Each figure as the sum of that figure of all."""
    return [figures.sum_if_complete(column) for column in zip(*addends)]


def _unit_figures(
    service: RedfishService,
    pdu: ServicePdu,
    pdus: Sequence[ServicePdu],
    figures_of: Sequence[_FigureOf],
) -> _UnitFigures:
    """The figures of one PDU of `pdus`. An absent one of several has no load, and a counter that
    is not known.
    """
    if len(pdus) > 1 and is_absent(pdu.resource) and link(pdu.resource, "Mains") is None:
        counter = unknown(f"the PDU {pdu.prefix[:-1]} is Absent")
        parts = [counter if figure_of is figures.energy else () for figure_of in figures_of]
        return _UnitFigures(parts, parts, [])

    def parts_of(place: str, member: Member) -> _Parts:
        return [_member_figures(place, member, figure_of) for figure_of in figures_of]

    try:
        outlets = read_outlets(service, pdu)
    except UNIT_ERRORS as error:
        raise name_unit(error, pdus, pdu.prefix) from None
    ports = [
        (outlet.identity, parts_of(f"outlet {outlet.identity}", outlet.error or outlet.resource))
        for outlet in outlets
    ]
    inlet = _sum_circuits("Mains", _circuits(service, pdu, "Mains"), figures_of)
    # DMTF's metrics of a PDU have no current
    metrics = parts_of("Metrics", _metrics(service, pdu))
    total = _first([None, *metrics[1:]], inlet)
    if None in total:
        branches = _circuits(service, pdu, "Branches")
        total = _first(total, _sum_circuits("Branches", branches, figures_of))
    return _UnitFigures(_first(total, _sum([parts for _, parts in ports])), inlet, ports)


def _first(better: _Parts, other: _Parts) -> _Parts:
    """Each figure of `better`, or if there is none, of `other`, in which all may be missing."""
    return [
        figure if figure is not None else part
        for figure, part in itertools.zip_longest(better, other)
    ]


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


def _sum_circuits(key: str, circuits: Sequence[Member], figures_of: Sequence[_FigureOf]) -> _Parts:
    """The sums over circuits. One that is absent or disabled counts only by the counter that it
    shows: without it the sum would fall, and jump when the circuit is back. One that is offline may
    show its last current.
    """

    def part(circuit: Member, figure_of: _FigureOf) -> Figures:
        if figure_of is not figures.energy and _state(circuit) in _OFFLINE:
            return unknown(f"{key}: its Status is {_state(circuit)}")
        circuit_id = "" if isinstance(circuit, PduHandlerError) else text(circuit, "Id")
        return _member_figures(f"{key} {circuit_id}".strip(), circuit, figure_of)

    return [
        figures.sum_if_complete(
            part(circuit, figure_of)
            for circuit in circuits
            if _state(circuit) not in _UNUSED
            or (figure_of is figures.energy and _shows_counter(circuit))
        )
        for figure_of in figures_of
    ]


def _member_figures(place: str, member: Member, figure_of: _FigureOf) -> Figures:
    """The figures of a resource, whose reasons name its `place`. One that cannot be read has a
    figure that is not known: no other source may replace it, because the sum would jump."""
    if isinstance(member, PduHandlerError):
        return unknown(f"{place}: {member.reason}")
    return of_part(place, figure_of(member))


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
