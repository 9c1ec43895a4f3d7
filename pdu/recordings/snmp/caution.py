"""What to know about the identities of an SNMP PDU's outlets, for tools; in no archive."""

from __future__ import annotations

from handlers.snmp.decoding import text
from handlers.snmp.handler import Session


def read_caution(session: Session) -> str:
    """That the identities of a chain may move; "" for a single unit."""
    device = session.device
    if device.outlets is None or not device.outlets.position:
        return ""
    units = device.outlets.position[0].rows(device.reader)
    outlet_units = {units[identity] for identity in device.states if identity in units}
    unit_count = len(set(map(text, outlet_units)))
    if unit_count < 2:
        return ""
    return (
        f"the outlets of this chain's {unit_count} units are numbered consecutively: if a unit"
        " joins or leaves the chain, an identity may become another unit's outlet, so compare"
        " number and name again then"
    )
