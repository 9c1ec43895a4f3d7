"""APC by Schneider Electric: rack PDUs of PowerNet-MIB, and other units with outlets or meters.

A newer unit may also have the tables of older ones, so the richer family comes first. A state and
its command may have different numbers (rPDU2 and Easy PDU: state on = 2, command on = 1;
MasterSwitch plus: state off = 2, command off = 3, and command 2 is "on, later"), so a value that
was read is never written back.

A state is UNKNOWN while a command is pending: each family has a column for it, in the table of
states.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

import re
from decimal import Decimal
from functools import partial

from ..arcs import Arcs
from ..cells import MARK_UNKNOWN, Rows
from ..chains import Chain, InChain
from ..completeness import with_missing_rows_of
from ..computed import Complete
from ..controls import Write
from ..decoding import is_one_of
from ..evidence import SIMULATED
from ..filters import (
    except_where,
    matches,
    none_of,
    one_of,
    rows_if_any_in,
    rows_if_each,
    strict_where,
    up_to_count,
    without,
    without_arc,
)
from ..joins import empty_as_missing, left_join, with_empty_if_none, without_values
from ..measurements import Measurement
from ..objects import Column
from ..outlets import Outlets
from ..profile import Profile
from ..states import Condition, State
from ..tables import ComputedRows, Source, Tables, computed_from
from .conditions import device_condition, pending, unit_condition
from .language import FLOOR, OVERLOAD, column, figure, nameplate, oids, outlets, scalar, total
from .links import IRONIC_SNMP, librenms, public
from .powernet import each_unit_rows, established, phase_rows, unit_and_number, units_of
from .scales import HUNDREDTHS, TENTHS, THOUSANDTHS
from .sources import LAST_ARC, first, on_demand, unit_and_outlet

# APC's own arc: the whole sysObjectID of some units, and so a prefix of that of every other one
ANY_APC = "318"

# MasterSwitch (sPDU): state and command share one column, which reads 1, 2 or 4 (unknown).
SPDU_STATE = column("318.1.1.4.4.2.1.3", "sPDUOutletCtl")
SPDU_PENDING = pending(column("318.1.1.4.4.2.1.2", "sPDUOutletPending", optional=True))
SPDU_MASTER = scalar("318.1.1.4.2.2.0", "sPDUMasterState")


@computed_from(SPDU_STATE, SPDU_MASTER, by_row=True)
def spdu_inconsistent(tables: Tables) -> Rows:
    """The states of a MasterSwitch's outlets if they are not to be believed: its sPDUMasterState
    reads "Unknown" when states and relays do not agree, until the unit's own power was cycled.

    >>> states = {SPDU_STATE: {"1": 1, "2": 2}}
    >>> spdu_inconsistent.rows(tables_of({**states, SPDU_MASTER: {"0": "Unknown"}}))
    {'1': 1, '2': 2}

    Else it has a word for each outlet, and no state is inconsistent:

    >>> spdu_inconsistent.rows(tables_of({**states, SPDU_MASTER: {"0": "On,Off"}}))
    {}
    """
    is_unknown = re.fullmatch("(?i)unknown", tables.text(SPDU_MASTER))
    return tables[SPDU_STATE] if is_unknown else {}


def _spdu(state: Source) -> tuple[Outlets, ...]:
    """The outlets of a MasterSwitch, which `state` lists: they are read and switched in one column,
    sPDUOutletCtl (1 on, 2 off). A state is not known while a command is pending (1), or while the
    unit itself does not know the states.

    >>> (way,) = _spdu(SPDU_STATE)
    >>> unit = {SPDU_STATE: {"1": 1, "2": 2}, SPDU_PENDING.source: {"1": 2, "2": 1}}
    >>> states = way.states.decisions(tables_of(unit))
    >>> states["1"].state.name, states["2"].reason
    ('UP', "sPDUOutletPending reads '1'")
    >>> states = way.states.decisions(tables_of({**unit, SPDU_MASTER: {"0": "Unknown"}}))
    >>> states["1"].state.name
    'UNKNOWN'
    """
    consistency = Condition(spdu_inconsistent, good=("4",), optional=True)
    return outlets(
        State(state, on=("1",), off=("2",), conditions=(SPDU_PENDING, consistency)),
        Write(SPDU_STATE, on=1, off=2),
        name=column("318.1.1.4.4.2.1.4", "sPDUOutletCtlName"),
        count=scalar("318.1.1.4.4.1.0", "sPDUOutletControlTableSize"),
    )


def _older_states(states: Column, *others: Source) -> ComputedRows:
    """The states of outlets in a table of an older generation, on a unit that also has a table of
    the newer one: some units list their outlets in the older table alone.

    >>> older = _older_states(RPDU_STATE, RPDU2_DEVICE)
    >>> older.rows(tables_of({RPDU_STATE: {"1": 1, "2": 2}, RPDU2_DEVICE: {"1": 1}}))
    {'1': 1, '2': 2}

    A unit without a newer table has no row: it is read as the older family.

    >>> older.rows(tables_of({RPDU_STATE: {"1": 1, "2": 2}}))
    {}

    others: columns of the newer tables; the first with rows tells.
    """

    @computed_from(states, by_row=True)
    def rows(tables: Tables) -> Rows:
        state_rows = tables[states]
        if not state_rows:
            return {}
        newer_rows = tables.with_all_rows.first(*others)
        return rows_if_any_in(state_rows, newer_rows)

    return rows


# First generation (rPDU). Rows of banks in the load table count the current of the phases again.
RPDU_LOAD = column("318.1.1.12.2.3.1.1.2", "rPDULoadStatusLoad")
RPDU_BANK = column("318.1.1.12.2.3.1.1.5", "rPDULoadStatusBankNumber", optional=True)
RPDU_PHASE = column("318.1.1.12.2.3.1.1.4", "rPDULoadStatusPhaseNumber", optional=True)
RPDU_PHASES = phase_rows(RPDU_LOAD, RPDU_BANK, RPDU_PHASE)


@computed_from(*RPDU_PHASES.objects)
def rpdu_lines(tables: Tables) -> Rows:
    """The current of each phase, in tenths of A: their sum is the unit's load. The table may also
    have rows of banks, which carry the same current again.

    >>> rpdu_lines.rows({RPDU_LOAD: {"1": 15, "2": 15}, RPDU_PHASES: {"1": 15}})
    {'1': 15}

    The only row of a table is the load, without a mark too:

    >>> rpdu_lines.rows({RPDU_LOAD: {"1": 15}, RPDU_PHASES: {}})
    {'1': 15}

    Where marks name no phase, each row is missing. Where no column tells phases from banks, the
    values are emptied: their sum would count twice.

    >>> no_marks = {RPDU_PHASES: {}, RPDU_BANK: {}, RPDU_PHASE: {}}
    >>> rpdu_lines.rows({RPDU_LOAD: {"1": 15, "2": 9}, **no_marks})
    {'1': '', '2': ''}
    """
    load, phases = tables[RPDU_LOAD], tables[RPDU_PHASES]
    if phases:
        return phases
    if list(load) == ["1"]:
        return empty_as_missing(load)
    if tables[RPDU_BANK] or tables[RPDU_PHASE]:
        return dict.fromkeys(load, MARK_UNKNOWN)
    return without_values(load)


RPDU_STATE = column("318.1.1.12.3.5.1.1.4", "rPDUOutletStatusOutletState")
RPDU_PENDING = pending(
    column("318.1.1.12.3.5.1.1.5", "rPDUOutletStatusCommandPending", optional=True)
)
RPDU_COUNT = scalar("318.1.1.12.3.1.3.0", "rPDUOutletDevNumCntrlOutlets")  # 0 on a metered unit


def _rpdu(state: Source) -> tuple[Outlets, ...]:
    """The outlets of a rack PDU of the first generation, which `state` lists: states, commands (1
    on, 2 off), names, and the current in tenths of A. A unit whose rPDUOutletDevNumCntrlOutlets is
    0 has none: it only meters.

    >>> (way,) = _rpdu(RPDU_STATE)
    >>> unit = tables_of({RPDU_STATE: {"1": 1, "2": 2}, RPDU_PENDING.source: {"1": 2, "2": 1}})
    >>> states = way.states.decisions(unit)
    >>> states["1"].state.name
    'UP'

    A state is not known while a command is pending (1):

    >>> states["2"].state.name, states["2"].reason
    ('UNKNOWN', "rPDUOutletStatusCommandPending reads '1'")
    """
    command = column("318.1.1.12.3.3.1.1.4", "rPDUOutletControlOutletCommand")
    load = column("318.1.1.12.3.5.1.1.7", "rPDUOutletStatusLoad", optional=True)
    return outlets(
        State(state, on=("1",), off=("2",), conditions=(RPDU_PENDING,)),
        Write(command, on=1, off=2),
        count=RPDU_COUNT,
        none_if_zero=RPDU_COUNT,
        name=column("318.1.1.12.3.5.1.1.2", "rPDUOutletStatusOutletName"),
        current=figure(load, TENTHS),
    )


RPDU_WATTS = scalar("318.1.1.12.1.16.0", "rPDUIdentDevicePowerWatts")
RPDU_VOLTS = scalar("318.1.1.12.1.15.0", "rPDUIdentDeviceLinetoLineVoltage")
RPDU_FACTOR = scalar("318.1.1.12.1.17.0", "rPDUIdentDevicePowerFactor")


@computed_from(RPDU_WATTS, on_demand=(RPDU_VOLTS, RPDU_FACTOR))
def rpdu_power(tables: Tables) -> Rows:
    """The unit's power in W, which the firmware calculates from its current, and from the volts and
    the power factor that the owner sets. While one of these is 0, a power of 0 is no figure: the
    row stays, with "" as its value.

    >>> rpdu_power.rows({RPDU_WATTS: {"0": 230}})
    {'0': 230}
    >>> rpdu_power.rows({RPDU_WATTS: {"0": 0}, RPDU_VOLTS: {"0": 0}, RPDU_FACTOR: {"0": 100}})
    {'0': ''}
    >>> rpdu_power.rows({RPDU_WATTS: {"0": 0}, RPDU_VOLTS: {"0": 230}, RPDU_FACTOR: {"0": 100}})
    {'0': 0}
    """
    watts = tables[RPDU_WATTS]
    if not is_one_of(watts.get("0"), ("0",)):
        return empty_as_missing(watts)
    zeros, is_zero = ("0",), one_of("0")
    watts_with_volts = except_where(watts, zeros, tables[RPDU_VOLTS], is_zero)
    measured_watts = except_where(watts_with_volts, zeros, tables[RPDU_FACTOR], is_zero)
    return left_join(watts, measured_watts)


# Second generation (rPDU2). A table numbers its rows consecutively over all linked units. The
# metered table may lack outlets, so an outlet may have another row there.
RPDU2_COUNT = scalar("318.1.1.26.3.0", "rPDU2DeviceTableSize")
RPDU2_SWITCHED = (
    column("318.1.1.26.9.2.3.1.2", "rPDU2OutletSwitchedStatusModule"),
    column("318.1.1.26.9.2.3.1.4", "rPDU2OutletSwitchedStatusNumber"),
)
RPDU2_METERED = (
    column("318.1.1.26.9.4.3.1.2", "rPDU2OutletMeteredStatusModule"),
    column("318.1.1.26.9.4.3.1.4", "rPDU2OutletMeteredStatusNumber"),
)
RPDU2_SWITCHED_CHAIN = Chain(*RPDU2_SWITCHED, RPDU2_COUNT, RPDU2_METERED)
RPDU2_METERED_CHAIN = Chain(*RPDU2_METERED, RPDU2_COUNT, RPDU2_SWITCHED)


def switched(below: str, name: str, *, optional: bool = False) -> InChain:
    name = "rPDU2OutletSwitched" + name
    return RPDU2_SWITCHED_CHAIN.of(column(f"318.1.1.26.9.2.{below}", name, optional=optional))


def metered(below: str, name: str) -> InChain:
    return RPDU2_METERED_CHAIN.of(
        column(f"318.1.1.26.9.4.3.1.{below}", "rPDU2OutletMeteredStatus" + name)
    )


RPDU2_STATE = switched("3.1.5", "StatusState")
RPDU2_NAME = switched("3.1.3", "StatusName")
RPDU2_METERED_NAME = metered("3", "Name")
RPDU2_LISTED = metered("4", "Number")
RPDU2_DEVICE = column("318.1.1.26.4.3.1.2", "rPDU2DeviceStatusModule")
RPDU2_PHASE = column("318.1.1.26.6.3.1.2", "rPDU2PhaseStatusModule")
RPDU2_PHASE_COUNT = scalar("318.1.1.26.5.0", "rPDU2PhaseTableSize")
RPDU2_CURRENT = column("318.1.1.26.6.3.1.5", "rPDU2PhaseStatusCurrent")


each_rpdu2 = partial(
    each_unit_rows,
    device=RPDU2_DEVICE,
    outlet_units=units_of(RPDU2_STATE, RPDU2_METERED_NAME),
)
RPDU2_PHASES = each_rpdu2(
    Complete(RPDU2_CURRENT, count=RPDU2_PHASE_COUNT, from_one=LAST_ARC), RPDU2_PHASE
)


def _of_units(below: str, name: str) -> ComputedRows:
    """A column of the units."""
    values = column(f"318.1.1.26.4.3.1.{below}", name)
    return each_rpdu2(Complete(values, count=RPDU2_COUNT), RPDU2_DEVICE)


RPDU2_LOAD = figure(RPDU2_PHASES, TENTHS, unit_of_row=RPDU2_PHASE)
RPDU2_POWER = figure(_of_units("5", "rPDU2DeviceStatusPower"), Decimal(10))


def _masterswitch(tree: str, kind: str, count: Column, off: int) -> tuple[Outlets, ...]:
    """The outlets of a MasterSwitch plus or VM, under the index unit.outlet. Of a MasterSwitch
    plus, the state off is 2, and the command is 3:

    >>> (way,) = _masterswitch("318.1.1.6", "MSP", PLUS_COUNT, off=3)
    >>> unit = tables_of({way.states.source: {"1.1": 1, "1.2": 2}})
    >>> way.states.decisions(unit)["1.2"].state.name
    'DOWN'
    >>> way.control.varbinds(unit, "1.1", up=False)
    [('1.3.6.1.4.1.318.1.1.6.5.1.1.5.1.1', 3)]

    For plus, fence_apc_snmp uses unit.1.outlet. The printed number is the first and the last arc,
    and so that of both forms:

    >>> way.number.rows(tables_of({way.states.source: {"1.1.7": 1, "2.1.7": 1}}))
    {'1.1.7': '1:7', '2.1.7': '2:7'}

    tree: the OID of the unit's kind.
    kind: the word for it in the names of the objects.
    count: the number of outlets of each unit.
    off: the command that switches off.
    """
    state = column(f"{tree}.7.1.1.5", f"sPDUOutletStatus{kind}OutletState")
    mark = column(f"{tree}.7.1.1.6", f"sPDUOutletStatus{kind}CommandPending", optional=True)
    return outlets(
        State(state, on=("1",), off=("2",), conditions=(pending(mark),)),
        Write(column(f"{tree}.5.1.1.5", f"sPDUOutletControl{kind}OutletCommand"), on=1, off=off),
        count=count,
        number=unit_and_outlet(state),
        name=column(f"{tree}.7.1.1.4", f"sPDUOutletStatus{kind}OutletName"),
    )


PLUS_COUNT = column("318.1.1.6.4.2.1.3", "sPDUMasterStatusMSPOutletCount")
VM_COUNT = column("318.1.1.5.4.2.1.8", "sPDUMasterStatusVMOutletCount")

# Easy PDU. Firmware that does not use APC's enterprise number has sysObjectID 1.3.6.1.4.1.0.
EASY_TEXT = "0"
# In every column of the one row of a unit without switched outlets:
NO_OUTLET = "-1"
EASY_MODULE = column("318.1.1.30.6.1.1.2", "ePDUOutletStatusModule")
EASY_CHAIN = Chain(EASY_MODULE, column("318.1.1.30.6.1.1.3", "ePDUOutletStatusNumber"))
EASY_STATE = EASY_CHAIN.of(column("318.1.1.30.6.1.1.4", "ePDUOutletStatusState"))
EASY_COMMAND = EASY_CHAIN.of(
    column("318.1.1.30.6.2.1.4", "ePDUOutletControlCommand", optional=True)
)
EASY_COUNT = scalar("318.1.1.30.5.0", "ePDUOutletTableSize")
EASY_DEVICE = column("318.1.1.30.2.1.1.2", "ePDUDeviceStatusModule", optional=True)
EASY_PHASE = column("318.1.1.30.4.2.1.2", "ePDUPhaseStatusModule", optional=True)
EASY_PHASE_COUNT = scalar("318.1.1.30.3.0", "ePDUPhaseTableSize")
EASY_WATTS = column("318.1.1.30.2.1.1.7", "ePDUDeviceStatusActivePower")
EASY_KWH = column("318.1.1.30.2.1.1.11", "ePDUDeviceStatusEnergy")
EASY_PHASE_AMPS = column("318.1.1.30.4.2.1.5", "ePDUPhaseStatusCurrent")
EASY_PHASE_WATTS = column("318.1.1.30.4.2.1.6", "ePDUPhaseStatusActivePower")
EASY_PHASE_KWH = column("318.1.1.30.4.2.1.10", "ePDUPhaseStatusEnergy")


@computed_from(EASY_STATE, EASY_MODULE)
def easy_outlet_units(tables: Tables) -> Rows:
    """The unit of each outlet of an Easy PDU chain: it tells which units must have a figure. A unit
    without switched outlets has one row of padding, with -1 in each column.

    >>> easy_outlet_units.rows({EASY_STATE: {"1": 1, "2": 2}, EASY_MODULE: {"1": 1, "2": 2}})
    {'1': 1, '2': 2}
    >>> easy_outlet_units.rows({EASY_STATE: {"1": -1}, EASY_MODULE: {"1": -1}})
    {}
    """
    outlet_states = without(tables[EASY_STATE], NO_OUTLET)
    if not outlet_states:
        return {}
    outlet_units = without(tables[EASY_MODULE], NO_OUTLET)
    return rows_if_any_in(outlet_units, outlet_states)


@computed_from(EASY_COUNT)
def easy_count_of_none(tables: Tables) -> Rows:
    """The device's number of outlets if it is 0, which says that it has none. Another number is not
    taken: on a unit without outlets the firmware may count the row of padding.

    >>> easy_count_of_none.rows({EASY_COUNT: {"0": 0}})
    {'0': 0}
    >>> easy_count_of_none.rows({EASY_COUNT: {"0": 1}})
    {}
    """
    return rows_if_each(tables[EASY_COUNT], matches("0"))


each_easy = partial(each_unit_rows, device=EASY_DEVICE, outlet_units=easy_outlet_units)


def _easy_units(values: Column, sibling: Column) -> ComputedRows:
    """A power or energy of each unit of an Easy PDU chain, and a missing one of each unit that
    answers none, so that the chain has no sum.

    >>> energy = _easy_units(EASY_KWH, sibling=EASY_WATTS)
    >>> energy.rows(tables_of({EASY_KWH: {"1": 5, "2": 7}, EASY_DEVICE: {"1": 1, "2": 2}}))
    {'1': 5, '2': 7}
    >>> energy.rows(tables_of({EASY_KWH: {"1": 5}, EASY_DEVICE: {"1": 1, "2": 2}}))["2"].reason
    'no answer'

    Firmware without the modules' column has the sibling, another column of the table:

    >>> energy.rows(tables_of({EASY_KWH: {"1": 5}, EASY_WATTS: {"1": 230, "2": 9}}))["2"].reason
    'no answer'

    Nothing else counts the units: ePDUDeviceStatusTableSize of a recorded EPDU1116S is 3, for one.
    """
    units = Complete(values, EASY_DEVICE, siblings=(sibling,))
    return each_easy(units, EASY_DEVICE)


def _easy_phases(values: Column, *siblings: Column, on_demand: bool = False) -> ComputedRows:
    """A current, power or energy of each phase of an Easy PDU chain, and a missing one of each
    phase that is listed or counted and not answered.

    >>> current = _easy_phases(EASY_PHASE_AMPS, EASY_PHASE_KWH)
    >>> current.rows(tables_of({EASY_PHASE_AMPS: {"1": 210, "2": 150}, EASY_PHASE_COUNT: {"0": 2}}))
    {'1': 210, '2': 150}
    >>> phases = {EASY_PHASE_AMPS: {"1": 210, "3": 150}, EASY_PHASE_KWH: {"1": 5, "2": 7, "3": 1}}
    >>> current.rows(tables_of(phases))["2"].reason
    'no answer'

    siblings: other columns of the table, which list the phases on firmware that shows neither their
        modules nor their number.
    on_demand: the column takes the place of one of the units, and is only read where that lacks.
    """
    phases = Complete(values, EASY_PHASE, EASY_PHASE_COUNT, siblings=siblings)
    return each_easy(phases, EASY_PHASE, on_demand=(values,) if on_demand else ())


def _easy_text(below: str, what: str, unit: str) -> Measurement:
    """A figure of an Easy PDU whose firmware does not use APC's enterprise number: it is a text
    with its unit, and "-" where it is not measured. One in kW becomes W.

    >>> power = _easy_text("3", "power", "kW")
    >>> power.rows(tables_of({power.source.objects[0]: {"1": "1.2 kW"}}))
    {'1': Decimal('1200.0')}
    >>> power.rows(tables_of({power.source.objects[0]: {"1": "-"}}))
    {'1': None}

    below: the arcs of the column.
    what: its name, for messages.
    unit: "A", "kW" or "kWh".
    """
    scale = Decimal(1000 if unit == "kW" else 1)
    values = on_demand(column(f"1.1.{below}", f"{what} as text"))
    return Measurement(values, scale, ("-",), unit=unit)


# The one outlet of an Environmental Manager. Older firmware reports its state only in the control
# column.
EMS_COMMAND = column("318.1.1.10.3.3.1.1.3", "emsOutletControlOutletCommand")


ATS_VOLTS = column("318.1.1.8.5.4.3.1.3", "atsOutputVoltage")
ATS_PHASE_COUNT = column("318.1.1.8.5.4.2.1.2", "atsNumOutputPhases")
ATS_NEUTRAL = "4"  # a value of atsOutputPhaseIndex


def _ats_phases(below: str, name: str) -> Complete:
    """A figure of each output phase of a transfer switch, without its neutral (last arc 4), whose
    current the phases have already carried: their sum is the load.

    >>> current = _ats_phases("4", "atsOutputCurrent")
    >>> AMPERES = column("318.1.1.8.5.4.3.1.4", "atsOutputCurrent")
    >>> output = {ATS_PHASE_COUNT: {"1": 2}, AMPERES: {"1.1.1": 52, "1.1.2": 48, "1.1.4": 3}}
    >>> current.rows(tables_of(output))
    {'1.1.1': 52, '1.1.2': 48}

    A phase that is counted (the neutral is not) and not answered is missing, and so is one that has
    a voltage and no figure; "1." is a row of output 1 whose index is not known:

    >>> list(current.rows(tables_of({**output, ATS_PHASE_COUNT: {"1": 3}})))
    ['1.1.1', '1.1.2', '1.']
    >>> volts = {ATS_VOLTS: {"1.1.1": 230, "1.1.2": 230, "1.1.3": 230}}
    >>> current.rows(tables_of({**output, **volts}))["1.1.3"].reason
    'no answer'
    """
    every_phase = Complete(column(f"318.1.1.8.5.4.3.1.{below}", name), ATS_VOLTS)

    @computed_from(every_phase)
    def lines(tables: Tables) -> Rows:
        return without_arc(tables[every_phase], LAST_ARC, ATS_NEUTRAL)

    return Complete(lines, count=ATS_PHASE_COUNT)


# InfraStruXure PDU (xPDU). Its panels have 42 or 84 positions. A breaker with several poles has as
# many rows.
XPDU_RATING = column("318.1.1.15.4.2.3.1.2", "xPDUBranchBreakerRating")
XPDU_POSITIONS = scalar("318.1.1.15.4.2.2.0", "xPDUBranchBreakerTableSize")
XPDU_CURRENT = column("318.1.1.15.3.4.14.1.4", "xPDUSystemOutputPhaseCurrent")
XPDU_VOLTS = column("318.1.1.15.3.4.14.1.2", "xPDUSystemOutputVoltageLtoL")
XPDU_LINES = scalar("318.1.1.15.3.4.13.0", "xPDUSystemOutputTableSize")
# not present, a connection of the earth, of the neutral; a higher value is in A
NO_BREAKER = ("0", "1", "2")


@computed_from(XPDU_RATING, XPDU_POSITIONS)
def breakers(tables: Tables) -> Rows:
    """The rating of each position of a floor PDU's panels that has a breaker, which is an outlet
    here. xPDUBranchBreakerRating is 0 without a breaker, 1 or 2 for earth and neutral, else in A.

    >>> breakers.rows(tables_of({XPDU_RATING: {"1": 16, "2": 0, "3": 2, "4": 32}}))
    {'1': 16, '4': 32}

    Rows beyond the number of positions are padding:

    >>> panel = {XPDU_RATING: {"1": 16, "2": 16, "3": 16}, XPDU_POSITIONS: {"0": 2}}
    >>> breakers.rows(tables_of(panel))
    {'1': 16, '2': 16}

    Raises ProtocolError if a position's rating is not answered: the row may be padding.
    """
    positions = up_to_count(tables[XPDU_RATING], tables.scalar(XPDU_POSITIONS))
    return strict_where(positions, positions, none_of(*NO_BREAKER))


@computed_from(XPDU_CURRENT, XPDU_LINES, on_demand=(XPDU_VOLTS,))
def xpdu_lines(tables: Tables) -> Rows:
    """The current of each output line of a floor PDU, which counts its lines
    (xPDUSystemOutputTableSize); rows beyond the count are padding. Their sum is the load.

    >>> currents = {XPDU_CURRENT: {"1": 187, "2": 190, "3": 180, "4": 0}}
    >>> xpdu_lines.rows(tables_of({**currents, XPDU_LINES: {"0": 3}}))
    {'1': 187, '2': 190, '3': 180}

    Without a count, a line that has a voltage and no current is missing:

    >>> volts = {XPDU_VOLTS: {"1": 1200, "2": 1200}}
    >>> xpdu_lines.rows(tables_of({XPDU_CURRENT: {"1": 187}, **volts}))["2"].reason
    'no answer'

    A unit that counts no line has lines that are not metered:

    >>> xpdu_lines.rows(tables_of({XPDU_CURRENT: {"1": 187}, XPDU_LINES: {"0": 0}}))
    {'1': ''}
    """
    count = tables.scalar(XPDU_LINES)
    if count is None and tables[XPDU_CURRENT]:
        return with_missing_rows_of(tables[XPDU_CURRENT], tables[XPDU_VOLTS])
    lines = up_to_count(tables[XPDU_CURRENT], count)
    return with_empty_if_none(lines, tables[XPDU_CURRENT])


# Modular distribution. The index of an output is module.cable; an empty slot has rows as well.
ISX_STATUS = column("318.1.1.22.2.6.1.6", "isxModularDistModuleOutputStatus")
ISX_NOT_PRESENT = "4"
ISX_NAME = column("318.1.1.22.2.6.1.4", "isxModularDistModuleOutputName")
ISX_POWER = column("318.1.1.22.2.6.1.20", "isxModularDistModuleOutputTotalPower")
# a place without a cable, on units that do not say 4: all three columns read so
ISX_NOTHING = ("", "-1")


@computed_from(ISX_STATUS, on_demand=(ISX_NAME, ISX_POWER))
def cables(tables: Tables) -> Rows:
    """The status of each cable of the power distribution modules, which is an outlet here; the
    slots without a cable are left out. 1.2 is not present (4), and 1.3 has nothing ("" or -1) in
    any column:

    >>> names = {ISX_NAME: {"1.1": "A", "1.2": "", "1.3": "", "1.4": "D"}, ISX_POWER: {"1.3": -1}}
    >>> slots = cables.rows({ISX_STATUS: {"1.1": 1, "1.2": 4, "1.3": -1, "1.4": -1}, **names})
    >>> slots["1.1"], slots["1.4"].reason
    (1, 'its mark is none that the MIB names')
    >>> list(slots)
    ['1.1', '1.4']

    Slot 1.4 has a name and so a cable, whose status -1 is not known.
    """
    statuses = tables[ISX_STATUS]
    empty_slots = [slot for slot, status in statuses.items() if is_one_of(status, ISX_NOTHING)]
    for name_or_power in (ISX_NAME, ISX_POWER):
        if empty_slots:  # on most units no status is empty, and these columns are not read
            values = tables[name_or_power]
            empty_slots = [slot for slot in empty_slots if is_one_of(values.get(slot), ISX_NOTHING)]
    status_of_cables = {slot: statuses[slot] for slot in statuses if slot not in empty_slots}
    return without(status_of_cables, ISX_NOT_PRESENT)


apc_profile = partial(Profile, vendor="APC", source=librenms("apc/PowerNet-MIB"))

PROFILES = (
    apc_profile(
        key="apc-rpdu2",
        mib="PowerNet-MIB (rPDU2)",
        # rPDU2IdentSerialNumber, rPDU2IdentFirmwareRev, rPDU2IdentModelNumber
        nameplate=nameplate(
            serial="318.1.1.26.2.1.9", firmware="318.1.1.26.2.1.6", model="318.1.1.26.2.1.8"
        ),
        models=(
            "AP84xx",
            "AP86xx",
            "AP88xx",
            "AP89xx",
            "APDU9xxx",
            "AP7900B to AP7999B",
            "EPDU1xxxMBO",
        ),
        sys_object_ids=oids("318.1.3.4.6", "318.1.3.4.8", ANY_APC),
        units=Complete(RPDU2_DEVICE, count=RPDU2_COUNT, gaps=True),
        unit_count=RPDU2_COUNT,
        outlets=outlets(
            State(
                RPDU2_STATE,
                on=("2",),
                off=("1",),
                conditions=(pending(switched("3.1.6", "StatusCommandPending", optional=True)),),
            ),
            Write(switched("4.1.5", "ControlCommand"), on=1, off=2),
            rows=first(RPDU2_NAME, RPDU2_METERED_NAME, RPDU2_LISTED),
            count=scalar("318.1.1.26.9.1.0", "rPDU2OutletSwitchedTableSize"),
            checks_empty_table=True,
            number=unit_and_number(RPDU2_STATE, RPDU2_METERED_NAME, RPDU2_LISTED),
            name=first(RPDU2_NAME, RPDU2_METERED_NAME),
            current=figure(metered("6", "Current"), TENTHS),
            power=figure(metered("7", "Power")),
            energy=figure(metered("11", "Energy"), TENTHS),
        )
        + _rpdu(_older_states(RPDU_STATE, RPDU2_DEVICE, RPDU2_PHASE))
        + _spdu(_older_states(SPDU_STATE, RPDU2_DEVICE, RPDU2_PHASE)),
        load=total(RPDU2_LOAD),
        inlet=total(RPDU2_LOAD),
        inlet_power=total(RPDU2_POWER),
        power=total(RPDU2_POWER),
        energy=total(figure(_of_units("9", "rPDU2DeviceStatusEnergy"), TENTHS)),
        evidence=SIMULATED,
        programs=(
            public("chaos/powerman", "etc/devices/apc8941.dev"),
            public(
                "dana-i2cat/opennaas",
                "extensions/bundles/gim/src/main/java/org/opennaas/extensions/gim/controller/snmp/APCDriver_SNMP.java",
            ),
        ),
        unread=(
            f"rPDU2BankConfigOverloadRestriction, rPDU2PhaseConfigOverloadRestriction: {OVERLOAD};"
            " rPDU2OutletSwitchedControlCommand: by the MIB it reads 4 if a state cannot be"
            " determined, but real units read 1 for outlets that are off;"
            " rPDU2DeviceStatusCommandPending: each outlet has a mark of its own"
        ),
        note=(
            "The outlet tables of rPDU2 are from the MIB; the recording shows outlets only in the"
            " older sPDU table. Where rPDU2DeviceStatusPower is -1, the power is not metered."
        ),
    ),
    apc_profile(
        key="apc-rpdu",
        mib="PowerNet-MIB (rPDU)",
        # rPDUIdentSerialNumber, rPDUIdentFirmwareRev, rPDUIdentModelNumber
        nameplate=nameplate(
            serial="318.1.1.12.1.6", firmware="318.1.1.12.1.3", model="318.1.1.12.1.5"
        ),
        models=("AP78xx", "AP79xx"),
        sys_object_ids=oids("318.1.3.4.5", ANY_APC),
        outlets=_rpdu(RPDU_STATE) + _spdu(_older_states(SPDU_STATE, RPDU_LOAD)),
        # a Gauge: below 0 it is no value
        load=total(
            figure(
                rpdu_lines,
                TENTHS,
                absent=(),
                unmetered="nothing tells which rows of rPDULoadStatusLoad are phases",
            ),
            else_outlets=True,
        ),
        power=total(
            figure(
                rpdu_power,
                unmetered="the volts or the power factor that it is calculated from are set to 0",
            )
        ),
        evidence=SIMULATED.of("state", "current", "power", "switching"),
        programs=(
            public("ClusterLabs/fence-agents", "agents/apc_snmp/fence_apc_snmp.py"),
            public("maas/maas", "src/provisioningserver/drivers/power/apc.py"),
        ),
        note=(
            "The power is calculated from the current, and from a voltage and a power factor that"
            " the owner of an AP7xxx sets; while one of them is 0, it is not metered."
        ),
        unread=f"rPDUOutletPhaseOverloadRestriction, rPDUOutletBankOverloadRestriction: {OVERLOAD}",
    ),
    apc_profile(
        key="apc-masterswitch",
        mib="PowerNet-MIB (sPDU)",
        models=("MasterSwitch AP9210 to AP9218",),
        sys_object_ids=oids("318.1.3.4.1", "318.1.3.4.2", "318.1.3.4.7", ANY_APC),
        outlets=_spdu(SPDU_STATE),
        evidence=SIMULATED.of("state", "switching"),
        recording="apc_masterswitch2",
    ),
    apc_profile(
        key="apc-masterswitch-plus",
        mib="PowerNet-MIB (MasterSwitch plus)",
        models=("MasterSwitch plus AP9225, AP9225EXP",),
        sys_object_ids=oids("318.1.3.4.4"),
        outlets=_masterswitch("318.1.1.6", "MSP", PLUS_COUNT, off=3),
        evidence=SIMULATED.of("state", "switching"),
        # both write sPDUOutletControlMSPOutletCommand: 1 on, 3 off
        programs=(
            public("ClusterLabs/fence-agents", "agents/apc_snmp/fence_apc_snmp.py"),
            IRONIC_SNMP,
        ),
        unread=(
            "sPDUOutletStatusMSPOutletCtrlMode: the MIB does not say which commands its modes"
            " refuse"
        ),
    ),
    apc_profile(
        key="apc-masterswitch-vm",
        mib="PowerNet-MIB (MasterSwitch VM)",
        models=("MasterSwitch VM AP9224",),
        sys_object_ids=oids("318.1.3.4.3"),
        outlets=_masterswitch("318.1.1.5", "VM", VM_COUNT, off=2),
        evidence=SIMULATED.of("state", "switching"),
        unread=f"sPDUMasterConfigVMOverloadRestriction: {OVERLOAD}",
    ),
    apc_profile(
        key="apc-easy-epdu",
        mib="PowerNet-MIB (Easy PDU)",
        models=("Easy PDU EPDU1xxxS, EPDU1xxxM",),
        sys_object_ids=oids("318.1.3.4.9", EASY_TEXT),
        outlets=outlets(
            State(
                EASY_STATE,
                on=("2",),
                off=("1",),
                absent=(NO_OUTLET,),
                # on, off; 3 says that the state is not known, for which the state has no value
                conditions=(
                    Condition(Complete(EASY_COMMAND, EASY_STATE), ("1", "2"), optional=True),
                ),
            ),
            Write(EASY_COMMAND, on=1, off=2),
            count=EASY_COUNT,
            none_if_zero=easy_count_of_none,
            number=unit_and_number(EASY_STATE),
        ),
        load=total(
            figure(
                # the energies are read anyway where the units have none
                _easy_phases(EASY_PHASE_AMPS, EASY_PHASE_KWH, EASY_PHASE_WATTS),
                HUNDREDTHS,
                unit_of_row=EASY_PHASE,
            ),
            _easy_text("2", "current", "A"),
            always_there=True,
        ),
        power=total(
            figure(_easy_units(EASY_WATTS, EASY_KWH)),
            figure(_easy_phases(EASY_PHASE_WATTS, EASY_PHASE_AMPS, on_demand=True)),
            _easy_text("3", "power", "kW"),
        ),
        energy=total(
            figure(_easy_units(EASY_KWH, EASY_WATTS), THOUSANDTHS),
            figure(_easy_phases(EASY_PHASE_KWH, EASY_PHASE_AMPS, on_demand=True), THOUSANDTHS),
            _easy_text("7", "energy", "kWh"),
        ),
        evidence=SIMULATED,
        # an owner's notes of an EPDU1216S: ePDUOutletControlCommand 1 on, 2 off
        programs=("EPDU1216S: Switching outlets and read states via snmp (notes of an owner)",),
    ),
    apc_profile(
        key="apc-ems-outlet",
        mib="PowerNet-MIB (Environmental Manager)",
        models=("Environmental Manager AP9320, AP9340: its switched outlet",),
        sys_object_ids=oids("318.1.3.8.2", "318.1.3.8.4"),
        conditions=(established(scalar("318.1.1.10.3.12.2.0", "emsStatusCommStatus")),),
        outlets=outlets(
            State(
                first(column("318.1.1.10.3.16.1.1.3", "emsOutletStatusOutletState"), EMS_COMMAND),
                on=("1",),
                off=("2",),
            ),
            Write(EMS_COMMAND, on=1, off=2),
            name=first(
                column("318.1.1.10.3.16.1.1.2", "emsOutletStatusOutletName"),
                column("318.1.1.10.3.3.1.1.2", "emsOutletControlOutletName"),
            ),
        ),
        evidence=SIMULATED.of("state", "switching"),
        recording="aos-emu2_ap9320",
    ),
    apc_profile(
        key="apc-ats",
        mib="PowerNet-MIB (ATS)",
        models=("Rack ATS AP44xx, AP77xx",),
        sys_object_ids=oids("318.1.3.11", "318.1.3.32"),
        conditions=(
            established(scalar("318.1.1.8.5.1.1.0", "atsStatusCommStatus")),
            # with a failure (1) of either supply, the ATS cannot monitor its current sensors
            device_condition(
                scalar("318.1.1.8.5.1.8.0", "atsStatusPlus12VPowerSupply"), "2", optional=True
            ),
            device_condition(
                scalar("318.1.1.8.5.1.9.0", "atsStatusMinus12VPowerSupply"), "2", optional=True
            ),
        ),
        load=total(figure(_ats_phases("4", "atsOutputCurrent"), TENTHS)),
        power=total(figure(_ats_phases("13", "atsOutputPower"))),
        evidence=SIMULATED.of("current", "power"),
        note=(
            "The power is the product of volts and amperes: PowerNet-MIB calls it apparent power"
            " (VA) since 2020. The active power is at most that."
        ),
    ),
    apc_profile(
        key="apc-xpdu",
        mib="PowerNet-MIB (xPDU)",
        models=("InfraStruXure PDU: each branch breaker is listed",),
        sys_object_ids=oids("318.1.3.15"),
        outlets=outlets(
            rows=breakers,
            name=column("318.1.1.15.4.2.3.1.10", "xPDUBranchBreakerName"),
            current=figure(column("318.1.1.15.4.2.3.1.5", "xPDUBranchBreakerCurrent"), TENTHS),
        ),
        # The neutral is an object of its own.
        load=total(figure(xpdu_lines, TENTHS)),
        power=total(
            figure(scalar("318.1.1.15.3.4.3.0", "xPDUSystemOutputTotalPower"), Decimal(100))
        ),
        ceilings=FLOOR,
        evidence=SIMULATED.of("current", "power"),
        note="The sysObjectID is the MIB's product infraStruXurePDU; it was not seen on a unit.",
    ),
    apc_profile(
        key="apc-isx-modular",
        mib="PowerNet-MIB (modular distribution)",
        models=("InfraStruXure modular PDU: each cable of its modules is listed",),
        sys_object_ids=oids("318.1.3.24"),
        outlets=outlets(
            rows=cables,
            number=unit_and_outlet(ISX_STATUS),
            name=ISX_NAME,
            power=figure(ISX_POWER, Decimal(100)),
            # normal, warning, critical; 6: no communication with the cable's meters
            conditions=(unit_condition(ISX_STATUS, "1", "2", "3", unit=Arcs()),),
            energy=figure(
                column("318.1.1.22.2.6.1.21", "isxModularDistModuleOutputKwhUsage"), TENTHS
            ),
        ),
        load=total(
            figure(
                column("318.1.1.22.4.2.11.1.3", "isxModularDistSysCurrentAmps"),
                TENTHS,
                same_rows_as=column("318.1.1.22.4.2.11.1.1", "isxModularDistSysCurrentIndex"),
                least=3,  # phase1, phase2 and phase3
            )
        ),
        power=total(
            figure(scalar("318.1.1.22.4.3.1.0", "isxModularDistSysPowerTotal"), Decimal(100))
        ),
        energy=total(
            figure(scalar("318.1.1.22.4.3.2.0", "isxModularDistSysPowerKwhUsage"), TENTHS)
        ),
        ceilings=FLOOR,
        evidence=SIMULATED.of("current", "power", "energy"),
        note=(
            "Subfeeds are not listed. The sysObjectID is the MIB's products isx24ModuleHalfRackPdu"
            " and isx6ModuleRackPdu; it was not seen on a unit."
        ),
    ),
)
