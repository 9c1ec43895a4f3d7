"""The files of a meter: rotation, the chain over days, locks, torn ends, packed days."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from pdu.core.files import journal
from pdu.core.files.journal import HashMismatch, JournalError
from pdu.energy.journal.days import Days, files, is_used
from pdu.energy.journal.verify import Verified, verify_files

from ..meter.readings import MIDNIGHT, NOON, numbers


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def written(folder: Path, days: int = 3) -> list[str]:
    """A chain of so many days. Returns the paths of its files."""
    with Days(str(folder)) as opened:
        for day in range(days):
            opened.append(numbers(2), NOON + 86400.0 * day)
    return files(str(folder))


def pack(path: str) -> None:
    with open(path, "rb") as plain, gzip.open(path + ".gz", "wb") as packed:
        packed.write(plain.read())
    os.unlink(path)


def test_each_day_has_a_file_and_all_are_one_chain(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with Days(str(folder)) as days:
        assert days.is_new(NOON) and days.hash == journal.START
        days.append(numbers(1), MIDNIGHT - 0.001)
        assert not days.is_new(MIDNIGHT - 0.001) and days.is_new(MIDNIGHT)
        days.append(numbers(1), MIDNIGHT)
        last = days.hash
    assert names(folder) == ["2026-11-23.jsonl", "2026-11-24.jsonl"]
    assert folder.stat().st_mode & 0o777 == 0o700
    found = verify_files(str(folder))
    first, second = names(folder)
    assert found == Verified(2, 4, first, second, journal.START, last, [], {})


def test_a_restart_continues_the_day_and_the_chain(tmp_path: Path) -> None:
    for utc in (NOON, NOON, MIDNIGHT):
        with Days(str(tmp_path)) as days:
            assert days.is_new(utc)
            days.append(numbers(1), utc)
    assert verify_files(str(tmp_path)).lines == 2 + 3


def test_a_clock_that_went_back_continues_the_newest_file(tmp_path: Path) -> None:
    with Days(str(tmp_path)) as days:
        days.append(numbers(1), MIDNIGHT)
        days.append(numbers(1), NOON)
    with Days(str(tmp_path)) as days:
        days.append(numbers(1), NOON)
    assert names(tmp_path) == ["2026-11-24.jsonl"]
    assert verify_files(str(tmp_path)).lines == 4


def test_two_meters_do_not_share_a_folder_even_on_different_days(tmp_path: Path) -> None:
    with Days(str(tmp_path)) as days:
        days.append(numbers(1), NOON)
        assert is_used(str(tmp_path))
        with pytest.raises(JournalError, match="in use: another meter"):
            Days(str(tmp_path))
    assert not is_used(str(tmp_path))


def test_a_forked_process_does_not_keep_the_lock(tmp_path: Path) -> None:
    days = Days(str(tmp_path))
    (read, write), (ready, done) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        days.abandon()
        os.write(done, b"x")
        os.read(read, 1)
        os._exit(0)
    try:
        os.read(ready, 1)
        days.close()
        Days(str(tmp_path)).close()
    finally:
        os.write(write, b"x")
        os.waitpid(child, 0)


@pytest.mark.parametrize("at_start_of_day", [False, True])
def test_a_kill_at_any_byte_loses_no_accepted_line(tmp_path: Path, at_start_of_day: bool) -> None:
    folder = tmp_path / "a"
    with Days(str(folder)) as days:
        days.append(numbers(2), NOON)
        accepted = days.hash
        before = Path(files(str(folder))[-1])
        whole = before.stat().st_size
        # the write that the kill breaks off
        days.append(numbers(2), MIDNIGHT if at_start_of_day else NOON)
    path = Path(files(str(folder))[-1])
    content = path.read_bytes()
    begin = 0 if at_start_of_day else whole
    ends = [place for place in range(begin, len(content)) if content[place - 1 : place] == b"\n"]
    for length in sorted({begin, *range(begin, len(content), 7), *ends, len(content) - 1}):
        path.write_bytes(content[:length])
        with Days(str(folder)) as days:
            assert days.repaired == length - (content.rfind(b"\n", 0, length) + 1)
            days.append(numbers(1), MIDNIGHT)
        found = verify_files(str(folder), [accepted])
        assert found.first == "2026-11-23.jsonl"
        for one in files(str(folder)):
            if one != str(before):
                os.unlink(one)
        before.write_bytes(before.read_bytes()[:whole])


def test_a_chain_whose_last_line_was_changed_is_left_and_a_new_one_says_why(
    tmp_path: Path,
) -> None:
    path = Path(written(tmp_path)[-1])
    changed = path.read_bytes().replace(b'"number":1', b'"number":2')
    path.write_bytes(changed)
    with Days(str(tmp_path)) as days:
        assert days.is_new(NOON)
        days.append(numbers(1), NOON + 2 * 86400.0)
        assert days.anew == ["2026-11-25.jsonl: its last line is not as it was written"]
    assert path.read_bytes() == changed
    assert names(tmp_path)[-1] == "2026-11-25_02.jsonl"


def test_past_days_may_be_packed(tmp_path: Path) -> None:
    paths = written(tmp_path)
    for path in paths:
        pack(path)
    with Days(str(tmp_path)) as days:
        days.append(numbers(1), NOON + 3 * 86400.0)
    assert verify_files(str(tmp_path)).files == 4
    first, *_ = files(str(tmp_path))
    assert [one.record for one in journal.read_entries(first)][1:3] == numbers(2)


def test_a_packed_day_that_is_not_over_is_refused(tmp_path: Path) -> None:
    (path,) = written(tmp_path, 1)
    pack(path)
    with Days(str(tmp_path)) as days, pytest.raises(JournalError, match="unpack it"):
        days.append(numbers(1), NOON)


def test_of_a_packed_and_an_unpacked_file_the_unpacked_one_counts(tmp_path: Path) -> None:
    """A kill may end packing after the packed file is there. Others are named by the chain."""
    paths = written(tmp_path, 3)
    content = Path(paths[1]).read_bytes()
    pack(paths[1])
    Path(paths[1]).write_bytes(content)
    assert files(str(tmp_path)) == paths and verify_files(str(tmp_path)).files == 3
    Path(paths[1]).write_bytes(b"")
    with pytest.raises(HashMismatch, match=os.path.basename(paths[2])):
        verify_files(str(tmp_path))


def test_after_a_failed_write_the_file_is_opened_anew(tmp_path: Path) -> None:
    with Days(str(tmp_path)) as days:
        days.append(numbers(1), NOON)
        with pytest.raises(ValueError, match="JSON"):
            days.append([{"number": float("nan")}], NOON)
        assert days.is_new(NOON)
        days.append(numbers(1), NOON)
        assert not days.is_new(NOON)
    assert verify_files(str(tmp_path)).lines == 3


def test_a_closed_folder_is_not_closed_again_in_a_fork(tmp_path: Path) -> None:
    """The number of its file may be that of another one then."""
    days = Days(str(tmp_path))
    days.close()
    with open(tmp_path / "other", "w") as other:
        days.abandon()
        os.fstat(other.fileno())


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be opened"):
        Days(str(tmp_path / "file"))
    with pytest.raises(JournalError, match="cannot be read"):
        files(str(tmp_path / "none"))
