"""A device's answers over SNMP as a recording (.snmprec): to have its family added, or to replay it.

What could tell whose device it is goes: contact, name and location of the system, private IP and MAC addresses, anything that
holds a secret we know, and words that look like serial numbers. Names of outlets stay; some MIBs have an address inside
an index, which stays too.
"""
from __future__ import annotations

import re
from typing import Any, Iterable, List, Sequence, Tuple

from pdu_common._credentials import Credentials
from pdu_common._snmp import parse_oid, typed_walk
from pdu_common.connection import PduSnmpData

Row = Tuple[str, int, Any]          # OID, BER tag, pysnmp's value
TREES = ("1.3.6.1.2.1.1", "1.3.6.1.2.1.229", "1.3.6.1.4.1")        # system, ENERGY-OBJECT-MIB, everything of vendors
DEADLINE_S = 600.0
OCTETS, OID, ADDRESS, OPAQUE = 4, 6, 64, 68         # BER tags
APPLICATION = 64                                    # the class of SNMP's own types, as a bit of the tag
_OWNERS = ("1.3.6.1.2.1.1.4.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.6.0")     # sysContact, sysName, sysLocation
_SECRETS = ("community", "auth_password", "priv_password")
# Of digits alone only where they are not the states of a row of outlets ("1011101110").
_SERIAL = re.compile(rb"\b(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z2-9])[A-Z0-9]{9,}\b")
_MAC = re.compile(rb"\b[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}\b")
# Private addresses alone: firmware versions have four numbers too.
_IP = re.compile(rb"\b(10\.[0-9]{1,3}|192\.168|172\.(1[6-9]|2[0-9]|3[01]))(\.[0-9]{1,3}){2}\b")


def record(data: PduSnmpData) -> List[str]:
    """The lines of a recording: `OID|tag|value`. Raises what the double's walk raises."""
    credentials = Credentials.of(data.ip, data.snmp_params)
    secrets = [data.snmp_params[key].encode() for key in _SECRETS if data.snmp_params.get(key)]
    return list(_lines((pair for tree in TREES for pair in _typed(credentials, tree)), secrets))


def _typed(credentials: Credentials, tree: str) -> Iterable[Row]:
    for arcs, value in typed_walk(credentials, parse_oid(tree), DEADLINE_S):
        tag = value.tagSet[-1]
        yield ".".join(map(str, arcs)), tag.tagId | (tag.tagClass & APPLICATION), value


def _lines(rows: Iterable[Row], secrets: Sequence[bytes]) -> Iterable[str]:
    for oid, tag, value in rows:
        if tag == OCTETS:
            yield _octets(oid, scrubbed(oid, bytes(value), secrets))
        elif tag == ADDRESS:
            yield f"{oid}|{tag}|192.0.2.1"
        elif tag == OPAQUE:
            yield f"{oid}|{tag}x|{bytes(value).hex()}"
        else:
            yield f"{oid}|{tag}|{'.'.join(map(str, value)) if tag == OID else int(value)}"


def scrubbed(oid: str, octets: bytes, secrets: Sequence[bytes]) -> bytes:
    """The octets of an object without what could tell whose device it is."""
    if oid in _OWNERS or any(secret in octets for secret in secrets):
        return b"scrubbed"
    octets = _MAC.sub(b"02:00:00:00:00:01", _IP.sub(b"192.0.2.1", octets))
    return _SERIAL.sub(lambda found: b"X" * len(found[0]), octets)


def _octets(oid: str, octets: bytes) -> str:
    plain = octets.isascii() and octets.decode("ascii").isprintable()
    return f"{oid}|{OCTETS}|{octets.decode('ascii')}" if plain else f"{oid}|{OCTETS}x|{octets.hex()}"
