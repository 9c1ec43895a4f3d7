"""How much a server takes on, and who gives way if too many are connected. Pure."""

from __future__ import annotations

from typing import Generic, NamedTuple, Protocol, TypeVar


class WebLimits(NamedTuple):
    """What a server takes on from its clients."""

    #: connections of all clients, those in a TLS handshake included: half of the usual limit of
    #: open files
    connections: int = 500
    #: a TLS handshake may take this long, in seconds
    handshake_s: float = 5.0
    #: a request's head and body may take this long together, in seconds
    request_s: float = 10.0
    #: a client may take this long to read an answer, in seconds
    answer_s: float = 30.0
    #: a connection is kept this long without a next request, in seconds
    idle_s: float = 15.0
    #: the head of a request, in bytes
    head: int = 16 << 10
    #: the body of a request, in bytes
    body: int = 16 << 10


class LimitedConnection(Protocol):
    """A connection, from its acceptance on."""

    def cut(self) -> None:
        """End it at once."""


T = TypeVar("T", bound=LimitedConnection)


class ConnectionLimiter(Generic[T]):
    """All connections of a server. If there are too many, the one that has waited longest without a
    complete request gives way; if each has sent its own, there is no room for another."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.connected: set[T] = set()
        # without a complete request, the oldest first
        self._waiting: dict[T, None] = {}

    def enter(self, connection: T) -> bool:
        """Take a new connection in. Returns whether there was room."""
        if len(self.connected) >= self._most and not self.give_way():
            return False
        self.connected.add(connection)
        self._waiting[connection] = None
        return True

    def end_wait(self, connection: T) -> None:
        """Its request is complete: it no longer gives way."""
        self._waiting.pop(connection, None)

    def begin_wait(self, connection: T) -> None:
        """Its answer was sent: it waits for the next request, or to be closed."""
        if connection in self.connected:
            self._waiting[connection] = None

    def leave(self, connection: T) -> None:
        """Forget a connection."""
        self.connected.discard(connection)
        self._waiting.pop(connection, None)

    def give_way(self) -> bool:
        """Cut the connection that has waited longest. Returns whether there was one."""
        oldest = next(iter(self._waiting), None)
        if oldest is None:
            return False
        self.leave(oldest)
        oldest.cut()
        return True
