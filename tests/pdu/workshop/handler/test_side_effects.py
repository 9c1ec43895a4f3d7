"""What a handler's methods do besides asking their PDU is seen, with the line that does it.

The functions below take the place of a handler's code. What they do while `effects.watching` adds a
sentence to `effects.sentences`, or to `effects.other_hosts` if it asks another machine.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Callable

import pytest

from pdu.workshop.handler.side_effects import SideEffects

PACKAGE = __name__.partition(".")[0]


@pytest.fixture(name="effects")
def _effects() -> SideEffects:
    return SideEffects(PACKAGE, lambda text, place: None)


def _write(folder: Path) -> None:
    (folder / "a.log").write_text("x", "utf-8")


def _run_program(_: Path) -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


def _ask_another(_: Path) -> None:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", 9), timeout=1)


def _look_up(_: Path) -> None:
    with contextlib.suppress(OSError):
        socket.getaddrinfo("metrics.invalid", 80)


def _look_up_by_name(_: Path) -> None:
    with contextlib.suppress(OSError):
        socket.gethostbyname("name.invalid")


def _fork(_: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads run
        child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def _change_environment(_: Path) -> None:
    os.unsetenv("NO_SUCH_VARIABLE")


def _change_folder(_: Path) -> None:
    os.chdir(os.getcwd())


def _keep_in_database(folder: Path) -> None:
    sqlite3.connect(folder / "states.db").close()


def _write_below_dev(folder: Path) -> None:
    (folder / "dev").mkdir()
    (folder / "dev" / "states.txt").write_text("x", "utf-8")


def _change_timeout(_: Path) -> None:
    socket.setdefaulttimeout(7)


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (_write, "for writing"),
        (_run_program, "it starts a program"),
        (_fork, "it starts a program"),
        (_ask_another, "it asks 127.0.0.1:9, which is not its PDU"),
        (_look_up, "it looks up metrics.invalid"),
        (_look_up_by_name, "it looks up name.invalid"),
        (_change_environment, "it changes the environment"),
        (_change_folder, "it changes the working folder"),
        (_keep_in_database, "states.db for writing"),
        (_write_below_dev, "states.txt for writing"),
        (_change_timeout, "status changes the time-out of all sockets"),
    ],
)
def test_an_effect_is_told_once(
    effect: Callable[[Path], None], words: str, effects: SideEffects, tmp_path: Path
) -> None:
    """`effect`: does it in a folder; `words`: a part of the only sentence of doing it twice."""
    for number in range(2):
        folder = tmp_path / str(number // 2)
        folder.mkdir(exist_ok=True)
        with effects.watching("status"), contextlib.suppress(FileExistsError):
            effect(folder)
    sentences = [
        sentence for sentence in (*effects.sentences, *effects.other_hosts) if words in sentence
    ]
    assert len(sentences) == 1, (*effects.sentences, *effects.other_hosts)
    assert socket.getdefaulttimeout() is None
    is_of_a_line = effect is not _change_timeout
    assert not is_of_a_line or "test_side_effects.py line " in sentences[0]


def test_what_is_done_outside_of_a_method_is_not_told(effects: SideEffects, tmp_path: Path) -> None:
    _write(tmp_path)
    _ask_another(tmp_path)
    assert effects.sentences == []


class _Asking(threading.Thread):
    """As handlers write one: it has its own `run`."""

    def run(self) -> None:
        _look_up_by_name(Path())


def _in_a_thread(_: Path) -> None:
    thread = _Asking()
    thread.start()
    thread.join()


def _in_a_pool(_: Path) -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(_look_up_by_name, Path()).result()


def _in_a_thread_of_a_thread(_: Path) -> None:
    thread = threading.Thread(target=_in_a_thread, args=[Path()])
    thread.start()
    thread.join()


@pytest.mark.parametrize("effect", [_in_a_thread, _in_a_pool, _in_a_thread_of_a_thread])
def test_what_its_threads_do_is_told(
    effect: Callable[[Path], None], effects: SideEffects, tmp_path: Path
) -> None:
    """Only what they do while the thread that starts them is watched."""
    effect(tmp_path)
    assert effects.other_hosts == []
    with effects.watching("status"):
        effect(tmp_path)
    (sentence,) = effects.other_hosts
    assert sentence.startswith("it looks up name.invalid (test_side_effects.py line ")
    effect(tmp_path)
    assert effects.other_hosts == [sentence]


def test_reading_a_file_and_asking_the_simulated_pdu_are_no_effects(
    effects: SideEffects, tmp_path: Path
) -> None:
    (tmp_path / "a").write_text("x", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server, effects.watching("status"):
        port = int(server.getsockname()[1])
        effects.ports.add(port)
        (tmp_path / "a").read_text("utf-8")
        socket.create_connection(("127.0.0.1", port)).close()
    with contextlib.suppress(RuntimeError), effects.watching("port_up"):
        raise RuntimeError("before it asked")
    assert effects.sentences == []
    assert effects.called_methods == {"status"}


def test_the_arguments_of_a_program_are_searched_for_secrets() -> None:
    texts: list[tuple[str, str]] = []
    effects = SideEffects(PACKAGE, lambda text, place: texts.append((text, place)))
    with effects.watching("status"):
        subprocess.run([sys.executable, "-c", "", "community-1"], check=True)
    assert any("community-1" in text for text, _ in texts)
