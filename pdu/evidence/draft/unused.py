"""What a draft does not take from a MIB, and its reader may want: scalars with UNITS, which may be
the totals of the unit, and objects of the outlets that can be written, one of which may be the
command. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from ...recordings.snmp.recorded_rows import Arcs, Rows
from . import columns
from .columns import Guess
from .mib import Mib, Object
from .tables import WalkedColumn, WalkedTable

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
    column_oids = {column.oid for column in _columns(table_list)}
    scalar_list: list[UnitScalar] = []
    for oid, mib_object in mib.objects.items():
        row = rows.get((*oid, 0))
        if row is None or oid in column_oids or not mib_object.units:
            continue
        total, scale = "", Decimal(0)
        of_units = columns.role_of_units(mib_object.units)
        if of_units is not None:
            total = TOTALS[of_units.role]
            scale = of_units.scale
        scalar = UnitScalar(
            oid=(*oid, 0),
            object=mib_object,
            value=row.decoded,
            total=total,
            scale=scale,
            doubt=columns.limit_doubt(mib_object) or mib_object.doubt,
        )
        scalar_list.append(scalar)
    return sorted(scalar_list, key=_place_of_scalar)


def _place_of_scalar(scalar: UnitScalar) -> tuple[int, bool, Arcs]:
    order = ["load", "power", "energy", ""]
    return order.index(scalar.total), bool(scalar.doubt), scalar.oid


def _columns(table_list: Sequence[WalkedTable]) -> Iterator[WalkedColumn]:
    for table in table_list:
        yield from table.columns


def writable(state: Guess, table_list: Sequence[WalkedTable], mib: Mib) -> list[WritableObject]:
    """The objects beside the states that can be written: in their table, and in others whose rows
    are the same outlets. Those with a name like a command or with names of values come first.

    `table_list`: the tables of the recording.
    """
    oids_of_outlets = set()
    for column in _columns(table_list):
        if column.indexes == state.column.indexes:
            oids_of_outlets.add(column.oid)
    likely_objects, other_objects = [], []
    for oid in sorted(mib.objects):
        mib_object = mib.objects[oid]
        is_beside = oid[:-1] == state.table.entry
        if not mib_object.is_written or not (is_beside or oid in oids_of_outlets):
            continue
        writable_object = WritableObject(oid, mib_object)
        if writable_object.is_likely:
            likely_objects.append(writable_object)
        else:
            other_objects.append(writable_object)
    return likely_objects + other_objects
