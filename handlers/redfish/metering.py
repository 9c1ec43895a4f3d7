"""The answer of `statistic`: which resources are read, and which of their figures are used.

The link of a PDU shows that it has the mains, branches or metrics there: if they cannot be read
(404, too), their figures are not known. Only a PDU without the link is read by another source.
"""

from __future__ import annotations

from collections.abc import Sequence
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

#: the summands of current, energy and power, in the order of `_KINDS`, of a PDU, its mains or an
#: outlet; a value may be missing because its sensor is read later
_FiguresByKind = Sequence[Figures]
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

    total: _FiguresByKind
    #: of its mains
    inlet: _FiguresByKind
    #: of its outlets, by identity
    ports: Sequence[tuple[str, _FiguresByKind]]

    def figures(self, kind_count: int) -> list[Figures]:
        """Those of the first kinds, for which sensors may have to be read."""
        summands = [*self.total[:kind_count], *self.inlet[:kind_count]]
        for _, port in self.ports:
            summands += port[:kind_count]
        return summands


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
    units = [_unit_figures(service, pdu, pdus, len(kinds)) for pdu in pdus]
    ports: list[tuple[str, _FiguresByKind]] = []
    summands: list[Figures] = []
    for unit in units:
        ports += unit.ports
        summands += unit.figures(len(kinds))
    raise_if_twice(service, "outlets that are called", [identity for identity, _ in ports])
    readings = _sensor_readings(service, pdus, kinds, summands)
    total = _meter(_sum([unit.total for unit in units]), readings)
    inlet = _meter(_sum([unit.inlet for unit in units]), readings)
    return dcimanager.Figures(
        load_a=total.current_a,
        energy_kwh=total.energy_kwh,
        ports={identity: _meter(port, readings) for identity, port in ports},
        power_w=total.power_w,
        inlet_a=inlet.current_a,
        inlet_w=inlet.power_w,
    )


def _sensor_readings(
    service: RedfishService,
    pdus: Sequence[ServicePdu],
    kinds: Sequence[_Kind],
    summands: Sequence[Figures],
) -> list[Sensors]:
    """The sensors of those summands that are not known, as they are read for each of the kinds."""
    sources = figures.sensors_to_read(summands)
    sensor_by_source = sensors.read_sensors(service, pdus, sources)
    readings: list[Sensors] = []
    for kind in kinds:
        reading_by_source: dict[str, Optional[float]] = {}
        for source, sensor in sensor_by_source.items():
            reading_by_source[source] = figures.sensor(sensor, kind.units)
        readings.append(reading_by_source)
    return readings


def _meter(by_kind: _FiguresByKind, readings: Sequence[Sensors]) -> MeterFigures:
    """The sums of the summands; the power only if there are readings for it, too."""
    current, energy, *powers = map(figures.total, by_kind, readings)
    power = powers[0] if powers else NOT_ASKED
    return MeterFigures(current_a=current, power_w=power, energy_kwh=energy)


def _sum(addends: Sequence[_FiguresByKind]) -> _FiguresByKind:
    """Each figure as the sum of that figure of all; not metered without any."""
    if not addends:
        return [None for _ in _KINDS]
    return [figures.sum_if_complete(column) for column in zip(*addends)]


def _unit_figures(
    service: RedfishService, pdu: ServicePdu, pdus: Sequence[ServicePdu], kind_count: int
) -> _UnitFigures:
    """The figures of one PDU of `pdus`. An absent one of several has no load, and a counter that
    is not known, unless it lists its mains. What shows any figure is a meter, so
    all of `_KINDS` are looked at, and the first of them decide which sources are read.
    """
    is_absent_one = len(pdus) > 1 and is_absent(pdu.resource)
    if is_absent_one and "Mains" not in pdu.resource:
        return _absent_unit(pdu)
    try:
        outlets = read_outlets(service, pdu)
    except UNIT_ERRORS as error:
        raise name_unit(error, pdus, pdu.prefix) from None
    metrics = _metrics_source(service, pdu)
    mains = _circuit_source(service, pdu, "Mains")
    sources = [metrics, mains]
    if _lacks_figure(sources, kind_count):
        sources.append(_circuit_source(service, pdu, "Branches"))
    outlet_figures = _siblings([_part_of_outlet(outlet) for outlet in outlets])
    sources.append(_Source("the list of outlets", _sum(outlet_figures)))
    total = _total(sources)
    inlet = mains.figures
    if meaning(pdu.resource).unit is not Reading.SHOWN:
        doubt = unknown(f"the Status of the PDU is {status_word(pdu.resource)}")
        without_load: Figures = () if is_absent_one else doubt
        total = _with_counters_alone(total, without_load)
        inlet = _with_counters_alone(inlet, without_load)
        outlet_figures = [_with_counters_alone(outlet, doubt) for outlet in outlet_figures]
    ports: list[tuple[str, _FiguresByKind]] = []
    for outlet, by_kind in zip(outlets, outlet_figures):
        # an outlet that carries nothing may show its last current
        doubt_of_outlet = unknown(f"its Status is {status_word(outlet.resource)}")
        port = [doubt_of_outlet if figure == () else figure for figure in by_kind]
        ports.append((outlet.identity, port))
    return _UnitFigures(total, inlet, ports)


def _absent_unit(pdu: ServicePdu) -> _UnitFigures:
    """No load, and a counter that is not known."""
    counter = unknown(f"the PDU {pdu.prefix[:-1]} is Absent")
    by_kind = [counter if kind.is_counter else () for kind in _KINDS]
    return _UnitFigures(total=by_kind, inlet=by_kind, ports=[])


def _with_counters_alone(by_kind: _FiguresByKind, otherwise: Figures) -> _FiguresByKind:
    """The counters, which keep their last value, and `otherwise` in place of the other figures."""
    figures_by_kind: list[Figures] = []
    for figure, kind in zip(by_kind, _KINDS):
        figures_by_kind.append(figure if kind.is_counter else otherwise)
    return figures_by_kind


def _lacks_figure(sources: Sequence[_Source], kind_count: int) -> bool:
    """Whether no source has the figure of one of the first kinds."""
    for number in range(kind_count):
        if all(source.figures[number] is None for source in sources):
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
    figures: _FiguresByKind


def _total(sources: Sequence[_Source]) -> _FiguresByKind:
    """Each figure of a PDU, from the first source that has it."""
    metered_names: list[str] = []
    for source in sources:
        if any(figure is not None for figure in source.figures):
            metered_names.append(source.name)
    total: list[Figures] = []
    for number, kind in enumerate(_KINDS):
        lacking_names = metered_names
        if kind.name == "current":
            # the metrics of a PDU have no current
            lacking_names = [name for name in metered_names if name != "Metrics"]
        figures_by_name = [(source.name, source.figures[number]) for source in sources]
        total.append(figures.first_source(figures_by_name, lacking_names))
    return total


def _circuit_source(service: RedfishService, pdu: ServicePdu, key: str) -> _Source:
    """The sums over the circuits that a PDU lists."""
    circuits = _circuits(service, pdu, key)
    circuit_figures = _siblings([_circuit_part(circuit) for circuit in circuits])
    sums = [figures.of_part(key, figure) for figure in _sum(circuit_figures)]
    return _Source(key, sums)


class _Part(NamedTuple):
    """An outlet or a circuit."""

    #: for reasons
    place: str
    member: Member
    #: by its status
    reading: Reading


def _circuit_part(circuit: Member) -> _Part:
    if isinstance(circuit, PduHandlerError):
        return _Part(place="", member=circuit, reading=Reading.NOT_KNOWN)
    return _Part(place=text(circuit, "Id"), member=circuit, reading=meaning(circuit).circuit)


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


def _is_measured(summands: Figures) -> bool:
    """Whether there are summands, and each of them has a value."""
    if not summands:
        return False
    return all(measured(summand.value) is not None for summand in summands)


def _siblings(parts: Sequence[_Part]) -> Sequence[_FiguresByKind]:
    """The figures of parts of one kind, by `figures.like_siblings`."""
    columns: list[list[Figures]] = []
    members = readable([part.member for part in parts])
    for kind in _KINDS:
        is_shown = any(kind.of(member) is not None for member in members)
        own_figures = [_figure(part, kind) for part in parts]
        columns.append(figures.like_siblings(own_figures, kind.name, is_shown=is_shown))
    # by part, not by kind
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
        ids = [text(circuit, "Id") for circuit in readable(circuits)]
        raise_if_twice(service, "circuits that are called", list(filter(None, ids)))
    except RESOURCE_ERRORS as error:
        return [error]
    return circuits


def _metrics_source(service: RedfishService, pdu: ServicePdu) -> _Source:
    """The metrics of a PDU. DMTF's have no current."""
    metrics = _metrics(service, pdu)
    by_kind: list[Figures] = []
    for kind in _KINDS:
        if kind.name == "current":
            by_kind.append(None)
        elif isinstance(metrics, PduHandlerError):
            by_kind.append(unknown(f"Metrics: {metrics.reason}"))
        else:
            by_kind.append(figures.of_part("Metrics", kind.of(metrics)))
    return _Source("Metrics", by_kind)


def _metrics(service: RedfishService, pdu: ServicePdu) -> Member:
    """The metrics of a PDU; {} if it has none, the error if they cannot be read."""
    try:
        target = link(pdu.resource, "Metrics")
        if target is None:
            return {}
        return service.get(target)
    except RESOURCE_ERRORS as error:
        return error
