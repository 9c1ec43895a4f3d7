"""Takes a machine's power and proves it, and gives it back.

A trial (`verification.py`) has shown that a machine's outlets are its only power. So it is off if

    1. no cord stopped to carry since, no unit and no cord is another one;
    2. each outlet got its command, and all are reported off;
    3. each own meter shows nothing in two renewals, and so long after the last command that a relay
       that closes again by itself has shown, while the PDU's metering runs;
    4. no inlet kept what the outlets carried, where that is more than what neighbours may hide;
    5. the machine does not answer, if somebody can ask it.

Whatever happens, each outlet gets its command: a proof that fails leaves no power on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Callable, NamedTuple, Optional

from handlers.shared.errors import SettingsError

from ..states import DOWN, UP, word
from .alive import Alive
from .evidence import Evidence, VerifiedCord
from .meters import MeteredLoad, MeterResolution, MeterThreshold, is_nothing, shows
from .observations import ObservationStore
from .outlet import AGAIN_S
from .pdu_access import (
    CommandResult,
    MachineOutlet,
    NotProven,
    OutletReading,
    PduAccess,
    PduReading,
)

# relays that close again by themselves do so within this time after a command
_RELAY_S = 5.0
# the meters are read for so long after the last command, at least
_LEAST_S = 6.0
# how often they are read meanwhile
LOOK_S = 1.0
# a machine that draws this part of what it did when its cabling was tried lives
_LIVES = 0.3
# an inlet's meter must have lost this part of what the outlets carried
_INLET = 0.5
_UNMETERED = "no current is known of this outlet; without a meter, use confirm=state"

Readings = Mapping[str, PduReading]


class MachinePower(NamedTuple):
    """A machine with its outlets."""

    #: how messages name it
    name: str
    cords: Sequence[MachineOutlet]
    #: how many of its cords must live for it to live
    needs: int = 1

    @property
    def pdus(self) -> list[str]:
        """The names of its PDUs."""
        return list(dict.fromkeys(cord.pdu for cord in self.cords))


class OffProof(NamedTuple):
    """What proves that a machine has no power."""

    #: by evidence and meters; else by the states alone
    by_current: bool = True
    #: a current below this counts as none, in A
    threshold_a: float = 0.02
    #: how long the meters may take to show a change, in s
    timeout_s: float = 20.0
    #: how often the meters renew their figures, in s; None: as the trial has seen
    period_s: Optional[float] = None
    #: asks the machine itself
    alive: Optional[Alive] = None


class CablingEvidence(NamedTuple):
    """What is known of a machine's cabling."""

    evidence: Optional[Evidence]
    #: why there is none; "" if there is
    reason: str = ""


def find_outlet(readings: Readings, cord: MachineOutlet) -> Optional[OutletReading]:
    """One outlet of the readings; None if it was not read."""
    reading = readings.get(cord.pdu)
    return None if reading is None else reading.outlets.get(cord.outlet)


def threshold(reading: PduReading, proof: OffProof) -> MeterThreshold:
    """How figures of this PDU's outlets are read."""
    draws = (outlet.draw for outlet in reading.outlets.values())
    return MeterThreshold(proof.threshold_a, MeterResolution().finer(draws))


def is_carrying(readings: Readings, cord: MachineOutlet, proof: OffProof) -> bool:
    """Whether the outlet's meter shows that something flows."""
    outlet = find_outlet(readings, cord)
    return outlet is not None and shows(outlet.draw, threshold(readings[cord.pdu], proof))


# ---- by the states -------------------------------------------------------------------------------


def switch_on(machine: MachinePower, pdu_access: PduAccess) -> None:
    """Switch every outlet on. Raises NotProven unless all of them are seen on, twice."""
    switch_by_state(machine, pdu_access, True)


def switch_by_state(machine: MachinePower, pdu_access: PduAccess, on: bool) -> None:
    """Send each outlet one command. Raises NotProven unless all are seen so, twice."""
    wrong = unconfirmed(pdu_access.switch(machine.cords, on), on)
    if wrong:
        raise NotProven("; ".join(wrong))
    pdu_access.sleep(AGAIN_S)
    readings = pdu_access.read_pdus(machine.pdus)
    target_state = UP if on else DOWN
    for cord in machine.cords:
        outlet = find_outlet(readings, cord)
        if outlet is None:
            wrong.append(f"{cord}: {_unread(readings, cord)}")
        elif outlet.state is not target_state:
            wrong.append(f"{cord} is not {word(target_state)} any more")
    if wrong:
        raise NotProven("; ".join(wrong))


def is_on(machine: MachinePower, pdu_access: PduAccess) -> bool:
    """Whether the machine has a feed that is on. Raises NotProven if that is not known: off is the
    answer only if every outlet reports it.
    """
    readings = pdu_access.read_pdus(machine.pdus)
    outlets = {cord: find_outlet(readings, cord) for cord in machine.cords}
    states = {cord: None if outlet is None else outlet.state for cord, outlet in outlets.items()}
    if UP in states.values():
        return True
    unknown = [cord for cord, state in states.items() if state is not DOWN]
    if unknown:
        raise NotProven("; ".join(_why_unknown(readings, cord) for cord in unknown))
    return False


def unconfirmed(result_by_cord: Mapping[MachineOutlet, CommandResult], on: bool) -> list[str]:
    """Which commands were not seen to be carried out."""
    target_state = UP if on else DOWN
    return [
        f"{cord}: {result.reason}; it may or may not have switched {word(target_state)}"
        if result.reason
        else f"{cord} was not seen {word(target_state)} after the command"
        for cord, result in result_by_cord.items()
        if result.reason or result.state is not target_state
    ]


def _unread(readings: Readings, cord: MachineOutlet) -> str:
    reading = readings.get(cord.pdu)
    if reading is not None and reading.reason and not reading.outlets:
        return f"it could not be read: {reading.reason}"
    return "the PDU has no such outlet"


def _why_unknown(readings: Readings, cord: MachineOutlet) -> str:
    reading = readings.get(cord.pdu)
    if reading is not None and reading.reason:
        return f"{cord}: {reading.reason}"
    return f"{cord}: its state is unknown, or the PDU has no such outlet"


# ---- what ends evidence --------------------------------------------------------------------------


def contradictions(
    machine: MachinePower,
    readings: Readings,
    pdu_access: PduAccess,
    proof: OffProof,
    evidence: Evidence,
    store: ObservationStore,
) -> list[str]:
    """Why these readings end what a trial has shown: a cord that carried then carries nothing,
    while its outlet is on and the machine lives. Such a cord is read again when each meter has
    renewed its figures: its outlet may have been switched on a moment ago. It is kept in the store.
    """
    if _draws(readings, evidence) or (proof.alive is not None and _answers(proof.alive)):
        cords = idle_cords(readings, evidence, proof)
        if not all(_has_stopped(cord, evidence, store) for cord in cords):
            pdu_access.sleep(renewed_s(evidence, proof))
            still = idle_cords(pdu_access.read_pdus(machine.pdus), evidence, proof)
            cords = [cord for cord in cords if cord in still]
            keep_stopped(cords, evidence, store, pdu_access.now())
    return stopped_sentences(evidence, store)


def stopped_cords(
    readings: Readings, evidence: Evidence, proof: OffProof
) -> Sequence[VerifiedCord]:
    """The cords of a machine that lives, by what it draws, which seem to have stopped to carry."""
    return idle_cords(readings, evidence, proof) if _draws(readings, evidence) else ()


def idle_cords(readings: Readings, evidence: Evidence, proof: OffProof) -> list[VerifiedCord]:
    """The cords that carried in the trial and carry nothing, while their outlets are on."""
    outlet_by_cord = {cord: find_outlet(readings, cord) for cord in evidence.cords}
    return [
        cord
        for cord, outlet in outlet_by_cord.items()
        if cord.load.is_known
        and outlet is not None
        and outlet.state is UP
        and is_nothing(outlet.draw, threshold(readings[cord.pdu], proof))
        and _meters(readings[cord.pdu], proof)
    ]


def keep_stopped(
    cords: Sequence[VerifiedCord], evidence: Evidence, store: ObservationStore, at: float
) -> None:
    """Keep that these cords stopped to carry, seen at a time in seconds since 1970."""
    new = [cord for cord in cords if not _has_stopped(cord, evidence, store)]
    if new:
        store.stopped.update({_key(cord): at for cord in new})
        store.save()


def stopped_sentences(evidence: Evidence, store: ObservationStore) -> list[str]:
    """Which cords stopped to carry since the trial."""
    return [
        f"{cord} stopped to carry at {_clock(store.stopped[_key(cord)])}: is its supply dead, or"
        " the cord in another outlet? The cabling has to be tried anew"
        for cord in evidence.cords
        if _has_stopped(cord, evidence, store)
    ]


def renewed_s(evidence: Evidence, proof: OffProof) -> float:
    """After so many seconds each meter of the machine has renewed its figures."""
    return max(_period_s(evidence, proof), evidence.shows_s)


def _has_stopped(cord: VerifiedCord, evidence: Evidence, store: ObservationStore) -> bool:
    return store.stopped.get(_key(cord), -math.inf) > evidence.at


def _draws(readings: Readings, evidence: Evidence) -> bool:
    """Whether the cords carry what only a machine that lives does: supplies need something, too."""
    outlets = {cord: find_outlet(readings, cord) for cord in evidence.cords}
    draws = {cord: outlet.draw for cord, outlet in outlets.items() if outlet is not None}
    for figure in _UNITS.values():
        was = [figure(cord.load) for cord in evidence.cords if cord.load.is_known]
        now = [figure(draw) for draw in draws.values()]
        if was and None not in was and None not in now:
            total_now, total_then = (
                math.fsum(value or 0.0 for value in values) for values in (now, was)
            )
            return total_now >= _LIVES * total_then
    return False


def _answers(alive: Alive) -> bool:
    """Raises NotProven if the machine cannot be asked."""
    try:
        return alive.answers()
    except SettingsError as error:
        raise NotProven(error.reason) from None


def other_units(
    evidence: Evidence, serials: Mapping[str, Optional[str]], pdu_access: PduAccess
) -> str:
    """Why the PDUs are not those of the evidence, by serial numbers that were read; else ""."""
    for cord in evidence.cords:
        serial = serials.get(cord.pdu)
        if serial is None:
            return f"{cord.pdu}'s serial number could not be read"
        same = serial == cord.serial and (serial or pdu_access.key(cord.pdu) == cord.device)
        if not same:
            unit_now, unit_then = serial or pdu_access.key(cord.pdu), cord.serial or cord.device
            return (
                f"{cord.pdu} is another unit ({unit_now}) than when its cabling was tried"
                f" ({unit_then})"
            )
    return ""


def _key(cord: VerifiedCord) -> str:
    return f"{cord.device} {cord.serial} {cord.outlet}"


def _clock(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def _meters(reading: PduReading, proof: OffProof) -> bool:
    """Whether the PDU's metering runs: another outlet shows something, or its inlet does."""
    meter = threshold(reading, proof)
    draws = [reading.inlet, *(outlet.draw for outlet in reading.outlets.values())]
    return any(shows(draw, meter) for draw in draws)


def witnesses(reading: PduReading, machine_outlets: Collection[str], proof: OffProof) -> set[str]:
    """The outlets of others that are on and show something."""
    meter = threshold(reading, proof)
    return {
        name
        for name, outlet in reading.outlets.items()
        if name not in machine_outlets and outlet.state is UP and shows(outlet.draw, meter)
    }


def has_restarted(
    reading_before: PduReading,
    reading_after: PduReading,
    machine_outlets: Collection[str],
    proof: OffProof,
    tried: Collection[str] = (),
) -> bool:
    """Whether a PDU's metering restarted: no outlet of others shows anything, though some did
    before, or when the cabling was tried (`tried`), that are on. Outlets that are off are excused.
    """
    on = {
        name
        for name, outlet in reading_after.outlets.items()
        if name not in machine_outlets and outlet.state is UP
    }
    if witnesses(reading_after, machine_outlets, proof):
        return False
    return not on.isdisjoint(witnesses(reading_before, machine_outlets, proof).union(tried))


def not_dark(readings: Readings, cords: Iterable[MachineOutlet], proof: OffProof) -> list[str]:
    """Why one reading does not show these outlets off, and their meters at nothing."""
    wrong: list[str] = []
    for cord in cords:
        outlet = find_outlet(readings, cord)
        if outlet is None:
            wrong.append(f"{cord}: {_unread(readings, cord)}")
        elif outlet.state is not DOWN:
            wrong.append(f"{cord} is not off any more")
        elif not outlet.draw.is_known:
            wrong.append(f"{cord}: {_UNMETERED}")
        elif not is_nothing(outlet.draw, threshold(readings[cord.pdu], proof)):
            wrong.append(f"{cord} carries {outlet.draw}")
    return wrong


# ---- what can be said beforehand -----------------------------------------------------------------


def check(
    machine: MachinePower,
    readings: Readings,
    pdu_access: PduAccess,
    proof: OffProof,
    cabling: CablingEvidence,
    store: ObservationStore,
) -> list[str]:
    """What a proof of `off` would rest on, in sentences. Raises NotProven if `off` could not be
    carried out and proven.
    """
    wrong: list[str] = []
    for cord in machine.cords:
        outlet = find_outlet(readings, cord)
        if outlet is None:
            wrong.append(f"{cord}: {_unread(readings, cord)}")
        elif readings[cord.pdu].reason:
            wrong.append(f"{cord}: {readings[cord.pdu].reason}")
        elif proof.by_current and not outlet.draw.is_known:
            wrong.append(f"{cord}: {_UNMETERED}")
    if not proof.by_current or wrong:
        if wrong:
            raise NotProven("; ".join(wrong))
        return []
    if cabling.evidence is None:
        raise NotProven(cabling.reason)
    evidence = cabling.evidence
    wrong = contradictions(machine, readings, pdu_access, proof, evidence, store)
    reason = other_units(evidence, pdu_access.serials(machine.pdus), pdu_access)
    if reason or wrong:
        raise NotProven("; ".join([*wrong, *([reason] if reason else [])]))
    return [
        f"its outlets were its only power on {_clock(evidence.at)}, and no cord was seen to stop"
        f" since: off would take {_ends_s(evidence, proof):.0f} s"
    ]


def watched_s(period_s: float, shows_s: float) -> float:
    """How long after the last command meters are read that renew their figures so often, and need
    so long to show a command: two renewals, and a relay that closes again has shown.
    """
    return max(_LEAST_S, 2 * period_s, _RELAY_S + max(period_s, shows_s))


def _ends_s(evidence: Evidence, proof: OffProof) -> float:
    return watched_s(_period_s(evidence, proof), evidence.shows_s)


def _period_s(evidence: Evidence, proof: OffProof) -> float:
    return evidence.period_s if proof.period_s is None else proof.period_s


# ---- off, by evidence and meters -----------------------------------------------------------------


def switch_off(
    machine: MachinePower,
    pdu_access: PduAccess,
    proof: OffProof,
    cabling: CablingEvidence,
    store: ObservationStore,
) -> list[str]:
    """Switch every outlet off, whatever it reads now, and prove it. Returns what the meters saw.

    Each outlet gets one command; that of a PDU that fails keeps no other from its own. Raises
    NotProven.
    """
    if not proof.by_current:
        switch_by_state(machine, pdu_access, False)
        return []
    if cabling.evidence is None:
        answers = pdu_access.switch(machine.cords, False)
        raise NotProven("; ".join([cabling.reason, *unconfirmed(answers, False)]))
    return _MeteredOff(machine, pdu_access, proof, cabling.evidence, store).run()


class _MeteredOff:
    """One run of `switch_off`."""

    def __init__(
        self,
        machine: MachinePower,
        pdu_access: PduAccess,
        proof: OffProof,
        evidence: Evidence,
        store: ObservationStore,
    ) -> None:
        self._machine, self._pdu_access, self._proof = machine, pdu_access, proof
        self._evidence, self._store = evidence, store
        self._before: Readings = {}
        # the readings after the last command, with their times
        self._after: list[tuple[float, Readings]] = []
        self._serials: dict[str, Optional[str]] = {}
        self._is_silent = proof.alive is None

    def run(self) -> list[str]:
        """Returns what the meters saw. Raises NotProven."""
        machine, pdu_access = self._machine, self._pdu_access
        self._before = pdu_access.read_pdus(machine.pdus)
        wrong = self._doubts()
        wrong += [
            f"{pdu}: it could not be read before the command: {reading.reason}"
            for pdu, reading in self._before.items()
            if reading.reason
        ]
        # a person who is asked would keep the command waiting
        early = self._proof._replace(alive=None)
        wrong += contradictions(
            machine, self._before, pdu_access, early, self._evidence, self._store
        )
        wrong += unconfirmed(pdu_access.switch(machine.cords, False), False)
        if not wrong:
            wrong = self._settle(pdu_access.monotonic())
        if wrong:
            raise NotProven("; ".join(dict.fromkeys(wrong)))
        return [*map(self._fall, machine.cords), *self._inlets()[1]]

    def _doubts(self) -> list[str]:
        """An inlet that kept the load before is asked again only if the outlets carry it again."""
        outlets = [find_outlet(self._before, cord) for cord in self._machine.cords]
        if all(outlet is not None and outlet.state is UP for outlet in outlets):
            self._store.doubt = ""
        return [self._store.doubt] if self._store.doubt else []

    def _settle(self, sent_at: float) -> list[str]:
        """Read until all is dark for two renewals and nothing contradicts. Returns what is missing
        when the time is over.
        """
        pdu_access, proof = self._pdu_access, self._proof
        ends_s = _ends_s(self._evidence, proof)
        period_s = _period_s(self._evidence, proof)
        last = sent_at + max(proof.timeout_s, ends_s + 2 * period_s)
        dark_since: Optional[float] = None
        while True:
            self._read_serials()
            pdu_access.sleep(LOOK_S)
            now, readings = pdu_access.monotonic(), pdu_access.read_pdus(self._machine.pdus)
            self._after.append((now, readings))
            missing = self._missing(readings)
            dark_since = None if missing else now if dark_since is None else dark_since
            if dark_since is not None:
                missing = self._living()
                if now < max(sent_at + ends_s, dark_since + period_s):
                    missing = missing or ["two renewals were not seen"]
                else:
                    # the next run finds the outlets off, and what they carried is not seen there
                    self._store.doubt = "; ".join(self._inlets()[0])
                    missing = missing or self._inlets()[0]
                    reason = other_units(self._evidence, self._serials, pdu_access)
                    missing += [reason] if reason else []
            if not missing or now >= last:
                return missing

    def _read_serials(self) -> None:
        """While nothing else is to be done but to wait."""
        left = [pdu for pdu in self._machine.pdus if self._serials.get(pdu) is None]
        if left:
            self._serials.update(self._pdu_access.serials(left))

    def _missing(self, readings: Readings) -> list[str]:
        """Why one reading does not show that all is off."""
        missing = [
            f"{pdu}: it could not be read: {reading.reason}"
            for pdu, reading in readings.items()
            if reading.reason
        ]
        missing = missing or not_dark(readings, self._machine.cords, self._proof)
        return missing or [
            f"{pdu}'s metering has restarted: no outlet shows a load"
            for pdu, reading in readings.items()
            if has_restarted(
                self._before[pdu],
                reading,
                self._machine_outlets(pdu),
                self._proof,
                [outlet for name, outlet in self._evidence.witnesses if name == pdu],
            )
        ]

    def _living(self) -> list[str]:
        """Why the machine is not known to be dead by itself. It is asked until it is silent."""
        alive = self._proof.alive
        if alive is None or self._is_silent:
            return []
        self._is_silent = not _answers(alive)
        return [] if self._is_silent else ["it still answers with all its outlets off"]

    def _machine_outlets(self, pdu: str) -> set[str]:
        return {cord.outlet for cord in self._machine.cords if cord.pdu == pdu}

    def _fall(self, cord: MachineOutlet) -> str:
        outlet = find_outlet(self._before, cord)
        if outlet is not None and is_carrying(self._before, cord, self._proof):
            return f"{cord} fell from {outlet.draw}"
        return f"{cord} carried nothing before"

    # ---- the inlets ------------------------------------------------------------------------------

    def _inlets(self) -> tuple[list[str], list[str]]:
        """What the inlets contradict, and what they say."""
        wrong: list[str] = []
        facts: list[str] = []
        for pdu in self._machine.pdus:
            fall = self._inlet(pdu)
            if fall is None:
                facts.append(f"{pdu}'s inlet cannot tell")
            elif fall.inlet_fall < _INLET * fall.carried:
                wrong.append(
                    f"{pdu}'s inlet fell by {fall.inlet_fall:.3g} {fall.unit} when outlets that"
                    f" carried {fall.carried:.3g} {fall.unit} were switched off"
                )
            else:
                facts.append(f"{pdu}'s inlet fell by {fall.inlet_fall:.3g} {fall.unit}")
        return wrong, facts

    def _inlet(self, pdu: str) -> Optional[_InletFall]:
        """By how much a PDU's inlet fell, without what other outlets show; None if it has no meter
        of its own, nothing flowed, or the neighbours' swing may hide what did.
        """
        period_s = _period_s(self._evidence, self._proof)
        now = self._after[-1][0]
        late = [
            readings[pdu] for at, readings in self._after if at >= now - max(period_s, 2 * LOOK_S)
        ]
        machine_outlets = self._machine_outlets(pdu)
        for unit, figure in _UNITS.items():
            rows = [_row(reading, figure) for reading in (self._before[pdu], *late)]
            complete_rows = [row for row in rows if row is not None]
            if (
                len(complete_rows) < len(rows)
                or len({frozenset(row.outlets) for row in complete_rows}) > 1
            ):
                continue
            carried = math.fsum(
                complete_rows[0].outlets[name]
                for name in machine_outlets
                if name in complete_rows[0].outlets
            )
            neighbours = [name for name in complete_rows[0].outlets if name not in machine_outlets]
            swing = math.fsum(
                max(row.outlets[name] for row in complete_rows)
                - min(row.outlets[name] for row in complete_rows)
                for name in neighbours
            )
            rests = [
                row.inlet - math.fsum(row.outlets[name] for name in neighbours)
                for row in complete_rows
            ]
            noise = swing + max(rests[1:]) - min(rests[1:])
            noise += self._rounding(pdu, unit, len(neighbours))
            fall = rests[0] - math.fsum(rests[1:]) / len(late)
            # what an inlet that is late has not shown yet cannot fall, and noise may hide more of
            # it; and what shows watts is not judged by amperes
            may_speak = noise + max(0.0, carried - rests[0]) < _INLET * carried
            return _InletFall(unit, carried, fall) if may_speak else None
        return None

    def _rounding(self, pdu: str, unit: str, neighbours: int) -> float:
        """What the steps of these meters may hide."""
        reading = self._before[pdu]
        steps = MeterResolution().finer(outlet.draw for outlet in reading.outlets.values())
        inlet = MeterResolution().finer([reading.inlet])
        if unit == "W":
            return inlet.power_w + steps.power_w * neighbours / 2
        return inlet.current_a + steps.current_a * neighbours / 2


class _InletFall(NamedTuple):
    """What an inlet lost, beyond what other outlets show, when `carried` was switched off."""

    unit: str
    carried: float
    inlet_fall: float


class _Row(NamedTuple):
    inlet: float
    outlets: Mapping[str, float]


_UNITS: Mapping[str, Callable[[MeteredLoad], Optional[float]]] = {
    "W": lambda draw: draw.power_w,
    "A": lambda draw: draw.current_a,
}


def _row(reading: PduReading, figure: Callable[[MeteredLoad], Optional[float]]) -> Optional[_Row]:
    """A PDU's figures in one unit; None unless its inlet and all outlets show one."""
    inlet = figure(reading.inlet)
    outlets = {name: figure(outlet.draw) for name, outlet in reading.outlets.items()}
    figure_by_outlet = {name: value for name, value in outlets.items() if value is not None}
    if inlet is None or len(figure_by_outlet) < len(outlets):
        return None
    return _Row(inlet, figure_by_outlet)
