"""/eventservice: channels that keep events until their client polls them.

Source: EventService.idl 1.0.1 and the vendor's page "Event Service": a channel is a queue on the
unit, filtered by event type and source. A base type includes the derived types. Only
demandEventTypes is documented for any source, so demandEvents refuses a null source.
pollEvents answers at once if events are waiting, else after 30 s at the latest. A channel is
destroyed after 30 s without access.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Optional

from ..idl import BadParams
from ..jsonrpc import Caller
from ..objects import Served, Unit
from ..outlet import Outlet
from ..sensors import AccumulatingSensor, NumericSensor, StateSensor

POLL_S = LIFE_S = 30.0
_LOOK_S = 0.02  # timeout of one wait in a poll, in seconds
_CHANNELS, _AT_ONCE, _INVALID_CHANNEL = 16, 50, 1
# the event that a change of an object's state causes
_EVENTS: dict[type, str] = {
    Outlet: "pdumodel.Outlet.StateChangedEvent",
    NumericSensor: "sensors.NumericSensor.ReadingChangedEvent",
    AccumulatingSensor: "sensors.NumericSensor.ReadingChangedEvent",
    StateSensor: "sensors.StateSensor.StateChangedEvent",
}
Json = dict[str, Any]
Demand = tuple[str, Optional[Served]]  # type id, source; None: any


class EventService(Served):
    """Events of one unit's objects. It is assumed that each link unit has its own service.

    `look` finds changes of states and readings; `Unit.emit` reports other events.
    """

    def __init__(self, unit: Unit, device: Any) -> None:
        super().__init__(unit, "event.Service", "eventservice", ["/eventservice"])
        self.device = device
        self.channels: list[Channel] = []
        self.arrived = threading.Condition(device.lock)
        self._numbers = 0
        self._states: dict[Served, Json] = {}
        unit.clockwork.watchers.append(self.look)
        unit.site.listeners.append(self.deliver)

    def leave(self) -> None:
        self.unit.clockwork.watchers.remove(self.look)
        self.unit.site.listeners.remove(self.deliver)

    # -- the interface

    def createChannel(self) -> Optional[Channel]:
        if len(self.channels) >= _CHANNELS:
            return None
        self._numbers += 1
        self.channels.append(Channel(self.unit, self, self._numbers))
        return self.channels[-1]

    def destroyChannel(self, channel: Optional[Served]) -> int:
        if not isinstance(channel, Channel) or channel not in self.channels:
            return _INVALID_CHANNEL
        self._end(channel)
        return 0

    # -- for channels and the unit

    def look(self) -> None:
        """Ends channels after a reboot or 30 s without access, and delivers the changes that a
        channel wants.
        """
        for channel in list(self.channels):
            has_expired = not channel.waiting and channel.idle() > LIFE_S
            if has_expired or channel.boots != self.device.boots():
                self._end(channel)
        states_before = self._states
        self._states = {}
        if not self.channels:
            return
        for served in self.unit.objects():
            event = _EVENTS.get(type(served))
            if not event or not any(channel.wants(event, served) for channel in self.channels):
                continue
            state = _state(served)
            self._states[served] = state
            if served in states_before:
                self._compare(event, served, states_before[served], state)

    def _compare(self, event: str, served: Served, before: Json, state: Json) -> None:
        if any(state[name] != before[name] for name in state if name != "timestamp"):
            self.deliver(
                event, served, {"oldState": before, "newState": state, "newReading": state}
            )

    def deliver(self, event: str, source: Served, fields: Json) -> None:
        """Puts an event of this unit into the queue of each channel that wants it."""
        if source.unit is not self.unit:
            return
        caller: Caller = self.device.caller
        value = (
            event,
            {"source": source, "actUserName": caller.user, "actIpAddr": caller.address, **fields},
        )
        with self.arrived:  # takes the lock: a test may cause an event without a request
            for channel in self.channels:
                if channel.wants(event, source):
                    channel.queue.append(value)
            self.arrived.notify_all()

    def _end(self, channel: Channel) -> None:
        self.channels.remove(channel)
        self.unit.remove(channel)


class Channel(Served):
    def __init__(self, unit: Unit, service: EventService, number: int) -> None:
        super().__init__(unit, "event.Channel", f"channel.{number}")
        self.queue: deque[tuple[str, Json]] = deque()
        self.boots: int = service.device.boots()
        self.waiting = 0
        self._service = service
        self._demands: list[Demand] = []
        self._accessed = unit.clockwork.now()

    def idle(self) -> float:
        """Seconds since the last access."""
        return self.unit.clockwork.now() - self._accessed

    def wants(self, event: str, source: Served) -> bool:
        types = self.unit.firmware.value_types(event)
        return any(kind in types and wanted in (None, source) for kind, wanted in self._demands)

    # -- the interface

    def demandEventTypes(self, types: list[str]) -> None:
        self._demand([(kind, None) for kind in types])

    def demandEvent(self, type: str, src: Optional[Served]) -> None:
        self.demandEvents([{"type": type, "src": src}])

    def demandEvents(self, events: list[Json]) -> None:
        if any(event["src"] is None for event in events):
            raise BadParams("src: null")
        self._demand([(event["type"], event["src"]) for event in events])

    def _demand(self, demands: list[Demand]) -> None:
        self._accessed = self.unit.clockwork.now()
        self._demands += demands

    def pollEventsNb(self) -> Json:
        self._accessed = self.unit.clockwork.now()
        events = [self.queue.popleft() for _ in range(min(_AT_ONCE, len(self.queue)))]
        return {"_ret_": bool(self.queue), "events": events}

    def pollEvents(self) -> Json:
        """Waits up to 30 s for events. The lock is free meanwhile, so that other calls can run."""
        clockwork = self.unit.clockwork
        device = self._service.device
        clockwork.look()
        end = clockwork.now() + POLL_S
        self.waiting += 1
        try:
            while (
                not self.queue
                and clockwork.now() < end
                and self.boots == device.boots()
                and not device.stopping()
            ):
                self._service.arrived.wait(_LOOK_S)
                clockwork.settle()
        finally:
            self.waiting -= 1
        return self.pollEventsNb()


def _state(served: Any) -> Json:
    state: Json = served.getReading() if isinstance(served, NumericSensor) else served.getState()
    return state
