"""What a sweep (tests/faults/sweep.py) compares of lines and breakers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.shared.meter_figures import Figure
from pdu.recordings.topology import MeteredPart
from tests.faults.sweep import Shown


def kinds_of(parts: Sequence[MeteredPart]) -> Mapping[str, str]:
    """The parts of the sound device, by their labels."""
    return {part.label: part.kind for part in parts}


def shown_parts(parts: Sequence[MeteredPart], kinds: Mapping[str, str]) -> Shown:
    """The currents. Where the lines or breakers are not known whole, so are those that are gone."""
    shown: dict[str, Figure] = {}
    unread: dict[str, Figure] = {}
    for part in parts:
        if part.label.endswith("?"):
            unread[part.kind] = part.current_a
        else:
            shown[part.label] = part.current_a
    for label, kind in kinds.items():
        if kind in unread:
            shown.setdefault(label, unread[kind])
    return shown
