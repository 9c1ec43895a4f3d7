"""What both transports ask of a connection beyond http.client's, on which urllib3's are built too."""
from __future__ import annotations

import ssl
from typing import Any, Callable

from ... import tls
from ...errors import Unreachable
from .deadline import Deadline
from .errors import HttpUnreachable
from .trouble import CLOSED


def connection_class(plain: Any, deadline: Deadline, fingerprint: str, opening: Callable[[], None]) -> Any:
    """`plain` with our deadline, which calls `opening` when it connects and checks the fingerprint before anything is sent.

    A device that answers and closes before it has read everything (a refused upload) is heard: what fails in sending
    becomes BrokenPipeError, after which the answer can still be read.
    """

    def connect(connection: Any) -> None:
        opening()
        plain.connect(connection)
        if isinstance(connection.sock, ssl.SSLSocket):
            try:
                tls.check_fingerprint(connection.sock.getpeercert(binary_form=True), fingerprint)
            except Unreachable as error:
                raise HttpUnreachable(error.parts) from None
            connection.is_verified = True           # keeps urllib3 from warning about what the owner asked for

    def send(connection: Any, data: Any) -> None:
        if connection.sock is None:
            connection.connect()
        try:
            plain.send(connection, data)
        except CLOSED:
            raise BrokenPipeError from None

    return type("Connection", (plain,), {"connect": connect, "send": send, "response_class": deadline.response_class})
