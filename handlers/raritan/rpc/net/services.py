"""The interface net.Services."""
from __future__ import annotations

from typing import List

from ..idl import declared, Interface, method
from .structures import ServiceSettings


class Services(Interface):
    """Which network services run, on which ports."""

    idlType = "net.Services:1.0.0"

    ERR_INVALID_PARAMS = 1

    @method("servicesSettings")
    def getSettings(self) -> List[ServiceSettings]: declared()

    @method()
    def setSettings(self, servicesSettings: List[ServiceSettings]) -> int: declared()
