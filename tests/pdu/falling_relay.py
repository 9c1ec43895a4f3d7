"""A simulated APC unit whose relays fall back after a command."""

from __future__ import annotations

import time
from typing import Any, Optional

from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.device import INTEGER, arcs

ON, OFF = "1", "2"  # rPDU2OutletSwitchedControlCommand


class Falling(Agent):
    """Relays that fall back on the clock. Who asks later than `back_s` after a command sees the
    state from before it.
    """

    #: how long they hold, in s: less than a second read after the first one waits
    back_s = 1.3
    #: the commands after which they fall back
    after: tuple[str, ...] = (ON, OFF)

    def __init__(self, *given: Any, **options: Any) -> None:
        self._back: dict[str, tuple[float, str]] = {}
        super().__init__(*given, **options)

    def exchange(self, data: bytes) -> Optional[bytes]:
        for oid, (at, was) in list(self._back.items()):
            if time.monotonic() >= at:
                del self._back[oid]
                self.device.write(arcs(oid), INTEGER, int(was))
        known = len(self.writes())
        answer = super().exchange(data)
        for one in self.writes()[known:]:
            if one.value in self.after:
                was = ON if one.value == OFF else OFF
                self._back[one.oid] = time.monotonic() + self.back_s, was
        return answer
