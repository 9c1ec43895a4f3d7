"""A listening socket, and the connections that come from it.

Ours, because uvicorn and aiohttp let clients that never finish a TLS handshake hold descriptors
until none is left: tests/pdu/core/web attacks it so.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from typing import Callable, Optional, cast

from handlers.shared.errors import SettingsError

from ...core.network.listening import listen_address
from .connection import WebConnection
from .connection_limits import ConnectionLimiter, WebLimits
from .messages import Application, WebRequest, WebResponse

_BACKLOG = 1024
_USUAL = WebLimits()
# between two attempts to accept, if the system has no free file descriptor: until one that gave
# way is closed, or if none could
_CLOSED_S, _PAUSE_S = 0.001, 0.1
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nConnection:"
    b" close\r\n\r\ntoo many clients are waiting for an answer\n"
)


class WebServer:
    """Serves one listening socket."""

    def __init__(
        self,
        application: Application,
        limits: WebLimits = _USUAL,
        tls: Optional[ssl.SSLContext] = None,
        report: Callable[[str], None] = lambda line: None,
    ) -> None:
        """`report` prints a line about a defect of the application."""
        #: may be replaced while the server runs: for requests that arrive later
        self.application = application
        #: may be replaced while the server runs: for connections that are made later
        self.tls = tls
        self._limits, self._report = limits, report
        self.connections: ConnectionLimiter[WebConnection] = ConnectionLimiter(limits.connections)
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._stopped: Optional[asyncio.Event] = None

    async def serve(self, listener: socket.socket) -> None:
        """Serve until `stop`; then close the socket and carry through the requests that have
        arrived. If this is cancelled, connections end at once."""
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        accepting = self._loop.create_task(self._accept(listener))
        try:
            await self._stopped.wait()
            accepting.cancel()
            listener.close()
            connections = list(self.connections.connected)
            for connection in connections:
                connection.finish()
            if connections:
                await asyncio.wait([connection.gone for connection in connections])
        finally:
            accepting.cancel()
            for connection in list(self.connections.connected):
                connection.cut()

    def stop(self) -> None:
        """Let `serve` end. May be called in any thread."""
        if self._loop is not None and self._stopped is not None:
            with contextlib.suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._stopped.set)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client_socket, _ = await loop.sock_accept(listener)
            except OSError:
                # no file descriptor is free; the next attempt would fail at once
                has_given_way = self.connections.give_way()
                await asyncio.sleep(_CLOSED_S if has_given_way else _PAUSE_S)
                continue
            connection = WebConnection(self.connections, self._limits, self._answer, self._report)
            if self.connections.enter(connection):
                self._begin(connection, client_socket)
            else:
                with contextlib.suppress(OSError):
                    if self.tls is None:
                        client_socket.send(_FULL)
                client_socket.close()

    def _begin(self, connection: WebConnection, client_socket: socket.socket) -> None:
        """Let a connection begin, with TLS after its handshake."""

        def finish_opening(task: asyncio.Task[None]) -> None:
            error = None if task.cancelled() else task.exception()
            # it gave way, perhaps before its task began, or its handshake failed
            if task.cancelled() or error is not None:
                client_socket.close()
                connection.left()
            if not isinstance(error, (type(None), OSError, asyncio.TimeoutError)):
                self._report(f"defect: {type(error).__name__}: {error}")

        connection.opening = asyncio.get_running_loop().create_task(
            self._open(connection, client_socket)
        )
        connection.opening.add_done_callback(finish_opening)

    async def _open(self, connection: WebConnection, client_socket: socket.socket) -> None:
        tls = self.tls
        loop = cast(asyncio.BaseEventLoop, asyncio.get_running_loop())
        await loop.connect_accepted_socket(
            lambda: connection,
            client_socket,
            ssl=tls,
            ssl_handshake_timeout=self._limits.handshake_s if tls else None,
        )

    async def _answer(self, request: WebRequest) -> WebResponse:
        return await self.application(request)


def listening(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError, for example if the port is taken, and TypeError for a
    text that cannot be a host."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        # a port can be used again at once after a restart
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def listening_at(where: str, option: str, example: str) -> socket.socket:
    """A listening socket at ADDRESS:PORT. Raises SettingsError, which names the `option`."""
    host, port = listen_address(where, option, example)
    try:
        return listening(host, port)
    except (OSError, TypeError) as error:  # TypeError: text that cannot be a host name
        raise SettingsError(
            f"{option} {where[:60]}: {getattr(error, 'strerror', None) or error}"
        ) from None


def tls_context(cert: str, key: Optional[str]) -> ssl.SSLContext:
    """TLS 1.2 or later with a certificate and its chain (PEM). `key`: None if it is in the same
    file.

    Raises OSError, of which ssl.SSLError is one, for files that cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # a key with a passphrase is refused: nobody is there to type it
    context.load_cert_chain(cert, key, lambda: "")
    return context
