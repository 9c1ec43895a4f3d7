"""Reading many PDUs with several processes: silence that is ours, processes that die or hang, and
systems with few threads or processes.

Checks run in new processes: they fork, which a process with threads must not do.
"""

from __future__ import annotations

import errno
import gc
import json
import multiprocessing
import os
import queue
import signal
import subprocess
import sys
import threading
import types
from pathlib import Path
from typing import Any, cast

import pytest

from handlers.shared import tls
from handlers.shared.address import Address
from handlers.shared.errors import SettingsError
from pdu.pdus import polling, reader_pool, scheduling_delay, worker
from pdu.pdus.auth import DeviceLogin
from pdu.pdus.handler_loading import load
from pdu.pdus.listed_pdu import ListedPdu
from pdu.pdus.polling import Target
from pdu.pdus.reading import CallError, Reading
from pdu.pdus.scheduling_delay import Heartbeat, SchedulingDelay
from pdu.pdus.worker import ConcurrencyLimit
from tests.needs import ROOT
from tests.packaging.building import archive, small_tree
from tests.pdu.monitoring.halls import PDU, children, environment
from tests.simulators.nut_server import NutServer, SwitchedPdu
from tests.waiting import PATIENCE_S, bounded, until


def script(text: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a program of this project's modules."""
    return subprocess.run(
        [sys.executable, "-c", text, *map(str, arguments)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


# ---- what a PDU waits because of us --------------------------------------------------------------

# For its first three seconds, each process is as slow as on an overloaded machine: a thread keeps
# the interpreter for 0.7 s at a time, without using the processor. The PDUs must answer within
# 0.5 s.
_SLOW = """
import ctypes, json, sys, threading, time
from handlers.shared.address import Address
from pdu.pdus import auth, process_pool, polling, reader_pool
from pdu.pdus.listed_pdu import ListedPdu

keep, job, hogs = ctypes.PyDLL(None).usleep, reader_pool._job, []

def hog():
    end = time.monotonic() + 3.0
    while time.monotonic() < end:
        keep(700_000)
        time.sleep(0.03)

def late(way, access, request, since):
    if not hogs:
        hogs.append(threading.Thread(target=hog, daemon=True))
        hogs[0].start()
    return job(way, access, request, since)

reader_pool._job = late
settings = (("device", "pdu"), ("timeout", "0.5"))
devices = [
    ListedPdu(
        f"rack {n}", "nut", Address(sys.argv[2 if n % 25 == 24 else 1]), "", settings
    )
    for n in range(150)
]
targets = polling.targets(devices, {}, auth.DeviceLogin("none", {}, {}))
found = dict(reader_pool.read_all(targets, parallel=2000, processes=2))
kinds = [found[n].failure.kind if found[n].failure else "well" for n in range(len(devices))]
print(json.dumps(kinds))
"""


@pytest.mark.trial
def test_no_living_pdu_is_called_unreachable_by_a_slow_checker() -> None:
    """It usually would be if its silence were believed: `doubted` decides."""
    with NutServer([SwitchedPdu("pdu", 2)]) as server, dead() as silent:
        result = script(_SLOW, f"{server.host}:{server.port}", silent)
    assert result.returncode == 0, result.stderr
    kinds = json.loads(result.stdout)
    silent_ones = kinds[24::25]
    assert len(kinds) == 150 and kinds.count("well") == 150 - len(silent_ones), kinds
    # Where other processes make this machine late too, the silence of the others stays in doubt.
    assert {*silent_ones} <= {"unreachable", "busy"}, kinds


class dead:
    """The address of a NUT server that takes connections and never answers."""

    def __enter__(self) -> str:
        import socket

        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._socket.close()


_SILENT = Reading(seconds=6.0, failure=CallError("unreachable", "no answer"))


@pytest.mark.parametrize(
    "handler, settings, reading, late, is_doubted",
    [
        ("snmp", {}, _SILENT, SchedulingDelay(0.4, 2.0), False),
        ("snmp", {}, _SILENT, SchedulingDelay(0.6, 2.0), True),
        ("nut", {}, _SILENT, SchedulingDelay(1.1, 2.0), False),
        ("nut", {}, _SILENT, SchedulingDelay(2.6, 6.0), True),
        ("nut", {"timeout": "1"}, _SILENT, SchedulingDelay(0.6, 0.6), True),
        ("nut", {"timeout": "soon"}, _SILENT, SchedulingDelay(0.6, 0.6), False),
        ("nut", {}, _SILENT._replace(seconds=45.0), SchedulingDelay(1.0, 12.0), True),
        ("nut", {}, _SILENT._replace(seconds=45.0), SchedulingDelay(1.0, 2.0), False),
        ("snmp", {}, Reading(failure=CallError("denied", "no")), SchedulingDelay(9.0, 9.0), False),
        (
            "snmp",
            {},
            Reading(failure=CallError("defect", "TimeoutError: x")),
            SchedulingDelay(9.0, 9.0),
            True,
        ),
        ("snmp", {}, Reading(answered=True), SchedulingDelay(9.0, 9.0), False),
    ],
)
def test_silence_is_doubted_only_if_this_process_was_late(
    handler: str,
    settings: dict[str, str],
    reading: Reading,
    late: SchedulingDelay,
    is_doubted: bool,
) -> None:
    device = ListedPdu("a", handler, Address("192.0.2.1"), "", tuple(settings.items()))
    target = Target(device, load(handler), DeviceLogin("none", {}, {}))
    assert polling.is_late_here(target, reading, late) is is_doubted


def test_a_heartbeat_notices_its_delays() -> None:
    now, late = [0.0], iter([0.0, 0.3, 0.2])

    def sleep(seconds: float) -> None:
        now[0] += seconds + next(late)

    heartbeat = Heartbeat(lambda: now[0], sleep)
    assert heartbeat.delay_since(0.0) == SchedulingDelay(0.0, 0.0)
    assert heartbeat.beat() == pytest.approx(0.0) and heartbeat.beat() == pytest.approx(0.3)
    middle = now[0]
    assert heartbeat.beat() == pytest.approx(0.2)
    assert heartbeat.delay_since(0.0).together == pytest.approx(0.5)
    assert heartbeat.delay_since(middle + 0.01).longest == pytest.approx(0.2)
    now[0] += 5.0  # it should have woken long ago
    assert heartbeat.delay_since(middle).longest == pytest.approx(4.95)


def test_the_limit_grows_while_it_is_reached_and_shrinks_while_the_process_is_late() -> None:
    limit = ConcurrencyLimit(200)
    assert limit.number == ConcurrencyLimit.FIRST
    limit.beat(0.0, 3)
    assert limit.number == ConcurrencyLimit.FIRST
    for _ in range(300):
        limit.beat(0.0, limit.number)
    assert limit.number == 200
    for _ in range(50):
        limit.beat(1.0, 200)
    assert limit.number == ConcurrencyLimit.LEAST
    assert ConcurrencyLimit(3).number == 3


def test_a_pdu_whose_silence_stays_doubted_is_not_called_unreachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader_pool, "ProcessPool", Alone)
    monkeypatch.setattr(Alone, "late", SchedulingDelay(9.0, 9.0))
    monkeypatch.setattr(tls, "cache_contexts", lambda: None)  # it would outlive this test
    target = Target(
        ListedPdu("a", "snmp", Address("192.0.2.1")), load("snmp"), DeviceLogin("none", {}, {})
    )
    ((place, reading),) = reader_pool.read_all([target], read_target=lambda _: _SILENT)
    assert place == 0 and reading.failure is not None
    assert reading.failure.kind == polling.BUSY and "9.0 s late" in reading.failure.reason
    assert Alone.levels == [0, 1, 2]


def test_a_reader_gets_its_pdus_one_by_one_and_not_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A forked process has the whole list, and copies each page of it that it uses."""
    works: list[object] = []

    class Noting(Alone):
        def __init__(self, work: Any, parallel: int, processes: int) -> None:
            super().__init__(work, parallel, processes)
            works.append(work)

    monkeypatch.setattr(reader_pool, "ProcessPool", Noting)
    monkeypatch.setattr(tls, "cache_contexts", lambda: None)
    login = DeviceLogin("none", {}, {})
    targets = [
        Target(ListedPdu(name, handler, Address(name)), load(handler), login)
        for name, handler in [("192.0.2.1", "snmp"), ("192.0.2.2", "nut"), ("192.0.2.3", "snmp")]
    ]
    read: list[Target] = []

    def take(target: Target) -> Reading:
        read.append(target)
        return Reading(answered=True)

    assert [place for place, _ in reader_pool.read_all(targets, read_target=take)] == [0, 1, 2]
    assert read == targets and all(a.handler is b.handler for a, b in zip(read, targets))
    assert "'snmp'" in repr(works) and "192.0.2." not in repr(works)


class Alone:
    """In place of a Crew: does each job at once, in this process."""

    late = SchedulingDelay(0.0, 0.0)
    levels: list[int] = []
    waiting = 0

    def __init__(self, work: Any, parallel: int, processes: int) -> None:
        self._work, self._jobs = work, queue.SimpleQueue[Any]()

    def add(self, ticket: int, payload: object) -> None:
        self.repeat(ticket, payload, 0)

    def repeat(self, ticket: int, payload: object, level: int) -> None:
        self._jobs.put((ticket, payload))
        self.levels.append(level)

    def turn(self, seconds: float, others: object = None) -> Any:
        ticket, payload = self._jobs.get(timeout=PATIENCE_S)
        yield worker.JobResult(ticket, self._work(payload, lambda _: self.late))

    def close(self) -> None: ...


def test_only_the_processes_of_a_round_keep_the_contexts_of_tls() -> None:
    result = script("""
from pdu.pdus import polling, reader_pool
from handlers.shared.tls import Trust

def same(_=None):
    return Trust(verify=False).context() is Trust(verify=False).context()

reading = reader_pool.Reading()
reader_pool.is_late_here = lambda *_: False
targets = [polling.Target(None, None, None)]
found = reader_pool.read_all(targets, read_target=lambda _: reading._replace(answered=same()))
print([one.answered for _, one in found], same())
""")
    assert result.stdout == "[True] False\n", result.stderr


# ---- processes that end --------------------------------------------------------------------------


def checking(folder: Path, living: str, silent: str) -> subprocess.Popen[str]:
    """A check of 40 living PDUs and 40 silent ones, by two processes."""
    path = folder / "list.csv"
    lines = [
        f"{'dead' if n % 2 else 'rack'} {n},nut,{silent if n % 2 else living},device=pdu; timeout=1"
        for n in range(80)
    ]
    path.write_text("\n".join(["name,handler,address,settings", *lines, ""]))
    return subprocess.Popen(
        [*PDU, "check", str(path), "--json", "--workers", "2"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.sample(1)
@pytest.mark.parametrize("also_before", [False, True], ids=["one", "both"])
def test_the_pdus_of_a_killed_process_are_read_by_another_one(
    tmp_path: Path, also_before: bool
) -> None:
    with (
        NutServer([SwitchedPdu("pdu", 2)]) as server,
        dead() as silent,
        checking(tmp_path, f"{server.host}:{server.port}", silent) as process,
        bounded(process),
    ):
        assert until(lambda: server.books().requests > 3 and len(children(process.pid)) == 2)
        for pid in children(process.pid)[: 2 if also_before else 1]:
            os.kill(pid, signal.SIGKILL)
        out, err = process.communicate(timeout=PATIENCE_S)
    results = {one["name"]: one["result"] for one in json.loads(out)["pdus"]}
    assert results == {
        f"{'dead' if n % 2 else 'rack'} {n}": "unreachable" if n % 2 else "well" for n in range(80)
    }, err


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    with (
        NutServer([SwitchedPdu("pdu", 2)]) as server,
        dead() as silent,
        checking(tmp_path, f"{server.host}:{server.port}", silent) as process,
        bounded(process),
    ):
        assert until(lambda: len(children(process.pid)) == 2)
        made = children(process.pid)
        process.kill()
        process.communicate(timeout=PATIENCE_S)
        assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in made))


def test_an_archive_that_hangs_is_abandoned_and_the_others_are_read(tmp_path: Path) -> None:
    """The first reading may take a minute."""
    path = tmp_path / "pdu_small.tar.gz"
    path.write_bytes(archive(small_tree(tmp_path / "tree"), "small"))
    result = script(
        """
import sys
from handlers.shared.address import Address
from pdu.pdus import auth, polling, reader_pool
from pdu.pdus.listed_pdu import ListedPdu
devices = [
    ListedPdu(say, sys.argv[1], Address("192.0.2.1"), "", (("say", say),))
    for say in ("hang", "well")
]
targets = polling.targets(devices, {}, auth.DeviceLogin("none", {}, {}))
for place, reading in reader_pool.read_all(targets, patience_s=15.0):
    print(place, reading.failure.reason if reading.failure else "well", flush=True)
""",
        path,
    )
    assert result.stdout.splitlines()[0] == "1 well", result.stderr
    assert (
        result.stdout.splitlines()[1].startswith("0 this PDU was not read in time")
        and result.returncode == 0
    )


# ---- systems that allow little -------------------------------------------------------------------


def test_a_thread_has_enough_stack_for_the_deepest_json_that_any_python_reads() -> None:
    """Python 3.12 and 3.13 count levels of C functions separately, and allow up to 10,000.

    Older releases count them with the frames; newer ones check how much of the stack is left.
    """
    result = script("""
import json, sys, threading
from pdu.pdus import worker
sys.setrecursionlimit(10_000)
threading.stack_size(worker._STACK)

def read():
    try:
        json.loads('{"a":' * 100_000)
    except RecursionError:
        print("too deep")
thread = threading.Thread(target=read)
thread.start()
thread.join()
""")
    assert (result.returncode, result.stdout) == (0, "too deep\n")


class Pipe:
    """The worker's end of its pipe: sends it as many jobs as it wants, then ends."""

    def __init__(self, jobs: int) -> None:
        self._left, self._wanted, self.results = jobs, 0, list[int]()
        self._changed = threading.Condition()

    def send(self, message: object) -> None:
        with self._changed:
            if isinstance(message, worker.FreeSlots):
                self._wanted += message.jobs
            elif isinstance(message, worker.JobResult):
                self.results.append(message.ticket)
                self._wanted += message.wants
            self._changed.notify_all()

    def recv(self) -> tuple[int, None]:
        with self._changed:
            jobs = self._left
            assert self._changed.wait_for(
                lambda: self._wanted > 0 if jobs else len(self.results) == 5, PATIENCE_S
            )
            if not jobs:
                raise EOFError
            self._left, self._wanted = jobs - 1, self._wanted - 1
            return jobs, None


@pytest.mark.parametrize("further", [0, 1, 2])
def test_all_pdus_are_read_where_the_system_allows_few_or_no_threads(
    further: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, allowed = threading.Thread.start, iter([True] * further)

    def limited(thread: threading.Thread) -> None:
        if not next(allowed, False):
            raise RuntimeError("can't start new thread")
        start(thread)

    pipe, ended = Pipe(5), list[int]()
    size = threading.stack_size()
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(threading.Thread, "start", limited)
    try:
        worker.serve(lambda *_: None, cast(Any, pipe), (), 3)
    finally:
        threading.stack_size(size)
    assert ended == [0] and sorted(pipe.results) == [1, 2, 3, 4, 5]


def test_all_pdus_are_read_where_the_system_allows_few_processes_or_open_files() -> None:
    result = script(
        """
import errno
from pdu.pdus import polling, process_pool, reader_pool
started, tried = process_pool.ProcessPool._start_process, []

def limited(self, most):
    tried.append(most)
    if len(tried) > 1:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
    return started(self, most)

process_pool.ProcessPool._start_process = limited
reader_pool._job = lambda *_: reader_pool._PoolReading(reader_pool.Reading(answered=True), None)
targets = [polling.Target(None, None, None)] * 40
found = dict(reader_pool.read_all(targets, processes=2))
print(sorted(found) == list(range(40)), all(one.answered for one in found.values()), tried)
"""
    )
    assert result.stdout == "True True [20, 20]\n", result.stderr


def test_a_system_that_allows_no_process_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    context = types.SimpleNamespace(Pipe=refused)
    monkeypatch.setattr(multiprocessing, "get_context", lambda _: context)
    targets = [Target(*cast(Any, [None] * 3))] * 40
    with pytest.raises(
        SettingsError, match="allows no process that reads PDUs .Too many open files"
    ):
        list(reader_pool.read_all(targets))


def test_a_heart_without_a_thread_reports_no_delay() -> None:
    heartbeat = Heartbeat()
    assert heartbeat.delay_since(0.0) == SchedulingDelay(0.0, 0.0) and scheduling_delay.BEAT_S > 0
