"""Requests to an exporter: what the lines of requests_to_exporter.txt mean.

A line is an exporter, and requests to it. Of a request, it says

    STATUS | READING | HEADERS | BODY

with ` // ` between two, and ` / ` between lines. READING: the PDU that was read, with its address,
handler and login, and the seconds for it. Of headers that are the same in each answer, HEADERS has
those that are missing; the body has neither help nor types. The exporter and the requests:

    network TEXT              where other PDUs may be probed
    login NAME KEY=VALUE ...  a login that a query may name
    listed NAME HANDLER ADDRESS LOGIN KEY=VALUE ...   a PDU of its list
    listens ADDRESS NAME ...  where it listens, and further names of it; else it checks no Host
    HEADER: TEXT              of each request
    METHOD PATH               a request
"""

from __future__ import annotations

import gzip
import ipaddress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from handlers.shared.address import Address
from pdu.loading.handler_loading import load
from pdu.monitoring import probes, server
from pdu.monitoring.host_check import check_host_on_loopback
from pdu.monitoring.target_policy import TargetPolicy
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.pdu_list.logins import DeviceLogin
from pdu.reading.parts import Reading
from pdu.reading.polling import Target
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_suffix(".txt"), operator=": ")
_HEADERS_OF_EACH = {
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
}


def shown(case: Case) -> str:
    """What each request of a case is answered."""
    networks: list[Any] = []
    logins = {"own": DeviceLogin("own", {}, {})}
    pdus: list[ListedPdu] = []
    headers: dict[str, str] = {}
    requests: list[tuple[str, str]] = []
    address, names = "", []
    for change in case.left.split(TABLE.separator):
        word, *rest = change.split(" ")
        if word == "network":
            networks.append(ipaddress.ip_network(rest[0]))
        elif word == "login":
            name, *pairs = rest
            logins[name] = DeviceLogin(name, dict(pair.split("=") for pair in pairs), {})
        elif word == "listed":
            name, handler, where, login, *pairs = rest
            settings = tuple((key, value) for key, value in (pair.split("=") for pair in pairs))
            pdus.append(ListedPdu(name, handler, Address(where), login, settings))
        elif word == "listens":
            address, *names = rest
        elif word.endswith(":"):
            variable = word[:-1].upper().replace("-", "_")
            headers[f"HTTP_{variable}"] = " ".join(rest)
        else:
            requests.append((word, " ".join(rest)))
    handlers = {name: load(name) for name in ("raritan", "snmp", "nut")}
    targets = [Target(pdu, handlers[pdu.handler], logins[pdu.auth]) for pdu in pdus]
    logins.pop("own")
    exporter = server.Exporter(TargetPolicy(targets, networks, handlers, logins))
    application: Any = server.ExporterRoutes(exporter)
    if address:
        application = check_host_on_loopback(application, address, names)
    return " // ".join(_result(application, *request, headers) for request in requests)


def _result(application: Any, method: str, path: str, headers: dict[str, str]) -> str:
    """What a request is answered."""
    readings: list[str] = []
    answer: list[Any] = []

    def poll(target: Target, seconds: float, **_: object) -> Reading:
        pdu = target.device
        text = f"{pdu.name} at {pdu.address} by {pdu.handler} with {target.auth.name}"
        readings.append(f"{text} in {seconds:.1f} s")
        return Reading(answered=True, seconds=0.25)

    def start(status: str, answer_headers: list[tuple[str, str]]) -> None:
        answer[:] = [status, answer_headers]

    place, _, query = path.partition("?")
    environ = {"REQUEST_METHOD": method, "PATH_INFO": place, "QUERY_STRING": query, **headers}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probes, "poll", poll)
        patch.setattr(probes, "time", SimpleNamespace(monotonic=lambda: 0.0))
        body = b"".join(application(environ, start))
    status, answer_headers = answer
    rest = dict(answer_headers)
    assert int(rest.pop("Content-Length")) == len(body) or method == "HEAD"
    missing = [name for name in _HEADERS_OF_EACH if name not in rest]
    for name, text in _HEADERS_OF_EACH.items():
        assert rest.pop(name, text) == text, name
    if rest.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    texts = [f"{name}: {text}" for name, text in rest.items()]
    metrics = ", ".join([*texts, *(f"no {name}" for name in missing)])
    lines = []
    for line in body.decode().splitlines():
        if not line.startswith(("# HELP", "# TYPE")):
            lines.append(line)
    return " | ".join([status, ", ".join(readings), metrics, " / ".join(lines)])


if __name__ == "__main__":
    TABLE.write(shown)
