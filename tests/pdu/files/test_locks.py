"""Locks of files that are read, changed and written again. A lock is of an open file, so that two
threads wait for each other as two programs do.
"""

from __future__ import annotations

import ast
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError
from pdu.cli import exit_codes
from pdu.files import locks
from pdu.files.locks import Locked, locked
from pdu.loading.handler_loading import load
from pdu.pdu_list import addition, device_list, logins
from pdu.pdu_list.login_options import Login
from tests.needs import ROOT
from tests.processes.forked import FORKED
from tests.waiting import PATIENCE_S, until

_ROUNDS = 20


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine does not decide who waited too long."""
    monkeypatch.setattr(locks, "LIMIT_S", PATIENCE_S)


@pytest.mark.parametrize("folder", ["common", "handlers", "packaging", "pdu", "pdu_common"])
def test_nothing_waits_for_a_lock_without_a_limit(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "flock" in text or "lockf" in text else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("flock", "lockf")):
                assert "LOCK_NB" in ast.unparse(node), path


def test_who_holds_a_lock_too_long_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LIMIT_S", 0.0)
    sentences: list[str] = []
    with (
        locked([str(tmp_path)]),
        pytest.raises(Locked) as caught,
        locked([str(tmp_path)], sentences.append),
    ):
        pass
    holder = f"process {os.getpid()} (" if os.path.exists("/proc/locks") else "another program"
    assert [sentence.partition(",")[2] for sentence in sentences] == [f" which uses {tmp_path}"]
    assert sentences[0].startswith(f"waiting for {holder}")
    assert caught.value.reason.startswith(f"{tmp_path} is used by {holder}")
    assert exit_codes.code_of(caught.value.kind) == 13


def _count_up(paths: list[str], counter: Path, gate: Barrier) -> None:
    gate.wait(PATIENCE_S)
    for _ in range(_ROUNDS):
        with locked(paths):
            number = int(counter.read_text())
            counter.write_text(str(number + 1))


def test_two_that_lock_the_same_folders_in_another_order_lose_nothing_and_end(
    tmp_path: Path,
) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    folders = [str(tmp_path / name) for name in ("a", "b")]
    for folder in folders:
        Path(folder).mkdir()
    gate = Barrier(2)
    with ThreadPoolExecutor() as pool:
        counting = [
            pool.submit(_count_up, paths, counter, gate) for paths in (folders, folders[::-1])
        ]
    for future in counting:
        future.result()
    assert counter.read_text() == str(2 * _ROUNDS)


def test_who_waits_is_told_and_a_folder_may_be_named_twice(tmp_path: Path) -> None:
    has_waited = threading.Event()

    def second() -> None:
        with locked([str(tmp_path)], lambda _: has_waited.set()):
            pass

    waiting = threading.Thread(target=second)
    with locked([str(tmp_path), str(tmp_path)]):
        waiting.start()
        assert has_waited.wait(PATIENCE_S)
        assert waiting.is_alive()
    waiting.join(PATIENCE_S)
    assert not waiting.is_alive()


def test_a_file_of_two_names_is_locked_once(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    os.link(tmp_path / "a", tmp_path / "b")

    # `pytest.fail`: it waits for itself
    with locked([str(tmp_path / "a"), str(tmp_path / "b")], pytest.fail):
        pass


def test_what_does_not_exist_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(SettingsError, match="gone cannot be read"),
        locked([str(tmp_path / "gone")]),
    ):
        pass


def _add(folder: str, auth: str, number: int, gate: str) -> None:
    locks.LIMIT_S = PATIENCE_S
    new = addition.new_pdu(f"r{number}", f"{folder}/pdus.csv", auth)
    Path(f"{gate}{number}").touch()  # a barrier would need a writable /dev/shm
    assert until(lambda: all(os.path.exists(f"{gate}{other}") for other in (1, 2)))
    login = Login(settings={"username": f"admin{number}", "scheme": "http"})
    addition.add(new, load("netio"), Address(f"192.0.2.{number}"), login)


def test_two_lists_with_one_file_of_logins_lose_no_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", "s3cret")
    for turn in range(3):
        folders = [tmp_path / f"{turn}{name}" for name in ("a", "b")]
        for folder in folders:
            folder.mkdir()
        auth = str(tmp_path / f"logins{turn}.toml")
        gate = str(tmp_path / f"{turn}at the gate")
        processes = [
            FORKED.Process(target=_add, args=(str(folder), auth, number, gate))
            for number, folder in enumerate(folders, 1)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(PATIENCE_S)
        assert [process.exitcode for process in processes] == [0, 0]
        login_names: set[str] = set()
        for folder in folders:
            (device,) = device_list.read_device_list(f"{folder}/pdus.csv").devices
            login_names.add(device.auth)
        assert len(login_names) == 2
        assert login_names == set(logins.read_logins(auth))
