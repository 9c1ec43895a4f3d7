"""States of all outlets in one text ("1,1,0,1"): scalars of a recording that look so. Pure."""
from __future__ import annotations

from typing import List, NamedTuple, Tuple

from ..snmp.rows import Arcs, Rows, dotted
from .columns import OFF_WORDS, ON_WORDS

_SEPARATORS = (",", ";", "|", " ")
_FEWEST, _MOST = 4, 64          # outlets


class PackedLook(NamedTuple):
    """A scalar with a value for each outlet."""

    oid: Arcs
    separator: str
    values: Tuple[str, ...]
    evidence: str


def packed(rows: Rows) -> List[PackedLook]:
    """Those with the most values first, of these the ones with something on."""
    found = []
    for oid, row in rows.items():
        text = (row.text or "").strip("\0 \r\n\t")
        for separator in _SEPARATORS:
            values = tuple(value.strip() for value in text.split(separator))
            words = {value.lower() for value in values}
            if _FEWEST <= len(values) <= _MOST and (words <= {"0", "1"} or words <= ON_WORDS | OFF_WORDS):
                found.append(PackedLook(oid, separator, values, f"{dotted(oid)} holds {len(values)} values of on or off in one "
                                        f"text: {text[:40]!r}"))
    return sorted(found, key=lambda look: (-len(look.values), not set(look.values) - {"0"}, look.oid))
