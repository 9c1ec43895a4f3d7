"""`pdu energy verify`: what was changed is named."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import os
from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.core.files import journal
from pdu.core.files.journal import HashMismatch
from pdu.energy.journal.days import Days, files
from pdu.energy.journal.verify import verify_files
from tests.pdu.energy.journal.test_days import pack, written
from tests.pdu.energy.meter.readings import NOON, numbers
from tests.pdu.running import run


def test_any_changed_byte_of_any_file_is_named_by_its_line(tmp_path: Path) -> None:
    paths = [Path(path) for path in written(tmp_path, 2)]
    for path in paths:
        whole = path.read_bytes()
        for place in range(len(whole)):
            line = whole[:place].count(b"\n") + 1
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            is_end = place == len(whole) - 1
            wanted = "no end|no whole line|not continue" if is_end else f"line {line} is not"
            with pytest.raises(HashMismatch, match=wanted) as error:
                verify_files(str(tmp_path))
            assert path.name in str(error.value) or is_end
        path.write_bytes(whole)
    assert verify_files(str(tmp_path)).lines == 6


def test_any_changed_byte_of_a_packed_file_is_named(tmp_path: Path) -> None:
    pack(written(tmp_path)[1])
    path = tmp_path / "2026-11-24.jsonl.gz"
    whole = path.read_bytes()
    lines = gzip.decompress(whole)
    # the header has a time and a name, which are no part of a line (RFC 1952)
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            verify_files(str(tmp_path))
        except SettingsError as error:
            assert path.name in str(error) or "does not continue" in str(error)
        else:
            assert gzip.decompress(path.read_bytes()) == lines


def test_a_last_line_without_an_end_is_named_in_a_packed_file(tmp_path: Path) -> None:
    path = Path(written(tmp_path)[-1])
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()[:-1]))
    path.unlink()
    with pytest.raises(HashMismatch, match=rf"{packed.name}: its last line has no end"):
        verify_files(str(tmp_path))


def test_a_first_line_that_does_not_say_what_it_follows_is_named(tmp_path: Path) -> None:
    body = b'"journal":1,"since":2026}'
    digest = hashlib.sha256(journal.START.encode() + body).hexdigest()
    path = tmp_path / "2026-11-23.jsonl"
    path.write_bytes(b'{"hash":"%s",%s\n' % (digest.encode(), body))
    assert len(list(journal.read_entries(str(path)))) == 1
    with pytest.raises(HashMismatch, match="line 1 is not the first line of a meter"):
        verify_files(str(tmp_path))


def test_a_missing_file_and_missing_lines_are_named(tmp_path: Path) -> None:
    paths = written(tmp_path)
    last = verify_files(str(tmp_path)).hash
    middle = Path(paths[1]).read_bytes()
    os.unlink(paths[1])
    with pytest.raises(HashMismatch, match=r"2026-11-25.jsonl: line 1 does not continue"):
        verify_files(str(tmp_path))
    Path(paths[1]).write_bytes(middle[: middle[:-1].rindex(b"\n") + 1])
    with pytest.raises(HashMismatch, match=r"2026-11-25.jsonl: line 1 does not continue"):
        verify_files(str(tmp_path))
    Path(paths[1]).write_bytes(middle)
    # only a hash that was kept shows these
    newest = Path(paths[2]).read_bytes()
    Path(paths[2]).write_bytes(newest[: newest[:-1].rindex(b"\n") + 1])
    assert verify_files(str(tmp_path)).lines == 8
    with pytest.raises(HashMismatch, match="no line with the hash"):
        verify_files(str(tmp_path), [last])


def test_a_line_that_is_being_written_is_no_change(tmp_path: Path) -> None:
    with Days(str(tmp_path)) as days:
        days.append(numbers(1), NOON)
        with open(files(str(tmp_path))[0], "ab") as file:
            file.write(b'{"hash":"')
        assert verify_files(str(tmp_path)).lines == 2
    with pytest.raises(HashMismatch, match="the last 9 bytes"):
        verify_files(str(tmp_path))


def test_the_command_says_the_last_hash_and_names_a_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = written(tmp_path)
    found = verify_files(str(tmp_path))
    code, out, _ = run(capsys, "energy", "verify", str(tmp_path))
    assert code == 0 and "9 lines in 3 files" in out and found.hash in out and "--kept" in out
    code, out, _ = run(capsys, "energy", "verify", str(tmp_path), "--kept", found.hash)
    assert code == 0 and "--kept" not in out
    code, out, _ = run(capsys, "energy", "verify", str(tmp_path), "--json")
    assert json.loads(out) == {**dataclasses.asdict(found), "anew": []}
    assert run(capsys, "energy", "verify", str(tmp_path), "--kept", "1" * 64)[0] == 2
    assert run(capsys, "energy", "verify", str(tmp_path), "--kept", "abc")[0] == 2
    assert run(capsys, "energy", "verify", str(tmp_path / "none"))[0] == 2
    os.unlink(paths[0])
    code, out, _ = run(capsys, "energy", "verify", str(tmp_path))
    assert code == 0 and found.after != journal.last_hash(paths[1]) and "which is not here" in out
    Path(paths[1]).write_bytes(Path(paths[1]).read_bytes().replace(b"number", b"nUmber", 1))
    code, _, err = run(capsys, "energy", "verify", str(tmp_path))
    assert code == 2 and "2026-11-24.jsonl: line 2 is not as it was written" in err


def test_bytes_behind_the_last_line_of_a_day_that_is_over_are_named(tmp_path: Path) -> None:
    first, _ = written(tmp_path, 2)
    with open(first, "ab") as file:
        file.write(b'{"hash"')
    with pytest.raises(HashMismatch, match=r"its last line has no end \(7 bytes\)"):
        verify_files(str(tmp_path))


def test_a_file_of_one_line_that_follows_no_other_is_named(tmp_path: Path) -> None:
    written(tmp_path, 1)
    other = written(tmp_path / "other", 3)[2]
    line = Path(other).read_bytes().splitlines(keepends=True)[0]
    (tmp_path / "2026-11-24.jsonl").write_bytes(line)
    with pytest.raises(HashMismatch, match="does not continue the file before it"):
        verify_files(str(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kept", "abc"], "--kept 'abc': give 64 hexadecimal digits"),
    ],
)
def test_what_cannot_be_checked_is_a_wrong_argument(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    written(tmp_path, 1)
    code, _, err = run(capsys, "energy", "verify", str(tmp_path), *arguments)
    assert code == 2 and said in err


def test_a_folder_without_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"has no file of a meter, such as 2026-11-23\.jsonl"):
        verify_files(str(tmp_path))


def test_first_and_last_file_are_named_and_an_empty_or_packed_one_is_whole(tmp_path: Path) -> None:
    pack(written(tmp_path)[1])
    (tmp_path / "2026-11-26.jsonl").touch()
    found = verify_files(str(tmp_path))
    assert (found.files, found.lines) == (4, 9)
    assert (found.first, found.last) == ("2026-11-23.jsonl", "2026-11-26.jsonl")


_DAY = 86400.0


def test_a_chain_that_begins_anew_is_told_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "2026-11-23.jsonl"
    journal.Journal(str(path), journal.START, [{"anew": "it was truncated"}]).close()
    code, out, _ = run(capsys, "energy", "verify", str(tmp_path))
    assert code == 1
    assert "missing before it: 2026-11-23.jsonl: it was truncated" in " ".join(out.split())
