"""What each capability of a family rests on, and how certain its commands are."""
from __future__ import annotations

from enum import Enum

from .frozen import Frozen


class Proof(Enum):
    """What a capability of a profile rests on, the weakest first."""

    NONE = "none"               # the family does not have it
    DRIVER = "driver"           # from another program or an example, without the MIB's text
    MIB = "MIB"                 # from the MIB's text
    SIMULATED = "simulated"     # and tried on a simulator made from the MIB's text
    RECORDING = "recording"     # and read from the recording of a real unit
    UNIT = "unit"               # tried on a real unit


class Confidence(Enum):
    """How sure the command column of a family is. LOW is switched only where the owner asked for it."""

    NONE = "none"               # the family is not switched at all
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Evidence(Frozen):
    """What each capability rests on: on and off, amperes, watts, kilowatt-hours, switching."""

    state: Proof = Proof.NONE
    current: Proof = Proof.NONE
    power: Proof = Proof.NONE
    energy: Proof = Proof.NONE
    switching: Proof = Proof.NONE


# Of families that report and meter everything: tried on a simulator; or read from a recording, with the switching simulated.
SIMULATED = Evidence(state=Proof.SIMULATED, current=Proof.SIMULATED, power=Proof.SIMULATED, energy=Proof.SIMULATED,
                     switching=Proof.SIMULATED)
RECORDED = Evidence(state=Proof.RECORDING, current=Proof.RECORDING, power=Proof.RECORDING, energy=Proof.RECORDING,
                    switching=Proof.SIMULATED)
