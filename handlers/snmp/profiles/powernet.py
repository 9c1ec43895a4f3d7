"""What APC and CyberPower share: the tables of CyberPower's CPS-MIB resemble those of APC's
PowerNet-MIB.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..cells import Rows
from ..chains import InChain
from ..completeness import with_missing_first_rows, with_missing_rows_of, with_missing_units
from ..filters import one_of, where, yes_or_no
from ..joins import left_join, numbered, with_empty_if_none, with_units
from ..objects import Column, Scalar
from ..states import Condition
from ..tables import ComputedRows, Source, Tables, computed_from, objects_of
from .conditions import device_condition
from .sources import LAST_ARC


def established(source: Scalar) -> Condition:
    """A condition on the whole device: its agent reports that it has communication with the unit
    that it measures. Without it no state and no figure is known. Both MIBs have 1 for no unit
    found, 2 established, 3 lost. Devices without the object pass.

    >>> STATUS = Scalar("1.3.6.1.4.1.318.1.1.8.5.1.1.0", "atsStatusCommStatus")
    >>> established(STATUS).reasons_not_current(tables_of({STATUS: {"0": 2}}), {"1": 15})
    {}
    >>> established(STATUS).reasons_not_current(tables_of({STATUS: {"0": 3}}), {"1": 15})
    {'1': "the device has no communication with the unit (atsStatusCommStatus reads '3')"}
    """
    return device_condition(source, "2", optional=True)


def each_unit_rows(
    values: Source,
    module: Source,
    *,
    device: Source,
    outlet_units: Source,
    on_demand: Sequence[Source] = (),
) -> ComputedRows:
    """A figure of each unit of a chain, and a missing one for each unit that answers none, so that
    the chain has no sum.

    >>> AMPERES, MODULE = Column("1.1", "current"), Column("1.2", "module")
    >>> DEVICE, OUTLET = Column("2.1", "device"), Column("3.1", "outlet")
    >>> lines = each_unit_rows(AMPERES, MODULE, device=DEVICE, outlet_units=OUTLET)
    >>> units = {DEVICE: {"1": "1", "2": "2"}, OUTLET: {}}
    >>> list(lines.rows({AMPERES: {"1": 15}, MODULE: {"1": "1"}, **units}))
    ['1', '2.']

    module: the unit of each value.
    device, outlet_units: the units of the chain, as two tables list them.
    on_demand: what is not read with its table.
    """

    @computed_from(values, module, device, on_demand=on_demand)
    def rows(tables: Tables) -> Rows:
        values_now = tables[values]
        if not values_now:
            return {}
        return with_missing_units(values_now, tables[module], tables[device], tables[outlet_units])

    return rows


def units_of(*columns: InChain) -> ComputedRows:
    """The unit of each outlet of a chain, by the first of the columns that has rows: it tells which
    units must have a figure. The device numbers its rows over all units; row 9 is outlet 7 of unit
    2, whose identity is 2.7:

    >>> from handlers.snmp.chains import Chain
    >>> MODULE, NUMBER = Column("~.2.1.2", "module"), Column("~.2.1.3", "number")
    >>> STATE = Column("~.2.1.4", "state")
    >>> names = {MODULE: {"1": 1, "9": 2}, NUMBER: {"1": 7, "9": 7}}
    >>> units = units_of(Chain(MODULE, NUMBER).of(STATE))
    >>> units.rows(tables_of({STATE: {"1": 1, "9": 2}, **names}))
    {'7': 1, '2.7': 2}
    """

    def rows(tables: Tables) -> Rows:
        return next(filter(None, (column.units(tables) for column in columns)), {})

    return ComputedRows(rows, tuple(objects_of(columns)))


def unit_and_number(*columns: InChain) -> ComputedRows:
    """The printed number of each outlet of a chain: the number on its unit, behind the unit's
    number if the chain has several. It is by the first of a chain's columns that has rows. The
    device numbers its rows over all units; row 9 is outlet 7 of unit 2, whose identity is 2.7:

    >>> from handlers.snmp.chains import Chain
    >>> MODULE, NUMBER = Column("~.2.1.2", "module"), Column("~.2.1.3", "number")
    >>> STATE = Column("~.2.1.4", "state")
    >>> printed = unit_and_number(Chain(MODULE, NUMBER).of(STATE))
    >>> names = {MODULE: {"1": 1, "9": 2}, NUMBER: {"1": 7, "9": 7}}
    >>> printed.rows(tables_of({STATE: {"1": 1, "9": 2}, **names}))
    {'7': '1:7', '2.7': '2:7'}
    >>> names = {MODULE: {"1": 1, "2": 1}, NUMBER: {"1": 7, "2": 8}}
    >>> printed.rows(tables_of({STATE: {"1": 1, "2": 2}, **names}))
    {'7': '7', '8': '8'}
    """

    def rows(tables: Tables) -> Rows:
        for column in columns:
            outlets = tables[column]
            if outlets:
                return with_units(column.units(tables), numbered(outlets))
        return {}

    return ComputedRows(rows, tuple(objects_of(columns)))


def phase_rows(values: Column, banks: Column, phases: Column) -> ComputedRows:
    """The current or power of each phase, without the table's rows of banks, and of a total, which
    carry the same once more: rows with bank 0 and a phase other than 0; without such, all rows with
    bank 0.

    >>> AMPERES, BANK, PHASE = Column("1.2", "load"), Column("1.5", "bank"), Column("1.4", "phase")
    >>> load = phase_rows(AMPERES, BANK, PHASE)
    >>> marks = {BANK: {"1": 0, "2": 1, "3": 0}, PHASE: {"1": 1, "2": 1, "3": 0}}
    >>> load.rows({AMPERES: {"1": 15, "2": 15, "3": 15}, **marks})
    {'1': 15}

    A row with bank 0 and another phase number is missing: it may be the total.

    >>> marks = {BANK: {"1": 0, "2": 0}, PHASE: {"1": 1, "2": 4}}
    >>> load.rows({AMPERES: {"1": 15, "2": 15}, **marks})["2"].reason
    'its mark is none that the MIB names'
    """

    @computed_from(values, banks, phases)
    def rows(tables: Tables) -> Rows:
        if not tables[banks] and not tables[phases]:
            return {}  # nothing tells what a row is
        rows_of_phases = with_missing_rows_of(tables[values], tables[phases])
        every_row = with_missing_first_rows(rows_of_phases, LAST_ARC)
        known_banks = with_empty_if_none(tables[banks], tables[phases])
        bank_of_row = with_missing_rows_of(known_banks, tables[values])
        of_no_bank = where(every_row, bank_of_row, one_of("0"))
        phase_of_row = left_join(tables[values], tables[phases])
        of_a_phase = where(of_no_bank, phase_of_row, yes_or_no(("1", "2", "3"), ("0",)))
        return of_a_phase or of_no_bank

    return rows
