"""The journal: every changed byte is named, and no accepted line is lost."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pdu.core.files import journal
from pdu.core.files.journal import HashMismatch, Journal, JournalError
from tests.waiting import PATIENCE_S

RECORDS = [{"outlet": number, "name": "Größe \n"} for number in range(4)]


def test_lines_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = str(tmp_path / "a.jsonl")
    with Journal(path) as opened:
        opened.append(RECORDS[:3])
        opened.append(RECORDS[3:])
        last = opened.hash
    lines = list(journal.read_entries(path))
    assert [journal_entry.record for journal_entry in lines[1:]] == RECORDS
    assert [line.line for line in lines] == [1, 2, 3, 4, 5]
    assert lines[-1].hash == last
    assert os.stat(path).st_mode & 0o777 == 0o600
    texts = Path(path).read_text().splitlines()[1:]
    assert [json.loads(line)["outlet"] for line in texts] == [0, 1, 2, 3]


def test_any_changed_byte_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with Journal(str(path)) as opened:
        opened.append(RECORDS)
    whole = path.read_bytes()
    for place in range(len(whole)):
        line = whole[:place].count(b"\n") + 1
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        if place == len(whole) - 1:
            # without its end, the last line is a torn one
            assert len(list(journal.read_entries(str(path)))) == 4
            continue
        with pytest.raises(HashMismatch, match=f"line {line} is not"):
            list(journal.read_entries(str(path)))


def test_a_removed_or_doubled_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with Journal(str(path)) as opened:
        opened.append(RECORDS)
    lines = path.read_bytes().splitlines(keepends=True)
    for place in range(len(lines) - 1):
        for wrong in (lines[:place] + lines[place + 1 :], lines[: place + 1] + lines[place:]):
            path.write_bytes(b"".join(wrong))
            with pytest.raises(HashMismatch):
                list(journal.read_entries(str(path)))


@pytest.mark.parametrize("kept", [1, 70, 80])
def test_a_torn_end_is_removed_and_the_rest_goes_on(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "a.jsonl"
    with Journal(str(path)) as opened:
        opened.append(RECORDS[:2])
        whole = path.read_bytes()
        opened.append(RECORDS[2:3])
    path.write_bytes(path.read_bytes()[: len(whole) + kept])
    with Journal(str(path)) as opened:
        assert opened.repaired == kept
        opened.append(RECORDS[3:])
    assert [entry.record for entry in journal.read_entries(str(path))][1:] == [
        *RECORDS[:2],
        RECORDS[3],
    ]


@pytest.mark.parametrize("content", ['{"a": "plan"}', "hush", '{"hash":"' + "0" * 300])
def test_a_file_that_is_no_journal_keeps_its_content(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(JournalError, match="no journal"):
        Journal(str(path))
    assert path.read_text() == content


@pytest.mark.parametrize("cut", ["", '{"ha', '{"hash":"00', "\0" * 160])
def test_a_first_line_that_was_cut_off_is_written_anew(tmp_path: Path, cut: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(cut)
    with Journal(str(path)) as opened:
        assert opened.repaired == len(cut)
        opened.append(RECORDS)
    assert [entry.record for entry in journal.read_entries(str(path))][1:] == RECORDS


def test_nothing_is_appended_after_a_changed_last_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with Journal(str(path)) as opened:
        opened.append(RECORDS)
    path.write_bytes(path.read_bytes().replace(b'"outlet":3', b'"outlet":4'))
    with pytest.raises(HashMismatch, match="nothing is appended"):
        Journal(str(path))


def test_two_writers_do_not_share_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "a.jsonl")
    with Journal(path), pytest.raises(JournalError, match="in use"):
        Journal(path)


def test_another_json_file_is_not_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"outlet":1}\n')
    with pytest.raises(HashMismatch):
        list(journal.read_entries(str(path)))
    with pytest.raises(HashMismatch):
        Journal(str(path))


_FULL = """
import resource, sys
from pdu.core.files.journal import Journal, JournalError
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
accepted = 0
journal = Journal(sys.argv[1])
try:
    while True:
        journal.append([{"n": accepted}, {"n": accepted + 1}])
        accepted += 2
except JournalError as error:
    print(accepted, error)
"""


def test_a_full_disk_loses_no_accepted_line(tmp_path: Path) -> None:
    path = str(tmp_path / "a.jsonl")
    result = subprocess.run(
        [sys.executable, "-c", _FULL, path], capture_output=True, text=True, check=True, timeout=120
    )
    accepted, text = result.stdout.split(maxsplit=1)
    assert "File too large" in text
    assert [entry.record.get("n") for entry in journal.read_entries(path)][1:] == list(
        range(int(accepted))
    )
    assert Path(path).read_bytes().endswith(b"\n")
    with Journal(path) as opened:
        assert not opened.repaired


_WRITER = """
import sys
from pdu.core.files.journal import Journal
with Journal(sys.argv[1]) as journal:
    number = int(sys.argv[2])
    while True:
        journal.append([{"n": number, "text": "x" * (number % 3000)}])
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()
        number += 1
"""


def killed(path: str, times: int, seed: int = 1) -> int:
    """Kill a writer so many times, each after some lines. Returns how many lines were accepted, all
    of which were found again.
    """
    chance = random.Random(seed)
    accepted = -1
    for _ in range(times):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, path, str(accepted + 1)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        for _ in range(chance.randrange(1, 40)):
            accepted = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        for line in writer.stdout.read().splitlines(keepends=True):
            accepted = int(line) if line.endswith(b"\n") else accepted
        writer.wait(PATIENCE_S)
        writer.stdout.close()
        found = [entry.record["n"] for entry in journal.read_entries(path) if entry.line > 1]
        assert found[: accepted + 1] == list(range(accepted + 1))
        # a line may be on the disk before its acceptance is said
        accepted = found[-1]
    return accepted + 1


def test_a_kill_at_any_time_loses_no_accepted_line(tmp_path: Path) -> None:
    assert killed(str(tmp_path / "a.jsonl"), 8) > 8


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(KeyboardInterrupt):
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
        print(f"{count} kills: {killed(f'{folder}/a.jsonl', count)} lines accepted, none lost")
