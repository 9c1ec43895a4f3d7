"""What the handlers of this project say to tools beyond DCImanager's four calls. In no archive.

A `HandlerAdapter` has a handler's functions for that: which unit it is (`read_nameplate`), its
lines and breakers (`read_topology`), and what it finds at an address (`identify`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

from .finding import HandlerFinding
from .nameplate import Nameplate
from .shelly import nameplate as shelly_nameplate
from .synlink import nameplate as synlink_nameplate
from .topology import MeteredPart

_HTTPS_PORT = 443


class HandlerAdapter(NamedTuple):
    """The functions of one handler for tools; None for one that it does not have. They raise the
    errors of handlers/shared/errors.py. A handler that only tells which unit it is has
    `HandlerAdapter(read_nameplate)`.
    """

    #: which unit it is; reads in the handler's session, its argument
    read_nameplate: Optional[Callable[[Any], Nameplate]] = None
    #: its lines and breakers; reads in the handler's session
    read_topology: Optional[Callable[[Any], Sequence[MeteredPart]]] = None
    #: what it finds at an address; the argument is that of make_handler
    identify: Optional[Callable[[Any], HandlerFinding]] = None
    #: the usual port; None for UDP, where only an answer shows that a device listens
    tcp_port: Optional[int] = _HTTPS_PORT


# Imported late, because most runs need one handler.


def _nut() -> HandlerAdapter:
    """The functions of the handler nut; a NUT server listens at port 3493."""
    from .nut import identification, nameplate, topology  # 30 ms

    return HandlerAdapter(
        read_nameplate=nameplate.read_nameplate,
        read_topology=topology.read_topology,
        identify=identification.identify,
        tcp_port=3493,
    )


def _raritan() -> HandlerAdapter:
    """The functions of the handler raritan, which speaks HTTPS."""
    from .raritan import identification, nameplate, topology  # 50 ms

    return HandlerAdapter(
        read_nameplate=nameplate.read_nameplate,
        read_topology=topology.read_topology,
        identify=identification.identify,
    )


def _redfish() -> HandlerAdapter:
    """The functions of the handler redfish, which speaks HTTPS."""
    from .redfish import identification, nameplate, topology  # 50 ms

    return HandlerAdapter(
        read_nameplate=nameplate.read_nameplate,
        read_topology=topology.read_topology,
        identify=identification.identify,
    )


def _snmp() -> HandlerAdapter:
    """The functions of the handler snmp, which speaks UDP: no port can be tried."""
    from .snmp import identification, nameplate, topology  # 50 ms

    return HandlerAdapter(
        read_nameplate=nameplate.read_nameplate,
        read_topology=topology.read_topology,
        identify=identification.identify,
        tcp_port=None,
    )


#: by the handler's name; one that says nothing more is not here
ADAPTERS: Mapping[str, Callable[[], HandlerAdapter]] = {
    "nut": _nut,
    "raritan": _raritan,
    "redfish": _redfish,
    "snmp": _snmp,
    "shelly": lambda: HandlerAdapter(shelly_nameplate.read_nameplate),
    "synlink": lambda: HandlerAdapter(synlink_nameplate.read_nameplate),
}


def adapter_of(handler: str) -> HandlerAdapter:
    """The functions for tools of the handler of this name; none of them for a path.

    >>> adapter_of("nut").tcp_port, adapter_of("snmp").tcp_port
    (3493, None)
    >>> adapter_of("mine.py").identify
    """
    if handler not in ADAPTERS:
        return HandlerAdapter()
    make_adapter = ADAPTERS[handler]
    return make_adapter()
