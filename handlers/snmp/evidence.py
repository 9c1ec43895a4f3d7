"""The evidence for each capability of a family, and the confidence in its commands.

A built-in family names what it was made from. What recordings of real units show of it is computed:
pdu/recordings/families/recorded.csv.
"""

from __future__ import annotations

from enum import Enum

from .frozen_value import FrozenValue


class EvidenceLevel(Enum):
    """The evidence for a capability, the weakest first."""

    NONE = "none"  # the family does not have this capability
    DRIVER = "driver"  # another program or an example
    MIB = "MIB"  # the text of the MIB
    SIMULATED = "simulated"  # a trial on a simulator made from the MIB's text
    RECORDING = "recording"  # values read from the recording of a real unit
    UNIT = "unit"  # a trial on a real unit


class Confidence(Enum):
    """How certain a family's commands are.

    A built-in family with LOW is switched only with `switch_unproven`.
    """

    NONE = "none"  # the family is not switched
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Evidence(FrozenValue):
    """The evidence for each capability.

    Fields:
        state: of the outlets' states.
        current: of currents in A, of the device or of outlets.
        power: of powers in W.
        energy: of energies in kWh.
        switching: of the commands.
    """

    state: EvidenceLevel = EvidenceLevel.NONE
    current: EvidenceLevel = EvidenceLevel.NONE
    power: EvidenceLevel = EvidenceLevel.NONE
    energy: EvidenceLevel = EvidenceLevel.NONE
    switching: EvidenceLevel = EvidenceLevel.NONE

    def of(self, *capabilities: str) -> Evidence:
        """This evidence for a family that has only these capabilities."""
        return Evidence(**{name: getattr(self, name) for name in capabilities})


def _same_for_all(proof: EvidenceLevel) -> Evidence:
    """One proof for all capabilities."""
    return Evidence(proof, proof, proof, proof, proof)


DRIVER = _same_for_all(EvidenceLevel.DRIVER)
SIMULATED = _same_for_all(EvidenceLevel.SIMULATED)
