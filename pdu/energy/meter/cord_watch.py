"""Notes a machine's cord that stopped to carry, by the readings that a meter makes anyway.

That ends what `pdu machine verify` has shown of the machine, as a reading of the fence agent's
monitor does: two readings, a renewal of the meters apart, in which the cord carries nothing while
its outlet is on and the machine draws power.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from handlers.shared.errors import printable

from ...core.cli.output import counted
from ...core.machines import observations, proof as proofs
from ...core.machines.actions import Runner
from ...core.machines.evidence import EvidenceFile, VerifiedCord
from ...core.machines.pdu_access import PduReading, PolledPdus, of_reading
from ...core.machines.proof import MachinePower, OffProof
from ...core.owner_files import DRAWING, OwnerFiles
from ..journal.clocks import Instant
from .journal_writer import PollResult

# readings of a machine's PDUs that were made within this time are taken for one, in s
_TOGETHER_S = 10.0


class _MeterLook(NamedTuple):
    """What a meter saw of one PDU."""

    begun: Instant
    #: in s of the monotonic clock
    ended_mono: float
    reading: PduReading


class _Suspicion(NamedTuple):
    """Cords that seem to have stopped to carry, since a reading."""

    begun: Instant
    cords: Sequence[VerifiedCord]


class CordWatch:
    """The machines of a drawing, beside a meter."""

    def __init__(
        self,
        files: OwnerFiles,
        verified: Optional[str],
        threshold_a: Optional[float],
        state_dir: Optional[str],
        say: Callable[[str], None],
    ) -> None:
        """`verified`: the file of evidence, None for the one beside the drawing."""
        # who uses evidence decides how long it counts
        self._verified = EvidenceFile.of(verified, files.needed(DRAWING), math.inf)
        self._proof = OffProof() if threshold_a is None else OffProof(threshold_a=threshold_a)
        self._folder = Path(state_dir) if state_dir else observations.default_folder()
        self._files, self._say = files, say
        self._machines_by_pdu: Mapping[str, Sequence[MachinePower]] = {}
        self._runner: Runner
        self._looks: dict[str, _MeterLook] = {}
        self._suspicions: dict[str, _Suspicion] = {}
        self._said: set[tuple[str, str]] = set()
        self.read_files()

    def read_files(self) -> None:
        """Read drawing and list. Raises SettingsError."""
        machines = [
            MachinePower(printable(machine.name, 60), machine.cords, machine.needs)
            for machine in self._files.drawn().machines.values()
        ]
        machines_by_pdu: dict[str, list[MachinePower]] = {}
        for machine in machines:
            for pdu in machine.pdus:
                machines_by_pdu.setdefault(pdu, []).append(machine)
        pdus = PolledPdus({pdu.device.name: pdu for pdu in self._files.pdus(machines_by_pdu)})
        self._runner = Runner(pdus, self._proof, self._folder, self._say, self._verified)
        self._machines_by_pdu, self._suspicions = machines_by_pdu, {}
        now = time.time()
        tried = sum(self._verified.find(machine.cords, now)[0] is not None for machine in machines)
        self._say(
            f"{tried} of {counted(len(machines), 'machine')} verified: their cords are watched"
        )

    def polled(self, pdu: str, poll: PollResult) -> None:
        """Take a reading of a PDU of the list."""
        machines = self._machines_by_pdu.get(pdu, ())
        if not machines:
            return
        if poll.reading.failure is not None:
            self._looks.pop(pdu, None)
            return
        self._looks[pdu] = _MeterLook(poll.begin, poll.end.mono, of_reading(poll.reading))
        for machine in machines:
            looks = {name: self._looks[name] for name in machine.pdus if name in self._looks}
            if len(looks) == len(machine.pdus):
                self._judge(machine, looks)

    def _judge(self, machine: MachinePower, looks: Mapping[str, _MeterLook]) -> None:
        begun = min((look.begun for look in looks.values()), key=lambda instant: instant.mono)
        evidence, _ = self._verified.find(machine.cords, begun.utc)
        ended_mono = max(look.ended_mono for look in looks.values())
        if evidence is None or ended_mono - begun.mono > _TOGETHER_S or begun.utc <= evidence.at:
            return
        readings = {pdu: look.reading for pdu, look in looks.items()}
        cords = proofs.stopped_cords(readings, evidence, self._proof)
        earlier = self._suspicions.get(machine.name, _Suspicion(begun, cords))
        suspicion = earlier._replace(cords=[cord for cord in earlier.cords if cord in cords])
        self._suspicions[machine.name] = suspicion
        if not suspicion.cords:
            del self._suspicions[machine.name]
        elif begun.mono - suspicion.begun.mono >= proofs.renewed_s(evidence, self._proof):
            at = suspicion.begun.utc
            for sentence in self._runner.keep_stopped(machine, suspicion.cords, evidence, at):
                if (machine.name, sentence) not in self._said:
                    self._said.add((machine.name, sentence))
                    self._say(f"{machine.name}: {sentence}")
