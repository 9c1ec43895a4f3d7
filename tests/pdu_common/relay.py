"""A UDP relay on 127.0.0.1 that changes, adds or withholds an agent's answers."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Sequence
from typing import Callable

AnswerChange = Callable[[bytes, bytes], Sequence[bytes]]


def unchanged(request: bytes, answer: bytes) -> Sequence[bytes]:
    return (answer,)


class Relay:
    """Forwards requests to the agent's UDP port on 127.0.0.1; a context manager.

    `change_answer` gets a request and the agent's answer, and returns the datagrams for the client.
    `elsewhere`: these are sent from `other_port`, not from `port`, which the client asked.
    """

    def __init__(
        self, port: int, change_answer: AnswerChange = unchanged, elsewhere: bool = False
    ) -> None:
        self.change_answer = change_answer
        self.requests: list[bytes] = []
        self.answers: list[bytes] = []
        self._front, self._back, self._other = (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)
        )
        self._front.bind(("127.0.0.1", 0))
        self._back.connect(("127.0.0.1", port))
        self._back.settimeout(10)
        self._other.bind(("127.0.0.1", 0))
        self.other_port = int(self._other.getsockname()[1])
        self._from = self._other if elsewhere else self._front
        self.port = int(self._front.getsockname()[1])
        self._closing = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        # an empty datagram wakes the thread, which waits in recvfrom
        self._other.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(30)
        for connection in (self._front, self._back, self._other):
            connection.close()

    def _serve(self) -> None:
        while True:
            request, peer = self._front.recvfrom(65_536)
            if self._closing:
                return
            self.requests.append(request)
            with contextlib.suppress(OSError):  # the agent does not answer everything
                self._back.send(request)
                answer = self._back.recv(65_536)
                self.answers.append(answer)
                for datagram in self.change_answer(request, answer):
                    self._from.sendto(datagram, peer)
