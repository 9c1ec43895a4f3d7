from __future__ import annotations

import socket
import time

from tests.ports import refusing
from tests.servers.delay import DelayRelay
from tests.servers.scripted import serving
from tests.waiting import PATIENCE_S


def test_each_connection_is_closed_if_the_target_refuses_connections() -> None:
    with refusing() as port, DelayRelay("127.0.0.1", port, 0.0) as relay:
        for _ in range(2):
            with socket.create_connection((relay.host, relay.port), PATIENCE_S) as connection:
                assert connection.recv(1) == b""


def test_an_answer_takes_at_least_the_round_trip_time() -> None:
    with serving(lambda connection: connection.sendall(connection.recv(9))) as port, DelayRelay("127.0.0.1", port, 0.2) as relay:
        with socket.create_connection((relay.host, relay.port), PATIENCE_S) as client:
            begin = time.monotonic()
            client.sendall(b"question")
            assert client.recv(9) == b"question" and time.monotonic() - begin >= 0.2
