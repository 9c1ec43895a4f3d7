"""Which Redfish PDU it is, for tools; in no archive.

Source: PowerDistribution.v1 (SerialNumber, FirmwareVersion, Manufacturer, Model). A service has no
uptime of the PDU.
"""

from __future__ import annotations

from typing import Callable, Optional

from ..nameplate import Nameplate, joined
from .handler import RedfishPdu
from .resources import text
from .units import units


def read(pdu: RedfishPdu, runs_on: Callable[[Optional[float]], bool]) -> Nameplate:
    """What each PDU says about itself: nothing besides the round trips that begin each call,
    and in `one_session` none.
    """
    with pdu.session("nameplate") as (service, given):
        found = [one.resource for one in units(service, given.pdu)]
    return Nameplate(
        joined(f"{text(one, 'Manufacturer')} {text(one, 'Model')}".strip() for one in found),
        joined(text(one, "SerialNumber") for one in found),
        joined(text(one, "FirmwareVersion") for one in found),
        manufacturer=joined(text(one, "Manufacturer") for one in found),
        model=joined(text(one, "Model") for one in found),
    )
