"""Reads several objects of one agent with each request: objects by GET, whole columns side by side
by GETBULK.

A column is proven as in a walk of that column alone: each row follows the one before it, and an
answer shows what comes after the last one. Besides, no answer may contradict another.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import lt
from typing import Optional

from . import reads
from .agent_limits import BULK_ROWS, AgentLimits
from .errors import SnmpError, SnmpPortClosed, SnmpTimeout
from .reads import Arcs, Read, Rows, SnmpRequest, TypedValue, dotted

# limit of the rows of all columns together
MOST_ROWS = 20_000
# octets of the rows of one answer: it then fits into one Ethernet frame
_OCTETS = 1400
# limits of one request. 16 OIDs of 20 octets fit into the 484 octets that each agent accepts (RFC
# 3417, 3.2.1), and so does an answer of numbers.
_COLUMNS = 12
_SCALARS = 16
# rows of a column whose number of rows nobody knows; more follow by the next request
_FIRST_ROWS = 8
# octets of a row besides its OID: three headers and a number
_REST = 10
_END: Arcs = (2**32,)  # after all OIDs
_UNUSUAL = frozenset((*reads.MISSING, reads.UNDECODABLE))


def objects(oids: Sequence[Arcs], value_by_object: dict[Arcs, TypedValue]) -> Read[None]:
    """Puts the objects into `value_by_object`, a missing one with its exception's tag. Raises
    SnmpError.
    """
    objects_left = list(dict.fromkeys(oids))
    for begin in range(0, len(objects_left), _SCALARS):
        request_oids = tuple(objects_left[begin : begin + _SCALARS])
        status, rows = yield SnmpRequest(reads.GET, request_oids)
        if status:
            raise SnmpError(f"{status} for a GET of {len(request_oids)} objects")
        if tuple(arcs for arcs, _ in rows) != request_oids:
            raise SnmpError("other objects than those of the GET")
        if any(value.tag == reads.UNDECODABLE for _, value in rows):
            raise SnmpError("a value that cannot be decoded")
        value_by_object.update(rows)


class _ColumnWalk:
    """A column that is being read."""

    __slots__ = ("root", "rows", "last", "end", "_seen")

    def __init__(self, root: Arcs) -> None:
        #: `last`: the last row, or the root
        self.root, self.last = root, root
        self._seen = root
        self.rows: Rows = []
        #: the first object after the column, None until an answer has shown it
        self.end: Optional[Arcs] = None

    def take(self, arcs: Arcs, value: TypedValue) -> None:
        """The next row, what follows the last one, or what follows that: it must be in order, too.
        Raises SnmpError.
        """
        # before the first row it may be the answer to a GET of the root
        if value.tag == reads.END_OF_MIB_VIEW or (value.tag in reads.MISSING and self.rows):
            self._seen = _END
            self.end = self.end or _END
            return
        if arcs <= self._seen or value.tag in reads.MISSING:
            raise SnmpError(f"{dotted(arcs)} after {dotted(self._seen)}")
        self._seen = arcs
        if self.end is not None:
            return
        if not self.holds(arcs):
            self.end = arcs
            return
        if value.tag == reads.UNDECODABLE:
            raise SnmpError(f"the value of {dotted(arcs)} cannot be decoded")
        self.rows.append((arcs, value))
        self.last = arcs

    def holds(self, arcs: Arcs) -> bool:
        """Whether an object is one of this column."""
        return arcs[: len(self.root)] == self.root

    def extend(self, rows: Rows) -> None:
        """The next rows, which are known to be in order and of this column, as `take` does it."""
        self.rows += rows
        self.last = self._seen = rows[-1][0]


def columns(
    roots: Sequence[Arcs],
    rows_by_column: dict[Arcs, Rows],
    likely: int,
    lead: Optional[Arcs],
    limits: AgentLimits,
) -> Read[None]:
    """Puts whole columns into `rows_by_column`. Raises SnmpError, and then adds none.

    `likely`: how many rows most of them have, 0 if that is not known. If the column `lead` has no
    row, those that are not yet whole are left out.
    """
    every = [_ColumnWalk(root) for root in sorted(set(roots))]
    order = sorted(every, key=lambda column: -_shared_arcs(column.root, lead))
    leading = next((column for column in every if column.root == lead), None)
    rows: Rows = []
    while True:
        unread = [column for column in order if column.end is None]
        if not unread or (leading is not None and leading.end and not leading.rows):
            break
        request_columns = sorted(unread[:_COLUMNS], key=lambda column: column.root)
        most = min(_room(request_columns, rows), _left(request_columns, likely, every))
        request = SnmpRequest(
            reads.GET_BULK, tuple(column.last for column in request_columns), most
        )
        try:
            status, rows = yield request
        except SnmpPortClosed:
            raise  # which says nothing of this kind of request
        except SnmpTimeout:
            limits.bulk.silent(BULK_ROWS)
            raise
        if status:
            raise SnmpError(f"{status} for a GETBULK of {len(request_columns)} columns")
        if not len(request_columns) <= len(rows) <= len(request_columns) * most:
            raise SnmpError(f"{len(rows)} rows for {most} of {len(request_columns)} columns")
        # A repetition that is cut short proves nothing: its rows may have moved.
        _take(request_columns, rows[: len(rows) - len(rows) % len(request_columns)])
        if sum(len(column.rows) for column in every) > MOST_ROWS:
            raise SnmpError(f"more than {MOST_ROWS} rows")
    _agree(every)
    rows_by_column.update((column.root, column.rows) for column in every if column.end is not None)


def _shared_arcs(root: Arcs, lead: Optional[Arcs]) -> int:
    """How many arcs a column shares with `lead`: those that share most have as many rows as it, and
    end together if they are read together."""
    pairs = zip(root, lead or ())
    return next(
        (place for place, (arc, lead_arc) in enumerate(pairs) if arc != lead_arc), len(root)
    )


def _take(columns: Sequence[_ColumnWalk], rows: Rows) -> None:
    """Gives each column its rows of whole repetitions. Raises SnmpError."""
    width = len(columns)
    names = [arcs for arcs, _ in rows]
    # nearly always: each row follows the one before it in its column
    is_in_order = all(map(lt, [*(column.last for column in columns), *names], names))
    is_plain = is_in_order and _UNUSUAL.isdisjoint([value.tag for _, value in rows])
    for place, column in enumerate(columns):
        if is_plain and column.holds(names[place - width]):
            column.extend(rows[place::width])
            continue
        for arcs, value in rows[place::width]:
            column.take(arcs, value)


def _room(columns: Sequence[_ColumnWalk], last: Rows) -> int:
    """How many repetitions fit into one answer, or into one of a walk. `last`: the answer before,
    whose rows had the octets of the next ones."""
    octets = 1 + sum(map(_octets, last)) // len(last) if last else _REST
    fitting = _OCTETS // sum([len(column.last) + 2 + octets for column in columns])
    return max(1, fitting, BULK_ROWS // len(columns))


def _octets(row: tuple[Arcs, TypedValue]) -> int:
    """The octets of a row besides its OID."""
    value = row[1].value
    size = value.bit_length() // 8 + 1 if isinstance(value, int) else len(value)
    return size + 6


def _left(columns: Sequence[_ColumnWalk], likely: int, every: Sequence[_ColumnWalk]) -> int:
    """How many repetitions show the rest of these columns and their ends: by the number of rows of
    another column of its table, by what is `likely`, or by the rows so far."""
    rows_of_table: dict[Arcs, int] = {}
    for column in every:
        if column.end is not None:
            table = column.root[:-1]
            rows_of_table[table] = max(rows_of_table.get(table, 0), len(column.rows))
    most = 0
    for column in columns:
        rows_read, expected_rows = len(column.rows), rows_of_table.get(column.root[:-1], likely)
        most = max(
            most,
            expected_rows - rows_read + 1
            if expected_rows > rows_read
            else max(2 * rows_read, _FIRST_ROWS),
        )
    return most


def _agree(every: Sequence[_ColumnWalk]) -> None:
    """Raises SnmpError if the end of a column says that an object does not exist that another
    column has, or the other way round.

    An agent that answers for another column than the one that was asked for is found out by this.
    `every` is in order.
    """
    for place, column in enumerate(every):
        if column.end is None:
            continue
        for later in every[place + 1 :]:
            if later.root <= column.last or not (later.end or later.rows):
                continue  # a part of this column, or not read
            if later.root >= column.end:
                break
            first = later.rows[0][0] if later.rows else None
            is_inside = column.end[: len(later.root)] == later.root
            if (is_inside and first != column.end) or (first and first < column.end):
                raise SnmpError(
                    f"{dotted(column.end)} follows {dotted(column.last)}, but there are other rows"
                    f" below {dotted(later.root)}"
                )
