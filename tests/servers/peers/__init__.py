"""A simulated PDU for each handler, with the values of DCImanager's form for it.

This package has a module for each handler, with the name of the handler. The module defines

    peer()              a small PDU, for tests
    shown()             a PDU for the demo
    named(names)        a PDU with an outlet for each name, except for names that its protocol
    cannot send
    KIND                the description of the simulated PDU on the page of the local DCImanager
    living(port, off)   the PDU of KIND on this port (0: any), with the outlets `off` switched off,
    and its Tick

For a handler that is a codec, `unit_pdus` has them.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple

from handlers import registry
from tests.simulators.truth import Truth


@dataclass
class Peer:
    """A running simulator and the values of its form. `handler` is the archive's name without pdu_,
    `protocol` is snmp or custom, and `title` is the PDU's name in the demo ("": not in the
    demo)."""

    handler: str
    protocol: str
    address: str
    truth: Callable[[], Truth]
    snmp: dict[str, str] = field(default_factory=dict, repr=False)
    settings: dict[str, str] = field(default_factory=dict, repr=False)
    title: str = ""
    #: whether its truth counts requests; Net-SNMP's snmpd does not tell how many it had
    counts_requests: bool = True


class Kind(NamedTuple):
    """A simulated PDU on the page of the local DCImanager."""

    key: str
    title: str
    handler: str
    outlets: int


# Called with the seconds since its last call. Sets the loads, and adds energy to counters that do
# not run by themselves.
Tick = Callable[[float], None]
Living = AbstractContextManager[tuple[Peer, Tick]]


def https_settings(unit: Any) -> dict[str, str]:
    """A handler's settings for a simulator with a user, a password and a certificate."""
    return {
        "port": str(unit.port),
        "username": unit.user,
        "password": unit.password,
        "ca_pem": unit.ca_pem,
    }


def of_https(handler: str, unit: Any, title: str = "") -> Peer:
    """A running simulator of a unit with a user, a password and a certificate."""
    settings = https_settings(unit)
    return Peer(handler, "custom", unit.host, unit.truth, settings=settings, title=title)


def _module(name: str) -> Any:
    if registry.about(name).is_codec:
        # imported late: it imports this package
        from tests.servers.peers.unit_pdus import UnitPeers

        return UnitPeers(name)
    return importlib.import_module(f"{__name__}.{name}")


PEERS: dict[str, Callable[..., AbstractContextManager[Peer]]] = {
    name: _module(name).peer for name in registry.names()
}
SHOWN: Mapping[str, Callable[[], AbstractContextManager[Peer]]] = {
    name: _module(name).shown for name in registry.names()
}
NAMED: Mapping[str, Callable[[Sequence[str]], AbstractContextManager[Peer]]] = {
    name: _module(name).named for name in registry.names()
}
KINDS: Mapping[str, Kind] = {
    kind.key: kind for name in registry.names() for kind in [_module(name).KIND]
}


def living(key: str, port: int, off: Sequence[int]) -> Living:
    """The result of `living(port, off)` in the module of the kind `key`."""
    pdu: Living = _module(KINDS[key].handler).living(port, off)
    return pdu
