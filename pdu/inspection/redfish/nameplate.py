"""Which Redfish PDU it is, for tools; in no archive.

Source: PowerDistribution.v1 (SerialNumber, FirmwareVersion, Manufacturer, Model). A service has no
uptime of the PDU.
"""

from __future__ import annotations

from handlers.redfish.handler import Session
from handlers.redfish.pdus import read_pdus
from handlers.redfish.resources import text

from ..nameplate import Nameplate, join_words


def read_nameplate(session: Session) -> Nameplate:
    """What each PDU says about itself: nothing besides the round trips that begin a session.

    < {"Manufacturer": "Raritan", "Model": "PX3-5190R", "SerialNumber": "Z1", ...}
    Nameplate(family="Raritan PX3-5190R", serial="Z1", manufacturer="Raritan", ...)
    """
    service, config = session
    resources = [unit.resource for unit in read_pdus(service, config.pdu)]
    manufacturers = [text(resource, "Manufacturer") for resource in resources]
    models = [text(resource, "Model") for resource in resources]
    products = [f"{maker} {model}".strip() for maker, model in zip(manufacturers, models)]
    return Nameplate(
        family=join_words(products),
        serial=join_words(text(resource, "SerialNumber") for resource in resources),
        firmware=join_words(text(resource, "FirmwareVersion") for resource in resources),
        manufacturer=join_words(manufacturers),
        model=join_words(models),
    )
