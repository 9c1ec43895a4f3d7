"""Reads what tools want to know of a PDU with the modules of its handler, if it has them: lines and
breakers (`topology.py`), and which unit it is (`nameplate.py`).
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
from types import ModuleType
from typing import Any, Callable, Optional

from ... import registry
from ...nameplate import Nameplate
from ...topology import Topology
from ..loading import LoadedHandler


def read(handler: LoadedHandler, pdu: Any) -> Topology:
    """The topology of a PDU; empty for an archive, and for a handler without `topology.py`.

    Raises the errors of handlers/errors.py.
    """
    module = _module(handler, "topology")
    if module is None:
        return Topology()
    found: Topology = module.read(pdu)
    return found


def plate(
    handler: LoadedHandler, pdu: Any, runs_on: Callable[[Optional[float]], bool]
) -> Nameplate:
    """What a unit says about itself; empty for an archive, and for a handler without
    `nameplate.py`.

    `runs_on` says of an uptime in s whether the unit is the one that was read before: then what
    costs further requests is left out. Raises the errors of handlers/errors.py.
    """
    module = _module(handler, "nameplate")
    if module is None:
        return Nameplate()
    found: Nameplate = module.read(pdu, runs_on)
    return found


def _module(handler: LoadedHandler, name: str) -> Optional[ModuleType]:
    return _found(handler.name, name) if registry.is_handler(handler.shown) else None


@functools.lru_cache(maxsize=32)
def _found(handler: str, name: str) -> Optional[ModuleType]:
    path = f"{__package__.rpartition('.command')[0]}.{handler}.{name}"
    return importlib.import_module(path) if importlib.util.find_spec(path) is not None else None
