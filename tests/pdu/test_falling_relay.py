"""A relay that falls back a second after a command is not told as switched, with real waits."""

from __future__ import annotations

import pytest

from pdu import root
from pdu.core.cli.exit_codes import NOT_SEEN
from tests.pdu.falling_relay import Falling
from tests.simulators.snmp_agent.devices import apc


@pytest.mark.parametrize("call, outlet", [("off", "1"), ("on", "4"), ("cycle", "1")])
def test_one_outlet(call: str, outlet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "private")
    more = ("--pause", "1") if call == "cycle" else ()
    with Falling(apc.rpdu2(outlets=8)) as agent:
        words = [call, "snmp", f"127.0.0.1:{agent.port}", outlet, "--yes", *more]
        assert root.run(words) == NOT_SEEN
