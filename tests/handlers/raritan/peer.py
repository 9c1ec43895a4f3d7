"""An HTTP peer that sends exactly the bytes that a test chooses."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Iterable, Sequence
from typing import BinaryIO, Callable, NamedTuple, Optional, Union

from handlers.raritan.rpc import Agent
from tests.waiting import finished


class Seen(NamedTuple):
    """One received request."""

    start: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        document = json.loads(self.body)
        assert isinstance(document, dict)
        return document


Say = Callable[[Optional[Seen]], bytes]
# what the peer sends next; None closes the connection
Step = Union[bytes, Say, "Drip", None]


class Drip(NamedTuple):
    """Sends bytes one by one and calls `between` after each."""

    data: Iterable[int]
    between: Callable[[], None]


def http(
    body: Union[bytes, str] = b"",
    status: str = "200 OK",
    *headers: str,
    length: Optional[int] = None,
) -> bytes:
    """Return an HTTP answer. `length` replaces the correct Content-Length."""
    data = body.encode() if isinstance(body, str) else body
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        f"Content-Length: {len(data) if length is None else length}",
        *headers,
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + data


def results(**members: object) -> Say:
    """Return a step that answers a single call with these results."""
    return lambda request: http(
        json.dumps(
            {
                "jsonrpc": "2.0",
                "result": members,
                "id": request.json["id"] if request is not None else None,
            }
        )
    )


def result(value: object = None) -> Say:
    """Return a step that answers a single call with this `_ret_`."""
    return results(_ret_=value)


class Peer:
    """Listens on 127.0.0.1. `connections` holds, for each connection, the answers to its requests
    in order.

    The peer serves one connection after another. It closes each after its last answer, and any
    connection beyond the list as soon as it is accepted. A `silent` peer keeps connections open and
    never answers. A `hasty` peer answers as soon as it has read the headers. With `tls` the peer
    speaks TLS. `ended` counts the connections that the peer has served and closed.
    """

    def __init__(
        self,
        connections: Sequence[Sequence[Step]],
        silent: bool = False,
        tls: Optional[ssl.SSLContext] = None,
        hasty: bool = False,
    ) -> None:
        self._plan = list(connections)
        self._silent = silent
        self._tls = tls
        self._hasty = hasty
        self.seen: list[Seen] = []
        self.accepted = self.ended = 0
        self._stopping = False
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # ends a pending read
        with socket.socket() as poke:  # ends the pending accept
            poke.connect_ex(("127.0.0.1", self.port))
        finished(self._thread)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._stopping:
                connection.close()
                return
            self.accepted += 1
            self._open.append(connection)
            if self._tls is not None:
                try:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                except OSError:
                    continue  # the handshake failed, which a test may intend
                self._open.append(connection)
            if self._silent:
                continue
            steps = self._plan.pop(0) if self._plan else ()
            try:
                self._talk(connection, steps)
            except OSError:
                # the client closed the connection, which a test may intend
                pass
            connection.close()
            self.ended += 1

    def _talk(self, connection: socket.socket, steps: Sequence[Step]) -> None:
        with connection.makefile("rb") as stream:
            for step in steps:
                request = self._read(stream)
                if request is None:
                    return
                self.seen.append(request)
                if step is None:
                    return
                if isinstance(step, Drip):
                    for byte in step.data:
                        connection.sendall(bytes([byte]))
                        step.between()
                else:
                    connection.sendall(step if isinstance(step, bytes) else step(request))

    def _read(self, stream: BinaryIO) -> Optional[Seen]:
        lines: list[str] = []
        for line in iter(stream.readline, b"\r\n"):
            if not line:
                return None
            lines.append(line.decode("latin-1").rstrip())
        start, *header_lines = lines
        headers = {}
        for header_line in header_lines:
            name, _, value = header_line.partition(":")
            headers[name.lower()] = value.strip()
        body = b""
        if not self._hasty:
            body = stream.read(int(headers.get("content-length", "0")))
        return Seen(start, headers, body)


def get_state(agent: Agent) -> object:
    """Call a method that only reads."""
    return agent.json_rpc("/model/outlet/0", "getState")


def set_state(agent: Agent) -> object:
    """Call a method that writes."""
    return agent.json_rpc("/model/outlet/0", "setPowerState", {"pstate": 0})
