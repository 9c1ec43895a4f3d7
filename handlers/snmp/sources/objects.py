"""Columns and scalars of the device. `object` is the name of the column or scalar, as in the MIB if there is one."""
from __future__ import annotations

from .. import validation
from ..decoding import Rows
from ..reader import Reader
from .base import Place


class Column(Place):
    """A column of a table. The identity is the row's index.

    `suffix`: only rows whose index ends with these arcs (such as the type in a table of sensors), which the identity leaves
    out.
    """

    oid: str
    object: str = ""
    suffix: str = ""

    def __post_init__(self) -> None:
        validation.oid(self.oid, "oid")
        validation.suffix(self.suffix, "suffix")

    def rows(self, reader: Reader) -> Rows:
        tail = "." + self.suffix if self.suffix else ""
        return {index[:len(index) - len(tail)]: value for index, value in reader.walk(self.oid).items()
                if index.endswith(tail)}

    def instance(self, reader: Reader, identity: str) -> str:
        return reader.resolve(f"{self.oid}.{identity}") + ("." + self.suffix if self.suffix else "")


class Scalar(Place):
    """One object of the whole device, read by GET. The OID includes the instance, usually `.0`.

    Its row has the identity "0". `one` returns the value for every identity, so that a lock of the device applies to each outlet.
    """

    oid: str
    object: str = ""

    def __post_init__(self) -> None:
        validation.oid(self.oid, "oid")

    def rows(self, reader: Reader) -> Rows:
        value = reader.get(self.oid)
        return {} if value is None else {"0": value}

    def instance(self, reader: Reader, identity: str) -> str:
        return reader.resolve(self.oid)
