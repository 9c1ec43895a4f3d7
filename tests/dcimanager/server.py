"""The stand-in's web servers: uvicorn on its own thread, with a certificate of a local authority for HTTPS."""
from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from pathlib import Path
from typing import Any, List, NamedTuple, Optional

import trustme
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .sealed import private

_START_SECONDS = 30.0
_STOP_SECONDS = 30.0


class _Connection(H11Protocol):
    """Lets the application cut a connection without an answer, by `scope["state"]["cut"]`."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "cut": transport.abort}


class Certificate(NamedTuple):
    """Files in PEM: the authority, and the server's key with its chain."""

    authority: Path
    chain: Path


def certificate(folder: Path, host: str, kept: Optional[Path] = None) -> Certificate:
    """A certificate for `host` and localhost, written into `folder`. The authority's key is kept in `kept`, so that a
    certificate that somebody trusted is trusted after a restart too."""
    key = kept / "authority.pem" if kept else None
    if key is not None and key.exists():
        pem = key.read_bytes()
        authority = trustme.CA.from_pem(pem, pem)
    else:
        authority = trustme.CA()
        if key is not None:
            private(key, authority.cert_pem.bytes() + authority.private_key_pem.bytes())
    made = Certificate(folder / "ca.pem", folder / "server.pem")
    authority.cert_pem.write_to_path(str(made.authority))
    private(made.chain, authority.issue_cert(host, "localhost").private_key_and_cert_chain_pem.bytes())
    return made


class WebServer:
    """Serves an ASGI application on open sockets from its construction until `stop`; `tls` is for the first socket."""

    def __init__(self, application: Any, sockets: List[socket.socket], tls: Certificate) -> None:
        self._servers = []
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)      # not a line for each client that sends nonsense
        for number in range(len(sockets)):
            config = uvicorn.Config(application, http=_Connection, ws="none", lifespan="off", log_config=None, access_log=False,
                                    server_header=False, timeout_keep_alive=30, timeout_graceful_shutdown=2, proxy_headers=False,
                                    ssl_certfile=None if number else str(tls.chain))
            config.load()
            if config.ssl is not None:
                config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
            self._servers.append(uvicorn.Server(config))
        self._sockets = sockets
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._up = threading.Event()
        self._thread.start()
        if not self._up.wait(_START_SECONDS):
            raise OSError("the web server does not start")

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        tasks = [asyncio.ensure_future(server.serve(sockets=[listener]))
                 for server, listener in zip(self._servers, self._sockets)]
        while not all(server.started for server in self._servers) and not any(task.done() for task in tasks):
            await asyncio.sleep(0.005)
        self._up.set()
        await asyncio.gather(*tasks)

    def speak_only(self, version: ssl.TLSVersion) -> None:
        """From the next connection on, offer this version of TLS and no other, with every cipher that it has."""
        context = self._servers[0].config.ssl
        if context is None:
            raise ValueError("the first socket has no TLS")
        context.minimum_version = context.maximum_version = version
        context.set_ciphers("ALL:@SECLEVEL=0")

    def stop(self) -> None:
        """Stop listening; requests that are being answered have two seconds to end."""
        for server in self._servers:
            server.should_exit = True
        self._thread.join(_STOP_SECONDS)
        for listener in self._sockets:
            listener.close()


def listening(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError where the port is taken."""
    listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setblocking(False)
    return listener
