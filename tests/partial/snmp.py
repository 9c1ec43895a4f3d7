"""SNMP: every family's units and the recordings of real units, in memory.

Each object that a sum of the unit reads is taken out of the answer once, then each row of its
tables in all columns. Each sum must then be what it was, or unset. If no other column of the row
was read, the unit may be one without it: the load and the power may then be what another complete
source of the unit gives. Energy has no other source. Then the energy's objects are made
unmeasured.
All this is tried as DCImanager reads, without power, and as tools do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Callable, NamedTuple, Optional, TypeVar

from handlers.shared.errors import PduHandlerError
from handlers.snmp import detection
from handlers.snmp.device import SnmpDevice
from handlers.snmp.figures import Figure, Total
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profile import oids
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources import (
    ByOctets,
    Column,
    Gathered,
    Joined,
    Listed,
    NamedRows,
    Signed,
    Source,
)
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp import recorded, units
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import Memory, Value, of_rows
from tests.recordings import fixture
from tests.witnesses import readings

from .outcome import Outcome

NAMES = ("load", "energy", "power")
# recordings of units without outlets that need the setting
_METERED_ONLY = {name for name, read in readings.expected().items() if read.get("metered_only")}
_FIELDS = {"load": "load_a", "power": "power_w", "energy": "energy_kwh"}
T = TypeVar("T")
Sums = Mapping[str, Optional[Decimal]]


class Unit(NamedTuple):
    """A unit of the trial: its name, and how it is made and read."""

    name: str
    make: Callable[[], Memory]
    find: Callable[[Memory], SnmpDevice]


def made() -> list[Unit]:
    """Every unit of every family."""
    return [_made(unit.name) for unit in units.FIXTURES]


def real() -> list[Unit]:
    """The recordings of real units, none where they are not available."""
    return [of_recording(name) for name in recorded.ALL if recorded.available(name)]


def _made(name: str) -> Unit:
    unit = fixture(name)
    return Unit(name, lambda: of_rows(unit.rows), lambda device: units.find(unit, device))


def of_recording(name: str) -> Unit:
    """The unit of a recording, which is read when the unit is made."""
    return Unit(
        f"recording {name}",
        lambda: of_rows(recorded.rows(name)),
        lambda device: detection.detect(device, PROFILES, metered_only=name in _METERED_ONLY),
    )


def run(unit: Unit, most: int = 1_000_000) -> Outcome:
    """The outcome of one unit, without power and with it. `most`: of more objects, rows or
    counters, only as many are tried, spread evenly.
    """
    return _run(unit, most, NAMES[:2]).plus(_run(unit, most, NAMES))


def _run(unit: Unit, most: int, names: Sequence[str]) -> Outcome:
    device = unit.make()
    found = unit.find(device)
    base = sums(found, names)
    read: dict[str, None] = {}  # the objects that the sums read
    rows: dict[tuple[str, str], set[str]] = {}  # entry and index of a table -> its objects
    for name in names:
        if base[name] is None:
            continue
        for part in _parts(found, name):
            read.update(dict.fromkeys(_objects(found, device, part)))
            if isinstance(part, Column):
                full = found.reader.resolve(part.oid)
                for index in device.walk(full):
                    rows.setdefault((full.rpartition(".")[0], index), set())
    for entry in {entry for entry, _ in rows}:
        for below in device.walk(entry):
            index = below.partition(".")[2]
            if (entry, index) in rows:
                rows[entry, index].add(f"{entry}.{below}")
    others = {name: _others(found, name) for name in names}
    preferred = _has(found, device)
    objects_tried, rows_tried = _some(list(read), most), _some(list(rows.items()), most)
    shown: set[str] = set()

    def wrong(*without: str) -> Iterator[str]:
        lost = set(without)
        device.asked.clear()
        with device.without(lost):
            try:
                again = unit.find(device)
                after = sums(again, names)
            except PduHandlerError:
                return
            if len(lost) == 1 and _is_shown(without[0], device):
                shown.update(lost)
            for name in names:
                if after[name] in (None, base[name]):
                    continue
                if base[name] is None:
                    yield f"{unit.name}: {name} unset -> {after[name]}"
                elif name == "energy" and (preferred if len(lost) == 1 else _has(again, device)):
                    yield f"{unit.name}: {name} {base[name]} -> {after[name]}"
                elif (len(lost) == 1 and lost <= shown) or after[name] not in others[name]:
                    yield f"{unit.name}: {name} {base[name]} -> {after[name]}"

    shrunk = [f"{line} without {cell}" for cell in objects_tried for line in wrong(cell)]
    whole = [
        f"{line} without the row {entry}.*.{index}"
        for (entry, index), objects in rows_tried
        for line in wrong(*objects)
    ]
    counters, jumped = _counters(unit, device, found, base["energy"], most)
    return Outcome(
        len(objects_tried),
        len(shown),
        tuple(shrunk),
        len(rows_tried),
        tuple(whole),
        counters,
        tuple(jumped),
    )


def _is_shown(cell: str, device: Memory) -> bool:
    """Whether a call read the row of this missing object in another column of its table."""
    walked = {asked.partition(" ")[2] for asked in device.asked if asked.startswith("walk")}
    column = next((oid for oid in walked if cell.startswith(f"{oid}.")), "")
    table, index = column.rpartition(".")[0], cell[len(column) :]
    others = {oid for oid in walked if oid.rpartition(".")[0] == table} - {column}
    return any(device.get(other + index) is not None for other in others)


def _some(every: Sequence[T], most: int) -> Sequence[T]:
    """At most so many of them, spread evenly."""
    return every if len(every) <= most else [every[n * len(every) // most] for n in range(most)]


def sums(found: SnmpDevice, names: Sequence[str] = NAMES) -> Sums:
    """The sums of these names, with no more read than they need."""
    read = read_exactly(found, "power" in names)
    return {name: getattr(read, _FIELDS[name]) for name in names}


def _total(found: SnmpDevice, name: str) -> Optional[Total]:
    total: Optional[Total] = getattr(found.profile, name)
    return total


def _of_outlets(found: SnmpDevice, name: str) -> Optional[Figure]:
    figure: Optional[Figure] = (
        getattr(found.outlets, "current" if name == "load" else name) if found.outlets else None
    )
    return figure


def _parts(found: SnmpDevice, name: str) -> Iterator[object]:
    """The parts of a sum with objects of their own."""
    total = _total(found, name)
    assert total is not None
    figures = [*total.figures, *([_of_outlets(found, name)] if total.else_outlets else [])]
    lists = (
        [found.outlets.states, found.outlets.rows] if total.else_outlets and found.outlets else []
    )
    return (part for part in parts_of((*figures, total.units, *lists)) if any(_own(part)))


def _objects(found: SnmpDevice, device: Memory, part: object) -> Sequence[str]:
    """The objects of the device that a part reads for the sum."""
    cells = [cell for oid in _own(part) for cell in _cells(found, device, oid)]
    if not isinstance(part, NamedRows):
        return cells
    names = device.walk(found.reader.resolve(part.names))
    wanted = {index for index, name in names.items() if re.fullmatch(part.pattern, str(name))}
    below = tuple(found.reader.resolve(oid) + "." for oid in _own(part))
    return [
        cell
        for cell in cells
        for start in below
        if cell.startswith(start) and cell[len(start) :] in wanted
    ]


def _own(part: object) -> Iterator[str]:
    """The OIDs that the part itself names."""
    for name in ("oid", "names", "values"):
        held = getattr(part, name, None)
        if isinstance(held, str):
            yield held


def _has(found: SnmpDevice, device: Memory) -> bool:
    """Whether the device has an object of the preferred energy, even if its row is not read."""
    total = _total(found, "energy")
    if total is None or not total.figures:
        return False
    return any(_cells(found, device, oid) for oid in _valued(total.figures[0].source))


def _others(found: SnmpDevice, name: str) -> set[Decimal]:
    """What the other sources of the unit give: each unit of a chain by each complete source, the
    others as they were, or all of them by the same.
    """
    total = _total(found, name)
    if total is None:
        return set()
    tables = [figure.rows_from(found.reader) for figure in total.figures]
    if total.else_outlets:
        outlets = _of_outlets(found, name)
        values = outlets.read_from(found.reader) if outlets else {}
        tables.append({identity: values.get(identity) for identity in found.states})
    complete = [
        {unit: value for unit, value in _by_unit(total, table).items() if value is not None}
        for table in tables
    ]
    preferred: dict[str, Decimal] = {}
    for table in complete:
        preferred = {**table, **preferred}
    given = {sum(table.values(), Decimal(0)) for table in complete if table}
    whole = sum(preferred.values(), Decimal(0))
    for table in complete:
        given |= {whole - preferred[unit] + value for unit, value in table.items()}
    return given


def _by_unit(
    total: Total, table: Mapping[str, Optional[Decimal]]
) -> Mapping[str, Optional[Decimal]]:
    rows: dict[str, list[Optional[Decimal]]] = {}
    for index, value in table.items():
        rows.setdefault(total.unit.of(index) if total.unit else "", []).append(value)
    return {
        unit: None if None in values else sum(filter(None, values), Decimal(0))
        for unit, values in rows.items()
    }


def _counters(
    unit: Unit, device: Memory, found: SnmpDevice, base: Optional[Decimal], most: int
) -> tuple[int, Sequence[str]]:
    """How many forms of an unmeasured energy were tried, and those with another energy."""
    total = _total(found, "energy")
    if base is None or total is None:
        return 0, ()
    outlets = _of_outlets(found, "energy")
    figures = [*total.figures, *([outlets] if total.else_outlets and outlets else [])]
    preferred = next(figure for figure in figures if figure.source.rows(found.reader))
    values = [cell for oid in _valued(preferred.source) for cell in _cells(found, device, oid)]
    tried, jumped = 0, []
    forms: tuple[Value, ...] = (-1, 2**32 - 1, "", "-1", "N/A", *preferred.absent)
    for form in dict.fromkeys(forms):
        for cells in ([*values], *([cell] for cell in _some(values, most))):
            tried += 1
            with device.holding(dict.fromkeys(cells, form)):
                try:
                    after = sums(unit.find(device))["energy"]
                except PduHandlerError:
                    continue
            if after not in (None, base):
                jumped.append(f"{unit.name}: energy {base} -> {after} with {form!r} in {cells}")
    return tried, jumped


def hidden(unit: Unit) -> Iterator[str]:
    """What turns if the answers lack one object of the family wholly, as a view of the agent may
    hide it: a state, or a sum that becomes another. Likewise if one value of a sum is -1."""
    device = unit.make()
    found = unit.find(device)
    base = sums(found)
    figures = [
        part
        for name in NAMES
        if (total := _total(found, name)) is not None
        for part in total.figures
        if not part.magnitude  # of it, a -1 is a reading
    ]
    values = dict.fromkeys(oid for figure in figures for oid in _valued(figure.source))
    for oid in dict.fromkeys(oids(found.profile)):
        cells = _cells(found, device, oid)
        if cells:
            with device.without(cells):
                yield from _turned(unit, found, base, device, f"without {oid}")
        if cells and oid in values:
            with device.holding({cells[0]: -1}):
                yield from _turned(unit, found, base, device, f"with -1 in {cells[0]}")


def _turned(unit: Unit, found: SnmpDevice, base: Sums, device: Memory, view: str) -> Iterator[str]:
    try:
        again = unit.find(device)
        after = sums(again)
    except PduHandlerError:
        return
    for name in NAMES:
        if base[name] is not None and after[name] not in (None, base[name]):
            yield f"{unit.name}: {name} {base[name]} -> {after[name]} {view}"
    plain = {EnumPowerStatus.UP, EnumPowerStatus.DOWN}
    for identity, state in found.states.items():
        if {state, again.states.get(identity)} == plain:
            yield f"{unit.name}: outlet {identity} turned {view}"


# the field of a source that has its values; the others select, count or join
_VALUES = {
    Listed: "known",
    Joined: "values",
    Gathered: "values",
    Signed: "values",
    ByOctets: "values",
}


def _valued(source: Source) -> Iterator[str]:
    """The OIDs that a source has its values from."""
    own = getattr(source, "values" if isinstance(source, NamedRows) else "oid", None)
    if isinstance(own, str):
        yield own
        return
    inner = (
        getattr(source, _VALUES.get(type(source), "source"), None)
        or getattr(source, "choices", None)
        or getattr(source, "parts", ())
    )
    for part in inner if isinstance(inner, tuple) else (inner,):
        yield from _valued(part)


def _cells(found: SnmpDevice, device: Memory, oid: str) -> Sequence[str]:
    """The objects of the device at and below an OID of the profile."""
    full = found.reader.resolve(oid)
    below = device.walk(full)
    if below:
        return [f"{full}.{index}" for index in below]
    return [full] if device.get(full) is not None else []
