"""Short forms for entries of profiles.

OIDs are written without 1.3.6.1.4.1; `~` is the family's root.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Callable, Optional

from ..families import ENTERPRISES, NET_SNMP_IDS
from ..figures import FILLED_16, Arcs, Ceilings, Figure, Total
from ..reader import ROOT
from ..sources import (
    Column,
    Complete,
    First,
    Joined,
    Listed,
    Merged,
    Only,
    Prefixed,
    Provided,
    Scalar,
    Source,
)

TENTHS = Decimal("0.1")
HUNDREDTHS = Decimal("0.01")
THOUSANDTHS = Decimal("0.001")
ONES = Decimal(1)
TENS = Decimal(10)
HUNDREDS = Decimal(100)
KILO = Decimal(1000)
#: texts of a current or power of 16 bits that is not measured, where it is one of a sum
NARROW = tuple(format(value, "f") for value in sorted(FILLED_16))
#: of a family without a public MIB, in its note
NO_PUBLIC_MIB = "No MIB is public: last looked up on 2026-11-27."
# floor PDUs and transfer switches: a transformer of 2 MVA (2,900 A at 400 V), feeders of 400 A
FLOOR = Ceilings(Decimal(600), Decimal(500_000), Decimal(3_000), Decimal(2_500_000))


def public(repository: str, path: str) -> str:
    """The link to a file in a public repository: a MIB, or the source of a program such as a driver
    or an agent.
    """
    return f"https://github.com/{repository}/blob/HEAD/{path}"


def librenms(path: str) -> str:
    """The link to a MIB in LibreNMS, which collects the vendors' releases."""
    return public("librenms/librenms", f"mibs/{path}")


def pysnmp_mibs(path: str) -> str:
    """The link to a MIB, or to its compiled form, in a collection of MIBs for pysnmp."""
    return public("DotZero24/pysnmp-mibs", path)


def oid(below: str) -> str:
    """The whole OID for arcs below 1.3.6.1.4.1.

    An OID that starts with `~` is returned unchanged.
    """
    return below if below.startswith(ROOT) else ENTERPRISES + below


def oids(*below: str) -> tuple[str, ...]:
    """Several whole OIDs, such as sysObjectID prefixes."""
    return tuple(map(oid, below))


def column(below: str, name: str, suffix: str = "") -> Column:
    """A column and its name; with `suffix`, only rows whose index ends with it, such as a sensor
    type.
    """
    return Column(oid(below), name, suffix)


def scalar(below: str, name: str) -> Scalar:
    """One object and its name; `below` includes the instance, such as `.0`."""
    return Scalar(oid(below), name)


def figure(
    source: Source,
    scale: Decimal = ONES,
    absent: Sequence[str] = ("-1",),
    syntax: str = "",
    beside: Optional[Source] = None,
    padding: Sequence[str] = (),
) -> Figure:
    """A measurement in A, W or kWh: value * `scale`, none for the values in `absent`, and no row
    for those in `padding`.

    `syntax`: of an energy whose object is a Counter32 or Counter64. `beside`: another column of
    the table, which nothing else reads: a row that only it has is missing, and there is no sum.
    """
    rows = source if beside is None else Complete(source, beside=beside)
    return Figure(rows, scale, tuple(absent), tuple(padding), syntax=syntax)


def sum_if_rows_match(
    values: Source,
    other: Source,
    count: Optional[Source] = None,
    least: int = 0,
    numbered: Optional[int] = None,
) -> Complete:
    """Values of a sum, compared with another source of the same rows, such as a column of the same
    table, and with what else tells that a row is missing (see `Complete`): then there is no sum."""
    return Complete(values, other, count, least, numbered)


def sum_if_count_matches(values: Source, count: Source) -> Complete:
    """Values of a sum, compared with the device's own number of rows: if there are fewer, there is
    no sum."""
    return Complete(values, count=count)


def value_or_empty(values: Source, beside: Source) -> Listed:
    """Values of a figure. If an answer has none of them, an empty row for each of `beside`, so
    that no other source takes their place.

    `beside` is on every device that has the values, and on no other: a column that came into the
    MIB with theirs, which no known unit has without it. It is only read if there are no values.
    """
    return Listed(First((values, beside)), values)


def join_by_columns(
    values: Source, keys: tuple[Source, ...], outlet_keys: tuple[Source, ...]
) -> Joined:
    """Values of a metered table, joined by columns such as unit and number; by index if both
    tables lack one of the columns, or there is no table of outlets."""
    return Joined(values, keys, outlet_keys, else_same_row=True)


def numbered_parts(of: Callable[[int], Source], units: Iterable[int]) -> Merged:
    """The rows of numbered parts such as ports, each with an object or a table.

    The identity begins with the part's number.
    """
    return Merged(tuple(Prefixed(str(unit), of(unit)) for unit in units))


def without(values: Source, *texts: str, by: Optional[Source] = None) -> Only:
    """The rows whose value is none of `texts`, such as padding or the neutral line. `by`: another
    column of the table, whose values decide instead."""
    return Only(values, by or values, texts, keep=False)


def if_listed(values: Source, table: Source) -> Provided:
    """`values` on a device that has rows of `table`; else no rows."""
    return Provided(values, table, "(?s).*")


def outlet_count(count: Source, table: Source) -> Provided:
    """The device's number of outlets, ignored if `table` is empty: units without this
    table may report a number.
    """
    return if_listed(count, table)


def zero_outlets_proof(count: Source) -> Provided:
    """The device's number of outlets as the proof of `none_if_zero`: its rows, if all are 0. A
    number above 0 contradicts nothing, because a unit that only meters may count outlets that it
    does not list."""
    return Provided(count, count, "0")


def total(
    *figures: Figure,
    else_outlets: bool = False,
    unit: Optional[Arcs] = None,
    units: Optional[Source] = None,
) -> Total:
    """A total from these figures, else, with `else_outlets`, from the outlets; see `Total`."""
    return Total(tuple(figures), else_outlets, unit, units)


NET_SNMP = oids(*NET_SNMP_IDS.split())
