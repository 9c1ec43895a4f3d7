"""A handler below BasePdu, as one writes it who has read the vendor's page alone, and its PDU."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.serving import in_thread

HTTP = """
import base64
import json
import urllib.request

from pdu_common.base_pdu import BasePdu
from pdu_common.helper import EnumPowerStatus, PduPortStatisticView, PduPortView
from pdu_common.helper import PduStatisticView, PduView


def make_handler(pdu_data):
    return JsonPdu(pdu_data)


class JsonPdu(BasePdu):
    def ask(self, path, body=None):
        settings = self.pdu_data.custom_params
        login = settings["username"] + ":" + settings["password"]
        address = self.pdu_data.ip
        if "port" in settings:  # else a port stands in the address
            address += ":" + settings["port"]
        request = urllib.request.Request("http://" + address + path, data=body)
        request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)

    def status(self):
        view = PduView()
        for number, on in self.ask(self.pdu_data.custom_params["path"]).items():
            status = EnumPowerStatus.UP if on else EnumPowerStatus.DOWN
            view.ports.append(PduPortView(identity=number, power_status=status))
        return view

    def switch(self, port, word):
        self.ask("/" + port.identity + "/" + word, b"{}")
        states = {one.identity: one.power_status for one in self.status().ports}
        port.power_status = states[port.identity]
        return port

    def port_up(self, pdu_port_data):
        return self.switch(pdu_port_data, "on")

    def port_down(self, pdu_port_data):
        return self.switch(pdu_port_data, "off")

    def statistic(self):
        view = PduStatisticView()
        view.load, view.total_consumption = 1.5, 20.0
        view.ports.append(PduPortStatisticView(identity="1", consumption=20.0))
        return view
"""


class Unit(BaseHTTPRequestHandler):
    """The PDU that the handler HTTP asks: GET returns `states` as JSON, POST /1/off switches. The
    commands that it got are in `commands`, as `1=off`.
    """

    states = {"1": True, "2": False}
    commands: list[str] = []

    def do_GET(self) -> None:
        if self.command == "POST":
            _, number, word = self.path.split("/")
            self.states[number] = word == "on"
            self.commands.append(f"{number}={word}")
        body = json.dumps(self.states).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving() -> Iterator[str]:
    """The address of a PDU with two outlets, of which the first is on."""
    Unit.states = {"1": True, "2": False}
    Unit.commands = []
    with in_thread(ThreadingHTTPServer(("127.0.0.1", 0), Unit)) as server:
        yield f"127.0.0.1:{server.server_address[1]}"
