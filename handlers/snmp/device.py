"""One device as a family reads it: its outlets with their states."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from ..shared.errors import ProtocolError
from .cells import Rows, is_index_missing, is_unanswered
from .chains import InChain
from .controls import writes_scalar
from .decoding import counted, counted_by, number, text
from .filters import NO_VALUE, of_units
from .measurements import Measurement
from .objects import Column
from .outlets import Outlets
from .profile import Profile
from .read_scope import ReadScope
from .states import UNKNOWN, Condition, Decision
from .tables import Source, Tables, object_of, objects_of
from .totals import Total

Decisions = dict[str, Decision]
NOT_DECIDED = Decision(UNKNOWN)
FEWER_UNITS = "the device counts more units than its answers list"
_LARGEST_ARC = 2**32 - 1  # RFC 2578, 3.5
_INDEX = re.compile(r"(?:0|[1-9][0-9]{0,9})(?:\.(?:0|[1-9][0-9]{0,9})){0,15}")


class SnmpDevice(NamedTuple):
    """A device, as its family reads it."""

    profile: Profile
    outlets: Optional[Outlets]  #: how its outlets are read; None if it has none of the family
    decisions: Decisions  #: of every outlet; UNKNOWN if only the outlets were listed
    tables: Tables
    is_compared_with_count: bool = (
        True  #: whether the outlets were compared with the device's count
    )

    @property
    def states(self) -> dict[str, EnumPowerStatus]:
        """Outlet -> state."""
        return {identity: decision.state for identity, decision in self.decisions.items()}

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (*self.profile.conditions, *(self.outlets.conditions if self.outlets else ()))

    def valid_rows(self, rows: Rows, source: Source) -> Rows:
        """Rows of totals, missing where a unit has no communication."""
        return _valid_rows(self.tables, rows, source, self.profile.conditions)

    def valid_outlet_rows(self, rows: Rows, source: Source) -> Rows:
        """Rows of outlets' figures, missing where the unit or the outlet has no communication."""
        return _valid_rows(self.tables, rows, source, self.conditions)


def _valid_rows(
    tables: Tables, rows: Rows, source: Source, conditions: Sequence[Condition]
) -> Rows:
    for condition in conditions:
        rows = condition.valid_rows(tables, rows, source)
    return rows


def reasons_of_unknown(device: SnmpDevice) -> Iterator[tuple[str, str]]:
    """Outlet -> why its state is not known; nothing for outlets that only meter."""
    if device.outlets is None or device.outlets.states is None:
        return
    for identity, decision in device.decisions.items():
        if decision.state is UNKNOWN:
            yield identity, decision.reason or "the answers have no row of its state"


def needed_sources(profile: Profile, scope: ReadScope) -> Iterator[Optional[Source]]:
    """What a call with this scope needs of a device: of each table, these columns are read
    together."""
    for outlets in profile.outlets:
        if not scope.figures:
            yield from outlets.states.sources() if outlets.states else [outlets.rows]
            yield outlets.count
        for figure in outlets.figures() if scope.figures else ():
            if not scope.for_view or _is_viewed(profile, outlets, figure):
                yield from figure.sources()
    for total in profile.totals if scope.figures else ():
        if not scope.for_view or total in (profile.load, profile.energy):
            yield from total.sources()
    for condition in (
        *profile.conditions,
        *(c for outlets in profile.outlets for c in outlets.conditions),
    ):
        yield condition.source


def _is_viewed(profile: Profile, outlets: Outlets, figure: Measurement) -> bool:
    """Whether the view may need a figure of the outlets: no power, and currents with energies or
    for the load alone."""
    if figure is outlets.current and not outlets.energy:
        return profile.load is not None and profile.load.needs_outlets
    return figure is not outlets.power


def reads_one_outlet(profile: Profile, identity: str) -> bool:
    """Whether a command to an outlet needs no others, so that GETs of its own cells are enough."""
    controls = [outlets.control for outlets in profile.outlets if outlets.control]
    is_plain = _INDEX.fullmatch(identity) and all(
        int(n) <= _LARGEST_ARC for n in identity.split(".")
    )
    concerns_others = any(c.writes_neighbours or writes_scalar(c) for c in controls)
    return bool(is_plain) and not concerns_others


# ---- which outlets there are ----


def read_states(profile: Profile, tables: Tables) -> Optional[SnmpDevice]:
    """The unit, by the first of its ways to list outlets that has states and lists or counts one.
    Raises ProtocolError if it lists fewer outlets or units than it counts."""
    for outlets in profile.outlets:
        if outlets.states is None:
            continue
        conditions = (*profile.conditions, *outlets.conditions)
        if tables.outlet and outlets.states.rows(tables):
            states = outlets.states.decisions(tables, conditions)
            return SnmpDevice(profile, outlets, states, tables)
        all_rows, states = tables.whole, {}
        if outlets.states.rows(all_rows):
            all_rows = all_rows.of_known_family()
            states = outlets.states.decisions(all_rows, conditions)
        states = _all_outlets(outlets, states, all_rows)
        if states:
            raise_if_unit_missing(profile, all_rows)
            return SnmpDevice(profile, outlets, states, all_rows)
    return None


def list_for_figures(profile: Profile, tables: Tables) -> Optional[SnmpDevice]:
    """The unit for figures alone: its outlets are listed, all as UNKNOWN, and not compared with a
    count before a sum needs it."""
    for outlets in profile.outlets:
        if outlets.states is None:
            continue
        if outlets.states.rows(tables):
            tables = tables.of_known_family()
            decisions = dict.fromkeys(outlets.states.rows(tables), NOT_DECIDED)
            return SnmpDevice(profile, outlets, decisions, tables, is_compared_with_count=False)
        decisions = _all_outlets(outlets, {}, tables)
        if decisions:
            return SnmpDevice(profile, outlets, decisions, tables)
    return None


def all_outlets(device: SnmpDevice) -> Decisions:
    """The outlets, with those that only other answers show; raises ProtocolError if they are fewer
    than the device counts."""
    outlets = device.outlets
    if device.is_compared_with_count or outlets is None or outlets.states is None:
        return device.decisions
    rows = outlets.states.rows(device.tables)
    states = {**dict.fromkeys(rows, NOT_DECIDED), **device.decisions}
    return _all_outlets(outlets, states, device.tables)


def _all_outlets(outlets: Outlets, states: Decisions, tables: Tables) -> Decisions:
    """The states; where the device counts more outlets, or a unit's count is missing, also those
    that `rows` lists, as UNKNOWN. Raises ProtocolError if it counts even more."""
    raise_if_unidentified(outlets, states, tables)
    count, has_each_count = _count(tables, outlets, states)
    if not states and not count:
        return states
    return _up_to_count(outlets, states, count, tables, has_each_count=has_each_count)


def _up_to_count(
    outlets: Outlets, states: Decisions, count: int, tables: Tables, *, has_each_count: bool
) -> Decisions:
    if (len(states) < count or not has_each_count) and outlets.rows is not None:
        states = {**dict.fromkeys(tables[outlets.rows], NOT_DECIDED), **states}
        raise_if_unidentified(outlets, states, tables)
    if len(states) < count:
        raise ProtocolError(
            f"the device counts {count} outlets, but it listed {len(states)}; poll it again"
        )
    return states


def read_without_states(
    profile: Profile, tables: Tables, *, accepts_rows: bool = False
) -> Optional[SnmpDevice]:
    """A device that reports no state: its outlets as UNKNOWN, which are not switched, else its
    meters without outlets. With `accepts_rows`, rows of meters are enough."""
    for outlets in profile.outlets:
        if outlets.rows and tables[outlets.rows]:
            tables = tables.of_known_family()
        states = dict.fromkeys(tables[outlets.rows], NOT_DECIDED) if outlets.rows else {}
        raise_if_unidentified(outlets, states, tables)
        # with states, `read_states` has compared the count
        count = 0 if outlets.states else counted(outlet_counts(outlets, tables))
        if states or count:
            states = _up_to_count(outlets, states, count, tables, has_each_count=True)
            raise_if_unit_missing(profile, tables)
            return SnmpDevice(profile, replace(outlets, states=None, control=None), states, tables)
    device = SnmpDevice(profile, None, {}, tables)
    for total in filter(None, (profile.load, profile.power, profile.energy)):
        if total.is_listed(tables) if accepts_rows else is_measured(device, total):
            raise_if_unit_missing(profile, tables)
            return device
    return None


def is_measured(device: SnmpDevice, total: Total) -> bool:
    """Whether the device's own figures give the total now, without those of outlets."""
    return isinstance(total.read(device.tables, device.valid_rows), Decimal)


def raise_if_unidentified(outlets: Outlets, states: Iterable[str], tables: Tables) -> None:
    """Raise ProtocolError if one of the identities stands for an outlet without a name, or with one
    that the family does not read."""
    identity = next(filter(is_index_missing, states), None)
    if identity is None:
        return
    name = _unread_name(outlets, identity.removesuffix("."), tables)
    if name:
        raise ProtocolError(
            f"the device names an outlet in a form that this family does not read ({name}), so its"
            " outlets cannot be told apart: record it (pdu record snmp ADDRESS) to have the form"
            " added"
        )
    raise ProtocolError("the device's list of outlets lacks a row or its number; poll it again")


def _unread_name(outlets: Outlets, row: str, tables: Tables) -> str:
    """The objects that name a row of a chain's table, with their values; "" if one is missing."""
    column = object_of(outlets.states.source) if outlets.states else None
    if not isinstance(column, InChain):
        return ""
    readings: list[str] = []
    for part in dict.fromkeys(objects_of((column.chain.unit, column.chain.number))):
        value = tables[part].get(row)
        if value is None or text(value) in ("", NO_VALUE):
            return ""
        readings.append(f"{part.object} reads {tables.quoted(value, 40)!r}")
    return ", ".join(readings)


def outlet_counts(outlets: Outlets, tables: Tables) -> Rows:
    """The device's own numbers of outlets, by unit."""
    if outlets.count is None:
        return {}
    if not outlets.is_count_of_listed or outlets.states is None:
        return tables[outlets.count]
    rows = outlets.states.rows(tables)
    if not rows:
        return {}
    counts = tables[outlets.count]
    return of_units(counts, rows) if isinstance(outlets.count, Column) else counts


class _OutletCount(NamedTuple):
    number: int
    has_each_count: bool  #: false if the number of a unit is missing or unusable


def _count(tables: Tables, outlets: Outlets, identities: Iterable[str]) -> _OutletCount:
    """What the device counts, and whether that is of each unit: of each with a listed outlet, if it
    counts any of these."""
    if outlets.count is None:
        return _OutletCount(0, True)
    rows = outlet_counts(outlets, tables)
    units = {identity.rpartition(".")[0] for identity in identities}
    counted_units = units.intersection(rows)
    is_unit_uncounted = bool(counted_units) and counted_units != units
    is_each_usable = bool(rows) and None not in map(counted_by, rows.values())
    return _OutletCount(counted(rows), has_each_count=is_each_usable and not is_unit_uncounted)


def is_list_proven(device: SnmpDevice) -> bool:
    """Whether the outlets were compared with the device's count, and are as many."""
    if not device.is_compared_with_count or not device.outlets or not device.outlets.count:
        return False
    count, has_each_count = _count(device.tables, device.outlets, device.decisions)
    return has_each_count and count == len(device.decisions)


def has_no_outlets(profile: Profile, tables: Tables) -> bool:
    """Whether the device is proven to have no outlets: the family has none, a number of outlets is
    0 in every row, or every row of the states is marked as none."""
    return not profile.outlets or any(_has_none(outlets, tables) for outlets in profile.outlets)


def _has_none(outlets: Outlets, tables: Tables) -> bool:
    counts: list[Rows] = []
    if outlets.count is not None:
        counts.append(_answered(tables, outlets.count, outlet_counts(outlets, tables)))
    if outlets.none_if_zero is not None:
        counts.append(_answered(tables, outlets.none_if_zero, tables[outlets.none_if_zero]))
    rows = tables[outlets.states.source] if outlets.states else {}
    if outlets.states and rows and all(map(outlets.states.is_absent, rows.values())):
        return not any(map(counted, counts))
    return any({number(value) for value in count.values()} == {0} for count in counts)


def _answered(tables: Tables, source: Source, rows: Rows) -> Rows:
    """The rows of a source; by GET those that the answer to a walk lacks."""
    unanswered = [
        r for r, value in rows.items() if is_unanswered(value) and not is_index_missing(r)
    ]
    return {**rows, **tables.cells(source, unanswered)}


def reported_outlet_count(profile: Profile, tables: Tables) -> int:
    """The number of outlets that the device reports beside its list."""
    counts = [o.none_if_zero for o in profile.outlets if o.none_if_zero and not o.counts_unlisted]
    return max((counted(tables[source]) for source in counts), default=0)


def missing_unit(profile: Profile, tables: Tables, *, counts_missing_rows: bool = False) -> str:
    """Why the answers are of fewer units than the device counts, "" if they are not.
    `counts_missing_rows`: also if a unit's row in the list of units is missing: it may be padding
    that only another column of the table has."""
    if not profile.units or not profile.unit_count:
        return ""
    count = counted(tables[profile.unit_count])
    if count <= 1:
        return ""
    units = tables[profile.units]
    answered_units = [unit for unit, value in units.items() if not is_unanswered(value)]
    lacks_row = counts_missing_rows and len(answered_units) < min(len(units), count)
    return FEWER_UNITS if lacks_row or any(map(is_index_missing, units)) else ""


def raise_if_unit_missing(profile: Profile, tables: Tables) -> None:
    reason = missing_unit(profile, tables, counts_missing_rows=True)
    if reason:
        raise ProtocolError(f"{reason}; poll it again")
