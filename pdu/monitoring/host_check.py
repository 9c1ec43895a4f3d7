"""By which names a server that listens on a loopback address may be called.

A web page whose name leads to this address (DNS rebinding) may read the answers of a server that
asks for no login, though no other machine reaches it. Its requests have that name as their Host
(RFC 9110, 7.2), and are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Optional

from ..network.hosts import is_this_machine, one_spelling

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def check_host_on_loopback(
    application: WSGIApplication, listen_address: str, names: Sequence[str]
) -> WSGIApplication:
    """The application behind a HostCheck if it listens on a loopback address. Elsewhere it is
    reached by names that only its network knows, such as a container's.
    """
    is_loopback = is_this_machine(listen_address.strip("[]"))
    if not is_loopback:
        return application
    return HostCheck(application, listen_address, names)


class HostCheck:
    """An application that answers 421 to requests for another host."""

    def __init__(
        self, application: WSGIApplication, listen_address: str, names: Sequence[str] = ()
    ) -> None:
        """`listen_address`: where the server listens. `names`: further hosts that its owner allows,
        without a port, beside that address and localhost.
        """
        self._application = application
        self._names = {"localhost", _normalized_host(listen_address)}
        self._names.update(map(_normalized_host, names))

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        # browsers always send a Host; HTTP/1.0, as of health checks, needs none. The server joins
        # several with commas, which no name has
        host = environ.get("HTTP_HOST")
        if host is None or self.allows(host):
            return self._application(environ, start)
        text = b"this server has another name; its owner may allow this one with --allow-host\n"
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(text))),
        ]
        start("421 Misdirected Request", headers)
        return [text]

    def allows(self, host: str) -> bool:
        """Whether a Host header names this server, with any port."""
        name = host_name(host)
        if name is None:
            return False
        return _normalized_host(name) in self._names


def host_name(host: str) -> Optional[str]:
    """The name or address in a Host header, IPv6 in brackets; None if it has no valid form."""
    name, colon, port = host.lower().rpartition(":")
    if not colon or host.endswith("]"):  # no port: in brackets, the colon is of an IPv6 address
        name, port = host.lower(), ""
    is_number = port.isascii() and port.isdigit()
    if not name or (port and not is_number):
        return None
    return name


def _normalized_host(name: str) -> str:
    """A name or address in its one spelling, without the brackets of IPv6."""
    return one_spelling(name.strip("[]"))
