"""The words of which a family's profile is made.

profile_parts   Profile, Outlets, State, Write, Figure, Confidence …
sources         Column, Scalar, First, Only …: where values are, and how rows of tables join
shorthand       column, scalar, total …: the usual combinations, and OIDs below 1.3.6.1.4.1
"""

from __future__ import annotations

from ..profile_parts import *
from ..sources import *
from .shorthand import *
