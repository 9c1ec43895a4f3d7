"""One device as a family reads it: its outlets with their states.

A `Profile` is a family: its ways to list outlets (`Outlets`), its totals, and the conditions under
which a unit's answers are current. Of `Outlets`, `states` lists the outlets with their states,
`rows` is a second list, without states, and `count` is the device's own number of outlets.
`tables[source]` are the rows of an object of the device, walked when they are first asked for:
{"1": 1, "2": NO_ANSWER} if the answers lack row 2.

    tables.outlet             "7" in a command that reads this outlet alone, by GET; else ""
    tables.with_all_rows      the tables with all rows
    tables.of_known_family()  the tables of a device that is of this family: from then on an empty
                              column beside one with rows is lost, not absent

A `Decision` is the state of an outlet and why it is UNKNOWN; NOT_DECIDED is that of an outlet that
is only listed. An identity is the outlet's index, "7", or "2.7" of unit 2; one that ends with a dot
is of an outlet of which the number is not known. Outlets are compared with the device's own number
of them, so that a list of which the answers lack rows is an error, not a shorter list.
"""

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
    """A device, as its family reads it: `decisions` are {identity: state and why it is UNKNOWN},
    `outlets` says how they are read, and `tables` reads more of it."""

    profile: Profile
    outlets: Optional[Outlets]  #: how its outlets are read; None if it has none of the family
    decisions: Decisions  #: of every outlet; UNKNOWN if only the outlets were listed
    tables: Tables
    #: whether the outlets were compared with the device's count
    is_compared_with_count: bool = True

    @property
    def states(self) -> dict[str, EnumPowerStatus]:
        """Outlet -> state."""
        return {identity: decision.state for identity, decision in self.decisions.items()}

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What must hold for a state, a figure or a command of an outlet: the conditions of the
        family's units, then those of its outlets."""
        return (*self.profile.conditions, *(self.outlets.conditions if self.outlets else ()))

    def valid_rows(self, rows: Rows, source: Source) -> Rows:
        """The rows of a total, `Missing` where the unit has no communication, so that its numbers
        are old. `source`: what the rows are read from; a value of the whole device is current if
        all units communicate. For the condition "unit 2 communicates", which reads "no":

            {"1": 15, "2": 7}             {"1": 15, "2": Missing("unitState reads 'no'")}
            {"0": 22}, a Scalar           {"0": Missing("unitState reads 'no'")}
        """
        return _valid_rows(self.tables, rows, source, self.profile.conditions)

    def valid_outlet_rows(self, rows: Rows, source: Source) -> Rows:
        """The rows of outlets' figures, `Missing` where the unit or the outlet has no
        communication. `source`: what the rows are read from. For the condition "outlet 2
        communicates", which reads "no":

            {"1": 15, "2": 7}             {"1": 15, "2": Missing("outletState reads 'no'")}
        """
        return _valid_rows(self.tables, rows, source, self.conditions)


def _valid_rows(
    tables: Tables, rows: Rows, source: Source, conditions: Sequence[Condition]
) -> Rows:
    """The rows of a source, `Missing` where one of the conditions does not hold. If unit 2 has no
    communication:

    {"1": 15, "2": 7}    {"1": 15, "2": Missing("unitState reads 'no'")}
    """
    for condition in conditions:
        rows = condition.valid_rows(tables, rows, source)
    return rows


def reasons_of_unknown(device: SnmpDevice) -> Iterator[tuple[str, str]]:
    """Each outlet whose state is UNKNOWN, and why, for the log and for a person; none of a device
    whose outlets report no state at all.

    decisions {"1": UP, "2": UNKNOWN "outletState reads '9'"}  ->  ("2", "outletState reads '9'")
    """
    if device.outlets is None or device.outlets.states is None:
        return
    for identity, decision in device.decisions.items():
        if decision.state is UNKNOWN:
            yield identity, decision.reason or "the answers have no row of its state"


def needed_sources(profile: Profile, scope: ReadScope) -> Iterator[Optional[Source]]:
    """What a call needs of a device of this family: the sources whose columns are then walked
    together, table by table; None where the family has no such source.

    a status or a command     states, the number of outlets, conditions
    a statistic               figures of outlets, totals, conditions
    a statistic for the view  the same without powers, and without currents that it does not show
    """
    if scope.figures:
        yield from _sources_of_figures(profile, for_view=scope.for_view)
    else:
        for outlets in profile.outlets:
            yield from outlets.states.sources() if outlets.states else [outlets.rows]
            yield outlets.count
    conditions = list(profile.conditions)
    for outlets in profile.outlets:
        conditions += outlets.conditions
    for condition in conditions:
        yield condition.source


def _sources_of_figures(profile: Profile, *, for_view: bool) -> Iterator[Source]:
    """The sources of the outlets' figures, then those of the totals. `for_view`: only what the
    platform's view shows, which is load and energy, but no power.

    outlets with a current and an energy, a load    [current, energy, load]
    """
    for outlets in profile.outlets:
        for figure in outlets.figures():
            if not for_view or _is_viewed(profile, outlets, figure):
                yield from figure.sources()
    for total in profile.totals:
        if not for_view or total in (profile.load, profile.energy):
            yield from total.sources()


def _is_viewed(profile: Profile, outlets: Outlets, figure: Measurement) -> bool:
    """Whether the platform's view may need a figure of the outlets. It shows an outlet only with
    its energy, so that:

    a power                                                       False
    an energy                                                     True
    a current of outlets with energies                            True
    a current of others, and the load is their sum                True
    a current of others, and the load is the device's own         False
    """
    if figure is outlets.current and not outlets.energy:
        return profile.load is not None and profile.load.needs_outlets
    return figure is not outlets.power


def reads_one_outlet(profile: Profile, identity: str) -> bool:
    """Whether a command to this outlet reads its own cells alone, by GET: its identity is an index
    of a table, and no command of the family sets other outlets with it.

    "7", a write to outletCtl.7                             True
    "7", a write of one object with the states of all       False
    "AUX1", or "" of a call that is no command              False
    """
    controls = [outlets.control for outlets in profile.outlets if outlets.control]
    sets_others = any(control.writes_neighbours or writes_scalar(control) for control in controls)
    return _is_index(identity) and not sets_others


def _is_index(identity: str) -> bool:
    """Whether an identity is an index that an OID may end with.

    >>> _is_index("7"), _is_index("2.7"), _is_index("AUX1"), _is_index("9999999999")
    (True, True, False, False)
    """
    if not _INDEX.fullmatch(identity):
        return False
    return all(int(arc) <= _LARGEST_ARC for arc in identity.split("."))


# ---- which outlets there are ----


def read_states(profile: Profile, tables: Tables) -> Optional[SnmpDevice]:
    """The device with the state of each outlet, for a status or a command; None if it has no
    outlets of this family. `tables`: those of one outlet for a command that reads no other.

    tables of all, walk state       {"1": 1, "2": 2}     outlets 1 (UP) and 2 (DOWN)
    tables of outlet 2, get state.2 -> 2                 outlet 2 (DOWN) alone
    tables of outlet 2, get state.2 -> nothing           as tables of all: it may have another row
    walk state -> nothing, get count -> 8                ProtocolError: fewer than it counts
    walk state -> nothing, no count                      None

    A family may have several ways to list outlets: the first with an outlet is the device's. Raises
    ProtocolError, too, if it lists fewer units than it counts.
    """
    for outlets in profile.outlets:
        if outlets.states is None:
            continue
        conditions = (*profile.conditions, *outlets.conditions)
        is_outlet_read_alone = tables.outlet and outlets.states.rows(tables)
        if is_outlet_read_alone:
            decisions = outlets.states.decisions(tables, conditions)
            return SnmpDevice(profile, outlets, decisions, tables)
        all_tables = tables.with_all_rows
        decisions = {}
        if outlets.states.rows(all_tables):
            # from here on, an empty column beside one with rows is lost, not absent
            all_tables = all_tables.of_known_family()
            decisions = outlets.states.decisions(all_tables, conditions)
        decisions = _all_outlets(outlets, decisions, all_tables)
        if decisions:
            raise_if_unit_missing(profile, all_tables)
            return SnmpDevice(profile, outlets, decisions, all_tables)
    return None


def list_for_figures(profile: Profile, tables: Tables) -> Optional[SnmpDevice]:
    """The device with its outlets for a statistic, each as UNKNOWN: no state is decided. None if it
    has no outlets of this family. The device's own count is asked for only if it lists none.

    walk state {"1": 1, "2": 2}                         outlets 1 and 2, not compared with a count
    walk state -> nothing, get count -> 8               ProtocolError: fewer than it counts
    the same, and the second list has outlets 1 to 8    these
    walk state -> nothing, no count                     None
    """
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
    """Every outlet of the device for a sum over all: after a statistic has only listed them, they
    are compared with the device's count. Raises ProtocolError if they are fewer.

    outlets 1 and 2, get count -> 2     {"1": NOT_DECIDED, "2": NOT_DECIDED}
    outlets 1 and 2, get count -> 3     ProtocolError, unless another list has outlet 3
    """
    outlets = device.outlets
    if device.is_compared_with_count or outlets is None or outlets.states is None:
        return device.decisions
    decisions = dict.fromkeys(outlets.states.rows(device.tables), NOT_DECIDED)
    decisions.update(device.decisions)
    return _all_outlets(outlets, decisions, device.tables)


def _all_outlets(outlets: Outlets, decisions: Decisions, tables: Tables) -> Decisions:
    """The outlets that are listed (`decisions`), and the others that the device counts: these are
    looked for in the family's second list, `outlets.rows`. Raises ProtocolError if it counts even
    more.

    decisions {"1": UP}, count 1                            {"1": UP}
    decisions {"1": UP}, count 2, second list 1 and 2       {"1": UP, "2": UNKNOWN}
    decisions {"1": UP}, count 3, second list 1 and 2       ProtocolError
    no decision, no count                                   {}
    """
    raise_if_unidentified(outlets, decisions, tables)
    count = _outlet_count(tables, outlets, decisions)
    if not decisions and not count.number:
        return decisions
    return _up_to_count(outlets, decisions, count, tables)


def _up_to_count(
    outlets: Outlets, decisions: Decisions, count: _OutletCount, tables: Tables
) -> Decisions:
    """The outlets that are listed (`decisions`), and from the second list the others, if they are
    fewer than the device's count, or if the number of a unit is missing in it. Raises ProtocolError
    if they still are fewer.

    decisions {"1": UP}, count 2, second list 1 and 2       {"1": UP, "2": UNKNOWN}
    decisions {"1": UP}, count 2, no second list            ProtocolError
    """
    is_any_missing = len(decisions) < count.number or not count.has_each_count
    if is_any_missing and outlets.rows is not None:
        decisions = {**dict.fromkeys(tables[outlets.rows], NOT_DECIDED), **decisions}
        raise_if_unidentified(outlets, decisions, tables)
    if len(decisions) < count.number:
        raise ProtocolError(
            f"the device counts {count.number} outlets, but it listed {len(decisions)};"
            " poll it again"
        )
    return decisions


def read_without_states(
    profile: Profile, tables: Tables, *, accepts_rows: bool = False
) -> Optional[SnmpDevice]:
    """The device as a family that reports no state: with its outlets, which are then UNKNOWN and
    not switched, or with its meters alone; None if it has neither. `accepts_rows`: a meter without
    a value is one, too. For a family whose second list are the names:

    walk names {"1": "web"}                       outlet 1, UNKNOWN
    no names, count 2                             ProtocolError: it lists fewer than it counts
    no names, a load of 5.2 A                     no outlets, its meters
    no names, walk load {"1": "-1"}, no value     its meters with `accepts_rows`, else None
    """
    for outlets in profile.outlets:
        if outlets.rows and tables[outlets.rows]:
            tables = tables.of_known_family()
        decisions = dict.fromkeys(tables[outlets.rows], NOT_DECIDED) if outlets.rows else {}
        raise_if_unidentified(outlets, decisions, tables)
        # with states, `read_states` has compared the count
        number = 0 if outlets.states else counted(outlet_counts(outlets, tables))
        if decisions or number:
            count = _OutletCount(number, has_each_count=True)
            decisions = _up_to_count(outlets, decisions, count, tables)
            raise_if_unit_missing(profile, tables)
            read_only_outlets = replace(outlets, states=None, control=None)
            return SnmpDevice(profile, read_only_outlets, decisions, tables)
    device = SnmpDevice(profile, None, {}, tables)
    if not _has_meter(device, accepts_rows=accepts_rows):
        return None
    raise_if_unit_missing(profile, tables)
    return device


def _has_meter(device: SnmpDevice, *, accepts_rows: bool) -> bool:
    """Whether the device has a load, a power or an energy of its own: one is measured now, or with
    `accepts_rows` one has a row.

    walk load {"1": 52}, tenths     True: 5.2 A
    walk load {"1": "-1"}           False; True with `accepts_rows`
    no meter                        False
    """
    profile = device.profile
    totals = [total for total in (profile.load, profile.power, profile.energy) if total]
    if accepts_rows:
        return any(total.is_listed(device.tables) for total in totals)
    return any(is_measured(device, total) for total in totals)


def is_measured(device: SnmpDevice, total: Total) -> bool:
    """Whether the device's own meters give the total now, without those of its outlets:

    walk load {"1": 25, "2": 27}           True
    walk load {"1": 25, "2": NO_ANSWER}    False
    walk load -> nothing                   False
    """
    return isinstance(total.read(device.tables, device.valid_rows), Decimal)


def raise_if_unidentified(outlets: Outlets, identities: Iterable[str], tables: Tables) -> None:
    """Raise ProtocolError if an outlet of the list cannot be told from the others: the identity of
    one whose unit and number were not read ends with a dot.

    "1", "2"                                      nothing is raised
    "1", "2.": row 2 has no answer                "... lacks a row or its number; poll it again"
    "1", "2.": its number reads "Socket B"        "... in a form that this family does not read"
    """
    identity = next(filter(is_index_missing, identities), None)
    if identity is None:
        return
    row = identity.removesuffix(".")
    name = _name_in_unknown_form(outlets, row, tables)
    if name:
        raise ProtocolError(
            f"the device names an outlet in a form that this family does not read ({name}), so its"
            " outlets cannot be told apart: record it (pdu record snmp ADDRESS) to have the form"
            " added"
        )
    raise ProtocolError("the device's list of outlets lacks a row or its number; poll it again")


def _name_in_unknown_form(outlets: Outlets, row: str, tables: Tables) -> str:
    """What a device answers as unit and number of an outlet, for the error that asks to have this
    form added; "" if one of the two has no answer, so that another poll may show it. Only the rows
    of a chain's table (`InChain`) have these two columns. For row "2":

    outletUnit.2 -> 1, outletNumber.2 -> "Socket B"
        "outletUnit reads '1', outletNumber reads 'Socket B'"
    outletUnit.2 -> 1, no outletNumber.2
        ""
    """
    column = object_of(outlets.states.source) if outlets.states else None
    if not isinstance(column, InChain):
        return ""
    name_columns = dict.fromkeys(objects_of((column.chain.unit, column.chain.number)))
    readings: list[str] = []
    for name_column in name_columns:
        value = tables[name_column].get(row)
        if value is None or text(value) in ("", NO_VALUE):
            return ""
        readings.append(f"{name_column.object} reads {tables.quoted(value, 40)!r}")
    return ", ".join(readings)


def outlet_counts(outlets: Outlets, tables: Tables) -> Rows:
    """The device's own numbers of outlets, by unit; the row of a number for the whole device is
    "0". In a family with `is_count_of_listed`, only units that list an outlet are counted:

    counts {"1": 8, "2": 8}, states "1.1" to "1.8"     {"1": 8, "2": 8}
    the same with `is_count_of_listed`                 {"1": 8}
    a family without a count                           {}
    """
    if outlets.count is None:
        return {}
    if not outlets.is_count_of_listed or outlets.states is None:
        return tables[outlets.count]
    rows = outlets.states.rows(tables)
    counts = tables[outlets.count] if rows else {}
    is_by_unit = isinstance(outlets.count, Column)
    return of_units(counts, rows) if is_by_unit else counts


class _OutletCount(NamedTuple):
    """What a device says of the number of its outlets."""

    number: int  #: of all units together
    has_each_count: bool  #: false if the number of a unit is missing or unusable


def _outlet_count(tables: Tables, outlets: Outlets, identities: Iterable[str]) -> _OutletCount:
    """How many outlets the device counts, and whether the number of no unit is missing.
    `identities`: the outlets that it lists.

    counts {"1": 8, "2": 8}, outlets 1.1 … 2.8       number 16, has_each_count
    counts {"1": 8, "2": NO_ANSWER}                  number 8, not has_each_count
    counts {"1": 8}, outlets 1.1 … 2.8               number 8, not has_each_count
    counts {"0": 16}, outlets 1.1 … 2.8              number 16, has_each_count
    a family without a count                         number 0, has_each_count
    """
    if outlets.count is None:
        return _OutletCount(0, has_each_count=True)
    counts = outlet_counts(outlets, tables)
    units = {identity.rpartition(".")[0] for identity in identities}
    counted_units = units.intersection(counts)
    is_unit_uncounted = bool(counted_units) and counted_units != units
    is_each_usable = bool(counts) and None not in map(counted_by, counts.values())
    return _OutletCount(counted(counts), has_each_count=is_each_usable and not is_unit_uncounted)


def is_list_proven(device: SnmpDevice) -> bool:
    """Whether the list of outlets is certainly complete: the device counts each unit's outlets, and
    as many were listed.

    8 outlets, count 8                                          True
    8 outlets, a family without a count, or count NO_ANSWER     False
    outlets that are not compared with the count, in a statistic False
    """
    if not device.is_compared_with_count or not device.outlets or not device.outlets.count:
        return False
    count = _outlet_count(device.tables, device.outlets, device.decisions)
    return count.has_each_count and count.number == len(device.decisions)


def has_no_outlets(profile: Profile, tables: Tables) -> bool:
    """Whether the device is proven to have no outlets: the family has none, a number of outlets is
    0 in every row, or every row of the states reads that it is no outlet.

    count {"1": 0, "2": 0}       True
    no count, no row of states   False
    """
    return not profile.outlets or any(_has_none(outlets, tables) for outlets in profile.outlets)


def _has_none(outlets: Outlets, tables: Tables) -> bool:
    """Whether the device is proven to have no outlets in one of the family's lists.

    count {"1": 0, "2": 0}                      True
    count {"1": 0, "2": 8}                      False
    states {"1": "absent", "2": "absent"}       True, unless a count is above 0
    no count, no state                          False: nothing proves it
    """
    counts: list[Rows] = []
    if outlets.count is not None:
        counts.append(_with_lost_rows(tables, outlets.count, outlet_counts(outlets, tables)))
    if outlets.none_if_zero is not None:
        numbers = tables[outlets.none_if_zero]
        counts.append(_with_lost_rows(tables, outlets.none_if_zero, numbers))
    rows = tables[outlets.states.source] if outlets.states else {}
    if outlets.states and rows and all(map(outlets.states.is_absent, rows.values())):
        return not any(map(counted, counts))
    return any({number(value) for value in count.values()} == {0} for count in counts)


def _with_lost_rows(tables: Tables, source: Source, rows: Rows) -> Rows:
    """The rows of a source, after a GET of each that the answer to its walk lacks:

    walk count {"1": 8, "2": NO_ANSWER}, get count.2 -> 0           {"1": 8, "2": 0}
    walk count {"1": 8, "2": NO_ANSWER}, get count.2 -> nothing     as walked
    """
    unanswered_rows: list[str] = []
    for row, value in rows.items():
        if is_unanswered(value) and not is_index_missing(row):
            unanswered_rows.append(row)
    return {**rows, **tables.cells(source, unanswered_rows)}


def reported_outlet_count(profile: Profile, tables: Tables) -> int:
    """The number of outlets that the device reports in another object than its list, 0 without any:
    above 0 it contradicts the setting `metered_only`, which says that there are none. A number that
    also counts outlets that no list has (`counts_unlisted`) contradicts nothing.

    get outletCount.0 -> 8   8
    """
    numbers = [0]
    for outlets in profile.outlets:
        if outlets.none_if_zero and not outlets.counts_unlisted:
            numbers.append(counted(tables[outlets.none_if_zero]))
    return max(numbers)


def missing_unit(profile: Profile, tables: Tables, *, counts_missing_rows: bool = False) -> str:
    """Why the answers are of fewer units of a chain than the device counts, "" if they are not. In
    the list of units, an identity that ends with a dot stands for units that no row shows. With
    `counts_missing_rows`, a row without a value is a unit that was not answered; it may also be
    padding, which another column of the table has.

    count 2, units {"1": "on", "2": "on"}            ""
    count 2, units {"1": "on", ".": NO_ANSWER}       "the device counts more units than …"
    count 2, units {"1": "on", "2": NO_ANSWER}       the same with `counts_missing_rows`, else ""
    count 1, or a family without chains              ""
    """
    if not profile.units or not profile.unit_count:
        return ""
    count = counted(tables[profile.unit_count])
    if count <= 1:
        return ""
    units = tables[profile.units]
    if any(map(is_index_missing, units)):
        return FEWER_UNITS
    answered_units = [unit for unit, value in units.items() if not is_unanswered(value)]
    lacks_row = len(answered_units) < min(len(units), count)
    return FEWER_UNITS if counts_missing_rows and lacks_row else ""


def raise_if_unit_missing(profile: Profile, tables: Tables) -> None:
    """Raise ProtocolError if the answers are of fewer units than the device counts: a sum or a list
    of them would be too small.

    count 2, units {"1": "on", "2": "on"}         nothing is raised
    count 2, units {"1": "on", "2": NO_ANSWER}    ProtocolError
    """
    reason = missing_unit(profile, tables, counts_missing_rows=True)
    if reason:
        raise ProtocolError(f"{reason}; poll it again")
