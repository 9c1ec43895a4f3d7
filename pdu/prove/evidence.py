"""What the proofs that were taken in show of a family, counted for tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .document import KEPT, SIMULATED, Proof, UnitProof
from .promises import BY_KEY, READING

#: promises without which nothing is proven
_NEEDED = {"reading": ("recording", "twice"), "switching": ("switches", "neighbours", "restored")}


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


def counted(proofs: Iterable[Proof]) -> list[ProvenUnits]:
    """What they prove, sorted. A simulated one is an error: it must never be here.

    Raises ValueError.
    """
    units: dict[tuple[str, str, str], list[UnitProof]] = {}
    for proof in proofs:
        if proof.basis == SIMULATED:
            raise ValueError("a simulated proof is no evidence")
        if not isinstance(proof, UnitProof):
            continue
        for what, needed in _NEEDED.items():
            verdicts = [proof.verdict(promise) for promise in needed]
            if all(verdict is not None and verdict.verdict == KEPT for verdict in verdicts):
                units.setdefault((proof.handler, proof.family, what), []).append(proof)
    return [
        ProvenUnits(
            handler,
            family,
            what,
            tuple(sorted(proof.firmware for proof in unit_proofs)),
            tuple(sorted({proof.model for proof in unit_proofs if proof.model})),
            tuple(sorted(_broken(unit_proofs, what))),
        )
        for (handler, family, what), unit_proofs in sorted(units.items())
    ]


def _broken(unit_proofs: Sequence[UnitProof], what: str) -> set[str]:
    return {
        verdict.promise
        for proof in unit_proofs
        for verdict in proof.verdicts
        if verdict.verdict == "broken"
        and verdict.promise in BY_KEY
        and (BY_KEY[verdict.promise].needs == READING) is (what == "reading")
    }
