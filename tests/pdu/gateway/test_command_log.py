"""The journal of commands: what a key finds after a restart, a crash, and on a full disk."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from handlers.shared.errors import SettingsError
from pdu.core.files import journal
from pdu.gateway import command_log
from pdu.gateway.command_log import LOST, CommandLog
from pdu.gateway.errors import ApiError
from pdu.gateway.power import CordState, PowerOutcome, PowerRequest
from pdu.pdus.states import DOWN, UNKNOWN
from pdu.site.drawing.drawing import Cord

CORDS = (Cord("a/b", "1"), Cord("c", "x/2"))
OFF = PowerRequest("srv", "off")


def ended(book: CommandLog, key: str, done: bool = True) -> PowerOutcome:
    command = book.begin("me", OFF, CORDS, key)
    found = PowerOutcome(command.id, OFF, done, DOWN, [CordState(one, DOWN) for one in CORDS], "")
    book.end(command, found)
    return found


def test_a_key_finds_its_result_after_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "j")
    book = CommandLog(path)
    first = ended(book, "k")
    book.close()
    again = CommandLog(path)
    known = again.find_command("me", "k")
    assert known is not None and known.outcome is not None and again.lost == []
    assert known.outcome._replace(cords=()) == first._replace(cords=())
    assert [str(one.cord) for one in known.outcome.cords] == ["a/b/1", "c/x/2"]
    assert again.find_command("you", "k") is None and again.find_command("me", "K") is None
    again.close()


def test_a_command_without_an_end_is_one_whose_result_is_not_known(tmp_path: Path) -> None:
    path = str(tmp_path / "j")
    book = CommandLog(path)
    book.begin("me", OFF, CORDS, "k")
    book.close()
    for lost in (1, 0):  # the first restart writes the end that the second one reads
        book = CommandLog(path)
        known = book.find_command("me", "k")
        assert len(book.lost) == lost and known is not None and known.outcome is not None
        assert (known.outcome.is_done, known.outcome.state) == (False, UNKNOWN)
        assert known.outcome.reason == LOST
        book.close()


def test_what_is_begun_is_on_the_disk_before_it_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = CommandLog(str(tmp_path / "j"))
    synced: list[str] = []
    real = os.fsync

    def sync(file: int) -> None:
        synced.append((tmp_path / "j").read_text())
        real(file)

    monkeypatch.setattr(os, "fsync", sync)
    command = book.begin("me", OFF, CORDS, "k")
    assert len(synced) == 1 and command.id in synced[0]
    line = json.loads(synced[0].splitlines()[-1])
    assert {key: line[key] for key in ("event", "client", "machine", "action", "outlets")} == {
        "event": "begin",
        "client": "me",
        "machine": "srv",
        "action": "off",
        "outlets": ["a/b/1", "c/x/2"],
    }
    book.close()


def test_a_full_disk_sends_nothing_and_ends_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "j")
    book = CommandLog(path)
    ended(book, "before")

    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        for _ in range(2):
            with pytest.raises(ApiError) as refused:
                book.begin("me", OFF, CORDS, "k")
            assert refused.value.status == 503 and "nothing was sent" in refused.value.reason
        assert book.find_command("me", "k") is None
    ended(book, "k")  # there is room again
    book.close()
    assert [one.record.get("key") for one in journal.read_entries(path)][1::2] == ["before", "k"]


def test_only_the_last_keys_of_a_client_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_log, "KEYS_OF_CLIENT", 2)
    book = CommandLog(str(tmp_path / "j"))
    book.end(book.begin("you", OFF, CORDS, "old"), PowerOutcome("", OFF, True, DOWN))
    for key in ("1", "2", "3"):
        ended(book, key)
    assert [key for key in ("1", "2", "3") if book.find_command("me", key)] == ["2", "3"]
    assert book.find_command("you", "old") is not None
    book.close()


def test_a_changed_or_foreign_journal_is_refused_and_one_in_use_too(tmp_path: Path) -> None:
    path = tmp_path / "j"
    book = CommandLog(str(path))
    ended(book, "k")
    ended(book, "l")
    with pytest.raises(SettingsError, match="in use"):
        CommandLog(str(path))
    book.close()
    whole = path.read_text()
    path.write_text(whole.replace('"state":"off"', '"state":"on"', 1))
    with pytest.raises(SettingsError, match="line 3 is not as it was written"):
        CommandLog(str(path))
    foreign = str(tmp_path / "foreign")
    with journal.Journal(foreign) as other:
        other.append([{"event": "begin", "plan": 7}])
    with pytest.raises(SettingsError, match="not the journal of a gateway"):
        CommandLog(foreign)
    # both files were let go of
    path.write_text(whole)
    CommandLog(str(path)).close()
    journal.Journal(foreign).close()
