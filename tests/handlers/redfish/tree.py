"""A static Redfish service over HTTP on 127.0.0.1: a tree of resources, and answers that a test
replaces.

Source of its resources: DMTF's schemas (ServiceRoot_v1, PowerEquipment_v1, PowerDistribution_v1,
Outlet_v1) and sample `public-pdu`. A `Tree` does not switch; the units of
`tests.simulators.redfish` do.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any, Callable, NamedTuple, Optional, Union
from urllib.parse import urlsplit

import pytest

from handlers.redfish.handler import RedfishPdu, make_handler
from handlers.redfish.service import RedfishService
from handlers.redfish.settings import read_settings
from handlers.shared.errors import PduHandlerError
from pdu_common.connection import PduData
from tests import foreign_files
from tests.servers.serving import in_thread
from tests.simulators.web import PromptServer
from tests.waiting import PATIENCE_S

Json = dict[str, Any]
USER, PASSWORD = "operator", "secret-word"


class Request(NamedTuple):
    """One received request."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path


class Answer(NamedTuple):
    """The answer to one request. A status of 0 closes the connection without an answer."""

    body: Any = None  # a JSON value, or bytes that are sent unchanged; None: no body
    status: int = 200
    headers: Mapping[str, str] = {}
    is_cut: bool = False  # the body breaks off, and the connection ends


class Tree:
    """A service of static resources.

    The keys of `resources` and `special` are paths without a slash at the end. What `special` has
    for a path is the answer in place of the resource; a function there may return None for the
    resource. Commands and unknown paths are otherwise answered with 404.
    """

    def __init__(self, resources: dict[str, Json]) -> None:
        self.resources = resources
        self.special: dict[str, Union[Answer, Callable[[Request], Optional[Answer]]]] = {}
        self.requests: list[Request] = []
        self.connections = self.open = 0
        # The tree serves `most` connections at a time. `beyond` says what it does with a further
        # one: "closes" it, "waits" without an answer, or "refuses" its requests (429).
        self.most, self.beyond = 100, ""
        self.expands = True  # whether $expand is obeyed

    @property
    def targets(self) -> list[str]:
        return [request.target for request in self.requests]

    def answer(self, request: Request) -> Answer:
        """What `special` has for the path, else the resource, else 404."""
        path = request.path.rstrip("/") or "/"
        special = self.special.get(path)
        answer = special(request) if callable(special) else special
        if answer is not None:
            return answer
        resource = self.resources.get(path)
        if request.method != "GET" or resource is None:
            words = f"no {request.method} here"
            error = {"error": {"code": "Base.1.8.GeneralError", "message": words}}
            return Answer(error, 404)
        levels = _levels(urlsplit(request.target).query)
        if self.expands and levels:
            return Answer(self.expanded(resource, levels))
        return Answer(resource)

    def expanded(self, value: Any, levels: int, *, is_resource: bool = True) -> Any:
        """`value` with its links replaced by their resources, `levels` deep, except those in Links
        (DSP0266, "$expand": `.`). `is_resource`: else it is a part of one.
        """
        if isinstance(value, list):
            return [self.expanded(item, levels, is_resource=False) for item in value]
        if not isinstance(value, dict):
            return value
        # a resource is no link, even if it has nothing but its id
        is_link = not is_resource and set(value) == {"@odata.id"}
        if is_link and levels and value["@odata.id"] in self.resources:
            resource = self.resources[value["@odata.id"]]
            return self.expanded(resource, levels - 1)
        members: Json = {}
        for key, item in value.items():
            is_kept = key == "Links"
            members[key] = item if is_kept else self.expanded(item, levels, is_resource=False)
        return members


def _levels(query: str) -> int:
    """How many levels of links a query expands."""
    if "$expand" not in query:
        return 0
    if "$levels" not in query:
        return 1
    return int(query.rpartition("=")[2].rstrip(")"))


@contextlib.contextmanager
def serving(tree: Tree) -> Iterator[str]:
    """Serve the tree until the block ends. Yield its `host:port`."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = PATIENCE_S

        def setup(self) -> None:
            super().setup()
            with lock:
                tree.connections += 1
                tree.open += 1
                self.beyond = tree.open > tree.most

        def finish(self) -> None:
            super().finish()
            with lock:
                tree.open -= 1

        def log_message(self, *_: object) -> None:
            pass

        def _serve(self) -> None:
            if self.beyond and tree.beyond != "refuses":
                self.close_connection = True
                if tree.beyond == "waits":
                    while self.rfile.read(1):  # b"" when the other side closes
                        pass
                return
            length = int(self.headers.get("Content-Length") or 0)
            request = Request(
                self.command,
                self.path,
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            with lock:
                tree.requests.append(request)
            answer = Answer(None, 429) if self.beyond else tree.answer(request)
            if answer.status == 0:
                self.close_connection = True
                return
            content = b"" if answer.body is None else answer.body
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            head = [
                f"HTTP/1.1 {answer.status} Answer",
                "Content-Type: application/json",
                f"Content-Length: {len(body) + answer.is_cut}",
                *(f"{name}: {value}" for name, value in answer.headers.items()),
                "",
                "",
            ]
            self.close_connection = self.close_connection or answer.is_cut
            self.wfile.write("\r\n".join(head).encode() + body)

        do_GET = do_POST = do_DELETE = do_PATCH = _serve

    with in_thread(PromptServer(("127.0.0.1", 0), Handler)) as server:
        yield f"127.0.0.1:{server.server_address[1]}"


def handler(address: str, **settings: str) -> RedfishPdu:
    """Make the handler for the service at this address."""
    return make_handler(
        PduData(address, {"scheme": "http", "username": USER, "password": PASSWORD, **settings})
    )


def dmtf() -> dict[str, Json]:
    """Return the resources of DMTF's sample `public-pdu` by path.

    Skips the test where the files are not available.
    """
    folder = foreign_files.path(foreign_files.PUBLIC_PDU)
    resources = {}
    for file in folder.rglob("index.json"):
        resource = json.loads(file.read_text("utf-8"))
        resources[resource["@odata.id"].rstrip("/")] = resource
    return resources


def unit(
    outlets: Optional[list[Json]] = None, expand: Optional[Json] = None, **more: Any
) -> dict[str, Json]:
    """Return the resources of a service with one PDU, written from the schemas. `more` are
    properties of the PDU.

    Without `outlets`, the PDU has the outlets 1 and 2.
    """
    root = "/redfish/v1"
    pdu = f"{root}/PowerEquipment/RackPDUs/1"
    if outlets is None:
        outlets = [outlet("1"), outlet("2")]
    links = [{"@odata.id": f"{pdu}/Outlets/{resource['Id']}"} for resource in outlets]
    resources: dict[str, Json] = {
        root: {
            "Id": "RootService",
            "PowerEquipment": {"@odata.id": f"{root}/PowerEquipment"},
            "Links": {"Sessions": {"@odata.id": f"{root}/SessionService/Sessions"}},
        },
        f"{root}/PowerEquipment": {
            "Id": "PowerEquipment",
            "RackPDUs": {"@odata.id": f"{root}/PowerEquipment/RackPDUs"},
        },
        f"{root}/PowerEquipment/RackPDUs": {
            "Members": [{"@odata.id": pdu}],
            "Members@odata.count": 1,
        },
        pdu: {
            "Id": "1",
            "EquipmentType": "RackPDU",
            "Outlets": {"@odata.id": f"{pdu}/Outlets"},
            **more,
        },
        f"{pdu}/Outlets": {"Members": links, "Members@odata.count": len(links)},
    }
    if expand:
        resources[root]["ProtocolFeaturesSupported"] = {"ExpandQuery": expand}
    for link, resource in zip(links, outlets):
        resources[link["@odata.id"]] = {**link, **resource}
    return resources


def outlet(identity: str, state: Any = "On", **more: Any) -> Json:
    """Return the resource of an outlet that can be switched. `more` adds or replaces properties."""
    path = f"/redfish/v1/PowerEquipment/RackPDUs/1/Outlets/{identity}"
    return {
        "Id": identity,
        "Name": f"Outlet {identity}",
        "PowerState": state,
        "Actions": {
            "#Outlet.PowerControl": {
                "target": f"{path}/Outlet.PowerControl",
                "PowerState@Redfish.AllowableValues": ["On", "Off", "PowerCycle"],
            }
        },
        **more,
    }


ROOT = "/redfish/v1"
RACKS = f"{ROOT}/PowerEquipment/RackPDUs"
OUTLETS = f"{RACKS}/1/Outlets"
EXPAND: Json = {"NoLinks": True, "ExpandAll": True, "Levels": True, "MaxLevels": 6, "Links": True}


def two() -> dict[str, Json]:
    """Return the resources of a service with two PDUs."""
    resources = unit()
    resources[f"{RACKS}/2"] = {
        **resources[f"{RACKS}/1"],
        "Id": "2",
        "Outlets": {"@odata.id": f"{RACKS}/2/Outlets"},
    }
    resources[f"{RACKS}/2/Outlets"] = {"Members": [outlet("1", "Off")], "Members@odata.count": 1}
    resources[RACKS] = {
        "Members": [{"@odata.id": f"{RACKS}/{number}"} for number in (1, 2)],
        "Members@odata.count": 2,
    }
    return resources


def service(
    address: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    **settings: str,
) -> RedfishService:
    """The service at this address, as the handler reads it."""
    login = {"scheme": "http", "username": USER, "password": PASSWORD}
    pdu_data = PduData(address, {**login, **settings})
    return RedfishService(read_settings(pdu_data), clock=clock, sleep=sleep)


def identities(tree: Tree, **settings: str) -> list[str]:
    with serving(tree) as address:
        return [port.identity for port in handler(address, **settings).status().ports]


def refused(tree: Tree, **settings: str) -> PduHandlerError:
    """The error of a status."""
    with serving(tree) as address, pytest.raises(PduHandlerError) as error_info:
        handler(address, **settings).status()
    return error_info.value
