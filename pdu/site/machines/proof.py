"""Takes a machine's power and proves it.

A trial (`verification.py`) has shown that a machine's outlets are its only power. So it is off if

    1. no cord stopped to carry since, no unit and no cord is another one;
    2. each outlet got its command, and all are reported off;
    3. each own meter shows nothing in two renewals, and so long after the last command that a relay
       that closes again by itself has shown, while the PDU's metering runs;
    4. no inlet kept what the outlets carried, where that is more than what neighbours may hide;
    5. as much time has passed as the machine needed to fall silent in its trial, and it does not
       answer, if somebody can ask it.

Whatever happens, each outlet gets its command: a proof that fails leaves no power on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Optional

from ...pdus.states import DOWN, UP
from .alive import why_not_dead
from .contradictions import clock, find_contradictions, why_other_unit
from .evidence import CablingEvidence, MachineEvidence
from .inlets import InletFall, find_inlet_fall
from .machine_power import (
    UNMETERED,
    MachinePower,
    OffProof,
    Readings,
    find_outlet,
    ground_sentences,
    is_carrying,
    judge_outlets,
    list_unconfirmed,
    switch_by_state,
    unknown_outlets,
)
from .meters import is_nothing, load_text, shows
from .observations import ObservationStore
from .pdu_access import MachineOutlet, NotProven, OutletReading, PduAccess, PduReading

# Relays that close again by themselves did so within 4.3 s in the reports that are known. No law
# says how long one may take: what closes later is seen by the next reading.
_RELAY_S = 5.0
# The meters are read for so long after the last command, at least: a relay's time and a look. It
# is not told earlier by meters that renew each second, whose second renewal is after 2 s.
_LEAST_S = 6.0
# How often they are read meanwhile: the load on a PDU that other programs read, too.
LOOK_S = 1.0
_SLOW = (
    "its meters did not show two renewals in time: a longer power timeout, such as 60 s, would do"
)


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


def watched_s(evidence: MachineEvidence, shows_s: float = 0.0) -> float:
    """How long after the last command the meters are read: two renewals, a relay that closes again
    has shown, and the machine had fallen silent in its trial. `shows_s`: how long a meter needed to
    show this command.
    """
    relay_s = _RELAY_S + max(evidence.renewed_s, shows_s)
    return max(_LEAST_S, 2 * evidence.period_s, relay_s, evidence.silent_s)


class DarkWatch:
    """Follows readings after a command to switch a machine off."""

    def __init__(
        self,
        machine: MachinePower,
        proof: OffProof,
        evidence: MachineEvidence,
        readings_before: Readings,
        sent_at: float,
    ) -> None:
        self._machine, self._proof, self._evidence = machine, proof, evidence
        self._readings_before, self._sent_at = readings_before, sent_at
        # since when nothing is missing
        self._since: Optional[float] = None
        #: how long after the command something was missing
        self.shown_s = 0.0

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
            reason for cord in self._machine.cords for reason in self._not_dark(readings, cord)
        ]
        missing = missing or [
            f"{pdu}'s metering has restarted: no outlet shows a load"
            for pdu, reading in readings.items()
            if self._has_restarted(pdu, reading)
        ]
        if missing:
            self._since, self.shown_s = None, at - self._sent_at + LOOK_S
        elif self._since is None:
            self._since = at
        return missing

    def is_seen(self, at: float) -> bool:
        """Whether two renewals of the meters have shown it."""
        ends = self._sent_at + watched_s(self._evidence, self.shown_s)
        return self._since is not None and at >= max(ends, self._since + self._evidence.period_s)

    def _not_dark(self, readings: Readings, cord: MachineOutlet) -> list[str]:
        outlet = find_outlet(readings, cord)
        if outlet is None:
            return [f"{cord}: the PDU has no such outlet"]
        if outlet.state is not DOWN:
            return [f"{cord} is not off any more"]
        if not outlet.draw.has_load:
            return [f"{cord}: {UNMETERED}"]
        carries = not is_nothing(outlet.draw, self._proof.threshold_a)
        return (
            [f"{cord} carries {load_text(outlet.draw)}: a relay that did not open?"]
            if carries
            else []
        )

    def _has_restarted(self, pdu: str, reading: PduReading) -> bool:
        """Whether no outlet of others shows anything, though some did before, or when the cabling
        was tried, that are on. Outlets that are off are excused.
        """
        mine, proof = self._machine.outlets(pdu), self._proof
        witness_outlets = witnesses(self._readings_before[pdu], mine, proof)
        witness_outlets.update(outlet for name, outlet in self._evidence.witnesses if name == pdu)
        on = {name for name, outlet in reading.outlets.items() if outlet.state is UP} - mine
        return not (witnesses(reading, mine, proof) or on.isdisjoint(witness_outlets))


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
    carried out and proven, and for a machine whose last `off` was not.
    """
    wrong = unknown_outlets(judge_outlets(machine.cords, readings, proof, store.unproven))
    if not proof.by_current:
        if wrong:
            raise NotProven("; ".join(wrong))
        return [
            "off is proven by the states alone: no meter is asked",
            *_state_limits(machine, readings),
        ]
    for cord in machine.cords:
        outlet = find_outlet(readings, cord)
        if outlet is not None and not outlet.draw.has_load:
            wrong.append(f"{cord}: {UNMETERED}")
    if wrong:
        raise NotProven("; ".join(wrong))
    if cabling.evidence is None:
        raise NotProven(cabling.reason)
    evidence = cabling.evidence
    wrong = find_contradictions(machine, readings, pdu_access, proof, evidence, store)
    wrong += _kept_accusations(machine, pdu_access, evidence, store).values()
    reason = why_other_unit(evidence, pdu_access.serials(machine.pdus), pdu_access)
    if reason or wrong:
        raise NotProven("; ".join([*wrong, *([reason] if reason else [])]))
    return [
        f"its outlets were its only power on {clock(evidence.at)}, and no cord was seen to stop"
        f" since: off would take {watched_s(evidence):.0f} s",
        *_limits(machine, evidence, proof),
        *ground_sentences(machine.cords, readings),
    ]


def _state_limits(machine: MachinePower, readings: Readings) -> list[str]:
    """What a proof by states alone would not notice."""
    outlets = {cord: find_outlet(readings, cord) for cord in machine.cords}
    commanded = [str(cord) for cord, outlet in outlets.items() if not _is_measured(outlet)]
    limit = (
        f"of {', '.join(commanded)} only the relay's commanded position is known: one that is"
        " welded shut looks off"
        if commanded
        else "each state is that of a voltage measured behind the relay: one that is welded shut"
        " would show"
    )
    return [limit, *ground_sentences(machine.cords, readings)]


def _is_measured(outlet: Optional[OutletReading]) -> bool:
    return outlet is not None and outlet.ground.is_measured


def _limits(machine: MachinePower, evidence: MachineEvidence, proof: OffProof) -> list[str]:
    """What the proof of this machine would not notice, or refuse though it is off."""
    limits: list[str] = []
    if proof.alive is None:
        limits.append(
            "nothing asks the machine (alive): one that draws nothing from outlets that are on is"
            " not proven off"
        )
    limits += [
        f"{cord} cannot be watched: it did not show a load all the time when it was tried"
        for cord in evidence.cords
        if not cord.load.has_load
    ]
    witness_pdus = {pdu for pdu, _ in evidence.witnesses}
    for pdu in machine.pdus:
        if not all(cord.serial for cord in evidence.cords if cord.pdu == pdu):
            limits.append(f"{pdu} tells no serial number: another unit at its address looks alike")
        if pdu not in witness_pdus:
            limits.append(
                f"nothing else at {pdu} showed a load when it was tried: a restart of its metering"
                " looks like no load"
            )
    return limits


# ---- off, by evidence and meters -----------------------------------------------------------------


def switch_off(
    machine: MachinePower,
    pdu_access: PduAccess,
    proof: OffProof,
    cabling: CablingEvidence,
    store: ObservationStore,
) -> list[str]:
    """Switch every outlet off, whatever it reads now, and prove it. Returns what was measured.

    Each outlet gets one command; that of a PDU that fails keeps no other from its own. Raises
    NotProven.
    """
    if not proof.by_current:
        return ground_sentences(machine.cords, switch_by_state(machine, pdu_access, False))
    if cabling.evidence is None:
        answers = pdu_access.switch(machine.cords, False)
        raise NotProven("; ".join([cabling.reason, *list_unconfirmed(answers, False)]))
    return MeteredOff(machine, pdu_access, proof, cabling.evidence, store).run()


class MeteredOff:
    """One run of `switch_off`. The trial of the cabling is made of these, too."""

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
        #: how long after the command the last meter, an inlet's too, showed it, in s
        self.shown_s = 0.0

    def run(self) -> list[str]:
        """Returns what the meters saw. Raises NotProven."""
        machine, pdu_access = self._machine, self._pdu_access
        self._before = pdu_access.read_pdus(machine.pdus)
        wrong = [
            f"{pdu}: it could not be read before the command: {reading.reason}"
            for pdu, reading in self._before.items()
            if reading.reason
        ]
        wrong += find_contradictions(
            machine, self._before, pdu_access, self._proof, self._evidence, self._store
        )
        wrong += list_unconfirmed(pdu_access.switch(machine.cords, False), False)
        wrong = wrong or self._settle(pdu_access.monotonic())
        if wrong:
            raise NotProven("; ".join(dict.fromkeys(wrong)))
        facts = [
            f"{pdu}'s inlet cannot tell"
            if fall is None
            else f"{pdu}'s inlet fell by {fall.inlet_fall:.3g} {fall.unit}"
            for pdu, fall in self._inlet_falls().items()
        ]
        _, readings = self._after[-1]
        return [
            *map(self._fall, machine.cords),
            *facts,
            *ground_sentences(machine.cords, readings),
        ]

    def _settle(self, sent_at: float) -> list[str]:
        """Read until all is dark for two renewals and nothing contradicts. Returns what is missing
        when the time is over.
        """
        pdu_access, evidence, machine = self._pdu_access, self._evidence, self._machine
        ends_s = watched_s(evidence) + 2 * evidence.period_s
        last = sent_at + max(self._proof.timeout_s, ends_s)
        watch = DarkWatch(machine, self._proof, evidence, self._before, sent_at)
        while True:
            self._read_serials()
            pdu_access.sleep(LOOK_S)
            now, readings = pdu_access.monotonic(), pdu_access.read_pdus(machine.pdus)
            missing = watch.missing(now, readings)
            if not any(reading.reason for reading in readings.values()):
                self._after.append((now, readings))
            is_seen, falls = watch.is_seen(now), self._inlet_falls()
            if not missing and any(fall and not fall.is_enough for fall in falls.values()):
                self.shown_s = now - sent_at + LOOK_S
            self.shown_s = max(self.shown_s, watch.shown_s)
            if not missing:
                missing = self._living()
            if is_seen:
                self._accuse(falls)
                accusations = _kept_accusations(machine, pdu_access, evidence, self._store)
                missing = missing or list(accusations.values())
                reason = why_other_unit(evidence, self._serials, pdu_access)
                missing += [reason] if reason else []
            else:
                missing = missing or [_SLOW]
            if not missing or now >= last:
                return missing

    def _read_serials(self) -> None:
        """While nothing else is to be done but to wait."""
        left = [pdu for pdu in self._machine.pdus if self._serials.get(pdu) is None]
        if left:
            self._serials.update(self._pdu_access.serials(left))

    def _living(self) -> list[str]:
        """Why the machine is not known to be dead by itself. It is asked until it is silent."""
        if self._is_silent:
            return []
        reason = why_not_dead(self._proof.alive)
        self._is_silent = not reason
        return [reason] if reason else []

    def _fall(self, cord: MachineOutlet) -> str:
        outlet = find_outlet(self._before, cord)
        if outlet is not None and is_carrying(self._before, cord, self._proof):
            return f"{cord} fell from {load_text(outlet.draw)}"
        return f"{cord} carried nothing before"

    def _accuse(self, falls: Mapping[str, Optional[InletFall]]) -> None:
        """Keep which inlets surely did not lose what the outlets carried: the next run finds the
        outlets off, and what they carried is not seen there. Only a fall that is as sure takes it
        back, not one that neighbours hide.
        """
        for pdu, fall in falls.items():
            key = _inlet_key(pdu, self._pdu_access)
            if fall is not None and fall.is_enough:
                self._store.drop(key)
            elif fall is not None and not self._store.doubts_since(self._evidence.at, [key]):
                self._store.keep(
                    key,
                    self._pdu_access.now(),
                    f"{pdu}'s inlet fell by {fall.inlet_fall:.3g} {fall.unit} when outlets that"
                    f" carried {fall.carried:.3g} {fall.unit} were switched off",
                )

    def _inlet_falls(self) -> dict[str, Optional[InletFall]]:
        """By the readings of the last renewal."""
        if not self._after:
            return {}
        since = self._after[-1][0] - max(self._evidence.period_s, 2 * LOOK_S)
        late = sum(at >= since for at, _ in self._after)
        looks = {pdu: [look[pdu] for _, look in self._after] for pdu in self._machine.pdus}
        return {
            pdu: find_inlet_fall(self._before[pdu], looks[pdu], late, self._machine.outlets(pdu))
            for pdu in self._machine.pdus
        }


def _kept_accusations(
    machine: MachinePower,
    pdu_access: PduAccess,
    evidence: MachineEvidence,
    store: ObservationStore,
) -> dict[str, str]:
    """Which inlets kept the load since the trial."""
    keys = [_inlet_key(pdu, pdu_access) for pdu in machine.pdus]
    return store.doubts_since(evidence.at, keys)


def _inlet_key(pdu: str, pdu_access: PduAccess) -> str:
    return f"{pdu_access.key(pdu)} inlet"
