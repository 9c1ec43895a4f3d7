"""The words of NUT's drivers for the state of an outlet, and the words that prove no state. Pure.

Source: the drivers of NUT 2.8.0 to 2.8.5, the file named beside each row. Public dumps of older
releases add a few words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from .device_types import type_of
from .mirrors import is_mirror
from .numbers import parse_number


class StatusWord(NamedTuple):
    """What a driver's word for an outlet means."""

    is_on: bool
    #: whether the unit refuses to switch the outlet
    is_locked: bool = False


#: in lower case; `outlet.N.status`
STATUS_WORDS: Mapping[str, StatusWord] = {
    # all *-mib.c of snmp-ups with outlets, usbhid-ups.c (on_off_info), mge-xml.c, powerman-pdu.c,
    # nutdrv_qx_voltronic.c; bcmxcp.c up to 2.6
    "on": StatusWord(True),
    "off": StatusWord(False),
    # bcmxcp.c, OutletStatus; `On/Closed` in dumps of 2.6.4 and 2.7.2
    "on/closed": StatusWord(True),
    "off/open": StatusWord(False),
    # ever-hid.c, SwitchOn/Off without a table. snmp-ups writes a number that its table lacks.
    "1": StatusWord(True),
    "0": StatusWord(False),
    # baytech-mib.c from 2.8.1, baytech-rpc3nc-mib.c from 2.8.3: sBTAModulesRPCOutletState
    "lockon": StatusWord(True, is_locked=True),
    "lockoff": StatusWord(False, is_locked=True),
    # emerson-avocent-pdu-mib.c has them in a comment: PM-MIB, pmPowerMgmtOutletsTableStatus
    "onlocked": StatusWord(True, is_locked=True),
    "offlocked": StatusWord(False, is_locked=True),
    "onfixed": StatusWord(True, is_locked=True),
    "offshutdown": StatusWord(False),
}
#: `outlet.N.switch`: tripplite_usb.c and optiups.c write a number, the last that was written
SWITCH_WORDS: Mapping[str, StatusWord] = {
    word: STATUS_WORDS[word] for word in ("on", "off", "1", "0")
}
#: `outlet.N.protect.status` (mge-hid.c from 2.8.3): whether the outlet has power, and whether the
#: battery would feed it
PROTECTION_WORDS: Mapping[str, StatusWord] = {
    "not powered": StatusWord(False),
    "not protected": StatusWord(True),
    "protected": StatusWord(True),
}
#: words that drivers write and that are no state, with the reason
WORDS_WITHOUT_STATE: Mapping[str, str] = {
    # bcmxcp.c
    "on with pending": "a change is under way",
    "off with pending": "a change is under way",
    "failed and closed": "the relay failed",
    "failed and open": "the relay failed",
    # eaton-pdu-marlin-mib.c, eaton-pdu-nlogic-mib.c, hpe-pdu-mib.c, hpe-pdu3-cis-mib.c,
    # compaq-mib.c
    "pendingoff": "a change is under way",
    "pendingon": "a change is under way",
    # baytech-mib.c, raritan-pdu-mib.c, eaton-pdu-revelation-mib.c
    "cycling": "a change is under way",
    "error": "the unit could not read it",
    "unlock": "it is a command",
    # compaq-mib.c, bcmxcp.c, powerman-pdu.c, baytech-mib.c
    "unknown": "the unit does not know it",
    "<unknown>": "the unit does not know it",  # mge-xml.c
    # raritan-px2-mib.c: the enumeration of all sensors; an outlet has on(7) and off(8)
    "unavailable": "the unit could not read it",
    "open": "it is the state of a contact",
    "closed": "it is the state of a contact",
}


#: drivers of NUT that show outlets. They read states and meters in one poll, so that an outlet that
#: carries current contradicts "off". Of other drivers and servers that is not known.
OUTLET_DRIVERS = frozenset(
    (
        "bcmxcp",
        "bcmxcp_usb",
        "mge-shut",
        "netxml-ups",
        "nutdrv_qx",
        "optiups",
        "powerman-pdu",
        "snmp-ups",
        "tripplite_usb",
        "usbhid-ups",
    )
)


class AmbiguousTable(NamedTuple):
    """A driver's table of state words, some of which it shows both for outlets that are on and for
    outlets that are off.
    """

    #: `driver.name`
    drivers: Sequence[str]
    #: `driver.version.data` without the version
    table: str
    #: the table's versions; () for all
    versions: Sequence[str]
    #: by word: the states of the device that show it
    states_by_word: Mapping[str, str]
    #: what shows the state instead
    remedy: str
    #: whether it is about outlet 1 alone, where `outlet.1.switchable` is not yes
    is_of_fixed_outlet: bool = False

    def is_used_by(self, variables: Mapping[str, str]) -> bool:
        """Whether the driver of a device has this table, by the device's variables."""
        table_name, _, version = variables.get("driver.version.data", "").rpartition(" ")
        is_driver = variables.get("driver.name", "") in self.drivers
        is_version = not self.versions or version in self.versions
        return is_driver and table_name == self.table and is_version

    @property
    def reason(self) -> str:
        """Why its words are no state, and what to use instead."""
        words = "; ".join(f"'{word}' for {states}" for word, states in self.states_by_word.items())
        return (
            f"the NUT driver {self.drivers[0]} ({self.table}) shows {words}, so the state is"
            f" unknown: {self.remedy}"
        )


# XUPS-MIB, xupsRecepStatus: a relay that failed closed feeds its outlet.
_XUPS = {
    "on": "on(1), pendingOff(3) and failedOpen(8)",
    "off": "off(2), pendingOn(4) and failedClosed(7)",
}
_XUPS_REMEDY = "use NUT's driver netxml-ups, usbhid-ups or bcmxcp for this UPS"
# snmp-ups leaves a variable as it is while its table lacks the number that the device reports
# (snmp-ups.c, decode_str). Seen with 2.8.0: Baytech's 0, then 3, stays "off".
_BAYTECH = {
    "on": "on(1), and after it also for lockoff(4)",
    "off": "off(0), and after it also for lockon(3)",
}
_AVOCENT = {
    "on": "on(2), and after it also for offLocked(3), offShutdown(11) and others",
    "off": "off(1), and after it also for onLocked(4), onFixed(10) and others",
}
# The driver takes ACPresent for the status of outlet 1 if the UPS has no switch for it: "off" is
# a UPS on battery, which may feed its outlets.
_AC_PRESENT = {"off": "an outlet that is off and for missing mains, also if a battery feeds it"}
#: Read in the folder `drivers` of NUT 2.8.0 to 2.8.5: each with its file, and the releases that
#: have it. A table counts in later releases too, until it is read again.
AMBIGUOUS_TABLES: Sequence[AmbiguousTable] = (
    *(
        AmbiguousTable(
            drivers=("snmp-ups",),
            table=f"{mib} MIB",
            versions=(),
            states_by_word=_XUPS,
            remedy=_XUPS_REMEDY,
        )
        for mib in (
            *("pw", "pxgx_ups"),  # powerware-mib.c, 2.8.0
            "eaton_pw_nm2",  # eaton-ups-pwnm2-mib.c, 2.8.1 to 2.8.5
            "eaton_pxg_ups",  # eaton-ups-pxg-mib.c, 2.8.1 to 2.8.5
        )
    ),
    AmbiguousTable(
        drivers=("snmp-ups",),
        table="baytech MIB",  # baytech-mib.c, 2.8.0
        versions=("4032", "0.4034"),
        states_by_word=_BAYTECH,
        remedy="use NUT 2.8.1 or later, or the SNMP handler (family baytech)",
    ),
    AmbiguousTable(
        drivers=("snmp-ups",),
        table="emerson_avocent_pdu MIB",  # emerson-avocent-pdu-mib.c, 2.8.0 to 2.8.5
        versions=(),
        states_by_word=_AVOCENT,
        remedy="use the SNMP handler (family avocent-pm)",
    ),
    AmbiguousTable(
        drivers=("usbhid-ups", "mge-shut"),
        table="MGE HID",  # mge-hid.c, 2.8.0 to 2.8.5
        versions=(),
        states_by_word=_AC_PRESENT,
        remedy="nothing switches this outlet; read ups.status",
        is_of_fixed_outlet=True,
    ),
)


def ambiguous_table(
    variables: Mapping[str, str], number: str, row: Mapping[str, str]
) -> Optional[AmbiguousTable]:
    """The table whose words prove no state of this outlet; None if all words do.

    `variables`: of the whole device. `number`: of the outlet. `row`: its variables.
    """
    if "status" not in row:
        return None
    if is_mirror(variables):
        # the ambiguous tables of PDUs are recognised by their driver alone, which a mirror hides
        if type_of(variables) != "ups":
            return None
        return _mirrored_table(number, row)
    # outlet 1 of a UPS may be its main outlet, without a switch of its own
    is_fixed = number == "1" and row.get("switchable", "").strip().lower() != "yes"
    for table in AMBIGUOUS_TABLES:
        is_of_outlet = is_fixed or not table.is_of_fixed_outlet
        if is_of_outlet and table.is_used_by(variables):
            return table
    return None


def _mirrored_table(number: str, row: Mapping[str, str]) -> Optional[AmbiguousTable]:
    """The ambiguous table of a UPS that a mirror shows, whose `driver.*` are the mirror's own; None
    for none. Only the tables of XUPS show an outlet's number as `switchable`.
    """
    switchable = row.get("switchable", "").strip().lower()
    if parse_number(switchable) == float(number):
        return AMBIGUOUS_TABLES[0]
    if number == "1" and switchable != "yes":
        return AMBIGUOUS_TABLES[-1]
    return None


def unproven_words_of(
    variables: Mapping[str, str], table: Optional[AmbiguousTable]
) -> frozenset[str]:
    """Words of the tables above that do not prove a state of an outlet of this device."""
    # with snmp-ups a number is the device's own, which the table of its MIB lacks
    numbers = ("0", "1") if variables.get("driver.name") == "snmp-ups" else ()
    return frozenset((*(table.states_by_word if table else ()), *numbers))


def has_breakers(variables: Mapping[str, str]) -> bool:
    """Whether the state of a group of outlets is that of its breaker (hpe-pdu-mib.c,
    pdu2groupBreakerStatus). In other tables it sums its outlets up (eaton-pdu-marlin-mib.c).
    """
    table_name, _, _ = variables.get("driver.version.data", "").rpartition(" ")
    return variables.get("driver.name") == "snmp-ups" and table_name == "hpe_epdu MIB"
