"""Builds a device's objects: scalars and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Union

from ..device import GAUGE, INTEGER, OCTETS, OID, TICKS, Row, from_text

_SYSTEM = "1.3.6.1.2.1.1"
Plain = Union[int, str, bytes]


class Rows(dict[str, Row]):
    """OID -> Row. Where no tag is given, an int becomes INTEGER, text and bytes an OCTET STRING."""

    def system(self, description: str, object_id: str, name: str) -> None:
        """Adds the scalars of the system group, from sysDescr to sysLocation (SNMPv2-MIB)."""
        self.put(f"{_SYSTEM}.1.0", description)
        self.put(f"{_SYSTEM}.2.0", object_id, OID)
        self.put(f"{_SYSTEM}.3.0", 8_640_000, TICKS)
        self.put(f"{_SYSTEM}.4.0", "operations")
        self.put(f"{_SYSTEM}.5.0", name)
        self.put(f"{_SYSTEM}.6.0", "rack 7")

    def put(self, oid: str, value: Plain, tag: int = 0) -> None:
        if isinstance(value, int):
            self[oid] = Row(tag or INTEGER, value)
        elif isinstance(value, bytes):
            self[oid] = Row(tag or OCTETS, value)
        else:
            self[oid] = Row(tag or OCTETS, from_text(tag or OCTETS, value))

    def column(self, oid: str, values: Mapping[str, Plain], tag: int = 0) -> None:
        """Adds a column: one object for each index in `values`."""
        for index, value in values.items():
            self.put(f"{oid}.{index}", value, tag)

    def gauges(self, oid: str, values: Mapping[str, int]) -> None:
        self.column(oid, values, GAUGE)


def indexes(count: int, before: str = "") -> Sequence[str]:
    """Row indexes: `before` followed by the numbers from 1 to `count`."""
    return [f"{before}{number}" for number in range(1, count + 1)]


def off_at_first(number: int) -> bool:
    """Whether the outlet with this number is off when a simulated device starts: every fourth
    outlet is.
    """
    return number % 4 == 0


def deciamps(number: int) -> int:
    """A plausible current of the outlet with this number, in tenths of an ampere; 0 if it is off at
    first.
    """
    return 0 if off_at_first(number) else 2 + number % 9


def energy_tenths(number: int) -> int:
    """A plausible energy counter of the outlet with this number, in tenths of a kWh."""
    return 1000 + 37 * number
