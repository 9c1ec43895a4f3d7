"""Commands to devices that lag. The clock moves only while a handler or a test waits.

`switch`, which all handlers share, runs against 2,000 generated devices. Their relays may also
stick, and answers may be lost. Each handler runs over the network against its simulator, whose
relays or cache use the same clock.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Callable, NamedTuple, Optional

import pytest

from handlers.nut.handler import make_handler as make_nut
from handlers.raritan.handler import make_handler as make_raritan
from handlers.redfish.handler import make_handler as make_redfish
from handlers.shared.errors import Unreachable
from handlers.shared.switching import switch
from handlers.snmp.handler import make_handler as make_snmp
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.clocks import Clock, in_switching
from tests.simulators import xerus
from tests.simulators.books import Books
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu
from tests.simulators.redfish import Model as RedfishModel, Pdu, RedfishService
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc

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
        self._clock, self._chance = clock, chance
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
    confirmed = unknown = unclear = 0
    for seed in range(2000):
        chance = random.Random(seed)
        bank, age = Bank(clock, chance), chance.choice([0.0, chance.uniform(0.01, LONGEST_LAG)])
        neighbours = [bank.read(outlet) for outlet in range(1, 4)]
        # a change: the state before the command is not the wanted one
        on = bank.read(0) is DOWN
        try:
            reported = switch(lambda: bank.write(0, on), lambda: bank.read(0, age), STATES[on])
        except Unreachable as error:
            assert "may or may not" in str(error)
            unclear += 1
        else:
            assert reported in (STATES[on], UNKNOWN)
            if reported is UNKNOWN:
                unknown += 1
            else:
                assert bank.read(0) is reported
                confirmed += 1
        assert bank.commands == [(0, on)]
        assert [bank.read(outlet) for outlet in range(1, 4)] == neighbours
    assert min(confirmed, unknown, unclear) > 100


# ---- the handlers over the network ---------------------------------------------------------------


class Wired(NamedTuple):
    """A handler, and the true states of its device."""

    make: Callable[[], Any]
    books: Callable[[], Books]


@contextlib.contextmanager
def raritan(clock: Clock, lag: float) -> Iterator[Wired]:
    with xerus.XerusPdu(xerus.Model(outlets=4, relay_delay=lag), clock=clock) as pdu:
        settings = {
            "port": str(pdu.port),
            "username": pdu.user,
            "password": pdu.password,
            "ca_pem": pdu.ca_pem,
        }
        yield Wired(lambda: make_raritan(PduData(pdu.host, settings)), pdu.books)


@contextlib.contextmanager
def snmp(clock: Clock, lag: float) -> Iterator[Wired]:
    model = apc.rpdu2(4, relay_s=lag)
    with Agent(replace(model, device=model.device.on(clock))) as agent:
        params = {
            "version": "2",
            "community": "private",
            "timeout": "20",
            "port": str(agent.port),
        }
        yield Wired(lambda: make_snmp(PduSnmpData(agent.host, params, {})), agent.books)


@contextlib.contextmanager
def nut(clock: Clock, lag: float) -> Iterator[Wired]:
    with NutServer([SwitchedPdu("pdu", 4, poll_s=lag, clock=clock)]) as server:
        settings = {
            "port": str(server.port),
            "device": "pdu",
            "username": ADMIN.name,
            "password": ADMIN.password,
        }
        yield Wired(lambda: make_nut(PduData(server.host, settings)), server.books)


@contextlib.contextmanager
def redfish(clock: Clock, lag: float) -> Iterator[Wired]:
    model = RedfishModel((Pdu(outlets=("1", "2", "3", "4")),), relay_delay=lag, transition="silent")
    with RedfishService(model, clock=clock) as unit:
        settings = {
            "port": str(unit.port),
            "username": unit.user,
            "password": unit.password,
            "ca_pem": unit.ca_pem,
        }
        yield Wired(lambda: make_redfish(PduData(unit.host, settings)), unit.books)


@pytest.mark.parametrize(
    "device", [raritan, snmp, nut, redfish], ids=lambda device: str(device.__name__)
)
def test_a_handler_never_reports_a_wrong_state_of_a_lagging_device(
    clock: Clock, device: Callable[[Clock, float], contextlib.AbstractContextManager[Wired]]
) -> None:
    reported: list[EnumPowerStatus] = []
    for seed in range(8):
        chance = random.Random(seed)
        with device(clock, chance.uniform(0, LONGEST_LAG)) as wired:
            wanted: dict[str, Optional[bool]] = dict(wired.books().states)
            for count in range(1, 4):
                identity, on = chance.choice(list(wanted)), chance.random() < 0.5
                handler, port = wired.make(), PduPortView(identity)
                switch = handler.port_up if on else handler.port_down
                assert switch(port) is port
                wanted[identity] = on
                assert port.power_status in (STATES[on], UNKNOWN)
                if port.power_status is not UNKNOWN:
                    assert wired.books().states[identity] is on
                assert len(wired.books().writes) == count
                reported.append(port.power_status)
            clock.sleep(2 * LONGEST_LAG)
            assert wired.books().states == wanted
    assert {UP, DOWN, UNKNOWN} == set(reported)
