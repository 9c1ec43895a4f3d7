"""Joins the names that another system gives to outlets with the identities of the living PDUs.

An outlet joins by its name, then by the number printed on the unit; never by resemblance. If one
does not join, the import stops and shows both lists side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ....errors import SettingsError, printable
from ....labels import Label
from ...kit.output import columns
from ...pdus.saved import HallReadings, MeasuredPdu
from .model import Imported, ImportedCord

_MOST = 60  # limit for lines of a list


class NotJoined(SettingsError):
    """An outlet that does not join. `lists` are the lines with both lists."""

    def __init__(self, reason: str, lists: Sequence[str]) -> None:
        super().__init__(reason)
        self.lists = lists


def joined(imported: Imported, readings: HallReadings) -> Imported:
    """The same with the identities of outlets. Raises NotJoined or SettingsError."""
    wanted: dict[str, dict[str, ImportedCord]] = {}
    for cord in (*imported.cords, *imported.fed):
        wanted.setdefault(cord.pdu, {}).setdefault(cord.outlet, cord)
    identities = {}
    for pdu, outlets in wanted.items():
        read = readings.pdus.get(pdu)
        if read is None or not read.outlets:
            why = read.error if read is not None else "it is not among the readings"
            first = next(iter(outlets.values()))
            raise SettingsError(
                f"{_place(first)}the outlets of {printable(pdu, 60)!r} are not known"
                f"{f' ({why})' if why else ''}: give the PDU this name in the fleet list, and get"
                " it to answer"
            )
        identities[pdu] = _joined(pdu, outlets, read)
    cords, fed = (
        [one._replace(outlet=identities[one.pdu][one.outlet]) for one in some]
        for some in (imported.cords, imported.fed)
    )
    _check_single([*cords, *fed])
    return imported._replace(cords=cords, fed=fed)


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


def _joined(pdu: str, cords: Mapping[str, ImportedCord], read: MeasuredPdu) -> dict[str, str]:
    wanted = list(cords)
    known = [
        Label(one.identity, one.number or one.identity, one.name) for one in read.outlets.values()
    ]
    for by in (_names(known), _numbers(known)):
        found = {one: by[one.strip().casefold()] for one in wanted if one.strip().casefold() in by}
        if len(found) == len(wanted) and len(set(found.values())) == len(wanted):
            return found
    first = next((one for one in wanted if one not in found), wanted[0])
    raise NotJoined(
        f"{_place(cords[first])}{printable(pdu, 60)}: outlet {printable(first, 60)!r} of the import"
        " has neither the name nor the printed number of one of the PDU's outlets; rename it in one"
        " of them",
        _side_by_side(wanted, known),
    )


def _names(known: Sequence[Label]) -> Mapping[str, str]:
    return _unique([(label.name.strip().casefold(), label.identity) for label in known])


def _numbers(known: Sequence[Label]) -> Mapping[str, str]:
    return _unique(
        [((label.number or label.identity).strip().casefold(), label.identity) for label in known]
    )


def _unique(pairs: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    times = Counter(text for text, _ in pairs)
    return {text: identity for text, identity in pairs if text and times[text] == 1}


def _side_by_side(wanted: Sequence[str], known: Sequence[Label]) -> list[str]:
    rows: list[tuple[str, str, str, str]] = []
    for place in range(min(_MOST, max(len(wanted), len(known)))):
        own = known[place] if place < len(known) else Label("", "", "")
        rows.append((wanted[place] if place < len(wanted) else "", *own))
    return columns(("in the import", "identity", "printed", "name on the PDU"), rows)
