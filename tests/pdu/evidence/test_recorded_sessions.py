"""A recording through somebody's handler keeps no secret (exchanges.txt), and none of the login of
each kind. The handler reads it all the same.
"""

from __future__ import annotations

import contextlib

import pytest

from pdu.evidence import web_recorder
from pdu.recordings.recording_formats import RecordingOptions
from pdu.recordings.web.unit import serve
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus
from tests.handlers.http.login_units import CASES, TOKEN
from tests.handlers.other_clients import switch
from tests.pdu.evidence import exchanges
from tests.simulators.unit_servers import PASSWORD as UNIT_PASSWORD, USER, HttpServer
from tests.tables import Law, compared

UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN


@pytest.mark.parametrize("law", exchanges.TABLE.laws(), ids=str)
def test_an_exchange_is_recorded_without_secrets(law: Law) -> None:
    law.check(compared(exchanges.shown))


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
