"""The log: calls for PDUs, switchings in progress, and events. Old entries are deleted."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

from . import readings
from .database import Database
from .records import Call, Pdu
from .store import Store, call_row, seen, storable

# of each PDU: the newest calls, and the newest failures and switchings
KEPT_CALLS, KEPT_NOTABLE = 200, 200
KEPT_EVENTS = 2000
_INTERRUPTED = (
    "the stand-in ended before it stored the result of this command: the outlet may or may not have"
    " switched; the next poll reads its state"
)
_COLUMNS = "call.id, pdu, call.at, method, identity, seconds, round_trips, kind, text, lines"


class Entry(NamedTuple):
    """One call in the log."""

    id: int
    pdu: int
    call: Call


class Event(NamedTuple):
    at: float
    text: str


class Journal:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._begun: set[int] = set()  # the rows of `switching` whose calls run now

    def wrote(self, pdu: Pdu, call: Call, switching: Optional[int] = None) -> None:
        """Store a call that `pdu` has noted, its answer and the end of its switching, in one
        transaction. For a removed PDU, store nothing."""
        if switching is not None:
            self._begun.discard(switching)
        with self._db.writing() as connection:
            connection.execute(
                "INSERT INTO call (pdu, at, method, identity, seconds, round_trips, kind, text,"
                " lines) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM pdu WHERE id"
                " = ?)",
                (*call_row(pdu, call), pdu.id),
            )
            connection.execute("UPDATE pdu SET seen = ? WHERE id = ?", (seen(pdu), pdu.id))
            if (
                call.ok
                and call.method == "statistic"
                and connection.execute("SELECT 1 FROM pdu WHERE id = ?", (pdu.id,)).fetchone()
            ):
                readings.keep(connection, pdu, call)
            if switching is not None:
                connection.execute("DELETE FROM switching WHERE id = ?", (switching,))

    def begins(self, pdu: Pdu, identity: str, method: str) -> int:
        """Note a switching before its command goes out; `wrote` ends it.

        Raises LookupError if the PDU was removed.
        """
        try:
            number = self._db.write(
                "INSERT INTO switching (pdu, at, identity, method) VALUES (?, ?, ?, ?)",
                (pdu.id, time.time(), storable(identity), method),
            )
        except sqlite3.IntegrityError:
            raise LookupError("there is no such PDU") from None
        self._begun.add(number)
        return number

    def in_flight(self, pdu: Pdu) -> list[str]:
        """The outlets of a PDU that are being switched now."""
        rows = self._db.rows("SELECT id, identity FROM switching WHERE pdu = ?", (pdu.id,))
        return [identity for number, identity in rows if number in self._begun]

    def interrupted(self, store: Store) -> list[str]:
        """At start, log each switching whose end is not stored, and return a sentence for each.

        Whether the relay moved is unknown, so the port is doubtful. The command is never sent
        again.
        """
        sentences = []
        for number, pdu_id, at, identity, method in self._db.rows(
            "SELECT id, pdu, at, identity, method FROM switching"
        ):
            pdu = store.pdu(pdu_id)
            call = Call(method, identity, 0.0, {}, "interrupted", _INTERRUPTED, at=at)
            pdu.note(call)
            self.wrote(pdu, call, number)
            sentences.append(
                f"outlet {identity} of {pdu.name} may or may not have switched: the stand-in ended"
                " before it stored the answer"
            )
        return sentences

    def happened(self, text: str) -> None:
        self._db.write("INSERT INTO event (at, text) VALUES (?, ?)", (time.time(), storable(text)))

    def events(self, most: int = 20) -> list[Event]:
        """The last events, newest first."""
        return [
            Event(*row)
            for row in self._db.rows("SELECT at, text FROM event ORDER BY id DESC LIMIT ?", (most,))
        ]

    def calls(
        self,
        pdu: Optional[int] = None,
        failed: bool = False,
        most: int = 100,
        commands: bool = False,
    ) -> list[Entry]:
        """The last calls, of one PDU or of all, newest first.

        With `failed`, only calls that failed; with `commands`, only switching calls.
        """
        wanted, values = ["1"], []
        if pdu is not None:
            wanted.append("pdu = ?")
            values.append(pdu)
        if failed:
            wanted.append("kind <> ''")
        if commands:
            wanted.append("method LIKE 'port%'")
        rows = self._db.rows(
            f"SELECT {_COLUMNS} FROM call WHERE {' AND '.join(wanted)} ORDER BY id DESC LIMIT ?",  # noqa: S608
            (*values, most),
        )
        return [_entry(row) for row in rows]

    def thin(self) -> None:
        """Delete old entries.

        Of each PDU, keep the newest calls, failures and switchings; of the events, the newest.
        """
        for (pdu,) in self._db.rows("SELECT id FROM pdu"):
            self._db.write(
                "DELETE FROM call WHERE pdu = ? AND id NOT IN (SELECT id FROM call WHERE pdu = ?"
                " ORDER BY id DESC LIMIT ?) AND id NOT IN (SELECT id FROM call WHERE pdu = ? AND"
                " (kind <> '' OR method LIKE 'port%') ORDER BY id DESC LIMIT ?)",
                (pdu, pdu, KEPT_CALLS, pdu, KEPT_NOTABLE),
            )
        self._db.write(
            "DELETE FROM event WHERE id NOT IN (SELECT id FROM event ORDER BY id DESC LIMIT ?)",
            (KEPT_EVENTS,),
        )


def _entry(row: Sequence[Any]) -> Entry:
    number, pdu, at, method, identity, seconds, round_trips, kind, text, lines = row
    return Entry(
        number,
        pdu,
        Call(method, identity, seconds, {}, kind, text, round_trips, tuple(json.loads(lines)), at),
    )
