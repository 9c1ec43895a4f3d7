"""Restarts of the stand-in after a stop or a kill.

Also tested: its files, failed builds of archives, versions of handlers, and simulated PDUs.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.waiting import bounded, finished, until

from .client import HANDLERS, Client
from .manager import DciManager
from .readings import series
from .records import Refusal
from .sealed import Sealer
from .servers import Feed
from .visiting import Visitor
from .web.shown import state

SECRET = "sesame-4711-open"


def test_a_restart_keeps_everything(small: bytes, newer: bytes, tmp_path: Path) -> None:
    with DciManager(data=tmp_path) as manager:
        client = Client(manager)
        number = client.install(small)
        assert client.upload(number, newer).status == 200
        pdu = manager.add_pdu(
            "rack", "pdu_small", "127.0.0.1", settings={"password": SECRET}, notes="by the door"
        )
        manager.poll()
        manager.switch(pdu, "1", on=False)
        manager.servers.connect(manager.servers.add("web-01"), Feed(pdu.id, "1"))
        servers, events = manager.servers.all(), manager.journal.events()
        certificate = manager.ca_file.read_bytes()
    with DciManager(data=tmp_path) as manager:
        (again,) = manager.pdus()
        assert (again.name, again.notes, again.settings, again.ports) == (
            "rack",
            "by the door",
            {"password": SECRET},
            pdu.ports,
        )
        assert (
            again.ports["1"] == "DOWN"
            and state(again, "1") == "stale"
            and again.metered == ["load", "energy"]
        )
        assert (again.load_a, again.energy_kwh) == (1.5, 42.25)
        assert [reading.energy for reading in series(manager.store._db, again.id, 0.0)] == [42.25]
        assert [entry.call.method for entry in manager.journal.calls()] == [
            "port_down",
            "statistic",
            "status",
        ]
        assert (manager.servers.all(), manager.journal.events()) == (servers, events) and servers[
            0
        ].feeds
        (handler,) = manager.handlers()
        assert (handler.id, handler.uploads, handler.current, handler.top) == (
            number,
            2,
            2,
            "pdu_small",
        )
        assert manager.ca_file.read_bytes() == certificate
        client = Client(manager)
        assert (
            client.request("GET", HANDLERS, headers={**client.headers, **_token(manager)}).status
            == 200
        )
        manager.poll()
        assert "2.0" in again.ports and state(again, "1") == "on"
    assert not (tmp_path / "run").exists()


def _token(manager: DciManager) -> dict[str, str]:
    return {"x-xsrf-token": manager.tokens.issue()}


def test_the_files_contain_no_secret_in_plain_text(small: bytes, tmp_path: Path) -> None:
    with DciManager(data=tmp_path, password=SECRET) as manager:
        Client(manager).install(small)
        manager.add_pdu(
            "rack",
            "pdu_small",
            "127.0.0.1",
            settings={"password": SECRET},
            snmp={"community": SECRET},
        )
        manager.poll()
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert len(files) > 5 and not [
            path for path in files if SECRET.encode() in path.read_bytes()
        ]
        assert (tmp_path / "key").stat().st_mode & 0o077 == 0 and (
            tmp_path / "dcimanager.sqlite"
        ).stat().st_mode & 0o077 == 0


def test_a_wrong_key_is_an_error_that_names_the_key(tmp_path: Path, small: bytes) -> None:
    with DciManager(data=tmp_path) as manager:
        Client(manager).install(small)
        manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    (tmp_path / "key").unlink()
    Sealer(tmp_path / "key")
    with pytest.raises(ValueError, match="key beside the database"):
        DciManager(data=tmp_path)


# A stand-in in a separate process, which a test kills while it switches.
_PROGRAM = """
import sys, threading
from pathlib import Path
from tests.dcimanager.manager import DciManager
from tests.dcimanager.client import Client
folder, archive = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()
manager = DciManager(data=folder, call_seconds=600)
client = Client(manager)
client.install(archive)
pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
manager.poll()
pdu.settings["say"] = "hang"
threading.Thread(target=manager.switch, args=(pdu, "1", False), daemon=True).start()
while not manager.store._db.rows("SELECT 1 FROM switching"):
    pass
print("in it", flush=True)
threading.Event().wait(60)
"""


def killed(folder: Path, archive: bytes) -> None:
    """Runs a stand-in on `folder` and sends it SIGKILL while it switches."""
    data = folder.parent / "small.tar.gz"
    data.write_bytes(archive)
    folder.mkdir(exist_ok=True)
    with (
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(folder), str(data)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as process,
        bounded(process),
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == "in it\n"
        os.kill(process.pid, signal.SIGKILL)


def test_a_command_in_flight_is_shown_as_uncertain_and_never_sent_again(
    hanging_switch: bytes, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    killed(folder, hanging_switch)
    with DciManager(data=folder) as manager:
        (pdu,) = manager.pdus()
        assert pdu.doubts == {"1": "may or may not have switched"} and pdu.ports["1"] == "UP"
        assert len(series(manager.store._db, pdu.id, 0.0)) == 1
        entry = manager.journal.calls()[0]
        assert (
            entry.call.kind == "interrupted"
            and entry.call.method == "port_down"
            and "may or may not" in entry.call.text
        )
        assert any(
            "may or may not have switched" in event.text for event in manager.journal.events()
        )
        pdu.settings["say"] = ""
        manager.poll()
        assert pdu.doubts == {}
        assert [e.call.method for e in manager.journal.calls() if e.call.switches] == ["port_down"]
    with DciManager(data=folder) as manager:
        assert manager.pdus()[0].doubts == {} and manager.journal.interrupted(manager.store) == []


def test_a_stop_logs_no_traceback_and_a_command_that_waited_is_not_sent(
    hanging_switch: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("tests.dcimanager.server._GRACE_SECONDS", 0.1)
    with DciManager(data=tmp_path, page_port=0) as manager:
        Client(manager).install(hanging_switch)
        pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
        manager.poll()
        pdu.settings["say"] = "hang"
        visitor = Visitor(manager)
        visitor.log_in()

        def ask() -> None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                visitor.post(f"/pdus/{pdu.id}/switch", {"outlet": "1", "to": "off"})

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        assert until(lambda: manager.journal.in_flight(pdu) == ["1"])
        refused: list[str] = []

        def wait() -> None:
            try:
                manager.switch(pdu, "1.0", on=False)
            except Refusal as error:
                refused.append(error.msg)

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        manager.stop()
        finished(asking, waiting)
    assert (
        refused == ["nothing was switched, because the stand-in is stopping"]
        and "Traceback" not in caplog.text
    )
    with DciManager(data=tmp_path) as manager:
        assert manager.pdus()[0].doubts == {"1": "may or may not have switched"}
