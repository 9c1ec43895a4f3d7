"""Handlers for simulated devices, as DCImanager makes them."""
from __future__ import annotations

from typing import Dict, Mapping, Optional, Protocol

from handlers.snmp.handler import SnmpPdu, make_handler
from pdu_common.connection import PduSnmpData


class Listening(Protocol):
    """Whatever listens for SNMP: the project's agent or a real one."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


def pdu(agent: Listening, settings: Optional[Mapping[str, str]] = None, **params: str) -> SnmpPdu:
    """A handler that may read and write; `params` replace those of the form."""
    given: Dict[str, str] = {"version": "2", "community": "private", "timeout": "5", "retries": "3", "port": str(agent.port)}
    handler = make_handler(PduSnmpData(agent.host, {**given, **params}, dict(settings or {})))
    assert isinstance(handler, SnmpPdu)
    return handler
