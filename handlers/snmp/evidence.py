"""The evidence for each capability of a family, and the confidence in its commands."""
from __future__ import annotations

from enum import Enum

from .frozen import Frozen, changed


class Proof(Enum):
    """The evidence for a capability, the weakest first."""

    NONE = "none"               # the family does not have this capability
    DRIVER = "driver"           # another program or an example
    MIB = "MIB"                 # the text of the MIB
    SIMULATED = "simulated"     # a trial on a simulator made from the MIB's text
    RECORDING = "recording"     # values read from the recording of a real unit
    UNIT = "unit"               # a trial on a real unit


class Confidence(Enum):
    """How certain a family's commands are. A built-in family with LOW is switched only with `switch_unproven`."""

    NONE = "none"               # the family is not switched
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Evidence(Frozen):
    """The evidence for each capability: states, A, W, kWh, switching."""

    state: Proof = Proof.NONE
    current: Proof = Proof.NONE
    power: Proof = Proof.NONE
    energy: Proof = Proof.NONE
    switching: Proof = Proof.NONE

    def of(self, *capabilities: str) -> Evidence:
        """This evidence for a family that has only these capabilities."""
        return Evidence(**{name: getattr(self, name) for name in capabilities})


# One proof for all capabilities. In RECORDED, switching has only been simulated.
DRIVER, SIMULATED, _RECORDED = (Evidence(proof, proof, proof, proof, proof)
                                for proof in (Proof.DRIVER, Proof.SIMULATED, Proof.RECORDING))
RECORDED = changed(_RECORDED, switching=Proof.SIMULATED)
