"""What the proofs that owners sent show of a family, counted for tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from handlers.shared.errors import PduHandlerError, printable

from ...recordings.scrub import Scrubber
from . import unit_reading
from .document import BROKEN, KEPT, SIMULATED, ProvenReading, UnitProof, parsed
from .promises import BY_KEY, READING
from .verdicts import RECORDED, judge_proof

#: promises without which nothing is proven
_NEEDED_PROMISES = {
    "reading": ("recording", "twice"),
    "switching": ("switches", "neighbours", "restored"),
}


class ProvenUnits(NamedTuple):
    """How many units prove one thing of a family, or of a handler without families."""

    handler: str
    family: str
    #: reading or switching
    what: str
    #: firmware of each unit, sorted
    firmware: tuple[str, ...]
    #: models, sorted
    models: tuple[str, ...]
    #: promises that were broken there, sorted
    broken: tuple[str, ...]

    def __str__(self) -> str:
        number = len(self.firmware)
        versions = sorted({version for version in self.firmware if version})
        firmware = f", firmware {', '.join(versions)}" if versions else ""
        return f"{self.what}: {number} unit{'' if number == 1 else 's'}{firmware}"


def read_proof(text: str) -> UnitProof:
    """A file with its verdicts written anew from its readings and commands. Raises BadProof."""
    proof = parsed(text)
    return dataclasses.replace(proof, verdicts=judge_proof(proof))


def why_not_replayed(proof: UnitProof) -> str:
    """What the recording of a proof, read by the handler of today, has otherwise than the reading
    of the recording in the file; "" for nothing. Identities were scrubbed when the file was made,
    so the order counts.
    """
    recorded_reading = next(iter(proof.readings_in(RECORDED)), None)
    if not proof.recording or recorded_reading is None:
        return "it has no recording"
    try:
        again = unit_reading.read_recording(
            proof.handler, proof.recording, Scrubber().text, proof.settings
        )
    except PduHandlerError as error:
        return f"its recording cannot be replayed: {printable(error.reason, 200)}"
    if _states_and_figures(recorded_reading) != _states_and_figures(again.reading):
        return "its recording reads otherwise than the file says"
    family = unit_reading.scrub_nameplate(again.plate.family, again.plate)
    if family != proof.family:
        return f"its recording has the family {printable(family, 60)!r}"
    return ""


def _states_and_figures(reading: ProvenReading) -> object:
    """The states and figures of a reading."""
    outlets = [
        (outlet.state, outlet.current_a, outlet.power_w, outlet.energy_kwh)
        for outlet in reading.outlets
    ]
    return reading.failure_kind, reading.load_a, reading.power_w, reading.energy_kwh, outlets


def count_units(proofs: Iterable[UnitProof]) -> list[ProvenUnits]:
    """What they prove, sorted.

    Raises ValueError for a simulated one, which must never be here.
    """
    units: dict[tuple[str, str, str], list[UnitProof]] = {}
    for proof in proofs:
        if proof.basis == SIMULATED:
            raise ValueError("a simulated proof is no evidence")
        for what, promises in _NEEDED_PROMISES.items():
            verdicts = [proof.verdict(promise) for promise in promises]
            if all(verdict is not None and verdict.verdict == KEPT for verdict in verdicts):
                units.setdefault((proof.handler, proof.family, what), []).append(proof)
    return [
        ProvenUnits(
            handler,
            family,
            what,
            tuple(sorted(proof.firmware for proof in unit_proofs)),
            tuple(sorted({proof.model for proof in unit_proofs if proof.model})),
            tuple(sorted(_broken_promises(unit_proofs, what))),
        )
        for (handler, family, what), unit_proofs in sorted(units.items())
    ]


def _broken_promises(unit_proofs: Sequence[UnitProof], what: str) -> set[str]:
    return {
        verdict.promise
        for proof in unit_proofs
        for verdict in proof.verdicts
        if verdict.verdict == BROKEN
        and (BY_KEY[verdict.promise].needs == READING) is (what == "reading")
    }
