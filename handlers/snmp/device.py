"""One device read by one profile: its outlets and their states."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from ..shared.errors import ProtocolError
from .decoding import number
from .figures import Total
from .frozen_value import parts_of, replace
from .outlets import Outlets
from .profile import Profile
from .read_scope import ALL_STATES, ReadScope
from .reader import UNIDENTIFIED, Reader
from .sources.base import Source, counted_by, is_unidentified
from .sources.joins import Joined
from .sources.objects import Column
from .sources.single_family import Gathered
from .states import Decision, State

States = dict[str, EnumPowerStatus]
_LARGEST_ARC = 2**32 - 1  # RFC 2578, 3.5
_INDEX = re.compile(r"(?:0|[1-9][0-9]{0,9})(?:\.(?:0|[1-9][0-9]{0,9})){0,15}")


class SnmpDevice(NamedTuple):
    """A device, as it was read by the profile of its family."""

    profile: Profile
    #: how its outlets are read; None if it has no outlets of the family
    outlets: Optional[Outlets]
    #: identity -> state of every outlet; all UNKNOWN if only the outlets were listed
    states: States
    reader: Reader  #: its answers so far
    #: identity -> why the state is not known, "" if it is; of the outlets with a row of states
    reasons: Mapping[str, str] = {}
    is_own_row: bool = False  #: whether only the outlet of a command was looked for
    is_counted: bool = True  #: whether the outlets were compared with the device's count


def family_title(profile: Profile) -> str:
    """The family in an error: its key, and its MIB if one is public."""
    return f"'{profile.key}'" + (f" ({profile.mib})" if profile.mib else "")


def read_by_states(
    profile: Profile, reader: Reader, scope: ReadScope = ALL_STATES
) -> Optional[SnmpDevice]:
    """The device, read through the first `Outlets` that has `states` and lists or counts an outlet;
    else None. For a command, states are not decided: all are UNKNOWN.

    Raises ProtocolError if the device lists fewer outlets or units than it counts.
    """
    for outlets in profile.outlets:
        if outlets.states is None:
            continue
        if scope.outlet is None:
            device = _read_states(profile, outlets, outlets.states, reader)
        else:
            device = _list_for_command(profile, outlets, outlets.states, reader, scope.outlet)
        if device is not None:
            return device
    return None


def _read_states(
    profile: Profile, outlets: Outlets, state: State, reader: Reader
) -> Optional[SnmpDevice]:
    """The device with the state of each of these outlets, which `state` decides; None if it has
    none of them."""
    decisions = _decisions(state, reader)
    states = {identity: decision.state for identity, decision in decisions.items()}
    reasons = {identity: decision.reason for identity, decision in decisions.items()}
    states = _with_all_outlets(outlets, states, reader)
    if not states:
        return None
    _raise_if_unit_missing(profile, reader)
    return SnmpDevice(
        profile=profile, outlets=outlets, states=states, reader=reader, reasons=reasons
    )


def _list_for_command(
    profile: Profile, outlets: Outlets, state: State, reader: Reader, identity: str
) -> Optional[SnmpDevice]:
    """The device for a command to the outlet `identity`: with this outlet alone if its row can be
    read by itself, else with all of these outlets; None if it has none of them.

    What could contradict a state is read later, of this outlet alone.
    """
    if _has_own_row(outlets, reader, identity):
        return SnmpDevice(
            profile=profile,
            outlets=outlets,
            states=_as_unknown([identity]),
            reader=reader,
            is_own_row=True,
        )
    states = _as_unknown(state.rows_from(reader))
    states = _with_all_outlets(outlets, states, reader)
    if not states:
        return None
    return SnmpDevice(profile=profile, outlets=outlets, states=states, reader=reader)


def _as_unknown(identities: Iterable[str]) -> States:
    return dict.fromkeys(identities, EnumPowerStatus.UNKNOWN)


def _raise_if_unit_missing(profile: Profile, reader: Reader) -> None:
    """Raise ProtocolError if the answers are of fewer units of a chain than the device counts."""
    missing_unit = profile.missing_unit(reader)
    if missing_unit:
        raise ProtocolError(f"{missing_unit}; poll it again")


def list_for_figures(
    profile: Profile, reader: Reader, *, is_only_family: bool
) -> Optional[SnmpDevice]:
    """As `read_by_states`, for figures alone: the outlets are listed, all as UNKNOWN, and not
    compared with the device's count before a sum needs them (`all_outlets`).

    Columns that the figures need anyway list them, if there are some in the table of the states;
    columns of the figures only if no other family could have the states.
    """
    for outlets in profile.outlets:
        if outlets.states is None:
            continue
        states: States = {}
        if is_only_family:
            for column in _columns_beside(outlets, (outlets.current, outlets.energy)):
                states.update(_as_unknown(reader.rows(column)))
        if not states:
            states = _as_unknown(outlets.states.rows_from(reader))
        if states:
            return SnmpDevice(
                profile=profile, outlets=outlets, states=states, reader=reader, is_counted=False
            )
        # other columns may list them, as for a status
        states = _with_all_outlets(outlets, states, reader)
        if states:
            return SnmpDevice(profile=profile, outlets=outlets, states=states, reader=reader)
    return None


def read_totals(profile: Profile, reader: Reader, scope: ReadScope) -> Optional[SnmpDevice]:
    """The device without its outlets, if its figures need none and one is measured, or if its
    family has no figure; else None."""
    if any(outlets.energy for outlets in profile.outlets):
        return None
    has_loads = any(outlets.current or outlets.power for outlets in profile.outlets)
    if has_loads and not scope.for_view:  # the view does not show the load of an outlet
        return None
    totals = _totals_in_scope(profile, scope)
    for total in totals:
        if _needs_outlets(total, reader, scope):
            return None
    device = SnmpDevice(profile=profile, outlets=None, states={}, reader=reader)
    if not totals and not has_loads:
        return device  # the family has no figure
    if any(_is_measured(total, reader) for total in totals):
        return device
    return None


def _totals_in_scope(profile: Profile, scope: ReadScope) -> Sequence[Total]:
    """The family's totals that a call needs: for the view, load and energy."""
    if not scope.for_view:
        return profile.totals
    return [total for total in (profile.load, profile.energy) if total is not None]


def within_scope(device: SnmpDevice, scope: ReadScope) -> SnmpDevice:
    """The device; without the currents of its outlets if neither the view nor its load needs
    them."""
    outlets, load = device.outlets, device.profile.load
    if not scope.for_view or outlets is None:
        return device
    if outlets.energy is not None:  # the view shows the current beside it
        return device
    if load is not None and _needs_outlets(load, device.reader, scope):
        return device
    without_current = replace(outlets, current=None)
    return device._replace(outlets=without_current)


def _needs_outlets(total: Total, reader: Reader, scope: ReadScope) -> bool:
    """Whether the total depends on the outlets. For the view, the device's own figure is enough."""
    has_own_figure = bool(total.figures) and total.unit is None
    if scope.for_view and has_own_figure:
        return total.else_outlets and not _is_measured(total, reader)
    return total.needs_outlets


def _is_measured(total: Total, reader: Reader) -> bool:
    """Whether the device's own figures give the total now, without those of outlets."""
    return isinstance(total.read_from(reader), Decimal)


def all_outlets(device: SnmpDevice) -> States:
    """The outlets of the device, as UNKNOWN if only figures are read. Raises ProtocolError if it
    lists fewer than it counts."""
    outlets, reader = device.outlets, device.reader
    if device.is_counted or outlets is None or outlets.states is None:
        return device.states
    rows_of_states = outlets.states.rows_from(reader)
    states = {**device.states, **_as_unknown(rows_of_states)}
    try:
        return _with_all_outlets(outlets, states, reader)
    except ProtocolError:
        # what contradicts a state may show the rows that are missing
        decisions = _decisions(outlets.states, reader)
        return _with_all_outlets(outlets, _as_unknown(decisions), reader)


def has_joined_meters(device: SnmpDevice) -> bool:
    """Whether the outlets' figures are joined to the list by its values, so that no meter shows a
    row that the list lacks."""
    outlets = device.outlets
    figures = (outlets.current, outlets.energy, outlets.power) if outlets else ()
    return any(isinstance(part, (Joined, Gathered)) for part in parts_of(figures))


def is_list_proven(device: SnmpDevice) -> bool:
    """Whether the outlets were compared with the device's count, and are as many."""
    count = device.outlets.count if device.outlets and device.is_counted else None
    if count is None:
        return False
    outlet_count, is_certain = _count(count, device.reader, device.states)
    return is_certain and outlet_count == len(device.states)


def _columns_beside(outlets: Outlets, parts: Sequence[object]) -> list[Column]:
    """The columns of these parts that are in the table of the states, and so have their rows."""
    states = outlets.states
    if states is None or not isinstance(states.source, Column) or states.absent:
        return []
    columns: list[Column] = []
    for part in parts_of(tuple(parts)):
        if isinstance(part, Column) and part.is_beside(states.source):
            columns.append(part)
    return columns


def _is_index(identity: str) -> bool:
    """Whether it is written as an index: "07" is no row, and would be read as 7."""
    is_plain = _INDEX.fullmatch(identity) is not None
    return is_plain and all(int(arc) <= _LARGEST_ARC for arc in identity.split("."))


def _has_own_row(outlets: Outlets, reader: Reader, identity: str) -> bool:
    """Whether GETs show that the outlet exists, and a command to it concerns no other one. False
    where only walks would show it.
    """
    states, control = outlets.states, outlets.control
    if states is None or control is None:
        return False
    if not _is_index(identity) or not states.source.reads_single_rows():
        return False
    if control.writes_neighbours or control.has_one_object:
        return False
    # the reader keeps what this reads, so that the check of the row is the last request before a
    # command
    outlets.read_before_row(reader, identity)
    return states.row_from(reader, identity) is not None


def read_without_states(
    profile: Profile, reader: Reader, *, accepts_rows: bool = False
) -> Optional[SnmpDevice]:
    """For a device that reports no state: its outlets as UNKNOWN, else its meters without outlets,
    else None. With `accepts_rows`, rows of meters are enough, even if they give no total.

    These outlets are not switched, because no command could be confirmed. Raises ProtocolError as
    `read_by_states` does.
    """
    for outlets in profile.outlets:
        states = _list_without_states(outlets, reader)
        if states:
            _raise_if_unit_missing(profile, reader)
            outlets_without_states = replace(outlets, states=None, control=None)
            return SnmpDevice(
                profile=profile, outlets=outlets_without_states, states=states, reader=reader
            )
    for total in (profile.load, profile.energy, profile.power):
        if total is None:
            continue
        has_meter = total.is_listed(reader) if accepts_rows else _is_measured(total, reader)
        if has_meter:
            _raise_if_unit_missing(profile, reader)
            return SnmpDevice(profile=profile, outlets=None, states={}, reader=reader)
    return None


def _list_without_states(outlets: Outlets, reader: Reader) -> States:
    """The outlets that `rows` lists, and those that other answers show, as UNKNOWN. Raises
    ProtocolError if they are fewer than the device's count."""
    states = _as_unknown(reader.rows(outlets.rows)) if outlets.rows else {}
    states = _with_rows_of_other_columns(outlets, states, reader)
    # with states, `read_by_states` has compared the count
    count = None if outlets.states else outlets.count
    outlet_count = _count(count, reader).number
    if not states and not outlet_count:
        return {}
    return _with_rows_up_to_count(outlets, states, outlet_count, is_certain=True, reader=reader)


def outlets_read(device: SnmpDevice) -> States:
    """The states of the device, and as UNKNOWN each outlet whose state, or whose row in the list of
    outlets, is missing in the answers, as another column shows that was read since."""
    if device.outlets is None:
        return device.states
    return _with_rows_of_other_columns(device.outlets, device.states, device.reader)


def reasons_of_unknown(device: SnmpDevice) -> Iterator[tuple[str, str]]:
    """Outlet -> why its state is not known; nothing for outlets that only meter."""
    states = device.outlets.states if device.outlets else None
    if states is None:
        return
    for identity, state in device.states.items():
        if state is EnumPowerStatus.UNKNOWN:
            yield identity, device.reasons.get(identity, states.without_row.reason)


def _decisions(states: State, reader: Reader) -> dict[str, Decision]:
    """The state of each outlet, as whole tables show it."""
    decisions = states.decisions_from(reader)
    if not decisions or not reader.lacks_rows():
        return decisions
    try:
        return states.decisions_from(reader.whole(walks=False))
    except ProtocolError as error:
        if error.operation:  # of a request
            raise
        return decisions  # the rows that are lost contradict others


def _with_rows_of_other_columns(outlets: Outlets, states: States, reader: Reader) -> States:
    """`states`, and UNKNOWN for each outlet that only other columns show. Unchanged if no row is
    lost, or if the rows contradict each other. Raises ProtocolError for a row without an
    identity."""
    _raise_if_unidentified(outlets, states, reader)
    if not states or not reader.lacks_rows():
        return states
    # a column of states that figures do not need is not walked: others of its table list the rows
    is_column = outlets.states is not None and isinstance(outlets.states.source, Column)
    tables = reader.whole(walks=not is_column)
    rows: dict[str, object] = {}
    try:
        if outlets.states:
            rows.update(outlets.states.rows_from(tables))
        if outlets.rows is not None and not states.keys() <= rows.keys():
            rows.update(tables.rows(outlets.rows))
    except ProtocolError as error:
        if error.operation:  # of a request
            raise
        return states  # the rows that are lost contradict others
    _raise_if_unidentified(outlets, rows, tables)
    return {**_as_unknown(rows), **states}


def _raise_if_unidentified(outlets: Outlets, identities: Iterable[str], reader: Reader) -> None:
    """Raise ProtocolError if one of the identities stands for an outlet without a name, or with one
    that the family does not read."""
    identity = next(filter(is_unidentified, identities), None)
    if identity is None:
        return
    row = identity.removesuffix(UNIDENTIFIED)
    name = outlets.unread_name(reader, row)
    if name:
        raise ProtocolError(
            f"the device names an outlet in a form that this family does not read ({name}), so its"
            " outlets cannot be told apart: record it (pdu record snmp ADDRESS) to have the form"
            " added"
        )
    raise ProtocolError("the device's list of outlets lacks a row or its number; poll it again")


def has_no_outlets(profile: Profile, reader: Reader) -> bool:
    """Whether the device is proven to have no outlets, so that an empty table is right.

    Proofs are a family without outlets, a number of outlets that is 0 in every row, and a table
    whose rows are all marked as no outlet.
    """
    return not profile.outlets or any(_has_none(outlets, reader) for outlets in profile.outlets)


def reported_outlet_count(profile: Profile, reader: Reader) -> int:
    """The number of outlets that the device reports beside its list; 0 if it has no such object,
    or if that also counts outlets that are not listed.
    """
    largest_count = 0
    for outlets in profile.outlets:
        if not outlets.counts_unlisted:
            outlet_count = _count(outlets.none_if_zero, reader)
            largest_count = max(largest_count, outlet_count.number)
    return largest_count


def _has_none(outlets: Outlets, reader: Reader) -> bool:
    """Whether the states (`State.absent` in every row) or a count of the device say that these
    outlets do not exist. If they contradict each other, they prove nothing."""
    counts = (outlets.count, outlets.none_if_zero)
    if outlets.states is not None and outlets.states.lists_no_outlet(reader):
        return not any(_count(source, reader).number for source in counts)
    return any(_is_zero_in_every_row(source, reader) for source in counts)


def _is_zero_in_every_row(count: Optional[Source], reader: Reader) -> bool:
    """Whether a number of outlets is 0 in at least one row and in no row another."""
    if count is None:
        return False
    numbers = {number(value) for value in reader.rows(count).values()}
    return numbers == {0}


class _OutletCount(NamedTuple):
    """The device's own number of outlets, summed over its units."""

    number: int
    #: false if a unit's number is missing or unusable
    is_certain: bool


def _count(
    source: Optional[Source], reader: Reader, identities: Iterable[str] = ()
) -> _OutletCount:
    """What `source` counts, which is not certain if it counts another unit than that of one of
    the `identities`; 0 and certain without a `source`."""
    if source is None:
        return _OutletCount(number=0, is_certain=True)
    rows = reader.rows(source)
    numbers: list[int] = []
    for value in rows.values():
        count = counted_by(value)
        if count is not None:
            numbers.append(count)
    is_each_usable = bool(rows) and len(numbers) == len(rows)
    units = {identity.rpartition(".")[0] for identity in identities}
    counted_units = units.intersection(rows)
    # a count for all outlets has no unit's row
    is_unit_uncounted = bool(counted_units) and counted_units != units
    return _OutletCount(number=sum(numbers), is_certain=is_each_usable and not is_unit_uncounted)


def _with_all_outlets(outlets: Outlets, states: States, reader: Reader) -> States:
    """The states with the outlets that other answers show, as UNKNOWN. Raises ProtocolError if they
    are fewer than the device's count."""
    states = _with_rows_of_other_columns(outlets, states, reader)
    outlet_count, is_certain = _count(outlets.count, reader, states)
    if not states and not outlet_count:  # nothing shows an outlet: `rows` is not walked for more
        return states
    return _with_rows_up_to_count(
        outlets, states, outlet_count, is_certain=is_certain, reader=reader
    )


def _with_rows_up_to_count(
    outlets: Outlets, states: States, outlet_count: int, *, is_certain: bool, reader: Reader
) -> States:
    """The states. If they are fewer than `outlet_count`, also the outlets that only `rows` lists,
    as UNKNOWN.

    These outlets are also added unless `is_certain`, because `outlet_count` may then be too small.
    Raises ProtocolError if fewer than `outlet_count` are listed.
    """
    may_lack_outlets = len(states) < outlet_count or not is_certain
    if may_lack_outlets and outlets.rows is not None:
        states_of_rows = _as_unknown(reader.rows(outlets.rows))
        states = {**states_of_rows, **states}
        _raise_if_unidentified(outlets, states, reader)
    if len(states) < outlet_count:
        raise ProtocolError(
            f"the device counts {outlet_count} outlets, but it listed {len(states)}; poll it again"
        )
    return states
