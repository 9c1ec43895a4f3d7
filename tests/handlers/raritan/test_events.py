"""Events of a unit: their type names on each firmware, outages, lost channels and reboots."""
from __future__ import annotations

import itertools
import threading
from typing import Iterator, List, Type

import pytest

from handlers.errors import Denied, PduHandlerError, ProtocolError, Refused, Unreachable
from handlers.raritan import events
from handlers.raritan.events import Listener, Outage
from handlers.raritan.rpc import Bulk
from handlers.raritan.rpc.event import Service, UserEvent
from handlers.raritan.rpc.idl import Event
from handlers.raritan.rpc.pdumodel import Outlet
from handlers.raritan.rpc.sensors import NumericSensor
from handlers.tls import Trust
from tests.simulators.clockwork import ManualClock
from tests.simulators.xerus import Fault, Model, XerusPdu
from tests.waiting import finished, until

from .conftest import MakeAgent, connected
from .peer import Peer, result

MODEL = Model(outlets=2, in_rush_guard_ms=0)
STATES = [(Outlet.StateChangedEvent, None)]


@pytest.fixture
def pdu(clock: ManualClock) -> Iterator[XerusPdu]:
    with XerusPdu(MODEL, clock=clock, reboot_seconds=0.2) as unit:
        yield unit


def switch(agent: MakeAgent, pdu: XerusPdu, state: Outlet.PowerState) -> None:
    Outlet("/model/outlet/0", connected(agent, pdu)).setPowerState(state)


OFF, ON = Outlet.PowerState.PS_OFF, Outlet.PowerState.PS_ON


def test_types_are_demanded_as_each_firmware_names_them(agent: MakeAgent, firmware: str) -> None:
    with XerusPdu(MODEL, firmware) as pdu, Listener(connected(agent, pdu), [*STATES, (NumericSensor.ReadingChangedEvent, None),
                                                                            (UserEvent, None)]) as listener:
        switch(agent, pdu, OFF)
        command = next(listener)
        others: List[Event] = []
        while not {Outlet.StateChangedEvent, NumericSensor.ReadingChangedEvent} <= {type(one) for one in others}:
            others.append(next(listener))
        assert isinstance(command, Outlet.PowerControlEvent) and (command.actUserName, command.state) == (pdu.user, OFF)
        change = next(one for one in others if isinstance(one, Outlet.StateChangedEvent))
        assert change.newState.powerState is OFF and isinstance(change.source, Outlet)
        assert change.source.target == f"/tfwopaque/{pdu.site.firmware.type_id('pdumodel.Outlet')}/outlet.0"


def test_events_of_one_source_and_of_a_base_type_are_demanded(agent: MakeAgent, pdu: XerusPdu) -> None:
    first = Outlet("/model/pdu/0/outlet/0", connected(agent, pdu))
    with Listener(connected(agent, pdu), [(Event, first)]) as listener:
        Outlet("/model/outlet/1", first.agent).setPowerState(OFF)
        first.setPowerState(OFF)
        sources = [next(listener).source for _ in range(2)]           # an event of the other outlet would come first
        assert [one.target.rpartition("/")[2] for one in sources if one is not None] == ["outlet.0"] * 2


def test_poll_events_waits_until_an_event_happens(agent: MakeAgent, pdu: XerusPdu) -> None:
    channel = Service("/eventservice", connected(agent, pdu)).createChannel()
    assert channel is not None
    channel.demandEventType(Outlet.StateChangedEvent)
    found: List[Event] = []
    thread = threading.Thread(target=lambda: found.extend(channel.pollEvents()[1]), daemon=True)
    thread.start()
    assert until(lambda: pdu.events[0].channels[0].waiting == 1) and not found
    switch(agent, pdu, OFF)
    finished(thread)
    assert len(found) == 1


def test_a_bulk_that_polls_events_keeps_the_rights_of_its_caller(agent: MakeAgent, pdu: XerusPdu) -> None:
    viewer = agent("https", f"{pdu.host}:{pdu.port}", pdu.viewer_user, pdu.viewer_password, trust=Trust(ca_pem=pdu.ca_pem))
    channel = Service("/eventservice", viewer).createChannel()
    assert channel is not None
    channel.demandEventType(Outlet.StateChangedEvent)
    bulk = Bulk(viewer)
    bulk.add(channel.pollEvents)
    command = bulk.add(Outlet("/model/outlet/1", viewer).setPowerState, OFF)
    thread = threading.Thread(target=bulk.perform, daemon=True)
    thread.start()
    assert until(lambda: pdu.events[0].channels[0].waiting == 1)
    switch(agent, pdu, OFF)
    finished(thread)
    assert isinstance(command.error, Denied) and len(pdu.books().writes) == 1


def test_poll_events_returns_without_an_event_after_30_seconds(agent: MakeAgent, pdu: XerusPdu, clock: ManualClock) -> None:
    channel = Service("/eventservice", connected(agent, pdu)).createChannel()
    assert channel is not None
    found: List[object] = []
    thread = threading.Thread(target=lambda: found.append(channel.pollEvents()), daemon=True)
    thread.start()
    assert until(lambda: pdu.events[0].channels[0].waiting == 1)
    clock.now += 30.0
    finished(thread)
    assert found == [(False, [])]


def test_a_unit_that_answers_slowly_is_asked_less_often(agent: MakeAgent, pdu: XerusPdu) -> None:
    rests: List[float] = []
    readings = itertools.count(0.0, 0.25)       # the clock moves by 0.25 s at each reading, so a poll takes 0.25 s
    with Listener(connected(agent, pdu), STATES, seconds=5.0, clock=lambda: next(readings), sleep=rests.append) as listener:
        assert list(listener) == [] and rests[0] == 2.25 > events._USUAL_PAUSE_S


def test_more_events_than_one_answer_holds_come_in_order(agent: MakeAgent, pdu: XerusPdu) -> None:
    with Listener(connected(agent, pdu), STATES) as listener:
        for _ in range(40):
            switch(agent, pdu, OFF)
            switch(agent, pdu, ON)
        seen = [next(listener) for _ in range(80)]
        assert [one.newState.powerState for one in seen if isinstance(one, Outlet.StateChangedEvent)] == [OFF, ON] * 40


@pytest.mark.parametrize("fault, status, kind", [
    (Fault.CLOSE_BEFORE, 0, Unreachable), (Fault.STATUS, 503, Unreachable), (Fault.STATUS, 429, Refused)])
def test_events_queued_on_the_unit_survive_a_short_outage(agent: MakeAgent, pdu: XerusPdu, fault: Fault, status: int,
                                                             kind: Type[PduHandlerError]) -> None:
    outages: List[Outage] = []
    with Listener(connected(agent, pdu), STATES, notice=outages.append, sleep=lambda seconds: None) as listener:
        switch(agent, pdu, OFF)
        pdu.faults.order(fault, 3, status=status)
        assert isinstance(next(listener), Outlet.StateChangedEvent)
        assert [(one.duration is None, one.kept) for one in outages] == [(True, True), (False, True)]
        assert isinstance(outages[0].error, kind) and len(pdu.events[0].channels) == 1


def test_an_expired_channel_is_replaced_and_the_loss_is_reported(agent: MakeAgent, pdu: XerusPdu, clock: ManualClock) -> None:
    outages: List[Outage] = []
    with Listener(connected(agent, pdu), STATES, notice=outages.append) as listener:
        clock.now += 31.0                       # longer than a channel lives without a poll
        thread = threading.Thread(target=listener.__next__, daemon=True)
        thread.start()
        assert until(lambda: any(channel.polls for channel in pdu.events[0].channels))
        switch(agent, pdu, OFF)
        finished(thread)
        assert [(one.duration is None, one.kept) for one in outages] == [(True, True), (False, False)]


@pytest.mark.parametrize("fault", [Fault.CLOSE_BEFORE, Fault.STATUS])
def test_the_notice_of_an_outage_may_close_the_listener(agent: MakeAgent, pdu: XerusPdu, fault: Fault) -> None:
    outages: List[Outage] = []

    def close(outage: Outage) -> None:
        outages.append(outage)
        listener.close()

    with Listener(connected(agent, pdu), STATES, notice=close) as listener:
        pdu.faults.order(fault, 1, status=503)
        assert list(listener) == [] and [one.duration for one in outages] == [None] and not pdu.events[0].channels


def test_a_reboot_ends_the_channel_and_listening_goes_on(agent: MakeAgent, pdu: XerusPdu) -> None:
    outages: List[Outage] = []
    with Listener(connected(agent, pdu), STATES, notice=outages.append) as listener:
        pdu.reboot()
        thread = threading.Thread(target=listener.__next__, daemon=True)
        thread.start()
        assert until(lambda: any(channel.polls for channel in pdu.events[0].channels))
        switch(agent, pdu, OFF)
        finished(thread)
        assert [one.kept for one in outages] == [True, False]


def test_a_refused_login_ends_the_listening(agent: MakeAgent, pdu: XerusPdu) -> None:
    with Listener(connected(agent, pdu), STATES) as listener:
        pdu.access.refuse_all = True
        with pytest.raises(Denied):
            next(listener)


def test_listening_ends_after_the_given_seconds_and_an_outage_that_outlasts_them_is_an_error(agent: MakeAgent,
                                                                                                pdu: XerusPdu) -> None:
    passed: List[float] = []
    mine = ManualClock()

    def sleep(seconds: float) -> None:
        passed.append(seconds)
        mine.now += seconds

    with Listener(connected(agent, pdu), STATES, seconds=2.0, clock=mine, sleep=sleep) as listener:
        assert list(listener) == [] and sum(passed) == pytest.approx(2.0)
        assert not pdu.events[0].channels
    with Listener(connected(agent, pdu), STATES, seconds=20.0, clock=mine, sleep=sleep) as listener:
        pdu.faults.order(Fault.CLOSE_BEFORE, None)
        passed.clear()
        with pytest.raises(Unreachable):
            next(listener)
        assert passed == [0.5, 1.0, 2.0, 4.0, 8.0, 4.5], "pauses double, up to 8 s; the last one is cut to the remaining time"
        pdu.faults.clear()


def test_closing_releases_the_channel_and_does_not_wait_long_for_a_silent_unit(agent: MakeAgent, pdu: XerusPdu,
                                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener(connected(agent, pdu), STATES)
    assert len(pdu.events[0].channels) == 1
    before = pdu.books().connections
    listener.close()
    assert not pdu.events[0].channels and list(listener) == []
    assert pdu.books().connections == before + 1, "an interrupted poll may have left half an answer on the old connection"
    patient = connected(agent, pdu)
    patient.timeout = 3600.0
    listener = Listener(patient, STATES)
    monkeypatch.setattr(events, "_CLOSE_S", 0.1)
    pdu.faults.order(Fault.SLOW, None, seconds=600.0)       # until the unit is stopped
    thread = threading.Thread(target=listener.close, daemon=True)
    thread.start()
    finished(thread)
    assert patient.timeout == 3600.0 and list(listener) == []


def test_an_interrupted_close_keeps_the_agents_time_out(agent: MakeAgent, pdu: XerusPdu, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    patient = connected(agent, pdu)
    patient.timeout = 3600.0
    listener = Listener(patient, STATES)
    monkeypatch.setattr(Service, "destroyChannel", interrupted)
    with pytest.raises(KeyboardInterrupt):
        listener.close()
    assert patient.timeout == 3600.0


def test_a_channel_whose_events_cannot_be_demanded_is_released(agent: MakeAgent, pdu: XerusPdu) -> None:
    pdu.faults.order(Fault.PRIVILEGE, 1, method="demandEvents")
    with pytest.raises(Denied):
        Listener(connected(agent, pdu), STATES)
    assert not pdu.events[0].channels


def test_without_a_free_channel_or_an_event_service_listening_is_refused(agent: MakeAgent, pdu: XerusPdu) -> None:
    def open_() -> Listener:
        return Listener(connected(agent, pdu), STATES)

    held = [open_() for _ in range(16)]
    with pytest.raises(Refused, match="all event channels of the unit are in use"):
        open_()
    assert len(pdu.events[0].channels) == len(held)
    with pytest.raises(Refused, match="404"):
        Listener(connected(agent, pdu), STATES, link=7)


def test_an_unreadable_answer_about_event_types_is_an_error_that_names_the_unit(agent: MakeAgent) -> None:
    with Peer([[result()]]) as peer, pytest.raises(ProtocolError, match="127.0.0.1: performBulk /bulk: "):
        Listener(agent("http", peer.address), STATES)


@pytest.mark.parametrize("prefixed", [True, False])
def test_events_of_a_link_unit_come_from_the_event_service_of_that_unit(agent: MakeAgent, prefixed: bool) -> None:
    """The vendor does not document whether references in the answers of a link unit contain its id."""
    with XerusPdu(MODEL, links={3: MODEL}, prefix_links=prefixed) as pdu, \
            Listener(connected(agent, pdu), STATES, link=3) as listener:
        switch(agent, pdu, OFF)
        Outlet("/link/3/model/outlet/1", connected(agent, pdu)).setPowerState(OFF)
        event = next(listener)
        assert event.source is not None and event.source.target.startswith("/link/3/")
