"""The handler's errors and log lines do not show the password."""

from __future__ import annotations

import logging

import pytest

from handlers import VERSION
from pdu_common.helper import PduPortView
from tests.handlers.nut.clients import ADMIN_SETTINGS, handler
from tests.simulators.nut_server import ADMIN, NutServer


def test_each_call_logs_one_line_with_the_version_and_no_password(
    server: NutServer, caplog: pytest.LogCaptureFixture
) -> None:
    pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
    with caplog.at_level(logging.DEBUG):
        pdu.status()
        pdu.statistic()
        pdu.port_up(PduPortView("1"))
        pdu.port_down(PduPortView("1"))
        pdu.labels()
    lines = [message for message in caplog.messages if "pdu handler nut" in message]
    for line in lines:
        assert line.startswith(f"pdu handler nut {VERSION}")
    calls = [line.split()[-1] for line in lines]
    assert calls == ["status", "statistic", "port_up", "port_down", "labels"]
    assert ADMIN.password not in caplog.text
    assert ADMIN.password not in repr(vars(pdu))
