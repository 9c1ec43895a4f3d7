"""What others do to a meter's files: nothing accepted is lost unseen, each damage is named, and no
month is refused whole.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import pytest

from pdu import root
from pdu.core.files.journal import HashMismatch
from pdu.energy.journal.days import Days, files
from pdu.energy.journal.verify import verify_files
from tests.hall.twin.month import Month, customers, written
from tests.needs import ROOT, program
from tests.pdu.monitoring.halls import environment
from tests.waiting import PATIENCE_S

from .test_journals import ASKED, DAY, FIRST, head, poll, unit


class Meter:
    """Writes polls of a register as a meter does."""

    def __init__(self, folder: Path) -> None:
        self.days = Days(str(folder))
        self.said: list[str] = []

    def write(self, first: int, after: int) -> None:
        """Write polls by their numbers: each five minutes from a day before the period on."""
        for number in range(first, after):
            time = FIRST - DAY + 300.0 * number
            self.days.check()
            lines: list[Any] = [head(time), unit("A1")] if self.days.is_new(time) else []
            self.days.append([*lines, poll(time, "A1")], time)
            self.said += self.days.anew
            self.days.anew.clear()


def newest(folder: Path) -> Path:
    return Path(files(str(folder))[-1])


def moved(folder: Path) -> None:
    newest(folder).rename(folder / "elsewhere")


def removed(folder: Path) -> None:
    newest(folder).unlink()


def truncated(folder: Path) -> None:
    os.truncate(newest(folder), 5000)


def copied_and_truncated(folder: Path) -> None:
    """As logrotate does with copytruncate."""
    shutil.copy(newest(folder), folder / "2026-10-01.jsonl.1")
    os.truncate(newest(folder), 0)


def rotated(folder: Path) -> None:
    """As logrotate does with create."""
    name = newest(folder)
    name.rename(folder / "2026-10-01.jsonl.1")
    name.touch(mode=0o600)


def lengthened(folder: Path) -> None:
    with newest(folder).open("ab") as file:
        file.write(b"something\n")


def audited(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = root.run(["energy", "audit", str(folder), *ASKED, "--json", *more])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "damage, said",
    [
        (moved, "was moved or removed while the meter wrote it"),
        (removed, "was moved or removed while the meter wrote it"),
        (rotated, "was moved or removed while the meter wrote it"),
        (copied_and_truncated, "to 0 bytes while the meter wrote it"),
        (truncated, "to 5000 bytes while the meter wrote it"),
        (lengthened, "was written to by others while the meter wrote it"),
    ],
)
def test_a_file_that_is_changed_under_the_meter_is_noticed_in_that_round(
    damage: Callable[[Path], None],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    meter = Meter(tmp_path)
    meter.write(0, 400)  # 33 h: the damage is at 09:20 of the period
    damage(tmp_path)
    meter.write(400, 401)
    assert len(meter.said) == 1 and said in meter.said[0]
    meter.write(401, 700)
    meter.days.close()
    # a meter that starts again goes on
    again = Meter(tmp_path)
    again.write(700, 800)
    again.days.close()
    assert len(meter.said) == 1 and not again.said
    without = []
    code, found = audited(tmp_path, capsys)
    if damage is lengthened:
        # the line that others wrote is named, and costs its neighbourhood only
        assert code == 2 and "2026-10-01.jsonl: line " in found["error"]["reason"]
        number = found["error"]["reason"].partition("line ")[2].split()[0]
        without = ["--without", f"2026-10-01.jsonl:{number}"]
        code, found = audited(tmp_path, capsys, *without)
    (outlet,) = found["pdus"][0]["outlets"]
    assert outlet["kwh"]["low"] <= 24.0 <= outlet["kwh"]["high"] < outlet["kwh"]["low"] + 1.0
    assert any("begins a new chain" in note and said in note for note in found["notes"])
    if damage in (lengthened, truncated):
        with pytest.raises(HashMismatch, match=r"2026-10-01.jsonl: "):
            verify_files(str(tmp_path))
    else:
        assert [one.partition(": ")[2] for one in verify_files(str(tmp_path)).anew] == meter.said
        capsys.readouterr()
        assert root.run(["energy", "verify", str(tmp_path)]) == 1
        assert "a new chain begins" in capsys.readouterr().out


def test_a_changed_last_line_does_not_stop_metering(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for later in (0, 175):  # the same day, and the next one
        folder = tmp_path / str(later)
        meter = Meter(folder)
        meter.write(0, 400)
        meter.days.close()
        path = newest(folder)
        path.write_bytes(path.read_bytes()[:-20] + b"9" + path.read_bytes()[-19:])
        again = Meter(folder)
        again.write(402 + later, 900)
        again.days.close()
        assert len(again.said) == 1
        assert again.said[0].startswith("2026-10-01.jsonl: its last line is not as it was written")
        code, found = audited(folder, capsys)
        assert code == 2
        reason = found["error"]["reason"]
        number = reason.partition("2026-10-01.jsonl: line ")[2].split()[0]
        code, found = audited(folder, capsys, "--without", f"2026-10-01.jsonl:{number}")
        (outlet,) = found["pdus"][0]["outlets"]
        assert outlet["kwh"]["low"] <= 24.0 <= outlet["kwh"]["high"] < outlet["kwh"]["low"] + 1.0
        assert any("begins a new chain" in note for note in found["notes"])


def test_a_kill_at_any_byte_of_a_new_chain_leaves_one_that_says_why(tmp_path: Path) -> None:
    meter = Meter(tmp_path / "a")
    meter.write(0, 3)
    removed(tmp_path / "a")
    meter.write(3, 4)
    meter.days.close()
    path = newest(tmp_path / "a")
    content = path.read_bytes()
    end = content.index(b"\n", content.index(b"\n") + 1) + 1
    # a day before, which the chain does not go on after
    other = Meter(tmp_path / "b")
    other.write(0, 3)
    other.days.close()
    before = newest(tmp_path / "b").read_bytes()
    for length in range(0, end + 1, 5):
        folder = tmp_path / f"c{length}"
        folder.mkdir()
        (folder / "2026-09-29.jsonl").write_bytes(before)
        (folder / "2026-09-30.jsonl").write_bytes(content[:length])
        again = Meter(folder)
        again.write(4, 8)
        again.days.close()
        found = verify_files(str(folder))
        assert found.files == 2 and len(found.anew) <= 1


def test_random_damage_is_named_and_what_is_left_can_be_audited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bit flips, and deleted files: each is named by its file, and left out it costs no month."""
    meter = Meter(tmp_path / "whole")
    meter.write(0, 900)
    meter.days.close()
    for seed in range(12):
        chance = random.Random(seed)
        folder = tmp_path / str(seed)
        shutil.copytree(tmp_path / "whole", folder)
        paths = [Path(path) for path in files(str(folder))]
        path = chance.choice(paths)
        if seed % 5 == 0 and path != paths[-1]:
            path.unlink()
        else:
            content = bytearray(path.read_bytes())
            place = chance.randrange(len(content))
            content[place] ^= 1 << chance.randrange(8)
            path.write_bytes(content)
        without: list[str] = []
        for _ in range(4):
            code, found = audited(folder, capsys, *without)
            if "error" not in found:
                break
            reason = found["error"]["reason"]
            name = next(one.name for one in paths if one.name in reason)
            number = reason.partition(f"{name}: line ")[2].split()[:1]
            lines = f":{number[0]}" if number and number[0].isdecimal() else ""
            without += ["--without", f"{name}{lines}"]
        assert "error" not in found, found
        if path.exists() or path != paths[0]:
            (outlet,) = found["pdus"][0]["outlets"]
            assert outlet["kwh"]["low"] <= 24.0 <= outlet["kwh"]["high"]


_READ_ONLY = """
import sys
from pdu import root
from pdu.energy.meter import poll_writer
poll_writer.is_synchronised = lambda: True
folder, beside = sys.argv[1:]
period = ("--from", "2026-10-02", "--to", "2026-10-04", "--limit-kw", "3.68")
owned = ("--customers", f"{beside}/customers.csv", "--into", f"{beside}/statements")
for said in (
    ("meter", f"{beside}/list.csv", "--into", folder, "--rounds", "1"),
    ("energy", "verify", folder),
    ("energy", "audit", folder, *period, "--json"),
    ("energy", "statement", folder, *period, *owned),
):
    print(root.run(said), *said[:2], file=sys.stderr, flush=True)
"""


def test_a_folder_that_is_read_only_is_audited_and_else_named(tmp_path: Path) -> None:
    """A disk that the kernel mounted anew after an error."""
    folder = written(tmp_path, Month(2026, 10), 3600.0)
    customers(tmp_path, Month(2026, 10))
    (tmp_path / "list.csv").write_text("name,handler,address\na,nut,127.0.0.1:1\n")
    words = [sys.executable, "-c", _READ_ONLY, str(folder), str(tmp_path)]
    if os.geteuid():
        folder.chmod(0o500)
    else:  # nothing else stops root
        again = f"mount -o remount,bind,ro {folder}"
        bound = f'mount --bind {folder} {folder} && {again} && exec "$@"'
        words = [program("unshare"), "-m", "sh", "-c", bound, "sh", *words]
    before = sorted(path.name for path in folder.iterdir())
    done = subprocess.run(
        words, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=PATIENCE_S
    )
    folder.chmod(0o700)
    if re.match("(u?mount|unshare): ", done.stderr):
        pytest.skip("this machine lets nobody mount")
    codes = re.findall(r"^(\d) (energy|meter) (\w+)?", done.stderr, re.MULTILINE)
    assert [(int(code), name) for code, _, name in codes][1:] == [
        (0, "verify"), (1, "audit"), (2, "statement"),
    ], done.stderr  # fmt: skip
    refused = r"Read-only file system|Permission denied"
    metered, _, others = done.stderr.partition(" meter ")
    # what its owner may not write can still be locked: the meter begins, and names what it loses
    assert re.search(refused, metered) and metered[-1] == ("1" if os.geteuid() else "2")
    assert len(re.findall(refused, others)) == 1
    assert sorted(path.name for path in folder.iterdir()) == before
    assert not (tmp_path / "statements").exists()
