from __future__ import annotations

import socket
import threading

import pytest

from tests.servers.proxy import ConnectProxy
from tests.waiting import PATIENCE_S, until


@pytest.mark.parametrize("sent, answer", [
    (b"", b""), (b"CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n", b""), (b"\r\n", b"HTTP/1.1 405"),
    (b"CONNECT\r\n\r\n", b"HTTP/1.1 405")])
def test_a_request_that_is_cut_off_or_has_no_target_ends_its_thread(sent: bytes, answer: bytes) -> None:
    with ConnectProxy() as proxy:
        before = threading.active_count()
        with socket.create_connection(("127.0.0.1", int(proxy.server_address[1])), PATIENCE_S) as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            with client.makefile("rb") as answered:
                assert answered.read()[:12] == answer
        assert until(lambda: threading.active_count() <= before) and proxy.targets == []
