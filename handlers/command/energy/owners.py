"""Who an outlet belongs to: customers from the owner's CSV, machines from the hall's drawing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ...errors import SettingsError, printable
from .. import csv_in
from ..hall.drawing import Drawing
from .moments import moment

_COLUMNS = ("customer", "pdu", "outlet", "from", "to")
#: PDU and identity of the outlet
Place = tuple[str, str]


class Tenure(NamedTuple):
    """An outlet in the hands of a customer, from `begin` to `end` (s, UTC)."""

    customer: str
    begin: float
    end: float


def customers(path: str, zone: ZoneInfo) -> Mapping[Place, Sequence[Tenure]]:
    """The tenures of each outlet, in the order of time.

    The file has the columns customer, pdu, outlet, from, to. The last two are days or moments in
    the zone; an empty one is open, and `to` itself is not counted. Raises SettingsError.
    """
    found: dict[Place, list[Tenure]] = {}
    for row in csv_in.read(path, csv_in.of_columns(path, _COLUMNS)):
        if not (row["customer"] and row["pdu"] and row["outlet"]):
            raise SettingsError(f"{row.where}: customer, pdu and outlet may not be empty")
        one = Tenure(
            row["customer"],
            _when(row, "from", zone, -math.inf),
            _when(row, "to", zone, math.inf),
        )
        if one.end <= one.begin:
            raise SettingsError(f"{row.where}: `to` must be later than `from`")
        tenures = found.setdefault((row["pdu"], row["outlet"]), [])
        for other in tenures:
            if one.begin < other.end and other.begin < one.end:
                raise SettingsError(
                    f"{row.where}: the outlet belongs to {printable(other.customer, 60)} at the"
                    " same time"
                )
        tenures.append(one)
    for tenures in found.values():
        tenures.sort(key=lambda one: one.begin)
    return found


def _when(row: csv_in.CsvRow, name: str, zone: ZoneInfo, usual: float) -> float:
    cell = row[name]
    if not cell:
        return usual
    try:
        return moment(cell, zone)
    except SettingsError as error:
        raise SettingsError(f"{row.where}: {name}: {error}") from None


def machines(drawing: Drawing) -> Mapping[str, Sequence[Place]]:
    """The outlets of each machine."""
    return {
        one.name: [(cord.pdu, cord.outlet) for cord in one.cords]
        for one in drawing.machines.values()
    }


def cut(tenures: Iterable[Tenure], begin: float, end: float) -> Sequence[Tenure]:
    """What of the tenures lies in a period."""
    return [
        one._replace(begin=max(one.begin, begin), end=min(one.end, end))
        for one in tenures
        if one.begin < end and one.end > begin
    ]


def without_gaps(tenures: Sequence[Tenure], begin: float, end: float) -> Sequence[Tenure]:
    """A whole period by its tenures; the customer "" has what nobody else has."""
    found: list[Tenure] = []
    at = begin
    for one in cut(tenures, begin, end):
        if one.begin > at:
            found.append(Tenure("", at, one.begin))
        found.append(one)
        at = one.end
    return [*found, Tenure("", at, end)] if at < end else found
