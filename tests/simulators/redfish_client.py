"""A minimal client for the simulated Redfish service's own tests.

`send` does not check the status of the answer.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from email.message import Message
from typing import Any, NamedTuple, Optional

from .redfish import RedfishService

Json = dict[str, Any]
V1 = "/redfish/v1"
OUTLETS = f"{V1}/PowerEquipment/RackPDUs/1/Outlets"
SESSIONS = f"{V1}/SessionService/Sessions"


class Reply(NamedTuple):
    status: int
    headers: Message
    body: Any

    def key(self) -> str:
        """The key of the extended message in the message registry."""
        return str(self.body["error"]["@Message.ExtendedInfo"][0]["MessageId"]).rpartition(".")[2]


class Client:
    """`login`: "user:password", or "" for none; default: the administrator."""

    def __init__(self, unit: RedfishService, login: Optional[str] = None) -> None:
        account = f"{unit.user}:{unit.password}" if login is None else login
        basic = "Basic " + base64.b64encode(account.encode()).decode()
        self.headers: dict[str, str] = {"Authorization": basic} if account else {}
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
        return Reply(answer.status, answer.headers, json.loads(text) if text else None)

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

    def members(self, target: str) -> list[str]:
        """The links to a collection's members, from all its pages."""
        found: list[str] = []
        while target:
            page = self.get(target)
            found += [one["@odata.id"] for one in page["Members"]]
            target = page.get("Members@odata.nextLink", "")
        return found

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
