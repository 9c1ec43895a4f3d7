"""DCImanager's four calls on Shelly relays of generation 2 and later."""

from __future__ import annotations

from ..http.dialogue import HttpPdu, settings_of
from ..shared.request_counter import SENT as SENT
from . import decoding

SETTINGS = settings_of(decoding)


class ShellyPdu(HttpPdu):
    """One PDU."""

    handler_name = "shelly"
    codec = decoding


def make_handler(pdu_data: object) -> ShellyPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return ShellyPdu(pdu_data)
