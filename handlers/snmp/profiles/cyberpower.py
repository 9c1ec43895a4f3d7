"""CyberPower: two generations of PDUs in CPS-MIB, whose tables resemble APC's rPDU2 and rPDU, and
transfer switches. The numbers of states and commands are others than APC's.

ePDU2: a table numbers its rows consecutively over all units of a chain. The table of metered
outlets may lack outlets, so an outlet may have another row there. ePDU: the load table has rows of
phases, and rows of banks that count the same current again. Some units have their outlets in one
of the two and their meters in the other. A UPS of this vendor may report the sysObjectID of a PDU,
so the tables decide which of the two a device is.

The phases of a transfer switch beyond the third are pairs of lines, which count the current of the
lines again. Some units lack the column of pending commands.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from functools import partial

from ..cells import Rows
from ..chains import Chain, InChain
from ..completeness import with_missing_rows_of, with_missing_up_to_count
from ..computed import Complete
from ..controls import Write
from ..evidence import SIMULATED
from ..filters import matches, none_of, rows_if_every_mark, rows_if_none_in, yes_or_no
from ..joins import empty_unless, with_empty_if_none
from ..measurements import Measurement
from ..objects import Scalar
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .conditions import pending
from .language import OVERLOAD, column, figure, nameplate, oids, outlets, scalar, total
from .links import librenms, public
from .powernet import each_unit_rows, established, phase_rows, unit_and_number, units_of
from .scales import TENTHS
from .sources import LAST_ARC, first, rows_where, value_or_empty

EPDU, EPDU2, ATS = "3808.1.1.3", "3808.1.1.6", "3808.1.1.5"
ANY_CYBERPOWER = "3808"

SWITCHED = (
    column(EPDU2 + ".6.1.4.1.2", "ePDU2OutletSwitchedStatusModuleIndex", optional=True),
    column(EPDU2 + ".6.1.4.1.3", "ePDU2OutletSwitchedStatusNumber", optional=True),
)
METERED = (
    column(EPDU2 + ".6.2.4.1.2", "ePDU2OutletMeteredStatusModuleIndex", optional=True),
    column(EPDU2 + ".6.2.4.1.3", "ePDU2OutletMeteredStatusNumber", optional=True),
)
DEVICE_COUNT = scalar(EPDU2 + ".3.1.0", "ePDU2DeviceTableSize")
SWITCHED_CHAIN = Chain(*SWITCHED, DEVICE_COUNT, METERED)
METERED_CHAIN = Chain(*METERED, DEVICE_COUNT, SWITCHED)


def switched(below: str, name: str, *, optional: bool = False) -> InChain:
    name = "ePDU2OutletSwitched" + name
    return SWITCHED_CHAIN.of(column(f"{EPDU2}.6.1.{below}", name, optional=optional))


def metered(below: str, name: str, *, optional: bool = False) -> InChain:
    name = "ePDU2OutletMeteredStatus" + name
    return METERED_CHAIN.of(column(f"{EPDU2}.6.2.4.1.{below}", name, optional=optional))


STATE = switched("4.1.5", "StatusState")
METERED_NAME = metered("4", "Name", optional=True)
METERED_LOAD = metered("6", "Load")
LISTED = (STATE, METERED_NAME, METERED_LOAD)

# A module is a unit of the chain.
DEVICE_MODULE = column(EPDU2 + ".3.4.1.2", "ePDU2DeviceStatusModuleIndex")
PHASE_MODULE = column(EPDU2 + ".4.4.1.2", "ePDU2PhaseStatusModuleIndex")
PHASE_COUNT = scalar(EPDU2 + ".4.1.0", "ePDU2PhaseTableSize")
PHASE_CURRENT = column(EPDU2 + ".4.4.1.5", "ePDU2PhaseStatusLoad")
DEVICE_CURRENT = column(EPDU2 + ".3.4.1.5", "ePDU2DeviceStatusCurrentLoad")
DEVICE_PHASES = column(EPDU2 + ".3.3.1.8", "ePDU2DeviceInfoNumPhases")


each_module = partial(
    each_unit_rows, device=DEVICE_MODULE, outlet_units=units_of(STATE, METERED_NAME)
)


@computed_from(PHASE_CURRENT, PHASE_MODULE, PHASE_COUNT)
def phase_currents(tables: Tables) -> Rows:
    """The current of each phase: their sum is the load. A phase that another column of the table,
    or the device's own count, shows and that the answer lacks is missing.

    >>> one = {PHASE_MODULE: {"1": 1}, PHASE_COUNT: {"0": 1}}
    >>> phase_currents.rows({PHASE_CURRENT: {"1": 15}, **one})
    {'1': 15}
    >>> two = {PHASE_MODULE: {"1": 1, "2": 1}, PHASE_COUNT: {"0": 2}}
    >>> phase_currents.rows({PHASE_CURRENT: {"1": 15}, **two})["2"].reason
    'no answer'

    If no current is answered, each phase is empty, so that no other figure is taken in its place:

    >>> phase_currents.rows({PHASE_CURRENT: {}, **one})
    {'1': ''}
    """
    currents, modules = tables[PHASE_CURRENT], tables[PHASE_MODULE]
    currents_or_empty = with_empty_if_none(currents, modules)
    currents_of_modules = with_missing_rows_of(currents_or_empty, modules)
    return with_missing_up_to_count(currents_of_modules, tables[PHASE_COUNT])


@computed_from(DEVICE_CURRENT, DEVICE_PHASES, DEVICE_MODULE, on_demand=(DEVICE_CURRENT,))
def one_phase_currents(tables: Tables) -> Rows:
    """The current of each unit with one phase, which is its load. On one with several phases the
    MIB does not define which current it is: the value is emptied. A unit without a current is
    missing.

    >>> kinds = {DEVICE_PHASES: {"1": 1, "2": 3}, DEVICE_MODULE: {"1": 1, "2": 2, "3": 3}}
    >>> rows = one_phase_currents.rows({DEVICE_CURRENT: {"1": 15, "2": 40}, **kinds})
    >>> rows["1"], rows["2"], rows["3"].reason
    (15, '', 'no answer')
    """
    currents = tables[DEVICE_CURRENT]
    if currents:
        currents = empty_unless(currents, tables[DEVICE_PHASES], none_of("2", "3"))
    return with_missing_rows_of(currents, tables[DEVICE_MODULE])


PHASES_LOAD = figure(each_module(phase_currents, PHASE_MODULE), TENTHS, unit_of_row=PHASE_MODULE)
ONE_PHASE_LOAD = figure(
    each_module(one_phase_currents, DEVICE_MODULE, on_demand=(DEVICE_CURRENT,)),
    TENTHS,
    unmetered="the MIB does not say which current that of a unit with several phases is",
    unit_of_row=DEVICE_MODULE,
)


def _device(below: str, name: str, *, optional: bool = False) -> ComputedRows:
    """A column of the units; `optional`: some of those that have their outlets in ePDU lack it."""
    values = column(f"{EPDU2}.3.4.1.{below}", name, optional=optional)
    return each_module(Complete(values, DEVICE_MODULE), DEVICE_MODULE)


def _device_power(*, optional: bool = False) -> Measurement:
    return figure(_device("18", "ePDU2DeviceStatusPowerLoad", optional=optional))


def _device_energy(*, optional: bool = False) -> Measurement:
    return figure(_device("9", "ePDU2DeviceStatusEnergy", optional=optional), TENTHS)


BANK = column(EPDU + ".2.3.1.1.5", "ePDULoadStatusBankNumber", optional=True)
PHASE = column(EPDU + ".2.3.1.1.4", "ePDULoadStatusPhaseNumber", optional=True)


def _phases(below: str, name: str) -> ComputedRows:
    """A column of the table of loads: its rows that are a phase, not a bank."""
    return phase_rows(column(f"{EPDU}.2.3.1.1.{below}", name), BANK, PHASE)


LOAD, POWER = _phases("2", "ePDULoadStatusLoad"), _phases("7", "ePDULoadStatusActivePower")
ENERGY = _phases("10", "ePDULoadStatusEnergy")


def _rows_of_one_unit(rows: Rows, modules: Rows) -> Rows:
    """The rows, if all modules are 0 or all are 1, or none is listed: it is no chain. While one is
    not answered, and the others are all 0 or all 1, each row is missing.

    >>> _rows_of_one_unit({"1": 15}, {"1": 1, "2": 1}), _rows_of_one_unit({"1": 15}, {})
    ({'1': 15}, {'1': 15})
    >>> _rows_of_one_unit({"1": 15}, {"1": 1, "2": 2})
    {}
    """
    rows_if_all_0 = rows_if_every_mark(rows, modules, matches("0"))
    if rows_if_all_0:
        return rows_if_all_0
    rows_if_all_1 = rows_if_every_mark(rows, modules, matches("1"))
    if rows_if_all_1:
        return rows_if_all_1
    return rows_if_none_in(rows, modules)


def _of_epdu2(values: ComputedRows) -> ComputedRows:
    """The load, power or energy in the older tree (ePDU) of a unit that lists its outlets in the
    newer one (ePDU2). The older tree knows one unit: in a chain, whose modules (in the tables of
    devices and of outlets) are neither all 0 nor all 1, there is no row.

    >>> AMPERES, NAMES = column(EPDU + ".1", "load"), METERED_NAME.column
    >>> load, unit = _of_epdu2(first(AMPERES)), {AMPERES: {"1": 15}, NAMES: {"1": "Outlet 1"}}
    >>> load.rows(tables_of({**unit, DEVICE_MODULE: {"1": 1}}))
    {'1': 15}
    >>> load.rows(tables_of({**unit, DEVICE_MODULE: {"1": 1, "2": 2}}))
    {}

    A unit without modules is no chain, and one without outlets in ePDU2 has no row here:

    >>> load.rows(tables_of(unit)), load.rows(tables_of({AMPERES: {"1": 15}}))
    ({'1': 15}, {})
    """

    @computed_from(*values.objects)
    def rows(tables: Tables) -> Rows:
        if not tables.first(*LISTED):
            return {}
        modules_of_units, modules_of_outlets = tables[DEVICE_MODULE], STATE.units(tables)
        if not _rows_of_one_unit(tables[values], modules_of_units):
            return {}
        return _rows_of_one_unit(tables[values], modules_of_outlets)

    return rows


EPDU_COUNT = scalar(EPDU + ".3.1.3.0", "ePDUOutletDevNumCntrlOutlets")  # 0 on a metered unit


# of atsLoadStatusPhase
LINES, PAIRS = ("1", "2", "3"), ("4", "5", "6")
ATS_PHASE = column(ATS + ".5.2.2.1.2", "atsLoadStatusPhase")


def _lines(below: str, name: str) -> ComputedRows:
    """A column of the lines of a transfer switch, without the pairs of lines in the same table.
    Rows are numbered from 1: one that is left out is missing.
    """
    every_row = Complete(column(f"{ATS}.5.2.2.1.{below}", name), from_one=LAST_ARC)
    return rows_where(every_row, ATS_PHASE, yes_or_no(LINES, PAIRS))


def _ats_total(below: str, name: str) -> Scalar:
    """The row with the total, in the table of banks."""
    return scalar(f"{ATS}.5.2.4.1.{below}.1", "atsLoadStatusBank" + name)


cyberpower_profile = partial(
    Profile, vendor="CyberPower", source=librenms("cyberpower/CPS-MIB"), evidence=SIMULATED
)

PROFILES = (
    cyberpower_profile(
        key="cyberpower-epdu2",
        mib="CPS-MIB (ePDU2)",
        models=("PDU7xxxx, PDU8xxxx", "RMCARD205 with a daisy chain"),
        sys_object_ids=oids(EPDU2, ANY_CYBERPOWER),
        units=Complete(DEVICE_MODULE, count=DEVICE_COUNT, gaps=True),
        unit_count=DEVICE_COUNT,
        outlets=outlets(
            State(
                STATE,
                on=("1",),
                off=("2",),
                conditions=(pending(switched("4.1.6", "StatusCommandPending", optional=True)),),
            ),
            Write(switched("5.1.5", "ControlCommand"), on=1, off=2),
            rows=first(METERED_NAME, METERED_LOAD),
            count=scalar(EPDU2 + ".6.1.1.0", "ePDU2OutletSwitchedTableSize"),
            checks_empty_table=True,
            number=unit_and_number(*LISTED),
            name=first(switched("4.1.4", "StatusName"), METERED_NAME),
            current=figure(METERED_LOAD, TENTHS),
            power=figure(metered("7", "ActivePower")),
            energy=figure(metered("11", "Energy"), TENTHS),
        ),
        load=total(
            PHASES_LOAD,
            ONE_PHASE_LOAD,
            figure(_of_epdu2(LOAD), TENTHS, ()),
            else_outlets=True,
        ),
        power=total(
            _device_power(),
            figure(_of_epdu2(POWER), absent=()),
            else_outlets=True,
        ),
        energy=total(
            _device_energy(),
            figure(_of_epdu2(ENERGY), TENTHS, ()),
            else_outlets=True,
        ),
        recording="cyberpower_pdu81005",
        unread=f"overload restrictions of banks and phases: {OVERLOAD}",
        note="A slave of a chain lists only itself: read the host.",
    ),
    cyberpower_profile(
        key="cyberpower-epdu",
        mib="CPS-MIB (ePDU)",
        # ePDUIdentSerialNumber, ePDUIdentModelNumber
        nameplate=nameplate(serial="3808.1.1.3.1.6", model="3808.1.1.3.1.5"),
        models=("PDU15xx, PDU20xx, PDU30xx, PDU41xxx with older cards",),
        sys_object_ids=oids(EPDU, ANY_CYBERPOWER),
        outlets=outlets(
            State(
                column(EPDU + ".3.5.1.1.4", "ePDUOutletStatusOutletState"),
                on=("1",),
                off=("2",),
                conditions=(
                    pending(
                        column(EPDU + ".3.5.1.1.5", "ePDUOutletStatusCommandPending", optional=True)
                    ),
                ),
            ),
            Write(column(EPDU + ".3.3.1.1.4", "ePDUOutletControlOutletCommand"), on=1, off=2),
            count=EPDU_COUNT,
            checks_empty_table=True,
            none_if_zero=EPDU_COUNT,
            name=column(EPDU + ".3.5.1.1.2", "ePDUOutletStatusOutletName"),
            current=figure(column(EPDU + ".3.5.1.1.7", "ePDUOutletStatusLoad"), TENTHS),
            power=figure(column(EPDU + ".3.5.1.1.8", "ePDUOutletStatusActivePower")),
            energy=figure(column(EPDU + ".3.5.1.1.13", "ePDUOutletStatusEnergy"), TENTHS),
        ),
        load=total(
            figure(LOAD, TENTHS, absent=()),
            # a PDU41001 has its outlets in this tree and its meters in ePDU2
            PHASES_LOAD,
            ONE_PHASE_LOAD,
            else_outlets=True,
        ),
        power=total(figure(POWER), _device_power(optional=True), else_outlets=True),
        energy=total(
            figure(ENERGY, TENTHS, absent=()), _device_energy(optional=True), else_outlets=True
        ),
        programs=(
            public("pdudaemon/pdudaemon", "pdudaemon/drivers/cyberpower81001.py"),
            public("gportay/cyberpower-pdu", "cyberpower-pdu"),
        ),
        unread=f"overload restrictions of banks: {OVERLOAD}",
    ),
    cyberpower_profile(
        key="cyberpower-ats",
        mib="CPS-MIB 2.13 (ats)",
        models=("Switched ATS PDU (PDUxxSW...ATNET)",),
        sys_object_ids=oids(ATS, ANY_CYBERPOWER),
        conditions=(established(scalar(ATS + ".2.1.1.0", "atsStatusCommStatus")),),
        outlets=outlets(
            State(
                column(ATS + ".6.3.1.3", "atsOutletStatusOutletState"),
                on=("1",),
                off=("2",),
                conditions=(
                    pending(
                        column(ATS + ".6.3.1.4", "atsOutletStatusOutletCmdPending", optional=True)
                    ),
                ),
            ),
            Write(column(ATS + ".6.5.1.3", "atsOutletCtrlCommand"), on=2, off=3),
            count=scalar(ATS + ".6.2.0", "atsOutletStatusTableSize"),
            checks_empty_table=True,
            name=column(ATS + ".6.3.1.2", "atsOutletStatusOutletName"),
        ),
        load=total(
            figure(_lines("3", "atsLoadStatusPhaseLoad"), TENTHS),
            figure(_ats_total("3", "Load"), TENTHS),
        ),
        power=total(
            figure(_lines("5", "atsLoadStatusPhasePower")), figure(_ats_total("5", "Power"))
        ),
        energy=total(
            figure(
                value_or_empty(
                    _ats_total("6", "Energy"), column(ATS + ".5.2.4.1.6", "atsLoadStatusBankEnergy")
                ),
                TENTHS,
                absent=(),
            )
        ),
        programs=(
            public("andrewrothstein/valve-infra", "executor/pdu/drivers/cyberpower.py"),
            public("remiphilippe/companion-module-cyberpower-pdu", "src/ats.js"),
        ),
        unread="atsStatusDevOutRelayStatus: the MIB does not say what it means for the outlets",
        note=(
            "The outlets are not metered. Some UPS cards have the same sysObjectID; they list no"
            " outlets."
        ),
    ),
)
