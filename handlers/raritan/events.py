"""Events of a unit as a Python iterator. The calls for events are in `rpc.event`.

    with Listener(agent, [(pdumodel.Outlet.StateChangedEvent, None)]) as events:
        for event in events:
            print(event.source, event.newState.powerState)

A channel is a queue on the unit. It keeps events until they are polled, and ends after 30 s without
access ("Event Service", JSON-RPC API 3.5 to 4.4). A shorter outage of the network therefore loses
only answers in transit; reconnecting.py has the policy. If the connection fails while a channel is
created or released, the channel may stay on the unit for 30 s. pollEvents is not used: after a
broken connection the unit may go on waiting, and put the next events into an answer that nobody
receives.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Callable, NamedTuple, Optional

from ..http.errors import HttpLoginRefused
from ..shared.errors import PduHandlerError, Refused, SettingsError
from .reconnecting import Backoff, EventGap, Outage
from .rpc import Agent, Bulk, Interface, TypeName, base_name, inner_name
from .rpc._runtime.classes import declare
from .rpc.event import Channel, Service
from .rpc.idl import Event
from .units import XerusUnit, is_missing_object_error

__all__ = ["Demand", "Listener", "EventGap", "Outage"]

LOGGER = logging.getLogger(__name__)
# an event type, with all types derived from it; a source (None: any)
Demand = tuple[type[Event], Optional[Interface]]
# pauses between two polls; a channel lives 30 s
_USUAL_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 8.0
# pause 9 times as long as the poll took: some units need a TLS handshake for each poll
_PAUSE_FACTOR = 9
_CLOSE_S = 2.0
_MOST_BASES = 10  # limit for the bases of a type
# limits for the time-out of a poll, and of a try while the channel may live: that is 30 s
_POLL_S, _TRY_S = 15.0, 3.0
# Objects of the interfaces that send events, at their well-known ids: their types show the versions
# of these interfaces in the firmware. A unit may lack some.
_EXAMPLES = tuple(
    "/model/pdu/0" + rest
    for rest in (
        "",
        "/outlet/0",
        "/inlet/0",
        "/ocp/0",
        "/transferswitch/0",
        "/outlet/0/outletState",
        "/outlet/0/activeEnergy",
        "/inlet/0/activeEnergy",
        "/inlet/0/current",
        "/ocp/0/trip",
    )
) + (
    *("/bulkcfg", "/cascade", "/cascading", "/event_engine", "/event_engine/alarms", "/firmware"),
    *(
        "/eventlog",
        "/debuglog",
        "/hwhealth",
        "/modbus",
        "/net",
        "/rawcfg",
        "/security",
        "/servermon",
    ),
    *("/server_ssl_cert", "/session", "/smtp", "/snmp", "/zeroconf"),
    *("/model/outletgroup", "/model/peripheraldevicemanager", "/model/peripheraldeviceslot/0"),
    *("/model/pmc", "/model/sensorlogger", "/model/alertedsensormanager", "/model/unit"),
)


class Listener(Iterator[Event]):
    """Iterates over events. Subscribes at once, in 3 round trips (4 for events of any source and of
    given ones); each poll costs 1. Close it, or use it in `with`.

    Arguments:

    - link: the link unit whose events are wanted, 0 for the unit itself.
    - seconds: how long to poll, from construction; None: until the listener is closed.
    - notice: called with an Outage when it begins, and when it is over.
    - before_poll: called before each poll outside of an outage.

    A pause of 1 s follows a poll without events, up to 8 s if the unit answers slowly.

    An outage does not end it. Iterating raises Denied for the third refused login in an outage and
    for any other denial; ProtocolError, or Refused, if for 10 minutes all answers are those of no
    event service; and any error that outlasts `seconds`. Subscribing raises the errors of any call,
    and Refused if there is no event service or no free channel.
    """

    def __init__(
        self,
        agent: Agent,
        demands: Sequence[Demand],
        *,
        link: int = 0,
        seconds: Optional[float] = None,
        notice: Callable[[Outage], None] = lambda outage: None,
        before_poll: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.timezone.utc),
    ) -> None:
        self._agent = agent
        self._unit = XerusUnit(link, agent)
        # EventService.idl gives a type without a source to demandEventTypes, one with a source to
        # demandEvents
        self._types: list[type[Event]] = []
        self._sourced_types: list[tuple[type[Event], Interface]] = []
        for event_class, source in demands:
            if source is None:
                self._types.append(event_class)
            else:
                self._sourced_types.append((event_class, source))
        self._notice = notice
        self._before_poll = before_poll
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._end = None if seconds is None else clock() + seconds
        self._service = self._unit.with_link_prefix(Service("/eventservice", agent))
        self._waiting: deque[Event] = deque()
        # the start of the last request that the channel answered: by `clock`, which never jumps,
        # for the channel's life; and as a date, for an EventGap
        self._last_access = clock()
        self._last_access_utc = now()
        self._channel: Optional[Channel] = self._subscribe()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __next__(self) -> Event:
        while not self._waiting:
            if self._channel is None or self._left() <= 0.0:
                self.close()
                raise StopIteration
            self._fetch(self._channel)
        return self._waiting.popleft()

    def close(self) -> None:
        """Release the channel, with a time-out of 2 s; if that fails, the channel
        ends by itself.
        """
        channel = self._channel
        self._channel = None
        if channel is not None:
            self._release(channel)

    def _release(self, channel: Channel) -> None:
        with self._agent.waits_at_most(_CLOSE_S), contextlib.suppress(PduHandlerError):
            # a caller's transport may have kept half an answer of an interrupted poll
            self._agent.close()
            self._service.destroyChannel(channel)

    def _left(self) -> float:
        return math.inf if self._end is None else self._end - self._clock()

    # ---- polling ---------------------------------------------------------------------------------

    def _fetch(self, channel: Channel) -> None:
        """Poll once, so that new events wait, or an Outage. Without either, pause."""
        # > POST /tfwopaque/event.Channel:1.0.1/... pollEventsNb {}
        # < {"_ret_": false, "events": [{"type": "pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0",
        #       "value": {...}}]}
        self._before_poll()
        try:
            self._poll(channel, _POLL_S)
        except PduHandlerError as error:
            self._notice(Outage(error))
            self._recover(error, channel)
            return
        if not self._waiting:
            self._pause(max(_USUAL_PAUSE_S, _PAUSE_FACTOR * (self._clock() - self._last_access)))

    def _poll(self, channel: Channel, seconds: float) -> None:
        """Poll once, with a time-out in seconds. The new events wait, and the access is noted."""
        # the unit counts the channel's life from some moment after it
        start = self._clock()
        start_utc = self._now()
        with self._agent.waits_at_most(seconds):
            _, polled_events = channel.pollEventsNb()
        events: list[Optional[Event]] = list(polled_events)
        for event in events:
            if event is None:
                LOGGER.warning(
                    f"{self._agent.place}: events: the unit sent a null, which is no event"
                )
            else:
                self._waiting.append(self._readdress(event))
        self._last_access = start
        self._last_access_utc = start_utc

    def _readdress(self, event: Event) -> Event:
        """The event itself, whose source is changed to one that addresses this listener's unit."""
        if event.source is not None:
            event.source = self._unit.with_link_prefix(event.source)
        return event

    def _pause(self, seconds: float) -> None:
        self._sleep(max(0.0, min(seconds, _LONGEST_PAUSE_S, self._left())))

    def _recover(self, error: PduHandlerError, channel: Channel) -> None:
        """Try until the channel or a new one answers. Raises the error that ends the listening."""
        start = self._clock()
        retries = Backoff(self._last_access)
        is_kept = True  # whether the unit may still have the channel
        latest_error = error
        while self._channel is not None:
            if is_kept and is_missing_object_error(latest_error):
                # the unit answers, but has no such channel any more: a new one at once
                is_kept = False
            else:
                self._wait(retries, latest_error)
            try:
                if is_kept:
                    # while the channel still lives, a try that hangs would take the time of others
                    may_live = retries.lives(self._clock())
                    self._poll(channel, _TRY_S if may_live else math.inf)
                    gap = None
                else:
                    gap = self._replace()
            except PduHandlerError as next_error:
                latest_error = next_error
            else:
                duration = self._clock() - start
                self._notice(Outage(error, duration=duration, kept=is_kept, lost=gap))
                return

    def _wait(self, retries: Backoff, error: PduHandlerError) -> None:
        """Wait until the next try after `error`. Raises it if it ends the listening."""
        if self._left() <= 0.0:
            raise error
        try:
            pause = retries.pause(error, self._clock())
        except HttpLoginRefused:
            self._channel = None  # to release it would be one more refused login
            raise
        if isinstance(error, HttpLoginRefused):
            LOGGER.info(
                f"{self._agent.place}: events: {error.reason}; the next try follows in"
                f" {pause:.0f} s"
            )
        self._sleep(max(0.0, min(pause, self._left())))

    def _replace(self) -> EventGap:
        """Subscribe to a new channel, in place of one that the unit no longer has. Returns and logs
        the time from the old one's last access to the subscription, whose events are missing.
        """
        since = self._last_access_utc
        self._channel = self._subscribe()
        gap = EventGap(since, self._last_access_utc)
        LOGGER.info(
            f"{self._agent.place}: the unit no longer had the event channel: events from"
            f" {gap.since:%Y-%m-%dT%H:%M:%SZ} to {gap.until:%Y-%m-%dT%H:%M:%SZ} are missing"
        )
        return gap

    # ---- subscribing -----------------------------------------------------------------------------

    def _subscribe(self) -> Channel:
        """A new channel for the wanted events: 3 round trips, 4 for events of any source and of
        given ones.
        """
        names = self._event_names()
        created_channel = self._service.createChannel()
        if created_channel is None:
            raise Refused(
                "all event channels of the unit are in use; one that nobody polls ends after 30 s",
                code="",
                host=self._agent.place,
                operation="createChannel",
            )
        channel = self._unit.with_link_prefix(created_channel)
        try:
            self._demand(channel, names)
        except HttpLoginRefused:
            # to release the channel would be one more refused login
            raise
        except BaseException:
            self._release(channel)
            raise
        return channel

    def _demand(self, channel: Channel, names: _EventNames) -> None:
        """Ask for the wanted events, and note the access. Raises the errors of `name_of` before the
        first request.
        """
        # > POST /tfwopaque/event.Channel:1.0.1/... demandEventTypes {"types":
        #       ["pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0"]}
        types: list[TypeName] = []
        for event_class in self._types:
            types.append(names.name_of(event_class))
        subscriptions: list[Channel.EventSelect] = []
        for event_class, source in self._sourced_types:
            name = names.name_of(event_class)
            subscriptions.append(Channel.EventSelect(name, source))
        if types:
            channel.demandEventTypes(types)
        if subscriptions:
            channel.demandEvents(subscriptions)
        self._last_access = self._clock()
        self._last_access_utc = self._now()

    def _event_names(self) -> _EventNames:
        """The names of event types in this firmware: 1 round trip."""
        # > POST /bulk: getTypeInfo of the examples and of the wanted sources
        # < {"_ret_": {"id": "pdumodel.Outlet:3.0.0", "base": {"id": "pdumodel.EDevice:1.0.1",
        #       "base": null}}}
        objects: list[Any] = []
        for rid in _EXAMPLES:
            example = _AnyObject(rid, self._agent)
            objects.append(self._unit.with_link_prefix(example))
        for _, source in self._sourced_types:
            objects.append(_AnyObject(source.target, self._agent))
        bulk = Bulk(self._agent)
        answers = bulk.add_each(_AnyObject.getTypeInfo, objects)
        bulk.perform()
        version_by_interface: dict[str, str] = {}
        failures: list[PduHandlerError] = []
        for answer in answers:
            if answer.error is None:
                version_by_interface.update(_versions(answer.get()))
            elif not is_missing_object_error(answer.error):
                failures.append(answer.error)
        return _EventNames(version_by_interface, failures, self._agent.place)


class _EventNames(NamedTuple):
    """The names of event types in a unit's firmware."""

    version_by_interface: dict[str, str]
    #: of objects that could not be asked
    failures: list[PduHandlerError]
    #: where the unit is, for errors
    place: str

    def name_of(self, event_class: type[Event]) -> str:
        """The name, which contains the version of the interface:
        `pdumodel.Outlet_3_0_0.StateChangedEvent:1.0.0`.

        For an interface that no answer names, raises the error of an object that could not be
        asked, else SettingsError: a guessed name would be a subscription without events.
        """
        versioned_name = _versioned_type(event_class.idlType, self.version_by_interface)
        if versioned_name is not None:
            return versioned_name
        if self.failures:
            raise self.failures[0]
        raise SettingsError(
            f"the version of {base_name(event_class.idlType)} in this unit's firmware is not"
            " known: give an object that sends these events as their source",
            host=self.place,
            operation="subscribe",
        )


_NAMES: dict[str, Any] = {"__name__": "events"}
declare(_NAMES, "interface AnyObject { any getTypeInfo(); }")
#: any object of the unit, with the one method that shows its type
_AnyObject: Any = _NAMES["AnyObject"]


def _versions(info: object) -> dict[str, str]:
    """The version of a type and of its bases, by interface, from the result of getTypeInfo."""
    version_by_type: dict[str, str] = {}
    # an answer may be nested without an end
    while isinstance(info, dict) and len(version_by_type) < _MOST_BASES:
        type_id = info.get("id")
        if not isinstance(type_id, str):
            break
        name, _, version = type_id.partition(":")
        version_by_type[name] = version
        info = info.get("base")
    return version_by_type


def _versioned_type(idl_type: str, versions: dict[str, str]) -> Optional[str]:
    """The type of an event, named with the version that its interface has in `versions`; None for
    an interface that `versions` lacks. A version 1.0.0 is not written. A type that belongs to a
    module and no interface is unchanged.
    """
    interface, _, event = base_name(idl_type).rpartition(".")
    if "." not in interface:
        return idl_type  # a module's name has no dot
    if interface not in versions:
        return None
    own_version = idl_type.partition(":")[2]
    versioned_name = inner_name(interface, versions[interface], event)
    return f"{versioned_name}:{own_version}"
