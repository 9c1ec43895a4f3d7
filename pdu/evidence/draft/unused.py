"""What a draft does not take from a MIB, and its reader may want: scalars with UNITS, which may be
the totals of the unit, and objects of the outlets that can be written, one of which may be the
command. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from ...recordings.snmp.recorded_rows import Arcs, Rows
from . import columns
from .columns import Guess
from .mib import Mib, Object
from .tables import WalkedTable

_COMMAND = re.compile(r"command|control|cmd|action|ctl|switch|onoff", re.IGNORECASE)
#: the role of a meter -> the name of its total in a profile
TOTALS = {columns.CURRENT: "load", columns.POWER: "power", columns.ENERGY: "energy"}


class UnitScalar(NamedTuple):
    """A scalar with UNITS that the recording has."""

    oid: Arcs
    object: Object
    #: as it was recorded
    value: str
    #: a value of TOTALS, "" for other units
    total: str
    #: turns the value into A, W or kWh; 0 for other units
    scale: Decimal
    #: why it may be no total, or ""
    doubt: str


class WritableObject(NamedTuple):
    """A column of the outlets that can be written."""

    oid: Arcs
    object: Object

    @property
    def is_likely(self) -> bool:
        """Whether its name or its values may be those of a command."""
        return bool(self.object.enumeration or _COMMAND.search(self.object.name))


def scalars(rows: Rows, table_list: Sequence[WalkedTable], mib: Mib) -> list[UnitScalar]:
    """The scalars with UNITS, by their total; those that may be a limit come last.

    `table_list`: the tables of the recording, whose columns may have a row 0.
    """
    column_oids = {column.oid for table in table_list for column in table.columns}
    scalar_list: list[UnitScalar] = []
    for oid, mib_object in mib.objects.items():
        row = rows.get((*oid, 0))
        if row is None or oid in column_oids or not mib_object.units:
            continue
        of_units = columns.role_of_units(mib_object.units)
        total, scale = "", Decimal(0)
        if of_units is not None:
            total, scale = TOTALS[of_units.role], of_units.scale
        doubt = columns.limit_doubt(mib_object) or mib_object.doubt
        scalar_list.append(UnitScalar((*oid, 0), mib_object, row.decoded, total, scale, doubt))
    order = ["load", "power", "energy", ""]
    return sorted(
        scalar_list, key=lambda scalar: (order.index(scalar.total), bool(scalar.doubt), scalar.oid)
    )


def writable(state: Guess, table_list: Sequence[WalkedTable], mib: Mib) -> list[WritableObject]:
    """The objects beside the states that can be written: in their table, and in others whose rows
    are the same outlets. Those with a name like a command or with names of values come first.

    `table_list`: the tables of the recording.
    """
    indexes = {column.oid: column.indexes for table in table_list for column in table.columns}
    rows = state.column.indexes
    objects = [
        WritableObject(oid, mib_object)
        for oid, mib_object in mib.objects.items()
        if mib_object.is_written and (oid[:-1] == state.table.entry or indexes.get(oid) == rows)
    ]
    return sorted(objects, key=lambda mib_object: (not mib_object.is_likely, mib_object.oid))
