"""Schleifenbauer: databus rings of up to 512 units, of which SNMP shows at most 255. Also sold by
Conteg under another root.

The index is unit.outlet; the unit is an address on the ring. An outlet without a meter or a switch
may have no row in the corresponding table. Measuring modules meter only outlets and report zeros
for all inputs, so the current and power of an input without voltage are not used.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

import re
from decimal import Decimal
from functools import partial

from ..cells import Rows
from ..completeness import with_missing_rows_of, with_missing_up_to_count
from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..filters import none_of, one_of, where, where_value
from ..joins import empty_as_missing, left_join, without_values
from ..measurements import Measurement
from ..objects import Column
from ..profile import Profile, Root
from ..states import State
from ..tables import Tables, computed_from
from .conditions import device_condition, row_condition, unit_condition
from .language import THE_UNIT, column, figure, oid, outlets, scalar, total
from .links import librenms
from .scales import HUNDREDTHS, ONES

unit_total = partial(total, else_outlets=True, unit=THE_UNIT)
NOT_WIRED = ("0",)
VOLTAGE = column("~.1.1.2.6.1.1.7", "sdbDevInActualVoltage")
ENERGY = column("~.1.1.2.6.1.1.2", "sdbDevInKWhTotal")


CURRENT = column("~.1.1.2.6.1.1.5", "sdbDevInActualCurrent")
HIDDEN_UNITS = "the ring has units that SNMP does not show"
MORE_THAN_SHOWN = "25[6-9]|2[6-9][0-9]|[3-9][0-9]{2}"  # SNMP shows at most 255
PHASES = column("~.1.1.2.2.1.1.1", "sdbDevCfPhases")  # an input has one
UNITS = scalar("~.1.1.1.1.1.0", "sdbMgmtStsDevices")


def _of_inputs(tables: Tables, values: Column, beside: Column) -> Rows:
    """A column of the inputs, with a missing row for each that the column `beside` has or that its
    unit counts (sdbDevCfPhases).

    >>> inputs = {CURRENT: {"1.1": 52}, ENERGY: {"1.1": 520, "1.2": 48}}
    >>> _of_inputs(tables_of(inputs), CURRENT, ENERGY)["1.2"].reason
    'no answer'

    The values are emptied if the ring has more units than the 255 that SNMP shows:

    >>> ring = tables_of({CURRENT: {"1.1": 52}, UNITS: {"0": 256}})
    >>> _of_inputs(ring, CURRENT, ENERGY)
    {'1.1': ''}
    """
    listed_inputs = with_missing_rows_of(tables[values], tables[beside])
    every_input = with_missing_up_to_count(listed_inputs, tables[PHASES])
    if re.fullmatch(MORE_THAN_SHOWN, tables.text(UNITS)):
        return without_values(every_input)
    return empty_as_missing(every_input)


def _wired(tables: Tables, inputs: Rows, rows: Rows) -> Rows:
    """The inputs without those of `rows` whose voltage is 0, which are not wired. One of `rows`
    whose voltage is not answered is missing; an input that is not in `rows` is kept.

    >>> amperes = {"1.1": 52, "1.2": 0, "1.3": 5}
    >>> wired = _wired({VOLTAGE: {"1.1": 230, "1.2": 0}}, amperes, amperes)
    >>> list(wired), wired["1.3"].reason
    (['1.1', '1.3'], 'its mark is none that the MIB names')
    """
    volts = left_join(rows, tables[VOLTAGE])
    return where(inputs, volts, none_of(*NOT_WIRED))


def _inputs(below: str, name: str, scale: Decimal = ONES) -> Measurement:
    """A figure of each input that has a voltage: their sum is the unit's. An input whose voltage is
    0 is not wired and has no row.

    >>> current = _inputs("5", "sdbDevInActualCurrent")
    >>> volts = {VOLTAGE: {"1.1": 230, "1.2": 231, "1.3": 0}}
    >>> current.values(tables_of({CURRENT: {"1.1": 52, "1.2": 48, "1.3": 0}, **volts}))
    {'1.1': 52, '1.2': 48}

    A unit that counts more inputs (sdbDevCfPhases) than it lists has one missing; "1." is a row
    whose index is not known:

    >>> unit = {CURRENT: {"1.1": 52}, VOLTAGE: {"1.1": 230}, PHASES: {"1": 2}}
    >>> list(current.values(tables_of(unit)))
    ['1.1', '1.']

    In a ring with units that SNMP does not show (more than 255) the values are emptied.
    """
    values = column(f"~.1.1.2.6.1.1.{below}", name)

    @computed_from(values, ENERGY, PHASES, UNITS, VOLTAGE)
    def rows(tables: Tables) -> Rows:
        inputs = _of_inputs(tables, values, ENERGY)
        return _wired(tables, inputs, inputs)

    return figure(rows, scale, unmetered=HIDDEN_UNITS)


@computed_from(ENERGY, CURRENT, PHASES, UNITS, VOLTAGE)
def input_energies(tables: Tables) -> Rows:
    """The energy of each input, in kWh: their sum is the unit's. An input that lost its voltage
    keeps what it has counted; one without voltage and with an energy of 0 is not wired and has no
    row.

    >>> volts = {VOLTAGE: {"1.1": 230, "1.2": 0, "1.3": 0}}
    >>> input_energies.rows(tables_of({ENERGY: {"1.1": 520, "1.2": 48, "1.3": 0}, **volts}))
    {'1.1': 520, '1.2': 48}
    """
    inputs = _of_inputs(tables, ENERGY, CURRENT)
    inputs_at_0 = where_value(inputs, one_of("0"))
    return _wired(tables, inputs, inputs_at_0)


STATE = column("~.1.1.2.7.3.1.2", "sdbDevOutSwCurrentState")
UNLOCK = column("~.1.1.2.7.3.1.4", "sdbDevOutSwUnlock")
SCHEDULED = column("~.1.1.2.7.3.1.3", "sdbDevOutSwScheduled", optional=True)
IDLE = "0"  # a value of sdbDevOutSwScheduled; 1 is a command whose delay has not expired
# two units with one address: either may answer, and either may carry out a command
DUPLICATES = scalar("~.1.1.1.1.4.0", "sdbMgmtStsDuplicateDevices")
# bits: 64 is a controller error, 128 a reset of a slave module; those below concern neither states
# nor figures
UNIT_STATUS = column("~.1.1.2.3.1.1.1", "sdbDevSsDeviceStatusCode", optional=True)
WITHOUT_ERROR = tuple(map(str, range(64)))
NAME = column("~.1.1.2.7.1.1.2", "sdbDevOutName")

PROFILES = (
    Profile(
        key="schleifenbauer",
        vendor="Schleifenbauer",
        mib="SCHLEIFENBAUER-DATABUS-MIB, CONTEG-DATABUS-MIB",
        source=librenms("schleifenbauer/SCHLEIFENBAUER-DATABUS-MIB"),
        models=("hPDU", "DPM", "gateway with a databus", "Conteg PDU"),
        roots=(Root(oid("31034.11"), oid("31034.12")), Root(oid("28402.11"), oid("28402.12"))),
        conditions=(
            unit_condition(UNIT_STATUS, *WITHOUT_ERROR),
            device_condition(
                DUPLICATES,
                "0",
                optional=True,
                why="two units of the ring have the same address, and either may obey",
            ),
        ),
        outlets=outlets(
            State(
                STATE,
                on=("1",),
                off=("0",),
                conditions=(row_condition(SCHEDULED, IDLE),),
            ),
            Write(STATE, on=1, off=0, first=(UNLOCK, 1)),
            Guard(
                DUPLICATES,
                allow=("0",),
                why="it is not known whether two units of the ring have the same address",
            ),
            rows=NAME,
            count=column("~.1.1.2.2.1.1.2", "sdbDevCfOutletsTotal"),
            checks_empty_table=True,
            name=NAME,
            current=figure(column("~.1.1.2.7.2.1.5", "sdbDevOutMtActualCurrent"), HUNDREDTHS),
            power=figure(column("~.1.1.2.7.2.1.11", "sdbDevOutMtPowerWatt")),
            energy=figure(column("~.1.1.2.7.2.1.2", "sdbDevOutMtKWhTotal")),
        ),
        load=unit_total(_inputs("5", "sdbDevInActualCurrent", HUNDREDTHS)),
        power=unit_total(_inputs("10", "sdbDevInPowerWatt")),
        energy=unit_total(figure(input_energies, unmetered=HIDDEN_UNITS)),
        evidence=SIMULATED,
        note=(
            "Of a ring of more than 255 units SNMP shows 255: the outlets of the others are not"
            " listed, and there are no totals."
        ),
        unread=(
            "sdbDevOutSwReboot: the MIB does not say what it reads during a reboot; sdbDevTotals:"
            " the MIB does not say which inputs a row sums; sdbMgmtStsAddressableDevices: it also"
            " leaves out new units, and those with one address"
        ),
    ),
)
