"""The web server of a simulated unit: HTTP/1.1 with keep-alive, over TLS or plain, one thread for
each connection.
"""

from __future__ import annotations

import re
import socket
import socketserver
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from typing import Any, Optional, Protocol, Union


class Powered(Protocol):
    """The part of a unit that the server uses."""

    def down(self) -> bool:
        """Whether the unit is rebooting."""

    def boots(self) -> int:
        """The number of reboots so far."""


class Counters:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests = 0
        self.connections = 0

    def request(self) -> None:
        with self._lock:
            self.requests += 1

    def connection(self) -> None:
        with self._lock:
            self.connections += 1


class Reboots:
    """The times of a unit's reboots. Each lasts `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._starts: list[float] = []

    def plan(self, after: float) -> None:
        self._starts.append(time.monotonic() + after)

    def down(self) -> bool:
        now = time.monotonic()
        return any(start <= now < start + self.seconds for start in self._starts)

    def count(self) -> int:
        now = time.monotonic()
        return sum(start <= now for start in self._starts)


class Connection(BaseHTTPRequestHandler):
    """One connection; a subclass answers its requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # an answer must not wait for an acknowledgement
    wbufsize = -1  # headers and a small body leave in one write
    timeout = 60.0
    largest_body = 1 << 30
    server: WebServer

    def handle(self) -> None:
        self._boots = self.server.unit.boots()
        try:
            super().handle()
        except ValueError as error:
            if "closed or unwrapped SSL socket" not in str(error):  # as after hang_up_all
                raise

    def parse_request(self) -> bool:
        """Like the base class; also answers 411 to a Transfer-Encoding, 400 to a Content-Length
        that is not 1 to 18 digits, and 413 to one above `largest_body`. An empty Content-Length
        counts as 0."""
        if not super().parse_request():
            return False
        length = self.headers.get("Content-Length") or "0"
        if "Transfer-Encoding" in self.headers:
            wrong = 411
        elif not re.fullmatch("[0-9]{1,18}", length):
            wrong = 400
        elif int(length) > self.largest_body:
            wrong = 413
        else:
            return True
        self.send_error(wrong)  # this also ends the connection
        return False

    def log_message(self, format: str, *args: Any) -> None:
        """Prints nothing."""

    def rebooted(self) -> bool:
        """Whether the unit is rebooting, or has rebooted since `handle` began."""
        return self.server.unit.down() or self.server.unit.boots() != self._boots

    def hang_up(self) -> None:
        self.close_connection = True
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class PromptServer(socketserver.ThreadingTCPServer):
    """A server that ends at once on `shutdown`.

    The usual `serve_forever` may notice it up to `poll_interval` seconds later.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    _ending = False

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        while True:
            try:
                request, address = self.get_request()
            except OSError:  # for example, the client has gone, or the server is closed
                if self._ending:
                    return
                continue
            if self._ending:
                self.shutdown_request(request)
                return
            try:
                self.process_request(request, address)
            except Exception:
                self.handle_error(request, address)
                self.shutdown_request(request)

    def shutdown(self) -> None:
        """Connects to the server, so that `serve_forever` ends, but does not wait for its end.

        A closed server is no error.
        """
        self._ending = True
        with suppress(OSError):
            socket.create_connection(self.socket.getsockname()[:2], 1).close()


class WebServer(PromptServer):
    """Listens as soon as it is constructed.

    `stop` ends the open connections and waits up to 30 s for the server's thread.
    """

    def __init__(
        self,
        address: tuple[str, int],
        handler: type[Connection],
        unit: Powered,
        counters: Counters,
        tls: Optional[ssl.SSLContext],
    ) -> None:
        super().__init__(address, handler)
        self.unit = unit
        self.counters = counters
        self.tls = tls
        self.secure = tls is not None
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def process_request(
        self, request: Union[socket.socket, tuple[bytes, socket.socket]], client_address: Any
    ) -> None:
        self.counters.connection()
        super().process_request(request, client_address)

    def finish_request(
        self, request: Union[socket.socket, tuple[bytes, socket.socket]], client_address: Any
    ) -> None:
        """Runs in the connection's thread, so that a slow handshake delays no other client."""
        assert isinstance(request, socket.socket)
        with self._keep(request):
            if self.unit.down() or self.stopping.is_set():
                return
            if self.tls is None:
                super().finish_request(request, client_address)
                return
            request.settimeout(Connection.timeout)
            with (
                self.tls.wrap_socket(
                    request, server_side=True, do_handshake_on_connect=False
                ) as connection,
                self._keep(connection),
            ):
                if self.unit.down() or self.stopping.is_set():
                    return
                connection.do_handshake()
                super().finish_request(connection, client_address)

    @contextmanager
    def _keep(self, connection: socket.socket) -> Iterator[None]:
        """Keeps the connection, during the block, in the set that `hang_up_all` closes."""
        with self._open_lock:
            self._open.add(connection)
        try:
            yield
        finally:
            with self._open_lock:
                self._open.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints an exception unless it is an OSError without a file name, such as a failed
        handshake.
        """
        error = sys.exc_info()[1]
        # a connection's OSError has no file name
        if not isinstance(error, OSError) or error.filename is not None:
            super().handle_error(request, client_address)

    def hang_up_all(self) -> None:
        with self._open_lock:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.hang_up_all()
        self._thread.join(30)
        self.server_close()
