"""A relay that falls back a second after a command is not told as switched, with real waits."""

from __future__ import annotations

import time
from typing import Optional

import pytest

from handlers.command.kit.exits import NOT_SEEN
from handlers.command.start import main
from tests.simulators.snmp_agent import Agent, Row
from tests.simulators.snmp_agent.device import INTEGER, arcs
from tests.simulators.snmp_agent.devices import apc

COMMAND, STATE = f"{apc.RPDU2_CONTROL}.5", f"{apc.RPDU2_STATUS}.5"


class Falling(Agent):
    """Its relays fall back with the first request after `BACK_S`."""

    BACK_S = 1.3
    _commanded = 0.0
    _back: Optional[tuple[tuple[int, ...], Row]] = None

    def exchange(self, data: bytes) -> Optional[bytes]:
        if self._back is not None and time.monotonic() - self._commanded >= self.BACK_S:
            (oid, row), self._back = self._back, None
            self.device.write(oid, *row)
        commands = len(self.writes())
        answer = super().exchange(data)
        if len(self.writes()) > commands:
            oid = arcs(self.writes()[-1].oid)
            was = 1 if str(self.writes()[-1].value) == "2" else 2
            self._commanded, self._back = time.monotonic(), (oid, Row(INTEGER, was))
        return answer


@pytest.mark.parametrize("call, outlet", [("off", "1"), ("on", "4"), ("cycle", "1")])
def test_a_relay_that_falls_back_after_a_second_is_not_switched(
    call: str, outlet: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "private")
    more = ("--pause", "1") if call == "cycle" else ()
    with Falling(apc.rpdu2(outlets=8)) as agent:
        where = f"127.0.0.1:{agent.port}"
        assert main([call, "snmp", where, outlet, "--yes", *more]) == NOT_SEEN, capsys.readouterr()
