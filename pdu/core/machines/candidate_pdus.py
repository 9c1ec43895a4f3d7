"""The PDUs at which a machine may have a cord that nobody drew. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..drawing.drawing import Cord, Drawing


def candidate_pdus(drawing: Drawing, cords: Iterable[Cord]) -> Sequence[str]:
    """The PDUs of these outlets, those in their racks, and those that share a machine with them."""
    own = dict.fromkeys(cord.pdu for cord in cords)
    racks = {one.rack for one in drawing.pdus.values() if one.name in own and one.rack}
    found = dict(own)
    found.update((one.name, None) for one in drawing.pdus.values() if one.rack in racks)
    for machine in drawing.machines.values():
        shared = dict.fromkeys(cord.pdu for cord in machine.cords)
        if not own.keys().isdisjoint(shared):
            found.update(shared)
    unread = {one.name for one in drawing.pdus.values() if one.unread}
    return [name for name in found if name in own or name not in unread]
