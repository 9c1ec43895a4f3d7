"""The words of which a family's profile is made.

objects     Column, Scalar, Spread …: where the cell of an outlet is
filters     where, without, if_every …: which rows are taken
joins       left_join, join, concat …: rows of several tables, in the words of SQL
completeness  with_rows_of, with_counted_rows …: what shows that rows are missing
computed_from     makes a function of tables a source
shorthand   outlets, figure, total, column …: the parts with the defaults of most families
"""

from __future__ import annotations

from dataclasses import replace as replace
from decimal import Decimal as Decimal
from typing import Optional as Optional, Union as Union

from ..absence import (
    is_of_other_depth as is_of_other_depth,
    is_optional_and_absent as is_optional_and_absent,
)
from ..arcs import Arcs as Arcs
from ..cells import (
    NO_ANSWER as NO_ANSWER,
    UNDECIDED as UNDECIDED,
    Cell as Cell,
    Missing as Missing,
    Rows as Rows,
    arcs as arcs,
    missing_with as missing_with,
    row_of_lost_index as row_of_lost_index,
)
from ..chains import Chain as Chain, InChain as InChain
from ..completeness import *
from ..computed import Complete as Complete, Number as Number
from ..controls import (
    Control as Control,
    Guard as Guard,
    Value as Value,
    VarBind as VarBind,
    Write as Write,
    cell_of as cell_of,
)
from ..decoding import (
    counted_by as counted_by,
    is_number as is_number,
    is_one_of as is_one_of,
    number as number,
    text as text,
)
from ..evidence import (
    DCIMANAGER_EXAMPLE as DCIMANAGER_EXAMPLE,
    DRIVER as DRIVER,
    SIMULATED as SIMULATED,
    Evidence as Evidence,
    EvidenceLevel as EvidenceLevel,
)
from ..filters import *
from ..joins import *
from ..measurements import Ceilings as Ceilings, Measurement as Measurement
from ..objects import (
    Column as Column,
    Parts as Parts,
    PerUnit as PerUnit,
    Scalar as Scalar,
    Span as Span,
    Spread as Spread,
)
from ..outlets import Outlets as Outlets
from ..profile import NET_SNMP as NET_SNMP, Profile as Profile, Root as Root
from ..states import Condition as Condition, State as State
from ..tables import (
    ComputedRows as ComputedRows,
    Object as Object,
    Source as Source,
    Tables as Tables,
    computed_from as computed_from,
    objects_of as objects_of,
)
from ..totals import Total as Total
from .shorthand import *
