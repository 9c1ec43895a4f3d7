"""Gives the rows of a synthetic SNMP unit twelve outlets, each with an energy of its own.

The units of most families have fewer than ten outlets. A handler that reads the first digit of an
outlet's number, or that switches in pairs, is right on those. Rows are what a unit answers: by OID,
written here as 99.1.2, a type and a value. An outlet has an identity, such as "3", or "2.3" for the
third outlet of the second unit in a chain; the last arc of its OIDs is its number. `device` is the
PDU as the family reads it of the rows: it is read again after each change, and rows that the family
does not read as they were meant are dropped.
"""

from __future__ import annotations

import contextlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from handlers.shared.errors import PduHandlerError
from handlers.snmp.device import SnmpDevice, outlet_counts
from handlers.snmp.measurements import Measurement
from pdu_common.helper import EnumPowerStatus

from ...cli.states import UNKNOWN, UP
from ...recordings.snmp.recorded_rows import (
    NUMBERS,
    Arcs,
    RecordedRows,
    Rows,
    SnmpRow,
    reading,
)
from ...recordings.snmp.recording_format import find_device
from ...recordings.snmp.unit import SnmpUnit
from ...recordings.snmp.unit_objects import energy_figures, is_index, objects_with_index

#: how many outlets a unit of the check has
OUTLETS = 12
# more than four digits: a counter that a handler cuts at 10,000 is found
_KWH, _KWH_STEP = 12_345.0, 333.0
_TOTAL_KWH = 12_345.6
_UNKNOWN_A = 0.25  # the current of an outlet that is neither on nor off
_MOST_DEVIATION = 0.01
_LARGEST = 2**31 - 1


def enlarged_rows(rows: Rows, key: str) -> Rows:
    """The rows of a unit of the family `key` with OUTLETS outlets, each with an energy that no
    other has. The same rows if the family does not read outlets of them.

        before    99.1.1 = on, 99.1.2 = on, 99.7.1 = 10 (1.0 kWh), 99.7.2 = 10
        after     99.1.1 = on, ... 99.1.12 = on, 99.7.1 = 123450 (12345 kWh), 99.7.2 = 126780, ...
    """
    device = find_device(rows, key).device
    if device is None or device.outlets is None or not device.states:
        return rows
    new_rows = _with_more_outlets(rows, key, device)
    return _with_own_figures(new_rows, key)


# ---- outlets -------------------------------------------------------------------------------------


class _TemplateOutlet(NamedTuple):
    """The outlet that the new ones are copies of. Of outlet 2.4 in a chain of units with four
    outlets: prefix "2.", numbers [1, 2, 3, 4].
    """

    #: its identity up to the last dot, with it; "" for a plain number
    prefix: str
    #: the numbers of the outlets of the same unit
    numbers: Sequence[int]
    #: of its rows, without those of tables that are not of outlets, such as lines
    oids: Sequence[Arcs]


def _with_more_outlets(rows: Rows, key: str, device: SnmpDevice) -> Rows:
    """The rows with copies of an outlet up to the number OUTLETS on its unit, and with larger
    counts of outlets. The outlet is the last one that is on and can be switched. The same rows if
    there is no such outlet, or if the family does not read the copies.

        before    99.1.1 = on, 99.1.2 = on, 99.3.0 = 2
        after     99.1.1 = on, ... 99.1.12 = on, 99.3.0 = 12

    The same rows, too, of a chain whose first unit has plain numbers (1, 2, 2.1, 2.2): a handler
    may number all outlets in turn, so that its outlet 3 is 2.1, not a new one of the first unit.
    """
    dotted_identities = [identity for identity in device.states if "." in identity]
    is_chain = 0 < len(dotted_identities) < len(device.states)
    template = None if is_chain else _template_outlet(rows, device)
    if template is None or max(template.numbers) >= OUTLETS:
        return rows
    expected_states = dict(device.states)
    new_rows = dict(rows)
    for number in range(max(template.numbers) + 1, OUTLETS + 1):
        expected_states[f"{template.prefix}{number}"] = UP
        for oid in template.oids:
            new_rows[(*oid[:-1], number)] = rows[oid]
    more_outlets = len(expected_states) - len(device.states)
    for oid in _oids_of_counts(rows, device, template.prefix):
        new_rows[oid] = _increased(rows[oid], more_outlets)
    new_device = find_device(new_rows, key).device
    reads_all_outlets = new_device is not None and dict(new_device.states) == expected_states
    return new_rows if reads_all_outlets else rows


def _oids_of_counts(rows: Rows, device: SnmpDevice, prefix: str) -> Sequence[Arcs]:
    """The OIDs of the objects that say how many outlets a unit has: "" is the prefix of the outlets
    of a single unit, "2." of those of the second unit in a chain. A handler may read as many
    outlets as a count says, so each count has to grow with the outlets.

        rows                                prefix    result
        99.3.0 = 8, and 8 outlets           ""        99.3.0
        99.3.1 = 8, 99.3.2 = 8              "2."      99.3.2

    An object is a count if the family reads one outlet more when the object is larger by 1; of a
    single unit, also if it stands in no table and holds the number of outlets.
    """
    count_by_unit, oids_read = _read_counts(rows, device)
    oids: list[Arcs] = []
    for oid in oids_read:
        if rows[oid].tag not in NUMBERS:
            continue
        rows_with_one_more = {**rows, oid: _increased(rows[oid], 1)}
        new_count_by_unit, _ = _read_counts(rows_with_one_more, device)
        for unit, count in count_by_unit.items():  # {"1": 8, "2": 8}
            is_own = len(count_by_unit) == 1 or prefix.startswith(f"{unit}.")
            if is_own and new_count_by_unit == {**count_by_unit, unit: count + 1}:
                oids.append(oid)
    if not prefix:
        oids += _scalars_of_number(rows, len(device.states))
    return oids


def _scalars_of_number(rows: Rows, number: int) -> Sequence[Arcs]:
    """The OIDs of the scalars that hold this number. A scalar is an object that stands in no table:
    its OID ends with 0, and no other row is in its column.

    >>> eight = SnmpRow(2, 8)
    >>> rows = {(1, 99, 3, 0): eight, (1, 99, 1, 0): eight, (1, 99, 1, 1): eight}
    >>> _scalars_of_number(rows, 8)
    [(1, 99, 3, 0)]
    """
    row_counts = Counter(oid[:-1] for oid in rows)
    oids = []
    for oid, row in rows.items():
        is_scalar = oid[-1] == 0 and row_counts[oid[:-1]] == 1
        if is_scalar and row.tag in NUMBERS and row.value == number:
            oids.append(oid)
    return oids


def _read_counts(rows: Rows, device: SnmpDevice) -> tuple[Mapping[str, int], Sequence[Arcs]]:
    """How many outlets each unit says that it has, by unit, and the OIDs of all objects that the
    family read for it. Of a chain of two units with 8 outlets each:

        {"1": 8, "2": 8}, [99.3.1, 99.3.2]

    Of a family that reads no count: {}, [].
    """
    memory = RecordedRows(rows)
    counts: dict[str, int] = {}
    if device.outlets is not None:
        tables = reading(memory, device.tables)
        for unit, value in outlet_counts(device.outlets, tables).items():
            counts[unit] = int(str(value))
    return counts, memory.oids_in_answers()


def _increased(row: SnmpRow, difference: int) -> SnmpRow:
    """The row with its number larger by `difference`: INTEGER 8 becomes INTEGER 12 by 4."""
    assert isinstance(row.value, int)
    return row._replace(value=row.value + difference)


def _template_outlet(rows: Rows, device: SnmpDevice) -> Optional[_TemplateOutlet]:
    """The outlet of which copies are made: the last one that is on, can be switched, and is not the
    only one of its unit. None if there is none.

        states {"1": UP, "2": UP, "3": DOWN}    outlet 2: prefix "", numbers [1, 2, 3]
        states {"1": UP}                        None
    """
    unit = SnmpUnit(rows, device)
    identities = [identity for identity in device.states if is_index(identity)]
    for identity in reversed(identities):
        prefix, _ = _prefix_and_number(identity)
        parts = [_prefix_and_number(other_identity) for other_identity in identities]
        numbers = [number for other_prefix, number in parts if other_prefix == prefix]
        is_on = device.states[identity] is UP
        writes_of_port_down = unit.varbinds(identity, EnumPowerStatus.DOWN)
        if len(numbers) > 1 and is_on and writes_of_port_down:
            oids = _rows_of_outlet(rows, identity, numbers, len(device.states))
            return _TemplateOutlet(prefix=prefix, numbers=numbers, oids=oids)
    return None


def _rows_of_outlet(
    rows: Rows, identity: str, numbers: Sequence[int], outlet_count: int
) -> Sequence[Arcs]:
    """The OIDs of an outlet's rows: those that end with its identity, in columns of outlets. A
    column is of outlets if it has a row for each outlet of the unit, or of the whole device, and no
    other rows. `numbers`: of the unit's outlets; `outlet_count`: of the whole device. Of outlet "2"
    of two:

        columns of the unit                        result
        99.1.1, 99.1.2             states          99.1.2
        99.7.1, 99.7.2, 99.7.3     three lines     none
    """
    row_counts = Counter(oid[:-1] for oid in rows)
    oids = []
    for oid in objects_with_index(rows, identity):
        column = oid[:-1]
        has_each_outlet = all((*column, number) in rows for number in numbers)
        if has_each_outlet and row_counts[column] in (len(numbers), outlet_count):
            oids.append(oid)
    return oids


def _prefix_and_number(identity: str) -> tuple[str, int]:
    """The identity up to the last dot, with it, and the number after it.

    >>> _prefix_and_number("2.14"), _prefix_and_number("3")
    (('2.', 14), ('', 3))
    """
    prefix, dot, number = identity.rpartition(".")
    return prefix + dot, int(number)


# ---- figures -------------------------------------------------------------------------------------


def _with_own_figures(rows: Rows, key: str) -> Rows:
    """The rows of the family `key` with other figures: each outlet gets an energy that no other
    has, of five digits; a total energy, which is one row, gets five digits, too; and an outlet that
    is neither on nor off gets a current.

        before    energy 1.0, 1.0, 1.0 kWh; total 3.0 kWh; outlet 3 unknown, 0 A
        after     energy 12345, 12678, 13011 kWh; total 12345.6 kWh; outlet 3 unknown, 0.25 A

    A figure that the family does not read, or that its rows cannot hold, stays as it is.
    """
    device = find_device(rows, key).device
    if device is None or device.outlets is None:
        return rows
    outlets = device.outlets
    if outlets.energy is not None:
        energies: dict[str, float] = {}
        for place, identity in enumerate(device.states):
            energies[identity] = _KWH + place * _KWH_STEP
        rows = _with_figures(rows, device, outlets.energy, energies)
    if outlets.current is not None:
        unknown_outlets = [name for name, state in device.states.items() if state is UNKNOWN]
        currents = dict.fromkeys(unknown_outlets, _UNKNOWN_A)
        rows = _with_figures(rows, device, outlets.current, currents)
    for total in energy_figures(device):
        if total is outlets.energy:
            continue  # each outlet has its own by now
        figures = _figures_in(rows, device, total)
        if len(figures) == 1:
            total_by_row = dict.fromkeys(figures, _TOTAL_KWH)
            rows = _with_figures(rows, device, total, total_by_row)
    return rows


def _with_figures(
    rows: Rows, device: SnmpDevice, figure: Measurement, values: Mapping[str, float]
) -> Rows:
    """The rows, changed so that the family reads these values of a figure. `values`: by outlet, in
    A or kWh. A value that a row cannot hold, or that the family does not read back, is left out.
    With {"1": 12.5, "2": 13.0} kWh, of a device that counts in tenths:

        before    99.7.1 = 40, 99.7.2 = 51
        after     99.7.1 = 125, 99.7.2 = 130
    """
    with contextlib.suppress(PduHandlerError):
        for identity, value in values.items():
            rows = _with_figure(rows, device, figure, identity, value)
    return rows


def _with_figure(
    rows: Rows, device: SnmpDevice, figure: Measurement, identity: str, value: float
) -> Rows:
    """The rows, changed so that the family reads this value, in A or kWh, of one outlet's figure.
    With outlet "1" at 12.5 kWh, of a device that counts in tenths:

        before    99.7.1 = 40, 99.7.2 = 51
        after     99.7.1 = 125, 99.7.2 = 51

    The same rows if the outlet has no row of its own, or if the value is too large for it, or is
    not read back. Raises PduHandlerError if the family cannot read the rows.
    """
    memory = RecordedRows(rows)
    figures = figure.measured_rows(reading(memory, device.tables))
    oids = [oid for oid in memory.oids_in_answers() if rows[oid].tag in NUMBERS]
    oid = _oid_of_figure(oids, identity, figures)
    raw_value = round(value * _raw_value_of_one(rows, oids, figures))
    if oid is None or not raw_value or raw_value > _LARGEST:
        return rows
    new_rows = {**rows, oid: rows[oid]._replace(value=raw_value)}
    new_figures = _figures_in(new_rows, device, figure)
    is_read_back = _are_equal(new_figures, {**figures, identity: value})
    return new_rows if is_read_back else rows


def _figures_in(rows: Rows, device: SnmpDevice, figure: Measurement) -> Mapping[str, object]:
    """What the family reads of the rows as this figure, in A or kWh: {"1": 4.0, "2": 5.1}."""
    tables = reading(RecordedRows(rows), device.tables)
    return figure.measured_rows(tables)


def _oid_of_figure(
    oids: Sequence[Arcs], identity: str, figures: Mapping[str, object]
) -> Optional[Arcs]:
    """The one of these OIDs that holds an outlet's figure; None if there is none, or several.
    `figures`: all that were read at the OIDs, by outlet.

    >>> oids = [(1, 3, 6, 99, 7, 1), (1, 3, 6, 99, 7, 2)]
    >>> _oid_of_figure(oids, "2", {"1": 4.0, "2": 5.1})
    (1, 3, 6, 99, 7, 2)
    >>> _oid_of_figure(oids, "3", {"1": 4.0, "2": 5.1}) is None
    True
    """
    own_oids = oids if len(figures) < 2 else objects_with_index(oids, identity)
    return own_oids[0] if len(own_oids) == 1 else None


def _raw_value_of_one(rows: Rows, oids: Sequence[Arcs], figures: Mapping[str, object]) -> float:
    """What a row holds for 1 A or 1 kWh: 10.0 of a device that counts in tenths. The first figure
    that is not 0 tells it: a row of 40 for 4.0 kWh. 0.0 if no figure tells it.
    """
    for identity, figure in figures.items():
        oid = _oid_of_figure(oids, identity, figures)
        if oid is not None and figure:
            raw_value = float(str(rows[oid].value))
            return raw_value / float(str(figure))
    return 0.0


def _are_equal(figures: Mapping[str, object], expected: Mapping[str, object]) -> bool:
    """Whether the same outlets have the same figures, up to 1 %, which a device may round.

    >>> _are_equal({"1": 12.5}, {"1": 12.51}), _are_equal({"1": 12.5}, {"1": 13.0})
    (True, False)
    >>> _are_equal({"1": 12.5}, {})
    False
    """
    if figures.keys() != expected.keys():
        return False
    for identity, value in expected.items():
        figure = float(str(figures[identity]))
        if not math.isclose(figure, float(str(value)), rel_tol=_MOST_DEVIATION):
            return False
    return True
