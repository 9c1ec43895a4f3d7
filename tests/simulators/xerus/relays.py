"""Relays, and the order in which the unit switches them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable, NamedTuple, Optional

from ..clockwork import Clockwork


class Relay:
    """One outlet's relay. `on` is the true state, unless the relay is `stuck`."""

    def __init__(self, number: int, on: bool) -> None:
        self.number = number  # outlet number, from 0
        self.on = on
        self.waiting = False  # about to switch on
        self.moving = False  # switching has begun, but the contact has not moved yet
        self.cycling = False
        self.suspended = False
        self.load_shed = False
        self.board_answers = True  # else the unit cannot report the state
        # the contact does not move; `on` is then only the control state
        self.stuck = False
        self.changed = 0  # time of the last change, in seconds since 1970
        self.cycles = 0
        self.ticket = 0  # plans with an older ticket are not carried out

    def will_be_on(self) -> bool:
        """Whether the relay stays on or is about to switch on. False in the off time of a cycle."""
        stays_on = self.on and not self.moving
        return self.waiting or stays_on


class Delays(NamedTuple):
    """Delays in seconds. Some are functions, because settings may change while the unit runs."""

    movement: float
    in_rush_guard: Callable[[], float]
    cycle: Callable[[int], float]  # off time of outlet n in a cycle
    sequence: Callable[[int], float]  # further delay after outlet n


class Planned(NamedTuple):
    relay: Relay
    due: float
    free: float  # when the next outlet may be switched on
    cancelable: bool


class Relays:
    """Switches relays on one by one, at least the in-rush guard delay apart, but off
    all at once.
    """

    def __init__(self, clockwork: Clockwork, relays: Sequence[Relay], delays: Delays) -> None:
        self._clockwork = clockwork
        self.all = list(relays)
        self._delays = delays
        self._free_at = 0.0  # `free` of the last plan that was carried out
        self._planned: dict[int, Planned] = {}
        self.held: frozenset[int] = frozenset()  # outlets that load shedding keeps off

    def off(self, relays: Sequence[Relay]) -> None:
        for relay in relays:
            self._forget(relay)
            relay.cycling = relay.load_shed = False
            self._move(relay, False)

    def on(self, relays: Sequence[Relay], sequence: bool, cancelable: bool = True) -> None:
        for relay in relays:
            if relay.will_be_on():
                continue
            self._forget(relay)
            self._plan(relay, self._clockwork.now(), sequence, cancelable)

    def cycle(self, relays: Sequence[Relay], sequence: bool) -> None:
        order = list(relays)
        self.off(order)
        for relay in order:
            relay.cycling = True
            ticket = relay.ticket
            self._clockwork.after(
                self._delays.cycle(relay.number), self._again(relay, ticket, sequence)
            )

    def cancel(self) -> None:
        for planned in list(self._planned.values()):
            if planned.cancelable:
                self._forget(planned.relay)
                planned.relay.cycling = False

    def forget_plans(self) -> None:
        """Forgets planned switching, as a reboot of the unit does; relays keep their states."""
        for relay in self.all:
            self._forget(relay)
            relay.cycling = False

    def plans(self) -> list[Planned]:
        return sorted(self._planned.values(), key=lambda planned: planned.due)

    def _again(self, relay: Relay, ticket: int, sequence: bool) -> Callable[[], None]:
        def action() -> None:
            if relay.ticket == ticket:
                self._plan(relay, self._clockwork.now(), sequence, True)

        return action

    def _plan(self, relay: Relay, earliest: float, sequence: bool, cancelable: bool) -> None:
        due = max([earliest, self._free_at, *(planned.free for planned in self._planned.values())])
        free = (
            due
            + self._delays.in_rush_guard()
            + (self._delays.sequence(relay.number) if sequence else 0.0)
        )
        relay.waiting = True
        self._planned[relay.number] = Planned(relay, due, free, cancelable)
        ticket = relay.ticket

        def action() -> None:
            if relay.ticket == ticket:
                self._free_at = self._planned.pop(relay.number).free
                self._move(relay, True)

        self._clockwork.after(due - self._clockwork.now(), action)

    def _forget(self, relay: Relay) -> None:
        relay.ticket += 1
        relay.waiting = relay.moving = False
        self._planned.pop(relay.number, None)

    def _move(self, relay: Relay, on: bool) -> None:
        relay.ticket += 1
        if on and relay.number in self.held:
            relay.waiting = relay.cycling = on = False
            relay.load_shed = True
        relay.moving = True
        ticket = relay.ticket

        def action() -> None:
            if relay.ticket != ticket:
                return
            relay.moving = False
            if relay.on is not on:
                relay.on = on
                relay.changed = self._clockwork.wall()
                relay.cycles += on
            if on:
                relay.waiting = relay.cycling = relay.suspended = relay.load_shed = False

        self._clockwork.after(self._delays.movement, action)


def in_order(relays: Sequence[Relay], order: Optional[Sequence[int]]) -> list[Relay]:
    """The relays in the order of the outlet sequence; without a sequence, in their given order."""
    if not order:
        return list(relays)
    place = {number: position for position, number in enumerate(order)}
    return sorted(relays, key=lambda relay: place[relay.number])
