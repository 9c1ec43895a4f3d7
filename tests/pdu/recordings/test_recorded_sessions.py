"""A recording through somebody's handler keeps no secret (exchanges.txt), and none of the login of
each kind. The handler reads it all the same.
"""

from __future__ import annotations

import contextlib
import urllib.request
from pathlib import Path

import pytest

from handlers.http.message import Endpoint
from handlers.http.strict_json import LIMIT
from handlers.shared.errors import ProtocolError
from handlers.shared.tls import Trust
from pdu.loading.handler_loading import load
from pdu.recordings.recording_formats import RecordingOptions
from pdu.recordings.web import har, recorder
from pdu.recordings.web.recording_proxy import RecordingProxy, Upstream
from pdu.recordings.web.unit import WebUnit, serve
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus
from tests.handlers.http.login_units import CASES, TOKEN
from tests.handlers.other_clients import switch, unit_data
from tests.needs import ROOT
from tests.pdu.loading.page_handler import folder, loaded_anew
from tests.pdu.recordings import exchanges
from tests.pdu.recordings.odd_handler import OUTLETS, serving, source
from tests.servers.peers.unit_pdus import UnitPeers
from tests.simulators.unit_servers import PASSWORD as UNIT_PASSWORD, USER, HttpServer
from tests.tables import Case
from tests.waiting import PATIENCE_S, until

__all__ = ["loaded_anew"]

UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN


@pytest.mark.parametrize("case", exchanges.TABLE.cases(), ids=str)
def test_an_exchange_is_recorded_without_secrets(case: Case) -> None:
    case.check(exchanges.shown(case))


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
        text = recorder.record(case.loaded, data, options, [path + on], [path + off]).text
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


def test_the_serial_number_of_a_bank_in_identities_has_one_stand_in_at_all_places() -> None:
    peers = UnitPeers("synlink")
    device = peers.device()
    with peers.serve(device) as unit:
        text = recorder.record(load("synlink"), unit_data(unit), RecordingOptions()).text
    assert "286331153" not in text
    recording = har.parse(text)
    assert list(recording.outlets)[:2] == ["1-serial-1", "2-serial-1"]
    with contextlib.closing(serve(text, 0)) as replayed:
        fields = {"scheme": "http", "port": str(replayed.port), "token": "any"}
        pdu = load("synlink").make(PduData(replayed.host, fields))
        assert switch(pdu, "2-serial-1", False) is DOWN
        assert [port.power_status for port in pdu.status().ports][:2] == [UP, DOWN]


def test_the_device_has_no_more_connections_than_the_handler() -> None:
    text = (ROOT / "docs" / "own-handler" / "volt.har").read_text("utf-8")
    with contextlib.closing(WebUnit(har.parse(text), 0)) as unit:
        upstream = Upstream(Endpoint("http", unit.host, unit.port), Trust())
        with contextlib.closing(RecordingProxy(upstream, RecordingOptions(), [], [])) as proxy:
            for number in range(1, 4):
                address = f"http://{proxy.host}:{proxy.port}/status"
                with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
                    assert answer.status == 200
                assert len(unit.requests) == number
                assert until(lambda: unit.open_connections == 0)


def test_an_answer_that_fills_memory_when_it_is_unpacked_is_an_error(tmp_path: Path) -> None:
    def answer(*_: object) -> tuple[int, list[tuple[str, str]], str]:
        return 200, [("Content-Encoding", "gzip")], OUTLETS + " " * LIMIT

    handler = folder(tmp_path, "odd", source("return self.ask('/o')"))
    with serving(answer) as port, pytest.raises(ProtocolError, match="more than 4194304 bytes"):
        data = PduData("127.0.0.1", {"port": str(port)})
        recorder.record(load(str(handler)), data, RecordingOptions())
