"""The whole load of a UPS as one more outlet, switched by the commands `load.on` and `load.off`. Pure."""
from __future__ import annotations

from typing import List, Optional

from . import figures
from .members import SWITCHES, Member, number
from .model import LOAD, Outlet, Way


def outlets(device: Member) -> List[Outlet]:
    """The whole load; [] if the server lists neither command."""
    ways = [Way(command) if command in device.commands else None for command in SWITCHES]
    if ways == [None, None]:
        return []
    variables = device.variables
    return [Outlet(LOAD, "", "whole load", state(variables.get("ups.status", "")), None,
                   figures.side(variables, "output"), number(variables.get("ups.realpower")),
                   number(variables.get("ups.power")), None, ways[0], ways[1],
                   ("ups.status",) if "ups.status" in variables else ())]


def state(status: str) -> Optional[bool]:
    """`ups.status` is a set of words. OFF: the load is off. OL (on line) or OB (on battery) without OFF: it is on."""
    words = status.upper().split()
    if "OFF" in words:
        return False
    return True if "OL" in words or "OB" in words else None
