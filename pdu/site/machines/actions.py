"""A whole action on a machine, under its lock: off, on, off and on again, and the trial of its
cabling.

On one computer one run of a machine goes on at a time. A run that waited for another one, which
left the machine off for good, does not put it on.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from . import machine_power, observations, proof as proofs
from .alive import Alive
from .evidence import CablingEvidence, EvidenceFile, MachineEvidence
from .machine_power import MachinePower, OffProof, OutletState, Readings, switch_by_state
from .observations import Busy, ObservationStore
from .pdu_access import MachineOutlet, NotProven, PduAccess
from .verification import CablingTrial

# How long a run waits for another one of the same machine, in s: no law says how long that takes
# with a PDU that does not answer.
_PATIENCE_S = 120.0


class Runner(NamedTuple):
    """What every action of one kind of caller has in common."""

    pdu_access: PduAccess
    proof: OffProof
    folder: Path
    #: gets a sentence about what could not be kept
    say: Callable[[str], None]
    #: None: no machine was ever tried
    verified: Optional[EvidenceFile] = None
    patience_s: float = _PATIENCE_S

    def _alone(
        self, machine: MachinePower
    ) -> AbstractContextManager[tuple[ObservationStore, bool]]:
        return observations.open_store(self.folder, self._keys(machine), self.patience_s, self.say)

    def _keys(self, machine: MachinePower) -> list[str]:
        return [f"{self.pdu_access.key(cord.pdu)} {cord.outlet}" for cord in machine.cords]

    def _cabling(self, machine: MachinePower) -> CablingEvidence:
        cabling = CablingEvidence(None, "its cabling was never tried")
        if self.verified is not None:
            name = machine.name if machine.is_drawn else None
            cabling = self.verified.find(name, machine.cords, self.pdu_access.now())
        if cabling.evidence is not None:
            return cabling
        advice = f"pdu machine verify {machine.name} --alive COMMAND"
        if not machine.is_drawn:
            advice = "draw its machine, and pdu machine verify it"
        return CablingEvidence(None, f"{cabling.reason}: {advice}")

    def states(
        self, machine: MachinePower, readings: Optional[Readings] = None
    ) -> dict[MachineOutlet, OutletState]:
        """What is known of its outlets, by these readings or by one that is made now. Waits for no
        other run.
        """
        if readings is None:
            readings = self.pdu_access.read_pdus(machine.pdus)
        store = observations.peek(self.folder, self._keys(machine))
        return machine_power.judge_outlets(machine.cords, readings, self.proof, store.unproven)

    def switch_off(self, machine: MachinePower) -> list[str]:
        """Take its power. Returns what the meters saw. Raises NotProven."""
        with self._alone(machine) as (store, _):
            try:
                return self._prove_off(machine, store)
            finally:
                # proven or not: one that waited meanwhile shall not put it on
                store.offs += 1
                store.save()

    def _prove_off(self, machine: MachinePower, store: ObservationStore) -> list[str]:
        """Whatever ends it before it is proven is kept: the machine is not known to be off then."""
        store.unproven = "the run was interrupted"
        try:
            cabling = self._cabling(machine)
            saw = proofs.switch_off(machine, self.pdu_access, self.proof, cabling, store)
            store.unproven = ""
            return saw
        except NotProven as error:
            store.unproven = str(error)
            raise
        finally:
            store.save()

    def switch_on(self, machine: MachinePower) -> None:
        """Give it its power. Raises NotProven, also if another run took it meanwhile."""
        with self._alone(machine) as (store, was_taken):
            if was_taken:
                raise NotProven("another run switched it off for good meanwhile; nothing was sent")
            switch_by_state(machine, self.pdu_access, True)
            if store.tried or store.unproven:
                store.tried, store.unproven = [], ""
                store.save()

    def restart(
        self,
        machine: MachinePower,
        pause_s: float,
        is_off: Callable[[list[str]], None],
        only_if_on: bool,
    ) -> Optional[str]:
        """Take its power and, after a pause, give it back. Calls `is_off` with what the meters saw.

        `only_if_on`: a machine that is off stays off, as it may be on purpose; nothing is sent.
        Returns why it is not on again, None if it is. Raises NotProven unless it was proven off.
        """
        with self._alone(machine) as (store, was_taken):
            if only_if_on and not machine_power.is_on(self.states(machine)):
                raise NotProven("it is off already, perhaps on purpose; nothing was sent")
            is_off(self._prove_off(machine, store))
            if was_taken:
                return "another run switched it off for good meanwhile"
            self.pdu_access.sleep(pause_s)
            try:
                if machine_power.is_on(self.states(machine)):
                    return "it did not stay off; nothing more was sent"
                switch_by_state(machine, self.pdu_access, True)
            except NotProven as error:
                return str(error)
            return None

    def check(
        self, machine: MachinePower, readings: Optional[Readings] = None
    ) -> Optional[list[str]]:
        """What the proof of `off` would rest on, by these readings or by one that is made now; None
        if another run of the machine goes on, which waits for nothing here. Raises NotProven.
        """
        try:
            with self._replace(patience_s=0.0)._alone(machine) as (store, _):
                if readings is None:
                    readings = self.pdu_access.read_pdus(machine.pdus)
                cabling = self._cabling(machine)
                return proofs.check(machine, readings, self.pdu_access, self.proof, cabling, store)
        except Busy:
            return None

    def verify(
        self,
        machine: MachinePower,
        alive: Alive,
        boots_within_s: float,
        report: Callable[[str], None],
    ) -> MachineEvidence:
        """Try its cabling. Raises NotProven with the probable cause."""
        with self._alone(machine) as (store, was_taken):
            if was_taken:
                raise NotProven("another run switched it off for good meanwhile; nothing was sent")
            trial = CablingTrial(
                machine, self.pdu_access, self.proof, alive, boots_within_s, store, report
            )
            evidence = trial.run()
            store.unproven = ""
            store.save()
            return evidence
