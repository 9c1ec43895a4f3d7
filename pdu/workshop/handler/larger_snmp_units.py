"""Synthetic SNMP units as large as a rack's.

The fixtures of most families have fewer than ten outlets. A handler that reads the first digit of
an outlet's number, or that switches in pairs, is right on those. Here a fixture gets twelve
outlets, and figures that no other outlet has. The family itself says whether the result is still a
unit of its own: where it does not read the new outlets, the fixture stays as it is.
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
_PENDING_A = 0.25
_MOST_DEVIATION = 0.01
_LARGEST = 2**31 - 1


def enlarged_rows(rows: Rows, key: str) -> Rows:
    """The rows of a unit of the family `key` with OUTLETS outlets, each with its own energy."""
    device = find_device(rows, key).device
    if device is None or device.outlets is None or not device.states:
        return rows
    new_rows = _with_more_outlets(rows, key, device)
    return _with_own_figures(new_rows, key)


# ---- outlets -------------------------------------------------------------------------------------


class _Template(NamedTuple):
    """The outlet that the new ones are like. Of outlet 2.4 in a chain of units with four outlets:
    prefix "2.", numbers [1, 2, 3, 4].
    """

    #: its identity up to the last dot, with it; "" for a plain number
    prefix: str
    #: the numbers of the outlets of the same unit
    numbers: Sequence[int]
    #: its rows, in columns that have a row for each outlet of the unit
    oids: Sequence[Arcs]


def _with_more_outlets(rows: Rows, key: str, device: SnmpDevice) -> Rows:
    """The rows with outlets like the last one that is on and can be switched, up to OUTLETS on its
    unit. The same rows if there is no such outlet, or if the family does not read the new ones.

        before    99.1.1 = on, 99.1.2 = on, 99.3.0 = 2
        after     99.1.1 = on, ... 99.1.12 = on, 99.3.0 = 12

    A chain whose first unit has plain numbers (1, 2, 2.1, 2.2) stays as it is: a handler of others
    may number the outlets of all units in turn, and its outlet 3 is 2.1, not a new one of the first
    unit.
    """
    dotted_identities = [identity for identity in device.states if "." in identity]
    is_chain = 0 < len(dotted_identities) < len(device.states)
    template = None if is_chain else _template(rows, device)
    if template is None or max(template.numbers) >= OUTLETS:
        return rows
    expected_states = dict(device.states)
    new_rows = dict(rows)
    for number in range(max(template.numbers) + 1, OUTLETS + 1):
        expected_states[f"{template.prefix}{number}"] = UP
        for oid in template.oids:
            new_rows[(*oid[:-1], number)] = rows[oid]
    more_outlets = len(expected_states) - len(device.states)
    for oid in _counts(rows, device, template.prefix):
        new_rows[oid] = _increased(rows[oid], more_outlets)
    new_device = find_device(new_rows, key).device
    reads_all_outlets = new_device is not None and dict(new_device.states) == expected_states
    return new_rows if reads_all_outlets else rows


def _counts(rows: Rows, device: SnmpDevice, prefix: str) -> Sequence[Arcs]:
    """The objects that count the outlets of a unit, whose identities begin with `prefix`: as the
    family reads them, and scalars with the same number. A handler that reads as many outlets as a
    count says would miss the new ones, so each count is to grow with them.

        1.3.6.1.4.1.99.3.0 = 8, and 8 outlets    [(1, 3, 6, 1, 4, 1, 99, 3, 0)]
    """
    counts, oids_of_counts = _read_counts(rows, device)
    oids: list[Arcs] = []
    for oid in oids_of_counts:
        if rows[oid].tag not in NUMBERS:
            continue
        new_counts, _ = _read_counts({**rows, oid: _increased(rows[oid], 1)}, device)
        for unit, count in counts.items():
            is_own = len(counts) == 1 or prefix.startswith(f"{unit}.")
            if is_own and new_counts == {**counts, unit: count + 1}:
                oids.append(oid)
    if not prefix:
        row_counts = Counter(oid[:-1] for oid in rows)
        for oid, row in rows.items():
            is_scalar = oid[-1] == 0 and row_counts[oid[:-1]] == 1
            if is_scalar and row.tag in NUMBERS and row.value == len(device.states):
                oids.append(oid)
    return oids


def _read_counts(rows: Rows, device: SnmpDevice) -> tuple[Mapping[str, int], Sequence[Arcs]]:
    """The device's own numbers of outlets by unit, and the objects that were read for them:

    {"1": 8, "2": 8}, [(1, 3, 6, 1, 4, 1, 99, 3, 1), (1, 3, 6, 1, 4, 1, 99, 3, 2)]
    """
    memory = RecordedRows(rows)
    counts: dict[str, int] = {}
    if device.outlets is not None:
        tables = reading(memory, device.tables)
        for unit, value in outlet_counts(device.outlets, tables).items():
            counts[unit] = int(str(value))
    return counts, memory.oids_in_answers()


def _increased(row: SnmpRow, difference: int) -> SnmpRow:
    """The row with its number, larger by `difference`."""
    assert isinstance(row.value, int)
    return row._replace(value=row.value + difference)


def _template(rows: Rows, device: SnmpDevice) -> Optional[_Template]:
    """The last outlet that is on, can be switched, and has others on its unit; None if there is
    none.

        states {"1": UP, "2": UP, "3": DOWN}    outlet 2: prefix "", numbers [1, 2, 3]
        states {"1": UP}                        None
    """
    unit = SnmpUnit(rows, device)
    identities = [identity for identity in device.states if is_index(identity)]
    for identity in reversed(identities):
        prefix, _ = _parted(identity)
        parted_identities = [_parted(other_identity) for other_identity in identities]
        numbers = [number for begin, number in parted_identities if begin == prefix]
        is_on = device.states[identity] is UP
        if len(numbers) > 1 and is_on and unit.varbinds(identity, EnumPowerStatus.DOWN):
            oids = _rows_of_outlet(rows, identity, numbers, len(device.states))
            return _Template(prefix=prefix, numbers=numbers, oids=oids)
    return None


def _rows_of_outlet(
    rows: Rows, identity: str, numbers: Sequence[int], outlet_count: int
) -> Sequence[Arcs]:
    """The outlet's rows, each in a column that has a row for each outlet of the unit or of the
    whole device, and no other rows. `numbers`: of the unit's outlets. Of outlet "2" of two:

        99.1.1, 99.1.2               a state of each outlet: 99.1.2
        99.7.1, 99.7.2, 99.7.3       lines: none
    """
    row_counts = Counter(oid[:-1] for oid in rows)
    oids = []
    for oid in objects_with_index(rows, identity):
        column = oid[:-1]
        has_each_outlet = all((*column, number) in rows for number in numbers)
        if has_each_outlet and row_counts[column] in (len(numbers), outlet_count):
            oids.append(oid)
    return oids


def _parted(identity: str) -> tuple[str, int]:
    """The identity up to the last dot, with it, and the number after it.

    >>> _parted("2.14"), _parted("3")
    (('2.', 14), ('', 3))
    """
    prefix, dot, number = identity.rpartition(".")
    return prefix + dot, int(number)


# ---- figures -------------------------------------------------------------------------------------


def _with_own_figures(rows: Rows, key: str) -> Rows:
    """The rows with an energy of its own for each outlet, above four digits, with a total as large,
    and with a current at the outlet whose state is pending.

        before    energy 1.0, 1.0, 1.0 kWh; total 3.0 kWh; outlet 3 pending, 0 A
        after     energy 12345, 12678, 13011 kWh; total 12345.6 kWh; outlet 3 pending, 0.25 A
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
        pending_outlets = [name for name, state in device.states.items() if state is UNKNOWN]
        currents = dict.fromkeys(pending_outlets, _PENDING_A)
        rows = _with_figures(rows, device, outlets.current, currents)
    for total in energy_figures(device):
        if total is outlets.energy:
            continue  # each outlet has its own by now
        values = _figures_in(rows, device, total)
        if len(values) == 1:
            total_by_row = dict.fromkeys(values, _TOTAL_KWH)
            rows = _with_figures(rows, device, total, total_by_row)
    return rows


def _with_figures(
    rows: Rows, device: SnmpDevice, figure: Measurement, values: Mapping[str, float]
) -> Rows:
    """The rows with these values of a figure by identity. A value that the rows cannot hold, or
    that the family does not read back, is left as it was.
    """
    with contextlib.suppress(PduHandlerError):
        for identity, value in values.items():
            rows = _with_figure(rows, device, figure, identity, value)
    return rows


def _with_figure(
    rows: Rows, device: SnmpDevice, figure: Measurement, identity: str, value: float
) -> Rows:
    """The rows of an agent, changed so that the family reads this value of an outlet's figure. With
    outlet "1" at 12.5 kWh, of a device that counts in tenths:

        before    1.3.6.1.4.1.99.7.1 = 40, 1.3.6.1.4.1.99.7.2 = 51
        after     1.3.6.1.4.1.99.7.1 = 125, 1.3.6.1.4.1.99.7.2 = 51

    They stay as they were if the value is too large for its row, or is not read back. Raises
    PduHandlerError.
    """
    memory = RecordedRows(rows)
    figures = figure.measured_rows(reading(memory, device.tables))
    oids = [oid for oid in memory.oids_in_answers() if rows[oid].tag in NUMBERS]
    oid = _own_oid(oids, identity, figures)
    raw_value = round(value * _raw_of_one(rows, oids, figures))
    if oid is None or not raw_value or raw_value > _LARGEST:
        return rows
    new_rows = {**rows, oid: rows[oid]._replace(value=raw_value)}
    new_figures = _figures_in(new_rows, device, figure)
    is_read_back = _are_equal(new_figures, {**figures, identity: value})
    return new_rows if is_read_back else rows


def _figures_in(rows: Rows, device: SnmpDevice, figure: Measurement) -> Mapping[str, object]:
    """What a family measures in the rows of an agent, by outlet, in A or kWh."""
    tables = reading(RecordedRows(rows), device.tables)
    return figure.measured_rows(tables)


def _own_oid(oids: Sequence[Arcs], identity: str, figures: Mapping[str, object]) -> Optional[Arcs]:
    """The only object of an outlet's figure."""
    own_oids = oids if len(figures) < 2 else objects_with_index(oids, identity)
    return own_oids[0] if len(own_oids) == 1 else None


def _raw_of_one(rows: Rows, oids: Sequence[Arcs], figures: Mapping[str, object]) -> float:
    """The raw value of 1 A or 1 kWh, as the first figure that is not 0 tells it: 40 for 4.0 kWh
    is 10.0; 0.0 if no figure tells it.
    """
    for identity, figure in figures.items():
        oid = _own_oid(oids, identity, figures)
        if oid is not None and figure:
            raw_value = float(str(rows[oid].value))
            return raw_value / float(str(figure))
    return 0.0


def _are_equal(figures: Mapping[str, object], expected: Mapping[str, object]) -> bool:
    """Whether the same outlets have the same figures, but for what a device rounds.

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
