"""Raritan: units that are described call by call. A reading is missing in one answer: it is not
valid, or the call fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from handlers.shared.errors import PduHandlerError
from tests.handlers.raritan.described import INTERNAL_ERROR, L1, L2, L3, Described, Status, reading

from .outcome import Outcome


def made() -> dict[str, Described]:
    """Units by name: with three lines; with two inlets; with banks or outlets only."""
    lines = Described()
    lines.inlet({"current": 6.48, "activeEnergy": 1234.0}, {L1: 4.0, L2: 6.48, L3: 6.5})
    lines.outlets([6.0, 1.5, 2.0], [1.0, 2.0, 4.0])
    inlets = Described()
    inlets.inlet({"activeEnergy": 100.0}, {L1: 6.0})
    inlets.inlet({"activeEnergy": 50.0}, {L1: 3.0})
    inlets.outlets([6.0, 1.5], [1.0, 2.0])
    inlets.banks([6.1, 1.5])
    outlets = Described()
    outlets.outlets([6.0, 1.5, 0.2], [1.0, 2.0, 4.0])
    return {"lines": lines, "inlets": inlets, "outlets": outlets}


def run(name: str, unit: Described) -> Outcome:
    """The outcome of one unit."""
    base = unit.measured()
    every = [call for call in unit.calls if call[1] == "getReading"]
    others = set(_others(unit))
    shrunk, jumped = [], []
    tried = 0
    for lost in (reading(None), INTERNAL_ERROR, Status(500)):
        for call in every:
            kept, unit.calls[call] = unit.calls[call], lost
            tried += 1
            try:
                load, energy = unit.measured()
            except PduHandlerError:
                continue
            finally:
                unit.calls[call] = kept
            if load not in (None, base[0]) and load not in others:
                shrunk.append(f"{name}: load {base[0]} -> {load} without {call[0]}")
            if energy not in (None, base[1]):
                jumped.append(f"{name}: energy {base[1]} -> {energy} without {call[0]}")
    energies = [call for call in every if "energy" in call[0].lower()]
    return Outcome(tried, shrunk=tuple(shrunk), counters=3 * len(energies), jumped=tuple(jumped))


def _others(unit: Described) -> Iterator[Optional[float]]:
    """The load from the banks, then from the outlets."""
    kept = dict(unit.calls)
    for group in (("/sensor/",), ("/sensor/", "/ocp/")):
        for call in kept:
            if call[1] == "getReading" and any(part in call[0] for part in group):
                unit.calls[call] = reading(None)
        yield unit.measured()[0]
    unit.calls.update(kept)
