"""APC by Schneider Electric: rack PDUs of PowerNet-MIB, and other units with outlets or meters.

A newer unit may also have the tables of older ones, so the richer family comes first. A state and
its command may have different numbers (rPDU2 and Easy PDU: state on = 2, command on = 1;
MasterSwitch plus: state off = 2, command off = 3, and command 2 is "on, later"), so a value that
was read is never written back.

A state is UNKNOWN while a command is pending: each family has a column for it, in the table of
states.
"""

from decimal import Decimal
from functools import partial
from typing import Optional

from .language import *

# APC's own arc: the whole sysObjectID of some units, and so a prefix of that of every other one
ANY_APC = "318"

# MasterSwitch (sPDU): state and command share one column, which reads 1, 2 or 4 (unknown).
SPDU_STATE = column("318.1.1.4.4.2.1.3", "sPDUOutletCtl")


SPDU_PENDING = pending(column("318.1.1.4.4.2.1.2", "sPDUOutletPending", optional=True))
RPDU_PENDING = pending(
    column("318.1.1.12.3.5.1.1.5", "rPDUOutletStatusCommandPending", optional=True)
)


# "Unknown": the states and the outlets do not agree, until the unit's own power was cycled. Else it
# has a word for each outlet.
SPDU_MASTER = scalar("318.1.1.4.2.2.0", "sPDUMasterState")
SPDU_INCONSISTENT = Doubt(
    IfMatches(SPDU_STATE, SPDU_MASTER, "(?i)unknown"), quiet=("4",), optional=True
)


def _spdu(state: Source) -> tuple[Outlets, ...]:
    """The outlets of a MasterSwitch, which `state` lists."""
    return outlets(
        states=State(state, on=("1",), off=("2",), doubts=(SPDU_PENDING, SPDU_INCONSISTENT)),
        control=Write(SPDU_STATE, on=1, off=2),
        name=column("318.1.1.4.4.2.1.4", "sPDUOutletCtlName"),
        count=scalar("318.1.1.4.4.1.0", "sPDUOutletControlTableSize"),
    )


def _beside(states: Source, table: Source) -> Source:
    """`states` on a unit that also has rows of `table`, which is only read if there are states."""
    return if_listed(states, if_listed(table, states))


# First generation (rPDU). Rows of banks in the load table count the current of the phases again.
RPDU_LOAD = column("318.1.1.12.2.3.1.1.2", "rPDULoadStatusLoad")
RPDU_PHASE = column("318.1.1.12.2.3.1.1.4", "rPDULoadStatusPhaseNumber", optional=True)
RPDU_PHASES = phase_rows(
    RPDU_LOAD, column("318.1.1.12.2.3.1.1.5", "rPDULoadStatusBankNumber", optional=True), RPDU_PHASE
)
# for a table whose only row has index 1
RPDU_ONE_ROW = IfMatches(RPDU_LOAD, Number(RPDU_LOAD, plus=0), "1")
# a Gauge: below 0 it is no value
RPDU_LINES = figure(First((RPDU_PHASES, RPDU_LOAD.left_join(RPDU_ONE_ROW))), TENTHS, absent=())

RPDU_STATE = column("318.1.1.12.3.5.1.1.4", "rPDUOutletStatusOutletState")
RPDU_COUNT = scalar("318.1.1.12.3.1.3.0", "rPDUOutletDevNumCntrlOutlets")  # 0 on a metered unit


def _rpdu(state: Source) -> tuple[Outlets, ...]:
    """The outlets of an rPDU, which `state` lists."""
    return outlets(
        states=State(state, on=("1",), off=("2",), doubts=(RPDU_PENDING,)),
        control=Write(
            column("318.1.1.12.3.3.1.1.4", "rPDUOutletControlOutletCommand"), on=1, off=2
        ),
        count=RPDU_COUNT,
        none_if_zero=RPDU_COUNT,
        name=column("318.1.1.12.3.5.1.1.2", "rPDUOutletStatusOutletName"),
        current=figure(
            column("318.1.1.12.3.5.1.1.7", "rPDUOutletStatusLoad", optional=True), TENTHS
        ),
    )


def _calculated(watts: Scalar) -> LeftJoin:
    """A power that the unit calculates; empty if it is 0 while the volts or the factor are 0."""
    volts = scalar("318.1.1.12.1.15.0", "rPDUIdentDeviceLinetoLineVoltage")
    factor = scalar("318.1.1.12.1.17.0", "rPDUIdentDevicePowerFactor")
    # each ExceptWhere drops a power of 0; the left join puts an empty value in its place
    with_volts = ExceptWhere(watts, ("0",), volts, ("0",))
    return watts.left_join(ExceptWhere(with_volts, ("0",), factor, ("0",)))


# Second generation (rPDU2). A table numbers its rows consecutively over all linked units. The
# metered table may lack outlets.
RPDU2_SWITCHED = (
    column("318.1.1.26.9.2.3.1.2", "rPDU2OutletSwitchedStatusModule"),
    column("318.1.1.26.9.2.3.1.4", "rPDU2OutletSwitchedStatusNumber"),
)
RPDU2_METERED = (
    column("318.1.1.26.9.4.3.1.2", "rPDU2OutletMeteredStatusModule"),
    column("318.1.1.26.9.4.3.1.4", "rPDU2OutletMeteredStatusNumber"),
)


RPDU2_COUNT = scalar("318.1.1.26.3.0", "rPDU2DeviceTableSize")
switched = by_unit("318.1.1.26.9.2", *RPDU2_SWITCHED, RPDU2_COUNT, RPDU2_METERED)
metered = by_unit("318.1.1.26.9.4.3.1", *RPDU2_METERED, RPDU2_COUNT, RPDU2_SWITCHED)
RPDU2_STATE = switched("3.1.5", "rPDU2OutletSwitchedStatusState")
RPDU2_NAME = switched("3.1.3", "rPDU2OutletSwitchedStatusName")
RPDU2_METERED_NAME = metered("3", "rPDU2OutletMeteredStatusName")
RPDU2_LISTED = metered("4", "rPDU2OutletMeteredStatusNumber")

RPDU2_OUTLETS = outlets(
    states=State(
        RPDU2_STATE,
        on=("2",),
        off=("1",),
        doubts=(
            pending(switched("3.1.6", "rPDU2OutletSwitchedStatusCommandPending", optional=True)),
        ),
    ),
    control=Write(switched("4.1.5", "rPDU2OutletSwitchedControlCommand"), on=1, off=2),
    rows=First((RPDU2_NAME, RPDU2_METERED_NAME, RPDU2_LISTED)),
    count=scalar("318.1.1.26.9.1.0", "rPDU2OutletSwitchedTableSize"),
    checks_empty_table=True,
    number=First(tuple(map(unit_and_number, (RPDU2_STATE, RPDU2_METERED_NAME, RPDU2_LISTED)))),
    name=First((RPDU2_NAME, RPDU2_METERED_NAME)),
    current=figure(metered("6", "rPDU2OutletMeteredStatusCurrent"), TENTHS),
    power=figure(metered("7", "rPDU2OutletMeteredStatusPower")),
    energy=figure(metered("11", "rPDU2OutletMeteredStatusEnergy"), TENTHS),
)

RPDU2_DEVICE = column("318.1.1.26.4.3.1.2", "rPDU2DeviceStatusModule")
RPDU2_PHASE = column("318.1.1.26.6.3.1.2", "rPDU2PhaseStatusModule")
RPDU2_TABLES = First((RPDU2_DEVICE, RPDU2_PHASE))
RPDU2_UNITS = (RPDU2_DEVICE, First((UnitOf(RPDU2_STATE), UnitOf(RPDU2_METERED_NAME))))


def _of_units(below: str, name: str) -> EachUnit:
    """A column of the units."""
    values = column(f"318.1.1.26.4.3.1.{below}", name)
    return EachUnit(Complete(values, count=RPDU2_COUNT), RPDU2_DEVICE, RPDU2_UNITS)


RPDU2_LOAD = figure(
    EachUnit(
        Complete(
            column("318.1.1.26.6.3.1.5", "rPDU2PhaseStatusCurrent"),
            count=scalar("318.1.1.26.5.0", "rPDU2PhaseTableSize"),
            from_one=LAST_ARC,
        ),
        RPDU2_PHASE,
        RPDU2_UNITS,
    ),
    TENTHS,
)
RPDU2_POWER = figure(_of_units("5", "rPDU2DeviceStatusPower"), TENS)


def _masterswitch(tree: str, kind: str, count: Column, off: int) -> tuple[Outlets, ...]:
    """The outlets of a MasterSwitch plus or VM; `off`: the command. The index is unit.outlet. For
    plus, fence_apc_snmp uses unit.1.outlet, so that form is read too."""
    state = column(f"{tree}.7.1.1.5", f"sPDUOutletStatus{kind}OutletState")
    waiting = column(f"{tree}.7.1.1.6", f"sPDUOutletStatus{kind}CommandPending", optional=True)
    command = column(f"{tree}.5.1.1.5", f"sPDUOutletControl{kind}OutletCommand")
    return outlets(
        states=State(state, on=("1",), off=("2",), doubts=(pending(waiting),)),
        control=Write(command, on=1, off=off),
        count=count,
        number=unit_and_outlet(state),
        name=column(f"{tree}.7.1.1.4", f"sPDUOutletStatus{kind}OutletName"),
    )


# Easy PDU firmware that does not use APC's enterprise number: figures are strings with their unit.
EASY_TEXT = "0"  # the sysObjectID is 1.3.6.1.4.1.0


def _easy_text(below: str, what: str, unit: str) -> Measurement:
    scale = Decimal(1000 if unit == "kW" else 1)
    return Measurement(column(f"1.1.{below}", f"{what} as text"), scale, ("-",), unit=unit)


EASY_MODULE = column("318.1.1.30.6.1.1.2", "ePDUOutletStatusModule")
EASY_NUMBER = column("318.1.1.30.6.1.1.3", "ePDUOutletStatusNumber")
easy_outlets = by_unit("318.1.1.30.6", EASY_MODULE, EASY_NUMBER)
EASY_STATE = easy_outlets("1.1.4", "ePDUOutletStatusState")
EASY_COMMAND = easy_outlets("2.1.4", "ePDUOutletControlCommand", optional=True)
# on, off; 3 says that the state is not known, for which the state has no value
EASY_DETERMINED = ("1", "2")
EASY_DEVICE = column("318.1.1.30.2.1.1.2", "ePDUDeviceStatusModule", optional=True)
EASY_PHASE = column("318.1.1.30.4.2.1.2", "ePDUPhaseStatusModule", optional=True)
NO_OUTLET = "-1"  # in every column of the one row of a unit without switched outlets
EASY_COUNT = scalar("318.1.1.30.5.0", "ePDUOutletTableSize")
EASY_OUTLETS = EASY_STATE.where_not(NO_OUTLET)
EASY_UNITS = (EASY_DEVICE, if_listed(EASY_MODULE.where_not(NO_OUTLET), EASY_OUTLETS))


def _easy(below: str, name: str, module: Column, count: Optional[Scalar] = None) -> EachUnit:
    values = column(f"318.1.1.30.{below}", name)
    return EachUnit(Complete(values, beside=module, count=count), module, EASY_UNITS)


def _easy_units(below: str, name: str) -> EachUnit:
    """Nothing counts them: ePDUDeviceStatusTableSize of a recorded EPDU1116S is 3, for one unit."""
    return _easy("2.1.1." + below, name, EASY_DEVICE)


def _easy_phases(below: str, name: str) -> EachUnit:
    return _easy("4.2.1." + below, name, EASY_PHASE, scalar("318.1.1.30.3.0", "ePDUPhaseTableSize"))


# The one outlet of an Environmental Manager. Older firmware reports its state only in the control
# column.
EMS_COMMAND = column("318.1.1.10.3.3.1.1.3", "emsOutletControlOutletCommand")
EMS_STATE = First((column("318.1.1.10.3.16.1.1.3", "emsOutletStatusOutletState"), EMS_COMMAND))

ATS_NEUTRAL = "4"  # a value of atsOutputPhaseIndex


def _ats_phases(below: str, name: str) -> Source:
    """A column of the outputs' phases, without the neutral, which atsNumOutputPhases leaves out."""
    values = Complete(
        column(f"318.1.1.8.5.4.3.1.{below}", name),
        beside=column("318.1.1.8.5.4.3.1.3", "atsOutputVoltage"),
    )
    return Complete(
        Arc(values, -1, (ATS_NEUTRAL,), keep=False),
        count=column("318.1.1.8.5.4.2.1.2", "atsNumOutputPhases"),
    )


# InfraStruXure PDU (xPDU). Its panels have 42 or 84 positions. A breaker with several poles has as
# many rows.
XPDU_RATING = column("318.1.1.15.4.2.3.1.2", "xPDUBranchBreakerRating")
XPDU_POSITIONS = UpToCount(XPDU_RATING, scalar("318.1.1.15.4.2.2.0", "xPDUBranchBreakerTableSize"))
XPDU_CURRENT = column("318.1.1.15.3.4.14.1.4", "xPDUSystemOutputPhaseCurrent")
XPDU_LINES = UpToCount(XPDU_CURRENT, scalar("318.1.1.15.3.4.13.0", "xPDUSystemOutputTableSize"))
# not present, a connection of the earth, of the neutral; a higher value is in A
NO_BREAKER = ("0", "1", "2")

# Modular distribution. The index of an output is module.cable; an empty slot has rows as well.
ISX_STATUS = column("318.1.1.22.2.6.1.6", "isxModularDistModuleOutputStatus")
ISX_NOT_PRESENT = ("4",)
ISX_NAME = column("318.1.1.22.2.6.1.4", "isxModularDistModuleOutputName")
ISX_POWER = column("318.1.1.22.2.6.1.20", "isxModularDistModuleOutputTotalPower")
# a place without a cable, on units that do not say 4
ISX_NOTHING = ("", "-1")

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
        outlets=(
            RPDU2_OUTLETS
            + _rpdu(_beside(RPDU_STATE, RPDU2_TABLES))
            + _spdu(_beside(SPDU_STATE, RPDU2_TABLES))
        ),
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
        outlets=_rpdu(RPDU_STATE) + _spdu(_beside(SPDU_STATE, RPDU_LOAD)),
        load=total(RPDU_LINES, else_outlets=True),
        power=total(figure(_calculated(scalar("318.1.1.12.1.16.0", "rPDUIdentDevicePowerWatts")))),
        evidence=SIMULATED.of("state", "current", "power", "switching"),
        programs=(
            public("ClusterLabs/fence-agents", "agents/apc_snmp/fence_apc_snmp.py"),
            public("maas/maas", "src/provisioningserver/drivers/power/apc.py"),
        ),
        note=(
            "The power is calculated from the current, and from a voltage and a power factor that"
            " the owner of an AP7xxx sets; while one of them is 0, it is not known."
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
        outlets=_masterswitch(
            "318.1.1.6", "MSP", column("318.1.1.6.4.2.1.3", "sPDUMasterStatusMSPOutletCount"), off=3
        ),
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
        outlets=_masterswitch(
            "318.1.1.5", "VM", column("318.1.1.5.4.2.1.8", "sPDUMasterStatusVMOutletCount"), off=2
        ),
        evidence=SIMULATED.of("state", "switching"),
        unread=f"sPDUMasterConfigVMOverloadRestriction: {OVERLOAD}",
    ),
    apc_profile(
        key="apc-easy-epdu",
        mib="PowerNet-MIB (Easy PDU)",
        models=("Easy PDU EPDU1xxxS, EPDU1xxxM",),
        sys_object_ids=oids("318.1.3.4.9", EASY_TEXT),
        outlets=outlets(
            states=State(
                EASY_STATE,
                on=("2",),
                off=("1",),
                absent=(NO_OUTLET,),
                doubts=(
                    Doubt(
                        Complete(EASY_COMMAND, beside=EASY_STATE), EASY_DETERMINED, optional=True
                    ),
                ),
            ),
            control=Write(EASY_COMMAND, on=1, off=2),
            count=EASY_COUNT,
            # another number may count the row of padding
            none_if_zero=IfMatches(EASY_COUNT, EASY_COUNT, "0"),
            number=unit_and_number(EASY_STATE),
        ),
        load=total(
            figure(_easy_phases("5", "ePDUPhaseStatusCurrent"), HUNDREDTHS),
            _easy_text("2", "current", "A"),
            demanded=True,
        ),
        power=total(
            figure(_easy_units("7", "ePDUDeviceStatusActivePower")),
            figure(_easy_phases("6", "ePDUPhaseStatusActivePower")),
            _easy_text("3", "power", "kW"),
        ),
        energy=total(
            figure(_easy_units("11", "ePDUDeviceStatusEnergy"), THOUSANDTHS),
            figure(_easy_phases("10", "ePDUPhaseStatusEnergy"), THOUSANDTHS),
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
        contact=(established(scalar("318.1.1.10.3.12.2.0", "emsStatusCommStatus")),),
        outlets=outlets(
            states=State(EMS_STATE, on=("1",), off=("2",)),
            control=Write(EMS_COMMAND, on=1, off=2),
            name=First(
                (
                    column("318.1.1.10.3.16.1.1.2", "emsOutletStatusOutletName"),
                    column("318.1.1.10.3.3.1.1.2", "emsOutletControlOutletName"),
                )
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
        contact=(
            established(scalar("318.1.1.8.5.1.1.0", "atsStatusCommStatus")),
            # with a failure (1) of either supply, the ATS cannot monitor its current sensors
            contact(scalar("318.1.1.8.5.1.8.0", "atsStatusPlus12VPowerSupply"), "2", optional=True),
            contact(
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
            rows=XPDU_POSITIONS.where_not(*NO_BREAKER, by=XPDU_RATING),
            name=column("318.1.1.15.4.2.3.1.10", "xPDUBranchBreakerName"),
            current=figure(column("318.1.1.15.4.2.3.1.5", "xPDUBranchBreakerCurrent"), TENTHS),
        ),
        # The neutral is an object of its own.
        load=total(figure(value_or_empty(XPDU_LINES, XPDU_CURRENT), TENTHS)),
        power=total(figure(scalar("318.1.1.15.3.4.3.0", "xPDUSystemOutputTotalPower"), HUNDREDS)),
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
            rows=ExceptEmptySlots(ISX_STATUS, (ISX_NAME, ISX_POWER), ISX_NOTHING).where_not(
                *ISX_NOT_PRESENT
            ),
            number=unit_and_outlet(ISX_STATUS),
            name=ISX_NAME,
            power=figure(ISX_POWER, HUNDREDS),
            # normal, warning, critical; 6: no communication with the cable's meters
            contact=(contact(ISX_STATUS, "1", "2", "3", unit=Arcs()),),
            energy=figure(
                column("318.1.1.22.2.6.1.21", "isxModularDistModuleOutputKwhUsage"), TENTHS
            ),
        ),
        load=total(
            figure(
                column("318.1.1.22.4.2.11.1.3", "isxModularDistSysCurrentAmps"),
                TENTHS,
                beside=column("318.1.1.22.4.2.11.1.1", "isxModularDistSysCurrentIndex"),
                least=3,  # phase1, phase2 and phase3
            )
        ),
        power=total(figure(scalar("318.1.1.22.4.3.1.0", "isxModularDistSysPowerTotal"), HUNDREDS)),
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
