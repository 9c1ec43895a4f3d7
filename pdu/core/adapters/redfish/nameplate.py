"""Which Redfish PDU it is, for tools; in no archive.

Source: PowerDistribution.v1 (SerialNumber, FirmwareVersion, Manufacturer, Model). A service has no
uptime of the PDU.
"""

from __future__ import annotations

from typing import Callable, Optional

from handlers.redfish.handler import RedfishPdu
from handlers.redfish.resources import text
from handlers.redfish.units import read_units

from ..nameplate import Nameplate, join_words


def read(pdu: RedfishPdu, runs_on: Callable[[Optional[float]], bool]) -> Nameplate:
    """What each PDU says about itself: nothing besides the round trips that begin each call,
    and in `one_session` none.
    """
    with pdu.session("nameplate") as (service, given):
        found = [one.resource for one in read_units(service, given.pdu)]
    return Nameplate(
        join_words(f"{text(one, 'Manufacturer')} {text(one, 'Model')}".strip() for one in found),
        join_words(text(one, "SerialNumber") for one in found),
        join_words(text(one, "FirmwareVersion") for one in found),
        manufacturer=join_words(text(one, "Manufacturer") for one in found),
        model=join_words(text(one, "Model") for one in found),
    )
