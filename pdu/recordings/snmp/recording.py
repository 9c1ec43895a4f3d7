"""Reads the rows of a device over SNMP, and replaces values in them that could
identify its owner.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Callable, Optional

from handlers import host
from handlers.host.snmp import SNMP_PORT, known_endpoint
from handlers.shared.address import host_with_port
from handlers.shared.errors import PduHandlerError, ProtocolError, SettingsError, Unreachable
from handlers.snmp import detection, metering
from handlers.snmp.device import SnmpDevice
from handlers.snmp.profile import oids
from handlers.snmp.reader import Reader, SnmpReads
from handlers.snmp.settings import FamilySelection, select_families
from pdu_common.connection import PduSnmpData
from pdu_common.snmp_client.tool_api import (
    ADDRESS,
    INTEGER,
    OCTETS,
    OPAQUE,
    Credentials,
    SnmpError,
    SnmpPortClosed,
    SnmpTimeout,
    typed_rows,
)

from ..generic_words import is_generic_word, parts
from ..private_patterns import ADDRESSES, CONTACTS, LOCATIONS, NAMES, is_private_address
from ..recording_formats import RecordingOptions
from ..scrub import Scrubber
from .recorded_rows import (
    SYS_DESCR,
    SYS_OBJECT_ID,
    Arcs,
    RecordedRows,
    Rows,
    SnmpRow,
    arcs,
    dotted,
    reading,
)

# system, ENERGY-OBJECT-MIB, MIBs of vendors
_TREES = ("1.3.6.1.2.1.1", "1.3.6.1.2.1.229", "1.3.6.1.4.1")
_MOST_ROWS = 200_000
_PAGE = 100  # a read ends with the answer that reaches this number of rows
_SECRETS = ("community", "auth_password", "priv_password")
# tags of a float and a double in an Opaque
_NUMBERS = (bytes.fromhex("9f78"), bytes.fromhex("9f79"))
# a value of this many octets that is not text is taken for a MAC address
_MAC_OCTETS = 6
# octets of an InetAddress -> the InetAddressType in the column before it (RFC 4001)
_INET_TYPES = {4: 1, 16: 2}
_TEXT, _TEXT_IN_OCTETS = re.compile("[^\x00-\x1f\x7f-\x9f]+"), re.compile("[ -~]{4,}")
# Net-SNMP's default sysDescr names the host
_UNAME = re.compile(r"(?:Linux|[A-Z][a-z]*BSD|SunOS|Darwin) (\S+) [0-9]")
_ENTERPRISES, _INTERNET = arcs("1.3.6.1.4.1"), arcs("1.3.6.1")
# arcs at the start of an OID that are never part of an index: 1.3.6.1.4.1.<vendor>
_PREFIX = 7
# sysName, sysContact and sysLocation.
_SYSTEM = {
    arcs("1.3.6.1.2.1.1.5.0"): NAMES,
    arcs("1.3.6.1.2.1.1.4.0"): CONTACTS,
    arcs("1.3.6.1.2.1.1.6.0"): LOCATIONS,
}


def walk_trees(data: PduSnmpData, recorder: RecordingOptions) -> tuple[Rows, list[str]]:
    """The rows of _TREES, and for each tree that could not be read to its end a note: where and why
    it stopped. Raises the errors of handlers/shared/errors.py if there is no row at all.
    """
    try:
        credentials = Credentials.from_params(data.ip, data.snmp_params)
    except SnmpError as error:
        raise SettingsError(str(error), known_endpoint(data), "record") from None
    rows: Rows = {}
    notes: list[str] = []
    for root in map(arcs, _TREES):
        number = len(rows)
        try:
            _walk_tree(credentials, root, rows, recorder)
        except (ProtocolError, Unreachable) as error:
            if not rows or len(rows) > _MOST_ROWS:
                raise
            last = next(reversed(rows)) if len(rows) > number else root
            where = f"after {dotted(last)}" if last != root else f"before {dotted(root)}"
            notes.append(f"The recording is not whole: it stopped {where} ({error.reason}).")
            if isinstance(error, Unreachable):
                break
    if not rows:
        raise ProtocolError(
            "the agent answers but has no object to record: check which MIB view it gives this"
            " community or user",
            host=known_endpoint(data),
            operation="record",
        )
    return rows, notes


def _walk_tree(
    credentials: Credentials, root: Arcs, rows: Rows, recorder: RecordingOptions
) -> None:
    """Add the objects below `root` to `rows`, which are in the order of their OIDs.

    Some agents continue only from an object that they have: to any other they answer an error or
    their first object. Then the walk goes on from the last row, and objects before `root` are left
    out. Raises Unreachable, ProtocolError.
    """
    number = len(rows)
    try:
        _walk_after(root, _PageReader(credentials, root), root, rows, recorder)
    except ProtocolError:
        if not number or len(rows) > number:
            raise
    else:
        # v1 has the same error for the end of the MIB; each PDU has objects of its vendor
        if not number or len(rows) > number or root != _ENTERPRISES:
            return
    _walk_after(root, _PageReader(credentials, _INTERNET), next(reversed(rows)), rows, recorder)


def _walk_after(
    root: Arcs, reader: _PageReader, last: Arcs, rows: Rows, recorder: RecordingOptions
) -> None:
    """Add the objects after `last` that are below `root`. Raises Unreachable, ProtocolError."""
    most = _MOST_ROWS
    while True:
        read = functools.partial(reader.read_after, last)
        try:
            page = recorder.again(read)
        except (ProtocolError, Unreachable) as error:
            if reader.was_small or (isinstance(error, Unreachable) and not rows):
                raise
            continue
        rows.update((oid, row) for oid, row in page if oid[: len(root)] == root)
        if not page or page[-1][0][: len(root)] > root:
            return
        last = page[-1][0]
        most -= len(page)
        recorder.tell(f"{len(rows)} objects, at {dotted(last[:12])}")
        if len(rows) > _MOST_ROWS or most < 0:
            raise ProtocolError(
                f"the walk did not end after {_MOST_ROWS} objects",
                host=_place(reader.credentials),
                operation="record",
            )


class _PageReader:
    """Reads the objects below `root` in pages of _PAGE rows; after an error, in those of one answer
    each, so that what a failed page had before its error is read once more and kept.
    """

    def __init__(self, credentials: Credentials, root: Arcs) -> None:
        self.credentials, self._root = credentials, root
        self._most = _PAGE
        #: whether the last page was that of one answer
        self.was_small = False

    def read_after(self, last: Arcs) -> list[tuple[Arcs, SnmpRow]]:
        """[] at the end. Raises Unreachable, ProtocolError."""
        most, self._most = self._most, 1
        self.was_small = most == 1
        page = _page(self.credentials, self._root, last, most)
        self._most = most
        return page


def _page(
    credentials: Credentials, root: Arcs, last: Arcs, most: int
) -> list[tuple[Arcs, SnmpRow]]:
    try:
        page = typed_rows(credentials, root, last, most)
    except SnmpTimeout as error:
        why = "address, port, community or SNMPv3 privacy key may be wrong"
        if isinstance(error, SnmpPortClosed):
            why = "check address and port, and that SNMP is enabled"
        raise Unreachable(
            f"{error}; {why}",
            _place(credentials),
            "record",
        ) from None
    except SnmpError as error:
        raise ProtocolError(str(error), host=_place(credentials), operation="record") from None
    return [(oid, SnmpRow(*value)) for oid, value in page]


def _place(credentials: Credentials) -> str:
    return host_with_port(credentials.host, credentials.port, SNMP_PORT)


# ---- scrubbing -----------------------------------------------------------------------------------


def detect_device(
    rows: Mapping[Arcs, SnmpRow], choice: Optional[FamilySelection] = None
) -> Optional[SnmpDevice]:
    """The device as the handler reads it from these rows; None if no family of `choice` (None: no
    settings) reads it.
    """
    try:
        return read_device(rows, choice)
    except PduHandlerError:
        return None


def read_device(
    rows: Mapping[Arcs, SnmpRow], choice: Optional[FamilySelection] = None
) -> SnmpDevice:
    """As `detect_device`, but raises the handler's error if no family reads the device."""
    return read_as_chosen(RecordedRows(rows), choice or select_families({}, {}))


def read_as_chosen(device: SnmpReads, choice: FamilySelection) -> SnmpDevice:
    """The device as the family of `choice` that fits it. Raises the handler's errors."""
    if choice.is_fixed:
        return detection.read_as(device, choice.profiles[0], choice.metered_only)
    return detection.detect(device, choice.profiles, choice.metered_only)


def scrubbed(rows: Rows, data: PduSnmpData, keep: Collection[str] = ()) -> Rows:
    """The rows with stand-ins for recognised secrets, names, contacts, locations, addresses and
    serial numbers.

    `Scrubber.text` replaces what it recognises. The other words are replaced too, except numbers,
    short words, technical terms and the words of `_words_that_stay`. In sysDescr and the rows of
    `_find_needed_rows`, all other words stay. If a family reads the device, octets that are no text
    stay in those rows alone. Values of the kinds in `keep` stay.
    """
    scrubber = Scrubber(
        keep, map(data.snmp_params.get, _SECRETS), data.snmp_params.get("user"), data.ip
    )
    for oid, kind in _SYSTEM.items():
        scrubber.learn(kind, _text(rows.get(oid)))
    uname = _UNAME.match(_text(rows.get(SYS_DESCR)))
    scrubber.learn(NAMES, uname[1] if uname else "")
    device = detect_device(rows, select_families(host.settings(data), {}))
    for name in _names(rows, device):
        scrubber.learn(NAMES, name)
    needed_rows = _find_needed_rows(rows, device)
    objects = set[Arcs]()
    if device is not None:
        objects = {arcs(device.reader.resolve(oid)) for oid in oids(device.profile)}
    words = _words_that_stay(rows, device, scrubber, needed_rows)

    def scrub(oid: Arcs) -> SnmpRow:
        if oid in needed_rows:
            return _scrubbed(oid, rows, scrubber, None)
        row = _scrubbed(oid, rows, scrubber, words)
        # a draft for a device of no family may need them
        return row if device is None or ADDRESSES in scrubber.keep else _without_octets(row)

    return scrubber.twice(
        lambda: {_scrub_index(oid, scrubber, objects): scrub(oid) for oid in rows}
    )


def _without_octets(row: SnmpRow) -> SnmpRow:
    """The row with zeros in place of octets that are no text, whatever they look like."""
    if row.tag != OCTETS or row.text is not None or not isinstance(row.value, bytes):
        return row
    return SnmpRow(OCTETS, bytes(len(row.value)))


def _scrubbed(oid: Arcs, rows: Rows, scrubber: Scrubber, words: Optional[set[str]]) -> SnmpRow:
    """The row at `oid`, scrubbed.

    `words`: those that stay, besides plain ones; None: all that `Scrubber.text` leaves stay.
    """
    row = rows[oid]
    if (
        row.tag == ADDRESS
        and isinstance(row.value, bytes)
        and len(row.value) == 4
        and ADDRESSES not in scrubber.keep
    ):
        return SnmpRow(ADDRESS, bytes(map(int, scrubber.address(str(row.raw)).split("."))))
    if isinstance(row.value, tuple):
        return row._replace(value=_scrub_oid_value(oid, row.value, rows, scrubber))
    if row.tag == OPAQUE and isinstance(row.value, bytes) and not row.value.startswith(_NUMBERS):
        return SnmpRow(OPAQUE, bytes(scrubber.arcs(row.value)))
    if row.tag != OCTETS or not isinstance(row.value, bytes):
        return row
    if len(row.value) == _MAC_OCTETS and not _is_plain(row.text):
        if ADDRESSES in scrubber.keep or not any(row.value):
            return row
        return SnmpRow(OCTETS, scrubber.octets(row.value))
    if words is not None and ADDRESSES not in scrubber.keep:
        if row.value in scrubber.packed or _is_inet_address(oid, rows) or _is_private_address(row):
            return SnmpRow(OCTETS, scrubber.octets(row.value))
        if row.text is None and scrubber.engine(row.value) != row.value:
            return SnmpRow(OCTETS, scrubber.engine(row.value))
    charset = "utf-8" if row.text is not None else "latin-1"
    text = row.value.decode(charset)
    if not all(c.isprintable() or c in "\r\n\t" for c in text.rstrip("\0")):
        runs = _TEXT if row.text is not None else _TEXT_IN_OCTETS
        clean = runs.sub(lambda match: _words(match[0], oid, scrubber, words), text)
        if any(
            map(
                scrubber.holds_login,
                (clean, clean.encode("latin-1", "replace").decode("utf-8", "replace")),
            )
        ):
            # the login among other octets, such as in parts between them
            return SnmpRow(OCTETS, b"")
        return SnmpRow(OCTETS, bytes(scrubber.arcs(clean.encode(charset, "replace"))))
    padding = text[len(text.rstrip("\0 \r\n\t")) :]
    bare = text[: len(text) - len(padding)]
    bare = (
        scrubber.stand_in(_SYSTEM[oid], bare)
        if oid in _SYSTEM
        else _words(bare, oid, scrubber, words)
    )
    return SnmpRow(OCTETS, (bare + padding).encode(charset, "replace"))


def _scrub_oid_value(oid: Arcs, value: Arcs, rows: Rows, scrubber: Scrubber) -> Arcs:
    """The value of an object that holds an OID, scrubbed.

    It follows the object of the recording that it names, and outside the vendors' trees it may
    point into a standard table of addresses. Any other is a kind or a product, such as sysObjectID,
    whose arcs are no address.
    """
    if oid == SYS_OBJECT_ID:
        return value
    if value in rows or value[: len(_ENTERPRISES)] != _ENTERPRISES:
        return _scrub_index(value, scrubber)
    return (*value[:_PREFIX], *scrubber.arcs(value[_PREFIX:], addresses=False))


def _is_plain(text: Optional[str]) -> bool:
    """Whether six octets are a text rather than a MAC address: blanks, or a word that may end a
    line. NULs may follow."""
    stripped_text = "" if text is None else text.rstrip("\0")
    word = stripped_text.rstrip("\r\n")
    is_blank = not stripped_text.strip(" ")
    return stripped_text != "" and word.isprintable() and (is_blank or word.strip() != "")


def _is_private_address(row: SnmpRow) -> bool:
    """Whether the octets are those of a private IP address, and not text."""
    octets = row.value
    if not isinstance(octets, bytes) or len(octets) not in _INET_TYPES:
        return False
    is_text = row.text is not None and row.text.isprintable()
    return not is_text and is_private_address(octets)


def _is_inet_address(oid: Arcs, rows: Rows) -> bool:
    """Whether the row looks like an InetAddress: 4 or 16 octets that are not text, with the
    matching type in the column before.

    Which arc of the OID is the column is not known, so each is tried.
    """
    row = rows[oid]
    kind = _INET_TYPES.get(len(row.value)) if isinstance(row.value, bytes) else None
    is_text = row.text is not None and row.text.rstrip("\0").isprintable()
    if kind is None or is_text:
        return False
    siblings = ((*oid[:at], oid[at] - 1, *oid[at + 1 :]) for at in range(_PREFIX, len(oid)))
    return any(rows.get(sibling) == SnmpRow(INTEGER, kind) for sibling in siblings)


def _words(text: str, oid: Arcs, scrubber: Scrubber, words: Optional[set[str]]) -> str:
    text = scrubber.text(text, numbers=words is None)
    return (
        text
        if words is None or oid == SYS_DESCR or NAMES in scrubber.keep
        else _common(text, words, scrubber)
    )


def _common(text: str, words: set[str], scrubber: Scrubber) -> str:
    """The text with stand-ins for words that are neither plain nor in `words`."""
    pieces: list[str] = []
    at = 0
    for part in parts(text):
        word = part[0]
        stays = is_generic_word(word) or word.lower() in words
        pieces += [text[at : part.start()], word if stays else scrubber.learn(NAMES, word)]
        at = part.end()
    return "".join([*pieces, text[at:]])


def _scrub_index(oid: Arcs, scrubber: Scrubber, objects: Collection[Arcs] = ()) -> Arcs:
    """The OID with its index scrubbed. `objects`: those of the family, whose own arcs are no index,
    though some look like an address (1.4.10.1.11.1 is an InetAddress).
    """
    length = max((len(root) for root in objects if oid[: len(root)] == root), default=0)
    begin = max(_PREFIX, length)
    return (*oid[:begin], *scrubber.arcs(oid[begin:])) if len(oid) > _PREFIX + 4 else oid


def _text(row: Optional[SnmpRow]) -> str:
    return row.decoded if row is not None and row.tag == OCTETS else ""


def _names(rows: Rows, device: Optional[SnmpDevice]) -> Iterator[str]:
    """The outlets' names that the device's family reads; none if it cannot read them."""
    if device is not None and device.outlets is not None and device.outlets.name is not None:
        with suppress(PduHandlerError):  # two names for one outlet, for instance
            for value in device.outlets.name.rows(reading(rows, device.reader)).values():
                if isinstance(value, bytes):  # not UTF-8, so probably Latin-1
                    value = value.decode("latin-1")
                if isinstance(value, str):
                    yield value.strip("\0 \r\n\t")


def _words_that_stay(
    rows: Rows, device: Optional[SnmpDevice], scrubber: Scrubber, needed_rows: set[Arcs]
) -> set[str]:
    """Words of the family's entry, and those that `Scrubber.text` leaves in sysDescr and in the
    rows that the family needs.
    """
    texts = [scrubber.text(_text(rows.get(oid))) for oid in (SYS_DESCR, *needed_rows)]
    if device is not None:
        texts += [
            device.profile.vendor,
            device.profile.mib,
            device.profile.key,
            *device.profile.models,
        ]
    return {part[0].lower() for part in parts(" ".join(texts))}


def _find_needed_rows(rows: Rows, device: Optional[SnmpDevice]) -> set[Arcs]:
    """The rows that the family reads for outlets, their states, count and numbers,
    and for meters.
    """
    if device is None:
        return set()
    memory = RecordedRows(rows)
    reader = Reader(memory, device.reader.root)
    reads: list[Callable[[Reader], object]] = [
        lambda reader: metering.read_statistic(device._replace(reader=reader))
    ]
    if device.outlets is not None:
        if device.outlets.states is not None:
            reads.append(device.outlets.states.read_from)
        reads += [
            source.rows
            for source in (device.outlets.rows, device.outlets.count, device.outlets.number)
            if source is not None
        ]
    for table_read in reads:
        # an error in one table does not keep the others from being read
        with suppress(PduHandlerError):
            table_read(reader)
    return set(memory.oids_in_answers())
