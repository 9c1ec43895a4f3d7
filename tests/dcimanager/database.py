"""The SQLite file behind the stand-in: its tables, and one connection that several threads share.

Each write is one transaction, so after `kill -9` it is in the file as a whole or not at all.
"""

from __future__ import annotations

import contextlib
import fcntl
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE token (hash TEXT PRIMARY KEY, ends REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE handler (id INTEGER PRIMARY KEY AUTOINCREMENT, device_type TEXT NOT NULL, handler TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, protocol TEXT NOT NULL, features TEXT NOT NULL, current INTEGER NOT NULL DEFAULT 0);
CREATE TABLE version (handler INTEGER NOT NULL REFERENCES handler ON DELETE CASCADE, number INTEGER NOT NULL,
    label TEXT NOT NULL, import_path TEXT NOT NULL, sha256 TEXT NOT NULL, archive BLOB NOT NULL, uploaded REAL NOT NULL,
    PRIMARY KEY (handler, number));
CREATE TABLE pdu (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, handler TEXT NOT NULL REFERENCES handler (handler),
    address TEXT NOT NULL, notes TEXT NOT NULL, simulated TEXT NOT NULL, form BLOB NOT NULL, seen TEXT NOT NULL DEFAULT '{}');
CREATE TABLE reading (pdu INTEGER NOT NULL REFERENCES pdu ON DELETE CASCADE, at REAL NOT NULL, load REAL, energy REAL,
    PRIMARY KEY (pdu, at)) WITHOUT ROWID;
CREATE TABLE outlets (pdu INTEGER NOT NULL REFERENCES pdu ON DELETE CASCADE, at REAL NOT NULL, figures BLOB NOT NULL,
    PRIMARY KEY (pdu, at)) WITHOUT ROWID;
CREATE TABLE call (id INTEGER PRIMARY KEY, pdu INTEGER NOT NULL REFERENCES pdu ON DELETE CASCADE, at REAL NOT NULL,
    method TEXT NOT NULL, identity TEXT NOT NULL, seconds REAL NOT NULL, round_trips INTEGER, kind TEXT NOT NULL,
    text TEXT NOT NULL, lines TEXT NOT NULL);
CREATE INDEX call_of_pdu ON call (pdu, id);
CREATE INDEX call_that_failed ON call (id) WHERE kind <> '';
CREATE TABLE switching (id INTEGER PRIMARY KEY, pdu INTEGER NOT NULL REFERENCES pdu ON DELETE CASCADE, at REAL NOT NULL,
    identity TEXT NOT NULL, method TEXT NOT NULL);
CREATE TABLE event (id INTEGER PRIMARY KEY, at REAL NOT NULL, text TEXT NOT NULL);
CREATE TABLE server (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, bmc TEXT NOT NULL);
CREATE TABLE feed (server INTEGER NOT NULL REFERENCES server ON DELETE CASCADE,
    pdu INTEGER NOT NULL REFERENCES pdu ON DELETE CASCADE, identity TEXT NOT NULL, PRIMARY KEY (pdu, identity));
"""


class InUse(OSError):
    """Another stand-in uses this folder."""


class Closed(Exception):
    """The stand-in has ended: nothing more is read or written."""


class Database:
    """One file, or only memory when `path` is None. Thread-safe; calls are serialised."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._closed = False
        self._guard = _guarded(path) if path is not None else None
        try:
            self._connection = sqlite3.connect(
                str(path) if path else ":memory:", check_same_thread=False, isolation_level=None
            )
        except BaseException:
            if self._guard is not None:
                self._guard.close()
            raise
        try:
            self._open(path)
        except sqlite3.DatabaseError as error:
            self.close()
            raise ValueError(
                f"{path} cannot be used ({error}): if it is damaged, restore it, or remove its"
                " folder and start again"
            ) from None
        except BaseException:
            self.close()
            raise

    def _open(self, path: Path | None) -> None:
        if path is not None:
            path.chmod(0o600)
        self._connection.execute("PRAGMA journal_mode = WAL")
        # FULL: a commit survives a power failure. A switching command must be recorded before it is
        # sent.
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        version = int(self.rows("PRAGMA user_version")[0][0])
        if version == 0:
            self._connection.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
        elif version != SCHEMA_VERSION:
            raise ValueError(
                f"{path} was written by another version of this program (schema {version}, not"
                f" {SCHEMA_VERSION})"
            )

    def close(self) -> None:
        """Close the file and let others use it; may be called twice."""
        with self._lock:
            self._closed = True
            self._connection.close()
            if self._guard is not None:
                self._guard.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or, after an exception, nothing.

        Raises Closed after `close`.
        """
        with self._lock:
            if self._closed:
                raise Closed
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite may have rolled back, as with a full disk
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def write(self, sql: str, values: Sequence[object] = ()) -> int:
        """One statement as a transaction; returns the id of a new row."""
        with self.writing() as connection:
            return int(connection.execute(sql, values).lastrowid or 0)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            if self._closed:
                raise Closed
            return self._connection.execute(sql, values).fetchall()


def _guarded(path: Path) -> Any:
    """An open file whose lock keeps a second process out until the file is closed or this process
    ends.
    """
    guard = path.with_suffix(".lock").open("a")
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        guard.close()
        if isinstance(error, BlockingIOError):
            raise InUse(f"{path.parent} is in use by another stand-in") from None
        raise  # for example, the file system has no locks
    return guard
