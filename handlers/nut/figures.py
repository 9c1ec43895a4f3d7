"""Load and energy of a whole NUT device, from NUT's variables. Pure.

A sum with a missing part is not used: it would look like a small load.
"""
from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Callable, Dict, List, Mapping, Optional, Sequence

from .kinds import type_of, type_of_member
from .members import Member, number

if TYPE_CHECKING:
    from .model import Outlet

WH_IN_KWH = 1000.0
_LINE_CURRENT = re.compile(r"(input|output)\.L([0-9])\.current")
Figure = Callable[[Mapping[str, str], Sequence["Outlet"]], Optional[float]]


def load(variables: Mapping[str, str], outlets: Sequence[Outlet]) -> Optional[float]:
    """Amperes: the first figure that the device has, in the order of its type:

    - PDU and all other types: input, outlets, output, `outlet.current` (last: one driver reports ten times the true current).
    - UPS: output, outlets. The input also charges the battery and is 0 on battery, so it is not the load.
    - Transfer switch: output, input, outlets.

    The input is the sum of its lines (`input.L1.current`), else, with one phase, `input.current`. The output is read likewise.
    """
    kind = type_of(variables)
    inlet, output = side(variables, "input"), side(variables, "output")
    own = whole([outlet.current for outlet in outlets])
    if kind == "ups":
        return _first(output, own)
    if kind in ("ats", "sts"):
        return _first(output, inlet, own)
    return _first(inlet, own, output, number(variables.get("outlet.current")))


def side(variables: Mapping[str, str], name: str) -> Optional[float]:
    """Amperes of the side `name`, input or output; None if a phase's current is missing. A line `L2` proves two phases.

    With several phases `input.current` may be an average (nut-names.txt, Three-phase additions), so it is not used.
    """
    lines = {int(line[2]): number(text) for variable, text in variables.items()
             if (line := _LINE_CURRENT.fullmatch(variable)) and line[1] == name}
    phases = max([number(variables.get(f"{name}.phases")) or 1, *lines])
    summed = whole(list(lines.values()))
    if max(len(lines), phases) > 1:
        return summed if len(lines) >= phases else None
    return _first(summed, number(variables.get(f"{name}.current")))


def energy(variables: Mapping[str, str], outlets: Sequence[Outlet]) -> Optional[float]:
    """kWh: `input.energy`, else the outlets, else `outlet.energy`. The server reports Wh."""
    inlet, total = (number(variables.get(f"{name}.energy")) for name in ("input", "outlet"))
    return _first(None if inlet is None else inlet / WH_IN_KWH, whole([outlet.energy for outlet in outlets]),
                  None if total is None else total / WH_IN_KWH)


def total(figure: Figure, device: Member, chain: Mapping[int, Member], outlets: Sequence[Outlet]) -> Optional[float]:
    """`figure` of a device; for a daisy chain, the sum over its members, or the chain's own figure if a member lacks one."""
    if not chain:
        return figure(device.variables, outlets)
    own: Dict[str, List[Outlet]] = {}
    for outlet in outlets:
        own.setdefault(outlet.identity.partition(".")[0], []).append(outlet)
    return _first(whole([figure({**member.variables, "device.type": type_of_member(member.variables, device.variables)},
                                own.get(str(number_), [])) for number_, member in chain.items()]),
                  figure(device.variables, []))


def whole(figures: Sequence[Optional[float]]) -> Optional[float]:
    """The sum; None if one of the figures is missing, or if there are none."""
    known = [figure for figure in figures if figure is not None]
    return math.fsum(known) if known and len(known) == len(figures) else None


def _first(*figures: Optional[float]) -> Optional[float]:
    return next((figure for figure in figures if figure is not None), None)
