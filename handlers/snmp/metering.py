"""The figures of one device, and of its outlets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, partial
from typing import NamedTuple, Optional, Union

from .. import dcimanager
from ..shared.errors import ProtocolError
from ..shared.meter_figures import (
    NOT_ASKED,
    ExactFigure,
    Figure,
    MeterFigures,
    NotKnown,
    NotMetered,
)
from .absence import is_walk_lost, lacks
from .cells import NO_ANSWER, is_index_missing, is_unanswered
from .device import (
    NOT_DECIDED,
    SnmpDevice,
    all_outlets,
    is_list_proven,
    is_measured,
    missing_unit,
    needed_sources,
    raise_if_unidentified,
)
from .measurements import Measurement
from .profile import Profile
from .read_scope import FIGURES, ReadScope
from .tables import Computed, Source, Tables, object_of
from .totals import Total


def read_totals(profile: Profile, tables: Tables, scope: ReadScope) -> Optional[SnmpDevice]:
    """The unit without its outlets, if its figures need none and one is measured, or if its family
    has no figure; else None."""
    if any(outlets.energy for outlets in profile.outlets):
        return None
    has_loads = any(outlets.current or outlets.power for outlets in profile.outlets)
    if has_loads and not scope.for_view:  # the view does not show the load of an outlet
        return None
    device = SnmpDevice(profile, None, {}, tables)
    totals = profile.totals
    if scope.for_view:
        totals = tuple(total for total in (profile.load, profile.energy) if total)
    if any(_needs_outlets(device, total, scope) for total in totals):
        return None
    if has_loads and _has_no_load(device):
        return None
    has_figures = has_loads or bool(totals)
    has_total = any(is_measured(device, total) for total in totals)
    return device if has_total or not has_figures else None


def within_scope(device: SnmpDevice, scope: ReadScope) -> SnmpDevice:
    """The unit, without the currents of outlets that neither the view nor the load needs."""
    load = device.profile.load
    if not scope.for_view or device.outlets is None or device.outlets.energy:
        return device
    if load is None or _needs_outlets(device, load, scope) or _has_no_load(device):
        return device
    return device._replace(outlets=replace(device.outlets, current=None))


def _needs_outlets(device: SnmpDevice, total: Total, scope: ReadScope) -> bool:
    """Whether the total depends on the outlets. For the view, the device's own figure is enough."""
    if scope.for_view and total.figures and total.unit is None:
        return total.else_outlets and not is_measured(device, total)
    return total.needs_outlets


def _has_no_load(device: SnmpDevice) -> bool:
    """Whether the unit shows no load of its own: the outlets say whether one is expected."""
    load = device.profile.load
    if load is None:
        return True
    try:
        return load.read(device.tables, device.valid_rows) is None
    except ProtocolError:  # its rows contradict each other, as the totals will say
        return False


@dataclass(frozen=True)
class _OutletColumn:
    """One figure of the outlets, and of rows that are not listed as outlets."""

    figure: Optional[Measurement] = None  #: none if the family has no such meter of outlets
    rows: Mapping[str, ExactFigure] = field(default_factory=dict)
    other_rows: Sequence[Mapping[str, ExactFigure]] = ()  #: of the outlets' other figures

    def of(self, identity: str) -> ExactFigure:
        """The figure of one outlet. Without a row in any column of its unit's meters it has no
        meter; without one here alone, or if there is one column, the row is missing:

        >>> energies = {"1": Decimal(90), "2": Decimal(30)}
        >>> currents = _OutletColumn(Measurement(None), {"1": Decimal("2.5")}, [energies])
        >>> currents.of("1"), currents.of("3")
        (Decimal('2.5'), None)
        >>> currents.of("2")
        NotKnown(reason='the answers have no row 2 of ')
        """
        if self.figure is None:
            return None
        if identity in self.rows:
            return self.rows[identity]
        if self._has_unidentified_row:
            return NotKnown(f"the answers lack the outlet of a row of {self.figure.objects}")
        unit = identity.rpartition(".")[0]
        own_units, *units_of_others = self._metered_units
        if unit not in own_units:
            return None  # its unit does not measure this
        columns_of_unit = [
            column for column, units in zip(self.other_rows, units_of_others) if unit in units
        ]
        if columns_of_unit and not any(identity in column for column in columns_of_unit):
            return None  # no column has it
        return NotKnown(f"the answers have no row {identity} of {self.figure.objects}")

    @cached_property
    def _has_unidentified_row(self) -> bool:
        return any(map(is_index_missing, self.rows))

    @cached_property
    def _metered_units(self) -> list[set[str]]:
        """The units with a meter of this figure, and of each of the others."""
        return [_metered_units(rows) for rows in (self.rows, *self.other_rows)]


def _metered_units(rows: Mapping[str, ExactFigure]) -> set[str]:
    """The units that the identities of metered rows begin with; "" without a chain:

    >>> _metered_units({"1.7": Decimal(2), "2.7": None}), _metered_units({"7": Decimal(2)})
    ({'1'}, {''})
    """
    return {row.rpartition(".")[0] for row, figure in rows.items() if figure is not None}


class _OutletColumns(NamedTuple):
    """The figures of the outlets."""

    current: _OutletColumn = _OutletColumn()
    energy: _OutletColumn = _OutletColumn()
    power: _OutletColumn = _OutletColumn()


_NO_COLUMNS = _OutletColumns()


class _Summation(NamedTuple):
    """What makes one total of the device. It sends nothing before it is `read`."""

    total: Total
    outlets: _OutletColumn = _OutletColumn()  #: the same figure of the outlets
    most: Optional[Decimal] = None  #: of one row, in A or W; an energy has no ceiling
    counters: bool = False  #: whether it adds up counters, each with a zero of its own

    def read(
        self,
        device: SnmpDevice,
        outlets: Iterable[str] = (),
        metered_units: Callable[[], Collection[str]] = tuple,
    ) -> ExactFigure:
        """The total of the device with these outlets, in A, kWh or W."""
        figures = {identity: self.outlets.of(identity) for identity in outlets}
        return self.total.read(
            device.tables,
            device.valid_rows,
            figures,
            self.most,
            counters=self.counters,
            metered_units=metered_units,
        )


class _Totals(NamedTuple):
    """The totals of a device."""

    load: _Summation
    energy: _Summation
    power: _Summation
    inlet: _Summation  #: in A
    inlet_power: _Summation


class _TotalFigures(NamedTuple):
    """The figures of `_Totals`, or why there is none."""

    load: Figure
    energy: Figure
    power: Figure
    inlet: Figure
    inlet_power: Figure


def read_statistic(device: SnmpDevice, *, with_power: bool = True) -> dcimanager.Figures:
    """The figures of a device, and of each outlet that has a meter."""
    # a tool may have read the states alone
    sources = needed_sources(device.profile, FIGURES) if with_power else ()
    device = device._replace(tables=device.tables.of_known_family(sources))
    if _needs_all_outlets(device, _totals(device.profile, with_power=with_power)):
        device = device._replace(decisions=all_outlets(device), is_compared_with_count=True)
        # the list may have shown rows that the columns of figures lack
        device = device._replace(tables=device.tables.of_known_family())
    columns = _outlet_columns(device, with_power=with_power)
    device = _with_metered_outlets(device, columns)
    if device.outlets:
        raise_if_unidentified(device.outlets, device.decisions, device.tables)
    totals = _totals(device.profile, columns, with_power=with_power)
    figures = _total_figures(device, totals)
    return dcimanager.Figures(
        load_a=figures.load,
        energy_kwh=figures.energy,
        ports=_ports(device, columns, with_power=with_power),
        power_w=figures.power if with_power else NOT_ASKED,
        inlet_a=figures.inlet,
        inlet_w=figures.inlet_power if with_power else NOT_ASKED,
    )


def _totals(
    profile: Profile, columns: _OutletColumns = _NO_COLUMNS, *, with_power: bool
) -> _Totals:
    """The totals of a family, with the figures of its outlets. Without power, one of no figures
    takes the place of each power."""
    limits, no_total = profile.ceilings, Total()
    power = profile.power if with_power else None
    inlet_power = profile.inlet_power if with_power else None
    return _Totals(
        load=_Summation(profile.load or no_total, columns.current, limits.part_a),
        energy=_Summation(profile.energy or no_total, columns.energy, counters=True),
        power=_Summation(power or no_total, columns.power, limits.part_w),
        inlet=_Summation(profile.inlet or no_total, most=limits.part_a),
        inlet_power=_Summation(inlet_power or no_total, most=limits.part_w),
    )


def _outlet_columns(device: SnmpDevice, *, with_power: bool) -> _OutletColumns:
    """The figures of the outlets, without the rows of those that the unit does not meter."""
    outlets, limits = device.outlets, device.profile.ceilings
    if outlets is None:
        return _NO_COLUMNS
    power = outlets.power if with_power else None
    currents = _figures_by_row(device, outlets.current, limits.outlet_a)
    energies = _figures_by_row(device, outlets.energy, None)
    powers = _figures_by_row(device, power, limits.outlet_w)
    # the rows of joined meters have other names in their own table
    columns = (currents, energies, powers)
    if any(columns) and not outlets.has_joined_meters:
        figures = list(filter(None, (outlets.current, outlets.energy, power)))
        for row in _unmetered_rows(device, figures):
            for rows in columns:
                rows.pop(row, None)
    return _OutletColumns(
        current=_OutletColumn(outlets.current, currents, (energies, powers)),
        energy=_OutletColumn(outlets.energy, energies, (currents, powers)),
        power=_OutletColumn(power, powers, (currents, energies)),
    )


def _figures_by_row(
    device: SnmpDevice, figure: Optional[Measurement], most: Optional[Decimal]
) -> dict[str, ExactFigure]:
    """The figure of each row of outlets' meters; none without a measurement. `most`: see
    `Ceilings`; none for an energy."""
    if figure is None:
        return {}
    return figure.rows(device.tables, most, device.valid_outlet_rows)


def _unmetered_rows(device: SnmpDevice, figures: Sequence[Measurement]) -> Sequence[str]:
    """The outlets of units with communication that no column of their meters has answered, if a GET
    of one says so too: models of many families switch outlets that they do not meter.

        A {"1": 0.6}, kWh {"1": 12, "2": no answer}  ["2"], if a GET of the A of 2 has none
        A {"1": 0.6, "2": no answer}                 []: one column alone does not tell

    Of a family with one figure of outlets, all of them, if the unit lacks its column.
    """
    tables = device.tables
    columns = [device.valid_outlet_rows(tables[figure.source], figure.source) for figure in figures]
    rows = [
        row
        for row in dict.fromkeys(row for column in columns for row in column)
        if all(is_unanswered(column.get(row, NO_ANSWER)) for column in columns)
    ]
    if _has_one_figure_of_outlets(device.profile):
        is_all = len(rows) == len(columns[0])
        return rows if is_all and _lacks_rows(tables, figures[0].source, rows) else []
    if len(figures) < 2:
        return []
    return rows if rows and not _has_row(tables, figures[0].source, rows[-1]) else []


def _has_one_figure_of_outlets(profile: Profile) -> bool:
    """Whether no outlet of the family has two figures, such as A and W."""
    return all(len(list(outlets.figures())) < 2 for outlets in profile.outlets)


def _lacks_rows(tables: Tables, source: Source, rows: Sequence[str]) -> bool:
    """Whether GETs of the first and the last row of a figure say that the unit does not have it."""
    if isinstance(source, Computed) and source.is_by_row():
        return not any(_has_row(tables, source, row) for row in (*rows[:1], *rows[-1:]))
    column = object_of(source)
    return column is not None and lacks(tables, column, rows)


def _has_row(tables: Tables, source: Source, row: str) -> bool:
    """Whether a GET has a value of this row: of the first of two columns that one figure has, or of
    the second if the unit lacks the first."""
    if isinstance(source, Computed) and source.is_by_row():
        return bool(tables.one_row(row)[source])
    return tables.has_cell(source, row)


def _needs_all_outlets(device: SnmpDevice, totals: _Totals) -> bool:
    """Whether a total or a join needs all outlets: it is by unit, or there is none without their
    own figures."""
    for summation in totals:
        if summation.total.unit is not None:
            return True
        if summation.total.else_outlets and summation.read(device) is None:
            return True
    return device.outlets is not None and device.outlets.has_joined_meters


def _with_metered_outlets(device: SnmpDevice, columns: _OutletColumns) -> SnmpDevice:
    """The unit with the outlets of which a meter has a row and the list has none: padding, unless a
    GET of the list says otherwise."""
    if is_list_proven(device) or device.outlets is None:
        return device
    states = device.outlets.states
    list_of_outlets = states.source if states else device.outlets.rows
    decisions = dict(device.decisions)
    for row in dict.fromkeys(row for column in columns for row in column.rows):
        if row in decisions or is_index_missing(row):
            continue
        value = device.tables.one_row(row)[list_of_outlets].get(row) if list_of_outlets else None
        if value is None or (states and states.is_absent(value)):
            break  # neither are the others
        decisions[row] = NOT_DECIDED
    return device._replace(decisions=decisions)


def _total_figures(device: SnmpDevice, totals: _Totals) -> _TotalFigures:
    """The figure of each total, or why there is none."""
    figures: list[Figure] = []
    for summation, total in zip(totals, _exact_totals(device, totals)):
        reason = _reason_without_total(device, summation, total)
        figures.append(_as_float(total) if reason is None else reason)
    return _TotalFigures(*figures)


def _exact_totals(device: SnmpDevice, totals: _Totals) -> Sequence[ExactFigure]:
    """The totals in their order. None is known if the device counts more units than its answers
    list, or if rows of which some are missing contradict each other."""
    metered_units = partial(_units_with_meter, device, totals)
    try:
        figures = [_read_total(device, summation, metered_units) for summation in totals]
    except ProtocolError as error:
        is_of_request = bool(error.operation)
        if is_of_request or not device.tables.reading.answers.has_missing_rows:
            raise
        return [NotKnown(error.reason) for _ in totals]
    if not any(isinstance(figure, Decimal) for figure in figures):
        return figures
    reason = missing_unit(device.profile, device.tables)
    if not reason:
        return figures
    return [None if figure is None else NotKnown(reason) for figure in figures]


def _read_total(
    device: SnmpDevice, summation: _Summation, metered_units: Callable[[], Collection[str]]
) -> ExactFigure:
    """One total, not known if a meter whose outlet is not listed would change it."""
    total = summation.read(device, device.decisions, metered_units)
    unlisted_rows = [
        row
        for row, figure in summation.outlets.rows.items()
        if isinstance(figure, Decimal) and figure and row not in device.decisions
    ]
    outlets_and_rows = (*device.decisions, *unlisted_rows)
    if not unlisted_rows or summation.read(device, outlets_and_rows, metered_units) == total:
        return total
    return NotKnown(f"{summation.total.objects} has the row {unlisted_rows[0]}, which is no outlet")


def _units_with_meter(device: SnmpDevice, totals: _Totals) -> set[str]:
    """The units of a chain with a row of any meter that was read."""
    units: set[str] = set()
    for summation in totals:
        if summation.total.unit is not None:
            units |= summation.total.metered_units(device.tables, device.valid_rows)
            rows = summation.outlets.rows.items()
            units |= {summation.total.unit.of(row) for row, figure in rows if figure is not None}
    return units


def _reason_without_total(
    device: SnmpDevice, summation: _Summation, total: ExactFigure
) -> Union[NotKnown, NotMetered, None]:
    """Why the unit shows none of a total that its family has; None if none is expected, either: the
    outlets do not meter it."""
    if total is not None:
        return None
    own_figures = summation.total.figures
    of_outlets = summation.outlets.figure
    figures = [of_outlets] if of_outlets and not own_figures else own_figures
    for figure in figures:
        if is_walk_lost(device.tables, figure.source):
            return NotKnown(f"a walk of {figure.objects} has no row, though a GET has one")
    of_each_outlet = [summation.outlets.of(identity) for identity in device.decisions]
    if all(figure is None for figure in of_each_outlet):
        return None
    lack = "its family has no total"
    if own_figures:
        lack = f"the unit does not show {summation.total.objects}"
    if not any(isinstance(figure, Decimal) for figure in of_each_outlet):
        return NotMetered(lack)
    return NotMetered(f"{lack}, only outlets meter it")


def _ports(
    device: SnmpDevice, columns: _OutletColumns, *, with_power: bool
) -> dict[str, MeterFigures]:
    """The figures of each outlet that has a meter."""
    ports: dict[str, MeterFigures] = {}
    for identity in device.decisions:
        current, energy = columns.current.of(identity), columns.energy.of(identity)
        power = columns.power.of(identity) if with_power else NOT_ASKED
        if any(figure not in (None, NOT_ASKED) for figure in (current, energy, power)):
            ports[identity] = MeterFigures(
                current_a=_as_float(current),
                power_w=_as_float(power),
                energy_kwh=_as_float(energy),
            )
    return ports


def _as_float(figure: ExactFigure) -> Figure:
    return float(figure) if isinstance(figure, Decimal) else figure


def unanswered_objects(device: SnmpDevice, figures: dcimanager.Figures) -> Sequence[str]:
    """The objects of load and energy that the device was asked for and did not answer."""
    profile = device.profile
    names: list[str] = []
    for total, figure in ((profile.load, figures.load_a), (profile.energy, figures.energy_kwh)):
        if total is not None and figure is None:
            names += total.unanswered(device.tables)
    return names
