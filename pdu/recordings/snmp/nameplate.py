"""Which SNMP PDU it is, for tools; in no archive.

Source: SNMPv2-MIB (RFC 3418: sysUpTime, sysDescr), ENTITY-MIB (RFC 6933: entPhysicalSerialNum),
ENERGY-OBJECT-MIB (RFC 7460: eoPowerAccuracy), and the manufacturers' MIBs for the objects in
`_OBJECTS`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, Optional

from handlers.shared.errors import PduHandlerError
from handlers.snmp.decoding import number, printable_text
from handlers.snmp.detection import SYS_DESCR
from handlers.snmp.handler import Session
from handlers.snmp.profile import NO_MAKER
from handlers.snmp.reader import Reader

from ..nameplate import Nameplate, join_words

_SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
_EO_POWER_ACCURACY = "1.3.6.1.2.1.229.1.2.1.4"
_HUNDREDTHS = 100.0  # of a percent
_MOST_HUNDREDTHS = 10_000
_LONGEST = 200
_APC_MODEL = re.compile(r"\bMN: ?([\w.-]+)")


class _Objects(NamedTuple):
    """The columns or scalars of one family."""

    serial: str
    #: "" if the MIB has none
    firmware: str = ""
    #: "" if the MIB has none
    model: str = ""
    #: "" if the MIB has none: the family's vendor
    manufacturer: str = ""


_ENTITY = _Objects("1.3.6.1.2.1.47.1.1.1.1.11")
_OBJECTS: Mapping[str, _Objects] = {
    # PowerNet-MIB: rPDUIdentSerialNumber, rPDU2IdentSerialNumber and their FirmwareRev, ModelNumber
    "apc-rpdu": _Objects(
        "1.3.6.1.4.1.318.1.1.12.1.6",
        firmware="1.3.6.1.4.1.318.1.1.12.1.3",
        model="1.3.6.1.4.1.318.1.1.12.1.5",
    ),
    "apc-rpdu2": _Objects(
        "1.3.6.1.4.1.318.1.1.26.2.1.9",
        firmware="1.3.6.1.4.1.318.1.1.26.2.1.6",
        model="1.3.6.1.4.1.318.1.1.26.2.1.8",
    ),
    # CPS-MIB: ePDUIdentSerialNumber, ePDUIdentModelNumber
    "cyberpower-epdu": _Objects("1.3.6.1.4.1.3808.1.1.3.1.6", model="1.3.6.1.4.1.3808.1.1.3.1.5"),
    # EATON-EPDU-MIB: serialNumber, firmwareVersion, productName
    "eaton-epdu": _Objects(
        "1.3.6.1.4.1.534.6.6.7.1.2.1.4",
        firmware="1.3.6.1.4.1.534.6.6.7.1.2.1.5",
        model="1.3.6.1.4.1.534.6.6.7.1.2.1.2",
    ),
    # ENLOGIC-PDU-MIB: pduNamePlateSerialNumber, pduNamePlateModelNumber
    "enlogic": _Objects("1.3.6.1.4.1.38446.1.1.2.1.11", model="1.3.6.1.4.1.38446.1.1.2.1.10"),
    # PDU2-MIB: pduSerialNumber, pduModel, pduManufacturer, because other brands have this firmware
    "raritan-px2": _Objects(
        "1.3.6.1.4.1.13742.6.3.2.1.1.4",
        model="1.3.6.1.4.1.13742.6.3.2.1.1.3",
        manufacturer="1.3.6.1.4.1.13742.6.3.2.1.1.2",
    ),
    # Sentry3-MIB: towerProductSN, systemVersion, towerModelNumber
    "sentry3": _Objects(
        "1.3.6.1.4.1.1718.3.2.1.1.6",
        firmware="1.3.6.1.4.1.1718.3.1.1",
        model="1.3.6.1.4.1.1718.3.2.1.1.7",
    ),
    # Sentry4-MIB: st4UnitProductSN, st4SystemFirmwareVersion, st4UnitModel
    "sentry4": _Objects(
        "1.3.6.1.4.1.1718.4.1.2.2.1.4",
        firmware="1.3.6.1.4.1.1718.4.1.1.1.3",
        model="1.3.6.1.4.1.1718.4.1.2.2.1.5",
    ),
}


def read_nameplate(session: Session) -> Nameplate:
    """Family and uptime, serial number, firmware, model, sysDescr and accuracy: usually 4 or 5
    reads in the session of the other readings. The manufacturer is the family's vendor if no object
    names it.

    sysUpTime is that of the agent. It begins again with the unit and with its network card, and
    after 497 days.
    """
    device = session.device
    # `again`: a session must not hand out an uptime that an earlier call has read
    ticks = number(device.reader.again().get(_SYS_UP_TIME) or "")
    uptime = None if ticks is None else float(ticks) / 100.0
    family = device.profile.key
    objects = _OBJECTS.get(family, _ENTITY)
    sys_descr = device.reader.get(SYS_DESCR)
    description = "" if sys_descr is None else printable_text(sys_descr, _LONGEST)
    vendor = device.profile.vendor
    return Nameplate(
        family,
        _texts(device.reader, objects.serial),
        _texts(device.reader, objects.firmware),
        uptime,
        _accuracy(device.reader),
        manufacturer=_texts(device.reader, objects.manufacturer)
        or ("" if vendor == NO_MAKER else vendor),
        model=_texts(device.reader, objects.model) or _described_model(description),
        description=description,
    )


def _described_model(description: str) -> str:
    """The model in APC's sysDescr: `… MN:AP8959 HR:…`; "" without it."""
    match = _APC_MODEL.search(description)
    return match[1] if match else ""


def _texts(reader: Reader, oid: str) -> str:
    """The texts below an object, one for each unit, in the order in which the device lists them;
    "" without an object.
    """
    if not oid:
        return ""
    return join_words(
        dict.fromkeys(printable_text(raw, _LONGEST) for raw in reader.walk(oid).values())
    )


def _accuracy(reader: Reader) -> Optional[float]:
    """The greatest eoPowerAccuracy, in percent; None if one is 0 (not known) or no number, and for
    agents that refuse objects of a MIB that they do not know, or do not answer.
    """
    try:
        hundredths = [number(raw) for raw in reader.walk(_EO_POWER_ACCURACY).values()]
    except PduHandlerError:
        return None
    errors = [
        float(error) for error in hundredths if error is not None and 0 < error <= _MOST_HUNDREDTHS
    ]
    return max(errors) / _HUNDREDTHS if errors and len(errors) == len(hundredths) else None
