"""What a call needs of a device."""

from __future__ import annotations

from typing import NamedTuple, Optional


class ReadScope(NamedTuple):
    """What a call needs of a device: chosen where the call opens, and handed down.

    A status, and what reads labels, needs every outlet with its state (`ALL_STATES`).
    """

    #: a command: of all outlets, this one; if its row is read alone, no other is listed. None: all
    outlet: Optional[str] = None
    #: a statistic: the outlets are listed, all as UNKNOWN, and only if a figure needs them
    figures: bool = False
    #: of the figures, those that the platform's view shows: no outlet without an energy is among
    #: them, so that currents of such outlets serve the load alone
    for_view: bool = False


ALL_STATES = ReadScope()
FIGURES = ReadScope(figures=True)
VIEW_FIGURES = ReadScope(figures=True, for_view=True)
