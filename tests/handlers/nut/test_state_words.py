"""The words of NUT's drivers: which are a state, and which are no state for which driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

import pytest

from handlers.nut.model import NutOutlet
from handlers.nut.outlets import decode_outlets
from handlers.nut.state_words import (
    AMBIGUOUS_TABLES,
    STATUS_WORDS,
    SWITCH_WORDS,
    WORDS_WITHOUT_STATE,
)
from tests.handlers.nut.clients import DEFAULTS

# by file of NUT 2.8.5: the words that it writes for outlet.N.status
WRITTEN = {
    "apc-epdu-mib.c apc-pdu-mib.c eaton-pdu-pulizzi-mib.c": "off on",
    "baytech-mib.c baytech-rpc3nc-mib.c": "error off on cycling lockon lockoff unlock unknown",
    "bcmxcp.c": (
        "unknown,on/closed,off/open,on with pending,off with pending,failed and closed,"
        "failed and open"
    ),
    "compaq-mib.c": "on off pendingOff pendingOn unknown",
    "eaton-pdu-marlin-mib.c eaton-pdu-nlogic-mib.c hpe-pdu-mib.c hpe-pdu3-cis-mib.c": (
        "off on pendingOff pendingOn"
    ),
    "eaton-pdu-revelation-mib.c raritan-pdu-mib.c": "error off on cycling",
    "raritan-px2-mib.c": "unavailable open closed on off",
    "ever-hid.c": "0 1",
    "mge-hid.c nutdrv_qx_voltronic.c": "on off",
    "mge-xml.c": "on off <unknown>",
    "powerman-pdu.c": "on off unknown",
}
SNMP_UPS = {"driver.name": "snmp-ups"}
USB = {"driver.name": "usbhid-ups", "driver.version.data": "MGE HID 1.46"}


def outlet(variables: Mapping[str, str], number: int = 1) -> NutOutlet:
    device = decode_outlets({"device.type": "pdu", **variables}, [], {}, DEFAULTS)
    return device.outlets[number - 1]


def snmp_ups(table: str, word: str) -> NutOutlet:
    return outlet({**SNMP_UPS, "driver.version.data": table, "outlet.1.status": word})


@pytest.mark.parametrize("source", WRITTEN)
def test_each_word_that_a_driver_writes_is_a_state_or_has_a_reason(source: str) -> None:
    words = WRITTEN[source]
    for word in words.lower().split("," if "," in words else " "):
        assert (word in STATUS_WORDS) is not (word in WORDS_WITHOUT_STATE)
        doubt = outlet({"outlet.1.status": word}).doubt
        assert doubt == "" if word in STATUS_WORDS else WORDS_WITHOUT_STATE[word] in doubt


def test_every_row_of_the_tables_can_match() -> None:
    assert not set(STATUS_WORDS) & set(WORDS_WITHOUT_STATE)
    assert set(SWITCH_WORDS) <= set(STATUS_WORDS)
    assert all(set(table.states_by_word) <= set(STATUS_WORDS) for table in AMBIGUOUS_TABLES)
    keys = [(driver, table.table) for table in AMBIGUOUS_TABLES for driver in table.drivers]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("word", ["on", "off"])
@pytest.mark.parametrize(
    "table",
    [
        "pw MIB 0.104",
        "pxgx_ups MIB 0.104",
        "eaton_pw_nm2 MIB 0.105",
        "eaton_pw_nm2 MIB 0.106",
        "eaton_pxg_ups MIB 0.105",
        "baytech MIB 0.4034",
        "emerson_avocent_pdu MIB 1.30",
    ],
)
def test_a_word_for_outlets_that_are_on_and_that_are_off_is_no_state(table: str, word: str) -> None:
    unclear = snmp_ups(table, word)
    assert unclear.state is None
    assert "snmp-ups" in unclear.doubt
    assert f"'{word}' for " in unclear.doubt
    assert ": use " in unclear.doubt


@pytest.mark.parametrize(
    "table",
    [
        "apc_pdu MIB 0.40",
        "apc MIB 0.10",
        "baytech MIB 0.4035",
        "cpqpower MIB 1.67",
        "eaton_epdu MIB 0.69",
        "eaton_pdu_nlogic MIB 0.10",
        "hpe_epdu MIB 0.34",
        "raritan MIB 0.80",
        "raritan-px2 MIB 0.41",
        "",
    ],
)
def test_the_same_words_of_another_table_are_states(table: str) -> None:
    assert snmp_ups(table, "on").state is True
    assert snmp_ups(table, "off").state is False


def test_the_words_of_such_a_table_are_states_of_another_driver() -> None:
    row = {"driver.version.data": "pw MIB 0.104", "outlet.1.status": "off"}
    assert outlet({"driver.name": "dummy-ups", **row}).state is False


def test_a_number_is_a_state_except_with_snmp_ups() -> None:
    row = {"outlet.1.status": "1", "outlet.2.status": "0"}
    ever = {"driver.name": "usbhid-ups", "driver.version.data": "EVER HID 0.1"}
    assert outlet({**ever, **row}).state is True
    assert outlet({**ever, **row}, 2).state is False
    assert outlet({**SNMP_UPS, **row}).state is outlet({**SNMP_UPS, **row}, 2).state is None


@pytest.mark.parametrize("switchable, expected", [("yes", False), ("no", None), ("", None)])
def test_missing_mains_are_not_an_outlet_that_is_off(
    switchable: str, expected: Optional[bool]
) -> None:
    row = {"outlet.1.status": "off", "outlet.1.switchable": switchable, "outlet.2.status": "off"}
    assert outlet({**USB, **row}).state is expected
    assert outlet({**USB, **row}, 2).state is False
    assert outlet({**USB, **row, "outlet.1.status": "on"}).state is True


@pytest.mark.parametrize(
    "driver",
    [
        {"driver.name": "clone"},
        {"driver.name": "dummy-ups", "driver.parameter.mode": "repeater"},
    ],
)
def test_a_ups_that_a_mirror_shows_is_told_by_its_outlets(driver: Mapping[str, str]) -> None:
    ups = {**driver, "device.type": "ups"}
    xups = {"outlet.2.status": "off", "outlet.2.switchable": "2"}
    assert outlet({**ups, **xups}).state is None
    assert outlet({**ups, "outlet.2.status": "off", "outlet.2.switchable": "yes"}).state is False
    assert outlet({**ups, "outlet.1.status": "off"}).state is None
    assert outlet({**ups, **xups, "device.type": "pdu"}).state is False


@pytest.mark.parametrize(
    "meters, expected",
    [
        ({"current": "0.4"}, None),
        ({"current": "0.4", "realpower": "82"}, None),
        ({"current": "0.00", "power": "90"}, None),
        ({"current": "0.00"}, False),
        # Eaton ePDU MA 1P: an offset of its meter
        ({"current": "0.15", "power": "0.00", "realpower": "0.00"}, False),
        # a meter that cannot be read does not prove it
        ({"current": "unknown"}, None),
    ],
)
def test_an_outlet_that_carries_current_is_never_off(
    meters: Mapping[str, str], expected: Optional[bool]
) -> None:
    row = {"driver.name": "snmp-ups", "outlet.1.status": "off"}
    for name, text in meters.items():
        row[f"outlet.1.{name}"] = text

    off = outlet(row)
    on = outlet({**row, "outlet.1.status": "on"})

    assert off.state is expected
    assert ("it is not off as" in off.doubt) is (expected is None)
    assert on.state is True


@pytest.mark.parametrize("driver", [{}, {"driver.name": "dummy-ups"}, {"driver.name": "simulated"}])
def test_the_meters_of_another_driver_may_be_older_than_its_states(
    driver: Mapping[str, str],
) -> None:
    row = {"outlet.1.status": "off", "outlet.1.current": "0.7", "outlet.1.realpower": "150"}
    assert outlet({**driver, **row}).state is False
    assert outlet({**row, "driver.name": "snmp-ups"}).state is None


def test_a_name_without_a_description_is_not_the_number_on_the_unit() -> None:
    # NUT 2.8.1 to 2.8.5: hpe-pdu3-cis-mib.c, eaton-pdu-nlogic-mib.c
    hpe = outlet({"outlet.1.status": "on", "outlet.1.name": "CABINET A FAN DOOR"})
    assert hpe.number == ""
    assert hpe.name == "CABINET A FAN DOOR"
    outlet_variables = {"outlet.1.status": "on", "outlet.1.name": "web 3", "outlet.1.id": "1"}
    assert outlet(outlet_variables).number == "1"
    assert outlet(outlet_variables).name == "web 3"
    once_more = outlet({**outlet_variables, "outlet.1.name": "1"})
    assert once_more.number == "1"
    assert once_more.name is None
    eaton = outlet({**outlet_variables, "outlet.1.name": "A1", "outlet.1.desc": "web 3"})
    assert eaton.number == "A1"
    assert eaton.name == "web 3"
