"""SNMP for the double of BaseSnmpPdu: GET, SET and a walk of one subtree, over v1, v2c and v3.

Reads go through the engine that `process_options.use_fast_reads` chose: pysnmp, or the client in
`udp_client`. A SET always goes through pysnmp. An engine is imported when it is first used: pysnmp
costs 0.1 s.
"""

from __future__ import annotations

from typing import Callable, TypeVar, Union

from . import reads
from .credentials import Credentials
from .errors import SnmpError
from .process_options import uses_fast_reads
from .reads import Arcs, Element, Read, Rows, dotted, parse_oid

T = TypeVar("T")

WALK_DEADLINE_S = 25.0
MAX_ROWS = 50_000


def get(credentials: Credentials, oid: str) -> Element:
    """One object, with the value None if it is missing.

    The GET may be repeated if no answer comes. Raises SnmpError.
    """
    arcs = parse_oid(oid)
    return run_read(
        credentials,
        lambda: reads.read_object(arcs, credentials.name, credentials.retries),
        credentials.longest_s,
    )


def write_object(credentials: Credentials, oid: str, value: Union[int, str, bytes]) -> None:
    """One write, not repeated if no answer comes. Raises SnmpError."""
    from . import pysnmp_client  # imported late, as in `run_read`

    pysnmp_client.write(credentials, parse_oid(oid), value, credentials.longest_s)


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
    return run_read(
        credentials,
        lambda: reads.subtree(
            root,
            after,
            most,
            credentials.version,
            credentials.name,
            credentials.retries,
            credentials.learned,
        ),
        WALK_DEADLINE_S,
    )


def run_read(credentials: Credentials, make: Callable[[], Read[T]], deadline_s: float) -> T:
    """The result of a read by the engine of this process, within `deadline_s` seconds.

    `make` may be called twice. Raises SnmpError.
    """
    # imported late: pysnmp takes 64 ms, and which of both reads is known by the call
    if uses_fast_reads():
        from . import udp_client

        return udp_client.run_read(credentials, make, deadline_s)
    from . import pysnmp_client

    return pysnmp_client.run_read(credentials, make, deadline_s)
