"""The sources. A source is an immutable object that reads {identity: value} from a device. It may contain other sources."""
from __future__ import annotations

from .base import Place, Source
from .choices import First, Merged, Prefixed, Provided, Unless, Whole
from .filters import Arc, Counted, EachUnit, Listed, OfUnits, Only
from .joins import Gathered, Joined, Part, Renumbered, Spelt
from .named import Named
from .objects import Column, Scalar
from .sparing import Alike, Checked
from .spread import Span, Spread, Tables
from .texts import Bits, Chained, Field, Negative, Number, Packed

__all__ = ["Alike", "Arc", "Bits", "Chained", "Checked", "Column", "Counted", "EachUnit", "Field", "First", "Gathered", "Joined",
           "Listed", "Merged", "Named", "Negative", "Number", "OfUnits", "Only", "Packed", "Part", "Place", "Prefixed",
           "Provided", "Renumbered", "Scalar", "Source", "Span", "Spelt", "Spread", "Tables", "Unless", "Whole"]
