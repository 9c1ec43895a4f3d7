"""The words of which a family's profile is made.

profile_parts   Profile, Outlets, State, Write, Figure, Evidence …
sources         Column, Scalar, First, Only …: where values are, and how rows of tables join
shorthand       outlets, figure, total, column …: the parts with the defaults of most families
"""

from __future__ import annotations

from ..profile_parts import *
from ..sources import *
from .shorthand import *
