"""What PDU output is worth for a PUE by ISO/IEC 30134-2. Pure.

The standard divides the energy of a data centre by the energy of its IT equipment in a whole year.
Categories 1, 2 and 3 differ by where the IT energy is read: at the output of the UPS, at the output
of the PDUs, at the input of the IT equipment (ISO/IEC 30134-2:2016, 7.2; EN 50600-4-2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from .audit import Audited
from .registers import NOTHING, Kilowatthours

CATEGORIES: Mapping[str, str] = {
    "category1": "UPS output",
    "category2": "PDU output",
    "category3": "input of the IT equipment",
}
_YEAR_S = 365 * 86400.0


class ItEnergy(NamedTuple):
    """The sum for a PUE, and what it cannot say."""

    category: str
    #: the sum of all outlets
    energy: Kilowatthours
    outlets: int
    unknowns: Sequence[str]


def it_energy(category: str, pdus: Sequence[Audited]) -> ItEnergy:
    """The energy that left the PDUs, with what the category needs beside it."""
    totals = [one.total for one in pdus if one.total is not None]
    energy = reduce(Kilowatthours.plus, totals, NOTHING)
    outlets = sum(len(one.outlets) for one in pdus)
    return ItEnergy(category, energy, outlets, _unknowns(category, pdus))


def _unknowns(category: str, pdus: Sequence[Audited]) -> list[str]:
    said = [
        "the whole energy of the data centre, which a PUE divides by this sum",
        "which outlets feed IT equipment and which feed others",
    ]
    if category == "category1":
        said.append("the losses between UPS and PDU outlets: the output of the UPS is higher")
    elif category == "category3":
        said.append("the losses of cords between outlet and IT equipment: its input is lower")
    unread = sum(len(one.unread) for one in pdus)
    without = sum(one.total is None for one in pdus)
    if unread or without:
        said.append(
            f"the energy of {unread} outlets without a register, and of {without} PDUs without any"
        )
    if pdus and pdus[0].seconds < _YEAR_S - 1.0:
        days = pdus[0].seconds / 86400.0
        said.append(
            f"a year: these are {days:.4g} days, and a PUE of a part of a year is an interim PUE"
        )
    return said
