"""CyberPower: two generations of PDUs in CPS-MIB, whose tables resemble APC's rPDU2 and rPDU, and
transfer switches. The numbers of states and commands are others than APC's.

ePDU2: a table numbers its rows consecutively over all units of a chain. The table of metered
outlets may lack outlets, so an outlet may have another row there. ePDU: the load table has rows of
phases, and rows of banks that count the same current again. Some units have their outlets in ePDU2
and their meters in ePDU. A UPS of this vendor may report the sysObjectID of a PDU, so the tables
decide which of the two a device is.

The phases of a transfer switch beyond the third are pairs of lines, which count the current of the
lines again. Some units lack the column of pending commands.
"""

from decimal import Decimal
from functools import partial
from typing import Optional

from .language import *

EPDU, EPDU2, ATS = "3808.1.1.3", "3808.1.1.6", "3808.1.1.5"
ANY_CYBERPOWER = "3808"
CPS = librenms("cyberpower/CPS-MIB")

SWITCHED = (
    column(EPDU2 + ".6.1.4.1.2", "ePDU2OutletSwitchedStatusModuleIndex", optional=True),
    column(EPDU2 + ".6.1.4.1.3", "ePDU2OutletSwitchedStatusNumber", optional=True),
)
METERED = (
    column(EPDU2 + ".6.2.4.1.2", "ePDU2OutletMeteredStatusModuleIndex", optional=True),
    column(EPDU2 + ".6.2.4.1.3", "ePDU2OutletMeteredStatusNumber", optional=True),
)
DEVICE_COUNT = scalar(EPDU2 + ".3.1.0", "ePDU2DeviceTableSize")
switched = by_unit(EPDU2 + ".6.1", *SWITCHED, DEVICE_COUNT, METERED)
metered = by_unit(EPDU2 + ".6.2.4.1", *METERED, DEVICE_COUNT, SWITCHED)

EPDU2_STATE = switched("4.1.5", "ePDU2OutletSwitchedStatusState")
METERED_NAME = metered("4", "ePDU2OutletMeteredStatusName", optional=True)
METERED_LOAD = metered("6", "ePDU2OutletMeteredStatusLoad")
DEVICE_MODULE = column(EPDU2 + ".3.4.1.2", "ePDU2DeviceStatusModuleIndex")
PHASE_MODULE = column(EPDU2 + ".4.4.1.2", "ePDU2PhaseStatusModuleIndex")
# A module is a unit of the chain.
UNITS = (DEVICE_MODULE, First((UnitOf(EPDU2_STATE), UnitOf(METERED_NAME))))
# On a unit with several phases the MIB does not define which current this is, so it is not used for
# a sum.
CURRENT = column(EPDU2 + ".3.4.1.5", "ePDU2DeviceStatusCurrentLoad")
PHASE_NUMBERS = column(EPDU2 + ".3.3.1.8", "ePDU2DeviceInfoNumPhases")
ONE_PHASE_CURRENT = CURRENT.left_join(CURRENT.where_not("2", "3", by=PHASE_NUMBERS))
EPDU_COUNT = scalar(EPDU + ".3.1.3.0", "ePDUOutletDevNumCntrlOutlets")  # 0 on a metered unit
# of atsLoadStatusPhase
LINES, PAIRS = ("1", "2", "3"), ("4", "5", "6")
ATS_STATE = column(ATS + ".6.3.1.3", "atsOutletStatusOutletState")
# the row with the total, in the table of banks
ATS_TOTAL = "1"


def _column_of_units(
    values: Source, module: Column = DEVICE_MODULE, count: Optional[Source] = None
) -> EachUnit:
    """`values` of units or phases.

    No sum if a unit of the chain has no row. `module`: the column with each row's unit. `count`:
    the device's own number of rows.
    """
    rows = Complete(values, beside=module, count=count)
    return EachUnit(rows, module, UNITS)


def _lines(below: str, name: str) -> Where:
    values = column(f"{ATS}.5.2.2.1.{below}", name)
    phases = column(ATS + ".5.2.2.1.2", "atsLoadStatusPhase")
    every_row = Complete(values, from_one=LAST_ARC)
    return every_row.where(phases, *LINES, others=PAIRS)


def _ats_total(below: str, name: str) -> Scalar:
    return scalar(f"{ATS}.5.2.4.1.{below}.{ATS_TOTAL}", name)


def _phases(below: str, name: str) -> First:
    """A column of the table of loads: its rows that are a phase, not a bank."""
    return phase_rows(
        column(f"{EPDU}.2.3.1.1.{below}", name),
        column(EPDU + ".2.3.1.1.5", "ePDULoadStatusBankNumber", optional=True),
        column(EPDU + ".2.3.1.1.4", "ePDULoadStatusPhaseNumber", optional=True),
    )


PHASE_LOAD = _phases("2", "ePDULoadStatusLoad")
PHASE_POWER = _phases("7", "ePDULoadStatusActivePower")
PHASE_ENERGY = _phases("10", "ePDULoadStatusEnergy")


def _epdu_figure(values: First, scale: Decimal = ONES) -> Measurement:
    """The meters of the ePDU tree on a unit with its outlets in ePDU2.

    No rows in a chain: this tree lacks the other units.
    """
    for module in (UnitOf(EPDU2_STATE), DEVICE_MODULE):
        of_unit_0 = IfMatches(values, module, "0")
        of_unit_1 = IfMatches(values, module, "1")
        values = First((of_unit_0, of_unit_1, Unless(values, module)))
    epdu2_outlets = First((EPDU2_STATE, METERED_NAME, METERED_LOAD))
    return figure(if_listed(values, epdu2_outlets), scale, ())


cyberpower_profile = partial(Profile, vendor="CyberPower", source=CPS, evidence=SIMULATED)

PROFILES = (
    cyberpower_profile(
        key="cyberpower-epdu2",
        mib="CPS-MIB (ePDU2)",
        models=("PDU7xxxx, PDU8xxxx", "RMCARD205 with a daisy chain"),
        sys_object_ids=oids(EPDU2, ANY_CYBERPOWER),
        units=Complete(DEVICE_MODULE, count=DEVICE_COUNT, gaps=True),
        outlets=outlets(
            states=State(
                EPDU2_STATE,
                on=("1",),
                off=("2",),
                doubts=(
                    pending(
                        switched("4.1.6", "ePDU2OutletSwitchedStatusCommandPending", optional=True)
                    ),
                ),
            ),
            control=Write(switched("5.1.5", "ePDU2OutletSwitchedControlCommand"), on=1, off=2),
            rows=First((METERED_NAME, METERED_LOAD)),
            count=scalar(EPDU2 + ".6.1.1.0", "ePDU2OutletSwitchedTableSize"),
            checks_empty_table=True,
            number=First(tuple(map(unit_and_number, (EPDU2_STATE, METERED_NAME, METERED_LOAD)))),
            name=First((switched("4.1.4", "ePDU2OutletSwitchedStatusName"), METERED_NAME)),
            current=figure(METERED_LOAD, TENTHS),
            power=figure(metered("7", "ePDU2OutletMeteredStatusActivePower")),
            energy=figure(metered("11", "ePDU2OutletMeteredStatusEnergy"), TENTHS),
        ),
        load=total(
            figure(
                _column_of_units(
                    value_or_empty(
                        column(EPDU2 + ".4.4.1.5", "ePDU2PhaseStatusLoad"), PHASE_MODULE
                    ),
                    PHASE_MODULE,
                    scalar(EPDU2 + ".4.1.0", "ePDU2PhaseTableSize"),
                ),
                TENTHS,
            ),
            figure(_column_of_units(ONE_PHASE_CURRENT), TENTHS),
            _epdu_figure(PHASE_LOAD, TENTHS),
            else_outlets=True,
        ),
        power=total(
            figure(_column_of_units(column(EPDU2 + ".3.4.1.18", "ePDU2DeviceStatusPowerLoad"))),
            _epdu_figure(PHASE_POWER),
            else_outlets=True,
        ),
        energy=total(
            figure(_column_of_units(column(EPDU2 + ".3.4.1.9", "ePDU2DeviceStatusEnergy")), TENTHS),
            _epdu_figure(PHASE_ENERGY, TENTHS),
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
            states=State(
                column(EPDU + ".3.5.1.1.4", "ePDUOutletStatusOutletState"),
                on=("1",),
                off=("2",),
                doubts=(
                    pending(
                        column(EPDU + ".3.5.1.1.5", "ePDUOutletStatusCommandPending", optional=True)
                    ),
                ),
            ),
            count=EPDU_COUNT,
            checks_empty_table=True,
            none_if_zero=EPDU_COUNT,
            control=Write(
                column(EPDU + ".3.3.1.1.4", "ePDUOutletControlOutletCommand"), on=1, off=2
            ),
            name=column(EPDU + ".3.5.1.1.2", "ePDUOutletStatusOutletName"),
            current=figure(column(EPDU + ".3.5.1.1.7", "ePDUOutletStatusLoad"), TENTHS),
            power=figure(column(EPDU + ".3.5.1.1.8", "ePDUOutletStatusActivePower")),
            energy=figure(column(EPDU + ".3.5.1.1.13", "ePDUOutletStatusEnergy"), TENTHS),
        ),
        load=total(
            figure(PHASE_LOAD, TENTHS, absent=()),
            # a PDU41001 has its outlets in this tree and its meter in ePDU2
            figure(_column_of_units(ONE_PHASE_CURRENT), TENTHS),
            else_outlets=True,
        ),
        power=total(figure(PHASE_POWER), else_outlets=True),
        energy=total(figure(PHASE_ENERGY, TENTHS, absent=()), else_outlets=True),
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
        contact=(established(scalar(ATS + ".2.1.1.0", "atsStatusCommStatus")),),
        outlets=outlets(
            states=State(
                ATS_STATE,
                on=("1",),
                off=("2",),
                doubts=(
                    pending(
                        column(ATS + ".6.3.1.4", "atsOutletStatusOutletCmdPending", optional=True)
                    ),
                ),
            ),
            control=Write(column(ATS + ".6.5.1.3", "atsOutletCtrlCommand"), on=2, off=3),
            count=scalar(ATS + ".6.2.0", "atsOutletStatusTableSize"),
            checks_empty_table=True,
            name=column(ATS + ".6.3.1.2", "atsOutletStatusOutletName"),
        ),
        load=total(
            figure(_lines("3", "atsLoadStatusPhaseLoad"), TENTHS),
            figure(_ats_total("3", "atsLoadStatusBankLoad"), TENTHS),
        ),
        power=total(
            figure(_lines("5", "atsLoadStatusPhasePower")),
            figure(_ats_total("5", "atsLoadStatusBankPower")),
        ),
        energy=total(
            figure(
                value_or_empty(
                    _ats_total("6", "atsLoadStatusBankEnergy"),
                    column(f"{ATS}.5.2.4.1.6", "atsLoadStatusBankEnergy"),
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
