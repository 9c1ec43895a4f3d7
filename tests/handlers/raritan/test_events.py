"""The binding's module `event`, called as the vendor's page "Event Service" describes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handlers.raritan.rpc.event import Channel, Service, UserEvent
from handlers.raritan.rpc.idl import Event
from handlers.raritan.rpc.pdumodel import Outlet
from tests.simulators.clockwork import ManualClock
from tests.simulators.xerus import Model, XerusPdu

from .conftest import MakeAgent

MODEL = Model(outlets=2, in_rush_guard_ms=0)
OFF, ON = Outlet.PowerState.PS_OFF, Outlet.PowerState.PS_ON


@pytest.fixture
def pdu(clock: ManualClock, firmware: str) -> Iterator[XerusPdu]:
    # without TLS: each new connection would cost a handshake
    with XerusPdu(MODEL, firmware, clock=clock, http_port=0, enforce_https=False) as unit:
        yield unit


def polled(channel: Channel) -> list[Event]:
    """All that the channel holds, in its order."""
    events: list[Event] = []
    has_more = True
    while has_more:
        has_more, next_events = channel.pollEventsNb()
        events += next_events
    return events


def target(event: Event) -> str:
    """The end of the address of what sent the event."""
    return event.source.target.rpartition("/")[2] if event.source else ""


def power_state(event: Event) -> Outlet.PowerState:
    assert isinstance(event, Outlet.StateChangedEvent)
    return event.newState.powerState


def test_a_channel_delivers_the_events_that_were_demanded_until_it_is_destroyed(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    """Types are named as each firmware names them: those of any source, and a base type, with the
    types derived from it, of one source.
    """
    rpc_agent = agent("http", f"{pdu.host}:{pdu.http_port}", pdu.user, pdu.password)
    service = Service("/eventservice", rpc_agent)
    first, second = Outlet("/model/outlet/0", rpc_agent), Outlet("/model/outlet/1", rpc_agent)
    channel = service.createChannel()
    assert channel is not None
    state_type = pdu.site.firmware.value_types("pdumodel.Outlet.StateChangedEvent")[0]
    channel.demandEventTypes([state_type])
    channel.demandEvent(UserEvent, first)
    second.setPowerState(OFF)
    first.setPowerState(OFF)
    for state in [ON, OFF] * 30:
        second.setPowerState(state)

    second_change, command, first_change, *later_changes = polled(channel)

    assert isinstance(command, Outlet.PowerControlEvent)
    assert (command.actUserName, command.state) == (pdu.user, OFF)
    assert (target(command), target(first_change)) == ("outlet.0", "outlet.0")
    assert {target(event) for event in (second_change, *later_changes)} == {"outlet.1"}
    assert isinstance(second_change.source, Outlet)
    states = [power_state(event) for event in (second_change, first_change, *later_changes)]
    assert states == [OFF, OFF, *[ON, OFF] * 30]

    assert service.destroyChannel(channel) == 0
    assert not pdu.events[0].channels
