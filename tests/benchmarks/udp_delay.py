"""A UDP relay to PORT on 127.0.0.1 that delays each datagram by half of a round-trip time.

python -m tests.benchmarks.udp_delay PORT ROUND_TRIP_MS
"""

from __future__ import annotations

import heapq
import select
import socket
import sys
import time

_HOST = "127.0.0.1"
# (time of sending, sequence number, datagram, socket to send with, address)
Held = tuple[float, int, bytes, socket.socket, tuple[str, int]]


def relay(port: int, round_trip_s: float) -> None:
    """Prints the relay's port, then runs until the process is stopped."""
    front = _socket()
    clients: dict[tuple[str, int], socket.socket] = {}
    owners: dict[socket.socket, tuple[str, int]] = {}
    held: list[Held] = []
    count = 0
    print(front.getsockname()[1], flush=True)
    while True:
        # select is less exact than these delays need, so the last millisecond is a busy wait.
        wait = max(0.0, held[0][0] - time.monotonic() - 0.001) if held else None
        ready, _, _ = select.select([front, *owners], [], [], wait)
        for source in ready:
            data, peer = source.recvfrom(65535)
            count += 1
            if source is front:
                if peer not in clients:
                    clients[peer] = _socket()
                    owners[clients[peer]] = peer
                heapq.heappush(
                    held,
                    (
                        time.monotonic() + round_trip_s / 2,
                        count,
                        data,
                        clients[peer],
                        (_HOST, port),
                    ),
                )
            else:
                heapq.heappush(
                    held, (time.monotonic() + round_trip_s / 2, count, data, front, owners[source])
                )
        while held and held[0][0] <= time.monotonic():
            _, _, data, through, target = heapq.heappop(held)
            through.sendto(data, target)


def _socket() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind((_HOST, 0))
    return opened


if __name__ == "__main__":
    relay(int(sys.argv[1]), float(sys.argv[2]) / 1000)
