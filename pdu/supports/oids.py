"""A sysObjectID as the question: the families that a device with it may be."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

from handlers.snmp.families import ENTERPRISES, NET_SNMP_IDS
from handlers.snmp.profile import is_below, oids

from .table import SupportEntry, entries

_TEXT = re.compile(
    r"(?:\.?(?:iso\.|1\.)3\.6\.1\.4\.1|(?:SNMPv2-SMI::)?enterprises)((?:\.\d+)+)\.?", re.IGNORECASE
)


class ByOid(NamedTuple):
    """The families for a sysObjectID."""

    #: dotted
    oid: str
    #: families that name this sysObjectID, or whose objects are below or above the OID
    sure: tuple[SupportEntry, ...]
    #: families that are tried on any device of this vendor
    tried: tuple[SupportEntry, ...]


def parse_oid(text: str) -> Optional[str]:
    """The dotted OID in a text, or None if it is not one of a vendor."""
    match = _TEXT.fullmatch(text.strip())
    return ENTERPRISES.rstrip(".") + match[1] if match else None


def look(oid: str) -> ByOid:
    """The families for a sysObjectID, the closest first."""
    from handlers.snmp.profiles import PROFILES  # imported late: 11 ms, for an OID only

    prefixes = [ENTERPRISES + number for number in NET_SNMP_IDS.split()]
    vendor_arcs = ENTERPRISES.count(".") + 1
    by_key = {entry.family: entry for entry in entries()}
    close: list[tuple[int, SupportEntry]] = []
    candidates: list[SupportEntry] = []
    for profile in PROFILES:
        entry = by_key[profile.key]
        arcs = profile.match(oid)
        if any(is_below(oid, root) for root in prefixes):
            if arcs:
                candidates.append(entry)
        elif arcs > vendor_arcs:
            close.append((arcs, entry))
        elif oid.count(".") + 1 > vendor_arcs and _reads(profile, oid):
            close.append((vendor_arcs, entry))
        elif arcs or any(root.startswith(f"{oid}.") for root in profile.sys_object_ids):
            candidates.append(entry)
    most = max((arcs for arcs, _ in close), default=0)
    return ByOid(
        oid,
        tuple(entry for arcs, entry in close if arcs == most),
        (*candidates, *(entry for arcs, entry in close if arcs < most)),
    )


def _reads(profile: object, oid: str) -> bool:
    """Whether the family reads an object below this OID, or one that it is below."""
    return any(is_below(root, oid) or is_below(oid, root) for root in oids(profile))
