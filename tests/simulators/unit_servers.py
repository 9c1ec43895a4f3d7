"""Serve a simulated PDU (`unit_pdu`) over HTTP: check the login, count requests and connections."""

from __future__ import annotations

import base64
import dataclasses
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Optional, Protocol

from tests.simulators.books import Books

# tests/secrecy.py fails a test that shows this password
USER, PASSWORD = "operator", "nobody-knows"
# an account that may only read, with the same password
READER = "reader"


class HttpDevice(Protocol):
    """A device's state, and its answers to requests."""

    def answer(self, method: str, path: str, body: bytes) -> Optional[bytes]:
        """The body of the answer with status 200; None for a request that gets status 404."""

    def books(self) -> Books: ...


class HttpServer:
    """A device on 127.0.0.1 with basic login, on a port that the system chooses unless one is
    given.
    """

    def __init__(self, device: HttpDevice, port: int = 0) -> None:
        self.device, self.lock = device, threading.Lock()
        self.requests = self.connections = 0
        self._server = _HttpThreads(("127.0.0.1", port), _http_handler(self))
        self.host, self.port = "127.0.0.1", int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def __enter__(self) -> HttpServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(30)

    def books(self) -> Books:
        with self.lock:
            books: Books = self.device.books()
            return dataclasses.replace(books, requests=self.requests, connections=self.connections)


class _HttpThreads(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def _http_handler(owner: HttpServer) -> type[socketserver.BaseRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60
        disable_nagle_algorithm = True
        wbufsize = -1  # headers and a small body are sent in one write

        def setup(self) -> None:
            super().setup()
            with owner.lock:
                owner.connections += 1

        def do_GET(self) -> None:
            self._serve()

        do_POST = do_PUT = do_PATCH = do_GET

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            users = [
                user
                for user in (USER, READER)
                if self.headers.get("Authorization")
                == "Basic " + base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
            ]
            status = 401 if not users else 403 if users == [READER] and body else 200
            answer: Optional[bytes] = None
            with owner.lock:
                owner.requests += 1
                if status == 200:
                    answer = owner.device.answer(self.command, self.path, body)
                    status = 404 if answer is None else 200
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer or b"")))
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, *words: Any) -> None:
            """Log nothing."""

    return Handler
