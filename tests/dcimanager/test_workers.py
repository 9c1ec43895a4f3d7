"""Handlers in worker processes: what they can import, how broken ones are isolated, how answers are
checked.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import pytest

from tests.needs import ROOT
from tests.packaging.building import archive, small_tree
from tests.pdu.running import run
from tests.processes.handler_worker import Job, Start, Worker
from tests.simulators.snmp_agent import Agent, Device
from tests.simulators.snmp_units import fixtures
from tests.waiting import PATIENCE_S, finished, run_program, until

from .client import Client
from .manager import DciManager
from .visits import packed

# The identity of this handler's only outlet describes its process: importable modules, path,
# folder, command line.
_CURIOUS = """
import json, os, sys
from pdu_common.base_pdu import BasePdu
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView


def can(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True


class Curious(BasePdu):
    def status(self):
        view = PduView()
        seen = {"can": [name for name in ("common", "pdu_common", "requests", "pysnmp", "handlers", "tests") if can(name)],
                "path": sys.path, "cwd": os.listdir("."),
                "cmdline": open("/proc/self/cmdline").read()}
        view.ports.append(PduPortView(identity=json.dumps(seen), power_status=EnumPowerStatus.UP))
        return view

    def statistic(self):
        return PduStatisticView()


def make_handler(pdu_data):
    return Curious(pdu_data)
"""


def curious(folder: Path) -> bytes:
    tree = small_tree(folder, "curious")
    (tree / "curious" / "handler.py").write_text(_CURIOUS)
    return archive(tree, "curious")


def test_a_handler_can_import_the_platforms_modules_but_not_this_project(
    manager: DciManager, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.getcwd())
    client.install(curious(tmp_path), "pdu_curious")
    pdu = manager.add_pdu("rack", "pdu_curious", "127.0.0.1")
    manager.poll()
    paths = json.loads(next(iter(pdu.ports)))
    assert paths["can"] == ["common", "pdu_common", "requests", "pysnmp"]
    assert paths["cwd"] == []
    assert not [entry for entry in paths["path"] if Path(entry) == Path.cwd()]


def test_a_password_is_neither_in_a_workers_command_line_nor_in_the_repr_of_its_pdu(
    manager: DciManager, client: Client, tmp_path: Path
) -> None:
    client.install(curious(tmp_path), "pdu_curious")
    pdu = manager.add_pdu("rack", "pdu_curious", "127.0.0.1", settings={"password": "hidden-4711"})
    manager.poll()
    command_line = json.loads(next(iter(pdu.ports)))["cmdline"]
    assert "child.py" in command_line
    assert "hidden-4711" not in command_line + repr(pdu)


@pytest.mark.parametrize(
    "say, kind, words",
    [
        ("error", "settings", "set 'say'"),
        ("bug", "bug", "ValueError"),
        ("die", "died", ""),
        ("hang", "time-out", "no answer within 0.5 s"),
        ("print", "", ""),
    ],
)
def test_a_call_records_the_kind_of_its_failure_and_the_last_states_are_kept(
    manager: DciManager, client: Client, small: bytes, say: str, kind: str, words: str
) -> None:
    client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.poll()
    pdu.settings["say"], pdu.call_seconds = say, 0.5 if say == "hang" else None
    manager.poll()
    assert pdu.calls[2].kind == kind
    assert words in pdu.calls[2].text
    assert pdu.ports["1"] == "UP"
    pdu.settings["say"], pdu.call_seconds = "", None
    manager.poll()
    assert pdu.calls[-1].ok
    assert pdu.calls[-1].method == "statistic"
    assert len(manager.worker_pids()) == 1  # the process that hung has ended


_WRONG = """
from pdu_common.base_pdu import BasePdu
from pdu_common.helper import EnumPowerStatus, PduPortView, PduView


class View:
    ports, identity, power_status = [], "1", EnumPowerStatus.UP


class Wrong(BasePdu):
    def status(self):
        return VIEW


def make_handler(pdu_data):
    return Wrong(pdu_data)
"""
WRONG_VIEWS = {
    "own_view": "View()",
    "own_port": "PduView([View()])",
    "number": "PduView([PduPortView(1, EnumPowerStatus.UP)])",
}


@pytest.mark.parametrize("name, view", WRONG_VIEWS.items())
def test_an_answer_that_pdu_calls_broken_fails_here_with_the_same_sentence(
    name: str,
    view: str,
    manager: DciManager,
    client: Client,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tree = small_tree(tmp_path, name)
    (tree / name / "handler.py").write_text(_WRONG.replace("VIEW", view))
    data = archive(tree, name)
    client.install(data, f"pdu_{name}")
    pdu = manager.add_pdu("rack", f"pdu_{name}", "127.0.0.1")
    manager.poll()
    (tmp_path / "wrong.tar.gz").write_bytes(data)
    code, _, err = run(capsys, "status", str(tmp_path / "wrong.tar.gz"), "127.0.0.1")
    assert code == 1
    assert pdu.calls[0].kind == "bug"
    assert not pdu.ports
    assert pdu.calls[0].text
    assert pdu.calls[0].text in err


def test_archives_that_cannot_be_loaded_fail_only_the_calls_of_their_pdus(
    manager: DciManager, client: Client, small: bytes
) -> None:
    client.install(small)
    good, bad = manager.add_pdu("good", "pdu_small", "127.0.0.1"), []
    for number, text in enumerate(
        (b"import absent_module", b"raise SystemExit(3)", b"def f(:", b"x = 1", b"1 / 0")
    ):
        name = f"pdu_bad_{number}"
        client.install(packed((f"{name}/__init__.py", b""), (f"{name}/handler.py", text)), name)
        bad.append(manager.add_pdu(name, name, "127.0.0.1"))
    manager.poll()
    assert good.calls[-1].ok
    assert good.calls[-1].method == "statistic"
    for pdu in bad:
        assert pdu.calls[0].kind == "import", pdu.name
        assert pdu.calls[0].text, pdu.name
        assert manager.switch(pdu, "1", on=True).kind == "import", pdu.name


def test_each_call_has_its_own_lines_of_the_log(
    manager: DciManager, client: Client, small: bytes
) -> None:
    client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1", settings={"say": "print"})
    assert [manager.runtime.call(pdu, "status").lines for _ in range(3)] == [("{}",)] * 3


_FORKS = b"""
import os, time

class Pdu:
    def status(self):
        if os.fork() == 0:
            time.sleep(600)
        os._exit(3)

def make_handler(pdu_data):
    return Pdu()
"""


def test_a_handler_that_forks_and_ends_does_not_hold_a_call_over_its_limit(
    manager: DciManager, client: Client
) -> None:
    client.install(packed(("pdu_x/__init__.py", b""), ("pdu_x/handler.py", _FORKS)), "pdu_x")
    pdu = manager.add_pdu("rack", "pdu_x", "127.0.0.1")
    pdu.call_seconds = 0.5
    assert manager.runtime.call(pdu, "status").kind == "time-out"


def test_a_poll_before_the_archive_is_uploaded_is_an_error(
    manager: DciManager, client: Client
) -> None:
    client.create()
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.poll()
    assert pdu.calls[0].kind == "import"
    assert "uploaded" in pdu.calls[0].text


def test_a_refused_upload_keeps_the_running_version(
    manager: DciManager, client: Client, small: bytes, newer: bytes
) -> None:
    number = client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.poll()
    pids = manager.worker_pids()
    assert client.upload(number, newer[:-30]).status == 400
    manager.poll()
    assert manager.worker_pids() == pids
    assert pdu.ports == {"1": "UP", "1.0": "UNKNOWN"}


def test_a_removed_pdu_is_not_switched(manager: DciManager, client: Client, small: bytes) -> None:
    client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.remove_pdu(pdu)
    with pytest.raises(LookupError, match="no such PDU"):
        manager.switch(pdu, "1", on=False)
    assert pdu.calls == []


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_hanging_worker_delays_no_other_and_stop_ends_it_and_removes_every_file(
    small: bytes,
) -> None:
    manager = DciManager()
    folder = manager.ca_file.parent
    Client(manager).install(small)
    hanging = manager.add_pdu("hang", "pdu_small", "127.0.0.1", settings={"say": "hang"})
    good = manager.add_pdu("good", "pdu_small", "127.0.0.1")
    poll = threading.Thread(target=manager.poll, daemon=True)
    poll.start()
    assert until(
        lambda: len(manager.worker_pids()) == 2 and [call.ok for call in good.calls] == [True, True]
    )
    assert hanging.calls == []
    pids = manager.worker_pids()
    manager.stop()
    finished(poll)
    assert until(lambda: all(gone(pid) for pid in pids))
    assert not folder.exists()
    manager.stop()


_ORPHAN = """
import os, sys
from tests.dcimanager.manager import DciManager
from tests.dcimanager.client import Client
from tests.waiting import until
manager = DciManager(call_seconds=600)
Client(manager).install(open(sys.argv[1], "rb").read())
manager.add_pdu("good", "pdu_small", "127.0.0.1")
manager.poll()
manager.add_pdu("hang", "pdu_small", "127.0.0.1", settings={"say": "hang"})
import threading
threading.Thread(target=manager.poll, daemon=True).start()
assert until(lambda: len(manager.worker_pids()) == 2)
print(*manager.worker_pids(), manager.ca_file.parent, flush=True)
os.kill(os.getpid(), 9)
"""


def test_workers_end_when_their_stand_in_is_killed(small: bytes, tmp_path: Path) -> None:
    data = tmp_path / "small.tar.gz"
    data.write_bytes(small)
    process = run_program([sys.executable, "-c", _ORPHAN, str(data)])
    *pids, folder = process.stdout.split()
    shutil.rmtree(folder)
    assert len(pids) == 2
    assert until(lambda: all(gone(int(pid)) for pid in pids))


def answering(*lines: str) -> Start:
    """Starts a process that has already written these answers."""
    program = f"import sys; print({chr(10).join(lines)!r}, flush=True); sys.stdin.read()"

    def start(folder: Path, log: IO[bytes]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return start


def test_an_answer_without_the_number_of_its_call_is_a_failed_call(tmp_path: Path) -> None:
    up = '{"value": {"identity": "1", "state": "UP"}, "number": 1}'
    worker = Worker(Job([], "", {}), tmp_path, answering(up, up))
    assert worker.call("port_up", PATIENCE_S, "1").ok
    assert worker.call("port_down", PATIENCE_S, "1").kind == "died"
    worker.close()
    worker = Worker(Job([], "", {}), tmp_path, answering("[]"))
    assert worker.call("status", PATIENCE_S).kind == "died"
    worker.close()


def test_the_command_of_an_unproven_family_answers_what_to_type(
    manager: DciManager, client: Client
) -> None:
    unit = next(unit for unit in fixtures() if unit.name == "teltronix")
    client.install(archive(ROOT / "handlers", "snmp"), "pdu_snmp", protocol="snmp")
    with Agent(Device(unit.rows, unit.rules)) as agent:
        form = {"port": str(agent.port), "community": "public", "snmp_version": "2c"}
        pdu = manager.add_pdu("rack", "pdu_snmp", agent.host, snmp=form)
        manager.poll()
        call = manager.switch(pdu, "3", on=False)
        assert agent.writes() == []
    assert pdu.ports["3"] == "UP"
    assert not call.ok
    assert "is unproven" in call.text
    assert "-s switch_unproven=yes" in call.text
