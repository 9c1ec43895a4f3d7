"""Serves sessions over TCP and TLS, one thread for each connection, and counts round trips and
connections.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import ssl
import threading
from collections.abc import Sequence
from typing import Callable, Optional

from tests.simulators.certificates import fingerprint, usual
from tests.simulators.truth import Truth

from .devices import Device, SwitchedPdu
from .faults import Cut, Faults
from .session import Session, Site
from .users import ADMIN, User
from .words import LineReader


class NutServer:
    """A NUT server on `host`; a context manager.

    `devices`: by default, one SwitchedPdu of 8 outlets. With `tls` the server offers STARTTLS, with
    a certificate for localhost and 127.0.0.1 that `ca_pem` verifies and whose SHA-256 is
    `fingerprint`.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        devices: Optional[Sequence[Device]] = None,
        users: Sequence[User] = (ADMIN,),
        *,
        tls: bool = False,
        port: int = 0,
    ) -> None:
        self.devices: list[Device] = list(devices) if devices is not None else [SwitchedPdu()]
        self.faults = Faults()
        identity = usual() if tls else None
        self.ca_pem = identity.authority.ca_pem if identity else ""
        self.fingerprint = fingerprint(identity.certificate) if identity else ""
        self._tls = identity.context if identity else None
        self._site = Site(self.devices, users, self.faults, tls)
        self._lock = threading.Lock()
        self._round_trips = self._connections = 0
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((self.host, port))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    def __enter__(self) -> NutServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends every connection and the server. May be called more than once."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join(30)  # the thread that accepts connections
        self.drop_connections()
        for thread in self._threads:
            thread.join(30)

    def drop_connections(self) -> None:
        """Closes every open connection, as a restart of the server does."""
        with self._lock:  # STARTTLS replaces sockets in `_open`
            for connection in self._open:
                with contextlib.suppress(OSError):
                    # SSLSocket.shutdown would drop the TLS state, which the connection's thread
                    # still uses.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def truth(self) -> Truth:
        """The true state of all devices.

        If there are several, identities begin with the device's name and a slash.
        """
        several = len(self.devices) > 1
        truth = Truth(states={}, port_energy_kwh={})
        loads: list[float] = []
        for device in self.devices:
            front = f"{device.name}/" if several else ""
            truth.states.update({front + key: on for key, on in device.states().items()})
            truth.port_energy_kwh.update(
                {front + key: kwh for key, kwh in device.energy_kwh().items()}
            )
            load = device.load_a()
            loads += [] if load is None else [load]
        truth.load_a = round(sum(loads), 2) if loads else None
        truth.energy_kwh = (
            round(sum(truth.port_energy_kwh.values()), 3) if truth.port_energy_kwh else None
        )
        with self._lock:
            truth.requests = self._round_trips
            truth.connections = self._connections
        truth.writes = list(self._site.writes)
        return truth

    # ---- connections -----------------------------------------------------------------------------

    def _start(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        """Serves each client in a thread of its own, until the server is stopped."""
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._connections += 1
                self._open.add(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start(functools.partial(self._serve, connection, str(address[0])))

    def _serve(self, connection: socket.socket, address: str) -> None:
        """Answers one connection until one side ends it."""
        session = Session(self._site, address)
        reader = LineReader()
        with contextlib.suppress(OSError):
            while not session.over and self._turn(connection, session, reader):
                is_encrypted = isinstance(connection, ssl.SSLSocket)
                if session.secure and not is_encrypted and self._tls is not None:
                    tls_socket = self._wrap(connection, self._tls)
                    connection = tls_socket
                    reader = LineReader()
                    tls_socket.do_handshake()
        session.end()
        with self._lock:
            connection.close()
            self._open.discard(connection)

    def _wrap(self, connection: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        """The connection with TLS, whose handshake comes later, so that `stop` can end it."""
        with self._lock:
            self._open.discard(connection)
            tls_socket = context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
            self._open.add(tls_socket)
        return tls_socket

    def _turn(self, connection: socket.socket, session: Session, reader: LineReader) -> bool:
        """Reads until a line is complete, then answers the lines received: one round trip.

        Drops lines after LOGOUT, an accepted STARTTLS or a `Cut`. Returns False after a `Cut` or at
        the end of the input.
        """
        lines: list[list[str]] = []
        while not lines:
            data = connection.recv(65536)
            if not data:
                return False
            lines = reader.feed(data)
        with self._lock:
            self._round_trips += 1
        answer = b""
        for words in lines:
            usual_answer = session.answer(words).encode("utf-8", "surrogateescape")
            if usual_answer == b"OK STARTTLS\n":
                # lines after STARTTLS were sent in the clear and are dropped
                session.secure = True
            rewrite = self.faults.rewrite
            reply = rewrite(" ".join(words), usual_answer) if rewrite else usual_answer
            answer += reply or b""
            if isinstance(reply, Cut):
                connection.sendall(answer)
                return False
            starts_tls = session.secure and not isinstance(connection, ssl.SSLSocket)
            if starts_tls or session.over:
                break
        connection.sendall(answer)
        return True
