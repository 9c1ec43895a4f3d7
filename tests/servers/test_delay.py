from __future__ import annotations

import socket

from tests.ports import refusing
from tests.servers.delay import DelayRelay
from tests.waiting import PATIENCE_S


def test_each_connection_is_closed_if_the_target_refuses_connections() -> None:
    with refusing() as port, DelayRelay("127.0.0.1", port, 0.0) as relay:
        for _ in range(2):
            with socket.create_connection((relay.host, relay.port), PATIENCE_S) as connection:
                assert connection.recv(1) == b""
