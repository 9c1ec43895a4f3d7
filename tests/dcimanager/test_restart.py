"""Restarts of the stand-in: what a folder of data keeps, and calls that a stop interrupts."""

from __future__ import annotations

import contextlib
import http.client
import re
import sqlite3
import threading
from pathlib import Path

import pytest

from handlers import VERSION
from tests.waiting import PATIENCE_S, finished, until

from .client import Client
from .local_build import simulate
from .manager import DciManager
from .records import Refusal
from .visiting import Visitor
from .web.rendering import state


def test_a_restart_keeps_everything(small: bytes, newer: bytes, tmp_path: Path) -> None:
    settings = {"password": "sesame-4711-open"}
    with DciManager(data=tmp_path) as manager:
        client = Client(manager)
        number = client.install(small)
        assert client.upload(number, newer).status == 200
        pdu = manager.add_pdu(
            "rack", "pdu_small", "127.0.0.1", settings=settings, notes="by the door"
        )
        manager.poll()
        manager.switch(pdu, "1", on=False)
        events, (handler,) = manager.journal.events(), manager.handlers()
    assert (tmp_path / "dcimanager.sqlite").stat().st_mode & 0o077 == 0  # it holds the password
    with DciManager(data=tmp_path) as manager:
        (again,) = manager.pdus()
        assert again.name == "rack"
        assert again.notes == "by the door"
        assert again.settings == settings
        assert again.ports == pdu.ports
        assert again.ports["1"] == "DOWN"
        assert state(again, "1") == "stale"
        assert (again.load_a, again.energy_kwh) == (1.5, 42.25)
        assert [reading.energy for reading in manager.readings(again, 0.0)] == [42.25]
        methods = [entry.call.method for entry in manager.journal.calls()]
        assert methods == ["port_down", "statistic", "status"]
        assert (manager.handlers(), manager.journal.events()) == ([handler], events)
        manager.poll()
        assert "2.0" in again.ports
        assert state(again, "1") == "on"
    assert not (tmp_path / "run").exists()


def test_old_readings_and_calls_are_deleted(small: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with DciManager() as manager:
        Client(manager).install(small)
        pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
        manager.poll()
        manager.journal.thin()
        assert len(manager.readings(pdu, 0.0)) == 1
        assert len(manager.journal.calls()) == 2
        monkeypatch.setattr("tests.dcimanager.readings.OLDEST_S", 0.0)
        monkeypatch.setattr("tests.dcimanager.journal.KEPT_CALLS", 1)
        manager.journal.thin()
        assert manager.readings(pdu, 0.0) == []
        assert [entry.call.method for entry in manager.journal.calls()] == ["statistic"]


def test_a_damaged_database_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "dcimanager.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(ValueError, match="dcimanager.sqlite cannot be used"):
        DciManager(data=tmp_path)


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "dcimanager.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(ValueError, match="another version"):
        DciManager(data=tmp_path)


def test_a_simulated_pdu_is_polled_on_the_timer(tmp_path: Path) -> None:
    with DciManager(data=tmp_path, poll_seconds=1.0) as manager:
        pdu = simulate(manager, "nut")
        assert until(lambda: len(pdu.ports) == 16 and len(manager.readings(pdu, 0.0)) >= 2)
        assert pdu.labels["3"].name == "Server 3"
        # the build that runs is the one whose name the archive's folder has
        first_line = re.compile(rf"pdu handler nut {re.escape(VERSION)}\+c[0-9a-f]{{12}}\b")
        for call in pdu.calls:
            if call.method in ("status", "statistic"):
                lines = [line for line in call.lines if first_line.search(line)]
                assert len(lines) == 1
        for line in manager.log(pdu):
            assert pdu.settings["password"] not in line


@pytest.mark.trial
def test_a_simulated_pdu_restarts_as_it_was(tmp_path: Path) -> None:
    with DciManager(data=tmp_path, poll_seconds=1.0) as manager:
        pdu = simulate(manager, "nut")
        assert until(lambda: len(pdu.ports) == 16)
        manager.switch(pdu, "2", on=False)
    with DciManager(data=tmp_path, poll_seconds=1.0) as manager:
        (pdu,) = manager.pdus()
        assert until(lambda: pdu.last("statistic") is not None)
        assert pdu.ports["2"] == "DOWN", pdu.calls
        assert pdu.ports["3"] == "UP", pdu.calls


@pytest.mark.parametrize("port", ["-1", "99999", "x"])
def test_a_simulated_pdu_whose_port_is_none_gets_another_one(port: str, tmp_path: Path) -> None:
    with DciManager(data=tmp_path) as manager:
        pdu = simulate(manager, "nut")
        pdu.settings = {**pdu.settings, "port": port}
        manager.store.save(pdu)
    with DciManager(data=tmp_path, poll_seconds=PATIENCE_S) as manager:
        (pdu,) = manager.pdus()
        assert 0 < int(pdu.settings["port"]) < 65536


def test_a_stop_logs_no_traceback_and_a_command_that_waited_is_not_sent(
    hanging_switch: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with DciManager(data=tmp_path, page_port=0) as manager:
        Client(manager).install(hanging_switch)
        pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
        manager.poll()
        began = tmp_path / "began"
        pdu.settings.update(say="hang", began=str(began))
        visitor = Visitor(manager)
        visitor.log_in()

        def ask() -> None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                visitor.post(f"/pdus/{pdu.id}/switch", {"outlet": "1", "to": "off"})

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        assert until(began.exists)
        refusals: list[str] = []

        def wait() -> None:
            try:
                manager.switch(pdu, "1.0", on=False)
            except Refusal as error:
                refusals.append(error.msg)

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        manager.stop()
        finished(asking, waiting)
    assert refusals == ["nothing was switched, because the stand-in is stopping"]
    assert "Traceback" not in caplog.text
    with DciManager(data=tmp_path) as manager:
        assert manager.pdus()[0].doubts == {"1": "may or may not have switched"}
