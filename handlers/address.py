"""Addresses as people and platforms write them: a name or an IP address, brackets around IPv6, perhaps a port."""
from __future__ import annotations

import re
from typing import Optional, Tuple

LONGEST = 300                   # a name of the DNS has at most 253 characters; brackets and a port may be around it


def is_address(text: str) -> bool:
    """Whether `text` can be a host name or an address: printable, without blanks, of a bounded length."""
    return 0 < len(text) <= LONGEST and text.isprintable() and " " not in text


def host_and_port(text: str) -> Tuple[str, Optional[int]]:
    """Host without brackets, and the port or None."""
    found = re.fullmatch(r"\[([^\]]*)\](?::([0-9]{1,5}))?|([^:]*):([0-9]{1,5})", text.strip())
    if found is None:
        return text.strip(), None
    bracketed, behind_brackets, plain, behind_plain = found.groups()
    digits = behind_brackets or behind_plain
    return bracketed if plain is None else plain, int(digits) if digits else None
