"""A web server on 127.0.0.1 that answers JSON-RPC from recorded calls. Any login is taken.

An outlet follows setPowerState: what getState of the same object shows changes, figures stay. Source: Outlet.idl 3.0.4.
"""
from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, Mapping, Tuple

from ....raritan.rpc.pdumodel import Outlet
from .calls import Key, Outcome, answered, key

HOST = "127.0.0.1"
_LONGEST = 4 << 20          # bytes of a request
_ENDS_S = 5.0
_NO_METHOD = {"code": -32601, "message": "Method not found"}
_STATES = {0: "off", 1: "on"}


class XerusServer:
    """Serves calls until it is closed; a context manager. Raises OSError where the port is taken."""

    def __init__(self, calls: Mapping[Key, Outcome], port: int = 0) -> None:
        self._calls: Dict[Key, Outcome] = dict(calls)
        self._known = {rid for rid, _, _ in calls}
        self._lock = threading.Lock()
        self.writes: List[str] = []
        self._server = _Server((HOST, port), _Handler)
        self._server.site = self
        self.host, self.port = HOST, int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name=f"replay-{self.port}", daemon=True)
        self._thread.start()

    def __enter__(self) -> XerusServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_ENDS_S)

    def answer(self, rid: str, request: Any) -> Tuple[int, Dict[str, Any]]:
        """HTTP status and JSON for one call."""
        if not isinstance(request, Mapping) or not isinstance(request.get("method"), str):
            return 400, {}
        if request["method"] == "performBulk":
            inner = (request.get("params") or {}).get("requests")
            if not isinstance(inner, list):
                return 400, {}
            responses = []
            for one in inner:
                status, said = self.answer(str(one.get("rid")), one.get("json"))
                responses.append({"json": said or None, "statcode": status})
            return answered(request, {"result": {"responses": responses}})
        with self._lock:
            return answered(request, self._outcome(rid, request["method"], request.get("params") or {}))

    def _outcome(self, rid: str, method: str, params: Mapping[str, Any]) -> Outcome:
        if method == "setPowerState":
            return self._switched(rid, params)
        found = self._calls.get(key(rid, method, params))
        if found is not None:
            return found
        return {"error": _NO_METHOD} if rid in self._known else {"status": 404}

    def _switched(self, rid: str, params: Mapping[str, Any]) -> Outcome:
        at, wanted = key(rid, "getState", {}), params.get("pstate")
        state = self._returned(at)
        if not isinstance(state, Mapping) or wanted not in _STATES:
            return {"status": 404}
        metadata = self._returned(key(rid, "getMetaData", {}))
        if isinstance(metadata, Mapping) and metadata.get("isSwitchable") is False:
            self.writes.append(f"setPowerState {rid} {wanted}: refused, this outlet has no relay")
            return {"result": {"_ret_": int(Outlet.ERR_OUTLET_NOT_SWITCHABLE)}}
        self._calls[at] = {"result": {"_ret_": {**state, "powerState": wanted}}}
        self.writes.append(f"setPowerState {rid} {wanted}: outlet {_STATES[wanted]}")
        return {"result": {"_ret_": 0}}

    def _returned(self, at: Key) -> Any:
        result = self._calls.get(at, {}).get("result")
        return result.get("_ret_") if isinstance(result, Mapping) else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: XerusServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of this server."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60.0

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        if not size.isdigit() or int(size) > _LONGEST:
            self.close_connection = True
            return self._send(411, b"")
        try:
            request = json.loads(self.rfile.read(int(size)))
        except ValueError:
            return self._send(400, b"")
        status, said = self.server.site.answer(self.path, request)
        self._send(status, json.dumps(said).encode() if said else b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what changes the device is in `writes`."""
