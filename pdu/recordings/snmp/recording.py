"""Reads the rows of a device over SNMP, for a recording.

row     type and value of one object, SnmpRow(INTEGER, 5), by its OID as a tuple: (1, 3, 6, 1)
root    an OID; the tree of the root is all objects whose OIDs begin with it
walk    GETNEXT for the root, then for each object that was answered, until one is not below it
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Callable, TypeVar

from handlers.dcimanager.snmp import SNMP_PORT, known_endpoint
from handlers.shared.address import host_with_port
from handlers.shared.errors import ProtocolError, SettingsError, Unreachable
from pdu_common.connection import PduSnmpData
from pdu_common.snmp_client.tool_api import (
    Credentials,
    SnmpError,
    SnmpPortClosed,
    SnmpTimeout,
    get,
    typed_rows,
)

from ..recording_formats import RecordingOptions
from .recorded_rows import SYS_DESCR, Arcs, Rows, SnmpRow, arcs, dotted

T = TypeVar("T")
# system, ENERGY-OBJECT-MIB, MIBs of vendors
_TREES = ("1.3.6.1.2.1.1", "1.3.6.1.2.1.229", "1.3.6.1.4.1")
_MOST_ROWS = 200_000
_ENTERPRISES, _INTERNET = arcs("1.3.6.1.4.1"), arcs("1.3.6.1")


def walk_trees(
    data: PduSnmpData, recorder: RecordingOptions, roots_of: Callable[[Rows], Sequence[Arcs]]
) -> tuple[Rows, list[str]]:
    """The rows of the trees _TREES of a device, by OID, and a note for each tree that could not be
    read to its end: where and why it stopped. Raises the errors of handlers/shared/errors.py if
    there is no row at all.

        {1.3.6.1.2.1.1.1.0: "APC", 1.3.6.1.4.1.318.1.1.4.1.0: 5, ...}, []

    Some agents leave their vendor's tree out of a walk that starts above it, but show it in a walk
    that starts there: an owner's notes on an EPDU1216S. So `roots_of(rows)`, 1.3.6.1.4.1.318 for
    instance, are walked by themselves, if GETNEXT finds an object below them that the rows lack.
    That is not done after a tree that stopped early: its note already says that rows are missing.
    """
    try:
        credentials = Credentials.from_params(data.ip, data.snmp_params)
    except SnmpError as error:
        raise SettingsError(str(error), known_endpoint(data), "record") from None
    walk = _Walk(credentials, recorder)
    walk.find_agent()
    notes = walk.read_trees()
    rows = walk.rows
    if not notes:
        notes = walk.read_hidden_trees(roots_of(rows))
    if not rows:
        raise ProtocolError(
            "the agent answers but has no object to record: check which MIB view it gives this"
            " community or user",
            host=known_endpoint(data),
            operation="record",
        )
    return dict(sorted(rows.items())), notes


class _Walk:
    """Walks the trees of an agent, one request after the other, and adds what it reads to `rows`,
    in the order in which it was read. A request without an answer is sent again for a while.
    """

    def __init__(self, credentials: Credentials, recorder: RecordingOptions) -> None:
        self._credentials, self._recorder = credentials, recorder
        self._address = host_with_port(credentials.host, credentials.port, SNMP_PORT)
        self.rows: Rows = {}

    @property
    def last(self) -> Arcs:
        """The OID of the object that was read last. Raises StopIteration if none was."""
        return next(reversed(self.rows))

    def find_agent(self) -> None:
        """Read one object, sysDescr, to see that the agent answers at all: a later request without
        an answer is then sent again for a while. An error that the agent answers is passed over.
        Raises Unreachable for no answer.
        """
        with suppress(ProtocolError):
            get_object = partial(get, self._credentials, dotted(SYS_DESCR))
            self._recorder.retry(partial(self._ask, get_object))

    def read_trees(self) -> list[str]:
        """Add the objects of _TREES to `rows`. Returns a note for each tree that was not read to
        its end; after no answer, the trees behind it are not read. Raises Unreachable and
        ProtocolError if not one object was read, or if there are more than _MOST_ROWS.

            "The recording is not whole: it stopped after 1.3.6.1.4.1.318.1.1.4 (no answer)."
        """
        notes: list[str] = []
        for root in map(arcs, _TREES):
            earlier_count = len(self.rows)
            try:
                self.read_tree(root)
            except (ProtocolError, Unreachable) as error:
                if not self.rows or len(self.rows) > _MOST_ROWS:
                    raise
                where = f"before {dotted(root)}"
                if len(self.rows) > earlier_count:
                    where = f"after {dotted(self.last)}"
                notes.append(f"The recording is not whole: it stopped {where} ({error.reason}).")
                if isinstance(error, Unreachable):
                    break
        return notes

    def read_tree(self, root: Arcs) -> None:
        """Add the objects below `root` to `rows`.

        Some agents answer GETNEXT only for an object that they have: for any other OID they answer
        an error, or their first object. If the walk of `root` gives nothing, it goes on behind the
        last object of the tree before, from which objects below `root` are kept. Raises
        Unreachable, ProtocolError.

            >  GETNEXT 1.3.6.1.4.1                 no such name
            >  GETNEXT 1.3.6.1.2.1.1.7.0           1.3.6.1.4.1.318.1.1.1.0: the walk goes on
        """
        earlier_count = len(self.rows)
        try:
            self._read_after(root, root, root)
        except ProtocolError:
            if not self._can_go_on(earlier_count):
                raise
        else:
            # v1 has the same error for the end of the MIB; each PDU has objects of its vendor
            may_be_empty = root != _ENTERPRISES
            if may_be_empty or not self._can_go_on(earlier_count):
                return
        self._read_after(self.last, _INTERNET, root)

    def _can_go_on(self, earlier_count: int) -> bool:
        """Whether a walk that gave no row can go on behind the last row of an earlier one. There
        were `earlier_count` rows before the walk.
        """
        return 0 < earlier_count == len(self.rows)

    def read_hidden_trees(self, roots: Sequence[Arcs]) -> list[str]:
        """Walk those of these roots of which the agent has an object that `rows` lack, and add
        what is there to `rows`. Returns a note if the agent gave no answer, else [].

            "The recording is not whole: 1.3.6.1.4.1.318 was not read (no answer)"
        """
        for root in roots:
            try:
                if self._hides(root):
                    self._read_after(root, root, root)
            except ProtocolError:
                continue  # no such tree, for agents that have no word for it
            except Unreachable as error:
                return [f"The recording is not whole: {dotted(root)} was not read ({error.reason})"]
        return []

    def _hides(self, root: Arcs) -> bool:
        """Whether the first object that the agent has below `root` is not in `rows`: then a walk
        from above has left it out.

            >  GETNEXT 1.3.6.1.4.1.318    1.3.6.1.4.1.318.1.1.1.0, which `rows` lack: True
        """
        next_row = partial(typed_rows, self._credentials, root, root, 1)
        answer = self._recorder.retry(partial(self._ask, next_row))
        if not answer:
            return False
        oid, _ = answer[0]
        return oid[: len(root)] == root and oid not in self.rows

    def _read_after(self, last: Arcs, walk_root: Arcs, root: Arcs) -> None:
        """Walk from behind the object `last`, and add the objects below `root` to `rows`, until one
        is behind `root` or outside of `walk_root`, which is `root` or above it. Raises Unreachable,
        and ProtocolError for an error or for more than _MOST_ROWS objects.

            last 1.3.6.1.4.1.318.1.0, walk_root and root 1.3.6.1.4.1
            >  GETNEXT 1.3.6.1.4.1.318.1.0    1.3.6.1.4.1.318.2.0 = 5, which is added
            >  GETNEXT 1.3.6.1.4.1.318.2.0    1.3.6.1.6.3.1.0 = 1, the end
        """
        answered_count = 0
        while last[: len(root)] <= root:
            next_row = partial(typed_rows, self._credentials, walk_root, last, 1)
            answer = self._recorder.retry(partial(self._ask, next_row))
            if not answer:
                return
            for oid, (tag, value) in answer:
                if oid[: len(root)] == root:
                    self.rows[oid] = SnmpRow(tag, value)
            last, _ = answer[-1]
            answered_count += len(answer)
            self._recorder.tell(f"{len(self.rows)} objects, at {dotted(last[:12])}")
            if len(self.rows) > _MOST_ROWS or answered_count > _MOST_ROWS:
                raise ProtocolError(
                    f"the walk did not end after {_MOST_ROWS} objects", self._address, "record"
                )

    def _ask(self, call: Callable[[], T]) -> T:
        """What one call of the SNMP client returns. Its errors become those of the pack:

        SnmpTimeout       Unreachable: no answer ...; address, port, community ... may be wrong
        SnmpPortClosed    Unreachable: ...; check address and port, and that SNMP is enabled
        SnmpError         ProtocolError
        """
        try:
            return call()
        except SnmpTimeout as error:
            why = "address, port, community or SNMPv3 privacy key may be wrong"
            if isinstance(error, SnmpPortClosed):
                why = "check address and port, and that SNMP is enabled"
            raise Unreachable(f"{error}; {why}", self._address, "record") from None
        except SnmpError as error:
            raise ProtocolError(str(error), self._address, "record") from None
