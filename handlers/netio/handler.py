"""DCImanager's four calls on NETIO PDUs."""

from __future__ import annotations

from ..http.dialogue import HttpPdu, settings_of
from ..shared.request_counter import SENT as SENT
from . import decoding

SETTINGS = settings_of(decoding)


class NetioPdu(HttpPdu):
    """One PDU."""

    handler_name = "netio"
    codec = decoding


def make_handler(pdu_data: object) -> NetioPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return NetioPdu(pdu_data)
