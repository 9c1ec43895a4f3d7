"""The API's calls over HTTPS with the standard library, for tests of the stand-in that do not need curl."""
from __future__ import annotations

import http.client
import json
import ssl
from typing import Any, Dict, NamedTuple, Optional

from .manager import DciManager

HANDLERS = "/api/eservice/v3/custom_equipment"
TOKEN = "/api/auth/v4/public/token"


class Reply(NamedTuple):
    status: int
    body: Any


class Client:
    """One logged-in administrator."""

    def __init__(self, manager: DciManager) -> None:
        self._manager = manager
        self._context = ssl.create_default_context(cafile=str(manager.ca_file))
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.headers: Dict[str, str] = {"isp-box-instance": "true"}
        reply = self.post(TOKEN, {"email": manager.email, "password": manager.password})
        assert reply.status == 201, reply
        self.headers["x-xsrf-token"] = reply.body["token"]

    def request(self, method: str, path: str, body: bytes = b"", headers: Optional[Dict[str, str]] = None) -> Reply:
        host, port = self._manager.url[len("https://"):].split(":")
        connection = http.client.HTTPSConnection(host, int(port), context=self._context, timeout=30)
        try:
            connection.request(method, path, body, self.headers if headers is None else headers)
            answer = connection.getresponse()
            return Reply(answer.status, json.loads(answer.read()))
        finally:
            connection.close()

    def post(self, path: str, value: object) -> Reply:
        return self.request("POST", path, json.dumps(value).encode())

    def create(self, handler: str = "pdu_small", protocol: str = "custom") -> int:
        """Registers a handler and returns its id."""
        reply = self.post(HANDLERS, {"device_type": "pdu", "handler": handler, "name": handler, "protocol": [protocol],
                                     "features": []})
        assert reply.status == 201, reply
        return int(reply.body["id"])

    def upload(self, number: int, data: bytes, import_path: str = "pdu_small.handler") -> Reply:
        mark = "7b1f9c"
        parts = [(b'name="data"; filename="a.tar.gz"', data), (b'name="handler_import"', import_path.encode())]
        body = b"".join(b"--" + mark.encode() + b"\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + content + b"\r\n"
                        for head, content in parts) + b"--" + mark.encode() + b"--\r\n"
        return self.request("POST", f"{HANDLERS}/{number}/content", body,
                            {**self.headers, "Content-Type": f"multipart/form-data; boundary={mark}"})

    def install(self, data: bytes, handler: str = "pdu_small", protocol: str = "custom", import_path: str = "") -> int:
        """Registers a handler and uploads its archive; returns the handler's id."""
        number = self.create(handler, protocol)
        reply = self.upload(number, data, import_path or f"{handler}.handler")
        assert reply.status == 200, reply
        return number
