"""A minimal client for the simulated Redfish service's own tests.

`send` does not check the status of the answer.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from typing import Any, NamedTuple, Optional

from .redfish import RedfishService

Json = dict[str, Any]
V1 = "/redfish/v1"
OUTLETS = f"{V1}/PowerEquipment/RackPDUs/1/Outlets"


class Reply(NamedTuple):
    status: int
    body: Any


class Client:
    """Of the administrator."""

    def __init__(self, unit: RedfishService) -> None:
        basic = base64.b64encode(f"{unit.user}:{unit.password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {basic}"}
        self.http: http.client.HTTPConnection
        if unit.ca_pem:
            context = ssl.create_default_context(cadata=unit.ca_pem)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            self.http = http.client.HTTPSConnection(
                unit.host, unit.port, timeout=60, context=context
            )
        else:
            self.http = http.client.HTTPConnection(unit.host, unit.port, timeout=60)

    def send(self, method: str, target: str, body: Optional[Json] = None, **headers: str) -> Reply:
        """Sends a request. In the names of `headers`, "_" stands for "-"."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            extra.setdefault("Content-Type", "application/json")
        self.http.request(
            method, target, None if body is None else json.dumps(body), {**self.headers, **extra}
        )
        answer = self.http.getresponse()
        text = answer.read()
        return Reply(answer.status, json.loads(text) if text else None)

    def get(self, target: str) -> Json:
        reply = self.send("GET", target)
        assert reply.status == 200, reply
        body: Json = reply.body
        return body

    def outlet(self, id: str) -> Json:
        return self.get(f"{OUTLETS}/{id}")

    def switch(self, id: str, state: str, **headers: str) -> Reply:
        """Reads the target of the outlet's PowerControl action, and posts the command to it."""
        return self.send(
            "POST",
            self.outlet(id)["Actions"]["#Outlet.PowerControl"]["target"],
            {"PowerState": state},
            **headers,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
