"""Many simulated PDUs that need little CPU: `python -m tests.benchmarks.fleet_hall FOLDER PDUS
DELAY_MS`.

Each handler has one simulator, except that NUT has one for every 20 PDUs. One event loop serves
ports (fronts) that keep the simulator's answers and repeat them after DELAY_MS; only NUT's commands
other than LIST are answered anew each time. Every tenth PDU is dead: its port is open, but never
answers. Writes list.csv, logins.toml and ca.pem into FOLDER and prints "ready". Then answers each
line of standard input with the number of requests so far by handler, as JSON; the line "bytes" with
the bytes of requests and answers, without the heads of packets and TLS. Lines that arrive at a NUT
server in one piece count as one request. Requests to dead PDUs are not counted.
"""

from __future__ import annotations

import asyncio
import functools
import http.client
import json
import socket
import ssl
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Callable, NamedTuple

from tests.simulators.certificates import Authority, server_context
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu
from tests.simulators.nut_server.session import Session
from tests.simulators.nut_server.words import LineReader
from tests.simulators.redfish import Model as RedfishModel, Pdu, RedfishService
from tests.simulators.snmp_agent import Agent, ber
from tests.simulators.snmp_agent.devices.apc import rpdu2
from tests.simulators.xerus import Model, XerusPdu

OUTLETS = 24
# number of each in 100 PDUs
SHARES = (("snmp", 50), ("nut", 30), ("raritan", 10), ("redfish", 10))
_DEAD = 10  # every tenth PDU is dead
_NUT_SITE = 20  # PDUs behind one NUT server
_HOST = "127.0.0.1"


class Hall(NamedTuple):
    """The delay and the counters that all fronts share."""

    delay_s: float
    #: requests by handler
    counts: Counter[str]
    #: bytes of requests and answers by handler
    bytes: Counter[str]


# ---- SNMP ----------------------------------------------------------------------------------------


class SnmpFront(asyncio.DatagramProtocol):
    """One PDU.

    `known` maps a question without its request id to the two pieces of the answer around that
    id.
    """

    transport: asyncio.DatagramTransport

    def __init__(
        self, hall: Hall, agent: Agent, known: dict[tuple[bytes, bytes], tuple[bytes, bytes]]
    ) -> None:
        self._hall, self._agent, self._known = hall, agent, known

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        self._hall.counts["snmp"] += 1
        begin, end = request_id(data)
        question = (data[:begin], data[end:])
        if question not in self._known:
            answer = self._agent._answer(ber.decode(data))
            if answer is None:
                return
            place = request_id(answer)
            self._known[question] = (answer[: place[0]], answer[place[1] :])
        before, behind = self._known[question]
        self._hall.bytes["snmp"] += len(data) + len(before) + end - begin + len(behind)
        asyncio.get_running_loop().call_later(
            self._hall.delay_s, self.transport.sendto, before + data[begin:end] + behind, peer
        )


def request_id(data: bytes) -> tuple[int, int]:
    """Start and end of the request id's content.

    The id begins the part of a message that follows version and community.
    """
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


# ---- NUT -----------------------------------------------------------------------------------------


async def nut_front(
    hall: Hall,
    server: NutServer,
    known: dict[str, bytes],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Serves one connection to one NUT server."""
    session, lines = Session(server._site, _HOST), LineReader()
    try:
        while not session.over:
            data = await reader.read(65536)
            if not data:
                break
            hall.counts["nut"] += 1
            answer = b""
            for words in lines.feed(data):
                asked = " ".join(words)
                if not asked.startswith("LIST "):
                    answer += session.answer(words).encode()
                    continue
                if asked not in known:
                    known[asked] = session.answer(words).encode()
                answer += known[asked]
            hall.bytes["nut"] += len(data) + len(answer)
            await asyncio.sleep(hall.delay_s)
            writer.write(answer)
    except ConnectionError:
        pass
    finally:
        writer.close()


# ---- HTTP ----------------------------------------------------------------------------------------


class Upstream(NamedTuple):
    """The simulator behind a front."""

    kind: str
    port: int
    ca_pem: str

    def ask(self, method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
        """The simulator's answer as the bytes of an HTTP message."""
        trust = ssl.create_default_context(cadata=self.ca_pem)
        trust.minimum_version = ssl.TLSVersion.TLSv1_2
        connection = http.client.HTTPSConnection(_HOST, self.port, context=trust, timeout=60)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        kept = [
            f"{name}: {value}"
            for name, value in answer.getheaders()
            if name.lower() not in ("connection", "content-length")
        ]
        head = "\r\n".join(
            [
                f"HTTP/1.1 {answer.status} {answer.reason}",
                *kept,
                f"Content-Length: {len(content)}",
                "",
                "",
            ]
        )
        return head.encode() + content


async def http_front(
    hall: Hall,
    upstream: Upstream,
    known: dict[tuple[str, bytes], bytes],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Serves one connection to one PDU."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {
                name: value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            length = next(
                (int(value) for name, value in headers.items() if name.lower() == "content-length"),
                0,
            )
            body = await reader.readexactly(length)
            hall.counts[upstream.kind] += 1
            question = (head[0], body)
            if question not in known:
                method, target, _ = head[0].split(" ")
                sent = {
                    name: value
                    for name, value in headers.items()
                    if name.lower() not in ("host", "connection")
                }
                known[question] = await asyncio.get_running_loop().run_in_executor(
                    None, upstream.ask, method, target, sent, body
                )
            # a character of the decoded head is a byte
            asked = len("\r\n".join(head)) + length
            hall.bytes[upstream.kind] += asked + len(known[question])
            await asyncio.sleep(hall.delay_s)
            writer.write(known[question])
    except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        writer.close()


# ---- all PDUs ------------------------------------------------------------------------------------


def kinds(pdus: int) -> list[str]:
    """The handler of each PDU, in mixed order.

    Each hundred is shifted by one place, so that the dead PDUs' handlers vary too.
    """
    share = [name for place in range(100) for name, part in SHARES if place < part]
    order = sorted(range(len(share)), key=lambda place: place * 37 % len(share))
    return [share[order[(number + number // len(share)) % len(share)]] for number in range(pdus)]


class Builder:
    """Opens the fronts, and collects the lines of the list."""

    def __init__(self, hall: Hall, folder: Path, stack: ExitStack) -> None:
        self.hall, self.folder, self._stack = hall, folder, stack
        self.lines = ["name,handler,address,auth,settings"]
        self._agent = stack.enter_context(Agent(rpdu2(outlets=OUTLETS)))
        self._known: dict[str, dict[Any, Any]] = {name: {} for name, _ in SHARES}
        authority = Authority()
        self._tls = server_context(*authority.issue(_HOST))
        (folder / "ca.pem").write_text(authority.ca_pem)
        xerus = stack.enter_context(XerusPdu(Model(outlets=OUTLETS, phases=3)))
        redfish = stack.enter_context(
            RedfishService(RedfishModel((Pdu(outlets=tuple(map(str, range(1, OUTLETS + 1)))),)))
        )
        self._upstreams = {
            "raritan": Upstream("raritan", xerus.port, xerus.ca_pem),
            "redfish": Upstream("redfish", redfish.port, redfish.ca_pem),
        }
        self.logins = {
            "snmp": {"community": "public"},
            "raritan": {"username": xerus.user, "password": xerus.password},
            "redfish": {"username": redfish.user, "password": redfish.password},
            "nut": {"username": ADMIN.name, "password": ADMIN.password},
        }
        self._nuts = self._site = 0

    async def pdu(self, number: int, kind: str, dead: bool) -> None:
        """Adds one PDU."""
        settings = {"nut": f"device=pdu{self._nuts % _NUT_SITE}", "snmp": ""}.get(
            kind, "ca_pem=ca.pem"
        )
        port = self._dead(kind) if dead else await getattr(self, f"_{kind}")(number)
        name = f"{'dead' if dead else 'rack'} {number:05d}"
        self.lines.append(f"{name},{kind},{_HOST}:{port},{kind},{settings}")

    def _dead(self, kind: str) -> int:
        type_ = socket.SOCK_DGRAM if kind == "snmp" else socket.SOCK_STREAM
        made = self._stack.enter_context(socket.socket(socket.AF_INET, type_))
        made.bind((_HOST, 0))
        if kind != "snmp":
            made.listen(8)
        return int(made.getsockname()[1])

    async def _snmp(self, number: int) -> int:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: SnmpFront(self.hall, self._agent, self._known["snmp"]), local_addr=(_HOST, 0)
        )
        return int(transport.get_extra_info("sockname")[1])

    async def _nut(self, number: int) -> int:
        if self._nuts % _NUT_SITE == 0:
            server = self._stack.enter_context(
                NutServer([SwitchedPdu(f"pdu{n}", OUTLETS) for n in range(_NUT_SITE)])
            )
            self._site = await self._tcp(functools.partial(nut_front, self.hall, server, {}), None)
        self._nuts += 1
        return self._site

    async def _raritan(self, number: int) -> int:
        return await self._http("raritan")

    async def _redfish(self, number: int) -> int:
        return await self._http("redfish")

    async def _http(self, kind: str) -> int:
        return await self._tcp(
            functools.partial(http_front, self.hall, self._upstreams[kind], self._known[kind]),
            self._tls,
        )

    async def _tcp(self, serve: Callable[..., Any], tls: Any) -> int:
        made = await asyncio.start_server(serve, _HOST, 0, ssl=tls, backlog=256)
        return int(made.sockets[0].getsockname()[1])


async def run(folder: Path, pdus: int, delay_s: float) -> None:
    """Serves all PDUs until standard input ends."""
    hall = Hall(delay_s, Counter(), Counter())
    with ExitStack() as stack:
        builder = Builder(hall, folder, stack)
        for number, kind in enumerate(kinds(pdus)):
            await builder.pdu(number, kind, number % _DEAD == _DEAD - 1)
        (folder / "list.csv").write_text("\n".join([*builder.lines, ""]))
        logins = folder / "logins.toml"
        logins.touch(0o600)
        logins.write_text(
            "\n".join(
                line
                for name, login in builder.logins.items()
                for line in (
                    f"[auth.{name}]",
                    *(f'{key} = "{value}"' for key, value in login.items()),
                )
            )
        )
        print("ready", flush=True)
        while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
            print(json.dumps(hall.bytes if line == "bytes\n" else hall.counts), flush=True)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 1000))
