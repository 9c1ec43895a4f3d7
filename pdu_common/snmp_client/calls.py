"""SNMP for the double of BaseSnmpPdu: GET, SET and a walk of one subtree, over v1, v2c and v3."""

from __future__ import annotations

from typing import Union

from . import reads, udp_client
from .credentials import Credentials
from .errors import SnmpError
from .process_options import READS_ONLY
from .reads import Arcs, Element, Rows, dotted, parse_oid

WALK_DEADLINE_S = 25.0
MAX_ROWS = 50_000


def get(credentials: Credentials, oid: str) -> Element:
    """One object, with the value None if it is missing.

    The GET may be repeated if no answer comes. Raises SnmpError.
    """
    arcs = parse_oid(oid)
    return udp_client.run(
        credentials, lambda: reads.read_object(arcs, credentials), credentials.longest_s
    )


def write_object(
    credentials: Credentials, oid: str, value: Union[int, str, bytes], *, unsigned: bool = False
) -> None:
    """One write, not repeated if no answer comes. Raises SnmpError. `unsigned`: an int is written
    as Unsigned32."""
    if READS_ONLY.get():
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
    """All objects below `oid`, in order. Raises SnmpError instead of returning a part of them. One
    round trip reads up to BULK_ROWS rows, over v1 up to NEXT_ROWS."""
    root = parse_oid(oid)
    rows = typed_rows(credentials, root, root, MAX_ROWS + 1)
    if len(rows) > MAX_ROWS:
        raise SnmpError(
            f"{credentials.name} sent {len(rows)} rows below {dotted(root)} and no end of the table"
        )
    return reads.indexed_rows(rows, root)


def typed_rows(credentials: Credentials, root: Arcs, after: Arcs, most: int) -> Rows:
    """The objects below `root` that follow `after`, as typed values; [] at the end. Raises
    SnmpError.

    Stops after the answer that reaches `most` objects. For reading a whole device in parts, each of
    which can be read again.
    """
    return udp_client.run(
        credentials, lambda: reads.subtree(root, after, most, credentials), WALK_DEADLINE_S
    )
