"""Powertek BSPDU (PWTv1-MIB), also sold as TS: a table for each of up to eight units, A to H. The
identity is unit.row.

A table may have more rows than its unit has outlets, with states in all of them. Energies are in Wh
although the MIB says KWh: read as kWh, the counters of two recorded PDUs exceed what these could
have drawn since the reset. An older MIB (SPSv1-MIB, outletCtlPduAControl) has the same command
object under the same sysObjectID. Its 2 is delayedOn and its 4 is delayedOff: the outlet switches
after a delay that is set on the unit.

PWT2 (SPS2v1-MIB): a chain has up to sixteen units. Each has its own table of outlets and number of
rows. Energies are left out: the MIB says KWH, but so does PWTv1-MIB, whose energies are in Wh. So
are those of the Simple PDU (SimplePDU-MIB), in 0.01 kWh by its MIB.

Another product line is known from MAAS's driver alone, which calls it version 2.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

import re
from collections.abc import Iterable
from functools import partial

from ..arcs import Arcs
from ..cells import Rows
from ..completeness import with_missing_first_rows, with_missing_rows_of
from ..computed import Complete
from ..controls import Write
from ..decoding import is_one_of
from ..evidence import DRIVER, SIMULATED
from ..filters import (
    matches,
    matches_yes_or_no,
    one_of,
    rows_if_each,
    rows_if_every_mark,
    rows_if_none_in,
    where_value,
)
from ..objects import Column, Parts, PerUnit, Scalar
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .conditions import unit_condition
from .language import column, figure, oid, oids, outlets, scalar, total
from .links import NO_PUBLIC_MIB, public, pysnmp_mibs
from .numbered_rows import numbered_rows
from .scales import HUNDREDTHS, TENTHS, THOUSANDTHS
from .sources import LAST_ARC, counted_rows, numbered_parts, value_or_empty

BSPDU = "42610.1.4.4.1.6.2"
BSPDU_UNITS = dict(enumerate("ABCDEFGH", 1))


def _tables(path: str, name: str) -> PerUnit:
    return PerUnit(oid(BSPDU), 1, 8, path, name)


def _count(unit: int) -> Scalar:
    return scalar(f"{BSPDU}.{unit}.1.0", f"pduPwrMonitoringOutletNumPdu{BSPDU_UNITS[unit]}")


def _states(unit: int) -> ComputedRows:
    """The state of each outlet of one unit, A to H, as many as it counts. Raises ProtocolError if
    the unit lists outlets and its count is not known: the others of the table are padding.

    >>> states = _states(1)
    >>> STATES, COUNT = states.objects
    >>> states.rows(tables_of({STATES: {"1": 1, "2": 0, "3": 0}, COUNT: {"0": 2}}))
    {'1': 1, '2': 0}
    """
    states = column(f"{BSPDU}.{unit}.2.1.2", f"outletPdu{BSPDU_UNITS[unit]}State")
    return counted_rows(states, _count(unit), required=True)


def _unless_zero(values: Column, count: Scalar) -> ComputedRows:
    """A figure of the outlets of a unit, unless it counts 0 of them: such a unit is not there, and
    its rows are padding.

    >>> AMPERES, COUNT = column("~.2.1.5", "outletCurrent"), scalar("~.1.0", "outletCount")
    >>> current = _unless_zero(AMPERES, COUNT)
    >>> current.rows(tables_of({AMPERES: {"1": 15}, COUNT: {"0": 8}}))
    {'1': 15}
    >>> current.rows(tables_of({AMPERES: {"1": 0}, COUNT: {"0": 0}}))
    {}

    A unit without a count is there:

    >>> current.rows(tables_of({AMPERES: {"1": 15}}))
    {'1': 15}
    """

    @computed_from(values, count)
    def rows(tables: Tables) -> Rows:
        counts = tables[count]
        if is_one_of(tables.scalar(count), ("0",)):
            return {}
        zero_counts = where_value(counts, one_of("0"))
        return rows_if_none_in(tables[values], zero_counts)

    return rows


def _measurements(below: str, name: str) -> ComputedRows:
    """A current, power or energy of each outlet of all units, A to H: row 2.7 is outlet 7 of unit
    B. A unit that counts no outlet has no row.

    >>> currents = _measurements("5", "Current")
    >>> parts, *counts = currents.objects
    >>> (_, OF_UNIT_A), (_, OF_UNIT_B), *_ = parts.parts
    >>> currents.rows(tables_of({OF_UNIT_A: {"7": 15}, OF_UNIT_B: {"7": 12}}))
    {'1.7': 15, '2.7': 12}
    >>> currents.rows(tables_of({OF_UNIT_A: {"7": 15}, counts[0]: {"0": 0}}))
    {}
    """

    def of_unit(unit: int) -> ComputedRows:
        name_of_unit = f"outletPdu{BSPDU_UNITS[unit]}{name}"
        return _unless_zero(column(f"{BSPDU}.{unit}.2.1.{below}", name_of_unit), _count(unit))

    return numbered_rows(of_unit, BSPDU_UNITS)


def _repeated(values: Column, numbers: Iterable[int]) -> Parts:
    """One column as each of several numbered parts: row 7 of it is "1.7", "2.7" and so on. A
    column for each phase of an inlet is compared with it, row by row.

    >>> [(part, values.object) for part, values in _repeated(INLET_ENERGY, (1, 2)).parts]
    [('1', 'inletEnergy'), ('2', 'inletEnergy')]
    """
    return numbered_parts(lambda number: values, numbers)


INLET_ENERGY = column("42610.1.4.4.1.6.1.2.1.4", "inletEnergy")
PHASES = Complete(
    numbered_parts(
        lambda phase: column(f"42610.1.4.4.1.6.1.2.1.{11 + phase}", f"inletCurrPhase{phase}"),
        (1, 2, 3),
    ),
    same_rows_as=_repeated(INLET_ENERGY, (1, 2, 3)),
)

PWT2 = "42610.1.4.1.1"
# The number of outlets is read for each of them, as for A to H above: the MIBs do not say that the
# units with outlets come first.
PWT2_UNITS = range(1, 17)  # 1 is the first unit of a chain, which the MIB calls master
ONLINE = "2"

SIMPLE = "42610.1.4.2"
# writes pduDevMgmtOutletXPortRly (2 on, 4 off), and .2.1.3 of version 2 (2 on, 1 off)
MAAS = public("canonical/maas", "src/provisioningserver/drivers/power/powertek.py")
V2 = "42610.1.3"
V2_STATE = PerUnit(oid(V2), 1, 16, "2.1.3", "outlet state (no public MIB)")


PHASE_INDEX = column(SIMPLE + ".1.1.1.2.1.1.1", "pduInputStatPhaseIndex")
INDEXES = "[0-3]"  # that the MIB allows
PHASE_CURRENT = column(SIMPLE + ".1.1.1.2.1.1.7", "pduInputStatTotalCurrent")


@computed_from(PHASE_INDEX)
def simple_phases(tables: Tables) -> Rows:
    """The indexes of the phases, if each is one that the MIB allows: 0 to 3. They tell which rows
    the currents must have.

    >>> simple_phases.rows({PHASE_INDEX: {"1": 1, "2": 2}})
    {'1': 1, '2': 2}
    >>> simple_phases.rows({PHASE_INDEX: {"1": 1, "2": 7}})
    {}
    """
    return rows_if_each(tables[PHASE_INDEX], matches(INDEXES))


def _phase_currents(indexes: str) -> ComputedRows:
    """The current of each phase: their sum is the load. No row if the device numbers its phases
    otherwise than `indexes` says.

    >>> currents, three = {PHASE_CURRENT: {"1": 15, "2": 12}}, {"1": 1, "2": 2, "3": 3}
    >>> rows = _phase_currents("[123]").rows({**currents, PHASE_INDEX: three})
    >>> rows["1"], rows["2"], rows["3"].reason  # phase 3 has an index and no current
    (15, 12, 'no answer')
    >>> _phase_currents("[123]").rows({**currents, PHASE_INDEX: {"1": 0, "2": 1}})
    {}

    indexes: a pattern of the numbers that the phases must have. With a number that the MIB does not
    allow the currents are missing.
    """

    @computed_from(PHASE_CURRENT, PHASE_INDEX)
    def rows(tables: Tables) -> Rows:
        phases = tables[PHASE_INDEX]
        listed_phases = with_missing_rows_of(tables[PHASE_CURRENT], phases)
        every_phase = with_missing_first_rows(listed_phases, LAST_ARC)
        return rows_if_every_mark(every_phase, phases, matches_yes_or_no(indexes, INDEXES))

    return rows


def _size(unit: int) -> Scalar:
    return scalar(f"{PWT2}.2.2.{unit}.1.0", "pduDevMonOutletXPortSize")


def _pwt2_column(unit: int, below: str, name: str) -> Column:
    return column(f"{PWT2}.2.2.{unit}.2.1.{below}", "pduDevMonOutletXPort" + name)


def _pwt2(below: str, name: str) -> ComputedRows:
    """A column of the outlets of all units, 1 to 16: row 2.7 is outlet 7 of unit 2. A unit that
    counts no outlet has no row.
    """

    def of_unit(unit: int) -> ComputedRows:
        return _unless_zero(_pwt2_column(unit, below, name), _size(unit))

    return numbered_rows(of_unit, PWT2_UNITS)


def _pwt2_valid(unit: int) -> ComputedRows:
    """Whether each outlet is online (2), on a unit of the chain that is there: one whose size is
    above 0.

    >>> valid = _pwt2_valid(unit=1)
    >>> VALID, SIZE = valid.objects
    >>> valid.rows(tables_of({VALID: {"1": 2, "2": 1}, SIZE: {"0": 8}}))
    {'1': 2, '2': 1}
    >>> valid.rows(tables_of({VALID: {"1": 0}, SIZE: {"0": 0}}))
    {}
    """
    valid, size = column(f"{PWT2}.3.2.{unit}.2.1.2", "pduDevMgmtOutletXPortValid"), _size(unit)

    @computed_from(valid, size, by_row=True)
    def rows(tables: Tables) -> Rows:
        return tables[valid] if re.fullmatch("[1-9][0-9]*", tables.text(size)) else {}

    return rows


PWT2_STATES = numbered_rows(
    lambda unit: counted_rows(_pwt2_column(unit, "5", "RlyState"), _size(unit)), PWT2_UNITS
)
PWT2_VALID = numbered_rows(_pwt2_valid, PWT2_UNITS)


def _pwt2_inlets(first: int, *names: str, same_rows_as: Column) -> Complete:
    """A current or power of each phase and bank of the inlets, from consecutive columns: row
    15.1 is the row of inlet 1 in the column with the arc 15.

    >>> VOLTS = column(f"{PWT2}.2.1.1.1.8", "pduDevMonInletVoltagePh1")
    >>> current = _pwt2_inlets(14, "CurrentPh1B1", "CurrentPh2B1", same_rows_as=VOLTS)
    >>> (_, PHASE_1), (_, PHASE_2) = current.source.parts
    >>> current.rows(tables_of({PHASE_1: {"1": 15}, PHASE_2: {"1": 12}, VOLTS: {"1": 230}}))
    {'14.1': 15, '15.1': 12}

    It is missing if the other column has the inlet's row and this one not:

    >>> current.rows(tables_of({PHASE_1: {"1": 15}, VOLTS: {"1": 230}}))["15.1"].reason
    'no answer'

    first: the arc of the first column; the names follow one another.
    names: the ends of their names.
    same_rows_as: the other column.
    """
    numbers = range(first, first + len(names))

    def inlet_column(number: int) -> Column:
        name = "pduDevMonInlet" + names[number - first]
        return column(f"{PWT2}.2.1.1.1.{number}", name)

    inlets = numbered_parts(inlet_column, numbers)
    return Complete(inlets, same_rows_as=_repeated(same_rows_as, numbers))


powertek_profile = partial(Profile, vendor="Powertek")

PROFILES = (
    powertek_profile(
        key="ts-bspdu",
        mib="PWTv1-MIB",
        source=pysnmp_mibs("mibs/powertek/PWTv1-MIB"),
        models=("BSPDU", "TS BSPDU"),
        sys_object_ids=oids("42610.1.4.4"),
        outlets=outlets(
            State(numbered_rows(_states, BSPDU_UNITS), on=("2",), off=("1",)),
            Write(_tables("4.1.2", "outletCtlPduXControl"), on=2, off=4),
            name=_tables("3.1.2", "outletCfgPduXName"),
            current=figure(_measurements("3", "Current"), HUNDREDTHS),
            power=figure(_measurements("5", "Power"), TENTHS),
            energy=figure(_measurements("6", "Energy"), THOUSANDTHS),
        ),
        load=total(figure(PHASES, HUNDREDTHS), else_outlets=True),
        power=total(
            figure(column("42610.1.4.4.1.6.1.2.1.2", "inletPowerAll"), TENTHS), else_outlets=True
        ),
        energy=total(figure(INLET_ENERGY, THOUSANDTHS), else_outlets=True),
        evidence=SIMULATED,
        note=(
            "Units of an older MIB under the same sysObjectID switch after a delay; the handler"
            " does not distinguish them."
        ),
        unread="outletPduXStatus: normal, warning and critical, which the MIB does not explain",
    ),
    powertek_profile(
        key="powertek-pwt2",
        mib="SPS2v1-MIB 0.94",
        source=pysnmp_mibs("mibs/powertek/SPS2v1-MIB"),
        models=("PWT2 (SPS2)",),
        sys_object_ids=oids("42610.1.4.1"),
        outlets=outlets(
            State(PWT2_STATES, on=("2",), off=("1",)),
            Write(
                PerUnit(
                    oid(PWT2 + ".3.2"),
                    PWT2_UNITS[0],
                    PWT2_UNITS[-1],
                    "2.1.14",
                    "pduDevMgmtOutletXPortRly",
                ),
                on=2,
                off=4,
            ),
            conditions=(unit_condition(PWT2_VALID, ONLINE, unit=Arcs()),),
            name=_pwt2("2", "Name"),
            current=figure(_pwt2("8", "Current"), HUNDREDTHS),
            power=figure(_pwt2("10", "ActPower"), TENTHS),
        ),
        load=total(
            figure(
                _pwt2_inlets(
                    14,
                    "CurrentPh1B1",
                    "CurrentPh2B1",
                    "CurrentPh3B1",
                    "CurrentPh1B2",
                    "CurrentPh2B2",
                    "CurrentPh3B2",
                    same_rows_as=column(PWT2 + ".2.1.1.1.20", "pduDevMonInletActPowerPh1"),
                ),
                HUNDREDTHS,
            ),
            else_outlets=True,
        ),
        power=total(
            figure(
                _pwt2_inlets(
                    20,
                    "ActPowerPh1",
                    "ActPowerPh2",
                    "ActPowerPh3",
                    same_rows_as=column(PWT2 + ".2.1.1.1.14", "pduDevMonInletCurrentPh1B1"),
                ),
                TENTHS,
            ),
            else_outlets=True,
        ),
        evidence=SIMULATED.of("state", "current", "power", "switching"),
        programs=(MAAS,),
        note=(
            "The identity is unit.row; unit 1 is the first of a chain. Energies are left out: they"
            " may be in kWh or Wh."
        ),
        unread=(
            "pduDevMonOutletXPortEvtStatus: normal, warning and critical, "
            "which the MIB does not explain"
        ),
    ),
    powertek_profile(
        key="powertek-simple",
        mib="SimplePDU-MIB 0.60 of 2021-03-12",
        source=pysnmp_mibs("mibs/powertek/SimplePDU-MIB"),
        models=("Simple PDU: metered inlet",),
        sys_object_ids=oids(SIMPLE),
        load=total(
            figure(_phase_currents("[123]"), HUNDREDTHS),
            figure(
                value_or_empty(_phase_currents("[012]"), simple_phases),
                HUNDREDTHS,
                unmetered="one of the four phases of the MIB may be the sum of the others",
            ),
        ),
        power=total(figure(scalar(SIMPLE + ".1.2.1.3.1.0", "pduStatPower"), TENTHS)),
        evidence=SIMULATED.of("current", "power"),
        unread=(
            "pduStatTotalEnergy, in 0.01 kWh: the same vendor's PWTv1-MIB gives a wrong unit for"
            " energies"
        ),
    ),
    powertek_profile(
        key="powertek-v2",
        mib="no MIB is public",
        source=MAAS,
        models=("PDU that MAAS calls version 2",),
        sys_object_ids=oids(V2),
        unseen=True,
        outlets=outlets(State(V2_STATE, on=("2",), off=("1",)), Write(V2_STATE, on=2, off=1)),
        evidence=DRIVER.of("state", "switching"),
        programs=(MAAS,),
        note=f"The identity is unit.outlet. {NO_PUBLIC_MIB}",
    ),
)
