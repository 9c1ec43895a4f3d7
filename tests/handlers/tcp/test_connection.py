"""A device that sends a greeting before the first request."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator

import pytest

from handlers.shared.errors import ProtocolError
from handlers.tcp.connection import LineConnection
from tests.servers.serving import in_thread
from tests.waiting import PATIENCE_S


class _Greeter(socketserver.ThreadingTCPServer):
    """Sends a greeting of two lines to each client, then answers each line with it and OK."""

    daemon_threads = True
    greeting = b"PDU 4.2\r\nREADY\r\n"


class _Client(socketserver.StreamRequestHandler):
    server: _Greeter

    def handle(self) -> None:
        self.wfile.write(self.server.greeting)
        for line in self.rfile:
            self.wfile.write(line + b"OK\r\n")


@pytest.fixture(name="server")
def _server() -> Iterator[_Greeter]:
    with in_thread(_Greeter(("127.0.0.1", 0), _Client)) as server:
        yield server


def connect(server: _Greeter) -> LineConnection:
    return LineConnection("127.0.0.1", server.server_address[1], 23, PATIENCE_S, PATIENCE_S)


def test_the_greeting_is_the_answer_to_an_empty_line_which_is_not_sent(server: _Greeter) -> None:
    connection = connect(server)
    assert connection.exchange("", lambda line: line == "READY") == ["PDU 4.2", "READY"]
    # an empty line that was sent would be echoed before this answer
    assert connection.exchange("outlets", lambda line: line == "OK") == ["outlets", "OK"]
    connection.close()


def test_lines_after_the_end_of_the_greeting_are_not_read_as_the_next_answer(
    server: _Greeter,
) -> None:
    server.greeting = b"READY\r\nOK\r\n"
    connection = connect(server)
    with pytest.raises(ProtocolError, match="after the end of its answer"):
        connection.exchange("", lambda line: line == "READY")
    assert not connection.is_open
