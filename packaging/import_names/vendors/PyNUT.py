"""`import PyNUT`, as PyNUTClient's documentation has it, in the environment of a clone: see
raritan/__init__.py beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[3])
if _ROOT not in sys.path:
    sys.path.append(_ROOT)

from handlers.nut.pynut import *  # noqa: E402, F403  # found by _ROOT
