"""What a call asks and how its answers are judged: one object, a subtree by a walk, or a write.

Each is a generator, which `udp_client` drives: it yields an SnmpRequest to be sent, and gets the
SnmpAnswer, or the SnmpReport or SnmpTimeout that came in its place. An OID is a tuple of its
*arcs*. A *row* is an OID with a value; an *exception*, such as noSuchObject, stands in place of a
value that there is not, and UNDECODABLE in place of octets that are no value of SNMP.

A walk ends with the first endOfMibView. It also ends with another exception under the name that was
asked for: some agents send noSuchObject or noSuchInstance where endOfMibView belongs, over v1, too.
Under a later name they are a row without a value, and the table goes on. Any answer to a GETBULK
but a continuation means GETNEXT for the rest of the session. A value that cannot be decoded is
asked for again once.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple, Optional, TypeVar, Union

from .agent_limits import AgentLimits, RowLimit, fewer
from .credentials import Credentials
from .errors import SnmpError, SnmpPortClosed, SnmpReport, SnmpTimeout, UndecodableValue

T = TypeVar("T")
Value = Union[int, str, bytes, None]
Arcs = tuple[int, ...]

# BER tags of values
INTEGER = 0x02
OCTETS = 0x04
NULL = 0x05
OID = 0x06
ADDRESS = 0x40
COUNTER = 0x41
GAUGE = 0x42
TICKS = 0x43
OPAQUE = 0x44
COUNTER64 = 0x46
NO_SUCH_OBJECT = 0x80
NO_SUCH_INSTANCE = 0x81
END_OF_MIB_VIEW = 0x82
UNDECODABLE = -1  # no tag: the value is not one of SNMP's

#: what an answer has in place of a value (RFC 3416, 3)
EXCEPTIONS = {
    NO_SUCH_OBJECT: "noSuchObject",
    NO_SUCH_INSTANCE: "noSuchInstance",
    END_OF_MIB_VIEW: "endOfMibView",
}
# tags of PDUs
GET = 0xA0
GET_NEXT = 0xA1
SET = 0xA3
GET_BULK = 0xA5

_FIRST_GUESS = 4  # OIDs in the first request of a walk without GETBULK
_INTEGER_OCTETS = 4  # RFC 2578, 7.1.1
_LONGEST_OCTETS = 65_535  # RFC 2578, 7.1.2
_ARCS = 2**32  # limit of an arc (RFC 2578, 3.5)
_MOST_ARCS = 128  # of an OID (RFC 2578, 3.5)
_DOTTED = re.compile(rf"[0-9]{{1,10}}(\.[0-9]{{1,10}}){{1,{_MOST_ARCS - 1}}}")
# error-status (RFC 3416, 3)
_STATUS = (
    "",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)


class TypedValue(NamedTuple):
    """A value with its BER tag: a number, octets, or the arcs of an OID; b"" for NULL and for an
    exception; the reason as octets for UNDECODABLE."""

    tag: int
    value: Union[int, bytes, Arcs]


class WrittenValue(NamedTuple):
    """A value to write with its BER tag: INTEGER, GAUGE or OCTETS."""

    tag: int
    value: Union[int, bytes]


Rows = list[tuple[Arcs, TypedValue]]


class SnmpRequest(NamedTuple):
    """What is asked in one PDU of SNMP."""

    #: GET, GET_NEXT, GET_BULK or SET
    kind: int
    oids: tuple[Arcs, ...]
    #: max-repetitions of a GETBULK
    most: int = 0
    #: of a SET, which has one OID
    value: Optional[WrittenValue] = None

    @property
    def asks_rows(self) -> bool:
        """Whether it asks for several rows at once, which some agents do not answer."""
        return self.kind == GET_BULK or (self.kind == GET_NEXT and len(self.oids) > 1)


class SnmpAnswer(NamedTuple):
    """A valid answer."""

    #: the name of its error status, "" for none
    status: str
    rows: Rows


Read = Generator[SnmpRequest, SnmpAnswer, T]


@dataclass  # a tuple would have `index`, and another meaning for it than a handler
class Element:
    """One object of an answer. `pdu_common/__init__.py` explains KNOWN, INFERRED and UNKNOWN.

    KNOWN: `value`, `value_int`, `value_float`. INFERRED: `oid`, and `oid_index`, the arcs after the
    walked OID.

    UNKNOWN: the type of `value`. Here it is int, text, bytes for an Opaque and for octets that are
    not UTF-8, dotted text for an OID or an IP address, and None for NULL and for a missing object.
    """

    oid: str
    value: Value
    oid_index: str = ""

    @property
    def value_int(self) -> int:
        """KNOWN: the value as an integer. Raises ValueError if it is not one."""
        return int(self._text())

    @property
    def value_float(self) -> float:
        """KNOWN: the value as a float. Raises ValueError if Python cannot convert it."""
        return float(self._text())

    def _text(self) -> Union[int, str]:
        """The value, for the conversion to a number. Raises ValueError for None and for octets."""
        if self.value is None or isinstance(self.value, bytes):
            raise ValueError(f"the value of {self.oid} is not a number")
        return self.value


def status_name(status: int) -> str:
    """The name of an error status, "" for none; a number that no RFC defines, as text.

    >>> status_name(2), status_name(0), status_name(99)
    ('noSuchName', '', '99')
    """
    if 0 <= status < len(_STATUS):
        return _STATUS[status]
    return str(status)


def read_object(arcs: Arcs, agent: Credentials) -> Read[Element]:
    """A generator that reads one object; its result has the value None if the object is missing.
    A request without an answer is repeated (`_again`). An answer without an error that has no row,
    or has a value that cannot be decoded, may be damaged: the object is then asked for once more.
    Raises SnmpError.

    > GET sysName.0    < rack7                           Element with "rack7"
                       < noSuchObject; over v1 noSuchName; no row    Element with None
                       < UNDECODABLE, twice              UndecodableValue
                       < another object; genErr          SnmpError
    """
    request = SnmpRequest(GET, (arcs,))
    answer = yield from _again(request, agent.retries)
    has_value = answer.rows and _undecodable_row(answer.rows) is None
    if not answer.status and not has_value:
        answer = yield from _again(request, agent.retries)
    # In v1 the status means that the object is missing. Some agents leave it out of their answer.
    is_left_out = not answer.status and not answer.rows
    if is_left_out or answer.status == "noSuchName":
        return Element(dotted(arcs), None)
    raise_for_status(answer.status, arcs, agent.name)
    undecodable_row = _undecodable_row(answer.rows)
    if undecodable_row is not None:
        undecodable_arcs, undecodable_value = undecodable_row
        raise _undecodable_error(agent.name, undecodable_arcs or arcs, undecodable_value)
    answered_arcs, value = answer.rows[0]
    if len(answer.rows) > 1 or answered_arcs != arcs:
        raise SnmpError(f"{agent.name} did not answer with {dotted(arcs)} alone")
    return Element(dotted(arcs), plain(value))


def typed_value(value: Union[int, str, bytes], *, unsigned: bool = False) -> WrittenValue:
    """A value to write: an int as INTEGER or with `unsigned` as Unsigned32, a str or bytes as OCTET
    STRING. Raises SnmpError for one that does not fit.

    >>> typed_value(-1), typed_value("on")
    (WrittenValue(tag=2, value=-1), WrittenValue(tag=4, value=b'on'))
    >>> typed_value(2**31)
    Traceback (most recent call last):
    pdu_common.snmp_client.errors.SnmpError: the value to write does not fit into an INTEGER or an \
OCTET STRING
    """
    with contextlib.suppress(OverflowError, UnicodeError):
        if isinstance(value, int):
            value.to_bytes(_INTEGER_OCTETS, "big", signed=not unsigned)
            return WrittenValue(GAUGE if unsigned else INTEGER, int(value))
        octets = value.encode("utf-8") if isinstance(value, str) else bytes(value)
        if len(octets) <= _LONGEST_OCTETS:
            return WrittenValue(OCTETS, octets)
    raise SnmpError("the value to write does not fit into an INTEGER or an OCTET STRING")


def write_object(arcs: Arcs, value: WrittenValue, agent: Credentials) -> Read[None]:
    """A generator that writes one object by a SET, which is not repeated. Raises SnmpError if the
    agent refuses it, or does not answer.

    Some agents refuse a SET with an exception in place of the value and no error status: snmpsim,
    and the agent of the npm package net-snmp.
    """
    answer = yield SnmpRequest(SET, (arcs,), value=value)
    raise_for_status(answer.status, arcs, agent.name)
    for _, returned_value in answer.rows:
        exception = EXCEPTIONS.get(returned_value.tag, "")
        raise_for_status(exception, arcs, agent.name)


def _undecodable_row(rows: Rows) -> Optional[tuple[Arcs, TypedValue]]:
    """The first row whose value is UNDECODABLE, None if there is none.

    >>> _undecodable_row([((1, 3), TypedValue(INTEGER, 7))]) is None
    True
    """
    for arcs, value in rows:
        if value.tag == UNDECODABLE:
            return arcs, value
    return None


def _undecodable_error(name: str, arcs: Arcs, value: TypedValue) -> UndecodableValue:
    """The error for an object whose value is UNDECODABLE. `name`: of the agent, "pdu7:161".

    >>> print(_undecodable_error("pdu7:161", (1, 3), TypedValue(UNDECODABLE, b"cut off")))
    pdu7:161 sent a value that cannot be decoded: 1.3 is cut off
    """
    why = bytes(value.value).decode() if isinstance(value.value, bytes) else ""
    return UndecodableValue(f"{name} sent a value that cannot be decoded: {dotted(arcs)} is {why}")


def _again(request: SnmpRequest, retries: int) -> Read[SnmpAnswer]:
    """A generator that sends a request, and up to `retries` times more if no answer comes; its
    result is the answer. Raises SnmpTimeout without one.
    """
    while True:
        try:
            return (yield request)
        except SnmpTimeout:
            if not retries:
                raise
            retries -= 1


def subtree(root: Arcs, after: Arcs, most: int, agent: Credentials) -> Read[Rows]:
    """A generator that walks the objects below `root` that follow `after`; its result is their
    rows, without those that have an exception in place of a value. It ends with the answer with
    which there are `most` of them or more. Raises SnmpError.

    > GETBULK root          < root.1 = 1, root.2 = 0
    > GETBULK root.2        < root.3 = 1, endOfMibView
    [(root.1, 1), (root.2, 0), (root.3, 1)]

    an answer to a GETBULK that does not continue the walk    the same rows by GETNEXT
    noSuchName to a GETNEXT, over v1                          the end
    an UNDECODABLE value                                      the same request once more
    any other                                                 SnmpError
    """
    walk = _TableWalk(root, has_bulk=agent.version > 1, limits=agent.learned)
    rows: Rows = []
    last = after
    was_undecodable = False
    while len(rows) < most:
        status, answer_rows = yield from walk.read_after(last, agent.retries)
        try:
            raise_for_status(status, last, agent.name)
            new_rows, is_end = _rows_below(
                root, last, answer_rows, agent.name, is_bulk=walk.is_bulk
            )
        except SnmpError as error:
            if walk.leave_bulk():
                continue
            if status == "noSuchName":  # in v1, the end of the MIB
                return rows
            if was_undecodable or not isinstance(error, UndecodableValue):
                raise
            was_undecodable = True
            continue
        was_undecodable = False
        rows += [(oid, value) for oid, value in new_rows if value.tag not in EXCEPTIONS]
        if is_end:
            return rows
        last, _ = new_rows[-1]
    return rows


def _rows_below(
    root: Arcs, last_oid: Arcs, rows: Rows, name: str, *, is_bulk: bool
) -> tuple[Rows, bool]:
    """The rows of an answer that are below `root`, also those without a value, and whether the
    answer shows that no more follow. `name`: of the agent. `is_bulk`: it is an answer to a GETBULK.

    >>> rows = [((1, 3, 1), TypedValue(INTEGER, 7)), ((1, 4), TypedValue(INTEGER, 8))]
    >>> _rows_below((1, 3), (1, 3), rows, "pdu7:161", is_bulk=True)
    ([((1, 3, 1), TypedValue(tag=2, value=7))], True)
    >>> _rows_below((1, 3), (1, 3, 5), rows, "pdu7:161", is_bulk=True)
    Traceback (most recent call last):
    pdu_common.snmp_client.errors.SnmpError: pdu7:161 did not continue the walk: 1.3.1 after 1.3.5

    Raises SnmpError if the rows do not continue a walk after `last_oid`.
    """
    depth = len(root)
    for place, (arcs, value) in enumerate(rows):
        if _ends_walk(arcs, value, last_oid):
            is_answer_to_get = last_oid == root and value.tag != END_OF_MIB_VIEW
            if is_bulk and is_answer_to_get:  # some agents answer a GETBULK like a GET
                raise SnmpError(f"{name} did not continue the walk: {dotted(root)} is missing")
            return rows[:place], True
        # a binding whose name cannot be decoded either has no arcs
        is_of_walk = not arcs or arcs[:depth] == root
        if value.tag == UNDECODABLE and is_of_walk:
            raise _undecodable_error(name, arcs or last_oid, value)
        if arcs <= last_oid:
            raise SnmpError(
                f"{name} did not continue the walk: {dotted(arcs)} after {dotted(last_oid)}"
            )
        if arcs[:depth] != root:
            return rows[:place], True
        last_oid = arcs
    if not rows:
        raise SnmpError(
            f"{name} did not continue the walk: an empty answer after {dotted(last_oid)}"
        )
    return rows, False


def _ends_walk(arcs: Arcs, value: TypedValue, last_oid: Arcs) -> bool:
    """Whether a row is an exception that ends a walk after `last_oid`: endOfMibView, or another one
    under no later OID. RFC 3416, 4.2.2 and 4.2.3, has endOfMibView alone for the end; another
    exception under a later OID is a row without a value.

    >>> missing = TypedValue(NO_SUCH_OBJECT, b"")
    >>> _ends_walk((1, 3, 5), missing, (1, 3, 5)), _ends_walk((1, 3, 6), missing, (1, 3, 5))
    (True, False)
    """
    if value.tag == END_OF_MIB_VIEW:
        return True
    return value.tag in EXCEPTIONS and arcs <= last_oid


class _TableWalk:
    """Reads the next rows of a walk by GETBULK, and fewer at once from agents that drop or refuse
    large answers; by GETNEXT over v1, which has no GETBULK, and from agents that drop it or answer
    something else. `_bulk_row_count` is how many rows the next GETBULK asks for, 1 if GETNEXT is
    used; `_next_oid_count`, of at most `_most_next_oid_count`, how many OIDs the next GETNEXT has.
    `_learned` has the agent's limits, which the next walks of the session begin with.

    A GETNEXT has several OIDs. The first one is the OID of the last row. The others are guesses of
    the next rows: the same OID with its last arc raised by 1, 2 and so on. If the first OID is the
    root itself, the guesses are its rows 1, 2 and so on. The answer to a guess is used only if the
    guess equals the OID in the answer before it, so that no row between them is missed.
    """

    def __init__(self, root: Arcs, *, has_bulk: bool, limits: AgentLimits) -> None:
        self._root = root
        self._learned = limits
        self._bulk_row_count = limits.bulk.rows if has_bulk else 1
        self._most_next_oid_count = limits.next.rows
        self._next_oid_count = min(_FIRST_GUESS, self._most_next_oid_count)
        #: requests for several rows without an answer since the last answer
        self._unanswered_requests: list[SnmpRequest] = []

    @property
    def is_bulk(self) -> bool:
        """Whether the last answer was one to a GETBULK."""
        return self._bulk_row_count > 1

    def read_after(self, last_oid: Arcs, retries: int) -> Read[SnmpAnswer]:
        """A generator for the rows after `last_oid`; its result is an answer, which may have an
        error status. The first request without an answer is repeated as it is, because a datagram
        may be lost; then fewer rows are asked for, and also after a status such as tooBig. Raises
        SnmpTimeout after `retries` more requests without an answer, and SnmpReport."""
        is_repeated = False
        while True:
            request = self._request(last_oid)
            try:
                status, rows = yield request
            except SnmpPortClosed:
                if not retries:
                    raise
                retries -= 1
                continue
            except SnmpTimeout:
                # one that answered before may only lack an answer to this kind of request
                if not retries and not (request.asks_rows and self._learned.is_alive):
                    raise
                retries = max(0, retries - 1)
                if is_repeated:
                    self._ask_for_less(request)
                is_repeated = True
                continue
            except SnmpReport:
                if not self.leave_bulk():
                    raise
                continue
            self._note_answer(request)
            if not status:
                return SnmpAnswer(status, self._proven(request, rows))
            if not self._reduce_rows(request, status):
                return SnmpAnswer(status, rows)

    def leave_bulk(self) -> bool:
        """After an answer that does not continue the walk: reads on by GETNEXT, here and in the
        rest of the session. False if the walk was reading by GETNEXT already."""
        if not self.is_bulk:
            return False
        self._bulk_row_count = 1
        self._learned.bulk.refuse()
        return True

    def _request(self, last_oid: Arcs) -> SnmpRequest:
        """The next request for the rows after `last_oid`: a GETBULK, or a GETNEXT with guesses.

        >>> walk = _TableWalk((1, 3), has_bulk=False, limits=AgentLimits())
        >>> walk._request((1, 3, 7)).oids
        ((1, 3, 7), (1, 3, 8), (1, 3, 9), (1, 3, 10))
        """
        if self._bulk_row_count > 1:
            return SnmpRequest(GET_BULK, (last_oid,), most=self._bulk_row_count)
        stem = last_oid
        number = 0
        if len(last_oid) > len(self._root):
            *stem_arcs, number = last_oid
            stem = tuple(stem_arcs)
        oids = [last_oid]
        for guess in range(number + 1, min(number + self._next_oid_count, _ARCS)):
            oids.append((*stem, guess))
        return SnmpRequest(GET_NEXT, tuple(oids))

    def _reduce_rows(self, request: SnmpRequest, status: str) -> bool:
        """After an error status that a request for fewer rows may not have, lets the next requests
        ask for fewer. Returns whether it is such a status: tooBig; of a GETNEXT with guesses also
        genErr and noSuchName, because a guess may be to blame."""
        if request.kind == GET_BULK:
            if status != "tooBig":
                return False
            self._bulk_row_count = self._bulk_row_count // 2
            self._next_oid_count = self._most_next_oid_count = 1
            return True
        # noSuchName: in v1, no object of the device follows one of the OIDs
        if not request.asks_rows or status not in ("tooBig", "genErr", "noSuchName"):
            return False
        fewer_oids = 1 if status == "genErr" else len(request.oids) // 2
        self._next_oid_count = self._most_next_oid_count = fewer_oids
        return True

    def _ask_for_less(self, request: SnmpRequest) -> None:
        """Lets the next requests ask for fewer rows, after one without an answer, which is noted in
        `_unanswered_requests`."""
        if request.asks_rows:
            self._unanswered_requests.append(request)
        if request.kind == GET_BULK:
            self._bulk_row_count = fewer(request.most)
            self._next_oid_count = 1  # shows whether the agent lacks GETBULK alone
        else:
            self._next_oid_count = self._most_next_oid_count = fewer(len(request.oids))

    def _note_answer(self, request: SnmpRequest) -> None:
        """Notes in the agent's limits what an answer shows: the agent left the requests before it
        unanswered because they asked for too many rows, not because it was silent as a whole."""
        for unanswered_request in self._unanswered_requests:
            limit, row_count = self._limit(unanswered_request)
            limit.silent(row_count)
        self._unanswered_requests.clear()
        limit, _ = self._limit(request)
        limit.note_answer()

    def _limit(self, request: SnmpRequest) -> tuple[RowLimit, int]:
        """The agent's limit for requests of this kind, and how many rows this one asks for."""
        if request.kind == GET_BULK:
            return self._learned.bulk, request.most
        return self._learned.next, len(request.oids)

    def _proven(self, request: SnmpRequest, rows: Rows) -> Rows:
        """The rows of an answer up to the first that answers a wrong guess. Sets how many OIDs the
        next GETNEXT has: twice as many if no guess was wrong.

        >>> walk = _TableWalk((1, 3), has_bulk=False, limits=AgentLimits())
        >>> request = SnmpRequest(GET_NEXT, ((1, 3, 1), (1, 3, 2)))  # the second is a guess
        >>> row_2, row_3 = [((1, 3, number), TypedValue(INTEGER, 0)) for number in (2, 3)]
        >>> walk._proven(request, [row_2, row_3]) == [row_2, row_3]
        True
        >>> walk._proven(request, [row_3, row_3]) == [row_3]  # there is no row 2
        True
        """
        if request.kind == GET_BULK:
            return rows
        proven_rows = rows[:1]
        for guess, row in zip(request.oids[1:], rows[1:]):
            arcs_before, _ = proven_rows[-1]
            arcs, _ = row
            if guess != arcs_before or arcs <= guess:
                break
            proven_rows.append(row)
        oid_count = len(proven_rows)
        if oid_count == self._next_oid_count:
            oid_count *= 2
        self._next_oid_count = min(self._most_next_oid_count, max(2, oid_count))
        return proven_rows


def raise_for_status(status: str, arcs: Arcs, name: str) -> None:
    """Raises SnmpError for any error status but "", in an answer for `arcs` of the agent `name`."""
    if status:
        raise SnmpError(f"{name} answered {status} for {dotted(arcs)}")


def parse_oid(oid: str) -> Arcs:
    """The arcs of a dotted OID. Raises SnmpError for another text.

    >>> parse_oid(".1.3.6.1.4.1.318")
    (1, 3, 6, 1, 4, 1, 318)
    """
    text = str(oid)
    numbers = text.strip().strip(".")
    if _DOTTED.fullmatch(numbers):
        arcs = tuple(map(int, numbers.split(".")))
        first, second, *_ = arcs
        # X.660, A.3
        is_below_root = first == 2 or (first < 2 and second <= 39)
        if is_below_root and max(arcs) < _ARCS:
            return arcs
    raise SnmpError(f"{text[:80]!r} is not an OID")


def dotted(arcs: Arcs) -> str:
    """An OID as text: 1.3.6 of (1, 3, 6)."""
    return ".".join(map(str, arcs))


def plain(typed_value: TypedValue) -> Value:
    """The value of an element: None for NULL and exceptions, dotted text for an OID and an IP
    address, text for octets that are UTF-8, else a number or octets.

    >>> plain(TypedValue(OCTETS, b"rack7")), plain(TypedValue(OID, (1, 3))), plain(TypedValue(0, 7))
    ('rack7', '1.3', 7)
    >>> plain(TypedValue(NO_SUCH_OBJECT, b"")) is None
    True
    """
    tag, value = typed_value
    if isinstance(value, int):
        return value
    if tag == NULL or tag in EXCEPTIONS:
        return None
    if isinstance(value, tuple) or tag == ADDRESS:
        return dotted(tuple(value))
    if tag != OCTETS:
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value


def indexed_rows(rows: Rows, root: Arcs) -> list[Element]:
    """Rows of a walk as elements, with their indexes below `root`.

    >>> indexed_rows([((1, 3, 6, 2, 1), TypedValue(INTEGER, 7))], (1, 3, 6))
    [Element(oid='1.3.6.2.1', value=7, oid_index='2.1')]
    """
    dotted_root = dotted(root)
    elements: list[Element] = []
    for arcs, typed_value in rows:
        index = dotted(arcs[len(root) :])
        element = Element(oid=f"{dotted_root}.{index}", value=plain(typed_value), oid_index=index)
        elements.append(element)
    return elements
