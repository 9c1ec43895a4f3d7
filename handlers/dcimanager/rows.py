"""Values and indexes of rows from the platform's SNMP calls, under several likely names and in
several forms.

An element is a row as the platform returns it, an object with `oid`, perhaps `index`, and `value`.
Arcs are the numbers of an OID: (1, 3, 6, 1). A row's index is what follows the OID of its column:
of 1.3.6.1.4.1.318.4.7 below `root` 1.3.6.1.4.1.318.4 it is (7,). A platform may split an OID: then
`oid` has only its beginning, and the rest is in the element's index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Optional, Union

from ..shared.errors import ProtocolError

Raw = Union[int, str, bytes]
Arcs = tuple[int, ...]
MISSING = (
    "nosuchinstance",
    "nosuchobject",
    "nosuchname",
    "endofmibview",
    "nomorevariablesleftinthismibview",
)
# limit for an OCTET STRING (RFC 3416, section 3) and a datagram, in octets
LONGEST_TEXT = 65_535
_LOWEST, _HIGHEST = -(2**63), 2**64 - 1
# RFC 2578, 3.5: at most 128 sub-identifiers, each at most 2^32 - 1
_MOST_ARCS, _ARC_DIGITS = 128, 10
_NUMBERS = re.compile(
    rf"[0-9]{{1,{_ARC_DIGITS}}}(\.[0-9]{{1,{_ARC_DIGITS}}}){{0,{_MOST_ARCS - 1}}}"
)
_NO_ALPHANUMERICS = re.compile(r"[\W_]+")
_INTERNET = 4  # number of arcs in 1.3.6.1; an OID that begins with them is absolute
# 100 more for a module's name at the start
_LONGEST_OID = _MOST_ARCS * (_ARC_DIGITS + 1) + 100

# The last three begin the default sysObjectIDs of Net-SNMP (NET-SNMP-MIB, NET-SNMP-TC) and its
# predecessor (UCD-SNMP-MIB).
_ROOT_NAMES = {
    "iso": "1",
    "org": "1.3",
    "internet": "1.3.6.1",
    "mib-2": "1.3.6.1.2.1",
    "enterprises": "1.3.6.1.4.1",
    "netSnmpAgentOIDs": "1.3.6.1.4.1.8072.3.2",
    "ucdavis": "1.3.6.1.4.1.2021",
    "linux": "1.3.6.1.4.1.8072.3.2.10",
}


def normalize_text(text: str) -> str:
    """Only letters and digits, in lower case: libraries write the same error in different ways.

    >>> normalize_text("No Such Instance currently exists")
    'nosuchinstancecurrentlyexists'
    """
    return _NO_ALPHANUMERICS.sub("", text.lower())


def raw_value(element: object) -> Optional[Raw]:
    """The value of an element that the platform read as int, str or bytes; None if its text says
    that there is no such object. Raises ProtocolError for a number of more than 64 bits, and for a
    text of more than 65,535 characters.

    >>> raw_value(230), raw_value(b"on")
    (230, b'on')
    >>> raw_value("No Such Instance currently exists at this OID") is None
    True
    """
    raw = getattr(element, "value", element)
    if raw is None:
        return None
    value = _plain_value(raw)
    # pysnmp's NoSuchInstance has an empty text, so the class's name is compared
    if isinstance(value, str) and normalize_text(value or type(raw).__name__).startswith(MISSING):
        return None
    if isinstance(value, int):
        if not _LOWEST <= value <= _HIGHEST:
            raise ProtocolError("the device sent a number of more than 64 bits")
    elif len(value) > LONGEST_TEXT:
        raise ProtocolError(f"a value has {len(value)} characters, more than {LONGEST_TEXT}")
    return value


def _plain_value(raw: object) -> Raw:
    """The value as a plain int, str or bytes; the text of an object of another type.

    >>> _plain_value(230), _plain_value(bytearray(b"on")), _plain_value("on")
    (230, b'on', 'on')
    >>> from ipaddress import IPv4Address
    >>> _plain_value(IPv4Address("192.0.2.7"))
    '192.0.2.7'
    """
    # of a subclass such as an Enum exactly the value, whatever its own text is
    if isinstance(raw, str):
        return str.__str__(raw)
    if isinstance(raw, (bytes, bytearray, memoryview)):
        return bytes(raw)
    if isinstance(raw, int) and not isinstance(raw, bool):
        return int.__pos__(raw)
    return str(raw)


def oid_arcs(text: object) -> Optional[Arcs]:
    """The arcs of an OID, which may begin with a dot, `MODULE::` or a well-known root's name; ()
    for "", None for other text.

    >>> oid_arcs(".1.3.6.1.2.1.1"), oid_arcs("SNMPv2-SMI::enterprises.318")
    ((1, 3, 6, 1, 2, 1, 1), (1, 3, 6, 1, 4, 1, 318))
    >>> oid_arcs("sysDescr.0") is None
    True
    """
    whole_text = str.__str__(text) if isinstance(text, str) else str(text)
    oid = whole_text[: _LONGEST_OID + 1]
    # plain `linux` is NET-SNMP-TC's
    oid = oid.replace("UCD-SNMP-MIB::linux", "ucdavis.250.10")
    without_module = oid.rpartition("::")[2].strip(".")
    root, dot, arcs_below = without_module.partition(".")
    numbers = _ROOT_NAMES.get(root, root) + dot + arcs_below
    if not numbers:
        return ()
    if not _NUMBERS.fullmatch(numbers):
        return None
    return tuple(map(int, numbers.split(".")))


class IndexedRows:
    """Walked rows below the OID `root`, with the arcs that their attributes hold: `_oids` has the
    `oid` of each, () for none, `_index_arcs` its index, None for none; `_has_whole_index` is True
    if an index is a whole OID.

    The attribute `oid` of a row may be its whole OID, or its OID without a part of the index.
    `oid_index` or `index` may be the index, a part of it, or the whole OID. All rows together
    decide: OIDs are whole if none contradicts its row's index and no two are equal. But a table
    with the rows 1.1 and 2.2, split before the last arc, looks like one with the rows 1 and 2. In
    this case `split` decides: whether the platform splits OIDs.

    >>> from types import SimpleNamespace as Row
    >>> whole = [Row(oid="1.3.6.1.4.1.318.4.1"), Row(oid="1.3.6.1.4.1.318.4.2")]
    >>> IndexedRows(whole, "1.3.6.1.4.1.318.4").indexes(split=False)
    [(1,), (2,)]
    >>> divided = [Row(oid="1.3.6.1.4.1.318.4", oid_index="1.7")]
    >>> IndexedRows(divided, "1.3.6.1.4.1.318.4").indexes(split=True)
    [(1, 7)]
    """

    def __init__(self, elements: Sequence[Any], walked_oid: str) -> None:
        """`elements`: the rows, as the platform's walk returns them. `walked_oid`: the OID `root`,
        below which they are.

            element with oid ".1.3.6.1.4.1.318.4.7", walked 1.3.6.1.4.1.318.4
            its OID (1, 3, 6, 1, 4, 1, 318, 4, 7), its index None
        """
        self._walked_oid = walked_oid
        self._root = root = oid_arcs(walked_oid) or ()
        self._oids: list[Arcs] = []
        self._index_arcs: list[Optional[Arcs]] = []
        self._has_whole_index = False
        for element in elements:
            self._oids.append(_oid(element))
            index = _index(element)
            if index and index[: len(root)] == root:
                self._has_whole_index = True
                index = index[len(root) :]
            self._index_arcs.append(index)

    def indexes(self, *, split: bool) -> list[Arcs]:
        """The index of each row, from its OID and its own index. `split`: whether the platform
        splits OIDs. Raises ProtocolError for a row of another object, and for one without an index
        that can be read.

        >>> from types import SimpleNamespace as Row
        >>> alone = [Row(index="1"), Row(index="2")]
        >>> IndexedRows(alone, "1.3.6.1.4.1.318.4").indexes(split=False)
        [(1,), (2,)]
        """
        root = self._root
        suffixes = [oid[len(root) :] for oid in self._oids if oid and oid[: len(root)] == root]
        if len(suffixes) == len(self._oids):
            return self._indexes_by_oid(suffixes, split=split)
        if self._has_foreign_oid():
            raise self._error("the walk returned an object that was not asked for")
        if suffixes:
            raise self._error("only some of the walked rows have an OID that can be read")
        return self._indexes_alone()

    def _indexes_by_oid(self, suffixes: list[Arcs], *, split: bool) -> list[Arcs]:
        """The index of each row, by `suffixes`, what follows `root` in its OID. If the OIDs are
        whole, that is the index; if they are split, the row's own index follows it.

        >>> from types import SimpleNamespace as Row
        >>> oid = "1.3.6.1.4.1.318.4.1"
        >>> rows = [Row(oid=oid, index="7"), Row(oid=oid, index="8")]
        >>> divided = IndexedRows(rows, "1.3.6.1.4.1.318.4")
        >>> divided._indexes_by_oid([(1,), (1,)], split=True)
        [(1, 7), (1, 8)]
        """
        may_be_whole = self._has_whole_index or not split
        are_different = len(set(suffixes)) == len(suffixes)
        if may_be_whole and are_different and self._end_with_indexes(suffixes):
            return suffixes
        whole_suffixes: list[Arcs] = []
        for suffix, index in zip(suffixes, self._index_arcs):
            whole_suffixes.append(suffix if index is None else suffix + index)
        return whole_suffixes

    def _end_with_indexes(self, suffixes: Sequence[Arcs]) -> bool:
        """Whether each of them ends with the index of its row, if that has one."""
        return all(map(_ends_with, suffixes, self._index_arcs))

    def _has_foreign_oid(self) -> bool:
        """Whether a row has an absolute OID that is not below `root`.

        >>> from types import SimpleNamespace as Row
        >>> IndexedRows([Row(oid="1.3.6.1.4.1.9.5")], "1.3.6.1.4.1.318.4")._has_foreign_oid()
        True
        >>> IndexedRows([Row(oid="5")], "1.3.6.1.4.1.318.4")._has_foreign_oid()
        False
        """
        root = self._root
        for oid in self._oids:
            is_absolute = bool(oid) and oid[:_INTERNET] == root[:_INTERNET]
            if is_absolute and oid[: len(root)] != root:
                return True
        return False

    def _indexes_alone(self) -> list[Arcs]:
        """The indexes of rows of which none has an OID that can be read: the rows' own indexes.
        Raises ProtocolError if a row has none.

        >>> from types import SimpleNamespace as Row
        >>> IndexedRows([Row(index="1"), Row(index="2")], "1.3.6.1.4.1.318.4")._indexes_alone()
        [(1,), (2,)]
        """
        indexes = [index for index in self._index_arcs if index is not None]
        if len(indexes) < len(self._index_arcs):
            raise self._error(
                "a walked row has neither an OID that can be read nor an index (looked for oid,"
                " oid_index, index)"
            )
        return indexes

    def _error(self, reason: str) -> ProtocolError:
        return ProtocolError(reason, operation=f"walk {self._walked_oid}")


def is_oid_split(element: object, root: str) -> Optional[bool]:
    """Whether the platform splits OIDs, by the element of the object `root`: it has a part of
    `root` as `oid` and the rest as its index. None if the element does not tell.

    >>> from types import SimpleNamespace as Row
    >>> is_oid_split(Row(oid="1.3.6.1.2.1.1.2", index="0"), "1.3.6.1.2.1.1.2.0")
    True
    >>> is_oid_split(Row(oid="1.3.6.1.2.1.1.2.0"), "1.3.6.1.2.1.1.2.0")
    False
    >>> is_oid_split(Row(value=7), "1.3.6.1.2.1.1.2.0") is None
    True
    """
    oid = _oid(element)
    root_arcs = oid_arcs(root) or ()
    if not oid:
        return None
    if oid == root_arcs:
        return False
    # read last: the attribute may raise, and the OID alone may have been enough
    index = _index(element) or ()
    if oid + index == root_arcs:
        return True
    return None


def is_of(element: object, root: str) -> bool:
    """Whether an element may be the object `root`, which was asked for: its OID is `root`, or is
    missing or unreadable.

    >>> from types import SimpleNamespace as Row
    >>> is_of(Row(oid="1.3.6.1.2.1.1.2.0"), "1.3.6.1.2.1.1.2.0"), is_of(Row(value=7), "1.3.6")
    (True, True)
    >>> is_of(Row(oid="1.3.6.1.2.1.1.5.0"), "1.3.6.1.2.1.1.2.0")
    False

    A part of `root` will do if the element's index, where it has one, is the end of `root`:

    >>> is_of(Row(oid="1.3.6.1.2.1.1.2", index="0"), "1.3.6.1.2.1.1.2.0")
    True
    """
    oid = _oid(element)
    root_arcs = oid_arcs(root) or ()
    if not oid or oid == root_arcs:
        return True
    begins_with_oid = root_arcs[: len(oid)] == oid
    return begins_with_oid and _ends_with(root_arcs, _index(element))


def is_no_row(elements: Sequence[Any], root: str) -> bool:
    """Whether the last of the walked elements is no row below `root`. By such an element a library
    tells the end of a walk: the object that follows the table, the last row once more, or, of an
    empty table, `root` itself without a value.

    >>> from types import SimpleNamespace as Row
    >>> rows = [Row(oid="1.3.6.1.2.1.1.1", value=7), Row(oid="1.3.6.1.2.1.2.1", value=8)]
    >>> is_no_row(rows, "1.3.6.1.2.1.1"), is_no_row(rows[:1], "1.3.6.1.2.1.1")
    (True, False)
    >>> is_no_row([Row(oid="1.3.6.1.2.1.1", value="")], "1.3.6.1.2.1.1")
    True
    """
    last_element = elements[-1]
    oid = _oid(last_element)
    if not oid:
        return False
    if _is_elsewhere(oid, oid_arcs(root) or ()):
        return True  # a library may have the object behind `root`
    if len(elements) > 1:
        return _is_repeated(last_element, elements[-2])
    return _is_walked_object(last_element, root)


def _is_elsewhere(oid: Arcs, root: Arcs) -> bool:
    """Whether `oid` is absolute (1.3.6.1...), and neither is below `root`, nor `root` below it.

    >>> _is_elsewhere((1, 3, 6, 1, 2, 9), (1, 3, 6, 1, 2, 1)), _is_elsewhere((7,), (1, 3, 6, 1))
    (True, False)
    """
    is_absolute = oid[:_INTERNET] == root[:_INTERNET]
    shared_length = min(len(oid), len(root))
    return is_absolute and oid[:shared_length] != root[:shared_length]


def _is_repeated(element: object, previous: object) -> bool:
    """Whether an element is the one before it again. At the end of a walk, pysnmp 4 has the last
    row again over SNMPv1, and ezsnmp 2.5 its name, with an exception's text as the value.

    >>> from types import SimpleNamespace as Row
    >>> row = Row(oid="1.3.6.1.2.1.1.1", value=7)
    >>> _is_repeated(row, row), _is_repeated(Row(oid="1.3.6.1.2.1.1.2", value=7), row)
    (True, False)
    """
    if _oid(element) != _oid(previous) or _index(element) != _index(previous):
        return False
    value = raw_value(element)
    return value is None or value == raw_value(previous)


def _is_walked_object(element: object, root: str) -> bool:
    """Whether the only element is `root` itself, without a value: at the end of a walk, pysnmp 4
    has it with an empty value, and ezsnmp 2.5 with an exception's text.

    >>> from types import SimpleNamespace as Row
    >>> _is_walked_object(Row(oid="1.3.6.1.2.1.1", value=""), "1.3.6.1.2.1.1")
    True
    >>> _is_walked_object(Row(oid="1.3.6.1.2.1.1", value=7), "1.3.6.1.2.1.1")
    False
    """
    if raw_value(element) not in (None, ""):
        return False
    root_arcs = oid_arcs(root) or ()
    index = _index(element)
    # a platform that splits OIDs has the row 7 of a table `root` as the OID `root` and the index 7
    has_root_as_oid = bool(index) and _oid(element) == root_arcs
    if has_root_as_oid and not _ends_with(root_arcs, index):
        return False
    return is_of(element, root)


def _ends_with(arcs: Arcs, index: Optional[Arcs]) -> bool:
    """Whether the arcs end with this index; true without one.

    >>> _ends_with((1, 3, 7), (7,)), _ends_with((1, 3, 7), None)
    (True, True)
    """
    return index is None or arcs[len(arcs) - len(index) :] == index


def _oid(element: object) -> Arcs:
    """The arcs of the attribute `oid`; () if it is missing or cannot be read."""
    return oid_arcs(getattr(element, "oid", "") or "") or ()


def _index(element: object) -> Optional[Arcs]:
    """The arcs of the attribute `oid_index`, else `index`; None if neither holds any that can be
    read: `index` may also be a method, that of a tuple.

    >>> from types import SimpleNamespace as Row
    >>> _index(Row(oid="1.3.6", oid_index="1.7")), _index(Row(oid="1.3.6"))
    ((1, 7), None)
    """
    for name in ("oid_index", "index"):
        index = getattr(element, name, None)
        if index not in (None, ""):
            return None if callable(index) else oid_arcs(index)
    return None


def dotted(arcs: Arcs) -> str:
    """The arcs as text.

    >>> dotted((1, 3, 6, 1))
    '1.3.6.1'
    """
    return ".".join(map(str, arcs))
