"""Which SNMP PDU it is, for tools; in no archive.

Source: SNMPv2-MIB (RFC 3418: sysUpTime, sysDescr), ENTITY-MIB (RFC 6933: entPhysicalSerialNum),
ENERGY-OBJECT-MIB (RFC 7460: eoPowerAccuracy), and the objects that the family's profile names.
"""

from __future__ import annotations

import re
from typing import Optional

from handlers.shared.errors import PduHandlerError
from handlers.snmp.decoding import number, printable_text
from handlers.snmp.detection import SYS_DESCR
from handlers.snmp.handler import Session
from handlers.snmp.profile import NO_MAKER, Profile, oids
from handlers.snmp.reader import Reader

from ..nameplate import Nameplate, join_words

_SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
_ENERGY_OBJECTS = "1.3.6.1.2.1.229.1.2.1"
_EO_POWER_ACCURACY = f"{_ENERGY_OBJECTS}.4"
_HUNDREDTHS = 100.0  # of a percent
_MOST_HUNDREDTHS = 10_000
_LONGEST = 200
_APC_MODEL = re.compile(r"\bMN: ?([\w.-]+)")


# of a family whose MIB has no serial number of its own
_ENTITY_SERIAL = "1.3.6.1.2.1.47.1.1.1.1.11"


def read_nameplate(session: Session) -> Nameplate:
    """The brief nameplate with manufacturer, model and sysDescr, in up to 3 reads more. The
    manufacturer is the family's vendor if no object names it."""
    reader, profile = session.device.reader, session.device.profile
    brief_nameplate = read_brief_nameplate(session)
    sys_descr = reader.get(SYS_DESCR)
    description = "" if sys_descr is None else printable_text(sys_descr, _LONGEST)
    manufacturer = _texts(reader, profile.nameplate.manufacturer)
    if not manufacturer and profile.vendor != NO_MAKER:
        manufacturer = profile.vendor
    model = _texts(reader, profile.nameplate.model) or _described_model(description)
    return brief_nameplate._replace(manufacturer=manufacturer, model=model, description=description)


def read_brief_nameplate(session: Session) -> Nameplate:
    """Family and uptime, serial number, firmware and accuracy: usually 2 or 3 reads in the session
    of the other readings.

    sysUpTime is that of the agent. It begins again with the unit and with its network card, and
    after 497 days.
    """
    reader, profile = session.device.reader, session.device.profile
    # read anew: a session must not hand out an uptime that an earlier call has read
    ticks = number(reader.fresh_reader().get(_SYS_UP_TIME) or "")
    return Nameplate(
        family=profile.key,
        serial=_texts(reader, profile.nameplate.serial or _ENTITY_SERIAL),
        firmware=_texts(reader, profile.nameplate.firmware),
        uptime_s=None if ticks is None else float(ticks) / 100.0,
        accuracy_percent=_accuracy(reader) if _has_energy_objects(profile) else None,
    )


def _has_energy_objects(profile: Profile) -> bool:
    """Whether the family has objects of ENERGY-OBJECT-MIB: no recorded unit of another one has its
    accuracy, and each would be asked for it in each reading."""
    return any(oid.startswith(f"{_ENERGY_OBJECTS}.") for oid in oids(profile.outlets))


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
    texts = [printable_text(raw, _LONGEST) for raw in reader.walk(oid).values()]
    return join_words(dict.fromkeys(texts))  # each once


def _accuracy(reader: Reader) -> Optional[float]:
    """The greatest eoPowerAccuracy, in percent; None if one is 0 (not known) or no number, and for
    agents that refuse objects of a MIB that they do not know, or do not answer.
    """
    try:
        rows = reader.walk(_EO_POWER_ACCURACY)
    except PduHandlerError:
        return None
    hundredths: list[float] = []
    for raw in rows.values():
        value = number(raw)
        if value is None or not 0 < value <= _MOST_HUNDREDTHS:
            return None
        hundredths.append(float(value))
    return max(hundredths) / _HUNDREDTHS if hundredths else None
