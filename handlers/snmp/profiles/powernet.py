"""What APC and CyberPower share: the tables of CyberPower's CPS-MIB resemble those of APC's
PowerNet-MIB.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..cells import Rows
from ..chains import InChain
from ..completeness import each_unit, with_first_rows, with_rows_of
from ..filters import either, one_of, where
from ..joins import left_join, numbered, with_units
from ..objects import Column, Scalar
from ..states import Condition
from ..tables import ComputedRows, Source, Tables, computed_from, objects_of
from .language import LAST_ARC, device_condition


def established(source: Scalar) -> Condition:
    """The communication of an agent with its device: 1 none was found, 2 established, 3 lost."""
    return device_condition(source, "2", optional=True)


def each_unit_rows(
    values: Source,
    module: Source,
    *,
    device: Source,
    outlet_units: Source,
    on_demand: Sequence[Source] = (),
) -> ComputedRows:
    """The values, and a lost one for each unit of the chain that has none; see `each_unit`.
    `module`: the unit of each value. The units are those of `device` and of the outlets."""

    @computed_from(values, module, device, on_demand=on_demand)
    def rows(tables: Tables) -> Rows:
        units = tables[values]
        return (
            each_unit(units, tables[module], tables[device], tables[outlet_units]) if units else {}
        )

    return rows


def units_of(*columns: InChain) -> ComputedRows:
    """Identity -> unit, by the first of a chain's columns that has rows."""

    def rows(tables: Tables) -> Rows:
        return next(filter(None, (column.units(tables) for column in columns)), {})

    return ComputedRows(rows, tuple(objects_of(columns)))


def unit_and_number(*columns: InChain) -> ComputedRows:
    """The printed number of outlets that are listed by unit and number."""

    def rows(tables: Tables) -> Rows:
        for column in columns:
            if tables[column]:
                return with_units(column.units(tables), numbered(tables[column]))
        return {}

    return ComputedRows(rows, tuple(objects_of(columns)))


def phase_rows(values: Column, banks: Column, phases: Column) -> ComputedRows:
    """The phase rows of a table that also has bank rows and perhaps a total: rows with bank 0 and a
    phase other than 0; without such, all rows with bank 0. A row without a phase, or with another
    number, has an empty value: it may be the total."""

    @computed_from(values, banks, phases)
    def rows(tables: Tables) -> Rows:
        if not tables[banks] and not tables[phases]:
            return {}  # nothing tells what a row is
        every_row = with_first_rows(with_rows_of(tables[values], tables[phases]), LAST_ARC)
        bank_of_row = with_rows_of(
            left_join(tables[banks] or tables[phases], tables[banks]), tables[values]
        )
        of_no_bank = where(every_row, bank_of_row, one_of("0"))
        phase_of_row = left_join(tables[values], tables[phases])
        of_a_phase = where(of_no_bank, phase_of_row, either(("1", "2", "3"), ("0",)))
        return of_a_phase or of_no_bank

    return rows
