"""A recording through somebody's handler keeps no id of a session: neither in URLs, nor in headers
and bodies. The handler reads it all the same.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from pdu.evidence import web_recorder
from pdu.recordings.recording_formats import RecordingOptions
from pdu.recordings.web import har
from pdu.recordings.web.unit import serve
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus
from tests.handlers.http.login_units import CASES, TOKEN
from tests.handlers.other_clients import switch
from tests.pdu.loading.page_handler import folder, loaded_anew
from tests.pdu.running import run
from tests.simulators.unit_servers import PASSWORD as UNIT_PASSWORD, USER, HttpServer

__all__ = ["loaded_anew"]

PASSWORD = "p4ss-w0rd-1"
HANDLER = """
import json
import re
import urllib.request

from pdu_common.base_pdu import BasePdu
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView


def make_handler(pdu_data):
    return SessionPdu(pdu_data)


class SessionPdu(BasePdu):
    def ask(self, target, body=None, **headers):
        settings = self.pdu_data.custom_params
        address = "http://" + self.pdu_data.ip + ":" + settings["port"] + target
        request = urllib.request.Request(address, data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.headers, answer.read().decode()

    def log_in(self):
        settings = self.pdu_data.custom_params
        form = "user=" + settings["username"] + "&pw=" + settings["password"]
        headers, text = self.ask("/login", form.encode())
        return headers["X-Session"], json.loads(text)

    def status(self):
        header, login = self.log_in()
        cookies = {"Cookie": header}
        _, text = self.ask("/status?sid=" + login["sid"], **cookies)
        # the next id is in the answer before
        key = re.search("<session>([^<]+)</session>", text)[1]
        _, text = self.ask("/outlets", json.dumps({"session": key, "n": login["sess_id"]}).encode())
        view = PduView()
        for number, on in json.loads(text)["outlets"].items():
            status = EnumPowerStatus.UP if on else EnumPowerStatus.DOWN
            view.ports.append(PduPortView(identity=number, power_status=status))
        return view

    def port_up(self, port):
        return port

    port_down = port_up

    def statistic(self):
        return PduStatisticView(load=1.5)
"""
SECRETS = {
    "sid": "S1d-7f3a9",
    "header": "hd-55aa66bb",
    "cookie": "ck-a0b1c2d3",
    "session": "SES/4411x",
    "number": "8800995511",
}


class SessionUnit(BaseHTTPRequestHandler):
    """A PDU that answers who logged in alone."""

    faults: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length).decode()
        url = urlsplit(self.path)
        headers = {"Content-Type": "application/json"}
        if url.path == "/login":
            headers["X-Session"] = SECRETS["header"]
            headers["Set-Cookie"] = f"id={SECRETS['cookie']}; Path=/"
            text = json.dumps({"sid": SECRETS["sid"], "sess_id": int(SECRETS["number"])})
        elif url.path == "/status":
            if parse_qs(url.query) != {"sid": [SECRETS["sid"]]}:
                self.faults.append(self.path)
            headers["Content-Type"] = "text/xml"
            text = f"<r><session>{SECRETS['session']}</session><sid>{SECRETS['sid']}</sid></r>"
        else:
            if json.loads(body)["session"] != SECRETS["session"]:
                self.faults.append(body)
            text = json.dumps({"outlets": {"1": True, "2": False}})
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_POST = do_GET

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def unit() -> Iterator[str]:
    SessionUnit.faults.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), SessionUnit) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(60)


def test_a_recording_keeps_no_session_and_is_read_by_the_handler(
    unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)
    handler = str(folder(tmp_path, "odd", HANDLER))
    file = tmp_path / "unit.har"
    login = ("-s", f"port={unit.rpartition(':')[2]}", "--username", "owner-1")
    code, _, err = run(capsys, "record", handler, "127.0.0.1", "-o", str(file), *login)
    assert code == 0, err
    text = file.read_text("utf-8")
    assert SessionUnit.faults == []
    for secret in (*SECRETS.values(), PASSWORD, "owner-1"):
        assert secret not in text
        assert secret.replace("/", "%2F") not in text
    requests = [answer.request for answer in har.parse(text).answers]
    assert requests[:2] == ["POST /login user={any}&pw={any}", "GET /status?sid={any}"]
    device = serve(text, 0)
    try:
        words = ("status", handler, "127.0.0.1", "-s", f"port={device.port}", *login[2:], "--json")
        code, out, _ = run(capsys, *words)
        states = {row["identity"]: row["state"] for row in json.loads(out)["outlets"]}
        assert (code, states) == (0, {"1": "on", "2": "off"})
    finally:
        device.close()


UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN


@pytest.mark.parametrize("name", CASES)
def test_a_unit_is_recorded_and_replayed_with_its_login(name: str) -> None:
    case = CASES[name]
    on, off = '{"on": true}', '{"on": false}'
    path = "PUT /outlets/{outlet} "
    if name == "address":
        on, off = "on=1", "on=0"
    if name == "body":
        path = "POST /outlets "
        on, off = (
            f'{{"params": ["{{any}}", "turn", {{"outlet": "{{outlet}}", "on": {word}}}]}}'
            for word in ("true", "false")
        )
    if name == "query":
        path = "PUT /outlets/{outlet}?user={any}&password={any} "
    with HttpServer(case.make()) as server:
        data = PduData(server.host, case.pdu(server).pdu_data.custom_params)
        options = RecordingOptions()
        text = web_recorder.record(case.loaded, data, options, [path + on], [path + off]).text
    assert [word for word in (UNIT_PASSWORD, TOKEN, USER) if word in text] == []
    with contextlib.closing(serve(text, 0)) as device:
        login = dict.fromkeys(case.settings, "any")
        fields = {**login, "scheme": "http", "port": str(device.port)}
        pdu = case.loaded.make(PduData(device.host, fields))
        assert [port.power_status for port in pdu.status().ports] == [UP, DOWN]
        assert switch(pdu, "2", True) is UP
        assert [port.power_status for port in pdu.status().ports] == [UP, UP]
        (write,) = device.writes()
        assert write.endswith("outlet 2 on")
