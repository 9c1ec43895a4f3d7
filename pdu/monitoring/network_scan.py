"""Asks every host address of some networks once or twice over SNMP, at a limited rate, from one
socket for each IP version. Used by `pdu find`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Callable, NamedTuple

from handlers.shared.errors import SettingsError

from .datagrams import AgentAnswer, decode_answer, encode_question
from .networks import Network, hosts

TRIES = 2  # a second datagram replaces a lost one


class ScanRate(NamedTuple):
    """How fast addresses are asked: `rate` datagrams a second, then `last_s` seconds of waiting for
    the last answers. `ScanRate(200.0)` asks a /24 in 1.3 s, and waits 2 s.
    """

    rate: float
    last_s: float = 2.0


def scan_networks(
    networks: Sequence[Network],
    community: str,
    port: int,
    pace: ScanRate,
    on_request: Callable[[], None],
    on_unsent: Callable[[Exception], None] = lambda _: None,
) -> dict[str, AgentAnswer]:
    """Ask every host of the networks. Returns the answers by address; an answer counts only if it
    comes from the address and port that were asked. `on_request` is called for each datagram that
    is sent, `on_unsent` for each that the system could not send. Raises SettingsError if this
    machine cannot open a socket.

        > 192.0.2.1 GET sysObjectID, sysDescr, sysName
        > 192.0.2.2 GET ...                               < 192.0.2.2 1.3.6.1.4.1.318.1.3.4.6 ...
        > 192.0.2.1 GET ...                               (a second time: it did not answer)
        {"192.0.2.2": AgentAnswer(...)}
    """
    # a value from the environment need not be UTF-8
    octets = community.encode("utf-8", "surrogateescape")
    addresses: list[str] = []
    for network in networks:
        addresses += hosts(network)
    scan = Scan(
        addresses=addresses,
        community=octets,
        port=port,
        pace=pace,
        on_request=on_request,
        on_unsent=on_unsent,
    )
    return asyncio.run(scan.run())


class Scan(asyncio.DatagramProtocol):
    """A search of addresses: `run` asks each up to TRIES times. asyncio calls `datagram_received`
    for each answer, which puts the first of each address into `answer_by_address`. `request_ids`:
    address → the id that its requests and its answer have; `_port`: at which all are asked.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        community: bytes,
        port: int,
        pace: ScanRate,
        on_request: Callable[[], None],
        on_unsent: Callable[[Exception], None],
    ) -> None:
        self._community = community
        self._port = port
        self._pace = pace
        self._on_request = on_request
        self._on_unsent = on_unsent
        # unpredictable, so that answers are hard to forge
        first_id = random.SystemRandom().randrange(1 << 24)
        self.request_ids: dict[str, int] = {}
        for request_id, address in enumerate(addresses, first_id):
            self.request_ids[address] = request_id
        self.answer_by_address: dict[str, AgentAnswer] = {}

    async def run(self) -> dict[str, AgentAnswer]:
        """Ask all addresses, first those of IPv4, then those of IPv6. Returns the answers by
        address, in the order of the addresses. Raises SettingsError if no socket can be opened.
        """
        for is_v6 in sorted({":" in address for address in self.request_ids}):
            transport = await self._open_socket(is_v6=is_v6)
            try:
                for _ in range(TRIES):
                    await self._ask_silent_hosts(transport, is_v6=is_v6)
            finally:
                transport.close()
        addresses = [address for address in self.request_ids if address in self.answer_by_address]
        return {address: self.answer_by_address[address] for address in addresses}

    async def _open_socket(self, *, is_v6: bool) -> asyncio.DatagramTransport:
        """Open a UDP socket for IPv6, else for IPv4, whose datagrams come to `datagram_received`.
        Raises SettingsError if the system opens none.
        """
        any_interface = "::" if is_v6 else "0.0.0.0"  # noqa: S104
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: self, local_addr=(any_interface, 0)
            )
        except OSError as error:
            raise SettingsError(
                "this machine cannot open a UDP socket for these networks"
                f" ({error.strerror or error})"
            ) from None
        return transport

    async def _ask_silent_hosts(self, transport: asyncio.DatagramTransport, *, is_v6: bool) -> None:
        """Send a request to each address of an IP version that has not answered, at the rate, then
        wait for the last answers.

            round 1   192.0.2.1, 192.0.2.2, 192.0.2.3     < 192.0.2.2
            round 2   192.0.2.1, 192.0.2.3
        """
        loop = asyncio.get_running_loop()
        due = loop.time()
        addresses: list[str] = []
        for address in self.request_ids:
            is_of_version = (":" in address) is is_v6
            if is_of_version and address not in self.answer_by_address:
                addresses.append(address)
        for address in addresses:
            question = encode_question(self._community, self.request_ids[address])
            transport.sendto(question, (address, self._port))
            self._on_request()
            # catches up after a delay, without a long burst
            due = max(due + 1 / self._pace.rate, loop.time() - 0.05)
            await asyncio.sleep(max(0.0, due - loop.time()))
        if addresses:
            await asyncio.sleep(self._pace.last_s)

    def error_received(self, exc: Exception) -> None:
        """Called by asyncio for a datagram that the system could not send, as to a network without
        a route.
        """
        self._on_unsent(exc)

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        """Called by asyncio for each datagram. The first answer of each address is kept in
        `answer_by_address`, if it has the id of the request and comes from the port that was asked;
        another datagram is dropped.
        """
        address, port = peer[:2]  # two more fields follow in IPv6
        if port != self._port or address not in self.request_ids:
            return
        answer = decode_answer(data)
        if answer is not None and answer.number == self.request_ids[address]:
            self.answer_by_address.setdefault(address, answer)
