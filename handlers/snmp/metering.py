"""The figures of one device, and of its outlets: A, W and kWh for a statistic.

A figure is a number (`Decimal`), NotKnown (a meter shows no value now), NotMetered, or None: there
is no such meter. Each of the five totals (load, energy, power, two of the inlet) is a sum
(`_Summation`): of rows of the device's own meters, or of the same figure of each outlet.

    walk load {"1": 25, "2": 27}, tenths of an ampere        load 5.2 A
    no load, walk current of the outlets {"1": 25, "2": 27}  load 5.2 A, if the family adds them up

A family's `Total` says which rows are added up: `total.figures` of the device's own meters; with
`total.else_outlets`, on a device without these, the figures of its outlets; with `total.unit`, the
device is a chain of units, and each unit must have a row. `device.decisions` has the outlets that
the device lists. `device.tables[source]` are the rows of an object, walked when they are first
asked for; NO_ANSWER where the answers lack one. `device.valid_rows` takes the rows of a source and
the source, and gives `Missing` in place of each value of a unit without communication.
`scope.for_view` says that the statistic is for the platform's view, which shows an outlet only with
its energy.
"""

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
from .cells import NO_ANSWER, Rows, is_index_missing, is_unanswered
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
    """The device without its outlets, for a statistic that need not list them; None if it must.
    That saves a walk of their states.

    outlets of the family have an energy                    None
    they have a current, and it is not for the view         None
    a load that is the sum of the outlets' currents         None
    a load of 5.2 A of its own                              the device
    walk load -> nothing                                    None: the outlets may tell more
    a family without any figure                             the device
    """
    has_energies = any(outlets.energy for outlets in profile.outlets)
    measures_outlets = any(outlets.current or outlets.power for outlets in profile.outlets)
    if has_energies or (measures_outlets and not scope.for_view):
        return None  # the statistic shows figures of outlets
    device = SnmpDevice(profile, None, {}, tables)
    totals = profile.totals
    if scope.for_view:
        totals = tuple(total for total in (profile.load, profile.energy) if total)
    if any(_needs_outlets(device, total, scope) for total in totals):
        return None
    if measures_outlets and not _has_load(device):
        return None
    has_figures = measures_outlets or bool(totals)
    is_any_measured = any(is_measured(device, total) for total in totals)
    return device if is_any_measured or not has_figures else None


def within_scope(device: SnmpDevice, scope: ReadScope) -> SnmpDevice:
    """The device as the statistic reads it: for the view, which shows an outlet only with its
    energy, without currents of outlets. They stay if the load needs them.

    for the view, outlets with a current alone, a load of 5.2 A     outlets without a current
    the same, but no load, or a load that is the outlets' sum       the device as it is
    outlets with an energy, or not for the view                     the device as it is
    """
    outlets, load = device.outlets, device.profile.load
    if not scope.for_view or outlets is None or outlets.energy or load is None:
        return device
    if _needs_outlets(device, load, scope) or not _has_load(device):
        return device
    outlets_without_current = replace(outlets, current=None)
    return device._replace(outlets=outlets_without_current)


def _needs_outlets(device: SnmpDevice, total: Total, scope: ReadScope) -> bool:
    """Whether the outlets must be listed for a total: as its summands, or to tell which units it
    must be of. For the view, a figure of the whole device's own is enough.

    a load of one object of the device                              False
    a load by unit                                                  True
    for the view, a load of one object, or else the outlets' sum    False if the object has a value
    """
    if scope.for_view and total.figures and total.unit is None:
        return total.else_outlets and not is_measured(device, total)
    return total.needs_outlets


def _has_load(device: SnmpDevice) -> bool:
    """Whether the device has a load by its own meters, so that the currents of its outlets are not
    needed to tell whether it should have one:

    walk load {"1": 52}, tenths of an ampere     True: 5.2 A
    walk load {"1": NO_ANSWER}                   True: there is a load, not known now
    walk load -> nothing, or {"1": "-1"}         False: no row has a meter
    a family without a load                      False
    """
    load = device.profile.load
    if load is None:
        return False
    try:
        figure = load.read(device.tables, device.valid_rows)
    except ProtocolError:  # its rows contradict each other, as the totals will say
        return True
    return figure is not None


@dataclass(frozen=True)
class _OutletColumn:
    """One figure of all outlets, such as their currents: `rows` are {"1": 2.5 A, "2": NotKnown},
    perhaps with rows that are not listed as outlets. `other_rows` are those of the outlets' other
    figures, such as energies and powers. A row that ends with a dot, "2.", is of unit 2, and which
    outlet it is of is not known."""

    figure: Optional[Measurement] = None  #: none if the family has no such meter of outlets
    rows: Mapping[str, ExactFigure] = field(default_factory=dict)  #: outlet -> A, W or kWh
    #: the rows of the outlets' other figures: of a column of currents, the energies and powers
    other_rows: Sequence[Mapping[str, ExactFigure]] = ()

    def of(self, identity: str) -> ExactFigure:
        """The figure of one outlet; None if it has no meter. Outlet 3 has no row in any column of
        figures, so it has none. Outlet 2 has an energy, so its current was not answered:

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
        if self._lacks_meter(identity):
            return None
        return NotKnown(f"the answers have no row {identity} of {self.figure.objects}")

    def _lacks_meter(self, identity: str) -> bool:
        """Whether an outlet without a row in this column has no such meter: no outlet of its unit
        has one, or its unit's other figures have no row of it, either.

        >>> column = _OutletColumn(rows={"1": Decimal(2)}, other_rows=[{"1": Decimal(90)}])
        >>> column._lacks_meter("2"), column._lacks_meter("2.1")
        (True, True)
        >>> _OutletColumn(rows={"1": Decimal(2)})._lacks_meter("2")
        False
        """
        unit = identity.rpartition(".")[0]
        own_units, *units_of_others = self._metered_units
        columns = [rows for rows, units in zip(self.other_rows, units_of_others) if unit in units]
        is_in_no_column = bool(columns) and all(identity not in rows for rows in columns)
        return unit not in own_units or is_in_no_column

    @cached_property
    def _has_unidentified_row(self) -> bool:
        """Whether a row does not tell its outlet: its identity ends with a dot."""
        return any(map(is_index_missing, self.rows))

    @cached_property
    def _metered_units(self) -> list[set[str]]:
        """The units with a meter of this figure, and of each of the others."""
        columns = (self.rows, *self.other_rows)
        return [_metered_units(rows) for rows in columns]


def _metered_units(rows: Mapping[str, ExactFigure]) -> set[str]:
    """The units that the identities of metered rows begin with; "" without a chain:

    >>> _metered_units({"1.7": Decimal(2), "2.7": None}), _metered_units({"7": Decimal(2)})
    ({'1'}, {''})
    """
    return {row.rpartition(".")[0] for row, figure in rows.items() if figure is not None}


class _OutletColumns(NamedTuple):
    """The three figures that an outlet may have, each of all outlets."""

    current: _OutletColumn = _OutletColumn()
    energy: _OutletColumn = _OutletColumn()
    power: _OutletColumn = _OutletColumn()


_NO_COLUMNS = _OutletColumns()


class _Summation(NamedTuple):
    """A sum that gives one total of the device, such as its load: from the rows of the family's
    `total`, or from the same figure of the `outlets`. No row is above `most` A or W. With
    `counters` the rows are meter readings in kWh. It sends nothing before it is `read`."""

    total: Total  #: which rows are added up, by the family's profile
    outlets: _OutletColumn = _OutletColumn()  #: the same figure of the outlets
    #: the largest figure that one row can have, in A or W; an energy has no limit
    most: Optional[Decimal] = None
    counters: bool = False  #: whether it adds up counters, each with a zero of its own

    def read(
        self,
        device: SnmpDevice,
        outlets: Iterable[str] = (),
        metered_units: Callable[[], Collection[str]] = tuple,
    ) -> ExactFigure:
        """The total of the device with these outlets, in A, kWh or W, or why there is none.
        `metered_units`: called without arguments if the total lacks a unit of a chain; returns the
        units that show any meter, such as {"1", "2"}: without one of these the total is NotKnown,
        without another it is NotMetered.

            load rows {"1": 2.5 A, "2": 2.7 A}, outlets 1.1 and 2.1       5.2 A
            load rows {"1": 2.5 A}, outlets 1.1 and 2.1                   NotKnown or NotMetered
        """
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
    """The sums that give the five totals of a device."""

    load: _Summation
    energy: _Summation
    power: _Summation
    inlet: _Summation  #: in A
    inlet_power: _Summation


class _TotalFigures(NamedTuple):
    """The five totals of a device: a number, or why there is none."""

    load: Figure  #: in A
    energy: Figure  #: in kWh
    power: Figure  #: in W
    inlet: Figure  #: in A
    inlet_power: Figure  #: in W


def read_statistic(device: SnmpDevice, *, with_power: bool = True) -> dcimanager.Figures:
    """The figures of a device for a statistic, in A, W and kWh, and those of each outlet that has a
    meter. `with_power`: also the powers, which the platform does not ask for. Raises ProtocolError
    if a total needs all outlets and the device lists fewer than it counts, or if an outlet of the
    list cannot be told from the others.

    walk current {"1": 25, "2": 27}, tenths, and no load of its own
        Figures(load_a=5.2, energy_kwh=None, ports={"1": 2.5 A, "2": 2.7 A}, …)
    """
    # a tool may have read the states alone
    sources = needed_sources(device.profile, FIGURES) if with_power else ()
    device = device._replace(tables=device.tables.of_known_family(sources))
    totals_of_meters = _totals(device.profile, with_power=with_power)
    if _needs_all_outlets(device, totals_of_meters):
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
    """The sums that give the totals of a device of this family; nothing is read yet. A total that
    the family does not have is a sum of no rows, which gives None; so is each power if `with_power`
    is false. `columns`: the figures of the outlets, for totals that are their sum."""
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
    """The currents, energies and powers of the outlets, without the rows of outlets that the
    device switches and does not meter.

    walk current {"1": 25, "2": NO_ANSWER}, walk energy {"1": 12, "2": NO_ANSWER},
    get current.2 -> nothing
        current {"1": 2.5 A}, energy {"1": 12 kWh}: outlet 2 has no meter
    get current.2 -> 27
        current {"1": 2.5 A, "2": NotKnown}, energy {"1": 12 kWh, "2": NotKnown}
    """
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
    """Outlet -> its figure in A, W or kWh, or why it has none; {} without a measurement. `most`:
    the largest A or W of an outlet, above which a value is not known; None for an energy.

    walk current {"1": 25, "2": 65535}, tenths; at most 63 A  ->  {"1": 2.5 A, "2": NotKnown}
    """
    if figure is None:
        return {}
    return figure.rows(device.tables, most, device.valid_outlet_rows)


def _unmetered_rows(device: SnmpDevice, figures: Sequence[Measurement]) -> Sequence[str]:
    """The outlets that have no meter: none of their `figures` was answered, and a GET of one says
    so too. Models of many families switch outlets that they do not meter. An outlet without
    communication is not among them. For currents and energies:

    outlet 2 NO_ANSWER in both, get current.2 -> nothing            ["2"]
    outlet 2 NO_ANSWER in both, get current.2 -> 27                 []
    outlet 2 NO_ANSWER in the currents, 12 in the energies          []

    Of a family that has currents alone, one cell does not tell; the whole column does:

    all NO_ANSWER, get current.1 -> nothing, get current.8 -> nothing    all outlets
    outlet 2 alone NO_ANSWER                                             []
    """
    tables, first_source = device.tables, figures[0].source
    columns = [device.valid_outlet_rows(tables[figure.source], figure.source) for figure in figures]
    rows = _rows_without_answer(columns)
    if not rows:
        return []
    if _has_one_figure_of_outlets(device.profile):
        is_whole_column = len(rows) == len(columns[0])
        are_unmetered = is_whole_column and _lacks_rows(tables, first_source, rows)
    else:
        are_unmetered = len(figures) > 1 and not _has_row(tables, first_source, rows[-1])
    return rows if are_unmetered else []


def _rows_without_answer(columns: Sequence[Rows]) -> list[str]:
    """The rows of some columns that none of them answers:

    >>> _rows_without_answer([{"1": 6, "2": NO_ANSWER, "3": NO_ANSWER}, {"1": 12, "3": 30}])
    ['2']
    """
    all_rows = dict.fromkeys(row for column in columns for row in column)
    rows: list[str] = []
    for row in all_rows:
        if all(is_unanswered(column.get(row, NO_ANSWER)) for column in columns):
            rows.append(row)
    return rows


def _has_one_figure_of_outlets(profile: Profile) -> bool:
    """Whether no outlet of the family has two figures, such as A and W, so that no second column
    can tell whether an outlet has a meter at all."""
    return all(len(list(outlets.figures())) < 2 for outlets in profile.outlets)


def _lacks_rows(tables: Tables, source: Source, rows: Sequence[str]) -> bool:
    """Whether the device does not have a figure of which a walk showed no value: GETs of the first
    and the last of its rows have none, either.

    rows "1" … "8", get current.1 -> nothing, get current.8 -> nothing     True
    rows "1" … "8", get current.1 -> nothing, get current.8 -> 15          False
    """
    if isinstance(source, Computed) and source.is_by_row():
        return not any(_has_row(tables, source, row) for row in (*rows[:1], *rows[-1:]))
    column = object_of(source)
    return column is not None and lacks(tables, column, rows)


def _has_row(tables: Tables, source: Source, row: str) -> bool:
    """Whether GETs have a value of a figure in this row. One that is computed from two columns of
    the same row, such as the watts of a first or else a second, has it if one of them is there.

    get current.8 -> 15        True
    get current.8 -> nothing   False
    """
    if isinstance(source, Computed) and source.is_by_row():
        return bool(tables.one_row(row)[source])
    return tables.has_cell(source, row)


def _needs_all_outlets(device: SnmpDevice, totals: _Totals) -> bool:
    """Whether the statistic needs the complete list of outlets:

    a load by unit of a chain                                         True: no unit may be missing
    a load, or else the sum of the outlets; the load has no meter     True
    the same; the load reads 5.2 A                                    False
    """
    for summation in totals:
        if summation.total.unit is not None:
            return True
        if summation.total.else_outlets and summation.read(device) is None:
            return True
    return device.outlets is not None and device.outlets.has_joined_meters


def _with_metered_outlets(device: SnmpDevice, columns: _OutletColumns) -> SnmpDevice:
    """The device with the outlets that its list lacks and a meter shows, unless the list is known
    to be complete: they join `device.decisions`. A row of a meter may also be padding, which a GET
    of the list tells; then all later rows are padding, too.

    list {"1": on}, current {"1": 2.5 A, "2": 0 A}, get state.2 -> off       outlets 1 and 2
    list {"1": on}, current {"1": 2.5 A, "2": 0 A}, get state.2 -> nothing   outlet 1
    """
    if is_list_proven(device) or device.outlets is None:
        return device
    states = device.outlets.states
    list_of_outlets = states.source if states else device.outlets.rows
    if list_of_outlets is None:
        return device
    decisions = dict(device.decisions)
    metered_rows = dict.fromkeys(row for column in columns for row in column.rows)
    for row in metered_rows:
        if row in decisions or is_index_missing(row):
            continue
        value = device.tables.one_row(row)[list_of_outlets].get(row)
        is_padding = value is None or (states is not None and states.is_absent(value))
        if is_padding:
            break
        decisions[row] = NOT_DECIDED
    return device._replace(decisions=decisions)


def _total_figures(device: SnmpDevice, totals: _Totals) -> _TotalFigures:
    """The totals of a device as its statistic shows them: each as a float in A, W or kWh, or the
    reason why there is none, or None if no one would expect it.

    load 5.2 A, a family without an inlet          load=5.2, inlet=None
    no load, though its outlets show currents      load=NotMetered("… only outlets meter it")
    """
    figures: list[Figure] = []
    for summation, total in zip(totals, _exact_totals(device, totals)):
        reason = _reason_without_meter(device, summation) if total is None else None
        figures.append(_as_float(total) if reason is None else reason)
    return _TotalFigures(*figures)  # the fields are those of `totals`


def _exact_totals(device: SnmpDevice, totals: _Totals) -> Sequence[ExactFigure]:
    """Each total in A, W or kWh, or why it is not known; None of one that no row meters. In the
    order of `totals`: load, energy, power, and the two of the inlet. Two things make all unknown:

    rows contradict each other, and the answers lack some      NotKnown(what contradicts)
    2 units are counted, 1 is listed                           NotKnown("the device counts more …")

    Raises ProtocolError if a request failed, or if complete rows contradict each other.
    """
    metered_units = partial(_units_with_meter, device, totals)
    try:
        figures = [_read_total(device, summation, metered_units) for summation in totals]
    except ProtocolError as error:
        is_of_request = bool(error.operation)
        if is_of_request or not device.tables.reading.answers.has_missing_rows:
            raise
        return [NotKnown(error.reason)] * len(totals)
    is_any_measured = any(isinstance(figure, Decimal) for figure in figures)
    reason = missing_unit(device.profile, device.tables) if is_any_measured else ""
    if reason:
        return [None if figure is None else NotKnown(reason) for figure in figures]
    return figures


def _read_total(
    device: SnmpDevice, summation: _Summation, metered_units: Callable[[], Collection[str]]
) -> ExactFigure:
    """One total of the device, in A, W or kWh. It is not known if it depends on a meter whose
    outlet the device does not list. `metered_units`: called without arguments, returns the units of
    the chain with any meter. A load that is the sum of the outlets' currents, of outlets 1 and 2:

    currents {"1": 2.5 A, "2": 2.7 A}                5.2 A
    currents {"1": 2.5 A, "2": 2.7 A, "3": 1 A}      NotKnown
    currents {"1": 2.5 A, "2": 2.7 A, "3": 0 A}      5.2 A: row 3 is padding
    """
    total = summation.read(device, device.decisions, metered_units)
    unlisted_rows: list[str] = []
    for row, figure in summation.outlets.rows.items():
        is_above_zero = isinstance(figure, Decimal) and bool(figure)
        if is_above_zero and row not in device.decisions:
            unlisted_rows.append(row)
    if not unlisted_rows:
        return total
    total_with_rows = summation.read(device, (*device.decisions, *unlisted_rows), metered_units)
    if total_with_rows == total:
        return total
    return NotKnown(f"{summation.total.objects} has the row {unlisted_rows[0]}, which is no outlet")


def _units_with_meter(device: SnmpDevice, totals: _Totals) -> set[str]:
    """The units of a chain that show a meter of anything: a sum that lacks one of these is not
    known, while a unit without any meter is not metered. Of totals by unit:

    rows of the load of unit "1"; currents of the outlets "1.1" and "2.1"   {"1", "2"}
    rows of the load of unit "1"; outlet "2.1" has no meter                 {"1"}
    """
    units: set[str] = set()
    for summation in totals:
        arcs_of_unit = summation.total.unit
        if arcs_of_unit is None:
            continue  # its rows do not tell their unit
        units |= summation.total.metered_units(device.tables, device.valid_rows)
        for outlet, figure in summation.outlets.rows.items():
            if figure is not None:
                units.add(arcs_of_unit.of(outlet))
    return units


def _reason_without_meter(
    device: SnmpDevice, summation: _Summation
) -> Union[NotKnown, NotMetered, None]:
    """Why the device shows no meter of a total; None if its outlets do not meter it, either, so
    that no one expects it.

    walk load -> nothing, get load.1 -> 52      NotKnown("a walk of load has no row, …")
    walk load -> nothing; outlet 1 draws 2.5 A  NotMetered("the unit does not show load, only
                                                outlets meter it")
    the same, outlet 1 draws an unknown current NotMetered("the unit does not show load")
    no load; no outlet has a meter              None
    """
    own_figures, figure_of_outlets = summation.total.figures, summation.outlets.figure
    figures = own_figures or filter(None, [figure_of_outlets])
    for figure in figures:
        if is_walk_lost(device.tables, figure.source):
            return NotKnown(f"a walk of {figure.objects} has no row, though a GET has one")
    figures_of_outlets = [summation.outlets.of(identity) for identity in device.decisions]
    if all(figure is None for figure in figures_of_outlets):
        return None
    reason = "its family has no total"
    if own_figures:
        reason = f"the unit does not show {summation.total.objects}"
    is_any_measured = any(isinstance(figure, Decimal) for figure in figures_of_outlets)
    return NotMetered(f"{reason}, only outlets meter it" if is_any_measured else reason)


def _ports(
    device: SnmpDevice, columns: _OutletColumns, *, with_power: bool
) -> dict[str, MeterFigures]:
    """Outlet -> its figures in A, W and kWh, of each outlet that has a meter. A figure is a float,
    None without such a meter, NotKnown or NotMetered with the reason, and `NOT_ASKED` for the power
    if `with_power` is false.

    current {"1": 2.5 A, "3": NotKnown}, energy {"1": 12 kWh}, outlets 1, 2 and 3
        {"1": MeterFigures(current_a=2.5, energy_kwh=12.0, …),
         "3": MeterFigures(current_a=NotKnown, energy_kwh=None, …)}
    """
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
    """A figure for the platform: a number as a float; a reason, None and NOT_ASKED as they are.

    >>> _as_float(Decimal("5.2")), _as_float(None)
    (5.2, None)
    >>> _as_float(NotKnown("no answer"))
    NotKnown(reason='no answer')
    """
    return float(figure) if isinstance(figure, Decimal) else figure


def unanswered_objects(device: SnmpDevice, figures: dcimanager.Figures) -> Sequence[str]:
    """The names of the objects of load and energy that the device was asked for and did not answer,
    for the log: a statistic takes them as not metered.

    walk rPDULoadStatusLoad -> nothing  ->  ["rPDULoadStatusLoad"]
    """
    profile = device.profile
    names: list[str] = []
    for total, figure in ((profile.load, figures.load_a), (profile.energy, figures.energy_kwh)):
        if total is not None and figure is None:
            names += total.unanswered(device.tables)
    return names
