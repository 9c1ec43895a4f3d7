"""DCImanager's four calls on Digital Loggers power switches."""

from __future__ import annotations

from ..http.dialogue import HttpPdu, settings_of
from ..shared.request_counter import SENT as SENT
from . import decoding

SETTINGS = settings_of(decoding)


class DigitalloggersPdu(HttpPdu):
    """One PDU."""

    handler_name = "digitalloggers"
    codec = decoding


def make_handler(pdu_data: object) -> DigitalloggersPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return DigitalloggersPdu(pdu_data)
