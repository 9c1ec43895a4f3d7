"""A PDU behind a NUT server."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence

from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu

from . import Kind, Peer, Tick
from .loads import MOST_OF_LEVEL, Loads, hours_counted

# a NUT server does not escape these characters, so a value cannot hold them
NO_LINE = set("\0\r\n")
KIND = Kind("nut", "PDU behind a NUT server", "nut", 16)


def of(server: NutServer, title: str = "", **more: str) -> Peer:
    """A running server, of which `pdu` is the device."""
    return Peer(
        "nut",
        "custom",
        server.host,
        server.truth,
        settings={
            "port": str(server.port),
            "device": "pdu",
            "username": ADMIN.name,
            "password": ADMIN.password,
            **more,
        },
        title=title,
    )


@contextlib.contextmanager
def peer() -> Iterator[Peer]:
    """A small PDU, asked over TLS."""
    with NutServer([SwitchedPdu("pdu", outlets=8)], tls=True) as server:
        yield of(server, tls="yes", ca_pem=server.ca_pem)


@contextlib.contextmanager
def shown() -> Iterator[Peer]:
    """A PDU for a page of people, with a title."""
    with NutServer([SwitchedPdu("pdu", outlets=16)]) as server:
        yield of(server, "PDU behind NUT")


@contextlib.contextmanager
def named(names: Sequence[str]) -> Iterator[Peer]:
    """A PDU with an outlet for each of the names that a NUT server can send."""
    lines = [name for name in names if not set(name) & NO_LINE]
    device = SwitchedPdu("pdu", len(lines))
    for number, name in enumerate(lines, 1):
        device.set(f"outlet.{number}.desc", name)
    with NutServer([device]) as server:
        yield of(server)


@contextlib.contextmanager
def living(port: int, off: Sequence[int]) -> Iterator[tuple[Peer, Tick]]:
    """A PDU with the outlets `off` switched off, and its Tick, which sets the loads as they are now
    and counts their energy for these seconds.
    """
    numbers = range(1, KIND.outlets + 1)
    device, loads = SwitchedPdu("pdu", KIND.outlets), Loads(KIND.outlets)
    for n in numbers:
        device.turn(str(n), True)
        device.draw(str(n), loads.base[n])
    # Counters that a restart does not set back; see `Loads`. The outlets `off` were on meanwhile.
    device.run_for(MOST_OF_LEVEL * hours_counted())
    for n in numbers:
        device.turn(str(n), n not in off)

    def tick(seconds: float) -> None:
        for n in numbers:
            device.draw(str(n), round(loads.amperes(n, time.time()), 2))
        device.run_for(seconds / 3600)

    with NutServer([device], port=port) as server:
        yield of(server), tick
