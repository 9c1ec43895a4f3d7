"""Handlers in worker processes: what they can import, how broken ones are isolated, how answers are
checked.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import ssl
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Optional

import pytest

from tests.packaging.building import archive, small_tree
from tests.waiting import PATIENCE_S, bounded, finished, until

from . import child
from .client import Client
from .manager import DciManager
from .test_api import packed
from .worker import Job, Worker

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
    seen = json.loads(next(iter(pdu.ports)))
    assert seen["can"] == ["common", "pdu_common", "requests", "pysnmp"] and seen["cwd"] == []
    assert not [entry for entry in seen["path"] if Path(entry) == Path.cwd()]


def test_a_password_is_neither_in_a_workers_command_line_nor_in_the_repr_of_its_pdu(
    manager: DciManager, client: Client, tmp_path: Path
) -> None:
    client.install(curious(tmp_path), "pdu_curious")
    pdu = manager.add_pdu("rack", "pdu_curious", "127.0.0.1", settings={"password": "hidden-4711"})
    manager.poll()
    command_line = json.loads(next(iter(pdu.ports)))["cmdline"]
    assert "child.py" in command_line and "hidden-4711" not in command_line + repr(pdu)


def test_a_package_can_be_hidden_from_handlers(small: bytes) -> None:
    for without, kind in (((), ""), (("sqlite3",), "bug")):
        with DciManager(without=without) as manager:
            Client(manager).install(small)
            pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1", settings={"say": "sqlite"})
            manager.poll()
            assert pdu.calls[0].kind == kind


def test_a_poll_reads_states_and_figures_and_a_switch_call_changes_the_state(
    manager: DciManager, client: Client, small: bytes
) -> None:
    client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.poll()
    assert pdu.ports == {"1": "UP", "1.0": "UNKNOWN"} and (pdu.load_a, pdu.energy_kwh) == (
        1.5,
        42.25,
    )
    call = manager.switch(pdu, "1", on=False)
    assert (
        call.ok
        and call.value == {"identity": "1", "state": "DOWN", "same_object": True}
        and pdu.ports["1"] == "DOWN"
    )
    assert [call.method for call in pdu.calls] == ["status", "statistic", "port_down"]
    assert all(call.seconds > 0 for call in pdu.calls)


def test_an_snmp_handler_gets_snmp_data(
    manager: DciManager, client: Client, tmp_path: Path
) -> None:
    tree = small_tree(tmp_path)
    handler = tree / "small" / "handler.py"
    handler.write_text(
        handler.read_text().replace('custom_params.get("say", "")', 'snmp_params["community"]')
    )
    client.install(archive(tree, "small"), protocol="snmp")
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1", snmp={"community": "error"})
    manager.poll()
    assert pdu.calls[0].kind == "settings"


@pytest.mark.parametrize(
    "say, kind, words",
    [
        ("error", "settings", "set 'say'"),
        ("bug", "bug", "ValueError"),
        ("die", "died", ""),
        ("print", "", ""),
    ],
)
def test_a_call_records_the_kind_of_its_failure_and_the_last_states_are_kept(
    manager: DciManager, client: Client, small: bytes, say: str, kind: str, words: str
) -> None:
    client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.poll()
    pdu.settings["say"] = say
    manager.poll()
    assert pdu.calls[2].kind == kind and words in pdu.calls[2].text and pdu.ports["1"] == "UP"
    pdu.settings["say"] = ""
    manager.poll()
    assert pdu.calls[-1].ok and pdu.calls[-1].method == "statistic"


def test_a_hang_a_crash_and_a_defect_end_only_their_own_calls(small: bytes) -> None:
    with DciManager() as manager:
        Client(manager).install(small)
        good = manager.add_pdu("good", "pdu_small", "127.0.0.1")
        bad = [
            manager.add_pdu(say, "pdu_small", "127.0.0.1", settings={"say": say})
            for say in ("hang", "die", "bug")
        ]
        bad[0].call_seconds = 0.5
        manager.poll()
        assert good.calls[-1].ok and good.calls[-1].method == "statistic"
        assert [pdu.calls[0].kind for pdu in bad] == ["time-out", "died", "bug"]
        assert len(manager.worker_pids()) == 2


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
    assert good.calls[-1].ok and good.calls[-1].method == "statistic"
    for pdu in bad:
        assert pdu.calls[0].kind == "import" and pdu.calls[0].text, pdu.name
        assert manager.switch(pdu, "1", on=True).kind == "import", pdu.name


def test_a_poll_before_the_archive_is_uploaded_is_an_error(
    manager: DciManager, client: Client
) -> None:
    client.create()
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.poll()
    assert pdu.calls[0].kind == "import" and "uploaded" in pdu.calls[0].text


def test_a_pdu_of_an_unknown_handler_is_refused(manager: DciManager) -> None:
    with pytest.raises(LookupError, match="pdu_nothing"):
        manager.add_pdu("rack", "pdu_nothing", "127.0.0.1")


def test_a_new_version_runs_at_the_next_poll(
    manager: DciManager, client: Client, small: bytes, newer: bytes
) -> None:
    number = client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    for data, version in ((newer, "2.0"), (small, "1.0")):
        manager.poll()
        assert version not in pdu.ports
        assert client.upload(number, data).status == 200
        manager.poll()
        assert version in pdu.ports


def test_a_refused_upload_keeps_the_running_version(
    manager: DciManager, client: Client, small: bytes, newer: bytes
) -> None:
    number = client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.poll()
    pids = manager.worker_pids()
    assert client.upload(number, newer[:-30]).status == 400
    manager.poll()
    assert manager.worker_pids() == pids and pdu.ports == {"1": "UP", "1.0": "UNKNOWN"}


def test_a_removed_pdu_is_not_switched(manager: DciManager, client: Client, small: bytes) -> None:
    client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.remove_pdu(pdu)
    with pytest.raises(LookupError, match="no such PDU"):
        manager.switch(pdu, "1", on=False)
    assert pdu.calls == []


def test_what_a_handler_prints_is_in_the_log_of_its_call(
    manager: DciManager, client: Client, small: bytes
) -> None:
    client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1", settings={"say": "print"})
    manager.poll()
    assert [(call.method, "{}" in call.lines) for call in pdu.calls] == [
        ("status", True),
        ("statistic", False),
    ]


def test_the_log_lines_of_a_call_are_kept(
    manager: DciManager, client: Client, small: bytes
) -> None:
    client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1", settings={"say": "bug"})
    assert manager.log(pdu) == []
    manager.poll()
    assert any("defect in status" in line for line in manager.log(pdu))


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
    assert until(lambda: all(gone(pid) for pid in pids)) and not folder.exists()
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
    done = subprocess.run(
        [sys.executable, "-c", _ORPHAN, str(data)], capture_output=True, text=True, timeout=60
    )
    *pids, folder = done.stdout.split()
    shutil.rmtree(folder)
    assert len(pids) == 2 and until(lambda: all(gone(int(pid)) for pid in pids))


def test_a_port_without_a_usable_identity_is_a_defect_of_its_handler(
    manager: DciManager, client: Client, tmp_path: Path
) -> None:
    tree = small_tree(tmp_path)
    handler = tree / "small" / "handler.py"
    handler.write_text(
        handler.read_text().replace(
            "port.power_status = EnumPowerStatus.DOWN", "port.identity = b'1'"
        )
    )
    client.install(archive(tree, "small"))
    call = manager.switch(manager.add_pdu("rack", "pdu_small", "127.0.0.1"), "1", on=False)
    assert (call.kind, call.text) == ("bug", "TypeError: not usable as an identity: b'1'")


class Answering:
    """A process that has already written these answers."""

    pid = 0

    def __init__(self, *answers: str) -> None:
        self.stdin: Optional[io.StringIO] = io.StringIO()
        self.stdout = io.StringIO("".join(f"{answer}\n" for answer in answers))
        self.stderr = io.StringIO(f"{child.LOGGED}\n" * len(answers))

    def poll(self) -> Optional[int]:
        return None

    def kill(self) -> None:
        pass

    def wait(self, timeout: Optional[float] = None) -> int:
        return 0


def test_an_answer_without_the_number_of_its_call_is_a_failed_call(tmp_path: Path) -> None:
    up = '{"value": {"identity": "1", "state": "UP"}, "number": 1}'
    worker = Worker(Job([], "", {}), tmp_path, lambda folder: Answering(up, up))
    assert worker.call("port_up", PATIENCE_S, "1").ok
    assert worker.call("port_down", PATIENCE_S, "1").kind == "died"
    assert (
        Worker(Job([], "", {}), tmp_path, lambda folder: Answering("[]"))
        .call("status", PATIENCE_S)
        .kind
        == "died"
    )


def test_the_command_serves_until_it_is_asked_to_stop(tmp_path: Path) -> None:
    with (
        subprocess.Popen(
            [sys.executable, "-m", "tests.dcimanager", "--exports", "--email", "me@example.com"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        ) as process,
        bounded(process),
    ):
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(4)]
        shown = dict(line[len("export ") :].split("=", 1) for line in lines)
        secret = Path(shown["DCI_PASSWORD_FILE"])
        assert shown["DCI_EMAIL"] == "me@example.com" and shown["DCI_URL"].startswith(
            "https://127.0.0.1:"
        )
        assert secret.stat().st_mode & 0o077 == 0
        trusted = ssl.create_default_context(cafile=shown["CURL_CA_BUNDLE"])
        trusted.minimum_version = ssl.TLSVersion.TLSv1_2
        with urllib.request.urlopen(  # noqa: S310  # https
            shown["DCI_URL"], timeout=PATIENCE_S, context=trusted
        ) as answer:
            assert b"Log in" in answer.read()
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
    assert list(tmp_path.iterdir()) == []
