"""Vertiv's brands Geist, Liebert and Avocent, and its rack manager with MPDUs.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

from ..arcs import Arcs
from ..cells import NO_ANSWER, Missing, Rows, missing_because
from ..completeness import (
    with_missing_first_rows,
    with_missing_if_below,
    with_missing_rows_of,
    with_missing_up_to_count,
)
from ..computed import Complete
from ..controls import Guard, Write
from ..decoding import is_one_of, number, text
from ..evidence import SIMULATED, EvidenceLevel
from ..filters import (
    matches,
    matches_yes_or_no,
    none_of,
    one_of,
    rows_if_each,
    rows_if_every_mark,
    rows_if_none_in,
    where,
    where_value,
    yes_or_no,
)
from ..joins import (
    empty_as_missing,
    empty_unless,
    first_of_units,
    join,
    left_join,
    part_of,
    prefixed,
    times,
    with_empty_if_none,
    without_values,
)
from ..measurements import Measurement
from ..objects import Column, Parts, Span, Spread
from ..profile import NET_SNMP, Profile, Root
from ..states import State
from ..tables import ComputedRows, Source, Tables, computed_from
from .conditions import device_condition, row_condition, unit_condition
from .language import FLOOR, THE_UNIT, column, figure, oid, oids, outlets, scalar, total
from .links import IRONIC_SNMP, librenms, public, pysnmp_mibs
from .programs import SONIC_MGMT
from .scales import HUNDREDTHS, ONES, TENTHS, THOUSANDTHS
from .shared_values import of_unit
from .sources import LAST_ARC, first, rows_where

# Newer Geist units (VERTIV-V5-MIB): switched and metered outlets are two tables, joined by the
# outlet's factory name.
V5_METERED_NAME = column("21239.5.2.3.6.1.2", "pduOutletMeterName")
V5_SWITCH_NAME = column("21239.5.2.3.5.1.2", "pduOutletSwitchName")
V5_CURRENT = column("21239.5.2.3.6.1.8", "pduOutletMeterCurrent")
V5_POWER = column("21239.5.2.3.6.1.12", "pduOutletMeterRealPower")
V5_ENERGY = column("21239.5.2.3.6.1.15", "pduOutletMeterEnergy")
V5_RELAY_FAILURE = column("21239.5.2.3.5.1.5", "pduOutletSwitchRelayFailure")
V5_WORKING = "2"  # false
V5_VOLTS = column("21239.5.2.3.2.1.4", "pduPhaseVoltage")
V5_TYPE = column("21239.5.2.3.1.1.6", "pduMeterType", optional=True)
V5_UNIT_WATTS = column("21239.5.2.3.1.1.9", "pduTotalRealPower")
V5_UNIT_WH = column("21239.5.2.3.1.1.12", "pduTotalEnergy")
V5_WYE = "0"  # a meter's type: it is not fed in delta
V5_LINE_CURRENT = column("21239.5.2.3.4.1.4", "pduLineCurrent")
V5_LINE_NAME = column("21239.5.2.3.4.1.2", "pduLineName")


def _only_metered(values: Column) -> Parts:
    """Values by the indexes of meters, on a unit that shows no table of switched outlets: outlet 7
    is "0.7". The table may be missing only now, and its rows are other outlets'."""
    return Parts((("0", values),))


def _v5_metered(values: Column) -> ComputedRows:
    """The figures of the outlets' meters, as rows of the switched outlets. The unit lists meters
    and switched outlets in two tables with different indexes: a meter is that of the outlet with
    the same factory name (V5_METERED_NAME, V5_SWITCH_NAME).

    >>> names = {V5_METERED_NAME: {"1": "Out 2"}, V5_SWITCH_NAME: {"1": "Out 1", "2": "Out 2"}}
    >>> _v5_metered(V5_CURRENT).rows({V5_CURRENT: {"1": 150}, **names})
    {'2': 150}

    A unit without meters has no row, and its outlets' names are not read.
    """

    @computed_from(values, V5_METERED_NAME, on_demand=(V5_SWITCH_NAME,))
    def rows(tables: Tables) -> Rows:
        meters = tables[values]
        if not meters:
            return {}
        names_of_meters, names_of_outlets = tables[V5_METERED_NAME], tables[V5_SWITCH_NAME]
        return join(meters, keys=[names_of_meters], outlet_keys=[names_of_outlets])

    return rows


@computed_from(V5_LINE_CURRENT, V5_LINE_NAME, V5_TYPE)
def v5_lines(tables: Tables) -> Rows:
    """The current of each line of the unit, where the sum over lines is its load: on a unit that is
    fed in delta, whose phase currents flow between two lines, and on one that does not say how it
    is fed. A unit fed in wye (pduMeterType 0) has no row: its phases are summed.

    >>> names = {V5_LINE_NAME: {"1": "Line 1", "2": "Line 2", "3": "Line 3"}}
    >>> currents = {V5_LINE_CURRENT: {"1": 5, "2": 6, "3": 4}}
    >>> v5_lines.rows({**currents, **names, V5_TYPE: {"1": "1"}})
    {'1': 5, '2': 6, '3': 4}
    >>> v5_lines.rows({**currents, **names, V5_TYPE: {"1": V5_WYE}})
    {}

    A line with a name and no current is missing. All are while pduMeterType is not answered.

    >>> two_lines = {V5_LINE_CURRENT: {"1": 5, "2": 6}}
    >>> v5_lines.rows({**two_lines, **names, V5_TYPE: {"1": "1"}})["3"].reason
    'no answer'
    """
    types = tables[V5_TYPE]
    types_in_wye = where_value(types, one_of(V5_WYE))
    if types_in_wye and not all(isinstance(value, Missing) for value in types_in_wye.values()):
        return {}
    # the values first: a column read after them that lacks all rows is lost, not absent
    currents, names = tables[V5_LINE_CURRENT], tables[V5_LINE_NAME]
    named_lines = with_missing_rows_of(currents, names)
    three_lines = with_missing_if_below(named_lines, 3)
    lines = with_empty_if_none(three_lines, names)
    return rows_if_none_in(lines, types_in_wye)


def _v5_phases(below: int, name: str, scale: Decimal = ONES) -> Measurement:
    """The power or energy of each phase. Their sum is the unit's figure where it has no
    pduMainTable, as in a recording of one; a unit with pduMainTable (V5_TYPE has rows) has a total
    of its own.

    >>> watts = column("21239.5.2.3.2.1.12", "pduPhaseRealPower")
    >>> phases = {watts: {"1.1": 700}, V5_VOLTS: {"1.1": 230, "1.2": 231}}
    >>> rows = _v5_phases(12, "pduPhaseRealPower").source.rows({**phases, V5_TYPE: {}})
    >>> rows["1.1"], rows["1.2"].reason  # phase 2 has volts and no watts
    (700, 'no answer')
    >>> _v5_phases(12, "pduPhaseRealPower").source.rows({**phases, V5_TYPE: {"1": 1}})
    {}
    """
    phases = column(f"21239.5.2.3.2.1.{below}", name)

    @computed_from(phases, V5_VOLTS, V5_TYPE, on_demand=(phases,))
    def rows(tables: Tables) -> Rows:
        types = tables[V5_TYPE]
        if types and not all(isinstance(value, Missing) for value in types.values()):
            return {}
        phases_with_volts = with_missing_rows_of(tables[phases], tables[V5_VOLTS])
        every_phase = with_missing_first_rows(phases_with_volts, LAST_ARC)
        return rows_if_none_in(every_phase, types)

    return figure(rows, scale)


# Older Geist units (GEIST-MIB-V3) and units of I.T. Watchdogs (IT-WATCHDOGS-MIB-V3), each below its
# own root: one column holds the states and takes the commands.
V3_STATUS = column("~.16.1.3", "ctrlOutletStatus")
V3_FEEDBACK = column("~.16.1.4", "ctrlOutletFeedback")  # the measured state
V3_PENDING = column("~.16.1.5", "ctrlOutletPending")
V3_PLUGGED = column("~.25.1.4", "ctrl3ChIECAvail")
V3_AMPS = column("~.25.1.8", "ctrl3ChIECDeciAmpsA")


@computed_from(V3_FEEDBACK, V3_PENDING, by_row=True)
def v3_settled(tables: Tables) -> Rows:
    """The measured state of each outlet (ctrlOutletFeedback), if it equals the pending one. An
    outlet with another pending state, or none, has no row: its state is not known.

    >>> v3_settled.rows({V3_FEEDBACK: {"1": 1, "2": 0}, V3_PENDING: {"1": 1, "2": 1}})
    {'1': 1}

    While its pending state is not answered, the measured one is missing:

    >>> unit = tables_of({V3_FEEDBACK: {"1": 1, "2": 0}, V3_PENDING: {"1": 1}})
    >>> v3_settled.rows(unit)["2"].reason
    'no answer'
    """
    pending_states = tables[V3_PENDING]
    settled_states: Rows = {}
    for row, state in tables[V3_FEEDBACK].items():
        pending_state = pending_states.get(row)
        if isinstance(pending_state, Missing):
            settled_states[row] = missing_because(pending_state)
        elif isinstance(state, Missing) or is_one_of(pending_state, (text(state),)):
            settled_states[row] = state
    return settled_states


def _v3_phases(first_arc: int, name: str) -> ComputedRows:
    """A current, power or energy of each phase that is plugged in (ctrl3ChIECAvail 1). The table
    has it in three columns (A, B, C), 8 arcs apart. The result's row is the phase, then the row of
    the table.

    >>> current = _v3_phases(8, "ctrl3ChIECDeciAmps")
    >>> A, B, C = current.objects[:3]
    >>> plugs = {V3_PLUGGED: {"1": 1, "2": 0}}
    >>> current.rows(tables_of({A: {"1": 15, "2": 0}, B: {"1": 12}, C: {"1": 9}, **plugs}))
    {'1.1': 15, '2.1': 12, '3.1': 9}

    A phase of which the answers lack the cell is missing:

    >>> current.rows(tables_of({A: {"1": 15}, B: {"1": 12}, **plugs}))["3.1"].reason
    'no answer'

    No rows on a unit that shows neither ctrl3ChIECAvail nor ctrl3ChIECDeciAmpsA: it does not have
    the table. Two columns are asked because an answer may lack one.
    """
    columns = {
        str(phase): column(f"~.25.1.{first_arc + 8 * (phase - 1)}", name + "ABC"[phase - 1])
        for phase in (1, 2, 3)
    }

    @computed_from(*columns.values(), V3_PLUGGED, V3_AMPS, on_demand=tuple(columns.values()))
    def rows(tables: Tables) -> Rows:
        """The three columns as rows "phase.row", where ctrl3ChIECAvail reads 1 (plugged in)."""
        if not tables.first(V3_PLUGGED, V3_AMPS):
            return {}
        values: Rows = {}
        plugs: Rows = {}
        for phase, values_of_phase in columns.items():
            of_phase = tables[values_of_phase]
            values.update(prefixed(phase, of_phase))
            plugs_of_phase = with_missing_rows_of(tables[V3_PLUGGED], of_phase)
            plugs.update(prefixed(phase, plugs_of_phase))
        every_value = with_missing_rows_of(values, plugs)
        return where(every_value, plugs, one_of("1"))

    return rows


# Geist EM series (GEIST-EM-SERIES-MIB): "main" channels meter the unit, each "auxiliary" channel
# meters an outlet.
EM_CURRENT = column("21239.3.3.1.4", "auxChannelDeciAmps")
EM_MAIN_COUNT, SEVERAL = scalar("21239.3.1.6.0", "unitInfoMainCount"), "[2-8]"
EM_MAIN_CURRENT = column("21239.3.2.1.4", "mainChannelDeciAmps")


@computed_from(EM_MAIN_CURRENT, EM_MAIN_COUNT)
def em_main(tables: Tables) -> Rows:
    """The current of a unit's main channel, which is its load if there is only one. Of several, the
    MIB does not say which are lines: the result is one empty row.

    >>> em_main.rows({EM_MAIN_CURRENT: {"1": 15}, EM_MAIN_COUNT: {"1": 1}})
    {'1': 15}
    >>> em_main.rows({EM_MAIN_CURRENT: {"1": 15}, EM_MAIN_COUNT: {"1": 3}})
    {'1': ''}

    A main channel that is counted and has no current is missing:

    >>> em_main.rows({EM_MAIN_CURRENT: {}, EM_MAIN_COUNT: {"1": 1}})["1"].reason
    'no answer'
    """
    count = tables[EM_MAIN_COUNT]
    count_of_several = rows_if_each(count, matches(SEVERAL))
    if count_of_several:
        return without_values(count_of_several)
    mains = tables[EM_MAIN_CURRENT]
    if not mains:
        count_of_one = rows_if_each(count, matches("1"))
        mains = with_missing_rows_of({}, count_of_one)
    main = rows_if_every_mark(mains, count, matches_yes_or_no("1", SEVERAL))
    return empty_as_missing(main)


# MPDUs behind the rack manager (DCS-MIB): the row is the unit, outlet N is column 51+N. The columns
# after outlet 24 are writable limits and delays.
DCS_OUTLETS = Spread(
    oid("13400.3.2.225.1.1"), (Span(1, 24, sub=52),), "mpduMpscomOutletNStatus", by_row=True
)
DCS_TYPE = column("13400.3.2.225.1.1.2", "mpduMpscom2ProductType")
DCS_PRESENT, DCS_ABSENT = tuple(map(str, range(1, 9))), ("0",)  # product types; 0: undefined
DCS_SWITCHED = ("2", "4", "6", "8")


def _column_of_dcs_units(below: str, name: str) -> ComputedRows:
    """A figure of each MPDU behind the rack manager. The manager lists places, and the product type
    says which have a unit: 1 to 8; 0 is an empty place, whose figure of 0 is left out.

    >>> WATTS = column("13400.3.2.225.1.1.8", "mpduMpscom8ActivePower")
    >>> types = {DCS_TYPE: {"1": "2", "2": "0", "3": "2"}}
    >>> watts = {WATTS: {"1": 23, "2": 0}}
    >>> _column_of_dcs_units("8", "mpduMpscom8ActivePower").rows({**watts, **types})
    {'1': 23, '3': ''}

    A place whose type is another number may be empty: its figure is missing.

    >>> unknown_type = {WATTS: {"1": 23}, DCS_TYPE: {"1": "17"}}
    >>> _column_of_dcs_units("8", "mpduMpscom8ActivePower").rows(unknown_type)["1"].reason
    'its mark is none that the MIB names'
    """
    values = column(f"13400.3.2.225.1.1.{below}", name)

    @computed_from(values, DCS_TYPE)
    def rows(tables: Tables) -> Rows:
        types = tables[DCS_TYPE]
        units = where_value(types, yes_or_no(DCS_PRESENT, DCS_ABSENT))
        return left_join(units, tables[values])

    return rows


# Liebert MPH and MPX (LIEBERT-GP-PDU-MIB)
LIEBERT_POWER = column("476.1.42.3.8.30.20.1.65", "lgpPduPsEntryPwrTotal")
LIEBERT_ENERGY = column("476.1.42.3.8.30.20.1.50", "lgpPduPsEntryEnergyAccum")
LIEBERT_PDU_COUNT = scalar("476.1.42.3.8.19.0", "lgpPduTableCount")


@computed_from(LIEBERT_POWER)
def liebert_units(tables: Tables) -> Rows:
    """A row for each PDU of the chain.

    >>> liebert_units.rows({LIEBERT_POWER: {"1.1": 5, "1.2": 6, "2.1": 7}})
    {'1': 5, '2': 7}
    """
    return first_of_units(tables[LIEBERT_POWER])


LIEBERT_COUNT = scalar("476.1.42.3.8.50.19.0", "lgpPduRcpTableCount")
LIEBERT_CONDITION = column(
    "476.1.42.3.8.50.20.1.210", "lgpPduRcpEntryOperationCondition", optional=True
)
# normal, and over or under current; 4: the outlet is off and draws current
LIEBERT_NORMAL = ("1", "2", "3")
# bits; 2 is startUp: "control and monitoring operations may be inhibited or unavailable"
LIEBERT_STARTED = tuple(str(status) for status in range(128) if not status & 2)
LIEBERT_NAME = column("476.1.42.3.8.50.20.1.10", "lgpPduRcpEntryUsrLabel")
# Amperes of lines, branches and receptacles. Some units show tenths alone.
LIEBERT_LINE = column("476.1.42.3.8.30.40.1.15", "lgpPduPsLineEntryLine")
LIEBERT_LINE_TENTHS = column("476.1.42.3.8.30.40.1.21", "lgpPduPsLineEntryEc")
LIEBERT_LINE_HUNDREDTHS = column(
    "476.1.42.3.8.30.40.1.22", "lgpPduPsLineEntryEcHundredths", optional=True
)
LIEBERT_BRANCH_HUNDREDTHS = column("476.1.42.3.8.40.20.1.130", "lgpPduRbEntryEcHundredths")
LIEBERT_OUTLET_TENTHS = column("476.1.42.3.8.50.20.1.60", "lgpPduRcpEntryEc")
LIEBERT_OUTLET_HUNDREDTHS = column(
    "476.1.42.3.8.50.20.1.61", "lgpPduRcpEntryEcHundredths", optional=True
)


def _in_hundredths(rows: Rows, tenths: Rows, others: Sequence[Rows]) -> Rows:
    """Amperes in hundredths: `rows`, or made of `tenths` on a unit that shows tenths alone:

    >>> _in_hundredths({"1.1.1": 790}, {}, [])
    {'1.1.1': 790}
    >>> _in_hundredths({}, {"1.1.1": 79}, [{}, {}])
    {'1.1.1': '790'}

    Missing where `others` show that the unit has hundredths, of its branches for example:

    >>> _in_hundredths({}, {"1.1.1": 79}, [{"1.1": 1428}])["1.1.1"].reason
    'no answer'
    """
    if rows:
        return rows
    if any(others):
        return dict.fromkeys(tenths, NO_ANSWER)
    return times(tenths, 10)


@computed_from(
    LIEBERT_LINE_HUNDREDTHS,
    LIEBERT_LINE,
    on_demand=(
        LIEBERT_POWER,
        LIEBERT_LINE_TENTHS,
        LIEBERT_BRANCH_HUNDREDTHS,
        LIEBERT_OUTLET_HUNDREDTHS,
    ),
)
def liebert_lines_current(tables: Tables) -> Rows:
    """The current of each line of each PDU, in hundredths of A: some units show tenths alone.

    >>> hundredths = {LIEBERT_LINE_HUNDREDTHS: {"1.1.1": 790}, LIEBERT_LINE: {"1.1.1": "L1"}}
    >>> liebert_lines_current.rows(tables_of(hundredths))
    {'1.1.1': 790}
    >>> tenths = {LIEBERT_LINE_TENTHS: {"1.1.1": 79}, LIEBERT_LINE: {"1.1.1": "L1"}}
    >>> liebert_lines_current.rows(tables_of(tenths))
    {'1.1.1': '790'}

    Tenths of a unit whose branches or outlets show hundredths are missing: the answer has lost
    those of its lines.

    >>> unit = tables_of({**tenths, LIEBERT_OUTLET_HUNDREDTHS: {"1.1.7": 120}})
    >>> liebert_lines_current.rows(unit)["1.1.1"].reason
    'no answer'

    No row on a device without lines and powers: it has the same sysObjectID and is no rack PDU.
    """
    rows = tables[LIEBERT_LINE_HUNDREDTHS]
    if rows:
        return rows
    # every PDU of this family shows its power: without, this is another device
    if not tables[LIEBERT_LINE] and not tables[LIEBERT_POWER]:
        return {}
    others = [tables[LIEBERT_OUTLET_HUNDREDTHS], tables[LIEBERT_BRANCH_HUNDREDTHS]]
    return _in_hundredths(rows, tables[LIEBERT_LINE_TENTHS], others)


@computed_from(
    LIEBERT_OUTLET_HUNDREDTHS,
    by_row=True,
    on_demand=(LIEBERT_OUTLET_TENTHS, LIEBERT_LINE_HUNDREDTHS),
)
def liebert_outlets_current(tables: Tables) -> Rows:
    """The current of each outlet, in hundredths of A: some units show tenths alone.

    >>> liebert_outlets_current.rows(tables_of({LIEBERT_OUTLET_HUNDREDTHS: {"1.1.7": 120}}))
    {'1.1.7': 120}
    >>> tenths = {LIEBERT_OUTLET_TENTHS: {"1.1.7": 12}}
    >>> liebert_outlets_current.rows(tables_of(tenths))
    {'1.1.7': '120'}

    Tenths are missing while the unit's lines show hundredths:

    >>> unit = tables_of({**tenths, LIEBERT_LINE_HUNDREDTHS: {"1.1.1": 790}})
    >>> liebert_outlets_current.rows(unit)["1.1.7"].reason
    'no answer'

    An outlet without hundredths has no row if other outlets show them: it has no meter, or its
    cell is lost.
    """
    rows = tables[LIEBERT_OUTLET_HUNDREDTHS]
    if rows or tables.with_all_rows[LIEBERT_OUTLET_HUNDREDTHS]:
        return rows
    others = [tables.with_all_rows[LIEBERT_LINE_HUNDREDTHS]]
    return _in_hundredths(rows, tables[LIEBERT_OUTLET_TENTHS], others)


# Liebert floor PDUs (LIEBERT-GP-POWER-MIB): measurement points, told apart by an OID, and their
# lines. UPSs have the same tables and the same sysObjectID; they also have a battery.
LIEBERT_POINT = column("476.1.42.3.5.2.2.1.2", "lgpPwrMeasurementPointId")
LIEBERT_LINES = column("476.1.42.3.5.2.2.1.3", "lgpPwrMeasurementPointNumLines")
LIEBERT_CURRENT = column("476.1.42.3.5.2.3.1.6", "lgpPwrLineMeasurementCurrent")
LIEBERT_BATTERY_TIME = scalar("476.1.42.3.5.1.18.0", "lgpPwrBatteryTimeRemaining")
LOAD_POINT, BATTERY_POINT, BYPASS_POINT, DC_BUS_POINT = 5, 6, 7, 8


def _rows_of_points(rows: Rows, points: Rows, *numbers: int) -> Rows:
    """The rows whose measurement point is one of these numbers. LIEBERT_POINT shows each point's
    number as the last arc of an OID, with or without a first dot; 5 is the load.

    >>> points = {"1": "1.3.6.1.4.1.476.1.42.3.5.2.1.1", "2": ".1.3.6.1.4.1.476.1.42.3.5.2.1.5"}
    >>> _rows_of_points({"1": 120, "2": 31}, points, 5)
    {'2': 31}
    """
    point_ids = [oid(f"476.1.42.3.5.2.1.{point}") for point in numbers]
    return where(rows, points, one_of(*point_ids, *(f".{point}" for point in point_ids)))


@computed_from(LIEBERT_CURRENT, LIEBERT_POINT, LIEBERT_LINES, LIEBERT_BATTERY_TIME)
def liebert_lines(tables: Tables) -> Rows:
    """The current of each line to the load: the load of a floor PDU is their sum. Row 2.1 is line 1
    of measurement point 2, whose number in the MIB, 5, says that it is the load; the points of the
    input are left out.

    >>> INPUT, OUTPUT = "1.3.6.1.4.1.476.1.42.3.5.2.1.1", "1.3.6.1.4.1.476.1.42.3.5.2.1.5"
    >>> points = {LIEBERT_POINT: {"1": INPUT, "2": OUTPUT}, LIEBERT_LINES: {"1": 1, "2": 2}}
    >>> pdu = {**points, LIEBERT_BATTERY_TIME: {}}
    >>> liebert_lines.rows({**pdu, LIEBERT_CURRENT: {"1.1": 120, "2.1": 31, "2.2": 30}})
    {'2.1': 31, '2.2': 30}

    The load has two lines (lgpPwrMeasurementPointNumLines). One that is not answered is missing:

    >>> rows = liebert_lines.rows({**pdu, LIEBERT_CURRENT: {"1.1": 120, "2.1": 31}})
    >>> rows["2.1"], rows["2."].reason
    (31, 'no answer')

    A UPS has the same tables, and a battery: none of its lines is taken, and its load is missing.

    >>> ups = {**points, LIEBERT_BATTERY_TIME: {"0": 15}}
    >>> list(liebert_lines.rows({**ups, LIEBERT_CURRENT: {"2.1": 31, "2.2": 30}}))
    ['.']
    """
    points = tables[LIEBERT_POINT]
    of_ups = _rows_of_points(points, points, BATTERY_POINT, BYPASS_POINT, DC_BUS_POINT)
    if not of_ups:
        of_ups = tables[LIEBERT_BATTERY_TIME]
    currents = tables[LIEBERT_CURRENT]
    point_of_line = part_of(points, currents, stop=1)
    lines_of_load = _rows_of_points(currents, point_of_line, LOAD_POINT)
    lines_unless_ups = rows_if_none_in(lines_of_load, of_ups)
    line_counts = _rows_of_points(tables[LIEBERT_LINES], points, LOAD_POINT)
    return with_missing_up_to_count(lines_unless_ups, line_counts)


# Avocent (PM-MIB). The index of a PDU is port.pdu, that of an outlet port.pdu.outlet.
PM_STATUS = column("~.5.1.5", "pmPowerMgmtOutletsTableStatus", optional=True)
# Tells of a blown fuse or a tripped breaker of the outlet. The console servers do not report it.
PM_ALARM = column("~.5.1.45", "pmPowerMgmtOutletsTableAlarm", optional=True)
PM_TRUSTED = ("1", "4", "5", "6", "7")  # normal, and the limits of the current
NO_METER = ("0",)  # PM-MIB: columns of measurements use 0 for "not supported"
NOT_MEASURED = (*NO_METER, "-1")
ONLY_ESTIMATED = "the unit only estimates its power"
ESTIMATED = "1"  # a value of ...PowerType: the W, and the Wh that count them, are no measurement
NO_SENSOR, THREE_PHASES = "0", "3"  # ...PowerMgmtPDUTablePowerType, ...NumberOfPhases
PM_OUTLET_COUNT = column("~.3.1.8", "pmPowerMgmtPDUTableNumberOfOutlets")
PM_PORT_PDUS = column("~.2.1.4", "pmPowerMgmtSerialTableNumberPDUs", optional=True)
PM_TYPE = column("~.5.1.65", "pmPowerMgmtOutletsTablePowerType", optional=True)
PM_OUTLET_AMPS = column("~.5.1.50", "pmPowerMgmtOutletsTableCurrentValue", optional=True)
PM_OUTLET_WATTS = column("~.5.1.60", "pmPowerMgmtOutletsTablePowerValue", optional=True)
PM_OUTLET_WH = column("~.5.1.105", "pmPowerMgmtOutletsTableEnergyValue", optional=True)
# A PM with outlets is no console server. Not the other way round: a PM may have no outlets.
PM_OUTLETS = column("10418.17.2.5.5.1.5", "pmPowerMgmtOutletsTableStatus", optional=True)


def _pm(below: int, name: str) -> Column:
    """A column of the PDUs of a PM."""
    return column(f"10418.17.2.5.3.1.{below}", "pmPowerMgmtPDUTable" + name, optional=True)


PM_PDU_TYPE = _pm(65, "PowerType")
PM_PHASES = _pm(37, "NumberOfPhases")
PM_AMPS = _pm(50, "CurrentValue")
PM_SENSORS, PM_SENSOR_AMPS = _pm(9, "CurrentNOS"), _pm(10, "Current1Value")
PM_LINES = Complete(
    column("10418.17.2.5.9.1.50", "pmPowerMgmtPhasesTableCurrentValue"),
    column("10418.17.2.5.9.1.4", "pmPowerMgmtPhasesTableName"),
)


def _acs(below: str, name: str) -> ComputedRows:
    """A column of a console server, ACS 6000 or ACS 8000."""
    name = "acsPowerMgmt" + name
    return first(column(f"10418.16.2.5.{below}", name), column(f"10418.26.2.5.{below}", name))


ACS_PHASES = _acs("3.1.37", "PDUTableNumberOfPhases")
ACS_LINES = Complete(
    _acs("8.1.7", "PhasesTableCurrentValue"), _acs("8.1.4", "PhasesTablePhaseName"), ACS_PHASES
)
ACS_AMPS, ACS_TYPE = _acs("3.1.39", "PDUTableCurrentValue"), _acs("3.1.50", "PDUTablePowerType")
ACS_WATTS = Complete(_acs("3.1.51", "PDUTablePowerValue"), ACS_TYPE)


def _measured(
    values: Column,
    power_type: Column,
    scale: Decimal,
    absent: tuple[str, ...] = ("-1",),
    padding: tuple[str, ...] = (),
) -> Measurement:
    """A power or an energy of outlets or PDUs that measure it. Where the column of the power's type
    reads 1 (estimated), the value is emptied and counts as not metered.

    >>> figures = {PM_OUTLET_WATTS: {"1.1.1": 500, "1.1.2": 400}, PM_TYPE: {"1.1.1": 2, "1.1.2": 1}}
    >>> _measured(PM_OUTLET_WATTS, PM_TYPE, TENTHS).source.rows(figures)
    {'1.1.1': 500, '1.1.2': ''}
    """

    @computed_from(values, power_type)
    def rows(tables: Tables) -> Rows:
        return empty_unless(tables[values], tables[power_type], none_of(ESTIMATED))

    return figure(rows, scale, absent, padding=padding, unmetered=ONLY_ESTIMATED)


def _of_one_phase(values: Source, phases: Source) -> ComputedRows:
    """The current of each PDU of one phase. The MIBs do not say which current it is on a PDU with
    three phases, which has no row.

    >>> currents = _of_one_phase(PM_AMPS, PM_PHASES)
    >>> currents.rows(tables_of({PM_AMPS: {"1.1": 15, "1.2": 9}, PM_PHASES: {"1.1": 1, "1.2": 3}}))
    {'1.1': 15}

    One that has a number of phases and no current is missing.
    """
    return rows_where(Complete(values, phases), phases, none_of(THREE_PHASES))


def _of_console_server(values: Source) -> ComputedRows:
    """The figures of the PDUs behind a console server (ACS), which has PM-MIB's objects under
    another root.

    >>> ACS_6000, _ = ACS_AMPS.objects
    >>> currents = {ACS_6000: {"1.1": 15}}
    >>> _of_console_server(ACS_AMPS).rows(tables_of(currents))
    {'1.1': 15}

    A PM with outlets is no console server and has no row here:

    >>> _of_console_server(ACS_AMPS).rows(tables_of({**currents, PM_OUTLETS: {"1.1.1": 1}}))
    {}

    While the outlets are not answered, one row without an index is missing.
    """

    @computed_from(values, PM_OUTLETS)
    def rows(tables: Tables) -> Rows:
        outlets_of_pdus = tables.with_all_rows[PM_OUTLETS]
        figures = {} if outlets_of_pdus else tables[values]
        return rows_if_none_in(figures, outlets_of_pdus)

    return rows


@computed_from(ACS_WATTS)
def acs_power(tables: Tables) -> Rows:
    """The power of each PDU behind a console server, by what kind of power it has
    (acsPowerMgmtPDUTablePowerType): 0 has no sensor and no row, 1 is estimated and empty.

    >>> types = {ACS_TYPE: {"1.1": 2, "1.2": 1, "1.3": 0}}
    >>> acs_power.rows({ACS_WATTS: {"1.1": 500, "1.2": 400, "1.3": 0}, **types})
    {'1.1': 500, '1.2': ''}
    """
    watts, types = tables[ACS_WATTS], tables[ACS_TYPE]
    measurements = empty_unless(watts, types, none_of(ESTIMATED))
    return where(measurements, types, none_of(NO_SENSOR))


@computed_from(
    *(PM_SENSOR_AMPS, PM_SENSORS, PM_OUTLET_AMPS, PM_AMPS), on_demand=(PM_SENSOR_AMPS, PM_SENSORS)
)
def one_sensor(tables: Tables) -> Rows:
    """The current of each PDU that has one sensor, which is its load. Firmware before 2010 has only
    the currents of up to three sensors (CurrentNOS counts them), and does not say what each of
    several measures.

    >>> unit = {PM_SENSORS: {"1.1": 1, "1.2": 3}, PM_SENSOR_AMPS: {"1.1": 15, "1.2": 9}}
    >>> one_sensor.rows(tables_of(unit))
    {'1.1': 15}

    Newer firmware, which shows CurrentValue, has no row; while that is not answered, one row
    without an index (".") is missing:

    >>> one_sensor.rows(tables_of({**unit, PM_AMPS: {"1.1": 15, "1.2": 30}}))
    {}
    """
    others = tables.first(PM_OUTLET_AMPS, PM_AMPS, ACS_AMPS)
    currents: Rows = {}
    if not others:
        currents = where(tables[PM_SENSOR_AMPS], tables[PM_SENSORS], one_of("1"))
    return rows_if_none_in(currents, others)


@computed_from(PM_PORT_PDUS)
def pdu_count(tables: Tables) -> Rows:
    """The number of PDUs of the device: the sum of what its serial ports count (a chain at each).

    >>> pdu_count.rows({PM_PORT_PDUS: {"1": 2, "2": 1}})
    {'0': '3'}

    Not known, and no row, if a port does not tell its number:

    >>> pdu_count.rows({PM_PORT_PDUS: {"1": 2, "2": -1}})
    {}
    """
    counts = [number(value) for value in tables[PM_PORT_PDUS].values()]
    if not counts or any(count is None or count < 0 for count in counts):
        return {}
    return {"0": str(sum(filter(None, counts)))}


port_total = partial(total, else_outlets=True, unit=Arcs(0, 2))  # of a PDU of a port

vertiv_profile = partial(Profile, vendor="Vertiv")

PROFILES = (
    vertiv_profile(
        key="geist-v5",
        mib="VERTIV-V5-MIB of 2020-01-07",
        source=librenms("vertiv/VERTIV-V5-MIB"),
        models=("Geist GU1, GU2 upgradeable rPDU", "Geist MU, NU300xx", "IMD I-03, I-05"),
        sys_object_ids=oids("21239.5.2", "21239.42.1"),
        # 0 unavailable, 2 partially unavailable: no object says which part
        conditions=(
            device_condition(column("21239.5.2.3.1.1.5", "pduMainAvail", optional=True), "1"),
        ),
        outlets=outlets(
            State(
                column("21239.5.2.3.5.1.4", "pduOutletSwitchState", optional=True),
                on=("1",),
                off=("2",),
                conditions=(row_condition(V5_RELAY_FAILURE, V5_WORKING),),
            ),
            Write(column("21239.5.2.3.5.1.6", "pduOutletSwitchControl"), on=2, off=4),
            rows=V5_SWITCH_NAME,
            name=column("21239.5.2.3.5.1.3", "pduOutletSwitchLabel"),
            has_joined_meters=True,
            current=figure(_v5_metered(V5_CURRENT), HUNDREDTHS),
            power=figure(_v5_metered(V5_POWER)),
            energy=figure(_v5_metered(V5_ENERGY), THOUSANDTHS),
        )
        + outlets(
            rows=_only_metered(V5_METERED_NAME),
            name=_only_metered(column("21239.5.2.3.6.1.3", "pduOutletMeterLabel")),
            current=figure(_only_metered(V5_CURRENT), HUNDREDTHS),
            power=figure(_only_metered(V5_POWER)),
            energy=figure(_only_metered(V5_ENERGY), THOUSANDTHS),
        ),
        load=total(
            # firmware that does not measure the lines reports 0 for them
            figure(v5_lines, HUNDREDTHS, padding=("0",)),
            figure(
                column("21239.5.2.3.2.1.8", "pduPhaseCurrent"),
                HUNDREDTHS,
                table=V5_VOLTS,
                from_one=LAST_ARC,
            ),
            figure(
                column("21239.5.2.3.3.1.4", "pduBreakerCurrent"),
                HUNDREDTHS,
                same_rows_as=column("21239.5.2.3.3.1.2", "pduBreakerName"),
                from_one=LAST_ARC,
            ),
            else_outlets=True,
        ),
        power=total(
            figure(Complete(V5_UNIT_WATTS, V5_TYPE, siblings=(V5_UNIT_WH,))),
            _v5_phases(12, "pduPhaseRealPower"),
            else_outlets=True,
        ),
        energy=total(
            figure(Complete(V5_UNIT_WH, V5_TYPE, siblings=(V5_UNIT_WATTS,)), THOUSANDTHS),
            _v5_phases(15, "pduPhaseEnergy", THOUSANDTHS),
            else_outlets=True,
        ),
        evidence=SIMULATED,
        programs=(SONIC_MGMT, IRONIC_SNMP),
        unread="pduBreakerLossOfLoadDetected (newer MIBs): a breaker is not joined to its outlets",
    ),
    vertiv_profile(
        key="geist-v3",
        mib="GEIST-MIB-V3, IT-WATCHDOGS-MIB-V3 of 2013-06-19",
        source=librenms("geist/GEIST-MIB-V3"),
        models=(
            "Geist RCM, RCM-O, RSO with version 3 firmware",
            "I.T. Watchdogs units with outlets",
        ),
        # The second sysObjectID was not seen on a unit: it is the root of the MIB's tables.
        roots=(Root(oid("21239.2"), oid("21239.2")), Root(oid("17373.3"), oid("17373.3"))),
        outlets=outlets(
            State(V3_STATUS, on=("1",), off=("0",), crosscheck=v3_settled),
            Write(V3_STATUS, on=1, off=3, unsigned=True),
            none_if_zero=scalar("~.1.8.1.16.0", "ctrlOutletCount"),
            name=column("~.16.1.2", "ctrlOutletName"),
            current=figure(column("~.16.1.6", "ctrlOutletDeciAmps"), TENTHS),
            power=figure(column("~.16.1.15", "ctrlOutletPower")),
            energy=figure(column("~.16.1.14", "ctrlOutletkWattHrs")),
        ),
        load=total(figure(_v3_phases(8, "ctrl3ChIECDeciAmps"), TENTHS), else_outlets=True),
        power=total(figure(_v3_phases(10, "ctrl3ChIECRealPower")), else_outlets=True),
        energy=total(figure(_v3_phases(5, "ctrl3ChIECKWattHrs")), else_outlets=True),
        evidence=replace(SIMULATED, switching=EvidenceLevel.MIB),
        note=(
            "The command is a Gauge32 in the MIB. DCImanager's SNMP chooses the type itself,"
            " probably INTEGER, which a strict device refuses; the command pdu writes a Gauge32."
        ),
    ),
    vertiv_profile(
        key="geist-em",
        mib="GEIST-EM-SERIES-MIB of 2012-03-12",
        source=pysnmp_mibs("mibs/geist/GEIST-EM-SERIES-MIB"),
        models=("Geist EM series",),
        sys_object_ids=oids("21239.3"),
        outlets=outlets(
            rows=EM_CURRENT,
            count=scalar("21239.3.1.7.0", "unitInfoAuxCount"),
            name=column("21239.3.3.1.3", "auxChannelFriendly"),
            current=figure(EM_CURRENT, TENTHS),
        ),
        load=total(
            figure(
                em_main,
                TENTHS,
                unmetered="the MIB does not say which of several mains are lines",
            )
        ),
        evidence=SIMULATED.of("current"),
        note=(
            "A unit with several main channels has no load: they may be lines, circuits or a"
            " neutral."
        ),
    ),
    vertiv_profile(
        key="liebert-mph",
        mib="LIEBERT-GP-PDU-MIB of 2008-07-02",
        source=librenms("liebert/LIEBERT-GP-PDU-MIB"),
        models=("Liebert MPH, MPH2", "Liebert MPX"),
        sys_object_ids=oids("476.1.42"),
        conditions=(
            unit_condition(
                column("476.1.42.3.8.20.1.25", "lgpPduEntrySysStatus", optional=True),
                *LIEBERT_STARTED,
                why="its PDU starts up",
            ),
        ),
        units=Complete(liebert_units, count=LIEBERT_PDU_COUNT, gaps=True),
        unit_count=LIEBERT_PDU_COUNT,
        outlets=outlets(
            State(
                column("476.1.42.3.8.50.20.1.95", "lgpPduRcpEntryPwrState"),
                on=("2",),
                off=("1",),
                conditions=(row_condition(LIEBERT_CONDITION, *LIEBERT_NORMAL),),
            ),
            Write(column("476.1.42.3.8.50.20.1.100", "lgpPduRcpEntryControl"), on=1, off=0),
            Guard(
                column("476.1.42.3.8.50.20.1.105", "lgpPduRcpEntryControlLock"),
                refuse=("2",),
                why="it is locked on the device",
            ),
            Guard(
                column("476.1.42.3.8.50.20.1.50", "lgpPduRcpEntryCapabilities"),
                refuse=("1", "2", "5"),
                why="the device reports it as not switchable",
            ),
            rows=LIEBERT_NAME,
            count=LIEBERT_COUNT,
            none_if_zero=LIEBERT_COUNT,
            counts_unlisted=True,
            number=column("476.1.42.3.8.50.20.1.25", "lgpPduRcpEntrySysAssignLabel"),
            name=LIEBERT_NAME,
            current=figure(liebert_outlets_current, HUNDREDTHS),
            power=figure(column("476.1.42.3.8.50.20.1.65", "lgpPduRcpEntryPwrOut")),
            energy=figure(column("476.1.42.3.8.50.20.1.85", "lgpPduRcpEntryEnergyAccum"), TENTHS),
        ),
        load=total(
            figure(liebert_lines_current, HUNDREDTHS, same_rows_as=LIEBERT_LINE, from_one=LAST_ARC),
            unit=THE_UNIT,
        ),
        power=total(
            figure(LIEBERT_POWER, same_rows_as=LIEBERT_ENERGY), unit=THE_UNIT, always_there=True
        ),
        energy=total(
            figure(LIEBERT_ENERGY, TENTHS, table=LIEBERT_POWER), unit=THE_UNIT, always_there=True
        ),
        evidence=SIMULATED,
        recording="liebert_mph2rg",
        note="A command also sets the state that the receptacle takes after a power failure.",
    ),
    vertiv_profile(
        key="liebert-power",
        mib="LIEBERT-GP-POWER-MIB of 2013-07-10",
        source=librenms("liebert/LIEBERT-GP-POWER-MIB"),
        models=("Liebert floor PDUs, such as FPC, with a card IntelliSlot Web/485 or Unity",),
        sys_object_ids=oids("476.1.42"),
        load=total(figure(liebert_lines)),
        ceilings=FLOOR,
        evidence=SIMULATED.of("current"),
        note=(
            "The currents to the load, in whole A. Powers and energies are not read: the MIB says W"
            " and Wh, but a recorded PDU shows kW, and nothing tells which of them a unit means. A"
            " unit that measures only its input, such as a panel, has no load."
        ),
    ),
    vertiv_profile(
        key="vertiv-dcs-mpdu",
        mib="DCS-MIB",
        source=librenms("vertiv/DCS-MIB"),
        models=("RDU-A and RDU manager with MPDU",),
        sys_object_ids=NET_SNMP,
        conditions=(
            unit_condition(column("13400.3.2.225.1.1.51", "mpduMpscom51CommunicateStatus"), "0"),
        ),
        outlets=outlets(
            State(DCS_OUTLETS, on=("1",), off=("0",), absent=("9999",)),
            Write(DCS_OUTLETS, on=1, off=0),
            Guard(
                of_unit(DCS_TYPE, DCS_OUTLETS),
                allow=DCS_SWITCHED,
                why="its unit is not of a type that switches",
            ),
        ),
        load=total(
            figure(_column_of_dcs_units("4", "mpduMpscom4TotalCurrent"), TENTHS, absent=("9999",)),
            unit=THE_UNIT,
        ),
        power=total(
            figure(
                _column_of_dcs_units("8", "mpduMpscom8ActivePower"), Decimal(10), absent=("9999",)
            ),
            unit=THE_UNIT,
        ),
        energy=total(
            figure(_column_of_dcs_units("13", "mpduMpscom13PowerConsumption"), HUNDREDTHS),
            unit=THE_UNIT,
        ),
        evidence=SIMULATED,
    ),
    Profile(
        key="avocent-pm",
        vendor="Avocent",
        mib="PM-MIB, ACS-MIB, ACS8000-MIB",
        source=librenms("avocent/PM-MIB"),
        models=("PM1000, PM2000, PM3000", "PDUs behind ACS 6000 and ACS 8000 console servers"),
        roots=(
            Root(oid("10418.17.1"), oid("10418.17.2.5")),
            Root(oid("10418.16"), oid("10418.16.2.5")),
            Root(oid("10418.26"), oid("10418.26.2.5")),
        ),
        units=Complete(PM_OUTLET_COUNT, count=pdu_count, gaps=True),
        unit_count=pdu_count,
        outlets=outlets(
            State(
                PM_STATUS,
                on=("2", "4", "10"),
                off=("1", "3", "11"),
                conditions=(row_condition(PM_ALARM, *PM_TRUSTED),),
            ),
            Write(column("~.5.1.6", "pmPowerMgmtOutletsTablePowerControl"), on=2, off=3),
            Guard(PM_STATUS, refuse=("3", "4", "10"), why="it is locked, or cannot be switched"),
            count=PM_OUTLET_COUNT,
            name=column("~.5.1.4", "pmPowerMgmtOutletsTableName"),
            current=figure(PM_OUTLET_AMPS, TENTHS, NOT_MEASURED),
            power=_measured(PM_OUTLET_WATTS, PM_TYPE, TENTHS, NOT_MEASURED),
            energy=_measured(PM_OUTLET_WH, PM_TYPE, THOUSANDTHS, NOT_MEASURED),
        ),
        load=port_total(
            *(
                # -1 is no value of these: they return 0 if not supported
                figure(currents, TENTHS, (), padding=NO_METER)
                for currents in (
                    PM_LINES,
                    _of_one_phase(PM_AMPS, PM_PHASES),
                    _of_console_server(ACS_LINES),
                    _of_console_server(_of_one_phase(ACS_AMPS, ACS_PHASES)),
                    one_sensor,
                )
            )
        ),
        power=port_total(
            _measured(_pm(60, "PowerValue"), PM_PDU_TYPE, TENTHS, padding=NO_METER),
            figure(
                _of_console_server(acs_power), TENTHS, padding=NO_METER, unmetered=ONLY_ESTIMATED
            ),
        ),
        energy=port_total(
            _measured(_pm(105, "EnergyValue"), PM_PDU_TYPE, THOUSANDTHS, NOT_MEASURED)
        ),
        evidence=SIMULATED,
        programs=(
            public("networkupstools/nut", "drivers/emerson-avocent-pdu-mib.c"),
            public("zelbanna/rims", "devices/avocent.py"),
        ),
        unread=(
            "pmPowerMgmtPDUTableAlarm, pmPowerMgmtPhasesTableAlarm: "
            "a fuse of the PDU or of a phase is not joined to its outlets"
        ),
    ),
)
