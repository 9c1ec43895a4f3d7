"""The sources.

A source is an immutable object that reads {identity: value} from a device. It may contain other
sources.
"""

from __future__ import annotations

from .base import ObjectSource, ReadOnly, Source
from .chains import ByUnit, UnitOf
from .choices import First, Merged, Prefixed, Provided, Unless, Whole
from .derived import Alike, Bits, Chained, Number
from .filters import Arc, Complete, Counted, EachUnit, Listed, OfUnits, Only
from .joins import Joined, Part
from .numbered_objects import Span, Spread, Tables
from .objects import Column, Scalar
from .single_family import (
    ByOctets,
    Checked,
    Field,
    Fitted,
    Gathered,
    NamedRows,
    Negative,
    Packed,
    Renumbered,
    Signed,
)

__all__ = [
    "Alike",
    "Arc",
    "Bits",
    "ByUnit",
    "Chained",
    "Checked",
    "Column",
    "Complete",
    "Counted",
    "EachUnit",
    "Field",
    "First",
    "Fitted",
    "Gathered",
    "Joined",
    "Listed",
    "Merged",
    "NamedRows",
    "Negative",
    "Number",
    "OfUnits",
    "Only",
    "Packed",
    "Part",
    "ObjectSource",
    "Prefixed",
    "Provided",
    "ReadOnly",
    "Renumbered",
    "Scalar",
    "Signed",
    "Source",
    "Span",
    "ByOctets",
    "Spread",
    "Tables",
    "UnitOf",
    "Unless",
    "Whole",
]
