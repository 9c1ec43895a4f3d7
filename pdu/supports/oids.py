"""A sysObjectID as the question: the families that a device with it may be."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

from handlers.snmp.families import ENTERPRISES, NET_SNMP_IDS
from handlers.snmp.profile import Profile, is_below, oids
from handlers.snmp.profiles import PROFILES

from .shared_numbers import SHARED_NUMBERS
from .table import SupportEntry, entries

_TEXT = re.compile(
    r"(?:\.?(?:iso\.|1\.)3\.6\.1\.4\.1|(?:SNMPv2-SMI::)?enterprises)((?:\.\d+)+)\.?", re.IGNORECASE
)


class OidFamilies(NamedTuple):
    """The families for a sysObjectID."""

    #: dotted
    oid: str
    #: families that name this sysObjectID, or whose objects are below or above the OID
    matches: tuple[SupportEntry, ...]
    #: families that are tried on any device of this vendor, or of this number
    candidates: tuple[SupportEntry, ...]
    #: the other devices that have the number, "" for none
    other_devices: str = ""


def parse_oid(text: str) -> Optional[str]:
    """The dotted OID in a text, or None if it is not one of a vendor."""
    match = _TEXT.fullmatch(text.strip())
    return ENTERPRISES.rstrip(".") + match[1] if match else None


def match_families(oid: str) -> OidFamilies:
    """The families for a sysObjectID, the closest first."""
    prefixes = [ENTERPRISES + number for number in NET_SNMP_IDS.split()]
    vendor_arcs = ENTERPRISES.count(".") + 1
    entry_by_family = {entry.family: entry for entry in entries()}
    close: list[tuple[int, SupportEntry]] = []
    candidates: list[SupportEntry] = []
    other_devices = ""
    for profile in PROFILES:
        entry = entry_by_family[profile.key]
        arcs = profile.match(oid)
        if any(is_below(oid, root) for root in prefixes):
            if arcs:
                candidates.append(entry)
        elif _is_shared(profile, oid, arcs):
            other_devices = other_devices or SHARED_NUMBERS.get(".".join(oid.split(".")[:arcs]), "")
            candidates.append(entry)
        elif arcs > vendor_arcs:
            close.append((arcs, entry))
        elif oid.count(".") + 1 > vendor_arcs and _reads(profile, oid):
            close.append((vendor_arcs, entry))
        elif arcs or any(root.startswith(f"{oid}.") for root in profile.sys_object_ids):
            candidates.append(entry)
    most = max((arcs for arcs, _ in close), default=0)
    return OidFamilies(
        oid,
        tuple(entry for arcs, entry in close if arcs == most),
        (*candidates, *(entry for arcs, entry in close if arcs < most)),
        other_devices,
    )


def _is_shared(profile: Profile, oid: str, arcs: int) -> bool:
    """Whether devices that are no PDUs have this number, too. An object of the family is no such
    number, even below one.
    """
    if oid in SHARED_NUMBERS:
        return bool(arcs) or _reads(profile, oid)
    return ".".join(oid.split(".")[:arcs]) in SHARED_NUMBERS and not _reads(profile, oid)


def _reads(profile: Profile, oid: str) -> bool:
    """Whether the family reads an object below this OID, or one that it is below."""
    return any(is_below(root, oid) or is_below(oid, root) for root in oids(profile))
