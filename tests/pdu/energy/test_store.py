"""The file of readings: what is written is read, whatever the clock said, whoever was killed."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, Optional

import pytest

from handlers.shared.errors import SettingsError
from pdu.energy import store as store_module
from pdu.energy.clock import PollTime
from pdu.energy.readings import INLET
from pdu.energy.store import Store, StoredPoll, StoredRegister, exclusive
from tests.waiting import PATIENCE_S

from .months import BEGIN, DAY, OCTOBER


def poll(number: int, offset: float = 0.0, pdu: str = "rack1", unit: str = "A1") -> StoredPoll:
    true = BEGIN + 900.0 * number
    when = PollTime(true + offset, true + offset + 1.5, 900.0 * number, "boot1")
    registers = {
        "1": StoredRegister(1000 + number, 200),
        "2": StoredRegister(None, reason="the sensor is not valid"),
        INLET: StoredRegister(9000 + number, None, 1.25),
    }
    return StoredPoll(pdu, when, registers, unit, "apc-rpdu2", 5.0 + number)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "energy.db")


Stored = Callable[..., Store]


@pytest.fixture
def stored(path: str) -> Iterator[Stored]:
    """Makes a store with polls."""
    with contextlib.ExitStack() as stores:

        def make(*polls: StoredPoll) -> Store:
            store = stores.enter_context(contextlib.closing(Store(path, may_write=True)))
            for stored_poll in polls:
                store.add(stored_poll)
            return store

        yield make


def test_what_is_written_is_read(stored: Stored) -> None:
    failed = StoredPoll("rack1", poll(2).time, {}, error="timeout: no answer")
    store = stored(poll(0), poll(1), failed, poll(3), poll(0, pdu="rack2"))
    assert store.pdus(*OCTOBER) == ["rack1", "rack2"]
    readings = store.read_pdu("rack1", *OCTOBER)
    assert readings.earliest == pytest.approx([BEGIN, BEGIN + 900, BEGIN + 2700])
    assert readings.latest[0] == pytest.approx(BEGIN + 1.5)
    assert (readings.units, readings.uptimes) == (["A1"] * 3, [5.0, 6.0, 8.0])
    assert readings.families == ["apc-rpdu2"] * 3
    assert [*readings.registers["1"].wh] == [1000, 1001, 1003]
    assert [*readings.registers["1"].watts] == [200, 200, 200]
    assert [*readings.registers["2"].wh] == [None] * 3
    assert [*readings.registers["2"].reasons] == ["the sensor is not valid"] * 3
    assert [*readings.registers[INLET].amperes] == [1.25] * 3
    assert readings.failed == [(BEGIN + 1800, "timeout: no answer")]


def test_a_register_that_was_not_read_has_its_reason_also_in_a_file_that_had_none(
    stored: Stored, path: str
) -> None:
    schema, count = re.subn(r",\s+--.*\n\s+reasons TEXT\)", ")", store_module._SCHEMA)
    assert count == 1
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema)
        connection.executescript(
            """CREATE VIEW reading AS SELECT begin FROM poll;
            INSERT INTO unit VALUES (1, 'rack1', 'A1', 'apc-rpdu2', '["1", "2", ""]');
            INSERT INTO boot VALUES (1, 'boot1');"""
        )
        connection.execute(
            """INSERT INTO poll VALUES (1, 1, ?, 1.5, 1, 0.0, 5.0, '[1000,null,9000]',
                '[200,null,null]', '[null,null,1.25]', NULL)""",
            (BEGIN,),
        )
        connection.commit()
    with contextlib.closing(Store(path)) as old:  # without a right to write, too
        assert [*old.read_pdu("rack1", *OCTOBER).registers["1"].wh] == [1000]
    assert [*stored(poll(1)).read_pdu("rack1", *OCTOBER).registers["1"].wh] == [1000, 1001]
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT pdu, outlet, wh, watts, amperes, reason FROM reading ORDER BY utc, outlet"
        )
        assert rows.fetchall() == [
            ("rack1", "", 9000, None, 1.25, None),
            ("rack1", "1", 1000, 200, None, None),
            ("rack1", "2", None, None, None, None),
            ("rack1", "", 9001, None, 1.25, None),
            ("rack1", "1", 1001, 200, None, None),
            ("rack1", "2", None, None, None, "the sensor is not valid"),
        ]


def test_outlets_that_come_and_go_have_gaps(stored: Stored) -> None:
    fewer = poll(1)._replace(registers={"1": StoredRegister(1001)}, unit="B2")
    readings = stored(poll(0), fewer).read_pdu("rack1", *OCTOBER)
    assert readings.registers["1"].wh == [1000, 1001]
    assert readings.registers[INLET].wh == [9000, None]


def test_a_poll_with_a_wrong_clock_is_found_and_put_right(stored: Stored) -> None:
    wrong = [poll(number, 3650 * DAY) for number in range(100, 104)]
    store = stored(*map(poll, range(100)), *wrong, *map(poll, range(104, 200)))
    readings = store.read_pdu("rack1", *OCTOBER)
    assert readings.earliest == pytest.approx([BEGIN + 900.0 * number for number in range(200)])


@pytest.mark.parametrize("content", [None, b"", b"no database" * 100])
def test_what_is_no_file_of_readings_is_refused(path: str, content: Optional[bytes]) -> None:
    if content is not None:
        Path(path).write_bytes(content)
    with pytest.raises(SettingsError):
        Store(path)


def test_a_failed_write_keeps_nothing_of_it(stored: Stored) -> None:
    store = stored(poll(0))
    with pytest.raises((SettingsError, sqlite3.Error)):
        store.add(poll(1)._replace(uptime=object()))  # type: ignore[arg-type]
    assert len(store.read_pdu("rack1", *OCTOBER).earliest) == 1


def test_old_polls_are_deleted_a_few_at_a_time(stored: Stored) -> None:
    """So a clock that is wrong for an hour costs an hour of the oldest readings."""
    store = stored(*map(poll, range(20)))
    store.delete_before(BEGIN + 10 * DAY, 4)
    assert store.read_pdu("rack1", *OCTOBER).uptimes == [5.0 + number for number in range(4, 20)]
    store.delete_before(BEGIN + 5 * 900.0, 4)
    assert store.read_pdu("rack1", *OCTOBER).uptimes == [5.0 + number for number in range(5, 20)]


_WRITER = """
import sys
from pdu.energy.store import Store, exclusive
from tests.pdu.energy.test_store import poll
with exclusive(sys.argv[1]):
    store = Store(sys.argv[1], may_write=True)
    for number in range(100_000):
        store.add(poll(number))
        print(number, flush=True)
"""


def test_a_killed_meter_loses_nothing_that_it_accepted_and_the_next_one_goes_on(path: str) -> None:
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, path], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    for _ in range(50):
        accepted = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    rest = writer.communicate(timeout=PATIENCE_S)[0].split()
    accepted = int(rest[-1]) if rest else accepted
    with exclusive(path), contextlib.closing(Store(path, may_write=True)) as store:
        store.add(poll(accepted + 9))
        readings = store.read_pdu("rack1", BEGIN, BEGIN + 900.0 * 100_000)
    assert len(readings.earliest) in (accepted + 2, accepted + 3)


def test_a_poll_without_something_else_keeps_its_energy(stored: Stored) -> None:
    partial = poll(1)._replace(error="protocol: no watts")
    nothing = StoredPoll("rack1", poll(2).time, {}, error="timeout: no answer")
    readings = stored(poll(0), partial, nothing).read_pdu("rack1", *OCTOBER)
    assert [*readings.registers["1"].wh] == [1000, 1001]
    assert [*readings.registers["1"].reasons] == [None, "protocol: no watts"]
    assert readings.failed == [(BEGIN + 1800, "timeout: no answer")]


def test_only_its_owner_may_read_it(stored: Stored, path: str) -> None:
    umask = os.umask(0o022)
    try:
        stored(poll(0))
    finally:
        os.umask(umask)
    files = [file for file in Path(path).parent.iterdir() if file.name.startswith("energy.db")]
    assert files and all(file.stat().st_mode & 0o077 == 0 for file in files)


def test_a_file_has_one_writer_at_a_time_whatever_its_name(path: str) -> None:
    link = f"{path}-link"
    os.symlink(path, link)
    with exclusive(path), pytest.raises(SettingsError, match="another `pdu meter` writes"):
        with exclusive(link):
            pass
    with exclusive(link):
        pass


@pytest.mark.parametrize("name", [b"caf\xe9.db", b"a?b#c%41.db"])
def test_a_file_may_have_any_name(name: bytes, tmp_path: Path) -> None:
    path = os.path.join(tmp_path, os.fsdecode(name))
    with contextlib.closing(Store(f"/{path}", may_write=True)) as store:
        store.add(poll(0))
    assert name in os.listdir(os.fsencode(tmp_path))


FOREIGN = "CREATE TABLE poll (id, begin, unit); INSERT INTO poll VALUES (1, 'x', 1);"


@pytest.mark.parametrize("sql", ["CREATE TABLE x (a);", FOREIGN])
def test_a_foreign_file_is_told_so(path: str, sql: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"{sql} PRAGMA user_version = 1;")
    with contextlib.closing(Store(path, may_write=True)) as store:
        with pytest.raises(SettingsError):
            store.newest()


def test_a_copy_of_the_file_alone_is_whole_after_a_checkpoint(
    stored: Stored, path: str, tmp_path: Path
) -> None:
    store = stored(*(poll(number) for number in range(200)))
    store.checkpoint()
    copy = tmp_path / "copy.db"
    copy.write_bytes(Path(path).read_bytes())
    with contextlib.closing(Store(str(copy))) as copied:
        assert len(copied.read_pdu("rack1", *OCTOBER).latest) == 200


def test_a_file_that_its_writer_closed_needs_no_file_beside_it(path: str) -> None:
    """A user who may not write into its folder reads it."""
    with contextlib.closing(Store(path, may_write=True)) as store:
        store.add(poll(0))
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()
    with contextlib.closing(Store(path, may_write=True)) as store:
        store.add(poll(1))
        mode = store._connection.execute("PRAGMA journal_mode").fetchone()
        assert mode == ("wal",) and len(store.read_pdu("rack1", *OCTOBER).latest) == 2


@pytest.mark.parametrize("cell", ["x", "[1]", "3", "[1, ?"])
def test_a_cell_that_is_no_list_is_named_with_its_row(stored: Stored, path: str, cell: str) -> None:
    store = stored(*(poll(number) for number in range(9)))
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE poll SET wh = ? WHERE id = 7", (cell,))
    with pytest.raises(
        SettingsError, match=r"row 7 of the table poll: wh is not what this program"
    ):
        store.read_pdu("rack1", *OCTOBER)
