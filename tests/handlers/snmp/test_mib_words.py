"""The makers' own words that a value is not to be trusted: each object of a family's MIB that has
such a word is read, named in the family's `unread`, or here with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from handlers.snmp.profile import Profile, is_below, oids
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from handlers.snmp.profiles.links import NO_PUBLIC_MIB
from handlers.snmp.tables import ROOT
from tests.foreign_files import mib_words
from tests.handlers.snmp.test_evidence import PROGRAM
from tests.tables import csv_rows

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
        "(eaton-revelation|raritan-px1) outletCount",  # below another root in the family
    ),
    "a number of devices of all kinds, such as sensors and inverters": (
        "geist-v5 deviceCount",
        "tripplite-products tlpDeviceNumDevices",
        "sinetica-hawk invPduCount",
    ),
    "a quantity that the family does not read, though the MIB says that it may be calculated or"
    " without a value": (
        r"hpe-ipdu mpdu(Output|SmExtBarOutlet)(PercentLoad|Voltage|Rating|Power(VA|Factor))",
        r"hpe-pdu-module pduOutput(Load|Heat)",
        r"opengear-rpc ogRpc(Input|Outlet)(Frequency|Voltage|Load)",
        r"schleifenbauer \w+PowerVoltAmpere",
        r"sentry[34] \w+PowerFactor",
        r"starline-ac \w+DemandTime",
        "synaccess-synlink inlet3PhaseBalance",
        r"tripplite-products tlp(Ats|Pdu)OutputCalculated\w+",
        r"dli-energy-object eoPower(MeasurementCaliber)?",
        r"avocent-pm \w+EnergyStartTime",
        r"liebert-mph lgpPdu\w+EcAvailBeforeAlarm\w*",
        r"apc-isx-modular \w+(AvailableVoltages|FrequencyTolerance)",
        "bachmann-bluenet2 blueNet2VariableSetPoint",
    ),
    "of inputs, sources or their redundancy: the figures of the output stay right": (
        r"apc-xpdu xPDU\w*Bypass\w*",
        r"apc-ats atsStatus24V\w*PowerSupply",
        "tripplite-products tlpAtsInputSourceAvailability",
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
        r"(apc-rpdu2?|cyberpower-epdu2?|dell-rpdu) \w+PowerSupplyAlarmD?",
        r"cpi-legacy (cpi|sa)Pdu\w+",
        r"geist-v3 (?!ctrl3ChIEC)\w+Avail",
        r"opengear-rpc og(HostServiceStatus|NetInterfaceState)",
        r"tripplite-products tlp(Ats|Pdu)HeatsinkStatus",
        r"eta-rci10 eaAvailable[AB]",
        "panduit-g5 pdug5PowershareFunctionStatus",
    ),
    "a name, a link to a page, the network, a time since the start, or what happened in the past": (
        r"apc-rpdu2 \w+ExternalLink",
        "cpi-.* linkLocalEnable",
        r"powertek-simple pduNetConnect\w+",
        r"racktivity (\wTimeOnline|pPhaseLink)",
        "raritan-px2 relayBehaviorOnPowerLoss",
        "sentry4 st4UnitType",
        "synaccess-synlink synLinkModel",
        "eaton-epdu unitType",
        "baytech sBTAModulesRPCIndex",
        "liebert-mph lgpPduRcpEntryLineSource",
        "rittal-cmc3 cmcIIIVarDataType",
        "geist-v5 pduOutletSwitchPoaAction",
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
#: objects of families with states and figures that are read for the states alone, by the reason
FOR_STATES = {
    "a number of outlets: a sum of figures has their rows": (
        r"\S+ \w*(TableSize|OutletCount|OutletTableCount)",
        r"\S+ \w*(NumCntrlOutlets|NumberOf(Sockets|Outlets))",
        r"\S+ (\w*[nN]umOutlets|pduNumOfOutlets|powerOutletNum|lgpPduRcpTableCount)",
        r"\S+ outletCount",
    ),
    "the state itself": (
        "geist-v5 pduOutletSwitchState",
        "opengear-rpc ogRpcOutletState",
        "sentry3 outletStatus",
    ),
    "which slots have a fuse: a figure is of a listed outlet": (r"eta-rci10 available[AB]",),
    "a bypass around the relays: what flows is measured all the same": (
        "riello-mdu mduManualBypass",
    ),
}
#: the same for figures alone
FOR_FIGURES = {
    "whether a power is estimated, or a meter is fitted": (
        r"avocent-pm \w+PowerType",
        "cyclades-acs5k cyPMElecPduTablePowerType",
        "geist-v5 pduMeterType",
        "sinetica-hawk pduOutletMonMode",
    ),
    "of a meter that is a device of its own": ("geist-v3 ctrl3ChIECAvail",),
}
ROWS = csv_rows(mib_words.TABLE)


def is_told(row: dict[str, str]) -> bool:
    """Whether the family reads this object or names it in `unread`."""
    profile = PROFILE_BY_KEY.get(row["family"])
    assert profile, row
    for oid in mib_words.read_oids(profile):
        if is_below(oid, row["oid"]) or is_below(row["oid"], oid):
            return True
    return re.search(rf"\b{row['object']}\b", profile.unread) is not None


def test_each_object_with_a_word_of_the_table_is_read_or_named_with_the_reason() -> None:
    """Each row of `ROWS` is an object whose words have "lost", "stale" and such."""
    untold_objects = {f"{row['family']} {row['object']}" for row in ROWS if not is_told(row)}
    for patterns in UNREAD.values():
        for pattern in patterns:
            objects = {name for name in untold_objects if re.fullmatch(pattern, name)}
            assert objects, f"{pattern}: no such object is left; take it out"
            untold_objects -= objects
    assert not untold_objects


def whole_oids(profile: Profile, parts: Iterable[object]) -> list[str]:
    """The OIDs of some parts of a family, whole."""
    full_oids: list[str] = []
    for oid in oids(tuple(parts)):
        if oid.startswith(ROOT):
            full_oids += [root.oid + oid.removeprefix(ROOT) for root in profile.roots]
        else:
            full_oids.append(oid)
    return full_oids


def is_read(row: dict[str, str], parts: Iterable[object]) -> bool:
    """Whether these parts of the row's family read its object."""
    profile = PROFILE_BY_KEY[row["family"]]
    return any(is_below(oid, row["oid"]) for oid in whole_oids(profile, parts))


def parts_of_states(profile: Profile) -> list[object]:
    parts: list[object] = []
    for outlets in profile.outlets:
        parts += (outlets.states, outlets.control, *outlets.guards, outlets.rows, outlets.count)
        parts += (outlets.none_if_zero, *outlets.conditions)
    return [part for part in parts if part is not None]


def parts_of_figures(profile: Profile) -> list[object]:
    parts: list[object] = list(profile.totals)
    for outlets in profile.outlets:
        parts += (outlets.current, outlets.power, outlets.energy, *outlets.conditions)
    return [part for part in parts if part is not None]


def without_reason(names: set[str], reasons: Mapping[str, Sequence[str]]) -> set[str]:
    """The names that no pattern matches; each pattern needs one."""
    untold_objects = set(names)
    for patterns in reasons.values():
        for pattern in patterns:
            objects = {name for name in names if re.fullmatch(pattern, name)}
            assert objects, f"{pattern}: no such object is left; take it out"
            untold_objects -= objects
    return untold_objects


def test_a_word_that_is_read_for_states_or_for_figures_alone_has_a_reason() -> None:
    """A fact about a unit counts for both: then it is a condition of the family, or its `units`."""
    for_states: set[str] = set()
    for_figures: set[str] = set()
    for row in ROWS:
        profile = PROFILE_BY_KEY[row["family"]]
        has_states = any(outlets.states for outlets in profile.outlets)
        has_figures = bool(parts_of_figures(profile))
        is_of_units = is_read(row, [profile.conditions, profile.units or ()])
        if is_of_units or not has_states or not has_figures:
            continue
        name = f"{row['family']} {row['object']}"
        if is_read(row, parts_of_states(profile)):
            for_states.add(name)
        if is_read(row, parts_of_figures(profile)):
            for_figures.add(name)
    assert without_reason(for_states - for_figures, FOR_STATES) == set()
    assert without_reason(for_figures - for_states, FOR_FIGURES) == set()


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
        "pduMainAvail",
        "unitsPresent",
        "systemTowerCount",
        "mpduNumMPDU",
    }


def test_a_family_whose_source_is_no_mib_has_no_row() -> None:
    """Programs and examples name no other objects than those that they read. A family is made from
    one only if nobody knows a public MIB, as its note says."""
    keys = {row["family"] for row in ROWS}
    from_programs = [profile for profile in PROFILES if PROGRAM.search(profile.source)]
    assert {profile.key for profile in from_programs}.isdisjoint(keys)
    assert all(NO_PUBLIC_MIB in profile.note for profile in from_programs)
