from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from pdu import root
from tests.pdu.loading.page_handler import loading_anew

from .halls import Call, Hall, hall


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A data hall with one PDU of each handler and a dead one."""
    with hall(tmp_path_factory.mktemp("hall")) as simulated:
        yield simulated


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """A function that runs `pdu` in this process, with these arguments and variables. What it loads
    by path is forgotten after the test: another test may have an archive of the same name."""
    for key in [key for key in os.environ if key.startswith("PDU_")]:
        monkeypatch.delenv(key)

    def run_command(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        words = [*map(str, arguments)]
        capsys.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            for key, value in variables.items():
                patch.setenv(key, value)
            code = root.run(words)
        return subprocess.CompletedProcess(words, code, *capsys.readouterr())

    with loading_anew(monkeypatch):
        yield run_command
