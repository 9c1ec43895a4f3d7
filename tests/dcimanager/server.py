"""A web server: uvicorn on its own thread; and a certificate of a local authority for HTTPS."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple, Optional

import trustme
import uvicorn

_LOOK_SECONDS = 0.01
_STOP_SECONDS = 30.0
_GRACE_SECONDS = 2  # limit for requests in progress when the server stops


class Certificate(NamedTuple):
    """Files in PEM: the authority, and the server's key with its chain."""

    authority: Path
    chain: Path


def certificate(folder: Path, host: str) -> Certificate:
    """A certificate of a new authority for `host` and localhost, written into `folder`."""
    files = Certificate(folder / "ca.pem", folder / "server.pem")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(files.authority))
    chain = authority.issue_cert(host, "localhost").private_key_and_cert_chain_pem
    chain.write_to_path(str(files.chain))
    return files


class WebServer:
    """Serves an ASGI application until `stop`; with TLS if `chain` is given."""

    def __init__(self, application: Any, host: str, port: int, chain: Optional[Path]) -> None:
        """Raises OSError, for example if the port is taken."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
        # connections inherit it: without it a body may wait 40 ms for the header's acknowledgement
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = int(listener.getsockname()[1])
        self._config = uvicorn.Config(
            application,
            ssl_certfile=chain,
            log_config=None,
            log_level="error",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = uvicorn.Server(self._config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="web", daemon=True
        )
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                listener.close()
                raise OSError("the web server did not start")
            time.sleep(_LOOK_SECONDS)

    def speak_only(self, version: ssl.TLSVersion) -> None:
        """Offer only this version of TLS, with weak ciphers too, from the next connection on."""
        context = self._config.ssl
        if context is None:
            raise ValueError("this server has no TLS")
        context.minimum_version = context.maximum_version = version
        context.set_ciphers("ALL:@SECLEVEL=0")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS)
