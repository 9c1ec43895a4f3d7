"""The objects of an SNMP agent as rows of type and value, and the device that they make.

row       SnmpRow(INTEGER, 5) or SnmpRow(OCTETS, b"on"), by its OID
arcs      an OID as a tuple of its numbers: (1, 3, 6, 1)
tag       the number of a type in BER, such as 2 for INTEGER
family    the SNMP profile that fits a device; a profile reads `RecordedRows` like a device
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
        r"""The value as a profile reads it: a number; an OID or address dotted; octets as str if
        they are UTF-8, else as bytes; b"" for NULL.

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
        r"""The text of an OCTET STRING that can be printed; None for other octets and types. It may
        end with NUL and have line breaks and tabs, but not at its begin; if it is as long as an
        address, only line breaks at its end.

        >>> SnmpRow(OCTETS, b"outlet 1\0").text, SnmpRow(OCTETS, b"a\nb").text
        ('outlet 1\x00', 'a\nb')
        >>> SnmpRow(OCTETS, bytes([10, 0, 0, 65])).text is None  # the address 10.0.0.65
        True
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
    """The row for a value of pysnmp's types, which a client has sent.

    >>> from pysnmp.proto import rfc1902
    >>> wire_row(rfc1902.Gauge32(5)), wire_row(rfc1902.OctetString(b"on"))
    (SnmpRow(tag=66, value=5), SnmpRow(tag=4, value=b'on'))
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
    """A device made of rows, which profiles can read with `get` and `walk`. It remembers in
    `answers` what was read: {"1.3.6.9": {"1": 1, "2": 2}} after a walk of a table with the indexes
    1 and 2; {"1.3.6.8.0": {"": 5}} after a GET of one object.

    >>> on, off = SnmpRow(INTEGER, 1), SnmpRow(INTEGER, 2)
    >>> device = RecordedRows({(1, 3, 6, 9, 1): on, (1, 3, 6, 9, 2): off})
    >>> device.walk("1.3.6.9"), device.get("1.3.6.8")
    ({'1': 1, '2': 2}, None)
    >>> device.oids_in_answers()
    [(1, 3, 6, 9, 1), (1, 3, 6, 9, 2)]
    """

    def __init__(self, rows: Mapping[Arcs, SnmpRow]) -> None:
        """A device with these rows, of which nothing was read yet."""
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
        """The words of an error message as they are. A device over a network hides the login in
        them; a file has none.

        >>> RecordedRows.quoted("no such object")
        'no such object'
        """
        return words

    def oids_in_answers(self) -> list[Arcs]:
        """The OIDs of all rows that were read so far.

        >>> device = RecordedRows({(1, 3, 6, 9, 1): SnmpRow(INTEGER, 1)})
        >>> answers = device.walk("1.3.6.9"), device.get("1.3.6.8.0")
        >>> device.answers, device.oids_in_answers()
        ({'1.3.6.9': {'1': 1}, '1.3.6.8.0': {}}, [(1, 3, 6, 9, 1)])
        """
        oids: list[Arcs] = []
        for oid, rows in self.answers.items():
            oids += [arcs(f"{oid}.{index}" if index else oid) for index in rows]
        return oids


def reading(device: RecordedRows, tables: Tables) -> Tables:
    """The tables by which a family reads this device. `tables` are those of the PDU that it was
    before its rows were changed: they say the family's root, such as 1.3.6.1.4.1.318, which is not
    sought again.
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
    """The device as the handler reads it from these rows; None if no family of `choice` fits, or if
    the one that fits cannot read them.

    >>> detect_device({}) is None
    True
    """
    try:
        return read_device(rows, choice)
    except PduHandlerError:
        return None


def read_device(rows: Mapping[Arcs, SnmpRow], choice: FamilySelection) -> SnmpDevice:
    """The device as the handler reads it from these rows, by a family of `choice`. Raises the
    handler's error: Unsupported if no family fits, another one if the family cannot read them.
    """
    return read_as_chosen(RecordedRows(rows), choice)
