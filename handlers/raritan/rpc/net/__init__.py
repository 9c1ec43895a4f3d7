"""Network settings and diagnosis."""
from __future__ import annotations

from .firmware_3_3_0 import *
from .net import *
from .structures import *
