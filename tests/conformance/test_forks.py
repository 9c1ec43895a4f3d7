from __future__ import annotations

import os
import select
import socket
from pathlib import Path

import pytest

from tests.conformance.forks import Forks, _ends
from tests.waiting import PATIENCE_S


@pytest.mark.parametrize("answered", [True, False])
def test_a_close_before_the_answer_is_read_ends_quietly(answered: bool, tmp_path: Path,
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
            worker.wait(PATIENCE_S)
    assert (forks._process.returncode, capfd.readouterr().err) == (0, "")
