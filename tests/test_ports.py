from __future__ import annotations

import random
import socket
import subprocess
import sys

import pytest

from tests import ports
from tests.needs import ROOT
from tests.waiting import bounded

_HOLDS = "import sys; from tests import ports; print(ports.reserved(), flush=True); sys.stdin.read()"


def test_a_port_that_is_reserved_or_in_use_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", _HOLDS], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as other, bounded(other):
        assert other.stdout is not None
        taken = int(other.stdout.readline())
        mine = ports.reserved()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            wanted = iter((taken, mine, int(listening.getsockname()[1]), 31_999, 31_998, 31_997))
            monkeypatch.setattr(random, "randint", lambda *_: next(wanted))
            assert ports.reserved() in (31_999, 31_998, 31_997)


def test_a_refusing_port_refuses_connections_and_cannot_be_taken() -> None:
    with ports.refusing() as port:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 60)
        with pytest.raises(OSError), socket.create_server(("127.0.0.1", port)):
            pass
