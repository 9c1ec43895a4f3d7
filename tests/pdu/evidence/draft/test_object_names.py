"""A name is taken for a state or a meter by the words that it has, never for want of bad ones.

The names of the built-in families are those of their MIBs. The others are of the kinds that MIBs of
PDUs have beside a state and a current.
"""

from __future__ import annotations

from typing import Any

import pytest

from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profiles import PROFILES
from pdu.evidence.draft.columns import limit_doubt, name_doubt
from pdu.evidence.draft.mib import Mib, Object
from pdu.evidence.draft.profile import draft
from pdu.recordings.snmp.recorded_rows import SnmpRow, arcs

NO_STATES = """
    outletLoadShedding outletShed outletIdentify outletLocate outletBeacon outletWatchdog outletPing
    outletNotification outletCritical outletMonitored outletSwitchable outletPresence outletInUse
    outletStandbyDetect outletPermission outletAutoOn outletSequence outletScheduler
    outletOverloaded outletHighLoad outletLowLoad outletOverCurrent outletUnderCurrent outletSurge
    outletGround outletPolarity outletLogging outletTrapEnabled outletDisplay outletLink outletGroup
    outletStartupState outletAlarmStatus acmeOutletBreakerState acmeLedState acmeAlarmStatus
    acmeOutletCommand acmeOutletPreviousState
""".split()
NO_METERS = """
    outletFuseCurrent outletBreakerCurrent outletCurrentUpperCritical outletCurrentLowerCritical
    outletCurrentHysteresis outletCurrentSetpoint outletCurrentOffset outletInrushCurrent
    outletResidualCurrent outletLeakageCurrent outletNeutralCurrent outletPreviousCurrent
    outletLastCurrent outletCurrentDemand outletReactiveCurrent outletCurrentDefault
    outletCurrentDeviation outletCurrentPredicted outletCurrentAllocated outletCurrentBudget
    outletCurrentReserved outletRatedCurrent outletPeakPower outletEnergySinceReset
""".split()


@pytest.mark.parametrize("name", NO_STATES)
def test_an_object_that_is_no_state_is_doubted(name: str) -> None:
    assert "may be a command, a setting or an alarm" in name_doubt(Object(name, "ACME-MIB"))


@pytest.mark.parametrize("name", NO_METERS)
def test_an_object_that_is_no_measurement_is_doubted(name: str) -> None:
    assert "may be a limit, a setting or an average" in limit_doubt(Object(name, "ACME-MIB"))


#: States of families whose names a person has to look at. Some are a command or a mode that also
#: reads as the state (cpiPduOutletControl, outletControlOperation, sPDUOutletCtl, npPwrManualMode,
#: outputEnable), some a key or a count that only tells which rows are outlets (cmcIIIDevStatus,
#: ibmPduSoftwareVersion, powerOutletNum, ibmPduOutletLastPowerReading); the others are states with
#: an abbreviation, or with the name of a part.
LOOKED_AT_STATES = frozenset(
    """
    cmcIIIDevStatus cpiPduOutletControl ctlUnitElementState ibmPduOutletLastPowerReading
    ibmPduSoftwareVersion lgpPduRcpEntryPwrState loadOutputA mpduMpscomOutletNStatus npPwrManualMode
    outletControlOperation outletNState outletNStatus outletPduAState outputEnable pStatePortCur
    pduDevMonOutletXPortRlyState powerOutletNum relayN sPDUOutletCtl sPDUOutletStatusMSPOutletState
    sPDUOutletStatusVMOutletState sdbDevOutSwCurrentState smartNState
    upsOutletGroupStatusGroupState upsRecepStatus xupsRecepStatus
    """.split()
)


def _names(field: str) -> list[str]:
    """The names in the MIBs of the objects that the families read as this."""
    names = set()
    for profile in PROFILES:
        for outlets in profile.outlets:
            part: Any = getattr(outlets, field)
            objects = [str(getattr(p, "object", "")) for p in parts_of(part)]
            names.update([name for name in objects if name.isidentifier()][:1])
    return sorted(names)


def test_most_states_of_the_families_need_no_person() -> None:
    doubted = [name for name in _names("states") if name_doubt(Object(name, ""))]
    assert doubted
    assert set(doubted) <= LOOKED_AT_STATES


@pytest.mark.parametrize("field", ["current", "power", "energy"])
def test_most_meters_of_the_families_need_no_person(field: str) -> None:
    names = _names(field)
    doubted = [name for name in names if limit_doubt(Object(name, ""))]
    assert 2 * len(doubted) < len(names), doubted


@pytest.mark.parametrize("name", ["outletStartupStates", "outletAlarms", "outletOverloadStates"])
def test_a_text_of_all_outlets_is_judged_by_its_name_too(name: str) -> None:
    oid = arcs("1.3.6.1.4.1.99999.1.7")
    rows = {(*oid, 0): SnmpRow(4, b"off,off,off,on,off,off,off,off")}
    result = draft(rows, Mib({oid: Object(name, "ACME-MIB", oid)}, ["ACME-MIB"]))
    assert result.profile is not None
    assert result.profile.outlets[0].states is not None
    states = result.profile.outlets[0].states
    assert (states.on, states.off) == (("?on",), ("?off",))
