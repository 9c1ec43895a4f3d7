"""The trial of a machine's cabling, at leisure: its outlets are its only power.

    1. it answers, and each cord carries, or will be seen to carry while others are off
    2. a machine that needs fewer cords than it has: each cord off, by the proof of `off`, and on
       again; it lives on
    3. all cords off, by the proof of `off`: it falls silent and stays so, for longer than it takes
       to start
    4. on again: it answers again

Whatever fails leaves all outlets on, unless somebody else took the machine's power meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Callable, Optional

from handlers.shared.meter_figures import MeterFigures

from ...pdus.states import DOWN, UP
from .alive import Alive
from .evidence import MachineEvidence, VerifiedCord
from .machine_power import (
    MachinePower,
    OffProof,
    OutletState,
    Readings,
    find_outlet,
    is_carrying,
    judge_outlets,
    list_unconfirmed,
)
from .observations import ObservationStore
from .pdu_access import CommandResult, MachineOutlet, NotProven, PduAccess, PduReading
from .proof import MeteredOff, witnesses

# How often the PDUs are read: meters renew their figures once a second at the most.
LOOK_S = 0.5
# How long they are read before the first command. No law says when a load has shown how it swings.
_LEARN_S = 10.0
# A meter of which no two changes were seen is taken for one that renews its figures so seldom, in
# s: a steady load never tells.
_UNKNOWN_S = 8.0
# So often a machine is asked before its silence is believed, and once in so many s: a ping is lost.
_TRIES, _ASK_S = 3, 1.0
# A machine that starts on a cord that nobody drew takes as long as with all: this many times what
# it took leaves room for a longer self-test.
_BOOTS = 1.5


class _TrialPdus:
    """The PDUs of a trial, a `PduAccess`: it notices who else switches there, how often the meters
    renew their figures, and what the trial has switched off.
    """

    def __init__(
        self, machine: MachinePower, pdu_access: PduAccess, proof: OffProof, store: ObservationStore
    ) -> None:
        self._machine, self._pdu_access, self._proof = machine, pdu_access, proof
        self._store = store
        self.before: Readings = {}
        #: outlets that are switched off
        self.off: list[MachineOutlet] = []
        #: outlets that were seen to carry
        self.carried: set[MachineOutlet] = set()
        # PDU and outlet -> its figure, and when that changed last
        self._figures: dict[tuple[str, str], tuple[MeterFigures, float]] = {}
        # PDU -> the shortest time between two changes of a figure, in s
        self.gaps: dict[str, float] = {}
        self.key, self.serials = pdu_access.key, pdu_access.serials
        self.now, self.monotonic = pdu_access.now, pdu_access.monotonic
        self.sleep = pdu_access.sleep

    def read_pdus(self, pdus: Collection[str]) -> Mapping[str, PduReading]:
        """Raises NotProven if a PDU fails, or somebody else switches there."""
        readings, now = self._pdu_access.read_pdus(pdus), self.monotonic()
        for pdu, reading in readings.items():
            if reading.reason:
                raise NotProven(f"{pdu} could not be read: {reading.reason}")
            mine = self._machine.outlets(pdu)
            for name, outlet in reading.outlets.items():
                was = self.before[pdu].outlets.get(name)
                if name not in mine and was is not None and was.state is not outlet.state:
                    raise NotProven(f"{pdu}/{name} was switched by somebody else meanwhile")
                self._note((pdu, name), outlet.draw, now)
        for cord in self._machine.cords:
            outlet_now = find_outlet(readings, cord)
            if outlet_now is not None and outlet_now.state is DOWN and cord not in self.off:
                raise NotProven(f"{cord} was switched off by somebody else meanwhile")
        self.carried.update(
            cord for cord in self._machine.cords if is_carrying(readings, cord, self._proof)
        )
        return readings

    def _note(self, place: tuple[str, str], draw: MeterFigures, now: float) -> None:
        """When a figure changed: its meter renews it at least so often."""
        last = self._figures.get(place)
        if last is not None and last[0] == draw:
            return
        if last is not None and last[1] > 0:
            self.gaps[place[0]] = min(now - last[1], self.gaps.get(place[0], math.inf))
        self._figures[place] = draw, now if last is not None else 0.0

    def switch(
        self, cords: Sequence[MachineOutlet], on: bool
    ) -> Mapping[MachineOutlet, CommandResult]:
        """Before a command to switch off, it is kept: who is killed after it has left this off."""
        if not on:
            self.off += cords
            self._keep()
        result_by_cord = self._pdu_access.switch(cords, on)
        if on and not list_unconfirmed(result_by_cord, True):
            self.off = [cord for cord in self.off if cord not in cords]
            self._keep()
        return result_by_cord

    def _keep(self) -> None:
        self._store.tried = [f"{self.key(cord.pdu)} {cord.outlet}" for cord in self.off]
        self._store.save()


class _Silence:
    """An `Alive` that believes a machine's silence only after so many tries."""

    def __init__(self, alive: Alive, pdu_access: PduAccess) -> None:
        self._alive, self._pdu_access = alive, pdu_access
        self.words, self.sees_power = alive.words, alive.sees_power
        #: when it was asked first in the last series of tries, by the monotonic clock
        self.since = 0.0
        #: whether it answered in that series
        self.is_living = False

    def answers(self) -> bool:
        self.since, self.is_living = self._pdu_access.monotonic(), False
        for number in range(1 if self.sees_power else _TRIES):
            if number:
                self._pdu_access.sleep(_ASK_S)
            self.is_living = self._alive.answers()
            if self.is_living:
                break
        return self.is_living


class CablingTrial:
    """A trial of one machine."""

    def __init__(
        self,
        machine: MachinePower,
        pdu_access: PduAccess,
        proof: OffProof,
        alive: Alive,
        boots_within_s: float,
        store: ObservationStore,
        say: Callable[[str], None],
    ) -> None:
        """`boots_within_s`: how long it may take to answer and carry again after its outlets were
        switched on. `say` gets what goes on, for people.
        """
        self._machine, self._proof = machine, proof._replace(alive=None)
        self._alive, self._store, self._say = alive, store, say
        self._boots_within_s = boots_within_s
        self._pdu_access = pdu_access
        self._pdus = _TrialPdus(machine, pdu_access, proof, store)
        # what is known so far; its cords have the loads that they carried at the beginning
        self._evidence = MachineEvidence(machine.name, pdu_access.now(), (), alive=alive.words)

    def run(self) -> MachineEvidence:
        """Raises NotProven with the probable cause and how the outlets read then; after Ctrl-C
        KeyboardInterrupt with how they read; after a second one without a sentence.
        """
        try:
            return self._run()
        except NotProven as error:
            raise NotProven(f"{error}; {self._restore()}") from None
        except KeyboardInterrupt:
            raise KeyboardInterrupt(self._restore()) from None
        except BaseException:
            self._restore()
            raise

    def _run(self) -> MachineEvidence:
        machine = self._machine
        self._begin()
        self._learn()
        evidence = self._evidence
        if not any(cord.load.has_load for cord in evidence.cords):
            raise NotProven("it answers, and no cord shows a load all the time: they are elsewhere")
        if machine.needs < len(machine.cords):
            for cord in machine.cords:
                self._one_feed([cord])
            idle = [cord for cord in machine.cords if cord not in self._pdus.carried]
            if idle and machine.needs <= len(idle):
                self._one_feed([cord for cord in machine.cords if cord not in idle])
        unseen = [str(cord) for cord in machine.cords if cord not in self._pdus.carried]
        if unseen:
            raise NotProven(
                f"no current was ever seen at {', '.join(unseen)}: is the supply dead, or the cord"
                " in another outlet?"
            )
        off_s, boot_s = self._all_off(0.0)
        hold_s = _BOOTS * boot_s
        if hold_s >= off_s and not self._alive.sees_power:
            # it may have been starting all the time, on a cord that nobody drew
            self._say(f"it needs {boot_s:.0f} s to answer: off once more, for {hold_s:.0f} s")
            self._all_off(hold_s)
        return self._evidence._replace(at=self._pdus.now())

    # ---- the steps -------------------------------------------------------------------------------

    def _begin(self) -> None:
        readings = self._pdus.before = self._pdu_access.read_pdus(self._machine.pdus)
        wrong: list[str] = []
        for cord, outlet_state in judge_outlets(self._machine.cords, readings, self._proof).items():
            outlet = find_outlet(readings, cord)
            if outlet is None or outlet_state.reason:
                wrong.append(f"{cord}: {outlet_state.reason}")
            elif outlet.state is not UP:
                left = f"{self._pdus.key(cord.pdu)} {cord.outlet}" in self._store.tried
                why = ": a trial that was killed has left it off" if left else ""
                wrong.append(f"{cord} is not on{why}")
            elif not outlet.draw.has_load:
                wrong.append(f"{cord}: no current is known of this outlet")
        if wrong:
            raise NotProven(f"{'; '.join(wrong)}; nothing was switched")
        if not self._lives():
            raise NotProven(f"it does not answer ({self._alive.words}); nothing was switched")

    def _learn(self) -> None:
        """Read for a while: what each cord carries, and how often meters renew their figures."""
        self._say("reading the meters")
        machine, begun = self._machine, self._pdus.monotonic()
        looks: list[Readings] = []
        while True:
            looks.append(self._pdus.read_pdus(machine.pdus))
            elapsed_s = self._pdus.monotonic() - begun
            is_known = len(self._pdus.gaps) == len(machine.pdus)
            if elapsed_s >= _LEARN_S and (is_known or elapsed_s >= 2 * self._proof.timeout_s):
                break
            self._pdus.sleep(LOOK_S)
        serials = self._pdus.serials(machine.pdus)
        unread = [pdu for pdu, serial in serials.items() if serial is None]
        if unread:
            raise NotProven(f"the serial number of {', '.join(unread)} could not be read")
        cords = [
            VerifiedCord(
                cord.pdu,
                cord.outlet,
                self._pdus.key(cord.pdu),
                serials[cord.pdu] or "",
                self._mean(looks, cord),
            )
            for cord in machine.cords
        ]
        self._evidence = self._evidence._replace(cords=cords, period_s=self._period_s())

    def _mean(self, looks: Sequence[Readings], cord: MachineOutlet) -> MeterFigures:
        """What a cord showed in the mean; no figure of one that showed nothing at times."""
        if not all(is_carrying(look, cord, self._proof) for look in looks):
            return MeterFigures()
        outlets = [find_outlet(look, cord) for look in looks]
        draws = [outlet.draw for outlet in outlets if outlet is not None]
        return MeterFigures(
            _mean_of(draw.current_a for draw in draws), _mean_of(draw.power_w for draw in draws)
        )

    def _one_feed(self, cords: Sequence[MachineOutlet]) -> None:
        """Switch some cords off and on; the machine lives on the others."""
        self._say(f"{_names(cords)} off")
        self._take(cords, None)
        others = [cord for cord in self._machine.cords if cord not in cords]
        if not self._lives():
            raise NotProven(f"it does not live on {_names(others)} alone")
        self._read_until(
            lambda readings: (
                []
                if any(is_carrying(readings, cord, self._proof) for cord in others)
                else [
                    f"it lives, and {_names(others)} carries nothing: a cord is in another outlet"
                ]
            ),
            self._proof.timeout_s,
        )
        self._switch_on(self._proof.timeout_s)

    def _all_off(self, hold_s: float) -> tuple[float, float]:
        """Returns how long it was off, and how long until it answered again."""
        machine = self._machine
        self._say(f"{_names(machine.cords)} off")
        begun, silence = self._pdus.monotonic(), _Silence(self._alive, self._pdus)
        self._take(machine.cords, silence)
        silent_s = silence.since - begun
        places = [
            (pdu, outlet)
            for pdu, reading in self._pdus.read_pdus(machine.pdus).items()
            for outlet in sorted(witnesses(reading, machine.outlets(pdu), self._proof))
        ]
        self._evidence = self._evidence._replace(
            silent_s=max(self._evidence.silent_s, silent_s), witnesses=places
        )
        while not self._alive.sees_power:
            if self._alive.answers():
                raise NotProven(
                    f"it was silent, and answers again with all its outlets off: {_CAUSE}"
                )
            if self._pdus.monotonic() - begun >= hold_s:
                break
            self._pdus.sleep(_ASK_S)
        off_s = self._pdus.monotonic() - begun
        self._say(f"silent after {silent_s:.0f} s; on again")
        begun = self._pdus.monotonic()
        self._switch_on(self._boots_within_s)
        while not self._alive.answers():
            if self._pdus.monotonic() - begun >= self._boots_within_s:
                raise NotProven(
                    f"it does not answer {self._boots_within_s:.0f} s after its outlets were"
                    " switched on"
                )
            self._pdus.sleep(_ASK_S)
        return off_s, self._pdus.monotonic() - begun

    def _take(self, cords: Sequence[MachineOutlet], alive: Optional[_Silence]) -> None:
        """Switch cords off, by the same code as `off`. Raises NotProven."""
        evidence = self._evidence
        wait_s = 2 * max(self._proof.timeout_s, 2 * evidence.period_s)
        run = MeteredOff(
            self._machine._replace(cords=cords),
            self._pdus,
            self._proof._replace(timeout_s=wait_s, alive=alive),
            evidence._replace(
                cords=[cord for cord in evidence.cords if (cord.pdu, cord.outlet) in _places(cords)]
            ),
            self._store,
        )
        try:
            run.run()
        except NotProven as error:
            is_living = alive is not None and alive.is_living
            raise NotProven(f"{error}: {_CAUSE}" if is_living else str(error)) from None
        self._evidence = evidence._replace(shows_s=max(evidence.shows_s, run.shown_s))
        self._evidence = self._evidence._replace(period_s=self._period_s())

    def _switch_on(self, wait_s: float) -> None:
        """Switch on what is off, and wait until the cords that carried before carry again."""
        cords = list(self._pdus.off)
        wrong = list_unconfirmed(self._pdus.switch(cords, True), True)
        if wrong:
            raise NotProven("; ".join(wrong))
        self._read_until(
            lambda readings: [
                f"{cord} carries nothing since it was switched on again"
                for cord in self._evidence.cords
                if cord.load.has_load and not is_carrying(readings, cord, self._proof)
            ],
            wait_s + self._evidence.period_s,
        )

    def _read_until(self, missing: Callable[[Readings], list[str]], wait_s: float) -> None:
        """Read until nothing is missing. Raises NotProven when the time is over."""
        end = self._pdus.monotonic() + wait_s
        while reasons := missing(self._pdus.read_pdus(self._machine.pdus)):
            if self._pdus.monotonic() >= end:
                raise NotProven("; ".join(reasons))
            self._pdus.sleep(LOOK_S)

    def _restore(self) -> str:
        """Switch on what is off, unless somebody else took the machine's power meanwhile. Returns
        how the outlets read then.
        """
        cords = list(dict.fromkeys(self._pdus.off))
        states = self._read_states()
        is_taken = any(states[c].state is DOWN for c in self._machine.cords if c not in cords)
        if cords and not is_taken:
            self._say(f"{_names(cords)} on again")
            self._pdus.switch(cords, True)
            states = self._read_states()
        wrong = [
            f"{cord}: {outlet_state.reason or 'it is off'}"
            for cord, outlet_state in states.items()
            if outlet_state.state is not UP
        ]
        return f"it may be off: {'; '.join(wrong)}" if wrong else ALL_ON

    def _read_states(self) -> Mapping[MachineOutlet, OutletState]:
        readings = self._pdu_access.read_pdus(self._machine.pdus)
        return judge_outlets(self._machine.cords, readings, self._proof)

    def _period_s(self) -> float:
        """How often the slowest meter renews its figures. Of those whose figures change seldom, it
        is known how late they showed a command.
        """
        most = 2 * self._evidence.shows_s or math.inf
        gaps = [min(self._pdus.gaps.get(pdu, math.inf), most) for pdu in self._machine.pdus]
        return min(max(gaps), _UNKNOWN_S) if math.inf in gaps else max(gaps)

    def _lives(self) -> bool:
        """Whether it answers, in one of three tries."""
        return _Silence(self._alive, self._pdus).answers()


#: how a trial says that its reading shows all outlets on
ALL_ON = "all its outlets are on"
_CAUSE = (
    "it has a cord that is not drawn, a cord in another outlet, a relay that did not open or a"
    " battery, or what was asked is not this machine"
)


def _names(cords: Iterable[MachineOutlet]) -> str:
    return ", ".join(map(str, cords))


def _places(cords: Iterable[MachineOutlet]) -> set[tuple[str, str]]:
    return {(cord.pdu, cord.outlet) for cord in cords}


def _mean_of(figures: Iterable[Optional[float]]) -> Optional[float]:
    values = [figure for figure in figures if figure is not None]
    return round(math.fsum(values) / len(values), 3) if values else None
