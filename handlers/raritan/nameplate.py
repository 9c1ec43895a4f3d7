"""Which Xerus unit it is, for tools; in no archive.

Source: Pdu.idl (MetaData). The uptime is in no interface that the handler binds; the serial number
is read each time.
"""

from __future__ import annotations

from typing import Callable, Optional

from ..nameplate import Nameplate, joined
from ..together import once
from .discovery import ListedUnit, discovered
from .handler import RaritanPdu
from .rpc import Agent, Bulk
from .rpc.pdumodel import Pdu
from .settings import RaritanSettings


def read(pdu: RaritanPdu, runs_on: Callable[[Optional[float]], bool]) -> Nameplate:
    """What each unit says about itself: 1 round trip besides those that find the units.

    A unit that refuses says nothing.
    """
    with pdu.session("nameplate") as (agent, given):
        bulk = Bulk(agent)
        asked = [
            bulk.add(one.unit.proxy(Pdu).getMetaData)
            for one in found(pdu, agent, given)
            if one.has_pdu
        ]
        bulk.perform()
    plates = [None if one.error is not None else one.get() for one in asked]
    return Nameplate(
        "xerus",
        joined(one.nameplate.serialNumber or one.ctrlBoardSerial if one else "" for one in plates),
        joined(one.fwRevision if one else "" for one in plates),
        manufacturer=joined(one.nameplate.manufacturer if one else "" for one in plates),
        model=joined(one.nameplate.model if one else "" for one in plates),
    )


def found(pdu: RaritanPdu, agent: Agent, given: RaritanSettings) -> list[ListedUnit]:
    """The units of a PDU; in `one_session`, those that its tools have found."""
    return once(pdu, "units", lambda: discovered(agent, given.link_units)[0])
