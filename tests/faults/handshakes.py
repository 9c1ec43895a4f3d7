"""Servers for the TLS faults."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import warnings
from typing import Optional

import trustme

from tests.waiting import PATIENCE_S

from .wire import Stream


class Handshakes:
    """A server on 127.0.0.1 for the TLS fault `key`. If `begins` is "STARTTLS", the server first
    accepts this NUT command.

    `settings` make a handler verify the server's certificate. The NUT handler also needs `tls=yes`.
    """

    def __init__(self, key: str, begins: str) -> None:
        self.steps = 1
        #: whether a client sent anything over TLS, although this is not its device
        self.has_request = False
        self._key, self._begins = key, begins
        authority = trustme.CA()
        self.settings: dict[str, str] = {"ca_pem": authority.cert_pem.bytes().decode("ascii")}
        if key == "tls-changed":
            self.settings = {"fingerprint": "ab" * 32}
        self._context = _context(key, authority)
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._start()

    def _start(self) -> None:
        self._threads.append(threading.Thread(target=self._accept, daemon=True))
        self._threads[-1].start()

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        """Serves each client in a thread of its own, until the server is closed."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.settimeout(PATIENCE_S)
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        """Ends a connection at the step of TLS that the fault names."""
        with contextlib.suppress(OSError, ssl.SSLError), client:
            if self._begins == "STARTTLS":
                Stream(client).until(b"\n")
                client.sendall(b"OK STARTTLS\n")
            if self._key == "tls-hangs":
                self._closing.wait(PATIENCE_S)
            elif self._key == "tls-none":
                client.recv(1 << 16)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            else:
                with self._context.wrap_socket(client, server_side=True) as secure:
                    self.has_request = bool(secure.recv(1 << 16)) or self.has_request


def _context(key: str, authority: trustme.CA) -> ssl.SSLContext:
    """A server's context with the fault in its certificate or its versions."""
    name = "pdu.example.com" if key == "tls-other-host" else "127.0.0.1"
    signer = trustme.CA() if key == "tls-other-authority" else authority
    not_after: Optional[datetime.datetime] = None
    if key == "tls-expired":
        now = datetime.datetime.now(datetime.timezone.utc)
        not_after = now - datetime.timedelta(days=1)
    leaf = signer.issue_cert(name, not_after=not_after)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    if key == "tls-old":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
    return context
