"""A clock for tests of deadlines. It does not depend on the machine's speed."""

from __future__ import annotations

from typing import Any, cast

import pytest

from handlers.shared.switching import switch
from tests.simulators.clockwork import ManualClock


class Clock(ManualClock):
    """A clock in seconds. `sleep` moves it on and returns at once."""

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def in_switching(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replace the clock of `switching.switch`, which waits for an outlet's state in every handler.
    Return the new one.
    """
    clock = Clock()
    defaults = cast(dict[str, Any], switch.__kwdefaults__)
    monkeypatch.setitem(defaults, "clock", clock)
    monkeypatch.setitem(defaults, "sleep", clock.sleep)
    return clock
