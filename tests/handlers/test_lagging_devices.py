"""Commands to devices that lag. The clock moves only while a handler or a test waits.

`switch`, which all handlers share, runs against 2,000 generated devices. Their relays may also
stick, and answers may be lost. Each handler runs over the network against its simulator, whose
relays or cache use the same clock.
"""

from __future__ import annotations

import random
from typing import Optional

import pytest

from handlers.shared.errors import Unreachable
from handlers.shared.switching import switch
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.clocks import Clock, in_switching
from tests.handlers.wired import EVERY, Wire

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
STATES = {True: UP, False: DOWN, None: UNKNOWN}
# in seconds, longer than the 10 s for which a handler waits
LONGEST_LAG = 25.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return in_switching(monkeypatch)


# ---- the function `switch` -----------------------------------------------------------------------


class Bank:
    """Outlets whose relays follow a command late or never.

    A reading can be older than the relay's present state.
    """

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self.commands: list[tuple[int, bool]] = []
        self._history: dict[int, list[tuple[float, bool]]] = {
            outlet: [(-1e9, chance.random() < 0.5)] for outlet in range(4)
        }

    def write(self, outlet: int, on: bool) -> None:
        self.commands.append((outlet, on))
        fate = self._chance.random()
        if fate > 0.1:  # else the relay is stuck
            self._history[outlet].append(
                (self._clock.now + self._chance.uniform(0, LONGEST_LAG), on)
            )
        if fate < 0.2 and self._chance.random() < 0.5 or fate > 0.9:
            raise Unreachable("no answer")

    def read(self, outlet: int, age: float = 0.0) -> EnumPowerStatus:
        """Return the state of the relay `age` seconds ago.

        With an age, some calls raise Unreachable.
        """
        if age and self._chance.random() < 0.1:
            raise Unreachable("no answer")
        return STATES[
            [on for since, on in sorted(self._history[outlet]) if since <= self._clock.now - age][
                -1
            ]
        ]


def test_an_old_reading_is_never_reported_as_the_present_state(clock: Clock) -> None:
    confirmations = unknown = unclear = 0
    for seed in range(2000):
        chance = random.Random(seed)
        bank = Bank(clock, chance)
        age = chance.choice([0.0, chance.uniform(0.01, LONGEST_LAG)])
        neighbours = [bank.read(outlet) for outlet in range(1, 4)]
        # a change: the state before the command is not the wanted one
        on = bank.read(0) is DOWN
        try:
            state = switch(lambda: bank.write(0, on), lambda: bank.read(0, age), STATES[on])
        except Unreachable as error:
            assert "may or may not" in str(error)
            unclear += 1
        else:
            assert state in (STATES[on], UNKNOWN)
            if state is UNKNOWN:
                unknown += 1
            else:
                assert bank.read(0) is state
                confirmations += 1
        assert bank.commands == [(0, on)]
        assert [bank.read(outlet) for outlet in range(1, 4)] == neighbours
    assert min(confirmations, unknown, unclear) > 100


# ---- the handlers over the network ---------------------------------------------------------------


@EVERY
def test_a_handler_never_reports_a_wrong_state_of_a_lagging_device(
    clock: Clock, device: Wire
) -> None:
    states: list[EnumPowerStatus] = []
    for seed in range(8):
        chance = random.Random(seed)
        with device(clock, chance.uniform(0, LONGEST_LAG)) as peer:
            wanted_states: dict[str, Optional[bool]] = dict(peer.truth().states)
            for count in range(1, 4):
                identity = chance.choice(list(wanted_states))
                on = chance.random() < 0.5
                handler = peer.make()
                port = PduPortView(identity)
                switch = handler.port_up if on else handler.port_down
                assert switch(port) is port
                wanted_states[identity] = on
                assert port.power_status in (STATES[on], UNKNOWN)
                if port.power_status is not UNKNOWN:
                    assert peer.truth().states[identity] is on
                assert len(peer.truth().writes) == count
                states.append(port.power_status)
            clock.sleep(2 * LONGEST_LAG)
            assert peer.truth().states == wanted_states
    assert {UP, DOWN, UNKNOWN} == set(states)
