"""The sources.

A source is an immutable object that reads {identity: value} from a device. It may contain other
sources.
"""

from __future__ import annotations

from .base import (
    Listed as Listed,
    ObjectSource as ObjectSource,
    Only as Only,
    ReadOnly as ReadOnly,
    Source as Source,
)
from .chains import ByUnit as ByUnit, UnitOf as UnitOf
from .choices import (
    First as First,
    Merged as Merged,
    Prefixed as Prefixed,
    Provided as Provided,
    Unless as Unless,
    Whole as Whole,
)
from .derived import (
    Alike as Alike,
    Bits as Bits,
    Chained as Chained,
    Field as Field,
    Number as Number,
)
from .filters import (
    Arc as Arc,
    Checked as Checked,
    Complete as Complete,
    Counted as Counted,
    EachUnit as EachUnit,
    OfUnits as OfUnits,
    Units as Units,
)
from .joins import Joined as Joined, Part as Part
from .numbered_objects import Span as Span, Spread as Spread, Tables as Tables
from .objects import Column as Column, Scalar as Scalar
from .single_family import (
    ByOctets as ByOctets,
    Fitted as Fitted,
    Gathered as Gathered,
    InletsInUse as InletsInUse,
    ItemCount as ItemCount,
    NamedRows as NamedRows,
    Negative as Negative,
    Packed as Packed,
    Renumbered as Renumbered,
    Signed as Signed,
    Summed as Summed,
)
