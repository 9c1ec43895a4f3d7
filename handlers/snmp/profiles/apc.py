"""APC by Schneider Electric: rack PDUs of PowerNet-MIB.

Every later APC unit still answers the tables of the ones before it, so the richer family stands first. State and command
number their verbs differently inside one MIB (rPDU2: state on = 2, command on = 1): no value that was read is ever
written back.
"""
from __future__ import annotations

from ..controls import Write
from ..figures import Figure, State
from ..joins import Chained, First, Joined, Only, Provided
from ..profile import Confidence, Evidence, Outlets, Profile, Proof
from ..sources import Source
from .shorthand import TENS, TENTHS, column, figure, oids, scalar, total

ANY_APC = "318"             # what some units give as their sysObjectID, without saying which

# MasterSwitch (sPDU): state and command share one column, which reads 1, 2 or 4 (not known).
SPDU_STATE = column("318.1.1.4.4.2.1.3", "sPDUOutletCtl")
SPDU_NAME = column("318.1.1.4.4.2.1.4", "sPDUOutletCtlName")


def _spdu(state: Source) -> Outlets:
    return Outlets(states=State(state, on=("1",), off=("2",)), control=Write(SPDU_STATE, on=1, off=2), name=SPDU_NAME)


# First generation (rPDU). Rows of the load table are phases and banks of the same current: bank 0 is a phase.
RPDU_LOAD = column("318.1.1.12.2.3.1.1.2", "rPDULoadStatusLoad")
RPDU_PHASES = Only(RPDU_LOAD, column("318.1.1.12.2.3.1.1.5", "rPDULoadStatusBankNumber"), ("0",))
RPDU_NOT_BANKS = Only(RPDU_LOAD, column("318.1.1.12.2.3.1.1.4", "rPDULoadStatusPhaseNumber"), ("0",), keep=False)
RPDU_LINES = figure(First((RPDU_PHASES, RPDU_NOT_BANKS)), TENTHS)
RPDU_WATTS = figure(scalar("318.1.1.12.1.16.0", "rPDUIdentDevicePowerWatts"))

RPDU_STATE = column("318.1.1.12.3.5.1.1.4", "rPDUOutletStatusOutletState")


def _rpdu(state: Source) -> Outlets:
    return Outlets(
        states=State(state, on=("1",), off=("2",)),
        control=Write(column("318.1.1.12.3.3.1.1.4", "rPDUOutletControlOutletCommand"), on=1, off=2),
        name=column("318.1.1.12.3.5.1.1.2", "rPDUOutletStatusOutletName"),
        current=figure(column("318.1.1.12.3.5.1.1.7", "rPDUOutletStatusLoad"), TENTHS))


# Second generation (rPDU2). The index runs over all linked units; the metered table has an index of its own.
RPDU2_MODULE = column("318.1.1.26.9.2.3.1.2", "rPDU2OutletSwitchedStatusModule")
RPDU2_NAME = column("318.1.1.26.9.2.3.1.3", "rPDU2OutletSwitchedStatusName")
RPDU2_NUMBER = column("318.1.1.26.9.2.3.1.4", "rPDU2OutletSwitchedStatusNumber")
RPDU2_METERED_MODULE = column("318.1.1.26.9.4.3.1.2", "rPDU2OutletMeteredStatusModule")
RPDU2_METERED_NAME = column("318.1.1.26.9.4.3.1.3", "rPDU2OutletMeteredStatusName")
RPDU2_METERED_NUMBER = column("318.1.1.26.9.4.3.1.4", "rPDU2OutletMeteredStatusNumber")


def _metered(below: str, name: str) -> Joined:
    return Joined(column(below, name), keys=(RPDU2_METERED_MODULE, RPDU2_METERED_NUMBER),
                  own=(RPDU2_MODULE, RPDU2_NUMBER), else_same_row=True)


RPDU2_OUTLETS = Outlets(
    states=State(column("318.1.1.26.9.2.3.1.5", "rPDU2OutletSwitchedStatusState"), on=("2",), off=("1",)),
    control=Write(column("318.1.1.26.9.2.4.1.5", "rPDU2OutletSwitchedControlCommand"), on=1, off=2),
    rows=First((RPDU2_NAME, RPDU2_METERED_NAME)),
    count=scalar("318.1.1.26.9.1.0", "rPDU2OutletSwitchedTableSize"),
    number=First((Chained(RPDU2_MODULE, RPDU2_NUMBER), Chained(RPDU2_METERED_MODULE, RPDU2_METERED_NUMBER))),
    name=First((RPDU2_NAME, RPDU2_METERED_NAME)),
    current=figure(_metered("318.1.1.26.9.4.3.1.6", "rPDU2OutletMeteredStatusCurrent"), TENTHS),
    power=figure(_metered("318.1.1.26.9.4.3.1.7", "rPDU2OutletMeteredStatusPower")),
    energy=figure(_metered("318.1.1.26.9.4.3.1.11", "rPDU2OutletMeteredStatusEnergy"), TENTHS))

RPDU2_DEVICE = column("318.1.1.26.4.3.1.2", "rPDU2DeviceStatusModule")
RPDU2_LINES: Figure = figure(column("318.1.1.26.6.3.1.5", "rPDU2PhaseStatusCurrent"), TENTHS)

PROFILES = (
    Profile(
        key="apc-rpdu2", vendor="APC", mib="PowerNet-MIB (rPDU2)",
        models=("AP84xx", "AP86xx", "AP88xx", "AP89xx", "APDU9xxx", "AP7900B to AP7999B"),
        sys_object_ids=oids("318.1.3.4.6", "318.1.3.4.8", ANY_APC),
        outlets=(RPDU2_OUTLETS, _rpdu(Provided(RPDU_STATE, RPDU2_DEVICE, ".*")),
                 _spdu(Provided(SPDU_STATE, RPDU2_DEVICE, ".*"))),
        load=total(RPDU2_LINES, RPDU_LINES),
        power=total(figure(column("318.1.1.26.4.3.1.5", "rPDU2DeviceStatusPower"), TENS), RPDU_WATTS),
        energy=total(figure(column("318.1.1.26.4.3.1.9", "rPDU2DeviceStatusEnergy"), TENTHS)),
        switching_confidence=Confidence.HIGH,
        evidence=Evidence(state=Proof.RECORDING, current=Proof.RECORDING, power=Proof.RECORDING, energy=Proof.RECORDING,
                          switching=Proof.SIMULATED),
        note="The outlet tables of rPDU2 itself are from the MIB; the recording answers the older sPDU table."),
    Profile(
        key="apc-rpdu", vendor="APC", mib="PowerNet-MIB (rPDU)",
        models=("AP78xx", "AP79xx"),
        sys_object_ids=oids("318.1.3.4.5", ANY_APC),
        outlets=(_rpdu(RPDU_STATE), _spdu(Provided(SPDU_STATE, RPDU_LOAD, ".*"))),
        load=total(RPDU_LINES, else_outlets=True),
        power=total(RPDU_WATTS),
        switching_confidence=Confidence.HIGH,
        evidence=Evidence(state=Proof.SIMULATED, current=Proof.SIMULATED, power=Proof.SIMULATED, switching=Proof.SIMULATED)),
    Profile(
        key="apc-masterswitch", vendor="APC", mib="PowerNet-MIB (sPDU)",
        models=("MasterSwitch AP9210 to AP9218",),
        sys_object_ids=oids("318.1.3.4.1", "318.1.3.4.2", "318.1.3.4.7", ANY_APC),
        outlets=(_spdu(SPDU_STATE),),
        switching_confidence=Confidence.HIGH,
        evidence=Evidence(state=Proof.RECORDING, switching=Proof.SIMULATED)),
)
