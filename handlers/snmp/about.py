"""What the tools know of this handler before they load it."""
from __future__ import annotations

from ..registry import About

ABOUT = About("PDUs of many makes (SNMP)", "snmp")
