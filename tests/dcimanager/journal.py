"""The log: calls for PDUs, and events. Old entries are deleted."""

from __future__ import annotations

import json
import time
from typing import NamedTuple, Optional

from tests.processes.handler_worker import Call

from . import readings
from .database import Database, storable
from .records import Pdu
from .store import saved

# the newest calls of each PDU, and the newest events
KEPT_CALLS, KEPT_EVENTS = 400, 2000


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

    def wrote(self, pdu: Pdu, call: Call) -> None:
        """Store a call that `pdu` has noted, with its answer.

        Raises sqlite3.IntegrityError for a removed PDU.
        """
        row = (pdu.id, not call.ok, json.dumps(call._replace(value={})))
        is_measured = call.ok and call.method == "statistic"
        self._db.write(
            ("INSERT INTO call (pdu, failed, data) VALUES (?, ?, ?)", row),
            saved(pdu),
            *(readings.statements(pdu, call) if is_measured else ()),
        )

    def happened(self, text: str) -> None:
        row = (time.time(), storable(text))
        self._db.write(("INSERT INTO event (at, text) VALUES (?, ?)", row))

    def events(self, most: int = 20) -> list[Event]:
        """The last events, newest first."""
        sql = "SELECT at, text FROM event ORDER BY id DESC LIMIT ?"
        return [Event(*row) for row in self._db.rows(sql, (most,))]

    def calls(
        self, pdu: Optional[int] = None, failed: bool = False, most: int = 100
    ) -> list[Entry]:
        """The last calls, of one PDU or of all, newest first; with `failed`, only failures."""
        rows = self._db.rows(
            "SELECT id, pdu, data FROM call WHERE (? IS NULL OR pdu = ?) AND (NOT ? OR failed)"
            " ORDER BY id DESC LIMIT ?",
            (pdu, pdu, failed, most),
        )
        return [Entry(number, of_pdu, Call(*json.loads(data))) for number, of_pdu, data in rows]

    def thin(self) -> None:
        """Delete old readings, calls and events."""
        oldest = (time.time() - readings.OLDEST_S,)
        self._db.write(
            ("DELETE FROM reading WHERE at < ?", oldest),
            (
                "DELETE FROM call WHERE id NOT IN (SELECT id FROM call AS other WHERE other.pdu ="
                " call.pdu ORDER BY id DESC LIMIT ?)",
                (KEPT_CALLS,),
            ),
            (
                "DELETE FROM event WHERE id NOT IN (SELECT id FROM event ORDER BY id DESC LIMIT ?)",
                (KEPT_EVENTS,),
            ),
        )
