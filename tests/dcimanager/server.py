"""The stand-in's web servers: uvicorn on its own thread, with a certificate of a local authority
for HTTPS.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

import trustme
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .sealed import private

_START_SECONDS = 30.0
_STOP_SECONDS = 30.0
_GRACE_SECONDS = 2  # limit for requests in progress when the server stops
_TICK_SECONDS = 1.0  # between updates of the Date header


class _Connection(H11Protocol):
    """Lets the application cut a connection without an answer, by `scope["state"]["cut"]`."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "cut": transport.abort}

    def connection_lost(self, exc: Optional[Exception]) -> None:
        super().connection_lost(exc)
        # uvicorn leaves the transport of a reset connection open. Python 3.9 warns about a TLS
        # transport that nobody closed.
        self.transport.close()


class _Server(uvicorn.Server):
    """Begins to stop when `asked` is done.

    uvicorn itself checks ten times a second, and then waits another tenth of a second.
    """

    def __init__(self, config: uvicorn.Config, asked: asyncio.Future[None]) -> None:
        super().__init__(config)
        self._asked = asked

    async def main_loop(self) -> None:
        while not self._asked.done():
            await self.on_tick(0)
            await asyncio.wait([self._asked], timeout=_TICK_SECONDS)

    async def shutdown(self, sockets: Optional[list[socket.socket]] = None) -> None:
        for server in self.servers:
            server.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        last = time.monotonic() + _GRACE_SECONDS
        while (state.connections or state.tasks) and time.monotonic() < last:
            await asyncio.sleep(0.005)
        if state.tasks:  # uvicorn logs a traceback for each request that is cut off
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        for task in state.tasks:
            task.cancel()
        # for clients that do not end their TLS connection
        for connection in list(state.connections):
            connection.transport.abort()


class Certificate(NamedTuple):
    """Files in PEM: the authority, and the server's key with its chain."""

    authority: Path
    chain: Path


def certificate(folder: Path, host: str, kept: Optional[Path] = None) -> Certificate:
    """A certificate for `host` and localhost, written into `folder`.

    The folder `kept` keeps the authority with its key, so that a browser that trusts the authority
    still does after a restart; None: a new authority. Raises ValueError if the kept authority is
    damaged.
    """
    key = kept / "authority.pem" if kept else None
    if key is not None and key.exists():
        pem = key.read_bytes()
        try:
            authority = trustme.CA.from_pem(pem, pem)
            # fails if the key is not the certificate's
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(key)
        except (ValueError, ssl.SSLError):
            raise ValueError(
                f"{key} is not a certificate with its key: restore it, or remove it for a new"
                " authority"
            ) from None
    else:
        authority = trustme.CA()
        if key is not None:
            private(key, authority.cert_pem.bytes() + authority.private_key_pem.bytes())
    made = Certificate(folder / "ca.pem", folder / "server.pem")
    authority.cert_pem.write_to_path(str(made.authority))
    private(
        made.chain,
        authority.issue_cert(
            host, "localhost", organization_name="stand-in for DCImanager"
        ).private_key_and_cert_chain_pem.bytes(),
    )
    return made


class WebServer:
    """Serves an ASGI application on listening sockets until `stop`; only the first
    socket has TLS.
    """

    def __init__(self, application: Any, sockets: list[socket.socket], tls: Certificate) -> None:
        # no warning for each malformed request
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        self._configs = []
        for number in range(len(sockets)):
            config = uvicorn.Config(
                application,
                http=_Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=30,
                proxy_headers=False,
                ssl_certfile=None if number else str(tls.chain),
            )
            config.load()
            if config.ssl is not None:
                config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
            self._configs.append(config)
        self._sockets = sockets
        self._end: Callable[[], object] = lambda: None
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._up = threading.Event()
        self._thread.start()
        if not self._up.wait(_START_SECONDS):
            raise OSError(f"the web server did not start within {_START_SECONDS:g} s")

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[None] = loop.create_future()
        servers = [_Server(config, asked) for config in self._configs]
        tasks = [
            asyncio.ensure_future(server.serve(sockets=[listener]))
            for server, listener in zip(servers, self._sockets)
        ]
        while not all(server.started for server in servers) and not any(
            task.done() for task in tasks
        ):
            await asyncio.sleep(0.005)
        self._end = partial(loop.call_soon_threadsafe, asked.set_result, None)
        self._up.set()
        await asyncio.gather(*tasks)

    def speak_only(self, version: ssl.TLSVersion) -> None:
        """From the next connection on, offer only this version of TLS, with weak ciphers too."""
        context = self._configs[0].ssl
        if context is None:
            raise ValueError("the first socket has no TLS")
        context.minimum_version = context.maximum_version = version
        context.set_ciphers("ALL:@SECLEVEL=0")

    def stop(self) -> None:
        """Stop listening; requests in progress have two seconds to end, then they are cut off."""
        with contextlib.suppress(RuntimeError):  # the servers' event loop has already ended
            self._end()
        self._thread.join(_STOP_SECONDS)
        for listener in self._sockets:
            listener.close()


def listening(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError, for example if the port is taken."""
    listener = socket.create_server(
        (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
    )
    listener.setblocking(False)
    # Connections inherit this option. asyncio itself sets it only on sockets that were made with
    # TCP's protocol number. Without the option, a body may wait 40 ms until the client acknowledges
    # the header.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
