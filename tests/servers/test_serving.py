"""Servers in a thread end with their block. One that is only closed would use a whole core until
the end of the run: its loop asks a closed socket again and again.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.needs import ROOT

from .serving import in_thread


def test_a_server_ends_with_its_block_whatever_ends_it() -> None:
    before = set(threading.enumerate())
    with pytest.raises(ValueError, match="a test fails"):
        with in_thread(ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)) as server:
            assert set(threading.enumerate()) - before
            raise ValueError("a test fails")
    assert not set(threading.enumerate()) - before
    assert server.fileno() == -1  # closed


def test_no_other_block_starts_one_in_a_thread() -> None:
    """A class of servers has a thread of its own, which its `__exit__` ends."""
    started = "Thread(target=server" + ".serve_forever"
    paths = [path for path in (ROOT / "tests").rglob("*.py") if started in path.read_text("utf-8")]
    assert [path.name for path in paths] == ["serving.py"]
