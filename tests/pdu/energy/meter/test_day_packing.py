"""Days older than two are packed beside the meter: whole or not at all, and under no reader."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from pdu.core.files.journal import HashMismatch
from pdu.energy.journal.days import files, oldest_unpacked, reading
from pdu.energy.journal.verify import verified
from pdu.energy.meter.day_packing import DayPacker, pack_file
from tests.waiting import PATIENCE_S

from ..journal.test_days import names, written

#: a companion asks nothing of the meter
NO_METER: Any = None


def packed_names(folder: Path) -> list[str]:
    return [name for name in names(folder) if name.endswith(".gz")]


def run(packer: DayPacker, folder: Path, unpacked: int) -> None:
    """Until so many files are left unpacked."""
    until = time.monotonic() + PATIENCE_S
    while len([*folder.glob("*.jsonl")]) > unpacked and time.monotonic() < until:
        packer.turn(NO_METER)
        time.sleep(0.01)


def test_a_packed_file_has_the_same_lines_and_the_unpacked_one_is_gone(tmp_path: Path) -> None:
    paths = written(tmp_path, 4)
    before = verified(str(tmp_path))
    stat = os.stat(paths[0])
    assert pack_file(paths[0])
    assert packed_names(tmp_path) == ["2026-11-23.jsonl.gz"] and len(names(tmp_path)) == 4
    after = os.stat(f"{paths[0]}.gz")
    assert (after.st_mode, int(after.st_mtime)) == (stat.st_mode, int(stat.st_mtime))
    packed = verified(str(tmp_path))
    assert packed == dataclasses.replace(before, first="2026-11-23.jsonl.gz")


def test_the_meter_packs_the_oldest_first_and_leaves_three_days(tmp_path: Path) -> None:
    written(tmp_path, 6)
    before, said = verified(str(tmp_path)), list[str]()
    packer = DayPacker(str(tmp_path), said.append)
    run(packer, tmp_path, 3)
    assert packed_names(tmp_path) == [f"2026-11-{day}.jsonl.gz" for day in (23, 24, 25)]
    assert oldest_unpacked(str(tmp_path)) is None and not said
    for _ in range(20):
        packer.turn(NO_METER)
    packer.close()
    assert len(packed_names(tmp_path)) == 3 and verified(str(tmp_path)).hash == before.hash


def test_what_was_changed_stays_as_it_is_and_is_said_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, 5)[0]
    content = Path(path).read_bytes().replace(b'"number":1', b'"number":9')
    Path(path).write_bytes(content)
    with pytest.raises(HashMismatch):
        pack_file(path)
    said = list[str]()

    def say(text: str) -> None:
        said.append(text)
        print(text, flush=True)

    packer = DayPacker(str(tmp_path), say)
    until = time.monotonic() + PATIENCE_S
    while not said and time.monotonic() < until:
        packer.turn(NO_METER)
        time.sleep(0.01)
    packer.turn(NO_METER)
    packer.close()
    assert Path(path).read_bytes() == content and not packed_names(tmp_path)
    assert len(names(tmp_path)) == 5  # nothing of it is left in part
    assert said == ["days stay unpacked until the meter is started again"]
    assert "2026-11-23.jsonl cannot be packed" in capfd.readouterr().out


def test_nothing_is_packed_while_somebody_reads(tmp_path: Path) -> None:
    paths = written(tmp_path, 5)
    with reading(str(tmp_path)), reading(str(tmp_path)):
        assert not pack_file(paths[0])
    packer = DayPacker(str(tmp_path), print, every_s=0.0)
    with reading(str(tmp_path)):
        for _ in range(50):
            packer.turn(NO_METER)
            time.sleep(0.005)
        assert not packed_names(tmp_path)
    run(packer, tmp_path, 3)
    packer.close()
    assert len(packed_names(tmp_path)) == 2


def test_a_reader_waits_for_the_file_that_is_being_packed(tmp_path: Path) -> None:
    import fcntl

    path = written(tmp_path, 5)[0]
    seen = list[str]()

    def read() -> None:
        with reading(str(tmp_path)):
            seen.extend(files(str(tmp_path)))

    with open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        reader = threading.Thread(target=read)
        reader.start()
        time.sleep(0.2)
        assert not seen
        Path(f"{path}.gz").write_bytes(b"")
        os.unlink(path)
    reader.join(PATIENCE_S)
    assert seen[0] == f"{path}.gz"


def test_packing_that_was_ended_is_begun_anew(tmp_path: Path) -> None:
    paths = written(tmp_path, 5)
    for path in (f"{paths[0]}.gz", os.path.join(tmp_path, ".2026-11-23.jsonl.gz")):
        Path(path).write_bytes(b"half")
    before = verified(str(tmp_path))
    assert pack_file(paths[0])
    assert verified(str(tmp_path)).hash == before.hash and len(names(tmp_path)) == 5
