"""Files that are read whole, created new, or written in one step."""

from __future__ import annotations

import errno
import os
import signal
import stat
from pathlib import Path
from typing import Any

import pytest

from handlers.shared.errors import SettingsError
from pdu.files import whole_files
from pdu.files.whole_files import PRIVATE, new_file, write_atomically


def test_a_file_is_on_the_disk_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, steps = tmp_path / "state", list[str]()
    path.write_text("old")

    def noted(name: str, call: Any) -> None:
        def run(*arguments: Any) -> Any:
            steps.append(f"{name} while it is {path.read_text()}")
            return call(*arguments)

        monkeypatch.setattr(os, name, run)

    noted("fsync", os.fsync)
    noted("replace", os.replace)
    write_atomically(str(path), b"new")
    # the file, its name, the folder's entry
    assert steps == ["fsync while it is old", "replace while it is old", "fsync while it is new"]
    assert path.read_bytes() == b"new"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("replaces", [True, False])
def test_a_write_that_fails_leaves_what_was_there(
    replaces: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state"
    path.write_text("old")

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(str(path), b"new", replaces=replaces)
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    write_atomically(str(path), b"first", PRIVATE, replaces=False)
    with pytest.raises(FileExistsError):
        write_atomically(str(path), b"second", PRIVATE, replaces=False)
    assert path.read_bytes() == b"first"
    assert [*tmp_path.iterdir()] == [path]


def test_a_new_file_has_the_mode_less_the_umask_and_a_file_that_is_replaced_keeps_its_own(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x"
    for umask in (0o022, 0o077):
        for mode in (PRIVATE, 0o666, 0o777):
            previous_umask = os.umask(umask)
            try:
                write_atomically(str(path), b"", mode)
                assert stat.S_IMODE(path.stat().st_mode) == mode & ~umask
                path.chmod(0o640)
                write_atomically(str(path), b"", mode)
                assert stat.S_IMODE(path.stat().st_mode) == 0o640
            finally:
                os.umask(previous_umask)
            path.unlink()


def test_a_file_in_the_making_is_never_open_to_more_users_than_the_one_that_it_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "logins"
    path.touch(0o600)
    created_modes: list[int] = []
    open_file = os.open

    def noted_open(name: str, flags: int, *mode: int) -> int:
        descriptor = open_file(name, flags, *mode)
        if flags & os.O_CREAT:
            created_modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    monkeypatch.setattr(os, "open", noted_open)
    write_atomically(str(path), b"new")
    assert created_modes == [0o600]


def test_two_processes_of_one_id_write_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As two containers on one volume: whoever is last is there whole, and nobody fails."""
    path, writes = tmp_path / "pdus.html", 0
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        nonlocal writes
        writes += 1
        if writes == 1:
            write_atomically(str(path), b"second")
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_atomically(str(path), b"first")
    assert path.read_bytes() == b"first"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize(
    "data, words",
    [(b"PK\x03\x04", "a workbook of a spreadsheet"), ("a;ж".encode("cp1251"), "not UTF-8 text")],
    ids=["xlsx", "cp1251"],
)
def test_a_file_that_is_no_unicode_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(SettingsError, match=f"^pdus: {words}"):
        whole_files.decode_text(data, "pdus")


# What Excel saves where the comma is the decimal sign (support.microsoft.com, "Save a workbook to
# text format"; the list separator and the code page are Windows' regional settings): its first
# choice of CSV is the ANSI code page, with semicolons and CRLF
RUSSIAN = "customer;pdu;outlet;from;to\r\nРога и копыта;стойка 1;;01.10.2026;\r\n"


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        (RUSSIAN.encode("cp1251"), RUSSIAN, "is read as cp1251"),
        (("# клиенты\r\n" + RUSSIAN).encode("cp1251"), "# клиенты\r\n" + RUSSIAN, "cp1251"),
        (RUSSIAN.encode("utf-8-sig"), RUSSIAN, ""),
        (RUSSIAN.encode("utf-16"), RUSSIAN, ""),
    ],
)
def test_a_table_of_russian_excel_is_read(data: bytes, text: str, note: str) -> None:
    table_text, sentence = whole_files.decode_table(data, "c.csv")
    assert table_text == text
    assert note in sentence
    assert bool(note) is bool(sentence)


@pytest.mark.parametrize(
    "data",
    [
        RUSSIAN.replace(";", ",").encode("cp1251"),
        RUSSIAN.replace("customer", "клиент").encode("cp1251"),
        b"customer;pdu\r\n\x98;a\r\n",
        RUSSIAN.replace("Рога и копыта", "Müller GmbH").replace("стойка", "r").encode("cp1252"),
        b"PK\x03\x04",
    ],
    ids=["commas", "another head", "no cp1251", "German", "workbook"],
)
def test_a_table_that_is_no_unicode_and_not_as_excel_saves_it_is_refused(data: bytes) -> None:
    with pytest.raises(SettingsError, match="CSV UTF-8"):
        whole_files.decode_table(data, "c.csv")


def test_a_new_file_that_is_written_stays_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "unit"
    with new_file(str(path)) as write:
        write(b"whole")
    assert path.read_bytes() == b"whole"
    assert stat.S_IMODE(path.stat().st_mode) == PRIVATE
    with pytest.raises(SettingsError, match="exists already: remove it"), new_file(str(path)):
        pass
    with pytest.raises(SettingsError, match="it is a folder"), new_file(str(tmp_path)):
        pass
    with pytest.raises(SettingsError, match="cannot be written"), new_file(str(path / "below")):
        pass
    assert path.read_bytes() == b"whole"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")
def test_a_new_file_that_cannot_be_written_is_an_error_and_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "unit"
    open_file = os.open

    def open_full(name: str, flags: int, mode: int) -> int:
        os.close(open_file(name, flags, mode))
        return open_file("/dev/full", os.O_WRONLY)

    monkeypatch.setattr(os, "open", open_full)
    with pytest.raises(SettingsError, match="No space left"), new_file(str(path)) as write:
        write(b"whole")
    assert not path.exists()


def test_a_new_file_is_closed_and_removed_if_its_block_fails(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    with pytest.raises(KeyError), new_file(str(tmp_path / "unit")):
        raise KeyError
    assert os.listdir("/proc/self/fd") == before
    assert not os.listdir(tmp_path)


def test_a_second_sighup_does_not_prevent_the_removal_of_a_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell may pass SIGHUP on to its programs.

    When the shell then ends, the kernel may send them another one.
    """

    def unlinked(path: str) -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        remove(path)

    remove = os.unlink
    monkeypatch.setattr(os, "unlink", unlinked)
    with pytest.raises(KeyboardInterrupt), new_file(str(tmp_path / "unit")):
        os.kill(os.getpid(), signal.SIGHUP)
    assert not os.listdir(tmp_path)


def test_sighup_stays_ignored_under_nohup(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with new_file(str(tmp_path / "unit")) as write:
            os.kill(os.getpid(), signal.SIGHUP)
            write(b"whole")
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (tmp_path / "unit").read_bytes() == b"whole"


def test_a_file_is_read_up_to_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "walk"
    monkeypatch.setattr(whole_files, "LONGEST", 5_000_000)
    path.write_bytes(b"x" * 5_000_000)
    assert whole_files.read_file(str(path)) == path.read_bytes()
    with path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(SettingsError, match="is larger than 5 MB"):
        whole_files.read_file(str(path))


@pytest.mark.parametrize("name", ["", "missing", "a\0b"])
def test_a_file_that_cannot_be_read_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=r"^recording: .* cannot be read \(.+\)"):
        whole_files.read_file(name, "recording: ")
