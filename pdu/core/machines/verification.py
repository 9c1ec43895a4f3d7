"""The trial of a machine's cabling, at leisure: its outlets are its only power.

    1. it answers, and each cord carries, or will be seen to carry while others are off
    2. a machine that needs fewer cords than it has: each cord off and on again; it lives on, and
       the other cords take over what it carried
    3. all cords off: it falls silent and stays so, for longer than it takes to start
    4. on again: it answers again

Whatever fails leaves all outlets on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Callable, NamedTuple

from ..states import UP
from .alive import Alive
from .evidence import MachineEvidence, VerifiedCord
from .meters import MeteredLoad
from .observations import ObservationStore
from .pdu_access import MachineOutlet, NotProven, PduAccess
from .proof import (
    DarkWatch,
    MachinePower,
    OffProof,
    Readings,
    find_outlet,
    is_carrying,
    unconfirmed,
    witnesses,
)

# how often the PDUs are read
LOOK_S = 0.5
# how long they are read before the first command
_LEARN_S = 10.0
# a meter of which no two changes were seen is taken for one that renews its figures so seldom, in s
_UNKNOWN_S = 8.0
# so often a machine is asked before its silence is believed, and once in so many s
_TRIES, _ASK_S = 3, 1.0
# so much longer than it takes to start a machine stays off
_LONGER_S = 10.0
# the other cords have to take over this part of what a cord carried
_TAKEN = 0.5
# a cord that carries less than this part of its equal share is idle: what its supply needs itself
_IDLE = 0.4


class TrialTimes(NamedTuple):
    """How long a trial waits, in s."""

    #: from the last command until the machine does not answer
    dies_within_s: float = 30.0
    #: from the command to switch on until it answers and carries again
    boots_within_s: float = 600.0


class CablingTrial:
    """A trial of one machine."""

    def __init__(
        self,
        machine: MachinePower,
        pdu_access: PduAccess,
        proof: OffProof,
        alive: Alive,
        times: TrialTimes,
        store: ObservationStore,
        say: Callable[[str], None],
    ) -> None:
        """`say` gets what goes on, for people."""
        self._machine, self._pdu_access, self._proof = machine, pdu_access, proof
        self._alive, self._times, self._store, self._say = alive, times, store, say
        self._before: Readings = {}
        # outlets that are switched off
        self._off: list[MachineOutlet] = []
        self._carried: set[MachineOutlet] = set()
        # PDU and outlet -> its figure, and when that changed last
        self._figures: dict[tuple[str, str], tuple[MeteredLoad, float]] = {}
        # PDU -> the shortest time between two changes of a figure, in s
        self._gaps: dict[str, float] = {}
        # the longest time that a meter needed to show a command, in s
        self._shows_s = 0.0
        # PDU and outlet of others that showed something when the machine was off
        self._witnesses: list[tuple[str, str]] = []

    def run(self, is_redundancy_known: bool = False) -> MachineEvidence:
        """`is_redundancy_known`: step 2 was taken before. Raises NotProven with the probable cause;
        after Ctrl-C KeyboardInterrupt with a sentence if outlets are still off.
        """
        try:
            return self._run(is_redundancy_known)
        except NotProven as error:
            left = self._restore()
            raise NotProven(f"{error}{left or '; all its outlets are on'}") from None
        except BaseException as error:
            left = self._restore()
            if isinstance(error, KeyboardInterrupt):
                raise KeyboardInterrupt(left.removeprefix("; ")) from None
            raise

    def _run(self, is_redundancy_known: bool) -> MachineEvidence:
        machine = self._machine
        self._begin()
        loads = self._learn()
        carrying = [cord for cord in machine.cords if loads[cord].is_known]
        idle = [cord for cord in machine.cords if cord not in carrying]
        if not carrying:
            raise NotProven("it answers, and none of its cords carries: they are elsewhere")
        if machine.needs < len(machine.cords) and not is_redundancy_known:
            for cord in machine.cords:
                self._one_feed([cord], loads)
            if not self._carried.issuperset(idle) and machine.needs <= len(idle):
                self._one_feed(carrying, loads)
        unseen = [str(cord) for cord in machine.cords if cord not in self._carried]
        if unseen and not is_redundancy_known:
            raise NotProven(
                f"no current was ever seen at {', '.join(unseen)}: is the supply dead, or the cord"
                " in another outlet?"
            )
        serials = self._pdu_access.serials(machine.pdus)
        unread = [pdu for pdu, serial in serials.items() if serial is None]
        if unread:
            raise NotProven(f"the serial number of {', '.join(unread)} could not be read")
        hold_s = 0.0
        silent_s, off_s, boot_s = self._all_off(hold_s, carrying)
        if boot_s >= off_s and not self._alive.sees_power:
            # it may have been starting all the time, on a cord that nobody drew
            hold_s = off_s + boot_s + _LONGER_S
            self._say(f"it needs {boot_s:.0f} s to answer: off once more, for {hold_s:.0f} s")
            silent_s, _, _ = self._all_off(hold_s, carrying)
        cords = [
            VerifiedCord(
                cord.pdu,
                cord.outlet,
                self._pdu_access.key(cord.pdu),
                serials[cord.pdu] or "",
                loads[cord],
            )
            for cord in machine.cords
        ]
        return MachineEvidence(
            machine.name,
            self._pdu_access.now(),
            cords,
            True,
            silent_s,
            self._period_s(),
            self._shows_s,
            self._alive.words,
            self._witnesses,
        )

    # ---- the steps -------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._before = self._pdu_access.read_pdus(self._machine.pdus)
        wrong = [
            f"{pdu}: {reading.reason}" for pdu, reading in self._before.items() if reading.reason
        ]
        for cord in self._machine.cords:
            outlet = find_outlet(self._before, cord)
            if outlet is None:
                wrong.append(f"{cord}: the PDU has no such outlet")
            elif outlet.state is not UP:
                left = f"{self._pdu_access.key(cord.pdu)} {cord.outlet}" in self._store.tried
                why = ": a trial that was killed has left it off" if left else ""
                wrong.append(f"{cord} is not on{why}")
            elif not outlet.draw.is_known:
                wrong.append(f"{cord}: no current is known of this outlet")
        if wrong:
            raise NotProven(f"{'; '.join(wrong)}; nothing was switched")
        if not self._lives():
            raise NotProven(f"it does not answer ({self._alive.words}); nothing was switched")

    def _learn(self) -> dict[MachineOutlet, MeteredLoad]:
        """Read for a while. Returns what each cord carries; no figure of an idle one."""
        self._say("reading the meters")
        begun, looks = self._pdu_access.monotonic(), []
        while True:
            looks.append(self._read_pdus())
            passed = self._pdu_access.monotonic() - begun
            is_known = self._proof.period_s is not None or len(self._gaps) == len(self._before)
            if passed >= _LEARN_S and (is_known or passed >= 2 * self._proof.timeout_s):
                break
            self._pdu_access.sleep(LOOK_S)
        loads = {cord: _mean(looks, cord) for cord in self._machine.cords}
        is_watts = _is_watts(loads.values())
        total = math.fsum(_figure(load, is_watts) for load in loads.values())
        least = _IDLE * total / len(loads)
        busy = [cord for cord in loads if _figure(loads[cord], is_watts) >= least]
        return {
            cord: load if cord in busy and cord in self._carried else MeteredLoad()
            for cord, load in loads.items()
        }

    def _one_feed(
        self, cords: Sequence[MachineOutlet], loads: dict[MachineOutlet, MeteredLoad]
    ) -> None:
        """Switch some cords off and on; the machine lives on the others."""
        other_cords = [cord for cord in self._machine.cords if cord not in cords]
        is_watts = _is_watts(loads.values())
        lost = sum(_figure(loads[cord], is_watts) for cord in cords)
        was = sum(_figure(loads[cord], is_watts) for cord in other_cords)
        self._say(f"{_names(cords)} off")
        self._switch_off(cords)
        self._wait_until_dark(cords)
        if not self._lives():
            raise NotProven(f"it does not live on {_names(other_cords)} alone")

        def missing(readings: Readings) -> list[str]:
            outlets = [find_outlet(readings, cord) for cord in other_cords]
            total = sum(_figure(outlet.draw, is_watts) for outlet in outlets if outlet is not None)
            if lost == 0 or total - was >= _TAKEN * lost:
                return []
            unit = "W" if is_watts else "A"
            return [
                f"{_names(cords)} carried {lost:.4g} {unit}, and {_names(other_cords)} went from"
                f" {was:.4g} to {total:.4g} {unit} when it was off: a cord is in another outlet, or"
                " one is not drawn"
            ]

        self._until(missing, self._proof.timeout_s)
        self._switch_on(cords, self._proof.timeout_s)

    def _all_off(
        self, hold_s: float, carrying: Sequence[MachineOutlet]
    ) -> tuple[float, float, float]:
        """Returns how long it took until the machine was silent, how long it was off, and how long
        until it answered again.
        """
        cords = self._machine.cords
        self._say(f"{_names(cords)} off")
        begun = self._pdu_access.monotonic()
        self._switch_off(cords)
        silent_s = self._falls_silent(begun)
        self._wait_until_dark(cords)
        self._witnesses = [
            (pdu, outlet)
            for pdu, reading in self._read_pdus().items()
            for outlet in sorted(witnesses(reading, self._machine.outlets(pdu), self._proof))
        ]
        while True:
            if self._alive.sees_power:
                break
            if self._alive.answers():
                raise NotProven(
                    f"it was silent, and answers again with all its outlets off: {_CAUSE}"
                )
            if self._pdu_access.monotonic() - begun >= hold_s:
                break
            self._pdu_access.sleep(_ASK_S)
        off_s = self._pdu_access.monotonic() - begun
        self._say(f"silent after {silent_s:.0f} s; on again")
        begun = self._pdu_access.monotonic()
        self._switch_on([], 0.0)
        while not self._alive.answers():
            if self._pdu_access.monotonic() - begun >= self._times.boots_within_s:
                raise NotProven(
                    f"it does not answer {self._times.boots_within_s:.0f} s after its outlets were"
                    " switched on"
                )
            self._pdu_access.sleep(_ASK_S)
        boot_s = self._pdu_access.monotonic() - begun
        wait_s = max(self._proof.timeout_s, self._times.boots_within_s - boot_s)
        self._until_carrying(carrying, wait_s)
        return silent_s, off_s, boot_s

    def _falls_silent(self, begun: float) -> float:
        """How long the machine answered after the commands."""
        tries, since = 0, begun
        while True:
            asked_at = self._pdu_access.monotonic()
            if self._alive.answers():
                tries = 0
                if asked_at - begun >= self._times.dies_within_s:
                    raise NotProven(
                        f"it still answers {asked_at - begun:.0f} s after all its outlets were"
                        f" switched off: {_CAUSE}"
                    )
            else:
                since = asked_at if tries == 0 else since
                tries += 1
                if tries >= _TRIES or self._alive.sees_power:
                    return since - begun
            self._pdu_access.sleep(_ASK_S)

    # ---- commands --------------------------------------------------------------------------------

    def _switch_off(self, cords: Sequence[MachineOutlet]) -> None:
        self._off += cords
        self._keep()
        wrong = unconfirmed(self._pdu_access.switch(cords, False), False)
        if wrong:
            raise NotProven("; ".join(wrong))

    def _switch_on(self, carried: Sequence[MachineOutlet], wait_s: float) -> None:
        """Switch on what is off, and wait until those that carried before carry again."""
        cords = list(self._off)
        wrong = unconfirmed(self._pdu_access.switch(cords, True), True)
        if wrong:
            raise NotProven("; ".join(wrong))
        self._off = []
        self._keep()
        self._until_carrying(
            [cord for cord in carried if is_carrying(self._before, cord, self._proof)],
            wait_s + self._period_s(),
        )

    def _until_carrying(self, cords: Sequence[MachineOutlet], wait_s: float) -> None:
        self._until(
            lambda readings: [
                f"{cord} carries nothing since it was switched on again"
                for cord in cords
                if not is_carrying(readings, cord, self._proof)
            ],
            wait_s,
        )

    def _restore(self) -> str:
        """Switch on what is off. Returns what is left off, "" for nothing."""
        cords, self._off = list(dict.fromkeys(self._off)), []
        if not cords:
            return ""
        self._say(f"{_names(cords)} on again")
        wrong = unconfirmed(self._pdu_access.switch(cords, True), True)
        if not wrong:
            self._keep()
        return f"; it may be off: {'; '.join(wrong)}" if wrong else ""

    def _keep(self) -> None:
        """Before a command: who is killed after it has left this off."""
        self._store.tried = [
            f"{self._pdu_access.key(cord.pdu)} {cord.outlet}" for cord in self._off
        ]
        self._store.save()

    # ---- readings --------------------------------------------------------------------------------

    def _read_pdus(self) -> Readings:
        """Raises NotProven if a PDU fails, or somebody else switches there."""
        readings, now = self._pdu_access.read_pdus(self._machine.pdus), self._pdu_access.monotonic()
        machine_outlets = {(cord.pdu, cord.outlet) for cord in self._machine.cords}
        for pdu, reading in readings.items():
            if reading.reason:
                raise NotProven(f"{pdu} could not be read: {reading.reason}")
            for name, outlet in reading.outlets.items():
                was = self._before[pdu].outlets.get(name)
                if (
                    (pdu, name) not in machine_outlets
                    and was is not None
                    and was.state is not outlet.state
                ):
                    raise NotProven(f"{pdu}/{name} was switched by somebody else meanwhile")
                self._note((pdu, name), outlet.draw, now)
        self._carried.update(
            cord for cord in self._machine.cords if is_carrying(readings, cord, self._proof)
        )
        return readings

    def _note(self, place: tuple[str, str], draw: MeteredLoad, now: float) -> None:
        """When a figure changed: its meter renews it at least so often."""
        last = self._figures.get(place)
        if last is not None and last[0] == draw:
            return
        if last is not None and last[1] > 0:
            self._gaps[place[0]] = min(now - last[1], self._gaps.get(place[0], math.inf))
        self._figures[place] = draw, now if last is not None else 0.0

    def _period_s(self) -> float:
        """How often the slowest meter renews its figures. Of those whose figures change seldom, it
        is known how late they showed a command.
        """
        if self._proof.period_s is not None:
            return self._proof.period_s
        most = 2 * self._shows_s or math.inf
        gaps = [min(self._gaps.get(pdu, math.inf), most) for pdu in self._machine.pdus]
        return min(max(gaps), _UNKNOWN_S) if math.inf in gaps else max(gaps)

    def _wait_until_dark(self, cords: Sequence[MachineOutlet]) -> None:
        """Until these are off, and their meters at nothing for two renewals."""
        sent_at, shown_s = self._pdu_access.monotonic(), 0.0
        watch = DarkWatch(self._machine, cords, self._proof, self._before, sent_at)

        def missing(readings: Readings) -> list[str]:
            nonlocal shown_s
            now = self._pdu_access.monotonic()
            reasons = watch.missing(now, readings)
            if reasons:
                shown_s = now - sent_at
                return [f"{reason}: a relay that did not open?" for reason in reasons]
            is_seen = watch.is_seen(now, self._period_s(), max(self._shows_s, shown_s))
            return [] if is_seen else [_SLOW]

        # as long again as meters may need that show the command as late as they may
        self._until(missing, 2 * max(self._proof.timeout_s, 2 * self._period_s()))
        self._shows_s = max(self._shows_s, shown_s + LOOK_S)

    def _until(self, missing: Callable[[Readings], list[str]], wait_s: float) -> None:
        """Read until nothing is missing. Raises NotProven when the time is over."""
        end = self._pdu_access.monotonic() + wait_s
        while True:
            reasons = missing(self._read_pdus())
            if not reasons:
                return
            if self._pdu_access.monotonic() >= end:
                raise NotProven("; ".join(reasons))
            self._pdu_access.sleep(LOOK_S)

    def _lives(self) -> bool:
        """Whether it answers, in one of three tries."""
        for _ in range(1 if self._alive.sees_power else _TRIES):
            if self._alive.answers():
                return True
            self._pdu_access.sleep(_ASK_S)
        return False


_SLOW = (
    "its meters are too slow to show two renewals: a longer --power-timeout, such as 60, would do"
)
_CAUSE = (
    "it has a cord that is not drawn, a cord in another outlet, a relay that did not open or a"
    " battery, or what was asked is not this machine"
)


def _names(cords: Iterable[MachineOutlet]) -> str:
    return ", ".join(map(str, cords))


def _is_watts(loads: Iterable[MeteredLoad]) -> bool:
    return all(load.power_w is not None for load in loads if load.is_known)


def _figure(draw: MeteredLoad, is_watts: bool) -> float:
    return (draw.power_w if is_watts else draw.current_a) or 0.0


def _mean(looks: Sequence[Readings], cord: MachineOutlet) -> MeteredLoad:
    """What a cord showed in the mean."""
    draws = [
        outlet.draw for outlet in (find_outlet(look, cord) for look in looks) if outlet is not None
    ]

    def mean(figures: list[float]) -> float:
        return round(math.fsum(figures) / len(figures), 3)

    amperes = [outlet.current_a for outlet in draws if outlet.current_a is not None]
    watts = [outlet.power_w for outlet in draws if outlet.power_w is not None]
    return MeteredLoad(mean(amperes) if amperes else None, mean(watts) if watts else None)
