"""SNMP agents for v1 and v2c on 127.0.0.1: pysnmp's command responders in front of
simulated PDUs.

unit       a simulated PDU, an SnmpUnit: it has the rows, get, next and set
agent      one unit at a UDP port of its own
engine     pysnmp's SnmpEngine, which decodes and answers the requests of all agents in one thread
domain     by which pysnmp tells the agents of an engine apart: udp.DOMAIN_NAME and a number

The tests have an agent of their own (tests/simulators), which shares no code with this one or with
the client that it judges: it plays faults, counts requests and starts without pysnmp's 0.1 s.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Callable, Optional

from pyasn1.type import univ
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413 import cmdrsp, context
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.smi import error as smi_error

from handlers.shared.errors import Unreachable
from pdu_common.snmp_client.tool_api import (
    ADDRESS,
    COUNTER,
    COUNTER64,
    GAUGE,
    INTEGER,
    OCTETS,
    OID,
    OPAQUE,
    TICKS,
)

from ..replay_server import HOST
from .recorded_rows import SnmpRow, wire_row
from .unit import SnmpUnit

# longest waits for the start and the end of the thread, in seconds
_STARTS_S, _ENDS_S = 20.0, 5.0
_TYPES: Mapping[int, Any] = {
    INTEGER: rfc1902.Integer32,
    OCTETS: rfc1902.OctetString,
    OID: rfc1902.ObjectIdentifier,
    ADDRESS: rfc1902.IpAddress,
    COUNTER: rfc1902.Counter32,
    GAUGE: rfc1902.Gauge32,
    TICKS: rfc1902.TimeTicks,
    OPAQUE: rfc1902.Opaque,
    COUNTER64: rfc1902.Counter64,
}
_ERRORS = {"notWritable": smi_error.NotWritableError, "wrongType": smi_error.WrongTypeError}
# a message of v1 or v2c up to the length of its community (RFC 1901)
_COMMUNITY = re.compile(
    rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)\x02\x01[\x00\x01]\x04([\x00-\x7f])", re.DOTALL
)
_EVERYTHING = (1, 3)
_ZERO = (0, 0)  # zeroDotZero (RFC 2578), as Net-SNMP sends an empty OID


class SimulatedAgent:
    """A simulated PDU at a UDP port of 127.0.0.1. It takes the community of its server, or its own
    alone.
    """

    #: the only one that it takes; "" for the server's
    community = ""

    def __init__(self, unit: SnmpUnit, port: int) -> None:
        """With `port` 0 the system chooses a port. Raises OSError if the port cannot be used."""
        self.unit = unit
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self.socket.bind((HOST, port))
        except OSError:
            self.socket.close()
            raise
        self.port = int(self.socket.getsockname()[1])
        unit.port = self.port
        #: how many datagrams reached it, also those that pysnmp does not answer, as for another
        #: community
        self.datagrams = 0

    def transport(self) -> Any:
        """pysnmp's transport over the agent's socket, through which each datagram goes first:

        any datagram                         counted in `datagrams`, answered after unit.delay_s
        one of v1 or v2c                     its community is added to unit.communities
        one of another community than        not answered
        the agent's own, if it has one
        """
        transport = udp.UdpAsyncioTransport()
        receive = transport.datagram_received

        def received(datagram: bytes, address: Any) -> None:
            """Pass a datagram on to pysnmp, late or not at all, as the table above says."""
            self.datagrams += 1
            begin = _COMMUNITY.match(datagram)
            if begin is not None:
                size = begin[1][0]
                community = datagram[begin.end() :][:size]
                self.unit.communities.add(community)
                if self.community and community != self.community.encode():
                    return
            delay_s = self.unit.delay_s
            if delay_s:
                asyncio.get_running_loop().call_later(delay_s, receive, datagram, address)
            else:
                receive(datagram, address)

        transport.datagram_received = received
        return transport.open_server_mode(sock=self.socket)


class SnmpServer:
    """pysnmp's engine in a thread, for agents of one community, until `close`. `_loop` is the
    asyncio loop of the thread, `_engine` the engine that runs in it, `_agents` are the agents by
    their domain.

        server = SnmpServer("public")
        agent = server.serve(unit, 0)    # snmpget -v2c -c public 127.0.0.1:PORT
        server.close()

    The start of an engine takes 0.2 s of the processor; another agent of the same engine takes next
    to none.
    """

    def __init__(self, community: str, own_end: Callable[[int], str] = lambda port: "") -> None:
        """Start the thread. `own_end(port)`: what the community of the agent at this port ends
        with, such as "p161x", so that each agent has its own; "" for the server's `community`.
        """
        self._community = community
        self._own_end = own_end
        self._agents: dict[tuple[int, ...], SimulatedAgent] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._run, args=(community,), name="replay", daemon=True
        )
        self._thread.start()

    def serve(self, unit: SnmpUnit, port: int) -> SimulatedAgent:
        """Start an agent that answers for this simulated PDU, and return it once it answers; with
        `port` 0 the system chooses a port. Raises OSError if the port cannot be used, Unreachable
        if the agent does not start in time.
        """
        agent = SimulatedAgent(unit, port)
        own_end = self._own_end(agent.port)
        agent.community = f"{self._community}{own_end}" if own_end else ""
        domain = (*udp.DOMAIN_NAME, len(self._agents))
        self._agents[domain] = agent
        start = asyncio.run_coroutine_threadsafe(self._start(domain, agent), self._loop)
        try:
            start.result(_STARTS_S)
        except concurrent.futures.TimeoutError:
            self.close()
            raise Unreachable(
                f"the replay did not start within {_STARTS_S:g} s: try again when this machine is"
                " less busy"
            ) from None
        return agent

    def close(self) -> None:
        """End the thread and close the sockets."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_ENDS_S)
        for agent in self._agents.values():
            agent.socket.close()

    def _run(self, community: str) -> None:
        """What the thread does: make the engine, run the loop until `close`, end the engine."""
        asyncio.set_event_loop(self._loop)
        # pysnmp raises for some datagrams that are not SNMP: log nothing
        self._loop.set_exception_handler(lambda *_: None)
        self._engine = self._responding_engine(community)
        self._loop.run_forever()
        self._engine.close_dispatcher()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _start(self, domain: tuple[int, ...], agent: SimulatedAgent) -> None:
        """In the thread: give the engine the agent's socket and, if it has one, its community."""
        if agent.community:
            own_name = f"replay {agent.port}"
            config.add_v1_system(self._engine, own_name, agent.community, securityName="replay")
        config.add_transport(self._engine, domain, agent.transport())
        await asyncio.sleep(0)

    def _responding_engine(self, community: str) -> Any:
        """An engine that answers GET, GETNEXT, GETBULK and SET of v1 and v2c with this community,
        each by the unit at whose port the request arrived.
        """
        engine = SnmpEngine()
        config.add_v1_system(engine, "replay", community)
        for model in (1, 2):
            config.add_vacm_user(engine, model, "replay", "noAuthNoPriv", _EVERYTHING, _EVERYTHING)
        snmp_context = context.SnmpContext(engine)
        snmp_context.unregister_context_name(b"")
        instrumentation = _Instrumentation(lambda: self._asked_unit(engine))
        snmp_context.register_context_name(b"", instrumentation)
        cmdrsp.GetCommandResponder(engine, snmp_context)
        cmdrsp.NextCommandResponder(engine, snmp_context)
        cmdrsp.SetCommandResponder(engine, snmp_context)
        _answer_without_rows(cmdrsp.BulkCommandResponder(engine, snmp_context))
        return engine

    def _asked_unit(self, engine: Any) -> SnmpUnit:
        """The unit at whose port the request arrived that the engine is answering now."""
        request = engine.observer.get_execution_context("rfc3412.receiveMessage:request")
        return self._agents[tuple(request["transportDomain"])].unit


def _answer_without_rows(responder: Any) -> None:
    """Make this responder of pysnmp for GETBULK answer a request for no rows, which is valid (RFC
    3416, 4.2.3), and to which pysnmp alone sends no answer. Other requests are answered as before:

        >  GETBULK non-repeaters 0, max-repetitions 0
        <  Response, no error, no rows
    """
    handle = responder.handle_management_operation

    def answer(engine: Any, reference: Any, name: Any, request: Any) -> None:
        """Answer a GETBULK: without rows if it asks for none, else as pysnmp does."""
        non_repeaters, max_repetitions = int(request[1]), int(request[2])
        if non_repeaters <= 0 and max_repetitions <= 0:
            responder.send_varbinds(engine, reference, 0, 0, [])
        else:
            handle(engine, reference, name, request)

    responder.handle_management_operation = answer


class _Instrumentation:
    """What pysnmp's responders call to read and write objects, in the place of its own
    MibInstrumController: pairs of OID and value go in and come out, in pysnmp's types.

        read_next_variables(((1, 3, 6), None))    [((1, 3, 6, 1, 2, 1, 1, 1, 0), "APC")]
    """

    def __init__(self, unit: Callable[[], SnmpUnit]) -> None:
        """`unit()`: the simulated PDU that the request is for which is answered now."""
        self._unit = unit

    def read_variables(self, *pairs: Any, **_: Any) -> list[Any]:
        with self._asked_unit() as unit:
            return [(oid, _wire(unit.get(tuple(oid)))) for oid, _value in pairs]

    def read_next_variables(self, *pairs: Any, **_: Any) -> list[Any]:
        with self._asked_unit() as unit:
            return [_next(unit, oid) for oid, _value in pairs]

    def write_variables(self, *pairs: Any, **_: Any) -> list[Any]:
        """Set all of these objects, and return them as they came, or none: then pysnmp's error of
        the first write that is refused is raised, such as NotWritableError.
        """
        writes = [(tuple(oid), wire_row(value)) for oid, value in pairs]
        with self._asked_unit() as unit:
            error, position = unit.set(writes)
            if error:
                oid, _value = pairs[position]
                raise _ERRORS[error](name=oid, idx=position)
        return list(pairs)

    @contextlib.contextmanager
    def _asked_unit(self) -> Iterator[SnmpUnit]:
        """A block with the simulated PDU that is asked. All errors in the block are raised on; one
        of the program itself is first added to the PDU's `failures`.

            ConnectionAbortedError    the PDU gives no answer, as its fault says
            NotWritableError          an answer of SNMP, as all errors of pysnmp
            KeyError                  of the program: failures ["KeyError: ..."]
        """
        unit = self._unit()
        try:
            yield unit
        except (ConnectionAbortedError, smi_error.PySnmpError):
            raise
        except Exception as error:
            unit.failures.append(f"{type(error).__name__}: {error}")
            raise


def _next(unit: SnmpUnit, oid: Any) -> Any:
    """OID and value, in pysnmp's types, of the first object of the unit behind `oid`.

    (1, 3, 6)                 ((1, 3, 6, 1, 2, 1, 1, 1, 0), "APC")
    the OID of the last one   (that OID, endOfMibView)
    """
    successor = unit.next(tuple(oid))
    if successor is None:
        return (oid, rfc1905.endOfMibView)
    next_oid, row = successor
    return (rfc1902.ObjectIdentifier(next_oid), _wire(row))


def _wire(row: Optional[SnmpRow]) -> Any:
    """The value of a row in pysnmp's types, as it is sent.

    >>> _wire(SnmpRow(INTEGER, 5)).prettyPrint()
    '5'
    >>> _wire(SnmpRow(OID, ())).prettyPrint()  # an empty OID has no encoding
    '0.0'
    >>> _wire(None) is rfc1905.noSuchInstance, _wire(SnmpRow(99, b"")).prettyPrint()
    (True, '')
    """
    if row is None:
        return rfc1905.noSuchInstance
    if row.tag not in _TYPES:
        return univ.Null("")
    value_type = _TYPES[row.tag]
    return value_type(_ZERO if row.value == () else row.value)
