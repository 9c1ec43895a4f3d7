"""Which Xerus unit it is, for tools; in no archive.

Several calls are sent in one request, a *bulk*: each returns a `Pending`, which has the answer or
its `error` when the bulk is performed. Source: Pdu.idl (MetaData). The uptime is in no interface
that the handler binds; the serial number is read each time.
"""

from __future__ import annotations

from handlers.raritan.discovery import ListedUnit, discover_units
from handlers.raritan.handler import Session
from handlers.raritan.rpc import Bulk, Pending
from handlers.raritan.rpc.pdumodel import Pdu

from ..nameplate import Nameplate, join_words


def read_nameplate(session: Session) -> Nameplate:
    """What each unit of the PDU says about itself, with commas between them; "" for a unit that
    refuses. 1 round trip besides those that find the units.

        > /model/pdu/0 getMetaData, /model/pdu/1 getMetaData
        < serial Z1, model PX3-5190R; the other one refuses
        Nameplate(family="xerus", serial="Z1, ", model="PX3-5190R, ", ...)
    """
    bulk = Bulk(session.agent)
    units = [listed_unit.unit for listed_unit in find_units(session) if listed_unit.has_pdu]
    answers = [bulk.add(unit.proxy(Pdu).getMetaData) for unit in units]
    bulk.perform()
    parts = [_part(answer) for answer in answers]
    return Nameplate(
        family="xerus",
        serial=join_words(part.serial for part in parts),
        firmware=join_words(part.firmware for part in parts),
        manufacturer=join_words(part.manufacturer for part in parts),
        model=join_words(part.model for part in parts),
    )


def _part(answer: Pending[Pdu.MetaData]) -> Nameplate:
    """The nameplate in the metadata of one unit, without a family: `Nameplate(serial="Z1",
    firmware="4.0.20.5-49038", ...)`; an empty one if the unit refuses.
    """
    if answer.error is not None:
        return Nameplate()
    metadata = answer.get()
    plate = metadata.nameplate
    return Nameplate(
        serial=plate.serialNumber or metadata.ctrlBoardSerial,
        firmware=metadata.fwRevision,
        manufacturer=plate.manufacturer,
        model=plate.model,
    )


def find_units(session: Session) -> list[ListedUnit]:
    """The units of a PDU: itself, then its link units. They are found in the first call with a
    session, which keeps them in `session.units`.
    """
    if not session.units:
        units, _ = discover_units(session.agent, session.config.link_units)
        session.units.extend(units)
    return session.units
