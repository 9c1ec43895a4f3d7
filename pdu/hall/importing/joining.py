"""Joins the names that another system gives to outlets with the identities of the living PDUs.

`outlet_names` has the rules. If an outlet does not join, the import stops and shows both lists side
by side. PDUs of a DCIM that nobody reads (strips, UPSes with outlets) are drawn without readings,
and left out if nothing that is drawn hangs on them together with a PDU that is read.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Optional

from handlers.shared.errors import SettingsError, printable
from handlers.shared.labels import Label

from ...core.cli.output import tabulate
from ...core.cli.report import few
from ...pdus.adapters.topology import LINE
from ...pdus.saved_readings import HallReadings, MeasuredPdu
from ..walk.graph import reachable
from .model import Imported, ImportedCord, ImportedLine, ImportedOutlet
from .outlet_names import Contradiction, identities

_MOST = 60  # limit for lines of a list
_MOST_NAMES = 8
_LEGS = ("A", "B", "C")
# outlets of a PDU whose three-phase inlet has one of these voltages are between a conductor and
# neutral: each loads the one that its leg names. With 208 V it loads two.
_WITH_NEUTRAL = ((220.0, 230.0), (380.0, 415.0))


class NotJoined(SettingsError):
    """An outlet that does not join. `lists` are the lines with both lists."""

    def __init__(self, reason: str, lists: Sequence[str]) -> None:
        super().__init__(reason)
        self.lists = lists


def joined(hall: Imported, readings: HallReadings, is_strict: bool = True) -> Imported:
    """The same with the identities of outlets. Raises NotJoined or SettingsError.

    A PDU that should have been read and was not is an error, or if not `is_strict`, drawn without
    readings.
    """
    notes = list(hall.notes)
    cord_by_outlet: dict[str, dict[str, ImportedCord]] = {}
    for cord in (*hall.cords, *hall.pdu_cords):
        cord_by_outlet.setdefault(cord.pdu, {}).setdefault(cord.outlet, cord)
    names: dict[str, Mapping[str, str]] = {}
    legs: dict[str, Mapping[str, str]] = {}
    silent: list[str] = []
    for pdu, outlets in cord_by_outlet.items():
        reading = readings.pdus.get(pdu)
        if reading is not None and reading.outlets:
            imported_outlets = hall.outlets.get(pdu, ())
            names[pdu], legs[pdu] = _join_outlets(pdu, outlets, reading, imported_outlets)
        elif reading is not None and hall.is_dcim and not is_strict:
            silent.append(pdu)
        elif reading is not None or not hall.is_dcim:
            raise _not_known(next(iter(outlets.values())), reading)
    _add(notes, "drawn, but could not be read now", silent)
    if hall.is_dcim:
        lower = {feed.machine for feed in hall.pdu_cords} | {feed.pdu for feed in hall.lines}
        read_now = {*names, *silent, *(lower & readings.pdus.keys())}
        hall = _drop_unconnected(hall, read_now, silent, notes)
    cords, pdu_cords = (
        [
            cord._replace(outlet=names[cord.pdu][cord.outlet]) if cord.pdu in names else cord
            for cord in imported_cords
        ]
        for imported_cords in (hall.cords, hall.pdu_cords)
    )
    if hall.is_dcim:
        cords = _drop_y_cables(cords, notes)
    _check_single([*cords, *pdu_cords])
    lines = [
        new_line
        for line in hall.lines
        for new_line in _lines(line, readings.pdus.get(line.pdu), legs.get(line.pdu, {}))
    ]
    return hall._replace(cords=cords, pdu_cords=pdu_cords, lines=lines, notes=notes)


def _not_known(cord: ImportedCord, reading: Optional[MeasuredPdu]) -> SettingsError:
    why = reading.error if reading is not None else "it is not among the readings"
    return SettingsError(
        f"{_place(cord)}the outlets of {printable(cord.pdu, 60)!r} are not known"
        f"{f' ({why})' if why else ''}: give the PDU this name in the fleet list, and get"
        " it to answer"
    )


# ---- what nobody reads -----------------------------------------------------------------------


def _drop_unconnected(
    hall: Imported, read_names: Collection[str], silent: Iterable[str], notes: list[str]
) -> Imported:
    """Without the PDUs that share nothing with those that are read, and without their machines."""
    pdus = dict.fromkeys(cord.pdu for cord in (*hall.cords, *hall.pdu_cords))
    pdus.update((feed.machine, None) for feed in hall.pdu_cords)
    kept_names = _connected_pdus(hall, read_names)
    cords = [cord for cord in hall.cords if cord.pdu in kept_names]
    pdu_cords = [feed for feed in hall.pdu_cords if feed.pdu in kept_names]
    unread = [pdu for pdu in pdus if pdu in kept_names and pdu not in read_names]
    wired_pdus = set(hall.unread)
    _add(
        notes,
        "drawn without readings, because the fleet list does not have it",
        [pdu for pdu in unread if pdu not in wired_pdus],
    )
    _add(
        notes,
        "left out, because the fleet list does not have it and nothing hangs on it and on a PDU of"
        " the list",
        [pdu for pdu in pdus if pdu not in kept_names],
    )
    if not cords:
        raise SettingsError(
            "no machine of the import hangs on a PDU of the fleet list: give the PDUs the same"
            f" names in both (in the import: {', '.join(list(pdus)[:_MOST_NAMES]) or 'none'})"
        )
    return hall._replace(
        cords=cords,
        pdu_cords=pdu_cords,
        lines=[line for line in hall.lines if line.pdu in kept_names],
        unread=[*unread, *silent],
    )


def _connected_pdus(hall: Imported, read_names: Collection[str]) -> set[str]:
    """The PDUs that are joined with those that are read, by machines or by cords between PDUs."""
    pdus_by_machine: dict[str, list[str]] = {}
    for cord in hall.cords:
        pdus_by_machine.setdefault(cord.machine, []).append(cord.pdu)
    pairs = ([cord.pdu, cord.machine] for cord in hall.pdu_cords)
    neighbours: dict[str, set[str]] = {}
    for group in (*pdus_by_machine.values(), *pairs):
        for name in group:
            neighbours.setdefault(name, set()).update(group)
    return reachable(read_names, lambda name: neighbours.get(name, ()))


def _add(notes: list[str], what: str, names: Sequence[str]) -> None:
    if names:
        notes.append(f"{what}: {few([printable(name, 60) for name in names], _MOST_NAMES)}")


# ---- lines -----------------------------------------------------------------------------------


def _lines(
    line: ImportedLine, reading: Optional[MeasuredPdu], legs: Mapping[str, str]
) -> list[ImportedLine]:
    """A three-phase feed as three lines: by the names that the PDU gives them, else L1 to L3."""
    if line.phases == 1 or line.line:
        return [line]
    meters = () if reading is None else reading.meters
    outlets = {} if reading is None else reading.outlets
    labels = [meter.label for meter in meters if meter.kind == LINE]
    if len(labels) == 1:
        return [line]  # what it meters there, it does not say
    names = labels if len(labels) == len(_LEGS) else ["L1", "L2", "L3"]
    volts = line.voltage_v or 0.0
    with_neutral = any(least <= volts <= most for least, most in _WITH_NEUTRAL)
    # a leg that many types of the community's library have for all outlets says nothing
    has_legs = legs.keys() == outlets.keys() and set(legs.values()) == set(_LEGS)
    is_placed = any(outlet.lines for outlet in outlets.values())
    lines = []
    for name, leg_wanted in zip(names, _LEGS):
        behind = [outlet for outlet, leg in legs.items() if leg == leg_wanted]
        are_known = with_neutral and has_legs and not is_placed
        lines.append(line._replace(line=name, outlets=behind if are_known else line.outlets))
    return lines


# ---- outlets ---------------------------------------------------------------------------------


def _drop_y_cables(cords: Sequence[ImportedCord], notes: list[str]) -> list[ImportedCord]:
    """Without the machines on an outlet with several cords (a Y cable), which a drawing cannot
    show. All their cords are left out: with the others alone a machine would be drawn as it is not.
    """
    machines_by_outlet: dict[tuple[str, str], list[str]] = {}
    for cord in cords:
        machines_by_outlet.setdefault((cord.pdu, cord.outlet), []).append(cord.machine)
    excluded_machines = set[str]()
    for (pdu, outlet), machines in machines_by_outlet.items():
        if len(machines) > 1:
            about = (
                f"left out, because outlet {printable(outlet, 60)!r} of {printable(pdu, 60)!r} has"
                " several cords, and a drawing has one"
            )
            _add(notes, about, list(dict.fromkeys(machines)))
            excluded_machines.update(machines)
    return [cord for cord in cords if cord.machine not in excluded_machines]


def _check_single(cords: Sequence[ImportedCord]) -> None:
    cord_by_outlet: dict[tuple[str, str], ImportedCord] = {}
    for cord in cords:
        twin = cord_by_outlet.setdefault((cord.pdu, cord.outlet), cord)
        if twin is not cord:
            raise SettingsError(
                f"{_place(cord)}outlet {printable(cord.outlet, 60)!r} of"
                f" {printable(cord.pdu, 60)!r} already belongs to {printable(twin.machine, 60)!r}"
                f"{f' ({twin.where})' if twin.where else ''}; an outlet has one cord: correct one"
                " of them"
            )


def _place(cord: ImportedCord) -> str:
    return f"{cord.where}: " if cord.where else ""


def _join_outlets(
    pdu: str,
    cords: Mapping[str, ImportedCord],
    reading: MeasuredPdu,
    outlets: Sequence[ImportedOutlet],
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Name -> identity of the outlets with a cord, and identity -> leg of all that join."""
    labels = [
        Label(outlet.identity, outlet.number or outlet.identity, outlet.name)
        for outlet in reading.outlets.values()
    ]
    outlet_by_name = {outlet.name: outlet for outlet in outlets}
    outlets_of_cords = [outlet_by_name.get(name, ImportedOutlet(name)) for name in cords]
    try:
        identity_by_name = identities(outlets_of_cords, outlets, labels)
        identity_of_all = identities(outlets, outlets, labels) or {}
    except Contradiction as error:
        raise NotJoined(
            f"{_place(next(iter(cords.values())))}{printable(pdu, 60)}: outlet"
            f" {printable(error.name, 60)!r} of the import means outlet"
            f" {printable(error.by_name, 60)} by its name, and {printable(error.by_label, 60)}"
            " by its label; correct one of them",
            _side_by_side(outlets_of_cords, labels),
        ) from None
    if identity_by_name is not None:
        legs = {
            identity_of_all[outlet.name]: outlet.leg
            for outlet in outlets
            if outlet.leg and outlet.name in identity_of_all
        }
        return identity_by_name, legs
    known_names = {
        text.strip().casefold() for label in labels for text in (label.name, label.number)
    }
    first = next((cord for cord in cords if cord.strip().casefold() not in known_names), None)
    first = next(iter(cords)) if first is None else first
    raise NotJoined(
        f"{_place(cords[first])}{printable(pdu, 60)}: outlet {printable(first, 60)!r} of the import"
        " has neither the name nor the printed number of one of the PDU's outlets; rename it in one"
        " of them",
        _side_by_side(outlets_of_cords, labels),
    )


def _side_by_side(outlets: Sequence[ImportedOutlet], labels: Sequence[Label]) -> list[str]:
    names = [f"{o.name} ({o.label})" if o.label else o.name for o in outlets]
    pairs = itertools.zip_longest(names, labels)
    rows = [(name or "", *(label or ("", "", ""))) for name, label in pairs]
    return tabulate(("in the import", "identity", "printed", "name on the PDU"), rows[:_MOST])
