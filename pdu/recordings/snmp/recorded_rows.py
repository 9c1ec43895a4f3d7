"""The objects of an SNMP agent as rows of type and value, and the device that they make:
`RecordedRows` lets profiles read the rows like a device.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional, Union

from handlers.dcimanager.rows import Raw
from handlers.shared.errors import PduHandlerError
from handlers.snmp.cells import Walked
from handlers.snmp.device import SnmpDevice
from handlers.snmp.profiles import PROFILES
from handlers.snmp.settings import FamilySelection
from handlers.snmp.tables import Tables, tables_of_device
from pdu_common.snmp_client.tool_api import (
    ADDRESS,
    COUNTER,
    COUNTER64,
    GAUGE,
    INTEGER,
    NULL,
    OCTETS,
    OID,
    OPAQUE,
    TICKS,
)

from ...inspection.snmp.reading import read_as_chosen

Arcs = tuple[int, ...]
# the bit of a tag that marks application types, such as Counter32 (RFC 2578)
_APPLICATION = 64
_ADDRESS_SIZES = (4, 6, 8, 16)  # octets: IPv4, MAC, EUI-64, IPv6
# of a text of several lines
_WITHOUT_CONTROLS = str.maketrans("", "", "\r\n\t")
NUMBERS = (INTEGER, COUNTER, GAUGE, TICKS, COUNTER64)
SYS_DESCR, SYS_OBJECT_ID = (1, 3, 6, 1, 2, 1, 1, 1, 0), (1, 3, 6, 1, 2, 1, 1, 2, 0)


class SnmpRow(NamedTuple):
    """Type and value of one object: the BER tag, and a number, octets, or the arcs of an OID.

    >>> SnmpRow(INTEGER, 5).raw, SnmpRow(OID, (1, 3, 6)).raw, SnmpRow(OCTETS, b"on").raw
    (5, '1.3.6', 'on')
    """

    tag: int
    value: Union[int, bytes, Arcs]

    @property
    def raw(self) -> Raw:
        r"""The value as the local BaseSnmpPdu returns it, but b"" for NULL: OIDs and addresses
        dotted, octets in UTF-8 as str.

        >>> SnmpRow(ADDRESS, bytes([192, 0, 2, 8])).raw, SnmpRow(OCTETS, b"\xff").raw
        ('192.0.2.8', b'\xff')
        """
        if isinstance(self.value, tuple):
            return dotted(self.value)
        if isinstance(self.value, int):
            return self.value
        if self.tag == ADDRESS:
            return ".".join(map(str, self.value))
        if self.tag != OCTETS:
            return self.value
        try:
            return self.value.decode("utf-8")
        except UnicodeDecodeError:
            return self.value

    @property
    def decoded(self) -> str:
        """The value as text. Bytes that are not UTF-8 become U+FFFD."""
        raw = self.raw
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)

    @property
    def text(self) -> Optional[str]:
        r"""The text of a printable OCTET STRING, else None. NUL is only at its end, and control
        characters only after a printable one; in as many octets as an address has, only at the end:
        10.0.0.65 is no text.

        >>> SnmpRow(OCTETS, b"outlet 1\0").text, SnmpRow(OCTETS, bytes([10, 0, 0, 65])).text
        ('outlet 1\x00', None)
        """
        raw = self.raw
        if self.tag != OCTETS or not isinstance(raw, str):
            return None
        text = raw.rstrip("\0")
        if len(raw.encode()) in _ADDRESS_SIZES:
            begin = text.rstrip("\r\n")
        else:
            begin = text.translate(_WITHOUT_CONTROLS)
        is_text = text[:1].isprintable() and begin.isprintable()
        return raw if is_text else None


Rows = dict[Arcs, SnmpRow]


def wire_row(value: Any) -> SnmpRow:
    """A value of pysnmp's types as a row.

    Gauge32(5)                        SnmpRow(66, 5)
    ObjectIdentifier((1, 3, 6))       SnmpRow(6, (1, 3, 6))
    """
    tag = value.tagSet[-1]
    # the octet of the tag: its number, and the bit of the class "application"
    class_bit = int(tag.tagClass) & _APPLICATION
    number = int(tag.tagId) | class_bit
    if number == OID:
        return SnmpRow(number, tuple(value))
    if number == NULL:
        return SnmpRow(number, b"")
    if number in (OCTETS, ADDRESS, OPAQUE):
        return SnmpRow(number, bytes(value))
    return SnmpRow(number, int(value))


class RecordedRows:
    """A device made of rows, which profiles can read.

    `answers` maps each OID that was read to the rows found there.

    >>> on, off = SnmpRow(INTEGER, 1), SnmpRow(INTEGER, 2)
    >>> device = RecordedRows({(1, 3, 6, 9, 1): on, (1, 3, 6, 9, 2): off})
    >>> device.walk("1.3.6.9"), device.get("1.3.6.8")
    ({'1': 1, '2': 2}, None)
    >>> device.oids_in_answers()
    [(1, 3, 6, 9, 1), (1, 3, 6, 9, 2)]
    """

    def __init__(self, rows: Mapping[Arcs, SnmpRow]) -> None:
        self._rows = rows
        self._order: list[Arcs] = sorted(rows)
        self.answers: dict[str, Walked] = {}

    def get(self, oid: str) -> Optional[Raw]:
        """The value at this OID, which is added to `answers`; None if no row is there.

        >>> RecordedRows({(1, 3, 6, 9, 0): SnmpRow(INTEGER, 1)}).get("1.3.6.9.0")
        1
        """
        row = self._rows.get(arcs(oid))
        if row is None:
            self.answers[oid] = {}
            return None
        self.answers[oid] = {"": row.raw}
        return row.raw

    def walk(self, oid: str) -> Walked:
        """The values below this OID, by their indexes, which are added to `answers`.

        >>> RecordedRows({(1, 3, 6, 9, 1, 2): SnmpRow(INTEGER, 1)}).walk("1.3.6.9")
        {'1.2': 1}
        """
        root = arcs(oid)
        next_root = (*root[:-1], root[-1] + 1)
        start = bisect.bisect_right(self._order, root)
        end = bisect.bisect_left(self._order, next_root)
        walked_rows: dict[str, Raw] = {}
        for row_oid in self._order[start:end]:
            index = dotted(row_oid[len(root) :])
            walked_rows[index] = self._rows[row_oid].raw
        self.answers[oid] = walked_rows
        return walked_rows

    @staticmethod
    def quoted(words: str) -> str:
        """`words` unmasked: a file has no login to hide.

        For rows just recorded, no error that quotes the device is shown.
        """
        return words

    def oids_in_answers(self) -> list[Arcs]:
        """The OIDs of all rows that were read."""
        oids: list[Arcs] = []
        for oid, rows in self.answers.items():
            oids += [arcs(f"{oid}.{index}" if index else oid) for index in rows]
        return oids


def reading(device: RecordedRows, tables: Tables) -> Tables:
    """The tables of these rows, read below the same root as other tables of a family that is known:
    those of the PDU before its rows were changed.
    """
    return tables_of_device(device, tables.reading.root).of_known_family()


def arcs(oid: str) -> Arcs:
    """The arcs of a dotted OID. Raises ValueError for other text.

    >>> arcs(".1.3.6")
    (1, 3, 6)
    """
    parts = oid.strip().strip(".").split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"{oid!r} is not an OID")
    return tuple(map(int, parts))


def dotted(oid: Arcs) -> str:
    return ".".join(map(str, oid))


# ---- the device of rows --------------------------------------------------------------------------


#: the choice without settings
ANY_FAMILY = FamilySelection(PROFILES, is_fixed=False, switch_unproven=False)


def detect_device(
    rows: Mapping[Arcs, SnmpRow], choice: FamilySelection = ANY_FAMILY
) -> Optional[SnmpDevice]:
    """The device as the handler reads it from these rows; None if no family of `choice` fits.

    >>> detect_device({}) is None
    True
    """
    try:
        return read_device(rows, choice)
    except PduHandlerError:
        return None


def read_device(rows: Mapping[Arcs, SnmpRow], choice: FamilySelection) -> SnmpDevice:
    """The device that a family reads in these rows. Raises the handler's error if none does."""
    return read_as_chosen(RecordedRows(rows), choice)
