"""The clock of a simulated room, for the product: its sleeps end at once and let time pass there.

As a program, with the port of a `ClockServer`: the command `pdu` with that clock.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Callable, Protocol

if __name__ == "__main__":  # run by path, from any folder
    here = os.path.abspath(__file__)
    for _ in range(5):
        here = os.path.dirname(here)
    sys.path[0] = here

from pdu import root
from pdu.site.machines.pdu_access import SystemClock
from tests.handlers.skipping import skipped
from tests.waiting import PATIENCE_S, finished


class RoomClock(Protocol):
    """The time of a room, in s. Any thread may ask."""

    def monotonic(self) -> float: ...
    def now(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


@contextlib.contextmanager
def runs_by(clock: RoomClock) -> Iterator[None]:
    """Until the block ends, the proofs of machines run by this clock, and nothing else waits."""
    methods: tuple[tuple[str, Callable[..., object]], ...] = (
        ("monotonic", lambda _: clock.monotonic()),
        ("now", lambda _: clock.now()),
        ("sleep", lambda _, seconds: clock.sleep(seconds)),
    )
    with skipped(look_s=None):
        before = [(name, getattr(SystemClock, name)) for name, _ in methods]
        for name, method in methods:
            setattr(SystemClock, name, method)
        try:
            yield
        finally:
            for name, was in before:
                setattr(SystemClock, name, was)


class ClockServer:
    """Tells programs the time of a room: a line `sleep SECONDS` lets it pass, and each line is
    answered by `MONOTONIC NOW`.
    """

    def __init__(self, clock: RoomClock) -> None:
        self._clock = clock
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> ClockServer:
        return self

    def __exit__(self, *_: object) -> None:
        # `close` alone leaves a pending `accept`, which takes the client of somebody else.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        finished(self._thread)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rw") as lines:
            for line in lines:
                word, _, seconds = line.strip().partition(" ")
                if word == "sleep":
                    self._clock.sleep(float(seconds))
                lines.write(f"{self._clock.monotonic()!r} {self._clock.now()!r}\n")
                lines.flush()


class ToldClock:
    """The clock of a `ClockServer`."""

    def __init__(self, port: int) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self._lines = self._connection.makefile("rw")
        self._lock = threading.Lock()

    def _ask(self, line: str) -> tuple[float, float]:
        with self._lock:
            self._lines.write(line + "\n")
            self._lines.flush()
            monotonic, now = self._lines.readline().split()
            return float(monotonic), float(now)

    def monotonic(self) -> float:
        return self._ask("time")[0]

    def now(self) -> float:
        return self._ask("time")[1]

    def sleep(self, seconds: float) -> None:
        self._ask(f"sleep {max(0.0, seconds)!r}")


if __name__ == "__main__":
    with runs_by(ToldClock(int(sys.argv[1]))):
        sys.exit(root.run(sys.argv[2:]))
