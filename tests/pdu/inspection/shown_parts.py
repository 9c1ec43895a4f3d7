"""What a sweep (tests/faults/sweep.py) compares of lines and breakers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.shared.meter_figures import Figure
from pdu.inspection.topology import MeteredPart
from tests.faults.sweep import Shown


def kinds_of(parts: Sequence[MeteredPart]) -> Mapping[str, str]:
    """The parts of the sound device, by their labels."""
    return {part.label: part.kind for part in parts}


def shown_parts(parts: Sequence[MeteredPart], kinds: Mapping[str, str]) -> Shown:
    """The currents by label. If a part stands for lines or breakers that are not known, its current
    is that of each such part of the sound device that is gone.
    """
    current_by_label: dict[str, Figure] = {}
    unknown_current_by_kind: dict[str, Figure] = {}
    for part in parts:
        if part.label.endswith("?"):
            unknown_current_by_kind[part.kind] = part.current_a
        else:
            current_by_label[part.label] = part.current_a
    for label, kind in kinds.items():
        if kind in unknown_current_by_kind:
            current_by_label.setdefault(label, unknown_current_by_kind[kind])
    return current_by_label
