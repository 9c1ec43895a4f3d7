"""What the servers share that replay a recorded device: a thread on 127.0.0.1, and JSON over HTTP."""
from __future__ import annotations

import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, List, Mapping, Tuple

from .kinds import Served

HOST = "127.0.0.1"
_ENDS_S = 5.0
ANY_LOGIN = "-s scheme=http --username any"
Said = Tuple[int, Any, Mapping[str, str]]       # status, JSON (None: no body), further headers


class Replay:
    """Serves in a thread of its own until it is closed. `writes` has what changed the device."""

    def __init__(self, server: socketserver.TCPServer) -> None:
        self.writes: List[str] = []
        self.host, self.port = HOST, int(server.server_address[1])
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.1,), name=f"replay-{self.port}", daemon=True)
        self._thread.start()

    def served(self, handler: str, about: str, options: str = "") -> Served:
        """For people: what answers here, and the arguments of `pdu status` that read it."""
        poll = f"{handler} {self.host}:{self.port} {options}".rstrip()
        return Served(self.host, self.port, about, poll, lambda: list(self.writes), self.close)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_ENDS_S)


class HttpReplay(Replay):
    """Answers requests of at most `longest` bytes with `reply`. Raises OSError where the port is taken."""

    longest = 4 << 20

    def __init__(self, port: int) -> None:
        server = _Server((HOST, port), _Handler)
        server.site = self
        super().__init__(server)

    def reply(self, method: str, target: str, body: bytes) -> Said:
        """The answer to one request."""
        raise NotImplementedError


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: HttpReplay

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of this server."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60.0

    def _serve(self) -> None:
        site, size = self.server.site, self.headers.get("Content-Length", "0")
        if not size.isdigit() or int(size) > site.longest:
            self.close_connection = True
            return self._send(411, None, {})
        return self._send(*site.reply(self.command, self.path, self.rfile.read(int(size))))

    do_GET = do_POST = do_DELETE = _serve

    def _send(self, status: int, said: Any, headers: Mapping[str, str]) -> None:
        body = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what changes the device is in `writes`."""
