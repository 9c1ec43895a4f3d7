"""A TCP relay on 127.0.0.1 that forwards whole exchanges and plays a fault from a given step on."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Mapping
from typing import Callable, NamedTuple, Optional

from tests.waiting import PATIENCE_S

from .catalogue import Fault

_DRIP_S = 0.05  # seconds between two bytes
_GARBAGE = b"\x00\xff\x13\x37 this is not an answer \r\n\x80\n" * 3
HUGE = b"\x00\x01huge\x01\x00"  # at the end of a corrupted answer: stands for 500 MiB of spaces


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
        return self.exactly(self._kept.index(mark) + len(mark))

    def exactly(self, size: int) -> bytes:
        """The next `size` bytes; b"" if the connection ends first."""
        while len(self._kept) < size:
            more = self._opened.recv(1 << 16)
            if not more:
                return b""
            self._kept += more
        body, self._kept = self._kept[:size], self._kept[size:]
        return body


class _Upstream:
    """The relay's connection to the device, which the first request opens."""

    def __init__(self, port: int, answers: Framing) -> None:
        self._port = port
        self._answers = answers
        self._socket: Optional[socket.socket] = None
        self._stream: Optional[Stream] = None

    def __enter__(self) -> _Upstream:
        return self

    def __exit__(self, *_: object) -> None:
        if self._socket is not None:
            self._socket.close()

    def ask(self, request: bytes) -> bytes:
        """The device's answer; b"" if it ends the connection."""
        if self._socket is None or self._stream is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._stream = Stream(self._socket)
        self._socket.sendall(request)
        return self._answers(self._stream)


class Relay:
    """Forwards connections to the device's `port`, and applies the fault. `requests` and `answers`
    each read one message.

    `step`: the number of the exchange, from 0, at which the fault happens; if the fault lasts, also
    at all later ones. `corruption` makes the wrong answer for a fault whose place is "answer";
    None: the answer is not changed.
    """

    def __init__(
        self,
        requests: Framing,
        answers: Framing,
        port: int,
        fault: Optional[Fault] = None,
        step: int = 0,
        corruption: Optional[Callable[[Exchange], Optional[bytes]]] = None,
    ) -> None:
        self._target, self._requests, self._answers = port, requests, answers
        self._fault, self._step, self._corruption = fault, step, corruption
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
        """Ends all connections, and takes no further one."""
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
        """Serves each client in a thread of its own, until the relay is closed."""
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
        """Forwards the exchanges of one connection until one side ends it."""
        with contextlib.suppress(OSError), client, _Upstream(self._target, self._answers) as device:
            requests = Stream(client)
            while True:
                request = self._requests(requests)
                if not request:
                    return
                fault = self._next_fault()
                reaches_device = fault is None or fault.reaches
                answer = device.ask(request) if reaches_device else b""
                if fault is None:
                    client.sendall(answer)
                    self._before = answer
                elif not self._happen(fault, client, Exchange(request, answer, self._before)):
                    return
                if reaches_device and not answer:
                    return

    def _next_fault(self) -> Optional[Fault]:
        """Counts an exchange that begins. Returns the fault that happens in it, None for none."""
        with self._lock:
            number = self.steps
            self.steps += 1
        if self._fault is None:
            return None
        is_hit = number >= self._step if self._fault.lasts else number == self._step
        return self._fault if is_hit else None

    # ---- faults ----------------------------------------------------------------------------------

    def _happen(self, fault: Fault, client: socket.socket, exchange: Exchange) -> bool:
        """Plays the fault; False if that ends the connection."""
        if fault.place == "answer":
            assert self._corruption is not None
            corrupted = self._corruption(exchange)
            if corrupted is None:
                client.sendall(exchange.answer)
                self._before = exchange.answer
                return True
            self._pour(client, corrupted)
            return True
        return PLAYERS[fault.key](self, client, exchange)

    def _pour(self, client: socket.socket, corrupted: bytes) -> None:
        """Sends `corrupted`, with `HUGE` at its end replaced by 500 MiB of spaces."""
        head, mark, _ = corrupted.partition(HUGE)
        client.sendall(head)
        if mark:
            block = b" " * (1 << 20)
            for _ in range(500):
                if self._closing.is_set():
                    return
                client.sendall(block)

    # each of these plays a fault, and returns whether the connection goes on

    def _refused(self, client: socket.socket, exchange: Exchange) -> bool:
        self._hang_up()
        return False

    def _silent(self, client: socket.socket, exchange: Exchange) -> bool:
        self._closing.wait(PATIENCE_S)
        return False

    def _closed(self, client: socket.socket, exchange: Exchange) -> bool:
        return False

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


#: by the key of a fault whose place is the connection
PLAYERS: Mapping[str, Callable[[Relay, socket.socket, Exchange], bool]] = {
    "refused": Relay._refused,
    "silent": Relay._silent,
    "deaf": Relay._silent,
    "closed": Relay._closed,
    "blip": Relay._closed,
    "reset": Relay._reset,
    "half": Relay._half,
    "stalls": Relay._stalls,
    "drip": Relay._drip,
    "garbage": Relay._garbage,
    "previous": Relay._previous,
    "twice": Relay._twice,
    "reboot": Relay._reboot,
}
