"""Figures and labels of a detected device.

A statistic asks in this order. Each question rests on the answers to those before it.

    what the meter of each outlet shows                     `_outlet_rows`
    whether a total needs all outlets                       `_with_outlets`
    which outlets are shown by meters alone                 `_with_metered_outlets`
    what each total is: its figures, or the outlets'        `Total.read_from` (figures.py)
      not known if a meter without an outlet changes it     `_read_total`
      not known in a unit in which another meter shows      `_metered_units`
      none known if rows contradict or a unit is missing    `_totals`
      not known if outlets show what it does not            `_total_beside_outlets`
    which outlets have a meter                              `_ports`
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from itertools import chain, compress, zip_longest
from typing import Callable, NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from .. import dcimanager
from ..dcimanager.rows import Raw
from ..shared.errors import ProtocolError
from ..shared.labels import name_text
from ..shared.meter_figures import NOT_ASKED, Figure, MeterFigures, NotKnown, measured
from .decoding import printable_text
from .device import SnmpDevice, all_outlets, has_joined_meters, is_list_proven, outlets_read
from .figures import ExactFigure, Measurement, Total
from .reader import LOST, Lost, Reader
from .sources.base import is_unanswered, is_unidentified, object_name


@dataclass(frozen=True)
class _OutletRows:
    """One figure of the outlets, and of rows that are not listed as outlets."""

    figure: Optional[Measurement]
    rows: Mapping[str, ExactFigure]
    #: the same of the outlets' other figures
    other_rows: Sequence[Mapping[str, ExactFigure]] = ()

    def of(self, identity: str) -> ExactFigure:
        """The figure of one outlet. Without a row in any column of its unit's meters it has no
        meter; without one here alone, or if there is one column, the row is missing."""
        if self.figure is None:
            return None
        if identity in self.rows:
            return self.rows[identity]
        if self._has_unidentified_row:
            return NotKnown(f"the answers lack the outlet of a row of {self.figure.objects}")
        unit = _unit_of(identity)
        units, *units_of_others = self._units_by_column
        if unit not in units:
            return None  # its unit does not measure this
        other_columns = []
        for rows, units_of_other in zip(self.other_rows, units_of_others):
            if unit in units_of_other:
                other_columns.append(rows)
        is_in_another = any(identity in rows for rows in other_columns)
        if other_columns and not is_in_another:
            return None  # no column has it
        return NotKnown(f"the answers have no row {identity} of {self.figure.objects}")

    @cached_property
    def _has_unidentified_row(self) -> bool:
        return any(map(is_unidentified, self.rows))

    @cached_property
    def _units_by_column(self) -> Sequence[set[str]]:
        """The units of a chain that have a meter, by this column and by the others."""
        units_by_column: list[set[str]] = []
        for column in (self.rows, *self.other_rows):
            units = {_unit_of(row) for row, figure in column.items() if figure is not None}
            units_by_column.append(units)
        return units_by_column


class _TotalRequest(NamedTuple):
    """A total to be read."""

    total: Total  #: without figures if the family has none
    outlets: _OutletRows
    most: Optional[Decimal] = None  #: see `Total.read_from`
    counters: bool = False  #: see `Total.read_from`

    def read(
        self,
        tables: Reader,
        outlets: Iterable[str] = (),
        metered_units: Callable[[], Collection[str]] = tuple,
    ) -> ExactFigure:
        """The total of a device with these outlets. `metered_units`: see `Total.read_from`."""
        figures = {identity: self.outlets.of(identity) for identity in outlets}
        return self.total.read_from(
            tables, figures, self.most, counters=self.counters, metered_units=metered_units
        )

    def needs_outlets(self, tables: Reader) -> bool:
        """Whether all outlets must be known: it is by unit, or there is none without their own
        figures."""
        if self.total.unit is not None:
            return True
        return self.total.else_outlets and self.read(tables) is None


class _TotalRequests(NamedTuple):
    """The totals of a device. The first three have the figures of its outlets."""

    load: _TotalRequest
    energy: _TotalRequest
    power: _TotalRequest
    inlet: _TotalRequest
    inlet_power: _TotalRequest


def read_statistic(device: SnmpDevice, *, with_power: bool = True) -> dcimanager.Figures:
    """The figures of a device, and of each outlet that has a meter. Without `with_power`, power is
    left out.
    """
    statistic = partial(_statistic, device, device.reader.whole(), with_power=with_power)
    return device.reader.decide(statistic)


def _statistic(device: SnmpDevice, tables: Reader, *, with_power: bool) -> dcimanager.Figures:
    """The figures, as these tables show them. The outlets are listed by `device.reader`, as a
    status lists them: by whole tables, a row of padding whose mark is lost would be one."""
    requests = _total_requests(device, tables, with_power=with_power)
    device = _with_outlets(device, requests, tables)
    device = _with_metered_outlets(device, requests, tables)
    totals: list[Figure] = []
    for request, total in zip(requests, _totals(device, requests, tables)):
        totals.append(_total_beside_outlets(device, request, tables, _as_float(total)))
    load_a, energy_kwh, power_w, inlet_a, inlet_w = totals
    if not with_power:
        power_w = inlet_w = NOT_ASKED
    return dcimanager.Figures(
        load_a=load_a,
        energy_kwh=energy_kwh,
        ports=_ports(device, requests, with_power=with_power),
        power_w=power_w,
        inlet_a=inlet_a,
        inlet_w=inlet_w,
    )


def _total_requests(device: SnmpDevice, tables: Reader, *, with_power: bool) -> _TotalRequests:
    """The totals, with the figures of outlets that are read."""
    profile, ceilings = device.profile, device.profile.ceilings
    currents, energies, powers = _outlet_rows(device, tables, with_power=with_power)
    no_rows = _OutletRows(None, {})
    no_total = Total()
    power = profile.power if with_power else None
    inlet_power = profile.inlet_power if with_power else None
    return _TotalRequests(
        load=_TotalRequest(profile.load or no_total, currents, ceilings.part_a),
        energy=_TotalRequest(profile.energy or no_total, energies, counters=True),
        power=_TotalRequest(power or no_total, powers, ceilings.part_w),
        inlet=_TotalRequest(profile.inlet or no_total, no_rows, ceilings.part_a),
        inlet_power=_TotalRequest(inlet_power or no_total, no_rows, ceilings.part_w),
    )


def _outlet_rows(
    device: SnmpDevice, tables: Reader, *, with_power: bool
) -> tuple[_OutletRows, _OutletRows, _OutletRows]:
    """Currents, energies and powers of the outlets."""
    outlets, ceilings = device.outlets, device.profile.ceilings
    if outlets is None:
        no_rows = _OutletRows(None, {})
        return no_rows, no_rows, no_rows
    power = outlets.power if with_power else None
    currents = _rows_of(outlets.current, ceilings.outlet_a, tables)
    energies = _rows_of(outlets.energy, None, tables)
    powers = _rows_of(power, ceilings.outlet_w, tables)
    columns = [rows for rows in (currents, energies, powers) if rows]
    if len(columns) > 1:
        measurements = (outlets.current, outlets.energy, power)
        for unmetered_row in _unmetered_rows(measurements, tables):
            for rows in columns:
                rows.pop(unmetered_row, None)
    return (
        _OutletRows(outlets.current, currents, (energies, powers)),
        _OutletRows(outlets.energy, energies, (currents, powers)),
        _OutletRows(power, powers, (currents, energies)),
    )


def _rows_of(
    measurement: Optional[Measurement], most: Optional[Decimal], tables: Reader
) -> dict[str, ExactFigure]:
    """The figure of each row, at most `most`; {} if the family does not have it."""
    return measurement.rows_from(tables, most) if measurement else {}


def _unmetered_rows(measurements: Sequence[Optional[Measurement]], tables: Reader) -> Sequence[str]:
    """The outlets that no column of their meters has answered, if a GET of one says so too: models
    of many families switch outlets that they do not meter."""
    sources = [measurement.source for measurement in measurements if measurement is not None]
    columns = [tables.rows(source) for source in sources]
    unmetered_rows: list[str] = []
    for row in dict.fromkeys(chain.from_iterable(columns)):
        values_of_row = [column.get(row, LOST) for column in columns]
        if all(map(is_unanswered, values_of_row)):
            unmetered_rows.append(row)
    if not unmetered_rows:
        return []
    # one GET as a sample: if it has a value, the walks have lost rows, and none is unmetered
    sample = sources[0].value_of(tables, unmetered_rows[-1])
    return [] if sample is not None else unmetered_rows


def _unit_of(identity: str) -> str:
    """The unit of an outlet of a chain: all arcs but the last."""
    return identity.rpartition(".")[0]


def _with_outlets(device: SnmpDevice, requests: _TotalRequests, tables: Reader) -> SnmpDevice:
    """The device with all outlets that it counts, if a total or a join needs them."""
    needs_outlets = any(request.needs_outlets(tables) for request in requests)
    if not needs_outlets and not has_joined_meters(device):
        return device
    return device._replace(states=all_outlets(device), is_counted=True)


def _with_metered_outlets(
    device: SnmpDevice, requests: _TotalRequests, tables: Reader
) -> SnmpDevice:
    """The device with the outlets of which a meter has a row and the list has none: padding, unless
    a GET of the list says otherwise. No outlet is missing in a list that is proven."""
    if is_list_proven(device):
        return device
    listed_outlets = outlets_read(device)
    states = dict(device.states)
    metered_rows = chain.from_iterable(request.outlets.rows for request in requests)
    for row in dict.fromkeys(metered_rows):
        if row in listed_outlets or is_unidentified(row):
            continue
        if device.outlets is None or not device.outlets.has_row(tables, row):
            break  # neither are the others
        states[row] = EnumPowerStatus.UNKNOWN
    return device._replace(states=states)


def _totals(device: SnmpDevice, requests: _TotalRequests, tables: Reader) -> Sequence[ExactFigure]:
    """The totals, in the order of `requests`. No total is known if the device counts more units
    than its answers list, or if these contradict each other because rows are lost."""
    # a unit without a row of one total has a meter if another total has its row
    metered_units = partial(_metered_units, requests, tables)
    try:
        outlets = outlets_read(device)
        totals = [_read_total(request, tables, outlets, metered_units) for request in requests]
    except ProtocolError as error:
        is_of_request = bool(error.operation)  # else of rows that contradict each other
        if is_of_request or not tables.lacks_rows():
            raise
        return [NotKnown(error.reason) for _ in requests]
    if not any(isinstance(total, Decimal) for total in totals):
        return totals
    missing_unit = device.profile.missing_unit(tables)
    if not missing_unit:
        return totals
    return [None if total is None else NotKnown(missing_unit) for total in totals]


def _read_total(
    request: _TotalRequest,
    tables: Reader,
    outlets: Collection[str],
    metered_units: Callable[[], Collection[str]],
) -> ExactFigure:
    """One total, not known if a meter whose outlet is not listed would change it."""
    total = request.read(tables, outlets, metered_units)
    unlisted_rows: list[str] = []
    for row, figure in request.outlets.rows.items():
        is_above_zero = isinstance(figure, Decimal) and bool(figure)
        if is_above_zero and row not in outlets:
            unlisted_rows.append(row)
    if not unlisted_rows:
        return total
    total_of_all_rows = request.read(tables, (*outlets, *unlisted_rows), metered_units)
    if total_of_all_rows == total:
        return total
    return NotKnown(f"{request.total.objects} has the row {unlisted_rows[0]}, which is no outlet")


def _metered_units(requests: _TotalRequests, tables: Reader) -> set[str]:
    """The units of a chain with a row of any meter that was read."""
    units: set[str] = set()
    for request in requests:
        total = request.total
        if total.unit is None:
            continue
        units |= total.metered_units(tables)
        for row, figure in request.outlets.rows.items():
            if figure is not None:
                units.add(total.unit.of(row))
    return units


def _total_beside_outlets(
    device: SnmpDevice, request: _TotalRequest, tables: Reader, total: Figure
) -> Figure:
    """The total; not known if the device answers none of its objects, but a meter of an outlet
    shows that something is counted. It stays not metered if the device marks it so."""
    if total is not None or not request.total.unanswered(tables):
        return total
    figures_of_outlets = map(request.outlets.of, outlets_read(device))
    if any((measured(_as_float(figure)) or 0) > 0 for figure in figures_of_outlets):
        return NotKnown("the unit shows no total, though its outlets show figures")
    return None


def _ports(
    device: SnmpDevice, requests: _TotalRequests, *, with_power: bool
) -> dict[str, MeterFigures]:
    """The figures of each outlet that has a meter."""
    ports: dict[str, MeterFigures] = {}
    for identity in outlets_read(device):
        current = requests.load.outlets.of(identity)
        energy = requests.energy.outlets.of(identity)
        power = requests.power.outlets.of(identity) if with_power else NOT_ASKED
        has_meter = any(figure not in (None, NOT_ASKED) for figure in (current, energy, power))
        if has_meter:
            ports[identity] = MeterFigures(
                current_a=_as_float(current),
                power_w=_as_float(power),
                energy_kwh=_as_float(energy),
            )
    return ports


def _as_float(figure: ExactFigure) -> Figure:
    """A figure as platform and tools take it; a reason stays one."""
    return float(figure) if isinstance(figure, Decimal) else figure


def unanswered_objects(device: SnmpDevice, figures: dcimanager.Figures) -> Sequence[str]:
    """The objects of load and energy that the device was asked for and did not answer, so that
    these figures are taken as not metered."""
    profile = device.profile
    names: list[str] = []
    for total, figure in ((profile.load, figures.load_a), (profile.energy, figures.energy_kwh)):
        if total is not None and figure is None:
            names += total.unanswered(device.reader)
    return names


def labels(device: SnmpDevice, encoding: str = "") -> list[dcimanager.Label]:
    """Number and name of each outlet; `encoding` is that of texts that are not UTF-8, "" if it is
    not known. The number defaults to the last arc of the identity. If several outlets have the
    same, their units stand before it: "2:7"."""
    outlets, reader = device.outlets, device.reader
    if outlets is None:
        return []
    printed_numbers = reader.rows(outlets.number) if outlets.number else {}
    names = reader.rows(outlets.name) if outlets.name else {}
    numbers: dict[str, str] = {}
    for identity in outlets_read(device):
        printed_number = _shown_text(printed_numbers.get(identity, ""), encoding)
        last_arc = identity.rpartition(".")[2]
        numbers[identity] = printed_number or last_arc
    outlet_labels: list[dcimanager.Label] = []
    for identity, number in _distinct(numbers).items():
        name = _shown_text(names.get(identity, ""), encoding)
        label = dcimanager.label(identity, number, name)
        outlet_labels.append(label)
    return outlet_labels


def lost_labels(device: SnmpDevice) -> list[tuple[str, str]]:
    """Outlet -> why its number or its name is not known, of those whose labels other outlets
    have."""
    return device.reader.decide(partial(_lost_labels, device, device.reader.whole()))


def _lost_labels(device: SnmpDevice, tables: Reader) -> list[tuple[str, str]]:
    """Outlet -> the reason of each of its labels that is lost in these tables."""
    outlets = device.outlets
    if outlets is None:
        return []
    reasons: list[tuple[str, str]] = []
    for source in (outlets.number, outlets.name):
        if source is None:
            continue
        for identity, value in tables.rows(source).items():
            if isinstance(value, Lost) and identity in device.states:
                reasons.append((identity, f"{object_name(source)}: {value.reason}"))
    return reasons


def _shown_text(raw: Raw, encoding: str) -> str:
    """A name or number for people."""
    if isinstance(raw, bytes):
        return printable_text(name_text(raw, encoding))
    return printable_text(raw)


def _distinct(numbers: Mapping[str, str]) -> Mapping[str, str]:
    """The numbers; if some are the same, each after those arcs of the identity before the last that
    differ. They are as before if that does not help."""
    if len(set(numbers.values())) == len(numbers):
        return numbers
    units = {identity: identity.split(".")[:-1] for identity in numbers}
    differing: list[bool] = []
    for arcs_there in zip_longest(*units.values()):
        differing.append(len(set(arcs_there)) > 1)
    numbers_with_units: dict[str, str] = {}
    for identity, number in numbers.items():
        parts = [*compress(units[identity], differing), number]
        numbers_with_units[identity] = ":".join(parts)
    distinct_numbers = set(numbers_with_units.values())
    if len(distinct_numbers) < len(numbers):
        return numbers
    return numbers_with_units
