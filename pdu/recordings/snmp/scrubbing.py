"""Replaces values in the rows of a device that could identify its owner.

row         type and value of one object, SnmpRow(OCTETS, b"web"), by its OID as a tuple of arcs
index       the arcs of an OID behind its object, which may spell a text or address, one octet each
family      the SNMP profile that fits the device: its objects are those that the handler reads
stand-in    a text such as name-3, or an address of documentation; equal values get equal ones
scrubber    gives the stand-ins, and knows the login and the owner's names
"""

from __future__ import annotations

import ipaddress
import itertools
import os
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Callable, Optional

from handlers import dcimanager
from handlers.shared.errors import PduHandlerError
from handlers.snmp import metering
from handlers.snmp.device import SnmpDevice
from handlers.snmp.profile import oids
from handlers.snmp.settings import select_families
from handlers.snmp.tables import Tables
from pdu_common.connection import PduSnmpData
from pdu_common.snmp_client.tool_api import ADDRESS, GAUGE, INTEGER, OCTETS, OPAQUE

from ..scrub import CONTACTS, LOCATIONS, NAMES, Scrubber
from .recorded_rows import (
    SYS_DESCR,
    SYS_OBJECT_ID,
    Arcs,
    RecordedRows,
    Rows,
    SnmpRow,
    arcs,
    detect_device,
    reading,
)

_SECRETS = ("community", "auth_password", "priv_password")
# tags of a float and a double in an Opaque
_NUMBERS = (bytes.fromhex("9f78"), bytes.fromhex("9f79"))
# a larger number that the family does not read may be a serial number
_LONG_NUMBER = 1_000_000
_MOST_BITS = 3  # octets that may be states in bits; more may be an address
_IPV4_OCTETS, _OCTET = 4, 255
# four small numbers may also be a version or the end of an OID
_LEAST_OCTET, _RUN = 32, 4
# so many arcs of a run are large: an address or a name may hold one small octet
_LARGE_IN_RUN = _RUN - 1
# A shorter index has not so many large arcs, so it needs no protection. Protected, it would keep
# the index of each row that ends with it from being replaced.
_SHORTEST_JOIN = _LARGE_IN_RUN
# InetAddressType and length before an address (RFC 4001) -> its octets
_INET_ADDRESSES: Mapping[Arcs, int] = {(1, 4): 4, (2, 16): 16}
# Net-SNMP's default sysDescr names the host
_UNAME = re.compile(r"(?:Linux|[A-Z][a-z]*BSD|SunOS|Darwin) (\S+) [0-9]")
_ENTERPRISES = arcs("1.3.6.1.4.1")
# arcs at the start of an OID that are never part of an index: 1.3.6.1.4.1.<vendor>
_PREFIX = 7
# sysName, sysContact and sysLocation.
_SYSTEM = {
    arcs("1.3.6.1.2.1.1.5.0"): NAMES,
    arcs("1.3.6.1.2.1.1.4.0"): CONTACTS,
    arcs("1.3.6.1.2.1.1.6.0"): LOCATIONS,
}


def scrubbed(rows: Rows, data: PduSnmpData) -> Rows:
    """The rows of a device with stand-ins for what could identify the owner. `data` has the login.

    sysDescr and what the family reads for outlets, states, meters and counts stay, without the
    login, addresses and serial numbers in them. In all other rows numbers stay, and texts of common
    words; octets that are no text become zeros.

        before:  1.3.6.1.2.1.1.6.0|4|Rack 7, Schmidt     1.3.6.1.4.1.318.1.9.0|4|on
        after:   1.3.6.1.2.1.1.6.0|4|location-1          1.3.6.1.4.1.318.1.9.0|4|on
    """
    scrubber = _scrubber(rows, data)
    choice = select_families(dcimanager.settings(data), {})
    device = detect_device(rows, choice)
    answer_oids, name_oids = _rows_of_answers(rows, device)
    addresses = [row.value for row in rows.values() if row.tag == ADDRESS]
    with suppress(ValueError):  # a name
        addresses.append(ipaddress.ip_address(data.ip).packed)
    objects = _objects(rows, device)
    kept_indexes = _indexes_that_stay(objects, answer_oids)
    index_scrubber = _IndexScrubber(scrubber, objects, kept_indexes, addresses)

    def scrub(read_oids: Collection[Arcs]) -> Rows:
        """The rows with stand-ins. Of those in `read_oids`, which the family reads, only the login
        and what looks private is replaced.
        """
        new_rows: Rows = {}
        for oid, row in rows.items():
            if oid in read_oids or oid in (SYS_DESCR, SYS_OBJECT_ID):
                new_row = _read_row(row, scrubber)
            else:
                new_row = _unread_row(oid, row, scrubber, index_scrubber, rows)
            new_oid = index_scrubber.scrub(oid)
            new_rows[new_oid] = new_row
        return new_rows

    clean_rows = scrub(answer_oids - name_oids)
    if device is None or not name_oids:
        return clean_rows
    if has_same_answers(device, detect_device(clean_rows, choice)):
        return clean_rows
    # a family may find its figures by the names of outlets
    rows_with_names = scrub(answer_oids)
    if has_same_answers(device, detect_device(rows_with_names, choice)):
        return rows_with_names
    return clean_rows


def _scrubber(rows: Rows, data: PduSnmpData) -> Scrubber:
    """A scrubber that replaces the login, of `data`, and the owner's names that these rows have in
    the system group: sysName, sysContact, sysLocation, and the host's name in a sysDescr of Linux.

    >>> rows = {arcs("1.3.6.1.2.1.1.5.0"): SnmpRow(OCTETS, b"pdu-schmidt")}
    >>> scrubber = _scrubber(rows, PduSnmpData("192.0.2.8", {"community": "Zq01-Sesam"}))
    >>> scrubber.scrub_kept_text("pdu-schmidt, Zq01-Sesam")
    'name-1, secret-1'
    """
    params = data.snmp_params
    secrets = [params.get(key) for key in _SECRETS]
    scrubber = Scrubber(secrets=secrets, user=params.get("user"), host=data.ip)
    for oid, kind in _SYSTEM.items():
        value = _text(rows.get(oid))
        scrubber.learn(kind, value)
    description = _text(rows.get(SYS_DESCR))
    uname = _UNAME.match(description)
    if uname is not None:
        scrubber.learn(NAMES, uname[1])
    return scrubber


def _objects(rows: Rows, device: Optional[SnmpDevice]) -> list[Arcs]:
    """OIDs that have no index: the value of sysObjectID, and the objects of the device's family.

    >>> rows = {SYS_OBJECT_ID: SnmpRow(6, arcs("1.3.6.1.4.1.318.1"))}
    >>> _objects(rows, None)
    [(1, 3, 6, 1, 4, 1, 318, 1)]
    """
    objects: list[Arcs] = []
    row = rows.get(SYS_OBJECT_ID)
    if row is not None and isinstance(row.value, tuple):
        objects.append(row.value)
    if device is not None:
        for oid in oids(device.profile):
            objects.append(arcs(device.tables.resolve(oid)))
    return objects


def has_same_answers(device: SnmpDevice, scrubbed_device: Optional[SnmpDevice]) -> bool:
    """Whether the handler reads the same family, states and figures in a recording and in the copy
    with stand-ins; not if it cannot read the copy (None).
    """
    return scrubbed_device is not None and _answers(device) == _answers(scrubbed_device)


def _answers(device: SnmpDevice) -> list[object]:
    """What the handler reads of this device, in order to compare two recordings: family, states and
    figures, which are unmetered if they cannot be read.

    ["ip9258", {"1": UP, "2": DOWN}, Figures(load_a=1.5, energy_kwh=None)]
    """
    try:
        figures = metering.read_statistic(device)
    except PduHandlerError:
        figures = dcimanager.Figures(None, None)
    return [device.profile.key, dict(device.states), figures]


def _indexes_that_stay(objects: Collection[Arcs], answer_oids: Collection[Arcs]) -> set[Arcs]:
    """The indexes of the rows that the family reads, `answer_oids`, below its `objects`. They must
    stay as they are: the family may find a row of one table by the index of another. Left out are
    indexes of one or two arcs, in which nothing is replaced.

    >>> _indexes_that_stay([(1, 3, 6)], [(1, 3, 6, 80, 68, 85), (1, 3, 6, 5)])
    {(80, 68, 85)}
    """
    indexes: set[Arcs] = set()
    for oid, root in itertools.product(answer_oids, objects):
        index = oid[len(root) :]
        if oid[: len(root)] == root and len(index) >= _SHORTEST_JOIN:
            indexes.add(index)
    return indexes


def _read_row(row: SnmpRow, scrubber: Scrubber) -> SnmpRow:
    """A row that the family reads, as it is recorded: stand-ins for the login and for what looks
    private in its text; empty octets for others that hold the login.

    >>> _read_row(SnmpRow(OCTETS, b"at 10.77.5.9"), Scrubber()).value
    b'at 192.0.2.1'
    >>> _read_row(SnmpRow(INTEGER, 34260505), Scrubber()).value
    34260505
    """
    if row.tag != OCTETS or not isinstance(row.value, bytes):
        return row
    if isinstance(row.raw, str):
        text = scrubber.scrub_kept_text(row.raw)
        return SnmpRow(OCTETS, text.encode())
    return SnmpRow(OCTETS, b"") if scrubber.holds_login(row.decoded) else row


def _unread_row(
    oid: Arcs, row: SnmpRow, scrubber: Scrubber, index_scrubber: _IndexScrubber, rows: Rows
) -> SnmpRow:
    """A row that the family does not read, as it is recorded: without what could identify the
    owner. `rows`: all of the device.

        INTEGER 5, 34260505 (a serial number?)       5, 0
        an OID of a product, one with an address     as it is, with a stand-in in it
        IpAddress 10.1.2.3                           192.0.2.1
        OCTETS "on", "Schmidt", 0d5d0eef             "on", "name-1", 00000000
    """
    value = row.value
    if isinstance(value, int):
        may_be_serial = row.tag in (INTEGER, GAUGE) and abs(value) >= _LONG_NUMBER
        return SnmpRow(row.tag, 0) if may_be_serial else row
    if isinstance(value, tuple):
        return row if _is_product(value, rows) else SnmpRow(row.tag, index_scrubber.scrub(value))
    if row.tag == ADDRESS and len(value) == _IPV4_OCTETS:
        return SnmpRow(ADDRESS, index_scrubber.address(value))
    # sysName, sysLocation and the like say what they are; any other text may be a name
    octets = _unread_octets(row, value, _SYSTEM.get(oid, NAMES), scrubber)
    return SnmpRow(row.tag, octets)


def _unread_octets(row: SnmpRow, octets: bytes, kind: str, scrubber: Scrubber) -> bytes:
    r"""The octets of a row that the family does not read, as they are recorded: a stand-in for a
    text, unless it has common words alone; zeros for others, unless they are a float or few.
    `kind`: of the stand-in.

    >>> for octets in (b"on", b"Schmidt", b"\x80", b"\x0d\x5d\x0e\xef"):
    ...     print(_unread_octets(SnmpRow(OCTETS, octets), octets, NAMES, Scrubber()))
    b'on'
    b'name-1'
    b'\x80'
    b'\x00\x00\x00\x00'
    """
    text = row.text if row.text is not None else _latin_text(octets)
    if row.tag == OCTETS and text is not None:
        return scrubber.scrub_free_text(text, kind).encode()
    if not _is_figure_or_short(row.tag, octets):
        return bytes(len(octets))
    return b"" if scrubber.holds_login(row.decoded) else octets


def _is_product(oid: Arcs, rows: Rows) -> bool:
    """Whether an OID that is the value of a row names a product or a kind: it is below a vendor's
    enterprise and no object of `rows`. Others may end with an address.

    >>> _is_product(arcs("1.3.6.1.4.1.318.1.3.4"), rows={})
    True
    >>> _is_product(arcs("1.3.6.1.2.1.4.20.1.1"), rows={})
    False
    """
    return oid[: len(_ENTERPRISES)] == _ENTERPRISES and oid not in rows


def _is_figure_or_short(tag: int, octets: bytes) -> bool:
    r"""Whether the octets of a row, which are no text, say nothing of an owner: they are a float in
    an Opaque, or up to 3 octets, too few for an address.

    >>> _is_figure_or_short(OCTETS, b"\x80\x01"), _is_figure_or_short(OCTETS, bytes(6))
    (True, False)
    >>> _is_figure_or_short(OPAQUE, bytes.fromhex("9f78043fc00000"))  # Net-SNMP's 1.5
    True
    """
    is_figure = tag == OPAQUE and octets.startswith(_NUMBERS)
    return is_figure or len(octets) <= _MOST_BITS


def _latin_text(octets: bytes) -> Optional[str]:
    r"""The octets as a text in Latin-1, without NUL and line breaks at its end; None if it cannot
    be printed, or has no three letters in a row.

    >>> _latin_text("Büroraum".encode("latin-1")), _latin_text(b"\x0a\x4d\x05\x09")
    ('Büroraum', None)
    """
    text = octets.decode("latin-1").rstrip("\0\r\n")
    holds_word = re.search("[A-Za-z]{3}", text) is not None
    return text if holds_word and text.isprintable() else None


class _IndexScrubber:
    """Replaces what the indexes of rows spell, one octet in each arc: texts and MAC addresses
    (`_stand_ins` has their digits by these arcs), and IP addresses that are the value of a row or
    have their type before them.

    >>> scrubber = _IndexScrubber(Scrubber(), objects=[], kept_indexes=[], addresses=[])
    >>> scrubber.scrub(arcs("1.3.6.1.4.1.318.3.83.99.104.109.105.100.116"))[8:]  # Schmidt
    (48, 48, 48, 48, 48, 48, 49)
    """

    def __init__(
        self,
        scrubber: Scrubber,
        objects: Collection[Arcs],
        kept_indexes: Collection[Arcs],
        addresses: Collection[object],
    ) -> None:
        """`objects`: OIDs whose arcs, and the beginnings of them, are no index. `kept_indexes`:
        indexes that stay, because they join the tables that the family reads. `addresses`: the
        values of rows that are addresses, octets as a rule.
        """
        self._scrubber = scrubber
        self._objects = objects
        self._kept_indexes = kept_indexes
        self._addresses = addresses
        self._stand_ins: dict[Arcs, Arcs] = {}

    def scrub(self, oid: Arcs) -> Arcs:
        """The OID with stand-ins for addresses and spelled texts in its index; an index of a row
        that the family reads stays.

        >>> address = bytes([10, 77, 5, 9])
        >>> scrubber = _IndexScrubber(Scrubber(), [], [], addresses=[address])
        >>> scrubber.scrub(arcs("1.3.6.1.4.1.318.10.77.5.9"))[7:]
        (192, 0, 2, 1)
        """
        begin, end = self._bounds(oid)
        index = list(oid[begin:end])
        for start in range(len(index) - _IPV4_OCTETS + 1):
            octets = self._address_at(index, start)
            if octets:
                index[start : start + len(octets)] = self.address(octets)
        for start, stop in _spelled_runs(index):
            run = tuple(index[start:stop])
            index[start:stop] = self._stand_in(run)
        return (*oid[:begin], *index, *oid[end:])

    def _address_at(self, index: Sequence[int], start: int) -> bytes:
        r"""The octets of the IP address that begins at number `start` of an index: one with its
        type and length before it, (1, 4) for IPv4, or one that is the value of a row. b"" if no
        address begins there, or if one of its numbers may be no octet or all are small.

        >>> scrubber = _IndexScrubber(Scrubber(), [], [], [])
        >>> scrubber._address_at([1, 4, 10, 77, 5, 9], 2), scrubber._address_at([10, 77, 5, 9], 0)
        (b'\nM\x05\t', b'')
        """
        # two arcs: the type and the length
        type_before = tuple(index[max(0, start - 2) : start])
        is_typed = type_before in _INET_ADDRESSES
        size = _INET_ADDRESSES.get(type_before, _IPV4_OCTETS)
        numbers = index[start : start + size]
        if len(numbers) < size:
            return b""
        largest = max(numbers)
        if largest > _OCTET or largest < _LEAST_OCTET:
            return b""
        octets = bytes(numbers)
        is_address = is_typed or octets in self._addresses
        return octets if is_address else b""

    def _bounds(self, oid: Arcs) -> tuple[int, int]:
        """Begin and end of the arcs of an OID that may be replaced: they begin behind those that it
        has in common with an object of the family, and end before an index that must stay.

        >>> table = arcs("1.3.6.1.4.1.318.9")
        >>> scrubber = _IndexScrubber(Scrubber(), [table], [(80, 68, 85)], addresses=[])
        >>> scrubber._bounds((*table, 5, 80, 68, 85))
        (8, 9)
        """
        begin = _PREFIX
        for root in self._objects:
            common_arcs = os.path.commonprefix([oid, root])
            begin = max(begin, len(common_arcs))
        for end in range(begin, len(oid)):
            if oid[end:] in self._kept_indexes:
                return begin, end
        return begin, len(oid)

    def address(self, octets: bytes) -> bytes:
        r"""The octets of the stand-in for an IP address of 4 or 16 octets.

        >>> _IndexScrubber(Scrubber(), [], [], []).address(b"\x0a\x4d\x05\x09")  # 192.0.2.1
        b'\xc0\x00\x02\x01'
        """
        address = str(ipaddress.ip_address(octets))
        stand_in = self._scrubber.scrub_address(address)
        return ipaddress.ip_address(stand_in).packed

    def _stand_in(self, run: Arcs) -> Arcs:
        """The stand-in for arcs that spell a text or an address: as many digits, spelled as arcs.
        Equal arcs get equal ones.

        >>> scrubber = _IndexScrubber(Scrubber(), [], [], [])
        >>> scrubber._stand_in((83, 99, 104, 109))  # "Schm" becomes "0001"
        (48, 48, 48, 49)
        """
        if run not in self._stand_ins:
            number = len(self._stand_ins) + 1
            digits = str(number).zfill(len(run))
            self._stand_ins[run] = tuple(digits.encode())
        return self._stand_ins[run]


def _spelled_runs(index: Sequence[int]) -> list[tuple[int, int]]:
    """Begin and end of each part of an index that may spell a text or an address. Such a part has 4
    arcs in a row that are octets, of which 3 are 32 or more, as letters are; it begins at the first
    of these. Parts that touch or overlap are one.

    >>> _spelled_runs([1, 2, 83, 99, 104, 109])
    [(2, 6)]
    >>> _spelled_runs([1, 2, 3, 4])
    []
    """
    runs: list[tuple[int, int]] = []
    for start in range(len(index) - _RUN + 1):
        end = start + _RUN
        large_arcs = [number for number in range(start, end) if index[number] >= _LEAST_OCTET]
        if max(index[start:end]) > _OCTET or len(large_arcs) < _LARGE_IN_RUN:
            continue
        begin = large_arcs[0]
        if runs and begin <= runs[-1][1]:  # the end of the last one
            begin, _ = runs.pop()
        runs.append((begin, end))
    return runs


def _text(row: Optional[SnmpRow]) -> str:
    """The text of a row of octets; "" for a row of another type, and for no row.

    >>> _text(SnmpRow(OCTETS, b"pdu-1")), _text(SnmpRow(INTEGER, 5)), _text(None)
    ('pdu-1', '', '')
    """
    if row is None or row.tag != OCTETS:
        return ""
    return row.decoded


def _rows_of_answers(rows: Rows, device: Optional[SnmpDevice]) -> tuple[set[Arcs], set[Arcs]]:
    """The OIDs that the handler reads of this device, in two sets: those of states, figures, counts
    and numbers, whose values must stay; and those of the outlets' names, which may be replaced. Two
    empty sets for a device that no family reads, None.

    >>> _rows_of_answers({}, None)
    (set(), set())
    """
    if device is None:
        return set(), set()
    outlets = device.outlets

    def read_statistic(tables: Tables) -> object:
        return metering.read_statistic(device._replace(tables=tables))

    reads: list[Callable[[Tables], object]] = [read_statistic]
    name_reads: list[Callable[[Tables], object]] = []
    if outlets is not None:
        if outlets.states is not None:
            reads.append(outlets.states.decisions)
        for source in (outlets.rows, outlets.count, outlets.number):
            if source is not None:
                reads.append(itemgetter(source))
        if outlets.name is not None:
            name_reads.append(itemgetter(outlets.name))
    return _rows_of(rows, device, reads), _rows_of(rows, device, name_reads)


def _rows_of(
    rows: Rows, device: SnmpDevice, reads: Sequence[Callable[[Tables], object]]
) -> set[Arcs]:
    """The OIDs of the rows that any of these functions reads, given the device's tables. What a
    function has read before it fails counts too.
    """
    recorded_rows = RecordedRows(rows)
    tables = reading(recorded_rows, device.tables)
    for read_table in reads:
        # an error in one table does not keep the others from being read
        with suppress(PduHandlerError):
            read_table(tables)
    return set(recorded_rows.oids_in_answers())
