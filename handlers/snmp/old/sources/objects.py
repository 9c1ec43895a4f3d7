"""Columns and scalars of the device.

`object` is the name of the column or scalar, as in the MIB if there is one.
"""

from __future__ import annotations

from typing import Optional

from ....dcimanager.rows import Raw
from ... import validation
from ...decoding import Rows
from ..reader import UNIDENTIFIED, Reader
from .base import ObjectSource, no_object

_ONLY_ROW = "0"


class Column(ObjectSource):
    """A column of a table. The identity is the row's index.

    Fields:
        oid: the column.
        object: its name in the MIB.
        suffix: only rows whose index ends with these arcs (such as the type in a table of sensors),
            which the identity leaves out. A suffix that ends with 0, the instance of a scalar, is
            of a MIB with an object for each outlet: the arc before it is the outlet's number, and
            rows with more arcs are other objects.
        optional: some devices with the table lack this column. An answer without a row, beside
            other columns of the table, is compared with a GET; of any other column the values are
            lost.
    """

    oid: str
    object: str = ""
    suffix: str = ""
    optional: bool = False

    def check(self) -> None:
        validation.require_oid(self.oid, "oid")
        validation.require_suffix(self.suffix, "suffix")

    def rows(self, reader: Reader) -> Rows:
        """The walked rows; with `suffix` those whose index ends with it, under the arcs before."""
        value_by_index = reader.column(self.oid, optional=self.optional)
        if not self.suffix:
            return dict(value_by_index)
        tail = "." + self.suffix
        rows: Rows = {}
        for index, value in value_by_index.items():
            identity = index.removesuffix(tail)
            if identity != index and not self._is_deeper(identity):
                rows[identity] = value
        return rows

    def _is_deeper(self, identity: str) -> bool:
        """Whether a row is of other objects than those with one number each."""
        are_scalars = self.suffix.rpartition(".")[2] == "0"
        return are_scalars and "." in identity

    def reads_single_rows(self) -> bool:
        return True

    def is_beside(self, other: Column) -> bool:
        """Whether it is of the same table, and so has the same rows, as another column."""
        table, _, _ = self.oid.rpartition(".")
        other_table, _, _ = other.oid.rpartition(".")
        return table == other_table and self.suffix == other.suffix

    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The cell of the row. Raises NoSuchOutlet for a row that is unidentified, or none."""
        is_deeper = bool(self.suffix) and self._is_deeper(identity)
        if is_deeper or identity.endswith(UNIDENTIFIED):
            raise no_object(identity)
        index = f"{identity}.{self.suffix}" if self.suffix else identity
        return f"{self.oid}.{index}"


class Scalar(ObjectSource):
    """One object of the whole device, read by GET.

    Its row has the identity "0", the only one that is written inside another source. `value_of`
    returns the value for every identity, so that a lock of the device applies to each outlet.

    Fields:
        oid: the object with its instance, usually `.0`.
        object: its name in the MIB.
    """

    oid: str
    object: str = ""

    def check(self) -> None:
        validation.require_oid(self.oid, "oid")

    def rows(self, reader: Reader) -> Rows:
        """The object's value under the identity "0"; {} if the device does not have it."""
        value = reader.get(self.oid)
        return {} if value is None else {_ONLY_ROW: value}

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The object's value, whatever the identity."""
        return reader.get(self.oid)

    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The object, for the identity "0" alone. Raises NoSuchOutlet."""
        if identity != _ONLY_ROW:
            raise no_object(identity)
        return self.oid

    def identity_starts(self) -> frozenset[str]:
        return frozenset({_ONLY_ROW})
