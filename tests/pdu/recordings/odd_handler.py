"""A handler over HTTP by the vendor's page whose requests a test chooses, and its device."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable

from tests.servers.serving import in_thread

_HANDLER = """
import gzip
import json
import re
import urllib.error
import urllib.request

from pdu_common.base_pdu import BasePdu
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView


def make_handler(pdu_data):
    return OddPdu(pdu_data)


class OddPdu(BasePdu):
    def ask(self, target, body=None, headers={}):
        address = "http://%s:%s%s" % (self.pdu_data.ip, self.given["port"], target)
        request = urllib.request.Request(address, body and body.encode(), headers)
        with urllib.request.urlopen(request, timeout=300) as answer:
            self.headers, octets = answer.headers, answer.read()
            is_packed = self.headers["Content-Encoding"] == "gzip"
            return (gzip.decompress(octets) if is_packed else octets).decode()

    @property
    def given(self):
        return self.pdu_data.custom_params

    def status(self):
        view = PduView()
        for number, on in json.loads(self.outlets())["outlets"].items():
            state = EnumPowerStatus.UP if on else EnumPowerStatus.DOWN
            view.ports.append(PduPortView(identity=number, power_status=state))
        return view

    def port_up(self, port):
        return port

    port_down = port_up

    def statistic(self):
        return PduStatisticView()

    def outlets(self):
"""


def source(outlets: str, more: str = "") -> str:
    """The handler. `outlets`: statements that return the JSON {"outlets": {IDENTITY: BOOLEAN}};
    self.ask(target, body, headers) returns the text of an answer and sets self.headers, self.given
    holds the settings. `more`: further methods, in the place of its own.
    """
    lines = "".join(f"        {line}\n" for line in outlets.splitlines())
    return f"{_HANDLER}{lines}{more}"


OUTLETS = '{"outlets": {"1": true, "2": false}}'
#: of a request with method, target, headers and body: status, headers and body of the answer
Device = Callable[[str, Mapping[str, str], str], tuple[int, Sequence[tuple[str, str]], str]]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, device: Device) -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.device = device


class Requests(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size).decode()
        status, headers, text = self.server.device(self.path, dict(self.headers.items()), body)
        octets = text.encode()
        if ("Content-Encoding", "gzip") in headers:
            octets = gzip.compress(octets)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Prints nothing."""


@contextmanager
def serving(device: Device) -> Iterator[int]:
    with in_thread(Server(device)) as server:
        yield int(server.server_address[1])
