"""The words of NUT's drivers for the state of an outlet, and the words that prove no state. Pure.

Source: the drivers of NUT 2.8.0 to 2.8.5, the file named beside each row. Public dumps of older
releases add a few words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from .mirrors import is_mirror
from .numbers import parse_number


class StatusWord(NamedTuple):
    """What a driver's word for an outlet means.

    >>> STATUS_WORDS["lockoff"]
    StatusWord(is_on=False, is_locked=True)
    """

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
    outlets that are off: these words prove no state.

    >>> sorted(XUPS.states_by_word), XUPS.states_by_word["off"]
    (['off', 'on'], 'off(2), pendingOn(4) and failedClosed(7)')
    """

    #: `driver.name`
    drivers: Sequence[str]
    #: `driver.version.data` of each file that has it, without the version
    names: Sequence[str]
    #: by word: the states of the device that show it
    states_by_word: Mapping[str, str]
    #: what shows the state instead
    remedy: str
    #: the table's versions; () for all
    versions: Sequence[str] = ()

    def is_used_by(self, variables: Mapping[str, str]) -> bool:
        """Whether the driver of a device has this table, by the device's variables.

        >>> baytech = {"driver.name": "snmp-ups", "driver.version.data": "baytech MIB 4032"}
        >>> BAYTECH.is_used_by(baytech)
        True
        >>> BAYTECH.is_used_by({**baytech, "driver.version.data": "baytech MIB 4033"})
        False
        """
        name, _, version = variables.get("driver.version.data", "").rpartition(" ")
        is_driver = variables.get("driver.name") in self.drivers
        is_version = not self.versions or version in self.versions
        return is_driver and name in self.names and is_version

    @property
    def reason(self) -> str:
        """Why its words are no state, and what to use instead."""
        words = "; ".join(f"'{word}' for {states}" for word, states in self.states_by_word.items())
        reason = f"the NUT driver {self.drivers[0]} shows {words}, so the state is unknown"
        return f"{reason}: {self.remedy}"


# Read in the folder `drivers` of NUT 2.8.0 to 2.8.5. A table counts in later releases too, until it
# is read again.
# XUPS-MIB, xupsRecepStatus: a relay that failed closed feeds its outlet.
XUPS = AmbiguousTable(
    drivers=("snmp-ups",),
    # powerware-mib.c of 2.8.0; of 2.8.1 to 2.8.5 eaton-ups-pwnm2-mib.c and eaton-ups-pxg-mib.c
    names=("pw MIB", "pxgx_ups MIB", "eaton_pw_nm2 MIB", "eaton_pxg_ups MIB"),
    states_by_word={
        "on": "on(1), pendingOff(3) and failedOpen(8)",
        "off": "off(2), pendingOn(4) and failedClosed(7)",
    },
    remedy="use NUT's driver netxml-ups, usbhid-ups or bcmxcp for this UPS",
)
# snmp-ups leaves a variable as it is while its table lacks the number that the device reports
# (snmp-ups.c, decode_str). Seen with 2.8.0: Baytech's 0, then 3, stays "off".
BAYTECH = AmbiguousTable(
    drivers=("snmp-ups",),
    names=("baytech MIB",),  # baytech-mib.c, 2.8.0
    versions=("4032", "0.4034"),
    states_by_word={
        "on": "on(1), and after it also for lockoff(4)",
        "off": "off(0), and after it also for lockon(3)",
    },
    remedy="use NUT 2.8.1 or later, or the SNMP handler (family baytech)",
)
AVOCENT = AmbiguousTable(
    drivers=("snmp-ups",),
    names=("emerson_avocent_pdu MIB",),  # emerson-avocent-pdu-mib.c, 2.8.0 to 2.8.5
    states_by_word={
        "on": "on(2), and after it also for offLocked(3), offShutdown(11) and others",
        "off": "off(1), and after it also for onLocked(4), onFixed(10) and others",
    },
    remedy="use the SNMP handler (family avocent-pm)",
)
# Of outlet 1 alone, if the UPS has no switch for it: the driver takes ACPresent for its status, so
# "off" is a UPS on battery, which may feed its outlets.
MAIN_OUTLET = AmbiguousTable(
    drivers=("usbhid-ups", "mge-shut"),
    names=("MGE HID",),  # mge-hid.c, 2.8.0 to 2.8.5
    states_by_word={
        "off": "an outlet that is off and for missing mains, also if a battery feeds it"
    },
    remedy="nothing switches this outlet; read ups.status",
)
AMBIGUOUS_TABLES: Sequence[AmbiguousTable] = (XUPS, BAYTECH, AVOCENT, MAIN_OUTLET)


def ambiguous_table(
    variables: Mapping[str, str], device_type: str, number: str, fields: Mapping[str, str]
) -> Optional[AmbiguousTable]:
    """The table of the driver in which a word, "off", stands for outlets that are on, too, so that
    it proves no state of this outlet; None if every word of the driver does.

    `variables` and `device_type`, "ups" or "pdu", are of the whole device; `number`, "2", and
    `fields`, {"status": "off"}, of the outlet.

    >>> pxg = {"driver.name": "snmp-ups", "driver.version.data": "pxgx_ups MIB 0.104"}
    >>> ambiguous_table(pxg, "ups", "2", {"status": "off"}) is XUPS
    True
    >>> ambiguous_table({"driver.name": "snmp-ups"}, "pdu", "2", {"status": "off"}) is None
    True
    """
    if "status" not in fields:
        return None
    switchable = fields.get("switchable", "").strip().lower()
    # a mirror hides the driver: of a UPS's tables, only those of XUPS show an outlet's number here
    is_mirrored_ups = is_mirror(variables) and device_type == "ups"
    if is_mirrored_ups and parse_number(switchable) == float(number):
        return XUPS
    if number == "1" and switchable != "yes":
        if is_mirrored_ups or MAIN_OUTLET.is_used_by(variables):
            return MAIN_OUTLET
    for table in (XUPS, BAYTECH, AVOCENT):
        if table.is_used_by(variables):
            return table
    return None


def unproven_words_of(
    variables: Mapping[str, str], table: Optional[AmbiguousTable]
) -> frozenset[str]:
    """The words of the driver that prove no state of an outlet of this device: those of `table`,
    which stand for outlets that are on and for others that are off, and with snmp-ups also 0 and 1.

    >>> sorted(unproven_words_of({"driver.name": "snmp-ups"}, XUPS))
    ['0', '1', 'off', 'on']
    >>> sorted(unproven_words_of({"driver.name": "powerman-pdu"}, None))
    []
    """
    # with snmp-ups a number is the device's own, which the table of its MIB lacks
    numbers = ("0", "1") if variables.get("driver.name") == "snmp-ups" else ()
    return frozenset((*(table.states_by_word if table else ()), *numbers))
