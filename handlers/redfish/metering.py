"""The answer of `statistic`: which resources are read, and which of their figures are used.

The link of a PDU shows that it has the mains, branches or metrics there: if they cannot be read
(404, too), their figures are not known. Only a PDU without the link is read by another source.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Callable, NamedTuple, Optional

from .. import dcimanager
from ..shared.errors import PduHandlerError, ProtocolError
from ..shared.meter_figures import NOT_ASKED, MeterFigures, measured
from . import figures, sensors
from .figures import AMPERES, KILOWATT_HOURS, WATTS, Figures, Sensors, unknown
from .members import Member, each_member, read_list, readable
from .outlets import ListedOutlet, read_outlets
from .pdus import (
    UNIT_ERRORS,
    ServicePdu,
    name_unit,
    raise_if_shared,
    raise_if_twice,
    read_units,
)
from .resources import Reading, is_absent, link, meaning, status_word, text
from .responses import Json
from .service import RESOURCE_ERRORS, RedfishService
from .settings import PduChoice

#: the summands of current, energy and, if it was asked for, power, of a PDU, its mains or an
#: outlet; a value may be missing because its sensor is read later
_Parts = Sequence[Figures]
_FigureOf = Callable[[Json], Figures]


class _Kind(NamedTuple):
    """What is read of a resource."""

    #: for reasons
    name: str
    of: _FigureOf
    #: of its sensors
    units: Sequence[str]
    is_counter: bool = False


_KINDS = (
    _Kind("current", figures.current, AMPERES),
    _Kind("energy", figures.energy, KILOWATT_HOURS, is_counter=True),
    _Kind("power", figures.power, WATTS),
)


class _UnitFigures(NamedTuple):
    """The figures in the resources of one PDU."""

    total: _Parts
    #: of its mains
    inlet: _Parts
    #: of its outlets, by identity
    ports: Sequence[tuple[str, _Parts]]

    def figures(self, wanted: int) -> Iterator[Figures]:
        """The first `wanted` of each, for which sensors may have to be read."""
        all_parts = [self.total, self.inlet, *(parts for _, parts in self.ports)]
        return itertools.chain(*(parts[:wanted] for parts in all_parts))


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
    wanted = len(kinds)
    pdu_figures = [_unit_figures(service, pdu, pdus, wanted) for pdu in pdus]
    ports: list[tuple[str, _Parts]] = []
    summands: list[Figures] = []
    for unit in pdu_figures:
        ports += unit.ports
        summands += unit.figures(wanted)
    raise_if_twice(service, "outlets that are called", [identity for identity, _ in ports])
    sources = figures.sensors_to_read(summands)
    sensor_by_source = sensors.read_sensors(service, pdus, sources)
    readings: list[Sensors] = []
    for kind in kinds:
        reading_by_source: dict[str, Optional[float]] = {}
        for source, sensor in sensor_by_source.items():
            reading_by_source[source] = figures.sensor(sensor, kind.units)
        readings.append(reading_by_source)

    def meter(parts: _Parts) -> MeterFigures:
        current, energy, *powers = map(figures.total, parts, readings)
        power = powers[0] if powers else NOT_ASKED
        return MeterFigures(current_a=current, power_w=power, energy_kwh=energy)

    total = meter(_sum([unit.total for unit in pdu_figures]))
    inlet = meter(_sum([unit.inlet for unit in pdu_figures]))
    return dcimanager.Figures(
        load_a=total.current_a,
        energy_kwh=total.energy_kwh,
        ports={identity: meter(parts) for identity, parts in ports},
        power_w=total.power_w,
        inlet_a=inlet.current_a,
        inlet_w=inlet.power_w,
    )


def _sum(addends: Sequence[_Parts]) -> _Parts:
    """Each figure as the sum of that figure of all; not metered without any."""
    if not addends:
        return [None for _ in _KINDS]
    return [figures.sum_if_complete(column) for column in zip(*addends)]


def _unit_figures(
    service: RedfishService, pdu: ServicePdu, pdus: Sequence[ServicePdu], wanted: int
) -> _UnitFigures:
    """The figures of one PDU of `pdus`. An absent one of several has no load, and a counter that
    is not known, unless it lists its mains. What shows any figure is a meter, so
    all of `_KINDS` are looked at, and the first `wanted` decide which sources are read.
    """
    is_absent_one = len(pdus) > 1 and is_absent(pdu.resource)
    if is_absent_one and "Mains" not in pdu.resource:
        counter = unknown(f"the PDU {pdu.prefix[:-1]} is Absent")
        absent_parts = [counter if kind.is_counter else () for kind in _KINDS]
        return _UnitFigures(absent_parts, absent_parts, [])
    try:
        outlets = read_outlets(service, pdu)
    except UNIT_ERRORS as error:
        raise name_unit(error, pdus, pdu.prefix) from None
    sources = [
        # DMTF's metrics of a PDU have no current
        _Source("Metrics", _metrics_parts(_metrics(service, pdu))),
        _circuit_source(service, pdu, "Mains"),
    ]
    inlet = sources[-1].parts
    if _lacks_figure(sources, wanted):
        sources.append(_circuit_source(service, pdu, "Branches"))
    outlet_parts = _siblings([_part_of_outlet(outlet) for outlet in outlets])
    sources.append(_Source("the list of outlets", _sum(outlet_parts)))
    is_known = meaning(pdu.resource).unit is Reading.SHOWN
    doubt = unknown(f"the Status of the PDU is {status_word(pdu.resource)}")

    def believed(parts: _Parts, otherwise: Figures) -> _Parts:
        """The figures of the PDU or a part of it, `otherwise` without a status that allows them."""
        if is_known:
            return parts
        believed_parts: list[Figures] = []
        for part, kind in zip(parts, _KINDS):
            believed_parts.append(part if kind.is_counter else otherwise)
        return believed_parts

    ports: list[tuple[str, _Parts]] = []
    for outlet, parts in zip(outlets, outlet_parts):
        # an outlet that carries nothing may show its last current
        doubt_of_outlet = unknown(f"its Status is {status_word(outlet.resource)}")
        figures_of_port: list[Figures] = []
        for part in believed(parts, doubt):
            figures_of_port.append(doubt_of_outlet if part == () else part)
        ports.append((outlet.identity, figures_of_port))
    without_load: Figures = () if is_absent_one else doubt
    return _UnitFigures(
        believed(_total(sources), without_load), believed(inlet, without_load), ports
    )


def _lacks_figure(sources: Sequence[_Source], wanted: int) -> bool:
    """Whether no source has one of the first `wanted` figures."""
    for number in range(wanted):
        if all(source.parts[number] is None for source in sources):
            return True
    return False


def _part_of_outlet(outlet: ListedOutlet) -> _Part:
    return _Part(
        place=f"outlet {outlet.identity}",
        member=outlet.error or outlet.resource,
        reading=meaning(outlet.resource).unit,
    )


class _Source(NamedTuple):
    """Where the figures of a PDU may be, and its figures there."""

    name: str
    parts: _Parts


def _total(sources: Sequence[_Source]) -> _Parts:
    """Each figure of a PDU, from the first source that has it."""
    metered_names: list[str] = []
    for source in sources:
        if any(part is not None for part in source.parts):
            metered_names.append(source.name)
    total: list[Figures] = []
    for number, kind in enumerate(_KINDS):
        lacking_names = metered_names
        if kind.name == "current":
            # the metrics of a PDU have no current
            lacking_names = [name for name in metered_names if name != "Metrics"]
        parts = [(source.name, source.parts[number]) for source in sources]
        total.append(figures.first_source(parts, lacking_names))
    return total


def _circuit_source(service: RedfishService, pdu: ServicePdu, key: str) -> _Source:
    """The sums over the circuits that a PDU lists."""
    circuits = _circuits(service, pdu, key)
    sums = _sum(_siblings([_circuit_part(circuit) for circuit in circuits]))
    return _Source(key, [figures.of_part(key, figure) for figure in sums])


class _Part(NamedTuple):
    """An outlet or a circuit."""

    #: for reasons
    place: str
    member: Member
    #: by its status
    reading: Reading


def _circuit_part(circuit: Member) -> _Part:
    if isinstance(circuit, PduHandlerError):
        return _Part("", circuit, Reading.NOT_KNOWN)
    return _Part(text(circuit, "Id"), circuit, meaning(circuit).circuit)


def _figure(part: _Part, kind: _Kind) -> Figures:
    """A figure of an outlet or a circuit, whose reasons name its place. Here alone it is decided
    whether it is measured, not metered (None), not known, or of a part that carries nothing (no
    summand). No other source may replace one that is not known, because the sum would jump.
    """
    member = part.member
    place = part.place
    if isinstance(member, PduHandlerError):
        return figures.of_part(place, unknown(member.reason))
    figure = figures.of_part(place, kind.of(member))
    if part.reading is Reading.SHOWN:
        return figure
    if part.reading is Reading.NOTHING:
        # without the counter that it shows, the sum would fall, and jump when it is back
        has_counter = kind.is_counter and _is_measured(figure)
        return figure if has_counter else ()
    if figure is None or kind.is_counter:
        return figure
    return figures.of_part(place, unknown(f"its Status is {status_word(member)}"))


def _is_measured(part: Figures) -> bool:
    return bool(part) and all(measured(summand.value) is not None for summand in part or ())


def _siblings(parts: Sequence[_Part]) -> Sequence[_Parts]:
    """The figures of parts of one kind, by `figures.like_siblings`."""
    columns: list[list[Figures]] = []
    members = readable([part.member for part in parts])
    for kind in _KINDS:
        is_shown = any(kind.of(member) is not None for member in members)
        own_figures = [_figure(part, kind) for part in parts]
        column = figures.like_siblings(own_figures, kind.name, is_shown=is_shown)
        columns.append(column)
    return list(zip(*columns))


def _circuits(service: RedfishService, pdu: ServicePdu, key: str) -> list[Member]:
    """As `circuits_of`, with an error in place of a list that is empty."""
    circuits = circuits_of(service, pdu, key)
    if key in pdu.resource and not circuits:
        return [ProtocolError("the device lists none, though each PDU has some")]
    return circuits


def circuits_of(service: RedfishService, pdu: ServicePdu, key: str) -> list[Member]:
    """The circuits that a PDU lists, with an error in place of one that cannot be read, or of a
    list that cannot be read; none where the PDU has no such list.

    A list with an Id twice cannot be read: the figures might count twice.
    """
    try:
        target = link(pdu.resource, key)
        if target is None:
            return []
        circuits = each_member(service, read_list(service, target))
        raise_if_twice(
            service,
            "circuits that are called",
            [name for name in (text(circuit, "Id") for circuit in readable(circuits)) if name],
        )
    except RESOURCE_ERRORS as error:
        return [error]
    return circuits


def _metrics_parts(metrics: Member) -> _Parts:
    """The figures of the metrics, which have no current."""
    if isinstance(metrics, PduHandlerError):
        return [
            None if kind.name == "current" else unknown(f"Metrics: {metrics.reason}")
            for kind in _KINDS
        ]
    return [
        None if kind.name == "current" else figures.of_part("Metrics", kind.of(metrics))
        for kind in _KINDS
    ]


def _metrics(service: RedfishService, pdu: ServicePdu) -> Member:
    """The metrics of a PDU; {} if it has none, the error if they cannot be read."""
    try:
        target = link(pdu.resource, "Metrics")
        return {} if target is None else service.get(target)
    except RESOURCE_ERRORS as error:
        return error
