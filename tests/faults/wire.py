"""A TCP relay on 127.0.0.1 that forwards whole exchanges and plays a fault from a given step on."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from typing import Callable, NamedTuple, Optional

from tests.waiting import PATIENCE_S

from .catalogue import Fault

_DRIP_S = 0.05  # seconds between two bytes
_GARBAGE = b"\x00\xff\x13\x37 this is not an answer \r\n\x80\n" * 3
HUGE = b"\x00\x01huge\x01\x00"  # at the end of a bent answer: stands for 500 MiB of spaces


class Exchange(NamedTuple):
    """A request, the device's `answer` (b"" if it sent none), and the previous
    answer (`before`).
    """

    request: bytes
    answer: bytes
    before: bytes


Framing = Callable[["Stream"], bytes]  # reads one message; b"" at the end


class Stream:
    """Reads messages of a protocol from a socket."""

    def __init__(self, opened: socket.socket) -> None:
        self._opened = opened
        self._kept = b""

    def until(self, mark: bytes) -> bytes:
        """The bytes up to and including `mark`; b"" if the connection ends first."""
        while mark not in self._kept:
            more = self._opened.recv(1 << 16)
            if not more:
                return b""
            self._kept += more
        head, self._kept = (
            self._kept[: self._kept.index(mark) + len(mark)],
            self._kept[self._kept.index(mark) + len(mark) :],
        )
        return head

    def exactly(self, size: int) -> bytes:
        """The next `size` bytes; b"" if the connection ends first."""
        while len(self._kept) < size:
            more = self._opened.recv(1 << 16)
            if not more:
                return b""
            self._kept += more
        body, self._kept = self._kept[:size], self._kept[size:]
        return body


class Relay:
    """Forwards connections to the device's `port`, and applies the fault. `requests` and `answers`
    each read one message.

    `step`: the number of the exchange, from 0, at which the fault happens; if the fault lasts, also
    at all later ones. `bend` makes the wrong answer for a fault whose place is "answer"; if it
    returns None, the answer is not changed.
    """

    def __init__(
        self,
        requests: Framing,
        answers: Framing,
        port: int,
        fault: Optional[Fault] = None,
        step: int = 0,
        bend: Optional[Callable[[Exchange], Optional[bytes]]] = None,
    ) -> None:
        self._target, self._requests, self._answers = port, requests, answers
        self._fault, self._step, self._bend = fault, step, bend
        self._lock = threading.Lock()
        self._before = b""
        self.steps = 0  # exchanges that were begun
        self._closing = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.bind(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        # A bound socket that does not listen refuses connections, and no other program gets its
        # port.
        if fault is None or fault.key != "refused" or step > 0:
            self._listener.listen(128)
            self._start(self._accept)

    def close(self) -> None:
        self._closing.set()
        self._hang_up()
        for thread in self._threads:
            thread.join(10)

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for opened in list(self._open):
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.settimeout(PATIENCE_S)
            self._open.append(client)
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            device: Optional[socket.socket] = None
            requests = Stream(client)
            try:
                while True:
                    request = self._requests(requests)
                    if not request:
                        return
                    hit = self._begin()
                    fault = self._fault if hit else None
                    answer = b""
                    if fault is None or fault.reaches:
                        if device is None:
                            device = socket.create_connection(
                                ("127.0.0.1", self._target), PATIENCE_S
                            )
                            device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                            received = Stream(device)
                        device.sendall(request)
                        answer = self._answers(received)
                    if fault is None:
                        client.sendall(answer)
                        self._before = answer
                    elif not self._happen(fault, client, Exchange(request, answer, self._before)):
                        return
                    if not answer and (fault is None or fault.reaches):
                        return
            finally:
                if device is not None:
                    device.close()

    def _begin(self) -> bool:
        """Counts an exchange that begins. Returns whether the fault happens in it."""
        with self._lock:
            number, self.steps = self.steps, self.steps + 1
        if self._fault is None:
            return False
        return number >= self._step if self._fault.lasts else number == self._step

    # ---- faults ----------------------------------------------------------------------------------

    def _happen(self, fault: Fault, client: socket.socket, exchange: Exchange) -> bool:
        """Plays the fault; False if that ends the connection."""
        if fault.place == "answer":
            assert self._bend is not None
            bent = self._bend(exchange)
            if bent is None:
                client.sendall(exchange.answer)
                self._before = exchange.answer
                return True
            self._pour(client, bent)
            return True
        keep: bool = getattr(self, f"_{fault.key}")(client, exchange)
        return keep

    def _pour(self, client: socket.socket, bent: bytes) -> None:
        """Sends `bent`, with `HUGE` at its end replaced by 500 MiB of spaces."""
        head, mark, _ = bent.partition(HUGE)
        client.sendall(head)
        if mark:
            block = b" " * (1 << 20)
            for _ in range(500):
                if self._closing.is_set():
                    return
                client.sendall(block)

    def _refused(self, client: socket.socket, exchange: Exchange) -> bool:
        self._hang_up()
        return False

    def _silent(self, client: socket.socket, exchange: Exchange) -> bool:
        self._closing.wait(PATIENCE_S)
        return False

    _deaf = _silent

    def _closed(self, client: socket.socket, exchange: Exchange) -> bool:
        return False

    _blip = _closed

    def _reset(self, client: socket.socket, exchange: Exchange) -> bool:
        client.sendall(exchange.answer[: len(exchange.answer) // 2])
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        return False

    def _half(self, client: socket.socket, exchange: Exchange) -> bool:
        client.sendall(exchange.answer[: len(exchange.answer) // 2])
        return False

    def _stalls(self, client: socket.socket, exchange: Exchange) -> bool:
        client.sendall(exchange.answer[: len(exchange.answer) // 2])
        return self._silent(client, exchange)

    def _drip(self, client: socket.socket, exchange: Exchange) -> bool:
        for position in range(len(exchange.answer)):
            client.sendall(exchange.answer[position : position + 1])
            if self._closing.wait(_DRIP_S):
                return False
        return True

    def _garbage(self, client: socket.socket, exchange: Exchange) -> bool:
        client.sendall(_GARBAGE)
        return False

    def _previous(self, client: socket.socket, exchange: Exchange) -> bool:
        client.sendall(exchange.before or _GARBAGE)
        return bool(exchange.before)

    def _twice(self, client: socket.socket, exchange: Exchange) -> bool:
        client.sendall(2 * exchange.answer)
        return True

    def _reboot(self, client: socket.socket, exchange: Exchange) -> bool:
        client.sendall(exchange.answer)
        time.sleep(0.05)  # lets the answer arrive
        self._hang_up()
        return False
