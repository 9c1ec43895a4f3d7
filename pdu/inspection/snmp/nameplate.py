"""Which SNMP PDU it is, for tools; in no archive.

Source: SNMPv2-MIB (RFC 3418: sysDescr), ENTITY-MIB (RFC 6933: entPhysicalSerialNum), and the
objects that the family's profile names.
"""

from __future__ import annotations

import re

from handlers.snmp.decoding import printable_text
from handlers.snmp.detection import SYS_DESCR
from handlers.snmp.handler import Session
from handlers.snmp.profile import NO_MAKER
from handlers.snmp.tables import Tables

from ..nameplate import Nameplate, join_words

_LONGEST = 200
_APC_MODEL = re.compile(r"\bMN: ?([\w.-]+)")


# of a family whose MIB has no serial number of its own
_ENTITY_SERIAL = "1.3.6.1.2.1.47.1.1.1.1.11"


def read_nameplate(session: Session) -> Nameplate:
    """What the device of a session says about itself. The manufacturer is the family's vendor if no
    object names it.

    > GET sysDescr                        < APC Web/SNMP ... MN:AP8659 HR:02 SN: ZA1 ...
    > WALK rPDU2IdentSerialNumber         < ZA1
    Nameplate(family="apc-rpdu2", serial="ZA1", manufacturer="APC", model="AP8659", ...)
    """
    tables, profile = session.device.tables, session.device.profile
    sys_descr = tables.get(SYS_DESCR)
    description = "" if sys_descr is None else printable_text(sys_descr, _LONGEST)
    manufacturer = _texts(tables, profile.nameplate.manufacturer)
    if not manufacturer and profile.vendor != NO_MAKER:
        manufacturer = profile.vendor
    model = _texts(tables, profile.nameplate.model) or _described_model(description)
    return Nameplate(
        family=profile.key,
        serial=_texts(tables, profile.nameplate.serial or _ENTITY_SERIAL),
        firmware=_texts(tables, profile.nameplate.firmware),
        manufacturer=manufacturer,
        model=model,
        description=description,
    )


def _described_model(description: str) -> str:
    """The model that APC writes into sysDescr behind MN:; "" for another device.

    >>> _described_model("APC Web/SNMP Management Card (MB:v4.1.0 MN:AP8959 HR:02 SN: ZA1)")
    'AP8959'
    >>> _described_model("Linux web-7")
    ''
    """
    match = _APC_MODEL.search(description)
    return match[1] if match else ""


def _texts(tables: Tables, oid: str) -> str:
    """The texts of an object of the device, one for each unit of a chain, each once, with commas
    between them: "ZA1, ZA2". "" without an OID.
    """
    if not oid:
        return ""
    texts = [printable_text(raw, _LONGEST) for raw in tables.walk(oid).values()]
    different_texts = dict.fromkeys(texts)
    return join_words(different_texts)
