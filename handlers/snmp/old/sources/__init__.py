"""The sources of profiles.

A source is an immutable object that reads {identity: value} from a device. It may contain other
sources. The words of this package:

identity
    How a row, mostly an outlet, is called: the index of the row with its dots ("7", "1.1.7"),
    unless the source defines another one.
unit
    One of the PDUs of a chain that answers through one agent.
empty
    A value that is no figure and no state: "" or white space. No sum is formed over it.
lost
    A value that should be there and is not known, with the reason (`Lost`); it is empty, too. LOST
    is that of a row without an answer, UNDECIDED that of a row of which the device does not tell
    what it is.
unidentified
    A row, with a lost value, of which even the identity is not known. In place of an identity it
    has a dot, or the unit or row and a dot (`UNIDENTIFIED`).
test
    The source whose values decide which rows are kept: the type of a row, its presence, a count.
mark
    A value that tells what a row is, or how its unit is, and that is no state and no figure: a
    value of `test` in a sentence for the owner, and that of a `Contact`.
known
    The source whose values are taken where it has a row; the others are empty (`LeftJoin`).
optional
    Some devices do not have the object. That a device does not have it is proved by a GET.
others
    The values that the MIB has beside those that a field lists. Any value that is in neither field
    is none that the MIB names, so that nothing is concluded from it.
demanded
    Without this value nothing is done: an error, or no figure, in place of a guess.
"""

from __future__ import annotations

from .base import (
    LeftJoin as LeftJoin,
    ObjectSource as ObjectSource,
    ReadOnly as ReadOnly,
    Source as Source,
    Where as Where,
)
from .chains import ByUnit as ByUnit, UnitOf as UnitOf
from .choices import (
    Concat as Concat,
    First as First,
    IfComplete as IfComplete,
    IfMatches as IfMatches,
    Prefixed as Prefixed,
    Unless as Unless,
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
    Complete as Complete,
    EachUnit as EachUnit,
    ExceptWhere as ExceptWhere,
    OfUnits as OfUnits,
    Units as Units,
    UpToCount as UpToCount,
)
from .joins import Joined as Joined, Part as Part
from .numbered_objects import Span as Span, Spread as Spread, Tables as Tables
from .objects import Column as Column, Scalar as Scalar
from .single_family import (
    ByOctets as ByOctets,
    CurrentsByPower as CurrentsByPower,
    ExceptEmptySlots as ExceptEmptySlots,
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
