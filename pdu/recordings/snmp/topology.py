"""The lines and breakers of an SNMP PDU, for tools; in no archive.

They are the rows of the figures that make up the load, which `statistic` only sums. Few MIBs say
which outlet is behind which of them, so that stays unknown.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Optional

from handlers.snmp.figures import ExactFigure, Figure
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.handler import Session

from ..topology import BREAKER, LINE, MeteredPart

_BREAKERS = re.compile(r"bank|branch|breaker|circuit|group|fuse", re.IGNORECASE)
_LINES = re.compile(r"(?i:phase|line|pole|infeed)|(?:Ph|LC|L)[1-3N]")
_TOTALS = re.compile(r"total$|^total|totalcurrent|inputtotal", re.IGNORECASE)


def read_topology(session: Session) -> list[MeteredPart]:
    """Current per line and bank: a read for each of its objects, none for those that the load has
    needed. Raises the errors of handlers/shared/errors.py.
    """
    metered_parts: dict[str, MeteredPart] = {}
    device = session.device
    load = device.profile.load
    for figure in load.figures if load is not None else ():
        kind = kind_of(figure)
        if kind is None:
            continue
        figure.source.rows(device.reader)
        parts = figure.rows_from(device.reader.whole(), device.profile.ceilings.part_a)
        for row, value in parts.items():
            label = label_of(kind, row)
            metered_parts.setdefault(label, MeteredPart(kind, label, _value(value)))
    return list(metered_parts.values())


def _value(figure: ExactFigure) -> Optional[float]:
    return float(figure) if isinstance(figure, Decimal) else None


def kind_of(figure: Figure) -> Optional[str]:
    """LINE or BREAKER by the names of the figure's objects; None for a total, and for a name that
    says neither.
    """
    objects = (getattr(part, "object", "") for part in parts_of(figure.source))
    names = [name for name in objects if isinstance(name, str) and name]
    if not names or _TOTALS.search(names[0]):
        return None
    if _BREAKERS.search(names[0]):
        return BREAKER
    return LINE if any(_LINES.search(name) for name in names) else None


def label_of(kind: str, row: str) -> str:
    """`L2` for row 2 of lines, `1.B3` for row 1.3 of breakers."""
    unit, _, last = row.rpartition(".")
    letter = "L" if kind == LINE else "B"
    number = f"{letter}{last}" if last.isdigit() else last
    return f"{unit}.{number}" if unit else number
