"""The makers' own words that a value is not to be trusted: each object of a family's MIB that has
such a word is read, named in the family's `unread`, or here with the reason.
"""

from __future__ import annotations

import csv
import re

from handlers.snmp.profile import is_below
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from tests.foreign_files import mib_words
from tests.handlers.snmp.test_evidence import PROGRAM

#: "family object", as regular expressions, by the reason why the object is not read
UNREAD = {
    "a number of rows of another table than the outlets', whose own number is read where the MIB"
    " has one": (
        r"(apc|cyberpower|enlogic|dell|bachmann|baytech|cpi-legacy|hpe-ipdu|sentry4|avocent-pm)\S* "
        r"\S*(TableSize|Total\w*|Num|Number\w*|Count|NumOutlet)",
        r"apc-(xpdu|ems-outlet) \w*(NumRelays|Count)",
        "eaton-epdu outletParentCount",
        r"raritan-px2 outlet(Controller|Pole)Count",
        "sinetica-hawk pduNumOutlets",
        r"geist-v3 (outletCount|\w*RelayCount)",
        "liebert-mph lgpPduRbEntryRcpCount",
        r"lantronix-slc slcDevPortCfgDevNum(Exp)?Outlets",
    ),
    "of inputs, sources or their redundancy: the figures of the output stay right": (
        r"apc-xpdu xPDU\w*Bypass\w*",
        r"\S+ (ats|ePDU2Source)StatusRedundancyState",
        "apc-ats atsInputType",
        "eaton-ats2 ats2InputStatusVoltage",
        r"liebert-power lgpPwr\w+",
        "raritan-px2 transferSwitchCapabilities",
    ),
    "of another device, port or module than outlets and their meters": (
        "apc-ems-outlet (emStatusCommStatus|memInputsCommStatus)",
        r"cyberpower-ats atsStatusDev(LCD|DB9)CommStatus",
        "ipoman slaveStateControl01",
        r"ipt-ipower slave\S*",
        r"lantronix-slc slcDevPort\w+",
        "nti-ipdu ipDeviceStatus",
        r"opengear-rpc og\w+Type",
        "planet-ipm uPSConnectStatus",
        r"raritan-px2 (cascadedDeviceConnected|powerMeterType|reliabilityDataFlags)",
        r"rittal-cmc3 cmcIII(UnitMode|VarType|MsgStatus|DrcStatus|TagStatus)",
        r"sentry3 (envMon\w*|contactClosure)Status",
        r"sinetica-hawk (\w+EntryCodeValid|expCommsFail)",
        r"snr-erd connectStatusRS\d+",
        r"geist-v5 vrc\w+",
        "vertiv-dcs-mpdu envTdicom114DICommStatus",
        "socomec-ats dpduAlarmEnvDisconnect",
        "wti-power alarmLostOptoVoltage",
    ),
    "a name, a link to a page, the network, a time since the start, or what happened in the past": (
        r"apc-rpdu2 \w+ExternalLink",
        "cpi-.* linkLocalEnable",
        r"powertek-simple pduNetConnect\w+",
        r"racktivity (\wTimeOnline|pPhaseLink)",
        "raritan-px2 relayBehaviorOnPowerLoss",
        "sentry4 st4UnitType",
        "synaccess-synlink synLinkModel",
        r"sinetica-hawk pduCctStatPwrLoss\w+",
    ),
    "a summary of what the family reads of each part, or a list that a person edits": (
        "rittal-cmc3 cmcIIIOverallDevStatus",
        "schleifenbauer sdbMgmtCtrlDevIsDuplicate",
        "sentry3 towerStatus",
        "tripplite-products tlp(DeviceStatus|AlarmType)",
    ),
    "whether a power is estimated: of tables of which no power is read": (
        r"(cyclades-acs5k|avocent-pm) \w+PowerType",
    ),
}
with mib_words.TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def is_told(row: dict[str, str]) -> bool:
    """Whether the family reads this object or names it in `unread`."""
    profile = PROFILE_BY_KEY.get(row["family"])
    assert profile, row
    return any(
        is_below(oid, row["oid"]) or is_below(row["oid"], oid)
        for oid in mib_words.read_oids(profile)
    ) or bool(re.search(rf"\b{row['object']}\b", profile.unread))


def test_each_object_with_a_word_of_the_table_is_read_or_named_with_the_reason() -> None:
    """Each row of `ROWS` is an object whose words have "lost", "stale" and such."""
    rest = {f"{row['family']} {row['object']}" for row in ROWS if not is_told(row)}
    for patterns in UNREAD.values():
        for pattern in patterns:
            objects = {name for name in rest if re.fullmatch(pattern, name)}
            assert objects, f"{pattern}: no such object is left; take it out"
            rest -= objects
    assert not rest


def test_the_table_has_the_objects_that_once_gave_a_wrong_state_or_figure() -> None:
    objects = {row["object"] for row in ROWS}
    assert objects >= {
        "sdbMgmtStsDuplicateDevices",
        "pduCommsFail",
        "pduOutletMonMode",
        "stsAgentModbusLink",
        "dpduAlarmDisconnect",
        "atsStatusCommStatus",
        "emsStatusCommStatus",
        "ats2StatusCommunicationLost",
        "pmPowerMgmtOutletsTablePowerType",
    }


def test_a_family_whose_source_is_no_mib_has_no_row() -> None:
    """Programs and examples name no other objects than those that they read."""
    keys = {row["family"] for row in ROWS}
    assert {profile.key for profile in PROFILES if PROGRAM.search(profile.source)}.isdisjoint(keys)
