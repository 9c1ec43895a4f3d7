"""What the builder of an archive decided: packaging/build.py puts another file of this form in this one's place.

Keys and values are those of the handler's settings (`profile`, `switch_unproven`, `metered_only`, `switch_automatic`), which an
SNMP PDU's form may not offer, and two for the builder alone: `only` (keys of the families in this archive, comma separated)
and `own_profile` (an owner's profile as JSON text).
"""
from __future__ import annotations

from typing import Dict

OPTIONS: Dict[str, str] = {}
