"""Which Redfish PDU it is, for tools; in no archive.

Source: PowerDistribution.v1 (SerialNumber, FirmwareVersion, Manufacturer, Model). A service has no
uptime of the PDU.
"""

from __future__ import annotations

from handlers.redfish.handler import Session
from handlers.redfish.pdus import read_units
from handlers.redfish.resources import text

from ..nameplate import Nameplate, join_words


def read_nameplate(session: Session) -> Nameplate:
    """What each PDU says about itself: nothing besides the round trips that begin a session."""
    service, config = session
    units = [resource.resource for resource in read_units(service, config.pdu)]
    return Nameplate(
        join_words(
            f"{text(resource, 'Manufacturer')} {text(resource, 'Model')}".strip()
            for resource in units
        ),
        join_words(text(resource, "SerialNumber") for resource in units),
        join_words(text(resource, "FirmwareVersion") for resource in units),
        manufacturer=join_words(text(resource, "Manufacturer") for resource in units),
        model=join_words(text(resource, "Model") for resource in units),
    )
