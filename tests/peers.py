"""One simulated PDU of each kind, with what an administrator types into DCImanager's form for it."""
from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Callable, ContextManager, Dict, Iterator

from tests.simulators.books import Books
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu
from tests.simulators.snmp_agent import Agent, Model
from tests.simulators.snmp_agent.devices.apc import rpdu2
from tests.simulators.xerus import XerusPdu


@dataclass
class Peer:
    """`handler` is the archive's name without pdu_; `protocol` what it is registered with."""

    handler: str
    protocol: str
    address: str
    books: Callable[[], Books]
    snmp: Dict[str, str] = field(default_factory=dict, repr=False)
    settings: Dict[str, str] = field(default_factory=dict, repr=False)


@contextlib.contextmanager
def raritan() -> Iterator[Peer]:
    with XerusPdu() as pdu:
        yield Peer("raritan", "custom", pdu.host, pdu.books, settings={
            "port": str(pdu.port), "username": pdu.user, "password": pdu.password, "ca_pem": pdu.ca_pem})


@contextlib.contextmanager
def snmp(build: Callable[[], Model] = lambda: rpdu2(outlets=8), port: int = 0,
         host: str = "127.0.0.1") -> Iterator[Peer]:
    with Agent(build(), port, host=host) as agent:
        yield Peer("snmp", "snmp", agent.host, agent.books, snmp={"port": str(agent.port), "community": "private"})


@contextlib.contextmanager
def nut() -> Iterator[Peer]:
    with NutServer([SwitchedPdu("pdu", outlets=8)], tls=True) as server:
        yield Peer("nut", "custom", server.host, server.books, settings={
            "port": str(server.port), "username": ADMIN.name, "password": ADMIN.password, "device": "pdu", "tls": "yes",
            "ca_pem": server.ca_pem})


PEERS: Dict[str, Callable[[], ContextManager[Peer]]] = {"raritan": raritan, "snmp": snmp, "nut": nut}
