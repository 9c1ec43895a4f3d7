"""One device as a family reads it: its outlets with their states, its figures, its labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import NamedTuple, Optional

from ... import dcimanager
from ...shared.errors import ProtocolError
from ...shared.meter_figures import (
    NOT_ASKED,
    ExactFigure,
    Figure,
    MeterFigures,
    NotKnown,
    total_figure,
)
from ..decoding import Rows, number, text
from ..metering import _distinct, _shown_text
from ..read_scope import ReadScope
from ..reader import LOST, UNIDENTIFIED, Lost, SnmpReads
from .chains import InChain
from .family import UNKNOWN, Condition, Decision, Outlets, name_of
from .figures import Measurement, Total
from .objects import Column, Scalar
from .rows import NO_VALUE, counted, counted_by, is_unanswered, is_unidentified
from .profile import Profile
from .tables import Source, Tables, objects_of

States = dict[str, Decision]
NOT_DECIDED = Decision(UNKNOWN)
_LARGEST_ARC = 2**32 - 1  # RFC 2578, 3.5
_INDEX = re.compile(r"(?:0|[1-9][0-9]{0,9})(?:\.(?:0|[1-9][0-9]{0,9})){0,15}")


class Unit(NamedTuple):
    """A device, as its family reads it."""

    family: Profile
    outlets: Optional[Outlets]  #: how its outlets are read; None if it has none of the family
    states: States  #: of every outlet; UNKNOWN if only the outlets were listed
    tables: Tables
    is_counted: bool = True  #: whether the outlets were compared with the device's count

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (*self.family.conditions, *(self.outlets.conditions if self.outlets else ()))

    def mask(self, rows: Rows, source: Source) -> Rows:
        """Rows of totals, lost where a unit is without contact."""
        return _masked(self.tables, rows, source, self.family.conditions)

    def outlet_mask(self, rows: Rows, source: Source) -> Rows:
        """The same of the figures of outlets."""
        return _masked(self.tables, rows, source, self.conditions)


def _masked(tables: Tables, rows: Rows, source: Source, conditions: Sequence[Condition]) -> Rows:
    for condition in conditions:
        rows = condition.masked(tables, rows, source)
    return rows


def wanted(family: Profile, scope: ReadScope) -> Iterator[Optional[Source]]:
    """What a call with this scope needs of a device: of each table, these columns are read
    together."""
    for outlets in family.outlets:
        if not scope.figures:
            yield from outlets.states.sources() if outlets.states else [outlets.rows]
            yield outlets.count
        for figure in outlets.figures() if scope.figures else ():
            if not scope.for_view or figure is not outlets.power:
                yield from figure.sources()
    for total in family.totals if scope.figures else ():
        if not scope.for_view or total in (family.load, family.energy):
            yield from total.sources()
    for condition in (
        *family.conditions,
        *(c for outlets in family.outlets for c in outlets.conditions),
    ):
        yield condition.source
    yield family.units


def reads_one_outlet(family: Profile, identity: str) -> bool:
    """Whether a command to an outlet needs no others, so that GETs of its own cells are enough."""
    controls = [outlets.control for outlets in family.outlets if outlets.control]
    is_plain = _INDEX.fullmatch(identity) and all(
        int(n) <= _LARGEST_ARC for n in identity.split(".")
    )
    concerns_others = any(c.writes_neighbours or isinstance(c.at, Scalar) for c in controls)
    return bool(is_plain) and not concerns_others


# ---- which outlets there are ----


def read_states(family: Profile, tables: Tables) -> Optional[Unit]:
    """The unit, by the first of its ways to list outlets that has states and lists or counts one.
    Raises ProtocolError if it lists fewer outlets or units than it counts."""
    for outlets in family.outlets:
        if outlets.states is None:
            continue
        conditions = (*family.conditions, *outlets.conditions)
        if tables.outlet and outlets.states.rows(tables):
            states = outlets.states.decisions(tables, conditions)
            return Unit(family, outlets, states, tables)
        found, states = tables.whole, {}
        if outlets.states.rows(found):
            found = found.settled()
            states = outlets.states.decisions(found, conditions)
        states = _all_outlets(outlets, states, found)
        if states:
            raise_if_unit_missing(family, found)
            return Unit(family, outlets, states, found)
    return None


def list_for_figures(family: Profile, tables: Tables, *, is_only_family: bool) -> Optional[Unit]:
    """The unit for figures alone: its outlets are listed, by columns that the figures need anyway
    if these are in the table of the states, and not compared with a count before a sum needs it."""
    for outlets in family.outlets:
        if outlets.states is None:
            continue
        if _listing(outlets, tables, is_only_family=is_only_family):
            tables = tables.settled()
            rows = _listing(outlets, tables, is_only_family=is_only_family)
            return Unit(family, outlets, dict.fromkeys(rows, NOT_DECIDED), tables, is_counted=False)
        states = _all_outlets(outlets, {}, tables)
        if states:
            return Unit(family, outlets, states, tables)
    return None


def _listing(outlets: Outlets, tables: Tables, *, is_only_family: bool) -> Rows:
    """The outlets, by the columns of figures in the table of the states, or by the states."""
    rows: Rows = {}
    for column in _columns_beside(outlets) if is_only_family else ():
        rows.update(tables[column])
    return rows or (outlets.states.rows(tables) if outlets.states else {})


def _columns_beside(outlets: Outlets) -> Iterator[Source]:
    """The columns of currents and energies in the table of the states, which have its rows."""
    states = outlets.states
    if states is None or states.absent or not isinstance(states.source, (Column, InChain)):
        return
    figures = [figure for figure in (outlets.current, outlets.energy) if figure]
    for column in objects_of(source for figure in figures for source in figure.sources()):
        is_beside = column.oid.rpartition(".")[0] == states.source.oid.rpartition(".")[0]
        if is_beside and getattr(column, "suffix", "") == getattr(states.source, "suffix", ""):
            if isinstance(column, InChain) is isinstance(states.source, InChain):
                yield column


def all_outlets(unit: Unit) -> States:
    """The outlets, with those that only other answers show; raises ProtocolError if they are fewer
    than the device counts."""
    outlets = unit.outlets
    if unit.is_counted or outlets is None or outlets.states is None:
        return unit.states
    rows = outlets.states.rows(unit.tables)
    states = {**dict.fromkeys(rows, NOT_DECIDED), **unit.states}
    return _all_outlets(outlets, states, unit.tables)


def _all_outlets(outlets: Outlets, states: States, tables: Tables) -> States:
    """The states; where the device counts more outlets, or a unit's count is missing, also those
    that `rows` lists, as UNKNOWN. Raises ProtocolError if it counts even more."""
    raise_if_unidentified(outlets, states, tables)
    count, is_certain = _count(tables, outlets.count, states)
    if not states and not count:
        return states
    return _up_to_count(outlets, states, count, tables, is_certain=is_certain)


def _up_to_count(
    outlets: Outlets, states: States, count: int, tables: Tables, *, is_certain: bool
) -> States:
    if (len(states) < count or not is_certain) and outlets.rows is not None:
        states = {**dict.fromkeys(tables[outlets.rows], NOT_DECIDED), **states}
        raise_if_unidentified(outlets, states, tables)
    if len(states) < count:
        raise ProtocolError(
            f"the device counts {count} outlets, but it listed {len(states)}; poll it again"
        )
    return states


def read_without_states(
    family: Profile, tables: Tables, *, accepts_rows: bool = False
) -> Optional[Unit]:
    """A device that reports no state: its outlets as UNKNOWN, which are not switched, else its
    meters without outlets. With `accepts_rows`, rows of meters are enough."""
    for outlets in family.outlets:
        if outlets.rows and tables[outlets.rows]:
            tables = tables.settled()
        states = dict.fromkeys(tables[outlets.rows], NOT_DECIDED) if outlets.rows else {}
        raise_if_unidentified(outlets, states, tables)
        # with states, `read_states` has compared the count
        count = 0 if outlets.states else counted(tables[outlets.count]) if outlets.count else 0
        if states or count:
            states = _up_to_count(outlets, states, count, tables, is_certain=True)
            raise_if_unit_missing(family, tables)
            return Unit(family, replace(outlets, states=None, control=None), states, tables)
    unit = Unit(family, None, {}, tables)
    for total in filter(None, (family.load, family.power, family.energy)):
        if total.is_listed(tables) if accepts_rows else is_measured(unit, total):
            raise_if_unit_missing(family, tables)
            return unit
    return None


def raise_if_unidentified(outlets: Outlets, states: Iterable[str], tables: Tables) -> None:
    """Raise ProtocolError if one of the identities stands for an outlet without a name, or with one
    that the family does not read."""
    identity = next(filter(is_unidentified, states), None)
    if identity is None:
        return
    name = _unread_name(outlets, identity.removesuffix(UNIDENTIFIED), tables)
    if name:
        raise ProtocolError(
            f"the device names an outlet in a form that this family does not read ({name}), so its"
            " outlets cannot be told apart: record it (pdu record snmp ADDRESS) to have the form"
            " added"
        )
    raise ProtocolError("the device's list of outlets lacks a row or its number; poll it again")


def _unread_name(outlets: Outlets, row: str, tables: Tables) -> str:
    """The objects that name a row of a chain's table, with their values; "" if one is missing."""
    column = next(objects_of([outlets.states.source]), None) if outlets.states else None
    if not isinstance(column, InChain):
        return ""
    readings: list[str] = []
    for part in dict.fromkeys(objects_of((column.chain.unit, column.chain.number))):
        value = tables[part].get(row)
        if value is None or text(value) in ("", NO_VALUE):
            return ""
        readings.append(f"{part.object} reads {tables.quoted(value, 40)!r}")
    return ", ".join(readings)


class _OutletCount(NamedTuple):
    number: int
    is_certain: bool  #: false if a unit's number is missing or unusable


def _count(tables: Tables, source: Optional[Source], outlets: Iterable[str]) -> _OutletCount:
    """What the device counts; not certain if it counts another unit than that of an outlet."""
    if source is None:
        return _OutletCount(0, True)
    rows = tables[source]
    units = {identity.rpartition(".")[0] for identity in outlets}
    counted_units = units.intersection(rows)
    is_unit_uncounted = bool(counted_units) and counted_units != units
    is_certain = bool(rows) and None not in map(counted_by, rows.values())
    return _OutletCount(counted(rows), is_certain and not is_unit_uncounted)


def is_list_proven(unit: Unit) -> bool:
    """Whether the outlets were compared with the device's count, and are as many."""
    if not unit.is_counted or not unit.outlets or not unit.outlets.count:
        return False
    count, is_certain = _count(unit.tables, unit.outlets.count, unit.states)
    return is_certain and count == len(unit.states)


def has_no_outlets(family: Profile, tables: Tables) -> bool:
    """Whether the device is proven to have no outlets: the family has none, a number of outlets is
    0 in every row, or every row of the states is marked as none."""
    return not family.outlets or any(_has_none(outlets, tables) for outlets in family.outlets)


def _has_none(outlets: Outlets, tables: Tables) -> bool:
    counts = [tables[source] for source in (outlets.count, outlets.none_if_zero) if source]
    rows = tables[outlets.states.source] if outlets.states else {}
    if outlets.states and rows and all(map(outlets.states.is_absent, rows.values())):
        return not any(map(counted, counts))
    return any({number(value) for value in count.values()} == {0} for count in counts)


def reported_outlet_count(family: Profile, tables: Tables) -> int:
    """The number of outlets that the device reports beside its list."""
    counts = [o.none_if_zero for o in family.outlets if o.none_if_zero and not o.counts_unlisted]
    return max((counted(tables[source]) for source in counts), default=0)


def missing_unit(family: Profile, tables: Tables) -> str:
    """Why the answers are of fewer units than the device counts, "" if they are not."""
    if not family.units or not family.unit_count or counted(tables[family.unit_count]) <= 1:
        return ""
    if not any(map(is_unidentified, tables[family.units])):
        return ""
    return "the device counts more units than its answers list"


def raise_if_unit_missing(family: Profile, tables: Tables) -> None:
    reason = missing_unit(family, tables)
    if reason:
        raise ProtocolError(f"{reason}; poll it again")


# ---- figures ----


def is_measured(unit: Unit, total: Total) -> bool:
    """Whether the device's own figures give the total now, without those of outlets."""
    return isinstance(total.read(unit.tables, unit.mask), Decimal)


def read_totals(family: Profile, tables: Tables, scope: ReadScope) -> Optional[Unit]:
    """The unit without its outlets, if its figures need none and one is measured, or if its family
    has no figure; else None."""
    if any(outlets.energy for outlets in family.outlets):
        return None
    has_loads = any(outlets.current or outlets.power for outlets in family.outlets)
    if has_loads and not scope.for_view:  # the view does not show the load of an outlet
        return None
    unit = Unit(family, None, {}, tables)
    totals = family.totals
    if scope.for_view:
        totals = tuple(total for total in (family.load, family.energy) if total)
    if any(_needs_outlets(unit, total, scope) for total in totals):
        return None
    has_no_figure = not totals and not has_loads
    return unit if has_no_figure or any(is_measured(unit, total) for total in totals) else None


def within_scope(unit: Unit, scope: ReadScope) -> Unit:
    """The unit, without the currents of outlets that neither the view nor the load needs."""
    load = unit.family.load
    if not scope.for_view or unit.outlets is None or unit.outlets.energy:
        return unit
    if load is not None and _needs_outlets(unit, load, scope):
        return unit
    return unit._replace(outlets=replace(unit.outlets, current=None))


def _needs_outlets(unit: Unit, total: Total, scope: ReadScope) -> bool:
    """Whether the total depends on the outlets. For the view, the device's own figure is enough."""
    if scope.for_view and total.figures and total.unit is None:
        return total.else_outlets and not is_measured(unit, total)
    return total.needs_outlets


@dataclass(frozen=True)
class _OutletRows:
    """One figure of the outlets, and of rows that are not listed as outlets."""

    figure: Optional[Measurement]
    rows: Mapping[str, ExactFigure]
    other_rows: Sequence[Mapping[str, ExactFigure]] = ()  #: of the outlets' other figures

    def of(self, identity: str) -> ExactFigure:
        """The figure of one outlet. Without a row in any column of its unit's meters it has no
        meter; without one here alone, or if there is one column, the row is missing."""
        if self.figure is None:
            return None
        if identity in self.rows:
            return self.rows[identity]
        if any(map(is_unidentified, self.rows)):
            return NotKnown(f"the answers lack the outlet of a row of {self.figure.objects}")
        unit = identity.rpartition(".")[0]
        if unit not in _metered_units(self.rows):
            return None  # its unit does not measure this
        others = [column for column in self.other_rows if unit in _metered_units(column)]
        if others and not any(identity in column for column in others):
            return None  # no column has it
        return NotKnown(f"the answers have no row {identity} of {self.figure.objects}")


def _metered_units(rows: Mapping[str, ExactFigure]) -> set[str]:
    return {row.rpartition(".")[0] for row, figure in rows.items() if figure is not None}


class _Request(NamedTuple):
    """A total to be read."""

    total: Total
    outlets: _OutletRows
    most: Optional[Decimal] = None
    counters: bool = False

    def read(
        self,
        unit: Unit,
        outlets: Iterable[str] = (),
        metered_units: Callable[[], Collection[str]] = tuple,
    ) -> ExactFigure:
        figures = {identity: self.outlets.of(identity) for identity in outlets}
        return self.total.read(
            unit.tables,
            unit.mask,
            figures,
            self.most,
            counters=self.counters,
            metered_units=metered_units,
        )


def read_statistic(unit: Unit, *, with_power: bool = True) -> dcimanager.Figures:
    """The figures of a device, and of each outlet that has a meter."""
    unit = unit._replace(tables=unit.tables.settled())
    if _needs_all_outlets(unit, with_power=with_power):
        unit = unit._replace(states=all_outlets(unit), is_counted=True)
        # the list may have shown rows that the columns of figures lack
        unit = unit._replace(tables=unit.tables.settled())
    family, limits = unit.family, unit.family.ceilings
    currents, energies, powers = _outlet_rows(unit, with_power=with_power)
    no_rows, no_total = _OutletRows(None, {}), Total()
    power = family.power if with_power else None
    inlet_power = family.inlet_power if with_power else None
    requests = [
        _Request(family.load or no_total, currents, limits.part_a),
        _Request(family.energy or no_total, energies, counters=True),
        _Request(power or no_total, powers, limits.part_w),
        _Request(family.inlet or no_total, no_rows, limits.part_a),
        _Request(inlet_power or no_total, no_rows, limits.part_w),
    ]
    unit = _with_metered_outlets(unit, requests)
    if unit.outlets:
        raise_if_unidentified(unit.outlets, unit.states, unit.tables)
    totals = [
        _beside_outlets(unit, request, _as_float(total))
        for request, total in zip(requests, _totals(unit, requests))
    ]
    load_a, energy_kwh, power_w, inlet_a, inlet_w = totals
    return dcimanager.Figures(
        load_a=load_a,
        energy_kwh=energy_kwh,
        ports=_ports(unit, requests, with_power=with_power),
        power_w=power_w if with_power else NOT_ASKED,
        inlet_a=inlet_a,
        inlet_w=inlet_w if with_power else NOT_ASKED,
    )


def _outlet_rows(unit: Unit, *, with_power: bool) -> list[_OutletRows]:
    """Currents, energies and powers of the outlets."""
    outlets, limits = unit.outlets, unit.family.ceilings
    if outlets is None:
        return [_OutletRows(None, {})] * 3
    figures = [
        (outlets.current, limits.outlet_a),
        (outlets.energy, None),
        (outlets.power if with_power else None, limits.outlet_w),
    ]
    columns: list[dict[str, ExactFigure]] = []
    for figure, most in figures:
        raw = figure.raw(unit.tables, unit.outlet_mask) if figure else {}
        columns.append(figure.figures(unit.tables, raw, most) if figure else {})
    if sum(map(bool, columns)) > 1:
        for row in _unmetered_rows(unit.tables, [figure for figure, _ in figures if figure]):
            for rows in columns:
                rows.pop(row, None)
    return [
        _OutletRows(figure, rows, [other for other in columns if other is not rows])
        for (figure, _), rows in zip(figures, columns)
    ]


def _unmetered_rows(tables: Tables, figures: Sequence[Measurement]) -> Sequence[str]:
    """The outlets that no column of their meters has answered, if a GET of one says so too: models
    of many families switch outlets that they do not meter."""
    columns = [tables[figure.source] for figure in figures]
    rows = [
        row
        for row in dict.fromkeys(row for column in columns for row in column)
        if all(is_unanswered(column.get(row, LOST)) for column in columns)
    ]
    return rows if rows and not tables.has_cell(figures[0].source, rows[-1]) else []


def _needs_all_outlets(unit: Unit, *, with_power: bool) -> bool:
    """Whether a total or a join needs all outlets: it is by unit, or there is none without their
    own figures."""
    family, limits = unit.family, unit.family.ceilings
    totals = [(family.load, limits.part_a), (family.energy, None), (family.inlet, limits.part_a)]
    if with_power:
        totals += [(family.power, limits.part_w), (family.inlet_power, limits.part_w)]
    for total, most in totals:
        if total is None:
            continue
        if total.unit is not None:
            return True
        is_counter = total is family.energy
        if total.else_outlets and not _has_own(unit, total, most, is_counter):
            return True
    return unit.outlets is not None and unit.outlets.has_joined_meters


def _has_own(unit: Unit, total: Total, most: Optional[Decimal], is_counter: bool) -> bool:
    return total.read(unit.tables, unit.mask, {}, most, counters=is_counter) is not None


def _with_metered_outlets(unit: Unit, requests: Sequence[_Request]) -> Unit:
    """The unit with the outlets of which a meter has a row and the list has none: padding, unless a
    GET of the list says otherwise."""
    if is_list_proven(unit):
        return unit
    states = dict(unit.states)
    for row in dict.fromkeys(row for request in requests for row in request.outlets.rows):
        if row in states or is_unidentified(row):
            continue
        listing = unit.outlets and (
            unit.outlets.states.source if unit.outlets.states else unit.outlets.rows
        )
        value = unit.tables.one_row(row)[listing].get(row) if listing else None
        lists = unit.outlets.states if unit.outlets else None
        if value is None or (lists and lists.is_absent(value)):
            break  # neither are the others
        states[row] = NOT_DECIDED
    return unit._replace(states=states)


def _totals(unit: Unit, requests: Sequence[_Request]) -> Sequence[ExactFigure]:
    """The totals. None is known if the device counts more units than its answers list."""
    metered_units = partial(_units_with_meter, unit, requests)
    totals = [_read_total(unit, request, metered_units) for request in requests]
    if not any(isinstance(total, Decimal) for total in totals):
        return totals
    reason = missing_unit(unit.family, unit.tables)
    if not reason:
        return totals
    return [None if total is None else NotKnown(reason) for total in totals]


def _read_total(
    unit: Unit, request: _Request, metered_units: Callable[[], Collection[str]]
) -> ExactFigure:
    """One total, not known if a meter whose outlet is not listed would change it."""
    total = request.read(unit, unit.states, metered_units)
    unlisted = [
        row
        for row, figure in request.outlets.rows.items()
        if isinstance(figure, Decimal) and figure and row not in unit.states
    ]
    if not unlisted or request.read(unit, (*unit.states, *unlisted), metered_units) == total:
        return total
    return NotKnown(f"{request.total.objects} has the row {unlisted[0]}, which is no outlet")


def _units_with_meter(unit: Unit, requests: Sequence[_Request]) -> set[str]:
    """The units of a chain with a row of any meter that was read."""
    units: set[str] = set()
    for request in requests:
        if request.total.unit is not None:
            units |= request.total.metered_units(unit.tables, unit.mask)
            rows = request.outlets.rows.items()
            units |= {request.total.unit.of(row) for row, figure in rows if figure is not None}
    return units


def _beside_outlets(unit: Unit, request: _Request, total: Figure) -> Figure:
    """The total; not known if the device answers none of its objects, but a meter of an outlet
    shows that something is counted."""
    if total is not None or not request.total.unanswered(unit.tables):
        return total
    figures = map(request.outlets.of, unit.states)
    return total_figure(outlets=map(_as_float, figures), is_sum_total=False)


def _ports(
    unit: Unit, requests: Sequence[_Request], *, with_power: bool
) -> dict[str, MeterFigures]:
    """The figures of each outlet that has a meter."""
    load, energy, power = requests[:3]
    ports: dict[str, MeterFigures] = {}
    for identity in unit.states:
        figures = (
            load.outlets.of(identity),
            power.outlets.of(identity) if with_power else NOT_ASKED,
            energy.outlets.of(identity),
        )
        if any(figure not in (None, NOT_ASKED) for figure in figures):
            ports[identity] = MeterFigures(*map(_as_float, figures))
    return ports


def _as_float(figure: ExactFigure) -> Figure:
    return float(figure) if isinstance(figure, Decimal) else figure


def unanswered_objects(unit: Unit, figures: dcimanager.Figures) -> Sequence[str]:
    """The objects of load and energy that the device was asked for and did not answer."""
    family, names = unit.family, []
    for total, figure in ((family.load, figures.load_a), (family.energy, figures.energy_kwh)):
        if total is not None and figure is None:
            names += total.unanswered(unit.tables)
    return names


# ---- labels ----


def labels(unit: Unit, encoding: str = "") -> list[dcimanager.Label]:
    """Number and name of each outlet."""
    outlets, tables = unit.outlets, unit.tables
    if outlets is None:
        return []
    printed = tables[outlets.number] if outlets.number else {}
    names = tables[outlets.name] if outlets.name else {}
    numbers: dict[str, str] = {}
    for identity in unit.states:
        number_text = _shown_text(printed.get(identity, ""), encoding)
        numbers[identity] = number_text or identity.rpartition(".")[2]
    return [
        dcimanager.label(identity, number_text, _shown_text(names.get(identity, ""), encoding))
        for identity, number_text in _distinct(numbers).items()
    ]


def lost_labels(unit: Unit) -> list[tuple[str, str]]:
    """Outlet -> why its number or its name is not known, of those whose labels other outlets have."""
    if unit.outlets is None:
        return []
    return [
        (identity, f"{name_of(source)}: {value.reason}")
        for source in (unit.outlets.number, unit.outlets.name)
        if source
        for identity, value in unit.tables[source].items()
        if isinstance(value, Lost) and identity in unit.states
    ]
