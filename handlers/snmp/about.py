"""Name and protocol of this handler, for tools that have not loaded it."""

from __future__ import annotations

from ..about import About

ABOUT = About("PDUs of many makes (SNMP)", "snmp")
