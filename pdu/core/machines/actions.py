"""A whole action on a machine, under its lock: off, on, and off and on again.

On one computer one run of a machine goes on at a time. A run that waited for another one, which
left the machine off for good, does not put it on.
"""

from __future__ import annotations

import dataclasses
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from . import observations, proof as proofs
from .observations import Busy, ObservationStore
from .pdu_access import NotProven, PduAccess
from .proof import MachinePower, OffProof

# how long a run waits for another one of the same machine, in s
_PATIENCE_S = 120.0


class Runner(NamedTuple):
    """What every action of one kind of caller has in common."""

    world: PduAccess
    proof: OffProof
    folder: Path
    #: gets a sentence about what could not be kept
    say: Callable[[str], None]
    patience_s: float = _PATIENCE_S

    def _alone(
        self, machine: MachinePower
    ) -> AbstractContextManager[tuple[ObservationStore, bool]]:
        keys = [f"{self.world.key(cord.pdu)} {cord.outlet}" for cord in machine.cords]
        return observations.opened(self.folder, keys, self.patience_s, self.say)

    def off(self, machine: MachinePower) -> list[str]:
        """Take its power. Returns what the meters saw. Raises NotProven."""
        with self._alone(machine) as (memory, _):
            try:
                return proofs.switch_off(machine, self.world, self.proof, memory)
            finally:
                # proven or not: one that waited meanwhile shall not put it on
                memory.offs += 1
                memory.save()

    def on(self, machine: MachinePower) -> None:
        """Give it its power. Raises NotProven, also if another run took it meanwhile."""
        with self._alone(machine) as (memory, was_taken):
            if was_taken:
                raise NotProven("another run switched it off for good meanwhile; nothing was sent")
            proofs.switch_on(machine, self.world, memory)

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
        with self._alone(machine) as (memory, was_taken):
            if only_if_on and not proofs.is_on(machine, self.world):
                raise NotProven("it is off already, perhaps on purpose; nothing was sent")
            is_off(proofs.switch_off(machine, self.world, self.proof, memory))
            if was_taken:
                return "another run switched it off for good meanwhile"
            self.world.sleep(pause_s)
            try:
                if proofs.is_on(machine, self.world):
                    return "it did not stay off; nothing more was sent"
                proofs.switch_on(machine, self.world, memory)
            except NotProven as error:
                return str(error)
            return None

    def check(self, machine: MachinePower) -> Optional[list[str]]:
        """Read what `off` would need. Returns what its proof would rest on; None if another run of
        the machine goes on, which waits for nothing here. Raises NotProven.
        """
        before = self._kept(machine)
        if before is None:
            return None
        learned = dataclasses.replace(before, save=lambda: self._keep(machine, learned))
        wrong: Optional[NotProven] = None
        facts: list[str] = []
        try:
            facts = proofs.check(machine, self.world, self.proof, learned)
        except NotProven as error:
            wrong = error
        after = self._kept(machine)
        if after is None or (after.offs, after.episode) != (before.offs, before.episode):
            return None  # what was read is what the other run did
        if wrong is not None:
            raise wrong
        return facts

    def _kept(self, machine: MachinePower) -> Optional[ObservationStore]:
        """What is kept of a machine; None if another run has it now."""
        try:
            with self._replace(patience_s=0.0)._alone(machine) as (memory, _):
                return memory
        except Busy:
            return None

    def _keep(self, machine: MachinePower, learned: ObservationStore) -> None:
        """Keep what was learned of the meters, unless another run goes on."""
        with suppress(Busy), self._replace(patience_s=0.0)._alone(machine) as (memory, _):
            memory.seen.update(learned.seen)
            memory.steps.update(learned.steps)
            memory.periods.update(learned.periods)
            memory.save()
