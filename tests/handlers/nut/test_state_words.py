"""The words that drivers write for states, by driver. What they are decoded to: decoding.txt."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from handlers.nut.outlets import NutOutlet, decode_outlets
from handlers.nut.state_words import (
    AMBIGUOUS_TABLES,
    STATUS_WORDS,
    SWITCH_WORDS,
    WORDS_WITHOUT_STATE,
)
from tests.handlers.nut.clients import DEFAULTS

#: the words that drivers write, by their files in NUT's folder `drivers`
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


def outlet(variables: Mapping[str, str], number: int = 1) -> NutOutlet:
    device = decode_outlets({"device.type": "pdu", **variables}, [], {}, DEFAULTS)
    return device.outlets[number - 1]


@pytest.mark.parametrize("source", WRITTEN)
def test_each_word_that_a_driver_writes_is_a_state_or_has_a_reason(source: str) -> None:
    words = WRITTEN[source]
    for word in words.lower().split("," if "," in words else " "):
        assert (word in STATUS_WORDS) is not (word in WORDS_WITHOUT_STATE)
        reason = outlet({"outlet.1.status": word}).reason
        assert reason == "" if word in STATUS_WORDS else WORDS_WITHOUT_STATE[word] in reason


def test_every_row_of_the_tables_can_match() -> None:
    assert not set(STATUS_WORDS) & set(WORDS_WITHOUT_STATE)
    assert set(SWITCH_WORDS) <= set(STATUS_WORDS)
    assert all(set(table.states_by_word) <= set(STATUS_WORDS) for table in AMBIGUOUS_TABLES)
    keys = [
        (driver, name)
        for table in AMBIGUOUS_TABLES
        for driver in table.drivers
        for name in table.names
    ]
    assert len(set(keys)) == len(keys)
