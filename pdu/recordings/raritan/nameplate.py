"""Which Xerus unit it is, for tools; in no archive.

Source: Pdu.idl (MetaData). The uptime is in no interface that the handler binds; the serial number
is read each time.
"""

from __future__ import annotations

from handlers.raritan.discovery import ListedUnit, discover_units
from handlers.raritan.handler import Session
from handlers.raritan.rpc import Bulk
from handlers.raritan.rpc.pdumodel import Pdu

from ..nameplate import Nameplate, join_words


def read_nameplate(session: Session) -> Nameplate:
    """What each unit says about itself: 1 round trip besides those that find the units.

    A unit that refuses says nothing.
    """
    bulk = Bulk(session.agent)
    nameplates = [
        bulk.add(unit.unit.proxy(Pdu).getMetaData) for unit in find_units(session) if unit.has_pdu
    ]
    bulk.perform()
    plates = [None if nameplate.error is not None else nameplate.get() for nameplate in nameplates]
    return Nameplate(
        "xerus",
        join_words(
            plate.nameplate.serialNumber or plate.ctrlBoardSerial if plate else ""
            for plate in plates
        ),
        join_words(plate.fwRevision if plate else "" for plate in plates),
        manufacturer=join_words(plate.nameplate.manufacturer if plate else "" for plate in plates),
        model=join_words(plate.nameplate.model if plate else "" for plate in plates),
    )


def find_units(session: Session) -> list[ListedUnit]:
    """The units of a PDU, found once in a session."""
    if not session.units:
        session.units.extend(discover_units(session.agent, session.config.link_units)[0])
    return session.units
