"""Many simulated PDUs of 24 outlets that need little of this process's CPU."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import random
import socket
import threading
from collections.abc import Iterator
from typing import Any

from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices.apc import rpdu2

OUTLETS = 24
_HOST = "127.0.0.1"


class _SnmpUnit(asyncio.DatagramProtocol):
    """One PDU, with the answers of the agent on `agent_port`, after `delay_s`; `loss` is the share
    of requests that it does not answer.

    `answers` maps the two pieces of a request around its id to those of the answer; all units share
    it.
    """

    def __init__(
        self,
        agent_port: int,
        delay_s: float,
        answers: dict[tuple[bytes, bytes], tuple[bytes, bytes]],
        loss: float,
    ) -> None:
        self._agent, self._delay_s, self._answers = (_HOST, agent_port), delay_s, answers
        self._loss, self._chance = loss, random.Random(7)
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        if self._chance.random() < self._loss:
            return
        begin, end = _request_id(data)
        request_id = data[begin:end]
        question = (data[:begin], data[end:])
        if question not in self._answers:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
                agent.settimeout(10)
                agent.sendto(data, self._agent)
                answer = agent.recv(65_536)
            begin, end = _request_id(answer)
            self._answers[question] = (answer[:begin], answer[end:])
        before_id, after_id = self._answers[question]
        answer = before_id + request_id + after_id
        loop = asyncio.get_running_loop()
        loop.call_later(self._delay_s, self.transport.sendto, answer, peer)


def _request_id(data: bytes) -> tuple[int, int]:
    """Start and end of the request id's content, in the part that follows version and community."""
    place = _content(data, 0)[0]
    for _ in range(2):
        place = _content(data, place)[1]
    return _content(data, _content(data, place)[0])


def _content(data: bytes, place: int) -> tuple[int, int]:
    """Start and end of the content of the element at `place`."""
    size, begin = data[place + 1], place + 2
    if size & 0x80:
        begin += size & 0x7F
        size = int.from_bytes(data[place + 2 : begin], "big")
    return begin, begin + size


@contextlib.contextmanager
def snmp_units(number: int, delay_s: float, loss: float = 0.0) -> Iterator[list[int]]:
    """The ports of so many SNMP PDUs. `loss`: the share of the requests that they do not get."""
    loop, answers = asyncio.new_event_loop(), dict[tuple[bytes, bytes], tuple[bytes, bytes]]()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def opened(port: int) -> list[asyncio.DatagramTransport]:
        unit = functools.partial(_SnmpUnit, port, delay_s, answers, loss)
        transports = []
        for _ in range(number):
            transport, _protocol = await loop.create_datagram_endpoint(unit, local_addr=(_HOST, 0))
            transports.append(transport)
        return transports

    async def closed(transports: list[asyncio.DatagramTransport]) -> None:
        for transport in transports:
            transport.close()

    with Agent(rpdu2(outlets=OUTLETS)) as agent:
        transports = asyncio.run_coroutine_threadsafe(opened(agent.port), loop).result()
        try:
            yield [int(transport.get_extra_info("sockname")[1]) for transport in transports]
        finally:
            asyncio.run_coroutine_threadsafe(closed(transports), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join(60)
            loop.close()


@contextlib.contextmanager
def dead_port(kind: socket.SocketKind) -> Iterator[int]:
    """A port that is open, but never answers."""
    with socket.socket(socket.AF_INET, kind) as silent:
        silent.bind((_HOST, 0))
        if kind == socket.SOCK_STREAM:
            silent.listen(256)
        yield int(silent.getsockname()[1])
