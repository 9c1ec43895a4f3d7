"""The answer of `statistic`: which resources are read, and which of their figures are used.

The link of a PDU shows that it has the mains, branches or metrics there: if they cannot be read
(404, too), their figures are not known. Only a PDU without the link, or whose list is empty, is
read by another source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable, NamedTuple

from .. import dcimanager
from ..shared.errors import PduHandlerError
from ..shared.meter_figures import (
    NOT_ASKED,
    Figure,
    MeterFigures,
    NotKnown,
    first_metered,
    measured,
)
from . import figures, sensors
from .figures import AMPERES, KILOWATT_HOURS, NOTHING, WATTS, Reader, Sensors
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


class _Quantity(NamedTuple):
    """Current, energy or power."""

    of: Callable[[Json, Reader], Figure]
    read: Reader
    is_counter: bool = False


#: the figures of a PDU, its mains or an outlet, in the order of `_quantities`
_Figures = Sequence[Figure]


class _UnitResources(NamedTuple):
    """What was read of one PDU."""

    pdu: ServicePdu
    #: whether it is an absent one of several
    is_absent_one: bool
    outlets: Sequence[ListedOutlet] = ()
    metrics: Member = {}
    mains: Sequence[Member] = ()
    branches: Sequence[Member] = ()

    @property
    def is_read(self) -> bool:
        """Whether it has figures: an absent one of several has, if it lists its mains."""
        return not self.is_absent_one or "Mains" in self.pdu.resource


class _UnitFigures(NamedTuple):
    """The figures of one PDU."""

    total: _Figures
    #: of its mains
    inlet: _Figures
    #: of its outlets, by identity
    ports: Sequence[tuple[str, _Figures]]


def read_statistic(
    service: RedfishService, choice: PduChoice, *, with_power: bool = False
) -> dcimanager.Figures:
    """Load and energy, in total and by outlet; the power only `with_power`, which costs something
    if only sensors have it.

    Usual round trips for each PDU: up to 3 for outlets, mains and metrics; 1 for branches if
    metrics and mains lack a figure; 1 more for each further page of a list, and for each outlet or
    circuit that a list only links to. Add the round trips of `pdus`, and those of
    `sensors.read_sensors` if only sensors have the values.
    """
    pdus = read_units(service, choice)
    raise_if_shared(pdus, [pdu.resource for pdu in pdus], "Mains", "Branches", "Metrics")
    known = Sensors()
    quantities = _quantities(known, with_power=with_power)
    resources = [_read_unit(service, pdu, pdus, quantities) for pdu in pdus]
    units = [_unit_figures(unit, quantities) for unit in resources]
    if known.missing:
        known.by_source.update(sensors.read_sensors(service, pdus, known.missing))
        units = [_unit_figures(unit, quantities) for unit in resources]
    ports = [port for unit in units for port in unit.ports]
    raise_if_twice(service, "outlets that are called", [identity for identity, _ in ports])
    total = _meter(_sums([unit.total for unit in units], quantities))
    inlet = _meter(_sums([unit.inlet for unit in units], quantities))
    return dcimanager.Figures(
        load_a=total.current_a,
        energy_kwh=total.energy_kwh,
        ports={identity: _meter(port) for identity, port in ports},
        power_w=total.power_w,
        inlet_a=inlet.current_a,
        inlet_w=inlet.power_w,
    )


def _quantities(known: Sensors, *, with_power: bool) -> Sequence[_Quantity]:
    """What is read of each resource."""
    quantities = [
        _Quantity(figures.current, Reader(known, AMPERES)),
        _Quantity(figures.energy, Reader(known, KILOWATT_HOURS), is_counter=True),
    ]
    if with_power:
        quantities.append(_Quantity(figures.power, Reader(known, WATTS)))
    return quantities


def _meter(by_quantity: _Figures) -> MeterFigures:
    """The figures under their names."""
    current, energy, *powers = by_quantity
    power = powers[0] if powers else NOT_ASKED
    return MeterFigures(current_a=current, power_w=power, energy_kwh=energy)


# ---- what is read --------------------------------------------------------------------------------


def _read_unit(
    service: RedfishService,
    pdu: ServicePdu,
    pdus: Sequence[ServicePdu],
    quantities: Sequence[_Quantity],
) -> _UnitResources:
    """What shows the figures of one PDU of `pdus`: its branches only if metrics and mains lack one
    of them.
    """
    unit = _UnitResources(pdu, is_absent_one=len(pdus) > 1 and is_absent(pdu.resource))
    if not unit.is_read:
        return unit
    try:
        outlets = read_outlets(service, pdu)
    except UNIT_ERRORS as error:
        raise name_unit(error, pdus, pdu.prefix) from None
    metrics = _metrics(service, pdu)
    mains = circuits_of(service, pdu, "Mains")
    branches: Sequence[Member] = ()
    sources = (_of_metrics(metrics, quantities), _of_circuits("Mains", mains, quantities))
    if None in _first_metered(sources):
        branches = circuits_of(service, pdu, "Branches")
    return unit._replace(outlets=outlets, metrics=metrics, mains=mains, branches=branches)


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


def _metrics(service: RedfishService, pdu: ServicePdu) -> Member:
    """The metrics of a PDU; {} if it has none, the error if they cannot be read."""
    try:
        target = link(pdu.resource, "Metrics")
        if target is None:
            return {}
        return service.get(target)
    except RESOURCE_ERRORS as error:
        return error


# ---- which of it is used -------------------------------------------------------------------------


def _unit_figures(unit: _UnitResources, quantities: Sequence[_Quantity]) -> _UnitFigures:
    """The figures of one PDU: of its metrics, else its mains, else its branches, else its outlets.
    An absent one of several has no load, and a counter that is not known, unless it lists its
    mains.
    """
    pdu = unit.pdu
    if not unit.is_read:
        counter = NotKnown(f"the PDU {pdu.prefix[:-1]} is Absent")
        absent = [counter if quantity.is_counter else NOTHING for quantity in quantities]
        return _UnitFigures(total=absent, inlet=absent, ports=[])
    outlets = [_of_outlet(outlet, quantities) for outlet in unit.outlets]
    inlet = _of_circuits("Mains", unit.mains, quantities)
    sources = (
        _of_metrics(unit.metrics, quantities),
        inlet,
        _of_circuits("Branches", unit.branches, quantities),
        _sums(outlets, quantities),
    )
    total = _first_metered(sources)
    if meaning(pdu.resource).unit is not Reading.SHOWN:
        doubt = NotKnown(f"the Status of the PDU is {status_word(pdu.resource)}")
        without_load = NOTHING if unit.is_absent_one else doubt
        total = _with_counters_alone(total, quantities, without_load)
        inlet = _with_counters_alone(inlet, quantities, without_load)
        outlets = [_with_counters_alone(outlet, quantities, doubt) for outlet in outlets]
    ports: list[tuple[str, _Figures]] = []
    for outlet, by_quantity in zip(unit.outlets, outlets):
        # an outlet that carries nothing may show its last current
        doubt = NotKnown(f"its Status is {status_word(outlet.resource)}")
        port = [doubt if figure == NOTHING else figure for figure in by_quantity]
        ports.append((outlet.identity, port))
    return _UnitFigures(total, inlet, ports)


def _first_metered(sources: Sequence[_Figures]) -> _Figures:
    """Each figure of the first source that has it."""
    return [first_metered(*column) for column in zip(*sources)]


def _sums(parts: Sequence[_Figures], quantities: Sequence[_Quantity]) -> _Figures:
    """Each figure as the sum of that figure of all; not metered without any."""
    if not parts:
        return [None for _ in quantities]
    return [figures.sum_in_use(column) for column in zip(*parts)]


def _with_counters_alone(
    by_quantity: _Figures, quantities: Sequence[_Quantity], otherwise: Figure
) -> _Figures:
    """The counters, which keep their last value, and `otherwise` in place of the other figures."""
    counters: list[Figure] = []
    for figure, quantity in zip(by_quantity, quantities):
        counters.append(figure if quantity.is_counter else otherwise)
    return counters


def _of_metrics(metrics: Member, quantities: Sequence[_Quantity]) -> _Figures:
    """The figures in the metrics of a PDU."""
    by_quantity: list[Figure] = []
    for quantity in quantities:
        figure: Figure = None
        if quantity.of is not figures.current:  # PowerDistributionMetrics_v1 has none
            figure = _figure("Metrics", metrics, Reading.SHOWN, quantity)
        by_quantity.append(figure)
    return by_quantity


def _of_circuits(key: str, circuits: Sequence[Member], quantities: Sequence[_Quantity]) -> _Figures:
    """The sums over the circuits that a PDU lists under `key`."""
    parts: list[_Figures] = []
    for circuit in circuits:
        place, reading = "", Reading.NOT_KNOWN
        if not isinstance(circuit, PduHandlerError):
            place, reading = text(circuit, "Id"), meaning(circuit).circuit
        parts.append([_figure(place, circuit, reading, quantity) for quantity in quantities])
    return [figures.of_part(key, total) for total in _sums(parts, quantities)]


def _of_outlet(outlet: ListedOutlet, quantities: Sequence[_Quantity]) -> _Figures:
    place = f"outlet {outlet.identity}"
    member = outlet.error or outlet.resource
    reading = meaning(outlet.resource).unit
    return [_figure(place, member, reading, quantity) for quantity in quantities]


def _figure(place: str, member: Member, reading: Reading, quantity: _Quantity) -> Figure:
    """A figure of metrics, a circuit or an outlet, whose reasons name its place. Here alone it is
    decided whether it is measured, not metered (None), not known, or of a part that carries
    nothing. `reading`: by its status.
    """
    if isinstance(member, PduHandlerError):
        return figures.of_part(place, NotKnown(member.reason))
    figure = figures.of_part(place, quantity.of(member, quantity.read))
    if reading is Reading.SHOWN:
        return figure
    if reading is Reading.NOTHING:
        # without the counter that it shows, the sum would fall, and jump when it is back
        has_counter = quantity.is_counter and measured(figure) is not None
        return figure if has_counter else NOTHING
    if figure is None or quantity.is_counter:
        return figure
    return figures.of_part(place, NotKnown(f"its Status is {status_word(member)}"))
