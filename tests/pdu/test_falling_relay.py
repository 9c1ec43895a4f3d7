"""A relay that falls back a second after a command is not reported as switched, with real waits."""

from __future__ import annotations

import time
from typing import Any, Optional

import pytest

from pdu import root
from pdu.cli.exit_codes import NOT_SEEN
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.device import INTEGER, arcs
from tests.simulators.snmp_agent.devices import apc

ON, OFF = "1", "2"  # rPDU2OutletSwitchedControlCommand
#: how long a relay holds, in s: less than a second read after the first one waits
BACK_S = 1.3


class Falling(Agent):
    """Relays that fall back on the clock. Who asks later than BACK_S after a command sees the
    state from before it.
    """

    def __init__(self, *arguments: Any) -> None:
        # object identifier -> when its relay falls back, and to which command's state
        self._falls: dict[str, tuple[float, str]] = {}
        super().__init__(*arguments)

    def exchange(self, data: bytes) -> Optional[bytes]:
        for oid, (moment, command) in list(self._falls.items()):
            if time.monotonic() >= moment:
                del self._falls[oid]
                self.device.write(arcs(oid), INTEGER, int(command))
        count = len(self.writes())
        answer = super().exchange(data)
        for write in self.writes()[count:]:
            command = ON if write.value == OFF else OFF
            self._falls[write.oid] = time.monotonic() + BACK_S, command
        return answer


@pytest.mark.parametrize("call, outlet", [("off", "1"), ("on", "4"), ("cycle", "1")])
def test_one_outlet(call: str, outlet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "private")
    pause = ("--pause", "1") if call == "cycle" else ()
    with Falling(apc.rpdu2(outlets=8)) as agent:
        words = [call, "snmp", f"127.0.0.1:{agent.port}", outlet, "--yes", *pause]
        assert root.run(words) == NOT_SEEN
