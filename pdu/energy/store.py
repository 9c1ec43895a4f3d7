"""The readings of `pdu meter` in one SQLite file.

A poll is a row, with JSON lists of its registers in Wh, and of the power in W or the current in A
beside them, in the order of the unit's outlets. A poll that failed has its reason, and a register
that was not read why. The view
`reading` has a row for each register: `sqlite3 energy.db "SELECT * FROM reading LIMIT 9"`.

Rows are only added, in the order of polls, and the oldest deleted. So a wrong clock hides nothing,
and `poll_bounds` of clock.py puts its times right. One process writes (`add`); any number may read
meanwhile, because the file has a write-ahead log.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union
from urllib.parse import quote

from handlers.shared.errors import SettingsError, printable

from ..files.whole_files import PRIVATE
from .clock import PollTime, poll_bounds
from .readings import FailedPoll, PduReadings, RegisterReadings

#: how much before and after a period is read, so that its ends lie between readings
AROUND_S = 86_400.0
_NO_TIME = "read, but the reader's clock was wrong, and nothing shows when"
_WRITTEN_BY = "pdu meter LIST --into energy.db writes one"
_FORM = 1
_SCHEMA = """
BEGIN;
PRAGMA user_version = 1;
CREATE TABLE unit (
    id INTEGER PRIMARY KEY,
    pdu TEXT NOT NULL,
    name TEXT NOT NULL,         -- serial number and firmware; '' if it does not say them
    family TEXT NOT NULL,       -- of SNMP; '' for none
    outlets TEXT NOT NULL,      -- JSON: identities; "" is the inlet
    UNIQUE (pdu, name, family, outlets));
CREATE TABLE boot (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE poll (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit,
    begin REAL NOT NULL,        -- s since 1970, by the wall clock of the reader
    duration REAL NOT NULL,     -- s
    boot INTEGER NOT NULL REFERENCES boot,  -- which run of the reader's machine
    monotonic REAL NOT NULL,    -- s, at begin
    uptime REAL,                -- s, of the unit
    wh TEXT,                    -- JSON, as the unit's outlets; null is not read
    watts TEXT,
    amperes TEXT,
    error TEXT,                 -- why nothing, or not all, was read
    reasons TEXT);              -- JSON, as the unit's outlets; why a figure has no value
CREATE INDEX poll_of_unit ON poll (unit, begin);
"""
_VIEW = """
DROP VIEW IF EXISTS reading;
CREATE VIEW reading AS
    SELECT pdu, unit.name AS unit, datetime(begin, 'unixepoch') AS utc, outlet.value AS outlet,
        json_extract(wh, '$[' || outlet.key || ']') AS wh,
        json_extract(watts, '$[' || outlet.key || ']') AS watts,
        json_extract(amperes, '$[' || outlet.key || ']') AS amperes,
        json_extract(reasons, '$[' || outlet.key || ']') AS reason
    FROM poll JOIN unit ON unit.id = poll.unit, json_each(unit.outlets) AS outlet;
COMMIT;
"""
# a file of a release before the column `reasons`
_NEW_COLUMN = "BEGIN; ALTER TABLE poll ADD COLUMN reasons TEXT;"


class StoredRegister(NamedTuple):
    """What a poll read of one register; None for what it did not."""

    wh: Optional[int]
    #: to one W: it is compared with the energy, and never billed
    watts: Optional[int] = None
    amperes: Optional[float] = None
    #: why one of them has no value; None if all that the unit has was read
    reason: Optional[str] = None


class StoredPoll(NamedTuple):
    """One poll of a PDU."""

    pdu: str
    time: PollTime
    #: by outlet, or INLET
    registers: Mapping[str, StoredRegister]
    unit: str = ""
    family: str = ""
    uptime: Optional[float] = None
    #: why nothing was read or, with registers, what was not; "" if all was
    error: str = ""

    @property
    def doubt(self) -> str:
        """The error, else why a figure of a register has no value; "" if all was read."""
        reasons = (register.reason for register in self.registers.values() if register.reason)
        return self.error or next(reasons, "")


class _PollRow(NamedTuple):
    """A poll as it is in the file. `outlets` and the fields behind it are JSON; None: nothing was
    read, or no reason was given.
    """

    number: int
    begin: float
    end: float
    monotonic: float
    boot: str
    #: as in StoredPoll
    error: str
    unit: str
    family: str
    uptime: Optional[float]
    outlets: str
    wh: Optional[str]
    watts: Optional[str]
    amperes: Optional[str]
    reasons: Optional[str]

    @property
    def is_read(self) -> bool:
        """Whether the unit answered; an energy that was read counts whatever else failed."""
        return not self.error or self.wh is not None


@contextlib.contextmanager
def exclusive(path: str) -> Iterator[None]:
    """Lets this process alone write a file of readings. The kernel ends the lock with the process.

    Raises SettingsError if another one does.
    """
    try:
        # beside the file: to close a descriptor of the file itself would end SQLite's own locks
        descriptor = os.open(
            f"{os.path.realpath(path)}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE
        )
    except (OSError, ValueError) as error:  # ValueError: a path with NUL
        reason = getattr(error, "strerror", error)
        raise SettingsError(
            f"{printable(path)}.lock cannot be written ({reason}): name a file in a folder that is"
            " there and that you may write to"
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                f"another `pdu meter` writes {printable(path)}: give each its own file"
            ) from None
        yield
    finally:
        os.close(descriptor)


class Store:
    """A file of readings. Close it after use."""

    def __init__(self, path: str, *, may_write: bool = False) -> None:
        """`may_write`: the file is made if it is missing. Raises SettingsError for a file that is
        none.
        """
        self._path, self._may_write = path, may_write
        mode = "rw" if may_write else "ro"
        with self._translated_errors():
            if may_write:  # customers' consumption: SQLite's own files get its permissions
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE))
            uri = f"file://{quote(os.fsencode(os.path.abspath(path)))}?mode={mode}"
            self._connection = sqlite3.connect(uri, uri=True)
        try:
            with self._translated_errors():
                form = self._prepare(may_write=may_write)
            if form != _FORM:
                raise SettingsError(f"it is no file of readings: {_WRITTEN_BY}")
        except SettingsError:
            self.close()
            raise

    def _prepare(self, *, may_write: bool) -> int:
        """The form of the file's tables, which are made if it has none and may be written."""
        (form,) = self._connection.execute("PRAGMA user_version").fetchone()
        if may_write:
            # a poll is on the disk when it is committed, also when the power fails
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA journal_mode = WAL")
            if not self._connection.execute("SELECT * FROM sqlite_master").fetchone():
                self._connection.executescript(_SCHEMA + _VIEW)
                return _FORM
            if form == _FORM and not self._has_reasons():
                self._connection.executescript(_NEW_COLUMN + _VIEW)
        return int(form)

    def _has_reasons(self) -> bool:
        """Whether the table of polls, if there is one, has the column `reasons`."""
        names = "SELECT name FROM pragma_table_info('poll')"
        columns = self._connection.execute(names).fetchall()
        return not columns or ("reasons",) in columns

    def close(self) -> None:
        """Close the file. After its writer, a user who may only read it reads it: SQLite would have
        to make a file beside one with a write-ahead log.
        """
        if self._may_write:
            with contextlib.suppress(sqlite3.Error):  # somebody reads it
                self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file, so that a copy of the file alone is whole. Raises
        SettingsError.
        """
        with self._translated_errors():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def add(self, poll: StoredPoll) -> None:
        """Keep a poll: it is on the disk when this returns.

        Raises SettingsError if the file cannot be written, such as on a full disk.
        """
        insert = "INSERT INTO poll VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        with self._translated_errors(), self._connection:
            self._connection.execute(insert, self._row(poll))

    def delete_before(self, time: float, most: int) -> None:
        """Delete at most so many of the polls that began before a time, the oldest first: then a
        clock that is wrong for a while deletes little. Raises SettingsError.
        """
        oldest = "SELECT id FROM poll WHERE begin < ? ORDER BY id LIMIT ?"
        with self._translated_errors(), self._connection:
            self._connection.execute(f"DELETE FROM poll WHERE id IN ({oldest})", (time, most))  # noqa: S608

    def _row(self, poll: StoredPoll) -> Sequence[object]:
        """A row of the table `poll`, without its id; unit and boot by their numbers."""
        unit = self._number(
            "unit",
            ("pdu", "name", "family", "outlets"),
            (poll.pdu, poll.unit, poll.family, json.dumps([*poll.registers])),
        )
        boot = self._number("boot", ("name",), (poll.time.boot,))
        # a column for each field of StoredRegister
        *columns, reasons = zip(*poll.registers.values()) if poll.registers else [()] * 4
        begin, end, monotonic, _ = poll.time
        return (
            *(unit, begin, end - begin, boot, monotonic, poll.uptime),
            *(_text(column) for column in columns),
            poll.error or None,
            _text(reasons),
        )

    def _number(self, table: str, columns: Sequence[str], values: Sequence[str]) -> int:
        """The number of a row, new or not. Names are literals of this module."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        select = f"SELECT id FROM {table} WHERE ({names}) = ({marks})"  # noqa: S608
        row = self._connection.execute(select, values).fetchone()
        if row is not None:
            return int(row[0])
        insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        return int(self._connection.execute(insert, values).lastrowid or 0)

    def newest(self) -> Optional[float]:
        """When the last poll began, in s since 1970; None if there is none. Raises
        SettingsError.
        """
        last = "SELECT begin FROM poll ORDER BY id DESC LIMIT 1"
        with self._translated_errors():
            row = self._connection.execute(last).fetchone()
            return None if row is None else float(row[0])

    def pdus(self, begin: float, end: float) -> Sequence[str]:
        """The PDUs that were polled in a period, sorted. Raises SettingsError."""
        polled = "SELECT * FROM poll WHERE poll.unit = unit.id AND begin BETWEEN ? AND ?"
        names = f"SELECT DISTINCT pdu FROM unit WHERE EXISTS ({polled}) ORDER BY pdu"  # noqa: S608
        with self._translated_errors():
            return [pdu for (pdu,) in self._connection.execute(names, (begin, end))]

    def read_pdu(self, pdu: str, begin: float, end: float) -> PduReadings:
        """The polls of a PDU in a period, and a day around it. Raises SettingsError."""
        with self._translated_errors():
            return self._read_pdu(pdu, begin, end)

    def _read_pdu(self, pdu: str, begin: float, end: float) -> PduReadings:
        rows = self._rows(pdu, begin - AROUND_S, end + AROUND_S)
        times = [PollTime(row.begin, row.end, row.monotonic, row.boot) for row in rows]
        bounds = [*zip(rows, poll_bounds(times))]
        polls = [(row, time) for row, time in bounds if time is not None and row.is_read]
        return PduReadings(
            pdu,
            earliest=[time.earliest for _, time in polls],
            latest=[time.latest for _, time in polls],
            units=[row.unit for row, _ in polls],
            families=[row.family for row, _ in polls],
            uptimes=[row.uptime for row, _ in polls],
            registers=_registers([row for row, _ in polls]),
            failed=[
                FailedPoll(row.begin if time is None else time.earliest, row.error or _NO_TIME)
                for row, time in bounds
                if time is None or not row.is_read
            ],
        )

    def _rows(self, pdu: str, begin: float, end: float) -> Sequence[_PollRow]:
        """The polls from the first to the last that began in a period, in the order in which they
        were made: a clock that was wrong for a while may have put a poll between them into any
        year.
        """
        polls = "FROM poll JOIN unit ON unit.id = poll.unit WHERE pdu = ?"
        ends = f"SELECT min(poll.id), max(poll.id) {polls} AND begin BETWEEN ? AND ?"
        columns = (
            "poll.id, begin, begin + duration, monotonic, CAST(boot AS TEXT), ifnull(error, ''),"
            " unit.name, family, uptime, outlets, wh, watts, amperes, "
        )
        columns += "reasons" if self._has_reasons() else "NULL"
        ordered = f"SELECT {columns} {polls} AND poll.id BETWEEN ? AND ? ORDER BY poll.id"
        first, last = self._connection.execute(ends, (pdu, begin, end)).fetchone()
        return [_PollRow(*row) for row in self._connection.execute(ordered, (pdu, first, last))]

    @contextlib.contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except SettingsError as error:
            reason: object = error.reason
        except (sqlite3.Error, OSError) as error:
            reason = getattr(error, "strerror", error)
            if "not a database" in str(error):
                reason = f"it is no file of readings: {_WRITTEN_BY}"
        except (ValueError, TypeError):
            reason = "its content is not what this program wrote"
        else:
            return
        raise SettingsError(f"{printable(self._path)} cannot be used: {reason}")


def _text(column: Iterable[Union[float, str, None]]) -> Optional[str]:
    """A column of registers as JSON; None if nothing of it was read."""
    values = [*column]
    if all(value is None for value in values):
        return None
    return json.dumps(values, separators=(",", ":"))


def _register_values(row: _PollRow) -> list[Sequence[Any]]:
    """The outlets of a poll, each with its energy, power, current and reason. Raises SettingsError,
    which names the row, for a cell that is no list in JSON of so many values.
    """
    columns: list[Sequence[Any]] = []
    for name in ("outlets", "wh", "watts", "amperes", "reasons"):
        text = getattr(row, name)
        try:
            column = json.loads(text) if text else [None] * len(columns[0])
            is_right = isinstance(column, list) and len(column) == len((columns or [column])[0])
        except (ValueError, IndexError):
            is_right = False
        if not is_right:
            raise SettingsError(
                f"row {row.number} of the table poll: {name} is not what this program wrote"
            )
        columns.append(column)
    return [*zip(*columns)]


def _registers(rows: Sequence[_PollRow]) -> dict[str, RegisterReadings]:
    """The readings by outlet; an outlet that a poll did not list has None there."""
    cells: dict[str, list[list[Any]]] = {}
    for place, row in enumerate(rows):
        for name, *figures, reason in _register_values(row):
            values = [*figures, reason or row.error or None]
            if name not in cells:
                cells[name] = [[None] * len(rows) for _ in values]
            for column, value in zip(cells[name], values):
                column[place] = value
    return {name: RegisterReadings(*columns) for name, columns in cells.items()}
