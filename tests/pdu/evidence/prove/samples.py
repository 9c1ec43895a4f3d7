"""Writes docs/proofs, the examples of proofs, from simulated units:

python -m tests.pdu.evidence.prove.samples
"""

from __future__ import annotations

from pathlib import Path

from pdu.evidence.prove.document import OwnerAnswers, UnitProof, proof_text
from tests.pdu.evidence.prove.rig import RIGS, plant, proven

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "proofs"
_OWNER = OwnerAnswers(4, ("4",), 4.0, None)
#: file -> a proof of a simulated unit
SAMPLES = {
    "honest-nut": ("nut", {}),
    "honest-snmp": ("snmp", {}),
    "stuck-relay-xerus": ("raritan", {"stuck": True}),
}


def sample(name: str) -> UnitProof:
    handler, lies = SAMPLES[name]
    with RIGS[handler](plant(**lies)) as rig:
        return proven(rig, owner=_OWNER, look=True)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in SAMPLES:
        (FOLDER / f"{name}.json").write_text(proof_text(sample(name)), "utf-8")


if __name__ == "__main__":
    main()
