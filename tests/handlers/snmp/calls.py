"""Makes SNMP handlers that call an agent over the wire or in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional, Protocol, Union

from handlers.snmp.handler import SnmpPdu, make_handler
from pdu_common.base_snmp_pdu import Element, SnmpError
from pdu_common.connection import PduSnmpData
from tests.handlers.snmp.memory import Memory, plain
from tests.simulators.snmp_agent import Agent, Row, ber
from tests.simulators.snmp_agent.agent import ERRORS
from tests.simulators.snmp_agent.ber import Binding, Message, Pdu, Wire
from tests.simulators.snmp_agent.device import GAUGE, INTEGER, OCTETS, Arcs, arcs, dotted


class Listening(Protocol):
    """An SNMP agent: the project's or a real one."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


def form(
    agent: Listening, settings: Optional[Mapping[str, str]], params: Mapping[str, str]
) -> PduSnmpData:
    """The connection data of a PDU at the agent's address, as DCImanager gives them to a handler.
    `params` replace or add SNMP parameters, such as version="1"."""
    default_params: dict[str, str] = {
        "version": "2",
        "community": "private",
        "timeout": "5",
        "retries": "3",
        "port": str(agent.port),
    }
    return PduSnmpData(agent.host, {**default_params, **params}, dict(settings or {}))


def pdu(agent: Listening, settings: Optional[Mapping[str, str]] = None, **params: str) -> SnmpPdu:
    """Make a handler that talks to the agent over the wire."""
    handler = make_handler(form(agent, settings, params))
    assert isinstance(handler, SnmpPdu)
    return handler


def near(agent: Agent, settings: Optional[Mapping[str, str]] = None, **params: str) -> SnmpPdu:
    """Make a handler that calls the agent in memory."""
    return NearPdu(form(agent, settings, params), agent)


class NearPdu(SnmpPdu):
    """The handler on a platform that passes each datagram to the agent in memory, without a socket.

    Tests of all families use this class for most calls, because the wire takes most of the time of
    a call, and the wire only for some. SnmpErrors have the texts
    of `pdu_common`, without the port.
    """

    def __init__(self, pdu_data: PduSnmpData, agent: Agent) -> None:
        super().__init__(pdu_data)
        self._agent = agent
        self._version = int(pdu_data.snmp_params["version"])

    def snmp_get(self, oid: str) -> Element:
        status, bindings = self._ask(ber.GET, oid, None)
        if status == "noSuchName":
            return Element(oid, None)
        return _element(*bindings[0])

    def snmp_set(self, oid: str, value: Union[int, str, bytes]) -> None:
        octets = value.encode() if isinstance(value, str) else value
        self._write(oid, Row(INTEGER, octets) if isinstance(octets, int) else Row(OCTETS, octets))

    def snmp_set_unsigned(self, oid: str, value: int) -> None:
        self._write(oid, Row(GAUGE, value))

    def _write(self, oid: str, row: Row) -> None:
        status, _ = self._ask(ber.SET, oid, row)
        if status == "noSuchName":
            raise SnmpError(f"127.0.0.1 answered {status} for {oid}")

    def snmp_walk(self, oid: str) -> list[Element]:
        rows: list[Element] = []
        last = oid
        while True:
            status, bindings = self._ask(
                ber.GET_NEXT if self._version == 1 else ber.GET_BULK, last, None
            )
            for bound_oid, value in bindings if not status else ():
                before = last
                last = dotted(bound_oid)
                if not isinstance(value, Row) or not last.startswith(f"{oid}."):
                    return rows
                if bound_oid <= arcs(before):
                    raise SnmpError(f"127.0.0.1 did not continue the walk: {last} after {before}")
                rows.append(_element(bound_oid, value, last[len(oid) + 1 :]))
            if status:
                return rows

    def _ask(self, kind: int, oid: str, value: Optional[Row]) -> tuple[str, Sequence[Binding]]:
        """The status ("" or "noSuchName") and the bindings of the agent's answer to one request.
        Raises SnmpError for other statuses, or without an answer.

            GET_NEXT 1.3.6.1.4.1.99999.1.3    ("", [(1.3.6.1.4.1.99999.1.3.1, Row(INTEGER, 1))])
        """
        community = str(self.pdu_data.snmp_params["community"]).encode()
        request = Pdu(kind, 1, 0, 25 if kind == ber.GET_BULK else 0, ((arcs(oid), value),))
        answer = self._agent.exchange(ber.encode(Message(self._version - 1, community, request)))
        if answer is None:
            raise SnmpError("timeout: no SNMP answer from 127.0.0.1")
        pdu = ber.decode(answer).pdu
        status = ERRORS[pdu.status] if pdu.status else ""
        if status not in ("", "noSuchName"):
            raise SnmpError(f"127.0.0.1 answered {status} for {oid}")
        return status, pdu.bindings


class MemoryPdu(SnmpPdu):
    """The handler on a platform that reads a device in memory, and may write nothing."""

    def __init__(self, pdu_data: PduSnmpData, device: Memory) -> None:
        super().__init__(pdu_data)
        self._device = device

    def snmp_get(self, oid: str) -> Element:
        return Element(oid, self._device.get(oid))

    def snmp_walk(self, oid: str) -> list[Element]:
        rows = self._device.walk(oid)
        return [Element(f"{oid}.{index}", value, index) for index, value in rows.items()]

    def snmp_set(self, oid: str, value: Union[int, str, bytes]) -> None:
        raise AssertionError(f"a command wrote {value!r} to {oid}")

    def snmp_set_unsigned(self, oid: str, value: int) -> None:
        self.snmp_set(oid, value)


def _element(oid: Arcs, value: Wire, index: str = "") -> Element:
    return Element(dotted(oid), plain(value) if isinstance(value, Row) else None, index)
