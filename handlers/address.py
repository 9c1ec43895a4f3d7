"""Addresses as people and platforms write them."""
from __future__ import annotations

import re
from typing import Optional, Tuple


def host_and_port(text: str) -> Tuple[str, Optional[int]]:
    """`text` without brackets, and the port that stood behind it (None: no port)."""
    found = re.fullmatch(r"\[([^\]]*)\](?::([0-9]{1,5}))?|([^:]*):([0-9]{1,5})", text.strip())
    if found is None:
        return text.strip(), None
    bracketed, behind_brackets, plain, behind_plain = found.groups()
    digits = behind_brackets or behind_plain
    return bracketed if plain is None else plain, int(digits) if digits else None
