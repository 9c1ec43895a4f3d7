"""The words of which a family's profile is made.

sources     Column, Scalar, First …: where values are, and how rows of tables join
            rows.where(), .where_not(), .left_join(): some of their rows (`Where`, `LeftJoin`)
shorthand   outlets, figure, total, column …: the parts with the defaults of most families
"""

from __future__ import annotations

from ...evidence import (
    DCIMANAGER_EXAMPLE as DCIMANAGER_EXAMPLE,
    DRIVER as DRIVER,
    SIMULATED as SIMULATED,
    Evidence as Evidence,
    EvidenceLevel as EvidenceLevel,
)
from ..contact import Contact as Contact
from ..controls import Control as Control, Guarded as Guarded, Verbs as Verbs, Write as Write
from ..figures import Arcs as Arcs, Ceilings as Ceilings, Measurement as Measurement, Total as Total
from ..frozen_value import replace as replace
from ..outlets import Outlets as Outlets
from ..profile import NET_SNMP as NET_SNMP, Profile as Profile, Root as Root
from ..single_family import Unlock as Unlock, Unmarked as Unmarked, WritePacked as WritePacked
from ..sources import *
from ..states import Doubt as Doubt, State as State
from .shorthand import *
