"""A Redfish service on 127.0.0.1 that answers from recorded resources. Any login is taken.

An outlet follows its action at once: its PowerState changes, figures stay. Source: Outlet_v1, PowerControl; DSP0266.
"""
from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, Mapping, Tuple

from .tree import Json, asked_levels, expanded, plain, switches

HOST = "127.0.0.1"
_LONGEST = 1 << 20              # bytes of a request
_ENDS_S = 5.0
_STATES = {"On": "On", "Off": "Off", "on": "On", "off": "Off"}
Said = Tuple[int, Any, Mapping[str, str]]


class RedfishServer:
    """Serves resources until it is closed. Raises OSError where the port is taken."""

    def __init__(self, resources: Mapping[str, Json], port: int = 0) -> None:
        self._resources: Dict[str, Json] = {path: dict(resource) for path, resource in resources.items()}
        self._switches = switches(resources)
        self._lock = threading.Lock()
        self.writes: List[str] = []
        self._server = _Server((HOST, port), _Handler)
        self._server.site = self
        self.host, self.port = HOST, int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name=f"replay-{self.port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_ENDS_S)

    @property
    def outlets(self) -> int:
        """How many outlets follow commands."""
        return len(self._switches)

    def answer(self, method: str, target: str, body: bytes) -> Said:
        """Status, JSON and headers for one request."""
        path, _, query = target.partition("?")
        with self._lock:
            if method == "GET":
                return self._read(plain(path), query)
            if method == "DELETE":
                return 204, None, {}
            if path.rstrip("/").endswith("/Sessions"):
                session = f"{plain(path)}/1"
                return 201, {"@odata.id": session, "Id": "1"}, {"X-Auth-Token": "any", "Location": session}
            return self._switched(plain(path), body)

    def _read(self, path: str, query: str) -> Said:
        expands, levels = asked_levels(query)
        found = self._resources.get(path if expands or not query else f"{path}?{query}", self._resources.get(path))
        if found is None:
            return _error(404, "the recording has no such resource")
        return 200, expanded(self._resources, found, levels) if expands else found, {}

    def _switched(self, target: str, body: bytes) -> Said:
        outlet = self._switches.get(target)
        if outlet is None:
            return _error(404, "the recording has no such action")
        try:
            asked = json.loads(body)
            state = _STATES[asked.get("PowerState") or asked.get("OutletStatus")]
        except (ValueError, KeyError, AttributeError, TypeError):
            return _error(400, "PowerState is On or Off here")
        self._resources[outlet] = {**self._resources[outlet], "PowerState": state}
        self.writes.append(f"{outlet}: {state.lower()}")
        return 204, None, {}


def _error(status: int, message: str) -> Said:
    return status, {"error": {"code": "Base.1.0.GeneralError", "message": message}}, {}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: RedfishServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of this server."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60.0

    def _serve(self) -> None:
        size = self.headers.get("Content-Length", "0")
        if not size.isdigit() or int(size) > _LONGEST:
            self.close_connection = True
            return self._send(411, None, {})
        return self._send(*self.server.site.answer(self.command, self.path, self.rfile.read(int(size))))

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
