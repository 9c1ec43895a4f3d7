"""Server Technology: Sentry CDUs of Sentry3-MIB (tower.infeed.outlet) and Sentry4-MIB
(unit.cord.outlet). New firmware may change a unit from the first MIB to the second.

Sentry3-MIB: the fourth infeed of a three-phase tower is the neutral line and has no outlets.
Energies are in Wh for outlets, 0.1 kWh for infeeds (in Sentry4-MIB: cords) and kWh for towers.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from functools import partial

from ..absence import is_optional_and_absent
from ..arcs import Arcs
from ..cells import Rows
from ..completeness import with_missing_if_fewer, with_missing_rows_of, with_missing_up_to_count
from ..computed import Complete
from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..filters import (
    matches,
    none_of,
    of_units,
    rows_if_every_mark,
    rows_if_none_in,
    where,
    with_arc,
    without_arc,
)
from ..joins import bit, empty_unless, first_of_units, left_join, part_of, with_empty_if_none
from ..objects import Column
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .conditions import row_condition, unit_condition
from .language import THE_UNIT, column, figure, nameplate, oids, outlets, scalar, total
from .links import IRONIC_SNMP, librenms, public
from .programs import SONIC_MGMT
from .scales import HUNDREDTHS, TENTHS, THOUSANDTHS
from .sources import on_demand, value_or_empty

STATUS = column("1718.3.2.3.1.5", "outletStatus", optional=True)
OUTLET_ID = column("1718.3.2.3.1.2", "outletID")
OUTLET_COUNT = column("1718.3.2.2.1.9", "infeedOutletCount", optional=True)
INFEED_ID = column("1718.3.2.2.1.2", "infeedID")
INFEED_COUNT = column("1718.3.2.1.1.5", "towerInfeedCount")
TOWER_COUNT = scalar("1718.3.1.4.0", "systemTowerCount")
# Models that only monitor may lack the control states.
CONTROL = column("1718.3.2.3.1.10", "outletControlState", optional=True)
CAPABILITIES = column("1718.3.2.3.1.4", "outletCapabilities")
POWER_CONTROL = 2  # bit of outletCapabilities
TOWER = column("1718.3.2.1.1.8", "towerCapabilities", optional=True)
THREE_PHASE = 3  # bit of towerCapabilities
# Came into the MIB with towerEnergy (2010-07-07), after infeedEnergy (2009-03-10): firmware between
# them has towerCapabilities and no energy of towers.
TOWER_POWER = column("1718.3.2.1.1.11", "towerActivePower", optional=True)
TOWER_ENERGY = column("1718.3.2.1.1.14", "towerEnergy", optional=True)
INFEED_LOAD = column("1718.3.2.2.1.7", "infeedLoadValue", optional=True)
INFEED_POWER = column("1718.3.2.2.1.12", "infeedPower", optional=True)
INFEED_ENERGY = column("1718.3.2.2.1.16", "infeedEnergy", optional=True)
AREA = scalar("1718.3.1.7.0", "systemArea")  # came into the MIB with systemTotalPower
LOCKED_OFF, LOCKED_ON = "6", "7"
# Values of outletControlState without a command under way. The others are reboot, shutdown, pendOn,
# pendOff, minimumOff, minimumOn, eventReboot and eventShutdown; of a minimum, the MIB says no more
# than the names.
SETTLED = ("0", "1", "2", "3", "4", "5", LOCKED_OFF, LOCKED_ON, "14", "15")
tower_total = partial(total, unit=THE_UNIT)
unit_total = partial(total, else_outlets=True, unit=THE_UNIT)


def _infeeds(values: Column, *, on_demand: bool = False) -> ComputedRows:
    """A current or power of each infeed (input feed) of all towers (units), without the neutral
    lines, whose current the others have already carried. Row 2.4 is infeed 4 of tower 2: the
    neutral, if bit 3 of towerCapabilities calls the tower three-phase.

    >>> THREE = bytes([0b00010000])
    >>> infeeds = {"1.1": 520, "1.2": 480, "1.3": 500, "1.4": 30, "2.1": 410}
    >>> chain = {OUTLET_COUNT: dict.fromkeys(infeeds, 8), INFEED_COUNT: {"1": 4, "2": 2}}
    >>> rows = _infeeds(INFEED_LOAD).rows({INFEED_LOAD: infeeds, **chain, TOWER: {"1": THREE}})
    >>> list(rows), rows["2."].reason
    (['1.1', '1.2', '1.3', '2.1', '2.'], 'no answer')

    Tower 2 counts two infeeds and shows one: the other is missing. So is a fourth infeed of a tower
    that does not tell its capabilities.

    on_demand: these rows take the place of another figure, and are read only where that lacks.
    """
    not_prefetched = (INFEED_ID, values) if on_demand else (INFEED_ID,)

    @computed_from(values, OUTLET_COUNT, INFEED_COUNT, INFEED_LOAD, TOWER, on_demand=not_prefetched)
    def rows(tables: Tables) -> Rows:
        """Every infeed that is listed or counted, less the fourth of each three-phase tower. Only
        fourth infeeds have a row in `is_neutral`: "1" of a three-phase tower, else "0", and "" of a
        tower that shows no capabilities. The others are kept.
        """
        infeeds = tables[OUTLET_COUNT] or tables[INFEED_ID]  # some firmware lacks the counts
        every_infeed = _complete(tables, values, infeeds)
        every_load = _complete(tables, INFEED_LOAD, infeeds)
        fourth_infeeds = with_arc(every_load, 1, "4")
        capabilities = tables[TOWER] if fourth_infeeds else {}
        three_phase_bits = bit(capabilities, THREE_PHASE)
        is_three_phase = where(three_phase_bits, capabilities, none_of(""))
        is_tower_three_phase = part_of(is_three_phase, fourth_infeeds, stop=1)
        is_neutral = left_join(fourth_infeeds, is_tower_three_phase)
        return where(every_infeed, is_neutral, none_of("1"))

    return rows


def _complete(tables: Tables, values: Column, infeeds: Rows) -> Rows:
    """A column of the infeeds, with a missing row for each that the answers lack: of `infeeds`,
    another column of the table, or beyond the rows that a tower counts (towerInfeedCount).

    >>> unit = tables_of({INFEED_LOAD: {"1.1": 520}})
    >>> _complete(unit, INFEED_LOAD, infeeds={"1.1": 8, "1.2": 8})["1.2"].reason
    'no answer'
    >>> unit = tables_of({INFEED_LOAD: {"1.1": 520}, INFEED_COUNT: {"1": 2}})
    >>> list(_complete(unit, INFEED_LOAD, infeeds={}))  # "1.": a row of tower 1
    ['1.1', '1.']

    No row on a unit whose firmware does not have this column:

    >>> _complete(tables_of({}), INFEED_LOAD, infeeds={"1.1": 8})
    {}
    """
    if not tables[values] and is_optional_and_absent(tables, values, infeeds):
        return {}
    every_infeed = with_missing_rows_of(tables[values], infeeds)
    return with_missing_up_to_count(every_infeed, tables[INFEED_COUNT])


@computed_from(OUTLET_COUNT, TOWER_COUNT, on_demand=(INFEED_ID,))
def towers(tables: Tables) -> Rows:
    """A row for each tower (unit): the first arc of an infeed is its tower. A tower that the device
    counts (systemTowerCount) and does not list is missing.

    >>> rows = towers.rows({OUTLET_COUNT: {"1.1": 8, "1.2": 8}, TOWER_COUNT: {"0": 2}})
    >>> list(rows), rows["0."].reason
    (['1', '0.'], 'no answer')
    """
    infeeds = tables[OUTLET_COUNT] or tables[INFEED_ID]
    listed_towers = first_of_units(infeeds)
    return with_missing_if_fewer(listed_towers, tables[TOWER_COUNT])


@computed_from(TOWER_POWER, INFEED_POWER, on_demand=(TOWER_POWER, INFEED_POWER))
def tower_powers(tables: Tables) -> Rows:
    """The power of each tower (unit), on a chain whose infeeds have no power of their own, or all
    read -1, for "not measured". Elsewhere no row: the infeeds are summed. While the infeeds are not
    answered, each tower is missing.

    >>> tower_powers.rows({TOWER_POWER: {"1": 500}, INFEED_POWER: {"1.1": -1}})
    {'1': 500}
    >>> tower_powers.rows({TOWER_POWER: {"1": 500}, INFEED_POWER: {"1.1": 230}})
    {}
    """
    infeeds, powers = tables[INFEED_POWER], tables[TOWER_POWER]
    if not infeeds:
        return powers
    powers_if_unmetered = rows_if_every_mark(powers, infeeds, matches("-1"))
    if powers_if_unmetered:
        return powers_if_unmetered
    return rows_if_none_in(powers, infeeds)


@computed_from(CAPABILITIES, by_row=True)
def is_controlled(tables: Tables) -> Rows:
    """Whether each outlet can be switched ("1"), or its model only monitors it ("0"): bit 2 of
    outletCapabilities, an SNMP BITS, in which bit 0 is the highest of the first octet.

    >>> is_controlled.rows({CAPABILITIES: {"1.1.1": bytes([0b00100000]), "1.1.2": bytes([0])}})
    {'1.1.1': '1', '1.1.2': '0'}
    """
    return bit(tables[CAPABILITIES], POWER_CONTROL)


ST4_OUTLET_COUNT = column("1718.4.1.3.2.1.24", "st4InputCordOutletCount")
ST4_UNIT_COUNT = scalar("1718.4.1.1.1.21.0", "st4SystemUnitCount")
ST4_LINES = column("1718.4.1.4.3.1.3", "st4LineCurrent")
ST4_LABEL = column("1718.4.1.4.2.1.4", "st4LineLabel")
ST4_LINE_STATUS = column("1718.4.1.4.3.1.2", "st4LineStatus", optional=True)
ST4_CORD_STATUS = column("1718.4.1.3.3.1.2", "st4InputCordStatus", optional=True)
ST4_CONTROL = column("1718.4.1.8.5.1.1", "st4OutletControlState", optional=True)
ST4_OUTLET_ID = column("1718.4.1.8.2.1.2", "st4OutletID")
ST4_STATUS = column("1718.4.1.8.3.1.2", "st4OutletStatus")
ST4_FIXED_ON, ST4_LOCKED_OFF, ST4_LOCKED_ON = "1", "14", "15"
# Values of DeviceStatus that do not deny the state: normal, and the alarms of the outlet's figures.
ST4_TRUSTED = ("0", "14", "15", "16", "17", "18", "19", "20")
# notFound, lost, readError and noComm
ST4_UNREAD = ("7", "8", "9", "10")
ST4_READ = tuple(str(status) for status in range(24) if str(status) not in ST4_UNREAD)
# Values of st4OutletControlState that leave the state certain. The others are notSet ("outlet state
# is unknown"), ocpOff and ocpOn (an overcurrent protector tripped), and commands under way: pendOn,
# pendOff, reboot, shutdown, eventReboot and eventShutdown.
ST4_SETTLED = tuple("1 2 3 4 5 10 11 14 15 16 17".split())
ST4_NEUTRAL = "4"  # a value of st4LineIndex


@computed_from(ST4_LINES, ST4_LABEL, ST4_LINE_STATUS)
def st4_lines(tables: Tables) -> Rows:
    """The current of each line of the input cords, without the neutral (last arc 4), whose current
    the lines have already carried: the load is their sum.

    >>> labels = {ST4_LABEL: {"1.1.1": "L1", "1.1.2": "L2", "1.1.4": "N"}}
    >>> statuses = {ST4_LINE_STATUS: {"1.1.1": 0, "1.1.2": 0, "1.1.4": 0}}
    >>> st4_lines.rows({ST4_LINES: {"1.1.1": 5, "1.1.2": 6, "1.1.4": 1}, **labels, **statuses})
    {'1.1.1': 5, '1.1.2': 6}

    Without a value where the unit does not read the line (st4LineStatus 10, noComm). A line that
    has a label and no current is missing:

    >>> statuses = {ST4_LINE_STATUS: {"1.1.1": 10, "1.1.2": 0}}
    >>> rows = st4_lines.rows({ST4_LINES: {"1.1.1": 5}, **labels, **statuses})
    >>> rows["1.1.1"], rows["1.1.2"].reason
    ('', 'no answer')
    """
    # the values first: a column read after them that lacks all rows is lost, not absent
    currents, labels = tables[ST4_LINES], tables[ST4_LABEL]
    labelled_lines = with_missing_rows_of(currents, labels)
    every_line = with_empty_if_none(labelled_lines, labels)
    measured_lines = empty_unless(every_line, tables[ST4_LINE_STATUS], none_of(*ST4_UNREAD))
    return without_arc(measured_lines, -1, ST4_NEUTRAL)


def _cords(below: str, name: str) -> ComputedRows:
    """A power or energy of each input cord whose lines are metered. The value is emptied where the
    unit does not read the cord (st4InputCordStatus 7 to 10).

    >>> watts = {column("1718.4.1.3.3.1.3", "st4InputCordActivePower"): {"1.1": 800, "1.2": 0}}
    >>> unit = {ST4_OUTLET_COUNT: {"1.1": 8, "1.2": 8, "1.3": 8}, ST4_CORD_STATUS: {"1.2": 10}}
    >>> lines_of_cords = {ST4_LINES: {"1.1.1": 5, "1.2.1": 6, "1.3.1": 7}}
    >>> rows = _cords("3", "st4InputCordActivePower").rows({**watts, **unit, **lines_of_cords})
    >>> rows["1.1"], rows["1.2"], rows["1.3"].reason  # cord 3 has a line and no power
    (800, '', 'no answer')
    """
    values = column(f"1718.4.1.3.3.1.{below}", name)

    @computed_from(values, ST4_CORD_STATUS, ST4_OUTLET_COUNT, ST4_LINES)
    def rows(tables: Tables) -> Rows:
        cords = tables[values]
        readings = empty_unless(cords, tables[ST4_CORD_STATUS], none_of(*ST4_UNREAD))
        cords_with_lines = of_units(tables[ST4_OUTLET_COUNT], tables[ST4_LINES])
        return with_missing_rows_of(readings, cords_with_lines)

    return rows


@computed_from(ST4_OUTLET_COUNT)
def st4_units(tables: Tables) -> Rows:
    """A row for each unit with an input cord.

    >>> st4_units.rows({ST4_OUTLET_COUNT: {"1.1": 8, "1.2": 8, "2.1": 4}})
    {'1': 8, '2': 4}
    """
    return first_of_units(tables[ST4_OUTLET_COUNT])


PROFILES = (
    Profile(
        key="sentry3",
        vendor="Server Technology",
        mib="Sentry3-MIB of 2016-01-25",
        source=librenms("sentry/Sentry3-MIB"),
        # towerProductSN, systemVersion, towerModelNumber
        nameplate=nameplate(serial="1718.3.2.1.1.6", firmware="1718.3.1.1", model="1718.3.2.1.1.7"),
        models=("Sentry Switched CDU and Smart CDU (CWG, CW, CS, CX, CL)",),
        sys_object_ids=oids("1718.3"),
        units=towers,
        unit_count=TOWER_COUNT,
        outlets=outlets(
            State(
                STATUS,
                on=("1",),
                off=("0",),
                conditions=(row_condition(CONTROL, *SETTLED),),
            ),
            Write(column("1718.3.2.3.1.11", "outletControlAction"), on=1, off=2),
            Guard(CONTROL, refuse=(LOCKED_OFF, LOCKED_ON), why="it is locked on the device"),
            Guard(is_controlled, refuse=("0",), why="this model only monitors it"),
            rows=OUTLET_ID,
            count=OUTLET_COUNT,
            none_if_zero=OUTLET_COUNT,
            counts_unlisted=True,
            number=OUTLET_ID,
            name=column("1718.3.2.3.1.3", "outletName"),
            current=figure(column("1718.3.2.3.1.7", "outletLoadValue", optional=True), HUNDREDTHS),
            power=figure(column("1718.3.2.3.1.14", "outletPower", optional=True)),
            energy=figure(column("1718.3.2.3.1.18", "outletEnergy", optional=True), THOUSANDTHS),
        ),
        load=tower_total(figure(_infeeds(INFEED_LOAD), HUNDREDTHS)),
        power=total(
            figure(value_or_empty(scalar("1718.3.1.6.0", "systemTotalPower"), AREA)),
            figure(tower_powers),
            figure(_infeeds(INFEED_POWER, on_demand=True)),
        ),
        energy=tower_total(
            figure(value_or_empty(TOWER_ENERGY, TOWER_POWER)),
            figure(on_demand(INFEED_ENERGY), TENTHS),
        ),
        evidence=SIMULATED,
        programs=(public("labgrid-project/labgrid", "labgrid/driver/power/sentry.py"), SONIC_MGMT),
        note=(
            "A CDU that does not measure its power calculates it with systemPowerFactor, which its"
            " owner sets."
        ),
        unread=(
            "outletLoadStatus, infeedLoadStatus, branchLoadStatus: their noComm and readError are"
            " of the measured load, which is then negative; infeedStatus, branchStatus:"
            " outletStatus has noComm of its own"
        ),
    ),
    Profile(
        key="sentry4",
        vendor="Server Technology",
        mib="Sentry4-MIB of 2017-06-15",
        source=librenms("sentry/Sentry4-MIB"),
        # st4UnitProductSN, st4SystemFirmwareVersion, st4UnitModel
        nameplate=nameplate(
            serial="1718.4.1.2.2.1.4", firmware="1718.4.1.1.1.3", model="1718.4.1.2.2.1.5"
        ),
        models=("PRO1 and PRO2 CDUs, and CDUs with firmware 8",),
        sys_object_ids=oids("1718.4"),
        conditions=(
            unit_condition(column("1718.4.1.2.3.1.1", "st4UnitStatus", optional=True), *ST4_READ),
        ),
        units=Complete(st4_units, count=ST4_UNIT_COUNT, gaps=True),
        unit_count=ST4_UNIT_COUNT,
        outlets=outlets(
            State(
                column("1718.4.1.8.3.1.1", "st4OutletState"),
                on=("1",),
                off=("2",),
                conditions=(
                    row_condition(ST4_STATUS, *ST4_TRUSTED),
                    row_condition(ST4_CONTROL, *ST4_SETTLED),
                ),
            ),
            Write(column("1718.4.1.8.5.1.2", "st4OutletControlAction"), on=1, off=2),
            Guard(
                ST4_CONTROL,
                refuse=(ST4_FIXED_ON, ST4_LOCKED_OFF, ST4_LOCKED_ON),
                why="it is locked on the device, or always on",
            ),
            rows=ST4_OUTLET_ID,
            count=ST4_OUTLET_COUNT,
            none_if_zero=ST4_OUTLET_COUNT,
            counts_unlisted=True,
            number=ST4_OUTLET_ID,
            name=column("1718.4.1.8.2.1.3", "st4OutletName"),
            current=figure(column("1718.4.1.8.3.1.3", "st4OutletCurrent"), HUNDREDTHS),
            power=figure(column("1718.4.1.8.3.1.7", "st4OutletActivePower")),
            energy=figure(column("1718.4.1.8.3.1.14", "st4OutletEnergy"), THOUSANDTHS),
            conditions=(unit_condition(ST4_STATUS, *ST4_READ, unit=Arcs()),),
        ),
        load=unit_total(figure(st4_lines, HUNDREDTHS)),
        power=unit_total(figure(_cords("3", "st4InputCordActivePower"))),
        energy=unit_total(figure(_cords("10", "st4InputCordEnergy"), TENTHS)),
        evidence=SIMULATED,
        programs=(SONIC_MGMT, IRONIC_SNMP),
    ),
)
