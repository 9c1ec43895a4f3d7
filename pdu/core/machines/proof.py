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
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Optional

from handlers.shared.errors import SettingsError

from ..states import DOWN, UP, word
from .alive import Alive
from .evidence import CablingEvidence, MachineEvidence, VerifiedCord
from .inlets import InletFall, find_inlet_fall
from .meters import is_nothing, shows
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

    def outlets(self, pdu: str) -> set[str]:
        """Its outlets at one of them."""
        return {cord.outlet for cord in self.cords if cord.pdu == pdu}


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


def find_outlet(readings: Readings, cord: MachineOutlet) -> Optional[OutletReading]:
    """One outlet of the readings; None if it was not read."""
    reading = readings.get(cord.pdu)
    return None if reading is None else reading.outlets.get(cord.outlet)


def is_carrying(readings: Readings, cord: MachineOutlet, proof: OffProof) -> bool:
    """Whether the outlet's meter shows that something flows."""
    outlet = find_outlet(readings, cord)
    return outlet is not None and shows(outlet.draw, proof.threshold_a)


# ---- by the states -------------------------------------------------------------------------------


def switch_by_state(machine: MachinePower, pdu_access: PduAccess, on: bool) -> None:
    """Send each outlet one command. Raises NotProven unless all are seen so, twice."""
    wrong = unconfirmed(pdu_access.switch(machine.cords, on), on)
    if wrong:
        raise NotProven("; ".join(wrong))
    pdu_access.sleep(AGAIN_S)
    readings, target_state = pdu_access.read_pdus(machine.pdus), UP if on else DOWN
    for cord in machine.cords:
        outlet = find_outlet(readings, cord)
        if outlet is None:
            wrong.append(_why_unknown(readings, cord))
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
    unknown = [_why_unknown(readings, cord) for cord in states if states[cord] is not DOWN]
    if unknown:
        raise NotProven("; ".join(unknown))
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


def _why_unknown(readings: Readings, cord: MachineOutlet) -> str:
    """Why the state of an outlet is not known."""
    reading = readings.get(cord.pdu)
    if reading is not None and reading.reason:
        return f"{cord}: it could not be read: {reading.reason}"
    is_listed = find_outlet(readings, cord) is not None
    return f"{cord}: {'its state is unknown' if is_listed else 'the PDU has no such outlet'}"


# ---- what ends evidence --------------------------------------------------------------------------


def contradictions(
    machine: MachinePower,
    readings: Readings,
    pdu_access: PduAccess,
    proof: OffProof,
    evidence: MachineEvidence,
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


def idle_cords(
    readings: Readings, evidence: MachineEvidence, proof: OffProof
) -> list[VerifiedCord]:
    """The cords that carried in the trial and carry nothing, while their outlets are on."""
    outlet_by_cord = {cord: find_outlet(readings, cord) for cord in evidence.cords}
    return [
        cord
        for cord, outlet in outlet_by_cord.items()
        if cord.load.is_known
        and outlet is not None
        and outlet.state is UP
        and is_nothing(outlet.draw, proof.threshold_a)
        and _meters(readings[cord.pdu], proof)
    ]


def keep_stopped(
    cords: Sequence[VerifiedCord], evidence: MachineEvidence, store: ObservationStore, at: float
) -> None:
    """Keep that these cords stopped to carry, seen at a time in seconds since 1970."""
    new = [cord for cord in cords if not _has_stopped(cord, evidence, store)]
    if new:
        store.stopped.update({_key(cord): at for cord in new})
        store.save()


def stopped_sentences(evidence: MachineEvidence, store: ObservationStore) -> list[str]:
    """Which cords stopped to carry since the trial."""
    return [
        f"{cord} stopped to carry at {_clock(store.stopped[_key(cord)])}: is its supply dead, or"
        " the cord in another outlet? The cabling has to be tried anew"
        for cord in evidence.cords
        if _has_stopped(cord, evidence, store)
    ]


def renewed_s(evidence: MachineEvidence, proof: OffProof) -> float:
    """After so many seconds each meter of the machine has renewed its figures."""
    return max(_period_s(evidence, proof), evidence.shows_s)


def _has_stopped(cord: VerifiedCord, evidence: MachineEvidence, store: ObservationStore) -> bool:
    return store.stopped.get(_key(cord), -math.inf) > evidence.at


def _draws(readings: Readings, evidence: MachineEvidence) -> bool:
    """Whether the cords carry what only a machine that lives does: supplies need something, too."""
    outlets = [find_outlet(readings, cord) for cord in evidence.cords]
    now = [outlet.draw for outlet in outlets if outlet is not None]
    then = [cord.load for cord in evidence.cords if cord.load.is_known]
    for figure in ("power_w", "current_a"):
        values_now, values_then = (
            [getattr(load, figure) for load in loads] for loads in (now, then)
        )
        if then and None not in (*values_now, *values_then):
            return math.fsum(values_now) >= _LIVES * math.fsum(values_then)
    return False


def _answers(alive: Alive) -> bool:
    """Raises NotProven if the machine cannot be asked."""
    try:
        return alive.answers()
    except SettingsError as error:
        raise NotProven(error.reason) from None


def other_units(
    evidence: MachineEvidence, serials: Mapping[str, Optional[str]], pdu_access: PduAccess
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
    draws = [reading.inlet, *(outlet.draw for outlet in reading.outlets.values())]
    return any(shows(draw, proof.threshold_a) for draw in draws)


# ---- whether outlets are dark --------------------------------------------------------------------


def witnesses(reading: PduReading, machine_outlets: Collection[str], proof: OffProof) -> set[str]:
    """The outlets of others that are on and show something."""
    return {
        name
        for name, outlet in reading.outlets.items()
        if name not in machine_outlets
        and outlet.state is UP
        and shows(outlet.draw, proof.threshold_a)
    }


def watched_s(period_s: float, shows_s: float) -> float:
    """How long after the last command meters are read that renew their figures so often, and need
    so long to show a command: two renewals, and a relay that closes again has shown.
    """
    return max(_LEAST_S, 2 * period_s, _RELAY_S + max(period_s, shows_s))


class DarkWatch:
    """Follows readings after a command to switch outlets off."""

    def __init__(
        self,
        machine: MachinePower,
        cords: Sequence[MachineOutlet],
        proof: OffProof,
        readings_before: Readings,
        sent_at: float,
        tried: Collection[tuple[str, str]] = (),
    ) -> None:
        """`tried`: PDU and outlet of others that showed something when the cabling was tried."""
        self._machine, self._cords, self._proof = machine, cords, proof
        self._readings_before = readings_before
        self._tried, self._sent_at = tried, sent_at
        # since when nothing is missing
        self._since: Optional[float] = None

    def missing(self, at: float, readings: Readings) -> list[str]:
        """Why a reading does not show these outlets off, their meters at nothing, and the PDUs'
        metering running.
        """
        missing = [
            f"{pdu}: it could not be read: {reading.reason}"
            for pdu, reading in readings.items()
            if reading.reason
        ]
        missing = missing or [
            reason for cord in self._cords for reason in self._not_dark(readings, cord)
        ]
        missing = missing or [
            f"{pdu}'s metering has restarted: no outlet shows a load"
            for pdu, reading in readings.items()
            if self._has_restarted(pdu, reading)
        ]
        if missing:
            self._since = None
        elif self._since is None:
            self._since = at
        return missing

    def is_seen(self, at: float, period_s: float, shows_s: float) -> bool:
        """Whether two renewals of the meters have shown it."""
        ends = self._sent_at + watched_s(period_s, shows_s)
        return self._since is not None and at >= max(ends, self._since + period_s)

    def _not_dark(self, readings: Readings, cord: MachineOutlet) -> list[str]:
        outlet = find_outlet(readings, cord)
        if outlet is None:
            return [_why_unknown(readings, cord)]
        if outlet.state is not DOWN:
            return [f"{cord} is not off any more"]
        if not outlet.draw.is_known:
            return [f"{cord}: {_UNMETERED}"]
        carries = not is_nothing(outlet.draw, self._proof.threshold_a)
        return [f"{cord} carries {outlet.draw}"] if carries else []

    def _has_restarted(self, pdu: str, reading: PduReading) -> bool:
        """Whether no outlet of others shows anything, though some did before, or when the cabling
        was tried, that are on. Outlets that are off are excused.
        """
        mine, proof = self._machine.outlets(pdu), self._proof
        loaded = witnesses(self._readings_before[pdu], mine, proof)
        loaded.update(outlet for name, outlet in self._tried if name == pdu)
        on = {name for name, outlet in reading.outlets.items() if outlet.state is UP} - mine
        return not (witnesses(reading, mine, proof) or on.isdisjoint(loaded))


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
        if outlet is None or readings[cord.pdu].reason:
            wrong.append(_why_unknown(readings, cord))
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


def _ends_s(evidence: MachineEvidence, proof: OffProof) -> float:
    return watched_s(_period_s(evidence, proof), evidence.shows_s)


def _period_s(evidence: MachineEvidence, proof: OffProof) -> float:
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
        evidence: MachineEvidence,
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
        facts = [
            f"{pdu}'s inlet cannot tell"
            if fall is None
            else f"{pdu}'s inlet fell by {fall.inlet_fall:.3g} {fall.unit}"
            for pdu, fall in self._inlet_falls().items()
        ]
        return [*map(self._fall, machine.cords), *facts]

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
        pdu_access, proof, evidence = self._pdu_access, self._proof, self._evidence
        period_s = _period_s(evidence, proof)
        last = sent_at + max(proof.timeout_s, _ends_s(evidence, proof) + 2 * period_s)
        machine = self._machine
        watch = DarkWatch(machine, machine.cords, proof, self._before, sent_at, evidence.witnesses)
        while True:
            self._read_serials()
            pdu_access.sleep(LOOK_S)
            now, readings = pdu_access.monotonic(), pdu_access.read_pdus(machine.pdus)
            self._after.append((now, readings))
            missing = watch.missing(now, readings) or self._living()
            if watch.is_seen(now, period_s, evidence.shows_s):
                # the next run finds the outlets off, and what they carried is not seen there
                self._store.doubt = "; ".join(self._kept_loads())
                missing = missing or self._kept_loads()
                reason = other_units(evidence, self._serials, pdu_access)
                missing += [reason] if reason else []
            else:
                missing = missing or ["two renewals were not seen"]
            if not missing or now >= last:
                return missing

    def _read_serials(self) -> None:
        """While nothing else is to be done but to wait."""
        left = [pdu for pdu in self._machine.pdus if self._serials.get(pdu) is None]
        if left:
            self._serials.update(self._pdu_access.serials(left))

    def _living(self) -> list[str]:
        """Why the machine is not known to be dead by itself. It is asked until it is silent."""
        alive = self._proof.alive
        if alive is None or self._is_silent:
            return []
        self._is_silent = not _answers(alive)
        return [] if self._is_silent else ["it still answers with all its outlets off"]

    def _fall(self, cord: MachineOutlet) -> str:
        outlet = find_outlet(self._before, cord)
        if outlet is not None and is_carrying(self._before, cord, self._proof):
            return f"{cord} fell from {outlet.draw}"
        return f"{cord} carried nothing before"

    def _kept_loads(self) -> list[str]:
        """Which inlets did not lose what the outlets carried."""
        return [
            f"{pdu}'s inlet fell by {fall.inlet_fall:.3g} {fall.unit} when outlets that carried"
            f" {fall.carried:.3g} {fall.unit} were switched off"
            for pdu, fall in self._inlet_falls().items()
            if fall is not None and not fall.is_enough
        ]

    def _inlet_falls(self) -> dict[str, Optional[InletFall]]:
        """By the readings of the last renewal."""
        since = self._after[-1][0] - max(_period_s(self._evidence, self._proof), 2 * LOOK_S)
        late = [readings for at, readings in self._after if at >= since]
        return {
            pdu: find_inlet_fall(
                self._before[pdu], [look[pdu] for look in late], self._machine.outlets(pdu)
            )
            for pdu in self._machine.pdus
        }
