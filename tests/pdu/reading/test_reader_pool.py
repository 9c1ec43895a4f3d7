"""Reading many PDUs at a time: dead, raising and hanging ones, and systems with few threads."""

from __future__ import annotations

import itertools
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError
from pdu.loading.handler_loading import load
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.pdu_list.logins import DeviceLogin
from pdu.reading import reader_pool
from pdu.reading.parts import Reading, failed_reading
from pdu.reading.polling import Target
from pdu.reading.reader_pool import HANGS, read_all
from tests.needs import ROOT
from tests.packaging.building import archive, small_tree
from tests.pdu.monitoring.halls import environment
from tests.waiting import PATIENCE_S, run_program, until

WELL = Reading(has_states=True)


def targets(*names: str) -> list[Target]:
    """PDUs with these names."""
    handler = load("nut")
    login = DeviceLogin("none", {}, {})
    pdus = [ListedPdu(name, "nut", Address("192.0.2.1")) for name in names]
    return [Target(pdu, handler, login) for pdu in pdus]


class Gate:
    """Reads: a PDU whose name begins with `hang` ends when the gate is opened."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self.asked: list[str] = []

    def open(self) -> None:
        self._open.set()

    def read(self, target: Target) -> Reading:
        self.asked.append(target.device.name)
        if target.device.name.startswith("hang"):
            assert self._open.wait(PATIENCE_S)
        return WELL


@pytest.fixture
def gate() -> Iterator[Gate]:
    new_gate = Gate()
    yield new_gate
    new_gate.open()


def test_a_reading_that_hangs_is_left_behind_and_costs_the_others_nothing(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the deadline of the first reading is over at once, however fast the others are
    moments = itertools.chain([0.0], itertools.repeat(PATIENCE_S))
    monkeypatch.setattr(reader_pool, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    threads = threading.active_count()
    readings = read_all(targets("hang", "a", "b"), gate.read, parallel=1, seconds=PATIENCE_S)
    assert next(readings) == (0, failed_reading(HANGS, PATIENCE_S))
    # its result comes late, and is not told
    gate.open()
    assert until(lambda: threading.active_count() <= threads)
    assert list(readings) == [(1, WELL), (2, WELL)]


def test_a_reading_that_raises_is_a_failure_and_costs_the_others_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tracebacks: list[object] = []
    monkeypatch.setattr(threading, "excepthook", tracebacks.append)

    def read(target: Target) -> Reading:
        if target.device.name == "raises":
            raise KeyboardInterrupt("in a handler")
        return WELL

    answers = dict(read_all(targets("raises", "a"), read))
    failure = answers[0].failure
    assert failure is not None
    assert failure.kind == "defect"
    assert answers[1] == WELL
    assert until(lambda: len(tracebacks) == 1)


def test_no_more_pdus_are_read_at_a_time_than_allowed() -> None:
    lock, running, most = threading.Lock(), 0, 0

    def read(_: Target) -> Reading:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1
        return WELL

    pdus = targets(*map(str, range(20)))
    assert len(list(read_all(pdus, read, parallel=3))) == 20
    assert most == 3


# ---- as a program --------------------------------------------------------------------------------


def test_a_check_ends_although_an_archive_hangs_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pdu_small.tar.gz"
    path.write_bytes(archive(small_tree(tmp_path / "tree"), "small"))
    pdus = tmp_path / "list.csv"
    pdus.write_text(f"""name,handler,address,settings
hang,{path},192.0.2.1,say=hang
well,{path},192.0.2.1,say=well
""")
    program = """
import sys
from pdu import start
from pdu.monitoring import check
read_all = check.read_all
def read_in_turn(targets, read_target):
    for place, target in enumerate(targets):
        seconds = 5.0 if target.device.name == "hang" else 300.0
        for _, reading in read_all([target], read_target, seconds=seconds):
            yield place, reading
check.read_all = read_in_turn
sys.exit(start.main(["check", sys.argv[1], "--json"]))
"""
    result = run_program([sys.executable, "-c", program, str(pdus)], cwd=ROOT, env=environment())
    assert result.returncode == 2, result.stderr
    hang, well = json.loads(result.stdout)["pdus"]
    assert hang["error"]["reason"] == HANGS.reason
    assert "error" not in well


# ---- systems that allow little -------------------------------------------------------------------


def test_a_thread_has_enough_stack_for_the_deepest_json_that_any_python_reads() -> None:
    """Python 3.12 and 3.13 count levels of C functions separately, and allow up to 10,000.

    Older releases count them with the frames; newer ones check how much of the stack is left.
    """
    limit, depth = sys.getrecursionlimit(), 100_000

    def read(_: Target) -> Reading:
        with pytest.raises(RecursionError):
            json.loads('{"a":' * depth)
        return WELL

    try:
        sys.setrecursionlimit(10_000)
        assert list(read_all(targets("a"), read)) == [(0, WELL)]
    finally:
        sys.setrecursionlimit(limit)


def test_all_pdus_are_read_where_the_system_allows_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, thread_count = threading.Thread.start, threading.active_count()

    def limited(thread: threading.Thread) -> None:
        if threading.active_count() >= thread_count + 1:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    answers = dict(read_all(targets(*"abcde"), lambda _: WELL))
    assert answers == dict.fromkeys(range(5), WELL)


def test_a_system_that_allows_no_thread_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(SettingsError, match="allows no thread"):
        list(read_all(targets("a")))
