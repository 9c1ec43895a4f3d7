"""A minimal client for the simulator's own tests.

It does not check HTTP statuses; `call`, `result` and `bulk` expect JSON.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any, Optional

from .xerus import XerusPdu

Json = dict[str, Any]


class Client:
    """Reuses its connection; usable as a context manager."""

    def __init__(
        self, pdu: XerusPdu, user: str = "", password: str = "", secure: bool = True
    ) -> None:
        login = f"{user or pdu.user}:{password or pdu.password}"
        self.headers: dict[str, str] = {
            "Authorization": "Basic " + base64.b64encode(login.encode()).decode()
        }
        self.http: http.client.HTTPConnection
        if secure:
            context = ssl.create_default_context(cadata=pdu.ca_pem)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            self.http = http.client.HTTPSConnection(pdu.host, pdu.port, timeout=60, context=context)
        else:
            self.http = http.client.HTTPConnection(pdu.host, pdu.http_port, timeout=60)

    def post(
        self, path: str, body: bytes, headers: Optional[Mapping[str, str]] = None
    ) -> http.client.HTTPResponse:
        self.http.request("POST", path, body, {**self.headers, **(headers or {})})
        return self.http.getresponse()

    def get(self, path: str) -> http.client.HTTPResponse:
        self.http.request("GET", path, headers=self.headers)
        return self.http.getresponse()

    def call(self, rid: str, method: str, **params: Any) -> Json:
        """The whole answer of a single call."""
        request = {"jsonrpc": "2.0", "method": method, "params": params, "id": 7}
        answer: Json = json.loads(self.post(rid, json.dumps(request).encode()).read())
        return answer

    def result(self, rid: str, method: str, **params: Any) -> Any:
        return self.call(rid, method, **params)["result"]["_ret_"]

    def bulk(self, requests: list[Json]) -> list[Json]:
        answers: list[Json] = self.call("/bulk", "performBulk", requests=requests)["result"][
            "responses"
        ]
        return answers

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
