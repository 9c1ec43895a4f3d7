"""The gateway's web server: uvicorn with limits of its own on connections and slow clients.

uvicorn bounds the head of a request (`h11_max_incomplete_event_size`) and idle connections
(`timeout_keep_alive`). It bounds neither the time of a head or a body, nor the time a client takes
to read, nor how many connections wait: `GuardedConnection` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Generator
from typing import Any, Callable, Optional

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .limits import GatewayLimits

_HANDSHAKE_S = 5.0
_BACKLOG = 128
_RECEIVED = (h11.DONE, h11.MUST_CLOSE, h11.CLOSED)


class Crowd:
    """All connections of a server. If there are too many, the one that has waited longest without a
    complete request gives way; if each has sent its own, the new one is closed."""

    def __init__(self, limits: GatewayLimits) -> None:
        self.limits = limits
        self.connected: set[GuardedConnection] = set()
        #: without a complete request, the oldest first
        self.waiting: dict[GuardedConnection, None] = {}

    def enter(self, one: GuardedConnection) -> bool:
        """Take a new connection in. Returns whether there was room."""
        if len(self.connected) >= self.limits.connections:
            oldest = next(iter(self.waiting), None)
            if oldest is None:
                return False
            self.leave(oldest)
            oldest.transport.abort()
        self.connected.add(one)
        self.waiting[one] = None
        return True

    def leave(self, one: GuardedConnection) -> None:
        """Forget a connection."""
        self.connected.discard(one)
        self.waiting.pop(one, None)


class GuardedConnection(H11Protocol):
    """A connection that is cut if its client is too slow."""

    crowd: Crowd  # of the class that `server` makes
    _request_timer: Optional[asyncio.TimerHandle] = None
    _answer_timer: Optional[asyncio.TimerHandle] = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if not self.crowd.enter(self):
            transport.abort()
            return
        self._await_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state in _RECEIVED:
            self._cancel()
            self.crowd.waiting.pop(self, None)
        elif self._request_timer is None:
            self._await_request()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            # what is left in the buffer, the client must read in time
            self._cancel()
            self._request_timer = self.loop.call_later(
                self.crowd.limits.answer_s, self.transport.abort
            )
        elif self.conn.their_state not in _RECEIVED and self in self.crowd.connected:
            self.crowd.waiting[self] = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._answer_timer = self.loop.call_later(self.crowd.limits.answer_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._answer_timer is not None:
            self._answer_timer.cancel()

    def connection_lost(self, exc: Optional[Exception]) -> None:
        self.crowd.leave(self)
        self._cancel()
        if self._answer_timer is not None:
            self._answer_timer.cancel()
        super().connection_lost(exc)
        # uvicorn leaves the transport of a reset connection open; Python 3.9 warns about it
        self.transport.close()

    def _await_request(self) -> None:
        """The whole of the next request has this long, from now on."""
        self._cancel()
        self._request_timer = self.loop.call_later(
            self.crowd.limits.request_s, self.transport.abort
        )

    def _cancel(self) -> None:
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None


class GatewayServer(uvicorn.Server):
    """Serves on one listening socket until `should_exit` is set."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to the command, which carries its commands through first."""
        yield

    async def startup(self, sockets: Optional[list[socket.socket]] = None) -> None:
        """As uvicorn's, with a limit for TLS handshakes, which uvicorn cannot set."""
        loop, config = asyncio.get_running_loop(), self.config
        make: Any = config.http_protocol_class
        self.servers = [
            await loop.create_server(
                lambda: make(config=config, server_state=self.server_state, app_state={}),
                sock=listener,
                ssl=config.ssl,
                backlog=_BACKLOG,
                ssl_handshake_timeout=_HANDSHAKE_S if config.ssl else None,
            )
            for listener in sockets or ()
        ]
        self.started = True


def server(
    application: Callable[..., Any], limits: GatewayLimits, cert: Optional[str], key: Optional[str]
) -> GatewayServer:
    """A server of an ASGI application. `cert` and `key`: PEM files for TLS.

    Raises OSError or ssl.SSLError for files that cannot be used.
    """
    # the guard reports; uvicorn would print a line for each malformed request
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        application,
        http=type("_Connection", (GuardedConnection,), {"crowd": Crowd(limits)}),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=int(limits.idle_s),
        h11_max_incomplete_event_size=limits.head,
        ssl_certfile=cert,
        ssl_keyfile=key,
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return GatewayServer(config)


def listening(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError, for example if the port is taken."""
    listener = socket.create_server(
        (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=_BACKLOG
    )
    listener.setblocking(False)
    # Connections inherit it. Without it a body may wait 40 ms for the client's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
