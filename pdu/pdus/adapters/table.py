"""What the handlers of this project say to tools beyond their four calls. In no archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

from .nameplate import Nameplate
from .topology import MeteredPart


class HandlerAdapter(NamedTuple):
    """What a handler says; None for what it does not say. Each function gets the handler's session,
    reads in it, and raises the errors of handlers/shared/errors.py.
    """

    #: which unit it is
    read_nameplate: Optional[Callable[[Any], Nameplate]] = None
    #: its lines and breakers
    read_topology: Optional[Callable[[Any], Sequence[MeteredPart]]] = None
    #: a sentence for people about its identities, or ""
    read_caution: Optional[Callable[[Any], str]] = None


# Imported late, because most runs need one handler.


def _nut() -> HandlerAdapter:
    from .nut import nameplate, topology  # 60 ms

    return HandlerAdapter(nameplate.read_nameplate, topology.read_topology)


def _raritan() -> HandlerAdapter:
    from .raritan import nameplate, topology  # 160 ms

    return HandlerAdapter(nameplate.read_nameplate, topology.read_topology)


def _redfish() -> HandlerAdapter:
    from .redfish import nameplate, topology  # 70 ms

    return HandlerAdapter(nameplate.read_nameplate, topology.read_topology)


def _snmp() -> HandlerAdapter:
    from .snmp import caution, nameplate, topology  # 80 ms

    return HandlerAdapter(nameplate.read_nameplate, topology.read_topology, caution.read_caution)


def _synlink() -> HandlerAdapter:
    from .synlink import nameplate  # 70 ms

    return HandlerAdapter(nameplate.read_nameplate)


#: by the handler's name; one that says nothing more is not here
ADAPTERS: Mapping[str, Callable[[], HandlerAdapter]] = {
    "nut": _nut,
    "raritan": _raritan,
    "redfish": _redfish,
    "snmp": _snmp,
    "synlink": _synlink,
}


def adapter_of(handler: str) -> HandlerAdapter:
    """What the handler of this name says."""
    return ADAPTERS.get(handler, HandlerAdapter)()
