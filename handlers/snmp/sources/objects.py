"""Objects of the device: columns and scalars. `object` is the name in the MIB."""
from __future__ import annotations

from .. import validation
from ..decoding import Rows
from ..reader import Reader
from .base import Place


class Column(Place):
    """A column of a table: the identity is the row's index.

    `suffix`: only rows whose index ends with these arcs, which are cut off (a sensor table's type: "14").
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
    """One object of the whole device, instance included (`….0`), read by GET. Its identity is "0"."""

    oid: str
    object: str = ""

    def __post_init__(self) -> None:
        validation.oid(self.oid, "oid")

    def rows(self, reader: Reader) -> Rows:
        value = reader.get(self.oid)
        return {} if value is None else {"0": value}

    def instance(self, reader: Reader, identity: str) -> str:
        return reader.resolve(self.oid)
