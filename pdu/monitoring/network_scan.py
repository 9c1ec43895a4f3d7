"""Asks every host address of some networks once or twice over SNMP, at a limited rate, from one
socket for each IP version.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence
from typing import Callable, NamedTuple

from handlers.shared.errors import SettingsError

from .datagrams import AgentAnswer, decode_answer, encode_question
from .networks import Network, hosts

TRIES = 2  # a second datagram replaces a lost one


class ScanRate(NamedTuple):
    """How fast a network is asked."""

    #: datagrams a second
    rate: float
    #: how long a round waits for its last answers, in seconds
    last_s: float = 2.0

    def longest_s(self, addresses: int) -> float:
        """How long a sweep takes if none of so many addresses answers."""
        return TRIES * (addresses / self.rate + self.last_s)


def scan_networks(
    networks: Sequence[Network],
    community: str,
    port: int,
    pace: ScanRate,
    on_request: Callable[[], None],
    unsent: Callable[[Exception], None] = lambda _: None,
) -> dict[str, AgentAnswer]:
    """The answers by address. An answer must come from the address and port that were asked.

    `on_request` is called for each datagram. If the system does not send it, `unsent` is called
    too, with the error.

    Raises SettingsError if this machine cannot open a UDP socket for these networks, for instance
    because it has no IPv6.
    """
    # a value from the environment need not be UTF-8
    octets = community.encode("utf-8", "surrogateescape")
    addresses = list(itertools.chain.from_iterable(map(hosts, networks)))
    return asyncio.run(_sweep(addresses, octets, port, pace, on_request, unsent))


async def _sweep(
    addresses: Sequence[str],
    community: bytes,
    port: int,
    pace: ScanRate,
    on_request: Callable[[], None],
    unsent: Callable[[Exception], None],
) -> dict[str, AgentAnswer]:
    """Ask every address up to TRIES times over IPv4 and IPv6. Returns the answers by address."""
    loop = asyncio.get_running_loop()
    answer_by_address: dict[str, AgentAnswer] = {}
    # unpredictable, so that answers are hard to forge
    first = random.SystemRandom().randrange(1 << 24)
    request_ids = {address: first + place for place, address in enumerate(addresses)}
    families = sorted({":" in address for address in addresses})
    for is_v6 in families:
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: ScanProtocol(request_ids, port, answer_by_address, unsent),
                # answers may come in on any interface
                local_addr=("::" if is_v6 else "0.0.0.0", 0),  # noqa: S104
            )
        except OSError as error:
            raise SettingsError(
                "this machine cannot open a UDP socket for these networks"
                f" ({error.strerror or error})"
            ) from None
        try:
            for _ in range(TRIES):
                await _ask(
                    transport,
                    [
                        target_address
                        for target_address in addresses
                        if (":" in target_address) is is_v6
                        and target_address not in answer_by_address
                    ],
                    request_ids,
                    community,
                    port,
                    pace,
                    on_request,
                )
        finally:
            transport.close()
    return {
        address: answer_by_address[address] for address in addresses if address in answer_by_address
    }


async def _ask(
    transport: asyncio.DatagramTransport,
    addresses: Sequence[str],
    request_ids: dict[str, int],
    community: bytes,
    port: int,
    pace: ScanRate,
    on_request: Callable[[], None],
) -> None:
    """Send one request to each address at the rate of `pace`, then wait for the last answers."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    for address in addresses:
        transport.sendto(encode_question(community, request_ids[address]), (address, port))
        on_request()
        # catches up after a delay, without a long burst
        due = max(due + 1 / pace.rate, loop.time() - 0.05)
        await asyncio.sleep(max(0.0, due - loop.time()))
    if addresses:
        await asyncio.sleep(pace.last_s)


class ScanProtocol(asyncio.DatagramProtocol):
    """Keeps the first answer of each address that was asked."""

    def __init__(
        self,
        request_ids: dict[str, int],
        port: int,
        answer_by_address: dict[str, AgentAnswer],
        unsent: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        self._request_ids = request_ids
        self._port = port
        self._seen = answer_by_address
        self._unsent = unsent

    def error_received(self, exc: Exception) -> None:
        """Called by `sendto` for a network without a route, for instance."""
        self._unsent(exc)

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        address, port = peer[:2]  # two more parts follow in IPv6
        if port != self._port or address not in self._request_ids or address in self._seen:
            return
        reply = decode_answer(data)
        if reply is not None and reply.number == self._request_ids[address]:
            self._seen[address] = reply
