"""DCImanager's four calls on Synaccess SynLink PDUs."""

from __future__ import annotations

from ..http.dialogue import HttpPdu, settings_of
from ..shared.request_counter import SENT as SENT
from . import decoding

SETTINGS = settings_of(decoding)


class SynlinkPdu(HttpPdu):
    """One PDU. With user and password, each call begins a session. No documented request ends it:
    it ends when the unit's time for idle sessions is over.
    """

    handler_name = "synlink"
    codec = decoding


def make_handler(pdu_data: object) -> SynlinkPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return SynlinkPdu(pdu_data)
