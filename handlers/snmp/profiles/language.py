"""The words of which a family's profile is made.

objects     Column, Scalar, Spread …: where the cell of an outlet is
rows        where, left_join, complete …: plain functions of rows, in the words of SQL and pandas
rows_of     makes a function of tables a source
shorthand   outlets, figure, total, column …: the parts with the defaults of most families
"""

from __future__ import annotations

from dataclasses import replace as replace
from decimal import Decimal as Decimal
from typing import Optional as Optional, Union as Union

from ..arcs import Arcs as Arcs
from ..chains import Chain as Chain, InChain as InChain
from ..computed import Complete as Complete, Number as Number
from ..controls import (
    Control as Control,
    Guard as Guard,
    Value as Value,
    VarBind as VarBind,
    Write as Write,
    cell_of as cell_of,
)
from ..decoding import Rows as Rows, number as number, text as text
from ..evidence import (
    DCIMANAGER_EXAMPLE as DCIMANAGER_EXAMPLE,
    DRIVER as DRIVER,
    SIMULATED as SIMULATED,
    Evidence as Evidence,
    EvidenceLevel as EvidenceLevel,
)
from ..figures import Ceilings as Ceilings, Measurement as Measurement, Total as Total
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
from ..rows import (
    LOST as LOST,
    UNDECIDED as UNDECIDED,
    UNIDENTIFIED as UNIDENTIFIED,
    Lost as Lost,
    arcs as arcs,
    bit as bit,
    complete as complete,
    concat as concat,
    counted_by as counted_by,
    each_unit as each_unit,
    except_where as except_where,
    field as field,
    first_of_units as first_of_units,
    if_complete as if_complete,
    if_listed as if_listed,
    is_number as is_number,
    is_one_of as is_one_of,
    join as join,
    left_join as left_join,
    lost_with as lost_with,
    matching as matching,
    numbered as numbered,
    of_units as of_units,
    part_of as part_of,
    prefixed as prefixed,
    undecided as undecided,
    unless as unless,
    up_to_count as up_to_count,
    where as where,
    where_not as where_not,
    with_arc as with_arc,
    with_units as with_units,
)
from ..states import Condition as Condition, State as State
from ..tables import (
    Derived as Derived,
    Object as Object,
    Source as Source,
    Tables as Tables,
    objects_of as objects_of,
    rows_of as rows_of,
)
from .shorthand import *
