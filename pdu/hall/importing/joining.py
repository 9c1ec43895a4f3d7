"""Joins the names that another system gives to outlets with the identities of the living PDUs.

`outlet_names` has the rules. If an outlet does not join, the import stops and shows both lists side
by side. PDUs of a DCIM that nobody reads (strips, UPSes with outlets) are drawn without readings,
and left out if nothing that is drawn hangs on them together with a PDU that is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Optional

from handlers.shared.errors import SettingsError, printable
from handlers.shared.labels import Label

from ...core.adapters.topology import LINE
from ...core.cli.output import columns
from ...core.inventory.saved_readings import HallReadings, MeasuredPdu
from .model import Imported, ImportedCord, ImportedLine, ImportedOutlet
from .outlet_names import Contradiction, identities

_MOST = 60  # limit for lines of a list
_SHOWN = 8
_LEGS = ("A", "B", "C")
# outlets of a PDU whose three-phase inlet has one of these voltages are between a conductor and
# neutral: each loads the one that its leg names. With 208 V it loads two.
_WITH_NEUTRAL = ((220.0, 230.0), (380.0, 415.0))


class NotJoined(SettingsError):
    """An outlet that does not join. `lists` are the lines with both lists."""

    def __init__(self, reason: str, lists: Sequence[str]) -> None:
        super().__init__(reason)
        self.lists = lists


def joined(imported: Imported, readings: HallReadings, is_strict: bool = True) -> Imported:
    """The same with the identities of outlets. Raises NotJoined or SettingsError.

    A PDU that should have been read and was not is an error, or if not `is_strict`, drawn without
    readings.
    """
    notes = list(imported.notes)
    wanted: dict[str, dict[str, ImportedCord]] = {}
    for cord in (*imported.cords, *imported.fed):
        wanted.setdefault(cord.pdu, {}).setdefault(cord.outlet, cord)
    names: dict[str, Mapping[str, str]] = {}
    legs: dict[str, Mapping[str, str]] = {}
    silent: list[str] = []
    for pdu, outlets in wanted.items():
        read = readings.pdus.get(pdu)
        if read is not None and read.outlets:
            listed = imported.outlets.get(pdu, ())
            names[pdu], legs[pdu] = _joined(pdu, outlets, read, listed)
            continue
        if read is not None and imported.is_dcim and not is_strict:
            silent.append(pdu)
        elif read is not None or not imported.is_dcim:
            raise _not_known(next(iter(outlets.values())), read)
    _add(notes, "drawn, but could not be read now", silent)
    if imported.is_dcim:
        lower = {one.machine for one in imported.fed} | {one.pdu for one in imported.lines}
        read_now = {*names, *silent, *(lower & readings.pdus.keys())}
        imported = _with_strips(imported, read_now, silent, notes)
    cords, fed = (
        [
            one._replace(outlet=names[one.pdu][one.outlet]) if one.pdu in names else one
            for one in some
        ]
        for some in (imported.cords, imported.fed)
    )
    _check_single([*cords, *fed])
    lines = [
        made
        for line in imported.lines
        for made in _lines(line, readings.pdus.get(line.pdu), legs.get(line.pdu, {}))
    ]
    return imported._replace(cords=cords, fed=fed, lines=lines, notes=notes)


def _not_known(cord: ImportedCord, read: Optional[MeasuredPdu]) -> SettingsError:
    why = read.error if read is not None else "it is not among the readings"
    return SettingsError(
        f"{_place(cord)}the outlets of {printable(cord.pdu, 60)!r} are not known"
        f"{f' ({why})' if why else ''}: give the PDU this name in the fleet list, and get"
        " it to answer"
    )


# ---- what nobody reads -----------------------------------------------------------------------


def _with_strips(
    imported: Imported, read: Collection[str], silent: Iterable[str], notes: list[str]
) -> Imported:
    """Without the PDUs that share nothing with those that are read, and without their machines."""
    pdus = dict.fromkeys(one.pdu for one in (*imported.cords, *imported.fed))
    pdus.update((one.machine, None) for one in imported.fed)
    kept = _reached(imported, read)
    cords = [one for one in imported.cords if one.pdu in kept]
    fed = [one for one in imported.fed if one.pdu in kept]
    unread = [one for one in pdus if one in kept and one not in read]
    wired = set(imported.unread)
    _add(
        notes,
        "drawn without readings, because the fleet list does not have it",
        [one for one in unread if one not in wired],
    )
    _add(
        notes,
        "left out, because the fleet list does not have it and nothing hangs on it and on a PDU of"
        " the list",
        [one for one in pdus if one not in kept],
    )
    if not cords:
        raise SettingsError(
            "no machine of the import hangs on a PDU of the fleet list: give the PDUs the same"
            f" names in both (in the import: {', '.join(list(pdus)[:_SHOWN]) or 'none'})"
        )
    return imported._replace(
        cords=cords,
        fed=fed,
        lines=[one for one in imported.lines if one.pdu in kept],
        unread=[*unread, *silent],
    )


def _reached(imported: Imported, read: Collection[str]) -> set[str]:
    """The PDUs that are joined with those that are read, by machines or by cords between PDUs."""
    groups: dict[str, list[str]] = {}
    for cord in imported.cords:
        groups.setdefault(f"machine {cord.machine}", []).append(cord.pdu)
    for number, cord in enumerate(imported.fed):
        groups[f"cord {number}"] = [cord.pdu, cord.machine]
    beside: dict[str, set[str]] = {}
    for group in groups.values():
        for one in group:
            beside.setdefault(one, set()).update(group)
    found = set(read)
    waiting = list(read)
    for one in waiting:
        for other in beside.get(one, ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _add(notes: list[str], what: str, names: Sequence[str]) -> None:
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        shown = ", ".join(printable(one, 60) for one in names[:_SHOWN])
        notes.append(f"{what}: {shown}{more}")


# ---- lines -----------------------------------------------------------------------------------


def _lines(
    line: ImportedLine, read: Optional[MeasuredPdu], legs: Mapping[str, str]
) -> list[ImportedLine]:
    """A three-phase feed as three lines: by the names that the PDU gives them, else L1 to L3."""
    if line.phases == 1 or line.line:
        return [line]
    reported = [] if read is None else [one.label for one in read.meters if one.kind == LINE]
    if len(reported) == 1:
        return [line]  # what it meters there, it does not say
    names = reported if len(reported) == len(_LEGS) else ["L1", "L2", "L3"]
    is_placed = read is not None and any(one.lines for one in read.outlets.values())
    volts = line.voltage_v or 0.0
    with_neutral = any(least <= volts <= most for least, most in _WITH_NEUTRAL)
    # a leg that many types of the community's library have for all outlets says nothing
    complete = (
        read is not None and legs.keys() == read.outlets.keys() and set(legs.values()) == set(_LEGS)
    )
    if is_placed or not with_neutral or not complete:
        return [line._replace(line=name) for name in names]
    return [
        line._replace(line=name, outlets=[one for one, leg in legs.items() if leg == wanted])
        for name, wanted in zip(names, _LEGS)
    ]


# ---- outlets ---------------------------------------------------------------------------------


def _check_single(cords: Sequence[ImportedCord]) -> None:
    taken: dict[tuple[str, str], ImportedCord] = {}
    for cord in cords:
        other = taken.setdefault((cord.pdu, cord.outlet), cord)
        if other is not cord:
            raise SettingsError(
                f"{_place(cord)}outlet {printable(cord.outlet, 60)!r} of"
                f" {printable(cord.pdu, 60)!r} already belongs to {printable(other.machine, 60)!r}"
                f"{f' ({other.where})' if other.where else ''}; an outlet has one cord: correct one"
                " of them"
            )


def _place(cord: ImportedCord) -> str:
    return f"{cord.where}: " if cord.where else ""


def _joined(
    pdu: str,
    cords: Mapping[str, ImportedCord],
    read: MeasuredPdu,
    listed: Sequence[ImportedOutlet],
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Name -> identity of the outlets with a cord, and identity -> leg of all that join."""
    known = [
        Label(one.identity, one.number or one.identity, one.name) for one in read.outlets.values()
    ]
    by_name = {one.name: one for one in listed}
    wanted = [by_name.get(name, ImportedOutlet(name)) for name in cords]
    try:
        found = identities(wanted, listed, known)
        every = identities(listed, listed, known) or {}
    except Contradiction as one:
        raise NotJoined(
            f"{_place(next(iter(cords.values())))}{printable(pdu, 60)}: outlet"
            f" {printable(one.name, 60)!r} of the import means outlet {printable(one.by_name, 60)}"
            f" by its name, and {printable(one.by_label, 60)} by its label; correct one of them",
            _side_by_side(wanted, known),
        ) from None
    if found is not None:
        legs = {every[one.name]: one.leg for one in listed if one.leg and one.name in every}
        return found, legs
    known_names = {one.strip().casefold() for label in known for one in (label.name, label.number)}
    first = next((one for one in cords if one.strip().casefold() not in known_names), None)
    first = next(iter(cords)) if first is None else first
    raise NotJoined(
        f"{_place(cords[first])}{printable(pdu, 60)}: outlet {printable(first, 60)!r} of the import"
        " has neither the name nor the printed number of one of the PDU's outlets; rename it in one"
        " of them",
        _side_by_side(wanted, known),
    )


def _side_by_side(wanted: Sequence[ImportedOutlet], known: Sequence[Label]) -> list[str]:
    rows: list[tuple[str, str, str, str]] = []
    for place in range(min(_MOST, max(len(wanted), len(known)))):
        own = known[place] if place < len(known) else Label("", "", "")
        name = ""
        if place < len(wanted):
            one = wanted[place]
            name = f"{one.name} ({one.label})" if one.label else one.name
        rows.append((name, *own))
    return columns(("in the import", "identity", "printed", "name on the PDU"), rows)
