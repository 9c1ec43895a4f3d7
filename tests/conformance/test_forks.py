from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.forks import Forks, _ends
from tests.waiting import PATIENCE_S


@pytest.mark.parametrize("answered", [True, False])
def test_a_close_before_the_answer_is_read_ends_the_process_quietly(answered: bool, tmp_path: Path,
                                                                    capfd: pytest.CaptureFixture[str]) -> None:
    theirs, ours = _ends()
    try:
        with Forks() as forks:
            socket.send_fds(forks._line, [os.fsencode(tmp_path)], theirs)
            assert not answered or select.select([forks._line], [], [], PATIENCE_S)[0], "no answer"
    finally:
        for end in theirs + ours:
            os.close(end)
    assert (forks._process.returncode, capfd.readouterr().err) == (0, "")


def test_a_worker_whose_folder_is_gone_reports_it_on_its_own_standard_error(tmp_path: Path,
                                                                            capfd: pytest.CaptureFixture[str]) -> None:
    with Forks() as forks:
        worker = forks.start(tmp_path / "gone")
        with worker.stdin, worker.stdout, worker.stderr:
            assert "FileNotFoundError" in worker.stderr.read()
            assert worker.wait(PATIENCE_S) == worker.wait(PATIENCE_S) == 0
    assert (forks._process.returncode, capfd.readouterr().err) == (0, "")


def interpreter(folder: Path, instead: str) -> str:
    """A program that runs the statements `instead` in place of zygote.py; `line` is its socket."""
    program = folder / "python"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import socket, time; line = socket.socket(fileno=$3); {instead}"\n')
    program.chmod(0o755)
    return str(program)


def test_a_process_that_ends_before_it_forks_causes_an_os_error_and_leaves_no_pipe_open(tmp_path: Path) -> None:
    with Forks(interpreter(tmp_path, "line.recv(4096)")) as forks:
        before = len(os.listdir("/dev/fd"))
        with pytest.raises(OSError):
            forks.start(tmp_path)
        assert len(os.listdir("/dev/fd")) == before - 1         # the line is closed too


def test_a_late_answer_is_not_taken_for_that_of_the_next_worker(tmp_path: Path) -> None:
    with Forks(interpreter(tmp_path, "line.recv(4096); time.sleep(1); line.send(b'1')")) as forks:
        forks._line.settimeout(0.1)
        with pytest.raises(TimeoutError if sys.version_info >= (3, 10) else socket.timeout):
            forks.start(tmp_path)
        with pytest.raises(OSError):
            forks.start(tmp_path)


def test_a_process_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.conformance.forks._PATIENCE_S", 0.1)
    with pytest.raises(subprocess.TimeoutExpired), Forks(interpreter(tmp_path, "time.sleep(600)")) as forks:
        pass
    assert forks._process.returncode == -signal.SIGKILL
