"""What a family's entry is made of beside its sources: one import for the files of profiles."""
from __future__ import annotations

from .controls import Control, Guarded, Unlock, Unmarked, Verbs, Write, WritePacked
from .evidence import RECORDED, SIMULATED, Confidence, Evidence, Proof
from .figures import Arcs, Figure, Total
from .outlets import Outlets
from .profile import Profile, Root
from .states import Doubt, State

__all__ = ["Arcs", "Confidence", "Control", "Doubt", "Evidence", "Figure", "Guarded", "Outlets", "Profile", "Proof", "RECORDED",
           "Root", "SIMULATED", "State", "Total", "Unlock", "Unmarked", "Verbs", "Write", "WritePacked"]
