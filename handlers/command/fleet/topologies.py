"""Reads the lines and breakers of a PDU with the tool of its handler, if it has one."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from ... import registry
from ...topology import Topology
from ..loading import LoadedHandler


def read(handler: LoadedHandler, pdu: Any) -> Topology:
    """The topology of a PDU; empty for an archive, and for a handler without `topology.py`.

    Raises the errors of handlers/errors.py.
    """
    root = __package__.rpartition(".command")[0]
    name = f"{root}.{handler.name}.topology"
    if not registry.is_handler(handler.shown) or importlib.util.find_spec(name) is None:
        return Topology()
    found: Topology = importlib.import_module(name).read(pdu)
    return found
