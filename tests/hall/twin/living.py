"""The twin: lets the plant live under its simulated PDUs."""

from __future__ import annotations

import math
import threading
import time
from contextlib import AbstractContextManager, ExitStack
from typing import Callable, Optional

from tests.hall.plant import Bar

from .built import Built
from .curves import Breaker
from .doors import Door, Settings

_TICK_S = 0.1
_HELP = (
    "fail KIND:NAME, restore KIND:NAME or restore all; KIND is feed, panel, pdu or breaker."
    " show: what has no power."
)


class Twin:
    """A living hall; a context manager.

    Every tick it takes the relays' states from the units, warms the breakers, lets them trip, and
    sets what the meters show. `speed`: seconds of a breaker's curve in a second. `tick` false: only
    `settle` does so. `say` gets a line for each event.
    """

    def __init__(
        self,
        built: Built,
        started: Callable[[Bar], AbstractContextManager[Door]],
        *,
        speed: float = 60.0,
        tick: bool = True,
        clock: Callable[[], float] = time.monotonic,
        say: Optional[Callable[[str], None]] = None,
    ) -> None:
        self.plant, self.drawing = built
        self.lock = threading.RLock()
        self.doors: dict[str, Door] = {}
        #: machines that lost power since the start, also those that have it again
        self.fell: list[str] = []
        #: PDU/LINE and PANEL/LINE -> the highest current since the start, in A
        self.peaks: dict[str, float] = {}
        self._started, self._speed, self._clock = started, speed, clock
        self._tick, self._say = tick, say or (lambda line: None)
        self._stack, self._ended = ExitStack(), threading.Event()
        self._settled: Optional[float] = None
        self._breakers: dict[str, Breaker] = {}
        self._usual = {box.name: self.plant.fed(box) for box in self.plant.boxes}
        self._ran = {box.name for box in self.plant.boxes if self.plant.runs(box)}
        self._powered = set(self.plant.bars)
        #: PDU -> what its outlets do when power comes back, if anybody set it
        self._returns: dict[str, Settings] = {}
        #: (when, PDU, outlet): contacts that are about to close
        self._closing: list[tuple[float, str, str]] = []
        #: (PDU, outlet) -> when it closed after a return
        self.closed: dict[tuple[str, str], float] = {}

    def __enter__(self) -> Twin:
        with ExitStack() as stack:
            for bar in self.plant.bars.values():
                self.doors[bar.name] = stack.enter_context(self._started(bar))
            self.settle()
            if self._tick:
                thread = threading.Thread(target=self._run, name="hall", daemon=True)
                thread.start()
                stack.callback(thread.join)
                stack.callback(self._ended.set)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _run(self) -> None:
        while not self._ended.wait(_TICK_S):
            self.settle()

    # ---- what people do --------------------------------------------------------------------------

    def order(self, text: str) -> str:
        """Carry out a line of the prompt. Returns the answer."""
        verb, _, what = text.strip().partition(" ")
        if verb == "show" and not what:
            return self.shown()
        if (verb, what) == ("restore", "all"):
            self.restore(*self.plant.gone)
            return self.shown()
        known = self.names()
        if verb not in ("fail", "restore"):
            return _HELP
        if what not in known:
            return f"no {what or 'name'} in this hall; it has {', '.join(known)}"
        if verb == "fail":
            self.fail(known[what])
        else:
            self.restore(known[what])
        return self.shown()

    def fail(self, *names: str) -> None:
        """Fail feeds, panels, PDUs (NAME) and breakers (NAME/LINE)."""
        with self.lock:
            self.plant.gone.update(names)
            self.settle()

    def restore(self, *names: str) -> None:
        """The opposite. A breaker that tripped is restored by its own name."""
        with self.lock:
            self.plant.gone.difference_update(names)
            for name in names:
                self._breakers.pop(name, None)
            self.settle()

    def set_returns(self, wanted: Callable[[str], Settings]) -> None:
        """What the outlets of each PDU do when power comes back. Without, relays keep their states
        while they have none.
        """
        with self.lock:
            for name, door in self.doors.items():
                self._returns[name] = door.set_return(wanted(name))

    def dark(self) -> list[str]:
        """The machines without power now."""
        with self.lock:
            return [box.name for box in self.plant.boxes if not self.plant.runs(box)]

    def live_cords(self) -> dict[str, int]:
        """Machine -> how many of its supplies work and have power."""
        with self.lock:
            return {
                box.name: sum(
                    lives and not one.dead for lives, one in zip(self.plant.fed(box), box.supplies)
                )
                for box in self.plant.boxes
            }

    def shown(self) -> str:
        """What has no power, in a line or two."""
        with self.lock:
            gone, dark = sorted(self.plant.gone), self.dark()
        lines = [f"failed or tripped: {', '.join(gone) or 'nothing'}"]
        lines += [f"dark: {', '.join(dark)}"] if dark else []
        return "\n".join(lines)

    def names(self) -> dict[str, str]:
        """What can fail: feed:A -> A, and so on."""
        plant = self.plant
        found = {f"feed:{name}": name for name in plant.feeds}
        found.update((f"panel:{name}", name) for name in plant.panels)
        found.update((f"pdu:{name}", name) for name in plant.bars)
        found.update((f"breaker:{name}", name) for name in plant.ratings())
        return found

    # ---- physics ---------------------------------------------------------------------------------

    def settle(self) -> None:
        """Bring the plant and its units up to date."""
        with self.lock:
            now = self._clock()
            seconds = now - (now if self._settled is None else self._settled)
            self._settled = now
            self._restart(now)
            self._take_relays()
            self._warm(seconds * self._speed)
            for box in self.plant.boxes:
                self._note(box.name, self.plant.runs(box))
            self._show(seconds)

    def _restart(self, now: float) -> None:
        """Units that have power again open all contacts, and close those that come back."""
        for name, returns in self._returns.items():
            bar = self.plant.bars[name]
            if name in self._powered or not self.plant.powered(bar):
                continue
            for outlet, (state, at) in returns.items():
                was_on = bar.outlets[outlet].on
                self.doors[name].contact(outlet, False)
                if state == "on" or (state == "last" and was_on):
                    self._closing.append((now + at, name, outlet))
        due = [one for one in self._closing if one[0] <= now]
        self._closing = [one for one in self._closing if one[0] > now]
        for at, name, outlet in due:
            if self.plant.powered(self.plant.bars[name]):
                self.doors[name].contact(outlet, True)
                self.closed[name, outlet] = at

    def _take_relays(self) -> None:
        for name, door in self.doors.items():
            states = door.peer.books().states
            for outlet, shown in self.plant.bars[name].outlets.items():
                outlet_on = states[outlet]
                if outlet_on is not None:
                    shown.on = outlet_on
        self._touch()

    def _touch(self) -> None:
        for box in self.plant.boxes:
            changed = self.plant.fed(box) != self._usual[box.name]
            if changed:
                self.plant.touched.add(box.name)
            else:
                self.plant.touched.discard(box.name)

    def _warm(self, seconds: float) -> None:
        """Trip what carried too much for too long, until nothing more trips."""
        ratings, spent = self.plant.ratings(), seconds
        while True:
            loads = self.plant.loads()
            for place, load in loads.items():
                self.peaks[place] = max(load, self.peaks.get(place, 0.0))
            tripped = []
            for place, rating in ratings.items():
                ratio = loads.get(place, 0.0) / rating
                breaker = self._breakers.setdefault(place, Breaker(ratio))
                if breaker.carries(ratio, spent) and place not in self.plant.gone:
                    tripped.append(place)
                    self._say(f"{place} trips: {loads[place]:.1f} A, rated {rating:g} A")
            if not tripped:
                return
            self.plant.gone.update(tripped)
            self._touch()
            spent = 0.0

    def _note(self, name: str, runs: bool) -> None:
        if runs and name not in self._ran:
            self._ran.add(name)
            self._say(f"{name} has power again")
        elif not runs and name in self._ran:
            self._ran.remove(name)
            self.fell.append(name)
            self._say(f"{name} goes dark")

    def _show(self, seconds: float) -> None:
        currents, loads = self.plant.currents(), self.plant.loads()
        for name, door in self.doors.items():
            bar = self.plant.bars[name]
            own = {outlet: currents.get((name, outlet), 0.0) for outlet in bar.outlets}
            line = math.fsum(loads.get(f"{name}/{line}", 0.0) for line in bar.lines)
            door.show(own, line, seconds)
            powered = self.plant.powered(bar)
            if powered != (name in self._powered):
                door.power(powered)
                if powered:
                    self._powered.add(name)
                else:
                    self._powered.discard(name)


__all__ = ["Twin"]
