"""SNMP for the double of BaseSnmpPdu: GET, SET and a walk of one subtree, over v1, v2c and v3."""

from __future__ import annotations

from typing import Union

from . import reads, udp_client
from .credentials import Credentials
from .errors import SnmpError
from .process_options import reads_only
from .reads import Arcs, Element, Rows, dotted, parse_oid

WALK_DEADLINE_S = 25.0
MAX_ROWS = 50_000


def get(credentials: Credentials, oid: str) -> Element:
    """The object `oid` of an agent, with the value None if it has none. The GET is repeated if no
    answer comes. Raises SnmpError.

    > GET 1.3.6.1.2.1.1.5.0    < "rack7"        Element("1.3.6.1.2.1.1.5.0", "rack7")
                               < noSuchObject   Element("1.3.6.1.2.1.1.5.0", None)
    """
    arcs = parse_oid(oid)
    return udp_client.run(
        credentials, lambda: reads.read_object(arcs, credentials), credentials.longest_s
    )


def write_object(
    credentials: Credentials, oid: str, value: Union[int, str, bytes], *, unsigned: bool = False
) -> None:
    """Writes one object of an agent: an int as INTEGER, with `unsigned` as Unsigned32, a text or
    octets as OCTET STRING. Not repeated if no answer comes. Raises SnmpError, also where this
    process only reads.
    """
    if reads_only():
        raise SnmpError("nothing was written: this run reads only")
    arcs = parse_oid(oid)
    typed_value = reads.typed_value(value, unsigned=unsigned)
    udp_client.run(
        credentials,
        lambda: reads.write_object(arcs, typed_value, credentials),
        credentials.longest_s,
        is_write=True,
    )


def walk(credentials: Credentials, oid: str) -> list[Element]:
    """All objects below `oid`, in the agent's order. Raises SnmpError instead of returning a part
    of them. One round trip reads up to 25 rows, over v1 up to 16.

    > GETBULK 1.3.6.1.4.1.9999.1    < 1.3.6.1.4.1.9999.1.1 = 1, 1.3.6.1.4.1.9999.2.1 = 5
    [Element("1.3.6.1.4.1.9999.1.1", 1, oid_index="1")]
    """
    root = parse_oid(oid)
    rows = typed_rows(credentials, root, root, MAX_ROWS + 1)
    if len(rows) > MAX_ROWS:
        raise SnmpError(
            f"{credentials.name} sent {len(rows)} rows below {dotted(root)} and no end of the table"
        )
    return reads.indexed_rows(rows, root)


def typed_rows(credentials: Credentials, root: Arcs, after: Arcs, most: int) -> Rows:
    """The objects below `root` that follow the OID `after`, as arcs with values that have a type;
    [] at the end. Stops after the answer with which there are `most` of them or more: so a whole
    device is read in parts, each of which can be read again. Raises SnmpError.

    [((1, 3, 6, 1, 2, 1, 1, 5, 0), TypedValue(tag=OCTETS, value=b"rack7")), ...]
    """
    return udp_client.run(
        credentials, lambda: reads.subtree(root, after, most, credentials), WALK_DEADLINE_S
    )
