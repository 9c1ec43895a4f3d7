"""Events of a unit: their type names on each firmware, outages, lost channels and reboots."""

from __future__ import annotations

import contextlib
import datetime
import threading
from collections.abc import Iterator
from typing import Any, Callable, NamedTuple, Optional

import pytest

from handlers.http.connection import StandardTransport
from handlers.http.errors import HttpBusy, HttpUnreachable
from handlers.http.message import Endpoint, Request, Response, Transport
from handlers.raritan import events
from handlers.raritan.events import Listener, Outage
from handlers.raritan.rpc import Agent
from handlers.raritan.rpc.cascading import CascadeManager
from handlers.raritan.rpc.event import Channel, UserEvent
from handlers.raritan.rpc.idl import Event
from handlers.raritan.rpc.pdumodel import Outlet
from handlers.raritan.rpc.peripheral import DeviceSlot
from handlers.raritan.rpc.sensors import NumericSensor
from handlers.shared.errors import (
    Denied,
    PduHandlerError,
    ProtocolError,
    Refused,
    SettingsError,
    Unreachable,
)
from handlers.shared.tls import Trust
from tests.handlers.clocks import Clock
from tests.simulators.clockwork import ManualClock
from tests.simulators.xerus import Fault, Model, XerusPdu
from tests.waiting import finished

from .conftest import MakeAgent

MODEL = Model(outlets=2, in_rush_guard_ms=0)
BARE = Model(outlets=1, metering="none", in_rush_guard_ms=0, slots=0, peripherals=0)
STATES = [(Outlet.StateChangedEvent, None)]


@pytest.fixture
def pdu(clock: ManualClock) -> Iterator[XerusPdu]:
    # without TLS: each new connection would cost a handshake
    with XerusPdu(MODEL, clock=clock, http_port=0, enforce_https=False) as unit:
        yield unit


def connected(agent: MakeAgent, pdu: XerusPdu) -> Agent:
    return agent("http", f"{pdu.host}:{pdu.http_port}", pdu.user, pdu.password)


def switch(agent: MakeAgent, pdu: XerusPdu, state: Outlet.PowerState) -> None:
    Outlet("/model/outlet/0", connected(agent, pdu)).setPowerState(state)


OFF, ON = Outlet.PowerState.PS_OFF, Outlet.PowerState.PS_ON


def power_state(event: Event) -> Outlet.PowerState:
    assert isinstance(event, Outlet.StateChangedEvent)
    return event.newState.powerState


def source(event: Event) -> str:
    return event.source.target.rpartition("/")[2] if event.source else ""


def test_types_are_demanded_as_each_firmware_names_them(agent: MakeAgent, firmware: str) -> None:
    with (
        XerusPdu(MODEL, firmware, http_port=0, enforce_https=False) as pdu,
        Listener(
            connected(agent, pdu),
            [*STATES, (NumericSensor.ReadingChangedEvent, None), (UserEvent, None)],
        ) as listener,
    ):
        switch(agent, pdu, OFF)
        command = next(listener)
        change = next(listener)
        assert isinstance(command, Outlet.PowerControlEvent)
        assert command.actUserName == pdu.user
        assert command.state == OFF
        while not isinstance(change, Outlet.StateChangedEvent):
            change = next(listener)
        outlet_type = pdu.site.firmware.type_id("pdumodel.Outlet")
        assert power_state(change) is OFF
        assert isinstance(change.source, Outlet)
        assert change.source.target == f"/tfwopaque/{outlet_type}/outlet.0"


def test_more_events_than_one_answer_holds_come_in_order(agent: MakeAgent, pdu: XerusPdu) -> None:
    with Listener(connected(agent, pdu), STATES) as listener:
        outlet = Outlet("/model/outlet/0", connected(agent, pdu))
        for state in [OFF, ON] * 40:
            outlet.setPowerState(state)
        assert [power_state(next(listener)) for _ in range(80)] == [OFF, ON] * 40


def test_the_notice_of_an_outage_may_close_the_listener(agent: MakeAgent, pdu: XerusPdu) -> None:
    outages: list[Outage] = []

    def close(outage: Outage) -> None:
        outages.append(outage)
        listener.close()

    with Listener(connected(agent, pdu), STATES, notice=close) as listener:
        pdu.faults.order(Fault.CLOSE_BEFORE, 1)
        assert list(listener) == []
        assert not pdu.events[0].channels
        assert [outage.duration for outage in outages] == [None]


# ---- outages on the test's clock, which the unit shares: a channel lives 30 s without access ----

START = datetime.datetime(2026, 11, 20, 19, 40, tzinfo=datetime.timezone.utc)


class Hours(Clock):
    """A clock that runs tasks at their times while a listener sleeps on it: a list of (due, task),
    in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.due: list[tuple[float, Callable[[], None]]] = []
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        assert self.now < 7200.0, "the listener waits for something that does not happen"
        self.slept.append(seconds)
        end = self.now + seconds
        while self.due and self.due[0][0] <= end:
            self.now, task = self.due.pop(0)
            task()
        self.now = end

    def utc(self) -> datetime.datetime:
        return START + datetime.timedelta(seconds=self.now)


class Listening(NamedTuple):
    """A unit, a listener for its outlets, the clock of both, and the outages that the listener
    reported.
    """

    pdu: XerusPdu
    listener: Listener
    clock: Hours
    outages: list[Outage]

    def switch_each_second(self, count: int, first_s: float = 0.5) -> None:
        """Switch outlet 1 each second, off first, from `first_s` after now."""
        outlet = self.pdu.units[0].outlets[0]

        def task(on: bool) -> Callable[[], None]:
            def act() -> None:
                with self.pdu.lock:
                    outlet.setPowerState(int(on))
                    self.pdu.site.clockwork.settle()

            return act

        start = self.clock.now + first_s
        self.clock.due += [(start + number, task(number % 2 == 1)) for number in range(count)]

    def fails(self, fault: Fault, seconds: float, status: int = 503) -> None:
        """Let requests fail from now on for `seconds`."""
        self.pdu.faults.order(fault, None, status=status)
        self.clock.due.append((self.clock.now + seconds, self.pdu.faults.clear))
        self.clock.due.sort(key=lambda timer: timer[0])

    def states(self, count: int) -> list[bool]:
        """The next states that the listener reports."""
        return [power_state(next(self.listener)) is ON for _ in range(count)]


@pytest.fixture
def listening(agent: MakeAgent) -> Iterator[Listening]:
    clock = Hours()
    outages = list[Outage]()
    with (
        # without TLS: each trial to connect again would cost a handshake
        XerusPdu(BARE, clock=clock, http_port=0, enforce_https=False) as pdu,
        Listener(
            agent("http", f"{pdu.host}:{pdu.http_port}", pdu.user, pdu.password),
            STATES,
            notice=outages.append,
            clock=clock,
            sleep=clock.sleep,
            now=clock.utc,
        ) as listener,
    ):
        yield Listening(pdu, listener, clock, outages)


@pytest.mark.parametrize(
    "fault, seconds, status",
    [
        (Fault.CLOSE_BEFORE, 1.0, 0),
        (Fault.CLOSE_BEFORE, 29.8, 0),
        *((fault, 29.8, 503) for fault in (Fault.STATUS, Fault.HTML, Fault.EMPTY, Fault.NOT_JSON)),
        (Fault.STATUS, 1.0, 429),
    ],
)
def test_no_event_is_lost_in_an_outage_that_is_shorter_than_the_channels_life(
    listening: Listening, fault: Fault, seconds: float, status: int
) -> None:
    listening.switch_each_second(40)
    listening.fails(fault, seconds, status)
    assert listening.states(40) == [False, True] * 20
    begun, ended = listening.outages
    assert begun.duration is None
    assert begun.kept is True
    assert begun.lost is None
    assert ended.kept is True
    assert ended.lost is None
    assert ended.duration == pytest.approx(seconds, abs=0.6)
    assert isinstance(begun.error, Refused) is (status == 429)


@pytest.mark.parametrize("fault", [Fault.CLOSE_BEFORE, Fault.STATUS])
def test_a_longer_outage_loses_events_and_says_from_when_to_when(
    listening: Listening, fault: Fault
) -> None:
    listening.switch_each_second(90)
    start = listening.clock.utc()
    listening.fails(fault, 45.0)

    assert len(listening.states(1)) == 1

    first_event = listening.clock.utc()
    outage = listening.outages[-1]
    assert outage.kept is False
    assert outage.duration == pytest.approx(45.0, abs=8.0)
    assert outage.lost is not None
    assert outage.lost.since == start
    assert first_event >= outage.lost.until
    lost_s = (outage.lost.until - start).total_seconds()
    assert lost_s >= 45.0
    # later ones arrive, each of them
    missed = int(lost_s + 0.5)
    later = [number % 2 == 1 for number in range(missed + 1, 90)]
    assert listening.states(89 - missed) == later


def test_one_refused_login_does_not_end_the_listening_and_loses_no_event(
    listening: Listening,
) -> None:
    listening.switch_each_second(40)
    listening.pdu.faults.order(Fault.STATUS, 1, status=401)
    assert listening.states(40) == [False, True] * 20
    assert isinstance(listening.outages[0].error, Denied)
    assert listening.outages[1].kept


@pytest.mark.parametrize("statuses", [(401, 401, 401), (401, 503, 401, 503, 503, 401)])
def test_the_third_refused_login_of_an_outage_ends_the_listening_and_no_other_follows(
    listening: Listening, statuses: tuple[int, ...]
) -> None:
    """A unit counts them too, whatever failed in between."""
    for status in statuses:
        listening.pdu.faults.order(Fault.STATUS, 1, status=status)
    before = listening.pdu.books().requests
    with pytest.raises(Denied, match="401"):
        next(listening.listener)
    long_pauses = [pause for pause in listening.clock.slept if pause > 8.0]
    assert long_pauses == [25.0, 300.0]

    listening.listener.close()
    assert listening.pdu.books().requests == before + len(statuses)
    assert list(listening.listener) == []


def test_a_login_that_is_refused_while_a_channel_is_made_is_not_sent_again_to_release_it(
    listening: Listening,
) -> None:
    listening.clock.now += 31.0  # the channel has ended
    listening.pdu.faults.order(Fault.STATUS, 3, status=401, method="demandEventTypes")
    before = listening.pdu.books().requests
    with pytest.raises(Denied):
        next(listening.listener)
    # each of three subscriptions names the types, makes a channel and demands
    assert listening.pdu.books().requests == before + 1 + 3 * 3


@pytest.mark.parametrize("fault, kind", [(Fault.HTML, ProtocolError), (Fault.STATUS, Refused)])
def test_a_unit_that_starts_may_answer_with_pages_for_ten_minutes(
    listening: Listening, fault: Fault, kind: type[PduHandlerError]
) -> None:
    listening.switch_each_second(30, 580.5)
    listening.fails(fault, 590.0, status=404)
    assert listening.states(3) in ([False, True, False], [True, False, True])
    assert [outage.kept for outage in listening.outages] == [True, False]
    assert listening.outages[0].error.kind == kind.kind
    listening.fails(fault, 620.0, status=404)
    with pytest.raises(kind):
        listening.states(40)


def test_a_connection_that_fails_for_half_an_hour_does_not_end_the_listening(
    listening: Listening,
) -> None:
    listening.clock.due.append((0.0, lambda: None))
    listening.fails(Fault.CLOSE_BEFORE, 1800.0)
    listening.clock.due.append((1900.0, listening.listener.close))
    assert list(listening.listener) == []
    assert [outage.kept for outage in listening.outages] == [True, False]
    assert max(listening.clock.slept) == 8.0


class Swallowing:
    """A network that swallows all packets for a while: a request ends by its time-out, on the
    test's clock.
    """

    def __init__(self, inner: Transport, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock
        self.until = 0.0
        self.waits: list[float] = []

    def exchange(self, where: Endpoint, request: Request) -> Response:
        if self._clock.now >= self.until:
            return self._inner.exchange(where, request)
        self.waits.append(request.timeout)
        self._clock.sleep(request.timeout)
        raise HttpUnreachable("no answer in time")

    def close(self) -> None:
        self._inner.close()


def test_a_request_without_an_answer_leaves_time_for_another_try_before_the_channel_ends() -> None:
    clock = Hours()
    outages = list[Outage]()
    with XerusPdu(MODEL, clock=clock, http_port=0, enforce_https=False) as pdu:
        network = Swallowing(StandardTransport(Trust()), clock)
        address = f"{pdu.host}:{pdu.http_port}"
        agent = Agent("http", address, pdu.user, pdu.password, timeout=40.0, transport=network)
        with (
            agent,
            Listener(
                agent, STATES, notice=outages.append, clock=clock, sleep=clock.sleep, now=clock.utc
            ) as listener,
        ):
            listening = Listening(pdu, listener, clock, outages)
            listening.switch_each_second(2)
            network.until = 29.0
            assert listening.states(2) == [False, True]
            assert outages[-1].kept
            assert network.waits == [15.0, 3.0, 3.0, 3.0, 3.0]
            assert agent.timeout == 40.0
            network.until = clock.now + 60.0
            network.waits = []
            listening.switch_each_second(200)
            assert listening.states(1)
            assert outages[-1].lost is not None
            assert network.waits[-1] == 40.0, "later on, the agent's own patience decides"


def test_types_of_any_source_and_of_one_source_are_demanded_as_documented(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    """demandEvents takes a source with each type; a type alone belongs to demandEventTypes. A base
    type includes the derived types.
    """
    first = Outlet("/model/pdu/0/outlet/0", connected(agent, pdu))
    second = Outlet("/model/outlet/1", first.agent)
    before = pdu.books().requests
    with Listener(connected(agent, pdu), [*STATES, (UserEvent, first)]) as listener:
        assert pdu.books().requests == before + 4
        second.setPowerState(OFF)
        first.setPowerState(OFF)
        names = []
        for _ in range(3):
            event = next(listener)
            names.append(f"{type(event).__name__} of {source(event)}")
    assert names == [
        "StateChangedEvent of outlet.1",
        "PowerControlEvent of outlet.0",
        "StateChangedEvent of outlet.0",
    ]


def test_types_of_any_source_cost_a_request_less(agent: MakeAgent, pdu: XerusPdu) -> None:
    rpc_agent = connected(agent, pdu)
    before = pdu.books().requests
    with Listener(rpc_agent, STATES):
        assert pdu.books().requests == before + 3


def test_listening_ends_after_the_given_seconds_and_an_outage_that_outlasts_them_is_an_error(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    pauses: list[float] = []
    mine = ManualClock()

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        mine.now += seconds

    with Listener(connected(agent, pdu), STATES, seconds=2.0, clock=mine, sleep=sleep) as listener:
        assert list(listener) == []
        assert sum(pauses) == pytest.approx(2.0)
        assert not pdu.events[0].channels
    with Listener(connected(agent, pdu), STATES, seconds=20.0, clock=mine, sleep=sleep) as listener:
        pdu.faults.order(Fault.CLOSE_BEFORE, None)
        pauses.clear()
        with pytest.raises(Unreachable):
            next(listener)
        assert pauses == [0.0] + [0.5] * 40
        pdu.faults.clear()


def test_closing_releases_the_channel_and_does_not_wait_long_for_a_silent_unit(
    agent: MakeAgent, pdu: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = Listener(connected(agent, pdu), STATES)
    assert len(pdu.events[0].channels) == 1
    before = pdu.books().connections
    listener.close()
    assert not pdu.events[0].channels
    assert list(listener) == []
    # an interrupted poll may have left half an answer on the old connection
    assert pdu.books().connections == before + 1
    patient = connected(agent, pdu)
    patient.timeout = 3600.0
    listener = Listener(patient, STATES)
    monkeypatch.setattr(events, "_CLOSE_S", 0.1)
    pdu.faults.order(Fault.SLOW, None, seconds=600.0)  # until the unit is stopped
    thread = threading.Thread(target=listener.close, daemon=True)
    thread.start()
    finished(thread)
    assert patient.timeout == 3600.0
    assert list(listener) == []


def test_a_channel_whose_events_cannot_be_demanded_is_released(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    pdu.faults.order(Fault.PRIVILEGE, 1, method="demandEventTypes")
    with pytest.raises(Denied):
        Listener(connected(agent, pdu), STATES)
    assert not pdu.events[0].channels


def test_without_a_free_channel_or_an_event_service_listening_is_refused(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    def open_() -> Listener:
        return Listener(connected(agent, pdu), STATES)

    listeners = [open_() for _ in range(16)]
    with pytest.raises(Refused, match="all event channels of the unit are in use"):
        open_()
    assert len(pdu.events[0].channels) == len(listeners)
    with pytest.raises(Refused, match="404"):
        Listener(connected(agent, pdu), STATES, link=7)


@pytest.mark.parametrize("prefixed", [True, False])
def test_events_of_a_link_unit_come_from_the_event_service_of_that_unit(
    agent: MakeAgent, prefixed: bool
) -> None:
    """The vendor does not document whether references in the answers of a link unit
    contain its id.
    """
    with (
        XerusPdu(
            MODEL, links={3: MODEL}, prefix_links=prefixed, http_port=0, enforce_https=False
        ) as pdu,
        Listener(connected(agent, pdu), STATES, link=3) as listener,
    ):
        switch(agent, pdu, OFF)
        Outlet("/link/3/model/outlet/1", connected(agent, pdu)).setPowerState(OFF)
        event = next(listener)
        assert event.source is not None
        assert event.source.target.startswith("/link/3/")


def test_two_limits_on_the_waits_of_an_agent_end_in_any_order() -> None:
    class Waits:
        def exchange(self, where: Endpoint, request: Request) -> Response:
            waits.append(request.timeout)
            return Response(200, {}, b'{"jsonrpc": "2.0", "result": {}, "id": 1}')

        def close(self) -> None: ...

    def wait_of(seconds: Optional[float] = None) -> None:
        with agent.waits_at_most(seconds) if seconds else contextlib.nullcontext():
            with contextlib.suppress(PduHandlerError):
                agent.json_rpc("/x", "getX")

    waits: list[float] = []
    agent = Agent("http", "127.0.0.1", "user", "word", timeout=20.0, transport=Waits())
    first = agent.waits_at_most(3.0)
    second = agent.waits_at_most(2.0)
    first.__enter__()
    second.__enter__()
    wait_of()
    # another thread has its own limits
    thread = threading.Thread(target=wait_of, args=(7.0,))
    thread.start()
    thread.join()
    first.__exit__(None, None, None)
    wait_of()
    second.__exit__(None, None, None)
    wait_of()
    assert waits == [2.0, 7.0, 2.0, 20.0]
    assert agent.timeout == 20.0


@pytest.mark.parametrize("kind", [CascadeManager.RoleChangedEvent, DeviceSlot.DeviceChangedEvent])
def test_a_type_of_an_interface_that_the_unit_does_not_show_needs_its_source(
    agent: MakeAgent, pdu: XerusPdu, monkeypatch: pytest.MonkeyPatch, kind: type[Event]
) -> None:
    # the objects whose types are asked for: none of them has the interface of these events
    monkeypatch.setattr("handlers.raritan.events._EXAMPLES", ("/model/pdu/0",))
    with pytest.raises(SettingsError, match=r"give an object that sends these events"):
        Listener(connected(agent, pdu), [(kind, None)])


def test_a_failed_look_at_an_example_is_no_absence(
    agent: MakeAgent, pdu: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def perform(bulk: Any) -> None:
        for entry in bulk._waiting:
            entry.error = HttpBusy("busy")

    monkeypatch.setattr("handlers.raritan.rpc.Bulk.perform", perform)
    with pytest.raises(HttpBusy):
        Listener(connected(agent, pdu), STATES)


def test_a_null_among_events_is_skipped_with_a_log_line(
    agent: MakeAgent,
    pdu: XerusPdu,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    event = Outlet.StateChangedEvent()
    monkeypatch.setattr(Channel, "pollEventsNb", lambda channel: (False, [None, event]))
    with Listener(connected(agent, pdu), STATES) as listener:
        assert next(listener) == event
    assert "sent a null" in caplog.text
