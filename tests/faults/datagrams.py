"""A UDP relay on 127.0.0.1 that plays a fault from a given request on."""

from __future__ import annotations

import contextlib
import random
import select
import socket
import threading
from collections.abc import Iterator
from typing import Callable, Optional

from .catalogue import Fault
from .wire import Exchange

_GARBAGE = b"\x30\x82\xff\xff this is not an answer"
_LOSS = {"lossy-10": 0.1, "lossy-30": 0.3}


class Relay:
    """Forwards requests to `port`, waits up to 5 s for the device's answer, and applies the fault.

    `step`: the number of the request, from 0, at which the fault begins. `corruption` makes the
    wrong answer for a fault whose place is "answer"; None: the answer is not changed.
    """

    def __init__(
        self,
        port: int,
        fault: Optional[Fault] = None,
        step: int = 0,
        corruption: Optional[Callable[[Exchange], Optional[bytes]]] = None,
    ) -> None:
        self._fault, self._step, self._corruption = fault, step, corruption
        self._chance = random.Random(f"{fault.key if fault else ''} {step}")
        self.steps = 0
        self._front, self._back = _socket(), _socket()
        self._back.connect(("127.0.0.1", port))
        self.port = int(self._front.getsockname()[1])
        self._before, self._held = b"", b""
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._front.sendto(b"", self._front.getsockname())
        self._thread.join(10)
        self._front.close()
        self._back.close()

    def _serve(self) -> None:
        """Forwards each request and what it was answered, with the fault from its step on."""
        while not self._closing.is_set():
            ready, _, _ = select.select([self._front], [], [], 1.0)
            if not ready:
                continue
            request, peer = self._front.recvfrom(1 << 16)
            if not request or self._closing.is_set():
                continue
            number, self.steps = self.steps, self.steps + 1
            fault = self._fault if self._hit(number) else None
            answer = b""
            if fault is None or fault.reaches and not self._loses(fault):
                answer = self._asked(request)
            for datagram in self._sent(fault, Exchange(request, answer, self._before)):
                self._front.sendto(datagram, peer)
            self._before = answer or self._before

    def _hit(self, number: int) -> bool:
        """Whether the fault happens at the request of this number."""
        if self._fault is None:
            return False
        return number >= self._step if self._fault.lasts else number == self._step

    def _loses(self, fault: Fault) -> bool:
        """Whether this fault loses the present datagram, by chance."""
        return self._chance.random() < _LOSS.get(fault.key, 0.0)

    def _asked(self, request: bytes) -> bytes:
        """The device's answer to a request; b"" if none comes."""
        # drops late answers to earlier requests
        while select.select([self._back], [], [], 0)[0]:
            self._back.recv(1 << 16)
        self._back.send(request)
        ready, _, _ = select.select([self._back], [], [], 5.0)
        return self._back.recv(1 << 16) if ready else b""

    def _sent(self, fault: Optional[Fault], exchange: Exchange) -> Iterator[bytes]:
        """The datagrams that the client gets for an exchange, one that was late first."""
        held, self._held = self._held, b""
        if held:
            yield held
        datagrams: list[bytes] = [exchange.answer]
        if fault is not None and fault.place == "answer":
            assert self._corruption is not None
            corrupted = self._corruption(exchange)
            datagrams = [exchange.answer if corrupted is None else corrupted]
        elif fault is not None:
            datagrams = self._made(fault, exchange)
        yield from (datagram for datagram in datagrams if datagram)

    def _made(self, fault: Fault, exchange: Exchange) -> list[bytes]:
        """The datagrams of a fault whose place is the network."""
        if fault.key == "late":
            self._held = exchange.answer
        if fault.key in ("late", "lost", "lost-answer", "unanswered", "gone") or self._loses(fault):
            return []
        if fault.key == "away":
            self._fault = fault._replace(key="gone", reaches=False)
        return {
            "duplicate": [exchange.answer, exchange.answer],
            "reordered": [exchange.before, exchange.answer],
            "noise": [_GARBAGE],
            "cut": [exchange.answer[: len(exchange.answer) // 2]],
        }.get(fault.key, [exchange.answer])


def _socket() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", 0))
    return opened
