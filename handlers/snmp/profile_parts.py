"""All parts of a profile except sources, in one place for the files in profiles/."""

from __future__ import annotations

from .controls import Control, Guarded, Verbs, Write
from .evidence import DCIMANAGER_EXAMPLE, DRIVER, SIMULATED, Evidence, EvidenceLevel
from .figures import Arcs, Ceilings, Figure, Total
from .frozen_value import replace
from .outlets import Outlets
from .profile import Profile, Root
from .single_family import Unlock, Unmarked, WritePacked
from .states import Doubt, State

__all__ = [
    "Arcs",
    "Ceilings",
    "Control",
    "DCIMANAGER_EXAMPLE",
    "DRIVER",
    "Doubt",
    "Evidence",
    "Figure",
    "Guarded",
    "Outlets",
    "Profile",
    "EvidenceLevel",
    "Root",
    "SIMULATED",
    "State",
    "Total",
    "Unlock",
    "Unmarked",
    "Verbs",
    "Write",
    "WritePacked",
    "replace",
]
