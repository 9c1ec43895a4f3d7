"""The evidence for each capability of a family.

A built-in family names what it was made from. What recordings of real units show of it is computed:
pdu/supports/recorded.csv. Its commands are proven by such a recording of its states, or
by public programs; an unproven family is only read, unless its owner sets `switch_unproven`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum

#: the example handler of DCImanager's page, which its owners run: it proves its family alone
DCIMANAGER_EXAMPLE = (
    "https://www.ispsystem.com/docs/dcimanager-admin/developer-section/handlers/"
    "creating-a-pdu-handler"
)


#: when the index of public code on GitHub was last searched for what unproven families write
LAST_SEARCH = "2026-11-29"


class EvidenceLevel(Enum):
    """The evidence for a capability, the weakest first."""

    NONE = "none"  # the family does not have this capability
    DRIVER = "driver"  # another program or an example
    MIB = "MIB"  # the text of the MIB
    SIMULATED = "simulated"  # a trial on a simulator made from the MIB's text
    RECORDING = "recording"  # values read from the recording of a real unit
    UNIT = "unit"  # a trial on a real unit


@dataclass(frozen=True)
class Evidence:
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


#: what a family may read or do, the fields of `Evidence`
CAPABILITIES = tuple(field.name for field in fields(Evidence))
DRIVER = Evidence(*[EvidenceLevel.DRIVER] * len(CAPABILITIES))
SIMULATED = Evidence(*[EvidenceLevel.SIMULATED] * len(CAPABILITIES))


def repository(program: str) -> str:
    """The owner and name of the repository of a program's link; another link's host; a program
    without a link as it is named.

    >>> repository("https://github.com/ClusterLabs/fence-agents/blob/main/agents/apc_snmp")
    'ClusterLabs/fence-agents'
    >>> repository("https://www.wut.de/tools"), repository("LibreNMS")
    ('www.wut.de', 'LibreNMS')
    """
    if not program.startswith("https://"):
        return program
    parts = program.split("/")
    return "/".join(parts[3:5]) if parts[2] == "github.com" else parts[2]
