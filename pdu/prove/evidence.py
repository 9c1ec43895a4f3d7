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
        known = sorted({one for one in self.firmware if one})
        firmware = f", firmware {', '.join(known)}" if known else ""
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
            if all(one is not None and one.verdict == KEPT for one in verdicts):
                units.setdefault((proof.handler, proof.family, what), []).append(proof)
    return [
        ProvenUnits(
            handler,
            family,
            what,
            tuple(sorted(one.firmware for one in found)),
            tuple(sorted({one.model for one in found if one.model})),
            tuple(sorted(_broken(found, what))),
        )
        for (handler, family, what), found in sorted(units.items())
    ]


def _broken(found: Sequence[UnitProof], what: str) -> set[str]:
    return {
        one.promise
        for proof in found
        for one in proof.verdicts
        if one.verdict == "broken"
        and one.promise in BY_KEY
        and (BY_KEY[one.promise].needs == READING) is (what == "reading")
    }
