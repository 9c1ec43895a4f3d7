"""Network settings, services, diagnosis and port forwarding."""

from __future__ import annotations

from .firmware_3_3_0 import *
from .net import *
from .services import *
