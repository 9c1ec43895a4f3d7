"""The SQLite file behind the stand-in: its tables, and one connection that several threads share."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

_VERSION = 2  # of the schema
# `data` is the record of records.py as JSON, whose lone surrogates are escaped: SQLite's text has none
_SCHEMA = """
CREATE TABLE handler (id INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT NOT NULL, archive BLOB);
CREATE TABLE pdu (id INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT NOT NULL);
CREATE TABLE reading (pdu INTEGER NOT NULL REFERENCES pdu ON DELETE CASCADE, outlet TEXT NOT NULL, at REAL NOT NULL,
    load REAL, energy REAL, PRIMARY KEY (pdu, outlet, at)) WITHOUT ROWID;
CREATE TABLE call (id INTEGER PRIMARY KEY, pdu INTEGER NOT NULL REFERENCES pdu ON DELETE CASCADE, failed INTEGER NOT NULL,
    data TEXT NOT NULL);
CREATE INDEX call_of_pdu ON call (pdu, id);
CREATE TABLE event (id INTEGER PRIMARY KEY, at REAL NOT NULL, text TEXT NOT NULL);
"""


class InUse(OSError):
    """Another stand-in uses this folder."""


class Database:
    """One file, or only memory when `path` is None. Thread-safe; calls are serialised."""

    def __init__(self, path: Optional[Path]) -> None:
        self._lock = threading.RLock()
        if path is not None:
            path.touch(mode=0o600)  # it holds the PDUs' passwords
        self._connection = sqlite3.connect(path or ":memory:", timeout=1, check_same_thread=False)
        try:
            # the lock stays until the connection is closed
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._connection.execute("BEGIN EXCLUSIVE")
            self._connection.commit()
            self._connection.execute("PRAGMA foreign_keys = ON")
            version = self.rows("PRAGMA user_version")[0][0]
            if version == 0:
                self._connection.executescript(f"{_SCHEMA} PRAGMA user_version = {_VERSION};")
            elif version != _VERSION:
                raise ValueError(
                    f"{path} was written by another version of this program: remove its folder"
                )
        except sqlite3.DatabaseError as error:
            self.close()
            if "locked" in str(error) and path is not None:
                raise InUse(f"{path.parent} is in use by another stand-in") from None
            raise ValueError(
                f"{path} cannot be used ({error}): restore it, or remove its folder"
            ) from None
        except ValueError:
            self.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def write(self, *statements: tuple[str, Sequence[object]]) -> int:
        """Statements as one transaction: all of them or, after an exception, none.

        Returns the id of the last new row.
        """
        with self._lock, self._connection:
            number = 0
            for sql, values in statements:
                number = self._connection.execute(sql, values).lastrowid or 0
            return number

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()


def storable(text: str) -> str:
    """`text` with question marks for lone surrogates, which have no UTF-8 form: neither a page nor
    the database can hold them.
    """
    return text.encode("utf-8", "replace").decode("utf-8")
