"""A simulated PDU for each handler, with what an administrator types into DCImanager's form for it.

Each handler has a module of its name here, with

    peer()              a small PDU, for tests
    shown()             a PDU for the demo
    KIND                what the page of the local DCImanager says of its simulated PDU
    living(port, off)   that PDU on this port (0: any), outlets `off` switched off, its loads and counters moving with time
"""
from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import Any, Callable, ContextManager, Dict, Mapping, NamedTuple, Sequence, Tuple

from handlers import registry
from tests.simulators.books import Books


@dataclass
class Peer:
    """`handler` is the archive's name without pdu_; `protocol` what it is registered with; `title` is for people."""

    handler: str
    protocol: str
    address: str
    books: Callable[[], Books]
    snmp: Dict[str, str] = field(default_factory=dict, repr=False)
    settings: Dict[str, str] = field(default_factory=dict, repr=False)
    title: str = ""


class Kind(NamedTuple):
    """`key` and `title` for the page; `handler` drives it, and it has so many outlets."""

    key: str
    title: str
    handler: str
    outlets: int


Tick = Callable[[float], None]              # so many seconds went by
Living = ContextManager[Tuple[Peer, Tick]]


def _module(name: str) -> Any:
    return importlib.import_module(f"{__name__}.{name}")


PEERS: Dict[str, Callable[..., ContextManager[Peer]]] = {name: _module(name).peer for name in registry.names()}
SHOWN: Mapping[str, Callable[[], ContextManager[Peer]]] = {name: _module(name).shown for name in registry.names()}
KINDS: Mapping[str, Kind] = {kind.key: kind for name in registry.names() for kind in [_module(name).KIND]}


def living(key: str, port: int, off: Sequence[int]) -> Living:
    """The moving PDU of one of `KINDS`."""
    made: Living = _module(KINDS[key].handler).living(port, off)
    return made
