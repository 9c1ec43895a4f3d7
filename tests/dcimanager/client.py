"""Calls the stand-in's API over HTTPS, with the library requests."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, Optional

import requests

from tests.waiting import PATIENCE_S

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
        self.headers: dict[str, str] = {"isp-box-instance": "true"}
        reply = self.post(TOKEN, {"email": manager.email, "password": manager.password})
        assert reply.status == 201, reply
        self.headers["x-xsrf-token"] = reply.body["token"]

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Optional[dict[str, str]] = None,
        files: Any = None,
    ) -> Reply:
        with requests.Session() as session:
            # the stand-in is on this machine: no proxy, and its own authority
            session.trust_env = False
            answer = session.request(
                method,
                self._manager.url + path,
                data=body,
                files=files,
                timeout=PATIENCE_S,
                allow_redirects=False,
                headers=self.headers if headers is None else headers,
                verify=str(self._manager.ca_file),
            )
            return Reply(answer.status_code, answer.json())

    def post(self, path: str, value: object) -> Reply:
        return self.request("POST", path, json.dumps(value).encode())

    def create(self, handler: str = "pdu_small", protocol: str = "custom") -> int:
        """Registers a handler and returns its id."""
        reply = self.post(
            HANDLERS,
            {
                "device_type": "pdu",
                "handler": handler,
                "name": handler,
                "protocol": [protocol],
                "features": [],
            },
        )
        assert reply.status == 201, reply
        return int(reply.body["id"])

    def upload(self, number: int, data: bytes, import_path: str = "pdu_small.handler") -> Reply:
        return self.request(
            "POST",
            f"{HANDLERS}/{number}/content",
            files={"data": ("a.tar.gz", data), "handler_import": (None, import_path)},
        )

    def install(
        self,
        data: bytes,
        handler: str = "pdu_small",
        protocol: str = "custom",
        import_path: str = "",
    ) -> int:
        """Registers a handler and uploads its archive; returns the handler's id."""
        number = self.create(handler, protocol)
        reply = self.upload(number, data, import_path or f"{handler}.handler")
        assert reply.status == 200, reply
        return number
