"""A recording through somebody's handler keeps no id of a session: neither in URLs, nor in headers
and bodies. The handler reads it all the same.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
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
from tests.pdu.evidence.odd_handler import OUTLETS, serving, source
from tests.pdu.loading.page_handler import folder, loaded_anew
from tests.pdu.running import run
from tests.simulators.unit_servers import PASSWORD as UNIT_PASSWORD, USER, HttpServer

__all__ = ["loaded_anew"]

PASSWORD = "p4ss-w0rd-1"
#: logs in, asks with ids in a query, a header and a body; the next id is in the answer before
ASKED = """\
login = json.loads(self.ask("/login", "user=%(username)s&pw=%(password)s" % self.given))
cookies = {"Cookie": self.headers["X-Session"]}
text = self.ask("/status?sid=" + login["sid"], None, cookies)
key = re.search("<session>([^<]+)</session>", text)[1]
return self.ask("/outlets", json.dumps({"session": key, "n": login["sess_id"]}))
"""
SECRETS = {
    "sid": "S1d-7f3a9",
    "header": "hd-55aa66bb",
    "cookie": "ck-a0b1c2d3",
    "session": "SES/4411x",
    "number": "8800995511",
}


class SessionUnit:
    """A PDU that answers who logged in alone."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def answer(
        self, target: str, headers: Mapping[str, str], body: str
    ) -> tuple[int, Sequence[tuple[str, str]], str]:
        url = urlsplit(target)
        if url.path == "/login":
            own_headers = {
                "X-Session": SECRETS["header"],
                "Set-Cookie": f"id={SECRETS['cookie']}; Path=/",
            }
            text = json.dumps({"sid": SECRETS["sid"], "sess_id": int(SECRETS["number"])})
            return 200, [("Content-Type", "application/json"), *own_headers.items()], text
        if url.path == "/status":
            if parse_qs(url.query) != {"sid": [SECRETS["sid"]]}:
                self.faults.append(target)
            text = f"<r><session>{SECRETS['session']}</session><sid>{SECRETS['sid']}</sid></r>"
            return 200, [("Content-Type", "text/xml")], text
        if json.loads(body)["session"] != SECRETS["session"]:
            self.faults.append(body)
        return 200, [("Content-Type", "application/json")], OUTLETS


def test_a_recording_keeps_no_session_and_is_read_by_the_handler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)
    handler = str(folder(tmp_path, "odd", source(ASKED)))
    file = tmp_path / "unit.har"
    unit = SessionUnit()
    login = ("--username", "owner-1")
    with serving(unit.answer) as port:
        words = ("record", handler, "127.0.0.1", "-s", f"port={port}", "-o", str(file))
        code, _, err = run(capsys, *words, *login)
    assert code == 0, err
    text = file.read_text("utf-8")
    assert unit.faults == []
    for secret in (*SECRETS.values(), PASSWORD, "owner-1"):
        assert secret not in text
        assert secret.replace("/", "%2F") not in text
    requests = [answer.request for answer in har.parse(text).answers]
    assert requests[:2] == ["POST /login user={any}&pw={any}", "GET /status?sid={any}"]
    device = serve(text, 0)
    try:
        words = ("status", handler, "127.0.0.1", "-s", f"port={device.port}", *login, "--json")
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
