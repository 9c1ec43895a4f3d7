"""DCImanager's four calls on Server Technology CDUs over JAWS."""

from __future__ import annotations

from ..http.dialogue import HttpPdu, settings_of
from ..shared.request_counter import SENT as SENT
from . import decoding

SETTINGS = settings_of(decoding)


class JawsPdu(HttpPdu):
    """One PDU."""

    handler_name = "jaws"
    codec = decoding


def make_handler(pdu_data: object) -> JawsPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return JawsPdu(pdu_data)
